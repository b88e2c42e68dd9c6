"""Meanings of columns are settled once and found again with the next file of the kind."""

import pytest

from workbench.access import Actor, Role, Workspace
from workbench.errors import Forbidden
from workbench.services import mappings
from workbench.services.office import Office
from workbench.store import ledger
from workbench.verification.reading import ProposedColumn

STAFF = Actor("S1", "Sari", Role.STAF, Workspace.NYATA, ("36.73",))


def column(header, sheet="Data", file="a.xlsx"):
    return ProposedColumn(file, sheet, header, (), "", "", "", "")


def test_a_file_of_other_name_and_order_is_known_by_its_headers(tmp_path):
    office = Office(tmp_path)
    first = [column("NIK"), column("Nama Lengkap"), column("Catatan")]
    assert mappings.known_meanings(office, STAFF, first) is None
    targets = {0: "person.nik", 1: "person.name", 2: ""}
    mappings.settle_meanings(office, STAFF, first, targets, "Maret")
    turned = [column(h, "Lembar1", "b.csv") for h in ("CATATAN", "nik", "nama  lengkap")]
    known = mappings.known_meanings(office, STAFF, turned)
    assert known.targets == {0: "", 1: "person.nik", 2: "person.name"}
    assert known.name == "Maret"


def test_one_header_more_is_another_kind_of_file(tmp_path):
    office = Office(tmp_path)
    first = [column("NIK"), column("NAMA")]
    mappings.settle_meanings(office, STAFF, first, {0: "person.nik", 1: "person.name"}, "Maret")
    assert mappings.known_meanings(office, STAFF, [*first, column("ALAMAT")]) is None


def test_two_columns_of_one_name_keep_their_own_meaning(tmp_path):
    office = Office(tmp_path)
    columns = [column("NAMA"), column("NAMA"), column("NAMA", sheet="Dua")]
    targets = {0: "family.head_name", 1: "person.name", 2: "family.head_name"}
    mappings.settle_meanings(office, STAFF, columns, targets, "Maret")
    assert mappings.known_meanings(office, STAFF, columns).targets == targets


def test_sheets_of_one_shape_share_and_others_do_not(tmp_path):
    office = Office(tmp_path)
    people = [column("NIK", "Individu"), column("NO KK", "Individu")]
    families = [column("NO KK", "Keluarga"), column("ALAMAT", "Keluarga")]
    targets = {0: "person.nik", 1: "person.no_kk", 2: "family.no_kk", 3: "family.address"}
    mappings.settle_meanings(office, STAFF, [*people, *families], targets, "Maret")
    again = [
        *(column(one.header, "Cipare") for one in people),
        *(column(one.header, "Kaligandu") for one in people),
        *families,
    ]
    known = mappings.known_meanings(office, STAFF, again)
    assert list(known.targets.values()) == [
        *("person.nik", "person.no_kk") * 2,
        *("family.no_kk", "family.address"),
    ]


def test_the_newest_meaning_counts_and_every_step_is_on_record(tmp_path):
    office = Office(tmp_path)
    columns = [column("NOMOR")]
    mappings.settle_meanings(office, STAFF, columns, {0: "person.nik"}, "Maret")
    mappings.settle_meanings(office, STAFF, columns, {0: "person.no_kk"}, "April")
    known = mappings.known_meanings(office, STAFF, columns)
    assert (known.targets, known.name) == ({0: "person.no_kk"}, "April")
    assert ledger.verify_chain(office.store_for(STAFF)).events == 2


def test_a_trainee_may_not(tmp_path):
    trainee = Actor("K.1", "Tia", Role.PESERTA, Workspace.LATIHAN, class_id="K", seat=1)
    with pytest.raises(Forbidden):
        mappings.known_meanings(Office(tmp_path), trainee, [column("NIK")])

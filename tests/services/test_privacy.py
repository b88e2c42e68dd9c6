"""What is seen of people's numbers and birth dates, and who asked to see them whole."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
from sqlalchemy import select

from tests.full_numbers import full_numbers
from workbench.access import Actor, Role, Workspace
from workbench.domain.ages import beside, unlike_words
from workbench.errors import Forbidden, NotFound, WrongUse
from workbench.services import comparisons, families, histories, imports, lists, privacy
from workbench.services.office import Office
from workbench.store.tables import event
from workbench.verification import propose_mapping

STAFF = Actor("A-staf", "Staf", Role.STAF, Workspace.NYATA, ("36.73",))
HEADS = "NIK;NO KK;NAMA;JK;TGL LAHIR;HUB KELUARGA;ALAMAT;RT;RW;DESA/KELUARAHAN;KECAMATAN"
#: Invented people of the real side; the second child's row holds another day than its NIK.
ROWS = (
    "3673010504819001;3673010607159001;RUSDI CONTOH;L;05/04/1981;KEPALA KELUARGA;A;001;002;"
    "CIPARE;SERANG",
    "3673011507129002;3673010607159001;ANAK CONTOH;L;16/07/2012;ANAK;A;001;002;CIPARE;SERANG",
    "3673010504819001;3673010607159003;ASEP LAIN;L;05/04/1981;KEPALA KELUARGA;B;001;002;"
    "CIPARE;SERANG",
)
#: Any way a birth date of ``ROWS`` may be written.
BIRTHS = re.compile(r"5 April 1981|5 Apr 1981|0?5[/-]0?4[/-]1981|1981-04-05|1[56] Juli? 2012")


def brought_in(office, folder, rows=ROWS, name="Maret", as_of=date(2026, 3, 31)):
    path = folder / f"{name}.csv"
    path.write_text("\n".join([HEADS, *rows]), encoding="utf-8")
    return imports.bring_in(office, STAFF, path, name, as_of=as_of).id


@pytest.fixture(scope="module")
def shelved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kantor")
    office = Office(folder / "data")
    return office, brought_in(office, folder)


@pytest.fixture
def office(shelved):
    return shelved[0]


@pytest.fixture
def opened(shelved):
    return lists.open_list(shelved[0], STAFF, shelved[1])


def family_of(opened, head):
    rows = opened.register["person"].to_pylist()
    return next(row["family_id"] for row in rows if row["name"] == head)


def events(office, kind):
    wanted = select(event.c.subject, event.c.actor, event.c.value).where(event.c.kind == kind)
    with office.real.reading() as connection:
        return [row._mapping for row in connection.execute(wanted.order_by(event.c.seq))]


def test_a_page_tells_ages_and_no_number(opened):
    page = families.family_page(opened, family_of(opened, "RUSDI CONTOH"))
    text = repr(page)
    assert not full_numbers(text)
    assert not BIRTHS.search(text)
    assert "44 tahun" in text
    assert "3673**********01" in text


def test_where_two_dates_differ_is_said_without_either(opened):
    page = families.family_page(opened, family_of(opened, "RUSDI CONTOH"))
    said = [one for question in page.questions for one in question.said]
    born = next(one for one in said if one.label == "Tanggal lahir")
    assert born.listed == "13 tahun"
    assert born.others == (("Menurut NIK", "13 tahun, hari lain", False),)


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        (date(1990, 3, 5), date(1990, 5, 3), "hari dan bulan tertukar"),
        (date(1990, 3, 5), date(1990, 3, 6), "hari lain"),
        (date(1990, 3, 5), date(1991, 3, 6), "hari dan tahun lain"),
        (date(1990, 3, 5), date(1991, 4, 6), "hari, bulan dan tahun lain"),
        (date(1990, 3, 5), date(1990, 3, 5), ""),
    ],
)
def test_dates_differ_in_words(one, other, words):
    assert unlike_words(one, other) == words
    age = "36 tahun"
    assert beside(one, other, date(2026, 3, 31)) == (f"{age}, {words}" if words else age)


def test_whole_numbers_come_for_a_purpose_and_one_family(office, opened):
    asked = family_of(opened, "RUSDI CONTOH")
    page = privacy.unmask(office, STAFF, opened.summary.id, asked, "dukcapil")
    assert "3673010504819001" in repr(page)
    assert "5 April 1981 (44 tahun)" in repr(page)
    (told,) = events(office, "lihat_nik")
    assert (told["actor"], told["subject"]) == (STAFF.id, f"daftar:{opened.summary.id}:{asked}")
    assert json.loads(told["value"]) == {"keperluan": "dukcapil", "catatan": page.family_key}
    assert not full_numbers(told["value"])


def test_the_other_family_of_a_pair_stays_masked(opened):
    subject = next(
        row["subject"] for row in opened.findings.table.to_pylist() if row["rule"] == "IDN-13"
    )
    whole = families.pair(opened, "IDN-13", "person", subject, has_numbers=True)
    card = next(line for line in whole.lines if "KK" in line.label)
    one, other = ("".join(text for text, _ in side) for side in (card.one, card.other))
    assert re.fullmatch(r"\d{16}", one)
    assert re.fullmatch(r"3673\*{10}0\d", other)
    masked = families.pair(opened, "IDN-13", "person", subject)
    assert not full_numbers(repr(masked))
    assert not BIRTHS.search(repr(masked))


@pytest.mark.parametrize("purpose", ["", "ingin tahu"])
def test_without_a_purpose_nothing_is_shown_or_kept(office, opened, purpose):
    before = len(events(office, "lihat_nik"))
    with pytest.raises(WrongUse, match="untuk apa"):
        privacy.unmask(office, STAFF, opened.summary.id, family_of(opened, "ASEP LAIN"), purpose)
    assert len(events(office, "lihat_nik")) == before


def test_nobody_asks_outside_their_areas(office, opened):
    elsewhere = Actor("A-lain", "Lain", Role.STAF, Workspace.NYATA, ("36.73.05",))
    trainee = Actor("K.1", "Peserta", Role.PESERTA, Workspace.LATIHAN, ())
    asked = family_of(opened, "ASEP LAIN")
    for who, refusal in ((elsewhere, NotFound), (trainee, Forbidden)):
        with pytest.raises(refusal):
            privacy.unmask(office, who, opened.summary.id, asked, "dukcapil")


def test_a_later_list_tells_that_a_date_changed_and_not_which(office, opened, tmp_path):
    changed = tuple(row.replace("16/07/2012", "17/07/2012") for row in ROWS)
    later = brought_in(office, tmp_path, changed, "April", date(2026, 4, 30))
    key = families.family_page(opened, family_of(opened, "RUSDI CONTOH")).family_key
    told = repr(histories.family_history(office, STAFF, key))
    assert "Tanggal lahir ANAK CONTOH berubah: hari lain." in told
    compared = comparisons.compare_lists(office, STAFF, opened.summary.id, later)
    rows = compared.rows("persons", "berubah")
    assert ("Tanggal lahir", "(disamarkan)", "hari lain") in rows[0]["changes"]
    assert not re.search("2012|1981", told + repr(rows))


def test_the_import_shows_the_form_of_a_birth_date_only(tmp_path):
    path = tmp_path / "contoh.csv"
    path.write_text("\n".join([HEADS, *ROWS]), encoding="utf-8")
    text = repr(propose_mapping(path))
    assert "**/**/****" in text
    assert not BIRTHS.search(text)
    assert not full_numbers(text)

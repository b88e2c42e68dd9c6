"""A judgement renewed, a kelurahan's rows replaced: what changes, what stays, what is on record."""

from __future__ import annotations

import json

import pytest

from workbench.access import Actor, Role, Workspace
from workbench.errors import Forbidden, StoreFault, UnusableInput
from workbench.rules import check
from workbench.services import comparisons, imports, lists, renewals, shelves
from workbench.services.office import Office
from workbench.store import snapshots, verify_chain
from workbench.synthesis import generate
from workbench.verification.comparison import Change, Fate

STAFF = Actor("staf", "Staf", Role.STAF, Workspace.NYATA, ("36.73",))
OF_SERANG = Actor("serang", "Staf Serang", Role.STAF, Workspace.NYATA, ("36.73.01",))
TRAINER = Actor("pelatih", "Pelatih", Role.PELATIH, Workspace.LATIHAN, ("36.73",))
TRAINEE = Actor("K1.1", "Peserta", Role.PESERTA, Workspace.LATIHAN, (), "K1", 1)

HEADER = "NIK;NO KK;NAMA;JK;TGL LAHIR;HUB KELUARGA;ALAMAT;RT;RW"
PLACED = f"{HEADER};DESA/KELUARAHAN;KECAMATAN"
CIPARE, KASEMEN = "36.73.01.1002", "36.73.02.1004"


def row(serial, name, nik=None):
    number = f"3673010504819{serial:03d}" if nik is None else nik
    return (
        f"{number};3673010607159{serial:03d};{name};L;05/04/1981;KEPALA KELUARGA;JL. CONTOH 1;"
        "001;002"
    )


LIST = (
    f"{row(1, 'RUSDI CONTOH', nik='')};CIPARE;SERANG",
    f"{row(2, 'TONO CONTOH')};CIPARE;SERANG",
    f"{row(3, 'DARMO CONTOH', nik='')};KASEMEN;KASEMEN",
    f"{row(4, 'ANGKA CONTOH', nik='3,67302E+15')};KASEMEN;KASEMEN",
)


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path / "kantor")


@pytest.fixture
def written(tmp_path):
    def write(name, header, rows):
        path = tmp_path / name
        path.write_text("\n".join((header, *rows, "")), encoding="utf-8")
        return path

    return write


def bring_in(office, folder):
    path = folder / "maret.csv"
    path.write_text("\n".join((PLACED, *LIST, "")), encoding="utf-8")
    return lists.bring_in(office, STAFF, path, "DTSEN Maret")


@pytest.fixture
def standing(office, begin_as):
    return begin_as(bring_in, office)


@pytest.fixture
def other_rules(monkeypatch):
    """From now on the office counts somebody as grown up at 21."""
    changed = {"adult_age": 21}
    for module in (imports, renewals):
        monkeypatch.setattr(module, "parameters_for", lambda *_: changed)
    return changed


def _found(office, actor, list_id):
    table = lists.open_list(office, actor, list_id).findings.table
    return sorted(
        (one["rule"], one["subject"], one["kelurahan_kode_kemendagri"], one["evidence"])
        for one in table.to_pylist()
    )


def _folder(office, summary, workspace=Workspace.NYATA):
    return office.snapshots_dir(workspace) / summary.id


def test_a_kelurahan_is_judged_again_and_the_rest_keeps_what_it_had(
    office, other_rules, monkeypatch
):
    city = generate(families=120, seed=4, error_rate=0.4)
    monkeypatch.setattr(imports, "parameters_for", lambda *_: {})
    made = lists.shelve_register(office, TRAINER, "Kota", city)
    before = _found(office, TRAINER, made.id)
    place = before[0][2]
    whole = lists.open_list(office, TRAINER, made.id).register
    again = check(whole, parameters=other_rules).table.to_pylist()
    renewed = renewals.recheck_kelurahan(office, TRAINER, made.id, place)
    after = _found(office, TRAINER, made.id)
    assert [one for one in after if one[2] != place] == [one for one in before if one[2] != place]
    assert [one for one in after if one[2] == place] == sorted(
        (one["rule"], one["subject"], one["kelurahan_kode_kemendagri"], one["evidence"])
        for one in again
        if one["kelurahan_kode_kemendagri"] == place
    )
    assert renewed.findings == len(after)
    assert lists.shelf(office, TRAINER)[0].findings == len(after)
    sets = {
        (one["kelurahan_kode_kemendagri"] == place, one["ruleset"])
        for one in lists.open_list(office, TRAINER, made.id).findings.table.to_pylist()
    }
    assert len(sets) == 2


def test_the_older_judgement_stays_and_the_tables_are_untouched(office, standing, other_rules):
    folder = _folder(office, standing)
    before = {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}
    renewals.recheck_kelurahan(office, STAFF, standing.id, CIPARE)
    renewals.recheck_list(office, STAFF, standing.id)
    assert {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()} == before
    assert sorted(p.name for p in folder.iterdir() if p.is_dir()) == [
        "judgement-2",
        "judgement-3",
        "sumber",
        "typed",
    ]
    second = json.loads((folder / "judgement-2" / "checks.json").read_text(encoding="utf-8"))
    third = json.loads((folder / "judgement-3" / "checks.json").read_text(encoding="utf-8"))
    assert list(second["local"]) == [CIPARE]
    assert third["local"] == {}
    assert third["ruleset"] == lists.open_list(office, STAFF, standing.id).findings.ruleset
    with office.real.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT kind, value FROM event WHERE kind = 'periksa'"
        ).fetchall()
    assert [json.loads(row[1])["kelurahan"] for row in rows] == [CIPARE, ""]
    assert verify_chain(office.real).is_whole


def test_lists_are_comparable_only_where_the_same_rules_judged_them(office, written, monkeypatch):
    """Rules about families speak only where some family has two rows."""
    wife = row(9, "SITI CONTOH").replace("3673010607159009", "3673010607159001")
    rows = (*LIST, f"{wife};CIPARE;SERANG")
    older = lists.bring_in(office, STAFF, written("maret.csv", PLACED, rows), "DTSEN Maret")
    for module in (imports, renewals):
        monkeypatch.setattr(module, "parameters_for", lambda *_: {"adult_age": 21})
    rows = (f"{row(1, 'RUSDI CONTOH')};CIPARE;SERANG", *rows[1:])
    newer = lists.bring_in(office, STAFF, written("april.csv", PLACED, rows), "DTSEN April")
    compared = comparisons.compare_lists(office, STAFF, older.id, newer.id)
    assert not compared.is_alike
    # What does not speak of the age is comparable all the same.
    assert dict(compared.by_rule())["IDN-01"][Fate.MENDED] == 1
    renewals.recheck_list(office, STAFF, older.id)
    assert comparisons.compare_lists(office, STAFF, older.id, newer.id).is_alike


def test_a_fault_while_renewing_leaves_the_judgement_as_it_was(office, standing, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    before = _found(office, STAFF, standing.id)
    for target in ("write_table",):
        monkeypatch.setattr(shelves.pq, target, full)
        with pytest.raises(StoreFault):
            renewals.recheck_kelurahan(office, STAFF, standing.id, CIPARE)
        monkeypatch.undo()
    monkeypatch.setattr(snapshots.ledger, "record", full)
    with pytest.raises(OSError, match="No space"):
        renewals.recheck_kelurahan(office, STAFF, standing.id, CIPARE)
    monkeypatch.undo()
    folders = {p.name for p in _folder(office, standing).iterdir() if p.is_dir()}
    assert folders == {"sumber", "typed"}
    assert _found(office, STAFF, standing.id) == before


def test_a_corrected_kelurahan_makes_a_new_list_and_the_old_one_stays(office, written, standing):
    path = written("cipare.csv", HEADER, (row(1, "RUSDI CONTOH"), row(7, "BARU CONTOH")))
    done = renewals.replace_kelurahan(office, STAFF, standing.id, CIPARE, path)
    assert (done.rest, done.removed, done.read, done.kept, done.refused) == (1, 2, 2, 2, 0)
    summary = done.summary
    assert summary.kept == done.rest + done.kept
    assert (summary.read, summary.kept, summary.refused) == (4, 3, 1)
    assert {one.id for one in lists.shelf(office, STAFF)} == {standing.id, summary.id}
    people = lists.open_list(office, STAFF, summary.id).register["person"]
    assert sorted(people["name"].to_pylist()) == ["BARU CONTOH", "DARMO CONTOH", "RUSDI CONTOH"]
    compared = comparisons.compare_lists(office, STAFF, standing.id, summary.id)
    tally = compared.comparison.person_tally
    assert tally == {
        Change.ENTERED: (0, 1),
        Change.LEFT: (1, 0),
        Change.CHANGED: (1, 1),
        Change.SAME: (1, 1),
    }
    assert dict(compared.by_rule())["IDN-01"] == {Fate.MENDED: 1, Fate.STILL: 1}
    assert summary.name == "DTSEN Maret, Cipare diperbaiki"
    assert len(_found(office, STAFF, summary.id)) == summary.findings


def test_aid_that_another_file_brought_finds_its_people_again(office, written):
    register = written("maret.csv", PLACED, LIST)
    aid = written("bantuan.csv", "NIK;NAMA PENERIMA;BANTUAN", ("3673010504819002;TONO CONTOH;PKH",))
    made = lists.bring_in(office, STAFF, [register, aid], "DTSEN Maret")
    path = written("cipare.csv", HEADER, (row(1, "RUSDI CONTOH"), row(2, "TONO CONTOH")))
    done = renewals.replace_kelurahan(office, STAFF, made.id, CIPARE, path)
    opened = lists.open_list(office, STAFF, done.summary.id).register
    (paid,) = opened["aid"].to_pylist()
    tono = next(one for one in opened["person"].to_pylist() if one["name"] == "TONO CONTOH")
    assert (paid["person_id"], paid["family_id"]) == (tono["person_id"], tono["family_id"])
    assert done.summary.kept == 4
    assert done.rest == 2


@pytest.mark.parametrize(
    ("header", "rows", "sentence"),
    [
        (PLACED, LIST[:3], "1 keluarga di luar Cipare"),
        (
            "NIK;NAMA PENERIMA;BANTUAN",
            ("3673010504819002;TONO CONTOH;PKH",),
            "tidak memuat keluarga",
        ),
    ],
)
def test_a_correction_of_something_else_is_turned_away(
    office, written, standing, header, rows, sentence
):
    path = written("lain.csv", header, rows)
    with pytest.raises(UnusableInput, match=sentence):
        renewals.replace_kelurahan(office, STAFF, standing.id, CIPARE, path)
    assert lists.shelf(office, STAFF) == (standing,)


def test_the_same_correction_twice_is_turned_away(office, written, standing):
    path = written("cipare.csv", HEADER, (row(1, "RUSDI CONTOH"),))
    renewals.replace_kelurahan(office, STAFF, standing.id, CIPARE, path)
    with pytest.raises(UnusableInput, match="sudah masuk"):
        renewals.replace_kelurahan(office, STAFF, standing.id, CIPARE, path)


def test_a_column_the_correction_lacks_is_said(office, written, standing):
    rows = [";".join(row(1, "RUSDI CONTOH").split(";")[:6])]
    path = written("cipare.csv", ";".join(HEADER.split(";")[:6]), rows)
    done = renewals.replace_kelurahan(office, STAFF, standing.id, CIPARE, path)
    assert "Alamat" in done.notes[-1]


def test_renewing_stays_within_ones_areas(office, written, standing):
    with pytest.raises(Forbidden):
        renewals.recheck_list(office, OF_SERANG, standing.id)
    with pytest.raises(Forbidden):
        renewals.recheck_kelurahan(office, OF_SERANG, standing.id, KASEMEN)
    renewals.recheck_kelurahan(office, OF_SERANG, standing.id, CIPARE)
    path = written("cipare.csv", HEADER, (row(1, "RUSDI CONTOH"),))
    with pytest.raises(Forbidden, match="petugas kota"):
        renewals.replace_kelurahan(office, OF_SERANG, standing.id, CIPARE, path)
    for act in (
        lambda: renewals.recheck_list(office, TRAINEE, standing.id),
        lambda: renewals.recheck_kelurahan(office, TRAINEE, standing.id, CIPARE),
        lambda: renewals.replace_kelurahan(office, TRAINEE, standing.id, CIPARE, path),
    ):
        with pytest.raises(Forbidden):
            act()

"""What staff do with a list: bring in, look, print, map, take out; each in their own area."""

from __future__ import annotations

import io
import json
import zipfile

import openpyxl
import pytest

from workbench.access import Actor, Role, Workspace
from workbench.errors import Forbidden, NotFound, UnusableInput, WrongUse
from workbench.services import lists, maps
from workbench.services.office import Office
from workbench.store import snapshots
from workbench.synthesis import generate

STAFF = Actor("staf", "Staf", Role.STAF, Workspace.NYATA, ("36.73",))
OF_SERANG = Actor("serang", "Staf Serang", Role.STAF, Workspace.NYATA, ("36.73.01",))
TRAINER = Actor("pelatih", "Pelatih", Role.PELATIH, Workspace.LATIHAN, ("36.73",))
TRAINEE = Actor("K1.1", "Peserta", Role.PESERTA, Workspace.LATIHAN, (), "K1", 1)

HEADER = "NIK;NO KK;NAMA;JK;TGL LAHIR;HUB KELUARGA;ALAMAT;RT;RW;DESA/KELUARAHAN;KECAMATAN"
ROWS = (
    "3673010504819001;3673010607159001;RUSDI CONTOH;L;05/04/1981;KEPALA KELUARGA;"
    "JL. CONTOH 1;001;002;CIPARE;SERANG",
    ";3673010607159001;NENG CONTOH;P;23/09/1984;ISTRI;JL. CONTOH 1;001;002;CIPARE;SERANG",
    "3673026309849003;3673020607159002;SARI <b>CONTOH</b>;L;23/09/1984;KEPALA KELUARGA;-;"
    "001;002;KASEMEN;KASEMEN",
    "3,67302E+15;3673020607159003;ANGKA CONTOH;L;01/02/1970;KEPALA KELUARGA;-;001;002;"
    "KASEMEN;KASEMEN",
)


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path / "kantor")


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "daftar.csv"
    path.write_text("\n".join((HEADER, *ROWS)), encoding="utf-8")
    return path


@pytest.fixture
def standing(office, source):
    return lists.bring_in(office, STAFF, source, "DTSEN November")


def test_a_list_is_reconciled_and_opened_again(office, standing):
    assert (standing.read, standing.kept, standing.refused) == (4, 3, 1)
    assert lists.shelf(office, STAFF) == (standing,)
    opened = lists.open_list(Office(office.root), STAFF, standing.id)
    assert opened.register["person"].num_rows == 3
    assert len(opened.findings) == standing.findings > 0
    assert opened.refused.to_pylist()[0]["code"] == "nik_rusak_spreadsheet"
    found = {(row["rule"], row["name"]) for row in lists.findings_page(opened)[1]}
    assert ("IDN-01", "NENG CONTOH") in found
    assert ("IDN-10", "SARI <B>CONTOH</B>") in found


def test_the_same_person_has_the_same_key_in_the_next_list(office, source, standing):
    again = lists.bring_in(office, STAFF, source, "DTSEN Desember")
    keys = [
        lists.open_list(office, STAFF, one.id).register["person"]["person_key"].to_pylist()
        for one in (standing, again)
    ]
    assert keys[0] == keys[1]
    assert len(set(keys[0])) == 3
    assert all(len(key) == 32 for key in keys[0])
    elsewhere = Office(office.root.parent / "kantor lain")
    other = lists.bring_in(elsewhere, STAFF, source, "DTSEN")
    foreign = lists.open_list(elsewhere, STAFF, other.id).register["person"]["person_key"]
    assert not set(foreign.to_pylist()) & set(keys[0])


def test_nobody_sees_an_area_that_is_not_theirs(office, standing):
    opened = lists.open_list(office, OF_SERANG, standing.id)
    names = set(opened.register["person"]["name"].to_pylist())
    assert names == {"RUSDI CONTOH", "NENG CONTOH"}
    codes = set(opened.findings.table["kelurahan_kode_kemendagri"].to_pylist())
    assert codes == {"36.73.01.1002"}
    assert opened.refused.num_rows == 0
    with pytest.raises(Forbidden):
        lists.checklist_file(office, OF_SERANG, standing.id, "36.73.02.1004")
    with pytest.raises(Forbidden):
        lists.remove(office, OF_SERANG, standing.id, "bukan wilayah saya")
    html = maps.map_page(office, OF_SERANG, standing.id, "families")
    assert "SARI" not in html


@pytest.mark.parametrize("actor", [TRAINEE, TRAINER])
def test_the_practice_side_has_no_way_to_a_real_list(office, standing, source, actor):
    if actor is TRAINER:
        assert lists.shelf(office, actor) == ()
        with pytest.raises(NotFound):
            lists.open_list(office, actor, standing.id)
        with pytest.raises(UnusableInput):
            lists.bring_in(office, actor, source, "nyata di ruang latihan")
        return
    for act in (
        lambda: lists.shelf(office, actor),
        lambda: lists.open_list(office, actor, standing.id),
        lambda: lists.bring_in(office, actor, source, "x"),
        lambda: lists.remove(office, actor, standing.id, "x"),
        lambda: maps.map_page(office, actor, standing.id, "families"),
    ):
        with pytest.raises(Forbidden):
            act()


def test_filters_narrow_and_pages_turn(office, standing):
    opened = lists.open_list(office, STAFF, standing.id)
    total, rows = lists.findings_page(opened)
    assert total == len(rows) == standing.findings
    only, one = lists.findings_page(opened, rule="IDN-01")
    assert only == len(one) == 1
    assert lists.findings_page(opened, search="neng")[1] == one
    assert lists.findings_page(opened, kelurahan_kode="36.73.01.1002", rule="IDN-10")[0] == 0
    first, second = (lists.findings_page(opened, start=at, size=1)[1] for at in (0, 1))
    assert first + second == rows[:2]
    grades = ["KRITIS", "TINGGI", "SEDANG", "INFO"]
    ranks = [grades.index(row["severity"]) for row in rows]
    assert ranks == sorted(ranks)
    assert ranks[0] < ranks[-1]
    assert sum(count for _, count in lists.counts_by_rule(opened)) == total
    by_place = dict((code, found) for code, _families, found in lists.counts_by_kelurahan(opened))
    assert sum(by_place.values()) == total


def test_checklists_ask_and_hide_numbers(office, standing):
    name, content = lists.checklist_file(office, STAFF, standing.id, "36.73.01.1002")
    assert name == "daftar-periksa-36.73.01.1002-cipare.xlsx"
    page = openpyxl.load_workbook(io.BytesIO(content))["Daftar periksa"]
    text = [str(v) for row in page.iter_rows(values_only=True) for v in row if v]
    assert any("Apakah orang ini sudah punya NIK" in value for value in text)
    assert not any("3673010607159001" in value for value in text)
    assert "DATA NYATA" in page.oddHeader.left.text
    bundle = zipfile.ZipFile(io.BytesIO(lists.checklist_files(office, STAFF, standing.id)[1]))
    assert name in bundle.namelist()
    assert len(bundle.namelist()) == 2
    with pytest.raises(NotFound):
        lists.checklist_file(office, STAFF, standing.id, "36.73.03.1001")


def test_a_wrong_list_is_taken_out_on_record(office, standing):
    with pytest.raises(WrongUse):
        lists.remove(office, STAFF, standing.id, "  ")
    lists.remove(office, STAFF, standing.id, "salah berkas")
    assert lists.shelf(office, STAFF) == ()
    with pytest.raises(NotFound):
        lists.open_list(office, STAFF, standing.id)
    assert not any(office.snapshots_dir(Workspace.NYATA).iterdir())
    record = snapshots.find_snapshot(office.real, standing.id)
    assert (record.deleted_by, record.reason) == ("staf", "salah berkas")


def test_what_cannot_be_used_leaves_nothing_behind(office, tmp_path):
    broken = tmp_path / "rusak.xlsx"
    broken.write_bytes(b"PK\x03\x04 rusak")
    with pytest.raises(UnusableInput):
        lists.bring_in(office, STAFF, broken, "rusak")
    with pytest.raises(WrongUse):
        lists.bring_in(office, STAFF, broken, " ")
    assert lists.shelf(office, STAFF) == ()
    assert not any(office.snapshots_dir(Workspace.NYATA).iterdir())


def test_a_full_disk_leaves_the_shelf_as_it_was(office, source, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(lists.pq, "write_table", full)
    with pytest.raises(Exception, match=r"disk penuh|tidak dapat ditulis"):
        lists.bring_in(office, STAFF, source, "DTSEN")
    monkeypatch.undo()
    assert lists.shelf(office, STAFF) == ()
    assert not any(office.snapshots_dir(Workspace.NYATA).iterdir())


def test_only_invented_cities_enter_the_practice_shelf(office, standing):
    city = generate(families=60, seed=2, error_rate=0.2)
    summary = lists.shelve_register(office, TRAINER, "Kota latihan", city)
    assert summary.read == city["person"].num_rows
    assert lists.shelf(office, TRAINER) == (summary,)
    real = lists.open_list(office, STAFF, standing.id).register
    with pytest.raises(Forbidden):
        lists.shelve_register(office, TRAINER, "nyata", real)
    with pytest.raises(Forbidden):
        lists.shelve_register(office, STAFF, "latihan", city)


def test_no_number_or_name_stands_in_the_ledger_or_a_file_name(office, standing):
    names = [path.name for path in office.root.rglob("*")]
    assert not any("3673" in name or "RUSDI" in name.upper() for name in names)
    with office.real.reading() as connection:
        events = connection.exec_driver_sql("SELECT * FROM event").fetchall()
    text = json.dumps([[str(cell) for cell in event] for event in events])
    assert "RUSDI" not in text
    assert "3673010504819001" not in text

"""What staff do with a list: bring in, look, print, map, take out; each in their own area."""

from __future__ import annotations

import errno
import io
import json
import os
import pathlib
import zipfile
from dataclasses import replace

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from workbench.access import Actor, Role, Workspace
from workbench.domain.register import Register
from workbench.domain.schema import arrow_schema
from workbench.errors import Cancelled, Forbidden, NotFound, StoreFault, UnusableInput, WrongUse
from workbench.services import lists, maps, shelves
from workbench.services.office import Office
from workbench.store import ledger, snapshots
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


def write(folder):
    path = folder / "daftar.csv"
    path.write_text("\n".join((HEADER, *ROWS)), encoding="utf-8")
    return path


@pytest.fixture
def source(tmp_path):
    return write(tmp_path)


def bring_in(office, folder):
    return lists.bring_in(office, STAFF, write(folder), "DTSEN November")


@pytest.fixture
def standing(office, begin_as):
    return begin_as(bring_in, office)


def test_a_list_is_reconciled_and_opened_again(office, standing):
    assert (standing.read, standing.kept, standing.refused) == (4, 3, 1)
    assert lists.shelf(office, STAFF) == (standing,)
    opened = lists.open_list(Office(office.root), STAFF, standing.id)
    assert opened.register["person"].num_rows == 3
    assert len(opened.findings) == standing.findings > 0
    assert opened.refused.to_pylist()[0]["code"] == "nik_rusak_spreadsheet"
    table = opened.findings.table.select(["rule", "name"]).to_pylist()
    found = {(row["rule"], row["name"]) for row in table}
    assert ("IDN-01", "NENG CONTOH") in found
    assert ("IDN-10", "SARI <B>CONTOH</B>") in found


def test_refused_rows_go_back_in_the_office_s_own_file(office, standing):
    name, content = lists.returned_file(office, STAFF, standing.id)
    assert name == f"dikembalikan-{standing.id}.xlsx"
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][:3] == ["NIK", "NO KK", "NAMA"]
    broken = next(row for row in sheet.iter_rows() if row[2].value == "ANGKA CONTOH")
    assert broken[0].value == "3,67302E+15"
    assert broken[0].comment is not None
    assert "notasi ilmiah" in broken[rows[0].index("Sebab ditolak")].value
    with pytest.raises(Forbidden):
        lists.returned_file(office, OF_SERANG, standing.id)
    lists.remove(office, STAFF, standing.id, "salah berkas")
    assert not list(office.root.rglob("sumber"))


def later(source, rows=ROWS, name="kemudian.csv"):
    """A file of the next period beside ``source``."""
    path = source.with_name(name)
    path.write_text("\n".join((HEADER, *rows, "")), encoding="utf-8")
    return path


def test_the_same_person_has_the_same_key_in_the_next_list(office, source, standing):
    again = lists.bring_in(office, STAFF, later(source), "DTSEN Desember")
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
    _, page = maps.map_page(office, OF_SERANG, [standing.id])
    html = page.decode()
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
        lambda: maps.map_page(office, actor, [standing.id]),
    ):
        with pytest.raises(Forbidden):
            act()


def test_every_finding_is_counted_in_its_kelurahan(office, standing):
    opened = lists.open_list(office, STAFF, standing.id)
    by_place = dict((code, found) for code, _families, found in lists.counts_by_kelurahan(opened))
    assert sum(by_place.values()) == len(opened.findings) == standing.findings


def test_reading_notes_of_one_s_own_rows_stay_with_a_narrow_area(office, tmp_path):
    path = tmp_path / "kotor.csv"
    rows = [row.replace("36730", "'36730", 1) for row in (ROWS[0], ROWS[2])]
    path.write_text("\n".join((HEADER, *rows)), encoding="utf-8")
    made = lists.bring_in(office, STAFF, path, "Kotor")
    whole = lists.open_list(office, STAFF, made.id).register
    cut = lists.open_list(office, OF_SERANG, made.id).register
    mine = set(cut["person"]["person_id"].to_pylist()) | set(cut["family"]["family_id"].to_pylist())
    assert whole["cleaned"].num_rows > cut["cleaned"].num_rows > 0
    assert set(cut["cleaned"]["subject"].to_pylist()) <= mine


def test_what_is_of_no_family_is_seen_where_it_happened_and_nowhere_else(office, tmp_path):
    path = tmp_path / "meninggal.csv"
    header = "NIK;NAMA;TANGGAL MENINGGAL;NO AKTA KEMATIAN;DESA/KELURAHAN"
    dead = (
        "3673010504819001;RUSDI CONTOH;17/08/2026;1;CIPARE",
        "3673026309849003;SARI CONTOH;18/08/2026;2;KASEMEN",
        "3673010504819004;TANPA TEMPAT;19/08/2026;3;",
    )
    path.write_text("\n".join((header, *dead)), encoding="utf-8")
    made = lists.bring_in(office, STAFF, path, "Meninggal")

    def seen(actor):
        events = lists.open_list(office, actor, made.id).register["event"]
        assert set(events["family_id"].to_pylist()) <= {""}
        return set(events["name"].to_pylist())

    of_kasemen = Actor("kasemen", "Staf", Role.STAF, Workspace.NYATA, ("36.73.02.1001",))
    assert seen(STAFF) == {"RUSDI CONTOH", "SARI CONTOH", "TANPA TEMPAT"}
    assert seen(OF_SERANG) == {"RUSDI CONTOH"}
    assert seen(of_kasemen) == {"SARI CONTOH"}


@pytest.mark.parametrize("table", ["event", "ppks", "aid"])
def test_a_row_of_a_family_is_seen_with_that_family_only(office, standing, table):
    """Where it happened opens no family that lives elsewhere; aid of nobody has no place."""
    _, whole = shelves.standing(office, STAFF, standing.id)
    family_of = {
        row["kelurahan_kode_kemendagri"]: row["family_id"]
        for row in whole.register["family"].to_pylist()
    }
    rows = [
        {"family_id": family_of["36.73.02.1001"], "name": "lain", "place": "36.73.01.1002"},
        {"family_id": family_of["36.73.01.1002"], "name": "sini", "place": "36.73.02.1001"},
        {"family_id": "", "name": "sendiri", "place": "36.73.01.1002"},
        {"family_id": "", "name": "sendiri lain", "place": "36.73.02.1001"},
        {"family_id": "", "name": "tanpa tempat", "place": ""},
    ]
    schema = arrow_schema(table)
    columns = {
        name: [""] * len(rows) if str(schema.field(name).type) == "string" else None
        for name in schema.names
    }
    columns[f"{table}_id"] = [row["name"] for row in rows]
    columns["family_id"] = [row["family_id"] for row in rows]
    place = {"event": "kelurahan_kode_kemendagri", "ppks": "found_kelurahan_kode_kemendagri"}
    if table in place:
        columns[place[table]] = [row["place"] for row in rows]
    made = pa.table(
        [pa.array(columns[f.name] or [None] * len(rows), f.type) for f in schema], schema=schema
    )
    tables = {**whole.register.tables, table: made}
    changed = replace(whole, register=Register(tables, whole.register.manifest))
    cut, _, _ = shelves._cut(changed, OF_SERANG)
    expected = {"sini", "sendiri"} if table in place else {"sini"}
    assert set(cut[table][f"{table}_id"].to_pylist()) == expected


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


def test_families_without_findings_are_listed_when_asked(office):
    city = generate(families=80, seed=3, error_rate=0.1)
    made = lists.shelve_register(office, TRAINER, "Kota", city)
    families = city["family"].select(["kelurahan_kode_kemendagri", "head_name"]).to_pylist()
    found = lists.open_list(office, TRAINER, made.id).findings.table
    code = found["kelurahan_kode_kemendagri"][0].as_py()
    heads = {f["head_name"] for f in families if f["kelurahan_kode_kemendagri"] == code}

    def listed(everyone):
        _, content = lists.checklist_file(office, TRAINER, made.id, code, everyone)
        book = openpyxl.load_workbook(io.BytesIO(content))
        cells = (cell.value for sheet in book for row in sheet.iter_rows() for cell in row)
        text = " ".join(str(value) for value in cells if value)
        return {head for head in heads if head in text}

    assert listed(True) == heads
    assert listed(False) < heads


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


def _files(office):
    """What lies in the office, but for the database's own log."""
    return {
        str(path.relative_to(office.root)): path.stat().st_size
        for path in office.root.rglob("*")
        if path.is_file() and not path.name.startswith("verval.sqlite")
    }


#: Everything that writes on the way of a list to the shelf.
WRITERS = (
    (os, "mkdir"),
    (os, "open"),
    (os, "link"),
    (os, "replace"),
    (pathlib.Path, "mkdir"),
    (pathlib.Path, "write_text"),
    (pq, "write_table"),
    (ledger, "record"),
)


@pytest.mark.parametrize(("where", "writer"), WRITERS, ids=[writer for _, writer in WRITERS])
def test_a_disk_that_fills_up_at_any_step_leaves_the_workspace_as_it_was(
    office, source, standing, monkeypatch, where, writer
):
    """The first, second, third ... write fails, until one import needs no more of them."""
    shelf, files = lists.shelf(office, STAFF), _files(office)
    path = later(source)
    (office.folder(Workspace.NYATA) / "kunci").unlink()
    files.pop("nyata/kunci")
    real = getattr(where, writer)
    failed = 0
    for last in range(60):
        calls = 0

        def full(*args, _last=last, **kwargs):
            nonlocal calls
            calls += 1
            if calls > _last:
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(*args, **kwargs)

        monkeypatch.setattr(where, writer, full)
        try:
            lists.bring_in(office, STAFF, path, "DTSEN Desember")
        except StoreFault:
            failed += 1
        else:
            break
        finally:
            monkeypatch.setattr(where, writer, real)
        assert lists.shelf(office, STAFF) == shelf
        left = _files(office)
        left.pop("nyata/kunci", None)
        assert left == files
    assert len(lists.shelf(office, STAFF)) == 2
    assert failed


def test_an_engine_that_finds_no_room_leaves_nothing_behind(office, source, monkeypatch):
    import duckdb

    def full(*_args, **_kwargs):
        raise duckdb.IOException("IO Error: No space left on device")

    monkeypatch.setattr("workbench.rules.engine.check", full)
    with pytest.raises(StoreFault, match="disk penuh"):
        lists.bring_in(office, STAFF, source, "DTSEN")
    assert lists.shelf(office, STAFF) == ()
    assert not any(office.snapshots_dir(Workspace.NYATA).iterdir())


def test_the_same_file_is_taken_in_once_and_again_after_its_list_is_gone(office, source, standing):
    copy = source.with_name("nama lain.csv")
    copy.write_bytes(source.read_bytes())
    told = []
    with pytest.raises(UnusableInput, match='sebagai daftar "DTSEN November"'):
        lists.bring_in(
            office, STAFF, copy, "DTSEN Desember", progress=lambda *step: told.append(step)
        )
    assert told == []  # said at once, not after a long file was read
    assert lists.shelf(office, STAFF) == (standing,)
    lists.remove(office, STAFF, standing.id, "salah berkas")
    again = lists.bring_in(office, STAFF, copy, "DTSEN Desember")
    assert lists.shelf(office, STAFF) == (again,)


def test_who_is_quicker_with_the_same_file_wins(office, source, monkeypatch):
    """Both looked before either had written; the database looks once more."""
    monkeypatch.setattr(snapshots, "refuse_held", lambda *_: None)
    first = lists.bring_in(office, STAFF, source, "satu")
    with pytest.raises(UnusableInput, match="sudah masuk"):
        lists.bring_in(office, STAFF, source, "dua")
    assert [path.name for path in office.snapshots_dir(Workspace.NYATA).iterdir()] == [first.id]


def test_several_files_of_one_list_become_one(office, source):
    rest = later(source, ROWS[2:], "kasemen.csv")
    source.write_text("\n".join((HEADER, *ROWS[:2], "")), encoding="utf-8")
    made = lists.bring_in(office, STAFF, [source, rest], "DTSEN November")
    assert (made.read, made.kept, made.refused) == (4, 3, 1)
    with pytest.raises(UnusableInput, match="sudah masuk"):
        lists.bring_in(office, STAFF, rest, "Kasemen saja")


def test_how_far_it_is_only_grows_and_a_stop_leaves_nothing(office, source):
    told = []
    lists.bring_in(
        office, STAFF, source, "DTSEN", progress=lambda share, words: told.append((share, words))
    )
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert 0 <= shares[0] < shares[-1] <= 1
    assert all(words for _, words in told)
    files, shelf = _files(office), lists.shelf(office, STAFF)
    path = later(source)
    # The last step is of the map, when the list is in already.
    for most in range(len(told) - 1):
        asked = []

        def stop(asked=asked, most=most):
            asked.append(1)
            return len(asked) > most

        with pytest.raises(Cancelled, match="Tidak ada yang disimpan"):
            lists.bring_in(office, STAFF, path, "DTSEN Desember", cancelled=stop)
        assert lists.shelf(office, STAFF) == shelf
        assert _files(office) == files


def test_what_judged_a_list_is_kept_with_it(office, standing):
    folder = office.snapshots_dir(Workspace.NYATA) / standing.id
    checks = json.loads((folder / "checks.json").read_text(encoding="utf-8"))
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    opened = lists.open_list(Office(office.root), STAFF, standing.id)
    assert checks["ruleset"] == manifest["ruleset"] == opened.findings.ruleset
    assert checks["parameters"] == manifest["parameters"] == dict(opened.findings.parameters)
    assert set(checks["marks"]) == set(opened.findings.rules) - set(opened.findings.silent)
    assert (folder / "typed" / "person.parquet").is_file()
    table, column, bit = opened.findings.bits["IDN-01"]
    flagged = {
        row["subject"]
        for row in pq.read_table(folder / f"mask_{table}.parquet").to_pylist()
        if row["mask" if not column else f"mask_{column}"] >> bit & 1
    }
    found = opened.findings.table.to_pylist()
    assert flagged == {row["subject"] for row in found if row["rule"] == "IDN-01"}
    assert flagged
    narrow = lists.open_list(office, OF_SERANG, standing.id).findings
    assert {
        code
        for mask in narrow.masks.values()
        for code in mask["kelurahan_kode_kemendagri"].to_pylist()
    } == {"36.73.01.1002"}


def test_a_number_that_only_fills_the_cell_makes_nobody_the_same_person(office, source):
    rows = [
        f"{nik};{kk};{name};L;05/04/1981;KEPALA KELUARGA;-;001;002;CIPARE;SERANG"
        for nik, kk, name in (
            ("9999999999999999", "3673010607159001", "RUDI CONTOH"),
            ("9999999999999999", "3673010607159002", "ANDI CONTOH"),
            ("", "3673010607159003", ""),
        )
    ]
    made = lists.bring_in(office, STAFF, later(source, rows), "DTSEN")
    keys = lists.open_list(office, STAFF, made.id).register["person"]["person_key"].to_pylist()
    assert len(set(keys)) == len(keys)


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
    assert not any("36730105" in name or "RUSDI" in name.upper() for name in names)
    with office.real.reading() as connection:
        events = connection.exec_driver_sql("SELECT * FROM event").fetchall()
    text = json.dumps([[str(cell) for cell in event] for event in events])
    assert "RUSDI" not in text
    assert "3673010504819001" not in text

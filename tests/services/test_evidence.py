"""Evidence of a list: the same bytes for the same state, nobody named, and played again."""

import hashlib
import io
import json
import re
import subprocess
import time
import zipfile
from contextlib import suppress
from dataclasses import replace
from datetime import date

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.services.test_lists import HEADER, OF_SERANG, ROWS, STAFF
from tests.services.test_papers import text_of
from workbench.access import Workspace
from workbench.errors import (
    Cancelled,
    Forbidden,
    NotFound,
    StoreFault,
    UnusableInput,
    WrongUse,
)
from workbench.rules import engine
from workbench.rules.parameters import parameters_on
from workbench.services import (
    evidence,
    evidence_checks,
    evidence_files,
    exports,
    lists,
    renewals,
    shelves,
)
from workbench.services.findings import FindingsIndex, Query
from workbench.services.office import Office
from workbench.store import ledger, tables
from workbench.store.ledger import SAID, chain_hash


def bring_in(office, folder):
    path = folder / "daftar Bu Sari.csv"
    path.write_text("\n".join((HEADER, *ROWS)), encoding="utf-8")
    return lists.bring_in(office, STAFF, path, "DTSEN November")


@pytest.fixture
def standing(office, begin_as):
    return begin_as(bring_in, office)


@pytest.fixture
def packed(office, standing, tmp_path):
    return evidence.pack(office, STAFF, standing.id, tmp_path / "bukti").folder


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def words_of(content):
    """What a file says, unpacked: packed bytes hide words, and any few letters come up in them."""
    if content.startswith(b"%PDF"):
        return text_of(content).encode()
    if not content.startswith(b"PK"):
        return content
    return b"\n".join(unzipped(content).values())


def test_packing_twice_gives_the_same_bytes(office, standing, packed, tmp_path):
    again = evidence.pack(Office(office.root), STAFF, standing.id, tmp_path / "lagi")
    assert contents(again.folder) == contents(packed)
    assert again.files == len(contents(packed))
    assert again.findings == standing.findings


def test_the_hashes_are_those_sha256sum_reckons(packed):
    done = subprocess.run(
        ["sha256sum", "-c", "--strict", "MANIFES.sha256"],
        cwd=packed,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert len(done.stdout.splitlines()) == len(contents(packed)) - 1


def test_nobody_is_named_and_no_number_stands_in_it(office, standing, packed):
    said = b"\n".join(map(words_of, contents(packed).values()))
    for word in (
        b"CONTOH",
        b"Sari",
        b"SARI",
        b"JL.",
        *(row.split(";")[1].encode() for row in ROWS),
    ):
        assert word not in said
    for row in ROWS[:3]:
        assert not row.split(";")[0] or row.split(";")[0].encode() not in said


def test_each_event_carries_all_its_hash_is_made_over(office, standing, packed):
    opened = lists.open_list(office, STAFF, standing.id)
    index = FindingsIndex(opened)
    exports.findings_workbook_with_numbers(
        office, STAFF, opened, index, exports.Export(Query(), ""), "dukcapil"
    )
    folder = evidence.pack(office, STAFF, standing.id, packed.with_name("lagi")).folder
    lines = (folder / "jejak.jsonl").read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in lines]
    assert [event["kind"] for event in events] == ["impor", "ekspor_nik"]
    for event in events:
        assert set(event) == {*SAID, "hash"}
        assert chain_hash(event) == event["hash"]


def test_a_number_that_got_into_an_event_stays_out(office, standing, tmp_path):
    with office.real.writing() as connection:
        ledger.record(connection, "a", "uji", f"daftar:{standing.id}", "f", {"nik": ROWS[0][:16]})
    folder = evidence.pack(office, STAFF, standing.id, tmp_path / "bukti").folder
    told = (folder / "jejak.jsonl").read_text(encoding="utf-8")
    assert ROWS[0][:16] not in told
    assert json.loads(told.splitlines()[-1])["value"] is None


def test_what_the_visits_brought_goes_in_as_codes_and_no_words(office, standing, packed):
    assert not (packed / "lapangan").exists()
    place = {"list_id": standing.id, "family_id": "F1", "source": "layar", "revision": 1}
    with office.real.writing() as connection:
        connection.execute(
            tables.outcome.insert().values(
                **place,
                recorder="A-2",
                way="layar",
                kelurahan_kode="36.73.01.1002",
                family_key="",
                visited_on="2026-11-20",
                codes='{"family":{"keberadaan":"ada"}}',
                settles="",
                salt="garam",
                at="2026-11-20T01:00:00.000000Z",
            )
        )
        connection.execute(
            tables.outcome_note.insert().values(**place, words="Ibu Sari pindah", salt="garam")
        )
    folder = evidence.pack(office, STAFF, standing.id, packed.with_name("lagi")).folder
    said = b"".join(contents(folder).values())
    assert b"keberadaan" in (folder / "lapangan" / "outcome.csv").read_bytes()
    assert b"F1" in (folder / "lapangan" / "outcome_note.csv").read_bytes()
    assert b"pindah" not in said
    assert b"garam" not in said


def test_the_list_judged_again_is_equal(office, standing, packed):
    done = evidence_checks.recheck(office, STAFF, packed)
    assert (done.is_equal, done.differences, done.notes) == (True, (), ())
    assert done.findings == standing.findings


def test_a_kelurahan_judged_later_by_other_values_is_left_out_and_said(
    office, standing, tmp_path, monkeypatch
):
    later = dict(_parameters(office, standing))
    name = next(key for key, value in later.items() if type(value) is int and value > 1)
    monkeypatch.setattr(
        "workbench.services.imports.overrides_on", lambda *_: {name: later[name] - 1}
    )
    renewals.recheck_kelurahan(office, STAFF, standing.id, "36.73.01.1002")
    folder = evidence.pack(office, STAFF, standing.id, tmp_path / "bukti").folder
    done = evidence_checks.recheck(office, STAFF, folder)
    assert done.is_equal, done.differences
    assert done.notes[0].startswith("1 kelurahan")


def _parameters(office, standing):
    return lists.open_list(office, STAFF, standing.id).findings.parameters


def test_a_file_of_the_pack_that_was_changed_added_or_lost_is_named(office, packed):
    with (packed / "temuan.csv").open("a", encoding="utf-8") as file:
        file.write("IDN-01,KRITIS,person,P9,\n")
    (packed / "tambahan.txt").write_text("x")
    (packed / "BACA-SAYA.txt").unlink()
    told = evidence_checks.recheck(office, STAFF, packed).differences
    assert any("temuan.csv berubah" in one for one in told)
    assert any("tambahan.txt bukan bagian" in one for one in told)
    assert any("BACA-SAYA.txt hilang" in one for one in told)


def test_a_list_whose_files_were_changed_is_found_out(office, standing, packed):
    folder = next(office.root.glob("nyata/daftar/D*"))
    people = pq.read_table(folder / "person.parquet")
    niks = people["nik"].to_pylist()
    at = people.column_names.index("nik")
    changed = people.set_column(at, "nik", pa.array([niks[0], "3673010504819001", *niks[2:]]))
    pq.write_table(changed, folder / "person.parquet")
    shelves.load.cache_clear()
    done = evidence_checks.recheck(Office(office.root), STAFF, packed)
    assert "Berkas daftar person.parquet tidak lagi sama." in done.differences
    assert any(one.startswith("IDN-01: ") for one in done.differences)


def test_a_pack_made_to_agree_with_itself_is_unknown_to_the_ledger(office, packed):
    judged = json.loads((packed / "penilaian.json").read_text(encoding="utf-8"))
    (packed / "penilaian.json").write_text(json.dumps({**judged, "diam": {}, "temuan": 0}))
    lines = []
    for path in sorted(packed.rglob("*")):
        if path.is_file() and path.name != "MANIFES.sha256":
            name = path.relative_to(packed).as_posix()
            lines.append(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {name}\n")
    (packed / "MANIFES.sha256").write_text("".join(lines))
    told = evidence_checks.recheck(office, STAFF, packed).differences
    assert told == ("Jejak kantor tidak mengenal paket ini: sidiknya tidak tercatat.",)


def test_events_that_changed_in_the_office_are_named(office, standing, packed):
    with office.real.writing() as connection:
        connection.execute(tables.event.update().values(hash="lain").where(tables.event.c.seq == 1))
    told = evidence_checks.recheck(office, STAFF, packed).differences
    assert told == ("Catatan jejak tidak lagi sama: nomor 1.",)


def test_rules_that_changed_since_are_named(office, packed, monkeypatch):
    stand = evidence_checks.rule_marks

    def changed(findings):
        return {
            code: "lain" if code == "IDN-01" else mark for code, mark in stand(findings).items()
        }

    monkeypatch.setattr(evidence_checks, "rule_marks", changed)
    told = evidence_checks.recheck(office, STAFF, packed).differences
    assert told == ("Aturan berubah, bertambah atau berkurang sejak dikemas: IDN-01.",)


def test_other_grounds_for_the_same_findings_are_said(office, packed, monkeypatch):
    judge = engine.check

    def other(register, **how):
        found = judge(register, **how)
        at = found.table.column_names.index("evidence")
        blank = pa.array(["{}"] * found.table.num_rows, pa.string())
        return replace(found, table=found.table.set_column(at, "evidence", blank))

    monkeypatch.setattr(engine, "check", other)
    told = evidence_checks.recheck(office, STAFF, packed).differences
    assert len(told) == 1
    assert "dasarnya" in told[0]


def test_what_is_no_pack_gets_a_sentence(office, packed, tmp_path):
    for folder in (tmp_path / "tiada", tmp_path):
        with pytest.raises(UnusableInput, match="bukan paket bukti"):
            evidence_checks.room_of(folder)
        with pytest.raises(UnusableInput, match="bukan paket bukti"):
            evidence_checks.recheck(office, STAFF, folder)
    for name in ("penilaian.json", "potret.json", "MANIFES.sha256"):
        kept = (packed / name).read_bytes()
        (packed / name).write_bytes(b"[]")
        with pytest.raises(UnusableInput, match="bukan paket bukti"):
            evidence_checks.recheck(office, STAFF, packed)
        (packed / name).write_bytes(kept)


def test_an_event_whose_number_no_ledger_holds_is_a_sentence(office, packed):
    with (packed / "jejak.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"seq":9223372036854775808,"hash":""}\n')
    with pytest.raises(UnusableInput, match="bukan paket bukti"):
        evidence_checks.recheck(office, STAFF, packed)


#: What may stand in JSON where something else is expected: each kind, a number that is none, half a
#: letter, and more brackets than can be counted.
ODD = (
    "null",
    "true",
    "7",
    '"x"',
    "[]",
    "{}",
    "[[1, 2]]",
    "1e999",
    "NaN",
    '"\\ud800"',
    "[" * 100_000,
)
ODD += ('{"x": null}', '{"x": [1]}', '{"x": 1e999}', '{"\\ud800": {}}')


def test_json_of_any_other_shape_gets_a_sentence_or_is_a_difference(office, packed, monkeypatch):
    monkeypatch.setattr(engine, "check", judged_once(engine.check))
    for name in ("daftar.json", "potret.json", "penilaian.json"):
        stood = (packed / name).read_text(encoding="utf-8")
        content = json.loads(stood)
        shapes = [json.dumps({**content, key: "@"}) for key in content]
        for text in ("{}", *ODD, *(one.replace('"@"', odd) for one in shapes for odd in ODD)):
            (packed / name).write_text(text, encoding="utf-8")
            with suppress(UnusableInput, NotFound, WrongUse):
                assert not evidence_checks.recheck(office, STAFF, packed).is_equal
        (packed / name).write_text(stood, encoding="utf-8")
    for odd in ODD:
        for line in (odd, f'{{"seq": {odd}, "hash": ""}}', f'{{"seq": 1, "hash": {odd}}}'):
            (packed / "jejak.jsonl").write_text(line, encoding="utf-8")
            with suppress(UnusableInput):
                assert not evidence_checks.recheck(office, STAFF, packed).is_equal


def judged_once(check):
    """Judges by the first values that will do, and refuses those that will not."""
    found = {}

    def judge(register, parameters):
        parameters_on(date(2026, 11, 1), parameters)
        return found.get("it") or found.setdefault("it", check(register, parameters=parameters))

    return judge


def test_a_folder_with_something_in_it_is_left_alone(office, standing, packed):
    before = contents(packed)
    with pytest.raises(WrongUse, match="sudah berisi"):
        evidence.pack(office, STAFF, standing.id, packed)
    assert contents(packed) == before


def test_a_disk_that_refuses_leaves_nothing(office, standing, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(evidence, "_write_findings", full)
    with pytest.raises(StoreFault, match="Disk penuh"):
        evidence.pack(office, STAFF, standing.id, tmp_path / "bukti")
    assert not (tmp_path / "bukti").exists()
    assert not list(tmp_path.glob(".bukti*"))


def test_packing_stays_on_record_and_wants_the_whole_office(office, standing, packed):
    with pytest.raises(Forbidden):
        evidence.pack(office, OF_SERANG, standing.id, packed.with_name("lain"))
    with pytest.raises(Forbidden):
        evidence_checks.recheck(office, OF_SERANG, packed)
    with pytest.raises(NotFound):
        evidence.pack(office, STAFF, "D0", packed.with_name("lain"))
    from workbench.services import audits

    newest = audits.log_page(office, STAFF).entries[0]
    assert newest.words == "Paket bukti"
    digest = hashlib.sha256((packed / "MANIFES.sha256").read_bytes()).hexdigest()
    assert digest in newest.detail


# --- as a ZIP, and back


def zip_of(files):
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return whole.getvalue()


def twice(files, name):
    """A ZIP in which a name stands two times."""
    other = name.swapcase()
    whole = zip_of({**files, other: b"x"})
    return whole.replace(other.encode(), name.encode())


def unzipped(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_as_a_zip_it_is_one_folder_of_the_same_files(office, standing, packed):
    made = evidence.pack_zipped(office, STAFF, standing.id)
    assert made.name == f"bukti-nyata-{standing.id}.zip"
    held = unzipped(made.content)
    assert held == {
        f"bukti-nyata-{standing.id}/{name}": content for name, content in contents(packed).items()
    }
    assert made.files == len(held)
    assert not list(office.folder(STAFF.workspace).glob(".bukti-*"))


def times_in(content):
    """Every time a file says it was made: of ZIP entries, of a workbook's properties, of a PDF."""
    if content.startswith(b"%PDF"):
        return {found.decode() for found in re.findall(rb"D:(\d{8})", content)}
    if not content.startswith(b"PK"):
        return set()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        found = {entry.date_time for entry in archive.infolist()}
        for name in archive.namelist():
            found |= times_in(archive.read(name))
            if name == "docProps/core.xml":
                found |= set(re.findall(rb">(\d{4}-\d\d-\d\d)T", archive.read(name)))
    return found


def test_made_on_another_day_every_file_is_the_same_to_the_byte(office, standing, monkeypatch):
    first = evidence.pack_zipped(office, STAFF, standing.id).content
    later = time.localtime(time.time() + 5 * 365 * 86_400)
    monkeypatch.setattr(time, "localtime", lambda *_: later)
    again = evidence.pack_zipped(Office(office.root), STAFF, standing.id).content
    assert {"xlsx", "pdf", "csv", "json"} <= {n.rpartition(".")[2] for n in unzipped(first)}
    assert again == first
    # A clock no test can move is one that no file may have read.
    as_of = standing.as_of.replace("-", "")
    assert times_in(first) <= {(1980, 1, 1, 0, 0, 0), b"1980-01-01", as_of}
    assert as_of in times_in(first)


def test_the_forms_in_it_are_those_of_the_field_and_name_nobody(packed):
    book = openpyxl.load_workbook(packed / "formulir" / "xlsform_kosong.xlsx")
    assert {"survey", "choices", "settings"} <= set(book.sheetnames)
    sheet = openpyxl.load_workbook(packed / "formulir" / "lembar_kosong.xlsx")
    assert len(sheet.sheetnames) >= 2
    said = text_of((packed / "ringkasan.pdf").read_bytes())
    assert "Ringkasanpaketbukti" in said.replace(" ", "")
    assert "Halaman1dari1" in said.replace(" ", "")


def test_beside_the_office_each_pack_gets_a_folder_of_its_own(office, standing):
    made = [evidence.pack_beside(office, STAFF, standing.id) for _ in range(2)]
    names = [one.folder.relative_to(office.root.parent).as_posix() for one in made]
    home = f"{office.root.name}-bukti/bukti-nyata-{standing.id}"
    assert names == [home, f"{home}-2"]
    assert contents(made[0].folder) == contents(made[1].folder)


def test_an_uploaded_pack_is_played_again(office, standing):
    content = evidence.pack_zipped(office, STAFF, standing.id).content
    told = []
    done = evidence_checks.recheck_zipped(
        office, STAFF, content, lambda share, words: told.append((share, words))
    )
    assert done.is_equal, done.differences
    assert done.findings == standing.findings
    assert [share for share, _ in told] == sorted(share for share, _ in told)
    files = unzipped(content)
    name = next(name for name in files if name.endswith("temuan.csv"))
    changed = evidence_checks.recheck_zipped(office, STAFF, zip_of({**files, name: b"rule\n"}))
    assert "Berkas paket temuan.csv berubah sejak dikemas." in changed.differences


def test_work_that_is_stopped_leaves_nothing_behind(office, standing, tmp_path):
    stops = iter([False, False, True])
    with pytest.raises(Cancelled):
        evidence.pack(office, STAFF, standing.id, tmp_path / "x", asks=lambda: next(stops))
    assert not (tmp_path / "x").exists()
    assert not list(tmp_path.glob(".bukti-*"))
    content = evidence.pack_zipped(office, STAFF, standing.id).content
    with pytest.raises(Cancelled):
        evidence_checks.recheck_zipped(office, STAFF, content, asks=lambda: True)
    assert not list(office.folder(STAFF.workspace).glob(".bukti-*"))


def test_a_pack_of_the_other_room_and_what_is_no_pack_get_a_sentence(office, standing):
    content = evidence.pack_zipped(office, STAFF, standing.id).content
    clerk = replace(STAFF, workspace=Workspace.LATIHAN)
    with pytest.raises(WrongUse, match="dari ruang nyata"):
        evidence_checks.recheck_zipped(office, clerk, content)
    files = unzipped(content)
    top = f"bukti-nyata-{standing.id}"
    for bad in (
        b"",
        b"bukan zip",
        content[: len(content) // 2],
        zip_of({}),
        zip_of({"a/b.txt": b"x"}),
        zip_of({**files, "lain/MANIFES.sha256": b""}),
        zip_of({**files, "di luar.txt": b"x"}),
        zip_of({**files, f"{top}/../keluar.txt": b"x"}),
        zip_of({**files, **{f"{top}/{n}": b"" for n in range(600)}}),
        zip_of({**files, f"{top}/jejak.jsonl/isi": b"x"}),
        zip_of({f"{top}/formulir": b"x", **files}),
        zip_of({**files, f"{top}/{'n' * 300}": b"x"}),
        twice(files, f"{top}/jejak.jsonl"),
    ):
        with pytest.raises(UnusableInput):
            evidence_checks.recheck_zipped(office, STAFF, bad)
    assert not (office.folder(STAFF.workspace) / "keluar.txt").exists()
    assert not list(office.folder(STAFF.workspace).glob(".bukti-*"))


def test_the_lists_that_can_be_packed_are_those_that_stand(office, standing):
    assert [(one.id, one.name) for one in evidence.packable(office, STAFF)] == [
        (standing.id, "DTSEN November")
    ]
    lists.remove(office, STAFF, standing.id, "salah berkas")
    assert evidence.packable(office, STAFF) == ()


def test_a_zip_that_would_fill_the_disk_is_refused(office, standing, monkeypatch):
    monkeypatch.setattr(evidence_files, "_MOST_BYTES", 20_000)
    content = evidence.pack_zipped(office, STAFF, standing.id).content
    with pytest.raises(UnusableInput):
        evidence_checks.recheck_zipped(office, STAFF, content)
    assert not list(office.folder(STAFF.workspace).glob(".bukti-*"))

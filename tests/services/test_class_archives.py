"""A class is put away only after its archive was read back; nothing of it is lost."""

import hashlib
import json
import zipfile
from io import BytesIO

import pytest

from tests.services.practice_rows import rows_of
from workbench.access import Workspace
from workbench.errors import Forbidden, NotFound, StoreFault, WrongUse
from workbench.services import arrivals, class_archives, classes, training
from workbench.store import verify_chain
from workbench.store.tables import class_, grade, participant, session


@pytest.fixture
def siti(join):
    return join("=Siti <b>")


@pytest.fixture
def closed(office, trainer, opened, siti):
    """A closed class with one case sent and one begun."""
    training.save_mark(office, siti.actor, 1, "P1.nik", "tidak_sesuai", 1)
    decide(office, siti.actor, 1)
    training.save_mark(office, siti.actor, 2, "P1.nik", "sesuai", 1)
    return classes.close_class(office, trainer, opened.id)


def decide(office, actor, number):
    choices = training.my_case(office, actor, number).public["choices"]
    for field, kind in training.CHOICES.items():
        first = choices[kind][0][0]
        training.save_mark(office, actor, number, field, first, 1)
    training.submit(office, actor, number)


def folder(office):
    return office.folder(Workspace.LATIHAN) / "arsip"


def unpacked(content):
    with zipfile.ZipFile(BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def test_an_archive_holds_every_row_and_says_so(office, trainer, closed):
    made = class_archives.archive_class(office, trainer, closed.id)
    assert made.name == f"{closed.id}-2026-11-21.zip"
    name, content = class_archives.archive_file(office, trainer, made.name)
    assert name == made.name
    files = unpacked(content)
    manifest = json.loads(files.pop("manifes.json"))
    assert manifest["kelas"] == closed.id
    assert set(files) == set(manifest["berkas"])
    for name, told in manifest["berkas"].items():
        assert told == {
            "baris": files[name].count(b"\n"),
            "sha256": hashlib.sha256(files[name]).hexdigest(),
        }
    counts = {n: part["baris"] for n, part in manifest["berkas"].items()}
    assert counts["kasus.jsonl"] == counts["kunci_kasus.jsonl"] == 5 * 4
    assert (counts["peserta.jsonl"], counts["nilai.jsonl"], counts["kelas.jsonl"]) == (1, 1, 1)
    assert json.loads(files["peserta.jsonl"])["name"] == "=Siti <b>"
    (kept,) = rows_of(office, grade)
    assert json.loads(files["nilai.jsonl"]) == dict(kept._mapping)
    kinds = [json.loads(line)["kind"] for line in files["jejak.jsonl"].splitlines()]
    assert kinds.count("kirim") == 1
    assert kinds.count("jawaban") == 2 + len(training.CHOICES)


def test_no_secret_goes_into_an_archive(office, trainer, closed, siti):
    hashed = rows_of(office, participant)[0].return_code_hash
    made = class_archives.archive_class(office, trainer, closed.id)
    files = unpacked(class_archives.archive_file(office, trainer, made.name)[1])
    text = b"".join(files.values()).decode()
    for secret in (hashed, siti.token, siti.return_code):
        assert secret not in text


def test_the_files_of_an_archive_are_the_owners_alone(office, trainer, closed):
    made = class_archives.archive_class(office, trainer, closed.id)
    assert (folder(office) / made.name).stat().st_mode & 0o777 == 0o600
    assert folder(office).stat().st_mode & 0o777 == 0o700


def test_a_class_put_away_lets_nobody_in_and_stays_on_record(office, trainer, closed, siti):
    class_archives.archive_class(office, trainer, closed.id)
    (row,) = rows_of(office, class_)
    assert row.archived_at is not None
    assert classes.list_classes(office, trainer) == ()
    with pytest.raises(WrongUse, match="sudah diarsipkan"):
        classes.reopen_class(office, trainer, closed.id)
    with pytest.raises(NotFound):
        arrivals.come_back(office, siti.return_code)
    assert all(row.revoked_at for row in rows_of(office, session))
    assert len(rows_of(office, grade)) == 1
    assert verify_chain(office.practice).is_whole
    (listed,) = class_archives.archives(office, trainer)
    assert (listed.class_id, listed.class_name, listed.rows["nilai"]) == (closed.id, "Bimtek", 1)


def test_an_open_class_is_to_be_closed_first(office, trainer, closed):
    classes.reopen_class(office, trainer, closed.id)
    with pytest.raises(WrongUse, match="Tutup kelasnya dulu"):
        class_archives.archive_class(office, trainer, closed.id)
    assert rows_of(office, class_)[0].archived_at is None


def test_a_class_is_put_away_once(office, trainer, closed):
    class_archives.archive_class(office, trainer, closed.id)
    with pytest.raises(WrongUse, match="sudah diarsipkan"):
        class_archives.archive_class(office, trainer, closed.id)


def of_the_events(content):
    """Where in an archive the events are told of: the directory's entry, and where they begin."""
    with zipfile.ZipFile(BytesIO(content)) as packed:
        entry = packed.getinfo("jejak.jsonl")
        listed = content.index(b"PK\x01\x02", packed.start_dir)
        while content[listed + 46 :][: len(entry.filename)] != entry.filename.encode():
            listed = content.index(b"PK\x01\x02", listed + 4)
    return listed, entry.header_offset + 30 + len(entry.filename)


def unpackable(content):
    """A block of a kind that deflate does not know."""
    content[of_the_events(content)[1]] = 0xFF


def another_sum(content):
    content[of_the_events(content)[0] + 16] ^= 0xFF


def locked(content):
    listed, begin = of_the_events(content)
    header = begin - 30 - len("jejak.jsonl")
    content[listed + 8] |= 1
    content[header + 6] |= 1


def of_an_unknown_kind(content):
    content[of_the_events(content)[0] + 10] = 99


def cut_off(content):
    del content[len(content) // 2 :]


@pytest.mark.parametrize("spoil", [unpackable, another_sum, locked, of_an_unknown_kind, cut_off])
def test_an_archive_that_does_not_read_back_leaves_the_class(
    office, trainer, closed, siti, monkeypatch, spoil
):
    written = class_archives._write

    def damaged(connection, row, path):
        told = written(connection, row, path)
        content = bytearray(path.read_bytes())
        spoil(content)
        path.write_bytes(content)
        return told

    monkeypatch.setattr(class_archives, "_write", damaged)
    with pytest.raises(StoreFault, match="tidak terbaca utuh"):
        class_archives.archive_class(office, trainer, closed.id)
    assert rows_of(office, class_)[0].archived_at is None
    assert list(folder(office).iterdir()) == []


def test_an_answer_that_comes_meanwhile_keeps_the_class(office, trainer, closed, siti, monkeypatch):
    verified = class_archives._verify

    def slow(path, written):
        verified(path, written)
        decide(office, siti.actor, 3)

    monkeypatch.setattr(class_archives, "_verify", slow)
    with pytest.raises(WrongUse, match="Ada jawaban yang masuk"):
        class_archives.archive_class(office, trainer, closed.id)
    assert rows_of(office, class_)[0].archived_at is None
    assert list(folder(office).iterdir()) == []
    monkeypatch.undo()


def test_another_class_is_not_in_the_archive(office, trainer, closed, class_settings):
    other = classes.open_class(office, trainer, class_settings)
    joined = arrivals.join(office, other.join_code, "Orang Lain", "psm", "36.73")
    made = class_archives.archive_class(office, trainer, closed.id)
    files = unpacked(class_archives.archive_file(office, trainer, made.name)[1])
    assert b"Orang Lain" not in files["peserta.jsonl"]
    assert other.id.encode() not in files["jejak.jsonl"]
    assert arrivals.come_back(office, joined.return_code).actor.seat == 1


@pytest.mark.parametrize("name", ["../verval.sqlite", "verval.sqlite", "tidak-ada.zip", ""])
def test_only_archives_are_taken_away(office, trainer, closed, name):
    class_archives.archive_class(office, trainer, closed.id)
    with pytest.raises(NotFound):
        class_archives.archive_file(office, trainer, name)


def test_a_damaged_archive_is_left_out_of_the_list(office, trainer, closed):
    made = class_archives.archive_class(office, trainer, closed.id)
    (folder(office) / "KRUSAK-2026-01-01.zip").write_bytes(b"PK")
    assert [one.name for one in class_archives.archives(office, trainer)] == [made.name]


def test_a_trainee_archives_nothing(office, closed, siti):
    for act in (
        lambda: class_archives.archive_class(office, siti.actor, closed.id),
        lambda: class_archives.archives(office, siti.actor),
        lambda: class_archives.archive_file(office, siti.actor, "x.zip"),
    ):
        with pytest.raises(Forbidden):
            act()

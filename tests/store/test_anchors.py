"""Anchors: what stands on paper is found again, and typing mistakes are noticed."""

from datetime import date

import pytest

from tests.database import by_hand
from workbench.access import Workspace
from workbench.errors import StoreFault, WrongUse
from workbench.store import record, verify_chain
from workbench.store.anchors import Anchor, anchor_of_code, read_anchors, take_anchor

DAY = date(2026, 11, 22)
HASH = "8f3a77c102de91b46c0e1d2af800ab1c" * 2


@pytest.fixture
def path(tmp_path):
    folder = tmp_path / "nyata"
    folder.mkdir()
    return folder / "jangkar.txt"


@pytest.fixture
def say(store):
    def say(times=1):
        for _ in range(times):
            with store.writing() as connection:
                record(connection, "a", "akun", "akun:a", "masuk", {})

    return say


def test_a_code_typed_from_paper_is_the_anchor_again():
    anchor = Anchor(Workspace.NYATA, DAY, 1048, HASH)
    assert anchor.code.startswith("N20261122-1048-8F3A-77C1-02DE-91B4-6C0E-1D2A-")
    again = anchor_of_code(anchor.code)
    assert (again.workspace, again.date, again.seq) == (Workspace.NYATA, DAY, 1048)
    assert HASH.startswith(again.hash)
    assert len(again.hash) == 24


def test_blanks_small_letters_and_look_alikes_are_forgiven():
    code = Anchor(Workspace.LATIHAN, DAY, 1048, HASH).code
    typed = "  " + code.lower().replace("-", " ").replace("0", "o", 3) + " "
    assert anchor_of_code(typed) == anchor_of_code(code)
    assert anchor_of_code("L" + code[1:].replace("1", "l")) == anchor_of_code(code)


def test_each_single_mistyped_sign_is_noticed():
    code = Anchor(Workspace.NYATA, DAY, 1048, HASH).code
    for place, sign in enumerate(code):
        if sign == "-":
            continue
        wrong = "L" if sign == "N" else ("7" if sign != "7" else "4")
        with pytest.raises(WrongUse):
            anchor_of_code(code[:place] + wrong + code[place + 1 :])


@pytest.mark.parametrize("text", ["", "N", "N20261122-5", "bukan kode", "N20261122-5-8F3A", "\0"])
def test_what_is_no_code_gets_a_sentence(text):
    with pytest.raises(WrongUse, match="tidak terbaca"):
        anchor_of_code(text)


def test_an_anchor_is_written_once_for_each_end_of_the_chain(store, path, say):
    assert take_anchor(store, path, DAY) is None
    assert not path.exists()
    say(3)
    first = take_anchor(store, path, DAY)
    assert first.seq == 3
    assert take_anchor(store, path, date(2026, 11, 23)) == first
    say()
    second = take_anchor(store, path, date(2026, 11, 23))
    assert read_anchors(path, Workspace.NYATA) == (first, second)
    assert verify_chain(store, read_anchors(path, Workspace.NYATA)).is_whole
    assert path.stat().st_mode & 0o077 == 0


def test_no_new_anchor_covers_up_that_an_old_one_is_broken(store, path, say):
    say(3)
    take_anchor(store, path, DAY)
    before = path.read_bytes()
    with by_hand(store) as raw:
        raw.exec_driver_sql("update event set hash = 'x' where seq = 3")
    say()
    with pytest.raises(WrongUse, match="22 Nov 2026"):
        take_anchor(store, path, DAY)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "line", ["rusak", "2026-13-01 5 " + HASH, "2026-11-01 5 " + HASH[:-1], "2026-11-01 5 \xff"]
)
def test_a_damaged_file_of_anchors_says_which_line(store, path, say, line):
    say()
    take_anchor(store, path, DAY)
    with path.open("a", encoding="latin-1") as file:
        file.write(line + "\n")
    with pytest.raises(StoreFault, match="baris 2"):
        read_anchors(path, Workspace.NYATA)


def test_a_disk_that_refuses_keeps_the_anchors_that_stand(store, path, say, monkeypatch):
    say()
    take_anchor(store, path, DAY)
    before = path.read_bytes()
    say()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StoreFault, match="Disk penuh"):
        take_anchor(store, path, DAY)
    assert path.read_bytes() == before
    assert not list(path.parent.glob(".jangkar*"))

"""Files under a key: they come back whole, and only as what they are."""

import os
from pathlib import Path

import pytest

from workbench.errors import StoreFault
from workbench.store import sealing
from workbench.store.sealing import Key, Ring

OLD, NEW = (Key(name * 8, "2026-01-01", name.encode() * 32) for name in "ab")
CONTENT = b"NIK tiada " * 300_000


@pytest.fixture
def plain(tmp_path):
    path = tmp_path / "asal"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def sealed(plain, tmp_path):
    sealing.seal(plain, tmp_path / "family.parquet", OLD, "D1/family.parquet")
    return tmp_path / "family.parquet"


def opened(path, ring, about="D1/family.parquet"):
    target = path.with_name("kembali")
    target.unlink(missing_ok=True)
    sealing.unseal(path, target, ring, about)
    return target.read_bytes()


@pytest.mark.parametrize("size", [0, 1, sealing.PIECE - 1, sealing.PIECE, sealing.PIECE + 1])
def test_what_was_sealed_comes_back(tmp_path, size):
    plain = tmp_path / "asal"
    plain.write_bytes(os.urandom(size))
    sealing.seal(plain, tmp_path / "segel", NEW, "x")
    assert opened(tmp_path / "segel", Ring((OLD, NEW)), "x") == plain.read_bytes()


def test_nothing_of_it_can_be_read_and_it_says_which_key(sealed):
    assert CONTENT[:10] not in sealed.read_bytes()
    assert sealing.needed_key(sealed) == OLD.id
    assert sealed.stat().st_mode & 0o077 == 0
    assert "rahasia" not in repr(OLD)
    assert repr(OLD.secret) not in repr(OLD)


@pytest.mark.parametrize("place", [0, 25, 40, 60, sealing.PIECE, -1])
def test_a_flipped_byte_is_noticed(sealed, place):
    content = bytearray(sealed.read_bytes())
    content[place] ^= 1
    sealed.write_bytes(content)
    with pytest.raises(StoreFault):
        opened(sealed, Ring((OLD,)))


def test_a_cut_off_file_is_noticed(sealed):
    whole = sealed.read_bytes()
    head = len(whole) - len(CONTENT) - 3 * sealing.TAG
    for length in (len(whole) - 1, head + sealing.PIECE + sealing.TAG, head):
        sealed.write_bytes(whole[:length])
        with pytest.raises(StoreFault):
            opened(sealed, Ring((OLD,)))


def test_no_file_stands_for_another(sealed):
    for about in ("D1/person.parquet", "D2/family.parquet"):
        with pytest.raises(StoreFault, match="rusak"):
            opened(sealed, Ring((OLD,)), about)


def test_without_its_key_a_sentence_says_so_and_nothing_is_lost(sealed):
    for ring in (None, Ring((NEW,))):
        with pytest.raises(StoreFault, match=rf"kunci {OLD.id}.*tidak hilang"):
            opened(sealed, ring)
    with pytest.raises(StoreFault, match="kuncinya keliru"):
        opened(sealed, Ring((Key(OLD.id, "", NEW.secret),)))
    assert opened(sealed, Ring((OLD,))) == CONTENT


def test_a_file_comes_under_the_newest_key_and_is_never_plain_meanwhile(sealed, monkeypatch):
    seen = []
    replace = os.replace

    def look(source, target):
        seen.append(CONTENT[:10] in Path(source).read_bytes())
        replace(source, target)

    monkeypatch.setattr(sealing.os, "replace", look)
    sealing.renew(sealed, Ring((OLD, NEW)), "D1/family.parquet")
    assert seen == [False]
    assert sealing.needed_key(sealed) == NEW.id
    assert opened(sealed, Ring((NEW,))) == CONTENT


def test_a_folder_opens_in_a_place_of_its_own_that_is_gone_afterwards(plain, tmp_path):
    folder = tmp_path / "D1"
    (folder / "typed").mkdir(parents=True)
    sealing.seal(plain, folder / "person.parquet", NEW, "D1/person.parquet")
    (folder / "typed" / "open").write_text("terbuka")
    with sealing.open_folder(folder, Ring((NEW,)), "D1", lambda name: True) as place:
        assert (place / "person.parquet").read_bytes() == CONTENT
        assert (place / "typed" / "open").read_text() == "terbuka"
        assert place.stat().st_mode & 0o077 == 0
        assert not place.is_relative_to(folder)
    assert not place.exists()
    with sealing.open_folder(folder, None, "D1", lambda name: name.startswith("typed")) as place:
        assert place == folder


def test_what_a_killed_process_left_open_is_swept_away(tmp_path, monkeypatch):
    monkeypatch.setattr(sealing, "_MEMORY", tmp_path / "tiada")
    (dead, alive) = (2**22 + 7, os.getpid())
    left = tmp_path / f".buka-{os.getuid()}-{dead}-0a0a0a0a"
    kept = tmp_path / f".buka-{os.getuid()}-{alive}-0b0b0b0b"
    for folder in (left, kept):
        folder.mkdir()
    with sealing.private_folder(1, tmp_path) as made:
        assert made.parent == tmp_path
        assert not left.exists()
        assert kept.exists()

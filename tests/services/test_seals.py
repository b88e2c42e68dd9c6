"""A file under a passphrase: comes back whole, and no change of it goes unnoticed."""

import pytest

from workbench.errors import UnusableInput, WrongUse
from workbench.services import seals

PHRASE = "empat ekor kuda kasemen"


@pytest.fixture
def seal(tmp_path, monkeypatch):
    """Seal some bytes in pieces of eight; gives the sealed file."""
    monkeypatch.setattr(seals, "_PIECE", 8)

    def seal(content, phrase=PHRASE):
        plain, sealed = tmp_path / "asal", tmp_path / "tersegel"
        plain.write_bytes(content)
        sealed.unlink(missing_ok=True)
        seals.seal(plain, sealed, phrase)
        return sealed

    return seal


@pytest.fixture
def unseal(tmp_path):
    def unseal(path, phrase=PHRASE):
        target = tmp_path / "kembali"
        target.unlink(missing_ok=True)
        seals.unseal(path, target, phrase)
        return target.read_bytes()

    return unseal


@pytest.mark.parametrize("size", [0, 1, 7, 8, 9, 16, 100])
def test_what_was_sealed_comes_back(seal, unseal, size):
    content = bytes(range(size))
    sealed = seal(content)
    assert seals.is_sealed(sealed)
    assert unseal(sealed) == content
    assert sealed.stat().st_mode & 0o077 == 0


def test_the_same_content_is_never_sealed_alike_and_cannot_be_read(seal):
    first = seal(b"NIK tiada").read_bytes()
    assert b"NIK tiada" not in first
    assert seal(b"NIK tiada").read_bytes() != first


def test_another_passphrase_opens_nothing(seal, unseal):
    sealed = seal(b"isi")
    for phrase in ("", PHRASE + " ", PHRASE.upper()):
        with pytest.raises(UnusableInput, match="Sandi salah"):
            unseal(sealed, phrase)


def test_every_flipped_byte_is_noticed(seal, unseal):
    sealed = seal(b"isi yang panjang")
    content = sealed.read_bytes()
    for place in range(len(seals.MARK), len(content), 5):
        sealed.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with pytest.raises(UnusableInput):
            unseal(sealed)


def test_pieces_cannot_be_cut_off_swapped_or_added(seal, unseal):
    sealed = seal(bytes(range(32)))
    content = sealed.read_bytes()
    head, size = len(seals.MARK) + 16, 8 + 16
    pieces = [content[start : start + size] for start in range(head, len(content), size)]
    assert len(pieces) == 4
    for other in (pieces[:3], pieces[:-2], [], [pieces[1], pieces[0], *pieces[2:]], pieces * 2):
        sealed.write_bytes(content[:head] + b"".join(other))
        with pytest.raises(UnusableInput):
            unseal(sealed)
    for cut in (head - 3, head + 5, len(content) - 1):
        sealed.write_bytes(content[:cut])
        with pytest.raises(UnusableInput):
            unseal(sealed)


def test_a_short_passphrase_is_refused_before_anything_is_written(tmp_path):
    (tmp_path / "asal").write_bytes(b"isi")
    with pytest.raises(WrongUse, match="12 huruf"):
        seals.seal(tmp_path / "asal", tmp_path / "x", "pendek")
    assert not (tmp_path / "x").exists()

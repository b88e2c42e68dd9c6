"""Files at rest under a key: AES-256-GCM in pieces, opened in memory that no disk keeps.

A sealed file begins with ``MARK``, the id of the key it needs and a salt of its own; its key is
HKDF-SHA-256 of the two (RFC 5869). Pieces are numbered and the last one is marked, so that none
can be taken out, swapped or cut off; what a file is (list and name) is part of what is proved, so
that no file stands for another.

Whole files, and not the Parquet format's own encryption: DuckDB 2.0 writes that only with an
extension loaded from the network, it does not read what pyarrow writes, and a list holds more
than Parquet (the manifest, the files it came from).
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from workbench.errors import StoreFault

MARK: Final = b"MEJA-VERVAL-KUNCI-1\n"
PIECE: Final = 1 << 20
TAG: Final = 16
SALT: Final = 16
#: Length of a key's id, in letters.
ID: Final = 8

_HEAD = len(MARK) + ID + SALT
#: Where files lie in memory alone, on the systems that have it.
_MEMORY = Path("/dev/shm")
_ASIDE = ".buka"


@dataclass(frozen=True)
class Key:
    """A key of 32 bytes; its id is public and says which one a file needs."""

    id: str
    made_at: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True)
class Ring:
    """The keys an office holds, oldest first: the newest seals, the others still open."""

    keys: tuple[Key, ...]

    @property
    def newest(self) -> Key:
        return self.keys[-1]

    def find(self, key_id: str) -> Key | None:
        """The key of this id, None where the ring has none."""
        return next((key for key in self.keys if key.id == key_id), None)


def needed_key(path: Path) -> str:
    """The id of the key a file needs, "" for a file that lies open; raises ``OSError``."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if len(head) < _HEAD or not head.startswith(MARK):
        return ""
    return head[len(MARK) : len(MARK) + ID].decode("ascii", "replace")


def seal(source: Path, target: Path, key: Key, about: str) -> None:
    """Write ``source`` sealed to the new file ``target``, mode 0600, safe on the disk."""
    with source.open("rb") as plain:
        _write(pieces(plain, PIECE), target, key, about)


def unseal(source: Path, target: Path, ring: Ring | None, about: str) -> None:
    """The way back, to the new file ``target``.

    Raises ``StoreFault`` without the key, and for a file that was changed.
    """
    with private(target) as plain:
        for piece in _opened(source, ring, about):
            plain.write(piece)


def renew(path: Path, ring: Ring, about: str) -> None:
    """Bring a file under the newest key in its place, at once or not at all.

    A sealed file is never plain on the disk meanwhile.
    """
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        if needed_key(path):
            _write(number_pieces(_opened(path, ring, about)), aside, ring.newest, about)
        else:
            seal(path, aside, ring.newest, about)
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def is_leftover(path: Path) -> bool:
    """Whether a file is one that somebody stopped left aside; it has a whole one beside it."""
    return re.fullmatch(r"\..+\.[0-9a-f]{8}", path.name) is not None


def seal_folder(source: Path, target: Path, key: Key, about: str) -> None:
    """Write every file below ``source`` sealed below ``target``; ``about`` names the list."""
    for path in sorted(source.rglob("*")):
        if path.is_file():
            name = path.relative_to(source)
            (target / name.parent).mkdir(parents=True, exist_ok=True)
            out = target / name
            aside = out.with_name(f".{out.name}.{secrets.token_hex(4)}")
            try:
                seal(path, aside, key, f"{about}/{name.as_posix()}")
                os.replace(aside, out)
            finally:
                aside.unlink(missing_ok=True)


@contextmanager
def open_folder(
    folder: Path, ring: Ring | None, about: str, wanted: Callable[[str], bool]
) -> Iterator[Path]:
    """The files of ``folder`` whose relative names are ``wanted``, plain for as long as needed.

    Where none of them is sealed, that is the folder itself. Raises ``StoreFault`` without the key.
    """
    names = [
        path.relative_to(folder)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    ]
    names = [name for name in names if wanted(name.as_posix())]
    sealed = {name for name in names if needed_key(folder / name)}
    if not sealed:
        yield folder
        return
    size = sum((folder / name).stat().st_size for name in names)
    with private_folder(size, folder.parent) as plain:
        for name in names:
            target = plain / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if name in sealed:
                unseal(folder / name, target, ring, f"{about}/{name.as_posix()}")
            else:
                shutil.copyfile(folder / name, target)
        yield plain


@contextmanager
def private_folder(size: int, beside: Path) -> Iterator[Path]:
    """A folder for the owner alone, gone afterwards: in memory where there is room for ``size``.

    Elsewhere it is a hidden folder in ``beside``. What a killed process left is swept away.
    """
    made = make_private_folder(size, beside)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def make_private_folder(size: int, beside: Path) -> Path:
    """Such a folder, to be removed by whoever asked for it, or swept away after its process."""
    for home in (_MEMORY, beside):
        _sweep(home)
    home = _MEMORY if has_memory(size) else beside
    made = home / f"{_ASIDE}-{_owner()}-{os.getpid()}-{secrets.token_hex(4)}"
    made.mkdir(mode=0o700)
    return made


def has_memory(size: int = 0) -> bool:
    """Whether open files can lie in memory alone, and ``size`` bytes of them fit twice."""
    with suppress(OSError):
        return os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > 2 * size
    return False


def _owner() -> int:
    return os.getuid() if hasattr(os, "getuid") else 0


def _sweep(home: Path) -> None:
    """Remove folders of ours whose process has ended."""
    with suppress(OSError):
        for left in home.glob(f"{_ASIDE}-{_owner()}-*"):
            found = re.fullmatch(r".*-(\d+)-[0-9a-f]+", left.name)
            if found and not _is_running(int(found[1])):
                shutil.rmtree(left, ignore_errors=True)


def _is_running(pid: int) -> bool:
    import psutil

    return bool(psutil.pid_exists(pid))


# --- pieces --------------------------------------------------------------------------------------


def pieces(file: IO[bytes], size: int) -> Iterator[tuple[bytes, bytes]]:
    """An open file in numbered pieces, at least one of them."""
    return number_pieces(iter(lambda: file.read(size), b""))


def number_pieces(pieces: Iterator[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Pieces, each with its nonce: its number and whether it is the last."""
    number, piece = 0, next(pieces, b"")
    while True:
        after = next(pieces, None)
        yield number.to_bytes(11, "big") + (b"\1" if after is None else b"\0"), piece
        if after is None:
            return
        number, piece = number + 1, after


def private(path: Path) -> IO[bytes]:
    """A new file for its owner alone, open for writing."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _write(numbered: Iterator[tuple[bytes, bytes]], target: Path, key: Key, about: str) -> None:
    salt = secrets.token_bytes(SALT)
    head = MARK + key.id.encode() + salt
    cipher, proved = _cipher(key.secret, salt), head + about.encode()
    with private(target) as file:
        file.write(head)
        for nonce, piece in numbered:
            file.write(cipher.encrypt(nonce, piece, proved))
        file.flush()
        os.fsync(file.fileno())


def _opened(source: Path, ring: Ring | None, about: str) -> Iterator[bytes]:
    from cryptography.exceptions import InvalidTag

    with source.open("rb") as file:
        head = file.read(_HEAD)
        key_id = head[len(MARK) : len(MARK) + ID].decode("ascii", "replace")
        key = ring.find(key_id) if ring else None
        if key is None:
            raise StoreFault(lost_words(key_id))
        cipher, proved = _cipher(key.secret, head[-SALT:]), head + about.encode()
        try:
            for nonce, piece in pieces(file, PIECE + TAG):
                yield cipher.decrypt(nonce, piece, proved)
        except InvalidTag as error:
            raise StoreFault(
                "Berkas ini rusak, atau kuncinya keliru. Periksa berkas kunci, atau pulihkan dari "
                "cadangan."
            ) from error


def lost_words(key_id: str) -> str:
    """What to say where a key is wanted and is not there."""
    return (
        f"Data ini terkunci dengan kunci {key_id}, dan kunci itu tidak ada di sini. Datanya tidak "
        "hilang: sambungkan berkas kunci kantor dengan verval key make --berkas BERKAS."
    )


def _cipher(secret: bytes, salt: bytes) -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return AESGCM(HKDF(SHA256(), 32, salt, MARK).derive(secret))

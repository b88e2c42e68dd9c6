"""A file under a passphrase: AES-256-GCM in pieces, so that a large file needs little memory.

The key is Argon2id of the passphrase and a salt of its own (RFC 9106, section 4, second choice).
Pieces are numbered and the last one is marked, so that none can be taken out, swapped or cut off.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

from workbench.errors import UnusableInput, WrongUse

MARK: Final = b"MEJA-VERVAL-SANDI-1\n"
LEAST_LETTERS: Final = 12

_SALT, _TAG, _PIECE = 16, 16, 1 << 20


def is_sealed(path: Path) -> bool:
    """Whether a file begins as ours do; raises ``OSError``."""
    with path.open("rb") as file:
        return file.read(len(MARK)) == MARK


def seal(source: Path, target: Path, passphrase: str) -> None:
    """Write ``source`` under a passphrase to the new file ``target``, mode 0600.

    Raises ``WrongUse`` for a passphrase that is too short, ``OSError`` when the disk refuses.
    """
    if len(passphrase) < LEAST_LETTERS:
        raise WrongUse(f"Sandi cadangan paling sedikit {LEAST_LETTERS} huruf.")
    head = MARK + secrets.token_bytes(_SALT)
    cipher = _cipher(passphrase, head)
    with source.open("rb") as plain, _private(target) as file:
        file.write(head)
        for nonce, piece in _numbered(plain, _PIECE):
            file.write(cipher.encrypt(nonce, piece, head))


def unseal(source: Path, target: Path, passphrase: str) -> None:
    """The way back, to the new file ``target``.

    Raises ``UnusableInput`` for another passphrase or a file that was changed.
    """
    with source.open("rb") as file, _private(target) as plain:
        head = file.read(len(MARK) + _SALT)
        cipher = _cipher(passphrase, head)
        from cryptography.exceptions import InvalidTag

        try:
            for nonce, piece in _numbered(file, _PIECE + _TAG):
                plain.write(cipher.decrypt(nonce, piece, head))
        except InvalidTag as error:
            raise UnusableInput(
                "Sandi salah, atau berkas cadangan ini rusak. Ketik sandinya sekali lagi."
            ) from error


def _cipher(passphrase: str, head: bytes) -> Any:
    from argon2.low_level import Type, hash_secret_raw
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt = head[len(MARK) :]
    if len(salt) != _SALT:
        raise UnusableInput("Berkas cadangan ini terpotong. Pakai cadangan lain.")
    return AESGCM(hash_secret_raw(passphrase.encode(), salt, 3, 65_536, 4, 32, Type.ID))


def _numbered(file: IO[bytes], size: int) -> Iterator[tuple[bytes, bytes]]:
    """The pieces of a file, each with its nonce: its number and whether it is the last."""
    number, piece = 0, file.read(size)
    while True:
        after = file.read(size)
        yield number.to_bytes(11, "big") + (b"\0" if after else b"\1"), piece
        if not after:
            return
        number, piece = number + 1, after


def _private(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

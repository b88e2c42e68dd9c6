"""A file under a passphrase: AES-256-GCM in pieces, so that a large file needs little memory.

The key is Argon2id of the passphrase and a salt of its own (RFC 9106, section 4, second choice).
Pieces are numbered and the last one is marked, so that none can be taken out, swapped or cut off.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any, Final

from workbench.errors import UnusableInput, WrongUse
from workbench.store.sealing import PIECE, SALT, TAG, pieces, private

MARK: Final = b"MEJA-VERVAL-SANDI-1\n"
LEAST_LETTERS: Final = 12

_PIECE = PIECE


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
    head = MARK + secrets.token_bytes(SALT)
    cipher = _cipher(passphrase, head)
    with source.open("rb") as plain, private(target) as file:
        file.write(head)
        for nonce, piece in pieces(plain, _PIECE):
            file.write(cipher.encrypt(nonce, piece, head))


def unseal(source: Path, target: Path, passphrase: str) -> None:
    """The way back, to the new file ``target``.

    Raises ``UnusableInput`` for another passphrase or a file that was changed.
    """
    with source.open("rb") as file, private(target) as plain:
        head = file.read(len(MARK) + SALT)
        cipher = _cipher(passphrase, head)
        from cryptography.exceptions import InvalidTag

        try:
            for nonce, piece in pieces(file, _PIECE + TAG):
                plain.write(cipher.decrypt(nonce, piece, head))
        except InvalidTag as error:
            raise UnusableInput(
                "Sandi salah, atau berkas cadangan ini rusak. Ketik sandinya sekali lagi."
            ) from error


def _cipher(passphrase: str, head: bytes) -> Any:
    from argon2.low_level import Type, hash_secret_raw
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt = head[len(MARK) :]
    if len(salt) != SALT:
        raise UnusableInput("Berkas cadangan ini terpotong. Pakai cadangan lain.")
    return AESGCM(hash_secret_raw(passphrase.encode(), salt, 3, 65_536, 4, 32, Type.ID))

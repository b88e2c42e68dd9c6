"""Codes that people read from a screen or a slip of paper: to join a class, to come back to it."""

from __future__ import annotations

import re
import secrets
from typing import Final

from sqlalchemy import Connection, select

from workbench.store.sessions import hash_secret
from workbench.store.tables import class_, participant

#: Letters and digits nobody confuses on a projector or on paper (no 0 O 1 I L 2 Z 5 S 8 B).
ALPHABET: Final = "ACDEFGHJKMNPQRTUVWXY34679"


def plain_code(code: str) -> str:
    """A code as it is compared: capitals and digits only, however it was typed."""
    return re.sub(r"[^A-Z0-9]", "", code.upper())


def random_code(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def free_join_code(connection: Connection) -> str:
    while True:
        code = random_code(6)
        if not connection.execute(select(class_.c.id).where(class_.c.join_code == code)).first():
            return code


def free_return_code(connection: Connection) -> tuple[str, str]:
    """A new return code as it is shown, and its hash; nobody has it yet."""
    while True:
        code = random_code(8)
        hashed = return_hash(code)
        taken = select(participant.c.seat).where(participant.c.return_code_hash == hashed)
        if not connection.execute(taken).first():
            return shown(code), hashed


def return_hash(code: str) -> str:
    return hash_secret(f"kode kembali:{code}")


def shown(code: str) -> str:
    return f"{code[:4]}-{code[4:]}"

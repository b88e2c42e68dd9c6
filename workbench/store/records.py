"""What everything kept of a family's record begins with: its name, its turn, its seal."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from workbench.store import ledger
from workbench.store.tables import candidate as candidates
from workbench.store.tables import ledger_head


@dataclass(frozen=True)
class Record:
    """A family of a list: what outcomes, moves and papers are about."""

    list_id: str
    family_id: str

    @property
    def subject(self) -> str:
        """How the ledger calls it."""
        return f"kunjungan:{self.list_id}.{self.family_id}"

    @property
    def place(self) -> tuple[str, str]:
        """The list and the family."""
        return self.list_id, self.family_id


def queue(connection: Connection) -> None:
    """Wait for other writers before anything is read; SQLite has done so already."""
    connection.execute(select(ledger_head).with_for_update())


def seal(value: Any) -> tuple[str, str]:
    """A salt and the hash of it with a value: proves the value, and tells nothing without it."""
    salt = secrets.token_hex(16)
    return salt, seal_of(value, salt)


def seal_of(value: Any, salt: str) -> str:
    """The hash of a value with the salt it was sealed with."""
    return hashlib.sha256(f"{salt}{ledger.canonical(value)}".encode()).hexdigest()


def candidate_places(connection: Connection, list_id: str, family_id: str = "") -> dict[str, str]:
    """By family, the kelurahan of those on no list that were proposed (or of the one asked for)."""
    wanted = select(candidates.c.family_id, candidates.c.kelurahan_kode).where(
        candidates.c.list_id == list_id
    )
    if family_id:
        wanted = wanted.where(candidates.c.family_id == family_id)
    return {row.family_id: row.kelurahan_kode for row in connection.execute(wanted)}

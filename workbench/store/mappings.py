"""What the columns of a kind of file mean, as this office settled it; newest wins."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from workbench.store import clock, ledger
from workbench.store.tables import mapping as mappings
from workbench.store.workspace import Store


@dataclass(frozen=True)
class StoredMapping:
    """Column names of ours by header mark; ``name`` is the list they were settled on."""

    signature: str
    name: str
    columns: dict[str, str]
    saved_by: str
    at: str


def find_mapping(store: Store, signature: str) -> StoredMapping | None:
    """What was settled for files of this signature, if anything was."""
    with store.reading() as connection:
        row = connection.execute(
            select(mappings).where(mappings.c.signature == signature)
        ).one_or_none()
    if row is None:
        return None
    return StoredMapping(row.signature, row.name, json.loads(row.columns), row.saved_by, row.at)


def put_mapping(
    store: Store, actor_id: str, signature: str, name: str, columns: Mapping[str, str]
) -> None:
    """Settle the meanings for files of this signature; what stood before is replaced."""
    said = {
        "name": name,
        "columns": ledger.canonical(dict(columns)),
        "saved_by": actor_id,
        "at": clock.now(),
    }
    with store.writing() as connection:
        changed = connection.execute(
            mappings.update().where(mappings.c.signature == signature).values(**said)
        )
        if not changed.rowcount:
            connection.execute(mappings.insert().values(signature=signature, **said))
        ledger.record(
            connection, actor_id, "pemetaan", f"pemetaan:{signature[:32]}", "kolom", len(columns)
        )

"""What somebody has filled in of an outcome and not sent yet; theirs alone to read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, select

from workbench.store import clock, ledger
from workbench.store.records import Record
from workbench.store.tables import outcome_draft as drafts
from workbench.store.workspace import Store
from workbench.verification.fieldwork.outcomes import Outcome


@dataclass(frozen=True)
class KeptDraft:
    """One record's answers so far; ``step`` is where in the form they were."""

    record: Record
    outcome: Outcome
    step: str
    at: str


def put_draft(
    store: Store, actor_id: str, record: Record, outcome: Outcome, step: str, purpose: str = ""
) -> None:
    """Keep what was filled in so far in place of what was kept before."""
    key = _draft_key(actor_id, record, purpose)
    said = {"answers": ledger.canonical(outcome.to_json()), "step": step, "at": clock.now()}
    with store.writing() as connection:
        changed = connection.execute(drafts.update().filter_by(**key).values(**said))
        if not changed.rowcount:
            connection.execute(drafts.insert().values(**key, **said))


def drop_draft(store: Store, actor_id: str, record: Record, purpose: str = "") -> None:
    """Forget what was filled in; nothing there is nothing wrong."""
    with store.writing() as connection:
        drop_in(connection, actor_id, record, purpose)


def find_draft(store: Store, actor_id: str, record: Record, purpose: str = "") -> KeptDraft | None:
    """What somebody filled in of a record, or None; also for any other reader than themselves."""
    if store.viewer not in ("", actor_id):
        return None
    with store.reading() as connection:
        key = _draft_key(actor_id, record, purpose)
        row = connection.execute(select(drafts).filter_by(**key)).one_or_none()
    return _draft(row) if row else None


def list_drafts(
    store: Store, actor_id: str, list_id: str, purpose: str = ""
) -> tuple[KeptDraft, ...]:
    """What somebody has filled in of a list, the last one touched first; theirs alone to read."""
    if store.viewer not in ("", actor_id):
        return ()
    with store.reading() as connection:
        rows = connection.execute(
            select(drafts)
            .filter_by(list_id=list_id, actor=actor_id, purpose=purpose)
            .order_by(drafts.c.at.desc())
        )
        return tuple(_draft(row) for row in rows)


def _draft(row: Row[Any]) -> KeptDraft:
    outcome = Outcome.from_json(json.loads(row.answers))
    return KeptDraft(Record(row.list_id, row.family_id), outcome, row.step, row.at)


def _draft_key(actor_id: str, record: Record, purpose: str) -> dict[str, str]:
    return {**vars(record), "actor": actor_id, "purpose": purpose}


def drop_in(connection: Connection, actor_id: str, record: Record, purpose: str = "") -> None:
    """The same inside a ``writing()`` block."""
    key = _draft_key(actor_id, record, purpose)
    same = and_(*(drafts.c[name] == value for name, value in key.items()))
    connection.execute(delete(drafts).where(same))

"""The ledger: everything people do, one event after the other, each holding the one before.

One event per (actor, subject, field, revision), inserted or ignored; the highest revision
counts; state is a fold. Events carry ids, codes and keyed hashes only: names, numbers and free
text lie in tables beside the ledger, so that deleting them leaves the chain whole.

The functions that write take the connection of a ``writing()`` block and are committed with it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, func, select

from workbench.errors import WrongUse
from workbench.store import clock
from workbench.store.tables import event as events
from workbench.store.tables import ledger_head
from workbench.store.workspace import Store

#: What the first event holds as the hash of the one before it.
GENESIS: Final = "0" * 64
#: Browsers hold whole numbers exactly up to here.
MAX_REVISION: Final = 2**53 - 1


@dataclass(frozen=True)
class Event:
    """Something somebody did: ``value`` is any JSON value; ``revision`` counts from 1."""

    actor: str
    kind: str
    subject: str
    field: str
    revision: int
    value: Any


@dataclass(frozen=True)
class Appended:
    """Answer to an append.

    ``accepted``: the event asked for stands in the ledger (now, or since an earlier try).
    ``revision`` and ``value`` are the newest of this actor, subject and field, whichever it is.
    """

    accepted: bool
    revision: int
    value: Any


@dataclass(frozen=True)
class Newest:
    """The newest value of one field and its revision."""

    revision: int
    value: Any


@dataclass(frozen=True)
class ChainReport:
    """Outcome of ``verify_chain``: ``fault_at`` is the first place in the chain that is wrong."""

    events: int
    is_whole: bool
    fault_at: int | None
    sentence: str


def canonical(value: Any) -> str:
    """JSON text that is the same for the same value on every machine."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def append(connection: Connection, event: Event) -> Appended:
    """Append one event unless its (actor, subject, field, revision) is there already.

    An ignored event of the same value is accepted (a retry); one of another value is not, and
    is answered with the newest revision. Raises ``WrongUse`` for a revision that is no whole
    number from 1 to 2**53 - 1.
    """
    revision = event.revision
    if type(revision) is not int or not 1 <= revision <= MAX_REVISION:
        raise WrongUse("Nomor perubahan tidak dapat dibaca. Muat ulang halaman.")
    # Locked first: on SQLite the transaction already holds the only write lock, elsewhere this
    # row is the queue.
    head = connection.execute(select(ledger_head).with_for_update()).one()
    value = canonical(event.value)
    standing = _revisions(connection, event)
    if revision in standing:
        highest = max(standing)
        return Appended(standing[revision] == value, highest, json.loads(standing[highest]))

    row = {
        "seq": head.seq + 1,
        "actor": event.actor,
        "kind": event.kind,
        "subject": event.subject,
        "field": event.field,
        "revision": revision,
        "value": value,
        "at": clock.now(),
        "prev_hash": head.hash,
    }
    row["hash"] = chain_hash(row)
    connection.execute(events.insert().values(row))
    connection.execute(ledger_head.update().values(seq=row["seq"], hash=row["hash"]))
    standing[revision] = value
    highest = max(standing)
    return Appended(True, highest, json.loads(standing[highest]))


def record(
    connection: Connection, actor: str, kind: str, subject: str, field: str, value: Any
) -> None:
    """Append an event at the next free revision: for what happened, not for what is edited."""
    newest = select(func.max(events.c.revision)).where(
        events.c.actor == actor, events.c.subject == subject, events.c.field == field
    )
    revision = (connection.execute(newest).scalar() or 0) + 1
    append(connection, Event(actor, kind, subject, field, revision, value))


def newest(connection: Connection, actor: str, subject: str) -> dict[str, Newest]:
    """Fold: the newest value of every field this actor has touched on this subject."""
    rows = connection.execute(
        select(events.c.field, events.c.revision, events.c.value)
        .where(events.c.actor == actor, events.c.subject == subject)
        .order_by(events.c.field, events.c.revision)
    )
    return {row.field: Newest(row.revision, json.loads(row.value)) for row in rows}


def chain_hash(row: Mapping[str, Any]) -> str:
    """SHA-256 over everything an event says, its place and the hash before it."""
    said = [
        row[name]
        for name in (
            "seq",
            "prev_hash",
            "actor",
            "kind",
            "subject",
            "field",
            "revision",
            "value",
            "at",
        )
    ]
    return hashlib.sha256(canonical(said).encode()).hexdigest()


def verify_chain(store: Store) -> ChainReport:
    """Walk the whole chain; finds an event edited, deleted, inserted, swapped or cut off."""
    with store.reading() as connection:
        before, expected = GENESIS, 0
        for row in connection.execute(
            select(events).order_by(events.c.seq).execution_options(yield_per=2000)
        ).mappings():
            expected += 1
            if row["seq"] != expected:
                return _fault(expected, f"Jejak nomor {expected} hilang.")
            if row["prev_hash"] != before or row["hash"] != chain_hash(dict(row)):
                return _fault(expected, f"Jejak nomor {expected} tidak cocok dengan aslinya.")
            before = row["hash"]
        head = connection.execute(select(ledger_head)).one()
    if (head.seq, head.hash) != (expected, before):
        place = min(head.seq, expected) + 1
        return _fault(place, f"Jejak terpotong atau bertambah sejak nomor {place}.")
    return ChainReport(expected, True, None, f"Jejak utuh: {expected} catatan.")


def _fault(place: int, sentence: str) -> ChainReport:
    return ChainReport(place - 1, False, place, sentence)


def _revisions(connection: Connection, event: Event) -> dict[int, str]:
    rows = connection.execute(
        select(events.c.revision, events.c.value).where(
            events.c.actor == event.actor,
            events.c.subject == event.subject,
            events.c.field == event.field,
        )
    )
    return {row.revision: row.value for row in rows}

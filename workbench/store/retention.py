"""What is written in words, names and sessions: how much of it is older than a day, and its end.

Events hold ids, codes and salted hashes, so that what lies here can go and the chain stays whole.
Rows stay where codes hang on them: words make room for ``GONE`` and the salt of their hash goes
with them, without which nobody can try words against the hash. ``sweep`` leaves nothing of them in
the free pages of the file or in its log.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Table, and_, case, func, or_, select

from workbench.store import clock, ledger
from workbench.store import tables as stored
from workbench.store.records import queue
from workbench.store.tables import retention_run as runs
from workbench.store.workspace import Store

#: Stands where words stood.
GONE: Final = "(dihapus)"
WORDS, NAMES, SESSIONS = "kata", "nama", "sesi"

_KIND = "retensi"


@dataclass(frozen=True)
class Held:
    """Columns of a table that hold one kind of data, and what is left of each.

    ``stamp`` is the column with the moment; ``of`` the table that has it, where that is another,
    found by the ``keys`` both have. Without columns the rows go whole.
    """

    table: str
    left: Mapping[str, str]
    stamp: str = "at"
    of: str = ""
    keys: tuple[tuple[str, str], ...] = ()

    @property
    def data(self) -> Table:
        return stored.metadata.tables[self.table]

    def is_older(self, before: str) -> ColumnElement[bool]:
        """Whether a row is older than a moment and still holds something."""
        data = self.data
        if self.of:
            other = stored.metadata.tables[self.of]
            same = and_(*(data.c[own] == other.c[its] for own, its in self.keys))
            return select(other.c[self.stamp]).where(same, other.c[self.stamp] < before).exists()
        older = data.c[self.stamp] < before
        if not self.left:
            return older
        return and_(
            older,
            or_(*(data.c[name].not_in(["", gone]) for name, gone in self.left.items())),
        )


_OUTCOME = tuple((name, name) for name in ("list_id", "family_id", "source", "revision"))

#: What holds people's words, names and sessions.
HELD: Final[Mapping[str, tuple[Held, ...]]] = {
    WORDS: (
        Held("outcome_note", {}, of="outcome", keys=_OUTCOME),
        Held("outcome_draft", {}),
        Held("happening_note", {}, of="happening", keys=(("happening_id", "id"),)),
        Held("recheck_outcome", {"words": ""}),
        Held("meeting_decision", {"words": "{}"}),
        *(
            Held(table, {"reason": GONE})
            for table in (
                *("stage_step", "recheck_sample", "recheck_decision", "meeting_item"),
                *("happening_end", "task_tick", "graduation", "graduation_check"),
            )
        ),
        Held("objection", {"words": GONE, "answer": GONE}),
        Held("proposal_paper", {"note": GONE}),
        Held("pair_decision", {"note": GONE}),
        Held("snapshot", {"reason": GONE}, stamp="deleted_at"),
    ),
    NAMES: (
        Held("meeting", {"place": GONE}),
        Held("meeting_attendee", {"name": GONE}),
        Held("meeting_minutes", {"content": "{}"}),
        Held("meeting_scan", {"file_name": GONE}),
        Held("proposal_paper", {"file_name": GONE}),
        Held("candidate", {"head_name": GONE, "address": GONE, "nik": GONE, "no_kk": GONE}),
    ),
    SESSIONS: (Held("session", {}, stamp="last_seen_at"),),
}
#: Tables whose scans (by ``sha256``) go with the names.
_SCANNED = ("meeting_scan", "proposal_paper")


@dataclass(frozen=True)
class Run:
    """What was deleted once: counts and years by kind, as of ``on_day``."""

    number: int
    actor: str
    on_day: str
    years: Mapping[str, int]
    counts: Mapping[str, int]
    at: str


def count(store: Store, kind: str, before: str) -> int:
    """How many rows of a kind are older than a moment."""
    with store.reading() as connection:
        return sum(
            connection.execute(
                select(func.count()).select_from(held.data).where(held.is_older(before))
            ).scalar_one()
            for held in HELD[kind]
        )


def old_scans(store: Store, before: str) -> frozenset[str]:
    """SHA-256 of scans that only papers older than a moment stand on."""
    old, young = set(), set()
    with store.reading() as connection:
        for name in _SCANNED:
            data = stored.metadata.tables[name]
            rows = connection.execute(select(data.c.sha256, data.c.at < before))
            for digest, is_old in rows:
                (old if is_old else young).add(digest)
    return frozenset(old - young - {""})


def erase(
    store: Store,
    actor_id: str,
    on_day: str,
    before: Mapping[str, str],
    years: Mapping[str, int],
    lists: Mapping[str, str],
) -> Run:
    """Delete what is older than ``before`` (by kind), and keep that it was done.

    ``lists`` maps lists to be marked as deleted to the reason.
    """
    counts = {"daftar": len(lists)} if lists else {}
    with store.writing() as connection:
        queue(connection)
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
        for kind, moment in before.items():
            counts[kind] = sum(_erase(connection, held, moment) for held in HELD[kind])
        for list_id, reason in lists.items():
            changed = connection.execute(
                stored.snapshot.update()
                .where(stored.snapshot.c.id == list_id, stored.snapshot.c.deleted_at.is_(None))
                .values(deleted_at=clock.now(), deleted_by=actor_id, reason=reason)
            )
            if changed.rowcount:
                ledger.record(connection, actor_id, "hapus", f"daftar:{list_id}", "hapus", {})
        newest = connection.execute(select(func.max(runs.c.number))).scalar() or 0
        at = clock.now()
        row = {"number": newest + 1, "actor": actor_id, "on_day": on_day, "at": at}
        said = {"years": ledger.canonical(dict(years)), "counts": ledger.canonical(counts)}
        connection.execute(runs.insert().values(**row, **said))
        value = {"jumlah": counts, "tahun": dict(years), "per": on_day}
        ledger.record(connection, actor_id, _KIND, f"retensi:{newest + 1}", _KIND, value)
    return Run(newest + 1, actor_id, on_day, dict(years), counts, at)


def _erase(connection: Connection, held: Held, before: str) -> int:
    data, older = held.data, held.is_older(before)
    if not held.left:
        return int(connection.execute(data.delete().where(older)).rowcount)
    values: dict[str, Any] = {name: _left(data, name, gone) for name, gone in held.left.items()}
    if "salt" in data.c:
        values["salt"] = ""
    return int(connection.execute(data.update().where(older).values(values)).rowcount)


def _left(data: Table, name: str, gone: str) -> Any:
    """What is left of a cell; one that was empty stays so."""
    return case((data.c[name] == "", ""), else_=gone)


def list_runs(store: Store) -> tuple[Run, ...]:
    """What was deleted so far, newest first."""
    with store.reading() as connection:
        rows = connection.execute(select(runs).order_by(runs.c.number.desc())).all()
    return tuple(
        Run(
            row.number,
            row.actor,
            row.on_day,
            json.loads(row.years),
            json.loads(row.counts),
            row.at,
        )
        for row in rows
    )


def sweep(store: Store) -> bool:
    """Rewrite the database so that nothing deleted is left in it; whether all of it could be.

    While others hold an old picture open the log cannot be emptied; then a later sweep does it.
    """
    if store.url.get_backend_name() != "sqlite":
        with store.engine.connect() as connection:
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            for name in sorted({held.table for kind in HELD.values() for held in kind}):
                alone.exec_driver_sql(f"VACUUM FULL {name}")
        return True
    path = Path(str(store.url.database))
    try:
        with closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as raw:
            raw.execute("PRAGMA secure_delete = ON")
            raw.execute("VACUUM")
            (is_busy, *_pages) = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError:
        return False
    return not is_busy

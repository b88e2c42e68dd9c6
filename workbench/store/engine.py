"""One engine per process, and a begin that tells reading from writing.

On SQLite every connection is WAL, ``synchronous=FULL``, foreign keys on, busy timeout ten
seconds. A writing transaction is ``BEGIN IMMEDIATE`` (a plain BEGIN that reads and then writes
loses to locks whatever the timeout); a reading one is ``query_only``, so nothing can be written
outside a writing transaction.

A SQLite connection must not cross a fork: its locks are counted per process. Idle connections
are closed before a fork, a child starts with an engine of its own, and what the child inherited
all the same (a connection another thread was using) is never touched there, not even to close it.
"""

from __future__ import annotations

import os
import sqlite3
import time
import weakref
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event

#: Execution option that marks a writing transaction.
WRITES: Final = "verval_writes"
BUSY_TIMEOUT_S: Final = 10.0

_OPEN: weakref.WeakSet[Engine] = weakref.WeakSet()
_LEFT_BEHIND: list[Engine] = []


def make_engine(url: URL) -> Engine:
    """Return an engine for this process only, with the rules of this module built in."""
    if url.get_backend_name() == "sqlite":
        engine = create_engine(
            url,
            connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False},
            pool_size=2,
            max_overflow=20,
        )
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        engine = create_engine(url, pool_size=2, max_overflow=20, pool_pre_ping=True)
    _OPEN.add(engine)
    return engine


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own transaction handling would begin late and never IMMEDIATE.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {int(BUSY_TIMEOUT_S * 1000)}")
    _switch_to_wal(connection)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Switch a new file to WAL; the switch does not wait for locks by itself, so it is retried."""
    give_up = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        except sqlite3.OperationalError as error:
            busy = (error.sqlite_errorcode & 0xFF) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
            if not busy or time.monotonic() > give_up:
                raise
            time.sleep(0.01)
            continue
        if mode.lower() != "wal":
            # A file system without shared memory (some network drives): say so, never go on.
            raise sqlite3.OperationalError("journal mode WAL is not available here")
        return


def _begin_sqlite(connection: Connection) -> None:
    writes = bool(connection.get_execution_options().get(WRITES))
    connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _close_idle() -> None:
    for engine in list(_OPEN):
        engine.dispose()


def _leave_behind() -> None:
    # Keeping the parent's engines alive is what keeps their connections from being closed here.
    _LEFT_BEHIND.extend(_OPEN)
    _OPEN.clear()


def _register_at_fork(**hooks: Any) -> None:
    register = getattr(os, "register_at_fork", None)
    if register is not None:
        register(**hooks)


_register_at_fork(before=_close_idle, after_in_child=_leave_behind)

"""One engine per process, and a begin that tells reading from writing.

On SQLite every connection is WAL, ``synchronous=FULL``, foreign keys on, busy timeout ten
seconds. A writing transaction is ``BEGIN IMMEDIATE`` (a plain BEGIN that reads and then writes
loses to locks whatever the timeout); a reading one is ``query_only``, so nothing can be written
outside a writing transaction.

On PostgreSQL each workspace is a schema. Whoever writes first takes a lock that all writers of
the schema queue for, whatever machine they are on: what ``BEGIN IMMEDIATE`` gives, so that code
which reads and then writes holds on both. Reading is ``REPEATABLE READ, READ ONLY``. A commit is
on the disk before it is answered, whatever the server's own settings say.

A connection must not cross a fork: SQLite's locks are counted per process, PostgreSQL's line would
have two speakers. Idle connections are closed before a fork, a child starts with an engine of its
own, and what the child inherited all the same (a connection another thread was using) is never
touched there, not even to close it.
"""

from __future__ import annotations

import os
import sqlite3
import time
import weakref
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import ArgumentError

from workbench.errors import WrongUse

#: Execution option that marks a writing transaction.
WRITES: Final = "verval_writes"
BUSY_TIMEOUT_S: Final = 10.0

_DRIVERS: Final = frozenset({"postgres", "postgresql", "postgresql+psycopg"})
#: Set for every session: acknowledged means on the disk, nobody waits longer than on SQLite, and
#: the lock of a machine that lost its power is let go within a minute.
_SERVER_SETTINGS: Final = {
    "synchronous_commit": "on",
    "lock_timeout": f"{BUSY_TIMEOUT_S:.0f}s",
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}
#: The same from this side: a database machine that went away is noticed.
_LINE_SETTINGS: Final = {
    "connect_timeout": int(BUSY_TIMEOUT_S),
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
    "application_name": "verval",
}
#: One queue for each schema of a database; hashed by the server, so that all agree.
_QUEUE: Final = (
    "select pg_advisory_xact_lock(hashtextextended('verval.' || current_setting('search_path'), 0))"
)

_OPEN: weakref.WeakSet[Engine] = weakref.WeakSet()
_LEFT_BEHIND: list[Engine] = []


def server_url(address: str) -> URL:
    """The address of a PostgreSQL database; raises ``WrongUse``, which never repeats it."""
    try:
        url = make_url(address.strip())
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.drivername not in _DRIVERS or not url.database:
        raise WrongUse(
            "Alamat basis data tidak terbaca. Tulis seperti "
            "postgresql://akun@komputer:5432/verval; tanda khusus dalam sandi ditulis dengan "
            "kode persen."
        )
    return url.set(drivername="postgresql+psycopg")


def make_engine(url: URL, schema: str = "") -> Engine:
    """Return an engine for this process only, with the rules of this module built in.

    ``schema`` is that of the workspace on PostgreSQL, and means nothing on SQLite. What the engine
    raises tells no values.
    """
    if url.get_backend_name() == "sqlite":
        engine = create_engine(
            url,
            connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False},
            pool_size=2,
            max_overflow=20,
            hide_parameters=True,
        )
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        settings = _SERVER_SETTINGS | {"search_path": schema}
        engine = create_engine(
            url,
            connect_args={
                **_LINE_SETTINGS,
                "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
            },
            # A full hall is a hundred processes, and PostgreSQL counts every line held open.
            pool_size=1,
            max_overflow=20,
            pool_pre_ping=True,
            hide_parameters=True,
        )
        event.listen(engine, "begin", _begin_postgresql)
        event.listen(engine, "handle_error", _hide_row)
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


def _begin_postgresql(connection: Connection) -> None:
    from psycopg import IsolationLevel

    writes = bool(connection.get_execution_options().get(WRITES))
    line: Any = connection.connection.driver_connection
    line.read_only = not writes
    # A writer comes after all others, so each of its statements may look at the newest.
    line.isolation_level = (
        IsolationLevel.READ_COMMITTED if writes else IsolationLevel.REPEATABLE_READ
    )
    if writes:
        connection.exec_driver_sql(_QUEUE)


def _hide_row(context: ExceptionContext) -> None:
    """Keep the first line of what PostgreSQL says: the second shows the row it refused."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args:
            error.args = (str(error.args[0]).partition("\n")[0], *error.args[1:])


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

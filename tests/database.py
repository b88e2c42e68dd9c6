"""A PostgreSQL server of the tests' own: in a private folder, for as long as they run.

It never runs as root, listens on this machine alone, and is ended by the process that started it.
Run as a script it makes sure that the programs are there.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection, text

from tests.ports import free_port
from workbench.store import Store
from workbench.store.engine import WRITES, make_engine

OWNER, ACCOUNT = "pemilik", "verval"
TEMPLATE = "templat"
#: Looked up here: between fork and exec it could wait for a lock that nobody holds any more.
_SYSTEM = ctypes.CDLL(None)
_READY_S = 300.0


def installed_programs() -> Path | None:
    """Folder of the newest PostgreSQL server on this machine, or None."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    known = shutil.which("initdb")
    newest = found[-1] if found else Path(known) if known else None
    return newest.parent if newest else None


def ensure_programs() -> Path:
    """Install PostgreSQL where it is missing; ends the run with a sentence where it cannot."""
    found = installed_programs()
    if found is None and shutil.which("apt-get") and os.geteuid() == 0:
        quiet = {"stdout": subprocess.DEVNULL}
        subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)
        subprocess.run(["apt-get", "install", "-y", "-qq", "postgresql"], check=False, **quiet)
        found = installed_programs()
    if found is None:
        sys.exit("No PostgreSQL: install Debian's postgresql, then run the tests again.")
    return found


@dataclass
class DatabaseServer:
    """A running server. ``account`` may open databases that ``new_database`` makes for it."""

    folder: Path
    programs: Path
    port: int
    password: str
    settings: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, again or for the first time, and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *(str(self.programs / "postgres"), "-D", str(self.folder / "data")),
                    *("-p", str(self.port)),
                    *(word for one in self.settings.items() for word in ("-c", "=".join(one))),
                ],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                preexec_fn=_end_with_parent,
                **_owner_of_programs(),
            )
        until = time.monotonic() + _READY_S
        while True:
            try:
                self.owner().close()
                return
            except psycopg.OperationalError:
                if self.process.poll() is not None or time.monotonic() > until:
                    said = (self.folder / "log").read_text("utf-8", "replace")
                    raise RuntimeError(f"PostgreSQL did not start: {said[-2000:]}") from None
                time.sleep(0.05)

    def address(self, database: str, password: str | None = None) -> str:
        """How the workbench is told of a database of this server."""
        known = self.password if password is None else password
        return f"postgresql://{ACCOUNT}:{known}@127.0.0.1:{self.port}/{database}"

    def owner(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """A line of the server's owner, by its socket; each statement stands alone."""
        return psycopg.connect(
            host=str(self.folder), port=self.port, user=OWNER, dbname=database, autocommit=True
        )

    def new_database(self, name: str, template: str = "template0", collation: str = "C") -> str:
        """Make a database of the workbench's account; returns its address."""
        with self.owner() as line:
            line.execute(
                f"create database {name} owner {ACCOUNT} template {template} encoding 'UTF8' "
                f"locale '{collation}'"
            )
        return self.address(name)

    def drop_database(self, name: str) -> None:
        """End who is still in it and remove it."""
        with self.owner() as line:
            line.execute(f"drop database if exists {name} with (force)")

    def amcheck(self, database: str) -> str:
        """What ``pg_amcheck`` complains of; "" for a clean database."""
        with self.owner(database) as line:
            line.execute("create extension if not exists amcheck")
        done = subprocess.run(
            [
                *(str(self.programs / "pg_amcheck"), "--heapallindexed", "--parent-check"),
                *("-h", str(self.folder), "-p", str(self.port), "-U", OWNER, "-d", database),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr if done.returncode else ""

    def stop(self) -> None:
        """End the server by its own process and at once, and wait until it has ended."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(_READY_S)


@contextlib.contextmanager
def running_server(*, safe: bool = False) -> Iterator[DatabaseServer]:
    """A server of its own for the length of the block; ``safe`` writes to the disk as in earnest.

    The administrator's account is not accepted by PostgreSQL, so root lends it to ``postgres``.
    """
    programs = ensure_programs()
    folder, password = Path(tempfile.mkdtemp(prefix="verval-pg-")), secrets.token_hex(8)
    who = _owner_of_programs()
    if who:
        os.chown(folder, who["user"], who["group"])
    is_safe = "on" if safe else "off"
    settings = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": str(folder),
        "max_connections": "200",
        "fsync": is_safe,
        "full_page_writes": is_safe,
    }
    server = DatabaseServer(folder, programs, free_port(), password, settings)
    try:
        subprocess.run(
            [
                *(str(programs / "initdb"), "-D", str(folder / "data"), "-U", OWNER, "-E", "UTF8"),
                *("--locale=C", "--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync"),
            ],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            check=True,
            **who,
        )
        server.start()
        with server.owner() as line:
            line.execute(f"create role {ACCOUNT} login password '{password}'")
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _owner_of_programs() -> dict[str, Any]:
    """As whom PostgreSQL runs, for ``Popen``: it accepts everybody but root."""
    if os.geteuid() != 0:
        return {}
    owner = pwd.getpwnam("postgres")
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


@contextlib.contextmanager
def by_hand(store: Store) -> Iterator[Connection]:
    """A connection of somebody with a database program: what it writes goes past the code."""
    engine = make_engine(store.url, store.workspace.value)
    try:
        with engine.connect() as connection:
            connection = connection.execution_options(**{WRITES: True})
            with connection.begin():
                yield connection
    finally:
        engine.dispose()


def remembering(upgrade: Callable[[Connection], bool]) -> Callable[[Connection], bool]:
    """``upgrade`` for many SQLite files: what it made of the first empty one is done again."""
    made: list[str] = []

    def again(connection: Connection) -> bool:
        is_file = connection.dialect.name == "sqlite"
        if not is_file or connection.exec_driver_sql("select 1 from sqlite_master").first():
            return upgrade(connection)
        if made:
            for statement in made:
                connection.exec_driver_sql(statement)
            return True
        is_known = upgrade(connection)
        line: Any = connection.connection.driver_connection
        made.extend(one for one in line.iterdump() if one not in ("BEGIN TRANSACTION;", "COMMIT;"))
        return is_known

    return again


def run_script(connection: Connection, script: str) -> None:
    """Run statements that stand in one text, a semicolon between them."""
    for statement in filter(str.strip, script.split(";")):
        connection.exec_driver_sql(statement)


def upgrade_to(store: Store, revision: str, *statements: str) -> None:
    """Make the tables as they were at an earlier revision, and write something into them."""
    from alembic import command

    from workbench.store.migrations import configuration

    if store.url.get_backend_name() == "sqlite":
        Path(str(store.url.database)).parent.mkdir(exist_ok=True)
    with by_hand(store) as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"create schema {store.workspace.value}")
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        for statement in statements:
            connection.execute(text(statement))


def _end_with_parent() -> None:
    """A run that is killed leaves no server behind, where the system can see to it."""
    with contextlib.suppress(AttributeError, OSError):
        _SYSTEM.prctl(1, signal.SIGQUIT)


if __name__ == "__main__":
    print(ensure_programs())

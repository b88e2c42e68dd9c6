"""``Store``: the database of one workspace, opened (and brought up to date) on first use.

A SQLite file, or a schema of a PostgreSQL database named like the workspace.

Everything goes through ``reading()`` and ``writing()``. What is written is committed when the
``with`` block of ``writing()`` has been left without an error, and not before. Faults of disk
and database leave here as ``StoreFault`` with a sentence.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, make_url, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.schema import CreateSchema

from workbench.access import Workspace
from workbench.errors import StoreFault
from workbench.store.engine import WRITES, make_engine

#: The newest migration. Equal to Alembic's head (tested), and known without importing Alembic,
#: which a trainee's process never needs.
NEWEST_SCHEMA = "0010"

_FULL = "Disk penuh, jadi data tidak tersimpan. Kosongkan ruang, lalu ulangi."
_READ_ONLY = (
    "Folder data tidak dapat ditulisi, jadi data tidak tersimpan. Periksa izin folder itu, dan "
    "apakah disknya hanya dapat dibaca."
)
_CANNOT_OPEN = "Berkas data tidak dapat dibuka. Periksa apakah folder data ada dan boleh dibuka."
_BUSY = "Penyimpanan sedang sibuk, jadi data belum tersimpan. Ulangi sebentar lagi."
_DAMAGED = "Berkas data rusak. Jangan dipakai lagi; pulihkan dari cadangan terakhir."
_IO = (
    "Disk penuh atau gagal membaca dan menulis, jadi data belum tersimpan. Kosongkan ruang, "
    "periksa disk, lalu ulangi."
)
_OTHER = "Penyimpanan menolak, jadi data belum tersimpan. Ulangi; bila tetap, hubungi admin."
_NEWER = (
    "Data kantor ini dibuat oleh versi Meja Verval yang lebih baru. Data tidak diubah. Perbarui "
    "program ini dari tas yang lebih baru (verval update), lalu buka lagi."
)

_GONE = (
    "Server basis data tidak menjawab, jadi data mungkin belum tersimpan. Periksa apakah "
    "PostgreSQL berjalan dan jaringan tersambung, lalu ulangi."
)
_REFUSED = (
    "PostgreSQL menolak sambungan. Periksa nama akun, sandi dan nama basis data pada "
    "VERVAL_DATABASE."
)
_NOT_ALLOWED = (
    "Akun basis data tidak berhak menulis di sana. Mintalah admin PostgreSQL memberi hak CREATE "
    "pada basis data itu."
)
_ONLY_READ = (
    "Basis data sedang hanya dapat dibaca, jadi data tidak tersimpan. Periksa server PostgreSQL."
)
_DISK_OF_SERVER = (
    "Disk server basis data penuh, jadi data tidak tersimpan. Kosongkan ruang, lalu ulangi."
)
_TOO_MANY = (
    "Server basis data penuh sambungan, jadi data belum tersimpan. Ulangi sebentar lagi, atau "
    "naikkan max_connections."
)
_OTHER_ORDER = (
    "Basis data itu harus dibuat dengan ENCODING 'UTF8' dan LC_COLLATE 'C', supaya urutan dan "
    "huruf sama di semua komputer. Buat lagi dengan TEMPLATE template0."
)

_SENTENCES = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: _CANNOT_OPEN,
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_IOERR: _IO,
}

#: By SQLSTATE, or by its class where the rest says nothing more.
_SERVER_SENTENCES = {
    "08": _GONE,
    "57": _GONE,
    "28": _REFUSED,
    "3D": _REFUSED,
    "42501": _NOT_ALLOWED,
    # A standby refuses a writing transaction by this one.
    "0A000": _ONLY_READ,
    "25006": _ONLY_READ,
    "53100": _DISK_OF_SERVER,
    "53300": _TOO_MANY,
    "55P03": _BUSY,
    "40": _BUSY,
    "58": _IO,
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
}


class Store:
    """The database of one workspace.

    ``viewer`` is the id of the person who reads, "" for nobody in particular, to whom all is open;
    see ``seen_by``.
    Cheap to make and safe to carry over a fork: nothing is opened before the first ``reading()``
    or ``writing()``, and each process opens its own.
    """

    def __init__(self, url: URL | str, workspace: Workspace) -> None:
        self.url = make_url(url)
        self.workspace = workspace
        self._engine: Engine | None = None
        self._pid = os.getpid()
        self._is_current = False
        self._opening = threading.Lock()

    viewer = ""

    def covers(self, kode: str) -> bool:
        """Whether what is kept of a place (dotted code, "" unknown) is open to the viewer."""
        return True

    def seen_by(self, viewer: str, covers: Callable[[str], bool]) -> Store:
        """The same database as one person may read it, of the places that ``covers`` holds for.

        What lies elsewhere or is closed to them stays out; ``sights`` says how.
        """
        return _SeenStore(self, viewer, covers)

    @classmethod
    def at(cls, path: Path, workspace: Workspace) -> Store:
        """The store in the SQLite file ``path``; the file is made on first use, mode 0600."""
        return cls(URL.create("sqlite", database=str(path)), workspace)

    @property
    def engine(self) -> Engine:
        """This process's engine, with the schema up to date; raises ``StoreFault``."""
        if self._pid != os.getpid():
            # A forked child: a lock that a thread of the parent held at the moment of the fork
            # would never be released here.
            self._opening = threading.Lock()
            self._engine, self._pid = None, os.getpid()
        with self._opening:
            if self._engine is None:
                self._make_file()
                self._engine = make_engine(self.url, self.workspace.value)
            if not self._is_current:
                with _faults_as_sentences():
                    _bring_up_to_date(self._engine, self.workspace.value)
                self._is_current = True
        return self._engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection on one consistent picture of the data; it cannot write."""
        with _faults_as_sentences(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection whose changes are all committed on leaving, or none of them.

        Waits for other writers up to ten seconds. Never enter it twice in one thread.
        """
        with _faults_as_sentences(), self.engine.connect() as connection:
            connection = connection.execution_options(**{WRITES: True})
            with connection.begin():
                yield connection

    def stands(self) -> bool:
        """Whether the database holds this workspace; does not make it."""
        if self.url.get_backend_name() == "sqlite":
            return Path(self.url.database or "").is_file()
        engine = make_engine(self.url, self.workspace.value)
        try:
            with _faults_as_sentences(), engine.connect() as connection, connection.begin():
                return bool(_schema_of(connection))
        finally:
            engine.dispose()

    def most_connections(self) -> int:
        """How many connections the PostgreSQL server takes from ordinary accounts."""
        with self.reading() as connection:
            shown = "current_setting('{}')::int"
            names = ("max_connections", "superuser_reserved_connections")
            most, reserved = connection.execute(
                text("select " + ", ".join(map(shown.format, names)))
            ).one()
        return int(most) - int(reserved)

    def close(self) -> None:
        """Close this process's connections; the next use opens anew."""
        if self._engine is not None and self._pid == os.getpid():
            self._engine.dispose()

    def _make_file(self) -> None:
        if self.url.get_backend_name() != "sqlite" or not self.url.database:
            return
        path = Path(self.url.database)
        if path.exists():
            return
        # Made aside and linked into place: to close a descriptor of a database that is open
        # elsewhere in this process would drop SQLite's locks on it, and with them its log.
        aside = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            with suppress(FileExistsError):
                os.link(aside, path)
            aside.unlink()
        except OSError as error:
            raise store_fault(error) from error


class _SeenStore(Store):
    """A store as one person sees it, on the connections of the whole one."""

    def __init__(self, whole: Store, viewer: str, covers: Callable[[str], bool]) -> None:
        super().__init__(whole.url, whole.workspace)
        self._whole, self.viewer, self._covers = whole, viewer, covers

    def covers(self, kode: str) -> bool:
        return self._covers(kode)

    @property
    def engine(self) -> Engine:
        return self._whole.engine

    def close(self) -> None:
        self._whole.close()


def store_fault(error: OSError) -> StoreFault:
    """The sentence for a fault of the file system."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreFault(_FULL)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return StoreFault(_READ_ONLY)
    return StoreFault(_CANNOT_OPEN)


def sqlite_fault(error: sqlite3.Error) -> StoreFault:
    """The sentence for a fault of SQLite's."""
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    return StoreFault(_SENTENCES.get(code, _OTHER))


@contextmanager
def _faults_as_sentences() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise  # a broken promise of our own code, not a fault of the disk
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.Error):
            raise sqlite_fault(error.orig) from error
        # Not "from": what a line says that was refused may repeat a mistyped address.
        raise StoreFault(_server_sentence(error)) from None
    except SQLAlchemyError as error:
        raise StoreFault(_OTHER) from error


def _server_sentence(error: DBAPIError) -> str:
    state = getattr(error.orig, "sqlstate", None) or ""
    if state:
        return _SERVER_SENTENCES.get(state) or _SERVER_SENTENCES.get(state[:2], _OTHER)
    # A line that was refused has no SQLSTATE, only words in the server's language.
    line = getattr(error.orig, "pgconn", None)
    if line is not None and (line.needs_password or line.used_password):
        words = str(error.orig)
        return _TOO_MANY if "53300" in words or "connection slots" in words else _REFUSED
    is_line = isinstance(error, OperationalError)
    return _GONE if is_line or error.connection_invalidated else _OTHER


def _bring_up_to_date(engine: Engine, schema: str) -> None:
    with engine.connect() as connection, connection.begin():
        if _schema_of(connection) == NEWEST_SCHEMA:
            return
    with engine.connect() as connection:
        connection = connection.execution_options(**{WRITES: True})
        with connection.begin():
            if connection.dialect.name == "postgresql":
                _make_schema(connection, schema)
            # Asked again under the lock: another process may have been quicker.
            if _schema_of(connection) != NEWEST_SCHEMA:
                from workbench.store.migrations import upgrade

                if not upgrade(connection):
                    raise StoreFault(_NEWER)


def _make_schema(connection: Connection, name: str) -> None:
    """The schema of a workspace, where an administrator has not made it already."""
    if connection.execute(text("select to_regnamespace(:name)"), {"name": name}).scalar():
        return
    made = connection.execute(
        text(
            "select pg_encoding_to_char(encoding), datcollate from pg_database "
            "where datname = current_database()"
        )
    ).one()
    if tuple(made) not in (("UTF8", "C"), ("UTF8", "POSIX")):
        raise StoreFault(_OTHER_ORDER)
    connection.execute(CreateSchema(name))


def _schema_of(connection: Connection) -> str:
    if not connection.dialect.has_table(connection, "alembic_version"):
        return ""
    found = connection.execute(text("select version_num from alembic_version")).scalar()
    return str(found or "")

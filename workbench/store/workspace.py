"""``Store``: the database of one workspace, opened (and brought up to date) on first use.

Everything goes through ``reading()`` and ``writing()``. What is written is committed when the
``with`` block of ``writing()`` has been left without an error, and not before. Faults of disk
and database leave here as ``StoreFault`` with a sentence.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, make_url, text
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from workbench.access import Workspace
from workbench.errors import StoreFault
from workbench.store.engine import WRITES, make_engine

#: The newest migration. Equal to Alembic's head (tested), and known without importing Alembic,
#: which a trainee's process never needs.
NEWEST_SCHEMA = "0006"

_FULL = "Disk penuh, jadi data tidak tersimpan. Kosongkan ruang, lalu ulangi."
_READ_ONLY = "Folder data tidak dapat ditulisi, jadi data tidak tersimpan. Periksa izin folder itu."
_CANNOT_OPEN = "Berkas data tidak dapat dibuka. Periksa apakah folder data ada dan boleh dibuka."
_BUSY = "Penyimpanan sedang sibuk, jadi data belum tersimpan. Ulangi sebentar lagi."
_DAMAGED = "Berkas data rusak. Jangan dipakai lagi; pulihkan dari cadangan terakhir."
_IO = "Disk gagal membaca atau menulis, jadi data belum tersimpan. Periksa disk, lalu ulangi."
_OTHER = "Penyimpanan menolak, jadi data belum tersimpan. Ulangi; bila tetap, hubungi admin."
_NEWER = (
    "Data ini dibuat oleh versi Meja Verval yang lain atau lebih baru. "
    "Pasang versi terbaru, lalu buka lagi."
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


class Store:
    """The database of one workspace.

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
                self._engine = make_engine(self.url)
            if not self._is_current:
                with _faults_as_sentences():
                    _bring_up_to_date(self._engine)
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


def store_fault(error: OSError) -> StoreFault:
    """The sentence for a fault of the file system."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreFault(_FULL)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return StoreFault(_READ_ONLY)
    return StoreFault(_CANNOT_OPEN)


@contextmanager
def _faults_as_sentences() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise  # a broken promise of our own code, not a fault of the disk
    except DBAPIError as error:
        code = getattr(error.orig, "sqlite_errorcode", -1)
        raise StoreFault(_SENTENCES.get(code & 0xFF if code >= 0 else -1, _OTHER)) from error
    except SQLAlchemyError as error:
        raise StoreFault(_OTHER) from error


def _bring_up_to_date(engine: Engine) -> None:
    with engine.connect() as connection, connection.begin():
        if _schema_of(connection) == NEWEST_SCHEMA:
            return
    with engine.connect() as connection:
        connection = connection.execution_options(**{WRITES: True})
        with connection.begin():
            if connection.dialect.name == "postgresql":
                connection.execute(text("select pg_advisory_xact_lock(8866)"))
            # Asked again under the lock: another process may have been quicker.
            if _schema_of(connection) != NEWEST_SCHEMA:
                from workbench.store.migrations import upgrade

                if not upgrade(connection):
                    raise StoreFault(_NEWER)


def _schema_of(connection: Connection) -> str:
    if not connection.dialect.has_table(connection, "alembic_version"):
        return ""
    found = connection.execute(text("select version_num from alembic_version")).scalar()
    return str(found or "")

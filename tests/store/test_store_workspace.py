"""How the database is opened: pragmas, locks, files, faults, versions."""

import errno
import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.database import by_hand, upgrade_to
from workbench.access import Workspace
from workbench.errors import StoreFault
from workbench.store import Event, Store, append, newest
from workbench.store import engine as engine_module
from workbench.store import workspace as workspace_module
from workbench.store.tables import account, snapshot


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 10_000)],
)
@pytest.mark.parametrize("mode", ["reading", "writing"])
def test_every_connection_to_a_file_is_safe(
    on_sqlite, mode, pragma, value, quick_disk, monkeypatch
):
    monkeypatch.setattr(engine_module, "_set_up_sqlite", quick_disk)
    with getattr(on_sqlite, mode)() as first, on_sqlite.reading() as second:
        for connection in (first, second):
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def test_a_writing_transaction_holds_the_lock_from_its_first_moment(on_sqlite):
    on_sqlite.engine  # noqa: B018  makes the file
    other = sqlite3.connect(on_sqlite.url.database, timeout=0, isolation_level=None)
    with on_sqlite.writing():
        refused = pytest.raises(sqlite3.OperationalError, match="locked")
        with refused:
            other.execute("BEGIN IMMEDIATE")
    other.execute("BEGIN IMMEDIATE")
    other.close()


def test_a_reading_transaction_holds_nobody_up_and_sees_one_picture(store):
    with store.reading() as reader:
        assert newest(reader, "a", "s") == {}
        with store.writing() as writer:
            append(writer, Event("a", "uji", "s", "f", 1, "x"))
        assert newest(reader, "a", "s") == {}
    with store.reading() as reader:
        assert newest(reader, "a", "s")["f"].value == "x"


def test_nothing_is_written_in_a_reading_transaction(store):
    with pytest.raises(StoreFault), store.reading() as connection:
        append(connection, Event("a", "uji", "s", "f", 1, "x"))
    with store.writing() as connection:
        assert append(connection, Event("a", "uji", "s", "f", 1, "y")).value == "y"


def test_an_error_takes_everything_back(store):
    def write_and_fail():
        with store.writing() as connection:
            append(connection, Event("a", "uji", "s", "f", 1, "x"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    with store.reading() as connection:
        assert newest(connection, "a", "s") == {}


def test_files_are_the_owners_alone(on_sqlite):
    with on_sqlite.writing():
        pass
    folder = Path(on_sqlite.url.database).parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_the_migrations_build_exactly_the_tables_of_the_code(store):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from workbench.store.tables import metadata

    with store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_newest_schema_is_known_without_alembic():
    from workbench.store.migrations import newest as newest_script

    assert newest_script() == workspace_module.NEWEST_SCHEMA


def test_an_opened_store_is_opened_again_without_alembic(store):
    with store.writing():
        pass
    program = (
        "import sys; from workbench.access import Workspace;"
        "from workbench.store import Store;"
        f"s = Store({store.url.render_as_string(hide_password=False)!r}, Workspace.NYATA);"
        "c = s.reading(); c.__enter__();"
        "sys.exit('alembic' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.blank_database
def test_a_class_from_before_codes_could_end_gets_half_a_day_on_opening(store):
    from workbench.store import clock
    from workbench.store.tables import class_

    upgrade_to(
        store,
        "0001",
        "insert into class values ('K1', 'Kelas', '', '2026-11-21', '{}', 'ACDEFG', "
        "'open', 7, 0, 'A', 'x', null)",
    )
    before = clock.now()
    with store.reading() as connection:
        until = connection.execute(class_.select()).one().code_until
    assert clock.seconds_before(until, 12 * 3600) >= before
    assert clock.seconds_before(until, 12 * 3600) <= clock.now()


@pytest.mark.blank_database
def test_pairs_judged_before_one_could_be_set_aside_stay_judged(store):
    from workbench.store import pairs

    upgrade_to(
        store,
        "0003",
        "insert into pair_decision values ('a', 'b', 'beda', 'senama', 'catatan', 'n', 'A1', 'x')",
    )
    pairs.put_decision(store, "A1", ("b", "c"), pairs.ASIDE, "", "", "n", {})
    said = {found.keys: found.decision for found in pairs.list_decisions(store).values()}
    assert said == {("a", "b"): "beda", ("b", "c"): "tunda"}
    with pytest.raises(IntegrityError):
        pairs.put_decision(store, "A1", ("c", "d"), "karangan", "", "", "n", {})


def test_a_store_of_another_version_is_refused_and_left_alone(store):
    with store.writing() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    store.close()
    later = Store(store.url, Workspace.NYATA)
    with pytest.raises(StoreFault, match="versi"), later.reading():
        pass
    with by_hand(store) as raw:
        found = raw.exec_driver_sql("select version_num from alembic_version").scalar()
        assert found == "9999"


def test_a_full_disk_is_a_sentence_and_nothing_half_written(on_sqlite):
    store = on_sqlite

    def fill():
        with store.writing() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
            append(connection, Event("a", "uji", "s", "kecil", 1, "x"))
            append(connection, Event("a", "uji", "s", "besar", 1, "x" * 200_000))

    with pytest.raises(StoreFault, match="Disk penuh"):
        fill()
    store.close()
    with store.reading() as connection:
        assert newest(connection, "a", "s") == {}
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def test_a_file_that_is_no_database_is_a_sentence(tmp_path):
    path = tmp_path / "uji.sqlite"
    path.write_bytes(b"bukan basis data" * 400)
    with pytest.raises(StoreFault, match="rusak"), Store.at(path, Workspace.NYATA).reading():
        pass
    assert path.read_bytes() == b"bukan basis data" * 400


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "Disk penuh"), (errno.EROFS, "ditulisi"), (errno.ENOTDIR, "dibuka")],
)
def test_a_fault_of_the_file_system_is_a_sentence(on_sqlite, monkeypatch, number, words):
    def refuse(*_args, **_kwargs):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(workspace_module.os, "open", refuse)
    with pytest.raises(StoreFault, match=words), on_sqlite.writing():
        pass


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_read_only_folder_is_a_sentence():
    """In a child that is nobody in particular, for an administrator may write anywhere."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        child = os.fork()
        if not child:
            status = 1
            try:
                if os.geteuid() == 0:
                    os.setgid(65534)
                    os.setuid(65534)
                with Store.at(Path(folder) / "x.sqlite", Workspace.NYATA).writing():
                    pass
            except StoreFault as fault:
                status = 0 if "ditulisi" in str(fault) else 2
            finally:
                os._exit(status)
        _, status = os.waitpid(child, 0)
        Path(folder).chmod(0o755)
    assert os.waitstatus_to_exitcode(status) == 0


def test_promises_between_tables_are_kept(store):
    from sqlalchemy.exc import IntegrityError

    from workbench.store.sessions import open_session

    with pytest.raises(IntegrityError), store.writing() as connection:
        open_session(connection, Workspace.NYATA, account_id="A-tidak-ada")


def test_both_workspaces_have_all_tables(tmp_path):
    for workspace in Workspace:
        made = Store.at(tmp_path / workspace / "x.sqlite", workspace)
        with made.reading() as connection:
            for table in (account, snapshot):
                assert connection.execute(table.select()).all() == []

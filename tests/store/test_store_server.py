"""The same store on PostgreSQL: its queue, its faults in words, and what it never tells."""

import multiprocessing
import traceback

import pytest
from sqlalchemy.exc import IntegrityError

from tests.database import by_hand, running_server
from workbench.access import Workspace
from workbench.errors import StoreFault, WorkbenchError, WrongUse
from workbench.store import Event, Store, append, newest, record, server_url, verify_chain
from workbench.store import engine as engine_module
from workbench.store.tables import account

SECRET = "Rahasia-77"


def said(fault):
    """All that a log would show of an error, with everything it came from."""
    return "".join(traceback.format_exception(fault.value))


def refused(address):
    """The fault of opening a store there."""
    store = Store(server_url(address), Workspace.NYATA)
    with pytest.raises(StoreFault) as fault, store.reading():
        pass
    store.close()
    return fault


@pytest.mark.parametrize("mode", ["reading", "writing"])
def test_every_session_is_safe(on_server, mode):
    with getattr(on_server, mode)() as connection:
        told = {
            name: connection.exec_driver_sql(f"show {name}").scalar()
            for name in (
                *("search_path", "synchronous_commit", "lock_timeout", "tcp_keepalives_idle"),
                *("transaction_isolation", "transaction_read_only"),
            )
        }
    assert told == {
        "search_path": "nyata",
        "synchronous_commit": "on",
        "lock_timeout": "10s",
        "tcp_keepalives_idle": "30",
        "transaction_isolation": "repeatable read" if mode == "reading" else "read committed",
        "transaction_read_only": "on" if mode == "reading" else "off",
    }


def test_the_workspaces_of_one_database_know_nothing_of_each_other(on_server):
    other = Store(on_server.url, Workspace.LATIHAN)
    with on_server.writing() as first, other.writing() as second:
        append(first, Event("a", "uji", "s", "f", 1, "nyata"))
        append(second, Event("a", "uji", "s", "f", 1, "latihan"))
    for store, value in ((on_server, "nyata"), (other, "latihan")):
        with store.reading() as connection:
            assert newest(connection, "a", "s")["f"].value == value
        assert verify_chain(store).events == 1
    other.close()


def test_who_waits_too_long_for_other_writers_gets_a_sentence(on_server, monkeypatch):
    quick = engine_module._SERVER_SETTINGS | {"lock_timeout": "50ms"}
    monkeypatch.setattr(engine_module, "_SERVER_SETTINGS", quick)
    late = Store(on_server.url, Workspace.NYATA)
    with on_server.writing() as connection:
        with pytest.raises(StoreFault, match="sibuk"), late.writing():
            pass
        append(connection, Event("a", "uji", "s", "f", 1, "x"))
    with late.writing() as connection:
        assert newest(connection, "a", "s")["f"].value == "x"
    late.close()


def _record_often(store):
    for _ in range(25):
        with store.writing() as connection:
            record(connection, "a", "akun", "akun:a", "masuk", {})


@pytest.mark.usefixtures("patient")
def test_what_is_read_while_writing_is_the_newest_whoever_wrote_it(store):
    fork = multiprocessing.get_context("fork")
    writers = [fork.Process(target=_record_often, args=(store,)) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with store.reading() as connection:
        assert newest(connection, "a", "akun:a")["masuk"].revision == 100
    assert verify_chain(store).events == 100


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("53100", "Disk server basis data penuh"),
        ("53300", "max_connections"),
        ("55P03", "sibuk"),
        ("40001", "sibuk"),
        ("40P01", "sibuk"),
        ("25006", "hanya dapat dibaca"),
        ("0A000", "hanya dapat dibaca"),
        ("42501", "tidak berhak"),
        ("28P01", "sandi"),
        ("57P01", "tidak menjawab"),
        ("58030", "Disk penuh atau gagal"),
        ("XX001", "rusak"),
        ("22P05", "menolak"),
    ],
)
def test_a_fault_of_the_server_is_a_sentence_and_nothing_is_half_written(on_server, state, words):
    def write_and_fail():
        with on_server.writing() as connection:
            append(connection, Event("a", "uji", "s", "f", 1, "x"))
            connection.exec_driver_sql(
                f"do $$ begin raise exception '{SECRET}' using errcode = '{state}'; end $$"
            )

    with pytest.raises(StoreFault, match=words) as fault:
        write_and_fail()
    assert SECRET not in said(fault)
    with on_server.reading() as connection:
        assert newest(connection, "a", "s") == {}
    assert verify_chain(on_server).is_whole


def test_a_line_cut_in_the_middle_takes_everything_back_and_the_next_one_works(on_server):
    def write_and_be_cut():
        with on_server.writing() as connection:
            append(connection, Event("a", "uji", "s", "f", 1, "x"))
            own = connection.exec_driver_sql("select pg_backend_pid()").scalar()
            with by_other(on_server) as other:
                other.exec_driver_sql(f"select pg_terminate_backend({own})")
            append(connection, Event("a", "uji", "s", "g", 1, "x"))

    with pytest.raises(StoreFault, match="tidak menjawab"):
        write_and_be_cut()
    with on_server.writing() as connection:
        assert newest(connection, "a", "s") == {}
        append(connection, Event("a", "uji", "s", "f", 1, "y"))
    assert verify_chain(on_server).events == 1


def by_other(store):
    """A connection in the other workspace's queue, so that it does not wait for this one."""
    return by_hand(Store(store.url, Workspace.LATIHAN))


def test_a_line_cut_while_idle_is_not_noticed(on_server):
    with on_server.reading() as connection:
        own = connection.exec_driver_sql("select pg_backend_pid()").scalar()
    with by_other(on_server) as other:
        other.exec_driver_sql(f"select pg_terminate_backend({own})")
    with on_server.reading() as connection:
        assert connection.exec_driver_sql("select pg_backend_pid()").scalar() != own


def test_a_server_that_went_away_is_a_sentence_and_comes_back_with_everything():
    with running_server(safe=True) as server:
        store = Store(server_url(server.new_database("verval")), Workspace.NYATA)
        with store.writing() as connection:
            append(connection, Event("a", "uji", "s", "f", 1, "x"))
        server.stop()
        with pytest.raises(StoreFault, match="PostgreSQL berjalan"), store.writing():
            pass
        server.start()
        with store.writing() as connection:
            assert newest(connection, "a", "s")["f"].value == "x"
        store.close()


def test_a_refused_password_is_a_sentence_that_does_not_tell_it(postgresql):
    fault = refused(postgresql.address("postgres", SECRET))
    assert "sandi" in str(fault.value)
    assert SECRET not in said(fault)


def test_an_unknown_database_is_a_sentence(postgresql):
    assert "VERVAL_DATABASE" in str(refused(postgresql.address("tidak_ada")).value)


def test_a_password_that_is_missing_is_a_sentence(postgresql):
    address = postgresql.address("postgres").replace(f":{postgresql.password}", "")
    assert "sandi" in str(refused(address).value)


def test_an_account_that_may_not_make_anything_is_a_sentence(postgresql):
    assert "tidak berhak" in str(refused(postgresql.address("postgres")).value)


def test_a_database_that_sorts_otherwise_is_refused_before_anything_is_made(postgresql):
    address = postgresql.new_database("lain", collation="C.UTF-8")
    try:
        assert "LC_COLLATE" in str(refused(address).value)
        with postgresql.owner("lain") as line:
            assert line.execute("select to_regnamespace('nyata')").fetchone() == (None,)
    finally:
        postgresql.drop_database("lain")


@pytest.mark.parametrize(
    "address",
    [
        "",
        f"bukan alamat {SECRET}",
        f"mysql://a:{SECRET}@localhost/verval",
        f"postgresql://a:{SECRET}@localhost",
        f"postgresql://a:{SECRET}@localhost:pintu/verval",
    ],
)
def test_an_address_that_cannot_be_read_is_a_sentence_that_does_not_repeat_it(address):
    with pytest.raises(WrongUse, match="Alamat basis data") as fault:
        server_url(address)
    assert SECRET not in said(fault)


@pytest.mark.parametrize("sign", ["@", "/", "#", ":"])
def test_a_password_with_a_sign_in_it_is_never_told_however_it_is_read(sign):
    def open_it():
        url = server_url(f"postgresql://a:{SECRET}{sign}{SECRET}@127.0.0.1:1/verval")
        with Store(url, Workspace.NYATA).reading():
            pass

    with pytest.raises(WorkbenchError) as fault:
        open_it()
    assert SECRET not in said(fault)


def test_a_broken_promise_tells_no_value(store):
    row = {
        "id": "A1", "username": SECRET, "name": "Siti", "role": "staf", "areas": "[]",
        "password_hash": "x", "must_change": False, "disabled": False, "created_at": "x",
    }  # fmt: skip
    with store.writing() as connection:
        connection.execute(account.insert().values(row))
    with pytest.raises(IntegrityError) as fault, store.writing() as connection:
        connection.execute(account.insert().values({**row, "id": "A2"}))
    assert SECRET not in said(fault)

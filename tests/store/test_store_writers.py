"""Many writers, forks and sudden deaths: nothing acknowledged is lost, nobody meets a lock."""

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.database import by_hand
from workbench.access import Workspace
from workbench.store import Event, Store, append, newest, verify_chain
from workbench.store.tables import event

WRITERS, EVENTS = 8, 50

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def _write(store, writer):
    for number in range(EVENTS):
        with store.writing() as connection:
            # Reads first, as every real use does; this is what a plain BEGIN loses to locks.
            before = newest(connection, writer, "kasus")
            assert len(before) == number
            append(connection, Event(writer, "uji", "kasus", f"f{number}", 1, number))


@needs_fork
@pytest.mark.usefixtures("patient")
def test_writers_forked_from_a_process_that_used_the_store_lose_nothing(store):
    with store.writing() as connection:
        append(connection, Event("induk", "uji", "kasus", "f", 1, "sebelum"))
    fork = multiprocessing.get_context("fork")
    writers = [fork.Process(target=_write, args=(store, f"w{n}")) for n in range(WRITERS)]
    for writer in writers:
        writer.start()
    with store.writing() as connection:
        append(connection, Event("induk", "uji", "kasus", "f", 2, "sementara"))
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0] * WRITERS
    with store.reading() as connection:
        counts = connection.execute(select(event.c.actor, func.count()).group_by(event.c.actor))
        kept = {who: count for who, count in counts}
        assert kept == {"induk": 2} | {f"w{n}": EVENTS for n in range(WRITERS)}
    report = verify_chain(store)
    assert report.is_whole
    assert report.events == WRITERS * EVENTS + 2


@needs_fork
@pytest.mark.usefixtures("patient")
@pytest.mark.blank_database
@pytest.mark.parametrize("attempt", range(3))
def test_two_processes_may_open_a_new_store_at_once(store, attempt):
    fork = multiprocessing.get_context("fork")
    for workspace in Workspace:
        new = Store(store.url, workspace)
        if store.url.get_backend_name() == "sqlite":
            new = Store.at(Path(store.url.database).parent / workspace / "x", workspace)
        writers = [fork.Process(target=_write, args=(new, f"w{n}")) for n in range(2)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        assert [writer.exitcode for writer in writers] == [0, 0]


@needs_fork
def test_a_child_never_uses_its_parents_connections(store):
    with store.reading():
        parents = store.engine
    child = os.fork()
    if not child:
        status = 1
        try:
            with store.writing() as connection:
                append(connection, Event("anak", "uji", "kasus", "f", 1, "x"))
            status = 0 if store.engine is not parents else 2
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    with store.reading() as connection:
        assert newest(connection, "anak", "kasus")["f"].value == "x"


_ENDLESS_WRITER = """
import sys
from workbench.access import Workspace
from workbench.store import Event, Store, append

store, who = Store(sys.argv[1], Workspace.NYATA), sys.argv[2]
number = 0
while True:
    number += 1
    with store.writing() as connection:
        append(connection, Event(who, "uji", "kasus", f"f{number}", 1, number))
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()
"""


def test_a_killed_writer_loses_no_acknowledged_event(store, request):
    address = store.url.render_as_string(hide_password=False)
    for life, lives_for in enumerate((1, 17, 40)):
        who = f"w{life}"
        process = subprocess.Popen(
            [sys.executable, "-c", _ENDLESS_WRITER, address, who],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        acknowledged = [int(process.stdout.readline()) for _ in range(lives_for)]
        process.kill()
        # What it still said between our last reading and its death was acknowledged too.
        acknowledged += [int(line) for line in process.stdout.read().split("\n")[:-1]]
        process.wait()
        with store.reading() as connection:
            kept = {field.value for field in newest(connection, who, "kasus").values()}
        assert set(acknowledged) <= kept
        assert len(kept) - len(acknowledged) in (0, 1)
    assert verify_chain(store).is_whole
    if store.url.get_backend_name() == "sqlite":
        with by_hand(store) as raw:
            assert raw.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    else:
        assert request.getfixturevalue("postgresql").amcheck(store.url.database) == ""

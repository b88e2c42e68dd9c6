"""What the field brings back meets a disk that is full, or a folder that may only be read."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

_WORK = """
import os, resource, signal, sys
from pathlib import Path
from sqlalchemy import select
from tests.store.test_fieldwork import FORWARD, LIFE, PLACE, PLAN, RECORD, outcome, put
from workbench.access import Workspace
from workbench.errors import StoreFault
from workbench.store import Store, assignments, fieldwork, finding_lives, snapshots, verify_chain
from workbench.store.tables import metadata
from workbench.verification.fieldwork.lives import Seen, Sightings

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
folder, act, how = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
home = folder / "nyata"
store = Store.at(home / "verval.sqlite", Workspace.NYATA)
for name in ("D1", "D2"):
    snapshots.add_snapshot(store, "A0", name, name, name, {"as_of": "2026-11-01"})
put(store, "A1", outcome(note="Rumah cat hijau"))
finding_lives.put_round(store, "A0", "D1", Sightings({LIFE: Seen("satu", 1, PLACE)}), 1)

def state():
    with store.reading() as connection:
        return {
            table.name: list(map(repr, connection.execute(select(table))))
            for table in metadata.sorted_tables
        }

before = state()
acts = {
    "outcome": lambda: put(store, "A2", outcome("tidak_benar", note="x" * 5000)),
    "move": lambda: fieldwork.put_move(store, "A1", RECORD, PLAN, FORWARD),
    "assignment": lambda: assignments.put_assignment(
        store, "A0", "A1", (PLACE, "", ""), "lapangan"
    ),
    "round": lambda: finding_lives.put_round(store, "A0", "D2", Sightings({}), 1),
}

def forbid_writing():
    # An administrator may write anywhere, so this process goes on as nobody in particular.
    paths = (folder, home, *home.iterdir())
    if os.geteuid() == 0:
        for path in paths:
            os.chown(path, 65534, 65534)
        os.setgid(65534)
        os.setuid(65534)
    for path in paths[2:]:
        path.chmod(0o400)
    home.chmod(0o500)

def refuse(size):
    try:
        if how == "baca":
            store.close()
            forbid_writing()
        else:
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        acts[act]()
    except StoreFault as error:
        print(error)
    else:
        print("tersimpan")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        home.chmod(0o700)
        for path in home.iterdir():
            path.chmod(0o600)

log = home / "verval.sqlite-wal"
refuse(0 if how == "baca" else log.stat().st_size + int(how))
assert state() == before
report = verify_chain(store)
assert report.is_whole, report.sentence
with store.reading() as connection:
    assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
acts[act]()
assert state() != before
assert verify_chain(store).events > report.events
"""


@pytest.mark.parametrize("act", ["outcome", "move", "assignment", "round"])
@pytest.mark.parametrize(("how", "words"), [("0", "disk"), ("4200", "disk"), ("baca", "ditulisi")])
def test_a_write_of_the_field_is_refused_whole_and_done_later(act, how, words):
    """``how``: how many bytes more the log may grow, or that nothing may be written at all."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", _WORK, folder, act, how],
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        assert done.returncode == 0, done.stderr[-2000:]
    assert words in done.stdout.lower()
    assert done.stdout.strip().endswith(".")

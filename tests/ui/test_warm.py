"""What kernels share: loaded and played through once, with nothing left that a fork would break."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.ui.panels import panel_of
from workbench.access import Actor, Role, Workspace
from workbench.serve.doors import DOORS, RINGAN, Door
from workbench.services import arrivals, classes
from workbench.services.office import Office
from workbench.ui.warm import FULL, LIGHT

HEAVY = {"alembic", "duckdb", "folium", "geopandas", "numpy", "pandas", "polars", "pyarrow"}

LOOK = """
import json, os, sys
from ipywidgets import Widget, Layout
from ipywidgets.widgets.widget import _instances
names = [os.path.realpath(f"/proc/self/fd/{n}") for n in os.listdir("/proc/self/fd")]
print(json.dumps({
    "threads": len(os.listdir("/proc/self/task")),
    "modules": sorted(sys.modules),
    "open": [name for name in names if "sqlite" in name],
    "widgets": [type(w).__name__ for w in _instances.values() if not isinstance(w, Layout)],
}))
"""


def run(code: str, **environment: str) -> dict[str, Any]:
    """What a fresh process prints last, read as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_a_warm_light_process_is_fit_to_be_forked() -> None:
    found = run("from workbench.ui.warm import warm_light; warm_light()" + LOOK)
    assert found["threads"] == 1
    assert not HEAVY & set(found["modules"])
    assert found["open"] == []
    assert found["widgets"] == []


def test_a_warm_full_process_is_fit_to_be_forked() -> None:
    found = run("from workbench.ui.warm import warm_full; warm_full()" + LOOK)
    assert found["threads"] == 1
    assert {"pandas", "geopandas", "folium", "pyproj", "shapely"} <= set(found["modules"])
    assert not {"polars", "alembic"} & set(found["modules"])
    assert found["open"] == []
    assert found["widgets"] == []


@pytest.mark.parametrize("door", DOORS.values(), ids=lambda door: door.name)
def test_every_rooms_panel_is_loaded_before_anybody_comes(door: Door) -> None:
    loaded = LIGHT if door.kernel == RINGAN else (*LIGHT, *FULL)
    assert panel_of(door.name) in loaded, "ui.warm"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office with an open class in which somebody has taken the first seat."""
    root = tmp_path_factory.mktemp("kantor")
    trainer = Actor("pelatih", "Pelatih", Role.PELATIH, Workspace.LATIHAN, ("36.73",))
    settings = classes.ClassSettings("Kelas uji", "", date(2026, 11, 20), n_cases=1, seats=1)
    opened = classes.open_class(Office(root), trainer, settings)
    arrivals.join(Office(root), opened.join_code, "Uji Coba", "operator", "36.73")
    return root


VISIT = """
import sys
from IPython.core.interactiveshell import InteractiveShell
from workbench.access import Actor, Role, Workspace
from workbench.services import classes
from workbench.services.office import Office
from workbench.ui.warm import warm_light
InteractiveShell.instance()
if {warm}:
    warm_light()
before = set(sys.modules)
from workbench.ui import rooms
trainer = Actor("pelatih", "Pelatih", Role.PELATIH, Workspace.LATIHAN, ("36.73",))
(found,) = classes.list_classes(Office.from_environment(), trainer)
trainee = Actor(
    f"{{found.id}}.1", "Uji", Role.PESERTA, Workspace.LATIHAN, class_id=found.id, seat=1
)
rooms.beranda(trainee)
rooms.latihan(trainee)
rooms.beranda(trainer)
rooms.latihan(trainer)
rooms.kelas(trainer)
from workbench.services import training
from workbench.ui.trainee.model import TraineeRoom
room = TraineeRoom(Office.from_environment(), trainee, training)
for field, value in (
    ("status", "layak"), ("follow_up", "tidak_ada"), ("confidence", "yakin"),
):
    room.answer({{"kind": "save", "number": 1, "field": field, "value": value, "revision": 1}})
page, answers = room.answer({{"kind": "submit", "number": 1}})
assert page["screen"] == "feedback", answers
room.page("progress")
import json
print(json.dumps({{"new": sorted(set(sys.modules) - before)}}))
"""


def test_after_it_a_visit_loads_nothing_more(office: Path) -> None:
    environment = {"VERVAL_OFFICE": str(office), "IPYTHONDIR": str(office / "ipython")}
    assert run(VISIT.format(warm=True), **environment)["new"] == []
    # The same visit does load modules where nobody warmed up: the list above is no empty one.
    assert run(VISIT.format(warm=False), **environment)["new"]

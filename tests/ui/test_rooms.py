"""Every room opens for everybody it is for, also in an office where nothing has happened yet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from workbench.access import Actor, Role, Workspace
from workbench.serve.doors import DOORS
from workbench.ui import rooms

#: Everybody who comes before there is a class or a list; a trainee comes with a class.
PEOPLE = [
    Actor("x", "Rini Contoh", role, side, ("36.73",))
    for role, side in (
        (Role.PELATIH, Workspace.LATIHAN),
        *((role, side) for role in (Role.STAF, Role.ADMIN) for side in Workspace),
    )
]


@pytest.mark.parametrize(
    ("room", "actor"),
    [(name, actor) for name, door in DOORS.items() for actor in PEOPLE if door.opens_for(actor)],
    ids=lambda one: one if isinstance(one, str) else f"{one.role}-{one.workspace}",
)
def test_a_room_opens_in_an_empty_office(
    room: str, actor: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Any] = []
    monkeypatch.setenv("VERVAL_OFFICE", str(tmp_path))
    monkeypatch.setattr("IPython.display.display", lambda *what, **_: shown.extend(what))
    monkeypatch.setattr(rooms, "display", shown.append)
    getattr(rooms, room)(actor)
    assert shown

"""The notebooks in front of the rooms, and the keeper of the seats."""

from __future__ import annotations

import asyncio
from pathlib import Path

import nbformat
import pytest

from workbench.resources import resource
from workbench.serve import seats
from workbench.serve.doors import DOORS
from workbench.serve.kernels import socket_folder_fits


@pytest.mark.parametrize("name", DOORS)
def test_a_door_is_two_imports_and_one_call(name):
    notebook = nbformat.read(resource(f"notebooks/{name}.ipynb"), as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    lines = [line for cell in code for line in cell.source.splitlines() if line.strip()]
    # A printed sheet leads to one family of Lapangan; no other room is told more than who comes.
    more = ", current_record" if name == "lapangan" else ""
    told = f"current_actor(){more}{'()' if more else ''}"
    assert lines == [
        f"from workbench.serve import current_actor{more}",
        "from workbench.ui import rooms",
        f"rooms.{name}({told})",
    ]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.metadata.title == DOORS[name].title


def test_every_door_has_a_room_behind_it():
    from workbench.ui import rooms

    assert [name for name in DOORS if not callable(getattr(rooms, name, None))] == []


def test_seats_are_drawn_once_at_a_time_however_often_one_looks(tmp_path, monkeypatch):
    async def story() -> list[str]:
        told: list[str] = []
        release = asyncio.Event()

        async def is_low() -> bool:
            return len(told) < 4

        async def draw(self: seats.SeatKeeper) -> None:
            told.append("mulai")
            await release.wait()
            told.append("selesai")

        monkeypatch.setattr(seats.SeatKeeper, "_draw", draw)
        keeper = seats.SeatKeeper(tmp_path, is_low)
        for _ in range(5):
            keeper.look()
            await asyncio.sleep(0)
        release.set()
        while keeper._watch is not None and not keeper._watch.done():
            keeper.look() if len(told) < 4 else None
            await asyncio.sleep(0)
        return told

    assert asyncio.run(story()) == ["mulai", "selesai", "mulai", "selesai"]


def test_a_keeper_that_fails_looks_again(tmp_path):
    asked = []

    async def is_low() -> bool:
        asked.append(1)
        raise OSError("rusak")

    async def story() -> None:
        keeper = seats.SeatKeeper(tmp_path, is_low)
        for _ in range(2):
            keeper.look()
            await asyncio.gather(keeper._watch)
        await keeper.close()

    asyncio.run(story())
    assert len(asked) == 2


def test_socket_files_stay_below_the_systems_limit():
    assert socket_folder_fits(Path("/run/user/1000/vv-abcdefgh"))
    assert not socket_folder_fits(Path("/var/lib") / ("x" * 60))

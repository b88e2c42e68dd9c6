"""Cases drawn once for all tests of this room: one of every plant, and one small class."""

from __future__ import annotations

import pytest

from workbench.rules import plants
from workbench.training import Case, Plan, Task, draw_case, draw_seats, fix_tasks
from workbench.training.drawing import settle
from workbench.training.plans import LOOK_ALIKES

CLASS = Plan("uji-kelas", seed=11)


@pytest.fixture(scope="session")
def plan() -> Plan:
    """The plan the seats were drawn from."""
    return CLASS


@pytest.fixture(scope="session")
def bank() -> dict[str, Case]:
    """A case of every plant, by ``RULE:plant``, with the engine's sentences."""
    plan = Plan("uji-bank", n_cases=1, error_share=1.0, seed=2)
    drawn = {
        f"{plant.rule}:{plant.name}": draw_case(plan, Task(1, (plant,)), seat)
        for seat, plant in enumerate(plants(), start=1)
    }
    settled, _ = settle(list(drawn.values()))
    return dict(zip(drawn, settled, strict=True))


@pytest.fixture(scope="session")
def look_alikes() -> dict[str, Case]:
    """A case of every look-alike, by its name."""
    plan = Plan("uji-serupa", n_cases=1, error_share=0.0, seed=2)
    return {name: draw_case(plan, Task(1, (), name), seat=1) for name in LOOK_ALIKES}


@pytest.fixture(scope="session")
def seats() -> dict[int, list[Case]]:
    """Three seats of one class."""
    return dict(draw_seats(CLASS, range(1, 4)))


@pytest.fixture(scope="session")
def tasks() -> tuple[Task, ...]:
    return fix_tasks(CLASS)

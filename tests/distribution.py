"""How tests are dealt out to the workers of one run: by file, the longest first.

What a module sets up is then set up once, and the workers end together. What starts real servers
with kernels is played one after the other by one worker: two halls at once on a small machine
would wait for each other.
"""

from __future__ import annotations

from typing import Any

from xdist.scheduler import LoadScopeScheduling

#: Folders that go to one worker as a whole, by the name of their unit.
TOGETHER = {
    "tests/stories": "halls",
    "tests/load": "halls",
    "tests/guides": "guides",
    "tests/serve": "serve",
}
#: Units that take longest, the longest first; the rest follows as collected. A unit that is
#: missing here, or gone, costs some balance and nothing else.
LONGEST = (
    "halls",
    "guides",
    "serve",
    "tests/services/test_lists.py",
    "tests/services/test_fieldwork.py",
    "tests/services/test_access_table.py",
    "tests/services/test_courses.py",
    "tests/ui/test_maps_room.py",
    "tests/rules/test_engine_recheck.py",
    "tests/verification/test_fuzz.py",
    "tests/test_wheel.py",
    "tests/test_house.py",
)


def unit(nodeid: str) -> str:
    """What a test goes to a worker with: its folder's unit, else its file."""
    path = nodeid.partition("::")[0]
    return TOGETHER.get(path.rpartition("/")[0], path)


def place(nodeid: str) -> int:
    """A test's place among the longest; the same for all that are not among them."""
    known = unit(nodeid)
    return LONGEST.index(known) if known in LONGEST else len(LONGEST)


class Distribution(LoadScopeScheduling):
    """Deals out units in the order in which they were collected."""

    def __init__(self, config: Any, log: Any = None) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid)

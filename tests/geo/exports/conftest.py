"""The worlds of ``worlds`` for the tests of every kind of file."""

import pytest

from tests.geo.exports import worlds
from workbench.geo.exports.selections import Selection


@pytest.fixture(scope="session")
def make_world():
    """``make_world(practice, names)``."""
    return worlds.make_world


@pytest.fixture(scope="session")
def world():
    """Practice, schematic, every state."""
    return worlds.make_world()


@pytest.fixture
def selection():
    """The rate of one category in the newest period."""
    return Selection("ppks:PMKS04", "L2", "per1000")

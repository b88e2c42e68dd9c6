"""Two small lists, drawn once and linked once for all tests of the room."""

import pytest

from tests.linkage.two_lists import HARD, two_lists
from workbench.linkage import link, people


@pytest.fixture(scope="session")
def hard():
    """P3KE of 600 families against DTSEN of 2,500, the hard kind."""
    return two_lists(600, 2500, HARD)


@pytest.fixture(scope="session")
def linked(hard):
    return link(people(hard.left), people(hard.right))


@pytest.fixture
def person():
    """A row of ``people``; what is not given is unknown."""

    def make(**cells):
        blank = {
            **dict.fromkeys(("person_id", "family_id", "nik", "no_kk", "name", "sex"), ""),
            **dict.fromkeys(("shdk", "mother_name", "rt", "rw", "address", "head_name"), ""),
            "kelurahan_kode_kemendagri": "",
            "birth_date": None,
        }
        return blank | cells

    return make

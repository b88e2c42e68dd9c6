"""One invented city that the tests of this room look at from all sides."""

from __future__ import annotations

from datetime import date

import pytest

from workbench.synthesis import Recipe, World, clean_world, default_recipe

AS_OF = date(2026, 11, 1)


@pytest.fixture(scope="session")
def recipe() -> Recipe:
    return default_recipe()


@pytest.fixture(scope="session")
def city(recipe: Recipe) -> World:
    """Three thousand clean families; read only."""
    return clean_world(recipe, 3000, 1, AS_OF)

"""Invented families: clean worlds, planted mistakes, look-alikes, and what is true of them.

``generate`` makes a whole practice register; ``draw_family`` one fresh family for a case. Nothing
here draws on real people, a clock, or the order of a set: equal arguments give equal content.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from workbench.domain.register import Register
from workbench.domain.schema import SNAPSHOT_TABLES, columns
from workbench.synthesis.look_alikes import WHY_LAWFUL
from workbench.synthesis.planting import Planter, Planting, plant_errors, plant_one, undo
from workbench.synthesis.recipe import Recipe, default_recipe, read_recipe
from workbench.synthesis.world import World, clean_world, draw_family

__all__ = [
    "WHY_LAWFUL",
    "Planter",
    "Planting",
    "Recipe",
    "World",
    "clean_world",
    "default_recipe",
    "draw_family",
    "generate",
    "plant_errors",
    "plant_one",
    "read_recipe",
    "undo",
]


def generate(
    families: int | None = None,
    seed: int | None = None,
    error_rate: float | None = None,
    as_of: date | None = None,
    recipe: Recipe | None = None,
) -> Register:
    """A practice register of invented families with planted mistakes.

    What is not given comes from ``recipe``, and that from ``training_data/kota_serang.yaml``.
    ``error_rate`` is the share of families that get at least one mistake. The table ``truth``
    has a row per mistake and per look-alike. Equal arguments give equal content. Raises
    ``WrongUse`` for numbers that make no list.
    """
    chosen = recipe or default_recipe()
    count = chosen.families if families is None else families
    start = chosen.seed if seed is None else seed
    rate = chosen.error_rate if error_rate is None else error_rate
    world = clean_world(chosen, count, start, as_of or chosen.as_of)
    truth = plant_errors(world, rate, start, second_share=chosen.second_plant_share)
    planted = {row["family_id"] for row in truth}
    # A look-alike is shown only where the family carries nothing else.
    truth += [row for row in world.look_alikes if row["family_id"] not in planted]
    number_rows(world)
    world.manifest.update(_facts(world, rate))
    return world.to_register(truth)


def number_rows(world: World) -> None:
    """Give every row its place in its table again, after rows came and went."""
    for table in SNAPSHOT_TABLES:
        if "row" in columns(table):
            for place, row in enumerate(world.tables[table], start=1):
                row["row"] = place


def _facts(world: World, error_rate: float) -> dict[str, Any]:
    people = len(world.tables["person"])
    return {
        "error_rate": error_rate,
        "carried": {table: list(columns(table)) for table in SNAPSHOT_TABLES},
        "counts": {"dibaca": people, "disimpan": people, "ditolak": {}},
    }

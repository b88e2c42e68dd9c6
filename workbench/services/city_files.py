"""What follows from the recipe of the city in force and is kept beside it: a map and a sample.

Run as ``python -m workbench.services.city_files``, by ``verval city``: a process of its own, since
a process works for one city.
"""

from __future__ import annotations

import sys

from workbench.domain import days
from workbench.domain.cities import MAP_FILE, SAMPLE_FILE
from workbench.domain.wilayah import CITY, RECIPE
from workbench.errors import UnusableInput


def prepare_city() -> None:
    """Check the whole recipe, draw the map, write a sample of a list to practise with.

    Raises ``UnusableInput`` for what cannot be used.
    """
    from workbench.geo.areas import city_areas
    from workbench.geo.schematic import schematic_of, write_schematic
    from workbench.synthesis.sheets import write_sample

    write_sample(RECIPE.with_name(SAMPLE_FILE))
    if CITY.is_placed:
        write_schematic(RECIPE.with_name(MAP_FILE), schematic_of(city_areas(), days.today()))


if __name__ == "__main__":
    try:
        prepare_city()
    except UnusableInput as error:
        sys.exit(str(error))

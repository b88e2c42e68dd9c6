"""An atlas: one city, its boundaries, and what was published of it at one or more dates.

It holds everything that a page, a file or a chart is made of, and nothing that did not pass the
gate. ``services.maps`` builds it for a person, cut to their areas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from workbench.geo.areas import AreaSet
from workbench.geo.disclosure.tables import Release

if TYPE_CHECKING:
    import geopandas as gpd

    from workbench.geo.population import Population


@dataclass(frozen=True)
class Period:
    """One list, published: ``label`` as a menu shows it, ``source`` as a person would cite it.

    ``remarks`` say what could not be placed in a kelurahan; ``top_rules`` names, per kelurahan,
    what is found most often there (only what passed the gate); ``ruleset`` is what judged it.
    """

    list_id: str
    label: str
    as_of: date | None
    source: str
    release: Release
    ruleset: str = ""
    remarks: tuple[str, ...] = ()
    top_rules: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Atlas:
    """Periods newest first over the same areas.

    ``frame`` holds the boundaries as ``geo.boundaries`` gives them (EPSG:4326; columns
    kode_kemendagri and geometry; ``attrs``: schematic, source). ``areas`` may have kelurahan
    without a boundary. ``totals`` are the kecamatan and the city whose sums may be shown.
    """

    areas: AreaSet
    frame: gpd.GeoDataFrame
    periods: tuple[Period, ...]
    population: Population | None = None
    practice: bool = True
    totals: frozenset[str] = frozenset()

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes with a figure: kelurahan in order, then the kecamatan and city shown."""
        return (
            *self.areas.by_code,
            *(c for c in (*self.areas.kecamatan, self.areas.city_code) if c in self.totals),
        )

    @property
    def boundary_facts(self) -> Mapping[str, Any]:
        """What is known of the boundaries: ``schematic`` and ``source``."""
        return dict(self.frame.attrs)

"""The places a map is of: kelurahan (or desa) in kecamatan in one city or regency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from workbench.domain.cities import CELL_KM, CELLS_NOT_PLACES
from workbench.domain.wilayah import CITY, kelurahan

#: Farther than the cells of one kecamatan lie apart, nearer than the lane to the next (degrees).
_REACH: Final = 0.05 * CELL_KM / 111.2


@dataclass(frozen=True)
class Area:
    """One kelurahan or desa: dotted Kemendagri codes, centroid in degrees, area in km2."""

    code: str
    name: str
    kecamatan_code: str
    kecamatan: str
    lat: float
    lon: float
    luas_km2: float


@dataclass(frozen=True)
class AreaSet:
    """All kelurahan of one city or regency, in code order."""

    city_code: str
    city_name: str
    areas: tuple[Area, ...]

    @cached_property
    def by_code(self) -> Mapping[str, Area]:
        """Area by its code."""
        return {area.code: area for area in self.areas}

    @cached_property
    def kecamatan(self) -> Mapping[str, str]:
        """Names of the kecamatan by code, in code order."""
        return {area.kecamatan_code: area.kecamatan for area in self.areas}

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Every code that can carry a number: kelurahan, then kecamatan, then the city."""
        return (*self.by_code, *self.kecamatan, self.city_code)

    def parent(self, code: str) -> str:
        """The code one level up; "" for the city and for a code that is not ours."""
        if code in self.by_code:
            return self.by_code[code].kecamatan_code
        return self.city_code if code in self.kecamatan else ""

    def name(self, code: str) -> str:
        """The name of a kelurahan, a kecamatan or the city; the code itself if unknown."""
        if code in self.by_code:
            return self.by_code[code].name
        return self.kecamatan.get(code, self.city_name if code == self.city_code else code)


def schematic_words(source: str) -> str:
    """What a map without surveyed lines says of itself; ``source`` is its frame's."""
    return "Petak, bukan letak" if is_of_cells(source) else "Peta skematik, bukan batas resmi"


def is_of_cells(source: str) -> bool:
    """Whether a map is one of equal cells, where north and distance mean nothing."""
    return source == CELLS_NOT_PLACES


def in_one_block(cells: Any) -> Any:
    """The cells of one kecamatan, which lie a little apart, as the block they make."""
    return cells.buffer(_REACH, join_style="mitre").buffer(-_REACH, join_style="mitre")


def city_areas() -> AreaSet:
    """The kelurahan this workbench ships with."""
    return AreaSet(
        CITY.kode_kemendagri,
        CITY.name,
        tuple(
            Area(
                place.kode_kemendagri,
                place.name,
                place.kecamatan_kode,
                place.kecamatan,
                place.lat,
                place.lon,
                place.luas_km2,
            )
            for place in kelurahan()
        ),
    )

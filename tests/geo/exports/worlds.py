"""Made-up counts of every kind behind the real gate, and the true numbers to look for after it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from random import Random

from workbench.geo.areas import city_areas
from workbench.geo.atlas import Atlas, Period
from workbench.geo.boundaries import load_boundaries
from workbench.geo.disclosure.gate import disclose
from workbench.geo.disclosure.tables import Column, Counts
from workbench.geo.population import Population, PopulationEntry

AREAS = city_areas()
CODES = tuple(AREAS.by_code)
UNSURVEYED = (CODES[5], CODES[40])
WITHOUT_PEOPLE = CODES[9]
#: Kelurahan with a true count of 1 to 4, which nobody may read from anything.
SMALL = {CODES[3]: 1, CODES[17]: 2, CODES[30]: 3, CODES[52]: 4}
ZERO = (CODES[7], CODES[60])


@dataclass(frozen=True)
class World:
    """An atlas of two periods and the true counts of its newest one, by code."""

    atlas: Atlas
    truth: dict[str, int]


def _counts(rng: Random, shifts: dict[str, int]) -> tuple[Counts, dict[str, int]]:
    truth = {code: rng.randint(5, 90) for code in CODES if code not in UNSURVEYED}
    truth |= SMALL | dict.fromkeys(ZERO, 0)
    truth |= {code: truth[code] + shift for code, shift in shifts.items()}
    columns = (Column("PMKS04", "Anak dengan kedisabilitasan", "orang"),)
    cells = {(code, "PMKS04"): count for code, count in truth.items()}
    remark = "Beberapa orang tidak dapat ditempatkan di kelurahan mana pun."
    return Counts("ppks", columns, cells, frozenset(truth), remark), truth


def make_world(
    practice: bool = True,
    names: dict[str, str] | None = None,
    shifts: dict[str, int] | None = None,
) -> World:
    """A world for a workspace; other names, and more or fewer counted, by code of a kelurahan."""
    areas = AREAS
    if names:
        renamed = tuple(replace(area, name=names.get(area.code, area.name)) for area in areas.areas)
        areas = replace(areas, areas=renamed)
    periods = []
    truths = []
    for name, day in (("L2", date(2026, 11, 1)), ("L1", date(2026, 5, 1))):
        counts, truth = _counts(Random(f"exports:{name}"), shifts or {})
        release = disclose((counts,), areas)
        source = "Daftar uji, Dinas Sosial"
        periods.append(Period(name, f"Daftar {name}", day, source, release, "aturan-7"))
        truths.append(truth)
    people = Population(
        {
            (code, 2025): PopulationEntry(3000 + 40 * place, 900 + 10 * place, "uji")
            for place, code in enumerate(CODES)
            if code != WITHOUT_PEOPLE
        }
    )
    totals = frozenset({*areas.kecamatan, areas.city_code})
    frame = load_boundaries()
    return World(Atlas(areas, frame, tuple(periods), people, practice, totals), truths[0])

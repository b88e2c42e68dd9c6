"""PPKS of an invented family (by age, sex, unit and desil) and the PSKS of a kelurahan."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any

from workbench.domain.reference import by_code
from workbench.domain.wilayah import CITY, kelurahan
from workbench.synthesis.draws import Weighted, day_between, pick
from workbench.synthesis.families import Family, Member
from workbench.synthesis.names import group_name, person_name
from workbench.synthesis.recipe import Recipe

Row = dict[str, Any]

#: Family and group kinds: one row a family, nobody named.
UNIT_KINDS = ("PMKS14", "PMKS24", "PMKS25", "PMKS26")
#: SPM service by kind; the kinds in ``_IF_TELANTAR`` only when the assessment says telantar.
SPM_SERVICE: Mapping[str, str] = {
    "PMKS01": "SPM2",
    "PMKS02": "SPM2",
    "PMKS04": "SPM2",
    "PMKS05": "SPM1",
    "PMKS07": "SPM2",
    "PMKS08": "SPM3",
    "PMKS09": "SPM1",
    "PMKS11": "SPM4",
    "PMKS12": "SPM4",
    "PMKS21": "SPM5",
    "PMKS22": "SPM5",
}
_IF_TELANTAR = frozenset({"PMKS04", "PMKS05", "PMKS07", "PMKS09"})
_ALWAYS_TELANTAR = frozenset({"PMKS01", "PMKS02", "PMKS08"})
#: Kinds whose people are often met away from home.
_MET_ELSEWHERE = frozenset({"PMKS04", "PMKS10", "PMKS11", "PMKS12", "PMKS13"})
#: Pairs one person may bear at once.
_TOGETHER = frozenset(
    {
        frozenset({"PMKS08", "PMKS09"}),
        frozenset({"PMKS09", "PMKS13"}),
        frozenset({"PMKS02", "PMKS05"}),
        frozenset({"PMKS13", "PMKS23"}),
        frozenset({"PMKS09", "PMKS23"}),
    }
)
#: Drawn last, after the kinds that follow from what a person is.
_RARE_ADULT = (
    "PMKS10",
    "PMKS11",
    "PMKS12",
    "PMKS15",
    "PMKS16",
    "PMKS17",
    "PMKS18",
    "PMKS19",
    "PMKS20",
)
_RARE_CHILD = ("PMKS03", "PMKS04", "PMKS06", "PMKS07")


def draw_categories(family: Family, recipe: Recipe, rng: Random) -> dict[str, list[Member]]:
    """PPKS codes of a family with the members who bear them; family kinds with an empty list."""
    rates = recipe.ppks_rates
    found: dict[str, list[Member]] = {}
    borne: dict[int, list[str]] = {}

    def give(code: str, member: Member) -> None:
        others = borne.setdefault(id(member), [])
        if others and (len(others) > 1 or frozenset({code, others[0]}) not in _TOGETHER):
            return
        others.append(code)
        found.setdefault(code, []).append(member)

    def by_chance(code: str) -> bool:
        return rng.random() < rates.get(code, 0.0)

    poor = family.desil <= 3
    for member in family.members:
        if member.shdk == "pembantu":
            continue
        age = member.age
        if member.disability:
            code = "PMKS05" if age < 18 else "PMKS09"
            if by_chance(code):
                give(code, member)
        if poor and age <= 5 and by_chance("PMKS01"):
            give("PMKS01", member)
        elif poor and 6 <= age <= 17 and by_chance("PMKS02"):
            give("PMKS02", member)
        elif poor and age >= 60 and by_chance("PMKS08"):
            give("PMKS08", member)
        if _struggles(family, member) and by_chance("PMKS23"):
            give("PMKS23", member)
        if poor and 20 <= age <= 64 and not member.is_in_school and by_chance("PMKS13"):
            give("PMKS13", member)
            member.occupation = "BURUH HARIAN LEPAS"
        if 12 <= age <= 17:
            for code in _RARE_CHILD:
                if by_chance(code):
                    give(code, member)
        elif 20 <= age <= 59:
            for code in _RARE_ADULT:
                if by_chance(code):
                    give(code, member)
    for code in ("PMKS21", "PMKS22"):
        if by_chance(code):
            for member in family.members:
                give(code, member)
            break
    if family.desil <= 2 and rng.random() < rates.get("PMKS24", 0.0) * (
        1.5 - 0.5 * family.desil + 0.5
    ):
        found["PMKS24"] = []
    for code in ("PMKS14", "PMKS25", "PMKS26"):
        if by_chance(code):
            found[code] = []
    return found


def _struggles(family: Family, member: Member) -> bool:
    """A woman who keeps a poor family by herself: PRSE."""
    return (
        family.desil <= 4
        and member is family.head
        and member.sex == "P"
        and 18 <= member.age <= 59
        and not member.is_in_school
    )


def category_rows(
    family: Family, categories: Mapping[str, list[Member]], rng: Random, kode: str
) -> list[Row]:
    """The ``ppks`` rows without ids and numbers, each with its person or None as ``member``."""
    rows = []
    for code in sorted(categories):
        bearers: list[Member | None] = list(categories[code]) or [None]
        disaster = _some_day(rng, family.as_of, 250) if code in ("PMKS21", "PMKS22") else None
        for member in bearers:
            rows.append(_row(code, member, rng, family.as_of, kode, disaster))
    return rows


def _row(
    code: str, member: Member | None, rng: Random, as_of: date, kode: str, disaster: date | None
) -> Row:
    assessed = disaster or _some_day(rng, as_of, 280)
    telantar: bool | None = None
    if code in _ALWAYS_TELANTAR:
        telantar = True
    elif code in _IF_TELANTAR:
        telantar = rng.random() < 0.35
    counts = code in SPM_SERVICE and telantar is not False
    served = counts and rng.random() < 0.7
    found = kode
    if code in _MET_ELSEWHERE and rng.random() < 0.6:
        found = _busy_place(rng)
    return {
        "member": member,
        "category": code,
        "assessed_on": assessed,
        "found_kelurahan_kode_kemendagri": found,
        "in_institution": False,
        "served_by": SPM_SERVICE[code] if served else "",
        "year": as_of.year,
        "category_text": by_code("pmks_kategori")[code]["nama"],
        "is_telantar": telantar,
        "is_service_fulfilled": (rng.random() < 0.8) if served else (False if counts else None),
    }


def _some_day(rng: Random, as_of: date, days: int) -> date:
    """A day of the year of the list, ``days`` before the reference date at most."""
    first = max(date(as_of.year, 1, 1), as_of - timedelta(days=days))
    return day_between(rng, first, as_of - timedelta(days=1))


@cache
def _busy_places() -> Weighted[str]:
    return Weighted(
        (place.kode_kemendagri, 4.0 if place.kecamatan_kode in CITY.centre else 1.0)
        for place in kelurahan()
    )


def _busy_place(rng: Random) -> str:
    return _busy_places().draw(rng)


# PSKS ------------------------------------------------------------------------------------------


def helper_rows(recipe: Recipe, seed_text: str, as_of: date) -> list[Row]:
    """The ``psks`` rows of the whole city without ids: every kelurahan has its PSM.

    One TKSK a kecamatan, one Karang Taruna a kelurahan; firms and consultation desks are few.
    """
    rows: list[Row] = []
    seen: set[str] = set()
    for place in kelurahan():
        rng = Random(f"{seed_text}:psks:{place.kode_kemendagri}")
        kode = place.kode_kemendagri

        def put(kind: str, name: str, kode: str = kode) -> None:
            rows.append(
                {
                    "kind": kind,
                    "name": name,
                    "kelurahan_kode_kemendagri": kode,
                    "year": as_of.year,
                }
            )

        def somebody(sex: str, youngest: int, eldest: int, rng: Random = rng) -> str:
            year = as_of.year - youngest - int(rng.random() * (eldest - youngest))
            return person_name(rng, sex, year, recipe.origin_draw.draw(rng))

        upper = place.name.upper()
        if place.kecamatan_kode not in seen:
            seen.add(place.kecamatan_kode)
            put("PSKS11", somebody(_any_sex(rng), 28, 55))
        for _ in range(1 + (rng.random() < 0.5)):
            put("PSKS02", somebody(_any_sex(rng), 24, 58))
        put("PSKS05", f"KARANG TARUNA {group_name(rng)} {upper}")
        if rng.random() < 0.45:
            put("PSKS03", somebody(_any_sex(rng), 20, 39))
        if rng.random() < 0.35:
            put("PSKS04", f"LKS {pick(rng, _CARE)} {group_name(rng)}")
        if rng.random() < 0.4:
            put("PSKS08", f"WKSBM {group_name(rng)} {upper}")
        if rng.random() < 0.4:
            put("PSKS09", somebody("P", 30, 60))
        if rng.random() < 0.12:
            put("PSKS01", somebody(_any_sex(rng), 26, 55))
        if rng.random() < 0.15:
            put("PSKS10", somebody(_any_sex(rng), 28, 57))
        if rng.random() < 0.2:
            put("PSKS07", f"KELUARGA {somebody('L', 35, 60)}")
        if rng.random() < 0.05:
            put("PSKS06", f"LK3 {group_name(rng)}")
        if rng.random() < 0.08:
            put("PSKS12", f"PT {group_name(rng)} {group_name(rng)}")
    return rows


_CARE = ("LKSA", "LANSIA", "DISABILITAS", "ANAK")


def _any_sex(rng: Random) -> str:
    return "L" if rng.random() < 0.5 else "P"

"""Clean worlds: whole invented lists in which nothing is wrong, and single families for a case.

Family number i of a world is drawn from ``Random("<recipe>:<seed>:keluarga:<i>")`` alone, so a
larger world begins like a smaller one except where serial numbers meet.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any

from workbench.domain.register import Draft
from workbench.domain.schema import empty_row
from workbench.domain.wilayah import CITY, kecamatan, kelurahan, kelurahan_by_code
from workbench.errors import WrongUse
from workbench.synthesis.aid import draw_aid
from workbench.synthesis.categories import UNIT_KINDS, category_rows, draw_categories, helper_rows
from workbench.synthesis.draws import Weighted, born, day_between, pick
from workbench.synthesis.dwellings import Neighbourhood, draw_house, draw_site, neighbourhoods
from workbench.synthesis.events import draw_events
from workbench.synthesis.families import Family, Member, add_pregnancy, build_family
from workbench.synthesis.livelihoods import draw_budget, fill_lives
from workbench.synthesis.look_alikes import (
    NEEDS_AID,
    WHY_LAWFUL,
    describe,
    draw_wish,
    move_regions,
    truth_row,
)
from workbench.synthesis.names import has_surname
from workbench.synthesis.numbers import Numbers
from workbench.synthesis.periods import desil_delivery, desil_version, quarter
from workbench.synthesis.recipe import Recipe

Row = dict[str, Any]

#: The city issues KK numbers of its own since its first full year.
_FIRST_KK = date(2008, 1, 2)
#: Record numbers begin with the city as its practice numbers do.
_RECORD = "99" + CITY.kode_kemendagri.replace(".", "")
#: The kecamatan a person may have grown up in, as a NIK writes them.
_REGIONS = tuple(code.replace(".", "") for code in kecamatan())
_ROUTES = Weighted.of({"musyawarah": 52, "penetapan_kemensos": 40, "usul_mandiri": 8})
_PREFIXES = {"person": "P", "family": "F", "aid": "A", "event": "V", "ppks": "K", "psks": "S"}


class World(Draft):
    """A draft that remembers its look-alikes.

    ``look_alikes`` are rows of the table ``truth``; ``to_register`` takes them as they are, or
    with the plants' rows.
    """

    def __init__(self, manifest: Mapping[str, Any] | None = None) -> None:
        super().__init__(manifest)
        self.look_alikes: list[Row] = []

    def settle(self, table: str, row: Row) -> Row:
        """``add`` for what stands from the beginning and is no change."""
        return self._append(table, row)

    def settle_rt(self, rows: Iterable[Row]) -> None:
        """Add RT as they are; a list has far more of them than of anything else."""
        self.tables["rt_rw"] += map(dict, rows)


def clean_world(recipe: Recipe, families: int, seed: int, as_of: date) -> World:
    """A city of ``families`` invented families in which no rule finds anything.

    All tables of a snapshot are filled; ``cleaned`` is empty. Equal arguments give equal
    content. Raises ``WrongUse`` for fewer than one family.
    """
    if families < 1:
        raise WrongUse("Jumlah keluarga sekurang-kurangnya 1.")
    world = World(_manifest(recipe, as_of) | {"seed": seed})
    settlement = _Settlement(recipe, as_of, world)
    for number in range(families):
        rng = Random(f"{recipe.name}:{seed}:keluarga:{number}")
        settlement.settle(rng, draw_wish(recipe, rng))
    for row in helper_rows(recipe, f"{recipe.name}:{seed}", as_of):
        settlement.put("psks", row)
    for place in kelurahan():
        settlement.put_rt(place.kode_kemendagri)
    return world


def draw_family(
    recipe: Recipe,
    rng: Random,
    *,
    as_of: date | None = None,
    desil: Sequence[int] = (),
    kelurahan_kode: str = "",
    shape: str = "",
    look_alike: str = "",
    first_id: int = 1,
) -> World:
    """A world of one fresh clean family, for a case; costs about a millisecond.

    ``desil`` are the values to draw from (by the recipe's weights where empty),
    ``kelurahan_kode`` fixes the place, ``shape`` the shape of the family, ``look_alike`` what it
    shows (a key of ``WHY_LAWFUL``); a namesake brings the family of the other one along, second.
    Ids count from ``first_id``, so that several draws can stand in one list. The table ``rt_rw``
    holds the family's own kelurahan. Raises ``WrongUse`` for an unknown look-alike.
    """
    if look_alike and look_alike not in WHY_LAWFUL:
        raise WrongUse(f"Keadaan serupa kesalahan bernama {look_alike} tidak dikenal.")
    day = as_of or recipe.as_of
    while True:
        world = World(_manifest(recipe, day))
        settlement = _Settlement(recipe, day, world, first_id)
        chosen = pick(rng, tuple(desil)) if desil else None
        if look_alike == "senama":
            settlement.settle(rng, "", chosen, kelurahan_kode, shape="inti")
            if not settlement.known:
                continue
            settlement.settle(rng, look_alike, chosen, kelurahan_kode)
        else:
            settlement.settle(rng, look_alike, chosen, kelurahan_kode, shape)
        if look_alike and not world.look_alikes:
            continue
        break
    for kode in sorted({row["kelurahan_kode_kemendagri"] for row in world.tables["family"]}):
        settlement.put_rt(kode)
    return world


def _manifest(recipe: Recipe, as_of: date) -> dict[str, Any]:
    return {
        "workspace": "latihan",
        "as_of": as_of.isoformat(),
        "city_kode_kemendagri": CITY.kode_kemendagri,
        "source_list": recipe.source_list,
        "period": quarter(as_of),
    }


@dataclass(frozen=True)
class _Known:
    """The head of a family settled earlier, who may get a namesake."""

    head: Member
    family_id: str


class _Settlement:
    """Settles families one after the other into a world and writes their rows."""

    def __init__(self, recipe: Recipe, as_of: date, world: World, first_id: int = 1) -> None:
        self._recipe = recipe
        self._as_of = as_of
        self._world = world
        self._numbers = Numbers()
        self._next = dict.fromkeys(_PREFIXES, first_id)
        self._version = desil_version(as_of)
        self._delivered = desil_delivery(as_of)
        self.known: deque[_Known] = deque(maxlen=256)

    def put(self, table: str, row: Row) -> Row:
        """Add a row with its place on the sheet, and with its id where it has none yet."""
        key = f"{table}_id"
        if table in _PREFIXES and key not in row:
            row[key] = self._new_id(table)
        row["row"] = len(self._world.tables[table]) + 1
        return self._world.settle(table, row)

    def put_rt(self, kode: str) -> None:
        """Add the RT of a kelurahan."""
        self._world.settle_rt(_rt_rows(neighbourhoods(self._recipe, kode), kode))

    def settle(
        self,
        rng: Random,
        wish: str,
        desil: int | None = None,
        kelurahan_kode: str = "",
        shape: str = "",
    ) -> str:
        """Draw one family and write all its rows; returns its id."""
        namesake = None
        if wish == "senama":
            if self.known:
                namesake = self.known[int(rng.random() * len(self.known))]
            else:
                wish = ""
        if desil is None:
            desil = self._recipe.desil_draw.draw(rng)
            if wish in NEEDS_AID:
                desil = 1 + int(rng.random() * 3)
        family = build_family(
            self._recipe,
            rng,
            self._numbers,
            self._as_of,
            desil,
            wish,
            shape,
            namesake.head if namesake is not None else None,
        )
        kode = kelurahan_kode or self._recipe.kelurahan_draw.draw(rng)
        family_id = self._write(family, rng, kode)
        if namesake is not None:
            rows = self._world.look_alikes
            rows.append(truth_row(wish, "person", family.head.person_id, family_id))
            rows.append(truth_row(wish, "person", namesake.head.person_id, namesake.family_id))
        elif not wish and _may_be_namesake(family):
            self.known.append(_Known(family.head, family_id))
        return family_id

    def _new_id(self, table: str) -> str:
        number = self._next[table]
        self._next[table] = number + 1
        return f"{_PREFIXES[table]}{number:06d}"

    def _write(self, family: Family, rng: Random, kode: str) -> str:
        place = kelurahan_by_code()[kode]
        fill_lives(family, rng, place.kecamatan_kode)
        add_pregnancy(family, rng)
        moved = move_regions(family, rng)
        family_id = self._new_id("family")
        home_region = place.kecamatan_kode.replace(".", "")
        self._number_people(family, rng, home_region)
        if (family.wish == "nik_luar_kota" and rng.random() < 0.7) or rng.random() < 0.012:
            family.moved_in_on = _moving_day(family, rng)
        numbered_on, issued_on = _card_days(family, rng)
        no_kk = self._numbers.kk(home_region, numbered_on, rng)
        matched_on = day_between(
            rng, max(issued_on, self._as_of - timedelta(days=150)), self._as_of
        )
        categories = draw_categories(family, self._recipe, rng)
        aid = draw_aid(family, self._recipe, rng, self._numbers, categories, in_desa=place.is_desa)
        budget = draw_budget(family, rng)
        house = draw_house(family, rng, budget)
        if any(row["program"] == "RUTILAHU" for row in aid):
            house["house_tenure"] = "milik_sendiri"
        site = draw_site(self._recipe, rng, kode, family.desil)
        route = _ROUTES.draw(rng)
        family_row: Row = {
            "family_id": family_id,
            "no_kk": no_kk,
            "head_name": family.head.name,
            "address": site.address,
            "rt": site.rt,
            "rw": site.rw,
            "kelurahan_kode_kemendagri": kode,
            "members_stated": len(family.members),
            "desil": family.desil,
            "desil_version": self._version,
            "source_list": self._recipe.source_list,
            "entry_route": route,
            "latitude": site.latitude,
            "longitude": site.longitude,
            "id_record": f"{_RECORD}9{int(family_id[1:]):011d}",
            "existence": "KB1",
            "domicile": "DM1",
            "sls": site.sls,
            "kk_issued_on": issued_on,
            "desil_source": "dtsen",
            "desil_checked_on": day_between(rng, self._delivered, self._as_of),
            "proposal_status": "US2" if route == "usul_mandiri" else "",
        }
        family_row.update(house)
        self.put("family", family_row)
        eligibility, reason = _eligibility(family, rng, bool(aid))
        for member in family.members:
            self.put(
                "person", _person_row(member, family_id, no_kk, matched_on, eligibility, reason)
            )
            self._world.settle(
                "dukcapil",
                {
                    "nik": member.nik,
                    "no_kk": no_kk,
                    "name": member.name,
                    "sex": member.sex,
                    "birth_date": member.birth_date,
                    "status": "hidup",
                    "kelurahan_kode_kemendagri": kode,
                    "answered_on": matched_on,
                },
            )
        graduated = None
        for row in aid:
            if row["status"] == "graduasi":
                graduated = row["member"]
            self._put_of(row, "aid", family_id, no_kk)
        for row in draw_events(family, rng, self._numbers, home_region, graduated):
            row["kelurahan_kode_kemendagri"] = kode
            self._put_of(row, "event", family_id, no_kk)
        for row in category_rows(family, categories, rng, kode):
            if row["category"] in UNIT_KINDS:
                row["nik"] = ""
            self._put_of(row, "ppks", family_id, no_kk)
        self._world.look_alikes.extend(describe(family, family_id, moved, aid))
        return family_id

    def _put_of(self, row: Row, table: str, family_id: str, no_kk: str) -> None:
        """Add a row that concerns a member, or the family as a whole."""
        member: Member | None = row.pop("member")
        row["family_id"] = family_id
        row["no_kk"] = no_kk
        row["person_id"] = member.person_id if member is not None else ""
        if member is not None:
            row["nik"] = member.nik
        self.put(table, row)

    def _number_people(self, family: Family, rng: Random, home_region: str) -> None:
        for member in family.members:
            region = member.nik_region or home_region
            if not member.nik_region and member.age >= 18 and rng.random() < 0.18:
                # Grew up in another kecamatan of the city.
                region = _REGIONS[int(rng.random() * len(_REGIONS))]
            member.nik = self._numbers.nik(region, member.birth_date, member.sex, rng)
            member.person_id = self._new_id("person")
            member.id_record = f"{_RECORD}{int(member.person_id[1:]):012d}"


@cache
def _rt_rows(places: tuple[Neighbourhood, ...], kode: str) -> tuple[Row, ...]:
    return tuple(
        empty_row("rt_rw") | {"kelurahan_kode_kemendagri": kode, "rw": here.rw, "rt": rt}
        for here in places
        for rt in here.rts
    )


def _may_be_namesake(family: Family) -> bool:
    head = family.head
    return (
        family.shape == "inti"
        and head.sex == "L"
        and 26 <= head.age <= 57
        and not has_surname(head.origin)
        and head.name == head.plain_name
    )


def _moving_day(family: Family, rng: Random) -> date:
    first = max(family.as_of - timedelta(days=900), family.head.birth_date + timedelta(days=7300))
    if family.married_on is not None:
        first = max(first, family.married_on)
    return day_between(rng, first, family.as_of - timedelta(days=25))


def _card_days(family: Family, rng: Random) -> tuple[date, date]:
    """The day the card got its number, and the day it was last printed."""
    as_of = family.as_of
    latest = as_of - timedelta(days=1)
    if family.moved_in_on is not None:
        numbered = family.moved_in_on
    else:
        first = max(_FIRST_KK, born(as_of, family.exact_age(family.head) - 19.5))
        if family.married_on is not None and family.shape != "tiga_generasi":
            first = max(first, family.married_on + timedelta(days=3))
        numbered = day_between(rng, first, min(latest, first + timedelta(days=3650)))
    numbered = min(numbered, latest)
    printed = numbered
    youngest = max(member.birth_date for member in family.members)
    for day in (youngest + timedelta(days=21), family.married_on, family.parted_on):
        if day is not None:
            printed = max(printed, day)
    printed = min(printed, latest)
    if rng.random() < 0.5:
        printed = day_between(rng, printed, min(latest, printed + timedelta(days=1200)))
    return numbered, printed


def _eligibility(family: Family, rng: Random, receives: bool) -> tuple[str, str]:
    """What the list says of the family's claim, with the reason of a refusal."""
    if family.desil <= 5:
        return "layak", ""
    if not receives and rng.random() < 0.12:
        return "tidak_layak", "TL15"
    return "", ""


def _person_row(
    member: Member,
    family_id: str,
    no_kk: str,
    matched_on: date,
    eligibility: str,
    reason: str,
) -> Row:
    return {
        "person_id": member.person_id,
        "family_id": family_id,
        "nik": member.nik,
        "no_kk": no_kk,
        "name": member.name,
        "sex": member.sex,
        "birth_place": member.birth_place,
        "birth_date": member.birth_date,
        "shdk": member.shdk,
        "marital_status": member.marital_status,
        "mother_name": member.mother_name,
        "education": member.education,
        "occupation": member.occupation,
        "disability": member.disability,
        "is_pregnant": member.is_pregnant,
        "id_record": member.id_record,
        "dukcapil_match": "padan",
        "existence": "KB1",
        "age_stated": member.age,
        "is_ktp_recorded": member.age >= 17,
        "is_in_school": member.is_in_school,
        "disability_degree": member.degree,
        "has_chronic_illness": member.has_chronic_illness,
        "pregnancy_noted_on": member.pregnancy_noted_on,
        "dukcapil_matched_on": matched_on,
        "eligibility": eligibility,
        "ineligibility_reason": reason,
    }

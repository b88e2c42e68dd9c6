"""Where an invented family lives: RT and RW that exist, an address, a house in step with desil."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from random import Random

from workbench.domain.wilayah import CITY, Kelurahan, kelurahan, kelurahan_by_code
from workbench.synthesis.draws import Weighted, pick, words
from workbench.synthesis.families import Family
from workbench.synthesis.livelihoods import IDLE
from workbench.synthesis.recipe import Recipe

_KAMPUNG = words(
    "BARU MASJID CIGABUS PASIR KEBON JATI SAWAH PULO RANCA TEGAL CILAMPANG GEMPOL LEUWI PARUNG"
    " KADU KUBANG SEMPU PETIR CIBOGO JAMBU KALODRAN SERUT NANGKA BULU PEUSAR CIAWI DUKUH PENTIL"
    " SUKASARI SUKAMAJU BABAKAN BOJONG SUMUR WARU PABRIK KEPANDEAN KALIWADAS DALUNG CILOWA"
)
_SECOND = (
    "",
    "",
    "",
    "KIDUL",
    "LOR",
    "TENGAH",
    "ILIR",
    "GIRANG",
    "BARU",
    "INDAH",
    "TIMUR",
    "KULON",
)
_STREETS = words(
    "MELATI MAWAR KENANGA ANGGREK DAHLIA FLAMBOYAN CEMPAKA BOUGENVILE KAMBOJA TERATAI RAMBUTAN"
    " MANGGA DURIAN KELAPA MERPATI CENDRAWASIH KUTILANG KELUD CIREMAI RINJANI PERINTIS PEMUDA KARYA"
    " MASJID PASAR SEKOLAH LAPANGAN STASIUN BENDUNGAN KESEHATAN PELITA BERINGIN"
)


@dataclass(frozen=True)
class Neighbourhood:
    """One RW: its number, its RT, how people there write their address."""

    rw: str
    rts: tuple[str, ...]
    kind: str
    place: str


@cache
def _neighbourhoods(
    kode: str, count: int, rt_per_rw: float, estates: tuple[str, ...]
) -> tuple[Neighbourhood, ...]:
    rng = Random(f"rt_rw:{kode}:{count}")
    place = kelurahan_by_code()[kode]
    urban = place.kecamatan_kode in CITY.urban if CITY.urban else not place.is_desa
    kinds = Weighted(
        [("kp", 20), ("link", 45), ("jl", 20), ("perum", 15)]
        if urban
        else [("kp", 60), ("link", 20), ("jl", 6), ("perum", 14)]
    )
    found: list[Neighbourhood] = []
    taken: set[str] = set()
    for number in range(1, count + 1):
        kind = kinds.draw(rng)
        name = ""
        while not name or name in taken:
            if kind == "perum":
                name = pick(rng, estates)
            elif kind == "jl":
                name = pick(rng, _STREETS)
            else:
                name = f"{pick(rng, _KAMPUNG)} {pick(rng, _SECOND)}".strip()
        taken.add(name)
        rts = max(2, round(rng.gauss(rt_per_rw, 1.0)))
        found.append(
            Neighbourhood(
                f"{number:03d}", tuple(f"{rt:03d}" for rt in range(1, rts + 1)), kind, name
            )
        )
    return tuple(found)


def neighbourhoods(recipe: Recipe, kode: str) -> tuple[Neighbourhood, ...]:
    """The RW of a kelurahan; the same for every seed, since a city's RT do not change by lot."""
    share = recipe.kelurahan_shares[kode]
    count = max(3, round(recipe.rt_of_the_city * share / recipe.rt_per_rw))
    return _neighbourhoods(kode, count, recipe.rt_per_rw, recipe.estates)


@dataclass(frozen=True)
class Site:
    """Where one family lives: the cells of its address, and its point in degrees."""

    kelurahan: Kelurahan
    rw: str
    rt: str
    address: str
    sls: str
    latitude: float
    longitude: float


@cache
def _reach_km() -> dict[str, float]:
    """How far from its centroid a house may stand, in km, by kelurahan code.

    A third of the way to the nearest other centroid at most, well inside the circle of its area:
    a centroid may lie near an edge, and a house must not stand in the next kelurahan.
    """
    places = kelurahan()
    found: dict[str, float] = {}
    for place in places:
        nearest = min(_km_between(place, other) for other in places if other is not place)
        found[place.kode_kemendagri] = min(
            0.34 * nearest, 0.5 * math.sqrt(place.luas_km2 / math.pi)
        )
    return found


_KM_A_DEGREE = 110.9


def _km_between(one: Kelurahan, other: Kelurahan) -> float:
    north = (one.lat - other.lat) * _KM_A_DEGREE
    east = (one.lon - other.lon) * _KM_A_DEGREE * math.cos(math.radians(one.lat))
    return math.hypot(north, east)


def draw_site(recipe: Recipe, rng: Random, kode: str, desil: int) -> Site:
    """An address and a point in a kelurahan; the better-off rather in an estate."""
    place = kelurahan_by_code()[kode]
    choices = neighbourhoods(recipe, kode)
    here = pick(rng, choices)
    if (here.kind == "perum") != (desil >= 6) and rng.random() < 0.6:
        here = pick(rng, choices)
    rt = pick(rng, here.rts)
    reach = _reach_km()[kode] * math.sqrt(rng.random())
    turn = rng.random() * 2 * math.pi
    latitude = place.lat + reach * math.sin(turn) / _KM_A_DEGREE
    longitude = place.lon + reach * math.cos(turn) / (
        _KM_A_DEGREE * math.cos(math.radians(place.lat))
    )
    return Site(
        place,
        here.rw,
        rt,
        _address(rng, here),
        "" if here.kind == "jl" else f"{_PREFIXES[here.kind]} {here.place}",
        round(latitude, 6),
        round(longitude, 6),
    )


_PREFIXES = {"kp": "KP.", "link": "LINK.", "jl": "JL.", "perum": "PERUM"}


def _address(rng: Random, here: Neighbourhood) -> str:
    number = 1 + int(rng.random() * 140)
    if here.kind == "perum":
        prefix = "KOMP." if rng.random() < 0.3 else "PERUM"
        block = pick(rng, "ABCDEFGH") + str(1 + int(rng.random() * 12))
        return f"{prefix} {here.place} BLOK {block} NO. {1 + int(rng.random() * 30)}"
    if here.kind == "jl":
        return f"JL. {here.place} NO. {number}"
    if rng.random() < 0.55:
        return f"{_PREFIXES[here.kind]} {here.place} NO. {number}"
    return f"{_PREFIXES[here.kind]} {here.place}"


# The house -------------------------------------------------------------------------------------

_FLOOR = {
    "poor": Weighted.of(
        {"plesteran": 50, "ubin_tegel": 18, "keramik": 20, "tanah": 9, "kayu_papan": 2, "bambu": 1}
    ),
    "middle": Weighted.of({"keramik": 60, "ubin_tegel": 25, "plesteran": 15}),
    "well": Weighted.of({"keramik": 86, "marmer_granit": 8, "ubin_tegel": 6}),
}
_WALL = {
    "poor": Weighted.of(
        {"tembok": 48, "tembok_tanpa_plester": 34, "kayu_papan": 6, "bambu": 11, "seng": 1}
    ),
    "middle": Weighted.of({"tembok": 86, "tembok_tanpa_plester": 14}),
    "well": Weighted.of({"tembok": 100}),
}
_ROOF = {
    "poor": Weighted.of({"genteng": 58, "asbes": 32, "seng": 8, "ijuk_rumbia": 2}),
    "middle": Weighted.of({"genteng": 75, "asbes": 20, "beton": 5}),
    "well": Weighted.of({"genteng": 75, "beton": 25}),
}
_WATER = {
    "poor": Weighted.of(
        {
            "sumur_terlindung": 34,
            "sumur_bor": 30,
            "kemasan": 12,
            "leding": 10,
            "sumur_tak_terlindung": 11,
            "mata_air_terlindung": 2,
            "sungai": 1,
        }
    ),
    "middle": Weighted.of({"sumur_bor": 42, "kemasan": 28, "leding": 16, "sumur_terlindung": 14}),
    "well": Weighted.of({"kemasan": 58, "leding": 22, "sumur_bor": 20}),
}
_TOILET = {
    "poor": Weighted.of(
        {"sendiri": 62, "bersama": 17, "mck_komunal": 7, "mck_umum": 5, "tidak_ada": 9}
    ),
    "middle": Weighted.of({"sendiri": 94, "bersama": 6}),
    "well": Weighted.of({"sendiri": 100}),
}
_FUEL = {
    "poor": Weighted.of({"gas_3kg": 84, "kayu_bakar": 14, "tidak_memasak": 1, "arang": 1}),
    "middle": Weighted.of({"gas_3kg": 97, "tidak_memasak": 2, "listrik": 1}),
    "well": Weighted.of({"gas_3kg": 48, "gas_lain": 46, "listrik": 6}),
}
_POWER = {
    "poor": Weighted.of({450: 55, 900: 45}),
    "middle": Weighted.of({450: 6, 900: 64, 1300: 30}),
    "well": Weighted.of({900: 12, 1300: 48, 2200: 34, 3500: 6}),
}
_TENURE = {
    "poor": Weighted.of({"milik_sendiri": 66, "bebas_sewa": 22, "kontrak_sewa": 11, "lainnya": 1}),
    "middle": Weighted.of({"milik_sendiri": 72, "kontrak_sewa": 18, "bebas_sewa": 9, "dinas": 1}),
    "well": Weighted.of({"milik_sendiri": 86, "kontrak_sewa": 11, "dinas": 3}),
}
_BAD_FLOOR = frozenset({"tanah", "plesteran"})
_BAD_WALL = frozenset(
    {"bambu", "kawat", "kayu_papan", "terpal_kardus", "tembok_tanpa_plester", "seng"}
)


def draw_house(family: Family, rng: Random, budget: tuple[int, int, int]) -> dict[str, object]:
    """The dwelling cells of the family's row, none of them empty or at odds with another.

    ``budget`` is income, expenditure and food expenditure. Of the eight conditions of Kepmensos
    262/HUK/2022 a family of desil 6 or above meets three at most.
    """
    desil = family.desil
    # The lowest desil live rather worse than "poor", the fourth and fifth in between.
    band = "poor" if desil <= 3 else "well" if desil >= 8 else "middle"
    if desil in (4, 5) and rng.random() < 0.35:
        band = "poor"
    size = len(family.members)
    toilet = _TOILET[band].draw(rng)
    roll = rng.random()
    lighting: str = "pln_meteran"
    if band == "poor" and roll < 0.12:
        lighting = "pln_tanpa_meteran" if roll < 0.11 else "bukan_listrik"
    power = _POWER[band].draw(rng) if lighting == "pln_meteran" else None
    if power == 450 and desil >= 4 and rng.random() < 0.5:
        power = 900
    per_person = 6.5 + 1.3 * desil + rng.random() * 5
    area = round(max(14.0, 9 + per_person * size**0.8))
    worried = rng.random() < max(0.0, 0.42 - 0.09 * desil)
    clothes = rng.random() > max(0.0, 0.3 - 0.07 * desil)
    cells: dict[str, object] = {
        "house_tenure": _TENURE[band].draw(rng),
        "floor_area_m2": float(area),
        "floor": _FLOOR[band].draw(rng),
        "wall": _WALL[band].draw(rng),
        "roof": _ROOF[band].draw(rng),
        "water": _WATER[band].draw(rng),
        "lighting": lighting,
        "power_va": power,
        "cooking_fuel": _FUEL[band].draw(rng),
        "toilet": toilet,
        "toilet_kind": _toilet_kind(rng, toilet, band),
        "assets": ";".join(_assets(rng, desil)),
        "has_savings": rng.random() < 0.04 + 0.085 * (desil - 1),
        "has_shelter": True,
        "shares_dwelling": rng.random() < (0.07 if band == "poor" else 0.03),
        "has_food_worry": worried,
        "bought_clothes": clothes,
        "income_rp": budget[0],
        "expenditure_rp": budget[1],
        "food_expenditure_rp": budget[2],
    }
    if desil >= 6:
        _mend(family, cells)
    return cells


def hardships(family: Family, cells: dict[str, object]) -> int:
    """How many of the eight follow-up conditions of Kepmensos 262/HUK/2022 the family meets.

    The food share counts above one half, the threshold of the decree itself.
    """
    food, total = cells["food_expenditure_rp"], cells["expenditure_rp"]
    assert isinstance(food, int)
    assert isinstance(total, int)
    return sum(
        (
            family.head.occupation in IDLE,
            cells["has_food_worry"] is True,
            2 * food > total,
            cells["bought_clothes"] is False,
            cells["floor"] in _BAD_FLOOR,
            cells["wall"] in _BAD_WALL,
            cells["toilet"] != "sendiri",
            cells["power_va"] == 450 or cells["lighting"] == "bukan_listrik",
        )
    )


def _mend(family: Family, cells: dict[str, object]) -> None:
    """Take hardships away from a better-off family until three are left."""
    better: tuple[dict[str, object], ...] = (
        {"has_food_worry": False},
        {"bought_clothes": True},
        {"floor": "keramik"},
        {"wall": "tembok"},
        {"toilet": "sendiri", "toilet_kind": "leher_angsa"},
        {"lighting": "pln_meteran", "power_va": 900},
    )
    for change in better:
        if hardships(family, cells) <= 3:
            return
        cells.update(change)


def _toilet_kind(rng: Random, toilet: str, band: str) -> str:
    if toilet == "tidak_ada":
        return "tidak_ada"
    if band == "poor" and rng.random() < 0.14:
        return "plengsengan" if rng.random() < 0.4 else "cemplung"
    return "leher_angsa"


def _assets(rng: Random, desil: int) -> list[str]:
    """What the family owns; a car or cooling only from desil 5, where nobody wonders at it."""
    found = []
    if desil >= 5 and rng.random() < (0.04, 0.08, 0.14, 0.24, 0.4, 0.62)[desil - 5]:
        found.append("mobil")
    if rng.random() < min(0.95, 0.3 + 0.1 * desil):
        found.append("motor")
    if desil >= 5 and rng.random() < (0.05, 0.1, 0.18, 0.3, 0.48, 0.7)[desil - 5]:
        found.append("ac")
    if rng.random() < min(0.97, 0.3 + 0.1 * desil):
        found.append("kulkas")
    if rng.random() < 0.03 + 0.03 * desil:
        found.append("emas")
    if rng.random() < 0.03 + 0.02 * desil:
        found.append("lahan")
    if rng.random() < 0.05:
        found.append("ternak")
    return found

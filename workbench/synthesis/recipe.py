"""The recipe of an invented city: its shares and weights.

A recipe holds what a trainer may want to change; what a family is made of stands in the other
modules of this room. Of another city a recipe says what is different there; the rest is that of
the recipe in ``training_data``. Which city it is of is read by ``workbench.domain.cities``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from workbench.domain.cities import DEFAULT_RECIPE, VARIABLE, read_yaml
from workbench.domain.wilayah import CITY, RECIPE, kecamatan, kelurahan
from workbench.errors import UnusableInput
from workbench.resources import resource
from workbench.synthesis.draws import Weighted

#: Keys of the shipped recipe that hold for its own city alone.
_OF_ITS_CITY = (
    *("name", "city", "areas", "kecamatan_weights", "rt_of_the_city", "origins", "estates"),
)
#: Where a recipe does not say: RT to a kelurahan or desa, and where families come from.
_RT_A_PLACE = 20
_ORIGINS = {"jawa": 45, "sunda": 35, "betawi": 8, "minang": 6, "batak": 4, "tionghoa": 2}

_ESTATES = (
    *("GRIYA PERMAI", "TAMAN INDAH", "PURI LESTARI", "GRAHA MEKAR ASRI", "TITAN PERDANA"),
    *("SAFIRA REGENSI", "METRO KENCANA", "BUMI MUTIARA", "KEMANG RESIDEN", "CITRA GADING SARI"),
)


@dataclass(frozen=True)
class Recipe:
    """Shares and weights of one invented city.

    Weights are ratios on any scale; shares lie between 0 and 1; lists by desil have ten values,
    desil 1 first. ``head_ages`` maps a family shape to bands (from, to, weight) in years;
    ``head_age_bands``, ``shape_draw`` and the like are the same, prepared for drawing.
    """

    name: str
    as_of: date
    families: int
    seed: int
    error_rate: float
    second_plant_share: float
    source_list: str
    kecamatan_weights: Mapping[str, float]
    rt_of_the_city: int
    rt_per_rw: float
    estates: tuple[str, ...]
    desil_weights: tuple[float, ...]
    origins: Mapping[str, float]
    shapes: Mapping[str, float]
    head_ages: Mapping[str, tuple[tuple[float, float, float], ...]]
    aid_by_desil: Mapping[str, tuple[float, ...]]
    graduation_share: float
    lapsed_pbi_share: float
    ppks_rates: Mapping[str, float]
    look_alikes: Mapping[str, float]
    shape_draw: Weighted[str] = field(init=False, repr=False, compare=False)
    desil_draw: Weighted[int] = field(init=False, repr=False, compare=False)
    origin_draw: Weighted[str] = field(init=False, repr=False, compare=False)
    head_age_bands: Mapping[str, Weighted[tuple[float, float]]] = field(
        init=False, repr=False, compare=False
    )
    kelurahan_shares: Mapping[str, float] = field(init=False, repr=False, compare=False)
    kelurahan_draw: Weighted[str] = field(init=False, repr=False, compare=False)
    look_alike_draw: Weighted[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        def keep(name: str, value: object) -> None:
            object.__setattr__(self, name, value)

        keep("shape_draw", Weighted.of(self.shapes))
        keep("desil_draw", Weighted(enumerate(self.desil_weights, start=1)))
        keep("origin_draw", Weighted.of(self.origins))
        keep(
            "head_age_bands",
            {
                shape: Weighted(((low, high), weight) for low, high, weight in bands)
                for shape, bands in self.head_ages.items()
            },
        )
        keep("kelurahan_shares", self._spread_over_kelurahan())
        keep("kelurahan_draw", Weighted.of(self.kelurahan_shares))
        nothing = 1.0 - sum(self.look_alikes.values())
        keep("look_alike_draw", Weighted([*self.look_alikes.items(), ("", nothing)]))

    def _spread_over_kelurahan(self) -> dict[str, float]:
        """Share of the city's families by kelurahan code, adding up to 1.

        Within a kecamatan the weight grows with the square root of the area: the wide kelurahan
        at the edge are fields and ponds, the small ones are full.
        """
        total = sum(self.kecamatan_weights.values())
        roots: dict[str, float] = {}
        for place in kelurahan():
            roots[place.kecamatan_kode] = roots.get(place.kecamatan_kode, 0.0) + place.luas_km2**0.5
        return {
            place.kode_kemendagri: self.kecamatan_weights[place.kecamatan_kode]
            / total
            * place.luas_km2**0.5
            / roots[place.kecamatan_kode]
            for place in kelurahan()
        }


def read_recipe(path: Path) -> Recipe:
    """Read a recipe from a YAML file.

    Raises ``UnusableInput`` when a key is missing or does not fit.
    """
    raw = read_yaml(path)
    city = raw.get("city")
    told = str(city.get("kode_kemendagri", "")) if isinstance(city, dict) else ""
    if told.replace(".", "") != CITY.kode_kemendagri.replace(".", ""):
        raise UnusableInput(
            f"Resep {path.name} bukan untuk {CITY.name}. Sebut resep itu dengan {VARIABLE} atau "
            "verval city."
        )
    try:
        return _build(_usual() | raw)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise UnusableInput(
            f"Resep {path.name} tidak lengkap atau isinya tidak sesuai. "
            f"Bandingkan dengan {DEFAULT_RECIPE}."
        ) from error


@cache
def default_recipe() -> Recipe:
    """The recipe of the city in force; without another, that of Kota Serang."""
    return read_recipe(RECIPE)


def _usual() -> dict[str, Any]:
    """What holds where a recipe is silent: the shipped one, and even weights for places."""
    shipped = resource(DEFAULT_RECIPE)
    if shipped == RECIPE:
        return {}
    home = CITY.short_name.upper()
    sizes = dict.fromkeys(kecamatan(), 0)
    for place in kelurahan():
        sizes[place.kecamatan_kode] += 1
    return {key: value for key, value in read_yaml(shipped).items() if key not in _OF_ITS_CITY} | {
        "name": CITY.name.lower().replace(" ", "_"),
        "kecamatan_weights": sizes,
        "rt_of_the_city": _RT_A_PLACE * len(kelurahan()),
        "origins": _ORIGINS,
        "estates": [f"BUMI {home} ASRI", f"PERMATA {home}", *_ESTATES],
    }


def _build(raw: Any) -> Recipe:
    as_of = raw["as_of"]
    if not isinstance(as_of, date):
        raise ValueError("as_of")
    by_desil = {code: _ten(shares) for code, shares in raw["aid_by_desil"].items()}
    head_ages = {
        shape: tuple((float(low), float(high), float(weight)) for low, high, weight in bands)
        for shape, bands in raw["head_ages"].items()
    }
    missing = [shape for shape in raw["shapes"] if shape not in head_ages]
    if missing:
        raise ValueError("head_ages")
    weights = _weights(raw["kecamatan_weights"])
    if set(weights) != set(kecamatan()):
        raise ValueError("kecamatan_weights")
    return Recipe(
        name=str(raw["name"]),
        as_of=as_of,
        families=int(raw["families"]),
        seed=int(raw["seed"]),
        error_rate=_share(raw["error_rate"]),
        second_plant_share=_share(raw["second_plant_share"]),
        source_list=str(raw["source_list"]),
        kecamatan_weights=weights,
        rt_of_the_city=int(raw["rt_of_the_city"]),
        rt_per_rw=float(raw["rt_per_rw"]),
        estates=tuple(map(str, raw["estates"])),
        desil_weights=_ten(raw["desil_weights"]),
        origins=_weights(raw["origins"]),
        shapes=_weights(raw["shapes"]),
        head_ages=head_ages,
        aid_by_desil=by_desil,
        graduation_share=_share(raw["graduation_share"]),
        lapsed_pbi_share=_share(raw["lapsed_pbi_share"]),
        ppks_rates=_weights(raw["ppks_rates"]),
        look_alikes=_weights(raw["look_alikes"]),
    )


def _weights(raw: Any) -> dict[str, float]:
    return {str(key): float(value) for key, value in raw.items()}


def _ten(raw: Any) -> tuple[float, ...]:
    values = tuple(float(value) for value in raw)
    if len(values) != 10:
        raise ValueError("desil")
    return values


def _share(raw: Any) -> float:
    value = float(raw)
    if not 0.0 <= value <= 1.0:
        raise ValueError("share")
    return value

"""Classes of a map's legend, and the colours of every map.

Neighbouring colours differ in lightness by 12 or more, also for people who are colour-blind, so
a grey print reads like the screen; tests hold it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from types import MappingProxyType

from workbench.domain.wilayah import say_locally
from workbench.errors import WrongUse

#: Light to dark in even steps of lightness: told apart without colour vision and in grey.
PALETTE = ("#fdf3c8", "#9fd2a8", "#5aa8ad", "#3578a3", "#1a376f")
#: Change: fewer, hardly any, more. The two sides are told apart in grey by their lightness.
DIVERGING = ("#ab5c25", "#f2cf9f", "#fdfbf6", "#739fc6", "#16305c")
#: Groups of ``measures``' LISA; who lies between says nothing and stays nearly white.
CLUSTER: Mapping[str, str] = MappingProxyType(
    {
        "tinggi-tinggi": "#63131f",
        "tinggi-rendah": "#dd875e",
        "rendah-tinggi": "#b4cde9",
        "rendah-rendah": "#3a6cae",
        "tidak nyata": "#f4f1ea",
    }
)
#: Schemes and their words for a menu.
SCHEMES: Mapping[str, str] = MappingProxyType(
    {
        "alami": "Pengelompokan alami",
        "kuantil": say_locally("Sama banyak kelurahan"),
        "sama": "Selang sama lebar",
        "sendiri": "Batas sendiri",
    }
)
MOST = 9


@dataclass(frozen=True)
class Classes:
    """Classes from low to high.

    ``limits`` are the upper limits: a value belongs to the first class whose limit it does not
    exceed; the last is no smaller than any value. ``ranges`` are the least and the greatest value
    in each class, for the words of a legend (None for a class nobody is in), ``counts`` how many.
    """

    limits: tuple[float, ...]
    ranges: tuple[tuple[float, float] | None, ...]
    counts: tuple[int, ...]
    scheme: str

    def class_of(self, value: float) -> int:
        """The number of the class of one of the classified values, from 0."""
        return bisect_left(self.limits, value)


def classify(
    values: Sequence[float], scheme: str = "alami", k: int = 5, own: Sequence[float] = ()
) -> Classes:
    """Split finite values into at most ``k`` classes (2 to 9); equal values stay together.

    Schemes: ``alami`` (natural breaks, Fisher and Jenks), ``kuantil``, ``sama`` (equal intervals)
    and ``sendiri``, whose upper limits are given as ``own``, ascending; what lies above them is a
    class more. As many different values as classes or fewer are a class each, save with own
    limits; no class is empty, save between equal intervals and own limits.
    Raises ``WrongUse`` for an unknown scheme and for limits that do not ascend.
    """
    if scheme not in SCHEMES:
        raise WrongUse(f"Cara membagi kelas tidak dikenal. Pilih: {', '.join(SCHEMES)}.")
    if not 2 <= k <= MOST:
        raise WrongUse(f"Banyaknya kelas harus 2 sampai {MOST}.")
    ordered = sorted(float(value) for value in values)
    distinct = sorted(set(ordered))
    if scheme == "sendiri":
        return _filled(_own_limits(own, distinct), ordered, scheme)
    if len(distinct) <= k:
        return _filled(distinct, ordered, scheme)
    import warnings

    import mapclassify
    import numpy as np

    makers = {
        "alami": mapclassify.FisherJenks,
        "kuantil": mapclassify.Quantiles,
        "sama": mapclassify.EqualInterval,
    }
    with warnings.catch_warnings():
        # That it computes without Numba, or finds fewer classes, is no news to anybody here.
        warnings.simplefilter("ignore")
        bins = makers[scheme](np.array(ordered), k=k).bins
    found = sorted({float(limit) for limit in bins})
    # The greatest limit comes out of arithmetic and may lie a hair below the greatest value.
    limits = [limit for limit in found if limit < distinct[-1]] + [distinct[-1]]
    if scheme != "sama":
        limits = _without_empty(limits, distinct)
    return _filled(limits, ordered, scheme)


def _own_limits(own: Sequence[float], distinct: Sequence[float]) -> list[float]:
    limits = [float(limit) for limit in own]
    if not limits or len(limits) >= MOST:
        raise WrongUse(f"Tulis 1 sampai {MOST - 1} batas kelas, misalnya 5; 10; 20.")
    if any(low >= high for low, high in pairwise(limits)) or any(
        not isfinite(limit) for limit in limits
    ):
        raise WrongUse("Batas kelas harus naik dari kecil ke besar, misalnya 5; 10; 20.")
    if distinct and distinct[-1] > limits[-1]:
        limits.append(distinct[-1])
    return limits


def _without_empty(limits: Sequence[float], distinct: Sequence[float]) -> list[float]:
    classes = {bisect_left(limits, value) for value in distinct}
    return [limit for number, limit in enumerate(limits) if number in classes]


def _filled(limits: Sequence[float], ordered: Sequence[float], scheme: str) -> Classes:
    members: list[list[float]] = [[] for _ in limits]
    for value in ordered:
        members[bisect_left(limits, value)].append(value)
    return Classes(
        tuple(limits),
        tuple((inside[0], inside[-1]) if inside else None for inside in members),
        tuple(len(inside) for inside in members),
        scheme,
    )


def colours(count: int) -> tuple[str, ...]:
    """``count`` colours (up to 9) spread over the palette from light to dark.

    Up to five are the palette's own; more lie between them and differ less in lightness.
    """
    if count <= 1:
        return (PALETTE[2],) * count
    return tuple(_between(place * (len(PALETTE) - 1) / (count - 1)) for place in range(count))


def _between(place: float) -> str:
    low = min(int(place), len(PALETTE) - 2)
    share = place - low
    pairs = zip(_parts(PALETTE[low]), _parts(PALETTE[low + 1]), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _parts(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5))

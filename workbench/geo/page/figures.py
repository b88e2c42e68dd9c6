"""Measured figures for a page, packed: what follows from other numbers is not stored.

A rate is stored as its two numbers, an interval or a smoothed rate as the rule it follows. Each
rule is tried on all figures first, and where it does not give them the figures themselves are
stored: a page shows what ``geo.measures`` computed and nothing of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.geo.areas import AreaSet
from workbench.geo.disclosure.tables import State
from workbench.geo.measures import Figure, Measured, garwood, wilson
from workbench.geo.page.packing import pack

#: A packed figure is the place of its state here or, from the length of this on, a number.
STATES = (State.DISEMBUNYIKAN, State.BELUM_DIDATA, State.TANPA_PENYEBUT)
_FIRST = len(STATES)
#: How far a derived figure may lie from the computed one, of its own size: nobody can see it.
_CLOSE = 1e-6
_NONE = Figure(State.BELUM_DIDATA)

#: A rule for an interval: (numerator, denominator) to limits of the share.
_RULES: Mapping[str, Callable[[int, int], tuple[float, float]]] = {
    "w": wilson,
    "p": lambda n, d: (_garwood(n)[0] / d, _garwood(n)[1] / d),
}
#: Code, figure, numerator and denominator of a place that has all of them.
Part = tuple[str, Figure, int, int]

_known: dict[int, tuple[float, float]] = {}


def _garwood(events: int) -> tuple[float, float]:
    if events not in _known:
        _known[events] = garwood(events)
    return _known[events]


@dataclass
class FigureStore:
    """Collects packed columns and texts, each once; ``codes`` is the order of the places."""

    areas: AreaSet
    codes: Sequence[str]
    _texts: dict[str, int] = field(default_factory=dict)
    _columns: dict[str, int] = field(default_factory=dict)
    _denominators: list[list[int | None]] = field(default_factory=list)
    _counts: set[int] = field(default_factory=set)

    def add(self, measured: Measured, counted: Measured | None = None) -> dict[str, Any]:
        """One measure as the page reads it; ``counted`` is the count it may be made of.

        Keys: ``t`` title, ``u`` unit, ``k`` words, ``q`` decimals; then ``n`` numerators, ``d``
        denominators, ``f`` factor, ``i`` interval (``p`` Poisson, ``w`` Wilson), ``e`` mean and
        spread of empirical Bayes for kelurahan; or ``v`` values, ``l`` and ``h`` limits (whole
        numbers: times 10**``p``, plus ``o``); or ``g`` names of groups.
        """
        figures = [measured.figures.get(code, _NONE) for code in self.codes]
        entry = self._words(measured)
        if any(figure.group for figure in figures):
            return entry | self._groups(figures)
        counts = [] if counted is None else [counted.figures.get(c, _NONE) for c in self.codes]
        return entry | (self._ratio(figures, counts) or self._values(figures))

    def add_change(self, measured: Measured, new: Measured, old: Measured) -> dict[str, Any]:
        """A change as the page reads it: counts ``n`` less older ones ``m`` where that gives it."""
        entry = self._words(measured) | {"b": 1}
        figures = [measured.figures.get(code, _NONE) for code in self.codes]
        now, then = ([one.figures.get(code, _NONE) for code in self.codes] for one in (new, old))
        for figure, a, b in zip(figures, now, then, strict=True):
            gone = {a.state, b.state} & set(STATES)
            if a.value is None or b.value is None:
                state = State.BELUM_DIDATA if State.BELUM_DIDATA in gone else State.DISEMBUNYIKAN
                if figure.value is not None or figure.state is not state:
                    return entry | self._values(figures)
            elif figure.value != a.value - b.value:
                return entry | self._values(figures)
        return entry | {"n": self._counted(now), "m": self._counted(then)}

    def _counted(self, figures: Sequence[Figure]) -> int:
        return self._column(
            [_state(one) if one.value is None else _FIRST + int(one.value) for one in figures]
        )

    def _words(self, measured: Measured) -> dict[str, Any]:
        return {
            "t": self.text(measured.title),
            "u": self.text(measured.unit),
            "k": [self.text(words) for words in measured.words],
            "q": measured.decimals,
        }

    def text(self, words: str) -> int:
        """The number of a text."""
        return self._texts.setdefault(words, len(self._texts))

    def finished(self) -> dict[str, Any]:
        """Columns, denominators, texts, and the limits of each count that has some."""
        limits = {count: _garwood(count) for count in sorted(self._counts)}
        return {
            "kolom": list(self._columns),
            "penyebut": [pack(number or 0 for number in one) for one in self._denominators],
            "kata": list(self._texts),
            "selang": [
                list(limits),
                *([float(f"{one[k]:.6g}") for one in limits.values()] for k in (0, 1)),
            ],
        }

    def _column(self, numbers: Sequence[int]) -> int:
        return self._columns.setdefault(pack(numbers), len(self._columns))

    def _denominator(self, numbers: Sequence[int | None]) -> int:
        """A column of denominators; None, where none is needed, agrees with any."""
        for place, known in enumerate(self._denominators):
            if all(a is None or b is None or a == b for a, b in zip(known, numbers, strict=True)):
                known[:] = [a if b is None else b for a, b in zip(known, numbers, strict=True)]
                return place
        self._denominators.append(list(numbers))
        return len(self._denominators) - 1

    def _groups(self, figures: Sequence[Figure]) -> dict[str, Any]:
        names = sorted({figure.group for figure in figures if figure.group})
        # Who has a figure and no group, as kecamatan do, stands behind the last name.
        places = {name: 2 * place for place, name in enumerate([*names, ""])}
        numbers = [
            _FIRST + places[one.group] + one.is_firm if one.value is not None else _state(one)
            for one in figures
        ]
        return {"g": [self.text(name) for name in names], "v": self._column(numbers)}

    def _values(self, figures: Sequence[Figure]) -> dict[str, Any]:
        limits = [(figure.value, figure.low, figure.high) for figure in figures]
        shown = [number for one in limits for number in one if number is not None]
        places = 0 if all(float(number).is_integer() for number in shown) else 3
        least = min(0, math.floor(min(shown, default=0) * 10**places))

        def numbers(part: int) -> int:
            return self._column(
                [
                    _state(figure)
                    if (number := one[part]) is None
                    else _FIRST + round(number * 10**places) - least
                    for figure, one in zip(figures, limits, strict=True)
                ]
            )

        entry = {"v": numbers(0), "p": places, "o": least}
        if any(figure.low is not None for figure in figures):
            entry |= {"l": numbers(1), "h": numbers(2)}
        return entry

    def _ratio(self, figures: Sequence[Figure], counts: Sequence[Figure]) -> dict[str, Any] | None:
        """The figures as numerators over denominators, if that gives each of them again."""
        parts: list[Part] = [
            (code, one, one.numerator, one.denominator)
            for code, one in zip(self.codes, figures, strict=True)
            if one.value is not None and one.numerator is not None and one.denominator
        ]
        if len(parts) != sum(one.value is not None for one in figures) or not counts or not parts:
            return None
        places = self.areas.by_code
        city = dict(zip(self.codes, figures, strict=True)).get(self.areas.city_code, _NONE)
        entry: dict[str, Any] = {
            "n": self._column([_numerator(*pair) for pair in zip(figures, counts, strict=True)]),
            "d": self._denominator(
                [
                    0 if one.state is State.TANPA_PENYEBUT else one.denominator or None
                    for one in figures
                ]
            ),
        }
        for factor in (1000, 100):
            if all(_near(one.value, factor * n / d) for _, one, n, d in parts):
                rule = self._rule(parts, factor)
                return None if rule is None else entry | {"f": factor} | rule
            prior = _prior([part for part in parts if part[0] in places], factor, city)
            rule = self._rule([part for part in parts if part[0] not in places], factor)
            if prior and rule is not None:
                return entry | {"f": factor, "e": prior} | rule
        return None

    def _rule(self, parts: Sequence[Part], factor: int) -> dict[str, str] | None:
        """Which rule gives all intervals; None when none does."""
        if all(one.low is None for _, one, _, _ in parts):
            return {}
        for sign, rule in _RULES.items():
            if all(
                _near(one.value, factor * n / d)
                and _near(one.low, factor * low)
                and _near(one.high, factor * high)
                for _, one, n, d in parts
                for low, high in [rule(n, d)]
            ):
                if sign == "p":
                    self._counts.update(n for _, _, n, _ in parts)
                return {"i": sign}
        return None


def _prior(parts: Sequence[Part], factor: int, city: Figure) -> list[float] | None:
    """Mean and spread of empirical Bayes, if they give each of the figures of kelurahan."""
    whole = sum(d for _, _, _, d in parts)
    means = [sum(n for _, _, n, _ in parts) / whole] if whole else []
    if city.numerator and city.denominator:
        means.insert(0, city.numerator / city.denominator)
    for mean in filter(None, means if parts else ()):
        # How far one place is drawn to the mean says how far all are.
        _, one, n, d = max(parts, key=lambda part: abs(part[2] / part[3] - mean))
        share = ((one.value or 0) / factor - mean) / (n / d - mean) if n / d != mean else 0.0
        between = share / (1 - share) * mean / d if 0 < share < 1 else 0.0

        def smooth(n: int, d: int, mean: float = mean, between: float = between) -> float:
            return mean + between / (between + mean / d) * (n / d - mean)

        if all(_near(one.value, factor * smooth(n, d)) for _, one, n, d in parts):
            return [mean, between]
    return None


def _numerator(figure: Figure, count: Figure) -> int:
    """The count where it is known and used; a place without a denominator keeps its count."""
    if figure.numerator is not None:
        return _FIRST + figure.numerator
    if figure.state is State.TANPA_PENYEBUT and count.value is not None:
        return _FIRST + int(count.value)
    return _state(figure)


def _state(figure: Figure) -> int:
    return STATES.index(figure.state) if figure.state in STATES else _FIRST


def _near(a: float | None, b: float) -> bool:
    return a is not None and abs(a - b) <= max(_CLOSE * abs(a), 1e-6)

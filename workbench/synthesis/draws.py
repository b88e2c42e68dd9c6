"""Weighted draws and random dates, from a ``random.Random`` that the caller seeded by name.

Nothing here looks at a clock, a hash or the order of a set: equal seeds give equal worlds.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")

DAYS_A_YEAR = 365.2425


class Weighted(Generic[T]):
    """Items with weights (any positive scale), prepared once and drawn many times."""

    __slots__ = ("_cumulative", "_total", "items")

    def __init__(self, pairs: Iterable[tuple[T, float]]) -> None:
        listed = [(item, float(weight)) for item, weight in pairs if weight > 0]
        self.items: tuple[T, ...] = tuple(item for item, _ in listed)
        self._cumulative = list(accumulate(weight for _, weight in listed))
        self._total = self._cumulative[-1]

    @classmethod
    def of(cls, weights: Mapping[T, float]) -> Weighted[T]:
        """From a mapping of item to weight, in the mapping's order."""
        return cls(weights.items())

    def draw(self, rng: Random) -> T:
        """One item, in proportion to its weight."""
        return self.items[
            bisect(self._cumulative, rng.random() * self._total, 0, len(self.items) - 1)
        ]


def words(text: str, separator: str | None = None) -> tuple[str, ...]:
    """A word list written as one text."""
    return tuple(text.split(separator))


def pick(rng: Random, items: Sequence[T]) -> T:
    """One item, all alike; about three times as fast as ``rng.choice``."""
    return items[int(rng.random() * len(items))]


def day_between(rng: Random, first: date, last: date) -> date:
    """A day from ``first`` to ``last``, both possible; ``last`` when they are the wrong way."""
    start, end = first.toordinal(), last.toordinal()
    if end <= start:
        return last
    return date.fromordinal(start + int(rng.random() * (end - start + 1)))


def born(as_of: date, age: float) -> date:
    """The birth date of someone who is ``age`` years old (a fraction of a year counts)."""
    return date.fromordinal(as_of.toordinal() - int(age * DAYS_A_YEAR))

"""Judgements of the same families, counted: a table for two people, patterns for any number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workbench.errors import WrongUse


@dataclass(frozen=True)
class PairTable:
    """Families by what the first person said (rows) and the second (columns).

    ``labels`` are in their natural order; ``counts[i][j]`` is a number of families.
    """

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    @property
    def n(self) -> int:
        return sum(map(sum, self.counts))

    @property
    def n_agreed(self) -> int:
        return sum(self.counts[i][i] for i in range(len(self.labels)))

    @property
    def firsts(self) -> tuple[int, ...]:
        """Families by label of the first person."""
        return tuple(map(sum, self.counts))

    @property
    def seconds(self) -> tuple[int, ...]:
        """Families by label of the second person."""
        return tuple(map(sum, zip(*self.counts, strict=True)))

    def named(self, label: str) -> tuple[int, int]:
        """Families given this label by both persons, and by at least one."""
        at = self.labels.index(label)
        both = self.counts[at][at]
        return both, self.firsts[at] + self.seconds[at] - both


@dataclass(frozen=True)
class Ratings:
    """Families by how often each label was given to them, whoever gave it.

    ``patterns[p][k]`` is how many persons gave label k; ``times[p]`` how many families show the
    pattern. A person who did not judge a family is in none of its numbers.
    """

    labels: tuple[str, ...]
    patterns: tuple[tuple[int, ...], ...]
    times: tuple[int, ...]

    @property
    def n(self) -> int:
        """Families judged by somebody."""
        return sum(self.times)

    @property
    def n_compared(self) -> int:
        """Families judged by two persons or more."""
        pairs = zip(self.patterns, self.times, strict=True)
        return sum(times for pattern, times in pairs if sum(pattern) > 1)

    @property
    def shares(self) -> tuple[float, ...]:
        """The part of all judgements that each label has, 0 to 1."""
        totals = [
            sum(
                pattern[k] * times for pattern, times in zip(self.patterns, self.times, strict=True)
            )
            for k in range(len(self.labels))
        ]
        return tuple(total / sum(totals) for total in totals)

    @property
    def n_unusual(self) -> int:
        """Compared families to which somebody gave a label other than the most frequent one."""
        shares = self.shares
        usual = shares.index(max(shares))
        return sum(
            times
            for pattern, times in zip(self.patterns, self.times, strict=True)
            if sum(pattern) > max(1, pattern[usual])
        )


def tabulate(judgements: Iterable[tuple[str, str]], labels: Sequence[str]) -> PairTable:
    """The table of (first, second) over families. Raises ``WrongUse`` for a label not given."""
    cells = Counter(judgements)
    _know(labels, {label for pair in cells for label in pair})
    return PairTable(
        tuple(labels), tuple(tuple(cells[first, second] for second in labels) for first in labels)
    )


def collect(families: Iterable[Sequence[str | None]], labels: Sequence[str]) -> Ratings:
    """Patterns of any number of persons; None where somebody did not judge the family.

    Families nobody judged are left out. Raises ``WrongUse`` for a label not given.
    """
    rows = [[label for label in family if label is not None] for family in families]
    _know(labels, {label for row in rows for label in row})
    found = Counter(tuple(row.count(label) for label in labels) for row in rows if row)
    return _ratings(tuple(labels), found)


def pool(table: PairTable) -> Ratings:
    """A table of two without who said what."""
    found: Counter[tuple[int, ...]] = Counter()
    for i, row in enumerate(table.counts):
        for j, times in enumerate(row):
            found[tuple((i == k) + (j == k) for k in range(len(row)))] += times
    return _ratings(table.labels, +found)


def _ratings(labels: tuple[str, ...], found: Counter[tuple[int, ...]]) -> Ratings:
    patterns = tuple(sorted(found, reverse=True))
    return Ratings(labels, patterns, tuple(found[pattern] for pattern in patterns))


def _know(labels: Sequence[str], used: set[str]) -> None:
    if len(labels) < 2 or len(set(labels)) < len(labels):
        raise WrongUse("Perlu sedikitnya dua pilihan penilaian yang berbeda.")
    if used - set(labels):
        raise WrongUse(
            f"{len(used - set(labels))} penilaian memakai pilihan yang tidak ada dalam daftar: "
            f"{', '.join(labels)}."
        )

"""The cells of all tables as one system of sums, without knowing what they count.

A cell is an index. A line says that a cell is the sum of others (a kecamatan of its kelurahan, a
column of its children), a bound that some cells together are never more than some others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from zlib import crc32


@dataclass
class Lattice:
    """Cells with their true values, and what an outsider is going to see of them.

    ``least`` is the smallest number an outsider must think possible in a cell that is hidden.
    A ``base`` cell is hidden for others only where nothing else helps.
    A ``frozen`` cell stands in an earlier release as a number: it is known, whatever we do now.
    ``older`` are the cells of earlier releases alone: they were proven when those went out.
    """

    values: list[int] = field(default_factory=list)
    hidden: list[bool] = field(default_factory=list)
    frozen: list[bool] = field(default_factory=list)
    least: list[int] = field(default_factory=list)
    base: list[bool] = field(default_factory=list)
    rank: list[tuple[int, int]] = field(default_factory=list)
    lines: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)
    bounds: list[tuple[tuple[int, ...], tuple[int, ...]]] = field(default_factory=list)
    bound: set[tuple[tuple[int, ...], tuple[int, ...]]] = field(default_factory=set)
    above: list[list[int]] = field(default_factory=list)
    below: list[list[int]] = field(default_factory=list)
    older: set[int] = field(default_factory=set)

    def add(self, value: int, name: str, guess: int = 0, is_base: bool = False) -> int:
        """A new cell, shown. ``guess`` is about how large it is, made without looking at it.

        What is to be hidden for others goes by the guess, and then by name: were it the smallest
        cell, the choice itself would tell how large the hidden and the shown ones are.
        """
        self.values.append(value)
        self.hidden.append(False)
        self.frozen.append(False)
        self.least.append(1)
        self.base.append(is_base)
        self.rank.append((guess.bit_length(), crc32(name.encode())))
        self.above.append([])
        self.below.append([])
        return len(self.values) - 1

    def tie(self, total: int, parts: tuple[int, ...]) -> None:
        """``total`` is the sum of ``parts``; saying it twice changes nothing."""
        if any(self.lines[line] == (total, parts) for line in self.below[total]):
            return
        for part in parts:
            self.above[part].append(len(self.lines))
        self.below[total].append(len(self.lines))
        self.lines.append((total, parts))

    def bind(self, parts: tuple[int, ...], wholes: tuple[int, ...]) -> None:
        """``parts`` together are no more than ``wholes``, a cell counting as often as it is named.

        Where the numbers say otherwise it is no fact, and nobody can build on it. A row that a
        later release repeats says it again, which changes nothing.
        """
        if (parts, wholes) in self.bound:
            return
        if sum(self.values[one] for one in parts) <= sum(self.values[one] for one in wholes):
            self.bound.add((parts, wholes))
            self.bounds.append((parts, wholes))

    def binds(self, bound: int) -> bool:
        """Whether a bound says more of its hidden cells than their ``least`` does."""
        parts, wholes = self.bounds[bound]
        if any(self.hidden[one] for one in parts):
            return True
        least = sum(self.least[one] if self.hidden[one] else self.values[one] for one in wholes)
        return sum(self.values[one] for one in parts) > least

    def lines_of(self, cell: int) -> list[int]:
        """The lines a cell stands in, as a part or as the total."""
        return self.above[cell] + self.below[cell]

    def hide(self, cell: int) -> None:
        """Hide a cell, unless it is known already."""
        self.hidden[cell] = not self.frozen[cell]

    def open(self, cells: Iterable[int]) -> None:
        """Forget that cells are hidden, and why."""
        for cell in cells:
            self.hidden[cell] = False
            self.least[cell] = 1

    def may_hide(self, cell: int) -> bool:
        """Whether hiding a cell takes something from the outsider.

        A hidden zero is taken for more, except as a sum of which some parts are hidden whatever
        they are. A sum takes nothing if all its parts are told.
        """
        if self.hidden[cell] or self.frozen[cell]:
            return False
        parts = [self.lines[line][1] for line in self.below[cell]]
        if self.values[cell] == 0:
            return any(self.hidden[one] for line in parts for one in line)
        return all(any(self.hidden[one] or self.may_hide(one) for one in line) for line in parts)

    def settle_least(self) -> None:
        """Let a sum be as small as its parts may be: call it once all zeros to hide are hidden."""
        waiting = [cell for cell, least in enumerate(self.least) if least == 0]
        while waiting:
            for line in self.above[waiting.pop()]:
                total = self.lines[line][0]
                if self.least[total]:
                    self.least[total] = 0
                    waiting.append(total)

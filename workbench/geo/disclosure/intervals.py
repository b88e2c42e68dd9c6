"""What an outsider can work out of a hidden cell: the attack, run by ourselves before anyone else.

A hidden cell is proven open when tables are found that agree with everything published and in
which the cell differs by at least the width. Each solution of a linear programme is such a table
and proves many cells at once; only the rest is asked one by one. Nearly all solutions are whole
numbers; the others are rounded towards the narrower side.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from workbench.geo.disclosure.lattice import Lattice

#: Programmes that try many cells at once and prove none before cells are asked one by one.
PATIENCE = 3
#: A programme that does not end proves nothing.
_OPTIONS = (
    ("presolve", "off"),
    ("threads", 1),
    ("simplex_strategy", 4),
    ("simplex_iteration_limit", 100_000),
)
#: So many rows make a step of the simplex cost as much as a cell whose bounds are set.
_ROWS = 60


class Exhausted(Exception):
    """So much was asked that the answer would come too late: less must be published."""


@dataclass
class Effort:
    """How much may still be reckoned, counted so that equal counts cost the same anywhere."""

    left: float

    def spend(self, amount: float) -> None:
        """Raise ``Exhausted`` when there is nothing left."""
        self.left -= amount
        if self.left < 0:
            raise Exhausted


@dataclass(frozen=True)
class Weakness:
    """A hidden cell that is too narrow, and where the published numbers bind it.

    ``lines`` bind it directly, ``others`` are cells that bound it from another column;
    ``around`` are all lines of the hidden cells it hangs together with.
    """

    cell: int
    lines: tuple[int, ...]
    others: tuple[int, ...]
    around: tuple[int, ...]


def weaknesses(lattice: Lattice, width: int, proven: set[int], effort: Effort) -> list[Weakness]:
    """Every hidden cell that cannot be shown to vary by ``width``; enters in ``proven`` the rest.

    What is proven stays so when further cells are hidden, so those are not looked at again. Cells
    of earlier releases that hang together with none of ours are out: nothing mends them.
    """
    found: list[Weakness] = []
    for cells, lines, bounds in _components(lattice):
        if not proven.issuperset(cells) and not lattice.older.issuperset(cells):
            found += _Programme(lattice, width, cells, lines, bounds, effort).search(proven)
    return found


def _components(lattice: Lattice) -> Iterator[tuple[list[int], list[int], list[int]]]:
    """Hidden cells that hang together, with their lines and the bounds that bind (indices)."""
    root = list(range(len(lattice.values)))

    def find(cell: int) -> int:
        while root[cell] != cell:
            root[cell] = root[root[cell]]
            cell = root[cell]
        return cell

    def join(cells: Iterable[int]) -> int | None:
        hidden = [find(cell) for cell in cells if lattice.hidden[cell]]
        for cell in hidden[1:]:
            root[find(cell)] = find(hidden[0])
        return hidden[0] if hidden else None

    # Beside a former release there are so many rows that those which bind nothing would cost most.
    lines = [(n, join((total, *parts))) for n, (total, parts) in enumerate(lattice.lines)]
    bounds = [
        (n, join(parts + wholes))
        for n, (parts, wholes) in enumerate(lattice.bounds)
        if not lattice.older or lattice.binds(n)
    ]
    grouped: dict[int, tuple[list[int], list[int], list[int]]] = {}
    for cell, hidden in enumerate(lattice.hidden):
        if hidden:
            grouped.setdefault(find(cell), ([], [], []))[0].append(cell)
    for place, members in ((1, lines), (2, bounds)):
        for n, cell_of in members:
            if cell_of is not None:
                grouped[find(cell_of)][place].append(n)
    yield from grouped.values()


class _Programme:
    """The tables that agree with what is published of one component, as a linear programme."""

    def __init__(
        self,
        lattice: Lattice,
        width: int,
        cells: list[int],
        lines: list[int],
        bounds: list[int],
        effort: Effort,
    ) -> None:
        import highspy
        import numpy as np

        self.lattice, self.width = lattice, width
        self.cells, self.lines, self.bounds = cells, lines, bounds
        self.effort = effort
        self.all = np.arange(len(cells), dtype=np.int32)
        self.low = self.high = np.array([lattice.values[cell] for cell in cells], dtype=float)
        self.least = np.array([lattice.least[cell] for cell in cells], dtype=float)
        self.most = np.full(len(cells), highspy.kHighsInf)
        self.solver: Any = highspy.Highs()
        self.solver.silent()
        for option, value in _OPTIONS:
            self.solver.setOptionValue(option, value)
        self.solver.passModel(self._model())

    def _model(self) -> Any:
        import highspy
        import numpy as np

        place = {cell: n for n, cell in enumerate(self.cells)}
        lattice, infinite = self.lattice, highspy.kHighsInf
        starts, index, factor, lower, upper = [0], [], [], [], []

        def row(signed: list[tuple[int, int]], *, exact: bool) -> None:
            known = 0
            for cell, sign in signed:
                if cell in place:
                    index.append(place[cell])
                    factor.append(float(sign))
                else:
                    known += sign * lattice.values[cell]
            starts.append(len(index))
            lower.append(float(-known) if exact else -infinite)
            upper.append(float(-known))

        for n in self.lines:
            total, parts = lattice.lines[n]
            row([(total, -1), *((part, 1) for part in parts)], exact=True)
        for n in self.bounds:
            smaller, larger = lattice.bounds[n]
            factors = Counter(smaller)
            factors.subtract(Counter(larger))
            row(list(factors.items()), exact=False)
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(self.cells), len(lower)
        model.col_cost_ = np.zeros(len(self.cells))
        model.col_lower_, model.col_upper_ = self.least, self.most
        model.row_lower_, model.row_upper_ = np.array(lower), np.array(upper)
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.array(starts, dtype=np.int32)
        model.a_matrix_.index_ = np.array(index, dtype=np.int32)
        model.a_matrix_.value_ = np.array(factor)
        return model

    def search(self, proven: set[int]) -> list[Weakness]:
        """Prove what can be proven; the rest is weak."""
        import numpy as np

        narrow = self._narrow(proven)
        rng = np.random.default_rng(len(self.cells))
        fruitless = 0
        while narrow.any() and fruitless < PATIENCE:
            # Within its box a cell that has moved enough wants no more, so the others get room.
            low = np.where(narrow, np.maximum(self.high - self.width, self.least), self.least)
            high = np.where(narrow, self.low + self.width, self.most)
            cost = np.where(narrow, rng.choice([-1.0, 1.0], len(self.cells)), 0.0)
            self._solve(self.all, cost, low, high)
            left = self._narrow(proven)
            fruitless = 0 if left.sum() < narrow.sum() else fruitless + 1
            narrow = left
        self._pose(self.all, np.zeros(len(self.cells)), self.least, self.most)
        found: list[Weakness] = []
        bound: set[int] = set()
        for n in np.flatnonzero(narrow):
            # What mends a weak cell often mends those beside it: they are asked the next time.
            if bound.isdisjoint(self.lattice.lines_of(self.cells[n])):
                weakness = self._ask(int(n))
                if weakness:
                    found.append(weakness)
                    bound.update(weakness.lines)
        proven.update(
            cell for n, cell in enumerate(self.cells) if self.high[n] - self.low[n] >= self.width
        )
        return found

    def _ask(self, n: int) -> Weakness | None:
        """Move one cell as far as it goes, down and up."""
        import numpy as np

        binding = np.zeros(len(self.lines) + len(self.bounds), dtype=bool)
        one, least, most = self.all[n : n + 1], self.least[n : n + 1], self.most[n : n + 1]
        for sign in (-1.0, 1.0):
            if self.high[n] - self.low[n] < self.width:
                low = np.maximum(self.high[n : n + 1] - self.width, least)
                self._solve(one, np.array([sign]), low, self.low[n : n + 1] + self.width)
                binding |= np.abs(np.array(self.solver.getSolution().row_dual)) > 1e-9
        self._pose(one, np.zeros(1), least, most)
        if self.high[n] - self.low[n] >= self.width:
            return None
        return self._weakness(n, np.flatnonzero(binding).tolist())

    def _narrow(self, proven: set[int]) -> Any:
        import numpy as np

        known = np.array([cell in proven for cell in self.cells])
        return (self.high - self.low < self.width) & ~known

    def _pose(self, places: Any, cost: Any, low: Any, high: Any) -> None:
        self.solver.changeColsBounds(len(places), places, low, high)
        self.solver.changeColsCost(len(places), places, cost)

    def _solve(self, places: Any, cost: Any, low: Any, high: Any) -> None:
        """Find a table that is dear or cheap; it widens what is known to be possible."""
        import highspy
        import numpy as np

        self._pose(places, cost, low, high)
        self.solver.run()
        steps = self.solver.getInfo().simplex_iteration_count
        rows = len(self.lines) + len(self.bounds)
        self.effort.spend(len(self.cells) + max(0, steps) * rows / _ROWS)
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return
        table = np.array(self.solver.getSolution().col_value)
        self.low = np.minimum(self.low, np.ceil(table - 1e-6))
        self.high = np.maximum(self.high, np.floor(table + 1e-6))

    def _weakness(self, n: int, binding: list[int]) -> Weakness:
        lattice, cut = self.lattice, len(self.lines)
        return Weakness(
            self.cells[n],
            tuple(self.lines[row] for row in binding if row < cut),
            tuple(
                cell
                for row in binding
                if row >= cut
                for side in lattice.bounds[self.bounds[row - cut]]
                for cell in side
            ),
            tuple(self.lines),
        )

"""What an outsider can work out of releases: written from the outside, against the gate.

Known are all published cells, which sums they belong to, what columns can be parts of others, that
counts are whole and not negative, and the policy: a hidden cell is no zero, unless its column is
sensitive, it belongs to a whole so small that everything said of it is hidden, its kecamatan
is published whole, or the release tells only what a former one told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import highspy
import numpy as np

from workbench.geo.disclosure.tables import PublishedTable, Release, State

#: An unbounded cell is cut here.
ENDLESS = 10_000_000.0

#: Number of the release, table, area code, column key.
Spot = tuple[int, str, str, str]


@dataclass
class Attack:
    """Releases seen together; ``same`` are kelurahan known to be unchanged in all of them.

    ``changes`` are published differences: (table, area code, column key) to the second release's
    number less the first one's.
    """

    releases: Sequence[Release]
    same: frozenset[str] = frozenset()
    changes: Mapping[tuple[str, str, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.unknown: dict[Spot, int] = {}
        self.least: list[float] = []
        self.rows: list[tuple[dict[int, float], float, float]] = []
        self.alias: dict[Spot, Spot] = {}
        self.known: dict[Spot, int] = {}
        self._link()
        for n, release in enumerate(self.releases):
            for table in release.tables.values():
                self._name(n, table)
        for n, release in enumerate(self.releases):
            for table in release.tables.values():
                self._tie(n, release, table)
        for (table_name, code, key), change in self.changes.items():
            first, second = ((n, table_name, code, key) for n in (0, 1))
            self._row([(second, 1.0), (first, -1.0)], change, change)

    def _link(self) -> None:
        """One spot for all that are known to hold the same number."""
        first: dict[tuple[object, ...], Spot] = {}
        for n, release in enumerate(self.releases):
            for table in release.tables.values():
                kept = self._unchanged(release, table)
                for code, key in table.cells:
                    period = "same" if code in kept else n
                    who = (period, table.surveyed, key, code)
                    spot = (n, table.name, code, key)
                    root = self.alias[spot] = first.setdefault(who, spot)
                    value = self._told(release, table, code, key)
                    if value is not None:
                        self.known[root] = value

    def _told(self, release: Release, table: PublishedTable, code: str, key: str) -> int | None:
        """The number that is published; a zero of a sensitive column holds for all below it."""
        column = next(one for one in table.columns if one.key == key)
        if column.sensitive and table.surveyed:
            city = table.cells[release.areas.city_code, key]
            if city.state is State.NOL:
                return 0 if code in members(release, table) else None
        return table.cells[code, key].value

    def _unchanged(self, release: Release, table: PublishedTable) -> set[str]:
        areas = release.areas
        kept = set(self.same & table.surveyed)
        inside = {
            code: {one for one in table.surveyed if areas.parent(one) == code}
            for code in areas.kecamatan
        }
        kept |= {code for code, ones in inside.items() if ones and ones <= self.same}
        return kept | ({areas.city_code} if table.surveyed <= self.same else set())

    def _name(self, n: int, table: PublishedTable) -> None:
        """Number the cells that nobody was told."""
        zero = set(may_be_zero(self.releases[n], table))
        for (code, key), cell in table.cells.items():
            root = self.alias[n, table.name, code, key]
            if cell.state is not State.DISEMBUNYIKAN or root in self.known:
                continue
            if root not in self.unknown:
                self.unknown[root] = len(self.least)
                self.least.append(1.0)
            if (code, key) in zero:
                self.least[self.unknown[root]] = 0.0

    def _row(self, signed: Iterable[tuple[Spot, float]], low: float, high: float) -> None:
        factors: dict[int, float] = {}
        known = 0.0
        for spot, sign in signed:
            root = self.alias[spot]
            if root in self.unknown:
                place = self.unknown[root]
                factors[place] = factors.get(place, 0.0) + sign
            else:
                known += sign * self.known[root]
        if factors:
            self.rows.append((factors, low - known, high - known))

    def _tie(self, n: int, release: Release, table: PublishedTable) -> None:
        inside = members(release, table)
        for code in inside:

            def spot(key: str, code: str = code) -> Spot:
                return reach(release, table, n, code, key)

            for column in table.columns:
                total = (spot(column.key), -1.0)
                if inside[code]:
                    parts = [((n, table.name, one, column.key), 1.0) for one in inside[code]]
                    self._row([total, *parts], 0, 0)
                if column.children:
                    self._row([total, *((spot(key), 1.0) for key in column.children)], 0, 0)
                if column.within:
                    self._row([(spot(column.key), 1.0), (spot(column.within), -1.0)], -np.inf, 0)
                if column.covered_by:
                    cover = [(spot(key), -1.0) for key in column.covered_by]
                    self._row([(spot(column.key), 1.0), *cover], -np.inf, 0)
            for smaller, larger in table.facts:
                signed = [(spot(key), 1.0) for key in smaller]
                self._row([*signed, *((spot(key), -1.0) for key in larger)], -np.inf, 0)

    def intervals(self, *, whole: bool = False) -> dict[Spot, tuple[float, float]]:
        """Least and greatest number each hidden cell can have; over whole tables if asked."""
        return self._attack(np.inf, whole=whole)

    def narrow(self, width: int, *, whole: bool = False) -> dict[Spot, tuple[float, float]]:
        """The hidden cells that are known to less than ``width``."""
        return {
            spot: (low, high)
            for spot, (low, high) in self._attack(width, whole=whole).items()
            if high - low < width - 1e-6
        }

    def _attack(self, enough: float, *, whole: bool) -> dict[Spot, tuple[float, float]]:
        found: dict[Spot, tuple[float, float]] = {}
        for places, rows in self._pieces():
            found |= self._solve(places, rows, enough, whole=whole)
        return found

    def _pieces(self) -> Iterator[tuple[list[int], list[int]]]:
        group = list(range(len(self.least)))

        def find(place: int) -> int:
            while group[place] != place:
                place = group[place]
            return place

        for factors, _, _ in self.rows:
            first, *others = factors
            for other in others:
                group[find(other)] = find(first)
        pieces: dict[int, tuple[list[int], list[int]]] = {}
        for place in range(len(group)):
            pieces.setdefault(find(place), ([], []))[0].append(place)
        for n, (factors, _, _) in enumerate(self.rows):
            pieces[find(next(iter(factors)))][1].append(n)
        yield from pieces.values()

    def _solve(
        self, places: list[int], rows: list[int], enough: float, *, whole: bool
    ) -> dict[Spot, tuple[float, float]]:
        """A cell that was seen to differ by ``enough`` among solutions is not asked for more."""
        here = {place: n for n, place in enumerate(places)}
        spots = {place: spot for spot, place in self.unknown.items()}
        solver = highspy.Highs()
        solver.silent()
        # As many as the gate asks for: a process keeps the number that came first.
        solver.setOptionValue("threads", 1)
        for place in places:
            solver.addVar(self.least[place], ENDLESS)
        for n in rows:
            factors, least, most = self.rows[n]
            index = np.array([here[place] for place in factors], dtype=np.int32)
            factor = np.array(list(factors.values()))
            solver.addRow(least, most, len(index), index, factor)
        if whole:
            for n in range(len(places)):
                solver.changeColIntegrality(n, highspy.HighsVarType.kInteger)
        low, high = np.full(len(places), np.inf), np.full(len(places), -np.inf)
        for place, n in here.items():
            for sense in (highspy.ObjSense.kMinimize, highspy.ObjSense.kMaximize):
                if high[n] - low[n] < enough:
                    solver.changeColCost(n, 1.0)
                    solver.changeObjectiveSense(sense)
                    solver.run()
                    status = solver.getModelStatus()
                    assert status == highspy.HighsModelStatus.kOptimal, (spots[place], status)
                    table = np.array(solver.getSolution().col_value)
                    low, high = np.minimum(low, table), np.maximum(high, table)
                    solver.changeColCost(n, 0.0)
        return {spots[place]: (float(low[n]), float(high[n])) for place, n in here.items()}


def reach(release: Release, table: PublishedTable, n: int, code: str, key: str) -> Spot:
    """Where a column lies: in this table, or as ``table:key`` in another one."""
    if any(column.key == key for column in table.columns):
        return (n, table.name, code, key)
    for other in release.tables.values():
        rest = key.removeprefix(f"{other.name}:")
        if rest != key and any(column.key == rest for column in other.columns):
            return (n, other.name, code, rest)
    raise KeyError(key)


def members(release: Release, table: PublishedTable) -> dict[str, list[str]]:
    """What each place of a table is the sum of; nothing for a kelurahan."""
    areas = release.areas
    found: dict[str, list[str]] = {code: [] for code in areas.by_code if code in table.surveyed}
    for code in areas.kecamatan:
        inside = [one for one in table.surveyed if areas.parent(one) == code]
        if inside:
            found[code] = sorted(inside)
    if table.surveyed:
        found[areas.city_code] = [code for code in areas.kecamatan if code in found]
    return found


def parts_of(table: PublishedTable, key: str) -> set[str]:
    """Every column that counts a part of this one, over all steps."""
    found: set[str] = set()
    waiting = [key]
    while waiting:
        whole = waiting.pop()
        for column in table.columns:
            is_part = column.within == whole or any(
                column.key in one.children for one in table.columns if one.key == whole
            )
            if is_part and column.key not in found:
                found.add(column.key)
                waiting.append(column.key)
    return found


def may_be_zero(release: Release, table: PublishedTable) -> Iterator[tuple[str, str]]:
    """The hidden cells that the policy may have hidden whatever they hold."""
    hidden = {place for place, cell in table.cells.items() if cell.state is State.DISEMBUNYIKAN}
    inside = members(release, table)
    found: set[tuple[str, str]] = set()
    if table.kept:
        return iter(hidden)
    for code in inside:
        row = {key for where, key in hidden if where == code}
        for column in table.columns:
            if column.sensitive and code != release.areas.city_code:
                found.add((code, column.key))
            if release.areas.parent(code) in table.whole:
                found.add((code, column.key))
            parts = parts_of(table, column.key)
            if column.key in row and parts and parts <= row:
                found |= {(code, key) for key in parts}
        wholes = {key for key in row if parts_of(table, key)}
        if row == {column.key for column in table.columns} and wholes:
            found |= {(code, key) for key in row - wholes}
    found &= hidden
    while True:
        sums = {
            (code, column.key)
            for code, ones in inside.items()
            for column in table.columns
            if (code, column.key) in hidden - found
            and (
                any((one, column.key) in found for one in ones)
                or any((code, child) in found for child in column.children)
            )
        }
        if not sums:
            return iter(found)
        found |= sums

"""The one gate: true counts go in, a ``Release`` comes out that holds no hidden number.

Hidden for their own sake (primary): counts of 1 to ``threshold - 1`` at every level; all that is
said of the parts of such a count, zeros too (they would clear a few families by name), and the
whole row where it is about so few families; a sensitive column below the city, and at the city up
to ``sensitive_from - 1``. Hidden for the sake of these (complementary): what an outsider could
reckon them from.

The outsider knows every published cell, that counts are whole and not negative, all sums (over
kelurahan, kecamatan and city, over children), ``within``, ``covered_by`` and the facts of the
tables, that equal keys are equal numbers, and that a hidden cell is no zero unless zeros are
hidden there on principle. Every hidden cell is left an interval at least ``threshold`` wide
(feasibility intervals by linear programmes: Fischetti and Salazar 2001, Management Science 47(7),
1008-1027; Hundepool et al. 2012, Statistical Disclosure Control, chapter 4). Who knows this code
also knows that a cell hidden for its own sake is below the threshold; which further cell is hidden
depends on no hidden number where that can be had (compare Kenthapadi, Mishra and Nissim 2005,
Simulatable Auditing), so that running the gate on every table that fits leaves more than one.
A sensitive column that is zero in the whole city is known to be zero everywhere.

In a city of many kelurahan a kecamatan with little to count is published whole (``wholes``), and
so is every kecamatan where the proof would take too long. That it took too long tells something
of all numbers together, of none alone. In a whole kecamatan a hidden cell may be zero.

Where even that takes too long beside a former release, what that one told of rows that have not
changed is told again (``kept``), and of all else the city alone, or nothing. The last needs no
proof: every table that fits the former release fits this one too, since what is hidden here may be
any number from zero up, and that a row repeats is known anyway.

Two releases: the numbers of different periods are not tied, and a change is published where both
are shown, so it adds nothing. A list published under thresholds of 3, 5 and 10 shows less each
time, and together no more than under the lowest. For other counts that
resemble these (one kelurahan counted again, the list judged otherwise) hand over the ``former``
releases: they are attacked together. What is out stays out: a number told once is hidden again
where the rule says so, and protects nobody. What was hidden stays hidden, unless it was under a
higher threshold than now; the other way ``veil`` takes out what a lower threshold hid already.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from enum import Enum, auto

from workbench.geo.areas import AreaSet
from workbench.geo.disclosure.complements import protect
from workbench.geo.disclosure.intervals import Effort, Exhausted
from workbench.geo.disclosure.lattice import Lattice
from workbench.geo.disclosure.tables import (
    UNKNOWN,
    Cell,
    Column,
    Counts,
    Fact,
    PublishedTable,
    Release,
    State,
)
from workbench.geo.disclosure.wholes import Gathered, gather, sparse, words

#: Thresholds that are gone through on the way up, so that a higher one shows no more.
STEPS = (3, 5, 10)

#: In a city of more kelurahan than this a kecamatan with few to count is published whole.
MANY_PLACES = 120
#: Fewer than so many families (or records, or people) a kelurahan are few.
FEW_A_PLACE = 15
#: What may be reckoned for one try at a release, about twenty seconds of a core; a third of it for
#: the city beside what is kept.
EFFORT = 45_000_000

_SILENT = (
    "Angka daftar ini disembunyikan semua, karena belum dapat dipastikan bahwa angka kecilnya "
    "tetap tertutup."
)
_AS_BEFORE = (
    "Yang tampil hanya angka yang sama dengan peta yang sudah terbit{also}. Angka lain "
    "disembunyikan, karena selisihnya dengan peta itu mungkin membuka angka kecil."
)

#: Area code and column key.
Place = tuple[str, str]


class Kept(Enum):
    """Whether only what a former release told is told again, and the city beside it."""

    NONE = auto()
    AND_CITY = auto()
    ALONE = auto()


@dataclass(frozen=True)
class Former:
    """A release that is already out, and the counts it was made from."""

    tables: Sequence[Counts]
    release: Release


def disclose(
    tables: Sequence[Counts],
    areas: AreaSet,
    threshold: int = 5,
    sensitive_from: int = 10,
    former: Sequence[Former] = (),
) -> Release:
    """What may be published of ``tables``, for every kelurahan, kecamatan and the city.

    Equal counts and settings give an equal release. ``former`` are releases that tell of the same
    time as ``tables``, oldest first. What takes longer than ``EFFORT`` is published of whole
    kecamatan only; what takes as long again of the city, and what has not changed since the last
    of ``former``; then without the city.
    """
    few = FEW_A_PLACE if len(areas.by_code) > MANY_PLACES else 0
    tries = [(sparse(tables, areas, least), Kept.NONE) for least in (few, math.inf)]
    if former:
        last = former[-1].release.tables
        whole = {one.name: last[one.name].whole for one in tables if one.name in last}
        tries += [(whole, Kept.AND_CITY), (whole, Kept.ALONE)]
    for whole, kept in tries:
        try:
            release = _disclosed(tables, areas, threshold, sensitive_from, former, whole, kept)
        except Exhausted:
            continue
        if kept is Kept.NONE or _tells(release):
            return release
    return _nothing(tables, areas, threshold)


def _tells(release: Release) -> bool:
    return any(cell.value for table in release.tables.values() for cell in table.cells.values())


def _disclosed(
    tables: Sequence[Counts],
    areas: AreaSet,
    threshold: int,
    sensitive_from: int,
    former: Sequence[Former],
    whole: Mapping[str, frozenset[str]],
    kept: Kept,
) -> Release:
    lattice, effort = Lattice(), Effort(EFFORT if kept is Kept.NONE else EFFORT / 3)
    *before, now = gather(
        [*(one.tables for one in former), tables],
        [*({t.name: t.whole for t in one.release.tables.values()} for one in former), whole],
        areas,
    )
    earlier: list[_Sheet] = []
    lasting: set[int] = set()
    for one, gathered in zip(former, before, strict=True):
        out = _lay(one.tables, areas, lattice, earlier, gathered)
        for sheet in out:
            sheet.hide_small(one.release.threshold, sensitive_from)
        for sheet in out:
            sheet.recall(one.release)
        if one.release.threshold <= threshold:
            lasting |= {cell for sheet in out for cell in sheet.cells.values()}
        earlier += out
    sheets = _lay(tables, areas, lattice, earlier, now)
    mine = {cell for sheet in sheets for cell in sheet.cells.values()}
    known = {cell for sheet in earlier for cell in sheet.cells.values()}
    lattice.older = known - mine
    lattice.open(mine - lasting)
    for step in (*(one for one in STEPS if one < threshold), threshold):
        for sheet in sheets:
            sheet.hide_small(step, sensitive_from)
            if kept is not Kept.NONE:
                sheet.hide_untold(mine - known, city=kept is Kept.ALONE)
        lattice.settle_least()
        if kept is not Kept.ALONE:
            protect(lattice, step, effort)
    return Release(areas, {sheet.table.name: sheet.published(kept) for sheet in sheets}, threshold)


def veil(release: Release, other: Release) -> Release:
    """``release`` without the numbers that ``other``, made of the same counts, does not tell."""
    return Release(
        release.areas,
        {
            name: replace(
                table,
                cells={
                    (code, key): cell
                    if cell.value is None or other.cell(name, key, code).value is not None
                    else Cell(State.DISEMBUNYIKAN)
                    for (code, key), cell in table.cells.items()
                },
            )
            for name, table in release.tables.items()
        },
        release.threshold,
    )


def _nothing(tables: Sequence[Counts], areas: AreaSet, threshold: int) -> Release:
    """A release that tells where was surveyed, and no number."""
    published = {}
    for table in tables:
        known = table.surveyed.intersection(areas.by_code)
        known |= {areas.parent(code) for code in known} | ({areas.city_code} if known else set())
        cells = {
            (code, column.key): Cell(State.DISEMBUNYIKAN) if code in known else UNKNOWN
            for column in table.columns
            for code in areas.codes
        }
        published[table.name] = PublishedTable(
            table.name,
            table.columns,
            cells,
            table.surveyed.intersection(areas.by_code),
            _SILENT,
            table.facts,
            frozenset(areas.kecamatan),
        )
    return Release(areas, published, threshold)


def _lay(
    tables: Sequence[Counts],
    areas: AreaSet,
    lattice: Lattice,
    earlier: Sequence[_Sheet],
    gathered: Mapping[str, Gathered],
) -> list[_Sheet]:
    sheets: list[_Sheet] = []
    for table in tables:
        former = [sheet for sheet in earlier if sheet.table.name == table.name]
        whole = gathered.get(table.name, {})
        sheets.append(_Sheet(table, areas, lattice, sheets, former, whole))
    return sheets


class _Sheet:
    """One table laid into the lattice: every level, every column.

    A column that a table of the same release counts too, to the same numbers, shares its cells;
    so does a row that has not changed since a former release.
    """

    def __init__(
        self,
        table: Counts,
        areas: AreaSet,
        lattice: Lattice,
        beside: Sequence[_Sheet],
        former: Sequence[_Sheet],
        whole: Gathered,
    ) -> None:
        self.table, self.areas, self.lattice = table, areas, lattice
        #: The kelurahan behind each place of a kecamatan that is published whole.
        self.behind = {
            place: ones
            for groups in whole.values()
            for group in groups
            for place, ones in ((group[0], group[:1]), (f"{group[0]}...", group[1:]))
            if ones and group[0] in table.surveyed
        }
        self.stands_at = {one: place for place, ones in self.behind.items() for one in ones}
        self.whole = frozenset(whole)
        self.columns = {column.key: column for column in table.columns}
        self.members = self._members()
        numbers = {
            (code, key): self._count(code, key) for key in self.columns for code in self.members
        }
        self.cells: dict[Place, int] = {}
        for sheet in former:
            self.cells |= sheet._unchanged(self, numbers)
        for sheet in beside:
            self.cells |= sheet._same_columns(self, numbers)
        for (code, key), number in numbers.items():
            if (code, key) not in self.cells:
                name, guess = f"{table.name}/{code}/{key}", self._guess(code, key, numbers)
                is_base = self.columns[key].is_base
                self.cells[code, key] = lattice.add(number, name, guess, is_base)
        #: What is hidden for its own sake, even where an earlier release has told it.
        self.small: set[Place] = set()
        self._tie(beside)

    def _guess(self, code: str, key: str, numbers: Mapping[Place, int]) -> int:
        """About how large a cell is, from the rest of its row and of its column."""
        if self.columns[key].children:
            return 0
        others = [one.key for one in self.columns.values() if not one.children and one.key != key]
        row = sum(numbers[code, one] for one in others)
        column = numbers[self.areas.city_code, key] - numbers[code, key]
        return row * column // max(1, sum(numbers[self.areas.city_code, one] for one in others))

    def _same_columns(self, other: _Sheet, numbers: Mapping[Place, int]) -> dict[Place, int]:
        if self.members != other.members:
            return {}
        shared = {
            key
            for key in self.columns.keys() & other.columns.keys()
            if all(self._value(code, key) == numbers[code, key] for code in self.members)
        }
        return {place: cell for place, cell in self.cells.items() if place[1] in shared}

    def _unchanged(self, other: _Sheet, numbers: Mapping[Place, int]) -> dict[Place, int]:
        """The cells of rows that a later sheet repeats: an outsider may know that they do."""
        shared = self.columns.keys() & other.columns.keys()
        kept: set[str] = set()
        for code, inside in self.members.items():
            same = (
                kept.issuperset(inside)
                if inside
                else all(self._value(code, key) == numbers.get((code, key)) for key in shared)
            )
            if same and other.members.get(code) == inside:
                kept.add(code)
        return {(code, key): self.cells[code, key] for code in kept for key in shared}

    def _value(self, code: str, key: str) -> int:
        return self.lattice.values[self.cells[code, key]]

    def _members(self) -> Mapping[str, tuple[str, ...]]:
        """What each surveyed place is the sum of; nothing for a kelurahan."""
        surveyed = [
            code
            for code in self.areas.by_code
            if code in self.table.surveyed and self.areas.parent(code) not in self.whole
        ]
        found: dict[str, tuple[str, ...]] = dict.fromkeys((*surveyed, *self.behind), ())
        for code in self.areas.kecamatan:
            inside = tuple(one for one in found if self._parent(one) == code)
            if inside:
                found[code] = inside
        if found:
            found[self.areas.city_code] = tuple(
                code for code in self.areas.kecamatan if code in found
            )
        return found

    def _parent(self, place: str) -> str:
        return self.areas.parent(self.behind.get(place, (place,))[0])

    def _count(self, code: str, key: str) -> int:
        if self.columns[key].children:
            return sum(self._count(code, child) for child in self.columns[key].children)
        inside = self.members.get(code)
        if inside:
            return sum(self._count(one, key) for one in inside)
        return sum(self.table.cells.get((one, key), 0) for one in self.behind.get(code, (code,)))

    def _tie(self, beside: Sequence[_Sheet]) -> None:
        reach = {
            f"{sheet.table.name}:{key}": (sheet, key)
            for sheet in beside
            if sheet.members == self.members
            for key in sheet.columns
        } | {key: (self, key) for key in self.columns}
        facts: list[Fact] = []
        for key, column in self.columns.items():
            facts += [((key,), wholes) for wholes in ((column.within,), column.covered_by)]
        facts += self.table.facts
        facts = [one for one in facts if one[1] and reach.keys() >= {*one[0], *one[1]}]
        for code, inside in self.members.items():

            def row(keys: Iterable[str], code: str = code) -> tuple[int, ...]:
                return tuple(sheet.cells[code, key] for sheet, key in map(reach.__getitem__, keys))

            for key, column in self.columns.items():
                cell = self.cells[code, key]
                if inside:
                    self.lattice.tie(cell, tuple(self.cells[one, key] for one in inside))
                if column.children:
                    self.lattice.tie(cell, row(column.children))
            for smaller, larger in facts:
                self.lattice.bind(row(smaller), row(larger))

    def hide_small(self, threshold: int, sensitive_from: int) -> None:
        """The primary rule: small counts, what few families would be seen in, sensitive columns."""
        for code, key in self.cells:
            column = self.columns[key]
            if column.sensitive:
                self._hide_sensitive(code, key, sensitive_from)
            elif 0 < self._value(code, key) < threshold:
                self._hide(code, key)
                for part in self._about(column):
                    self._hide(code, part, least=0)
        self._hide_wholes(threshold)

    def _hide_wholes(self, threshold: int) -> None:
        """All kelurahan of a whole kecamatan alike, its zeros where they clear a few families."""
        for kecamatan in self.whole & self.members.keys():
            places = self.members[kecamatan]
            ones = [one for place in places for one in self.behind[place]]
            few = {
                part
                for key, column in self.columns.items()
                if any(0 < self._count(one, key) < threshold for one in ones)
                for part in self._about(column)
            }
            for key, column in self.columns.items():
                if not column.sensitive and (key in few or self._value(kecamatan, key)):
                    for place in places:
                        self._hide(place, key, least=0)

    def _hide_sensitive(self, code: str, key: str, sensitive_from: int) -> None:
        city = self._value(self.areas.city_code, key)
        if code != self.areas.city_code:
            self.small.add((code, key))
            # Where the city shows a zero, every place in it is known to have none.
            if city:
                self._hide(code, key, least=0)
        elif 0 < city < sensitive_from:
            self._hide(code, key)

    def _hide(self, code: str, key: str, least: int = 1) -> None:
        cell = self.cells[code, key]
        self.small.add((code, key))
        self.lattice.least[cell] = min(self.lattice.least[cell], least)
        self.lattice.hide(cell)

    def hide_untold(self, fresh: Set[int], *, city: bool) -> None:
        """Whatever no former release has told, zeros too; all of the city only if asked.

        A cell that is not ``fresh`` stays as small as it could be in the former release.
        """
        for (code, key), cell in self.cells.items():
            is_open = code == self.areas.city_code or not self._value(self.areas.city_code, key)
            if not self.lattice.frozen[cell] and (city or not is_open):
                may_be_none = cell in fresh or not self._value(code, key)
                self._hide(code, key, least=0 if may_be_none else 1)

    def recall(self, release: Release) -> None:
        """What a release has told stays known; what it has hidden stays hidden."""
        for (code, key), cell in self.cells.items():
            zero = self.columns[key].sensitive and not self._value(self.areas.city_code, key)
            one = self.behind.get(code, (code,))[0]
            if zero or release.cell(self.table.name, key, one).value is not None:
                self.lattice.frozen[cell] = True
            elif not self._value(code, key):
                # Hidden without a look at the number, or a zero would have been told.
                self.lattice.least[cell] = 0
            self.lattice.hide(cell)

    def _about(self, column: Column) -> Iterator[str]:
        """The columns that speak of what this one counts: its parts, over all steps.

        Where others are within a column that is itself no part, the row is about nothing else.
        """
        parts = [
            one
            for one in self.table.columns
            if one.within == column.key or one.key in column.children
        ]
        part_of_none = not column.within and all(
            column.key not in one.children for one in self.table.columns
        )
        if part_of_none and any(one.within for one in parts):
            yield from (key for key in self.columns if key != column.key)
            return
        for part in parts:
            yield part.key
            yield from self._about(part)

    def published(self, kept: Kept) -> PublishedTable:
        """The table without what is hidden."""
        cells = {
            (code, key): self._published(code, key)
            for key in self.columns
            for code in self.areas.codes
        }
        return PublishedTable(
            self.table.name,
            self.table.columns,
            cells,
            self.table.surveyed.intersection(self.areas.by_code),
            " ".join(filter(None, (self.table.remark, self._words(kept)))),
            self.table.facts,
            self.whole,
            kept is not Kept.NONE,
        )

    def _words(self, kept: Kept) -> str:
        if kept is Kept.NONE:
            return words(self.whole, len(self.areas.kecamatan))
        also = f" dan jumlah {self.areas.city_name}" if kept is Kept.AND_CITY else ""
        return _AS_BEFORE.format(also=also) if self.members else ""

    def _published(self, code: str, key: str) -> Cell:
        code = self.stands_at.get(code, code)
        if code not in self.members:
            return UNKNOWN
        if (code, key) in self.small or self.lattice.hidden[self.cells[code, key]]:
            return Cell(State.DISEMBUNYIKAN)
        value = self._value(code, key)
        return Cell(State.ANGKA if value else State.NOL, value)

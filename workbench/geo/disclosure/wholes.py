"""Kecamatan that are published whole: no number of a single kelurahan where there are few to count.

In a city of many places most of such numbers would be hidden anyway, and to prove that the rest
betray nothing takes minutes. Which kecamatan these are follows from how many places they have and
from their own numbers, so it says nothing of a single place.

Hidden are then all its kelurahan alike. Whoever knows the same of two kelurahan can tell nothing
of the one that does not hold for the other, so two cells stand for as many as are alike: one of
them, and the sum of the rest. What holds for any of them is proven of the one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from workbench.geo.areas import AreaSet
from workbench.geo.disclosure.tables import Counts

#: By kecamatan: its kelurahan, each group what cannot be told apart.
Gathered = Mapping[str, tuple[tuple[str, ...], ...]]


def sparse(tables: Sequence[Counts], areas: AreaSet, few: float) -> dict[str, frozenset[str]]:
    """By table: the kecamatan in which it counts fewer than ``few`` a surveyed kelurahan.

    The first column of a table says what it counts. Tables that share a column or are read against
    one another go together, by the first of them.
    """
    found: dict[str, frozenset[str]] = {}
    for kin in _related(tables):
        # What a list does not carry is surveyed nowhere.
        first = max((one for one in tables if one.name in kin), key=lambda one: bool(one.surveyed))
        leaves = _leaves(first, first.columns[0].key)
        totals: dict[str, int] = {}
        places: dict[str, int] = {}
        for code in first.surveyed.intersection(areas.by_code):
            parent = areas.parent(code)
            places[parent] = places.get(parent, 0) + 1
            number = sum(first.cells.get((code, key), 0) for key in leaves)
            totals[parent] = totals.get(parent, 0) + number
        whole = frozenset(code for code, n in places.items() if totals[code] < few * n)
        found |= dict.fromkeys(kin, whole)
    return found


def _leaves(table: Counts, key: str) -> list[str]:
    children = next(one.children for one in table.columns if one.key == key)
    return [leaf for child in children for leaf in _leaves(table, child)] or [key]


def _related(tables: Sequence[Counts]) -> list[set[str]]:
    """Names of tables that hang together."""
    groups: list[set[str]] = [{name} for name in dict.fromkeys(one.name for one in tables)]
    for one, other in combinations(tables, 2):
        if one.name != other.name and _is_tied(one, other):
            mine, theirs = (next(g for g in groups if t.name in g) for t in (one, other))
            if mine is not theirs:
                groups.remove(theirs)
                mine |= theirs
    return groups


def _is_tied(one: Counts, other: Counts) -> bool:
    keys = {column.key for column in one.columns}
    named = {f"{one.name}:{key}" for key in keys}
    return any(
        column.key in keys or not named.isdisjoint((column.within, *column.covered_by))
        for column in other.columns
    ) or any(not named.isdisjoint(side) for fact in other.facts for side in fact)


def gather(
    releases: Sequence[Sequence[Counts]],
    wholes: Sequence[Mapping[str, frozenset[str]]],
    areas: AreaSet,
) -> list[dict[str, Gathered]]:
    """For each release, by table: its whole kecamatan, and which of their kelurahan are alike.

    Where a table, or one that hangs together with it, is not whole in all of the releases, none is
    like another.
    """
    groups = _alike(releases, areas)
    single = {
        code: tuple((one,) for group in found for one in group) for code, found in groups.items()
    }
    uneven = _uneven(releases, wholes, areas)
    return [
        # In the order of the areas: equal counts are to give an equal release, in any process.
        {
            name: {
                code: single[code] if (name, code) in uneven else found
                for code, found in groups.items()
                if code in codes
            }
            for name, codes in whole.items()
        }
        for whole in wholes
    ]


def _uneven(
    releases: Sequence[Sequence[Counts]],
    wholes: Sequence[Mapping[str, frozenset[str]]],
    areas: AreaSet,
) -> set[tuple[str, str]]:
    """Table and kecamatan where the releases differ in whether it is whole, kindred tables too."""
    found: set[tuple[str, str]] = set()
    for kin in _related([table for tables in releases for table in tables]):
        for code in areas.kecamatan:
            if len({code in whole.get(name, ()) for whole in wholes for name in kin}) > 1:
                found |= {(name, code) for name in kin}
    return found


def _alike(
    releases: Sequence[Sequence[Counts]], areas: AreaSet
) -> dict[str, tuple[tuple[str, ...], ...]]:
    """The kelurahan of each kecamatan, in groups of which an outsider knows the same.

    That is: all their numbers repeat in the same of the ``releases``, as somebody may know who
    knows where people moved or were counted again.
    """
    named = [{table.name: table for table in tables} for tables in releases]
    keys = {
        name: [key for key in _base(named[0][name]) if all(key in _base(t[name]) for t in named)]
        for name in named[0]
        if all(name in tables for tables in named)
    }
    groups: dict[str, dict[object, list[str]]] = {code: {} for code in areas.kecamatan}
    for code in areas.by_code:
        rows = [
            [_row(tables[name], code, columns) for name, columns in keys.items()]
            for tables in named
        ]
        surveyed = tuple(code in table.surveyed for tables in named for table in tables.values())
        mark = (surveyed, *map(rows.index, rows))
        groups[areas.parent(code)].setdefault(mark, []).append(code)
    return {code: tuple(map(tuple, found.values())) for code, found in groups.items()}


def _base(table: Counts) -> list[str]:
    return [column.key for column in table.columns if not column.children]


def _row(table: Counts, code: str, keys: Sequence[str]) -> tuple[int, ...]:
    return tuple(table.cells.get((code, key), 0) for key in keys)


def words(whole: frozenset[str], kecamatan: int) -> str:
    """What is said on a map of a table that is whole in some of its ``kecamatan``; "" for none."""
    if not whole:
        return ""
    where = "semua" if len(whole) == kecamatan else f"{len(whole)} dari {kecamatan}"
    return f"Datanya masih sedikit, jadi di {where} kecamatan hanya jumlah kecamatan yang tampil."

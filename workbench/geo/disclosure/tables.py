"""Counts before the gate, and what has passed it.

``Counts`` holds true numbers and never leaves a service; ``Release`` holds no hidden number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from workbench.geo.areas import AreaSet

#: Columns that together are never more than some others, in every row.
Fact = tuple[tuple[str, ...], tuple[str, ...]]


class State(StrEnum):
    """What can be said of one cell; only ``ANGKA`` and ``NOL`` come with a figure."""

    ANGKA = "angka"
    NOL = "nol"
    DISEMBUNYIKAN = "disembunyikan"
    BELUM_DIDATA = "belum_didata"
    TANPA_PENYEBUT = "tanpa_penyebut"


@dataclass(frozen=True)
class Column:
    """One thing that is counted in a table.

    ``children``: the column is the sum of these; ``within``: it is a part of that column and
    never more than it; ``covered_by``: it is never more than these together, which overlap (both
    may name a column of a table before this one, ``table:key``, if it has the same survey);
    ``sensitive``: published for the whole city only, and only from 10 up; ``is_base``: others are
    read against it, so for their sake it is hidden last.
    """

    key: str
    title: str
    unit: str
    children: tuple[str, ...] = ()
    within: str = ""
    sensitive: bool = False
    covered_by: tuple[str, ...] = ()
    is_base: bool = False


@dataclass(frozen=True)
class Counts:
    """True numbers per kelurahan; a cell that is missing in a ``surveyed`` kelurahan is zero.

    ``cells`` goes by (area code, column key) and has no columns with ``children``. ``remark``
    says in words what could not be placed and what was counted, without a small number.
    ``facts`` are further things everybody knows of any row: the columns on the left together are
    never more than those on the right, a column counting as often as it is named.
    """

    name: str
    columns: tuple[Column, ...]
    cells: Mapping[tuple[str, str], int]
    surveyed: frozenset[str]
    remark: str = ""
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class Cell:
    """What is published of one number: ``value`` is None unless it is ``ANGKA`` or ``NOL``."""

    state: State
    value: int | None = None


UNKNOWN = Cell(State.BELUM_DIDATA)


@dataclass(frozen=True)
class PublishedTable:
    """One table behind the gate, by (area code, column key); cells of every level.

    ``whole`` are the kecamatan of which no number of a single kelurahan is shown, whatever it is;
    a zero only where the kecamatan has none either. ``kept``: below the city only what a former
    release has told of rows that have not changed; a hidden cell may be zero.
    """

    name: str
    columns: tuple[Column, ...]
    cells: Mapping[tuple[str, str], Cell]
    surveyed: frozenset[str]
    remark: str = ""
    facts: tuple[Fact, ...] = ()
    whole: frozenset[str] = frozenset()
    kept: bool = False


@dataclass(frozen=True)
class Release:
    """All tables that are published together; ``threshold`` is the least count shown."""

    areas: AreaSet
    tables: Mapping[str, PublishedTable]
    threshold: int

    def cell(self, table: str, key: str, code: str) -> Cell:
        """One published cell; ``BELUM_DIDATA`` where there is none."""
        found = self.tables.get(table)
        return UNKNOWN if found is None else found.cells.get((code, key), UNKNOWN)

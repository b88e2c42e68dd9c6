"""What somebody chose to take out, and the published figures that answer to it.

Every kind of file is drawn or written from an ``Extract``, so all of them say the same.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from workbench.domain.wilayah import CITY, PLACES
from workbench.domain.words import date_id
from workbench.errors import WrongUse
from workbench.geo.areas import AreaSet, schematic_words
from workbench.geo.atlas import Atlas, Period
from workbench.geo.classes import DIVERGING, Classes, classify, colours
from workbench.geo.disclosure.tables import State
from workbench.geo.indicators import Indicator, find_indicator
from workbench.geo.measures import KINDS, Figure, Measured, change, measure

#: How a state is written in every file; a figure is only where it says ``angka`` or ``nol``.
STATE_WORDS: Mapping[State, str] = {
    State.ANGKA: "angka",
    State.NOL: "nol",
    State.DISEMBUNYIKAN: "disembunyikan",
    State.BELUM_DIDATA: "belum didata",
    State.TANPA_PENYEBUT: "tanpa penyebut",
}
#: The measure whose result is a group of neighbours and no number.
GROUPED = "kelompok"
#: The measure of two periods.
CHANGE = "perubahan"
_LEVELS = (PLACES, "kecamatan", CITY.kind)


@dataclass(frozen=True)
class Selection:
    """What is on the screen: ``period`` is a list's id, ``own`` are upper limits of classes."""

    indicator: str
    period: str
    measure: str = "jumlah"
    scheme: str = "alami"
    k: int = 5
    own: tuple[float, ...] = ()


@dataclass(frozen=True)
class Row:
    """One place and what is published of it; ``level`` is one of ``_LEVELS``."""

    code: str
    name: str
    kecamatan: str
    level: str
    figure: Figure


@dataclass(frozen=True)
class Extract:
    """One indicator of one period by one measure, in the order of the codes.

    ``older`` is the period that a change is counted from.
    """

    areas: AreaSet
    indicator: Indicator
    period: Period
    measured: Measured
    rows: tuple[Row, ...]
    classes: Classes
    practice: bool
    boundaries: Mapping[str, Any]
    older: Period | None = None

    @property
    def mark(self) -> str:
        """The workspace, as every print carries it."""
        return "LATIHAN" if self.practice else "DATA NYATA"

    @property
    def title(self) -> str:
        """The indicator, and the measure where the unit does not say it already."""
        kind = self.measured.kind
        if kind == CHANGE:
            return self.measured.title
        if kind not in ("halus", GROUPED):
            return self.indicator.title
        words = KINDS[kind]
        return f"{self.indicator.title}: {words[:1].lower()}{words[1:]}"

    @property
    def day(self) -> str:
        """The reference date in words."""
        day = date_id(self.period.as_of, long=True) or "tanggal tidak disebut"
        return f"{day}, dibanding {self.older.label}" if self.older else day

    @property
    def is_grouped(self) -> bool:
        """Whether places stand in groups of neighbours and have no number."""
        return self.measured.kind == GROUPED

    @property
    def is_change(self) -> bool:
        """Whether the figures are what was added or went away between two periods."""
        return self.older is not None

    @property
    def fills(self) -> tuple[str, ...]:
        """The colour of each class; of a change two sides around the one that stayed."""
        many = len(self.classes.limits)
        if not self.is_change:
            return tuple(colours(many))
        aside = (len(DIVERGING) - many) // 2
        return DIVERGING[aside : aside + many]

    @cached_property
    def kelurahan(self) -> tuple[Row, ...]:
        """The rows of the lowest level."""
        return tuple(row for row in self.rows if row.level == _LEVELS[0])

    @cached_property
    def by_code(self) -> Mapping[str, Row]:
        """Row by the code of its place."""
        return {row.code: row for row in self.rows}

    def in_state(self, state: State) -> tuple[Row, ...]:
        """The kelurahan in a state and in no group."""
        rows = self.kelurahan
        return tuple(row for row in rows if row.figure.state is state and not row.figure.group)

    def number(self, value: float) -> str:
        """A figure as it is printed."""
        return self.measured.number(value)

    def words(self, figure: Figure) -> str:
        """A figure, its group or its state, as it is printed."""
        if figure.group:
            return figure.group
        if figure.value is None:
            return STATE_WORDS[figure.state]
        if self.is_change and not figure.value:
            return "tetap"
        sign = "+" if self.is_change and figure.value > 0 else ""
        return f"{sign}{self.number(figure.value)}"

    def method(self) -> tuple[str, ...]:
        """How the figures came to be, in sentences."""
        table = self.period.release.tables.get(self.indicator.table)
        note = self.indicator.note
        how = (line for line in self.measured.words if line != note)
        return tuple(line for line in (*how, note, table.remark if table else "") if line)

    def disclosure(self) -> str:
        """What is hidden and why, in one sentence."""
        return disclosure(self.period.release.threshold)

    def boundary_words(self) -> str:
        """Whose lines are drawn."""
        if self.boundaries.get("schematic"):
            return schematic_words(str(self.boundaries.get("source") or ""))
        installed = self.boundaries.get("date")
        since = f", dipasang {date_id(date.fromisoformat(installed))}" if installed else ""
        return f"Batas: {self.boundaries.get('source') or 'sumber tidak disebut'}{since}"


def range_words(extract: Extract, range_: tuple[float, float] | None) -> str:
    """A class in the words of a legend."""
    if range_ is None:
        return "kosong"
    if extract.is_change:
        return _change_words(extract, *range_)
    least, most = (extract.number(value) for value in range_)
    return least if least == most else f"{least} – {most}"


def _change_words(extract: Extract, least: float, most: float) -> str:
    if not least and not most:
        return "tetap"
    sizes = sorted((abs(least), abs(most)))
    some = " sampai ".join(dict.fromkeys(extract.number(size) for size in sizes))
    return f"{'naik' if most > 0 else 'turun'} {some}"


def firm_word(figure: Figure) -> str:
    """Whether a group stands after the correction for many tests; "" where there is no group."""
    return ("ya" if figure.is_firm else "tidak") if figure.group else ""


def disclosure(threshold: int) -> str:
    """The disclosure note of a release whose least shown count is ``threshold``."""
    return (
        f"Jumlah 1 sampai {threshold - 1} disembunyikan, juga angka lain yang dapat membukanya, "
        "agar orangnya tidak dapat dikenali. Disembunyikan bukan nol."
    )


def extract(
    atlas: Atlas, selection: Selection, covers: Callable[[str], bool] = lambda _code: True
) -> Extract:
    """The figures of a selection, of the places whose code ``covers`` lets through.

    Raises ``WrongUse`` for a period, an indicator or a measure the atlas does not have.
    """
    period = find_period(atlas, selection.period)
    indicator = find_indicator(selection.indicator)
    older = _older(atlas, period) if selection.measure == CHANGE else None
    if selection.measure not in (CHANGE, *indicator.measures):
        raise WrongUse(
            f"Ukuran ini tidak ada untuk {indicator.title}. Pilih ukuran lain pada peta."
        )
    measured, rows = measured_rows(atlas, period, indicator, selection.measure, covers)
    return Extract(
        atlas.areas,
        indicator,
        period,
        measured,
        rows,
        _classes(rows, measured, selection),
        atlas.practice,
        atlas.boundary_facts,
        older,
    )


def measured_rows(
    atlas: Atlas,
    period: Period,
    indicator: Indicator,
    kind: str,
    covers: Callable[[str], bool] = lambda _code: True,
) -> tuple[Measured, tuple[Row, ...]]:
    """A measure of an indicator and its rows, in the order of the codes."""
    if kind == CHANGE:
        measured = change(_older(atlas, period).release, period.release, indicator)
    else:
        measured = measure(
            period.release,
            indicator,
            kind,
            atlas.population,
            atlas.frame,
            year=period.as_of.year if period.as_of else 0,
        )
    codes = (code for code in atlas.codes if covers(code))
    rows = tuple(_row(atlas.areas, code, measured.figures.get(code)) for code in codes)
    # To have stayed the same is a figure like any other, and no count of nobody.
    return measured, tuple(map(_stayed, rows)) if kind == CHANGE else rows


def find_period(atlas: Atlas, list_id: str) -> Period:
    """The period of a list; raises ``WrongUse`` when the atlas has none of that id."""
    for period in atlas.periods:
        if period.list_id == list_id:
            return period
    raise WrongUse("Periode ini tidak ada pada peta. Pilih periode lain, lalu ulangi.")


def _older(atlas: Atlas, period: Period) -> Period:
    """The period before one; periods stand newest first."""
    place = atlas.periods.index(period) + 1
    if place == len(atlas.periods):
        raise WrongUse(
            "Perubahan dihitung dari periode yang lebih lama. Pilih periode lain pada peta."
        )
    return atlas.periods[place]


def _stayed(row: Row) -> Row:
    is_same = row.figure.state is State.NOL
    return replace(row, figure=replace(row.figure, state=State.ANGKA)) if is_same else row


def told_apart(rows: Iterable[Row]) -> Mapping[str, str]:
    """Names by code, with the kecamatan behind those that occur twice."""
    rows = tuple(rows)
    names = [row.name for row in rows]
    return {
        row.code: f"{row.name} ({row.kecamatan})" if names.count(row.name) > 1 else row.name
        for row in rows
    }


def _row(areas: AreaSet, code: str, found: Figure | None) -> Row:
    area = areas.by_code.get(code)
    level = _LEVELS[0 if area else 1 if code in areas.kecamatan else 2]
    kecamatan = area.kecamatan if area else areas.kecamatan.get(code, "")
    return Row(code, areas.name(code), kecamatan, level, _bare(found))


def _bare(figure: Figure | None) -> Figure:
    """A figure that holds no number unless its state has one."""
    if figure is None:
        return Figure(State.BELUM_DIDATA)
    if figure.state in (State.ANGKA, State.NOL):
        return figure
    return Figure(figure.state, group=figure.group)


def _classes(rows: tuple[Row, ...], measured: Measured, selection: Selection) -> Classes:
    values = [
        row.figure.value
        for row in rows
        if row.level == _LEVELS[0]
        and row.figure.state is State.ANGKA
        and row.figure.value is not None
    ]
    if not values or measured.kind == GROUPED:
        return Classes((), (), (), selection.scheme)
    if measured.kind == CHANGE:
        return _change_classes(values)
    return classify(values, selection.scheme, selection.k, selection.own)


def _change_classes(values: Sequence[float]) -> Classes:
    """Down and up, both in two where changes differ, around what stayed; as the page does it."""
    sizes = sorted(abs(value) for value in values if value)
    middle, top = (sizes[len(sizes) // 2], sizes[-1]) if sizes else (1.0, 1.0)
    limits = (-1.0, 0.0, middle)
    if top > middle:
        limits = (-middle - 1, *limits, top)
    inside: list[list[float]] = [[] for _ in limits]
    for value in values:
        inside[bisect_left(limits, value)].append(value)
    ranges = [(min(part), max(part)) if part else None for part in inside]
    ranges[limits.index(0.0)] = (0.0, 0.0)
    return Classes(limits, tuple(ranges), tuple(map(len, inside)), CHANGE)

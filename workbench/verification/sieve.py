"""Which rows of a sheet are taken in, and which are refused and why.

Numbers are looked at before anything else is made of them, with the type their cell had: what a
spreadsheet rounded is refused here and never repaired.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from workbench.domain.wilayah import CITY
from workbench.verification import refusals, values
from workbench.verification.cells import Cells, Mask, matching
from workbench.verification.layout import Assigned, Grid
from workbench.verification.places import PLACE_COLUMNS, find_places
from workbench.verification.refusals import Refusal

Rows = npt.NDArray[np.int64]


@dataclass
class Sieve:
    """The rows of a sheet before anything is kept, and what was refused.

    ``judged`` and ``wrong`` count rows the wall looked at; ``here`` and ``elsewhere`` rows that
    say where they are. ``refused_kk`` are KK numbers that stood in refused rows.
    """

    grid: Grid
    assigned: Sequence[Assigned]
    data: Mask
    kept: Rows
    refusals: list[Refusal]
    judged: int
    wrong: int
    here: int
    elsewhere: int
    refused_kk: list[str]
    nik: values.Numbers | None
    kk: values.Numbers | None

    def column(self, key: str) -> Cells | None:
        """The kept rows of the column that was taken for ``key``."""
        for item in self.assigned:
            if item.key == key:
                return self.grid.columns[item.place].keep(self.kept)
        return None

    def header(self, key: str) -> str:
        """How the column that was taken for ``key`` was headed."""
        return next((item.header for item in self.assigned if item.key == key), "")

    def field_keys(self) -> set[str]:
        """Fields this sheet has."""
        return {item.key for item in self.assigned if item.key} - {"number", "ignored"}


class _Refusals:
    """The rows refused so far: the first reason found stands."""

    def __init__(self, data: Mask) -> None:
        self._data = data
        self.codes = np.full(len(data), -1, np.int8)
        self.reasons: dict[int, tuple[str, str]] = {}

    def refuse(self, code: str, where: Mask, column: str, reason: str) -> None:
        hit = where & self._data & (self.codes < 0)
        self.codes[hit] = refusals.CODES.index(code)
        for row in np.flatnonzero(hit).tolist():
            self.reasons[row] = (column, reason)

    def rows(self) -> Rows:
        return np.flatnonzero(self.codes >= 0)

    def told(self, grid: Grid, file: str) -> list[Refusal]:
        return [
            Refusal(
                file,
                grid.sheet.name,
                int(grid.numbers[row]),
                self.reasons[row][0],
                refusals.CODES[self.codes[row]],
                self.reasons[row][1],
            )
            for row in self.rows().tolist()
        ]


def sieve_rows(
    grid: Grid,
    assigned: Sequence[Assigned],
    data: Mask,
    file: str,
    practice: bool,
    beat: Callable[[], None],
) -> Sieve:
    """Find the rows that cannot be taken in; every row of ``data`` is kept or refused, once.

    ``beat`` is called between its steps.
    """
    rows = len(grid.numbers)
    place_of = {item.key: item for item in assigned if item.key}
    found = _Refusals(data)
    _refuse_torn(found, grid, data, place_of)
    read = {
        key: _read_numbers(found, grid, data, place_of[key], what, code, beat)
        for key, what, code in (
            ("nik", "NIK", refusals.NIK_BROKEN),
            ("no_kk", "Nomor KK", refusals.KK_BROKEN),
        )
        if key in place_of
    }
    judged, before_wall = np.zeros(rows, np.bool_), found.codes < 0
    sides = {
        key: grid.columns[place_of[key].place].spread(values.sides_of_wall(numbers.found))
        for key, numbers in read.items()
    }
    for key, side in sides.items():
        judged |= (side > 0) & before_wall & data
        reason = refusals.REAL_IN_PRACTICE if practice else refusals.PRACTICE_IN_REAL
        wrong_side = side == (2 if practice else 1)
        found.refuse(refusals.WRONG_SIDE, wrong_side, place_of[key].header, reason)
    wrong = int(np.sum(found.codes == refusals.CODES.index(refusals.WRONG_SIDE)))
    beat()
    here, elsewhere = _refuse_other_cities(found, grid, data, place_of)
    beat()
    return Sieve(
        grid,
        assigned,
        data,
        np.flatnonzero(data & (found.codes < 0)).astype(np.int64),
        found.told(grid, file),
        int(judged.sum()),
        wrong,
        here,
        elsewhere,
        _numbers_of_refused(grid, found.rows().tolist(), found.codes, read.get("no_kk"), place_of),
        read.get("nik"),
        read.get("no_kk"),
    )


def _refuse_torn(
    found: _Refusals, grid: Grid, data: Mask, place_of: Mapping[str, Assigned]
) -> None:
    """Rows of text that have more cells than headers, or too few to know whose they are."""
    rows, width = len(grid.numbers), len(grid.columns)
    for row in np.flatnonzero(grid.torn & data).tolist():
        text = refusals.TOO_MANY.format(count=int(grid.reach[row]), width=width)
        found.refuse(refusals.NOT_READABLE, _only(rows, row), "", text)
    needed = [place_of[key].place for key in ("nik", "no_kk", "name") if key in place_of]
    if needed:
        for row in np.flatnonzero((grid.reach <= max(needed)) & data).tolist():
            text = refusals.TOO_FEW.format(count=int(grid.reach[row]), width=width)
            found.refuse(refusals.NOT_READABLE, _only(rows, row), "", text)


def _read_numbers(
    found: _Refusals,
    grid: Grid,
    data: Mask,
    item: Assigned,
    what: str,
    code: str,
    beat: Callable[[], None],
) -> values.Numbers:
    """The NIK or KK numbers of a column; those a spreadsheet rounded are refused."""
    column = grid.columns[item.place]
    beat()
    numbers = values.read_numbers(column.raw, column.text)
    beat()
    broken = column.spread(np.array(numbers.broken, np.bool_))
    rounded = column.is_number() & column.spread(np.array(numbers.sixteen, np.bool_))
    found.refuse(code, broken, item.header, refusals.BROKEN_SCIENTIFIC.format(what=what))
    found.refuse(code, rounded, item.header, refusals.BROKEN_NUMBER.format(what=what))
    if _were_rounded(numbers.found, column.place[data]):
        whole = column.spread(matching(pa.array(numbers.found, pa.string()), _WHOLE))
        found.refuse(code, whole, item.header, refusals.BROKEN_BEFORE.format(what=what))
    return numbers


def _refuse_other_cities(
    found: _Refusals, grid: Grid, data: Mask, place_of: Mapping[str, Assigned]
) -> tuple[int, int]:
    """Refuse rows of another city; how many rows say they are here, and how many elsewhere."""
    columns: dict[str, Cells] = {
        key: grid.columns[place_of[key].place] for key in PLACE_COLUMNS if key in place_of
    }
    if not columns:
        return 0, 0
    headers = {key: place_of[key].header for key in columns}
    placed = find_places(columns, headers, len(grid.numbers))
    said = np.array([place.elsewhere for place in placed.places] or [""], object)[placed.of]
    for key, header in headers.items():
        text = refusals.ELSEWHERE.format(column=header, city=CITY.name)
        found.refuse(refusals.OTHER_CITY, said == key, header, text)
    return int(np.sum(placed.here() & data)), int(np.sum((said != "") & data))


#: So many different numbers do not all end in 0 by chance.
LEAST_ROUNDED = 10
_WHOLE = r"^[0-9]{16}$"


def zeros_of_whole(found: Sequence[str], used: Rows) -> tuple[int, int]:
    """How many different numbers of sixteen digits there are, and how many of them end in 0.

    ``used`` are the places in ``found`` that count.
    """
    texts = pa.array(found, pa.string())
    is_used = np.zeros(len(found), np.bool_)
    is_used[used] = True
    whole = matching(texts, _WHOLE) & is_used
    zeros = matching(texts, r"^[0-9]{15}0$") & is_used
    return int(whole.sum()), int(zeros.sum())


def _were_rounded(found: Sequence[str], used: Rows) -> bool:
    """Whether a whole column of text was rounded to fifteen digits before it became text."""
    whole, zeros = zeros_of_whole(found, used)
    return LEAST_ROUNDED <= whole == zeros


def _only(rows: int, row: int) -> Mask:
    mask = np.zeros(rows, np.bool_)
    mask[row] = True
    return mask


def _numbers_of_refused(
    grid: Grid,
    rows: Sequence[int],
    codes: npt.NDArray[np.int8],
    numbers: values.Numbers | None,
    place_of: Mapping[str, Assigned],
) -> list[str]:
    """KK numbers of refused rows, whole or the 15 digits a spreadsheet left of them."""
    found = []
    for row in rows:
        if refusals.CODES[codes[row]] == refusals.NOT_READABLE:
            found += re.findall(r"(?<!\d)\d{16}(?!\d)", grid.torn_texts.get(row, ""))
        elif numbers is not None:
            column = grid.columns[place_of["no_kk"].place]
            text = numbers.found[column.place[row]]
            broken = refusals.CODES[codes[row]] == refusals.KK_BROKEN
            if broken and re.fullmatch(r"\d{16}", text):
                found.append(text[:15])
            elif not broken:
                found.append(text)
    return found

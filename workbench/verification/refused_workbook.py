"""Lists that go back to their office: its own sheets with what was refused or unclear marked.

The cells hold what they held; a formula comes back as the value it had, never as a formula.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from workbench.errors import UnusableInput, WrongUse
from workbench.verification import columns, layout, workbooks
from workbench.verification.opening import text_of
from workbench.verification.refusals import begins_formula, write_whole
from workbench.verification.sources import Cell, NotAList, RawSheet, Source
from workbench.verification.values import DATE_AMBIGUOUS, UNREADABLE

#: A longer sheet comes back with its marked rows only: nobody looks for them among so many.
MOST_ROWS_WHOLE = 20_000
#: Spreadsheets grow slow with more; the last column says the reason in any case.
MOST_COMMENTS = 2_000
MOST_CHARACTERS = 32_767

#: Characters no XML can hold.
_WRITABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")
_LOOKS: Mapping[str, dict[str, Any]] = {
    "judul": {"bold": True, "text_wrap": True},
    "ditolak": {"bg_color": "#F8C7C0", "border": 1},
    "periksa": {"bg_color": "#FFF0B3"},
}
_CLEANED_WORDS = {
    UNREADABLE: "Isi sel ini tidak terbaca dan dianggap kosong; perbaiki pada daftar asal.",
    DATE_AMBIGUOUS: "Hari dan bulan dapat tertukar; sel ini dibaca sebagai {after}, jadi periksa.",
}


@dataclass
class _Marks:
    """What is to be marked on one sheet: by 1-based row, header and sentence of each cell."""

    refused: dict[int, tuple[str, str]] = field(default_factory=dict)
    unclear: dict[int, list[tuple[str, str]]] = field(default_factory=dict)

    def rows(self) -> set[int]:
        return set(self.refused) | set(self.unclear)


def write_refused_workbook(
    paths: Path | str | Sequence[Path | str],
    refused: pa.Table,
    out: Path | str,
    cleaned: pa.Table | None = None,
    mapping: Sequence[Mapping[str, object]] | None = None,
) -> int:
    """Write the files' own sheets with refused cells marked; returns how many rows are marked.

    ``refused`` and ``cleaned`` are those tables of the reading of ``paths``, ``mapping`` the one
    it was read with. Sheets without a mark stay out. The refused cell is coloured and carries its
    reason, which the added column "Sebab ditolak" repeats; cells of ``cleaned`` that could not be
    read, or be read two ways, are coloured otherwise. Raises ``UnusableInput`` where a file is no
    longer there, ``WrongUse`` where nothing is to be marked, ``StoreFault`` where ``out`` cannot
    be written.
    """
    marks = _collect(refused, cleaned)
    if not marks:
        raise WrongUse("Tidak ada baris yang ditolak atau perlu diperiksa pada daftar ini.")
    by_hand = columns.read_mapping(mapping)
    given: Iterable[Path | str] = [paths] if isinstance(paths, (str, Path)) else paths
    content = io.BytesIO()
    book = _Book(content)
    for path in given:
        for source in _sources(Path(path), {file for file, _ in marks}, by_hand):
            for sheet in source.sheets:
                found = marks.pop((source.name, sheet.name), None)
                if found is not None:
                    book.add_sheet(source, sheet, found, by_hand)
    if marks:
        raise UnusableInput(
            "Berkas asal daftar ini tidak lengkap atau sudah berubah; unggah berkas yang sama, "
            "lalu ulangi."
        )
    book.close()
    write_whole(Path(out), content.getvalue())
    return book.marked


def _collect(refused: pa.Table, cleaned: pa.Table | None) -> dict[tuple[str, str], _Marks]:
    marks: dict[tuple[str, str], _Marks] = {}
    for line in refused.to_pylist():
        mine = marks.setdefault((line["file"], line["sheet"]), _Marks())
        mine.refused[line["row"]] = (line["column"], line["reason"])
    for line in cleaned.to_pylist() if cleaned is not None else ():
        words = _CLEANED_WORDS.get(line["code"])
        if words is None:
            continue
        mine = marks.setdefault((line["file"], line["sheet"]), _Marks())
        sentence = words.format(after=line["after"] or "kosong")
        cells = mine.unclear.setdefault(line["row"], [])
        if (line["column"], sentence) not in cells:
            cells.append((line["column"], sentence))
    return marks


def _sources(
    path: Path, wanted: set[str], by_hand: Sequence[Mapping[str, str]]
) -> Iterable[Source]:
    squashed = [columns.squash(item["header"]) for item in by_hand]
    for name, content in workbooks.unpack(path):
        if name in wanted:
            try:
                yield workbooks.open_source(
                    name, content, lambda cells: columns.rate_header(cells, squashed)
                )
            except NotAList:
                continue


class _Book:
    """The workbook that goes back."""

    def __init__(self, content: io.BytesIO) -> None:
        import xlsxwriter  # only who writes one needs it

        self.book: Any = xlsxwriter.Workbook(
            content, {"in_memory": True, "nan_inf_to_errors": True}
        )
        self.marked = 0
        self._names: set[str] = set()
        self._formats: dict[tuple[str, bool, bool], Any] = {}

    def close(self) -> None:
        self.book.close()

    def add_sheet(
        self,
        source: Source,
        sheet: RawSheet,
        marks: _Marks,
        by_hand: Sequence[Mapping[str, str]],
    ) -> None:
        """Add one sheet: titles and header as they stood, then its rows, marked."""
        wanted = [item["header"] for item in by_hand if item["column"]]
        wanted += [column for column, _ in marks.refused.values() if column]
        header = layout.find_header(sheet.first(layout.TOP_ROWS), wanted)
        if header is None:
            return
        place_of, places_of = _find_columns(source, sheet, header, by_hand)
        first = header.row + header.depth
        whole = sheet.height <= MOST_ROWS_WHOLE
        top = sheet.first(first)
        width = max(len(header.names), max((len(row) for row in top), default=0))
        marked = sorted(marks.rows())
        if sheet.is_text:
            width = max(width, *map(len, sheet.take([row - 1 for row in marked])))
        page = self.book.add_worksheet(self._name(source, sheet))
        page.freeze_panes(first, 0)
        for line in range(first):
            style = "judul" if line >= header.row else ""
            self._write_row(page, line, top[line], {}, style)
        added = ["Sebab ditolak", "Perlu diperiksa", *([] if whole else ["Baris asal"])]
        self._write_row(page, header.row, added, {}, "judul", width)
        page.set_column(width, width + 1, 60)
        line, comments = first, 0
        shown = range(first + 1, sheet.height + 1) if whole else marked
        rows = sheet.take([number - 1 for number in shown])
        for number, row in zip(shown, rows, strict=True):
            is_marked = number in marks.refused or number in marks.unclear
            styles, said = self._style(number, marks, place_of, places_of)
            self._write_row(page, line, row, styles)
            if is_marked:
                self.marked += 1
                reason = marks.refused.get(number, ("", ""))[1]
                unclear = " ".join(dict.fromkeys(s for _, s in marks.unclear.get(number, ())))
                self._write_row(page, line, [reason, unclear], {}, "", width)
            if not whole:
                page.write_number(line, width + 2, number)
            for place, sentence in said.items():
                if comments < MOST_COMMENTS:
                    page.write_comment(line, place, sentence, {"x_scale": 2.2})
                    comments += 1
            line += 1
        page.autofilter(first - 1, 0, max(line - 1, first), width + len(added) - 1)

    def _style(
        self,
        number: int,
        marks: _Marks,
        place_of: Mapping[str, int],
        places_of: Mapping[str, Sequence[int]],
    ) -> tuple[dict[int, str], dict[int, str]]:
        """How the cells of a row are coloured, and what is written beside them."""
        styles: dict[int, str] = {}
        said: dict[int, str] = {}
        for column, sentence in marks.unclear.get(number, ()):
            for place in places_of.get(column, ()):
                styles[place], said[place] = "periksa", sentence
        if number in marks.refused:
            column, reason = marks.refused[number]
            place = place_of.get(column, 0)
            styles[place], said[place] = "ditolak", reason
        return styles, said

    def _write_row(
        self,
        page: Any,
        line: int,
        cells: Sequence[Cell],
        styles: Mapping[int, str],
        style: str = "",
        start: int = 0,
    ) -> None:
        for place, cell in enumerate(cells, start=start):
            name = styles.get(place, style)
            if cell is None or cell == "":
                if name:
                    page.write_blank(line, place, None, self._format(name))
            elif isinstance(cell, bool):
                page.write_boolean(line, place, cell, self._format(name))
            elif isinstance(cell, (int, float)):
                page.write_number(line, place, cell, self._format(name))
            elif isinstance(cell, (datetime, date)) and cell.year >= 1900:
                page.write_datetime(line, place, cell, self._format(name, is_date=True))
            else:
                text = _WRITABLE.sub("", text_of(cell))
                form = self._format(name, is_guarded=begins_formula(text))
                page.write_string(line, place, text[:MOST_CHARACTERS], form)

    def _format(self, name: str, is_date: bool = False, is_guarded: bool = False) -> Any:
        key = (name, is_date, is_guarded)
        if key == ("", False, False):
            return None
        if key not in self._formats:
            form = self.book.add_format(_LOOKS.get(name, {}))
            if is_date:
                form.set_num_format("dd/mm/yyyy")
            if is_guarded:
                form.set_quote_prefix()
            self._formats[key] = form
        return self._formats[key]

    def _name(self, source: Source, sheet: RawSheet) -> str:
        """A name a spreadsheet takes, and no other sheet here has."""
        plain = re.sub(r"[\[\]:*?/\\']", " ", sheet.name or Path(source.name).stem).strip()
        # A name has 31 characters at most, and must leave room for a number of four digits.
        plain = re.sub(r"[\x00-\x1f\ufffe\uffff]", "", plain)[:26].strip() or "Daftar"
        name, number = plain, 1
        while name.lower() in self._names or name.lower() == "history":
            number += 1
            name = f"{plain} {number}"
        self._names.add(name.lower())
        return name


def _find_columns(
    source: Source,
    sheet: RawSheet,
    header: layout.Header,
    by_hand: Sequence[Mapping[str, str]],
) -> tuple[dict[str, int], dict[str, list[int]]]:
    """Places by header as it stood, and by column of ours."""
    place_of = {name: place for place, name in enumerate(header.names) if name}
    head = RawSheet(
        sheet.name,
        sheet.first(header.row + header.depth + 500),
        is_text=sheet.is_text,
    )
    assigned = layout.assign_columns(layout.open_grid(head, header), source.name, by_hand)
    places_of: dict[str, list[int]] = {}
    for item in assigned:
        if not item.key or item.key in ("number", "ignored"):
            continue
        about = columns.field_of(item.key)
        names = {item.key, about.column, *item.key.split("+")}
        if about.column in ("kelurahan", "kelurahan_kode_bps"):
            names.add("kelurahan_kode_kemendagri")
        for name in names:
            places_of.setdefault(name, []).append(item.place)
    return place_of, places_of

"""Tables out of what web applications call a spreadsheet: HTML, and the XML of old workbooks.

Such files are named .xls and open in a spreadsheet; their cells are read as they stand in the page.
"""

from __future__ import annotations

import re
from datetime import datetime
from html.parser import HTMLParser
from xml.etree import ElementTree

from workbench.errors import UnusableInput
from workbench.verification.cells import tidy
from workbench.verification.sources import Cell, NotAList, RawSheet, Rows, damaged

#: A cell may claim to span a whole page; nothing real spans more.
MOST_SPAN = 200
#: Lines above a table that are kept as its titles.
MOST_TITLES = 10


def read_page(
    name: str, text: str, start: str, most_rows: int | None
) -> tuple[tuple[RawSheet, ...], str]:
    """The tables of a page as sheets, and a sentence on how it was read.

    ``start`` is its beginning in lower case. Raises ``NotAList`` where it holds no table, and
    ``UnusableInput`` for one that is damaged.
    """
    if "urn:schemas-microsoft-com:office:spreadsheet" in start:
        sheets = _read_xml(text, most_rows)
    elif any(mark in start for mark in ("<html", "<table", "<!doctype html", "<meta", "<body")):
        sheets = _read_html(name, text, most_rows)
    else:
        raise NotAList(
            f"Berkas {name} bukan daftar yang dikenal; simpan sebagai .xlsx atau .csv, lalu "
            "unggah lagi."
        )
    if not sheets:
        raise NotAList(
            f"Berkas {name} sebenarnya halaman web tanpa tabel daftar; buka di aplikasi lembar "
            "kerja, simpan sebagai .xlsx, lalu unggah lagi."
        )
    return sheets, f"Berkas {name} sebenarnya halaman web; tabel di dalamnya dibaca."


def _even(rows: Rows) -> Rows:
    """The rows made equally long, as the sheets of a workbook are."""
    width = max(map(len, rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]


class _Table:
    """Rows of one table while its page is read; ``hanging`` are cells that span rows below."""

    def __init__(self) -> None:
        self.rows: Rows = []
        self.hanging: dict[int, tuple[int, str]] = {}

    def add_row(self) -> None:
        self.rows.append([])
        self._fill_hanging()

    def add_cell(self, text: str, wide: int, deep: int) -> None:
        if not self.rows:
            self.add_row()
        row = self.rows[-1]
        for place in range(wide):
            if deep > 1:
                self.hanging[len(row)] = (deep - 1, text if place == 0 else "")
            row.append(text if place == 0 else "")
        self._fill_hanging()

    def _fill_hanging(self) -> None:
        row = self.rows[-1]
        while len(row) in self.hanging:
            left, text = self.hanging.pop(len(row))
            if left > 1:
                self.hanging[len(row)] = (left - 1, text)
            row.append(text)


class _PageReader(HTMLParser):
    """Innermost tables of a page; words before a table stand above it as its titles."""

    def __init__(self, most_rows: int | None) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[Rows] = []
        self.titles: list[str] = []
        self.most_rows = most_rows
        self._open: list[_Table] = []
        self._cell: list[str] | None = None
        self._span = (1, 1)
        self._unshown = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style", "head"):
            self._unshown += 1
        elif tag == "table":
            self._end_cell()
            if self._open:
                # What surrounds a table inside a table only lays the page out.
                self._open[-1].rows.clear()
            self._open.append(_Table())
        elif tag == "tr" and self._open:
            self._end_cell()
            self._open[-1].add_row()
        elif tag in ("td", "th") and self._open:
            self._end_cell()
            spans = dict(attrs)
            self._cell = []
            self._span = (_span(spans.get("colspan")), _span(spans.get("rowspan")))
        elif tag == "br" and self._cell is not None:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "head"):
            self._unshown = max(0, self._unshown - 1)
        elif tag in ("td", "th", "tr"):
            self._end_cell()
        elif tag == "table" and self._open:
            self._end_cell()
            self._take(self._open.pop())

    def handle_data(self, data: str) -> None:
        if self._unshown:
            return
        if self._cell is not None:
            self._cell.append(data)
        elif not self._open and (title := tidy(data)):
            self.titles.append(title)

    def close(self) -> None:
        super().close()
        self._end_cell()
        while self._open:
            self._take(self._open.pop())

    def _end_cell(self) -> None:
        if self._cell is not None and self._open:
            self._open[-1].add_cell("".join(self._cell).strip(), *self._span)
        self._cell = None

    def _take(self, table: _Table) -> None:
        rows = [row for row in table.rows if row]
        if not rows:
            return
        above: Rows = [[title] for title in self.titles[-MOST_TITLES:]]
        self.titles.clear()
        self.tables.append(_even([*above, *rows][: self.most_rows]))


def _span(text: str | None) -> int:
    return min(MOST_SPAN, max(1, int(text))) if text and re.fullmatch(r"\d{1,9}", text) else 1


def _read_html(name: str, text: str, most_rows: int | None) -> tuple[RawSheet, ...]:
    reader = _PageReader(most_rows)
    try:
        reader.feed(text)
        reader.close()
    except (AssertionError, ValueError) as error:
        # What begins like a section of Word's and is none; a letter whose number never ends.
        raise UnusableInput(damaged(name)) from error
    if len(reader.tables) == 1:
        return (RawSheet("", reader.tables[0]),)
    return tuple(
        RawSheet(f"Tabel {number}", rows) for number, rows in enumerate(reader.tables, start=1)
    )


# --- XML of old workbooks ------------------------------------------------------------------------

_SPACE = "{urn:schemas-microsoft-com:office:spreadsheet}"


def _read_xml(text: str, most_rows: int | None) -> tuple[RawSheet, ...]:
    if "<!DOCTYPE" in text[:4000] or "<!ENTITY" in text[:4000]:
        return ()  # no workbook has one; it would only unfold into more than was sent
    body = re.sub(r"^\s*<\?xml[^>]*\?>", "", text.lstrip("\ufeff"), count=1)
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError:
        return ()
    sheets = []
    for sheet in root.iter(f"{_SPACE}Worksheet"):
        rows: Rows = []
        for line in sheet.iter(f"{_SPACE}Row"):
            rows.extend([] for _ in range(_index(line, len(rows)) - len(rows)))
            row: list[Cell] = []
            for cell in line.iter(f"{_SPACE}Cell"):
                row.extend([""] * (_index(cell, len(row)) - len(row)))
                row.append(_typed(cell.find(f"{_SPACE}Data")))
                row.extend([""] * _wider(cell.get(f"{_SPACE}MergeAcross")))
            rows.append(row)
        if any(rows):
            sheets.append(RawSheet(sheet.get(f"{_SPACE}Name", ""), _even(rows[:most_rows])))
    return tuple(sheets)


def _wider(text: str | None) -> int:
    """How many cells beside its own one reaches over."""
    return min(MOST_SPAN, int(text)) if text and re.fullmatch(r"\d{1,9}", text) else 0


def _index(node: ElementTree.Element, next_free: int) -> int:
    """0-based place of a row or cell; ``ss:Index`` jumps over empty ones."""
    stated = node.get(f"{_SPACE}Index", "")
    if not re.fullmatch(r"\d{1,6}", stated):
        return next_free
    return min(max(int(stated) - 1, next_free), next_free + 10_000)


def _typed(data: ElementTree.Element | None) -> Cell:
    if data is None:
        return ""
    text = "".join(data.itertext())
    kind = data.get(f"{_SPACE}Type", "String")
    try:
        if kind == "Number":
            return float(text)
        if kind == "DateTime":
            # A cell has no zone; with one it could not be written into a workbook.
            return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=None)
    except ValueError:
        return text
    return text

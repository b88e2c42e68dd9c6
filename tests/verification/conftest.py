"""Lists as offices have them, made anew in every test: workbooks of four kinds and texts.

Invented people only. Practice numbers begin 99; the real side uses serials from 9001.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
import xlsxwriter

from workbench.verification import Reading, read_list

AS_OF = date(2026, 11, 1)


@dataclass
class Office:
    """Writes lists into one folder and reads them."""

    folder: Path
    as_of: date = AS_OF
    made: list[Path] = field(default_factory=list)

    def xlsx(self, rows: Sequence[Sequence[Any]], name: str = "daftar.xlsx", **more: Any) -> Path:
        """A workbook of one sheet, or of several given as ``sheets={name: rows}``.

        ``hidden`` names hidden sheets, ``hidden_rows`` 1-based rows of the first sheet, and
        ``merged`` ranges such as ``A1:D1`` that take the text already in their first cell.
        """
        path = self.folder / name
        book = xlsxwriter.Workbook(str(path))
        # The same bytes in every run: tests that damage a file damage the same of it.
        book.set_properties({"created": datetime(2026, 11, 1)})
        dates = book.add_format({"num_format": "dd/mm/yyyy"})
        for place, (title, cells) in enumerate({"Data": rows, **more.get("sheets", {})}.items()):
            if not cells and place == 0 and more.get("sheets"):
                continue
            page = book.add_worksheet(title)
            if title in more.get("hidden", ()):
                page.hide()
            for r, row in enumerate(cells):
                for c, cell in enumerate(row):
                    if isinstance(cell, date):
                        page.write_datetime(r, c, cell, dates)
                    elif isinstance(cell, str):
                        page.write_string(r, c, cell)
                    elif cell is not None:
                        page.write(r, c, cell)
            for number in more.get("hidden_rows", ()) if place == 0 else ():
                page.set_row(number - 1, None, None, {"hidden": True})
            for where in more.get("merged", ()) if place == 0 else ():
                first = where.split(":")[0]
                column, line = ord(first[0]) - 65, int(first[1:]) - 1
                page.merge_range(where, cells[line][column])
        book.close()
        return path

    def text(
        self,
        rows: Sequence[Sequence[Any]],
        name: str = "daftar.csv",
        separator: str = ",",
        encoding: str = "utf-8",
    ) -> Path:
        """A text table; cells are written as they are, without quotes."""
        path = self.folder / name
        lines = [separator.join("" if c is None else str(c) for c in row) for row in rows]
        path.write_bytes(("\r\n".join(lines) + "\r\n").encode(encoding))
        return path

    def raw(self, content: bytes, name: str) -> Path:
        """A file with exactly this content."""
        path = self.folder / name
        path.write_bytes(content)
        return path

    def read(self, *paths: Path, practice: bool = False, **more: Any) -> Reading:
        """Read with this folder's reference date; the sum of rows is checked every time."""
        reading = read_list(list(paths), practice=practice, as_of=self.as_of, **more)
        counts = reading.counts
        assert counts["dibaca"] == counts["disimpan"] + counts["ditolak"]
        assert reading.refused.num_rows == counts["ditolak"]
        return reading


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An office with an empty folder."""
    return Office(tmp_path)


# --- other kinds of workbook, as small as they can be -------------------------------------------


def put(archive: zipfile.ZipFile, name: str, content: str | bytes) -> None:
    """A member that bears no time: the same bytes in every run."""
    archive.writestr(zipfile.ZipInfo(name), content, archive.compression)


def ods_bytes(rows: Sequence[Sequence[Any]]) -> bytes:
    """An OpenDocument sheet; numbers are number cells."""
    lines = []
    for row in rows:
        cells = []
        for cell in row:
            if isinstance(cell, (int, float)):
                cells.append(
                    f'<table:table-cell office:value-type="float" office:value="{cell}">'
                    f"<text:p>{cell}</text:p></table:table-cell>"
                )
            else:
                cells.append(
                    '<table:table-cell office:value-type="string">'
                    f"<text:p>{escape(str(cell))}</text:p></table:table-cell>"
                )
        lines.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}>'
        '<office:body><office:spreadsheet><table:table table:name="Data">'
        f"{''.join(lines)}</table:table></office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        put(archive, "mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        put(archive, "content.xml", content)
        put(
            archive,
            "META-INF/manifest.xml",
            '<?xml version="1.0"?><manifest:manifest xmlns:manifest='
            '"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return out.getvalue()


def compound_bytes(name: str, stream: bytes) -> bytes:
    """An OLE compound file with one stream, as XLS and locked workbooks are."""
    stream = stream.ljust(4096, b"\0")
    stream += b"\0" * (-len(stream) % 512)
    sectors = len(stream) // 512
    end, free, fat_mark = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    fat = [fat_mark, end, *range(3, 2 + sectors), end]
    fat += [free] * (128 - len(fat))
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"\0" * 16,
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        b"\0" * 6,
        0,
        1,
        1,
        0,
        4096,
        end,
        0,
        end,
        0,
    )
    header += struct.pack("<109I", 0, *[free] * 108)

    def entry(title: str, kind: int, child: int, start: int, size: int) -> bytes:
        text = title.encode("utf-16-le")
        return struct.pack(
            "<64sHBBIII16sI8s8sIQ",
            text,
            len(text) + 2 if title else 0,
            kind,
            1,
            free,
            free,
            child,
            b"\0" * 16,
            0,
            b"\0" * 8,
            b"\0" * 8,
            start,
            size,
        )

    directory = (
        entry("Root Entry", 5, 1, end, 0)
        + entry(name, 2, free, 2, len(stream))
        + entry("", 0, free, 0, 0) * 2
    )
    return header + struct.pack("<128I", *fat) + directory + stream


def xls_bytes(rows: Sequence[Sequence[Any]]) -> bytes:
    """A BIFF8 workbook with one sheet of text and number cells."""

    def record(kind: int, content: bytes) -> bytes:
        return struct.pack("<HH", kind, len(content)) + content

    sheet = record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            if isinstance(cell, (int, float)):
                sheet += record(0x203, struct.pack("<HHHd", r, c, 0, cell))
            else:
                text = str(cell).encode("utf-16-le")
                sheet += record(0x204, struct.pack("<HHHHB", r, c, 0, len(text) // 2, 1) + text)
    sheet += record(0x0A, b"")
    start = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    title = b"Data"
    size = len(start) + 4 + 8 + len(title) + 4
    bound = record(0x85, struct.pack("<IBBBB", size, 0, 0, len(title), 0) + title)
    return compound_bytes("Workbook", start + bound + record(0x0A, b"") + sheet)


def xlsb_bytes(rows: Sequence[Sequence[Any]]) -> bytes:
    """A binary workbook with one sheet of text and number cells."""

    def record(kind: int, content: bytes = b"") -> bytes:
        head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
        size, length = len(content), b""
        while True:
            byte, size = size & 0x7F, size >> 7
            length += bytes([byte | (0x80 if size else 0)])
            if not size:
                return head + length + content

    def wide(text: str) -> bytes:
        return struct.pack("<I", len(text)) + text.encode("utf-16-le")

    bundle = struct.pack("<II", 0, 1) + wide("rId1") + wide("Data")
    book = record(131) + record(143) + record(156, bundle) + record(144) + record(132)
    width = max(map(len, rows)) - 1
    sheet = (
        record(129) + record(148, struct.pack("<IIII", 0, len(rows) - 1, 0, width)) + record(145)
    )
    for r, row in enumerate(rows):
        sheet += record(0, struct.pack("<IIHBBBI", r, 0, 300, 0, 0, 0, 0))
        for c, cell in enumerate(row):
            place = struct.pack("<II", c, 0)
            if isinstance(cell, (int, float)):
                sheet += record(5, place + struct.pack("<d", cell))
            else:
                sheet += record(6, place + wide(str(cell)))
    sheet += record(146) + record(130)
    out = io.BytesIO()
    relation = (
        '<?xml version="1.0"?><Relationships xmlns='
        '"http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/{kind}" Target="{target}"/></Relationships>'
    )
    with zipfile.ZipFile(out, "w") as archive:
        put(archive, "[Content_Types].xml", '<?xml version="1.0"?><Types/>')
        put(
            archive,
            "_rels/.rels",
            relation.format(kind="officeDocument", target="xl/workbook.bin"),
        )
        put(archive, "xl/workbook.bin", book)
        put(
            archive,
            "xl/_rels/workbook.bin.rels",
            relation.format(kind="worksheet", target="worksheets/sheet1.bin"),
        )
        put(archive, "xl/worksheets/sheet1.bin", sheet)
    return out.getvalue()


@pytest.fixture
def small_workbooks():
    """Makers of the kinds of workbook that are not XLSX, by their ending."""
    return {"xls": xls_bytes, "xlsb": xlsb_bytes, "ods": ods_bytes}


@pytest.fixture
def packed():
    """Maker of a ZIP from its members, of the same bytes in every run."""

    def pack(members: dict[str, str | bytes]) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                put(archive, name, content)
        return out.getvalue()

    return pack


@pytest.fixture
def compound():
    """Maker of OLE compound files with one stream."""
    return compound_bytes

"""A sheet made small says the same as the whole one, or is left alone."""

from __future__ import annotations

import datetime as dt
import io
import random
import zipfile

import pytest
import xlsxwriter

from workbench.verification import archives, opening, shrinking

SHEET = "xl/worksheets/sheet1.xml"
FORMATS = (
    "General",
    "0",
    "0.00",
    "@",
    "dd/mm/yyyy",
    "[$-421]dd mmmm yyyy",
    "hh:mm",
    "dd/mm/yyyy hh:mm",
    "[h]:mm:ss",
    '0" hari"',
    "#,##0",
)
TEXTS = (
    "",
    " ",
    " a  b ",
    "A & B <c>",
    'kutip "x"',
    "ZOË ➤",
    "baris\ndua",
    "_x000D_",
    "0012",
    "x" * 99,
)


def make_workbook(rng, height=40, width=31, **options):
    """A workbook with cells of every kind, some of them missing, some only painted."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, **options})
    formats = [book.add_format({"num_format": form}) for form in FORMATS]
    for name in ("Data", "Kosong", "Lain & lagi"):
        sheet = book.add_worksheet(name)
        if name == "Kosong":
            continue
        for row in range(rng.choice((0, 3)), height):
            for column in range(rng.choice((0, 2)), width):
                write_any(rng, sheet, row, column, rng.choice(formats))
        sheet.set_row(rng.randrange(height), None, None, {"hidden": True})
        sheet.set_column(4, 6, None, None, {"hidden": True})
        sheet.merge_range(height + 2, 1, height + 4, 3, "gabung")
    book.close()
    return out.getvalue()


def write_any(rng, sheet, row, column, form):
    """One cell of a kind drawn at random; the fourth column is of one kind only."""
    kind = 3 if column == 3 else rng.randrange(12)
    if kind == 0:
        return
    if kind == 1:
        sheet.write_blank(row, column, None, form)
    elif kind in (2, 3):
        sheet.write_string(row, column, rng.choice(TEXTS), form)
    elif kind == 4:
        sheet.write_boolean(row, column, rng.random() < 0.5)
    elif kind == 5:
        sheet.write_formula(
            row, column, "=1/0", form, rng.choice(("", "#DIV/0!", 7.5, "teks", True))
        )
    elif kind == 6:
        sheet.write_datetime(row, column, dt.datetime(1899 + rng.randrange(3), 12, 31, 6, 30), form)
    elif kind == 7:
        sheet.write_number(row, column, rng.choice((1e-7, 0.1, -0.0)), form)
    elif kind == 9:
        sheet.write_number(row, column, rng.choice((3673014105859001, 36730141058590014, 1e300)))
    elif kind == 8 and not sheet.constant_memory:  # in a cell of its own it would be unusual
        bold = sheet.write_rich_string(row, column, "satu ", form, "dua", " tiga")
        assert bold == 0
    else:
        sheet.write_number(row, column, rng.randrange(-2, 60_000) / rng.choice((1, 2, 7)), form)


def cells_of(sheet):
    """Texts and kinds of a sheet, without the blank rows and columns at its ends."""
    columns = []
    for column in sheet.columns:
        texts = column.texts.to_pylist()
        kinds = [opening.TEXT] * sheet.height if column.kinds is None else column.kinds.tolist()
        columns.append(
            [
                (texts[place], kind if texts[place] else opening.TEXT)
                for place, kind in zip(column.place.tolist(), kinds, strict=True)
            ]
        )
    rows = [list(row) for row in zip(*columns, strict=True)]
    while rows and not any(text for text, _ in rows[-1]):
        rows.pop()
    width = max((n for row in rows for n, (text, _) in enumerate(row, 1) if text), default=0)
    return [row[:width] for row in rows]


def read_both(content, most_rows=None):
    """The same workbook read whole and read small."""
    members = archives.find_sheets(content)
    small = opening.read_small(content, most_rows, members, shrinking)
    whole = list(opening.read_sheets(io.BytesIO(content), most_rows))
    return whole, small, members


def same(content, most_rows=None):
    """Assert that both readings agree; the number of sheets that were made small."""
    whole, small, members = read_both(content, most_rows)
    if small is None:
        return 0
    for one, other in zip(whole, small, strict=True):
        assert (one.name, one.state, one.merged) == (other.name, other.state, other.merged)
        assert cells_of(one) == cells_of(other)
        if other.facts is not None:
            assert other.facts == archives.read_facts(content, members[one.name], lambda: None)
    return sum(sheet.facts is not None for sheet in small)


def change(content, old, new, part=SHEET, count=1):
    """The workbook with something changed in a part."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as book, zipfile.ZipFile(out, "w") as made:
        for member in book.namelist():
            text = book.read(member)
            if member == part:
                assert old in text
                text = text.replace(old, new, count)
            made.writestr(member, text)
    return out.getvalue()


OPTIONS = ({}, {"constant_memory": True, "in_memory": False}, {"date_1904": True})


@pytest.mark.parametrize("options", OPTIONS, ids=["shared texts", "texts in cells", "from 1904"])
@pytest.mark.parametrize("number", range(6))
def test_cells_of_every_kind_are_the_same(options, number):
    rng = random.Random(f"shrinking:{number}")
    assert same(make_workbook(rng, **options), rng.choice((None, 7))) == 2


def test_a_number_stays_a_number_and_a_text_of_digits_a_text():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("Data")
        for row in range(600):
            sheet.write_string(row, 0, "3673014105859001")
            sheet.write_number(row, 1, 3673014105859001)
            sheet.write_datetime(
                row, 2, dt.datetime(1985, 5, 1), book.add_format({"num_format": 14})
            )
    _, small, _ = read_both(out.getvalue())
    (sheet,) = small
    text, number, date = sheet.columns
    assert text.kinds is None
    assert text.texts.to_pylist() == ["3673014105859001"]
    assert set(number.kinds.tolist()) == {opening.NUMBER}
    assert number.texts.to_pylist() == ["3673014105859001"]
    assert set(date.kinds.tolist()) == {opening.DATE}
    assert date.texts.to_pylist() == ["1985-05-01"]


ODD = {
    "other quotes": (b'<c r="A1"', b"<c r='A1'"),
    "address last": (b'<c r="A1" t="s"', b'<c t="s" r="A1"'),
    "no address": (b'<c r="A1"', b"<c"),
    "address of another row": (b'r="B2"', b'r="B3"'),
    "two cells in one place": (b'r="B2"', b'r="A2"'),
    "cells backwards": (b'r="A2"', b'r="C2"'),
    "an empty cell over a filled one": (b'<c r="C2"', b'<c r="B2"/><c r="C2"'),
    "an empty row over a filled one": (
        b"</sheetData>",
        b'<row r="4"><c r="A4"/></row></sheetData>',
    ),
    "a second address near by": (b'r="B2"', b'r="B2" r="D2"'),
    "small letters": (b'r="B2"', b'r="b2"'),
    "letters without end": (b'r="B2"', b'r="AAAB2"'),
    "rows backwards": (b'<row r="2"', b'<row r="1"'),
    "a second address": (b'r="B2"', b'r="B2" r="D9"'),
    "a remark in a cell": (b"<v>1</v>", b"<v><!-- </v></c><c r='D9'><v> -->1</v>"),
    "a remark between rows": (b"</row>", b"</row><!-- <row> -->"),
    "a remark over the rows": (b"<sheetData>", b"<!-- <sheetData> --><sheetData>"),
    "a cell in a cell": (b"<v>1</v>", b'<v>1</v><c r="B3"><v>5</v></c>'),
    "a cell with a prefix": (b"<v>1</v></c>", b'<v>1</v></c><x:c r="B3"><v>5</v></x:c>'),
    "a row inside a value": (b"<v>1</v>", b"<v>1</v></c></row ><row ><c><v>5</v>"),
    "an open value": (b"<v>1</v>", b"<v>1"),
    "an open row": (b"</row>", b""),
    "text between cells": (b"</c>", b"</c>\n"),
    "two values": (b"<v>1</v>", b"<v>1</v><v>5</v>"),
    "nothing after the rows": (b"</sheetData>", b"</sheetdata>"),
    "two lists of rows": (b"</sheetData>", b"</sheetData><sheetData></sheetData>"),
    "a text nobody shares": (b"<v>1</v>", b"<v>99</v>"),
    "a word that unfolds": (b"<v>1</v>", b"<v>&a;</v>"),
    "letters of another alphabet": (b"<v>1</v>", b"<v>\xff\xfe</v>"),
    "half a word": (
        b"<sheetData>",
        b'<cols><col min="1" max="99999" hidden="1"/></cols><sheetData>',
    ),
    "a row of its own": (b"</sheetData>", b'<row r="9"/></sheetData>'),
    "a row far down": (b"</sheetData>", b'<row r="9999999"><c r="A9999999"/></row></sheetData>'),
}


@pytest.mark.parametrize("odd", ODD)
def test_an_unusual_sheet_is_read_whole_or_the_same(odd):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("Data")
        for row in range(4):
            sheet.write_row(row, 0, ["teks", "lain", 1])
    content = change(out.getvalue(), *ODD[odd])
    try:
        list(opening.read_sheets(io.BytesIO(content), None))
    except BaseException:  # a panic in the reader is no ordinary Exception
        small = opening.read_small(content, None, archives.find_sheets(content), shrinking)
        assert small is None
    else:
        same(content)


def test_a_sheet_that_calls_itself_small_is_not_taken_for_one():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        for name in ("Data", "Lain"):
            sheet = book.add_worksheet(name)
            for row in range(3):
                sheet.write_row(row, 0, ["lembar kecil 0"] * 256)
    content = change(out.getvalue(), b"</row>", b"</row>\n")
    whole, small, _ = read_both(content)
    assert small is None
    assert len(whole) == 2


def test_a_long_list_is_made_small_before_it_is_read(office, monkeypatch):
    """The process of its own, from end to end, with what only the sheet itself says."""
    rows = [["NIK", "NAMA", "KELURAHAN", "RT", "RW", "JK"]]
    rows += [[f"36730141058{n:05d}", f"ORANG {n}", "Cipare", "1", "2", "L"] for n in range(20_000)]
    path = office.xlsx(rows)
    content = path.read_bytes()
    content = change(content, b'<row r="3"', b'<row r="3" hidden="1"')
    assert not archives.is_plain("x", content)
    monkeypatch.setattr(archives, "read_facts", None)  # it would be a second unpacking
    reading = office.read(office.raw(content, "panjang.xlsx"))
    assert reading.counts["disimpan"] == 20_000
    assert reading.register.manifest["counts"]["baris_tersembunyi"] == 1

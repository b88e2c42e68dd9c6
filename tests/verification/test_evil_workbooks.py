"""Workbooks made to break whoever opens them: each gets a sentence, and the process lives on."""

from __future__ import annotations

import io
import random
import zipfile

import pytest

from workbench.errors import UnusableInput
from workbench.verification import propose_mapping, workbooks

HEADER = ["NIK", "NO KK", "NAMA", "KELURAHAN"]
ROW = ["3673014105859001", "3673010101209001", "SITI CONTOH", "Cipare"]
SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def changed(office):
    """A workbook of one row with one part changed; small, or long enough for its own process."""

    def change(part, old, new, long=False, drop=()):
        path = office.xlsx([HEADER, ROW])
        out = io.BytesIO()
        with (
            zipfile.ZipFile(path) as book,
            zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made,
        ):
            for member in book.namelist():
                content = book.read(member)
                if member == part:
                    assert old in content
                    content = content.replace(old, new, 1)
                if member == SHEET and long:
                    # Not so regular that it would be taken for something packed into nothing.
                    noise = random.Random("evil:noise").randbytes(500_000).hex().encode()
                    content += b"<!-- " + noise * 3 + b" -->"
                if member not in drop:
                    made.writestr(member, content)
        return office.raw(out.getvalue(), "jahat.xlsx")

    return change


def outcome(office, path):
    """The sentence a file gets, "" where it could be read."""
    try:
        office.read(path)
    except UnusableInput as error:
        return str(error)
    return ""


def sentence(office, path, *words):
    """The sentence a file gets, for reading and for the mapping screen alike."""
    for read in (office.read, propose_mapping):
        with pytest.raises(UnusableInput) as found:
            read(path)
        text = str(found.value)
        assert text.startswith(("Berkas jahat.", "Lembar Data pada berkas jahat."))
        assert text.endswith(".")
        assert any(word in text for word in words), text


END = b"</sheetData>"


def cell(at, row="9", quote='"'):
    """A row with one cell, said to stand at ``at``."""
    text = f"<row r={quote}{row}{quote}><c r={quote}{at}{quote}><v>1</v></c></row></sheetData>"
    return text.encode()


@pytest.mark.parametrize("long", [False, True], ids=["small", "long"])
@pytest.mark.parametrize(
    "far",
    [
        cell("XFD1048576", "1048576"),
        cell("XFD1048576", "1048576", "'"),
        cell("xfd1048576", "1048576"),
        cell("XFD1048576", "1048576").replace(b"<c r", b'<c\n\ts="0"\n\tr'),
        cell("ZZZZZZ900000"),
    ],
    ids=["plain", "other quotes", "small letters", "on lines", "beyond the last column"],
)
def test_a_cell_in_the_last_corner_ends_no_process(office, changed, far, long):
    sentence(office, changed(SHEET, END, far, long), "sel terpencil", "rusak")


@pytest.mark.parametrize("long", [False, True], ids=["small", "long"])
@pytest.mark.parametrize(
    "at", ["A99999999999999999999", "AAAAAAAAAAAAAAAA1", "1A", "A0", "", "A-1", "\u0661\u0662"]
)
def test_a_cell_that_stands_nowhere(office, changed, at, long):
    said = outcome(office, changed(SHEET, END, cell(at), long))
    assert not said or "rusak" in said or "sel terpencil" in said


def test_rows_that_run_backwards(office, changed):
    """The reader measures a sheet from its first row to its last, and asks for that much."""
    path = changed(SHEET, b"<sheetData>", b'<sheetData><row r="9"><c r="E9"><v>1</v></c></row>')
    said = outcome(office, path)
    assert not said or "rusak" in said or "sel terpencil" in said


def test_a_dimension_of_a_million_columns_is_only_a_saying(office, changed):
    path = changed(SHEET, b'ref="A1:D2"', b'ref="A1:ZZZZZZZ9999999"')
    said = outcome(office, path)
    assert not said or "rusak" in said


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/sharedStrings.xml"])
def test_parts_inside_parts_without_end(office, changed, part):
    deep = b"<a>" * 200_000
    where = {SHEET: b"<sheetData>", "xl/workbook.xml": b"<sheets>", "xl/sharedStrings.xml": b"<si>"}
    path = changed(part, where[part], deep + where[part])
    said = outcome(office, path)
    assert not said or "rusak" in said or "tidak memuat isi" in said


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/sharedStrings.xml"])
def test_a_word_that_unfolds_into_billions(office, changed, part):
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE b [<!ENTITY a0 "ha">{levels}]>'.encode()
    first = {SHEET: b"<worksheet", "xl/workbook.xml": b"<workbook", "xl/sharedStrings.xml": b"<sst"}
    path = changed(part, first[part], bomb + first[part])
    with zipfile.ZipFile(path) as book:
        text = book.read(part).replace(b"SITI CONTOH", b"&a11;").replace(b'"Data"', b'"&a11;"')
        members = {name: book.read(name) for name in book.namelist()} | {part: text}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in members.items():
            made.writestr(name, content)
    said = outcome(office, office.raw(out.getvalue(), "jahat.xlsx"))
    # Nothing in a sheet's own part is a word; there the bomb is only passed over.
    assert "rusak" in said or (part == SHEET and not said)


def test_a_table_of_texts_without_end(office):
    """Half a gigabyte of one letter, packed into nothing."""
    path = office.xlsx([HEADER, ROW])
    out = io.BytesIO()
    with zipfile.ZipFile(path) as book, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for member in book.namelist():
            if member != "xl/sharedStrings.xml":
                made.writestr(member, book.read(member))
        with made.open("xl/sharedStrings.xml", "w") as part:
            part.write(b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">')
            for _ in range(60):
                part.write(b"<si><t>" + b"x" * 1_000_000 + b"</t></si>")
            part.write(b"</sst>")
    sentence(office, office.raw(out.getvalue(), "jahat.xlsx"), "terlalu besar")


def test_a_sheet_the_workbook_names_and_does_not_hold(office, changed):
    sentence(office, changed(SHEET, END, END, drop=(SHEET,)), "rusak", "tidak memuat isi")


def test_a_part_cut_off_inside(office, changed):
    content = bytearray(changed(SHEET, END, END).read_bytes())
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as book:
        entry = book.getinfo(SHEET)
    start = entry.header_offset + 30 + len(SHEET)
    content[start + entry.compress_size // 2 : start + entry.compress_size] = bytes(
        entry.compress_size - entry.compress_size // 2
    )
    sentence(office, office.raw(bytes(content), "jahat.xlsx"), "rusak")


def test_merged_cells_laid_over_one_another(office, changed):
    merged = b'<mergeCell ref="A1:A1048576"/>' * 60
    sentence(
        office, changed(SHEET, END, END + b"<mergeCells>" + merged + b"</mergeCells>"), "rusak"
    )


def test_an_ods_that_repeats_a_cell_without_end(office, small_workbooks):
    out = io.BytesIO()
    plain = zipfile.ZipFile(io.BytesIO(small_workbooks["ods"]([HEADER, ROW])))
    with plain, zipfile.ZipFile(out, "w") as made:
        for member in plain.namelist():
            content = plain.read(member)
            if member == "content.xml":
                again = b'<table:table-cell table:number-columns-repeated="2000000000" '
                assert b"<table:table-cell " in content
                content = content.replace(b"<table:table-cell ", again, 1)
            made.writestr(member, content)
    sentence(office, office.raw(out.getvalue(), "jahat.ods"), "terpencil", "judul kolom")


def test_a_small_tidy_workbook_needs_no_process_and_any_other_gets_one(
    office, changed, monkeypatch
):
    apart = []
    real = workbooks._read_apart
    monkeypatch.setattr(
        workbooks, "_read_apart", lambda *args: (apart.append(args[0]), real(*args))[1]
    )
    plain = office.xlsx([HEADER, ROW, ["", "", "", 1.5]])
    here = office.read(plain)
    assert apart == []
    odd = changed(SHEET, b"<row r=", b"<row  r=", long=True)
    beside = office.read(odd)
    assert apart == ["jahat.xlsx"]
    names = [reading.register["person"]["name"].to_pylist() for reading in (here, beside)]
    assert names[1] == ["SITI CONTOH"] == names[0][:1]


def test_cells_have_the_same_type_whoever_reads_them(office, monkeypatch):
    cells = [HEADER, ROW, [3673014105859002.0, True, False, 0.5], ["", 1, 0, "1"]]
    path = office.xlsx(cells)
    wanted = [list(row) for row in cells]
    content = path.read_bytes()
    for is_plain in (True, False):
        monkeypatch.setattr("workbench.verification.archives.is_plain", lambda *_, p=is_plain: p)
        (sheet,) = workbooks.open_source("x.xlsx", content, lambda _: 1.0).sheets
        found = sheet.first(10)
        assert found == wanted
        types = [[type(cell) is bool for cell in row] for row in found]
        assert types[2] == [False, True, True, False]
        assert not any(types[3])


@pytest.mark.parametrize("long", [False, True])
def test_two_sheets_of_one_name_are_refused_by_it(office, changed, long):
    one = b'<sheet name="Data" sheetId="1" r:id="rId1"/>'
    path = changed("xl/workbook.xml", one, one * 2, long)
    sentence(office, path, "dua lembar bernama Data", "beri nama yang berbeda")

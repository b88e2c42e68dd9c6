"""The figures as a workbook or as CSV for a spreadsheet.

CSV is made for the spreadsheet of an Indonesian office: semicolons, a comma before decimals, a
mark of UTF-8 (else RFC 4180). Machines read the bundle of open data.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date

import xlsxwriter

from workbench.domain.wilayah import CITY, PLACES
from workbench.domain.words import date_id
from workbench.geo.exports.geofiles import notes
from workbench.geo.exports.selections import STATE_WORDS, Extract, Row, firm_word
from workbench.verification.refusals import begins_formula

Value = str | float | None

#: Header and what the column holds.
COLUMNS: Mapping[str, str] = {
    "Kode": "Kode wilayah menurut Kemendagri",
    "Tingkat": f"{PLACES}, kecamatan atau {CITY.kind}",
    "Wilayah": "Nama wilayah",
    "Kecamatan": "Nama kecamatan",
    "Nilai": "Nilai indikator; kosong bila tidak ada angka",
    "Status": (
        "angka; nol (sudah didata, tidak ada); disembunyikan (jumlah kecil); belum didata "
        "(bukan nol); tanpa penyebut (penduduknya belum diisi)"
    ),
    "Batas bawah": "Batas bawah selang 95 %",
    "Batas atas": "Batas atas selang 95 %",
    "Penyebut": "Bilangan pembagi",
    "Kelompok": f"Kelompok {PLACES} bertetangga, bila ukurannya kelompok",
    "Kuat": "ya bila kelompoknya tetap nyata setelah koreksi untuk banyak uji",
}
_WHOLE = list(COLUMNS).index("Penyebut")
_WIDTHS = (15, 11, 24, 18, 12, 18, 12, 12, 12, 20, 10)


def table_csv(extract: Extract) -> bytes:
    """The rows of every level with a header; nothing in it becomes a formula."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in extract.rows:
        writer.writerow([_written(value) for value in _cells(extract, row)])
    return text.getvalue().encode("utf-8-sig")


def workbook(extract: Extract, printed_on: date) -> bytes:
    """Sheets *Data*, *Kamus data* and *Keterangan*; text is written as text."""
    target = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    book = xlsxwriter.Workbook(target, options)
    text = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
    plain = book.add_format(text)
    title = book.add_format({**text, "bold": True, "font_size": 14})
    head = book.add_format({**text, "bold": True, "border": 1, "bg_color": "#D9D9D9"})
    cell = book.add_format({**text, "border": 1, "num_format": "@"})
    wrapped = book.add_format({**text, "border": 1, "text_wrap": True, "num_format": "@"})
    decimals = extract.measured.decimals
    form = f"#,##0.{'0' * decimals}" if decimals else "#,##0"
    number = book.add_format({**text, "border": 1, "num_format": form})
    whole = book.add_format({**text, "border": 1, "num_format": "#,##0"})

    sheet = book.add_worksheet("Data")
    sheet.write_string(0, 0, extract.title, title)
    lines = (
        f"{extract.mark}. {extract.areas.city_name}, keadaan {extract.day}. "
        f"{extract.measured.unit}. Dibuat {date_id(printed_on, long=True)}.",
        extract.disclosure(),
    )
    for place, line in enumerate(lines, start=1):
        sheet.write_string(place, 0, line, plain)
    top = len(lines) + 2
    for place, (name, width) in enumerate(zip(COLUMNS, _WIDTHS, strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(top, place, name, head)
    for place, row in enumerate(extract.rows, start=top + 1):
        for column, value in enumerate(_cells(extract, row)):
            if value is None or isinstance(value, str):
                sheet.write_string(place, column, value or "", cell)
            else:
                is_rate = column != _WHOLE
                sheet.write_number(place, column, value, number if is_rate else whole)
    sheet.autofilter(top, 0, top + max(1, len(extract.rows)), len(COLUMNS) - 1)
    sheet.freeze_panes(top + 1, 0)
    sheet.repeat_rows(top)

    for name, pairs in (("Kamus data", tuple(COLUMNS.items())), ("Keterangan", _about(extract))):
        page = book.add_worksheet(name)
        page.set_column(0, 0, 28)
        page.set_column(1, 1, 90)
        for place, pair in enumerate((("Hal", "Isi"), *pairs)):
            for column, words in enumerate(pair):
                page.write_string(place, column, words, wrapped if place else head)

    for page in book.worksheets():
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.set_header(f"&L&B{extract.mark}&RHalaman &P dari &N")
    book.set_properties({"title": extract.title, "comments": extract.mark})
    book.close()
    return target.getvalue()


def harmless(text: str) -> str:
    """A text no spreadsheet takes for a formula."""
    return f"'{text}" if begins_formula(text) else text


def _about(extract: Extract) -> tuple[tuple[str, str], ...]:
    return tuple(pair for pair in notes(extract) if not pair[0].startswith("Kolom "))


def _cells(extract: Extract, row: Row) -> tuple[Value, ...]:
    figure = row.figure
    return (
        row.code,
        row.level,
        row.name,
        row.kecamatan,
        figure.value,
        STATE_WORDS[figure.state],
        figure.low,
        figure.high,
        figure.denominator,
        figure.group,
        firm_word(figure),
    )


def _written(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return harmless(value)
    return f"{value:.6g}".replace(".", ",") if value % 1 else f"{value:.0f}"

"""Findings on their way out: a workbook or a CSV of what a query shows.

Numbers are masked unless a purpose is given, which stays on record. Nothing of a list becomes a
formula where the file is opened.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import xlsxwriter

from workbench.access import Actor, Permission, Workspace, require
from workbench.domain.wilayah import PLACE_KINDS
from workbench.domain.words import date_id, mask_nik, number_id
from workbench.errors import WrongUse
from workbench.rules import GROUPS
from workbench.services.findings import NOTE, FindingsIndex, Query
from workbench.services.lists import OpenList
from workbench.services.office import Office
from workbench.services.privacy import purpose_words
from workbench.store import ledger
from workbench.training.labels import area_words

#: A sheet holds a million rows; long before that it is no longer a list anybody works through.
MOST_ROWS = 200_000
_COLUMNS = (
    ("Tingkat", 10),
    ("Aturan", 10),
    ("Kelompok", 22),
    ("Yang perlu dicek", 52),
    ("Pertanyaan", 44),
    ("Dokumen", 26),
    ("Nama", 26),
    ("NIK", 19),
    ("Nomor KK", 19),
    (PLACE_KINDS, 28),
    ("Berkas", 24),
    ("Lembar", 16),
    ("Baris", 8),
)
_ROW = len(_COLUMNS) - 1


@dataclass(frozen=True)
class Export:
    """What goes out: the query, and its choices in words for the head of the file."""

    query: Query
    choices: str


def findings_workbook(
    office: Office, actor: Actor, opened: OpenList, index: FindingsIndex, export: Export
) -> tuple[str, bytes]:
    """The findings as XLSX, numbers masked: its file name and content."""
    require(actor, Permission.READ_LIST)
    return _workbook(actor, opened, index, export, False)


def findings_workbook_with_numbers(
    office: Office,
    actor: Actor,
    opened: OpenList,
    index: FindingsIndex,
    export: Export,
    purpose: str,
) -> tuple[str, bytes]:
    """The same with whole numbers, for one of ``privacy.PURPOSES``, which stays on record.

    Raises ``WrongUse`` without a purpose.
    """
    require(actor, Permission.READ_LIST)
    words = purpose_words(purpose)
    name, content = _workbook(actor, opened, index, export, True, words)
    with office.store_for(actor).writing() as connection:
        about = f"daftar:{opened.summary.id}"
        value = {"baris": len(index.narrowed(export.query)), "keperluan": purpose}
        ledger.record(connection, actor.id, "ekspor_nik", about, "ekspor_nik", value)
    return name, content


def findings_csv(
    office: Office, actor: Actor, opened: OpenList, index: FindingsIndex, export: Export
) -> tuple[str, bytes]:
    """The findings as CSV for a spreadsheet (semicolons, UTF-8 with a mark), numbers masked."""
    require(actor, Permission.READ_LIST)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([name for name, _width in _COLUMNS])
    for row in _rows(index, export.query, False):
        writer.writerow([_harmless(cell) for cell in row])
    return f"temuan-{opened.summary.id}.csv", text.getvalue().encode("utf-8-sig")


def _rows(index: FindingsIndex, query: Query, has_numbers: bool) -> Iterator[list[Any]]:
    findings = index.narrowed(query)
    if len(findings) > MOST_ROWS:
        raise WrongUse(
            f"{number_id(len(findings))} temuan terlalu banyak untuk satu berkas; paling banyak "
            f"{number_id(MOST_ROWS)}. Persempit dengan saringan."
        )
    for row in findings.with_titles().to_pylist():
        rule = findings.rules[row["rule"]]
        numbers = [row["nik"], row["no_kk"]]
        code = row["kelurahan_kode_kemendagri"]
        yield [
            str(row["severity"]).capitalize(),
            rule.code,
            GROUPS[rule.group],
            row["title"],
            rule.question,
            ", ".join(rule.documents),
            row["name"],
            *(numbers if has_numbers else map(mask_nik, numbers)),
            area_words(code) if code else "belum dikenali",
            row["file"],
            row["sheet"],
            row["row"],
        ]


def _harmless(cell: Any) -> str:
    """A cell no spreadsheet takes for a formula."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _workbook(
    actor: Actor,
    opened: OpenList,
    index: FindingsIndex,
    export: Export,
    has_numbers: bool,
    purpose: str = "",
) -> tuple[str, bytes]:
    content = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    book = xlsxwriter.Workbook(content, options)
    text = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
    title = book.add_format({**text, "bold": True, "font_size": 14})
    plain = book.add_format(text)
    head = book.add_format({**text, "bold": True, "border": 1, "bg_color": "#D9D9D9"})
    cell = book.add_format({**text, "border": 1, "text_wrap": True, "num_format": "@"})
    number = book.add_format({**text, "border": 1})
    mark = "LATIHAN" if actor.workspace is Workspace.LATIHAN else "DATA NYATA - TERBATAS"
    page = book.add_worksheet("Temuan")
    rows = list(_rows(index, export.query, has_numbers))
    notes = sum(row[0] == NOTE.capitalize() for row in rows)
    for place, (_name, width) in enumerate(_COLUMNS):
        page.set_column(place, place, width)
    page.write_string(0, 0, f"Temuan: {opened.summary.name}", title)
    hidden = "NIK dan nomor KK lengkap" if has_numbers else "NIK dan nomor KK disamarkan"
    lines = [
        f"{mark}. Data per {_day(opened)}. Versi aturan {opened.findings.ruleset}. {hidden}.",
        f"Saringan: {export.choices or 'semua temuan'}.",
        f"{number_id(len(rows))} temuan. {number_id(len(rows) - notes)} perlu dicek, "
        f"{number_id(notes)} catatan tingkat Info tanpa kunjungan. Temuan adalah pertanyaan, "
        "bukan putusan tentang keluarga.",
    ]
    if purpose:
        lines.append(f"Keperluan: {purpose}.")
    for place, line in enumerate(lines, start=1):
        page.write_string(place, 0, line, plain)
    top = len(lines) + 2
    for place, (name, _width) in enumerate(_COLUMNS):
        page.write_string(top, place, name, head)
    for place, values in enumerate(rows, start=top + 1):
        for column, value in enumerate(values):
            if column == _ROW and value is not None:
                page.write_number(place, column, value, number)
            else:
                page.write_string(place, column, "" if value is None else str(value), cell)
    page.autofilter(top, 0, top + max(1, len(rows)), len(_COLUMNS) - 1)
    page.freeze_panes(top + 1, 0)
    page.repeat_rows(top)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.4, right=0.4, top=0.8, bottom=0.7)
    page.set_header(f"&L&B{mark}&RHalaman &P dari &N")
    page.set_footer(f"&LAturan {opened.findings.ruleset}&R{hidden}")
    book.set_properties({"title": "Temuan", "comments": mark})
    book.close()
    return f"temuan-{opened.summary.id}.xlsx", content.getvalue()


def _day(opened: OpenList) -> str:
    return date_id(date.fromisoformat(opened.summary.as_of[:10]), long=True)

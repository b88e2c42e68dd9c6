"""How a checklist is drawn: a workbook for A4 lying down, readable in grey.

What stands on it is chosen in ``checklists``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import xlsxwriter

from workbench.domain.reference import reference
from workbench.domain.register import Register
from workbench.domain.wilayah import CITY, say_locally, village_head
from workbench.domain.words import date_id, number_id
from workbench.errors import StoreFault
from workbench.verification.checklists import Checklist, Question, checklist
from workbench.verification.refusals import write_whole
from workbench.verification.sights import Sight

if TYPE_CHECKING:
    from workbench.rules import Findings

#: What an officer may answer to a question.
OUTCOMES = ("Sesuai daftar", "Perlu diperbaiki", "Tidak ditemukan", "Perlu kunjungan ulang")

#: Points of rows that fit on an A4 page lying down, at the scale its columns are printed in.
_PAGE_HEIGHT = 540
_COLUMNS = (
    ("No", 4),
    ("Anggota", 20),
    ("Yang perlu dicek", 34),
    ("Pertanyaan kepada keluarga", 34),
    ("Dokumen yang dilihat", 18),
    ("Hasil", 15),
    ("Isian yang benar", 18),
    ("Catatan", 18),
)


def write_checklist(sheet: Checklist, target: Path | BinaryIO) -> None:
    """Write one checklist as a workbook (A4, landscape, grey-safe)."""
    try:
        book = xlsxwriter.Workbook(
            target if not isinstance(target, Path) else str(target),
            {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True},
        )
        _draw(book, sheet)
        book.close()
    except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
        raise StoreFault(
            "Daftar periksa tidak dapat ditulis. Periksa ruang penyimpanan dan izin menulis, "
            "tutup berkasnya bila sedang terbuka, lalu ulangi."
        ) from error


def write_checklists(
    register: Register,
    findings: Findings,
    directory: Path,
    progress: Callable[[int, int], None] | None = None,
) -> list[Path]:
    """Write every checklist of a list into ``directory``; returns the paths in code order."""
    sheets = checklist(register, findings)
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreFault(
            f"Folder {directory.name} tidak dapat dibuat. Pilih folder lain."
        ) from error
    paths = []
    for place, sheet in enumerate(sheets):
        paths.append(directory / sheet.file_name)
        content = BytesIO()
        write_checklist(sheet, content)
        write_whole(paths[-1], content.getvalue())
        if progress:
            progress(place + 1, len(sheets))
    return paths


def _draw(book: Any, sheet: Checklist) -> None:
    mark = "LATIHAN" if sheet.practice else "DATA NYATA - TERBATAS"
    text = {"font_name": "Calibri", "font_size": 11, "valign": "top", "text_wrap": True}
    title = book.add_format({**text, "bold": True, "font_size": 14, "text_wrap": False})
    plain = book.add_format({**text, "text_wrap": False})
    head = book.add_format({**text, "bold": True, "border": 1, "bg_color": "#D9D9D9"})
    band = book.add_format(
        {**text, "bold": True, "border": 1, "bg_color": "#F2F2F2", "text_wrap": False}
    )
    cell = book.add_format({**text, "border": 1})
    box = book.add_format({**text, "border": 1, "font_size": 16, "align": "center"})
    seen = book.add_format({**text, "border": 1, "italic": True})
    page = book.add_worksheet("Daftar periksa")
    page.set_landscape()
    page.set_paper(9)
    page.set_margins(left=0.4, right=0.4, top=0.8, bottom=0.7)
    page.fit_to_pages(1, 0)
    place = sheet.kelurahan or say_locally("kelurahan belum dikenali")
    page.set_header(f"&L&B{mark}&C&BDaftar periksa {_header_safe(place)}&RHalaman &P dari &N")
    page.set_footer(
        f"&LData per {date_id(sheet.as_of)}, aturan {sheet.ruleset}&RNIK dan nomor KK disamarkan"
    )
    for column, (_name, width) in enumerate(_COLUMNS):
        page.set_column(column, column, width)
    page.write_string(0, 0, f"Daftar periksa: {place}", title)
    lines = [
        f"Kecamatan {sheet.kecamatan or '-'}, {CITY.name}. Sumber: {sheet.source or '-'}. "
        f"{mark.capitalize() if sheet.practice else mark}.",
        "Petugas: ______________________   Tanggal: ______________   Kunjungan ke-: ____",
        "Temuan adalah pertanyaan untuk kunjungan, bukan putusan tentang keluarga.",
    ]
    if sheet.withheld:
        lines.append(
            f"{sheet.withheld} temuan pada kategori peka tidak dicetak: hubungi pekerja sosial."
        )
    if sheet.noted:
        lines.append(
            f"{number_id(sheet.noted)} catatan tingkat Info tidak dicetak karena tidak perlu "
            "kunjungan: lihat ruang Daftar."
        )
    for row, line in enumerate(lines, start=1):
        page.write_string(row, 0, line, plain)
    row = len(lines) + 2
    for column, (name, _width) in enumerate(_COLUMNS):
        page.write_string(row, column, name, head)
    page.set_row(row, 30)
    page.repeat_rows(row)
    page.freeze_panes(row + 1, 0)
    row += 1
    breaks, on_page = [], 0.0
    for number, family in enumerate(sheet.families, start=1):
        entries = [
            *(_question_cells(question) for question in family.questions),
            *(_sight_cells(sight) for sight in family.sights),
        ]
        heights = [_height(cells) for cells in entries]
        block = 18 + sum(heights)
        if on_page and on_page + block > _PAGE_HEIGHT:
            breaks.append(row)
            on_page = 0.0
        on_page += block
        page.set_row(row, 18)
        page.merge_range(row, 0, row, len(_COLUMNS) - 1, "", band)
        where = f"RT {family.rt or '-'} RW {family.rw or '-'}"
        line = f"{number}. {family.head} | KK {family.no_kk or '-'} | {family.address} | {where}"
        page.write_string(row, 0, line, band)
        row += 1
        for nth, (cells, height) in enumerate(zip(entries, heights, strict=True)):
            is_question = nth < len(family.questions)
            page.set_row(row, height)
            for column, value in enumerate(("☐", *cells, "", "", "")):
                style = cell if is_question else seen
                page.write_string(row, column, value, box if column == 0 else style)
            if is_question:
                page.data_validation(row, 5, row, 5, {"validate": "list", "source": list(OUTCOMES)})
            row += 1
    if not sheet.families:
        page.write_string(
            row, 0, say_locally("Tidak ada temuan yang dicetak untuk kelurahan ini."), plain
        )
        row += 1
    page.set_h_pagebreaks(breaks)
    row += 1
    for column, who in (
        (0, "Petugas"),
        (3, "Ketua RT"),
        (5, f"{village_head(sheet.kelurahan_kode_kemendagri)} atau yang mewakili"),
    ):
        page.write_string(row, column, f"{who},", plain)
        page.write_string(row + 4, column, "(______________________)", plain)
    _draw_guide(book, head, cell)
    book.set_properties({"title": f"Daftar periksa {place}", "comments": mark})
    book.set_custom_property("aturan", sheet.ruleset)
    book.set_custom_property("keterangan", json.dumps({"temuan": sheet.count}))


def _draw_guide(book: Any, head: Any, cell: Any) -> None:
    """A second sheet: what to look at in every home, whatever the list says."""
    page = book.add_worksheet("Panduan kunjungan")
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    columns = (("No", "no", 5), ("Bagian", "bagian", 22), ("Butir", "butir", 44))
    more = (
        *(("Jawaban", "pilihan_jawaban", 34), ("Cara mengamati", "cara_mengamati", 34)),
        ("Foto", "bukti_foto", 20),
    )
    for column, (name, _key, width) in enumerate((*columns, *more)):
        page.set_column(column, column, width)
        page.write_string(0, column, name, head)
    page.repeat_rows(0)
    for row, item in enumerate(reference("checklist_lapangan"), start=1):
        for column, (_name, key, _width) in enumerate((*columns, *more)):
            value = item[key].replace("lihat status_verval.csv (dimensi keberadaan)", _PRESENCE)
            value = value.replace("lihat program_bantuan.csv", "nama program")
            page.write_string(row, column, say_locally(re.sub(r"^\d+ ", "", value)), cell)


_PRESENCE = "ditemukan / tidak ditemukan / meninggal / pindah / tidak dapat ditemui"


def _question_cells(question: Question) -> tuple[str, str, str, str]:
    member = f"{question.member}\n{question.number}".strip()
    sentence = f"{question.sentence} [{question.rule}, {question.severity.lower()}]"
    return member, sentence, question.question, question.documents


def _sight_cells(sight: Sight) -> tuple[str, str, str, str]:
    return "Lihat di rumah", f"{sight.what} [butir {sight.number}]", sight.how, sight.proof


def _height(cells: tuple[str, str, str, str]) -> float:
    """Row height in points for the longest wrapped cell."""
    _member, what, how, proof = cells
    return 15.0 * max(len(what) // 34 + 1, len(how) // 34 + 1, len(proof) // 18 + 1, 2)


def _header_safe(text: str) -> str:
    """An ampersand commands in a page header; double it."""
    return text.replace("&", "&&")

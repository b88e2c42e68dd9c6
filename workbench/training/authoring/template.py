"""The empty workbook a trainer fills in: choices to pick from, examples, a page of instructions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench.errors import StoreFault
from workbench.rules import catalogue
from workbench.training.authoring.layout import (
    CASES,
    CHOICES,
    EXAMPLES,
    INSTRUCTIONS,
    MARK,
    MOST_FAMILIES,
    MOST_ROWS,
    MOST_WORDS,
    QUESTIONS,
    SHEETS,
    Column,
    letter_of,
)
from workbench.training.authoring.tasks import LETTERS
from workbench.training.authoring.vocabulary import (
    DIFFICULTIES,
    NO,
    TOPICS,
    YES,
    plant_words,
    rule_choice,
    taught_rules,
)

_INSTRUCTIONS = (
    "Satu baris adalah satu tugas. Tidak perlu pemrograman.",
    f"1. Lembar {CASES}: kasus keluarga karangan. Anda memilih aturan, aplikasi yang menyusun.",
    f"2. Lembar {QUESTIONS}: soal pilihan dengan tiga sampai lima pilihan dan satu kunci.",
    "3. Judul kolom terkunci. Jangan menggabung sel dan jangan menambah lembar atau kolom.",
    f"4. Baris bertanda {MARK} hanya contoh. Hapus; pada tugas Anda, kolom Tanda kosong.",
    f"5. Tulis mengapa kuncinya benar, paling banyak {MOST_WORDS} kata, dan dari mana sumbernya.",
    "6. Jangan tulis NIK, nama, atau alamat orang sungguhan. Nomor karangan berawalan 99.",
    "7. Tulis kalimat biasa tanpa kode. Panjang pilihan kira-kira sama.",
    "8. Simpan sebagai .xlsx, lalu unggah. Yang perlu diperbaiki disebut lembar, baris, kolomnya.",
    "9. Lihat pratinjau setiap tugas sebelum dipakai di kelas.",
)
_BODY = MOST_ROWS - 1


def write_template(path: Path) -> None:
    """Write the template with its examples as .xlsx. Raises ``StoreFault`` when it cannot."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    try:
        book = xlsxwriter.Workbook(str(path), options)
        _write_instructions(book)
        for sheet in SHEETS:
            _write_sheet(book, sheet)
        _write_choices(book)
        book.close()
    except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
        raise StoreFault(
            "Templat tugas tidak dapat ditulis. Periksa ruang penyimpanan dan izin menulis, tutup "
            "berkasnya bila sedang terbuka, lalu ulangi."
        ) from error


def _write_instructions(book: Any) -> None:
    page = book.add_worksheet(INSTRUCTIONS)
    title = book.add_format({"bold": True, "font_size": 14})
    plain = book.add_format({"text_wrap": True, "valign": "top"})
    page.set_column(0, 0, 96)
    page.write_string(0, 0, "Menulis tugas latihan", title)
    for row, line in enumerate(_INSTRUCTIONS, start=2):
        page.write_string(row, 0, line, plain)
    for sheet, columns in SHEETS.items():
        row += 2
        page.write_string(row, 0, f"Kolom lembar {sheet}", title)
        for column in columns:
            row += 1
            page.write_string(row, 0, f"{column.header}: {column.help}", plain)
    page.protect()


def _write_sheet(book: Any, sheet: str) -> None:
    page = book.add_worksheet(sheet)
    head = book.add_format({"bold": True, "border": 1, "bg_color": "#D9D9D9", "text_wrap": True})
    # Text, so that no program takes 2/5 for a day; a count stays a number.
    body = {"text_wrap": True, "valign": "top", "locked": False}
    text, number = book.add_format({**body, "num_format": "@"}), book.add_format(body)
    example = book.add_format({**body, "num_format": "@", "italic": True, "bg_color": "#F2F2F2"})
    for place, column in enumerate(SHEETS[sheet]):
        page.set_column(place, place, column.width, number if column.name == "families" else text)
        page.write_string(0, place, column.header, head)
        page.data_validation(1, place, _BODY, place, _validation(sheet, column))
    for row, cells in enumerate(EXAMPLES[sheet], start=1):
        page.set_row(row, 46)
        for place, cell in enumerate(cells):
            if SHEETS[sheet][place].name == "families":
                page.write_number(row, place, int(cell), number)
            else:
                page.write_string(row, place, cell, example)
    page.set_row(0, 32)
    page.freeze_panes(1, 0)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.protect(
        options={
            "format_cells": True,
            "format_columns": True,
            "format_rows": True,
            "insert_rows": True,
            "delete_rows": True,
            "sort": True,
        }
    )


def _validation(sheet: str, column: Column) -> dict[str, Any]:
    said = {
        "input_title": column.header,
        "input_message": column.help,
        "error_title": column.header,
        "error_message": column.help,
    }
    lists: dict[str, Sequence[str] | str] = {
        "tag": [MARK],
        "rule": _range("A", len(taught_rules())),
        # The lines of the chosen rule stand together on the sheet of choices.
        "plant": f"=OFFSET({CHOICES}!$C$1,MATCH(LEFT($B2,6),{CHOICES}!$B:$B,0)-1,0,"
        f"COUNTIF({CHOICES}!$B:$B,LEFT($B2,6)),1)",
        "difficulty": list(DIFFICULTIES),
        "look_alike": [YES, NO],
        "key": list(LETTERS),
        "topic": _range("D", len(TOPICS) + len(catalogue())),
    }
    if column.name in lists:
        # A bare code is as good as the whole line of the list.
        kind = "warning" if column.name in ("rule", "topic") else "stop"
        return {"validate": "list", "source": lists[column.name], "error_type": kind, **said}
    if column.name == "families":
        limits = {"minimum": 1, "maximum": MOST_FAMILIES}
        return {"validate": "integer", "criteria": "between", **limits, **said}
    return {"validate": "length", "criteria": "<=", "value": column.most, **said}


def _range(letter: str, rows: int) -> str:
    return f"={CHOICES}!${letter}$2:${letter}${rows + 1}"


def _write_choices(book: Any) -> None:
    page = book.add_worksheet(CHOICES)
    head = book.add_format({"bold": True})
    lines = [(code, words) for code in taught_rules() for words in plant_words()[code]]
    columns = (
        ("Aturan kasus", [rule_choice(rule) for rule in taught_rules().values()]),
        ("Kode", [code for code, _ in lines]),
        ("Cara terjadinya", [words for _, words in lines]),
        ("Aturan atau topik", [*TOPICS, *map(rule_choice, catalogue().values())]),
    )
    for place, (title, words) in enumerate(columns):
        page.write_string(0, place, title, head)
        for row, word in enumerate(words, start=1):
            page.write_string(row, place, word)
    page.set_column(f"A:{letter_of(len(columns) - 1)}", 44)
    page.protect()

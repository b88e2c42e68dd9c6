"""Workbooks as trainers send them, written cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
import xlsxwriter

from workbench.training.authoring.layout import CASES, QUESTIONS, SHEETS

Rows = Sequence[Sequence[object]]
HEADERS = {sheet: [column.header for column in columns] for sheet, columns in SHEETS.items()}
CASE = {
    "rule": "IDN-09",
    "plant": "tanggal lahir salah ketik",
    "families": 4,
    "difficulty": "mudah",
    "note": "",
    "look_alike": "",
}
QUESTION = {
    "question": "Nama pada daftar berbeda satu huruf dari KTP. Apa yang Anda lakukan?",
    "A": "Memperbaiki menurut KTP",
    "B": "Menandai tidak layak",
    "C": "Menghapus barisnya",
    "key": "A",
    "why": "KTP adalah dokumen yang lebih tinggi daripada daftar.",
    "source": "praktik umum, belum ada dasar tertulis",
    "topic": "IDN-71",
    "difficulty": "sedang",
}


def _row(sheet: str, cells: Mapping[str, object]) -> list[object]:
    return [cells.get(column.name, "") for column in SHEETS[sheet]]


@pytest.fixture(scope="session")
def case_row() -> Callable[..., list[object]]:
    """A good row of the sheet of cases, some cells replaced."""
    return lambda **cells: _row(CASES, {**CASE, **cells})


@pytest.fixture(scope="session")
def question_row() -> Callable[..., list[object]]:
    """A good row of the sheet of questions, some cells replaced."""
    return lambda **cells: _row(QUESTIONS, {**QUESTION, **cells})


@pytest.fixture
def write_sheets(tmp_path: Path) -> Callable[[Mapping[str, Rows]], Path]:
    """Write whole sheets, headers and all, as they are given."""

    def write(sheets: Mapping[str, Rows]) -> Path:
        path = tmp_path / "tugas.xlsx"
        options = {"strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(str(path), options) as book:
            for name, rows in sheets.items():
                page = book.add_worksheet(name)
                for number, cells in enumerate(rows):
                    page.write_row(number, 0, cells)
        return path

    return write


@pytest.fixture
def write_rows(write_sheets: Callable[[Mapping[str, Rows]], Path]) -> Callable[..., Path]:
    """Write rows under the right headers of one sheet."""
    return lambda sheet, *rows: write_sheets({sheet: [HEADERS[sheet], *rows]})

"""The officer's sheet: what it asks, what it hides, and the copy a reviewer reads.

Set ``VERVAL_RENEW=1`` to write the stored copy anew, then read it.
"""

from __future__ import annotations

import io
import os
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from workbench.domain.register import Draft
from workbench.rules import check
from workbench.synthesis import generate
from workbench.verification.checklists import checklist, write_checklist, write_checklists

STORED = Path(__file__).parent / "stored" / "daftar-periksa.txt"


@pytest.fixture(scope="module")
def city():
    register = generate(families=60, seed=3, error_rate=0.6)
    return register, check(register)


def _book(sheet):
    content = io.BytesIO()
    write_checklist(sheet, content)
    return openpyxl.load_workbook(content)


def _print(sheet):
    page = _book(sheet)["Daftar periksa"]
    lines = [f"[{page.oddHeader.left.text} | {page.oddHeader.center.text}]"]
    for row in page.iter_rows(values_only=True):
        cells = [str(cell).replace("\n", " / ") for cell in row if cell is not None]
        if cells:
            lines.append(" | ".join(cells))
    return "\n".join(lines)


def test_what_people_print_is_the_stored_copy(city):
    register, findings = city
    text = "\n\n".join(_print(sheet) for sheet in checklist(register, findings)[:3]) + "\n"
    if os.environ.get("VERVAL_RENEW"):
        STORED.write_text(text, encoding="utf-8")
    assert text == STORED.read_text(encoding="utf-8")


def test_every_finding_stands_on_one_sheet_or_is_withheld(city):
    register, findings = city
    sheets = checklist(register, findings)
    assert sum(sheet.count + sheet.withheld for sheet in sheets) == len(findings)
    codes = [sheet.kelurahan_kode_kemendagri for sheet in sheets]
    # Families nobody could place come last, on a sheet of their own.
    assert codes == [*sorted(set(codes) - {""}), ""]
    one = checklist(register, findings, kelurahan=codes[0])
    assert [sheet.kelurahan_kode_kemendagri for sheet in one] == codes[:1]


def test_gravest_first_and_no_family_twice(city):
    order = ["KRITIS", "TINGGI", "SEDANG", "INFO"]
    for sheet in checklist(*city):
        ids = [family.family_id for family in sheet.families]
        assert len(ids) == len(set(ids))
        for family in sheet.families:
            grades = [order.index(question.severity) for question in family.questions]
            assert grades == sorted(grades)


def test_outcomes_are_chosen_from_a_list_and_the_guide_comes_along(city):
    book = _book(checklist(*city)[0])
    page = book["Daftar periksa"]
    rules = page.data_validations.dataValidation
    assert rules
    assert all("Perlu diperbaiki" in rule.formula1 for rule in rules)
    assert book["Panduan kunjungan"].max_row == 46


def test_a_formula_in_a_name_stays_text_and_sensitive_kinds_are_only_counted():
    draft = Draft({"workspace": "latihan", "as_of": "2026-11-01"})
    card = "9973010607150001"
    draft.add("family", {"family_id": "F000001", "no_kk": card, "head_name": "=1+1"})
    draft.add(
        "person",
        {
            "person_id": "P000001",
            "family_id": "F000001",
            "no_kk": card,
            "name": "=HYPERLINK(1)",
            "shdk": "kepala_keluarga",
            "birth_date": date(2013, 1, 5),
        },
    )
    draft.add(
        "ppks",
        {
            "ppks_id": "K000001",
            "person_id": "P000001",
            "family_id": "F000001",
            "category": "PMKS16",
        },
    )
    register = draft.to_register()
    sheets = checklist(register, check(register))
    assert [sheet.withheld for sheet in sheets] == [1]
    page = _book(sheets[0])["Daftar periksa"]
    cells = [cell for row in page.iter_rows() for cell in row if cell.value]
    assert any("=HYPERLINK(1)" in str(cell.value) for cell in cells)
    assert all(cell.data_type != "f" for cell in cells)
    text = " ".join(str(cell.value) for cell in cells)
    assert "HIV" not in text
    assert "1 temuan pada kategori peka tidak dicetak" in text


def test_files_are_named_by_place_alone(city, tmp_path):
    told = []
    paths = write_checklists(*city, tmp_path / "c", lambda done, of: told.append((done, of)))
    assert told[-1] == (len(paths), len(paths))
    names = [path.name for path in paths]
    assert names.pop() == "daftar-periksa-tanpa-kelurahan.xlsx"
    assert all(name.startswith("daftar-periksa-36.73.0") for name in names)

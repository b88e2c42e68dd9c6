"""The template: its own examples read without complaint, its choices are those of the catalogue."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from workbench.errors import StoreFault
from workbench.rules import catalogue
from workbench.training.authoring import CaseTask, QuestionTask, read_tasks, write_template
from workbench.training.authoring.layout import CASES, CHOICES, EXAMPLES, QUESTIONS, SHEETS
from workbench.training.authoring.vocabulary import plant_words, taught_rules


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "templat.xlsx"
    write_template(path)
    return path


def test_the_template_reads_without_complaints_and_its_examples_are_marked(template: Path) -> None:
    tasks, complaints = read_tasks(template)
    assert complaints == []
    assert len(tasks) == sum(map(len, EXAMPLES.values()))
    assert all(task.is_example for task in tasks)
    assert {type(task) for task in tasks} == {CaseTask, QuestionTask}


def test_examples_taken_over_as_own_tasks_read_without_complaints(template: Path) -> None:
    book = openpyxl.load_workbook(template)
    for sheet in SHEETS:
        for row in book[sheet].iter_rows(min_row=2):
            row[0].value = None
    book.save(template)
    tasks, complaints = read_tasks(template)
    assert complaints == []
    assert len(tasks) == 4
    assert not any(task.is_example for task in tasks)


def test_an_example_that_was_changed_and_kept_its_mark_is_not_lost_silently(
    template: Path,
) -> None:
    book = openpyxl.load_workbook(template)
    book[QUESTIONS]["B2"] = "Soal saya sendiri tentang tanggal lahir?"
    book.save(template)
    tasks, complaints = read_tasks(template)
    assert len(tasks) == 3
    assert [(c.sheet, c.row, c.column) for c in complaints] == [(QUESTIONS, 2, "A")]
    assert "contoh tidak dipakai" in complaints[0].found


def test_headers_are_locked_and_rows_are_free(template: Path) -> None:
    book = openpyxl.load_workbook(template)
    for sheet, columns in SHEETS.items():
        page = book[sheet]
        assert page.protection.sheet
        for place, column in enumerate(columns, start=1):
            assert page.cell(1, place).value == column.header
            assert page.cell(1, place).protection.locked
            assert not page.cell(2, place).protection.locked
        drawn = page.column_dimensions.values()
        assert not any(dimension.protection.locked for dimension in drawn)
        assert sum(dimension.max - dimension.min + 1 for dimension in drawn) == len(columns)


def test_every_choice_stands_on_the_sheet_it_is_taken_from(template: Path) -> None:
    book = openpyxl.load_workbook(template)
    choices = book[CHOICES]
    sources = {
        str(validation.sqref).partition("2:")[0]: validation.formula1
        for validation in book[CASES].data_validations.dataValidation
        if validation.type == "list"
    }
    offered = [cell.value for (cell,) in choices[sources["B"].partition("!")[2].replace("$", "")]]
    assert [choice[:6] for choice in offered] == list(taught_rules())
    assert "COUNTIF" in sources["C"]
    ways = [(code, words) for code, words in choices.iter_rows(2, None, 2, 3, True) if code]
    assert ways == [(code, words) for code in taught_rules() for words in plant_words()[code]]
    said = {str(v.promptTitle): v.prompt for v in book[CASES].data_validations.dataValidation}
    assert list(said) == [column.header for column in SHEETS[CASES]]


def test_no_cell_of_the_template_is_a_formula(template: Path) -> None:
    for page in openpyxl.load_workbook(template):
        assert all(cell.data_type != "f" for row in page.iter_rows() for cell in row)


def test_every_way_a_taught_mistake_comes_about_has_words_of_its_own() -> None:
    for code, rule in taught_rules().items():
        assert sorted(plant_words()[code].values()) == sorted(p.name for p in rule.plants), code
    assert set(plant_words()) <= set(catalogue())
    assert all(len(words) <= 60 for ways in plant_words().values() for words in ways)


def test_a_folder_that_cannot_be_written_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreFault, match="tidak dapat ditulis"):
        write_template(tmp_path / "tidak-ada" / "templat.xlsx")

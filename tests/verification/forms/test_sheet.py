"""The officer's workbook: choices from lists, the office's columns locked, nothing a formula."""

import io
import zipfile
from dataclasses import replace

import pytest

from tests.verification.forms.made import ODD, PACKET, column_of, open_book
from workbench.verification.fieldwork.outcomes import Kind, Level, fields
from workbench.verification.forms.sheet import STRAY, TOP, Marked, Stray, write_marked, write_sheet
from workbench.verification.forms.tables import KEYS, LIST, NAMES, SEAL, answers, headers

FIRST = TOP + 2


@pytest.fixture(scope="module")
def book():
    return open_book(write_sheet(PACKET))


def test_there_is_one_row_a_family_a_member_and_a_finding(book):
    found = {
        name: [row[0].value for row in book[name].iter_rows(min_row=FIRST) if row[0].value]
        for name in NAMES.values()
    }
    assert found == {
        "Keluarga": ["AAAAAAAAAAA2", "AAAAAAAAAAA3", "AAAAAAAAAAA4"],
        "Anggota": ["BAAAAAAAAAA2", "BAAAAAAAAAA3", "BAAAAAAAAAA4"],
        "Temuan": ["CAAAAAAAAAA2"],
    }


@pytest.mark.parametrize("level", Level)
def test_keys_are_hidden_and_locked_and_answers_open(book, level):
    page = book[NAMES[level]]
    assert page.protection.sheet
    for header in (KEYS[level], LIST, SEAL):
        assert page.column_dimensions["A"].hidden
        assert page.cell(FIRST, column_of(page, header)).protection.locked
    assert page.freeze_panes == f"F{FIRST}"
    widths = {
        place: dimension
        for dimension in page.column_dimensions.values()
        for place in range(dimension.min, dimension.max + 1)
    }
    for header, _asked in answers(level):
        assert not widths[column_of(page, header)].protection.locked
        assert page.cell(TOP + 1, column_of(page, header)).comment.text


@pytest.mark.parametrize("level", Level)
def test_every_choice_has_its_list_and_every_number_its_limits(book, level):
    page = book[NAMES[level]]
    rules = {
        cells.min_col: rule
        for rule in page.data_validations.dataValidation
        for cells in rule.sqref.ranges
    }
    for header, asked in answers(level):
        rule = rules[column_of(page, header)]
        if asked.choices:
            sheet, _, cells = rule.formula1.partition("!")
            offered = [row[0].value for row in book[sheet][cells.replace("$", "")]]
            assert offered == [choice.label for choice in asked.choices]
        elif asked.kind is Kind.NUMBER:
            assert (int(rule.formula1), int(rule.formula2)) == (asked.least, asked.most)
        assert {cells.min_row for cells in rule.sqref.ranges} == {FIRST}


def test_headers_and_words_of_a_choice_name_one_thing_only():
    for level in Level:
        assert len(set(headers(level))) == len(headers(level))
    for asked in fields():
        words = [choice.label.casefold() for choice in asked.choices]
        assert len(set(words)) == len(words)


def test_odd_names_stay_text(book):
    page = book["Keluarga"]
    cell = page.cell(FIRST + 2, column_of(page, "Kepala keluarga"))
    assert (cell.value, cell.data_type) == (ODD, "s")
    with zipfile.ZipFile(io.BytesIO(write_sheet(PACKET))) as content:
        sheets = [content.read(n).decode() for n in content.namelist() if "sheet" in n]
    assert not any("<f>" in text for text in sheets)


def test_a_page_says_what_it_is_on_paper(book):
    page = book["Keluarga"]
    assert page.oddHeader.left.text.endswith("LATIHAN")
    foot = page.oddFooter.left.text
    assert "Daftar S1" in foot
    assert "aturan 1-abc" in foot
    assert "NIK dan nomor KK disamarkan" in foot
    assert "Petugas: Petugas Rekaan" in page["D2"].value
    real = open_book(write_sheet(replace(PACKET, practice=False)))["Keluarga"]
    assert real.oddHeader.left.text.endswith("DATA NYATA - TERBATAS")


def test_the_same_packet_gives_the_same_bytes_and_another_one_other_rows():
    assert write_sheet(PACKET) == write_sheet(PACKET)
    other = replace(PACKET, visits=PACKET.visits[1:])
    page = open_book(write_sheet(other))["Keluarga"]
    assert page.cell(FIRST, 1).value == "AAAAAAAAAAA3"
    assert page.cell(FIRST + 2, 1).value is None


def test_what_goes_back_holds_what_was_typed_with_marks_and_strays():
    header = "Keberadaan keluarga"
    marked = Marked(
        {"AAAAAAAAAAA3": {header: "=entah", "Catatan": "sepi"}},
        {"AAAAAAAAAAA3": {header: "Pilih satu dari daftarnya."}},
        (Stray("Keluarga, baris 9", "Kunci berubah.", {"Catatan": "=hilang"}),),
    )
    book = open_book(write_marked(PACKET, marked))
    page = book["Keluarga"]
    cell = page.cell(FIRST + 1, column_of(page, header))
    assert (cell.value, cell.data_type) == ("=entah", "s")
    assert cell.fill.fgColor.rgb.endswith("F8C7C0")
    assert "Pilih satu dari daftarnya." in cell.comment.text
    assert page.cell(FIRST + 1, column_of(page, "Catatan")).value == "sepi"
    assert [row[2].value for row in book[STRAY].iter_rows(min_row=2)] == ["=hilang"]
    assert page.cell(FIRST, column_of(page, header)).value is None

"""Tables: four states by word, no formula from any text, a dictionary and notes beside them."""

import csv
import io
import re
import zipfile
from datetime import date

import openpyxl
import pytest

from tests.geo.exports.worlds import CODES, SMALL, UNSURVEYED, WITHOUT_PEOPLE
from workbench.geo.exports import workbooks
from workbench.geo.exports.selections import STATE_WORDS, Selection, extract

DAY = date(2026, 11, 22)
NASTY = ('=HYPERLINK("http://x")', "+1+1", "-2", "@SUM(A1)", '<b>;"koma"')


@pytest.fixture
def rates(world, selection):
    return extract(world.atlas, selection)


@pytest.fixture
def nasty(make_world, selection):
    return extract(make_world(names=dict(zip(CODES, NASTY, strict=False))).atlas, selection)


def csv_rows(extracted):
    text = workbooks.table_csv(extracted).decode("utf-8-sig")
    return {row["Kode"]: row for row in csv.DictReader(io.StringIO(text), delimiter=";")}


def sheet_rows(extracted):
    book = openpyxl.load_workbook(io.BytesIO(workbooks.workbook(extracted, DAY)))
    rows = list(book["Data"].iter_rows(values_only=True))
    head = next(place for place, row in enumerate(rows) if row[0] == "Kode")
    return {row[0]: dict(zip(rows[head], row, strict=True)) for row in rows[head + 1 :]}


def test_both_tables_hold_every_level_and_the_same_figures(rates):
    sheet, text = sheet_rows(rates), csv_rows(rates)
    assert list(sheet) == list(text) == [row.code for row in rates.rows]
    for row in rates.rows:
        figure = row.figure
        assert sheet[row.code]["Status"] == text[row.code]["Status"] == STATE_WORDS[figure.state]
        assert sheet[row.code]["Tingkat"] == row.level
        if figure.value is None:
            assert sheet[row.code]["Nilai"] in (None, "")
            assert text[row.code]["Nilai"] == ""
        else:
            assert sheet[row.code]["Nilai"] == pytest.approx(figure.value)
            written = float(text[row.code]["Nilai"].replace(",", "."))
            assert written == pytest.approx(figure.value, rel=1e-5)


def test_hidden_rows_hold_no_number_at_all(rates):
    for rows in (sheet_rows(rates), csv_rows(rates)):
        for code in SMALL:
            cells = [v for name, v in rows[code].items() if name not in ("Kode", "Status")]
            assert not any(re.search(r"\d", str(cell or "")) for cell in cells)
        states = [rows[code]["Status"] for code in (*SMALL, UNSURVEYED[0], WITHOUT_PEOPLE)]
        assert states == ["disembunyikan"] * len(SMALL) + ["belum didata", "tanpa penyebut"]


def test_no_text_becomes_a_formula(nasty):
    rows = csv_rows(nasty)
    for code, name in zip(CODES, NASTY, strict=False):
        written = rows[code]["Wilayah"]
        assert written == (name if name.startswith("<") else f"'{name}")
    content = workbooks.workbook(nasty, DAY)
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        parts = [file.read(name) for name in file.namelist() if "worksheets/" in name]
    assert not any(b"<f>" in part or b"<hyperlink" in part for part in parts)
    assert [sheet_rows(nasty)[code]["Wilayah"] for code in CODES[:5]] == list(NASTY)


def test_groups_stand_beside_whether_they_are_firm(world):
    groups = extract(world.atlas, Selection("ppks:PMKS04", "L2", "kelompok"))
    rows = csv_rows(groups)
    for row in groups.rows:
        firm = ("ya" if row.figure.is_firm else "tidak") if row.figure.group else ""
        assert (rows[row.code]["Kelompok"], rows[row.code]["Kuat"]) == (row.figure.group, firm)
    assert {row["Kuat"] for row in rows.values()} >= {"", "tidak"}


def test_numbers_below_zero_stay_numbers():
    assert workbooks._written(-3.0) == "-3"
    assert workbooks._written(-0.5) == "-0,5"


def test_csv_opens_in_an_indonesian_spreadsheet(rates):
    content = workbooks.table_csv(rates)
    assert content.startswith("\ufeffKode;Tingkat;".encode())
    assert content.count(b"\r\n") == len(rates.rows) + 1 == content.count(b"\n")


def test_the_workbook_explains_every_column_and_where_its_figures_come_from(rates):
    book = openpyxl.load_workbook(io.BytesIO(workbooks.workbook(rates, DAY)))
    assert book.sheetnames == ["Data", "Kamus data", "Keterangan"]
    explained = [row[0] for row in book["Kamus data"].iter_rows(min_row=2, values_only=True)]
    assert explained == list(workbooks.COLUMNS)
    notes = dict(book["Keterangan"].iter_rows(min_row=2, values_only=True))
    assert notes["Versi aturan"] == "aturan-7"
    assert "Garwood" in notes["Cara menghitung"]
    assert "disembunyikan" in notes["Angka yang disembunyikan"]
    assert notes["Sumber"] == "Daftar uji, Dinas Sosial"
    assert "LATIHAN" in str(book["Data"]["A2"].value)

"""What reading changed in a cell, or could not read, comes back as a note on the right row."""

from datetime import date

import pytest

from workbench.rules import check
from workbench.verification import read_list

HEADER = (
    "KODE WILAYAH,NOKK,NIK,NAMA,TANGGAL LAHIR,JENIS KELAMIN,HUB KELUARGA,STATUS KAWIN,LANTAI,"
    "AIR MINUM"
)
NOTES = ("IDN-04", "ALM-68", "ALM-70", "KEL-73", "SOS-73")


@pytest.fixture
def found(tmp_path):
    """The notes on a list of the given rows: rule and name, sorted."""

    def judge(*rows):
        path = tmp_path / "daftar.csv"
        path.write_text("\n".join((HEADER, *rows)) + "\n", encoding="utf-8")
        register = read_list([path], practice=True, as_of=date(2026, 11, 1)).register
        table = check(register).table.select(["rule", "name"]).to_pylist()
        return sorted((row["rule"], row["name"]) for row in table if row["rule"] in NOTES)

    return judge


CLEAN = (
    "36.73.01.1001,9973010607150001,9973010504810003,RUSDI,05/04/1981,L,KEPALA KELUARGA,KAWIN,"
    "keramik,sumur bor"
)


def _with(row, **cells):
    values = dict(zip(HEADER.split(","), row.split(","), strict=True)) | cells
    return ",".join(values.values())


def _other(**cells):
    return _with(
        CLEAN,
        **{
            "NOKK": "9973021203190002",
            "NIK": "9973025512900004",
            "NAMA": "SARIYAH",
            "TANGGAL LAHIR": "15/12/1990",
            "JENIS KELAMIN": "P",
            "STATUS KAWIN": "CERAI HIDUP",
            **cells,
        },
    )


def test_a_list_that_is_written_as_it_should_be_has_no_notes(found):
    assert found(CLEAN, _other()) == []


def test_marks_around_a_number_are_noted(found):
    assert found(_with(CLEAN, NIK="'9973010504810003"), _other(NOKK="9973 0212 0319 0002")) == [
        ("IDN-04", "RUSDI"),
        ("IDN-04", "SARIYAH"),
    ]


def test_a_date_that_nothing_settles_is_noted(found):
    date_open = {"NIK": "", "TANGGAL LAHIR": "03/02/2012"}
    assert found(CLEAN, _other(**date_open)) == [("ALM-68", "SARIYAH")]
    # The thirteenth says which comes first.
    assert found(_with(CLEAN, **{"TANGGAL LAHIR": "13/04/1981"}), _other(**date_open)) == []


def test_a_code_that_leads_nowhere_or_elsewhere_is_asked_about(found):
    code = "KODE WILAYAH"
    assert found(CLEAN, _other(**{code: "3673011"})) == [("ALM-70", "SARIYAH")]
    assert found(CLEAN, _other(**{code: "3673040001"})) == []
    assert found(CLEAN, _other(**{code: "36.73.1.1001"})) == []


def test_a_number_among_words_is_noted(found):
    assert found(CLEAN, _other(**{"JENIS KELAMIN": "2", "LANTAI": "3"})) == [
        ("KEL-73", "SARIYAH"),
        ("SOS-73", "SARIYAH"),
    ]
    numbered = {"JENIS KELAMIN": "2"}
    assert found(_with(CLEAN, **{"JENIS KELAMIN": "1"}), _other(**numbered)) == []

"""NIK issued in Papua lie above 2^53: there a floating-point number loses its last digit.

Two neighbours whose numbers differ in that digit alone go the whole way on the real side, from
the file to the exported findings. Invented people; real region codes, serials 9001-9999.
"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from workbench.cli.outputs import findings_writer
from workbench.domain.nik import make_nik
from workbench.domain.reference import reference
from workbench.rules import check
from workbench.verification import read_list

AS_OF = date(2026, 11, 1)
HEADER = ("NIK", "NO KK", "NAMA", "JENIS KELAMIN", "TANGGAL LAHIR", "HUBUNGAN", "KELURAHAN")
BORN = date(1988, 2, 6)
#: A kecamatan of every regency of Papua that has one in the list.
REGIONS = sorted(
    {
        row["kode6"][:4]: row["kode6"]
        for row in reference("kecamatan_kode")
        if row["kode6"][:2] in ("91", "92", "93", "94", "95", "96")
    }.values()
)
NUMBERS = [
    make_nik(region, BORN, "L", serial, practice=False)
    for region in REGIONS
    for serial in (9001, 9002, 9003, 9004, 9999)
]
# The sex on the list contradicts every number, so that every one of them is in the findings.
_CELLS = ("P", "06/02/1988", "Kepala Keluarga", "Serang")
ROWS = [
    (nik, f"367301060715{9001 + place}", f"WARGA {chr(65 + place % 26)}", *_CELLS)
    for place, nik in enumerate(NUMBERS)
]


def _as_csv(path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as lines:
        csv.writer(lines).writerows((HEADER, *ROWS))


def _as_workbook(path: Path) -> None:
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet()
    for place, row in enumerate((HEADER, *ROWS)):
        for column, cell in enumerate(row):
            page.write_string(place, column, cell)
    book.close()


def test_the_numbers_are_beyond_floating_point() -> None:
    assert len(REGIONS) > 20
    assert min(map(int, NUMBERS)) > 2**53
    assert len({float(number) for number in NUMBERS}) < len(NUMBERS)


@pytest.mark.parametrize("write", [_as_csv, _as_workbook])
def test_no_digit_is_lost_on_the_way_from_the_file_to_the_findings(write, tmp_path: Path) -> None:
    path = tmp_path / ("daftar.csv" if write is _as_csv else "daftar.xlsx")
    write(path)
    reading = read_list(path, practice=False, as_of=AS_OF)
    assert reading.register["person"]["nik"].to_pylist() == NUMBERS
    assert reading.register.manifest["counts"]["ditolak"] == 0

    typed = tmp_path / "typed"
    findings = check(reading.register, typed_directory=typed)
    numbers = pq.read_table(typed / "person.parquet")["nik_number"]
    assert str(numbers.type) == "int64"
    assert sorted(numbers.to_pylist()) == sorted(map(int, NUMBERS))

    # Nobody is taken for the neighbour: no number is doubled, each is asked about once.
    assert not {"IDN-12", "IDN-13", "KEL-23"} & set(findings.by_rule)
    rows = [row for row in findings.table.to_pylist() if row["rule"] == "IDN-10"]
    assert sorted(row["nik"] for row in rows) == sorted(NUMBERS)
    assert sorted(row["no_kk"] for row in rows) == sorted(row[1] for row in ROWS)

    for ending in (".csv", ".xlsx", ".parquet"):
        target = tmp_path / f"temuan{ending}"
        findings_writer(target)(findings, target)
        assert sorted(_numbers_in(target)) == sorted(NUMBERS), ending


def _numbers_in(path: Path) -> list[str]:
    """The NIK of the findings IDN-10 as the file has them."""
    if path.suffix == ".parquet":
        rows = pq.read_table(path).to_pylist()
    elif path.suffix == ".csv":
        with path.open(encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines))
    else:
        head, *cells = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
        rows = [dict(zip(head, row, strict=True)) for row in cells]
    found = [row["nik"] for row in rows if row["rule"] == "IDN-10"]
    assert all(isinstance(number, str) for number in found)
    return found


def test_a_number_that_a_spreadsheet_took_for_a_number_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "daftar.xlsx"
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet()
    for place, row in enumerate((HEADER, *ROWS[:4])):
        for column, cell in enumerate(row):
            if place == 2 and column == 0:
                page.write_number(place, column, float(cell))
            else:
                page.write_string(place, column, cell)
    book.close()
    reading = read_list(path, practice=False, as_of=AS_OF)
    kept = reading.register["person"]["nik"].to_pylist()
    assert kept == [NUMBERS[0], *NUMBERS[2:4]]
    assert reading.register.manifest["counts"]["ditolak"] == 1

"""The list that goes back to its office: its own cells, with what was refused marked on them."""

from __future__ import annotations

import errno
import os
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from workbench.errors import StoreFault, UnusableInput, WrongUse
from workbench.verification import refused_workbook, write_refused, write_refused_workbook

HEADER = ["NO", "NOKK", "NIK", "NAMA", "TANGGAL LAHIR", "RT", "DESA/KELUARAHAN"]
GOOD = [1, "3673010101209001", "3673014105859001", "SITI", "25-12-1985", "007", "Cipare"]
BROKEN = [2, "3673010101209001", 3673010105059002, "BUDI", "01-05-2005", "008", "Cipare"]
RED, YELLOW = "FFF8C7C0", "FFFFF0B3"


def returned(office, paths, reading, **more):
    out = office.folder / "kembali.xlsx"
    marked = write_refused_workbook(
        paths, reading.refused, out, reading.register["cleaned"], **more
    )
    return openpyxl.load_workbook(out), marked


def colour(cell):
    return cell.fill.fgColor.rgb if cell.fill.fill_type else ""


def test_a_sheet_goes_back_whole_with_the_refused_cell_coloured_and_explained(office):
    path = office.xlsx([["DAFTAR PENERIMA"], HEADER, GOOD, BROKEN], merged=["A1:D1"])
    reading = office.read(path)
    book, marked = returned(office, path, reading)
    page = book["Data"]
    assert marked == 1
    assert page["A1"].value == "DAFTAR PENERIMA"
    assert [cell.value for cell in page[2]][:7] == HEADER
    assert [cell.value for cell in page[2]][7:] == ["Sebab ditolak", "Perlu diperiksa"]
    assert [cell.value for cell in page[3]][:7] == GOOD  # text stayed text: 007
    assert [cell.value for cell in page[4]][:7] == BROKEN
    cell = page["C4"]
    assert colour(cell) == RED
    assert cell.comment.text == reading.refused["reason"][0].as_py()
    assert page["H4"].value == cell.comment.text
    assert (colour(page["C3"]), page["H3"].value) == ("", None)


def test_cells_that_were_kept_but_not_understood_are_marked_otherwise(office):
    unread = ["3", "3673010101209003", "3673010105059003", "TUTI", "Mei 1985", "1", "Cipare"]
    path = office.xlsx([HEADER, GOOD, unread])
    book, marked = returned(office, path, office.read(path))
    cell = book["Data"]["E3"]
    assert (colour(cell), marked) == (YELLOW, 1)
    assert "tidak terbaca" in cell.comment.text
    assert book["Data"]["H3"].value is None
    assert book["Data"]["I3"].value == cell.comment.text


def test_a_text_file_and_a_torn_row_go_back_as_a_workbook(office):
    rows = [HEADER, GOOD, [*BROKEN[:2], "3,67E+15", *BROKEN[3:]], [*GOOD, "lebih"]]
    path = office.text(rows, separator=";")
    book, marked = returned(office, path, office.read(path))
    page = book["daftar"]
    assert marked == 2
    assert page["B2"].value == GOOD[1]  # long numbers of a text file stay text
    assert colour(page["C3"]) == RED
    assert page["H4"].value == "lebih"
    assert "8 isian" in page["I4"].value


def test_a_formula_comes_back_as_its_value_and_text_never_becomes_one(office):
    path = office.xlsx([HEADER, [*BROKEN[:3], "=1+1", *BROKEN[4:]], GOOD])
    book, _ = returned(office, path, office.read(path))
    cell = book["Data"]["D2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1", "s", True)
    with zipfile.ZipFile(office.folder / "kembali.xlsx") as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_a_moment_with_a_zone_goes_back_as_the_day_it_was(office):
    cells = [
        [("String", cell) for cell in ("NIK", "NAMA", "TANGGAL LAHIR")],
        [("String", GOOD[2]), ("String", "SITI"), ("DateTime", "1985-05-01T00:00:00+07:00")],
        [("String", "3,67E+15"), ("String", "BUDI"), ("DateTime", "1985-05-01T00:00:00.000Z")],
    ]
    rows = "".join(
        "<Row>"
        + "".join(f'<Cell><Data ss:Type="{kind}">{text}</Data></Cell>' for kind, text in row)
        + "</Row>"
        for row in cells
    )
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    path = office.raw(
        f'<?xml version="1.0"?><Workbook xmlns="{space}" xmlns:ss="{space}">'
        f'<Worksheet ss:Name="Data"><Table>{rows}</Table></Worksheet></Workbook>'.encode(),
        "lama.xls",
    )
    reading = office.read(path)
    assert reading.register["person"]["birth_date"].to_pylist() == [date(1985, 5, 1)]
    book, marked = returned(office, path, reading)
    assert marked == 1
    assert [book["Data"][f"C{row}"].value for row in (2, 3)] == [datetime(1985, 5, 1)] * 2


def test_a_long_sheet_comes_back_with_its_marked_rows_only(office, monkeypatch):
    monkeypatch.setattr(refused_workbook, "MOST_ROWS_WHOLE", 3)
    path = office.xlsx([HEADER, GOOD, GOOD, BROKEN, GOOD])
    book, _ = returned(office, path, office.read(path))
    page = book["Data"]
    assert page.max_row == 2
    assert page["A2"].value == 2
    assert (page["J1"].value, page["J2"].value) == ("Baris asal", 4)


def test_only_sheets_with_a_mark_go_back_also_out_of_an_archive(office):
    one = office.xlsx([], "a.xlsx", sheets={"Cipare": [HEADER, GOOD], "Lopang": [HEADER, BROKEN]})
    two = office.text([HEADER, [*GOOD[:2], "3,67E+15", *GOOD[3:]]], "Lopang.csv")
    archive = office.folder / "kota.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.write(one, "satu/a.xlsx")
        made.write(two, "dua/Lopang.csv")
    book, marked = returned(office, archive, office.read(archive))
    assert (book.sheetnames, marked) == (["Lopang", "Lopang 2"], 2)


def test_a_hundred_lists_of_one_long_name_each_get_a_sheet(office):
    archive = office.folder / "kota.zip"
    rows = [HEADER, [*BROKEN[:2], "3,67E+15", *BROKEN[3:]], [*BROKEN[:2], GOOD[2], *BROKEN[3:]]]
    with zipfile.ZipFile(archive, "w") as made:
        for n in range(101):
            text = "\n".join(",".join(map(str, [n, *row[1:]])) for row in rows[1:])
            made.writestr(f"{n}/{'x' * 40}.csv", f"{','.join(HEADER)}\n{text}")
    book, marked = returned(office, archive, office.read(archive))
    assert (len(book.sheetnames), marked) == (101, 101)
    assert {len(name) for name in book.sheetnames} == {26, 28, 29, 30}


def test_a_header_found_by_hand_is_found_again(office):
    path = office.xlsx([["Kolom A", "Kolom B"], ["3,67E+15", "SITI"], [GOOD[2], "BUDI"]])
    mapping = [
        {"header": "Kolom A", "table": "person", "column": "nik"},
        {"header": "Kolom B", "table": "person", "column": "name"},
    ]
    reading = office.read(path, mapping=mapping)
    book, _ = returned(office, path, reading, mapping=mapping)
    assert colour(book["Data"]["A2"]) == RED


def test_nothing_to_mark_and_a_changed_file_are_said(office):
    path = office.xlsx([HEADER, GOOD])
    fine = office.read(path)
    with pytest.raises(WrongUse, match="Tidak ada baris"):
        write_refused_workbook(path, fine.refused, office.folder / "x.xlsx")
    broken = office.read(office.xlsx([HEADER, BROKEN, GOOD], "b.xlsx"))
    with pytest.raises(UnusableInput, match="sudah berubah"):
        write_refused_workbook(path, broken.refused, office.folder / "x.xlsx")
    assert not (office.folder / "x.xlsx").exists()


def test_a_full_disk_is_a_sentence_and_leaves_what_was_there(office, monkeypatch):
    path = office.xlsx([HEADER, BROKEN, GOOD])
    reading = office.read(path)
    out = office.folder / "kembali.xlsx"
    out.write_bytes(b"yang lama")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    for write in (
        lambda: write_refused_workbook(path, reading.refused, out),
        lambda: write_refused(reading.refused, out),
    ):
        with pytest.raises(StoreFault, match="ruang penyimpanan"):
            write()
    assert out.read_bytes() == b"yang lama"
    assert sorted(p.name for p in office.folder.iterdir()) == ["daftar.xlsx", "kembali.xlsx"]

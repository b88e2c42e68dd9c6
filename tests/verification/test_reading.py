"""A list is found wherever it stands in a file, and whatever kind of file it is."""

from __future__ import annotations

import json
from datetime import date

import pytest

from workbench.domain.register import Register
from workbench.domain.schema import SNAPSHOT_TABLES, arrow_schema

HEADER = ["NO", "NOKK", "NIK", "NAMA", "TANGGAL LAHIR", "JENIS KELAMIN", "DESA/KELUARAHAN"]
SITI = [1, "3673010101209001", "3673014105859001", "Siti  Contoh", "01-05-1985", "P", "Cipare"]
BUDI = [2, "3673010101209001", "3673010105059002", "budi contoh", "01-05-2005", "L", "Cipare"]


def names(reading):
    return reading.register["person"].column("name").to_pylist()


def test_the_rows_below_a_title_are_read_with_their_sheet_and_row(office):
    path = office.xlsx(
        [["DAFTAR PENERIMA"], ["TAHUN 2026"], [], HEADER, SITI, BUDI],
        merged=["A1:G1"],
    )
    reading = office.read(path)
    assert reading.counts == {"dibaca": 2, "disimpan": 2, "ditolak": 0}
    person = reading.register["person"].to_pylist()
    assert [(p["name"], p["sheet"], p["row"]) for p in person] == [
        ("SITI CONTOH", "Data", 5),
        ("BUDI CONTOH", "Data", 6),
    ]
    assert person[0]["birth_date"] == date(1985, 5, 1)
    assert any("3 baris di atas judul kolom" in note for note in reading.notes)
    assert reading.register.manifest["period"] == "2026"


@pytest.mark.parametrize("kind", ["xls", "xlsb", "ods"])
def test_other_kinds_of_workbook_are_read_with_typed_cells(office, small_workbooks, kind):
    rounded = [3, "3673010101209003", 3673010105059003.0, "Rusak", "01-05-2005", "L", "Cipare"]
    content = small_workbooks[kind]([HEADER, SITI, BUDI, rounded])
    reading = office.read(office.raw(content, f"daftar.{kind}"))
    assert names(reading) == ["SITI CONTOH", "BUDI CONTOH"]
    assert reading.refused.column("code").to_pylist() == ["nik_rusak_spreadsheet"]


def test_a_file_is_known_by_its_content_and_not_by_its_ending(office):
    text = office.text([HEADER, SITI], "ekspor.xls", separator="\t")
    book = office.xlsx([HEADER, SITI], "salah.csv")
    assert names(office.read(text)) == names(office.read(book)) == ["SITI CONTOH"]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_every_separator_and_encoding_is_read(office, separator, encoding):
    row = [*SITI[:3], "Zoë Contoh", *SITI[4:]]
    reading = office.read(office.text([HEADER, row], separator=separator, encoding=encoding))
    assert names(reading) == ["ZOË CONTOH"]
    assert reading.register["family"].column("kelurahan_kode_kemendagri").to_pylist() == [
        "36.73.01.1002"
    ]


def test_a_separator_inside_quotes_and_a_stray_quote_lose_nothing(office):
    rows = [
        ["NIK", "NAMA", "ALAMAT", "KELURAHAN"],
        ["3673014105859001", "SITI", '"JL. A, NO. 1"', "Cipare"],
        ["3673010105059002", "BUDI", 'JL. "B NO. 2', "Cipare"],
        ["3673010105059003", "AGUS", "JL. C", "Cipare"],
    ]
    reading = office.read(office.text(rows))
    assert names(reading) == ["SITI", "BUDI", "AGUS"]
    assert reading.register["family"].column("address").to_pylist()[0] == "JL. A, NO. 1"


def test_an_export_that_guards_its_numbers_is_read(office):
    lines = (
        "sep=;\r\n"
        "NIK;NAMA;RT;TGL LAHIR;KELURAHAN\r\n"
        "=\"3673014105859001\";SITI;'007;'25-05-1985;Cipare\r\n"
    )
    reading = office.read(office.raw(lines.encode(), "ekspor.csv"))
    (person,) = reading.register["person"].to_pylist()
    assert (person["nik"], person["birth_date"]) == ("3673014105859001", date(1985, 5, 25))
    assert reading.register["family"].column("rt").to_pylist() == ["007"]
    codes = reading.register["cleaned"].select(["column", "code"]).to_pylist()
    assert {"column": "nik", "code": "karakter_dibuang"} in codes


def test_a_list_without_a_sum_line_keeps_a_person_called_like_one(office):
    rows = [HEADER, SITI, [3, "", "", "JUMLAH BIN CONTOH", "", "L", "Cipare"], [4, "", "", "TOTOK"]]
    assert names(office.read(office.xlsx(rows))) == ["SITI CONTOH", "JUMLAH BIN CONTOH", "TOTOK"]


def test_totals_numbers_of_columns_repeated_headers_and_signatures_are_no_rows(office):
    rows = [
        HEADER,
        [f"({n})" for n in range(1, 8)],
        SITI,
        [],
        HEADER,
        BUDI,
        ["JUMLAH", None, 2],
        [],
        [None, None, None, None, None, None, "Serang, 12 Mei 2026"],
        [None, "Mengetahui,", None, None, None, None, "Lurah Cipare"],
        [None, "( CONTOH )", None, None, None, None, "( CONTOH )"],
        [None, None, None, None, None, None, "NIP. 197501012000031001"],
    ]
    reading = office.read(office.xlsx(rows))
    assert reading.counts["dibaca"] == 2
    said = " ".join(reading.notes)
    for words in ("nomor kolom", "judul kolom berulang", "baris jumlah", "tanda tangan"):
        assert words in said


def test_a_header_of_two_rows_is_read_as_one(office):
    rows = [
        ["NO", "NIK", "NAMA", "LAHIR", None, "JENIS KELAMIN", None, "ALAMAT", None, None],
        [None, None, None, "TEMPAT", "TANGGAL", "L", "P", "KAMPUNG", "RT", "KELURAHAN"],
        [1, "3673014105859001", "SITI", "SERANG", "01-05-1985", "", "V", "LINK. A", 2, "Cipare"],
    ]
    merged = ["D1:E1", "F1:G1", "H1:J1", "A1:A2", "B1:B2", "C1:C2"]
    reading = office.read(office.xlsx(rows, merged=merged))
    (person,) = reading.register["person"].to_pylist()
    (family,) = reading.register["family"].to_pylist()
    assert (person["birth_place"], person["birth_date"], person["sex"]) == (
        "SERANG",
        date(1985, 5, 1),
        "P",
    )
    assert (family["rt"], family["kelurahan_kode_kemendagri"]) == ("002", "36.73.01.1002")


def test_a_kk_number_merged_over_the_rows_of_a_family_belongs_to_each(office):
    rows = [
        ["NO KK", "NIK", "NAMA", "KELURAHAN"],
        [*SITI[1:4], "Cipare"],
        [None, *BUDI[2:4], "Cipare"],
    ]
    reading = office.read(office.xlsx(rows, merged=["A2:A3"]))
    assert reading.register["family"].num_rows == 1
    assert reading.register["person"].column("no_kk").to_pylist() == [SITI[1], SITI[1]]


def test_every_visible_list_is_read_and_the_others_are_named(office):
    path = office.xlsx(
        [],
        sheets={
            "Cipare": [HEADER, SITI],
            "Lopang": [HEADER, BUDI],
            "Rahasia": [HEADER, BUDI],
            "Rekap": [["KELURAHAN", "JUMLAH KK"], ["Cipare", 1]],
            "Kosong": [],
            "Catatan": [["Dibuat untuk rapat"]],
        },
        hidden=["Rahasia"],
    )
    reading = office.read(path)
    assert reading.counts["dibaca"] == 2
    assert reading.register["person"].column("sheet").to_pylist() == ["Cipare", "Lopang"]
    (file,) = reading.register.manifest["files"]
    assert file["sheets"] == ["Cipare", "Lopang"]
    assert {item["sheet"] for item in file["left_out"]} == {"Rahasia", "Rekap", "Kosong", "Catatan"}
    assert reading.register.manifest["counts"]["lembar_tersembunyi"] == 1


def test_hidden_rows_are_read_and_said(office):
    reading = office.read(office.xlsx([HEADER, SITI, BUDI], hidden_rows=[3]))
    assert names(reading) == ["SITI CONTOH", "BUDI CONTOH"]
    assert reading.register.manifest["counts"]["baris_tersembunyi"] == 1
    assert any("1 baris tersembunyi ikut dibaca" in note for note in reading.notes)


def test_a_sheet_named_after_a_kelurahan_places_its_rows(office):
    header = HEADER[:-1]
    path = office.xlsx([], sheets={"Cipare": [header, SITI[:-1]], "Lopang": [header, BUDI[:-1]]})
    reading = office.read(path)
    # Both rows carry one KK: the first sheet that names a place decides.
    assert reading.register["family"].column("kelurahan_kode_kemendagri").to_pylist() == [
        "36.73.01.1002"
    ]
    assert any("kelurahan dibaca dari judul" in note for note in reading.notes)


def test_a_register_has_all_tables_and_survives_the_disk(office, tmp_path):
    reading = office.read(office.xlsx([HEADER, SITI, BUDI]))
    reading.register.write(tmp_path / "r")
    again = Register.read(tmp_path / "r")
    for table in SNAPSHOT_TABLES:
        assert again[table].schema.equals(arrow_schema(table))
        assert again[table].equals(reading.register[table])
    assert json.loads(json.dumps(dict(reading.register.manifest))) == dict(again.manifest)


def test_the_manifest_says_what_was_done(office):
    path = office.xlsx([HEADER, SITI, BUDI])
    manifest = office.read(path).register.manifest
    assert manifest["workspace"] == "nyata"
    assert manifest["as_of"] == "2026-11-01"
    assert manifest["city_kode_kemendagri"] == "36.73"
    assert len(manifest["files"][0]["sha256"]) == 64
    assert {"nik", "no_kk", "name", "sex", "birth_date"} <= set(manifest["carried"]["person"])
    assert "shdk" not in manifest["carried"]["person"]
    assert "kelurahan_kode_kemendagri" in manifest["carried"]["family"]
    assert "address" not in manifest["carried"]["family"]
    assert set(manifest["mapping"][0]) == {"file", "sheet", "header", "table", "column"}


def test_reading_twice_gives_the_same(office):
    path = office.xlsx([HEADER, SITI, BUDI])
    one, two = office.read(path), office.read(path)
    for table in SNAPSHOT_TABLES:
        assert one.register[table].equals(two.register[table])
    assert dict(one.register.manifest) == dict(two.register.manifest)


def test_ids_follow_file_sheet_and_row_and_not_what_was_refused(office):
    fine = office.read(office.text([HEADER, SITI, BUDI], "a.csv"))
    other = [*SITI[:2], "3,67301E+15", *SITI[3:]]
    refused = office.read(office.text([HEADER, other, BUDI], "b.csv"))
    assert (
        fine.register["person"].column("person_id").to_pylist()[1:]
        == refused.register["person"].column("person_id").to_pylist()
    )

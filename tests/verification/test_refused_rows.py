"""What is refused, why, and that nothing else is."""

from __future__ import annotations

import csv

import pytest

from workbench.verification import write_refused

HEADER = ["NO KK", "NIK", "NAMA", "KABUPATEN/KOTA", "KECAMATAN", "KELURAHAN", "KODE KEMDAGRI"]
KK, NIK = "3673010101209001", "3673014105859001"
FINE = [KK, NIK, "SITI", "KOTA SERANG", "SERANG", "Cipare", "36.73.01.1002"]


def with_cells(**cells):
    names = ("kk", "nik", "name", "city", "district", "place", "code")
    return [cells.get(name, value) for name, value in zip(names, FINE, strict=True)]


def codes(reading):
    return list(
        zip(
            reading.refused.column("code").to_pylist(),
            reading.refused.column("row").to_pylist(),
            strict=True,
        )
    )


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        ({"nik": 3673014105859001}, "nik_rusak_spreadsheet", "NIK"),
        ({"nik": 36730141058590012}, "nik_rusak_spreadsheet", "NIK"),
        ({"nik": "3.67301E+15"}, "nik_rusak_spreadsheet", "NIK"),
        ({"nik": "3,67301E+15"}, "nik_rusak_spreadsheet", "NIK"),
        ({"nik": "3e15"}, "nik_rusak_spreadsheet", "NIK"),
        ({"nik": "3673014105859001.0"}, "nik_rusak_spreadsheet", "NIK"),
        ({"kk": 3673010101209001.0}, "kk_rusak_spreadsheet", "NO KK"),
        ({"kk": "3,67301E+15"}, "kk_rusak_spreadsheet", "NO KK"),
        ({"nik": "9973014105850001"}, "sisi_tembok", "NIK"),
        ({"kk": "9973010101200001"}, "sisi_tembok", "NO KK"),
        ({"nik": "99"}, "sisi_tembok", "NIK"),
        ({"nik": "99O3014105850001"}, "sisi_tembok", "NIK"),
        ({"city": "KOTA CILEGON"}, "luar_wilayah", "KABUPATEN/KOTA"),
        ({"city": "Kab. Serang"}, "luar_wilayah", "KABUPATEN/KOTA"),
        ({"city": "3604"}, "luar_wilayah", "KABUPATEN/KOTA"),
        ({"district": "Kramatwatu"}, "luar_wilayah", "KECAMATAN"),
        ({"code": "36.04.05.2001"}, "luar_wilayah", "KODE KEMDAGRI"),
        ({"code": "3672011001"}, "luar_wilayah", "KODE KEMDAGRI"),
    ],
)
def test_a_row_is_refused_with_its_column_and_a_reason(office, cells, code, column):
    reading = office.read(office.xlsx([HEADER, FINE, with_cells(**cells)]))
    (line,) = reading.refused.to_pylist()
    assert (line["code"], line["column"], line["row"]) == (code, column, 3)
    assert (line["file"], line["sheet"]) == ("daftar.xlsx", "Data")
    assert line["reason"].endswith(".")
    assert not any(c.isdigit() for c in line["reason"].replace("99", ""))
    assert reading.register["person"].num_rows == 1


@pytest.mark.parametrize(
    "nik",
    ["", "-", "0", 0, "367301410585900", 12345, "367301410585900I", "9999999999999999", "NULL"],
)
@pytest.mark.parametrize("practice", [True, False])
def test_what_only_looks_wrong_is_kept_for_a_finding(office, nik, practice):
    kk = "9973010101200001" if practice else KK
    good = "9973014105850001" if practice else NIK
    judged = str(nik)[:2] not in ("", "-", "0", "99", "NU")
    rows = [HEADER, with_cells(kk=kk, nik=good), with_cells(kk=kk, nik=nik)]
    reading = office.read(office.xlsx(rows), practice=practice)
    # A short or lettered number is judged by its first two characters.
    expected = ["sisi_tembok"] if practice and judged else []
    assert reading.refused.column("code").to_pylist() == expected


def test_practice_refuses_real_numbers_row_by_row(office):
    rows = [HEADER, with_cells(kk="9973010101200001", nik="9973014105850001"), FINE]
    reading = office.read(office.xlsx(rows), practice=True)
    assert codes(reading) == [("sisi_tembok", 3)]
    assert reading.register.manifest["workspace"] == "latihan"


def test_a_long_number_in_a_text_file_is_fine(office):
    assert codes(office.read(office.text([HEADER, FINE]))) == []


def test_a_torn_and_a_cut_row_are_refused_and_counted(office):
    rows = [HEADER, FINE, [*FINE, "lebih"], [KK], [*FINE, ""]]
    reading = office.read(office.text(rows, separator=";"))
    assert codes(reading) == [("baris_tidak_terbaca", 3), ("baris_tidak_terbaca", 4)]
    assert reading.counts == {"dibaca": 4, "disimpan": 2, "ditolak": 2}


def test_a_row_has_one_refusal_even_when_all_is_wrong(office):
    bad = with_cells(nik=3673014105859001, kk=3673010101209001, city="KOTA CILEGON")
    reading = office.read(office.xlsx([HEADER, FINE, bad]))
    assert codes(reading) == [("nik_rusak_spreadsheet", 3)]
    assert reading.register.manifest["counts"]["ditolak_per_kode"] == {"nik_rusak_spreadsheet": 1}


def test_families_of_refused_members_are_named_in_the_manifest(office):
    rows = [
        HEADER,
        FINE,
        with_cells(nik="3,67301E+15"),
        with_cells(kk="3673010101209002", nik="3673014105859002"),
        with_cells(kk="3673010101209003", nik="3673014105859003"),
        with_cells(kk=3673010101209003, nik="3673014105859004"),
    ]
    reading = office.read(office.xlsx(rows))
    family = {f["no_kk"]: f["family_id"] for f in reading.register["family"].to_pylist()}
    # The last row's KK has lost its last digit: any family it may have been is left in peace.
    assert set(reading.register.manifest["families_with_refused"]) == set(family.values())
    only = office.read(
        office.xlsx([*rows[:4], with_cells(kk="3673010201209005", nik="-")], "b.xlsx")
    )
    assert len(only.register.manifest["families_with_refused"]) == 1


def test_the_refused_rows_go_back_as_a_file_that_opens(office, tmp_path):
    rows = [
        ["=NIK", "NAMA", "KELURAHAN"],
        ["3,67301E+15", "SITI", "Cipare"],
        [NIK, "BUDI", "Cipare"],
    ]
    reading = office.read(office.text(rows, separator=";"))
    write_refused(reading.refused, tmp_path / "refused.csv")
    with (tmp_path / "refused.csv").open(encoding="utf-8-sig", newline="") as file:
        (line,) = csv.DictReader(file)
    assert line["code"] == "nik_rusak_spreadsheet"
    assert line["column"] == "'=NIK"
    assert (line["file"], line["row"]) == ("daftar.csv", "2")

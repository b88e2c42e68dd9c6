"""The office's participant list, as offices have them."""

import pytest
import xlsxwriter

from workbench.errors import UnusableInput
from workbench.store.participant_list import read_participants


@pytest.fixture
def sheet(tmp_path):
    """Writes rows as a workbook and returns its path."""

    def write(rows, *more_sheets, hidden=(), name="peserta.xlsx"):
        path = tmp_path / name
        with xlsxwriter.Workbook(str(path)) as book:
            for place, content in enumerate([rows, *more_sheets]):
                page = book.add_worksheet()
                for number, row in enumerate(content):
                    page.write_row(number, 0, row)
                if place in hidden:
                    page.hide()
        return path

    return write


LETTERHEAD = [
    ["PEMERINTAH KOTA SERANG"],
    ["DAFTAR PESERTA BIMTEK"],
    ["Nama Kegiatan", "Bimtek verval"],
    [],
]


def brief(path):
    return [(p.name, p.area_kode, p.position, p.row) for p in read_participants(path)]


def test_a_plain_sheet(sheet):
    path = sheet(
        [
            ["No", "Nama", "Kelurahan", "Jabatan"],
            [1, "Siti Rohmah", "Cipare", "Operator"],
            [2, "Udin", "Sumurpecung", "PSM"],
        ]
    )
    assert brief(path) == [
        ("Siti Rohmah", "36.73.01.1002", "Operator", 2),
        ("Udin", "36.73.01.1003", "PSM", 3),
    ]


def test_letterhead_column_numbers_and_signatures_are_no_people(sheet):
    path = sheet(
        [
            *LETTERHEAD,
            ["NO.", "NAMA LENGKAP", "ASAL KELURAHAN", "JABATAN/TUGAS", "NO HP"],
            ["(1)", "(2)", "(3)", "(4)", "(5)"],
            [1, " Siti   Rohmah ", "Kel. Cipare", "Operator", "0812"],
            [],
            ["", "Mengetahui,", "", ""],
            ["", "Kepala Dinas Sosial", "", ""],
        ]
    )
    assert brief(path) == [("Siti Rohmah", "36.73.01.1002", "Operator", 7)]


@pytest.mark.parametrize(
    "header",
    [
        ["Nama Peserta", "Desa/Kelurahan", "Posisi"],
        ["nama_lengkap", "Nama Kelurahan", "JABATAN"],
        ["Nma Lengkap", "Kelurhan", "Jabtan"],
        ["NAMA", "KEL.", "Peran"],
    ],
)
def test_headings_as_people_write_them(sheet, header):
    path = sheet([header, ["Siti", "Cipare", "Operator"]])
    assert brief(path) == [("Siti", "36.73.01.1002", "Operator", 2)]


def test_other_peoples_names_are_not_the_participants(sheet):
    path = sheet(
        [["Nama Ibu", "Nama Instansi", "Nama", "Kelurahan"], ["Aminah", "Dinsos", "Siti", "Cipare"]]
    )
    assert brief(path) == [("Siti", "36.73.01.1002", "", 2)]


def test_a_kelurahan_nobody_knows_is_kept_as_written(sheet):
    (person,) = read_participants(sheet([["Nama", "Kelurahan"], ["Siti", "Antah Berantah"]]))
    assert (person.area_kode, person.area_text) == ("", "Antah Berantah")


def test_sukawana_is_told_apart_by_its_kecamatan(sheet):
    rows = [["Nama", "Kelurahan", "Kecamatan"], ["A", "Sukawana", ""], ["B", "Sukawana", "Serang"]]
    first, second = read_participants(sheet(rows))
    assert first.area_kode == ""
    assert second.area_kode.startswith("36.73.01.")


def test_names_alone_are_enough(sheet):
    assert brief(sheet([["Nama"], ["Siti"], ["Udin"]])) == [
        ("Siti", "", "", 2),
        ("Udin", "", "", 3),
    ]


def test_every_visible_sheet_is_read_and_no_hidden_one(sheet):
    path = sheet([["Nama"], ["Siti"]], [["Nama"], ["Udin"]], [["Nama"], ["Hantu"]], hidden=(2,))
    assert [person.name for person in read_participants(path)] == ["Siti", "Udin"]


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
def test_a_csv(tmp_path, separator, encoding):
    path = tmp_path / "peserta.csv"
    rows = [["Nama", "Kelurahan", "Jabatan"], ["Siti Né", "Cipare", "PSM"]]
    path.write_text("\n".join(separator.join(row) for row in rows), encoding=encoding)
    assert brief(path) == [("Siti Né", "36.73.01.1002", "PSM", 2)]


def test_a_quotation_mark_that_is_never_closed_swallows_nobody(tmp_path):
    path = tmp_path / "peserta.csv"
    path.write_text('Nama;Jabatan\nBudi;lurah\n"Siti;operator\nTuti;operator\n', encoding="utf-8")
    with pytest.raises(UnusableInput, match=r"Tanda kutip.* mulai baris 3"):
        read_participants(path)
    path.write_text('Nama;Jabatan\n"Siti ""Iti"" A";operator\n', encoding="utf-8")
    assert brief(path) == [('Siti "Iti" A', "", "operator", 2)]


def test_numbers_from_other_columns_are_left_behind(sheet):
    nik = "9973016501900001"
    path = sheet([["NIK", "Nama", "Kelurahan"], [nik, "Siti", "Cipare"]])
    assert nik not in repr(read_participants(path))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "Kolom nama"),
        ([["Alamat", "Telepon"], ["Jl. A", "0812"]], "Kolom nama"),
        ([["Nama", "Kelurahan"]], "tidak ada satu nama"),
        ([["Nama", "Kelurahan"], [1, "Cipare"]], "tidak ada satu nama"),
    ],
)
def test_a_sheet_without_people_is_a_sentence(sheet, rows, words):
    with pytest.raises(UnusableInput, match=words):
        read_participants(sheet(rows))


@pytest.mark.parametrize("name", ["rusak.xlsx", "rusak.ods", "rusak.xls", "rusak.docx"])
def test_a_damaged_file_is_a_sentence(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"PK\x03\x04 bukan buku kerja")
    with pytest.raises(UnusableInput, match="tidak dapat dibuka"):
        read_participants(path)


def test_a_file_that_is_gone_is_a_sentence(tmp_path):
    for name in ("tidak_ada.xlsx", "tidak_ada.csv"):
        with pytest.raises(UnusableInput, match="tidak dapat dibuka"):
            read_participants(tmp_path / name)

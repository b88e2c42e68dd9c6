"""Files that cannot be used: one sentence that says what was found and what to do."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from workbench.errors import UnusableInput, WrongUse
from workbench.verification import propose_mapping, read_list

HEADER = ["NO KK", "NIK", "NAMA", "KABUPATEN/KOTA", "KELURAHAN"]
REAL = ["3673010101209001", "3673014105859001", "SITI", "KOTA SERANG", "Cipare"]
PRACTICE = ["9973010101200001", "9973014105850001", "SITI", "KOTA SERANG", "Cipare"]


def refused_file(office, path, words, practice=False):
    with pytest.raises(UnusableInput) as caught:
        office.read(path, practice=practice)
    sentence = str(caught.value)
    assert words in sentence
    assert path.name in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert "; " in sentence  # found, and what to do
    assert not any(number in sentence for number in ("3673014105859001", "9973014105850001"))


def zipped(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "kosong"),
        (b"\r\n\r\n  \r\n", "kosong"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"<html><p>Tidak ada data</p></html>", "halaman web"),
        (b"<html><table><tr><td>Tidak ada data</td></tr></table></html>", "judul kolom"),
        (b'{"NIK": 1}', "bukan daftar"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(32)) * 40, "gambar"),
        (b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4, "gambar"),
        (b"Rar!\x1a\x07\x00" + bytes(range(256)) * 4, "arsip"),
        (b"\x1f\x8b\x08" + bytes(range(256)) * 4, "arsip"),
        (bytes(range(32)) * 40, "bukan daftar"),
        (b"PK\x03\x04 cut off in the middle", "rusak"),
        (zipped(catatan="isi"), "tidak memuat daftar"),
        (zipped(word__document_xml="isi"), "Word"),
        (zipped(xl__workbook_xml="isi"), "rusak"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "rusak"),
        (b"Kepada Yth.\nBapak Camat\ndi tempat\n", "judul kolom"),
        (b"3673014105859001,SITI,Cipare\n3673010105059002,BUDI,Cipare\n", "judul kolom"),
    ],
)
def test_a_file_that_is_no_list(office, content, words):
    refused_file(office, office.raw(content, "unggahan.dat"), words)


def test_a_workbook_cut_in_half(office):
    path = office.xlsx([HEADER, REAL])
    refused_file(office, office.raw(path.read_bytes()[:2000], "separuh.xlsx"), "rusak")


def test_a_workbook_with_a_password(office, compound):
    path = office.raw(compound("EncryptedPackage", b"rahasia" * 100), "terkunci.xlsx")
    refused_file(office, path, "kata sandi")


def test_an_ods_with_a_password(office, small_workbooks):
    out = io.BytesIO()
    plain = zipfile.ZipFile(io.BytesIO(small_workbooks["ods"]([HEADER, REAL])))
    with plain, zipfile.ZipFile(out, "w") as locked:
        for member in plain.namelist():
            is_manifest = member == "META-INF/manifest.xml"
            locked.writestr(
                member, "<manifest:encryption-data/>" if is_manifest else plain.read(member)
            )
    refused_file(office, office.raw(out.getvalue(), "terkunci.ods"), "kata sandi")


def test_a_header_without_rows(office):
    refused_file(office, office.xlsx([HEADER]), "tanpa baris data")


def test_an_empty_sheet(office):
    refused_file(office, office.xlsx([[]]), "tidak memuat isi")


def test_only_hidden_sheets_are_no_list(office):
    path = office.xlsx([], sheets={"A": [["x"]], "B": [HEADER, REAL]}, hidden=["B"])
    refused_file(office, path, "judul kolom")


def test_columns_that_name_nobody(office):
    rows = [["JENIS KELAMIN", "PEKERJAAN", "RT"], ["L", "PETANI", "1"]]
    refused_file(office, office.xlsx(rows), "tidak ada kolom NIK, nama, atau kelurahan")


def test_a_list_wholly_on_the_wrong_side_of_the_wall(office):
    refused_file(office, office.xlsx([HEADER, PRACTICE, PRACTICE]), "latihan")
    refused_file(office, office.xlsx([HEADER, REAL, REAL]), "data nyata", practice=True)


def test_a_list_wholly_of_another_city(office):
    rows = [HEADER, [*REAL[:3], "KOTA CILEGON", "Jombang"], [*REAL[:3], "KOTA CILEGON", ""]]
    refused_file(office, office.xlsx(rows), "di luar Kota Serang")


def test_a_missing_file_and_a_folder(office):
    refused_file(office, office.folder / "tidak-ada.xlsx", "tidak ditemukan")
    refused_file(office, office.folder, "folder")


def test_the_same_file_twice(office):
    one = office.xlsx([HEADER, REAL], "a.xlsx")
    two = office.raw(one.read_bytes(), "b.xlsx")
    with pytest.raises(UnusableInput, match="sama persis"):
        office.read(one, two)


def test_a_sheet_that_only_says_it_is_endless_is_read(office):
    path = office.xlsx([HEADER, REAL])
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.namelist():
            content = old.read(member)
            if member.endswith("sheet1.xml"):
                assert b'ref="A1:E2"' in content
                content = content.replace(b'ref="A1:E2"', b'ref="A1:XFD1048576"')
            new.writestr(member, content)
    assert office.read(office.raw(out.getvalue(), "sudut.xlsx")).counts["disimpan"] == 1


def test_a_cell_far_out_is_seen_where_the_sheet_does_not_say_how_large_it_is(office):
    path = office.xlsx([HEADER, REAL])
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.namelist():
            far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
            new.writestr(member, old.read(member).replace(b"</sheetData>", far))
    refused_file(office, office.raw(out.getvalue(), "sudut.xlsx"), "sel terpencil")
    with pytest.raises(UnusableInput, match="sel terpencil"):
        propose_mapping(office.folder / "sudut.xlsx")


def test_a_binary_workbook_that_asks_for_all_memory_does_not_end_the_process(
    office, small_workbooks
):
    content = small_workbooks["xlsb"]([HEADER, REAL])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.namelist():
            part = old.read(member)
            if member.endswith("sheet1.bin"):
                for near, far, form in ((1, 1_000_000, "<IIHBBBI"), (4, 16_000, "<II")):
                    rest = (0, 300, 0, 0, 0, 0) if form == "<IIHBBBI" else (0,)
                    assert struct.pack(form, near, *rest) in part
                    part = part.replace(
                        struct.pack(form, near, *rest), struct.pack(form, far, *rest)
                    )
            new.writestr(member, part)
    refused_file(office, office.raw(out.getvalue(), "raksasa.xlsb"), "rusak")


def test_no_file_at_all_is_wrong_use(office):
    with pytest.raises(WrongUse):
        read_list([], practice=False)


def test_a_proposal_needs_a_header_too(office):
    with pytest.raises(UnusableInput, match="judul kolom"):
        propose_mapping(office.text([["a", "b"], ["c", "d"]]))

"""A packet of three families, and workbooks filled as an officer would."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date

import openpyxl

from workbench.verification.forms.packets import Ask, Member, Numbers, Packet, Visit
from workbench.verification.forms.sheet import TOP, write_sheet

TODAY = date(2026, 11, 22)
ODD = '=1+1 & <b>Siti</b> ${presence} "x"'

SITI = Visit(
    "AAAAAAAAAAA2",
    1,
    "SITI REKAAN",
    "9973**********01",
    "JL. CONTOH 1",
    "001",
    "002",
    (
        Member("BAAAAAAAAAA2", "SITI REKAAN", "9973**********01"),
        Member("BAAAAAAAAAA3", "BUDI REKAAN", "9973**********02"),
    ),
    (
        Ask(
            "CAAAAAAAAAA2",
            "IDN-01",
            "BUDI REKAAN",
            "NIK tidak 16 angka.",
            "Lihat KTP-el: berapa NIK-nya?",
            "KTP-el",
        ),
    ),
    ("Balita: gizi (KMS)",),
)
RUSDI = Visit(
    "AAAAAAAAAAA3",
    2,
    "RUSDI REKAAN",
    "9973**********03",
    "JL. CONTOH 2",
    "002",
    "002",
    (Member("BAAAAAAAAAA4", "RUSDI REKAAN", "9973**********03"),),
    (),
    (),
)
ODDLY = Visit("AAAAAAAAAAA4", 3, ODD, "", ODD, "0/1", "", (), (), ())

PACKET = Packet(
    "S1",
    "2026-T4",
    date(2026, 11, 1),
    "1-abc",
    True,
    Numbers.MASKED,
    "36.73.01.1007",
    "Unyur",
    "Serang",
    "",
    "Petugas Rekaan",
    (SITI, RUSDI, ODDLY),
)

#: What makes Rusdi's family whole: nobody is there.
GONE = {
    "Tanggal kunjungan": date(2026, 11, 20),
    "Kunjungan ke-": 1,
    "Keberadaan keluarga": "Pindah dalam negeri",
    "Usulan petugas": "Alihkan ke wilayah tujuan",
}
#: What makes Siti's whole, with her members and the finding.
MET = {
    "Tanggal kunjungan": date(2026, 11, 21),
    "Kunjungan ke-": 2,
    "Keberadaan keluarga": "Ditemukan",
    "Alamat tinggal sesuai KK/KTP?": "Sesuai KK/KTP",
    "Kelayakan menurut petugas": "Layak",
    "Bukti yang dilihat (1)": "Kartu Keluarga",
    "Bukti yang dilihat (2)": "KTP-el",
    "Usulan petugas": "Pertahankan",
    "Catatan": "Rumah bersih",
}
PRESENT = {"Keberadaan anggota": "Ditemukan", "Padan Dukcapil": "Padan"}
TRUE = {"Jawaban atas temuan": "Benar"}

Filled = Mapping[tuple[str, int], Mapping[str, object]]
WHOLE: Filled = {
    ("Keluarga", 0): MET,
    ("Keluarga", 1): GONE,
    ("Anggota", 0): PRESENT,
    ("Anggota", 1): PRESENT,
    ("Temuan", 0): TRUE,
}


def open_book(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def column_of(page: object, header: str) -> int:
    """The 1-based column under a header."""
    return next(cell.column for cell in page[TOP + 1] if cell.value == header)


def save(book: openpyxl.Workbook) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def fill(rows: Filled = WHOLE, packet: Packet = PACKET) -> openpyxl.Workbook:
    """The officer's workbook with answers: {(sheet, row from 0): {header: value}}."""
    book = open_book(write_sheet(packet))
    for (sheet, row), answers in rows.items():
        page = book[sheet]
        for header, value in answers.items():
            page.cell(TOP + 2 + row, column_of(page, header)).value = value
    return book

"""Files that cannot be read get a sentence; sheets and headers that do not fit are named."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random

import openpyxl
import pytest

from workbench.errors import UnusableInput
from workbench.training.authoring import read_tasks, write_template
from workbench.training.authoring.layout import CASES, QUESTIONS, SHEETS

Write = Callable[..., Path]
Row = Callable[..., list[object]]
HEADERS = {sheet: [column.header for column in columns] for sheet, columns in SHEETS.items()}


def _send(tmp_path: Path, name: str, content: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("tugas.xlsx", b"", "kosong"),
        ("tugas.csv", b" \r\n", "kosong"),
        ("tugas.xlsx", b"%PDF-1.7 bukan buku kerja", "bukan buku kerja"),
        ("tugas.xlsx", b"PK\x03\x04rusak", "bukan buku kerja"),
        (
            "tugas.xlsx",
            bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"),
            "terkunci kata sandi",
        ),
        ("tugas.xls", bytes.fromhex("d0cf11e0a1b11ae1") + b"Workbook", "Excel lama"),
        ("tugas.csv", b'"' + b"a" * 200_000, "CSV rusak"),
        ("tugas.xlsx", b"a" * 5_000_001, "5 MB"),
    ],
)
def test_a_file_that_cannot_be_read_gets_a_sentence(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    with pytest.raises(UnusableInput, match=words):
        read_tasks(_send(tmp_path, name, content))


def test_a_file_that_is_not_there_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="tidak dapat dibuka"):
        read_tasks(tmp_path / "tidak-ada.xlsx")


def test_ten_thousand_rows_get_a_sentence(
    tmp_path: Path, write_rows: Write, question_row: Row
) -> None:
    path = write_rows(QUESTIONS, *[question_row()] * 10_000)
    with pytest.raises(UnusableInput, match=r"lebih dari 1000 baris"):
        read_tasks(path)
    lines = [";".join(HEADERS[QUESTIONS]), *["x"] * 10_000]
    with pytest.raises(UnusableInput, match=r"lebih dari 1000 baris"):
        read_tasks(_send(tmp_path, "tugas.csv", "\n".join(lines).encode()))


@pytest.mark.parametrize("place", ["XFD1048576", "XFD2", "B1048576"])
def test_a_cell_far_out_does_not_fill_the_memory(tmp_path: Path, place: str) -> None:
    path = tmp_path / "tugas.xlsx"
    write_template(path)
    book = openpyxl.load_workbook(path)
    book[QUESTIONS][place] = "x"
    book.save(path)
    with pytest.raises(UnusableInput, match=r"[Hh]apus"):
        read_tasks(path)


def test_a_damaged_template_never_ends_in_a_traceback(tmp_path: Path) -> None:
    path = tmp_path / "tugas.xlsx"
    write_template(path)
    whole = path.read_bytes()
    rng = Random("berkas rusak")
    for _ in range(60):
        damaged = bytearray(whole)
        for _ in range(rng.randint(1, 30)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        path.write_bytes(damaged[: rng.choice([len(whole), rng.randrange(1, len(whole))])])
        with suppress(UnusableInput):
            tasks, complaints = read_tasks(path)
            assert len(tasks) + len({(c.sheet, c.row) for c in complaints if c.row > 1}) <= 999


def test_reading_brings_no_engine_along(tmp_path: Path) -> None:
    path = tmp_path / "tugas.xlsx"
    write_template(path)
    code = (
        "import sys; from pathlib import Path; from workbench.training.authoring import read_tasks;"
        "print(len(read_tasks(Path(sys.argv[1]))[0]), *sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    count, *loaded = done.stdout.split()
    assert count == "4"
    assert not {"duckdb", "polars", "pandas"} & set(loaded)


def test_a_workbook_without_our_sheets_gets_a_sentence(write_sheets: Write) -> None:
    with pytest.raises(UnusableInput, match="Lembar Kasus dan Soal tidak ada"):
        read_tasks(write_sheets({"Sheet1": [["apa saja"]]}))


def test_an_extra_sheet_is_named_and_the_others_are_read(
    write_sheets: Write, question_row: Row
) -> None:
    path = write_sheets(
        {"soal": [HEADERS[QUESTIONS], question_row()], "Sheet2": [["catatan"]], "Petunjuk": []}
    )
    tasks, complaints = read_tasks(path)
    assert len(tasks) == 1
    assert [str(c) for c in complaints] == [
        "Lembar Sheet2: Lembar ini tidak dikenal dan tidak dibaca. Pindahkan isinya ke lembar "
        "Kasus atau Soal, lalu hapus lembar ini."
    ]


def test_a_missing_header_row_is_named(write_sheets: Write, question_row: Row) -> None:
    tasks, complaints = read_tasks(write_sheets({QUESTIONS: [question_row(), question_row()]}))
    assert tasks == []
    assert [(c.row, c.column) for c in complaints] == [(1, "")]
    assert "Baris judul kolom tidak ada" in complaints[0].found
    assert "Tanda, Soal, Pilihan A" in complaints[0].mend


def test_an_empty_sheet_asks_for_its_headers(write_sheets: Write) -> None:
    _, complaints = read_tasks(write_sheets({QUESTIONS: []}))
    assert [c.found for c in complaints] == ["Baris judul kolom tidak ada."]


def test_a_renamed_header_is_named_with_what_it_was(write_sheets: Write, question_row: Row) -> None:
    header = ["Jawaban" if name == "Kunci" else name for name in HEADERS[QUESTIONS]]
    tasks, complaints = read_tasks(write_sheets({QUESTIONS: [header, question_row()]}))
    assert tasks == []
    assert [str(c) for c in complaints] == [
        "Lembar Soal, baris 1, kolom H (Kunci): Judul kolom ini diubah menjadi “Jawaban”. "
        "Tulis judul Kunci, persis seperti di templat, satu kali saja."
    ]


def test_a_header_written_twice_is_named(write_sheets: Write, question_row: Row) -> None:
    header = ["Pilihan A" if name == "Pilihan B" else name for name in HEADERS[QUESTIONS]]
    tasks, complaints = read_tasks(write_sheets({QUESTIONS: [header, question_row()]}))
    assert tasks == []
    assert {(c.column, c.header) for c in complaints} == {("D", "Pilihan A"), ("D", "Pilihan B")}


def test_columns_in_another_order_are_read_and_named_where_they_stand(
    write_sheets: Write, question_row: Row
) -> None:
    rows = [HEADERS[QUESTIONS], question_row(), question_row(question="Lain?", key="")]
    path = write_sheets({QUESTIONS: [list(reversed(row)) for row in rows]})
    tasks, complaints = read_tasks(path)
    assert [task.row for task in tasks] == [2]
    assert [(c.column, c.header) for c in complaints] == [("E", "Kunci")]


def test_a_column_of_ones_own_is_named_and_the_rows_are_read(
    write_sheets: Write, question_row: Row
) -> None:
    rows = [[*HEADERS[QUESTIONS], "Catatan saya"], [*question_row(), "ingat"]]
    tasks, complaints = read_tasks(write_sheets({QUESTIONS: rows}))
    assert len(tasks) == 1
    assert [(c.row, c.column, c.header) for c in complaints] == [(1, "M", "Catatan saya")]


def test_merged_cells_are_named(tmp_path: Path, write_rows: Write, question_row: Row) -> None:
    path = write_rows(QUESTIONS, question_row(), question_row(question="Lain?"))
    book = openpyxl.load_workbook(path)
    book[QUESTIONS].merge_cells("D3:E3")
    book.save(path)
    tasks, complaints = read_tasks(path)
    assert [task.row for task in tasks] == [2]
    assert [(c.row, c.column, c.header) for c in complaints] == [(3, "D", "Pilihan B")]
    book[QUESTIONS].merge_cells("C1:D1")
    book.save(path)
    tasks, complaints = read_tasks(path)
    assert tasks == []
    assert [(c.row, c.column) for c in complaints] == [(1, "C")]
    assert "judul digabung" in complaints[0].found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_a_csv_of_either_kind_reads_as_text(
    tmp_path: Path, case_row: Row, encoding: str, separator: str
) -> None:
    row = [str(value) for value in case_row(note="Atap “seng” bocor")]
    text = f"{separator.join(HEADERS[CASES])}\r\n{separator.join(row)}\r\n"
    tasks, complaints = read_tasks(_send(tmp_path, "tugas.csv", text.encode(encoding)))
    assert complaints == []
    assert [task.note for task in tasks] == ["Atap “seng” bocor"]  # type: ignore[union-attr]


def test_text_beyond_the_headers_is_named(tmp_path: Path, question_row: Row) -> None:
    row = ";".join(map(str, question_row(source="Buku; halaman 3")))
    content = f"{';'.join(HEADERS[QUESTIONS])}\n{row}\n".encode()
    tasks, complaints = read_tasks(_send(tmp_path, "tugas.csv", content))
    assert tasks == []
    assert (2, "M", "") in {(c.row, c.column, c.header) for c in complaints}
    assert "tanda kutip" in complaints[0].mend


@pytest.mark.parametrize(
    ("part", "before", "after"),
    [
        ("xl/sharedStrings.xml", b"uniqueCount=", b'uniqueCount="4294967296" x='),
        ("xl/worksheets/sheet2.xml", b'r="B2"', b'r="B99999999999"'),
        ("xl/worksheets/sheet2.xml", b'<row r="2"', b'<row r="1000000000"'),
        ("xl/worksheets/sheet2.xml", b'r="B2"', b"r = 'xfd1048576'"),
    ],
)
def test_a_part_that_claims_too_much_gets_a_sentence(
    tmp_path: Path, part: str, before: bytes, after: bytes
) -> None:
    path = tmp_path / "tugas.xlsx"
    write_template(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert before in parts[part]
    parts[part] = parts[part].replace(before, after, 1)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with pytest.raises(UnusableInput, match=r"rusak|jauh"):
        read_tasks(path)


def test_what_cannot_be_seen_is_taken_out(write_rows: Write, question_row: Row) -> None:
    row = question_row(A="\u202eMemperbaiki\u200b menurut\u00a0KTP ")
    tasks, complaints = read_tasks(write_rows(QUESTIONS, row))
    assert complaints == []
    assert tasks[0].options[0] == "Memperbaiki menurut KTP"  # type: ignore[union-attr]

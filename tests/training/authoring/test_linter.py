"""Each fault of a row is named with sheet, row, column and mend; no row is lost."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from workbench.training.authoring import CaseTask, Complaint, QuestionTask, read_tasks
from workbench.training.authoring.layout import CASES, QUESTIONS, SHEETS

Write = Callable[..., Path]
Row = Callable[..., list[object]]
LETTER = {
    sheet: {column.name: chr(65 + place) for place, column in enumerate(columns)}
    for sheet, columns in SHEETS.items()
}
HEADER = {column.name: column.header for columns in SHEETS.values() for column in columns}
REAL_LOOKING = "36" + "73014101900001"


def test_a_good_question_is_a_task(write_rows: Write, question_row: Row) -> None:
    tasks, complaints = read_tasks(
        write_rows(QUESTIONS, question_row(key="b.", difficulty="Sulit"))
    )
    assert complaints == []
    assert tasks == [
        QuestionTask(
            row=2,
            question="Nama pada daftar berbeda satu huruf dari KTP. Apa yang Anda lakukan?",
            options=("Memperbaiki menurut KTP", "Menandai tidak layak", "Menghapus barisnya"),
            key="B",
            why="KTP adalah dokumen yang lebih tinggi daripada daftar.",
            source="praktik umum, belum ada dasar tertulis",
            topic="IDN-71",
            difficulty="sulit",
        )
    ]


def test_a_case_may_be_written_by_hand_or_picked(write_rows: Write, case_row: Row) -> None:
    rows = (
        case_row(rule="idn 09", plant="", look_alike="Ya", note="Ibu ada di rumah."),
        case_row(rule="KEL-28 Tertulis berapa pun", plant="", families="12"),
    )
    tasks, complaints = read_tasks(write_rows(CASES, *rows))
    assert complaints == []
    assert tasks == [
        CaseTask(2, "IDN-09", "", 4, "mudah", "Ibu ada di rumah.", True),
        CaseTask(3, "KEL-28", "", 12, "mudah"),
    ]


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"key": ""}, "key", "kosong. Tulis huruf"),
        ({"key": "E"}, "key", "“E” tidak ada di antara pilihan yang terisi (A, B, C)"),
        ({"key": "A, B"}, "key", "satu huruf"),
        ({"why": ""}, "why", "mengapa kuncinya benar"),
        ({"why": "kata " * 61}, "why", "61 kata"),
        ({"source": " "}, "source", "belum ada dasar tertulis"),
        ({"question": ""}, "question", "hapus seluruh baris"),
        ({"question": "x" * 601}, "question", "601 huruf"),
        ({"question": "Apa arti <b>desil</b>?"}, "question", "tanpa kode"),
        ({"why": "Karena {{ 7*7 }} begitu."}, "why", "tanpa kode"),
        ({"B": "memperbaiki menurut  KTP."}, "B", "sama dengan pilihan A"),
        ({"C": ""}, "C", "paling sedikit tiga"),
        ({"E": "Bertanya lagi"}, "E", "pilihan D kosong"),
        ({"C": "panjang sekali " * 5}, "C", "jauh lebih panjang"),
        ({"A": "Benar", "B": "Salah"}, "A", "tiga sampai lima pilihan"),
        ({"topic": "IDN-99"}, "topic", "Mungkin maksud Anda: IDN-"),
        ({"topic": "Musyawara kelurahan"}, "topic", "Mungkin maksud Anda: Musyawarah kelurahan?"),
        ({"difficulty": "sedangg"}, "difficulty", "maksud Anda sedang"),
        ({"tag": "lihat"}, "tag", "Kosongkan"),
        ({"question": f"Apakah {REAL_LOOKING} benar?"}, "question", "tidak berawalan 99"),
        ({"D": "3673 0141 0190 0001"}, "D", "tidak berawalan 99"),
        ({"D": 3673014101900001}, "D", "tidak berawalan 99"),
        ({"D": "\uff13\uff16" + REAL_LOOKING[2:]}, "D", "tidak berawalan 99"),
    ],
)
def test_a_fault_in_a_question_is_named_with_its_mend(
    write_rows: Write, question_row: Row, cells: dict[str, object], column: str, words: str
) -> None:
    path = write_rows(
        QUESTIONS,
        question_row(),
        question_row(question="Lain?"),
        question_row(**{"question": "Soal ketiga?", **cells}),
    )
    tasks, complaints = read_tasks(path)
    assert [task.row for task in tasks] == [2, 3]
    named = [c for c in complaints if c.column == LETTER[QUESTIONS][column]]
    assert {c.row for c in complaints} == {4}
    assert len(named) == len(complaints) == 1, [str(c) for c in complaints]
    start = f"Lembar Soal, baris 4, kolom {LETTER[QUESTIONS][column]} ({HEADER[column]}): "
    assert str(named[0]).startswith(start)
    assert words in str(named[0])
    assert REAL_LOOKING not in str(named[0])


def test_a_practice_number_is_welcome(write_rows: Write, question_row: Row) -> None:
    row = question_row(question="Apa yang salah pada NIK 9973014101900001?")
    assert read_tasks(write_rows(QUESTIONS, row))[1] == []


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"rule": "IDN-90"}, "rule", "Mungkin maksud Anda: IDN-"),
        ({"rule": "NIK tidak disi", "plant": ""}, "rule", "Mungkin maksud Anda: IDN-01"),
        ({"rule": "IDN-04", "plant": ""}, "rule", "tidak dilatihkan"),
        ({"rule": REAL_LOOKING[:10] + "ab", "plant": ""}, "rule", "tidak dikenal"),
        ({"rule": ""}, "rule", "kosong"),
        ({"plant": "tanggal lahir salh ketik"}, "plant", "Anda: tanggal lahir salah ketik?"),
        ({"families": ""}, "families", "kosong"),
        ({"families": 0}, "families", "1 sampai 100"),
        ({"families": 2.5}, "families", "“2,5”"),
        ({"families": 101}, "families", "1 sampai 100"),
        ({"look_alike": "mungkin"}, "look_alike", "ya atau tidak"),
        ({"note": "a" * 301}, "note", "301 huruf"),
    ],
)
def test_a_fault_in_a_case_is_named_with_its_mend(
    write_rows: Write, case_row: Row, cells: dict[str, object], column: str, words: str
) -> None:
    tasks, complaints = read_tasks(write_rows(CASES, case_row(**cells), case_row()))
    assert [task.row for task in tasks] == [3]
    assert [(c.row, c.column) for c in complaints] == [(2, LETTER[CASES][column])]
    assert words in str(complaints[0])
    assert REAL_LOOKING[:10] not in str(complaints[0])


def test_every_fault_of_a_row_is_named_at_once(write_rows: Write, question_row: Row) -> None:
    _, complaints = read_tasks(write_rows(QUESTIONS, question_row(key="", why="", topic="apa")))
    assert [c.header for c in complaints] == ["Kunci", "Mengapa", "Aturan atau topik"]


def test_a_doubled_question_names_the_first(write_rows: Write, question_row: Row) -> None:
    rows = (question_row(), question_row(question=question_row()[1].upper() + " "))  # type: ignore[attr-defined]
    tasks, complaints = read_tasks(write_rows(QUESTIONS, *rows))
    assert [task.row for task in tasks] == [2]
    assert [(c.row, c.column) for c in complaints] == [(3, "B")]
    assert "baris 2" in complaints[0].found


def test_a_cell_the_spreadsheet_made_a_date_is_named(tmp_path: Path, question_row: Row) -> None:
    path = tmp_path / "tugas.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet(QUESTIONS)
        page.write_row(0, 0, [column.header for column in SHEETS[QUESTIONS]])
        page.write_row(1, 0, question_row())
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        page.write_datetime(1, 4, date(2026, 5, 2), day)
    tasks, complaints = read_tasks(path)
    assert tasks == []
    assert [(c.column, c.header) for c in complaints] == [("E", "Pilihan C")]
    assert "menjadi tanggal" in complaints[0].found


_CELLS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["A", "E", "IDN-09", "KEL-1", "ya", "mudah", "CONTOH", "=1+1", "<b>", "9" * 16, "0", "7"]
    ),
    st.floats(allow_nan=False, allow_infinity=False).map(str),
    st.just(REAL_LOOKING),
)


@settings(
    deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from(list(SHEETS)),
    st.lists(
        st.tuples(st.booleans(), st.lists(_CELLS, max_size=14), st.integers(0, 11), _CELLS),
        max_size=8,
    ),
)
@example(QUESTIONS, [(True, [], 3, "x"), (True, [], 3, "x")])
def test_every_row_that_holds_anything_is_a_task_or_complained_of(
    tmp_path: Path,
    case_row: Row,
    question_row: Row,
    sheet: str,
    drawn: list[tuple[bool, list[str], int, str]],
) -> None:
    good = case_row if sheet == CASES else question_row
    rows: list[list[str]] = []
    for is_near, cells, place, cell in drawn:
        row = [str(value) for value in good()] if is_near else list(cells)
        if is_near:
            row[place % len(row)] = cell
        rows.append(row)
    path = tmp_path / "tugas.csv"
    with path.open("w", encoding="utf-8", errors="replace", newline="") as target:
        lines = csv.writer(target, delimiter=";", quoting=csv.QUOTE_ALL)
        lines.writerow([column.header for column in SHEETS[sheet]])
        lines.writerows(rows)
    tasks, complaints = read_tasks(path)
    ours = [task.row for task in tasks]
    theirs = {c.row for c in complaints}
    assert len(set(ours)) == len(ours)
    assert not set(ours) & theirs
    with path.open(encoding="utf-8", newline="") as source:
        read = list(csv.reader(source, delimiter=";"))
    visible = {
        number
        for number, row in enumerate(read[1:], start=2)
        if any(char.isprintable() and not char.isspace() for cell in row for char in cell)
    }
    assert set(ours) | theirs == visible
    assert all(_is_complete(c, sheet) for c in complaints)


def _is_complete(complaint: Complaint, sheet: str) -> bool:
    words = (complaint.column, complaint.found, complaint.mend)
    return complaint.sheet == sheet and all(words) and REAL_LOOKING not in str(complaint)

"""Answers typed in from paper: graded like those of a screen, taken whole or not at all."""

import json

import pytest

from tests.services.practice_rows import rows_of
from workbench.errors import Forbidden, NotFound, WrongUse
from workbench.services import paper_answers, training
from workbench.services.paper_answers import TypedAnswer, code_of, read_code
from workbench.store.tables import (
    bank_case,
    bank_key,
    case_key,
    class_part,
    drawn_case,
    event,
    grade,
    grade_item,
)
from workbench.training.answers import choices
from workbench.training.measures.forms import order_of_forms

SEED = 7


@pytest.fixture
def siti(join):
    return join("Siti").actor


@pytest.fixture
def sheet_answer():
    """What somebody wrote on paper, with the first choice of everything that is chosen."""

    def written(marks="1 4k", **changes):
        offered = choices()
        chosen = {field: offered[kind][0][0] for field, kind in training.CHOICES.items()}
        return TypedAnswer(marks, **{**chosen, "reason": "", **changes})

    return written


@pytest.fixture
def type_in(office, trainer, opened, siti, sheet_answer):
    def typed(code, marks="1 4k", seat=1, **changes):
        answer = sheet_answer(marks, **changes)
        return paper_answers.type_in(office, trainer, opened.id, seat, code, answer)

    return typed


@pytest.fixture
def with_parts(office, opened, siti):
    """The class gets a test, practice, a last test that waits, and a bank of six cases."""
    parts = (
        (1, "tes_awal", "open"),
        (2, "latihan", "waiting"),
        (3, "tes_akhir", "waiting"),
    )
    bank = [("A", 1), ("A", 2), ("B", 1), ("B", 2), ("", 0), ("", 0)]
    with office.practice.writing() as connection:
        (public, key) = connection.execute(
            drawn_case.join(
                case_key,
                (case_key.c.seat == drawn_case.c.seat) & (case_key.c.number == drawn_case.c.number),
            )
            .select()
            .with_only_columns(drawn_case.c.public, case_key.c.key)
            .where(drawn_case.c.seat == 1, drawn_case.c.number == 1)
        ).one()
        connection.execute(case_key.delete())
        connection.execute(drawn_case.delete())
        for number, kind, state in parts:
            values = {"kind": kind, "title": kind, "settings": '{"n": 2}', "state": state}
            connection.execute(
                class_part.insert().values(class_id=opened.id, number=number, **values)
            )
        for item, (form, place) in enumerate(bank, start=1):
            titled = json.dumps({**json.loads(public), "title": f"Soal {item}"})
            where = {"class_id": opened.id, "item": item}
            connection.execute(
                bank_case.insert().values(
                    **where, form=form, place=place, word="IDN-01:tanam", public=titled
                )
            )
            connection.execute(bank_key.insert().values(**where, key=key))
    return order_of_forms(1, SEED)


@pytest.mark.parametrize(
    ("typed", "code"),
    [("A-03", "A-03"), ("a3", "A-03"), (" b 12 ", "B-12"), ("L–17", "L-017"), ("k.5", "K-05")],
)
def test_a_code_is_read_as_people_type_it(typed, code):
    assert str(read_code(typed)) == code


def test_a_code_is_written_as_it_is_read():
    assert code_of("A", 3) == "A-03"
    assert code_of("L", 17) == "L-017"
    assert read_code(code_of("K", 105)).number == 105


@pytest.mark.parametrize("typed", ["", "C-01", "A", "A-0", "17", "A-03 L-01", "A-99999", "<b>"])
def test_what_is_no_code_is_refused(typed):
    with pytest.raises(WrongUse, match="tidak dikenal"):
        read_code(typed)


def test_a_sheet_is_graded_like_the_screen(office, siti, join, type_in, sheet_answer):
    budi = join("Budi").actor
    for field, value in (("P1.nik", "tidak_sesuai"), ("F1.rt", "perlu_kunjungan")):
        training.save_mark(office, budi, 1, field, value, 1)
    for field in training.CHOICES:
        value = getattr(sheet_answer(), field)
        if value:
            training.save_mark(office, budi, 1, field, value, 1)
    training.submit(office, budi, 1)
    typed = type_in("K-01")
    on_paper, on_screen = sorted(rows_of(office, grade), key=lambda row: row.seat)
    for column in ("answer", "grade", "feedback"):
        told = [json.loads(getattr(row, column)) for row in (on_paper, on_screen)]
        assert told[0] == told[1], column
    assert typed.score == on_screen.score
    items = {seat: [] for seat in (1, 2)}
    for row in rows_of(office, grade_item):
        items[row.seat].append((row.number, row.item, row.rule, row.cell, row.outcome))
    assert items[1] == items[2]
    state = training.review(office, siti, 1)
    assert state.answer["marks"] == {"P1.nik": "tidak_sesuai", "F1.rt": "perlu_kunjungan"}


def test_the_ledger_says_who_typed_it(office, trainer, siti, type_in):
    type_in("K-01")
    typed = [row for row in rows_of(office, event) if row.kind == "ketik"]
    (by,) = [row for row in typed if row.actor == trainer.id]
    assert (by.subject, by.field, by.value) == (f"kasus:{siti.id}.1", "lembar", '"K-01"')
    assert {row.field for row in typed if row.actor == siti.id} >= {"P1.nik", "F1.rt", "status"}


def test_what_was_begun_on_a_screen_gives_way_to_the_sheet(office, siti, type_in):
    training.save_mark(office, siti, 1, "F1.desil", "tidak_sesuai", 4)
    training.save_mark(office, siti, 1, "P1.nik", "sesuai", 2)
    type_in("K-01")
    state = training.review(office, siti, 1)
    assert state.answer["marks"] == {"P1.nik": "tidak_sesuai", "F1.rt": "perlu_kunjungan"}
    assert json.loads(rows_of(office, grade)[0].answer)["marks"] == state.answer["marks"]


@pytest.mark.parametrize(
    ("code", "marks", "sentence"),
    [
        ("X-01", "1", "tidak dikenal"),
        ("K-09", "1", "Lembar K-09 tidak ada untuk kursi 1"),
        ("L-001", "1", "memakai kode lembar K"),
        ("A-01", "1", "memakai kode lembar K"),
        ("K-01", "6", "baris 1 sampai 5"),
        ("K-01", "0", "Baris 0 tidak ada"),
        ("K-01", "1 1k", "ditulis dua kali"),
        ("K-01", "1 tiga", "“tiga” tidak dapat dibaca"),
        ("K-01", "1x", "tidak dapat dibaca"),
    ],
)
def test_a_sheet_that_does_not_fit_changes_nothing(office, type_in, code, marks, sentence):
    before = [rows_of(office, table) for table in (grade, grade_item, event, drawn_case)]
    with pytest.raises(WrongUse, match=sentence):
        type_in(code, marks)
    assert before == [rows_of(office, table) for table in (grade, grade_item, event, drawn_case)]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"status": ""}, "Pilih status"),
        ({"status": "kaya"}, "tidak ada pada lembar"),
        ({"status": "tidak_layak"}, "perlu alasan"),
        ({"follow_up": "<b>"}, "tidak ada pada lembar"),
    ],
)
def test_a_choice_that_is_missing_or_unknown_is_refused(office, type_in, changes, sentence):
    with pytest.raises(WrongUse, match=sentence):
        type_in("K-01", **changes)
    assert rows_of(office, grade) == []


def test_a_case_answered_on_the_screen_is_not_typed_in(office, siti, type_in, sheet_answer):
    for field in training.CHOICES:
        training.save_mark(office, siti, 1, field, getattr(sheet_answer(), field) or "", 1)
    training.submit(office, siti, 1)
    with pytest.raises(WrongUse, match="sudah dijawab orang ini"):
        type_in("K-01")
    type_in("K-02")
    with pytest.raises(WrongUse, match="sudah dijawab orang ini"):
        type_in("K-02")


def test_a_seat_nobody_has_is_told(office, type_in):
    with pytest.raises(NotFound, match="belum ditempati"):
        type_in("K-01", seat=4)


def test_a_test_sheet_is_of_the_form_this_person_sits(office, with_parts, type_in):
    first, second = with_parts
    typed = type_in(f"{first}-02")
    (row,) = rows_of(office, drawn_case)
    item = 2 if first == "A" else 4
    assert (row.number, row.part, row.item, row.step, row.word) == (
        *(typed.number, 1, item, "tes"),
        "IDN-01:tanam",
    )
    with pytest.raises(WrongUse, match=f"mengerjakan bentuk {first}. Periksa nama"):
        type_in(f"{second}-01")
    with pytest.raises(WrongUse, match=f"{first}-03 tidak ada di kelas ini"):
        type_in(f"{first}-03")
    assert len(rows_of(office, drawn_case)) == len(rows_of(office, grade)) == 1
    assert row.done_at


def test_the_second_form_counts_once_its_test_has_begun(office, opened, with_parts, type_in):
    with office.practice.writing() as connection:
        connection.execute(class_part.update().values(state="closed"))
    type_in(f"{with_parts[1]}-01")
    assert rows_of(office, drawn_case)[0].part == 3


def test_sheets_of_the_bank_are_numbered_on(office, with_parts, type_in):
    assert [type_in(code).number for code in ("L-005", "L-006")] == [1, 2]
    assert [row.part for row in rows_of(office, drawn_case)] == [2, 2]
    with pytest.raises(WrongUse, match="L-001 tidak ada di kelas ini"):
        type_in("L-001")  # a place of a test, not of the bank
    with pytest.raises(WrongUse, match="sudah dijawab"):
        type_in("l5")
    with pytest.raises(WrongUse, match="kode lembar A, B atau L"):
        type_in("K-01")


def test_a_sheet_is_shown_before_it_is_typed(office, trainer, opened, siti):
    shown = paper_answers.sheet(office, trainer, opened.id, 1, "k1")
    assert (shown.code, shown.number) == ("K-01", 1)
    assert [(line.number, line.cell) for line in shown.lines[:2]] == [(1, "P1.nik"), (2, "P1.name")]
    with pytest.raises(NotFound):
        paper_answers.sheet(office, trainer, opened.id, 3, "k1")


def test_trainees_type_nothing_in(office, opened, siti, sheet_answer):
    with pytest.raises(Forbidden):
        paper_answers.type_in(office, siti, opened.id, 1, "K-01", sheet_answer())
    with pytest.raises(Forbidden):
        paper_answers.sheet(office, siti, opened.id, 1, "K-01")

"""Tasks a trainer writes: read, told apart, kept whole or not at all, used and withdrawn."""

import io
from dataclasses import replace

import openpyxl
import pytest
import xlsxwriter
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from workbench.errors import NotFound, UnusableInput, WrongUse
from workbench.services import own_tasks
from workbench.store import verify_chain
from workbench.store.tables import own_task
from workbench.training.authoring.layout import CASES, QUESTIONS, SHEETS

QUESTION = {
    "question": "Nama pada daftar berbeda satu huruf dari KTP. Apa yang Anda lakukan?",
    "A": "Memperbaiki menurut KTP",
    "B": "Menandai tidak layak",
    "C": "Menghapus barisnya",
    "key": "A",
    "why": "KTP adalah dokumen yang lebih tinggi daripada daftar.",
    "source": "praktik umum, belum ada dasar tertulis",
    "topic": "IDN-71",
    "difficulty": "sedang",
}
CASE = {
    "rule": "IDN-09",
    "plant": "tanggal lahir salah ketik",
    "families": 2,
    "difficulty": "mudah",
    "look_alike": "ya",
}


def workbook(cases=(), questions=()):
    content = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, options) as book:
        for sheet, rows in ((CASES, cases), (QUESTIONS, questions)):
            page = book.add_worksheet(sheet)
            page.write_row(0, 0, [column.header for column in SHEETS[sheet]])
            for number, row in enumerate(rows, start=1):
                page.write_row(number, 0, [row.get(column.name, "") for column in SHEETS[sheet]])
    return content.getvalue()


def question(**cells):
    return {**QUESTION, **cells}


@pytest.fixture
def read(office, trainer):
    return lambda **rows: own_tasks.read_upload(office, trainer, "tugas.xlsx", workbook(**rows))


@pytest.fixture
def save(office, trainer):
    return lambda upload: own_tasks.save_tasks(office, trainer, upload.drafts)


def test_the_template_comes_back_as_examples_only(office, trainer):
    name, content = own_tasks.template(office, trainer)
    assert openpyxl.load_workbook(io.BytesIO(content)).sheetnames[1:3] == [CASES, QUESTIONS]
    upload = own_tasks.read_upload(office, trainer, name, content)
    assert (upload.drafts, upload.complaints, upload.examples) == ((), (), 4)


def test_reading_stores_nothing_and_saving_stores_what_was_read(office, trainer, read, save):
    upload = read(cases=[CASE], questions=[question()])
    assert own_tasks.stored_tasks(office, trainer) == ()
    assert save(upload) == own_tasks.Stored(new=2, replaced=0, unchanged=0)
    stored = own_tasks.stored_tasks(office, trainer)
    assert [one.kind for one in stored] == ["kasus", "soal"]
    assert [one.task for one in stored] == [draft.task for draft in upload.drafts]
    assert own_tasks.tasks_in_use(office) == tuple(one.task for one in stored)
    assert [one.question for one in own_tasks.own_questions(office)] == [QUESTION["question"]]


def test_a_row_with_a_missing_key_is_complained_of_and_the_others_are_kept(read, save):
    upload = read(questions=[question(), question(question="Apa yang Anda periksa?", key="")])
    (complaint,) = upload.complaints
    assert (complaint.sheet, complaint.row, complaint.header) == ("Soal", 3, "Kunci")
    assert complaint.found
    assert complaint.mend
    assert len(upload.drafts) == 1
    assert save(upload).new == 1


def test_markup_in_a_text_is_complained_of(read):
    upload = read(questions=[question(why="Karena <script>alert(1)</script> begitu.")])
    assert upload.drafts == ()
    assert [one.header for one in upload.complaints] == ["Mengapa"]


def test_what_is_sent_again_changed_replaces_and_this_is_told_before(office, trainer, read, save):
    save(read(questions=[question()]))
    upload = read(questions=[question(key="B"), question(question="Apa yang Anda periksa?")])
    assert [(one.replaces, one.is_known) for one in upload.drafts] == [
        (True, False),
        (False, False),
    ]
    (before,) = own_tasks.tasks_in_use(office)
    assert before.key == "A"
    assert save(upload) == own_tasks.Stored(new=1, replaced=1, unchanged=0)
    assert sorted(one.key for one in own_tasks.own_questions(office)) == ["A", "B"]


def test_the_same_workbook_twice_changes_nothing(read, save):
    rows = {"cases": [CASE], "questions": [question()]}
    save(read(**rows))
    upload = read(**rows)
    assert all(one.is_known and not one.replaces for one in upload.drafts)
    assert save(upload) == own_tasks.Stored(new=0, replaced=0, unchanged=2)


def test_one_task_twice_in_a_workbook_is_named_by_both_rows(read):
    upload = read(cases=[CASE, {**CASE, "families": 5}])
    (complaint,) = upload.complaints
    assert (complaint.sheet, complaint.row) == ("Kasus", 3)
    assert "baris 2" in complaint.found
    assert [one.row for one in upload.drafts] == [2]


def test_complaints_stand_in_the_order_of_the_rows(read):
    upload = read(cases=[CASE, CASE, {**CASE, "rule": "XXX-99"}], questions=[question(key="")])
    places = [(one.sheet, one.row) for one in upload.complaints]
    assert places == [("Kasus", 3), ("Kasus", 4), ("Soal", 2)]


def test_five_hundred_rows_are_read_and_kept(office, trainer, read, save):
    rows = [question(question=f"Apa yang Anda periksa pada keluarga ke-{n}?") for n in range(500)]
    upload = read(questions=rows)
    assert upload.complaints == ()
    assert save(upload).new == 500
    assert len(own_tasks.stored_tasks(office, trainer)) == 500
    assert verify_chain(office.practice).is_whole


def test_a_fault_in_the_middle_leaves_nothing_half(office, trainer, read):
    upload = read(questions=[question(question=f"Pertanyaan ke-{n} apa?") for n in range(3)])
    broken = (*upload.drafts[:2], replace(upload.drafts[2], id=None))
    with pytest.raises(IntegrityError):
        own_tasks.save_tasks(office, trainer, broken)
    with office.practice.reading() as connection:
        assert connection.execute(select(func.count()).select_from(own_task)).scalar() == 0


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("tugas.xlsx", b"bukan buku kerja"),
        ("tugas.xlsx", b""),
        ("../../etc/passwd", b"PK\x03\x04rusak"),
        ("tugas", b"\x00" * 2000),
    ],
)
def test_a_file_that_is_no_workbook_gets_a_sentence(office, trainer, name, content):
    with pytest.raises(UnusableInput) as refused:
        own_tasks.read_upload(office, trainer, name, content)
    assert str(refused.value).endswith(".")
    assert own_tasks.tasks_in_use(office) == ()


def test_nothing_to_store_is_refused(office, trainer):
    with pytest.raises(WrongUse):
        own_tasks.save_tasks(office, trainer, ())


def test_a_withdrawn_task_is_out_of_use_and_comes_back_when_sent_again(office, trainer, read, save):
    upload = read(questions=[question()])
    save(upload)
    own_tasks.withdraw(office, trainer, upload.drafts[0].id)
    assert own_tasks.tasks_in_use(office) == ()
    with office.practice.reading() as connection:
        assert connection.execute(select(own_task.c.withdrawn_at)).scalar()
    with pytest.raises(NotFound):
        own_tasks.withdraw(office, trainer, upload.drafts[0].id)
    again = read(questions=[question()])
    assert not again.drafts[0].replaces
    assert save(again).new == 1
    assert len(own_tasks.tasks_in_use(office)) == 1


def test_own_cases_are_drawn_and_hold_what_was_asked(office, read, save):
    save(read(cases=[CASE], questions=[question()]))
    drawn = own_tasks.own_cases(office, seed=3)
    assert drawn.refusals == ()
    held = [[mistake.rule for mistake in case.key.mistakes] for case in drawn.cases]
    assert held == [["IDN-09"], ["IDN-09"], []]
    again = own_tasks.own_cases(office, seed=3)
    assert [case.to_public() for case in again.cases] == [c.to_public() for c in drawn.cases]


def test_a_task_that_cannot_be_drawn_keeps_no_other_back(office, trainer, read, save):
    upload = read(cases=[CASE, {**CASE, "difficulty": "sulit"}])
    lost = replace(upload.drafts[0], task=replace(upload.drafts[0].task, plant="tidak_ada"))
    own_tasks.save_tasks(office, trainer, (lost, upload.drafts[1]))
    drawn = own_tasks.own_cases(office)
    assert len(drawn.cases) == 3
    assert len(drawn.refusals) == 1


def test_a_preview_shows_what_is_kept(office, trainer, read):
    (draft,) = read(questions=[question(A="Umur < 17 tahun & belum KTP")]).drafts
    shown = own_tasks.preview_task(office, trainer, draft.task)
    assert "Umur &lt; 17 tahun &amp; belum KTP" in shown.page
    assert "Kunci: A" in shown.key


def test_the_ledger_carries_no_text_of_a_task(office, read, save):
    from workbench.store.tables import event as events

    save(read(questions=[question()]))
    with office.practice.reading() as connection:
        said = [tuple(row) for row in connection.execute(select(events))]
    assert said
    assert not [row for row in said if "KTP" in str(row)]

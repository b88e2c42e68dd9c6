"""A trainee's own cases: saved at each field, sent once, explained, and never given away."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace

import pytest

from tests.services.practice_rows import rows_of
from workbench.errors import Forbidden, NotFound, WrongUse
from workbench.services import boards, classes, training
from workbench.services.office import Office
from workbench.store import verify_chain
from workbench.store.tables import event, grade, grade_item


@pytest.fixture
def siti(join):
    return join("Siti").actor


@pytest.fixture
def mark(office, siti):
    """``mark(field, value, revision=1, number=1)``."""

    def save(field, value, revision=1, number=1):
        return training.save_mark(office, siti, number, field, value, revision)

    return save


@pytest.fixture
def sent(office, siti, mark):
    """Siti's first case, sent: one of two mistakes found, one cell wrongly flagged."""
    mark("P1.nik", "tidak_sesuai")
    mark("F1.rt", "perlu_kunjungan")
    mark("F1.desil", "sesuai")
    mark("status", "perlu_verval")
    mark("follow_up", "perbaiki_data")
    return training.submit(office, siti, 1)


def test_the_first_case_is_the_first_one_not_sent(office, siti, mark):
    assert training.my_case(office, siti).number == 1
    mark("status", "layak")
    training.submit(office, siti, 1)
    assert training.my_case(office, siti).number == 2
    for number in (2, 3, 4):
        mark("status", "layak", number=number)
        training.submit(office, siti, number)
    assert training.my_case(office, siti) is None
    assert training.my_progress(office, siti).next_number is None


def test_a_saved_mark_is_there_after_a_restart(office, siti, mark):
    assert asdict(mark("P1.nik", "tidak_sesuai")) == {
        "revision": 1,
        "accepted": True,
        "value": "tidak_sesuai",
    }
    office.practice.close()
    state = training.my_case(Office(office.root), siti)
    assert state.answer["marks"] == {"P1.nik": "tidak_sesuai"}
    assert state.revisions == {"P1.nik": 1}
    assert not state.submitted
    assert state.feedback is None
    assert (state.number, state.of, state.public["number"]) == (1, 4, 1)


def test_an_empty_value_takes_a_mark_back(office, siti, mark):
    mark("P1.nik", "tidak_sesuai", 1)
    mark("P1.nik", "", 2)
    state = training.my_case(office, siti)
    assert state.answer["marks"] == {}
    assert state.revisions == {"P1.nik": 2}


def test_a_second_phone_that_lags_behind_is_told_the_newest(mark):
    mark("P1.nik", "tidak_sesuai", 1)
    mark("P1.nik", "sesuai", 2)
    lagging = mark("P1.nik", "perlu_kunjungan", 2)
    assert (lagging.accepted, lagging.revision, lagging.value) == (False, 2, "sesuai")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("P1.mother_name", "sesuai"),
        ("", "sesuai"),
        ("kirim", "x"),
        ("P1.nik", "layak"),
        ("P1.nik", "SESUAI"),
        ("status", "sesuai"),
        ("status", "<b>layak</b>"),
        ("reason", "TL99"),
        ("follow_up", "pecat"),
        ("P1.nik", None),
        (None, "sesuai"),
        (7, "sesuai"),
        ("P1.nik", ["sesuai"]),
    ],
)
def test_only_cells_and_choices_of_the_case_are_saved(office, mark, field, value):
    before = len(rows_of(office, event))
    with pytest.raises(WrongUse):
        mark(field, value)
    assert len(rows_of(office, event)) == before


@pytest.mark.parametrize("revision", [0, -1, 1.5, "2", None, True, 2**53])
def test_a_revision_that_is_none_is_refused(mark, revision):
    with pytest.raises(WrongUse):
        mark("P1.nik", "sesuai", revision)


@pytest.mark.parametrize("number", [0, 5, -1, 99, "1", 1.0, True, 2**70])
def test_a_case_that_is_not_ones_own_is_refused(office, siti, number):
    for use in (training.my_case, training.submit, training.review):
        with pytest.raises(NotFound):
            use(office, siti, number)
    with pytest.raises(NotFound):
        training.save_mark(office, siti, number, "P1.nik", "sesuai", 1)


def test_everybody_sees_their_own_case_only(office, siti, join, mark):
    udin = join("Udin").actor
    mark("P1.nik", "tidak_sesuai")
    assert training.my_case(office, udin).answer["marks"] == {}
    assert training.my_case(office, udin).public != training.my_case(office, siti).public


def test_nobody_sits_where_the_server_did_not_put_them(office, siti, join, opened):
    join("Udin")
    for forged in (
        replace(siti, seat=2),
        replace(siti, id=f"{opened.id}.2"),
        replace(siti, class_id="", seat=0),
        replace(siti, seat=0, id=f"{opened.id}.0"),
    ):
        with pytest.raises(Forbidden):
            training.my_case(office, forged, 1)
        with pytest.raises(Forbidden):
            training.save_mark(office, forged, 1, "P1.nik", "sesuai", 1)


def test_a_seat_nobody_has_taken_shows_nothing(office, siti, opened):
    nobody = replace(siti, seat=4, id=f"{opened.id}.4")
    with pytest.raises(NotFound):
        training.my_case(office, nobody, 1)


def test_a_case_needs_a_status(office, siti, mark):
    mark("P1.nik", "tidak_sesuai")
    with pytest.raises(WrongUse, match="status"):
        training.submit(office, siti, 1)
    assert rows_of(office, grade) == []
    assert training.my_case(office, siti).number == 1


def test_tidak_layak_needs_a_reason(office, siti, mark):
    mark("status", "tidak_layak")
    with pytest.raises(WrongUse, match="alasan"):
        training.submit(office, siti, 1)
    mark("reason", "TL14")
    assert training.submit(office, siti, 1)["status"]["reason_given"]


def test_a_reason_left_over_from_another_status_does_not_count(office, siti, mark):
    mark("status", "tidak_layak", 1)
    mark("reason", "TL14")
    mark("status", "layak", 2)
    assert training.submit(office, siti, 1)["status"]["reason_given"] == ""


def test_a_sent_case_is_explained_and_counted(office, siti, sent):
    outcomes = [(item["outcome"], item["rule"]) for item in sent["items"]]
    assert outcomes == [("ditemukan", "IDN-01"), ("terlewat", "KEL-01"), ("keliru", "")]
    items = [(row.rule, row.cell, row.outcome) for row in rows_of(office, grade_item)]
    assert items == [
        ("IDN-01", "", "ditemukan"),
        ("KEL-01", "", "terlewat"),
        ("", "F1.rt", "keliru"),
    ]
    state = training.review(office, siti, 1)
    assert state.submitted
    assert state.feedback == sent
    progress = training.my_progress(office, siti)
    assert (progress.class_name, progress.done, progress.of) == ("Bimtek", 1, 4)
    assert progress.score == pytest.approx(sent["score"])
    assert [(c.number, c.started, c.submitted) for c in progress.cases] == [
        (1, True, True),
        (2, False, False),
        (3, False, False),
        (4, False, False),
    ]
    assert [asdict(result) for result in training.results_by_rule(office, siti)] == [
        {"rule": "", "found": 0, "missed": 0, "false_alarm": 1},
        {"rule": "IDN-01", "found": 1, "missed": 0, "false_alarm": 0},
        {"rule": "KEL-01", "found": 0, "missed": 1, "false_alarm": 0},
    ]


def test_a_second_submission_gives_the_first_feedback_and_changes_nothing(
    office, siti, sent, monkeypatch
):
    before = [rows_of(office, table) for table in (event, grade, grade_item)]
    # Even when the explanations have been rewritten since.
    monkeypatch.setattr("workbench.training.explain", lambda *a: {"baru": True}, raising=False)
    assert training.submit(office, siti, 1) == sent
    assert [rows_of(office, table) for table in (event, grade, grade_item)] == before


def test_pressed_twice_at_once_is_graded_once(office, siti, mark):
    mark("status", "layak")
    offices = [Office(office.root) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        feedback = list(pool.map(lambda o: training.submit(o, siti, 1), offices))
    assert all(item == feedback[0] for item in feedback)
    assert len(rows_of(office, grade)) == 1
    assert [row.kind for row in rows_of(office, event)].count("kirim") == 1


def test_nothing_is_changed_after_sending_but_a_retry_is_still_saved(office, siti, sent, mark):
    with pytest.raises(WrongUse, match="sudah dikirim"):
        mark("P1.nik", "sesuai", 2)
    with pytest.raises(WrongUse, match="sudah dikirim"):
        mark("P1.nik", "sesuai", 1)
    # The page never heard that this was saved and asks again.
    assert mark("P1.nik", "tidak_sesuai", 1).accepted
    assert training.review(office, siti, 1).answer["marks"]["P1.nik"] == "tidak_sesuai"


def test_a_case_not_sent_has_no_review(office, siti, sent):
    with pytest.raises(WrongUse, match="belum dikirim"):
        training.review(office, siti, 2)


def test_a_grade_that_fails_leaves_nothing_behind(office, siti, mark, monkeypatch):
    mark("status", "layak")
    before = rows_of(office, event)

    def break_down(*_args):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr("workbench.training.explain", break_down, raising=False)
        with pytest.raises(RuntimeError):
            training.submit(office, siti, 1)
    assert rows_of(office, event) == before
    assert rows_of(office, grade) == []
    assert training.submit(office, siti, 1)


def test_no_key_leaves_before_grading_and_only_ones_own_after(
    office, trainer, opened, join, mark, siti, secret, statements
):
    udin = join("Udin").actor
    given = [
        opened,
        classes.current_class(office),
        boards.board(office, trainer, opened.id),
        training.my_progress(office, siti),
        training.my_case(office, siti),
        training.my_case(office, siti, 3),
        mark("status", "layak"),
        training.results_by_rule(office, siti),
    ]
    for number in (1, 2, 4):
        with pytest.raises(WrongUse):
            training.review(office, siti, number)
    assert secret not in repr(given)
    assert not any("case_key" in statement for statement in statements)

    assert secret in repr(training.submit(office, siti, 1))
    statements.clear()
    for other in (
        training.my_case(office, udin),
        training.my_case(office, siti, 3),
        training.my_progress(office, siti),
        boards.board(office, trainer, opened.id),
    ):
        assert secret not in repr(other)
    assert secret in repr(training.review(office, siti, 1))
    assert not any("case_key" in statement for statement in statements)


def test_the_worked_case_is_for_trainees_and_trainers(office, siti, trainer):
    assert training.worked_case(office, siti) == training.worked_case(office, trainer)


def test_every_answer_is_in_the_chain(office, sent):
    report = verify_chain(office.practice)
    assert report.is_whole
    assert [row.kind for row in rows_of(office, event)].count("jawaban") == 5


def test_a_trainees_process_loads_no_engine():
    program = (
        "import sys, workbench.services.training;"
        "heavy = {'duckdb', 'polars', 'pandas', 'alembic', 'folium', 'argon2',"
        " 'workbench.rules.engine', 'python_calamine', 'rapidfuzz'};"
        "sys.exit(' '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

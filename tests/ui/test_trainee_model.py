"""The room Latihan as a plain object."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from workbench.errors import StoreFault, WrongUse
from workbench.ui.trainee.model import TraineeRoom, blockers, percent
from workbench.ui.trainee.view import link


def save(number: int, field: str, value: str, revision: int = 1) -> dict[str, object]:
    return {"kind": "save", "number": number, "field": field, "value": value, "revision": revision}


def test_a_newcomer_sees_the_worked_case_and_a_returning_one_the_case_that_is_next(
    room: TraineeRoom, training
) -> None:
    assert room.first_page()["screen"] == "worked"
    room.answer(save(1, "F1.rt", "sesuai"))
    page = room.first_page()
    assert (page["screen"], page["case"]["number"]) == ("case", 1)
    assert page["answer"]["marks"] == {"F1.rt": "sesuai"}
    assert page["answer"]["revisions"] == {"F1.rt": 1}
    training.sent.add(1)
    assert room.first_page()["case"]["number"] == 2


def test_when_all_is_sent_the_progress_opens_with_every_case_to_read_again(
    room: TraineeRoom, training
) -> None:
    training.sent.update((1, 2, 3))
    page = room.first_page()
    assert page["screen"] == "progress"
    assert [case["number"] for case in page["cases"]] == [1, 2, 3]
    assert page["next"] is None
    assert room.page("review", 2)["feedback"]["items"]


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({}, "Pilih status keluarga dulu."),
        ({"status": "tidak_layak", "follow_up": "kunjungan"}, "Pilih alasan tidak layak dulu."),
        ({"status": "layak"}, "Pilih tindak lanjut dulu."),
    ],
)
def test_what_is_missing_blocks_with_a_sentence(answer: dict[str, str], sentence: str) -> None:
    assert blockers(answer)[0] == sentence


def test_a_whole_decision_is_not_blocked_whatever_the_marks() -> None:
    assert blockers({"status": "layak", "follow_up": "tidak_ada"}) == []
    assert blockers({"status": "tidak_layak", "reason": "TL14", "follow_up": "kunjungan"}) == []


def test_a_saved_field_is_answered_with_its_revision_and_what_still_blocks(
    room: TraineeRoom,
) -> None:
    page, (answer,) = room.answer(save(1, "status", "layak"))
    assert page is None
    assert answer["kind"] == "saved"
    assert (answer["revision"], answer["asked"], answer["value"]) == (1, 1, "layak")
    assert answer["blockers"] == ["Pilih tindak lanjut dulu."]
    _, (answer,) = room.answer(save(1, "follow_up", "kunjungan"))
    assert answer["blockers"] == []


def test_a_revision_taken_by_another_value_is_answered_with_the_newest(room: TraineeRoom) -> None:
    room.answer(save(1, "F1.rt", "sesuai", 1))
    room.answer(save(1, "F1.rt", "tidak_sesuai", 2))
    _, (answer,) = room.answer(save(1, "F1.rt", "perlu_kunjungan", 1))
    assert (answer["kind"], answer["revision"], answer["value"]) == ("differs", 2, "tidak_sesuai")


def test_a_refusal_hands_on_the_sentence_and_says_whether_asking_again_may_help(
    room: TraineeRoom, training
) -> None:
    training.fault = StoreFault("Disk penuh, jadi data tidak tersimpan.")
    _, (answer,) = room.answer(save(1, "F1.rt", "sesuai"))
    assert (answer["kind"], answer["again"]) == ("refused", True)
    assert answer["sentence"].startswith("Disk penuh")
    training.fault = None
    training.sent.add(1)
    _, (answer,) = room.answer(save(1, "F1.rt", "sesuai"))
    assert (answer["kind"], answer["again"]) == ("refused", False)


def test_sending_is_refused_until_the_decision_is_whole(room: TraineeRoom, training) -> None:
    room.answer(save(1, "status", "layak"))
    page, (answer,) = room.answer({"kind": "submit", "number": 1})
    assert (page, answer["sentence"]) == (None, "Pilih tindak lanjut dulu.")
    assert training.sent == set()
    room.answer(save(1, "follow_up", "tidak_ada"))
    page, answers = room.answer({"kind": "submit", "number": 1})
    assert (page["screen"], answers) == ("feedback", [])
    again, _ = room.answer({"kind": "submit", "number": 1})
    assert again["feedback"] == page["feedback"]


def test_a_receipt_says_which_value_it_is_for(room: TraineeRoom) -> None:
    room.answer(save(1, "F1.rt", "sesuai", 1))
    room.answer(save(1, "F1.rt", "tidak_sesuai", 2))
    _, (answer,) = room.answer(save(1, "F1.rt", "sesuai", 1))
    assert (answer["kind"], answer["asked"], answer["given"]) == ("saved", 1, "sesuai")
    assert (answer["revision"], answer["value"]) == (2, "tidak_sesuai")


def test_a_mark_that_comes_after_the_sending_opens_the_feedback_of_that_case_only(
    room: TraineeRoom, training
) -> None:
    room.page("case", 1)
    training.sent.add(1)
    page, (answer,) = room.answer(save(1, "F1.rt", "sesuai"))
    assert (page["screen"], page["case"]["number"]) == ("feedback", 1)
    assert (answer["kind"], answer["again"]) == ("refused", False)
    # What was still on its way for that case must not turn the page of the next one.
    room.page("case", 2)
    page, (answer,) = room.answer(save(1, "F1.rt", "sesuai"))
    assert (page, answer["kind"]) == (None, "refused")


def test_a_refused_mark_of_an_open_case_turns_no_page(room: TraineeRoom, training) -> None:
    room.page("case", 1)
    training.fault = WrongUse("Isian itu tidak ada pada kasus ini.")
    page, (answer,) = room.answer(save(1, "F9.rt", "sesuai"))
    assert (page, answer["kind"]) == (None, "refused")


def test_a_case_is_graded_once_however_often_it_is_sent(room: TraineeRoom, training) -> None:
    room.answer(save(1, "status", "layak"))
    room.answer(save(1, "follow_up", "tidak_ada"))
    pages = [room.answer({"kind": "submit", "number": 1})[0] for _ in range(3)]
    assert training.submissions == 1
    assert pages[0] == pages[1] == pages[2]


def test_a_page_names_the_request_it_answers(room: TraineeRoom) -> None:
    card = link(room)
    card._receive(None, {"kind": "go", "to": "case", "number": 1, "request": 4}, [])
    assert card.page["request"] == 4
    card._receive(None, {"kind": "go", "to": "worked", "request": {"4": 1}}, [])
    assert card.page["request"] is None


def test_another_seats_case_is_refused_with_a_sentence(room: TraineeRoom) -> None:
    page, _ = room.answer({"kind": "go", "to": "case", "number": 99})
    assert page["screen"] == "message"
    assert "bukan bagian Anda" in page["text"]


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"kind": "save"},
        {"kind": "save", "number": "1", "field": "F1.rt", "value": "sesuai", "revision": 1},
        {"kind": "save", "number": 1, "field": ["F1.rt"], "value": "sesuai", "revision": 1},
        {"kind": "save", "number": 1, "field": "F1.rt", "value": None, "revision": 1},
        {"kind": "save", "number": 1, "field": "F1.rt", "value": "sesuai", "revision": 1.5},
        {"kind": "save", "number": 1, "field": "F1.rt", "value": "sesuai", "revision": True},
        {"kind": "save", "number": 1, "field": "F1.rt", "value": "x" * 5000, "revision": 1},
        {"kind": "save", "number": 1, "field": "F1.rt" * 50, "value": "sesuai", "revision": 1},
        {"kind": "save", "number": 1, "field": "F1.rt", "value": "sesuai", "revision": 0},
        {"kind": "save", "number": 1, "field": "F1.rt", "value": "sesuai", "revision": -1},
        {"kind": "save", "number": 1, "field": "F1.rt", "value": "sesuai", "revision": 2**53},
        {
            "kind": "save",
            "number": 1,
            "field": "F1.rt",
            "value": "sesuai",
            "revision": float("nan"),
        },
        {"kind": "save", "number": True, "field": "F1.rt", "value": "sesuai", "revision": 1},
        {"kind": "save", "number": 1.0, "field": "F1.rt", "value": "sesuai", "revision": 1},
        {"kind": ["save"], "number": 1, "field": "F1.rt", "value": "sesuai", "revision": 1},
        {"kind": "submit", "number": "1"},
        {"kind": "submit", "number": 2**70},
        {"kind": "submit", "number": -1},
        {"kind": "go", "to": 3},
        {"kind": "exec", "code": "1"},
    ],
)
def test_a_message_of_another_shape_does_nothing(
    room: TraineeRoom, training, message: dict[str, object]
) -> None:
    assert room.answer(message) == (None, [])
    assert training.ledger == {}


def test_before_grading_no_page_carries_feedback(room: TraineeRoom) -> None:
    for page in (room.first_page(), room.page("case", 1), room.page("progress")):
        said = json.dumps(page)
        assert "feedback" not in said
        assert "expected" not in said


def test_scores_are_rounded_as_people_do() -> None:
    assert [percent(score) for score in (None, 0.0, 0.605, 0.115, 1.0)] == [None, 0, 61, 12, 100]


def test_a_trainees_panel_loads_neither_maps_nor_engines() -> None:
    code = (
        "import sys, workbench.ui.rooms, workbench.ui.trainee.view, workbench.services.training\n"
        "bad = {'duckdb', 'polars', 'folium', 'geopandas', 'pandas', 'workbench.rules.engine'}\n"
        "bad |= {'alembic', 'numpy', 'pyarrow'}\n"
        "sys.exit(', '.join(sorted(bad & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]

"""The room Latihan as a plain object."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from types import SimpleNamespace

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
        ({"status": "layak", "follow_up": "kunjungan"}, "Pilih seberapa yakin Anda dulu."),
    ],
)
def test_what_is_missing_blocks_with_a_sentence(answer: dict[str, str], sentence: str) -> None:
    assert blockers(answer)[0] == sentence


def test_a_whole_decision_is_not_blocked_whatever_the_marks() -> None:
    whole = {"status": "layak", "follow_up": "tidak_ada", "confidence": "ragu"}
    assert blockers(whole) == []
    assert blockers({**whole, "status": "tidak_layak", "reason": "TL14"}) == []


def test_a_saved_field_is_answered_with_its_revision_and_what_still_blocks(
    room: TraineeRoom,
) -> None:
    page, (answer,) = room.answer(save(1, "status", "layak"))
    assert page is None
    assert answer["kind"] == "saved"
    assert (answer["revision"], answer["asked"], answer["value"]) == (1, 1, "layak")
    assert answer["blockers"][:1] == ["Pilih tindak lanjut dulu."]
    _, (answer,) = room.answer(save(1, "follow_up", "kunjungan"))
    assert answer["blockers"] == ["Pilih seberapa yakin Anda dulu."]
    _, (answer,) = room.answer(save(1, "confidence", "cukup"))
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
    room.answer(save(1, "confidence", "yakin"))
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
    room.answer(save(1, "confidence", "yakin"))
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
        "import sys, workbench.ui.rooms, workbench.ui.trainee.view\n"
        "import workbench.services.courses, workbench.services.training\n"
        "bad = {'duckdb', 'polars', 'folium', 'geopandas', 'pandas', 'workbench.rules.engine'}\n"
        "bad |= {'alembic', 'numpy', 'pyarrow'}\n"
        "sys.exit(', '.join(sorted(bad & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]


# -- a class with parts ----------------------------------------------------------------------------


def test_a_class_with_parts_opens_on_its_steps(room: TraineeRoom, courses) -> None:
    page = room.first_page()
    assert page["screen"] == "ladder"
    assert [(part["title"], part["word"]) for part in page["parts"]] == [
        ("Tes awal", "Dibuka"),
        ("Latihan berjenjang", "Belum dibuka"),
        ("Tes akhir", "Belum dibuka"),
    ]
    first = page["groups"][0]
    assert (first["title"], first["step"], first["mastered"], first["of"]) == (
        "Identitas",
        "Campuran",
        2,
        3,
    )
    assert (page["mastered"], page["due"], page["n_rules"]) == (2, 1, 6)
    assert [rule["is_met"] for rule in page["groups"][1]["rules"]] == [True, False]


def test_a_reload_in_the_middle_of_a_case_opens_that_case(
    room: TraineeRoom, courses, training
) -> None:
    training.ledger[(1, "F1.rt")] = {1: "sesuai"}
    page = room.first_page()
    assert (page["screen"], page["case"]["number"]) == ("case", 1)


def test_a_question_of_a_test_is_counted_and_explained_only_when_the_test_is_closed(
    room: TraineeRoom, courses, training
) -> None:
    page = room.page("next")
    assert (page["heading"], page["bar"]) == ("Soal 1 dari 3", {"done": 0, "of": 3})
    for field, value in (("status", "layak"), ("follow_up", "tidak_ada"), ("confidence", "ragu")):
        room.answer(save(1, field, value))
    page, _ = room.answer({"kind": "submit", "number": 1})
    assert (page["screen"], page["left"]) == ("stored", 2)
    assert page["text"] == "Pembahasan dibuka setelah tes ditutup."
    assert "feedback" not in json.dumps(page)
    training.place["is_test"], courses.states[1] = False, "closed"
    page = room.page("review", 1)
    assert (page["screen"], page["heading"]) == ("feedback", "Tes awal")
    assert page["feedback"]["items"]


def test_a_mark_that_comes_after_a_test_was_sent_elsewhere_says_that_it_is_stored(
    room: TraineeRoom, courses, training
) -> None:
    room.page("next")
    training.sent.add(1)
    page, (answer,) = room.answer(save(1, "F1.rt", "sesuai"))
    assert (page["screen"], answer["kind"]) == ("stored", "refused")


def test_the_ladder_says_its_step_and_hands_on_the_hints(
    room: TraineeRoom, courses, training
) -> None:
    hint = {"text": "Bandingkan jenis kelamin pada KTP.", "cells": ["P3.sex"]}
    training.place = {
        "part": 2, "kind": "latihan", "step": "dibantu", "hints": (hint,), "is_test": False,
    }  # fmt: skip
    page = room.page("next")
    assert page["heading"] == "Latihan berjenjang: dengan bantuan"
    assert page["case"]["hints"] == [hint]
    assert page["bar"] is None


def test_the_group_that_is_climbed_stands_over_its_case(
    room: TraineeRoom, courses, training, come
) -> None:
    training.place = {"part": 2, "kind": "latihan", "step": "dibantu", "is_test": False}
    courses.upcoming[:] = [come("kasus", 1, group="identity")]
    page = room.page("next")
    assert (page["heading"], page["part_title"]) == (
        "Identitas: dengan bantuan",
        "Latihan berjenjang",
    )


def test_an_example_is_read_and_leads_on(room: TraineeRoom, courses, come) -> None:
    courses.upcoming[:] = [come("contoh", 4), come("kasus", 1)]
    page = room.page("next")
    assert (page["screen"], page["number"]) == ("worked", 4)
    assert page["steps"][0]["text"]
    page, _ = room.answer({"kind": "finish", "number": 4})
    assert (page["screen"], page["case"]["number"]) == ("case", 1)
    again, _ = room.answer({"kind": "finish", "number": 4})
    assert (again["case"]["number"], courses.finished) == (1, [4])


@pytest.mark.parametrize("kind", ["tunggu", "jeda", "tes_selesai", "kuis", "selesai"])
def test_where_there_is_no_task_a_page_says_why(
    room: TraineeRoom, courses, come, kind: str
) -> None:
    courses.upcoming[:] = [come(kind, 0, "Lanjut pukul 10.30.")]
    page = room.page("next")
    assert (page["screen"], page["text"]) == ("wait", "Lanjut pukul 10.30.")
    courses.upcoming[:] = [come(kind)]
    assert room.page("next")["text"]


def test_where_only_drills_are_open_the_steps_lead_to_their_room(
    room: TraineeRoom, courses
) -> None:
    assert not room.page("ladder")["is_quiz"]
    courses.quiz = "open"
    page = room.page("ladder")
    assert (page["is_quiz"], page["parts"][3]["kind"]) == (False, "kuis")
    courses.states[1] = "closed"
    assert room.page("ladder")["is_quiz"]


def test_the_link_to_a_refresher_comes_with_the_last_page_and_ones_progress(
    training, courses, come, trainee
) -> None:
    training.parts = True
    room = TraineeRoom(None, trainee, training, courses, "http://192.168.1.7:8866")
    courses.upcoming[:] = [come("selesai")]
    assert room.page("next")["refresher"] is None
    courses.token = "AbC-d_9"
    for page in (room.page("next"), room.page("progress")):
        assert page["refresher"]["link"] == "http://192.168.1.7:8866/segarkan?tugas=AbC-d_9"
        assert page["refresher"]["code"]["size"] > 20
    courses.upcoming[:] = [come("tunggu")]
    assert room.page("next")["refresher"] is None
    nowhere = TraineeRoom(None, trainee, training, courses).page("progress")["refresher"]
    assert nowhere == {"link": "/segarkan?tugas=AbC-d_9", "code": None}


def test_a_pulse_moves_a_waiting_page_on_and_leaves_every_other_alone(
    room: TraineeRoom, courses, come
) -> None:
    courses.upcoming[:] = [come("tunggu", 0, "Tunggu.")]
    room.page("next")
    page, (live,) = room.answer({"kind": "pulse"})
    assert (page, live["kind"], live["paused"]) == (None, "live", False)
    courses.upcoming[:] = [come("kasus", 1)]
    page, _ = room.answer({"kind": "pulse"})
    assert (page["screen"], page["is_quiet"]) == ("case", True)
    looks = courses.looks
    assert room.answer({"kind": "pulse"})[0] is None
    assert courses.looks == looks


def test_a_pulse_shows_a_part_that_was_opened(room: TraineeRoom, courses) -> None:
    room.first_page()
    assert room.answer({"kind": "pulse"})[0] is None
    courses.states[2] = "open"
    page, _ = room.answer({"kind": "pulse"})
    assert page["parts"][1]["word"] == "Dibuka"


def test_a_pulse_brings_what_the_trainer_says(room: TraineeRoom, courses) -> None:
    at = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    courses.said = SimpleNamespace(paused=True, message="Kumpul di aula.", message_at=at)
    said = {"paused": True, "message": "Kumpul di aula.", "at": at.isoformat()}
    assert room.page("case", 1)["live"] == said
    assert room.answer({"kind": "pulse"}) == (None, [{"kind": "live", **said}])


def test_a_pulse_that_fails_says_nothing(room: TraineeRoom, courses, monkeypatch) -> None:
    def fail(*_: object) -> None:
        raise StoreFault("Disk penuh.")

    monkeypatch.setattr(courses, "live", fail)
    assert room.answer({"kind": "pulse"}) == (None, [])


def test_progress_in_a_class_with_parts_shows_what_is_mastered_and_hides_an_open_test(
    room: TraineeRoom, courses, training
) -> None:
    training.sent.add(1)
    page = room.page("progress")
    assert [rule["rule"] for rule in page["mastered"]] == ["IDN-10", "IDN-09"]
    assert [rule["rule"] for rule in page["due"]] == ["IDN-09"]
    assert page["tests"] == [{"title": "Tes awal", "score": None, "done": 1}]
    courses.states[1] = "closed"
    assert room.page("progress")["tests"][0]["score"] == 61


@pytest.mark.parametrize(
    "message",
    [
        {"kind": "go", "to": "next"},
        {"kind": "go", "to": "ladder"},
        {"kind": "finish", "number": 1},
    ],
)
def test_a_class_without_parts_knows_no_steps(
    room: TraineeRoom, message: dict[str, object]
) -> None:
    page, answers = room.answer(message)
    assert (page["screen"], answers) == ("message", [])
    assert room.answer({"kind": "pulse"}) == (None, [])
    assert room.first_page()["live"] is None


def test_who_saves_or_sends_in_a_pause_is_told_of_it(
    room: TraineeRoom, courses, training, monkeypatch
) -> None:
    room.page("case", 1)
    for field, value in (("status", "layak"), ("follow_up", "tidak_ada"), ("confidence", "yakin")):
        room.answer(save(1, field, value))
    courses.said = SimpleNamespace(paused=True, message="", message_at=None)
    live = {"kind": "live", "paused": True, "message": "", "at": ""}
    _, (saved, told) = room.answer(save(1, "F1.rt", "sesuai"))
    assert (saved["kind"], told) == ("saved", live)

    def refuse(*_: object) -> None:
        raise WrongUse("Pelatih sedang menjeda kelas.")

    monkeypatch.setattr(training, "submit", refuse)
    page, (told, refused) = room.answer({"kind": "submit", "number": 1})
    assert (page, told, refused["kind"]) == (None, live, "refused")

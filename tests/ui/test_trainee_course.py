"""The room Latihan in a real class with parts: from the first test up the ladder."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from workbench.access import Actor, Role, Workspace
from workbench.services import arrivals, classes, courses, training
from workbench.services.ladders import PartPlan
from workbench.services.office import Office
from workbench.ui.home.model import home
from workbench.ui.trainee.model import TraineeRoom

TRAINER = Actor("pelatih", "Pelatih", Role.PELATIH, Workspace.LATIHAN, ("36.73",))
DECISION = {"status": "layak", "follow_up": "tidak_ada", "confidence": "ragu"}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office(tmp_path_factory.mktemp("jenjang"))


@pytest.fixture(scope="module")
def class_id(office: Office) -> str:
    """A class of one seat: a test of four cases, then the ladder over three rules."""
    parts = (
        PartPlan("tes_awal", "Tes awal", 4),
        PartPlan("latihan", "Latihan berjenjang"),
    )
    settings = classes.ClassSettings(
        "Kelas jenjang",
        "Serang",
        date(2026, 11, 22),
        groups=("identity",),
        seats=1,
        seed=5,
        parts=parts,
        n_rules=3,
    )
    return classes.open_class(office, TRAINER, settings).id


@pytest.fixture(scope="module")
def seated(office: Office, class_id: str) -> Actor:
    info = classes.current_class(office)
    return arrivals.join(office, info.join_code, "Budi Uji", "operator", "36.73.01.1001").actor


def answer(room: TraineeRoom, page: dict[str, Any]) -> dict[str, Any]:
    """Send the case on ``page`` with nothing marked; returns the page that follows."""
    assert page["screen"] == "case", page
    number = page["case"]["number"]
    for field, value in DECISION.items():
        _, (said,) = room.answer(
            {"kind": "save", "number": number, "field": field, "value": value, "revision": 1}
        )
        assert said["kind"] == "saved"
    assert said["blockers"] == []
    after, _ = room.answer({"kind": "submit", "number": number})
    return after


def test_a_test_is_sat_in_silence_explained_when_closed_and_followed_by_the_ladder(
    office: Office, class_id: str, seated: Actor
) -> None:
    room = TraineeRoom(office, seated, training, courses)
    page = room.first_page()
    assert (page["screen"], page["can_go_on"]) == ("ladder", False)
    assert len([rule for group in page["groups"] for rule in group["rules"]]) == 3
    assert home(office, seated).tiles[0].state == "Belum ada bagian yang dibuka."

    courses.open_part(office, TRAINER, class_id, 1)
    page, (live,) = room.answer({"kind": "pulse"})
    assert (page["can_go_on"], live["paused"]) == (True, False)
    for number in range(1, 5):
        page = room.page("next")
        assert page["heading"] == f"Soal {number} dari 4"
        page = answer(room, page)
        assert (page["screen"], page["left"]) == ("stored", 4 - number)
    assert "score" not in json.dumps(page)
    assert room.page("progress")["cases"] == []
    page = room.page("next")
    assert (page["screen"], page["kind"]) == ("wait", "tes_selesai")

    courses.close_part(office, TRAINER, class_id, 1)
    courses.open_part(office, TRAINER, class_id, 2)
    page, _ = room.answer({"kind": "pulse"})
    assert page["is_quiet"]
    progress = room.page("progress")
    assert [test["title"] for test in progress["tests"]] == ["Tes awal"]
    assert progress["tests"][0]["score"] is not None
    assert room.page("review", 1)["heading"] == "Tes awal"

    page = room.page("next")
    if page["screen"] == "worked":
        assert page["steps"]
        page, _ = room.answer({"kind": "finish", "number": page["number"]})
    assert page["heading"].startswith("Identitas: ")
    page = answer(room, page)
    assert (page["screen"], page["is_course"]) == ("feedback", True)
    assert page["feedback"]["confidence"]["given"] == "Ragu"
    assert home(office, seated).tiles[0].action == "Lanjutkan"


def test_a_pause_hands_out_nothing_new_and_the_message_is_told(
    office: Office, class_id: str, seated: Actor
) -> None:
    room = TraineeRoom(office, seated, training, courses)
    courses.open_part(office, TRAINER, class_id, 2)
    courses.pause(office, TRAINER, class_id, True)
    courses.say_to_all(office, TRAINER, class_id, "Kumpul di aula.")
    page = room.page("next")
    assert (page["screen"], page["kind"]) == ("wait", "jeda")
    assert page["live"]["message"] == "Kumpul di aula."
    courses.pause(office, TRAINER, class_id, False)
    page, (live,) = room.answer({"kind": "pulse"})
    assert page["screen"] in ("worked", "case")
    assert live["message"] == "Kumpul di aula."

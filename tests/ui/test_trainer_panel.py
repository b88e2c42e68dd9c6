"""The room Kelas: its model as a plain object, its page as widgets without a browser."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ipywidgets as w
import pytest

from workbench.access import Actor, Role, Workspace
from workbench.errors import StoreFault, UnusableInput
from workbench.services import classes as real
from workbench.ui.trainer import drawing
from workbench.ui.trainer.model import (
    DONE,
    NOT_BEGUN,
    STUCK,
    WORKING,
    ClassForm,
    ClassRoom,
    Stream,
    hall_address,
    outcome_of,
    person_state,
    weak_rules,
)
from workbench.ui.trainer.view import BOARD, CLASS, HELP, JOIN, ClassView

START = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
NOW = START + timedelta(minutes=30)
EVIL = "<script>alert(1)</script>"


def person(seat: int, name: str, done: int = 0, idle_minutes: int = 0) -> real.Person:
    at = NOW - timedelta(minutes=idle_minutes)
    area = "Kelurahan Serang"
    return real.Person(seat, name, "operator", "36.73.01.1001", area, done, 12, START, at, None)


def info(**changes: Any) -> real.ClassInfo:
    plain = real.ClassInfo(
        "KUJI",
        "Kelas uji",
        "Aula",
        date(2026, 11, 21),
        "ACDEFG",
        "open",
        12,
        0.75,
        (),
        100,
        2,
        START,
        datetime(2126, 11, 21, 10, 0, tzinfo=UTC),
    )
    return replace(plain, **changes)


def board(*people: real.Person, **changes: Any) -> real.Board:
    places = (
        real.Place("36.73.01.1001", "Serang", "Serang", tuple(p.seat for p in people)),
        real.Place("36.73.02.1001", "Kasemen", "Kasemen", ()),
        real.Place("36.73.02.1002", "Banten", "Kasemen", ()),
    )
    matrix = {
        "": {1: real.Outcome(0, 0, 2)},
        "IDN-01": {1: real.Outcome(1, 0, 0), 2: real.Outcome(0, 2, 0)},
        "KEL-01": {2: real.Outcome(1, 1, 0)},
    }
    done = sum(p.done for p in people)
    totals = real.Totals(len(people), 67, 1, 67, done, 12 * len(people), 2, 3, 2, 0.715)
    plain = real.Board(
        info(joined=len(people)),
        people,
        places,
        places[1:],
        (real.Absent("Wati", "Kelurahan Kasemen", "PSM"),),
        ("IDN-01", "KEL-01"),
        matrix,
        (real.MissedRule("IDN-01", 2, 1, 1), real.MissedRule("KEL-01", 1, 1, 1)),
        totals,
    )
    return replace(plain, **changes)


class FakeClasses:
    """``services.classes`` with one class and one board."""

    ClassSettings = real.ClassSettings

    def __init__(self, is_open: bool = True) -> None:
        self.info = info() if is_open else None
        self.board_now = board(person(1, "Budi", 3), person(2, "Ani", 1, 7))
        self.asked: list[Any] = []
        self.fault: Exception | None = None

    def current_class(self, office: Any) -> Any:
        return self.info if self.info and self.info.is_open else None

    def list_classes(self, office: Any, actor: Any) -> Any:
        return (self.info,) if self.info else ()

    def class_info(self, office: Any, actor: Any, class_id: str) -> Any:
        return self.info

    def open_class(
        self, office: Any, actor: Any, settings: Any, expected: Any, progress: Any
    ) -> Any:
        if self.fault:
            raise self.fault
        self.asked.append((settings, expected))
        progress(settings.seats, settings.seats)
        self.info = info(name=settings.name, joined=0)
        return self.info

    def board(self, office: Any, actor: Any, class_id: str) -> Any:
        if self.fault:
            raise self.fault
        return replace(self.board_now, info=self.info)

    def close_class(self, office: Any, actor: Any, class_id: str) -> Any:
        self.info = replace(self.info, state="closed")
        return self.info

    def reopen_class(self, office: Any, actor: Any, class_id: str) -> Any:
        self.info = replace(self.info, state="open")
        return self.info

    def turn_code_off(self, office: Any, actor: Any, class_id: str) -> Any:
        self.info = replace(self.info, code_until=None)
        return self.info

    def turn_code_on(self, office: Any, actor: Any, class_id: str) -> Any:
        self.info = replace(self.info, code_until=info().code_until)
        return self.info

    def renew_code(self, office: Any, actor: Any, class_id: str) -> Any:
        self.asked.append("new code")
        self.info = replace(self.info, join_code="QRTUVW", code_until=info().code_until)
        return self.info

    def issue_return_code(self, office: Any, actor: Any, class_id: str, seat: int) -> str:
        self.asked.append(seat)
        return "ACDE-FGHJ"

    def read_participants(self, path: Path) -> Any:
        content = path.read_bytes()
        if not content:
            raise UnusableInput("Kolom nama peserta tidak ditemukan.")
        names = content.decode().split(",")
        return [SimpleNamespace(name=n, area_kode="" if n == "Wati" else "36.73") for n in names]


@pytest.fixture
def trainer() -> Actor:
    return Actor("pelatih", "Pelatih", Role.PELATIH, Workspace.LATIHAN, ("36.73",))


@pytest.fixture
def office(tmp_path: Path) -> Any:
    told = {
        "url": "http://127.0.0.1:8866",
        "urls": ["http://127.0.0.1:8866", "http://10.0.0.7:8866"],
    }
    (tmp_path / "serve.json").write_text(json.dumps({**told, "trainer_password": "rahasia"}))
    return SimpleNamespace(root=tmp_path)


def words(widget: w.Widget) -> str:
    """All the HTML a widget shows."""
    if isinstance(widget, w.HTML):
        return str(widget.value)
    return "".join(words(child) for child in getattr(widget, "children", ()))


def button(widget: w.Widget, label: str) -> w.Button:
    if isinstance(widget, w.Button) and widget.description == label:
        return widget
    for child in getattr(widget, "children", ()):
        found = button(child, label)
        if found is not None:
            return found
    return None  # type: ignore[return-value]


# -- model ----------------------------------------------------------------------------------------


def test_a_form_says_what_is_missing() -> None:
    form = ClassForm(groups=("identity",), day=date(2026, 11, 21))
    assert form.blockers() == ["Isi nama kelas dulu."]
    form.name = "Bimtek"
    assert form.blockers() == []
    form.groups = ()
    assert form.blockers() == ["Pilih paling sedikit satu kelompok aturan."]


def test_who_is_stuck_has_done_nothing_for_five_minutes_and_is_not_done() -> None:
    assert person_state(person(1, "a", done=2, idle_minutes=5), NOW) == STUCK
    assert person_state(person(1, "a", done=2, idle_minutes=4), NOW) == WORKING
    assert person_state(person(1, "a", done=12, idle_minutes=60), NOW) == DONE
    fresh = replace(person(1, "a"), joined_at=NOW, last_action_at=NOW)
    assert person_state(fresh, NOW) == NOT_BEGUN


def test_the_stream_tells_each_thing_once_and_the_newest_first() -> None:
    stream = Stream()
    stream.tell([person(1, "Budi", idle_minutes=9)])
    assert [h.sentence for h in stream.happenings] == ["Budi masuk (Kelurahan Serang)."]
    stream.tell([person(1, "Budi", done=1), person(2, "Ani", done=0)])
    stream.tell([person(1, "Budi", done=1), person(2, "Ani", done=0)])
    assert [h.sentence for h in stream.happenings] == [
        "Budi mengirim kasus 1 dari 12.",
        "Ani masuk (Kelurahan Serang).",
        "Budi masuk (Kelurahan Serang).",
    ]


def test_outcomes_are_told_apart() -> None:
    told = [outcome_of(o) for o in (None, real.Outcome(), real.Outcome(1), real.Outcome(0, 1))]
    assert told == ["", "", "found", "missed"]
    assert outcome_of(real.Outcome(1, 1)) == "mixed"
    assert outcome_of(real.Outcome(0, 0, 1)) == "wrong"


def test_what_to_talk_about_with_one_person_is_what_they_missed_most() -> None:
    assert weak_rules(board(person(1, "Budi"), person(2, "Ani")), 2) == ["IDN-01", "KEL-01"]
    assert weak_rules(board(person(1, "Budi"), person(2, "Ani")), 1) == []


@pytest.mark.parametrize(
    ("told", "address"),
    [
        (
            {"url": "http://127.0.0.1:1", "urls": ["http://127.0.0.1:1", "http://10.0.0.7:1"]},
            "http://10.0.0.7:1",
        ),
        ({"url": "http://localhost:1/"}, "http://localhost:1"),
        ({"url": 3}, ""),
        ([], ""),
    ],
)
def test_the_hall_is_given_an_address_it_can_open(tmp_path: Path, told: Any, address: str) -> None:
    (tmp_path / "serve.json").write_text(json.dumps(told))
    assert hall_address(tmp_path) == address


def test_without_a_server_there_is_no_address(tmp_path: Path) -> None:
    assert hall_address(tmp_path) == ""


# -- page -----------------------------------------------------------------------------------------


def test_a_class_is_opened_with_a_participant_list(office: Any, trainer: Actor) -> None:
    classes = FakeClasses(is_open=False)
    view = ClassView(ClassRoom(office, trainer, classes))
    opener = button(view.widget, "Buka kelas")
    assert opener.disabled
    assert "Isi nama kelas dulu." in words(view.widget)
    fields = {c.description: c for c in view.body.children[0].children if hasattr(c, "description")}
    fields["Nama kelas"].value = "Bimtek"
    assert not opener.disabled
    assert view.room.read_participants("daftar.xlsx", b"Budi,Wati") == (
        "2 nama terbaca. 1 di antaranya tanpa kelurahan yang dikenal."
    )
    fields["Kasus berisi salah (%)"].value = 50
    opener.click()
    ((settings, expected),) = classes.asked
    assert (settings.name, settings.error_share, len(expected)) == ("Bimtek", 0.5, 2)
    assert len(settings.groups) == 6
    tabs = view.body.children[1]
    assert tabs.selected_index == JOIN
    assert "10.0.0.7:8866/masuk" in words(tabs)
    assert "<svg" in words(tabs)
    assert "ACDEFG" in words(tabs)
    assert "rahasia" not in words(view.widget)


def test_a_refused_class_says_why_and_leaves_the_form(office: Any, trainer: Actor) -> None:
    classes = FakeClasses(is_open=False)
    classes.fault = StoreFault("Disk penuh, jadi data tidak tersimpan.")
    view = ClassView(ClassRoom(office, trainer, classes))
    fields = {c.description: c for c in view.body.children[0].children if hasattr(c, "description")}
    fields["Nama kelas"].value = "Bimtek"
    button(view.widget, "Buka kelas").click()
    assert "Disk penuh" in words(view.widget)
    assert not button(view.widget, "Buka kelas").disabled


def test_an_unreadable_participant_list_is_said_in_its_own_sentence(
    office: Any, trainer: Actor
) -> None:
    room = ClassRoom(office, trainer, FakeClasses(is_open=False))
    with pytest.raises(UnusableInput, match="Kolom nama"):
        room.read_participants("../../daftar.xlsx", b"")


def test_the_board_shows_who_is_stuck_who_is_missing_and_what_is_missed(
    office: Any, trainer: Actor
) -> None:
    view = ClassView(ClassRoom(office, trainer, FakeClasses()))
    view.refresh(NOW)
    shown = words(view.board_tab)
    for sentence in (
        "2 dari 67",
        "3/12",
        "diam 7 menit",
        "2 dari 67 kelurahan belum terwakili",
        "Wati (Kelurahan Kasemen)",
        "terlewat 2 dari 3, oleh 1 orang",
        "Ani: terlewat",
        "Budi mengirim kasus 3 dari 12.",
    ):
        assert sentence in shown, sentence
    assert ">72<" in shown.replace("<strong>72</strong>", ">72<")


def test_a_rule_is_explained_and_stays_chosen_while_the_board_moves(
    office: Any, trainer: Actor
) -> None:
    classes = FakeClasses()
    view = ClassView(ClassRoom(office, trainer, classes))
    view.rule.value = "KEL-01"
    classes.board_now = replace(classes.board_now, rules=("IDN-01", "KEL-01", "IDN-02"))
    view.refresh(NOW)
    assert view.rule.value == "KEL-01"
    assert "Sumber:" in words(view.board_tab)


def test_a_lost_store_is_said_and_taken_back_when_it_returns(office: Any, trainer: Actor) -> None:
    classes = FakeClasses()
    view = ClassView(ClassRoom(office, trainer, classes))
    classes.fault = StoreFault("Penyimpanan sedang sibuk.")
    view.refresh(NOW)
    assert "Penyimpanan sedang sibuk." in view.said.value
    classes.fault = None
    view.refresh(NOW)
    assert view.said.value == ""


def test_a_person_is_helped_back_in(office: Any, trainer: Actor) -> None:
    classes = FakeClasses()
    view = ClassView(ClassRoom(office, trainer, classes))
    issue = button(view.help_tab, "Buat kode kembali")
    assert issue.disabled
    view.person.value = 2
    assert "IDN-01" in words(view.help_tab)
    issue.click()
    assert classes.asked == [2]
    assert "ACDE-FGHJ" in words(view.help_tab)
    view.person.value = 1
    assert "ACDE-FGHJ" not in words(view.help_tab)


def test_a_class_is_closed_and_opened_again(office: Any, trainer: Actor) -> None:
    classes = FakeClasses()
    view = ClassView(ClassRoom(office, trainer, classes))
    button(view.widget, "Tutup kelas").click()
    assert classes.info.state == "closed"
    assert view.body.children[1].selected_index == CLASS
    assert "ditutup untuk peserta baru" in words(view.widget)
    assert "<svg" not in words(view.widget)
    button(view.widget, "Buka lagi kelas ini").click()
    assert classes.info.is_open


def test_the_wall_shows_nothing_to_type_while_the_code_is_off(office: Any, trainer: Actor) -> None:
    view = ClassView(ClassRoom(office, trainer, FakeClasses()))
    assert "Kode berlaku sampai 21 Nov 2126 17.00 WIB." in words(view.join_tab)
    button(view.join_tab, "Matikan kode").click()
    shown = words(view.head) + words(view.join_tab)
    assert "Kode dimatikan" in shown
    for enterable in ("ACDEFG", "<svg", "10.0.0.7"):
        assert enterable not in shown
    button(view.join_tab, "Nyalakan lagi").click()
    assert "ACDEFG" in words(view.join_tab)
    assert "<svg" in words(view.join_tab)


def test_a_code_that_has_ended_is_told_and_turned_on_again(office: Any, trainer: Actor) -> None:
    classes = FakeClasses()
    classes.info = info(code_until=START)
    view = ClassView(ClassRoom(office, trainer, classes))
    assert "Kode tidak berlaku lagi sejak 21 Nov 2026 09.00 WIB." in words(view.join_tab)
    assert "ACDEFG" not in words(view.head) + words(view.join_tab)
    button(view.join_tab, "Nyalakan lagi").click()
    assert classes.info.code_works


def test_a_code_that_ended_under_the_button_is_not_turned_on_by_it(
    office: Any, trainer: Actor
) -> None:
    classes = FakeClasses()
    view = ClassView(ClassRoom(office, trainer, classes))
    classes.info = view.room.info = info(code_until=START)
    button(view.join_tab, "Matikan kode").click()
    assert not classes.info.code_works


def test_a_new_code_is_made_only_when_the_trainer_is_sure(office: Any, trainer: Actor) -> None:
    classes = FakeClasses()
    view = ClassView(ClassRoom(office, trainer, classes))
    sure = view.code_sure
    for answer, asked in (("Batal", []), ("Ya, buat kode baru", ["new code"])):
        assert sure.layout.display == "none"
        button(view.join_tab, "Buat kode baru").click()
        assert sure.layout.display == ""
        assert "tidak akan berlaku lagi" in words(sure)
        button(sure, answer).click()
        assert classes.asked == asked
    assert sure.layout.display == "none"
    assert "QRTUVW" in words(view.join_tab)
    assert "ACDEFG" not in words(view.join_tab)


def test_a_closed_class_has_no_code_to_turn(office: Any, trainer: Actor) -> None:
    view = ClassView(ClassRoom(office, trainer, FakeClasses()))
    assert view.code_buttons.layout.display == ""
    button(view.join_tab, "Buat kode baru").click()
    button(view.widget, "Tutup kelas").click()
    assert view.code_buttons.layout.display == view.code_sure.layout.display == "none"
    assert "Kelas ditutup, jadi kodenya tidak berlaku." in words(view.join_tab)


def test_names_are_escaped_everywhere(office: Any, trainer: Actor) -> None:
    classes = FakeClasses()
    classes.info = info(name=EVIL, place=EVIL)
    evil = replace(person(1, EVIL, 1, 9), area=EVIL)
    classes.board_now = board(evil, absent=(real.Absent(EVIL, EVIL, EVIL),))
    view = ClassView(ClassRoom(office, trainer, classes))
    view.refresh(NOW)
    view.person.value = 1
    button(view.help_tab, "Buat kode kembali").click()
    assert "<script" not in words(view.widget)
    assert "&lt;script" in words(view.board_tab)
    assert "<script" not in drawing.said(EVIL)


def test_the_board_opens_when_people_are_there_and_the_wall_when_nobody_is(
    office: Any, trainer: Actor
) -> None:
    classes = FakeClasses()
    assert ClassView(ClassRoom(office, trainer, classes)).body.children[1].selected_index == BOARD
    classes.info = info(joined=0)
    assert ClassView(ClassRoom(office, trainer, classes)).body.children[1].selected_index == JOIN
    assert HELP not in (BOARD, JOIN)

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
from workbench.domain.estimates import estimate_share
from workbench.errors import StoreFault, UnusableInput, WrongUse
from workbench.services import boards, courses, walls
from workbench.services import classes as real
from workbench.services.class_archives import Archive
from workbench.ui.hall import hall_address
from workbench.ui.trainer import drawing
from workbench.ui.trainer.model import (
    DONE,
    NOT_BEGUN,
    STUCK,
    WORKING,
    ClassForm,
    ClassRoom,
    Stream,
    outcome_of,
    person_state,
    weak_rules,
)
from workbench.ui.trainer.view import BOARD, CLASS, HELP, JOIN, ClassView

START = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
NOW = START + timedelta(minutes=30)
EVIL = "<script>alert(1)</script>"


def person(seat: int, name: str, done: int = 0, idle_minutes: int = 0) -> boards.Person:
    at = NOW - timedelta(minutes=idle_minutes)
    area = "Kelurahan Serang"
    return boards.Person(seat, name, "operator", "36.73.01.1001", area, done, 12, START, at, None)


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


def board(*people: boards.Person, **changes: Any) -> boards.Board:
    places = (
        boards.Place("36.73.01.1001", "Serang", "Serang", tuple(p.seat for p in people)),
        boards.Place("36.73.02.1001", "Kasemen", "Kasemen", ()),
        boards.Place("36.73.02.1002", "Banten", "Kasemen", ()),
    )
    matrix = {
        "": {1: boards.Outcome(0, 0, 2)},
        "IDN-01": {1: boards.Outcome(1, 0, 0), 2: boards.Outcome(0, 2, 0)},
        "KEL-01": {2: boards.Outcome(1, 1, 0)},
    }
    done = sum(p.done for p in people)
    totals = boards.Totals(len(people), 67, 1, 67, done, 12 * len(people), 2, 3, 2, 0.715)
    plain = boards.Board(
        info(joined=len(people)),
        people,
        places,
        places[1:],
        (boards.Absent("Wati", "Kelurahan Kasemen", "PSM"),),
        ("IDN-01", "KEL-01"),
        matrix,
        (boards.MissedRule("IDN-01", 2, 1, 1), boards.MissedRule("KEL-01", 1, 1, 1)),
        totals,
    )
    return replace(plain, **changes)


class FakeWalls:
    """``services.walls`` of a class in which everything moves all the time."""

    def __init__(self) -> None:
        self.moves = 0
        self.alike: tuple[Any, ...] = ()
        self.mastered: dict[int, int] = {}
        self.asked: list[Any] = []
        self.shown: list[Any] = []

    def pulse(self, *asked: Any) -> Any:
        self.moves += 1
        return walls.Pulse(self.moves, self.moves, 2, self.moves)

    def last_actions(self, *asked: Any) -> Any:
        return {}

    def alike_errors(self, office: Any, actor: Any, class_id: str, seats: Any) -> Any:
        return tuple(one for one in self.alike if one.seat in seats)

    def rules_mastered(self, office: Any, actor: Any, class_id: str, seats: Any) -> Any:
        return {seat: n for seat, n in self.mastered.items() if seat in seats}

    def worst_cases(self, office: Any, actor: Any, class_id: str, rule: str) -> Any:
        return tuple(walls.WorstCase(n, 5, f"Keluarga {EVIL} {n}", 3, 4, n - 1) for n in (1, 2))

    def put_on_wall(self, *asked: Any) -> Any:
        self.shown.append(asked[3:])
        return self.wall_case(*asked)

    def wall_case(self, office: Any, actor: Any, class_id: str, seat: int, number: int) -> Any:
        self.asked.append((seat, number))
        solution = walls.Solution("IDN-01", f"NIK keliru {EVIL}", "Sebabnya", ("KK",), "Sumbernya")
        return walls.WallCase(
            {"title": f"Keluarga {EVIL}", "record": [], "documents": [], "choices": {}},
            {"marks": {"P1.nik": "tidak_sesuai"}, "status": "layak", "follow_up": "kunjungan"},
            ({"look": "NIK", "say": "Saya lihat", "cells": ["P1.nik"]},),
            (solution,),
        )


class FakeCourses:
    """``services.courses``: what is said to the class, and its parts."""

    def __init__(self, *parts: courses.Part) -> None:
        self.now = courses.Live()
        self.listed = parts
        self.fault: Exception | None = None

    def live(self, *asked: Any) -> Any:
        return self.now

    def parts(self, *asked: Any) -> Any:
        return self.listed

    def pause(self, office: Any, actor: Any, class_id: str, paused: bool) -> None:
        if self.fault:
            raise self.fault
        self.now = replace(self.now, paused=paused)

    def say_to_all(self, office: Any, actor: Any, class_id: str, text: str) -> None:
        if self.fault:
            raise self.fault
        self.now = replace(self.now, message=text)

    def _turn(self, number: int, state: str) -> None:
        self.listed = tuple(
            replace(part, state=state) if part.number == number else part for part in self.listed
        )

    def open_part(self, office: Any, actor: Any, class_id: str, number: int) -> None:
        self._turn(number, "open")

    def close_part(self, office: Any, actor: Any, class_id: str, number: int) -> None:
        self._turn(number, "closed")


class FakeArchives:
    """``services.class_archives`` that takes a class off ``classes`` when it is put away."""

    def __init__(self, classes: Any = None) -> None:
        self.classes = classes
        self.made: list[Any] = []
        self.fault: Exception | None = None

    def archives(self, *asked: Any) -> Any:
        return tuple(self.made)

    def archive_class(self, office: Any, actor: Any, class_id: str) -> Any:
        if self.fault:
            raise self.fault
        rows = {"peserta": 2, "nilai": 7}
        self.made.append(Archive(f"{class_id}-2026-11-21.zip", class_id, EVIL, rows, 2048))
        self.classes.info = None
        return self.made[-1]

    def archive_file(self, office: Any, actor: Any, name: str) -> Any:
        return name, b"isi"


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

    def set_aside(self, office: Any, actor: Any, class_id: str, *seats: int) -> None:
        self.asked.append(seats)

    def count_again(self, office: Any, actor: Any, class_id: str, seat: int) -> None:
        self.asked.append(seat)


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


@pytest.fixture
def make_view(office: Any, trainer: Actor) -> Any:
    """A page over stand-ins: ``make_view(classes, walls=..., courses=..., archives=...)``."""

    def make(classes: FakeClasses | None = None, tab: str = "", **beside: Any) -> ClassView:
        classes = classes or FakeClasses()
        stand_ins = {
            "boards": classes,
            "arrivals": classes,
            "walls": FakeWalls(),
            "courses": FakeCourses(),
            "archives": FakeArchives(),
            "drills": SimpleNamespace(class_drills=lambda *asked: ()),
        }
        room = ClassRoom(office, trainer, classes, **{**stand_ins, **beside})
        view = ClassView(room)
        if tab:
            view.select(tab)
        return view

    return make


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
    told = [
        outcome_of(o) for o in (None, boards.Outcome(), boards.Outcome(1), boards.Outcome(0, 1))
    ]
    assert told == ["", "", "found", "missed"]
    assert outcome_of(boards.Outcome(1, 1)) == "mixed"
    assert outcome_of(boards.Outcome(0, 0, 1)) == "wrong"


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


def test_a_class_is_opened_with_a_participant_list(make_view: Any) -> None:
    classes = FakeClasses(is_open=False)
    view = make_view(classes)
    opener = button(view.widget, "Buka kelas")
    assert opener.disabled
    assert "Isi nama kelas dulu." in words(view.widget)
    fields = {c.description: c for c in view.body.children[1].children if hasattr(c, "description")}
    fields["Nama kelas"].value = "Bimtek"
    assert not opener.disabled
    assert view.room.read_participants("daftar.csv", b"Nama;Kelurahan\nBudi;Cipare\nWati;\n") == (
        "2 nama terbaca. 1 di antaranya tanpa kelurahan yang dikenal."
    )
    fields["Kasus berisi salah (%)"].value = 50
    opener.click()
    ((settings, expected),) = classes.asked
    assert (settings.name, settings.error_share, len(expected)) == ("Bimtek", 0.5, 2)
    assert len(settings.groups) == 6
    assert view.selected == JOIN
    tabs = view.body.children[1]
    assert "10.0.0.7:8866/masuk" in words(tabs)
    assert "<svg" in words(tabs)
    assert "ACDEFG" in words(tabs)
    assert "rahasia" not in words(view.widget)


def test_a_refused_class_says_why_and_leaves_the_form(make_view: Any) -> None:
    classes = FakeClasses(is_open=False)
    classes.fault = StoreFault("Disk penuh, jadi data tidak tersimpan.")
    view = make_view(classes)
    fields = {c.description: c for c in view.body.children[1].children if hasattr(c, "description")}
    fields["Nama kelas"].value = "Bimtek"
    button(view.widget, "Buka kelas").click()
    assert "Disk penuh" in words(view.widget)
    assert not button(view.widget, "Buka kelas").disabled


def test_a_refusal_that_stands_out_of_sight_is_pointed_to_beside_the_button(make_view: Any) -> None:
    classes = FakeClasses(is_open=False)
    classes.fault = StoreFault("Disk penuh, jadi data tidak tersimpan.")
    view = make_view(classes)
    form = view.body.children[1]
    fields = {c.description: c for c in form.children if hasattr(c, "description")}
    fields["Nama kelas"].value = "Bimtek"
    assert "belum dibuka" not in words(form)
    button(form, "Buka kelas").click()
    assert "Kelas belum dibuka. Sebabnya tertulis di atas halaman." in words(form)
    fields["Nama kelas"].value = "Bimtek Maret"
    assert "belum dibuka" not in words(form)


def test_a_tab_pressed_while_another_class_opens_shows_that_class(make_view: Any) -> None:
    view = make_view()
    pressed = view.body.children[1]
    before = pressed.children[list(pressed.titles).index(BOARD)].children
    view.draw_class(BOARD)
    view.draw_class(JOIN)
    pressed.selected_index = list(pressed.titles).index(BOARD)
    assert pressed in view.body.children
    after = pressed.children[pressed.selected_index].children
    assert after
    assert after != before


def test_an_unreadable_participant_list_is_said_in_its_own_sentence(make_view: Any) -> None:
    room = make_view(FakeClasses(is_open=False)).room
    with pytest.raises(UnusableInput, match="Kolom nama"):
        room.read_participants("../../daftar.csv", b"Umur;Alamat\n40;Cipare\n")


def test_the_board_shows_who_is_stuck_who_is_missing_and_what_is_missed(make_view: Any) -> None:
    view = make_view()
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


def test_a_rule_is_explained_and_stays_chosen_while_the_board_moves(make_view: Any) -> None:
    classes = FakeClasses()
    view = make_view(classes)
    view.missed.rule.value = "KEL-01"
    view.missed.cases[0].click()
    classes.board_now = replace(classes.board_now, rules=("IDN-01", "KEL-01", "IDN-02"))
    view.refresh(NOW)
    assert view.missed.rule.value == "KEL-01"
    assert view.missed.to_wall.layout.display == ""
    assert "Sumber:" in words(view.board_tab)


def test_a_lost_store_is_said_and_taken_back_when_it_returns(make_view: Any) -> None:
    classes = FakeClasses()
    view = make_view(classes)
    classes.fault = StoreFault("Penyimpanan sedang sibuk.")
    view.refresh(NOW)
    assert "Penyimpanan sedang sibuk." in view.said.value
    classes.fault = None
    view.refresh(NOW)
    assert view.said.value == ""


def test_a_person_is_helped_back_in(make_view: Any) -> None:
    classes = FakeClasses()
    view = make_view(classes, HELP)
    issue = button(view.help_tab, "Buat kode kembali")
    assert issue.disabled
    view.person.value = 2
    assert "IDN-01" in words(view.help_tab)
    issue.click()
    assert classes.asked == [2]
    assert "ACDE-FGHJ" in words(view.help_tab)
    view.person.value = 1
    assert "ACDE-FGHJ" not in words(view.help_tab)


def test_a_return_code_stays_on_the_page_when_somebody_joins(make_view: Any) -> None:
    classes = FakeClasses()
    view = make_view(classes, HELP)
    view.person.value = 2
    button(view.help_tab, "Buat kode kembali").click()
    classes.board_now = board(*classes.board_now.people, person(3, "Cici"))
    view.refresh(NOW)
    assert view.person.value == 2
    assert "ACDE-FGHJ" in words(view.help_tab)


def test_a_class_is_closed_and_opened_again(make_view: Any) -> None:
    classes = FakeClasses()
    view = make_view(classes, CLASS)
    button(view.widget, "Tutup kelas").click()
    assert classes.info.state == "closed"
    assert view.selected == CLASS
    assert "ditutup untuk peserta baru" in words(view.widget)
    assert "<svg" not in words(view.widget)
    button(view.widget, "Buka lagi kelas ini").click()
    assert classes.info.is_open


def test_the_wall_shows_nothing_to_type_while_the_code_is_off(make_view: Any) -> None:
    view = make_view(tab=JOIN)
    assert "Kode berlaku sampai 21 Nov 2126 17.00 WIB." in words(view.join_tab)
    button(view.join_tab, "Matikan kode").click()
    shown = words(view.head) + words(view.join_tab)
    assert "Kode dimatikan" in shown
    for enterable in ("ACDEFG", "<svg", "10.0.0.7"):
        assert enterable not in shown
    button(view.join_tab, "Nyalakan lagi").click()
    assert "ACDEFG" in words(view.join_tab)
    assert "<svg" in words(view.join_tab)


def test_a_code_that_has_ended_is_told_and_turned_on_again(make_view: Any) -> None:
    classes = FakeClasses()
    classes.info = info(code_until=START)
    view = make_view(classes, JOIN)
    assert "Kode tidak berlaku lagi sejak 21 Nov 2026 09.00 WIB." in words(view.join_tab)
    assert "ACDEFG" not in words(view.head) + words(view.join_tab)
    button(view.join_tab, "Nyalakan lagi").click()
    assert classes.info.code_works


def test_a_code_that_ended_under_the_button_is_not_turned_on_by_it(make_view: Any) -> None:
    classes = FakeClasses()
    view = make_view(classes, JOIN)
    classes.info = view.room.info = info(code_until=START)
    button(view.join_tab, "Matikan kode").click()
    assert not classes.info.code_works


def test_a_new_code_is_made_only_when_the_trainer_is_sure(make_view: Any) -> None:
    classes = FakeClasses()
    view = make_view(classes, JOIN)
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


def test_a_closed_class_has_no_code_to_turn(make_view: Any) -> None:
    view = make_view(tab=JOIN)
    assert view.code_buttons.layout.display == ""
    button(view.join_tab, "Buat kode baru").click()
    view.select(CLASS)
    button(view.widget, "Tutup kelas").click()
    view.select(JOIN)
    assert view.code_buttons.layout.display == view.code_sure.layout.display == "none"
    assert "Kelas ditutup, jadi kodenya tidak berlaku." in words(view.join_tab)


def test_names_are_escaped_everywhere(make_view: Any) -> None:
    classes = FakeClasses()
    classes.info = info(name=EVIL, place=EVIL)
    evil = replace(person(1, EVIL, 1, 9), area=EVIL)
    classes.board_now = board(evil, absent=(boards.Absent(EVIL, EVIL, EVIL),))
    view = make_view(classes, HELP)
    view.select(BOARD)
    view.refresh(NOW)
    view.person.value = 1
    button(view.help_tab, "Buat kode kembali").click()
    assert "<script" not in words(view.widget)
    assert "&lt;script" in words(view.board_tab)
    assert "<script" not in drawing.said(EVIL)


def test_the_board_opens_when_people_are_there_and_the_wall_when_nobody_is(make_view: Any) -> None:
    classes = FakeClasses()
    assert make_view(classes).selected == BOARD
    classes.info = info(joined=0)
    assert make_view(classes).selected == JOIN


def test_a_tab_is_drawn_when_it_is_first_opened(make_view: Any) -> None:
    view = make_view()
    drawn = [bool(place.children) for place in view.body.children[1].children]
    assert drawn == [False, False, True, False, False, False, False]
    view.select(HELP)
    drawn = [bool(place.children) for place in view.body.children[1].children]
    assert drawn == [False, False, True, True, False, False, False]
    first = view.help_tab
    view.select(BOARD)
    view.select(HELP)
    assert view.help_tab is first


# -- who needs a hand -----------------------------------------------------------------------------


def test_who_errs_alike_three_times_comes_before_who_is_idle(make_view: Any) -> None:
    beside = FakeWalls()
    beside.alike = (walls.AlikeErrors(1, "IDN-01"),)
    view = make_view(walls=beside)
    view.refresh(NOW)
    shown = view.helped.value
    assert "3 kali melewatkan IDN-01" in shown
    assert "diam 7 menit" in shown
    assert shown.index("Budi") < shown.index("Ani")
    assert "! 3 kali melewatkan IDN-01" in view.people.value


def test_three_false_alarms_in_a_row_are_said_in_words(make_view: Any) -> None:
    beside = FakeWalls()
    beside.alike = (walls.AlikeErrors(1, ""),)
    view = make_view(walls=beside)
    view.refresh(NOW)
    assert "3 kasus berturut-turut menandai isian yang sesuai" in view.helped.value


def test_the_trainer_says_after_how_many_minutes_somebody_is_idle(make_view: Any) -> None:
    view = make_view()
    view.room.idle_minutes = 8
    view.refresh(NOW)
    assert "diam 7 menit" not in view.helped.value + view.people.value
    view.room.idle_minutes = 7
    view.refresh(NOW)
    assert "diam 7 menit" in view.helped.value


def test_nobody_is_idle_while_the_class_is_paused_or_nothing_is_open(make_view: Any) -> None:
    beside = FakeCourses(courses.Part(1, "latihan", "Latihan", 0, "waiting", 0, 0))
    view = make_view(courses=beside)
    view.refresh(NOW)
    assert "Kelas sedang menunggu Anda." in view.helped.value
    view.room.turn_part(1, True)
    view.room.pause(True)
    view.refresh(NOW)
    assert "diam" not in view.helped.value + view.people.value
    view.room.pause(False)
    view.refresh(NOW)
    assert "diam 7 menit" in view.helped.value


def test_a_ladder_shows_cases_done_and_rules_mastered(make_view: Any) -> None:
    classes, beside = FakeClasses(), FakeWalls()
    rules = ("IDN-01", "KEL-01", "KEL-02", "KEL-03")
    classes.info = info(rules=rules)
    beside.mastered = {1: 4, 2: 1}
    part = courses.Part(1, "latihan", "Latihan", 0, "open", 2, 1)
    view = make_view(classes, walls=beside, courses=FakeCourses(part))
    classes.board_now = board(
        replace(person(1, "Budi", 3, 50), of=4), replace(person(2, "Ani", 1, 9), of=1)
    )
    view.refresh(NOW)
    shown = view.people.value
    for told in ("3 kasus", "selesai · 4/4 aturan", "menunggu kasus · 1/4 aturan"):
        assert told in shown, told
    assert "3/4" not in shown
    assert "diam" not in shown
    assert "2 mulai, 1 menguasai semua" in words(view.live.widget)


# -- what moved -----------------------------------------------------------------------------------


class StillWalls(FakeWalls):
    """Walls whose pulse is set by hand."""

    now = walls.Pulse(1, 1, 2, 1)

    def pulse(self, *asked: Any) -> Any:
        return self.now

    def last_actions(self, *asked: Any) -> Any:
        self.moves += 1
        return {1: NOW + timedelta(seconds=3)}


def test_a_class_in_which_nothing_moved_is_not_asked_for_again(make_view: Any) -> None:
    classes, beside = FakeClasses(), StillWalls()
    room = make_view(classes, walls=beside).room
    room.choose("KUJI")
    room.look(NOW)
    first = room.board
    classes.fault = StoreFault("ditanya lagi")
    room.look(NOW + timedelta(seconds=2))
    assert room.board is first
    beside.now = walls.Pulse(2, 1, 2, 1)  # a mark was saved, nothing was sent
    room.look(NOW + timedelta(seconds=4))
    assert beside.moves == 1
    assert room.board.people[0].last_action_at == NOW + timedelta(seconds=3)
    beside.now = walls.Pulse(3, 2, 2, 1)
    with pytest.raises(StoreFault):
        room.look(NOW + timedelta(seconds=6))


def test_a_look_that_failed_is_made_again(make_view: Any) -> None:
    classes, beside = FakeClasses(), StillWalls()
    room = make_view(classes, walls=beside).room
    room.choose("KUJI")
    room.look(NOW)
    beside.now = walls.Pulse(2, 2, 2, 1)
    classes.fault = StoreFault("sibuk")
    with pytest.raises(StoreFault):
        room.look(NOW)
    classes.fault = None
    classes.board_now = board(person(1, "Budi", 9))
    room.look(NOW)
    assert [one.done for one in room.board.people] == [9]


def test_the_board_is_asked_anew_after_half_a_minute_all_the_same(make_view: Any) -> None:
    classes = FakeClasses()
    room = make_view(classes, walls=StillWalls()).room
    room.choose("KUJI")
    room.look(NOW)
    classes.board_now = board(person(1, "Budi", 9))
    room.look(NOW + timedelta(seconds=29))
    assert room.board.people[0].done == 3
    room.look(NOW + timedelta(seconds=30))
    assert room.board.people[0].done == 9


def test_who_finished_a_part_is_counted_while_answers_keep_coming(make_view: Any) -> None:
    beside = StillWalls()
    part = courses.Part(1, "tes_awal", "Tes awal", 8, "open", 0, 0)
    counted = FakeCourses(part)
    room = make_view(FakeClasses(), walls=beside, courses=counted).room
    room.choose("KUJI")
    room.look(NOW)
    counted.listed = (replace(part, given=3, done=2),)
    for n in range(1, 6):
        assert room.parts == (part,)
        beside.now = walls.Pulse(1 + n, 1 + n, 2, 1)
        room.look(NOW + timedelta(seconds=2 * n))
    assert room.parts == counted.listed


def test_more_people_than_the_list_has_are_not_said_to_be_of_it() -> None:
    shown = board(person(1, "Budi", 3))
    assert "1 dari 67" in drawing.totals(shown)
    more = replace(shown, totals=replace(shown.totals, joined=70))
    assert "<strong>70</strong>hadir, 67 diundang" in drawing.totals(more)


# -- the whole class ------------------------------------------------------------------------------


def test_a_class_is_paused_and_goes_on(make_view: Any) -> None:
    beside = FakeCourses()
    view = make_view(courses=beside)
    button(view.board_tab, "Jeda kelas").click()
    assert beside.now.paused
    assert "Kelas dijeda." in words(view.board_tab)
    button(view.board_tab, "Lanjutkan kelas").click()
    assert not beside.now.paused
    assert "Kelas dijeda." not in words(view.board_tab)


def test_a_message_goes_to_all_and_is_taken_away(make_view: Any) -> None:
    beside = FakeCourses()
    view = make_view(courses=beside)
    assert view.live.take_away.layout.display == "none"
    button(view.board_tab, "Kirim pesan").click()
    assert beside.now.message == ""
    view.live.message.value = f" Istirahat {EVIL} "
    button(view.board_tab, "Kirim pesan").click()
    assert beside.now.message == f"Istirahat {EVIL}"
    assert view.live.message.value == ""
    assert "Istirahat &lt;script" in words(view.board_tab)
    assert "<script" not in words(view.board_tab)
    button(view.board_tab, "Hapus pesan").click()
    assert beside.now.message == ""


def test_a_refused_message_stays_in_its_field(make_view: Any) -> None:
    beside = FakeCourses()
    view = make_view(courses=beside)
    beside.fault = WrongUse("Pesan terlalu panjang.")
    view.live.message.value = "x" * 300
    button(view.board_tab, "Kirim pesan").click()
    assert "Pesan terlalu panjang." in view.said.value
    assert len(view.live.message.value) == 300


def test_parts_are_opened_closed_and_opened_again(make_view: Any) -> None:
    beside = FakeCourses(
        courses.Part(1, "tes_awal", f"Tes {EVIL}", 8, "waiting", 0, 0),
        courses.Part(2, "latihan", "Latihan", 0, "waiting", 0, 0),
    )
    view = make_view(courses=beside)
    assert "<script" not in words(view.live.widget)
    for label, state in (("Buka", "open"), ("Tutup", "closed"), ("Buka", "open")):
        button(view.live.parts.children[0], label).click()
        assert [part.state for part in beside.listed] == [state, "waiting"]
    assert "belum ada yang mulai" in words(view.live.widget)


# -- the wall -------------------------------------------------------------------------------------


def test_a_case_goes_on_the_wall_unsolved_and_is_solved_by_one_button(make_view: Any) -> None:
    beside = FakeWalls()
    view = make_view(walls=beside)
    wall = view.missed.wall
    button(view.board_tab, "Jelaskan").click()
    assert view.missed.rule.value == "IDN-01"
    for widget in (view.missed.rule, view.missed.explained):
        assert widget.layout.display != "none"  # hidden with nothing that is hidden beside it
    first, second, third = view.missed.cases
    assert (first.layout.display, third.layout.display) == ("", "none")
    assert "terlewat 3 dari 4, 1 tuduhan keliru" in second.description
    second.click()
    assert beside.asked == [(2, 5)]
    assert "Sebabnya" in view.missed.preview.value
    assert wall.widget.layout.display == "none"
    assert "tidak dibagikan lagi" in view.missed.preview.value
    assert beside.shown == []
    button(view.board_tab, "Tampilkan di dinding").click()
    assert beside.shown == [(2, 5)]
    assert wall.widget.layout.display == ""
    assert "Apa yang salah di sini?" in wall.head.value
    assert (wall.card.page["answer"], wall.card.page["steps"]) == ({}, [])
    assert "Sebabnya" not in words(wall.widget)
    button(wall.widget, "Tunjukkan jawabannya").click()
    assert wall.card.page["answer"]["marks"] == {"P1.nik": "tidak_sesuai"}
    assert wall.card.page["steps"][0]["title"] == "NIK"
    assert "Sumber: Sumbernya" in words(wall.widget)
    button(wall.widget, "Tutup").click()
    assert wall.widget.layout.display == "none"


def test_no_trainee_is_named_on_the_wall(make_view: Any) -> None:
    view = make_view()
    view.missed.rule.value = "IDN-01"
    view.missed.cases[0].click()
    view.missed.to_wall.click()
    button(view.missed.wall.widget, "Tunjukkan jawabannya").click()
    shown = words(view.missed.wall.widget) + json.dumps(view.missed.wall.card.page)
    assert "Budi" not in shown
    assert "Ani" not in shown
    assert "<script" not in words(view.missed.widget) + words(view.missed.wall.widget)


# -- who joined twice -----------------------------------------------------------------------------


def classes_with(*people: Any, **changes: Any) -> FakeClasses:
    made = FakeClasses()
    made.board_now = board(*people, **changes)
    return made


def test_who_joined_twice_is_told_and_one_seat_is_chosen(make_view: Any) -> None:
    classes = classes_with(person(1, EVIL, 3), person(2, EVIL, 0), person(3, "Ani", 1))
    view = make_view(classes)
    assert "masuk 2 kali: kursi 1 (3 kasus) dan kursi 2 (0 kasus)" in view.twice.value
    assert "<script" not in view.twice.value
    view.select(HELP)
    shown = words(view.double.rows)
    assert "Bila memang orang yang berbeda, biarkan" in shown
    assert "<script" not in shown
    button(view.double.rows, "Pakai kursi 1").click()
    view.double.counted.value, view.double.other.value = 3, 1
    view.double.join.click()
    assert classes.asked == [(2, 1), (1, 3)]


def test_a_seat_that_does_not_count_is_shown_and_counted_again(make_view: Any) -> None:
    classes = classes_with(person(1, "Siti", 3), aside=(boards.Aside(2, EVIL, 1, 1),))
    view = make_view(classes)
    assert "tidak dihitung" in view.twice.value
    assert "1 kasus tersimpan. Dihitung di kursi 1." in view.twice.value
    view.select(HELP)
    assert "<script" not in words(view.double.rows)
    button(view.double.rows, "Hitung lagi").click()
    assert classes.asked == [2]


def test_nobody_twice_takes_no_room_on_the_board(make_view: Any) -> None:
    view = make_view(classes_with(person(1, "Siti", 3)))
    assert view.twice.layout.display == "none"


def test_a_sentence_of_one_tab_is_gone_on_the_next(make_view: Any) -> None:
    view = make_view()
    view.say("Kelas diarsipkan.")
    view.select(HELP)
    assert view.said.value == ""


# -- the end of a class ---------------------------------------------------------------------------


def test_a_class_is_emptied_only_when_closed_and_sure(make_view: Any) -> None:
    classes = FakeClasses()
    beside = FakeArchives(classes)
    view = make_view(classes, CLASS, archives=beside)
    empty = button(view.widget, "Kosongkan untuk kelas berikutnya")
    assert empty.disabled
    assert "Tutup kelas dulu" in words(view.widget)
    button(view.widget, "Tutup kelas").click()
    button(view.widget, "Kosongkan untuk kelas berikutnya").click()
    assert beside.made == []
    button(view.widget, "Ya, arsipkan dan kosongkan").click()
    assert [one.class_id for one in beside.made] == ["KUJI"]
    assert view.room.info is None
    assert button(view.widget, "Buka kelas") is not None
    assert "terbaca utuh" in view.said.value
    assert "<script" not in words(view.widget)
    assert "KUJI-2026-11-21.zip" in words(view.body)


def test_a_class_that_could_not_be_archived_stays(make_view: Any) -> None:
    classes, beside = FakeClasses(), FakeArchives()
    classes.info = info(state="closed")
    beside.fault = StoreFault("Arsip tidak terbaca utuh.")
    view = make_view(classes, CLASS, archives=beside)
    button(view.widget, "Kosongkan untuk kelas berikutnya").click()
    button(view.widget, "Ya, arsipkan dan kosongkan").click()
    assert "Arsip tidak terbaca utuh." in view.said.value
    assert view.room.info is classes.info


def test_the_board_says_how_the_drills_went(make_view: Any) -> None:
    told = SimpleNamespace(
        title=f"Kategori {EVIL}",
        players=3,
        answered=24,
        share=estimate_share(18, 24),
        hardest=(),
    )
    beside = SimpleNamespace(class_drills=lambda *asked: (told,))
    view = make_view(FakeClasses(), BOARD, drills=beside)
    assert "3 orang, 24 kartu" in words(view.widget)
    assert EVIL not in view.drills.value

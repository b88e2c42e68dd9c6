"""The timetable: two usual plans, changes, what does not fit, and the parts of the class."""

import re
from dataclasses import replace
from datetime import time

import pytest

from workbench.errors import WrongUse
from workbench.training.agenda import (
    VARIANTS,
    Agenda,
    Session,
    count_jp,
    part_plans,
    read_time,
    usual_agenda,
)


def session(begins, ends, title="Sesi", **others):
    return Session(others.pop("day", 1), read_time(begins), read_time(ends), title, **others)


def place_of(agenda, title):
    return next(n for n, s in enumerate(agenda.sessions) if s.title == title)


def lengthened(agenda, place, ends):
    return agenda.replaced(place, replace(agenda.sessions[place], ends=ends), carry=True)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_usual_plan_fits_and_its_jp_are_its_minutes(variant):
    agenda = usual_agenda(variant)
    assert agenda.faults() == ()
    assert agenda.doubts() == ()
    assert agenda.days == tuple(range(1, int(variant[0]) + 1))


def test_the_usual_plans_hold_about_eight_and_sixteen_jp():
    assert usual_agenda("1 hari").jp == 7.7
    assert usual_agenda("2 hari").jp == 15.6


def test_an_hour_of_lessons_is_45_minutes_and_breaks_count_nothing():
    assert [count_jp(n) for n in (0, 45, 75, 90, -5)] == [0, 1, 1.7, 2, 0]
    agenda = usual_agenda("1 hari")
    assert agenda.sessions[place_of(agenda, "Ishoma")].jp == 0


def test_the_parts_of_the_class_follow_the_timetable():
    one = part_plans(usual_agenda("1 hari"), 10)
    two = part_plans(usual_agenda("2 hari"), 12)
    assert [(p.kind, p.n) for p in one] == [
        ("tes_awal", 10),
        ("kuis", 0),
        ("latihan", 0),
        ("tes_akhir", 10),
    ]
    assert [p.kind for p in two] == ["tes_awal", "latihan", "pembuka", "kuis", "tes_akhir"]
    assert {p.n for p in two if p.kind.startswith("tes")} == {12}


def test_a_plan_survives_being_written_and_read():
    agenda = usual_agenda("2 hari")
    assert Agenda.from_json(agenda.to_json()) == agenda


def test_sessions_stand_in_the_order_of_the_clock():
    agenda = Agenda((session("10.00", "11.00", "B"), session("08.00", "09.00", "A")))
    assert [s.title for s in agenda.added(session("09.00", "10.00", "C")).sessions] == [
        "A",
        "C",
        "B",
    ]


def test_a_longer_session_pushes_the_rest_of_its_day_and_no_other():
    agenda = usual_agenda("2 hari")
    place = place_of(agenda, "Pembukaan + pre-test")
    later = lengthened(agenda, place, time(9, 30))
    assert later.sessions[1].begins == time(9, 30)
    assert later.of_day(2) == agenda.of_day(2)
    assert later.faults() == ()


def test_a_day_cannot_be_pushed_past_midnight():
    agenda = Agenda((session("20.00", "21.00"), session("21.00", "23.00", "Akhir")))
    with pytest.raises(WrongUse, match="tengah malam"):
        lengthened(agenda, 0, time(23))


def test_two_neighbours_change_places_and_keep_their_length():
    agenda = Agenda((session("08.00", "08.30", "A"), session("08.30", "10.00", "B")))
    turned = agenda.moved(0, later=True)
    assert [(s.title, s.clock) for s in turned.sessions] == [
        ("B", "08.00-09.30"),
        ("A", "09.30-10.00"),
    ]
    assert turned.moved(1, later=False) == agenda
    assert agenda.moved(0, later=False) == agenda


@pytest.mark.parametrize(
    ("sessions", "words"),
    [
        ([], "belum punya sesi"),
        ([session("09.00", "08.00")], "selesai sebelum mulai"),
        ([session("08.00", "10.00", "A"), session("09.00", "11.00", "B")], "B .* mulai sebelum A"),
        ([session("06.00", "08.00"), session("18.00", "19.00", "Malam")], "lebih dari 12 jam"),
        ([session("08.00", "09.00", part="tes_akhir")], "perlu tes awal"),
        (
            [
                session("08.00", "09.00", part="tes_akhir"),
                session("10.00", "11.00", part="tes_awal"),
            ],
            "sebelum tes awal",
        ),
        (
            [
                session("08.00", "09.00", part="tes_awal"),
                session("10.00", "11.00", part="tes_awal"),
            ],
            "satu sesi",
        ),
        ([session("08.00", "09.00", part="pembuka")], "sesudah latihan"),
    ],
)
def test_what_does_not_fit_is_said(sessions, words):
    faults = Agenda(tuple(sessions)).faults()
    assert len(faults) == 1
    assert re.search(words, faults[0])


def test_jp_that_differ_from_the_length_are_doubted_and_not_refused():
    agenda = Agenda((session("08.00", "09.00", "Ceramah", jp=2.0),))
    assert agenda.faults() == ()
    (doubt,) = agenda.doubts()
    assert "2 JP" in doubt
    assert "1,3 JP" in doubt


@pytest.mark.parametrize("text", ["08.30", "8:30", "0830", " 08.30 "])
def test_a_time_may_be_written_several_ways(text):
    assert read_time(text) == time(8, 30)


@pytest.mark.parametrize("text", ["", "25.00", "08.60", "pagi", "8"])
def test_a_time_that_cannot_be_read_is_said(text):
    with pytest.raises(WrongUse, match="seperti"):
        read_time(text)


@pytest.mark.parametrize(
    "changes", [{"title": " "}, {"title": "x" * 301}, {"day": 6}, {"part": "ujian"}, {"jp": 40}]
)
def test_a_session_that_is_none_is_refused(changes):
    with pytest.raises(WrongUse):
        Agenda((replace(session("08.00", "09.00"), **changes),))

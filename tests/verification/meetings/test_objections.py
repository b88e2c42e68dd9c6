"""The clock of an objection, in calendar days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from workbench.verification.meetings.objections import Clock, due, standing

RECEIVED = date(2026, 12, 25)
DUE = due(RECEIVED, 14)


def test_the_day_it_came_in_is_not_counted_and_holidays_are():
    assert due(RECEIVED, 14) == date(2027, 1, 8)


@pytest.mark.parametrize(
    ("day", "clock", "words"),
    [
        (-14, Clock.RUNNING, "14 hari lagi"),
        (-4, Clock.RUNNING, "4 hari lagi"),
        (-3, Clock.SOON, "3 hari lagi"),
        (0, Clock.SOON, "hari ini terakhir"),
        (1, Clock.LATE, "lewat 1 hari"),
    ],
)
def test_it_warns_before_it_is_late(day, clock, words):
    said = standing(DUE, None, DUE + timedelta(day), 3)
    assert (said.clock, said.words, said.is_open) == (clock, words, True)


@pytest.mark.parametrize(
    ("day", "clock", "words"),
    [
        (0, Clock.ANSWERED, "dijawab tepat waktu"),
        (2, Clock.ANSWERED_LATE, "dijawab, terlambat 2 hari"),
    ],
)
def test_an_answer_says_whether_it_was_in_time(day, clock, words):
    said = standing(DUE, DUE + timedelta(day), DUE + timedelta(90), 3)
    assert (said.clock, said.words, said.is_open) == (clock, words, False)

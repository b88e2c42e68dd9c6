"""A pause is no time at work, whoever begins and ends it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from workbench.errors import WrongUse
from workbench.services import courses, pauses, proofs
from workbench.store import clock

NINE = datetime.fromisoformat("2026-11-22T09:00:00+00:00")


def at(minutes):
    return NINE + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("rests", "minutes"),
    [
        ([], 30),
        ([(-20, -10), (40, 50)], 30),
        ([(-5, 5), (10, 12), (25, 60)], 18),
        ([(-5, 60)], 0),
    ],
)
def test_what_of_a_pause_lies_within_is_left_out(rests, minutes):
    found = pauses.seconds_at_work(at(0), at(30), [(at(a), at(b)) for a, b in rests])
    assert found == 60 * minutes


def test_the_time_a_case_lay_open_leaves_pauses_out():
    given, sent = clock.stamp(at(0)), clock.stamp(at(30))
    assert proofs._seconds(given, sent, [(at(10), at(15))]) == 60 * 25
    assert proofs._seconds(None, sent, []) is None


def test_pauses_are_read_from_what_trainers_did(office, trainer, opened):
    another = replace(trainer, id="A-lain")
    for who, paused in ((trainer, True), (another, True), (another, False), (trainer, True)):
        courses.pause(office, who, opened.id, paused)
    courses.say_to_all(office, trainer, opened.id, "Lanjut.")
    with office.practice.reading() as connection:
        ((begun, ended),) = pauses.pauses(connection, opened.id)
        assert begun < ended
        assert pauses.is_paused(connection, opened.id)
        with pytest.raises(WrongUse, match="menjeda"):
            pauses.require_going(connection, opened.id)
        assert pauses.pauses(connection, "LAIN") == []
        pauses.require_going(connection, "LAIN")

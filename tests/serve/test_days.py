"""What a server does once a day, for as many days as it runs."""

import logging
import threading
from concurrent.futures import Future
from datetime import date, timedelta

import pytest

from workbench.access import Actor, Role, Workspace
from workbench.serve.days import DayKeeper
from workbench.services import audits
from workbench.services.office import Office
from workbench.store import clock, record

FIRST = date(2026, 11, 22)
AUDITOR = Actor("A-1", "Auditor", Role.STAF, Workspace.NYATA, ("36.73",))


class AtOnce:
    """Threads that do what they are given where they are given it."""

    def submit(self, act):
        act()
        return Future()


class Calendar:
    def __init__(self):
        self.day = FIRST

    def __call__(self):
        return self.day


@pytest.fixture
def today():
    return Calendar()


def test_each_day_is_done_once_and_the_one_it_begins_on_not_again(today):
    done = []
    keeper = DayKeeper(lambda: done.append(today()), AtOnce(), today)
    for after in (0, 0, 1, 1, 2, 20, 20):
        today.day = FIRST + timedelta(days=after)
        keeper.look()
        keeper.look()
    assert [(day - FIRST).days for day in done] == [1, 2, 20]


def test_a_day_that_fails_ends_nobody_and_the_next_is_done(today, caplog):
    done = []

    def act():
        done.append(today())
        if len(done) == 1:
            raise OSError("Jalan Mawar 7")

    keeper = DayKeeper(act, AtOnce(), today)
    with caplog.at_level(logging.ERROR):
        for _ in range(2):
            today.day += timedelta(days=1)
            keeper.look()
    assert len(done) == 2
    assert "OSError" in caplog.text
    assert "Mawar" not in caplog.text


def test_running_for_weeks_the_ledger_has_an_anchor_of_every_day_with_events(
    today, tmp_path, monkeypatch
):
    office = Office(tmp_path)
    monkeypatch.setattr(clock, "now", lambda: f"{today.day}T01:00:00.000000Z")
    keeper = DayKeeper(lambda: audits.take_anchor(office, AUDITOR), AtOnce(), today)
    quiet = {5, 6, 12, 13}
    for after in range(21):
        today.day = FIRST + timedelta(days=after)
        keeper.look()
        if after not in quiet:
            with office.real.writing() as connection:
                record(connection, "A-1", "akun", "akun:A-1", "masuk", {})
    found = audits.anchors(office, AUDITOR)
    # What a day brought is anchored as the next one begins; a day of rest adds nothing.
    days = [(anchor.date - FIRST).days for anchor in found]
    assert days == [day + 1 for day in range(20) if day not in quiet]
    assert audits.verify(office, AUDITOR).is_whole


def test_a_running_server_notices_the_new_day(start_server, today):
    done = threading.Event()
    with start_server(each_day=done.set, today=today):
        assert not done.is_set()
        today.day += timedelta(days=1)
        assert done.wait(300)

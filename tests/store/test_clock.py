"""Stamps are of UTC; days and words are of where the office is."""

from datetime import UTC, date, datetime

import pytest

from workbench.store import clock

#: After midnight in Serang, still the day before by UTC.
LATE = "2026-11-21T18:30:00.000000Z"


def test_a_stamp_comes_back_as_the_moment_it_was():
    moment = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)
    assert clock.stamp(moment) == LATE
    assert clock.moment(LATE) == moment == clock.local(LATE)


def test_a_day_begins_where_the_office_is(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: LATE)
    assert clock.today() == clock.day_of(LATE) == date(2026, 11, 22)
    assert clock.moment_id(clock.moment(LATE)) == "22 Nov 2026 01.30 WIB"


def test_an_iso_date_is_its_own_day():
    assert clock.day_of("2026-11-21") == date(2026, 11, 21)
    with pytest.raises(ValueError, match="kemarin"):
        clock.day_of("kemarin")

"""Who is first, and a forecast that says when it cannot be made."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.rules import Severity
from workbench.verification.fieldwork.queues import forecast, is_within, priority

TODAY = date(2026, 11, 22)


def days(*counts):
    """Visits of the last days, today last."""
    return {TODAY - timedelta(len(counts) - 1 - at): count for at, count in enumerate(counts)}


def test_the_score_is_the_sum_of_the_parts_it_shows():
    found = priority(["SEDANG", "KRITIS", "INFO"], 2, date(2025, 11, 22), TODAY)
    assert [part.points for part in found.parts] == [40, 2, 20, 10.0]
    assert found.score == 72
    assert [part.words for part in found.parts] == [
        "temuan terberat Kritis",
        "2 temuan lain",
        "2 program bantuan",
        "verifikasi terakhir 22 Nov 2025",
    ]


def test_never_verified_weighs_as_much_as_long_ago():
    never = priority(["TINGGI"], 0, None, TODAY).score
    assert never == priority(["TINGGI"], 0, date(2010, 1, 1), TODAY).score
    assert never > priority(["TINGGI"], 0, TODAY, TODAY).score


@given(
    st.lists(st.sampled_from([str(one) for one in Severity]), max_size=200),
    st.integers(0, 50),
    st.none() | st.dates(),
)
def test_a_score_lies_between_nothing_and_a_hundred(severities, programs, verified):
    found = priority(severities, programs, verified, TODAY)
    assert 0 <= found.score <= 100
    graver = priority([*severities, "KRITIS"], programs, verified, TODAY)
    assert graver.score >= found.score


def test_the_pace_of_the_last_days_gives_the_day_it_is_done():
    found = forecast(20, days(5, 0, 5, 5, 5), TODAY, TODAY + timedelta(5))
    assert (found.pace, found.until, found.is_late) == (4, TODAY + timedelta(5), False)
    late = forecast(21, days(5, 0, 5, 5, 5), TODAY, TODAY + timedelta(5))
    assert late.is_late
    assert "Melewati tenggat 27 Nov 2026" in late.sentence


@pytest.mark.parametrize(
    "visits", [{}, days(50), days(2, 2), days(1, 1, 1, 1), {TODAY - timedelta(14): 90}]
)
def test_too_little_data_gives_no_forecast_but_a_sentence(visits):
    found = forecast(20, visits, TODAY, TODAY)
    assert (found.pace, found.until, found.is_late) == (None, None, None)
    assert found.sentence.startswith("Belum dapat diperkirakan")


def test_a_deadline_that_is_over_is_told_though_nobody_went():
    found = forecast(2, {}, TODAY, TODAY - timedelta(days=1))
    assert (found.until, found.is_late) == (None, True)
    assert "sudah lewat, sisa 2 keluarga" in found.sentence


def test_an_empty_queue_is_done():
    found = forecast(0, {}, TODAY, TODAY)
    assert found.until == TODAY
    # Nobody need have been there: no family of the list may raise a question.
    assert found.sentence == "Tidak ada lagi yang perlu dikunjungi."


@pytest.mark.parametrize(
    ("area", "is_inside"),
    [
        (("K1", "", ""), True),
        (("K1", "02", ""), True),
        (("K1", "002", "1"), True),
        (("K1", "002", "2"), False),
        (("K1", "3", ""), False),
        (("K2", "", ""), False),
    ],
)
def test_an_area_is_a_kelurahan_an_rw_or_an_rt(area, is_inside):
    assert is_within(("K1", "002", "001"), [area]) is is_inside

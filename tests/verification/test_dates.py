"""Dates, years and periods as lists write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.verification import dates

AS_OF = date(2026, 11, 1)
#: A day past the twelfth: it settles for the whole column that the day comes first.
SETTLED = "25/12/1980"


@pytest.mark.parametrize(
    ("text", "day", "code"),
    [
        ("01/05/1985", date(1985, 5, 1), ""),
        ("1-5-1985", date(1985, 5, 1), ""),
        ("01.05.1985", date(1985, 5, 1), ""),
        ("1985-05-01", date(1985, 5, 1), ""),
        ("1985-05-01 00:00:00", date(1985, 5, 1), ""),
        ("1985/05/01", date(1985, 5, 1), ""),
        ("1 Mei 1985", date(1985, 5, 1), ""),
        ("01-Mei-1985", date(1985, 5, 1), ""),
        ("17 AGUSTUS 1990", date(1990, 8, 17), ""),
        ("3 Nopember 1970", date(1970, 11, 3), ""),
        ("Senin, 1 Mei 1985", date(1985, 5, 1), ""),
        ("May 1, 1985", date(1985, 5, 1), "tanggal"),
        ("31168", date(1985, 5, 1), "tanggal"),
        ("31168.0", date(1985, 5, 1), "tanggal"),
        ("19850501", date(1985, 5, 1), "tanggal"),
        ("01051985", date(1985, 5, 1), "tanggal"),
        ("01/05/85", date(1985, 5, 1), "tanggal"),
        ("01/05/12", date(2012, 5, 1), "tanggal_ambigu"),
        ("05/31/1985", date(1985, 5, 31), "tanggal"),
        ("", None, ""),
        ("-", None, ""),
        ("Tdk Th", None, ""),
        ("31/02/1985", None, "tidak_terbaca"),
        ("1985", None, "tidak_terbaca"),
        ("kapan-kapan", None, "tidak_terbaca"),
        ("0000-00-00", None, "tidak_terbaca"),
    ],
)
def test_a_date_is_read_as_people_here_write_it(text, day, code):
    read = dates.read_dates([SETTLED, text] if not text.startswith("05/31") else [text], AS_OF)
    assert (read.found[-1], read.codes[-1]) == (day, code)


def test_a_column_with_the_month_first_is_read_so():
    read = dates.read_dates(["05/31/1985", "04/13/1990", "01/02/1985"], AS_OF)
    assert read.found == [date(1985, 5, 31), date(1990, 4, 13), date(1985, 1, 2)]
    assert read.codes == ["tanggal", "tanggal", "tanggal_ambigu"]


def test_a_mixed_column_leaves_the_open_ones_day_first_and_says_so():
    read = dates.read_dates([SETTLED, "05/31/1985", "01/02/1985", "03/03/1985"], AS_OF)
    assert read.found[2:] == [date(1985, 2, 1), date(1985, 3, 3)]
    assert read.codes[2:] == ["tanggal_ambigu", ""]


@given(st.dates(date(1920, 1, 1), date(2026, 10, 31)))
def test_every_day_is_read_in_every_writing(day):
    month = dates.MONTHS  # the words of the months, as lists write them
    word = next(name for name, number in month.items() if number == day.month)
    for text in (
        f"{day:%d/%m/%Y}",
        f"{day:%d-%m-%Y}",
        day.isoformat(),
        f"{day.day} {word} {day.year}",
    ):
        assert dates.read_dates([SETTLED, text], AS_OF).found[1] == day


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2026", "2026"),
        ("2026-S1", "2026-S1"),
        ("2026-03-15", "2026-03"),
        ("Maret 2026", "2026-03"),
        ("03/2026", "2026-03"),
        ("Triwulan II 2026", "2026-T2"),
        ("Januari - Maret 2026", "2026-T1"),
        ("Semester 1 2026", "2026-S1"),
        ("", ""),
        ("kapan", ""),
    ],
)
def test_periods(text, period):
    assert dates.read_period(text)[0] == period

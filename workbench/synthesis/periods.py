"""Periods and versions at a reference date: the quarter paid, the newest ranking."""

from __future__ import annotations

from datetime import date, timedelta

#: Day of the month on which a new ranking of the families is out: the fourth week.
_DELIVERY_DAY = 24


def quarter(as_of: date) -> str:
    """The quarter that runs at ``as_of``: ``2026-T4``."""
    return f"{as_of.year}-T{(as_of.month + 2) // 3}"


def half_year(as_of: date) -> str:
    """The half year that runs at ``as_of``: ``2026-S2``."""
    return f"{as_of.year}-S{1 if as_of.month <= 6 else 2}"


def month_before(as_of: date) -> str:
    """The last whole month: ``2026-10`` on the first of November."""
    last = as_of.replace(day=1) - timedelta(days=1)
    return f"{last.year}-{last.month:02d}"


def desil_delivery(as_of: date) -> date:
    """The day the newest ranking came out: late in January, April, July or October."""
    for year in (as_of.year, as_of.year - 1):
        for month in (10, 7, 4, 1):
            day = date(year, month, _DELIVERY_DAY)
            if day <= as_of:
                return day
    raise ValueError(as_of)


def desil_version(as_of: date) -> str:
    """The newest version of the ranking: ``2026-V4`` from 24 October 2026."""
    day = desil_delivery(as_of)
    return f"{day.year}-V{(day.month + 2) // 3}"

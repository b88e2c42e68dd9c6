"""The one clock: stamps in UTC, written so that text order is time order; days of the office.

A day begins and ends where the office is, whatever the machine's own zone.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

from workbench.domain.days import ZONE
from workbench.domain.words import date_id


def zone() -> timezone:
    """The zone the office lies in; its name (``%Z``) is what people call it."""
    return ZONE


def now() -> str:
    """This moment as ``2026-11-21T03:04:05.000006Z``."""
    return stamp(datetime.now(UTC))


def stamp(moment: datetime) -> str:
    """An aware moment in the store's form."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment(stamped: str) -> datetime:
    """The aware moment (UTC) that ``stamp`` wrote."""
    return datetime.strptime(stamped, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def seconds_before(stamped: str, seconds: float) -> str:
    """The stamp ``seconds`` earlier than ``stamped``."""
    return stamp(moment(stamped) - timedelta(seconds=seconds))


def today() -> date:
    """This day, where the office is."""
    return local(now()).date()


def local(stamped: str) -> datetime:
    """The moment that ``stamp`` wrote, where the office is."""
    return moment(stamped).astimezone(zone())


def day_of(text: str) -> date:
    """The day of a stamp, where the office is, or of an ISO date; raises ``ValueError``."""
    return local(text).date() if text.endswith("Z") else date.fromisoformat(text)


def moment_id(at: datetime) -> str:
    """``21 Nov 2026 17.00 WIB`` for an aware moment."""
    there = at.astimezone(zone())
    return f"{date_id(there.date())} {there:%H.%M %Z}"

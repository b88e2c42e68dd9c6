"""The one clock of the store: UTC, written so that text order is time order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


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

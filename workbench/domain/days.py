"""The days of the office, which begin and end where it lies, whatever the machine's own zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Final

from workbench.domain.cities import ZONES
from workbench.domain.wilayah import CITY

#: The zone the office lies in; its name (``%Z``) is what people call it.
ZONE: Final = timezone(timedelta(hours=ZONES[CITY.zone]), CITY.zone)


def today() -> date:
    """This day, where the office is."""
    return datetime.now(ZONE).date()

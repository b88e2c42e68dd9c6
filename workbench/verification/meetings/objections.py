"""The clock of an objection: until when it is to be answered, and how it stands today.

Days are calendar days and the day it came in is not counted: received on the 1st with 14 days, it
is due on the 15th and late from the 16th.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Clock(StrEnum):
    """How an objection stands."""

    RUNNING = "berjalan"
    SOON = "segera"
    LATE = "lewat"
    ANSWERED = "dijawab"
    ANSWERED_LATE = "dijawab_terlambat"


@dataclass(frozen=True)
class Standing:
    """How an objection stands on a day, with the words for it."""

    clock: Clock
    words: str

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to answer."""
        return self.clock in (Clock.RUNNING, Clock.SOON, Clock.LATE)


def due(received: date, days: int) -> date:
    """The last day to answer in time."""
    return received + timedelta(days=days)


def standing(due_on: date, answered_on: date | None, today: date, warn_days: int) -> Standing:
    """How an objection stands today; ``warn_days`` before it is due it is called soon."""
    if answered_on is not None:
        over = (answered_on - due_on).days
        if over > 0:
            return Standing(Clock.ANSWERED_LATE, f"dijawab, terlambat {over} hari")
        return Standing(Clock.ANSWERED, "dijawab tepat waktu")
    left = (due_on - today).days
    if left < 0:
        return Standing(Clock.LATE, f"lewat {-left} hari")
    words = f"{left} hari lagi" if left else "hari ini terakhir"
    return Standing(Clock.SOON if left <= warn_days else Clock.RUNNING, words)

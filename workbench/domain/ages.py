"""Ages, always at a reference date and never at today's clock."""

from __future__ import annotations

from datetime import date


def age_on(birth_date: date | None, as_of: date) -> int | None:
    """Completed years at ``as_of``; None without a birth date, negative for one in the future.

    Someone born on 29 February has their birthday on 1 March in other years.
    """
    if birth_date is None:
        return None
    had_birthday = (as_of.month, as_of.day) >= (birth_date.month, birth_date.day)
    return as_of.year - birth_date.year - (0 if had_birthday else 1)

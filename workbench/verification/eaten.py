"""RT/RW that a spreadsheet has taken for a date: ``1/3`` became the first of March.

Day and month give the two numbers back, in the order people type here. A second number above
twelve was taken for a year instead: ``5/14`` became May 2014.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date

from workbench.verification.dates import MONTHS

_WHOLE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T]00:00:00)?")
_DAY_MONTH = re.compile(r"(\d{1,2})[-/. ]([A-Za-z]{3,9})")
_MONTH_OTHER = re.compile(r"([A-Za-z]{3,9})[-/. ](\d{1,2})")


def find_eaten(text: str) -> tuple[int, int, int] | None:
    """Year (0 when not said), month and day of a cell that is such a date."""
    if match := _WHOLE.fullmatch(text):
        year, month, day = (int(part) for part in match.groups())
        return (year, month, day) if _is_date(year, month, day) else None
    if match := _DAY_MONTH.fullmatch(text):
        found = MONTHS.get(match.group(2).lower())
        day = int(match.group(1))
        return (0, found, day) if found and 1 <= day <= 31 else None
    if match := _MONTH_OTHER.fullmatch(text):
        found = MONTHS.get(match.group(1).lower())
        # "Jan-26" is how a sheet shows the first of January 2026.
        return (2000 + int(match.group(2)), found, 1) if found else None
    return None


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def restore_eaten(texts: Sequence[str]) -> tuple[list[str], list[bool]]:
    """The texts with such dates as ``RT/RW`` again, and which of them were dates."""
    found = [find_eaten(text) for text in texts]
    years = Counter(item[0] for item in found if item and item[0])
    # A sheet gives every day and month the year in which they were typed.
    typed_in = years.most_common(1)[0][0] if years else 0
    restored = []
    for text, item in zip(texts, found, strict=True):
        if item is None:
            restored.append(text)
            continue
        year, month, day = item
        is_year = day == 1 and year not in (0, typed_in) and year % 100 > 12
        is_shown_year = _MONTH_OTHER.fullmatch(text) is not None
        if is_year or is_shown_year:
            restored.append(f"{month}/{year % 100}")
        else:
            restored.append(f"{day}/{month}")
    return restored, [item is not None for item in found]

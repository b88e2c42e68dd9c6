"""Numbers, dates and masked numbers as Indonesians write them."""

from __future__ import annotations

import re
from datetime import date

MONTHS = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)
#: What no XML holds, and so no page, sheet or letter.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SHORT = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")


def date_id(day: date | None, long: bool = False) -> str:
    """``21 Nov 2026``, or ``21 November 2026`` when ``long``; "" for None."""
    if day is None:
        return ""
    months = MONTHS if long else _SHORT
    return f"{day.day} {months[day.month - 1]} {day.year}"


def number_id(value: float, decimals: int | None = None) -> str:
    """``1.234,5``: a point between thousands, a comma before decimals."""
    if decimals is None:
        decimals = 0 if float(value).is_integer() else 1
    text = f"{value:,.{decimals}f}"
    return text.translate(str.maketrans(",.", ".,"))


def writable(text: str) -> str:
    """A text without the characters that XML cannot hold: pasted from a PDF, it may have some."""
    return _UNWRITABLE.sub("", text)


def mask_nik(number: str) -> str:
    """``9973**********01``: first four and last two digits; whatever is shorter is hidden whole."""
    if len(number) < 10:
        return "*" * len(number)
    return number[:4] + "*" * (len(number) - 6) + number[-2:]

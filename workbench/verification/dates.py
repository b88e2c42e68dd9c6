"""Dates, years and periods as lists write them.

Day comes before month, as people write here, unless the column itself says otherwise; what
nothing settles is read day first and marked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from workbench.verification.values import (
    DATE,
    DATE_AMBIGUOUS,
    UNREADABLE,
    is_nothing,
    is_unknown,
    without_mark,
)

#: Number of a month by the words lists use for it.
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari january jan",
            "februari february feb pebruari peb",
            "maret march mar mrt",
            "april apr",
            "mei may",
            "juni june jun",
            "juli july jul",
            "agustus august agu agt aug ags agst",
            "september sep sept",
            "oktober october okt oct",
            "november nov nop nopember",
            "desember december des dec",
        ),
        start=1,
    )
    for name in names.split()
}
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T\s].*)?")
_DAY_FIRST = re.compile(
    r"(\d{1,2})\s*[-/.\s]\s*(\d{1,2})\s*[-/.\s]\s*(\d{4}|\d{2})(?:\s+\d{1,2}:.*)?"
)
_MONTH_NAMED = re.compile(
    r"(\d{1,2})[-/.,\s]*([A-Za-z]{3,9})\.?[-/.,\s'’]*(\d{4}|\d{2})(?:\s+\d{1,2}:.*)?"
)
_NAME_FIRST = re.compile(r"([A-Za-z]{3,9})\.?\s+(\d{1,2}),?\s+(\d{4})")
#: What may stand before a date: the day of the week, or the word "tanggal".
_LEAD = re.compile(
    r"^(senin|selasa|rabu|kamis|jum'?at|sabtu|minggu|ahad|tanggal|tgl)\b[.:,\s]*", re.IGNORECASE
)
_SERIAL = re.compile(r"(\d{1,5})(?:\.\d+)?")
_FIRST_SERIAL_DAY = date(1899, 12, 30)


@dataclass(frozen=True)
class Dates:
    """Dates with codes; ``unsettled`` are places whose day and month could be the other way."""

    found: list[date | None]
    codes: list[str]
    unsettled: frozenset[int]


def _make(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _full_year(digits: str, as_of: date) -> tuple[int, str]:
    """The year of two digits: the latest that is not to come; the century may be another."""
    if len(digits) == 4:
        return int(digits), ""
    short = int(digits)
    century = as_of.year // 100 * 100
    if century + short <= as_of.year:
        return century + short, DATE_AMBIGUOUS
    return century - 100 + short, DATE


def read_dates(texts: Sequence[str], as_of: date) -> Dates:
    """Dates of one column. Day comes before month, as people write here, unless it cannot.

    A column whose other dates have the month first is read so; where nothing settles it the
    cell is read day first and marked ``tanggal_ambigu``.
    """
    day_first = month_first = 0
    for text in texts:
        match = _DAY_FIRST.fullmatch(without_mark(text))
        if match:
            day_first += int(match.group(1)) > 12 >= int(match.group(2))
            month_first += int(match.group(2)) > 12 >= int(match.group(1))
    is_turned = month_first > 0 and day_first == 0
    is_settled = (day_first > 0) != (month_first > 0) and (day_first > 0 or month_first >= 5)
    found: list[date | None] = []
    codes: list[str] = []
    unsettled: set[int] = set()
    for place, text in enumerate(texts):
        value, code, is_open = _read_date(text, as_of, is_turned, is_settled)
        if value is None and not is_nothing(text) and not is_unknown(text):
            code = UNREADABLE
        if is_open:
            unsettled.add(place)
        found.append(value)
        codes.append(code)
    return Dates(found, codes, frozenset(unsettled))


def _read_date(
    text: str, as_of: date, is_turned: bool, is_settled: bool
) -> tuple[date | None, str, bool]:
    text = _LEAD.sub("", without_mark(text))
    if match := _DAY_FIRST.fullmatch(text):
        one, two = int(match.group(1)), int(match.group(2))
        year, code = _full_year(match.group(3), as_of)
        if one > 12 or two > 12:
            turned = two > 12
            return _dated(
                year, *((one, two) if turned else (two, one)), code or (DATE if turned else "")
            )
        month, day = (one, two) if is_turned else (two, one)
        if one == two:
            return _dated(year, month, day, code)
        if is_settled:
            return _dated(year, month, day, code or (DATE if is_turned else ""))
        return (*_dated(year, month, day, DATE_AMBIGUOUS)[:2], True)
    if match := _ISO.fullmatch(text):
        year, two, three = (int(part) for part in match.groups())
        if two > 12:
            return _dated(year, three, two, DATE)
        return _dated(year, two, three, "")
    if match := _MONTH_NAMED.fullmatch(text):
        named = MONTHS.get(match.group(2).lower())
        if named:
            year, code = _full_year(match.group(3), as_of)
            return _dated(year, named, int(match.group(1)), code)
    if match := _NAME_FIRST.fullmatch(text):
        named = MONTHS.get(match.group(1).lower())
        if named:
            return _dated(int(match.group(3)), named, int(match.group(2)), DATE)
    if re.fullmatch(r"\d{8}", text):
        for year, month, day in (
            (int(text[:4]), int(text[4:6]), int(text[6:])),
            (int(text[4:]), int(text[2:4]), int(text[:2])),
        ):
            if 1850 <= year <= 2100 and _make(year, month, day):
                return _dated(year, month, day, DATE)
    if match := _SERIAL.fullmatch(text):
        serial = int(match.group(1))
        if 60 < serial < 73_000 and not 1850 <= serial <= 2100:
            return _FIRST_SERIAL_DAY + timedelta(days=serial), DATE, False
    return None, "", False


def _dated(year: int, month: int, day: int, code: str) -> tuple[date | None, str, bool]:
    return _make(year, month, day), code, False


def split_place_date(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    """Place and date out of one cell such as ``SERANG, 01-05-1985``."""
    places, dates = [], []
    for text in texts:
        first = re.search(r"\d", text)
        cut = first.start() if first else len(text)
        places.append(text[:cut].strip(" ,/-.:;"))
        dates.append(text[cut:].strip(" ,"))
    return places, dates


# --- periods and years ---

_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4}
_QUARTER = re.compile(
    r"\b(?:TRIWULAN|TRIWULANAN|TW|TRW|TAHAP|TAHAPAN|KUARTAL|Q|T)\s*\.?\s*(IV|III|II|I|[1-4])\b"
)
_HALF = re.compile(r"\b(?:SEMESTER|SMT|S)\s*\.?\s*(II|I|[12])\b")


def find_year(text: str) -> int | None:
    """The only year of four digits in a text, or None."""
    years = set(_YEAR.findall(text))
    return int(years.pop()) if len(years) == 1 else None


def read_period(text: str, year: int | None = None) -> tuple[str, str]:
    """``2026``, ``2026-S1``, ``2026-T1`` or ``2026-03``, and a code; "" when none can be read."""
    if is_nothing(text):
        return "", ""
    plain = text.upper()
    if re.fullmatch(r"\d{4}(-(S[12]|T[1-4]|0[1-9]|1[0-2]))?", plain) and find_year(plain[:4]):
        return plain, ""
    if match := re.fullmatch(r"(\d{4})-(\d{2})-\d{2}(?: .*)?", plain):
        return f"{match.group(1)}-{match.group(2)}", ""
    if match := re.fullmatch(r"(0?[1-9]|1[0-2])[-/. ](\d{4})", plain):
        return f"{match.group(2)}-{int(match.group(1)):02d}", ""
    if match := re.fullmatch(r"(\d{4})[/. ](0?[1-9]|1[0-2])", plain):
        return f"{match.group(1)}-{int(match.group(2)):02d}", ""
    if match := re.fullmatch(r"((?:19|20)\d\d)(0[1-9]|1[0-2])", plain):
        return f"{match.group(1)}-{match.group(2)}", ""
    found = find_year(plain) or year
    if found is None:
        return "", UNREADABLE
    months = [
        MONTHS[word.lower()] for word in re.findall(r"[A-Z]+", plain) if word.lower() in MONTHS
    ]
    if len(months) == 1:
        return f"{found}-{months[0]:02d}", ""
    if len(months) == 2 and months[1] - months[0] == 2 and months[0] % 3 == 1:
        return f"{found}-T{months[0] // 3 + 1}", ""
    if len(months) == 2 and months in ([1, 6], [7, 12]):
        return f"{found}-S{1 if months[0] == 1 else 2}", ""
    if len(months) == 3 and months[0] % 3 == 1 and months == list(range(months[0], months[0] + 3)):
        return f"{found}-T{months[0] // 3 + 1}", ""
    if not months:
        if match := _QUARTER.search(plain):
            part = match.group(1)
            return f"{found}-T{_ROMAN.get(part) or int(part)}", ""
        if match := _HALF.search(plain):
            part = match.group(1)
            return f"{found}-S{_ROMAN.get(part) or int(part)}", ""
        if re.fullmatch(r"(TAHUN|THN|TA)?\s*\.?\s*\d{4}", plain):
            return str(found), ""
    return "", UNREADABLE


def read_years(texts: Sequence[str]) -> tuple[list[int | None], list[str]]:
    """Years of four digits."""
    found = [find_year(text) for text in texts]
    codes = [
        UNREADABLE if year is None and not is_nothing(text) else ""
        for text, year in zip(texts, found, strict=True)
    ]
    return found, codes

"""NIK and KK numbers: what their sixteen digits say.

Digits 1-6 are the kecamatan where the number was first issued, 7-12 the birth date DDMMYY with
40 added to a woman's day (on a KK number: the day of issue), 13-16 a serial from 0001. Practice
numbers begin 99, which stands for the city's province, so 9973012312850017 is read as 367301...
Sources: see ``kesalahan_data`` E07-E11.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Self

from workbench.domain.wilayah import CITY

PRACTICE_PREFIX = "99"
_SIXTEEN = re.compile(r"[0-9]{16}")


def is_number(text: str) -> bool:
    """Sixteen ASCII digits and nothing else."""
    return _SIXTEEN.fullmatch(text) is not None


def is_filler(text: str) -> bool:
    """A number somebody typed to fill the cell: one digit throughout, a run, or serial 0000."""
    return is_number(text) and (
        len(set(text)) == 1 or text == "1234567890123456" or text.endswith("0000")
    )


def is_practice(text: str) -> bool:
    """Whether a number belongs to the practice side; all nines belongs to neither."""
    return text.startswith(PRACTICE_PREFIX) and set(text) != {"9"}


@dataclass(frozen=True)
class _Number:
    """Sixteen digits of the civil registry, read part by part; nothing is judged here."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The number in ``text``, or None when it is not exactly sixteen digits."""
        return cls(text) if is_number(text) else None

    @property
    def region6(self) -> str:
        """The issuing kecamatan, with 99 read as the city's province."""
        if self.text.startswith(PRACTICE_PREFIX):
            return CITY.province + self.text[2:6]
        return self.text[:6]

    @property
    def day(self) -> int:
        """Digits 7 and 8; the date they belong to may not exist."""
        return int(self.text[6:8])

    @property
    def month(self) -> int:
        return int(self.text[8:10])

    @property
    def year2(self) -> int:
        return int(self.text[10:12])

    @property
    def serial(self) -> int:
        return int(self.text[12:16])

    def _date(self, as_of: date) -> date | None:
        century = as_of.year // 100 * 100
        for year in (century + self.year2, century - 100 + self.year2):
            if _exists(year, self.month, self.day):
                day = date(year, self.month, self.day)
                if day <= as_of:
                    return day
        return None

    @property
    def has_date(self) -> bool:
        """Whether day and month exist in some year with these last two digits."""
        return any(_exists(century + self.year2, self.month, self.day) for century in (1900, 2000))


class Nik(_Number):
    """A person's number: ``day`` is the day of birth with a woman's 40 taken off."""

    @property
    def day(self) -> int:
        day = int(self.text[6:8])
        return day - 40 if day > 40 else day

    @property
    def sex(self) -> str:
        """L or P, as the day says."""
        return "P" if int(self.text[6:8]) > 40 else "L"

    def birth_date(self, as_of: date) -> date | None:
        """The latest date not after ``as_of`` that the digits allow; None if there is none.

        The century cannot be read from two digits; it is the reader who must ask over 100.
        """
        return self._date(as_of)


class KkNumber(_Number):
    """A family card's number: the date is the day it was issued or first recorded."""

    def issued_on(self, as_of: date) -> date | None:
        """The latest date not after ``as_of`` that the digits allow; None if there is none."""
        return self._date(as_of)


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def make_nik(region6: str, birth_date: date, sex: str, serial: int, practice: bool = True) -> str:
    """Compose a NIK; in practice the two digits of the province become 99."""
    region = PRACTICE_PREFIX + region6[2:] if practice else region6
    day = birth_date.day + (40 if sex == "P" else 0)
    return f"{region}{day:02d}{birth_date:%m%y}{serial:04d}"


def make_kk(region6: str, issued_on: date, serial: int, practice: bool = True) -> str:
    """Compose a KK number; in practice the two digits of the province become 99."""
    return make_nik(region6, issued_on, "L", serial, practice)

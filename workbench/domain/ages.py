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


def age_words(birth_date: date, as_of: date) -> str:
    """``34 tahun``: what a screen says instead of a birth date."""
    years = age_on(birth_date, as_of)
    return f"{years} tahun" if years is not None and years >= 0 else "belum lahir"


def unlike_words(birth_date: date, other: date) -> str:
    """In what two birth dates differ, without either: ``hari dan tahun lain``; "" if equal."""
    if birth_date == other:
        return ""
    if (birth_date.year, birth_date.month, birth_date.day) == (other.year, other.day, other.month):
        return "hari dan bulan tertukar"
    parts = (("hari", "day"), ("bulan", "month"), ("tahun", "year"))
    unlike = [words for words, name in parts if getattr(birth_date, name) != getattr(other, name)]
    *first, last = unlike
    return f"{', '.join(first)} dan {last} lain" if first else f"{last} lain"


def beside(birth_date: date, other: date, as_of: date) -> str:
    """``birth_date`` where it stands beside another one: its age and in what the two differ."""
    unlike = unlike_words(birth_date, other)
    age = age_words(birth_date, as_of)
    return f"{age}, {unlike}" if unlike else age

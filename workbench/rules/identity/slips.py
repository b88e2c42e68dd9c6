"""What plants ask of a draft before they let a clerk slip: whose number is sound, what is taken."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from workbench.domain.nik import Nik, is_filler
from workbench.domain.register import Draft, Row
from workbench.rules.parameters import parameters_on


def reference_date(draft: Draft) -> date:
    """The day at which ages are judged."""
    stated = draft.manifest["as_of"]
    return stated if isinstance(stated, date) else date.fromisoformat(stated)


def setting(draft: Draft, name: str) -> Any:
    """The value of a parameter at the draft's reference date."""
    return _settings(reference_date(draft))[name]


@cache
def _settings(as_of: date) -> dict[str, Any]:
    return parameters_on(as_of)


def sound_number(row: Row) -> Nik | None:
    """The NIK of a person where it is one to be read: sixteen digits with a date, no filler."""
    nik = Nik.parse(row["nik"])
    return nik if nik is not None and nik.has_date and not is_filler(nik.text) else None


def people_with_sound_numbers(draft: Draft, family_id: str) -> list[Row]:
    """Members whose NIK can be spoilt without losing more than the NIK.

    Left out are those whose aid, category or event hangs on the number alone.
    """
    hanging = {
        row["nik"]
        for table in ("aid", "ppks", "event")
        for row in draft.rows(table, family_id)
        if not row["person_id"]
    }
    return [
        row
        for row in draft.members(family_id)
        if sound_number(row) is not None and row["nik"] not in hanging
    ]


def is_taken(draft: Draft, nik: str) -> bool:
    """Whether somebody of the draft, or of the registry's answers, bears this number."""
    return draft.registry(nik) is not None or bool(draft.bearing("person", "nik", nik))


def replace_at(text: str, place: int, with_text: str) -> str:
    """``text`` with the characters from ``place`` on overwritten by ``with_text``."""
    return text[:place] + with_text + text[place + len(with_text) :]


def relation(row: Row) -> str:
    """How a note speaks of a person: by their place on the card, never by name."""
    return str(row["shdk"]).replace("_", " ") or "anggota keluarga"

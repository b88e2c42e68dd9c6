"""What a family's own rows say that decides what follows from an event."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from workbench.domain.ages import age_on
from workbench.domain.reference import by_code
from workbench.domain.register import Draft, Row
from workbench.rules.aid.programmes import ENDED, ONE_PAYEE
from workbench.rules.living.members import pkh_components

#: What consequences may ask for.
MARKS: Final = frozenset(
    {
        *("head", "stays", "spouse_stays", "no_adult_left", "only_elderly_left", "in_ppks"),
        *("pkh", "family_pbi", "expecting", "component_lost", "component_left"),
        *("abroad", "out_of_city", "new_card", "same_card"),
    }
)
#: Sets of programmes that consequences may go through one by one.
PROGRAM_SETS: Final = ("payee", "personal", "family_aid")

_COUPLE = frozenset({"kepala_keluarga", "suami", "istri"})
_GROWN, _OLD = 18, 60
_ANSWERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "luar_negeri": "abroad",
        "luar_kota": "out_of_city",
        "kk_baru": "new_card",
        "kk_tetap": "same_card",
    }
)


@dataclass(frozen=True)
class Household:
    """One family's rows of one list; aid and PPKS of the family and of its people."""

    family: Row
    people: Sequence[Row]
    aid: Sequence[Row] = ()
    ppks: Sequence[Row] = ()


@dataclass(frozen=True)
class Facts:
    """Marks that hold (see ``MARKS``), and programme codes by set (see ``PROGRAM_SETS``).

    ``payee``: paid to the family in the name of one of those concerned; ``personal``: theirs
    alone; ``family_aid``: paid to the family whoever the payee is. ``components`` are the kinds
    of PKH component seen among those who stay.
    """

    marks: frozenset[str]
    programs: Mapping[str, tuple[str, ...]]
    components: tuple[str, ...]


def read_facts(
    house: Household, concerned: Collection[str], day: date, answers: Iterable[str] = ()
) -> Facts:
    """The facts of an event of ``day`` that concerns these members (person ids).

    ``answers`` are the codes given to the kind's questions. Components are looked for as rule
    SOS-57 does, with the widest limits: they are a question to the facilitator, not an answer.
    """
    chosen = [row for row in house.people if row["person_id"] in concerned]
    left = [row for row in house.people if row["person_id"] not in concerned]
    running = [
        row for row in house.aid if row["status"] in ("", "aktif") and row["program"] not in ENDED
    ]
    family_aid = _codes(row for row in running if _is_of_family(row))
    payee = _codes(row for row in running if _is_of_family(row) and _is_paid_to(row, chosen))
    personal = _codes(row for row in running if not _is_of_family(row) and _is_paid_to(row, chosen))
    ages = [age_on(row["birth_date"], day) for row in left]
    lost, kept = components(chosen, day), components(left, day)
    marks = {
        "head": any(row["shdk"] == "kepala_keluarga" for row in chosen),
        "stays": bool(left),
        "spouse_stays": any(row["shdk"] in _COUPLE for row in chosen)
        and any(row["shdk"] in _COUPLE for row in left),
        "no_adult_left": bool(left) and all(age is not None and age < _GROWN for age in ages),
        "only_elderly_left": bool(left) and all(age is not None and age >= _OLD for age in ages),
        "in_ppks": bool(
            {row["person_id"] for row in house.ppks} & {row["person_id"] for row in chosen}
        ),
        "pkh": "PKH" in family_aid,
        "family_pbi": any(row["program"] == "PBIJK" for row in running),
        "expecting": any(row["is_pregnant"] for row in chosen or house.people),
        "component_lost": bool(lost),
        "component_left": bool(kept),
    }
    held = {name for name, holds in marks.items() if holds}
    held |= {_ANSWERS[one] for one in answers if one in _ANSWERS}
    sets = {"payee": payee, "personal": personal, "family_aid": family_aid}
    return Facts(frozenset(held), MappingProxyType(sets), kept)


def components(people: Sequence[Row], day: date) -> tuple[str, ...]:
    """The kinds of PKH component seen among these people on a day, in words, each once."""
    draft = Draft({"as_of": day})
    for row in people:
        draft.add("person", {**row, "family_id": "F"})
    return tuple(dict.fromkeys(reason for _, reason in pkh_components(draft, "F")))


def is_running(house: Household, program: str) -> bool:
    """Whether the list says that the family, or one of it, is paid this programme now."""
    return any(row["program"] == program and row["status"] in ("", "aktif") for row in house.aid)


def _codes(rows: Iterable[Row]) -> tuple[str, ...]:
    order = list(by_code("program_bantuan"))
    known = {row["program"] for row in rows} & set(order)
    return tuple(sorted(known, key=order.index))


def _is_of_family(row: Row) -> bool:
    entry = by_code("program_bantuan").get(row["program"])
    return row["program"] in ONE_PAYEE or bool(entry and entry["satuan"].startswith("keluarga"))


def _is_paid_to(row: Row, chosen: Sequence[Row]) -> bool:
    """By row id where the list knows it, else by NIK, else by name."""
    for column in ("person_id", "nik", "name"):
        if row[column]:
            return any(row[column] == one[column] for one in chosen)
    return False

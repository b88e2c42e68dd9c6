"""Whether the next list shows what an event said it would.

Nothing is changed by it: a list that does not show an event yet is a question to the office, never
a mistake of the family.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from workbench.domain.register import Row

#: Presence, as a list states it: dead; moved within the country, abroad.
_DEAD, _AWAY = "KB3", ("KB4", "KB5")


class Sequel(StrEnum):
    """What a later list shows of an event."""

    SHOWN = "terbukti"
    NOT_YET = "belum"
    UNKNOWN = "tidak_dapat_diperiksa"


SEQUEL_WORDS: Final[Mapping[Sequel, str]] = {
    Sequel.SHOWN: "terbukti di daftar baru",
    Sequel.NOT_YET: "belum tampak di daftar baru",
    Sequel.UNKNOWN: "tidak dapat diperiksa",
}


@dataclass(frozen=True)
class Reported:
    """What of an event a later list is asked about.

    ``people`` are keys of those concerned, ``former`` those of all members in the list it was
    reported on; "" where a row had no key. ``other_key`` is the key of the other card.
    """

    kind: str
    day: date
    kelurahan_kode: str
    family_key: str
    people: tuple[str, ...]
    former: frozenset[str]
    other_key: str


class LaterList:
    """The rows of a later list that events ask about: people with their family's row."""

    def __init__(self, families: Iterable[Row], people: Iterable[Row]) -> None:
        rows = {row["family_id"]: row for row in families}
        self.families: dict[str, list[Row]] = {}
        for row in rows.values():
            self.families.setdefault(row["family_key"], []).append(row)
        self._people: dict[str, list[tuple[Row, Row | None]]] = {}
        self._members: dict[str, list[Row]] = {}
        for person in people:
            home = rows.get(person["family_id"])
            self._people.setdefault(person["person_key"], []).append((person, home))
            if home is not None:
                self._members.setdefault(home["family_key"], []).append(person)

    def of(self, key: str) -> list[tuple[Row, Row | None]]:
        """The rows of one person, each with the row of the family."""
        return self._people.get(key, []) if key else []

    def members(self, family_key: str) -> list[Row]:
        """The people on one card."""
        return self._members.get(family_key, []) if family_key else []


def sequel(one: Reported, later: LaterList) -> Sequel:
    """What a later list shows of an event; ``UNKNOWN`` where its rows have no usable key."""
    told = _TOLD[one.kind](one, later)
    return Sequel.UNKNOWN if told is None else Sequel.SHOWN if told else Sequel.NOT_YET


def _born(one: Reported, later: LaterList) -> bool | None:
    if not one.family_key:
        return None
    return any(
        row["birth_date"] == one.day and row["person_key"] not in one.former
        for row in later.members(one.family_key)
    )


def _died(one: Reported, later: LaterList) -> bool | None:
    return _everybody(
        one.people,
        later,
        lambda row, home: row["existence"] == _DEAD or row["dukcapil_match"] == "meninggal",
        gone=True,
    )


def _moved_out(one: Reported, later: LaterList) -> bool | None:
    return _everybody(
        one.people,
        later,
        lambda row, home: (
            row["existence"] in _AWAY
            or (home is not None and home["kelurahan_kode_kemendagri"] != one.kelurahan_kode)
        ),
        gone=True,
    )


def _moved_in(one: Reported, later: LaterList) -> bool | None:
    if not one.other_key:
        return None
    return any(
        row["kelurahan_kode_kemendagri"] == one.kelurahan_kode
        for row in later.families.get(one.other_key, ())
    )


def _split(one: Reported, later: LaterList) -> bool | None:
    if not one.family_key:
        return None
    return _everybody(one.people, later, lambda row, home: _is_elsewhere(one, home))


def _joined(one: Reported, later: LaterList) -> bool | None:
    if not one.family_key or not one.other_key:
        return None
    arrived = _everybody(
        one.people,
        later,
        lambda row, home: home is not None and home["family_key"] == one.other_key,
    )
    return arrived and not later.families.get(one.family_key)


def _married(one: Reported, later: LaterList) -> bool | None:
    return _everybody(
        one.people,
        later,
        lambda row, home: row["marital_status"] == "kawin" or _is_elsewhere(one, home),
    )


def _divorced(one: Reported, later: LaterList) -> bool | None:
    return _everybody(
        one.people,
        later,
        lambda row, home: row["marital_status"] == "cerai_hidup" or _is_elsewhere(one, home),
    )


_TOLD: Final = {
    "lahir": _born,
    "meninggal": _died,
    "pindah_keluar": _moved_out,
    "pindah_masuk": _moved_in,
    "pisah_kk": _split,
    "gabung_kk": _joined,
    "kawin": _married,
    "cerai": _divorced,
}


def _is_elsewhere(one: Reported, home: Row | None) -> bool:
    """On the other card, or where none was named on any other than before."""
    if home is None or not home["family_key"]:
        return False
    if one.other_key:
        return bool(home["family_key"] == one.other_key)
    return bool(one.family_key) and home["family_key"] != one.family_key


def _everybody(
    people: Collection[str],
    later: LaterList,
    holds: Callable[[Row, Row | None], bool],
    gone: bool = False,
) -> bool | None:
    """Whether it holds for all rows of all of them; ``gone``: not being listed counts as well."""
    if not people or not all(people):
        return None
    found = [later.of(key) for key in people]
    return all(all(holds(*row) for row in rows) if rows else gone for rows in found)

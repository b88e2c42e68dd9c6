"""What to see at a house: lines of ``checklist_lapangan`` that fit what a family is.

Some things only somebody at the door can see. They are chosen by what the list says of the family
and by what it leaves open; no sensitive category decides what is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from workbench.domain.ages import age_on
from workbench.domain.reference import by_code


@dataclass(frozen=True)
class Sight:
    """One thing to see at the house: a line of ``checklist_lapangan`` by its ``number``."""

    number: str
    what: str
    how: str
    proof: str


#: Parts of a house a list may leave open: column, word, line of ``checklist_lapangan``.
_HOUSE = (
    ("house_tenure", "status rumah", "16"),
    ("floor_area_m2", "luas lantai", "17"),
    ("floor", "lantai", "18"),
    ("wall", "dinding", "19"),
    ("roof", "atap", "20"),
    ("water", "air minum", "22"),
    ("toilet", "jamban", "23"),
    ("lighting", "penerangan", "24"),
    ("cooking_fuel", "bahan bakar", "25"),
)
#: What SOS-49 asks about already.
_ASKED_BY_BLANK = frozenset({"floor", "wall", "roof", "water", "lighting"})
#: The list says the family was not found, or could not be spoken to.
NOT_MET = ("KB2", "KB8")
_MOST_SIGHTS = 5

#: What of each table tells about a home.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "family": (
        *("existence", "domicile", "assets", "latitude", "shares_dwelling", "has_food_worry"),
        *("expenditure_rp", "desil", *(column for column, _word, _number in _HOUSE)),
    ),
    "person": ("birth_date", "disability", "disability_degree"),
    "aid": ("program", "status"),
    "ppks": ("category",),
}


@dataclass(frozen=True)
class Home:
    """What is known of a family.

    ``kinds`` are PPKS categories without the sensitive ones, ``asked`` the rules whose questions
    are printed, ``carried`` the columns the list has, ``poor_up_to`` the highest desil of aid.
    """

    family: Mapping[str, Any]
    members: list[dict[str, Any]]
    aid: list[dict[str, Any]]
    kinds: frozenset[str]
    asked: frozenset[str]
    carried: frozenset[str]
    as_of: date
    poor_up_to: int

    def may_be_poor(self) -> bool:
        """Whether means matter here: something is paid, or the desil allows it or is unknown."""
        desil = self.family["desil"]
        is_paid = any(row["status"] in ("", "aktif") for row in self.aid)
        return is_paid or desil is None or desil <= self.poor_up_to

    def ages(self) -> list[int]:
        """Ages of the members whose birth date is known."""
        found = (age_on(row["birth_date"], self.as_of) for row in self.members)
        return [age for age in found if age is not None]

    def receives(self, *programs: str) -> bool:
        return any(r["program"] in programs and r["status"] in ("", "aktif") for r in self.aid)

    def lost(self, *programs: str) -> bool:
        """Whether one of these has ended, of any programme where none is named."""
        return any(
            row["status"] in ("nonaktif", "graduasi")
            and (not programs or row["program"] in programs)
            for row in self.aid
        )

    def leaves_open(self, column: str) -> bool:
        """Whether the list has this column and says nothing in it here."""
        return column in self.carried and self.family[column] in (None, "", "-", "KOSONG")

    def blank_parts(self) -> list[tuple[str, str]]:
        """Word and line number of each part of the house that is open and not asked about."""
        asked = _ASKED_BY_BLANK if "SOS-49" in self.asked else frozenset()
        return [
            (word, number)
            for column, word, number in _HOUSE
            if column not in asked and self.leaves_open(column)
        ]

    def needs_degree(self) -> bool:
        """Whether somebody has a disability and nobody wrote down how grave it is."""
        people = [row for row in self.members if row["disability"]]
        listed = bool(self.kinds & {"PMKS05", "PMKS09"})
        open_ = any(row["disability_degree"] is None for row in people) or (listed and not people)
        return open_ and "PPK-46" not in self.asked

    def nobody_of_working_age(self) -> bool:
        ages = self.ages()
        return bool(ages) and all(age < 18 or age >= 60 for age in ages)


#: When which line of ``checklist_lapangan`` is printed, the most needed first.
_SIGHTS: tuple[tuple[str, Callable[[Home], bool]], ...] = (
    ("4", lambda home: home.family["existence"] in NOT_MET),
    ("", lambda home: bool(home.blank_parts())),
    ("35", lambda home: home.receives("PKH") and "SOS-57" not in home.asked),
    ("33", Home.needs_degree),
    ("42", lambda home: bool(home.kinds & {"PMKS01", "PMKS02", "PMKS08"})),
    (
        "36",
        lambda home: (
            "PMKS08" in home.kinds
            or (home.nobody_of_working_age() and max(home.ages()) >= 60 and home.may_be_poor())
        ),
    ),
    (
        "37",
        lambda home: (
            "PMKS01" in home.kinds or (min(home.ages(), default=99) <= 5 and home.may_be_poor())
        ),
    ),
    (
        "41",
        lambda home: (
            bool(home.kinds & {"PMKS01", "PMKS02", "PMKS05", "PMKS08", "PMKS09"})
            or (home.nobody_of_working_age() and home.may_be_poor())
        ),
    ),
    (
        "26",
        lambda home: (
            "SOS-51" not in home.asked
            and home.may_be_poor()
            and bool({"mobil", "ac"} & set(home.family["assets"].split(";")))
        ),
    ),
    ("20", lambda home: home.receives("RUTILAHU")),
    ("13", lambda home: home.family["shares_dwelling"] is True),
    ("5", lambda home: home.leaves_open("domicile")),
    ("34", lambda home: home.lost("PBIJK") and "BAN-65" not in home.asked),
    ("39", lambda home: home.lost("PKH", "SEMBAKO") and "BAN-56" not in home.asked),
    (
        "38",
        lambda home: (
            home.receives("PKH", "SEMBAKO") and not any(r.startswith("BAN") for r in home.asked)
        ),
    ),
    ("6", lambda home: home.leaves_open("latitude") and "ALM-38" not in home.asked),
    ("30", lambda home: home.leaves_open("expenditure_rp")),
    ("31", lambda home: home.leaves_open("has_food_worry")),
)
#: Said at the door in place of the catalogue's own words.
_WORDS = {
    "4": "Keluarga ini pernah tidak ditemukan atau tidak dapat ditemui. Datang dua kali pada jam "
    "berbeda, lalu tanya RT",
    "26": "Mobil atau AC yang tercatat: milik siapa, dipakai untuk apa?",
}


def choose_sights(home: Home) -> list[Sight]:
    """What to see at this house, the most needed first, five lines at most."""
    chosen = [number for number, applies in _SIGHTS if applies(home)][:_MOST_SIGHTS]
    return [_sight(number) if number else _house_sight(home.blank_parts()) for number in chosen]


def _sight(number: str) -> Sight:
    line = by_code("checklist_lapangan", "no")[number]
    proof = "Surat keterangan RT" if number == "4" else line["bukti_foto"].strip("-")
    return Sight(number, _WORDS.get(number, line["butir"]), line["cara_mengamati"], proof)


def _house_sight(blanks: list[tuple[str, str]]) -> Sight:
    lines = by_code("checklist_lapangan", "no")
    photos = [lines[number]["bukti_foto"] for _word, number in blanks]
    return Sight(
        ", ".join(number for _word, number in blanks),
        f"Isian rumah yang masih kosong: {', '.join(word for word, _number in blanks)}",
        "Lihat sendiri, jangan dari kata responden",
        ", ".join(dict.fromkeys(photo for photo in photos if photo != "-")),
    )

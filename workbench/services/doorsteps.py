"""What an officer has in hand at the door of one family: who lives there, what is to be asked.

Everything is in words already; numbers are masked and a birth date is an age. Of findings on
sensitive categories nothing is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from workbench.access import Actor, Permission, require
from workbench.domain.register import Row
from workbench.services import families, fieldwork, shelves
from workbench.services.families import Question, Record
from workbench.services.office import Office
from workbench.verification.fieldwork.lives import State, finding_key

_UNREAD: Final = "(tidak ada keterangan lain)"
#: What is told of a member, in order; the name stands above.
_OF_MEMBER: Final = ("shdk", "sex", "birth_date", "nik")
_MARKS: Final[Mapping[bool | None, str]] = {True: "sama", False: "berbeda", None: ""}


@dataclass(frozen=True)
class Member:
    """Somebody on the family's card; ``words`` tell relation, sex, age and masked number."""

    key: str
    name: str
    words: str


@dataclass(frozen=True)
class Asked:
    """A finding as it is asked at the door.

    ``key`` is that of the finding inside its list, ``said`` what different sources say, in lines.
    ``is_open`` is false for one that was settled by an earlier visit.
    """

    key: str
    rule: str
    severity: str
    who: str
    sentence: str
    question: str
    documents: tuple[str, ...]
    said: tuple[str, ...]
    is_open: bool = True


@dataclass(frozen=True)
class Doorstep:
    """One family of a list. ``withheld`` counts findings that are not shown here."""

    family_id: str
    title: str
    place: str
    members: tuple[Member, ...]
    aid: tuple[str, ...]
    asked: tuple[Asked, ...]
    withheld: int


def doorstep(
    office: Office, actor: Actor, list_id: str, family_id: str, is_blind: bool = False
) -> Doorstep:
    """A family of the actor's areas. Raises ``NotFound`` for any other.

    ``is_blind`` for a second check: nothing in it tells what a visit said.
    """
    require(actor, Permission.RECORD_OUTCOME)
    for row in fieldwork.candidate_rows(office, actor, list_id):
        if row["family_id"] == family_id:
            return _of_candidate(row)
    opened = shelves.open_list(office, actor, list_id)
    page = families.family_page(opened, family_id)
    settled = set() if is_blind else _settled(office, actor, list_id, family_id)
    return Doorstep(
        family_id,
        page.title,
        page.place,
        tuple(_member(one) for one in page.members),
        tuple(one.heading for one in page.aid),
        tuple(_asked(one, settled) for one in page.questions if not one.is_note),
        page.withheld,
    )


def _of_candidate(row: Row) -> Doorstep:
    """A family that stands on no list: nobody is known of it but the head."""
    place = f"{row['address']}, RT {row['rt']}/RW {row['rw']}. Usulan baru, belum ada di daftar."
    return Doorstep(row["family_id"], row["head_name"], place, (), (), (), 0)


def _settled(office: Office, actor: Actor, list_id: str, family_id: str) -> set[str]:
    stories = fieldwork.family_lives(office, actor, list_id, family_id)
    return {one.finding_key for one in stories if one.life.state is State.CONFIRMED}


def _member(record: Record) -> Member:
    cells = [record.cell(column) for column in _OF_MEMBER]
    said = [f"NIK {cell.words}" if cell.column == "nik" else cell.words for cell in cells if cell]
    return Member(record.subject, record.heading, ", ".join(said) or _UNREAD)


def _asked(question: Question, settled: set[str]) -> Asked:
    key = finding_key(question.rule, question.kind, question.subject)
    return Asked(
        key,
        question.rule,
        question.severity,
        question.who,
        question.sentence,
        question.question,
        question.documents,
        tuple(_lines(question)),
        key not in settled,
    )


def _lines(question: Question) -> list[str]:
    found = []
    for one in question.said:
        if not one.others:
            continue
        beside = [
            f"{source}: {words}" + (f" ({_MARKS[is_same]})" if is_same is not None else "")
            for source, words, is_same in one.others
        ]
        found.append(f"{one.label} di daftar: {one.listed}; {'; '.join(beside)}")
    return found

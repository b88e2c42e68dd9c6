"""What a trainer sees beside the board: who needs a hand, and cases for the wall.

The board is looked at all the time. ``pulse`` is the one cheap question asked first: while
nothing moved nothing else is asked, and while only marks were saved ``last_actions`` is enough.

A case on the wall carries no trainee's name and nothing anybody answered. No case of a test goes
there before all tests are closed: one half of the class sits first what the other sits last.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select

from workbench import training
from workbench.access import Actor, Permission, require
from workbench.errors import NotFound, WrongUse
from workbench.services import classes
from workbench.services.ladders import (
    CLOSED,
    TESTS,
    aside_seats,
    course_of,
    history,
    shown_items,
)
from workbench.services.office import Office
from workbench.store import clock, ledger
from workbench.store.tables import (
    case_key,
    class_part,
    drawn_case,
    event,
    grade,
    grade_item,
    ledger_head,
    participant,
)
from workbench.training import example, ladder
from workbench.training.answers import DIFFERS
from workbench.training.keys import NO_SOURCE

#: So many alike errors in a row say that somebody does not get on alone.
ALIKE: Final = 3
#: How many cases stand behind a rule that is missed.
WORST: Final = 3

_GONE = "Kasus itu tidak ada di kelas ini. Muat ulang papan, lalu pilih lagi."
_IN_TEST = (
    "Kasus ini masih menjadi soal tes bagi sebagian peserta. Tutup tesnya dulu (awal dan akhir), "
    "baru tampilkan."
)


@dataclass(frozen=True)
class Pulse:
    """What tells one board from the next: ``seq`` of the ledger, and what moved of this class."""

    seq: int
    graded: int
    joined: int
    touched: int


@dataclass(frozen=True)
class AlikeErrors:
    """The same error ``ALIKE`` times in a row: ``rule`` was missed, or "" for false alarms."""

    seat: int
    rule: str


@dataclass(frozen=True)
class WorstCase:
    """A case of a rule: how often it was missed, sent and flagged without cause.

    ``seat`` and ``number`` say where one copy of it lies; they never go on the wall.
    """

    seat: int
    number: int
    title: str
    missed: int
    sent: int
    false_alarms: int


@dataclass(frozen=True)
class Solution:
    """One mistake of a case in words."""

    rule: str
    title: str
    why: str
    documents: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class WallCase:
    """A case for the wall: its public part, the right answer, the expert's steps, the words."""

    public: Mapping[str, Any]
    answer: Mapping[str, Any]
    steps: tuple[Mapping[str, Any], ...]
    solutions: tuple[Solution, ...]


def pulse(office: Office, actor: Actor, class_id: str) -> Pulse:
    """Whether anything moved, in one query over indexes."""
    require(actor, Permission.RUN_CLASS)
    about = select(func.coalesce(func.max(event.c.id), 0)).where(
        event.c.subject == f"kelas:{class_id}"
    )
    counts = [
        select(func.count()).select_from(table).where(table.c.class_id == class_id)
        for table in (grade, participant)
    ]
    with office.practice.reading() as connection:
        row = connection.execute(
            select(ledger_head.c.seq, *(query.scalar_subquery() for query in (*counts, about)))
        ).one()
    return Pulse(*(int(value) for value in row))


def last_actions(office: Office, actor: Actor, class_id: str) -> dict[int, datetime]:
    """Seat -> when this person last did anything."""
    require(actor, Permission.RUN_CLASS)
    with office.practice.reading() as connection:
        rows = connection.execute(
            select(participant.c.seat, participant.c.last_seen_at).where(
                participant.c.class_id == class_id
            )
        ).all()
    return {row.seat: clock.moment(row.last_seen_at) for row in rows}


def rules_mastered(
    office: Office, actor: Actor, class_id: str, seats: Collection[int]
) -> dict[int, int]:
    """Seat -> how many rules of the course it has mastered; empty in a class without parts."""
    require(actor, Permission.RUN_CLASS)
    with office.practice.reading() as connection:
        course = course_of(connection, class_id)
        if course is None:
            return {}
        seen = {seat: history(connection, class_id, seat) for seat in seats}
    return {
        seat: sum(one.is_mastered for one in ladder.standings(course, told).values())
        for seat, told in seen.items()
    }


def alike_errors(
    office: Office, actor: Actor, class_id: str, seats: Collection[int]
) -> tuple[AlikeErrors, ...]:
    """Who of ``seats`` made the same error ``ALIKE`` times in a row, by seat.

    The last tries at one rule were all missed, or the last cases sent all had a cell flagged
    without cause; cases in the order of their numbers, which is the order they are handed out in.
    """
    require(actor, Permission.RUN_CLASS)
    with office.practice.reading() as connection:
        sent = connection.execute(
            select(grade.c.seat, grade.c.number)
            .where(grade.c.class_id == class_id, grade.c.seat.in_(seats))
            .order_by(grade.c.seat, grade.c.number)
        ).all()
        items = connection.execute(
            select(grade_item.c.seat, grade_item.c.number, grade_item.c.rule, grade_item.c.outcome)
            .where(grade_item.c.class_id == class_id, grade_item.c.seat.in_(seats))
            .order_by(grade_item.c.seat, grade_item.c.number, grade_item.c.item)
        ).all()
    return tuple(_alike(sent, items))


def worst_cases(office: Office, actor: Actor, class_id: str, rule: str) -> tuple[WorstCase, ...]:
    """The ``WORST`` cases of a rule, most missed first, then most flagged without cause.

    Copies of one case of the bank are counted together. Cases of the tests are left out while one
    of them is not closed, and so are seats that do not count.
    """
    require(actor, Permission.RUN_CLASS)
    with office.practice.reading() as connection:
        hidden = _open_tests(connection, class_id)
        tries = connection.execute(
            select(
                grade_item.c.seat,
                grade_item.c.number,
                grade_item.c.outcome,
                drawn_case.c.item,
                drawn_case.c.part,
            )
            .join(
                drawn_case,
                (drawn_case.c.class_id == grade_item.c.class_id)
                & (drawn_case.c.seat == grade_item.c.seat)
                & (drawn_case.c.number == grade_item.c.number),
            )
            .where(
                grade_item.c.class_id == class_id,
                grade_item.c.rule == rule,
                grade_item.c.seat.not_in(aside_seats(connection, class_id)),
            )
            .order_by(grade_item.c.seat, grade_item.c.number)
        ).all()
        alarms = Counter(
            (row.seat, row.number)
            for row in connection.execute(
                select(grade_item.c.seat, grade_item.c.number).where(
                    grade_item.c.class_id == class_id, grade_item.c.outcome == "keliru"
                )
            )
        )
        found = _count_cases((one for one in tries if one.part not in hidden), alarms)
        return tuple(
            WorstCase(seat, number, _title(connection, class_id, seat, number), *counts)
            for (seat, number), counts in found[:WORST]
        )


def wall_case(office: Office, actor: Actor, class_id: str, seat: int, number: int) -> WallCase:
    """One case with its solution; raises ``NotFound``, ``WrongUse`` while a test may ask it."""
    require(actor, Permission.RUN_CLASS)
    with office.practice.reading() as connection:
        row = connection.execute(
            select(drawn_case.c.public, drawn_case.c.part, case_key.c.key)
            .join(
                case_key,
                (case_key.c.class_id == drawn_case.c.class_id)
                & (case_key.c.seat == drawn_case.c.seat)
                & (case_key.c.number == drawn_case.c.number),
            )
            .where(
                drawn_case.c.class_id == class_id,
                drawn_case.c.seat == seat,
                drawn_case.c.number == number,
            )
        ).first()
        if row is None:
            raise NotFound(_GONE)
        if row.part in _open_tests(connection, class_id):
            raise WrongUse(_IN_TEST)
    public, key = json.loads(row.public), training.Key.from_json(json.loads(row.key))
    marks = {cell: DIFFERS for mistake in key.mistakes for cell in mistake.fields}
    return WallCase(
        {name: value for name, value in public.items() if name not in ("number", "of")},
        # All that belongs to a mistake is lit, not only the cell that would have been enough.
        replace(example.solved_answer(key), marks=marks).to_json(),
        tuple(example.solved_steps(public, key)),
        tuple(
            Solution(m.rule, m.title, m.why, m.documents, m.source or NO_SOURCE)
            for m in key.mistakes
        ),
    )


def put_on_wall(office: Office, actor: Actor, class_id: str, seat: int, number: int) -> WallCase:
    """``wall_case``, noted as seen by all: from now on it is handed out to nobody.

    A seat that has it open keeps it. In a class of fixed cases there is nothing to note.
    """
    shown = wall_case(office, actor, class_id, seat, number)
    with office.practice.writing() as connection:
        item = connection.execute(
            select(drawn_case.c.item).where(
                drawn_case.c.class_id == class_id,
                drawn_case.c.seat == seat,
                drawn_case.c.number == number,
            )
        ).scalar_one()
        known = shown_items(connection, class_id)
        if item is not None and item not in known:
            classes.keep_setting(connection, class_id, "shown", sorted({*known, item}))
            ledger.record(connection, actor.id, "kelas", f"kelas:{class_id}", "dinding", item)
    return shown


def _alike(sent: Iterable[Row[Any]], items: Iterable[Row[Any]]) -> Iterable[AlikeErrors]:
    alarmed: set[tuple[int, int]] = set()
    runs: dict[tuple[int, str], int] = {}
    for item in items:
        if item.outcome == "keliru":
            alarmed.add((item.seat, item.number))
        else:
            run = runs.get((item.seat, item.rule), 0)
            runs[item.seat, item.rule] = run + 1 if item.outcome == "terlewat" else 0
    in_a_row: Counter[int] = Counter()
    for seat, number in sent:
        in_a_row[seat] = in_a_row[seat] + 1 if (seat, number) in alarmed else 0
    found = [AlikeErrors(seat, rule) for (seat, rule), run in runs.items() if run >= ALIKE]
    found += [AlikeErrors(seat, "") for seat, run in in_a_row.items() if run >= ALIKE]
    return sorted(found, key=lambda one: (one.seat, one.rule))


def _count_cases(
    tries: Iterable[Row[Any]], alarms: Mapping[tuple[int, int], int]
) -> Sequence[tuple[tuple[int, int], tuple[int, int, int]]]:
    """One copy of each case -> missed, sent, false alarms; worst first, without what went well."""
    copies: dict[Any, tuple[int, int]] = {}
    counts: dict[Any, list[int]] = {}
    for one in tries:
        own = (one.seat, one.number)
        case = own if one.item is None else one.item
        copies.setdefault(case, own)
        told = counts.setdefault(case, [0, 0, 0])
        told[0] += one.outcome == "terlewat"
        told[1] += 1
        told[2] += alarms.get(own, 0)
    bad = [case for case, told in counts.items() if told[0] or told[2]]
    bad.sort(key=lambda case: (-counts[case][0], -counts[case][2], copies[case]))
    return [(copies[case], (counts[case][0], counts[case][1], counts[case][2])) for case in bad]


def _open_tests(connection: Connection, class_id: str) -> frozenset[int]:
    """The tests of a class while one of them is not closed; none afterwards."""
    tests = connection.execute(
        select(class_part.c.number, class_part.c.state).where(
            class_part.c.class_id == class_id, class_part.c.kind.in_(TESTS)
        )
    ).all()
    if all(test.state == CLOSED for test in tests):
        return frozenset()
    return frozenset(test.number for test in tests)


def _title(connection: Connection, class_id: str, seat: int, number: int) -> str:
    public = connection.execute(
        select(drawn_case.c.public).where(
            drawn_case.c.class_id == class_id,
            drawn_case.c.seat == seat,
            drawn_case.c.number == number,
        )
    ).scalar_one()
    title: str = json.loads(public)["title"]
    return title


__all__ = [
    "ALIKE",
    "AlikeErrors",
    "Pulse",
    "Solution",
    "WallCase",
    "WorstCase",
    "alike_errors",
    "last_actions",
    "pulse",
    "put_on_wall",
    "rules_mastered",
    "wall_case",
    "worst_cases",
]

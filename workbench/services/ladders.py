"""Where a seat stands: the course of a class and what was seen in it, read from the store.

For the services around it, which have asked who is asking; nothing here writes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, case, func, select

from workbench.store import clock
from workbench.store.tables import class_, class_part, drawn_case, drill_answer, grade
from workbench.training import Grade
from workbench.training.bank import task_of
from workbench.training.drills import rounds
from workbench.training.ladder import Course, Seen, Step, see
from workbench.training.plans import Plan

#: The zone classes are held in, whatever the computer's clock is set to.

BEFORE, AFTER, PRACTICE, OPENING, DRILLS = "tes_awal", "tes_akhir", "latihan", "pembuka", "kuis"
#: Kinds of part a class may have, with the words on the screen.
KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        BEFORE: "Tes awal",
        PRACTICE: "Latihan",
        DRILLS: "Kuis",
        OPENING: "Pembuka hari kedua",
        AFTER: "Tes akhir",
    }
)
TESTS: Final = frozenset({BEFORE, AFTER})
#: What cases are called that belong to no part: fixed beforehand for each seat.
FIXED: Final = "tetap"

WAITING, OPEN, CLOSED = "waiting", "open", "closed"


@dataclass(frozen=True)
class PartPlan:
    """A part of a class as it is planned: ``kind`` of ``KINDS``, ``n`` cases of a test or opening.

    Without a ``title`` it is called after its kind. ``drills`` are the names of those a *kuis*
    asks for; all of them where none is named.
    """

    kind: str
    title: str = ""
    n: int = 0
    drills: tuple[str, ...] = ()


@dataclass(frozen=True)
class Drilled:
    """What a seat did of one drill: cards answered, rounds finished."""

    seat: int
    drill: str
    cards: int
    rounds: int


def course_from(class_id: str, settings: Mapping[str, Any], seed: int) -> Course:
    """The course of a class with parts, from its settings as they are stored."""
    plan = Plan(
        class_id,
        settings["n_cases"],
        settings["error_share"],
        tuple(settings["groups"]),
        seed,
    )
    return Course(plan, tuple(settings["rules"]))


def course_of(connection: Connection, class_id: str) -> Course | None:
    """The course of a class; None when it has no parts, or there is no such class."""
    row = connection.execute(
        select(class_.c.settings, class_.c.seed).where(class_.c.id == class_id)
    ).first()
    settings = json.loads(row.settings) if row else {}
    if row is None or "rules" not in settings:
        return None
    return course_from(class_id, settings, row.seed)


def aside_seats(connection: Connection, class_id: str) -> dict[int, int]:
    """Seats of a class that do not count -> the seat of the same person that does."""
    kept = _settings(connection, class_id).get("aside", {})
    return {int(seat): counted for seat, counted in kept.items()}


def shown_items(connection: Connection, class_id: str) -> frozenset[int]:
    """Cases of the bank that were on the wall: handed out to nobody any more."""
    return frozenset(_settings(connection, class_id).get("shown", ()))


def history(connection: Connection, class_id: str, seat: int) -> tuple[Seen, ...]:
    """What a seat has seen in the parts of its class, tests included, in the order of time."""
    rows = connection.execute(_handed_out(class_id).where(drawn_case.c.seat == seat))
    return _in_time(row for row in map(_seen, rows))


def class_histories(connection: Connection, class_id: str) -> dict[int, tuple[Seen, ...]]:
    """``history`` of every seat that was handed anything."""
    seats: dict[int, list[tuple[Seen, ...]]] = {}
    for row in connection.execute(_handed_out(class_id)):
        seats.setdefault(row.seat, []).append(_seen(row))
    return {seat: _in_time(seen) for seat, seen in sorted(seats.items())}


def hidden_numbers(connection: Connection, class_id: str, seat: int) -> frozenset[int]:
    """The cases of a seat of which nothing may be told yet: those of a test that is not closed."""
    found = connection.execute(
        select(drawn_case.c.number)
        .join(
            class_part,
            (class_part.c.class_id == drawn_case.c.class_id)
            & (class_part.c.number == drawn_case.c.part),
        )
        .where(
            drawn_case.c.class_id == class_id,
            drawn_case.c.seat == seat,
            class_part.c.kind.in_(TESTS),
            class_part.c.state != CLOSED,
        )
    )
    return frozenset(found.scalars())


def place_of_part(row: Row[Any]) -> int:
    """Where a part stands among those of its class: its number, unless the plan was changed."""
    place: int = json.loads(row.settings).get("place", row.number)
    return place


def named_drills(settings: str) -> tuple[str, ...]:
    """The drills a part asks for by name, from its settings as they are stored."""
    return tuple(name for name in json.loads(settings).get("drills", ()) if name in rounds.DRILLS)


def asked_drills(connection: Connection, class_id: str) -> tuple[str, ...]:
    """The drills the open parts of a class ask for; none while no such part is open."""
    found = connection.execute(
        select(class_part.c.settings).where(
            class_part.c.class_id == class_id,
            class_part.c.kind == DRILLS,
            class_part.c.state == OPEN,
        )
    )
    asked = [named_drills(settings) or tuple(rounds.DRILLS) for settings in found.scalars()]
    return tuple(name for name in rounds.DRILLS if any(name in names for names in asked))


def drilled(connection: Connection, class_id: str, seat: int | None = None) -> tuple[Drilled, ...]:
    """What the seats of a class did of each drill they began, or one ``seat`` did."""
    # The row at place 0 opens a round and holds its settings; it is no answer.
    settings = func.max(case((drill_answer.c.place == 0, drill_answer.c.answer), else_=""))
    rows = connection.execute(
        select(
            drill_answer.c.seat,
            drill_answer.c.drill,
            settings.label("settings"),
            func.sum(case((drill_answer.c.place > 0, 1), else_=0)).label("cards"),
        )
        .where(
            drill_answer.c.class_id == class_id,
            True if seat is None else drill_answer.c.seat == seat,
            drill_answer.c.drill.in_(rounds.DRILLS),
        )
        .group_by(drill_answer.c.seat, drill_answer.c.drill, drill_answer.c.round)
    )
    counts: dict[tuple[int, str], list[int]] = {}
    for row in rows:
        size = rounds.size_of(rounds.DRILLS[row.drill], json.loads(row.settings))
        counted = counts.setdefault((row.seat, row.drill), [0, 0])
        counted[0] += row.cards
        counted[1] += row.cards >= size
    return tuple(Drilled(seat, drill, *counted) for (seat, drill), counted in counts.items())


def _settings(connection: Connection, class_id: str) -> dict[str, Any]:
    stored = connection.execute(select(class_.c.settings).where(class_.c.id == class_id)).scalar()
    settings: dict[str, Any] = json.loads(stored or "{}")
    return settings


def _handed_out(class_id: str) -> Select[Any]:
    return (
        select(
            drawn_case.c.seat,
            drawn_case.c.number,
            drawn_case.c.step,
            drawn_case.c.word,
            drawn_case.c.done_at,
            grade.c.grade,
            grade.c.at,
        )
        .outerjoin(
            grade,
            (grade.c.class_id == drawn_case.c.class_id)
            & (grade.c.seat == drawn_case.c.seat)
            & (grade.c.number == drawn_case.c.number),
        )
        .where(drawn_case.c.class_id == class_id, drawn_case.c.step != "")
    )


def _seen(row: Row[Any]) -> tuple[Seen, ...]:
    step = Step(row.step)
    stamped = row.done_at if step is Step.EXAMPLE else row.at
    if not stamped:
        return ()
    graded = Grade.from_json(json.loads(row.grade)) if row.grade else None
    at = clock.local(stamped)
    return see(task_of(row.word, row.number), step, at, graded)


def _in_time(told: Any) -> tuple[Seen, ...]:
    return tuple(sorted((seen for case in told for seen in case), key=lambda s: (s.at, s.number)))

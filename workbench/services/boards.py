"""The board of a class: who is here, how far they are, what the class misses, who counts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from workbench.access import Actor, Permission, require
from workbench.domain.wilayah import area_name, kecamatan, kelurahan, kelurahan_by_code
from workbench.errors import NotFound, WrongUse
from workbench.services.arrivals import NO_PERSON
from workbench.services.classes import (
    ClassInfo,
    class_row,
    keep_setting,
    one_info,
)
from workbench.services.ladders import aside_seats
from workbench.services.office import Office
from workbench.store import clock, ledger
from workbench.store.tables import (
    drawn_case,
    expected_participant,
    grade,
    grade_item,
    participant,
)
from workbench.training import ladder


@dataclass(frozen=True)
class Person:
    """One trainee on the board. ``score`` is the mean of the graded cases, None before any.

    ``of`` are the cases of the seat; in a class with parts those handed out so far.
    """

    seat: int
    name: str
    position: str
    area_kode: str
    area: str
    done: int
    of: int
    joined_at: datetime
    last_action_at: datetime
    score: float | None


@dataclass(frozen=True)
class Aside:
    """A second seat of somebody: kept with its answers, and counted nowhere.

    ``done`` are the cases sent from it, ``counted`` is the seat that counts.
    """

    seat: int
    name: str
    done: int
    counted: int


@dataclass(frozen=True)
class Place:
    """A kelurahan (or kecamatan, or the city) and the seats of those who came from it."""

    kode: str
    name: str
    kecamatan: str
    seats: tuple[int, ...]


@dataclass(frozen=True)
class Outcome:
    """How often one rule was found, missed, or a cell flagged without cause."""

    found: int = 0
    missed: int = 0
    false_alarm: int = 0


@dataclass(frozen=True)
class MissedRule:
    """A rule on the list of the most missed: ``people`` is how many missed it at least once."""

    rule: str
    missed: int
    found: int
    people: int


@dataclass(frozen=True)
class Absent:
    """Somebody on the office's list whose name has not joined."""

    name: str
    area: str
    position: str


@dataclass(frozen=True)
class Totals:
    """Counts over the class. ``score`` is the mean over graded cases, None before any."""

    joined: int
    expected: int
    kelurahan_present: int
    kelurahan_of: int
    cases_done: int
    cases_of: int
    found: int
    missed: int
    false_alarms: int
    score: float | None


@dataclass(frozen=True)
class Board:
    """What a trainer watches.

    ``places``: the kelurahan in code order, then kecamatan and city where someone gave those.
    ``matrix``: rule -> seat -> outcome; a wrongly flagged cell belongs to no rule and stands
    under the rule ``""``. ``aside`` are the seats that do not count and stand nowhere else.
    """

    info: ClassInfo
    people: tuple[Person, ...]
    places: tuple[Place, ...]
    without_anybody: tuple[Place, ...]
    absent: tuple[Absent, ...]
    rules: tuple[str, ...]
    matrix: Mapping[str, Mapping[int, Outcome]]
    most_missed: tuple[MissedRule, ...]
    totals: Totals
    aside: tuple[Aside, ...] = ()

    @property
    def twice(self) -> tuple[tuple[Person, ...], ...]:
        """Those who seem to have joined more than once: of one name and one place."""
        alike: dict[tuple[str, str], list[Person]] = {}
        for person in self.people:
            alike.setdefault((_compared(person.name), person.area_kode), []).append(person)
        return tuple(tuple(found) for found in alike.values() if len(found) > 1)


def board(office: Office, actor: Actor, class_id: str) -> Board:
    """The class at this moment, in a fixed handful of queries: made to be asked all the time."""
    require(actor, Permission.RUN_CLASS)
    with office.practice.reading() as connection:
        info = one_info(connection, class_id)
        aside = aside_seats(connection, class_id)
        everybody = _people(connection, info)
        people = tuple(person for person in everybody if person.seat not in aside)
        expected = connection.execute(
            select(expected_participant)
            .where(expected_participant.c.class_id == class_id)
            .order_by(expected_participant.c.position_in_list)
        ).all()
        counts = connection.execute(
            select(
                grade_item.c.rule, grade_item.c.seat, grade_item.c.outcome, func.count().label("n")
            )
            .where(grade_item.c.class_id == class_id, grade_item.c.seat.not_in(aside))
            .group_by(grade_item.c.rule, grade_item.c.seat, grade_item.c.outcome)
        ).all()
    matrix = _matrix(counts)
    places = _places(people)
    inside = [place for place in places if place.kode in kelurahan_by_code()]
    graded = [(person.score, person.done) for person in people if person.score is not None]
    done = sum(person.done for person in people)
    outcomes = [outcome for seats in matrix.values() for outcome in seats.values()]
    return Board(
        info,
        people,
        places,
        tuple(place for place in inside if not place.seats),
        _absent(expected, people),
        tuple(rule for rule in matrix if rule),
        matrix,
        _most_missed(matrix),
        Totals(
            len(people),
            len(expected),
            sum(bool(place.seats) for place in inside),
            len(inside),
            done,
            sum(person.of for person in people),
            sum(outcome.found for outcome in outcomes),
            sum(outcome.missed for outcome in outcomes),
            sum(outcome.false_alarm for outcome in outcomes),
            sum(score * n for score, n in graded) / done if graded else None,
        ),
        tuple(
            Aside(one.seat, one.name, one.done, aside[one.seat])
            for one in everybody
            if one.seat in aside
        ),
    )


def set_aside(office: Office, actor: Actor, class_id: str, seat: int, counted: int) -> None:
    """Count one person once: ``seat`` leaves board and proof, ``counted`` stays.

    Answers of both stay stored, and the return code of the seat leads to the other from now on.
    Raises ``NotFound`` for a seat nobody sits on, ``WrongUse`` for one that does not count itself.
    """
    require(actor, Permission.RUN_CLASS)
    with office.practice.writing() as connection:
        row = class_row(connection, class_id)
        taken = connection.execute(
            select(participant.c.seat).where(
                participant.c.class_id == row.id, participant.c.seat.in_((seat, counted))
            )
        ).scalars()
        aside = aside_seats(connection, class_id)
        if seat == counted or counted in aside:
            raise WrongUse("Pilih dua kursi yang berbeda, dan yang dihitung masih ada di papan.")
        if set(taken) != {seat, counted}:
            raise NotFound(NO_PERSON)
        # Whoever had been put together with this seat goes along.
        kept = {one: counted if other == seat else other for one, other in aside.items()}
        _keep_aside(connection, actor, class_id, {**kept, seat: counted}, seat, counted)


def count_again(office: Office, actor: Actor, class_id: str, seat: int) -> None:
    """Put a seat that was set aside back on the board; one that was not stays as it is."""
    require(actor, Permission.RUN_CLASS)
    with office.practice.writing() as connection:
        class_row(connection, class_id)
        aside = aside_seats(connection, class_id)
        if aside.pop(seat, None):
            _keep_aside(connection, actor, class_id, aside, seat, seat)


def _keep_aside(
    connection: Connection,
    actor: Actor,
    class_id: str,
    aside: Mapping[int, int],
    seat: int,
    counted: int,
) -> None:
    stored = {str(one): other for one, other in aside.items()}
    keep_setting(connection, class_id, "aside", stored)
    # Under the class, so that every board is asked anew.
    ledger.record(
        connection, actor.id, "kelas", f"kelas:{class_id}", f"kursi_{seat}_dihitung", counted
    )


def _people(connection: Connection, info: ClassInfo) -> tuple[Person, ...]:
    graded = (
        select(grade.c.seat, func.count().label("done"), func.avg(grade.c.score).label("score"))
        .where(grade.c.class_id == info.id)
        .group_by(grade.c.seat)
        .subquery()
    )
    handed = _handed_out(connection, info.id) if info.has_parts else {}
    rows = connection.execute(
        select(participant, graded.c.done, graded.c.score)
        .outerjoin(graded, graded.c.seat == participant.c.seat)
        .where(participant.c.class_id == info.id)
        .order_by(participant.c.seat)
    )
    return tuple(
        Person(
            row.seat,
            row.name,
            row.position,
            row.area_kode,
            area_name(row.area_kode),
            row.done or 0,
            handed.get(row.seat, 0) if info.has_parts else info.n_cases,
            clock.moment(row.joined_at),
            clock.moment(row.last_seen_at),
            row.score,
        )
        for row in rows
    )


def _handed_out(connection: Connection, class_id: str) -> dict[int, int]:
    """Cases to be answered that each seat was handed, worked examples left out."""
    rows = connection.execute(
        select(drawn_case.c.seat, func.count().label("n"))
        .where(drawn_case.c.class_id == class_id, drawn_case.c.step != ladder.Step.EXAMPLE.value)
        .group_by(drawn_case.c.seat)
    )
    return {row.seat: row.n for row in rows}


def _places(people: Sequence[Person]) -> tuple[Place, ...]:
    seats: dict[str, list[int]] = {}
    for person in people:
        seats.setdefault(person.area_kode, []).append(person.seat)
    places = [
        Place(k.kode_kemendagri, k.name, k.kecamatan, tuple(seats.pop(k.kode_kemendagri, ())))
        for k in kelurahan()
    ]
    places += [
        Place(kode, area_name(kode), kecamatan().get(kode, ""), tuple(seats[kode]))
        for kode in sorted(seats)
    ]
    return tuple(places)


def _matrix(counts: Iterable[Row[Any]]) -> dict[str, dict[int, Outcome]]:
    cells: dict[str, dict[int, Counter[str]]] = {}
    for row in counts:
        cells.setdefault(row.rule, {}).setdefault(row.seat, Counter())[row.outcome] += row.n
    return {
        rule: {
            seat: Outcome(count["ditemukan"], count["terlewat"], count["keliru"])
            for seat, count in sorted(cells[rule].items())
        }
        for rule in sorted(cells)
    }


def _most_missed(matrix: Mapping[str, Mapping[int, Outcome]]) -> tuple[MissedRule, ...]:
    rules = [
        MissedRule(
            rule,
            sum(outcome.missed for outcome in seats.values()),
            sum(outcome.found for outcome in seats.values()),
            sum(outcome.missed > 0 for outcome in seats.values()),
        )
        for rule, seats in matrix.items()
    ]
    missed = [rule for rule in rules if rule.missed]
    return tuple(sorted(missed, key=lambda rule: (-rule.missed, rule.found, rule.rule))[:5])


def _absent(expected: Iterable[Row[Any]], people: Iterable[Person]) -> tuple[Absent, ...]:
    """Whom the office expects and who has not come; two of one name need two to come."""
    here = Counter(_compared(person.name) for person in people)
    absent = []
    for row in expected:
        name = _compared(row.name)
        if here[name]:
            here[name] -= 1
        else:
            area = area_name(row.area_kode) if row.area_kode else row.area_text
            absent.append(Absent(row.name, area, row.position))
    return tuple(absent)


def _compared(name: str) -> str:
    return re.sub(r"[\W_]+", " ", name.casefold()).strip()

"""What a seat of a class does now, and the next case of the bank that it is handed.

One seat's cases are numbered through, tests, openings and ladder alike. Everything here happens
inside the caller's transaction.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select

from workbench.access import Actor
from workbench.errors import NotFound
from workbench.services.banks import unused_item
from workbench.services.ladders import (
    BEFORE,
    DRILLS,
    OPEN,
    OPENING,
    PRACTICE,
    TESTS,
    course_of,
    history,
    named_drills,
    place_of_part,
)
from workbench.services.pauses import is_paused
from workbench.store import clock
from workbench.store.tables import (
    bank_case,
    bank_key,
    case_key,
    class_,
    class_part,
    drawn_case,
    grade,
    grade_item,
)
from workbench.training import bank, ladder, returns
from workbench.training.drills import rounds
from workbench.training.measures.forms import order_of_forms

CASE, EXAMPLE, WAIT, PAUSE = "kasus", "contoh", "tunggu", "jeda"
TEST_DONE, DRILL, DONE = "tes_selesai", "kuis", "selesai"
#: Of what several open parts say, the first of these is told.
_FIRST_TOLD: Final = (PAUSE, DRILL, WAIT, TEST_DONE, DONE)
#: Steps on which one group of rules is practised.
_CLIMBING: Final = (ladder.Step.EXAMPLE, ladder.Step.FADED, ladder.Step.ALONE)
#: How long to wait for a case that is still being drawn.
_DRAWN_SOON: Final = timedelta(minutes=1)

NO_PART = "Bagian itu tidak ada di kelas ini. Muat ulang halaman, lalu pilih lagi."
_NOTHING_OPEN = "Belum ada bagian yang dibuka. Tunggu pelatih membukanya."
_IS_CLOSED = "Bagian ini sedang ditutup. Tunggu pelatih membukanya."
_PAUSED = "Pelatih sedang menjeda kelas. Jawaban Anda tersimpan."
_ALL_DRILLS = "Kerjakan di Latihan singkat. Pilih mana saja."
_SOME_DRILLS = "Kerjakan di Latihan singkat: {titles}."
_SENT_ALL = "Semua kasus tes sudah dikirim. Tunggu pelatih menutup tes."
_LATER = "Soal berikutnya menunggu jeda supaya ingatan teruji. Lanjut pukul {time}."
_BEING_DRAWN = "Kasus berikutnya sedang disiapkan. Coba lagi sebentar."
_MASTERED = "Semua aturan kelas ini sudah Anda kuasai."
_NO_REPEAT = "Tidak ada yang perlu diulang."
_REPEATED = "Semua kasus pembuka sudah dikirim."
_ALL_SENT = "Semua kasus sudah dikirim."


@dataclass(frozen=True)
class Next:
    """What a trainee does now.

    ``kind``: kasus or contoh (``number`` is the task's), tunggu (``sentence`` says why, ``until``
    an aware moment if it is known), jeda (``number`` is the case that is open, if any),
    tes_selesai, kuis, selesai. ``part`` is the part it belongs to, 0 for none. ``group`` is the
    group of rules that is being climbed; "" in tests and mixed cases, where it would tell.
    """

    kind: str
    number: int | None
    part: int
    sentence: str = ""
    until: datetime | None = None
    group: str = ""


@dataclass(frozen=True)
class PlannedPart:
    """A part of a class as it was planned, and whether it is open."""

    number: int
    kind: str
    title: str
    n: int
    state: str
    #: The drills it asks for by name.
    named: tuple[str, ...]

    @property
    def is_test(self) -> bool:
        """Whether it is one of the two tests."""
        return self.kind in TESTS

    @property
    def drills(self) -> tuple[str, ...]:
        """The drills that count for it: those named, or all."""
        return self.named or tuple(rounds.DRILLS)


#: That a grade is of a drawn case.
GRADED: Final = (
    (grade.c.class_id == drawn_case.c.class_id)
    & (grade.c.seat == drawn_case.c.seat)
    & (grade.c.number == drawn_case.c.number)
)


def of_seat(class_id: str, seat: int) -> tuple[Any, ...]:
    """What says that a drawn case is a seat's."""
    return (drawn_case.c.class_id == class_id, drawn_case.c.seat == seat)


def planned_parts(connection: Connection, class_id: str) -> list[PlannedPart]:
    """The parts of a class in their order; none in a class of fixed cases."""
    rows = connection.execute(select(class_part).where(class_part.c.class_id == class_id)).all()
    return [
        PlannedPart(
            row.number,
            row.kind,
            row.title,
            json.loads(row.settings)["n"],
            row.state,
            named_drills(row.settings),
        )
        for row in sorted(rows, key=lambda row: (place_of_part(row), row.number))
    ]


def next_in(
    connection: Connection, actor: Actor, asked: int | None, now: datetime, *, gives: bool
) -> Next | None:
    """What to do now; None when a case is to be handed out and ``gives`` is not said."""
    planned = planned_parts(connection, actor.class_id)
    paused = is_paused(connection, actor.class_id)
    if not planned:
        return _fixed(connection, actor, paused)
    if asked is not None and asked not in {part.number for part in planned}:
        raise NotFound(NO_PART)
    here = [part for part in planned if asked in (None, part.number) and part.state == OPEN]
    told: list[Next] = []
    for part in sorted(here, key=lambda part: not part.is_test):
        said = _in_part(connection, actor, part, now, paused=paused, gives=gives)
        if said is None or said.number is not None:
            return said
        told.append(said)
    if told:
        return min(told, key=lambda said: _FIRST_TOLD.index(said.kind))
    return Next(WAIT, None, asked or 0, _NOTHING_OPEN if asked is None else _IS_CLOSED)


def _fixed(connection: Connection, actor: Actor, paused: bool) -> Next:
    """The same for a class without parts: its cases one after the other."""
    number = connection.execute(
        select(func.min(drawn_case.c.number))
        .outerjoin(grade, GRADED)
        .where(*of_seat(actor.class_id, actor.seat), grade.c.number.is_(None))
    ).scalar()
    if paused:
        return Next(PAUSE, number, 0, _PAUSED)
    return Next(CASE, number, 0) if number else Next(DONE, None, 0, _ALL_SENT)


def _in_part(
    connection: Connection,
    actor: Actor,
    part: PlannedPart,
    now: datetime,
    *,
    paused: bool,
    gives: bool,
) -> Next | None:
    unfinished = _unfinished(connection, actor, part)
    if paused:
        number = unfinished.number if unfinished else None
        return Next(PAUSE, number, part.number, _PAUSED)
    if part.kind == DRILLS:
        titles = ", ".join(rounds.DRILLS[name].title for name in part.named)
        said = _SOME_DRILLS.format(titles=titles) if titles else _ALL_DRILLS
        return Next(DRILL, None, part.number, said)
    if unfinished is not None:
        is_example = unfinished.step == ladder.Step.EXAMPLE
        kind = EXAMPLE if is_example else CASE
        group = _group_of(connection, actor, unfinished)
        return Next(kind, unfinished.number, part.number, group=group)
    if part.is_test:
        return _in_test(connection, actor, part, gives)
    if part.kind == OPENING:
        return _in_opening(connection, actor, part, gives)
    return _on_ladder(connection, actor, part, now, gives)


def _unfinished(connection: Connection, actor: Actor, part: PlannedPart) -> Row[Any] | None:
    """The first case handed out and not finished; the ladder is one through all its parts."""
    of_part = drawn_case.c.part == part.number
    if part.kind == PRACTICE:
        of_part = drawn_case.c.part.in_(
            select(class_part.c.number).where(
                class_part.c.class_id == actor.class_id, class_part.c.kind == PRACTICE
            )
        )
    return connection.execute(
        select(drawn_case.c.number, drawn_case.c.step, drawn_case.c.given_at)
        .where(*of_seat(actor.class_id, actor.seat), of_part, drawn_case.c.done_at.is_(None))
        .order_by(drawn_case.c.number)
        .limit(1)
    ).first()


def _group_of(connection: Connection, actor: Actor, handed: Row[Any]) -> str:
    """The group a case of the ladder was handed out for.

    What it holds does not say: a case without a mistake is of a group too.
    """
    course = course_of(connection, actor.class_id)
    if handed.step not in _CLIMBING or course is None:
        return ""
    seen = [
        one for one in history(connection, actor.class_id, actor.seat) if one.number < handed.number
    ]
    at = clock.local(handed.given_at)
    offer = ladder.offer_next(course, actor.seat, seen, at)
    return offer.group if isinstance(offer, ladder.Offer) else ""


def _in_test(connection: Connection, actor: Actor, part: PlannedPart, gives: bool) -> Next | None:
    seed = _seed(connection, actor.class_id)
    before, after = order_of_forms(actor.seat, seed)
    form = before if part.kind == BEFORE else after
    rows = connection.execute(
        select(bank_case.c.item)
        .where(
            bank_case.c.class_id == actor.class_id,
            bank_case.c.form == form,
            bank_case.c.place <= part.n,
        )
        .order_by(bank_case.c.place)
    ).scalars()
    had = _had(connection, actor)
    item = next((item for item in rows if item not in had), None)
    if item is None:
        return Next(TEST_DONE, None, part.number, _SENT_ALL)
    if not gives:
        return None
    number = hand_out(connection, actor, part, ladder.Step.TEST, item)
    return Next(CASE, number, part.number)


def _in_opening(
    connection: Connection, actor: Actor, part: PlannedPart, gives: bool
) -> Next | None:
    begun = connection.execute(
        select(func.count())
        .select_from(drawn_case)
        .where(*of_seat(actor.class_id, actor.seat), drawn_case.c.part == part.number)
    ).scalar_one()
    if begun:
        return Next(DONE, None, part.number, _REPEATED)
    course = course_of(connection, actor.class_id)
    assert course is not None  # a class with parts has one
    own = history(connection, actor.class_id, actor.seat)
    of_class = class_results(connection, actor.class_id)
    tasks = returns.opening_tasks(course, actor.seat, own, of_class, part.n)
    if not tasks:
        return Next(DONE, None, part.number, _NO_REPEAT)
    if not gives:
        return None
    # All at once, for what the class has missed by then goes on changing.
    numbers = [
        _take(connection, actor, part, ladder.Step.MIXED, bank.word_of(task)) for task in tasks
    ]
    first = next((number for number in numbers if number), None)
    return Next(CASE, first, part.number) if first else _wait_for_drawing(part)


def _on_ladder(
    connection: Connection, actor: Actor, part: PlannedPart, now: datetime, gives: bool
) -> Next | None:
    course = course_of(connection, actor.class_id)
    assert course is not None  # a class with parts has one
    seen = history(connection, actor.class_id, actor.seat)
    offer = ladder.offer_next(course, actor.seat, seen, now)
    if offer is None:
        return Next(DONE, None, part.number, _MASTERED)
    if isinstance(offer, ladder.Wait):
        sentence = _LATER.format(time=f"{offer.until:%H.%M}")
        return Next(WAIT, None, part.number, sentence, offer.until)
    if not gives:
        return None
    number = _take(connection, actor, part, offer.step, bank.word_of(offer.task))
    if number is None:
        return _wait_for_drawing(part)
    kind = EXAMPLE if offer.step is ladder.Step.EXAMPLE else CASE
    group = offer.group if offer.step in _CLIMBING else ""
    return Next(kind, number, part.number, group=group)


def _wait_for_drawing(part: PlannedPart) -> Next:
    until = datetime.now(clock.zone()) + _DRAWN_SOON
    return Next(WAIT, None, part.number, _BEING_DRAWN, until)


def _take(
    connection: Connection, actor: Actor, part: PlannedPart, step: ladder.Step, word: str
) -> int | None:
    """Hand out a practice case of the bank that the seat has not had; None when there is none."""
    had = _had(connection, actor)
    dice = f"{_seed(connection, actor.class_id)}:{actor.seat}:{len(had)}"
    item = unused_item(connection, actor.class_id, word, had, dice)
    return hand_out(connection, actor, part, step, item) if item else None


def _had(connection: Connection, actor: Actor) -> frozenset[int]:
    found = connection.execute(
        select(drawn_case.c.item).where(*of_seat(actor.class_id, actor.seat))
    )
    return frozenset(item for item in found.scalars() if item is not None)


def _seed(connection: Connection, class_id: str) -> int:
    seed: int = connection.execute(
        select(class_.c.seed).where(class_.c.id == class_id)
    ).scalar_one()
    return seed


def hand_out(
    connection: Connection, actor: Actor, part: PlannedPart, step: ladder.Step, item: int
) -> int:
    """Copy a case of the bank to the seat, with its next number; a worked example has no key."""
    last = select(func.max(drawn_case.c.number)).where(*of_seat(actor.class_id, actor.seat))
    number = (connection.execute(last).scalar() or 0) + 1
    taken = connection.execute(
        select(bank_case.c.public, bank_case.c.word, bank_key.c.key)
        .join(
            bank_key,
            (bank_key.c.class_id == bank_case.c.class_id) & (bank_key.c.item == bank_case.c.item),
        )
        .where(bank_case.c.class_id == actor.class_id, bank_case.c.item == item)
    ).one()
    # The bank's own number would tell what the case holds.
    public = {**json.loads(taken.public), "number": number, "of": 0}
    place = {"class_id": actor.class_id, "seat": actor.seat, "number": number}
    connection.execute(
        drawn_case.insert().values(
            **place,
            public=json.dumps(public),
            part=part.number,
            item=item,
            step=step.value,
            word=taken.word,
            given_at=clock.now(),
        )
    )
    if step is not ladder.Step.EXAMPLE:
        connection.execute(case_key.insert().values(**place, key=taken.key))
    return number


def class_results(connection: Connection, class_id: str) -> list[ladder.Seen]:
    """What the whole class found and missed, for counting: neither time nor plant is in it."""
    rows = connection.execute(
        select(grade_item.c.rule, grade_item.c.number, grade_item.c.outcome).where(
            grade_item.c.class_id == class_id, grade_item.c.rule != ""
        )
    )
    at = datetime.now(clock.zone())
    return [
        ladder.Seen(
            at,
            row.number,
            ladder.Step.MIXED,
            row.rule,
            is_right=row.outcome == "ditemukan",
        )
        for row in rows
    ]

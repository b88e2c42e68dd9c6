"""A class with parts: what each seat does now, from the first test to the last case.

A trainer opens and closes the parts; a trainee asks ``next_of`` and is handed a case of the
class's bank, which then is a case like any other (``training``). One seat's cases are numbered
through, tests and practice alike. Two who ask at once for one seat get the same case: it is
handed out in one transaction, with the seat locked.

A pause and a closed part hand out nothing new. Cases that were handed out can be marked, so that
nothing is lost, and sent as soon as no pause holds them, except in a test that is closed.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select

from workbench.access import Actor, Permission, Role, require
from workbench.errors import NotFound, WrongUse
from workbench.services import classes
from workbench.services.banks import unused_item
from workbench.services.classes import Joined
from workbench.services.ladders import (
    BEFORE,
    CLOSED,
    DRILLS,
    FIXED,
    KINDS,
    OPEN,
    OPENING,
    PRACTICE,
    TESTS,
    WIB,
    Drilled,
    PartPlan,
    aside_seats,
    class_histories,
    course_of,
    drilled,
    hidden_numbers,
    history,
    named_drills,
    place_of_part,
)
from workbench.services.office import Office
from workbench.services.pauses import FIELD
from workbench.services.training import require_seat
from workbench.store import clock, ledger
from workbench.store.tables import (
    bank_case,
    bank_key,
    case_key,
    class_,
    class_live,
    class_part,
    drawn_case,
    grade,
    grade_item,
    participant,
)
from workbench.training import Key, bank, example, ladder, returns
from workbench.training.drills import rounds
from workbench.training.measures.forms import order_of_forms

MAX_MESSAGE: Final = 280

CASE, EXAMPLE, WAIT, PAUSE = "kasus", "contoh", "tunggu", "jeda"
TEST_DONE, DRILL, DONE = "tes_selesai", "kuis", "selesai"
#: Of what several open parts say, the first of these is told.
_FIRST_TOLD: Final = (PAUSE, DRILL, WAIT, TEST_DONE, DONE)
#: Steps on which one group of rules is practised.
_CLIMBING: Final = (ladder.Step.EXAMPLE, ladder.Step.FADED, ladder.Step.ALONE)
#: How long to wait for a case that is still being drawn.
_DRAWN_SOON: Final = timedelta(minutes=1)

_NO_PART = "Bagian itu tidak ada di kelas ini. Muat ulang halaman, lalu pilih lagi."
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
_NO_EXAMPLE = "Contoh itu bukan bagian Anda. Muat ulang halaman."


@dataclass(frozen=True)
class Part:
    """A part as its trainer sees it: how many seats began it (``given``) and finished it."""

    number: int
    kind: str
    title: str
    n: int
    state: str
    given: int
    done: int


@dataclass(frozen=True)
class MyPart:
    """A part as a trainee sees it.

    ``of`` is None where there is no fixed number of cases (the ladder, drills); ``done`` of drills
    counts their cards. ``score`` is the mean from 0 to 1, None before anything is graded and
    while a test is not closed.
    """

    number: int
    kind: str
    title: str
    state: str
    done: int
    of: int | None
    score: float | None


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
class RuleStanding:
    """Where a trainee stands with one rule of the course.

    ``step`` is where its group stands; ``run`` counts right answers in a row without help;
    ``due``: the answer that may complete a run is asked for from now on. A test that is not
    closed counts in neither ``found`` nor ``missed``.
    """

    rule: str
    group: str
    step: str
    mastered: bool
    run: int
    due: bool
    found: int
    missed: int


@dataclass(frozen=True)
class Live:
    """What a trainer says to the whole class now; ``message`` is empty for none."""

    paused: bool = False
    message: str = ""
    message_at: datetime | None = None


# Parts


def parts(office: Office, actor: Actor, class_id: str) -> tuple[Part, ...]:
    """The parts of a class for its trainer; none in a class of fixed cases.

    The ladder is finished by who has mastered every rule, drills by who has played each of those
    named to its end, or any where none is named.
    """
    require(actor, Permission.RUN_CLASS)
    with office.practice.reading() as connection:
        planned = _parts(connection, class_id)
        aside = aside_seats(connection, class_id)
        counts = connection.execute(
            select(
                drawn_case.c.part,
                drawn_case.c.seat,
                func.count().label("given"),
                func.count(grade.c.number).label("done"),
            )
            .outerjoin(grade, _GRADED)
            .where(drawn_case.c.class_id == class_id, drawn_case.c.seat.not_in(aside))
            .group_by(drawn_case.c.part, drawn_case.c.seat)
        ).all()
        played = [one for one in drilled(connection, class_id) if one.seat not in aside]
        masters = 0
        if any(part.kind == PRACTICE for part in planned):
            course = course_of(connection, class_id)
            masters = sum(
                _has_mastered(course, seen)
                for seat, seen in class_histories(connection, class_id).items()
                if seat not in aside
            )
    drawn = []
    for part in planned:
        of_part = [row for row in counts if row.part == part.number]
        given = len(of_part)
        if part.kind == DRILLS:
            given, done = _drill_counts(part, played)
        elif part.kind == PRACTICE:
            done = masters
        elif part.kind == OPENING:
            done = sum(row.done == row.given for row in of_part)
        else:
            done = sum(row.done >= (part.n or row.given) for row in of_part)
        drawn.append(Part(part.number, part.kind, part.title, part.n, part.state, given, done))
    return tuple(drawn)


def my_parts(office: Office, actor: Actor) -> tuple[MyPart, ...]:
    """The parts of the actor's class, in order; none in a class of fixed cases."""
    require_seat(actor)
    with office.practice.reading() as connection:
        planned = _parts(connection, actor.class_id)
        rows = connection.execute(
            select(
                drawn_case.c.part,
                func.count().label("given"),
                func.count(grade.c.number).label("done"),
                func.avg(grade.c.score).label("score"),
            )
            .outerjoin(grade, _GRADED)
            .where(*_of_seat(actor.class_id, actor.seat))
            .group_by(drawn_case.c.part)
        ).all()
        played = drilled(connection, actor.class_id, actor.seat)
    found = {row.part: row for row in rows}
    mine = []
    for part in planned:
        row = found.get(part.number)
        of: int | None = None
        if part.is_test:
            of = part.n
        elif part.kind == OPENING:
            of = row.given if row else part.n
        done = row.done if row else 0
        if part.kind == DRILLS:
            done = sum(one.cards for one in played if one.drill in part.drills)
        is_hidden = part.is_test and part.state != CLOSED
        mine.append(
            MyPart(
                part.number,
                part.kind,
                part.title,
                part.state,
                done,
                of,
                row.score if row and not is_hidden else None,
            )
        )
    return tuple(mine)


def open_part(office: Office, actor: Actor, class_id: str, number: int) -> None:
    """Let the class work on a part; raises ``NotFound``."""
    require(actor, Permission.RUN_CLASS)
    _set_part(office, actor, class_id, number, OPEN)


def close_part(office: Office, actor: Actor, class_id: str, number: int) -> None:
    """Hand out nothing more of a part; a test takes no answers then and its feedback opens."""
    require(actor, Permission.RUN_CLASS)
    _set_part(office, actor, class_id, number, CLOSED)


# What a trainee does


def next_of(office: Office, actor: Actor, part: int | None = None) -> Next:
    """What the actor does now, handing out the next case where none is open.

    Without ``part`` the open parts are asked, tests first; what was handed out and not finished
    comes again. Raises ``NotFound`` for a part there is none of.
    """
    require_seat(actor)
    now = datetime.now(WIB)
    with office.practice.reading() as connection:
        told = _ask(connection, actor, part, now, gives=False)
    if told is not None:
        return told
    with office.practice.writing() as connection:
        # First, for it locks the seat where the database has no single writer.
        connection.execute(
            participant.update()
            .where(participant.c.class_id == actor.class_id, participant.c.seat == actor.seat)
            .values(last_seen_at=clock.stamp(now))
        )
        told = _ask(connection, actor, part, now, gives=True)
    assert told is not None
    return told


def finish_example(office: Office, actor: Actor, number: int) -> None:
    """Note that a worked example was read to its end; raises ``NotFound`` for any other case."""
    require_seat(actor)
    with office.practice.writing() as connection:
        _example(connection, actor, number)
        connection.execute(
            drawn_case.update()
            .where(
                *_of_seat(actor.class_id, actor.seat),
                drawn_case.c.number == number,
                drawn_case.c.done_at.is_(None),
            )
            .values(done_at=clock.now())
        )


def solved_case(office: Office, actor: Actor, number: int) -> dict[str, Any]:
    """A worked example that was handed out, solved: public, steps, answer as in ``worked_case``.

    Raises ``NotFound`` for a case that is to be answered.
    """
    require_seat(actor)
    with office.practice.reading() as connection:
        row = _example(connection, actor, number)
        stored = connection.execute(
            select(bank_key.c.key).where(
                bank_key.c.class_id == actor.class_id, bank_key.c.item == row.item
            )
        ).scalar_one()
    public, key = json.loads(row.public), Key.from_json(json.loads(stored))
    return {
        "public": public,
        "steps": example.solved_steps(public, key),
        "answer": example.solved_answer(key).to_json(),
    }


def my_standing(office: Office, actor: Actor) -> tuple[RuleStanding, ...]:
    """Where the actor stands with each rule of the course; none in a class of fixed cases."""
    require_seat(actor)
    now = datetime.now(WIB)
    with office.practice.reading() as connection:
        course = course_of(connection, actor.class_id)
        if course is None:
            return ()
        seen = _shown_history(connection, actor)
    places = ladder.positions(course, seen)
    standings = []
    for code, told in ladder.standings(course, seen).items():
        group = ladder.group_of(code)
        run = len({one.number for one in told.run})
        is_due = run >= ladder.RIGHTS_TO_MASTER - 1 and not told.is_mastered
        tried = [one for one in told.seen if one.step is not ladder.Step.EXAMPLE]
        found = sum(one.is_right for one in tried)
        standings.append(
            RuleStanding(
                code,
                group,
                places[group].step.value,
                told.is_mastered,
                run,
                is_due and not told.rests(now, course.gap),
                found,
                len(tried) - found,
            )
        )
    return tuple(standings)


def histories(office: Office, actor: Actor, class_id: str) -> dict[int, tuple[ladder.Seen, ...]]:
    """What every seat has seen, by seat, for its trainer."""
    require(actor, Permission.RUN_CLASS)
    with office.practice.reading() as connection:
        return class_histories(connection, class_id)


# Live


def live(office: Office, actor: Actor, class_id: str | None = None) -> Live:
    """What is said to the whole class now: to a trainee's own, or to the one a trainer names."""
    if actor.role is Role.PESERTA:
        require_seat(actor)
        class_id = actor.class_id
    else:
        require(actor, Permission.RUN_CLASS)
    with office.practice.reading() as connection:
        return _live(connection, class_id or "")


def pause(office: Office, actor: Actor, class_id: str, paused: bool) -> Live:
    """Hand out nothing new and take nothing sent until the pause ends; marks are still saved."""
    require(actor, Permission.RUN_CLASS)
    return _say(office, actor, class_id, FIELD, {"paused": paused}, paused)


def say_to_all(office: Office, actor: Actor, class_id: str, text: str) -> Live:
    """Show a message of up to ``MAX_MESSAGE`` letters to the class; an empty one takes it away."""
    require(actor, Permission.RUN_CLASS)
    plain = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    message = " ".join(plain.split())
    if len(message) > MAX_MESSAGE:
        raise WrongUse(f"Pesan terlalu panjang. Tulis paling banyak {MAX_MESSAGE} huruf.")
    values = {"message": message, "message_at": clock.now() if message else None}
    # What was said stands in its own table; the trail only holds that something was.
    return _say(office, actor, class_id, "pesan", values, bool(message))


# After the bimtek


def make_refresher_token(office: Office, actor: Actor, n: int = 10) -> str | None:
    """The end of the actor's own link to a refresher of at most ``n`` cases.

    None when nobody in the class missed anything, or the class has no parts. The same as long as
    nothing more is answered.
    """
    require_seat(actor)
    if not 1 <= n <= returns.MAX_TASKS:
        raise WrongUse(f"Penyegaran memuat 1 sampai {returns.MAX_TASKS} kasus.")
    with office.practice.reading() as connection:
        course = course_of(connection, actor.class_id)
        if course is None:
            return None
        own = _shown_history(connection, actor)
        of_class = _class_results(connection, actor.class_id)
        row = connection.execute(
            select(class_.c.date, func.max(grade.c.at).label("last"))
            .outerjoin(grade, grade.c.class_id == class_.c.id)
            .where(class_.c.id == actor.class_id)
            .group_by(class_.c.date)
        ).one()
    made_on = date.fromisoformat(row.date)
    if row.last:
        made_on = clock.moment(row.last).astimezone(WIB).date()
    said = f"penyegaran:{course.plan.seed}:{actor.class_id}:{actor.seat}"
    seed = int.from_bytes(hashlib.sha256(said.encode()).digest()[:4], "big")
    refresher = returns.make_refresher(course.plan, own, of_class, made_on, seed, n)
    return returns.write_token(refresher) if refresher else None


def open_refresher(office: Office, token: str, today: date | None = None) -> Joined:
    """Sit down to the refresher a link stands for, on any machine, without a class there.

    The first time its cases are drawn, a few seconds of a core, so not in a trainee's kernel;
    the same link leads to the same seat again. There is no code to come back with: the link is
    one. Raises ``WrongUse`` with a sentence for a link that does not work.
    """
    refresher = returns.read_token(token, today or datetime.now(WIB).date())
    class_id = f"S{hashlib.sha256(token.strip().encode()).hexdigest()[:12].upper()}"
    with office.practice.reading() as connection:
        is_known = bool(_class_state(connection, class_id))
    cases = {} if is_known else bank.draw_settled(refresher.plan, refresher.tasks)
    return classes.seat_of_refresher(office, class_id, refresher.plan, list(cases.values()))


# Inside


@dataclass(frozen=True)
class _Part:
    number: int
    kind: str
    title: str
    n: int
    state: str
    #: The drills it asks for by name.
    named: tuple[str, ...]

    @property
    def is_test(self) -> bool:
        return self.kind in TESTS

    @property
    def drills(self) -> tuple[str, ...]:
        return self.named or tuple(rounds.DRILLS)


_GRADED: Final = (
    (grade.c.class_id == drawn_case.c.class_id)
    & (grade.c.seat == drawn_case.c.seat)
    & (grade.c.number == drawn_case.c.number)
)


def _of_seat(class_id: str, seat: int) -> tuple[Any, ...]:
    return (drawn_case.c.class_id == class_id, drawn_case.c.seat == seat)


def _parts(connection: Connection, class_id: str) -> list[_Part]:
    rows = connection.execute(select(class_part).where(class_part.c.class_id == class_id)).all()
    return [
        _Part(
            row.number,
            row.kind,
            row.title,
            json.loads(row.settings)["n"],
            row.state,
            named_drills(row.settings),
        )
        for row in sorted(rows, key=lambda row: (place_of_part(row), row.number))
    ]


def _drill_counts(part: _Part, played: Sequence[Drilled]) -> tuple[int, int]:
    """Seats that answered a card of a part of drills, and seats that finished it."""
    begun = {one.seat for one in played if one.drill in part.drills and one.cards}
    ended: dict[int, set[str]] = {}
    for one in played:
        if one.drill in part.drills and one.rounds:
            ended.setdefault(one.seat, set()).add(one.drill)
    return len(begun), sum(drills >= set(part.named) for drills in ended.values())


def _set_part(office: Office, actor: Actor, class_id: str, number: int, state: str) -> None:
    with office.practice.writing() as connection:
        part = next((p for p in _parts(connection, class_id) if p.number == number), None)
        if part is None:
            raise NotFound(_NO_PART)
        if part.state == state:
            return
        connection.execute(
            class_part.update()
            .where(class_part.c.class_id == class_id, class_part.c.number == number)
            .values(state=state)
        )
        subject = f"kelas:{class_id}"
        ledger.record(connection, actor.id, "kelas", subject, f"bagian_{number}", state)


def _class_state(connection: Connection, class_id: str) -> str | None:
    state: str | None = connection.execute(
        select(class_.c.state).where(class_.c.id == class_id)
    ).scalar()
    return state


def _live(connection: Connection, class_id: str) -> Live:
    row = connection.execute(select(class_live).where(class_live.c.class_id == class_id)).first()
    if row is None:
        return Live()
    return Live(row.paused, row.message, clock.moment(row.message_at) if row.message_at else None)


def _say(
    office: Office, actor: Actor, class_id: str, field: str, values: dict[str, Any], value: bool
) -> Live:
    with office.practice.writing() as connection:
        if not _class_state(connection, class_id):
            raise NotFound("Kelas itu tidak ada. Muat ulang halaman, lalu pilih yang tampil.")
        changed = connection.execute(
            class_live.update().where(class_live.c.class_id == class_id).values(**values)
        )
        if not changed.rowcount:
            blank = {"paused": False, "message": "", "message_at": None}
            connection.execute(
                class_live.insert().values(**{"class_id": class_id, **blank, **values})
            )
        ledger.record(connection, actor.id, "kelas", f"kelas:{class_id}", field, value)
        return _live(connection, class_id)


def _ask(
    connection: Connection, actor: Actor, asked: int | None, now: datetime, *, gives: bool
) -> Next | None:
    """What to do now; None when a case is to be handed out and ``gives`` is not said."""
    planned = _parts(connection, actor.class_id)
    paused = _live(connection, actor.class_id).paused
    if not planned:
        return _fixed(connection, actor, paused)
    if asked is not None and asked not in {part.number for part in planned}:
        raise NotFound(_NO_PART)
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
        .outerjoin(grade, _GRADED)
        .where(*_of_seat(actor.class_id, actor.seat), grade.c.number.is_(None))
    ).scalar()
    if paused:
        return Next(PAUSE, number, 0, _PAUSED)
    return Next(CASE, number, 0) if number else Next(DONE, None, 0, _ALL_SENT)


def _in_part(
    connection: Connection, actor: Actor, part: _Part, now: datetime, *, paused: bool, gives: bool
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


def _unfinished(connection: Connection, actor: Actor, part: _Part) -> Row[Any] | None:
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
        .where(*_of_seat(actor.class_id, actor.seat), of_part, drawn_case.c.done_at.is_(None))
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
    at = clock.moment(handed.given_at).astimezone(WIB)
    offer = ladder.offer_next(course, actor.seat, seen, at)
    return offer.group if isinstance(offer, ladder.Offer) else ""


def _in_test(connection: Connection, actor: Actor, part: _Part, gives: bool) -> Next | None:
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


def _in_opening(connection: Connection, actor: Actor, part: _Part, gives: bool) -> Next | None:
    begun = connection.execute(
        select(func.count())
        .select_from(drawn_case)
        .where(*_of_seat(actor.class_id, actor.seat), drawn_case.c.part == part.number)
    ).scalar_one()
    if begun:
        return Next(DONE, None, part.number, _REPEATED)
    course = course_of(connection, actor.class_id)
    assert course is not None  # a class with parts has one
    own = history(connection, actor.class_id, actor.seat)
    of_class = _class_results(connection, actor.class_id)
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
    connection: Connection, actor: Actor, part: _Part, now: datetime, gives: bool
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


def _wait_for_drawing(part: _Part) -> Next:
    until = datetime.now(WIB) + _DRAWN_SOON
    return Next(WAIT, None, part.number, _BEING_DRAWN, until)


def _take(
    connection: Connection, actor: Actor, part: _Part, step: ladder.Step, word: str
) -> int | None:
    """Hand out a practice case of the bank that the seat has not had; None when there is none."""
    had = _had(connection, actor)
    dice = f"{_seed(connection, actor.class_id)}:{actor.seat}:{len(had)}"
    item = unused_item(connection, actor.class_id, word, had, dice)
    return hand_out(connection, actor, part, step, item) if item else None


def _had(connection: Connection, actor: Actor) -> frozenset[int]:
    found = connection.execute(
        select(drawn_case.c.item).where(*_of_seat(actor.class_id, actor.seat))
    )
    return frozenset(item for item in found.scalars() if item is not None)


def _seed(connection: Connection, class_id: str) -> int:
    seed: int = connection.execute(
        select(class_.c.seed).where(class_.c.id == class_id)
    ).scalar_one()
    return seed


def hand_out(
    connection: Connection, actor: Actor, part: _Part, step: ladder.Step, item: int
) -> int:
    """Copy a case of the bank to the seat, with its next number; a worked example has no key."""
    last = select(func.max(drawn_case.c.number)).where(*_of_seat(actor.class_id, actor.seat))
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


def _example(connection: Connection, actor: Actor, number: int) -> Row[Any]:
    """A worked example the actor was handed: public and item."""
    found = connection.execute(
        select(drawn_case.c.public, drawn_case.c.item).where(
            *_of_seat(actor.class_id, actor.seat),
            drawn_case.c.number == number,
            drawn_case.c.step == ladder.Step.EXAMPLE.value,
        )
    ).first()
    if found is None:
        raise NotFound(_NO_EXAMPLE)
    return found


def _shown_history(connection: Connection, actor: Actor) -> tuple[ladder.Seen, ...]:
    """What the actor has seen, without the tests that are not closed."""
    hidden = hidden_numbers(connection, actor.class_id, actor.seat)
    seen = history(connection, actor.class_id, actor.seat)
    return tuple(one for one in seen if one.number not in hidden)


def _class_results(connection: Connection, class_id: str) -> list[ladder.Seen]:
    """What the whole class found and missed, for counting: neither time nor plant is in it."""
    rows = connection.execute(
        select(grade_item.c.rule, grade_item.c.number, grade_item.c.outcome).where(
            grade_item.c.class_id == class_id, grade_item.c.rule != ""
        )
    )
    at = datetime.now(WIB)
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


def _has_mastered(course: ladder.Course | None, seen: Sequence[ladder.Seen]) -> bool:
    if course is None:
        return False
    return all(told.is_mastered for told in ladder.standings(course, seen).values())


__all__ = [
    "FIXED",
    "KINDS",
    "Live",
    "MyPart",
    "Next",
    "Part",
    "PartPlan",
    "RuleStanding",
    "close_part",
    "finish_example",
    "histories",
    "history",
    "live",
    "make_refresher_token",
    "my_parts",
    "my_standing",
    "next_of",
    "open_part",
    "open_refresher",
    "parts",
    "pause",
    "say_to_all",
    "solved_case",
]

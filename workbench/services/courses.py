"""A class with parts: what its trainer opens and says, what a trainee does and how they stand.

A trainer opens and closes the parts; a trainee asks ``next_of`` and is handed a case of the
class's bank (``turns``), which then is a case like any other (``training``). Two who ask at once
for one seat get the same case: it is handed out in one transaction, with the seat locked.

A pause and a closed part hand out nothing new. Cases that were handed out can be marked, so that
nothing is lost, and sent as soon as no pause holds them, except in a test that is closed.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select

from workbench.access import Actor, Permission, Role, require
from workbench.errors import NotFound, WrongUse
from workbench.services import arrivals
from workbench.services.arrivals import Joined
from workbench.services.ladders import (
    CLOSED,
    DRILLS,
    OPEN,
    OPENING,
    PRACTICE,
    Drilled,
    aside_seats,
    class_histories,
    course_of,
    drilled,
    hidden_numbers,
    history,
)
from workbench.services.office import Office
from workbench.services.pauses import FIELD
from workbench.services.training import require_seat
from workbench.services.turns import (
    GRADED,
    NO_PART,
    Next,
    PlannedPart,
    class_results,
    next_in,
    of_seat,
    planned_parts,
)
from workbench.store import clock, ledger
from workbench.store.tables import (
    bank_key,
    class_,
    class_live,
    class_part,
    drawn_case,
    grade,
    participant,
)
from workbench.training import Key, bank, example, ladder, returns

MAX_MESSAGE: Final = 280

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
        planned = planned_parts(connection, class_id)
        aside = aside_seats(connection, class_id)
        counts = connection.execute(
            select(
                drawn_case.c.part,
                drawn_case.c.seat,
                func.count().label("given"),
                func.count(grade.c.number).label("done"),
            )
            .outerjoin(grade, GRADED)
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
        planned = planned_parts(connection, actor.class_id)
        rows = connection.execute(
            select(
                drawn_case.c.part,
                func.count().label("given"),
                func.count(grade.c.number).label("done"),
                func.avg(grade.c.score).label("score"),
            )
            .outerjoin(grade, GRADED)
            .where(*of_seat(actor.class_id, actor.seat))
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
    now = datetime.now(clock.zone())
    with office.practice.reading() as connection:
        told = next_in(connection, actor, part, now, gives=False)
    if told is not None:
        return told
    with office.practice.writing() as connection:
        # First, for it locks the seat where the database has no single writer.
        connection.execute(
            participant.update()
            .where(participant.c.class_id == actor.class_id, participant.c.seat == actor.seat)
            .values(last_seen_at=clock.stamp(now))
        )
        told = next_in(connection, actor, part, now, gives=True)
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
                *of_seat(actor.class_id, actor.seat),
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
    now = datetime.now(clock.zone())
    with office.practice.reading() as connection:
        course = course_of(connection, actor.class_id)
        if course is None:
            return ()
        seen = _shown_history(connection, actor.class_id, actor.seat)
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
    with office.practice.reading() as connection:
        return _refresher_tokens(connection, actor.class_id, [actor.seat], n).get(actor.seat)


def refresher_tokens(office: Office, actor: Actor, class_id: str, n: int = 10) -> Mapping[int, str]:
    """Seat -> the same end of a link, for a trainer who hands them out; of whom there is one."""
    require(actor, Permission.RUN_CLASS)
    with office.practice.reading() as connection:
        seats = connection.execute(
            select(participant.c.seat)
            .where(
                participant.c.class_id == class_id,
                participant.c.seat.not_in(aside_seats(connection, class_id)),
            )
            .order_by(participant.c.seat)
        ).scalars()
        return _refresher_tokens(connection, class_id, list(seats), n)


def _refresher_tokens(
    connection: Connection, class_id: str, seats: Iterable[int], n: int
) -> dict[int, str]:
    if not 1 <= n <= returns.MAX_TASKS:
        raise WrongUse(f"Penyegaran memuat 1 sampai {returns.MAX_TASKS} kasus.")
    course = course_of(connection, class_id)
    if course is None:
        return {}
    of_class = class_results(connection, class_id)
    row = connection.execute(
        select(class_.c.date, func.max(grade.c.at).label("last"))
        .outerjoin(grade, grade.c.class_id == class_.c.id)
        .where(class_.c.id == class_id)
        .group_by(class_.c.date)
    ).one()
    made_on = clock.local(row.last).date() if row.last else date.fromisoformat(row.date)
    tokens = {}
    for seat in seats:
        own = _shown_history(connection, class_id, seat)
        said = f"penyegaran:{course.plan.seed}:{class_id}:{seat}"
        seed = int.from_bytes(hashlib.sha256(said.encode()).digest()[:4], "big")
        refresher = returns.make_refresher(course.plan, own, of_class, made_on, seed, n)
        if refresher:
            tokens[seat] = returns.write_token(refresher)
    return tokens


def open_refresher(office: Office, token: str, today: date | None = None) -> Joined:
    """Sit down to the refresher a link stands for, on any machine, without a class there.

    The first time its cases are drawn, a few seconds of a core, so not in a trainee's kernel;
    the same link leads to the same seat again. There is no code to come back with: the link is
    one. Raises ``WrongUse`` with a sentence for a link that does not work.
    """
    refresher = returns.read_token(token, today or clock.today())
    class_id = f"S{hashlib.sha256(token.strip().encode()).hexdigest()[:12].upper()}"
    with office.practice.reading() as connection:
        is_known = bool(_class_state(connection, class_id))
    cases = {} if is_known else bank.draw_settled(refresher.plan, refresher.tasks)
    return arrivals.seat_of_refresher(office, class_id, refresher.plan, list(cases.values()))


def _drill_counts(part: PlannedPart, played: Sequence[Drilled]) -> tuple[int, int]:
    """Seats that answered a card of a part of drills, and seats that finished it."""
    begun = {one.seat for one in played if one.drill in part.drills and one.cards}
    ended: dict[int, set[str]] = {}
    for one in played:
        if one.drill in part.drills and one.rounds:
            ended.setdefault(one.seat, set()).add(one.drill)
    return len(begun), sum(drills >= set(part.named) for drills in ended.values())


def _set_part(office: Office, actor: Actor, class_id: str, number: int, state: str) -> None:
    with office.practice.writing() as connection:
        part = next((p for p in planned_parts(connection, class_id) if p.number == number), None)
        if part is None:
            raise NotFound(NO_PART)
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


def _example(connection: Connection, actor: Actor, number: int) -> Row[Any]:
    """A worked example the actor was handed: public and item."""
    found = connection.execute(
        select(drawn_case.c.public, drawn_case.c.item).where(
            *of_seat(actor.class_id, actor.seat),
            drawn_case.c.number == number,
            drawn_case.c.step == ladder.Step.EXAMPLE.value,
        )
    ).first()
    if found is None:
        raise NotFound(_NO_EXAMPLE)
    return found


def _shown_history(connection: Connection, class_id: str, seat: int) -> tuple[ladder.Seen, ...]:
    """What a seat has seen, without the tests that are not closed."""
    hidden = hidden_numbers(connection, class_id, seat)
    seen = history(connection, class_id, seat)
    return tuple(one for one in seen if one.number not in hidden)


def _has_mastered(course: ladder.Course | None, seen: Sequence[ladder.Seen]) -> bool:
    if course is None:
        return False
    return all(told.is_mastered for told in ladder.standings(course, seen).values())


__all__ = [
    "Live",
    "MyPart",
    "Next",
    "Part",
    "RuleStanding",
    "close_part",
    "finish_example",
    "histories",
    "live",
    "make_refresher_token",
    "my_parts",
    "my_standing",
    "next_of",
    "open_part",
    "open_refresher",
    "parts",
    "pause",
    "refresher_tokens",
    "say_to_all",
    "solved_case",
]

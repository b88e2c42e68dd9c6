"""What a trainee does: see a case, mark it, send it, read what was right.

The case is always the actor's own: it is looked up by the class and seat the server gave, never
by what a page says. The key of a case is read in one place only, while it is being graded. This
module loads neither the rules' engine nor any data-frame library.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, func, select

from workbench import training
from workbench.access import Actor, Permission, Role, require
from workbench.errors import Forbidden, NotFound, WrongUse
from workbench.services.office import Office
from workbench.store import Event, Newest, append, clock, ledger, newest
from workbench.store.tables import (
    case_key,
    class_,
    drawn_case,
    event,
    grade,
    grade_item,
    participant,
)

#: Fields of an answer that are no cells, with the name of their choices in a public case.
CHOICES: Final[Mapping[str, str]] = {
    "status": "status",
    "reason": "reason",
    "follow_up": "follow_up",
}
_INELIGIBLE = "tidak_layak"

_SENT = "Kasus ini sudah dikirim, jadi jawabannya tidak dapat diubah lagi."
_NOT_YOURS = "Kasus itu bukan bagian Anda. Kembali ke daftar kasus Anda."
_NO_FIELD = "Isian itu tidak ada pada kasus ini. Muat ulang halaman, lalu pilih lagi."
_NO_VALUE = "Pilihan itu tidak ada pada kasus ini. Muat ulang halaman, lalu pilih lagi."


@dataclass(frozen=True)
class CaseState:
    """One case as a trainee may see it now.

    ``answer``: ``marks`` (cell -> mark), ``status``, ``reason``, ``follow_up``; empty text where
    nothing is chosen. ``revisions``: the newest revision per field, for the page to count on
    from. ``feedback`` only once ``submitted``.
    """

    number: int
    of: int
    public: dict[str, Any]
    answer: dict[str, Any]
    revisions: dict[str, int]
    submitted: bool
    feedback: dict[str, Any] | None


@dataclass(frozen=True)
class Saved:
    """Answer to a mark: only ``accepted`` may be shown as *tersimpan*.

    ``revision`` and ``value`` are the newest the store holds for the field.
    """

    revision: int
    accepted: bool
    value: str


@dataclass(frozen=True)
class CaseProgress:
    """One case in the list: ``score`` once it is graded; ``started`` when anything is marked."""

    number: int
    started: bool
    submitted: bool
    score: float | None


@dataclass(frozen=True)
class MyProgress:
    """Where a trainee is: ``next_number`` is the first case not sent yet, None when all are."""

    class_name: str
    done: int
    of: int
    next_number: int | None
    score: float | None
    cases: tuple[CaseProgress, ...]


@dataclass(frozen=True)
class RuleResult:
    """One rule over a trainee's graded cases; wrongly flagged cells stand under rule ``""``."""

    rule: str
    found: int
    missed: int
    false_alarm: int


def my_progress(office: Office, actor: Actor) -> MyProgress:
    """How far the actor is, case by case."""
    _require_seat(actor)
    with office.practice.reading() as connection:
        class_name = connection.execute(
            select(class_.c.name).where(class_.c.id == actor.class_id)
        ).scalar()
        numbers = [
            row.number
            for row in connection.execute(
                select(drawn_case.c.number)
                .where(drawn_case.c.class_id == actor.class_id, drawn_case.c.seat == actor.seat)
                .order_by(drawn_case.c.number)
            )
        ]
        scores: dict[int, float] = {
            row.number: row.score
            for row in connection.execute(
                select(grade.c.number, grade.c.score).where(
                    grade.c.class_id == actor.class_id, grade.c.seat == actor.seat
                )
            )
        }
        started = set(
            connection.execute(
                select(event.c.subject)
                .where(event.c.actor == actor.id, event.c.kind == "jawaban")
                .distinct()
            ).scalars()
        )
    cases = tuple(
        CaseProgress(n, _subject(actor, n) in started, n in scores, scores.get(n)) for n in numbers
    )
    return MyProgress(
        class_name or "",
        len(scores),
        len(numbers),
        next((case.number for case in cases if not case.submitted), None),
        sum(scores.values()) / len(scores) if scores else None,
        cases,
    )


def my_case(office: Office, actor: Actor, number: int | None = None) -> CaseState | None:
    """One of the actor's own cases; without ``number`` the first that is not sent yet.

    None only when no number is asked for and every case is sent. Raises ``NotFound`` for a
    number that is not among the actor's cases.
    """
    _require_seat(actor)
    if number is None:
        number = my_progress(office, actor).next_number
        if number is None:
            return None
    with office.practice.reading() as connection:
        return _case_state(connection, actor, number)


def worked_case(office: Office, actor: Actor) -> dict[str, Any]:
    """The one case that is shown solved, step by step, before the first own one."""
    require(actor, Permission.SEE_WORKED_CASE)
    worked: dict[str, Any] = training.worked_case()
    return worked


def save_mark(
    office: Office, actor: Actor, number: int, field: str, value: str, revision: int
) -> Saved:
    """Save one field of an answer: a cell's mark, or ``status``, ``reason``, ``follow_up``.

    An empty ``value`` takes a choice back. Committed when this returns. Raises ``WrongUse`` for
    an unknown field or value and after submission (but a retry of what the store already holds
    is answered as saved), ``NotFound`` for a case that is not the actor's.
    """
    _require_seat(actor)
    with office.practice.reading() as connection:
        public = _public(connection, actor, number)
    _check_mark(public, field, value)
    wanted = Event(actor.id, "jawaban", _subject(actor, number), field, revision, value)
    with office.practice.writing() as connection:
        _touch(connection, actor)
        if _is_submitted(connection, actor, number) and not _stands(connection, wanted):
            raise WrongUse(_SENT)
        answer = append(connection, wanted)
    return Saved(answer.revision, answer.accepted, answer.value)


def submit(office: Office, actor: Actor, number: int) -> dict[str, Any]:
    """Send a case and return its feedback; graded once, whatever is sent again.

    Raises ``WrongUse`` with what is missing: a status always, a reason for *tidak layak*.
    """
    _require_seat(actor)
    with office.practice.writing() as connection:
        _touch(connection, actor)
        public = _public(connection, actor, number)
        known = _feedback(connection, actor, number)
        if known is not None:
            return known
        answer = _answer(newest(connection, actor.id, _subject(actor, number)))
        if not answer["status"]:
            raise WrongUse("Pilih status keluarga dulu: layak, tidak layak, atau perlu verval.")
        if answer["status"] != _INELIGIBLE:
            answer["reason"] = ""
        elif not answer["reason"]:
            raise WrongUse("Tidak layak perlu alasan. Pilih alasannya, lalu kirim.")
        return _grade(connection, actor, number, public, answer)


def review(office: Office, actor: Actor, number: int) -> CaseState:
    """One of the actor's own cases with its feedback; raises ``WrongUse`` before it is sent."""
    _require_seat(actor)
    with office.practice.reading() as connection:
        state = _case_state(connection, actor, number)
    if not state.submitted:
        raise WrongUse("Kasus ini belum dikirim. Kirim dulu, lalu pembahasannya dapat dibaca.")
    return state


def results_by_rule(office: Office, actor: Actor) -> tuple[RuleResult, ...]:
    """The actor's own results per rule over the graded cases, in code order."""
    _require_seat(actor)
    with office.practice.reading() as connection:
        rows = connection.execute(
            select(grade_item.c.rule, grade_item.c.outcome, func.count().label("n"))
            .where(grade_item.c.class_id == actor.class_id, grade_item.c.seat == actor.seat)
            .group_by(grade_item.c.rule, grade_item.c.outcome)
        ).all()
    counts = {(row.rule, row.outcome): row.n for row in rows}
    return tuple(
        RuleResult(
            rule,
            counts.get((rule, "ditemukan"), 0),
            counts.get((rule, "terlewat"), 0),
            counts.get((rule, "keliru"), 0),
        )
        for rule in sorted({row.rule for row in rows})
    )


def _require_seat(actor: Actor) -> None:
    require(actor, Permission.TRAIN)
    # The id is what the ledger counts by, so it must be that of the seat.
    is_seated = actor.role is Role.PESERTA and actor.id == f"{actor.class_id}.{actor.seat}"
    if not (is_seated and actor.class_id and actor.seat > 0):
        raise Forbidden("Anda belum duduk di sebuah kelas. Masuklah dengan kode kelas.")


def _subject(actor: Actor, number: int) -> str:
    return f"kasus:{actor.class_id}.{actor.seat}.{number}"


def _public(connection: Connection, actor: Actor, number: int) -> dict[str, Any]:
    """The public part of one of the actor's own cases."""
    if type(number) is not int or not 1 <= number < 2**31:
        raise NotFound(_NOT_YOURS)
    found = connection.execute(
        select(drawn_case.c.public)
        .join(
            participant,
            (participant.c.class_id == drawn_case.c.class_id)
            & (participant.c.seat == drawn_case.c.seat),
        )
        .where(
            drawn_case.c.class_id == actor.class_id,
            drawn_case.c.seat == actor.seat,
            drawn_case.c.number == number,
        )
    ).scalar()
    if found is None:
        raise NotFound(_NOT_YOURS)
    public: dict[str, Any] = json.loads(found)
    return public


def _case_state(connection: Connection, actor: Actor, number: int) -> CaseState:
    public = _public(connection, actor, number)
    of = connection.execute(
        select(func.count())
        .select_from(drawn_case)
        .where(drawn_case.c.class_id == actor.class_id, drawn_case.c.seat == actor.seat)
    ).scalar_one()
    fields = newest(connection, actor.id, _subject(actor, number))
    feedback = _feedback(connection, actor, number)
    revisions = {name: field.revision for name, field in fields.items() if name != "kirim"}
    return CaseState(number, of, public, _answer(fields), revisions, feedback is not None, feedback)


def _answer(fields: Mapping[str, Newest]) -> dict[str, Any]:
    chosen = {name: fields[name].value if name in fields else "" for name in CHOICES}
    marks = {
        name: field.value
        for name, field in fields.items()
        if name not in CHOICES and name != "kirim" and field.value
    }
    return {"marks": marks, **chosen}


def _check_mark(public: Mapping[str, Any], field: str, value: str) -> None:
    if not isinstance(field, str) or not isinstance(value, str):
        raise WrongUse(_NO_VALUE)
    cells = {row["cell"] for section in public["record"] for row in section["rows"]}
    if field not in CHOICES and field not in cells:
        raise WrongUse(_NO_FIELD)
    offered = public["choices"][CHOICES.get(field, "mark")]
    if value and value not in {code for code, _word in offered}:
        raise WrongUse(_NO_VALUE)


def _is_submitted(connection: Connection, actor: Actor, number: int) -> bool:
    found = connection.execute(
        select(grade.c.number).where(
            grade.c.class_id == actor.class_id,
            grade.c.seat == actor.seat,
            grade.c.number == number,
        )
    ).first()
    return found is not None


def _stands(connection: Connection, wanted: Event) -> bool:
    """Whether exactly this event is in the ledger already."""
    value = connection.execute(
        select(event.c.value).where(
            event.c.actor == wanted.actor,
            event.c.subject == wanted.subject,
            event.c.field == wanted.field,
            event.c.revision == wanted.revision,
        )
    ).scalar()
    return value == ledger.canonical(wanted.value)


def _feedback(connection: Connection, actor: Actor, number: int) -> dict[str, Any] | None:
    found = connection.execute(
        select(grade.c.feedback).where(
            grade.c.class_id == actor.class_id,
            grade.c.seat == actor.seat,
            grade.c.number == number,
        )
    ).scalar()
    return json.loads(found) if found is not None else None


def _grade(
    connection: Connection,
    actor: Actor,
    number: int,
    public: dict[str, Any],
    answer: dict[str, Any],
) -> dict[str, Any]:
    """Grade an answer and write grade, items and event into the same transaction."""
    place = {"class_id": actor.class_id, "seat": actor.seat, "number": number}
    stored = connection.execute(
        select(case_key.c.key).where(
            case_key.c.class_id == actor.class_id,
            case_key.c.seat == actor.seat,
            case_key.c.number == number,
        )
    ).scalar_one()
    key = training.Key.from_json(json.loads(stored))
    given = training.Answer(**answer)
    graded = training.grade(key, given)
    # Through JSON at once, so that the first reading equals every later one.
    feedback = json.dumps(training.explain(public, key, given, graded))
    connection.execute(
        grade.insert().values(
            **place,
            answer=json.dumps(answer),
            grade=json.dumps(graded.to_json()),
            feedback=feedback,
            score=graded.score,
            at=clock.now(),
        )
    )
    items = [
        {"rule": rule, "cell": "", "outcome": "ditemukan" if found else "terlewat"}
        for rule, found in graded.rules
    ]
    items += [{"rule": "", "cell": cell, "outcome": "keliru"} for cell in graded.false_alarms]
    if items:
        rows = [{**place, "item": n, **item} for n, item in enumerate(items, start=1)]
        connection.execute(grade_item.insert(), rows)
    ledger.record(
        connection, actor.id, "kirim", _subject(actor, number), "kirim", {"score": graded.score}
    )
    shown: dict[str, Any] = json.loads(feedback)
    return shown


def _touch(connection: Connection, actor: Actor) -> None:
    """Note the visit. First in a transaction, for it also locks the seat on other databases."""
    connection.execute(
        participant.update()
        .where(participant.c.class_id == actor.class_id, participant.c.seat == actor.seat)
        .values(last_seen_at=clock.now())
    )

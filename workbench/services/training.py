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

from sqlalchemy import Connection, Row, func, select

from workbench import training
from workbench.access import Actor, Permission, Role, require
from workbench.errors import Forbidden, NotFound, WrongUse
from workbench.services.ladders import (
    CLOSED,
    FIXED,
    TESTS,
    course_of,
    hidden_numbers,
    history,
)
from workbench.services.office import Office
from workbench.services.pauses import require_going
from workbench.store import Event, Newest, append, clock, ledger, newest
from workbench.store.tables import (
    case_key,
    class_,
    class_part,
    drawn_case,
    event,
    grade,
    grade_item,
    participant,
)
from workbench.training import bank, example, ladder

#: Fields of an answer that are no cells, with the name of their choices in a public case.
CHOICES: Final[Mapping[str, str]] = {
    "status": "status",
    "reason": "reason",
    "follow_up": "follow_up",
    "confidence": "confidence",
}
_INELIGIBLE = "tidak_layak"

_SENT = "Kasus ini sudah dikirim, jadi jawabannya tidak dapat diubah lagi."
_NOT_YOURS = "Kasus itu bukan bagian Anda. Kembali ke daftar kasus Anda."
_NO_FIELD = "Isian itu tidak ada pada kasus ini. Muat ulang halaman, lalu pilih lagi."
_NO_VALUE = "Pilihan itu tidak ada pada kasus ini. Muat ulang halaman, lalu pilih lagi."
_TEST_OVER = "Tes ini sudah ditutup, jadi jawaban tidak diterima lagi."
_TEST_OPEN = "Pembahasan tes dapat dibaca setelah pelatih menutup tesnya."
_EXAMPLE = "Kasus contoh hanya untuk dibaca. Lanjutkan ke kasus berikutnya."


@dataclass(frozen=True)
class CaseState:
    """One case as a trainee may see it now.

    ``answer``: ``marks`` (cell -> mark), ``status``, ``reason``, ``follow_up``, ``confidence``;
    empty text where nothing is chosen. ``revisions``: the newest revision per field, for the
    page to count on from. ``feedback`` only once ``submitted``, and of a test only once that is
    closed. ``part`` (0: none) is of ``kind``; ``step`` is a ``ladder.Step`` or empty; ``hints``
    say where to look (text, cells), only on the step with help.
    """

    number: int
    of: int
    public: dict[str, Any]
    answer: dict[str, Any]
    revisions: dict[str, int]
    submitted: bool
    feedback: dict[str, Any] | None
    part: int = 0
    kind: str = FIXED
    step: str = ""
    hints: tuple[dict[str, Any], ...] = ()
    is_test: bool = False


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
    """One case in the list: ``score`` once it is graded; ``started`` when anything is marked.

    The score of a test is None until the test is closed.
    """

    number: int
    started: bool
    submitted: bool
    score: float | None


@dataclass(frozen=True)
class MyProgress:
    """Where a trainee is: ``next_number`` is the first case not sent yet, None when all are.

    In a class with parts the cases are those handed out so far, worked examples left out, and a
    closed test has no next one.
    """

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
    require_seat(actor)
    with office.practice.reading() as connection:
        class_name = connection.execute(
            select(class_.c.name).where(class_.c.id == actor.class_id)
        ).scalar()
        rows = connection.execute(
            select(drawn_case.c.number, class_part.c.kind, class_part.c.state)
            .outerjoin(class_part, _OF_PART)
            .where(*_own(actor), drawn_case.c.step != ladder.Step.EXAMPLE.value)
            .order_by(drawn_case.c.number)
        ).all()
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
    hidden = {row.number for row in rows if row.kind in TESTS and row.state != CLOSED}
    over = {row.number for row in rows if row.kind in TESTS and row.state == CLOSED}
    told = {number: score for number, score in scores.items() if number not in hidden}
    cases = tuple(
        CaseProgress(n, _subject(actor, n) in started, n in scores, told.get(n))
        for n in (row.number for row in rows)
    )
    return MyProgress(
        class_name or "",
        len(scores),
        len(cases),
        next((c.number for c in cases if not c.submitted and c.number not in over), None),
        sum(told.values()) / len(told) if told else None,
        cases,
    )


def my_case(office: Office, actor: Actor, number: int | None = None) -> CaseState | None:
    """One of the actor's own cases; without ``number`` the first that is not sent yet.

    None only when no number is asked for and every case is sent. Raises ``NotFound`` for a
    number that is not among the actor's cases.
    """
    require_seat(actor)
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
    """Save one field of an answer: a cell's mark, or ``status``, ``reason``, ``follow_up``,
    ``confidence``.

    An empty ``value`` takes a choice back. Committed when this returns. Raises ``WrongUse`` for
    an unknown field or value, after submission and in a closed test (but a retry of what the
    store already holds is answered as saved), ``NotFound`` for a case that is not the actor's.
    """
    require_seat(actor)
    with office.practice.reading() as connection:
        case = handed_case(connection, actor, number)
    _check_mark(json.loads(case.public), field, value)
    wanted = Event(actor.id, "jawaban", _subject(actor, number), field, revision, value)
    with office.practice.writing() as connection:
        _touch(connection, actor)
        if not _stands(connection, wanted):
            if _is_submitted(connection, actor, number):
                raise WrongUse(_SENT)
            _require_open(handed_case(connection, actor, number))
        answer = append(connection, wanted)
    return Saved(answer.revision, answer.accepted, answer.value)


def submit(office: Office, actor: Actor, number: int) -> dict[str, Any]:
    """Send a case and return its feedback; graded once, whatever is sent again.

    In a test ``{"is_test": True}`` is all that is said. Raises ``WrongUse`` with what is missing
    (a status always, a reason for *tidak layak*), for a test that is closed, and while the class
    is paused.
    """
    require_seat(actor)
    with office.practice.writing() as connection:
        _touch(connection, actor)
        case = handed_case(connection, actor, number)
        known = _feedback(connection, actor, number)
        if known is not None:
            return {"is_test": True} if case.kind in TESTS else known
        _require_open(case)
        require_going(connection, actor.class_id)
        answer = _answer(newest(connection, actor.id, _subject(actor, number)))
        if not answer["status"]:
            raise WrongUse("Pilih status keluarga dulu: layak, tidak layak, atau perlu verval.")
        if answer["status"] != _INELIGIBLE:
            answer["reason"] = ""
        elif not answer["reason"]:
            raise WrongUse("Tidak layak perlu alasan. Pilih alasannya, lalu kirim.")
        feedback = grade_case(connection, actor, number, case, answer)
        return {"is_test": True} if case.kind in TESTS else feedback


def review(office: Office, actor: Actor, number: int) -> CaseState:
    """One of the actor's own cases with its feedback.

    Raises ``WrongUse`` before it is sent, and for a test that is not closed.
    """
    require_seat(actor)
    with office.practice.reading() as connection:
        state = _case_state(connection, actor, number)
    if not state.submitted:
        raise WrongUse("Kasus ini belum dikirim. Kirim dulu, lalu pembahasannya dapat dibaca.")
    if state.feedback is None:
        raise WrongUse(_TEST_OPEN)
    return state


def results_by_rule(office: Office, actor: Actor) -> tuple[RuleResult, ...]:
    """The actor's own results per rule over the graded cases, in code order.

    A test that is not closed is left out.
    """
    require_seat(actor)
    with office.practice.reading() as connection:
        hidden = hidden_numbers(connection, actor.class_id, actor.seat)
        rows = connection.execute(
            select(grade_item.c.rule, grade_item.c.outcome, func.count().label("n"))
            .where(
                grade_item.c.class_id == actor.class_id,
                grade_item.c.seat == actor.seat,
                grade_item.c.number.not_in(hidden),
            )
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


def require_seat(actor: Actor) -> None:
    """Raise ``Forbidden`` unless the actor is a trainee on a seat."""
    require(actor, Permission.TRAIN)
    # The id is what the ledger counts by, so it must be that of the seat.
    is_seated = actor.role is Role.PESERTA and actor.id == f"{actor.class_id}.{actor.seat}"
    if not (is_seated and actor.class_id and actor.seat > 0):
        raise Forbidden("Anda belum duduk di sebuah kelas. Masuklah dengan kode kelas.")


def _subject(actor: Actor, number: int) -> str:
    return f"kasus:{actor.class_id}.{actor.seat}.{number}"


_OF_PART: Final = (class_part.c.class_id == drawn_case.c.class_id) & (
    class_part.c.number == drawn_case.c.part
)


def _own(actor: Actor) -> tuple[Any, ...]:
    return (drawn_case.c.class_id == actor.class_id, drawn_case.c.seat == actor.seat)


def handed_case(connection: Connection, actor: Actor, number: int) -> Row[Any]:
    """One of the actor's own cases: public, part, step, word; kind and state of its part."""
    if type(number) is not int or not 1 <= number < 2**31:
        raise NotFound(_NOT_YOURS)
    found = connection.execute(
        select(
            drawn_case.c.public,
            drawn_case.c.part,
            drawn_case.c.step,
            drawn_case.c.word,
            class_part.c.kind,
            class_part.c.state,
        )
        .join(
            participant,
            (participant.c.class_id == drawn_case.c.class_id)
            & (participant.c.seat == drawn_case.c.seat),
        )
        .outerjoin(class_part, _OF_PART)
        .where(*_own(actor), drawn_case.c.number == number)
    ).first()
    if found is None:
        raise NotFound(_NOT_YOURS)
    return found


def _require_open(case: Row[Any]) -> None:
    """Raise ``WrongUse`` where no answer is taken: a closed test, a worked example.

    Practice takes answers after its part is closed too, so that nobody loses what they began.
    """
    if case.step == ladder.Step.EXAMPLE:
        raise WrongUse(_EXAMPLE)
    if case.kind in TESTS and case.state == CLOSED:
        raise WrongUse(_TEST_OVER)


def _case_state(connection: Connection, actor: Actor, number: int) -> CaseState:
    case = handed_case(connection, actor, number)
    public = json.loads(case.public)
    of = connection.execute(
        select(func.count())
        .select_from(drawn_case)
        .where(*_own(actor), drawn_case.c.step != ladder.Step.EXAMPLE.value)
    ).scalar_one()
    fields = newest(connection, actor.id, _subject(actor, number))
    is_test = case.kind in TESTS
    submitted = _is_submitted(connection, actor, number)
    is_told = submitted and not (is_test and case.state != CLOSED)
    revisions = {name: field.revision for name, field in fields.items() if name != "kirim"}
    return CaseState(
        number,
        of,
        public,
        _answer(fields),
        revisions,
        submitted,
        _feedback(connection, actor, number) if is_told else None,
        case.part,
        case.kind or FIXED,
        case.step,
        _hints(connection, actor, number, public) if case.step == ladder.Step.FADED else (),
        is_test,
    )


def _hints(
    connection: Connection, actor: Actor, number: int, public: Mapping[str, Any]
) -> tuple[dict[str, Any], ...]:
    """Where to look in a case done with help; the key itself stays here."""
    return example.hints(public, _key(connection, actor, number), _subject(actor, number))


def _key(connection: Connection, actor: Actor, number: int) -> training.Key:
    stored = connection.execute(
        select(case_key.c.key).where(
            case_key.c.class_id == actor.class_id,
            case_key.c.seat == actor.seat,
            case_key.c.number == number,
        )
    ).scalar_one()
    return training.Key.from_json(json.loads(stored))


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
    kind = CHOICES.get(field, "mark")
    # A case drawn before there was this kind of choice offers what all do now.
    offered = public["choices"].get(kind) or training.choices()[kind]
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


def grade_case(
    connection: Connection,
    actor: Actor,
    number: int,
    case: Row[Any],
    answer: dict[str, Any],
) -> dict[str, Any]:
    """Grade an answer and write grade, items and event into the same transaction."""
    place = {"class_id": actor.class_id, "seat": actor.seat, "number": number}
    key = _key(connection, actor, number)
    given = training.Answer(**answer)
    graded = training.grade(key, given)
    at = clock.now()
    lengths = _lengths(connection, actor, number, case, graded, at)
    # Through JSON at once, so that the first reading equals every later one.
    feedback = json.dumps(training.explain(json.loads(case.public), key, given, graded, lengths))
    connection.execute(
        grade.insert().values(
            **place,
            answer=json.dumps(answer),
            grade=json.dumps(graded.to_json()),
            feedback=feedback,
            score=graded.score,
            at=at,
        )
    )
    if case.part:
        connection.execute(
            drawn_case.update()
            .where(*_own(actor), drawn_case.c.number == number)
            .values(done_at=at)
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


def _lengths(
    connection: Connection,
    actor: Actor,
    number: int,
    case: Row[Any],
    graded: training.Grade,
    at: str,
) -> dict[str, str]:
    """How much the feedback says of each rule: less the better it is mastered."""
    course = course_of(connection, actor.class_id) if case.step else None
    if course is None:
        return {}
    now = ladder.see(
        bank.task_of(case.word, number),
        ladder.Step(case.step),
        clock.local(at),
        graded,
    )
    seen = (*history(connection, actor.class_id, actor.seat), *now)
    return {
        one.rule: ladder.feedback_length(
            ladder.standing(course, seen, one.rule), one.is_right
        ).value
        for one in now
        if one.rule
    }


def _touch(connection: Connection, actor: Actor) -> None:
    """Note the visit. First in a transaction, for it also locks the seat on other databases."""
    connection.execute(
        participant.update()
        .where(participant.c.class_id == actor.class_id, participant.c.seat == actor.seat)
        .values(last_seen_at=clock.now())
    )

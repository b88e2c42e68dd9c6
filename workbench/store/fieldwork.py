"""What the field brings back, as it is kept: assignments, outcomes and moves.

Nothing here is overwritten. Outcomes have revisions and stand beside each other by source; moves
only grow. The ledger gets ids, codes that say nothing of a person, and salted hashes:
what is written in words, and the codes of a family, lie in tables that can be emptied.

Maker is never checker: who has acted on a record at one stage is refused at every other, here and
by a foreign key of the database.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, distinct, func, select

from workbench.errors import Forbidden, NotFound, WrongUse
from workbench.store import clock, ledger
from workbench.store.finding_lives import settle_lives
from workbench.store.tables import assignment as assignments
from workbench.store.tables import ledger_head
from workbench.store.tables import outcome as outcomes
from workbench.store.tables import outcome_note as notes
from workbench.store.tables import stage_hand as hands
from workbench.store.tables import stage_step as steps
from workbench.store.workspace import Store
from workbench.verification.fieldwork.lives import LifeKey
from workbench.verification.fieldwork.outcomes import Difference, Outcome, differences
from workbench.verification.fieldwork.stages import (
    Direction,
    StagePlan,
    Step,
    check_hand,
    check_move,
)

#: How an outcome came in; ``DECISION`` settles between others.
SCREEN: Final = "layar"
DECISION: Final = "putusan"
WAYS: Final = (SCREEN, "xlsx", "xlsform", "kertas", DECISION)
SOURCE_LENGTH: Final = 64
MOST_REVISIONS: Final = 10**9


@dataclass(frozen=True)
class Record:
    """A family of a list: what outcomes and moves are about."""

    list_id: str
    family_id: str

    @property
    def subject(self) -> str:
        """How the ledger calls it."""
        return f"kunjungan:{self.list_id}.{self.family_id}"


@dataclass(frozen=True)
class Assignment:
    """An officer's area: a kelurahan (dotted code), or an RW or RT of it ("" for all)."""

    officer: str
    area_kode: str
    rw: str
    rt: str
    stage: str
    assigned_by: str
    at: str


@dataclass(frozen=True)
class KeptOutcome:
    """One outcome as it came in. ``settles`` is set on a decision between others."""

    record: Record
    source: str
    revision: int
    recorder: str
    way: str
    kelurahan_kode: str
    outcome: Outcome
    settles: str
    at: str


@dataclass(frozen=True)
class Kept:
    """Answer to an outcome sent in.

    ``accepted``: it stands (now, or since an earlier try). ``is_new`` is false for a repetition.
    ``differences`` is what other returns of the same visit say otherwise.
    """

    accepted: bool
    is_new: bool
    revision: int
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class Conflict:
    """Returns of one visit that disagree, side by side."""

    record: Record
    kelurahan_kode: str
    returns: tuple[KeptOutcome, ...]
    differences: tuple[Difference, ...]


# --- assignments ---------------------------------------------------------------------------------


def put_assignment(
    store: Store, actor_id: str, officer: str, area: tuple[str, str, str], stage: str
) -> None:
    """Give an officer an area (kelurahan code, rw, rt); one already given stays as it is."""
    key = _assignment_key(officer, area, stage)
    with store.writing() as connection:
        standing = connection.execute(select(assignments).filter_by(**key)).one_or_none()
        if standing is not None and standing.withdrawn_at is None:
            return
        if standing is not None:
            connection.execute(assignments.delete().filter_by(**key))
        connection.execute(assignments.insert().values(**key, assigned_by=actor_id, at=clock.now()))
        _note_assignment(connection, actor_id, key, "diberikan")


def withdraw_assignment(
    store: Store, actor_id: str, officer: str, area: tuple[str, str, str], stage: str
) -> None:
    """End an assignment; raises ``NotFound`` when it does not stand."""
    key = _assignment_key(officer, area, stage)
    with store.writing() as connection:
        ended = connection.execute(
            assignments.update()
            .filter_by(**key)
            .where(assignments.c.withdrawn_at.is_(None))
            .values(withdrawn_at=clock.now())
        )
        if not ended.rowcount:
            raise NotFound("Penugasan itu sudah dicabut. Muat ulang halaman.")
        _note_assignment(connection, actor_id, key, "dicabut")


def list_assignments(store: Store) -> tuple[Assignment, ...]:
    """All that stand, by area, then officer."""
    columns = [assignments.c[name] for name in Assignment.__dataclass_fields__]
    with store.reading() as connection:
        rows = connection.execute(
            select(*columns)
            .where(assignments.c.withdrawn_at.is_(None))
            .order_by(*(assignments.c[name] for name in ("area_kode", "rw", "rt", "officer")))
        )
        return tuple(Assignment(*row) for row in rows)


def _assignment_key(officer: str, area: tuple[str, str, str], stage: str) -> dict[str, str]:
    names = ("officer", "area_kode", "rw", "rt", "stage")
    return dict(zip(names, (officer, *area, stage), strict=True))


def _note_assignment(
    connection: Connection, actor_id: str, key: Mapping[str, str], what: str
) -> None:
    value = {name: key[name] for name in ("area_kode", "rw", "rt", "stage")} | {"apa": what}
    subject = f"penugasan:{key['officer']}"
    ledger.record(connection, actor_id, "penugasan", subject, "wilayah", value)


# --- outcomes ------------------------------------------------------------------------------------


def put_outcome(
    store: Store,
    actor_id: str,
    record: Record,
    outcome: Outcome,
    plan: StagePlan,
    life_of: Mapping[str, LifeKey],
    *,
    way: str = SCREEN,
    kelurahan_kode: str = "",
    family_key: str = "",
    source: str = "",
    revision: int | None = None,
) -> Kept:
    """Keep what a visit brought back.

    ``source`` tells returns apart ("" is the recorder); of one source the highest ``revision``
    counts (None: the next, unless nothing changed). A revision that stands with other answers is
    not accepted, and nothing is overwritten. ``life_of`` maps keys of findings to their lives,
    which the answers settle while this list is the newest. Raises ``Forbidden`` for somebody who
    has acted on the record at another stage, or who would decide about a return of their own.
    """
    source = source or actor_id
    is_number = revision is None or (type(revision) is int and 1 <= revision <= MOST_REVISIONS)
    if len(source) > SOURCE_LENGTH or not is_number:
        raise WrongUse("Tanda lembar atau nomor perubahan tidak dapat dibaca. Ulangi dari awal.")
    with store.writing() as connection:
        _queue(connection)
        _take_hand(connection, record, actor_id, plan, plan.first)
        standing = _outcomes(connection, record)
        mine = [one for one in standing if one.source == source]
        same = [one for one in mine if _equal(one.outcome, outcome)]
        newest = max((one.revision for one in mine), default=0)
        number = newest + 1 if revision is None else revision
        if revision is None and mine and mine[-1] in same:
            return Kept(True, False, newest, _dispute(standing))
        if any(one.revision == number for one in mine):
            is_retry = any(one.revision == number for one in same)
            return Kept(is_retry, False, newest, _dispute(standing))
        settles = _settled_by(standing, actor_id) if way == DECISION else ""
        place = {
            "list_id": record.list_id,
            "family_id": record.family_id,
            "source": source,
            "revision": number,
        }
        codes, words = outcome.codes(), outcome.words()
        salt, digest = _seal(codes.to_json())
        connection.execute(
            outcomes.insert().values(
                **place,
                recorder=actor_id,
                way=way,
                kelurahan_kode=kelurahan_kode,
                family_key=family_key,
                visited_on=str(codes.family.get("visited_on", "")),
                codes=ledger.canonical(codes.to_json()),
                settles=settles,
                salt=salt,
                at=clock.now(),
            )
        )
        value: dict[str, Any] = {"cara": way, "revisi": number, "kode": digest}
        if any(answers for _, _, answers in words.parts()):
            salt, value["catatan"] = _seal(words.to_json())
            said = ledger.canonical(words.to_json())
            connection.execute(notes.insert().values(**place, words=said, salt=salt))
        kind = "putusan_kunjungan" if way == DECISION else "hasil_kunjungan"
        ledger.record(connection, actor_id, kind, record.subject, source, value)
        now = _outcomes(connection, record)
        settle_lives(connection, record.list_id, _answers(now, life_of))
        return Kept(True, True, number, _dispute(now))


def list_outcomes(store: Store, record: Record) -> tuple[KeptOutcome, ...]:
    """All outcomes of a record with all their revisions, oldest first."""
    with store.reading() as connection:
        return tuple(_outcomes(connection, record))


def list_conflicts(store: Store, list_id: str) -> tuple[Conflict, ...]:
    """The records of a list whose returns disagree and were not decided between."""
    found = []
    with store.reading() as connection:
        several = (
            select(outcomes.c.family_id)
            .where(outcomes.c.list_id == list_id)
            .group_by(outcomes.c.family_id)
            .having(func.count(distinct(outcomes.c.source)) > 1)
            .order_by(outcomes.c.family_id)
        )
        for family_id in connection.execute(several).scalars().all():
            record = Record(list_id, family_id)
            standing = _outcomes(connection, record)
            if said := _dispute(standing):
                returns = current(standing)
                place = returns[-1].kelurahan_kode
                found.append(Conflict(record, place, returns, said))
    return tuple(found)


def visited(store: Store, list_id: str) -> dict[str, tuple[KeptOutcome, ...]]:
    """By family, the outcomes of a list that count."""
    with store.reading() as connection:
        rows = connection.execute(_ordered().where(outcomes.c.list_id == list_id)).all()
    grouped: dict[str, list[KeptOutcome]] = {}
    for row in rows:
        grouped.setdefault(row.family_id, []).append(_kept(row))
    return {family_id: current(kept) for family_id, kept in grouped.items()}


def last_visits(store: Store) -> dict[str, str]:
    """By key of a family, the ISO day of its last visit in any list."""
    with store.reading() as connection:
        rows = connection.execute(
            select(outcomes.c.family_key, func.max(outcomes.c.visited_on))
            .where(outcomes.c.family_key != "")
            .group_by(outcomes.c.family_key)
        )
        return {row[0]: row[1] for row in rows}


def current(standing: Sequence[KeptOutcome]) -> tuple[KeptOutcome, ...]:
    """The outcomes that count: the newest of each source, of the last visit; or the decision.

    A decision counts alone until another return arrives or one of those it decided between is
    changed.
    """
    returns = _returns(standing)
    now = _digest_of(returns)
    decided = [one for one in standing if one.way == DECISION and one.settles == now]
    if decided:
        return (max(decided, key=lambda one: one.at),)
    last = max((_visit_of(one) for one in returns), default=0)
    return tuple(one for one in returns if _visit_of(one) == last)


def _returns(standing: Sequence[KeptOutcome]) -> list[KeptOutcome]:
    """The newest of each source that is no decision."""
    ordered = sorted(standing, key=lambda one: one.revision)
    return list({one.source: one for one in ordered if one.way != DECISION}.values())


def _answers(
    standing: Sequence[KeptOutcome], life_of: Mapping[str, LifeKey]
) -> dict[LifeKey, list[str]]:
    """By life, what the outcomes that count say of its findings."""
    found: dict[LifeKey, list[str]] = {}
    for one in current(standing):
        for key, said in one.outcome.findings.items():
            if key in life_of:
                found.setdefault(life_of[key], []).append(str(said.get("answer", "")))
    return found


def _visit_of(one: KeptOutcome) -> int:
    number = str(one.outcome.family.get("visit_number", ""))
    return int(number) if number.isascii() and number.isdigit() else 0


def _dispute(standing: Sequence[KeptOutcome]) -> tuple[Difference, ...]:
    return differences([one.outcome for one in current(standing)])


def _settled_by(standing: Sequence[KeptOutcome], actor_id: str) -> str:
    if not _dispute(standing):
        raise WrongUse("Tidak ada hasil yang berbeda pada keluarga ini, jadi tidak perlu putusan.")
    if actor_id in {one.recorder for one in standing if one.way != DECISION}:
        raise Forbidden("Salah satu hasil ini Anda yang mencatat. Mintalah orang lain memutuskan.")
    return _digest_of(_returns(standing))


def _digest_of(returns: Iterable[KeptOutcome]) -> str:
    said = sorted((one.source, one.revision) for one in returns)
    return hashlib.sha256(ledger.canonical(said).encode()).hexdigest()


def _equal(one: Outcome, other: Outcome) -> bool:
    return (one.codes(), one.words()) == (other.codes(), other.words())


def _outcomes(connection: Connection, record: Record) -> list[KeptOutcome]:
    rows = connection.execute(
        _ordered().where(
            outcomes.c.list_id == record.list_id, outcomes.c.family_id == record.family_id
        )
    )
    return [_kept(row) for row in rows]


def _ordered() -> Any:
    key = ("list_id", "family_id", "source", "revision")
    joined = outcomes.outerjoin(notes, and_(*(outcomes.c[name] == notes.c[name] for name in key)))
    return (
        select(outcomes, notes.c.words)
        .select_from(joined)
        .order_by(outcomes.c.family_id, outcomes.c.at, outcomes.c.source, outcomes.c.revision)
    )


def _kept(row: Row[Any]) -> KeptOutcome:
    outcome = Outcome.from_json(json.loads(row.codes))
    if row.words:
        outcome = outcome.merged(Outcome.from_json(json.loads(row.words)))
    return KeptOutcome(
        Record(row.list_id, row.family_id),
        row.source,
        row.revision,
        row.recorder,
        row.way,
        row.kelurahan_kode,
        outcome,
        row.settles,
        row.at,
    )


def _seal(value: Any) -> tuple[str, str]:
    """A salt and the hash of it with a value: proves the value, and tells nothing without it."""
    salt = secrets.token_hex(16)
    return salt, hashlib.sha256(f"{salt}{ledger.canonical(value)}".encode()).hexdigest()


# --- stages --------------------------------------------------------------------------------------


def put_move(
    store: Store,
    actor_id: str,
    record: Record,
    plan: StagePlan,
    direction: Direction,
    reason: str = "",
    back_to: str = "",
) -> Step:
    """Move a record forward or back. Raises as ``stages.check_move`` does.

    The first stage is left only with an outcome whose returns agree.
    """
    with store.writing() as connection:
        _queue(connection)
        made = _steps(connection, record)
        was, now = check_move(
            plan, made, _hands(connection, record), actor_id, direction, reason, back_to
        )
        if was == plan.first:
            _require_outcome(_outcomes(connection, record))
        _take_hand(connection, record, actor_id, plan, was)
        step = Step(len(made) + 1, was, now, direction, actor_id, reason.strip(), clock.now())
        salt, digest = _seal(step.reason)
        connection.execute(
            steps.insert().values(
                list_id=record.list_id,
                family_id=record.family_id,
                salt=salt,
                **{**vars(step), "direction": direction.value},
            )
        )
        value = {"nomor": step.number, "dari": was, "ke": now, "arah": direction.value}
        if step.reason:
            value["alasan"] = digest
        ledger.record(connection, actor_id, "tahap", record.subject, "tahap", value)
    return step


def list_steps(store: Store, record: Record) -> tuple[Step, ...]:
    """The moves of a record, in order."""
    with store.reading() as connection:
        return tuple(_steps(connection, record))


def stages_of(store: Store, list_id: str, plan: StagePlan) -> dict[str, str]:
    """By family, the stage of every record of a list that has moved or brought an outcome."""
    with store.reading() as connection:
        known = connection.execute(
            select(outcomes.c.family_id).distinct().where(outcomes.c.list_id == list_id)
        )
        found = dict.fromkeys(known.scalars(), plan.first)
        moved = connection.execute(
            select(steps.c.family_id, steps.c.stage_to)
            .where(steps.c.list_id == list_id)
            .order_by(steps.c.family_id, steps.c.number)
        )
        found.update((row.family_id, row.stage_to) for row in moved)
    return found


def _require_outcome(standing: Sequence[KeptOutcome]) -> None:
    if not standing:
        raise WrongUse("Belum ada hasil kunjungan untuk keluarga ini. Catat hasilnya dahulu.")
    if _dispute(standing):
        raise WrongUse(
            "Hasil kunjungan keluarga ini berbeda-beda. Putuskan dahulu mana yang benar."
        )


def _queue(connection: Connection) -> None:
    """Wait for other writers before anything is read; SQLite has done so already."""
    connection.execute(select(ledger_head).with_for_update())


def _take_hand(
    connection: Connection, record: Record, actor_id: str, plan: StagePlan, stage: str
) -> None:
    held = _hands(connection, record)
    check_hand(plan, held, actor_id, stage)
    if actor_id not in held:
        place = {"list_id": record.list_id, "family_id": record.family_id}
        connection.execute(hands.insert().values(**place, actor=actor_id, stage=stage))


def _hands(connection: Connection, record: Record) -> dict[str, str]:
    rows = connection.execute(
        select(hands.c.actor, hands.c.stage).where(
            hands.c.list_id == record.list_id, hands.c.family_id == record.family_id
        )
    )
    return {row.actor: row.stage for row in rows}


def _steps(connection: Connection, record: Record) -> list[Step]:
    columns = [steps.c[name] for name in Step.__dataclass_fields__]
    rows = connection.execute(
        select(*columns)
        .where(steps.c.list_id == record.list_id, steps.c.family_id == record.family_id)
        .order_by(steps.c.number)
    )
    return [Step(**{**row._mapping, "direction": Direction(row.direction)}) for row in rows]

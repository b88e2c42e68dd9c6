"""What the field brings back, as it is kept: outcomes and moves.

Nothing here is overwritten. Outcomes have revisions and stand beside each other by source; moves
only grow. The ledger gets ids, codes that say nothing of a person, and salted hashes:
what is written in words, and the codes of a family, lie in tables that can be emptied.

Maker is never checker: who has acted on a record at one stage is refused at every other, here and
by a foreign key of the database.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, distinct, func, select

from workbench.errors import Forbidden, WrongUse
from workbench.store import blinds, clock, drafts, ledger, proposals
from workbench.store.finding_lives import settle_lives
from workbench.store.records import Record, candidate_places, queue, seal, seal_of
from workbench.store.sights import sight
from workbench.store.tables import event as events
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
#: How the ledger calls an outcome, by whether it is a decision.
_KINDS: Final = {False: "hasil_kunjungan", True: "putusan_kunjungan"}


@dataclass(frozen=True)
class KeptOutcome:
    """One outcome as it came in. ``settles`` is set on a decision between others.

    ``digest`` is the salted hash of its codes that stands in the ledger, where it was asked for.
    """

    record: Record
    source: str
    revision: int
    recorder: str
    way: str
    kelurahan_kode: str
    outcome: Outcome
    settles: str
    at: str
    digest: str = ""


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
    basis: tuple[str, int] | None = None,
) -> Kept:
    """Keep what a visit brought back.

    ``source`` tells returns apart ("" is the recorder); of one source the highest ``revision``
    counts (None: the next, unless nothing changed). A revision that stands with other answers is
    not accepted, and nothing is overwritten. ``life_of`` maps keys of findings to their lives,
    which the answers settle while this list is the newest. Raises ``Forbidden`` for somebody who
    has acted on the record at another stage, or who would decide about a return of their own. A
    decision is between returns that differ, or about the one (source, revision) of ``basis``,
    while that counts.
    """
    source = source or actor_id
    is_number = revision is None or (type(revision) is int and 1 <= revision <= MOST_REVISIONS)
    if len(source) > SOURCE_LENGTH or not is_number:
        raise WrongUse("Tanda lembar atau nomor perubahan tidak dapat dibaca. Ulangi dari awal.")
    with store.writing() as connection:
        queue(connection)
        blinds.require_sighted(connection, actor_id, *record.place, family_key)
        take_hand(connection, record, actor_id, plan, plan.first)
        standing = _outcomes(connection, record)
        mine = [one for one in standing if one.source == source]
        same = [one for one in mine if _equal(one.outcome, outcome)]
        newest = max((one.revision for one in mine), default=0)
        number = newest + 1 if revision is None else revision
        if revision is None and mine and mine[-1] in same:
            if way == SCREEN:
                drafts.drop_in(connection, actor_id, record)
            return Kept(True, False, newest, _dispute(standing))
        if any(one.revision == number for one in mine):
            is_retry = any(one.revision == number for one in same)
            return Kept(is_retry, False, newest, _dispute(standing))
        settles = _settled_by(standing, actor_id, basis) if way == DECISION else ""
        place = {
            "list_id": record.list_id,
            "family_id": record.family_id,
            "source": source,
            "revision": number,
        }
        codes, words = outcome.codes(), outcome.words()
        salt, digest = seal(codes.to_json())
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
            salt, value["catatan"] = seal(words.to_json())
            said = ledger.canonical(words.to_json())
            connection.execute(notes.insert().values(**place, words=said, salt=salt))
        if way == SCREEN:
            drafts.drop_in(connection, actor_id, record)
        ledger.record(connection, actor_id, _KINDS[way == DECISION], record.subject, source, value)
        now = _outcomes(connection, record)
        settle_lives(connection, record.list_id, _answers(now, life_of))
        return Kept(True, True, number, _dispute(now))


def list_outcomes(store: Store, record: Record) -> tuple[KeptOutcome, ...]:
    """All outcomes of a record with all their revisions, oldest first."""
    with store.reading() as connection:
        shown = sight(connection, store)
        found = _outcomes(connection, record)
        return tuple(one for one in found if shown.shows(one.kelurahan_kode, *record.place))


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
        shown = sight(connection, store)
        for family_id in connection.execute(several).scalars().all():
            record = Record(list_id, family_id)
            standing = _outcomes(connection, record)
            place = standing[-1].kelurahan_kode
            if shown.shows(place, *record.place) and (said := _dispute(standing)):
                found.append(Conflict(record, place, current(standing), said))
    return tuple(found)


def visited(store: Store, list_id: str) -> dict[str, tuple[KeptOutcome, ...]]:
    """By family, the outcomes of a list that count."""
    with store.reading() as connection:
        shown = sight(connection, store)
        rows = connection.execute(_ordered().where(outcomes.c.list_id == list_id)).all()
    grouped: dict[str, list[KeptOutcome]] = {}
    for row in rows:
        if shown.shows(row.kelurahan_kode, list_id, row.family_id):
            grouped.setdefault(row.family_id, []).append(_kept(row))
    return {family_id: current(kept) for family_id, kept in grouped.items()}


def visits_before(
    connection: Connection, list_id: str, seq: int | None = None
) -> dict[str, tuple[KeptOutcome, ...]]:
    """By family, all that came in of a list, hidden from nobody: up to a place in the ledger.

    Not up to a moment: the clocks of two machines differ, and one may be set back.
    """
    later = frozenset() if seq is None else _later_than(connection, list_id, seq)
    rows = connection.execute(_ordered().where(outcomes.c.list_id == list_id))
    grouped: dict[str, list[KeptOutcome]] = {}
    for row in rows:
        if (row.family_id, row.source, row.revision) in later:
            continue
        digest = seal_of(json.loads(row.codes), row.salt)
        grouped.setdefault(row.family_id, []).append(replace(_kept(row), digest=digest))
    return {family_id: tuple(kept) for family_id, kept in grouped.items()}


def _later_than(connection: Connection, list_id: str, seq: int) -> frozenset[tuple[str, str, int]]:
    """The outcomes of a list (family, source, revision) told after a place in the ledger."""
    begins = Record(list_id, "").subject
    rows = connection.execute(
        select(events.c.subject, events.c.field, events.c.value).where(
            events.c.kind.in_(list(_KINDS.values())), events.c.seq > seq
        )
    )
    return frozenset(
        (row.subject.removeprefix(begins), row.field, json.loads(row.value)["revisi"])
        for row in rows
        if row.subject.startswith(begins)
    )


def have_been_there(connection: Connection, record: Record) -> frozenset[str]:
    """Whoever recorded an outcome of a record, decided one or moved it on."""
    recorders = select(outcomes.c.recorder).where(
        outcomes.c.list_id == record.list_id, outcomes.c.family_id == record.family_id
    )
    told = set(connection.execute(recorders).scalars())
    return frozenset(told | set(_hands(connection, record)))


def last_visits(store: Store) -> dict[str, str]:
    """By key of a family, the ISO day of its last visit in any list."""
    last: dict[str, str] = {}
    with store.reading() as connection:
        shown = sight(connection, store)
        rows = connection.execute(
            select(
                outcomes.c.family_key,
                outcomes.c.kelurahan_kode,
                func.max(outcomes.c.visited_on).label("day"),
            )
            .where(outcomes.c.family_key != "")
            .group_by(outcomes.c.family_key, outcomes.c.kelurahan_kode)
        )
        for key, place, day in rows:
            if shown.shows(place, "", "", key):
                last[key] = max(day, last.get(key, ""))
    return last


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


def _settled_by(
    standing: Sequence[KeptOutcome], actor_id: str, basis: tuple[str, int] | None
) -> str:
    counting = [(one.source, one.revision) for one in current(standing)]
    if basis is not None and basis not in counting:
        raise WrongUse(
            "Hasil yang diperiksa ulang sudah diganti hasil atau putusan lain. Muat ulang halaman."
        )
    if basis is None and not _dispute(standing):
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

    The first stage is left only with an outcome whose returns agree (a family that was proposed
    by name needs none), and nothing that proposes comes to the proposal's stage without the papers
    of its route.
    """
    with store.writing() as connection:
        queue(connection)
        return move_in(connection, actor_id, record, plan, direction, reason, back_to)


def move_in(
    connection: Connection,
    actor_id: str,
    record: Record,
    plan: StagePlan,
    direction: Direction,
    reason: str = "",
    back_to: str = "",
) -> Step:
    """The same inside a ``writing()`` block that has queued already."""
    blinds.require_sighted(connection, actor_id, *record.place)
    made = _steps(connection, record)
    was, now = check_move(
        plan, made, _hands(connection, record), actor_id, direction, reason, back_to
    )
    standing = _outcomes(connection, record)
    if was == plan.first and (standing or not candidate_places(connection, *record.place)):
        _require_outcome(standing)
    if direction is Direction.FORWARD and plan.is_proposal(now):
        _require_papers(connection, record, standing)
    take_hand(connection, record, actor_id, plan, was)
    step = Step(len(made) + 1, was, now, direction, actor_id, reason.strip(), clock.now())
    salt, digest = seal(step.reason)
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


def steps_in(connection: Connection, record: Record) -> tuple[Step, ...]:
    """The moves of a record inside a transaction, in order."""
    return tuple(_steps(connection, record))


def proposal_of(store: Store, record: Record, kelurahan_kode: str) -> proposals.Standing:
    """How a record's proposal stands: its route, its papers, what is lacking.

    ``kelurahan_kode`` is where the list has the family. Raises ``Forbidden`` outside the reader's
    areas.
    """
    with store.reading() as connection:
        shown = sight(connection, store)
        for place in {kelurahan_kode, *_places(connection, record)}:
            shown.require(place, *record.place)
        counting = [one.outcome for one in current(_outcomes(connection, record))]
        return proposals.standing(connection, record, counting)


def list_steps(store: Store, record: Record) -> tuple[Step, ...]:
    """The moves of a record, in order."""
    with store.reading() as connection:
        shown = sight(connection, store)
        for place in _places(connection, record):
            if not shown.shows(place, *record.place):
                return ()
        return tuple(_steps(connection, record))


def stages_of(store: Store, list_id: str, plan: StagePlan) -> dict[str, str]:
    """By family, the stage of every record of a list that has moved or brought an outcome."""
    with store.reading() as connection:
        shown = sight(connection, store)
        known = connection.execute(
            select(outcomes.c.family_id, outcomes.c.kelurahan_kode)
            .distinct()
            .where(outcomes.c.list_id == list_id)
        )
        places = {row.family_id: row.kelurahan_kode for row in known}
        places |= candidate_places(connection, list_id)
        found = {
            family_id: plan.first
            for family_id, place in places.items()
            if shown.shows(place, list_id, family_id)
        }
        moved = connection.execute(
            select(steps.c.family_id, steps.c.stage_to)
            .where(steps.c.list_id == list_id)
            .order_by(steps.c.family_id, steps.c.number)
        )
        found.update((row.family_id, row.stage_to) for row in moved if row.family_id in found)
    return found


def _places(connection: Connection, record: Record) -> frozenset[str]:
    """The kelurahan its outcomes were recorded in, or it was proposed in: one, or none so far."""
    visits = select(outcomes.c.kelurahan_kode).where(
        outcomes.c.list_id == record.list_id, outcomes.c.family_id == record.family_id
    )
    proposed = candidate_places(connection, *record.place)
    return frozenset(connection.execute(visits).scalars()) | frozenset(proposed.values())


def _require_outcome(standing: Sequence[KeptOutcome]) -> None:
    if not standing:
        raise WrongUse("Belum ada hasil kunjungan untuk keluarga ini. Catat hasilnya dahulu.")
    if _dispute(standing):
        raise WrongUse(
            "Hasil kunjungan keluarga ini berbeda-beda. Putuskan dahulu mana yang benar."
        )


def _require_papers(
    connection: Connection, record: Record, standing: Sequence[KeptOutcome]
) -> None:
    counting = [one.outcome for one in current(standing)]
    lacking = proposals.standing(connection, record, counting).lacking
    if lacking:
        raise WrongUse(f"Usulan ini belum dapat diteruskan. {' '.join(lacking)}")


def take_hand(
    connection: Connection, record: Record, actor_id: str, plan: StagePlan, stage: str
) -> None:
    """Note that somebody acts on a record at a stage; raises ``Forbidden`` for another stage."""
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

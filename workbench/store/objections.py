"""Objections (sanggah): who objected when, until when it is to be answered, and the answer.

Every one is kept, a late one too; an answer is given once. Words lie here, the ledger gets codes,
days and salted hashes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, func, select

from workbench.errors import Forbidden, NotFound, WrongUse
from workbench.store import blinds, clock, ledger
from workbench.store.fieldwork import move_in, steps_in
from workbench.store.records import Record, queue, seal
from workbench.store.sights import sight
from workbench.store.tables import objection as objections
from workbench.store.workspace import Store
from workbench.verification.fieldwork.stages import REASON_LENGTH, Direction, StagePlan

_KIND: Final = "sanggah"
ACCEPTED: Final = "diterima"
#: What became of the record after an accepted objection.
SENT, TASK = "dikembalikan", "tugas"


@dataclass(frozen=True)
class Objection:
    """One objection; days are ISO days, ``verdict`` and what follows are "" until answered."""

    list_id: str
    family_id: str
    number: int
    kelurahan_kode: str
    who: str
    words: str
    received_on: str
    due_on: str
    actor: str
    at: str
    verdict: str
    answered_on: str
    answer: str
    answered_by: str
    answered_at: str
    sequel: str


def put_objection(
    store: Store,
    actor_id: str,
    record: Record,
    kelurahan_kode: str,
    who: str,
    words: str,
    received_on: str,
    due_on: str,
) -> int:
    """Keep an objection about a family; returns its number."""
    with store.writing() as connection:
        queue(connection)
        newest = connection.execute(
            select(func.max(objections.c.number)).where(*_is_of(record))
        ).scalar()
        number = (newest or 0) + 1
        salt, digest = seal(words)
        connection.execute(
            objections.insert().values(
                **vars(record),
                number=number,
                kelurahan_kode=kelurahan_kode,
                who=who,
                words=words,
                salt=salt,
                received_on=received_on,
                due_on=due_on,
                actor=actor_id,
                at=clock.now(),
                verdict="",
                answered_on="",
                answer="",
                answered_by="",
                answered_at="",
                sequel="",
            )
        )
        value = {"nomor": number, "oleh": who, "diterima": received_on, "batas": due_on}
        ledger.record(
            connection, actor_id, _KIND, record.subject, "sanggah", {**value, "kata": digest}
        )
    return number


def answer_objection(
    store: Store,
    actor_id: str,
    record: Record,
    number: int,
    verdict: str,
    answer: str,
    answered_on: str,
    plan: StagePlan | None,
) -> str:
    """Answer an objection, once; raises ``Forbidden`` for whoever wrote it down themselves.

    An accepted one sends the record back, to the musyawarah where it has been there, else to the
    first stage. Where the actor may not (``plan`` None, or they acted at another stage) and where
    there is nothing to send back it becomes a task. Returns which: ``SENT``, ``TASK`` or "".
    """
    with store.writing() as connection:
        queue(connection)
        blinds.require_sighted(connection, actor_id, *record.place)
        standing = _find(connection, record, number)
        if standing.verdict:
            raise WrongUse("Sanggah ini sudah dijawab. Catat sanggah baru bila ada keberatan lagi.")
        if standing.actor == actor_id:
            raise Forbidden("Sanggah ini Anda yang mencatat. Mintalah orang lain menjawabnya.")
        sequel = ""
        answered_at = clock.now()
        if verdict == ACCEPTED:
            sequel = _send_back(connection, actor_id, record, plan, answer)
        connection.execute(
            objections.update()
            .where(*_is_of(record), objections.c.number == number)
            .values(
                verdict=verdict,
                answer=answer,
                answered_on=answered_on,
                answered_by=actor_id,
                answered_at=answered_at,
                sequel=sequel,
            )
        )
        value = {"nomor": number, "jawaban": verdict, "tanggal": answered_on}
        value["kata"] = seal(answer)[1]
        if sequel:
            value["lanjutan"] = sequel
        ledger.record(connection, actor_id, _KIND, record.subject, "jawaban", value)
    return sequel


def _send_back(
    connection: Connection, actor_id: str, record: Record, plan: StagePlan | None, answer: str
) -> str:
    if plan is None:
        return TASK
    stage = plan.standing(steps_in(connection, record))
    codes = [one.code for one in plan.stages]
    has_met = plan.meeting in codes[: codes.index(stage)] if stage in codes else False
    reason = f"Sanggah diterima: {answer}"[:REASON_LENGTH]
    target = plan.meeting if has_met else plan.first
    try:
        move_in(connection, actor_id, record, plan, Direction.BACK, reason, target)
    except (Forbidden, WrongUse):
        return TASK
    return SENT


def list_objections(store: Store, list_id: str) -> tuple[Objection, ...]:
    """All objections of a list in the reader's areas, the one due first on top.

    None about a family that is closed to them.
    """
    with store.reading() as connection:
        shown = sight(connection, store)
        rows = connection.execute(_ordered().where(objections.c.list_id == list_id))
        found = [Objection(*row) for row in rows]
    return tuple(one for one in found if shown.shows(one.kelurahan_kode, list_id, one.family_id))


def _find(connection: Connection, record: Record, number: int) -> Objection:
    row = connection.execute(
        _ordered().where(*_is_of(record), objections.c.number == number)
    ).one_or_none()
    if row is None:
        raise NotFound("Sanggah itu tidak ada. Muat ulang halaman.")
    return Objection(*row)


def _ordered() -> Any:
    columns = [objections.c[name] for name in Objection.__dataclass_fields__]
    return select(*columns).order_by(
        objections.c.due_on, objections.c.family_id, objections.c.number
    )


def _is_of(record: Record) -> tuple[Any, Any]:
    return objections.c.list_id == record.list_id, objections.c.family_id == record.family_id

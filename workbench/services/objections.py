"""Objections (sanggah) with their clock: received, due by the office's setting, answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from workbench.access import Actor, Permission, require
from workbench.errors import NotFound, WrongUse
from workbench.services import fieldwork, office_settings, shelves
from workbench.services.meetings import heads
from workbench.services.office import Office
from workbench.store import clock
from workbench.store import objections as stored
from workbench.store.objections import Objection
from workbench.store.records import Record
from workbench.verification.meetings.content import objectors, tidy_words, verdicts
from workbench.verification.meetings.objections import Clock, Standing, due, standing

_ORDER: Final = (Clock.LATE, Clock.SOON, Clock.RUNNING, Clock.ANSWERED_LATE, Clock.ANSWERED)


@dataclass(frozen=True)
class Told:
    """An objection, whom it is about, and how its clock stands today."""

    objection: Objection
    head_name: str
    rt: str
    rw: str
    standing: Standing


def objections(office: Office, actor: Actor, list_id: str, family_id: str = "") -> tuple[Told, ...]:
    """The objections of the actor's areas (or about one family): late ones first, then soonest.

    ``standing.words`` say ``3 hari lagi`` or ``lewat 2 hari``.
    """
    require(actor, Permission.READ_LIST)
    found = [
        one
        for one in stored.list_objections(office.store_for(actor), list_id)
        if actor.covers(one.kelurahan_kode) and family_id in ("", one.family_id)
    ]
    if not found:
        return ()
    register = shelves.open_list(office, actor, list_id).register
    rows = register["family"].select(["family_id", "head_name", "rt", "rw"]).to_pylist()
    named = heads(register)
    known = {row["family_id"]: row for row in rows}
    known |= {row["family_id"]: row for row in fieldwork.candidate_rows(office, actor, list_id)}
    warn = int(office_settings.value(office, actor, "objection_warning_days"))
    told = []
    for one in found:
        row = known.get(one.family_id, {"head_name": "", "rt": "", "rw": ""})
        answered = date.fromisoformat(one.answered_on) if one.answered_on else None
        state = standing(date.fromisoformat(one.due_on), answered, clock.today(), warn)
        name = row["head_name"] or named.get(one.family_id, ("", ""))[0]
        told.append(Told(one, name or "(nama belum ada)", row["rt"], row["rw"], state))
    return tuple(
        sorted(told, key=lambda one: (_ORDER.index(one.standing.clock), one.objection.due_on))
    )


def object_to(
    office: Office,
    actor: Actor,
    list_id: str,
    family_id: str,
    who: str,
    words: str,
    received_on: date,
) -> date:
    """Keep an objection about a family; returns the last day to answer it."""
    require(actor, Permission.RECORD_OUTCOME)
    family = fieldwork.family_row(office, actor, list_id, family_id)
    said = tidy_words(words)
    if who not in objectors():
        raise WrongUse("Pilih siapa yang menyanggah dari daftarnya.")
    if not said:
        raise WrongUse("Tulis apa yang disanggah.")
    if received_on > clock.today():
        raise WrongUse("Tanggal diterima belum terjadi. Isi hari ini atau sebelumnya.")
    days = int(office_settings.value(office, actor, "objection_days", received_on))
    last = due(received_on, days)
    stored.put_objection(
        office.store_for(actor),
        actor.id,
        Record(list_id, family_id),
        family["kelurahan_kode_kemendagri"],
        who,
        said,
        received_on.isoformat(),
        last.isoformat(),
    )
    return last


def answer(
    office: Office,
    actor: Actor,
    list_id: str,
    family_id: str,
    number: int,
    verdict: str,
    words: str,
) -> Standing:
    """Answer an objection, once, with the reason; says whether it was in time.

    An accepted one sends the record back where the actor may, else somebody has to see to it
    (``Objection.sequel``). Raises ``Forbidden`` for whoever wrote the objection down.
    """
    require(actor, Permission.MOVE_STAGE)
    fieldwork.family_row(office, actor, list_id, family_id)
    said = tidy_words(words)
    if verdict not in verdicts():
        raise WrongUse("Pilih jawaban: diterima, ditolak, atau dibahas lagi.")
    if not said:
        raise WrongUse("Tulis alasan jawaban ini.")
    store, record = office.store_for(actor), Record(list_id, family_id)
    may_move = fieldwork.is_meant(office, actor, list_id, family_id)
    plan = fieldwork.stage_plan(office, actor) if may_move else None
    told = (number, verdict, said, clock.today().isoformat())
    stored.answer_objection(store, actor.id, record, *told, plan)
    for one in objections(office, actor, list_id, family_id):
        if one.objection.number == number:
            return one.standing
    raise NotFound("Sanggah itu tidak ada. Muat ulang halaman.")

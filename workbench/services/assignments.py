"""Which officer looks after which kelurahan, RW or RT: many to many, at each stage.

An area is (kelurahan code, rw, rt); "" for an RW or RT stands for all of them.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from workbench.access import Actor, Permission, Role, may, require, require_area
from workbench.domain.wilayah import kelurahan_by_code, say_locally
from workbench.errors import NotFound, WrongUse
from workbench.services import fieldwork as visits
from workbench.services import shelves
from workbench.services.fieldwork import stage_plan
from workbench.services.office import Office
from workbench.store import assignments as kept
from workbench.store.assignments import Assignment
from workbench.store.tables import account
from workbench.verification.fieldwork.queues import is_within
from workbench.verification.forms.packets import Officer

Area = tuple[str, str, str]

_NUMBER = re.compile(r"\d{1,3}")


@dataclass(frozen=True)
class Account:
    """Somebody of the office. ``areas`` are code prefixes; ``may_go`` tells who may be assigned."""

    officer: Officer
    areas: tuple[str, ...]
    may_go: bool


@dataclass(frozen=True)
class Place:
    """An RT of a list with the families counted there."""

    area: Area
    families: int


def assign(
    office: Office,
    actor: Actor,
    officer: str,
    kelurahan_kode: str,
    rw: str = "",
    rt: str = "",
    stage: str = "",
) -> None:
    """Give an officer (id of a staff account) a kelurahan, or an RW or RT of it.

    ``stage`` is a code of the office's stages ("" the first: visits). Raises ``NotFound`` for
    an account that is not there, ``WrongUse`` for one that may do nothing there.
    """
    area, code = _place(office, actor, kelurahan_kode, rw, rt, stage)
    _require_officer(office, actor, officer, kelurahan_kode)
    kept.put_assignment(office.store_for(actor), actor.id, officer, area, code)


def withdraw(
    office: Office,
    actor: Actor,
    officer: str,
    kelurahan_kode: str,
    rw: str = "",
    rt: str = "",
    stage: str = "",
) -> None:
    """End an assignment; what the officer recorded stays. Raises ``NotFound``."""
    area, code = _place(office, actor, kelurahan_kode, rw, rt, stage)
    kept.withdraw_assignment(office.store_for(actor), actor.id, officer, area, code)


def assignments(office: Office, actor: Actor) -> tuple[Assignment, ...]:
    """The assignments that stand in the actor's areas, by area."""
    require(actor, Permission.READ_LIST)
    found = kept.list_assignments(office.store_for(actor))
    return tuple(one for one in found if actor.covers(one.area_kode))


def people(office: Office, actor: Actor) -> dict[str, Account]:
    """The accounts of the workspace by id, with those that may be given work in the actor's areas.

    Accounts that were turned off keep their names: what they recorded stands under them.
    """
    require(actor, Permission.READ_LIST)
    with office.store_for(actor).reading() as connection:
        rows = connection.execute(select(account).order_by(account.c.name, account.c.id)).all()
    found = {}
    for row in rows:
        areas = tuple(json.loads(row.areas))
        there = Actor(row.id, row.name, Role(row.role), actor.workspace, areas)
        meet = any(map(actor.covers, areas)) or any(map(there.covers, actor.areas))
        may_go = not row.disabled and meet and may(there, Permission.RECORD_OUTCOME)
        found[row.id] = Account(Officer(row.id, row.name), areas, may_go)
    return found


def places(office: Office, actor: Actor, list_id: str) -> tuple[Place, ...]:
    """Every RT of a list in the actor's areas with its families, in order."""
    require(actor, Permission.READ_LIST)
    opened = shelves.open_list(office, actor, list_id)
    return _counted(_areas_of(opened.register["family"]).values())


def uncovered(office: Office, actor: Actor, list_id: str, stage: str = "") -> tuple[Place, ...]:
    """The RT of the actor's areas where work waits at a stage and nobody was given it.

    At the first stage ("") that are families still to be visited of the working list, at others
    the records that stand there. Raises ``WrongUse`` as ``fieldwork.queue`` does.
    """
    require(actor, Permission.ASSIGN)
    plan = stage_plan(office, actor)
    code = stage or plan.first
    if code == plan.first:
        due = visits.queue(office, actor, list_id).families
        waiting = [(one.kelurahan_kode, _plain(one.rw), _plain(one.rt)) for one in due]
    else:
        families = _areas_of(shelves.open_list(office, actor, list_id).register["family"])
        standing = visits.stages_of(office, actor, list_id)
        waiting = [families[one] for one, at in standing.items() if at == code]
    given = [
        (one.area_kode, one.rw, one.rt) for one in assignments(office, actor) if one.stage == code
    ]
    return _counted(area for area in waiting if not is_within(area, given))


def goers(office: Office, actor: Actor, list_id: str) -> dict[str, tuple[Officer, ...]]:
    """Who goes to which family_id of a list, by the assignments of the first stage."""
    require(actor, Permission.READ_LIST)
    opened = shelves.open_list(office, actor, list_id)
    known = people(office, actor)
    first = stage_plan(office, actor).first
    given: dict[Officer, list[Area]] = {}
    for one in assignments(office, actor):
        if one.stage == first and one.officer in known:
            officer = known[one.officer].officer
            given.setdefault(officer, []).append((one.area_kode, one.rw, one.rt))
    teams: dict[Area, tuple[Officer, ...]] = {}
    found = {}
    for family_id, area in _areas_of(opened.register["family"]).items():
        if area not in teams:
            team = (one for one, areas in given.items() if is_within(area, areas))
            teams[area] = tuple(sorted(team, key=lambda one: (one.name, one.id)))
        found[family_id] = teams[area]
    return found


def _areas_of(families: Any) -> dict[str, Area]:
    columns = ("family_id", "kelurahan_kode_kemendagri", "rw", "rt")
    rows = zip(*(families[name].to_pylist() for name in columns), strict=True)
    return {family_id: (code, _plain(rw), _plain(rt)) for family_id, code, rw, rt in rows}


def _plain(number: str) -> str:
    """An RT or RW without blanks and leading zeros."""
    return number.strip().lstrip("0")


def _counted(areas: Iterable[Area]) -> tuple[Place, ...]:
    def by_number(area: Area) -> tuple[str, tuple[int, str], tuple[int, str]]:
        code, rw, rt = area
        return code, (len(rw), rw), (len(rt), rt)

    counted = Counter(areas)
    return tuple(Place(area, counted[area]) for area in sorted(counted, key=by_number))


def _place(
    office: Office, actor: Actor, kelurahan_kode: str, rw: str, rt: str, stage: str
) -> tuple[Area, str]:
    require(actor, Permission.ASSIGN)
    require_area(actor, kelurahan_kode)
    if kelurahan_kode not in kelurahan_by_code():
        raise WrongUse(say_locally("Kelurahan itu tidak dikenal. Pilih dari daftar kelurahan."))
    if any(number and not _NUMBER.fullmatch(number) for number in (rw, rt)):
        raise WrongUse("Isi RT dan RW dengan angka, misalnya 3, atau kosongkan untuk semua.")
    if rt and not rw:
        raise WrongUse("Isi RW juga: nomor RT yang sama ada di beberapa RW.")
    plan = stage_plan(office, actor)
    code = stage or plan.first
    if code not in {one.code for one in plan.stages}:
        raise WrongUse("Tahap itu tidak ada dalam tahapan kantor ini.")
    return (kelurahan_kode, _plain(rw), _plain(rt)), code


def _require_officer(office: Office, actor: Actor, officer: str, kelurahan_kode: str) -> None:
    with office.store_for(actor).reading() as connection:
        row = connection.execute(select(account).where(account.c.id == officer)).one_or_none()
    if row is None or row.disabled:
        raise NotFound("Petugas itu tidak punya akun yang aktif di sini.")
    role = Role(row.role)
    there = Actor(row.id, row.name, role, actor.workspace, tuple(json.loads(row.areas)))
    if not may(there, Permission.RECORD_OUTCOME) or not there.covers(kelurahan_kode):
        raise WrongUse(
            "Petugas itu tidak bertugas di wilayah ini. Tambahkan dahulu wilayahnya di Akun."
        )

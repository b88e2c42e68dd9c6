"""Which officer looks after which kelurahan, RW or RT: many to many, at each stage."""

from __future__ import annotations

import json
import re

from sqlalchemy import select

from workbench.access import Actor, Permission, Role, may, require, require_area
from workbench.domain.wilayah import kelurahan_by_code
from workbench.errors import NotFound, WrongUse
from workbench.services.fieldwork import stage_plan
from workbench.services.office import Office
from workbench.store import fieldwork
from workbench.store.fieldwork import Assignment
from workbench.store.tables import account

_NUMBER = re.compile(r"\d{1,3}")


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
    fieldwork.put_assignment(office.store_for(actor), actor.id, officer, area, code)


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
    fieldwork.withdraw_assignment(office.store_for(actor), actor.id, officer, area, code)


def assignments(office: Office, actor: Actor) -> tuple[Assignment, ...]:
    """The assignments that stand in the actor's areas, by area."""
    require(actor, Permission.READ_LIST)
    found = fieldwork.list_assignments(office.store_for(actor))
    return tuple(one for one in found if actor.covers(one.area_kode))


def _place(
    office: Office, actor: Actor, kelurahan_kode: str, rw: str, rt: str, stage: str
) -> tuple[tuple[str, str, str], str]:
    require(actor, Permission.ASSIGN)
    require_area(actor, kelurahan_kode)
    if kelurahan_kode not in kelurahan_by_code():
        raise WrongUse("Kelurahan itu tidak dikenal. Pilih dari daftar kelurahan.")
    if any(number and not _NUMBER.fullmatch(number) for number in (rw, rt)):
        raise WrongUse("Isi RT dan RW dengan angka, misalnya 3, atau kosongkan untuk semua.")
    if rt and not rw:
        raise WrongUse("Isi RW juga: nomor RT yang sama ada di beberapa RW.")
    plan = stage_plan(office, actor)
    code = stage or plan.first
    if code not in {one.code for one in plan.stages}:
        raise WrongUse("Tahap itu tidak ada dalam tahapan kantor ini.")
    return (kelurahan_kode, rw.lstrip("0"), rt.lstrip("0")), code


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

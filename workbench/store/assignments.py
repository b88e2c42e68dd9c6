"""Which officer has which area at which stage; a withdrawn assignment stays on record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from workbench.errors import NotFound
from workbench.store import clock, ledger
from workbench.store.sights import sight
from workbench.store.tables import assignment as assignments
from workbench.store.workspace import Store
from workbench.verification.fieldwork.queues import is_within


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


def meant_officers(store: Store, stage: str, place: tuple[str, str, str]) -> frozenset[str]:
    """Whom a stage is assigned to at a place (kelurahan code, rw, rt); nobody: anybody may.

    Raises ``Forbidden`` for a place outside the reader's areas.
    """
    with store.reading() as connection:
        sight(connection, store).require_area(place[0])
        return frozenset(
            one.officer
            for one in _assignments(connection)
            if one.stage == stage and is_within(place, [(one.area_kode, one.rw, one.rt)])
        )


def list_assignments(store: Store) -> tuple[Assignment, ...]:
    """All that stand in the reader's areas, by area, then officer."""
    with store.reading() as connection:
        shown = sight(connection, store)
        return tuple(one for one in _assignments(connection) if shown.covers(one.area_kode))


def _assignments(connection: Connection) -> list[Assignment]:
    columns = [assignments.c[name] for name in Assignment.__dataclass_fields__]
    rows = connection.execute(
        select(*columns)
        .where(assignments.c.withdrawn_at.is_(None))
        .order_by(*(assignments.c[name] for name in ("area_kode", "rw", "rt", "officer")))
    )
    return [Assignment(*row) for row in rows]


def _assignment_key(officer: str, area: tuple[str, str, str], stage: str) -> dict[str, str]:
    names = ("officer", "area_kode", "rw", "rt", "stage")
    return dict(zip(names, (officer, *area, stage), strict=True))


def _note_assignment(
    connection: Connection, actor_id: str, key: Mapping[str, str], what: str
) -> None:
    value = {name: key[name] for name in ("area_kode", "rw", "rt", "stage")} | {"apa": what}
    subject = f"penugasan:{key['officer']}"
    ledger.record(connection, actor_id, "penugasan", subject, "wilayah", value)

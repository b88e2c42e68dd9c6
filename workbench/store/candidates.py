"""Families that stand on no list and were proposed by somebody who knows them.

A candidate is a record of the working list from then on (``B-0001``): it goes through the same
stages, papers and musyawarah. Who they are lies in a table beside the ledger; the ledger gets the
place, codes and a salted hash.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, func, select

from workbench.domain.wilayah import PLACES
from workbench.errors import NotFound, WrongUse
from workbench.store import clock, ledger
from workbench.store.fieldwork import move_in
from workbench.store.proposals import add_route
from workbench.store.records import Record, queue, seal
from workbench.store.sights import sight
from workbench.store.tables import candidate as candidates
from workbench.store.workspace import Store
from workbench.verification.fieldwork.stages import Direction, StagePlan

_PREFIX: Final = "B-"


@dataclass(frozen=True)
class Candidate:
    """A proposed family; numbers and their keys are "" where the family has none."""

    list_id: str
    family_id: str
    kelurahan_kode: str
    rw: str
    rt: str
    address: str
    head_name: str
    nik: str
    no_kk: str
    people: int
    proposer: str
    nik_key: str
    kk_key: str
    actor: str = ""
    at: str = ""

    @property
    def record(self) -> Record:
        """What stages, papers and decisions are about."""
        return Record(self.list_id, self.family_id)


def put_candidate(store: Store, actor_id: str, said: Candidate, route: str, plan: StagePlan) -> str:
    """Keep a proposed family and send its record on to the second stage; returns its id.

    Whoever proposes has acted at the first stage. Raises ``WrongUse`` for a number that was
    proposed over this list before.
    """
    with store.writing() as connection:
        queue(connection)
        _require_new(connection, said)
        known = connection.execute(
            select(func.count()).where(candidates.c.list_id == said.list_id)
        ).scalar_one()
        made = replace(said, family_id=f"{_PREFIX}{known + 1:04d}", actor=actor_id, at=clock.now())
        salt, digest = seal([made.head_name, made.address, made.nik, made.no_kk])
        connection.execute(candidates.insert().values(**vars(made), salt=salt))
        value = {
            "kelurahan": made.kelurahan_kode,
            "orang": made.people,
            "oleh": made.proposer,
            "keluarga": digest,
        }
        ledger.record(connection, actor_id, "usulan", made.record.subject, "baru", value)
        add_route(connection, actor_id, made.record, route)
        move_in(connection, actor_id, made.record, plan, Direction.FORWARD)
    return made.family_id


def list_candidates(store: Store, list_id: str = "") -> tuple[Candidate, ...]:
    """The proposed families of a list ("" for all) that the reader may see, in order."""
    wanted = _columns().order_by(candidates.c.at, candidates.c.family_id)
    if list_id:
        wanted = wanted.where(candidates.c.list_id == list_id)
    with store.reading() as connection:
        shown = sight(connection, store)
        found = [Candidate(*row) for row in connection.execute(wanted)]
    return tuple(
        one for one in found if shown.shows(one.kelurahan_kode, one.list_id, one.family_id)
    )


def find_candidate(store: Store, record: Record) -> Candidate:
    """A proposed family; raises ``NotFound``, and ``Forbidden`` outside the reader's areas."""
    wanted = _columns().where(
        candidates.c.list_id == record.list_id, candidates.c.family_id == record.family_id
    )
    with store.reading() as connection:
        row = connection.execute(wanted).one_or_none()
        if row is None:
            raise NotFound("Keluarga itu tidak ada pada daftar ini. Pakai lembar dari daftar ini.")
        sight(connection, store).require(row.kelurahan_kode, *record.place)
    return Candidate(*row)


def _columns() -> Any:
    return select(*(candidates.c[name] for name in Candidate.__dataclass_fields__))


def _require_new(connection: Connection, said: Candidate) -> None:
    for column, key in ((candidates.c.nik_key, said.nik_key), (candidates.c.kk_key, said.kk_key)):
        same = candidates.c.list_id == said.list_id, column == key
        places = select(candidates.c.kelurahan_kode).where(*same)
        found = set(connection.execute(places).scalars()) if key else set()
        if said.kelurahan_kode in found:
            raise WrongUse(f"Keluarga ini sudah diusulkan di {PLACES} ini. Lihat Usulan baru.")
        if found:
            raise WrongUse("Keluarga ini sudah diusulkan di wilayah lain. Hubungi Dinas Sosial.")

"""Where the records of a list stand: which families wait at which stage, and who they are."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.access import Actor, Permission, require
from workbench.services import fieldwork, shelves
from workbench.services.heads import name_heads
from workbench.services.office import Office
from workbench.store import blinds
from workbench.store import fieldwork as kept


@dataclass(frozen=True)
class RecordLine:
    """A family and its record: ``stage`` is "" before a visit, ``proposals`` are of visits."""

    family_id: str
    head_name: str
    kelurahan_kode: str
    rw: str
    rt: str
    stage: str
    proposals: tuple[str, ...]


def records(office: Office, actor: Actor, list_id: str) -> tuple[RecordLine, ...]:
    """Every family of a list in the actor's areas, by place and name.

    Those the actor is to visit as second checker are left out.
    """
    require(actor, Permission.READ_LIST)
    register = shelves.open_list(office, actor, list_id).register
    store = office.store_for(actor)
    stages = fieldwork.stages_of(office, actor, list_id)
    visited, closed = kept.visited(store, list_id), blinds.withheld_from(store)
    columns = ["family_id", "family_key", "head_name", "kelurahan_kode_kemendagri", "rw", "rt"]
    rows = register["family"].select(columns).to_pylist()
    rows += fieldwork.candidate_rows(office, actor, list_id)
    heads = name_heads(register, rows)
    found = [
        RecordLine(
            row["family_id"],
            heads[row["family_id"]],
            row["kelurahan_kode_kemendagri"],
            row["rw"],
            row["rt"],
            stages.get(row["family_id"], ""),
            tuple(
                dict.fromkeys(
                    str(one.outcome.family.get("proposal", ""))
                    for one in visited.get(row["family_id"], ())
                )
            ),
        )
        for row in rows
        if not closed.hides(list_id, row["family_id"], row["family_key"])
    ]
    return tuple(sorted(found, key=lambda one: (one.kelurahan_kode, one.rw, one.rt, one.head_name)))

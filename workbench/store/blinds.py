"""What a second checker must not see: the first visit to a family, and all that came of it.

A family is closed to its second checker from the day they are chosen until the sample is locked.
The store itself withholds it: whoever reads through ``Store.seen_by`` gets the outcomes, moves and
lives of such a family as if nobody had been there, in every list the family is in.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from workbench.errors import Forbidden
from workbench.store.records import Record
from workbench.store.tables import finding_life as lives
from workbench.store.tables import graduation as graduations
from workbench.store.tables import happening as happenings
from workbench.store.tables import meeting_item as items
from workbench.store.tables import outcome as outcomes
from workbench.store.tables import recheck as checks
from workbench.store.tables import recheck_sample as samples
from workbench.store.workspace import Store

_REFUSED: Final = (
    "Keluarga ini sedang Anda periksa ulang. Isi hasilnya di Periksa ulang; yang lain terbuka "
    "setelah pemeriksaan dikunci."
)


@dataclass(frozen=True)
class Withheld:
    """The records (list_id, family_id), family keys and keys of findings closed to somebody."""

    records: frozenset[tuple[str, str]] = frozenset()
    family_keys: frozenset[str] = frozenset()
    subject_keys: frozenset[str] = frozenset()

    def hides(self, list_id: str, family_id: str, family_key: str = "") -> bool:
        """Whether this family of this list is closed."""
        return (list_id, family_id) in self.records or family_key in self.family_keys

    def require(self, list_id: str, family_id: str, family_key: str = "") -> None:
        """Raise ``Forbidden`` where this family is closed: the answer would tell of it."""
        if self.hides(list_id, family_id, family_key):
            raise Forbidden(_REFUSED)


NOTHING: Final = Withheld()


def withheld(connection: Connection, viewer: str) -> Withheld:
    """What is closed to ``viewer``; nothing for "", who is no person."""
    if not viewer:
        return NOTHING
    rows = connection.execute(
        select(checks.c.list_id, checks.c.family_id, checks.c.family_key, checks.c.codes)
        .join(samples, samples.c.id == checks.c.sample_id)
        .where(checks.c.second == viewer, samples.c.locked_at.is_(None))
    ).all()
    if not rows:
        return NOTHING
    keys = frozenset(row.family_key for row in rows if row.family_key)
    elsewhere = connection.execute(
        select(outcomes.c.list_id, outcomes.c.family_id)
        .distinct()
        .where(outcomes.c.family_key.in_(keys))
    )
    subjects = {key for row in rows for key in json.loads(row.codes)}
    # A row that was put right goes on under another key; its life tells of the former one.
    newer = subjects
    while newer:
        followed = connection.execute(
            select(lives.c.subject_key).distinct().where(lives.c.former_key.in_(newer))
        )
        newer = set(followed.scalars()) - subjects
        subjects = subjects | newer
    records = {(row.list_id, row.family_id) for row in rows}
    return Withheld(
        frozenset(records | {(row.list_id, row.family_id) for row in elsewhere}),
        keys,
        frozenset(subjects),
    )


def subjects_of(connection: Connection, closed: Withheld) -> frozenset[str]:
    """What the ledger calls subjects that tell of closed families: a musyawarah over one, too."""
    lists = {list_id for list_id, _ in closed.records}
    found = {Record(*record).subject for record in closed.records}
    talked = connection.execute(
        select(items.c.list_id, items.c.meeting_id, items.c.family_id).where(
            items.c.list_id.in_(lists)
        )
    )
    found |= {
        f"musyawarah:{row.list_id}.{row.meeting_id}"
        for row in talked
        if closed.hides(row.list_id, row.family_id)
    }
    for kind, table in (("peristiwa", happenings), ("graduasi", graduations)):
        columns = (table.c[name] for name in ("id", "list_id", "family_id", "family_key"))
        found |= {
            f"{kind}:{row.list_id}.{row.id}"
            for row in connection.execute(select(*columns))
            if closed.hides(row.list_id, row.family_id, row.family_key)
        }
    return frozenset(found)


def withheld_from(store: Store) -> Withheld:
    """What is closed to whoever reads through this store."""
    with store.reading() as connection:
        return withheld(connection, store.viewer)


def require_sighted(
    connection: Connection, viewer: str, list_id: str, family_id: str, family_key: str = ""
) -> None:
    """Raise ``Forbidden`` for whoever this family is closed to: the answer would tell of it."""
    withheld(connection, viewer).require(list_id, family_id, family_key)


def require_no_check(connection: Connection, viewer: str, list_id: str) -> None:
    """Raise ``Forbidden`` for whoever has any family of this list closed: a whole is asked for."""
    if any(record[0] == list_id for record in withheld(connection, viewer).records):
        raise Forbidden(
            "Anda masih memeriksa ulang keluarga dari daftar ini. Mintalah orang lain, atau tunggu "
            "sampai pemeriksaannya dikunci."
        )

"""Imported lists as the database knows them: who, when, where the files lie, and their end.

The files themselves belong to whoever imports; a row here is never removed. A deleted list keeps
its row with who deleted it, when and why, so that the record outlives the data.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from workbench.domain.words import date_id
from workbench.errors import NotFound, UnusableInput
from workbench.store import clock, ledger
from workbench.store.tables import snapshot as snapshots
from workbench.store.workspace import Store


@dataclass(frozen=True)
class Snapshot:
    """One imported list; ``folder`` is relative to the workspace's folder of snapshots."""

    id: str
    name: str
    imported_by: str
    at: str
    folder: str
    manifest: dict[str, Any]
    deleted_at: str | None
    deleted_by: str | None
    reason: str | None


def new_snapshot_id() -> str:
    """An id that sorts by time and fits a folder's name."""
    return f"D{clock.now()[:19].translate(str.maketrans('', '', '-:T'))}-{secrets.token_hex(3)}"


def add_snapshot(
    store: Store,
    actor_id: str,
    snapshot_id: str,
    name: str,
    folder: str,
    manifest: Mapping[str, Any],
) -> Snapshot:
    """Record an imported list whose files are already in place.

    Raises ``UnusableInput`` when a standing list came from one of the same ``sources`` (hashes
    of files, in the manifest).
    """
    with store.writing() as connection:
        _refuse_held(connection, manifest.get("sources", ()))
        connection.execute(
            snapshots.insert().values(
                id=snapshot_id,
                name=name,
                imported_by=actor_id,
                at=clock.now(),
                folder=folder,
                manifest=ledger.canonical(dict(manifest)),
            )
        )
        ledger.record(connection, actor_id, "impor", f"daftar:{snapshot_id}", "impor", {})
    return find_snapshot(store, snapshot_id)


def list_snapshots(store: Store, include_deleted: bool = False) -> tuple[Snapshot, ...]:
    """The imported lists, newest first."""
    wanted = select(snapshots).order_by(snapshots.c.at.desc(), snapshots.c.id.desc())
    if not include_deleted:
        wanted = wanted.where(snapshots.c.deleted_at.is_(None))
    with store.reading() as connection:
        return tuple(_snapshot(row) for row in connection.execute(wanted))


def deleted_folders(store: Store) -> tuple[str, ...]:
    """The folders of lists that were deleted, in which nothing is to be left."""
    with store.reading() as connection:
        gone = select(snapshots.c.folder).where(snapshots.c.deleted_at.is_not(None))
        return tuple(connection.execute(gone).scalars())


def find_snapshot(store: Store, snapshot_id: str) -> Snapshot:
    """One imported list, deleted or not; raises ``NotFound``."""
    with store.reading() as connection:
        row = connection.execute(select(snapshots).where(snapshots.c.id == snapshot_id)).first()
    if row is None:
        raise NotFound(
            "Daftar itu tidak ada. Periksa nomornya, atau muat ulang halaman lalu pilih lagi."
        )
    return _snapshot(row)


def refuse_held(store: Store, sources: Iterable[str]) -> None:
    """Raise ``UnusableInput``, naming the list, when a standing one came from such a file."""
    with store.reading() as connection:
        _refuse_held(connection, sources)


def record_judgement(
    store: Store,
    actor_id: str,
    snapshot_id: str,
    facts: Mapping[str, Any],
    kelurahan_kode: str,
) -> Snapshot:
    """Record that a list was checked again, in one kelurahan or ("") as a whole.

    ``facts`` replace those of the same names in what is known of the list.
    """
    with store.writing() as connection:
        row = connection.execute(select(snapshots).where(snapshots.c.id == snapshot_id)).one()
        manifest = ledger.canonical({**json.loads(row.manifest), **facts})
        connection.execute(
            snapshots.update().where(snapshots.c.id == snapshot_id).values(manifest=manifest)
        )
        value = {"kelurahan": kelurahan_kode, **facts}
        ledger.record(connection, actor_id, "periksa", f"daftar:{snapshot_id}", "periksa", value)
    return find_snapshot(store, snapshot_id)


def mark_deleted(store: Store, actor_id: str, snapshot_id: str, reason: str) -> Snapshot:
    """Record that a list was deleted, once: a second deletion changes nothing.

    The reason is free text and stays beside the ledger, not in it.
    """
    with store.writing() as connection:
        changed = connection.execute(
            snapshots.update()
            .where(snapshots.c.id == snapshot_id, snapshots.c.deleted_at.is_(None))
            .values(deleted_at=clock.now(), deleted_by=actor_id, reason=reason)
        )
        if changed.rowcount:
            ledger.record(connection, actor_id, "hapus", f"daftar:{snapshot_id}", "hapus", {})
    return find_snapshot(store, snapshot_id)


def _refuse_held(connection: Connection, sources: Iterable[str]) -> None:
    wanted = set(sources)
    standing = select(snapshots).where(snapshots.c.deleted_at.is_(None)).order_by(snapshots.c.at)
    for row in connection.execute(standing):
        if wanted & set(json.loads(row.manifest).get("sources", ())):
            day = date_id(clock.day_of(row.at))
            raise UnusableInput(
                f'Berkas ini sudah masuk pada {day} sebagai daftar "{row.name}". Buka daftar itu; '
                "bila harus dimasukkan ulang, hapus dahulu daftar itu."
            )


def _snapshot(row: Row[Any]) -> Snapshot:
    return Snapshot(
        row.id,
        row.name,
        row.imported_by,
        row.at,
        row.folder,
        json.loads(row.manifest),
        row.deleted_at,
        row.deleted_by,
        row.reason,
    )

"""Values of the rules that an office sets itself: from which day on, by whom, on what ground.

A value is never changed in place: a new one of the same day replaces it, a withdrawn one stays
with the time it was withdrawn, and the ledger holds every step.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from workbench.errors import NotFound
from workbench.store import clock, ledger
from workbench.store.tables import setting as settings
from workbench.store.workspace import Store


@dataclass(frozen=True)
class Setting:
    """One value of one parameter, in force from the ISO day ``since`` on."""

    name: str
    since: str
    value: Any
    source: str
    set_by: str
    at: str
    withdrawn_at: str | None


def put_setting(
    store: Store, actor_id: str, name: str, since: str, value: Any, source: str
) -> None:
    """Set a value from a day on; one already set for that day is replaced."""
    said = {
        "value": ledger.canonical(value),
        "source": source,
        "set_by": actor_id,
        "at": clock.now(),
        "withdrawn_at": None,
    }
    with store.writing() as connection:
        changed = connection.execute(
            settings.update()
            .where(settings.c.name == name, settings.c.since == since)
            .values(**said)
        )
        if not changed.rowcount:
            connection.execute(settings.insert().values(name=name, since=since, **said))
        ledger.record(
            connection,
            actor_id,
            "pengaturan",
            f"pengaturan:{name}",
            "nilai",
            {"sejak": since, "nilai": value},
        )


def withdraw_setting(store: Store, actor_id: str, name: str, since: str) -> None:
    """End a value; the catalogue's own holds again. Raises ``NotFound``."""
    with store.writing() as connection:
        changed = connection.execute(
            settings.update()
            .where(
                settings.c.name == name,
                settings.c.since == since,
                settings.c.withdrawn_at.is_(None),
            )
            .values(withdrawn_at=clock.now())
        )
        if not changed.rowcount:
            raise NotFound("Pengaturan itu sudah dicabut. Muat ulang halaman.")
        ledger.record(
            connection,
            actor_id,
            "pengaturan",
            f"pengaturan:{name}",
            "nilai",
            {"sejak": since, "nilai": None},
        )


def list_settings(store: Store, include_withdrawn: bool = False) -> tuple[Setting, ...]:
    """What the office set, by name and day."""
    wanted = select(settings).order_by(settings.c.name, settings.c.since)
    if not include_withdrawn:
        wanted = wanted.where(settings.c.withdrawn_at.is_(None))
    with store.reading() as connection:
        return tuple(
            Setting(
                row.name,
                row.since,
                json.loads(row.value),
                row.source,
                row.set_by,
                row.at,
                row.withdrawn_at,
            )
            for row in connection.execute(wanted)
        )

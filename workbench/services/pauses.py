"""A pause of a class: while it lasts nothing new is handed out and nothing is sent.

What is marked is still saved, so that nothing is lost that was on its way when it began.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select

from workbench.errors import WrongUse
from workbench.store import clock
from workbench.store.tables import class_live, event

#: The field of the ledger in which a class is paused and goes on.
FIELD = "jeda"
_PAUSED = "Pelatih sedang menjeda kelas. Kirim lagi setelah jeda selesai."

#: From when to when, as aware moments.
Pause = tuple[datetime, datetime]


def is_paused(connection: Connection, class_id: str) -> bool:
    """Whether the trainer of a class has paused it."""
    found = connection.execute(
        select(class_live.c.paused).where(class_live.c.class_id == class_id)
    ).scalar()
    return bool(found)


def require_going(connection: Connection, class_id: str) -> None:
    """Raise ``WrongUse`` while a class is paused."""
    if is_paused(connection, class_id):
        raise WrongUse(_PAUSED)


def pauses(connection: Connection, class_id: str) -> list[Pause]:
    """The pauses of a class that are over, in order, whichever trainer began and ended them."""
    rows = connection.execute(
        select(event.c.at, event.c.value)
        .where(event.c.subject == f"kelas:{class_id}", event.c.field == FIELD)
        .order_by(event.c.seq)
    )
    over: list[Pause] = []
    begun: datetime | None = None
    for row in rows:
        at, paused = clock.moment(row.at), json.loads(row.value)
        if paused:
            begun = begun or at
        elif begun:
            over.append((begun, at))
            begun = None
    return over


def seconds_at_work(start: datetime, end: datetime, rests: Iterable[Pause]) -> float:
    """Seconds from ``start`` to ``end`` without those of ``rests`` in between."""
    rested = sum(
        max(0.0, (min(end, stop) - max(start, begin)).total_seconds()) for begin, stop in rests
    )
    return (end - start).total_seconds() - rested

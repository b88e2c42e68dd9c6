"""What a trainer says to the whole class, as a page is told it."""

from __future__ import annotations

from typing import Any, Protocol

from workbench.access import Actor, Role
from workbench.errors import WorkbenchError


class Speaks(Protocol):
    """What is asked of ``services.courses``."""

    def live(self, office: Any, actor: Actor) -> Any: ...


def live_words(courses: Speaks | None, office: Any, actor: Actor) -> dict[str, Any] | None:
    """``paused``, ``message`` and when it was said (``at``); None where nobody can say anything."""
    if courses is None or actor.role is not Role.PESERTA:
        return None
    live = courses.live(office, actor)
    said_at = live.message_at.isoformat() if live.message_at else ""
    return {"paused": live.paused, "message": live.message, "at": said_at}


def pause_words(courses: Speaks | None, office: Any, actor: Actor) -> list[dict[str, Any]]:
    """The message for whoever does something in a pause, ahead of their next pulse; else none."""
    try:
        live = live_words(courses, office, actor)
    except WorkbenchError:
        return []
    return [{"kind": "live", **live}] if live and live["paused"] else []

"""The room Latihan singkat on a page: one widget, fed by the model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from workbench.access import Actor
from workbench.ui.drills.model import DrillRoom

_HERE = Path(__file__).parent

#: A message as the browser sends it; the listener answers with messages to send back.
Listener = Callable[[Mapping[str, Any]], Iterable[Mapping[str, Any]]]


class DrillCard(anywidget.AnyWidget):
    """Shows ``page`` and hands each message of the browser to ``listener``.

    From the browser: ``go``, ``setup``, ``open``, ``answer``, ``next``, ``resume``, ``report``,
    each with its ``request``, which comes back with the page that answers it. To the browser:
    ``refused`` (sentence, again).
    """

    _esm = _HERE / "drill.js"
    _css = _HERE / "drill.css"
    page = traitlets.Dict().tag(sync=True)

    def __init__(self, page: Mapping[str, Any], listener: Listener) -> None:
        super().__init__(page={**page, "turn": 0})
        self._turn = 0
        self._listener = listener
        self.on_msg(self._receive)

    def show(self, page: Mapping[str, Any], request: object) -> None:
        """Draw another page; counted, so that the same page again is news to the browser too."""
        self._turn += 1
        self.page = {**page, "turn": self._turn, "request": request}

    def _receive(self, _: object, content: Any, __: object) -> None:
        if isinstance(content, Mapping):
            for answer in self._listener(content):
                self.send(dict(answer))


def show(actor: Actor) -> DrillCard:
    """The drills of this person, open on the list."""
    from workbench.services import drills
    from workbench.services.office import Office

    return link(DrillRoom(Office.from_environment(), actor, drills))


def link(room: DrillRoom) -> DrillCard:
    """A widget that shows ``room`` and asks it about every message."""

    def listen(message: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
        page, answers = room.answer(message)
        request = message.get("request")
        request = request if type(request) is int else None
        if page is not None:
            card.show(page, request)
        return [{**answer, "request": request} for answer in answers]

    card = DrillCard(room.first_page(), listen)
    return card

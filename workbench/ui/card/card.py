"""The case card as a widget: the kernel's end of the conversation.

``page`` is all the browser is told: public JSON that the panel made, never an answer key before
grading. What the browser says comes as messages and is believed in nothing: not in who sends it,
not in which case is open, not in what it changed in ``page``, which is never read back here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

_HERE = Path(__file__).parent

#: A message as the browser sends it; the listener answers with messages to send back.
Listener = Callable[[Mapping[str, Any]], Iterable[Mapping[str, Any]]]


class CaseCard(anywidget.AnyWidget):
    """Shows ``page`` and hands each message of the browser to ``listener``.

    From the browser: ``save`` (number, field, value, revision), ``submit`` (number), ``go``
    (to, number) and ``again``. To the browser: ``saved`` and ``differs`` (number, field,
    revision, value, blockers) and ``refused`` (sentence, and the field if it was a save).
    """

    _esm = _HERE / "card.js"
    _css = _HERE / "card.css"
    page = traitlets.Dict().tag(sync=True)

    def __init__(self, page: Mapping[str, Any], listener: Listener) -> None:
        super().__init__(page={**page, "turn": 0})
        self._listener = listener
        self.on_msg(self._receive)

    def show(self, page: Mapping[str, Any]) -> None:
        """Draw another page; counted, so that the same page again is news to the browser too."""
        self.page = {**page, "turn": self.page["turn"] + 1}

    def _receive(self, _: object, content: Any, __: object) -> None:
        if isinstance(content, Mapping):
            for answer in self._listener(content):
                self.send(dict(answer))

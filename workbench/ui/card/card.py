"""The case card as a widget: the kernel's end of the conversation.

``page`` is all the browser is told: public JSON that the panel made, never an answer key before
grading. What the browser says comes as messages and is believed in nothing: not in who sends it,
not in which case is open, not in what it changed in ``page``, which is never read back here.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import anywidget
import traitlets

_HERE = Path(__file__).parent
#: Names the address under which the server of this kernel has ``kartu.js`` and ``kartu.css``
#: (``card.js`` and ``card.css`` here); nobody sets it in a notebook outside our server.
ASSETS_VARIABLE = "VERVAL_ASSETS"

#: A message as the browser sends it; the listener answers with messages to send back.
Listener = Callable[[Mapping[str, Any]], Iterable[Mapping[str, Any]]]


class CaseCard(anywidget.AnyWidget):
    """Shows ``page`` and hands each message of the browser to ``listener``.

    From the browser: ``save`` (number, field, value, revision), ``submit`` (number), ``go``
    (to, number) and ``again``; ``request``, when there is one, comes back in the page that
    answers, so that the answer to a message sent twice is drawn once. To the browser: ``saved``
    and ``differs`` (number, field, revision, asked, given, value, blockers) and ``refused``
    (sentence, and the field if it was a save).
    """

    _esm = _HERE / "card.js"
    _css = _HERE / "card.css"
    page = traitlets.Dict().tag(sync=True)

    def __init__(self, page: Mapping[str, Any], listener: Listener) -> None:
        super().__init__(page={**page, "turn": 0}, **_sources())
        self._turn = 0
        self._listener = listener
        self.on_msg(self._receive)

    def show(self, page: Mapping[str, Any], request: object = None) -> None:
        """Draw another page; counted, so that the same page again is news to the browser too."""
        self._turn += 1
        self.page = {**page, "turn": self._turn, "request": request}

    def _receive(self, _: object, content: Any, __: object) -> None:
        if isinstance(content, Mapping):
            for answer in self._listener(content):
                self.send(dict(answer))


def _sources() -> dict[str, str]:
    """Code that fetches the card instead of the card, where a server has its files."""
    base = os.environ.get(ASSETS_VARIABLE, "")
    return {"_esm": _loader(base), "_css": ""} if base else {}


@cache
def _loader(base: str) -> str:
    files = {
        "script": f"{base}kartu.js?v={_digest('card.js')}",
        "style": f"{base}kartu.css?v={_digest('card.css')}",
    }
    code = (_HERE / "loader.js").read_text(encoding="utf-8")
    return f"const FILES = {json.dumps(files)};\n{code}"


def _digest(name: str) -> str:
    """What the address of a file changes with: the server compares it with the same sum."""
    return hashlib.sha256((_HERE / name).read_bytes()).hexdigest()[:16]

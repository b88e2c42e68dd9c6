"""A page of ours as a widget: the kernel's end of the conversation, and where its code comes from.

``page`` is all the browser is told: public JSON that a room made. What the browser says comes as
messages and is believed in nothing: not in who sends it, not in which card is open, not in what
it changed in ``page``, which is never read back here.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Protocol

import anywidget
import traitlets

#: Names the address under which the server of this kernel has the files of all widgets, by the
#: names they have here; nobody sets it in a notebook outside our server.
ASSETS_VARIABLE = "VERVAL_ASSETS"

_HERE = Path(__file__).parent
#: What all of them are drawn with; the end ``.js`` or ``.css`` is left out.
_SHARED = _HERE / "drawing"
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./drawing\.js";\n', re.M)

#: A message as the browser sends it; the listener answers with messages to send back.
Listener = Callable[[Mapping[str, Any]], Iterable[Mapping[str, Any]]]


class Room(Protocol):
    """What draws pages and answers messages with a page, if there is another, and messages."""

    def first_page(self) -> dict[str, Any]: ...
    def answer(
        self, message: Mapping[str, Any]
    ) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]: ...


class PageWidget(anywidget.AnyWidget):
    """Shows ``page`` and hands each message of the browser to ``listener``.

    ``request`` of a message, when there is one, comes back in the page that answers, so that the
    answer to a message sent twice is drawn once. ``source`` is the widget's code without its
    end, ``thing`` what the page calls it while that comes.
    """

    source: ClassVar[Path]
    thing: ClassVar[str]
    _esm = ""
    _css = ""
    page = traitlets.Dict().tag(sync=True)

    def __init__(self, page: Mapping[str, Any], listener: Listener) -> None:
        code, style = _code(self.source, self.thing, os.environ.get(ASSETS_VARIABLE, ""))
        super().__init__(page={**page, "turn": 0}, _esm=code, _css=style)
        self._turn = 0
        self._listener = listener
        self.on_msg(self._receive)

    @classmethod
    def link(cls, room: Room) -> PageWidget:
        """A widget that shows ``room`` and asks it about every message."""

        def listen(message: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
            page, answers = room.answer(message)
            request = message.get("request")
            request = request if type(request) is int else None
            if page is not None:
                widget.show(page, request)
            return [{**answer, "request": request} for answer in answers]

        widget = cls(room.first_page(), listen)
        return widget

    def show(self, page: Mapping[str, Any], request: object = None) -> None:
        """Draw another page; counted, so that the same page again is news to the browser too."""
        self._turn += 1
        self.page = {**page, "turn": self._turn, "request": request}

    def _receive(self, _: object, content: Any, __: object) -> None:
        if isinstance(content, Mapping):
            for answer in self._listener(content):
                self.send(dict(answer))


@cache
def _code(source: Path, thing: str, base: str) -> tuple[str, str]:
    """Script and style: the whole of them, or where a server has them what fetches them."""
    scripts = [_read(one, ".js") for one in (_SHARED, source)]
    styles = [_read(one, ".css") for one in (_SHARED, source)]
    if not base:
        # A module that comes from no address can import nothing beside it.
        shared, own = scripts
        return shared.replace("\nexport ", "\n") + _IMPORT.sub("", own), "".join(styles)
    version = hashlib.sha256("".join((*scripts, *styles)).encode()).hexdigest()[:12]
    files = {
        "base": f"{base}v-{version}",
        "script": f"{source.name}.js",
        "styles": [f"{_SHARED.name}.css", f"{source.name}.css"],
        "thing": thing,
    }
    loader = (_HERE / "loader.js").read_text(encoding="utf-8")
    return f"const FILES = {json.dumps(files)};\n{loader}", ""


def _read(source: Path, end: str) -> str:
    return source.with_suffix(end).read_text(encoding="utf-8")

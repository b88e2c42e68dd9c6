"""The map page on a panel: a frame that reaches nothing, and what it and the kernel say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets


class MapFrame(anywidget.AnyWidget):
    """Shows ``page``, a whole HTML page, and hands what it posts to ``listener``.

    What it says is believed in nothing. To it: an answer to what it asked (``answer``), a
    sentence below the map (``say``), a file to save (``give``).
    """

    _esm = Path(__file__).with_name("frame.js")
    page = traitlets.Unicode("").tag(sync=True)

    def __init__(self, listener: Callable[[Mapping[str, Any]], None]) -> None:
        super().__init__()
        self._listener = listener
        self.on_msg(self._receive)

    def answer(self, message: Mapping[str, Any]) -> None:
        """Hand a message to the page."""
        self.send({**message, "kind": "halaman"})

    def say(self, sentence: str) -> None:
        """Write a sentence below the map."""
        self.send({"kind": "kata", "sentence": sentence})

    def give(self, name: str, content: bytes) -> None:
        """Have the browser save a file."""
        self.send({"kind": "berkas", "name": name}, [content])

    def _receive(self, _widget: object, content: object, _buffers: object) -> None:
        if isinstance(content, Mapping):
            self._listener(content)

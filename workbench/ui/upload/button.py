"""The upload button: one file, in one message, with words for what is happening."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

#: Receives the name of a chosen file and its content.
TakeFile = Callable[[str, bytes], None]

#: A message of this size still passes the server.
MOST_BYTES = 90_000_000


class UploadButton(anywidget.AnyWidget):  # type: ignore[misc]
    """A button with ``label``; ``take_file`` is called for each file that is chosen."""

    _esm = Path(__file__).with_name("button.js")
    label = traitlets.Unicode("Pilih berkas").tag(sync=True)
    accept = traitlets.Unicode("").tag(sync=True)
    primary = traitlets.Bool(True).tag(sync=True)
    most_bytes = traitlets.Int(MOST_BYTES).tag(sync=True)

    def __init__(self, label: str, accept: str, take_file: TakeFile, primary: bool = True) -> None:
        super().__init__(label=label, accept=accept, primary=primary)
        self._take_file = take_file
        self.on_msg(self._receive)

    def _receive(self, _widget: Any, message: dict[str, Any], buffers: list[Any]) -> None:
        if message.get("kind") == "berkas" and buffers:
            self._take_file(str(message.get("name", ""))[:200], bytes(buffers[0]))
            self.send({"kind": "diterima"})

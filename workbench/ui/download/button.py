"""The download button: the file is made when it is asked for, and leaves no copy behind.

The page receives name and content in one message and saves them through a blob address, which
needs neither a route of the server nor a secure context.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from workbench.errors import WorkbenchError

#: Makes a file: its name and its content.
MakeFile = Callable[[], tuple[str, bytes]]


class DownloadButton(anywidget.AnyWidget):  # type: ignore[misc]
    """A button with ``label``; pressing it calls ``make_file`` and saves what comes back."""

    _esm = Path(__file__).with_name("button.js")
    label = traitlets.Unicode("Unduh").tag(sync=True)
    primary = traitlets.Bool(False).tag(sync=True)

    def __init__(self, label: str, make_file: MakeFile, primary: bool = False) -> None:
        super().__init__(label=label, primary=primary)
        self._make_file = make_file
        self.on_msg(self._answer)

    def _answer(self, _widget: Any, message: dict[str, Any], _buffers: Any) -> None:
        if message.get("kind") != "minta":
            return
        try:
            name, content = self._make_file()
        except WorkbenchError as error:
            self.send({"kind": "gagal", "sentence": str(error)})
            return
        self.send({"kind": "berkas", "name": name}, [content])

"""Families one below the other, each a big button: the queue, and the records of a stage."""

from __future__ import annotations

from pathlib import Path

import anywidget
import traitlets


class QueueList(anywidget.AnyWidget):  # type: ignore[misc]
    """``state``: one page of families as words. Says ``buka`` (id) and ``halaman`` (start)."""

    _esm = Path(__file__).with_name("queue.js")
    state = traitlets.Dict().tag(sync=True)

"""Two controls of the findings room: boxes that narrow, and a table whose rows open.

They hold plain values and set them as text; what is pressed comes back as one small message.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

#: Receives one message of the page; everything in it may be forged.
Hear = Callable[[dict[str, Any]], None]


class FacetList(anywidget.AnyWidget):  # type: ignore[misc]
    """``state``: ``facets`` (see ``facets.facet_choices``) and ``search``.

    Says ``pilih`` (facet, value), ``cari`` (words) and ``kosongkan``.
    """

    _esm = Path(__file__).with_name("facets.js")
    state = traitlets.Dict().tag(sync=True)

    def __init__(self, state: dict[str, Any], hear: Hear) -> None:
        super().__init__(state=state)
        self.on_msg(lambda _widget, message, _buffers: hear(message))


class RowTable(anywidget.AnyWidget):  # type: ignore[misc]
    """``state``: one page of rows as words, with the orders there are and the folded notes.

    Says ``buka`` (place), ``halaman`` (start), ``urut`` (value) and, of notes somebody wants to
    see, ``pilih`` (facet, value), ``kosongkan`` on the way back.
    """

    _esm = Path(__file__).with_name("rows.js")
    state = traitlets.Dict().tag(sync=True)

    def __init__(self, state: dict[str, Any], hear: Hear) -> None:
        super().__init__(state=state)
        self.on_msg(lambda _widget, message, _buffers: hear(message))

"""Berkas in the tab Antrean: where the records stand, the way to a family in no queue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ipywidgets as w

from workbench.ui.fieldwork.listing import QueueList
from workbench.ui.fieldwork.model import FieldRoom
from workbench.ui.fieldwork.records_model import RecordsDesk
from workbench.ui.staff.drawing import WIDE, Say, did

_CONTROL = {"width": "30rem", "max_width": "100%"}
_NOTHING = (
    '<p class="vv-empty">Tidak ada berkas di tahap ini. Pilih tahap lain, atau cari nama kepala '
    "keluarganya.</p>"
)
_NOBODY = '<p class="vv-empty">Tidak ada keluarga dengan nama itu. Coba sebagian namanya.</p>'


def panel(room: FieldRoom, say: Say) -> w.Widget:
    """The records of a stage of the working list."""
    return RecordsView(room, say).widget


class RecordsView:
    """Draws ``RecordsDesk`` and passes on what people press."""

    def __init__(self, room: FieldRoom, say: Say) -> None:
        self.desk = RecordsDesk(room)
        self.widget = w.VBox(layout=WIDE)
        if did(self.desk.refresh, say):
            self._begin()

    def _begin(self) -> None:
        desk = self.desk
        stage = w.Dropdown(
            options=desk.stages(), value=desk.stage, description="Tahap", layout=_CONTROL
        )
        words = w.Text(
            description="Cari kepala keluarga",
            placeholder="semua keluarga di daftar",
            layout=_CONTROL,
        )
        self.listed = w.VBox(layout=WIDE)

        def look(change: Mapping[str, Any]) -> None:
            desk.room.record_stage, desk.start = change["new"], 0
            words.value = ""
            self._list()

        def search(change: Mapping[str, Any]) -> None:
            desk.words, desk.start = change["new"], 0
            self._list()

        stage.observe(look, "value")
        words.observe(search, "value")
        narrow = w.HBox([stage, words], layout=w.Layout(flex_flow="row wrap", width="100%"))
        narrow.add_class("vv-lap-narrow")
        self.widget.children = (narrow, self.listed)
        self._list()

    def _list(self) -> None:
        state = self.desk.page()
        if not state["total"]:
            empty = _NOBODY if self.desk.words.strip() else _NOTHING
            self.listed.children = (w.HTML(empty, layout=WIDE),)
            return
        shown = QueueList(state=state)
        shown.on_msg(lambda _widget, message, _buffers: self.hear(message))
        self.listed.children = (shown,)

    def hear(self, message: Mapping[str, Any]) -> None:
        """One message of the page; everything in it may be forged."""
        if message.get("kind") == "buka":
            self.desk.room.open_family(str(message.get("id", "")))
        elif message.get("kind") == "halaman" and type(message.get("start")) is int:
            self.desk.start = max(0, message["start"])
            self._list()

"""The map room on a page: lists above, the map, charts and files below."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from threading import Thread
from typing import Any

import ipywidgets as w

from workbench.access import Actor
from workbench.errors import WorkbenchError
from workbench.services.office import Office
from workbench.ui.download import DownloadButton
from workbench.ui.maps.frame import MapFrame
from workbench.ui.maps.model import MapRoom
from workbench.ui.maps.settings import MapSettings, may_set

_WIDE = {"width": "100%"}
_SHARED = {"width": "auto", "min_width": "0", "flex": "1 1 20rem"}
_FIRST_TIME = (
    '<p class="vv-muted" role="status">Menyiapkan angka peta: tiap angka kecil dilindungi. '
    "Ini sekali saja untuk daftar ini dan makan waktu sampai satu menit &hellip;</p>"
)


def show(actor: Actor) -> w.Widget:
    """The room for one person."""
    room = MapRoom(Office.from_environment(), actor)
    if room.blockers:
        return w.HTML(
            f'<p class="vv-empty">{escape(" ".join(room.blockers))} '
            '<a href="/daftar">Masukkan daftar</a> lebih dulu.</p>'
        )
    return link(room).panel


def link(room: MapRoom) -> MapDesk:
    """The panel of a room, with its map."""
    desk = MapDesk(room)
    desk.open()
    return desk


class MapDesk:
    """Draws a ``MapRoom`` and hands on what is done on the page."""

    def __init__(self, room: MapRoom) -> None:
        self.room = room
        self.work: Thread | None = None
        self.which = w.Dropdown(
            options=room.list_choices(), value=room.list_id, description="Daftar", layout=_SHARED
        )
        self.older = w.Dropdown(
            options=room.older_choices(), description="Periode lain", layout=_SHARED
        )
        self.said = w.HTML(layout=_WIDE)
        self.map = MapFrame(self.hear)
        self.kind = w.Dropdown(description="Grafik", layout=_WIDE)
        self.chart = w.HTML(layout=_WIDE)
        self.files = w.Dropdown(options=room.file_choices(), description="Berkas", layout=_WIDE)
        take = DownloadButton("Unduh", lambda: room.file(self.files.value))
        self.settings = MapSettings(room, self.open) if may_set(room) else None
        taken = [self.files, take, *([self.settings.panel] if self.settings else [])]
        self.below = w.HBox(
            [w.VBox([self.kind, self.chart], layout=_SHARED), w.VBox(taken, layout=_SHARED)],
            layout={**_WIDE, "display": "none"},
        )
        self.which.observe(self._other_list, "value")
        self.older.observe(self._other_period, "value")
        self.kind.observe(self._other_chart, "value")
        if len(self.older.options) == 1:
            self.older.layout.display = "none"
        lists = w.HBox([self.which, self.older], layout=_WIDE)
        self.panel = w.VBox([lists, self.said, self.map, self.below], layout=_WIDE)

    def open(self) -> None:
        """Draw the chosen lists: at once, or, where they are not out yet, when they are."""
        try:
            ready = self.room.is_ready
        except WorkbenchError as error:
            self._fail(error)
            return
        if ready:
            self._draw()
            return
        self._lock(True)
        self.said.value = _FIRST_TIME
        self.work = Thread(target=self._draw, daemon=True)
        self.work.start()

    def _draw(self) -> None:
        try:
            self.map.page = self.room.open()
        except WorkbenchError as error:
            self._fail(error)
        else:
            self.said.value = ""
            if self.settings:
                self.settings.say()
            self.map.layout.display = self.below.layout.display = None
            self._offer_charts()
            self.draw_chart()
        finally:
            self._lock(False)

    def _offer_charts(self) -> None:
        choices, was = self.room.chart_choices(), self.kind.value
        self.kind.unobserve(self._other_chart, "value")
        self.kind.options = choices
        kinds = [kind for _, kind in choices]
        self.kind.value = was if was in kinds else kinds[0]
        self.kind.observe(self._other_chart, "value")

    def _other_chart(self, _change: object) -> None:
        self.draw_chart()

    def _lock(self, locked: bool) -> None:
        self.which.disabled = self.older.disabled = locked

    def _fail(self, error: WorkbenchError) -> None:
        self.said.value = f'<p class="vv-error" role="alert">{escape(str(error))}</p>'

    def _other_list(self, _change: object) -> None:
        self.room.choose(self.which.value)
        self.older.unobserve(self._other_period, "value")
        self.older.options = self.room.older_choices()
        self.older.observe(self._other_period, "value")
        self.open()

    def _other_period(self, _change: object) -> None:
        self.room.choose(self.which.value, self.older.value)
        self.open()

    def hear(self, said: Mapping[str, Any]) -> None:
        """What the map page says: a choice, or a wish for a measure, a checklist, houses."""
        try:
            if "need" in said:
                self.map.answer(self.room.late(said))
            elif "checklist" in said:
                self.map.give(*self.room.checklist(said))
            elif "houses" in said:
                self.map.answer(self.room.houses(said))
            elif self.room.hear(said):
                self.map.answer({"purposes": self.room.purposes()})
                self.draw_chart()
        except WorkbenchError as error:
            self.map.say(str(error))

    def draw_chart(self) -> None:
        """The chosen chart of what is on the map, its words below it."""
        if self.kind.value is None:
            return
        try:
            svg, words = self.room.chart(self.kind.value)
        except WorkbenchError as error:
            self.chart.value = f'<p class="vv-muted">{escape(str(error))}</p>'
            return
        # The drawing is ours and escapes its texts; its words are for who cannot see it.
        self.chart.value = (
            f'<figure class="vv-chart" style="margin:0;overflow-x:auto">{svg}'
            f'<figcaption class="vv-hidden">{escape(words)}</figcaption></figure>'
        )

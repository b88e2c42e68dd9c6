"""The room Lapangan on a page. Everything that came from a list is escaped before it is drawn."""

from __future__ import annotations

from html import escape
from importlib import import_module
from pathlib import Path

import ipywidgets as w

from workbench.access import Actor
from workbench.domain.words import number_id
from workbench.services.office import Office
from workbench.ui.fieldwork.model import FieldRoom
from workbench.ui.said import SaidLine
from workbench.ui.staff.drawing import WIDE, day_words, did

_STYLE = (Path(__file__).parent / "lapangan.css").read_text("utf-8")

#: Title and module of each tab; a module gives ``panel(room, say)``.
TABS = (
    ("Antrean", "queue"),
    ("Bagi tugas", "sharing"),
    ("Lembar", "sheets"),
    ("Periksa ulang", "rechecks"),
    ("Musyawarah", "meetings"),
    ("Peristiwa", "happenings"),
    ("Ringkasan", "digest"),
)


def show(actor: Actor, record: str = "") -> w.Widget:
    """The room for one person, at the family a printed key stands for if there is one."""
    room = FieldRoom(Office.from_environment(), actor)
    view = RoomView(room)
    if record:
        did(lambda: room.open_record(record), view.say)
    return view.widget


class RoomView:
    """Draws ``FieldRoom`` and passes on what people press."""

    def __init__(self, room: FieldRoom) -> None:
        self.room = room
        self.said = SaidLine()
        self.said.add_class("vv-lap-said")
        self.say = self.said.say
        self.listed = w.HTML()
        # The tabs stay when another list is worked on: whoever presses one meanwhile gets it.
        self.tabs = w.Tab(
            children=[w.VBox(layout=WIDE) for _ in TABS],
            titles=[title for title, _ in TABS],
            selected_index=0,
            layout=WIDE,
        )
        self.tabs.observe(self._draw_tab, "selected_index")
        self.body = w.VBox([self.listed, self.tabs], layout=WIDE)
        style = w.HTML(f"<style>{_STYLE}</style>", layout=w.Layout(display="none"))
        self.widget = w.VBox([style, self.said, self.body], layout=WIDE)
        self.widget.add_class("vv-lap")
        room.redraw, room.tell_changed, room.show_family = self.draw, self._forget, self._show
        self.draw()

    def draw(self) -> None:
        """Read the working list again and draw the tab that is open."""
        did(self.room.refresh, self.say)
        self.listed.value = _list_line(self.room)
        self._forget()
        self._fill_tab()

    def _draw_tab(self, _change: object = None) -> None:
        """A panel is drawn when it is first looked at."""
        if not self.tabs.children[self.tabs.selected_index or 0].children:
            self._fill_tab()

    def _fill_tab(self) -> None:
        number = self.tabs.selected_index or 0
        module = import_module(f"{__package__}.{TABS[number][1]}")
        self.tabs.children[number].children = (module.panel(self.room, self.say),)

    def _forget(self) -> None:
        for number, place in enumerate(self.tabs.children):
            if number != self.tabs.selected_index:
                place.children = ()

    def _show(self) -> None:
        self.say("")
        self.tabs.children[0].children = ()
        if self.tabs.selected_index == 0:
            self._draw_tab()
        else:
            self.tabs.selected_index = 0


def _list_line(room: FieldRoom) -> str:
    if room.summary is None:
        taken = "Daftar kerja sudah dihapus dari rak." if room.rounds else "Belum ada daftar kerja."
        return f'<p class="vv-lap-list">{taken}</p>'
    one = room.summary
    return (
        f'<p class="vv-lap-list">Daftar kerja: <b>{escape(one.name)}</b>, keadaan '
        f"{day_words(one.as_of)}, putaran {number_id(len(room.rounds))}.</p>"
    )

"""The room Jejak on a page. Everything that somebody typed is escaped before it is drawn."""

from __future__ import annotations

from html import escape
from importlib import import_module
from pathlib import Path

import ipywidgets as w

from workbench.access import Actor
from workbench.errors import Forbidden
from workbench.services.office import Office
from workbench.ui.said import SaidLine
from workbench.ui.staff.drawing import WIDE
from workbench.ui.trail.model import TrailRoom

_STYLE = (Path(__file__).parent / "jejak.css").read_text("utf-8")

#: Title and module of each tab; a module gives ``panel(room, say)``.
TABS = (
    ("Catatan", "log"),
    ("Periksa jejak", "chain"),
    ("Paket bukti", "packing"),
    ("Data pribadi", "privacy"),
    ("Pengaturan kantor", "decisions"),
)
#: What is of the whole office, and nothing for somebody who looks after a part of the city.
_WHOLE_OFFICE = frozenset({"chain", "packing"})


def show(actor: Actor) -> w.Widget:
    """The room for one person; whoever may not read the trail is told so."""
    try:
        return RoomView(TrailRoom(Office.from_environment(), actor)).widget
    except Forbidden as error:
        return w.HTML(f'<p class="vv-error" role="alert">{escape(str(error))}</p>')


class RoomView:
    """Draws ``TrailRoom`` tab by tab."""

    def __init__(self, room: TrailRoom) -> None:
        self.room = room
        self.said = SaidLine()
        self.modules = [
            (title, f"{__package__}.{name}")
            for title, name in TABS
            if room.is_whole_office or name not in _WHOLE_OFFICE
        ]
        self.tabs = w.Tab(
            children=[w.VBox(layout=WIDE) for _ in self.modules],
            titles=[title for title, _ in self.modules],
            selected_index=0,
            layout=WIDE,
        )
        self.tabs.observe(self._draw_tab, "selected_index")
        style = w.HTML(f"<style>{_STYLE}</style>", layout=w.Layout(display="none"))
        self.widget = w.VBox([style, self.said, self.tabs], layout=WIDE)
        self.widget.add_class("vv-jejak")
        self._draw_tab()

    def _draw_tab(self, _change: object = None) -> None:
        """A panel is drawn when it is first looked at."""
        self.said.say("")
        number = self.tabs.selected_index or 0
        place = self.tabs.children[number]
        if not place.children:
            module = import_module(self.modules[number][1])
            place.children = (module.panel(self.room, self.said.say),)

"""The room Daftar on a page. Everything that came from a file is escaped before it is drawn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import ipywidgets as w

from workbench.access import Actor, Workspace
from workbench.domain.wilayah import say_locally
from workbench.domain.words import number_id
from workbench.services import lists
from workbench.services.findings import NOTE, FindingsIndex, Query
from workbench.services.office import Office
from workbench.ui.said import SaidLine
from workbench.ui.staff import about, comparison, findings, printing, refused
from workbench.ui.staff.drawing import WIDE, Say, button, day_words, did
from workbench.ui.staff.importing import ImportView
from workbench.ui.staff.model import ListsRoom

_STYLE = (Path(__file__).parent / "daftar.css").read_text("utf-8")


def show(actor: Actor) -> w.Widget:
    """The room for one person."""
    return RoomView(ListsRoom(Office.from_environment(), actor)).widget


class RoomView:
    """Draws ``ListsRoom`` and passes on what people press."""

    def __init__(self, room: ListsRoom) -> None:
        self.room = room
        self.said = SaidLine()
        self.say = self.said.say
        self.body = w.VBox(layout=WIDE)
        style = w.HTML(f"<style>{_STYLE}</style>", layout=w.Layout(display="none"))
        self.widget = w.VBox([style, self.said, self.body], layout=WIDE)
        self.widget.add_class("vv-daftar")
        did(self.room.refresh, self.say)
        self.draw()

    def draw(self) -> None:
        """Draw the shelf and the open list, or how to begin."""
        new = button("Masukkan daftar baru", self.draw_import, primary=not self.room.shelf)
        if not self.room.shelf:
            whose = _side(self.room.actor)
            text = f"Belum ada daftar di ruang {whose}. Masukkan daftar XLSX atau CSV dari kantor."
            self.body.children = (w.HTML(f'<p class="vv-empty">{text}</p>'), new)
            return
        if self.room.chosen is None:
            self.body.children = (new,)
            return
        names = [(_shelf_words(summary), summary.id) for summary in self.room.shelf]
        choose = w.Dropdown(
            options=names, value=self.room.chosen.summary.id, description="Daftar", layout=WIDE
        )
        choose.observe(lambda change: self._open(change["new"]), "value")
        top = w.HBox([choose, new], layout=w.Layout(flex_flow="row wrap", width="100%"))
        top.add_class("vv-shelf")
        self.panels = ListPanels(self.room, self.say, self._renewed, self._removed)
        self.body.children = (top, self.panels.counts, self.panels.tabs)

    def draw_import(self) -> None:
        """The steps that bring a list in."""
        self.importing = ImportView(self.room, self.say, self._shelved)
        self.body.children = (self.importing.widget,)

    def _shelved(self, sentence: str) -> None:
        self.draw()
        self.say(sentence)

    def _open(self, list_id: str) -> None:
        if did(lambda: self.room.choose(list_id), self.say):
            self.panels.draw()
        else:
            self.draw()

    def _renewed(self, list_id: str, sentence: str) -> None:
        self.room.refresh()
        self.room.choose(list_id)
        self._shelved(sentence)

    def _removed(self) -> None:
        self.draw()
        self.say("Daftar dihapus. Siapa, kapan, dan alasannya tercatat.")


class ListPanels:
    """What there is to see of the list that is open, a tab each.

    The tabs stay when another list is opened: whoever presses one meanwhile gets it.
    """

    def __init__(
        self,
        room: ListsRoom,
        say: Say,
        renewed: Callable[[str, str], None],
        removed: Callable[[], None],
    ) -> None:
        self._room = room
        panels: dict[str, Callable[[], w.Widget]] = {
            "Temuan": lambda: findings.panel(room, say),
            say_locally("Kelurahan dan cetak"): lambda: printing.panel(room, say, renewed),
            "Bandingkan": lambda: comparison.panel(room, say),
            "Baris ditolak": lambda: refused.panel(room, say),
            "Tentang daftar": lambda: about.panel(room, say, removed),
        }
        self._panels = tuple(panels.values())
        self._places = [w.VBox(layout=WIDE) for _ in panels]
        self.counts = w.HTML()
        self.tabs = w.Tab(children=self._places, titles=list(panels), selected_index=0, layout=WIDE)
        self.tabs.observe(lambda _change: self._draw_chosen(), "selected_index")
        self.draw()

    def draw(self) -> None:
        """The open list, in the tab that is looked at."""
        assert self._room.chosen is not None
        assert self._room.index is not None
        self.counts.value = _counts_line(self._room.chosen.summary, self._room.index)
        for place in self._places:
            place.children = ()
        self._draw_chosen()

    def _draw_chosen(self) -> None:
        """A panel is drawn when it is first looked at."""
        chosen = self.tabs.selected_index or 0
        if not self._places[chosen].children:
            self._places[chosen].children = (self._panels[chosen](),)


def _side(actor: Actor) -> str:
    return "latihan" if actor.workspace is Workspace.LATIHAN else "data nyata"


def _shelf_words(summary: lists.ListSummary) -> str:
    return f"{summary.name} ({day_words(summary.at)}, {number_id(summary.findings)} temuan)"


def _counts_line(summary: lists.ListSummary, index: FindingsIndex) -> str:
    notes = dict(index.facets(Query())["severity"]).get(NOTE, 0)
    found = f"{number_id(len(index))} temuan"
    if notes:
        asked = number_id(len(index) - notes)
        found += f" = {asked} perlu dicek + {number_id(notes)} catatan tanpa kunjungan"
    return (
        f'<p class="vv-counts"><b>{number_id(summary.read)} baris dibaca = '
        f"{number_id(summary.kept)} disimpan + {number_id(summary.refused)} ditolak; {found}."
        "</b></p>"
    )

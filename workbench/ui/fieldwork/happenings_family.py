"""Finds the family an event or a graduation is about."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import ipywidgets as w

from workbench.domain.words import number_id
from workbench.ui.fieldwork.happenings_model import HappeningDesk
from workbench.ui.fieldwork.happenings_pieces import dropdown, family_words, html, titled
from workbench.ui.staff.drawing import WIDE, Say, button, did


class FamilyPicker:
    """Finds a family by its head's name; ``chosen`` is told when there is one."""

    def __init__(self, desk: HappeningDesk, say: Say, chosen: Callable[[], None]) -> None:
        self.desk, self.say, self.chosen = desk, say, chosen
        self.words = w.Text(placeholder="Nama kepala keluarga", layout=WIDE)
        self.words.on_submit(lambda _text: self.search())
        self.widget = w.VBox(layout=WIDE)
        self.draw()

    def draw(self) -> None:
        """The family that is chosen, and how to find another."""
        parts: list[w.Widget] = []
        if self.desk.family is not None:
            parts.append(html(f"<p><b>{escape(family_words(self.desk.family))}</b></p>"))
            parts.append(button("Ganti keluarga", lambda: self.take("")))
        else:
            parts += [titled("Nama kepala keluarga", self.words), button("Cari", self.search)]
            if self.desk.found:
                options = [("Pilih keluarga", ""), *self._options()]
                found = dropdown(options, "")
                found.observe(lambda change: self.take(change["new"]), "value")
                parts.append(titled("Keluarga yang ditemukan", found))
        self.widget.children = tuple(parts)

    def search(self) -> None:
        """Look for what is typed."""
        if did(lambda: self.desk.search(self.words.value), self.say):
            count = len(self.desk.found)
            self.say(
                f"{number_id(count)} keluarga ditemukan." if count else "Tidak ada yang cocok."
            )
            self.draw()

    def take(self, family_id: str) -> None:
        """Choose a family, or none."""
        if did(lambda: self.desk.choose(family_id), self.say):
            self.say("")
            self.draw()
            self.chosen()

    def _options(self) -> list[tuple[str, str]]:
        return [(family_words(one), one.family_id) for one in self.desk.found]

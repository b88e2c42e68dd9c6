"""What tabs of the room Lapangan have in common."""

from __future__ import annotations

import ipywidgets as w

from workbench.ui.staff.drawing import WIDE, Say, did

NO_LIST = '<p class="vv-empty">Belum ada daftar kerja. Pilih dahulu daftar kerja pada Antrean.</p>'


class Tab:
    """A tab that is drawn anew, from what stands, after every act; ``_fill`` says with what."""

    def __init__(self, say: Say) -> None:
        self.say = say
        self.widget = w.VBox(layout=WIDE)

    def draw(self) -> None:
        """Everything, read again; what cannot be read is said and leaves the tab as it is."""
        shown: list[w.Widget] = []
        if did(lambda: self._fill(shown), self.say):
            self.widget.children = tuple(shown)

    def _fill(self, shown: list[w.Widget]) -> None:
        raise NotImplementedError


__all__ = ["NO_LIST", "Tab"]

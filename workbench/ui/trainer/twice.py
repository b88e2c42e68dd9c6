"""Somebody who joined twice: one seat counts, the other leaves the board and can come back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as w

from workbench.ui.trainer import drawing
from workbench.ui.trainer.model import ClassRoom
from workbench.ui.trainer.wall import offer

#: Values, not shared layouts: one made while a rehearsed panel lives would close with it.
_ROW = {"flex_flow": "row wrap", "width": "100%", "align_items": "center"}
_WIDE = {"width": "auto", "margin": "0 0 8px"}


class TwicePanel:
    """*Masuk dua kali*; ``did`` runs an act and says whether it was done."""

    def __init__(
        self,
        room: ClassRoom,
        did: Callable[[Callable[[], None]], bool],
        refresh: Callable[[], None],
    ) -> None:
        self._room, self._did, self._refresh = room, did, refresh
        self._drawn: Any = None
        hint = w.HTML(
            '<div class="vvk"><h3>Masuk dua kali</h3><p class="vvk-muted">Satu orang dihitung di '
            "satu kursi. Jawaban di kursi lain tetap tersimpan, dan kode kembalinya membawa ke "
            "kursi yang dihitung.</p></div>"
        )
        self.rows = w.VBox(layout=w.Layout(width="100%"))
        self.counted, self.other = (
            w.Dropdown(options=[("Pilih kursi", 0)], description=label, layout=_WIDE)
            for label in ("Kursi yang dihitung", "Kursi yang dilepas")
        )
        self.join = w.Button(description="Hitung satu kursi saja", disabled=True)
        self.join.layout.width = "auto"
        for choice in (self.counted, self.other):
            choice.observe(self._choose, "value")
        self.join.on_click(lambda _button: self._put_together())
        self.widget = w.VBox(
            [hint, self.rows, self.counted, self.other, self.join],
            layout=w.Layout(width="100%", max_width="760px", margin="0 0 24px"),
        )

    def draw(self, board: Any) -> None:
        """Who seems to be here twice, whose second seat does not count, and who can be chosen."""
        seats = [("Pilih kursi", 0), *drawing.people_options(board)]
        offer(self.counted, seats, self._choose)
        offer(self.other, seats, self._choose)
        told = (board.twice, board.aside)
        if told == self._drawn:
            return
        self._drawn = told
        self.rows.children = (
            *(self._row(drawing.twice_line(those), self._keepers(those)) for those in board.twice),
            *(self._row(drawing.aside_line(one), self._returner(one)) for one in board.aside),
        )

    def _row(self, words: str, buttons: list[w.Button]) -> w.Widget:
        box = w.VBox([w.HTML(words), w.HBox(buttons, layout=_ROW)], layout=w.Layout(width="auto"))
        box.add_class("vvk-box")
        return box

    def _keepers(self, those: tuple[Any, ...]) -> list[w.Button]:
        """A button for each seat; that with the most answers stands first."""
        made = []
        for person in sorted(those, key=lambda one: (-one.done, one.seat)):
            others = [one.seat for one in those if one is not person]
            made.append(self._button(f"Pakai kursi {person.seat}", person.seat, others))
        return made

    def _button(self, label: str, counted: int, others: list[int]) -> w.Button:
        button = w.Button(description=label)
        button.on_click(lambda _button: self._set_aside(counted, others))
        return button

    def _returner(self, one: Any) -> list[w.Button]:
        button = w.Button(description="Hitung lagi", tooltip=f"Hitung lagi kursi {one.seat}")
        button.on_click(lambda _button: self._act(lambda: self._room.count_again(one.seat)))
        return [button]

    def _choose(self, _change: Any) -> None:
        self.join.disabled = not (self.counted.value and self.other.value)

    def _put_together(self) -> None:
        self._set_aside(self.counted.value, [self.other.value])

    def _set_aside(self, counted: int, others: list[int]) -> None:
        def act() -> None:
            for seat in others:
                self._room.set_aside(seat, counted)

        self._act(act)

    def _act(self, act: Callable[[], None]) -> None:
        if self._did(act):
            self._refresh()


__all__ = ["TwicePanel"]

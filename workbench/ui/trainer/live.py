"""What a trainer does to the whole class: hold it up, tell it something, open and close parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as w

from workbench.ui.trainer import drawing
from workbench.ui.trainer.model import MAX_MESSAGE, ClassRoom

_ROW = w.Layout(flex_flow="row wrap", width="100%", align_items="center")
_WIDE = w.Layout(width="auto", margin="0 0 8px")


class LivePanel:
    """The line of control over the board; ``did`` runs an act and says whether it was done."""

    def __init__(
        self,
        room: ClassRoom,
        did: Callable[[Callable[[], None]], bool],
        refresh: Callable[[], None],
    ) -> None:
        self._room, self._did, self._refresh = room, did, refresh
        self.state = w.HTML(layout=_WIDE)
        self.turn = w.Button()
        self.message = w.Text(
            placeholder=f"Pesan untuk semua, paling banyak {MAX_MESSAGE} huruf",
            description="Pesan",
            layout=w.Layout(flex="1 1 20rem", min_width="0", width="auto"),
        )
        send = w.Button(description="Kirim pesan")
        self.take_away = w.Button(description="Hapus pesan")
        self.turn.on_click(lambda _button: self._act(lambda: room.pause(not self._is_paused)))
        send.on_click(lambda _button: self._send())
        self.take_away.on_click(lambda _button: self._act(lambda: room.say_to_all("")))
        self.parts = w.Box()
        self.parts.add_class("vvk-parts")
        self._rows: dict[int, tuple[w.HTML, w.Button]] = {}
        row = w.HBox([self.turn, self.message, send, self.take_away], layout=_ROW)
        row.add_class("vvk-live-row")
        self.widget = w.VBox([row, self.state, self.parts], layout=w.Layout(width="100%"))

    def draw(self) -> None:
        """How the class stands, where it changed."""
        live = self._room.live
        _put(self.state, drawing.live_state(live))
        self.turn.description = "Lanjutkan kelas" if self._is_paused else "Jeda kelas"
        self.turn.button_style = "primary" if self._is_paused else ""
        self.take_away.layout.display = "" if live and live.message else "none"
        parts = self._room.parts
        self.parts.layout.display = "" if parts else "none"
        if list(self._rows) != [part.number for part in parts]:
            self._make_rows(parts)
        for place, part in enumerate(parts, start=1):
            line, button = self._rows[part.number]
            _put(line, drawing.part_line(place, part))
            button.description = "Tutup" if part.state == "open" else "Buka"
            button.tooltip = f"{button.description} {part.title}"

    def _make_rows(self, parts: tuple[Any, ...]) -> None:
        self._rows = {part.number: (w.HTML(), w.Button()) for part in parts}
        for number, (_line, button) in self._rows.items():
            button.on_click(self._turner(number))
        rows = [
            w.HBox([line, button], layout=w.Layout(align_items="center"))
            for line, button in self._rows.values()
        ]
        for row in rows:
            row.add_class("vvk-nowrap")
        self.parts.children = tuple(rows)

    def _turner(self, number: int) -> Callable[[Any], None]:
        def turn(button: Any) -> None:
            # What the button said is what is done, also when somebody else was quicker.
            self._act(lambda: self._room.turn_part(number, button.description == "Buka"))

        return turn

    def _send(self) -> None:
        text = self.message.value
        if text.strip() and self._act(lambda: self._room.say_to_all(text)):
            self.message.value = ""

    def _act(self, act: Callable[[], None]) -> bool:
        is_done = self._did(act)
        if is_done:
            self._refresh()
        return is_done

    @property
    def _is_paused(self) -> bool:
        return bool(self._room.live and self._room.live.paused)


def _put(widget: w.HTML, content: str) -> None:
    if widget.value != content:
        widget.value = content


__all__ = ["LivePanel"]

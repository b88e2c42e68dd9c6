"""Typing in paper sheets: the code of a sheet, its questions on one screen, the next one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets as w
import traitlets

from workbench.ui.fieldwork.form import OutcomeForm
from workbench.ui.fieldwork.model import FieldRoom
from workbench.ui.fieldwork.paper_model import FORMER, PaperDesk
from workbench.ui.staff.drawing import WIDE, Say, button, did

_HOW = (
    "<h2>Ketik dari kertas</h2><p>Ketik kode 12 huruf dan angka di belakang alamat keluarga, atau "
    "pindai kode QR-nya dengan pemindai, lalu tekan Enter. Pilihan dijawab dengan angka atau tanda "
    "panah, berpindah dengan Tab.</p>"
)


class CodeField(anywidget.AnyWidget):  # type: ignore[misc]
    """Says ``kode`` (text); empties itself and takes the keys whenever ``turn`` changes."""

    _esm = Path(__file__).with_name("paper.js")
    turn = traitlets.Int(0).tag(sync=True)


class PaperView:
    """Draws ``PaperDesk``; ``leave`` goes back to the tab."""

    def __init__(self, room: FieldRoom, say: Say, leave: Callable[[], None]) -> None:
        self.desk, self.say = PaperDesk(room), say
        self.code = CodeField()
        self.code.add_class("vv-lap-code")
        self.code.on_msg(lambda _widget, message, _buffers: self.hear(message))
        self.place = w.VBox(layout=WIDE)
        self.widget = w.VBox(
            [button("Kembali ke Lembar", leave), _html(_HOW), self.code, self.place], layout=WIDE
        )
        self.widget.add_class("vv-lap-paper")

    def hear(self, message: Mapping[str, Any]) -> None:
        """One message of the page; everything in it may be forged."""
        if message.get("kind") == "kode":
            self._open(str(message.get("text", ""))[:300])

    def _open(self, text: str) -> None:
        self.place.children = ()
        shown: list[w.Widget] = []

        def draw() -> None:
            self.desk.open(text)
            shown.extend(self._choosing() if self.desk.choices() else self._form())

        if did(draw, self.say):
            self.say("")
            self.place.children = tuple(shown)

    def _choosing(self) -> Iterable[w.Widget]:
        """A family the actor typed a sheet of before: the same sheet again, or another one."""
        yield _html(
            f"<p class='vv-note'>{escape(self.desk.home.title)}: lembarnya sudah pernah Anda "
            "ketik. Perbaiki ketikan itu, atau ketik lembar lain dari kunjungan atau petugas "
            "lain.</p>"
        )
        for words, source in self.desk.choices():
            yield button(f"Perbaiki {words}", partial(self._take, source))
        yield button("Ketik lembar lain", partial(self._take, ""))

    def _take(self, source: str) -> None:
        self.desk.source = source
        shown: list[w.Widget] = []
        if did(lambda: shown.extend(self._form()), self.say):
            self.place.children = tuple(shown)

    def _form(self) -> Iterable[w.Widget]:
        if self.desk.sheet is not None and self.desk.sheet.is_former:
            yield _html(f"<p class='vv-note'>{FORMER}</p>")
        yield OutcomeForm(self.desk.form(), self._sent)
        yield button("Buang isian lembar ini", self._forget)

    def _sent(self) -> None:
        words = self.desk.sent_words()
        self.place.children = (
            _html(f"<p class='vv-lap-sent' role='status'>✓ {escape(words)}</p>"),
        )
        self.code.turn += 1

    def _forget(self) -> None:
        if did(self.desk.forget, self.say):
            self.place.children = ()
            self.code.turn += 1


def _html(text: str) -> w.HTML:
    return w.HTML(text, layout=WIDE)

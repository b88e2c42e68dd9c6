"""The end of a class: emptied for the next one, after its archive was written and read back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as w

from workbench.domain.words import number_id
from workbench.ui.download import DownloadButton
from workbench.ui.trainer import drawing
from workbench.ui.trainer.model import ClassRoom

_ROW = w.Layout(flex_flow="row wrap", width="100%", align_items="center")
#: Archives that can be taken away from here; older ones lie in the folder.
_SHOWN = 5


class ClosingPanel:
    """*Kosongkan untuk kelas berikutnya*, and the archives made so far."""

    def __init__(
        self, room: ClassRoom, ask: Callable[[Callable[[], Any]], Any], leave: Callable[[str], None]
    ) -> None:
        self._room, self._ask, self._leave = room, ask, leave
        is_open = room.info is not None and room.info.is_open
        self.begin = w.Button(
            description="Kosongkan untuk kelas berikutnya",
            disabled=is_open,
            layout=w.Layout(width="auto"),
        )
        yes = w.Button(description="Ya, arsipkan dan kosongkan", button_style="danger")
        yes.layout.width = "auto"
        no = w.Button(description="Batal")
        warning = w.HTML(
            '<p class="vvk vvk-blocker">Kelas ini hilang dari daftar, dan kode masuk serta kode '
            "kembalinya berhenti. Semua jawaban disimpan dulu dalam satu arsip.</p>"
        )
        self.sure = w.VBox([warning, w.HBox([yes, no], layout=_ROW)])
        self.sure.layout.display = "none"
        self.begin.on_click(lambda _button: self._show_sure(True))
        no.on_click(lambda _button: self._show_sure(False))
        yes.on_click(lambda _button: self._put_away())
        words = (
            "Tutup kelas dulu, baru kosongkan."
            if is_open
            else "Kelas diarsipkan utuh, diperiksa, lalu keluar dari daftar."
        )
        hint = w.HTML(
            f'<div class="vvk"><h3>Kelas berikutnya</h3><p class="vvk-muted">{words}</p></div>'
        )
        self.kept = w.VBox(layout=w.Layout(width="100%"))
        own = [hint, self.begin, self.sure] if room.info is not None else []
        self.widget = w.VBox([*own, self.kept], layout=w.Layout(width="100%"))
        self._draw_archives()

    def _show_sure(self, is_asked: bool) -> None:
        self.sure.layout.display = "" if is_asked else "none"

    def _put_away(self) -> None:
        self._show_sure(False)
        made = self._ask(self._room.put_away)
        if made is not None:
            rows = number_id(sum(made.rows.values()))
            self._leave(
                f"Kelas {made.class_name} diarsipkan ({rows} baris, terbaca utuh) sebagai "
                f"{made.name}. Unduh arsipnya di bagian Kelas."
            )

    def _draw_archives(self) -> None:
        found = self._ask(self._room.archives) or ()
        rows = [
            w.HBox([w.HTML(drawing.archive_line(one)), self._button(one.name)], layout=_ROW)
            for one in found[:_SHOWN]
        ]
        if rows:
            title = w.HTML('<div class="vvk"><h3>Arsip kelas</h3></div>')
            self.kept.children = (title, *rows)

    def _button(self, name: str) -> DownloadButton:
        return DownloadButton("Unduh arsip", lambda: self._room.archive_file(name))


__all__ = ["ClosingPanel"]

"""The form that opens a class."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as w

from workbench.errors import UnusableInput
from workbench.store import clock
from workbench.ui.rule_words import rule_groups
from workbench.ui.trainer import drawing
from workbench.ui.trainer.fields import number_field
from workbench.ui.trainer.model import MAX_UPLOAD_BYTES, ClassRoom

_WIDE = {"width": "auto", "margin": "0 0 8px"}
_ROW = {"flex_flow": "row wrap", "width": "100%", "align_items": "center"}
_NOT_OPENED = (
    '<p class="vvk-blocker" role="status">Kelas belum dibuka. Sebabnya tertulis di atas '
    "halaman.</p>"
)


class OpeningForm:
    """*Buka kelas baru*; ``did`` runs an act and says whether it was done, ``opened`` goes on.

    ``back`` leads to the class there is, None where there is none.
    """

    def __init__(
        self,
        room: ClassRoom,
        did: Callable[[Callable[[], None]], bool],
        opened: Callable[[], None],
        back: Callable[[], None] | None = None,
    ) -> None:
        self._room, self._did, self._opened = room, did, opened
        form = room.form
        form.groups = form.groups or tuple(key for key, _ in rule_groups())
        form.day = form.day or clock.today()
        self.name = w.Text(value=form.name, description="Nama kelas", layout=_WIDE)
        self.place = w.Text(value=form.place, description="Tempat", layout=_WIDE)
        # A tooltip that is not given would be the word null.
        self.day = w.DatePicker(value=form.day, description="Tanggal", tooltip="")
        self.n_cases = number_field("Jumlah kasus", form.n_cases, 1, 60)
        self.share = number_field("Kasus berisi salah (%)", form.error_percent, 0, 100)
        self.seats = number_field("Jumlah kursi", form.seats, 1, 500)
        self.code_hours = number_field("Kode berlaku (jam)", form.code_hours, 1, 72)
        self.ticks = [
            (key, w.Checkbox(value=key in form.groups, description=words, indent=False))
            for key, words in rule_groups()
        ]
        self.listed = w.HTML('<p class="vvk-muted">Boleh tanpa daftar peserta.</p>')
        self.upload = w.FileUpload(
            accept=".xlsx,.xls,.xlsb,.ods,.csv",
            multiple=False,
            description="Daftar peserta",
            tooltip="Unggah daftar peserta dari kantor",
        )
        # Three lines, as long as it gets on a phone: a page that shrinks moves under the pointer.
        self.reason = w.HTML(layout={"min_height": "72px"})
        self.open = w.Button(description="Buka kelas", button_style="primary")
        self.bar, self.counted = w.IntProgress(layout=_WIDE), w.HTML()
        self.waiting = w.VBox(
            [self.counted, self.bar], layout=w.Layout(width="100%", display="none")
        )
        self._listen()
        self.widget = self._drawn(back)

    def _listen(self) -> None:
        asked = (self.name, self.place, self.day, self.n_cases, self.share, self.seats)
        for widget in (*asked, self.code_hours, *(tick for _, tick in self.ticks)):
            widget.observe(self._take, "value")
        self.name.continuous_update = self.place.continuous_update = True
        self.upload.observe(self._read, "value")
        self.open.on_click(lambda _button: self._begin())
        self._take()

    def _drawn(self, back: Callable[[], None] | None) -> w.Widget:
        buttons = [self.open]
        if back is not None:
            buttons.append(w.Button(description="Kembali ke kelas"))
            buttons[-1].on_click(lambda _button: back())
        title = w.HTML('<p class="vvk"><strong>Kelompok aturan</strong></p>')
        shown = w.VBox(
            [
                w.HTML('<div class="vvk"><h2>Buka kelas baru</h2></div>'),
                self.name,
                self.place,
                self.day,
                self.n_cases,
                self.share,
                self.seats,
                self.code_hours,
                w.VBox([title, *(tick for _, tick in self.ticks)]),
                w.HBox([self.upload, self.listed], layout=_ROW),
                # Above what changes while somebody presses.
                w.HBox(buttons, layout={"flex_flow": "row wrap"}),
                self.reason,
                self.waiting,
            ],
            layout=w.Layout(width="100%", max_width="760px"),
        )
        shown.add_class("vvk-form")
        return shown

    def _take(self, _change: Any = None) -> None:
        """What stands in the form goes to the room, and what is still lacking is said."""
        form = self._room.form
        form.name, form.place, form.day = self.name.value, self.place.value, self.day.value
        form.n_cases, form.error_percent = self.n_cases.value, self.share.value
        form.seats, form.code_hours = self.seats.value, self.code_hours.value
        form.groups = tuple(key for key, tick in self.ticks if tick.value)
        self.reason.value = f'<div class="vvk">{drawing.blocker(form)}</div>'
        self.open.disabled = bool(form.blockers())

    def _read(self, change: Any) -> None:
        if not change["new"]:
            return
        sent = change["new"][0]

        def read() -> None:
            if sent["size"] > MAX_UPLOAD_BYTES:
                raise UnusableInput("Berkas peserta terlalu besar. Unggah berkas di bawah 20 MB.")
            words = self._room.read_participants(sent["name"], bytes(sent["content"]))
            self.listed.value = drawing.said(words)
            self.seats.value = self._room.form.seats

        self._did(read)

    def _begin(self) -> None:
        self._take()
        if self._room.form.blockers():
            return
        self.open.disabled = True
        self.waiting.layout.display = ""
        if self._did(lambda: self._room.open_class(self._progress)):
            self._opened()
        else:
            self.waiting.layout.display = "none"
            self.open.disabled = False
            # The refusal stands on top of the page, which is out of sight from down here.
            self.reason.value = f'<div class="vvk">{_NOT_OPENED}</div>'

    def _progress(self, done: int, asked: int) -> None:
        self.bar.max, self.bar.value = max(asked, 1), done
        self.counted.value = (
            f'<p class="vvk" role="status">Menyiapkan kasus: kursi {done} dari {asked}.</p>'
        )


__all__ = ["OpeningForm"]

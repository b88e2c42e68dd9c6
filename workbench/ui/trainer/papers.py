"""Cetak, a tab of the room Kelas: one button a paper, and all of them at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as w

from workbench.access import Actor
from workbench.domain.words import date_id
from workbench.errors import WorkbenchError, WrongUse
from workbench.training.facilitation.handouts import HANDOUTS
from workbench.ui.download import DownloadButton
from workbench.ui.said import SaidLine

Paper = tuple[str, bytes]

_FULL = w.Layout(width="100%", margin="0")
_WIDE = w.Layout(width="auto", margin="0 0 8px")
_ROW = w.Layout(flex_flow="row wrap", width="100%", align_items="center")
_SEAT = "kursi"


class PapersPanel:
    """What a bimtek prints. ``address`` gives the server's address as phones see it.

    ``bimteks`` and ``papers`` are the services of those names or something with their functions;
    without them the modules are loaded when first needed. ``class_id`` chooses the plan of a
    class to begin with.
    """

    def __init__(
        self,
        office: Any,
        actor: Actor,
        address: Callable[[], str],
        class_id: str = "",
        bimteks: Any = None,
        papers: Any = None,
    ) -> None:
        self._office, self._actor, self._address = office, actor, address
        self._class_id = class_id
        self._bimteks, self._papers = bimteks, papers
        self.said = SaidLine()
        self.which = w.Dropdown(options=[("Pilih rencana", "")], description="Rencana")
        self.which.layout = _WIDE
        self.source = w.Dropdown(
            options=[
                ("Tes bentuk A", "A"),
                ("Tes bentuk B", "B"),
                ("Latihan, satu kasus tiap aturan", "L"),
                ("Kasus satu kursi", _SEAT),
            ],
            description="Kasus",
            layout=_WIDE,
        )
        self.seat = w.BoundedIntText(value=1, min=1, max=500, description="Kursi", tooltip="")
        self.seat.layout.display = "none"
        self.source.observe(
            lambda change: setattr(
                self.seat.layout, "display", "" if change["new"] == _SEAT else "none"
            ),
            "value",
        )
        self.handout = w.Dropdown(
            options=[(words, name) for name, words in HANDOUTS.items()],
            description="Lembar",
            layout=_WIDE,
        )
        self.buttons = {
            "jadwal": self._plain("Jadwal", "timetable"),
            "hadir": self._plain("Daftar hadir", "attendance"),
            "kartu": self._addressed("Kartu masuk dengan QR", "join_cards"),
            "kasus": self._of_cases("Lembar kasus", "worksheets"),
            "jawaban": self._of_cases("Lembar jawaban", "answer_sheets"),
            "kunci": self._of_cases("Kunci pelatih", "key_sheet"),
            "pedoman": self._plain("Pedoman pelatih", "guide"),
            "tayangan": self._addressed("Tayangan (PDF)", "slide_show"),
            "tayangan_ubah": self._addressed("Tayangan (PPTX)", "presentation"),
            "lembar": DownloadButton("Unduh lembar", self._handout),
            "penyegaran": self._addressed("Selebaran penyegaran", "leaflets"),
            "paket": self._addressed("Paket pelatih (zip)", "trainer_pack"),
            "sertifikat": self._plain("Sertifikat", "certificates"),
            "laporan": self._plain("Laporan (PDF)", "report"),
            "lembar_kerja": self._plain("Laporan (XLSX)", "report_workbook"),
            "semua": self._addressed("Unduh semua (zip)", "all_papers", primary=True),
        }
        self.widget = w.VBox(
            [
                self.said,
                self.which,
                _titled("Sebelum kelas", *self._named("jadwal", "hadir", "kartu")),
                _titled(
                    "Bahan pelatih", *self._named("pedoman", "tayangan", "tayangan_ubah", "paket")
                ),
                w.HTML(_PACK, layout=_FULL),
                w.HTML("<h3>Lembar untuk peserta</h3>", layout=_FULL),
                self.handout,
                w.HBox(self._named("lembar"), layout=_ROW),
                w.HTML("<h3>Kasus di kertas</h3>", layout=_FULL),
                w.HTML(_CASES, layout=_FULL),
                self.source,
                self.seat,
                w.HBox(self._named("kasus", "jawaban", "kunci"), layout=_ROW),
                _titled(
                    "Sesudah kelas",
                    *self._named("sertifikat", "laporan", "lembar_kerja", "penyegaran"),
                ),
                w.HTML(_NUMBERS, layout=_FULL),
                w.HBox(self._named("semua"), layout=_ROW),
            ],
            layout=w.Layout(width="100%", max_width="900px"),
        )
        self.widget.add_class("vvk-form")
        self.refresh()

    def refresh(self) -> None:
        """Ask for the plans again; what is chosen stays chosen."""
        try:
            plans = self._plans().list_bimteks(self._office, self._actor)
        except WorkbenchError as error:
            self.said.say(str(error), wrong=True)
            return
        wanted = self.which.value or next(
            (one.id for one in plans if self._class_id and one.class_id == self._class_id),
            plans[0].id if plans else "",
        )
        self.which.options = [
            ("Pilih rencana", ""),
            *((f"{one.name}, {date_id(one.date)}", one.id) for one in plans),
        ]
        self.which.value = wanted if any(one.id == wanted for one in plans) else ""
        self.said.say("" if plans else "Belum ada rencana. Buat dulu di bagian Rencana.")

    def _named(self, *names: str) -> list[DownloadButton]:
        return [self.buttons[name] for name in names]

    def _plain(self, label: str, name: str) -> DownloadButton:
        return DownloadButton(label, lambda: self._made(name))

    def _of_cases(self, label: str, name: str) -> DownloadButton:
        return DownloadButton(label, lambda: self._made(name, self._chosen_source()))

    def _made(self, name: str, *more: Any) -> Paper:
        make = getattr(self._service(), name)
        paper: Paper = make(self._office, self._actor, self._chosen(), *more)
        return paper

    def _addressed(self, label: str, name: str, primary: bool = False) -> DownloadButton:
        return DownloadButton(label, lambda: self._made(name, self._address()), primary=primary)

    def _handout(self) -> Paper:
        return self._made("handout", self.handout.value)

    def _chosen(self) -> str:
        if not self.which.value:
            raise WrongUse("Pilih rencana dulu.")
        chosen: str = self.which.value
        return chosen

    def _chosen_source(self) -> str | int:
        source: str | int = self.seat.value if self.source.value == _SEAT else self.source.value
        return source

    def _plans(self) -> Any:
        if self._bimteks is None:
            from workbench.services import bimteks

            self._bimteks = bimteks
        return self._bimteks

    def _service(self) -> Any:
        if self._papers is None:
            from workbench.services import papers

            self._papers = papers
        return self._papers


def _titled(title: str, *buttons: w.Widget) -> w.Widget:
    return w.VBox(
        [w.HTML(f"<h3>{title}</h3>", layout=_FULL), w.HBox(buttons, layout=_ROW)], layout=_FULL
    )


_CASES = (
    '<p class="vvk vvk-muted">Untuk saat listrik padam. Jawaban di kertas diketik kemudian di '
    "bagian Bantu peserta dan dinilai sama. Kunci hanya untuk pelatih.</p>"
)
_PACK = (
    '<p class="vvk vvk-muted">Pedoman memuat apa yang dikatakan, ditanyakan dan ditayangkan tiap '
    "sesi. Unduh tayangan sekali lagi sesudah kelas dibuka: keluarganya lalu pasti bukan soal "
    "kelas. Berkas PPTX boleh Anda ubah.</p>"
)
_NUMBERS = (
    '<p class="vvk vvk-muted">Sertifikat mendapat nomor saat pertama diunduh; cetak ulang memakai '
    "nomor dan isi yang sama. Selebaran penyegaran memuat tautan tiap peserta untuk hari ke-30.</p>"
)

__all__ = ["PapersPanel"]

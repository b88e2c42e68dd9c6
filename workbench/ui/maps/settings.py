"""The settings of the map room, for who sets the rules of the whole office."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import ipywidgets as w

from workbench.access import Permission, may
from workbench.domain.cities import CELLS_NOT_PLACES
from workbench.domain.wilayah import CITY, PLACES
from workbench.domain.words import date_id
from workbench.errors import WorkbenchError
from workbench.services import boundaries, maps, populations
from workbench.store import clock
from workbench.ui.maps.model import MapRoom

_WIDE = {"width": "100%"}
_TITLE = "Pengaturan peta"
_LEAST = (3, 5, 10)


def may_set(room: MapRoom) -> bool:
    """Whether somebody sets the rules of the whole office."""
    return may(room.actor, Permission.SET_RULES) and room.actor.covers("")


class MapSettings:
    """A fold: the least count shown, what the map is made with, on what terms data go out."""

    def __init__(self, room: MapRoom, redraw: Callable[[], None]) -> None:
        from workbench.geo.exports.bundle import LICENCES

        self.room, self._redraw = room, redraw
        self.fold = w.Button(description=_TITLE)
        self.least = w.Dropdown(description="Angka terkecil", layout=_WIDE)
        self.save = w.Button(description="Simpan angka terkecil")
        self.facts = w.HTML(layout=_WIDE)
        self.said = w.HTML(layout=_WIDE)
        self.licence = w.Dropdown(
            options=[(title, name) for name, (title, _address) in LICENCES.items()],
            value=room.licence,
            description="Lisensi data terbuka",
            layout=_WIDE,
        )
        self.lines = w.Checkbox(
            description="Sertakan garis batas kantor dalam data terbuka", layout=_WIDE
        )
        self.lines_words = w.HTML(
            '<p class="vv-muted">Garis batas sering milik instansi lain. Sertakan hanya bila '
            "pemiliknya mengizinkan.</p>",
            layout=_WIDE,
        )
        self.content = w.VBox(
            [
                self.least,
                w.HTML(
                    '<p class="vv-muted">Jumlah yang lebih kecil disembunyikan, juga angka lain '
                    "yang dapat membukanya. Makin besar, makin terlindung orangnya dan makin "
                    f"banyak {PLACES} tanpa angka. Berlaku untuk seluruh ruang kerja.</p>",
                    layout=_WIDE,
                ),
                self.save,
                self.said,
                self.facts,
                self.licence,
                self.lines,
                self.lines_words,
            ],
            layout={**_WIDE, "display": "none"},
        )
        self.fold.on_click(self._turn)
        self.save.on_click(self._save)
        self.licence.observe(self._other_terms, "value")
        self.lines.observe(self._other_terms, "value")
        self.panel = w.VBox([self.fold, self.content], layout=_WIDE)

    def say(self) -> None:
        """Show how things stand."""
        try:
            self._say()
        except WorkbenchError as error:
            self._fail(error)

    def _say(self) -> None:
        office, actor = self.room.office, self.room.actor
        least = maps.threshold(office, actor)
        self.least.options = [(str(one), one) for one in sorted({*_LEAST, least})]
        self.least.value = least
        placed = boundaries.installed(office, actor)
        lines = (
            "peta skematik bawaan, bukan batas resmi"
            if CITY.is_placed
            else f"kotak sama besar per kecamatan ({CELLS_NOT_PLACES})"
        )
        if placed:
            day = clock.local(placed.at).date()
            lines = (
                f"berkas {escape(placed.report.file)}, {placed.report.joined} {PLACES}, "
                f"dipasang {date_id(day)}"
            )
        for one in (self.lines, self.lines_words):
            one.layout.display = None if placed else "none"
        known = populations.population(office, actor)
        people = "belum ada, jadi angka per penduduk tidak dapat dihitung"
        if known.entries:
            people = escape(known.words({code for code, _ in known.entries}))
        self.facts.value = (
            f"<dl><dt>Batas wilayah</dt><dd>{lines}.<br>Memasang yang lain, di komputer server: "
            "<code>verval maps install BERKAS</code></dd>"
            f"<dt>Penduduk</dt><dd>{people.rstrip('.')}.<br>Memasang yang lain: "
            "<code>verval maps population BERKAS</code></dd></dl>"
        )

    def _turn(self, _button: object) -> None:
        is_open = self.content.layout.display != "none"
        self.content.layout.display = "none" if is_open else None
        self.fold.description = _TITLE if is_open else "Tutup pengaturan peta"

    def _save(self, _button: object) -> None:
        try:
            maps.set_threshold(self.room.office, self.room.actor, self.least.value)
        except WorkbenchError as error:
            self._fail(error)
            return
        self.said.value = '<p class="vv-muted" role="status">Angka terkecil disimpan.</p>'
        self._redraw()

    def _other_terms(self, _change: object) -> None:
        self.room.licence, self.room.with_boundaries = self.licence.value, self.lines.value

    def _fail(self, error: WorkbenchError) -> None:
        self.said.value = f'<p class="vv-error" role="alert">{escape(str(error))}</p>'

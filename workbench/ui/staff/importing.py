"""Bringing a list in: the files, what their columns mean, reading and checking."""

from __future__ import annotations

import logging
from collections.abc import Callable
from html import escape
from threading import Event, Thread
from typing import Any

import ipywidgets as w

from workbench.domain.words import date_id, number_id
from workbench.errors import Cancelled, WorkbenchError
from workbench.store import clock
from workbench.ui.staff.drawing import WIDE, Say, button, did
from workbench.ui.staff.import_model import ColumnKind, Import
from workbench.ui.staff.model import ListsRoom, column_choices
from workbench.ui.upload import UploadButton

KINDS_OF_FILE = ".xlsx,.xls,.xlsb,.ods,.csv,.tsv,.txt,.zip"
_log = logging.getLogger(__name__)


class ImportView:
    """Draws the steps one after the other; ``done`` gets what to say when the last is over."""

    def __init__(self, room: ListsRoom, say: Say, done: Callable[[str], None]) -> None:
        self.room, self.say, self.done = room, say, done
        self.incoming = Import(room.office, room.actor)
        self.widget = w.VBox(layout=WIDE)
        self.work: Thread | None = None
        self.draw_file()

    def draw_file(self) -> None:
        """Step one: choose the file."""
        self.say("")
        pick = UploadButton("Pilih berkas", KINDS_OF_FILE, self.take)
        self.widget.children = (
            w.HTML(_steps(1)),
            w.HTML(
                "<p>Pilih daftar dari kantor: XLSX, XLS, XLSB, ODS, CSV, atau ZIP. Judul di atas "
                "tabel, baris jumlah dan lembar banyak tidak perlu dibuang.</p>"
            ),
            _row(pick, button("Batal", self.cancel)),
        )

    def take(self, name: str, content: bytes) -> None:
        """A file has arrived."""
        self.say("Membaca judul kolom ...")
        if did(lambda: self.incoming.take(name, content), self.say):
            self.say("")
            self.draw_columns()

    def draw_columns(self) -> None:
        """Step two: what each column means."""
        incoming = self.incoming
        name = w.Text(value=incoming.name, description="Nama daftar", layout=WIDE)
        # A tooltip that is not given would be the word null.
        day = w.DatePicker(value=incoming.as_of, description="Per tanggal", tooltip="")
        start = button("Simpan dan periksa", self.bring_in, primary=True)
        counted, blocker = w.HTML(layout=WIDE), w.HTML(layout=WIDE)

        def look() -> None:
            why = incoming.blocker()
            start.disabled = bool(why)
            blocker.value = f'<p class="vv-muted" role="status">{escape(why)}</p>' if why else ""
            counted.value = (
                f'<p class="vv-muted" role="status">{escape(incoming.summary())} '
                "Belum ada yang disimpan.</p>"
            )

        def rename(change: Any) -> None:
            incoming.name = change["new"]
            look()

        name.observe(rename, "value")
        day.observe(lambda change: setattr(incoming, "as_of", change["new"]), "value")
        choices = column_choices()
        rows = [self._column_row(kind, choices, look) for kind in incoming.kinds]
        look()
        more = UploadButton("Tambah berkas", KINDS_OF_FILE, self.take, primary=False)
        self.widget.children = (
            w.HTML(_steps(2)),
            w.HTML(f"<p>Periksa arti tiap kolom.</p>{_files(incoming)}", layout=WIDE),
            *self._known(),
            name,
            day,
            counted,
            w.VBox(rows, layout=WIDE),
            blocker,
            _row(start, more, button("Batal", self.cancel)),
        )

    def _known(self) -> tuple[w.Widget, ...]:
        """What the office settled before, and the way back from it."""
        known = self.incoming.known
        if known is None:
            return ()

        def forget() -> None:
            self.incoming.use_proposal()
            self.draw_columns()

        day = date_id(clock.day_of(known.at))
        words = f"Arti kolom dipakai lagi dari daftar {known.name}, {day}."
        return (
            w.HTML(f'<p class="vv-note">{escape(words)}</p>', layout=WIDE),
            button("Pakai usulan dari judul kolom", forget),
        )

    def _column_row(
        self, kind: ColumnKind, choices: list[tuple[str, str]], look: Callable[[], None]
    ) -> w.Widget:
        column = kind.first
        meaning = self.incoming.meanings[kind.mark]
        if meaning not in {target for _words, target in choices}:
            # A column of one programme and period means what only its own header can say.
            choices = [*choices, (f"{column.words}: {column.header}", meaning)]
        menu = w.Dropdown(
            options=choices,
            value=meaning,
            description=f"Arti kolom {column.header}",
            layout=WIDE,
        )

        def change(event: Any) -> None:
            self.incoming.meanings[kind.mark] = event["new"]
            look()

        menu.observe(change, "value")
        samples = ", ".join(escape(str(sample)) for sample in column.samples[:3]) or "(kosong)"
        where = f" · {number_id(len(kind.sheets))} lembar" if len(kind.sheets) > 1 else ""
        text = w.HTML(
            f"<b>{escape(str(column.header))}</b><span class='vv-muted'>{where}<br>{samples}<br>"
            f"{escape(column.why)}</span>"
        )
        row = w.Box([text, menu], layout=WIDE)
        row.add_class("vv-column-row")
        return row

    def bring_in(self) -> None:
        """Step three: read, check, shelve, aside from the page so that it can be stopped."""
        stop = Event()
        bar = w.IntProgress(value=0, max=100, layout=WIDE)
        words = w.HTML(layout=WIDE)

        def tell(share: float, sentence: str) -> None:
            bar.value = round(100 * share)
            words.value = f'<p class="vv-muted" role="status">{escape(sentence)}</p>'

        halt = button("Hentikan", stop.set)
        self.say("")
        self.widget.children = (w.HTML(_steps(3)), bar, words, halt)
        self.work = Thread(target=self._read, args=(tell, stop.is_set), daemon=True)
        self.work.start()

    def _read(self, tell: Callable[[float, str], None], stopped: Callable[[], bool]) -> None:
        try:
            summary = self.incoming.bring_in(tell, stopped)
        except WorkbenchError as error:
            self.draw_columns()
            self.say(str(error), wrong=not isinstance(error, Cancelled))
        except Exception as error:
            # Nothing of the list may reach the log: the kind of fault has to do.
            _log.error("bringing a list in: %s", type(error).__name__)
            self.draw_columns()
            self.say(
                "Ada gangguan di dalam program saat membaca daftar ini. Tidak ada yang disimpan. "
                "Coba sekali lagi; bila tetap begitu, hubungi pengelola.",
                wrong=True,
            )
        else:
            self.room.refresh()
            self.room.choose(summary.id)
            self.done("Selesai. Daftar sudah tersimpan dan diperiksa.")

    def cancel(self) -> None:
        """Forget the files and go back to the shelf."""
        self.incoming.drop()
        self.done("")


def _row(*widgets: w.Widget) -> w.Widget:
    return w.HBox(widgets, layout=w.Layout(align_items="center", flex_flow="row wrap"))


def _files(incoming: Import) -> str:
    """Each file by name, and what was noticed in it."""
    rows = "".join(f"<li>{escape(proposal.file)}</li>" for proposal in incoming.proposals)
    notes = "".join(f"<li>{escape(note)}</li>" for note in incoming.notes)
    seen = f"<details><summary>Catatan pembacaan</summary><ul>{notes}</ul></details>"
    return f"<ul>{rows}</ul>{seen if notes else ''}"


def _steps(current: int) -> str:
    names = ("Berkas", "Kolom", "Baca dan periksa", "Selesai")
    marks = "".join(
        f"<li{' aria-current=step' if place == current else ''}>{place}. {name}</li>"
        for place, name in enumerate(names, start=1)
    )
    return f'<ol class="vv-steps">{marks}</ol>'

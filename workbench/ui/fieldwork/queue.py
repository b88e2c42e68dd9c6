"""The tab Antrean: who is to be visited, the most urgent first; one family when it is opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

import ipywidgets as w

from workbench.access import Permission, may
from workbench.domain.wilayah import CITY, PLACE_KINDS, say_locally
from workbench.domain.words import number_id
from workbench.services import fieldwork
from workbench.store import clock
from workbench.ui.fieldwork import records, visit
from workbench.ui.fieldwork.listing import QueueList
from workbench.ui.fieldwork.model import FieldRoom
from workbench.ui.fieldwork.queue_model import (
    PAGE_SIZE,
    QueuePage,
    candidates,
    load_words,
    may_advance,
    read_page,
    round_lines,
)
from workbench.ui.staff.drawing import WIDE, Say, button, day_words, did

_EVERYTHING = "Semua"
_VISITS, _RECORDS = "Antrean kunjungan", "Berkas menurut tahap"
_WHAT_IT_DOES = (
    "Daftar kerja adalah daftar yang dikunjungi sekarang. Temuannya dibandingkan dengan daftar "
    "kerja sebelumnya: yang sudah dipastikan dan nilainya sama tidak ditanyakan lagi, yang "
    "nilainya berubah dibuka lagi, yang tidak ditemukan lagi dianggap selesai. Riwayatnya "
    "tersimpan. Langkah ini tidak dapat dibatalkan."
)


def panel(room: FieldRoom, say: Say) -> w.Widget:
    """The queue, the family that is open, or how to begin."""
    return QueueTab(room, say).widget


class QueueTab:
    """Draws the queue of ``FieldRoom`` and passes on what people press."""

    def __init__(self, room: FieldRoom, say: Say) -> None:
        self.room, self.say = room, say
        self.widget = w.VBox(layout=WIDE)
        self.draw()

    def draw(self) -> None:
        """What there is to see now."""
        room = self.room
        if room.family_id and room.list_id:
            shown: list[w.Widget] = []
            if did(lambda: shown.append(visit.family(room, self.say, self._back)), self.say):
                self.widget.children = tuple(shown)
                return
            room.family_id = ""
        if not room.list_id:
            self.widget.children = tuple(self._beginning())
            return
        if room.shows_records:
            self.widget.children = (self._switch(), records.panel(room, self.say))
            return
        pages: list[QueuePage] = []
        if did(lambda: pages.append(read_page(room)), self.say):
            self.widget.children = (self._switch(), *self._queue(pages[0]))

    def _switch(self) -> w.Widget:
        """Families to be visited, or all records: whoever works at a later stage visits nobody."""
        shown = w.Dropdown(
            options=[_VISITS, _RECORDS],
            value=_RECORDS if self.room.shows_records else _VISITS,
            description="Yang tampil",
        )

        def turn(change: Mapping[str, Any]) -> None:
            self.room.shows_records = change["new"] == _RECORDS
            self.draw()

        shown.observe(turn, "value")
        return shown

    def _back(self) -> None:
        self.room.family_id = ""
        self.draw()

    # -- the working list ------------------------------------------------------------------------

    def _beginning(self) -> Iterable[w.Widget]:
        room = self.room
        if not room.shelf:
            yield _html(
                '<p class="vv-empty">Belum ada daftar. Masukkan dahulu di ruang '
                '<a href="/daftar">Daftar</a>.</p>'
            )
            return
        yield _html(
            '<p class="vv-empty">Belum ada daftar kerja, jadi belum ada antrean. Pilih daftar yang '
            "akan dikunjungi.</p>"
        )
        yield from self._chooser(primary=True)
        yield from self._last_round()

    def _chooser(self, primary: bool) -> Iterable[w.Widget]:
        found = candidates(self.room)
        if not found or not may(self.room.actor, Permission.IMPORT_LIST):
            return
        names = [(f"{one.name} (keadaan {day_words(one.as_of)})", one.id) for one in found]
        choose = w.Dropdown(options=names, value=found[0].id, description="Daftar", layout=WIDE)
        act = button(
            "Jadikan daftar kerja", lambda: self._advance(choose.value, "dijadikan"), primary
        )
        stop = w.HTML(layout=WIDE)

        def look(_change: object = None) -> None:
            covered: list[bool] = []
            did(lambda: covered.append(may_advance(self.room, choose.value)), self.say)
            act.disabled = covered != [True]
            stop.value = (
                '<p class="vv-note">Daftar ini memuat wilayah di luar tugas Anda. Mintalah petugas '
                f"{CITY.kind} menjadikannya daftar kerja.</p>"
                if covered == [False]
                else ""
            )

        choose.observe(look, "value")
        look()
        yield w.VBox([choose, _html(f"<p>{_WHAT_IT_DOES}</p>"), stop, act], layout=WIDE)

    def _advance(self, list_id: str, what: str) -> None:
        self.say("Temuan sedang dibandingkan. Tunggu sebentar.")
        if did(lambda: fieldwork.advance(self.room.office, self.room.actor, list_id), self.say):
            self.room.redraw()
            self.say(f"Daftar {what} daftar kerja. Lihat di bawah apa yang berubah.")

    def _judged_again(self) -> Iterable[w.Widget]:
        room = self.room
        behind: list[bool] = []
        did(lambda: behind.append(fieldwork.is_judged_again(room.office, room.actor)), self.say)
        if behind == [True]:
            note = _html(
                '<p class="vv-note">Daftar kerja sudah diperiksa ulang dengan aturan terbaru, '
                "tetapi riwayat temuannya belum mengikuti.</p>"
            )
            act = button(
                "Perbarui temuan", lambda: self._advance(room.list_id, "diperbarui sebagai")
            )
            yield w.VBox([note, act], layout=WIDE)

    def _last_round(self) -> Iterable[w.Widget]:
        if not self.room.rounds:
            return
        made = self.room.rounds[-1]
        lines, standing = round_lines(made)
        rows = "".join(
            f"<tr><td>{words}</td><td class='vv-number'>{number_id(count)}</td></tr>"
            for words, count in lines[:-1]
        )
        words, count = lines[-1]
        yield _html(
            f"<details class='vv-card'><summary>Apa yang berubah pada putaran {made.number} "
            f"({day_words(made.at)})</summary><table class='vv-table'>"
            f"<tbody>{rows}<tr><th>Jumlah temuan yang ada sekarang</th>"
            f"<th class='vv-number'>{number_id(standing)}</th></tr>"
            f"<tr><td>{words}</td><td class='vv-number'>{number_id(count)}</td></tr>"
            "</tbody></table><p class='vv-muted'>Temuan yang sama pada beberapa baris dihitung "
            "satu.</p></details>"
        )

    # -- the queue -------------------------------------------------------------------------------

    def _queue(self, page: QueuePage) -> Iterable[w.Widget]:
        yield from self._judged_again()
        yield self._drafts()
        yield self._narrowing(page)
        tone = "vv-note" if page.is_late else "vv-lap-sum"
        yield _html(
            f'<p class="{tone}"><b>{number_id(page.total)} keluarga menunggu, '
            f"{number_id(page.done)} sudah selesai.</b> {escape(page.sentence)}</p>"
        )
        if page.total:
            listed = QueueList(
                state={
                    "rows": list(page.rows),
                    "start": page.start,
                    "total": page.total,
                    "size": PAGE_SIZE,
                    "order": "paling mendesak dahulu",
                }
            )
            listed.on_msg(lambda _widget, message, _buffers: self.hear(message))
            yield listed
        else:
            yield _html(
                say_locally(
                    '<p class="vv-empty">Tidak ada keluarga yang menunggu di sini. '
                    "Pilih petugas atau kelurahan lain.</p>"
                )
            )
        yield self._loads()
        yield from self._last_round()
        further = tuple(self._chooser(primary=False))
        if further:
            box = w.VBox(further, layout=WIDE)
            box.add_class("vv-card")
            yield _html("<h2>Ganti daftar kerja</h2>")
            yield box

    def hear(self, message: Mapping[str, Any]) -> None:
        """One message of the page; everything in it may be forged."""
        if message.get("kind") == "buka":
            self._open(str(message.get("id", "")))
        elif message.get("kind") == "halaman" and type(message.get("start")) is int:
            self.room.narrowed.start = max(0, message["start"])
            self.draw()

    def _drafts(self) -> w.Widget:
        """What was begun and not sent: the way back after a reload."""
        room = self.room
        found = fieldwork.drafts(room.office, room.actor, room.list_id)
        if not found:
            return w.VBox(layout=w.Layout(display="none"))
        last = found[0]
        words = f"Ada {number_id(len(found))} isian yang belum dikirim, terakhir {_time(last.at)}."
        act = button("Lanjutkan isian terakhir", lambda: self._open(last.record.family_id), True)
        box = w.VBox([_html(f"<p>{words}</p>"), act], layout=WIDE)
        box.add_class("vv-lap-draft")
        return box

    def _open(self, family_id: str) -> None:
        self.say("")
        self.room.family_id = family_id
        self.draw()

    def _narrowing(self, page: QueuePage) -> w.Widget:
        narrowed = self.room.narrowed

        def control(title: str, options: Iterable[tuple[str, str]], name: str) -> w.Dropdown:
            choices = [(_EVERYTHING, ""), *options]
            known = {code for _, code in choices}
            chosen = getattr(narrowed, name)
            made = w.Dropdown(
                options=choices, value=chosen if chosen in known else "", description=title
            )

            def change(said: Mapping[str, Any]) -> None:
                setattr(narrowed, name, said["new"])
                if name == "kelurahan":
                    narrowed.rt = ""
                narrowed.start = 0
                self.draw()

            made.observe(change, "value")
            return made

        shown: list[w.Widget] = []
        if page.officers:
            shown.append(control("Petugas", page.officers, "officer"))
        if len(page.kelurahan) > 1 or narrowed.kelurahan:
            shown.append(control(PLACE_KINDS, page.kelurahan, "kelurahan"))
        if page.rts:
            shown.append(control("RT", page.rts, "rt"))
        until = w.DatePicker(value=narrowed.deadline, description="Tenggat", tooltip="")

        def set_deadline(said: Mapping[str, Any]) -> None:
            narrowed.deadline = said["new"]
            self.draw()

        until.observe(set_deadline, "value")
        box = w.HBox([*shown, until], layout=w.Layout(flex_flow="row wrap", width="100%"))
        box.add_class("vv-lap-narrow")
        return box

    def _loads(self) -> w.Widget:
        room = self.room
        if not may(room.actor, Permission.ASSIGN):
            return w.VBox(layout=w.Layout(display="none"))
        names = room.names()
        loads = load_words(fieldwork.loads(room.office, room.actor, room.list_id), names)
        rows = "".join(
            f"<tr><td>{escape(name)}</td><td class='vv-number'>{number_id(left)}</td>"
            f"<td class='vv-number'>{number_id(done)}</td></tr>"
            for name, left, done in loads
        )
        return _html(
            "<details class='vv-card'><summary>Beban tiap petugas</summary><table class='vv-table'>"
            "<thead><tr><th>Petugas</th><th class='vv-number'>Menunggu</th>"
            f"<th class='vv-number'>Selesai</th></tr></thead><tbody>{rows}</tbody></table>"
            "<p class='vv-muted'>Keluarga yang ditugaskan kepada beberapa petugas dihitung pada "
            "tiap petugas.</p></details>"
        )


def _time(stamped: str) -> str:
    local = clock.local(stamped)
    return f"{day_words(local.date().isoformat())} pukul {local:%H.%M %Z}"


def _html(text: str) -> w.HTML:
    return w.HTML(text, layout=WIDE)

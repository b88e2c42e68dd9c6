"""Evidence of a list in one folder: made, taken along, and played again."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import ipywidgets as w

from workbench.domain.words import number_id
from workbench.services import evidence
from workbench.ui.download import DownloadButton
from workbench.ui.linking.work import Work
from workbench.ui.staff.drawing import WIDE, Say, button, day_words, did
from workbench.ui.trail.drawing import verdict_html
from workbench.ui.trail.model import Asks, Tells, TrailRoom
from workbench.ui.upload import UploadButton

_ROW = w.Layout(flex_flow="row wrap", width="100%", align_items="center")


def panel(room: TrailRoom, say: Say) -> w.Widget:
    """Choose a list and pack it; upload a pack and have it judged again."""
    return _PackPanel(room, say).widget


class _PackPanel:
    def __init__(self, room: TrailRoom, say: Say) -> None:
        self.room, self.say = room, say
        self.work: Work | None = None
        self.making, self.checking = w.VBox(layout=WIDE), w.VBox(layout=WIDE)
        self.widget = w.VBox([self.making, self.checking], layout=WIDE)
        self.chosen = ""
        self._draw_making()
        self._draw_checking()

    # -- making --------------------------------------------------------------------------------

    def _draw_making(self) -> None:
        room = self.room
        found: tuple[evidence.Packable, ...] = ()

        def read() -> None:
            nonlocal found
            found = evidence.packable(room.office, room.actor)

        did(read, self.say)
        intro = w.HTML(
            "<p>Paket bukti memuat penilaian, temuan, keputusan, jejak dan sidik satu daftar, "
            "tanpa nama dan NIK. Daftarnya sendiri tetap di kantor.</p>",
            layout=WIDE,
        )
        if not found:
            self.making.children = (intro, w.HTML('<p class="vv-empty">Belum ada daftar.</p>'))
            return
        known = [one.id for one in found]
        choose = w.Dropdown(
            options=[(f"{one.name} ({day_words(one.at)}, {one.id})", one.id) for one in found],
            value=self.chosen if self.chosen in known else known[0],
            description="Daftar",
            layout=WIDE,
        )

        def zip_it(tell: Tells, asks: Asks) -> None:
            self.chosen = choose.value
            room.pack(choose.value, tell, asks)

        def write_it(tell: Tells, asks: Asks) -> None:
            self.chosen = choose.value
            made = evidence.pack_beside(room.office, room.actor, choose.value, tell, asks)
            self.written = f"{made.folder.parent.name}/{made.folder.name}"

        buttons = w.HBox(
            [
                button("Kemas bukti", lambda: self._make(zip_it, self._zipped), primary=True),
                button("Tulis ke komputer server", lambda: self._make(write_it, self._beside)),
            ],
            layout=_ROW,
        )
        self.making.children = (intro, choose, buttons, *self._packed())

    def _packed(self) -> tuple[w.Widget, ...]:
        made = self.room.packed
        if made is None:
            return ()
        words = (
            f"<p>Paket siap: {number_id(made.files)} berkas, {number_id(made.findings)} temuan, "
            f"{number_id(made.events)} catatan jejak. Sidik paket tercatat di jejak:</p>"
            f'<p class="vv-jejak-code">{escape(made.sums)}</p>'
        )
        save = DownloadButton("Unduh paket (zip)", lambda: (made.name, made.content), primary=True)
        return w.HTML(words, layout=WIDE), w.HBox([save], layout=_ROW)

    def _make(self, task: Callable[[Tells, Asks], None], done: Callable[[], None]) -> None:
        self._begin("Mengemas bukti", self.making, task, done, self._draw_making)

    def _zipped(self) -> None:
        self._draw_making()
        self.say("Paket bukti siap diunduh.")

    def _beside(self) -> None:
        self._draw_making()
        self.say(f"Paket ditulis di samping folder kerja: {self.written}")

    # -- playing it again ----------------------------------------------------------------------

    def _draw_checking(self) -> None:
        parts: list[w.Widget] = [
            w.HTML(
                "<h2>Periksa paket lama</h2><p>Unggah berkas zip paket bukti. Daftarnya dinilai "
                "ulang dengan nilai yang tertulis di paket, lalu hasilnya dibandingkan. Di "
                "komputer server: <code>verval audit recheck FOLDER</code>. Tanpa program ini: "
                "<code>sha256sum -c MANIFES.sha256</code> di dalam foldernya.</p>",
                layout=WIDE,
            ),
            UploadButton("Pilih paket (zip)", ".zip", self._take, primary=False),
        ]
        done = self.room.rechecked
        if done is not None:
            total = f"{number_id(done.findings)} temuan"
            head = f"Daftar {done.list_id}: " + (
                f"sama, {total}." if done.is_equal else "ada yang berbeda."
            )
            parts.append(
                w.HTML(verdict_html(done.is_equal, head, (*done.differences, *done.notes)))
            )
        self.checking.children = tuple(parts)

    def _take(self, _name: str, content: bytes) -> None:
        self._begin(
            "Memeriksa paket",
            self.checking,
            lambda tell, asks: self.room.recheck(content, tell, asks),
            self._draw_checking,
            self._draw_checking,
        )

    def _begin(
        self,
        title: str,
        place: w.Box,
        task: Callable[[Tells, Asks], None],
        done: Callable[[], None],
        again: Callable[[], None],
    ) -> None:
        def failed(sentence: str, wrong: bool) -> None:
            again()
            self.say(sentence, wrong)

        self.say("")
        self.work = Work(title, task, done, failed)
        place.children = (self.work.widget,)
        self.work.thread.start()

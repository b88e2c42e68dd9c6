"""Whether the chain is whole, or where it broke; and anchors to keep on paper."""

from __future__ import annotations

from html import escape

import ipywidgets as w

from workbench.domain.words import date_id, number_id
from workbench.services import audits
from workbench.store.anchors import Anchor
from workbench.ui.download import DownloadButton
from workbench.ui.linking.work import Work
from workbench.ui.staff.drawing import WIDE, Say, button, did
from workbench.ui.trail.drawing import log_html, verdict_html
from workbench.ui.trail.model import TrailRoom

_ROW = w.Layout(flex_flow="row wrap", width="100%")
#: Anchors in the table; older ones stay in the menu.
_MOST_SHOWN = 15


def panel(room: TrailRoom, say: Say) -> w.Widget:
    """Verify the chain, and look after its anchors."""
    return _ChainPanel(room, say).widget


class _ChainPanel:
    def __init__(self, room: TrailRoom, say: Say) -> None:
        self.room, self.say = room, say
        self.work: Work | None = None
        self.code = w.Text(
            description="Kode jangkar",
            placeholder="dari lembar jangkar; boleh kosong",
            layout=WIDE,
        )
        self.verifying, self.anchors = w.VBox(layout=WIDE), w.VBox(layout=WIDE)
        self.widget = w.VBox([self.verifying, self.anchors], layout=WIDE)
        self._draw_verifying()
        self._draw_anchors()

    # -- verifying -----------------------------------------------------------------------------

    def _draw_verifying(self) -> None:
        room = self.room
        parts: list[w.Widget] = [
            w.HTML(
                "<p>Setiap catatan mengikat catatan sebelumnya. Pemeriksaan menemukan catatan yang "
                "diubah, dihapus, disisipkan, ditukar atau dipotong, dan menyebut tempatnya. "
                "Jangkar dari lembar kertas juga menemukan jejak yang ditulis ulang seluruhnya."
                "</p>",
                layout=WIDE,
            ),
            self.code,
            button("Periksa jejak sekarang", self._verify, primary=True),
        ]
        if room.report is not None:
            parts.append(w.HTML(_verdict(room), layout=WIDE))
        self.verifying.children = tuple(parts)

    def _verify(self) -> None:
        code = self.code.value

        def failed(sentence: str, wrong: bool) -> None:
            self._draw_verifying()
            self.say(sentence, wrong)

        self.say("")
        self.work = Work(
            "Memeriksa jejak",
            lambda tell, asks: self.room.verify(code, tell, asks),
            self._draw_verifying,
            failed,
        )
        self.verifying.children = (self.work.widget,)
        self.work.thread.start()

    # -- anchors -------------------------------------------------------------------------------

    def _draw_anchors(self) -> None:
        room = self.room
        found: tuple[Anchor, ...] = ()

        def read() -> None:
            nonlocal found
            found = room.anchors()

        did(read, self.say)
        parts: list[w.Widget] = [
            w.HTML(
                "<h2>Jangkar</h2><p>Jangkar mencatat di mana jejak berakhir pada satu hari. Server "
                "mencatatnya sendiri setiap hari selama menyala. Cetak lembarnya dan simpan di "
                "luar ruang server.</p>",
                layout=WIDE,
            ),
            button("Catat jangkar sekarang", self._take),
        ]
        if found:
            choose = w.Dropdown(
                options=[(_anchor_words(one), at) for at, one in enumerate(found)],
                description="Lembar",
                layout=WIDE,
            )
            sheet = DownloadButton(
                "Unduh lembar (PDF)",
                lambda: audits.anchor_sheet(room.office, room.actor, found[choose.value]),
            )
            parts += [choose, w.HBox([sheet], layout=_ROW), w.HTML(_table(found), layout=WIDE)]
        else:
            parts.append(w.HTML('<p class="vv-empty">Belum ada jangkar.</p>', layout=WIDE))
        self.anchors.children = tuple(parts)

    def _take(self) -> None:
        def take() -> None:
            made = audits.take_anchor(self.room.office, self.room.actor)
            self._draw_anchors()
            self.say(
                "Jejak masih kosong, belum ada yang dijangkar."
                if made is None
                else f"Jangkar tercatat pada nomor {number_id(made.seq)}."
            )

        did(take, self.say)


def _verdict(room: TrailRoom) -> str:
    report = room.report
    assert report is not None
    if report.is_whole:
        return verdict_html(True, report.sentence)
    more = [
        f"Sampai nomor {number_id(report.events)} jejak masih utuh.",
        "Jangan hentikan server dan jangan pulihkan apa pun dulu. Simpan cadangan keadaan ini, "
        "lalu laporkan bersama lembar jangkar terakhir.",
    ]
    around = ""
    if room.around:
        around = f"<h2>Catatan di sekitar tempat itu</h2>{log_html(room.around, report.fault_at)}"
    return verdict_html(False, report.sentence, more) + around


def _anchor_words(one: Anchor) -> str:
    return f"{date_id(one.date)}, nomor {number_id(one.seq)}"


def _table(found: tuple[Anchor, ...]) -> str:
    rows = "".join(
        f"<tr><td>{date_id(one.date)}</td>"
        f"<td class='n'><span>nomor </span>{number_id(one.seq)}</td>"
        f"<td class='vv-jejak-code'>{escape(one.code).replace('-', '-<wbr>')}</td></tr>"
        for one in found[:_MOST_SHOWN]
    )
    rest = len(found) - _MOST_SHOWN
    more = f"<p class='vv-muted'>{number_id(rest)} jangkar lebih lama ada di pilihan.</p>"
    return (
        "<div class='vv-scroll' tabindex='0' role='region' aria-label='Tabel jangkar'>"
        "<table class='vv-table vv-jejak-anchors'><thead><tr><th>Hari</th>"
        f"<th class='n'>Catatan terakhir</th><th>Kode</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></div>{more if rest > 0 else ''}"
    )

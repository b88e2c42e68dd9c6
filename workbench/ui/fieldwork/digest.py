"""The tab Ringkasan: the quarter told to a lurah, on the screen and on one page."""

from __future__ import annotations

from html import escape

import ipywidgets as w

from workbench.domain.wilayah import PLACE_KINDS, kelurahan, say_locally
from workbench.services import digests
from workbench.services.digests import Digest
from workbench.ui.download import DownloadButton
from workbench.ui.fieldwork.happenings_pieces import dropdown, html, titled
from workbench.ui.fieldwork.model import FieldRoom
from workbench.ui.staff.drawing import WIDE, Say, button, day_words, did
from workbench.verification.happenings.sums import Sum

_TOO_FEW = (
    '<p class="vv-empty">Ringkasan membandingkan dua daftar. Masukkan daftar triwulan berikutnya '
    "di Daftar, lalu kembali ke sini.</p>"
)


def panel(room: FieldRoom, say: Say) -> w.Widget:
    """Two lists and a kelurahan, and what became of it."""
    if len(room.shelf) < 2:
        return html(_TOO_FEW)
    return DigestTab(room, say).widget


class DigestTab:
    """Chooses what is told, and draws it."""

    def __init__(self, room: FieldRoom, say: Say) -> None:
        self.room, self.say = room, say
        lists = sorted(room.shelf, key=lambda one: (one.as_of, one.at))
        options = [(f"{one.name}, keadaan {day_words(one.as_of)}", one.id) for one in lists]
        places = [
            (f"{one.name}, Kec. {one.kecamatan}", one.kode_kemendagri)
            for one in sorted(kelurahan(), key=lambda one: one.name)
            if room.actor.covers(one.kode_kemendagri)
        ]
        self.before = dropdown(options, lists[-2].id)
        self.after = dropdown(options, lists[-1].id)
        self.place = dropdown([*places, (say_locally("Semua kelurahan di wilayah Anda"), "")])
        self.result = w.VBox(layout=WIDE)
        for control in (self.before, self.after, self.place):
            control.observe(lambda _change: self._clear(), "value")
        self.widget = w.VBox(
            [
                titled(PLACE_KINDS, self.place),
                titled("Daftar lama", self.before),
                titled("Daftar baru", self.after),
                button("Buat ringkasan", self.tell, primary=True),
                self.result,
            ],
            layout=WIDE,
        )

    def tell(self) -> None:
        """Compare, count and draw; a sentence when that cannot be done."""
        self.say("Membandingkan kedua daftar ...")
        if did(self._tell, self.say):
            self.say("")

    def _tell(self) -> None:
        chosen = (self.before.value, self.after.value, self.place.value)
        room = self.room
        told = digests.digest(room.office, room.actor, *chosen)
        self.result.children = (
            html(digest_html(told)),
            DownloadButton(
                say_locally("Satu halaman untuk lurah (PDF)"),
                lambda: digests.digest_page(room.office, room.actor, *chosen),
            ),
            DownloadButton(
                "Untuk papan pengumuman (PDF, angka kecil disembunyikan)",
                lambda: digests.digest_page(room.office, room.actor, *chosen, is_public=True),
            ),
        )

    def _clear(self) -> None:
        self.result.children = ()


def digest_html(told: Digest) -> str:
    """The digest as it is read on a screen."""
    read = "".join(f"<p>{escape(one)}</p>" for one in digests.sentences(told))
    whole = (
        "<p><b>● Jumlah cocok</b>: tiap daftar sama dengan jumlah golongannya, baris demi baris."
        f"<br>{'<br>'.join(map(escape, digests.equations(told)))}</p>"
        if told.is_whole
        else '<p class="vv-lap-blocker"><b>▲ Jumlah tidak cocok.</b> Jangan dipakai; laporkan.</p>'
    )
    columns = ", ".join(f"{words.lower()} {count}" for words, count in told.columns)
    often = (
        "<p>Yang paling sering berubah (satu baris dapat terhitung lebih dari sekali): "
        f"{escape(columns)}.</p>"
        if columns
        else ""
    )
    facts = digests.fact_lines(told)
    return (
        f'<div class="vv-lap-digest"><div class="vv-lap-read">{read}</div>'
        f'<div class="vv-lap-pair">{_sum_table("Keluarga", told.families)}'
        f"{_sum_table('Orang', told.persons)}</div>{whole}"
        f'<h2>Mengapa</h2><div class="vv-lap-pair">{_reasons("Keluarga", told.families)}'
        f"{_reasons('Orang', told.persons)}</div>{often}"
        + (f"<h2>Kunjungan, peristiwa, graduasi dan sanggahan</h2>{_facts(facts)}" if facts else "")
        + '<p class="vv-muted">Peristiwa yang belum tampak adalah pertanyaan untuk kantor, bukan '
        "kesalahan keluarga.</p></div>"
    )


def _sum_table(title: str, summed: Sum) -> str:
    rows = digests.sum_lines(summed, title.lower())
    body = "".join(
        f"<tr><th scope='row'>{escape(words)}</th><td>{before}</td><td>{after}</td></tr>"
        for words, before, after in rows
    )
    total = digests.totals(summed)
    return (
        f"<table class='vv-table vv-lap-sums'><thead><tr><th>{title}</th><th>Daftar lama</th>"
        f"<th>Daftar baru</th></tr></thead><tbody>{body}</tbody><tfoot><tr><th scope='row'>Jumlah"
        f"</th><td><b>{total[0]}</b></td><td><b>{total[1]}</b></td></tr></tfoot></table>"
    )


def _reasons(title: str, summed: Sum) -> str:
    rows = digests.reason_lines(summed, title.lower())
    if not rows:
        return ""
    body = "".join(
        f"<tr><td>{escape(change)}</td><td>{escape(words)}</td><td>{count}</td></tr>"
        for change, words, count in rows
    )
    return (
        f"<table class='vv-table'><thead><tr><th>{title}</th><th>Sebab yang tercatat</th>"
        f"<th>Jumlah</th></tr></thead><tbody>{body}</tbody></table>"
    )


def _facts(rows: list[tuple[str, str]]) -> str:
    body = "".join(f"<tr><td>{escape(words)}</td><td>{count}</td></tr>" for words, count in rows)
    return (
        "<table class='vv-table'><thead><tr><th>Yang dicatat dalam triwulan ini</th>"
        f"<th>Jumlah</th></tr></thead><tbody>{body}</tbody></table>"
    )

"""People's data: the record of processing, what is over, and the notice of a breach."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import ipywidgets as w

from workbench.domain.wilayah import CITY
from workbench.domain.words import date_id, number_id
from workbench.services import processing
from workbench.services.processing import Activity
from workbench.services.retention import KINDS, Due, Run
from workbench.ui.download import DownloadButton
from workbench.ui.staff.drawing import WIDE, Say, button, day_words, did
from workbench.ui.trail.model import TrailRoom
from workbench.ui.trail.privacy_model import PrivacyTab

_ROW = w.Layout(flex_flow="row wrap", width="100%")


def panel(room: TrailRoom, say: Say) -> w.Widget:
    """The tab, or a sentence for somebody who looks after a part of the city."""
    if not room.is_whole_office:
        return _html(
            '<p class="vv-empty">Catatan pemrosesan memuat seluruh kantor. Mintalah yang '
            f"mengurus seluruh {CITY.kind}.</p>"
        )
    return _Panel(PrivacyTab(room), say).widget


class _Panel:
    def __init__(self, tab: PrivacyTab, say: Say) -> None:
        self.tab, self.say = tab, say
        self.record, self.kept = w.VBox(layout=WIDE), w.VBox(layout=WIDE)
        breach = w.VBox(list(self._breach()), layout=WIDE)
        self.widget = w.VBox([self.record, self.kept, breach], layout=WIDE)
        self._draw()

    def _draw(self, asks: bool = False) -> None:
        self.record.children = tuple(self._record())
        self.kept.children = tuple(self._kept(asks)) if self.tab.may_delete else ()

    def _record(self) -> list[w.Widget]:
        room, made = self.tab.room, self.tab.record
        notes = "".join(f"<p class='vv-note'>{escape(note)}</p>" for note in made.notes)
        seen = "".join(
            f"<tr><td>{escape(words)}</td><td class='n'>{number_id(count)}</td>"
            f"<td>{escape(more) or '-'}</td></tr>"
            for words, count, more in made.seen
        )
        guards = "".join(f"<li>{escape(one)}</li>" for one in made.guards)
        return [
            _html(
                "<h2>Catatan kegiatan pemrosesan</h2><p>Diminta UU 27/2022 Pasal 31. Isinya "
                "dihitung dari keadaan kantor hari ini.</p>"
                f"{notes}{''.join(map(_activity, made.activities))}"
            ),
            DownloadButton(
                "Unduh catatan (PDF)",
                lambda: processing.record_paper(room.office, room.actor),
                primary=True,
            ),
            _html(
                "<h2>Dilihat lengkap atau dibawa keluar, 365 hari terakhir</h2>"
                "<div class='vv-scroll' tabindex='0' role='region' aria-label='Yang dilihat'>"
                "<table class='vv-table'><thead><tr><th>Kejadian</th><th class='n'>Kali</th>"
                f"<th>Keperluan</th></tr></thead><tbody>{seen}</tbody></table></div>"
                f"<h2>Cara data dijaga</h2><ul>{guards}</ul>"
            ),
        ]

    def _kept(self, asks: bool) -> list[w.Widget]:
        tab = self.tab
        parts: list[w.Widget] = [
            _html(
                "<h2>Masa simpan</h2><p>Lamanya diatur di Pengaturan kantor. Tidak ada yang "
                "terhapus sendiri; daftar kerja dan daftar terbaru selalu tinggal. Jejak tetap "
                f"utuh.</p>{_due(tab.due)}"
            )
        ]
        if asks:
            parts.append(_html(f"<p><b>{_over(tab.due)} dihapus untuk seterusnya?</b></p>"))
            sure = button("Ya, hapus sekarang", lambda: self._do(tab.erase))
            parts.append(w.HBox([sure, button("Batal", self._draw)], layout=_ROW))
        elif tab.over:
            parts.append(button("Hapus yang habis masa simpannya", lambda: self._draw(True)))
        else:
            parts.append(_html('<p class="vv-empty">Tidak ada yang habis masa simpannya.</p>'))
        if tab.runs:
            parts.append(_html(_runs(tab.runs)))
            parts.append(button("Bersihkan sisa di berkas data", lambda: self._do(tab.sweep)))
        return parts

    def _do(self, act: Callable[[], str]) -> None:
        told: list[str] = []
        if did(lambda: told.append(act()), self.say):
            self.say(told[0])
        self._draw()

    def _breach(self) -> list[w.Widget]:
        tab = self.tab
        day = w.DatePicker(value=tab.day, description="Hari diketahui", tooltip="", layout=WIDE)
        day.observe(lambda change: setattr(tab, "day", change["new"]), "value")
        chosen = w.Dropdown(options=tab.lists(), value="", description="Daftar", layout=WIDE)
        chosen.observe(lambda change: setattr(tab, "list_id", change["new"]), "value")

        def line(name: str, label: str, hint: str) -> w.Widget:
            made = w.Text(description=label, placeholder=hint, continuous_update=False, layout=WIDE)
            made.observe(lambda change: setattr(tab, name, change["new"]), "value")
            return made

        fields = w.VBox(
            [
                day,
                line("hour", "Jam diketahui", "misalnya 14.30"),
                chosen,
                line("happened", "Apa yang terjadi", "kapan dan bagaimana data terungkap"),
                line("done", "Yang dilakukan", "boleh kosong, diisi di kertas"),
                line("contact", "Hubungi", "nama dan nomor petugas; boleh kosong"),
            ],
            layout=WIDE,
        )
        fields.add_class("vv-jejak-fields")
        return [
            _html(
                "<h2>Bila data bocor</h2><p>Pemberitahuan tertulis paling lambat 3 x 24 jam sejak "
                "diketahui (UU 27/2022 Pasal 46). Surat ini terisi dengan yang diketahui aplikasi; "
                "periksa, tanda tangani, kirim. Isian ini tidak disimpan. Jangan tulis NIK.</p>"
            ),
            fields,
            DownloadButton("Unduh surat pemberitahuan (PDF)", tab.breach_paper),
        ]


def _html(text: str) -> w.HTML:
    return w.HTML(text, layout=WIDE)


def _activity(one: Activity) -> str:
    cells = (
        ("Untuk apa", one.purpose),
        ("Dasar", one.basis),
        ("Milik siapa", one.subjects),
        ("Data umum", "; ".join(one.data)),
        ("Data spesifik", "; ".join(one.specific)),
        ("Banyaknya", "; ".join(one.amounts)),
        ("Masa simpan", one.kept),
    )
    told = "".join(
        f"<div><dt>{label}</dt><dd>{escape(words) or 'tidak ada'}</dd></div>"
        for label, words in cells
    )
    return (
        f"<section class='vv-card vv-jejak-setting'><h3>{escape(one.name)}</h3>"
        f"<dl>{told}</dl></section>"
    )


def _due(due: tuple[Due, ...]) -> str:
    rows = "".join(
        f"<tr><td>{escape(one.title)}{_names(one)}</td>"
        f"<td>{f'{number_id(one.years)} tahun' if one.years else 'tidak dihapus'}</td>"
        f"<td>{date_id(one.before) if one.before else '-'}</td>"
        f"<td class='n'>{number_id(one.count)}</td></tr>"
        for one in due
    )
    return (
        "<div class='vv-scroll' tabindex='0' role='region' aria-label='Masa simpan'>"
        "<table class='vv-table'><thead><tr><th>Jenis</th><th>Disimpan</th><th>Lebih tua dari</th>"
        f"<th class='n'>Habis</th></tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _names(one: Due) -> str:
    return f"<br><small>{escape(', '.join(one.names))}</small>" if one.names else ""


def _over(due: tuple[Due, ...]) -> str:
    return ", ".join(f"{escape(one.title)} ({number_id(one.count)})" for one in due if one.count)


def _runs(runs: tuple[Run, ...]) -> str:
    lines = "".join(
        f"<li>{escape(day_words(run.at))}: "
        + ", ".join(
            f"{escape(KINDS[kind][1])} ({number_id(count)})" for kind, count in run.counts.items()
        )
        + "</li>"
        for run in runs[:10]
    )
    return f"<h3>Sudah dihapus</h3><ul>{lines}</ul>"

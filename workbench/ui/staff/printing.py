"""Kelurahan by kelurahan: how much was found, and the checklists to print."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

import ipywidgets as w

from workbench.domain.wilayah import PLACE_KINDS, PLACES, say_locally
from workbench.domain.words import number_id
from workbench.errors import WrongUse
from workbench.services import lists, renewals
from workbench.services.findings import NOTE, Query
from workbench.ui.download import DownloadButton
from workbench.ui.staff.drawing import WIDE, Say, button, did, place_name
from workbench.ui.staff.import_model import Import
from workbench.ui.staff.importing import KINDS_OF_FILE
from workbench.ui.staff.model import ListsRoom
from workbench.ui.upload import UploadButton

_ROW = w.Layout(flex_flow="row wrap", width="100%")


def panel(room: ListsRoom, say: Say, renewed: Callable[[str, str], None]) -> w.Widget:
    """Findings by kelurahan, their checklists, and what a kelurahan sends back.

    ``renewed`` gets the list to open and what to say when a kelurahan was judged or replaced.
    """
    assert room.chosen is not None
    list_id = room.chosen.summary.id
    rows = _counts(room)
    if not rows:
        return w.HTML('<p class="vv-empty">Daftar ini kosong, jadi tidak ada yang dicetak.</p>')
    places = [
        (f"{place_name(row.code)}: {number_id(row.asked)} perlu dicek", row.code) for row in rows
    ]
    choose = w.Dropdown(options=places, description=PLACE_KINDS, layout=WIDE)
    everyone = w.Checkbox(
        value=False, description="Sertakan keluarga tanpa temuan", indent=False, layout=WIDE
    )
    notes = w.Checkbox(
        value=False, description="Sertakan catatan tanpa kunjungan", indent=False, layout=WIDE
    )
    one = DownloadButton(
        "Unduh daftar periksa",
        lambda: lists.checklist_file(
            room.office, room.actor, list_id, choose.value, everyone.value, notes.value
        ),
        primary=True,
    )
    every = DownloadButton(
        say_locally("Unduh semua kelurahan (zip)"),
        lambda: lists.checklist_files(
            room.office, room.actor, list_id, everyone.value, notes.value
        ),
    )
    return w.VBox(
        [
            choose,
            everyone,
            notes,
            w.HBox([one, every], layout=_ROW),
            *_corrections(room, say, renewed, choose),
            w.HTML(_table(rows), layout=WIDE),
        ],
        layout=WIDE,
    )


@dataclass(frozen=True)
class _Place:
    """A kelurahan with its families, what is to be checked there, and notes."""

    code: str
    families: int
    asked: int
    noted: int


def _counts(room: ListsRoom) -> list[_Place]:
    assert room.chosen is not None
    assert room.index is not None
    notes = dict(room.index.facets(Query().turned("severity", NOTE))["kelurahan"])
    return [
        _Place(code, families, found - notes.get(code, 0), notes.get(code, 0))
        for code, families, found in lists.counts_by_kelurahan(room.chosen)
    ]


def _table(rows: list[_Place]) -> str:
    body = "".join(
        f"<tr><td>{escape(place_name(row.code))}</td><td class='n'>{number_id(row.families)}</td>"
        f"<td class='n'>{number_id(row.asked)}</td><td class='n'>{number_id(row.noted)}</td></tr>"
        for row in rows
    )
    return (
        f"<h2>{say_locally('Semua kelurahan pada daftar ini')}</h2>"
        "<div class='vv-scroll' tabindex='0' role='region' aria-label='Tabel'>"
        "<table class='vv-table vv-places'><thead><tr><th>"
        + PLACE_KINDS
        + "</th><th class='n'>Keluarga</th>"
        "<th class='n'>Perlu dicek</th><th class='n'>Catatan</th></tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _corrections(
    room: ListsRoom, say: Say, renewed: Callable[[str, str], None], choose: w.Dropdown
) -> tuple[w.Widget, ...]:
    """Judge the chosen kelurahan again, or replace its rows by those it corrected."""
    assert room.chosen is not None
    office, actor, summary = room.office, room.actor, room.chosen.summary
    list_id = summary.id

    def recheck() -> None:
        say(say_locally("Memeriksa ulang kelurahan ini ..."))
        did(judge, say)

    def judge() -> None:
        done = renewals.recheck_kelurahan(office, actor, list_id, choose.value)
        renewed(
            list_id,
            f"{place_name(choose.value)} diperiksa ulang dengan aturan sekarang: "
            f"{_change_words(done.findings - summary.findings)}.",
        )

    def replace(file_name: str, content: bytes) -> None:
        say("Membaca berkas perbaikan ...")
        incoming = Import(office, actor)
        try:
            if did(lambda: incoming.take(file_name, content), say):
                did(lambda: shelve(incoming), say)
        finally:
            incoming.drop()

    def shelve(incoming: Import) -> None:
        why = incoming.blocker()
        if why:
            raise WrongUse(why)
        done = renewals.replace_kelurahan(
            office, actor, list_id, choose.value, incoming.files[0], mapping=incoming.mapping()
        )
        renewed(
            done.summary.id,
            f"Daftar baru sudah tersimpan. {number_id(done.rest)} baris tetap; "
            f"{number_id(done.removed)} baris lama {place_name(choose.value)} diganti "
            f"{number_id(done.read)} baris = {number_id(done.kept)} disimpan + "
            f"{number_id(done.refused)} ditolak. {' '.join(done.notes)}".strip(),
        )

    why = w.HTML(
        f"<h2>{say_locally('Kelurahan')} yang dipilih di atas</h2><ul><li>Periksa ulang: menilai "
        "lagi barisnya dengan aturan sekarang. Isi daftar tidak berubah.</li><li>Ganti: berkas "
        f"perbaikan hanya memuat {PLACES} itu. Hasilnya daftar baru; daftar lama tetap "
        "ada.</li></ul>",
        layout=WIDE,
    )
    back = UploadButton("Ganti dengan berkas perbaikan", KINDS_OF_FILE, replace, primary=False)
    again = button(say_locally("Periksa ulang kelurahan ini"), recheck)
    return why, w.HBox([again, back], layout=_ROW)


def _change_words(more: int) -> str:
    if not more:
        return "jumlah temuan tetap"
    return f"{number_id(abs(more))} temuan lebih {'banyak' if more > 0 else 'sedikit'}"

"""Kelurahan by kelurahan: how much was found, and the checklists to print."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import ipywidgets as w

from workbench.domain.words import number_id
from workbench.errors import WrongUse
from workbench.services import lists, renewals
from workbench.ui.download import DownloadButton
from workbench.ui.staff.drawing import WIDE, Say, button, did, place_name
from workbench.ui.staff.import_model import Import
from workbench.ui.staff.importing import KINDS_OF_FILE
from workbench.ui.staff.model import ListsRoom
from workbench.ui.upload import UploadButton


def panel(room: ListsRoom, say: Say, renewed: Callable[[str, str], None]) -> w.Widget:
    """Findings by kelurahan, their checklists, and what a kelurahan sends back.

    ``renewed`` gets the list to open and what to say when a kelurahan was judged or replaced.
    """
    assert room.chosen is not None
    opened = room.chosen
    list_id = opened.summary.id
    rows = lists.counts_by_kelurahan(opened)
    printable = [(f"{place_name(code)}: {number_id(n)} temuan", code) for code, _f, n in rows if n]
    if not printable:
        return w.HTML('<p class="vv-empty">Tidak ada temuan, jadi tidak ada yang dicetak.</p>')
    choose = w.Dropdown(options=printable, description="Kelurahan", layout=WIDE)
    everyone = w.Checkbox(
        value=False, description="Sertakan keluarga tanpa temuan", indent=False, layout=WIDE
    )
    one = DownloadButton(
        "Unduh daftar periksa",
        lambda: lists.checklist_file(
            room.office, room.actor, list_id, choose.value, everyone.value
        ),
        primary=True,
    )
    every = DownloadButton(
        "Unduh semua kelurahan (zip)",
        lambda: lists.checklist_files(room.office, room.actor, list_id, everyone.value),
    )
    body = "".join(
        f"<tr><td>{escape(place_name(code))}</td><td class='n'>{number_id(families)}</td>"
        f"<td class='n'>{number_id(found)}</td></tr>"
        for code, families, found in rows
    )
    table = (
        "<div class='vv-scroll' tabindex='0' role='region' aria-label='Tabel'>"
        "<table class='vv-table'><thead><tr><th>Kelurahan</th>"
        "<th class='n'>Keluarga</th><th class='n'>Temuan</th></tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )
    return w.VBox(
        [choose, everyone, one, every, *_corrections(room, say, renewed, choose), w.HTML(table)],
        layout=WIDE,
    )


def _corrections(
    room: ListsRoom, say: Say, renewed: Callable[[str, str], None], choose: w.Dropdown
) -> tuple[w.Widget, ...]:
    """Judge the chosen kelurahan again, or replace its rows by those it corrected."""
    assert room.chosen is not None
    office, actor, list_id = room.office, room.actor, room.chosen.summary.id

    def recheck() -> None:
        say("Memeriksa ulang kelurahan ini ...")
        if did(lambda: renewals.recheck_kelurahan(office, actor, list_id, choose.value), say):
            renewed(list_id, f"{place_name(choose.value)} diperiksa ulang dengan aturan sekarang.")

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
            f"{number_id(done.refused)} ditolak.",
        )

    why = w.HTML(
        "<h3>Perbaikan dari kelurahan yang dipilih</h3><p>Berkas perbaikan hanya memuat kelurahan "
        "itu. Hasilnya daftar baru; daftar lama tetap ada.</p>",
        layout=WIDE,
    )
    back = UploadButton("Ganti dengan berkas perbaikan", KINDS_OF_FILE, replace, primary=False)
    again = button("Periksa ulang kelurahan ini", recheck)
    return why, w.HBox([again, back], layout=w.Layout(flex_flow="row wrap", width="100%"))

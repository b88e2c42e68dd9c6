"""Kelurahan by kelurahan: how much was found, and the checklists to print."""

from __future__ import annotations

from html import escape

import ipywidgets as w

from workbench.domain.words import number_id
from workbench.services import lists
from workbench.ui.download import DownloadButton
from workbench.ui.staff.drawing import WIDE, Say, place_name
from workbench.ui.staff.model import ListsRoom


def panel(room: ListsRoom, say: Say) -> w.Widget:
    """Findings by kelurahan, and their checklists."""
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
    return w.VBox([choose, everyone, one, every, w.HTML(table)], layout=WIDE)

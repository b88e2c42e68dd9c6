"""Rows of the source that were refused."""

from __future__ import annotations

from html import escape

import ipywidgets as w

from workbench.services import lists
from workbench.ui.download import DownloadButton
from workbench.ui.staff.drawing import WIDE, Say
from workbench.ui.staff.model import ListsRoom


def panel(room: ListsRoom, say: Say) -> w.Widget:
    """The rows that were not kept, each with its reason."""
    assert room.chosen is not None
    list_id = room.chosen.summary.id
    rows = room.chosen.refused.to_pylist()
    back = DownloadButton(
        "Unduh berkas asal bertanda",
        lambda: lists.returned_file(room.office, room.actor, list_id),
        primary=bool(rows),
    )
    why = w.HTML(
        "<p>Berkas Anda sendiri sebagai XLSX: sel yang ditolak berwarna merah, sel yang meragukan "
        "kuning, sebabnya tertulis di komentar dan kolom terakhir. Perbaiki, lalu masukkan "
        "lagi.</p>",
        layout=WIDE,
    )
    if not rows:
        empty = w.HTML('<p class="vv-empty">Tidak ada baris yang ditolak.</p>')
        return w.VBox([empty, why, back], layout=WIDE)
    body = "".join(
        f"<tr><td>{escape(row['sheet'])}</td><td class='n'>{row['row']}</td>"
        f"<td>{escape(row['column'])}</td><td>{escape(row['reason'])}</td></tr>"
        for row in rows[:500]
    )
    more = "" if len(rows) <= 500 else "<p class='vv-muted'>500 baris pertama ditampilkan.</p>"
    table = w.HTML(
        "<div class='vv-scroll' tabindex='0' role='region' aria-label='Tabel'>"
        "<table class='vv-table'><thead><tr><th>Lembar</th>"
        "<th class='n'>Baris</th><th>Kolom</th><th>Sebab</th></tr></thead>"
        f"<tbody>{body}</tbody></table></div>{more}",
        layout=WIDE,
    )
    return w.VBox([why, back, table], layout=WIDE)

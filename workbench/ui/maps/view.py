"""The map room on a page: choose list and indicator, look, take the map along as a file."""

from __future__ import annotations

from datetime import date
from html import escape
from typing import Any

import ipywidgets as w

from workbench.access import Actor
from workbench.domain.words import date_id
from workbench.errors import WorkbenchError
from workbench.services import lists, maps
from workbench.services.office import Office
from workbench.ui.download import DownloadButton

_WIDE = w.Layout(width="100%")


def show(actor: Actor) -> w.Widget:
    """The room for one person."""
    office = Office.from_environment()
    shelf = lists.shelf(office, actor)
    if not shelf:
        return w.HTML(
            '<p class="vv-empty">Belum ada daftar untuk dipetakan. '
            '<a href="/daftar">Masukkan daftar</a> lebih dulu.</p>'
        )
    which = w.Dropdown(
        options=[
            (f"{summary.name} ({date_id(date.fromisoformat(summary.at[:10]))})", summary.id)
            for summary in shelf
        ],
        description="Daftar",
        layout=_WIDE,
    )
    what = w.Dropdown(options=maps.indicator_choices(), description="Indikator", layout=_WIDE)
    frame = w.HTML(layout=_WIDE)
    take = DownloadButton("Unduh peta (satu berkas)", lambda: _file(office, actor, which, what))

    def draw(_change: Any = None) -> None:
        try:
            page = maps.map_page(office, actor, which.value, what.value)
        except WorkbenchError as error:
            frame.value = f'<p class="vv-error" role="alert">{escape(str(error))}</p>'
            return
        frame.value = (
            f'<iframe class="vv-map" title="Peta {escape(what.label)}" srcdoc="{escape(page)}" '
            'style="width:100%;height:72vh;min-height:480px;border:1px solid var(--vv-line)">'
            "</iframe>"
        )

    which.observe(draw, "value")
    what.observe(draw, "value")
    draw()
    return w.VBox([which, what, frame, take], layout=_WIDE)


def _file(office: Office, actor: Actor, which: w.Dropdown, what: w.Dropdown) -> tuple[str, bytes]:
    page = maps.map_page(office, actor, which.value, what.value)
    return f"peta-{what.value.replace(':', '-').lower()}.html", page.encode()

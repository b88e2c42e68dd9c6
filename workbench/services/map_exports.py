"""Maps on their way out: charts for the room, figures, geodata, tables, a bundle of open data.

Every kind is made of the same atlas, whose numbers passed the gate, and is cut to the actor's
areas once more. What is taken out stays on record.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from workbench.access import Actor, Permission, Workspace, require
from workbench.domain.wilayah import say_locally
from workbench.errors import Forbidden, WrongUse
from workbench.services.office import Office
from workbench.store import clock, ledger

if TYPE_CHECKING:
    import geopandas as gpd

    from workbench.geo.atlas import Atlas
    from workbench.geo.exports.selections import Extract, Selection

#: Kinds of file and their words for a menu.
KINDS: Mapping[str, str] = {
    "png": "Gambar (PNG, A4)",
    "pdf-a4": "Cetak A4 (PDF)",
    "pdf-a3": say_locally("Cetak A3 dengan nama kelurahan (PDF)"),
    "xlsx": "Tabel dengan kamus data (XLSX)",
    "csv": "Tabel sederhana (CSV)",
    "gpkg": "Peta untuk QGIS (GeoPackage)",
    "geojson": "Peta untuk QGIS (GeoJSON dan gaya, ZIP)",
    "data-terbuka": "Data terbuka, semua indikator (ZIP)",
}
#: Kinds of chart and their words for a menu.
CHARTS: Mapping[str, str] = {
    "batang": say_locally("Urutan kelurahan"),
    "tren": "Menurut waktu",
    "sebaran": "Sebaran",
}
_ENDINGS = {"pdf-a4": "-a4.pdf", "pdf-a3": "-a3.pdf", "geojson": "-geojson.zip"}


def export(
    office: Office,
    actor: Actor,
    atlas: Atlas,
    selection: Selection,
    kind: str,
    *,
    with_boundaries: bool = False,
    licence: str = "CC-BY-4.0",
) -> tuple[str, bytes]:
    """One file of ``KINDS``: its name and content.

    ``with_boundaries`` and ``licence`` (of ``bundle.LICENCES``) are for open data: whether the
    office's own boundaries may be published, which who sets its rules says, and on what terms.
    Raises ``WrongUse`` for what the atlas does not have and ``Forbidden`` for areas that are not
    the actor's.
    """
    _require_own(actor, atlas)
    if kind not in KINDS:
        raise WrongUse("Jenis berkas tidak dikenal. Pilih jenis yang ada pada daftar.")
    today = clock.today()
    if with_boundaries:
        require(actor, Permission.SET_RULES)
    if kind == "data-terbuka":
        from workbench.geo.exports.bundle import Publication, open_data

        content = open_data(atlas, Publication(today, licence, with_boundaries), actor.covers)
        name = f"data-terbuka-{atlas.areas.city_code}-{today.isoformat()}.zip"
        about = {"berkas": kind, "lisensi": licence, "batas": "ya" if with_boundaries else "tidak"}
    else:
        from workbench.geo.exports.selections import extract

        extracted = extract(atlas, selection, actor.covers)
        content = _content(extracted, _own_frame(actor, atlas), kind, today)
        name = _file_name(extracted, kind)
        about = {"berkas": kind, "indikator": selection.indicator, "ukuran": selection.measure}
    with office.store_for(actor).writing() as connection:
        subject = f"daftar:{selection.period}"
        ledger.record(connection, actor.id, "ekspor_peta", subject, "ekspor_peta", about)
    return f"latihan-{name}" if atlas.practice else name, content


def chart(
    actor: Actor, atlas: Atlas, selection: Selection, kind: str, codes: Sequence[str] = ()
) -> tuple[str, str]:
    """A chart of ``CHARTS`` as an ``<svg>`` element, and the same in words.

    ``codes`` are the places a trend is of. Raises as ``export`` does.
    """
    _require_own(actor, atlas)
    from workbench.geo.exports import charts
    from workbench.geo.exports.selections import CHANGE, extract

    if kind == "tren":
        # A change is of two periods; over more of them it is the counts that show it.
        kind_shown = "jumlah" if selection.measure == CHANGE else selection.measure
        periods = [
            replace(selection, period=period.list_id, measure=kind_shown)
            for period in atlas.periods
        ]
        drawn = charts.trend([extract(atlas, one, actor.covers) for one in periods], codes)
    elif kind in CHARTS:
        draw = charts.bar if kind == "batang" else charts.distribution
        drawn = draw(extract(atlas, selection, actor.covers))
    else:
        raise WrongUse("Jenis grafik tidak dikenal. Pilih jenis yang ada pada daftar.")
    return drawn.svg, drawn.words


def _require_own(actor: Actor, atlas: Atlas) -> None:
    """Raise ``Forbidden`` unless the atlas is of the actor's workspace and areas."""
    require(actor, Permission.READ_MAP)
    if atlas.practice is not (actor.workspace is Workspace.LATIHAN):
        raise Forbidden("Peta ini milik ruang kerja lain. Masuklah dengan akun yang berhak.")
    if not any(actor.covers(code) for code in atlas.areas.by_code):
        raise Forbidden("Wilayah ini di luar tugas Anda. Mintalah admin bila itu keliru.")


def _own_frame(actor: Actor, atlas: Atlas) -> gpd.GeoDataFrame:
    """The boundaries of the actor's areas."""
    inside = [actor.covers(code) for code in atlas.frame["kode_kemendagri"]]
    frame = atlas.frame[inside]
    frame.attrs = dict(atlas.frame.attrs)
    return frame


def _file_name(extracted: Extract, kind: str) -> str:
    """``peta-ppks-pmks04-per1000-2026-11-01.png``: what, how and when, and nobody's name."""
    day = extracted.period.as_of
    parts = (extracted.indicator.name, extracted.measured.kind, day.isoformat() if day else "")
    words = (re.sub(r"[^a-z0-9-]+", "-", part.lower()).strip("-") for part in parts)
    return f"peta-{'-'.join(word for word in words if word)}{_ENDINGS.get(kind, f'.{kind}')}"


def _content(extracted: Extract, frame: gpd.GeoDataFrame, kind: str, today: date) -> bytes:
    from workbench.geo.exports import figures, geofiles, workbooks

    match kind:
        case "png":
            return figures.map_png(extracted, frame, today)
        case "pdf-a4" | "pdf-a3":
            return figures.map_pdf(extracted, frame, today, kind[-2:].upper())
        case "xlsx":
            return workbooks.workbook(extracted, today)
        case "csv":
            return workbooks.table_csv(extracted)
        case "gpkg":
            return geofiles.geopackage(extracted, frame)
        case _:
            return geofiles.geojson_with_style(extracted, frame)

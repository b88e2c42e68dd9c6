"""The map page: one HTML file that asks nobody for anything.

``OfflineMap`` is folium's map with its scripts and styles replaced by Leaflet from the
``XStatic-Leaflet`` package, written into the page. Text from lists and files reaches the page
only as JSON that its script draws as text nodes. It never passes through a Jinja template, where
folium would run it. What the JSON holds is made in ``geo.page.contents``.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import pyarrow as pa
from branca.element import Element, Figure
from folium.template import Template

from workbench.domain import days
from workbench.domain.register import Register
from workbench.domain.words import date_id
from workbench.errors import StoreFault, WrongUse
from workbench.geo import indicators
from workbench.geo.areas import AreaSet, city_areas
from workbench.geo.atlas import Atlas, Period
from workbench.geo.boundaries import load_boundaries
from workbench.geo.counting import count
from workbench.geo.disclosure.gate import disclose
from workbench.geo.indicators import HasFindings, Indicator, OwnIndicator
from workbench.geo.page.contents import Choice, Contents, page_data
from workbench.geo.population import Population

_PATTERNS = (
    '<svg class="pola" aria-hidden="true"><defs>'
    '<pattern id="pola-disembunyikan" width="7" height="7" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="7" height="7" fill="#e2e8f0"/>'
    '<rect width="2.5" height="7" fill="#64748b"/></pattern>'
    '<pattern id="pola-nol" width="8" height="8" patternUnits="userSpaceOnUse">'
    '<rect width="8" height="8" fill="#fff"/><circle cx="4" cy="4" r="1.5" fill="#334155"/>'
    "</pattern>"
    '<pattern id="pola-belum" width="8" height="8" patternUnits="userSpaceOnUse">'
    '<rect width="8" height="8" fill="#fff"/>'
    '<path d="M4 0v8M0 4h8" stroke="#94a3b8" stroke-width="1"/></pattern>'
    '<pattern id="pola-tanpa" width="9" height="9" patternUnits="userSpaceOnUse">'
    '<rect width="9" height="9" fill="#fff"/>'
    '<path d="M2 2l5 5M7 2l-5 5" stroke="#64748b" stroke-width="1"/></pattern>'
    "</defs></svg>"
)


class Verbatim(Element):
    """Text for the page as it stands; folium's own elements would read it as a template."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, **kwargs: Any) -> str:
        """The text."""
        return self.text


class PageFigure(Figure):
    """An Indonesian HTML page."""

    _template = Template(
        '<!DOCTYPE html>\n<html lang="id">\n<head>\n'
        "{{ this.header.render(**kwargs) }}\n</head>\n"
        '<body data-ruang="{{ this.workspace }}">\n{{ this.html.render(**kwargs) }}\n'
        "<script>\n{{ this.script.render(**kwargs) }}\n</script>\n</body>\n</html>\n"
    )

    def __init__(self, workspace: str) -> None:
        super().__init__(height="720px")
        self.workspace = workspace

    def _repr_html_(self, **kwargs: Any) -> str:
        """The page in a frame of a notebook; the words below it stay where frames are left out."""
        page = escape(self.render(**kwargs))
        return (
            f'<div style="position:relative;height:{self.height}">'
            "<p>Peta tidak tampak karena isi buku catatan ini belum dipercaya. Jalankan sel ini "
            "sekali lagi.</p>"
            '<iframe title="Peta" style="position:absolute;inset:0;width:100%;height:100%;'
            f'border:0;background:#fff" srcdoc="{page}"></iframe></div>'
        )


class OfflineMap(folium.Map):
    """A folium map without tiles whose page carries its own Leaflet and an atlas.

    Layers may be added as to any folium map (they lie on the first of the page's maps); those
    that bring scripts from elsewhere are refused by ``save_map``.
    """

    default_js: list[tuple[str, str]] = []
    default_css: list[tuple[str, str]] = []

    def __init__(self, contents: Contents) -> None:
        super().__init__(tiles=None, location=[-6.12, 106.16], zoom_start=11)
        self.contents = contents
        # A fixed id: equal data gives an equal file.
        self._id = "peta"
        PageFigure("latihan" if contents.atlas.practice else "nyata").add_child(self)

    def __repr__(self) -> str:
        atlas = self.contents.atlas
        first = self.contents.first.indicator
        return f"OfflineMap({first}, {atlas.areas.city_name}, {len(atlas.periods)} periods)"

    def render(self, **kwargs: Any) -> str:
        """Write the parts into the page, then those of added layers; returns nothing to print."""
        figure = self.get_root()
        assert isinstance(figure, Figure)
        name = self.get_name()
        data = page_data(self.contents)
        first = data["indikator"][data["pilih"]["indicator"]]["t"] if data["indikator"] else "Peta"
        title = f"{first}, {data['kota']}"
        figure.header.add_child(Verbatim(_head(f"{data['tanda']}: {title}")), name="kepala")
        figure.html.add_child(Verbatim(_body(title, data["tanda"])), name=name)
        figure.script.add_child(Verbatim(_script(name, data)), name=name)
        for child in self._children.values():
            child.render(**kwargs)
        return ""


def choropleth(
    register: Register,
    indicator: str | OwnIndicator,
    findings: pa.Table | HasFindings | None = None,
    boundaries: gpd.GeoDataFrame | Path | None = None,
    practice: bool | None = None,
    population: Population | None = None,
) -> OfflineMap:
    """Draw ``register`` by kelurahan, as one page; names of indicators: ``workbench.indicators()``.

    The page opens with ``indicator`` and holds all others too: counts of families or people, and
    shares in percent or per 1,000, of which 1 to 4 and what would betray them are hidden. An
    ``OwnIndicator`` stands beside them behind the same gate. ``findings`` are those of a check of
    the same list. ``boundaries`` is a file or a
    frame of ``load_boundaries``; without it the schematic map is used. ``practice`` sets the mark
    LATIHAN or DATA NYATA; by default the manifest does. Raises ``WrongUse`` (indicator) and
    ``UnusableInput`` (boundaries).
    """
    own = indicator if isinstance(indicator, OwnIndicator) else None
    wanted = own.indicator if own else indicators.find_indicator(str(indicator))
    if wanted.name == "findings" and findings is None:
        raise WrongUse(
            "Indikator findings butuh tabel temuan. Periksa daftarnya lebih dahulu, "
            "lalu beri hasil temuannya."
        )
    if not isinstance(boundaries, gpd.GeoDataFrame):
        boundaries = load_boundaries(boundaries)
    is_practice = register.workspace == "latihan" if practice is None else practice
    table = findings if findings is None or isinstance(findings, pa.Table) else findings.table
    areas = city_areas()
    atlas = Atlas(
        areas,
        boundaries,
        (published(register, table, areas, own),),
        population,
        is_practice,
        frozenset((*areas.kecamatan, areas.city_code)),
    )
    return draw(atlas, Choice(wanted.name), (wanted,) if own else ())


def published(
    register: Register, findings: pa.Table | None, areas: AreaSet, own: OwnIndicator | None = None
) -> Period:
    """A list behind the gate, as the only period of a map."""
    manifest = register.manifest
    as_of = _as_date(manifest.get("as_of"))
    counts = count(register, findings, areas, as_of or days.today(), own)
    return Period(
        list_id="daftar",
        label=str(manifest.get("period") or "") or date_id(as_of) or "Daftar ini",
        as_of=as_of,
        source=source_words(manifest),
        release=disclose(counts, areas),
        remarks=tuple(dict.fromkeys(table.remark for table in counts if table.remark)),
    )


def draw(atlas: Atlas, first: Choice | None = None, own: tuple[Indicator, ...] = ()) -> OfflineMap:
    """A page with all indicators of an atlas, at all its periods; groups of the first one only.

    ``own`` are indicators that stand in no catalogue; they come first in the menu.
    """
    first = first or Choice()
    shown = (*own, *shown_indicators(atlas))
    return OfflineMap(Contents(atlas, shown, first, frozenset({first.indicator})))


def shown_indicators(atlas: Atlas) -> tuple[Indicator, ...]:
    """The indicators that at least one period of an atlas has a table for."""
    held = {
        (name, column.key)
        for period in atlas.periods
        for name, table in period.release.tables.items()
        for column in table.columns
    }
    return tuple(one for one in indicators.catalogue() if (one.table, one.column) in held)


def save_map(drawn: folium.Map, path: Path) -> Path:
    """Write the page to ``path`` and return it.

    Raises ``WrongUse`` when an added layer would ask another computer for a script or style,
    ``StoreFault`` when the place cannot be written.
    """
    html = drawn.get_root().render()
    if re.search(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", html):
        raise WrongUse(
            "Peta ini memuat lapisan yang mengambil berkas dari internet. "
            "Lepaskan lapisan itu, lalu simpan lagi."
        )
    path = Path(path)
    unfinished = path.with_name(path.name + ".sementara")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(html, encoding="utf-8")
        os.replace(unfinished, path)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink()
        raise StoreFault(
            f"Peta tidak dapat disimpan sebagai {path.name}. "
            "Periksa foldernya, ruang disk dan izin menulis, lalu ulangi."
        ) from error
    return path


def source_words(manifest: Mapping[str, Any], name: str = "") -> str:
    """The files a list was read from, as a person would cite them; else the list's ``name``."""
    names = []
    for one in manifest.get("files") or ():
        name = one.get("name") if isinstance(one, Mapping) else one
        if name:
            names.append(Path(str(name)).name)
    if not names:
        if manifest.get("seed") is not None:
            return "data latihan buatan, semua orang rekaan"
        return name or "daftar tanpa nama berkas"
    more = f" dan {len(names) - 2} berkas lain" if len(names) > 2 else ""
    return ", ".join(names[:2]) + more


def _as_date(value: Any) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


@cache
def _leaflet(name: str) -> str:
    """``leaflet.js`` or ``leaflet.css`` without what would make a browser ask for more."""
    from xstatic.pkg import leaflet

    text = Path(leaflet.BASE_DIR, name).read_text(encoding="utf-8")
    if name.endswith(".css"):
        # Icons of controls that are not used here, and a rule for Internet Explorer.
        return re.sub(r"[\w-]+:\s*url\([^)]*\);?", "", text)
    text = re.sub(r"//# sourceMappingURL=\S*", "", text)
    return text.replace('href="https://leafletjs.com"', 'href="#"').replace(
        "</script", "<\\/script"
    )


def _page_file(name: str) -> str:
    return files("workbench.geo").joinpath(f"page/{name}").read_text(encoding="utf-8")


def _head(title: str) -> str:
    return (
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n"
        f"<style>{_leaflet('leaflet.css')}</style>\n<style>{_page_file('peta.css')}</style>\n"
        f"<script>{_leaflet('leaflet.js')}</script>"
    )


def _body(title: str, words: str) -> str:
    return (
        f'<a class="lompat" href="#tabel">Lompat ke tabel</a>{_PATTERNS}'
        f'<header class="kepala"><span class="tanda">{words}</span>'
        f'<h1 id="judul">{escape(title)}</h1><div id="alat"></div></header>\n'
        "<noscript>Peta ini digambar oleh peramban: izinkan JavaScript.</noscript>\n"
        '<main id="lembar-lembar"></main>\n'
        '<section class="kartu" id="kartu" aria-live="polite" aria-label="Kartu {PLACES}" hidden>'
        "</section>\n"
        '<details class="tabel" id="tabel"><summary>Angka dalam tabel</summary>'
        '<div class="gulir" id="isi-tabel" tabindex="0" role="group" aria-label="Tabel"></div>'
        "</details>\n"
    )


def _script(name: str, data: Mapping[str, Any]) -> str:
    scripts = "".join(_page_file(f"{part}.js") for part in ("angka", "kelas", "peta"))
    return (
        f"var {name};\nvar PETA_LEAFLET = function (box, options) "
        f"{{ {name} = L.map(box, options); return {name}; }};\n"
        f"var PETA = {_json_for_script(data)};\n{scripts}"
    )


def _json_for_script(data: Mapping[str, Any]) -> str:
    """JSON in which no text can end the script or begin a tag."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text

"""The map page: one HTML file that asks nobody for anything.

``OfflineMap`` is folium's map with its scripts and styles replaced by Leaflet from the
``XStatic-Leaflet`` package, written into the page. Text from lists and files is escaped on its
way into HTML and reaches the script only as JSON that is put on the page as text nodes. It
never passes through a Jinja template, where folium would run it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import pyarrow as pa
import shapely
from branca.element import Element, Figure
from folium.template import Template

from workbench.domain.register import Register
from workbench.domain.wilayah import CITY
from workbench.domain.words import date_id
from workbench.errors import StoreFault, WrongUse
from workbench.geo import indicators
from workbench.geo.boundaries import JoinReport, load_boundaries
from workbench.geo.indicators import SMALL_COUNT, IndicatorTable, State

#: Light to dark in even steps of lightness: told apart without colour vision and in grey.
PALETTE = ("#fdf3c8", "#c2e2b4", "#74bfb4", "#3a88ab", "#1d4480")
_STATE_FILL = {
    State.DISEMBUNYIKAN: "url(#pola-disembunyikan)",
    State.NOL: "url(#pola-nol)",
    State.BELUM_DIDATA: "url(#pola-belum)",
}
_MEANING = {
    State.ANGKA: "",
    State.DISEMBUNYIKAN: (
        f"Jumlah 1 sampai {SMALL_COUNT} tidak ditampilkan agar orangnya tidak dapat dikenali."
    ),
    State.NOL: "Sudah didata dan tidak ada.",
    State.BELUM_DIDATA: "Tidak ada data kelurahan ini dalam daftar. Ini bukan nol.",
}
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
    "</defs></svg>"
)
#: More points than this in a boundary file are thinned, so that a page stays light on a phone.
_MOST_POINTS = 5500


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


@dataclass(frozen=True)
class Page:
    """The finished parts of a page: safe HTML and the data its script draws."""

    title: str
    before_map: str
    after_map: str
    data: Mapping[str, Any]


class OfflineMap(folium.Map):
    """A folium map without tiles whose page carries its own Leaflet.

    Layers may be added as to any folium map; those that bring scripts from elsewhere are
    refused by ``save_map``.
    """

    default_js: list[tuple[str, str]] = []
    default_css: list[tuple[str, str]] = []

    def __init__(self, page: Page, workspace: str) -> None:
        super().__init__(tiles=None, location=[-6.12, 106.16], zoom_start=11)
        self.page = page
        # A fixed id: equal data gives an equal file.
        self._id = "peta"
        PageFigure(workspace).add_child(self)

    def render(self, **kwargs: Any) -> str:
        """Write the parts into the page, then those of added layers; returns nothing to print."""
        figure = self.get_root()
        assert isinstance(figure, Figure)
        name = self.get_name()
        figure.header.add_child(Verbatim(_head(self.page.title)), name="kepala")
        body = f'{self.page.before_map}\n<div class="folium-map" id="{name}"></div>\n'
        figure.html.add_child(Verbatim(body + self.page.after_map), name=name)
        figure.script.add_child(Verbatim(_script(name, self.page.data)), name=name)
        for child in self._children.values():
            child.render(**kwargs)
        return ""


def choropleth(
    register: Register,
    indicator: str,
    findings: pa.Table | indicators.HasFindings | None = None,
    boundaries: gpd.GeoDataFrame | Path | None = None,
    practice: bool | None = None,
) -> folium.Map:
    """Draw an indicator of ``register`` by kelurahan; its names: ``indicators.indicators()``.

    ``boundaries`` is a GeoJSON file or a frame of ``load_boundaries``; without it the schematic
    map is used. ``practice`` sets the mark LATIHAN or DATA NYATA; by default the manifest does.
    Raises ``WrongUse`` (indicator) and ``UnusableInput`` (boundaries).
    """
    table = indicators.indicator(register, findings, indicator)
    is_practice = register.workspace == "latihan" if practice is None else practice
    return draw(table, register.manifest, boundaries, is_practice)


def draw(
    table: IndicatorTable,
    manifest: Mapping[str, Any],
    boundaries: gpd.GeoDataFrame | Path | None,
    practice: bool,
) -> OfflineMap:
    """Draw a finished indicator table; ``manifest`` gives date, period and source."""
    if not isinstance(boundaries, gpd.GeoDataFrame):
        boundaries = load_boundaries(boundaries)
    values = [row.value for row in table.rows if row.state is State.ANGKA and row.value is not None]
    classes = class_ranges(values, len(PALETTE))
    return OfflineMap(
        Page(
            title=f"{_mark(practice)}: {table.indicator.title}, {CITY.name}",
            before_map=_before_map(table, manifest, boundaries, practice),
            after_map=_after_map(table, classes, boundaries),
            data=_data(table, classes, boundaries),
        ),
        "latihan" if practice else "nyata",
    )


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
            f"Peta tidak dapat disimpan sebagai {path.name} ({error.strerror}). "
            "Periksa foldernya dan izin menulis, lalu ulangi."
        ) from error
    return path


def class_ranges(values: Sequence[float], most: int) -> tuple[tuple[float, float], ...]:
    """Split values into at most ``most`` classes of about equal size, lowest first.

    Each class is given by the least and greatest value in it, so that classes never overlap
    and a value stands in exactly one. Equal values stay together.
    """
    distinct = sorted(set(values))
    if len(distinct) <= most:
        return tuple((value, value) for value in distinct)
    ordered = sorted(values)
    cuts = sorted({ordered[len(ordered) * k // most] for k in range(1, most)} - {distinct[0]})
    ranges: list[tuple[float, float]] = []
    for low, high in zip([distinct[0], *cuts], [*cuts, None], strict=True):
        inside = [v for v in distinct if v >= low and (high is None or v < high)]
        ranges.append((inside[0], inside[-1]))
    return tuple(ranges)


def _class_of(value: float, classes: Sequence[tuple[float, float]]) -> int:
    return next(k for k, (low, high) in enumerate(classes) if low <= value <= high)


def _colours(count: int) -> list[str]:
    """``count`` colours spread over the palette, so that two classes differ plainly."""
    if count <= 1:
        return [PALETTE[2]] * count
    return [PALETTE[round(k * (len(PALETTE) - 1) / (count - 1))] for k in range(count)]


def _mark(practice: bool) -> str:
    return "LATIHAN" if practice else "DATA NYATA"


def _before_map(
    table: IndicatorTable,
    manifest: Mapping[str, Any],
    boundaries: gpd.GeoDataFrame,
    practice: bool,
) -> str:
    facts = []
    as_of = _as_date(manifest.get("as_of"))
    if as_of:
        facts.append(f"Keadaan {date_id(as_of)}")
    if manifest.get("period"):
        facts.append(f"Periode {manifest['period']}")
    facts.append(f"Sumber: {_source(manifest)}")
    facts.append(f"Batas: {boundaries.attrs.get('source', 'tidak disebut')}")
    return (
        '<a class="lompat" href="#tabel">Lompat ke tabel</a>'
        f"{_PATTERNS}<header class='kepala'><span class='tanda'>{_mark(practice)}</span>"
        f"<h1>{escape(table.indicator.title)}, {escape(CITY.name)}</h1>"
        f"<p>{escape(' · '.join(facts))}</p></header>"
    )


def _after_map(
    table: IndicatorTable, classes: Sequence[tuple[float, float]], boundaries: gpd.GeoDataFrame
) -> str:
    note = ""
    if boundaries.attrs.get("schematic"):
        note = '<p class="catatan-batas">Peta skematik, bukan batas resmi</p>'
    return (
        f"{note}{_legend(table, classes, boundaries)}"
        '<section class="kartu" id="kartu" aria-live="polite" hidden></section>'
        f"{_table_twin(table)}"
    )


def _legend(
    table: IndicatorTable, classes: Sequence[tuple[float, float]], boundaries: gpd.GeoDataFrame
) -> str:
    figures = [
        row.value for row in table.rows if row.state is State.ANGKA and row.value is not None
    ]
    lines = []
    for (low, high), colour in zip(classes, _colours(len(classes)), strict=True):
        count = sum(low <= value <= high for value in figures)
        words = table.figure(low) if low == high else f"{table.figure(low)} – {table.figure(high)}"
        lines.append(_key(colour, words, count))
    states = [
        _key(fill, words, sum(row.state is state for row in table.rows))
        for state, fill, words in (
            (
                State.DISEMBUNYIKAN,
                _STATE_FILL[State.DISEMBUNYIKAN],
                f"disembunyikan (1 sampai {SMALL_COUNT})",
            ),
            (State.NOL, _STATE_FILL[State.NOL], "nol"),
            (State.BELUM_DIDATA, _STATE_FILL[State.BELUM_DIDATA], "belum didata"),
        )
    ]
    remarks = [table.indicator.note, table.remark, "Garis tebal: batas kecamatan."]
    join = boundaries.attrs.get("join")
    if isinstance(join, JoinReport) and not join.is_complete:
        remarks.append(join.sentence() + " Angkanya ada di tabel.")
    paragraphs = "".join(f"<p>{escape(words)}</p>" for words in remarks if words)
    ranges = "".join(lines) or "<li>Belum ada angka yang dapat ditampilkan.</li>"
    return (
        '<aside class="legenda"><details id="rincian-legenda" open>'
        "<summary>Keterangan warna</summary>"
        f"<p>{escape(table.indicator.unit)}; di kanan: banyaknya kelurahan</p>"
        f"<ul>{ranges}</ul><hr><ul>{''.join(states)}</ul><hr>{paragraphs}</details></aside>"
    )


def _key(fill: str, words: str, count: int) -> str:
    return (
        '<li><svg width="34" height="20" aria-hidden="true"><rect x=".5" y=".5" width="33" '
        f'height="19" fill="{fill}" stroke="#64748b"/></svg><span>{escape(words)}</span>'
        f"<span>{count} kel.</span></li>"
    )


def _table_twin(table: IndicatorTable) -> str:
    rows = "".join(
        f"<tr><td>{escape(row.name)}</td><td>{escape(row.kecamatan)}</td>"
        f"<td>{escape(_cell_words(table, row.state, row.value))}</td></tr>"
        for row in table.rows
    )
    return (
        '<details class="tabel" id="tabel"><summary>Tabel</summary><div class="gulir"><table>'
        f"<thead><tr><th>Kelurahan</th><th>Kecamatan</th><th>{escape(table.indicator.unit)}</th>"
        f"</tr></thead><tbody>{rows}</tbody></table></div></details>"
    )


def _cell_words(table: IndicatorTable, state: State, value: float | None) -> str:
    if state is State.ANGKA and value is not None:
        return table.figure(value)
    return {State.NOL: "nol", State.BELUM_DIDATA: "belum didata"}.get(state, "disembunyikan")


def _data(
    table: IndicatorTable, classes: Sequence[tuple[float, float]], boundaries: gpd.GeoDataFrame
) -> dict[str, Any]:
    """What the script draws; no true small count is in it, for the table holds none."""
    styles: dict[str, dict[str, str]] = {
        f"kelas{k}": {"isi": colour} for k, colour in enumerate(_colours(len(classes)))
    }
    styles |= {state.value: {"isi": fill} for state, fill in _STATE_FILL.items()}
    styles[State.BELUM_DIDATA.value]["putus"] = "3 3"
    shapes = dict(zip(boundaries["kode_kemendagri"], _lighten(boundaries), strict=True))
    features = []
    for row in table.rows:
        shape = shapes.get(row.kode_kemendagri)
        if shape is None:
            continue
        style = row.state.value
        if row.state is State.ANGKA and row.value is not None:
            style = f"kelas{_class_of(row.value, classes)}"
        features.append(
            {
                "type": "Feature",
                "properties": {
                    "nama": row.name,
                    "kecamatan": row.kecamatan,
                    "nilai": table.words(row),
                    "keadaan": row.state.value,
                    "gaya": style,
                    "titik": _middle(shape),
                },
                "geometry": _geometry(shape),
            }
        )
    groups: dict[str, list[Any]] = {}
    names: dict[str, str] = {}
    for row in table.rows:
        if row.kode_kemendagri in shapes:
            groups.setdefault(row.kecamatan_kode, []).append(shapes[row.kode_kemendagri])
            names[row.kecamatan_kode] = row.kecamatan
    merged = {code: shapely.union_all(group) for code, group in groups.items()}
    # Each shared line once: drawn twice it would look thicker than the rim.
    title = table.indicator.title
    rims = [shapely.boundary(_main_parts(shape)) for shape in merged.values()]
    lines = shapely.line_merge(shapely.union_all(rims))
    return {
        # Left out where the value's unit already says it.
        "judul": "" if title.lower() == table.indicator.unit else title,
        "arti": {state.value: words for state, words in _MEANING.items()}
        | {State.ANGKA.value: table.indicator.note},
        "gaya": styles,
        "skala": not boundaries.attrs.get("schematic"),
        "wilayah": {"type": "FeatureCollection", "features": features},
        "garis_kecamatan": {
            "type": "Feature",
            "properties": {},
            "geometry": _geometry(lines),
        },
        "kecamatan": [
            {"nama": names[code], "titik": _middle(shape)} for code, shape in merged.items()
        ],
    }


def _lighten(boundaries: gpd.GeoDataFrame) -> list[Any]:
    """The shapes, thinned together where there are many points; shared lines stay shared."""
    shapes = boundaries.geometry.to_numpy()
    tolerance = 0.0001
    while shapely.get_num_coordinates(shapes).sum() > _MOST_POINTS and tolerance < 0.01:
        shapes = shapely.coverage_simplify(boundaries.geometry.to_numpy(), tolerance)
        tolerance *= 1.5
    return list(shapes)


def _main_parts(shape: Any) -> Any:
    """A shape without its islets, which a thick rim would turn into blots."""
    parts = list(getattr(shape, "geoms", [shape]))
    least = 0.01 * shape.area
    return shapely.union_all([part for part in parts if part.area >= least])


def _middle(shape: Any) -> list[float]:
    """A point for a label, [lat, lon]: the roomiest place of the largest part."""
    part = max(getattr(shape, "geoms", [shape]), key=lambda one: one.area)
    lon, lat = shapely.maximum_inscribed_circle(part, tolerance=0.0002).coords[0]
    return [round(lat, 5), round(lon, 5)]


def _geometry(shape: Any) -> dict[str, Any]:
    # Five decimals are one metre, and a fifth fewer bytes than the file's six.
    return dict(_rounded(shapely.geometry.mapping(shape)))


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 5)
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(inner) for inner in value]
    return value


def _source(manifest: Mapping[str, Any]) -> str:
    names = []
    for one in manifest.get("files") or ():
        name = one.get("name") if isinstance(one, Mapping) else one
        if name:
            names.append(Path(str(name)).name)
    if not names:
        if manifest.get("seed") is not None:
            return "data latihan buatan, semua orang rekaan"
        return "daftar tanpa nama berkas"
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


def _script(name: str, data: Mapping[str, Any]) -> str:
    return (
        f"var {name} = L.map('{name}', {{zoomControl: false, attributionControl: false, "
        "zoomSnap: 0.25, minZoom: 9, maxZoom: 17, center: [-6.12, 106.16], zoom: 11});\n"
        f"var PETA_LEAFLET = {name};\nvar PETA = {_json_for_script(data)};\n"
        f"{_page_file('peta.js')}"
    )


def _json_for_script(data: Mapping[str, Any]) -> str:
    """JSON in which no text can end the script or begin a tag."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text

"""Geodata for QGIS: a GeoPackage that opens coloured, or GeoJSON with its style beside it.

One feature a kelurahan. A hidden figure is null, and the state says in words why there is none.
"""

from __future__ import annotations

import io
import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as xml

from workbench.domain.wilayah import PLACES
from workbench.geo.classes import CLUSTER
from workbench.geo.disclosure.tables import State
from workbench.geo.exports.drawing import PATTERN_WORDS, PATTERNS
from workbench.geo.exports.selections import STATE_WORDS, Extract, firm_word, range_words

if TYPE_CHECKING:
    import geopandas as gpd

LAYER = "peta"
#: What each column of a layer holds, for people.
COLUMNS: Mapping[str, str] = {
    "kode_kemendagri": "Kode kelurahan atau desa menurut Kemendagri",
    "kelurahan": "Nama kelurahan atau desa",
    "kode_kecamatan": "Kode kecamatan menurut Kemendagri",
    "kecamatan": "Nama kecamatan",
    "nilai": "Nilai; kosong bila tidak ada angka, lihat status",
    "status": "angka, nol, disembunyikan, belum didata atau tanpa penyebut",
    "bawah": "Batas bawah selang 95 %",
    "atas": "Batas atas selang 95 %",
    "pembagi": "Penyebut",
    "kelompok": f"Kelompok {PLACES} bertetangga, bila ukurannya kelompok",
    "kuat": "ya bila kelompoknya tetap nyata setelah koreksi untuk banyak uji",
}
#: QGIS's names for the patterns of ``drawing.PATTERNS``; "" is a plain ground.
_BRUSHES = {"..": "dense6", "////": "b_diagonal", "++": "cross", "---": "horizontal"}


def geopackage(extract: Extract, frame: gpd.GeoDataFrame) -> bytes:
    """A GeoPackage of layer ``LAYER`` with its style in ``layer_styles`` and notes in a table."""
    import pyogrio

    with tempfile.TemporaryDirectory(prefix="verval-") as folder:
        path = Path(folder) / f"{LAYER}.gpkg"
        layer = _layer(extract, frame)
        pyogrio.write_dataframe(layer, path, layer=LAYER, driver="GPKG", promote_to_multi=True)
        connection = sqlite3.connect(path)
        try:
            with connection:
                _add_notes(connection, extract)
                _add_style(connection, style(extract))
        finally:
            connection.close()
        return path.read_bytes()


def geojson_with_style(extract: Extract, frame: gpd.GeoDataFrame) -> bytes:
    """A zip of ``peta.geojson``, ``peta.qml`` and notes; QGIS finds the style by its name."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (
            (f"{LAYER}.geojson", geojson(extract, frame)),
            (f"{LAYER}.qml", style(extract)),
            ("BACA-SAYA.txt", "\r\n".join(f"{name}: {words}" for name, words in notes(extract))),
        ):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text)
    return target.getvalue()


def geojson(extract: Extract, frame: gpd.GeoDataFrame) -> str:
    """The kelurahan with their figures as GeoJSON (RFC 7946: degrees of WGS 84)."""
    layer = _layer(extract, frame)
    features = []
    for row in layer.to_dict("records"):
        geometry = row.pop("geometry").__geo_interface__
        values = {name: None if _is_missing(value) else value for name, value in row.items()}
        features.append({"type": "Feature", "properties": values, "geometry": geometry})
    whole = {
        "type": "FeatureCollection",
        "metadata": dict(notes(extract)),
        "features": features,
    }
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))


def notes(extract: Extract) -> tuple[tuple[str, str], ...]:
    """What somebody must know who gets the file without us: name and words."""
    return (
        ("Tanda", extract.mark),
        ("Indikator", extract.title),
        ("Satuan", extract.measured.unit),
        ("Wilayah", extract.areas.city_name),
        ("Keadaan", extract.day),
        ("Sumber", extract.period.source),
        ("Batas wilayah", extract.boundary_words()),
        ("Versi aturan", extract.period.ruleset or "tidak disebut"),
        ("Cara menghitung", " ".join(extract.method()) or "-"),
        ("Angka yang disembunyikan", extract.disclosure()),
        *((f"Kolom {name}", words) for name, words in COLUMNS.items()),
    )


def style(extract: Extract) -> str:
    """A QGIS style (QML) of rules: the classes of the map, its groups, and each state's pattern.

    Source: the rule-based renderer as QGIS 3 writes it (``renderer-v2 type="RuleRenderer"``).
    """
    root = xml.Element("qgis", version="3.34.0", styleCategories="Symbology")
    renderer = xml.SubElement(
        root,
        "renderer-v2",
        type="RuleRenderer",
        symbollevels="0",
        forceraster="0",
        enableorderby="0",
    )
    rules = xml.SubElement(renderer, "rules", key="aturan")
    symbols = xml.SubElement(renderer, "symbols")
    for place, (filter_, label, fill) in enumerate(_rules(extract)):
        name = str(place)
        xml.SubElement(
            rules, "rule", key=f"aturan-{name}", symbol=name, label=label, filter=filter_
        )
        symbols.append(_symbol(name, *fill))
    return "<!DOCTYPE qgis>\n" + xml.tostring(root, encoding="unicode")


def _rules(extract: Extract) -> list[tuple[str, str, tuple[str, str, str]]]:
    """Filter, label and fill (ground, colour of the pattern, pattern) of each rule."""
    found = []
    groups = sorted({row.figure.group for row in extract.kelurahan if row.figure.group})
    for group in groups:
        colour = CLUSTER[group]
        found.append((f"\"kelompok\" = '{group}'", group, (colour, colour, "")))
    least = None
    number = f"\"status\" = '{STATE_WORDS[State.ANGKA]}'"
    limits = extract.classes.limits
    parts = zip(extract.fills, limits, extract.classes.ranges, strict=True)
    for place, (colour, limit, range_) in enumerate(parts):
        filter_ = number
        if least is not None:
            filter_ += f' AND "nilai" > {least!r}'
        if place < len(limits) - 1:
            filter_ += f' AND "nilai" <= {float(limit)!r}'
        least = float(limit)
        found.append((filter_, range_words(extract, range_), (colour, colour, "")))
    for state, fill in PATTERNS.items():
        filter_ = f"\"status\" = '{STATE_WORDS[state]}'"
        if groups:
            filter_ += " AND \"kelompok\" = ''"
        found.append((filter_, PATTERN_WORDS[state], fill))
    return found


def _symbol(name: str, ground: str, colour: str, pattern: str) -> xml.Element:
    symbol = xml.Element("symbol", type="fill", name=name, alpha="1", clip_to_extent="1")
    _fill(symbol, ground, "solid")
    if pattern:
        _fill(symbol, colour, _BRUSHES[pattern])
    return symbol


def _fill(symbol: xml.Element, colour: str, brush: str) -> None:
    channels = ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)) + ",255"
    layer = xml.SubElement(symbol, "layer", {"class": "SimpleFill", "enabled": "1", "pass": "0"})
    options = xml.SubElement(layer, "Option", type="Map")
    for key, value in (
        ("color", channels),
        ("style", brush),
        ("outline_color", "71,85,105,255"),
        ("outline_style", "solid"),
        ("outline_width", "0.2"),
        ("outline_width_unit", "MM"),
    ):
        xml.SubElement(options, "Option", type="QString", name=key, value=value)


def _layer(extract: Extract, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    import geopandas

    shapes = dict(zip(frame["kode_kemendagri"], frame.geometry, strict=True))
    rows = [row for row in extract.kelurahan if row.code in shapes]
    figures = [row.figure for row in rows]
    columns: dict[str, Sequence[Any]] = {
        "kode_kemendagri": [row.code for row in rows],
        "kelurahan": [row.name for row in rows],
        "kode_kecamatan": [extract.areas.parent(row.code) for row in rows],
        "kecamatan": [row.kecamatan for row in rows],
        "nilai": _floats([figure.value for figure in figures]),
        "status": [STATE_WORDS[figure.state] for figure in figures],
        "bawah": _floats([figure.low for figure in figures]),
        "atas": _floats([figure.high for figure in figures]),
        "pembagi": _floats([figure.denominator for figure in figures]),
        "kelompok": [figure.group for figure in figures],
        "kuat": [firm_word(figure) for figure in figures],
    }
    return geopandas.GeoDataFrame(
        columns, geometry=[shapes[row.code] for row in rows], crs="EPSG:4326"
    )


def _floats(values: Sequence[float | None]) -> Any:
    import numpy as np

    return np.array([np.nan if value is None else value for value in values], dtype=float)


def _is_missing(value: Any) -> bool:
    return isinstance(value, float) and value != value


def _add_notes(connection: sqlite3.Connection, extract: Extract) -> None:
    connection.execute("create table keterangan (fid integer primary key, hal text, isi text)")
    connection.executemany("insert into keterangan (hal, isi) values (?, ?)", notes(extract))
    _register(connection, "keterangan", "Keterangan: sumber, cara menghitung, isi kolom")


def _add_style(connection: sqlite3.Connection, text: str) -> None:
    """The table where QGIS keeps styles in a GeoPackage; it takes the default one on opening."""
    connection.execute(
        "create table layer_styles (id integer primary key autoincrement, f_table_catalog text, "
        "f_table_schema text, f_table_name text, f_geometry_column text, styleName text, "
        "styleQML text, styleSLD text, useAsDefault boolean, description text, owner text, "
        "ui text, update_time datetime default (strftime('%Y-%m-%dT%H:%M:%fZ','now')))"
    )
    connection.execute(
        "insert into layer_styles (f_table_catalog, f_table_schema, f_table_name, "
        "f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner, ui) "
        "values ('', '', ?, 'geom', ?, ?, '', 1, 'Kelas dan pola seperti pada peta', '', '')",
        (LAYER, LAYER, text),
    )
    _register(connection, "layer_styles", "")


def _register(connection: sqlite3.Connection, table: str, description: str) -> None:
    connection.execute(
        "insert into gpkg_contents (table_name, data_type, identifier, description) "
        "values (?, 'attributes', ?, ?)",
        (table, table, description),
    )

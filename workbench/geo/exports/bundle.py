"""A bundle of open data that another office can publish: Frictionless Data Package, version 1.

All indicators and periods of an atlas in one long table (RFC 4180, UTF-8, decimal point), with
the tables its codes point to. Boundaries go along only where they may: the schematic map always,
those an office installed when it says so, because lines are often not its to give away.
Source of the form: specs.frictionlessdata.io (data-package, tabular-data-resource, table-schema).
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from workbench.domain.wilayah import CITY, PLACES
from workbench.domain.words import date_id
from workbench.errors import WrongUse
from workbench.geo.areas import schematic_words
from workbench.geo.atlas import Atlas
from workbench.geo.disclosure.tables import State
from workbench.geo.exports.selections import GROUPED, STATE_WORDS, disclosure, measured_rows
from workbench.geo.exports.workbooks import harmless
from workbench.geo.indicators import Indicator, catalogue

#: Licences an office may choose from: title and address.
LICENCES: Mapping[str, tuple[str, str]] = {
    "CC-BY-4.0": (
        "Creative Commons Atribusi 4.0 Internasional",
        "https://creativecommons.org/licenses/by/4.0/",
    ),
    "CC0-1.0": (
        "Creative Commons Nol 1.0 Universal",
        "https://creativecommons.org/publicdomain/zero/1.0/",
    ),
    "ODC-By-1.0": (
        "Open Data Commons Atribusi 1.0",
        "https://opendatacommons.org/licenses/by/1-0/",
    ),
}

_TEXT, _NUMBER, _DATE = "string", "number", "date"
#: Table -> column -> (type, what it holds).
_TABLES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "angka": {
        "periode": (_TEXT, "Periode, lihat tabel periode"),
        "kode": (_TEXT, "Kode wilayah menurut Kemendagri, lihat tabel wilayah"),
        "indikator": (_TEXT, "Indikator, lihat tabel indikator"),
        "ukuran": (_TEXT, "Ukuran, lihat tabel indikator"),
        "nilai": (_NUMBER, "Nilai; kosong bila tidak ada angka"),
        "status": (_TEXT, "Mengapa ada atau tidak ada nilai"),
        "bawah": (_NUMBER, "Batas bawah selang 95 %"),
        "atas": (_NUMBER, "Batas atas selang 95 %"),
        "penyebut": (_NUMBER, "Bilangan pembagi"),
    },
    "wilayah": {
        "kode": (_TEXT, "Kode wilayah menurut Kemendagri"),
        "nama": (_TEXT, "Nama wilayah"),
        "tingkat": (_TEXT, f"{PLACES}, kecamatan atau {CITY.kind}"),
        "kode_induk": (_TEXT, "Kode wilayah di atasnya"),
    },
    "indikator": {
        "indikator": (_TEXT, "Nama singkat indikator"),
        "ukuran": (_TEXT, "Nama singkat ukuran"),
        "judul": (_TEXT, "Judul indikator"),
        "judul_ukuran": (_TEXT, "Judul ukuran"),
        "satuan": (_TEXT, "Satuan nilai"),
        "cara": (_TEXT, "Cara menghitung"),
    },
    "periode": {
        "periode": (_TEXT, "Nama singkat periode"),
        "keadaan": (_DATE, "Tanggal keadaan data"),
        "judul": (_TEXT, "Judul periode"),
        "sumber": (_TEXT, "Sumber data"),
        "versi_aturan": (_TEXT, "Versi aturan pemeriksaan"),
        "catatan": (_TEXT, f"Yang tidak dapat ditempatkan di {PLACES} mana pun"),
    },
    "kamus": {
        "tabel": (_TEXT, "Nama tabel"),
        "kolom": (_TEXT, "Nama kolom"),
        "jenis": (_TEXT, "Jenis isi menurut Table Schema"),
        "arti": (_TEXT, "Arti kolom"),
    },
}
_KEYS: Mapping[str, tuple[str, ...]] = {
    "angka": ("periode", "kode", "indikator", "ukuran"),
    "wilayah": ("kode",),
    "indikator": ("indikator", "ukuran"),
    "periode": ("periode",),
    "kamus": ("tabel", "kolom"),
}
_POINTS_TO = (
    (("periode",), "periode"),
    (("kode",), "wilayah"),
    (("indikator", "ukuran"), "indikator"),
)
_STATE_MEANING = (
    ("angka", "ada nilai"),
    ("nol", "sudah didata dan tidak ada"),
    ("disembunyikan", "ada, tetapi tidak ditampilkan agar orangnya tidak dapat dikenali"),
    ("belum didata", "tidak ada data; ini bukan nol"),
    ("tanpa penyebut", "jumlah penduduk atau keluarganya belum ada"),
)


@dataclass(frozen=True)
class Publication:
    """What the office decides: a licence of ``LICENCES``, and whether its boundaries go along."""

    made_on: date
    licence: str = "CC-BY-4.0"
    with_boundaries: bool = False


def open_data(
    atlas: Atlas,
    publication: Publication,
    covers: Callable[[str], bool] = lambda _code: True,
) -> bytes:
    """The bundle as a zip: ``datapackage.json``, tables below ``data/``, README, GeoJSON.

    Raises ``WrongUse`` for a licence that is not offered.
    """
    if publication.licence not in LICENCES:
        raise WrongUse(f"Lisensi tidak dikenal. Yang ada: {', '.join(LICENCES)}.")
    rows = _rows(atlas, covers)
    contents = {f"data/{name}.csv": _csv(name, rows[name]) for name in _TABLES}
    resources = [_resource(name, contents[f"data/{name}.csv"]) for name in _TABLES]
    if atlas.frame.attrs.get("schematic") or publication.with_boundaries:
        shapes = _shapes(atlas, covers)
        contents["data/batas.geojson"] = shapes
        resources.append(
            _about("batas", "data/batas.geojson", shapes)
            | {"format": "geojson", "mediatype": "application/geo+json"}
            | {"description": _lines(atlas)}
        )
    package = _package(atlas, publication, resources)
    contents["datapackage.json"] = json.dumps(package, ensure_ascii=False, indent=1).encode()
    contents["README.md"] = _readme(atlas, publication, "data/batas.geojson" in contents).encode()
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _rows(atlas: Atlas, covers: Callable[[str], bool]) -> dict[str, list[Sequence[Any]]]:
    numbers: list[Sequence[Any]] = []
    measures: dict[tuple[str, str], Sequence[Any]] = {}
    places: dict[str, Sequence[Any]] = {}
    for period in atlas.periods:
        for indicator in catalogue():
            for kind in (kind for kind in indicator.measures if kind != GROUPED):
                measured, rows = measured_rows(atlas, period, indicator, kind, covers)
                if all(row.figure.state is State.BELUM_DIDATA for row in rows):
                    continue
                measures[indicator.name, kind] = _described(indicator, kind, measured)
                for row in rows:
                    figure = row.figure
                    places[row.code] = (
                        *(row.code, row.name, row.level),
                        atlas.areas.parent(row.code),
                    )
                    numbers.append(
                        (
                            *(period.list_id, row.code, indicator.name, kind, figure.value),
                            *(STATE_WORDS[figure.state], figure.low, figure.high),
                            figure.denominator,
                        )
                    )
    periods = [
        (
            *(period.list_id, period.as_of.isoformat() if period.as_of else None, period.label),
            *(period.source, period.ruleset, " ".join(period.remarks)),
        )
        for period in atlas.periods
    ]
    dictionary = [
        (table, column, kind, words)
        for table, columns in _TABLES.items()
        for column, (kind, words) in columns.items()
    ]
    return {
        "angka": numbers,
        "wilayah": list(places.values()),
        "indikator": list(measures.values()),
        "periode": list(periods),
        "kamus": list(dictionary),
    }


def _described(indicator: Indicator, kind: str, measured: Any) -> Sequence[str]:
    how = " ".join(dict.fromkeys(part for part in (indicator.note, *measured.words) if part))
    return (indicator.name, kind, indicator.title, measured.title, measured.unit, how)


def _csv(name: str, rows: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_TABLES[name])
    for row in rows:
        writer.writerow([_written(value) for value in row])
    return text.getvalue().encode()


def _written(value: Any) -> str:
    if value is None:
        return ""
    return harmless(value) if isinstance(value, str) else f"{value:.10g}"


def _about(name: str, path: str, content: bytes) -> dict[str, Any]:
    digest = hashlib.sha256(content).hexdigest()
    return {"name": name, "path": path, "bytes": len(content), "hash": f"sha256:{digest}"}


def _resource(name: str, content: bytes) -> dict[str, Any]:
    fields: list[dict[str, Any]] = [
        {"name": column, "type": kind, "description": words}
        for column, (kind, words) in _TABLES[name].items()
    ]
    for field in fields:
        if field["name"] in _KEYS[name]:
            field["constraints"] = {"required": True}
        if field["name"] == "status":
            field["constraints"] = {"required": True, "enum": list(STATE_WORDS.values())}
    schema: dict[str, Any] = {
        "fields": fields,
        "primaryKey": list(_KEYS[name]),
        "missingValues": [""],
    }
    if name == "angka":
        schema["foreignKeys"] = [
            {"fields": list(columns), "reference": {"resource": table, "fields": list(columns)}}
            for columns, table in _POINTS_TO
        ]
    return _about(name, f"data/{name}.csv", content) | {
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "header": True},
        "schema": schema,
    }


def _package(
    atlas: Atlas, publication: Publication, resources: list[dict[str, Any]]
) -> dict[str, Any]:
    title, address = LICENCES[publication.licence]
    name = f"peta-kesejahteraan-sosial-{atlas.areas.city_code}"
    said = f"Peta kesejahteraan sosial {atlas.areas.city_name}"
    return {
        "profile": "data-package",
        "name": f"latihan-{name}" if atlas.practice else name,
        "title": f"LATIHAN: {said}" if atlas.practice else said,
        "description": _hidden(atlas),
        "created": f"{publication.made_on.isoformat()}T00:00:00Z",
        "licenses": [{"name": publication.licence, "title": title, "path": address}],
        "sources": [{"title": source} for source in _sources(atlas)],
        "resources": resources,
    }


def _sources(atlas: Atlas) -> tuple[str, ...]:
    return tuple(dict.fromkeys(period.source for period in atlas.periods if period.source))


def _hidden(atlas: Atlas) -> str:
    thresholds = {period.release.threshold for period in atlas.periods}
    return " ".join(disclosure(threshold) for threshold in sorted(thresholds))


def _lines(atlas: Atlas) -> str:
    if atlas.frame.attrs.get("schematic"):
        return f"{schematic_words(str(atlas.frame.attrs.get('source') or ''))}."
    return f"Batas: {atlas.frame.attrs.get('source') or 'sumber tidak disebut'}."


def _shapes(atlas: Atlas, covers: Callable[[str], bool]) -> bytes:
    """The boundaries with codes and names alone."""
    features = [
        {
            "type": "Feature",
            "properties": {"kode": code, "nama": atlas.areas.name(code)},
            "geometry": shape.__geo_interface__,
        }
        for code, shape in zip(atlas.frame["kode_kemendagri"], atlas.frame.geometry, strict=True)
        if covers(code)
    ]
    kind = "skematik" if atlas.frame.attrs.get("schematic") else "kantor"
    whole = {
        "type": "FeatureCollection",
        "metadata": {"jenis": kind, "keterangan": _lines(atlas)},
        "features": features,
    }
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def _readme(atlas: Atlas, publication: Publication, has_lines: bool) -> str:
    title, address = LICENCES[publication.licence]
    lines = [f"# Peta kesejahteraan sosial {atlas.areas.city_name}", ""]
    if atlas.practice:
        lines += ["**LATIHAN. Orang dan angka rekaan; jangan diterbitkan sebagai data.**", ""]
    lines += [
        f"Dibuat {date_id(publication.made_on, long=True)}. Lisensi: {title} ({address}).",
        *(f"Sumber: {source}." for source in _sources(atlas)),
        "",
        "## Isi",
        "",
        "- `datapackage.json`: uraian isi menurut Frictionless Data Package.",
        "- `data/angka.csv`: satu baris satu periode, wilayah, indikator dan ukuran.",
        "- `data/wilayah.csv`, `data/indikator.csv`, `data/periode.csv`: arti kodenya.",
        "- `data/kamus.csv`: arti setiap kolom.",
    ]
    if has_lines:
        lines.append(f"- `data/batas.geojson`: garis wilayah. {_lines(atlas)}")
    else:
        lines.append("- Garis batas tidak disertakan; mintalah kepada pemiliknya.")
    lines += ["", "## Angka yang tidak ada", "", _hidden(atlas), ""]
    lines += [f"- `{word}`: {meaning}." for word, meaning in _STATE_MEANING]
    lines += [
        "",
        "Kelompok setempat (LISA) tidak disertakan: artinya hanya terbaca pada peta.",
        "",
        "Jangan menjumlahkan baris yang ada untuk mengganti angka yang disembunyikan. Jumlah",
        f"kecamatan dan {CITY.kind} hanya dari {PLACES} yang didata.",
        "",
    ]
    return "\n".join(lines)

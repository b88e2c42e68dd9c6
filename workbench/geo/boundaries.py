"""Boundaries of the kelurahan: our schematic map, or a GeoJSON file of the office.

A file is taken by code, never by name or position, and what did not join is said. Whatever
else stands in the file (names, numbers) is left out, so nothing of it can reach a page.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely

from workbench.domain.wilayah import CITY, Kelurahan, kelurahan, kelurahan_by_code
from workbench.errors import UnusableInput
from workbench.resources import resource

#: Column names offices give the Kemendagri code, in lower case (``kdepum``: BIG's own).
CODE_COLUMNS = (
    "kode_kemendagri",
    "kode",
    "kode_kelurahan",
    "kode_desa",
    "kode_wilayah",
    "kode_kel",
    "kdepum",
)
_WGS84_NAMES = ("CRS84", "EPSG:4326", "EPSG::4326")


@dataclass(frozen=True)
class JoinReport:
    """What a boundary file and our list of kelurahan have in common."""

    joined: int
    missing: tuple[Kelurahan, ...]
    unknown: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every kelurahan has its boundary."""
        return not self.missing

    def sentence(self) -> str:
        """The report in words, for a screen or a terminal."""
        parts = [f"{self.joined} dari {self.joined + len(self.missing)} kelurahan punya batas."]
        if self.missing:
            names = ", ".join(f"{place.name} ({place.kecamatan})" for place in self.missing[:8])
            more = f" dan {len(self.missing) - 8} lainnya" if len(self.missing) > 8 else ""
            parts.append(f"Belum ada batasnya: {names}{more}.")
        if self.unknown:
            parts.append(f"{len(self.unknown)} wilayah lain pada berkas itu tidak dipakai.")
        return " ".join(parts)


def schematic_path() -> Path:
    """Where our schematic map lies, in a checkout and in an installed package alike."""
    return resource("maps/kota_serang_skematik.geojson")


def load_boundaries(path: Path | None = None) -> gpd.GeoDataFrame:
    """Boundaries in code order (EPSG:4326), one row a kelurahan of ours that has one.

    Columns: kode_kemendagri, name, kecamatan_kode, kecamatan, geometry. ``frame.attrs`` holds
    ``schematic`` (bool), ``source`` (words) and ``join`` (``JoinReport``). Without ``path``: the
    schematic map. A file needs a column of Kemendagri codes, dotted or bare, and degrees of
    WGS 84. Raises ``UnusableInput`` with the way out.
    """
    chosen = schematic_path() if path is None else Path(path)
    collection = _read_collection(chosen)
    features = collection["features"]
    column = _find_code_column(features, chosen.name)
    shapes: dict[str, list[Any]] = {}
    unknown: set[str] = set()
    for feature in features:
        written = _cell(feature, column)
        code = dotted_code(written)
        if code not in kelurahan_by_code():
            unknown.add(str(written))
            continue
        shape = _polygon(feature.get("geometry"), chosen.name)
        if shape is not None:
            shapes.setdefault(code, []).append(shape)
    if not shapes:
        raise UnusableInput(_explain_no_join(features, column, chosen.name))
    _check_degrees(shapes.values(), chosen.name)
    places = [place for place in kelurahan() if place.kode_kemendagri in shapes]
    frame = gpd.GeoDataFrame(
        {
            "kode_kemendagri": [place.kode_kemendagri for place in places],
            "name": [place.name for place in places],
            "kecamatan_kode": [place.kecamatan_kode for place in places],
            "kecamatan": [place.kecamatan for place in places],
        },
        geometry=[shapely.union_all(shapes[place.kode_kemendagri]) for place in places],
        crs="EPSG:4326",
    )
    metadata = collection.get("metadata")
    is_schematic = isinstance(metadata, dict) and metadata.get("jenis") == "skematik"
    frame.attrs["schematic"] = is_schematic
    frame.attrs["source"] = "peta skematik bawaan" if path is None else f"berkas {chosen.name}"
    missing = tuple(place for place in kelurahan() if place.kode_kemendagri not in shapes)
    frame.attrs["join"] = JoinReport(len(places), missing, tuple(sorted(unknown)))
    return frame


def join_report(frame: gpd.GeoDataFrame) -> JoinReport:
    """The report of a frame made by ``load_boundaries``."""
    report = frame.attrs["join"]
    assert isinstance(report, JoinReport)
    return report


def dotted_code(written: object) -> str:
    """A kelurahan code as ``36.73.01.1001``, from dotted or bare digits; "" when it is neither.

    GIS programs store bare codes as numbers too: ``3673011001.0`` is read.
    """
    text = str(written).strip().removesuffix(".0")
    digits = text.replace(".", "")
    if len(digits) != 10 or not digits.isascii() or not digits.isdigit():
        return ""
    return f"{digits[:2]}.{digits[2:4]}.{digits[4:6]}.{digits[6:]}"


def _read_collection(path: Path) -> dict[str, Any]:
    try:
        collection = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise UnusableInput(
            f"Berkas batas {path.name} tidak ditemukan. Periksa nama dan letaknya."
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise UnusableInput(
            f"Berkas batas {path.name} tidak dapat dibaca sebagai GeoJSON. "
            "Simpan ulang petanya sebagai GeoJSON (EPSG:4326) dari program GIS."
        ) from error
    features = collection.get("features") if isinstance(collection, dict) else None
    if not isinstance(features, list) or not features:
        raise UnusableInput(
            f"Berkas batas {path.name} tidak memuat satu wilayah pun. "
            "Simpan ulang sebagai GeoJSON jenis FeatureCollection."
        )
    crs = collection.get("crs")
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    if name and not name.upper().endswith(_WGS84_NAMES):
        raise UnusableInput(
            f"Berkas batas {path.name} memakai sistem koordinat {name[:60]}. "
            "Simpan ulang sebagai EPSG:4326 (WGS 84) dari program GIS."
        )
    return dict(collection)


def _cell(feature: object, column: str) -> object:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    return properties.get(column, "") if isinstance(properties, dict) else ""


def _find_code_column(features: Sequence[object], file: str) -> str:
    """The code column under whose values most of our kelurahan are found."""
    columns: dict[str, None] = {}
    for feature in features:
        properties = feature.get("properties") if isinstance(feature, dict) else None
        if isinstance(properties, dict):
            columns.update(dict.fromkeys(properties))
    candidates = [name for name in columns if name.strip().lower() in CODE_COLUMNS]
    if not candidates:
        seen = ", ".join(name[:30] for name in list(columns)[:8]) or "tidak ada"
        raise UnusableInput(
            f"Berkas batas {file} tidak memuat kolom kode Kemendagri. Kolom yang ada: {seen}. "
            "Beri nama kode_kemendagri pada kolom kodenya, lalu ulangi."
        )
    known = kelurahan_by_code()
    return max(
        candidates,
        key=lambda name: len({dotted_code(_cell(one, name)) for one in features} & set(known)),
    )


def _explain_no_join(features: Sequence[object], column: str, file: str) -> str:
    bps = {place.kode_bps for place in kelurahan()}
    written = {str(_cell(feature, column)).replace(".", "") for feature in features}
    start = f"Tidak satu pun kode pada kolom {column} berkas {file} milik {CITY.name}."
    if written & bps:
        return (
            f"{start} Isinya kode BPS, yang berbeda dari kode Kemendagri. "
            f"Ganti dengan kode Kemendagri, misalnya {kelurahan()[0].kode_kemendagri}."
        )
    return (
        f"{start} Pilih peta kelurahan {CITY.name} (kode berawal {CITY.kode_kemendagri}) "
        "yang setiap wilayahnya bergaris batas."
    )


def _polygon(geometry: object, file: str) -> Any:
    """The polygonal part of a feature, mended where it crosses itself; None when empty."""
    if not isinstance(geometry, Mapping):
        return None
    try:
        shape = shapely.geometry.shape(geometry)
    except (ValueError, TypeError, KeyError, AttributeError, shapely.errors.ShapelyError) as error:
        raise UnusableInput(
            f"Berkas batas {file} memuat bentuk wilayah yang rusak. "
            "Periksa dan simpan ulang petanya dari program GIS."
        ) from error
    if shape.geom_type not in ("Polygon", "MultiPolygon"):
        raise UnusableInput(
            f"Berkas batas {file} memuat {shape.geom_type}, padahal yang diperlukan bidang "
            "(Polygon atau MultiPolygon). Pilih peta batas wilayah, bukan titik atau garis."
        )
    if not shape.is_valid:
        shape = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    return None if shape.is_empty else shapely.force_2d(shape)


def _check_degrees(groups: Iterable[list[Any]], file: str) -> None:
    west, south, east, north = shapely.total_bounds([shape for group in groups for shape in group])
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise UnusableInput(
            f"Koordinat pada berkas batas {file} bukan derajat bujur dan lintang (atau keduanya "
            "tertukar). Simpan ulang sebagai EPSG:4326 (WGS 84) dari program GIS."
        )

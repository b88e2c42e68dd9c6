"""Where on earth lines lie: degrees of WGS 84, whatever system a file was drawn in.

Nothing is guessed that could be wrong: a file without a system is taken as degrees only where its
numbers are degrees of Indonesia, and axes are swapped back only where that alone brings the lines
home.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from pyproj.network import set_network_enabled

from workbench.errors import UnusableInput
from workbench.geo.boundaries.reading import Layer, Shapes

#: Indonesia in degrees: west, south, east, north.
INDONESIA = (95.0, -11.1, 141.1, 6.1)
_WGS84 = pyproj.CRS.from_epsg(4326)
_SWAPPED = "Bujur dan lintang pada berkas itu tertukar; sudah dikembalikan ke tempatnya."


@dataclass(frozen=True)
class Placed:
    """Flat shapes in degrees (EPSG:4326), what system they came in, and what was done."""

    shapes: Shapes
    crs: str
    remarks: tuple[str, ...]


def place(layer: Layer, shapes: Shapes) -> Placed:
    """Bring the shapes of a layer to degrees; raises ``UnusableInput`` where that is a guess."""
    remarks: list[str] = []
    if any(shape is not None and shape.has_z for shape in shapes):
        remarks.append("Ketinggian pada koordinat dibuang; peta ini datar.")
    # Measures of a route (M) go with the heights.
    flat = shapely.force_2d(shapes)
    bounds = shapely.total_bounds(flat)
    if np.isnan(bounds).any() or not np.isfinite(bounds).all():
        return Placed(flat, _words(layer.crs), tuple(remarks))
    if layer.crs is None:
        return _place_unnamed(layer, flat, bounds, remarks)
    if layer.crs.is_geographic and not _are_degrees(bounds):
        raise UnusableInput(
            f"Koordinat pada berkas batas {layer.file} bukan derajat, padahal sistem koordinatnya "
            f"{_unsaid(layer)}. Agaknya meter: simpan ulang dari program GIS sebagai EPSG:4326 "
            "(WGS 84), atau sebagai Shapefile lengkap dengan .prj."
        )
    placed = flat
    if not layer.crs.equals(_WGS84, ignore_axis_order=True):
        if layer.crs.is_geographic and _lies_in(bounds, swapped=True):
            placed, bounds = _swap(flat), bounds[[1, 0, 3, 2]]
            remarks.append(_SWAPPED)
        set_network_enabled(False)
        try:
            step = pyproj.Transformer.from_crs(layer.crs, _WGS84, always_xy=True)
            placed = shapely.transform(placed, step.transform, interleaved=False)
        except pyproj.exceptions.ProjError as error:
            raise UnusableInput(
                f"Sistem koordinat berkas batas {layer.file} tidak dapat diubah ke WGS 84. Simpan "
                "ulang sebagai EPSG:4326 dari program GIS."
            ) from error
        bounds = shapely.total_bounds(placed)
        remarks.append(f"Koordinat diubah dari {_words(layer.crs)} ke WGS 84.")
    if _lies_in(bounds):
        return Placed(placed, _words(layer.crs), tuple(remarks))
    if layer.crs.is_geographic and _lies_in(bounds, swapped=True):
        return Placed(_swap(placed), _words(layer.crs), (*remarks, _SWAPPED))
    raise UnusableInput(
        f"Wilayah pada berkas batas {layer.file} tidak terletak di Indonesia menurut sistem "
        f"koordinatnya ({_words(layer.crs)}). Periksa sistem koordinat petanya di program GIS, "
        "lalu simpan ulang sebagai EPSG:4326."
    )


def _place_unnamed(
    layer: Layer, flat: Shapes, bounds: npt.NDArray[np.float64], remarks: list[str]
) -> Placed:
    assumed = "tidak disebut; dibaca sebagai WGS 84"
    remarks.append(
        "Berkas itu tidak menyebut sistem koordinatnya. Angkanya derajat di Indonesia, jadi dibaca "
        "sebagai WGS 84 (EPSG:4326)."
    )
    if _lies_in(bounds):
        return Placed(flat, assumed, tuple(remarks))
    if _lies_in(bounds, swapped=True):
        return Placed(_swap(flat), assumed, (*remarks, _SWAPPED))
    unit = "agaknya meter" if not _are_degrees(bounds) else "di luar Indonesia"
    raise UnusableInput(
        f"Berkas batas {layer.file} tidak menyebut sistem koordinatnya dan angkanya {unit}. "
        "Sertakan berkas .prj di samping .shp, atau simpan ulang dari program GIS sebagai "
        "EPSG:4326 (WGS 84)."
    )


def _unsaid(layer: Layer) -> str:
    if layer.kind == "GeoJSON":
        return "tidak disebut atau WGS 84"
    return f"disebut {_words(layer.crs)}"


def _words(crs: pyproj.CRS | None) -> str:
    if crs is None:
        return "tidak disebut"
    code = crs.to_epsg()
    name = " ".join(str(crs.name).split())[:60]
    return f"{name} (EPSG:{code})" if code else name


def _are_degrees(bounds: npt.NDArray[np.float64]) -> bool:
    return bool((np.abs(bounds) <= 180.0).all())


def _lies_in(bounds: npt.NDArray[np.float64], swapped: bool = False) -> bool:
    if swapped:
        bounds = bounds[[1, 0, 3, 2]]
    west, south, east, north = bounds.tolist()
    return bool(
        INDONESIA[0] <= west <= east <= INDONESIA[2]
        and INDONESIA[1] <= south <= north <= INDONESIA[3]
    )


def _swap(shapes: Shapes) -> Shapes:
    return np.asarray(shapely.transform(shapes, lambda points: points[:, ::-1]), dtype=object)

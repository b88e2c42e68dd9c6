"""Lines made whole: mended, put together from parts, measured against one another, thinned.

Plane measures are in metres of an equal-area projection around the shapes' own middle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from workbench.domain.wilayah import plain_name
from workbench.errors import UnusableInput
from workbench.geo.areas import in_one_block, is_of_cells
from workbench.geo.boundaries.reading import Shapes

#: Below this, in m2, two areas touch and neither overlap nor gape.
LEAST_FLAW_M2 = 1.0
#: Lakes and enclaves beside, kecamatan have no holes smaller than this.
_LEAST_HOLE_M2 = 10_000.0
#: What the page can carry; the stored lines stay full.
PAGE_POINTS = 9_000
_FIRST_TOLERANCE = 0.0001
_LAST_TOLERANCE = 0.01
_POLYGONAL = ("Polygon", "MultiPolygon")


@dataclass(frozen=True)
class Flaws:
    """How many places lie between the areas or in two of them, and how many hectares in all."""

    gaps: int
    gaps_ha: float
    overlaps: int
    overlaps_ha: float


def mend(shapes: Shapes, file: str) -> tuple[Shapes, tuple[str, ...]]:
    """Polygons only, none crossing itself; None where nothing is left. And what was done.

    Raises ``UnusableInput`` for a layer of points or lines.
    """
    given = [shape for shape in shapes if shape is not None and not shape.is_empty]
    mended = np.full(len(shapes), None, dtype=object)
    crossing = 0
    for row, shape in enumerate(shapes):
        if shape is None or shape.is_empty:
            continue
        whole = _polygonal(shape)
        if whole is None:
            continue
        if not whole.is_valid:
            crossing += 1
            whole = shapely.make_valid(whole, method="structure", keep_collapsed=False)
            whole = _polygonal(whole)
        mended[row] = whole
    left = sum(shape is not None for shape in mended)
    if given and not left:
        kinds = {"Point": "titik", "LineString": "garis"}
        found = given[0].geom_type.removeprefix("Multi")
        raise UnusableInput(
            f"Berkas batas {file} memuat {kinds.get(found, 'bentuk tanpa luas')}, padahal yang "
            "diperlukan bidang. Pilih peta batas wilayah (Polygon), bukan titik atau garis."
        )
    remarks = []
    if crossing:
        remarks.append(f"{crossing} wilayah yang garisnya memotong diri sendiri diperbaiki.")
    if len(given) > left:
        remarks.append(f"{len(given) - left} baris bukan bidang (titik atau garis) dilewati.")
    if len(shapes) > len(given):
        remarks.append(f"{len(shapes) - len(given)} baris tanpa garis batas dilewati.")
    return mended, tuple(remarks)


def _polygonal(shape: Any) -> Any:
    if shape.geom_type == "GeometryCollection":
        parts = [one for one in shapely.get_parts(shape) if one.geom_type in _POLYGONAL]
        shape = shapely.union_all([_valid(one) for one in parts]) if parts else None
    if shape is None or shape.geom_type not in _POLYGONAL or shape.is_empty:
        return None
    # A ring that crosses itself may have an area of nought and still be two good halves.
    return shape if shape.area > 0 or not shape.is_valid else None


def _valid(shape: Any) -> Any:
    return shapely.make_valid(shape, method="structure", keep_collapsed=False)


def dissolve(
    rows: Sequence[int], codes: Sequence[str], names: Sequence[str], shapes: Shapes, file: str
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """One shape a code, parts of one kelurahan put together.

    Rows with one code are parts where they bear one name, or bear none and touch. Raises
    ``UnusableInput`` with code and rows (counted from 1) where they do not: one code is wrong.
    """
    found: dict[str, list[int]] = {}
    for place, code in enumerate(codes):
        if shapes[place] is not None:
            found.setdefault(code, []).append(place)
    parts = {code: places for code, places in found.items() if len(places) > 1}
    wrong = []
    for code, places in parts.items():
        called = {plain_name(names[place]) for place in places}
        if called == {""}:
            # A tenth of a metre in degrees: one border is rarely drawn twice to the last digit.
            union = shapely.union_all([shapes[place].buffer(1e-6) for place in places])
            same = union.geom_type == "Polygon"
        else:
            same = len(called) == 1
        if not same:
            wrong.append(f"{code} (baris {', '.join(str(rows[place] + 1) for place in places)})")
    if wrong:
        more = f" dan {len(wrong) - 5} kode lain" if len(wrong) > 5 else ""
        raise UnusableInput(
            f"Pada berkas batas {file} ada kode yang dipakai beberapa wilayah berbeda: "
            f"{'; '.join(wrong[:5])}{more}. Perbaiki kodenya di program GIS, lalu ulangi."
        )
    remarks: tuple[str, ...] = ()
    if parts:
        count = sum(map(len, parts.values()))
        remarks = (f"{count} potongan digabung menjadi {len(parts)} wilayah.",)
    whole = {
        code: shapes[places[0]]
        if len(places) == 1
        else shapely.union_all([shapes[place] for place in places])
        for code, places in found.items()
    }
    return whole, remarks


def to_metres(shapes: Shapes) -> Shapes:
    """Shapes of degrees in an equal-area plane around their own middle."""
    west, south, east, north = shapely.total_bounds(shapes)
    plane = pyproj.Proj(
        proj="laea", lat_0=(south + north) / 2, lon_0=(west + east) / 2, ellps="WGS84"
    )
    return np.asarray(shapely.transform(shapes, plane, interleaved=False), dtype=object)


def areas_km2(shapes: Sequence[Any]) -> list[float]:
    """The area of each shape of degrees, in km2."""
    metres = to_metres(np.asarray(shapes, dtype=object))
    return [float(area) / 1e6 for area in shapely.area(metres)]


def measure_flaws(shapes: Sequence[Any]) -> Flaws:
    """Gaps wholly between areas, and overlaps of two, among shapes of degrees."""
    metres = to_metres(np.asarray(shapes, dtype=object))
    metres = np.asarray([_valid(shape) for shape in metres], dtype=object)
    first, second = shapely.STRtree(metres).query(metres, predicate="intersects")
    pairs = first < second
    shared = shapely.area(shapely.intersection(metres[first[pairs]], metres[second[pairs]]))
    shared = shared[shared > LEAST_FLAW_M2]
    union = shapely.union_all(metres)
    rings = [
        ring for part in shapely.get_parts(union) for ring in shapely.get_rings(part).tolist()[1:]
    ]
    holes = shapely.area(shapely.polygons(rings)) if rings else np.zeros(0)
    # What one area leaves open inside itself is its own affair: a lake, an enclave of another city.
    own = {
        shapely.polygons(ring).normalize().wkb
        for shape in metres
        for part in shapely.get_parts(shape)
        for ring in shapely.get_rings(part).tolist()[1:]
    }
    between = [
        float(area)
        for ring, area in zip(rings, holes, strict=True)
        if area > LEAST_FLAW_M2 and shapely.polygons(ring).normalize().wkb not in own
    ]
    return Flaws(len(between), sum(between) / 1e4, len(shared), float(shared.sum()) / 1e4)


def thin(frame: gpd.GeoDataFrame, most_points: int = PAGE_POINTS) -> gpd.GeoDataFrame:
    """The frame with at most so many points where that can be; shared lines stay shared."""
    full = frame.geometry.to_numpy()
    shapes, tolerance = full, _FIRST_TOLERANCE
    while shapely.get_num_coordinates(shapes).sum() > most_points and tolerance < _LAST_TOLERANCE:
        shapes = shapely.coverage_simplify(full, tolerance)
        tolerance *= 1.5
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))


def kecamatan_outlines(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """One row a kecamatan: ``kecamatan_kode``, ``kecamatan`` and its outline (EPSG:4326).

    Slivers between kelurahan are closed; holes above one hectare stay.
    """
    grouped: Mapping[str, Any] = frame.groupby("kecamatan_kode", sort=True).indices
    least = _LEAST_HOLE_M2 / 111_000**2
    has_cells = is_of_cells(str(frame.attrs.get("source") or ""))
    outlines = []
    for places in grouped.values():
        union = shapely.union_all(frame.geometry.to_numpy()[places])
        union = in_one_block(union) if has_cells else union
        solid = [
            shapely.Polygon(
                part.exterior,
                [ring for ring in part.interiors if shapely.Polygon(ring).area > least],
            )
            for part in shapely.get_parts(union)
        ]
        outlines.append(shapely.union_all(solid))
    names = frame.drop_duplicates("kecamatan_kode").set_index("kecamatan_kode")["kecamatan"]
    return gpd.GeoDataFrame(
        {"kecamatan_kode": list(grouped), "kecamatan": [names[code] for code in grouped]},
        geometry=outlines,
        crs=frame.crs,
    )

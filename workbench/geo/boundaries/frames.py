"""Boundaries as a frame: our schematic map, or a file of the office with its report."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyproj
import shapely

from workbench.domain import days
from workbench.domain.cities import CELLS_NOT_PLACES, DEFAULT_RECIPE, MAP_FILE
from workbench.domain.wilayah import CITY, RECIPE, kelurahan
from workbench.errors import UnusableInput, WrongUse
from workbench.geo.areas import Area, AreaSet, city_areas
from workbench.geo.boundaries.joining import (
    Fields,
    Join,
    Named,
    check_fields,
    city_name,
    join_city,
    list_city,
    name_column,
)
from workbench.geo.boundaries.placing import place
from workbench.geo.boundaries.reading import Layer, is_schematic, opened
from workbench.geo.boundaries.report import (
    NAMED_DIFFERENCE,
    AreaDifference,
    BoundaryReport,
    JoinReport,
)
from workbench.geo.boundaries.shaping import areas_km2, dissolve, measure_flaws, mend
from workbench.resources import resource

#: A kelurahan drawn farther from its centroid than this is likely another one.
_FAR_KM = 5.0
#: Rows of other places that are named.
_EXAMPLES = 3
_COLUMNS = ("kode_kemendagri", "name", "kecamatan_kode", "kecamatan")


@dataclass(frozen=True)
class Read:
    """A file that can be installed: full lines in code order, what they are of, the report.

    ``unknown`` are the codes or names of the rows that are not of this city.
    """

    frame: gpd.GeoDataFrame
    areas: AreaSet
    report: BoundaryReport
    unknown: tuple[str, ...]


def schematic_path() -> Path:
    """Where the schematic map lies: that of Kota Serang, or one beside the recipe in force."""
    if resource(DEFAULT_RECIPE) == RECIPE:
        return resource("maps/kota_serang_skematik.geojson")
    return RECIPE.with_name(MAP_FILE)


@cache
def _schematic() -> Mapping[str, Any]:
    """The schematic map; drawn anew where none was kept beside the recipe."""
    from workbench.geo.schematic import cells_of, schematic_of

    if not CITY.is_placed:
        return cells_of(city_areas())
    if schematic_path().exists():
        kept: Mapping[str, Any] = json.loads(schematic_path().read_text(encoding="utf-8"))
        return kept
    return schematic_of(city_areas(), days.today())


def load_boundaries(path: Path | None = None) -> gpd.GeoDataFrame:
    """Boundaries in code order (EPSG:4326), one row a kelurahan of ours that has one.

    Columns: kode_kemendagri, name, kecamatan_kode, kecamatan, geometry. ``frame.attrs`` holds
    ``schematic`` (bool), ``source`` (words) and ``join`` (``JoinReport``). Without ``path``: the
    schematic map. Raises ``UnusableInput`` with the way out.
    """
    if path is None:
        return schematic_frame()
    path = Path(path)
    read = read_boundaries(path)
    frame = read.frame
    joined = set(frame["kode_kemendagri"])
    missing = tuple(one for one in kelurahan() if one.kode_kemendagri not in joined)
    frame.attrs["schematic"] = path.suffix.lower() in (".geojson", ".json") and is_schematic(path)
    frame.attrs["source"] = f"berkas {path.name}"
    frame.attrs["join"] = JoinReport(len(frame), missing, read.unknown)
    return frame


def schematic_frame() -> gpd.GeoDataFrame:
    """The schematic map as ``load_boundaries`` gives it; GDAL stays out of it."""
    collection = _schematic()
    shapes = {
        feature["properties"]["kode_kemendagri"]: shapely.geometry.shape(feature["geometry"])
        for feature in collection["features"]
    }
    frame = boundary_frame(city_areas(), shapes)
    frame.attrs["schematic"] = True
    frame.attrs["source"] = "peta skematik bawaan" if CITY.is_placed else CELLS_NOT_PLACES
    frame.attrs["join"] = JoinReport(len(frame), (), ())
    return frame


def boundary_frame(areas: AreaSet, shapes: Mapping[str, Any]) -> gpd.GeoDataFrame:
    """The areas that have a shape (degrees) as a frame in code order."""
    drawn = [area for area in areas.areas if area.code in shapes]
    cells = [(area.code, area.name, area.kecamatan_code, area.kecamatan) for area in drawn]
    columns = {name: [row[n] for row in cells] for n, name in enumerate(_COLUMNS)}
    return gpd.GeoDataFrame(
        columns, geometry=[shapes[area.code] for area in drawn], crs="EPSG:4326"
    )


def join_report(frame: gpd.GeoDataFrame) -> JoinReport:
    """The report of a frame made by ``load_boundaries``."""
    report = frame.attrs["join"]
    assert isinstance(report, JoinReport)
    return report


def read_boundaries(path: Path, fields: Fields | None = None, city_code: str = "") -> Read:
    """Read a boundary file and join it to our kelurahan; nothing is written.

    With ``city_code`` (dotted, ``36.04``) of another city or regency the file itself is the list
    of its kelurahan. Raises ``UnusableInput`` and ``WrongUse`` with the way out.
    """
    fields = fields or Fields()
    ours = city_areas()
    with opened(path) as layers:
        check_fields(layers, fields)
        if city_code in ("", ours.city_code):
            layer, join = join_city(layers, fields)
            named: dict[str, Named] | None = None
        else:
            _check_city_code(city_code)
            layer = max(layers, key=lambda one: _rows_of(one, city_code))
            join, named = list_city(layer, city_code, fields)
        shapes, crs, remarks = _drawn(layer, join, fields)
        sha256 = _hash(path.expanduser())
    areas = ours if named is None else _areas_of(city_code, named, shapes)
    frame = boundary_frame(areas, shapes)
    missing = tuple((one.name, one.kecamatan) for one in areas.areas if one.code not in shapes)
    drawn_areas = areas_km2(list(frame.geometry))
    report = BoundaryReport(
        file=path.name,
        kind=layer.kind,
        sha256=sha256,
        city_code=areas.city_code,
        city_name=areas.city_name,
        of_file=named is not None,
        joined_by=join.words,
        crs=crs,
        rows=layer.rows,
        joined=len(frame),
        missing=missing,
        others=len(join.unknown),
        examples=join.unknown[:_EXAMPLES],
        differences=_differences(areas, frame, drawn_areas) if named is None else (),
        flaws=measure_flaws(list(frame.geometry)),
        points=int(shapely.get_num_coordinates(frame.geometry.to_numpy()).sum()),
        remarks=(*remarks, *(_far_off(areas, frame) if named is None else ())),
    )
    return Read(frame, areas, report, join.unknown)


def _drawn(layer: Layer, join: Join, fields: Fields) -> tuple[dict[str, Any], str, tuple[str, ...]]:
    """Shape by code, the file's system in words, what was done."""
    rows = sorted(join.rows)
    placed = place(layer, layer.shapes(rows))
    mended, repairs = mend(placed.shapes, layer.file)
    column = name_column(layer, fields)
    names = [layer.columns[column][row] if column else "" for row in rows]
    shapes, parts = dissolve(rows, [join.rows[row] for row in rows], names, mended, layer.file)
    if not shapes:
        raise UnusableInput(
            f"Tidak satu pun wilayah pada berkas batas {layer.file} bergaris batas. "
            "Simpan ulang petanya dari program GIS."
        )
    return shapes, placed.crs, (*placed.remarks, *repairs, *parts)


def _areas_of(city_code: str, named: Mapping[str, Named], shapes: Mapping[str, Any]) -> AreaSet:
    """The list of a city as its own boundaries give it; areas are measured, not official."""
    codes = sorted(set(named) & set(shapes))
    drawn = [shapes[code] for code in codes]
    middles = [shape.representative_point() for shape in drawn]
    return AreaSet(
        city_code,
        city_name(city_code) or city_code,
        tuple(
            Area(
                code,
                named[code].name,
                code[:8],
                named[code].kecamatan,
                round(middle.y, 6),
                round(middle.x, 6),
                max(round(size, 4), 0.0001),
            )
            for code, middle, size in zip(codes, middles, areas_km2(drawn), strict=True)
        ),
    )


def _differences(
    areas: AreaSet, frame: gpd.GeoDataFrame, drawn: Sequence[float]
) -> tuple[AreaDifference, ...]:
    found = []
    for code, size in zip(frame["kode_kemendagri"], drawn, strict=True):
        area = areas.by_code[code]
        if abs(size / area.luas_km2 - 1) > NAMED_DIFFERENCE:
            found.append(AreaDifference(area.name, area.kecamatan, area.luas_km2, round(size, 4)))
    return tuple(sorted(found, key=lambda one: -abs(one.drawn / one.official - 1)))


def _far_off(areas: AreaSet, frame: gpd.GeoDataFrame) -> tuple[str, ...]:
    """Kelurahan drawn where another one lies: a code or a name was mixed up."""
    geod = pyproj.Geod(ellps="WGS84")
    far = []
    middles = shapely.centroid(frame.geometry.to_numpy())
    for code, middle in zip(frame["kode_kemendagri"], middles, strict=True):
        area = areas.by_code[code]
        _, _, metres = geod.inv(area.lon, area.lat, middle.x, middle.y)
        if metres > _FAR_KM * 1000:
            far.append(f"{area.name} ({area.kecamatan})")
    if not far:
        return ()
    more = f" dan {len(far) - 5} lainnya" if len(far) > 5 else ""
    return (
        f"Digambar lebih dari {_FAR_KM:.0f} km dari tempatnya menurut daftar resmi: "
        f"{', '.join(far[:5])}{more}. Periksa kode atau namanya.",
    )


def _rows_of(layer: Layer, city_code: str) -> int:
    digits = city_code.replace(".", "")
    return max(
        (
            sum(text.replace(".", "").startswith(digits) and len(text) >= 10 for text in cells)
            for cells in layer.columns.values()
        ),
        default=0,
    )


def _check_city_code(code: str) -> None:
    digits = code.replace(".", "")
    if len(code) != 5 or len(digits) != 4 or not digits.isascii() or not digits.isdigit():
        raise WrongUse(f"Kode wilayah {code[:20]} tidak dikenal. Tulis seperti 36.04.")


def _hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

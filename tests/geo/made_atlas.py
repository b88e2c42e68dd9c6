"""An invented atlas: published tables with every state, no list needed. Drawn by seed."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import geopandas as gpd
import shapely

from workbench.domain.reference import reference
from workbench.geo.areas import Area, AreaSet, city_areas
from workbench.geo.atlas import Atlas, Period
from workbench.geo.boundaries import load_boundaries
from workbench.geo.disclosure.tables import Cell, Column, PublishedTable, Release, State
from workbench.geo.population import Population, PopulationEntry

CATEGORIES = tuple(row["kode"] for row in reference("pmks_kategori") if row["sensitif"] != "ya")


def release(areas: AreaSet, n: int, unsurveyed: Sequence[str] = ()) -> Release:
    """PPKS by category and families; 1 to 4 hidden; kecamatan and city as the sums shown."""
    rng = Random(f"atlas:{n}")
    families = {code: 300 + rng.randrange(2600) for code in areas.by_code}
    tables = {}
    for name, keys, top in (("keluarga", ("keluarga",), 0), ("ppks", CATEGORIES, 240)):
        cells: dict[tuple[str, str], Cell] = {}
        for key in keys:
            high = rng.randrange(10, top) if top else 0
            sums: dict[str, int] = {}
            for code in areas.by_code:
                count = families[code] if not top else max(0, rng.randrange(-high // 6, high))
                cells[code, key] = _cell(code, count, unsurveyed)
                shown = cells[code, key].value or 0
                for up in (areas.parent(code), areas.city_code):
                    sums[up] = sums.get(up, 0) + shown
            cells |= {(code, key): _cell(code, total, ()) for code, total in sums.items()}
        columns = tuple(Column(key, key, "orang") for key in keys)
        tables[name] = PublishedTable(
            name, columns, cells, frozenset(areas.by_code) - frozenset(unsurveyed)
        )
    return Release(areas, tables, 5)


def _cell(code: str, count: int, unsurveyed: Sequence[str]) -> Cell:
    if code in unsurveyed:
        return Cell(State.BELUM_DIDATA)
    if 0 < count < 5:
        return Cell(State.DISEMBUNYIKAN)
    return Cell(State.ANGKA, count) if count else Cell(State.NOL, 0)


def atlas(
    periods: int = 1,
    areas: AreaSet | None = None,
    frame: gpd.GeoDataFrame | None = None,
    population: bool = True,
    **facts: Any,
) -> Atlas:
    """So many periods of the city; the first kelurahan not surveyed, the last without people."""
    areas = areas or city_areas()
    codes = list(areas.by_code)
    dates = [date(2026 - n // 4, 12 - 3 * (n % 4), 1) for n in range(periods)]
    return Atlas(
        areas,
        load_boundaries() if frame is None else frame,
        tuple(
            Period(
                f"D{n}",
                f"Triwulan {4 - n % 4} {day.year}",
                day,
                "daftar buatan.xlsx",
                release(areas, n, codes[:1]),
                **facts,
            )
            for n, day in enumerate(dates)
        ),
        people(codes[:-1]) if population else None,
        True,
        frozenset((*areas.kecamatan, areas.city_code)),
    )


def people(codes: Sequence[str]) -> Population:
    """So many people and families in each, the same since 2020."""
    rng = Random("penduduk")
    entries: Mapping[tuple[str, int], PopulationEntry] = {
        (code, 2020): PopulationEntry(2000 + rng.randrange(14000), 3500, "buatan") for code in codes
    }
    return Population(entries)


def real_frame() -> gpd.GeoDataFrame | None:
    """Real lines where the folder of an office's file is named, else None."""
    folder = os.environ.get("VERVAL_BATAS_UJI", "")
    path = Path(folder) / "kota_serang_kelurahan.geojson"
    return load_boundaries(path) if folder and path.is_file() else None


def province(many: int = 500) -> tuple[AreaSet, gpd.GeoDataFrame]:
    """Made kelurahan in 40 kecamatan: the cells around seeded points, with bent sides."""
    rng = Random("provinsi")
    points = [(105.5 + 1.2 * rng.random(), -7 + 1.1 * rng.random()) for _ in range(many)]
    frame = shapely.box(105.5, -7, 106.7, -5.9)
    cells = shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=frame)
    shapes = [shapely.segmentize(shapely.intersection(cell, frame), 0.006) for cell in cells.geoms]
    shapes.sort(key=lambda shape: (int(shape.centroid.x * 6.5), shape.centroid.y))
    areas, codes = [], []
    for n, shape in enumerate(shapes):
        kecamatan = f"99.71.{n * 40 // many + 1:02d}"
        code = f"{kecamatan}.{1001 + n}"
        middle = shape.centroid
        name = f"Desa {n + 1}"
        areas.append(Area(code, name, kecamatan, f"Kec {kecamatan[-2:]}", middle.y, middle.x, 5.0))
        codes.append(code)
    made = AreaSet("99.71", "Kabupaten Buatan", tuple(areas))
    drawn = gpd.GeoDataFrame({"kode_kemendagri": codes}, geometry=shapes, crs="EPSG:4326")
    drawn.attrs = {"schematic": False, "source": "batas buatan"}
    return made, drawn

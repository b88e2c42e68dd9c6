"""The city's lines with every way offices name a kelurahan, to be written in any format."""

from __future__ import annotations

import warnings
import zipfile

import geopandas as gpd
import pytest
import shapely

from workbench.domain.wilayah import kelurahan


@pytest.fixture(scope="session")
def city(drawn_lines):
    """67 rows: kode, bps, nama, kecamatan, geometry (EPSG:4326)."""
    drawn = gpd.read_file(drawn_lines, engine="pyogrio").set_index("kode_kemendagri")
    places = kelurahan()
    return gpd.GeoDataFrame(
        {
            "kode": [place.kode_kemendagri for place in places],
            "bps": [place.kode_bps for place in places],
            "nama": [place.name for place in places],
            "kecamatan": [place.kecamatan for place in places],
        },
        geometry=[drawn.geometry[place.kode_kemendagri] for place in places],
        crs=4326,
    )


@pytest.fixture
def save(tmp_path):
    """Write a frame under a name; the ending says the format."""

    def save(frame, name="batas.gpkg"):
        path = tmp_path / name
        drivers = {".kml": "LIBKML", ".kmz": "LIBKML", ".shp": "ESRI Shapefile"}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            frame.to_file(path, driver=drivers.get(path.suffix), engine="pyogrio")
        return path

    return save


@pytest.fixture
def pack(tmp_path):
    """Write a ZIP of members (name -> bytes)."""

    def pack(members, name="batas.zip"):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, content in members.items():
                archive.writestr(member, content)
        return path

    return pack


@pytest.fixture
def squares():
    """So many desa of one made regency as squares of a hundredth of a degree, row by row."""

    def make(count, city="36.04", wide=25):
        rows = [(n % wide, n // wide) for n in range(count)]
        return gpd.GeoDataFrame(
            {
                "kode": [f"{city}.{1 + n // 20:02d}.{2001 + n % 20}" for n in range(count)],
                "nama": [f"DESA CONTOH {n}" for n in range(count)],
                "kecamatan": [f"Kecamatan {1 + n // 20}" for n in range(count)],
            },
            geometry=[
                shapely.box(106 + 0.01 * x, -6.3 + 0.01 * y, 106.01 + 0.01 * x, -6.29 + 0.01 * y)
                for x, y in rows
            ],
            crs=4326,
        )

    return make

"""Boundary files as offices have them: joined by code, or refused with the way out."""

from __future__ import annotations

import json

import pytest

from workbench.domain.wilayah import kelurahan, kelurahan_by_code
from workbench.errors import UnusableInput
from workbench.geo.boundaries import dotted_code, join_report, load_boundaries, schematic_path

SQUARE = [[[106.1, -6.1], [106.2, -6.1], [106.2, -6.0], [106.1, -6.0], [106.1, -6.1]]]


def feature(code, column="kode_kemendagri", coordinates=SQUARE, kind="Polygon"):
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": {column: code}, "geometry": geometry}


@pytest.fixture
def write(tmp_path):
    def build(features, **more):
        path = tmp_path / "batas.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features} | more))
        return path

    return build


def test_schematic_map_is_complete_and_says_so():
    frame = load_boundaries()
    assert list(frame["kode_kemendagri"]) == sorted(kelurahan_by_code())
    assert frame.crs.to_epsg() == 4326
    assert frame.attrs["schematic"] is True
    assert join_report(frame).is_complete
    assert join_report(frame).sentence() == "67 dari 67 kelurahan punya batas."


def test_schematic_file_given_by_hand_is_still_schematic():
    assert load_boundaries(schematic_path()).attrs["schematic"] is True


def test_an_office_file_joins_by_code(drawn_lines):
    frame = load_boundaries(drawn_lines)
    assert join_report(frame).is_complete
    assert frame.attrs["schematic"] is False
    assert frame.geometry.is_valid.all()
    assert list(frame.columns) == [
        "kode_kemendagri",
        "name",
        "kecamatan_kode",
        "kecamatan",
        "geometry",
    ]


@pytest.mark.parametrize("column", ["kode", "KODE_KEMENDAGRI", "KDEPUM", "kode_kel"])
@pytest.mark.parametrize("code", ["36.73.01.1001", "3673011001", 3673011001, 3673011001.0])
def test_codes_are_read_however_they_are_written(write, column, code):
    frame = load_boundaries(write([feature(code, column)]))
    assert list(frame["name"]) == ["Serang"]


def test_codes_of_bps_are_read_as_such(write):
    frame = load_boundaries(write([feature(place.kode_bps, "kode") for place in kelurahan()[:1]]))
    assert list(frame["kode_kemendagri"]) == [kelurahan()[0].kode_kemendagri]


def test_what_did_not_join_is_said(write):
    frame = load_boundaries(write([feature("36.73.01.1001"), feature("36.04.05.2001")]))
    report = join_report(frame)
    assert report.joined == 1
    assert len(report.missing) == 66
    assert report.unknown == ("36.04.05.2001",)
    assert "1 dari 67 kelurahan" in report.sentence()
    assert "Cipare (Serang)" in report.sentence()
    assert "1 wilayah lain" in report.sentence()


def test_parts_of_one_kelurahan_become_one(write):
    far = [[[x + 0.5, y] for x, y in SQUARE[0]]]
    parts = [feature("36.73.01.1001"), feature("36.73.01.1001", coordinates=far)]
    for part in parts:
        part["properties"]["nama"] = "Serang"
    frame = load_boundaries(write(parts))
    assert len(frame) == 1
    assert frame.geometry.iloc[0].geom_type == "MultiPolygon"


def test_a_line_that_crosses_itself_is_mended(write):
    bow = [[[106.1, -6.1], [106.2, -6.0], [106.2, -6.1], [106.1, -6.0], [106.1, -6.1]]]
    frame = load_boundaries(write([feature("36.73.01.1001", coordinates=bow)]))
    assert frame.geometry.is_valid.all()
    assert frame.geometry.iloc[0].area > 0


def test_a_height_in_the_coordinates_is_left_out(write):
    raised = [[[x, y, 12.0] for x, y in SQUARE[0]]]
    frame = load_boundaries(write([feature("36.73.01.1001", coordinates=raised)]))
    assert not frame.geometry.has_z.any()


METRES = [[[620000, 9320000], [630000, 9320000], [630000, 9330000], [620000, 9320000]]]
EPSG_23838 = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::23838"}}
CRS84 = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}


def test_a_named_crs_of_degrees_is_read(write):
    assert len(load_boundaries(write([feature("36.73.01.1001")], crs=CRS84))) == 1


@pytest.mark.parametrize(
    ("features", "more", "words"),
    [
        ([], {}, "tidak memuat satu wilayah pun"),
        ([feature("99.99.99.9999", "nomor")], {}, "Kolom yang ada: nomor"),
        ([feature("36.04.05.2001")], {}, r"tampaknya peta Kabupaten Serang \(kode 36\.04\)"),
        ([feature("36.73.01.1001")], {"crs": EPSG_23838}, "tidak terletak di Indonesia"),
        ([feature("36.73.01.1001", coordinates=METRES)], {}, "bukan derajat"),
        ([feature("36.73.01.1001", coordinates=[106.1, -6.1], kind="Point")], {}, "memuat titik"),
        ([feature("36.73.01.1001", coordinates=[[["x"]]])], {}, "bergaris batas"),
        ([feature("36.73.01.1001") | {"geometry": None}], {}, "bergaris batas"),
        ([7, None], {}, "tidak memuat satu wilayah pun"),
    ],
)
def test_unusable_files_are_refused_with_the_way_out(write, features, more, words):
    with pytest.raises(UnusableInput, match=words) as refusal:
        load_boundaries(write(features, **more))
    assert str(refusal.value).endswith(".")


def test_a_damaged_and_an_absent_file(tmp_path):
    damaged = tmp_path / "rusak.geojson"
    damaged.write_bytes(b"PK\x03\x04\xff\xfe")
    with pytest.raises(UnusableInput, match=r"rusak\.geojson tidak dapat dibaca"):
        load_boundaries(damaged)
    with pytest.raises(UnusableInput, match="tidak ditemukan"):
        load_boundaries(tmp_path / "tiada.geojson")


@pytest.mark.parametrize(
    "text", ["", "36.73.01", "36730110011", "3673O11001", "None", "nan", "²²²²²²²²²²"]
)
def test_what_is_no_kelurahan_code(text):
    assert dotted_code(text) == ""

"""Lines made whole, and what is measured of them."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from workbench.domain.wilayah import kelurahan
from workbench.errors import UnusableInput
from workbench.geo.boundaries import (
    BoundaryReport,
    kecamatan_outlines,
    load_boundaries,
    read_boundaries,
    thin,
)
from workbench.geo.boundaries.shaping import areas_km2, measure_flaws


def with_shape(frame, row, shape):
    shapes = frame.geometry.to_list()
    shapes[row] = shape
    return frame.set_geometry(shapes, crs=frame.crs)


def drawn(squares, save, row, shape):
    return read_boundaries(save(with_shape(squares(6), row, shape)), city_code="36.04")


def test_a_ring_that_crosses_itself_is_mended_and_counted(squares, save):
    bow = Polygon([(106.5, -6.3), (106.51, -6.29), (106.51, -6.3), (106.5, -6.29)])
    read = drawn(squares, save, 5, bow)
    assert read.frame.geometry.is_valid.all()
    assert read.frame.geometry.iloc[5].area == pytest.approx(0.00005, rel=1e-6)
    assert any(
        remark.startswith("1 wilayah yang garisnya memotong") for remark in read.report.remarks
    )


def test_islands_stay(squares, save):
    island = MultiPolygon([box(106.5, -6.3, 106.51, -6.29), box(106.6, -6.3, 106.61, -6.29)])
    assert drawn(squares, save, 5, island).frame.geometry.iloc[5].geom_type == "MultiPolygon"


def test_polygons_of_a_collection_are_kept_and_its_points_left(squares, save):
    mixed = shapely.GeometryCollection([Point(106.5, -6.3), box(106.5, -6.3, 106.51, -6.29)])
    read = drawn(squares, save, 5, mixed)
    assert read.frame.geometry.iloc[5].area == pytest.approx(0.0001)


@pytest.mark.parametrize("shape", [None, Polygon()])
def test_rows_without_lines_are_said_and_left_out(squares, save, shape):
    read = drawn(squares, save, 5, shape)
    assert read.report.joined == 5
    assert "1 baris tanpa garis batas dilewati." in read.report.remarks


def test_points_beside_polygons_are_left_out(squares, save):
    read = drawn(squares, save, 5, Point(106.5, -6.3))
    assert read.report.joined == 5
    assert "1 baris bukan bidang (titik atau garis) dilewati." in read.report.remarks


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda shape: shape.centroid, "memuat titik"),
        (lambda shape: LineString(shape.exterior.coords), "memuat garis"),
    ],
)
def test_a_layer_of_points_or_lines_is_refused(squares, save, make, words):
    frame = squares(6)
    path = save(frame.set_geometry([make(shape) for shape in frame.geometry], crs=4326))
    with pytest.raises(UnusableInput, match=words):
        read_boundaries(path, city_code="36.04")


def test_a_layer_without_any_lines_is_refused(squares, save):
    frame = squares(6)
    path = save(frame.set_geometry([None] * 6, crs=4326), "b.geojson")
    with pytest.raises(UnusableInput, match=r"bergaris batas|satu wilayah pun"):
        read_boundaries(path, city_code="36.04")


def test_parts_of_one_name_are_put_together(squares, save):
    frame = squares(6)
    frame.loc[5, ["kode", "nama"]] = frame.loc[0, ["kode", "nama"]].to_list()
    read = read_boundaries(save(frame), city_code="36.04")
    assert read.report.joined == 5
    assert "2 potongan digabung menjadi 1 wilayah." in read.report.remarks


def test_one_code_for_two_kelurahan_is_refused_with_code_and_rows(squares, save):
    frame = squares(6)
    frame.loc[1, "kode"] = frame.loc[0, "kode"]
    with pytest.raises(UnusableInput, match=r"36\.04\.01\.2001 \(baris 1, 2\)"):
        read_boundaries(save(frame), city_code="36.04")


def test_nameless_parts_are_put_together_only_where_they_touch(city, save):
    """A name said to be there twice is no name: these have none."""
    frame = city[["kode", "geometry"]].iloc[:3].reset_index(drop=True)
    west, south, east, north = frame.geometry[0].bounds
    middle = (west + east) / 2
    halves = [
        frame.geometry[0].intersection(box(west, south, middle, north)),
        frame.geometry[0].intersection(box(middle, south, east, north)),
    ]
    kept = {"kode": [frame["kode"][0]] * 2}
    touching = gpd.GeoDataFrame(kept, geometry=[box(*halves[0].bounds), box(*halves[1].bounds)],
                                crs=4326)  # fmt: skip
    apart = gpd.GeoDataFrame(kept, geometry=[touching.geometry[0], box(107, -6, 107.1, -5.9)],
                             crs=4326)  # fmt: skip
    assert read_boundaries(save(touching)).report.joined == 1
    with pytest.raises(UnusableInput, match="kode yang dipakai beberapa wilayah"):
        read_boundaries(save(apart, "apart.gpkg"))


def test_gaps_and_overlaps_are_measured_in_hectares():
    """Squares of 0.01 degrees at the equator are 110.57 m by 111.32 m per thousandth."""
    grid = [box(x / 100, y / 100, (x + 1) / 100, (y + 1) / 100) for x in range(3) for y in range(3)]
    flaws = measure_flaws(grid)
    assert (flaws.gaps, flaws.overlaps) == (0, 0)
    pierced = [shape for n, shape in enumerate(grid) if n != 4]
    flaws = measure_flaws(pierced)
    assert (flaws.gaps, flaws.overlaps) == (1, 0)
    assert flaws.gaps_ha == pytest.approx(123.1, rel=0.002)
    wider = [*grid[:8], box(0.019, 0.02, 0.03, 0.03)]
    flaws = measure_flaws(wider)
    assert (flaws.gaps, flaws.overlaps) == (0, 1)
    assert flaws.overlaps_ha == pytest.approx(12.31, rel=0.002)


def test_a_lake_within_one_kelurahan_is_no_gap():
    ring = box(0, 0, 0.03, 0.03).difference(box(0.01, 0.01, 0.02, 0.02))
    assert measure_flaws([ring, box(0.03, 0, 0.04, 0.03)]).gaps == 0


def test_gaps_and_overlaps_of_a_file_are_reported(squares, save):
    frame = squares(9)
    shapes = [box(106 + 0.01 * (n % 3), -6.3 + 0.01 * (n // 3), 106.01 + 0.01 * (n % 3),
                  -6.29 + 0.01 * (n // 3)) for n in range(9)]  # fmt: skip
    shapes[4] = box(106.012, -6.29, 106.021, -6.28)
    report = read_boundaries(save(frame.set_geometry(shapes, crs=4326)), city_code="36.04").report
    said = " ".join(report.sentences())
    assert "Celah antarwilayah: 1 tempat, 24,4" in said
    assert "Tumpang tindih: 1 pasang wilayah, 12,2" in said


def test_areas_are_those_on_the_ground():
    assert areas_km2([box(0, 0, 0.01, 0.01)]) == pytest.approx([1.2309], rel=1e-3)


def test_areas_far_from_the_official_ones_are_listed(city, save):
    """Half of what was drawn as large as the list says is no longer so."""
    place = max(kelurahan(), key=lambda place: place.luas_km2)
    whole = load_boundaries().set_index("kode_kemendagri").geometry[place.kode_kemendagri]
    frame = with_shape(city, list(city["kode"]).index(place.kode_kemendagri), whole)
    west, south, east, north = whole.bounds
    half = whole.intersection(box(west, south, (west + east) / 2, north))
    cut = with_shape(frame, list(city["kode"]).index(place.kode_kemendagri), half)
    listed = [read_boundaries(save(one, f"{n}.gpkg")).report for n, one in enumerate((frame, cut))]
    names = [{one.name for one in report.differences} for report in listed]
    assert names[1] - names[0] == {place.name}
    shares = [abs(one.drawn / one.official - 1) for one in listed[1].differences]
    assert min(shares) > 0.10
    assert shares == sorted(shares, reverse=True)
    assert "dari luas resmi" in " ".join(listed[1].sentences())


def test_a_kelurahan_drawn_far_from_its_place_is_remarked(city, save):
    """Two codes changed places: nothing else shows it."""
    frame = city.copy()
    far = int(np.argmax(shapely.distance(city.geometry.to_numpy(), city.geometry[0])))
    frame.loc[[0, far], "kode"] = city["kode"][[far, 0]].to_list()
    remarks = read_boundaries(save(frame[["kode", "geometry"]])).report.remarks
    assert any(city["nama"][0] in remark and "lebih dari 5 km" in remark for remark in remarks)


def test_a_thinned_map_keeps_its_shared_lines_and_the_full_one_stays(city):
    full = city.rename(columns={"kode": "kode_kemendagri"})
    budget = max(int(shapely.get_num_coordinates(full.geometry.to_numpy()).sum() * 0.5), 335)
    light = thin(full, budget)
    points = shapely.get_num_coordinates(light.geometry.to_numpy()).sum()
    assert points <= budget
    assert shapely.coverage_is_valid(light.geometry.to_numpy()) == shapely.coverage_is_valid(
        full.geometry.to_numpy()
    )
    assert light.geometry.is_valid.all()
    assert not light.geometry.is_empty.any()


def test_thinning_what_overlaps_breaks_nothing():
    rng = np.random.default_rng(7)
    shapes = [
        shapely.Point(106 + x, -6).buffer(0.02 + rng.uniform(0, 0.01), quad_segs=200)
        for x in rng.uniform(0, 0.2, 30)
    ]
    frame = gpd.GeoDataFrame(geometry=shapes, crs=4326)
    light = thin(frame, 1000)
    assert light.geometry.is_valid.all()
    assert not light.geometry.is_empty.any()


def test_outlines_of_the_kecamatan_hold_their_kelurahan():
    frame = load_boundaries()
    outlines = kecamatan_outlines(frame)
    assert list(outlines["kecamatan_kode"]) == sorted(set(frame["kecamatan_kode"]))
    assert outlines["kecamatan"][0] == "Serang"
    assert outlines.geometry.geom_type.eq("Polygon").all()
    sums = [shapely.area(one.geometry.to_numpy()).sum() for one in (outlines, frame)]
    assert sums[0] == pytest.approx(sums[1], rel=1e-9)


def test_a_report_survives_being_written(city, save):
    report = read_boundaries(save(city.iloc[3:])).report
    assert BoundaryReport.from_json(json.loads(json.dumps(report.to_json()))) == report

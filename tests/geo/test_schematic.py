"""The stored map keeps to its facts, measured here without the code that drew it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from random import Random

import pyproj
import pytest
import shapely
from shapely.geometry import shape

from workbench.domain.wilayah import kelurahan, kelurahan_by_code
from workbench.errors import UnusableInput
from workbench.geo.areas import Area, AreaSet
from workbench.geo.boundaries import schematic_path
from workbench.geo.schematic import (
    build_schematic,
    describe_source,
    measure_quality,
    schematic_of,
    true_neighbours,
    write_schematic,
)


@dataclass(frozen=True)
class Plot:
    """An invented area."""

    kode_kemendagri: str
    lat: float
    lon: float
    luas_km2: float
    name: str = "Rekaan"
    kecamatan_kode: str = "36.73.01"
    kecamatan: str = "Rekaan"


@pytest.fixture(scope="module")
def stored():
    return json.loads(schematic_path().read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def shapes(stored):
    return {
        one["properties"]["kode_kemendagri"]: shape(one["geometry"]) for one in stored["features"]
    }


def ground_km2(polygon):
    area, _ = pyproj.Geod(ellps="WGS84").geometry_area_perimeter(polygon)
    return abs(area) / 1e6


def test_every_kelurahan_is_one_valid_polygon(shapes):
    assert set(shapes) == set(kelurahan_by_code())
    assert len(shapes) == 67
    assert all(one.geom_type == "Polygon" and one.is_valid for one in shapes.values())


def test_areas_are_those_of_the_list(shapes):
    for place in kelurahan():
        drawn = ground_km2(shapes[place.kode_kemendagri])
        assert drawn == pytest.approx(place.luas_km2, rel=0.001), place.kode_kemendagri


def test_nothing_overlaps_and_nothing_gapes(shapes):
    cells = list(shapes.values())
    assert shapely.coverage_is_valid(cells)
    city = shapely.union_all(cells)
    assert city.geom_type == "Polygon"
    assert not city.interiors
    assert sum(one.area for one in cells) == pytest.approx(city.area, rel=1e-9)


def test_neighbours_are_kept_and_few_are_invented(shapes):
    plane = pyproj.Transformer.from_crs(4326, 32748, always_xy=True)
    metres = {
        code: shapely.transform(one, plane.transform, interleaved=False)
        for code, one in shapes.items()
    }
    drawn = {
        (a, b)
        for a, b in combinations(sorted(metres), 2)
        if metres[a].distance(metres[b]) < 0.01 and metres[a].intersection(metres[b]).length > 5
    }
    known = true_neighbours()
    assert len(drawn & known) / len(known) >= 0.92
    assert len(drawn & known) / len(drawn) >= 0.90


def test_kecamatan_are_each_one_piece(shapes):
    for code in {place.kecamatan_kode for place in kelurahan()}:
        parts = [one for key, one in shapes.items() if key.startswith(code)]
        assert shapely.union_all(parts).geom_type == "Polygon", code


def test_the_stored_file_says_what_it_is(stored):
    about = stored["metadata"]
    assert about["catatan"] == "skematik, bukan batas resmi"
    assert about["lisensi"] == "MIT"
    assert about["sumber"]
    assert about["tanggal"]
    columns = {"kode_kemendagri", "nama_kelurahan", "kecamatan", "kode_kecamatan", "luas_km2"}
    assert all(set(one["properties"]) == columns for one in stored["features"])
    numbers = shapely.get_coordinates([shape(one["geometry"]) for one in stored["features"]])
    assert (abs(numbers - numbers.round(6)) < 1e-12).all()


def test_its_source_page_gives_the_measured_quality(stored):
    quality = measure_quality(stored, kelurahan(), true_neighbours())
    page = schematic_path().with_name("SUMBER.md").read_text(encoding="utf-8")
    assert page == describe_source(quality)


def test_neighbour_pairs_are_ordered_known_and_complete():
    known = true_neighbours()
    assert all(a < b for a, b in known)
    assert {code for pair in known for code in pair} == set(kelurahan_by_code())


def test_same_input_same_map_whatever_its_order():
    places = [place for place in kelurahan() if place.kecamatan_kode == "36.73.04"]
    known = true_neighbours()
    first = build_schematic(places, known, rounds=15)
    second = build_schematic(places[::-1], sorted(known, reverse=True), rounds=15)
    assert json.dumps(first) == json.dumps(second)


@pytest.mark.parametrize("seed", range(5))
def test_invented_areas_get_their_size(seed):
    rng = Random(f"schematic:{seed}")
    plots = [
        Plot(
            f"36.73.01.{1000 + n}",
            -6.1 - 0.02 * (n // 5) + rng.uniform(-0.007, 0.007),
            106.1 + 0.02 * (n % 5) + rng.uniform(-0.007, 0.007),
            rng.uniform(1.5, 8.0),
        )
        for n in range(20)
    ]
    drawn = build_schematic(plots)
    for plot, one in zip(plots, drawn["features"], strict=True):
        assert one["properties"]["kode_kemendagri"] == plot.kode_kemendagri
        assert ground_km2(shape(one["geometry"])) == pytest.approx(plot.luas_km2, rel=0.001)


def test_any_list_of_areas_gets_its_map():
    rng = Random("schematic:areas")
    areas = AreaSet(
        "36.04",
        "Kabupaten Contoh",
        tuple(
            Area(
                f"36.04.{1 + n // 10:02d}.{2001 + n % 10}",
                f"Desa {n}",
                f"36.04.{1 + n // 10:02d}",
                f"Kecamatan {n // 10}",
                -6.3 + 0.02 * (n // 10) + rng.uniform(-0.006, 0.006),
                106.1 + 0.02 * (n % 10) + rng.uniform(-0.006, 0.006),
                rng.uniform(2.0, 8.0),
            )
            for n in range(80)
        ),
    )
    drawn = schematic_of(areas, date(2026, 11, 22))
    assert drawn["name"] == "skematik_3604"
    assert drawn["metadata"]["tanggal"] == "2026-11-22"
    assert drawn["metadata"]["catatan"] == "skematik, bukan batas resmi"
    for area, one in zip(areas.areas, drawn["features"], strict=True):
        assert one["properties"]["kode_kemendagri"] == area.code
        assert one["properties"]["kode_kecamatan"] == area.kecamatan_code
        assert ground_km2(shape(one["geometry"])) == pytest.approx(area.luas_km2, rel=0.001)


def test_a_schematic_map_of_ours_is_written_as_it_is_stored(tmp_path, stored):
    write_schematic(tmp_path / "peta.geojson", stored)
    assert (tmp_path / "peta.geojson").read_bytes() == schematic_path().read_bytes()


def test_islands_far_apart_end_in_a_map_or_a_sentence():
    plots = [
        Plot(
            f"36.73.01.{1000 + n}", -6.1 - (2 if n > 5 else 0) - 0.02 * (n // 3), 106 + n / 50, 3.0
        )
        for n in range(12)
    ]
    with pytest.raises(UnusableInput, match="tidak saling cocok"):
        build_schematic(plots)


def test_tuning_brings_more_true_neighbours_than_none():
    places = [place for place in kelurahan() if place.kecamatan_kode in ("36.73.03", "36.73.04")]
    codes = {place.kode_kemendagri for place in places}
    known = {(a, b) for a, b in true_neighbours() if a in codes and b in codes}

    def faults(collection):
        quality = measure_quality(collection, places, known)
        kept = round(quality.recall * quality.known)
        return (quality.known - kept) + (quality.drawn - kept)

    assert faults(build_schematic(places, known, rounds=80)) < faults(build_schematic(places))


@pytest.mark.parametrize(("count", "words"), [(2, "tiga wilayah"), (5, "satu garis")])
def test_what_cannot_be_laid_out_is_refused_with_a_sentence(count, words):
    plots = [Plot(f"36.73.01.{1000 + n}", -6.1 - 0.02 * n, 106.1, 2.0) for n in range(count)]
    with pytest.raises(UnusableInput, match=words):
        build_schematic(plots)

"""Systems of coordinates: transformed, recognised, or refused; never guessed."""

from __future__ import annotations

import json

import pytest
import shapely

from workbench.errors import UnusableInput
from workbench.geo.boundaries import read_boundaries


def swapped(frame):
    turned = shapely.transform(frame.geometry.to_numpy(), lambda points: points[:, ::-1])
    return frame.set_geometry(turned, crs=frame.crs)


def unnamed(path):
    """The Shapefile as it comes without its .prj."""
    path.with_suffix(".prj").unlink()
    return path


def shift_m(read, city):
    """How far the farthest centroid lies from where it should, in metres."""
    here = read.frame.to_crs(32748).centroid
    there = city.to_crs(32748).centroid
    return here.distance(there).max()


@pytest.mark.parametrize("epsg", [32748, 23838, 3857, 9470])
def test_any_system_is_brought_to_degrees(city, save, epsg):
    read = read_boundaries(save(city.to_crs(epsg), "b.shp"))
    assert read.frame.crs.to_epsg() == 4326
    assert shift_m(read, city) < 0.1
    assert any("diubah dari" in remark for remark in read.report.remarks)


def test_degrees_without_a_system_are_read_and_that_is_said(city, save):
    read = read_boundaries(unnamed(save(city, "b.shp")))
    assert shift_m(read, city) < 0.01
    assert any("tidak menyebut sistem" in remark for remark in read.report.remarks)
    assert read.report.crs == "tidak disebut; dibaca sebagai WGS 84"


def test_metres_without_a_system_are_refused(city, save):
    with pytest.raises(UnusableInput, match=r"agaknya meter.*\.prj"):
        read_boundaries(unnamed(save(city.to_crs(32748), "b.shp")))


def test_degrees_of_elsewhere_without_a_system_are_refused(city, save):
    far = city.set_geometry(city.translate(-100, 40).values)
    with pytest.raises(UnusableInput, match="di luar Indonesia"):
        read_boundaries(unnamed(save(far, "b.shp")))


@pytest.mark.parametrize("name", ["b.gpkg", "b.geojson", "b.shp"])
def test_swapped_axes_are_swapped_back_and_that_is_said(city, save, name):
    read = read_boundaries(save(swapped(city), name))
    assert shift_m(read, city) < 0.1
    assert any("tertukar" in remark for remark in read.report.remarks)


def test_swapped_axes_without_a_system_are_swapped_back(city, save):
    read = read_boundaries(unnamed(save(swapped(city), "b.shp")))
    assert shift_m(read, city) < 0.1
    for words in ("tidak menyebut sistem", "tertukar"):
        assert any(words in remark for remark in read.report.remarks)


def test_swapped_axes_of_another_degree_system_are_swapped_back(city, save):
    read = read_boundaries(save(swapped(city.to_crs(4755)), "b.gpkg"))
    assert shift_m(read, city) < 2
    assert any("tertukar" in remark for remark in read.report.remarks)


def test_heights_are_left_out_and_that_is_said(city, save):
    raised = city.set_geometry(shapely.force_3d(city.geometry.to_numpy(), 12.0), crs=4326)
    read = read_boundaries(save(raised))
    assert not read.frame.geometry.has_z.any()
    assert any("Ketinggian" in remark for remark in read.report.remarks)


def test_metres_in_a_geojson_without_a_system_are_refused(city, save):
    path = save(city.to_crs(32748), "b.geojson")
    collection = json.loads(path.read_text())
    del collection["crs"]
    path.write_text(json.dumps(collection))
    with pytest.raises(UnusableInput, match=r"bukan derajat.*meter"):
        read_boundaries(path)


def test_degrees_under_the_name_of_a_system_of_metres_are_refused(city, save):
    wrong = city.set_crs(32748, allow_override=True)
    with pytest.raises(UnusableInput, match="tidak terletak di Indonesia"):
        read_boundaries(save(wrong))

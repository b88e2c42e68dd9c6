"""An atlas, and how it is packed for a page and kept as a file: nothing changes on the way."""

from __future__ import annotations

import json

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tests.geo import made_atlas
from tests.geo.disclosure.shapes import city, count
from workbench.geo.areas import city_areas
from workbench.geo.disclosure.gate import disclose
from workbench.geo.disclosure.tables import Counts, Release
from workbench.geo.indicators import find_indicator
from workbench.geo.page.contents import measured
from workbench.geo.page.figures import FigureStore
from workbench.geo.page.packing import ALPHABET, pack, signed, unpack
from workbench.geo.page.shapes import cut_lines, shape_data
from workbench.geo.releases import cut_release, read_release, release_text


@given(st.lists(st.integers(0, 10**9)))
def test_packed_numbers_come_back(numbers):
    text = pack(numbers)
    assert list(unpack(text)) == numbers
    assert set(text) <= set(ALPHABET)


def test_packed_text_needs_no_escape_in_json_or_html():
    assert not set(ALPHABET) & set("\"\\<>&'") - {"'"}
    assert len({signed(n) for n in range(-50, 51)}) == 101


def test_a_line_of_two_neighbours_is_stored_once():
    left = [(0, 0), (5, 0), (5, 5), (0, 5)]
    right = [(5, 0), (9, 0), (9, 5), (5, 5)]
    lines, rings = cut_lines({"a": [left], "b": [right]})
    assert len(lines) == 3
    (shared,) = {n if n >= 0 else -1 - n for n in rings["a"][0]} & {
        n if n >= 0 else -1 - n for n in rings["b"][0]
    }
    assert set(lines[shared]) == {(5, 0), (5, 5)}


def test_a_hole_and_what_fills_it_share_their_line():
    outer = [(0, 0), (9, 0), (9, 9), (0, 9)]
    hole = [(3, 3), (3, 6), (6, 6), (6, 3)]
    lines, rings = cut_lines({"a": [outer, hole], "b": [[(6, 6), (6, 3), (3, 3), (3, 6)]]})
    assert len(lines) == 2
    assert abs(rings["a"][1][0]) in (1, 2)


def test_shapes_come_back_within_a_step_of_the_grid():
    atlas = made_atlas.atlas()
    data = shape_data(atlas.frame, atlas.areas)
    west, south, step = data["kotak"]
    numbers = iter(unpack(data["garis"]))
    lines, at = [], (0, 0)
    for many in numbers:
        line = []
        for _ in range(many):
            x, y = next(numbers), next(numbers)
            at = (at[0] + back(x), at[1] + back(y))
            line.append((west + at[0] * step, south + at[1] * step))
        lines.append(line)
    packed = iter(unpack(data["cincin"]))
    for code in atlas.areas.by_code:
        shape = atlas.frame.set_index("kode_kemendagri").geometry[code]
        rings = []
        for _ in range(next(packed)):
            ring = []
            for _ in range(next(packed)):
                number = back(next(packed))
                ring += lines[number] if number >= 0 else lines[-1 - number][::-1]
            rings.append(shapely.Polygon(ring))
        drawn = shapely.union_all(rings)
        assert shape.symmetric_difference(drawn).area < 0.05 * shape.area


def back(number):
    return number // 2 if number % 2 == 0 else -(number + 1) // 2


@pytest.mark.parametrize("kind", ["per1000", "halus"])
def test_a_rate_is_stored_as_its_two_numbers(kind):
    atlas = made_atlas.atlas(2)
    indicator = find_indicator("ppks:PMKS08")
    store = FigureStore(atlas.areas, atlas.codes)
    counted = measured(atlas, indicator, "jumlah", 0)
    entry = store.add(measured(atlas, indicator, kind, 0), counted)
    assert {"n", "d", "f"} <= set(entry)
    assert "v" not in entry
    assert ("e" in entry) == (kind == "halus")


def test_a_release_comes_back_from_its_file(tmp_path):
    release = made_atlas.release(city_areas(), 1, ["36.73.01.1001"])
    path = tmp_path / "a.json"
    path.write_text(release_text(release))
    assert read_release(path, release.areas) == release


def test_a_damaged_file_and_one_of_other_areas_are_none(tmp_path):
    release = made_atlas.release(city_areas(), 1)
    path = tmp_path / "a.json"
    path.write_text(release_text(release)[:-10])
    assert read_release(path, release.areas) is None
    path.write_text(release_text(release))
    assert read_release(path, made_atlas.province(20)[0]) is None
    assert read_release(tmp_path / "tiada.json", release.areas) is None


def places_in(value, path=()):
    """Every place in a value read from JSON, the whole first."""
    yield path
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places_in(value[key], (*path, key))


def replaced(value, path, other):
    """The value with another one at a place."""
    if not path:
        return other
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(copy[path[0]], path[1:], other)
    return copy


@pytest.mark.parametrize("other", [None, True, -9, 1.5, "x", [], [[]], {}, {"x": 1}], ids=repr)
def test_whatever_stands_in_a_file_of_ours_it_is_a_release_or_none(tmp_path, other):
    areas = city(1, 1, 1)
    code = next(iter(areas.by_code))
    table = Counts("t", (count("a"),), {(code, "a"): 9}, frozenset([code]), "", ((("a",), ("a",)),))
    whole = json.loads(release_text(disclose([table], areas)))
    path = tmp_path / "a.json"
    for place in places_in(whole):
        path.write_text(json.dumps(replaced(whole, place, other)))
        assert isinstance(read_release(path, areas), Release | None), place


def test_a_file_nested_without_end_or_of_half_its_keys_is_none(tmp_path):
    release = made_atlas.release(city_areas(), 1)
    path = tmp_path / "a.json"
    path.write_text("[" * 200_000)
    assert read_release(path, release.areas) is None
    whole = json.loads(release_text(release))
    for key in whole:
        path.write_text(json.dumps({name: one for name, one in whole.items() if name != key}))
        assert read_release(path, release.areas) is None


def test_what_is_cut_holds_no_other_area():
    whole = made_atlas.release(city_areas(), 1)
    areas = made_atlas.AreaSet("36.73", "Kota", whole.areas.areas[:3])
    cut = cut_release(whole, areas, frozenset())
    assert {code for table in cut.tables.values() for code, _ in table.cells} == set(areas.by_code)

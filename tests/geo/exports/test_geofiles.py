"""Geodata: GDAL reads it, QGIS finds its style, and hidden figures are null with a word."""

import io
import json
import sqlite3
import zipfile
from dataclasses import replace
from xml.etree import ElementTree as xml

import pyogrio
import pytest
import shapely

from tests.geo.exports.worlds import CODES, SMALL, UNSURVEYED, WITHOUT_PEOPLE
from workbench.geo.disclosure.tables import State
from workbench.geo.exports import geofiles
from workbench.geo.exports.selections import STATE_WORDS, Selection, extract


@pytest.fixture
def rates(world, selection):
    return extract(world.atlas, selection)


@pytest.fixture
def package(world, rates, tmp_path):
    """The GeoPackage on disk."""
    path = tmp_path / "peta.gpkg"
    path.write_bytes(geofiles.geopackage(rates, world.atlas.frame))
    return path


def features(world, extracted):
    with zipfile.ZipFile(
        io.BytesIO(geofiles.geojson_with_style(extracted, world.atlas.frame))
    ) as file:
        return [one["properties"] for one in json.loads(file.read("peta.geojson"))["features"]]


def rules(extracted):
    """Label by a function that says whether a rule of the style takes a feature."""
    root = xml.fromstring(geofiles.style(extracted))

    def takes(filter_):
        tests = [part.split('" ') for part in filter_.split(" AND ")]

        def judge(feature):
            for column, rest in tests:
                sign, _, wanted = rest.partition(" ")
                value = feature[column.strip('"')]
                is_text = wanted.startswith("'")
                wanted = wanted.strip("'") if is_text else float(wanted)
                if value is None:
                    return False
                holds = (
                    {"=": value == wanted}
                    if is_text
                    else {
                        ">": value > wanted,
                        "<=": value <= wanted,
                    }
                )
                if not holds[sign]:
                    return False
            return True

        return judge

    return [(rule.get("label"), takes(rule.get("filter"))) for rule in root.iter("rule")]


def test_every_reader_sees_the_same_states_and_nulls(world, rates, package):
    frame = pyogrio.read_dataframe(package, layer="peta")
    assert frame.crs.to_epsg() == 4326
    by_geojson = {one["kode_kemendagri"]: one for one in features(world, rates)}
    assert list(frame["kode_kemendagri"]) == list(CODES)
    for row in frame.drop(columns="geometry").to_dict("records"):
        code, figure = row["kode_kemendagri"], rates.by_code[row["kode_kemendagri"]].figure
        assert row["status"] == by_geojson[code]["status"] == STATE_WORDS[figure.state]
        for column, value in (
            ("nilai", figure.value),
            ("bawah", figure.low),
            ("atas", figure.high),
        ):
            assert by_geojson[code][column] == value
            assert (row[column] != row[column]) if value is None else row[column] == value
    for code in SMALL:
        assert by_geojson[code]["status"] == "disembunyikan"
        assert {by_geojson[code][name] for name in ("nilai", "bawah", "atas", "pembagi")} == {None}
    assert by_geojson[UNSURVEYED[0]]["status"] == "belum didata"
    assert by_geojson[WITHOUT_PEOPLE]["status"] == "tanpa penyebut"


def test_qgis_finds_a_default_style_for_the_layer_and_people_find_notes(package, rates):
    connection = sqlite3.connect(package)
    row = connection.execute(
        "select f_table_name, f_geometry_column, useAsDefault, styleQML from layer_styles"
    ).fetchall()
    column = connection.execute("select column_name from gpkg_geometry_columns").fetchone()[0]
    assert [one[:3] for one in row] == [("peta", column, 1)]
    assert row[0][3] == geofiles.style(rates)
    known = {name for (name,) in connection.execute("select table_name from gpkg_contents")}
    assert known == {"peta", "keterangan", "layer_styles"}
    notes = dict(connection.execute("select hal, isi from keterangan"))
    assert notes["Batas wilayah"] == "Peta skematik, bukan batas resmi"
    assert notes["Tanda"] == "LATIHAN"
    assert notes["Versi aturan"] == "aturan-7"
    assert "disembunyikan" in notes["Angka yang disembunyikan"]
    connection.close()


@pytest.mark.parametrize("kind", ["per1000", "jumlah", "kelompok"])
def test_every_kelurahan_falls_under_exactly_one_rule_of_the_style(world, kind):
    extracted = extract(world.atlas, Selection("ppks:PMKS04", "L2", kind))
    counts = {}
    for feature in features(world, extracted):
        found = [label for label, takes in rules(extracted) if takes(feature)]
        assert len(found) == 1, feature
        counts[found[0]] = counts.get(found[0], 0) + 1
    if kind != "kelompok":
        ordered = [label for label, _takes in rules(extracted)]
        classes = ordered[: len(extracted.classes.counts)]
        assert [counts[label] for label in classes] == list(extracted.classes.counts)
    assert counts["Disembunyikan: jumlah kecil"] == len(extracted.in_state(State.DISEMBUNYIKAN))


def test_the_style_is_whole_xml_with_a_symbol_for_every_rule(rates):
    root = xml.fromstring(geofiles.style(rates))
    symbols = {one.get("name") for one in root.iter("symbol")}
    assert {rule.get("symbol") for rule in root.iter("rule")} == symbols
    assert root.find("renderer-v2").get("type") == "RuleRenderer"
    brushes = [one.get("value") for one in root.iter("Option") if one.get("name") == "style"]
    assert {"solid", "b_diagonal", "cross", "horizontal", "dense6"} == set(brushes)


def test_kelurahan_of_one_and_of_many_parts_lie_in_one_layer(world, rates, tmp_path):
    frame = world.atlas.frame.copy()
    first = frame.geometry.iloc[0]
    two = shapely.MultiPolygon([first, shapely.affinity.translate(first, 1)])
    frame.geometry = [two, *frame.geometry.iloc[1:]]
    frame.attrs = dict(world.atlas.frame.attrs)
    path = tmp_path / "p.gpkg"
    path.write_bytes(geofiles.geopackage(rates, frame))
    assert pyogrio.read_info(path, layer="peta")["geometry_type"] == "MultiPolygon"


def test_names_with_markup_and_quotes_stay_names(make_world, selection):
    nasty = """<b>' " & ]]>"""
    world = make_world(names={CODES[0]: nasty})
    extracted = extract(world.atlas, selection)
    assert features(world, extracted)[0]["kelurahan"] == nasty
    xml.fromstring(geofiles.style(extracted))


def test_what_a_boundary_file_held_beside_codes_does_not_go_along(world, rates):
    frame = world.atlas.frame.assign(rahasia="9973010607159001")
    frame.attrs = dict(world.atlas.frame.attrs)
    changed = replace(world, atlas=replace(world.atlas, frame=frame))
    assert "rahasia" not in features(changed, rates)[0]
    assert b"9973010607159001" not in geofiles.geopackage(rates, frame)

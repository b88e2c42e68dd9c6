"""The bundle of open data: valid by Frictionless, complete, and free of what may not be given."""

import csv
import io
import json
import zipfile
from dataclasses import replace
from datetime import date

import pytest
from frictionless import validate

from tests.geo.exports.worlds import CODES, SMALL, UNSURVEYED, WITHOUT_PEOPLE
from workbench.errors import WrongUse
from workbench.geo.exports.bundle import LICENCES, Publication, open_data
from workbench.geo.exports.selections import Selection, extract

DAY = date(2026, 11, 22)


def opened(atlas, **chosen):
    return zipfile.ZipFile(io.BytesIO(open_data(atlas, Publication(DAY, **chosen))))


def numbers(file):
    text = file.read("data/angka.csv").decode()
    return {
        (row["periode"], row["kode"], row["indikator"], row["ukuran"]): row
        for row in csv.DictReader(io.StringIO(text))
    }


@pytest.fixture
def official(world):
    """The world over lines somebody else may own."""
    frame = world.atlas.frame.copy()
    frame.attrs = dict(world.atlas.frame.attrs) | {"schematic": False, "source": "Kantor lain"}
    return replace(world.atlas, frame=frame)


@pytest.mark.parametrize("practice", [True, False])
def test_frictionless_finds_the_bundle_valid(make_world, tmp_path, practice):
    opened(make_world(practice).atlas).extractall(tmp_path)
    report = validate(str(tmp_path / "datapackage.json"))
    assert report.valid, report.flatten(["title", "message"])
    assert len(report.tasks) == 6
    package = json.loads((tmp_path / "datapackage.json").read_text())
    assert package["name"].startswith("latihan-") is practice
    assert package["licenses"][0]["name"] == "CC-BY-4.0"


def test_frictionless_finds_a_code_that_points_nowhere(world, tmp_path):
    opened(world.atlas).extractall(tmp_path)
    places = tmp_path / "data/wilayah.csv"
    places.write_bytes(b"\r\n".join(places.read_bytes().split(b"\r\n")[:-2]) + b"\r\n")
    errors = validate(str(tmp_path / "datapackage.json")).flatten(["type"])
    assert ["foreign-key"] in errors


def test_every_period_place_and_measure_stands_once_as_on_the_map(world):
    rows = numbers(opened(world.atlas))
    assert len(rows) == 2 * 3 * (len(CODES) + 7)
    for period in ("L1", "L2"):
        for kind in ("per1000", "jumlah", "halus"):
            for row in extract(world.atlas, Selection("ppks:PMKS04", period, kind)).rows:
                written = rows[period, row.code, "ppks:PMKS04", kind]
                value = row.figure.value
                assert written["nilai"] == ("" if value is None else f"{value:.10g}")


def test_hidden_is_empty_and_differs_by_word_from_all_else(world):
    rows = numbers(opened(world.atlas))
    for code in SMALL:
        for kind in ("per1000", "jumlah", "halus"):
            row = rows["L2", code, "ppks:PMKS04", kind]
            assert row["status"] == "disembunyikan"
            assert [row[name] for name in ("nilai", "bawah", "atas", "penyebut")] == [""] * 4
    assert rows["L2", UNSURVEYED[0], "ppks:PMKS04", "jumlah"]["status"] == "belum didata"
    assert rows["L2", WITHOUT_PEOPLE, "ppks:PMKS04", "per1000"]["status"] == "tanpa penyebut"
    assert rows["L2", WITHOUT_PEOPLE, "ppks:PMKS04", "jumlah"]["status"] == "angka"


def test_lines_of_others_go_along_only_when_the_office_says_so(world, official):
    assert "data/batas.geojson" in opened(world.atlas).namelist()
    kept = opened(official)
    assert "data/batas.geojson" not in kept.namelist()
    assert "Garis batas tidak disertakan" in kept.read("README.md").decode()
    given = opened(official, with_boundaries=True)
    lines = json.loads(given.read("data/batas.geojson"))
    assert lines["metadata"] == {"jenis": "kantor", "keterangan": "Batas: Kantor lain."}
    assert len(lines["features"]) == len(CODES)


def test_the_licence_is_the_one_chosen_and_no_other_is_taken(world):
    for licence, (_title, address) in LICENCES.items():
        package = json.loads(opened(world.atlas, licence=licence).read("datapackage.json"))
        assert package["licenses"][0]["path"] == address
    with pytest.raises(WrongUse, match="Lisensi"):
        opened(world.atlas, licence="bebas")


def test_the_dictionary_explains_every_column_of_every_table(world):
    file = opened(world.atlas)
    explained = {
        (row["tabel"], row["kolom"])
        for row in csv.DictReader(io.StringIO(file.read("data/kamus.csv").decode()))
    }
    for resource in json.loads(file.read("datapackage.json"))["resources"]:
        for field in resource.get("schema", {}).get("fields", ()):
            assert (resource["name"], field["name"]) in explained
            assert field["description"]


def test_a_name_that_looks_like_a_formula_is_no_formula(make_world):
    text = opened(make_world(names={CODES[0]: "=1+1"}).atlas).read("data/wilayah.csv").decode()
    assert f"{CODES[0]},'=1+1," in text


def test_equal_atlases_give_equal_bytes(world):
    assert open_data(world.atlas, Publication(DAY)) == open_data(world.atlas, Publication(DAY))

"""Every way out of a map: who may, what it is called, and that no hidden number goes along."""

import csv
import io
import json
import re
import sqlite3
import zipfile
from dataclasses import replace

import openpyxl
import pytest

from tests.geo.exports.worlds import CODES, SMALL, UNSURVEYED, WITHOUT_PEOPLE, make_world
from workbench.access import Actor, Role, Workspace
from workbench.errors import Forbidden, WrongUse
from workbench.geo.disclosure.tables import State
from workbench.geo.exports.selections import Selection, extract
from workbench.services import map_exports
from workbench.store.tables import event

STAFF = Actor("A-staf", "Staf", Role.STAF, Workspace.LATIHAN, ("36.73",))
RATE = Selection("ppks:PMKS04", "L2", "per1000")
HIDDEN = (None, None, None, None)


@pytest.fixture(scope="module")
def world():
    return make_world()


def _number(cell):
    if cell in (None, ""):
        return None
    return float(str(cell).replace(",", "."))


def from_csv(content):
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")
    return {
        row["Kode"]: (
            row["Status"],
            *(_number(row[name]) for name in ("Nilai", "Batas bawah", "Batas atas", "Penyebut")),
        )
        for row in rows
    }


def from_workbook(content):
    rows = list(openpyxl.load_workbook(io.BytesIO(content))["Data"].iter_rows(values_only=True))
    head = next(place for place, row in enumerate(rows) if row[0] == "Kode")
    return {
        row[0]: (
            row[5],
            row[4] or None if row[4] == "" else row[4],
            *(None if cell == "" else cell for cell in row[6:9]),
        )
        for row in rows[head + 1 :]
    }


def from_geopackage(content):
    connection = sqlite3.connect(":memory:")
    connection.deserialize(content)
    rows = connection.execute(
        "select kode_kemendagri, status, nilai, bawah, atas, pembagi from peta"
    ).fetchall()
    connection.close()
    return {code: tuple(rest) for code, *rest in rows}


def from_geojson(content):
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        features = json.loads(file.read("peta.geojson"))["features"]
    names = ("status", "nilai", "bawah", "atas", "pembagi")
    return {
        one["properties"]["kode_kemendagri"]: tuple(one["properties"][name] for name in names)
        for one in features
    }


def from_bundle(content):
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        rows = csv.DictReader(io.StringIO(file.read("data/angka.csv").decode()))
        return {
            row["kode"]: (
                row["status"],
                *(_number(row[name]) for name in ("nilai", "bawah", "atas", "penyebut")),
            )
            for row in rows
            if (row["periode"], row["indikator"], row["ukuran"])
            == ("L2", RATE.indicator, "per1000")
        }


TABLES = {
    "csv": from_csv,
    "xlsx": from_workbook,
    "gpkg": from_geopackage,
    "geojson": from_geojson,
    "data-terbuka": from_bundle,
}


@pytest.mark.parametrize("kind", TABLES)
def test_taken_apart_no_file_holds_a_hidden_number(office, world, kind):
    _name, content = map_exports.export(office, STAFF, world.atlas, RATE, kind)
    told = TABLES[kind](content)
    published = extract(world.atlas, RATE).by_code
    for code in CODES:
        state, *numbers = told[code]
        if published[code].figure.state in (State.ANGKA, State.NOL):
            rate = 1000 * world.truth[code] / (3000 + 40 * CODES.index(code))
            assert numbers[0] == pytest.approx(rate, rel=1e-5)
        else:
            assert tuple(numbers) == HIDDEN
            assert state == published[code].figure.state.value.replace("_", " ")
    states = {told[code][0] for code in (*SMALL, UNSURVEYED[0], WITHOUT_PEOPLE)}
    assert states == {"disembunyikan", "belum didata", "tanpa penyebut"}
    assert "angka" in {state for state, *_numbers in told.values()}


@pytest.mark.parametrize("kind", ["jumlah", "halus", "kelompok", "per1000"])
def test_no_measure_tells_a_hidden_number(office, world, kind):
    chosen = replace(RATE, measure=kind)
    told = from_csv(map_exports.export(office, STAFF, world.atlas, chosen, "csv")[1])
    hidden = {code for code, (state, *_rest) in told.items() if state == "disembunyikan"}
    assert set(SMALL) <= hidden
    assert all(told[code][1:] == HIDDEN for code in hidden)


def test_two_cities_that_differ_in_what_is_hidden_give_the_same_files(office, world):
    """One person more in a small kelurahan, one fewer in the one hidden beside it."""
    small = next(iter(SMALL))
    beside = next(
        row.code
        for row in extract(world.atlas, replace(RATE, measure="jumlah")).kelurahan
        if row.figure.state is State.DISEMBUNYIKAN
        and row.code not in SMALL
        and row.kecamatan == world.atlas.areas.by_code[small].kecamatan
    )
    other = make_world(shifts={small: 1, beside: -1})
    assert other.truth[small] == world.truth[small] + 1
    for kind in ("png", "pdf-a4", "csv", "geojson", "data-terbuka"):
        one, two = (
            map_exports.export(office, STAFF, w.atlas, RATE, kind)[1] for w in (world, other)
        )
        assert one == two
    for kind in map_exports.CHARTS:
        one, two = (
            map_exports.chart(STAFF, w.atlas, RATE, kind, CODES[:4]) for w in (world, other)
        )
        assert one == two


@pytest.mark.parametrize("kind", map_exports.CHARTS)
def test_charts_name_the_hidden_and_draw_the_rest(world, kind):
    svg, words = map_exports.chart(STAFF, world.atlas, RATE, kind, [next(iter(SMALL)), CODES[0]])
    assert svg.startswith("<svg")
    assert "isembunyikan" in words


def test_a_file_is_named_by_what_when_and_side_and_by_nobody(office, world):
    names = {
        kind: map_exports.export(office, STAFF, world.atlas, RATE, kind)[0]
        for kind in map_exports.KINDS
    }
    assert len(set(names.values())) == len(map_exports.KINDS)
    assert names["png"] == "latihan-peta-ppks-pmks04-per1000-2026-11-01.png"
    assert names["pdf-a3"].endswith("-a3.pdf")
    assert re.fullmatch(r"latihan-data-terbuka-36\.73-\d{4}-\d\d-\d\d\.zip", names["data-terbuka"])
    odd = map_exports._file_name(
        replace(
            extract(world.atlas, RATE),
            indicator=replace(extract(world.atlas, RATE).indicator, name="desil:?"),
        ),
        "csv",
    )
    assert odd == "peta-desil-per1000-2026-11-01.csv"


def test_what_was_taken_out_stays_on_record_without_a_figure(office, world):
    map_exports.export(office, STAFF, world.atlas, RATE, "csv")
    map_exports.export(office, STAFF, world.atlas, RATE, "data-terbuka", licence="CC0-1.0")
    with office.practice.reading() as connection:
        rows = connection.execute(event.select().order_by(event.c.seq)).all()
    assert [(row.kind, row.actor, row.subject) for row in rows] == [
        ("ekspor_peta", "A-staf", "daftar:L2")
    ] * 2
    assert [json.loads(row.value) for row in rows] == [
        {"berkas": "csv", "indikator": "ppks:PMKS04", "ukuran": "per1000"},
        {"berkas": "data-terbuka", "batas": "tidak", "lisensi": "CC0-1.0"},
    ]


@pytest.mark.parametrize("kind", TABLES)
def test_staff_of_one_kecamatan_take_out_that_kecamatan_alone(office, world, kind):
    clerk = replace(STAFF, areas=("36.73.05",))
    told = TABLES[kind](map_exports.export(office, clerk, world.atlas, RATE, kind)[1])
    assert told
    assert {code[:8] for code in told} == {"36.73.05"}


def test_a_map_of_the_other_workspace_or_of_other_places_is_refused(office, world):
    real = replace(STAFF, workspace=Workspace.NYATA)
    elsewhere = replace(STAFF, areas=("36.04",))
    trainee = replace(STAFF, role=Role.PESERTA)
    for actor in (real, elsewhere, trainee):
        with pytest.raises(Forbidden):
            map_exports.export(office, actor, world.atlas, RATE, "csv")
        with pytest.raises(Forbidden):
            map_exports.chart(actor, world.atlas, RATE, "batang")


def test_unknown_kinds_are_refused_in_a_sentence(office, world):
    with pytest.raises(WrongUse, match="Jenis berkas"):
        map_exports.export(office, STAFF, world.atlas, RATE, "exe")
    with pytest.raises(WrongUse, match="Jenis grafik"):
        map_exports.chart(STAFF, world.atlas, RATE, "donat")


@pytest.mark.parametrize("kind", ["csv", "xlsx", "gpkg", "geojson"])
def test_a_change_goes_out_and_what_either_period_hides_stays_hidden(office, world, kind):
    changed = replace(RATE, measure="perubahan")
    told = TABLES[kind](map_exports.export(office, STAFF, world.atlas, changed, kind)[1])
    published = extract(world.atlas, changed).by_code
    assert all(told[code][0] == "disembunyikan" and told[code][1:] == HIDDEN for code in SMALL)
    shown = {code for code in CODES if told[code][0] == "angka"}
    assert len(shown) > 10
    assert all(told[code][1] == published[code].figure.value for code in shown)


def test_pictures_and_charts_of_a_change_are_drawn(office, world):
    changed = replace(RATE, measure="perubahan")
    for kind, begins in (("png", b"\x89PNG"), ("pdf-a3", b"%PDF")):
        assert map_exports.export(office, STAFF, world.atlas, changed, kind)[1].startswith(begins)
    assert "Perubahan" in map_exports.chart(STAFF, world.atlas, changed, "batang")[1]
    assert "menurut waktu" in map_exports.chart(STAFF, world.atlas, changed, "tren")[1]


def test_only_who_sets_the_rules_publishes_the_offices_lines(office, world):
    trainer = replace(STAFF, role=Role.PELATIH)
    with pytest.raises(Forbidden):
        map_exports.export(office, trainer, world.atlas, RATE, "data-terbuka", with_boundaries=True)

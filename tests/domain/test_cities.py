"""Recipes of cities: what a list of places may look like, and a sentence for what it may not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import xlsxwriter

from workbench.domain.cities import CELL_KM, VARIABLE, read_city, write_recipe
from workbench.errors import UnusableInput
from workbench.resources import resource

HEAD = "kode,nama,kecamatan,lat,lon,luas_km2"
ROWS = [
    "36.04.05.2001,Contoh Satu,Kramatwatu,-6.05,106.10,3.5",
    "36.04.05.2002,Contoh Dua,Kramatwatu,-6.07,106.12,4",
    "36.04.06.1001,Contoh Tiga,,-6.09,106.14,2.25",
]
CITY = '{kode_kemendagri: "36.04", name: Kabupaten Serang}'


@pytest.fixture
def recipe(tmp_path):
    """Writes a recipe with its list beside it."""

    def write(lines=(HEAD, *ROWS), city=CITY, file="daftar.csv", more=""):
        (tmp_path / file).write_text("\n".join(lines) + "\n", encoding="utf-8")
        path = tmp_path / "kota.yaml"
        path.write_text(f"city: {city}\nareas: {file}\n{more}", encoding="utf-8")
        return path

    return write


def test_a_list_with_points_is_of_places(recipe):
    city, places = read_city(recipe())
    assert (city.name, city.kind, city.short_name, city.is_placed) == (
        "Kabupaten Serang",
        "kabupaten",
        "Serang",
        True,
    )
    assert [(p.name, p.kind, p.kecamatan_kode, p.kecamatan) for p in places] == [
        ("Contoh Satu", "Desa", "36.04.05", "Kramatwatu"),
        ("Contoh Dua", "Desa", "36.04.05", "Kramatwatu"),
        ("Contoh Tiga", "Kelurahan", "36.04.06", "Waringinkurung"),
    ]
    assert (places[2].lat, places[2].lon, places[2].luas_km2) == (-6.09, 106.14, 2.25)


def test_a_quotation_mark_that_is_never_closed_swallows_no_place(recipe):
    lost = '36.04.05.2003,"Contoh Empat,,,,'
    with pytest.raises(UnusableInput, match="mulai baris 5"):
        read_city(recipe((HEAD, *ROWS, lost, "36.04.05.2004,Contoh Lima,,,,")))


def test_names_kind_and_neighbours_follow_from_the_code_where_nothing_is_told(recipe):
    city, _ = read_city(recipe(city='{kode_kemendagri: "3604"}'))
    assert (city.kode_kemendagri, city.name) == ("36.04", "Kabupaten Serang")
    assert city.neighbours[0] == "Kabupaten Tangerang"
    assert len(set(city.neighbours)) == 6
    assert all("Serang" not in name or name.startswith("Kota") for name in city.neighbours)


@pytest.mark.parametrize(
    ("city", "zone"),
    [
        (CITY, "WIB"),
        ('{kode_kemendagri: "36.04", zone: WITA}', "WITA"),
        ('{kode_kemendagri: "73.71"}', "WITA"),
        ('{kode_kemendagri: "81.71"}', "WIT"),
    ],
)
def test_the_day_begins_as_in_the_province_or_as_told(recipe, city, zone):
    code = city.partition('"')[2][:5]
    rows = [row.replace("36.04", code) for row in ROWS]
    assert read_city(recipe([HEAD, *rows], city=city))[0].zone == zone


def test_semicolons_decimal_commas_and_bare_codes_are_read(recipe):
    lines = [HEAD.replace(",", ";").upper()]
    lines += [f"360405200{n};Contoh {n};Kramatwatu;-6,0{n};106,1{n};3,5" for n in (1, 2, 3)]
    _, places = read_city(recipe(lines))
    assert places[0].kode_kemendagri == "36.04.05.2001"
    assert (places[0].lat, places[0].luas_km2) == (-6.01, 3.5)


def test_a_workbook_with_codes_as_numbers_is_read(recipe, tmp_path):
    path = recipe()
    book = xlsxwriter.Workbook(str(tmp_path / "daftar.xlsx"))
    page = book.add_worksheet()
    page.write_row(0, 0, ["Kode", "Nama"])
    for n in (1, 2, 3):
        page.write_row(n, 0, [3604052000 + n, f"Contoh {n}"])
    book.close()
    path.write_text(f"city: {CITY}\nareas: daftar.xlsx\n", encoding="utf-8")
    city, places = read_city(path)
    assert [place.kode_kemendagri[-4:] for place in places] == ["2001", "2002", "2003"]
    assert not city.is_placed


def test_a_code_table_of_the_whole_country_gives_its_own_part(recipe):
    lines = ["kode,nama", "36,Banten", "36.04,Kabupaten Serang", "36.04.05,Kecamatan Baru"]
    lines += [f"36.04.05.200{n},Contoh {n}" for n in (1, 2, 3)]
    lines += ["36.73,Kota Serang", "36.73.01,Serang", "36.73.01.1001,Serang"]
    _, places = read_city(recipe(lines))
    assert len(places) == 3
    assert {place.kecamatan for place in places} == {"Kecamatan Baru"}


def test_where_one_point_is_unknown_all_lie_in_cells(recipe):
    city, places = read_city(recipe([HEAD, *ROWS[:2], "36.04.06.1001,Contoh Tiga,,,,"]))
    assert not city.is_placed
    assert {place.luas_km2 for place in places} == {CELL_KM**2}
    assert len({(place.lat, place.lon) for place in places}) == 3


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["nama,kecamatan", "Contoh,Satu"], "tidak memuat kolom kode"),
        ([HEAD], "0 kelurahan atau desa berkode 36.04"),
        ([HEAD, *ROWS, ROWS[0]], "baris 5: kode 36.04.05.2001 sudah ada"),
        ([HEAD, *ROWS, "x12,Contoh,,,,"], "baris 5: kode bukan kode Kemendagri"),
        ([HEAD, *ROWS, "36.04.05.2009,,,,,"], "baris 5: nama kosong"),
        ([HEAD, *ROWS, "36.04.05.2009,Contoh,,106.1,-6.1,2"], "baris 5: lat, lon tidak sesuai"),
        ([HEAD, *ROWS, "36.04.05.2009,Contoh,,-6.1,106.1,0"], "luas_km2 tidak sesuai"),
        ([HEAD, *(row.replace("36.04", "36.03") for row in ROWS)], "0 kelurahan atau desa"),
    ],
)
def test_a_list_that_cannot_be_used_is_told_row_by_row(recipe, lines, said):
    with pytest.raises(UnusableInput) as error:
        read_city(recipe(lines))
    assert said in str(error.value)
    assert "daftar.csv" in str(error.value)


@pytest.mark.parametrize(
    ("city", "said"),
    [
        ('{kode_kemendagri: "99.04", name: Contoh}', "diawali 99"),
        ("{kode_kemendagri: x, name: Contoh}", "Kode kota"),
        ('{kode_kemendagri: "36.04", zone: GMT}', "WIB, WITA, WIT"),
        ('{kode_kemendagri: "36.04", kind: desa}', "kind: kota atau kabupaten"),
        ('{kode_kemendagri: "35.99"}', "tidak menyebut nama"),
        ('{kode_kemendagri: "36.04", coastal: ["36.04"]}', "coastal"),
        ("Serang", "tidak menyebut kotanya"),
    ],
)
def test_a_city_that_is_not_told_well_is_refused(recipe, city, said):
    with pytest.raises(UnusableInput, match=r"kota\.yaml") as error:
        read_city(recipe(city=city))
    assert said in str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        "a: 2026-02-31",
        "a: 2026-13-45 10:00:00",
        "a: !!timestamp kemarin",
        "a: !!int x",
        "a: !!bool x",
        "a: !!float x",
        "a: " + "9" * 6000,
        "[1]: 2",
        "\0",
    ],
    ids=range(9),
)
def test_a_value_that_is_none_of_its_kind_is_no_recipe(tmp_path, text):
    path = tmp_path / "kota.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnusableInput, match=r"kota\.yaml tidak dapat dibaca sebagai YAML"):
        read_city(path)


def test_a_damaged_workbook_is_a_sentence_wherever_it_is_damaged(recipe, tmp_path):
    path, book = recipe(), tmp_path / "daftar.xlsx"
    with xlsxwriter.Workbook(str(book)) as made:
        made.add_worksheet().write_row(0, 0, ["Kode", "Nama"])
    path.write_text(f"city: {CITY}\nareas: daftar.xlsx\n", encoding="utf-8")
    whole = book.read_bytes()
    for place in range(0, len(whole), 41):
        flipped = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
        for content in (flipped, whole[:place]):
            book.write_bytes(content)
            with pytest.raises(UnusableInput, match=r"daftar\.xlsx"):
                read_city(path)


def test_a_list_whose_name_no_file_can_bear_is_a_sentence(recipe):
    path = recipe()
    path.write_text(f'city: {CITY}\nareas: "a\\0.csv"\n', encoding="utf-8")
    with pytest.raises(UnusableInput, match="tidak dapat dibaca"):
        read_city(path)


def test_a_list_that_is_not_there_is_named(recipe, tmp_path):
    path = recipe()
    (tmp_path / "daftar.csv").unlink()
    with pytest.raises(UnusableInput, match=r"daftar\.csv tidak ditemukan"):
        read_city(path)


@pytest.mark.parametrize("lines", [(HEAD, *ROWS), ("kode,nama", *(r[:27] for r in ROWS))])
def test_what_an_office_keeps_reads_the_same(recipe, tmp_path, lines):
    path = recipe(lines, more="origins: {jawa: 1}\n")
    city, places = read_city(path)
    (tmp_path / "kota").mkdir()
    write_recipe(tmp_path / "kota", path, city, places)
    assert read_city(tmp_path / "kota" / "resep.yaml") == (city, places)
    assert "origins" in (tmp_path / "kota" / "resep.yaml").read_text(encoding="utf-8")


def test_the_shipped_recipe_is_of_kota_serang():
    city, places = read_city(resource("training_data/kota_serang.yaml"))
    assert (city.kode_kemendagri, city.name, city.province) == ("36.73", "Kota Serang", "36")
    assert len(places) == 67
    assert "360401" in city.old_kecamatan_codes


def test_a_name_with_quotes_and_braces_breaks_no_statement(recipe):
    rows = [*ROWS, '36.04.05.2009,"O\'Contoh {x} ""y""; DROP TABLE",Kramatwatu,-6.11,106.16,2']
    code = (
        "from workbench.rules import check; from workbench.synthesis import generate;"
        "print(len(check(generate(families=20, seed=1, error_rate=0.0))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, VARIABLE: str(recipe([HEAD, *rows]))},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "0", done.stderr

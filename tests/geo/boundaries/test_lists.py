"""Lists of areas as CSV: what is written is read again, and faults are told together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from workbench.errors import UnusableInput
from workbench.geo.areas import city_areas
from workbench.geo.boundaries.lists import read_areas, write_areas

HEAD = "kode,nama,kecamatan,lat,lon,luas_km2\n"


def test_what_is_written_is_read_again(tmp_path):
    path = tmp_path / "wilayah.csv"
    odd = replace(city_areas().areas[0], name='A "b", <b>c</b>; d')
    areas = replace(city_areas(), areas=(odd, *city_areas().areas[1:]))
    write_areas(path, areas)
    assert read_areas(path) == areas


def test_semicolons_decimal_commas_and_capitals_are_read(tmp_path):
    path = tmp_path / "wilayah.csv"
    path.write_text(
        "\ufeffKODE;Nama;Kecamatan;LAT;LON;Luas_km2\r\n3604012001;Satu;Kec;-6,1;106,2;3,5\r\n",
        encoding="utf-8",
    )
    only = read_areas(path).areas[0]
    assert (only.code, only.kecamatan_code, only.lat, only.lon, only.luas_km2) == (
        "36.04.01.2001",
        "36.04.01",
        -6.1,
        106.2,
        3.5,
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "tidak memuat kolom"),
        (b"\xff\xfe\x00", "tidak dapat dibaca sebagai CSV"),
        (HEAD.encode() + b"36.04.01.2001,A,K,-6,106,1\n" * 2, r"baris 3: kode .* sudah ada"),
        (
            HEAD.encode() + b"36.04.01.2001,A,K,-6,106,1\n36.72.01.1001,B,K,-6,106,1\n",
            r"beberapa kabupaten atau kota: 36\.04, 36\.72",
        ),
        (HEAD.encode() + b"x,A,K,-6,106,1\n" * 9, "dan 4 lainnya"),
    ],
)
def test_a_list_that_is_none_is_refused_with_its_faults(tmp_path, content, words):
    path = tmp_path / "wilayah.csv"
    path.write_bytes(content)
    with pytest.raises(UnusableInput, match=words):
        read_areas(path)

"""Kota Salatiga, of which the repository knows nothing: 23 kelurahan written in the recipe itself.

Run by ``tests/cities/test_other_cities.py`` in a process that works for that city.
"""

from __future__ import annotations

from datetime import date

import pytest

from workbench.domain.wilayah import (
    CITY,
    OLD_CITY_CODES,
    PLACE_KINDS,
    area_name,
    find_kelurahan,
    kecamatan,
    kelurahan,
    say_locally,
)
from workbench.rules import check
from workbench.serve.sign_in_pages import area_choices
from workbench.synthesis import WHY_LAWFUL, generate
from workbench.training import Plan
from workbench.training.drawing import draw_seats
from workbench.verification import read_list

_OF_A_KOTA = "Semua kelurahan; lurah, sekretaris lurah, Muskel, SK Wali Kota, kota ini"


def test_name_kind_and_kecamatan_follow_from_the_code():
    assert (CITY.name, CITY.kind) == ("Kota Salatiga", "kota")
    assert list(kecamatan().values()) == ["Sidorejo", "Tingkir", "Argomulyo", "Sidomukti"]
    assert len(kelurahan()) == 23
    assert area_name("33.73.01.1003") == "Kelurahan Salatiga, Kecamatan Sidorejo"


def test_a_city_of_kelurahan_speaks_as_before():
    assert PLACE_KINDS == "Kelurahan"
    assert say_locally(_OF_A_KOTA) == _OF_A_KOTA
    assert area_choices()[1][0] == "Kelurahan di Kecamatan Sidorejo"


def test_other_spellings_are_known():
    found = find_kelurahan("Kutowinangun")
    assert found is not None
    assert found.name == "Kutowinangun Kidul"


def test_a_city_that_never_parted_has_no_old_codes_to_show():
    assert frozenset() == OLD_CITY_CODES
    assert "nik_wilayah_lama" not in WHY_LAWFUL
    assert "nik_luar_kota" in WHY_LAWFUL


def test_clean_is_clean_and_planted_is_found():
    assert len(check(generate(families=400, seed=1, error_rate=0.0))) == 0
    city = generate(families=400, seed=2, error_rate=0.5)
    planted = {(row["rule"], row["subject"]) for row in city["truth"].to_pylist() if row["rule"]}
    assert planted <= {(row["rule"], row["subject"]) for row in check(city).table.to_pylist()}


def test_a_class_is_drawn():
    ((_, cases),) = draw_seats(Plan("salatiga", n_cases=12, seed=1), range(1, 2))
    assert len(cases) == 12


@pytest.mark.parametrize("told", ["KOTA SALATIGA", "SALATIGA", "KAB. SALATIGA"])
def test_without_a_regency_of_that_name_every_spelling_is_here(told, tmp_path):
    path = tmp_path / "daftar.csv"
    path.write_text(
        "NIK,NOKK,NAMA,TANGGAL LAHIR,JENIS KELAMIN,KABUPATEN/KOTA,KELURAHAN\n"
        f"3373010105859001,3373010101209001,SITI CONTOH,01-05-1985,L,{told},BUGEL\n",
        encoding="utf-8",
    )
    register = read_list([path], practice=False, as_of=date(2026, 11, 1)).register
    assert register["family"].column("kelurahan_kode_kemendagri").to_pylist() == ["33.73.01.1004"]

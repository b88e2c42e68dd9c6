"""Where a row belongs: by name, kecamatan, city and code, and never by a guess."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.wilayah import kelurahan
from workbench.verification.places import find_heading_place, place_row

CIPARE = "36.73.01.1002"


@pytest.mark.parametrize(
    ("said", "kode", "code"),
    [
        (("Cipare", "", "", "", ""), CIPARE, ""),
        (("  KEL. CIPARE", "", "", "", ""), CIPARE, ""),
        (("Kelurahan Cipare", "", "", "", ""), CIPARE, ""),
        (("SUMURPECUNG", "", "", "", ""), "36.73.01.1003", "alias_wilayah"),
        (("CIPARRE", "", "", "", ""), CIPARE, "alias_wilayah"),
        (("Sukawana", "", "", "", ""), "", "tidak_terbaca"),
        (("Sukawana", "Curug", "", "", ""), "36.73.04.1007", ""),
        (("Sukawana", "KEC. SERANG", "", "", ""), "36.73.01.1008", ""),
        (("Sukawana (Curug)", "", "", "", ""), "36.73.04.1007", ""),
        (("Sukawana", "", "", "36.73.04.1007", ""), "36.73.04.1007", ""),
        (("", "", "", "36.73.01.1002", ""), CIPARE, ""),
        (("", "", "", "3673011002", ""), CIPARE, ""),
        (("", "", "", "3673040002", ""), CIPARE, "kode_wilayah"),
        (("", "", "", "", "3673040002"), CIPARE, "kode_wilayah"),
        (("", "", "", "36.73.1.1002", ""), CIPARE, "kode_wilayah"),
        (("3673011002", "", "", "", ""), CIPARE, ""),
        (("Cipare", "", "", "36.73.01.1001", ""), CIPARE, "kode_wilayah"),
        (("Antah Berantah", "", "", "36.73.01.1002", ""), CIPARE, "alias_wilayah"),
        (("Antah Berantah", "", "", "", ""), "", "tidak_terbaca"),
        (("", "", "", "3673019999", ""), "", "tidak_terbaca"),
        (("", "", "", "12345", ""), "", "tidak_terbaca"),
        (("-", "-", "-", "-", "-"), "", ""),
    ],
)
def test_a_kelurahan_is_found_or_left_open(said, kode, code):
    place = place_row(*said)
    assert (place.kode_kemendagri, place.code, place.elsewhere) == (kode, code, "")


@pytest.mark.parametrize(
    ("said", "column"),
    [
        (("", "", "Kota Cilegon", "", ""), "kabupaten_kota"),
        (("Cipare", "", "KABUPATEN SERANG", "", ""), "kabupaten_kota"),
        (("", "", "SEMARANG", "", ""), "kabupaten_kota"),
        (("", "Kramatwatu", "", "", ""), "kecamatan"),
        (("", "360405", "", "", ""), "kecamatan"),
        (("", "", "", "36.04.05.2001", ""), "kelurahan_kode_kemendagri"),
        (("", "", "", "", "3604051001"), "kelurahan_kode_bps"),
    ],
)
def test_another_city_is_named_by_the_column_that_says_so(said, column):
    assert place_row(*said).elsewhere == column


@pytest.mark.parametrize(
    "said",
    [
        ("", "", "SERANG", "", ""),
        ("", "", "Kota Serang", "", ""),
        ("", "", "KABUPATEN/KOTA SERANG", "", ""),
        ("", "", "3673", "", ""),
        ("", "", "36.73", "", ""),
        ("", "CIPOCOK", "", "", ""),
        ("", "Kec. Taktakan", "", "", ""),
        ("", "", "", "3604011001", ""),  # a code of the city from before 2007
    ],
)
def test_our_own_city_is_not_taken_for_another(said):
    assert place_row(*said).elsewhere == ""


@given(st.sampled_from(kelurahan()), st.sampled_from(["{}", " {} ", "KEL. {}", "kelurahan {}"]))
def test_every_kelurahan_is_found_by_name_and_by_both_codes(place, writing):
    name = writing.format(place.name.upper())
    found = place_row(name, place.kecamatan, "", "", "").kode_kemendagri
    bare = place.kode_kemendagri.replace(".", "")
    assert found == place.kode_kemendagri
    assert place_row("", "", "", bare, "").kode_kemendagri == place.kode_kemendagri
    assert place_row("", "", "", "", place.kode_bps).kode_kemendagri == place.kode_kemendagri


@given(*[st.text(max_size=16)] * 5)
def test_any_text_at_all_is_placed_or_not_but_never_breaks(name, district, city, kode, bps):
    place = place_row(name, district, city, kode, bps)
    assert place.kode_kemendagri in {"", *(k.kode_kemendagri for k in kelurahan())}


@pytest.mark.parametrize(
    ("texts", "kode"),
    [
        (["DAFTAR KPM", "KELURAHAN : CIPARE KECAMATAN SERANG"], CIPARE),
        (["Kelurahan Sukawana Kec. Curug"], "36.73.04.1007"),
        (["Cipare"], CIPARE),
        (["KOTA SERANG", "Data"], ""),
        (["Serang"], ""),
        (["KELURAHAN CIPARE", "KELURAHAN LOPANG"], ""),
    ],
)
def test_a_title_can_name_the_kelurahan(texts, kode):
    assert find_heading_place(texts) == kode

"""What a cell means, and what is said of it when reading had to change it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.verification import values


@pytest.mark.parametrize(
    ("reads", "text", "code"),
    [
        ("sex", "LK", "L"),
        ("sex", "Pr", "P"),
        ("sex", "Laki-laki", "L"),
        ("sex", "2", "P"),
        ("sex", "2.0", "P"),
        ("marital_status", "BK", "belum_kawin"),
        ("marital_status", "CH", "cerai_hidup"),
        ("marital_status", "4", "cerai_mati"),
        ("marital_status", "Kawin Tercatat", "kawin"),
        ("shdk", "Kepala Keluarga", "kepala_keluarga"),
        ("shdk", "1", "kepala_keluarga"),
        ("shdk", "9", "famili_lain"),
        ("shdk", "11", "lainnya"),
        ("shdk", "ISTERI", "istri"),
        ("floor", "SEMEN", "plesteran"),
        ("floor", "Semen/bata merah", "plesteran"),
        ("roof", "JERAMI/IJUK/RUMBIA", "ijuk_rumbia"),
        ("wall", "Anyaman bambu", "bambu"),
        ("water", "Sumur tidak terlindung", "sumur_tak_terlindung"),
        ("house_tenure", "BEBAS SEWA/MENUMPANG", "bebas_sewa"),
        ("cooking_fuel", "Gas elpiji 3 kg", "gas_3kg"),
        ("toilet", "UMUM/BERSAMA", "bersama"),
        ("lighting", "LISTRIK PLN METERAN", "pln_meteran"),
        ("dukcapil_match", "TIDAK PADAN", "tidak_padan"),
        ("dukcapil_match", "YA", "padan"),
        ("eligibility", "Tidak Layak", "tidak_layak"),
        ("existence", "Tidak ditemukan", "KB2"),
        ("existence", "Meninggal dunia", "KB3"),
        ("domicile", "Tidak sesuai KK/KTP", "DM2"),
        ("p3ke_flag", "NIK DUPLIKAT", "P32"),
        ("proposal_status", "1", "US1"),
        ("aid_status", "Gagal Salur", "gagal_salur"),
        ("source", "APBD Provinsi", "apbd_provinsi"),
    ],
)
def test_labels_become_our_codes(reads, text, code):
    assert values.read_labels(reads, [text])[0] == [code]


def test_codes_among_labels_are_recorded_and_codes_of_other_systems_are_not_guessed():
    assert values.read_labels("sex", ["L", "P", "1"])[:2] == (
        ["L", "P", "L"],
        ["", "", "kode_label"],
    )
    assert values.read_labels("sex", ["1", "2"]) == (["L", "P"], ["", ""], True)
    assert values.read_labels("roof", ["5"])[:2] == ([""], ["tidak_terbaca"])
    assert values.read_labels("sex", ["-", "", "X"])[:2] == (
        ["", "", ""],
        ["", "", "tidak_terbaca"],
    )


@pytest.mark.parametrize(
    ("text", "found", "code"),
    [
        ("3673014105859001", "3673014105859001", ""),
        ("'3673014105859001", "3673014105859001", "karakter_dibuang"),
        ("3673 0141 0585 9001", "3673014105859001", "karakter_dibuang"),
        ("36.73.01.410585.9001", "3673014105859001", "karakter_dibuang"),
        ("367301-410585-9001", "3673014105859001", "karakter_dibuang"),
        ("\u200b3673014105859001\u00a0", "3673014105859001", "karakter_dibuang"),
        ("367301410585900", "367301410585900", ""),
        ("'367301410585900", "'367301410585900", ""),
        ("367301410585900I", "367301410585900I", ""),
        ("-", "-", ""),
        ("", "", ""),
        ("NULL", "", ""),
    ],
)
def test_a_nik_loses_only_what_stands_around_sixteen_digits(text, found, code):
    read = values.read_numbers([text], [values.tidy(text)])
    assert (read.found, read.codes, read.broken) == ([found], [code], [False])


@given(st.text(max_size=24))
def test_no_digit_of_a_nik_is_ever_added_dropped_or_moved(text):
    read = values.read_numbers([text], [values.tidy(text)])
    before = [c for c in values.tidy(text) if c in "0123456789"]
    after = [c for c in read.found[0] if c in "0123456789"]
    assert after in (before, [])
    if before and not after:
        assert values.is_nothing(values.tidy(text))


@pytest.mark.parametrize(
    ("text", "rt", "rw", "code"),
    [
        ("002/005", "002", "005", "rt_rw"),
        ("2/5", "002", "005", "rt_rw"),
        ("RT 07 RW 03", "007", "003", "rt_rw"),
        ("RT.007/RW.003", "007", "003", "rt_rw"),
        ("RW 03 RT 07", "007", "003", "rt_rw"),
        ("002/000", "002", "000", "rt_rw"),
        ("2-Mei/005", "2-Mei", "005", "rt_rw"),
        ("007", "007", "", "rt_rw"),
        ("-", "", "", ""),
        ("2026-03-01", "2026-03-01", "", "tidak_terbaca"),
    ],
)
def test_rt_and_rw_in_one_cell(text, rt, rw, code):
    assert values.read_rt_rw([text]) == ([rt], [rw], [code])


@pytest.mark.parametrize(
    ("text", "found", "code"),
    [
        ("7", "007", "rt_rw"),
        ("007", "007", ""),
        ("RT 07", "007", "rt_rw"),
        ("7.0", "007", "rt_rw"),
        ("-", "", ""),
        ("0", "", "rt_rw"),
        ("000", "000", ""),
        ("", "", ""),
        ("7A", "7A", ""),
        ("2026-03-01", "2026-03-01", ""),
    ],
)
def test_an_rt_is_three_digits_or_what_stood_there(text, found, code):
    assert values.read_rt([text]) == ([found], [code])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Rp 1.500.000", 1_500_000),
        ("1.500.000,00", 1_500_000),
        ("1500000", 1_500_000),
        ("1,500,000.00", 1_500_000),
        ("600000.0", 600_000),
        ("Rp600.000,-", 600_000),
        ("0", 0),
        ("-", None),
        ("banyak", None),
    ],
)
def test_money(text, found):
    assert values.read_money([text])[0] == [found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("36", 36.0),
        ("36,5", 36.5),
        ("36.5", 36.5),
        ("36 m2", 36.0),
        ("-6,1286", -6.1286),
        ("?", None),
    ],
)
def test_measures(text, found):
    assert values.read_floats([text])[0] == [found]


@pytest.mark.parametrize(
    ("text", "va", "code"),
    [
        ("450", 450, ""),
        ("900 VA", 900, ""),
        ("450 watt", 450, ""),
        ("1.300", 1300, ""),
        (">2200", 3500, "kode_label"),
        ("=<900", 900, "kode_label"),
        ("-", None, ""),
        ("besar", None, "tidak_terbaca"),
    ],
)
def test_power(text, va, code):
    assert values.read_power([text]) == ([va], [code])


@pytest.mark.parametrize("digits", ["9" * 400, "9" * 5000])
def test_more_digits_than_any_number_has_are_unreadable(digits):
    unread = ["tidak_terbaca"]
    assert values.read_ints([digits]) == ([None], unread)
    assert values.read_money([f"Rp {digits}"]) == ([None], unread)
    for text in (digits, f"{digits},5", f"-{digits}.0"):
        assert values.read_floats([text]) == ([None], unread)
    for text in (f"{digits}, 106.1", f"-6.1; {digits}"):
        assert values.read_lat_lon([text]) == ([None], [None], unread)
    assert values.read_asset(digits, counted=True)


def test_a_list_with_endless_digits_in_every_column_is_read(office):
    header = ["NIK", "NO KK", "NAMA", "TANGGAL LAHIR", "UMUR", "RT", "DESIL", "PENGHASILAN"]
    header += ["JUMLAH ANGGOTA", "TAHUN", "LUAS LANTAI", "KOORDINAT", "SEPEDA MOTOR", "DAYA"]
    kept = ["3673014105859001", "3673010101209001", "SITI"]
    path = office.text([header, [*kept, *["9" * 5000] * (len(header) - 3)]])
    reading = office.read(path)
    assert reading.counts == {"dibaca": 1, "disimpan": 1, "ditolak": 0}

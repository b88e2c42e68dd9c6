"""Programmes and kinds of need, by the many names lists give them."""

from __future__ import annotations

import pytest

from workbench.verification import kinds


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Lanjut Usia Telantar", ["PMKS08"]),
        ("LUT", ["PMKS08"]),
        ("lansia terlantar", ["PMKS08"]),
        ("PMKS08", ["PMKS08"]),
        ("WRSE", ["PMKS23"]),
        ("Orang dengan HIV/AIDS", ["PMKS16"]),
        ("ANAK TERLANTAR, PD", ["PMKS02", "PMKS09"]),
        ("Pemulung; Fakir Miskin", ["PMKS13", "PMKS24"]),
        ("Gelandangan/Pengemis", ["PMKS11", "PMKS12"]),
        ("PD\nFakir Miskin", ["PMKS09", "PMKS24"]),
        ("Korban Bencana Alm", ["PMKS21"]),
        ("GEPENG", [""]),
        ("ODGJ", [""]),
        ("", [""]),
        ("Disabilitas Terlantar", [""]),
    ],
)
def test_categories_by_name_short_name_and_variant(text, codes):
    assert [found[0] for found in kinds.read_categories(text)] == codes


def test_a_category_keeps_the_lists_own_word_and_says_how_it_was_read():
    assert kinds.read_categories("wrse") == (("PMKS23", "WRSE", "alias_kategori"),)
    assert kinds.read_categories("Fakir Miskin") == (("PMKS24", "FAKIR MISKIN", ""),)
    assert kinds.read_categories("ODGJ") == (("", "ODGJ", "tidak_terbaca"),)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("PKH", ["PKH"]),
        ("bansos pkh", ["PKH"]),
        ("BPNT", ["SEMBAKO"]),
        ("BNPT", ["SEMBAKO"]),
        ("PKH, BPNT", ["PKH", "SEMBAKO"]),
        ("PKH + Sembako", ["PKH", "SEMBAKO"]),
        ("PBI JKN", ["PBIJK"]),
        ("BPNT-PPKM", ["BPNTPPKM"]),
        ("KIP Kuliah", ["KIPK"]),
        ("KIP", ["PIP"]),
        ("PKH TAHAP 1 2026", ["PKH"]),
        ("BLT DD", ["BLTDD"]),
        ("BLT", [""]),
        ("TIDAK", []),
        ("-", []),
    ],
)
def test_programmes_by_name_and_variant(text, codes):
    assert [found[0] for found in kinds.read_programs(text)] == codes


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("YA", True),
        ("TIDAK", False),
        ("1", True),
        ("2", False),
        ("0", False),
        ("", False),
        ("v", True),
        ("√", True),
        ("pemda", True),
        ("2026-03", True),
        ("mungkin", None),
    ],
)
def test_a_yes_no_column_of_a_programme(text, answer):
    assert kinds.read_flag(text)[0] is answer

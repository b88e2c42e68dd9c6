"""Which spellings are one name for linking, and which are not."""

import pytest

from workbench.linkage.names import name_sound, name_words, word_sound


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("H. MUH. ARIP", "Muhammad Arip"),
        ("MOCH. SOLEHUDDIN, S.PD", "Solehudin"),
        ("SITI NOERHAYATI", "St. Nur Hayati"),
        ("ABDOEL ROCHMAN", "Abdurrohman"),
        ("DJOKO SOESILO", "joko susilo"),
        ("TJETJEP", "CECEP"),
        ("RIZKY MAULANA", "Maulana Rizki"),
        ("MA'MUN BIN SALEH", "MAMUN"),
        ("ACHMAD SJARIF", "AHMAD SYARIF"),
        ("NURDIN ALIAS UJANG", "NURDIN"),
        ("SUKRA (ALM)", "SUKRA"),
    ],
)
def test_these_are_one_name_in_two_spellings(one, other):
    assert sorted(name_words(one)) == sorted(name_words(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("HASAN HIDAYAT", "HUSEN HIDAYAT"),
        ("ARKAN", "ARKAAN"),
        ("SALMA", "SALWA"),
        ("NURDIN", "NURJANAH"),
        ("ABDULLAH", "ABDUL"),
        ("RIDWAN", "IRWAN"),
    ],
)
def test_these_stay_two_names(one, other):
    assert sorted(name_words(one)) != sorted(name_words(other))


@pytest.mark.parametrize("name", ["MUHAMAD", "SITI", "M.", "HJ.", "ST"])
def test_a_name_of_nothing_but_what_is_left_out_still_stands(name):
    assert name_words(name)


def test_an_empty_name_has_no_words_and_breaks_nothing():
    assert name_words("") == name_words(" - 12 ") == ()
    assert name_sound(()) == ""


def test_sounds_bring_together_letters_that_are_mistaken_for_each_other():
    for one, other in (("ZAENAL", "JAENAL"), ("FAUZI", "PAUJI"), ("HODIJAH", "KHODIJAH")):
        sounds = [word_sound(name_words(name)[0]) for name in (one, other)]
        assert sounds[0] == sounds[1], (one, other)

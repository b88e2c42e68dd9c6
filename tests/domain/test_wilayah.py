"""The city's kelurahan and the names they go by."""

from workbench.domain.wilayah import (
    area_name,
    find_kelurahan,
    kecamatan,
    kelurahan,
    known_kecamatan_codes,
)


def test_the_city_has_67_kelurahan_in_6_kecamatan():
    assert len(kelurahan()) == 67
    assert len(kecamatan()) == 6
    assert round(sum(place.luas_km2 for place in kelurahan())) == 265


def test_every_name_and_alias_finds_its_kelurahan():
    for place in kelurahan():
        for name in (place.name, *place.aliases):
            assert find_kelurahan(name, place.kecamatan) == place
            assert find_kelurahan(f"Kel. {name.upper()}", f"KEC. {place.kecamatan}") == place


def test_sukawana_needs_its_kecamatan():
    assert find_kelurahan("Sukawana") is None
    assert find_kelurahan("Sukawana", "Curug") != find_kelurahan("Sukawana", "Serang")


def test_unknown_names_find_nothing():
    assert find_kelurahan("Melati") is None
    assert find_kelurahan("Cipare", "Kasemen") is None


def test_old_codes_of_the_city_are_lawful():
    assert {"360401", "360410", "360421", "367301"} <= known_kecamatan_codes()
    assert "367307" not in known_kecamatan_codes()


def test_words_for_a_code():
    assert area_name("36.73.01.1002") == "Kelurahan Cipare, Kecamatan Serang"
    assert area_name("36.73.02") == "Kecamatan Kasemen"
    assert area_name("36.73") == "Kota Serang"

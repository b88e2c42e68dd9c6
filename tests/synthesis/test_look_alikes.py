"""What looks wrong and is lawful: it is there, it is written down, and nothing raises it."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from workbench.domain.nik import Nik
from workbench.domain.register import combine
from workbench.domain.wilayah import OLD_CITY_CODES
from workbench.rules import check
from workbench.synthesis import WHY_LAWFUL, Recipe, World, draw_family


def subjects(world: World, name: str) -> list[str]:
    return [row["subject"] for row in world.look_alikes if row["look_alike"] == name]


def test_all_kinds_occur_in_the_shares_of_the_recipe(city: World, recipe: Recipe) -> None:
    families = Counter()
    for name in WHY_LAWFUL:
        shown = {r["family_id"] for r in city.look_alikes if r["look_alike"] == name}
        families[name] = len(shown)
    for name, share in recipe.look_alikes.items():
        wanted = share * len(city.tables["family"]) * (2 if name == "senama" else 1)
        assert 0.5 * wanted <= families[name] <= 1.6 * wanted, name
    assert set(recipe.look_alikes) == set(WHY_LAWFUL)


def test_each_is_written_down_without_a_rule(city: World) -> None:
    for row in city.look_alikes:
        assert row["rule"] == row["plant"] == row["fields"] == row["companions"] == ""
        assert row["look_alike"] in WHY_LAWFUL
        assert row["family_id"]
    keys = Counter(
        (row["look_alike"], row["subject_kind"], row["subject"]) for row in city.look_alikes
    )
    # Only the bearer of a name may have more than one namesake.
    assert all(n == 1 for (name, _, _), n in keys.items() if name != "senama")


@pytest.mark.parametrize("name", sorted(WHY_LAWFUL))
def test_a_family_drawn_with_one_shows_it_and_raises_nothing(recipe: Recipe, name: str) -> None:
    drawn = []
    for turn in range(12):
        rng = Random(f"{name}:{turn}")
        world = draw_family(recipe, rng, look_alike=name, first_id=1 + 100 * turn)
        people = {row["person_id"]: row for row in world.tables["person"]}
        found = subjects(world, name)
        assert found
        _SHOWS[name](world, people, found)
        drawn.append(world.to_register())
    assert check(combine(drawn)).by_rule == {}


def _twins(world: World, people: dict, found: list[str]) -> None:
    first, second = (people[subject] for subject in found)
    assert first["birth_date"] == second["birth_date"]
    assert first["mother_name"] == second["mother_name"]
    assert first["name"] != second["name"]
    assert first["nik"] != second["nik"]


def _namesakes(world: World, people: dict, found: list[str]) -> None:
    first, second = (people[subject] for subject in found)
    assert first["name"] == second["name"]
    assert first["family_id"] != second["family_id"]
    assert first["mother_name"] != second["mother_name"]
    assert first["nik"] != second["nik"]


def _father_and_son(world: World, people: dict, found: list[str]) -> None:
    father, son = (people[subject] for subject in found)
    assert (father["shdk"], son["shdk"]) == ("kepala_keluarga", "anak")
    assert son["name"] in father["name"]
    assert (father["sex"], son["sex"]) == ("L", "L")
    assert father["birth_date"] < son["birth_date"]
    assert father["nik"] != son["nik"]


def _old_region(world: World, people: dict, found: list[str]) -> None:
    for subject in found:
        nik = Nik.parse(people[subject]["nik"])
        assert nik is not None
        assert nik.region6 in OLD_CITY_CODES


def _other_region(world: World, people: dict, found: list[str]) -> None:
    for subject in found:
        nik = Nik.parse(people[subject]["nik"])
        assert nik is not None
        assert not nik.region6.startswith("3673")
        assert nik.region6 not in OLD_CITY_CODES


def _allowed_aid(world: World, people: dict, found: list[str]) -> None:
    programs = {row["program"] for row in world.rows("aid", found[0])}
    assert {"PKH", "SEMBAKO", "PBIJK"} <= programs


def _mothers_card(world: World, people: dict, found: list[str]) -> None:
    for row in world.tables["aid"]:
        if row["aid_id"] in found:
            payee = people[row["person_id"]]
            assert payee["sex"] == "P"
            assert payee["shdk"] == "istri"


def _widow(world: World, people: dict, found: list[str]) -> None:
    person = people[found[0]]
    assert (person["sex"], person["marital_status"]) == ("P", "cerai_mati")
    assert person["shdk"] == "kepala_keluarga"


def _late_marriage(world: World, people: dict, found: list[str]) -> None:
    assert people[found[0]]["age_stated"] >= 36
    assert people[found[0]]["marital_status"] == "kawin"


def _adopted(world: World, people: dict, found: list[str]) -> None:
    child = people[found[0]]
    assert child["shdk"] == "anak"
    assert child["mother_name"] not in {row["name"] for row in people.values()}


def _elder(world: World, people: dict, found: list[str]) -> None:
    assert people[found[0]]["shdk"] in ("orang_tua", "mertua")


_SHOWS = {
    "kembar": _twins,
    "senama": _namesakes,
    "ayah_anak_senama": _father_and_son,
    "nik_wilayah_lama": _old_region,
    "nik_luar_kota": _other_region,
    "bantuan_boleh_bersama": _allowed_aid,
    "kartu_atas_nama_ibu": _mothers_card,
    "janda_kepala_keluarga": _widow,
    "kawin_terlambat": _late_marriage,
    "anak_angkat": _adopted,
    "orang_tua_serumah": _elder,
}


def test_some_namesakes_share_their_birth_date(recipe: Recipe) -> None:
    shared = 0
    for turn in range(30):
        world = draw_family(recipe, Random(f"senama:{turn}"), look_alike="senama")
        people = {row["person_id"]: row for row in world.tables["person"]}
        first, second = (people[subject] for subject in subjects(world, "senama"))
        shared += first["birth_date"] == second["birth_date"]
    assert 5 <= shared <= 25

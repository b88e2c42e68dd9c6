"""Planting: as many families as asked, every rule about alike, and only what is declared."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from random import Random

import pytest

from workbench.domain import Register
from workbench.errors import WrongUse
from workbench.rules import catalogue, check, plants
from workbench.synthesis import (
    Recipe,
    clean_world,
    draw_family,
    generate,
    plant_errors,
    plant_one,
    undo,
)

AS_OF = date(2026, 11, 1)


def found_in(register: Register) -> set[tuple[str, str]]:
    table = check(register).table
    return set(
        zip(table.column("rule").to_pylist(), table.column("subject").to_pylist(), strict=True)
    )


def declared_in(truth: list[dict]) -> set[tuple[str, str]]:
    wanted = set()
    for row in truth:
        if not row["rule"]:
            continue
        wanted.add((row["rule"], row["subject"]))
        for companion in filter(None, row["companions"].split(";")):
            code, subject = companion.split(":", 1)
            wanted.add((code, subject))
    return wanted


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_clean_world_raises_nothing(recipe: Recipe, seed: int) -> None:
    world = clean_world(recipe, 5000 if seed == 1 else 2500, seed, AS_OF)
    findings = check(world.to_register())
    assert findings.by_rule == {}


@pytest.mark.parametrize("day", [date(2025, 1, 31), date(2026, 3, 2), date(2027, 7, 20)])
def test_it_is_clean_on_any_day(recipe: Recipe, day: date) -> None:
    assert check(clean_world(recipe, 800, 4, day).to_register()).by_rule == {}


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_planted_is_found_and_nothing_more(seed: int) -> None:
    register = generate(3000, seed, 0.25, AS_OF)
    assert found_in(register) == declared_in(register["truth"].to_pylist())


def test_as_many_families_as_asked_and_every_rule_about_alike() -> None:
    register = generate(2000, 5, 0.3, AS_OF)
    truth = [row for row in register["truth"].to_pylist() if row["rule"]]
    assert len({row["family_id"] for row in truth}) == 600
    used = Counter(row["rule"] for row in truth)
    assert set(used) == {code for code, rule in catalogue().items() if rule.plants}
    even = len(truth) / len(used)
    assert max(used.values()) <= 2.5 * even


@pytest.mark.parametrize(("rate", "families"), [(0.0, 0), (0.001, 0), (0.5, 20), (1.0, 40)])
def test_any_rate_is_kept(rate: float, families: int) -> None:
    register = generate(40, 9, rate, AS_OF)
    truth = register["truth"].to_pylist()
    assert len({row["family_id"] for row in truth if row["rule"]}) == families
    assert found_in(register) == declared_in(truth)


def test_look_alikes_are_left_alone_while_there_are_others() -> None:
    truth = generate(1000, 6, 0.3, AS_OF)["truth"].to_pylist()
    planted = {row["family_id"] for row in truth if row["rule"]}
    shown = {row["family_id"] for row in truth if row["look_alike"]}
    assert shown
    assert not planted & shown


def test_truth_names_cells_that_exist_and_what_they_held(recipe: Recipe) -> None:
    world = clean_world(recipe, 600, 2, AS_OF)
    truth = plant_errors(world, 0.4, 2)
    ids = {
        row[key]
        for table, key in (
            ("person", "person_id"),
            ("family", "family_id"),
            ("aid", "aid_id"),
            ("event", "event_id"),
            ("ppks", "ppks_id"),
        )
        for row in world.tables[table]
    }
    for row in truth:
        assert row["subject"] in ids
        assert row["fields"]
        for cell in row["fields"].split(";"):
            if "." in cell:
                assert cell.split(".", 1)[0] in ids
        before, after = json.loads(row["before"]), json.loads(row["after"])
        assert before != after
        assert set(before) == set(after)


def test_the_seed_decides_what_is_planted(recipe: Recipe) -> None:
    first = plant_errors(clean_world(recipe, 200, 1, AS_OF), 0.3, 1)
    again = plant_errors(clean_world(recipe, 200, 1, AS_OF), 0.3, 1)
    other = plant_errors(clean_world(recipe, 200, 1, AS_OF), 0.3, 2)
    assert first == again
    assert first != other


def test_only_the_rules_asked_for_are_planted(recipe: Recipe) -> None:
    code = next(code for code, rule in catalogue().items() if rule.plants)
    truth = plant_errors(clean_world(recipe, 200, 1, AS_OF), 0.1, 1, rules=[code])
    assert {row["rule"] for row in truth} == {code}


def test_wrong_numbers_and_names_are_refused(recipe: Recipe) -> None:
    world = clean_world(recipe, 5, 1, AS_OF)
    with pytest.raises(WrongUse):
        plant_errors(world, 1.5, 1)
    with pytest.raises(WrongUse):
        plant_errors(world, 0.5, 1, rules=["TIDAK-ADA"])


def test_every_plant_can_be_undone(recipe: Recipe) -> None:
    """After undoing, the rows are those of before; only their order may differ."""

    def rows() -> dict[str, list[str]]:
        tables = world.tables
        return {name: sorted(repr(sorted(r.items())) for r in rs) for name, rs in tables.items()}

    def card(family_id: str) -> list[str]:
        tables = ("person", "aid", "event", "ppks")
        own = [row for table in tables for row in world.rows(table, family_id)]
        return sorted(repr(row) for row in (world.family(family_id), *own))

    world = clean_world(recipe, 800, 11, AS_OF)
    before = rows()
    families = [row["family_id"] for row in world.tables["family"]]
    for plant in plants():
        rng = Random(f"{plant.rule}:{plant.name}")
        for family_id in families:
            clean = card(family_id)
            planting = plant_one(world, family_id, rng, [plant])
            if planting is not None:
                undo(world, planting.changes)
                assert card(family_id) == clean, plant.name
                break
        else:
            pytest.fail(f"{plant.rule}:{plant.name} takes in none of {len(families)} families")
    assert rows() == before


def test_a_family_for_a_case_can_be_planted(recipe: Recipe) -> None:
    for plant in plants():
        for turn in range(400):
            rng = Random(f"{plant.rule}:{plant.name}:{turn}")
            world = draw_family(recipe, rng, desil=(1, 2, 3, 4))
            family_id = world.tables["family"][0]["family_id"]
            if plant_one(world, family_id, rng, [plant]) is not None:
                break
        else:
            # A mistake between two families needs two of them.
            assert _takes_with_neighbours(recipe, plant), plant


def _takes_with_neighbours(recipe: Recipe, plant: object) -> bool:
    world = clean_world(recipe, 800, 3, AS_OF)
    return any(
        plant_one(world, row["family_id"], Random(f"{row['family_id']}"), [plant]) is not None  # type: ignore[list-item]
        for row in list(world.tables["family"])
    )


def test_rows_are_found_by_a_value_whatever_happens_to_them(recipe: Recipe) -> None:
    world = clean_world(recipe, 30, 5, AS_OF)
    person = world.tables["person"][3]
    nik = person["nik"]
    assert world.bearing("person", "nik", nik) == [person]
    last = world.next_row("person")
    copy = world.add("person", {**person, "person_id": world.new_id("person"), "row": last})
    assert world.bearing("person", "nik", nik) == [person, copy]
    assert world.next_row("person") == last + 1
    world.change("person", person, nik="9973010101010001")
    assert world.bearing("person", "nik", nik) == [copy]
    assert world.bearing("person", "nik", "9973010101010001") == [person]
    world.remove("person", copy)
    assert world.bearing("person", "nik", nik) == []
    undo(world, world.take_changes())
    assert world.bearing("person", "nik", nik) == [person]


def test_the_manifest_says_how_the_list_came_about() -> None:
    register = generate(60, 4, 0.2, AS_OF)
    manifest = register.manifest
    assert manifest["workspace"] == "latihan"
    assert manifest["as_of"] == "2026-11-01"
    assert manifest["city_kode_kemendagri"] == "36.73"
    assert (manifest["seed"], manifest["error_rate"]) == (4, 0.2)
    assert manifest["source_list"] == "dtsen"
    assert manifest["period"] == "2026-T4"
    assert manifest["counts"]["dibaca"] == register["person"].num_rows
    assert all(register.carries("person", name) for name in register["person"].column_names)
    rows = register["person"].column("row").to_pylist()
    assert rows == list(range(1, len(rows) + 1))

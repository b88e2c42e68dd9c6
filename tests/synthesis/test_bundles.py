"""Lists judged in one go are judged as each would be alone."""

from __future__ import annotations

from random import Random

import pytest

from workbench.rules import check
from workbench.synthesis import Recipe, World, draw_family
from workbench.synthesis.bundles import bundle, keep_apart, unbundle


@pytest.fixture
def worlds(recipe: Recipe) -> list[World]:
    return [draw_family(recipe, Random(f"bundel:{number}")) for number in range(16)]


def found_in(worlds: list[World]) -> list[tuple[int, str, str]]:
    table = check(bundle(worlds)).table.select(["rule", "subject"]).to_pylist()
    return sorted((*unbundle(row["subject"]), row["rule"]) for row in table)


def test_families_of_different_numbers_stand_in_one_bundle(worlds: list[World]) -> None:
    assert keep_apart(worlds) == [list(range(16))]
    assert found_in(worlds) == []


def test_a_bundle_holds_every_row_and_each_rt_once(worlds: list[World]) -> None:
    register = bundle([*worlds, worlds[0]])
    for table in ("person", "family", "aid", "ppks", "event", "dukcapil"):
        rows = sum(len(world.tables[table]) for world in [*worlds, worlds[0]])
        assert register[table].num_rows == rows
    rt = {tuple(row.values()) for world in worlds for row in world.tables["rt_rw"]}
    assert sorted(map(tuple, map(dict.values, register["rt_rw"].to_pylist()))) == sorted(rt)


def test_a_finding_says_whose_it_is(worlds: list[World]) -> None:
    person = worlds[4].tables["person"][0]
    worlds[4].change("person", person, nik="12345")
    (one,) = {(place, subject) for place, subject, _ in found_in(worlds)}
    assert one == (4, person["person_id"])


@pytest.mark.parametrize("table", ["person", "family", "aid", "ppks", "event"])
def test_who_shares_a_number_is_kept_apart(worlds: list[World], table: str) -> None:
    column = "no_kk" if table == "family" else "nik"
    holder, number = next(
        (world, row[column]) for world in worlds for row in world.tables[table] if row[column]
    )
    other = next(world for world in reversed(worlds) if world is not holder)
    other.change("person", other.tables["person"][0], **{column: number})
    apart = keep_apart(worlds)
    assert sorted(place for places in apart for place in places) == list(range(16))
    for places in apart:
        assert not {worlds.index(holder), worlds.index(other)} <= set(places)


def test_an_account_and_a_birth_keep_lists_apart_too(recipe: Recipe) -> None:
    families = (draw_family(recipe, Random(f"rekening:{number}")) for number in range(100))
    one, other = [world for world in families if world.tables["aid"]][:2]
    account = other.tables["aid"][0]["account"]
    other.change("aid", other.tables["aid"][0], account=one.tables["aid"][0]["account"])
    assert keep_apart([one, other]) == [[0], [1]]
    other.change("aid", other.tables["aid"][0], account=account)
    assert keep_apart([one, other]) == [[0, 1]]
    born = {column: one.tables["person"][0][column] for column in ("birth_date", "mother_name")}
    other.change("person", other.tables["person"][0], **born)
    assert keep_apart([one, other]) == [[0], [1]]

"""The laws of the rules on worlds of a city's size: what is rare in a small one happens here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from workbench.domain import Register
from workbench.rules import catalogue, check
from workbench.synthesis import WHY_LAWFUL, Recipe, World, clean_world, generate

PEOPLE = 100_000


@pytest.fixture(scope="module")
def large(recipe: Recipe) -> World:
    """Clean families of a hundred thousand people."""
    return clean_world(recipe, PEOPLE * 10 // 32, 20261101, recipe.as_of)


def _findings(register: Register) -> Counter[tuple[str, str]]:
    findings = check(register)
    assert findings.silent == {}
    rows = findings.table.select(["rule", "subject"]).to_pylist()
    return Counter((row["rule"], row["subject"]) for row in rows)


def _declared(truth: list[dict[str, str]]) -> Iterator[tuple[str, str]]:
    for row in truth:
        if row["rule"]:
            yield row["rule"], row["subject"]
            for companion in filter(None, row["companions"].split(";")):
                code, _, subject = companion.partition(":")
                yield code, subject


@pytest.mark.slow
def test_a_hundred_thousand_people_raise_nothing(large: World) -> None:
    assert len(large.tables["person"]) >= PEOPLE
    assert _findings(large.to_register()) == {}


@pytest.mark.slow
def test_all_that_looks_wrong_and_is_lawful_is_among_them(large: World) -> None:
    """So that the silence of the rules about them says something."""
    shown = Counter(row["look_alike"] for row in large.look_alikes)
    assert set(shown) == set(WHY_LAWFUL)
    assert min(shown.values()) > 100
    siblings = Counter(
        (row["family_id"], row["birth_date"], row["mother_name"]) for row in large.tables["person"]
    )
    assert max(siblings.values()) == 2
    names = Counter((row["name"], row["birth_date"]) for row in large.tables["person"])
    assert sum(count > 1 for count in names.values()) > 50


@pytest.mark.slow
def test_among_twenty_thousand_people_what_is_planted_is_found_and_nothing_more() -> None:
    register = generate(families=6_250, seed=7, error_rate=0.3)
    assert register["person"].num_rows >= 20_000
    declared = Counter(_declared(register["truth"].to_pylist()))
    # A rule may have no plant in a city: nothing can be wrong with Dana Desa where no desa is.
    planted = {code for code, rule in catalogue().items() if rule.plants}
    assert {code for code, _subject in declared} == planted
    found = _findings(register)
    assert found - declared == Counter()
    assert declared - found == Counter()

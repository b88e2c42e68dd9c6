"""Trying a rule: each of the two laws is seen when it is broken, and named."""

from __future__ import annotations

import pytest

import workbench as wb
from tests.rules.test_own_rules import WORDS
from workbench.synthesis.trials import try_rule


def own(when="age BETWEEN 0 AND 12 AND education = 'STRATA II'", code="UJI-02"):
    @wb.row_rule(table="person", when=when, **{**WORDS, "code": code, "title": "Pendidikan"})
    class TooEarly:
        """Nobody of twelve has a master's degree."""

    return TooEarly


def graduate(draft, family_id, rng, **more):
    """A child is given a degree."""
    young = [row for row in draft.members(family_id) if row["birth_date"].year > 2016]
    if not young:
        return None
    draft.change("person", young[0], education="STRATA II", **more)
    return wb.Planted("person", young[0]["person_id"], ("education",))


def test_a_rule_of_the_catalogue_holds():
    trial = try_rule(wb.catalogue()["IDN-09"], families=100, times=3)
    assert trial.holds
    assert [one.name for one in trial.plants] == ["slip_in_the_date", "slip_in_the_number"]
    assert all(one.planted == one.found == 3 for one in trial.plants)


def test_an_own_rule_and_its_plant_hold_and_give_the_same_twice():
    marker = own()
    wb.plants(marker)(graduate)
    first, second = (try_rule(marker.rule, families=60, times=4) for _ in range(2))
    assert first.holds
    assert first == second


def test_a_rule_without_a_plant_does_not_hold():
    trial = try_rule(own().rule, families=20, times=1)
    assert not trial.holds
    assert "belum punya cara menanam" in trial._repr_html_()


def test_findings_in_a_clean_world_are_counted():
    trial = try_rule(own("age > 60").rule, families=60, times=1)
    assert trial.false_alarms > 0
    assert not trial.holds


def test_a_plant_that_is_not_found_is_seen():
    marker = own("age BETWEEN 0 AND 12 AND education = 'STRATA III'")
    wb.plants(marker)(graduate)
    (plant,) = try_rule(marker.rule, families=20, times=3).plants
    assert (plant.planted, plant.found) == (3, 0)
    assert plant.missing == {"UJI-02": 3}


def test_a_finding_that_a_plant_does_not_declare_is_named():
    marker = own()

    @wb.plants(marker)
    def take_the_number_along(draft, family_id, rng):
        """The degree came with an empty number."""
        return graduate(draft, family_id, rng, nik="")

    (plant,) = try_rule(marker.rule, families=20, times=2).plants
    assert plant.found == 2
    assert plant.undeclared["IDN-01"] == 2
    assert not plant.holds


def test_a_plant_that_fits_nobody_is_told_by_its_number():
    marker = own()
    wb.plants(marker)(lambda draft, family_id, rng: None)
    (plant,) = try_rule(marker.rule, families=20, times=1).plants
    assert (plant.wanted, plant.planted) == (1, 0)
    assert not plant.holds


@pytest.mark.parametrize("numbers", [{"families": 0}, {"times": 0}])
def test_no_families_or_no_tries_are_refused(numbers):
    with pytest.raises(wb.WorkbenchError, match="sekurang-kurangnya 1"):
        try_rule(wb.catalogue()["IDN-01"], **numbers)


def test_a_code_of_the_catalogue_is_refused():
    rule = own().rule
    taken = type(rule)(**{**vars(rule), "code": "IDN-09"})
    with pytest.raises(wb.WorkbenchError, match="IDN-09 sudah dipakai"):
        try_rule(taken)

"""The plan of a class: shares are exact, kinds are spread, the same plan says the same."""

from __future__ import annotations

from math import floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import WrongUse
from workbench.rules import GROUPS, catalogue
from workbench.training.plans import LOOK_ALIKES, Plan, Task, arrange, rules_of
from workbench.training.spans import SPANS, TWO_RECORD_SHARE


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 40), st.floats(0, 1), st.integers(0, 999))
def test_the_share_of_cases_with_a_mistake_is_exact(n_cases: int, share: float, seed: int) -> None:
    slots = arrange(Plan("A", n_cases, share, seed=seed))
    loud = [slot for slot in slots if slot.plant]
    assert [slot.number for slot in slots] == list(range(1, n_cases + 1))
    assert len(loud) == floor(n_cases * share + 0.5)
    assert not any(slot.plant and slot.look_alike for slot in slots)
    assert slots[0].plant or not loud


def test_nine_of_twelve_hold_a_mistake_and_two_of_the_rest_a_look_alike() -> None:
    slots = arrange(Plan("A"))
    assert sum(slot.plant is not None for slot in slots) == 9
    alike = [slot.look_alike for slot in slots if slot.look_alike]
    assert len(alike) == len(set(alike)) == 2
    assert set(alike) <= set(LOOK_ALIKES)


def test_two_mistakes_come_only_in_the_later_half() -> None:
    for seed in range(20):
        doubles = [slot.number for slot in arrange(Plan("A", seed=seed)) if slot.is_double]
        assert len(doubles) == 2
        assert min(doubles) > 6


def test_a_short_class_meets_every_group_and_no_rule_twice() -> None:
    for seed in range(10):
        rules = [slot.plant.rule for slot in arrange(Plan("A", seed=seed)) if slot.plant]
        assert len(set(rules)) == len(rules)
        assert {catalogue()[code].group for code in rules} == set(GROUPS)


@pytest.mark.parametrize("n_cases", [12, 24, 40, 60])
@pytest.mark.parametrize("seed", range(6))
def test_two_cases_of_five_need_two_records(n_cases: int, seed: int) -> None:
    slots = arrange(Plan("uji-rentang", n_cases=n_cases, seed=seed))
    spanning = sum(slot.plant is not None and slot.plant.rule in SPANS for slot in slots)
    assert spanning >= TWO_RECORD_SHARE * n_cases


def test_a_long_class_takes_every_rule_before_any_comes_again() -> None:
    codes = [code for code, rule in catalogue().items() if rule.plants and rule.taught]
    slots = arrange(Plan("A", n_cases=min(99, len(codes) + 5), error_share=1.0))
    rules = [slot.plant.rule for slot in slots if slot.plant]
    assert set(rules[: len(codes)]) == set(codes)


def test_what_no_document_shows_is_no_practice_case() -> None:
    untaught = {code for code, rule in catalogue().items() if not rule.taught}
    assert "IDN-04" in untaught
    assert not untaught & {rule.code for rule in rules_of(Plan("A"))}


def test_groups_limit_the_rules() -> None:
    slots = arrange(Plan("A", groups=("aid",), error_share=1.0))
    assert {catalogue()[slot.plant.rule].group for slot in slots if slot.plant} == {"aid"}


def test_the_same_plan_says_the_same_and_another_class_something_else() -> None:
    assert arrange(Plan("A", seed=4)) == arrange(Plan("A", seed=4))
    assert arrange(Plan("A", seed=4)) != arrange(Plan("A", seed=5))
    assert arrange(Plan("A", seed=4)) != arrange(Plan("B", seed=4))


def test_the_fixed_tasks_keep_the_skeleton(tasks: tuple[Task, ...]) -> None:
    assert [task.kind for task in tasks].count("error") == 9
    assert sum(len(task.plants) == 2 for task in tasks) == 2
    for task in tasks:
        assert len(set(task.rules)) == len(task.rules)


@pytest.mark.parametrize(
    "parts",
    [
        {"n_cases": 0},
        {"n_cases": 100},
        {"error_share": 1.2},
        {"groups": ("lain",)},
        {"max_desil": 0},
    ],
)
def test_a_plan_that_does_not_fit_is_refused(parts: dict[str, object]) -> None:
    with pytest.raises(WrongUse):
        Plan("A", **parts)  # type: ignore[arg-type]

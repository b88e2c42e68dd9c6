"""Matched forms: equal in rules, level in difficulty, nothing in common, order balanced."""

from __future__ import annotations

from collections import Counter
from random import Random
from statistics import fmean

import pytest

from workbench.errors import WrongUse
from workbench.training.measures.forms import Candidate, draw_forms, order_of_forms

RULES = ("IDN-01", "KEL-01", "PPK-01", "BAN-01")
WANTED = {"IDN-01": 4, "KEL-01": 3, "PPK-01": 2, "BAN-01": 1}


def a_bank(seed, per_rule=12):
    rng = Random(f"bank:{seed}")
    return [
        Candidate(f"{rule}/{n}", rule, round(rng.uniform(0.2, 0.95), 2))
        for rule in RULES
        for n in range(per_rule)
    ]


@pytest.mark.parametrize("seed", range(20))
def test_two_forms_match_place_by_place(seed):
    forms = draw_forms(a_bank(seed), WANTED, seed)
    assert Counter(c.rule for c in forms.a) == Counter(WANTED)
    assert [c.rule for c in forms.a] == [c.rule for c in forms.b]
    tasks = [c.task for c in (*forms.a, *forms.b)]
    assert len(tasks) == len(set(tasks))
    gaps = [abs(a.facility - b.facility) for a, b in zip(forms.a, forms.b, strict=True)]
    assert forms.widest == max(gaps)
    assert forms.difference == pytest.approx(
        fmean(c.facility for c in forms.a) - fmean(c.facility for c in forms.b)
    )
    # Dealt level: no further apart than the widest pair makes a mean of all differ.
    assert abs(forms.difference) <= max(gaps) / len(gaps) + 1e-12
    assert forms.warning == ""


def test_pairs_are_of_like_difficulty_where_the_bank_has_them():
    easy = [Candidate(f"e{n}", "IDN-01", 0.9) for n in range(2)]
    hard = [Candidate(f"h{n}", "IDN-01", 0.3) for n in range(2)]
    odd = [Candidate("m", "IDN-01", 0.6)]
    for seed in range(10):
        forms = draw_forms([*easy, *odd, *hard], {"IDN-01": 2}, seed)
        assert forms.widest == 0
        assert "m" not in {c.task for c in (*forms.a, *forms.b)}


def test_differences_within_pairs_cancel_out_over_the_form():
    gaps = {"IDN-01": 0.01, "KEL-01": 0.02, "PPK-01": 0.03, "BAN-01": 0.04}
    bank = [
        Candidate(f"{rule}/{n}", rule, 0.5 + n * gap) for rule, gap in gaps.items() for n in (0, 1)
    ]
    for seed in range(10):
        assert draw_forms(bank, dict.fromkeys(gaps, 1), seed).difference == pytest.approx(0)


def test_a_pair_of_unlike_tasks_is_the_last_choice():
    levels = {"a": 0.3, "b": 0.31, "c": 0.5, "d": 0.7, "e": 0.9, "f": 0.91}
    bank = [Candidate(task, "IDN-01", facility) for task, facility in levels.items()]
    for seed in range(10):
        assert draw_forms(bank, {"IDN-01": 2}, seed).widest == pytest.approx(0.01)
    assert draw_forms(bank, {"IDN-01": 3}, 1).widest == pytest.approx(0.2)


def test_forms_are_drawn_by_their_seed_alone():
    bank = a_bank(1)
    shuffled = Random("other order").sample(bank, len(bank))
    assert draw_forms(bank, WANTED, 7) == draw_forms(shuffled, WANTED, 7)
    drawn = {draw_forms(bank, WANTED, seed).a for seed in range(10)}
    assert len(drawn) == 10


def test_which_form_gets_the_harder_task_is_left_to_the_dice():
    bank = [Candidate("x", "IDN-01", 0.5), Candidate("y", "IDN-01", 0.52)]
    first = Counter(draw_forms(bank, {"IDN-01": 1}, seed).a[0].task for seed in range(100))
    assert 30 < first["x"] < 70


def test_all_rules_with_too_few_tasks_are_named_at_once():
    bank = a_bank(1, per_rule=5)
    with pytest.raises(WrongUse) as said:
        draw_forms(bank, {"IDN-01": 3, "KEL-01": 2, "TDK-99": 1}, 1)
    assert "IDN-01 (5 soal, perlu 6)" in str(said.value)
    assert "TDK-99 (0 soal, perlu 2)" in str(said.value)
    assert "KEL-01" not in str(said.value)


def test_forms_that_cannot_be_level_are_said_to_be_uneven():
    bank = [Candidate("x", "IDN-01", 0.3), Candidate("y", "IDN-01", 0.8)]
    forms = draw_forms(bank, {"IDN-01": 1}, 1)
    easier = "A" if forms.difference > 0 else "B"
    assert forms.warning.startswith(f"Bentuk {easier} lebih mudah.")


@pytest.mark.parametrize("seed", range(30))
def test_any_first_seats_of_a_class_are_split_in_half(seed):
    orders = [order_of_forms(seat, seed) for seat in range(1, 42)]
    assert set(orders) == {("A", "B"), ("B", "A")}
    for n in range(1, 42):
        assert abs(2 * orders[:n].count(("A", "B")) - n) <= 1


def test_the_first_seat_of_a_pair_is_not_always_first_with_form_a():
    firsts = Counter(order_of_forms(seat, 3)[0] for seat in range(1, 201, 2))
    assert 30 < firsts["A"] < 70

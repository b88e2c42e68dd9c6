"""Estimation plans and the share of a list from a stratified sample."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from scipy.stats import beta, binomtest

from workbench.errors import WrongUse
from workbench.verification.sampling.estimates import (
    Stratum,
    estimate_list,
    estimate_share,
    plan_estimate,
)


def test_hopes_formula_asks_for_253_of_300() -> None:
    plan = plan_estimate(300, margin=0.05, confidence=0.95, reserve=1.5)
    assert plan.n == 253
    assert plan.words.startswith("Periksa 253 keluarga yang diundi dari 300.")
    assert "galat paling banyak 5 poin persen (tingkat kepercayaan 95\u00a0%)" in plan.words


def test_it_says_which_question_it_answers() -> None:
    assert "berapa persen yang keliru; bukan apakah daftar diterima" in plan_estimate(300).words


@pytest.mark.parametrize(
    ("settings", "n"),
    [
        # z^2 / 4 / 0.05^2 = 384.15: the textbook's 385 where the list has no end.
        ({"size": 10**9}, 385),
        ({"size": 300}, 169),
        # A design effect comes before the correction for a finite list, a reserve after it.
        ({"size": 300, "design_effect": 1.5}, 198),
        ({"size": 10**9, "margin": 0.03, "expected": 0.1}, 385),
        ({"size": 40, "reserve": 1.5}, 40),
        ({"size": 1}, 1),
    ],
)
def test_sizes_of_estimation_plans(settings: dict[str, float], n: int) -> None:
    assert plan_estimate(**settings).n == n


def test_the_promised_margin_is_kept_by_the_visits_planned() -> None:
    for size in (60, 300, 5000):
        n = plan_estimate(size, margin=0.05).n
        kept = NormalDist().inv_cdf(0.975) * math.sqrt(0.25 / n * (1 - n / size))
        assert kept <= 0.05


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"size": 0}, "kosong"),
        ({"size": 300, "margin": 0}, "Galat"),
        ({"size": 300, "margin": 0.5}, "Galat"),
        ({"size": 300, "confidence": 1}, "Tingkat kepercayaan"),
        ({"size": 300, "design_effect": 0.5}, "Efek rancangan"),
        ({"size": 300, "reserve": 0}, "Efek rancangan"),
        ({"size": 300, "expected": 0}, "Perkiraan bagian"),
    ],
)
def test_plans_out_of_range_are_refused_in_a_sentence(settings, sentence: str) -> None:
    with pytest.raises(WrongUse, match=sentence):
        plan_estimate(**settings)


@pytest.mark.parametrize(("wrong", "n"), [(0, 30), (1, 30), (7, 62), (30, 30), (150, 300)])
def test_both_intervals_agree_with_scipys(wrong: int, n: int) -> None:
    for is_exact, method in ((False, "wilson"), (True, "exact")):
        ours = estimate_share(wrong, n, is_exact)
        theirs = binomtest(wrong, n).proportion_ci(0.95, method)
        assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_an_effective_number_need_not_be_whole() -> None:
    found = estimate_share(2.5, 40.5, is_exact=True, confidence=0.9)
    assert found.low == pytest.approx(beta.ppf(0.05, 2.5, 39))
    assert found.high == pytest.approx(beta.ppf(0.95, 3.5, 38))


def test_strata_are_weighed_by_their_size() -> None:
    strata = [Stratum("A", 200, 20, 2), Stratum("B", 1000, 40, 1), Stratum("C", 300, 30, 6)]
    found = estimate_list(strata)
    assert found.share.value == pytest.approx((200 * 0.1 + 1000 * 0.025 + 300 * 0.2) / 1500)
    assert found.n_checked == 90
    assert "dalam 3 kelompok, masing-masing ditimbang menurut besarnya" in found.words
    assert "bukan memutuskan daftar diterima atau tidak" in found.words


def test_one_stratum_of_an_endless_list_is_a_plain_share() -> None:
    found = estimate_list([Stratum("A", 10**9, 62, 7)])
    plain = estimate_share(7, 62)
    assert found.effective == pytest.approx(62, rel=0.02)
    assert (found.share.low, found.share.high) == pytest.approx((plain.low, plain.high), abs=2e-3)


def test_where_all_were_visited_the_share_is_certain() -> None:
    found = estimate_list([Stratum("A", 20, 20, 2), Stratum("B", 5, 5, 0)])
    assert (found.share.low, found.share.value, found.share.high) == (0.08, 0.08, 0.08)
    assert found.words == "Seluruh 25 keluarga diperiksa: 2 keliru (8,0\u00a0%)."


def test_nothing_wrong_met_is_not_nothing_wrong() -> None:
    found = estimate_list([Stratum("A", 100, 10, 0), Stratum("B", 100, 10, 0)])
    assert found.share.value == 0
    assert found.share.high > 0.1


def test_a_stratum_that_happened_to_be_clean_does_not_make_the_figure_certain() -> None:
    found = estimate_list([Stratum("A", 1000, 10, 0), Stratum("B", 50, 40, 10)])
    assert found.effective < 12
    assert found.share.high > 0.2


def test_strata_that_differ_much_are_not_taken_for_one() -> None:
    # The large stratum, hardly visited, holds all the mistakes.
    found = estimate_list([Stratum("A", 50, 40, 0), Stratum("B", 2000, 10, 3)])
    spread = (2000 / 2050) ** 2 * (1 - 10 / 2000) * 0.3 * 0.7 / 9
    p = found.share.value
    assert found.effective == pytest.approx(p * (1 - p) / spread)


def test_what_was_seen_bounds_the_share() -> None:
    found = estimate_list([Stratum("A", 20, 18, 9)])
    assert found.share.low >= 9 / 20
    assert found.share.high <= 11 / 20


@pytest.mark.parametrize(
    ("strata", "sentence"),
    [
        ([], "kosong"),
        ([Stratum("A", 10, 0, 0), Stratum("B", 10, 5, 0)], "Kelompok A .10 keluarga. belum"),
        ([Stratum("A", 10, 11, 0)], "tidak cocok"),
        ([Stratum("A", 10, 5, 6)], "tidak cocok"),
    ],
)
def test_strata_that_carry_no_figure_are_refused(strata: list[Stratum], sentence: str) -> None:
    with pytest.raises(WrongUse, match=sentence):
        estimate_list(strata)


@pytest.mark.parametrize(
    ("sizes", "shares", "visits"),
    [
        ((200, 1000, 300), (0.1, 0.02, 0.2), (20, 40, 30)),
        ((100,) * 10, (0.05,) * 10, (10,) * 10),
        ((50, 2000), (0.02, 0.3), (40, 10)),
        ((300,), (0.05,), (60,)),
    ],
)
def test_the_intervals_hold_the_truth_as_often_as_they_say(sizes, shares, visits) -> None:
    rng = np.random.default_rng(7)
    wrong = [round(size * share) for size, share in zip(sizes, shares, strict=True)]
    truth = sum(wrong) / sum(sizes)
    held = {False: 0, True: 0}
    for _ in range(400):
        strata = [
            Stratum(str(place), size, n, int(rng.hypergeometric(bad, size - bad, n)))
            for place, (size, bad, n) in enumerate(zip(sizes, wrong, visits, strict=True))
        ]
        for is_exact in held:
            held[is_exact] += not estimate_list(strata, is_exact).share.excludes(truth)
    assert held[False] / 400 >= 0.89
    assert held[True] / 400 >= 0.93

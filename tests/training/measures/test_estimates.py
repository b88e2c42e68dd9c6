"""Intervals: worked figures, limits, and how often they hold the truth."""

from __future__ import annotations

import math

import pytest

from workbench.domain.estimates import Estimate, estimate_share
from workbench.training.measures.estimates import (
    estimate_correlation,
    estimate_mean,
    estimate_median,
    hint,
)


@pytest.mark.parametrize(
    ("n", "low", "high"),
    [(20, -0.16433763, 0.65549918), (30, -0.06757251, 0.59586742), (67, 0.06443471, 0.50389653)],
)
def test_a_correlation_of_030_reaches_as_far_as_worked_out(n, low, high):
    found = estimate_correlation(0.30, n)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-6)


def test_a_correlation_of_three_pairs_says_nothing():
    assert estimate_correlation(0.5, 3) is None


def test_a_full_correlation_stays_in_bounds():
    assert estimate_correlation(-1.0, 12) == Estimate(-1.0, -1.0, -1.0)


def test_a_share_solves_the_equation_of_wilson():
    """Its limits are the shares from which the observed one lies exactly 1.96 errors away."""
    found = estimate_share(21, 30)
    for limit in (found.low, found.high):
        away = abs(0.7 - limit) / math.sqrt(limit * (1 - limit) / 30)
        assert away == pytest.approx(1.959963985, abs=1e-6)


@pytest.mark.parametrize("n", range(1, 60))
def test_a_share_of_none_and_of_all_is_inside_its_own_interval(n):
    for successes in (0, n):
        found = estimate_share(successes, n)
        assert 0 <= found.low <= found.value <= found.high <= 1
        assert found.high - found.low > 0.05


@pytest.mark.parametrize("n", [6, 9, 15, 30, 61])
def test_the_interval_of_a_median_covers_95_percent_and_no_narrower_one_does(n):
    found = estimate_median(range(1, n + 1))
    k = int(found.low)
    assert found.high == n + 1 - k

    def covered(k):
        return sum(math.comb(n, i) for i in range(k, n - k + 1)) / 2**n

    assert covered(k) >= 0.95 > covered(k + 1)


def test_a_median_of_five_times_has_no_interval():
    assert estimate_median([1, 2, 3, 4, 5]) is None


def test_under_thirty_people_a_figure_is_a_hint():
    assert (hint(29), hint(30)) == ("indikatif", "")


def test_figures_are_written_the_indonesian_way():
    assert Estimate(1.834, 1.121, 2.547).words() == "1,83 (1,12 sampai 2,55)"


def test_a_mean_has_the_interval_of_student():
    """Worked by hand: mean 0.6, deviation 0.1, t(0.975; 4) = 2.776445."""
    found = estimate_mean([0.5, 0.5, 0.6, 0.7, 0.7])
    half = 2.776445 * 0.1 / math.sqrt(5)
    assert (found.value, found.low, found.high) == pytest.approx((0.6, 0.6 - half, 0.6 + half))
    assert found.percents() == "60\u00a0% (48 sampai 72\u00a0%)"


def test_a_mean_stays_in_bounds_and_equal_scores_are_not_taken_for_certainty():
    found = estimate_mean([0.7, 1.0, 1.0])
    assert found.high == 1.0
    assert estimate_mean([1.0] * 5).low == pytest.approx(estimate_share(5, 5).low)


def test_a_mean_of_two_people_says_nothing():
    assert estimate_mean([0.2, 0.8]) is None

"""Skill and caution: worked figures, refusal, words, and how often the intervals hold the truth."""

from __future__ import annotations

from math import comb
from statistics import NormalDist

import pytest

from workbench.training.measures.detection import (
    Counts,
    Judgement,
    compare_drills,
    read_detection,
    tally,
)

CAUTIOUS = Counts(hits=12, misses=8, false_alarms=4, correct_passes=76)
EAGER = Counts(hits=19, misses=1, false_alarms=40, correct_passes=40)
NORMAL = NormalDist()


# By bisection of the error function, apart from any library of statistics.
@pytest.mark.parametrize(
    ("counts", "rates", "d_prime", "caution"),
    [
        (
            CAUTIOUS,
            (0.5952381, 0.0555556),
            (1.8342592, 1.1211347, 2.5473838),
            (0.6760892, 0.3195269, 1.0326515),
        ),
        (
            EAGER,
            (0.9285714, 0.5),
            (1.4652338, 0.5931785, 2.3372891),
            (-0.7326169, -1.1686445, -0.2965893),
        ),
    ],
    ids=["flags too seldom", "flags half the village"],
)
def test_the_worked_figures_come_out(counts, rates, d_prime, caution):
    found = read_detection(counts)
    assert (found.hit_rate, found.false_alarm_rate) == pytest.approx(rates, abs=1e-6)
    for estimate, expected in ((found.d_prime, d_prime), (found.caution, caution)):
        assert (estimate.value, estimate.low, estimate.high) == pytest.approx(expected, abs=1e-6)


def test_the_rates_of_the_village_are_told_in_words():
    assert read_detection(CAUTIOUS).words == "teliti, tetapi terlalu hati-hati"
    assert read_detection(EAGER).words == "cukup teliti, tetapi terlalu mudah menandai"


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        (Counts(18, 2, 2, 18), "teliti dan seimbang"),
        (Counts(10, 10, 10, 10), "belum terbukti teliti"),
        (Counts(1, 19, 1, 19), "belum terbukti teliti, dan terlalu hati-hati"),
        (Counts(9800, 200, 300, 9700), "teliti dan seimbang"),
        (Counts(6, 4, 1, 9), "cukup teliti dan seimbang"),
    ],
    ids=["even", "by chance", "never says wrong", "a certain but tiny lean", "an uncertain lean"],
)
def test_words_follow_the_intervals(counts, words):
    assert read_detection(counts).words == words


@pytest.mark.parametrize("counts", [Counts(5, 4, 1, 40), Counts(20, 20, 3, 6), Counts()])
def test_under_ten_cases_of_either_kind_there_is_no_figure_but_a_sentence(counts):
    found = read_detection(counts)
    assert found.d_prime is None
    assert found.caution is None
    assert found.words == ""
    assert f"{counts.errors} kasus salah dan {counts.clean} kasus benar" in found.refusal
    assert "sedikitnya 10 dan 10" in found.refusal


def test_ten_and_ten_cases_are_enough():
    found = read_detection(Counts(10, 0, 0, 10))
    assert found.refusal == ""
    assert found.d_prime.low > 0


def test_judgements_are_counted_by_rule_and_person_and_add_up():
    said = [
        Judgement("p1", "IDN-01", True, True),
        Judgement("p1", "IDN-01", True, False),
        Judgement("p1", "IDN-01", False, False),
        Judgement("p2", "IDN-01", False, True),
        Judgement("p2", "KEL-01", True, True),
    ]
    counts = tally(said)
    assert counts == {
        ("IDN-01", "p1"): Counts(1, 1, 0, 1),
        ("IDN-01", "p2"): Counts(0, 0, 1, 0),
        ("KEL-01", "p2"): Counts(1, 0, 0, 0),
    }
    assert sum(counts.values(), Counts()) == Counts(2, 1, 1, 1)


@pytest.mark.parametrize(("errors", "clean"), [(10, 10), (10, 40), (20, 80)])
@pytest.mark.parametrize("d_prime", [0.0, 1.0, 1.8, 2.5])
@pytest.mark.parametrize("caution", [-0.6, 0.0, 0.6])
def test_both_intervals_hold_the_truth_in_945_of_1000_drills(errors, clean, d_prime, caution):
    """Over every possible outcome, each with its probability: no simulation."""
    hit, alarm = NORMAL.cdf(d_prime / 2 - caution), NORMAL.cdf(-d_prime / 2 - caution)
    covered_d = covered_c = 0.0
    for hits in range(errors + 1):
        chance_h = comb(errors, hits) * hit**hits * (1 - hit) ** (errors - hits)
        for alarms in range(clean + 1):
            chance_a = comb(clean, alarms) * alarm**alarms * (1 - alarm) ** (clean - alarms)
            found = read_detection(Counts(hits, errors - hits, alarms, clean - alarms))
            covered_d += chance_h * chance_a * (not found.d_prime.excludes(d_prime))
            covered_c += chance_h * chance_a * (not found.caution.excludes(caution))
    assert covered_d > 0.945
    assert covered_c > 0.945


def test_a_drill_with_rare_errors_moves_caution_and_leaves_skill():
    shift = compare_drills(Counts(82, 18, 18, 82), Counts(58, 42, 60, 940))
    assert not shift.d_prime.excludes(0)
    assert shift.caution.low > 0
    assert shift.words == "Ketelitian tetap; lebih jarang menandai."


def test_a_gain_in_skill_is_told_apart_from_a_shift():
    shift = compare_drills(Counts(60, 40, 40, 60), Counts(90, 10, 10, 90))
    assert shift.d_prime.low > 0
    assert not shift.caution.excludes(0)
    assert shift.words == "Ketelitian naik; kehati-hatian tetap."


def test_the_difference_is_as_uncertain_as_both_drills_together():
    one, two = Counts(12, 8, 4, 76), Counts(19, 1, 40, 40)
    first, second = read_detection(one).d_prime, read_detection(two).d_prime
    found = compare_drills(one, two).d_prime
    assert found.value == pytest.approx(second.value - first.value)
    squares = (first.high - first.low) ** 2 + (second.high - second.low) ** 2
    assert (found.high - found.low) ** 2 == pytest.approx(squares)


def test_a_comparison_with_too_small_a_drill_says_so():
    shift = compare_drills(Counts(10, 10, 10, 10), Counts(1, 2, 3, 40))
    assert shift.d_prime is None
    assert "baru 3 kasus salah" in shift.refusal

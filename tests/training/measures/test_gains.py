"""Class gain: worked figures, honest claims, no person in what comes out."""

from __future__ import annotations

from dataclasses import asdict
from random import Random

import pytest

from workbench.errors import WrongUse
from workbench.training.measures.detection import Judgement
from workbench.training.measures.gains import Pair, list_still_missed, match, measure_gain


def a_class(n, rise, seed="kelas"):
    rng = Random(seed)
    befores = [rng.randint(3, 11) for _ in range(n)]
    return [
        Pair(b / 20, min(20, max(0, b + round(20 * rise) + rng.randint(-2, 2))) / 20)
        for b in befores
    ]


def test_the_figures_are_those_of_the_formulas():
    pairs = [Pair(0.2, 0.5), Pair(0.4, 0.8), Pair(0.6, 0.8)] * 6
    found = measure_gain(pairs, seed=1)
    assert (found.before, found.after) == pytest.approx((0.4, 0.7))
    assert found.gain.value == pytest.approx(0.5)
    assert found.band == "sedang"
    # Variances 18/17 times 0.08/3 and 0.06/3.
    assert found.effect.value == pytest.approx(0.3 / (18 / 17 * 0.07 / 3) ** 0.5)


def test_the_class_gain_is_not_the_mean_of_the_gains_of_persons():
    pairs = [Pair(0.9, 1.0), Pair(0.1, 0.1)] * 10
    assert measure_gain(pairs, seed=1).gain.value == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("after", "band"),
    [(0.40, "tidak naik"), (0.57, "rendah"), (0.58, "sedang"), (0.81, "sedang"), (0.82, "tinggi")],
)
def test_bands_are_those_of_hake(after, band):
    pairs = [Pair(0.4 + s, after + t) for s in (-0.1, 0.1) for t in (-0.05, 0.05)] * 5
    found = measure_gain(pairs, seed=1)
    assert found.gain.value == pytest.approx((after - 0.4) / 0.6)
    assert found.band == band


def test_a_class_that_rose_is_said_to_have_improved():
    found = measure_gain(a_class(30, 0.25), seed=1)
    assert found.has_improved
    assert found.effect.low > 0
    assert found.words.startswith("Kelas ini meningkat, dari ")
    assert found.note == ""


def test_a_class_within_chance_is_not_said_to_have_improved():
    pairs = [Pair(b, b + s) for b in (0.3, 0.5, 0.7) for s in (-0.2, -0.1, 0, 0.1, 0.25)] * 2
    found = measure_gain(pairs, seed=1)
    assert found.effect.value > 0
    assert not found.effect.excludes(0)
    assert not found.has_improved
    assert "Belum terbukti" in found.words


def test_a_class_that_fell_is_told_so():
    found = measure_gain(a_class(20, -0.15), seed=1)
    assert not found.has_improved
    assert "turun" in found.words
    assert found.band == "tidak naik"
    assert found.note == "indikatif"


@pytest.mark.parametrize(
    ("pairs", "part"),
    [
        ([], "Belum ada peserta"),
        (a_class(14, 0.3), "baru 14 orang"),
        ([Pair(0.5, 0.8)] * 20, "hampir semuanya sama"),
        ([Pair(1.0, 1.0)] * 20, "hampir semuanya sama"),
    ],
    ids=["nobody", "fourteen", "all alike", "all perfect"],
)
def test_a_class_that_carries_no_figure_gets_a_sentence(pairs, part):
    found = measure_gain(pairs, seed=1)
    assert part in found.refusal
    assert found.gain is None
    assert found.effect is None
    assert not found.has_improved


def test_a_class_that_began_almost_perfect_has_an_effect_but_no_gain():
    found = measure_gain([Pair(1.0, 0.9)] * 19 + [Pair(0.9, 1.0)], seed=1)
    assert found.effect is not None
    assert found.gain is None
    assert found.band == ""


def test_the_same_seed_gives_the_same_interval():
    pairs = a_class(25, 0.1)
    assert measure_gain(pairs, seed=4) == measure_gain(pairs, seed=4)
    assert measure_gain(pairs, seed=4).effect != measure_gain(pairs, seed=5).effect


def test_only_who_sat_both_forms_counts_and_no_name_leaves():
    before = {"rani": 0.2, "budi": 0.4, "late": 0.6}
    after = {"budi": 0.5, "rani": 0.9, "other": 0.1}
    assert match(before, after) == (Pair(0.4, 0.5), Pair(0.2, 0.9))


def test_what_comes_out_describes_a_class_and_lists_nobody():
    found = asdict(measure_gain(a_class(30, 0.2), seed=1))
    for name, value in found.items():
        assert not isinstance(value, list | tuple), name


def test_a_score_outside_the_scale_is_refused():
    with pytest.raises(WrongUse, match="antara 0 dan 1"):
        Pair(0.5, 60)


def test_still_missed_lists_the_most_missed_first_with_where_it_stood():
    def said(rule, found, missed):
        return [Judgement(f"p{n}", rule, True, n < found) for n in range(found + missed)] + [
            Judgement("p0", rule, False, True)
        ]

    before = said("IDN-01", 2, 8) + said("KEL-01", 5, 5)
    after = (
        said("KEL-01", 8, 2) + said("IDN-01", 6, 4) + said("BAN-01", 3, 0) + said("PPK-01", 9, 1)
    )
    rows = list_still_missed(before, after)
    assert [(row.rule, row.missed, row.asked) for row in rows] == [
        ("IDN-01", 4, 10),
        ("KEL-01", 2, 10),
        ("PPK-01", 1, 10),
    ]
    assert rows[0].before.value == pytest.approx(0.8)
    assert rows[0].after.low < 0.4 < rows[0].after.high
    assert rows[2].before is None
    assert rows[0].note == "indikatif"

"""Lot plans: worked figures, exact sums by other means, simulated draws, refusals.

``PROOF=1`` in the environment plays the simulation in full: 20,000 draws of each list.
"""

from __future__ import annotations

import math
import os
import random
from fractions import Fraction

import pytest

from workbench.errors import WrongUse
from workbench.verification.sampling.frames import Frame, FrameRow, draw
from workbench.verification.sampling.lots import MOST, LotPlan, decide, plan_lot, trace_curve

N_RUNS = 20_000 if "PROOF" in os.environ else 600


@pytest.mark.parametrize(
    ("size", "n", "d"), [(None, 65, 3), (100, 44, 2), (300, 62, 3), (1000, 64, 3)]
)
def test_the_worked_figures_come_out_to_the_digit(size: int | None, n: int, d: int) -> None:
    plan = plan_lot(size, good=0.02, bad=0.10, producer_risk=0.05, consumer_risk=0.10)
    assert (plan.n, plan.d) == (n, d)


def test_the_risks_of_the_endless_list_are_the_worked_ones() -> None:
    plan = plan_lot(None)
    assert round(plan.producer_risk, 3) == 0.041
    assert round(plan.consumer_risk, 4) == 0.0996


def _accepted(size: int | None, n: int, d: int, good: Fraction, is_bad: bool) -> Fraction:
    """P(at most d wrong among n) in whole numbers."""
    if size is None:
        a, b = good.numerator, good.denominator
        ways = sum(math.comb(n, k) * a**k * (b - a) ** (n - k) for k in range(min(d, n) + 1))
        return Fraction(ways, b**n)
    wrong = math.ceil(size * good) if is_bad else math.floor(size * good)
    ways = sum(math.comb(wrong, k) * math.comb(size - wrong, n - k) for k in range(min(d, n) + 1))
    return Fraction(ways, math.comb(size, n))


def _search(
    size: int | None, good: Fraction, bad: Fraction, producer: Fraction, consumer: Fraction
) -> tuple[int, int]:
    """The smallest n by trying every n, and for each the smallest d the producer's risk allows."""
    n = d = 0
    while True:
        n += 1
        # A larger sample holds no fewer wrong ones, so d never goes back.
        while 1 - _accepted(size, n, d, good, False) > producer:
            d += 1
        if _accepted(size, n, d, bad, True) <= consumer:
            return n, d


def _settings(count: int) -> list[tuple[int | None, Fraction, Fraction, Fraction, Fraction]]:
    rng = random.Random("lots:settings")
    settings = []
    for place in range(count):
        size = None if place % 4 == 0 else rng.choice((rng.randint(1, 60), rng.randint(40, 400)))
        good = Fraction(rng.randint(0, 80), 1000)
        bad = good + Fraction(rng.randint(60, 250), 1000)
        producer, consumer = (Fraction(rng.choice((10, 25, 50, 100, 200)), 1000) for _ in "ab")
        settings.append((size, good, bad, producer, consumer))
    return settings


def test_n_and_d_agree_with_exact_sums_in_200_settings() -> None:
    for size, good, bad, producer, consumer in _settings(200):
        plan = plan_lot(size, *map(float, (good, bad, producer, consumer)))
        assert (plan.n, plan.d) == _search(size, good, bad, producer, consumer), (size, good, bad)
        refused = 1 - _accepted(size, plan.n, plan.d, good, False)
        missed = _accepted(size, plan.n, plan.d, bad, True)
        assert plan.producer_risk == pytest.approx(float(refused), abs=1e-10)
        assert plan.consumer_risk == pytest.approx(float(missed), abs=1e-10)
        assert refused <= producer
        assert missed <= consumer


def test_a_share_is_counted_as_it_is_written() -> None:
    # 0.07 * 100 is 7.000000000000001 to a computer; the seventh wrong family makes the list bad.
    plan = plan_lot(100, good=0.01, bad=0.07)
    assert float(_accepted(100, plan.n, plan.d, Fraction(7, 100), True)) == pytest.approx(
        plan.consumer_risk
    )


@pytest.mark.slow
@pytest.mark.parametrize(("size", "good", "bad"), [(300, 0.02, 0.10), (120, 0.05, 0.20)])
def test_drawn_again_and_again_both_risks_hold(size: int, good: float, bad: float) -> None:
    """Real draws from real frames: what the plan promises, the seeds keep."""
    plan = plan_lot(size, good, bad)
    frame = Frame(FrameRow(f"K{place:04d}", "Sukaasri", "op-1") for place in range(size))
    best_bad = {f"K{place:04d}" for place in range(0, size, round(1 / bad))}
    worst_good = {f"K{place:04d}" for place in range(0, size, round(1 / good))}
    assert (len(worst_good), len(best_bad)) == (size * good, size * bad)
    refused = passed = 0
    for seed in range(N_RUNS):
        rows = draw(frame, {("Sukaasri", "op-1"): plan.n}, seed, "uji").rows
        refused += sum(row.key in worst_good for row in rows) > plan.d
        passed += sum(row.key in best_bad for row in rows) <= plan.d
    for share, risk, asked in (
        (refused / N_RUNS, plan.producer_risk, 0.05),
        (passed / N_RUNS, plan.consumer_risk, 0.10),
    ):
        error = math.sqrt(risk * (1 - risk) / N_RUNS)
        assert abs(share - risk) < 4 * error
        assert share <= asked + 3 * error


def test_a_list_too_small_to_sample_is_visited_whole() -> None:
    plan = plan_lot(5)
    assert plan.is_census
    assert plan.words.startswith(
        "Daftar ini terlalu kecil untuk dicuplik: periksa semua 5 keluarga; "
        "daftar diterima bila tidak satu pun keliru."
    )


def test_the_words_name_visits_limit_and_both_risks() -> None:
    assert plan_lot(300).words == (
        "Periksa 62 keluarga yang diundi dari 300; daftar diterima bila paling banyak 3 keliru. "
        "Daftar yang baik (2\u00a0% keliru atau kurang) tertolak paling banyak dalam 1,8\u00a0% "
        "undian; daftar yang buruk (10\u00a0% keliru atau lebih) lolos paling banyak dalam "
        "9,4\u00a0% undian. Rencana ini menjawab apakah daftar diterima atau tidak; bukan berapa "
        "persen yang keliru."
    )
    assert plan_lot(None).words.startswith("Periksa 65 keluarga; daftar diterima")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"size": 0}, "Daftar ini kosong"),
        ({"size": 300, "good": 0.1, "bad": 0.1}, "harus lebih kecil"),
        ({"size": 300, "good": 0.2, "bad": 0.1}, "harus lebih kecil"),
        ({"size": 300, "good": -0.1}, "antara 0 dan 100"),
        ({"size": 300, "bad": 1.2}, "antara 0 dan 100"),
        ({"size": 300, "producer_risk": 0}, "Kedua risiko"),
        ({"size": 300, "consumer_risk": 0.7}, "Kedua risiko"),
        ({"size": None, "good": 0.02, "bad": 0.0205}, "terlalu berdekatan"),
        ({"size": 3 * MOST, "good": 0.02, "bad": 0.021}, "terlalu berdekatan"),
        ({"size": 300, "bad": math.nan}, "antara 0 dan 100"),
    ],
)
def test_settings_that_make_no_plan_are_refused_in_a_sentence(settings, sentence: str) -> None:
    with pytest.raises(WrongUse, match=sentence):
        plan_lot(**settings)


@pytest.mark.parametrize("size", [None, 300, 7])
def test_the_operating_curve_falls_and_passes_through_both_risks(size: int | None) -> None:
    plan = plan_lot(size, good=0.02, bad=0.10)
    curve = trace_curve(plan)
    accepted = [point.accepted for point in curve]
    assert curve[0].share == 0
    assert accepted[0] == 1
    assert accepted == sorted(accepted, reverse=True)
    if size != 7:
        near = {round(point.share, 9): point.accepted for point in curve}
        assert near[0.02] == pytest.approx(1 - plan.producer_risk)
        assert near[0.1] == pytest.approx(plan.consumer_risk)


def test_the_decision_comes_as_soon_as_it_is_certain() -> None:
    plan = plan_lot(300)
    assert decide(plan, 20, 4).is_accepted is False
    assert "ditolak: 4 keliru dari 20" in decide(plan, 20, 4).words
    assert decide(plan, 62, 3).is_accepted is True
    assert decide(plan, 60, 1).is_accepted is True
    open_case = decide(plan, 60, 2)
    assert open_case.is_accepted is None
    assert "2 lagi diperiksa" in open_case.words


@pytest.mark.parametrize(("n_checked", "n_wrong"), [(63, 0), (10, 11), (10, -1)])
def test_numbers_that_cannot_be_are_not_decided_on(n_checked: int, n_wrong: int) -> None:
    plan = LotPlan(300, 62, 3, 0.02, 0.1, 0.018, 0.094)
    with pytest.raises(WrongUse, match="Periksa kembali"):
        decide(plan, n_checked, n_wrong)

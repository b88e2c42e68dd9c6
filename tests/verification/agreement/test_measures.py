"""Agreement: worked and published figures, a second implementation, intervals, plain reading."""

from __future__ import annotations

import math
import random
from collections import Counter
from fractions import Fraction
from itertools import combinations, permutations

import numpy as np
import pytest
from scipy.stats import bootstrap

from workbench.verification.agreement.measures import (
    FEWEST,
    Coefficient,
    Reading,
    cohen,
    fleiss,
    gwet,
    krippendorff,
    raw_agreement,
    read_many,
    read_pair,
)
from workbench.verification.agreement.tables import PairTable, collect, pool, tabulate

LABELS = ("keliru", "benar")
RARE = PairTable(LABELS, ((1, 2), (2, 95)))
BALANCED = PairTable(LABELS, ((48, 2), (2, 48)))

# K. L. Gwet, irrCAC 1.0 (2019), vignette "Calculating chance-corrected agreement coefficients":
# pregnancies by two abstractors, psychiatric patients by six raters, twelve units by four raters
# with missing judgements (the last also Krippendorff 2011, Computing Krippendorff's
# Alpha-Reliability).
ABSTRACTORS = PairTable(("Ectopic", "AIU", "NIU"), ((13, 0, 0), (0, 20, 7), (0, 4, 56)))
# R package irr 0.84: diagnoses by six psychiatrists (Fleiss 1971), anxiety by raters 2 and 3.
DIAGNOSES = (
    "444444 222555 233335 555555 222444 113333 333355 113334 114444 555555 144444 124444 222333 "
    "144444 224445 333335 111455 111112 224444 133555 555555 244444 224555 114444 144445 222224 "
    "111155 224444 133333 555555"
)
ANXIETY = tuple(zip("36462424332333221334", "21443216111233113322", strict=True))
FOUR = "11-1 2232 3333 3333 2222 1234 4444 1121 2222 -555 --11 --3-"


def _four():
    return collect([[None if c == "-" else c for c in unit] for unit in FOUR.split()], "12345")


def _six():
    counts = (
        "00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031"
    )
    return collect(
        [
            [label for label, times in zip("12345", unit, strict=True) for _ in range(int(times))]
            for unit in counts.split()
        ],
        "12345",
    )


def _value(found: Coefficient) -> float:
    assert found.estimate is not None, found.refusal
    return found.estimate.value


# Worked and published figures


def test_the_worked_figures_of_rare_mistakes_come_out() -> None:
    ratings = pool(RARE)
    assert _value(raw_agreement(ratings)) == 0.96
    assert round(_value(cohen(RARE)), 3) == 0.313
    assert round(_value(krippendorff(ratings)), 3) == 0.316
    assert round(_value(gwet(ratings)), 3) == 0.958


def test_the_same_agreement_with_balanced_flags_gives_a_high_kappa() -> None:
    assert _value(raw_agreement(pool(BALANCED))) == 0.96
    assert round(_value(cohen(BALANCED)), 2) == 0.92


@pytest.mark.parametrize(
    ("measure", "value", "error"),
    [
        (lambda: cohen(ABSTRACTORS), 0.7964094, 0.05891072),
        # Errors of tables are published with n where those of raw judgements have n - 1.
        (lambda: gwet(pool(ABSTRACTORS)), 0.8493305, 0.04321747 * math.sqrt(100 / 99)),
        (lambda: krippendorff(pool(ABSTRACTORS)), 0.7972585, None),
        (lambda: raw_agreement(pool(ABSTRACTORS)), 0.89, None),
        (lambda: raw_agreement(_six()), 0.5511111, None),
        (lambda: fleiss(_six()), 0.4139265, 0.08119291),
        (lambda: gwet(_six()), 0.4448007, 0.08418757),
        (lambda: krippendorff(_six()), 0.4204384, None),
        (lambda: fleiss(collect(DIAGNOSES.split(), "12345")), 0.4302445, None),
        (lambda: cohen(tabulate(ANXIETY, "12346")), -0.006289308, None),
        (lambda: cohen(tabulate(ANXIETY, "12346"), "linear"), 0.1459075, None),
        (lambda: cohen(tabulate(ANXIETY, "12346"), "quadratic"), 0.2520325, None),
    ],
)
def test_published_figures_come_out_to_a_millionth(measure, value: float, error) -> None:
    found = measure()
    assert _value(found) == pytest.approx(value, abs=1e-6)
    if error is not None:
        assert found.error == pytest.approx(error, abs=1e-6)


@pytest.mark.parametrize(
    ("measure", "value", "error"),
    [
        (raw_agreement, 0.81818, 0.12561),
        (fleiss, 0.76117, 0.15302),
        (gwet, 0.77544, 0.14295),
        (krippendorff, 0.74342, None),
    ],
)
def test_published_figures_with_missing_judgements_come_out(measure, value, error) -> None:
    found = measure(_four())
    assert _value(found) == pytest.approx(value, abs=5e-6)
    if error is not None:
        assert found.error == pytest.approx(error, abs=5e-6)


def test_the_published_ordinal_alpha_comes_out() -> None:
    # Krippendorff 2011: nominal 0.743, ordinal 0.815.
    assert round(_value(krippendorff(_four())), 3) == 0.743
    assert round(_value(krippendorff(_four(), is_ordinal=True)), 3) == 0.815


def test_the_published_interval_of_ac1_comes_out() -> None:
    estimate = gwet(_four()).estimate
    assert (round(estimate.low, 3), estimate.high) == (0.461, 1)


def test_weighted_kappas_of_sas_come_out() -> None:
    # SAS/STAT, PROC FREQ, as quoted in statsmodels' tests: simple and linear kappa with errors.
    table = PairTable(("a", "b", "c"), ((0, 4, 1), (0, 8, 0), (0, 1, 5)))
    plain, linear = cohen(table), cohen(table, "linear")
    assert (round(_value(plain), 4), round(plain.error, 4)) == (0.4842, 0.1380)
    assert (round(_value(linear), 4), round(linear.error, 4)) == (0.4701, 0.1457)


# A second implementation: judgement by judgement, in fractions, from the definitions


def _by_hand_cohen(pairs: list[tuple[int, int]], q: int, power: int) -> Fraction:
    """One minus the weighted disagreement over that of all firsts with all seconds."""

    def distance(a: int, b: int) -> Fraction:
        return Fraction(abs(a - b), q - 1) ** power if power else Fraction(a != b)

    n = len(pairs)
    seen = sum(distance(a, b) for a, b in pairs) / n
    expected = sum(distance(a, b) for a, _ in pairs for _, b in pairs) / n**2
    return 1 - seen / expected


def _by_hand_pairs(units: list[list[int]]) -> Fraction:
    units = [unit for unit in units if len(unit) > 1]
    shares = []
    for unit in units:
        pairs = list(combinations(unit, 2))
        shares.append(Fraction(sum(a == b for a, b in pairs), len(pairs)))
    return sum(shares, Fraction(0)) / len(units)


def _by_hand_chance(units: list[list[int]], q: int) -> list[Fraction]:
    """The mean over families of the share of each label within the family."""
    shares = [Fraction(0)] * q
    for unit in units:
        for label in unit:
            shares[label] += Fraction(1, len(unit) * len(units))
    return shares


def _by_hand_fleiss(units: list[list[int]], q: int) -> Fraction:
    chance = sum(p * p for p in _by_hand_chance(units, q))
    return (_by_hand_pairs(units) - chance) / (1 - chance)


def _by_hand_gwet(units: list[list[int]], q: int) -> Fraction:
    chance = sum(p * (1 - p) for p in _by_hand_chance(units, q)) / (q - 1)
    return (_by_hand_pairs(units) - chance) / (1 - chance)


def _by_hand_alpha(units: list[list[int]], q: int, is_ordinal: bool) -> Fraction:
    """Disagreement within families over that of any two judgements, whoever's they are."""
    units = [unit for unit in units if len(unit) > 1]
    counts = Counter(label for unit in units for label in unit)
    n = sum(counts.values())

    def distance(a: int, b: int) -> Fraction:
        if not is_ordinal:
            return Fraction(a != b)
        low, high = sorted((a, b))
        between = sum(counts[g] for g in range(low, high + 1))
        return (between - Fraction(counts[a] + counts[b], 2)) ** 2

    seen = sum(distance(a, b) / (len(unit) - 1) for unit in units for a, b in permutations(unit, 2))
    every = [label for unit in units for label in unit]
    expected = sum(distance(a, b) for a, b in permutations(every, 2))
    return 1 - (n - 1) * seen / expected


def _worlds() -> list[tuple[int, list[list[int]]]]:
    """Families by 2 to 5 persons with 2 to 5 labels, rare and frequent, some judgements missing."""
    rng = random.Random("agreement:worlds")
    worlds = []
    for _ in range(40):
        q, persons = rng.randint(2, 5), rng.randint(2, 5)
        weights = [rng.choice((1, 3, 6)) for _ in range(q)]
        units = []
        for _ in range(rng.randint(15, 40)):
            truth = rng.choices(range(q), weights)[0]
            judged = [
                truth if rng.random() < 0.75 else rng.choices(range(q), weights)[0]
                for _ in range(persons)
            ]
            units.append([label for label in judged if rng.random() < 0.85] or judged[:1])
        worlds.append((q, units))
    return worlds


WORLDS = _worlds()


def _collect(q: int, units: list[list[int]]):
    return collect([[str(label) for label in unit] for unit in units], [str(k) for k in range(q)])


@pytest.mark.parametrize(("q", "units"), WORLDS)
def test_figures_of_many_agree_with_a_second_implementation(q: int, units) -> None:
    ratings = _collect(q, units)
    assert _value(raw_agreement(ratings)) == pytest.approx(float(_by_hand_pairs(units)), abs=1e-12)
    assert _value(gwet(ratings)) == pytest.approx(float(_by_hand_gwet(units, q)), abs=1e-12)
    if not fleiss(ratings).refusal:
        expected = float(_by_hand_fleiss(units, q))
        assert _value(fleiss(ratings)) == pytest.approx(expected, abs=1e-12)
        for is_ordinal in (False, True):
            expected = float(_by_hand_alpha(units, q, is_ordinal))
            found = krippendorff(ratings, is_ordinal)
            assert _value(found) == pytest.approx(expected, abs=1e-12)


def test_most_of_these_worlds_carry_every_figure() -> None:
    refused = sum(bool(fleiss(_collect(q, units)).refusal) for q, units in WORLDS)
    assert refused <= 5


@pytest.mark.parametrize(("q", "units"), WORLDS)
def test_kappas_of_two_agree_with_a_second_implementation(q: int, units) -> None:
    pairs = [(unit[0], unit[1]) for unit in units if len(unit) > 1]
    table = tabulate([(str(a), str(b)) for a, b in pairs], [str(k) for k in range(q)])
    for power, weights in enumerate(("", "linear", "quadratic")):
        found = cohen(table, weights)
        if not found.refusal:
            expected = float(_by_hand_cohen(pairs, q, power))
            assert _value(found) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("is_ordinal", [False, True])
def test_the_error_of_alpha_is_the_jackknife_of_the_second_implementation(is_ordinal) -> None:
    carried = [world for world in WORLDS if not fleiss(_collect(*world)).refusal]
    for q, units in sorted(carried, key=lambda world: len(world[1]))[:4]:
        compared = [unit for unit in units if len(unit) > 1]
        n = len(compared)
        without = np.array(
            [
                float(_by_hand_alpha(compared[:i] + compared[i + 1 :], q, is_ordinal))
                for i in range(n)
            ]
        )
        expected = math.sqrt((n - 1) ** 2 / n * without.var(ddof=1))
        found = krippendorff(_collect(q, units), is_ordinal)
        assert found.error == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("measure", [cohen, lambda table: gwet(pool(table))])
def test_errors_are_near_those_of_a_seeded_bootstrap(measure) -> None:
    cells = [(i, j) for i, j in np.ndindex(3, 3) for _ in range(ABSTRACTORS.counts[i][j])]

    def figure(places: np.ndarray) -> float:
        drawn = Counter(cells[int(place)] for place in places)
        counts = tuple(tuple(drawn[i, j] for j in range(3)) for i in range(3))
        return _value(measure(PairTable(ABSTRACTORS.labels, counts)))

    found = bootstrap(
        (np.arange(100),),
        figure,
        n_resamples=600,
        vectorized=False,
        method="percentile",
        rng=np.random.default_rng(11),
    )
    assert found.standard_error == pytest.approx(measure(ABSTRACTORS).error, rel=0.12)


# Intervals


def _pairs_of(prevalence: float, sensitivity: float, specificity: float) -> list[float]:
    """Chances of the four cells for two persons who err alike and apart from each other."""
    both = prevalence * sensitivity**2 + (1 - prevalence) * (1 - specificity) ** 2
    one = prevalence * sensitivity * (1 - sensitivity)
    one += (1 - prevalence) * specificity * (1 - specificity)
    return [both, one, one, 1 - both - 2 * one]


@pytest.mark.parametrize(
    ("chances", "n"),
    [
        (_pairs_of(0.5, 0.9, 0.9), 50),
        (_pairs_of(0.2, 0.8, 0.95), 62),
        (_pairs_of(0.1, 0.7, 0.98), 150),
    ],
)
def test_intervals_hold_the_truth_nearly_as_often_as_they_say(chances, n: int) -> None:
    def table(cells) -> PairTable:
        a, b, c, d = (int(cell) for cell in cells)
        return PairTable(LABELS, ((a, b), (c, d)))

    def figures(cells) -> list[Coefficient]:
        return list(read_pair(table(cells)).coefficients)

    truth = [_value(found) for found in figures(np.array(chances) * 1e7)]
    rng = np.random.default_rng(3)
    held = np.zeros(len(truth))
    n_read = 0
    for cells in rng.multinomial(n, chances, 400):
        found = figures(cells)
        if not any(one.refusal for one in found):
            n_read += 1
            held += [not f.estimate.excludes(t) for f, t in zip(found, truth, strict=True)]
    assert n_read > 350
    assert all(held / n_read > 0.875)


def test_without_a_difference_the_lower_limit_still_tells_how_little_was_seen() -> None:
    few, many = (PairTable(LABELS, ((n // 5, 0), (0, n - n // 5))) for n in (30, 300))
    for measure in (cohen, lambda t: fleiss(pool(t)), lambda t: krippendorff(pool(t))):
        small, large = measure(few).estimate, measure(many).estimate
        assert small.value == large.value == small.high == 1
        assert 0.5 < small.low < large.low < 1


def test_intervals_stay_within_what_can_be() -> None:
    found = krippendorff(pool(RARE)).estimate
    assert found.high == 1
    assert -1 <= found.low < 0


def test_persons_change_nothing_by_changing_places() -> None:
    turned = PairTable(ABSTRACTORS.labels, tuple(zip(*ABSTRACTORS.counts, strict=True)))
    assert _value(cohen(turned)) == pytest.approx(_value(cohen(ABSTRACTORS)))
    assert pool(turned) == pool(ABSTRACTORS)


# Refusals


@pytest.mark.parametrize("counts", [((0, 0), (0, 50)), ((0, 1), (1, 98)), ((1, 1), (2, 96))])
def test_too_few_unusual_labels_carry_no_kappa_and_no_alpha(counts) -> None:
    table = PairTable(LABELS, counts)
    ratings = pool(table)
    for found in (cohen(table), fleiss(ratings), krippendorff(ratings)):
        assert found.estimate is None
        assert "dinilai selain “benar” (perlu sedikitnya 5)" in found.refusal
    assert gwet(ratings).estimate is not None


def test_where_nobody_compared_there_is_no_figure() -> None:
    for ratings in (collect([], LABELS), collect([["benar", None]] * 30, LABELS)):
        for measure in (raw_agreement, fleiss, gwet, krippendorff):
            assert measure(ratings).estimate is None
        reading = read_many(ratings)
        assert reading.refusal == "Belum cukup keluarga yang dinilai para pemeriksa."
    assert read_pair(PairTable(LABELS, ((0, 0), (0, 0)))).refusal


def test_one_family_is_no_ground_for_a_figure() -> None:
    ratings = collect([["benar", "keliru", "benar"]], LABELS)
    for measure in (raw_agreement, fleiss, gwet, krippendorff):
        assert measure(ratings).estimate is None
    assert read_many(ratings).refusal


def test_a_person_who_never_flags_leaves_kappa_without_a_figure() -> None:
    reading = read_pair(PairTable(LABELS, ((0, 0), (10, 90))))
    assert "salah satu pemeriksa menilai semua keluarga sama" in reading.coefficients[1].refusal
    assert "dari 10 keluarga yang disebut “keliru” oleh salah satu, 0 disebut" in reading.warning


def test_under_the_least_only_the_table_and_raw_agreement_stand() -> None:
    reading = read_pair(PairTable(LABELS, ((5, 1), (1, FEWEST - 8))))
    assert [found.name for found in reading.coefficients] == ["Kesepakatan mentah"]
    assert reading.refusal.startswith("Baru 19 keluarga dinilai lebih dari satu orang")
    assert read_pair(PairTable(LABELS, ((6, 1), (1, FEWEST - 8)))).refusal == ""


# The reading


def _names(reading: Reading) -> list[str]:
    return [found.name for found in reading.coefficients]


def test_no_figure_stands_alone() -> None:
    names = ["Kesepakatan mentah", "Kappa Cohen", "Alpha Krippendorff", "AC1 Gwet"]
    assert _names(read_pair(RARE)) == names
    assert "Kappa Cohen (bobot kuadrat)" in _names(read_pair(ABSTRACTORS, is_ordinal=True))
    assert "Alpha Krippendorff (berurut)" in _names(read_pair(ABSTRACTORS, is_ordinal=True))
    assert _names(read_many(collect(DIAGNOSES.split(), "12345"))) == [
        "Kesepakatan mentah",
        "Kappa Fleiss",
        "Alpha Krippendorff",
        "AC1 Gwet",
    ]
    for found in read_pair(RARE).coefficients:
        assert "sampai" in found.words
        assert found.method


def test_the_paradox_of_kappa_is_said_where_it_is_at_work() -> None:
    reading = read_pair(RARE)
    assert reading.words == (
        "Kedua pemeriksa sepakat pada 96 dari 100 keluarga: 96\u00a0% (90 sampai 98\u00a0%). "
        "Kesepakatan di luar kebetulan: belum terbukti memadai menurut Kappa Cohen, sangat kuat "
        "menurut AC1 Gwet."
    )
    assert reading.warning == (
        "Hati-hati: Kappa Cohen rendah (0,31) meskipun kesepakatan 96\u00a0%, sebab hampir semua "
        "penilaian (97\u00a0%) berbunyi “benar”. Bila yang lain jarang, kappa turun dengan "
        "sendirinya. Baca bersama AC1 (0,96) dan tabelnya: dari 5 keluarga yang disebut “keliru” "
        "oleh salah satu, 1 disebut begitu oleh keduanya."
    )
    assert reading.shares == {"keliru": 0.03, "benar": 0.97}


def test_it_is_not_said_where_flags_are_balanced_or_people_disagree() -> None:
    assert read_pair(BALANCED).warning == ""
    assert read_pair(ABSTRACTORS).warning == ""
    assert read_pair(PairTable(LABELS, ((2, 20), (20, 58)))).warning == ""
    assert "sangat kuat, menurut Kappa Cohen maupun AC1 Gwet" in read_pair(BALANCED).words


def test_praise_is_taken_from_the_lower_end_of_the_interval() -> None:
    # AC1 is 0.85, its interval begins at 0.76.
    words = read_pair(ABSTRACTORS).words
    assert words.endswith(
        "Kesepakatan di luar kebetulan: kuat, menurut Kappa Cohen maupun AC1 Gwet."
    )


def test_agreement_that_nothing_happened_is_not_praised_without_a_warning() -> None:
    reading = read_pair(PairTable(LABELS, ((0, 1), (1, 98))))
    assert reading.warning == (
        "Hati-hati: kesepakatan 98\u00a0% terutama berarti hampir semua penilaian (99\u00a0%) "
        "berbunyi “benar”. Apakah yang jarang ditemukan oleh semua, belum dapat dinilai: dari 2 "
        "keluarga yang disebut “keliru” oleh salah satu, 0 disebut begitu oleh keduanya."
    )


def test_the_paradox_is_said_of_many_persons_too() -> None:
    families = [["benar"] * 3] * 94 + [["keliru", "benar", "benar"]] * 5 + [["keliru"] * 3]
    warning = read_many(collect(families, LABELS)).warning
    assert warning.startswith("Hati-hati: Kappa Fleiss rendah")
    assert warning.endswith("dan tabelnya.")

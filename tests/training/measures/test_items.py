"""Item statistics against a second implementation in plain loops, and what they say in words.

The second implementation shares nothing with the first: other formulas where there are any, its
own quantiles, no numpy.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

import pytest

from workbench.errors import WrongUse
from workbench.training.measures.items import Response, measure_reliability, read_items

EXACT = 1e-9


def a_test(
    seed: str, people: int, items: int, partial: bool = False, gaps: float = 0.0, sessions: int = 1
) -> list[Response]:
    """Answers of a class: four options, "a" right, the able right more often."""
    rng = Random(seed)
    hardness = [rng.uniform(-1.2, 1.2) for _ in range(items)]
    answers = []
    for who in range(people):
        skill = rng.gauss(0, 1)
        for item in range(items):
            if rng.random() < gaps:
                continue
            is_right = rng.random() < 1 / (1 + math.exp(hardness[item] - 1.3 * skill))
            score = float(is_right)
            if partial and rng.random() < 0.4:
                score = rng.choice((0.25, 0.5, 0.6))
            answers.append(
                Response(
                    session=f"s{who % sessions}",
                    person=f"p{who // sessions}",
                    item=f"i{item}",
                    variant=f"v{rng.randrange(3)}",
                    score=score,
                    option="a" if is_right else rng.choice("bcd"),
                    seconds=None if rng.random() < 0.1 else round(rng.uniform(20, 200), 1),
                )
            )
    return answers


# --- the second implementation ---------------------------------------------------------------


def loop_solve(f: Callable[[float], float], target: float, low: float, high: float) -> float:
    """Where a rising f meets the target, by halving."""
    for _ in range(200):
        middle = (low + high) / 2
        if f(middle) < target:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def loop_normal_quantile() -> float:
    return loop_solve(lambda x: 0.5 * math.erfc(-x / math.sqrt(2)), 0.975, 0, 5)


Z = loop_normal_quantile()


def loop_incomplete_beta(x: float, a: float, b: float) -> float:
    """Regularised incomplete beta by its hypergeometric series."""
    if x > (a + 1) / (a + b + 2):
        return 1 - loop_incomplete_beta(1 - x, b, a)
    term = total = 1 / a
    n = 0
    while abs(term) > 1e-18 * abs(total):
        term *= (a + b + n) * x / (a + 1 + n)
        total += term
        n += 1
    log_beta = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    return math.exp(a * math.log(x) + b * math.log1p(-x) - log_beta) * total


def loop_f_quantile(q: float, d1: float, d2: float) -> float:
    x = loop_solve(lambda x: loop_incomplete_beta(x, d1 / 2, d2 / 2), q, 1e-12, 1 - 1e-12)
    return d2 * x / (d1 * (1 - x))


def loop_share(p: float, n: int) -> tuple[float, float, float]:
    """Wilson's limits as the two roots of (n + z2) x2 - (2np + z2) x + n p2 = 0."""
    a, b, c = n + Z * Z, -(2 * n * p + Z * Z), n * p * p
    root = math.sqrt(b * b - 4 * a * c)
    return p, (-b - root) / (2 * a), (-b + root) / (2 * a)


def loop_pearson(xs: list[float], ys: list[float]) -> tuple[float, float, float] | None:
    """By the five sums; Fisher's limits by logarithms."""
    n = len(xs)
    sx = sy = sxx = syy = sxy = 0.0
    for x, y in zip(xs, ys, strict=True):
        sx += x
        sy += y
        sxx += x * x
        syy += y * y
        sxy += x * y
    vx, vy = n * sxx - sx * sx, n * syy - sy * sy
    if n < 4 or vx < 1e-9 or vy < 1e-9:
        return None
    r = (n * sxy - sx * sy) / math.sqrt(vx * vy)
    limits = []
    for side in (-1, 1):
        grown = (1 + r) / (1 - r) * math.exp(2 * side * Z / math.sqrt(n - 3))
        limits.append((grown - 1) / (grown + 1))
    return r, *limits


def loop_rest(answers: list[Response], one: Response) -> float | None:
    total, count = 0.0, 0
    for other in answers:
        is_same = (other.session, other.person) == (one.session, one.person)
        if is_same and other.item != one.item:
            total += other.score
            count += 1
    return total / count if count else None


def loop_item(answers: list[Response], some: list[Response]) -> dict[str, object]:
    n = len(some)
    p = sum(a.score for a in some) / n
    rests = [(a, loop_rest(answers, a)) for a in some]
    pairs = [(a, r) for a, r in rests if r is not None]
    options = {}
    for option in "abcd":
        taken = 0
        for a in some:
            taken += a.option == option
        if taken:
            chose = [1.0 if a.option == option else 0.0 for a, _ in pairs]
            options[option] = (
                taken,
                loop_share(taken / n, n),
                loop_pearson(chose, [r for _, r in pairs]),
            )
    times = sorted(a.seconds for a in some if a.seconds is not None)
    m = len(times)
    k = 0
    while sum(math.comb(m, i) for i in range(k + 1)) / 2**m <= 0.025:
        k += 1
    middle = (times[(m - 1) // 2] + times[m // 2]) / 2 if m else 0.0
    return {
        "facility": loop_share(p, n),
        "error": math.sqrt(p * (1 - p) / n),
        "discrimination": loop_pearson([a.score for a, _ in pairs], [r for _, r in pairs]),
        "options": options,
        "seconds": (middle, times[k - 1], times[m - k]) if k else None,
    }


def loop_alpha(answers: list[Response]) -> tuple[float, float, float]:
    """From covariances: k mean covariance / (mean variance + (k - 1) mean covariance)."""
    rows: dict[tuple[str, str], dict[str, float]] = {}
    for a in answers:
        rows.setdefault((a.session, a.person), {})[a.item] = a.score
    items = sorted({a.item for a in answers})
    full = [row for row in rows.values() if len(row) == len(items)]
    n, k = len(full), len(items)
    means = {item: sum(row[item] for row in full) / n for item in items}
    variance = covariance = 0.0
    for one in items:
        for two in items:
            s = sum((row[one] - means[one]) * (row[two] - means[two]) for row in full) / (n - 1)
            if one == two:
                variance += s / k
            else:
                covariance += s / (k * (k - 1))
    alpha = k * covariance / (variance + (k - 1) * covariance)
    low, high = (
        1 - (1 - alpha) * loop_f_quantile(q, n - 1, (n - 1) * (k - 1)) for q in (0.975, 0.025)
    )
    return alpha, low, high


def same(found, expected) -> None:
    assert (found is None) == (expected is None)
    if found is not None:
        assert (found.value, found.low, found.high) == pytest.approx(expected, abs=EXACT)


# --- the comparison --------------------------------------------------------------------------

CLASSES = {
    "a whole class": a_test("satu", 40, 12),
    "a small class": a_test("kecil", 7, 5),
    "marks in between": a_test("separuh", 35, 10, partial=True),
    "answers missing": a_test("bolong", 50, 9, gaps=0.2),
    "three sessions": a_test("tiga", 90, 8, partial=True, gaps=0.03, sessions=3),
}
every_class = pytest.mark.parametrize("answers", CLASSES.values(), ids=CLASSES.keys())


@every_class
def test_both_implementations_agree_on_every_item_and_variant(answers):
    compared = 0
    for reading in read_items(answers, dict.fromkeys((a.item for a in answers), "a")):
        assert {v.variant for v in reading.variants} <= {"v0", "v1", "v2"}
        assert sum(v.n for v in reading.variants) == reading.n
        for part in (reading, *reading.variants):
            some = [a for a in answers if a.item == part.item and part.variant in ("", a.variant)]
            expected = loop_item(answers, some)
            assert part.n == len(some)
            same(part.facility, expected["facility"])
            assert part.facility_error == pytest.approx(expected["error"], abs=EXACT)
            same(part.discrimination, expected["discrimination"])
            same(part.seconds, expected["seconds"])
            met = {o.option: o for o in part.options if o.taken}
            assert met.keys() == expected["options"].keys()
            for option, (taken, share, rest) in expected["options"].items():
                assert met[option].taken == taken
                same(met[option].share, share)
                same(met[option].rest, rest)
            compared += part.discrimination is not None
    assert compared >= 5


@every_class
def test_both_implementations_agree_on_reliability(answers):
    found = measure_reliability(answers)
    same(found.alpha, loop_alpha(answers))
    partial = any(a.score not in (0, 1) for a in answers)
    assert found.name == ("alpha" if partial else "KR-20")
    assert found.n + found.left_out == len({(a.session, a.person) for a in answers})


def test_the_corrected_correlation_is_that_of_guilford_where_all_answered():
    """(r_it s_t - s_i) / sqrt(s_i2 + s_t2 - 2 r_it s_i s_t): from totals that hold the item."""
    answers = CLASSES["a whole class"]
    people = sorted({a.person for a in answers})
    totals = [sum(a.score for a in answers if a.person == who) for who in people]
    for reading in read_items(answers):
        by_person = {a.person: a.score for a in answers if a.item == reading.item}
        scores = [by_person[who] for who in people]
        r_it, *_ = loop_pearson(scores, totals)
        s_i, s_t = (
            math.sqrt(sum(x * x for x in xs) / len(xs) - (sum(xs) / len(xs)) ** 2)
            for xs in (scores, totals)
        )
        corrected = (r_it * s_t - s_i) / math.sqrt(s_i**2 + s_t**2 - 2 * r_it * s_i * s_t)
        assert reading.discrimination.value == pytest.approx(corrected, abs=EXACT)
        assert reading.discrimination.value < r_it


def test_the_standard_error_at_thirty_people_is_as_worked_out():
    answers = [Response("s", f"p{n}", "i", "v", float(n < 21)) for n in range(30)]
    (reading,) = read_items(answers)
    assert reading.facility.value == pytest.approx(0.7)
    assert reading.facility_error == pytest.approx(0.0836660, abs=1e-6)


# --- what is said and what is kept silent ----------------------------------------------------


def test_an_item_all_got_right_discriminates_nothing():
    answers = [*a_test("x", 20, 3), *(Response("s0", f"p{n}", "easy", "v", 1.0) for n in range(20))]
    reading = read_items(answers)[-1]
    assert reading.item == "easy"
    assert reading.discrimination is None
    assert reading.facility.value == 1.0


def test_a_person_who_answered_nothing_else_is_in_the_facility_alone():
    answers = a_test("x", 20, 4)
    more = [*answers, Response("s0", "guest", "i0", "v0", 0.0)]
    before, after = read_items(answers)[0], read_items(more)[0]
    assert after.n == before.n + 1
    assert after.facility.value < before.facility.value
    assert after.discrimination == before.discrimination


def test_the_first_answer_of_a_person_to_an_item_counts():
    answers = a_test("x", 20, 4)
    again = [*answers, *(Response(a.session, a.person, a.item, "v9", 1.0) for a in answers)]
    assert read_items(again) == read_items(answers)
    assert measure_reliability(again) == measure_reliability(answers)


def test_the_same_person_in_two_sessions_is_two_attempts():
    answers = a_test("x", 40, 4, sessions=2)
    assert len({a.person for a in answers}) == 20
    assert read_items(answers)[0].n == 40


def test_a_single_class_is_a_hint_and_several_pooled_are_not():
    answers = a_test("x", 45, 6, sessions=3)
    one = [a for a in answers if a.session == "s0"]
    assert {r.note for r in read_items(one)} == {"indikatif"}
    pooled = read_items(answers)
    assert {r.note for r in pooled} == {""}
    assert {v.note for r in pooled for v in r.variants} == {"indikatif"}
    width = [r.facility.high - r.facility.low for r in (read_items(one)[0], pooled[0])]
    assert width[1] < width[0]


def test_the_key_stands_in_the_table_though_nobody_took_it():
    answers = [Response("s", f"p{n}", "i", "v", 0.0, "b") for n in range(5)]
    (reading,) = read_items(answers, {"i": "a"})
    assert [(o.option, o.is_key, o.taken) for o in reading.options] == [
        ("a", True, 0),
        ("b", False, 5),
    ]


def keyed(answers, key):
    """The same answers, scored by another key of the first item."""
    return [
        Response(a.session, a.person, a.item, a.variant, float(a.option == key), a.option)
        if a.item == "i0"
        else a
        for a in answers
    ]


def test_a_wrong_key_is_doubted_and_the_right_one_is_not():
    answers = a_test("kunci", 40, 12)
    assert read_items(answers, {"i0": "a"})[0].doubt == ""
    doubt = read_items(keyed(answers, "c"), {"i0": "c"})[0].doubt
    assert doubt.startswith("Periksa kunci soal ini")
    assert '"a"' in doubt


def test_a_mistake_that_nearly_all_share_does_not_put_the_key_in_doubt():
    """Even the better half mostly takes "b", but the very best take the key: hard, not wrong."""
    rng = Random("sulit")
    answers, rests = [], []
    for who in range(60):
        option = "a" if who >= 48 else "b"
        answers.append(Response("s", f"p{who}", "i0", "v", float(option == "a"), option))
        scores = [float(rng.random() < 0.1 + 0.8 * who / 59) for _ in range(1, 12)]
        answers += [
            Response("s", f"p{who}", f"i{item}", "v", score)
            for item, score in enumerate(scores, start=1)
        ]
        rests.append((sum(scores), option))
    middle = sorted(total for total, _ in rests)[30]
    better = [option for total, option in rests if total >= middle]
    assert better.count("b") > better.count("a")
    assert read_items(answers, {"i0": "a"})[0].doubt == ""


@pytest.mark.parametrize(
    "answers",
    [[], a_test("x", 1, 5), a_test("x", 20, 1)],
    ids=["nothing", "one person", "one item"],
)
def test_reliability_that_has_no_meaning_is_refused_in_a_sentence(answers):
    found = measure_reliability(answers)
    assert found.alpha is None
    assert "belum dapat dihitung" in found.refusal


def test_a_score_outside_the_scale_is_refused():
    with pytest.raises(WrongUse, match="antara 0 dan 1"):
        Response("s", "p", "i", "v", 2.0)

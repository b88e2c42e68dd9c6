"""How good the tasks of a test are: facility, discrimination, options, time, doubtful keys.

Classical statistics, each with its interval and pooled over all sessions handed in; below 30
people every figure is "indikatif". A task is dropped or mended by a person, never by a figure.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.domain.estimates import Estimate, estimate_share
from workbench.errors import WrongUse
from workbench.training.measures.estimates import estimate_correlation, estimate_median, hint

Column = NDArray[np.float64]


@dataclass(frozen=True)
class Response:
    """One answer of one unnamed person in one session.

    ``item`` is the template of the task, ``variant`` the drawing of it that was shown. ``score``
    is from 0 to 1; ``option`` is the choice made, "" where none was offered or taken; ``seconds``
    None when not timed, as on paper.
    """

    session: str
    person: str
    item: str
    variant: str
    score: float
    option: str = ""
    seconds: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.score <= 1:
            raise WrongUse("Nilai soal harus antara 0 dan 1.")


@dataclass(frozen=True)
class OptionReading:
    """One option: who took it.

    ``rest`` correlates taking it with the score on the other items; None where all or none took
    it, or fewer than four people have other items.
    """

    option: str
    is_key: bool
    taken: int
    share: Estimate
    rest: Estimate | None


@dataclass(frozen=True)
class ItemReading:
    """One item over all its variants (``variant`` is then "") or one variant of it.

    ``facility`` is the mean score and ``facility_error`` its standard error, both 0 to 1 (for
    scores between 0 and 1 the error is an upper bound).
    ``discrimination`` is the corrected item-rest correlation, None where it has no meaning.
    ``seconds`` is the median time. ``doubt`` is a sentence when the key looks wrong; ``note`` is
    "indikatif" under 30 people.
    """

    item: str
    variant: str
    n: int
    facility: Estimate
    facility_error: float
    discrimination: Estimate | None
    options: tuple[OptionReading, ...]
    seconds: Estimate | None
    doubt: str
    note: str
    variants: tuple[ItemReading, ...] = ()


@dataclass(frozen=True)
class Reliability:
    """How far a test agrees with itself: ``name`` is KR-20 where all scores are 0 or 1, else alpha.

    ``n`` people answered all ``items``; ``left_out`` did not. ``alpha`` is None when ``refusal``
    says why.
    """

    name: str
    alpha: Estimate | None
    n: int
    items: int
    left_out: int
    refusal: str
    note: str


def read_items(
    responses: Iterable[Response], keys: Mapping[str, str] | None = None
) -> tuple[ItemReading, ...]:
    """Read every item, in the order first met, with each of its variants.

    Of a person who met an item twice in a session the first answer counts. ``keys`` names the
    right option of items with options; only these are checked for a wrong key.

    Facility is the mean score with standard error ``sqrt(p(1-p)/n)`` and Wilson's interval.
    Discrimination is Pearson's r of the score with the mean score on the *other* items of the
    same person and session (S. Henrysson 1963, Psychometrika 28, 211-218; where all answered all,
    this equals the correlation with the rest sum), with Fisher's interval.
    """
    kept = _first_answers(responses)
    rest = _rest_scores(kept)
    by_item: dict[str, list[Response]] = defaultdict(list)
    for response in kept:
        by_item[response.item].append(response)
    return tuple(
        _read(answers, "", rest, (keys or {}).get(item, "")) for item, answers in by_item.items()
    )


def measure_reliability(responses: Iterable[Response]) -> Reliability:
    """KR-20 or Cronbach's alpha of one form with Feldt's interval.

    ``k/(k-1) (1 - sum of item variances / variance of sums)``: G. F. Kuder and M. W. Richardson
    1937, Psychometrika 2, 151-160; L. J. Cronbach 1951, Psychometrika 16, 297-334. Limits
    ``1 - (1 - alpha) F(0.975 | 0.025; n-1, (n-1)(k-1))``: L. S. Feldt 1965, Psychometrika 30,
    357-370. Only who answered every item counts. Hand in one form at a time: sessions may be
    pooled, forms may not.
    """
    rows: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for response in _first_answers(responses):
        rows[response.session, response.person][response.item] = response.score
    items = list(dict.fromkeys(item for row in rows.values() for item in row))
    full = [[row[item] for item in items] for row in rows.values() if len(row) == len(items)]
    table = np.array(full, dtype=float).reshape(len(full), len(items))
    n, k = table.shape
    name = "KR-20" if np.isin(table, (0.0, 1.0)).all() else "alpha"
    left_out = len(rows) - n
    total = float(table.sum(axis=1).var(ddof=1)) if n > 1 else 0.0
    if k < 2 or math.isclose(total, 0.0, abs_tol=1e-12):
        refusal = (
            "Keandalan tes belum dapat dihitung: perlu sedikitnya dua soal, "
            "dan dua orang dengan nilai berbeda yang menjawab semuanya."
        )
        return Reliability(name, None, n, k, left_out, refusal, hint(n))
    from scipy.stats import f

    alpha = k / (k - 1) * (1 - float(table.var(axis=0, ddof=1).sum()) / total)
    low, high = (
        1 - (1 - alpha) * float(f.ppf(q, n - 1, (n - 1) * (k - 1))) for q in (0.975, 0.025)
    )
    return Reliability(name, Estimate(alpha, low, high), n, k, left_out, "", hint(n))


def _first_answers(responses: Iterable[Response]) -> list[Response]:
    first: dict[tuple[str, str, str], Response] = {}
    for response in responses:
        first.setdefault((response.session, response.person, response.item), response)
    return list(first.values())


def _rest_scores(responses: Sequence[Response]) -> dict[Response, float]:
    """The mean score of the same attempt on its other items; absent where it has none."""
    sums: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for response in responses:
        attempt = sums[response.session, response.person]
        attempt[0] += response.score
        attempt[1] += 1
    rest = {}
    for response in responses:
        total, count = sums[response.session, response.person]
        if count > 1:
            rest[response] = (total - response.score) / (count - 1)
    return rest


def _read(
    answers: Sequence[Response], variant: str, rest: Mapping[Response, float], key: str
) -> ItemReading:
    n = len(answers)
    facility = estimate_share(math.fsum(a.score for a in answers), n)
    compared = [a for a in answers if a in rest]
    others = np.array([rest[a] for a in compared])
    taken = [a.option for a in compared]
    by_variant: dict[str, list[Response]] = defaultdict(list)
    if not variant:
        for answer in answers:
            by_variant[answer.variant].append(answer)
    return ItemReading(
        item=answers[0].item,
        variant=variant,
        n=n,
        facility=facility,
        facility_error=math.sqrt(facility.value * (1 - facility.value) / n),
        discrimination=_correlate(np.array([a.score for a in compared]), others),
        options=_read_options(answers, taken, others, key),
        seconds=estimate_median([a.seconds for a in answers if a.seconds is not None]),
        doubt=_doubt(taken, others, key) if key else "",
        note=hint(n),
        variants=tuple(_read(some, name, rest, key) for name, some in by_variant.items() if name),
    )


def _correlate(one: Column, other: Column) -> Estimate | None:
    # Equal values that rounding told apart have no spread either.
    if len(one) < 4 or min(one.std(), other.std()) < 1e-12:
        return None
    r = float(np.corrcoef(one, other)[0, 1])
    return estimate_correlation(max(-1.0, min(1.0, r)), len(one))


def _read_options(
    answers: Sequence[Response], taken: Sequence[str], others: Column, key: str
) -> tuple[OptionReading, ...]:
    """Every option somebody took, and the key even if nobody did, by name."""
    counts: dict[str, int] = {key: 0} if key else {}
    for answer in answers:
        if answer.option:
            counts[answer.option] = counts.get(answer.option, 0) + 1
    readings = []
    for option, count in sorted(counts.items()):
        share = estimate_share(count, len(answers))
        chose = np.array([float(choice == option) for choice in taken])
        readings.append(
            OptionReading(option, option == key, count, share, _correlate(chose, others))
        )
    return tuple(readings)


def _doubt(taken: Sequence[str], others: Column, key: str) -> str:
    """Say so when an option other than the key draws the better people.

    It does when the better half (rest score not below the median) takes it more often than the
    key, unless those who took it are plainly weaker than those who took the key (Fisher's interval
    among the two wholly below zero): then it is a mistake many share, and the key stands. Upper
    groups by rest score: T. L. Kelley 1939, Journal of Educational Psychology 30, 17-24; the half
    instead of his 27 % because classes are small.
    """
    if len(others) < 4:
        return ""
    middle = float(np.median(others))
    better = [option for option, score in zip(taken, others, strict=True) if score >= middle]
    for option in sorted({*better} - {"", key}, key=lambda o: (-better.count(o), o)):
        if better.count(option) <= better.count(key):
            continue
        between = [place for place, choice in enumerate(taken) if choice in (option, key)]
        chose = np.array([float(taken[place] == option) for place in between])
        lean = _correlate(chose, others[between])
        if lean is None or lean.high >= 0:
            return f'Periksa kunci soal ini: peserta terbaik lebih banyak memilih "{option}".'
    return ""

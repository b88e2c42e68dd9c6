"""Agreement in figures, each with its 95 % interval, and what they say in plain words.

No single figure will do. Where mistakes are rare, kappa and alpha fall although people agree
nearly always (A. R. Feinstein and D. V. Cicchetti 1990, Journal of Clinical Epidemiology 43,
543-549), and AC1 hides that the few mistakes may never be found by both. So all stand side by side
with the table, and a word of praise is taken from the lower end of an interval.

Intervals are ``value +- t(0.975; n - 1) error``, n families compared, with the error of the source
named by each coefficient. Where nobody differed there is no spread to tell by: the lower limit is
then that of the raw agreement (Wilson), corrected for chance. In simulated pairs of 50 to 200
families with 5 to 50 % of mistakes the intervals hold the truth in 89 to 95 of 100 cases; kappa's
is the lowest where mistakes are rarest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from workbench.domain.estimates import Estimate, estimate_share
from workbench.domain.words import number_id
from workbench.verification.agreement.tables import PairTable, Ratings, pool

#: Below so many families compared nothing but the raw agreement is read.
FEWEST = 20
#: Fewer families with an unusual label than these carry no kappa and no alpha.
FEWEST_UNUSUAL = 5
#: J. R. Landis and G. G. Koch 1977, Biometrics 33, 159-174.
_BANDS = ((0.8, "sangat kuat"), (0.6, "kuat"), (0.4, "sedang"))
_UNPROVEN = "belum terbukti memadai"
#: High agreement, one label nearly everywhere, kappa far below AC1: the paradox.
_HIGH, _DOMINANT, _FAR = 0.85, 0.8, 0.2

Weights = Literal["", "linear", "quadratic"]
_KAPPAS: dict[Weights, tuple[str, int]] = {
    "": ("Kappa Cohen", 0),
    "linear": ("Kappa Cohen (bobot linear)", 1),
    "quadratic": ("Kappa Cohen (bobot kuadrat)", 2),
}

_NOBODY = "belum ada keluarga yang dinilai dua orang."

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Coefficient:
    """A measure of agreement, at most 1.

    ``error`` is its standard error, None for raw agreement of two; ``method`` says where the
    interval comes from. ``estimate`` is None exactly when ``refusal`` says why.
    """

    name: str
    estimate: Estimate | None
    error: float | None
    method: str
    refusal: str = ""

    @property
    def words(self) -> str:
        """``Kappa Cohen: 0,31 (-0,19 sampai 0,81)``, or why there is none."""
        return f"{self.name}: {self.estimate.words() if self.estimate else self.refusal}"


@dataclass(frozen=True)
class Reading:
    """Agreement about ``n`` families: all coefficients, what they say, what to beware of.

    ``shares`` is the part of all judgements each label has. ``refusal`` is a sentence when there
    are too few families; raw agreement may then still stand among the coefficients.
    """

    n: int
    shares: dict[str, float]
    coefficients: tuple[Coefficient, ...]
    words: str
    warning: str
    refusal: str


def raw_agreement(ratings: Ratings) -> Coefficient:
    """The share of families, or of pairs of persons within a family, that got one label.

    Two persons: Wilson's interval. More: the error over families, K. L. Gwet 2008, British Journal
    of Mathematical and Statistical Psychology 61, 29-48.
    """
    name = "Kesepakatan mentah"
    if not ratings.n_compared:
        return _refused(name, _NOBODY)
    if max(map(sum, ratings.patterns)) > 2:
        return _by_chance(name, ratings, lambda shares, given: np.zeros(given.shape[:-1]))
    n = ratings.n_compared
    agreed = sum(t for p, t in zip(ratings.patterns, ratings.times, strict=True) if max(p) > 1)
    return Coefficient(name, estimate_share(agreed, n), None, "Wilson 1927")


def cohen(table: PairTable, weights: Weights = "") -> Coefficient:
    """Cohen's kappa; weighted for labels in order, by their distance or its square.

    J. Cohen 1960, Educational and Psychological Measurement 20, 37-46, and 1968, Psychological
    Bulletin 70, 213-220; error of J. L. Fleiss, J. Cohen and B. S. Everitt 1969, Psychological
    Bulletin 72, 323-327.
    """
    name, power = _KAPPAS[weights]
    method = "Fleiss, Cohen dan Everitt 1969"
    refusal = _too_rare(pool(table))
    if refusal:
        return _refused(name, refusal)
    q, n = len(table.labels), table.n
    if n in table.firsts or n in table.seconds:
        return _refused(
            name,
            "tidak dihitung, karena salah satu pemeriksa menilai semua keluarga sama.",
        )
    steps = np.abs(np.subtract.outer(np.arange(q), np.arange(q))) / (q - 1)
    weight = 1 - np.where(steps > 0, steps**power, 0.0)
    p = np.array(table.counts, dtype=float) / n
    first, second = p.sum(1), p.sum(0)
    chance = float(first @ weight @ second)
    value = (float((weight * p).sum()) - chance) / (1 - chance)
    if table.n_agreed == n:
        return _without_difference(name, np.dot(first, second), n, method)
    means = np.add.outer(weight @ second, first @ weight)
    spread = (p * (weight - means * (1 - value)) ** 2).sum() - (value - chance * (1 - value)) ** 2
    return _around(name, value, _root(spread / n) / (1 - chance), n, method)


def fleiss(ratings: Ratings) -> Coefficient:
    """Fleiss' kappa for any number of persons, families judged by some of them included.

    J. L. Fleiss 1971, Psychological Bulletin 76, 378-382; with missing judgements and error as in
    K. L. Gwet 2014, Handbook of Inter-Rater Reliability, 4th edition, chapters 2 and 5.
    """
    name = "Kappa Fleiss"
    refusal = _too_rare(ratings)
    if refusal:
        return _refused(name, refusal)
    return _by_chance(name, ratings, lambda shares, given: given @ shares)


def gwet(ratings: Ratings) -> Coefficient:
    """Gwet's AC1, which rare labels do not pull down.

    K. L. Gwet 2008, British Journal of Mathematical and Statistical Psychology 61, 29-48; missing
    judgements as in his Handbook, 4th edition 2014.
    """
    name = "AC1 Gwet"
    if not ratings.n_compared:
        return _refused(name, _NOBODY)
    others = len(ratings.labels) - 1
    return _by_chance(name, ratings, lambda shares, given: given @ (1 - shares) / others)


def krippendorff(ratings: Ratings, is_ordinal: bool = False) -> Coefficient:
    """Krippendorff's alpha for nominal or ordered labels; families judged once do not count.

    ``1 - observed / expected disagreement``: K. Krippendorff 2019, Content Analysis, 4th edition,
    chapter 12. Error by the jackknife over families: J. Hughes 2022, arXiv 2210.13265.
    """
    name = "Alpha Krippendorff" + (" (berurut)" if is_ordinal else "")
    method = "jackknife, Hughes 2022"
    refusal = _too_rare(ratings)
    if refusal:
        return _refused(name, refusal)
    patterns, times = _arrays(ratings)
    is_compared = patterns.sum(1) > 1
    patterns, times = patterns[is_compared], times[is_compared]
    n = int(times.sum())
    if (patterns.max(1) == patterns.sum(1)).all():
        totals = times @ patterns
        whole = totals.sum()
        chance = (totals * (totals - 1)).sum() / (whole * (whole - 1))
        return _without_difference(name, chance, n, method)
    value = _alpha(patterns, times, is_ordinal)
    without = np.array([_alpha(patterns, times - one, is_ordinal) for one in np.eye(len(times))])
    centre = (times * without).sum() / n
    error = _root((n - 1) / n * (times * (without - centre) ** 2).sum())
    return _around(name, value, error, n, method)


def read_pair(table: PairTable, is_ordinal: bool = False) -> Reading:
    """What a table of two persons says; ``is_ordinal`` when the labels have an order."""
    ratings = pool(table)
    kappas = [cohen(table, "quadratic")] if is_ordinal and table.n else []
    return _read(ratings, [cohen(table), *kappas], is_ordinal, "Kedua pemeriksa", table)


def read_many(ratings: Ratings, is_ordinal: bool = False) -> Reading:
    """What judgements of any number of persons say; ``is_ordinal`` when labels have an order."""
    return _read(ratings, [fleiss(ratings)], is_ordinal, "Para pemeriksa", None)


def _read(
    ratings: Ratings,
    kappas: list[Coefficient],
    is_ordinal: bool,
    who: str,
    table: PairTable | None,
) -> Reading:
    n = ratings.n_compared
    raw = raw_agreement(ratings)
    if raw.estimate is None:
        return Reading(0, {}, (raw,), "", "", f"Belum cukup keluarga yang dinilai {who.lower()}.")
    shares = dict(zip(ratings.labels, ratings.shares, strict=True))
    said = (
        f"{who} sepakat pada {number_id(table.n_agreed)} dari {number_id(n)} keluarga: "
        if table
        else f"{who} sepakat dalam perbandingan dua-dua atas {number_id(n)} keluarga: "
    ) + f"{raw.estimate.percents()}."
    if n < FEWEST:
        refusal = (
            f"Baru {number_id(n)} keluarga dinilai lebih dari satu orang; perlu sedikitnya "
            f"{FEWEST} agar kappa, alpha, dan AC1 dapat dibaca."
        )
        return Reading(n, shares, (raw,), said, "", refusal)
    alpha, ac1 = krippendorff(ratings, is_ordinal), gwet(ratings)
    warning = _warn(raw.estimate, kappas[0], ac1, shares, table)
    words = f"{said} {_praise(kappas[0], ac1)}"
    return Reading(n, shares, (raw, *kappas, alpha, ac1), words, warning, "")


def _praise(kappa: Coefficient, ac1: Coefficient) -> str:
    """Words from the lower limits, a span where the two do not agree."""
    assert ac1.estimate is not None
    best = _band(ac1.estimate)
    if kappa.estimate is None:
        said = f"{best} menurut {ac1.name}; {kappa.name} {kappa.refusal}"
    elif (worst := _band(kappa.estimate)) == best:
        said = f"{best}, menurut {kappa.name} maupun {ac1.name}."
    else:
        said = f"{worst} menurut {kappa.name}, {best} menurut {ac1.name}."
    return f"Kesepakatan di luar kebetulan: {said}"


def _warn(
    raw: Estimate,
    kappa: Coefficient,
    ac1: Coefficient,
    shares: dict[str, float],
    table: PairTable | None,
) -> str:
    """The paradox of kappa, said only where it is at work."""
    usual = max(shares, key=lambda label: shares[label])
    if raw.value < _HIGH or shares[usual] < _DOMINANT or ac1.estimate is None:
        return ""
    dominant = f"{number_id(100 * shares[usual], 0)}\u00a0%"
    agreed = f"{number_id(100 * raw.value, 0)}\u00a0%"
    if kappa.estimate is None:
        words = (
            f"Hati-hati: kesepakatan {agreed} terutama berarti hampir semua penilaian ({dominant}) "
            f"berbunyi “{usual}”. Apakah yang jarang ditemukan oleh semua, belum dapat dinilai"
        )
    elif ac1.estimate.value - kappa.estimate.value >= _FAR:
        words = (
            f"Hati-hati: {kappa.name} rendah ({number_id(kappa.estimate.value, 2)}) meskipun "
            f"kesepakatan {agreed}, sebab hampir semua penilaian ({dominant}) berbunyi “{usual}”. "
            "Bila yang lain jarang, kappa turun dengan sendirinya. "
            f"Baca bersama AC1 ({number_id(ac1.estimate.value, 2)}) dan tabelnya"
        )
    else:
        return ""
    if table is None:
        return words + "."
    others = (label for label in table.labels if label != usual and table.named(label)[1])
    seen = "; ".join(
        "dari {1} keluarga yang disebut “{2}” oleh salah satu, {0} disebut begitu oleh "
        "keduanya".format(*map(number_id, table.named(label)), label)
        for label in others
    )
    return f"{words}: {seen}." if seen else words + "."


def _band(estimate: Estimate) -> str:
    return next((word for limit, word in _BANDS if estimate.low >= limit), _UNPROVEN)


def _too_rare(ratings: Ratings) -> str:
    if not ratings.n_compared:
        return _NOBODY
    if ratings.n_unusual >= FEWEST_UNUSUAL:
        return ""
    usual = max(zip(ratings.shares, ratings.labels, strict=True))[1]
    met = f"hanya {ratings.n_unusual} keluarga" if ratings.n_unusual else "tidak satu pun keluarga"
    return (
        f"tidak dihitung, karena {met} dinilai selain “{usual}” "
        f"(perlu sedikitnya {FEWEST_UNUSUAL})."
    )


def _by_chance(name: str, ratings: Ratings, expect: Callable[[Floats, Floats], Any]) -> Coefficient:
    """``(agreed - chance) / (1 - chance)`` with Gwet's linearised error.

    ``expect(shares, given)`` is the agreement by chance of what was ``given`` with all ``shares``:
    its value at the shares themselves is the chance of the coefficient, and, being quadratic in
    them, twice its departure for one family is that family's part in the error.
    """
    patterns, times = _arrays(ratings)
    n, n_compared = ratings.n, ratings.n_compared
    if n_compared < 2:
        return _refused(name, "tidak dihitung, karena baru satu keluarga dinilai dua orang.")
    given = patterns / patterns.sum(1, keepdims=True)
    shares = times @ given / n
    chance = float(expect(shares, shares))
    agreed, is_compared = _pair_agreement(patterns)
    value = (float((agreed * times).sum()) / n_compared - chance) / (1 - chance)
    if agreed[is_compared].min() == 1:
        return _without_difference(name, chance, n_compared, "Gwet 2008")
    own = np.where(is_compared, (agreed - chance) / (1 - chance), 0.0) * n / n_compared
    own = own - 2 * (1 - value) * (expect(shares, given) - chance) / (1 - chance)
    error = _root((times * (own - value) ** 2).sum() / (n * (n - 1)))
    return _around(name, value, error, n, "Gwet 2008")


def _alpha(patterns: Floats, times: Floats, is_ordinal: bool) -> float:
    weights = times / (patterns.sum(1) - 1)
    coincidences = (patterns.T * weights) @ patterns - np.diag(weights @ patterns)
    totals = coincidences.sum(1)
    # The distance of two ordered labels is squared between the middles of their places.
    places = np.cumsum(totals) - totals / 2 if is_ordinal else np.arange(len(totals))
    distance = np.subtract.outer(places, places) ** 2.0
    if not is_ordinal:
        distance = (distance > 0).astype(float)
    expected = (np.outer(totals, totals) * distance).sum()
    return float(1 - (totals.sum() - 1) * (coincidences * distance).sum() / expected)


def _arrays(ratings: Ratings) -> tuple[Floats, Floats]:
    return np.array(ratings.patterns, dtype=float), np.array(ratings.times, dtype=float)


def _pair_agreement(patterns: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """The share of pairs within a family that agree, 0 where there is no pair."""
    persons = patterns.sum(1)
    pairs = persons * (persons - 1)
    alike = (patterns * (patterns - 1)).sum(1)
    return alike / np.maximum(pairs, 1), persons > 1


def _root(variance: float) -> float:
    # Rounding may leave a hair below nothing.
    return float(np.sqrt(max(0.0, variance)))


def _around(name: str, value: float, error: float, n: int, method: str) -> Coefficient:
    from scipy.stats import t

    half = float(t.ppf(0.975, n - 1)) * error
    estimate = Estimate(value, max(-1.0, value - half), min(1.0, value + half))
    return Coefficient(name, estimate, error, method)


def _without_difference(name: str, chance: Any, n: int, method: str) -> Coefficient:
    low = (estimate_share(n, n).low - float(chance)) / (1 - float(chance))
    return Coefficient(name, Estimate(1.0, max(-1.0, low), 1.0), 0.0, f"{method}; Wilson 1927")


def _refused(name: str, refusal: str) -> Coefficient:
    return Coefficient(name, None, None, "", refusal)

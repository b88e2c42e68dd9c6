"""How large the share of mistakes in a list is: visits needed, and the share with its interval.

Whether a list passes is another question, and takes far fewer visits: see ``lots``.

Sources: W. G. Cochran 1977, Sampling Techniques, sections 4.4 and 5.3 (size, stratified means);
L. Kish 1965, Survey Sampling (design effect); E. B. Wilson 1927, JASA 22, 209-212; C. J. Clopper
and E. S. Pearson 1934, Biometrika 26, 404-413; E. L. Korn and B. I. Graubard 1998, Survey
Methodology 24, 193-201 (intervals of a share from a complex sample by its effective size).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from workbench.domain import estimates as domain
from workbench.domain.estimates import CONFIDENCE, Estimate
from workbench.domain.words import number_id
from workbench.errors import WrongUse

QUESTION = (
    "Rencana ini menjawab berapa persen yang keliru; bukan apakah daftar diterima atau tidak."
)


@dataclass(frozen=True)
class EstimatePlan:
    """Visit ``n`` of ``size`` families to know the share to ``margin`` at ``confidence``."""

    size: int
    n: int
    margin: float
    confidence: float

    @property
    def words(self) -> str:
        """The plan as a checker reads it."""
        which = (
            f"semua {number_id(self.n)} keluarga"
            if self.n == self.size
            else f"{number_id(self.n)} keluarga yang diundi dari {number_id(self.size)}"
        )
        return (
            f"Periksa {which}. Persentase yang keliru diketahui dengan galat paling banyak "
            f"{_short(100 * self.margin)} poin persen (tingkat kepercayaan "
            f"{_short(100 * self.confidence)}\u00a0%). {QUESTION}"
        )


@dataclass(frozen=True)
class Stratum:
    """A part of the list: families in it, of these visited, of these wrong."""

    name: str
    size: int
    n_checked: int
    n_wrong: int


@dataclass(frozen=True)
class ListEstimate:
    """The share of wrong families in a list of ``size``.

    ``effective`` is the number of families of a simple sample that would tell as much, infinite
    once all were visited; ``method`` names the interval.
    """

    size: int
    n_checked: int
    n_strata: int
    share: Estimate
    effective: float
    method: str
    confidence: float

    @property
    def words(self) -> str:
        """The finding as a reader of the report sees it."""
        low, value, high = (
            number_id(round(x * self.size))
            for x in (self.share.low, self.share.value, self.share.high)
        )
        if self.share.low == self.share.high:
            return (
                f"Seluruh {number_id(self.size)} keluarga diperiksa: {value} keliru "
                f"({number_id(100 * self.share.value, 1)}\u00a0%)."
            )
        weighed = (
            f" dalam {self.n_strata} kelompok, masing-masing ditimbang menurut besarnya"
            if self.n_strata > 1
            else ""
        )
        return (
            f"Diperkirakan {self.share.percents(1)} dari {number_id(self.size)} keluarga keliru, "
            f"yaitu sekitar {value} keluarga ({low} sampai {high}). Tingkat kepercayaan "
            f"{_short(100 * self.confidence)}\u00a0%. Dihitung dari {number_id(self.n_checked)} "
            f"keluarga yang diperiksa{weighed}. Angka ini menaksir besarnya kekeliruan, bukan "
            "memutuskan daftar diterima atau tidak."
        )


def estimate_share(
    wrong: float, n: float, is_exact: bool = False, confidence: float = CONFIDENCE
) -> Estimate:
    """The share of ``wrong`` in ``n`` (above 0); both may be effective numbers and need no whole.

    Wilson's score interval, whose coverage is ``confidence`` on average; with ``is_exact`` that of
    Clopper and Pearson, which is never below it and therefore wider.
    """
    if not is_exact:
        return domain.estimate_share(wrong, n, confidence)
    from scipy.special import betaincinv

    p, tail = wrong / n, (1 - confidence) / 2
    low = float(betaincinv(wrong, n - wrong + 1, tail)) if wrong > 0 else 0.0
    high = float(betaincinv(wrong + 1, n - wrong, 1 - tail)) if wrong < n else 1.0
    # The value is inside by the formula; rounding may put it a hair outside.
    return Estimate(p, min(low, p), max(high, p))


def plan_estimate(
    size: int,
    margin: float = 0.05,
    confidence: float = CONFIDENCE,
    design_effect: float = 1.0,
    reserve: float = 1.0,
    expected: float = 0.5,
) -> EstimatePlan:
    """How many of ``size`` families to visit so that the share is known to within ``margin``.

    ``n0 = deff z^2 p (1 - p) / margin^2``, then ``n0 / (1 + n0 / size)`` for a finite list
    (Cochran 4.4), then times ``reserve`` for families that will not be met, rounded up and at most
    ``size``. ``expected`` is the share looked for, the worst case a half; ``design_effect`` above 1
    where families come in clumps. HOPE's formula is the default with ``reserve=1.5``.
    Raises ``WrongUse`` for settings out of range.
    """
    if size < 1:
        raise WrongUse("Daftar ini kosong: tidak ada keluarga yang dapat diperiksa.")
    if not 0 < margin < 0.5:
        raise WrongUse("Galat yang diminta harus lebih dari 0 dan kurang dari 50 poin persen.")
    if not 0.5 <= confidence < 1:
        raise WrongUse("Tingkat kepercayaan harus dari 50 sampai kurang dari 100 persen.")
    if design_effect < 1 or reserve < 1:
        raise WrongUse("Efek rancangan dan cadangan tidak boleh kurang dari 1.")
    if not 0 < expected < 1:
        raise WrongUse("Perkiraan bagian yang keliru harus antara 0 dan 100 persen.")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    endless = design_effect * z * z * expected * (1 - expected) / margin**2
    n = math.ceil(reserve * endless / (1 + endless / size))
    return EstimatePlan(size, min(n, size), margin, confidence)


def estimate_list(
    strata: Sequence[Stratum], is_exact: bool = False, confidence: float = CONFIDENCE
) -> ListEstimate:
    """The share of wrong families in the whole list, each stratum weighed by its size.

    ``p = sum(W p_h)`` with ``W = size_h / size``. Its interval is that of a simple sample of the
    effective size ``p (1 - p) / sum(W^2 (1 - f) p_h (1 - p_h) / (n_h - 1))``, ``f = n_h / size_h``,
    or of ``1 / sum(W^2 (1 - f) / n_h)`` if that is smaller: a stratum in which nothing wrong was
    met by chance does not make the figure certain. What was seen bounds it on both sides.
    Raises ``WrongUse`` where a stratum was not visited at all, or the numbers cannot be.
    """
    size = sum(part.size for part in strata)
    if not size:
        raise WrongUse("Daftar ini kosong: tidak ada keluarga yang dapat diperiksa.")
    for part in strata:
        if not 0 <= part.n_wrong <= part.n_checked <= part.size:
            raise WrongUse(
                f"Angka kelompok {part.name} tidak cocok: {part.n_wrong} keliru, {part.n_checked} "
                f"diperiksa, {part.size} dalam daftar."
            )
        if part.size and not part.n_checked:
            raise WrongUse(
                f"Kelompok {part.name} ({part.size} keluarga) belum diperiksa sama sekali. Periksa "
                "sedikitnya satu keluarga, atau keluarkan kelompok itu dengan alasannya."
            )
    visited = [part for part in strata if part.size]
    n_checked = sum(part.n_checked for part in visited)
    p = math.fsum(part.size * part.n_wrong / part.n_checked for part in visited) / size
    shares = [part.n_wrong / part.n_checked for part in visited]
    # (W^2 (1 - f)), the weight of a stratum in the variance; nothing left unseen weighs nothing.
    weights = [(part.size / size) ** 2 * (1 - part.n_checked / part.size) for part in visited]
    even = math.fsum(w / part.n_checked for w, part in zip(weights, visited, strict=True))
    spread = math.fsum(
        w * ph * (1 - ph) / (part.n_checked - 1)
        for w, ph, part in zip(weights, shares, visited, strict=True)
        if part.n_checked > 1
    )
    variance = max(even * p * (1 - p), spread)
    if not even:
        effective, found = math.inf, Estimate(p, p, p)
    else:
        effective = p * (1 - p) / variance if variance else 1 / even
        found = estimate_share(p * effective, effective, is_exact, confidence)
    n_wrong = sum(part.n_wrong for part in visited)
    low = max(found.low, n_wrong / size)
    high = min(found.high, 1 - (n_checked - n_wrong) / size)
    share = Estimate(p, min(low, p), max(high, p))
    method = "Clopper-Pearson" if is_exact else "Wilson"
    return ListEstimate(size, n_checked, len(visited), share, effective, method, confidence)


def _short(value: float) -> str:
    return number_id(round(value, 1))

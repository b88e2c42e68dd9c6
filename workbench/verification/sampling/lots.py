"""Pass or fail for a list: visit n families, accept if at most d are wrong.

A single sampling plan by attributes (H. F. Dodge and H. G. Romig 1929, Bell System Technical
Journal 8, 613-631; E. G. Schilling and D. V. Neubauer 2017, Acceptance Sampling in Quality Control,
chapter 5). How large the share of mistakes is, is another question: see ``estimates``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from workbench.domain.words import number_id
from workbench.errors import WrongUse

#: More visits than these are no sample any more: the two limits lie too close together.
MOST = 10_000
QUESTION = (
    "Rencana ini menjawab apakah daftar diterima atau tidak; bukan berapa persen yang keliru."
)
#: Sums of probabilities carry so much rounding; a risk met exactly counts as met.
_HAIR = 1e-12


@dataclass(frozen=True)
class LotPlan:
    """Visit ``n`` families, accept with at most ``d`` wrong.

    ``size`` is the number of families in the list, None for one without end. ``good`` and ``bad``
    are shares of wrong families; ``producer_risk`` and ``consumer_risk`` are what the plan keeps
    below the asked risks: how often a list of share ``good`` is refused and one of share ``bad``
    accepted, all between 0 and 1.
    """

    size: int | None
    n: int
    d: int
    good: float
    bad: float
    producer_risk: float
    consumer_risk: float

    @property
    def is_census(self) -> bool:
        return self.n == self.size

    @property
    def words(self) -> str:
        """The plan as a checker reads it."""
        most = f"paling banyak {number_id(self.d)} keliru" if self.d else "tidak satu pun keliru"
        rule = f"daftar diterima bila {most}"
        if self.is_census:
            return (
                f"Daftar ini terlalu kecil untuk dicuplik: periksa semua {number_id(self.n)} "
                f"keluarga; {rule}. {QUESTION}"
            )
        source = "" if self.size is None else f" yang diundi dari {number_id(self.size)}"
        return (
            f"Periksa {number_id(self.n)} keluarga{source}; {rule}. "
            f"Daftar yang baik ({_percent(self.good)} keliru atau kurang) tertolak paling banyak "
            f"dalam {_percent(self.producer_risk)} undian; daftar yang buruk "
            f"({_percent(self.bad)} keliru atau lebih) lolos paling banyak dalam "
            f"{_percent(self.consumer_risk)} undian. {QUESTION}"
        )


@dataclass(frozen=True)
class Point:
    """A point of the operating curve: a list with this share wrong is accepted so often."""

    share: float
    accepted: float


@dataclass(frozen=True)
class Decision:
    """What follows from the visits so far; ``is_accepted`` is None while nothing does."""

    is_accepted: bool | None
    words: str


def plan_lot(
    size: int | None,
    good: float = 0.02,
    bad: float = 0.10,
    producer_risk: float = 0.05,
    consumer_risk: float = 0.10,
) -> LotPlan:
    """The smallest plan that keeps both risks; hypergeometric, or binomial without a ``size``.

    In a list of ``size`` families the worst good list has ``floor(size * good)`` wrong and the
    best bad one ``ceil(size * bad)``, so the risks hold for every good and every bad list. For
    each d the fewest visits that keep the consumer's risk are sought; they grow with d, so the
    first d that also keeps the producer's gives the smallest n. The risks are those of one draw
    from the whole list; from strata in proportion to their size they are as small but for rounding.
    Raises ``WrongUse`` for shares and risks that make no plan.
    """
    _refuse(size, good, bad, producer_risk, consumer_risk)
    import numpy as np

    most = MOST if size is None else min(MOST, size)
    d = np.arange(min(most, math.ceil(most * bad)) + 1)
    worst_good, best_bad = _limits(size, good, bad)
    low, high = d, np.full_like(d, most)
    while (low < high).any():
        middle = (low + high) // 2
        is_kept = _acceptance(size, middle, d, best_bad) <= consumer_risk + _HAIR
        high = np.where(is_kept, middle, high)
        low = np.where(is_kept, low, np.minimum(middle + 1, high))
    missed = _acceptance(size, low, d, best_bad)
    refused = 1 - _acceptance(size, low, d, worst_good)
    kept = np.flatnonzero((missed <= consumer_risk + _HAIR) & (refused <= producer_risk + _HAIR))
    if not len(kept):
        raise WrongUse(
            f"Batas baik ({_percent(good)}) dan buruk ({_percent(bad)}) terlalu berdekatan: perlu "
            f"lebih dari {number_id(MOST)} kunjungan. Jauhkan kedua batas atau longgarkan risiko."
        )
    first = kept[0]
    return LotPlan(
        size,
        int(low[first]),
        int(d[first]),
        good,
        bad,
        max(0.0, float(refused[first])),
        float(missed[first]),
    )


def trace_curve(plan: LotPlan, n_points: int = 61) -> tuple[Point, ...]:
    """The operating curve from no mistake to three times the bad share.

    In a list of known size a share stands only where it is a whole number of families.
    """
    import numpy as np

    top = min(1.0, 3 * plan.bad)
    if plan.size is None:
        wrong: Any = np.linspace(0, top, n_points)
        shares = wrong
    else:
        wrong = np.unique(np.linspace(0, math.ceil(top * plan.size), n_points).round().astype(int))
        shares = wrong / plan.size
    accepted = _acceptance(plan.size, plan.n, plan.d, wrong)
    return tuple(Point(float(s), float(a)) for s, a in zip(shares, accepted, strict=True))


def decide(plan: LotPlan, n_checked: int, n_wrong: int) -> Decision:
    """Accept or refuse, as soon as the families left cannot change it.

    Raises ``WrongUse`` when the numbers do not fit the plan or each other.
    """
    if not 0 <= n_wrong <= n_checked <= plan.n:
        raise WrongUse(
            f"Tercatat {n_wrong} keliru dari {n_checked} yang diperiksa, sedangkan rencana meminta "
            f"{plan.n} keluarga. Periksa kembali catatannya."
        )
    left = plan.n - n_checked
    found = f"{number_id(n_wrong)} keliru dari {number_id(n_checked)} keluarga yang diperiksa"
    limit = f"batasnya {number_id(plan.d)}"
    if n_wrong > plan.d:
        return Decision(False, f"Daftar ditolak: {found}, {limit}. Periksa ulang seluruh daftar.")
    if n_wrong + left <= plan.d:
        return Decision(True, f"Daftar diterima: {found}, {limit}.")
    return Decision(None, f"Belum ada putusan: {found}, {limit}; {number_id(left)} lagi diperiksa.")


def _refuse(
    size: int | None, good: float, bad: float, producer_risk: float, consumer_risk: float
) -> None:
    if size is not None and size < 1:
        raise WrongUse("Daftar ini kosong: tidak ada keluarga yang dapat diperiksa.")
    if not (0 <= good <= 1 and 0 < bad <= 1):
        raise WrongUse("Batas daftar baik dan buruk harus antara 0 dan 100 persen.")
    if good >= bad:
        raise WrongUse(
            f"Batas daftar baik ({_percent(good)}) harus lebih kecil daripada batas daftar buruk "
            f"({_percent(bad)})."
        )
    if not (0 < producer_risk < 0.5 and 0 < consumer_risk < 0.5):
        raise WrongUse("Kedua risiko harus lebih dari 0 dan kurang dari 50 persen.")


def _limits(size: int | None, good: float, bad: float) -> tuple[float, float]:
    """Wrong families of the worst good and the best bad list, or the shares without a size."""
    if size is None:
        return good, bad
    # 0.07 * 100 is a little more than 7: counted as written, not as stored.
    return math.floor(size * Fraction(str(good))), math.ceil(size * Fraction(str(bad)))


def _acceptance(size: int | None, n: Any, d: Any, wrong: Any) -> Any:
    """P(at most d wrong among n), ``wrong`` families of the list or, without size, a share."""
    from scipy.stats import binom, hypergeom

    return binom.cdf(d, n, wrong) if size is None else hypergeom.cdf(d, size, wrong, n)


def _percent(share: float) -> str:
    text = number_id(100 * share, 1)
    return f"{text.removesuffix(',0')}\u00a0%"

"""A figure never stands alone: a value with its 95 % interval, and the intervals in use."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, median, stdev

from workbench.domain.words import number_id

NORMAL = NormalDist()
#: Two-sided 95 %: 1.959964.
Z95 = NORMAL.inv_cdf(0.975)
#: Below so many people a figure is a hint. At 30, a facility of 0.7 has a standard error of 0.084
#: and an item-rest correlation of 0.30 reaches from -0.07 to 0.60.
FIRM = 30
INDICATIVE = "indikatif"
#: The mean of one or two people would tell what each of them scored.
FEWEST_FOR_MEAN = 3


@dataclass(frozen=True)
class Estimate:
    """A value and the limits of its 95 % interval, all in the unit of the value."""

    value: float
    low: float
    high: float

    def excludes(self, value: float) -> bool:
        """Whether the interval lies wholly to one side of ``value``."""
        return not self.low <= value <= self.high

    def words(self, decimals: int = 2) -> str:
        """``1,83 (1,12 sampai 2,54)``."""
        value, low, high = (number_id(x, decimals) for x in (self.value, self.low, self.high))
        return f"{value} ({low} sampai {high})"

    def percents(self) -> str:
        """A share as ``53 % (47 sampai 59 %)``; a number keeps its sign on its line."""
        value, low, high = (number_id(100 * x, 0) for x in (self.value, self.low, self.high))
        return f"{value}\u00a0% ({low} sampai {high}\u00a0%)"


def hint(n: int) -> str:
    """``indikatif`` when ``n`` people are too few for a firm figure, else nothing."""
    return INDICATIVE if n < FIRM else ""


def estimate_share(successes: float, n: int) -> Estimate:
    """The share of ``successes`` in ``n`` (at least 1) with Wilson's score interval.

    ``(p + z^2/2n +- z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n)``: E. B. Wilson 1927, JASA 22,
    209-212. ``successes`` may be a sum of scores between 0 and 1: their variance is at most
    p(1-p), so the interval is then rather too wide than too narrow.
    """
    p = successes / n
    centre = p + Z95**2 / (2 * n)
    half = Z95 * math.sqrt(p * (1 - p) / n + Z95**2 / (4 * n * n))
    scale = 1 + Z95**2 / n
    # The value is inside by the formula; rounding may put it a hair outside at 0 and 1.
    low, high = (centre - half) / scale, (centre + half) / scale
    return Estimate(p, max(0.0, min(low, p)), min(1.0, max(high, p)))


def estimate_mean(scores: Sequence[float]) -> Estimate | None:
    """The mean of scores between 0 and 1 with Student's interval; None below three people.

    ``mean +- t(0.975; n-1) s / sqrt(n)``, kept within 0 and 1: Student 1908, Biometrika 6, 1-25.
    Equal scores have no spread to tell by; theirs is the interval of a share.
    """
    n = len(scores)
    if n < FEWEST_FOR_MEAN:
        return None
    value, spread = fmean(scores), stdev(scores)
    if spread < 1e-9:
        return estimate_share(math.fsum(scores), n)
    from scipy.stats import t

    half = float(t.ppf(0.975, n - 1)) * spread / math.sqrt(n)
    return Estimate(value, max(0.0, value - half), min(1.0, value + half))


def estimate_correlation(r: float, n: int) -> Estimate | None:
    """A correlation of ``n`` pairs with Fisher's interval; None below four pairs.

    ``tanh(atanh r +- z / sqrt(n - 3))``: R. A. Fisher 1921, Metron 1, 3-32.
    """
    if n < 4:
        return None
    if abs(r) >= 1:
        return Estimate(r, r, r)
    half = Z95 / math.sqrt(n - 3)
    return Estimate(r, math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half))


def estimate_median(values: Sequence[float]) -> Estimate | None:
    """The median with the interval between two order statistics; None below six values.

    The k-th smallest to the k-th largest, k the largest number for which both tails of the
    binomial (n, 1/2) hold at most 2.5 %, so it covers at least 95 % whatever the distribution:
    W. R. Thompson 1936, Annals of Mathematical Statistics 7, 122-128.
    """
    ordered = sorted(values)
    n = len(ordered)
    tail, k = 0, 0
    while k < n and 40 * (tail + math.comb(n, k)) <= 2**n:
        tail += math.comb(n, k)
        k += 1
    return Estimate(median(ordered), ordered[k - 1], ordered[n - k]) if k else None

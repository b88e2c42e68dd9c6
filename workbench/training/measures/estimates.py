"""Means of scores with their 95 % interval, and how firm a figure is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist, fmean, median, stdev

from workbench.domain.estimates import Estimate, estimate_share

NORMAL = NormalDist()
#: Two-sided 95 %: 1.959964.
Z95 = NORMAL.inv_cdf(0.975)
#: Below so many people a figure is a hint. At 30, a facility of 0.7 has a standard error of 0.084
#: and an item-rest correlation of 0.30 reaches from -0.07 to 0.60.
FIRM = 30
INDICATIVE = "indikatif"
#: The mean of one or two people would tell what each of them scored.
FEWEST_FOR_MEAN = 3


def hint(n: int) -> str:
    """``indikatif`` when ``n`` people are too few for a firm figure, else nothing."""
    return INDICATIVE if n < FIRM else ""


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

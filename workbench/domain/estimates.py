"""A figure never stands alone: a value with the limits of its interval."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

from workbench.domain.words import number_id

#: Share of samples whose interval holds the true value.
CONFIDENCE: Final = 0.95


@dataclass(frozen=True)
class Estimate:
    """A value and the limits of its interval, all in the unit of the value."""

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

    def percents(self, decimals: int = 0) -> str:
        """A share as ``53 % (47 sampai 59 %)``; a number keeps its sign on its line."""
        value, low, high = (number_id(100 * x, decimals) for x in (self.value, self.low, self.high))
        return f"{value}\u00a0% ({low} sampai {high}\u00a0%)"


def estimate_share(successes: float, n: float, confidence: float = CONFIDENCE) -> Estimate:
    """The share of ``successes`` in ``n`` (above 0) with Wilson's score interval.

    ``(p + z^2/2n +- z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n)``: E. B. Wilson 1927, JASA 22,
    209-212. Both may be effective numbers. ``successes`` may be a sum of scores between 0 and 1:
    their variance is at most p(1-p), so the interval is then rather too wide than too narrow.
    """
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    p = successes / n
    centre, scale = p + z * z / (2 * n), 1 + z * z / n
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    # The value is inside by the formula; rounding may put it a hair outside at 0 and 1.
    low, high = (centre - half) / scale, (centre + half) / scale
    return Estimate(p, max(0.0, min(low, p)), min(1.0, max(high, p)))

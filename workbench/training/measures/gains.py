"""What a class learned between two matched forms: gain, effect size, and what is still missed.

A class is described here, never a person: nothing that leaves this module carries who scored what.
The gain g = (post - pre) / (1 - pre) from the class means (R. R. Hake 1998, American Journal of
Physics 66, 64-74; bands at 0.3 and 0.7) favours groups that begin high (J. M. Nissen and others
2018, Physical Review Physics Education Research 14, 010115), so it stands beside Cohen's d:
the mean difference over the root of the mean of the two variances (J. Cohen 1988, Statistical
Power Analysis, chapter 2; for pairs d_av, G. Cumming 2012, Understanding The New Statistics).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.domain import displays
from workbench.domain.estimates import Estimate, estimate_share
from workbench.domain.words import number_id
from workbench.errors import WrongUse
from workbench.training.measures.detection import Counts, Judgement, tally
from workbench.training.measures.estimates import hint

#: Below so many pairs the bootstrap interval is too narrow to be believed.
FEWEST = 15
_RESAMPLES = 2000
_MEDIUM, _HIGH = 0.3, 0.7

Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Pair:
    """Scores of one unnamed person before and after, as shares from 0 to 1."""

    before: float
    after: float

    def __post_init__(self) -> None:
        if not (0 <= self.before <= 1 and 0 <= self.after <= 1):
            raise WrongUse("Nilai tes harus antara 0 dan 1.")


@dataclass(frozen=True)
class Gain:
    """What a class gained.

    ``before`` and ``after`` are class means from 0 to 1 (None of nobody). ``gain`` is g with its
    band, ``effect`` Cohen's d; both with bootstrap intervals, and None when ``refusal`` says why
    (``gain`` alone when the class began, or nearly began, without a mistake). ``has_improved``
    only when the interval of ``effect`` lies above zero. ``note`` is "indikatif" under 30.
    """

    n: int
    before: float | None
    after: float | None
    gain: Estimate | None
    band: str
    effect: Estimate | None
    has_improved: bool
    refusal: str
    words: str
    note: str

    def _repr_html_(self) -> str:
        return displays.card(
            "Kenaikan kelas",
            displays.facts(
                (
                    ("Orang dengan dua tes", self.n),
                    ("Rata-rata sebelum", _percent(self.before)),
                    ("Rata-rata sesudah", _percent(self.after)),
                    ("Kekurangan yang tertutup (g)", self.gain.words() if self.gain else ""),
                    ("Besar pengaruh (Cohen d)", self.effect.words() if self.effect else ""),
                    ("Kesimpulan", self.words or self.refusal),
                    ("Catatan", self.note),
                )
            ),
        )


@dataclass(frozen=True)
class StillMissed:
    """How often the errors of a rule were missed after training, and before where it was asked."""

    rule: str
    missed: int
    asked: int
    after: Estimate
    before: Estimate | None
    note: str


def match(before: Mapping[str, float], after: Mapping[str, float]) -> tuple[Pair, ...]:
    """The scores of those who sat both forms; the names stay behind."""
    return tuple(Pair(before[who], after[who]) for who in sorted(before.keys() & after.keys()))


def measure_gain(pairs: Sequence[Pair], seed: int) -> Gain:
    """Class gain and Cohen's d with 95 % bootstrap intervals (BCa, over people, seeded).

    B. Efron 1987, JASA 82, 171-185, as in ``scipy.stats.bootstrap``. Forms of unequal difficulty
    cancel out only when half the class sat them the other way round. Raises nothing for a small
    or uniform class: the result says why it holds no figure.
    """
    n = len(pairs)
    if not n:
        return _refuse(n, None, None, "Belum ada peserta yang mengikuti kedua tes.")
    before = np.array([pair.before for pair in pairs])
    after = np.array([pair.after for pair in pairs])
    means = float(before.mean()), float(after.mean())
    if n < FEWEST:
        return _refuse(
            n,
            *means,
            f"Kenaikan belum dapat dihitung: baru {n} orang mengikuti kedua tes. "
            f"Perlu sedikitnya {FEWEST}.",
        )
    effect = _bootstrap(before, after, _effect, seed)
    if effect is None:
        return _refuse(
            n, *means, "Kenaikan tidak dapat dihitung: nilai peserta hampir semuanya sama."
        )
    gain = _bootstrap(before, after, _gain, seed)
    has_improved = effect.low > 0
    return Gain(
        n=n,
        before=means[0],
        after=means[1],
        gain=gain,
        band=_band(gain.value) if gain else "",
        effect=effect,
        has_improved=has_improved,
        refusal="",
        words=_describe(*means, effect, has_improved),
        note=hint(n),
    )


def list_still_missed(
    before: Iterable[Judgement], after: Iterable[Judgement]
) -> tuple[StillMissed, ...]:
    """Rules whose errors somebody missed after training, the most missed first."""
    earlier, later = _by_rule(before), _by_rule(after)
    rows = []
    for rule, counts in later.items():
        if counts.misses:
            old = earlier.get(rule, Counts())
            rows.append(
                StillMissed(
                    rule=rule,
                    missed=counts.misses,
                    asked=counts.errors,
                    after=estimate_share(counts.misses, counts.errors),
                    before=estimate_share(old.misses, old.errors) if old.errors else None,
                    note=hint(counts.errors),
                )
            )
    return tuple(sorted(rows, key=lambda row: (-row.after.value, row.rule)))


def _by_rule(judgements: Iterable[Judgement]) -> dict[str, Counts]:
    rules: dict[str, Counts] = {}
    for (rule, _), counts in tally(judgements).items():
        rules[rule] = rules.get(rule, Counts()) + counts
    return rules


def _effect(before: Scores, after: Scores, axis: int = -1) -> Any:
    spread = np.sqrt((before.var(axis, ddof=1) + after.var(axis, ddof=1)) / 2)
    return (after.mean(axis) - before.mean(axis)) / spread


def _gain(before: Scores, after: Scores, axis: int = -1) -> Any:
    start = before.mean(axis)
    return (after.mean(axis) - start) / (1 - start)


def _bootstrap(
    before: Scores, after: Scores, statistic: Callable[..., Any], seed: int
) -> Estimate | None:
    from scipy.stats import bootstrap

    # Uniform scores divide by zero; what comes of it is not finite and is refused below.
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value = float(statistic(before, after))
        if not isfinite(value):
            return None
        limits = bootstrap(
            (before, after),
            statistic,
            paired=True,
            vectorized=True,
            n_resamples=_RESAMPLES,
            method="BCa",
            rng=np.random.default_rng(seed),
        ).confidence_interval
    low, high = float(limits.low), float(limits.high)
    return Estimate(value, low, high) if isfinite(low) and isfinite(high) else None


def _refuse(n: int, before: float | None, after: float | None, refusal: str) -> Gain:
    return Gain(n, before, after, None, "", None, False, refusal, "", hint(n))


def _percent(share: float | None) -> str:
    return "" if share is None else f"{number_id(100 * share, 0)} %"


def _band(gain: float) -> str:
    # A class at a bound belongs above it, whatever the last binary digit says.
    gain = round(gain, 9)
    if gain <= 0:
        return "tidak naik"
    return "tinggi" if gain >= _HIGH else "sedang" if gain >= _MEDIUM else "rendah"


def _describe(before: float, after: float, effect: Estimate, has_improved: bool) -> str:
    means = f"dari {number_id(100 * before, 0)} % menjadi {number_id(100 * after, 0)} %"
    if has_improved:
        return f"Kelas ini meningkat, {means}."
    if effect.high < 0:
        return f"Nilai kelas ini turun, {means}."
    return f"Belum terbukti meningkat: {means}, dan selisih itu dapat terjadi karena kebetulan."

"""Two forms of one test, alike in rules and difficulty, and who sits which form first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from statistics import fmean

from workbench.errors import WrongUse

A, B = "A", "B"
#: Forms whose expected scores differ by more than this are called unequal.
_UNEQUAL = 0.05


@dataclass(frozen=True)
class Candidate:
    """A task that may be asked: its rule and the expected share of right answers, 0 to 1."""

    task: str
    rule: str
    facility: float


Match = tuple[Candidate, Candidate]


@dataclass(frozen=True)
class Forms:
    """Two forms without a common task; the task at each place of A has its match in B.

    ``difference`` is the expected score of A minus that of B, ``widest`` the largest difference
    within a pair, both from 0 to 1. ``warning`` is a sentence when the forms are not equal.
    """

    a: tuple[Candidate, ...]
    b: tuple[Candidate, ...]
    difference: float
    widest: float
    warning: str


def draw_forms(candidates: Sequence[Candidate], wanted: Mapping[str, int], seed: int) -> Forms:
    """Draw ``wanted[rule]`` tasks of each rule for either form, in pairs of like difficulty.

    Of each rule neighbours in facility become pairs, and the dice choose among those no further
    apart than 0.05, if there are enough; the widest pairs are dealt first, each so that the forms
    stay level. Forms built to the same content and difficulty: M. J. Kolen and R. L. Brennan 2014,
    Test Equating, Scaling, and Linking, chapter 1.
    Raises ``WrongUse`` naming every rule that has too few tasks.
    """
    rng = Random(f"forms:{seed}")
    by_rule: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in sorted(candidates, key=lambda c: c.task):
        by_rule[candidate.rule].append(candidate)
    short = [
        f"{rule} ({len(by_rule[rule])} soal, perlu {2 * count})"
        for rule, count in wanted.items()
        if len(by_rule[rule]) < 2 * count
    ]
    if short:
        raise WrongUse(
            f"Soal belum cukup untuk dua bentuk tes: {', '.join(short)}. "
            "Tambah soal atau kurangi jumlah per aturan."
        )
    pairs = [
        pair for rule, count in wanted.items() for pair in _draw_pairs(by_rule[rule], count, rng)
    ]
    dealt: dict[Match, Match] = {}
    lead = 0.0
    for pair in sorted(pairs, key=_gap, reverse=True):
        easier, harder = sorted(pair, key=lambda c: -c.facility)
        a_gets_easier = lead < 0 or (lead == 0 and rng.random() < 0.5)
        dealt[pair] = (easier, harder) if a_gets_easier else (harder, easier)
        lead += dealt[pair][0].facility - dealt[pair][1].facility
    # One order for both forms, so that a match stands at the same place and tires alike.
    rng.shuffle(pairs)
    a = tuple(dealt[pair][0] for pair in pairs)
    b = tuple(dealt[pair][1] for pair in pairs)
    difference = fmean(c.facility for c in a) - fmean(c.facility for c in b) if pairs else 0.0
    widest = max(map(_gap, pairs), default=0.0)
    warning = ""
    if abs(difference) > _UNEQUAL:
        easy = A if difference > 0 else B
        warning = (
            f"Bentuk {easy} lebih mudah. Tambah soal yang setara, "
            "atau pastikan urutan bentuk tertukar pada separuh kelas."
        )
    return Forms(a, b, difference, widest, warning)


def order_of_forms(seat: int, seed: int) -> tuple[str, str]:
    """Which form a seat sits before training and which after, (A, B) or (B, A).

    Seats 1 and 2, 3 and 4, ... get opposite orders by a throw of the dice, so that any first n
    seats are balanced to within one and a late joiner needs no new deal (permuted blocks of two:
    D. G. Altman and J. M. Bland 1999, BMJ 319, 703-704).
    """
    block, place = divmod(seat - 1, 2)
    is_a_first = Random(f"order:{seed}:{block}").random() < 0.5
    return (A, B) if is_a_first == (place == 0) else (B, A)


def _gap(pair: Match) -> float:
    return abs(pair[0].facility - pair[1].facility)


def _match_all(candidates: Sequence[Candidate], rng: Random) -> list[Match]:
    """As many pairs of neighbours by facility as there are, with the least gaps in sum.

    Exact: the best choice among the first k tasks is extended by leaving the k-th out or by
    pairing it with the one before.
    """
    ordered = sorted(candidates, key=lambda c: (c.facility, rng.random()))
    best: list[tuple[int, float, tuple[Match, ...]]] = [(0, 0.0, ())]
    for k, last in enumerate(ordered):
        options = [best[-1]]
        if k:
            pairs, gaps, chosen = best[-2]
            match = (ordered[k - 1], last)
            options.append((pairs - 1, gaps + _gap(match), (*chosen, match)))
        best.append(min(options, key=lambda option: option[:2]))
    return list(best[-1][2])


def _draw_pairs(candidates: Sequence[Candidate], count: int, rng: Random) -> list[Match]:
    """``count`` pairs by the dice, those of like difficulty before the others."""
    matches = _match_all(candidates, rng)
    rng.shuffle(matches)
    return sorted(matches, key=lambda match: _gap(match) > _UNEQUAL)[:count]

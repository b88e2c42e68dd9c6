"""What holds for a whole class of cases, whichever seat one looks at.

A small form always; ``PROOF=1`` in the environment draws 10,000 cases.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from tests.rules.second_engine import judge
from tests.training.content_hash import hash_cases, hash_class
from workbench.rules import catalogue
from workbench.synthesis.bundles import bundle, keep_apart, unbundle
from workbench.training import Case, Plan, draw_seats, fix_tasks

pytestmark = pytest.mark.slow

IS_FULL = "PROOF" in os.environ
STORED = Path(__file__).parent / "stored" / "kelas.sha256"

N_CASES = 99
SEATS = range(1, 103) if IS_FULL else range(1, 6)
PLAN = Plan("uji-hukum", n_cases=N_CASES, seed=17)


@pytest.fixture(scope="module")
def drawn() -> list[Case]:
    return [case for _seat, cases in draw_seats(PLAN, SEATS) for case in cases]


@pytest.fixture(scope="module")
def found(drawn: list[Case]) -> list[set[tuple[str, str]]]:
    """What the engine written by hand finds in each case: (rule, subject)."""
    lists = [case.listed for case in drawn]
    found: list[set[tuple[str, str]]] = [set() for _ in drawn]
    for members in keep_apart(lists):
        judged = judge(bundle([lists[place] for place in members]), catalogue())
        for code, table in judged.items():
            for subject in table["subject"].to_list():
                member, own = unbundle(subject)
                found[members[member]].add((code, own))
    return found


def _planted(case: Case) -> set[tuple[str, str]]:
    return {(mistake.rule, mistake.subject) for mistake in case.key.mistakes}


def _companions(case: Case) -> set[tuple[str, str]]:
    pairs = (c.partition(":") for mistake in case.key.mistakes for c in mistake.companions)
    return {(code, subject) for code, _, subject in pairs}


def test_the_engine_by_hand_agrees_with_every_truth_table(
    drawn: list[Case], found: list[set[tuple[str, str]]]
) -> None:
    wrong = [
        (case.number, _planted(case) - seen, seen - _planted(case) - _companions(case))
        for case, seen in zip(drawn, found, strict=True)
        if not _planted(case) <= seen <= _planted(case) | _companions(case)
    ]
    assert not wrong


def test_a_truth_table_that_is_wrong_would_be_noticed(
    drawn: list[Case], found: list[set[tuple[str, str]]]
) -> None:
    loud = next(place for place, case in enumerate(drawn) if len(case.key.mistakes) == 1)
    quiet = next(place for place, case in enumerate(drawn) if not case.key.mistakes)
    assert not _planted(drawn[loud]) <= found[quiet]
    assert found[loud]


def test_each_kind_comes_within_a_tenth_of_what_was_asked(
    drawn: list[Case], found: list[set[tuple[str, str]]]
) -> None:
    tasks = fix_tasks(PLAN)
    asked = Counter(rule for task in tasks for rule in task.rules)
    seen = Counter(
        rule
        for case, pairs in zip(drawn, found, strict=True)
        for rule, _subject in pairs & _planted(case)
    )
    shares = {rule: seen[rule] / (n * len(SEATS)) for rule, n in asked.items()}
    assert set(seen) == set(asked)
    assert all(0.9 <= share <= 1.1 for share in shares.values()), shares
    # The rule that comes most often comes no more than once more than any other.
    firsts = Counter(task.rules[0] for task in tasks if task.plants)
    assert max(firsts.values()) - min(firsts.values()) <= 1
    loud = sum(bool(pairs) for pairs in found) / len(found)
    assert abs(loud - PLAN.error_share) <= 0.1 * PLAN.error_share
    quiet = [case for case, pairs in zip(drawn, found, strict=True) if not pairs]
    alike = sum(case.key.look_alike is not None for case in quiet) / len(quiet)
    assert 0.45 <= alike <= 0.55


def test_nobody_meets_the_same_family_twice(drawn: list[Case]) -> None:
    for start in range(0, len(drawn), N_CASES):
        met = Counter(mark for case in drawn[start : start + N_CASES] for mark in case.family)
        assert max(met.values()) == 1


def test_the_content_is_the_same_on_every_python(drawn: list[Case]) -> None:
    """The stored hash was made on 3.11; see ``content_hash`` for making it on another version."""
    told = "what a class draws has changed: python -m tests.training.content_hash > (its file)"
    assert hash_class() == STORED.read_text("ascii").strip(), told
    assert hash_cases(drawn[:2]) != hash_cases(drawn[1:3])

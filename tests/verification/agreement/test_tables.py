"""Judgements counted: tables of two, patterns of many, labels nobody gave."""

from __future__ import annotations

import pytest

from workbench.errors import WrongUse
from workbench.verification.agreement.tables import PairTable, collect, pool, tabulate

LABELS = ("layak", "ragu", "tidak layak")


def test_a_table_keeps_who_said_what() -> None:
    table = tabulate(
        [("layak", "layak"), ("layak", "ragu"), ("ragu", "layak"), ("layak", "ragu")], LABELS
    )
    assert table == PairTable(LABELS, ((1, 2, 0), (1, 0, 0), (0, 0, 0)))
    assert (table.n, table.n_agreed) == (4, 1)
    assert (table.firsts, table.seconds) == ((3, 1, 0), (2, 2, 0))


def test_a_label_is_counted_by_both_and_by_at_least_one() -> None:
    table = PairTable(("keliru", "benar"), ((1, 2), (2, 95)))
    assert table.named("keliru") == (1, 5)
    assert table.named("benar") == (95, 99)


def test_patterns_forget_who_said_what_and_leave_out_who_said_nothing() -> None:
    ratings = collect(
        [
            ["layak", "ragu", None],
            ["ragu", "layak", None],
            [None, None, None],
            ["layak", None, None],
            ["layak", "layak", "layak"],
        ],
        LABELS,
    )
    assert dict(zip(ratings.patterns, ratings.times, strict=True)) == {
        (1, 1, 0): 2,
        (1, 0, 0): 1,
        (3, 0, 0): 1,
    }
    assert (ratings.n, ratings.n_compared, ratings.n_unusual) == (4, 3, 2)
    assert ratings.shares == (0.75, 0.25, 0)


def test_a_table_pooled_is_what_collecting_gives() -> None:
    pairs = [("layak", "ragu"), ("ragu", "layak"), ("ragu", "ragu"), ("tidak layak", "layak")]
    assert pool(tabulate(pairs, LABELS)) == collect(pairs, LABELS)


@pytest.mark.parametrize("counting", [tabulate, collect])
def test_labels_that_were_not_given_are_refused(counting) -> None:
    with pytest.raises(WrongUse, match="1 penilaian memakai pilihan yang tidak ada"):
        counting([("layak", "lain")], LABELS)
    with pytest.raises(WrongUse, match="dua pilihan penilaian yang berbeda"):
        counting([("layak", "layak")], ("layak",))
    with pytest.raises(WrongUse, match="dua pilihan penilaian yang berbeda"):
        counting([("layak", "layak")], ("layak", "layak"))

"""Whose mistakes the differences were."""

from __future__ import annotations

import pytest

from workbench.verification.agreement.attribution import (
    Attribution,
    Judged,
    attribute,
    attribute_by_topic,
)
from workbench.verification.sampling.estimates import estimate_share

CASES = [
    *[Judged("KEL-01", "ada", "ada")] * 30,
    *[Judged("KEL-01", "ada", "tidak", "tidak")] * 5,
    *[Judged("KEL-01", "tidak", "ada", "tidak")] * 2,
    Judged("KEL-01", "ada", "ada", "tidak"),
    *[Judged("desil", "1", "2", "3")] * 2,
    Judged("desil", "1", "2"),
]


def test_mistakes_go_to_the_first_the_second_and_both() -> None:
    found = attribute(CASES)
    assert found == Attribution(n=40, n_first=8, n_second=5, n_both=3, n_presumed=30, n_open=1)
    assert found.first == estimate_share(8, 40)
    assert found.second == estimate_share(5, 40)
    assert found.both == estimate_share(3, 40)


def test_the_words_tell_counts_intervals_and_what_they_cannot_see() -> None:
    assert attribute(CASES).words == (
        "Dari 40 penilaian: pemeriksa pertama keliru 8, yaitu 20\u00a0% (10 sampai 35\u00a0%); "
        "pemeriksa kedua 5, yaitu 12\u00a0% (5 sampai 26\u00a0%); keduanya sama-sama keliru 3, "
        "yaitu 8\u00a0% (3 sampai 20\u00a0%). 30 penilaian yang sama dari keduanya dianggap benar "
        "tanpa diputus, jadi kekeliruan dapat lebih banyak daripada ini. 1 perbedaan belum diputus."
    )


def test_mistakes_are_told_by_rule_or_field_the_worst_first() -> None:
    found = attribute_by_topic(CASES)
    assert list(found) == ["KEL-01", "desil"]
    assert (found["KEL-01"].n_first, found["KEL-01"].n_second, found["KEL-01"].n_both) == (6, 3, 1)
    assert (found["desil"].n, found["desil"].n_both, found["desil"].n_open) == (2, 2, 1)
    turned = attribute_by_topic(reversed(CASES))
    assert list(turned.items()) == list(found.items())


def test_a_difference_not_decided_is_nobodys_mistake() -> None:
    found = attribute([Judged("desil", "1", "2")] * 4)
    assert (found.n, found.n_first, found.n_second, found.n_open) == (0, 0, 0, 4)
    assert found.first is None
    assert found.words == "Belum ada yang dapat dihitung; 4 perbedaan belum diputus."


@pytest.mark.parametrize(
    ("one", "mistakes"),
    [
        (Judged("x", "a", "a"), (0, 0, 0)),
        (Judged("x", "a", "b", "a"), (0, 1, 0)),
        (Judged("x", "a", "b", "b"), (1, 0, 0)),
        (Judged("x", "a", "b", "c"), (1, 1, 1)),
        (Judged("x", "a", "a", "b"), (1, 1, 1)),
    ],
)
def test_every_way_a_question_can_end(one: Judged, mistakes: tuple[int, int, int]) -> None:
    found = attribute([one])
    assert (found.n_first, found.n_second, found.n_both) == mistakes

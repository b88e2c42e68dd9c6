"""What a musyawarah misses is told in words, and never more than that."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from workbench.verification.meetings.content import roles
from workbench.verification.meetings.warnings import (
    Attendee,
    LocalRules,
    missing,
    notice,
    quorum,
    warnings,
)

DAY = date(2026, 11, 21)
RULES = LocalRules(50, 3)
NEEDED = [code for code, role in roles().items() if role.needed]


def people(present, absent):
    return [
        *(Attendee("LAIN", f"A{n}", True) for n in range(present)),
        *(Attendee("LAIN", f"B{n}", False) for n in range(absent)),
    ]


@pytest.mark.parametrize(
    ("before", "words"),
    [(3, ""), (9, ""), (2, "hanya 2 hari"), (0, "hanya 0 hari"), (-1, "sesudah musyawarah")],
)
def test_notice_is_counted_in_days(before, words):
    said = notice(DAY - timedelta(before), DAY, 3)
    assert (words in said) if words else said == ""


def test_a_day_of_notice_nobody_wrote_down_is_told():
    assert "belum dicatat" in notice(None, DAY, 3)


@pytest.mark.parametrize(
    ("present", "absent", "percent", "is_met"),
    [
        (5, 5, 50, True),
        (4, 5, 50, False),
        (2, 1, 66.6, True),
        (2, 1, 67, False),
        (0, 3, 0, True),
        (0, 0, 0, False),
    ],
)
def test_quorum_is_a_share_of_those_asked(present, absent, percent, is_met):
    assert (quorum(people(present, absent), percent) == "") is is_met


def test_a_share_just_below_the_quorum_is_never_said_to_be_it():
    assert "hadir 99 dari 199 undangan (49%), kuorum 50%" in quorum(people(99, 100), 50)
    assert "hadir 2 dari 3 undangan (66%), kuorum 67%" in quorum(people(2, 1), 67)


def test_a_role_that_is_there_but_absent_is_missing():
    there = [Attendee(code, "A", code != "RT_RW") for code in NEEDED]
    assert missing(there).endswith("tidak hadir Ketua RT atau RW.")
    assert missing([Attendee(code, "A", True) for code in NEEDED]) == ""


def test_all_is_well_or_each_thing_is_told_once():
    there = [Attendee(code, "A", True) for code in NEEDED]
    assert warnings(there, DAY - timedelta(5), DAY, RULES) == ()
    assert len(warnings([], None, DAY, RULES)) == 3

"""The reference page on what the catalogue covers stays true."""

from workbench.domain.reference import by_code
from workbench.rules import catalogue
from workbench.rules.coverage import CATALOGUES, coverage


def test_every_line_has_a_rule_or_a_reason_and_never_both():
    unclear = [line.code for line in coverage() if bool(line.rules) == bool(line.instead)]
    assert unclear == []


def test_nothing_is_told_of_a_line_or_a_rule_that_does_not_exist():
    from workbench.rules.coverage import _told

    known = {code for name in CATALOGUES for code in by_code(name)}
    also = _told()["also"]
    assert set(_told()["instead"]) | set(also) <= known
    assert {code for codes in also.values() for code in codes} <= set(catalogue())


def test_every_rule_covers_a_line_that_says_so():
    covering = {code for line in coverage() for code in line.rules}
    assert covering == set(catalogue())

"""Words for a rule where no single finding is meant."""

from __future__ import annotations

from workbench.rules import GROUPS, catalogue
from workbench.ui.rule_words import WRONGLY_FLAGGED, rule_groups, rule_title, rule_words


def test_every_rule_can_be_named_and_explained_without_a_case() -> None:
    for code in catalogue():
        words = rule_words(code)
        assert words is not None
        assert "{" not in words.title
        assert words.title.strip()
        assert words.question
        assert words.why
        assert words.source
        assert words.group in GROUPS.values()


def test_a_false_alarm_and_an_unknown_code_have_words_too() -> None:
    assert rule_title("") == WRONGLY_FLAGGED
    assert rule_title("XYZ-99") == "XYZ-99"
    assert rule_words("XYZ-99") is None


def test_the_groups_are_those_of_the_catalogue() -> None:
    assert dict(rule_groups()) == dict(GROUPS)

"""Words for a rule where no single finding is meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from workbench.domain.reference import by_code
from workbench.domain.wilayah import say_locally

_GAP = re.compile(r"\{[^}]*\}")
#: A gap that ends the sentence after a colon can go with its colon.
_TAIL = re.compile(r": *\{[^}]*\}$")

WRONGLY_FLAGGED = "Isian yang ditandai padahal sesuai"


@dataclass(frozen=True)
class RuleWords:
    """A rule as it is explained to people: what is asked, of which document, why, who says so."""

    code: str
    title: str
    group: str
    question: str
    documents: tuple[str, ...]
    why: str
    source: str


def rule_title(code: str) -> str:
    """What a rule is about, in words; of no rule, the false alarms."""
    if not code:
        return WRONGLY_FLAGGED
    words = rule_words(code)
    return words.title if words else code


def rule_words(code: str) -> RuleWords | None:
    """The rule's words, or None for a code the catalogue does not have."""
    from workbench.rules import GROUPS, catalogue

    rule = catalogue().get(code)
    if rule is None:
        return None
    return RuleWords(
        code,
        _title(rule),
        GROUPS[rule.group],
        rule.question,
        rule.documents,
        rule.why,
        rule.basis.words,
    )


def _title(rule: Any) -> str:
    """The title where it stands without evidence, else the catalogue's name of the mistake."""
    title = _TAIL.sub("", rule.title)
    if not _GAP.search(title):
        return title
    names = by_code("kesalahan_data")
    named = [names[code]["nama_kesalahan"] for code in rule.basis.catalogue if code in names]
    return say_locally("; ".join(named)) or _GAP.sub("…", title)


def rule_groups() -> Iterator[tuple[str, str]]:
    """The groups of rules: key and name on screen."""
    from workbench.rules import GROUPS

    yield from GROUPS.items()

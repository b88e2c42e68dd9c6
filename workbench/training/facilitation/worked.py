"""Families for the slide show: rules of the day with an example, and cases solved step by step.

They are drawn like the cases of a class, by dice of their own, and never of a family the class
holds: what everybody has seen solved on the wall is no practice any more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from random import Random
from typing import Any, Final

from workbench.rules import Rule
from workbench.training.bank import Item, draw_items
from workbench.training.example import solved_answer, solved_steps
from workbench.training.feedback import explain, places_of
from workbench.training.grades import grade
from workbench.training.keys import Key
from workbench.training.plans import LOOK_ALIKES, Plan, rules_of
from workbench.training.spans import SPANS, Span

#: Rules shown a day: one of each group.
RULES_A_DAY: Final = 6
#: Families drawn for one worked case; the shortest record that explains well is shown.
_CANDIDATES: Final = 4
_MOST_MEMBERS: Final = 4
#: Groups whose mistakes stand on the card, the identity cards or the registry's answer.
_ON_CARDS: Final = ("identity", "family")
#: Look-alikes that a hall recognises.
_ALIKE: Final = ("kembar", "nik_wilayah_lama", "kartu_atas_nama_ibu", "janda_kepala_keluarga")


@dataclass(frozen=True)
class RuleOfDay:
    """A rule and how it looked in one invented family; ``example`` is "" where none was drawn."""

    rule: Rule
    example: str = ""
    document: str = ""


@dataclass(frozen=True)
class WorkedCase:
    """A case to solve before everybody: what a page may show, the expert's steps, the key."""

    public: Mapping[str, Any]
    steps: tuple[Mapping[str, Any], ...]
    key: Key

    @property
    def compared(self) -> tuple[tuple[str, str, str], ...]:
        """Label, what the list says and what documents say, of each cell of the mistakes."""
        marked = {cell for mistake in self.key.mistakes for cell in mistake.fields}
        return tuple(
            (row["label"], row["value"], said_of(self.public, row["cell"]))
            for section in self.public["record"]
            for row in section["rows"]
            if row["cell"] in marked
        )


def rules_of_days(plan: Plan, days: int) -> tuple[tuple[Rule, ...], ...]:
    """The rules of each day, one of each group of the plan, none on two days while others are left.

    The same plan gives the same rules on any machine.
    """
    rng = Random(f"{plan.class_id}:aturan hari ini")
    by_group: dict[str, list[Rule]] = {}
    for rule in rules_of(plan):
        by_group.setdefault(rule.group, []).append(rule)
    dealt = zip_longest(*(rng.sample(rules, len(rules)) for rules in by_group.values()))
    rounds = [tuple(rule for rule in turn if rule is not None) for turn in dealt]
    return tuple(rounds[day % len(rounds)][:RULES_A_DAY] for day in range(days))


def shown_rules(
    plan: Plan, rules: Iterable[Rule], taken: Collection[tuple[str, str]] = ()
) -> tuple[RuleOfDay, ...]:
    """Some rules, each with an example from a family that is not ``taken``."""
    wanted = tuple(rules)
    words = [f"{rule.code}:{rule.plants[0].name}" for rule in wanted]
    drawn = {item.case.key.mistakes[0].rule: item for item in draw_items(plan, words, 1, taken)}
    return tuple(_with_example(rule, drawn.get(rule.code)) for rule in wanted)


def worked_cases(
    plan: Plan, day: int, taken: Collection[tuple[str, str]] = ()
) -> tuple[WorkedCase, ...]:
    """The two cases of a day: one with a mistake, then one that only looks like one.

    On the first day one record differs from its documents, on later days two records must be
    read side by side. No family is one of ``taken``; a case that cannot be drawn is left out.
    """
    rng = Random(f"{plan.class_id}:kasus:{day}")
    rules = [rule for rule in rules_of(plan) if _fits(rule, is_first=day == 1)]
    rules = rules or rules_of(plan)
    loud = rng.sample(rules, min(len(rules), _CANDIDATES))
    # A city without old codes has no number that bears one.
    quiet = [name for name in _ALIKE if name in LOOK_ALIKES]
    first = 100 * day
    chosen = [
        _best(draw_items(plan, [f"{r.code}:{r.plants[0].name}" for r in loud], first, taken)),
        _best(draw_items(plan, rng.sample(quiet, len(quiet)), first + 50, taken)),
    ]
    return tuple(_worked(item) for item in chosen if item)


def said_of(public: Mapping[str, Any], cell: str) -> str:
    """What the case's documents say of a cell, each value once with its documents."""
    by_value: dict[str, list[str]] = {}
    for place in places_of(public, cell):
        tabs = by_value.setdefault(place.value, [])
        if place.tab not in tabs:
            tabs.append(place.tab)
    return "; ".join(f"{value} ({', '.join(tabs)})" for value, tabs in by_value.items())


def _fits(rule: Rule, is_first: bool) -> bool:
    if rule.group not in _ON_CARDS:
        return False
    return rule.code not in SPANS if is_first else SPANS.get(rule.code) is Span.MEMBERS


def _best(items: Iterable[Item]) -> Item | None:
    """The item that explains best: its documents speak, its family is small, its record short."""
    return min(items, key=_burden, default=None)


def _burden(item: Item) -> tuple[bool, bool, int]:
    public, key = item.case.to_public(), item.case.key
    cells = [cell for mistake in key.mistakes for cell in mistake.fields]
    values = _values(public)
    is_told = any(
        place.value != values.get(cell) for cell in cells for place in places_of(public, cell)
    )
    members = sum(one["title"].startswith("Anggota") for one in public["record"])
    return bool(cells) and not is_told, members > _MOST_MEMBERS, len(values)


def _values(public: Mapping[str, Any]) -> dict[str, str]:
    return {row["cell"]: row["value"] for one in public["record"] for row in one["rows"]}


def _worked(item: Item) -> WorkedCase:
    public = item.case.to_public()
    return WorkedCase(public, tuple(solved_steps(public, item.case.key)), item.case.key)


def _with_example(rule: Rule, item: Item | None) -> RuleOfDay:
    if item is None:
        return RuleOfDay(rule)
    public, key = item.case.to_public(), item.case.key
    answer = solved_answer(key)
    told: Sequence[Mapping[str, Any]] = explain(public, key, answer, grade(key, answer))["items"]
    # Where no document speaks the question stands in its place, and it is on the page already.
    said = told[0]["document"]
    return RuleOfDay(rule, told[0]["title"], "" if said == rule.question else said)

"""The catalogue once more, by hand in Polars: what the first engine is tested against.

Each rule is written from its words (docstring, question, catalogue line, cases) and not from its
SQL, over tables derived here from the raw register (``frames``). Where the two differ, one of
them is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from tests.rules.second_engine import (  # noqa: F401  (entering their rules)
    aid,
    category,
    family,
    identity,
    living,
    presence,
)
from tests.rules.second_engine.frames import Frames, is_one_row_a_family
from tests.rules.second_engine.registry import BY_HAND
from workbench.domain.register import Register
from workbench.rules import Rule

__all__ = ["BY_HAND", "is_silent", "judge"]


def judge(
    register: Register, rules: Mapping[str, Rule], parameters: dict[str, Any] | None = None
) -> dict[str, pl.DataFrame]:
    """What the rules find by hand, by code; rules that are silent on this list are left out."""
    frames = Frames.of(register, parameters)
    return {
        code: BY_HAND[code](frames) for code, rule in rules.items() if not is_silent(rule, register)
    }


def is_silent(rule: Rule, register: Register) -> bool:
    """Whether the list gives the rule nothing to judge: a column, or all rows, are missing."""
    carried = register.manifest.get("carried")
    for need in rule.needs:
        places = [place.split(".") for place in need.split("|")]
        if carried is not None:
            places = [[t, column] for t, column in places if column in carried.get(t, ())]
        if not any(len(register[table]) for table, _ in places):
            return True
    return rule.form == "family" and is_one_row_a_family(register)

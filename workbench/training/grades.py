"""Scoring one answer against its key.

Scored per mistake: found when any of its cells is marked, its other cells cost nothing, and a
marked cell of no mistake is a false alarm. The score is built so that the key scores 1, silence
scores 0 and flagging everything does not pay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.training.answers import INELIGIBLE, Answer
from workbench.training.keys import Key

#: Shares of the score; seeing comes first, for the other two follow from it.
SEEING, STATUS, FOLLOW_UP = 0.60, 0.25, 0.15
#: How steeply false alarms cost: with 35 clean cells one costs 8 % of the seeing, five 37 %.
CAUTION = 3


@dataclass(frozen=True)
class Grade:
    """Outcome of one case.

    ``found`` and ``missed`` are places in ``key.mistakes``; ``false_alarms`` are cells.
    ``correct_passes`` of ``clean_cells`` were rightly left as *sesuai*. ``is_reason_right`` is
    None where no reason is asked for. ``score`` is from 0 to 1.
    """

    score: float
    found: tuple[int, ...]
    missed: tuple[int, ...]
    false_alarms: tuple[str, ...]
    correct_passes: int
    clean_cells: int
    is_status_right: bool
    is_reason_right: bool | None
    is_follow_up_right: bool
    #: Per mistake in key order: (code of the rule, found).
    rules: tuple[tuple[str, bool], ...]

    @property
    def hits(self) -> int:
        return len(self.found)

    @property
    def misses(self) -> int:
        return len(self.missed)

    def to_json(self) -> dict[str, Any]:
        return {
            "score": self.score,
            "found": list(self.found),
            "missed": list(self.missed),
            "false_alarms": list(self.false_alarms),
            "correct_passes": self.correct_passes,
            "clean_cells": self.clean_cells,
            "is_status_right": self.is_status_right,
            "is_reason_right": self.is_reason_right,
            "is_follow_up_right": self.is_follow_up_right,
            "rules": [{"rule": code, "found": found} for code, found in self.rules],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Grade:
        return cls(
            float(data["score"]),
            tuple(data["found"]),
            tuple(data["missed"]),
            tuple(data["false_alarms"]),
            int(data["correct_passes"]),
            int(data["clean_cells"]),
            bool(data["is_status_right"]),
            data["is_reason_right"],
            bool(data["is_follow_up_right"]),
            tuple((item["rule"], bool(item["found"])) for item in data["rules"]),
        )


def grade(key: Key, answer: Answer) -> Grade:
    """Grade an answer; marks on cells the case does not show are ignored."""
    flagged = answer.flagged & frozenset(key.cells)
    found = tuple(i for i, m in enumerate(key.mistakes) if flagged & frozenset(m.fields))
    missed = tuple(i for i in range(len(key.mistakes)) if i not in found)
    clean = key.clean
    false_alarms = tuple(cell for cell in key.cells if cell in flagged and cell in clean)
    passes = len(clean) - len(false_alarms)

    is_status_right = answer.status == key.status
    is_reason_right = answer.reason == key.reason if key.status == INELIGIBLE else None
    is_follow_up_right = answer.follow_up in key.follow_ups

    # A status or follow-up chosen by someone who flags everything is luck, so both shrink with
    # the share of clean cells that were let pass.
    passed = passes / len(clean) if clean else 1.0
    seen = len(found) / len(key.mistakes) if key.mistakes else 1.0
    status = float(is_status_right) * (1.0 if is_reason_right is not False else 0.5)
    score = SEEING * seen * passed**CAUTION
    score += passed * (STATUS * status + FOLLOW_UP * float(is_follow_up_right))
    if answer.is_silent:
        score = 0.0
    return Grade(
        round(score, 4),
        found,
        missed,
        false_alarms,
        passes,
        len(clean),
        is_status_right,
        is_reason_right,
        is_follow_up_right,
        tuple((m.rule, i in found) for i, m in enumerate(key.mistakes)),
    )

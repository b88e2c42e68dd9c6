"""Scoring one answer against its key.

Scored per mistake: found when any of its cells is marked, its other cells cost nothing, and a
marked cell of no mistake is a false alarm. The score is built so that the key, said with
certainty, scores 1, silence scores 0 and flagging everything does not pay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from workbench.domain import displays
from workbench.domain.words import number_id
from workbench.training.answers import (
    FAIRLY_SURE,
    INELIGIBLE,
    NEEDS_VISIT,
    SURE,
    UNSURE,
    Answer,
)
from workbench.training.keys import Key

#: Shares of the score; seeing comes first, for status and follow-up come from it.
SEEING, STATUS, FOLLOW_UP, CERTAINTY = 0.55, 0.22, 0.13, 0.10
#: How steeply false alarms cost: with 35 clean cells one costs 8 % of the seeing, five 37 %.
CAUTION = 3
#: Points for a right and for a wrong answer by how sure one is (Gardner-Medwin 1995,
#: *Confidence assessment in the teaching of basic science*, ALT-J 3: 80-85). With p for how
#: likely one's answer is right they promise p, 4p - 2 and 9p - 6. So the honest step pays most:
#: Ragu while p is under 2/3, Cukup yakin from there to 4/5, Yakin above.
POINTS: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {UNSURE: (1, 0), FAIRLY_SURE: (2, -2), SURE: (3, -6)}
)
_MOST, _LEAST = POINTS[SURE]


@dataclass(frozen=True)
class Grade:
    """Outcome of one case.

    ``found`` and ``missed`` are places in ``key.mistakes``; ``false_alarms`` are cells, and
    ``needless_visits`` those of them marked *perlu kunjungan*. ``correct_passes`` of
    ``clean_cells`` were rightly left as *sesuai*. ``is_reason_right`` is None where no reason is
    asked for. ``score`` is from 0 to 1; ``certainty`` is the part of it (0 to ``CERTAINTY``) for
    knowing how sure to be, 0 where ``confidence`` was not said.
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
    needless_visits: tuple[str, ...] = ()
    confidence: str = ""
    certainty: float = 0.0

    def _repr_html_(self) -> str:
        """The score and where its parts come from; codes of rules and of cells only."""
        reason = "" if self.is_reason_right is None else _right(self.is_reason_right)
        return displays.card(
            f"Nilai {number_id(100 * self.score, 0)} dari 100",
            displays.facts(
                (
                    ("Ditemukan", ", ".join(code for code, found in self.rules if found)),
                    ("Terlewat", ", ".join(code for code, found in self.rules if not found)),
                    ("Ditandai padahal benar", ", ".join(self.false_alarms)),
                    ("Dibiarkan dengan benar", f"{self.correct_passes} dari {self.clean_cells}"),
                    ("Status", _right(self.is_status_right)),
                    ("Alasan", reason),
                    ("Tindak lanjut", _right(self.is_follow_up_right)),
                )
            ),
            mark="LATIHAN",
        )

    @property
    def hits(self) -> int:
        """Number of mistakes found."""
        return len(self.found)

    @property
    def misses(self) -> int:
        """Number of mistakes overlooked."""
        return len(self.missed)

    @property
    def is_right(self) -> bool:
        """What the confidence is about: all seen, nothing wrongly flagged, the status right."""
        is_seen = not (self.missed or self.false_alarms)
        return is_seen and self.is_status_right and self.is_reason_right is not False

    def to_json(self) -> dict[str, Any]:
        """All fields under their names, as the store keeps them."""
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
            "needless_visits": list(self.needless_visits),
            "confidence": self.confidence,
            "certainty": self.certainty,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Grade:
        """Read what ``to_json`` wrote; older grades know neither visits nor confidence."""
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
            tuple(data.get("needless_visits", ())),
            str(data.get("confidence", "")),
            float(data.get("certainty", 0.0)),
        )


def _right(is_right: bool) -> str:
    return "tepat" if is_right else "belum tepat"


def grade(key: Key, answer: Answer) -> Grade:
    """Grade an answer: a score from 0 to 1 and where it comes from.

    Marks on cells the case does not show are ignored. Silence scores 0, the key said with
    certainty 1 (see ``SEEING`` and the other shares, and ``POINTS`` for the source of certainty).
    """
    flagged = answer.flagged & frozenset(key.cells)
    found = tuple(i for i, m in enumerate(key.mistakes) if flagged & frozenset(m.fields))
    missed = tuple(i for i in range(len(key.mistakes)) if i not in found)
    clean = key.clean
    false_alarms = tuple(cell for cell in key.cells if cell in flagged and cell in clean)
    visits = tuple(cell for cell in false_alarms if answer.marks[cell] == NEEDS_VISIT)
    passes = len(clean) - len(false_alarms)

    is_status_right = answer.status == key.status
    is_reason_right = answer.reason == key.reason if key.status == INELIGIBLE else None
    is_follow_up_right = answer.follow_up in key.follow_ups
    status = float(is_status_right) * (1.0 if is_reason_right is not False else 0.5)
    # Where nothing is to be found, letting all pass counts once something was decided.
    seen = len(found) / len(key.mistakes) if key.mistakes else float(bool(answer.status))

    # A status or follow-up chosen by someone who flags everything is luck, so both shrink with
    # the share of clean cells that were let pass.
    passed = _passed(len(clean), len(false_alarms), len(visits))
    score = SEEING * seen * passed**CAUTION
    score += passed * (STATUS * status + FOLLOW_UP * float(is_follow_up_right))
    outcome = Grade(
        0.0,
        found,
        missed,
        false_alarms,
        passes,
        len(clean),
        is_status_right,
        is_reason_right,
        is_follow_up_right,
        tuple((m.rule, i in found) for i, m in enumerate(key.mistakes)),
        visits,
        answer.confidence,
    )
    if answer.is_silent:
        return outcome
    # Nobody can be sure of an answer without a decision, or of one that flags everything.
    is_answer = bool(answer.status and passed)
    certainty = certainty_of(answer.confidence, outcome.is_right) if is_answer else 0.0
    return replace(outcome, score=round(score + certainty, 4), certainty=round(certainty, 4))


def certainty_of(confidence: str, is_right: bool) -> float:
    """The part of the score for how sure one was, 0 to ``CERTAINTY``.

    ``POINTS`` moved and stretched to that range, which leaves the honest step the best one.
    """
    if confidence not in POINTS:
        return 0.0
    right, wrong = POINTS[confidence]
    return CERTAINTY * ((right if is_right else wrong) - _LEAST) / (_MOST - _LEAST)


def _passed(clean: int, alarms: int, visits: int) -> float:
    """The share of clean cells let pass, 0 to 1, where a needless visit is half a false alarm.

    The more of a case is flagged the more of one it becomes, so that a visit to every cell, which
    is no looking at all, leaves nothing.
    """
    if not clean:
        return 1.0
    lightness = 0.5 * (1 - alarms / clean)
    return 1.0 - (alarms - visits * lightness) / clean

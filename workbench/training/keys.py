"""The answer key of a case: what was planted and what a trainee should say about it.

A key holds all that grading and feedback need, so that an old case can be explained again
after the rules have changed. It never travels to a page before the case is graded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from workbench.training.answers import ELIGIBLE, INELIGIBLE, NEEDS_VERVAL, NO_FOLLOW_UP

#: Reasons for *Tidak layak* that a case's own documents settle: the doubled row (TL14) and the
#: signed withdrawal (TL18). All others ask for a visit or a meeting first, see
#: ``boleh_otomatis_dikeluarkan`` in ``alasan_tidak_layak``.
SETTLED_BY_DOCUMENTS = frozenset({"TL14", "TL18"})

NO_SOURCE = "praktik umum, belum ada dasar tertulis"


@dataclass(frozen=True)
class Mistake:
    """One planted mistake as a trainee should see it.

    ``fields`` are the cells of which marking any one finds it; ``touched`` are further cells the
    plant changed, which cost nothing and find nothing. ``title`` has its evidence filled in;
    ``seen`` is the sentence of the officer's note that speaks of it, "" where there is none.
    """

    rule: str
    plant: str
    subject: str
    fields: tuple[str, ...]
    title: str
    status: str
    follow_up: tuple[str, ...]
    reason: str = ""
    companions: tuple[str, ...] = ()
    touched: tuple[str, ...] = ()
    question: str = ""
    why: str = ""
    documents: tuple[str, ...] = ()
    source: str = ""
    seen: str = ""

    def to_json(self) -> dict[str, Any]:
        return _lists(asdict(self))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Mistake:
        return cls(**_tuples(data))


@dataclass(frozen=True)
class LookAlike:
    """Something that looks like a mistake and is none: twins, a namesake, an old NIK region."""

    name: str
    title: str
    why: str
    cells: tuple[str, ...] = ()
    source: str = ""

    def to_json(self) -> dict[str, Any]:
        return _lists(asdict(self))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> LookAlike:
        return cls(**_tuples(data))


@dataclass(frozen=True)
class Key:
    """Key of one case: its mistakes, its look-alike, and every cell the page shows."""

    mistakes: tuple[Mistake, ...]
    cells: tuple[str, ...]
    look_alike: LookAlike | None = None

    @property
    def status(self) -> str:
        """The family's right status (design, section 4).

        *Tidak layak* only where the case's own documents settle it, else *Perlu verval lanjutan*
        where any mistake asks for it, else *Layak*.
        """
        if self.reason:
            return INELIGIBLE
        if any(mistake.status != ELIGIBLE for mistake in self.mistakes):
            return NEEDS_VERVAL
        return ELIGIBLE

    @property
    def reason(self) -> str:
        """The right reason where *Tidak layak* is right, else empty."""
        for mistake in self.mistakes:
            if mistake.status == INELIGIBLE and mistake.reason in SETTLED_BY_DOCUMENTS:
                return mistake.reason
        return ""

    @property
    def follow_ups(self) -> tuple[str, ...]:
        """Every follow-up that counts as right: any that a mistake's rule declares."""
        declared = dict.fromkeys(step for mistake in self.mistakes for step in mistake.follow_up)
        return tuple(declared) or (NO_FOLLOW_UP,)

    @property
    def mistaken(self) -> frozenset[str]:
        """Cells that belong to a mistake and so are no false alarm when marked."""
        return frozenset(
            cell for mistake in self.mistakes for cell in (*mistake.fields, *mistake.touched)
        )

    @property
    def clean(self) -> frozenset[str]:
        """Shown cells that belong to no mistake."""
        return frozenset(self.cells) - self.mistaken

    def to_json(self) -> dict[str, Any]:
        """JSON-safe; the derived parts are written too, for whoever reads it beside the code."""
        return {
            "mistakes": [mistake.to_json() for mistake in self.mistakes],
            "cells": list(self.cells),
            "look_alike": self.look_alike.to_json() if self.look_alike else None,
            "status": self.status,
            "reason": self.reason,
            "follow_ups": list(self.follow_ups),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Key:
        look_alike = data.get("look_alike")
        return cls(
            tuple(Mistake.from_json(item) for item in data["mistakes"]),
            tuple(data["cells"]),
            LookAlike.from_json(look_alike) if look_alike else None,
        )


def _lists(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: list(v) if isinstance(v, tuple) else v for name, v in data.items()}


def _tuples(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: tuple(v) if isinstance(v, Sequence) and not isinstance(v, str) else v
        for name, v in data.items()
    }

"""What a trainee says about a case, and the choices that are open.

Marks are per cell (``SUBJECT.column``); a cell nobody marked counts as *sesuai*. The order of the
choices is the order of the buttons.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.domain.reference import reference
from workbench.errors import WrongUse

FITS, DIFFERS, NEEDS_VISIT = "sesuai", "tidak_sesuai", "perlu_kunjungan"
ELIGIBLE, INELIGIBLE, NEEDS_VERVAL = "layak", "tidak_layak", "perlu_verval"
NO_FOLLOW_UP = "tidak_ada"
UNSURE, FAIRLY_SURE, SURE = "ragu", "cukup", "yakin"

MARKS: tuple[tuple[str, str], ...] = (
    (FITS, "Sesuai"),
    (DIFFERS, "Tidak sesuai"),
    (NEEDS_VISIT, "Perlu kunjungan"),
)
STATUSES: tuple[tuple[str, str], ...] = (
    (ELIGIBLE, "Layak"),
    (INELIGIBLE, "Tidak layak"),
    (NEEDS_VERVAL, "Perlu verval lanjutan"),
)
FOLLOW_UPS: tuple[tuple[str, str], ...] = (
    (NO_FOLLOW_UP, "Tidak ada"),
    ("perbaiki_data", "Perbaiki data"),
    ("rujuk_dukcapil", "Rujuk Dukcapil"),
    ("kunjungan", "Kunjungan"),
    ("musyawarah", "Musyawarah"),
)
CONFIDENCES: tuple[tuple[str, str], ...] = (
    (UNSURE, "Ragu"),
    (FAIRLY_SURE, "Cukup yakin"),
    (SURE, "Yakin"),
)


def reasons() -> tuple[tuple[str, str], ...]:
    """Reasons for *Tidak layak* by code order, from ``alasan_tidak_layak``."""
    rows = sorted(reference("alasan_tidak_layak"), key=lambda row: row["kode"])
    return tuple((row["kode"], row["alasan"]) for row in rows)


def choices() -> dict[str, list[list[str]]]:
    """All choices a case offers, JSON-safe: mark, status, reason, follow_up, confidence."""
    return {
        "mark": [list(pair) for pair in MARKS],
        "status": [list(pair) for pair in STATUSES],
        "reason": [list(pair) for pair in reasons()],
        "follow_up": [list(pair) for pair in FOLLOW_UPS],
        "confidence": [list(pair) for pair in CONFIDENCES],
    }


def word_for(kind: str, code: str) -> str:
    """The word on the button for a code of ``kind`` (a key of ``choices()``)."""
    if not code:
        return "(belum dipilih)"
    return dict((pair[0], pair[1]) for pair in choices()[kind]).get(code, code)


@dataclass(frozen=True)
class Answer:
    """One answer to one case; empty texts are choices not made.

    ``marks`` maps a cell to sesuai, tidak_sesuai or perlu_kunjungan. Raises ``WrongUse`` for a
    mark, status, reason, follow-up or confidence that is not offered.
    """

    marks: Mapping[str, str] = field(default_factory=dict)
    status: str = ""
    reason: str = ""
    follow_up: str = ""
    confidence: str = ""

    def __post_init__(self) -> None:
        offered = choices()
        given = [("mark", mark) for mark in self.marks.values()]
        given += [("status", self.status), ("reason", self.reason), ("follow_up", self.follow_up)]
        given += [("confidence", self.confidence)]
        for kind, code in given:
            if code and code not in {pair[0] for pair in offered[kind]}:
                raise WrongUse(
                    "Pilihan itu tidak ada pada kasus ini. Muat ulang halaman, lalu pilih lagi."
                )

    @property
    def flagged(self) -> frozenset[str]:
        """Cells marked as anything but *sesuai*."""
        return frozenset(cell for cell, mark in self.marks.items() if mark not in ("", FITS))

    @property
    def is_silent(self) -> bool:
        """Whether nothing was flagged and neither status nor follow-up chosen."""
        return not (self.flagged or self.status or self.follow_up)

    def to_json(self) -> dict[str, Any]:
        """All fields under their names, as a page sends them and the store keeps them."""
        return {
            "marks": dict(self.marks),
            "status": self.status,
            "reason": self.reason,
            "follow_up": self.follow_up,
            "confidence": self.confidence,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Answer:
        """Read what ``to_json`` wrote, or what a page sent; missing parts are choices not made."""
        marks = data.get("marks") or {}
        return cls(
            {str(cell): str(mark) for cell, mark in dict(marks).items()},
            str(data.get("status") or ""),
            str(data.get("reason") or ""),
            str(data.get("follow_up") or ""),
            str(data.get("confidence") or ""),
        )

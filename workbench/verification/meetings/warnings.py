"""What of a musyawarah does not meet the local rules. Warnings are told and written, never a block.

No source gives a quorum; three days' notice: panduan DTSEN BPS Kabupaten Paser 2026.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from workbench.domain.words import number_id
from workbench.verification.meetings.content import roles

UNMET: Final = "Belum memenuhi ketentuan setempat"


@dataclass(frozen=True)
class Attendee:
    """Somebody who was asked to come, in the capacity of a role's code."""

    role: str
    name: str
    is_present: bool


@dataclass(frozen=True)
class LocalRules:
    """What the office set: the share of those asked that should come, and the days of notice."""

    quorum_percent: float
    notice_days: int


def warnings(
    attendees: Sequence[Attendee], announced_on: date | None, held_on: date, rules: LocalRules
) -> tuple[str, ...]:
    """Sentences on notice, quorum and missing roles; empty when all is as it should be."""
    return tuple(
        sentence
        for sentence in (
            notice(announced_on, held_on, rules.notice_days),
            quorum(attendees, rules.quorum_percent),
            missing(attendees),
        )
        if sentence
    )


def notice(announced_on: date | None, held_on: date, days: int) -> str:
    """Whether the musyawarah was announced early enough, in a sentence ("" when it was)."""
    if announced_on is None:
        return f"{UNMET}: tanggal pengumuman belum dicatat (paling lambat {days} hari sebelumnya)."
    given = (held_on - announced_on).days
    if given >= days:
        return ""
    told = "sesudah musyawarah" if given < 0 else f"hanya {given} hari sebelumnya"
    return f"{UNMET}: diumumkan {told}, seharusnya {days} hari."


def quorum(attendees: Sequence[Attendee], percent: float) -> str:
    """Whether enough of those asked came, in a sentence ("" when they did)."""
    if not attendees:
        return f"{UNMET}: daftar hadir masih kosong."
    present = sum(one.is_present for one in attendees)
    if present * 100 >= percent * len(attendees):
        return ""
    # Rounded down: 99 of 199 is no 50 %, which would be said to miss 50 %.
    share = 100 * present // len(attendees)
    return (
        f"{UNMET}: hadir {present} dari {len(attendees)} undangan ({share}%), "
        f"kuorum {number_id(percent)}%."
    )


def missing(attendees: Sequence[Attendee]) -> str:
    """Which roles that should be there are not, in a sentence ("" when all are)."""
    there = {one.role for one in attendees if one.is_present}
    absent = [role.title for role in roles().values() if role.needed and role.code not in there]
    return f"{UNMET}: tidak hadir {', '.join(absent)}." if absent else ""

"""What the minutes of a musyawarah say, as plain data: the same for screen, PDF and DOCX.

``compose`` fixes every word at the moment the minutes are closed; printing them later adds
nothing. Numbers are masked here and nobody's category is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from workbench.domain.words import date_id, mask_nik, number_id
from workbench.verification.meetings.content import (
    ELIGIBLE,
    INELIGIBLE,
    Decision,
    decisions,
    not_listed,
    origins,
    reasons,
    roles,
)
from workbench.verification.meetings.warnings import Attendee

TITLE: Final = "Berita acara musyawarah {place_kind}"
BASIS: Final = (
    "Usulan dan pemutakhiran data sosial ekonomi. Musyawarah memutuskan daftar usulan; penerima "
    "bantuan ditetapkan Kementerian Sosial."
)
CLOSING: Final = (
    "Demikian berita acara ini dibuat dengan sebenarnya. Hasil ditempel di papan pengumuman dan "
    "disampaikan kepada pengusul; warga dapat menyanggah melalui {place_kind}."
)
#: What a visit proposes of a family that is not on the list; so stands one proposed by name.
NEW: Final = "USUL_BARU"
_DAYS: Final = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")


@dataclass(frozen=True)
class Family:
    """A family of the kelurahan as the list has it; ``proposal`` is the visit's code or ""."""

    family_id: str
    head_name: str
    nik: str
    rt: str
    rw: str
    proposal_status: str = ""
    proposal: str = ""

    @property
    def is_listed(self) -> bool:
        """Whether it was on the list before, and is not only proposed."""
        return self.proposal_status not in not_listed() and self.proposal != NEW

    @property
    def place(self) -> str:
        """RT and RW in words."""
        return f"RT {self.rt or '-'}/RW {self.rw or '-'}"


@dataclass(frozen=True)
class Talked:
    """A family on the agenda: why it is there, ``note`` where somebody added it, the decision."""

    family: Family
    origin: str
    note: str
    decision: Decision | None


@dataclass(frozen=True)
class Balance:
    """The list before and after: ``after = before - removed + added``."""

    before: tuple[Family, ...]
    added: tuple[Family, ...]
    removed: tuple[Family, ...]
    declined: tuple[Family, ...]
    after: tuple[Family, ...]


@dataclass(frozen=True)
class Facts:
    """Everything minutes are written from; ``dropped`` were taken from the agenda, with why."""

    office: str
    kelurahan: str
    list_words: str
    number: str
    held_on: date
    announced_on: date | None
    place: str
    attendees: tuple[Attendee, ...]
    warnings: tuple[str, ...]
    talked: tuple[Talked, ...]
    dropped: tuple[tuple[Family, str], ...]
    families: tuple[Family, ...]
    is_practice: bool
    place_kind: str = "Kelurahan"


def balance(families: Sequence[Family], decided: Mapping[str, str]) -> Balance:
    """The list of a kelurahan before and after; ``decided`` maps family ids to decisions.

    Who is only proposed is on the list afterwards when found eligible; ``declined`` were not.
    """
    ordered = sorted(families, key=_order)
    before = tuple(one for one in ordered if one.is_listed)
    new = [one for one in ordered if not one.is_listed]

    def are(group: Sequence[Family], decision: str) -> tuple[Family, ...]:
        return tuple(one for one in group if decided.get(one.family_id) == decision)

    removed, added = are(before, INELIGIBLE), are(new, ELIGIBLE)
    gone = {one.family_id for one in removed}
    stay = [one for one in before if one.family_id not in gone]
    after = tuple(sorted((*stay, *added), key=_order))
    return Balance(before, added, removed, are(new, INELIGIBLE), after)


def compose(facts: Facts) -> dict[str, Any]:
    """The minutes as plain data (see ``berita_acara.typ`` for how they are set)."""
    talked = sorted(facts.talked, key=lambda one: _order(one.family))
    decided = {one.family.family_id: one.decision for one in talked if one.decision is not None}
    lists = balance(facts.families, {key: one.decision for key, one in decided.items()})
    present = [one for one in facts.attendees if one.is_present]
    said = [one.decision for one in decided.values()]
    return {
        "title": TITLE.format(place_kind=facts.place_kind.lower()),
        "basis": BASIS,
        "office": facts.office,
        "kelurahan": facts.kelurahan,
        "place_kind": facts.place_kind,
        "list": facts.list_words,
        "number": facts.number,
        "day": f"{_DAYS[facts.held_on.weekday()]}, {date_id(facts.held_on, long=True)}",
        "held_on": facts.held_on.isoformat(),
        "announced": date_id(facts.announced_on, long=True) or "belum dicatat",
        "place": facts.place,
        "practice": facts.is_practice,
        "present": f"{len(present)} dari {len(facts.attendees)} undangan",
        "attendees": [
            {
                "name": one.name,
                "role": roles()[one.role].called(facts.place_kind),
                "present": one.is_present,
            }
            for one in facts.attendees
        ],
        "warnings": list(facts.warnings),
        "counts": [[words, said.count(code)] for code, words in decisions().items()],
        "families": [_told(one) for one in talked],
        "dropped": [{**_row(family), "reason": why} for family, why in facts.dropped],
        "totals": {
            "before": number_id(len(lists.before)),
            "added": number_id(len(lists.added)),
            "removed": number_id(len(lists.removed)),
            "after": number_id(len(lists.after)),
        },
        "before": [_row(one) for one in lists.before],
        "added": [_row(one) for one in lists.added],
        "removed": [
            {**_row(one), "reason": reasons()[decided[one.family_id].reason]}
            for one in lists.removed
        ],
        "declined": [
            {**_row(one), "reason": reasons()[decided[one.family_id].reason]}
            for one in lists.declined
        ],
        "after": [_row(one) for one in lists.after],
        "closing": CLOSING.format(place_kind=facts.place_kind.lower()),
        "signers": _signers(present, facts.place_kind),
        "corrections": [],
    }


def corrected(content: Mapping[str, Any], words: str, day: date) -> dict[str, Any]:
    """Closed minutes with a correction beside them; nothing that was said changes."""
    told = {"day": date_id(day, long=True), "words": words}
    return {**content, "corrections": [*content["corrections"], told]}


def _told(one: Talked) -> dict[str, Any]:
    said = one.decision
    return {
        **_row(one.family),
        "origin": origins()[one.origin],
        "note_in": one.note,
        "decision": decisions()[said.decision] if said else "Belum diputuskan",
        "reason": reasons()[said.reason] if said and said.reason else "",
        **(said.words() if said else Decision("").words()),
    }


def _row(family: Family) -> dict[str, str]:
    return {
        "head": family.head_name,
        "nik": mask_nik(family.nik) if family.nik else "tidak ada",
        "where": family.place,
    }


def _signers(present: Sequence[Attendee], place_kind: str) -> list[dict[str, str]]:
    """Who signs: the lurah or kepala desa always, then everyone present whose role does."""
    signing = [one for one in present if roles()[one.role].signs]
    lurah = next(iter(roles()))
    if not any(one.role == lurah for one in signing):
        signing = [Attendee(lurah, "", True), *signing]
    ordered = sorted(signing, key=lambda one: list(roles()).index(one.role))
    return [{"role": roles()[one.role].called(place_kind), "name": one.name} for one in ordered]


def _order(family: Family) -> tuple[str, str, str, str]:
    return family.rw, family.rt, family.head_name, family.family_id

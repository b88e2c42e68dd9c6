"""Two lists told to a lurah: who came, left, moved or changed, and why as far as anybody knows.

Every row is counted in one class and under one reason, so that sums can be checked: the classes of
a list against its rows, the reasons of a class against the class. A reason nobody recorded is
called that, and never guessed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Final

from workbench.domain.reference import by_code
from workbench.domain.register import Row
from workbench.verification.comparison import Change
from workbench.verification.fieldwork.routes import routes
from workbench.verification.happenings.kinds import kinds

UNRECORDED: Final = "belum_tercatat"
WITH_FAMILY: Final = "bersama_keluarga"
BORN_UNREPORTED: Final = "lahir_belum_dilaporkan"

#: Presence of people or families that explains why a row is gone, or on another card.
_GONE: Final = frozenset({"KB2", "KB3", "KB4", "KB5", "KB6", "KB7", "KB10"})
_INELIGIBLE: Final = "LY2"
_NEVER: Final[Mapping[str, str]] = MappingProxyType({})
#: Which events explain which class of row.
_FITS: Final[Mapping[Change, frozenset[str]]] = MappingProxyType(
    {
        Change.ENTERED: frozenset({"lahir", "pindah_masuk", "pisah_kk", "kawin", "cerai"}),
        Change.MOVED_IN: frozenset({"pindah_masuk", "pindah_keluar", "pisah_kk", "kawin", "cerai"}),
        Change.LEFT: frozenset({"meninggal", "pindah_keluar", "gabung_kk", "pisah_kk", "kawin"}),
        Change.MOVED_OUT: frozenset({"pindah_keluar", "gabung_kk", "pisah_kk", "kawin", "cerai"}),
        Change.MOVED: frozenset({"pindah_keluar", "pindah_masuk", "pisah_kk", "kawin", "cerai"}),
        Change.CHANGED: frozenset(kinds()),
    }
)


@dataclass(frozen=True)
class Known:
    """What was recorded between two lists, to explain the rows of the second.

    Events by key: ``of_family`` (any of its members), ``of_whole`` (all of them), ``of_person``
    (those concerned), ``of_card`` (the other card).
    ``visits`` and ``people`` hold codes of visits by row id of the older list; ``births`` are
    (family key, day).
    """

    of_family: Mapping[str, str] = field(default_factory=lambda: _NEVER)
    of_whole: Mapping[str, str] = field(default_factory=lambda: _NEVER)
    of_person: Mapping[str, str] = field(default_factory=lambda: _NEVER)
    of_card: Mapping[str, str] = field(default_factory=lambda: _NEVER)
    births: frozenset[tuple[str, date]] = frozenset()
    visits: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    people: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Line:
    """One class of rows: how many before, after and in all (pairs once), and why, most first."""

    change: Change
    before: int
    after: int
    count: int
    reasons: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Sum:
    """Rows of both lists by class; ``listed_before`` and ``_after`` were counted apart from it."""

    listed_before: int
    listed_after: int
    lines: tuple[Line, ...]

    @property
    def is_whole(self) -> bool:
        """Whether both lists are the sum of their classes, and every class that of its reasons."""
        return (
            sum(line.before for line in self.lines) == self.listed_before
            and sum(line.after for line in self.lines) == self.listed_after
            and all(
                sum(count for _, count in line.reasons) == line.count
                for line in self.lines
                if line.change is not Change.SAME
            )
        )

    def count(self, *changes: Change) -> int:
        """Rows of these classes together."""
        return sum(line.count for line in self.lines if line.change in changes)


def reason_words(code: str) -> str:
    """A reason as it stands on the page."""
    return _words().get(code, code.replace("_", " "))


def family_reason(row: Row, known: Known) -> str:
    """Why a family is in its class. ``row`` has change, reason, id_before, key_before,
    key_after and entry_route."""
    change = Change(row["change"])
    if change is Change.UNPAIRED:
        return str(row["reason"])
    fits = _FITS[change]
    own = known.of_family if change is Change.CHANGED else known.of_whole
    for told, key in (
        (known.of_card, row["key_after"]),
        (own, row["key_after"]),
        (own, row["key_before"]),
    ):
        kind = told.get(key or "", "")
        if kind in fits:
            return kind
    if change in (Change.LEFT, Change.MOVED_OUT):
        return _visited(known.visits.get(row["id_before"] or "", ()))
    if change is Change.ENTERED and row["entry_route"] in _routes():
        return str(row["entry_route"])
    return UNRECORDED


def person_reason(row: Row, known: Known, family_change: Change | None, old: date) -> str:
    """Why a person is in a class, ``row`` as for families with birth_date.

    ``family_change`` is the class of the family, None where it has none; ``old`` the day of the
    older list.
    """
    change = Change(row["change"])
    if change is Change.UNPAIRED:
        return str(row["reason"])
    for key in (row["key_after"], row["key_before"]):
        kind = known.of_person.get(key or "", "")
        if kind in _FITS[change]:
            return kind
    if change is Change.ENTERED:
        if (row["family_key"], row["birth_date"]) in known.births:
            return "lahir"
        if row["birth_date"] is not None and row["birth_date"] > old:
            return BORN_UNREPORTED
    if change in (Change.LEFT, Change.MOVED_OUT):
        told = _visited(known.people.get(row["id_before"] or "", ()))
        if told != UNRECORDED:
            return told
    return WITH_FAMILY if family_change is change else UNRECORDED


def total(
    rows: Iterable[Row],
    same: int,
    reasons: Iterable[str],
    listed: tuple[int, int],
) -> Sum:
    """The sum of classed rows: ``rows`` are those that are not the same, each with its reason."""
    before: Counter[Change] = Counter()
    after: Counter[Change] = Counter()
    why: dict[Change, Counter[str]] = {}
    for row, reason in zip(rows, reasons, strict=True):
        change = Change(row["change"])
        before[change] += row["in_before"]
        after[change] += row["in_after"]
        why.setdefault(change, Counter())[reason] += 1
    lines = [
        Line(
            *(change, before[change], after[change], why[change].total()),
            tuple(why[change].most_common()),
        )
        for change in Change
        if change in why
    ]
    lines += [Line(Change.SAME, same, same, same, ())] if same else []
    return Sum(*listed, tuple(lines))


def _visited(codes: tuple[str, ...]) -> str:
    """What a visit said that explains a row being gone."""
    reasons = by_code("alasan_tidak_layak")
    for code in codes:
        if code in _GONE or (code in reasons and _INELIGIBLE in codes):
            return code
    return UNRECORDED


def _routes() -> dict[str, str]:
    return {one.code: f"Jalur {one.title[0].lower()}{one.title[1:]}" for one in routes()}


@cache
def _words() -> dict[str, str]:
    reasons = by_code("alasan_tidak_layak")
    return (
        {code: kind.title for code, kind in kinds().items()}
        | {code: f"Tidak layak: {row['alasan']}" for code, row in reasons.items()}
        | {code: by_code("status_verval")[code]["label_id"] for code in sorted(_GONE)}
        | _routes()
        | {"ganda": "Nomor dipakai lebih dari satu baris", "tanpa_nomor": "Tanpa nomor atau nama"}
        | {
            UNRECORDED: "Sebabnya belum tercatat",
            WITH_FAMILY: "Bersama keluarganya",
            BORN_UNREPORTED: "Lahir, peristiwanya belum dicatat",
        }
    )

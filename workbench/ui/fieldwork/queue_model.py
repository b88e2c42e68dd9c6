"""The queue in words, without widgets: who is to be visited, why, and how it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from workbench.domain.words import number_id
from workbench.services import assignments, fieldwork, shelves
from workbench.services.fieldwork import Due, Load, Queue
from workbench.services.shelves import ListSummary
from workbench.store.finding_lives import Round
from workbench.ui.fieldwork.model import FieldRoom, Narrowed
from workbench.ui.staff.drawing import place_name
from workbench.verification.fieldwork.lives import Change

PAGE_SIZE: Final = 15
#: What a round did to findings, in the order of the sum; the last stand no longer.
ROUND_WORDS: Final[Mapping[Change, str]] = {
    Change.OPENED: "baru ditemukan",
    Change.STAYED: "tetap seperti semula",
    Change.CHANGED: "masih ada, nilainya berubah",
    Change.REOPENED: "dibuka lagi (nilai berubah setelah dipastikan, atau muncul lagi)",
    Change.HELD: "ditahan, belum dapat dibandingkan",
    Change.RESOLVED: "selesai, tidak ditemukan lagi",
}
NOBODY: Final = "Belum ditugaskan"


@dataclass(frozen=True)
class QueuePage:
    """One page of the queue: ``rows`` in words, and what can be chosen to narrow it."""

    rows: tuple[dict[str, Any], ...]
    start: int
    total: int
    done: int
    sentence: str
    is_late: bool
    officers: tuple[tuple[str, str], ...]
    kelurahan: tuple[tuple[str, str], ...]
    rts: tuple[tuple[str, str], ...]


def read_page(room: FieldRoom) -> QueuePage:
    """The queue as the room narrows it. Raises as ``fieldwork.queue`` does."""
    narrowed = room.narrowed
    officers = _officers(room)
    if narrowed.is_fresh:
        # An officer's own part comes first.
        narrowed.is_fresh = False
        if room.actor.id in {code for _, code in officers}:
            narrowed.officer = room.actor.id
    queue = read_queue(room)
    codes = sorted({one.kelurahan_kode for one in queue.families}, key=place_name)
    here = [one for one in queue.families if _is_here(one, narrowed.kelurahan, "")]
    rts = sorted({(one.rw, one.rt) for one in here})
    shown = [one for one in here if _is_here(one, narrowed.kelurahan, narrowed.rt)]
    narrowed.start = min(narrowed.start, max(len(shown) - 1, 0) // PAGE_SIZE * PAGE_SIZE)
    drafted = {
        one.record.family_id for one in fieldwork.drafts(room.office, room.actor, room.list_id)
    }
    return QueuePage(
        tuple(
            row_words(one, one.family_id in drafted)
            for one in shown[narrowed.start : narrowed.start + PAGE_SIZE]
        ),
        narrowed.start,
        len(shown),
        queue.done,
        queue.forecast.sentence,
        queue.forecast.is_late is True,
        officers,
        tuple((place_name(code), code) for code in codes),
        tuple((f"RT {rt or '-'} RW {rw or '-'}", f"{rw}/{rt}") for rw, rt in rts)
        if narrowed.kelurahan
        else (),
    )


def read_queue(room: FieldRoom) -> Queue:
    """The queue of the officer that is chosen."""
    narrowed = room.narrowed
    return fieldwork.queue(
        room.office, room.actor, room.list_id, narrowed.officer, narrowed.deadline
    )


def next_family(room: FieldRoom, after: str) -> Due | None:
    """Whom to visit after a family: the one below it, or the most urgent when it is settled."""
    narrowed: Narrowed = room.narrowed
    shown = [
        one for one in read_queue(room).families if _is_here(one, narrowed.kelurahan, narrowed.rt)
    ]
    place = next((n for n, one in enumerate(shown) if one.family_id == after), -1)
    left = [*shown[place + 1 :], *shown[: max(place, 0)]]
    return left[0] if left else None


def row_words(one: Due, is_drafted: bool) -> dict[str, Any]:
    """A family of the queue as words."""
    told = []
    if one.findings:
        told.append(f"{number_id(one.findings)} hal perlu dicek")
    if one.again:
        told.append(one.again)
    if one.returns:
        told.append(f"{number_id(one.returns)} hasil sudah masuk")
    return {
        "id": one.family_id,
        "title": one.head_name or "(tanpa nama)",
        "place": f"RT {one.rt or '-'} RW {one.rw or '-'}, {place_name(one.kelurahan_kode)}",
        "told": told,
        "score": _points(one.priority.score),
        "parts": [
            f"{_points(part.points)} karena {part.words}"
            for part in one.priority.parts
            if part.points
        ],
        "drafted": is_drafted,
    }


def _points(number: float) -> str:
    return number_id(number, 0 if number == int(number) else 1)


def load_words(loads: Sequence[Load], names: Mapping[str, str]) -> list[tuple[str, int, int]]:
    """What each officer has left and done."""
    return [
        (names.get(one.officer, "Petugas lain") if one.officer else NOBODY, one.left, one.done)
        for one in loads
    ]


def round_lines(made: Round) -> tuple[list[tuple[str, int]], int]:
    """What a round did, a line each, and how many findings stand after it."""
    lines = [(words, made.totals.get(change.value, 0)) for change, words in ROUND_WORDS.items()]
    return lines, sum(count for _, count in lines[:-1])


def candidates(room: FieldRoom) -> tuple[ListSummary, ...]:
    """The lists of the shelf that could become the working list, newest first."""
    gone = {one.list_id for one in room.rounds}
    return tuple(
        one
        for one in room.shelf
        if one.id not in gone and (room.summary is None or one.as_of >= room.summary.as_of)
    )


def may_advance(room: FieldRoom, list_id: str) -> bool:
    """Whether the actor's areas cover a whole list."""
    _, whole = shelves.standing(room.office, room.actor, list_id)
    return shelves.covers_all(room.actor, whole.register)


def _officers(room: FieldRoom) -> tuple[tuple[str, str], ...]:
    names = room.names()
    found = {one.officer for one in assignments.assignments(room.office, room.actor)}
    named = sorted((names.get(one, "Petugas lain"), one) for one in found)
    return tuple((f"{name} (saya)" if one == room.actor.id else name, one) for name, one in named)


def _is_here(one: Due, kelurahan: str, rt: str) -> bool:
    return kelurahan in ("", one.kelurahan_kode) and rt in ("", f"{one.rw}/{one.rt}")

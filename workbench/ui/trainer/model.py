"""The room Kelas as a plain object: which class is open, what blocks, what the board says.

It asks ``services.classes`` and knows no widget. What a trainer reads off a board is worked out
here: who is stuck, what happened since the last look, which rule to explain next.
"""

from __future__ import annotations

import ipaddress
import json
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from workbench.access import Actor
from workbench.domain.words import number_id

#: Who has not touched anything for so long, and is not done, may need a hand.
STUCK_AFTER = timedelta(minutes=5)
#: Lines the stream of events keeps.
STREAM_LINES = 12
#: Seats beyond the list, for those who come without being on it.
SPARE_SEATS = 20
MIN_SEATS, MAX_SEATS = 30, 500
MAX_UPLOAD_BYTES = 20 * 1024 * 1024

DONE, WORKING, STUCK, NOT_BEGUN = "selesai", "bekerja", "diam", "belum"

Progress = Callable[[int, int], None]


@dataclass
class ClassForm:
    """What a trainer fills in before a class opens; ``groups`` are keys of the rule groups."""

    name: str = ""
    place: str = ""
    day: date | None = None
    n_cases: int = 12
    error_percent: int = 75
    groups: tuple[str, ...] = ()
    seats: int = 100
    code_hours: int = 12
    expected: Sequence[Any] = ()

    def blockers(self) -> list[str]:
        """Sentences that say why this class cannot open yet; empty when it can."""
        reasons = []
        if not self.name.strip():
            reasons.append("Isi nama kelas dulu.")
        if self.day is None:
            reasons.append("Isi tanggal kelas dulu.")
        if not self.groups:
            reasons.append("Pilih paling sedikit satu kelompok aturan.")
        return reasons


@dataclass(frozen=True)
class Happening:
    """One line of the stream."""

    at: datetime
    sentence: str


@dataclass
class Stream:
    """What happened in a class, newest first, told from one board to the next."""

    happenings: list[Happening] = field(default_factory=list)
    _done: dict[int, int] | None = None

    def tell(self, people: Iterable[Any]) -> None:
        """Add what is new since the last board; the first board tells how everybody stands."""
        news = []
        before = self._done
        for person in people:
            known = -1 if before is None else before.get(person.seat, -1)
            if person.done > max(known, 0):
                sentence = f"{person.name} mengirim kasus {person.done} dari {person.of}."
                news.append(Happening(person.last_action_at, sentence))
            elif known < 0:
                news.append(Happening(person.joined_at, f"{person.name} masuk ({person.area})."))
        self._done = {person.seat: person.done for person in people}
        news.sort(key=lambda happening: happening.at, reverse=True)
        self.happenings = [*news, *self.happenings][:STREAM_LINES]


class ClassRoom:
    """A trainer's room. ``classes`` is ``services.classes`` or something with its functions."""

    def __init__(self, office: Any, actor: Actor, classes: Any) -> None:
        self._office = office
        self._actor = actor
        self._classes = classes
        self.form = ClassForm()
        self.info: Any = None
        self.board: Any = None
        self.stream = Stream()

    # -- which class -------------------------------------------------------------------------

    def find_class(self) -> None:
        """The class that is open now, else the one that was open last, else none."""
        self.info = self._classes.current_class(self._office)
        if self.info is None:
            earlier = self._classes.list_classes(self._office, self._actor)
            self.info = earlier[0] if earlier else None

    def earlier_classes(self) -> tuple[Any, ...]:
        """All classes that ever opened, newest first."""
        return tuple(self._classes.list_classes(self._office, self._actor))

    def choose(self, class_id: str) -> None:
        """Look at another class."""
        self.info = self._classes.class_info(self._office, self._actor, class_id)
        self.board, self.stream = None, Stream()

    def open_class(self, progress: Progress | None = None) -> None:
        """Draw the cases and open; refused by the services for what the form lets through."""
        form = self.form
        settings = self._classes.ClassSettings(
            name=form.name.strip(),
            place=form.place.strip(),
            date=form.day,
            n_cases=form.n_cases,
            error_share=form.error_percent / 100,
            groups=form.groups,
            seats=form.seats,
            code_hours=form.code_hours,
        )
        self.info = self._classes.open_class(
            self._office, self._actor, settings, list(form.expected) or None, progress
        )
        self.board, self.stream = None, Stream()

    def close(self) -> None:
        """Keep newcomers out."""
        self.info = self._classes.close_class(self._office, self._actor, self.info.id)

    def reopen(self) -> None:
        """Let newcomers in again."""
        self.info = self._classes.reopen_class(self._office, self._actor, self.info.id)

    def turn_code_off(self) -> None:
        """Let nobody join with the code that is on the wall."""
        self.info = self._classes.turn_code_off(self._office, self._actor, self.info.id)

    def turn_code_on(self) -> None:
        """Let people join with the same code again."""
        self.info = self._classes.turn_code_on(self._office, self._actor, self.info.id)

    def renew_code(self) -> None:
        """Make another code; the one on the wall and on paper dies."""
        self.info = self._classes.renew_code(self._office, self._actor, self.info.id)

    def read_participants(self, file_name: str, content: bytes) -> str:
        """Take a participant list; returns what was read, in words. Raises ``UnusableInput``."""
        with tempfile.TemporaryDirectory() as folder:
            # Only the ending of the name is the visitor's.
            path = Path(folder) / f"peserta{Path(file_name).suffix.lower()[:6]}"
            path.write_bytes(content)
            self.form.expected = self._classes.read_participants(path)
        people = self.form.expected
        self.form.seats = min(max(len(people) + SPARE_SEATS, MIN_SEATS), MAX_SEATS)
        unplaced = sum(not person.area_kode for person in people)
        words = f"{number_id(len(people))} nama terbaca."
        if unplaced:
            words += f" {number_id(unplaced)} di antaranya tanpa kelurahan yang dikenal."
        return words

    # -- the board ---------------------------------------------------------------------------

    def look(self) -> None:
        """Ask for the board as it is now."""
        self.board = self._classes.board(self._office, self._actor, self.info.id)
        self.info = self.board.info
        self.stream.tell(self.board.people)

    def help_back_in(self, seat: int) -> str:
        """A new return code for one person; the old one no longer works."""
        code: str = self._classes.issue_return_code(self._office, self._actor, self.info.id, seat)
        return code

    def join_address(self) -> str:
        """The address a phone in the hall can open, "" where the server left none."""
        return hall_address(self._office.root)


def person_state(person: Any, now: datetime) -> str:
    """DONE, WORKING, STUCK or NOT_BEGUN; ``now`` is an aware moment."""
    if person.done >= person.of:
        return DONE
    if now - person.last_action_at >= STUCK_AFTER:
        return STUCK
    return WORKING if person.done or person.last_action_at > person.joined_at else NOT_BEGUN


def minutes_idle(person: Any, now: datetime) -> int:
    """Whole minutes since the person did anything."""
    return max(0, int((now - person.last_action_at).total_seconds() // 60))


def people_by_place(board: Any) -> list[tuple[Any, list[Any]]]:
    """The places somebody came from, by kecamatan and name, each with its people."""
    by_seat = {person.seat: person for person in board.people}
    inhabited = [place for place in board.places if place.seats]
    inhabited.sort(key=lambda place: (place.kecamatan, place.name))
    return [(place, [by_seat[seat] for seat in place.seats]) for place in inhabited]


def empty_places(board: Any) -> list[tuple[str, list[str]]]:
    """The kelurahan nobody came from, by kecamatan."""
    grouped: dict[str, list[str]] = {}
    for place in board.without_anybody:
        grouped.setdefault(place.kecamatan, []).append(place.name)
    return sorted((kecamatan, sorted(names)) for kecamatan, names in grouped.items())


def outcome_of(outcome: Any) -> str:
    """What one person did with one rule: ``found``, ``missed``, ``mixed``, ``wrong`` or ""."""
    if outcome is None:
        return ""
    if outcome.found and outcome.missed:
        return "mixed"
    if outcome.missed:
        return "missed"
    if outcome.found:
        return "found"
    return "wrong" if outcome.false_alarm else ""


def weak_rules(board: Any, seat: int) -> list[str]:
    """The rules one person missed, the most often missed first."""
    missed = {
        rule: seats[seat].missed for rule, seats in board.matrix.items() if rule and seat in seats
    }
    return sorted((rule for rule in missed if missed[rule]), key=lambda rule: (-missed[rule], rule))


def hall_address(root: Path) -> str:
    """The server's address for other machines, from what it wrote to ``serve.json``.

    An address only this machine can open is given when there is no other.
    """
    try:
        told = json.loads((root / "serve.json").read_text("utf-8"))
    except (OSError, ValueError):
        return ""
    if not isinstance(told, Mapping):
        return ""
    listed = told.get("urls")
    addresses = [*(listed if isinstance(listed, list) else []), told.get("url")]
    known = [a.rstrip("/") for a in addresses if isinstance(a, str) and a.startswith("http")]
    return next((a for a in known if not _is_loopback(a)), known[0] if known else "")


def _is_loopback(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

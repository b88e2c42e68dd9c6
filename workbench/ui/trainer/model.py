"""The room Kelas as a plain object: which class is open, what blocks, what the board says.

It asks the services and knows no widget. What a trainer reads off a board is worked out here: who
needs a hand, what happened since the last look, which rule to explain next.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from workbench.access import Actor
from workbench.domain.wilayah import PLACES
from workbench.domain.words import number_id
from workbench.store.participant_list import read_participants
from workbench.ui.hall import hall_address

#: Who has not touched anything for so long, and is not done, may need a hand.
IDLE_MINUTES, MOST_IDLE_MINUTES = 5, 60
#: Cases are handed out without a trace in the ledger: the board is asked anew at least so often.
ANEW_AFTER = timedelta(seconds=30)
#: Counting who began and finished each part costs the most: not at every answer.
COUNT_AFTER = timedelta(seconds=10)
#: The longest message to a class.
MAX_MESSAGE = 280
#: Lines the stream of events keeps.
STREAM_LINES = 12
#: Seats beyond the list, for those who come without being on it.
SPARE_SEATS = 20
MIN_SEATS, MAX_SEATS = 30, 500
MAX_UPLOAD_BYTES = 20 * 1024 * 1024

DONE, WORKING, STUCK, NOT_BEGUN, WAITS = "selesai", "bekerja", "diam", "belum", "menunggu"

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

    def tell(self, people: Iterable[Any], has_end: bool = True) -> None:
        """Add what is new since the last board; the first board tells how everybody stands.

        Without ``has_end`` nobody knows how many cases there will be.
        """
        news = []
        before = self._done
        for person in people:
            known = -1 if before is None else before.get(person.seat, -1)
            if person.done > max(known, 0):
                sentence = f"{person.name} mengirim kasus {person.done}"
                sentence += f" dari {person.of}." if has_end else "."
                news.append(Happening(person.last_action_at, sentence))
            elif known < 0:
                news.append(Happening(person.joined_at, f"{person.name} masuk ({person.area})."))
        self._done = {person.seat: person.done for person in people}
        news.sort(key=lambda happening: happening.at, reverse=True)
        self.happenings = [*news, *self.happenings][:STREAM_LINES]


@dataclass(frozen=True)
class Watch:
    """How a board is read.

    Somebody is idle after ``idle_minutes``, but nobody while the class rests (paused, or no part
    open). ``rules`` is how many a ladder has, 0 in a class without parts; ``mastered`` is by seat.
    ``alike`` are the ``AlikeErrors`` of ``services.walls``.
    """

    idle_minutes: int = IDLE_MINUTES
    is_resting: bool = False
    rules: int = 0
    mastered: Mapping[int, int] = field(default_factory=dict)
    alike: tuple[Any, ...] = ()


@dataclass(frozen=True)
class NeedsHelp:
    """Somebody to go to: ``rule`` missed again and again, "" for cells flagged without cause,
    None for nothing done in ``minutes``."""

    person: Any
    rule: str | None
    minutes: int = 0


class ClassRoom:
    """A trainer's room. The services are handed in, or something with their functions."""

    def __init__(
        self,
        office: Any,
        actor: Actor,
        classes: Any,
        walls: Any = None,
        courses: Any = None,
        archives: Any = None,
        drills: Any = None,
        boards: Any = None,
        arrivals: Any = None,
    ) -> None:
        self.office = office
        self.actor = actor
        self._classes = classes
        self._walls = walls or import_module("workbench.services.walls")
        self._courses = courses or import_module("workbench.services.courses")
        self._archives = archives or import_module("workbench.services.class_archives")
        self._drills = drills or import_module("workbench.services.drills")
        self._boards = boards or import_module("workbench.services.boards")
        self._arrivals = arrivals or import_module("workbench.services.arrivals")
        self.form = ClassForm()
        self.idle_minutes = IDLE_MINUTES
        self._leave_class(None)

    def _leave_class(self, info: Any) -> None:
        """Begin with another class, or none."""
        self.info: Any = info
        self.board: Any = None
        self.parts: tuple[Any, ...] = ()
        self.drills: tuple[Any, ...] = ()
        self.live: Any = None
        self.stream = Stream()
        self._pulse: Any = None
        self._looked_at: datetime | None = None
        self._counted_at: datetime | None = None
        self._mastered: dict[int, int] = {}
        self._alike: dict[int, tuple[Any, ...]] = {}

    # -- which class -------------------------------------------------------------------------

    def find_class(self) -> None:
        """The class that is open now, else the one that was open last, else none."""
        info = self._classes.current_class(self.office)
        if info is None:
            info = next(iter(self.earlier_classes()), None)
        self._leave_class(info)

    def earlier_classes(self) -> tuple[Any, ...]:
        """All classes that ever opened and were not put away, newest first."""
        return tuple(self._classes.list_classes(self.office, self.actor))

    def choose(self, class_id: str) -> None:
        """Look at another class."""
        self._leave_class(self._classes.class_info(self.office, self.actor, class_id))

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
        self._leave_class(
            self._classes.open_class(
                self.office, self.actor, settings, list(form.expected) or None, progress
            )
        )

    def close(self) -> None:
        """Keep newcomers out."""
        self.info = self._classes.close_class(self.office, self.actor, self.info.id)

    def reopen(self) -> None:
        """Let newcomers in again."""
        self.info = self._classes.reopen_class(self.office, self.actor, self.info.id)

    def turn_code_off(self) -> None:
        """Let nobody join with the code that is on the wall."""
        self.info = self._classes.turn_code_off(self.office, self.actor, self.info.id)

    def turn_code_on(self) -> None:
        """Let people join with the same code again."""
        self.info = self._classes.turn_code_on(self.office, self.actor, self.info.id)

    def renew_code(self) -> None:
        """Make another code; the one on the wall and on paper dies."""
        self.info = self._classes.renew_code(self.office, self.actor, self.info.id)

    def read_participants(self, file_name: str, content: bytes) -> str:
        """Take a participant list; returns what was read, in words. Raises ``UnusableInput``."""
        with tempfile.TemporaryDirectory() as folder:
            # Only the ending of the name is the visitor's.
            path = Path(folder) / f"peserta{Path(file_name).suffix.lower()[:6]}"
            path.write_bytes(content)
            self.form.expected = read_participants(path)
        people = self.form.expected
        self.form.seats = min(max(len(people) + SPARE_SEATS, MIN_SEATS), MAX_SEATS)
        unplaced = sum(not person.area_kode for person in people)
        words = f"{number_id(len(people))} nama terbaca."
        if unplaced:
            words += f" {number_id(unplaced)} di antaranya tanpa {PLACES} yang dikenal."
        return words

    # -- the board ---------------------------------------------------------------------------

    def look(self, now: datetime | None = None) -> None:
        """Ask for the board as it is now, and for no more of it than moved since the last look."""
        now = now or datetime.now(UTC)
        asked = (self.office, self.actor, self.info.id)
        pulse, before = self._walls.pulse(*asked), self._pulse
        is_stale = self._looked_at is None or now - self._looked_at >= ANEW_AFTER
        if before is None or is_stale or replace(pulse, seq=before.seq) != before:
            self._look_anew(now)
        elif pulse.seq != before.seq:
            moved = self._walls.last_actions(*asked)
            people = tuple(
                replace(one, last_action_at=moved.get(one.seat, one.last_action_at))
                for one in self.board.people
            )
            self.board = replace(self.board, people=people)
        is_old = self._counted_at is None or now - self._counted_at >= COUNT_AFTER
        if before is None or is_old or pulse.touched != before.touched:
            self.parts = tuple(self._courses.parts(*asked))
            self.live = self._courses.live(*asked)
            self.drills = tuple(self._drills.class_drills(*asked))
            self._counted_at = now
        self._pulse = pulse

    def _look_anew(self, now: datetime) -> None:
        """The whole board, and of those who sent something since, what is told of their answers."""
        asked = (self.office, self.actor, self.info.id)
        known = {one.seat: one.done for one in self.board.people} if self.board else {}
        self.board = self._boards.board(*asked)
        self.info = self.board.info
        self.stream.tell(self.board.people, has_end=not self.info.rules)
        sent = {one.seat for one in self.board.people if one.done != known.get(one.seat, 0)}
        if sent:
            self._mastered.update(self._walls.rules_mastered(*asked, sent))
            self._alike.update(dict.fromkeys(sent, ()))
            for one in self._walls.alike_errors(*asked, sent):
                self._alike[one.seat] = (*self._alike[one.seat], one)
        self._looked_at = now

    @property
    def watch(self) -> Watch:
        """How the board is to be read now."""
        is_paused = bool(self.live and self.live.paused)
        has_parts = bool(self.parts)
        return Watch(
            self.idle_minutes,
            is_paused or (has_parts and not any(part.state == "open" for part in self.parts)),
            len(self.info.rules) if has_parts else 0,
            self._mastered,
            tuple(one for seat in sorted(self._alike) for one in self._alike[seat]),
        )

    # -- the whole class ---------------------------------------------------------------------

    def pause(self, paused: bool) -> None:
        """Hold everybody up, or let them go on."""
        self._courses.pause(self.office, self.actor, self.info.id, paused)

    def say_to_all(self, text: str) -> None:
        """Put a message on everybody's screen; "" takes it away."""
        self._courses.say_to_all(self.office, self.actor, self.info.id, text.strip())

    def turn_part(self, number: int, is_open: bool) -> None:
        """Open a part of the class, or close it."""
        turn = self._courses.open_part if is_open else self._courses.close_part
        turn(self.office, self.actor, self.info.id, number)

    def worst_cases(self, rule: str) -> tuple[Any, ...]:
        """The cases behind a rule that is missed, worst first."""
        cases: tuple[Any, ...] = self._walls.worst_cases(
            self.office, self.actor, self.info.id, rule
        )
        return cases

    def wall_case(self, case: Any) -> Any:
        """One of ``worst_cases`` with its solution, for the wall."""
        return self._walls.wall_case(self.office, self.actor, self.info.id, case.seat, case.number)

    def put_on_wall(self, case: Any) -> Any:
        """The same case, noted as seen by all: nobody is handed it any more."""
        return self._walls.put_on_wall(
            self.office, self.actor, self.info.id, case.seat, case.number
        )

    def set_aside(self, seat: int, counted: int) -> None:
        """Count somebody who joined twice on one seat only."""
        self._boards.set_aside(self.office, self.actor, self.info.id, seat, counted)
        self._mastered.pop(seat, None)
        self._alike.pop(seat, None)

    def count_again(self, seat: int) -> None:
        """Put a seat back on the board."""
        self._boards.count_again(self.office, self.actor, self.info.id, seat)

    def put_away(self) -> Any:
        """Archive the class and leave it; returns the archive."""
        made = self._archives.archive_class(self.office, self.actor, self.info.id)
        self.find_class()
        return made

    def archives(self) -> tuple[Any, ...]:
        """The archives that can be taken away, newest first."""
        return tuple(self._archives.archives(self.office, self.actor))

    def archive_file(self, name: str) -> tuple[str, bytes]:
        """One archive: its name and content."""
        file: tuple[str, bytes] = self._archives.archive_file(self.office, self.actor, name)
        return file

    def help_back_in(self, seat: int) -> str:
        """A new return code for one person; the old one no longer works."""
        code: str = self._arrivals.issue_return_code(self.office, self.actor, self.info.id, seat)
        return code

    def join_address(self) -> str:
        """The address a phone in the hall can open, "" where the server left none."""
        return hall_address(self.office.root)


def person_state(person: Any, now: datetime, watch: Watch | None = None) -> str:
    """DONE, WORKING, WAITS (nothing to do at the moment), STUCK or NOT_BEGUN at ``now``."""
    watch = watch or Watch()
    if watch.rules:
        if watch.mastered.get(person.seat, 0) >= watch.rules:
            return DONE
        has_nothing_open = person.of > 0 and person.done >= person.of
    else:
        if person.done >= person.of:
            return DONE
        has_nothing_open = False
    if has_nothing_open:
        return WAITS
    is_idle = now - person.last_action_at >= timedelta(minutes=watch.idle_minutes)
    if is_idle and not watch.is_resting:
        return STUCK
    return WORKING if person.done or person.last_action_at > person.joined_at else NOT_BEGUN


def who_needs_help(board: Any, now: datetime, watch: Watch) -> list[NeedsHelp]:
    """Whom to go to first: the same error again and again, then the longest idle."""
    people = {person.seat: person for person in board.people}
    states = {seat: person_state(person, now, watch) for seat, person in people.items()}
    found = [
        NeedsHelp(people[one.seat], one.rule)
        for one in watch.alike
        if states.get(one.seat, DONE) != DONE
    ]
    idle = [person for seat, person in people.items() if states[seat] == STUCK]
    idle.sort(key=lambda person: person.last_action_at)
    return [*found, *(NeedsHelp(person, None, minutes_idle(person, now)) for person in idle)]


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

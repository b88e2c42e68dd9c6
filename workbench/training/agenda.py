"""The timetable of a bimtek: days, sessions, hours of lessons, and what the class does in them.

Two usual days stand in ``domain/reference/bimtek_agenda.csv``; their clock times are proposals,
so everything may be changed. A change gives a new agenda; what does not fit in it is said in
sentences, never refused on the way, because a table is edited cell by cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import time
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from workbench.domain import displays
from workbench.domain.reference import reference
from workbench.domain.wilayah import say_locally
from workbench.domain.words import number_id
from workbench.errors import WrongUse

#: Minutes of one jam pelajaran (Modul 4 PMKS dan PSKS, scribd.com/document/609319390; secondary).
JP_MINUTES: Final = 45
#: A day may last no longer than this, from its first session to its last.
LONGEST_DAY: Final = 12 * 60
MOST_DAYS: Final = 5
MOST_SESSIONS: Final = 60
_LONGEST_TEXT: Final = 300

#: What a session may do in the class, with the words on the screen.
PARTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "": "Tanpa kelas",
        "tes_awal": "Tes awal",
        "latihan": "Latihan",
        "pembuka": "Pembuka hari kedua",
        "kuis": "Kuis",
        "tes_akhir": "Tes akhir",
    }
)
_TESTS: Final = ("tes_awal", "tes_akhir")
#: Cases that the opening of a second day brings back: what fits in twenty minutes.
OPENING_CASES: Final = 5
#: The variants that can be chosen, as the reference names them.
VARIANTS: Final[Mapping[str, str]] = MappingProxyType({"1 hari": "Satu hari", "2 hari": "Dua hari"})


@dataclass(frozen=True)
class Session:
    """One line of the timetable; ``day`` counts from 1, ``part`` is a key of ``PARTS``.

    ``jp`` is what the certificate counts: 0 for breaks, openings and tests.
    """

    day: int
    begins: time
    ends: time
    title: str
    content: str = ""
    speaker: str = ""
    method: str = ""
    jp: float = 0.0
    part: str = ""

    @property
    def minutes(self) -> int:
        """How long it lasts; negative where it ends before it begins."""
        return _minutes(self.ends) - _minutes(self.begins)

    @property
    def clock(self) -> str:
        """``08.30-10.00``."""
        return f"{self.begins:%H.%M}-{self.ends:%H.%M}"


class PlannedPart(NamedTuple):
    """A part the class should have: kind, title, number of cases (0 where nobody counts)."""

    kind: str
    title: str
    n: int


@dataclass(frozen=True)
class Agenda:
    """All sessions, always in the order of day and clock."""

    sessions: tuple[Session, ...] = ()

    def __post_init__(self) -> None:
        if len(self.sessions) > MOST_SESSIONS:
            raise WrongUse(f"Paling banyak {MOST_SESSIONS} sesi dalam satu rencana.")
        for session in self.sessions:
            _check(session)
        ordered = sorted(self.sessions, key=lambda s: (s.day, s.begins, s.ends))
        object.__setattr__(self, "sessions", tuple(ordered))

    def _repr_html_(self) -> str:
        parts = []
        for day in self.days:
            rows = [
                (one.clock, one.title, one.speaker, PARTS.get(one.part, one.part), one.jp or None)
                for one in self.of_day(day)
            ]
            headings = ("Pukul", "Acara", "Narasumber", "Di kelas", "JP")
            foot = f"Hari {day}: {number_id(self.jp_of_day(day))} JP"
            parts.append(displays.table(headings, rows, foot))
        return displays.card(f"Jadwal, {number_id(self.jp)} JP", *parts)

    @property
    def days(self) -> tuple[int, ...]:
        """The days that hold a session, in order."""
        return tuple(sorted({session.day for session in self.sessions}))

    @property
    def jp(self) -> float:
        """All hours of lessons, as the certificate counts them."""
        return _sum(self.sessions)

    def of_day(self, day: int) -> tuple[Session, ...]:
        """The sessions of one day."""
        return tuple(session for session in self.sessions if session.day == day)

    def jp_of_day(self, day: int) -> float:
        """The hours of lessons of one day."""
        return _sum(self.of_day(day))

    def added(self, session: Session) -> Agenda:
        """With one session more, at its place by the clock."""
        return Agenda((*self.sessions, session))

    def removed(self, place: int) -> Agenda:
        """Without the session at ``place`` (from 0)."""
        self._at(place)
        return Agenda(tuple(s for n, s in enumerate(self.sessions) if n != place))

    def replaced(self, place: int, session: Session, carry: bool = False) -> Agenda:
        """With another session in the place of one.

        With ``carry`` what follows the old one on its day moves along with the new end. Raises
        ``WrongUse`` where the day would then pass midnight.
        """
        old = self._at(place)
        shift = _minutes(session.ends) - _minutes(old.ends)
        if not carry or session.day != old.day:
            shift = 0
        rest = [
            _shifted(one, shift) if one.day == old.day and one.begins >= old.ends else one
            for one in self.removed(place).sessions
        ]
        return Agenda((*rest, session))

    def moved(self, place: int, later: bool) -> Agenda:
        """Changes places with its neighbour that day; both keep their length.

        The first and the last of a day stay where they are.
        """
        other = place + 1 if later else place - 1
        session = self._at(place)
        if not 0 <= other < len(self.sessions) or self.sessions[other].day != session.day:
            return self
        first, second = sorted((place, other))
        one, two = self.sessions[first], self.sessions[second]
        gap = _minutes(two.begins) - _minutes(one.ends)
        start = _minutes(one.begins)
        pair = (
            _placed(two, start),
            _placed(one, start + two.minutes + gap),
        )
        rest = [s for n, s in enumerate(self.sessions) if n not in (first, second)]
        return Agenda((*rest, *pair))

    def faults(self) -> tuple[str, ...]:
        """What must be mended before a class can open, a sentence each."""
        found = [] if self.sessions else ["Rencana ini belum punya sesi. Pilih satu atau dua hari."]
        for session in self.sessions:
            if session.minutes <= 0:
                found.append(f"{_named(session)} selesai sebelum mulai. Perbaiki jamnya.")
        for day in self.days:
            found += _faults_of_day(day, self.of_day(day))
        return (*found, *self._faults_of_parts())

    def doubts(self) -> tuple[str, ...]:
        """What looks odd and yet may be meant, a sentence each."""
        return tuple(
            f"{_named(session)} tercatat {number_id(session.jp)} JP, sedangkan "
            f"{session.minutes} menit adalah {number_id(count_jp(session.minutes))} JP."
            for session in self.sessions
            if session.jp and session.minutes > 0 and session.jp != count_jp(session.minutes)
        )

    def _faults_of_parts(self) -> list[str]:
        kinds = [session.part for session in self.sessions]
        found = [
            f"{PARTS[kind]} hanya boleh ada di satu sesi."
            for kind in _TESTS
            if kinds.count(kind) > 1
        ]
        if "tes_akhir" in kinds and "tes_awal" not in kinds:
            found.append("Tes akhir perlu tes awal, agar kenaikannya dapat dihitung.")
        elif "tes_akhir" in kinds and kinds.index("tes_akhir") < kinds.index("tes_awal"):
            found.append("Tes akhir berada sebelum tes awal. Tukar urutannya.")
        if "pembuka" in kinds and "latihan" not in kinds[: kinds.index("pembuka")]:
            found.append("Pembuka hari kedua mengulang latihan, jadi harus sesudah latihan.")
        return found

    def _at(self, place: int) -> Session:
        if not 0 <= place < len(self.sessions):
            raise WrongUse("Sesi itu tidak ada lagi. Pilih dari jadwal yang tampil.")
        return self.sessions[place]

    def to_json(self) -> list[dict[str, Any]]:
        return [
            {**asdict(s), "begins": f"{s.begins:%H.%M}", "ends": f"{s.ends:%H.%M}"}
            for s in self.sessions
        ]

    @classmethod
    def from_json(cls, data: Iterable[Mapping[str, Any]]) -> Agenda:
        """Read what ``to_json`` wrote; raises ``WrongUse``."""
        return cls(
            tuple(
                Session(
                    **{
                        **row,
                        "begins": read_time(row["begins"]),
                        "ends": read_time(row["ends"]),
                    }
                )
                for row in data
            )
        )


def usual_agenda(variant: str) -> Agenda:
    """The usual plan of one day or two (a key of ``VARIANTS``); raises ``WrongUse``."""
    if variant not in VARIANTS:
        raise WrongUse(f"Pilih rencana {' atau '.join(VARIANTS)}.")
    return Agenda(
        tuple(
            Session(
                int(row["hari"]),
                read_time(row["mulai"]),
                read_time(row["selesai"]),
                say_locally(row["sesi"]),
                say_locally(_filled(row["isi"])),
                say_locally(_filled(row["pengajar"])),
                _filled(row["metode"]),
                float(row["jp"]),
                row["bagian"],
            )
            for row in reference("bimtek_agenda")
            if row["varian"] == variant
        )
    )


def count_jp(minutes: int) -> float:
    """Hours of lessons in so many minutes, to a tenth."""
    return round(max(minutes, 0) / JP_MINUTES, 1)


def read_time(text: str) -> time:
    """``08.30``, ``8:30`` or ``0830`` as a time of day; raises ``WrongUse``."""
    found = re.fullmatch(r"\s*(\d{1,2})[.:]?(\d{2})\s*", text)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise WrongUse("Jam tidak dapat dibaca. Tulis seperti 08.30.")
    return time(int(found[1]), int(found[2]))


def part_plans(agenda: Agenda, tests: int) -> tuple[PlannedPart, ...]:
    """The parts of the class in the order of the timetable; each test has ``tests`` cases."""
    cases = {**dict.fromkeys(_TESTS, tests), "pembuka": OPENING_CASES}
    return tuple(
        PlannedPart(session.part, session.title[:100], cases.get(session.part, 0))
        for session in agenda.sessions
        if session.part
    )


def _check(session: Session) -> None:
    if session.part not in PARTS:
        raise WrongUse("Bagian kelas itu tidak dikenal. Pilih dari daftar yang tampil.")
    if not 1 <= session.day <= MOST_DAYS:
        raise WrongUse(f"Hari harus 1 sampai {MOST_DAYS}.")
    if not session.title.strip():
        raise WrongUse("Sesi belum punya judul. Tulis judulnya.")
    texts = (session.title, session.content, session.speaker, session.method)
    if max(map(len, texts)) > _LONGEST_TEXT:
        raise WrongUse(f"Isi sesi terlalu panjang. Tulis paling banyak {_LONGEST_TEXT} huruf.")
    if not 0 <= session.jp <= LONGEST_DAY / JP_MINUTES:
        raise WrongUse("JP sesi harus 0 sampai 16.")


def _faults_of_day(day: int, sessions: Sequence[Session]) -> list[str]:
    found = [
        f"Hari {day}: {two.title} ({two.clock}) mulai sebelum {one.title} ({one.clock}) selesai."
        for one, two in pairwise(sessions)
        if two.begins < one.ends
    ]
    length = max(_minutes(s.ends) for s in sessions) - _minutes(sessions[0].begins)
    if length > LONGEST_DAY:
        found.append(f"Hari {day} lebih dari 12 jam. Pindahkan sebagian sesi ke hari lain.")
    return found


def _named(session: Session) -> str:
    return f"Hari {session.day}, {session.title} ({session.clock})"


def _sum(sessions: Iterable[Session]) -> float:
    return round(sum(session.jp for session in sessions), 1)


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _placed(session: Session, start: int) -> Session:
    return replace(session, begins=_time(start), ends=_time(start + session.minutes))


def _shifted(session: Session, by: int) -> Session:
    return _placed(session, _minutes(session.begins) + by)


def _time(minutes: int) -> time:
    if not 0 <= minutes < 24 * 60:
        raise WrongUse("Jadwal hari itu akan melewati tengah malam. Perbaiki jamnya.")
    return time(minutes // 60, minutes % 60)


def _filled(text: str) -> str:
    return "" if text == "-" else text


__all__ = [
    "JP_MINUTES",
    "PARTS",
    "VARIANTS",
    "Agenda",
    "PlannedPart",
    "Session",
    "count_jp",
    "part_plans",
    "read_time",
    "usual_agenda",
]

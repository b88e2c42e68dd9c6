"""A class: opened by a trainer, joined by code, watched on a board.

The cases of a seat are drawn into the store when the class opens (more seats by the server,
never by a trainee's process); a class with parts gets one bank instead, from which its seats are
handed their cases (``courses``). A joiner takes the next seat. A name alone never takes a seat that
is taken: going on from another phone needs the return code.

The join code ends by itself, and a trainer may turn it off, on again, or make a new one. Closing
a class keeps newcomers out whatever the code. Neither touches those within: they may finish, read
what they did and come back by their return code, so that answers still on their way from a phone
are not lost.
"""

from __future__ import annotations

import json
import re
import secrets
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select

from workbench import training
from workbench.access import Actor, Permission, Workspace, require
from workbench.domain.wilayah import CITY, area_name, kecamatan, kelurahan, kelurahan_by_code
from workbench.domain.words import date_id
from workbench.errors import NotFound, WrongUse
from workbench.services import banks
from workbench.services.accounts import known_areas, trainee_of_seat
from workbench.services.ladders import (
    AFTER,
    BEFORE,
    KINDS,
    OPENING,
    TESTS,
    WAITING,
    WIB,
    PartPlan,
    aside_seats,
    course_from,
)
from workbench.services.office import Office
from workbench.store import clock, ledger
from workbench.store.participant_list import Expected, read_participants
from workbench.store.sessions import hash_secret, open_session
from workbench.store.tables import (
    case_key,
    class_,
    class_part,
    drawn_case,
    expected_participant,
    grade,
    grade_item,
    participant,
)
from workbench.training import ladder
from workbench.training.drills.rounds import DRILLS

PREPARING, OPEN, CLOSED = "preparing", "open", "closed"

#: What somebody is in the field, with the words on the screen.
POSITIONS: Final[Mapping[str, str]] = {
    "operator": "Operator",
    "pendamping": "Pendamping",
    "psm": "PSM",
    "tksk": "TKSK",
    "lainnya": "Lainnya",
}

#: Letters and digits nobody confuses on a projector or on paper (no 0 O 1 I L 2 Z 5 S 8 B).
ALPHABET: Final = "ACDEFGHJKMNPQRTUVWXY34679"
MAX_NAME: Final = 100
MAX_CASES: Final = 60
MAX_SEATS: Final = 500
MAX_CODE_HOURS: Final = 72
#: The server draws more seats when fewer than this are free.
LOW_SEATS: Final = 10
#: Parts a class may have, and cases a test or an opening may.
MAX_PARTS: Final = 20
MAX_RULES: Final = 60
MIN_TEST, MAX_TEST = 4, 30

_UNKNOWN_CODE = "Kode kelas tidak dikenal. Periksa lagi kode pada layar pelatih."
_CODE_OFF = "Kode kelas ini sedang dimatikan. Minta pelatih menyalakannya lagi."
_CODE_ENDED = "Kode kelas ini tidak berlaku lagi sejak {since}. Minta pelatih menyalakannya lagi."
_CLOSED = "Kelas ini sudah ditutup untuk peserta baru. Minta pelatih membukanya lagi."
_NO_SEAT = "Semua kursi yang siap sudah terisi. Kursi baru sedang disiapkan; coba lagi sebentar."
_UNKNOWN_RETURN = (
    "Kode kembali tidak dikenal. Periksa lagi kodenya, atau minta kode baru kepada pelatih."
)
_NO_CLASS = "Kelas itu tidak ada. Muat ulang halaman, lalu pilih dari yang tampil."
_NO_PERSON = "Peserta itu tidak ada di kelas ini. Muat ulang papan, lalu pilih lagi."

#: What the ledger says was done to a join code.
_TURNED_OFF, _TURNED_ON, _RENEWED = "dimatikan", "dinyalakan", "diganti"

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class ClassSettings:
    """What a trainer chooses.

    ``date`` is a date or its ISO text; ``error_share`` the share of cases that hold a mistake;
    ``groups`` are groups of rules, empty for all; without ``seed`` one is drawn. ``code_hours`` is
    how long the join code works from the opening and from each time it is turned on; opened before
    its day, a class has a code until the end of that day. With ``parts`` the class goes up the
    ladder over ``n_rules`` rules, and ``n_cases`` says nothing.
    """

    name: str
    place: str
    date: date | str
    n_cases: int = 12
    error_share: float = 0.75
    groups: tuple[str, ...] = ()
    seats: int = 100
    seed: int | None = None
    code_hours: int = 12
    parts: tuple[PartPlan, ...] = ()
    n_rules: int = 12


@dataclass(frozen=True)
class ClassInfo:
    """A class as it stands; ``seats_drawn`` seats have their cases, ``joined`` are taken.

    ``code_until`` is an aware moment, None while the code is turned off; ``rules`` are those a
    class with parts teaches, empty in one without.
    """

    id: str
    name: str
    place: str
    date: date
    join_code: str
    state: str
    n_cases: int
    error_share: float
    groups: tuple[str, ...]
    seats_drawn: int
    joined: int
    created_at: datetime
    code_until: datetime | None
    rules: tuple[str, ...] = ()

    @property
    def has_parts(self) -> bool:
        return bool(self.rules)

    @property
    def is_open(self) -> bool:
        return self.state == OPEN

    @property
    def code_works(self) -> bool:
        """Whether the join code lets somebody in at this moment."""
        return self.is_open and self.code_until is not None and _now() < self.code_until

    @property
    def code_words(self) -> str:
        """How the join code stands, a sentence for the trainer."""
        if not self.is_open:
            return "Kelas ditutup, jadi kodenya tidak berlaku."
        if self.code_until is None:
            return "Kode dimatikan: tidak ada yang dapat bergabung."
        if not self.code_works:
            return f"Kode tidak berlaku lagi sejak {moment_id(self.code_until)}."
        return f"Kode berlaku sampai {moment_id(self.code_until)}."

    @property
    def seats_left(self) -> int:
        return self.seats_drawn - self.joined


@dataclass(frozen=True)
class Joined:
    """A seat taken or taken again: the session's token, who it is, the code to come back with."""

    token: str
    actor: Actor
    return_code: str


@dataclass(frozen=True)
class Person:
    """One trainee on the board. ``score`` is the mean of the graded cases, None before any.

    ``of`` are the cases of the seat; in a class with parts those handed out so far.
    """

    seat: int
    name: str
    position: str
    area_kode: str
    area: str
    done: int
    of: int
    joined_at: datetime
    last_action_at: datetime
    score: float | None


@dataclass(frozen=True)
class Aside:
    """A second seat of somebody: kept with its answers, and counted nowhere.

    ``done`` are the cases sent from it, ``counted`` is the seat that counts.
    """

    seat: int
    name: str
    done: int
    counted: int


@dataclass(frozen=True)
class Place:
    """A kelurahan (or kecamatan, or the city) and the seats of those who came from it."""

    kode: str
    name: str
    kecamatan: str
    seats: tuple[int, ...]


@dataclass(frozen=True)
class Outcome:
    """How often one rule was found, missed, or a cell flagged without cause."""

    found: int = 0
    missed: int = 0
    false_alarm: int = 0


@dataclass(frozen=True)
class MissedRule:
    """A rule on the list of the most missed: ``people`` is how many missed it at least once."""

    rule: str
    missed: int
    found: int
    people: int


@dataclass(frozen=True)
class Absent:
    """Somebody on the office's list whose name has not joined."""

    name: str
    area: str
    position: str


@dataclass(frozen=True)
class Totals:
    """Counts over the class. ``score`` is the mean over graded cases, None before any."""

    joined: int
    expected: int
    kelurahan_present: int
    kelurahan_of: int
    cases_done: int
    cases_of: int
    found: int
    missed: int
    false_alarms: int
    score: float | None


@dataclass(frozen=True)
class Board:
    """What a trainer watches.

    ``places``: the kelurahan in code order, then kecamatan and city where someone gave those.
    ``matrix``: rule -> seat -> outcome; a wrongly flagged cell belongs to no rule and stands
    under the rule ``""``. ``aside`` are the seats that do not count and stand nowhere else.
    """

    info: ClassInfo
    people: tuple[Person, ...]
    places: tuple[Place, ...]
    without_anybody: tuple[Place, ...]
    absent: tuple[Absent, ...]
    rules: tuple[str, ...]
    matrix: Mapping[str, Mapping[int, Outcome]]
    most_missed: tuple[MissedRule, ...]
    totals: Totals
    aside: tuple[Aside, ...] = ()

    @property
    def twice(self) -> tuple[tuple[Person, ...], ...]:
        """Those who seem to have joined more than once: of one name and one place."""
        alike: dict[tuple[str, str], list[Person]] = {}
        for person in self.people:
            alike.setdefault((_compared(person.name), person.area_kode), []).append(person)
        return tuple(tuple(found) for found in alike.values() if len(found) > 1)


def open_class(
    office: Office,
    actor: Actor,
    settings: ClassSettings,
    expected: Sequence[Expected] | None = None,
    progress: Progress | None = None,
) -> ClassInfo:
    """Draw the cases of all seats into the store and open the class.

    With parts it is the bank that is drawn; every part waits until a trainer opens it.
    ``progress`` is told (seats done, seats asked). Raises ``WrongUse`` for settings that make no
    class. A class whose drawing was cut short never opens and is seen by nobody.
    """
    require(actor, Permission.RUN_CLASS)
    settings = _checked(settings)
    seed = secrets.randbelow(2**31) if settings.seed is None else settings.seed
    class_id = f"K{_code(6)}"
    kept = {
        "n_cases": settings.n_cases,
        "error_share": settings.error_share,
        "groups": list(settings.groups),
        "seats": settings.seats,
        "code_hours": settings.code_hours,
    }
    plan = _plan(class_id, kept, seed)  # refuses before anything is written
    if settings.parts:
        kept["rules"] = list(ladder.choose_rules(plan, settings.n_rules))
        course_from(class_id, kept, seed)
    with office.practice.writing() as connection:
        connection.execute(
            class_.insert().values(
                id=class_id,
                name=settings.name,
                place=settings.place,
                date=str(settings.date),
                settings=ledger.canonical(kept),
                join_code=_free_join_code(connection),
                state=PREPARING,
                seed=seed,
                seats_drawn=0,
                opened_by=actor.id,
                created_at=clock.now(),
            )
        )
        if settings.parts:
            connection.execute(class_part.insert(), _part_rows(class_id, settings.parts))
        if expected:
            _replace_expected(connection, class_id, expected)
    if settings.parts:
        sizes = (part.n for part in settings.parts if part.kind in TESTS)
        banks.draw_bank(office, class_id, max(sizes, default=0))
    _draw(office, class_id, settings.seats, progress)
    _set_state(office, actor, class_id, OPEN)
    return class_info(office, actor, class_id)


def draw_more_seats(
    office: Office, class_id: str, seats: int = 20, progress: Progress | None = None
) -> int:
    """Draw the next ``seats`` seats of a class; returns how many are drawn in all.

    For the server's process, which has no actor. Two at a time draw the same cases, so the
    second one's are left out.
    """
    with office.practice.reading() as connection:
        drawn = _class_row(connection, class_id).seats_drawn
    _draw(office, class_id, min(drawn + seats, MAX_SEATS), progress)
    with office.practice.reading() as connection:
        return int(_class_row(connection, class_id).seats_drawn)


def classes_low_on_seats(office: Office, low: int = LOW_SEATS) -> tuple[str, ...]:
    """Ids of the open classes that should get more seats drawn (asked by the server)."""
    with office.practice.reading() as connection:
        rows = connection.execute(_infos().where(class_.c.state == OPEN))
        infos = [_info(row) for row in rows]
    return tuple(
        info.id for info in infos if info.seats_left < low and info.seats_drawn < MAX_SEATS
    )


def wants_drawing(office: Office) -> bool:
    """Whether an open class is low on seats or on cases (asked by the server, now and then)."""
    return bool(classes_low_on_seats(office) or banks.classes_low_on_cases(office))


def current_class(office: Office) -> ClassInfo | None:
    """The class that was opened last and is still open; None when there is none."""
    with office.practice.reading() as connection:
        row = connection.execute(
            _infos()
            .where(class_.c.state == OPEN)
            .order_by(class_.c.created_at.desc(), class_.c.id)
            .limit(1)
        ).first()
    return _info(row) if row else None


def list_classes(office: Office, actor: Actor) -> tuple[ClassInfo, ...]:
    """All classes that were ever open, newest first; those of a refresher or archived left out."""
    require(actor, Permission.RUN_CLASS)
    with office.practice.reading() as connection:
        rows = connection.execute(
            _infos()
            .where(
                class_.c.state != PREPARING,
                class_.c.opened_by != "",
                class_.c.archived_at.is_(None),
            )
            .order_by(class_.c.created_at.desc(), class_.c.id)
        )
        return tuple(_info(row) for row in rows)


def class_info(office: Office, actor: Actor, class_id: str) -> ClassInfo:
    """One class, for its trainer; raises ``NotFound``."""
    require(actor, Permission.RUN_CLASS)
    with office.practice.reading() as connection:
        return _one_info(connection, class_id)


def close_class(office: Office, actor: Actor, class_id: str) -> ClassInfo:
    """Keep newcomers out; those within may finish."""
    require(actor, Permission.RUN_CLASS)
    _set_state(office, actor, class_id, CLOSED)
    return class_info(office, actor, class_id)


def reopen_class(office: Office, actor: Actor, class_id: str) -> ClassInfo:
    """Let newcomers in again: the same code for a new term, all seats and answers as they were."""
    require(actor, Permission.RUN_CLASS)
    _set_state(office, actor, class_id, OPEN)
    return class_info(office, actor, class_id)


def turn_code_off(office: Office, actor: Actor, class_id: str) -> ClassInfo:
    """Let nobody join until the code is turned on; those within are not touched."""
    require(actor, Permission.RUN_CLASS)
    return _set_code(office, actor, class_id, _TURNED_OFF)


def turn_code_on(office: Office, actor: Actor, class_id: str) -> ClassInfo:
    """Let people join with the same code for a new term; raises ``WrongUse`` in a closed class."""
    require(actor, Permission.RUN_CLASS)
    return _set_code(office, actor, class_id, _TURNED_ON)


def renew_code(office: Office, actor: Actor, class_id: str) -> ClassInfo:
    """Give the class another code, turned on; the old one is unknown from now on."""
    require(actor, Permission.RUN_CLASS)
    return _set_code(office, actor, class_id, _RENEWED)


def join(office: Office, join_code: str, name: str, position: str, area_kode: str) -> Joined:
    """Take the next seat of the class with this code.

    ``position`` is a key of ``POSITIONS``; ``area_kode`` the dotted code of a kelurahan, a
    kecamatan or the city. Joining twice gives two seats: only a return code leads back to one.
    Raises ``NotFound`` for an unknown code, ``WrongUse`` for anything else that does not fit: a
    code that is turned off or over is no wrong guess.
    """
    name = clean_name(name)
    position = position.strip().casefold()
    if position not in POSITIONS:
        raise WrongUse(f"Pilih peran Anda: {', '.join(POSITIONS.values())}.")
    if area_kode not in known_areas():
        raise WrongUse("Wilayah itu tidak dikenal. Pilih kelurahan, kecamatan atau kota Anda.")
    with office.practice.writing() as connection:
        row = connection.execute(
            select(class_).where(class_.c.join_code == plain_code(join_code)).with_for_update()
        ).first()
        if row is None or row.state == PREPARING:
            raise NotFound(_UNKNOWN_CODE)
        if row.state != OPEN:
            raise WrongUse(_CLOSED)
        if not row.code_until:
            raise WrongUse(_CODE_OFF)
        if row.code_until <= clock.now():
            raise WrongUse(_CODE_ENDED.format(since=moment_id(clock.moment(row.code_until))))
        seat = _joined(connection, row.id) + 1
        if seat > row.seats_drawn:
            raise WrongUse(_NO_SEAT)
        at = clock.now()
        return_code, hashed = _free_return_code(connection)
        connection.execute(
            participant.insert().values(
                class_id=row.id,
                seat=seat,
                name=name,
                position=position,
                area_kode=area_kode,
                return_code_hash=hashed,
                joined_at=at,
                last_seen_at=at,
            )
        )
        return _seated(connection, row.id, seat, return_code, "masuk")


def come_back(office: Office, return_code: str) -> Joined:
    """Go on at one's seat from another phone; the session on the first one stays valid.

    Works in a closed class too, for reading what one did. The code of a seat that was set aside
    leads to the one that counts. Raises ``NotFound``.
    """
    code = plain_code(return_code)
    with office.practice.writing() as connection:
        row = connection.execute(
            select(participant.c.class_id, participant.c.seat).where(
                participant.c.return_code_hash == _return_hash(code)
            )
        ).first()
        if row is None:
            raise NotFound(_UNKNOWN_RETURN)
        seat = aside_seats(connection, row.class_id).get(row.seat, row.seat)
        _touch(connection, row.class_id, seat)
        return _seated(connection, row.class_id, seat, _shown(code), "kembali")


def seat_of_refresher(
    office: Office, class_id: str, plan: training.Plan, cases: Sequence[training.Case]
) -> Joined:
    """Sit down on the one seat of a refresher, which is made with ``cases`` the first time.

    It is a class that nobody opened, joins or sees on a list. There is no return code: the link
    leads back.
    """
    with office.practice.writing() as connection:
        known = select(class_.c.id).where(class_.c.id == class_id)
        if not connection.execute(known).first():
            if not cases:
                raise WrongUse("Kasus penyegaran belum dapat disusun. Buka tautannya lagi.")
            _store_refresher(connection, class_id, plan, cases)
        _touch(connection, class_id, 1)
        return _seated(connection, class_id, 1, "", "penyegaran")


def issue_return_code(office: Office, actor: Actor, class_id: str, seat: int) -> str:
    """Give a person a new return code, to help them back in; the old code dies."""
    require(actor, Permission.RUN_CLASS)
    with office.practice.writing() as connection:
        return_code, hashed = _free_return_code(connection)
        changed = connection.execute(
            participant.update()
            .where(participant.c.class_id == class_id, participant.c.seat == seat)
            .values(return_code_hash=hashed)
        )
        if not changed.rowcount:
            raise NotFound(_NO_PERSON)
        subject = f"peserta:{class_id}.{seat}"
        ledger.record(connection, actor.id, "kelas", subject, "kode_kembali", {})
    return return_code


def set_aside(office: Office, actor: Actor, class_id: str, seat: int, counted: int) -> None:
    """Count one person once: ``seat`` leaves board and proof, ``counted`` stays.

    Answers of both stay stored, and the return code of the seat leads to the other from now on.
    Raises ``NotFound`` for a seat nobody sits on, ``WrongUse`` for one that does not count itself.
    """
    require(actor, Permission.RUN_CLASS)
    with office.practice.writing() as connection:
        row = _class_row(connection, class_id)
        taken = connection.execute(
            select(participant.c.seat).where(
                participant.c.class_id == row.id, participant.c.seat.in_((seat, counted))
            )
        ).scalars()
        aside = aside_seats(connection, class_id)
        if seat == counted or counted in aside:
            raise WrongUse("Pilih dua kursi yang berbeda, dan yang dihitung masih ada di papan.")
        if set(taken) != {seat, counted}:
            raise NotFound(_NO_PERSON)
        # Whoever had been put together with this seat goes along.
        kept = {one: counted if other == seat else other for one, other in aside.items()}
        _keep_aside(connection, actor, class_id, {**kept, seat: counted}, seat, counted)


def count_again(office: Office, actor: Actor, class_id: str, seat: int) -> None:
    """Put a seat that was set aside back on the board; one that was not stays as it is."""
    require(actor, Permission.RUN_CLASS)
    with office.practice.writing() as connection:
        _class_row(connection, class_id)
        aside = aside_seats(connection, class_id)
        if aside.pop(seat, None):
            _keep_aside(connection, actor, class_id, aside, seat, seat)


def _keep_aside(
    connection: Connection,
    actor: Actor,
    class_id: str,
    aside: Mapping[int, int],
    seat: int,
    counted: int,
) -> None:
    stored = {str(one): other for one, other in aside.items()}
    keep_setting(connection, class_id, "aside", stored)
    # Under the class, so that every board is asked anew.
    ledger.record(
        connection, actor.id, "kelas", f"kelas:{class_id}", f"kursi_{seat}_dihitung", counted
    )


def keep_setting(connection: Connection, class_id: str, name: str, value: Any) -> None:
    """Keep something beside what the class was opened with, in the transaction of the caller."""
    stored = connection.execute(
        select(class_.c.settings).where(class_.c.id == class_id).with_for_update()
    ).scalar_one()
    settings = ledger.canonical({**json.loads(stored), name: value})
    connection.execute(class_.update().where(class_.c.id == class_id).values(settings=settings))


def set_expected(office: Office, actor: Actor, class_id: str, expected: Sequence[Expected]) -> int:
    """Replace the class's list of expected people; returns how many they are."""
    require(actor, Permission.RUN_CLASS)
    with office.practice.writing() as connection:
        _class_row(connection, class_id)
        _replace_expected(connection, class_id, expected)
        subject = f"kelas:{class_id}"
        ledger.record(connection, actor.id, "kelas", subject, "daftar_peserta", len(expected))
    return len(expected)


def board(office: Office, actor: Actor, class_id: str) -> Board:
    """The class at this moment, in a fixed handful of queries: made to be asked all the time."""
    require(actor, Permission.RUN_CLASS)
    with office.practice.reading() as connection:
        info = _one_info(connection, class_id)
        aside = aside_seats(connection, class_id)
        everybody = _people(connection, info)
        people = tuple(person for person in everybody if person.seat not in aside)
        expected = connection.execute(
            select(expected_participant)
            .where(expected_participant.c.class_id == class_id)
            .order_by(expected_participant.c.position_in_list)
        ).all()
        counts = connection.execute(
            select(
                grade_item.c.rule, grade_item.c.seat, grade_item.c.outcome, func.count().label("n")
            )
            .where(grade_item.c.class_id == class_id, grade_item.c.seat.not_in(aside))
            .group_by(grade_item.c.rule, grade_item.c.seat, grade_item.c.outcome)
        ).all()
    matrix = _matrix(counts)
    places = _places(people)
    inside = [place for place in places if place.kode in kelurahan_by_code()]
    graded = [(person.score, person.done) for person in people if person.score is not None]
    done = sum(person.done for person in people)
    outcomes = [outcome for seats in matrix.values() for outcome in seats.values()]
    return Board(
        info,
        people,
        places,
        tuple(place for place in inside if not place.seats),
        _absent(expected, people),
        tuple(rule for rule in matrix if rule),
        matrix,
        _most_missed(matrix),
        Totals(
            len(people),
            len(expected),
            sum(bool(place.seats) for place in inside),
            len(inside),
            done,
            sum(person.of for person in people),
            sum(outcome.found for outcome in outcomes),
            sum(outcome.missed for outcome in outcomes),
            sum(outcome.false_alarm for outcome in outcomes),
            sum(score * n for score, n in graded) / done if graded else None,
        ),
        tuple(
            Aside(one.seat, one.name, one.done, aside[one.seat])
            for one in everybody
            if one.seat in aside
        ),
    )


def moment_id(moment: datetime) -> str:
    """``21 Nov 2026 17.00 WIB`` for an aware moment."""
    local = moment.astimezone(WIB)
    return f"{date_id(local.date())} {local:%H.%M %Z}"


def clean_name(name: str) -> str:
    """A person's name without control characters and doubled spaces; raises ``WrongUse``."""
    kept = "".join(
        " " if character.isspace() else character
        for character in name
        if character.isspace() or unicodedata.category(character)[0] != "C"
    )
    kept = re.sub(r" +", " ", kept).strip()
    if not kept:
        raise WrongUse("Nama belum diisi. Tulis nama Anda.")
    if len(kept) > MAX_NAME:
        raise WrongUse(f"Nama terlalu panjang. Tulis paling banyak {MAX_NAME} huruf.")
    return kept


def plain_code(code: str) -> str:
    """A code as it is compared: capitals and digits only, however it was typed."""
    return re.sub(r"[^A-Z0-9]", "", code.upper())


def _checked(settings: ClassSettings) -> ClassSettings:
    name, place = settings.name.strip(), settings.place.strip()
    if not 1 <= len(name) <= 100 or len(place) > 100:
        raise WrongUse("Isi nama kelas; nama dan tempat paling banyak 100 huruf.")
    if not 1 <= settings.n_cases <= MAX_CASES:
        raise WrongUse(f"Jumlah kasus harus 1 sampai {MAX_CASES}.")
    if not 0 <= settings.error_share <= 1:
        raise WrongUse("Bagian kasus yang memuat kesalahan harus 0 sampai 100 persen.")
    if not 1 <= settings.seats <= MAX_SEATS:
        raise WrongUse(f"Jumlah kursi harus 1 sampai {MAX_SEATS}.")
    if not 1 <= settings.code_hours <= MAX_CODE_HOURS:
        raise WrongUse(f"Masa berlaku kode harus 1 sampai {MAX_CODE_HOURS} jam.")
    _check_parts(settings)
    try:
        day = date.fromisoformat(str(settings.date))
    except ValueError as error:
        raise WrongUse("Tanggal kelas tidak dapat dibaca. Tulis seperti 2026-11-21.") from error
    return replace(settings, name=name, place=place, date=day)


def _check_parts(settings: ClassSettings) -> None:
    kinds = [part.kind for part in settings.parts]
    if len(kinds) > MAX_PARTS or set(kinds) - set(KINDS):
        raise WrongUse(f"Susun paling banyak {MAX_PARTS} bagian: {', '.join(KINDS.values())}.")
    for kind in (BEFORE, AFTER, OPENING):
        if kinds.count(kind) > 1:
            raise WrongUse(f"{KINDS[kind]} hanya satu kali dalam satu kelas.")
    for part in settings.parts:
        if set(part.drills) - set(DRILLS):
            raise WrongUse("Kuis itu tidak ada. Pilih kuis dari yang tampil.")
        if len(part.title) > 100:
            raise WrongUse("Judul bagian paling banyak 100 huruf.")
        least = MIN_TEST if part.kind in TESTS else 1
        if part.kind in {*TESTS, OPENING} and not least <= part.n <= MAX_TEST:
            raise WrongUse(f"{KINDS[part.kind]} memuat {least} sampai {MAX_TEST} kasus.")
    if settings.parts and not 1 <= settings.n_rules <= MAX_RULES:
        raise WrongUse(f"Jumlah aturan harus 1 sampai {MAX_RULES}.")


def _part_rows(class_id: str, parts: Sequence[PartPlan]) -> list[dict[str, Any]]:
    return [
        {
            "class_id": class_id,
            "number": number,
            "kind": part.kind,
            "title": part.title.strip() or KINDS[part.kind],
            "settings": ledger.canonical({"n": part.n, "drills": list(part.drills)}),
            "state": WAITING,
        }
        for number, part in enumerate(parts, start=1)
    ]


def _plan(class_id: str, settings: Mapping[str, Any], seed: int) -> training.Plan:
    """What the drawing goes by; raises ``WrongUse`` for groups of rules that do not exist."""
    groups = tuple(settings["groups"])
    return training.Plan(class_id, settings["n_cases"], settings["error_share"], groups, seed)


def _draw(office: Office, class_id: str, up_to: int, progress: Progress | None) -> None:
    """Draw from the first missing seat to ``up_to``; each seat is committed with all its cases."""
    with office.practice.reading() as connection:
        row = _class_row(connection, class_id)
    settings = json.loads(row.settings)
    if "rules" in settings:
        _set_seats(office, class_id, up_to)
        return
    plan = _plan(class_id, settings, row.seed)
    first = row.seats_drawn + 1
    if progress:
        progress(row.seats_drawn, up_to)
    for seat, cases in training.draw_seats(plan, range(first, up_to + 1)):
        drawn = [(n, case.to_public(), case.key.to_json()) for n, case in enumerate(cases, 1)]
        with office.practice.writing() as connection:
            _store_seat(connection, class_id, seat, drawn)
        if progress:
            progress(seat, up_to)


def _set_seats(office: Office, class_id: str, up_to: int) -> None:
    """More seats of a class with parts: what they get lies in its bank."""
    with office.practice.writing() as connection:
        connection.execute(
            class_.update()
            .where(class_.c.id == class_id, class_.c.seats_drawn < up_to)
            .values(seats_drawn=up_to)
        )


def _store_seat(
    connection: Connection,
    class_id: str,
    seat: int,
    drawn: Iterable[tuple[int, dict[str, Any], dict[str, Any]]],
) -> None:
    drawn_so_far = select(class_.c.seats_drawn).where(class_.c.id == class_id).with_for_update()
    if connection.execute(drawn_so_far).scalar_one() != seat - 1:
        return  # somebody else drew the same cases for this seat a moment ago
    place = {"class_id": class_id, "seat": seat}
    drawn = list(drawn)
    publics = [{**place, "number": n, "public": json.dumps(public)} for n, public, _ in drawn]
    keys = [{**place, "number": n, "key": json.dumps(key)} for n, _, key in drawn]
    connection.execute(drawn_case.insert(), publics)
    connection.execute(case_key.insert(), keys)
    connection.execute(class_.update().where(class_.c.id == class_id).values(seats_drawn=seat))


def _store_refresher(
    connection: Connection, class_id: str, plan: training.Plan, cases: Sequence[training.Case]
) -> None:
    at = clock.now()
    kept = {
        "n_cases": len(cases),
        "error_share": plan.error_share,
        "groups": [],
        "seats": 1,
        "code_hours": ClassSettings.code_hours,
    }
    connection.execute(
        class_.insert().values(
            id=class_id,
            name="Penyegaran",
            place="",
            date=str(_now().astimezone(WIB).date()),
            settings=ledger.canonical(kept),
            join_code=_free_join_code(connection),
            state=CLOSED,
            seed=plan.seed,
            seats_drawn=0,
            opened_by="",
            created_at=at,
            closed_at=at,
        )
    )
    drawn = [
        (n, {**case.to_public(), "number": n, "of": len(cases)}, case.key.to_json())
        for n, case in enumerate(cases, 1)
    ]
    _store_seat(connection, class_id, 1, drawn)
    connection.execute(
        participant.insert().values(
            class_id=class_id,
            seat=1,
            name="Peserta penyegaran",
            position="lainnya",
            area_kode=CITY.kode_kemendagri,
            return_code_hash=_free_return_code(connection)[1],
            joined_at=at,
            last_seen_at=at,
        )
    )


def _set_state(office: Office, actor: Actor, class_id: str, state: str) -> None:
    with office.practice.writing() as connection:
        row = _class_row(connection, class_id)
        if row.archived_at is not None:
            raise WrongUse("Kelas ini sudah diarsipkan, jadi tidak dapat dibuka lagi.")
        if row.state == state:
            return
        closed_at = clock.now() if state == CLOSED else None
        until = _term(row) if state == OPEN else row.code_until
        connection.execute(
            class_.update()
            .where(class_.c.id == class_id)
            .values(state=state, closed_at=closed_at, code_until=until)
        )
        ledger.record(connection, actor.id, "kelas", f"kelas:{class_id}", "keadaan", state)


def _set_code(office: Office, actor: Actor, class_id: str, done: str) -> ClassInfo:
    with office.practice.writing() as connection:
        row = _class_row(connection, class_id)
        if row.state != OPEN:
            raise WrongUse("Kelas ini ditutup. Buka lagi kelasnya dulu, baru kodenya.")
        values = {"code_until": None if done == _TURNED_OFF else _term(row)}
        if done == _RENEWED:
            values["join_code"] = _free_join_code(connection)
        connection.execute(class_.update().where(class_.c.id == class_id).values(**values))
        ledger.record(connection, actor.id, "kelas", f"kelas:{class_id}", "kode", done)
        return _one_info(connection, class_id)


def _term(row: Row[Any]) -> str:
    """Until when the code of a class works that is turned on at this moment, as a stamp."""
    now, day = _now(), date.fromisoformat(row.date)
    if day > now.astimezone(WIB).date():
        return clock.stamp(datetime.combine(day, time(23, 59), WIB))
    hours = json.loads(row.settings).get("code_hours", ClassSettings.code_hours)
    return clock.stamp(now + timedelta(hours=hours))


def _now() -> datetime:
    return clock.moment(clock.now())


def _seated(
    connection: Connection, class_id: str, seat: int, return_code: str, field: str
) -> Joined:
    actor = trainee_of_seat(connection, class_id, seat)
    assert actor is not None  # just written or just found, in this transaction
    token = open_session(connection, Workspace.LATIHAN, class_id=class_id, seat=seat)
    ledger.record(connection, actor.id, "kelas", f"peserta:{actor.id}", field, {})
    return Joined(token, actor, return_code)


def _touch(connection: Connection, class_id: str, seat: int) -> None:
    connection.execute(
        participant.update()
        .where(participant.c.class_id == class_id, participant.c.seat == seat)
        .values(last_seen_at=clock.now())
    )


def _code(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def _free_join_code(connection: Connection) -> str:
    while True:
        code = _code(6)
        if not connection.execute(select(class_.c.id).where(class_.c.join_code == code)).first():
            return code


def _free_return_code(connection: Connection) -> tuple[str, str]:
    """A new return code as it is shown, and its hash; nobody has it yet."""
    while True:
        code = _code(8)
        hashed = _return_hash(code)
        taken = select(participant.c.seat).where(participant.c.return_code_hash == hashed)
        if not connection.execute(taken).first():
            return _shown(code), hashed


def _return_hash(code: str) -> str:
    return hash_secret(f"kode kembali:{code}")


def _shown(code: str) -> str:
    return f"{code[:4]}-{code[4:]}"


def _class_row(connection: Connection, class_id: str) -> Row[Any]:
    row = connection.execute(select(class_).where(class_.c.id == class_id)).first()
    if row is None:
        raise NotFound(_NO_CLASS)
    return row


def _joined(connection: Connection, class_id: str) -> int:
    seat: int = connection.execute(
        select(func.coalesce(func.max(participant.c.seat), 0)).where(
            participant.c.class_id == class_id
        )
    ).scalar_one()
    return seat


def _infos() -> Any:
    joined = (
        select(func.count())
        .select_from(participant)
        .where(participant.c.class_id == class_.c.id)
        .scalar_subquery()
    )
    return select(class_, joined.label("joined"))


def _one_info(connection: Connection, class_id: str) -> ClassInfo:
    row = connection.execute(_infos().where(class_.c.id == class_id)).first()
    if row is None:
        raise NotFound(_NO_CLASS)
    return _info(row)


def _info(row: Row[Any]) -> ClassInfo:
    settings = json.loads(row.settings)
    return ClassInfo(
        row.id,
        row.name,
        row.place,
        date.fromisoformat(row.date),
        row.join_code,
        row.state,
        settings["n_cases"],
        settings["error_share"],
        tuple(settings["groups"]),
        row.seats_drawn,
        row.joined,
        clock.moment(row.created_at),
        clock.moment(row.code_until) if row.code_until else None,
        tuple(settings.get("rules", ())),
    )


def _replace_expected(connection: Connection, class_id: str, expected: Sequence[Expected]) -> None:
    connection.execute(
        expected_participant.delete().where(expected_participant.c.class_id == class_id)
    )
    rows = [
        {
            "class_id": class_id,
            "position_in_list": place,
            "name": person.name[:MAX_NAME],
            "position": person.position[:100],
            "area_kode": person.area_kode,
            "area_text": person.area_text[:100],
        }
        for place, person in enumerate(expected, start=1)
    ]
    if rows:
        connection.execute(expected_participant.insert(), rows)


def _people(connection: Connection, info: ClassInfo) -> tuple[Person, ...]:
    graded = (
        select(grade.c.seat, func.count().label("done"), func.avg(grade.c.score).label("score"))
        .where(grade.c.class_id == info.id)
        .group_by(grade.c.seat)
        .subquery()
    )
    handed = _handed_out(connection, info.id) if info.has_parts else {}
    rows = connection.execute(
        select(participant, graded.c.done, graded.c.score)
        .outerjoin(graded, graded.c.seat == participant.c.seat)
        .where(participant.c.class_id == info.id)
        .order_by(participant.c.seat)
    )
    return tuple(
        Person(
            row.seat,
            row.name,
            row.position,
            row.area_kode,
            area_name(row.area_kode),
            row.done or 0,
            handed.get(row.seat, 0) if info.has_parts else info.n_cases,
            clock.moment(row.joined_at),
            clock.moment(row.last_seen_at),
            row.score,
        )
        for row in rows
    )


def _handed_out(connection: Connection, class_id: str) -> dict[int, int]:
    """Cases to be answered that each seat was handed, worked examples left out."""
    rows = connection.execute(
        select(drawn_case.c.seat, func.count().label("n"))
        .where(drawn_case.c.class_id == class_id, drawn_case.c.step != ladder.Step.EXAMPLE.value)
        .group_by(drawn_case.c.seat)
    )
    return {row.seat: row.n for row in rows}


def _places(people: Sequence[Person]) -> tuple[Place, ...]:
    seats: dict[str, list[int]] = {}
    for person in people:
        seats.setdefault(person.area_kode, []).append(person.seat)
    places = [
        Place(k.kode_kemendagri, k.name, k.kecamatan, tuple(seats.pop(k.kode_kemendagri, ())))
        for k in kelurahan()
    ]
    places += [
        Place(kode, area_name(kode), kecamatan().get(kode, ""), tuple(seats[kode]))
        for kode in sorted(seats)
    ]
    return tuple(places)


def _matrix(counts: Iterable[Row[Any]]) -> dict[str, dict[int, Outcome]]:
    cells: dict[str, dict[int, Counter[str]]] = {}
    for row in counts:
        cells.setdefault(row.rule, {}).setdefault(row.seat, Counter())[row.outcome] += row.n
    return {
        rule: {
            seat: Outcome(count["ditemukan"], count["terlewat"], count["keliru"])
            for seat, count in sorted(cells[rule].items())
        }
        for rule in sorted(cells)
    }


def _most_missed(matrix: Mapping[str, Mapping[int, Outcome]]) -> tuple[MissedRule, ...]:
    rules = [
        MissedRule(
            rule,
            sum(outcome.missed for outcome in seats.values()),
            sum(outcome.found for outcome in seats.values()),
            sum(outcome.missed > 0 for outcome in seats.values()),
        )
        for rule, seats in matrix.items()
    ]
    missed = [rule for rule in rules if rule.missed]
    return tuple(sorted(missed, key=lambda rule: (-rule.missed, rule.found, rule.rule))[:5])


def _absent(expected: Iterable[Row[Any]], people: Iterable[Person]) -> tuple[Absent, ...]:
    """Whom the office expects and who has not come; two of one name need two to come."""
    here = Counter(_compared(person.name) for person in people)
    absent = []
    for row in expected:
        name = _compared(row.name)
        if here[name]:
            here[name] -= 1
        else:
            area = area_name(row.area_kode) if row.area_kode else row.area_text
            absent.append(Absent(row.name, area, row.position))
    return tuple(absent)


def _compared(name: str) -> str:
    return re.sub(r"[\W_]+", " ", name.casefold()).strip()


__all__ = [
    "ALPHABET",
    "CLOSED",
    "OPEN",
    "POSITIONS",
    "WIB",
    "Absent",
    "Aside",
    "Board",
    "ClassInfo",
    "ClassSettings",
    "Expected",
    "Joined",
    "MissedRule",
    "Outcome",
    "PartPlan",
    "Person",
    "Place",
    "Totals",
    "board",
    "class_info",
    "classes_low_on_seats",
    "clean_name",
    "close_class",
    "come_back",
    "count_again",
    "current_class",
    "draw_more_seats",
    "issue_return_code",
    "join",
    "keep_setting",
    "known_areas",
    "list_classes",
    "moment_id",
    "open_class",
    "read_participants",
    "renew_code",
    "reopen_class",
    "set_aside",
    "set_expected",
    "turn_code_off",
    "turn_code_on",
    "wants_drawing",
]

"""A class: opened by a trainer, closed and opened again, its code turned on and off.

The cases of a seat are drawn into the store when the class opens (more seats by the server,
never by a trainee's process); a class with parts gets one bank instead, from which its seats are
handed their cases (``courses``). People come in through ``arrivals``, a trainer watches ``boards``.

The join code ends by itself, and a trainer may turn it off, on again, or make a new one. Closing
a class keeps newcomers out whatever the code. Neither touches those within: they may finish, read
what they did and come back by their return code, so that answers still on their way from a phone
are not lost.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select

from workbench import training
from workbench.access import Actor, Permission, require
from workbench.errors import NotFound, WrongUse
from workbench.services import banks
from workbench.services.codes import free_join_code, random_code
from workbench.services.ladders import (
    AFTER,
    BEFORE,
    KINDS,
    OPENING,
    TESTS,
    WAITING,
    PartPlan,
    course_from,
)
from workbench.services.office import Office
from workbench.store import clock, ledger
from workbench.store.participant_list import Expected
from workbench.store.tables import (
    case_key,
    class_,
    class_part,
    drawn_case,
    expected_participant,
    participant,
)
from workbench.training import ladder
from workbench.training.drills.rounds import DRILLS

PREPARING, OPEN, CLOSED = "preparing", "open", "closed"

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

_NO_CLASS = "Kelas itu tidak ada. Muat ulang halaman, lalu pilih dari yang tampil."

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
            return f"Kode tidak berlaku lagi sejak {clock.moment_id(self.code_until)}."
        return f"Kode berlaku sampai {clock.moment_id(self.code_until)}."

    @property
    def seats_left(self) -> int:
        return self.seats_drawn - self.joined


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
    class_id = f"K{random_code(6)}"
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
                join_code=free_join_code(connection),
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
            replace_expected(connection, class_id, expected)
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
        drawn = class_row(connection, class_id).seats_drawn
    _draw(office, class_id, min(drawn + seats, MAX_SEATS), progress)
    with office.practice.reading() as connection:
        return int(class_row(connection, class_id).seats_drawn)


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
        return one_info(connection, class_id)


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


def keep_setting(connection: Connection, class_id: str, name: str, value: Any) -> None:
    """Keep something beside what the class was opened with, in the transaction of the caller."""
    stored = connection.execute(
        select(class_.c.settings).where(class_.c.id == class_id).with_for_update()
    ).scalar_one()
    settings = ledger.canonical({**json.loads(stored), name: value})
    connection.execute(class_.update().where(class_.c.id == class_id).values(settings=settings))


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
        row = class_row(connection, class_id)
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
            store_seat(connection, class_id, seat, drawn)
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


def store_seat(
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


def _set_state(office: Office, actor: Actor, class_id: str, state: str) -> None:
    with office.practice.writing() as connection:
        row = class_row(connection, class_id)
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
        row = class_row(connection, class_id)
        if row.state != OPEN:
            raise WrongUse("Kelas ini ditutup. Buka lagi kelasnya dulu, baru kodenya.")
        values = {"code_until": None if done == _TURNED_OFF else _term(row)}
        if done == _RENEWED:
            values["join_code"] = free_join_code(connection)
        connection.execute(class_.update().where(class_.c.id == class_id).values(**values))
        ledger.record(connection, actor.id, "kelas", f"kelas:{class_id}", "kode", done)
        return one_info(connection, class_id)


def _term(row: Row[Any]) -> str:
    """Until when the code of a class works that is turned on at this moment, as a stamp."""
    now, day = _now(), date.fromisoformat(row.date)
    if day > now.astimezone(clock.zone()).date():
        return clock.stamp(datetime.combine(day, time(23, 59), clock.zone()))
    hours = json.loads(row.settings).get("code_hours", ClassSettings.code_hours)
    return clock.stamp(now + timedelta(hours=hours))


def _now() -> datetime:
    return clock.moment(clock.now())


def class_row(connection: Connection, class_id: str) -> Row[Any]:
    row = connection.execute(select(class_).where(class_.c.id == class_id)).first()
    if row is None:
        raise NotFound(_NO_CLASS)
    return row


def _infos() -> Any:
    joined = (
        select(func.count())
        .select_from(participant)
        .where(participant.c.class_id == class_.c.id)
        .scalar_subquery()
    )
    return select(class_, joined.label("joined"))


def one_info(connection: Connection, class_id: str) -> ClassInfo:
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


def set_expected(office: Office, actor: Actor, class_id: str, expected: Sequence[Expected]) -> int:
    """Replace the class's list of expected people; returns how many they are."""
    require(actor, Permission.RUN_CLASS)
    with office.practice.writing() as connection:
        class_row(connection, class_id)
        replace_expected(connection, class_id, expected)
        subject = f"kelas:{class_id}"
        ledger.record(connection, actor.id, "kelas", subject, "daftar_peserta", len(expected))
    return len(expected)


def replace_expected(connection: Connection, class_id: str, expected: Sequence[Expected]) -> None:
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

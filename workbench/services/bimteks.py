"""A bimtek as it is planned: timetable, people, groups, and the class that opens from it.

Whatever is planned is kept in one row of the practice store; who comes late is added to it and
to what the class expects. Papers are made from it in ``services.papers``.
"""

from __future__ import annotations

import json
import re
import secrets
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from itertools import chain, count
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from workbench.access import Actor, Permission, require
from workbench.domain.wilayah import CITY, area_name, kelurahan_by_code, say_locally, told_apart
from workbench.domain.words import date_id
from workbench.errors import NotFound, WrongUse
from workbench.services import arrivals, classes
from workbench.services.ladders import PartPlan
from workbench.services.office import Office
from workbench.services.part_changes import ClassChanges, change_parts
from workbench.store import clock, ledger, participant_list
from workbench.store.participant_list import Expected
from workbench.store.tables import bimtek as bimtek_table
from workbench.training.agenda import Agenda, part_plans

MOST_PEOPLE: Final = 480
#: Seats beyond the list, for those who come without being on it.
SPARE_SEATS: Final = 20
#: What may stand in the pattern of a certificate's number.
NUMBER_PARTS: Final = re.compile(r"\{(n|n:0\dd|tahun|bulan)\}")
MIXED, BY_KELURAHAN = "campur", "kelurahan"
#: How groups are made, with the words on the screen.
GROUPINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        MIXED: say_locally("Campur kelurahan, sama besar"),
        BY_KELURAHAN: say_locally("Satu kelurahan satu kelompok"),
    }
)

_GONE = "Rencana bimtek itu tidak ada. Muat ulang halaman, lalu pilih dari yang tampil."
_HAS_CLASS = (
    "Rencana ini sudah dipakai sebuah kelas, jadi tetap disimpan: sertifikat dan laporan "
    "bersumber darinya."
)
_CHANGED = (
    "Rencana ini baru saja diubah di tempat lain, jadi perubahan Anda belum disimpan. "
    "Pilih lagi rencananya, lalu ulangi perubahan Anda."
)

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Invited:
    """Somebody who is to come. ``area_text`` is what the list said where no kelurahan was found;
    ``group`` is 0 before groups are made."""

    name: str
    position: str = ""
    area_kode: str = ""
    area_text: str = ""
    group: int = 0

    @property
    def area(self) -> str:
        """Where from, in short words: a kelurahan's name (told apart), else what is known."""
        place = kelurahan_by_code().get(self.area_kode)
        if place:
            return told_apart(place)
        return area_name(self.area_kode) if self.area_kode else self.area_text


@dataclass(frozen=True)
class CourseSettings:
    """What the class is opened with; ``n_test`` cases in either test, ``groups`` empty for all."""

    n_test: int = 10
    n_rules: int = 12
    error_share: float = 0.75
    groups: tuple[str, ...] = ()
    code_hours: int = 12
    seed: int | None = None


@dataclass(frozen=True)
class Bimtek:
    """One plan. ``id`` is "" before it is first saved, ``class_id`` "" before its class opens.

    ``number_pattern`` is how certificates are numbered: ``{n}`` or ``{n:03d}`` the running
    number, ``{tahun}`` and ``{bulan}`` of the first day.
    """

    name: str
    date: date
    agenda: Agenda
    place: str = ""
    people: tuple[Invited, ...] = ()
    course: CourseSettings = field(default_factory=CourseSettings)
    office_name: str = f"Dinas Sosial {CITY.name}"
    head: str = ""
    head_title: str = f"Kepala Dinas Sosial {CITY.name}"
    number_pattern: str = "{n:03d}/BIMTEK-VERVAL/{tahun}"
    id: str = ""
    class_id: str = ""
    changed_at: str = ""

    def day(self, number: int) -> date:
        """The date of a day of the agenda, counted from 1."""
        return self.date + timedelta(days=number - 1)

    @property
    def dates(self) -> str:
        """``21 November 2026``, or first and last day."""
        last = max(self.agenda.days, default=1)
        first = date_id(self.date, long=True)
        return first if last == 1 else f"{first} s.d. {date_id(self.day(last), long=True)}"

    def blockers(self) -> tuple[str, ...]:
        """Why its class cannot open yet, a sentence each."""
        if self.class_id:
            return ("Kelas dari rencana ini sudah dibuka. Lihat bagian Papan.",)
        found = [] if self.name.strip() else ["Isi nama bimtek dulu."]
        found += self.agenda.faults()
        if not any(session.part for session in self.agenda.sessions):
            found.append("Belum ada sesi yang memakai kelas. Pilih bagian kelas pada satu sesi.")
        return tuple(found)


def save_bimtek(office: Office, actor: Actor, plan: Bimtek) -> Bimtek:
    """Keep a plan, new or changed; returns it as it is kept.

    A class that is open expects the new list of people at once. Raises ``WrongUse`` for what
    cannot be kept, or when somebody else changed the plan since it was read.
    """
    require(actor, Permission.RUN_CLASS)
    plan = _checked(plan)
    at = clock.now()
    content = ledger.canonical(_content(plan))
    values = {
        "name": plan.name,
        "place": plan.place,
        "date": plan.date.isoformat(),
        "content": content,
        "changed_at": at,
    }
    with office.practice.writing() as connection:
        if plan.id:
            changed = connection.execute(
                bimtek_table.update()
                .where(bimtek_table.c.id == plan.id, bimtek_table.c.changed_at == plan.changed_at)
                .values(**values)
            )
            if not changed.rowcount:
                _row(connection, plan.id)
                raise WrongUse(_CHANGED)
        else:
            plan = replace(plan, id=f"B{secrets.token_hex(6).upper()}")
            connection.execute(
                bimtek_table.insert().values(
                    id=plan.id, created_by=actor.id, created_at=at, **values
                )
            )
        ledger.record(
            connection, actor.id, "bimtek", f"bimtek:{plan.id}", "simpan", len(plan.people)
        )
    if plan.class_id:
        classes.set_expected(office, actor, plan.class_id, expected_of(plan))
    return replace(plan, changed_at=at)


def list_bimteks(office: Office, actor: Actor) -> tuple[Bimtek, ...]:
    """All plans, the newest first."""
    require(actor, Permission.RUN_CLASS)
    with office.practice.reading() as connection:
        rows = connection.execute(
            select(bimtek_table).order_by(bimtek_table.c.created_at.desc(), bimtek_table.c.id)
        )
        return tuple(_read(row) for row in rows)


def read_bimtek(office: Office, actor: Actor, bimtek_id: str) -> Bimtek:
    """One plan; raises ``NotFound``."""
    require(actor, Permission.RUN_CLASS)
    with office.practice.reading() as connection:
        return _read(_row(connection, bimtek_id))


def bimtek_of_class(office: Office, actor: Actor, class_id: str) -> Bimtek | None:
    """The plan a class was opened from; None of a class opened without one."""
    require(actor, Permission.RUN_CLASS)
    with office.practice.reading() as connection:
        row = connection.execute(
            select(bimtek_table).where(bimtek_table.c.class_id == class_id)
        ).first()
    return _read(row) if row else None


def open_bimtek(
    office: Office, actor: Actor, bimtek_id: str, progress: Progress | None = None
) -> Bimtek:
    """Open the class of a plan with the parts its timetable names.

    ``progress`` is told (done, of). Raises ``WrongUse`` with the first blocker.
    """
    plan = read_bimtek(office, actor, bimtek_id)
    for sentence in plan.blockers():
        raise WrongUse(sentence)
    course = plan.course
    settings = classes.ClassSettings(
        name=plan.name,
        place=plan.place,
        date=plan.date,
        error_share=course.error_share,
        groups=course.groups,
        seats=min(max(len(plan.people) + SPARE_SEATS, 30), classes.MAX_SEATS),
        seed=course.seed,
        code_hours=course.code_hours,
        parts=_planned_parts(plan),
        n_rules=course.n_rules,
    )
    opened = classes.open_class(office, actor, settings, expected_of(plan) or None, progress)
    with office.practice.writing() as connection:
        connection.execute(
            bimtek_table.update().where(bimtek_table.c.id == plan.id).values(class_id=opened.id)
        )
        ledger.record(connection, actor.id, "bimtek", f"bimtek:{plan.id}", "kelas", opened.id)
    return replace(plan, class_id=opened.id)


def copy_bimtek(
    office: Office, actor: Actor, bimtek_id: str, day: date, with_people: bool = False
) -> Bimtek:
    """A new plan like this one, first held on ``day``; its class will draw other cases.

    The people stay behind unless asked for: the next bimtek mostly has others.
    """
    plan = read_bimtek(office, actor, bimtek_id)
    taken = {one.name for one in list_bimteks(office, actor)}
    copied = replace(
        plan,
        name=_copied_name(plan.name, taken),
        date=day,
        people=plan.people if with_people else (),
        course=replace(plan.course, seed=None),
        id="",
        class_id="",
        changed_at="",
    )
    return save_bimtek(office, actor, copied)


def delete_bimtek(office: Office, actor: Actor, bimtek_id: str) -> None:
    """Throw a plan away; raises ``WrongUse`` once a class was opened from it."""
    require(actor, Permission.RUN_CLASS)
    with office.practice.writing() as connection:
        row = _row(connection, bimtek_id)
        if row.class_id:
            raise WrongUse(_HAS_CLASS)
        connection.execute(bimtek_table.delete().where(bimtek_table.c.id == bimtek_id))
        people = len(json.loads(row.content)["people"])
        ledger.record(connection, actor.id, "bimtek", f"bimtek:{bimtek_id}", "hapus", people)


def class_changes(office: Office, actor: Actor, bimtek_id: str) -> ClassChanges:
    """What ``renew_class`` would do; nothing before the class is open."""
    plan = read_bimtek(office, actor, bimtek_id)
    if not plan.class_id:
        return ClassChanges()
    with office.practice.reading() as connection:
        return change_parts(connection, plan.class_id, _planned_parts(plan), writes=False)


def renew_class(office: Office, actor: Actor, bimtek_id: str) -> ClassChanges:
    """Bring the parts of the plan's class up to date; those that were opened once stay.

    Raises ``WrongUse`` while the timetable has a fault or there is no class.
    """
    plan = read_bimtek(office, actor, bimtek_id)
    if not plan.class_id:
        raise WrongUse("Kelas dari rencana ini belum dibuka.")
    for sentence in plan.agenda.faults():
        raise WrongUse(sentence)
    with office.practice.writing() as connection:
        changes = change_parts(connection, plan.class_id, _planned_parts(plan), writes=True)
        if changes.done:
            subject = f"kelas:{plan.class_id}"
            ledger.record(connection, actor.id, "kelas", subject, "bagian", len(changes.done))
    return changes


def read_people(path: Path) -> tuple[Invited, ...]:
    """People from a spreadsheet; raises ``UnusableInput``."""
    return tuple(
        Invited(arrivals.clean_name(one.name), one.position, one.area_kode, one.area_text)
        for one in participant_list.read_participants(path)
    )


def add_person(plan: Bimtek, person: Invited) -> Bimtek:
    """The plan with one more person, in the smallest group where there are groups."""
    name = arrivals.clean_name(person.name)
    sizes = Counter(one.group for one in plan.people if one.group)
    group = min(sizes, key=lambda n: (sizes[n], n)) if sizes else 0
    return replace(plan, people=(*plan.people, replace(person, name=name, group=group)))


def group_people(people: Sequence[Invited], by: str, size: int) -> tuple[Invited, ...]:
    """Everybody with a group from 1; ``by`` is a key of ``GROUPINGS``.

    Mixed groups hold at most ``size`` and differ by one at most; those of one kelurahan are dealt
    out one after another, so that they meet others. The order of people stays.
    """
    if by not in GROUPINGS or not 2 <= size <= 50:
        raise WrongUse("Besar kelompok harus 2 sampai 50 orang.")
    if by == BY_KELURAHAN:
        places = sorted({_place(one) for one in people})
        return tuple(replace(one, group=places.index(_place(one)) + 1) for one in people)
    n_groups = -(-len(people) // size)
    dealt = sorted(range(len(people)), key=lambda n: (_place(people[n]), n))
    group = {n: turn % n_groups + 1 for turn, n in enumerate(dealt)}
    return tuple(replace(one, group=group[n]) for n, one in enumerate(people))


def shown_names(people: Sequence[Invited]) -> tuple[str, ...]:
    """Names as they are printed: of one name, told apart by kelurahan, and then by a number."""
    alike = Counter(_compared(one.name) for one in people)
    same_place = Counter((_compared(one.name), _place(one)) for one in people)
    met: Counter[tuple[str, tuple[bool, str]]] = Counter()
    shown = []
    for one in people:
        name, place = one.name, (_compared(one.name), _place(one))
        if alike[_compared(one.name)] > 1 and one.area:
            name += f" ({one.area})"
        if same_place[place] > 1:
            met[place] += 1
            name += f" {met[place]}"
        shown.append(name)
    return tuple(shown)


def expected_of(plan: Bimtek) -> list[Expected]:
    """The people of a plan as a class expects them."""
    return [
        Expected(one.name, one.area_kode, one.area_text, one.position, row)
        for row, one in enumerate(plan.people, start=1)
    ]


def fill_number(pattern: str, n: int, day: date) -> str:
    """A certificate's number; raises ``WrongUse`` for a pattern that is none.

    Only the named parts are filled in, so a pattern can reach nothing else.
    """
    values = {"tahun": f"{day.year}", "bulan": f"{day.month:02d}"}
    filled = NUMBER_PARTS.sub(
        lambda part: values.get(part[1]) or format(n, part[1].removeprefix("n").lstrip(":")),
        pattern,
    )
    if "{n" not in pattern or re.search(r"[{}]", filled) or not 1 <= len(filled.strip()) <= 60:
        raise WrongUse(
            "Pola nomor sertifikat belum benar. Tulis seperti {n:03d}/BIMTEK-VERVAL/{tahun}, "
            "paling banyak 60 huruf."
        )
    return filled


def _checked(plan: Bimtek) -> Bimtek:
    name, place = plan.name.strip(), plan.place.strip()
    if not 1 <= len(name) <= 100 or len(place) > 100:
        raise WrongUse("Isi nama bimtek; nama dan tempat paling banyak 100 huruf.")
    if max(len(plan.office_name), len(plan.head), len(plan.head_title)) > 150:
        raise WrongUse("Nama kantor, kepala dan jabatannya paling banyak 150 huruf.")
    if len(plan.people) > MOST_PEOPLE:
        raise WrongUse(f"Paling banyak {MOST_PEOPLE} peserta dalam satu bimtek.")
    course = plan.course
    if not (4 <= course.n_test <= 30 and 1 <= course.n_rules <= 30):
        raise WrongUse("Kasus tes harus 4 sampai 30, dan aturan yang dilatih 1 sampai 30.")
    fill_number(plan.number_pattern, 999, plan.date)
    people = tuple(
        replace(one, name=arrivals.clean_name(one.name), position=one.position[:100])
        for one in plan.people
    )
    return replace(plan, name=name, place=place, people=people)


def _planned_parts(plan: Bimtek) -> tuple[PartPlan, ...]:
    return tuple(PartPlan(*part) for part in part_plans(plan.agenda, plan.course.n_test))


def _copied_name(name: str, taken: Collection[str]) -> str:
    """``Bimtek (salinan)``, with a number where there is one already."""
    base = re.sub(r" \(salinan( \d+)?\)$", "", name)[:80]
    numbered = (f"{base} (salinan {n})" for n in count(2))
    return next(one for one in chain((f"{base} (salinan)",), numbered) if one not in taken)


def _content(plan: Bimtek) -> dict[str, Any]:
    return {
        "agenda": plan.agenda.to_json(),
        "people": [asdict(person) for person in plan.people],
        "course": {**asdict(plan.course), "groups": list(plan.course.groups)},
        "office_name": plan.office_name.strip(),
        "head": plan.head.strip(),
        "head_title": plan.head_title.strip(),
        "number_pattern": plan.number_pattern.strip(),
    }


def _read(row: Row[Any]) -> Bimtek:
    content = json.loads(row.content)
    course = content.pop("course")
    return Bimtek(
        row.name,
        date.fromisoformat(row.date),
        Agenda.from_json(content.pop("agenda")),
        row.place,
        tuple(Invited(**one) for one in content.pop("people")),
        CourseSettings(**{**course, "groups": tuple(course["groups"])}),
        **content,
        id=row.id,
        class_id=row.class_id or "",
        changed_at=row.changed_at,
    )


def _row(connection: Connection, bimtek_id: str) -> Row[Any]:
    row = connection.execute(select(bimtek_table).where(bimtek_table.c.id == bimtek_id)).first()
    if row is None:
        raise NotFound(_GONE)
    return row


def _place(person: Invited) -> tuple[bool, str]:
    """Sorts known kelurahan by code, and behind them whoever could not be placed."""
    return not person.area_kode, person.area_kode or _compared(person.area_text)


def _compared(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text.casefold()).strip()


def names_alike(people: Iterable[Invited]) -> int:
    """How many people share their name with another."""
    counts = Counter(_compared(person.name) for person in people)
    return sum(n for n in counts.values() if n > 1)


__all__ = [
    "BY_KELURAHAN",
    "GROUPINGS",
    "MIXED",
    "Bimtek",
    "ClassChanges",
    "CourseSettings",
    "Invited",
    "add_person",
    "bimtek_of_class",
    "class_changes",
    "copy_bimtek",
    "delete_bimtek",
    "expected_of",
    "fill_number",
    "group_people",
    "list_bimteks",
    "names_alike",
    "open_bimtek",
    "read_bimtek",
    "read_people",
    "renew_class",
    "save_bimtek",
    "shown_names",
]

"""Coming into a class: join by its code, come back by one's own, sit down for a refresher.

A joiner takes the next seat. A name alone never takes a seat that is taken: going on from another
phone needs the return code.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, func, select

from workbench import training
from workbench.access import Actor, Permission, Workspace, require
from workbench.domain.wilayah import CITY, say_locally
from workbench.errors import NotFound, WrongUse
from workbench.services import classes
from workbench.services.accounts import known_areas, trainee_of_seat
from workbench.services.codes import (
    free_join_code,
    free_return_code,
    plain_code,
    return_hash,
    shown,
)
from workbench.services.ladders import aside_seats
from workbench.services.office import Office
from workbench.store import clock, ledger
from workbench.store.sessions import open_session
from workbench.store.tables import class_, participant

#: What somebody is in the field, with the words on the screen.
POSITIONS: Final[Mapping[str, str]] = {
    "operator": "Operator",
    "pendamping": "Pendamping",
    "psm": "PSM",
    "tksk": "TKSK",
    "lainnya": "Lainnya",
}

_UNKNOWN_CODE = "Kode kelas tidak dikenal. Periksa lagi kode pada layar pelatih."
_CODE_OFF = "Kode kelas ini sedang dimatikan. Minta pelatih menyalakannya lagi."
_CODE_ENDED = "Kode kelas ini tidak berlaku lagi sejak {since}. Minta pelatih menyalakannya lagi."
_CLOSED = "Kelas ini sudah ditutup untuk peserta baru. Minta pelatih membukanya lagi."
_NO_SEAT = "Semua kursi yang siap sudah terisi. Kursi baru sedang disiapkan; coba lagi sebentar."
_UNKNOWN_RETURN = (
    "Kode kembali tidak dikenal. Periksa lagi kodenya, atau minta kode baru kepada pelatih."
)
NO_PERSON = "Peserta itu tidak ada di kelas ini. Muat ulang papan, lalu pilih lagi."


@dataclass(frozen=True)
class Joined:
    """A seat taken or taken again: the session's token, who it is, the code to come back with."""

    token: str
    actor: Actor
    return_code: str


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
        raise WrongUse(
            say_locally(
                f"Wilayah itu tidak dikenal. Pilih kelurahan, kecamatan atau {CITY.kind} Anda."
            )
        )
    with office.practice.writing() as connection:
        row = connection.execute(
            select(class_).where(class_.c.join_code == plain_code(join_code)).with_for_update()
        ).first()
        if row is None or row.state == classes.PREPARING:
            raise NotFound(_UNKNOWN_CODE)
        if row.state != classes.OPEN:
            raise WrongUse(_CLOSED)
        if not row.code_until:
            raise WrongUse(_CODE_OFF)
        if row.code_until <= clock.now():
            raise WrongUse(_CODE_ENDED.format(since=clock.moment_id(clock.moment(row.code_until))))
        seat = _joined(connection, row.id) + 1
        if seat > row.seats_drawn:
            raise WrongUse(_NO_SEAT)
        at = clock.now()
        return_code, hashed = free_return_code(connection)
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
                participant.c.return_code_hash == return_hash(code)
            )
        ).first()
        if row is None:
            raise NotFound(_UNKNOWN_RETURN)
        seat = aside_seats(connection, row.class_id).get(row.seat, row.seat)
        _touch(connection, row.class_id, seat)
        return _seated(connection, row.class_id, seat, shown(code), "kembali")


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
        return_code, hashed = free_return_code(connection)
        changed = connection.execute(
            participant.update()
            .where(participant.c.class_id == class_id, participant.c.seat == seat)
            .values(return_code_hash=hashed)
        )
        if not changed.rowcount:
            raise NotFound(NO_PERSON)
        subject = f"peserta:{class_id}.{seat}"
        ledger.record(connection, actor.id, "kelas", subject, "kode_kembali", {})
    return return_code


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
    if len(kept) > classes.MAX_NAME:
        raise WrongUse(f"Nama terlalu panjang. Tulis paling banyak {classes.MAX_NAME} huruf.")
    return kept


def _store_refresher(
    connection: Connection, class_id: str, plan: training.Plan, cases: Sequence[training.Case]
) -> None:
    at = clock.now()
    kept = {
        "n_cases": len(cases),
        "error_share": plan.error_share,
        "groups": [],
        "seats": 1,
        "code_hours": classes.ClassSettings.code_hours,
    }
    connection.execute(
        class_.insert().values(
            id=class_id,
            name="Penyegaran",
            place="",
            date=str(clock.today()),
            settings=ledger.canonical(kept),
            join_code=free_join_code(connection),
            state=classes.CLOSED,
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
    classes.store_seat(connection, class_id, 1, drawn)
    connection.execute(
        participant.insert().values(
            class_id=class_id,
            seat=1,
            name="Peserta penyegaran",
            position="lainnya",
            area_kode=CITY.kode_kemendagri,
            return_code_hash=free_return_code(connection)[1],
            joined_at=at,
            last_seen_at=at,
        )
    )


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


def _joined(connection: Connection, class_id: str) -> int:
    seat: int = connection.execute(
        select(func.coalesce(func.max(participant.c.seat), 0)).where(
            participant.c.class_id == class_id
        )
    ).scalar_one()
    return seat

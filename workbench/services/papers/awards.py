"""Certificates: issued once with a number, and printed again just as they were."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, select

from workbench.access import Actor, Permission, require
from workbench.domain.wilayah import CITY, area_name
from workbench.domain.words import date_id, number_id
from workbench.errors import WrongUse
from workbench.services.arrivals import POSITIONS
from workbench.services.bimteks import Bimtek, fill_number, read_bimtek
from workbench.services.ladders import aside_seats, class_histories, course_of
from workbench.services.office import Office
from workbench.services.papers.press import frame, press
from workbench.store import clock, ledger
from workbench.store.tables import certificate, participant
from workbench.training.ladder import standings

Paper = tuple[str, bytes]

#: Rules named on a certificate; of more, the rest is counted.
_MOST_RULES: Final = 14


def certificates(
    office: Office, actor: Actor, bimtek_id: str, seats: Sequence[int] | None = None
) -> Paper:
    """Certificates of those who joined, all or some ``seats``: file name and PDF.

    Who has none yet gets the next free number of the plan's pattern; who has one is printed what
    stood on it. Raises ``WrongUse`` before the class is open or while nobody joined.
    """
    require(actor, Permission.RUN_CLASS)
    plan = read_bimtek(office, actor, bimtek_id)
    if not plan.class_id:
        raise WrongUse("Sertifikat dicetak setelah kelas berjalan. Buka kelasnya dulu.")
    mastered = _mastered(office, plan)
    with office.practice.writing() as connection:
        people = connection.execute(
            select(participant)
            .where(
                participant.c.class_id == plan.class_id,
                participant.c.seat.not_in(aside_seats(connection, plan.class_id)),
            )
            .order_by(participant.c.seat)
        ).all()
        wanted = [one for one in people if seats is None or one.seat in seats]
        if not wanted:
            raise WrongUse("Belum ada peserta yang bergabung, jadi belum ada sertifikat.")
        standing = _standing(connection, plan.class_id)
        for one in wanted:
            if one.seat not in standing:
                content = _content(plan, one, mastered.get(one.seat))
                standing[one.seat] = _issue(connection, actor, plan, one.seat, content)
    values = {
        **frame(plan, "Sertifikat", "", False),
        "certificates": [standing[one.seat] for one in wanted],
    }
    return f"sertifikat-{plan.id}.pdf", press("sertifikat", values, plan)


def _standing(connection: Connection, class_id: str) -> dict[int, dict[str, Any]]:
    rows = connection.execute(
        select(certificate.c.seat, certificate.c.number, certificate.c.content).where(
            certificate.c.class_id == class_id
        )
    )
    return {seat: {**json.loads(content), "number": number} for seat, number, content in rows}


def _issue(
    connection: Connection, actor: Actor, plan: Bimtek, seat: int, content: dict[str, Any]
) -> dict[str, Any]:
    number = _free_number(connection, plan)
    connection.execute(
        certificate.insert().values(
            class_id=plan.class_id,
            seat=seat,
            number=number,
            content=ledger.canonical(content),
            issued_by=actor.id,
            at=clock.now(),
        )
    )
    subject = f"peserta:{plan.class_id}.{seat}"
    ledger.record(connection, actor.id, "sertifikat", subject, "nomor", number)
    return {**content, "number": number}


def _free_number(connection: Connection, plan: Bimtek) -> str:
    taken = set(connection.execute(select(certificate.c.number)).scalars())
    n = 1
    while (number := fill_number(plan.number_pattern, n, plan.date)) in taken:
        n += 1
    return number


def _content(plan: Bimtek, person: Any, mastered: Iterable[str] | None) -> dict[str, Any]:
    """What stands on it besides the number; no NIK, for none is known of a participant."""
    return {
        "office": plan.office_name,
        "bimtek": plan.name,
        "name": person.name,
        "position": POSITIONS.get(person.position, person.position),
        "area": area_name(person.area_kode),
        "dates": plan.dates,
        "place": plan.place,
        "jp": number_id(plan.agenda.jp),
        "city": CITY.short_name,
        "issued": date_id(plan.day(max(plan.agenda.days, default=1)), long=True),
        "head": plan.head,
        "head_title": plan.head_title,
        "mastered": _by_group(mastered or ()),
        "has_practised": mastered is not None,
    }


def _by_group(codes: Iterable[str]) -> list[dict[str, Any]]:
    """Rules in words under their group's name, in the order of the catalogue."""
    from workbench.rules import GROUPS, catalogue
    from workbench.training.authoring.vocabulary import rule_choice

    kept = sorted(set(codes) & catalogue().keys(), key=list(catalogue()).index)
    groups: dict[str, list[str]] = {}
    for code in kept[:_MOST_RULES]:
        rule = catalogue()[code]
        words = rule_choice(rule).removeprefix(f"{code} ")
        groups.setdefault(GROUPS[rule.group], []).append(words)
    named = [{"group": group, "rules": rules} for group, rules in groups.items()]
    if len(kept) > _MOST_RULES:
        named.append({"group": "Lainnya", "rules": [f"{len(kept) - _MOST_RULES} aturan lagi"]})
    return named


def _mastered(office: Office, plan: Bimtek) -> Mapping[int, tuple[str, ...]]:
    """The rules each seat has mastered on the ladder; of a class without one, nothing."""
    with office.practice.reading() as connection:
        course = course_of(connection, plan.class_id)
        seen = class_histories(connection, plan.class_id) if course else {}
    return {
        seat: tuple(code for code, told in standings(course, history).items() if told.is_mastered)
        for seat, history in seen.items()
    }

"""Papers that need the plan alone: timetable, attendance sheet, join cards."""

from __future__ import annotations

from typing import Any, Final

from workbench.access import Actor, Permission, require
from workbench.domain.wilayah import PLACE_KINDS
from workbench.domain.words import date_id, number_id
from workbench.errors import WrongUse
from workbench.services import classes
from workbench.services.bimteks import Bimtek, read_bimtek, shown_names
from workbench.services.office import Office
from workbench.services.papers.press import frame, press
from workbench.training.agenda import Session

#: Lines without a name on the attendance sheet.
SPARE_LINES: Final = 8
#: Signatures that fit beside the names on a sheet lying down.
_MOST_SIGNATURES: Final = 5

Paper = tuple[str, bytes]


def timetable(office: Office, actor: Actor, bimtek_id: str) -> Paper:
    """The timetable with hours of lessons a day: file name and PDF."""
    require(actor, Permission.RUN_CLASS)
    plan = read_bimtek(office, actor, bimtek_id)
    return f"jadwal-{plan.id}.pdf", press("jadwal", _timetable(plan), plan)


def attendance(office: Office, actor: Actor, bimtek_id: str) -> Paper:
    """A sheet a day to sign per session, with lines for those who come unannounced."""
    require(actor, Permission.RUN_CLASS)
    plan = read_bimtek(office, actor, bimtek_id)
    return f"daftar-hadir-{plan.id}.pdf", press("hadir", _attendance(plan), plan)


def join_cards(office: Office, actor: Actor, bimtek_id: str, address: str) -> Paper:
    """A card for everybody with QR, address and code of the class; eight a page.

    ``address`` is the server's as phones see it. Raises ``WrongUse`` before the class is open.
    """
    require(actor, Permission.RUN_CLASS)
    plan = read_bimtek(office, actor, bimtek_id)
    if not plan.class_id:
        raise WrongUse("Kartu masuk memuat kode kelas. Buka kelas dari rencana ini dulu.")
    if not plan.people:
        raise WrongUse("Belum ada peserta pada rencana ini. Isi daftar pesertanya dulu.")
    if not address:
        raise WrongUse("Alamat server belum diketahui. Jalankan server, lalu ulangi.")
    code = classes.class_info(office, actor, plan.class_id).join_code
    return f"kartu-masuk-{plan.id}.pdf", press("kartu", _cards(plan, code, address), plan)


def _timetable(plan: Bimtek) -> dict[str, Any]:
    return {
        **frame(plan, "Jadwal bimtek", "Jam dapat berubah; ikuti petunjuk panitia.", False),
        "days": [
            {
                "number": day,
                "date": date_id(plan.day(day), long=True),
                "jp": number_id(plan.agenda.jp_of_day(day)),
                "sessions": [_line(session) for session in plan.agenda.of_day(day)],
            }
            for day in plan.agenda.days
        ],
        "jp": number_id(plan.agenda.jp),
    }


def _line(session: Session) -> dict[str, str]:
    return {
        "clock": session.clock,
        "title": session.title,
        "content": session.content,
        "speaker": session.speaker,
        "method": session.method,
        "jp": number_id(session.jp) if session.jp else "",
    }


def _attendance(plan: Bimtek) -> dict[str, Any]:
    names = shown_names(plan.people)
    people = [
        {"name": name, "area": one.area, "position": one.position}
        for name, one in zip(names, plan.people, strict=True)
    ]
    people += [{"name": "", "area": "", "position": ""}] * SPARE_LINES
    return {
        **frame(plan, "Daftar hadir", "Tanpa NIK. Simpan menurut aturan arsip kantor.", False),
        "places": PLACE_KINDS,
        "people": people,
        "days": [
            {
                "number": day,
                "date": date_id(plan.day(day), long=True),
                "sessions": [{"clock": s.clock, "title": s.title[:60]} for s in _signed(plan, day)],
            }
            for day in plan.agenda.days
        ],
    }


def _signed(plan: Bimtek, day: int) -> tuple[Session, ...]:
    """The sessions one signs for: those that count, else whatever the day holds."""
    sessions = plan.agenda.of_day(day)
    counted = tuple(session for session in sessions if session.jp)
    return (counted or sessions)[:_MOST_SIGNATURES]


def _cards(plan: Bimtek, code: str, address: str) -> dict[str, Any]:
    import segno

    link = segno.make(f"{address}/masuk?kode={code}", error="m")
    cards = [
        {
            "name": name,
            "area": one.area,
            "position": one.position,
            "group": str(one.group) if one.group else "",
        }
        for name, one in zip(shown_names(plan.people), plan.people, strict=True)
    ]
    return {
        **frame(plan, "Kartu masuk kelas", "", True),
        "qr": link.svg_inline(border=2, dark="#000", light="#fff"),
        "code": code,
        "address": f"{address.split('://')[-1]}/masuk",
        "cards": cards,
    }

"""What the trainer's pack holds beside the slides: guide, hand-outs, leaflets of day thirty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final

from workbench.domain.words import date_id
from workbench.errors import WrongUse
from workbench.rules import Rule
from workbench.services.bimteks import Bimtek
from workbench.services.papers.press import frame, press
from workbench.training.agenda import PARTS, Session
from workbench.training.drills.rounds import DRILLS
from workbench.training.facilitation.handouts import (
    HANDOUTS,
    categories_by_cluster,
    handout_words,
    rule_name,
    rules_by_group,
)
from workbench.training.facilitation.notes import (
    drill_notes,
    notes_of,
    preparations,
    refresher_notes,
    steps_of,
)
from workbench.training.facilitation.worked import rules_of_days
from workbench.training.plans import Plan
from workbench.training.returns import DUE_DAYS, LAST_DAY

_FOOT: Final = "LATIHAN. Semua keluarga di kelas ini rekaan; NIK diawali 99."


def press_guide(plan: Bimtek, dice: Plan, is_dated: bool = True) -> bytes:
    """The facilitator's guide as PDF; ``dice`` are those of the slide show it belongs to."""
    later = refresher_notes()
    days = plan.agenda.days
    values = {
        **_frame(plan, "Pedoman pelatih", is_dated),
        "before": [{"title": one.title, "points": one.points} for one in preparations()],
        "days": [
            {
                "number": day,
                "date": date_id(plan.day(day), long=True) if is_dated else "",
                "sessions": [_session(session) for session in plan.agenda.of_day(day)],
            }
            for day in days
        ],
        "drills": [(DRILLS[name].title, words) for name, words in drill_notes().items()],
        "rules": [
            {"number": day, "rules": [_rule_line(rule) for rule in rules]}
            for day, rules in zip(days, rules_of_days(dice, len(days)), strict=True)
        ],
        "later": {
            "due": date_id(_due(plan), long=True) if is_dated else "",
            "aim": later.aim,
            "plan": later.plan,
            "say": later.say,
            "ask": [vars(one) for one in later.ask],
            "wrong": [vars(one) for one in later.wrong],
        },
    }
    return press("pedoman", values, plan)


def press_handout(plan: Bimtek, name: str, is_dated: bool = True) -> bytes:
    """One hand-out (a name of ``HANDOUTS``) as PDF; raises ``WrongUse`` for another name."""
    if name not in HANDOUTS:
        raise WrongUse("Lembar itu tidak ada. Pilih dari daftar yang tampil.")
    values = {**_frame(plan, HANDOUTS[name], is_dated), "words": handout_words(name)}
    if name == "aturan":
        values["groups"] = [
            {"name": words, "rules": [_rule(rule) for rule in rules]}
            for words, rules in rules_by_group().items()
        ]
    if name == "kategori":
        values["clusters"] = [
            {"name": cluster, "kinds": kinds} for cluster, kinds in categories_by_cluster().items()
        ]
    return press(f"lembar_{name}", values, plan)


def press_leaflets(
    plan: Bimtek, links: Iterable[tuple[str, str]], address: str, is_dated: bool = True
) -> bytes:
    """Leaflets of the refresher, two on a page: (name, link) each; without a link no QR."""
    words = handout_words("segar")
    last = _due(plan) - timedelta(days=DUE_DAYS)
    values = {
        **_frame(plan, words["title"], is_dated),
        "words": words,
        "due": date_id(_due(plan), long=True) if is_dated else "",
        "ends": date_id(last + timedelta(days=LAST_DAY), long=True),
        "address": address.split("://")[-1],
        "leaflets": [
            {
                "name": name,
                "qr": _qr(link) if link else "",
                "steps": words["steps" if link else "general"],
            }
            for name, link in links
        ],
    }
    return press("selebaran", values, plan)


def _frame(plan: Bimtek, title: str, is_dated: bool) -> dict[str, Any]:
    framed = frame(plan, title, _FOOT, True)
    return framed if is_dated else {**framed, "dates": "", "place": ""}


def _due(plan: Bimtek) -> date:
    return plan.day(max(plan.agenda.days, default=1)) + timedelta(days=DUE_DAYS)


def _session(session: Session) -> dict[str, Any]:
    notes = notes_of(session)
    return {
        "clock": session.clock,
        "title": session.title,
        "speaker": session.speaker,
        "part": PARTS[session.part] if session.part else "",
        "minutes": session.minutes,
        "aim": notes.aim,
        "steps": [(one.minutes, one.do) for one in steps_of(session)],
        "say": notes.say,
        "ask": [vars(one) for one in notes.ask],
        "wall": notes.wall,
        "wrong": [vars(one) for one in notes.wrong],
    }


def _rule_line(rule: Rule) -> tuple[str, str, str]:
    return rule.code, rule.question, ", ".join(rule.documents)


def _rule(rule: Rule) -> Mapping[str, Any]:
    return {
        "code": rule.code,
        "taught": bool(rule.taught and rule.plants),
        "name": rule_name(rule),
        "question": rule.question,
        "documents": ", ".join(rule.documents),
    }


def _qr(link: str) -> str:
    import segno

    return str(segno.make(link, error="m").svg_inline(border=2, dark="#000", light="#fff"))

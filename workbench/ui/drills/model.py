"""The room Latihan singkat as a plain object: which page is open, what a message does.

It knows the service and no widget. A page gets a card without its key; what is right comes only
with the feedback of an answer that is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Protocol

from workbench.access import Actor, Role
from workbench.domain.words import number_id
from workbench.errors import StoreFault, WorkbenchError
from workbench.training.drills import rare, rounds
from workbench.ui.rule_words import rule_title
from workbench.ui.trainee.live import Speaks, live_words, pause_words

LIST, SETUP, CARD, FEEDBACK, REPORT, MESSAGE = (
    "list",
    "setup",
    "card",
    "feedback",
    "report",
    "message",
)
#: Codes of at most 26 categories with blanks between them; nothing longer is an answer.
MAX_TEXT = 200

_RATES = {
    50: "Sering: satu dari dua salah",
    20: "Agak sering: satu dari lima",
    10: "Jarang: satu dari sepuluh",
    5: "Langka: satu dari dua puluh",
    2: "Sangat langka: satu dari lima puluh",
    1: "Hampir tidak ada: satu dari seratus",
}
_DECIMALS = 1
_NONE_LEFT = "Semua soal putaran ini sudah ditarik pelatih."


class Drills(Protocol):
    """What this room asks of ``services.drills``."""

    def drills(self, office: Any, actor: Actor) -> Any: ...
    def open_round(self, office: Any, actor: Actor, drill: Any, settings: Any) -> Any: ...
    def card(self, office: Any, actor: Actor, drill: Any) -> Any: ...
    def answer(
        self, office: Any, actor: Actor, drill: Any, round_number: Any, place: Any, value: Any
    ) -> Any: ...
    def report(self, office: Any, actor: Actor, drill: Any) -> Any: ...


class DrillRoom:
    """One person's room. ``office`` is passed through to ``drills`` and ``courses`` untouched;
    without ``courses`` no trainer is heard.
    """

    def __init__(
        self, office: Any, actor: Actor, drills: Drills, courses: Speaks | None = None
    ) -> None:
        self._office = office
        self._actor = actor
        self._drills = drills
        self._courses = courses
        #: The card on the screen, to be drawn again with its feedback.
        self._shown: Any = None

    def first_page(self) -> dict[str, Any]:
        """The list of drills."""
        try:
            return self._framed(self._list_page())
        except WorkbenchError as error:
            sorry = {"screen": MESSAGE, "title": "Belum dapat dibuka", "text": str(error)}
            return {"owner": self._actor.id, **sorry}

    def answer(
        self, message: Mapping[str, Any]
    ) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
        """What a message of the browser leads to: a page to draw, and messages to send back."""
        if message.get("kind") == "pulse":
            return None, self._pulse()
        act = {
            "go": self._list_page,
            "setup": lambda: self._setup_page(message.get("drill")),
            "open": lambda: self._open(message),
            "answer": lambda: self._answer(message),
            "next": lambda: self._next_page(message.get("drill")),
            "resume": lambda: self._resume(message.get("drill")),
            "report": lambda: self._report_page(message.get("drill")),
        }.get(str(message.get("kind")))
        if act is None:
            return None, []
        try:
            return self._framed(act()), []
        except WorkbenchError as error:
            paused = pause_words(self._courses, self._office, self._actor)
            # A fault of the disk and a pause pass; anything else stays as it is however often it
            # is sent.
            again = isinstance(error, StoreFault) or bool(paused)
            return None, [*paused, {"kind": "refused", "sentence": str(error), "again": again}]

    def _framed(self, page: dict[str, Any]) -> dict[str, Any]:
        live = live_words(self._courses, self._office, self._actor)
        return {"owner": self._actor.id, **page, "live": live}

    def _pulse(self) -> list[dict[str, Any]]:
        """What the trainer says now; nobody asked, so of a fault nobody is told."""
        try:
            live = live_words(self._courses, self._office, self._actor)
        except WorkbenchError:
            return []
        return [{"kind": "live", **live}] if live else []

    def _list_page(self) -> dict[str, Any]:
        self._shown = None
        is_seated = self._actor.role is Role.PESERTA
        return {
            "screen": LIST,
            "title": "Latihan singkat",
            "way_back": ["Latihan", "/latihan"] if is_seated else ["Kelas", "/kelas"],
            "note": "" if is_seated else "Untuk layar kelas: jawaban di sini tidak disimpan.",
            "drills": [
                {
                    "name": one.name,
                    "title": one.title,
                    "about": one.about,
                    "state": _state_words(one),
                    "is_open": one.place is not None,
                    "is_asked": one.is_asked,
                    "has_setup": one.name == rounds.RARE,
                }
                for one in self._drills.drills(self._office, self._actor)
            ],
        }

    def _setup_page(self, drill: object) -> dict[str, Any]:
        waiting = self._drills.card(self._office, self._actor, drill)
        known = rounds.drill_of(drill)
        return {
            "screen": SETUP,
            "drill": known.name,
            "title": known.title,
            "text": "Sepuluh kartu pemanasan dibahas satu per satu. Sesudahnya satu blok tanpa "
            "pembahasan sampai selesai. Seberapa sering kartu yang salah di blok itu?",
            "waiting": f"Lanjutkan kartu {waiting.place} dari {waiting.of}" if waiting else "",
            "rates": [
                {"rate": rate, "words": _RATES[rate], "n": f"{rare.BURST} + {n} kartu"}
                for rate, n in rare.BLOCKS.items()
            ],
        }

    def _open(self, message: Mapping[str, Any]) -> dict[str, Any]:
        rate = message.get("rate")
        settings = {} if rate is None else {"rate": rate}
        drill = message.get("drill")
        return self._card_page(self._drills.open_round(self._office, self._actor, drill, settings))

    def _resume(self, drill: object) -> dict[str, Any]:
        waiting = self._drills.card(self._office, self._actor, drill)
        return self._card_page(waiting) if waiting else self._list_page()

    def _next_page(self, drill: object) -> dict[str, Any]:
        waiting = self._drills.card(self._office, self._actor, drill)
        return self._card_page(waiting) if waiting else self._report_page(drill)

    def _card_page(self, state: Any) -> dict[str, Any]:
        self._shown = state
        return {"screen": CARD, **_card_head(state), "card": state.public}

    def _answer(self, message: Mapping[str, Any]) -> dict[str, Any]:
        drill, value = message.get("drill"), message.get("value")
        if not isinstance(value, str) or len(value) > MAX_TEXT:
            value = ""
        done = self._drills.answer(
            self._office, self._actor, drill, message.get("round"), message.get("place"), value
        )
        shown, self._shown = self._shown, None
        is_shown = shown is not None and (shown.drill, shown.round, shown.place) == (
            done.drill,
            done.round,
            done.place,
        )
        if done.feedback is None or not is_shown:
            return {**self._next_page(drill), "notice": done.notice}
        return {
            "screen": FEEDBACK,
            **_card_head(shown),
            "streak": done.streak,
            "is_last": done.is_last,
            "card": done.public,
            "feedback": done.feedback,
        }

    def _report_page(self, drill: object) -> dict[str, Any]:
        report = self._drills.report(self._office, self._actor, drill)
        self._shown = None
        return {
            "screen": REPORT,
            "drill": report.drill,
            "title": report.title,
            "has_setup": report.drill == rounds.RARE,
            "summary": f"{report.right} dari {report.of} tepat" if report.of else _NONE_LEFT,
            "missed": [asdict(one) for one in report.missed],
            "more": max(0, report.of - report.right - len(report.missed)),
            "minutes": report.minutes,
            "rare": report.rare and _rare_page(report.rare),
        }


def _state_words(state: Any) -> str:
    if state.place is not None:
        return f"Lanjut kartu {state.place} dari {state.of}"
    words = f"Sekitar {state.minutes} menit"
    if state.played:
        words = f"{state.played} putaran selesai"
        if state.best > 1:
            words += f", terpanjang {state.best} benar beruntun"
    return words


def _card_head(state: Any) -> dict[str, Any]:
    return {
        "drill": state.drill,
        "title": state.title,
        "round": state.round,
        "place": state.place,
        "of": state.of,
        "streak": state.streak,
    }


def _rare_page(report: Any) -> dict[str, Any]:
    words = report.block.words or report.burst.words
    return {
        "words": f"{words[0].upper()}{words[1:]}." if words else "",
        "parts": [
            {"title": "Pemanasan, separuh kartu salah", **_reading(report.burst)},
            {"title": f"Blok, {report.rate} % kartu salah", **_reading(report.block)},
        ],
        "shift": report.shift,
        "rules": [
            {"rule": rule, "title": rule_title(rule), **_reading(found)}
            for rule, found in report.rules
        ],
    }


def _reading(found: Any) -> dict[str, Any]:
    counts = found.counts
    return {
        "found": _of(counts.hits, counts.errors, found.found),
        "flagged": _of(counts.false_alarms, counts.clean, found.flagged),
        "skill": _measure(found.d_prime),
        "caution": _measure(found.caution),
        "words": found.words,
        "refusal": found.refusal,
    }


def _of(part: int, whole: int, share: Any) -> str:
    return f"{part} dari {whole}, {share.percents()}" if share else "belum ada kartunya"


def _measure(estimate: Any) -> dict[str, Any] | None:
    if estimate is None:
        return None
    low, high = number_id(estimate.low, _DECIMALS), number_id(estimate.high, _DECIMALS)
    return {
        "value": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "words": f"{number_id(estimate.value, _DECIMALS)} (95 %: {low} sampai {high})",
    }

"""The room Latihan as a plain object: which page is open, what blocks, what a message does.

It knows the services and no widget. Everything a browser sends is checked here: shape first,
then by the services, which look up the case by the actor and not by what the page says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from workbench.access import Actor, Role
from workbench.errors import StoreFault, WorkbenchError, WrongUse
from workbench.rules import GROUPS
from workbench.training import choices
from workbench.training.ladder import LADDER, Step
from workbench.ui.rule_words import rule_title
from workbench.ui.trainee.live import live_words, pause_words

WORKED, CASE, FEEDBACK, PROGRESS, MESSAGE = "worked", "case", "feedback", "progress", "message"
#: Pages of a class with parts: the steps of the ladder, nothing to do just now, sent in a test.
STEPS, WAIT, STORED = "ladder", "wait", "stored"
#: Fields of an answer that are no cells.
DECISION = ("status", "reason", "follow_up", "confidence")

TESTS = frozenset({"tes_awal", "tes_akhir"})
PRACTICE, DRILLS = "latihan", "kuis"
#: Title and words where there is no task now, by the kind ``services.courses`` gives.
_NOTHING_NOW = {
    "tunggu": ("Tunggu sebentar", "Belum ada soal untuk Anda saat ini."),
    "jeda": ("Pelatih menjeda latihan", "Jawaban Anda tersimpan."),
    "tes_selesai": ("Tes Anda selesai", "Pembahasan dibuka setelah tes ditutup."),
    "kuis": ("Kuis sedang dibuka", "Kerjakan di Latihan singkat."),
    "selesai": ("Semua selesai", "Anda sudah menguasai semua aturan kelas ini."),
}
_PART_STATES = {"waiting": "Belum dibuka", "open": "Dibuka", "closed": "Ditutup"}

#: JavaScript counts revisions in doubles: above this they are no whole numbers any more.
MAX_REVISION = 2**53 - 1
#: A cell is ``SUBJECT.column``, a value one of the choices; nothing longer is an answer.
MAX_TEXT = 120


class Training(Protocol):
    """What this room asks of ``services.training``."""

    def my_progress(self, office: Any, actor: Actor) -> Any: ...
    def my_case(self, office: Any, actor: Actor, number: int | None = None) -> Any: ...
    def worked_case(self, office: Any, actor: Actor) -> Any: ...
    def save_mark(
        self, office: Any, actor: Actor, number: int, field: str, value: str, revision: int
    ) -> Any: ...
    def submit(self, office: Any, actor: Actor, number: int) -> Any: ...
    def review(self, office: Any, actor: Actor, number: int) -> Any: ...
    def results_by_rule(self, office: Any, actor: Actor) -> Any: ...


class Courses(Protocol):
    """What this room asks of ``services.courses``."""

    def my_parts(self, office: Any, actor: Actor) -> Any: ...
    def next_of(self, office: Any, actor: Actor, part: int | None = None) -> Any: ...
    def finish_example(self, office: Any, actor: Actor, number: int) -> Any: ...
    def solved_case(self, office: Any, actor: Actor, number: int) -> Any: ...
    def my_standing(self, office: Any, actor: Actor) -> Any: ...
    def make_refresher_token(self, office: Any, actor: Actor) -> Any: ...
    def live(self, office: Any, actor: Actor) -> Any: ...


def blockers(answer: Mapping[str, Any]) -> list[str]:
    """Sentences that say why this answer cannot be sent yet; empty when it can."""
    reasons = []
    if not answer.get("status"):
        reasons.append("Pilih status keluarga dulu.")
    if answer.get("status") == "tidak_layak" and not answer.get("reason"):
        reasons.append("Pilih alasan tidak layak dulu.")
    if not answer.get("follow_up"):
        reasons.append("Pilih tindak lanjut dulu.")
    if not answer.get("confidence"):
        reasons.append("Pilih seberapa yakin Anda dulu.")
    return reasons


class TraineeRoom:
    """One trainee's room: opens on the case that is next, or on the worked one before the first.

    In a class with parts it opens on the steps of the ladder instead. ``office`` is passed
    through to ``training`` and ``courses`` untouched; without ``courses`` every class is one
    without parts. ``address`` is where other machines reach this server, "" if nobody knows.
    """

    def __init__(
        self,
        office: Any,
        actor: Actor,
        training: Training,
        courses: Courses | None = None,
        address: str = "",
    ) -> None:
        self._address = address
        self._office = office
        self._actor = actor
        self._training = training
        self._courses = courses
        #: What each open case has for a decision, so that an answer is saved with one round.
        self._chosen: dict[int, dict[str, str]] = {}
        #: The case on the screen, while it may still be answered.
        self._open_case: int | None = None
        #: What the page shows that may change by itself, and how to look at it again.
        self._look: Callable[[], object] | None = None
        self._seen: object = None
        self._draw_again: Callable[[], dict[str, Any]] = self._first_page

    # -- pages -----------------------------------------------------------------------------------

    def first_page(self) -> dict[str, Any]:
        """Where a visitor lands, also after a reload: the first case that is not sent yet.

        Whoever has not touched any case sees the worked one first; a trainer, who has no seat,
        sees only that, for the wall.
        """
        return self._guarded(self._first_page)

    def page(self, to: str, number: int | None = None) -> dict[str, Any]:
        """Another page: ``case``, ``worked``, ``progress`` or ``review`` (of case ``number``).

        In a class with parts also ``ladder`` and ``next`` (in part ``number``, if it is given).
        """
        pages = {
            "ladder": self._ladder_page,
            "next": lambda: self._next_page(number),
            "case": lambda: self._case_page(number),
            "worked": self._worked_page,
            "progress": self._progress_page,
            "review": lambda: self._review_page(number),
        }
        return self._guarded(pages.get(to, self._first_page))

    def _guarded(self, draw: Any) -> dict[str, Any]:
        self._open_case = None
        self._look = None
        try:
            return {"owner": self._actor.id, "notice": "", **draw(), "live": self._live()}
        except WorkbenchError as error:
            return {
                "owner": self._actor.id,
                "screen": MESSAGE,
                "title": "Belum dapat dibuka",
                "text": str(error),
                "retry": True,
            }

    @property
    def _is_seated(self) -> bool:
        return self._actor.role is Role.PESERTA

    @property
    def _course(self) -> Courses:
        if self._courses is None or not self._is_seated:
            raise WrongUse("Halaman itu hanya ada di kelas yang berjenjang.")
        return self._courses

    def _parts(self) -> tuple[Any, ...]:
        """The parts of the actor's class; none for a trainer or in a class without them."""
        if self._courses is None or not self._is_seated:
            return ()
        return tuple(self._courses.my_parts(self._office, self._actor))

    def _live(self) -> dict[str, Any] | None:
        """What the trainer says to all just now; None where nobody can."""
        return live_words(self._courses, self._office, self._actor)

    def _pause(self) -> list[dict[str, Any]]:
        return pause_words(self._courses, self._office, self._actor)

    def _first_page(self) -> dict[str, Any]:
        if not self._is_seated:
            return self._worked_page()
        progress = self._training.my_progress(self._office, self._actor)
        if self._parts():
            is_begun = any(case.started and not case.submitted for case in progress.cases)
            return self._next_page(None) if is_begun else self._ladder_page()
        if progress.cases and not any(case.started or case.submitted for case in progress.cases):
            return self._worked_page()
        return self._case_page(None, progress)

    def _case_page(
        self, number: int | None, progress: Any = None, group: str = ""
    ) -> dict[str, Any]:
        progress = progress or self._training.my_progress(self._office, self._actor)
        parts = self._parts()
        if parts and number is None:
            return self._next_page(None)
        if not progress.cases:
            return {
                "screen": MESSAGE,
                "title": "Kasus sedang disiapkan",
                "text": "Kasus untuk kursi Anda belum ada. Tunggu sebentar, lalu coba lagi.",
                "retry": True,
            }
        number = number or progress.next_number
        if number is None:
            return self._progress_page(progress)
        state = self._training.my_case(self._office, self._actor, number)
        if state.submitted and state.feedback is None:
            return self._stored_page(state, parts)
        if state.submitted:
            return self._feedback_page(state, progress)
        self._chosen[state.number] = {name: state.answer[name] for name in DECISION}
        self._open_case = state.number
        return {
            "screen": CASE,
            "done": progress.done,
            "tour": not any(case.started or case.submitted for case in progress.cases),
            **(_headed(state, parts, group) if parts else {}),
            "case": _numbered(state),
            "answer": {**state.answer, "revisions": dict(state.revisions)},
            "blockers": blockers(state.answer),
        }

    def _worked_page(self) -> dict[str, Any]:
        worked = self._training.worked_case(self._office, self._actor)
        public = {k: v for k, v in worked["public"].items() if k not in ("number", "of")}
        return {
            "screen": WORKED,
            "is_shown_only": not self._is_seated,
            "case": public,
            "answer": dict(worked["answer"]),
            "steps": _steps(worked),
        }

    def _review_page(self, number: int | None) -> dict[str, Any]:
        state = self._training.review(self._office, self._actor, number or 0)
        return self._feedback_page(state, self._training.my_progress(self._office, self._actor))

    def _feedback_page(self, state: Any, progress: Any) -> dict[str, Any]:
        return {
            "screen": FEEDBACK,
            "done": progress.done,
            "next": progress.next_number,
            **(_headed(state, parts) if (parts := self._parts()) else {}),
            "case": _numbered(state),
            "answer": dict(state.answer),
            "feedback": state.feedback,
        }

    def _progress_page(self, progress: Any = None) -> dict[str, Any]:
        progress = progress or self._training.my_progress(self._office, self._actor)
        results = self._training.results_by_rule(self._office, self._actor)
        parts = self._parts()
        sent = [case for case in progress.cases if case.submitted and case.score is not None]
        return {
            "screen": PROGRESS,
            **(self._course_progress(parts) if parts else {}),
            "done": progress.done,
            "of": progress.of,
            "next": progress.next_number,
            "summary": "" if parts else progress_sentence(progress),
            "rules": [
                {
                    "rule": result.rule,
                    "title": rule_title(result.rule),
                    "found": result.found,
                    "missed": result.missed,
                    "wrong": result.false_alarm,
                }
                for result in sorted(results, key=lambda r: (r.rule == "", -r.missed, r.rule))
            ],
            "cases": [{"number": case.number, "score": percent(case.score)} for case in sent],
        }

    # -- pages of a class with parts ---------------------------------------------------------------

    def _next_page(self, part: int | None) -> dict[str, Any]:
        """Whatever this seat does now, by itself or in one part."""
        found = self._course.next_of(self._office, self._actor, part)
        if found.kind == "kasus":
            return self._case_page(found.number, group=found.group)
        if found.kind == "contoh":
            return self._example_page(found.number)
        title, words = _NOTHING_NOW[found.kind]
        self._watch(
            lambda: self._next_words(part),
            (found.kind, found.sentence),
            lambda: self._next_page(part),
        )
        return {
            "screen": WAIT,
            "kind": found.kind,
            "part": part,
            "title": title,
            "text": found.sentence or words,
            "refresher": self._refresher() if found.kind == "selesai" else None,
        }

    def _next_words(self, part: int | None) -> tuple[str, str]:
        found = self._course.next_of(self._office, self._actor, part)
        return found.kind, found.sentence

    def _refresher(self) -> dict[str, Any] | None:
        """The link to a refresher, and its QR where the server's address is known."""
        token = self._course.make_refresher_token(self._office, self._actor)
        if token is None:
            return None
        link = f"{self._address}/segarkan?tugas={token}"
        return {"link": link, "code": _qr(link) if self._address else None}

    def _watch(
        self, look: Callable[[], object], seen: object, draw: Callable[[], dict[str, Any]]
    ) -> None:
        """From now on a pulse compares ``look()`` with ``seen`` and draws anew what has moved."""
        self._look, self._seen, self._draw_again = look, seen, draw

    def _example_page(self, number: int) -> dict[str, Any]:
        solved = self._course.solved_case(self._office, self._actor, number)
        public = {k: v for k, v in solved["public"].items() if k not in ("number", "of")}
        return {
            "screen": WORKED,
            "number": number,
            "case": public,
            "answer": dict(solved["answer"]),
            "steps": _steps(solved),
        }

    def _stored_page(self, state: Any, parts: tuple[Any, ...]) -> dict[str, Any]:
        own = next((part for part in parts if part.number == state.part), None)
        left = own.of - own.done if own and own.of else 0
        return {
            "screen": STORED,
            "part": state.part,
            "left": left,
            "title": "Jawaban tersimpan",
            "text": "Pembahasan dibuka setelah tes ditutup.",
        }

    def _ladder_page(self) -> dict[str, Any]:
        """The parts of the class, and the steps of the ladder by group of rules."""
        parts = self._parts()
        told = self._course.my_standing(self._office, self._actor)
        opened = [part.kind for part in parts if part.state == "open"]
        page = {
            "screen": STEPS,
            "parts": [_part(part) for part in parts],
            "groups": _groups(told),
            "mastered": sum(rule.mastered for rule in told),
            "due": sum(rule.due for rule in told),
            "n_rules": len(told),
            "can_go_on": bool(opened),
            "is_quiz": bool(opened) and set(opened) == {DRILLS},
        }
        self._watch(
            lambda: [_part(part) for part in self._parts()], page["parts"], self._ladder_page
        )
        return page

    def _course_progress(self, parts: tuple[Any, ...]) -> dict[str, Any]:
        told = self._course.my_standing(self._office, self._actor)
        return {
            "is_course": True,
            "mastered": [_rule(rule) for rule in told if rule.mastered],
            "due": [_rule(rule) for rule in told if rule.due],
            "n_rules": len(told),
            "tests": [
                {"title": part.title, "score": percent(part.score), "done": part.done}
                for part in parts
                if part.kind in TESTS and part.done
            ],
            "refresher": self._refresher(),
        }

    # -- messages --------------------------------------------------------------------------------

    def answer(
        self, message: Mapping[str, Any]
    ) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
        """What a message of the browser leads to: a new page or None, and messages to send back.

        A message of another shape than ours is answered with nothing.
        """
        kind = message.get("kind")
        if kind == "save":
            answers = self._save(message)
            return self._page_if_sent(answers), [*answers, *self._pause()]
        if kind == "submit" and _is_number(message.get("number")):
            return self._submit(message["number"])
        if kind == "go" and isinstance(message.get("to"), str):
            number = message.get("number")
            return self.page(message["to"], number if _is_number(number) else None), []
        if kind == "finish" and _is_number(message.get("number")):
            return self._guarded(lambda: self._finish(message["number"])), []
        if kind == "pulse":
            return self._pulse()
        if kind == "again":
            return self.first_page(), []
        return None, []

    def _finish(self, number: int) -> dict[str, Any]:
        self._course.finish_example(self._office, self._actor, number)
        return self._next_page(None)

    def _pulse(self) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
        """What the trainer says now; and the page anew when what it waited for has come."""
        try:
            live = self._live()
            if live is None:
                return None, []
            page = self._page_if_moved()
        except WorkbenchError:
            # Nobody asked, so nobody is told; the next pulse comes soon.
            return None, []
        return page, [{"kind": "live", **live}]

    def _page_if_moved(self) -> dict[str, Any] | None:
        if self._look is None or self._look() == self._seen:
            return None
        return {**self._guarded(self._draw_again), "is_quiet": True}

    def _save(self, message: Mapping[str, Any]) -> list[dict[str, Any]]:
        number, field, value, revision = (
            message.get(name) for name in ("number", "field", "value", "revision")
        )
        is_ours = (
            _is_number(number)
            and _is_number(revision)
            and isinstance(field, str)
            and isinstance(value, str)
            and max(len(field), len(value)) <= MAX_TEXT
        )
        if not is_ours:
            return []
        place = {"number": number, "field": field, "revision": revision}
        try:
            saved = self._training.save_mark(
                self._office, self._actor, number, field, value, revision
            )
            chosen = self._decision(number)
        except WorkbenchError as error:
            # A fault of the disk may pass, so the card asks again by itself; a no stays a no.
            is_passing = isinstance(error, StoreFault)
            return [{"kind": "refused", **place, "sentence": str(error), "again": is_passing}]
        if field in DECISION:
            chosen[field] = saved.value
        return [
            {
                "kind": "saved" if saved.accepted else "differs",
                **place,
                "revision": saved.revision,
                "asked": revision,
                "given": value,
                "value": saved.value,
                "blockers": blockers(chosen),
            }
        ]

    def _page_if_sent(self, answers: list[dict[str, Any]]) -> dict[str, Any] | None:
        """The feedback, when the open case takes no answer because another phone has sent it."""
        is_no = any(answer["kind"] == "refused" and not answer["again"] for answer in answers)
        if not is_no or self._open_case != answers[0]["number"]:
            return None
        page = self.page("case", self._open_case)
        return page if page["screen"] in (FEEDBACK, STORED) else None

    def _decision(self, number: int) -> dict[str, str]:
        if number not in self._chosen:
            state = self._training.my_case(self._office, self._actor, number)
            self._chosen[number] = {name: state.answer[name] for name in DECISION}
        return self._chosen[number]

    def _submit(self, number: int) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
        try:
            state = self._training.my_case(self._office, self._actor, number)
            if not state.submitted:
                reasons = blockers(state.answer)
                if reasons:
                    return None, [{"kind": "refused", "sentence": reasons[0]}]
                self._training.submit(self._office, self._actor, number)
        except WorkbenchError as error:
            return None, [*self._pause(), {"kind": "refused", "sentence": str(error)}]
        return self.page("case", number), []


def progress_sentence(progress: Any) -> str:
    """How far somebody is, in words."""
    done = f"{progress.done} dari {progress.of} kasus sudah dikirim"
    score = percent(progress.score)
    return f"{done}, nilai rata-rata {score}." if score is not None else f"{done}."


def percent(score: float | None) -> int | None:
    """A score of 0 to 1 as a whole number of 0 to 100, rounded half up."""
    return None if score is None else int(score * 100 + 0.5)


def _numbered(state: Any) -> dict[str, Any]:
    # A case drawn before confidence was asked offers no choices for it.
    offered = {**choices(), **state.public["choices"]}
    shown = {**state.public, "number": state.number, "of": state.of, "choices": offered}
    return {**shown, "hints": [dict(hint) for hint in getattr(state, "hints", ())]}


def _headed(state: Any, parts: Iterable[Any], group: str = "") -> dict[str, Any]:
    """What stands over a case of a class with parts: which part, and where in it."""
    own = next((part for part in parts if part.number == state.part), None)
    head: dict[str, Any] = {"is_course": True, "is_test": state.is_test, "bar": None}
    head["heading"] = head["part_title"] = own.title if own else ""
    if own and own.kind == PRACTICE:
        head["heading"] = f"{GROUPS.get(group, own.title)}: {LADDER[Step(state.step)].lower()}"
    elif own and own.of and not state.submitted:
        head["heading"] = f"Soal {min(own.done + 1, own.of)} dari {own.of}"
        head["bar"] = {"done": own.done, "of": own.of}
    return head


def _steps(solved: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"title": step["look"], "text": step["say"], "cells": list(step["cells"])}
        for step in solved["steps"]
    ]


def _part(part: Any) -> dict[str, Any]:
    return {
        "number": part.number,
        "kind": part.kind,
        "title": part.title,
        "state": part.state,
        "word": _PART_STATES[part.state],
        "done": part.done,
        "of": part.of,
        "score": percent(part.score) if part.kind in TESTS else None,
    }


def _groups(told: Iterable[Any]) -> list[dict[str, Any]]:
    """The rules of a course by group, in the order they are taught, with the group's step."""
    groups: dict[str, list[Any]] = {}
    for rule in told:
        groups.setdefault(rule.group, []).append(rule)
    return [
        {
            "title": GROUPS.get(group, group),
            "step": LADDER[Step(rules[0].step)],
            "mastered": sum(rule.mastered for rule in rules),
            "of": len(rules),
            "rules": [_rule(rule) for rule in rules],
        }
        for group, rules in groups.items()
    ]


def _qr(link: str) -> dict[str, Any]:
    """A QR code as modules a side, and the outline of the dark ones."""
    import segno

    code = segno.make(link, error="l", micro=False)
    path = "".join(
        f"M{x} {y}h1v1h-1z"
        for y, line in enumerate(code.matrix)
        for x, is_dark in enumerate(line)
        if is_dark
    )
    return {"size": len(code.matrix), "path": path}


def _rule(standing: Any) -> dict[str, Any]:
    return {
        "rule": standing.rule,
        "title": rule_title(standing.rule),
        "is_mastered": standing.mastered,
        "is_due": standing.due,
        "is_met": bool(standing.found or standing.missed or standing.run),
    }


def _is_number(value: Any) -> bool:
    return type(value) is int and 0 < value <= MAX_REVISION

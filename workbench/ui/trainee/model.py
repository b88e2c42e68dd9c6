"""The room Latihan as a plain object: which page is open, what blocks, what a message does.

It knows the services and no widget. Everything a browser sends is checked here: shape first,
then by the services, which look up the case by the actor and not by what the page says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from workbench.access import Actor, Role
from workbench.errors import StoreFault, WorkbenchError
from workbench.ui.rule_words import rule_title

WORKED, CASE, FEEDBACK, PROGRESS, MESSAGE = "worked", "case", "feedback", "progress", "message"
#: Fields of an answer that are no cells.
DECISION = ("status", "reason", "follow_up")

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


def blockers(answer: Mapping[str, Any]) -> list[str]:
    """Sentences that say why this answer cannot be sent yet; empty when it can."""
    reasons = []
    if not answer.get("status"):
        reasons.append("Pilih status keluarga dulu.")
    if answer.get("status") == "tidak_layak" and not answer.get("reason"):
        reasons.append("Pilih alasan tidak layak dulu.")
    if not answer.get("follow_up"):
        reasons.append("Pilih tindak lanjut dulu.")
    return reasons


class TraineeRoom:
    """One trainee's room: opens on the case that is next, or on the worked one before the first.

    ``office`` is passed through to ``training`` untouched.
    """

    def __init__(self, office: Any, actor: Actor, training: Training) -> None:
        self._office = office
        self._actor = actor
        self._training = training
        #: What each open case has for a decision, so that an answer is saved with one round.
        self._chosen: dict[int, dict[str, str]] = {}
        #: The case on the screen, while it may still be answered.
        self._open_case: int | None = None

    # -- pages -----------------------------------------------------------------------------------

    def first_page(self) -> dict[str, Any]:
        """Where a visitor lands, also after a reload: the first case that is not sent yet.

        Whoever has not touched any case sees the worked one first; a trainer, who has no seat,
        sees only that, for the wall.
        """
        return self._guarded(self._first_page)

    def page(self, to: str, number: int | None = None) -> dict[str, Any]:
        """Another page: ``case``, ``worked``, ``progress`` or ``review`` (of case ``number``)."""
        pages = {
            "case": lambda: self._case_page(number),
            "worked": self._worked_page,
            "progress": self._progress_page,
            "review": lambda: self._review_page(number),
        }
        return self._guarded(pages.get(to, self._first_page))

    def _guarded(self, draw: Any) -> dict[str, Any]:
        self._open_case = None
        try:
            return {"owner": self._actor.id, "notice": "", **draw()}
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

    def _first_page(self) -> dict[str, Any]:
        if not self._is_seated:
            return self._worked_page()
        progress = self._training.my_progress(self._office, self._actor)
        if progress.cases and not any(case.started or case.submitted for case in progress.cases):
            return self._worked_page()
        return self._case_page(None, progress)

    def _case_page(self, number: int | None, progress: Any = None) -> dict[str, Any]:
        progress = progress or self._training.my_progress(self._office, self._actor)
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
        if state.submitted:
            return self._feedback_page(state, progress)
        self._chosen[state.number] = {name: state.answer[name] for name in DECISION}
        self._open_case = state.number
        return {
            "screen": CASE,
            "done": progress.done,
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
            "steps": [
                {"title": step["look"], "text": step["say"], "cells": list(step["cells"])}
                for step in worked["steps"]
            ],
        }

    def _review_page(self, number: int | None) -> dict[str, Any]:
        state = self._training.review(self._office, self._actor, number or 0)
        return self._feedback_page(state, self._training.my_progress(self._office, self._actor))

    def _feedback_page(self, state: Any, progress: Any) -> dict[str, Any]:
        return {
            "screen": FEEDBACK,
            "done": progress.done,
            "next": progress.next_number,
            "case": _numbered(state),
            "answer": dict(state.answer),
            "feedback": state.feedback,
        }

    def _progress_page(self, progress: Any = None) -> dict[str, Any]:
        progress = progress or self._training.my_progress(self._office, self._actor)
        results = self._training.results_by_rule(self._office, self._actor)
        sent = [case for case in progress.cases if case.submitted]
        return {
            "screen": PROGRESS,
            "done": progress.done,
            "of": progress.of,
            "next": progress.next_number,
            "summary": progress_sentence(progress),
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
            return self._page_if_sent(answers), answers
        if kind == "submit" and _is_number(message.get("number")):
            return self._submit(message["number"])
        if kind == "go" and isinstance(message.get("to"), str):
            number = message.get("number")
            return self.page(message["to"], number if _is_number(number) else None), []
        if kind == "again":
            return self.first_page(), []
        return None, []

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
        return page if page["screen"] == FEEDBACK else None

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
            return None, [{"kind": "refused", "sentence": str(error)}]
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
    return {**state.public, "number": state.number, "of": state.of}


def _is_number(value: Any) -> bool:
    return type(value) is int and 0 < value <= MAX_REVISION

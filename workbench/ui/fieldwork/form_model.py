"""What a visit is asked, screen after screen, without widgets.

The questions are ``outcomes.fields()``; here they are laid out in steps for one family. Each
answer is handed on to be kept as soon as it is given. Nothing a page says is believed: an answer
is taken where it is asked, of a kind that can be given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from workbench.domain.words import date_id
from workbench.errors import WorkbenchError
from workbench.services.doorsteps import Doorstep
from workbench.store import clock
from workbench.verification.fieldwork.outcomes import (
    Answer,
    Answers,
    Field,
    Kind,
    Level,
    Outcome,
    Problem,
    check_outcome,
    fields,
)

#: Where each question about the family stands. Between the first two, findings and members.
_PLACES: Final[Mapping[str, tuple[str, ...]]] = {
    "kunjungan": ("visited_on", "visit_number", "presence"),
    "rumah": ("domicile", "ppks_confirmed", "ppks_added", "ppks_removed"),
    "kelayakan": ("eligibility", "reason", "evidence"),
    "usulan": ("proposal", "note"),
}
_TITLES: Final = {
    "kunjungan": "Kunjungan",
    "temuan": "Yang perlu dicek",
    "rumah": "Tempat tinggal",
    "kelayakan": "Kelayakan",
    "usulan": "Usulan",
    "simpan": "Periksa dan simpan",
}
LAST: Final = "simpan"
_PERSON: Final = "orang:"
#: More than any field takes, and no more than a page may send.
_LONGEST: Final = 2000
#: Questions few families need: folded until they are opened.
_FOLDED: Final = "ppks_"

_FIRST_ASKS: Final = "Pilih dahulu keberadaan keluarga."

Place = tuple[Level, str, str]


@dataclass(frozen=True)
class Step:
    """One screen: ``questions`` are level, key of the person or finding, and field."""

    code: str
    title: str
    questions: tuple[tuple[Level, str, Field], ...]


class VisitForm:
    """The answers of one visit as they are being given.

    ``keep`` is told everything given so far with the code of the step, after every answer;
    ``send`` the finished outcome. Both may raise ``WorkbenchError``: its sentence is shown.
    ``is_kept`` where ``standing`` comes from what was kept before.
    """

    def __init__(
        self,
        home: Doorstep,
        standing: Outcome,
        keep: Callable[[Outcome, str], None],
        send: Callable[[Outcome], None],
        step: str = "",
        today: date | None = None,
        is_kept: bool = False,
    ) -> None:
        self.home = home
        self.keep, self.send = keep, send
        self.today = today or clock.today()
        self.answers: dict[Level, dict[str, dict[str, Answer]]] = {
            Level.FAMILY: {"": {}},
            Level.PERSON: {one.key: {} for one in home.members},
            Level.FINDING: {one.key: {} for one in home.asked},
        }
        for level, subject, given in standing.parts():
            if subject in self.answers[level]:
                self.answers[level][subject].update(given)
        self.step = step if step in {one.code for one in self.steps()} else "kunjungan"
        self.wrong = ""
        self.is_kept = is_kept
        self.unkept: set[Place] = set()

    # -- what there is ---------------------------------------------------------------------------

    def steps(self) -> tuple[Step, ...]:
        """The screens that have something to ask, and the last one."""
        return tuple(one for one in self._all_steps() if one.questions or one.code == LAST)

    def outcome(self) -> Outcome:
        """What would be sent: every member and every open question, only what is asked."""
        family, persons, findings = (self.answers[level] for level in Level)
        opened = {one.key for one in self.home.asked if one.is_open}
        told = Outcome(
            family[""],
            persons,
            {key: given for key, given in findings.items() if given or key in opened},
        )
        return _with_content(told.as_asked())

    def given(self) -> Outcome:
        """Everything given, asked or not: an answer above may change back."""
        family, persons, findings = (self.answers[level] for level in Level)
        return _with_content(Outcome(family[""], persons, findings))

    def problems(self) -> tuple[Problem, ...]:
        """All that is to be mended, and the reminders."""
        return check_outcome(self.outcome(), self.today)

    # -- what is done ----------------------------------------------------------------------------

    def answer(self, level: str, subject: str, key: str, value: object) -> bool:
        """Take one answer and keep it; false for one that cannot have been asked."""
        question = self._find(level, subject, key)
        given = _read(question, value) if question is not None else None
        if question is None or given is None:
            return False
        place = (Level(level), subject, key)
        self.answers[place[0]][subject][key] = given
        self._keep(place)
        return True

    def go(self, code: str) -> bool:
        """Turn to a step; it is remembered with the draft."""
        if code not in {one.code for one in self.steps()}:
            return False
        self.step = code
        self._keep(None)
        return True

    def finish(self) -> bool:
        """Send the outcome; false where something stands in the way, said in ``wrong``."""
        self.wrong = next((one.sentence for one in self.problems() if one.blocks), "")
        if self.wrong:
            return False
        try:
            self.send(self.outcome())
        except WorkbenchError as error:
            self.wrong = str(error)
            return False
        return True

    # -- what is shown ---------------------------------------------------------------------------

    def page(self) -> dict[str, Any]:
        """The step that is open, in words and codes, for the page."""
        steps = self.steps()
        codes = [one.code for one in steps]
        if self.step not in codes:
            self.step = codes[0]
        at = codes.index(self.step)
        problems = self.problems()
        stop = _FIRST_ASKS if at == 0 and not self._is_begun() else ""
        following = steps[at + 1].title if at + 1 < len(steps) and not stop else ""
        return {
            "title": self.home.title,
            "place": self.home.place,
            "steps": [
                {"code": one.code, "title": one.title, "left": _left(one, problems)}
                for one in steps
            ],
            "at": at,
            "blocks": list(self._blocks(steps[at], problems)),
            "following": following,
            "about": self._about() if at == 0 else [],
            "stop": stop,
            "summary": list(self._summary(steps)) if self.step == LAST else [],
            "stops": self._told(problems, steps, True) if self.step == LAST else [],
            "reminders": self._told(problems, steps, False) if self.step == LAST else [],
            "wrong": self.wrong,
        }

    # -- below -----------------------------------------------------------------------------------

    def _is_begun(self) -> bool:
        """Whether it is known how the family was met: all other questions depend on it."""
        return bool(self.answers[Level.FAMILY][""].get("presence"))

    def _about(self) -> list[dict[str, Any]]:
        """What is good to know before knocking: a title and lines each."""
        home = self.home
        told = [
            ("Siapa yang tinggal di sini", [f"{one.name}: {one.words}" for one in home.members]),
            ("Yang perlu dicek", [f"{one.sentence} ({one.who})" for one in home.asked]),
            ("Bantuan yang diterima", list(dict.fromkeys(home.aid))),
        ]
        return [{"title": title, "lines": lines} for title, lines in told if lines]

    def _all_steps(self) -> Iterator[Step]:
        for code, keys in _PLACES.items():
            yield Step(code, _TITLES[code], self._shown(Level.FAMILY, "", keys))
            if code == "kunjungan":
                found = tuple(
                    one
                    for asked in self.home.asked
                    for one in self._shown(Level.FINDING, asked.key)
                )
                yield Step("temuan", _TITLES["temuan"], found)
                for number, member in enumerate(self.home.members, start=1):
                    title = f"Anggota {number}"
                    yield Step(
                        f"{_PERSON}{member.key}", title, self._shown(Level.PERSON, member.key)
                    )
        yield Step(LAST, _TITLES[LAST], ())

    def _shown(
        self, level: Level, subject: str, keys: tuple[str, ...] | None = None
    ) -> tuple[tuple[Level, str, Field], ...]:
        seen = self._seen(level, subject)
        return tuple(
            (level, subject, one)
            for one in fields(level)
            if (keys is None or one.key in keys) and one.is_shown(seen)
        )

    def _seen(self, level: Level, subject: str) -> Answers:
        """The answers a condition may speak of, those that are no longer asked left out."""
        told = Outcome(
            self.answers[Level.FAMILY][""],
            self.answers[Level.PERSON],
            self.answers[Level.FINDING],
        ).as_asked()
        if level is Level.FAMILY:
            return told.family
        part = told.persons if level is Level.PERSON else told.findings
        return {**told.family, **part[subject]}

    def _find(self, level: str, subject: str, key: str) -> Field | None:
        return next(
            (
                one
                for step in self.steps()
                for place, whose, one in step.questions
                if (place.value, whose, one.key) == (level, subject, key)
            ),
            None,
        )

    def _keep(self, place: Place | None) -> None:
        try:
            self.keep(self.given(), self.step)
        except WorkbenchError as error:
            self.wrong = str(error)
            if place is not None:
                self.unkept.add(place)
        else:
            self.wrong = ""
            self.is_kept = True
            self.unkept.clear()

    def _blocks(self, step: Step, problems: tuple[Problem, ...]) -> Iterator[dict[str, Any]]:
        """The questions of a step under whom they are about."""
        subjects = dict.fromkeys((level, subject) for level, subject, _ in step.questions)
        for level, subject in subjects:
            asked = [
                self._question(level, subject, one, problems)
                for place, whose, one in step.questions
                if (place, whose) == (level, subject)
            ]
            yield {**self._head(level, subject), "questions": asked}

    def _head(self, level: Level, subject: str) -> dict[str, Any]:
        if level is Level.PERSON:
            member = next(one for one in self.home.members if one.key == subject)
            return {"title": member.name, "lines": [member.words]}
        if level is Level.FINDING:
            asked = next(one for one in self.home.asked if one.key == subject)
            lines = [asked.who, *asked.said, f"Tanyakan: {asked.question}"]
            if asked.documents:
                lines.append(f"Dokumen: {', '.join(asked.documents)}")
            if not asked.is_open:
                lines.append("Sudah dipastikan pada kunjungan sebelumnya; tidak wajib dijawab.")
            return {"title": asked.sentence, "lines": lines}
        return {"title": "", "lines": []}

    def _question(
        self, level: Level, subject: str, one: Field, problems: tuple[Problem, ...]
    ) -> dict[str, Any]:
        value = self.answers[level][subject].get(one.key, "")
        is_given = bool(value)
        told = [
            {"text": problem.sentence, "stops": problem.blocks}
            for problem in problems
            if (problem.level, problem.subject, problem.field) == (level, subject, one.key)
            # That something is still empty is said by the mark beside it, and at the end.
            if is_given or not one.is_required(self._seen(level, subject))
        ]
        return {
            "id": f"{level.value}|{subject}|{one.key}",
            "level": level.value,
            "subject": subject,
            "key": one.key,
            "kind": one.kind.value,
            "label": one.label,
            "hint": one.hint,
            "choices": [
                {"code": choice.code, "label": choice.label, "meaning": choice.meaning}
                for choice in one.choices
            ],
            "value": list(value) if isinstance(value, tuple) else value,
            "required": one.is_required(self._seen(level, subject))
            and self._counts(level, subject),
            "folded": _FOLDED in one.key,
            "most": one.most,
            "least": one.least,
            "today": self.today.isoformat(),
            "kept": is_given and self.is_kept and (level, subject, one.key) not in self.unkept,
            "problems": told,
        }

    def _counts(self, level: Level, subject: str) -> bool:
        """Whether a question must be answered at all: a settled one need not be."""
        return level is not Level.FINDING or any(
            one.key == subject and one.is_open for one in self.home.asked
        )

    def _summary(self, steps: tuple[Step, ...]) -> Iterator[dict[str, Any]]:
        for step in steps[:-1]:
            asked = {(level, subject, one.key) for level, subject, one in step.questions}
            lines = _lines(self.outcome(), self.home, asked)
            yield {"code": step.code, "title": step.title, "lines": lines}

    def _told(
        self, problems: tuple[Problem, ...], steps: tuple[Step, ...], stops: bool
    ) -> list[dict[str, Any]]:
        """Problems with the step they can be mended at, in the order of the steps."""
        at = {
            (level, subject, one.key): step
            for step in steps
            for level, subject, one in step.questions
        }
        counted = Counter(
            (at.get((one.level, one.subject, one.field), steps[-1]), one.sentence)
            for one in problems
            if one.blocks is stops
        )
        return [
            {
                "code": step.code,
                "where": step.title,
                "text": f"{text} ({count} kali)" if count > 1 else text,
            }
            for (step, text), count in sorted(
                counted.items(), key=lambda told: steps.index(told[0][0])
            )
        ]


def outcome_lines(outcome: Outcome, home: Doorstep) -> list[str]:
    """The answers of an outcome in words: a line each for the family, one a member or finding."""
    return _lines(outcome, home, None)


def _lines(outcome: Outcome, home: Doorstep, asked: Collection[Place] | None) -> list[str]:
    found = []
    for level, subject, given in outcome.parts():
        said = [
            f"{one.label.rstrip('?-')}: {_words(one, given[one.key])}"
            for one in fields(level)
            if given.get(one.key) and (asked is None or (level, subject, one.key) in asked)
        ]
        if level is Level.FAMILY:
            found += said
        elif said:
            found.append(f"{_called(home, level, subject)}. {'; '.join(said)}")
    return found


def _called(home: Doorstep, level: Level, subject: str) -> str:
    """Whom or what an answer is about."""
    if level is Level.PERSON:
        return next((one.name for one in home.members if one.key == subject), "Anggota")
    return next(
        (f"{one.sentence} ({one.who})" for one in home.asked if one.key == subject), "Temuan"
    )


def _with_content(told: Outcome) -> Outcome:
    """The same without answers that were emptied again."""

    def cut(given: Answers) -> dict[str, Answer]:
        return {key: value for key, value in given.items() if value}

    return Outcome(
        cut(told.family),
        {key: cut(given) for key, given in told.persons.items()},
        {key: cut(given) for key, given in told.findings.items()},
    )


def _left(step: Step, problems: tuple[Problem, ...]) -> bool:
    """Whether something of a step stands in the way."""
    mine = {(level, subject, one.key) for level, subject, one in step.questions}
    return any(one.blocks and (one.level, one.subject, one.field) in mine for one in problems)


def _read(one: Field, value: object) -> Answer | None:
    """A page's answer as one, or None where it cannot have been given."""
    offered = {choice.code for choice in one.choices}
    if one.kind is Kind.CHOICES:
        if not isinstance(value, list) or not all(isinstance(code, str) for code in value):
            return None
        return tuple(dict.fromkeys(value)) if set(value) <= offered else None
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    if one.kind is Kind.CHOICE and value not in ("", *offered):
        return None
    return value


def _words(one: Field, value: Answer) -> str:
    if isinstance(value, tuple):
        return ", ".join(one.label_of(code) for code in value)
    if one.kind is Kind.CHOICE:
        return one.label_of(value)
    if one.kind is Kind.DAY:
        try:
            return date_id(date.fromisoformat(value))
        except ValueError:
            return value
    return value


__all__ = ["LAST", "Step", "VisitForm", "outcome_lines"]

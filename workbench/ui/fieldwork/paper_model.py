"""A stack of filled paper sheets typed in, without widgets: one sheet after the other.

A sheet is asked on one screen, in its own order, and no more than it asks: of the members only
those who changed, so that nothing is said of the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from workbench.domain.words import number_id
from workbench.errors import WrongUse
from workbench.services import fieldwork, returns_in
from workbench.services.doorsteps import Doorstep, doorstep
from workbench.services.field_papers import has_boxes
from workbench.services.returns_in import PaperSheet
from workbench.store.drafts import KeptDraft
from workbench.store.fieldwork import Kept
from workbench.ui.fieldwork.form_model import Step, VisitForm
from workbench.ui.fieldwork.model import FieldRoom
from workbench.ui.staff.drawing import day_words
from workbench.verification.fieldwork.outcomes import Field, Kind, Level, Outcome, Problem, fields

#: What is typed and not sent yet is kept under this, apart from what is filled in at the door.
PURPOSE: Final = "kertas"
_SHEET: Final = "lembar"
_OF_MEMBER: Final = ("member_presence", "civil_match")
_LAST: Final = ("note",)
FORMER: Final = (
    "Lembar ini dicetak dari daftar sebelumnya. Pertanyaan di bawah menurut daftar kerja; jawaban "
    "atas temuan yang tidak ditanyakan lagi tidak perlu diketik."
)


class PaperForm(VisitForm):
    """The questions of one paper sheet, all on one screen."""

    def outcome(self) -> Outcome:
        """What would be sent: of the members only those the sheet says something of."""
        told = super().outcome()
        return replace(told, persons={key: said for key, said in told.persons.items() if said})

    def page(self) -> dict[str, Any]:
        """The screen; why the sheet cannot be kept stands where it is sent."""
        stop = next((self._named(one) for one in self.problems() if one.blocks), "")
        return {**super().page(), "about": [], "stop": stop}

    def _all_steps(self) -> Iterator[Step]:
        first = tuple(one.key for one in fields(Level.FAMILY) if one.key not in _LAST)
        asked = list(self._shown(Level.FAMILY, "", first))
        for one in self.home.asked:
            asked += self._shown(Level.FINDING, one.key)
        for member in self.home.members:
            asked += self._shown(Level.PERSON, member.key, _OF_MEMBER)
        asked += self._shown(Level.FAMILY, "", _LAST)
        yield Step(_SHEET, "Isi menurut lembar", tuple(asked))

    def _blocks(self, step: Step, problems: tuple[Problem, ...]) -> Iterator[dict[str, Any]]:
        """As they stand on paper: what is asked of the family last stands below the members."""
        for is_last in (False, True):
            part = tuple(one for one in step.questions if (one[2].key in _LAST) is is_last)
            yield from super()._blocks(replace(step, questions=part), problems)

    def _counts(self, level: Level, subject: str) -> bool:
        if level is Level.PERSON:
            return bool(self.answers[level][subject])
        return super()._counts(level, subject)

    def _question(
        self, level: Level, subject: str, one: Field, problems: tuple[Problem, ...]
    ) -> dict[str, Any]:
        """As it stands on the sheet: a code is written there, so that it is found by its code."""
        is_code = bool(one.choices) and level is Level.FAMILY and not has_boxes(one)
        choices = [
            {
                "code": choice.code,
                "label": f"{choice.code} {choice.label}" if is_code else choice.label,
                "meaning": "",
            }
            for choice in one.choices
        ]
        shown = super()._question(level, subject, one, problems)
        is_folded = one.kind is Kind.CHOICES and not shown["required"]
        return {**shown, "choices": choices, "hint": "", "folded": is_folded}

    def _named(self, problem: Problem) -> str:
        """A problem with whom it is about: many are on one screen."""
        about = self._head(problem.level, problem.subject)["title"]
        return f"{about}: {problem.sentence}" if about else problem.sentence


@dataclass
class PaperDesk:
    """The sheet being typed (``sheet``, None between two).

    ``source`` is that of a sheet typed before, to correct it; "" for another one. ``home`` is the
    family of the sheet, ``answer`` what became of the last one, ``kept`` how many were kept.
    """

    room: FieldRoom
    sheet: PaperSheet | None = None
    source: str = ""
    home: Doorstep = field(init=False)
    answer: Kept | None = None
    kept: int = 0

    def open(self, text: str) -> None:
        """Take up the sheet with this key or QR text, where it was left if it was begun."""
        self.close()
        found = returns_in.sheet_of(self.room.office, self.room.actor, text)
        self.home = doorstep(*self._where(found))
        self.sheet = found
        draft = self._draft()
        # Which sheet is corrected is remembered where the screens of a visit remember the step.
        self.source = draft.step if draft is not None else ""

    def close(self) -> None:
        """Lay the sheet aside; what was typed of it stays."""
        self.sheet, self.source = None, ""

    def forget(self) -> None:
        """Lay the sheet aside and forget what was typed of it and not sent."""
        fieldwork.drop_draft(*self._where(), purpose=PURPOSE)
        self.close()

    def choices(self) -> list[tuple[str, str]]:
        """The sheets of this family the actor typed before, none where one is being typed."""
        if self._draft() is not None:
            return []
        return [
            (f"lembar {number_id(nth)}, diketik {day_words(one.at)}", one.source)
            for nth, one in enumerate(returns_in.typed(*self._where()), start=1)
        ]

    def form(self) -> PaperForm:
        """The questions: as they were left, as they were typed before, or empty."""
        draft, standing = self._draft(), Outcome({})
        if draft is not None:
            standing = draft.outcome
        elif self.source:
            before = {one.source: one.outcome for one in returns_in.typed(*self._where())}
            standing = before[self.source]
        return PaperForm(self.home, standing, self._keep, self._send, is_kept=draft is not None)

    def sent_words(self) -> str:
        """What became of the sheet that was sent last."""
        answer = self.answer
        if answer is None:
            return ""
        if not answer.is_new:
            return f"{self.home.title}: isi yang sama sudah tersimpan sebelumnya."
        said = f"{self.home.title} tersimpan. {number_id(self.kept)} lembar diketik sejauh ini."
        if answer.differences:
            said += (
                " Isinya berbeda dengan hasil lain. Keduanya disimpan; orang lain perlu memutuskan."
            )
        return said

    def _draft(self) -> KeptDraft | None:
        return fieldwork.draft(*self._where(), purpose=PURPOSE)

    def _keep(self, outcome: Outcome, _step: str) -> None:
        fieldwork.keep_draft(*self._where(), outcome, self.source, purpose=PURPOSE)

    def _send(self, outcome: Outcome) -> None:
        self.answer = returns_in.type_in(*self._where(), outcome, self.source)
        self.kept += self.answer.is_new
        self.forget()
        self.room.tell_changed()

    def _where(self, sheet: PaperSheet | None = None) -> tuple[Any, ...]:
        one = sheet or self.sheet
        if one is None:
            raise WrongUse("Ketik dahulu kode sebuah lembar.")
        return self.room.office, self.room.actor, one.list_id, one.family_id

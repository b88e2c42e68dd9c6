"""Two visits to the same families, question by question: where they differ and how much.

A question is compared where both were asked it: what follows from an earlier answer (nobody was
met, so no member was seen) is one difference and not twenty. Words, days and counts are no dispute,
nor are the documents somebody happened to be shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from workbench.verification.agreement.attribution import Judged
from workbench.verification.agreement.measures import (
    FEWEST,
    Coefficient,
    Reading,
    fleiss,
    read_pair,
)
from workbench.verification.agreement.tables import PairTable, pool, tabulate
from workbench.verification.fieldwork.outcomes import (
    Answer,
    Answers,
    Field,
    Kind,
    Level,
    Outcome,
    fields,
)

_COMPARED: Final = (Kind.CHOICE, Kind.CHOICES)
#: What somebody was shown is no finding about the family.
_ASIDE: Final = frozenset({"evidence"})
#: What stands for no answer in a table.
UNANSWERED: Final = "-"


@dataclass(frozen=True)
class Question:
    """One question about one family, as it was answered the first and the second time.

    ``subject`` is the key of the member or finding, "" for the family; answers are codes, joined
    by `` + `` where several were chosen and ``UNANSWERED`` where none.
    """

    family_id: str
    level: Level
    subject: str
    field: str
    first: str
    second: str

    @property
    def is_disputed(self) -> bool:
        return self.first != self.second

    @property
    def rule(self) -> str:
        """The rule whose finding is asked about, "" where it is none."""
        return self.subject.partition(":")[0] if self.level is Level.FINDING else ""

    @property
    def place(self) -> tuple[str, Level, str, str]:
        """What a decision about it is found by."""
        return self.family_id, self.level, self.subject, self.field

    def judged(self, truth: str | None) -> Judged:
        """The same for the attribution of mistakes; ``truth`` None while it is not decided."""
        return Judged(self.rule or self.field, self.first, self.second, truth)


@dataclass(frozen=True)
class FieldReading:
    """How far two visits agree on one question: the table, and what is read from it."""

    field: Field
    table: PairTable
    reading: Reading

    @property
    def coefficients(self) -> tuple[Coefficient, ...]:
        """Raw agreement, kappa of two and of many, alpha, AC1; the raw one alone when few."""
        told = self.reading.coefficients
        if self.table.n < FEWEST:
            return told
        return (*told[:2], fleiss(pool(self.table)), *told[2:])


def questions(family_id: str, first: Outcome, second: Outcome) -> list[Question]:
    """What both visits to a family were asked, in the order of the form."""
    found = []
    for field in fields():
        if field.kind not in _COMPARED or field.key in _ASIDE:
            continue
        one, other = _parts(first, field.level), _parts(second, field.level)
        for subject in one:
            if subject not in other:
                continue
            said = [
                _label(answers.get(field.key, ""))
                for answers, family in (
                    (one[subject], first.family),
                    (other[subject], second.family),
                )
                if field.is_shown({**family, **answers})
            ]
            if len(said) == 2:
                found.append(Question(family_id, field.level, subject, field.key, *said))
    return found


def take_over(first: Outcome, second: Outcome, places: Iterable[tuple[Level, str, str]]) -> Outcome:
    """The first visit's answers with the second's at some places (level, subject, field).

    What is asked only now that those answers changed is the second's too; what no longer is goes.
    """
    taken = set(places)
    family = _taken_over(first, second, {}, Level.FAMILY, "", taken)

    def parts(level: Level) -> dict[str, Answers]:
        subjects = {**_parts(first, level), **_parts(second, level)}
        made = {one: _taken_over(first, second, family, level, one, taken) for one in subjects}
        return {subject: answers for subject, answers in made.items() if answers}

    return Outcome(family, parts(Level.PERSON), parts(Level.FINDING))


def _taken_over(
    first: Outcome,
    second: Outcome,
    family: Answers,
    level: Level,
    subject: str,
    taken: set[tuple[Level, str, str]],
) -> Answers:
    """The answers of one part; ``family`` are those of the family, where it is another part."""
    one, other = (_parts(each, level).get(subject, {}) for each in (first, second))
    made: dict[str, Answer] = {}
    for field in fields(level):
        if not field.is_shown({**family, **made}):
            continue
        was_asked = field.is_shown({**first.family, **one})
        said = other if (level, subject, field.key) in taken or not was_asked else one
        if field.key in said:
            made[field.key] = said[field.key]
    return made


def read_fields(asked: Iterable[Question]) -> tuple[FieldReading, ...]:
    """Agreement on every question both were asked, in the order of the form."""
    by_field: dict[str, list[Question]] = {}
    for one in asked:
        by_field.setdefault(one.field, []).append(one)
    return tuple(_read(field, by_field[field.key]) for field in fields() if field.key in by_field)


def _read(field: Field, asked: Sequence[Question]) -> FieldReading:
    used = {label for one in asked for label in (one.first, one.second)}
    order = [choice.code for choice in field.choices if choice.code in used]
    labels = [*order, *sorted(used - set(order))]
    # A table needs two labels: the other answers of the form, though nobody gave them.
    labels += [choice.code for choice in field.choices if choice.code not in used][
        : max(0, 2 - len(labels))
    ]
    table = tabulate(((one.first, one.second) for one in asked), labels)
    return FieldReading(field, table, read_pair(_worded(field, table)))


def _worded(field: Field, table: PairTable) -> PairTable:
    """The same table under the words of the form, for whoever reads the sentence."""
    words = tuple(answer_words(field, label) for label in table.labels)
    return PairTable(words if len(set(words)) == len(words) else table.labels, table.counts)


def answer_words(field: Field, answer: str) -> str:
    """The words for an answer of ``Question``."""
    if answer == UNANSWERED:
        return "tidak diisi"
    return " + ".join(field.label_of(code) for code in answer.split(" + "))


def _label(answer: Answer) -> str:
    codes = sorted(answer) if isinstance(answer, tuple) else [answer.strip()]
    return " + ".join(code for code in codes if code) or UNANSWERED


def _parts(outcome: Outcome, level: Level) -> Mapping[str, Answers]:
    if level is Level.FAMILY:
        return {"": outcome.family}
    return outcome.persons if level is Level.PERSON else outcome.findings

"""A task as a trainee will meet it, and its key beside it, before a class does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from html import escape

from workbench.errors import RuleBroken, WrongUse
from workbench.rules import Plant
from workbench.training.authoring.tasks import LETTERS, CaseTask, QuestionTask, Task
from workbench.training.authoring.vocabulary import taught_rules
from workbench.training.cases import Case
from workbench.training.documents import Paragraph
from workbench.training.drawing import draw_case, settle
from workbench.training.plans import LOOK_ALIKES, Plan
from workbench.training.plans import Task as Drawing

#: How often a case is drawn anew because the rules found more in it, or less, than planted.
_ROUNDS = 6
_NOTE = "petugas"


@dataclass(frozen=True)
class Preview:
    """``page`` is what a trainee reads, ``key`` what follows the answer, both HTML and escaped.

    ``cases`` are the drawn cases of a *kasus*, the first of the rule and the look-alike, if one
    was asked for, after it; empty for a *soal*.
    """

    page: str
    key: str
    cases: tuple[Case, ...] = ()


def preview(task: Task) -> Preview:
    """Show one task. A *kasus* is drawn for one family and judged by the engine.

    Raises ``RuleBroken`` when no family can carry the mistake that way.
    """
    if isinstance(task, QuestionTask):
        return _question(task)
    cases = draw_cases(replace(task, families=1))
    return Preview("".join(map(_case, cases)), "".join(map(_case_key, cases)), cases)


def draw_cases(task: CaseTask, seed: int = 1) -> tuple[Case, ...]:
    """The cases of a row: one a family, then the look-alike if asked for; equal for equal seeds.

    Rows of the same rule get other families, since the row has a part in the dice.

    The rules find in each what was planted and nothing else. Raises ``RuleBroken`` when that
    does not come about, and ``WrongUse`` for a rule or plant the catalogue does not have.
    """
    plants = _plants(task)
    number = task.families + task.has_look_alike
    plan = Plan(f"tugas {task.row} {task.rule} {task.plant}", 1, error_share=1.0, seed=seed)
    cases: dict[int, Case] = {}
    waiting = list(range(1, number + 1))
    for salt in range(_ROUNDS):
        drawn = [
            _draw(plan, plants, seat, salt)
            if seat <= task.families
            else draw_case(plan, Drawing(1, (), _look_alike(task.rule)), seat, salt)
            for seat in waiting
        ]
        settled, doubtful = settle(drawn)
        cases |= zip(waiting, settled, strict=True)
        waiting = [waiting[place] for place in doubtful]
        if not waiting:
            break
    else:
        raise RuleBroken(f"Kasus {task.rule} tidak dapat disusun dengan cara itu. Pilih cara lain.")
    numbered = [replace(cases[seat], number=seat, of=number) for seat in sorted(cases)]
    # The look-alike keeps its own note: what the trainer wrote speaks of the mistake.
    noted = [_with_note(case, task.note) for case in numbered[: task.families]]
    return (*noted, *numbered[task.families :])


def _draw(plan: Plan, plants: Sequence[Plant], seat: int, salt: int) -> Case:
    """A case of the plant whose turn it is, or of the next one that a family can carry."""
    turn = (seat - 1 + salt) % len(plants)
    for plant in (*plants[turn:], *plants[:turn]):
        with suppress(RuleBroken):
            return draw_case(plan, Drawing(1, (plant,)), seat, salt)
    raise RuleBroken(f"Kasus {plants[0].rule} tidak dapat disusun. Pilih aturan atau cara lain.")


def _plants(task: CaseTask) -> list[Plant]:
    rule = taught_rules().get(task.rule)
    plants = [plant for plant in rule.plants if task.plant in ("", plant.name)] if rule else []
    if not plants:
        raise WrongUse("Aturan atau cara terjadinya pada tugas ini tidak ada di katalog.")
    return plants


def _look_alike(code: str) -> str:
    """The look-alike that lies in the most of a rule's own cells: the one easily confused."""
    own = {field.rpartition(".")[2] for field in taught_rules()[code].fields}
    return max(LOOK_ALIKES, key=lambda name: len(own & set(LOOK_ALIKES[name])))


def _with_note(case: Case, note: str) -> Case:
    if not note:
        return case
    documents = tuple(
        replace(document, paragraphs=(*document.paragraphs, Paragraph(note)))
        if document.kind == _NOTE
        else document
        for document in case.documents
    )
    return replace(case, documents=documents)


def _question(task: QuestionTask) -> Preview:
    options = "".join(
        f"<li>{letter}. {escape(text)}</li>"
        for letter, text in zip(LETTERS, task.options, strict=False)
    )
    right = task.options[LETTERS.index(task.key)]
    return Preview(
        f"<p>{escape(task.question)}</p><ul>{options}</ul>",
        f"<p>Kunci: {task.key}. {escape(right)}</p>"
        + _paragraphs((task.why, f"Sumber: {task.source}")),
    )


def _case(case: Case) -> str:
    record = "".join(
        f"<h4>{escape(section.title)}</h4><dl>"
        + "".join(
            f"<dt>{escape(line.label)}</dt><dd>{escape(line.value)}</dd>" for line in section.lines
        )
        + "</dl>"
        for section in case.record
    )
    note = next(document for document in case.documents if document.kind == _NOTE)
    tabs = ", ".join(document.tab for document in case.documents)
    return (
        f"<h3>{escape(case.title)}</h3>{record}<h4>{escape(note.title)}</h4>"
        + _paragraphs(paragraph.text for paragraph in note.paragraphs)
        + _paragraphs((f"Berkas: {tabs}.",))
    )


def _case_key(case: Case) -> str:
    words = [
        text
        for mistake in case.key.mistakes
        for text in (mistake.title, mistake.why, f"Sumber: {mistake.source}")
    ]
    if case.key.look_alike:
        words += [f"Tidak ada kesalahan: {case.key.look_alike.title}.", case.key.look_alike.why]
    return f"<h3>{escape(case.title)}</h3>{_paragraphs(words)}"


def _paragraphs(texts: Iterable[str]) -> str:
    return "".join(f"<p>{escape(text)}</p>" for text in texts)

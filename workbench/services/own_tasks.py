"""Tasks the office wrote itself: out as a template, back as a workbook, kept, used, withdrawn.

Reading a workbook stores nothing. A task is known by what it asks, so the same task sent again
takes the place of the one that is there, and what it replaces is told before.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from workbench.access import Actor, Permission, require
from workbench.domain.nik import PRACTICE_PREFIX
from workbench.errors import NotFound, RuleBroken, WrongUse
from workbench.services.office import Office
from workbench.store import clock, ledger
from workbench.store.tables import own_task
from workbench.training import Case
from workbench.training.authoring import (
    CaseTask,
    Complaint,
    Preview,
    QuestionTask,
    Task,
    draw_cases,
    preview,
    read_tasks,
    write_template,
)
from workbench.training.authoring.layout import CASES
from workbench.training.authoring.vocabulary import taught_rules

CASE, QUESTION = "kasus", "soal"
TEMPLATE: Final = "templat-soal-sendiri.xlsx"
#: Families of one task, and cases in all, that a class takes for practice.
MAX_FAMILIES, MAX_PRACTICE = 3, 60
#: Who a task comes from that two checkers of the other side disagreed about.
FROM_CHECKS: Final = "periksa_ulang"

_NEW, _REPLACED, _UNCHANGED = "new", "replaced", "unchanged"
_NUMBER = re.compile(r"(?<!\d)\d{16}(?!\d)")


@dataclass(frozen=True)
class Draft:
    """A good row of a workbook, not stored yet: its ``row`` on the sheet, and the task.

    ``replaces`` when a task of this id is in use and differs; ``is_known`` when it stands there
    just so.
    """

    id: str
    row: int
    task: Task
    replaces: bool
    is_known: bool


@dataclass(frozen=True)
class Upload:
    """What a workbook holds: good rows, everything to be mended, and how many are examples."""

    drafts: tuple[Draft, ...]
    complaints: tuple[Complaint, ...]
    examples: int


@dataclass(frozen=True)
class Stored:
    """What saving did, as counts of tasks."""

    new: int
    replaced: int
    unchanged: int


@dataclass(frozen=True)
class Disputed:
    """All of a real case that may become a practice task: its rule, and what was answered."""

    rule: str
    first: str
    second: str


@dataclass(frozen=True)
class OwnTask:
    """A task in use."""

    id: str
    kind: str
    task: Task
    saved_at: datetime


@dataclass(frozen=True)
class KeptQuestion:
    """A question that was ever saved, as it reads now; one withdrawn is asked no more."""

    task: QuestionTask
    is_in_use: bool


@dataclass(frozen=True)
class OwnCases:
    """The cases of all own tasks in use, and a sentence for each task that gives none."""

    cases: tuple[Case, ...]
    refusals: tuple[str, ...]


def template(office: Office, actor: Actor) -> tuple[str, bytes]:
    """The workbook to be filled in: its file name and content."""
    require(actor, Permission.RUN_CLASS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / TEMPLATE
        write_template(path)
        return TEMPLATE, path.read_bytes()


def read_upload(office: Office, actor: Actor, file_name: str, content: bytes) -> Upload:
    """Read a filled workbook or CSV; nothing is stored.

    Raises ``UnusableInput`` for a file that cannot be read at all.
    """
    require(actor, Permission.RUN_CLASS)
    with tempfile.TemporaryDirectory() as folder:
        # Only the ending of the name is the visitor's.
        path = Path(folder) / f"tugas{Path(file_name).suffix.lower()[:6]}"
        path.write_bytes(content)
        tasks, complaints = read_tasks(path)
    with office.practice.reading() as connection:
        stored = {row.id: row.content for row in _in_use(connection)}
    drafts: dict[str, Draft] = {}
    for task in tasks:
        if task.is_example:
            continue
        kept = _kept(task)
        name = task_id(task)
        if name in drafts:
            complaints.append(_twice(task, drafts[name].row))
            continue
        is_known = stored.get(name) == _content(kept)
        drafts[name] = Draft(name, task.row, kept, name in stored and not is_known, is_known)
    complaints.sort(key=lambda one: (one.sheet, one.row))
    return Upload(tuple(drafts.values()), tuple(complaints), sum(task.is_example for task in tasks))


def save_tasks(office: Office, actor: Actor, drafts: Sequence[Draft]) -> Stored:
    """Store all of them or none; a task of the same id gives way and stays in the ledger.

    Raises ``WrongUse`` where there is nothing to store.
    """
    require(actor, Permission.RUN_CLASS)
    if not drafts:
        raise WrongUse("Belum ada soal yang dapat disimpan. Pilih berkas tugas dulu.")
    counts = {_NEW: 0, _REPLACED: 0, _UNCHANGED: 0}
    with office.practice.writing() as connection:
        for draft in drafts:
            counts[_put(connection, actor.id, draft.id, draft.task)] += 1
    return Stored(counts[_NEW], counts[_REPLACED], counts[_UNCHANGED])


def place_dispute(office: Office, dispute: Disputed) -> str:
    """Make a practice task of what two checkers disagreed about; its id.

    The one way from real people to practice. Nothing can come along but a rule and two codes: the
    families are drawn of invented ones, and one is drawn here to see that all its numbers begin
    99. Who asked and for which family stays on the other side. Raises ``WrongUse`` for a rule no
    case can be drawn of and for codes that are none.
    """
    words = _answer_words()
    if dispute.rule not in taught_rules():
        raise WrongUse(
            f"Dari aturan {dispute.rule[:10]} belum dapat dibuat kasus latihan. Bahas bersama."
        )
    if not {dispute.first, dispute.second} <= set(words):
        raise WrongUse("Jawaban itu tidak dikenal, jadi tidak dijadikan latihan.")
    told = sorted(words[one] for one in (dispute.first, dispute.second))
    note = (
        f"Atas temuan seperti ini dua petugas menjawab berbeda: {told[0]} dan {told[1]}. "
        "Lihat dokumennya, lalu putuskan sendiri."
    )
    task = CaseTask(1, dispute.rule, "", 2, "sedang", note, has_look_alike=True)
    try:
        drawn = draw_cases(replace(task, families=1))
    except RuleBroken as error:
        raise WrongUse(str(error)) from error
    _require_invented(drawn)
    name = task_id(task)
    with office.practice.writing() as connection:
        _put(connection, FROM_CHECKS, name, _kept(task))
    return name


def stored_tasks(office: Office, actor: Actor) -> tuple[OwnTask, ...]:
    """The tasks in use, cases before questions, each in the order it was saved."""
    require(actor, Permission.RUN_CLASS)
    with office.practice.reading() as connection:
        return tuple(
            OwnTask(row.id, row.kind, _task(row), clock.moment(row.at))
            for row in _in_use(connection)
        )


def withdraw(office: Office, actor: Actor, name: str) -> None:
    """Take a task out of use; it stays on record. Raises ``NotFound``."""
    require(actor, Permission.RUN_CLASS)
    with office.practice.writing() as connection:
        changed = connection.execute(
            own_task.update()
            .where(own_task.c.id == name, own_task.c.withdrawn_at.is_(None))
            .values(withdrawn_at=clock.now())
        )
        if not changed.rowcount:
            raise NotFound("Soal itu sudah tidak dipakai. Muat ulang halaman, lalu pilih lagi.")
        ledger.record(connection, actor.id, "soal_sendiri", f"tugas:{name}", "isi", "ditarik")


def preview_task(office: Office, actor: Actor, task: Task) -> Preview:
    """A task as a trainee will meet it, and its key; raises ``RuleBroken``."""
    require(actor, Permission.RUN_CLASS)
    return preview(task)


def tasks_in_use(office: Office) -> tuple[Task, ...]:
    """Every task in use, for whoever puts a class together."""
    with office.practice.reading() as connection:
        return tuple(_task(row) for row in _in_use(connection))


def own_cases(office: Office, seed: int = 1) -> OwnCases:
    """Draw the cases of all own tasks, judged by the engine; equal for equal seeds.

    One that cannot be drawn keeps no other back.
    """
    tasks = [task for task in tasks_in_use(office) if isinstance(task, CaseTask)]
    return _draw(tasks, seed, sum(task.families + task.has_look_alike for task in tasks))


def practice_cases(office: Office, rules: Collection[str], seed: int) -> OwnCases:
    """The same for a class that practises ``rules``: at most ``MAX_FAMILIES`` families a task
    and ``MAX_PRACTICE`` cases in all, so that opening a class stays quick.
    """
    tasks = [
        replace(task, families=min(task.families, MAX_FAMILIES))
        for task in tasks_in_use(office)
        if isinstance(task, CaseTask) and task.rule in rules
    ]
    return _draw(tasks, seed, MAX_PRACTICE)


def _draw(tasks: Iterable[CaseTask], seed: int, most: int) -> OwnCases:
    cases: list[Case] = []
    refusals = []
    for task in tasks:
        if len(cases) >= most:
            break
        try:
            cases += draw_cases(task, seed)
        except (RuleBroken, WrongUse) as error:
            refusals.append(str(error))
    return OwnCases(tuple(cases[:most]), tuple(refusals))


def own_questions(office: Office) -> tuple[QuestionTask, ...]:
    """The questions in use."""
    return tuple(task for task in tasks_in_use(office) if isinstance(task, QuestionTask))


def kept_questions(connection: Connection) -> dict[str, KeptQuestion]:
    """All questions by id: what was answered is still told after a question was withdrawn."""
    rows = connection.execute(
        select(own_task).where(own_task.c.kind == QUESTION).order_by(own_task.c.id)
    )
    kept = {}
    for row in rows:
        task = _task(row)
        assert isinstance(task, QuestionTask)
        kept[row.id] = KeptQuestion(task, row.withdrawn_at is None)
    return kept


def task_id(task: Task) -> str:
    """What a task is known by: what it asks, not how many of it or with which key."""
    if isinstance(task, CaseTask):
        asked = [task.rule, task.plant, task.difficulty, " ".join(task.note.casefold().split())]
    else:
        asked = [" ".join(task.question.casefold().split())]
    return f"{_kind(task)}-{_digest(ledger.canonical(asked))}"


def _put(connection: Connection, saved_by: str, name: str, task: Task) -> str:
    """Put a task in use; what became of the one that stood there."""
    content = _content(task)
    row = connection.execute(select(own_task).where(own_task.c.id == name)).one_or_none()
    stands = row is not None and row.withdrawn_at is None
    if stands and row is not None and row.content == content:
        return _UNCHANGED
    values = {
        "kind": _kind(task),
        "content": content,
        "saved_by": saved_by,
        "at": clock.now(),
        "withdrawn_at": None,
    }
    if row is None:
        connection.execute(own_task.insert().values(id=name, **values))
    else:
        connection.execute(own_task.update().where(own_task.c.id == name).values(**values))
    subject = f"tugas:{name}"
    ledger.record(connection, saved_by, "soal_sendiri", subject, "isi", _digest(content))
    return _REPLACED if stands else _NEW


@cache
def _answer_words() -> dict[str, str]:
    """What may be answered to a finding at the door, in words."""
    # Late: it loads pyarrow, and trainees' kernels load this module.
    from workbench.verification.fieldwork.outcomes import Level, fields

    answer = next(one for one in fields(Level.FINDING) if one.key == "answer")
    return {choice.code: choice.label.lower() for choice in answer.choices}


def _require_invented(cases: Iterable[Case]) -> None:
    """Raise ``WrongUse`` unless every number of these cases is one nobody has."""
    for case in cases:
        numbers = _NUMBER.findall(json.dumps([case.to_public(), case.key.to_json()], default=str))
        if not numbers or not all(number.startswith(PRACTICE_PREFIX) for number in numbers):
            raise WrongUse("Kasus ini memuat nomor yang bukan karangan, jadi tidak disimpan.")


def _kind(task: Task) -> str:
    return CASE if isinstance(task, CaseTask) else QUESTION


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _kept(task: Task) -> Task:
    """The task as it is stored: rows of two workbooks are alike, and the row has a part in the
    dice, so a number of the task's own takes its place."""
    return replace(task, row=int(_digest(task_id(task))[:7], 16))


def _content(task: Task) -> str:
    return ledger.canonical(asdict(task))


def _task(row: Row[Any]) -> Task:
    fields = json.loads(row.content)
    if row.kind == CASE:
        return CaseTask(**fields)
    return QuestionTask(**{**fields, "options": tuple(fields["options"])})


def _in_use(connection: Connection) -> Iterable[Row[Any]]:
    return connection.execute(
        select(own_task)
        .where(own_task.c.withdrawn_at.is_(None))
        .order_by(own_task.c.kind, own_task.c.at, own_task.c.id)
    )


def _twice(task: Task, first: int) -> Complaint:
    """Only cases come here twice: of a question the reading itself has said so."""
    return Complaint(
        CASES,
        task.row,
        "",
        "",
        f"Tugas ini sama dengan tugas pada baris {first}.",
        "Hapus salah satunya, atau tulis catatan petugas yang berbeda.",
    )


__all__ = [
    "CASE",
    "FROM_CHECKS",
    "QUESTION",
    "Disputed",
    "Draft",
    "KeptQuestion",
    "OwnCases",
    "OwnTask",
    "Stored",
    "Upload",
    "kept_questions",
    "own_cases",
    "own_questions",
    "place_dispute",
    "practice_cases",
    "preview_task",
    "read_upload",
    "save_tasks",
    "stored_tasks",
    "task_id",
    "tasks_in_use",
    "template",
    "withdraw",
]

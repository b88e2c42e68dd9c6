"""Answers from printed sheets, typed in by a trainer when the power was gone.

A sheet is named by the person and by a short code of its case: ``A-03`` is place 3 of test form A,
``L-017`` case 17 of the class's bank, ``K-05`` the fifth case of a seat in a class without parts.
What is typed is graded by the same function as what is sent on a screen, into the same tables; the
ledger says who typed it. A sheet is taken whole or not at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from workbench.access import Actor, Permission, require
from workbench.errors import NotFound, WrongUse
from workbench.services import training
from workbench.services.accounts import trainee_of_seat
from workbench.services.ladders import AFTER, BEFORE, DRILLS, KINDS, OPEN, WAITING
from workbench.services.office import Office
from workbench.services.turns import hand_out
from workbench.store import Event, append, ledger, newest
from workbench.store.tables import (
    bank_case,
    class_,
    class_part,
    drawn_case,
    grade,
)
from workbench.training.answers import DIFFERS, INELIGIBLE, NEEDS_VISIT
from workbench.training.ladder import Step
from workbench.training.measures.forms import order_of_forms

#: The letters of the codes: two forms of the test, the bank, and a seat's own cases.
FORM_A, FORM_B, BANK, OWN = "A", "B", "L", "K"
_DIGITS: Final = {FORM_A: 2, FORM_B: 2, BANK: 3, OWN: 2}
_CODE: Final = re.compile(r"\s*([ABLK])[\s\-.–—]*([0-9]{1,4})\s*", re.IGNORECASE)
_MARK: Final = re.compile(r"([0-9]{1,3})(k?)", re.IGNORECASE)
#: The tests in the order a person sits them.
_TESTS: Final = (BEFORE, AFTER)

_BAD_CODE = (
    "Kode lembar {code} tidak dikenal. Salin kode di pojok lembar, misalnya A-03 atau L-017."
)


@dataclass(frozen=True)
class Code:
    """The code of a sheet: ``letter`` is A, B, L or K, ``number`` counts from 1."""

    letter: str
    number: int

    def __str__(self) -> str:
        return f"{self.letter}-{self.number:0{_DIGITS[self.letter]}d}"


@dataclass(frozen=True)
class Line:
    """One row of a sheet as it is numbered on paper, from 1."""

    number: int
    cell: str
    section: str
    label: str
    value: str


@dataclass(frozen=True)
class Sheet:
    """The case a code stands for with one person; ``number`` is None until it is handed out."""

    code: str
    title: str
    number: int | None
    lines: tuple[Line, ...]
    choices: Mapping[str, Any]


@dataclass(frozen=True)
class TypedAnswer:
    """What stands on a sheet: ``marks`` as ``3 7k`` (row 3 differs, row 7 needs a visit)."""

    marks: str = ""
    status: str = ""
    reason: str = ""
    follow_up: str = ""
    confidence: str = ""


@dataclass(frozen=True)
class Typed:
    """A sheet that was taken: the number of its case with this person, and its score (0 to 1)."""

    code: str
    number: int
    name: str
    score: float


@dataclass(frozen=True)
class _Source:
    """Where a sheet's case lies: drawn for the seat already, or still in the bank."""

    public: dict[str, Any]
    number: int | None
    item: int = 0
    part: Any = None
    step: Step = Step.ALONE


def code_of(letter: str, number: int) -> str:
    """The code printed on a sheet; ``number`` is a place of a form, an item or a case number."""
    return str(Code(letter, number))


def read_code(text: str) -> Code:
    """A code as somebody typed it (``a3``, ``A 03``, ``A-03``); raises ``WrongUse``."""
    found = _CODE.fullmatch(text)
    if found is None or not int(found[2]):
        raise WrongUse(
            _BAD_CODE.format(code=f"“{text.strip()[:20]}”" if text.strip() else "kosong")
        )
    return Code(found[1].upper(), int(found[2]))


def lines_of(public: Mapping[str, Any]) -> tuple[Line, ...]:
    """The rows of a case's record, numbered through all its sections as a sheet prints them."""
    rows = [(section["title"], row) for section in public["record"] for row in section["rows"]]
    return tuple(
        Line(n, row["cell"], title, row["label"], row["value"])
        for n, (title, row) in enumerate(rows, start=1)
    )


def read_marks(text: str, lines: Sequence[Line]) -> dict[str, str]:
    """Cell -> mark for what was typed; raises ``WrongUse`` naming the part that does not fit."""
    marks: dict[str, str] = {}
    for word in re.split(r"[\s,;]+", text.strip()):
        if not word:
            continue
        found = _MARK.fullmatch(word)
        if found is None:
            raise WrongUse(
                f"Tanda “{word[:20]}” tidak dapat dibaca. Tulis nomor baris, misalnya 3, atau 7k "
                "untuk perlu kunjungan; pisahkan dengan spasi."
            )
        number = int(found[1])
        if not 1 <= number <= len(lines):
            raise WrongUse(
                f"Baris {number} tidak ada: lembar ini memuat baris 1 sampai {len(lines)}. "
                "Periksa nomor barisnya."
            )
        cell = lines[number - 1].cell
        if cell in marks:
            raise WrongUse(f"Baris {number} ditulis dua kali. Tulis satu kali saja.")
        marks[cell] = NEEDS_VISIT if found[2] else DIFFERS
    return marks


def sheet(office: Office, actor: Actor, class_id: str, seat: int, code: str) -> Sheet:
    """What the sheet of this code shows for one person; raises as ``type_in`` does."""
    require(actor, Permission.RUN_CLASS)
    read = read_code(code)
    with office.practice.reading() as connection:
        _name_of(connection, class_id, seat)
        source = _find(connection, class_id, seat, read)
    public = source.public
    return Sheet(str(read), public["title"], source.number, lines_of(public), public["choices"])


def type_in(
    office: Office, actor: Actor, class_id: str, seat: int, code: str, typed: TypedAnswer
) -> Typed:
    """Take one sheet of one person: all of it is stored and graded, or nothing.

    Raises ``NotFound`` for a seat nobody has, ``WrongUse`` for an unknown code, a form that is
    not this person's, a case that is answered already, a row or a choice that does not exist and
    for what a screen would ask for too: a status, and a reason for *tidak layak*.
    """
    require(actor, Permission.RUN_CLASS)
    read = read_code(code)
    with office.practice.writing() as connection:
        name = _name_of(connection, class_id, seat)
        source = _find(connection, class_id, seat, read)
        answer = _answer(source.public, typed)
        trainee = trainee_of_seat(connection, class_id, seat)
        assert trainee is not None  # found a moment ago, in this transaction
        number = source.number
        if number is None:
            number = hand_out(connection, trainee, source.part, source.step, source.item)
        _write_fields(connection, trainee, number, answer)
        case = training.handed_case(connection, trainee, number)
        training.grade_case(connection, trainee, number, case, answer)
        score = connection.execute(
            select(grade.c.score).where(*_at(grade, class_id, seat), grade.c.number == number)
        ).scalar_one()
        subject = f"kasus:{class_id}.{seat}.{number}"
        ledger.record(connection, actor.id, "ketik", subject, "lembar", str(read))
    return Typed(str(read), number, name, float(score))


def _at(table: Any, class_id: str, seat: int) -> tuple[Any, Any]:
    return table.c.class_id == class_id, table.c.seat == seat


def _name_of(connection: Connection, class_id: str, seat: int) -> str:
    trainee = trainee_of_seat(connection, class_id, seat) if type(seat) is int else None
    if trainee is None:
        raise NotFound(
            "Kursi itu belum ditempati siapa pun. Pilih peserta, atau minta ia masuk dulu."
        )
    return trainee.name


def _find(connection: Connection, class_id: str, seat: int, code: Code) -> _Source:
    """The case of a code with one person, not answered so far."""
    seed = connection.execute(select(class_.c.seed).where(class_.c.id == class_id)).scalar_one()
    parts = connection.execute(
        select(class_part).where(class_part.c.class_id == class_id).order_by(class_part.c.number)
    ).all()
    if code.letter == OWN:
        return _own(connection, class_id, seat, code, bool(parts))
    if not parts:
        raise WrongUse(f"Kelas ini memakai kode lembar K, misalnya K-05, bukan {code}.")
    if code.letter == BANK:
        item = connection.execute(
            select(bank_case).where(
                bank_case.c.class_id == class_id,
                bank_case.c.item == code.number,
                bank_case.c.form == "",
            )
        ).first()
        practice = [part for part in parts if part.kind not in (*_TESTS, DRILLS)]
        # Practice done on paper belongs to the practice that is going on, else to the first.
        part = next((one for one in practice if one.state == OPEN), next(iter(practice), None))
        step = Step.ALONE
    else:
        part = _part_of_form(code, seat, seed, parts)
        step = Step.TEST
        item = connection.execute(
            select(bank_case).where(
                bank_case.c.class_id == class_id,
                bank_case.c.form == code.letter,
                bank_case.c.place == code.number,
                code.number <= json.loads(part.settings)["n"],
            )
        ).first()
    if item is None or part is None:
        raise WrongUse(f"Lembar {code} tidak ada di kelas ini. Periksa kode di pojok lembar.")
    number = connection.execute(
        select(drawn_case.c.number).where(
            *_at(drawn_case, class_id, seat), drawn_case.c.item == item.item
        )
    ).scalar()
    if number is not None:
        _refuse_answered(connection, class_id, seat, number, code)
    return _Source(json.loads(item.public), number, item.item, part, step)


def _own(connection: Connection, class_id: str, seat: int, code: Code, has_parts: bool) -> _Source:
    if has_parts:
        raise WrongUse(f"Kelas ini memakai kode lembar A, B atau L, bukan {code}.")
    public = connection.execute(
        select(drawn_case.c.public).where(
            *_at(drawn_case, class_id, seat), drawn_case.c.number == code.number
        )
    ).scalar()
    if public is None:
        raise WrongUse(f"Lembar {code} tidak ada untuk kursi {seat}. Periksa kode di pojok lembar.")
    _refuse_answered(connection, class_id, seat, code.number, code)
    return _Source(json.loads(public), code.number)


def _part_of_form(code: Code, seat: int, seed: int, parts: Sequence[Row[Any]]) -> Row[Any]:
    """The test in which this person sits the form."""
    order = order_of_forms(seat, seed)
    kind = _TESTS[order.index(code.letter)]
    part = next((part for part in parts if part.kind == kind), None)
    if part is None or part.state == WAITING:
        other = next((p for p in parts if p.kind in _TESTS and p.state != WAITING), None)
        words = (
            f"Pada {KINDS[other.kind].lower()} orang ini mengerjakan bentuk "
            f"{order[_TESTS.index(other.kind)]}."
            if other is not None
            else "Belum ada tes yang dibuka."
        )
        raise WrongUse(
            f"Lembar {code} bukan bentuk untuk orang ini sekarang. {words} Periksa nama di lembar."
        )
    return part


def _refuse_answered(
    connection: Connection, class_id: str, seat: int, number: int, code: Code
) -> None:
    sent = connection.execute(
        select(grade.c.number).where(*_at(grade, class_id, seat), grade.c.number == number)
    ).first()
    if sent is not None:
        raise WrongUse(
            f"Kasus di lembar {code} sudah dijawab orang ini, jadi lembarnya tidak dihitung lagi."
        )


def _answer(public: Mapping[str, Any], typed: TypedAnswer) -> dict[str, Any]:
    marks = read_marks(typed.marks, lines_of(public))
    answer: dict[str, Any] = {"marks": marks}
    for field, kind in training.CHOICES.items():
        value = getattr(typed, field)
        if value and value not in {code for code, _word in public["choices"][kind]}:
            raise WrongUse("Pilihan itu tidak ada pada lembar ini. Pilih lagi dari daftarnya.")
        answer[field] = value
    if not answer["status"]:
        raise WrongUse("Pilih status keluarga seperti di lembar: layak, tidak layak, atau verval.")
    if answer["status"] != INELIGIBLE:
        answer["reason"] = ""
    elif not answer["reason"]:
        raise WrongUse("Tidak layak perlu alasan. Pilih alasan yang tertulis di lembar.")
    return answer


def _write_fields(
    connection: Connection, trainee: Actor, number: int, answer: Mapping[str, Any]
) -> None:
    """The sheet into the ledger as this person's answer; what a screen held beside it goes."""
    subject = f"kasus:{trainee.id}.{number}"
    standing = newest(connection, trainee.id, subject)
    given = {**answer["marks"], **{name: answer[name] for name in training.CHOICES}}
    wanted = {**dict.fromkeys(standing, ""), **given}
    for field, value in wanted.items():
        before = standing.get(field)
        if value != (before.value if before else ""):
            revision = (before.revision if before else 0) + 1
            append(connection, Event(trainee.id, "ketik", subject, field, revision, value))


__all__ = [
    "BANK",
    "FORM_A",
    "FORM_B",
    "OWN",
    "Code",
    "Line",
    "Sheet",
    "Typed",
    "TypedAnswer",
    "code_of",
    "lines_of",
    "read_code",
    "read_marks",
    "sheet",
    "type_in",
]

"""What can be reported of a family, and what follows: ``happenings.yaml`` as types."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

import yaml

from workbench.domain.nik import is_number
from workbench.domain.reference import label
from workbench.domain.wilayah import say_locally
from workbench.errors import WrongUse
from workbench.verification.fieldwork.outcomes import Level, fields
from workbench.verification.happenings.facts import Facts

_FIRST_DAY: Final = date(2000, 1, 1)


class People(StrEnum):
    """Whether members of the family are named: they must be, may be, are not, or all are."""

    MUST = "wajib"
    MAY = "boleh"
    NOBODY = "tidak"
    ALL = "semua"


@dataclass(frozen=True)
class Consequence:
    """Something that follows. ``each`` names a set of programmes, one task for each of them.

    ``who`` is to do it; "" for nobody, where it is only to be known.
    """

    code: str
    table: str
    text: str
    who: str
    when: frozenset[str]
    unless: frozenset[str]
    each: str
    program: str
    source: str
    konfirmasi: str

    @property
    def is_note(self) -> bool:
        """Whether it is only to be known: nobody has to do it."""
        return not self.who

    def words(self, program: str) -> str:
        """What is to be done, for one programme ("" for none)."""
        return self.text.replace("{program}", program_words(program))


@dataclass(frozen=True)
class Task:
    """One consequence for one family; ``program`` is a code or ""."""

    consequence: Consequence
    program: str

    @property
    def words(self) -> str:
        """What is to be done."""
        return self.consequence.words(self.program)


@dataclass(frozen=True)
class Question:
    """A further question with its choices: code -> words."""

    key: str
    label: str
    choices: Mapping[str, str]


@dataclass(frozen=True)
class Kind:
    """A kind of event. ``other_card`` labels the number of another card; "" asks for none."""

    code: str
    title: str
    people: People
    people_hint: str
    papers: tuple[str, ...]
    questions: tuple[Question, ...]
    other_card: str
    needs_other_card: bool
    is_newcomer: bool
    expects: str
    consequences: tuple[Consequence, ...]

    def tasks(self, facts: Facts) -> tuple[Task, ...]:
        """What follows for the family these facts are of, in the order of the tables."""
        return tuple(task for task in self._follows(facts) if not task.consequence.is_note)

    def notes(self, facts: Facts) -> tuple[Task, ...]:
        """What is to be known and not to be done."""
        return tuple(task for task in self._follows(facts) if task.consequence.is_note)

    def _follows(self, facts: Facts) -> list[Task]:
        found = []
        for one in self.consequences:
            if not one.when <= facts.marks or one.unless & facts.marks:
                continue
            for program in facts.programs[one.each] if one.each else (one.program,):
                found.append(Task(one, program))
        order = list(table_words())
        return sorted(found, key=lambda task: order.index(task.consequence.table))


@dataclass(frozen=True)
class Entry:
    """An event as somebody fills it in.

    ``people`` are row ids of members; ``answers`` codes of the kind's questions; ``other_card`` a
    KK number that is looked for and never kept; ``kelurahan_kode`` where a newcomer lives now.
    """

    kind: str
    day: date | None = None
    reporter: str = ""
    papers: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    other_card: str = ""
    words: str = ""
    kelurahan_kode: str = ""

    def lacking(self, today: date, members: Collection[str] = ()) -> tuple[str, ...]:
        """What keeps the event from being recorded, in sentences; empty: nothing.

        ``members`` are the row ids of the family.
        """
        kind = find_kind(self.kind)
        return tuple(sentence for holds, sentence in self._asked(kind, today, members) if holds)

    def _asked(
        self, kind: Kind, today: date, members: Collection[str]
    ) -> Iterator[tuple[bool, str]]:
        yield self.day is None, "Isi tanggal kejadiannya."
        yield (
            self.day is not None and not _FIRST_DAY <= self.day <= today,
            "Tanggal kejadian itu terlalu lama atau belum tiba. Periksa tanggalnya.",
        )
        yield (
            kind.people is People.MUST and not self.people,
            f"Pilih orangnya. {kind.people_hint}",
        )
        yield (
            not set(self.people) <= set(members),
            "Ada orang yang bukan dari keluarga ini. Pilih lagi.",
        )
        for question in kind.questions:
            yield not set(question.choices) & set(self.answers), f"Jawab: {question.label}"
        wanted = " atau ".join(paper_words()[code] for code in kind.papers)
        yield not set(kind.papers) & set(self.papers), f"Tandai surat yang dilihat: {wanted}."
        yield not set(self.papers) <= set(kind.papers), "Ada surat yang tidak dikenal. Pilih lagi."
        yield self.reporter not in reporter_words(), "Pilih siapa yang melaporkan."
        card = self.other_card.strip()
        yield kind.needs_other_card and not card, f"Isi: {kind.other_card}."
        yield bool(card) and not is_number(card), "Nomor KK terdiri dari 16 angka. Periksa lagi."
        yield (
            kind.is_newcomer and not self.kelurahan_kode,
            say_locally("Pilih kelurahan tempat tinggalnya."),
        )


#: How sure a consequence is, as the screen says it; "" for what is confirmed.
CERTAINTY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ya": "",
        "sekunder": "sumber tidak langsung",
        "sebagian": "belum pasti",
        "tidak": "belum pasti",
        "usulan": "usulan kami, belum pasti",
    }
)


@cache
def kinds() -> Mapping[str, Kind]:
    """All kinds by code, in the order of the file."""
    declared = _declared()
    always = tuple(_consequence(one) for one in declared["always"])
    return MappingProxyType({one["code"]: _kind(one, always) for one in declared["kinds"]})


def find_kind(code: str) -> Kind:
    """The kind of a code; raises ``WrongUse`` for another."""
    found = kinds().get(code)
    if found is None:
        raise WrongUse("Jenis peristiwa itu tidak dikenal. Pilih dari daftar.")
    return found


@cache
def consequence(code: str) -> Consequence | None:
    """The consequence of a code, as it reads today; None where it is declared no longer."""
    every = (one for kind in kinds().values() for one in kind.consequences)
    return next((one for one in every if one.code == code), None)


@cache
def paper_words() -> Mapping[str, str]:
    """Papers by code, in words: those of a visit and those of events."""
    (shown,) = (one for one in fields(Level.FAMILY) if one.key == "evidence")
    visit = {choice.code: choice.label for choice in shown.choices}
    return MappingProxyType(visit | _declared()["papers"])


def reporter_words() -> Mapping[str, str]:
    """Who may have reported it, by code."""
    return MappingProxyType(_declared()["reporters"])


def table_words() -> Mapping[str, str]:
    """What a consequence is for, by code, in the order they are shown."""
    return MappingProxyType(_declared()["tables"])


def program_words(code: str) -> str:
    """A programme as it is called."""
    return label("program_bantuan", code, "program")


def _kind(entry: Mapping[str, Any], always: tuple[Consequence, ...]) -> Kind:
    questions = _declared()["answers"]
    return Kind(
        entry["code"],
        entry["title"],
        People(entry["people"]),
        entry.get("people_hint", ""),
        tuple(entry["papers"]),
        tuple(
            Question(key, questions[key]["label"], _said_here(questions[key]["choices"]))
            for key in entry.get("answers", ())
        ),
        entry.get("other_card", ""),
        "other_card" in entry and not entry.get("other_card_free", False),
        entry.get("newcomer", False),
        say_locally(entry["expects"]),
        (*(_consequence(one) for one in entry["consequences"]), *always),
    )


def _consequence(entry: Mapping[str, Any]) -> Consequence:
    return Consequence(
        entry["code"],
        entry["table"],
        say_locally(entry["text"]),
        entry["who"],
        frozenset(entry.get("when", ())),
        frozenset(entry.get("unless", ())),
        entry.get("each", ""),
        entry.get("program", ""),
        entry["source"],
        entry["konfirmasi"],
    )


def _said_here(choices: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType({code: say_locally(words) for code, words in choices.items()})


@cache
def _declared() -> dict[str, Any]:
    path = files("workbench.verification.happenings").joinpath("happenings.yaml")
    declared: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return declared

"""What a visit to a family brings back: which questions, which answers, which are needed when.

The questions are ``outcome_fields.yaml``; a screen, a workbook and a phone's form are all drawn
from ``fields()`` and all checked by ``check_outcome``. Answers are text: a code, several codes,
a day (ISO), a whole number or words. Codes and words are kept apart (``Outcome.codes`` and
``Outcome.words``), since only codes may enter the ledger.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

import yaml

from workbench.domain.reference import reference
from workbench.domain.wilayah import say_locally
from workbench.errors import WrongUse

#: A code, a day, a number or words; several codes where the field takes several.
Answer = str | tuple[str, ...]
Answers = Mapping[str, Answer]

_PACKAGE = "workbench.verification.fieldwork"
_EMPTY: Final[Answers] = MappingProxyType({})


class Level(StrEnum):
    """How often a question is asked: once a visit, once a member, once a finding."""

    FAMILY = "keluarga"
    PERSON = "orang"
    FINDING = "temuan"


class Kind(StrEnum):
    """What an answer looks like."""

    CHOICE = "pilihan"
    CHOICES = "pilihan_banyak"
    DAY = "tanggal"
    NUMBER = "angka"
    WORDS = "teks"


@dataclass(frozen=True)
class Choice:
    """One answer that may be given; ``konfirmasi`` as in the references."""

    code: str
    label: str
    meaning: str
    konfirmasi: str


@dataclass(frozen=True)
class Condition:
    """Met when the answer of ``field`` is, or holds, one of ``codes``; "" stands for no answer.

    With ``is_only`` every code of the answer must be among them.
    """

    field: str
    codes: tuple[str, ...]
    is_only: bool = False

    def holds(self, answers: Answers) -> bool:
        """Whether these answers meet it."""
        given = _as_codes(answers.get(self.field, ""))
        if self.is_only:
            return bool(given) and set(given) <= set(self.codes)
        return bool(set(given or ("",)) & set(self.codes))


@dataclass(frozen=True)
class Field:
    """One question.

    It is asked when all of ``shown`` hold. It must be answered when it is asked and ``required``
    is a tuple whose conditions all hold (an empty tuple: always); None: it may stay empty.
    ``least`` and ``most`` bound a number; ``most`` is also the most characters of words.
    """

    key: str
    level: Level
    kind: Kind
    label: str
    hint: str
    choices: tuple[Choice, ...]
    shown: tuple[Condition, ...]
    required: tuple[Condition, ...] | None
    least: int
    most: int
    source: str
    konfirmasi: str

    def is_shown(self, answers: Answers) -> bool:
        """Whether it is asked, given the answers of its level and of the family."""
        return all(condition.holds(answers) for condition in self.shown)

    def is_required(self, answers: Answers) -> bool:
        """Whether it must be answered, given the answers of its level and of the family."""
        if self.required is None or not self.is_shown(answers):
            return False
        return all(condition.holds(answers) for condition in self.required)

    def label_of(self, code: str) -> str:
        """The words for a code, or the code itself where it is none of the choices."""
        return next((one.label for one in self.choices if one.code == code), code)


@dataclass(frozen=True)
class Clash:
    """Answers that do not go together; shown at ``field``. Where it ``blocks`` nothing is kept."""

    field: str
    when: tuple[Condition, ...]
    sentence: str
    blocks: bool
    konfirmasi: str


@dataclass(frozen=True)
class Problem:
    """Something to mend in an outcome.

    ``subject`` is the key of the person or finding ("" at the family's level). One that does not
    ``blocks`` is a reminder: the outcome may be kept as it is.
    """

    level: Level
    subject: str
    field: str
    sentence: str
    blocks: bool = True


@dataclass(frozen=True)
class Outcome:
    """The answers of one visit: of the family, and by key of each member and each finding."""

    family: Answers
    persons: Mapping[str, Answers] = field(default_factory=dict)
    findings: Mapping[str, Answers] = field(default_factory=dict)

    def parts(self) -> Iterator[tuple[Level, str, Answers]]:
        """Level, key ("" for the family) and answers of every part, the family first."""
        yield Level.FAMILY, "", self.family
        for key, answers in self.persons.items():
            yield Level.PERSON, key, answers
        for key, answers in self.findings.items():
            yield Level.FINDING, key, answers

    def codes(self) -> Outcome:
        """The same without words and without empty answers: what may be written anywhere."""
        return self._only(lambda kind: kind is not Kind.WORDS)

    def words(self) -> Outcome:
        """Only what was written in words: it lies beside the ledger and can be deleted."""
        return self._only(lambda kind: kind is Kind.WORDS)

    def to_json(self) -> dict[str, Any]:
        """For a store: the three parts as they stand, several codes as lists."""

        def plain(answers: Answers) -> dict[str, Any]:
            return {k: list(v) if isinstance(v, tuple) else v for k, v in answers.items()}

        return {
            "keluarga": plain(self.family),
            "orang": {key: plain(answers) for key, answers in self.persons.items()},
            "temuan": {key: plain(answers) for key, answers in self.findings.items()},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Outcome:
        """The outcome that ``to_json`` wrote. Raises ``WrongUse`` for anything else."""
        try:
            return cls(
                _answers(data["keluarga"]),
                {key: _answers(part) for key, part in data["orang"].items()},
                {key: _answers(part) for key, part in data["temuan"].items()},
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise WrongUse("Hasil kunjungan tidak dapat dibaca. Isi ulang lembarnya.") from error

    def as_asked(self) -> Outcome:
        """The same without answers to questions that other answers have taken away since."""
        family = _as_asked(Level.FAMILY, self.family, _EMPTY)
        return Outcome(
            family,
            {key: _as_asked(Level.PERSON, part, family) for key, part in self.persons.items()},
            {key: _as_asked(Level.FINDING, part, family) for key, part in self.findings.items()},
        )

    def merged(self, other: Outcome) -> Outcome:
        """Both together, as ``codes`` and ``words`` were taken apart."""

        def both(mine: Mapping[str, Answers], more: Mapping[str, Answers]) -> dict[str, Answers]:
            keys = (*mine, *(key for key in more if key not in mine))
            return {key: {**mine.get(key, _EMPTY), **more.get(key, _EMPTY)} for key in keys}

        return Outcome(
            {**self.family, **other.family},
            both(self.persons, other.persons),
            both(self.findings, other.findings),
        )

    def _only(self, wanted: Any) -> Outcome:
        known = {one.key: one.kind for one in fields()}

        def cut(answers: Answers) -> dict[str, Answer]:
            return {k: v for k, v in answers.items() if _is_given(v) and wanted(known[k])}

        return replace(
            self,
            family=cut(self.family),
            persons={key: cut(answers) for key, answers in self.persons.items()},
            findings={key: cut(answers) for key, answers in self.findings.items()},
        )


@cache
def fields(level: Level | None = None) -> tuple[Field, ...]:
    """The questions, of one level or all, in the order they are asked."""
    choices = {name: _choices(entry) for name, entry in _declared()["choices"].items()}
    found = tuple(_field(entry, choices) for entry in _declared()["fields"])
    return found if level is None else tuple(one for one in found if one.level is level)


@cache
def clashes() -> tuple[Clash, ...]:
    """What does not go together, in the order of the file."""
    return tuple(
        Clash(
            entry["field"],
            _conditions(entry["when"]),
            entry["sentence"],
            entry["blocks"],
            entry["konfirmasi"],
        )
        for entry in _declared()["clashes"]
    )


def check_outcome(values: Outcome, today: date | None = None) -> tuple[Problem, ...]:
    """Everything that is to be mended in an outcome, in the order of its parts and questions.

    ``today`` refuses a visit that lies in the future.
    """
    found: list[Problem] = []
    for level, subject, answers in values.parts():
        seen = answers if level is Level.FAMILY else {**values.family, **answers}
        known = {one.key: one for one in fields(level)}
        for key in answers:
            if key not in known:
                found.append(Problem(level, subject, key, "Kolom ini tidak dikenal. Hapus isinya."))
        said = [
            (one.key, *_check(one, answers.get(one.key, ""), seen, today)) for one in known.values()
        ]
        found += [Problem(level, subject, key, text) for key, *texts in said for text in texts]
        found += [
            Problem(level, subject, clash.field, clash.sentence, clash.blocks)
            for clash in clashes()
            if clash.field in known and all(condition.holds(seen) for condition in clash.when)
        ]
        found += _doubled(level, subject, answers)
    return tuple(found)


@dataclass(frozen=True)
class Difference:
    """A question that outcomes of one visit answer differently, with their answers in order."""

    level: Level
    subject: str
    field: str
    answers: tuple[Answer, ...]


def differences(outcomes: Sequence[Outcome]) -> tuple[Difference, ...]:
    """Where outcomes of one family say different things, side by side; words are no dispute."""
    found = []
    for one in fields():
        if one.kind is Kind.WORDS:
            continue
        subjects = dict.fromkeys(
            subject
            for outcome in outcomes
            for level, subject, _ in outcome.parts()
            if level is one.level
        )
        for subject in subjects:
            said = tuple(_of(outcome, one.level, subject).get(one.key, "") for outcome in outcomes)
            if len({frozenset(_as_codes(answer)) for answer in said}) > 1:
                found.append(Difference(one.level, subject, one.key, said))
    return tuple(found)


def _as_asked(level: Level, answers: Answers, above: Answers) -> Answers:
    kept: dict[str, Answer] = {}
    # A condition speaks of questions that come before.
    for one in fields(level):
        if one.key in answers and one.is_shown({**above, **kept}):
            kept[one.key] = answers[one.key]
    return kept


def _of(outcome: Outcome, level: Level, subject: str) -> Answers:
    if level is Level.FAMILY:
        return outcome.family
    part = outcome.persons if level is Level.PERSON else outcome.findings
    return part.get(subject, _EMPTY)


def _check(one: Field, answer: Answer, seen: Answers, today: date | None) -> Iterator[str]:
    if not _is_given(answer):
        if one.is_required(seen):
            yield f'"{one.label}" belum diisi. {_mend(one)}'
        return
    if not one.is_shown(seen):
        yield f'"{one.label}" tidak ditanyakan di sini. Kosongkan, atau ubah jawaban sebelumnya.'
        return
    is_several = isinstance(answer, tuple)
    if is_several is not (one.kind is Kind.CHOICES):
        yield f'"{one.label}" tidak dapat dibaca. {_mend(one)}'
    elif one.kind in (Kind.CHOICE, Kind.CHOICES):
        offered = {choice.code for choice in one.choices}
        if not set(_as_codes(answer)) <= offered:
            yield f'"{one.label}" berisi pilihan di luar daftar. {_mend(one)}'
    elif isinstance(answer, str):
        yield from _check_text(one, answer.strip(), today)


def _check_text(one: Field, text: str, today: date | None) -> Iterator[str]:
    if one.kind is Kind.WORDS:
        if len(text) > one.most:
            yield f'"{one.label}" terlalu panjang. Tulis paling banyak {one.most} huruf.'
    elif one.kind is Kind.NUMBER:
        is_whole = text.isascii() and text.isdigit() and len(text) <= 9
        if not is_whole or not one.least <= int(text) <= one.most:
            yield f'"{one.label}" tidak sesuai. {_mend(one)}'
    else:
        try:
            day = date.fromisoformat(text if len(text) == len("2026-11-22") else "")
        except ValueError:
            yield f'"{one.label}" bukan tanggal. {_mend(one)}'
            return
        if today is not None and day > today:
            yield f'"{one.label}" belum terjadi. Isi tanggal hari ini atau sebelumnya.'


def _mend(one: Field) -> str:
    """What to do about a field that is empty or unreadable."""
    if one.kind is Kind.NUMBER:
        return f"Isi angka {one.least} sampai {one.most}."
    return {
        Kind.CHOICE: "Pilih satu dari daftarnya.",
        Kind.CHOICES: "Pilih satu atau lebih dari daftarnya.",
        Kind.DAY: "Isi seperti 2026-11-22 (tahun-bulan-tanggal).",
        Kind.WORDS: "Tulis singkat.",
    }[one.kind]


def _doubled(level: Level, subject: str, answers: Answers) -> Iterator[Problem]:
    """A category can be confirmed, added or removed, but only one of these."""
    told: set[str] = set()
    for one in fields(level):
        if "ppks_" not in one.key:
            continue
        given = set(_as_codes(answers.get(one.key, "")))
        for code in sorted(given & told):
            sentence = (
                f"{one.label_of(code)} dipilih lebih dari sekali (benar, tambah, atau tidak "
                "sesuai). Sisakan satu."
            )
            yield Problem(level, subject, one.key, sentence)
        told |= given


def _is_given(answer: Answer) -> bool:
    return bool(answer.strip() if isinstance(answer, str) else answer)


def _as_codes(answer: Answer) -> tuple[str, ...]:
    if isinstance(answer, tuple):
        return answer
    return (answer.strip(),) if answer.strip() else ()


def _answers(part: Mapping[str, Any]) -> dict[str, Answer]:
    def read(value: Any) -> Answer:
        if isinstance(value, str):
            return value
        if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
            return tuple(value)
        raise TypeError

    return {str(key): read(value) for key, value in part.items()}


# --- the file ------------------------------------------------------------------------------------


@cache
def _declared() -> dict[str, Any]:
    path = files(_PACKAGE).joinpath("outcome_fields.yaml")
    declared: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return declared


def _field(entry: Mapping[str, Any], choices: Mapping[str, tuple[Choice, ...]]) -> Field:
    required = entry["required"]
    return Field(
        entry["key"],
        Level(entry["level"]),
        Kind(entry["kind"]),
        entry["label"],
        entry.get("hint", ""),
        choices[entry["choices"]] if "choices" in entry else (),
        _conditions(entry.get("shown", ())),
        {"ya": (), "tidak": None}[required] if isinstance(required, str) else _conditions(required),
        entry.get("least", 0),
        entry.get("most", 0),
        entry["source"],
        entry["konfirmasi"],
    )


def _conditions(entries: Any) -> tuple[Condition, ...]:
    return tuple(
        Condition(entry["field"], tuple(entry.get("is") or entry["only"]), "only" in entry)
        for entry in entries
    )


def _choices(entry: Mapping[str, Any]) -> tuple[Choice, ...]:
    if "items" in entry:
        return tuple(
            Choice(one["code"], one["label"], one["meaning"], one["konfirmasi"])
            for one in entry["items"]
        )
    if "file" in entry:
        path = files(_PACKAGE).joinpath(f"{entry['file']}.csv")
        with path.open(encoding="utf-8") as lines:
            rows = tuple(csv.DictReader(lines))
    else:
        rows = reference(entry["reference"])
    offered = [
        row
        for row in rows
        if ("codes" not in entry or row["kode"] in entry["codes"])
        and ("unit" not in entry or entry["unit"] in row["unit"].split("/"))
    ]
    label = entry.get("label", "label_id")
    return tuple(
        Choice(row["kode"], row[label], say_locally(row.get("arti", "")), row["konfirmasi"])
        for row in offered
    )


__all__ = [
    "Answer",
    "Answers",
    "Choice",
    "Clash",
    "Condition",
    "Difference",
    "Field",
    "Kind",
    "Level",
    "Outcome",
    "Problem",
    "check_outcome",
    "clashes",
    "differences",
    "fields",
]

"""How a rule is declared: what is wrong, how it comes about, what to ask, why it matters.

A rule takes one of three forms, all SQL an analyst can read, never pandas:

* ``row_rule``: one Boolean expression over one typed table; all are fused into one pass;
* ``family_rule``: aggregates over the members of a family with a having; all share one group-by;
* ``table_rule``: one select with joins that returns ``subject`` and the evidence.

The typed tables and their columns are described in ``workbench.rules.typed``. A rule comes with
the mistake it catches (``plants``), so it can be taught, planted and tested from one file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import Any, Literal, TypedDict, TypeVar, Unpack

from workbench.domain import displays
from workbench.domain.reference import by_code
from workbench.domain.register import Draft
from workbench.errors import WrongUse

Form = Literal["row", "family", "table"]
SubjectKind = Literal["person", "family", "aid", "event", "ppks"]

STATUSES = ("layak", "tidak_layak", "perlu_verval")
FOLLOW_UPS = ("tidak_ada", "perbaiki_data", "rujuk_dukcapil", "kunjungan", "musyawarah")


class Severity(StrEnum):
    """KRITIS stops a proposal, TINGGI needs a visit, SEDANG a document, INFO is a note."""

    KRITIS = "KRITIS"
    TINGGI = "TINGGI"
    SEDANG = "SEDANG"
    INFO = "INFO"


@dataclass(frozen=True)
class Basis:
    """On what a rule rests.

    ``catalogue`` names the lines of ``kesalahan_data`` (E..), ``aturan_kombinasi`` (C..) and
    ``siks_kelas_galat`` (S..) it covers; ``source`` is how a person would cite it, "" when there
    is no written source; ``confirmed`` is the ``konfirmasi`` value: ya, sekunder, sebagian,
    tidak or usulan. A basis of ``tidak`` holds the severity at SEDANG or below.
    """

    catalogue: tuple[str, ...]
    source: str
    confirmed: str

    @property
    def words(self) -> str:
        """The source for a screen."""
        return self.source or "praktik umum, belum ada dasar tertulis"


@dataclass(frozen=True)
class Planted:
    """What a plant did.

    ``fields`` are the cells a trainee should mark, ``column`` of the subject's own row or
    ``SUBJECT.column``; ``companions`` are other findings the same mistake raises, ``CODE:subject``;
    ``note`` is what the officer saw at the door, one plain Indonesian sentence, "" when nothing.
    """

    subject_kind: SubjectKind
    subject: str
    fields: tuple[str, ...]
    companions: tuple[str, ...] = ()
    note: str = ""


PlantFunction = Callable[[Draft, str, Random], Planted | None]


@dataclass(frozen=True)
class Plant:
    """One way a clerk comes to make the mistake of ``rule``.

    ``apply(draft, family_id, rng)`` changes the draft and says what it did, or returns None and
    leaves the draft as it was when this family cannot carry the mistake.
    """

    rule: str
    name: str
    story: str
    apply: PlantFunction


@dataclass(frozen=True)
class Rule:
    """One entry of the catalogue. See the module for the three forms.

    ``title`` is a sentence with ``{evidence}`` in it; ``fields`` the columns it speaks of;
    ``needs`` the columns (``table.column``, or ``a.b|c.d`` where either will do) without which it
    stays silent; ``status``, ``reason`` and ``follow_up`` what a trainee should answer;
    ``taught`` is false where neither the record nor a document shows the mistake, as with what
    reading has already put right: such a rule is no practice case.
    """

    code: str
    group: str
    form: Form
    table: str
    severity: Severity
    title: str
    question: str
    documents: tuple[str, ...]
    why: str
    fields: tuple[str, ...]
    status: str
    reason: str | None
    follow_up: tuple[str, ...]
    basis: Basis
    needs: tuple[str, ...]
    evidence: Mapping[str, str]
    when: str
    explanation: str
    taught: bool
    plants: list[Plant] = field(default_factory=list, compare=False)

    @property
    def columns(self) -> frozenset[str]:
        """Every column named in ``needs``, as ``table.column``."""
        return frozenset(place for need in self.needs for place in need.split("|"))

    @property
    def subject_kind(self) -> SubjectKind:
        """What a finding is about: a row of this table."""
        return self.table  # type: ignore[return-value]

    def __repr__(self) -> str:
        return f"Rule({self.code}, {self.form} rule over {self.table}, {self.severity.value})"

    def _repr_html_(self) -> str:
        """What a person asks and why, and what the engine looks for."""
        answer = [_words(self.status), *map(_words, self.follow_up)]
        return displays.card(
            f"{self.code}: {re.sub('{.*?}', '...', self.title)}",
            displays.facts(
                (
                    ("Tingkat", self.severity.value),
                    ("Pertanyaan", self.question),
                    ("Dokumen", ", ".join(self.documents)),
                    ("Mengapa", self.why),
                    ("Jawaban", ", ".join(answer)),
                    ("Dasar", f"{self.basis.words} (konfirmasi: {self.basis.confirmed})"),
                    ("Butuh kolom", ", ".join(self.needs)),
                    ("Cara menanam", ", ".join(plant.name for plant in self.plants)),
                    ("Mencari (SQL)", " ".join(self.when.split())),
                )
            ),
        )

    def sentence(self, evidence: Mapping[str, Any]) -> str:
        """The title with its evidence filled in, in plain words."""
        return self.title.format_map({name: _words(value) for name, value in evidence.items()})


def _words(value: Any) -> str:
    from datetime import date

    from workbench.domain.words import date_id, number_id

    if value is None or value == "":
        return "(kosong)"
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, (int, float)):
        return number_id(value)
    text = str(value)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return date_id(date.fromisoformat(text))
    return text.replace("_", " ") if text.islower() else text


#: Group of a rule that is written elsewhere, as in a notebook: it enters no catalogue, so the cell
#: may be run again; hand it to ``check(register, rules=[...])``.
OWN = "sendiri"

_CATALOGUE: dict[str, Rule] = {}
Marker = TypeVar("Marker", bound=type)


def registered() -> Mapping[str, Rule]:
    """Rules declared so far, by code."""
    return _CATALOGUE


class _MoreWords(TypedDict, total=False):
    reason: str | None
    taught: bool


class RuleWords(_MoreWords):
    """What every rule says of itself; see ``Rule`` and ``Basis`` for what the words mean."""

    code: str
    severity: Severity
    title: str
    question: str
    documents: Sequence[str]
    why: str
    fields: Sequence[str]
    status: str
    follow_up: str | Sequence[str]
    basis: Basis
    needs: Sequence[str]


def _declare(
    form: Form, table: str, when: str, evidence: Mapping[str, str], words: RuleWords
) -> Callable[[Marker], Marker]:
    unsaid = sorted(RuleWords.__required_keys__ - words.keys())
    if unsaid:
        raise WrongUse(f"Aturan ini belum menyebut {', '.join(unsaid)}. Lengkapi dulu.")

    def register(marker: Marker) -> Marker:
        code, basis, follow_up = words["code"], words["basis"], words["follow_up"]
        group = _group_of(marker.__module__)
        if code in _CATALOGUE:
            raise WrongUse(f"Kode {code} sudah dipakai aturan lain. Beri aturan ini kode baru.")
        for key in basis.catalogue:
            names = {"E": "kesalahan_data", "C": "aturan_kombinasi", "S": "siks_kelas_galat"}
            if key[:1] not in names or key not in by_code(names[key[0]]):
                raise WrongUse(f"Aturan {code}: {key} tidak ada dalam katalog kesalahan.")
        if basis.confirmed == "tidak" and words["severity"] in (Severity.KRITIS, Severity.TINGGI):
            raise WrongUse(f"Aturan {code}: dasar yang belum dipastikan paling tinggi SEDANG.")
        rule = Rule(
            code=code,
            group=group,
            form=form,
            table=table,
            severity=words["severity"],
            title=words["title"],
            question=words["question"],
            documents=tuple(words["documents"]),
            why=words["why"],
            fields=tuple(words["fields"]),
            status=words["status"],
            reason=words.get("reason"),
            follow_up=(follow_up,) if isinstance(follow_up, str) else tuple(follow_up),
            basis=basis,
            needs=tuple(words["needs"]),
            evidence=dict(evidence),
            when=when,
            explanation=(marker.__doc__ or "").strip(),
            taught=words.get("taught", True),
        )
        if rule.status not in STATUSES or not set(rule.follow_up) <= set(FOLLOW_UPS):
            raise WrongUse(
                f"Aturan {code}: status salah satu dari {', '.join(STATUSES)}; tindak lanjut dari "
                f"{', '.join(FOLLOW_UPS)}."
            )
        if group != OWN:
            _CATALOGUE[code] = rule
        marker.rule = rule  # type: ignore[attr-defined]
        return marker

    return register


def _group_of(module: str) -> str:
    """The group of a rule by where it is written: ``workbench.rules.<group>.<file>``."""
    room, _, rest = module.rpartition("workbench.rules.")
    return rest.partition(".")[0] if not room and rest != module else OWN


def row_rule(
    *, table: str, when: str, evidence: Mapping[str, str] | None = None, **words: Unpack[RuleWords]
) -> Callable[[Marker], Marker]:
    """Declare a rule over single rows of ``table``; ``when`` is true for a row to be looked at.

    ``when`` is one Boolean SQL expression over the typed table (see ``workbench.rules.typed``);
    ``evidence`` maps a name used in the title to an SQL expression over the same row; ``words`` are
    those of ``RuleWords``. Raises ``WrongUse`` where a word is missing or not known. The class it
    marks gets the ``Rule`` as ``.rule``.
    """
    return _declare("row", table, when, evidence or {}, words)


def family_rule(
    *, having: str, evidence: Mapping[str, str] | None = None, **words: Unpack[RuleWords]
) -> Callable[[Marker], Marker]:
    """Declare a rule over the members of a family.

    ``evidence`` maps names to aggregates over the typed ``person`` rows of the family;
    ``having`` may use those names and the columns of the typed ``family`` row as ``family.x``.
    Otherwise as ``row_rule``.
    """
    return _declare("family", "family", having, evidence or {}, words)


def table_rule(
    *, table: str, select: str, evidence: Iterable[str] = (), **words: Unpack[RuleWords]
) -> Callable[[Marker], Marker]:
    """Declare a rule as one select that returns ``subject`` (an id of ``table``) and evidence.

    The evidence is every other column the select returns; ``evidence`` lists their names.
    Otherwise as ``row_rule``.
    """
    return _declare("table", table, select, {name: name for name in evidence}, words)


def plants(marker: type) -> Callable[[PlantFunction], PlantFunction]:
    """Register a function as one way the mistake of ``marker``'s rule comes about."""

    def register(function: PlantFunction) -> PlantFunction:
        rule: Rule = marker.rule  # type: ignore[attr-defined]
        story = " ".join((function.__doc__ or "").split())
        rule.plants.append(Plant(rule.code, function.__name__, story, function))
        return function

    return register

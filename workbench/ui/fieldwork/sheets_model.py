"""State of the tab Lembar, without widgets: what goes out, what came back, what disagrees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from workbench.domain.wilayah import PLACES, say_locally
from workbench.domain.words import number_id
from workbench.errors import WrongUse
from workbench.services import assignments, field_papers, fieldwork, office_settings, returns_in
from workbench.services.assignments import Account, Place
from workbench.services.field_papers import Form, Order, Paper
from workbench.services.returns_in import TakenIn
from workbench.store.fieldwork import Conflict, KeptOutcome
from workbench.ui.fieldwork.model import FieldRoom
from workbench.ui.hall import hall_address
from workbench.ui.staff.drawing import day_words, place_name
from workbench.verification.fieldwork.lives import finding_key
from workbench.verification.fieldwork.outcomes import (
    Answer,
    Difference,
    Field,
    Level,
    Outcome,
    fields,
)
from workbench.verification.forms.packets import Numbers, Packet, Sharing

Choice = tuple[str, str]

ALL = ""
#: The pages of a key's record begin so (``serve.pages``).
RECORD = "/berkas/"
FORMS: tuple[Choice, ...] = (
    ("Kertas (PDF)", Form.PDF),
    ("Buku kerja (XLSX), diisi di komputer", Form.WORKBOOK),
    ("Formulir telepon (XLSForm), untuk KoboToolbox atau ODK", Form.PHONE),
)
_WAYS = {
    "layar": "diisi di layar",
    "xlsx": "buku kerja",
    "xlsform": "formulir telepon",
    "kertas": "diketik dari kertas",
}


_ABOUT = {Level.FAMILY: "Keluarga", Level.PERSON: "Anggota", Level.FINDING: "Temuan"}


class Target(StrEnum):
    """Whose sheets are made."""

    KELURAHAN = "kelurahan"
    RT = "rt"
    OFFICER = "petugas"


TARGETS: tuple[Choice, ...] = (
    (say_locally("Satu kelurahan"), Target.KELURAHAN),
    ("Satu RT", Target.RT),
    ("Satu petugas", Target.OFFICER),
)


@dataclass(frozen=True)
class Line:
    """A question on which returns differ: what it is about, and the answers in words, in order."""

    about: str
    question: str
    answers: tuple[str, ...]


@dataclass
class SheetsDesk:
    """Everything the tab shows.

    ``taken`` is what became of the last return; ``chosen`` what the next packet is made for.
    """

    room: FieldRoom
    people: dict[str, Account] = field(default_factory=dict)
    places: tuple[Place, ...] = ()
    given: frozenset[str] = frozenset()
    waiting: Mapping[str, int] = field(default_factory=dict)
    order: Order = field(default_factory=Order)
    taken: TakenIn | None = None

    def refresh(self) -> None:
        """Read again which places and officers there are."""
        office, actor = self.room.office, self.room.actor
        self.people = assignments.people(office, actor)
        self.places = assignments.places(office, actor, self.room.list_id)
        due = fieldwork.queue(office, actor, self.room.list_id).families
        self.waiting = Counter(one.kelurahan_kode for one in due)
        first = fieldwork.stage_plan(office, actor).first
        standing = assignments.assignments(office, actor)
        self.given = frozenset(one.officer for one in standing if one.stage == first)
        if not self.order.kelurahan:
            self.choose(Target.KELURAHAN, next((c for _, c in self.kelurahan()), ALL), ALL, ALL)

    # -- what goes out ---------------------------------------------------------------------------

    def kelurahan(self) -> list[Choice]:
        """The kelurahan of the list, those where most families wait first."""
        codes = dict.fromkeys(place.area[0] for place in self.places if place.area[0])
        ordered = sorted(codes, key=lambda one: (-self.waiting.get(one, 0), place_name(one)))
        return [(f"{place_name(code)} ({self._waiting_words(code)})", code) for code in ordered]

    def rts(self, kelurahan: str) -> list[Choice]:
        """The RT of a kelurahan; the value is ``rw/rt``."""
        return [
            (f"RT {rt} / RW {rw} ({number_id(place.families)} keluarga)", f"{rw}/{rt}")
            for place in self.places
            for code, rw, rt in [place.area]
            if code == kelurahan and rw and rt
        ]

    def officers(self) -> list[Choice]:
        """Who was given work, by name."""
        found = [one.officer for id_, one in self.people.items() if id_ in self.given]
        return [(officer.name, officer.id) for officer in found]

    def choose(self, target: str, kelurahan: str, rt: str, officer: str) -> None:
        """Say for whom sheets are made; what belongs to another target is left out."""
        everyone = self.order.everyone
        address = hall_address(self.room.office.root)
        base = Order(everyone=everyone, address=f"{address}{RECORD}" if address else "")
        if target == Target.OFFICER:
            self.order = replace(base, officer=officer, sharing=Sharing.OFFICER)
            return
        rw, _, number = rt.partition("/")
        if target == Target.RT:
            base = replace(base, rw=rw, rt=number, sharing=Sharing.RT)
        self.order = replace(base, kelurahan=kelurahan)

    def set_everyone(self, everyone: bool) -> None:
        """Whether families without a question go along."""
        self.order = replace(self.order, everyone=everyone)

    def packets(self) -> list[Packet]:
        """What would go out now. Raises ``NotFound`` where it is nothing."""
        self._require_choice()
        office, actor = self.room.office, self.room.actor
        return field_papers.packets(office, actor, self.room.list_id, self.order)

    def first_page(self) -> tuple[str, bytes]:
        """How much goes out, in words, and the first page of it as an SVG picture."""
        made = self.packets()
        families = sum(len(packet.visits) for packet in made)
        asks = sum(len(visit.asks) for packet in made for visit in packet.visits)
        words = f"{number_id(families)} keluarga, {number_id(asks)} pertanyaan"
        if len(made) > 1:
            words += f", {number_id(len(made))} lembar (satu tiap {PLACES})"
        return f"{words}.", field_papers.first_page(made[0], self.order.address)

    def paper(self, form: str) -> Paper:
        """The file to download."""
        self._require_choice()
        office, actor = self.room.office, self.room.actor
        return field_papers.papers(office, actor, self.room.list_id, self.order, Form(form))

    def numbers_words(self) -> str:
        """What the office decided about NIK on paper."""
        office, actor = self.room.office, self.room.actor
        if office_settings.value(office, actor, "nik_on_paper") == "penuh":
            return "NIK dan nomor KK ditulis lengkap, dan pencetakannya tercatat."
        return "NIK dan nomor KK disamarkan."

    def _waiting_words(self, code: str) -> str:
        waiting = self.waiting.get(code, 0)
        return f"{number_id(waiting)} menunggu" if waiting else "tidak ada yang menunggu"

    def _require_choice(self) -> None:
        order = self.order
        if order.sharing is Sharing.OFFICER and not order.officer:
            raise WrongUse("Belum ada petugas yang diberi tugas. Bagi dahulu pada Bagi tugas.")
        if order.sharing is Sharing.RT and not order.rt:
            raise WrongUse("Pilih RT-nya dahulu.")

    # -- what comes back -------------------------------------------------------------------------

    def lists(self) -> list[Choice]:
        """The lists sheets may come from, the working list first."""
        ordered = sorted(self.room.shelf, key=lambda one: one.id != self.room.list_id)
        return [
            (
                f"{one.name} (keadaan {day_words(one.as_of)}"
                + (", daftar kerja)" if one.id == self.room.list_id else ")"),
                one.id,
            )
            for one in ordered
        ]

    def take(self, list_id: str, file_name: str, content: bytes) -> None:
        """Take a file in; ``taken`` says what became of it."""
        self.taken = None
        office, actor = self.room.office, self.room.actor
        self.taken = returns_in.take_in(office, actor, list_id, [(file_name, content)])

    def marked(self) -> Paper:
        """The workbook that goes back to the officer."""
        if self.taken is None or self.taken.workbook is None:
            raise WrongUse("Tidak ada yang perlu diperbaiki.")
        return self.taken.workbook

    # -- what disagrees --------------------------------------------------------------------------

    def conflicts(self) -> tuple[Conflict, ...]:
        """The families of the working list whose returns disagree."""
        return fieldwork.conflicts(self.room.office, self.room.actor, self.room.list_id)

    def names(self, found: tuple[Conflict, ...]) -> dict[str, str]:
        """What families, members and findings of conflicts are called, by their ids in the list."""
        office, actor, list_id = self.room.office, self.room.actor, self.room.list_id
        wanted = {one.record.family_id for one in found}
        called = {}
        for code in {one.kelurahan_kode for one in found}:
            order = Order(code, everyone=True, numbers=Numbers.MASKED)
            made, ids = field_papers.packets_and_names(office, actor, list_id, order)
            for visit in (v for packet in made for v in packet.visits if ids[v.key][0] in wanted):
                head = visit.head or "(tanpa nama)"
                called[ids[visit.key][0]] = f"{head}, {visit.place}, {place_name(code)}"
                called |= {ids[one.key][0]: one.name for one in visit.members}
                called |= {finding_key(*ids[one.key]): one.sentence for one in visit.asks}
        return called

    def source_words(self, one: KeptOutcome) -> str:
        """Who brought a return, how and when."""
        person = self.people.get(one.recorder)
        name = person.officer.name if person else "(akun dihapus)"
        return f"{name}, {_WAYS.get(one.way, one.way)}, {day_words(one.at)}"

    def may_decide(self, conflict: Conflict) -> bool:
        """Whether the actor recorded none of the returns."""
        return self.room.actor.id not in {one.recorder for one in conflict.returns}

    def lines(self, conflict: Conflict, names: Mapping[str, str]) -> list[Line]:
        """What the returns say differently, in words; ``names`` as from ``names``."""
        return [
            Line(
                names.get(one.subject, "") or _ABOUT[one.level],
                _field(one).label,
                tuple(_words(_field(one), answer) for answer in one.answers),
            )
            for one in conflict.differences
        ]

    def decide(self, conflict: Conflict, places: list[int]) -> str:
        """Keep a decision; ``places`` is, for each difference, the return that is right."""
        if any(place < 0 for place in places):
            raise WrongUse("Pilih jawaban yang benar pada setiap baris yang berbeda.")
        office, actor = self.room.office, self.room.actor
        outcome = _decided(conflict, places)
        record = conflict.record
        fieldwork.decide(office, actor, record.list_id, record.family_id, outcome)
        return "Putusan disimpan. Semua hasil yang berbeda tetap tersimpan."


def _decided(conflict: Conflict, places: list[int]) -> Outcome:
    """The first return with, at each difference, the answer of the return that is right."""
    said: dict[tuple[Level, str], dict[str, Answer]] = {}
    for one in conflict.returns:
        for level, subject, answers in one.outcome.parts():
            part = said.setdefault((level, subject), {})
            part.update({key: value for key, value in answers.items() if key not in part})
    for difference, place in zip(conflict.differences, places, strict=True):
        part = said.setdefault((difference.level, difference.subject), {})
        part.pop(difference.field, None)
        if difference.answers[place]:
            part[difference.field] = difference.answers[place]

    def of(level: Level) -> dict[str, dict[str, Answer]]:
        return {subject: part for (one, subject), part in said.items() if one is level}

    return Outcome(said.get((Level.FAMILY, ""), {}), of(Level.PERSON), of(Level.FINDING))


def _field(one: Difference) -> Field:
    return next(asked for asked in fields(one.level) if asked.key == one.field)


def _words(asked: Field, answer: Answer) -> str:
    codes = (answer,) if isinstance(answer, str) else answer
    return "; ".join(asked.label_of(code) for code in codes if code) or "(tidak diisi)"

"""State of the tab Bagi tugas, without widgets: who goes where, how much each has, what is open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from workbench.access import Actor, Role
from workbench.domain.words import number_id
from workbench.services import assignments, fieldwork
from workbench.services.assignments import Account, Place
from workbench.store.assignments import Assignment
from workbench.ui.fieldwork.model import FieldRoom
from workbench.ui.staff.drawing import place_name

Choice = tuple[str, str]

#: What a choice is when nothing is chosen, or all of a place.
ALL = ""


@dataclass(frozen=True)
class LoadRow:
    """One officer at the first stage: name ("" nobody), areas given, families left and done."""

    name: str
    areas: int
    left: int
    done: int


@dataclass
class SharingDesk:
    """Everything the tab shows; ``stage`` is the stage that is looked at."""

    room: FieldRoom
    stage: str = ""
    people: dict[str, Account] = field(default_factory=dict)
    places: tuple[Place, ...] = ()
    given: tuple[Assignment, ...] = ()
    open_places: tuple[Place, ...] = ()

    def refresh(self) -> None:
        """Read again who has what."""
        office, actor, list_id = self.room.office, self.room.actor, self.room.list_id
        self.plan = fieldwork.stage_plan(office, actor)
        self.stage = self.stage or self.plan.first
        self.people = assignments.people(office, actor)
        self.places = assignments.places(office, actor, list_id)
        found = assignments.assignments(office, actor)
        self.given = tuple(one for one in found if one.stage == self.stage)
        self.open_places = assignments.uncovered(office, actor, list_id, self.stage)

    @property
    def is_first(self) -> bool:
        """Whether the stage looked at is the visits."""
        return self.stage == self.plan.first

    # -- what can be chosen ----------------------------------------------------------------------

    def stages(self) -> list[Choice]:
        """The stages, in order."""
        return [(one.title, one.code) for one in self.plan.stages]

    def officers(self, kelurahan: str) -> list[Choice]:
        """Who may be given a kelurahan, by name."""
        return [
            (person.officer.name, id_)
            for id_, person in self.people.items()
            if person.may_go and self._is_there(person, kelurahan)
        ]

    def kelurahan(self) -> list[Choice]:
        """The kelurahan of the list, those with open work first, with how much is open."""
        waiting = Counter[str]()
        for place in self.open_places:
            waiting[place.area[0]] += place.families
        codes = dict.fromkeys(place.area[0] for place in self.places if place.area[0])
        ordered = sorted(codes, key=lambda code: (-waiting[code], place_name(code)))
        return [(f"{place_name(code)}{_open_words(waiting[code])}", code) for code in ordered]

    def rws(self, kelurahan: str) -> list[Choice]:
        """The RW of a kelurahan."""
        numbers = dict.fromkeys(p.area[1] for p in self.places if p.area[0] == kelurahan)
        return [("Semua RW", ALL), *((f"RW {one}", one) for one in numbers if one)]

    def rts(self, kelurahan: str, rw: str) -> list[Choice]:
        """The RT of an RW; none before an RW is chosen."""
        numbers = [p.area[2] for p in self.places if p.area[:2] == (kelurahan, rw) and rw]
        return [("Semua RT", ALL), *((f"RT {one}", one) for one in numbers if one)]

    def standing(self) -> list[Choice]:
        """The assignments of the stage; the value is the place in ``given``."""
        return [
            (f"{self.name(one.officer)}: {area_words((one.area_kode, one.rw, one.rt))}", str(place))
            for place, one in enumerate(self.given)
        ]

    # -- what is shown ---------------------------------------------------------------------------

    def name(self, officer: str) -> str:
        """An officer's name."""
        person = self.people.get(officer)
        return person.officer.name if person else "(akun dihapus)"

    def loads(self) -> list[LoadRow]:
        """The first stage by officer, those nobody has at the end."""
        areas = Counter(one.officer for one in self.given)
        office, actor, list_id = self.room.office, self.room.actor, self.room.list_id
        found = fieldwork.loads(office, actor, list_id)
        rows = [
            LoadRow(self.name(one.officer), areas[one.officer], one.left, one.done)
            for one in found
            if one.officer
        ]
        return rows + [LoadRow("", 0, one.left, one.done) for one in found if not one.officer]

    def open_rows(self) -> Iterator[tuple[str, str, int]]:
        """Kelurahan, its RT in words and the families that wait there for nobody."""
        grouped: dict[str, list[Place]] = {}
        for place in self.open_places:
            grouped.setdefault(place.area[0], []).append(place)
        for code, found in sorted(grouped.items(), key=lambda one: place_name(one[0])):
            words = ", ".join(f"RT {p.area[2] or '-'}/RW {p.area[1] or '-'}" for p in found)
            yield place_name(code), words, sum(place.families for place in found)

    # -- what is done ----------------------------------------------------------------------------

    def give(self, officer: str, kelurahan: str, rw: str, rt: str) -> str:
        """Give an area; what was done, in words."""
        office, actor = self.room.office, self.room.actor
        assignments.assign(office, actor, officer, kelurahan, rw, rt, self.stage)
        return f"{self.name(officer)} mendapat tugas {area_words((kelurahan, rw, rt))}."

    def withdraw(self, place: str) -> str:
        """Take an assignment of ``standing`` back; what was done, in words."""
        one = self.given[int(place)]
        area = (one.area_kode, one.rw, one.rt)
        office, actor = self.room.office, self.room.actor
        assignments.withdraw(office, actor, one.officer, *area, self.stage)
        return f"Tugas {self.name(one.officer)} di {area_words(area)} dicabut. Hasilnya tetap ada."

    def _is_there(self, person: Account, kelurahan: str) -> bool:
        workspace = self.room.actor.workspace
        return Actor(person.officer.id, "", Role.STAF, workspace, person.areas).covers(kelurahan)


def area_words(area: tuple[str, str, str]) -> str:
    """An area in words."""
    code, rw, rt = area
    parts = [place_name(code), f"RW {rw}" if rw else "", f"RT {rt}" if rt else ""]
    return ", ".join(part for part in parts if part)


def _open_words(families: int) -> str:
    return f" ({number_id(families)} tanpa petugas)" if families else ""

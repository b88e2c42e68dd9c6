"""State of the tab Peristiwa, without widgets: what is being recorded, done, graduated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from workbench.domain.wilayah import kelurahan, say_locally
from workbench.domain.words import date_id
from workbench.services import assignments, graduations, happenings
from workbench.services.graduations import Graduated, Proposal, Threefold
from workbench.services.happenings import FamilyLine, Happened, Member, Preview
from workbench.store import clock
from workbench.store.happenings import DONE, NEEDLESS, KeptTask
from workbench.ui.fieldwork.model import FieldRoom
from workbench.verification.happenings.graduations import acts, lacking
from workbench.verification.happenings.kinds import Entry, Kind, find_kind, kinds

_STATES: Mapping[str, str] = {DONE: "Selesai", NEEDLESS: "Tidak perlu"}


@dataclass
class HappeningDesk:
    """Everything the tab shows. ``family`` is the one chosen, None for none yet."""

    room: FieldRoom
    found: tuple[FamilyLine, ...] = ()
    family: FamilyLine | None = None
    members: tuple[Member, ...] = ()
    entry: Entry = field(default_factory=lambda: Entry(next(iter(kinds()))))
    told: Preview | None = None
    events: tuple[Happened, ...] = ()
    graduated: tuple[Graduated, ...] = ()
    names: dict[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> Kind:
        """What is being recorded."""
        return find_kind(self.entry.kind)

    def refresh(self) -> None:
        """Read again what was recorded, and who is who."""
        office, actor = self.room.office, self.room.actor
        self.events = happenings.listed(office, actor)
        self.graduated = graduations.listed(office, actor)
        people = assignments.people(office, actor)
        self.names = {id_: person.officer.name for id_, person in people.items()}
        if self.family is None and self.room.family_id:
            self.choose(self.room.family_id)

    # -- the family ------------------------------------------------------------------------------

    def search(self, words: str) -> None:
        """Look families up by the head's name."""
        office, actor = self.room.office, self.room.actor
        self.found = happenings.find_families(office, actor, self.room.list_id, words)

    def choose(self, family_id: str) -> None:
        """Take one family ("" for none); what was said of another's people is forgotten."""
        self.family, self.members = None, ()
        self.entry = replace(self.entry, people=())
        if family_id:
            place = (self.room.office, self.room.actor, self.room.list_id, family_id)
            self.family = happenings.family_of(*place)
            self.members = happenings.members(*place)

    # -- an event --------------------------------------------------------------------------------

    def begin(self, kind: str) -> None:
        """Record another kind; day and reporter stay."""
        self.entry = Entry(kind, self.entry.day, self.entry.reporter)

    def fill(self, entry: Entry) -> None:
        """Take what is filled in, and see what follows."""
        self.entry = entry
        family_id = "" if self.kind.is_newcomer or self.family is None else self.family.family_id
        self.told = None
        if (family_id or self.kind.is_newcomer) and not self._is_placeless():
            self.told = happenings.preview(
                self.room.office, self.room.actor, self.room.list_id, family_id, entry
            )

    @property
    def blocker(self) -> str:
        """What keeps the event from being kept; "" for nothing."""
        if self.kind.is_newcomer and self._is_placeless():
            return say_locally("Pilih kelurahan tempat tinggalnya.")
        if not self.kind.is_newcomer and self.family is None:
            return "Cari dan pilih keluarganya dahulu."
        return self.told.lacking[0] if self.told and self.told.lacking else ""

    def keep(self) -> str:
        """Keep the event; gives what to say."""
        family_id = "" if self.kind.is_newcomer or self.family is None else self.family.family_id
        place = (self.room.office, self.room.actor, self.room.list_id, family_id)
        happenings.record(*place, self.entry)
        count = len(self.told.tasks) if self.told else 0
        title = self.kind.title
        self.entry, self.told = Entry(self.entry.kind), None
        self.refresh()
        return f"{title} dicatat, dengan {count} tugas. Daftarnya sendiri tidak diubah."

    def _is_placeless(self) -> bool:
        return self.kind.is_newcomer and not self.entry.kelurahan_kode

    # -- tasks -----------------------------------------------------------------------------------

    def standing(self) -> list[Happened]:
        """Events to be looked at: those with open tasks first, each newest first."""
        return sorted(self.events, key=lambda one: not one.open_tasks)

    def tick(
        self, happening_id: str, number: int, state: str, day: date | None, reason: str
    ) -> str:
        """Say how a task stands; gives what to say."""
        office, actor = self.room.office, self.room.actor
        happenings.tick(office, actor, happening_id, number, state, day or clock.today(), reason)
        self.refresh()
        return f"Tugas {number} ditandai: {_STATES.get(state, 'dibuka lagi').lower()}."

    def take_back(self, happening_id: str, reason: str) -> str:
        """Take an event back; gives what to say."""
        happenings.end(self.room.office, self.room.actor, happening_id, reason)
        self.refresh()
        return "Peristiwa dibatalkan. Catatannya tetap dapat dibaca."

    def tick_words(self, task: KeptTask) -> str:
        """How a task stands, who said so and when it was done."""
        if task.tick is None:
            return "Belum dikerjakan"
        one = task.tick
        if task.is_open:
            return f"Dibuka lagi oleh {self.who(one.actor)}: {one.reason}"
        why = f": {one.reason}" if one.reason else ""
        day = date_id(date.fromisoformat(one.day))
        return f"{_STATES[one.state]}, {day}, oleh {self.who(one.actor)}{why}"

    def who(self, actor_id: str) -> str:
        """Somebody by name."""
        return "Anda" if actor_id == self.room.actor.id else self.names.get(actor_id, actor_id)

    # -- graduation ------------------------------------------------------------------------------

    def threefold(self) -> Threefold | None:
        """The three things of the chosen family."""
        if self.family is None:
            return None
        place = (self.room.list_id, self.family.family_id)
        return graduations.threefold(self.room.office, self.room.actor, *place)

    def graduation_blocker(self, proposal: Proposal | None) -> str:
        """What keeps a graduation from being sent; "" for nothing."""
        if self.family is None:
            return "Cari dan pilih keluarganya dahulu."
        if proposal is None:
            return "Isi kedua tanggalnya."
        act = acts()[proposal.act]
        return next(iter(lacking(act, proposal.program, proposal.papers, proposal.reason)), "")

    def questions(self, proposal: Proposal) -> tuple[str, ...]:
        """What does not fit, for whoever fills it in."""
        assert self.family is not None
        place = (self.room.list_id, self.family.family_id)
        return graduations.questions(self.room.office, self.room.actor, *place, proposal)

    def propose(self, proposal: Proposal) -> str:
        """Enter a graduation; gives what to say."""
        assert self.family is not None
        place = (self.room.list_id, self.family.family_id)
        graduations.propose(self.room.office, self.room.actor, *place, proposal)
        self.refresh()
        return "Diajukan. Ini baru berlaku setelah orang lain memeriksa dan setuju."

    def check(self, graduation_id: str, verdict: str, reason: str) -> str:
        """Agree or refuse; gives what to say."""
        graduations.check(self.room.office, self.room.actor, graduation_id, verdict, reason)
        self.refresh()
        return "Pemeriksaan kedua dicatat."

    @property
    def waiting(self) -> int:
        """Graduations nobody has checked."""
        return sum(one.kept.check is None for one in self.graduated)

    def kelurahan(self) -> list[tuple[str, str]]:
        """Kelurahan in the actor's areas: words and code."""
        return [
            (f"{one.name}, Kec. {one.kecamatan}", one.kode_kemendagri)
            for one in sorted(kelurahan(), key=lambda one: one.name)
            if self.room.actor.covers(one.kode_kemendagri)
        ]

"""State of the tab Musyawarah, without widgets: which musyawarah is open, what may be done next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from workbench.domain.wilayah import say_locally
from workbench.domain.words import date_id, number_id
from workbench.errors import WrongUse
from workbench.services import candidates, fieldwork, meetings, objections
from workbench.services.candidates import Entry, Proposed
from workbench.services.meetings import Closed, Sheet
from workbench.services.objections import Told
from workbench.services.privacy import PURPOSES
from workbench.store import clock
from workbench.store.meetings import Scan, State
from workbench.store.objections import SENT, TASK
from workbench.ui.fieldwork.model import FieldRoom
from workbench.ui.staff.drawing import place_name
from workbench.verification.fieldwork.outcomes import Field, Level, fields
from workbench.verification.meetings.content import Decision, decisions, reasons, roles, verdicts
from workbench.verification.meetings.minutes import Family, Talked
from workbench.verification.meetings.objections import Clock
from workbench.verification.meetings.warnings import Attendee

Choice = tuple[str, str]
#: What an accepted objection brought about.
SEQUELS: Final[Mapping[str, str]] = {
    SENT: "Berkas dikembalikan dengan sanggah ini sebagai alasannya.",
    TASK: "Berkas tidak dapat dikembalikan langsung; keluarganya masuk Antrean.",
}
_NONE = ""


@dataclass
class MeetingDesk:
    """Everything the tab shows; ``sheet`` is the musyawarah that is open, None for the list."""

    room: FieldRoom
    waiting: dict[str, dict[str, str]] = field(default_factory=dict)
    all: tuple[State, ...] = ()
    told: tuple[Told, ...] = ()
    proposed: tuple[Proposed, ...] = ()
    sheet: Sheet | None = None

    def refresh(self) -> None:
        """Read again, the open musyawarah too."""
        office, actor, list_id = self.room.office, self.room.actor, self.room.list_id
        if self.sheet is not None:
            self.sheet = meetings.sheet(office, actor, list_id, self.meeting_id)
            return
        self.waiting = meetings.candidates(office, actor, list_id)
        self.all = meetings.meetings(office, actor, list_id)
        self.told = objections.objections(office, actor, list_id)
        self.proposed = candidates.proposed(office, actor)
        self.stages = fieldwork.stage_plan(office, actor)

    @property
    def meeting_id(self) -> str:
        """The id of the open musyawarah."""
        assert self.sheet is not None
        return self.sheet.state.meeting.id

    # -- all of them -----------------------------------------------------------------------------

    def places(self) -> list[Choice]:
        """The kelurahan a musyawarah can be planned for, with how many families wait."""
        return [
            (f"{place_name(code)}: {number_id(len(families))} keluarga menunggu", code)
            for code, families in self.waiting.items()
        ]

    def plan(
        self, kelurahan: str, held_on: date | None, announced_on: date | None, place: str
    ) -> str:
        """Plan one and open it; says what is on the agenda."""
        held_on = _day(held_on, "Pilih tanggal musyawarah.")
        office, actor, list_id = self.room.office, self.room.actor, self.room.list_id
        made = meetings.plan(office, actor, list_id, kelurahan, held_on, announced_on, place)
        self.open(made)
        assert self.sheet is not None
        count = number_id(len(self.sheet.talked))
        return f"Musyawarah direncanakan dengan {count} keluarga di agenda."

    def propose(self, entry: Entry) -> str:
        """Propose a family that stands on no list; it comes to the agenda of the open musyawarah.

        Raises what the service raises.
        """
        office, actor, list_id = self.room.office, self.room.actor, self.room.list_id
        candidates.propose(office, actor, list_id, entry)
        if self.sheet is not None:
            meetings.renew_agenda(*self._place())
        self.refresh()
        self.room.tell_changed()
        where = "agenda" if self.sheet is not None else "musyawarah berikutnya di kelurahannya"
        return f"Usulan tersimpan dan masuk {where}. Orang lain yang memutuskan."

    def numbered(self) -> list[Choice]:
        """The families proposed over the working list that have a number, with their ids."""
        return [
            (f"{one.candidate.head_name}, RT {one.candidate.rt}", one.candidate.family_id)
            for one in self.proposed
            if one.candidate.list_id == self.room.list_id
            and (one.candidate.nik or one.candidate.no_kk)
        ]

    def numbers(self, family_id: str, purpose: str) -> str:
        """The whole numbers of a proposed family, for a purpose, in words."""
        office, actor, list_id = self.room.office, self.room.actor, self.room.list_id
        nik, card = candidates.numbers(office, actor, list_id, family_id, purpose)
        return f"NIK {nik or 'belum punya'}, KK {card or 'belum punya'}."

    def open(self, meeting_id: str) -> None:
        """Look at one musyawarah."""
        office, actor, list_id = self.room.office, self.room.actor, self.room.list_id
        self.sheet = meetings.sheet(office, actor, list_id, meeting_id)

    def leave(self) -> None:
        """Back to all of them."""
        self.sheet = None
        self.refresh()

    def late_words(self) -> str:
        """How many objections are late or soon will be; "" for none."""
        late = sum(one.standing.clock is Clock.LATE for one in self.told)
        soon = sum(one.standing.clock is Clock.SOON for one in self.told)
        said = [f"{late} sanggah lewat batas jawab" if late else ""]
        said.append(f"{soon} sanggah segera sampai batas jawab" if soon else "")
        return "; ".join(one for one in said if one)

    def open_objections(self) -> list[Choice]:
        """The objections that wait for an answer, in words, with a key."""
        return [
            (f"{one.head_name}: {one.standing.words}", _key(one))
            for one in self.told
            if one.standing.is_open
        ]

    def answer(self, key: str, verdict: str, words: str) -> str:
        """Answer an objection; says whether it was in time."""
        one = next(one for one in self.told if _key(one) == key)
        office, actor, list_id = self.room.office, self.room.actor, self.room.list_id
        about = one.objection
        standing = objections.answer(
            office, actor, list_id, about.family_id, about.number, verdict, words
        )
        self.refresh()
        self.room.tell_changed()
        kept = next(each.objection for each in self.told if _key(each) == key)
        said = f"Sanggah {standing.words}: {verdicts()[verdict].lower()}."
        return f"{said} {SEQUELS.get(kept.sequel, '')}".strip()

    # -- the open one ----------------------------------------------------------------------------

    @property
    def state(self) -> State:
        """The musyawarah that is open."""
        assert self.sheet is not None
        return self.sheet.state

    @property
    def talked(self) -> tuple[Talked, ...]:
        """Its agenda."""
        assert self.sheet is not None
        return self.sheet.talked

    @property
    def is_done(self) -> bool:
        """Whether nothing can be changed any more."""
        return self.state.is_closed or self.state.meeting.cancelled_at is not None

    def blockers(self) -> list[str]:
        """Why the minutes cannot be closed yet, in sentences."""
        undecided = sum(one.decision is None for one in self.talked)
        said = []
        if not self.talked:
            said.append("Agenda masih kosong. Tambahkan keluarga yang dibahas.")
        if undecided:
            said.append(f"{number_id(undecided)} keluarga belum diputuskan. Putuskan atau tunda.")
        if date.fromisoformat(self.state.meeting.held_on) > clock.today():
            said.append("Harinya belum tiba. Tutup berita acara setelah musyawarah.")
        return said

    def families(self) -> list[Choice]:
        """The agenda as choices: number, who, where, what was decided."""
        return [
            (
                f"{number}. {one.family.head_name}, {one.family.place}: "
                f"{decision_words(one.decision).lower()}",
                one.family.family_id,
            )
            for number, one in enumerate(self.talked, 1)
        ]

    def next_undecided(self, after: str = "") -> str:
        """The family to decide next: the first undecided one behind ``after``, or of all."""
        ids = [one.family.family_id for one in self.talked]
        place = ids.index(after) + 1 if after in ids else 0
        turned = [*self.talked[place:], *self.talked[:place]]
        open_ones = [one.family.family_id for one in turned if one.decision is None]
        return open_ones[0] if open_ones else (after if after in ids else (ids or [_NONE])[0])

    def one(self, family_id: str) -> Talked:
        """A family on the agenda."""
        return next(one for one in self.talked if one.family.family_id == family_id)

    def decide(self, family_id: str, said: Decision) -> str:
        """Keep a decision; says what was decided."""
        meetings.decide(*self._place(), family_id, said)
        self.refresh()
        left = sum(one.decision is None for one in self.talked)
        told = f"Tersimpan: {decisions()[said.decision].lower()}."
        return f"{told} {number_id(left)} keluarga lagi." if left else f"{told} Semua diputuskan."

    def found(self, words: str) -> list[Choice]:
        """Families that could be added, by name or RT."""
        return [(_family_words(one), one.family_id) for one in self._addable(words)]

    def add(self, family_id: str | None, reason: str) -> str:
        """Put a family on the agenda."""
        meetings.add_family(*self._place(), family_id or "", reason)
        self.refresh()
        return "Keluarga ditambahkan ke agenda."

    def drop(self, family_id: str, reason: str) -> str:
        """Take a family from the agenda."""
        meetings.drop_family(*self._place(), family_id, reason)
        self.refresh()
        return "Keluarga dikeluarkan dari agenda. Alasannya tercatat."

    def renew(self) -> str:
        """Take in who came to wait since it was planned."""
        count = meetings.renew_agenda(*self._place())
        self.refresh()
        return f"{number_id(count)} keluarga ditambahkan." if count else "Tidak ada yang baru."

    def put_people(self, people: Sequence[Attendee]) -> str:
        """Write down who was asked and who came."""
        meetings.record_attendance(*self._place(), people)
        self.refresh()
        present = sum(one.is_present for one in people)
        return f"Daftar hadir tersimpan: {present} dari {len(people)} undangan."

    def change_plan(self, held_on: date | None, announced_on: date | None, place: str) -> str:
        """Put it on another day or place."""
        held_on = _day(held_on, "Pilih tanggal musyawarah.")
        meetings.change_plan(*self._place(), held_on, announced_on, place)
        self.refresh()
        return "Rencana musyawarah diubah."

    def cancel(self) -> str:
        """Call it off."""
        meetings.cancel(*self._place())
        self.leave()
        return "Musyawarah dibatalkan. Catatannya tetap ada."

    def close(self) -> str:
        """Close the minutes; says what became of the records."""
        became = meetings.close(*self._place())
        self.refresh()
        self.room.tell_changed()
        return f"Berita acara ditutup. {closed_words(became)}"

    def correct(self, words: str) -> str:
        """Put a corrected version beside the closed minutes."""
        version = meetings.correct(*self._place(), words)
        self.refresh()
        return f"Perbaikan tersimpan sebagai versi {version}. Cetak dan tanda tangani lagi."

    def record_scan(self, name: str, content: bytes, signers: Sequence[str]) -> str:
        """Keep a scan of the signed minutes; says whether it counts."""
        scan = meetings.record_scan(*self._place(), name, content, signers)
        self.refresh()
        self.room.tell_changed()
        return scan_words(scan)

    def paper(self, form: str, version: int | None = None) -> tuple[str, bytes]:
        """The minutes as a file."""
        return meetings.minutes_paper(*self._place(), form, version)

    def pages(self) -> list[bytes]:
        """The minutes as pictures."""
        return meetings.draft_pages(*self._place())

    def _place(self) -> tuple[object, ...]:
        return self.room.office, self.room.actor, self.room.list_id, self.meeting_id

    def _addable(self, words: str) -> tuple[Family, ...]:
        return meetings.addable(*self._place(), words)


# --- words ---------------------------------------------------------------------------------------


def title(state: State) -> str:
    """A musyawarah in one line: day and kelurahan."""
    told = state.meeting
    return f"{date_id(date.fromisoformat(told.held_on))}, {place_name(told.kelurahan_kode)}"


def standing(state: State) -> tuple[str, str]:
    """How a musyawarah stands, and the tone of its badge."""
    if state.meeting.cancelled_at is not None:
        return "Dibatalkan", ""
    if not state.is_closed:
        return "Direncanakan", "vv-badge-accent"
    if state.is_signed:
        return "Ditutup dan ditandatangani", "vv-badge-good"
    return "Ditutup, belum ditandatangani", "vv-badge-warn"


def decision_words(said: Decision | None) -> str:
    """What was decided, in words."""
    return decisions()[said.decision] if said else "Belum diputuskan"


def closed_words(became: Closed) -> str:
    """What closing did to the records."""
    said = [f"{number_id(became.moved)} berkas diteruskan"]
    if became.returned:
        said.append(f"{number_id(became.returned)} dikembalikan untuk kunjungan lagi")
    if became.stayed:
        said.append(
            f"{number_id(became.stayed)} tetap di tahapnya (ditunda, atau belum sampai tahap "
            "musyawarah)"
        )
    return "; ".join(said) + "."


def scan_words(scan: Scan) -> str:
    """Whether a scan makes the minutes signed."""
    if scan.is_signed:
        return "Pindaian tersimpan. Berita acara ini sekarang menjadi bukti usulan."
    return (
        f"Pindaian tersimpan, tetapi tanda tangan {say_locally('lurah')} belum ada. Berita acara "
        "belum dihitung sebagai bukti usulan."
    )


def proposal_words(code: str) -> str:
    """What the visit proposed."""
    return _proposal().label_of(code) if code else "belum dikunjungi"


def decision_choices() -> list[Choice]:
    """The decisions, after an empty one."""
    return [("Pilih keputusan", _NONE), *((words, code) for code, words in decisions().items())]


def reason_choices() -> list[Choice]:
    """The reasons for not being eligible, after an empty one."""
    return [("Pilih alasan", _NONE), *((words, code) for code, words in reasons().items())]


def role_choices() -> list[Choice]:
    """The roles of those who attend."""
    return [(role.title, code) for code, role in roles().items()]


def purpose_choices() -> list[Choice]:
    """What whole numbers may be looked at for, after an empty one."""
    return [("Pilih keperluan", _NONE), *((words, code) for code, words in PURPOSES.items())]


def verdict_choices() -> list[Choice]:
    """The answers to an objection."""
    return [(words, code) for code, words in verdicts().items()]


def _proposal() -> Field:
    return next(one for one in fields(Level.FAMILY) if one.key == "proposal")


def _family_words(one: Family) -> str:
    return f"{one.head_name}, {one.place}"


def _key(one: Told) -> str:
    return f"{one.objection.family_id}#{one.objection.number}"


def _day(chosen: date | None, sentence: str) -> date:
    if chosen is None:
        raise WrongUse(sentence)
    return chosen

"""The musyawarah of a kelurahan: planned, held, closed, signed.

The agenda comes from the working list: families whose visit proposes something only a musyawarah
decides, and records that wait at its stage. Everything is asked of the actor's areas first; the
store keeps maker and checker apart and moves the records in the transaction that closes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import pyarrow.compute as pc

from workbench.access import Actor, Permission, Workspace, require, require_area
from workbench.domain.register import Register, Row
from workbench.domain.wilayah import CITY, kelurahan_by_code, say_locally
from workbench.domain.words import date_id
from workbench.errors import Forbidden, NotFound, WrongUse
from workbench.services import fieldwork, office_settings, shelves
from workbench.services.office import Office
from workbench.services.papers import minutes as papers
from workbench.services.papers.minutes import Paper
from workbench.services.scans import keep_scan
from workbench.store import Store, assignments, clock
from workbench.store import candidates as candidates_kept
from workbench.store import fieldwork as kept
from workbench.store import meetings as stored
from workbench.store.fieldwork import KeptOutcome
from workbench.store.meetings import Meeting, Scan, State, Version
from workbench.store.records import Record
from workbench.verification.fieldwork.routes import proposing
from workbench.verification.fieldwork.stages import Direction
from workbench.verification.meetings import minutes
from workbench.verification.meetings.content import (
    FINAL,
    VISIT_AGAIN,
    Decision,
    roles,
    tidy,
    tidy_words,
)
from workbench.verification.meetings.minutes import NEW, Facts, Family, Talked
from workbench.verification.meetings.warnings import Attendee, LocalRules, warnings

PROPOSED, WAITING = "usulan", "tahap"
MOST_ATTENDEES: Final = 200
_LONGEST_NAME: Final = 120
_COLUMNS: Final = [
    "family_id",
    "head_name",
    "kelurahan_kode_kemendagri",
    "rt",
    "rw",
    "proposal_status",
]


@dataclass(frozen=True)
class Sheet:
    """A musyawarah as it is worked on; ``talked`` is its agenda, by RW, RT and name."""

    state: State
    talked: tuple[Talked, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Closed:
    """What closing did: how many records went on, went back, stayed where they are."""

    moved: int
    returned: int
    stayed: int


# --- planning ------------------------------------------------------------------------------------


def candidates(office: Office, actor: Actor, list_id: str) -> dict[str, dict[str, str]]:
    """Who waits for a musyawarah: by kelurahan, family id to why (``usulan`` or ``tahap``).

    Every kelurahan of the actor's areas is in it, the one where most wait first.
    """
    require(actor, Permission.READ_LIST)
    register = shelves.open_list(office, actor, list_id).register
    store, plan = office.store_for(actor), fieldwork.stage_plan(office, actor)
    visited, stages = kept.visited(store, list_id), kept.stages_of(store, list_id, plan)
    decided = stored.decided(store, list_id)
    found: dict[str, dict[str, str]] = {}
    proposed = fieldwork.candidate_rows(office, actor, list_id)
    named = {row["family_id"] for row in proposed}
    for row in register["family"].select(_COLUMNS).to_pylist() + proposed:
        family_id, code = row["family_id"], row["kelurahan_kode_kemendagri"]
        if code not in kelurahan_by_code():
            continue
        waiting = found.setdefault(code, {})
        stage = stages.get(family_id, plan.first)
        visits = visited.get(family_id, ())
        if _is_settled(store, list_id, family_id, decided.get(family_id), visits):
            continue
        if stage == plan.meeting:
            waiting[family_id] = WAITING
        elif stage == plan.first and (
            family_id in named
            or any(one.outcome.family.get("proposal", "") in proposing() for one in visits)
        ):
            waiting[family_id] = PROPOSED
    return dict(sorted(found.items(), key=lambda one: (-len(one[1]), one[0])))


def plan(
    office: Office,
    actor: Actor,
    list_id: str,
    kelurahan_kode: str,
    held_on: date,
    announced_on: date | None,
    place: str,
) -> str:
    """Plan a musyawarah, with the agenda as it stands now; returns its id."""
    require(actor, Permission.MOVE_STAGE)
    require_area(actor, kelurahan_kode)
    fieldwork.require_working(office, actor, list_id)
    return stored.plan_meeting(
        office.store_for(actor),
        actor.id,
        list_id,
        kelurahan_kode,
        held_on.isoformat(),
        announced_on.isoformat() if announced_on else "",
        _place(place),
        candidates(office, actor, list_id).get(kelurahan_kode, {}),
    )


def change_plan(
    office: Office,
    actor: Actor,
    list_id: str,
    meeting_id: str,
    held_on: date,
    announced_on: date | None,
    place: str,
) -> None:
    """Put a musyawarah on another day or place, while it is not closed."""
    _state(office, actor, list_id, meeting_id, Permission.MOVE_STAGE)
    stored.change_plan(
        office.store_for(actor),
        actor.id,
        list_id,
        meeting_id,
        held_on.isoformat(),
        announced_on.isoformat() if announced_on else "",
        _place(place),
    )


def cancel(office: Office, actor: Actor, list_id: str, meeting_id: str) -> None:
    """Call a musyawarah off; it stays on record."""
    _state(office, actor, list_id, meeting_id, Permission.MOVE_STAGE)
    stored.cancel(office.store_for(actor), actor.id, list_id, meeting_id)


def meetings(office: Office, actor: Actor, list_id: str) -> tuple[State, ...]:
    """Every musyawarah of the actor's areas over a list, the latest day first."""
    require(actor, Permission.READ_LIST)
    found = stored.list_meetings(office.store_for(actor), list_id)
    return tuple(one for one in found if actor.covers(one.meeting.kelurahan_kode))


def sheet(office: Office, actor: Actor, list_id: str, meeting_id: str) -> Sheet:
    """One musyawarah with its families in words and what does not meet the local rules."""
    state = _state(office, actor, list_id, meeting_id, Permission.READ_LIST)
    known = _families(office, actor, state.meeting)
    rules = _local_rules(office, actor, state.meeting)
    return Sheet(state, _talked(state, known), _warnings(state, rules))


# --- agenda, attendance, decisions ---------------------------------------------------------------


def addable(
    office: Office, actor: Actor, list_id: str, meeting_id: str, words: str = "", most: int = 50
) -> tuple[Family, ...]:
    """Families of the kelurahan that are not on the agenda and whose head or RT holds ``words``."""
    state = _state(office, actor, list_id, meeting_id, Permission.READ_LIST)
    there = {one.family_id for one in state.agenda}
    wanted = words.casefold().split()
    known = _families(office, actor, state.meeting).values()
    found = [
        one
        for one in known
        if one.family_id not in there
        and all(word in f"{one.head_name} {one.place}".casefold() for word in wanted)
    ]
    ordered = sorted(found, key=lambda one: (one.head_name, one.rw, one.rt, one.family_id))
    return tuple(ordered[:most])


def renew_agenda(office: Office, actor: Actor, list_id: str, meeting_id: str) -> int:
    """Take in who came to wait since the musyawarah was planned; returns how many."""
    state = _state(office, actor, list_id, meeting_id, Permission.MOVE_STAGE)
    known = {one.family_id for one in state.items}
    found = candidates(office, actor, list_id).get(state.meeting.kelurahan_kode, {})
    new = {family: origin for family, origin in found.items() if family not in known}
    stored.put_items(office.store_for(actor), actor.id, list_id, meeting_id, new)
    return len(new)


def add_family(
    office: Office, actor: Actor, list_id: str, meeting_id: str, family_id: str, reason: str
) -> None:
    """Put a family of the kelurahan on the agenda, with the reason."""
    state = _state(office, actor, list_id, meeting_id, Permission.MOVE_STAGE)
    if family_id not in _families(office, actor, state.meeting):
        raise NotFound(
            say_locally("Keluarga itu tidak ada di kelurahan ini. Pilih dari daftarnya.")
        )
    stored.put_items(
        office.store_for(actor),
        actor.id,
        list_id,
        meeting_id,
        {family_id: stored.ADDED},
        tidy_words(reason),
    )


def drop_family(
    office: Office, actor: Actor, list_id: str, meeting_id: str, family_id: str, reason: str
) -> None:
    """Take a family from the agenda, with the reason."""
    _state(office, actor, list_id, meeting_id, Permission.MOVE_STAGE)
    stored.drop_item(
        office.store_for(actor), actor.id, list_id, meeting_id, family_id, tidy_words(reason)
    )


def record_attendance(
    office: Office, actor: Actor, list_id: str, meeting_id: str, people: Sequence[Attendee]
) -> tuple[str, ...]:
    """Write down who was asked and who came; returns what does not meet the local rules."""
    _state(office, actor, list_id, meeting_id, Permission.MOVE_STAGE)
    tidied = [replace(one, name=" ".join(one.name.split())) for one in people]
    if len(tidied) > MOST_ATTENDEES:
        raise WrongUse(f"Daftar hadir terlalu panjang. Catat paling banyak {MOST_ATTENDEES} orang.")
    if not all(one.role in roles() for one in tidied):
        raise WrongUse("Pilih peran tiap undangan dari daftarnya.")
    if not all(0 < len(one.name) <= _LONGEST_NAME for one in tidied):
        raise WrongUse(f"Tulis nama tiap undangan, paling panjang {_LONGEST_NAME} huruf.")
    stored.put_attendees(office.store_for(actor), actor.id, list_id, meeting_id, tidied)
    return sheet(office, actor, list_id, meeting_id).warnings


def decide(
    office: Office, actor: Actor, list_id: str, meeting_id: str, family_id: str, said: Decision
) -> None:
    """Write down what was decided of a family on the agenda.

    Raises ``Forbidden`` for somebody who acted on the record at another stage, and where the
    stage of the musyawarah is assigned here, for whoever it is not assigned to.
    """
    state = _state(office, actor, list_id, meeting_id, Permission.MOVE_STAGE)
    tidied = tidy(said)
    _require_meant(office, actor, state, [family_id])
    stored.put_decision(
        office.store_for(actor),
        actor.id,
        list_id,
        meeting_id,
        family_id,
        tidied,
        fieldwork.stage_plan(office, actor),
    )


# --- minutes -------------------------------------------------------------------------------------


def close(office: Office, actor: Actor, list_id: str, meeting_id: str) -> Closed:
    """Close the minutes for good and move the records as decided; see ``stored.close``."""
    state = _state(office, actor, list_id, meeting_id, Permission.MOVE_STAGE)
    if date.fromisoformat(state.meeting.held_on) > clock.today():
        raise WrongUse("Musyawarah ini belum berlangsung. Tutup berita acara setelah harinya.")
    _require_meant(office, actor, state, [one.family_id for one in state.agenda])
    ground = _ground(office, actor, state.meeting)
    became = Counter(
        stored.close(
            office.store_for(actor),
            actor.id,
            list_id,
            meeting_id,
            fieldwork.stage_plan(office, actor),
            ground.compose,
        ).values()
    )
    return Closed(became[stored.MOVED], became[stored.RETURNED], became[stored.STAYED])


def correct(office: Office, actor: Actor, list_id: str, meeting_id: str, words: str) -> int:
    """Put a corrected version beside closed minutes; it has to be signed anew. Its number."""
    _state(office, actor, list_id, meeting_id, Permission.MOVE_STAGE)
    said = tidy_words(words)
    if not said:
        raise WrongUse("Tulis apa yang keliru dan apa seharusnya.")
    return stored.correct(
        office.store_for(actor),
        actor.id,
        list_id,
        meeting_id,
        lambda now: minutes.corrected(_content(now.versions[-1]), said, clock.today()),
    )


def record_scan(
    office: Office,
    actor: Actor,
    list_id: str,
    meeting_id: str,
    file_name: str,
    content: bytes,
    signers: Sequence[str],
) -> Scan:
    """Keep a scan of the signed minutes: the file in the workspace's folder, its hash in the store.

    ``signers`` are codes of roles. Raises ``UnusableInput`` for what is no PDF, JPG or PNG.
    """
    _state(office, actor, list_id, meeting_id, Permission.MOVE_STAGE)
    if not set(signers) <= set(roles()):
        raise WrongUse("Pilih siapa yang menandatangani dari daftarnya.")
    return stored.put_scan(
        office.store_for(actor),
        actor.id,
        list_id,
        meeting_id,
        file_name.strip()[:_LONGEST_NAME],
        keep_scan(office, actor, content),
        signers,
    )


def minutes_paper(
    office: Office,
    actor: Actor,
    list_id: str,
    meeting_id: str,
    form: str = "pdf",
    version: int | None = None,
) -> Paper:
    """The minutes as ``pdf`` or ``docx``: file name and content, the same bytes for the same.

    ``version`` None is the newest; of minutes that are not closed, a draft that says so.
    """
    state = _state(office, actor, list_id, meeting_id, Permission.READ_LIST)
    if not state.is_closed:
        draft = _ground(office, actor, state.meeting).compose(state)
        return papers.press_minutes(draft, form, meeting_id, 0)
    number = version or state.versions[-1].version
    for one in state.versions:
        if one.version == number:
            return papers.press_minutes(_content(one), form, meeting_id, number)
    raise NotFound("Versi berita acara itu tidak ada. Muat ulang halaman.")


def draft_pages(office: Office, actor: Actor, list_id: str, meeting_id: str) -> list[bytes]:
    """The minutes as they stand, as PNG pictures of their pages."""
    state = _state(office, actor, list_id, meeting_id, Permission.READ_LIST)
    if state.is_closed:
        newest = state.versions[-1]
        return papers.draw_minutes(_content(newest), newest.version)
    return papers.draw_minutes(_ground(office, actor, state.meeting).compose(state), 0)


# --- below ---------------------------------------------------------------------------------------


def _state(
    office: Office, actor: Actor, list_id: str, meeting_id: str, needed: Permission
) -> State:
    require(actor, needed)
    state = stored.find_meeting(office.store_for(actor), list_id, meeting_id)
    require_area(actor, state.meeting.kelurahan_kode)
    return state


def _content(version: Version) -> dict[str, Any]:
    """What minutes say; raises ``WrongUse`` where it was deleted when its time was over."""
    if not version.content:
        raise WrongUse(
            "Isi berita acara ini sudah dihapus karena masa simpannya berakhir. Keputusan dan "
            "sidiknya tetap tercatat; lihat lembar yang dahulu dicetak."
        )
    return version.content


def _require_meant(office: Office, actor: Actor, state: State, families: Sequence[str]) -> None:
    plan, store = fieldwork.stage_plan(office, actor), office.store_for(actor)
    known = _families(office, actor, state.meeting)
    places = {
        (state.meeting.kelurahan_kode, known[one].rw, known[one].rt)
        for one in families
        if one in known
    }
    for place in places:
        meant = assignments.meant_officers(store, plan.meeting, place)
        if meant and actor.id not in meant:
            raise Forbidden(
                f"Tahap {plan.title(plan.meeting)} di wilayah ini ditugaskan kepada petugas lain."
            )


def _is_settled(
    store: Store,
    list_id: str,
    family_id: str,
    said: tuple[str, str] | None,
    visits: Sequence[KeptOutcome],
) -> bool:
    """Whether what was last decided (code, when) still stands, so that nobody asks again.

    A final decision stands until the record is sent back, another visit is waited for.
    """
    if said is None:
        return False
    decision, closed_at = said
    if decision in FINAL:
        steps = kept.list_steps(store, Record(list_id, family_id))
        return not any(one.direction is Direction.BACK and one.at > closed_at for one in steps)
    return decision == VISIT_AGAIN and not any(one.at > closed_at for one in visits)


def heads(register: Register) -> dict[str, tuple[str, str]]:
    """By family, name and NIK of the person the list calls its head."""
    people = register["person"].select(["family_id", "shdk", "name", "nik"])
    found = people.filter(pc.equal(people["shdk"], "kepala_keluarga")).to_pylist()
    return {row["family_id"]: (row["name"], row["nik"]) for row in found}


def _rows(register: Register, kelurahan_kode: str) -> list[Row]:
    table = register["family"].select(_COLUMNS)
    mine = pc.equal(table["kelurahan_kode_kemendagri"], kelurahan_kode)
    rows: list[Row] = table.filter(mine).to_pylist()
    return rows


def _families(office: Office, actor: Actor, meeting: Meeting) -> dict[str, Family]:
    """The families of the kelurahan as the list has them, by id."""
    _, whole = shelves.standing(office, actor, meeting.list_id)
    visited = kept.visited(office.store_for(actor), meeting.list_id)
    named = heads(whole.register)
    found = {}
    for row in _rows(whole.register, meeting.kelurahan_kode):
        family_id = row["family_id"]
        said = [one.outcome.family.get("proposal", "") for one in visited.get(family_id, ())]
        name, nik = named.get(family_id, ("", ""))
        found[family_id] = Family(
            family_id,
            row["head_name"] or name or "(nama belum ada)",
            nik,
            row["rt"],
            row["rw"],
            row["proposal_status"],
            str(said[-1]) if said else "",
        )
    for one in candidates_kept.list_candidates(office.store_for(actor), meeting.list_id):
        if one.kelurahan_kode == meeting.kelurahan_kode:
            found[one.family_id] = Family(
                *(one.family_id, one.head_name, one.nik, one.rt, one.rw), proposal=NEW
            )
    return found


def _talked(state: State, known: Mapping[str, Family]) -> tuple[Talked, ...]:
    found = [
        Talked(
            known[one.family_id],
            one.origin,
            one.reason if one.origin == stored.ADDED else "",
            one.decision,
        )
        for one in state.agenda
        if one.family_id in known
    ]
    return tuple(
        sorted(found, key=lambda one: (one.family.rw, one.family.rt, one.family.head_name))
    )


def _local_rules(office: Office, actor: Actor, meeting: Meeting) -> LocalRules:
    """What the office had set on the day of the musyawarah."""
    held_on = date.fromisoformat(meeting.held_on)
    return LocalRules(
        float(office_settings.value(office, actor, "meeting_quorum", held_on)),
        int(office_settings.value(office, actor, "meeting_notice_days", held_on)),
    )


def _warnings(state: State, rules: LocalRules) -> tuple[str, ...]:
    told = state.meeting
    return warnings(
        state.attendees, _day(told.announced_on), date.fromisoformat(told.held_on), rules
    )


@dataclass(frozen=True)
class _Ground:
    """What minutes say besides the musyawarah itself; read before they are closed."""

    families: Mapping[str, Family]
    list_words: str
    rules: LocalRules
    is_practice: bool

    def compose(self, state: State) -> dict[str, Any]:
        """The minutes of the musyawarah as it stands."""
        told, known = state.meeting, self.families
        place = kelurahan_by_code()[told.kelurahan_kode]
        dropped = tuple(
            (known[one.family_id], one.reason)
            for one in state.items
            if not one.is_on and one.family_id in known
        )
        return minutes.compose(
            Facts(
                f"Dinas Sosial {CITY.name}",
                f"{place.name}, Kecamatan {place.kecamatan}",
                self.list_words,
                told.id.removeprefix("M"),
                date.fromisoformat(told.held_on),
                _day(told.announced_on),
                told.place,
                state.attendees,
                _warnings(state, self.rules),
                _talked(state, known),
                dropped,
                tuple(known.values()),
                self.is_practice,
                place.kind,
            )
        )


def _ground(office: Office, actor: Actor, meeting: Meeting) -> _Ground:
    listed = next(one for one in shelves.shelf(office, actor) if one.id == meeting.list_id)
    return _Ground(
        _families(office, actor, meeting),
        f"{listed.name}, keadaan {date_id(date.fromisoformat(listed.as_of))} ({listed.id})",
        _local_rules(office, actor, meeting),
        actor.workspace is Workspace.LATIHAN,
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _place(words: str) -> str:
    said = tidy_words(words)
    if not said:
        raise WrongUse(say_locally("Tulis tempat musyawarah, misalnya aula kelurahan."))
    return said

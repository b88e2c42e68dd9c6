"""A musyawarah as it is kept: plan, agenda, who was there, decisions, minutes and their signatures.

Until its minutes are closed a musyawarah can be changed; from then on nothing of it can. Closing
moves the records by the stage plan in the same transaction, so minutes never say what did not
happen. A correction is a further version beside the first. Names and words lie in these tables;
the ledger gets ids, codes and salted hashes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, func, select

from workbench.errors import Forbidden, NotFound, WrongUse
from workbench.store import clock, ledger
from workbench.store.fieldwork import move_in, steps_in, take_hand
from workbench.store.records import Record, queue, seal, seal_of
from workbench.store.sights import Sight, sight
from workbench.store.tables import meeting as meetings
from workbench.store.tables import meeting_attendee as attendees
from workbench.store.tables import meeting_decision as decisions
from workbench.store.tables import meeting_item as items
from workbench.store.tables import meeting_minutes as minutes
from workbench.store.tables import meeting_scan as scans
from workbench.store.workspace import Store
from workbench.verification.fieldwork.stages import MEETING, Direction, StagePlan
from workbench.verification.meetings.content import (
    ELIGIBLE,
    INELIGIBLE,
    VISIT_AGAIN,
    Decision,
    is_signed,
)
from workbench.verification.meetings.warnings import Attendee

_KIND: Final = "musyawarah"
_GONE: Final = (
    "Musyawarah itu tidak ada pada daftar kerja ini, atau membahas keluarga yang sedang Anda "
    "periksa ulang. Muat ulang halaman."
)
ADDED: Final = "tambahan"
MOVED, RETURNED, STAYED = "diteruskan", "dikembalikan", "tetap"


@dataclass(frozen=True)
class Meeting:
    """A musyawarah as it was planned; days are ISO days, ``announced_on`` may be ""."""

    list_id: str
    id: str
    kelurahan_kode: str
    held_on: str
    announced_on: str
    place: str
    planned_by: str
    at: str
    cancelled_at: str | None

    @property
    def subject(self) -> str:
        """How the ledger calls it."""
        return f"musyawarah:{self.list_id}.{self.id}"


@dataclass(frozen=True)
class Item:
    """A family on the agenda (or, ``is_on`` false, taken from it) and what was decided."""

    family_id: str
    origin: str
    is_on: bool
    reason: str
    decision: Decision | None
    decided_by: str


@dataclass(frozen=True)
class Version:
    """Minutes as they were closed: ``content`` is what the paper says."""

    version: int
    content: dict[str, Any]
    digest: str
    closed_by: str
    at: str


@dataclass(frozen=True)
class Scan:
    """A scan of a version of the minutes and the roles that signed it."""

    version: int
    number: int
    file_name: str
    sha256: str
    signers: tuple[str, ...]
    is_signed: bool
    actor: str
    at: str


@dataclass(frozen=True)
class State:
    """A musyawarah whole. It is closed as soon as there are minutes."""

    meeting: Meeting
    attendees: tuple[Attendee, ...]
    items: tuple[Item, ...]
    versions: tuple[Version, ...]
    scans: tuple[Scan, ...]

    @property
    def agenda(self) -> tuple[Item, ...]:
        """The families that are talked about."""
        return tuple(one for one in self.items if one.is_on)

    @property
    def is_closed(self) -> bool:
        """Whether its minutes stand."""
        return bool(self.versions)

    @property
    def is_signed(self) -> bool:
        """Whether the newest version of the minutes is signed."""
        return self.is_closed and any(
            one.is_signed for one in self.scans if one.version == self.versions[-1].version
        )


#: What the paper says, of the musyawarah as it stands.
Compose = Callable[[State], dict[str, Any]]


# --- until it is closed --------------------------------------------------------------------------


def plan_meeting(
    store: Store,
    actor_id: str,
    list_id: str,
    kelurahan_kode: str,
    held_on: str,
    announced_on: str,
    place: str,
    families: Mapping[str, str],
) -> str:
    """Plan a musyawarah over ``families`` (family id to origin); returns its id."""
    with store.writing() as connection:
        queue(connection)
        known = connection.execute(
            select(func.count()).select_from(meetings).where(meetings.c.list_id == list_id)
        ).scalar_one()
        planned = Meeting(
            list_id,
            f"M{known + 1}",
            kelurahan_kode,
            held_on,
            announced_on,
            place,
            actor_id,
            clock.now(),
            None,
        )
        connection.execute(meetings.insert().values(**vars(planned)))
        _note_plan(connection, actor_id, planned)
        for family_id, origin in families.items():
            _put_item(connection, actor_id, planned, family_id, origin, "")
        value = {"keluarga": sorted(families)}
        ledger.record(connection, actor_id, _KIND, planned.subject, "agenda", value)
    return planned.id


def change_plan(
    store: Store,
    actor_id: str,
    list_id: str,
    meeting_id: str,
    held_on: str,
    announced_on: str,
    place: str,
) -> None:
    """Put a musyawarah on another day or place."""
    with store.writing() as connection:
        _open_meeting(connection, list_id, meeting_id)
        said = {"held_on": held_on, "announced_on": announced_on, "place": place}
        connection.execute(
            meetings.update().where(*_is_of(meetings, list_id, meeting_id, "id")).values(**said)
        )
        _note_plan(connection, actor_id, _meeting(connection, list_id, meeting_id))


def cancel(store: Store, actor_id: str, list_id: str, meeting_id: str) -> None:
    """Call a musyawarah off; it stays on record."""
    with store.writing() as connection:
        planned = _open_meeting(connection, list_id, meeting_id)
        connection.execute(
            meetings.update()
            .where(*_is_of(meetings, list_id, meeting_id, "id"))
            .values(cancelled_at=clock.now())
        )
        ledger.record(connection, actor_id, _KIND, planned.subject, "rencana", {"apa": "batal"})


def put_items(
    store: Store,
    actor_id: str,
    list_id: str,
    meeting_id: str,
    families: Mapping[str, str],
    reason: str = "",
) -> None:
    """Put families (id to origin) on the agenda; those somebody adds need a reason."""
    if ADDED in families.values() and not reason.strip():
        raise WrongUse("Tulis alasan menambah keluarga ini ke agenda.")
    with store.writing() as connection:
        planned = _open_meeting(connection, list_id, meeting_id)
        for family_id, origin in families.items():
            _put_item(connection, actor_id, planned, family_id, origin, reason.strip())
            _note_item(connection, actor_id, planned, family_id, origin, reason.strip())


def drop_item(
    store: Store, actor_id: str, list_id: str, meeting_id: str, family_id: str, reason: str
) -> None:
    """Take a family from the agenda, with the reason; it stays on record as taken off."""
    if not reason.strip():
        raise WrongUse("Tulis alasan mengeluarkan keluarga ini dari agenda.")
    with store.writing() as connection:
        planned = _open_meeting(connection, list_id, meeting_id)
        changed = connection.execute(
            items.update()
            .where(
                *_is_of(items, list_id, meeting_id), items.c.family_id == family_id, items.c.is_on
            )
            .values(is_on=False, reason=reason.strip(), actor=actor_id, at=clock.now())
        )
        if not changed.rowcount:
            raise NotFound("Keluarga itu tidak ada di agenda. Muat ulang halaman.")
        _note_item(connection, actor_id, planned, family_id, "dikeluarkan", reason.strip())


def put_attendees(
    store: Store, actor_id: str, list_id: str, meeting_id: str, people: Sequence[Attendee]
) -> None:
    """Write down who was asked and who came, in place of what was written before."""
    with store.writing() as connection:
        planned = _open_meeting(connection, list_id, meeting_id)
        connection.execute(attendees.delete().where(*_is_of(attendees, list_id, meeting_id)))
        for number, one in enumerate(people, 1):
            connection.execute(
                attendees.insert().values(
                    list_id=list_id,
                    meeting_id=meeting_id,
                    number=number,
                    role=one.role,
                    name=one.name,
                    is_present=one.is_present,
                    at=clock.now(),
                )
            )
        _, digest = seal([vars(one) for one in people])
        value = {"hadir": _counted(one.role for one in people if one.is_present)}
        value |= {"undangan": _counted(one.role for one in people), "nama": digest}
        ledger.record(connection, actor_id, _KIND, planned.subject, "hadir", value)


def put_decision(
    store: Store,
    actor_id: str,
    list_id: str,
    meeting_id: str,
    family_id: str,
    said: Decision,
    plan: StagePlan,
) -> None:
    """Write down what was decided of a family on the agenda; a later one counts instead.

    Raises ``Forbidden`` for somebody who acted on the record at another stage.
    """
    with store.writing() as connection:
        planned = _open_meeting(connection, list_id, meeting_id)
        state = _state(connection, planned)
        standing = next((one for one in state.agenda if one.family_id == family_id), None)
        if standing is None:
            raise NotFound("Keluarga itu tidak ada di agenda. Tambahkan dahulu.")
        record = Record(list_id, family_id)
        take_hand(connection, record, actor_id, plan, plan.meeting or MEETING)
        if standing.decision == said:
            return
        key = {"list_id": list_id, "meeting_id": meeting_id, "family_id": family_id}
        newest = connection.execute(
            select(func.max(decisions.c.revision)).filter_by(**key)
        ).scalar()
        salt, digest = seal(said.words())
        connection.execute(
            decisions.insert().values(
                **key,
                revision=(newest or 0) + 1,
                decision=said.decision,
                reason=said.reason,
                words=ledger.canonical(said.words()),
                salt=salt,
                actor=actor_id,
                at=clock.now(),
            )
        )
        value = {"keluarga": family_id, "putusan": said.decision, "kata": digest}
        if said.reason:
            value["alasan"] = said.reason
        ledger.record(connection, actor_id, _KIND, planned.subject, "putusan", value)


# --- minutes -------------------------------------------------------------------------------------


def close(
    store: Store,
    actor_id: str,
    list_id: str,
    meeting_id: str,
    plan: StagePlan,
    compose: Compose,
) -> dict[str, str]:
    """Close the minutes and move the records; returns what became of each family on the agenda.

    A record goes forward that stands at the stage of the musyawarah and was decided finally, and
    back to the first stage for another visit; all others stay where they are. Raises ``WrongUse``
    while a family is undecided, ``Forbidden`` when the actor acted on a record at another stage.
    """
    with store.writing() as connection:
        planned = _open_meeting(connection, list_id, meeting_id)
        state = _state(connection, planned)
        if not state.agenda:
            raise WrongUse("Agenda masih kosong. Masukkan keluarga yang dibahas dahulu.")
        undecided = sum(one.decision is None for one in state.agenda)
        if undecided:
            raise WrongUse(f"{undecided} keluarga belum diputuskan. Putuskan atau tunda dahulu.")
        became = {
            one.family_id: _settle(connection, actor_id, list_id, plan, one) for one in state.agenda
        }
        _put_version(connection, actor_id, planned, 1, compose(state))
    return became


def correct(store: Store, actor_id: str, list_id: str, meeting_id: str, compose: Compose) -> int:
    """Put a corrected version beside the closed minutes; returns its number."""
    with store.writing() as connection:
        queue(connection)
        state = _state(connection, _meeting(connection, list_id, meeting_id))
        if not state.is_closed:
            raise WrongUse("Berita acara ini belum ditutup, jadi isinya masih dapat diubah.")
        number = state.versions[-1].version + 1
        _put_version(connection, actor_id, state.meeting, number, compose(state))
    return number


def put_scan(
    store: Store,
    actor_id: str,
    list_id: str,
    meeting_id: str,
    file_name: str,
    sha256: str,
    signers: Sequence[str],
) -> Scan:
    """Keep that the newest minutes came back signed by these roles, as a scan of this hash.

    A scan nobody signed is kept too, and does not count. The same scan with other signers stands
    beside the former as told anew.
    """
    with store.writing() as connection:
        queue(connection)
        state = _state(connection, _meeting(connection, list_id, meeting_id))
        if not state.is_closed:
            raise WrongUse("Tutup berita acara dahulu, cetak, lalu tanda tangani.")
        version = state.versions[-1].version
        made = Scan(
            version,
            len(state.scans) + 1,
            file_name,
            sha256,
            tuple(sorted(set(signers))),
            is_signed(signers),
            actor_id,
            clock.now(),
        )
        same = [one for one in state.scans if (one.version, one.sha256) == (version, sha256)]
        if same and (same[0].signers == made.signers):
            return same[0]
        if same:
            raise WrongUse("Pindaian itu sudah dicatat dengan penanda tangan lain. Pindai ulang.")
        connection.execute(
            scans.insert().values(
                list_id=list_id,
                meeting_id=meeting_id,
                **{**vars(made), "signers": " ".join(made.signers)},
            )
        )
        value = {"versi": version, "sha256": sha256, "tanda_tangan": list(made.signers)}
        ledger.record(connection, actor_id, _KIND, state.meeting.subject, "tanda_tangan", value)
    return made


# --- reading -------------------------------------------------------------------------------------


def list_meetings(store: Store, list_id: str) -> tuple[State, ...]:
    """Every musyawarah of a list in the reader's areas, the latest day first.

    One over a family that is closed to them is left out.
    """
    with store.reading() as connection:
        rows = connection.execute(
            select(meetings)
            .where(meetings.c.list_id == list_id)
            .order_by(meetings.c.held_on.desc(), meetings.c.at.desc())
        ).all()
        shown = sight(connection, store)
        found = [_state(connection, Meeting(**row._mapping)) for row in rows]
    return tuple(state for state in found if _is_shown(shown, state))


def find_meeting(store: Store, list_id: str, meeting_id: str) -> State:
    """One musyawarah whole; raises ``Forbidden`` outside the reader's areas, else ``NotFound``.

    One over a family that is closed to them is not found: to refuse it would tell of it.
    """
    with store.reading() as connection:
        shown = sight(connection, store)
        state = _state(connection, _meeting(connection, list_id, meeting_id))
        shown.require_area(state.meeting.kelurahan_kode)
        if not _is_shown(shown, state):
            raise NotFound(_GONE)
    return state


def decided(store: Store, list_id: str) -> dict[str, tuple[str, str]]:
    """By family, what closed minutes last decided of it, and when they were closed."""
    first = (
        select(minutes.c.meeting_id, minutes.c.at)
        .where(minutes.c.list_id == list_id, minutes.c.version == 1)
        .subquery()
    )
    with store.reading() as connection:
        rows = connection.execute(
            select(
                decisions.c.family_id, decisions.c.decision, first.c.at, meetings.c.kelurahan_kode
            )
            .join(first, first.c.meeting_id == decisions.c.meeting_id)
            .join(
                meetings,
                and_(
                    meetings.c.list_id == decisions.c.list_id,
                    meetings.c.id == decisions.c.meeting_id,
                ),
            )
            .join(
                items,
                and_(
                    *(
                        items.c[name] == decisions.c[name]
                        for name in ("list_id", "meeting_id", "family_id")
                    )
                ),
            )
            .where(decisions.c.list_id == list_id, items.c.is_on)
            .order_by(first.c.at, decisions.c.revision)
        )
        shown = sight(connection, store)
        return {
            row.family_id: (row.decision, row.at)
            for row in rows
            if shown.shows(row.kelurahan_kode, list_id, row.family_id)
        }


# --- below ---------------------------------------------------------------------------------------


def _is_shown(shown: Sight, state: State) -> bool:
    place, list_id = state.meeting.kelurahan_kode, state.meeting.list_id
    families = [one.family_id for one in state.items]
    return shown.covers(place) and all(shown.shows(place, list_id, one) for one in families)


def _settle(connection: Connection, actor_id: str, list_id: str, plan: StagePlan, one: Item) -> str:
    assert one.decision is not None
    record = Record(list_id, one.family_id)
    if plan.standing(steps_in(connection, record)) != plan.meeting:
        return STAYED
    if one.decision.decision == VISIT_AGAIN:
        move_in(connection, actor_id, record, plan, Direction.BACK, one.decision.note, plan.first)
        return RETURNED
    if one.decision.decision not in (ELIGIBLE, INELIGIBLE):
        return STAYED
    try:
        move_in(connection, actor_id, record, plan, Direction.FORWARD)
    except Forbidden:
        raise
    except WrongUse:
        # In a plan where the next stage is the proposal's, the minutes must be signed first.
        return STAYED
    return MOVED


def _put_version(
    connection: Connection, actor_id: str, planned: Meeting, number: int, content: dict[str, Any]
) -> None:
    salt, digest = seal(content)
    connection.execute(
        minutes.insert().values(
            list_id=planned.list_id,
            meeting_id=planned.id,
            version=number,
            content=ledger.canonical(content),
            salt=salt,
            digest=digest,
            closed_by=actor_id,
            at=clock.now(),
        )
    )
    value = {"versi": number, "isi": digest}
    ledger.record(connection, actor_id, _KIND, planned.subject, "berita_acara", value)


def _open_meeting(connection: Connection, list_id: str, meeting_id: str) -> Meeting:
    """A musyawarah that may still be changed, in its turn; raises ``WrongUse``."""
    queue(connection)
    found = _meeting(connection, list_id, meeting_id)
    if found.cancelled_at is not None:
        raise WrongUse("Musyawarah ini sudah dibatalkan. Rencanakan yang baru.")
    closed = connection.execute(
        select(minutes.c.version).where(*_is_of(minutes, list_id, meeting_id)).limit(1)
    ).first()
    if closed is not None:
        raise WrongUse(
            "Berita acara sudah ditutup, jadi tidak dapat diubah. Buat perbaikan: versi baru di "
            "samping yang lama."
        )
    return found


def _meeting(connection: Connection, list_id: str, meeting_id: str) -> Meeting:
    row = connection.execute(
        select(meetings).where(*_is_of(meetings, list_id, meeting_id, "id"))
    ).one_or_none()
    if row is None:
        raise NotFound(_GONE)
    return Meeting(**row._mapping)


def _state(connection: Connection, planned: Meeting) -> State:
    key = planned.list_id, planned.id

    def rows(table: Any, *order: str) -> Sequence[Row[Any]]:
        wanted = select(table).where(*_is_of(table, *key))
        return connection.execute(wanted.order_by(*(table.c[name] for name in order))).all()

    said = {row.family_id: row for row in rows(decisions, "family_id", "revision")}
    return State(
        planned,
        tuple(
            Attendee(row.role, row.name, bool(row.is_present)) for row in rows(attendees, "number")
        ),
        tuple(_item(row, said.get(row.family_id)) for row in rows(items, "family_id")),
        tuple(_version(row) for row in rows(minutes, "version")),
        tuple(_scan(row) for row in rows(scans, "number")),
    )


def _item(row: Row[Any], said: Row[Any] | None) -> Item:
    decision = Decision(said.decision, said.reason, **json.loads(said.words)) if said else None
    by = said.actor if said else ""
    return Item(row.family_id, row.origin, bool(row.is_on), row.reason, decision, by)


def _version(row: Row[Any]) -> Version:
    content = json.loads(row.content)
    # Without a salt the words were deleted when their time was over; the digest stands.
    if row.salt and seal_of(content, row.salt) != row.digest:
        raise WrongUse("Isi berita acara ini tidak cocok dengan sidiknya. Hubungi admin.")
    return Version(row.version, content, row.digest, row.closed_by, row.at)


def _scan(row: Row[Any]) -> Scan:
    told = {name: row._mapping[name] for name in Scan.__dataclass_fields__}
    return Scan(**{**told, "signers": tuple(row.signers.split()), "is_signed": bool(row.is_signed)})


def _put_item(
    connection: Connection,
    actor_id: str,
    planned: Meeting,
    family_id: str,
    origin: str,
    reason: str,
) -> None:
    key = {"list_id": planned.list_id, "meeting_id": planned.id, "family_id": family_id}
    said = {"origin": origin, "is_on": True, "reason": reason, "actor": actor_id, "at": clock.now()}
    changed = connection.execute(items.update().filter_by(**key).values(**said))
    if not changed.rowcount:
        connection.execute(items.insert().values(**key, **said))


def _note_item(
    connection: Connection,
    actor_id: str,
    planned: Meeting,
    family_id: str,
    what: str,
    reason: str,
) -> None:
    value = {"keluarga": family_id, "apa": what}
    if reason:
        value["alasan"] = seal(reason)[1]
    ledger.record(connection, actor_id, _KIND, planned.subject, "agenda", value)


def _note_plan(connection: Connection, actor_id: str, planned: Meeting) -> None:
    value = {
        "kelurahan": planned.kelurahan_kode,
        "tanggal": planned.held_on,
        "diumumkan": planned.announced_on,
    }
    ledger.record(connection, actor_id, _KIND, planned.subject, "rencana", value)


def _counted(codes: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for code in codes:
        found[code] = found.get(code, 0) + 1
    return found


def _is_of(table: Any, list_id: str, meeting_id: str, name: str = "meeting_id") -> tuple[Any, Any]:
    return table.c.list_id == list_id, table.c[name] == meeting_id

"""The ledger: everything people do, one event after the other, each holding the one before.

One event per (actor, subject, field, revision), inserted or ignored; the highest revision
counts; state is a fold. Events carry ids, codes and keyed hashes only: names, numbers and free
text lie in tables beside the ledger, so that deleting them leaves the chain whole.

The functions that write take the connection of a ``writing()`` block and are committed with it.
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, func, select

from workbench.domain.words import number_id
from workbench.errors import StoreFault, WrongUse
from workbench.store import clock
from workbench.store.anchors import Anchor
from workbench.store.tables import event as events
from workbench.store.tables import ledger_head
from workbench.store.workspace import Store

#: What the first event holds as the hash of the one before it.
GENESIS: Final = "0" * 64
#: What the hash of an event is made over, in this order.
SAID: Final = (
    "seq",
    "prev_hash",
    "actor",
    "kind",
    "subject",
    "field",
    "revision",
    "value",
    "at",
)
_AT_ONCE, _TOLD_EVERY = 2000, 20_000
#: So far a clock that is set right by the network, or one of several machines, may lag behind.
SLACK_S: Final = 600.0
#: No office kept a ledger earlier: a clock that says so has forgotten the time.
EARLIEST: Final = "2026-01-01T00:00:00.000000Z"
#: The kind of the event that accepts a clock which stands before the newest event.
CLOCK: Final = "jam"
#: Made once: a million events are hashed through it.
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
#: Browsers hold whole numbers exactly up to here.
MAX_REVISION: Final = 2**53 - 1
#: Where the chain ends, and when its last event was made (None: there is none).
_HEAD: Final = select(ledger_head.c.seq, ledger_head.c.hash, events.c.at).outerjoin_from(
    ledger_head, events, events.c.seq == ledger_head.c.seq
)

#: Told how many events are done, and of how many.
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Event:
    """Something somebody did: ``value`` is any JSON value; ``revision`` counts from 1.

    Raises ``WrongUse`` for a revision that is no whole number from 1 to 2**53 - 1.
    """

    actor: str
    kind: str
    subject: str
    field: str
    revision: int
    value: Any

    def __post_init__(self) -> None:
        if type(self.revision) is not int or not 1 <= self.revision <= MAX_REVISION:
            raise WrongUse("Nomor perubahan tidak dapat dibaca. Muat ulang halaman.")


@dataclass(frozen=True)
class Appended:
    """Answer to an append.

    ``accepted``: the event asked for stands in the ledger (now, or since an earlier try).
    ``revision`` and ``value`` are the newest of this actor, subject and field, whichever it is.
    """

    accepted: bool
    revision: int
    value: Any


@dataclass(frozen=True)
class Newest:
    """The newest value of one field and its revision."""

    revision: int
    value: Any


@dataclass(frozen=True)
class ChainReport:
    """Outcome of ``verify_chain``: ``fault_at`` is the first place in the chain that is wrong."""

    events: int
    is_whole: bool
    fault_at: int | None
    sentence: str


def canonical(value: Any) -> str:
    """JSON text that is the same for the same value on every machine."""
    return _ENCODER.encode(value)


def append(connection: Connection, event: Event) -> Appended:
    """Append one event unless its (actor, subject, field, revision) is there already.

    An ignored event of the same value is accepted (a retry); one of another value is not, and
    is answered with the newest revision. No event is dated before the one in front of it: a
    clock a little behind gives its date again. Raises ``StoreFault`` for one far behind.
    """
    return _append(connection, event, is_clock_right=False)


def _append(connection: Connection, event: Event, is_clock_right: bool) -> Appended:
    revision = event.revision
    # Locked first: on SQLite the transaction already holds the only write lock, elsewhere this
    # row is the queue.
    head = connection.execute(_HEAD.with_for_update(of=ledger_head)).one()
    value = canonical(event.value)
    standing = _revisions(connection, event)
    if revision in standing:
        highest = max(standing)
        return Appended(standing[revision] == value, highest, json.loads(standing[highest]))

    at = clock.now()
    if not is_clock_right:
        _refuse_clock(at, head.at)
        at = max(at, head.at or at)
    row = {
        "seq": head.seq + 1,
        "actor": event.actor,
        "kind": event.kind,
        "subject": event.subject,
        "field": event.field,
        "revision": revision,
        "value": value,
        "at": at,
        "prev_hash": head.hash,
    }
    row["hash"] = chain_hash(row)
    connection.execute(events.insert().values(row))
    connection.execute(ledger_head.update().values(seq=row["seq"], hash=row["hash"]))
    standing[revision] = value
    highest = max(standing)
    return Appended(True, highest, json.loads(standing[highest]))


def refuse_wrong_clock(connection: Connection | None) -> None:
    """Raise ``StoreFault`` when nothing could be recorded now, for the clock is far behind.

    None stands for a ledger that is not begun.
    """
    _refuse_clock(clock.now(), connection and connection.execute(_HEAD).one().at)


def accept_clock(connection: Connection, actor: str) -> tuple[str, str] | None:
    """Say in the ledger that the clock is right and the dates before were wrong.

    From then on events are dated by the clock again. Gives the stamp before and the new one; None,
    and nothing is recorded, when the clock is not behind. Raises ``StoreFault`` for a clock before
    ``EARLIEST``, which is never right.
    """
    before, now = connection.execute(_HEAD).one().at, clock.now()
    _refuse_clock(now, None)
    if before is None or now >= before:
        return None
    revision = _next_revision(connection, actor, CLOCK, CLOCK)
    said = {"sebelum": before, "sesudah": now}
    _append(connection, Event(actor, CLOCK, CLOCK, CLOCK, revision, said), is_clock_right=True)
    return before, now


def _refuse_clock(now: str, before: str | None) -> None:
    behind = clock.seconds_before(now, -SLACK_S)
    if now >= EARLIEST and (before is None or behind >= before):
        return
    if before is None:
        last = "Meja Verval belum ada waktu itu"
    else:
        last = f"catatan terakhir dibuat {clock.moment_id(clock.moment(before))}"
    raise StoreFault(
        f"Jam komputer server menunjuk {clock.moment_id(clock.moment(now))}, padahal {last}, jadi "
        "data tidak tersimpan. Setel tanggal dan jam komputer itu, lalu ulangi."
    )


def record(
    connection: Connection, actor: str, kind: str, subject: str, field: str, value: Any
) -> None:
    """Append an event at the next free revision: for what happened, not for what is edited."""
    revision = _next_revision(connection, actor, subject, field)
    append(connection, Event(actor, kind, subject, field, revision, value))


def _next_revision(connection: Connection, actor: str, subject: str, field: str) -> int:
    newest = select(func.max(events.c.revision)).where(
        events.c.actor == actor, events.c.subject == subject, events.c.field == field
    )
    return (connection.execute(newest).scalar() or 0) + 1


def newest(connection: Connection, actor: str, subject: str) -> dict[str, Newest]:
    """Fold: the newest value of every field this actor has touched on this subject."""
    rows = connection.execute(
        select(events.c.field, events.c.revision, events.c.value)
        .where(events.c.actor == actor, events.c.subject == subject)
        .order_by(events.c.field, events.c.revision)
    )
    return {row.field: Newest(row.revision, json.loads(row.value)) for row in rows}


def chain_hash(row: Mapping[str, Any]) -> str:
    """SHA-256 over everything an event says, its place and the hash before it."""
    return _hash_of([row[name] for name in SAID])


def _hash_of(said: Sequence[Any]) -> str:
    return hashlib.sha256(_ENCODER.encode(said).encode()).hexdigest()


def verify_chain(
    store: Store, anchors: Iterable[Anchor] = (), progress: Progress | None = None
) -> ChainReport:
    """Walk the whole chain; finds an event edited, deleted, inserted, swapped or cut off.

    A chain that agrees with itself but was written anew is found by the ``anchors`` (of this
    store) it does not agree with. ``progress`` is told (done, of); memory does not grow with
    the chain.
    """
    due = deque(sorted(anchors, key=lambda anchor: anchor.seq))
    wanted, agreed, before, place = len(due), 0, GENESIS, 0
    with store.reading() as connection:
        head = connection.execute(select(ledger_head)).one_or_none()
        ordered = select(*(events.c[name] for name in (*SAID, "hash"))).order_by(events.c.seq)
        for row in connection.execute(ordered.execution_options(yield_per=_AT_ONCE)):
            place += 1
            if sentence := _wrong_with(row, place, before):
                return ChainReport(place - 1, False, place, sentence)
            before = row[-1]
            while due and due[0].seq == place:
                if not before.startswith(due[0].hash):
                    return _rewritten(due[0], agreed)
                agreed = due.popleft().seq
            if progress is not None and head is not None and place % _TOLD_EVERY == 0:
                progress(place, head.seq)
    if progress is not None:
        progress(place, place)
    if due:
        cut = f"Jejak terpotong: {due[0].words} mencatat nomor {due[0].seq}, yang ada {place}."
        return ChainReport(place, False, place + 1, cut)
    if head is None or (head.seq, head.hash) != (place, before):
        fault = min(head.seq if head else place, place) + 1
        cut = f"Jejak terpotong atau bertambah sejak nomor {fault}."
        return ChainReport(fault - 1, False, fault, cut)
    held = f", cocok dengan {wanted} jangkar" if wanted else ""
    return ChainReport(place, True, None, f"Jejak utuh: {number_id(place)} catatan{held}.")


def _wrong_with(row: Sequence[Any], place: int, before: str) -> str:
    """What is wrong with the event that stands at ``place``; "" when nothing is."""
    *said, own = row
    seq, prev_hash = said[0], said[1]
    if type(seq) is not int or seq < place:
        return f"Ada jejak yang disisipkan di depan nomor {place}."
    if seq > place:
        until = f" sampai {seq - 1}" if seq > place + 1 else ""
        return f"Jejak nomor {place}{until} hilang."
    try:
        is_own = own == _hash_of(said)
    except TypeError:
        is_own = False
    match is_own, prev_hash == before:
        case True, True:
            return ""
        case False, True:
            return f"Jejak nomor {place} diubah isinya, atau bukan jejak yang semula di sana."
        case True, False:
            return (
                f"Jejak nomor {place} tidak menyambung ke jejak sebelumnya: ada yang diganti, "
                "disisipkan atau dihapus di antaranya."
            )
    return f"Jejak nomor {place} bukan yang semula: ditukar atau disisipkan."


def _rewritten(anchor: Anchor, agreed: int) -> ChainReport:
    fault = agreed + 1
    where = f"nomor {fault} sampai {anchor.seq}" if fault < anchor.seq else f"nomor {fault}"
    sentence = f"Jejak {where} ditulis ulang: tidak cocok dengan {anchor.words}."
    return ChainReport(agreed, False, fault, sentence)


def _revisions(connection: Connection, event: Event) -> dict[int, str]:
    rows = connection.execute(
        select(events.c.revision, events.c.value).where(
            events.c.actor == event.actor,
            events.c.subject == event.subject,
            events.c.field == event.field,
        )
    )
    return {row.revision: row.value for row in rows}

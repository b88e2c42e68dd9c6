"""Events of families, what follows from them, graduation and re-entry, as they are kept.

Nothing is overwritten and no list is changed. A tick has revisions, an event recorded by mistake is
ended with a reason and stays, a graduation counts from its second check on. The ledger gets ids,
codes and salted hashes; words lie in tables that can be emptied.

Maker is never checker: the second check of a graduation is refused to its maker here, and by a
check of the database.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, func, select

from workbench.errors import Forbidden, NotFound, WrongUse
from workbench.store import blinds, clock, ledger
from workbench.store.records import queue, seal
from workbench.store.sights import Sight, sight
from workbench.store.tables import graduation as graduations
from workbench.store.tables import graduation_check as checks
from workbench.store.tables import happening as happenings
from workbench.store.tables import happening_end as ends
from workbench.store.tables import happening_note as notes
from workbench.store.tables import happening_task as tasks
from workbench.store.tables import task_tick
from workbench.store.workspace import Store

#: How a task stands.
OPEN: Final = "belum"
DONE: Final = "selesai"
NEEDLESS: Final = "tidak_perlu"
STATES: Final = (OPEN, DONE, NEEDLESS)
#: What a second check says.
AGREED: Final = "setuju"
REFUSED: Final = "tolak"
VERDICTS: Final = (AGREED, REFUSED)

_GONE: Final = "Catatan itu tidak ada. Muat ulang halaman."


@dataclass(frozen=True)
class Place:
    """The family of a list an event is about; ids are empty for one that is on no list yet."""

    list_id: str
    family_id: str
    family_key: str
    kelurahan_kode: str


@dataclass(frozen=True)
class Concerned:
    """A member an event is about: the row of the list, and its key in others ("" for none)."""

    person_id: str
    person_key: str


@dataclass(frozen=True)
class Report:
    """An event as it was reported, in codes; ``former`` are the keys of all members then."""

    kind: str
    happened_on: str
    reporter: str
    papers: tuple[str, ...]
    people: tuple[Concerned, ...] = ()
    former: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    other_key: str = ""


@dataclass(frozen=True)
class Tick:
    """How a task stands: who said so, and the ISO day it was done."""

    state: str
    day: str
    actor: str
    reason: str
    at: str


@dataclass(frozen=True)
class KeptTask:
    """Something that follows from an event; ``tick`` is None while nobody has touched it."""

    number: int
    code: str
    program: str
    tick: Tick | None

    @property
    def is_open(self) -> bool:
        """Whether it still has to be done."""
        return self.tick is None or self.tick.state == OPEN


@dataclass(frozen=True)
class KeptHappening:
    """An event as it stands; ``ended`` is why it counts no longer ("" while it counts)."""

    id: str
    place: Place
    report: Report
    words: str
    tasks: tuple[KeptTask, ...]
    recorder: str
    at: str
    ended: str


@dataclass(frozen=True)
class Claim:
    """A graduation or re-entry as it is entered: three things apart.

    ``membership`` of ``program`` from a day on, ``state`` of graduation from a day on, and what the
    register says (``desil`` None where the list has none), which it does not change.
    """

    act: str
    program: str
    membership: str
    membership_on: str
    state: str
    state_on: str
    desil: int | None
    desil_version: str
    papers: tuple[str, ...]


@dataclass(frozen=True)
class Check:
    """The second check of a graduation."""

    checker: str
    verdict: str
    reason: str
    at: str


@dataclass(frozen=True)
class KeptGraduation:
    """A graduation or re-entry as it stands; it counts only once ``check`` agreed."""

    id: str
    place: Place
    claim: Claim
    reason: str
    maker: str
    at: str
    check: Check | None

    @property
    def counts(self) -> bool:
        """Whether a second person agreed."""
        return self.check is not None and self.check.verdict == AGREED


# --- events --------------------------------------------------------------------------------------


def _new_number(letter: str) -> str:
    """Of two parts, so that it never holds as many digits in a row as a NIK."""
    return f"{letter}-{secrets.token_hex(4)}-{secrets.token_hex(4)}"


def put_happening(
    store: Store,
    actor_id: str,
    place: Place,
    report: Report,
    words: str,
    follows: Sequence[tuple[str, str]],
) -> str:
    """Keep an event with its tasks (code and programme each); gives its id.

    ``words`` is what was said besides, kept apart and deletable. Raises ``WrongUse`` where the
    same event (kind, day, people, other card) of the family stands already.
    """
    codes = {
        "papers": list(report.papers),
        "people": [[one.person_id, one.person_key] for one in report.people],
        "former": sorted(report.former),
        "answers": list(report.answers),
        "other_key": report.other_key,
    }
    with store.writing() as connection:
        queue(connection)
        _require_sighted(connection, actor_id, place)
        _refuse_twice(connection, place, report)
        number = _new_number("H")
        salt, digest = seal(codes)
        connection.execute(
            happenings.insert().values(
                id=number,
                **vars(place),
                kind=report.kind,
                happened_on=report.happened_on,
                reporter=report.reporter,
                codes=ledger.canonical(codes),
                recorder=actor_id,
                salt=salt,
                at=clock.now(),
            )
        )
        value: dict[str, Any] = {
            "jenis": report.kind,
            "daftar": place.list_id,
            "keluarga": place.family_id,
            "kode": digest,
            "akibat": [code for code, _ in follows],
        }
        if words.strip():
            salt, value["catatan"] = seal(words.strip())
            connection.execute(
                notes.insert().values(
                    happening_id=number, list_id=place.list_id, words=words.strip(), salt=salt
                )
            )
        if follows:
            connection.execute(
                tasks.insert(),
                [
                    {
                        "happening_id": number,
                        "number": nth,
                        "list_id": place.list_id,
                        "code": code,
                        "program": program,
                    }
                    for nth, (code, program) in enumerate(follows, start=1)
                ],
            )
        ledger.record(connection, actor_id, "peristiwa", _subject(place, number), "dicatat", value)
    return number


def end_happening(store: Store, actor_id: str, happening_id: str, reason: str) -> None:
    """Say that an event was recorded by mistake. Raises ``WrongUse`` when it was ended already."""
    if not reason.strip():
        raise WrongUse("Tulis mengapa peristiwa ini dibatalkan.")
    with store.writing() as connection:
        queue(connection)
        (standing,) = _happenings(connection, happenings.c.id == happening_id) or (None,)
        if standing is None:
            raise NotFound(_GONE)
        if standing.ended:
            raise WrongUse("Peristiwa ini sudah dibatalkan. Muat ulang halaman.")
        salt, digest = seal(reason.strip())
        connection.execute(
            ends.insert().values(
                happening_id=happening_id,
                list_id=standing.place.list_id,
                reason=reason.strip(),
                actor=actor_id,
                salt=salt,
                at=clock.now(),
            )
        )
        value = {"jenis": standing.report.kind, "alasan": digest}
        ledger.record(
            connection,
            actor_id,
            "peristiwa",
            _subject(standing.place, happening_id),
            "batal",
            value,
        )


def put_tick(
    store: Store,
    actor_id: str,
    happening_id: str,
    number: int,
    state: str,
    day: str,
    reason: str = "",
) -> Tick:
    """Say how a task stands; the earlier ticks stay.

    Anything but *selesai* needs its reason. Raises ``WrongUse`` for a task of an ended event.
    """
    if state not in STATES:
        raise WrongUse("Keadaan itu tidak dikenal. Pilih selesai, tidak perlu, atau belum.")
    if state != DONE and not reason.strip():
        raise WrongUse("Tulis alasannya dengan kalimat pendek.")
    with store.writing() as connection:
        queue(connection)
        (standing,) = _happenings(connection, happenings.c.id == happening_id) or (None,)
        known = {task.number: task for task in standing.tasks} if standing else {}
        if standing is None or number not in known:
            raise NotFound(_GONE)
        if standing.ended:
            raise WrongUse("Peristiwa ini sudah dibatalkan, jadi tugasnya tidak perlu diisi.")
        newest = connection.execute(
            select(func.max(task_tick.c.revision)).where(
                task_tick.c.happening_id == happening_id, task_tick.c.number == number
            )
        ).scalar()
        made = Tick(state, day, actor_id, reason.strip(), clock.now())
        salt, digest = seal(made.reason)
        connection.execute(
            task_tick.insert().values(
                happening_id=happening_id,
                number=number,
                revision=(newest or 0) + 1,
                list_id=standing.place.list_id,
                salt=salt,
                **vars(made),
            )
        )
        value = {"nomor": number, "kode": known[number].code, "keadaan": state, "hari": day}
        if made.reason:
            value["alasan"] = digest
        ledger.record(
            connection, actor_id, "akibat", _subject(standing.place, happening_id), "tugas", value
        )
    return made


def list_happenings(
    store: Store, list_ids: Sequence[str] = (), family_key: str = ""
) -> tuple[KeptHappening, ...]:
    """Events by day, newest first: of these lists (none: of all), of one family where named.

    Only of the reader's areas, and none about a family that is closed to them.
    """
    conditions: list[ColumnElement[bool]] = []
    if list_ids:
        conditions.append(happenings.c.list_id.in_(list_ids))
    if family_key:
        conditions.append(happenings.c.family_key == family_key)
    with store.reading() as connection:
        shown = sight(connection, store)
        found = _happenings(connection, *conditions)
    return tuple(one for one in found if _is_shown(shown, one.place))


def find_happening(store: Store, happening_id: str) -> KeptHappening:
    """One event; raises ``NotFound``, and ``Forbidden`` where it is not the reader's to see."""
    with store.reading() as connection:
        for one in _happenings(connection, happenings.c.id == happening_id):
            sight(connection, store).require(*_where(one.place))
            return one
    raise NotFound(_GONE)


def _refuse_twice(connection: Connection, place: Place, report: Report) -> None:
    same = _happenings(
        connection,
        happenings.c.kind == report.kind,
        happenings.c.happened_on == report.happened_on,
        happenings.c.kelurahan_kode == place.kelurahan_kode,
        happenings.c.family_id == place.family_id,
        happenings.c.list_id == place.list_id,
    )
    for one in same:
        if (
            not one.ended
            and one.report.people == report.people
            and one.report.other_key == report.other_key
            # Two children may be born on one day, and nothing tells them apart yet.
            and report.kind != "lahir"
        ):
            raise WrongUse("Peristiwa ini sudah dicatat. Lihat daftar peristiwa keluarga ini.")


def _happenings(connection: Connection, *conditions: ColumnElement[bool]) -> list[KeptHappening]:
    joined = happenings.outerjoin(notes, notes.c.happening_id == happenings.c.id).outerjoin(
        ends, ends.c.happening_id == happenings.c.id
    )
    rows = connection.execute(
        select(happenings, notes.c.words, ends.c.reason.label("ended"))
        .select_from(joined)
        .where(*conditions)
        .order_by(happenings.c.happened_on.desc(), happenings.c.at.desc(), happenings.c.id)
    ).all()
    follows = _tasks(connection, select(happenings.c.id).where(*conditions))
    found = []
    for row in rows:
        codes = json.loads(row.codes)
        report = Report(
            row.kind,
            row.happened_on,
            row.reporter,
            tuple(codes["papers"]),
            tuple(Concerned(*one) for one in codes["people"]),
            tuple(codes["former"]),
            tuple(codes["answers"]),
            codes["other_key"],
        )
        found.append(
            KeptHappening(
                row.id,
                Place(row.list_id, row.family_id, row.family_key, row.kelurahan_kode),
                report,
                row.words or "",
                tuple(follows.get(row.id, ())),
                row.recorder,
                row.at,
                row.ended or "",
            )
        )
    return found


def _tasks(connection: Connection, wanted: Any) -> dict[str, list[KeptTask]]:
    ticks: dict[tuple[str, int], Tick] = {}
    columns = [task_tick.c[name] for name in Tick.__dataclass_fields__]
    for row in connection.execute(
        select(task_tick.c.happening_id, task_tick.c.number, *columns)
        .where(task_tick.c.happening_id.in_(wanted))
        .order_by(task_tick.c.happening_id, task_tick.c.number, task_tick.c.revision)
    ):
        ticks[row.happening_id, row.number] = Tick(*row[2:])
    found: dict[str, list[KeptTask]] = {}
    for row in connection.execute(
        select(tasks)
        .where(tasks.c.happening_id.in_(wanted))
        .order_by(tasks.c.happening_id, tasks.c.number)
    ):
        tick = ticks.get((row.happening_id, row.number))
        found.setdefault(row.happening_id, []).append(
            KeptTask(row.number, row.code, row.program, tick)
        )
    return found


# --- graduation and re-entry ---------------------------------------------------------------------


def put_graduation(store: Store, actor_id: str, place: Place, claim: Claim, reason: str) -> str:
    """Keep a graduation or re-entry that waits for its second check; gives its id.

    Raises ``WrongUse`` while another of the same family and programme waits.
    """
    with store.writing() as connection:
        queue(connection)
        _require_sighted(connection, actor_id, place)
        for one in _graduations(connection, graduations.c.program == claim.program):
            is_same = (
                one.place.family_key == place.family_key
                if place.family_key
                else (one.place.list_id, one.place.family_id) == (place.list_id, place.family_id)
            )
            if one.check is None and is_same:
                raise WrongUse(
                    "Untuk program ini masih ada catatan yang menunggu pemeriksaan kedua."
                )
        number = _new_number("G")
        codes = {"papers": list(claim.papers)}
        said = {name: getattr(claim, name) for name in _CLAIMED}
        salt, digest = seal({**said, **codes, "reason": reason.strip()})
        connection.execute(
            graduations.insert().values(
                id=number,
                **vars(place),
                **said,
                codes=ledger.canonical(codes),
                reason=reason.strip(),
                maker=actor_id,
                salt=salt,
                at=clock.now(),
            )
        )
        value = {
            "cara": claim.act,
            "daftar": place.list_id,
            "keluarga": place.family_id,
            "kode": digest,
        }
        ledger.record(connection, actor_id, "graduasi", _subject(place, number), "diajukan", value)
    return number


def put_check(
    store: Store, actor_id: str, graduation_id: str, verdict: str, reason: str = ""
) -> Check:
    """The second check, by somebody else. A refusal needs its reason.

    Raises ``Forbidden`` for the maker, ``WrongUse`` for one that was checked already.
    """
    if verdict not in VERDICTS:
        raise WrongUse("Pilih setuju atau tolak.")
    if verdict == REFUSED and not reason.strip():
        raise WrongUse("Tulis alasan menolak.")
    with store.writing() as connection:
        queue(connection)
        (standing,) = _graduations(connection, graduations.c.id == graduation_id) or (None,)
        if standing is None:
            raise NotFound(_GONE)
        if standing.maker == actor_id:
            raise Forbidden("Anda sendiri yang mengajukan ini. Mintalah orang lain memeriksanya.")
        if standing.check is not None:
            raise WrongUse("Catatan ini sudah diperiksa. Muat ulang halaman.")
        made = Check(actor_id, verdict, reason.strip(), clock.now())
        salt, digest = seal(made.reason)
        connection.execute(
            checks.insert().values(
                graduation_id=graduation_id,
                list_id=standing.place.list_id,
                maker=standing.maker,
                salt=salt,
                **vars(made),
            )
        )
        value = {"cara": standing.claim.act, "putusan": verdict}
        if made.reason:
            value["alasan"] = digest
        ledger.record(
            connection,
            actor_id,
            "graduasi",
            _subject(standing.place, graduation_id),
            "diperiksa",
            value,
        )
    return made


def list_graduations(
    store: Store, list_ids: Sequence[str] = (), family_key: str = ""
) -> tuple[KeptGraduation, ...]:
    """Graduations and re-entries, newest first: of these lists (none: of all), of one family.

    Only of the reader's areas, and none about a family that is closed to them.
    """
    conditions: list[ColumnElement[bool]] = []
    if list_ids:
        conditions.append(graduations.c.list_id.in_(list_ids))
    if family_key:
        conditions.append(graduations.c.family_key == family_key)
    with store.reading() as connection:
        shown = sight(connection, store)
        found = _graduations(connection, *conditions)
    return tuple(one for one in found if _is_shown(shown, one.place))


def find_graduation(store: Store, graduation_id: str) -> KeptGraduation:
    """One graduation or re-entry; raises as ``find_happening``."""
    with store.reading() as connection:
        for one in _graduations(connection, graduations.c.id == graduation_id):
            sight(connection, store).require(*_where(one.place))
            return one
    raise NotFound(_GONE)


_CLAIMED: Final = tuple(name for name in Claim.__dataclass_fields__ if name != "papers")


def _graduations(connection: Connection, *conditions: ColumnElement[bool]) -> list[KeptGraduation]:
    joined = graduations.outerjoin(checks, checks.c.graduation_id == graduations.c.id)
    said = [checks.c[name].label(f"check_{name}") for name in Check.__dataclass_fields__]
    rows = connection.execute(
        select(graduations, *said)
        .select_from(joined)
        .where(*conditions)
        .order_by(graduations.c.state_on.desc(), graduations.c.at.desc(), graduations.c.id)
    )
    found = []
    for row in rows:
        values = dict(row._mapping)
        claimed = {name: values[name] for name in _CLAIMED}
        check = Check(*(values[f"check_{name}"] for name in Check.__dataclass_fields__))
        found.append(
            KeptGraduation(
                row.id,
                Place(row.list_id, row.family_id, row.family_key, row.kelurahan_kode),
                Claim(**claimed, papers=tuple(json.loads(row.codes)["papers"])),
                row.reason,
                row.maker,
                row.at,
                check if check.checker is not None else None,
            )
        )
    return found


# --- below ---------------------------------------------------------------------------------------


def _is_shown(shown: Sight, place: Place) -> bool:
    return shown.shows(*_where(place))


def _require_sighted(connection: Connection, actor_id: str, place: Place) -> None:
    """A refusal would tell a second checker what somebody else has entered."""
    _, list_id, family_id, family_key = _where(place)
    blinds.require_sighted(connection, actor_id, list_id, family_id, family_key)


def _where(place: Place) -> tuple[str, str, str, str]:
    return place.kelurahan_kode, place.list_id, place.family_id, place.family_key


def _subject(place: Place, number: str) -> str:
    """How the ledger calls it; the list first, as everything of a list begins."""
    kind = "peristiwa" if number.startswith("H-") else "graduasi"
    return f"{kind}:{place.list_id}.{number}"

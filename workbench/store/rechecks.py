"""Samples of visited families and their blind second visit, as they are kept.

What the second person brings back lies apart from the first outcomes and is read by nobody but
themselves until the sample is locked; what the first person said is withheld from the second by
``blinds``. The first side is the outcome as it stood at the draw: what is changed later is not
compared. The second is never somebody who was there before, and whoever decides between the two
was neither; the database refuses the former once more.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, select

from workbench.errors import Forbidden, NotFound, WrongUse
from workbench.store import clock, ledger
from workbench.store.fieldwork import KeptOutcome, have_been_there, visits_before
from workbench.store.records import Record, queue, seal, seal_of
from workbench.store.sights import sight
from workbench.store.tables import event as events
from workbench.store.tables import outcome_draft as drafts
from workbench.store.tables import recheck as checks
from workbench.store.tables import recheck_decision as decisions
from workbench.store.tables import recheck_outcome as seconds
from workbench.store.tables import recheck_sample as samples
from workbench.store.tables import recheck_task as tasks
from workbench.store.workspace import Store
from workbench.verification.fieldwork.outcomes import Level, Outcome
from workbench.verification.sampling.frames import Drawn, read_drawn

LOT: Final = "lot"
ESTIMATE: Final = "taksiran"
FIRST, SECOND, NEITHER = "pertama", "kedua", "lain"
RIGHT_ONES: Final = (FIRST, SECOND, NEITHER)
_MOST_REASON: Final = 300
_DRAW_KIND: Final = "cuplikan"
_OVER: Final = "Pemeriksaan ulang ini sudah dikunci, jadi tidak dapat diubah."


@dataclass(frozen=True)
class Sample:
    """A sample as it was drawn. ``areas`` are what it was drawn of, ``plan`` the settings.

    ``locked_at`` is "" while second visits may still come in; ``reason`` says why families
    were given up.
    """

    id: str
    list_id: str
    number: int
    kind: str
    areas: tuple[str, ...]
    plan: Mapping[str, Any]
    drawn: Drawn
    drawn_by: str
    at: str
    locked_at: str
    reason: str

    @property
    def subject(self) -> str:
        """How the ledger calls it."""
        return f"periksa:{self.list_id}.{self.id}"


@dataclass(frozen=True)
class Check:
    """A family of a sample; ``second`` and ``locked_at`` are "" while there is none."""

    sample_id: str
    list_id: str
    family_id: str
    family_key: str
    kelurahan_kode: str
    subject_keys: tuple[str, ...]
    source: str
    revision: int
    first: str
    second: str = ""
    locked_at: str = ""

    @property
    def record(self) -> Record:
        return Record(self.list_id, self.family_id)

    @property
    def purpose(self) -> str:
        """What a draft of the second visit is kept under."""
        return f"periksa:{self.sample_id}"


@dataclass(frozen=True)
class Decision:
    """Which of two answers is right, and why, by whom."""

    family_id: str
    level: Level
    subject: str
    field: str
    right_one: str
    decided_by: str
    reason: str
    at: str


@dataclass(frozen=True)
class Lesson:
    """A rule that became a practice task (``task_id``) after a dispute in a sample."""

    sample_id: str
    family_id: str
    rule: str
    task_id: str
    at: str


#: Makes the sample of what had come in: given the outcomes by family and the families of former
#: samples, the settings of the plan, the draw, and what is known of each family drawn.
Draw = Callable[
    [str, Mapping[str, tuple[KeptOutcome, ...]], frozenset[str]],
    tuple[Mapping[str, Any], Drawn, list[Check]],
]


# --- samples -------------------------------------------------------------------------------------


def put_sample(
    store: Store, actor_id: str, list_id: str, kind: str, areas: tuple[str, ...], draw: Draw
) -> Sample:
    """Draw a sample of what had come in at this moment; nobody writes in between."""
    with store.writing() as connection:
        queue(connection)
        at = clock.now()
        former = _former(connection, list_id)
        sample_id = f"U{at[:10].replace('-', '')}-{secrets.token_hex(4)}"
        visits = visits_before(connection, list_id)
        plan, drawn, found = draw(sample_id, visits, _families_of(connection, list(former)))
        codes = {"wilayah": list(areas), "rencana": dict(plan), "undian": drawn.record()}
        values = {
            "id": sample_id,
            "list_id": list_id,
            "number": len(former) + 1,
            "kind": kind,
            "codes": ledger.canonical(codes),
            "seed": drawn.seed,
            "frame_hash": drawn.digest,
            "drawn_by": actor_id,
            "at": at,
            "reason": "",
            "salt": "",
        }
        connection.execute(samples.insert().values(**values))
        connection.execute(checks.insert(), [_check_values(one) for one in found])
        value = {
            "jenis": kind,
            "angka": drawn.seed,
            "kerangka": drawn.digest,
            "keluarga": len(found),
            "undian": seal_of(codes, ""),
        }
        made = _find(connection, sample_id)
        ledger.record(connection, actor_id, _DRAW_KIND, made.subject, "undian", value)
    return made


def frame_now(
    store: Store, list_id: str
) -> tuple[dict[str, tuple[KeptOutcome, ...]], frozenset[str]]:
    """What a sample would be drawn of now: the outcomes, the families of the samples so far."""
    with store.reading() as connection:
        former = _families_of(connection, list(_former(connection, list_id)))
        return _frame(connection, store, list_id, former)


def frame_then(
    store: Store, sample: Sample
) -> tuple[dict[str, tuple[KeptOutcome, ...]], frozenset[str]]:
    """What the sample was drawn of: the outcomes until then, the families of former samples."""
    with store.reading() as connection:
        former = [
            key
            for key, number in _former(connection, sample.list_id).items()
            if number < sample.number
        ]
        families = _families_of(connection, former)
        return _frame(connection, store, sample.list_id, families, _place(connection, sample))


def list_samples(store: Store, list_id: str = "") -> tuple[Sample, ...]:
    """The samples of a list, or all, that lie in the reader's areas, as they were drawn."""
    wanted = select(samples).order_by(samples.c.at, samples.c.number)
    if list_id:
        wanted = wanted.where(samples.c.list_id == list_id)
    with store.reading() as connection:
        shown = sight(connection, store)
        found = [_sample(row) for row in connection.execute(wanted)]
    return tuple(one for one in found if all(map(shown.covers, one.areas)))


def find_sample(store: Store, sample_id: str) -> Sample:
    """One sample; raises ``NotFound``, and ``Forbidden`` outside the reader's areas."""
    with store.reading() as connection:
        found = _find(connection, sample_id)
        for area in found.areas:
            sight(connection, store).require_area(area)
        return found


def list_checks(store: Store, sample_id: str) -> tuple[Check, ...]:
    """The families of a sample in the reader's areas, by their ids."""
    with store.reading() as connection:
        return tuple(_shown(connection, store, sample_id).values())


def checks_of(store: Store, officer: str) -> tuple[Check, ...]:
    """The families somebody is to visit a second time, of samples that are not locked."""
    with store.reading() as connection:
        rows = connection.execute(
            select(checks)
            .join(samples, samples.c.id == checks.c.sample_id)
            .where(checks.c.second == officer, samples.c.locked_at.is_(None))
            .order_by(checks.c.sample_id, checks.c.family_id)
        )
        shown = sight(connection, store)
        return tuple(one for one in map(_check, rows) if shown.covers(one.kelurahan_kode))


def lock_sample(store: Store, actor_id: str, sample_id: str, reason: str = "") -> Sample:
    """Close both sides for good; from now on they are compared.

    ``reason`` is needed while a family has no closed second visit. Raises ``Forbidden`` for
    somebody who checked one of its families the first or the second time.
    """
    said = reason.strip()[:_MOST_REASON]
    with store.writing() as connection:
        queue(connection)
        sample = _open(connection, sample_id)
        found = _checks(connection, sample_id)
        if actor_id in {one for check in found for one in (check.first, check.second)}:
            raise Forbidden(
                "Anda ikut memeriksa keluarga dalam cuplikan ini. Mintalah orang lain menguncinya."
            )
        missing = sum(not one.locked_at for one in found)
        if missing and not said:
            raise WrongUse(
                f"{missing} keluarga belum selesai diperiksa ulang. Tunggu, atau tulis alasannya."
            )
        salt, digest = seal(said)
        connection.execute(
            samples.update()
            .where(samples.c.id == sample_id)
            .values(locked_at=clock.now(), locked_by=actor_id, reason=said, salt=salt)
        )
        value: dict[str, Any] = {"selesai": len(found) - missing, "belum": missing}
        value |= {"alasan": digest} if said else {}
        ledger.record(connection, actor_id, "kunci_periksa_ulang", sample.subject, "kunci", value)
        return _find(connection, sample_id)


# --- the second visit ----------------------------------------------------------------------------


def put_second(store: Store, actor_id: str, sample_id: str, officers: Mapping[str, str]) -> None:
    """Choose who visits which family (family_id to officer) the second time, all or none.

    Raises ``Forbidden`` for an officer who has been there, ``WrongUse`` once the second visit of
    a family has begun.
    """
    with store.writing() as connection:
        queue(connection)
        sample = _open(connection, sample_id)
        known = {one.family_id: one for one in _checks(connection, sample_id)}
        begun = set(
            connection.execute(
                select(seconds.c.family_id).where(seconds.c.sample_id == sample_id)
            ).scalars()
        )
        for family_id, officer in sorted(officers.items()):
            check = known.get(family_id)
            if check is None:
                raise NotFound("Keluarga itu tidak termasuk cuplikan ini. Muat ulang halaman.")
            if check.second == officer:
                continue
            if family_id in begun:
                raise WrongUse("Pemeriksaan kedua keluarga itu sudah mulai, jadi tidak dialihkan.")
            if officer in have_been_there(connection, check.record) | {check.first}:
                raise Forbidden(
                    "Petugas itu sudah mengerjakan keluarga ini. Pemeriksa kedua harus orang lain."
                )
            connection.execute(_here(checks.update(), check).values(second=officer))
            value = {"keluarga": family_id, "petugas": officer}
            ledger.record(
                connection, actor_id, "periksa_ulang", sample.subject, "petugas_kedua", value
            )


def put_second_outcome(
    store: Store, actor_id: str, sample_id: str, family_id: str, outcome: Outcome
) -> int:
    """Keep what the second visit brought back; the revision it has.

    Raises ``Forbidden`` for anybody but the second checker, ``WrongUse`` once they closed it.
    """
    with store.writing() as connection:
        queue(connection)
        sample, check = _mine(connection, actor_id, sample_id, family_id)
        newest = _newest_of(connection, sample_id, family_id)
        if newest is not None and newest.outcome == outcome:
            return newest.revision
        number = newest.revision + 1 if newest else 1
        salt, digest = seal(outcome.to_json())
        connection.execute(
            seconds.insert().values(
                sample_id=sample_id,
                family_id=family_id,
                revision=number,
                list_id=check.list_id,
                recorder=actor_id,
                codes=ledger.canonical(outcome.codes().to_json()),
                words=ledger.canonical(outcome.words().to_json()),
                salt=salt,
                at=clock.now(),
            )
        )
        value = {"keluarga": family_id, "revisi": number, "isi": digest}
        ledger.record(connection, actor_id, "periksa_ulang", sample.subject, "hasil", value)
    return number


def close_check(store: Store, actor_id: str, sample_id: str, family_id: str) -> None:
    """The second checker closes their answers of a family; they cannot be changed any more."""
    with store.writing() as connection:
        queue(connection)
        sample, check = _mine(connection, actor_id, sample_id, family_id)
        if _newest_of(connection, sample_id, family_id) is None:
            raise WrongUse("Belum ada hasil untuk keluarga ini. Isi dahulu, lalu kunci.")
        connection.execute(_here(checks.update(), check).values(locked_at=clock.now()))
        connection.execute(
            drafts.delete().filter_by(**vars(check.record), actor=actor_id, purpose=check.purpose)
        )
        value = {"keluarga": family_id}
        ledger.record(connection, actor_id, "periksa_ulang", sample.subject, "tutup", value)


@dataclass(frozen=True)
class SecondOutcome:
    """What the second visit brought back, its newest revision."""

    family_id: str
    revision: int
    recorder: str
    outcome: Outcome
    at: str


def second_outcomes(store: Store, sample_id: str) -> dict[str, SecondOutcome]:
    """By family; while the sample is open only the reader's own, and nobody's for no reader."""
    with store.reading() as connection:
        sample, shown = _find(connection, sample_id), _shown(connection, store, sample_id)
        rows = connection.execute(
            select(seconds).where(seconds.c.sample_id == sample_id).order_by(seconds.c.revision)
        )
        return {
            row.family_id: _second(row)
            for row in rows
            if row.family_id in shown and (sample.locked_at or row.recorder == store.viewer)
        }


def have_been(store: Store, sample_id: str) -> dict[str, frozenset[str]]:
    """By family of a sample, who may not go the second time: whoever acted on it before."""
    with store.reading() as connection:
        return {
            family_id: have_been_there(connection, one.record) | {one.first}
            for family_id, one in _shown(connection, store, sample_id).items()
        }


def begun(store: Store, sample_id: str) -> frozenset[str]:
    """The families whose second visit brought something back, without what."""
    with store.reading() as connection:
        rows = connection.execute(
            select(seconds.c.family_id).distinct().where(seconds.c.sample_id == sample_id)
        )
        return frozenset(rows.scalars()) & _shown(connection, store, sample_id).keys()


def first_outcomes(store: Store, sample: Sample) -> dict[str, Outcome]:
    """By family, the outcome that stood for the first visit at the draw.

    Raises ``WrongUse`` while the sample is open: nobody sets the two side by side before.
    """
    if not sample.locked_at:
        raise WrongUse("Kunci dahulu pemeriksaan ulang ini. Sebelum itu hasilnya tidak dibuka.")
    with store.reading() as connection:
        visits = visits_before(connection, sample.list_id)
        return {
            one.family_id: kept.outcome
            for one in _shown(connection, store, sample.id).values()
            for kept in visits.get(one.family_id, ())
            if (kept.source, kept.revision) == (one.source, one.revision)
        }


# --- what was decided, and what is learned from it -----------------------------------------------


def put_decision(
    store: Store,
    actor_id: str,
    sample_id: str,
    family_id: str,
    question: tuple[Level, str, str],
    right_one: str,
    reason: str,
) -> None:
    """Decide a question (level, subject, field) the two answered differently; the newest counts.

    Raises ``Forbidden`` for whoever has been there the first or the second time.
    """
    level, subject, field = question
    said = reason.strip()[:_MOST_REASON]
    if right_one not in RIGHT_ONES:
        raise WrongUse("Pilih siapa yang benar: pertama, kedua, atau keduanya keliru.")
    if not said:
        raise WrongUse("Tulis alasan putusan ini, misalnya dokumen yang dilihat.")
    with store.writing() as connection:
        queue(connection)
        sample = _find(connection, sample_id)
        if not sample.locked_at:
            raise WrongUse("Kunci dahulu pemeriksaan ulang ini, baru perbedaannya diputus.")
        check = _one_check(connection, sample_id, family_id)
        there = have_been_there(connection, check.record) | {check.first, check.second}
        if actor_id in there:
            raise Forbidden("Anda ikut memeriksa keluarga ini. Putusan harus dari orang ketiga.")
        place = {
            "sample_id": sample_id,
            "family_id": family_id,
            "level": level.value,
            "subject": subject,
            "field": field,
        }
        number = len(connection.execute(select(decisions).filter_by(**place)).all()) + 1
        salt, digest = seal(said)
        connection.execute(
            decisions.insert().values(
                **place,
                number=number,
                list_id=sample.list_id,
                right_one=right_one,
                decided_by=actor_id,
                reason=said,
                salt=salt,
                at=clock.now(),
            )
        )
        value = {
            "keluarga": family_id,
            "pertanyaan": f"{level.value}:{subject}:{field}",
            "benar": right_one,
            "alasan": digest,
        }
        ledger.record(
            connection, actor_id, "putusan_periksa_ulang", sample.subject, "putusan", value
        )


def list_decisions(store: Store, sample_id: str) -> tuple[Decision, ...]:
    """What was decided in a sample, the decision that counts of each question."""
    with store.reading() as connection:
        rows = connection.execute(
            select(decisions).where(decisions.c.sample_id == sample_id).order_by(decisions.c.number)
        ).all()
        shown = _shown(connection, store, sample_id)
    found = {
        (row.family_id, row.level, row.subject, row.field): Decision(
            row.family_id,
            Level(row.level),
            row.subject,
            row.field,
            row.right_one,
            row.decided_by,
            row.reason,
            row.at,
        )
        for row in rows
        if row.family_id in shown
    }
    return tuple(found[key] for key in sorted(found))


def put_lesson(
    store: Store, actor_id: str, sample_id: str, family_id: str, rule: str, task_id: str
) -> None:
    """Note that a dispute became a practice task; noted once."""
    with store.writing() as connection:
        queue(connection)
        sample = _find(connection, sample_id)
        place = {"sample_id": sample_id, "family_id": family_id, "rule": rule}
        if connection.execute(select(tasks).filter_by(**place)).first():
            return
        connection.execute(
            tasks.insert().values(
                **place, list_id=sample.list_id, task_id=task_id, made_by=actor_id, at=clock.now()
            )
        )
        value = {"aturan": rule, "tugas": task_id}
        ledger.record(connection, actor_id, "latihan_periksa_ulang", sample.subject, rule, value)


def list_lessons(store: Store) -> tuple[Lesson, ...]:
    """All that became practice tasks of families in the reader's areas, in order."""
    columns = [tasks.c[name] for name in Lesson.__dataclass_fields__]
    same = and_(*(checks.c[name] == tasks.c[name] for name in ("sample_id", "family_id")))
    with store.reading() as connection:
        shown = sight(connection, store)
        rows = connection.execute(
            select(*columns, checks.c.kelurahan_kode)
            .join(checks, same)
            .order_by(tasks.c.at, tasks.c.rule)
        )
        return tuple(Lesson(*row[:-1]) for row in rows if shown.covers(row.kelurahan_kode))


# --- below ---------------------------------------------------------------------------------------


def _shown(connection: Connection, store: Store, sample_id: str) -> dict[str, Check]:
    """By id, the families of a sample in the reader's areas."""
    shown = sight(connection, store)
    found = _checks(connection, sample_id)
    return {one.family_id: one for one in found if shown.covers(one.kelurahan_kode)}


def _place(connection: Connection, sample: Sample) -> int:
    """Where the ledger tells of the draw; 0, before everything, where it does not."""
    told = select(events.c.seq).where(
        events.c.subject == sample.subject, events.c.kind == _DRAW_KIND
    )
    return connection.execute(told).scalar() or 0


def _frame(
    connection: Connection,
    store: Store,
    list_id: str,
    former: frozenset[str],
    seq: int | None = None,
) -> tuple[dict[str, tuple[KeptOutcome, ...]], frozenset[str]]:
    """Outcomes and former families in the reader's areas; a blind check hides none of a frame."""
    covers = sight(connection, store).covers
    visits = {
        family_id: kept
        for family_id, kept in visits_before(connection, list_id, seq).items()
        if all(covers(one.kelurahan_kode) for one in kept)
    }
    return visits, former & visits.keys()


def _former(connection: Connection, list_id: str) -> dict[str, int]:
    rows = connection.execute(
        select(samples.c.id, samples.c.number).where(samples.c.list_id == list_id)
    )
    return {row.id: row.number for row in rows}


def _families_of(connection: Connection, sample_ids: list[str]) -> frozenset[str]:
    rows = connection.execute(select(checks.c.family_id).where(checks.c.sample_id.in_(sample_ids)))
    return frozenset(rows.scalars())


def _find(connection: Connection, sample_id: str) -> Sample:
    row = connection.execute(select(samples).where(samples.c.id == sample_id)).one_or_none()
    if row is None:
        raise NotFound(
            "Cuplikan itu tidak ada. Periksa nomornya, atau muat ulang halaman lalu pilih lagi."
        )
    return _sample(row)


def _open(connection: Connection, sample_id: str) -> Sample:
    sample = _find(connection, sample_id)
    if sample.locked_at:
        raise WrongUse(_OVER)
    return sample


def _mine(
    connection: Connection, actor_id: str, sample_id: str, family_id: str
) -> tuple[Sample, Check]:
    """A family the actor is to visit the second time and has not closed."""
    sample, check = _open(connection, sample_id), _one_check(connection, sample_id, family_id)
    if check.second != actor_id:
        raise Forbidden("Pemeriksaan ulang keluarga ini bukan tugas Anda.")
    if check.locked_at:
        raise WrongUse("Hasil keluarga ini sudah Anda kunci, jadi tidak dapat diubah.")
    return sample, check


def _one_check(connection: Connection, sample_id: str, family_id: str) -> Check:
    for one in _checks(connection, sample_id, family_id):
        return one
    raise NotFound("Keluarga itu tidak termasuk cuplikan ini. Muat ulang halaman.")


def _checks(connection: Connection, sample_id: str, family_id: str = "") -> list[Check]:
    wanted = select(checks).where(checks.c.sample_id == sample_id).order_by(checks.c.family_id)
    if family_id:
        wanted = wanted.where(checks.c.family_id == family_id)
    return [_check(row) for row in connection.execute(wanted)]


def _newest_of(connection: Connection, sample_id: str, family_id: str) -> SecondOutcome | None:
    row = connection.execute(
        select(seconds)
        .where(seconds.c.sample_id == sample_id, seconds.c.family_id == family_id)
        .order_by(seconds.c.revision.desc())
        .limit(1)
    ).one_or_none()
    return _second(row) if row else None


def _here(statement: Any, check: Check) -> Any:
    return statement.where(
        checks.c.sample_id == check.sample_id, checks.c.family_id == check.family_id
    )


def _sample(row: Row[Any]) -> Sample:
    codes = json.loads(row.codes)
    return Sample(
        row.id,
        row.list_id,
        row.number,
        row.kind,
        tuple(codes["wilayah"]),
        codes["rencana"],
        read_drawn(codes["undian"]),
        row.drawn_by,
        row.at,
        row.locked_at or "",
        row.reason,
    )


def _check_values(check: Check) -> dict[str, Any]:
    values = vars(check).copy()
    codes = ledger.canonical(sorted(values.pop("subject_keys")))
    return {**values, "codes": codes, "locked_at": None}


def _check(row: Row[Any]) -> Check:
    values = dict(row._mapping)
    keys = tuple(json.loads(values.pop("codes")))
    return Check(**{**values, "subject_keys": keys, "locked_at": row.locked_at or ""})


def _second(row: Row[Any]) -> SecondOutcome:
    codes = Outcome.from_json(json.loads(row.codes))
    outcome = codes.merged(Outcome.from_json(json.loads(row.words))) if row.words else codes
    return SecondOutcome(row.family_id, row.revision, row.recorder, outcome, row.at)

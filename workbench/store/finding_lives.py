"""The lives of findings as they are kept: one row for each change, the lists they went through.

Nothing is overwritten: the row of the highest number is how a finding stands, those before it are
its history. The ledger gets the sums of each list and a hash of every transition.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, func, select

from workbench.errors import WrongUse
from workbench.store import blinds, clock, ledger
from workbench.store.tables import finding_life as lives
from workbench.store.tables import finding_round as rounds
from workbench.store.tables import ledger_head
from workbench.store.workspace import Store
from workbench.verification.fieldwork.lives import (
    FOLLOWED,
    Life,
    LifeKey,
    Sightings,
    State,
    Transition,
    advance,
    settle,
    totals,
)

#: Keys asked for in one statement.
_AT_ONCE = 500


@dataclass(frozen=True)
class Round:
    """A judgement of a list that findings went through; ``totals`` by kind of transition."""

    number: int
    list_id: str
    judgement: int
    totals: Mapping[str, int]
    actor: str
    at: str


@dataclass(frozen=True)
class LifeStep:
    """One line of a finding's history."""

    number: int
    list_id: str
    change: str
    state: str
    reason: str
    answer: str
    at: str


def put_round(
    store: Store, actor_id: str, list_id: str, new: Sightings, judgement: int = 1
) -> tuple[Round, tuple[Transition, ...]]:
    """Take the lives of findings through a list as it was judged the ``judgement``-th time.

    Raises ``WrongUse`` when they went through this judgement of it or a newer one, or have gone
    on to another list since.
    """
    with store.writing() as connection:
        # Waits for other writers before anything is read; SQLite has done so already.
        connection.execute(select(ledger_head).with_for_update())
        known = connection.execute(
            select(rounds.c.list_id, rounds.c.judgement).order_by(rounds.c.number)
        ).all()
        seen = [row.judgement for row in known if row.list_id == list_id]
        is_newest = bool(known) and known[-1].list_id == list_id
        if seen and not (is_newest and judgement > max(seen)):
            raise WrongUse("Temuan daftar ini sudah diteruskan. Pilih daftar yang lebih baru.")
        number = len(known) + 1
        numbers, standing = _standing(connection)
        made = advance(standing, new)
        told = {change.value: count for change, count in totals(made).items()}
        at = clock.now()
        changed = _life_rows(made, numbers, list_id, at)
        if changed:
            connection.execute(lives.insert(), changed)
        digest = _transitions_hash(made)
        made_round = Round(number, list_id, judgement, told, actor_id, at)
        row = {**vars(made_round), "totals": ledger.canonical(told)}
        connection.execute(rounds.insert().values(**row, digest=digest))
        value = {"putaran": number, "penilaian": judgement, "jumlah": told, "sidik": digest}
        subject = f"daftar:{list_id}"
        ledger.record(connection, actor_id, "temuan_maju", subject, "temuan", value)
    return made_round, made


def list_rounds(store: Store) -> tuple[Round, ...]:
    """The lists the lives have gone through, in order."""
    with store.reading() as connection:
        rows = connection.execute(select(rounds).order_by(rounds.c.number))
        return tuple(
            Round(
                row.number,
                row.list_id,
                row.judgement,
                json.loads(row.totals),
                row.actor,
                row.at,
            )
            for row in rows
        )


def standing_lives(
    store: Store, subject_keys: Collection[str] | None = None
) -> dict[LifeKey, Life]:
    """Every life as it stands, or those of some subjects."""
    with store.reading() as connection:
        closed = blinds.withheld(connection, store.viewer).subject_keys
        found = _standing(connection, subject_keys)[1]
        return {key: life for key, life in found.items() if key.subject_key not in closed}


def life_history(store: Store, key: LifeKey) -> tuple[LifeStep, ...]:
    """What became of a finding, oldest first, also under keys it was known by before."""
    told: list[LifeStep] = []
    with store.reading() as connection:
        if key.subject_key in blinds.withheld(connection, store.viewer).subject_keys:
            return ()
        wanted: list[str] = [key.subject_key]
        for subject_key in wanted:
            rows = connection.execute(
                select(lives)
                .where(
                    lives.c.rule == key.rule,
                    lives.c.subject_kind == key.subject_kind,
                    lives.c.subject_key == subject_key,
                )
                .order_by(lives.c.number)
            ).all()
            wanted += [
                row.former_key for row in rows if row.former_key and row.former_key not in wanted
            ]
            told += [
                LifeStep(
                    row.number, row.list_id, row.change, row.state, row.reason, row.answer, row.at
                )
                for row in rows
            ]
    # Both rows of a life that goes on under another key bear the same time.
    return tuple(sorted(told, key=lambda step: (step.at, step.change != FOLLOWED, step.number)))


def _standing(
    connection: Connection, subject_keys: Collection[str] | None = None
) -> tuple[dict[LifeKey, int], dict[LifeKey, Life]]:
    """The number of the last row of each life, and the life."""
    key = ("rule", "subject_kind", "subject_key")
    numbers: dict[LifeKey, int] = {}
    found: dict[LifeKey, Life] = {}
    wanted = [None] if subject_keys is None else _parts(sorted(set(subject_keys)))
    for part in wanted:
        mine = [] if part is None else [lives.c.subject_key.in_(part)]
        last = (
            select(*(lives.c[name] for name in key), func.max(lives.c.number).label("number"))
            .where(*mine)
            .group_by(*(lives.c[name] for name in key))
            .subquery()
        )
        same = and_(*(lives.c[name] == last.c[name] for name in (*key, "number")))
        rows = connection.execute(
            select(lives).join(last, same).order_by(*(lives.c[name] for name in key))
        )
        for row in rows:
            life_key = LifeKey(row.rule, row.subject_kind, row.subject_key)
            numbers[life_key] = row.number
            if row.change != FOLLOWED:
                found[life_key] = Life(
                    life_key, State(row.state), row.value, row.answer, row.rows, row.kelurahan_kode
                )
    return numbers, found


def _parts(keys: list[str]) -> list[Any]:
    return [keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE)]


def _life_rows(
    made: Iterable[Transition], numbers: Mapping[LifeKey, int], list_id: str, at: str
) -> list[dict[str, Any]]:
    """The rows that say what changed; a life that stayed as it was needs none."""
    found = []
    for step in made:
        before, after = step.before, step.after
        if before == after:
            continue
        is_moved = before is not None and before.key != after.key
        if before is not None and is_moved:
            gone = _row(before, numbers, list_id, at)
            found.append({**gone, "state": State.RESOLVED.value, "change": FOLLOWED})
        row = _row(after, numbers, list_id, at)
        former = before.key.subject_key if before is not None and is_moved else ""
        found.append(
            {**row, "change": step.change.value, "reason": step.reason, "former_key": former}
        )
    return found


def _row(life: Life, numbers: Mapping[LifeKey, int], list_id: str, at: str) -> dict[str, Any]:
    return {
        **life.key._asdict(),
        "number": numbers.get(life.key, 0) + 1,
        "list_id": list_id,
        "state": life.state.value,
        "reason": "",
        "value": life.value,
        "answer": life.answer,
        "rows": life.rows,
        "kelurahan_kode": life.kelurahan,
        "former_key": "",
        "at": at,
    }


def _transitions_hash(made: Iterable[Transition]) -> str:
    found = hashlib.sha256()
    for step in sorted(made, key=lambda step: step.after.key):
        told = [*step.after.key, step.change.value, step.after.state.value, step.reason]
        found.update(ledger.canonical([*told, step.after.value]).encode())
    return found.hexdigest()


def settle_lives(
    connection: Connection, list_id: str, answers: Mapping[LifeKey, Collection[str]]
) -> None:
    """What the answers that count say of each finding, as long as this is the newest list."""
    newest = connection.execute(
        select(rounds.c.list_id).order_by(rounds.c.number.desc()).limit(1)
    ).scalar()
    if newest != list_id:
        return
    numbers, found = _standing(connection, {key.subject_key for key in answers})
    made = [
        settle(found[key], said)
        for key, said in answers.items()
        if key in found and found[key].state is not State.RESOLVED
    ]
    changed = _life_rows(made, numbers, list_id, clock.now())
    if changed:
        connection.execute(lives.insert(), changed)

"""The parts of an open class brought up to a plan that was changed since.

A part that was opened once stays as it is: people have worked in it. The others follow the plan:
title, number of cases, order, new ones, those that were dropped. A part keeps its number for
good, for cases and the ledger name it; where it stands among the others is its ``place``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, func, select

from workbench.services.ladders import (
    KINDS,
    TESTS,
    WAITING,
    PartPlan,
    named_drills,
    place_of_part,
)
from workbench.store import ledger
from workbench.store.tables import bank_case, class_part


@dataclass(frozen=True)
class ClassChanges:
    """What becomes of the parts of a class, in sentences: what changes, and what stays and why."""

    done: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


def change_parts(
    connection: Connection, class_id: str, planned: Sequence[PartPlan], *, writes: bool
) -> ClassChanges:
    """Compare the parts with the plan, and carry the plan over where ``writes`` is said."""
    rows = connection.execute(select(class_part).where(class_part.c.class_id == class_id)).all()
    found = sorted(rows, key=lambda row: (place_of_part(row), row.number))
    most = _most_of_test(connection, class_id, found)
    pairs = _pair(found, planned)
    wanted: list[tuple[Row[Any] | None, PartPlan]] = []
    done: list[str] = []
    kept: list[str] = []
    gone = [row for row in found if row.number not in {one.number for one, _ in pairs if one}]
    for row in gone:
        if row.state == WAITING:
            done.append(f"“{row.title}” dihapus.")
        else:
            kept.append(f"“{row.title}” sudah pernah dibuka, jadi tetap ada.")
    for old, plan in pairs:
        part = PartPlan(plan.kind, plan.title.strip() or KINDS[plan.kind], plan.n, plan.drills)
        if old is not None and old.state != WAITING:
            if _as_it_is(old) != part:
                kept.append(f"“{old.title}” sudah pernah dibuka, jadi tetap seperti semula.")
            wanted.append((old, _as_it_is(old)))
            continue
        if part.kind in TESTS and part.n not in most:
            if not most:
                kept.append(f"“{part.title}” tidak dapat ditambahkan: kelas ini tanpa soal tes.")
                continue
            kept.append(
                f"“{part.title}” memuat {most[-1]} kasus, bukan {part.n}: soal tes disusun saat "
                "kelas dibuka, dan kedua tes sama panjang."
            )
            part = replace(part, n=most[-1])
        done += _told(old, part)
        wanted.append((old, part))
    for row in gone:
        if row.state != WAITING:
            wanted.insert(_place_behind(row, found, wanted), (row, _as_it_is(row)))
    order = [old.number for old, _ in wanted if old is not None]
    if order != [row.number for row in found if row.number in order]:
        done.append("Urutan bagian mengikuti jadwal.")
    if writes and done:
        _write(connection, class_id, [row for row in gone if row.state == WAITING], wanted)
    return ClassChanges(tuple(done), tuple(kept))


def _place_behind(
    row: Row[Any], found: Sequence[Row[Any]], wanted: Sequence[tuple[Row[Any] | None, PartPlan]]
) -> int:
    """Where a part goes that the plan no longer has: behind the one it stood behind."""
    places = {old.number: place for place, (old, _) in enumerate(wanted) if old is not None}
    before = [places[one.number] for one in found[: found.index(row)] if one.number in places]
    return before[-1] + 1 if before else 0


def _pair(
    found: Sequence[Row[Any]], planned: Sequence[PartPlan]
) -> list[tuple[Row[Any] | None, PartPlan]]:
    """Each planned part with the one there is: of its kind and title, else of its kind."""
    free = list(found)
    pairs: dict[int, Row[Any]] = {}
    for by_title in (True, False):
        for place, plan in enumerate(planned):
            if place in pairs:
                continue
            alike = (row for row in free if row.kind == plan.kind)
            match = next((r for r in alike if not by_title or r.title == plan.title.strip()), None)
            if match is not None:
                pairs[place] = match
                free.remove(match)
    return [(pairs.get(place), plan) for place, plan in enumerate(planned)]


def _most_of_test(connection: Connection, class_id: str, found: Iterable[Row[Any]]) -> range:
    """How many cases a test may have: up to those drawn, or as many as one that was opened.

    Two tests of different length would not tell a gain.
    """
    opened = [row for row in found if row.kind in TESTS and row.state != WAITING]
    if opened:
        n = json.loads(opened[0].settings)["n"]
        return range(n, n + 1)
    drawn = connection.execute(
        select(func.max(bank_case.c.place)).where(
            bank_case.c.class_id == class_id, bank_case.c.form != ""
        )
    ).scalar()
    return range(1, (drawn or 0) + 1)


def _as_it_is(row: Row[Any]) -> PartPlan:
    return PartPlan(row.kind, row.title, json.loads(row.settings)["n"], named_drills(row.settings))


def _told(old: Row[Any] | None, part: PartPlan) -> Iterable[str]:
    if old is None:
        yield f"“{part.title}” ditambahkan."
        return
    before = _as_it_is(old)
    if before.title != part.title:
        yield f"“{before.title}” menjadi “{part.title}”."
    if before.n != part.n:
        yield f"“{part.title}” memuat {part.n} kasus."


def _write(
    connection: Connection,
    class_id: str,
    dropped: Sequence[Row[Any]],
    wanted: Sequence[tuple[Row[Any] | None, PartPlan]],
) -> None:
    of_class = class_part.c.class_id == class_id
    last = connection.execute(select(func.max(class_part.c.number)).where(of_class)).scalar() or 0
    numbers = [row.number for row in dropped]
    connection.execute(class_part.delete().where(of_class, class_part.c.number.in_(numbers)))
    for place, (old, part) in enumerate(wanted, start=1):
        settings = {"n": part.n, "drills": list(part.drills), "place": place}
        values = {"title": part.title, "settings": ledger.canonical(settings)}
        if old is not None:
            own = of_class, class_part.c.number == old.number
            connection.execute(class_part.update().where(*own).values(**values))
            continue
        last += 1
        own_values = {"class_id": class_id, "number": last, "kind": part.kind, "state": WAITING}
        connection.execute(class_part.insert().values(**own_values, **values))


__all__ = ["ClassChanges", "change_parts"]

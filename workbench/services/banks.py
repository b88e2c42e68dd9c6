"""The bank of a class in the store: drawn when the class opens, topped up by the server's process.

No trainee's kernel comes here: what is drawn is judged by the rules, and that costs a core for a
few seconds. Nobody is asked who they are: a class is drawn by who may open it, the rest by the
server.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import chain, cycle, islice
from random import Random
from typing import Any, Final

from sqlalchemy import Connection, func, select

from workbench.errors import WorkbenchError
from workbench.services.ladders import course_of, shown_items
from workbench.services.office import Office
from workbench.services.own_tasks import practice_cases
from workbench.store.tables import bank_case, bank_key, class_, drawn_case
from workbench.training import bank
from workbench.training.ladder import Course

#: Unused cases of a kind every seat should have before it; with fewer the bank is filled, until
#: every seat has so many of every kind.
LOW_CASES, FILLED = 2, 5
#: The most a bank holds.
MAX_ITEMS: Final = 1500
#: What all look-alikes are counted as.
_ALIKE: Final = "serupa"


def draw_bank(office: Office, class_id: str, form_size: int) -> int:
    """Draw the bank of a class that has none; returns how many cases it holds.

    What the office wrote itself on the rules of the class is there for practice too.
    """
    with office.practice.reading() as connection:
        course = course_of(connection, class_id)
    if course is None:
        return 0
    items = bank.draw_bank(course, form_size)
    items += _own_items(office, course, items)
    with office.practice.writing() as connection:
        _store(connection, class_id, items)
    return len(items)


def classes_low_on_cases(office: Office) -> tuple[str, ...]:
    """Ids of the open classes whose bank some seat has nearly used up (asked by the server)."""
    with office.practice.reading() as connection:
        found = connection.execute(
            select(class_.c.id).where(class_.c.state == "open").order_by(class_.c.id)
        )
        return tuple(
            class_id for class_id in found.scalars().all() if _low_words(connection, class_id)
        )


def top_up(office: Office, class_id: str) -> int:
    """Draw further cases of what runs low in a class; returns how many.

    Two at a time draw the same cases, so the second one's are left out.
    """
    with office.practice.reading() as connection:
        course = course_of(connection, class_id)
        words = _low_words(connection, class_id)
        last = _last_item(connection, class_id)
        publics = connection.execute(
            select(bank_case.c.public).where(bank_case.c.class_id == class_id)
        ).scalars()
        taken = {bank.family_of(json.loads(public)) for public in publics}
    if course is None or not words:
        return 0
    items = list(bank.draw_items(course.plan, words[: MAX_ITEMS - last], last + 1, taken))
    with office.practice.writing() as connection:
        # The row of the class is the queue where the database has no single writer.
        connection.execute(select(class_.c.id).where(class_.c.id == class_id).with_for_update())
        if _last_item(connection, class_id) != last:
            return 0
        _store(connection, class_id, items)
    return len(items)


def _own_items(office: Office, course: Course, items: Sequence[bank.Item]) -> list[bank.Item]:
    """The office's own cases, numbered on, but for those whose family the bank holds already."""
    known = set(chain.from_iterable(bank.family_of(item.case.to_public()) for item in items))
    own: list[bank.Item] = []
    for case in practice_cases(office, course.rules, course.plan.seed).cases:
        family = bank.family_of(case.to_public())
        if known.isdisjoint(family):
            known.update(family)
            number = items[-1].item + len(own) + 1
            own.append(bank.Item(number, bank.word_of_case(case), case))
    return own


def _store(connection: Connection, class_id: str, items: Iterable[bank.Item]) -> None:
    cases: list[dict[str, Any]] = []
    keys: list[dict[str, Any]] = []
    for item in items:
        place = {"class_id": class_id, "item": item.item}
        cases.append(
            {
                **place,
                "form": item.form,
                "place": item.place,
                "word": item.word,
                "public": json.dumps(item.case.to_public()),
            }
        )
        keys.append({**place, "key": json.dumps(item.case.key.to_json())})
    if cases:
        connection.execute(bank_case.insert(), cases)
        connection.execute(bank_key.insert(), keys)


def _last_item(connection: Connection, class_id: str) -> int:
    last = select(func.max(bank_case.c.item)).where(bank_case.c.class_id == class_id)
    return connection.execute(last).scalar() or 0


def _low_words(connection: Connection, class_id: str) -> list[str]:
    """Words to draw further cases of, each as often as cases are wanted; none while all is well.

    The cases without a mistake are asked for as two kinds, those with a look-alike and those
    with nothing; of the look-alikes the rarest are drawn.
    """
    course = _course(connection, class_id)
    if course is None or _last_item(connection, class_id) >= MAX_ITEMS:
        return []
    held: Counter[str] = Counter(
        connection.execute(
            select(bank_case.c.word).where(
                bank_case.c.class_id == class_id,
                bank_case.c.form == "",
                bank_case.c.item.not_in(shown_items(connection, class_id)),
            )
        ).scalars()
    )
    asked = bank.words_of(course.rules)
    alike = [word for word in asked if _kind(word) == _ALIKE]
    used = _most_used(connection, class_id)
    unused = {word: held[word] - used[word] for word in asked if word not in alike}
    unused[_ALIKE] = sum(held[word] for word in alike) - used[_ALIKE]
    if min(unused.values()) >= LOW_CASES:
        return []
    words: list[str] = []
    for kind, n in unused.items():
        wanted = max(0, FILLED - n)
        rarest = sorted(alike, key=lambda word: held[word]) if kind == _ALIKE else [kind]
        words += islice(cycle(rarest), wanted)
    return words


def _kind(word: str) -> str:
    return _ALIKE if word and ":" not in word else word


def _course(connection: Connection, class_id: str) -> Course | None:
    try:
        return course_of(connection, class_id)
    except WorkbenchError:
        return None  # a class of another version: its bank stays as it is


def _most_used(connection: Connection, class_id: str) -> Counter[str]:
    """Of each kind, the most practice cases that one seat has had."""
    rows = connection.execute(
        select(drawn_case.c.seat, drawn_case.c.word, func.count().label("n"))
        .where(drawn_case.c.class_id == class_id, drawn_case.c.step.not_in(("", "tes")))
        .group_by(drawn_case.c.seat, drawn_case.c.word)
    ).all()
    used: Counter[tuple[int, str]] = Counter()
    for row in rows:
        used[row.seat, _kind(row.word)] += row.n
    most: Counter[str] = Counter()
    for (_seat, kind), n in used.items():
        most[kind] = max(most[kind], n)
    return most


def unused_item(
    connection: Connection, class_id: str, word: str, had: Collection[int], dice: str
) -> int | None:
    """A practice case of the bank that is not among those ``had`` and was not on the wall.

    One of this very word; else of the same rule or, without a mistake, any such case. Which of
    several is by the ``dice``, so that neighbours do not get them in the same order.
    """
    rows = connection.execute(
        select(bank_case.c.item, bank_case.c.word)
        .where(bank_case.c.class_id == class_id, bank_case.c.form == "")
        .order_by(bank_case.c.item)
    ).all()
    known = shown_items(connection, class_id).union(had)
    free = [row for row in rows if row.item not in known]
    rule, is_plant, _ = word.partition(":")
    exact = [row for row in free if row.word == word]
    like = [
        row
        for row in free
        if (row.word.startswith(f"{rule}:") if is_plant else ":" not in row.word)
    ]
    chosen = [row.item for row in exact or like]
    return Random(dice).choice(chosen) if chosen else None

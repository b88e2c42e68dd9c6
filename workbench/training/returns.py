"""What was missed comes back: at the opening of day two, and after thirty days by a link.

Both ask again for the rules this person and this class missed, in other families and, where a
rule has them, by other plants. The link carries all it needs, so that any machine running the
workbench turns it into the same tasks; who it is for stands nowhere in it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import floor
from random import Random
from typing import Final

from workbench.domain.estimates import estimate_share
from workbench.domain.words import date_id
from workbench.errors import WrongUse
from workbench.rules import catalogue
from workbench.training.bank import task_of, word_of
from workbench.training.ladder import (
    Course,
    Seen,
    Step,
    pick_variant,
    quiet_cases,
    quiet_task,
    standings,
)
from workbench.training.plans import Plan, Task

#: Days after the bimtek that the refresher is for, and on which its link ends.
DUE_DAYS: Final = 30
LAST_DAY: Final = 120
#: The seat the tasks of a refresher are drawn for.
REFRESHER_SEAT: Final = 1
MAX_TASKS: Final = 30

_FORM: Final = "1"
_CLASS: Final = "penyegaran"
_MAX_TOKEN: Final = 1500
_MAX_TEXT: Final = 4000
_SIGNATURE_BYTES: Final = 12
#: The same in every workbench, so it keeps out what is damaged or altered, not somebody who reads
#: this page. A link opens nothing but practice cases and gives no right, so that is enough.
_KEY: Final = b"Meja Verval, tautan penyegaran, bentuk 1"

_BROKEN = (
    "Tautan penyegaran ini rusak atau tidak lengkap. Salin ulang seluruh tautannya, atau minta "
    "yang baru kepada pelatih Anda."
)
_ENDED = (
    "Tautan penyegaran ini tidak berlaku lagi sejak {day}. Minta yang baru kepada pelatih Anda."
)
_FROM_TOMORROW = (
    "Tautan penyegaran ini dibuat pada {day}, sedangkan tanggal di komputer ini lebih awal. "
    "Betulkan tanggal komputer, lalu buka lagi."
)
_OTHER_VERSION = (
    "Tautan penyegaran ini dibuat dengan versi Meja Verval yang lain. Minta yang baru kepada "
    "pelatih Anda."
)


@dataclass(frozen=True)
class Missed:
    """How often a rule was missed: by this person, and by the whole class."""

    rule: str
    own_misses: int
    own_tries: int
    class_misses: int
    class_tries: int


@dataclass(frozen=True)
class Refresher:
    """The tasks of one refresher and the dice they are drawn with.

    Raises ``WrongUse`` for no task at all, for more than ``MAX_TASKS``, for two mistakes in one
    case and for a seed that is not from 0 to 2^32 - 1.
    """

    made_on: date
    seed: int
    tasks: tuple[Task, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.tasks) <= MAX_TASKS or not 0 <= self.seed < 2**32:
            raise WrongUse(f"Penyegaran memuat 1 sampai {MAX_TASKS} kasus.")
        if any(len(task.plants) > 1 for task in self.tasks):
            raise WrongUse("Kasus penyegaran memuat paling banyak satu kesalahan.")

    @property
    def plan(self) -> Plan:
        """What the tasks are drawn with, for ``REFRESHER_SEAT``."""
        share = sum(bool(task.plants) for task in self.tasks) / len(self.tasks)
        return Plan(_CLASS, n_cases=len(self.tasks), error_share=share, seed=self.seed)

    @property
    def due_on(self) -> date:
        """The day it is meant for."""
        return self.made_on + timedelta(days=DUE_DAYS)

    @property
    def ends_on(self) -> date:
        """The last day its link works."""
        return self.made_on + timedelta(days=LAST_DAY)


def worst_first(own: Iterable[Seen], of_class: Iterable[Seen]) -> tuple[Missed, ...]:
    """The rules this person missed, then those only others of the class missed, worst first.

    ``of_class`` is what all seats have seen, this person's among it. *Worst* goes by the lower
    end of the 95 % interval of the share missed (Wilson 1927), so that one miss in one try does
    not stand before thirty in sixty.
    """
    mine, ours = _count(own), _count(of_class)
    missed = [
        Missed(rule, *mine.get(rule, (0, 0)), *ours.get(rule, (0, 0)))
        for rule in catalogue()
        if mine.get(rule, (0, 0))[0] or ours.get(rule, (0, 0))[0]
    ]
    return tuple(
        sorted(
            missed,
            key=lambda m: (
                -lower_bound(m.own_misses, m.own_tries),
                -lower_bound(m.class_misses, m.class_tries),
            ),
        )
    )


def _count(history: Iterable[Seen]) -> dict[str, tuple[int, int]]:
    """Misses and tries by rule, tests included."""
    counts: dict[str, tuple[int, int]] = {}
    for seen in history:
        if seen.rule and seen.step is not Step.EXAMPLE:
            misses, tries = counts.get(seen.rule, (0, 0))
            counts[seen.rule] = (misses + (not seen.is_right), tries + 1)
    return counts


def lower_bound(misses: int, tries: int) -> float:
    """Lower end of the 95 % interval of a share (Wilson 1927); 0 where nothing was missed."""
    return estimate_share(misses, tries).low if misses else 0.0


def opening_tasks(
    course: Course, seat: int, own: Sequence[Seen], of_class: Iterable[Seen], n: int
) -> tuple[Task, ...]:
    """At most ``n`` tasks to open day two with, numbered on from what the seat has seen.

    The rules of ``worst_first`` that the course teaches and the seat has not mastered since, one
    task each, worst first, with the plan's share of cases without a mistake strewn between; empty
    when nobody missed anything.
    """
    told = standings(course, own)
    rules = [
        missed.rule
        for missed in worst_first(own, of_class)
        if missed.rule in told and not told[missed.rule].is_mastered
    ]
    first = max((seen.number for seen in own), default=0) + 1
    return _tasks(course.plan, rules, own, n, first, course.plan.rng("pembuka", seat))


def make_refresher(
    plan: Plan,
    own: Sequence[Seen],
    of_class: Iterable[Seen],
    made_on: date,
    seed: int,
    n: int = 10,
) -> Refresher | None:
    """At most ``n`` tasks for thirty days later; None when nobody missed anything.

    ``seed`` is the person's own, so that no two get the same families; mastered or not, what was
    missed comes back. Raises ``WrongUse`` as ``Refresher`` does.
    """
    taught = (missed.rule for missed in worst_first(own, of_class))
    rules = [code for code in taught if catalogue()[code].taught and catalogue()[code].plants]
    tasks = _tasks(plan, rules, own, n, 1, Random(f"{_CLASS}:{seed}"))
    return Refresher(made_on, seed, tasks) if tasks else None


def _tasks(
    plan: Plan, rules: Sequence[str], own: Sequence[Seen], n: int, first: int, rng: Random
) -> tuple[Task, ...]:
    """A task for each of the first ``rules``, and the share without a mistake between them."""
    loud = rules[: max(1, floor(n * plan.error_share + 0.5))] if n > 0 else []
    if not loud:
        return ()
    share = max(plan.error_share, 1 / n)
    n_quiet = min(n - len(loud), floor(len(loud) * (1 - share) / share + 0.5))
    places = range(1, len(loud) + n_quiet)
    quiet = set(rng.sample(places, n_quiet))
    met = quiet_cases(own)
    queue = iter(loud)
    tasks = []
    for place in range(len(loud) + n_quiet):
        number = first + place
        if place not in quiet:
            code = next(queue)
            past = [seen for seen in own if seen.rule == code]
            tasks.append(Task(number, (pick_variant(code, past, past[-1:], rng),)))
        else:
            tasks.append(quiet_task(number, met, rng))
            met.append(tasks[-1].look_alike)
    return tuple(tasks)


def write_token(refresher: Refresher) -> str:
    """The link's end: the tasks, their seed and the day, signed; letters, digits, ``-`` and ``_``.

    It says nothing of the person, and not openly what the cases hold.
    """
    parts = [_FORM, refresher.made_on.isoformat(), str(refresher.seed)]
    parts += [word_of(task) for task in refresher.tasks]
    body = zlib.compress(";".join(parts).encode(), 9)
    return _encode(_sign(body) + body)


def read_token(token: str, today: date) -> Refresher:
    """The refresher a link stands for.

    Raises ``WrongUse`` with a sentence for a token that is damaged or altered, ended, of a later
    day than ``today``, or made by a workbench with other rules.
    """
    form, *parts = _open(token.strip()).split(";")
    if form != _FORM:
        raise WrongUse(_OTHER_VERSION)
    try:
        made_on, seed = date.fromisoformat(parts[0]), int(parts[1])
    except (IndexError, ValueError):
        raise WrongUse(_BROKEN) from None
    # A zone may put the day of the class a day later than here.
    if made_on > today + timedelta(days=1):
        raise WrongUse(_FROM_TOMORROW.format(day=date_id(made_on)))
    tasks = (_read_task(number, word) for number, word in enumerate(parts[2:], start=1))
    refresher = Refresher(made_on, seed, tuple(tasks))
    if today > refresher.ends_on:
        raise WrongUse(_ENDED.format(day=date_id(refresher.ends_on + timedelta(days=1))))
    return refresher


def _open(token: str) -> str:
    """The signed text of a token."""
    if len(token) > _MAX_TOKEN:
        raise WrongUse(_BROKEN)
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        body = raw[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(_encode(_sign(body) + body), token):
            raise WrongUse(_BROKEN)
        unpacking = zlib.decompressobj()
        text = unpacking.decompress(body, _MAX_TEXT).decode()
    except (binascii.Error, zlib.error, ValueError):
        raise WrongUse(_BROKEN) from None
    if not unpacking.eof:
        raise WrongUse(_BROKEN)
    return text


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _sign(body: bytes) -> bytes:
    return hmac.digest(_KEY, body, hashlib.sha256)[:_SIGNATURE_BYTES]


def _read_task(number: int, word: str) -> Task:
    try:
        return task_of(word, number)
    except WrongUse:
        raise WrongUse(_OTHER_VERSION) from None

"""The ladder: what one trainee does next, told from what was graded so far.

Per group of rules a trainee climbs four steps: a worked example, a case with help, cases alone,
cases mixed with those of other groups. Help speeds up who is new and slows down who is not
(Kalyuga et al. 2003), so a pre-test chooses the step to begin at. Retrieval that is spaced lasts
(Latimier, Peyre & Ramus 2021), so the last of three right answers must come later.

Everything is a pure function of the history of a seat; the same history gives the same offer on
any machine. What is stored, drawn and shown is left to others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from math import ceil, floor
from random import Random
from types import MappingProxyType
from typing import Any, Final

from workbench.errors import WrongUse
from workbench.rules import Plant, catalogue
from workbench.training.grades import Grade
from workbench.training.plans import (
    LOOK_ALIKE_SHARE,
    LOOK_ALIKES,
    Plan,
    Task,
    plant_sequence,
    rules_of,
)
from workbench.training.spans import SPANS, TWO_RECORD_SHARE


class Step(StrEnum):
    """Where a case stood when it was answered. A test measures and belongs to no ladder."""

    TEST = "tes"
    EXAMPLE = "contoh"
    FADED = "dibantu"
    ALONE = "sendiri"
    MIXED = "campuran"


#: The steps from below, with the words on the screen.
LADDER: Final[Mapping[Step, str]] = MappingProxyType(
    {
        Step.EXAMPLE: "Contoh",
        Step.FADED: "Dengan bantuan",
        Step.ALONE: "Sendiri",
        Step.MIXED: "Campuran",
    }
)
_RUNGS: Final = tuple(LADDER)


#: Right answers in a row that lead one step up: one could be a guess.
RIGHTS_TO_RISE: Final = 2
#: Right answers in a row, without help, that are mastery.
RIGHTS_TO_MASTER: Final = 3
#: Cells wrongly flagged beside a mistake that was found; with more, finding it was luck.
ALLOWED_ALARMS: Final = 1
#: Cases among which those without a mistake are strewn, so that nobody can count them off.
_BLOCK: Final = 8


@dataclass(frozen=True)
class Seen:
    """One thing a seat has seen: a worked example, or one mistake of a case that was graded.

    A case without a mistake has neither rule nor plant; ``look_alike`` names what it held
    instead, if anything. ``number`` is the task's, ``at`` a moment in local time.
    """

    at: datetime
    number: int
    step: Step
    rule: str = ""
    plant: str = ""
    look_alike: str = ""
    is_right: bool = True

    def to_json(self) -> dict[str, Any]:
        return {
            "at": self.at.isoformat(),
            "number": self.number,
            "step": self.step.value,
            "rule": self.rule,
            "plant": self.plant,
            "look_alike": self.look_alike,
            "is_right": self.is_right,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Seen:
        return cls(
            datetime.fromisoformat(data["at"]),
            int(data["number"]),
            Step(data["step"]),
            data["rule"],
            data["plant"],
            data["look_alike"],
            bool(data["is_right"]),
        )


@dataclass(frozen=True)
class Course:
    """What a class is to master: the codes of its rules, in the order they are taught.

    ``gap_minutes`` is how much later *later in the day* is; another day always is. Numbers of
    tasks go on through the whole course, tests included, so that no family comes twice. Raises
    ``WrongUse`` for a rule that is not taught, or named twice.
    """

    plan: Plan
    rules: tuple[str, ...]
    gap_minutes: int = 30

    def __post_init__(self) -> None:
        taught = {rule.code for rule in rules_of(self.plan)}
        if not self.rules or len(set(self.rules)) < len(self.rules) or set(self.rules) - taught:
            raise WrongUse("Pilih aturan yang diajarkan di kelas ini, masing-masing satu kali.")
        if not 1 <= self.gap_minutes <= 600:
            raise WrongUse("Jeda sebelum soal penguasaan harus antara 1 dan 600 menit.")
        if not self.plan.error_share:
            raise WrongUse("Bagian kasus dengan kesalahan harus lebih dari 0 untuk latihan.")

    @property
    def gap(self) -> timedelta:
        return timedelta(minutes=self.gap_minutes)

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups of its rules, in the order they are taught."""
        return tuple(dict.fromkeys(group_of(code) for code in self.rules))


@dataclass(frozen=True)
class Position:
    """Where a seat stands in one group.

    ``rights`` in a row on this step; ``owed`` are rules missed since, whose worked example comes
    before anything else.
    """

    step: Step
    rights: int = 0
    owed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Standing:
    """Where a seat stands with one rule.

    ``run`` are the right answers without help since the last miss; ``needed`` the number of
    different plants a run must hold: three, or as many as the rule has.
    """

    rule: str
    seen: tuple[Seen, ...]
    run: tuple[Seen, ...]
    needed: int
    is_spaced: bool

    @property
    def is_mastered(self) -> bool:
        """Three different variants right in a row, one of them later in the day or on another.

        Another family makes a variant, another plant makes a better one: where a rule has three
        plants the run holds three, where it has two both, where it has one three families.
        """
        return (
            len({seen.number for seen in self.run}) >= RIGHTS_TO_MASTER
            and len({seen.plant for seen in self.run}) >= self.needed
            and self.is_spaced
        )

    def wakes_at(self, gap: timedelta) -> datetime | None:
        """From when asking again says something new, None where it does already.

        The answer that completes a run waits for the gap, as does a rule that is mastered.
        """
        waits = len(self.run) >= RIGHTS_TO_MASTER - 1 and not self.is_spaced
        if not waits and not self.is_mastered:
            return None
        last = self.run[-1].at
        midnight = datetime.combine(last.date() + timedelta(days=1), time(), last.tzinfo)
        return min(last + gap, midnight)

    def rests(self, now: datetime, gap: timedelta) -> bool:
        wakes = self.wakes_at(gap)
        return wakes is not None and now < wakes


@dataclass(frozen=True)
class Offer:
    """What a seat gets next. ``task`` can be drawn as it is; a worked example is not graded."""

    group: str
    step: Step
    task: Task


@dataclass(frozen=True)
class Wait:
    """Nothing to do before ``until``: every rule left needs an answer later in the day."""

    until: datetime


class Length(StrEnum):
    """How much feedback says."""

    FULL = "lengkap"
    SHORT = "singkat"
    LINE = "satu_baris"


def group_of(code: str) -> str:
    """The group of a rule."""
    return catalogue()[code].group


def choose_rules(plan: Plan, n: int) -> tuple[str, ...]:
    """``n`` rules of the plan's groups for a course, by group and code.

    They go round the groups; so many of them span two records that, beside the cases without a
    mistake, the share of such cases can be kept, as far as the groups have such rules.
    """
    rules = rules_of(plan)
    sequence = plant_sequence(rules, plan.rng("jenjang"))
    order = list(dict.fromkeys(next(sequence).rule for _ in rules))
    spanning = [code for code in order if code in SPANS]
    single = [code for code in order if code not in SPANS]
    wanted = min(n, ceil(n * TWO_RECORD_SHARE / plan.error_share)) if plan.error_share else n
    wanted = max(min(wanted, len(spanning)), n - len(single))
    chosen = {*spanning[:wanted], *single[: n - wanted]}
    return tuple(rule.code for rule in rules if rule.code in chosen)


def entry_steps(history: Iterable[Seen]) -> dict[str, Step]:
    """The step each group begins at, from the test before anything else was seen.

    Under a third right begins with the worked example, under two thirds with help; all right, of
    three or more, goes straight into the mixed cases. A group the test left out is not in it.
    """
    results: dict[str, list[bool]] = {}
    for seen in history:
        if seen.step is not Step.TEST:
            break
        if seen.rule in catalogue():
            results.setdefault(group_of(seen.rule), []).append(seen.is_right)
    return {group: _entry(sum(rights), len(rights)) for group, rights in results.items()}


def _entry(rights: int, asked: int) -> Step:
    if rights * 3 < asked:
        return Step.EXAMPLE
    if rights * 3 < asked * 2:
        return Step.FADED
    return Step.MIXED if rights == asked >= RIGHTS_TO_MASTER else Step.ALONE


def positions(course: Course, history: Sequence[Seen]) -> dict[str, Position]:
    """Where a seat stands in each group of the course.

    A case without a mistake moves nobody: it belongs to no rule.
    """
    entry = entry_steps(history)
    places = {group: Position(entry.get(group, Step.EXAMPLE)) for group in course.groups}
    for seen in history:
        if seen.step is not Step.TEST and seen.rule in course.rules:
            group = group_of(seen.rule)
            places[group] = _move(places[group], seen)
    return places


def _move(place: Position, seen: Seen) -> Position:
    rung = _RUNGS.index(place.step)
    if seen.step is Step.EXAMPLE:
        owed = tuple(code for code in place.owed if code != seen.rule)
        is_first = place.step is Step.EXAMPLE
        return Position(Step.FADED if is_first else place.step, place.rights, owed)
    if not seen.is_right:
        owed = tuple(dict.fromkeys((*place.owed, seen.rule)))
        return Position(_RUNGS[max(rung - 1, 0)], 0, owed)
    if place.rights + 1 < RIGHTS_TO_RISE:
        return Position(place.step, place.rights + 1, place.owed)
    return Position(_RUNGS[min(rung + 1, len(_RUNGS) - 1)], 0, place.owed)


def standing(course: Course, history: Iterable[Seen], rule: str) -> Standing:
    """Where a seat stands with one rule; tests count for what was seen, never for a run."""
    own = tuple(seen for seen in history if seen.rule == rule)
    run: list[Seen] = []
    for seen in own:
        if seen.step in (Step.TEST, Step.EXAMPLE):
            continue
        if not seen.is_right:
            run.clear()
        elif seen.step is not Step.FADED:
            run.append(seen)
    is_spaced = any(
        b.at - a.at >= course.gap or b.at.date() != a.at.date() for a, b in pairwise(run)
    )
    needed = min(RIGHTS_TO_MASTER, len(catalogue()[rule].plants))
    return Standing(rule, own, tuple(run), needed, is_spaced)


def standings(course: Course, history: Sequence[Seen]) -> dict[str, Standing]:
    """Where a seat stands with every rule of the course."""
    return {rule: standing(course, history, rule) for rule in course.rules}


def feedback_length(now: Standing | None, is_right: bool) -> Length:
    """How much to say about one mistake, ``now`` being the standing with the answer counted.

    A miss is always explained in full, and so is the first right answer of a run, which may have
    been a guess. ``now`` is None for a case without a mistake.
    """
    if not is_right:
        return Length.FULL
    if now is not None and now.is_mastered:
        return Length.LINE
    return Length.FULL if now is not None and len(now.run) < 2 else Length.SHORT


def offer_next(
    course: Course, seat: int, history: Sequence[Seen], now: datetime
) -> Offer | Wait | None:
    """What a seat does next; None when it has mastered every rule.

    First the worked example of a rule that was missed, then the first group still below the
    mixed cases, then the mixed cases of all groups. Of the rules open there: the one whose
    example was just shown, then the one not met for longest. While too few cases needed two
    records a rule that does comes first; a mastered one comes again if no other can.
    """
    told = standings(course, history)
    if all(rule.is_mastered for rule in told.values()):
        return None
    places = positions(course, history)
    number = max((seen.number for seen in history), default=0) + 1
    for group in course.groups:
        if places[group].owed:
            rule = told[places[group].owed[0]]
            return Offer(group, Step.EXAMPLE, Task(number, (_missed_plant(rule),)))
    awake = [rule for rule in told.values() if not rule.rests(now, course.gap)]
    pool = [rule for rule in awake if not rule.is_mastered]
    if not pool:
        return Wait(min(_wakes(rule, course.gap) for rule in told.values() if not rule.is_mastered))
    climbing = [rule for rule in pool if places[group_of(rule.rule)].step is not Step.MIXED]
    if climbing:
        first = group_of(climbing[0].rule)
        pool = [rule for rule in climbing if group_of(rule.rule) == first]
    group = group_of(pool[0].rule)
    step = places[group].step
    if step is not Step.EXAMPLE and _is_quiet_turn(course, seat, history):
        rng = course.plan.rng("serupa", seat)
        return Offer(group, step, quiet_task(number, quiet_cases(history), rng))
    if step is not Step.EXAMPLE and needs_two_records(history):
        again = [rule for rule in awake if rule.is_mastered]
        pool = _just_shown(pool) or _spanning(pool) or _spanning(again) or pool
    rule = min(_just_shown(pool) or pool, key=lambda rule: _last_number(rule.seen))
    if rule.is_mastered:
        step = Step.MIXED
    plant = _variant(course, seat, rule)
    return Offer(group_of(rule.rule), step, Task(number, (plant,)))


def _wakes(rule: Standing, gap: timedelta) -> datetime:
    wakes = rule.wakes_at(gap)
    assert wakes is not None
    return wakes


def _just_shown(rules: Iterable[Standing]) -> list[Standing]:
    return [rule for rule in rules if rule.seen and rule.seen[-1].step is Step.EXAMPLE]


def _spanning(rules: Iterable[Standing]) -> list[Standing]:
    return [rule for rule in rules if rule.rule in SPANS]


def _last_number(seen: Sequence[Seen]) -> int:
    return seen[-1].number if seen else 0


def _missed_plant(rule: Standing) -> Plant:
    """The plant missed last: the example explains it, and the unseen ones are left to try."""
    plants = catalogue()[rule.rule].plants
    missed = next(seen.plant for seen in reversed(rule.seen) if not seen.is_right)
    return next((plant for plant in plants if plant.name == missed), plants[0])


def _variant(course: Course, seat: int, rule: Standing) -> Plant:
    """A plant this seat has not met; else one not in the run, and of these the one long past."""
    return pick_variant(rule.rule, rule.seen, rule.run, course.plan.rng("ragam", seat, rule.rule))


def pick_variant(rule: str, seen: Sequence[Seen], run: Sequence[Seen], rng: Random) -> Plant:
    """The plant of ``rule`` that is newest to someone who has ``seen`` some, ``run`` lately."""
    met = {past.plant: past.number for past in seen}
    lately = {past.plant for past in run}
    plants = rng.sample(catalogue()[rule].plants, len(catalogue()[rule].plants))
    return min(plants, key=lambda p: (p.name in lately, met.get(p.name, 0)))


def _practised(history: Iterable[Seen]) -> dict[int, list[Seen]]:
    """The cases of the ladder that were graded, by number."""
    cases: dict[int, list[Seen]] = {}
    for seen in history:
        if seen.step not in (Step.TEST, Step.EXAMPLE):
            cases.setdefault(seen.number, []).append(seen)
    return cases


def needs_two_records(history: Iterable[Seen]) -> bool:
    """Whether the share of two-record cases falls short unless the next case is one."""
    cases = _practised(history)
    spanning = sum(any(seen.rule in SPANS for seen in case) for case in cases.values())
    return spanning < TWO_RECORD_SHARE * (len(cases) + 1)


def _is_quiet_turn(course: Course, seat: int, history: Iterable[Seen]) -> bool:
    """Whether the next case holds no mistake: exact over each block, strewn within it.

    The very first holds one, so that nobody begins with a case about nothing.
    """
    share = 1 - course.plan.error_share
    block, place = divmod(len(_practised(history)), _BLOCK)
    n_quiet = _rounded(share * _BLOCK * (block + 1)) - _rounded(share * _BLOCK * block)
    places = range(0 if block or n_quiet == _BLOCK else 1, _BLOCK)
    return place in course.plan.rng("sela", seat, block).sample(places, n_quiet)


def _rounded(value: float) -> int:
    return floor(value + 0.5)


def quiet_task(number: int, before: Sequence[str], rng: Random) -> Task:
    """A case without a mistake; as many hold a look-alike as in any class.

    ``before`` names the look-alikes of the cases without a mistake so far, "" for those without;
    the one met least often comes next.
    """
    if len([name for name in before if name]) >= LOOK_ALIKE_SHARE * (len(before) + 1):
        return Task(number)
    names = rng.sample(list(LOOK_ALIKES), len(LOOK_ALIKES))
    return Task(number, (), min(names, key=before.count))


def quiet_cases(history: Iterable[Seen]) -> list[str]:
    """The look-alikes of the graded cases without a mistake, "" for those without."""
    return [case[0].look_alike for case in _practised(history).values() if not case[0].rule]


def see(task: Task, step: Step, at: datetime, grade: Grade | None = None) -> tuple[Seen, ...]:
    """What a seat has seen with this task, for its history; ``grade`` is None for an example.

    A mistake counts as right when it was found and at most ``ALLOWED_ALARMS`` other cells were
    flagged, a case without one when nothing was. Raises ``WrongUse`` when a graded case comes
    without its grade.
    """
    if grade is None:
        if step is not Step.EXAMPLE:
            raise WrongUse("Kasus ini belum dinilai. Kirim jawabannya dahulu.")
        found: Collection[int] = range(len(task.plants))
        alarms = 0
    else:
        found, alarms = grade.found, len(grade.false_alarms)
    if not task.plants:
        return (Seen(at, task.number, step, look_alike=task.look_alike, is_right=alarms == 0),)
    return tuple(
        Seen(
            at,
            task.number,
            step,
            plant.rule,
            plant.name,
            is_right=place in found and alarms <= ALLOWED_ALARMS,
        )
        for place, plant in enumerate(task.plants)
    )

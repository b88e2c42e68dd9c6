"""Draws the cases of a class, seat by seat.

A case depends on the class, its seed, the seat and the task number alone. It is drawn where the
class is opened, never by a trainee's kernel: the sentences of the mistakes come from the engine,
which is loaded only here and only when cases are settled.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from random import Random

from workbench.errors import RuleBroken
from workbench.rules import Plant, catalogue
from workbench.rules import plants as all_plants
from workbench.synthesis import Planting, World, default_recipe, draw_family, plant_one
from workbench.synthesis.bundles import bundle, keep_apart, unbundle
from workbench.training.cases import Case, are_independent, build_case
from workbench.training.plans import Plan, Task, arrange, rules_of

#: Families tried before a mistake counts as one that no family can carry; some want a family
#: that is one in several hundred.
_TRIES = 4000
#: Families tried when choosing between the plants of a rule, or a second mistake.
_FEW_TRIES = 120
#: Rounds in which a case is drawn anew because the rules found more in it, or less, than planted.
_ROUNDS = 6
#: Seats whose cases the rules judge in one go.
_SEATS_AT_ONCE = 100
#: A second family in a case has ids from here on.
_NEIGHBOUR_ID = 51
#: The seat that only tries out whether two mistakes go together, and how often it does.
_TRIAL, _TRIALS = 0, 3
#: Lines a case should not exceed: what a trainee reads in a few minutes, also on a phone.
_MAX_LINES = 48


def draw_seats(plan: Plan, seats: range) -> Iterator[tuple[int, list[Case]]]:
    """The cases of each seat, in seat order: ``(seat, cases)``, cases in task order.

    Every trainee gets other families and the same kinds of mistake. Each case is checked by the
    rules: they find what was planted and nothing else. Raises ``WrongUse`` for a plan no rule
    fits and ``RuleBroken`` when a mistake cannot be drawn.
    """
    tasks = fix_tasks(plan)
    for start in range(0, len(seats), _SEATS_AT_ONCE):
        batch = seats[start : start + _SEATS_AT_ONCE]
        places = [(seat, task) for seat in batch for task in tasks]
        cases = _draw_settled(plan, places)
        for place, seat in enumerate(batch):
            yield seat, cases[place * len(tasks) : (place + 1) * len(tasks)]


def _draw_settled(plan: Plan, places: Sequence[tuple[int, Task]]) -> list[Case]:
    """A case for each seat and task, drawn anew where the rules disagree or the seat knows it."""
    cases: dict[int, Case] = {}
    known: dict[int, set[str]] = defaultdict(set)
    open_places = list(range(len(places)))
    for salt in range(_ROUNDS):
        drawn = [draw_case(plan, places[n][1], places[n][0], salt) for n in open_places]
        settled, doubtful = settle(drawn)
        again = []
        for place, (n, case) in enumerate(zip(open_places, settled, strict=True)):
            met = known[places[n][0]]
            if place in doubtful or not met.isdisjoint(case.family):
                again.append(n)
                continue
            met.update(case.family)
            cases[n] = case
        open_places = again
        if not open_places:
            return [cases[n] for n in range(len(places))]
    what = ", ".join(places[open_places[0]][1].rules) or "tanpa kesalahan"
    raise RuleBroken(f"Kasus latihan {what} tidak dapat disusun.")


@lru_cache(maxsize=32)
def fix_tasks(plan: Plan) -> tuple[Task, ...]:
    """What each task number of a class holds, second mistakes included.

    A second mistake is of another rule, preferably of another group, and is tried out once, so
    that every seat can carry the pair.
    """
    slots = arrange(plan)
    used = {slot.plant.rule for slot in slots if slot.plant}
    tasks = []
    for slot in slots:
        plants: tuple[Plant, ...] = ()
        if slot.plant:
            plants = (_easiest(plan, slot.number, slot.plant),)
            second = _second_plant(plan, slot.number, plants[0], used) if slot.is_double else None
            if second is not None:
                plants = (*plants, second)
                used.add(second.rule)
        tasks.append(Task(slot.number, plants, slot.look_alike))
    return tuple(tasks)


def _easiest(plan: Plan, number: int, wanted: Plant) -> Plant:
    """The wanted plant, or one of the same rule that takes on more families."""
    rest = [plant for plant in catalogue()[wanted.rule].plants if plant.name != wanted.name]
    for plant in (wanted, *rest):
        if _goes(plan, Task(number, (plant,))):
            return plant
    return wanted


def _second_plant(plan: Plan, number: int, first: Plant, used: set[str]) -> Plant | None:
    """A plant of another rule that goes together with ``first``; unused and of another group
    if there is one, None when nothing goes.
    """
    rng = plan.rng("kedua", number)
    allowed = {rule.code for rule in rules_of(plan)} - {first.rule}
    candidates = [plant for plant in all_plants() if plant.rule in allowed]
    rng.shuffle(candidates)
    group = {code: rule.group for code, rule in catalogue().items()}
    candidates.sort(key=lambda p: (p.rule in used, group[p.rule] == group[first.rule]))
    for plant in candidates:
        if _goes(plan, Task(number, (first, plant)), judged=True):
            return plant
    return None


def _goes(plan: Plan, task: Task, judged: bool = False) -> bool:
    """Whether a case of this task comes about easily (and, ``judged``, the rules agree)."""
    try:
        # Once could be luck, and then one seat in a hundred would find no family in time.
        cases = [draw_case(plan, task, _TRIAL, n, tries=_FEW_TRIES) for n in range(_TRIALS)]
    except RuleBroken:
        return False
    return not judged or not settle(cases)[1]


def draw_case(plan: Plan, task: Task, seat: int, salt: int = 0, tries: int = _TRIES) -> Case:
    """One case, its sentences not yet settled.

    Raises ``RuleBroken`` when ``tries`` families could not carry the mistakes of the task.
    """
    rng = plan.rng(seat, task.number, salt)
    for attempt in range(tries):
        is_late = attempt >= tries // 2
        # Some mistakes want a family the eligible desil do not offer.
        max_desil = 0 if task.plants and is_late else plan.max_desil
        has_neighbour = bool(task.plants) and attempt % 4 == 3
        before = rng.getstate()
        listed = _draw_list(rng, task, max_desil, has_neighbour)
        if task.kind != "look_alike" and listed.look_alikes:
            continue
        family_id = _family_of(listed)
        plantings = _plant(listed, family_id, task, plan, rng.random())
        if plantings is None:
            continue
        # Few families make a case, so the truth is drawn once more rather than kept of each.
        again = Random()
        again.setstate(before)
        draw_truth = partial(_draw_list, again, task, max_desil, has_neighbour)
        limit = None if is_late else _MAX_LINES
        case = build_case(
            task.number, plan.n_cases, draw_truth, listed, family_id, plantings, rng, limit
        )
        if case is not None:
            return case
    raise RuleBroken(
        f"Kesalahan {', '.join(task.rules)} tidak dapat ditanam pada keluarga mana pun."
    )


def _draw_list(rng: Random, task: Task, max_desil: int, has_neighbour: bool) -> World:
    """A clean family of desil 1 to ``max_desil`` (0: of any) that shows what the task wants.

    With ``has_neighbour`` a second one stands in the same list, for mistakes that reach across
    families.
    """
    recipe = default_recipe()
    desil = tuple(range(1, max_desil + 1))
    world = draw_family(recipe, rng, desil=desil, look_alike=task.look_alike)
    if has_neighbour:
        place = world.family(_family_of(world))["kelurahan_kode_kemendagri"]
        other = draw_family(recipe, rng, kelurahan_kode=place, first_id=_NEIGHBOUR_ID)
        for table, rows in other.tables.items():
            for row in rows if table != "rt_rw" else ():
                world.settle(table, row)
    return world


def settle(cases: Sequence[Case]) -> tuple[list[Case], list[int]]:
    """Have the rules judge some cases, each as if it were alone.

    Returns the cases with the engine's sentences in their keys, and the places of those in which
    the rules did not find exactly what was planted.
    """
    from workbench.rules import check

    lists = [case.listed for case in cases]
    found: list[dict[tuple[str, str], str]] = [{} for _ in cases]
    for members in keep_apart(lists):
        findings = check(bundle([lists[place] for place in members])).with_titles()
        for row in findings.select(["subject", "rule", "title"]).to_pylist():
            member, subject = unbundle(row["subject"])
            found[members[member]][row["rule"], subject] = row["title"]
    settled, doubtful = [], []
    for place, case in enumerate(cases):
        planted = {(m.rule, m.subject) for m in case.key.mistakes}
        companions = {
            (code, subject)
            for m in case.key.mistakes
            for code, _, subject in (c.partition(":") for c in m.companions)
        }
        if not planted <= set(found[place]) <= planted | companions:
            doubtful.append(place)
        settled.append(case.with_titles(found[place]))
    return settled, doubtful


def _plant(
    listed: World, family_id: str, task: Task, plan: Plan, dice: float
) -> list[Planting] | None:
    rng = plan.rng("tanam", dice)
    done: list[Planting] = []
    for plant in task.plants:
        planting = plant_one(listed, family_id, rng, [plant])
        if planting is None or not all(are_independent(planting, other) for other in done):
            return None
        done.append(planting)
    return done


def _family_of(world: World) -> str:
    """The family a case is about: the one that shows the look-alike, else the only one."""
    if world.look_alikes:
        return str(world.look_alikes[0]["family_id"])
    return str(world.tables["family"][0]["family_id"])

"""Draws the cases of a class, seat by seat.

A case depends on the class, its seed, the seat and the task number alone. It is drawn where the
class is opened, never by a trainee's kernel: the sentences of the mistakes come from the engine,
which is loaded only here and only when cases are settled.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from workbench.domain.register import Draft, Register
from workbench.errors import RuleBroken
from workbench.rules import Plant, catalogue
from workbench.rules import plants as all_plants
from workbench.synthesis import Planting, World, default_recipe, draw_family, plant_one
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
_SEATS_AT_ONCE = 20
#: A second family in a case has ids from here on.
_NEIGHBOUR_ID = 51
_MARK = "/"
#: Columns that hold an id; ``subject`` is the row a line of ``cleaned`` is about.
_ID_COLUMNS = ("person_id", "family_id", "aid_id", "event_id", "ppks_id", "subject")
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
        drawn = [draw_case(plan, task, seat) for seat in batch for task in tasks]
        cases, doubtful = settle(drawn)
        for place in doubtful:
            seat, task = batch[place // len(tasks)], tasks[place % len(tasks)]
            cases[place] = _draw_settled(plan, task, seat)
        for place, seat in enumerate(batch):
            yield seat, cases[place * len(tasks) : (place + 1) * len(tasks)]


def _draw_settled(plan: Plan, task: Task, seat: int) -> Case:
    """A case on which the rules agree when they see it alone, drawn anew until they do."""
    for salt in range(_ROUNDS):
        cases, doubtful = settle([draw_case(plan, task, seat, salt)])
        if not doubtful:
            return cases[0]
    what = ", ".join(task.rules) or "tanpa kesalahan"
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
    recipe = default_recipe()
    rng = plan.rng(seat, task.number, salt)
    eligible = tuple(range(1, plan.max_desil + 1))
    for attempt in range(tries):
        # Some mistakes want a family the eligible desil do not offer.
        desil = () if task.plants and attempt >= tries // 2 else eligible
        listed = draw_family(recipe, rng, desil=desil, look_alike=task.look_alike)
        if task.kind != "look_alike" and listed.look_alikes:
            continue
        family_id = _family_of(listed)
        if task.plants and attempt % 4 == 3:
            place = listed.family(family_id)["kelurahan_kode_kemendagri"]
            _add_neighbour(
                listed, draw_family(recipe, rng, kelurahan_kode=place, first_id=_NEIGHBOUR_ID)
            )
        truth = _copy_of(listed)
        plantings = _plant(listed, family_id, task, plan, rng.random())
        if plantings is None:
            continue
        limit = _MAX_LINES if attempt < tries // 2 else None
        case = build_case(
            task.number, plan.n_cases, truth, listed, family_id, plantings, rng, max_lines=limit
        )
        if case is not None:
            return case
    raise RuleBroken(
        f"Kesalahan {', '.join(task.rules)} tidak dapat ditanam pada keluarga mana pun."
    )


def settle(cases: Sequence[Case]) -> tuple[list[Case], list[int]]:
    """Have the rules judge some cases, as one list.

    Returns the cases with the engine's sentences in their keys, and the places of those in which
    the rules did not find exactly what was planted.
    """
    from workbench.rules import check

    findings = check(_as_one(cases)).with_titles().to_pylist()
    found: list[dict[tuple[str, str], str]] = [{} for _ in cases]
    for row in findings:
        place, subject = row["subject"].split(_MARK)
        found[int(place)][row["rule"], subject] = row["title"]
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


def _copy_of(world: World) -> World:
    """The rows of a world as they are now; the RT that exist are in no document."""
    copy = World(world.manifest)
    for table, rows in world.tables.items():
        for row in rows if table != "rt_rw" else ():
            copy.add(table, row)
    copy.look_alikes = list(world.look_alikes)
    return copy


def _add_neighbour(world: World, other: World) -> None:
    """Let a second family stand in the same list, for mistakes that reach across families."""
    for table, rows in other.tables.items():
        for row in rows:
            if table != "rt_rw" or row not in world.tables["rt_rw"]:
                world.add(table, row)
    world.take_changes()


def _as_one(cases: Sequence[Case]) -> Register:
    """All rows of some cases as one register; each id carries the place of its case."""
    merged = Draft(cases[0].listed.manifest)
    seen: set[tuple[str, ...]] = set()
    for place, case in enumerate(cases):
        for table, rows in case.listed.tables.items():
            if table == "rt_rw":
                rows = [row for row in rows if tuple(row.values()) not in seen]
                seen.update(tuple(row.values()) for row in rows)
            for row in rows:
                ids = {c: f"{place}{_MARK}{row[c]}" for c in _ID_COLUMNS if row.get(c)}
                merged.tables[table].append({**row, **ids})
    return merged.to_register()

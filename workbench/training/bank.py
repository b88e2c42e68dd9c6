"""The bank of a class: the cases its seats take from, each seat other ones.

Practice is chosen case by case, and no trainee's kernel may draw; so what the ladder can ask for
lies ready, judged by the rules, and every seat takes what it has not had. The two forms of the
test lie beside it. The same course gives the same bank on any machine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, cycle, islice, zip_longest
from math import ceil, floor
from typing import Any, Final

from workbench.errors import RuleBroken, WrongUse
from workbench.rules import Plant, catalogue
from workbench.training.cases import Case
from workbench.training.drawing import draw_case, settle
from workbench.training.ladder import Course, group_of
from workbench.training.measures.forms import A, B, Candidate, draw_forms
from workbench.training.plans import LOOK_ALIKES, Plan, Task
from workbench.training.spans import SPANS

#: Cases of each rule that lie ready for practice when a class opens.
PER_RULE: Final = 6
#: Cases of each look-alike that do, and as many without anything as of all of them together.
PER_LOOK_ALIKE: Final = 2
#: Of the items of a test, the share that holds two records.
TWO_RECORDS_IN_TEST: Final = 0.5
#: A bank is drawn as if for this seat.
SEAT: Final = 1
#: Families tried for one case, and how often it is drawn anew.
_TRIES, _ROUNDS = 1000, 6
#: Lines of a record that is neither short nor long.
_USUAL_LINES: Final = 35

_OTHER_VERSION = "Kasus ini disusun dengan versi Meja Verval yang lain. Buka kelas yang baru."


#: What a test counts all look-alikes as.
_ALIKE: Final = "serupa"


@dataclass(frozen=True)
class Item:
    """One case of a bank; ``form`` is A or B with the ``place`` in it, "" and 0 for practice."""

    item: int
    word: str
    case: Case
    form: str = ""
    place: int = 0


def word_of(task: Task) -> str:
    """What a task holds: each plant as ``RULE:plant`` joined by ``+``, else its look-alike."""
    if task.plants:
        return "+".join(f"{plant.rule}:{plant.name}" for plant in task.plants)
    return task.look_alike


def word_of_case(case: Case) -> str:
    """The same word, read from the key of a case that was drawn elsewhere."""
    if case.key.mistakes:
        return "+".join(f"{mistake.rule}:{mistake.plant}" for mistake in case.key.mistakes)
    return case.key.look_alike.name if case.key.look_alike else ""


def task_of(word: str, number: int) -> Task:
    """The task that ``word_of`` wrote; raises ``WrongUse`` for what this workbench cannot draw."""
    if ":" not in word:
        if word and word not in LOOK_ALIKES:
            raise WrongUse(_OTHER_VERSION)
        return Task(number, (), word)
    known = _plants()
    try:
        return Task(number, tuple(known[part] for part in word.split("+")))
    except KeyError:
        raise WrongUse(_OTHER_VERSION) from None


def words_of(rules: Iterable[str]) -> tuple[str, ...]:
    """Every word a course of these rules may ask its bank for."""
    plants = chain.from_iterable(catalogue()[code].plants for code in rules)
    return (*(f"{plant.rule}:{plant.name}" for plant in plants), *LOOK_ALIKES, "")


def family_of(public: Mapping[str, Any]) -> tuple[str, str]:
    """``Case.family`` of a stored case."""
    return public["title"], public["documents"][0]["subtitle"]


def draw_bank(course: Course, form_size: int = 0) -> list[Item]:
    """Draw the bank of a course, and two test forms of ``form_size`` items each.

    Every case is judged by the rules and of a family of its own. Of each rule ``PER_RULE`` cases
    are left for practice, spread over its plants. Raises ``RuleBroken`` for a rule of which no
    case can be drawn.
    """
    asked = _form_words(course, form_size)
    words = [word for code in course.rules for word in _spread(code, PER_RULE + 2 * asked[code])]
    names = len(LOOK_ALIKES)
    words += islice(cycle(LOOK_ALIKES), PER_LOOK_ALIKE * names + 2 * asked[_ALIKE])
    words += [""] * (PER_LOOK_ALIKE * names + 2 * asked[""])
    items = list(draw_items(course.plan, words))
    missing = set(course.rules) - {_content(item.word) for item in items}
    if missing:
        raise RuleBroken(f"Kasus latihan {', '.join(sorted(missing))} tidak dapat disusun.")
    candidates = [
        Candidate(str(item.item), _content(item.word), expected_facility(item)) for item in items
    ]
    forms = draw_forms(candidates, {what: n for what, n in asked.items() if n}, course.plan.seed)
    places = {
        int(candidate.task): (form, place)
        for form, chosen in ((A, forms.a), (B, forms.b))
        for place, candidate in enumerate(chosen, start=1)
    }
    return [
        replace(item, form=places[item.item][0], place=places[item.item][1])
        if item.item in places
        else item
        for item in items
    ]


def draw_items(
    plan: Plan, words: Sequence[str], first: int = 1, taken: Iterable[tuple[str, str]] = ()
) -> Iterator[Item]:
    """A case for each word, numbered from ``first``, of families that are not ``taken``.

    What is planted is found by the rules and nothing else; a word for which that does not come
    about is left out.
    """
    dice = replace(plan, class_id=f"{plan.class_id}:bank")
    tasks = [task_of(word, number) for number, word in enumerate(words, start=first)]
    cases = draw_settled(dice, tasks, taken)
    for task in tasks:
        if task.number in cases:
            yield Item(task.number, word_of(task), cases[task.number])


def draw_settled(
    plan: Plan, tasks: Sequence[Task], taken: Iterable[tuple[str, str]] = ()
) -> dict[int, Case]:
    """The cases of some tasks by number, judged in one go, each of a family of its own."""
    known = set(chain.from_iterable(taken))
    done: dict[int, Case] = {}
    for salt in range(_ROUNDS):
        drawn = []
        for task in tasks:
            if task.number not in done:
                drawn += _try_case(plan, task, salt)
        if not drawn:
            break
        settled, doubtful = settle(drawn)
        for place, case in enumerate(settled):
            # Either would be known again: two families may share a name, or the day of a card.
            if place not in doubtful and known.isdisjoint(case.family):
                known.update(case.family)
                done[case.number] = case
    return done


def expected_facility(item: Item) -> float:
    """The share of right answers to expect until a class has given some, 0 to 1.

    Declared, not measured: two records are harder than one, and a long record than a short one.
    """
    value = 0.7 - 0.01 * (len(item.case.key.cells) - _USUAL_LINES)
    if _content(item.word) in SPANS:
        value -= 0.15
    return min(0.95, max(0.05, value))


def _try_case(plan: Plan, task: Task, salt: int) -> list[Case]:
    try:
        return [draw_case(plan, task, SEAT, salt, tries=_TRIES)]
    except RuleBroken:
        return []


def _content(word: str) -> str:
    """The rule a word is about; what a test counts it as where it is about none."""
    code, is_plant, _ = word.partition(":")
    return code if is_plant else _ALIKE if word else ""


def _form_words(course: Course, size: int) -> Counter[str]:
    """How many items of each rule, of look-alikes and of clean cases one form holds.

    The rules go round the groups, so that a short test meets as many groups as it can.
    """
    n_loud = floor(size * course.plan.error_share + 0.5)
    by_group: dict[str, list[str]] = {}
    for code in course.rules:
        by_group.setdefault(group_of(code), []).append(code)
    order = [code for turn in zip_longest(*by_group.values()) for code in turn if code]
    spanning = [code for code in order if code in SPANS]
    single = [code for code in order if code not in SPANS]
    n_spanning = min(n_loud, ceil(size * TWO_RECORDS_IN_TEST)) if single else n_loud
    n_spanning = n_spanning if spanning else 0
    asked = Counter(islice(cycle(spanning), n_spanning)) if spanning else Counter()
    asked.update(islice(cycle(single), n_loud - n_spanning))
    n_quiet = size - n_loud
    asked[_ALIKE] = ceil(n_quiet / 2)
    asked[""] = n_quiet - asked[_ALIKE]
    return asked


def _spread(code: str, n: int) -> Iterator[str]:
    """``n`` words of a rule, its plants in turn."""
    return islice(cycle(f"{plant.rule}:{plant.name}" for plant in catalogue()[code].plants), n)


@cache
def _plants() -> Mapping[str, Plant]:
    return {f"{p.rule}:{p.name}": p for rule in catalogue().values() for p in rule.plants}

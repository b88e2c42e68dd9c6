"""The ladder: steps, mastery, what comes next, and how many tasks it takes a learner."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import product
from random import Random

import numpy as np
import pytest

from workbench.errors import WrongUse
from workbench.rules import GROUPS, catalogue
from workbench.training import Answer, Plan, Task, draw_case, grade
from workbench.training.ladder import (
    Course,
    Length,
    Offer,
    Position,
    Seen,
    Standing,
    Step,
    Wait,
    choose_rules,
    entry_steps,
    feedback_length,
    offer_next,
    positions,
    see,
    standing,
    standings,
)
from workbench.training.plans import rules_of
from workbench.training.spans import SPANS, TWO_RECORD_SHARE, Span

MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=timezone(timedelta(hours=7)))
ONE = Course(Plan("jenjang", error_share=1.0, seed=3), ("KEL-01",))
PLANTS = [plant.name for plant in catalogue()["KEL-01"].plants]
#: A rule of each group, all of two plants and all across records.
SIX = ("IDN-14", "KEL-01", "ALM-33", "PPK-42", "SOS-52", "BAN-10")


def story(*told: tuple[int, Step, bool], rule: str = "KEL-01", first: int = 1) -> list[Seen]:
    """Answers to one rule, each (minutes after nine, step, right), by the plants in turn."""
    names = [plant.name for plant in catalogue()[rule].plants]
    return [
        Seen(MORNING + timedelta(minutes=at), n, step, rule, names[n % len(names)], "", right)
        for n, (at, step, right) in enumerate(told, start=first)
    ]


def practise(
    course: Course,
    answer: Callable[[Offer, Sequence[Seen]], bool],
    seat: int = 1,
    history: Sequence[Seen] = (),
    minutes: int = 4,
    limit: int = 4000,
) -> tuple[list[Seen], list[Offer]]:
    """A seat that answers whatever it is offered until it is through, waiting where it must."""
    seen, offers, now = list(history), [], MORNING
    for _ in range(limit):
        offer = offer_next(course, seat, seen, now)
        if offer is None:
            return seen, offers
        if isinstance(offer, Wait):
            assert offer.until > now
            now = offer.until
            continue
        offers.append(offer)
        plant = offer.task.plants[0] if offer.task.plants else None
        right = offer.step is Step.EXAMPLE or answer(offer, seen)
        seen.append(
            Seen(
                now,
                offer.task.number,
                offer.step,
                plant.rule if plant else "",
                plant.name if plant else "",
                offer.task.look_alike,
                right,
            )
        )
        now += timedelta(minutes=minutes)
    raise AssertionError("never through")


def always_right(offer: Offer, seen: Sequence[Seen]) -> bool:
    return True


# Which rules need two records


def test_every_declared_rule_is_taught_and_every_span_has_one() -> None:
    for code in SPANS:
        assert catalogue()[code].taught
        assert catalogue()[code].plants, code
    assert set(SPANS.values()) == set(Span)


def test_a_rule_that_reads_several_rows_is_declared_or_known_to_show_in_one() -> None:
    # A tick of the enumerator or the reply of Dukcapil shows ALM-31 and ALM-32; a table of codes
    # or numbers ALM-35, ALM-70 and IDN-16; a document IDN-18; the dwelling alone SOS-59.
    shown_in_one = {"ALM-31", "ALM-32", "ALM-35", "ALM-70", "IDN-16", "IDN-18", "SOS-59"}
    records = {"person", "family", "aid", "event", "ppks"}
    several = {
        rule.code
        for rule in rules_of(Plan("A"))
        if rule.form != "row" or len({c.split(".")[0] for c in rule.columns} & records) > 1
    }
    assert set(SPANS) == several - shown_in_one


@pytest.mark.parametrize("n", [6, 12, 20])
def test_a_chosen_course_keeps_the_share_and_meets_every_group(n: int) -> None:
    for seed in range(10):
        plan = Plan("A", seed=seed)
        rules = choose_rules(plan, n)
        assert len(set(rules)) == n
        spanning = sum(code in SPANS for code in rules)
        assert spanning * plan.error_share >= TWO_RECORD_SHARE * n
        if n > 6:
            assert {catalogue()[code].group for code in rules} == set(GROUPS)


def test_groups_with_few_such_rules_give_what_they_have() -> None:
    rules = choose_rules(Plan("A", groups=("presence",)), 8)
    assert len(rules) == 8
    assert "ALM-33" in rules


# Steps


def test_an_untested_seat_begins_with_a_worked_example_then_climbs_by_two_rights() -> None:
    _, offers = practise(ONE, always_right)
    steps = [offer.step for offer in offers]
    assert steps == [Step.EXAMPLE, Step.FADED, Step.FADED, Step.ALONE, Step.ALONE, Step.MIXED]


@pytest.mark.parametrize(
    ("rights", "step"),
    [
        ("0", Step.EXAMPLE),
        ("001", Step.FADED),
        ("0001", Step.EXAMPLE),
        ("10", Step.FADED),
        ("110", Step.ALONE),
        ("1", Step.ALONE),
        ("11", Step.ALONE),
        ("111", Step.MIXED),
    ],
)
def test_the_test_before_chooses_the_entry_step(rights: str, step: Step) -> None:
    test = story(*[(n, Step.TEST, right == "1") for n, right in enumerate(rights)])
    assert entry_steps(test) == {"family": step}
    assert positions(ONE, test)["family"] == Position(step)


def test_a_test_after_the_practice_chooses_nothing_and_breaks_no_run() -> None:
    history = story((0, Step.EXAMPLE, True), (5, Step.FADED, True), (9, Step.TEST, False))
    assert positions(ONE, history)["family"] == Position(Step.FADED, rights=1)
    done, _ = practise(ONE, always_right)
    late = Seen(done[-1].at, 99, Step.TEST, "KEL-01", PLANTS[0], "", False)
    assert standing(ONE, [*done, late], "KEL-01").is_mastered


@pytest.mark.parametrize("plant", PLANTS)
@pytest.mark.parametrize(
    ("step", "below"),
    [(Step.MIXED, Step.ALONE), (Step.ALONE, Step.FADED), (Step.FADED, Step.FADED)],
)
def test_a_miss_sends_back_one_step_with_the_example_first(
    step: Step, below: Step, plant: str
) -> None:
    climb = {Step.FADED: 1, Step.ALONE: 3, Step.MIXED: 5}[step]
    history = practise(ONE, always_right)[0][:climb]
    assert positions(ONE, history)["family"].step is step
    now = history[-1].at + timedelta(hours=1)
    miss = Seen(now, climb + 1, step, "KEL-01", plant, "", is_right=False)
    example = offer_next(ONE, 1, [*history, miss], now)
    assert isinstance(example, Offer)
    assert example.step is Step.EXAMPLE
    # What was missed is explained in another family; the other plant is left to try.
    assert [shown.name for shown in example.task.plants] == [plant]
    shown = Seen(now, climb + 2, Step.EXAMPLE, "KEL-01", plant)
    again = offer_next(ONE, 1, [*history, miss, shown], now)
    assert isinstance(again, Offer)
    assert again.step is below
    assert again.task.rules == ("KEL-01",)
    assert again.task.plants[0].name != plant


def test_what_was_just_shown_is_tried_before_what_was_never_met() -> None:
    course = replace(ONE, rules=("KEL-01", "KEL-23", "KEL-25"))
    miss = story((0, Step.EXAMPLE, True), (5, Step.FADED, False), (9, Step.EXAMPLE, True))
    for history in (miss[:1], miss):
        again = offer_next(course, 1, history, MORNING + timedelta(minutes=12))
        assert isinstance(again, Offer)
        assert (again.step, again.task.rules) == (Step.FADED, ("KEL-01",))
    tried = [*miss, *story((12, Step.FADED, True), first=4)]
    other = offer_next(course, 1, tried, MORNING + timedelta(minutes=15))
    assert isinstance(other, Offer)
    assert other.task.rules == ("KEL-23",)


def test_a_wrong_flag_on_a_case_without_a_mistake_moves_nobody() -> None:
    history = story((0, Step.EXAMPLE, True), (5, Step.FADED, True))
    alarm = Seen(MORNING + timedelta(minutes=9), 3, Step.FADED, look_alike="kembar", is_right=False)
    assert positions(ONE, [*history, alarm]) == positions(ONE, history)


def test_groups_climb_one_after_the_other_and_are_mixed_at_the_end() -> None:
    course = Course(Plan("jenjang", error_share=1.0, seed=3), SIX)
    _, offers = practise(course, always_right)
    climbing = [offer.group for offer in offers if offer.step is not Step.MIXED]
    assert list(dict.fromkeys(climbing)) == list(GROUPS)
    assert climbing == sorted(climbing, key=list(GROUPS).index)
    assert [offer.group for offer in offers if offer.step is Step.MIXED] == list(GROUPS)


# Mastery


def three(first: int, second: int, third: int) -> list[Seen]:
    return story(*[(at, Step.ALONE, True) for at in (first, second, third)])


def test_three_right_in_a_row_are_mastery_only_when_one_comes_later() -> None:
    assert not standing(ONE, three(0, 5, 34), "KEL-01").is_mastered
    assert standing(ONE, three(0, 5, 35), "KEL-01").is_mastered
    assert standing(ONE, three(0, 30, 31), "KEL-01").is_mastered
    assert not standing(replace(ONE, gap_minutes=31), three(0, 5, 35), "KEL-01").is_mastered


def test_another_day_is_later_whatever_the_gap() -> None:
    long = replace(ONE, gap_minutes=600)
    assert not standing(long, three(0, 5, 300), "KEL-01").is_mastered
    assert standing(long, three(880, 890, 901), "KEL-01").is_mastered


def test_neither_help_nor_a_miss_between_makes_a_run() -> None:
    helped = [replace(seen, step=Step.FADED) for seen in three(0, 5, 60)]
    assert standing(ONE, helped, "KEL-01").run == ()
    broken = story(
        *[(0, Step.ALONE, True), (5, Step.ALONE, True), (50, Step.ALONE, False)],
        (90, Step.ALONE, True),
    )
    assert len(standing(ONE, broken, "KEL-01").run) == 1


def test_a_miss_after_mastery_opens_the_rule_again() -> None:
    done = three(0, 5, 60)
    assert offer_next(ONE, 1, done, MORNING + timedelta(hours=2)) is None
    missed = [*done, *story((90, Step.MIXED, False), first=4)]
    assert not standing(ONE, missed, "KEL-01").is_mastered
    offer = offer_next(ONE, 1, missed, MORNING + timedelta(hours=2))
    assert isinstance(offer, Offer)
    assert offer.step is Step.EXAMPLE


def test_one_plant_answered_three_times_is_no_mastery_of_a_rule_with_two() -> None:
    same = [replace(seen, plant=PLANTS[0]) for seen in three(0, 5, 60)]
    assert not standing(ONE, same, "KEL-01").is_mastered
    other = story((70, Step.ALONE, True), first=4)
    assert standing(ONE, [*same, replace(other[0], plant=PLANTS[1])], "KEL-01").is_mastered


@pytest.mark.parametrize(("rule", "plants"), [("IDN-12", 1), ("KEL-01", 2), ("ALM-32", 3)])
def test_mastery_takes_three_families_and_all_of_up_to_three_plants(rule: str, plants: int) -> None:
    course = Course(Plan("jenjang", error_share=1.0), (rule,))
    for seat in range(1, 8):
        seen, _ = practise(course, always_right, seat)
        run = standing(course, seen, rule).run
        assert len(run) == len({one.number for one in run}) == 3
        assert len({one.plant for one in run}) == plants
    told = standing(course, seen, rule)
    assert not replace(told, run=(told.run[0],) * 3).is_mastered


def test_the_answer_that_completes_a_run_is_waited_for() -> None:
    seen, _ = practise(ONE, always_right)
    before = seen[:-1]
    last = before[-1].at
    assert offer_next(ONE, 1, before, last) == Wait(last + timedelta(minutes=30))
    assert isinstance(offer_next(ONE, 1, before, last + timedelta(minutes=30)), Offer)
    late = [replace(s, at=s.at.replace(hour=23, minute=50)) for s in before]
    midnight = late[-1].at.replace(hour=0, minute=0) + timedelta(days=1)
    assert offer_next(ONE, 1, late, late[-1].at) == Wait(midnight)


# What comes next


def test_the_same_history_gives_the_same_offer_and_another_seat_other_variants() -> None:
    course = Course(Plan("jenjang", seed=5), choose_rules(Plan("jenjang", seed=5), 12))
    one = practise(course, always_right, seat=1)[1]
    assert practise(course, always_right, seat=1)[1] == one
    assert practise(course, always_right, seat=2)[1] != one


def test_no_number_comes_twice_and_new_plants_come_before_known_ones() -> None:
    rng = Random("angka")
    course = Course(Plan("jenjang", seed=6), choose_rules(Plan("jenjang", seed=6), 8))
    test = [Seen(MORNING, 7, Step.TEST, course.rules[0], "", "", True)]
    seen, offers = practise(course, lambda offer, _: rng.random() < 0.7, history=test)
    numbers = [one.number for one in seen]
    assert numbers == sorted(set(numbers))
    assert offers[0].task.number == 8
    met: dict[str, set[str]] = {}
    for offer in offers:
        for plant in offer.task.plants:
            known = met.setdefault(plant.rule, set())
            fresh = {p.name for p in catalogue()[plant.rule].plants} - known
            assert offer.step is Step.EXAMPLE or not fresh or plant.name in fresh
            known.add(plant.name)


def test_what_is_offered_can_be_drawn_and_no_family_comes_twice() -> None:
    _, offers = practise(ONE, always_right)
    cases = [draw_case(ONE.plan, offer.task, seat=1) for offer in offers]
    niks = [{row["nik"] for row in case.listed.tables["person"]} for case in cases]
    assert len(cases) == 6
    assert len(set.union(*niks)) == sum(map(len, niks))


@pytest.mark.parametrize("share", [0.5, 0.75, 0.9])
def test_cases_without_a_mistake_keep_the_asked_share(share: float) -> None:
    plan = Plan("jenjang", error_share=share, seed=2)
    course = Course(plan, choose_rules(plan, 16))
    seen, _ = practise(course, always_right)
    graded = [one for one in seen if one.step is not Step.EXAMPLE]
    quiet = [one for one in graded if not one.rule]
    # Exact at the end of each block of eight.
    whole = graded[: len(graded) // 8 * 8]
    assert abs(sum(not one.rule for one in whole) - (1 - share) * len(whole)) <= 0.5
    assert graded[0].rule
    alike = [one.look_alike for one in quiet if one.look_alike]
    assert abs(len(alike) - len(quiet) / 2) <= 1
    assert len(set(alike)) == min(len(alike), 9)


def test_where_cases_without_a_mistake_come_cannot_be_counted_off() -> None:
    course = Course(Plan("jenjang", seed=2), choose_rules(Plan("jenjang", seed=2), 16))
    patterns = set()
    for seat in range(1, 7):
        seen, _ = practise(course, always_right, seat)
        graded = [one for one in seen if one.step is not Step.EXAMPLE]
        patterns.add(tuple(n for n, one in enumerate(graded[:24]) if not one.rule))
    assert len(patterns) == 6


def test_four_of_ten_cases_need_two_records() -> None:
    shares = []
    for seed in range(12):
        plan = Plan("jenjang", seed=seed)
        course = Course(plan, choose_rules(plan, 12))
        rng = Random(seed)
        seen, _ = practise(course, lambda offer, _, rng=rng: rng.random() < 0.8, seat=seed)
        graded = [one for one in seen if one.step is not Step.EXAMPLE]
        shares.append(sum(one.rule in SPANS for one in graded) / len(graded))
    assert min(shares) >= TWO_RECORD_SHARE


# Grades and feedback


def test_a_graded_case_becomes_history() -> None:
    plant = catalogue()["KEL-01"].plants[0]
    task = Task(4, (plant,))
    case = draw_case(ONE.plan, task, seat=1)
    cell = case.key.mistakes[0].fields[0]
    clean = sorted(case.key.clean)

    def right(*cells: str) -> bool:
        answer = Answer(dict.fromkeys(cells, "tidak_sesuai"))
        (seen,) = see(task, Step.ALONE, MORNING, grade(case.key, answer))
        assert (seen.number, seen.rule, seen.plant) == (4, "KEL-01", plant.name)
        assert Seen.from_json(seen.to_json()) == seen
        return seen.is_right

    assert right(cell)
    assert right(cell, clean[0])
    assert not right(cell, *clean[:2])
    assert not right(*case.key.cells)
    assert not right()


def test_a_case_without_a_mistake_is_right_when_nothing_is_flagged() -> None:
    task = Task(5, (), "kembar")
    case = draw_case(ONE.plan, task, seat=1)
    for cells, right in (((), True), ((case.key.cells[0],), False)):
        answer = Answer(dict.fromkeys(cells, "tidak_sesuai"))
        (seen,) = see(task, Step.MIXED, MORNING, grade(case.key, answer))
        assert (seen.rule, seen.look_alike, seen.is_right) == ("", "kembar", right)


def test_two_mistakes_of_one_case_are_two_things_seen() -> None:
    task = Task(3, (catalogue()["KEL-01"].plants[0], catalogue()["BAN-10"].plants[0]))
    shown = see(task, Step.EXAMPLE, MORNING)
    assert [(seen.number, seen.rule) for seen in shown] == [(3, "KEL-01"), (3, "BAN-10")]


def test_a_case_without_its_grade_is_refused() -> None:
    with pytest.raises(WrongUse):
        see(Task(1), Step.ALONE, MORNING)


def test_feedback_grows_shorter_with_mastery_and_a_miss_is_always_explained() -> None:
    def told(*minutes: int) -> Standing:
        return standing(ONE, story(*[(at, Step.ALONE, True) for at in minutes]), "KEL-01")

    lengths = [feedback_length(told(*at), True) for at in ((0,), (0, 5), (0, 5, 60))]
    assert lengths == [Length.FULL, Length.SHORT, Length.LINE]
    assert feedback_length(told(0, 5, 60), False) is Length.FULL
    assert feedback_length(None, True) is Length.SHORT
    assert feedback_length(None, False) is Length.FULL


# How long it takes


def expected_tasks(learns_from_example: float, learns_from_feedback: float) -> float:
    """Tasks until one rule is mastered, from the example on: the chain of the ladder, solved.

    A state is (step 0 help, 1 alone, 2 mixed; rights on the step; run; knows). A wrong answer
    costs the worked example as well. Written from the description of the ladder alone.
    """
    states = [
        state
        for state in product((0, 1, 2), (0, 1), (0, 1, 2), (False, True))
        if state[0] < 2 or state[1] == 0
    ]
    place = {state: n for n, state in enumerate(states)}
    matrix, cost = np.eye(len(states)), np.ones(len(states))

    def learn(knows: bool, *chances: float) -> list[tuple[bool, float]]:
        stays = 1.0
        for chance in chances:
            stays *= 1 - chance
        return [(True, 1.0)] if knows else [(True, 1 - stays), (False, stays)]

    for (step, rights, run, knows), n in place.items():
        right = 0.9 if knows else 0.2
        cost[n] += 1 - right
        run_after = run + (step > 0)
        risen = (min(step + 1, 2), 0) if rights == 1 or step == 2 else (step, rights + 1)
        for knows_after, chance in learn(knows, learns_from_feedback):
            if run_after < 3:
                matrix[n, place[(*risen, run_after, knows_after)]] -= right * chance
        for knows_after, chance in learn(knows, learns_from_feedback, learns_from_example):
            matrix[n, place[(max(step - 1, 0), 0, 0, knows_after)]] -= (1 - right) * chance
    tasks = np.linalg.solve(matrix, cost)
    begin = learn(False, learns_from_example)
    return 1 + sum(chance * tasks[place[(0, 0, 0, knows)]] for knows, chance in begin)


def learner(rng: Random, from_example: float, from_feedback: float) -> Callable[..., bool]:
    """Slips once in ten, guesses right once in five, and learns by chance, rule by rule."""
    known: set[str] = set()
    counted = 0

    def answer(offer: Offer, seen: Sequence[Seen]) -> bool:
        nonlocal counted
        for past in seen[counted:]:
            if past.step is Step.EXAMPLE and rng.random() < from_example:
                known.add(past.rule)
        counted = len(seen)
        if not offer.task.plants:
            return rng.random() < 0.9
        rule = offer.task.rules[0]
        is_right = rng.random() < (0.9 if rule in known else 0.2)
        if rng.random() < from_feedback:
            known.add(rule)
        return is_right

    return answer


@pytest.mark.parametrize(("example", "feedback"), [(0.5, 0.3), (0.3, 0.1), (1.0, 0.0)])
def test_learners_reach_mastery_in_the_expected_number_of_tasks(
    example: float, feedback: float
) -> None:
    rng = Random(f"murid:{example}")
    counts = [len(practise(ONE, learner(rng, example, feedback))[1]) for _ in range(700)]
    assert np.mean(counts) == pytest.approx(expected_tasks(example, feedback), rel=0.10)


def test_who_knows_from_the_start_of_practice_needs_few_tasks() -> None:
    # Worked by hand for a rule never missed: example, two with help, two alone, one mixed.
    assert len(practise(ONE, always_right)[1]) == 6


def test_six_groups_with_quiet_cases_between_take_six_times_as_many() -> None:
    course = Course(Plan("jenjang", seed=8), SIX)
    rng = Random("enam")
    counts = []
    for seat in range(1, 81):
        seen, offers = practise(course, learner(rng, 0.5, 0.3), seat)
        counts.append(sum(bool(offer.task.plants) for offer in offers))
        assert all(told.is_mastered for told in standings(course, seen).values())
    assert np.mean(counts) == pytest.approx(6 * expected_tasks(0.5, 0.3), rel=0.10)


@pytest.mark.parametrize(
    "parts",
    [
        {"rules": ()},
        {"rules": ("KEL-01", "KEL-01")},
        {"rules": ("IDN-04",)},
        {"rules": ("BAN-10",), "plan": Plan("A", groups=("family",))},
        {"gap_minutes": 0},
        {"plan": Plan("A", error_share=0.0)},
    ],
)
def test_a_course_that_does_not_fit_is_refused(parts: dict[str, object]) -> None:
    with pytest.raises(WrongUse):
        replace(ONE, **parts)  # type: ignore[arg-type]

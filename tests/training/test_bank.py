"""What a class's bank holds: every kind in families of its own, two forms alike, all judged."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from workbench.errors import RuleBroken, WrongUse
from workbench.rules import catalogue, plants
from workbench.training import Plan, Task, bank, drawing
from workbench.training.ladder import Course, choose_rules
from workbench.training.plans import LOOK_ALIKES
from workbench.training.spans import SPANS

PLAN = Plan("uji-bank", seed=3)
COURSE = Course(PLAN, choose_rules(PLAN, 6))
SIZE = 8


@pytest.fixture(scope="module")
def items() -> list[bank.Item]:
    return bank.draw_bank(COURSE, SIZE)


def test_each_rule_has_enough_for_practice_spread_over_its_plants(items: list[bank.Item]) -> None:
    practice = [item for item in items if not item.form]
    for code in COURSE.rules:
        words = Counter(item.word for item in practice if item.word.startswith(f"{code}:"))
        assert words.total() >= bank.PER_RULE
        assert set(words) == {f"{p.rule}:{p.name}" for p in catalogue()[code].plants}
    quiet = [item.word for item in practice if ":" not in item.word]
    assert set(quiet) == {*LOOK_ALIKES, ""}
    assert quiet.count("") == len(quiet) / 2


def test_no_family_comes_twice(items: list[bank.Item]) -> None:
    families = [bank.family_of(item.case.to_public()) for item in items]
    assert len({name for name, _ in families}) == len(items)
    assert len({card for _, card in families}) == len(items)
    assert [item.item for item in items] == sorted({item.item for item in items})


def test_the_rules_find_what_was_planted_and_nothing_else(items: list[bank.Item]) -> None:
    assert drawing.settle([item.case for item in items])[1] == []
    for item in items:
        held = [f"{m.rule}:{m.plant}" for m in item.case.key.mistakes]
        assert "+".join(held) == (item.word if ":" in item.word else "")
        alike = item.case.key.look_alike
        assert (alike.name if alike else "") == ("" if ":" in item.word else item.word)


def test_the_two_forms_match_place_by_place(items: list[bank.Item]) -> None:
    forms = {
        form: sorted((item for item in items if item.form == form), key=lambda item: item.place)
        for form in "AB"
    }
    kinds = {}
    for form, held in forms.items():
        assert [item.place for item in held] == list(range(1, SIZE + 1))
        kinds[form] = [
            item.word.partition(":")[0] if ":" in item.word else bool(item.word) for item in held
        ]
        assert sum(kind in SPANS for kind in kinds[form]) == SIZE / 2
        assert sum(":" in item.word for item in held) == SIZE * PLAN.error_share
    assert kinds["A"] == kinds["B"]
    expected = [sum(map(bank.expected_facility, held)) / SIZE for held in forms.values()]
    assert expected[0] == pytest.approx(expected[1], abs=0.05)
    assert not {item.item for item in forms["A"]} & {item.item for item in forms["B"]}


def test_the_same_course_gives_the_same_bank(items: list[bank.Item]) -> None:
    again = bank.draw_bank(COURSE, SIZE)
    assert [(i.item, i.word, i.form, i.place) for i in again] == [
        (i.item, i.word, i.form, i.place) for i in items
    ]
    assert [i.case.to_public() for i in again] == [i.case.to_public() for i in items]
    other = next(bank.draw_items(replace(PLAN, seed=4), [items[0].word]))
    assert other.case.to_public() != items[0].case.to_public()


def test_further_cases_are_of_families_that_are_not_taken() -> None:
    words = [f"{COURSE.rules[0]}:{catalogue()[COURSE.rules[0]].plants[0].name}", "kembar", ""]
    first = list(bank.draw_items(PLAN, words, 50))
    assert [item.item for item in first] == [50, 51, 52]
    taken = [bank.family_of(item.case.to_public()) for item in first]
    further = list(bank.draw_items(PLAN, words, 50, taken))
    assert [item.word for item in further] == words
    assert not {bank.family_of(item.case.to_public())[0] for item in further} & {
        name for name, _ in taken
    }


def test_a_rule_of_which_no_case_comes_about_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    code = COURSE.rules[0]
    draw = bank.draw_case

    def refuse(plan: Plan, task: Task, *rest: int, **named: int) -> object:
        if code in task.rules:
            raise RuleBroken("nihil")
        return draw(plan, task, *rest, **named)

    monkeypatch.setattr(bank, "draw_case", refuse)
    with pytest.raises(RuleBroken, match=code):
        bank.draw_bank(Course(PLAN, COURSE.rules[:2]))


def test_a_short_record_of_one_row_is_expected_to_be_easier(items: list[bank.Item]) -> None:
    for item in items:
        assert 0.05 <= bank.expected_facility(item) <= 0.95
    single = [item for item in items if item.word.partition(":")[0] not in SPANS]
    shortest = min(single, key=lambda item: len(item.case.key.cells))
    longest = max(single, key=lambda item: len(item.case.key.cells))
    assert bank.expected_facility(shortest) > bank.expected_facility(longest)


def test_a_word_says_what_a_task_holds_and_is_read_back() -> None:
    one, two = plants()[0], plants()[-1]
    tasks = (Task(4, (one,)), Task(4, (one, two)), Task(4, (), "kembar"), Task(4))
    for task in tasks:
        assert bank.task_of(bank.word_of(task), 4) == task
    assert max(len(bank.word_of(Task(1, (p, q)))) for p in plants() for q in plants()[:3]) <= 240


@pytest.mark.parametrize("word", ["XXX-99:tanam", "IDN-09:entah", "entah", "IDN-09:", "+", ":"])
def test_a_word_of_another_version_is_answered_with_a_sentence(word: str) -> None:
    with pytest.raises(WrongUse, match="versi Meja Verval yang lain"):
        bank.task_of(word, 1)

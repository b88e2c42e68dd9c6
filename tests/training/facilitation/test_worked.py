"""Families of the slide show: of their own, the same everywhere, and solved as the key says."""

from collections import Counter

import pytest

from workbench.rules import GROUPS, catalogue
from workbench.training.bank import family_of
from workbench.training.drawing import draw_case
from workbench.training.facilitation import worked
from workbench.training.plans import LOOK_ALIKES, Plan, Task
from workbench.training.spans import SPANS, Span

PLAN = Plan("tayangan:uji", n_cases=1, error_share=1.0)


@pytest.fixture(scope="module")
def cases():
    return {day: worked.worked_cases(PLAN, day) for day in (1, 2)}


def test_a_day_shows_one_rule_of_each_group_and_no_rule_comes_twice():
    days = worked.rules_of_days(PLAN, 3)
    for rules in days:
        assert [rule.group for rule in rules] == list(GROUPS)
        assert all(rule.taught and rule.plants for rule in rules)
    assert max(Counter(rule.code for rules in days for rule in rules).values()) == 1
    assert days == worked.rules_of_days(PLAN, 3)
    assert days[:1] == worked.rules_of_days(PLAN, 1)


def test_a_class_of_some_groups_is_shown_their_rules_only():
    few = Plan("tayangan:uji", n_cases=1, error_share=1.0, groups=("family",))
    assert [rule.group for rule in worked.rules_of_days(few, 1)[0]] == ["family"]
    assert len(worked.rules_of_days(few, 40)) == 40


def test_a_rule_is_shown_with_what_one_family_s_papers_say():
    rule = catalogue()["KEL-28"]
    (shown,) = worked.shown_rules(PLAN, [rule])
    assert "anggota" in shown.example
    assert "{" not in shown.example
    assert shown.document.startswith("KK menulis")


def test_where_no_document_speaks_the_question_is_not_said_twice():
    shown = worked.shown_rules(PLAN, [catalogue()["PPK-44"]])
    assert [one.document for one in shown] == [""]


def test_a_day_solves_a_mistake_and_then_what_only_looks_like_one(cases):
    for loud, quiet in cases.values():
        assert len(loud.key.mistakes) == 1
        assert quiet.key.mistakes == ()
        assert quiet.key.look_alike.name in LOOK_ALIKES
    first, later = cases[1][0].key.mistakes[0].rule, cases[2][0].key.mistakes[0].rule
    assert first not in SPANS
    assert SPANS[later] is Span.MEMBERS


def test_a_city_without_some_look_alike_shows_another(monkeypatch):
    few = {name: cells for name, cells in LOOK_ALIKES.items() if name != "nik_wilayah_lama"}
    monkeypatch.setattr(worked, "LOOK_ALIKES", few)
    asked = []
    monkeypatch.setattr(worked, "draw_items", lambda _, words, *__: asked.extend(words) or [])
    assert worked.worked_cases(PLAN, 1) == ()
    assert "kembar" in asked
    assert "nik_wilayah_lama" not in asked


def test_the_mistake_can_be_seen_on_the_pages(cases):
    for loud, _ in cases.values():
        assert loud.compared
        assert any(value not in said for _, value, said in loud.compared)
        told = " ".join(step["say"] for step in loud.steps)
        assert loud.key.mistakes[0].title in told


def test_no_family_of_the_class_is_solved_before_everybody(cases):
    taken = {family_of(case.public) for case in cases[1]}
    others = worked.worked_cases(PLAN, 1, taken)
    assert len(others) == 2
    assert taken.isdisjoint(family_of(case.public) for case in others)


def test_an_example_is_never_of_a_family_of_the_class(monkeypatch):
    rule = catalogue()["KEL-28"]
    seen = []

    def draw(plan, words, first, taken):
        seen.append(taken)
        return iter(())

    monkeypatch.setattr(worked, "draw_items", draw)
    (shown,) = worked.shown_rules(PLAN, [rule], {("Keluarga X", "No. 1")})
    assert seen == [{("Keluarga X", "No. 1")}]
    assert shown == worked.RuleOfDay(rule)


def test_what_documents_say_names_each_value_once():
    plant = catalogue()["KEL-28"].plants[0]
    public = draw_case(PLAN, Task(1, (plant,)), 1).to_public()
    cell = next(row["cell"] for row in public["record"][1]["rows"] if row["label"] == "NIK")
    said = worked.said_of(public, cell)
    assert said.count("KK") == 1
    assert "Dukcapil" in said
    assert worked.said_of(public, "F0.tidak_ada") == ""

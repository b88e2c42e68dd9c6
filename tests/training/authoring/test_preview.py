"""What a trainee would read: escaped, drawn by the plants, judged by the engine."""

from __future__ import annotations

from dataclasses import replace

import pytest

from workbench.errors import WrongUse
from workbench.rules import check
from workbench.training import Case
from workbench.training.authoring import CaseTask, QuestionTask, draw_cases, preview

TASK = CaseTask(
    row=2,
    rule="IDN-09",
    plant="slip_in_the_date",
    families=3,
    difficulty="mudah",
    note="Ibu memperlihatkan KTP & KK.",
    has_look_alike=True,
)


def _found(case: Case) -> set[str]:
    findings = check(case.listed.to_register()).with_titles()
    return set(findings.column("rule").to_pylist())


def test_a_question_is_escaped_and_keeps_its_key_to_itself() -> None:
    task = QuestionTask(
        row=2,
        question="Umur <17 & belum KTP?",
        options=("Wajar <17", "Salah", "Rujuk"),
        key="C",
        why='Kata "belum" <biasa>.',
        source="A & B",
        topic="IDN-20",
        difficulty="mudah",
    )
    shown = preview(task)
    assert shown.page == (
        "<p>Umur &lt;17 &amp; belum KTP?</p>"
        "<ul><li>A. Wajar &lt;17</li><li>B. Salah</li><li>C. Rujuk</li></ul>"
    )
    assert shown.key == (
        "<p>Kunci: C. Rujuk</p><p>Kata &quot;belum&quot; &lt;biasa&gt;.</p><p>Sumber: A &amp; B</p>"
    )
    assert shown.cases == ()


def test_a_case_is_drawn_for_one_family_and_shown_with_the_officers_note() -> None:
    shown = preview(TASK)
    case, alike = shown.cases
    assert [mistake.rule for mistake in case.key.mistakes] == ["IDN-09"]
    assert case.key.mistakes[0].plant == "slip_in_the_date"
    assert shown.page.count("Ibu memperlihatkan KTP &amp; KK.") == 1
    assert case.key.mistakes[0].title in shown.key
    assert case.key.mistakes[0].title not in shown.page
    assert "{" not in shown.key
    assert alike.key.mistakes == ()
    assert alike.key.look_alike is not None


def test_the_engine_finds_what_was_planted_and_nothing_in_the_look_alike() -> None:
    *cases, alike = draw_cases(TASK)
    assert len(cases) == 3
    for case in cases:
        assert _found(case) == {"IDN-09"}
    assert _found(alike) == set()
    assert [(case.number, case.of) for case in (*cases, alike)] == [(n, 4) for n in (1, 2, 3, 4)]


def test_families_differ_and_the_same_row_gives_the_same_cases() -> None:
    task = replace(TASK, families=2, has_look_alike=False)
    publics = [case.to_public() for case in draw_cases(task)]
    assert publics[0]["record"] != publics[1]["record"]
    assert publics == [case.to_public() for case in draw_cases(task)]
    other = [case.to_public() for case in draw_cases(replace(task, row=3))]
    assert other[0]["record"] != publics[0]["record"]


def test_where_any_way_will_do_the_ways_take_turns() -> None:
    task = CaseTask(2, "IDN-01", "", 2, "mudah")
    assert {case.key.mistakes[0].plant for case in draw_cases(task)} == {"leave_empty"}
    task = CaseTask(2, "IDN-10", "", 4, "mudah")
    drawn = [case.key.mistakes[0].plant for case in draw_cases(task)]
    assert set(drawn) == {"flip_sex", "forget_forty"}


def test_a_rule_or_way_that_is_gone_is_refused_in_words() -> None:
    with pytest.raises(WrongUse, match="tidak ada di katalog"):
        preview(replace(TASK, plant="no_such_way"))
    with pytest.raises(WrongUse, match="tidak ada di katalog"):
        preview(replace(TASK, rule="IDN-04", plant=""))

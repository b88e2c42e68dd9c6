"""Two visits question by question: what is compared, and how it is read."""

from __future__ import annotations

import pytest

from workbench.verification.agreement.visits import UNANSWERED, questions, read_fields
from workbench.verification.fieldwork.outcomes import Level, Outcome

MET = {"presence": "KB1", "domicile": "DM1", "eligibility": "LY1", "proposal": "TETAP"}


def visit(answer="benar", member="KB1", **family):
    return Outcome(
        {**MET, **family}, {"P1": {"member_presence": member}}, {"K1:family:F1": {"answer": answer}}
    )


def disputed(first, second):
    return [
        (one.field, one.first, one.second)
        for one in questions("F1", first, second)
        if one.is_disputed
    ]


def test_what_both_say_alike_is_no_dispute():
    assert disputed(visit(), visit()) == []


def test_each_level_is_compared():
    assert disputed(visit(), visit("tidak_benar", "KB2", eligibility="LY3")) == [
        ("eligibility", "LY1", "LY3"),
        ("member_presence", "KB1", "KB2"),
        ("answer", "benar", "tidak_benar"),
    ]


def test_what_follows_from_an_earlier_answer_is_one_difference():
    gone = Outcome({"presence": "KB2", "proposal": "TETAP"})
    assert disputed(visit(), gone)[0] == ("presence", "KB1", "KB2")
    assert {one[0] for one in disputed(visit(), gone)} == {"presence", "eligibility"}


def test_days_words_counts_and_what_was_shown_are_not_compared():
    first = visit(visited_on="2026-11-01", visit_number="1", note="Hijau", evidence=("KK",))
    second = visit(visited_on="2026-11-09", visit_number="2", note="Biru", evidence=("KTP",))
    assert disputed(first, second) == []


def test_several_codes_are_one_answer_in_any_order():
    first, second = visit(ppks_added=("PMKS24", "PMKS08")), visit(ppks_added=("PMKS08", "PMKS24"))
    assert disputed(first, second) == []
    assert disputed(first, visit()) == [("ppks_added", "PMKS08 + PMKS24", UNANSWERED)]


def test_a_finding_only_one_was_asked_about_is_left_out():
    other = Outcome(MET, {}, {"K2:family:F1": {"answer": "benar"}})
    assert {one.level for one in questions("F1", visit(), other)} == {Level.FAMILY}


def test_a_question_about_a_finding_knows_its_rule():
    asked = questions("F1", visit(), visit())
    assert {one.rule for one in asked} == {"", "K1"}
    assert {one.judged(None).topic for one in asked if one.rule} == {"K1"}


def test_agreement_is_read_with_all_coefficients():
    pairs = [("benar", "benar")] * 30 + [("benar", "tidak_benar")] * 3
    pairs += [("tidak_benar", "tidak_benar")] * 9
    asked = [
        one
        for nth, (first, second) in enumerate(pairs)
        for one in questions(f"F{nth}", visit(first), visit(second))
    ]
    (answer,) = [one for one in read_fields(asked) if one.field.key == "answer"]
    assert (answer.table.n, answer.table.n_agreed) == (42, 39)
    names = [one.name for one in answer.coefficients]
    assert names[:3] == ["Kesepakatan mentah", "Kappa Cohen", "Kappa Fleiss"]
    assert all(
        one.estimate and one.estimate.low < one.estimate.value for one in answer.coefficients
    )
    # Cohen: (po - pe) / (1 - pe), po = 39/42, pe = 33 * 30 + 9 * 12 over 42^2.
    chance = (33 * 30 + 9 * 12) / 42**2
    assert answer.coefficients[1].estimate.value == pytest.approx(
        (39 / 42 - chance) / (1 - chance), abs=1e-9
    )
    assert "Benar" in answer.reading.words + answer.reading.warning + str(answer.reading.shares)


def test_few_families_are_told_raw_and_refused_the_rest():
    asked = questions("F1", visit(), visit("tidak_benar"))
    (answer,) = [one for one in read_fields(asked) if one.field.key == "answer"]
    assert [one.name for one in answer.coefficients] == ["Kesepakatan mentah"]
    assert answer.reading.refusal

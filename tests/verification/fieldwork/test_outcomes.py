"""What a visit brings back: what is needed when, what does not go together, words apart."""

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.reference import by_code
from workbench.errors import WrongUse
from workbench.verification.fieldwork.outcomes import (
    Kind,
    Level,
    Outcome,
    Problem,
    check_outcome,
    clashes,
    differences,
    fields,
)

TODAY = date(2026, 11, 22)
FOUND = {
    "visited_on": "2026-11-20",
    "visit_number": "1",
    "presence": "KB1",
    "domicile": "DM1",
    "eligibility": "LY1",
    "proposal": "TETAP",
}
MEMBER = {"member_presence": "KB1", "civil_match": "PD1"}
ANSWERED = {"answer": "benar"}


def problems(family, persons=None, findings=None):
    outcome = Outcome(family, persons or {}, findings or {})
    return check_outcome(outcome, TODAY)


def where(found):
    return {(problem.field, problem.blocks) for problem in found}


def test_a_complete_visit_has_nothing_to_mend():
    assert problems(FOUND, {"p": MEMBER}, {"f": ANSWERED}) == ()


def test_a_family_that_was_not_found_needs_no_answers_about_its_members():
    gone = {
        "visited_on": "2026-11-20",
        "visit_number": "2",
        "presence": "KB2",
        "proposal": "KUNJUNGAN_ULANG",
    }
    assert problems(gone, {"p": {}}, {"f": {}}) == ()


@pytest.mark.parametrize("key", [one.key for one in fields(Level.FAMILY) if one.is_required(FOUND)])
def test_what_is_required_is_asked_for_by_its_label(key):
    found = problems({name: answer for name, answer in FOUND.items() if name != key})
    label = next(one.label for one in fields() if one.key == key)
    assert [one for one in found if one.field == key and f'"{label}" belum diisi.' in one.sentence]


def test_ineligible_asks_for_a_reason_and_the_evidence_seen():
    family = {**FOUND, "eligibility": "LY2", "proposal": "USUL_HAPUS"}
    assert where(problems(family)) == {("reason", True), ("evidence", True)}
    told = {**family, "reason": "TL17", "evidence": ("BERITA_ACARA",)}
    assert problems(told) == ()


def test_what_is_not_asked_is_never_required():
    reason = next(one for one in fields() if one.key == "reason")
    always = replace(reason, required=())
    assert not always.is_required({"eligibility": "LY1"})
    assert always.is_required({"eligibility": "LY2"})


def test_a_reason_without_a_verdict_of_ineligible_is_refused():
    assert ("reason", True) in where(problems({**FOUND, "reason": "TL17"}))


@pytest.mark.parametrize(
    ("answers", "field", "blocks"),
    [
        ({"eligibility": "LY1", "proposal": "USUL_HAPUS"}, "proposal", True),
        (
            {"eligibility": "LY2", "reason": "TL17", "evidence": ("FOTO",), "proposal": "TETAP"},
            "proposal",
            True,
        ),
        (
            {
                "eligibility": "LY2",
                "reason": "TL13",
                "evidence": ("KK",),
                "proposal": "USUL_HAPUS",
            },
            "presence",
            True,
        ),
        (
            {
                "eligibility": "LY2",
                "reason": "TL17",
                "evidence": ("PENGAKUAN",),
                "proposal": "MUSYAWARAH",
            },
            "evidence",
            False,
        ),
    ],
)
def test_what_does_not_go_together_is_said_at_its_question(answers, field, blocks):
    assert where(problems({**FOUND, **answers})) == {(field, blocks)}


def test_not_found_once_is_a_reminder_and_twice_none():
    family = {
        "visited_on": "2026-11-20",
        "visit_number": "1",
        "presence": "KB2",
        "eligibility": "LY2",
        "reason": "TL22",
        "evidence": ("KET_RT",),
        "proposal": "USUL_HAPUS",
    }
    assert where(problems(family)) == {("eligibility", False)}
    assert problems({**family, "visit_number": "2"}) == ()


def test_one_category_cannot_be_confirmed_and_removed():
    member = {
        **MEMBER,
        "member_ppks_confirmed": ("PMKS08",),
        "member_ppks_removed": ("PMKS08",),
    }
    (found,) = problems(FOUND, {"p": member})
    assert (found.subject, found.field) == ("p", "member_ppks_removed")
    assert "Lanjut Usia Telantar" in found.sentence


@pytest.mark.parametrize(
    ("key", "answer"),
    [
        ("visited_on", "22/11/2026"),
        ("visited_on", "2026-11-23"),
        ("visited_on", "20261120"),
        ("visit_number", "0"),
        ("visit_number", "dua"),
        ("visit_number", "²"),
        ("presence", "KB99"),
        ("presence", "KB6"),
        ("presence", ("KB1",)),
        ("evidence", "KK"),
        ("evidence", ("KK", "SIM")),
        ("note", "x" * 501),
        ("warna", "biru"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(key, answer):
    found = [one for one in problems({**FOUND, key: answer}) if one.field == key]
    assert found
    assert all(one.blocks and one.sentence.endswith(".") for one in found)


def test_words_and_codes_are_kept_apart_and_come_together_again():
    outcome = Outcome(
        {**FOUND, "note": "Rumah di belakang masjid", "domicile": " "},
        {"p": {**MEMBER, "member_note": "Ibu Siti"}},
        {"f": {**ANSWERED, "answer_note": ""}},
    )
    codes, words = outcome.codes(), outcome.words()
    assert "Siti" not in json.dumps(codes.to_json())
    assert "masjid" not in str(codes)
    assert words.persons == {"p": {"member_note": "Ibu Siti"}}
    whole = codes.merged(words)
    assert whole.family == {k: v for k, v in outcome.family.items() if k != "domicile"}
    assert Outcome.from_json(json.loads(json.dumps(whole.to_json()))) == whole


def test_outcomes_of_one_family_are_compared_code_by_code_and_words_are_no_dispute():
    first = Outcome(
        {**FOUND, "evidence": ("KK", "KTP"), "note": "pagi"}, {"p": MEMBER}, {"f": ANSWERED}
    )
    alike = Outcome(
        {**FOUND, "evidence": ("KTP", "KK"), "note": "sore"}, {"p": MEMBER}, {"f": ANSWERED}
    )
    assert differences([first, alike]) == ()
    assert differences([first]) == ()
    other = Outcome({**FOUND, "evidence": ("KK", "KTP")}, {"q": MEMBER}, {"f": ANSWERED})
    assert {(one.subject, one.field) for one in differences([first, other])} == {
        (person, key) for person in "pq" for key in MEMBER
    }
    (found,) = differences([first, Outcome({**first.family, "presence": "KB4"}, *parts(first))])
    assert (found.level, found.answers) == (Level.FAMILY, ("KB1", "KB4"))


def parts(outcome):
    return outcome.persons, outcome.findings


@pytest.mark.parametrize("data", [{}, {"keluarga": 1, "orang": {}, "temuan": {}}, {"keluarga": {}}])
def test_what_is_no_outcome_is_not_read_as_one(data):
    with pytest.raises(WrongUse):
        Outcome.from_json(data)


def test_every_question_names_its_choices_source_and_confirmation():
    for one in fields():
        assert one.label
        assert one.source
        assert one.konfirmasi
        assert bool(one.choices) == (one.kind in (Kind.CHOICE, Kind.CHOICES))
        assert len({choice.code for choice in one.choices}) == len(one.choices)
        assert all(choice.label and choice.konfirmasi for choice in one.choices)


def test_conditions_name_questions_and_codes_that_exist():
    known = {one.key: one for one in fields()}
    order = {one.key: place for place, one in enumerate(fields())}
    for one in fields():
        for condition in (*one.shown, *(one.required or ())):
            assert order[condition.field] < order[one.key]
            assert set(condition.codes) <= {
                choice.code for choice in known[condition.field].choices
            }
    for clash in clashes():
        assert clash.field in known
        for condition in clash.when:
            offered = {choice.code for choice in known[condition.field].choices}
            assert not offered or set(condition.codes) - {""} <= offered


def test_presence_offers_the_codes_of_the_field_and_no_other_dimension():
    for one in fields():
        if one.key.endswith("presence"):
            rows = [by_code("status_verval")[choice.code] for choice in one.choices]
            assert {row["dimensi"] for row in rows} == {"keberadaan"}


ANY = st.dictionaries(
    st.sampled_from([one.key for one in fields()] + ["lain"]),
    st.one_of(
        st.text(max_size=12),
        st.sampled_from([c.code for one in fields() for c in one.choices]),
        st.lists(st.sampled_from(["KK", "PMKS08", "x", ""]), max_size=3).map(tuple),
    ),
    max_size=8,
)


@given(ANY, ANY, ANY)
def test_whatever_comes_back_gives_sentences_and_never_a_fault(family, person, finding):
    for found in check_outcome(Outcome(family, {"p": person}, {"f": finding}), TODAY):
        assert isinstance(found, Problem)
        assert found.sentence.endswith(".")
        assert (
            found.subject == {Level.FAMILY: "", Level.PERSON: "p", Level.FINDING: "f"}[found.level]
        )

"""Laws of scoring: the key scores full, silence nothing, flagging everything does not pay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise, product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import WrongUse
from workbench.training.answers import (
    CONFIDENCES,
    DIFFERS,
    FITS,
    FOLLOW_UPS,
    MARKS,
    NEEDS_VISIT,
    STATUSES,
    SURE,
    UNSURE,
    Answer,
    choices,
)
from workbench.training.grades import CERTAINTY, FOLLOW_UP, SEEING, Grade, certainty_of, grade
from workbench.training.keys import Key, LookAlike, Mistake


def flagging_everything(key: Key) -> Iterator[Answer]:
    """Every cell flagged, in either way, with every decision and every confidence."""
    marks = (DIFFERS, NEEDS_VISIT)
    for mark, (status, _), (step, _), (sure, _) in product(
        marks, STATUSES, FOLLOW_UPS, CONFIDENCES
    ):
        yield Answer(dict.fromkeys(key.cells, mark), status, key.reason, step, sure)


def mistake(code: str, *fields: str, **parts: object) -> Mistake:
    defaults: dict[str, object] = {
        "rule": code,
        "plant": "slip",
        "subject": fields[0].split(".")[0],
        "fields": fields,
        "title": "Perlu dicek",
        "status": "perlu_verval",
        "follow_up": ("perbaiki_data",),
    }
    return Mistake(**{**defaults, **parts})  # type: ignore[arg-type]


CELLS = tuple(f"P{person:06d}.c{column}" for person in range(1, 5) for column in range(8))
ONE = Key((mistake("IDN-01", CELLS[0], CELLS[1]),), CELLS)
TWO = Key(
    (
        mistake("IDN-01", CELLS[0], CELLS[1]),
        mistake("KEL-01", CELLS[9], status="layak", follow_up=("kunjungan",)),
    ),
    CELLS,
)
DOUBLED = Key(
    (mistake("IDN-09", CELLS[3], status="tidak_layak", reason="TL14"),),
    CELLS,
)
CLEAN = Key((), CELLS, LookAlike("twins", "Anak kembar", "Lahir pada hari yang sama itu lazim."))
KEYS = {"one": ONE, "two": TWO, "doubled": DOUBLED, "clean": CLEAN}

every_key = pytest.mark.parametrize("key", KEYS.values(), ids=KEYS.keys())


def perfect(key: Key) -> Answer:
    marks = {m.fields[-1]: DIFFERS for m in key.mistakes}
    return Answer(marks, key.status, key.reason, key.follow_ups[0], SURE)


@every_key
def test_the_key_said_with_certainty_scores_full(key: Key) -> None:
    assert grade(key, perfect(key)).score == 1.0


@every_key
def test_silence_scores_nothing(key: Key) -> None:
    assert grade(key, Answer()).score == 0.0


@every_key
def test_flagging_everything_never_beats_passing_half(key: Key) -> None:
    """Whatever status and follow-up go with it, it stays below an answer that lets half pass."""
    half = dict.fromkeys(sorted(key.clean)[::2], DIFFERS)
    careful = grade(key, Answer({**half, **perfect(key).marks}, "", "", "tidak_ada")).score
    for everything in flagging_everything(key):
        assert grade(key, everything).score < careful


@every_key
def test_each_false_alarm_costs(key: Key) -> None:
    marks = dict(perfect(key).marks)
    before = 1.0
    for cell in sorted(key.clean):
        marks[cell] = NEEDS_VISIT
        after = grade(key, replace(perfect(key), marks=marks)).score
        assert after < before
        before = after


def test_any_cell_of_a_mistake_finds_it_and_the_others_cost_nothing() -> None:
    rest = {"status": ONE.status, "follow_up": "perbaiki_data", "confidence": SURE}
    for marks in (
        {CELLS[0]: DIFFERS},
        {CELLS[1]: NEEDS_VISIT},
        {CELLS[0]: DIFFERS, CELLS[1]: DIFFERS},
    ):
        got = grade(ONE, Answer(marks, **rest))
        assert (got.hits, got.misses, got.false_alarms, got.score) == (1, 0, (), 1.0)


def test_a_touched_cell_costs_nothing_and_finds_nothing() -> None:
    key = Key((mistake("IDN-01", CELLS[0], touched=(CELLS[5],)),), CELLS)
    got = grade(key, Answer({CELLS[5]: DIFFERS}, key.status, "", "perbaiki_data"))
    assert (got.hits, got.false_alarms) == (0, ())
    assert got.clean_cells == len(CELLS) - 2


def test_scored_per_mistake() -> None:
    got = grade(
        TWO, Answer({CELLS[9]: DIFFERS, CELLS[20]: DIFFERS}, "perlu_verval", "", "kunjungan")
    )
    assert got.rules == (("IDN-01", False), ("KEL-01", True))
    assert (got.found, got.missed, got.false_alarms) == ((1,), (0,), (CELLS[20],))
    assert got.correct_passes == got.clean_cells - 1
    assert 0.5 < got.score < 0.75


def test_any_declared_follow_up_is_right() -> None:
    for step, right in (("perbaiki_data", True), ("kunjungan", True), ("musyawarah", False)):
        assert grade(TWO, Answer({}, "layak", "", step)).is_follow_up_right is right
    assert grade(CLEAN, Answer({}, "layak", "", "tidak_ada")).is_follow_up_right


def test_not_eligible_only_where_the_documents_settle_it() -> None:
    assert (DOUBLED.status, DOUBLED.reason) == ("tidak_layak", "TL14")
    doubtful = Key((mistake("LIV-01", CELLS[3], status="tidak_layak", reason="TL01"),), CELLS)
    assert (doubtful.status, doubtful.reason) == ("perlu_verval", "")
    spelling = Key((mistake("IDN-07", CELLS[3], status="layak"),), CELLS)
    assert spelling.status == "layak"
    assert CLEAN.status == "layak"


def test_a_wrong_reason_halves_the_status() -> None:
    marks = {CELLS[3]: DIFFERS}
    right = grade(DOUBLED, Answer(marks, "tidak_layak", "TL14", "perbaiki_data"))
    wrong = grade(DOUBLED, Answer(marks, "tidak_layak", "TL01", "perbaiki_data"))
    assert (right.is_reason_right, wrong.is_reason_right) == (True, False)
    assert wrong.score < right.score
    assert grade(ONE, Answer({}, "layak", "", "")).is_reason_right is None


def test_an_unknown_choice_is_refused() -> None:
    for parts in (
        {"marks": {CELLS[0]: "ya"}},
        {"status": "lolos"},
        {"follow_up": "x"},
        {"reason": "TL99"},
        {"confidence": "pasti"},
    ):
        with pytest.raises(WrongUse):
            Answer.from_json(parts)


def test_marks_on_cells_the_case_does_not_show_are_ignored() -> None:
    got = grade(CLEAN, Answer({"X1.none": DIFFERS}, "layak", "", "tidak_ada", SURE))
    assert got.score == 1.0


def test_choices_are_the_ones_of_the_field() -> None:
    offered = choices()
    assert [code for code, _ in offered["mark"]] == ["sesuai", "tidak_sesuai", "perlu_kunjungan"]
    assert len(offered["reason"]) == 22
    assert all(code.startswith("TL") and words for code, words in offered["reason"])


@given(
    st.dictionaries(
        st.sampled_from(CELLS), st.sampled_from(["sesuai", "tidak_sesuai", "perlu_kunjungan"])
    ),
    st.sampled_from(["", *(code for code, _ in STATUSES)]),
    st.sampled_from(["", *(code for code, _ in FOLLOW_UPS)]),
    st.sampled_from(["", *(code for code, _ in CONFIDENCES)]),
)
def test_scores_lie_between_nought_and_one_and_survive_json(
    marks: dict[str, str], status: str, step: str, sure: str
) -> None:
    answer = Answer(marks, status, "", step, sure)
    assert Answer.from_json(answer.to_json()) == answer
    for key in KEYS.values():
        assert Key.from_json(key.to_json()) == key
        got = grade(key, answer)
        assert 0.0 <= got.score <= 1.0
        assert Grade.from_json(got.to_json()) == got
        assert got.hits + got.misses == len(key.mistakes)
        assert got.correct_passes + len(got.false_alarms) == got.clean_cells


# -- needless visits and confidence ----------------------------------------------------------------


def drawn(rng: Random, key: Key, flagged: float) -> Answer:
    """Any answer at all; each cell is flagged with that chance."""
    marks = {
        cell: rng.choice((DIFFERS, NEEDS_VISIT))
        if rng.random() < flagged
        else rng.choice(("", FITS))
        for cell in key.cells
    }
    pick = [rng.choice(["", *(code for code, _ in offered)]) for offered in (STATUSES, FOLLOW_UPS)]
    reason = rng.choice(("", "TL01", "TL14"))
    return Answer(marks, pick[0], reason, pick[1], rng.choice(["", *(c for c, _ in CONFIDENCES)]))


def drawn_answers(n: int) -> Iterator[tuple[Random, Key, Answer]]:
    for place in range(n):
        rng = Random(f"nilai:{place}")
        key = rng.choice(list(KEYS.values()))
        yield rng, key, drawn(rng, key, rng.choice((0.0, 0.05, 0.3, 0.7, 1.0)))


def test_one_more_needless_flag_never_raises_the_score() -> None:
    tried = 0
    for rng, key, answer in drawn_answers(4000):
        free = sorted(key.clean - answer.flagged)
        if not free:
            continue
        tried += 1
        more = {**answer.marks, rng.choice(free): rng.choice((DIFFERS, NEEDS_VISIT))}
        assert grade(key, replace(answer, marks=more)).score <= grade(key, answer).score
    assert tried > 2000


def test_one_more_found_mistake_never_lowers_the_score() -> None:
    tried = 0
    for _, key, answer in drawn_answers(4000):
        for place in grade(key, answer).missed:
            tried += 1
            more = {**answer.marks, key.mistakes[place].fields[0]: DIFFERS}
            assert grade(key, replace(answer, marks=more)).score >= grade(key, answer).score
    assert tried > 1000


def test_a_needless_visit_never_costs_more_than_a_false_accusation_and_the_first_half_of_it() -> (
    None
):
    for _, key, answer in drawn_answers(2000):
        visits = grade(key, answer).needless_visits
        if visits:
            harsher = {**answer.marks, visits[0]: DIFFERS}
            assert grade(key, replace(answer, marks=harsher)).score <= grade(key, answer).score
    cell = sorted(CLEAN.clean)[0]
    honest = replace(perfect(CLEAN), confidence="")
    whole = grade(CLEAN, honest).score
    lost = {
        mark: whole - grade(CLEAN, replace(honest, marks={cell: mark})).score
        for mark in (DIFFERS, NEEDS_VISIT)
    }
    assert lost[NEEDS_VISIT] == pytest.approx(lost[DIFFERS] / 2, rel=0.1)
    got = grade(CLEAN, replace(honest, marks={cell: NEEDS_VISIT}))
    assert (got.false_alarms, got.needless_visits) == ((cell,), (cell,))


def test_flagging_everything_never_pays_more_than_honest_looking() -> None:
    """Whoever looks finds a part and errs now and then, and says so; flagging all earns nothing."""
    for place in range(2000):
        rng = Random(f"jujur:{place}")
        key = rng.choice(list(KEYS.values()))
        eye, slip = rng.uniform(0.3, 1.0), rng.uniform(0.0, 0.1)
        marks = {m.fields[0]: DIFFERS for m in key.mistakes if rng.random() < eye}
        marks |= {cell: NEEDS_VISIT for cell in sorted(key.clean) if rng.random() < slip}
        status = key.status if rng.random() < eye else "perlu_verval"
        looked = Answer(marks, status, key.reason, rng.choice(FOLLOW_UPS)[0], UNSURE)
        assert grade(key, looked).score > 0
    for key in KEYS.values():
        assert {grade(key, answer).score for answer in flagging_everything(key)} == {0.0}


@every_key
@pytest.mark.parametrize("sure", [code for code, _ in CONFIDENCES])
def test_silence_scores_nothing_however_sure(key: Key, sure: str) -> None:
    assert grade(key, Answer(confidence=sure)).score == 0.0
    assert grade(key, Answer(dict.fromkeys(key.cells, FITS), confidence=sure)).score == 0.0


def test_the_step_that_pays_most_is_the_honest_one() -> None:
    """Ragu up to two thirds, Cukup yakin up to four fifths, Yakin from there on."""
    for percent in range(101):
        p = percent / 100
        pays = {
            code: p * certainty_of(code, True) + (1 - p) * certainty_of(code, False)
            for code, _ in CONFIDENCES
        }
        honest = "ragu" if p < 2 / 3 else "cukup" if p < 4 / 5 else "yakin"
        assert pays[honest] == pytest.approx(max(pays.values()), abs=1e-12), percent


def test_wrong_certainty_costs_more_than_wrong_doubt_and_seeing_stays_first() -> None:
    wrong = {code: certainty_of(code, False) for code, _ in CONFIDENCES}
    right = {code: certainty_of(code, True) for code, _ in CONFIDENCES}
    assert right["yakin"] == CERTAINTY
    assert wrong["yakin"] == 0.0
    for less, more in pairwise(code for code, _ in CONFIDENCES):
        assert right[more] - right[less] < wrong[less] - wrong[more]
        assert right[less] > wrong[less]
    assert SEEING / len(TWO.mistakes) > CERTAINTY


def test_a_visit_where_nothing_is_to_be_checked_costs_the_follow_up() -> None:
    sent = grade(CLEAN, replace(perfect(CLEAN), follow_up="kunjungan"))
    assert sent.score == pytest.approx(1.0 - FOLLOW_UP)


def test_certainty_is_about_the_whole_answer() -> None:
    key, right = DOUBLED, perfect(DOUBLED)
    assert grade(key, right).is_right
    for parts in (
        {"marks": {}},
        {"marks": {**right.marks, CELLS[20]: NEEDS_VISIT}},
        {"status": "layak"},
        {"reason": "TL01"},
    ):
        got = grade(key, replace(right, **parts))
        assert not got.is_right
        assert got.certainty == 0.0


def test_a_grade_from_before_confidence_was_asked_is_still_read() -> None:
    old = grade(TWO, perfect(TWO)).to_json()
    for name in ("needless_visits", "confidence", "certainty"):
        del old[name]
    got = Grade.from_json(old)
    assert (got.needless_visits, got.confidence, got.certainty) == ((), "", 0.0)
    assert got.rules == (("IDN-01", True), ("KEL-01", True))
    assert Answer.from_json({"marks": {}, "status": "layak"}).confidence == ""


@pytest.mark.parametrize("mark", [code for code, _ in MARKS if code != FITS])
def test_a_mistake_is_found_by_either_flag(mark: str) -> None:
    got = grade(ONE, replace(perfect(ONE), marks={CELLS[0]: mark}))
    assert (got.score, got.needless_visits) == (1.0, ())

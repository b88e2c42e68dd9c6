"""Laws of scoring: the key scores full, silence nothing, flagging everything does not pay."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import WrongUse
from workbench.training.answers import (
    DIFFERS,
    FOLLOW_UPS,
    NEEDS_VISIT,
    STATUSES,
    Answer,
    choices,
)
from workbench.training.grades import Grade, grade
from workbench.training.keys import Key, LookAlike, Mistake


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
    return Answer(marks, key.status, key.reason, key.follow_ups[0])


@every_key
def test_the_key_scores_full(key: Key) -> None:
    assert grade(key, perfect(key)).score == 1.0


@every_key
def test_silence_scores_nothing(key: Key) -> None:
    assert grade(key, Answer()).score == 0.0


@every_key
def test_flagging_everything_never_beats_passing_half(key: Key) -> None:
    """Whatever status and follow-up go with it, it stays below an answer that lets half pass."""
    half = dict.fromkeys(sorted(key.clean)[::2], DIFFERS)
    careful = grade(key, Answer({**half, **perfect(key).marks}, "", "", "tidak_ada")).score
    for mark, (status, _), (step, _) in product((DIFFERS, NEEDS_VISIT), STATUSES, FOLLOW_UPS):
        everything = Answer(dict.fromkeys(key.cells, mark), status, key.reason, step)
        assert grade(key, everything).score < careful


@every_key
def test_each_false_alarm_costs(key: Key) -> None:
    marks = dict(perfect(key).marks)
    before = 1.0
    for cell in sorted(key.clean):
        marks[cell] = NEEDS_VISIT
        after = grade(key, Answer(marks, key.status, key.reason, key.follow_ups[0])).score
        assert after < before
        before = after


def test_any_cell_of_a_mistake_finds_it_and_the_others_cost_nothing() -> None:
    rest = {"status": ONE.status, "follow_up": "perbaiki_data"}
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
    ):
        with pytest.raises(WrongUse):
            Answer.from_json(parts)


def test_marks_on_cells_the_case_does_not_show_are_ignored() -> None:
    got = grade(CLEAN, Answer({"X1.none": DIFFERS}, "layak", "", "tidak_ada"))
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
)
def test_scores_lie_between_nought_and_one_and_survive_json(
    marks: dict[str, str], status: str, step: str
) -> None:
    answer = Answer(marks, status, "", step)
    assert Answer.from_json(answer.to_json()) == answer
    for key in KEYS.values():
        assert Key.from_json(key.to_json()) == key
        got = grade(key, answer)
        assert 0.0 <= got.score <= 1.0
        assert Grade.from_json(got.to_json()) == got
        assert got.hits + got.misses == len(key.mistakes)
        assert got.correct_passes + len(got.false_alarms) == got.clean_cells

"""The way of a record: forward, back with a reason, nobody at two stages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import Forbidden, WrongUse
from workbench.verification.fieldwork.stages import (
    DONE,
    Direction,
    Stage,
    Step,
    check_move,
    default_plan,
    read_plan,
)

FORWARD, BACK = Direction.FORWARD, Direction.BACK


class Record:
    """A record moved as a store would move it."""

    def __init__(self, plan=None):
        self.plan, self.steps, self.hands = plan or default_plan(), [], {}

    def move(self, actor, direction=FORWARD, reason="", back_to=""):
        was, now = check_move(self.plan, self.steps, self.hands, actor, direction, reason, back_to)
        self.hands[actor] = was
        number = len(self.steps) + 1
        self.steps.append(Step(number, was, now, direction, actor, reason, "x"))
        return now


def test_a_record_passes_the_stages_of_the_field_and_is_done():
    record = Record()
    passed = [record.move(actor) for actor in "abcdef"]
    assert passed == ["musyawarah", "operator", "petugas_data", "verifikator", "kepala", DONE]
    with pytest.raises(WrongUse, match="selesai"):
        record.move("g")


def test_who_has_moved_one_stage_moves_no_other():
    record = Record()
    record.move("a")
    with pytest.raises(Forbidden, match=r"Pemeriksaan RT dan pendamping.*orang lain"):
        record.move("a")
    with pytest.raises(Forbidden):
        record.move("a", BACK, "keliru")


def test_a_return_asks_for_its_reason_and_the_first_may_mend_it():
    record = Record()
    record.move("a")
    with pytest.raises(WrongUse, match="alasan"):
        record.move("b", BACK, "  ")
    assert record.move("b", BACK, "KK belum dilihat") == "lapangan"
    assert record.move("a") == "musyawarah"
    assert record.move("b") == "operator"


def test_a_return_may_skip_stages_backwards_but_never_forwards():
    record = Record()
    for actor in "abc":
        record.move(actor)
    with pytest.raises(WrongUse, match="sebelumnya"):
        record.move("d", BACK, "x", "kepala")
    assert record.move("d", BACK, "x", "lapangan") == "lapangan"


def test_the_first_stage_has_nothing_before_it():
    with pytest.raises(WrongUse, match="sebelumnya"):
        Record().move("a", BACK, "x")


def test_a_stage_the_office_has_dropped_is_said():
    record = Record()
    record.move("a")
    record.plan = read_plan([{"code": "satu", "title": "Satu"}, {"code": "dua", "title": "Dua"}])
    with pytest.raises(WrongUse, match="tidak dipakai lagi"):
        record.move("b")
    assert record.plan.title("petugas_data") == "petugas data"


@pytest.mark.parametrize(
    "entries",
    [
        [],
        [{"code": "satu", "title": "Satu"}],
        [{"code": f"t{'x' * n}", "title": "T"} for n in range(1, 15)],
        [{"code": "satu", "title": "Satu"}, {"code": "satu", "title": "Lagi"}],
        [{"code": "Satu", "title": "Satu"}, {"code": "dua", "title": "Dua"}],
        [{"code": "selesai", "title": "Satu"}, {"code": "dua", "title": "Dua"}],
        [{"code": "satu", "title": " "}, {"code": "dua", "title": "Dua"}],
        [{"title": "Satu"}, {"code": "dua", "title": "Dua"}],
        [1, 2],
        None,
    ],
)
def test_stages_that_cannot_be_are_refused(entries):
    with pytest.raises(WrongUse):
        read_plan(entries)


def test_an_office_may_set_its_own_stages():
    plan = read_plan(
        [
            {"code": "lapangan", "title": "Lapangan", "who": "RT"},
            {"code": "dinas", "title": "Dinas"},
        ]
    )
    assert plan.stages == (Stage("lapangan", "Lapangan", "RT"), Stage("dinas", "Dinas", ""))


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcdefgh"),
            st.sampled_from(Direction),
            st.sampled_from(["", "sebab"]),
            st.sampled_from(["", "lapangan", "operator"]),
        ),
        max_size=25,
    )
)
def test_whatever_is_tried_nobody_stands_at_two_stages(tries):
    record = Record()
    for one in tries:
        try:
            record.move(*one)
        except (WrongUse, Forbidden):
            continue
    stages = {
        actor: {s.stage_from for s in record.steps if s.actor == actor} for actor in "abcdefgh"
    }
    assert all(len(found) <= 1 for found in stages.values())
    assert all(step.reason for step in record.steps if step.direction is BACK)
    for before, after in zip(record.steps, record.steps[1:], strict=False):
        assert before.stage_to == after.stage_from


def test_a_plan_knows_its_musyawarah_and_from_where_on_a_record_is_a_proposal():
    plan = default_plan()
    assert plan.meeting == "musyawarah"
    found = [one.code for one in plan.stages if plan.is_proposal(one.code)]
    assert found == ["petugas_data", "verifikator", "kepala"]
    assert plan.is_proposal(DONE)


def test_a_plan_without_marks_has_its_last_stage_as_the_proposal():
    plan = read_plan([{"code": code, "title": code} for code in ("aa", "bb", "cc")])
    assert (plan.meeting, plan.is_proposal("bb"), plan.is_proposal("cc")) == ("", False, True)


@pytest.mark.parametrize(
    "meanings", [("", "lain"), ("usulan", ""), ("", "usulan", "usulan")], ids=str
)
def test_a_meaning_that_is_none_or_comes_twice_is_refused(meanings):
    entries = [
        {"code": f"tahap_{letter}", "title": "T", "meaning": meaning}
        for letter, meaning in zip("abc", meanings, strict=False)
    ]
    with pytest.raises(WrongUse):
        read_plan(entries)

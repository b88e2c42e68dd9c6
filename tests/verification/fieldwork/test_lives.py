"""The life of a finding: every transition as specified, in three lists in a row and in any."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verification.families import CIPARE, KASEMEN, add_family
from workbench.domain.register import Draft, Register
from workbench.rules import check
from workbench.verification.comparison import Judged, compare, rule_marks
from workbench.verification.fieldwork.lives import (
    REASONS,
    Change,
    Life,
    LifeKey,
    Seen,
    Sightings,
    State,
    advance,
    finding_key,
    settle,
    sightings,
    totals,
    value_of,
)

SECRET = b"rahasia"
#: A rule every family without a described house breaks; what is blank is its evidence.
BLANK_HOUSE = "SOS-49"
HOUSE = {
    "floor": "keramik",
    "wall": "tembok",
    "roof": "genteng",
    "water": "leding",
    "lighting": "pln_meteran",
}


# --- one life ------------------------------------------------------------------------------------

KEY = LifeKey("KEL-01", "family", "k1")


def one(state, value="a", answer="", place=CIPARE):
    return Life(KEY, state, value, answer, 1, place)


def fate(life, **new):
    (found,) = advance({life.key: life}, Sightings(**{"present": {}, **new}))
    return found.change, found.after.state, found.reason


def seen(value):
    return {KEY: Seen(value, 1, CIPARE)}


def test_confirmed_and_the_same_stays_confirmed():
    life = one(State.CONFIRMED, "a", "benar")
    (found,) = advance({KEY: life}, Sightings(seen("a")))
    assert (found.change, found.after) == (Change.STAYED, life)


def test_confirmed_and_another_value_is_opened_again_and_the_answer_is_no_longer_his():
    (found,) = advance({KEY: one(State.CONFIRMED, "a", "benar")}, Sightings(seen("b")))
    assert (found.change, found.reason) == (Change.REOPENED, "nilai_berubah")
    assert (found.after.state, found.after.value, found.after.answer) == (State.REOPENED, "b", "")


@pytest.mark.parametrize("state", [State.OPEN, State.REOPENED])
def test_open_stays_open_and_another_value_is_noted(state):
    assert fate(one(state), present=seen("a")) == (Change.STAYED, state, "")
    assert fate(one(state), present=seen("b")) == (Change.CHANGED, state, "")


@pytest.mark.parametrize("state", [State.OPEN, State.CONFIRMED, State.REOPENED])
def test_what_vanished_is_resolved_and_says_how(state):
    assert fate(one(state)) == (Change.RESOLVED, State.RESOLVED, "beres")
    assert fate(one(state), gone=frozenset({KEY})) == (Change.RESOLVED, State.RESOLVED, "pergi")


def test_what_comes_back_is_opened_again_even_with_the_value_once_confirmed():
    back = fate(one(State.RESOLVED, "a", "benar"), present=seen("a"))
    assert back == (Change.REOPENED, State.REOPENED, "muncul_lagi")


def test_resolved_and_still_away_makes_no_transition():
    assert advance({KEY: one(State.RESOLVED)}, Sightings({})) == ()


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        ({"quiet_rules": {"KEL-01"}}, "aturan_diam"),
        ({"silent": {KEY: "tidak_dapat_dibandingkan"}}, "tidak_dapat_dibandingkan"),
        ({"places": frozenset({KASEMEN})}, "di_luar_daftar"),
    ],
)
def test_a_list_that_cannot_know_resolves_nothing(new, reason):
    for state in (State.OPEN, State.CONFIRMED):
        assert fate(one(state), **new) == (Change.HELD, state, reason)


def test_a_row_whose_number_was_put_right_keeps_its_life():
    other = LifeKey("KEL-01", "family", "k2")
    life = one(State.CONFIRMED, "a", "benar")
    new = Sightings({other: Seen("a", 1, CIPARE)}, {KEY: other})
    (found,) = advance({KEY: life}, new)
    assert (found.before, found.after.key, found.after.answer) == (life, other, "benar")
    assert found.change is Change.STAYED


def test_two_lives_are_never_mixed():
    other = LifeKey("KEL-01", "family", "k2")
    standing = {KEY: one(State.OPEN), other: Life(other, State.RESOLVED, "z", "", 1, CIPARE)}
    found = advance(standing, Sightings({other: Seen("a", 1, CIPARE)}, {KEY: other}))
    assert [step.change for step in found] == [Change.RESOLVED, Change.REOPENED]


@pytest.mark.parametrize(
    ("answers", "state", "answer", "reason"),
    [
        (["benar"], State.CONFIRMED, "benar", ""),
        (["tidak_benar", "tidak_benar"], State.CONFIRMED, "tidak_benar", ""),
        (["benar", "belum_pasti"], State.CONFIRMED, "benar", ""),
        (["benar", "tidak_benar"], State.OPEN, "", "jawaban_berbeda"),
        (["belum_pasti"], State.OPEN, "", ""),
        ([], State.OPEN, "", ""),
    ],
)
def test_answers_settle_a_finding_when_they_agree(answers, state, answer, reason):
    for before in (one(State.OPEN), one(State.CONFIRMED, "a", "benar")):
        found = settle(before, answers)
        assert (found.after.state, found.after.answer, found.reason) == (state, answer, reason)


# --- any sequence of lists -----------------------------------------------------------------------

KEYS = [LifeKey("KEL-01", "family", f"k{n}") for n in range(5)]
LISTS = st.lists(
    st.builds(
        Sightings,
        st.dictionaries(
            st.sampled_from(KEYS),
            st.builds(
                Seen, st.sampled_from("abc"), st.integers(1, 3), st.sampled_from([CIPARE, KASEMEN])
            ),
        ),
        st.dictionaries(st.sampled_from(KEYS), st.sampled_from(KEYS)),
        st.dictionaries(st.sampled_from(KEYS), st.just("tidak_dapat_dibandingkan")),
        st.frozensets(st.sampled_from(KEYS)),
        st.sampled_from([(), ("KEL-01",)]),
        st.sampled_from([None, frozenset({CIPARE}), frozenset({CIPARE, KASEMEN})]),
    ),
    max_size=6,
)


def standing_after(standing, transitions):
    after = dict(standing)
    for step in transitions:
        if step.before is not None:
            del after[step.before.key]
    for step in transitions:
        assert step.after.key not in after
        after[step.after.key] = step.after
    return after


@given(LISTS, st.data())
def test_any_sequence_of_lists_reconciles(lists, data):
    standing = {}
    for new in lists:
        steps = advance(standing, new)
        told = totals(steps)
        live = [life for life in standing.values() if life.state is not State.RESOLVED]
        returned = [s for s in steps if s.reason == "muncul_lagi"]
        kept = sum(
            told.get(change, 0)
            for change in (Change.STAYED, Change.CHANGED, Change.REOPENED, Change.HELD)
        )
        assert len(live) + len(returned) == kept + told.get(Change.RESOLVED, 0)
        after = standing_after(standing, steps)
        still = [life for life in after.values() if life.state is not State.RESOLVED]
        assert len(still) == kept + told.get(Change.OPENED, 0)
        met = [s.after for s in steps if s.change not in (Change.HELD, Change.RESOLVED)]
        assert {life.key: (life.value, life.rows) for life in met} == {
            key: (one.value, one.rows) for key, one in new.present.items()
        }
        assert all(step.reason in ("", *REASONS) for step in steps)
        for life in after.values():
            assert (life.answer != "") <= (life.state in (State.CONFIRMED, State.RESOLVED))
        for key in data.draw(st.frozensets(st.sampled_from(KEYS))) & set(after):
            if after[key].is_open:
                after[key] = settle(after[key], ["benar"]).after
        standing = after


def test_a_value_is_the_same_in_any_order_and_cannot_be_guessed_without_the_secret():
    assert value_of(["a", "b"], SECRET) == value_of(["b", "a"], SECRET)
    assert value_of(["a"], SECRET) != value_of(["a"], b"lain")
    assert value_of(["a", "a"], SECRET) != value_of(["a"], SECRET)


# --- three lists in a row ------------------------------------------------------------------------


def family(draft, serial, place=CIPARE, **cells):
    add_family(draft, f"997301010115{serial:04}", serial, place, **cells)


def judged(families):
    """A list of these families, by serial: what differs in each."""
    draft = Draft({"workspace": "latihan", "as_of": "2026-11-01"})
    for serial, cells in families.items():
        family(draft, serial, **cells)
    register = draft.to_register()
    tables = dict(register.tables)
    for table, column, number in (
        ("person", "person_key", "nik"),
        ("family", "family_key", "no_kk"),
    ):
        place = register[table].column_names.index(column)
        keys = [f"{number} {value}" for value in register[table][number].to_pylist()]
        tables[table] = register[table].set_column(place, column, pa.array(keys, pa.string()))
    found = check(Register(tables, register.manifest))
    return Judged(Register(tables, register.manifest), found, rule_marks(found))


def test_three_lists_in_a_row_make_every_transition():
    first = judged({serial: {} for serial in range(1, 8)} | {8: {"place": KASEMEN}})
    second = judged(
        {
            1: {},
            2: {"floor": "keramik"},
            3: HOUSE,
            4: {},
            6: {"no_kk": "9973010101159996"},
            7: {"floor": "keramik"},
            8: {"place": KASEMEN},
            9: {},
        }
    )
    third = judged({1: {}, 2: {}, 3: {}, 4: HOUSE, 5: {}, 6: {}, 7: {"floor": "keramik"}, 9: {}})

    def key(serial, card=None):
        return LifeKey(BLANK_HOUSE, "family", f"no_kk {card or f'997301010115{serial:04}'}")

    def step(standing, new, former=None):
        compared = compare(former, new) if former else None
        sights = sightings(new, SECRET, former, compared)
        assert sum(one.rows for one in sights.present.values()) + sights.untracked == len(
            new.findings
        )
        steps = advance(standing, sights)
        ours = [one for one in steps if one.after.key.rule == BLANK_HOUSE]
        told = {one.after.key: (one.change, one.reason) for one in ours}
        return standing_after(standing, steps), told

    standing, told = step({}, first)
    assert told == {key(serial): (Change.OPENED, "") for serial in range(1, 9)}
    for serial, answer in ((1, "benar"), (2, "benar"), (3, "tidak_benar"), (6, "benar")):
        standing[key(serial)] = settle(standing[key(serial)], [answer]).after

    standing, told = step(standing, second, first)
    assert told == {
        key(1): (Change.STAYED, ""),
        key(2): (Change.REOPENED, "nilai_berubah"),
        key(3): (Change.RESOLVED, "beres"),
        key(4): (Change.STAYED, ""),
        key(5): (Change.RESOLVED, "pergi"),
        key(6, "9973010101159996"): (Change.STAYED, ""),
        key(7): (Change.CHANGED, ""),
        key(8): (Change.STAYED, ""),
        key(9): (Change.OPENED, ""),
    }
    assert standing[key(1)].state is State.CONFIRMED
    assert standing[key(6, "9973010101159996")].answer == "benar"

    standing, told = step(standing, third, second)
    assert told == {
        key(1): (Change.STAYED, ""),
        key(2): (Change.CHANGED, ""),
        key(3): (Change.REOPENED, "muncul_lagi"),
        key(4): (Change.RESOLVED, "beres"),
        key(5): (Change.REOPENED, "muncul_lagi"),
        key(6): (Change.STAYED, ""),
        key(7): (Change.STAYED, ""),
        key(8): (Change.HELD, "di_luar_daftar"),
        key(9): (Change.STAYED, ""),
    }


def test_a_finding_on_a_row_without_a_key_is_followed_by_its_family():
    new = judged({1: {}})
    table = new.findings.table
    place = table.column_names.index("subject_key")
    empty = pa.array([""] * table.num_rows, pa.string())
    object.__setattr__(new.findings, "table", table.set_column(place, "subject_key", empty))
    found = sightings(new, SECRET)
    assert {key.subject_key for key in found.present} == {"no_kk 9973010101150001"}
    assert found.untracked == 0


def test_what_no_key_can_follow_is_counted():
    new = judged({1: {}})
    for column in ("subject_key", "family_id"):
        table = new.findings.table
        empty = pa.array([""] * table.num_rows, pa.string())
        changed = table.set_column(table.column_names.index(column), column, empty)
        object.__setattr__(new.findings, "table", changed)
    found = sightings(new, SECRET)
    assert (found.present, found.untracked) == ({}, len(new.findings))


def test_the_key_of_a_finding_inside_a_list_names_its_rule_and_row():
    assert finding_key("KEL-01", "family", "F000001") == "KEL-01:family:F000001"

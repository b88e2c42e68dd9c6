"""What the field brings back, as it is kept: revisions, conflicts, moves, lives."""

from __future__ import annotations

import json
from threading import Thread

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.database import upgrade_to
from workbench.errors import Forbidden, WrongUse
from workbench.store import fieldwork as kept
from workbench.store import finding_lives, snapshots, tables
from workbench.store.fieldwork import Record
from workbench.store.ledger import verify_chain
from workbench.verification.fieldwork.lives import LifeKey, Seen, Sightings, State
from workbench.verification.fieldwork.outcomes import Outcome
from workbench.verification.fieldwork.stages import DONE, Direction, default_plan

PLAN = default_plan()
PLACE = "36.73.01.1002"
LIFE = LifeKey("KEL-01", "family", "kunci1")
LIFE_OF = {"KEL-01:family:F1": LIFE}
FORWARD, BACK = Direction.FORWARD, Direction.BACK


@pytest.fixture
def lists(store):
    for name in ("D1", "D2", "D3"):
        snapshots.add_snapshot(store, "A0", name, name, name, {"as_of": "2026-11-01"})
    return store


RECORD = Record("D1", "F1")


def outcome(answer="benar", visit="1", note="", **family):
    return Outcome(
        {"presence": "KB1", "visited_on": "2026-11-20", "visit_number": visit, **family}
        | ({"note": note} if note else {}),
        {"P1": {"member_presence": "KB1"}},
        {"KEL-01:family:F1": {"answer": answer}},
    )


def put(store, actor, said, **more):
    return kept.put_outcome(store, actor, RECORD, said, PLAN, LIFE_OF, kelurahan_kode=PLACE, **more)


def life(store):
    return finding_lives.standing_lives(store)[LIFE]


# --- outcomes ------------------------------------------------------------------------------------


def test_an_outcome_comes_back_as_it_was_sent(lists):
    said = outcome(note="Rumah cat hijau", ppks_added=("PMKS24",))
    assert put(lists, "A1", said, way="xlsx") == kept.Kept(True, True, 1, ())
    (found,) = kept.list_outcomes(lists, RECORD)
    assert (found.outcome, found.recorder, found.way, found.kelurahan_kode) == (
        said,
        "A1",
        "xlsx",
        PLACE,
    )


def test_the_same_again_changes_nothing_and_another_is_a_later_revision(lists):
    put(lists, "A1", outcome())
    again = put(lists, "A1", outcome())
    assert (again.accepted, again.is_new, again.revision) == (True, False, 1)
    assert put(lists, "A1", outcome("tidak_benar")).revision == 2
    assert put(lists, "A1", outcome()).revision == 3
    assert [one.revision for one in kept.list_outcomes(lists, RECORD)] == [1, 2, 3]


def test_a_revision_that_stands_is_never_overwritten(lists):
    put(lists, "A1", outcome(), revision=1)
    retry = put(lists, "A1", outcome(), revision=1)
    other = put(lists, "A1", outcome("tidak_benar"), revision=1)
    assert (retry.accepted, other.accepted) == (True, False)
    (found,) = kept.list_outcomes(lists, RECORD)
    assert found.outcome == outcome()


@pytest.mark.parametrize("more", [{"source": "x" * 65}, {"revision": 0}, {"revision": 10**10}])
def test_a_source_or_revision_that_cannot_be_is_refused(lists, more):
    with pytest.raises(WrongUse, match="tidak dapat dibaca"):
        put(lists, "A1", outcome(), **more)


def test_two_returns_that_disagree_stand_side_by_side(lists):
    put(lists, "A1", outcome(presence="KB1"), source="lembar-1")
    assert kept.list_conflicts(lists, "D1") == ()
    said = put(lists, "A2", outcome("tidak_benar", presence="KB4"), source="lembar-2")
    assert {one.field for one in said.differences} == {"presence", "answer"}
    (conflict,) = kept.list_conflicts(lists, "D1")
    assert [one.source for one in conflict.returns] == ["lembar-1", "lembar-2"]
    assert conflict.differences == said.differences
    assert conflict.differences[0].answers == ("KB1", "KB4")


def test_a_second_visit_counts_instead_of_the_first_and_is_no_conflict(lists):
    put(lists, "A1", outcome(presence="KB8"))
    assert put(lists, "A2", outcome(visit="2")).differences == ()
    assert [one.recorder for one in kept.visited(lists, "D1")["F1"]] == ["A2"]


def test_a_decision_settles_until_another_return_comes(lists):
    put(lists, "A1", outcome())
    put(lists, "A2", outcome("tidak_benar"))
    put(lists, "A3", outcome("tidak_benar"), way=kept.DECISION)
    assert kept.list_conflicts(lists, "D1") == ()
    (counted,) = kept.visited(lists, "D1")["F1"]
    assert (counted.recorder, counted.outcome) == ("A3", outcome("tidak_benar"))
    put(lists, "A4", outcome())
    assert len(kept.list_conflicts(lists, "D1")) == 1
    assert len(kept.list_outcomes(lists, RECORD)) == 4


def test_nobody_decides_about_a_return_of_their_own_or_where_nothing_disagrees(lists):
    put(lists, "A1", outcome())
    with pytest.raises(WrongUse, match="tidak perlu putusan"):
        put(lists, "A3", outcome(), way=kept.DECISION)
    put(lists, "A2", outcome("tidak_benar"))
    with pytest.raises(Forbidden, match="Mintalah orang lain"):
        put(lists, "A2", outcome(), way=kept.DECISION, source="lain")


def test_words_lie_beside_the_ledger_and_can_go_without_breaking_it(lists):
    put(lists, "A1", outcome(note="Ibu Siti pindah ke rumah anaknya"))
    kept.put_move(lists, "A1", RECORD, PLAN, FORWARD)
    kept.put_move(lists, "A2", RECORD, PLAN, BACK, "Tanya lagi Pak Udin")
    with lists.writing() as connection:
        said = connection.execute(text("select value from event")).scalars().all()
        connection.execute(tables.outcome_note.delete())
    told = " ".join(said)
    assert "Siti" not in told
    assert "Udin" not in told
    assert "KB1" not in told
    assert verify_chain(lists).is_whole
    assert "note" not in kept.list_outcomes(lists, RECORD)[0].outcome.family


# --- stages --------------------------------------------------------------------------------------


def test_a_record_goes_all_the_way_by_six_people(lists):
    put(lists, "A1", outcome())
    for number in range(1, 7):
        step = kept.put_move(lists, f"A{number}", RECORD, PLAN, FORWARD)
    assert (step.number, step.stage_to) == (6, DONE)
    assert kept.list_steps(lists, RECORD)[-1] == step
    assert kept.stages_of(lists, "D1", PLAN) == {"F1": DONE}


def test_the_store_refuses_a_second_stage_by_the_same_hand(lists):
    put(lists, "A1", outcome())
    kept.put_move(lists, "A2", RECORD, PLAN, FORWARD)
    for who in ("A1", "A2"):
        with pytest.raises(Forbidden, match="orang lain"):
            kept.put_move(lists, who, RECORD, PLAN, FORWARD)
    kept.put_move(lists, "A3", RECORD, PLAN, FORWARD)
    with pytest.raises(Forbidden, match="Musyawarah"):
        put(lists, "A3", outcome("tidak_benar"))
    assert len(kept.list_outcomes(lists, RECORD)) == 1


def test_the_database_itself_refuses_it(lists):
    put(lists, "A1", outcome())
    step = {
        "list_id": "D1",
        "family_id": "F1",
        "number": 1,
        "stage_from": "musyawarah",
        "stage_to": "operator",
        "direction": "maju",
        "actor": "A1",
        "reason": "",
        "salt": "",
        "at": "x",
    }
    with pytest.raises(IntegrityError), lists.writing() as connection:
        connection.execute(tables.stage_step.insert().values(**step))
    hand = {"list_id": "D1", "family_id": "F1", "actor": "A1", "stage": "musyawarah"}
    with pytest.raises(IntegrityError), lists.writing() as connection:
        connection.execute(tables.stage_hand.insert().values(**hand))
    back = {**step, "stage_from": "lapangan", "direction": "kembali"}
    with pytest.raises(IntegrityError), lists.writing() as connection:
        connection.execute(tables.stage_step.insert().values(**back))


def test_the_first_stage_is_left_only_with_an_outcome_that_agrees(lists):
    with pytest.raises(WrongUse, match="Belum ada hasil"):
        kept.put_move(lists, "A5", RECORD, PLAN, FORWARD)
    put(lists, "A1", outcome())
    put(lists, "A2", outcome("tidak_benar"))
    with pytest.raises(WrongUse, match="berbeda-beda"):
        kept.put_move(lists, "A1", RECORD, PLAN, FORWARD)


def test_a_return_without_reason_leaves_nothing_behind(lists):
    put(lists, "A1", outcome())
    kept.put_move(lists, "A1", RECORD, PLAN, FORWARD)
    with pytest.raises(WrongUse, match="alasan"):
        kept.put_move(lists, "A2", RECORD, PLAN, BACK)
    assert len(kept.list_steps(lists, RECORD)) == 1
    assert kept.put_move(lists, "A3", RECORD, PLAN, FORWARD).stage_to == "operator"


def test_families_and_lists_are_records_of_their_own(lists):
    put(lists, "A1", outcome())
    kept.put_move(lists, "A1", RECORD, PLAN, FORWARD)
    other = Record("D1", "F2")
    kept.put_outcome(lists, "A2", other, outcome(), PLAN, {})
    assert kept.stages_of(lists, "D1", PLAN) == {"F1": "musyawarah", "F2": "lapangan"}
    in_the_next_list = Record("D2", "F1")
    kept.put_outcome(lists, "A3", in_the_next_list, outcome(), PLAN, {})
    kept.put_move(lists, "A3", in_the_next_list, PLAN, FORWARD)
    assert kept.put_move(lists, "A1", in_the_next_list, PLAN, FORWARD).stage_to == "operator"


@pytest.mark.usefixtures("patient")
def test_many_at_once_each_move_one_stage_and_nothing_is_lost(lists):
    put(lists, "A0", outcome())
    told = []

    def act(actor):
        try:
            put(lists, actor, outcome(note=actor))
            told.append("hasil")
            kept.put_move(lists, actor, RECORD, PLAN, FORWARD)
            told.append("maju")
        except (WrongUse, Forbidden):
            told.append("ditolak")

    threads = [Thread(target=act, args=(f"A{n}",)) for n in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    steps = kept.list_steps(lists, RECORD)
    assert len(steps) == told.count("maju") == 1
    assert len(kept.list_outcomes(lists, RECORD)) == 1 + told.count("hasil")
    assert told.count("ditolak") == 7
    assert verify_chain(lists).is_whole


# --- lives ---------------------------------------------------------------------------------------


def sights(value="a", key=LIFE, **more):
    return Sightings({key: Seen(value, 1, PLACE)}, **more)


def test_an_answer_at_the_door_confirms_and_the_next_lists_reopen_and_resolve(lists):
    finding_lives.put_round(lists, "A0", "D1", sights())
    assert life(lists).state is State.OPEN
    put(lists, "A1", outcome())
    assert (life(lists).state, life(lists).answer) == (State.CONFIRMED, "benar")
    finding_lives.put_round(lists, "A0", "D2", sights("b"))
    assert life(lists).state is State.REOPENED
    made, _ = finding_lives.put_round(lists, "A0", "D3", Sightings({}))
    assert (made.number, dict(made.totals)) == (3, {"selesai": 1})
    told = [(step.list_id, step.change) for step in finding_lives.life_history(lists, LIFE)]
    assert told == [("D1", "baru"), ("D1", "dijawab"), ("D2", "dibuka_lagi"), ("D3", "selesai")]
    assert [one.list_id for one in finding_lives.list_rounds(lists)] == ["D1", "D2", "D3"]


def test_answers_that_disagree_open_it_again_until_somebody_decides(lists):
    finding_lives.put_round(lists, "A0", "D1", sights())
    put(lists, "A1", outcome())
    put(lists, "A2", outcome("tidak_benar"))
    assert (life(lists).state, life(lists).answer) == (State.OPEN, "")
    put(lists, "A3", outcome("tidak_benar"), way=kept.DECISION)
    assert (life(lists).state, life(lists).answer) == (State.CONFIRMED, "tidak_benar")


def test_a_late_return_of_an_older_list_settles_nothing_in_the_newest(lists):
    finding_lives.put_round(lists, "A0", "D1", sights())
    finding_lives.put_round(lists, "A0", "D2", sights("b"))
    put(lists, "A1", outcome())
    assert life(lists).state is State.OPEN


def test_a_row_known_under_another_key_keeps_its_history(lists):
    finding_lives.put_round(lists, "A0", "D1", sights())
    put(lists, "A1", outcome())
    other = LifeKey("KEL-01", "family", "kunci2")
    finding_lives.put_round(lists, "A0", "D2", sights(key=other, followed={LIFE: other}))
    standing = finding_lives.standing_lives(lists)
    assert list(standing) == [other]
    assert standing[other].answer == "benar"
    assert [step.change for step in finding_lives.life_history(lists, other)] == [
        "baru",
        "dijawab",
        "diteruskan",
        "tetap",
    ]
    finding_lives.put_round(lists, "A0", "D3", sights(key=LIFE, followed={other: LIFE}))
    assert list(finding_lives.standing_lives(lists)) == [LIFE]


def test_a_list_goes_through_once_and_unchanged_lives_need_no_row(lists):
    finding_lives.put_round(lists, "A0", "D1", sights())
    finding_lives.put_round(lists, "A0", "D2", sights())
    with pytest.raises(WrongUse, match="sudah diteruskan"):
        finding_lives.put_round(lists, "A0", "D2", Sightings({}))
    assert len(finding_lives.life_history(lists, LIFE)) == 1
    assert finding_lives.standing_lives(lists, [LIFE.subject_key]) == finding_lives.standing_lives(
        lists
    )
    assert finding_lives.standing_lives(lists, []) == {}


def test_a_round_leaves_its_sums_and_a_hash_in_the_ledger(lists):
    finding_lives.put_round(lists, "A0", "D1", sights())
    with lists.reading() as connection:
        row = connection.execute(
            text("select value from event where kind = 'temuan_maju' and subject = 'daftar:D1'")
        ).scalar_one()
    assert json.loads(row)["jumlah"] == {"baru": 1}
    assert len(json.loads(row)["sidik"]) == 64


@pytest.mark.blank_database
def test_a_store_of_before_fieldwork_is_brought_up_to_date_and_keeps_what_it_held(store):
    upgrade_to(
        store,
        "0005",
        "insert into snapshot (id, name, imported_by, at, folder, manifest) "
        "values ('D1', 'Maret', 'A0', 'x', 'D1', '{}')",
    )
    put(store, "A1", outcome())
    assert kept.put_move(store, "A1", RECORD, PLAN, FORWARD).stage_to == "musyawarah"
    assert verify_chain(store).is_whole

"""A musyawarah as it is kept: what closing does, what cannot be changed afterwards."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from workbench.errors import Forbidden, NotFound, WrongUse
from workbench.store import fieldwork, meetings, snapshots, tables
from workbench.store.ledger import verify_chain
from workbench.store.records import Record
from workbench.verification.fieldwork.outcomes import Outcome
from workbench.verification.fieldwork.stages import Direction, default_plan, read_plan
from workbench.verification.meetings.content import Decision
from workbench.verification.meetings.warnings import Attendee

PLAN = default_plan()
PLACE = "36.73.01.1002"
ELIGIBLE = Decision("layak")
AWAY = Decision("tidak_layak", "TL13", "Pindah ke Lebak", "Warga: masih ada", "Sudah ada suratnya")
AGAIN = Decision("butuh_kunjungan", note="Lihat rumahnya")
LATER = Decision("tunda")


@pytest.fixture
def lists(store):
    snapshots.add_snapshot(store, "A0", "D1", "D1", "D1", {"as_of": "2026-11-01"})
    return store


def visit(store, family, proposal="MUSYAWARAH", actor="A1"):
    said = Outcome(
        {"presence": "KB1", "visited_on": "2026-11-20", "visit_number": "1", "proposal": proposal},
        {},
        {},
    )
    fieldwork.put_outcome(store, actor, Record("D1", family), said, PLAN, {}, kelurahan_kode=PLACE)


def bring(store, *families):
    """Visited by A1, sent to the musyawarah by A1."""
    for family in families:
        visit(store, family)
        fieldwork.put_move(store, "A1", Record("D1", family), PLAN, Direction.FORWARD)


def plan_one(store, *families):
    origins = dict.fromkeys(families, "tahap")
    return meetings.plan_meeting(
        store, "A2", "D1", PLACE, "2026-11-21", "2026-11-10", "Aula", origins
    )


def decide(store, meeting, family, said=ELIGIBLE, actor="A2"):
    meetings.put_decision(store, actor, "D1", meeting, family, said, PLAN)


def close(store, meeting, actor="A2", plan=PLAN):
    return meetings.close(store, actor, "D1", meeting, plan, said_of)


def said_of(state):
    return {"families": [one.family_id for one in state.agenda]}


def stage(store, family):
    return PLAN.standing(fieldwork.list_steps(store, Record("D1", family)))


def test_closing_moves_each_family_as_it_was_decided(lists):
    bring(lists, "F1", "F2", "F3", "F4")
    visit(lists, "F5")
    meeting = plan_one(lists, "F1", "F2", "F3", "F4", "F5")
    for family, said in zip(
        ("F1", "F2", "F3", "F4", "F5"), (ELIGIBLE, AWAY, AGAIN, LATER, ELIGIBLE), strict=True
    ):
        decide(lists, meeting, family, said)
    assert close(lists, meeting) == {
        "F1": meetings.MOVED,
        "F2": meetings.MOVED,
        "F3": meetings.RETURNED,
        "F4": meetings.STAYED,
        "F5": meetings.STAYED,
    }
    assert [stage(lists, family) for family in ("F1", "F2", "F3", "F4", "F5")] == [
        "operator",
        "operator",
        "lapangan",
        "musyawarah",
        "lapangan",
    ]
    (step,) = [one for one in fieldwork.list_steps(lists, Record("D1", "F3")) if one.reason]
    assert step.reason == AGAIN.note
    said = {family: said for family, (said, _) in meetings.decided(lists, "D1").items()}
    assert said == {
        "F1": "layak",
        "F2": "tidak_layak",
        "F3": "butuh_kunjungan",
        "F4": "tunda",
        "F5": "layak",
    }


def test_a_family_taken_off_after_it_was_decided_was_not_decided(lists):
    bring(lists, "F1", "F2")
    meeting = plan_one(lists, "F1", "F2")
    decide(lists, meeting, "F1")
    decide(lists, meeting, "F2")
    meetings.drop_item(lists, "A2", "D1", meeting, "F1", "Salah keluarga")
    assert close(lists, meeting) == {"F2": meetings.MOVED}
    assert set(meetings.decided(lists, "D1")) == {"F2"}
    assert fieldwork.proposal_of(lists, Record("D1", "F1"), PLACE).decision == ""
    assert stage(lists, "F1") == "musyawarah"


def test_who_visited_neither_decides_nor_closes_and_nothing_is_half_done(lists):
    bring(lists, "F1", "F2")
    meeting = plan_one(lists, "F1", "F2")
    with pytest.raises(Forbidden, match="orang lain"):
        decide(lists, meeting, "F1", actor="A1")
    decide(lists, meeting, "F1")
    decide(lists, meeting, "F2")
    with pytest.raises(Forbidden, match="orang lain"):
        close(lists, meeting, actor="A1")
    assert not meetings.find_meeting(lists, "D1", meeting).is_closed
    assert stage(lists, "F1") == "musyawarah"


def test_who_decided_does_nothing_at_a_later_stage(lists):
    bring(lists, "F1")
    meeting = plan_one(lists, "F1")
    decide(lists, meeting, "F1", actor="A3")
    close(lists, meeting)
    for actor in ("A2", "A3"):
        with pytest.raises(Forbidden):
            fieldwork.put_move(lists, actor, Record("D1", "F1"), PLAN, Direction.FORWARD)
    fieldwork.put_move(lists, "A4", Record("D1", "F1"), PLAN, Direction.BACK, "Salah ketik")


def test_a_family_undecided_or_an_empty_agenda_cannot_be_closed(lists):
    bring(lists, "F1")
    meeting = plan_one(lists, "F1")
    with pytest.raises(WrongUse, match="1 keluarga belum diputuskan"):
        close(lists, meeting)
    meetings.drop_item(lists, "A2", "D1", meeting, "F1", "Sakit")
    with pytest.raises(WrongUse, match="Agenda masih kosong"):
        close(lists, meeting)


def test_what_was_closed_is_never_changed(lists):
    bring(lists, "F1")
    meeting = plan_one(lists, "F1")
    decide(lists, meeting, "F1")
    close(lists, meeting)
    before = meetings.find_meeting(lists, "D1", meeting)
    changes = (
        lambda: decide(lists, meeting, "F1", AWAY),
        lambda: close(lists, meeting),
        lambda: meetings.cancel(lists, "A2", "D1", meeting),
        lambda: meetings.change_plan(lists, "A2", "D1", meeting, "2026-11-22", "", "Lain"),
        lambda: meetings.put_items(lists, "A2", "D1", meeting, {"F2": "tambahan"}, "Lupa"),
        lambda: meetings.drop_item(lists, "A2", "D1", meeting, "F1", "Salah"),
        lambda: meetings.put_attendees(
            lists, "A2", "D1", meeting, [Attendee("LURAH", "Lurah", True)]
        ),
    )
    for change in changes:
        with pytest.raises(WrongUse, match="sudah ditutup"):
            change()
    assert meetings.find_meeting(lists, "D1", meeting) == before


def test_a_correction_is_a_further_version_beside_the_first(lists):
    bring(lists, "F1")
    meeting = plan_one(lists, "F1")
    with pytest.raises(WrongUse, match="belum ditutup"):
        meetings.correct(lists, "A2", "D1", meeting, said_of)
    decide(lists, meeting, "F1")
    close(lists, meeting)
    meetings.put_scan(lists, "A2", "D1", meeting, "ba.pdf", "a" * 64, ["LURAH"])
    corrected = meetings.correct(
        lists, "A5", "D1", meeting, lambda state: {**said_of(state), "perbaikan": ["RT 002"]}
    )
    state = meetings.find_meeting(lists, "D1", meeting)
    assert corrected == 2
    assert [one.version for one in state.versions] == [1, 2]
    assert state.versions[0].content == {"families": ["F1"]}
    assert not state.is_signed  # the new version has not been signed yet


def test_minutes_changed_behind_our_back_are_noticed(lists):
    bring(lists, "F1")
    meeting = plan_one(lists, "F1")
    decide(lists, meeting, "F1")
    close(lists, meeting)
    with lists.writing() as connection:
        connection.execute(tables.meeting_minutes.update().values(content='{"families":["F9"]}'))
    with pytest.raises(WrongUse, match="tidak cocok"):
        meetings.find_meeting(lists, "D1", meeting)


def test_only_a_scan_the_lurah_signed_makes_minutes_signed(lists):
    bring(lists, "F1")
    meeting = plan_one(lists, "F1")
    with pytest.raises(WrongUse, match="Tutup berita acara dahulu"):
        meetings.put_scan(lists, "A2", "D1", meeting, "ba.pdf", "a" * 64, ["LURAH"])
    decide(lists, meeting, "F1")
    close(lists, meeting)
    unsigned = meetings.put_scan(lists, "A2", "D1", meeting, "ba.pdf", "a" * 64, ["OPERATOR"])
    assert not unsigned.is_signed
    assert not meetings.find_meeting(lists, "D1", meeting).is_signed
    meetings.put_scan(lists, "A2", "D1", meeting, "ba2.pdf", "b" * 64, ["LURAH", "OPERATOR"])
    assert meetings.find_meeting(lists, "D1", meeting).is_signed
    again = meetings.put_scan(lists, "A2", "D1", meeting, "x", "b" * 64, ["OPERATOR", "LURAH"])
    assert again.file_name == "ba2.pdf"
    with pytest.raises(WrongUse, match="penanda tangan lain"):
        meetings.put_scan(lists, "A2", "D1", meeting, "x", "b" * 64, ["LURAH"])
    assert len(meetings.find_meeting(lists, "D1", meeting).scans) == 2


def test_the_agenda_says_why_a_family_came_or_went(lists):
    meeting = plan_one(lists, "F1")
    with pytest.raises(WrongUse, match="alasan menambah"):
        meetings.put_items(lists, "A2", "D1", meeting, {"F2": "tambahan"}, " ")
    with pytest.raises(WrongUse, match="alasan mengeluarkan"):
        meetings.drop_item(lists, "A2", "D1", meeting, "F1", "")
    meetings.put_items(lists, "A2", "D1", meeting, {"F2": "tambahan"}, "Usul ketua RT")
    meetings.drop_item(lists, "A2", "D1", meeting, "F1", "Keluarga berduka")
    state = meetings.find_meeting(lists, "D1", meeting)
    assert [(one.family_id, one.is_on, one.reason) for one in state.items] == [
        ("F1", False, "Keluarga berduka"),
        ("F2", True, "Usul ketua RT"),
    ]
    with pytest.raises(NotFound):
        meetings.drop_item(lists, "A2", "D1", meeting, "F1", "Lagi")
    with pytest.raises(NotFound):
        decide(lists, meeting, "F1")
    meetings.put_items(lists, "A2", "D1", meeting, {"F1": "tambahan"}, "Jadi datang")
    assert len(meetings.find_meeting(lists, "D1", meeting).agenda) == 2


def test_a_later_decision_counts_and_the_earlier_stays(lists):
    bring(lists, "F1")
    meeting = plan_one(lists, "F1")
    decide(lists, meeting, "F1", LATER)
    decide(lists, meeting, "F1", AWAY)
    decide(lists, meeting, "F1", AWAY)
    (item,) = meetings.find_meeting(lists, "D1", meeting).agenda
    assert item.decision == AWAY
    with lists.reading() as connection:
        kept = connection.execute(select(tables.meeting_decision.c.decision)).scalars().all()
    assert sorted(kept) == ["tidak_layak", "tunda"]


def test_names_and_words_lie_beside_the_ledger(lists):
    bring(lists, "F1")
    meeting = plan_one(lists, "F1")
    meetings.put_attendees(
        lists, "A2", "D1", meeting, [Attendee("LURAH", "Ibu Wartini Sukasno", True)]
    )
    meetings.put_items(lists, "A2", "D1", meeting, {"F2": "tambahan"}, "Usul Pak Wasekun")
    decide(lists, meeting, "F1", AWAY)
    decide(lists, meeting, "F2")
    close(lists, meeting)
    meetings.put_scan(lists, "A2", "D1", meeting, "ba Wartini.pdf", "a" * 64, ["LURAH"])
    with lists.writing() as connection:
        said = " ".join(connection.execute(text("select value from event")).scalars())
        connection.execute(tables.meeting_attendee.delete())
    for word in ("Wartini", "Wasekun", "Lebak", "suratnya"):
        assert word not in said
    assert verify_chain(lists).is_whole


def test_a_meeting_that_was_called_off_stays_and_takes_nothing_more(lists):
    meeting = plan_one(lists, "F1")
    meetings.cancel(lists, "A2", "D1", meeting)
    with pytest.raises(WrongUse, match="dibatalkan"):
        decide(lists, meeting, "F1")
    (state,) = meetings.list_meetings(lists, "D1")
    assert state.meeting.cancelled_at
    assert plan_one(lists, "F1") != meeting


def test_where_the_proposal_follows_at_once_records_wait_for_the_signatures(lists):
    plan = read_plan(
        [
            {"code": "lapangan", "title": "Kunjungan"},
            {"code": "musyawarah", "title": "Musyawarah", "meaning": "musyawarah"},
            {"code": "usulan", "title": "Usulan", "meaning": "usulan"},
        ]
    )
    bring(lists, "F1")
    meeting = plan_one(lists, "F1")
    decide(lists, meeting, "F1")
    assert close(lists, meeting, plan=plan) == {"F1": meetings.STAYED}
    assert stage(lists, "F1") == "musyawarah"

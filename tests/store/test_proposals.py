"""A proposal without the papers of its route does not become one: the store refuses it."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from workbench.errors import NotFound, WrongUse
from workbench.store import clock, fieldwork, meetings, proposals, snapshots, tables
from workbench.store.records import Record
from workbench.verification.fieldwork.outcomes import Outcome
from workbench.verification.fieldwork.stages import Direction, default_plan, read_plan
from workbench.verification.meetings.content import Decision

PLAN = default_plan()
PLACE = "36.73.01.1002"
RECORD = Record("D1", "F1")
FORWARD = Direction.FORWARD


@pytest.fixture
def lists(store):
    snapshots.add_snapshot(store, "A0", "D1", "D1", "D1", {"as_of": "2026-11-01"})
    return store


def visit(store, proposal="USUL_BARU", presence="KB1", evidence=()):
    said = {"presence": presence, "visited_on": "2026-11-20", "visit_number": "1"}
    said |= {"proposal": proposal} | ({"evidence": tuple(evidence)} if evidence else {})
    fieldwork.put_outcome(
        store, "A1", RECORD, Outcome(said, {}, {}), PLAN, {}, kelurahan_kode=PLACE
    )


def bring_to_operator(store):
    """Moved by A1 from the field and by A2 from the musyawarah."""
    fieldwork.put_move(store, "A1", RECORD, PLAN, FORWARD)
    fieldwork.put_move(store, "A2", RECORD, PLAN, FORWARD)


def send(store, actor="A3"):
    return fieldwork.put_move(store, actor, RECORD, PLAN, FORWARD)


def hold(store, said=None, signers=("LURAH",), closed=True):
    """A musyawarah over F1, closed and signed."""
    meeting = meetings.plan_meeting(
        store, "A2", "D1", PLACE, "2026-11-21", "", "Aula", {"F1": "tahap"}
    )
    meetings.put_decision(store, "A2", "D1", meeting, "F1", said or Decision("layak"), PLAN)
    if closed:
        meetings.close(store, "A2", "D1", meeting, PLAN, lambda state: {})
    if signers:
        meetings.put_scan(store, "A2", "D1", meeting, "ba.pdf", "a" * 64, signers)
    return meeting


def lacking(store):
    return fieldwork.proposal_of(store, RECORD, PLACE).lacking


@pytest.mark.parametrize("proposal", ["USUL_BARU", "USUL_HAPUS", "MUSYAWARAH"])
def test_what_proposes_and_has_no_papers_is_refused_where_it_would_become_a_proposal(
    lists, proposal
):
    visit(lists, proposal)
    bring_to_operator(lists)
    with pytest.raises(WrongUse, match=r"belum dapat diteruskan.*Berita acara"):
        send(lists)
    assert PLAN.standing(fieldwork.list_steps(lists, RECORD)) == "operator"


@pytest.mark.parametrize("proposal", ["TETAP", "PERBAIKI", "RUJUK"])
def test_what_only_mends_the_list_needs_no_route(lists, proposal):
    visit(lists, proposal)
    bring_to_operator(lists)
    assert send(lists).stage_to == "petugas_data"


def test_what_was_decided_to_leave_needs_its_papers_whatever_the_visit_proposed(lists):
    visit(lists, "TETAP")
    fieldwork.put_move(lists, "A1", RECORD, PLAN, FORWARD)
    hold(lists, Decision("tidak_layak", "TL17"), signers=())
    with pytest.raises(WrongUse, match="belum ditandatangani"):
        send(lists)


def test_signed_minutes_and_cards_seen_at_the_door_are_enough(lists):
    visit(lists, "USUL_BARU", evidence=("KK", "KTP"))
    fieldwork.put_move(lists, "A1", RECORD, PLAN, FORWARD)
    hold(lists)
    assert lacking(lists) == ()
    assert send(lists).stage_to == "petugas_data"


@pytest.mark.parametrize(
    ("said", "signers"),
    [
        (Decision("layak"), ()),
        (Decision("layak"), ("OPERATOR", "RT_RW")),
        (Decision("tunda"), ("LURAH",)),
    ],
)
def test_minutes_nobody_signed_or_that_decided_nothing_do_not_count(lists, said, signers):
    visit(lists, evidence=("KK", "KTP"))
    fieldwork.put_move(lists, "A1", RECORD, PLAN, FORWARD)
    hold(lists, said, signers)
    assert proposals.MINUTES not in fieldwork.proposal_of(lists, RECORD, PLACE).shown
    assert any("Berita acara musyawarah" in one for one in lacking(lists))


def test_minutes_that_were_not_closed_do_not_count(lists):
    visit(lists, evidence=("KK", "KTP"))
    hold(lists, signers=(), closed=False)
    assert fieldwork.proposal_of(lists, RECORD, PLACE).decision == ""


def test_a_statement_stands_in_for_minutes_with_its_reason_only(lists):
    visit(lists, evidence=("KK", "KTP"))
    bring_to_operator(lists)
    with pytest.raises(WrongUse, match="alasan memakai SPTJM"):
        proposals.put_paper(lists, "A1", RECORD, "SPTJM", "  ")
    with pytest.raises(IntegrityError), lists.writing() as connection:
        connection.execute(
            tables.proposal_paper.insert().values(
                list_id="D1",
                family_id="F1",
                number=1,
                paper="SPTJM",
                note="",
                sha256="",
                file_name="",
                salt="",
                actor="A1",
                at=clock.now(),
            )
        )
    proposals.put_paper(lists, "A1", RECORD, "SPTJM", "Kelurahan kebanjiran")
    assert send(lists).stage_to == "petugas_data"


def test_minutes_are_never_shown_by_hand(lists):
    with pytest.raises(WrongUse, match="tab Musyawarah"):
        proposals.put_paper(lists, "A1", RECORD, "BERITA_ACARA")
    with pytest.raises(WrongUse, match="tidak dikenal"):
        proposals.put_paper(lists, "A1", RECORD, "KUITANSI")


def test_each_route_asks_for_its_own(lists):
    visit(lists)
    bring_to_operator(lists)
    proposals.put_route(lists, "A1", RECORD, "penetapan_kemensos")
    assert len(lacking(lists)) == 1
    proposals.put_route(lists, "A1", RECORD, "usul_mandiri")
    assert len(lacking(lists)) == 2  # the visit stands for itself
    proposals.put_paper(lists, "A1", RECORD, "PERMOHONAN")
    proposals.put_paper(lists, "A1", RECORD, "KTP_KK", "", "ktp.jpg", "c" * 64)
    assert send(lists).stage_to == "petugas_data"
    with pytest.raises(WrongUse, match="tidak dikenal"):
        proposals.put_route(lists, "A1", RECORD, "titip")


def test_a_family_nobody_met_was_not_visited(lists):
    visit(lists, "MUSYAWARAH", presence="KB8")
    assert "KUNJUNGAN" not in fieldwork.proposal_of(lists, RECORD, PLACE).shown


def test_a_paper_that_was_withdrawn_is_lacking_again_and_stays_on_record(lists):
    visit(lists)
    bring_to_operator(lists)
    proposals.put_route(lists, "A1", RECORD, "penetapan_kemensos")
    proposals.put_paper(lists, "A1", RECORD, "PENETAPAN")
    send(lists)
    (paper,) = fieldwork.proposal_of(lists, RECORD, PLACE).papers
    proposals.withdraw_paper(lists, "A1", RECORD, paper.number)
    with pytest.raises(WrongUse, match="penetapan Kemensos belum ada"):
        send(lists, "A4")
    with pytest.raises(NotFound):
        proposals.withdraw_paper(lists, "A1", RECORD, paper.number)
    with lists.reading() as connection:
        assert connection.execute(text("select count(*) from proposal_paper")).scalar() == 1


def test_returning_a_proposal_asks_for_no_papers(lists):
    visit(lists)
    bring_to_operator(lists)
    step = fieldwork.put_move(lists, "A3", RECORD, PLAN, Direction.BACK, "Lengkapi berkas")
    assert step.stage_to == "musyawarah"


def test_an_office_says_itself_from_which_stage_on_a_record_is_a_proposal(lists):
    plan = read_plan(
        [
            {"code": "pintu", "title": "Kunjungan"},
            {"code": "meja", "title": "Meja", "meaning": "usulan"},
            {"code": "kepala", "title": "Kepala"},
        ]
    )
    visit(lists)
    with pytest.raises(WrongUse, match="belum dapat diteruskan"):
        fieldwork.put_move(lists, "A2", RECORD, plan, FORWARD)


def test_words_and_file_names_stay_out_of_the_ledger(lists):
    visit(lists)
    proposals.put_paper(lists, "A1", RECORD, "SPTJM", "Pak Wasekun sakit", "surat Wasekun.pdf")
    with lists.reading() as connection:
        said = " ".join(connection.execute(text("select value from event")).scalars())
    assert "Wasekun" not in said

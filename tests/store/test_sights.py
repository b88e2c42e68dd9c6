"""A store seen by somebody of one kelurahan tells nothing of another, whatever is asked of it."""

from __future__ import annotations

import inspect
from dataclasses import dataclass

import pytest

from workbench.access import Actor, Role, Workspace
from workbench.errors import Forbidden
from workbench.store import (
    assignments,
    candidates,
    drafts,
    fieldwork,
    happenings,
    meetings,
    objections,
    proposals,
    rechecks,
    snapshots,
)
from workbench.store.happenings import Claim, Report
from workbench.store.records import Record
from workbench.verification.fieldwork.outcomes import Level, Outcome
from workbench.verification.fieldwork.stages import Direction, default_plan
from workbench.verification.meetings.content import Decision
from workbench.verification.meetings.warnings import Attendee
from workbench.verification.sampling.frames import Frame, FrameRow, draw

PLAN = default_plan()
MODULES = (
    assignments,
    candidates,
    drafts,
    fieldwork,
    happenings,
    meetings,
    objections,
    proposals,
    rechecks,
)
LIST = "D1"


@dataclass
class Place:
    """A kelurahan with two families, whose every row bears its name somewhere."""

    name: str
    kode: str
    sample: rechecks.Sample | None = None
    meeting: str = ""
    event: str = ""
    graduation: str = ""
    newcomer: str = ""

    @property
    def record(self):
        return Record(LIST, f"F-{self.name}")

    def person(self, number):
        return f"{self.name}-{number}"

    def is_told_in(self, answer):
        return self.name in answer or self.kode in answer


HERE, THERE = "36.73.01.1002", "36.73.02.1001"


def outcome(place, answer="LY1"):
    said = {"presence": "KB1", "visited_on": "2026-11-20", "visit_number": "1", "note": place.name}
    return Outcome({**said, "proposal": "MUSYAWARAH", "eligibility": answer}, {}, {})


def visit(store, place, record, number=1, answer="LY1"):
    fieldwork.put_outcome(
        *(store, place.person(number), record, outcome(place, answer), PLAN, {}),
        kelurahan_kode=place.kode,
        family_key=f"kunci-{record.family_id}",
    )


def draw_sample(store, place, family_id):
    def make(sample_id, visits, former):
        row = FrameRow(family_id, place.kode, place.person(1), "0" * 64)
        drawn = draw(Frame([row]), {row.place: 1}, 7, "semua")
        source = visits[family_id][0].source
        told = (f"kunci-{family_id}", place.kode, (), source, 1, place.person(1))
        return {}, drawn, [rechecks.Check(sample_id, LIST, family_id, *told)]

    made = rechecks.put_sample(store, place.person(3), LIST, rechecks.LOT, (place.kode,), make)
    rechecks.put_second(store, place.person(3), made.id, {family_id: place.person(2)})
    return made


def fill(store, place):
    """Everything that can be kept of a kelurahan, once."""
    record, other = place.record, Record(LIST, f"G-{place.name}")
    assignments.put_assignment(store, "A0", place.person(1), (place.kode, "", ""), PLAN.first)
    visit(store, place, record)
    visit(store, place, other)
    visit(store, place, other, 5, "LY3")
    drafts.put_draft(store, place.person(5), record, outcome(place), "keluarga")
    fieldwork.put_move(store, place.person(1), record, PLAN, Direction.FORWARD)
    proposals.put_paper(store, place.person(1), record, "KTP_KK", place.name)
    checked = draw_sample(store, place, record.family_id)
    rechecks.put_second_outcome(
        store, place.person(2), checked.id, record.family_id, outcome(place, "LY3")
    )
    rechecks.close_check(store, place.person(2), checked.id, record.family_id)
    place.sample = rechecks.lock_sample(store, place.person(3), checked.id)
    question = (Level.FAMILY, "", "eligibility")
    rechecks.put_decision(
        store, place.person(3), checked.id, record.family_id, question, "kedua", place.name
    )
    rechecks.put_lesson(store, place.person(3), checked.id, record.family_id, "KEL-01", "T1")
    draw_sample(store, place, other.family_id)
    place.meeting = meetings.plan_meeting(
        *(store, place.person(4), LIST, place.kode, "2026-11-21", "", f"Aula {place.name}"),
        {record.family_id: "tahap"},
    )
    key = (LIST, place.meeting)
    meetings.put_attendees(store, place.person(4), *key, [Attendee("LURAH", place.name, True)])
    decision = Decision("layak")
    meetings.put_decision(store, place.person(4), *key, record.family_id, decision, PLAN)
    meetings.close(store, place.person(4), *key, PLAN, lambda state: {"tempat": place.name})
    objections.put_objection(
        *(store, place.person(4), record, place.kode, "warga", place.name),
        *("2026-11-22", "2026-11-30"),
    )
    at = happenings.Place(LIST, record.family_id, f"kunci-{record.family_id}", place.kode)
    report = Report("meninggal", "2026-11-02", "rt_rw", ("AKTA_KEMATIAN",))
    place.event = happenings.put_happening(store, place.person(1), at, report, place.name, [])
    claim = Claim(
        *("mandiri", "PKH", "berhenti", "2026-12-01", "GR3", "2026-11-02", 4, "2026-V3"),
        ("PERNYATAAN",),
    )
    place.graduation = happenings.put_graduation(store, place.person(1), at, claim, place.name)

    said = candidates.Candidate(
        *(LIST, "", place.kode, "002", "001", "Jl. Contoh 1", f"Wasekun {place.name}", "", "", 3),
        *("rt_rw", "", ""),
    )
    place.newcomer = candidates.put_candidate(store, place.person(1), said, "musyawarah", PLAN)


#: Every reading function, asked of the store about a place.
READS = {
    "candidates.find_candidate": lambda s, p: candidates.find_candidate(
        s, Record(LIST, p.newcomer)
    ),
    "candidates.list_candidates": lambda s, p: candidates.list_candidates(s),
    "drafts.find_draft": lambda s, p: drafts.find_draft(s, p.person(5), p.record),
    "fieldwork.last_visits": lambda s, p: fieldwork.last_visits(s),
    "assignments.list_assignments": lambda s, p: assignments.list_assignments(s),
    "fieldwork.list_conflicts": lambda s, p: fieldwork.list_conflicts(s, LIST),
    "drafts.list_drafts": lambda s, p: drafts.list_drafts(s, p.person(5), LIST),
    "fieldwork.list_outcomes": lambda s, p: fieldwork.list_outcomes(s, p.record),
    "fieldwork.list_steps": lambda s, p: fieldwork.list_steps(s, p.record),
    "assignments.meant_officers": lambda s, p: assignments.meant_officers(
        s, PLAN.first, (p.kode, "", "")
    ),
    "fieldwork.proposal_of": lambda s, p: fieldwork.proposal_of(s, p.record, p.kode),
    "fieldwork.stages_of": lambda s, p: fieldwork.stages_of(s, LIST, PLAN),
    "fieldwork.visited": lambda s, p: fieldwork.visited(s, LIST),
    "happenings.find_graduation": lambda s, p: happenings.find_graduation(s, p.graduation),
    "happenings.find_happening": lambda s, p: happenings.find_happening(s, p.event),
    "happenings.list_graduations": lambda s, p: happenings.list_graduations(s),
    "happenings.list_happenings": lambda s, p: happenings.list_happenings(s, [LIST]),
    "meetings.decided": lambda s, p: meetings.decided(s, LIST),
    "meetings.find_meeting": lambda s, p: meetings.find_meeting(s, LIST, p.meeting),
    "meetings.list_meetings": lambda s, p: meetings.list_meetings(s, LIST),
    "objections.list_objections": lambda s, p: objections.list_objections(s, LIST),
    "rechecks.begun": lambda s, p: rechecks.begun(s, p.sample.id),
    "rechecks.checks_of": lambda s, p: rechecks.checks_of(s, p.person(2)),
    "rechecks.find_sample": lambda s, p: rechecks.find_sample(s, p.sample.id),
    "rechecks.first_outcomes": lambda s, p: rechecks.first_outcomes(s, p.sample),
    "rechecks.frame_now": lambda s, p: rechecks.frame_now(s, LIST),
    "rechecks.frame_then": lambda s, p: rechecks.frame_then(s, p.sample),
    "rechecks.have_been": lambda s, p: rechecks.have_been(s, p.sample.id),
    "rechecks.list_checks": lambda s, p: rechecks.list_checks(s, p.sample.id),
    "rechecks.list_decisions": lambda s, p: rechecks.list_decisions(s, p.sample.id),
    "rechecks.list_lessons": lambda s, p: rechecks.list_lessons(s),
    "rechecks.list_samples": lambda s, p: rechecks.list_samples(s),
    "rechecks.second_outcomes": lambda s, p: rechecks.second_outcomes(s, p.sample.id),
}


def ask(name, store, place):
    try:
        return repr(READS[name](store, place))
    except Forbidden as error:
        return f"ditolak: {error}"


@pytest.fixture
def places(store):
    snapshots.add_snapshot(store, "A0", LIST, LIST, LIST, {"as_of": "2026-11-01"})
    found = Place("sini", HERE), Place("sana", THERE)
    for place in found:
        fill(store, place)
    return found


def seen_from(store, place):
    actor = Actor(place.person(5), "Staf", Role.STAF, Workspace.NYATA, (place.kode,))
    return store.seen_by(actor.id, actor.covers)


def test_a_store_seen_from_one_kelurahan_tells_nothing_of_another(store, places):
    here, there = places
    mine = seen_from(store, here)
    assert {name for name in READS if there.is_told_in(ask(name, mine, there))} == set()
    # Each of them has something to tell of both, and keeps nothing back of the reader's own.
    assert {name for name in READS if not there.is_told_in(ask(name, store, there))} == set()
    assert {name for name in READS if not here.is_told_in(ask(name, mine, here))} == set()


def test_somebody_of_the_whole_city_reads_all_of_it_but_drafts_of_others(store, places):
    city = Actor("A-kepala", "Kepala", Role.STAF, Workspace.NYATA, ("36.73",))
    seen = store.seen_by(city.id, city.covers)
    kept = {
        name
        for place in places
        for name in READS
        if ask(name, seen, place) != ask(name, store, place)
    }
    assert kept == {"drafts.find_draft", "drafts.list_drafts"}


def test_every_reading_function_stands_in_the_table():
    found = {
        f"{module.__name__.rpartition('.')[2]}.{name}"
        for module in MODULES
        for name, made in inspect.getmembers(module, inspect.isfunction)
        if made.__module__ == module.__name__
        and not name.startswith("_")
        and next(iter(inspect.signature(made).parameters), "") == "store"
        and "store.writing()" not in inspect.getsource(made)
    }
    assert found == set(READS)


def test_a_row_without_a_kelurahan_belongs_to_the_whole_office(store, places):
    here, _ = places
    lost = Record(LIST, "F-tanpa-tempat")
    fieldwork.put_outcome(store, "A1", lost, outcome(here), PLAN, {})
    city = Actor("A-kepala", "Kepala", Role.STAF, Workspace.NYATA, ("36.73",))
    assert fieldwork.list_outcomes(store.seen_by(city.id, city.covers), lost)
    assert fieldwork.list_outcomes(seen_from(store, here), lost) == ()


def test_the_record_of_a_newcomer_is_read_where_it_was_proposed(store, places):
    here, there = places
    for place, is_read in ((here, True), (there, False)):
        seen, record = seen_from(store, here), Record(LIST, place.newcomer)
        assert bool(fieldwork.list_steps(seen, record)) is is_read
        assert (place.newcomer in fieldwork.stages_of(seen, LIST, PLAN)) is is_read

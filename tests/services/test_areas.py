"""Staff of one kelurahan learn no name, number, word or outcome of another, by whatever they ask.

Everything is done to a family of the one; then somebody of the other asks every service for it,
by its own ids.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import pytest

from tests.services.recheck_world import (
    CIPARE,
    HEAD,
    KASEMEN,
    SECRET,
    add_officer,
    check_all,
    draw_all,
    outcome,
    put_list,
    row,
    visit_all,
)
from workbench.access import Actor, Role, Workspace
from workbench.errors import WorkbenchError
from workbench.services import (
    assignments,
    audits,
    candidates,
    digests,
    doorsteps,
    evidence,
    field_papers,
    fieldwork,
    graduations,
    happenings,
    meetings,
    objections,
    privacy,
    processing,
    proposals,
    rechecks,
    records,
    returns_in,
    samples,
    shelves,
)
from workbench.services.shelves import key_of
from workbench.store import clock
from workbench.verification.forms.packets import record_key
from workbench.verification.happenings.kinds import Entry
from workbench.verification.meetings.content import Decision

HERE = Actor("A-cipare", "Staf Cipare", Role.STAF, Workspace.NYATA, (CIPARE,))
DAY = date(2026, 3, 2)
EVENT = Entry("lahir", DAY, "kader", ("AKTA_LAHIR",), words=SECRET)
LEFT = graduations.Proposal("mandiri", "PKH", DAY, DAY, ("PERNYATAAN",), SECRET)
NEWCOMER = candidates.Entry(
    *(KASEMEN, "002", "001", "Jl. Jauh 9", "WASEKUN JAUH"),
    *("3673010504819777", "", 3, "rt_rw", "musyawarah"),
)
#: Whom nothing may be told of: the family's head, numbers and what was written about it.
MARKS = ("RUSDI 101", "RUSDI 102", "WASEKUN", "Jl. Jauh", "819101", "159101", SECRET)


@dataclass
class Far:
    """A family of the other kelurahan and all that was done to it."""

    list_id: str
    family: str
    key: str
    newcomer: str
    meeting: str
    event: str
    graduation: str
    sample: str
    sheet: tuple[str, bytes]


@pytest.fixture
def far(office, tmp_path):
    rows = [row(n) for n in (1, 2, 3)]
    rows += [row(n, "KASEMEN;KASEMEN") for n in (101, 102)]
    before = put_list(office, tmp_path, rows[:-1], "Februari", date(2026, 2, 1))
    list_id = put_list(office, tmp_path, rows)
    assert before != list_id
    people = [add_officer(office, name) for name in ("siti", "budi", "tono", "mira", "lina")]
    siti, budi, tono, mira, lina = people
    packets = field_papers.packets(office, HEAD, list_id, field_papers.Order(everyone=True))
    (packet,) = [one for one in packets if one.kelurahan_kode_kemendagri == KASEMEN]
    family = next(
        one["family_id"]
        for one in shelves.open_list(office, HEAD, list_id).register["person"].to_pylist()
        if one["name"] == "RUSDI 101"
    )
    visit_all(office, list_id, [siti])
    fieldwork.record_outcome(
        *(office, budi, list_id, family, outcome(office, list_id, family, "tidak_benar", SECRET)),
        source="kertas",
    )
    fieldwork.decide(office, mira, list_id, family, outcome(office, list_id, family, note=SECRET))
    fieldwork.move_forward(office, siti, list_id, family)
    proposals.show_paper(office, siti, list_id, family, "SPTJM", SECRET)
    newcomer = candidates.propose(office, siti, list_id, NEWCOMER)
    meeting = meetings.plan(office, HEAD, list_id, KASEMEN, clock.today(), None, f"Aula {SECRET}")
    for one in (family, newcomer):
        meetings.decide(
            office, HEAD, list_id, meeting, one, Decision("tidak_layak", "TL13", SECRET)
        )
    meetings.close(office, HEAD, list_id, meeting)
    objections.object_to(office, siti, list_id, family, "warga", SECRET, clock.today())
    event = happenings.record(office, siti, list_id, family, EVENT)
    graduated = graduations.propose(office, siti, list_id, family, LEFT)
    graduations.check(office, HEAD, graduated, "setuju")
    assignments.assign(office, HEAD, siti.id, KASEMEN)
    drawn = draw_all(office, list_id)
    rechecks.share_out(office, HEAD, drawn.id, (tono.id, lina.id))
    check_all(office, drawn.id, lambda one: "tidak_benar" if one == family else "benar")
    rechecks.lock(office, HEAD, drawn.id)
    secret = key_of(office.folder(Workspace.NYATA))
    return Far(
        *(list_id, family, record_key(secret, "keluarga", list_id, family), newcomer, meeting),
        *(event, graduated, drawn.id),
        field_papers.draw(field_papers.Form.WORKBOOK, "", packet),
    )


#: What somebody asks for; "telling" ones say something of the family to whoever may know.
ASKED = {
    "outcomes": lambda o, a, w: fieldwork.outcomes(o, a, w.list_id, w.family),
    "outcomes of a newcomer": lambda o, a, w: fieldwork.outcomes(o, a, w.list_id, w.newcomer),
    "conflicts": lambda o, a, w: fieldwork.conflicts(o, a, w.list_id),
    "lives": lambda o, a, w: fieldwork.family_lives(o, a, w.list_id, w.family),
    "steps": lambda o, a, w: fieldwork.steps(o, a, w.list_id, w.family),
    "steps of a newcomer": lambda o, a, w: fieldwork.steps(o, a, w.list_id, w.newcomer),
    "stages": lambda o, a, w: fieldwork.stages_of(o, a, w.list_id),
    "queue": lambda o, a, w: fieldwork.queue(o, a, w.list_id),
    "loads": lambda o, a, w: fieldwork.loads(o, a, w.list_id),
    "row": lambda o, a, w: fieldwork.family_row(o, a, w.list_id, w.family),
    "row of a newcomer": lambda o, a, w: fieldwork.family_row(o, a, w.list_id, w.newcomer),
    "drafts": lambda o, a, w: fieldwork.drafts(o, a, w.list_id),
    "draft": lambda o, a, w: fieldwork.draft(o, a, w.list_id, w.family),
    "records": lambda o, a, w: records.records(o, a, w.list_id),
    "newcomers": lambda o, a, w: candidates.proposed(o, a),
    "the same newcomer here": lambda o, a, w: candidates.propose(
        o, a, w.list_id, replace(NEWCOMER, kelurahan_kode=CIPARE, head_name="X Y")
    ),
    "somebody listed elsewhere": lambda o, a, w: candidates.propose(
        *(o, a, w.list_id),
        replace(NEWCOMER, kelurahan_kode=CIPARE, head_name="X Y", nik="3673010504819101"),
    ),
    "doorstep": lambda o, a, w: doorsteps.doorstep(o, a, w.list_id, w.family),
    "doorstep of a newcomer": lambda o, a, w: doorsteps.doorstep(o, a, w.list_id, w.newcomer),
    "proposal": lambda o, a, w: proposals.proposal(o, a, w.list_id, w.family),
    "proposal of a newcomer": lambda o, a, w: proposals.proposal(o, a, w.list_id, w.newcomer),
    "agenda": lambda o, a, w: meetings.candidates(o, a, w.list_id),
    "musyawarah": lambda o, a, w: meetings.meetings(o, a, w.list_id),
    "a musyawarah": lambda o, a, w: meetings.sheet(o, a, w.list_id, w.meeting),
    "addable": lambda o, a, w: meetings.addable(o, a, w.list_id, w.meeting),
    "minutes": lambda o, a, w: meetings.minutes_paper(o, a, w.list_id, w.meeting, "docx"),
    "objections": lambda o, a, w: objections.objections(o, a, w.list_id),
    "objections to it": lambda o, a, w: objections.objections(o, a, w.list_id, w.family),
    "answer": lambda o, a, w: objections.answer(o, a, w.list_id, w.family, 1, "ditolak", "x"),
    "search": lambda o, a, w: happenings.find_families(o, a, w.list_id, "RUSDI 10"),
    "members": lambda o, a, w: happenings.members(o, a, w.list_id, w.family),
    "household": lambda o, a, w: happenings.household(o, a, w.list_id, w.family),
    "events": lambda o, a, w: happenings.listed(o, a),
    "events of it": lambda o, a, w: happenings.listed(o, a, w.list_id, w.family),
    "tick": lambda o, a, w: happenings.tick(o, a, w.event, 1, "selesai", DAY),
    "take an event back": lambda o, a, w: happenings.end(o, a, w.event, "salah"),
    "graduations": lambda o, a, w: graduations.listed(o, a),
    "programmes": lambda o, a, w: graduations.threefold(o, a, w.list_id, w.family),
    "check a graduation": lambda o, a, w: graduations.check(o, a, w.graduation, "setuju"),
    "digest": lambda o, a, w: digests.digest(o, a, older(o), w.list_id, KASEMEN),
    "samples": lambda o, a, w: samples.samples(o, a),
    "sample file": lambda o, a, w: samples.sample_file(o, a, w.sample),
    "redraw": lambda o, a, w: samples.redraw_sample(o, a, w.sample),
    "progress": lambda o, a, w: rechecks.progress(o, a, w.sample),
    "families waiting for a second visit": lambda o, a, w: rechecks.waiting(o, a, w.sample),
    "both visits": lambda o, a, w: rechecks.compare(o, a, w.sample),
    "lessons": lambda o, a, w: rechecks.lessons(o, a),
    "errands": lambda o, a, w: rechecks.my_errands(o, a),
    "second visit": lambda o, a, w: rechecks.my_outcome(o, a, w.sample, w.family),
    "assignments": lambda o, a, w: assignments.assignments(o, a),
    "places": lambda o, a, w: assignments.places(o, a, w.list_id),
    "goers": lambda o, a, w: assignments.goers(o, a, w.list_id),
    "sheets": lambda o, a, w: field_papers.packets(
        o, a, w.list_id, field_papers.Order(everyone=True)
    ),
    "record key": lambda o, a, w: field_papers.family_of_key(o, a, w.key),
    "paper sheet": lambda o, a, w: returns_in.sheet_of(o, a, w.key),
    "sheets typed": lambda o, a, w: returns_in.typed(o, a, w.list_id, w.family),
    "same family": lambda o, a, w: field_papers.same_family(o, a, older(o), w.list_id),
    "whole numbers": lambda o, a, w: privacy.unmask(o, a, w.list_id, w.family, "kunjungan"),
    "log": lambda o, a, w: audits.log_page(o, a),
    "log of it": lambda o, a, w: audits.log_page(
        o, a, narrowed=audits.LogFilter(subject=f"kunjungan:{w.list_id}.{w.family}")
    ),
    "evidence": lambda o, a, w: evidence.pack_zipped(o, a, w.list_id),
    "processing": lambda o, a, w: processing.record(o, a),
    "return of its sheet": lambda o, a, w: returns_in.take_in(
        o, a, w.list_id, [w.sheet]
    ).sentences(),
}


def older(office):
    return min(shelves.shelf(office, HEAD), key=lambda one: one.as_of).id


def ask(name, office, actor, world):
    try:
        return repr(ASKED[name](office, actor, world))
    except WorkbenchError as error:
        return f"ditolak: {error}"


def test_whatever_is_asked_tells_nothing_of_another_kelurahan(office, far):
    told = {name: ask(name, office, HERE, far) for name in ASKED}
    marks = (*MARKS, far.family, far.newcomer, KASEMEN, "Kasemen")
    leaks = {name: [mark for mark in marks if mark in said] for name, said in told.items()}
    assert {name: found for name, found in leaks.items() if found} == {}
    # Whoever looks after the whole city is told, so the world is not empty.
    known = {name for name in ASKED if any(mark in ask(name, office, HEAD, far) for mark in marks)}
    assert len(known) > len(ASKED) / 2

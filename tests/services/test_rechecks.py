"""The blind second visit: who may go, what they see, and what both visits say together."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.services.recheck_world import (
    CIPARE,
    HEAD,
    SECOND_SECRET,
    SECRET,
    add_officer,
    check_all,
    draw_all,
    outcome,
    put_list,
    row,
    visit_all,
)
from workbench import services
from workbench.access import Actor, Role, Workspace
from workbench.errors import Forbidden, NotFound, WrongUse
from workbench.services import (
    assignments,
    audits,
    candidates,
    comparisons,
    digests,
    doorsteps,
    evidence,
    exports,
    families,
    field_papers,
    fieldwork,
    graduations,
    happenings,
    histories,
    meetings,
    objections,
    own_tasks,
    proposals,
    rechecks,
    records,
    samples,
    shelves,
)
from workbench.services.findings import FindingsIndex, Query
from workbench.services.office import Office
from workbench.store import clock
from workbench.store import rechecks as kept
from workbench.store.fieldwork import current
from workbench.store.ledger import verify_chain
from workbench.training.authoring import CaseTask, draw_cases
from workbench.verification.fieldwork.outcomes import Level
from workbench.verification.happenings.kinds import Entry
from workbench.verification.meetings.content import Decision

FAMILIES = 24
BYSTANDER = Actor("A-lain", "Staf lain", Role.STAF, Workspace.NYATA, ("36.73",))
ANSWER = "answer"


@pytest.fixture(scope="module")
def visited_office(tmp_path_factory):
    """A list whose families two officers visited, and two officers who did not; made once.

    An older list of the same families lies beside it.
    """
    home = tmp_path_factory.mktemp("dikunjungi")
    made = Office(home / "kantor")
    put_list(made, home, [row(n) for n in range(1, FAMILIES)], "Februari", date(2026, 2, 1))
    list_id = put_list(made, home, [row(n) for n in range(1, FAMILIES + 1)])
    people = [add_officer(made, name) for name in ("siti", "budi", "tono", "mira")]
    visit_all(made, list_id, people[:2])
    made.practice.close()
    made.real.close()
    return made.root, (list_id, *people)


@pytest.fixture
def office(visited_office, tmp_path):
    """A copy of that office."""
    made = Office(shutil.copytree(visited_office[0], tmp_path / "kantor"))
    yield made
    made.practice.close()
    made.real.close()


@pytest.fixture
def world(visited_office):
    """The list, the two who visited it, one who did not, and one more."""
    return visited_office[1]


@pytest.fixture
def sample(office, world):
    """A sample of all families, every one given to the third officer."""
    list_id, _, _, tono, _ = world
    drawn = draw_all(office, list_id)
    assert rechecks.share_out(office, HEAD, drawn.id, (tono.id,)) == (FAMILIES, 0)
    return drawn


def one_of(office, sample, officer):
    """A family of a sample whose first visit was this officer's."""
    return next(
        one.family_id for one in kept.list_checks(office.real, sample.id) if one.first == officer.id
    )


def places(compared):
    return [one.question.place for one in compared.disputes]


# --- who goes ------------------------------------------------------------------------------------


def test_nobody_checks_what_they_visited_themselves(office, world, sample):
    _, siti, budi, *_ = world
    family = one_of(office, sample, siti)
    with pytest.raises(Forbidden, match="orang lain"):
        rechecks.choose_second(office, HEAD, sample.id, {family: siti.id})
    rechecks.choose_second(office, HEAD, sample.id, {family: budi.id})
    with office.real.writing() as connection, pytest.raises(IntegrityError):
        connection.execute(
            text("update recheck set second = first where family_id = :id"), {"id": family}
        )


def test_nobody_checks_what_they_brought_a_return_of(office, world, sample):
    list_id, siti, _, _, mira = world
    family = one_of(office, sample, siti)
    fieldwork.record_outcome(
        office, mira, list_id, family, outcome(office, list_id, family), source="kertas lain"
    )
    with pytest.raises(Forbidden, match="orang lain"):
        rechecks.choose_second(office, HEAD, sample.id, {family: mira.id})


def test_families_are_shared_out_evenly_and_never_to_whoever_was_there(office, world):
    list_id, siti, budi, tono, _mira = world
    drawn = draw_all(office, list_id)
    given, left = rechecks.share_out(office, HEAD, drawn.id, (siti.id, budi.id, tono.id))
    assert (given, left) == (FAMILIES, 0)
    checks = kept.list_checks(office.real, drawn.id)
    assert all(one.second != one.first for one in checks)
    counts = rechecks.progress(office, HEAD, drawn.id).officers
    loads = [families for families, _ in counts.values()]
    assert max(loads) - min(loads) <= 2


def test_an_officer_of_another_area_is_not_sent(office, world):
    list_id, siti, *_ = world
    drawn = draw_all(office, list_id)
    far = add_officer(office, "jauh", ("36.73.05",))
    assert rechecks.share_out(office, HEAD, drawn.id, (far.id,)) == (0, FAMILIES)
    with pytest.raises(WrongUse, match="tidak bertugas"):
        rechecks.choose_second(office, HEAD, drawn.id, {one_of(office, drawn, siti): far.id})


def test_a_visit_that_began_is_not_given_to_another(office, world, sample):
    list_id, siti, budi, tono, _mira = world
    family = one_of(office, sample, siti)
    said = outcome(office, list_id, family)
    rechecks.record_second(office, tono, sample.id, family, said)
    with pytest.raises(WrongUse, match="sudah mulai"):
        rechecks.choose_second(office, HEAD, sample.id, {family: budi.id})


def test_families_that_may_still_be_given_away_are_those_not_begun(office, world, sample):
    list_id, siti, budi, tono, _mira = world
    begun, given = [
        one.family_id for one in kept.list_checks(office.real, sample.id) if one.first == siti.id
    ][:2]
    rechecks.record_second(office, tono, sample.id, begun, outcome(office, list_id, begun))
    rechecks.choose_second(office, HEAD, sample.id, {given: budi.id})
    found = {one.family_id: one for one in rechecks.waiting(office, HEAD, sample.id)}
    assert len(found) == FAMILIES - 1
    assert begun not in found
    assert found[given].second == budi.id
    assert found[given].head_name.startswith("RUSDI")
    with pytest.raises(Forbidden):
        rechecks.waiting(office, replace(HEAD, role=Role.ADMIN), sample.id)


# --- the second visit ----------------------------------------------------------------------------


def test_the_second_outcome_lies_apart_and_changes_nothing_of_the_first(office, world, sample):
    list_id, siti, _, tono, _mira = world
    family = one_of(office, sample, siti)
    before = fieldwork.outcomes(office, BYSTANDER, list_id, family)
    lives = fieldwork.family_lives(office, BYSTANDER, list_id, family)
    said = outcome(office, list_id, family, "tidak_benar", eligibility="LY3")
    assert rechecks.record_second(office, tono, sample.id, family, said) == 1
    assert rechecks.record_second(office, tono, sample.id, family, said) == 1
    other = replace(said, family={**said.family, "note": SECOND_SECRET})
    assert rechecks.record_second(office, tono, sample.id, family, other) == 2
    assert rechecks.my_outcome(office, tono, sample.id, family) == other
    assert fieldwork.outcomes(office, BYSTANDER, list_id, family) == before
    assert fieldwork.family_lives(office, BYSTANDER, list_id, family) == lives
    assert fieldwork.conflicts(office, BYSTANDER, list_id) == ()


def test_only_the_second_checker_fills_it_in_and_only_until_it_is_closed(office, world, sample):
    list_id, siti, budi, tono, _mira = world
    family = one_of(office, sample, siti)
    said = outcome(office, list_id, family)
    for other in (siti, budi, HEAD):
        with pytest.raises(Forbidden):
            rechecks.record_second(office, other, sample.id, family, said)
        with pytest.raises(Forbidden):
            rechecks.my_outcome(office, other, sample.id, family)
    with pytest.raises(WrongUse, match="Belum ada hasil"):
        rechecks.close_second(office, tono, sample.id, family)
    bad = replace(said, family={**said.family, "presence": "KB99"})
    with pytest.raises(WrongUse):
        rechecks.record_second(office, tono, sample.id, family, bad)
    strange = replace(said, persons={"P-asing": {"member_presence": "KB1"}})
    with pytest.raises(WrongUse, match="bukan dari keluarga ini"):
        rechecks.record_second(office, tono, sample.id, family, strange)
    rechecks.record_second(office, tono, sample.id, family, said)
    rechecks.close_second(office, tono, sample.id, family)
    with pytest.raises(WrongUse, match="sudah Anda kunci"):
        rechecks.record_second(office, tono, sample.id, family, said)
    (done,) = [one for one in rechecks.my_errands(office, tono) if one.is_closed]
    assert done.family_id == family


def test_a_second_checker_records_no_first_outcome_and_moves_nothing(office, world, sample):
    list_id, siti, _, tono, _mira = world
    family = one_of(office, sample, siti)
    said = outcome(office, list_id, family, "tidak_benar")
    for act in (
        lambda: fieldwork.record_outcome(office, tono, list_id, family, said),
        lambda: fieldwork.decide(office, tono, list_id, family, said),
        lambda: fieldwork.move_forward(office, tono, list_id, family),
        lambda: fieldwork.send_back(office, tono, list_id, family, "salah"),
    ):
        with pytest.raises(Forbidden, match="Periksa ulang"):
            act()


# --- what is withheld ----------------------------------------------------------------------------


def older(office, actor):
    return min(shelves.shelf(office, actor), key=lambda one: one.as_of).id


def findings_of(office, actor, list_id):
    opened = shelves.open_list(office, actor, list_id)
    return exports.findings_csv(
        office, actor, opened, FindingsIndex(opened), exports.Export(Query(), "")
    )


def log_of(office, actor):
    return [(one.seq, one.sentence, one.detail) for one in audits.log_page(office, actor).entries]


#: Every service that tells something of a family or a list, as the second checker asks it.
SHOWN = {
    "families proposed by name": lambda o, a, ls, f, s: candidates.proposed(o, a),
    "outcomes": lambda o, a, ls, f, s: fieldwork.outcomes(o, a, ls, f),
    "lives of its findings": lambda o, a, ls, f, s: fieldwork.family_lives(o, a, ls, f),
    "moves": lambda o, a, ls, f, s: fieldwork.steps(o, a, ls, f),
    "stages": lambda o, a, ls, f, s: fieldwork.stages_of(o, a, ls),
    "conflicts": lambda o, a, ls, f, s: fieldwork.conflicts(o, a, ls),
    "queue": lambda o, a, ls, f, s: fieldwork.queue(o, a, ls),
    "loads": lambda o, a, ls, f, s: fieldwork.loads(o, a, ls),
    "doorstep": lambda o, a, ls, f, s: doorsteps.doorstep(o, a, ls, f),
    "doorstep, blind": lambda o, a, ls, f, s: doorsteps.doorstep(o, a, ls, f, is_blind=True),
    "paper": lambda o, a, ls, f, s: field_papers.packets(
        o, a, ls, field_papers.Order(everyone=True)
    ),
    "family page": lambda o, a, ls, f, s: families.family_page(shelves.open_list(o, a, ls), f),
    "findings taken out": lambda o, a, ls, f, s: findings_of(o, a, ls),
    "history over lists": lambda o, a, ls, f, s: histories.family_history(o, a, key_of(o, ls, f)),
    "comparison of lists": lambda o, a, ls, f, s: comparisons.compare_lists(
        o, a, older(o, a), ls
    ).comparison.families.to_pylist(),
    "log": lambda o, a, ls, f, s: log_of(o, a),
    "evidence": lambda o, a, ls, f, s: evidence.pack(o, a, ls, Path(o.root) / "bukti"),
    "sample": lambda o, a, ls, f, s: samples.sample_file(o, a, s),
    "redraw": lambda o, a, ls, f, s: samples.redraw_sample(o, a, s),
    "progress": lambda o, a, ls, f, s: rechecks.progress(o, a, s),
    "families waiting for a second visit": lambda o, a, ls, f, s: rechecks.waiting(o, a, s),
    "both visits": lambda o, a, ls, f, s: rechecks.compare(o, a, s),
    "own second visit": lambda o, a, ls, f, s: rechecks.my_outcome(o, a, s, f),
    "errands": lambda o, a, ls, f, s: rechecks.my_errands(o, a),
    "records by stage": lambda o, a, ls, f, s: records.records(o, a, ls),
    "places without an officer": lambda o, a, ls, f, s: assignments.uncovered(o, a, ls),
    "proposal": lambda o, a, ls, f, s: proposals.proposal(o, a, ls, f),
    "waiting for a musyawarah": lambda o, a, ls, f, s: meetings.candidates(o, a, ls),
    "musyawarah": lambda o, a, ls, f, s: meetings.meetings(o, a, ls),
    "a musyawarah": lambda o, a, ls, f, s: meetings.sheet(o, a, ls, HELD),
    "who may be added to it": lambda o, a, ls, f, s: meetings.addable(o, a, ls, HELD),
    "minutes": lambda o, a, ls, f, s: meetings.minutes_paper(o, a, ls, HELD, "docx"),
    "objections": lambda o, a, ls, f, s: objections.objections(o, a, ls),
    "objections to a family": lambda o, a, ls, f, s: objections.objections(o, a, ls, f),
    "an answer to one": lambda o, a, ls, f, s: objections.answer(
        o, a, ls, f, 1, "ditolak", "Sudah dilihat"
    ),
    "events": lambda o, a, ls, f, s: happenings.listed(o, a),
    "events of a family": lambda o, a, ls, f, s: happenings.listed(o, a, ls, f),
    "the same event again": lambda o, a, ls, f, s: happenings.record(o, a, ls, f, BIRTH),
    "graduations": lambda o, a, ls, f, s: graduations.listed(o, a),
    "three things of a family": lambda o, a, ls, f, s: graduations.threefold(o, a, ls, f),
    "doubts about a re-entry": lambda o, a, ls, f, s: graduations.questions(o, a, ls, f, LEFT),
    "the same graduation again": lambda o, a, ls, f, s: graduations.propose(o, a, ls, f, LEFT),
    "digest": lambda o, a, ls, f, s: digests.digest(o, a, older(o, a), ls),
}
#: What happens to the family in ``tell_all``.
HELD = "M1"
BIRTH = Entry("lahir", date(2026, 3, 2), "kader", ("AKTA_LAHIR",), words=SECRET)
LEFT = graduations.Proposal(
    "mandiri", "PKH", date(2026, 3, 2), date(2026, 3, 2), ("PERNYATAAN",), SECRET
)
#: Acts: they answer the second checker by a refusal, and others may do them once only.
ACTS = {"an answer to one", "the same event again", "the same graduation again"}
#: Those that tell whoever is not a second checker what became of the first visit.
TELLING = {
    *("outcomes", "lives of its findings", "moves", "stages", "conflicts", "queue", "log"),
    *("records by stage", "proposal", "musyawarah", "a musyawarah", "who may be added to it"),
    *("minutes", "objections", "objections to a family", "events", "events of a family"),
    *("graduations", "three things of a family", "digest"),
}


def key_of(office, list_id, family_id):
    rows = shelves.open_list(office, HEAD, list_id).register["family"].to_pylist()
    return next(one["family_key"] for one in rows if one["family_id"] == family_id)


def ask(name, *about):
    try:
        return repr(SHOWN[name](*about))
    except (Forbidden, WrongUse, NotFound) as error:
        return f"ditolak: {error}"


@pytest.fixture
def one_check(office, world):
    """The third officer checks one family only, which siti visited."""
    list_id, siti, _, tono, _mira = world
    drawn = draw_all(office, list_id)
    family = one_of(office, drawn, siti)
    rechecks.choose_second(office, HEAD, drawn.id, {family: tono.id})
    return drawn, family


def test_a_visit_after_midnight_of_wib_is_of_that_day(office, world, one_check, monkeypatch):
    """The server's own day may still be yesterday's."""
    list_id, _siti, _budi, tono, mira = world
    drawn, family = one_check
    monkeypatch.setattr(clock, "now", lambda: "2031-05-01T17:30:00.000000Z")

    def on(day):
        return outcome(office, list_id, family, visited_on=day)

    for keep in (
        lambda said: rechecks.record_second(office, tono, drawn.id, family, said),
        lambda said: fieldwork.record_outcome(office, mira, list_id, family, said),
    ):
        with pytest.raises(WrongUse, match="belum terjadi"):
            keep(on("2031-05-03"))
        keep(on("2031-05-02"))


def tell_all(office, list_id, family, siti, mira):
    """The first visit is corrected, moved on and disputed, and all that may come of it comes."""
    other = outcome(office, list_id, family, "tidak_benar", SECRET, eligibility="LY3")
    fieldwork.record_outcome(office, siti, list_id, family, other)
    fieldwork.move_forward(office, siti, list_id, family)
    said = outcome(office, list_id, family, "benar", SECRET)
    fieldwork.record_outcome(office, mira, list_id, family, said, source="kertas")
    proposals.show_paper(office, mira, list_id, family, "SPTJM", SECRET)
    day = clock.today()
    held = meetings.plan(office, HEAD, list_id, CIPARE, day, None, "Aula")
    decision = Decision("tidak_layak", "TL13", SECRET)
    meetings.decide(office, HEAD, list_id, held, family, decision)
    meetings.close(office, HEAD, list_id, held)
    for _ in range(2):
        objections.object_to(office, mira, list_id, family, "warga", SECRET, day)
    objections.answer(office, HEAD, list_id, family, 1, "ditolak", SECRET)
    happenings.record(office, mira, list_id, family, BIRTH)
    graduated = graduations.propose(office, mira, list_id, family, LEFT)
    graduations.check(office, HEAD, graduated, "setuju")


def test_whatever_becomes_of_the_first_visit_the_second_checker_sees_the_same(
    office, world, one_check
):
    list_id, siti, _, tono, mira = world
    drawn, family = one_check
    theirs = (office, tono, list_id, family, drawn.id)
    others = (office, BYSTANDER, list_id, family, drawn.id)
    before = {name: ask(name, *theirs) for name in SHOWN}
    told = {name: ask(name, *others) for name in TELLING}
    assert {name for name in ACTS if "Periksa ulang" not in before[name]} == set()
    tell_all(office, list_id, family, siti, mira)
    after = {name: ask(name, *theirs) for name in SHOWN}
    assert {name for name in SHOWN if after[name] != before[name]} == set()
    assert {name for name in SHOWN if SECRET in after[name]} == set()
    # The same questions tell somebody else that something happened.
    assert {name for name in TELLING if ask(name, *others) == told[name]} == set()


def test_a_move_is_closed_to_the_second_checker_too(office, world, one_check):
    list_id, siti, _, tono, _mira = world
    _, family = one_check
    fieldwork.move_forward(office, siti, list_id, family)
    assert len(fieldwork.steps(office, BYSTANDER, list_id, family)) == 1
    assert fieldwork.steps(office, tono, list_id, family) == ()
    assert family not in fieldwork.stages_of(office, tono, list_id)


def test_nobody_but_the_second_checker_reads_the_second_visit_before_the_lock(
    office, world, one_check
):
    list_id, siti, _, tono, _ = world
    drawn, family = one_check
    said = outcome(office, list_id, family, "tidak_benar", SECOND_SECRET, eligibility="LY3")
    rechecks.record_second(office, tono, drawn.id, family, said)
    for actor in (siti, BYSTANDER, HEAD):
        shown = {name: ask(name, office, actor, list_id, family, drawn.id) for name in SHOWN}
        assert {name for name in SHOWN if SECOND_SECRET in shown[name]} == set()
        assert {name for name in SHOWN if "LY3" in shown[name]} == set()
        assert kept.second_outcomes(office.real.seen_by(actor.id, actor.covers), drawn.id) == {}
    assert kept.second_outcomes(office.real, drawn.id) == {}
    assert set(kept.second_outcomes(office.real.seen_by(tono.id, tono.covers), drawn.id)) == {
        family
    }
    packed = Path(office.root) / "bukti" / "lapangan"
    assert (packed / "recheck.csv").exists()
    assert not (packed / "recheck_outcome.csv").exists()
    assert ask("own second visit", office, tono, list_id, family, drawn.id).count("LY3") == 1


def test_the_family_is_closed_in_every_list_it_is_in(office, tmp_path, world, one_check):
    list_id, siti, _, tono, _mira = world
    _, family = one_check
    second = put_list(
        office,
        tmp_path,
        [row(n) for n in range(1, FAMILIES + 2)],
        "April",
        date(2026, 4, 1),
    )
    key = key_of(office, list_id, family)
    rows = shelves.open_list(office, HEAD, second).register["family"].to_pylist()
    same = next(one["family_id"] for one in rows if one["family_key"] == key)
    fieldwork.record_outcome(
        office, siti, second, same, outcome(office, second, same, "tidak_benar", SECRET)
    )
    assert fieldwork.outcomes(office, BYSTANDER, second, same)
    assert fieldwork.family_lives(office, BYSTANDER, second, same)
    assert fieldwork.outcomes(office, tono, second, same) == ()
    assert fieldwork.family_lives(office, tono, second, same) == ()
    with pytest.raises(Forbidden, match="Periksa ulang"):
        fieldwork.record_outcome(office, tono, second, same, outcome(office, second, same))


def test_once_it_is_locked_both_sides_are_open(office, world, sample):
    list_id, siti, _, tono, _mira = world
    family = one_of(office, sample, siti)
    check_all(office, sample.id)
    assert fieldwork.outcomes(office, tono, list_id, family) == ()
    rechecks.lock(office, HEAD, sample.id)
    assert len(fieldwork.outcomes(office, tono, list_id, family)) == 1
    assert fieldwork.family_lives(office, tono, list_id, family)
    assert rechecks.compare(office, tono, sample.id).families == FAMILIES


def test_modules_that_read_visits_stand_in_the_table():
    """A module that begins to read visits must be asked as the second checker would."""
    reading = re.compile(
        r"\b(list_outcomes|list_conflicts|visited|last_visits|list_steps|stages_of"
        r"|standing_lives|life_history|proposal_of|family_lives|finding_life"
        r"|list_meetings|find_meeting|decided|list_objections|list_happenings|find_happening"
        r"|list_graduations|find_graduation)\("
    )
    found = {
        path.stem
        for path in Path(services.__file__).parent.glob("*.py")
        if reading.search(path.read_text(encoding="utf-8"))
    }
    assert found <= READ_VISITS, f"ask these as the second checker in SHOWN: {found - READ_VISITS}"


#: Modules that read visits, all through the store as its reader sees it.
READ_VISITS = {
    "assignments",
    "candidates",
    "digests",
    "doorsteps",
    "fieldwork",
    "graduations",
    "happenings",
    "meetings",
    "objections",
    "proposals",
    "records",
    "returns_in",
}


# --- locking -------------------------------------------------------------------------------------


def test_a_coordinator_who_checked_cannot_lock(office, world, sample):
    _, siti, _, tono, _ = world
    check_all(office, sample.id)
    for actor in (siti, tono):
        with pytest.raises(Forbidden, match="orang lain"):
            rechecks.lock(office, actor, sample.id)
    assert rechecks.lock(office, HEAD, sample.id).locked_at
    with pytest.raises(WrongUse, match="sudah dikunci"):
        rechecks.lock(office, HEAD, sample.id)


def test_families_that_are_given_up_need_a_reason_and_leave_the_verdict_open(
    office, world, one_check
):
    list_id, _, _, tono, _ = world
    drawn, family = one_check
    rechecks.record_second(office, tono, drawn.id, family, outcome(office, list_id, family))
    rechecks.close_second(office, tono, drawn.id, family)
    with pytest.raises(WrongUse, match=f"{FAMILIES - 1} keluarga belum selesai"):
        rechecks.lock(office, HEAD, drawn.id)
    with pytest.raises(WrongUse, match="Kunci dahulu"):
        rechecks.compare(office, HEAD, drawn.id)
    rechecks.lock(office, HEAD, drawn.id, "Jalan terputus banjir")
    compared = rechecks.compare(office, HEAD, drawn.id)
    assert (compared.families, compared.given_up) == (1, FAMILIES - 1)
    with office.real.reading() as connection:
        told = str(connection.execute(text("select value from event")).all())
    assert "banjir" not in told


def test_what_the_first_changes_after_the_draw_is_not_compared(office, world, sample):
    list_id, siti, *_ = world
    family = one_of(office, sample, siti)
    check_all(office, sample.id)
    later = outcome(office, list_id, family, "tidak_benar")
    fieldwork.record_outcome(office, siti, list_id, family, later)
    rechecks.lock(office, HEAD, sample.id)
    assert rechecks.compare(office, HEAD, sample.id).disputes == ()


# --- both together -------------------------------------------------------------------------------


@pytest.fixture
def disputed(office, world, sample):
    """A locked sample in which the third officer found otherwise in two families."""
    _list_id, siti, budi, *_ = world
    wrong = {one_of(office, sample, siti), one_of(office, sample, budi)}
    check_all(office, sample.id, lambda one: "tidak_benar" if one in wrong else "benar")
    rechecks.lock(office, HEAD, sample.id)
    return sample, wrong


def test_both_visits_are_compared_field_by_field(office, disputed):
    sample, wrong = disputed
    compared = rechecks.compare(office, HEAD, sample.id)
    assert {one.question.family_id for one in compared.disputes} == wrong
    assert all(one.question.field == ANSWER for one in compared.disputes)
    by_field = {one.field.key: one for one in compared.fields}
    answer = by_field[ANSWER]
    asked = answer.table.n
    assert answer.table.n_agreed == asked - len(compared.disputes)
    assert [one.name for one in answer.coefficients] == [
        "Kesepakatan mentah",
        "Kappa Cohen",
        "Kappa Fleiss",
        "Alpha Krippendorff",
        "AC1 Gwet",
    ]
    assert answer.coefficients[0].estimate.value == answer.table.n_agreed / asked
    assert answer.reading.words.startswith("Kedua pemeriksa sepakat pada")
    assert not {"evidence", "visited_on", "visit_number", "note"} & set(by_field)
    assert compared.open == len(compared.disputes)
    assert compared.verdict.words == "Putuskan dahulu perbedaan pada 2 keluarga."


def test_a_third_person_decides_with_a_reason(office, world, disputed):
    _, siti, _, tono, _ = world
    sample, _ = disputed
    compared = rechecks.compare(office, HEAD, sample.id)
    mine = next(one for one in compared.disputes if one.first_checker == siti.id)
    for actor in (siti, tono):
        with pytest.raises(Forbidden, match="orang ketiga"):
            rechecks.adjudicate(office, actor, sample.id, mine.question.place, "kedua", "KK asli")
    with pytest.raises(WrongUse, match="alasan"):
        rechecks.adjudicate(office, HEAD, sample.id, mine.question.place, "kedua", "  ")
    with pytest.raises(WrongUse, match="siapa yang benar"):
        rechecks.adjudicate(office, HEAD, sample.id, mine.question.place, "siapa", "KK asli")
    agreed = (mine.question.family_id, Level.FAMILY, "", "presence")
    with pytest.raises(NotFound):
        rechecks.adjudicate(office, HEAD, sample.id, agreed, "kedua", "KK asli")
    rechecks.adjudicate(office, HEAD, sample.id, mine.question.place, "pertama", "KK asli")
    rechecks.adjudicate(office, BYSTANDER, sample.id, mine.question.place, "kedua", "KTP asli")
    now = rechecks.compare(office, HEAD, sample.id)
    decided = next(one for one in now.disputes if one.question == mine.question)
    assert (decided.decision.right_one, decided.decision.reason) == ("kedua", "KTP asli")
    assert decided.decision.decided_by == BYSTANDER.id
    assert now.open == compared.open - 1
    with office.real.reading() as connection:
        told = str(connection.execute(text("select value from event")).all())
    assert "KTP asli" not in told
    assert verify_chain(office.real).is_whole


def test_mistakes_are_attributed_and_the_share_is_estimated(office, world, disputed):
    _, siti, *_ = world
    sample, _wrong = disputed
    for one in rechecks.compare(office, HEAD, sample.id).disputes:
        right = "kedua" if one.first_checker == siti.id else "pertama"
        rechecks.adjudicate(office, HEAD, sample.id, one.question.place, right, "Dokumen asli")
    compared = rechecks.compare(office, HEAD, sample.id)
    counts = compared.attribution
    assert counts.n_open == counts.n_both == 0
    assert counts.n_first + counts.n_second == len(compared.disputes)
    assert counts.n_first == counts.n_second > 0
    assert compared.wrong == 1
    assert compared.verdict.words == (
        f"Seluruh {FAMILIES} keluarga diperiksa: 1 keliru (4,2\u00a0%)."
    )
    rule = compared.disputes[0].question.rule
    assert compared.topics[rule].n_first > 0


@pytest.mark.parametrize(
    ("wrong", "words", "is_accepted"),
    [(0, "Daftar diterima", True), (12, "Daftar ditolak", False)],
)
def test_a_lot_is_accepted_or_everything_is_checked_again(office, world, wrong, words, is_accepted):
    list_id, _, _, tono, _ = world
    drawn = samples.draw_sample(office, HEAD, list_id, samples.Order(), seed=4)
    rechecks.share_out(office, HEAD, drawn.id, (tono.id,))
    ids = {row.key for row in drawn.drawn.rows[:wrong]}
    check_all(office, drawn.id, lambda one: "tidak_benar" if one in ids else "benar")
    rechecks.lock(office, HEAD, drawn.id)
    for one in rechecks.compare(office, HEAD, drawn.id).disputes:
        rechecks.adjudicate(office, HEAD, drawn.id, one.question.place, "kedua", "Dokumen asli")
    verdict = rechecks.compare(office, HEAD, drawn.id).verdict
    assert verdict.is_accepted is is_accepted
    assert verdict.words.startswith(words)
    assert ("Periksa ulang seluruh daftar" in verdict.words) is not is_accepted


def test_a_dispute_nobody_decided_leaves_the_lot_open(office, world):
    list_id, _, _, tono, _ = world
    drawn = samples.draw_sample(office, HEAD, list_id, samples.Order(), seed=4)
    rechecks.share_out(office, HEAD, drawn.id, (tono.id,))
    ids = {row.key for row in drawn.drawn.rows[:3]}
    check_all(office, drawn.id, lambda one: "tidak_benar" if one in ids else "benar")
    rechecks.lock(office, HEAD, drawn.id)
    assert rechecks.compare(office, HEAD, drawn.id).verdict.is_accepted is None


def test_what_the_second_checker_won_counts_by_one_decision_of_who_decided(office, world, disputed):
    list_id, siti, *_ = world
    sample, _ = disputed
    lost = one_of(office, sample, siti)
    before = fieldwork.outcomes(office, HEAD, list_id, lost)
    with pytest.raises(WrongUse, match="Putuskan dahulu semua"):
        rechecks.make_counting(office, HEAD, sample.id, lost)
    for one in rechecks.compare(office, HEAD, sample.id).disputes:
        right = "kedua" if one.first_checker == siti.id else "pertama"
        rechecks.adjudicate(office, HEAD, sample.id, one.question.place, right, "Dokumen asli")
    with pytest.raises(Forbidden, match="diputus orang lain"):
        rechecks.make_counting(office, BYSTANDER, sample.id, lost)
    (kept_first,) = (one for one in disputed[1] if one != lost)
    with pytest.raises(WrongUse, match="tidak menang"):
        rechecks.make_counting(office, HEAD, sample.id, kept_first)
    assert rechecks.make_counting(office, HEAD, sample.id, lost).is_new
    assert not rechecks.make_counting(office, HEAD, sample.id, lost).is_new
    after = fieldwork.outcomes(office, HEAD, list_id, lost)
    assert after[: len(before)] == before
    (counts,) = current(after)
    assert (counts.way, counts.recorder) == ("putusan", HEAD.id)
    assert {one["answer"] for one in counts.outcome.findings.values()} == {"tidak_benar"}
    assert SECOND_SECRET not in str(counts.outcome)
    lives = fieldwork.family_lives(office, HEAD, list_id, lost)
    assert [one.life.answer for one in lives] == ["tidak_benar"] * len(lives) != []
    assert verify_chain(office.real).is_whole


def test_a_newer_visit_is_not_decided_over_by_an_older_check(office, world, disputed):
    list_id, siti, *_ = world
    sample, _ = disputed
    lost = one_of(office, sample, siti)
    decide_all(office, sample)
    again = outcome(office, list_id, lost, "benar", visit_number="2")
    fieldwork.record_outcome(office, siti, list_id, lost, again)
    with pytest.raises(WrongUse, match="sudah diganti"):
        rechecks.make_counting(office, HEAD, sample.id, lost)


# --- practice ------------------------------------------------------------------------------------


def decide_all(office, sample, right="kedua"):
    for one in rechecks.compare(office, HEAD, sample.id).disputes:
        rechecks.adjudicate(office, HEAD, sample.id, one.question.place, right, "Dokumen asli")


def test_a_dispute_becomes_a_practice_task_in_which_nothing_of_the_family_is_left(
    office, world, disputed
):
    list_id, *_ = world
    sample, _ = disputed
    compared = rechecks.compare(office, HEAD, sample.id)
    question = next(
        one.question for one in compared.disputes if one.question.rule in own_tasks.taught_rules()
    )
    with pytest.raises(WrongUse, match="Putuskan dahulu"):
        rechecks.make_task(office, HEAD, sample.id, question.place)
    decide_all(office, sample)
    task_id = rechecks.make_task(office, HEAD, sample.id, question.place)
    assert rechecks.make_task(office, HEAD, sample.id, question.place) == task_id
    (lesson,) = rechecks.lessons(office, HEAD, sample.id)
    assert (lesson.rule, lesson.task_id) == (question.rule, task_id)

    (task,) = own_tasks.tasks_in_use(office)
    assert isinstance(task, CaseTask)
    assert task.rule == question.rule
    cases = draw_cases(replace(task, families=1)) + own_tasks.own_cases(office, 3).cases
    drawn = json.dumps([[one.to_public(), one.key.to_json()] for one in cases], default=str)
    numbers = re.findall(r"(?<!\d)\d{16}(?!\d)", drawn)
    assert numbers
    assert all(number.startswith("99") for number in numbers)
    for value in values_of(office, list_id, question.family_id):
        assert value not in drawn, "something of the real family came along"
    with office.practice.reading() as connection:
        there = str(connection.execute(text("select * from own_task")).all())
        there += str(connection.execute(text("select * from event")).all())
    for value in (*values_of(office, list_id, question.family_id), list_id, sample.id, HEAD.id):
        assert value not in there


def values_of(office, list_id, family_id):
    """What stands in the rows of a family that could tell who it is."""
    register = shelves.open_list(office, HEAD, list_id).register
    found = {question_key for question_key in (family_id,) if len(question_key) > 4}
    for table in ("family", "person"):
        for one in register[table].to_pylist():
            if one["family_id"] == family_id:
                names = ("nik", "no_kk", "name", "address", "head_name", "family_key", "person_key")
                found |= {str(one[name]) for name in names if one.get(name)}
                born = one.get("birth_date")
                found |= {born.isoformat(), born.strftime("%d-%m-%Y")} if born else set()
    assert len(found) > 5
    return found | {SECRET, SECOND_SECRET}


def test_only_findings_of_rules_that_are_taught_become_tasks(office, world, sample):
    list_id, siti, _, tono, _mira = world
    family = one_of(office, sample, siti)

    check_all_but(office, sample, family, tono, list_id)
    rechecks.lock(office, HEAD, sample.id)
    compared = rechecks.compare(office, HEAD, sample.id)
    (only,) = [one.question for one in compared.disputes]
    decide_all(office, sample)
    with pytest.raises(WrongUse, match="Hanya perbedaan pada temuan"):
        rechecks.make_task(office, HEAD, sample.id, only.place)
    for dispute in (
        own_tasks.Disputed("TIDAK-ADA", "benar", "tidak_benar"),
        own_tasks.Disputed("KEL-01", "3673010504819001", "benar"),
    ):
        with pytest.raises(WrongUse):
            own_tasks.place_dispute(office, dispute)
    assert own_tasks.tasks_in_use(office) == ()


def check_all_but(office, sample, family, second, list_id):
    """Every second visit agrees but one, which finds another eligibility."""
    for check in kept.list_checks(office.real, sample.id):
        more = {"eligibility": "LY3"} if check.family_id == family else {}
        said = outcome(office, list_id, check.family_id, **more)
        rechecks.record_second(office, second, sample.id, check.family_id, said)
        rechecks.close_second(office, second, sample.id, check.family_id)


def test_the_next_check_shows_the_practised_rule_before_and_after(office, tmp_path, world):
    list_id, _, _, tono, _ = world
    half = samples.Order("taksiran", margin=0.2)
    first = samples.draw_sample(office, HEAD, list_id, half, 5)
    rechecks.share_out(office, HEAD, first.id, (tono.id,))
    check_all(office, first.id, lambda one: "tidak_benar")
    rechecks.lock(office, HEAD, first.id)
    decide_all(office, first)
    assert rechecks.before_after(office, HEAD) == ()
    question = next(
        one.question
        for one in rechecks.compare(office, HEAD, first.id).disputes
        if one.question.rule in own_tasks.taught_rules()
    )
    rechecks.make_task(office, HEAD, first.id, question.place)
    (story,) = rechecks.before_after(office, HEAD)
    assert (story.rule, story.before.value, story.after) == (question.rule, 1.0, None)
    assert "belum diperiksa ulang" in story.words

    second = samples.draw_sample(office, HEAD, list_id, half, 6)
    rechecks.share_out(office, HEAD, second.id, (tono.id,))
    check_all(office, second.id)
    rechecks.lock(office, HEAD, second.id)
    (story,) = rechecks.before_after(office, HEAD)
    assert story.after.value == 0.0
    assert story.after.high < story.before.low
    assert story.words.endswith("Turun.")
    assert story.n_before == len(first.drawn.rows)
    assert story.n_after == len(second.drawn.rows)

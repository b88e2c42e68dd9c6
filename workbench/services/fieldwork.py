"""From the list to the door and back: the working list, queues, outcomes, stages.

A list becomes the working list when the lives of findings have gone through it (``advance``).
Outcomes and moves are about a family of a list, by the id of its row; everything is asked of the
actor's areas first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pyarrow.compute as pc

from workbench.access import Actor, Permission, may, require, require_area
from workbench.domain.register import Register, Row
from workbench.domain.schema import empty_row
from workbench.domain.wilayah import CITY
from workbench.errors import Forbidden, WrongUse
from workbench.rules import Findings, Severity
from workbench.services import shelves
from workbench.services.findings import sensitive_subjects
from workbench.services.heads import name_heads
from workbench.services.office import Office
from workbench.services.shelves import Standing
from workbench.store import (
    assignments,
    blinds,
    candidates,
    clock,
    finding_lives,
    objections,
    settings,
    snapshots,
)
from workbench.store import drafts as kept_drafts
from workbench.store import fieldwork as kept
from workbench.store.candidates import Candidate
from workbench.store.drafts import KeptDraft
from workbench.store.fieldwork import Conflict, Kept, KeptOutcome, Record
from workbench.store.finding_lives import LifeStep, Round
from workbench.verification.comparison import Judged, compare
from workbench.verification.fieldwork import lives
from workbench.verification.fieldwork.lives import Life, LifeKey
from workbench.verification.fieldwork.outcomes import Outcome, check_outcome
from workbench.verification.fieldwork.queues import (
    Forecast,
    Priority,
    forecast,
    is_within,
    priority,
    revisit_words,
)
from workbench.verification.fieldwork.stages import (
    Direction,
    StagePlan,
    Step,
    default_plan,
    read_plan,
)

_STAGES = "tahapan"
_FIRST_DAY = "2000-01-01"
_WHOLE_OFFICE = ""
#: Far more than a family of twenty with all its notes.
_DRAFT_LENGTH = 60_000
_STEP_LENGTH = 60
_OBJECTED = "Sanggah diterima: datangi lagi, lalu perbaiki hasilnya."
#: Aid that is still paid, or of which the list says nothing.
_PAID = ("aktif", "")


@dataclass(frozen=True)
class Due:
    """A family somebody has to go to, with why it stands where it stands in the queue.

    ``findings`` are open, ``returns`` count the outcomes that came back so far, ``again`` says why
    another visit is needed after them ("" where only the findings say so).
    """

    family_id: str
    head_name: str
    kelurahan_kode: str
    rw: str
    rt: str
    findings: int
    returns: int
    again: str
    priority: Priority


@dataclass(frozen=True)
class Queue:
    """The families still to be visited, most urgent first; ``done`` were visited and settled."""

    families: tuple[Due, ...]
    done: int
    forecast: Forecast


@dataclass(frozen=True)
class Load:
    """What one officer still has to visit and has done; "" stands for nobody's families."""

    officer: str
    left: int
    done: int


@dataclass(frozen=True)
class LifeStory:
    """A finding of a family: its key inside the list, how it stands, and what became of it."""

    finding_key: str
    life: Life
    history: tuple[LifeStep, ...]


# --- the working list ----------------------------------------------------------------------------


def advance(office: Office, actor: Actor, list_id: str) -> Round:
    """Make a list the working list: what is confirmed, opened again or resolved by it.

    The working list that was judged again goes through once more. Only somebody whose areas cover
    the whole list may. Raises ``WrongUse`` for a judgement the findings went through already, and
    for a list older than the working list.
    """
    require(actor, Permission.IMPORT_LIST)
    require(actor, Permission.RECORD_OUTCOME)
    store = office.store_for(actor)
    judgement = shelves.judgements(office, actor, list_id)
    snapshot, whole = shelves.standing(office, actor, list_id, judgement)
    if not shelves.covers_all(actor, whole.register):
        raise Forbidden("Daftar ini memuat wilayah di luar tugas Anda. Mintalah yang berhak.")
    former = _former(office, actor, str(snapshot.manifest["as_of"]))
    new = _judged(whole)
    secret = shelves.key_of(office.folder(actor.workspace))
    told = (former, compare(former, new)) if former is not None else (None, None)
    seen = lives.sightings(new, secret, *told)
    return finding_lives.put_round(store, actor.id, list_id, seen, judgement)[0]


def rounds(office: Office, actor: Actor) -> tuple[Round, ...]:
    """The lists that have been the working list, in order; the last one is."""
    require(actor, Permission.READ_LIST)
    return finding_lives.list_rounds(office.store_for(actor))


def is_judged_again(office: Office, actor: Actor) -> bool:
    """Whether the working list was judged again since its findings went through."""
    made = rounds(office, actor)
    if not made:
        return False
    return shelves.judgements(office, actor, made[-1].list_id) > made[-1].judgement


def family_lives(
    office: Office, actor: Actor, list_id: str, family_id: str
) -> tuple[LifeStory, ...]:
    """How each finding of a family of the working list stands, and its history."""
    require(actor, Permission.READ_LIST)
    whole, _ = _family(office, actor, list_id, family_id)
    shown = _shown(whole.findings, whole.register)
    known = _life_keys(replace(whole, findings=shown), family_id)
    store = office.store_for(actor)
    standing = finding_lives.standing_lives(store, {key.subject_key for key in known.values()})
    return tuple(
        LifeStory(finding, standing[key], finding_lives.life_history(store, key))
        for finding, key in known.items()
        if key in standing
    )


def queue(
    office: Office,
    actor: Actor,
    list_id: str,
    officer: str = "",
    deadline: date | None = None,
    today: date | None = None,
) -> Queue:
    """The families still to be visited: of an officer's assignments, or all in the actor's areas.

    A family is due while one of its findings is open, notes and sensitive categories aside, and
    while the last visit asks for another one.
    Raises ``WrongUse`` for a list that is not the working list.
    """
    require(actor, Permission.RECORD_OUTCOME)
    today = today or clock.today()
    due, done = _work(office, actor, list_id, today)
    if officer:
        areas = _areas_of(office, actor).get(officer, ())
        due = [one for one in due if is_within((one.kelurahan_kode, one.rw, one.rt), areas)]
        done = {family: day for family, day in done.items() if is_within(family[1], areas)}
    days = Counter(date.fromisoformat(day) for day in done.values() if day)
    ordered = sorted(due, key=lambda one: (-one.priority.score, one.rw, one.rt, one.family_id))
    return Queue(tuple(ordered), len(done), forecast(len(due), days, today, deadline))


def loads(office: Office, actor: Actor, list_id: str) -> tuple[Load, ...]:
    """What each officer has left and done, most left first; families of several count for each."""
    require(actor, Permission.ASSIGN)
    due, done = _work(office, actor, list_id, clock.today())
    officers = _areas_of(office, actor)
    places = [(one.kelurahan_kode, one.rw, one.rt) for one in due]
    made = [place for _, place in done]
    found = [
        Load(
            officer,
            sum(is_within(place, areas) for place in places),
            sum(is_within(place, areas) for place in made),
        )
        for officer, areas in officers.items()
    ]
    whole = [area for areas in officers.values() for area in areas]
    nobody = Load(
        "",
        sum(not is_within(place, whole) for place in places),
        sum(not is_within(place, whole) for place in made),
    )
    found += [nobody] if nobody.left or nobody.done else []
    return tuple(sorted(found, key=lambda load: (-load.left, load.officer)))


# --- outcomes ------------------------------------------------------------------------------------


def record_outcome(
    office: Office,
    actor: Actor,
    list_id: str,
    family_id: str,
    outcome: Outcome,
    *,
    way: str = kept.SCREEN,
    source: str = "",
    revision: int | None = None,
) -> Kept:
    """Keep what a visit brought back; what disagrees with it stands in the answer.

    ``way`` is layar, xlsx, xlsform or kertas; ``source`` tells returns apart ("" the actor: give
    a returned sheet its own); ``revision`` counts a source's versions (None: the next). Raises
    ``WrongUse`` with the first problem of the outcome, and for members or findings that are not
    this family's; ``Forbidden`` for somebody who acted on the record at another stage.
    """
    if way not in kept.WAYS or way == kept.DECISION:
        raise WrongUse("Cara pengisian itu tidak dikenal.")
    return _keep(office, actor, list_id, family_id, outcome, way, source, revision)


def decide(
    office: Office,
    actor: Actor,
    list_id: str,
    family_id: str,
    outcome: Outcome,
    basis: tuple[str, int] | None = None,
) -> Kept:
    """Decide between returns that disagree, or about the one of ``basis`` (source, revision).

    They all stay. Raises ``Forbidden`` for whoever recorded one of them, ``WrongUse`` when none
    disagree or the one of ``basis`` no longer counts.
    """
    return _keep(office, actor, list_id, family_id, outcome, kept.DECISION, "", None, basis)


def outcomes(office: Office, actor: Actor, list_id: str, family_id: str) -> tuple[KeptOutcome, ...]:
    """Every outcome of a family with all its revisions, oldest first."""
    require(actor, Permission.READ_LIST)
    _family(office, actor, list_id, family_id)
    return kept.list_outcomes(office.store_for(actor), Record(list_id, family_id))


def conflicts(office: Office, actor: Actor, list_id: str) -> tuple[Conflict, ...]:
    """The families of the actor's areas whose returns disagree, side by side."""
    require(actor, Permission.RECORD_OUTCOME)
    shelves.standing(office, actor, list_id)
    found = kept.list_conflicts(office.store_for(actor), list_id)
    return tuple(one for one in found if actor.covers(one.kelurahan_kode))


# --- what is filled in and not sent yet ----------------------------------------------------------


def keep_draft(
    office: Office,
    actor: Actor,
    list_id: str,
    family_id: str,
    outcome: Outcome,
    step: str,
    purpose: str = "",
) -> None:
    """Keep what the actor has filled in of an outcome so far, complete or not; ``step`` is where.

    ``purpose`` tells a second check from the visit (""). Only the actor ever sees it again.
    Raises ``WrongUse`` for more than anybody fills in and for what is not this family's.
    """
    require(actor, Permission.RECORD_OUTCOME)
    whole, _ = _family(office, actor, list_id, family_id)
    require_own(whole, family_id, outcome)
    if len(str(outcome.to_json())) > _DRAFT_LENGTH or len(step) > _STEP_LENGTH:
        raise WrongUse("Isian ini terlalu panjang untuk disimpan. Persingkat catatannya.")
    record = Record(list_id, family_id)
    kept_drafts.put_draft(office.store_for(actor), actor.id, record, outcome, step, purpose)


def draft(
    office: Office, actor: Actor, list_id: str, family_id: str, purpose: str = ""
) -> KeptDraft | None:
    """What the actor has filled in of a family's outcome and not sent yet, or None."""
    require(actor, Permission.RECORD_OUTCOME)
    _family(office, actor, list_id, family_id)
    return kept_drafts.find_draft(
        office.store_for(actor), actor.id, Record(list_id, family_id), purpose
    )


def drafts(office: Office, actor: Actor, list_id: str, purpose: str = "") -> tuple[KeptDraft, ...]:
    """All that the actor has filled in of a list and not sent yet, the last one touched first."""
    require(actor, Permission.RECORD_OUTCOME)
    opened = shelves.open_list(office, actor, list_id)
    mine = set(opened.register["family"]["family_id"].to_pylist())
    mine |= {row["family_id"] for row in candidate_rows(office, actor, list_id)}
    found = kept_drafts.list_drafts(office.store_for(actor), actor.id, list_id, purpose)
    return tuple(one for one in found if one.record.family_id in mine)


def drop_draft(
    office: Office, actor: Actor, list_id: str, family_id: str, purpose: str = ""
) -> None:
    """Forget what the actor has filled in of a family's outcome."""
    require(actor, Permission.RECORD_OUTCOME)
    _family(office, actor, list_id, family_id)
    kept_drafts.drop_draft(office.store_for(actor), actor.id, Record(list_id, family_id), purpose)


# --- stages --------------------------------------------------------------------------------------


def stage_plan(office: Office, actor: Actor) -> StagePlan:
    """The stages of the office: its own, or the usual ones.

    Also for an administrator, who sets them and reads no list.
    """
    if not may(actor, Permission.SET_RULES):
        require(actor, Permission.READ_LIST)
    entries = [
        entry for entry in settings.list_settings(office.store_for(actor)) if entry.name == _STAGES
    ]
    return read_plan(entries[-1].value) if entries else default_plan()


def set_stages(
    office: Office, actor: Actor, entries: list[Mapping[str, Any]], source: str
) -> StagePlan:
    """Give the office its own stages, as ``stages.read_plan`` takes them, on a ground (``source``).

    Only somebody who looks after the whole office may. Records at a stage that is left out stay
    there until it is back.
    """
    require(actor, Permission.SET_RULES)
    if not actor.covers(_WHOLE_OFFICE):
        raise Forbidden(f"Tahapan berlaku untuk seluruh {CITY.kind}. Mintalah admin mengubahnya.")
    if not source.strip():
        raise WrongUse("Tulis dasar perubahan ini, misalnya nomor surat keputusan.")
    plan = read_plan(entries)
    value = [vars(stage) for stage in plan.stages]
    store = office.store_for(actor)
    settings.put_setting(store, actor.id, _STAGES, _FIRST_DAY, value, source.strip()[:300])
    return plan


def move_forward(office: Office, actor: Actor, list_id: str, family_id: str) -> Step:
    """Move a family's record to the next stage; see ``send_back`` for who may."""
    return _move(office, actor, list_id, family_id, Direction.FORWARD)


def send_back(
    office: Office, actor: Actor, list_id: str, family_id: str, reason: str, back_to: str = ""
) -> Step:
    """Return a family's record to an earlier stage ("" the one before), with the reason.

    Raises ``Forbidden`` for somebody who acted on the record at another stage, and, where a
    stage is assigned in this area, for whoever it is not assigned to.
    """
    return _move(office, actor, list_id, family_id, Direction.BACK, reason, back_to)


def is_meant(office: Office, actor: Actor, list_id: str, family_id: str) -> bool:
    """Whether the stage a family's record stands at is the actor's, or nobody's in particular."""
    require(actor, Permission.READ_LIST)
    _, family = _family(office, actor, list_id, family_id)
    store = office.store_for(actor)
    stage = stage_plan(office, actor).standing(kept.list_steps(store, Record(list_id, family_id)))
    place = (family["kelurahan_kode_kemendagri"], family["rw"], family["rt"])
    meant = assignments.meant_officers(store, stage, place)
    return not meant or actor.id in meant


def steps(office: Office, actor: Actor, list_id: str, family_id: str) -> tuple[Step, ...]:
    """The moves of a family's record, in order."""
    require(actor, Permission.READ_LIST)
    _family(office, actor, list_id, family_id)
    return kept.list_steps(office.store_for(actor), Record(list_id, family_id))


def stages_of(office: Office, actor: Actor, list_id: str) -> dict[str, str]:
    """By family of the actor's areas, the stage of each record that has begun."""
    require(actor, Permission.READ_LIST)
    opened = shelves.open_list(office, actor, list_id)
    mine = set(opened.register["family"]["family_id"].to_pylist())
    mine |= {row["family_id"] for row in candidate_rows(office, actor, list_id)}
    found = kept.stages_of(office.store_for(actor), list_id, stage_plan(office, actor))
    return {family: stage for family, stage in found.items() if family in mine}


def candidate_rows(office: Office, actor: Actor, list_id: str) -> list[Row]:
    """The families of the actor's areas that were proposed and stand on no list, as rows."""
    require(actor, Permission.READ_LIST)
    return [_row_of(one) for one in candidates.list_candidates(office.store_for(actor), list_id)]


def require_working(office: Office, actor: Actor, list_id: str) -> None:
    """Raise ``WrongUse`` unless this is the working list."""
    made = rounds(office, actor)
    if not made or made[-1].list_id != list_id:
        raise WrongUse("Daftar ini bukan daftar kerja. Jadikan daftar kerja dahulu.")


def family_row(office: Office, actor: Actor, list_id: str, family_id: str) -> Row:
    """A family of the actor's areas as the list has it; raises ``NotFound``."""
    require(actor, Permission.READ_LIST)
    return _family(office, actor, list_id, family_id)[1]


# --- below ---------------------------------------------------------------------------------------


def _keep(
    office: Office,
    actor: Actor,
    list_id: str,
    family_id: str,
    outcome: Outcome,
    way: str,
    source: str,
    revision: int | None,
    basis: tuple[str, int] | None = None,
) -> Kept:
    require(actor, Permission.RECORD_OUTCOME)
    whole, family = _family(office, actor, list_id, family_id)
    life_of = _life_keys(whole, family_id)
    require_own(whole, family_id, outcome)
    wrong = [one for one in check_outcome(outcome, clock.today()) if one.blocks]
    if wrong:
        raise WrongUse(wrong[0].sentence)
    return kept.put_outcome(
        office.store_for(actor),
        actor.id,
        Record(list_id, family_id),
        outcome,
        stage_plan(office, actor),
        life_of,
        way=way,
        kelurahan_kode=family["kelurahan_kode_kemendagri"],
        family_key=family["family_key"],
        source=source,
        revision=revision,
        basis=basis,
    )


def _move(
    office: Office,
    actor: Actor,
    list_id: str,
    family_id: str,
    direction: Direction,
    reason: str = "",
    back_to: str = "",
) -> Step:
    require(actor, Permission.MOVE_STAGE)
    store, record = office.store_for(actor), Record(list_id, family_id)
    plan = stage_plan(office, actor)
    if not is_meant(office, actor, list_id, family_id):
        stage = plan.standing(kept.list_steps(store, record))
        raise Forbidden(f"Tahap {plan.title(stage)} di wilayah ini ditugaskan kepada petugas lain.")
    return kept.put_move(store, actor.id, record, plan, direction, reason, back_to)


def _family(office: Office, actor: Actor, list_id: str, family_id: str) -> tuple[Standing, Row]:
    """A list whole, and the row of one of its families in the actor's areas."""
    _, whole = shelves.standing(office, actor, list_id)
    table = whole.register["family"]
    rows = table.filter(pc.equal(table["family_id"], family_id)).to_pylist()
    if not rows:
        proposed = candidates.find_candidate(office.store_for(actor), Record(list_id, family_id))
        rows = [_row_of(proposed)]
    require_area(actor, rows[0]["kelurahan_kode_kemendagri"])
    return whole, rows[0]


def _row_of(one: Candidate) -> Row:
    """A proposed family as a list would have it."""
    return empty_row("family") | {
        "family_id": one.family_id,
        "kelurahan_kode_kemendagri": one.kelurahan_kode,
        "rw": one.rw,
        "rt": one.rt,
        "head_name": one.head_name,
        "address": one.address,
        "no_kk": one.no_kk,
        "family_key": one.kk_key,
    }


def _shown(findings: Findings, register: Register) -> Findings:
    """Findings without those on sensitive categories, which no sheet asks about by family."""
    table = findings.table
    hidden = pc.is_in(table["subject"], sensitive_subjects(register["ppks"]))
    is_hidden = pc.and_(pc.equal(table["subject_kind"], "ppks"), hidden)
    return replace(findings, table=table.filter(pc.invert(is_hidden)))


def _life_keys(whole: Standing, family_id: str) -> dict[str, LifeKey]:
    """The lives of a family's findings by their keys inside the list."""
    table = whole.findings.table
    mine = replace(whole.findings, table=table.filter(pc.equal(table["family_id"], family_id)))
    return {
        lives.finding_key(one.rule, one.subject_kind, one.subject): one.key
        for one in lives.identify(replace(_judged(whole), findings=mine))
        if one.key is not None
    }


def require_own(whole: Standing, family_id: str, outcome: Outcome) -> None:
    """Whoever and whatever is answered about belongs to this family."""
    people, found = whole.register["person"], whole.findings.table
    members = people.filter(pc.equal(people["family_id"], family_id))["person_id"].to_pylist()
    mine = found.filter(pc.equal(found["family_id"], family_id))
    names = ("rule", "subject_kind", "subject")
    keys = {
        lives.finding_key(*one)
        for one in zip(*(mine[name].to_pylist() for name in names), strict=True)
    }
    if not set(outcome.persons) <= set(members):
        raise WrongUse("Ada anggota yang bukan dari keluarga ini. Pakai lembar dari daftar ini.")
    if not set(outcome.findings) <= keys:
        raise WrongUse("Ada temuan yang bukan dari keluarga ini. Pakai lembar dari daftar ini.")


def _former(office: Office, actor: Actor, as_of: str) -> Judged | None:
    """The working list so far, when it still lies on the shelf."""
    made = finding_lives.list_rounds(office.store_for(actor))
    if not made:
        return None
    former = snapshots.find_snapshot(office.store_for(actor), made[-1].list_id)
    if as_of < str(former.manifest["as_of"]):
        raise WrongUse("Daftar ini lebih lama dari daftar kerja. Pilih daftar yang lebih baru.")
    if former.deleted_at is not None:
        return None
    return _judged(shelves.standing(office, actor, former.id, made[-1].judgement)[1])


def _judged(whole: Standing) -> Judged:
    return Judged(whole.register, whole.findings, whole.marks, whole.local)


def _areas_of(office: Office, actor: Actor) -> dict[str, list[tuple[str, str, str]]]:
    """By officer, the areas of the first stage in the actor's areas."""
    first = stage_plan(office, actor).first
    found: dict[str, list[tuple[str, str, str]]] = {}
    for one in assignments.list_assignments(office.store_for(actor)):
        if one.stage == first and actor.covers(one.area_kode):
            found.setdefault(one.officer, []).append((one.area_kode, one.rw, one.rt))
    return found


def _work(
    office: Office, actor: Actor, list_id: str, today: date
) -> tuple[list[Due], dict[tuple[str, tuple[str, str, str]], str]]:
    """The families of the actor's areas that are due, and those visited that no longer are.

    The latter as (family_id, (kelurahan, rw, rt)) with the ISO day of the visit.
    """
    store = office.store_for(actor)
    made = finding_lives.list_rounds(store)
    if not made or made[-1].list_id != list_id:
        raise WrongUse("Daftar ini bukan daftar kerja. Jadikan daftar kerja dahulu.")
    opened = shelves.open_list(office, actor, list_id)
    shown = _shown(opened.findings, opened.register)
    grave = shown.table.filter(pc.not_equal(shown.table["severity"], str(Severity.INFO)))
    standing = finding_lives.standing_lives(store)
    severity = {code: str(rule.severity) for code, rule in shown.rules.items()}
    open_findings: dict[str, list[str]] = {}
    for one in lives.identify(Judged(opened.register, replace(shown, table=grave))):
        life = standing.get(one.key) if one.key is not None else None
        if life is None or life.is_open:
            open_findings.setdefault(one.family_id, []).append(severity[one.rule])
    visited = kept.visited(store, list_id)
    last = kept.last_visits(store)
    objected = _objected(office, actor, list_id)
    closed = blinds.withheld_from(store)
    programs = _programs(opened.register)
    due: list[Due] = []
    done: dict[tuple[str, tuple[str, str, str]], str] = {}
    columns = ("family_id", "family_key", "head_name", "kelurahan_kode_kemendagri", "rw", "rt")
    families = opened.register["family"].select(list(columns)).to_pylist()
    heads = name_heads(opened.register, families)
    for row in families:
        family_id = row["family_id"]
        if closed.hides(list_id, family_id, row["family_key"]):
            # The actor goes there as second checker: their errand stands elsewhere.
            continue
        returns = visited.get(family_id, ())
        place = (row["kelurahan_kode_kemendagri"], row["rw"], row["rt"])
        found = open_findings.get(family_id, [])
        again = next(filter(None, (revisit_words(one.outcome.family) for one in returns)), "")
        if any(one.at > objected.get(family_id, one.at) for one in returns):
            objected.pop(family_id)
        again = _OBJECTED if family_id in objected else again
        if not found and not again:
            if returns:
                done[family_id, place] = _day_of(returns)
            continue
        before = last.get(row["family_key"], "")
        due.append(
            Due(
                family_id,
                heads[family_id],
                *place,
                len(found),
                len(returns),
                again,
                priority(
                    found,
                    programs.get(family_id, 0),
                    date.fromisoformat(before) if before else None,
                    today,
                ),
            )
        )
    return due, done


def _objected(office: Office, actor: Actor, list_id: str) -> dict[str, str]:
    """By family, when an objection was accepted whose record nobody sent on or back since."""
    store, plan = office.store_for(actor), stage_plan(office, actor)
    found = {}
    for one in objections.list_objections(store, list_id):
        steps = kept.list_steps(store, Record(list_id, one.family_id)) if one.sequel else ()
        is_sent = one.sequel == objections.TASK and any(
            step.direction is Direction.BACK and step.at > one.answered_at for step in steps
        )
        is_here = one.sequel == objections.SENT and plan.standing(steps) == plan.first
        if is_here or (one.sequel == objections.TASK and not is_sent):
            found[one.family_id] = max(one.answered_at, found.get(one.family_id, ""))
    return found


def _day_of(returns: tuple[KeptOutcome, ...]) -> str:
    return max(str(one.outcome.family.get("visited_on", "")) for one in returns)


def _programs(register: Register) -> dict[str, int]:
    """By family, the number of programmes that still pay."""
    aid = register["aid"].select(["family_id", "program", "status"]).to_pylist()
    paid = {(row["family_id"], row["program"]) for row in aid if row["status"] in _PAID}
    return Counter(family for family, _ in paid)

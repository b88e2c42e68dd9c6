"""The blind second visit: who goes, what they bring back, what the two say together.

The coordinator draws (``samples``), chooses second checkers, sees how far they are, and locks.
Until then nobody is shown the two side by side and no second checker the first outcome: the store
withholds it. Afterwards a third person decides the differences; from that follow the verdict on
the list, whose mistakes they were, and what is to be practised.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow.compute as pc

from workbench.access import Actor, Permission, require, require_area
from workbench.domain.estimates import Estimate, estimate_share
from workbench.domain.words import number_id
from workbench.errors import Forbidden, NotFound, WrongUse
from workbench.services import assignments, fieldwork, own_tasks, shelves
from workbench.services.heads import name_heads
from workbench.services.office import Office
from workbench.services.samples import find_sample, lies_in, plan_of
from workbench.store import clock
from workbench.store import rechecks as kept
from workbench.store.fieldwork import Kept
from workbench.store.rechecks import FIRST, NEITHER, SECOND, Check, Decision, Lesson, Sample
from workbench.verification.agreement.attribution import (
    Attribution,
    attribute,
    attribute_by_topic,
)
from workbench.verification.agreement.visits import (
    FieldReading,
    Question,
    questions,
    read_fields,
    take_over,
)
from workbench.verification.fieldwork.outcomes import Level, Outcome, check_outcome
from workbench.verification.sampling.estimates import EstimatePlan, Stratum, estimate_list
from workbench.verification.sampling.lots import LotPlan, decide

_SEPARATE: Final = (
    "Selisih kebetulan masih mungkin: kedua rentang bertindih, jadi belum terbukti berubah."
)


@dataclass(frozen=True)
class Progress:
    """How far a sample is, in families, and by second checker (id): all, closed.

    ``nobody`` have no second checker yet. Nothing here says what anybody found.
    """

    sample: Sample
    families: int
    nobody: int
    begun: int
    closed: int
    officers: Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class Waiting:
    """A family whose second visit has not begun; ``second`` is an id, "" while nobody goes."""

    family_id: str
    head_name: str
    kelurahan_kode: str
    rw: str
    rt: str
    second: str


@dataclass(frozen=True)
class Errand:
    """A family somebody is to visit a second time; ``is_closed`` when their answers are."""

    sample_id: str
    list_id: str
    family_id: str
    head_name: str
    kelurahan_kode: str
    rw: str
    rt: str
    is_begun: bool
    is_closed: bool


@dataclass(frozen=True)
class Dispute:
    """A question answered differently, and what was decided of it (None: nothing yet)."""

    question: Question
    first_checker: str
    second_checker: str
    decision: Decision | None


@dataclass(frozen=True)
class Verdict:
    """What follows for the whole list: ``is_accepted`` None while nothing does.

    For an estimate that is always None; ``words`` then tell how much is wrong.
    """

    is_accepted: bool | None
    words: str


@dataclass(frozen=True)
class Compared:
    """A locked sample, both visits side by side.

    ``families`` were visited twice, ``given_up`` not; ``wrong`` are those in which the first
    visit was found wrong, ``open`` disputes are not decided. ``topics`` are by rule or question.
    """

    sample: Sample
    families: int
    given_up: int
    wrong: int
    fields: tuple[FieldReading, ...]
    disputes: tuple[Dispute, ...]
    attribution: Attribution
    topics: Mapping[str, Attribution]
    verdict: Verdict

    @property
    def open(self) -> int:
        """Disputes that wait for a decision."""
        return sum(one.decision is None for one in self.disputes)


@dataclass(frozen=True)
class BeforeAfter:
    """A rule that was practised: how often two visits differed on it, up to then and since.

    Shares are of findings of the rule that both were asked about; None where there were none.
    """

    rule: str
    task_id: str
    since: str
    n_before: int
    before: Estimate | None
    n_after: int
    after: Estimate | None

    @property
    def words(self) -> str:
        """What the two shares say together."""
        if self.before is None:
            return "Belum ada pembanding sebelum latihan."
        before = f"Sebelum latihan berbeda pada {self.before.percents()} dari {self.n_before}"
        if self.after is None:
            return f"{before}; sesudahnya belum diperiksa ulang."
        said = f"{before}; sesudahnya {self.after.percents()} dari {self.n_after}."
        if self.after.high < self.before.low:
            return f"{said} Turun."
        if self.after.low > self.before.high:
            return f"{said} Naik: ulangi latihannya."
        return f"{said} {_SEPARATE}"


# --- who goes ------------------------------------------------------------------------------------


def choose_second(
    office: Office, actor: Actor, sample_id: str, officers: Mapping[str, str]
) -> None:
    """Choose who visits which family (family_id to id of an account) the second time.

    Raises ``Forbidden`` for somebody who has been there, ``WrongUse`` for one who may not go.
    """
    require(actor, Permission.ASSIGN)
    sample = find_sample(office, actor, sample_id)
    store = office.store_for(actor)
    places = {one.family_id: one.kelurahan_kode for one in kept.list_checks(store, sample.id)}
    people = assignments.people(office, actor)
    for family_id, officer in officers.items():
        account = people.get(officer)
        place = places.get(family_id, "")
        if account is None or not account.may_go or not _may_visit(account, place):
            raise WrongUse("Petugas itu tidak bertugas di wilayah keluarga ini. Pilih yang lain.")
    kept.put_second(store, actor.id, sample_id, officers)


def share_out(
    office: Office, actor: Actor, sample_id: str, officers: Sequence[str]
) -> tuple[int, int]:
    """Give the families without a second checker to these officers, evenly; (given, left).

    Left are families none of them may go to: they were there before, or it is not their area.
    """
    require(actor, Permission.ASSIGN)
    sample = find_sample(office, actor, sample_id)
    store = office.store_for(actor)
    people = assignments.people(office, actor)
    able = {one: people[one] for one in officers if one in people and people[one].may_go}
    found = kept.list_checks(store, sample.id)
    load = Counter({one: sum(check.second == one for check in found) for one in able})
    been = kept.have_been(store, sample.id)
    chosen: dict[str, str] = {}
    waiting = [check for check in found if not check.second]
    for check in waiting:
        free = [
            one
            for one, account in able.items()
            if one not in been[check.family_id] and _may_visit(account, check.kelurahan_kode)
        ]
        if free:
            officer = min(free, key=lambda one: (load[one], one))
            chosen[check.family_id] = officer
            load[officer] += 1
    if chosen:
        kept.put_second(store, actor.id, sample_id, chosen)
    return len(chosen), len(waiting) - len(chosen)


def progress(office: Office, actor: Actor, sample_id: str) -> Progress:
    """How far the second visits of a sample are, without what they found."""
    sample = find_sample(office, actor, sample_id)
    store = office.store_for(actor)
    found = kept.list_checks(store, sample_id)
    officers = {
        one: (
            sum(check.second == one for check in found),
            sum(check.second == one and bool(check.locked_at) for check in found),
        )
        for one in sorted({check.second for check in found if check.second})
    }
    return Progress(
        sample,
        len(found),
        sum(not check.second for check in found),
        len(kept.begun(store, sample_id)),
        sum(bool(check.locked_at) for check in found),
        officers,
    )


def waiting(office: Office, actor: Actor, sample_id: str) -> tuple[Waiting, ...]:
    """The families of a sample that may still be given to somebody else, nobody's first."""
    require(actor, Permission.ASSIGN)
    sample = find_sample(office, actor, sample_id)
    store = office.store_for(actor)
    begun = kept.begun(store, sample_id)
    checks = {
        one.family_id: one
        for one in kept.list_checks(store, sample_id)
        if one.family_id not in begun
    }
    register = shelves.open_list(office, actor, sample.list_id).register
    table = register["family"].select(["family_id", "head_name", "rw", "rt"])
    rows = [row for row in table.to_pylist() if row["family_id"] in checks]
    heads = name_heads(register, rows)
    found = [
        Waiting(
            row["family_id"],
            heads[row["family_id"]],
            checks[row["family_id"]].kelurahan_kode,
            row["rw"],
            row["rt"],
            checks[row["family_id"]].second,
        )
        for row in rows
    ]
    return tuple(
        sorted(found, key=lambda one: (one.second != "", one.kelurahan_kode, one.rw, one.rt))
    )


def lock(office: Office, actor: Actor, sample_id: str, reason: str = "") -> Sample:
    """Close both sides; ``reason`` where families have no closed second visit.

    Raises ``Forbidden`` for whoever checked one of its families.
    """
    require(actor, Permission.ASSIGN)
    find_sample(office, actor, sample_id)
    return kept.lock_sample(office.store_for(actor), actor.id, sample_id, reason)


# --- the second checker --------------------------------------------------------------------------


def my_errands(office: Office, actor: Actor) -> tuple[Errand, ...]:
    """The families the actor is to visit a second time, those not closed first."""
    require(actor, Permission.RECORD_OUTCOME)
    store = office.store_for(actor)
    found = []
    for check in kept.checks_of(store, actor.id):
        if not actor.covers(check.kelurahan_kode):
            continue
        row = _family_row(office, actor, check)
        begun = kept.second_outcomes(store, check.sample_id)
        found.append(
            Errand(
                check.sample_id,
                check.list_id,
                check.family_id,
                row["head_name"],
                check.kelurahan_kode,
                row["rw"],
                row["rt"],
                check.family_id in begun,
                bool(check.locked_at),
            )
        )
    return tuple(sorted(found, key=lambda one: (one.is_closed, one.kelurahan_kode, one.rw, one.rt)))


def my_outcome(office: Office, actor: Actor, sample_id: str, family_id: str) -> Outcome | None:
    """What the actor sent in of a second visit, None while it is nothing."""
    _my_check(office, actor, sample_id, family_id)
    found = kept.second_outcomes(office.store_for(actor), sample_id).get(family_id)
    return found.outcome if found is not None and found.recorder == actor.id else None


def record_second(
    office: Office, actor: Actor, sample_id: str, family_id: str, outcome: Outcome
) -> int:
    """Keep what the second visit brought back, apart from the first; its revision.

    Raises ``Forbidden`` for anybody but the second checker, ``WrongUse`` with the first problem
    of the outcome.
    """
    check = _my_check(office, actor, sample_id, family_id)
    _, whole = shelves.standing(office, actor, check.list_id)
    fieldwork.require_own(whole, family_id, outcome)
    wrong = [one for one in check_outcome(outcome, clock.today()) if one.blocks]
    if wrong:
        raise WrongUse(wrong[0].sentence)
    return kept.put_second_outcome(office.store_for(actor), actor.id, sample_id, family_id, outcome)


def close_second(office: Office, actor: Actor, sample_id: str, family_id: str) -> None:
    """The second checker closes their answers of a family for good."""
    _my_check(office, actor, sample_id, family_id)
    kept.close_check(office.store_for(actor), actor.id, sample_id, family_id)


# --- both together -------------------------------------------------------------------------------


def compare(office: Office, actor: Actor, sample_id: str) -> Compared:
    """Both visits of a locked sample. Raises ``WrongUse`` while it is open."""
    require(actor, Permission.ASSIGN)
    return _compare(office, actor, find_sample(office, actor, sample_id))


def adjudicate(
    office: Office,
    actor: Actor,
    sample_id: str,
    question: tuple[str, Level, str, str],
    right_one: str,
    reason: str,
) -> None:
    """Decide who was right on a question (``Question.place``): pertama, kedua or lain.

    Raises ``Forbidden`` for whoever was at this family, ``WrongUse`` without a reason and for a
    question the two answered alike.
    """
    require(actor, Permission.ASSIGN)
    family_id, level, subject, field = question
    compared = _compare(office, actor, find_sample(office, actor, sample_id))
    if question not in {one.question.place for one in compared.disputes}:
        raise NotFound("Pertanyaan itu tidak berbeda antara kedua pemeriksa. Muat ulang halaman.")
    kept.put_decision(
        office.store_for(actor),
        actor.id,
        sample_id,
        family_id,
        (level, subject, field),
        right_one,
        reason,
    )


def make_counting(office: Office, actor: Actor, sample_id: str, family_id: str) -> Kept:
    """Make what the second checker was found right about count, as a decision of the actor.

    Both visits stay as they were sent; the first one's answers are taken over but for the
    questions decided for the second. Raises ``Forbidden`` for whoever decided none of them,
    ``WrongUse`` while one is undecided or none was won by the second, and when the visit that was
    checked no longer counts.
    """
    require(actor, Permission.ASSIGN)
    sample = find_sample(office, actor, sample_id)
    compared = _compare(office, actor, sample)
    mine = [one for one in compared.disputes if one.question.family_id == family_id]
    decisions = [one.decision for one in mine if one.decision is not None]
    won = [one for one in decisions if one.right_one == SECOND]
    if len(decisions) < len(mine):
        raise WrongUse("Putuskan dahulu semua perbedaan pada keluarga ini.")
    if not won:
        raise WrongUse("Pemeriksa kedua tidak menang pada keluarga ini, jadi hasilnya tetap.")
    if actor.id not in {one.decided_by for one in won}:
        raise Forbidden("Perbedaan ini diputus orang lain. Mintalah yang memutuskan memakainya.")
    store = office.store_for(actor)
    first = kept.first_outcomes(store, sample)[family_id]
    second = kept.second_outcomes(store, sample.id)[family_id].outcome
    (check,) = (one for one in kept.list_checks(store, sample.id) if one.family_id == family_id)
    taken = take_over(first, second, [(one.level, one.subject, one.field) for one in won])
    basis = check.source, check.revision
    return fieldwork.decide(office, actor, sample.list_id, family_id, taken, basis)


def make_task(
    office: Office, actor: Actor, sample_id: str, question: tuple[str, Level, str, str]
) -> str:
    """Turn a decided dispute on a finding into a practice task; its id.

    Over the wall goes the rule and which answers were given, nothing of the family: the task's
    families are invented anew, with numbers that begin 99. Raises ``WrongUse`` for a dispute
    that is not decided or not about a finding, and for a rule no case can be drawn of.
    """
    require(actor, Permission.ASSIGN)
    compared = _compare(office, actor, find_sample(office, actor, sample_id))
    found = [one for one in compared.disputes if one.question.place == question]
    if not found:
        raise NotFound("Perbedaan itu tidak ada lagi. Muat ulang halaman.")
    asked, decision = found[0].question, found[0].decision
    if not asked.rule:
        raise WrongUse("Hanya perbedaan pada temuan yang dapat dijadikan latihan.")
    if decision is None:
        raise WrongUse("Putuskan dahulu perbedaan ini, supaya latihannya punya kunci.")
    task_id = own_tasks.place_dispute(
        office, own_tasks.Disputed(asked.rule, asked.first, asked.second)
    )
    store = office.store_for(actor)
    kept.put_lesson(store, actor.id, sample_id, asked.family_id, asked.rule, task_id)
    return task_id


def lessons(office: Office, actor: Actor, sample_id: str = "") -> tuple[Lesson, ...]:
    """The rules that became practice tasks, of one sample or all in the actor's areas."""
    require(actor, Permission.ASSIGN)
    store = office.store_for(actor)
    mine = {
        one.id
        for one in kept.list_samples(store)
        if all(actor.covers(area) for area in one.areas) and sample_id in ("", one.id)
    }
    return tuple(one for one in kept.list_lessons(store) if one.sample_id in mine)


def before_after(office: Office, actor: Actor) -> tuple[BeforeAfter, ...]:
    """Each rule that was practised, over all locked samples of the actor's areas.

    A sample counts as before when it was drawn before the rule's first task was made.
    """
    require(actor, Permission.ASSIGN)
    first: dict[str, Lesson] = {}
    for one in lessons(office, actor):
        first.setdefault(one.rule, one)
    if not first:
        return ()
    store = office.store_for(actor)
    asked: list[tuple[str, Question]] = []
    for sample in kept.list_samples(store):
        if sample.locked_at and all(actor.covers(area) for area in sample.areas):
            asked += [(sample.at, one) for one in _asked(office, actor, sample)]
    found = []
    for rule, lesson in first.items():
        before = [one for at, one in asked if one.rule == rule and at < lesson.at]
        after = [one for at, one in asked if one.rule == rule and at >= lesson.at]
        found.append(
            BeforeAfter(
                rule,
                lesson.task_id,
                lesson.at,
                len(before),
                _differing(before),
                len(after),
                _differing(after),
            )
        )
    return tuple(found)


# --- below ---------------------------------------------------------------------------------------


def _compare(office: Office, actor: Actor, sample: Sample) -> Compared:
    store = office.store_for(actor)
    asked = _asked(office, actor, sample)
    decisions = {
        (one.family_id, one.level, one.subject, one.field): one
        for one in kept.list_decisions(store, sample.id)
    }
    checks = {one.family_id: one for one in kept.list_checks(store, sample.id)}
    twice = {one.family_id for one in asked}
    disputes = tuple(
        Dispute(
            one,
            checks[one.family_id].first,
            checks[one.family_id].second,
            decisions.get(one.place),
        )
        for one in asked
        if one.is_disputed
    )
    judged = [(one, one.judged(_truth(one, decisions.get(one.place)))) for one in asked]
    wrong = {one.family_id for one, said in judged if said.answer not in (None, one.first)}
    waiting = {one.family_id for one, said in judged if said.answer is None} - wrong
    only = [said for _, said in judged]
    return Compared(
        sample,
        len(twice),
        len(checks) - len(twice),
        len(wrong),
        read_fields(asked),
        disputes,
        attribute(only),
        attribute_by_topic(only),
        _verdict(sample, checks, twice, wrong, waiting),
    )


def _asked(office: Office, actor: Actor, sample: Sample) -> list[Question]:
    """What both visits to each family of a locked sample were asked."""
    store = office.store_for(actor)
    firsts = kept.first_outcomes(store, sample)
    seconds = kept.second_outcomes(store, sample.id)
    closed = {one.family_id for one in kept.list_checks(store, sample.id) if one.locked_at}
    return [
        question
        for family_id, first in sorted(firsts.items())
        if family_id in closed
        for question in questions(family_id, first, seconds[family_id].outcome)
    ]


def _truth(question: Question, decision: Decision | None) -> str | None:
    if decision is None:
        return None
    return {FIRST: question.first, SECOND: question.second, NEITHER: ""}[decision.right_one]


def _verdict(
    sample: Sample,
    checks: Mapping[str, Check],
    twice: set[str],
    wrong: set[str],
    waiting: set[str],
) -> Verdict:
    plan = plan_of(sample)
    if isinstance(plan, LotPlan):
        decided = decide(plan, len(twice - waiting), len(wrong))
        words = decided.words
        if decided.is_accepted is None and waiting:
            words = (
                f"Belum ada putusan: {number_id(len(wrong))} keliru sejauh ini, batasnya "
                f"{number_id(plan.d)}; perbedaan pada {number_id(len(waiting))} keluarga menunggu "
                "diputus."
            )
        return Verdict(decided.is_accepted, f"{words}{_given_up(checks, twice)}")
    assert isinstance(plan, EstimatePlan)
    if waiting:
        return Verdict(None, f"Putuskan dahulu perbedaan pada {number_id(len(waiting))} keluarga.")
    strata = []
    for part in sample.drawn.strata:
        seen = {row.key for row in part.rows} & twice
        name = f"{part.kelurahan} / {part.operator}"
        strata.append(Stratum(name, part.size, len(seen), len(seen & wrong)))
    try:
        return Verdict(None, estimate_list(strata).words)
    except WrongUse as error:
        return Verdict(None, str(error))


def _given_up(checks: Mapping[str, Check], twice: set[str]) -> str:
    left = len(checks) - len(twice)
    return f" {number_id(left)} keluarga tidak diperiksa ulang." if left else ""


def _differing(asked: Sequence[Question]) -> Estimate | None:
    if not asked:
        return None
    return estimate_share(sum(one.is_disputed for one in asked), len(asked))


def _my_check(office: Office, actor: Actor, sample_id: str, family_id: str) -> Check:
    """A family of an open sample that is the actor's to visit the second time."""
    require(actor, Permission.RECORD_OUTCOME)
    for check in kept.checks_of(office.store_for(actor), actor.id):
        if (check.sample_id, check.family_id) == (sample_id, family_id):
            require_area(actor, check.kelurahan_kode)
            return check
    raise Forbidden("Pemeriksaan ulang keluarga ini bukan tugas Anda, atau sudah dikunci.")


def _family_row(office: Office, actor: Actor, check: Check) -> dict[str, str]:
    _, whole = shelves.standing(office, actor, check.list_id)
    table = whole.register["family"]
    rows = table.filter(pc.equal(table["family_id"], check.family_id)).to_pylist()
    if not rows:
        raise NotFound("Keluarga itu tidak ada lagi pada daftarnya.")
    return {**rows[0], "head_name": name_heads(whole.register, rows)[check.family_id]}


def _may_visit(account: assignments.Account, kode: str) -> bool:
    return any(lies_in(kode, area) for area in account.areas)

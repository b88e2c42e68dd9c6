"""Which of the visited families are visited once more: planned, drawn, and drawn again.

The frame are the families of a list that brought an outcome, in strata of kelurahan and officer.
Seed and frame hash are kept with the sample; ``redraw`` builds the frame anew as it stood at the
draw, so an auditor gets the same families or is told which row is not as it was. A sample holds
row ids of the list, ids of accounts and codes, nobody's name or number.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from workbench.access import Actor, Permission, may, require_area
from workbench.errors import WrongUse
from workbench.services import audits, shelves
from workbench.services.office import Office
from workbench.services.shelves import Standing
from workbench.store import fieldwork as kept
from workbench.store import ledger, rechecks
from workbench.store.fieldwork import KeptOutcome
from workbench.store.rechecks import Check, Sample
from workbench.verification.comparison import Judged
from workbench.verification.fieldwork import lives
from workbench.verification.fieldwork.outcomes import differences
from workbench.verification.sampling.estimates import EstimatePlan, plan_estimate
from workbench.verification.sampling.frames import (
    Frame,
    FrameRow,
    Redraw,
    allocate,
    draw,
    redraw,
)
from workbench.verification.sampling.lots import LotPlan, plan_lot

#: The seed is printed and typed in again: short enough for that.
MOST_SEED: Final = 10**9
#: There, but not met: the first visit is not over.
_NOT_MET: Final = "KB8"
_DISPUTED: Final = "hasil kunjungan berbeda dan belum diputus"
_UNFINISHED: Final = "belum ditemui, kunjungan pertama belum selesai"
_DRAWN_BEFORE: Final = "sudah terundi pada cuplikan sebelumnya"

Visits = Mapping[str, tuple[KeptOutcome, ...]]
Plan = LotPlan | EstimatePlan


@dataclass(frozen=True)
class Order:
    """What is asked of a sample: ``kind`` lot (pass or fail) or taksiran (how much).

    ``areas`` are codes of kecamatan or kelurahan, () for all of the actor's. Shares and risks lie
    between 0 and 1; ``reserve`` multiplies an estimate's size for families that are not met.
    """

    kind: str = rechecks.LOT
    areas: tuple[str, ...] = ()
    good: float = 0.02
    bad: float = 0.10
    producer_risk: float = 0.05
    consumer_risk: float = 0.10
    margin: float = 0.05
    confidence: float = 0.95
    reserve: float = 1.0


@dataclass(frozen=True)
class Planned:
    """What a draw would be: families that may be drawn, those left out, and the plan."""

    families: int
    strata: int
    exclusions: Mapping[str, int]
    plan: Plan


def plan_sample(office: Office, actor: Actor, list_id: str, order: Order) -> Planned:
    """How many families a sample would have. Raises as ``draw_sample``; nothing is kept."""
    areas = _areas(actor, order)
    _, whole = shelves.standing(office, actor, list_id)
    visits, former = rechecks.frame_now(office.store_for(actor), list_id)
    frame = _frame(list_id, whole, visits, former, areas)
    return Planned(len(frame.rows), len(frame.strata), frame.exclusions, _plan(frame, order))


def draw_sample(
    office: Office, actor: Actor, list_id: str, order: Order, seed: int | None = None
) -> Sample:
    """Draw the families to be visited again of those visited so far.

    A seed given (1 to 10^9, thrown in public) is used, otherwise one is drawn. Raises
    ``Forbidden`` for an area outside the actor's, ``WrongUse`` where nothing can be drawn.
    """
    areas = _areas(actor, order)
    if seed is not None and not 1 <= seed <= MOST_SEED:
        raise WrongUse("Angka undian harus bilangan bulat dari 1 sampai 1.000.000.000.")
    number = seed or 1 + secrets.randbelow(MOST_SEED)
    _, whole = shelves.standing(office, actor, list_id)
    _warm(order)

    def make(
        sample_id: str, visits: Visits, former: frozenset[str]
    ) -> tuple[dict[str, Any], Any, list[Check]]:
        frame = _frame(list_id, whole, visits, former, areas)
        plan = _plan(frame, order)
        drawn = draw(frame, _shares(frame, plan), number, plan.words)
        ids = {row.key for row in drawn.rows}
        found = _checks(sample_id, list_id, whole, visits, ids)
        return asdict(plan), drawn, found

    return rechecks.put_sample(office.store_for(actor), actor.id, list_id, order.kind, areas, make)


def redraw_sample(office: Office, actor: Actor, sample_id: str) -> Redraw:
    """Draw a sample again from its list and the outcomes of that moment, and compare."""
    sample = find_sample(office, actor, sample_id)
    _, whole = shelves.standing(office, actor, sample.list_id)
    visits, former = rechecks.frame_then(office.store_for(actor), sample)
    frame = _frame(sample.list_id, whole, visits, former, sample.areas)
    return redraw(frame, sample.drawn)


def samples(office: Office, actor: Actor, list_id: str = "") -> tuple[Sample, ...]:
    """The samples of a list (or all) that lie in the actor's areas, in order."""
    _require_drawer(actor)
    found = rechecks.list_samples(office.store_for(actor), list_id)
    return tuple(one for one in found if all(actor.covers(area) for area in one.areas))


def find_sample(office: Office, actor: Actor, sample_id: str) -> Sample:
    """One sample; raises ``Forbidden`` when it reaches outside the actor's areas."""
    _require_drawer(actor)
    sample = rechecks.find_sample(office.store_for(actor), sample_id)
    for area in sample.areas:
        require_area(actor, area)
    return sample


def sample_file(office: Office, actor: Actor, sample_id: str) -> tuple[str, bytes]:
    """The draw to print and to hand over, as text: what was asked, the seed, every family."""
    sample = find_sample(office, actor, sample_id)
    lines = [
        f"Cuplikan {sample.id}, daftar {sample.list_id}",
        f"Diundi {sample.at} (UTC) oleh {sample.drawn_by}",
        *(f"{label}: {value}" for label, value in sample.drawn.facts),
        "",
        "Keluarga, dalam urutan undian tiap kelompok:",
    ]
    for part in sample.drawn.strata:
        lines.append(f"{part.kelurahan} / {part.operator}: {part.n} dari {part.size}")
        lines += [f"  {row.key}" for row in part.rows]
    lines += [
        "",
        f"Mengundi lagi: verval sample redraw {sample.id}",
        "Urutan undian: SHA-256 dari angka undian, titik dua, dan nomor keluarga; yang terkecil "
        "lebih dahulu.",
    ]
    return f"cuplikan-{sample.id}.txt", ("\n".join(lines) + "\n").encode()


def plan_of(sample: Sample) -> Plan:
    """The plan a sample was drawn by."""
    return (LotPlan if sample.kind == rechecks.LOT else EstimatePlan)(**sample.plan)


def lies_in(place: str, area: str) -> bool:
    """Whether a kelurahan is ``area`` or lies in it, both dotted codes."""
    return place == area or place.startswith(f"{area}.")


# --- below ---------------------------------------------------------------------------------------


def _require_drawer(actor: Actor) -> None:
    """Somebody who shares out work, or an auditor: a draw tells of nobody."""
    if not may(actor, Permission.ASSIGN):
        audits.require_auditor(actor)


def _areas(actor: Actor, order: Order) -> tuple[str, ...]:
    _require_drawer(actor)
    if order.kind not in (rechecks.LOT, rechecks.ESTIMATE):
        raise WrongUse("Pilih rencana: lot (diterima atau tidak) atau taksiran (berapa persen).")
    areas = tuple(sorted(set(order.areas or actor.areas)))
    for area in areas:
        require_area(actor, area)
    return areas


def _frame(
    list_id: str,
    whole: Standing,
    visits: Visits,
    former: frozenset[str],
    areas: tuple[str, ...],
) -> Frame:
    family = whole.register["family"]
    names = ("family_id", "kelurahan_kode_kemendagri")
    places = dict(zip(*(family[name].to_pylist() for name in names), strict=True))
    rows = []
    for family_id, standing in visits.items():
        place = places.get(family_id)
        if place is not None and any(lies_in(place, area) for area in areas):
            rows.append(_row(family_id, place, standing, former))
    return Frame(rows)


def _row(
    family_id: str, place: str, standing: tuple[KeptOutcome, ...], former: frozenset[str]
) -> FrameRow:
    counting = kept.current(standing)
    first = counting[0]
    if differences([one.outcome for one in counting]):
        why = _DISPUTED
    elif first.outcome.family.get("presence") == _NOT_MET:
        why = _UNFINISHED
    else:
        why = _DRAWN_BEFORE if family_id in former else ""
    # The salted digests of what was recorded: plain ones of few codes would give them away.
    told = [[one.source, one.revision, one.recorder, one.at, one.digest] for one in standing]
    content = hashlib.sha256(ledger.canonical(told).encode()).hexdigest()
    return FrameRow(family_id, place, first.recorder, content, why)


def _plan(frame: Frame, order: Order) -> Plan:
    size = len(frame.rows)
    if not size:
        raise WrongUse(
            "Belum ada keluarga yang dapat diundi di wilayah ini: cuplikan diambil dari keluarga "
            "yang sudah dikunjungi."
        )
    if order.kind == rechecks.LOT:
        risks = (order.producer_risk, order.consumer_risk)
        return plan_lot(size, order.good, order.bad, *risks)
    plan = plan_estimate(size, order.margin, order.confidence, reserve=order.reserve)
    # One in each stratum, or that stratum is not known: so many will be drawn, so it is said.
    return replace(plan, n=max(plan.n, len(frame.strata)))


def _shares(frame: Frame, plan: Plan) -> dict[tuple[str, str], int]:
    """Visits by stratum."""
    return allocate(frame.sizes, plan.n, at_least=int(isinstance(plan, EstimatePlan)))


def _checks(
    sample_id: str, list_id: str, whole: Standing, visits: Visits, ids: set[str]
) -> list[Check]:
    """What is known of each family drawn; its findings by their keys in every list."""
    judged = Judged(whole.register, whole.findings, whole.marks, whole.local)
    subjects: dict[str, set[str]] = {family_id: set() for family_id in ids}
    for one in lives.identify(judged):
        if one.family_id in ids and one.key is not None:
            subjects[one.family_id].add(one.key.subject_key)
    names = ("family_id", "family_key", "kelurahan_kode_kemendagri")
    table = whole.register["family"].select(list(names))
    found = []
    for row in table.to_pylist():
        family_id = row["family_id"]
        if family_id not in ids:
            continue
        first = kept.current(visits[family_id])[0]
        found.append(
            Check(
                sample_id,
                list_id,
                family_id,
                row["family_key"],
                row["kelurahan_kode_kemendagri"],
                tuple(sorted(subjects[family_id])),
                first.source,
                first.revision,
                first.recorder,
            )
        )
    return found


def _warm(order: Order) -> None:
    """Load what the plan needs before other writers have to wait for it."""
    if order.kind == rechecks.LOT:
        plan_lot(None, order.good, order.bad, order.producer_risk, order.consumer_risk)

"""Leaving a programme and coming back, each with a second check by another person.

Three things stay apart: membership of the programme, the state of graduation with its day, and
what the register says of the family, which nothing here changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from workbench.access import Actor, Permission, require, require_area
from workbench.errors import WrongUse
from workbench.services.happenings import head_names, household
from workbench.services.office import Office
from workbench.store import clock
from workbench.store import happenings as kept
from workbench.store.happenings import Check, Claim, KeptGraduation, Place
from workbench.verification.happenings.facts import Household, is_running
from workbench.verification.happenings.graduations import doubts, find_act, lacking

_MOST_WORDS = 500
_OLDEST = date(2000, 1, 1)


@dataclass(frozen=True)
class Proposal:
    """A graduation or re-entry as somebody fills it in; the two days are apart on purpose."""

    act: str
    program: str
    state_on: date
    membership_on: date
    papers: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True)
class Membership:
    """A programme the family has to do with: what the list says, and what was checked since.

    ``on_list``: the list has it as running. ``since`` is the counted graduation or re-entry that
    came last, None where there is none.
    """

    program: str
    on_list: bool
    since: KeptGraduation | None

    @property
    def disagrees(self) -> bool:
        """Whether the list still says something else."""
        if self.since is None:
            return False
        return self.on_list is not (self.since.claim.membership == "peserta")


@dataclass(frozen=True)
class Threefold:
    """The three things of one family: programmes, state of graduation, register."""

    memberships: tuple[Membership, ...]
    state: str
    state_on: str
    desil: int | None
    desil_version: str
    history: tuple[KeptGraduation, ...]


@dataclass(frozen=True)
class Graduated:
    """A graduation or re-entry with the head of its family; ``is_mine``: the actor made it."""

    kept: KeptGraduation
    head_name: str
    is_mine: bool


def threefold(office: Office, actor: Actor, list_id: str, family_id: str) -> Threefold:
    """How a family of a list stands, three things apart; what nobody checked does not count."""
    require(actor, Permission.READ_LIST)
    house = household(office, actor, list_id, family_id)
    history = _history(office, actor, list_id, house)
    counted = [one for one in history if one.counts]
    running = {row["program"] for row in house.aid if is_running(house, row["program"])}
    named = sorted({one.claim.program for one in counted} | running)
    last = counted[0] if counted else None
    return Threefold(
        tuple(
            Membership(
                program,
                program in running,
                next((one for one in counted if one.claim.program == program), None),
            )
            for program in named
        ),
        last.claim.state if last else "",
        last.claim.state_on if last else "",
        house.family["desil"],
        house.family["desil_version"],
        history,
    )


def questions(
    office: Office, actor: Actor, list_id: str, family_id: str, proposal: Proposal
) -> tuple[str, ...]:
    """What the list or the record says that does not fit; it stops nobody."""
    require(actor, Permission.READ_LIST)
    house = household(office, actor, list_id, family_id)
    counted = [
        one
        for one in _history(office, actor, list_id, house)
        if one.counts and one.claim.program == proposal.program
    ]
    has_left = bool(counted) and counted[0].claim.membership == "berhenti"
    act = find_act(proposal.act)
    return tuple(doubts(act, proposal.program, house, proposal.state_on, has_left))


def propose(office: Office, actor: Actor, list_id: str, family_id: str, proposal: Proposal) -> str:
    """Enter a graduation or re-entry, to be checked by somebody else; gives its id.

    Raises ``WrongUse`` with the first thing that is lacking.
    """
    require(actor, Permission.RECORD_OUTCOME)
    house = household(office, actor, list_id, family_id)
    act = find_act(proposal.act)
    wrong = lacking(act, proposal.program, proposal.papers, proposal.reason)
    if wrong:
        raise WrongUse(wrong[0])
    if not _OLDEST <= proposal.state_on <= clock.today():
        raise WrongUse("Tanggal graduasi itu terlalu lama atau belum tiba. Periksa tanggalnya.")
    if proposal.membership_on < _OLDEST:
        raise WrongUse("Tanggal kepesertaan itu terlalu lama. Periksa tanggalnya.")
    family = house.family
    place = Place(list_id, family_id, family["family_key"], family["kelurahan_kode_kemendagri"])
    claim = Claim(
        act.code,
        proposal.program,
        act.membership,
        proposal.membership_on.isoformat(),
        act.state,
        proposal.state_on.isoformat(),
        family["desil"],
        family["desil_version"][:40],
        tuple(dict.fromkeys(proposal.papers)),
    )
    reason = proposal.reason.replace("\x00", "").strip()[:_MOST_WORDS]
    return kept.put_graduation(office.store_for(actor), actor.id, place, claim, reason)


def check(
    office: Office, actor: Actor, graduation_id: str, verdict: str, reason: str = ""
) -> Check:
    """Agree with a graduation or re-entry, or refuse it with the reason.

    Raises ``Forbidden`` for whoever entered it, ``WrongUse`` for one that was checked already.
    """
    require(actor, Permission.MOVE_STAGE)
    store = office.store_for(actor)
    require_area(actor, kept.find_graduation(store, graduation_id).place.kelurahan_kode)
    reason = reason.replace("\x00", "")[:_MOST_WORDS]
    return kept.put_check(store, actor.id, graduation_id, verdict, reason)


def listed(office: Office, actor: Actor) -> tuple[Graduated, ...]:
    """Graduations and re-entries in the actor's areas: those that wait first, then newest."""
    require(actor, Permission.READ_LIST)
    found = [
        one
        for one in kept.list_graduations(office.store_for(actor))
        if actor.covers(one.place.kelurahan_kode)
    ]
    heads = head_names(office, actor, [one.place for one in found])
    told = (
        Graduated(
            one, heads.get((one.place.list_id, one.place.family_id), ""), one.maker == actor.id
        )
        for one in found
    )
    return tuple(sorted(told, key=lambda one: one.kept.check is not None))


def _history(
    office: Office, actor: Actor, list_id: str, house: Household
) -> tuple[KeptGraduation, ...]:
    """Everything of one family, newest first, in whatever list it was entered."""
    store, key = office.store_for(actor), house.family["family_key"]
    if key:
        return kept.list_graduations(store, family_key=key)
    here = kept.list_graduations(store, [list_id])
    return tuple(one for one in here if one.place.family_id == house.family["family_id"])

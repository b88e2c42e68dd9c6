"""The papers of a family's proposal: which way it goes, what was shown, what is lacking.

What is lacking is refused by the store when the record would become a proposal
(``store.fieldwork.put_move``); here it is told beforehand.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.access import Actor, Permission, require
from workbench.services import fieldwork
from workbench.services.office import Office
from workbench.services.scans import keep_scan
from workbench.store import fieldwork as kept
from workbench.store import proposals as stored
from workbench.store.proposals import Standing
from workbench.store.records import Record
from workbench.verification.meetings.content import tidy_words

_LONGEST_NAME = 120


@dataclass(frozen=True)
class Proposal:
    """How a family's proposal stands; ``listed_route`` is the way the list itself names."""

    standing: Standing
    listed_route: str


def proposal(office: Office, actor: Actor, list_id: str, family_id: str) -> Proposal:
    """How the proposal of a family of the actor's areas stands."""
    require(actor, Permission.READ_LIST)
    family = fieldwork.family_row(office, actor, list_id, family_id)
    record, place = Record(list_id, family_id), family["kelurahan_kode_kemendagri"]
    standing = kept.proposal_of(office.store_for(actor), record, place)
    return Proposal(standing, family["entry_route"])


def choose_route(office: Office, actor: Actor, list_id: str, family_id: str, route: str) -> None:
    """Choose the way a family's proposal goes; raises ``WrongUse`` for one that is none."""
    require(actor, Permission.RECORD_OUTCOME)
    fieldwork.family_row(office, actor, list_id, family_id)
    stored.put_route(office.store_for(actor), actor.id, Record(list_id, family_id), route)


def show_paper(
    office: Office,
    actor: Actor,
    list_id: str,
    family_id: str,
    paper: str,
    note: str = "",
    file_name: str = "",
    content: bytes = b"",
) -> None:
    """Say that a paper was shown; its scan, where there is one, is kept with its hash.

    Raises ``WrongUse`` for minutes, which come from a musyawarah, and for an SPTJM without its
    reason.
    """
    require(actor, Permission.RECORD_OUTCOME)
    fieldwork.family_row(office, actor, list_id, family_id)
    said = tidy_words(note)
    stored.check_paper(paper, said)
    stored.put_paper(
        office.store_for(actor),
        actor.id,
        Record(list_id, family_id),
        paper,
        said,
        file_name.strip()[:_LONGEST_NAME] if content else "",
        keep_scan(office, actor, content) if content else "",
    )


def withdraw_paper(office: Office, actor: Actor, list_id: str, family_id: str, number: int) -> None:
    """Take a paper back that was shown; it stays on record."""
    require(actor, Permission.RECORD_OUTCOME)
    fieldwork.family_row(office, actor, list_id, family_id)
    stored.withdraw_paper(office.store_for(actor), actor.id, Record(list_id, family_id), number)

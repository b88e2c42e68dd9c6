"""The papers of a family's proposal: which way it goes, what was shown, what is still lacking.

Minutes count only where they were closed here, signed, and decide of this family; visits stand for
the papers seen at the door. Everything else is shown by somebody and can be withdrawn, never
overwritten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, func, select

from workbench.errors import NotFound, WrongUse
from workbench.store import blinds, clock, ledger
from workbench.store.records import Record, queue, seal
from workbench.store.tables import meeting_decision as decisions
from workbench.store.tables import meeting_item as items
from workbench.store.tables import meeting_minutes as minutes
from workbench.store.tables import meeting_scan as scans
from workbench.store.tables import proposal_paper as papers
from workbench.store.tables import proposal_route as routes
from workbench.store.workspace import Store
from workbench.verification.fieldwork.outcomes import Outcome
from workbench.verification.fieldwork.routes import (
    MINUTES,
    STATEMENT,
    USUAL,
    Route,
    proposing,
    route,
    shown_by_visit,
)
from workbench.verification.fieldwork.routes import papers as paper_words
from workbench.verification.meetings.content import FINAL, INELIGIBLE


@dataclass(frozen=True)
class Paper:
    """One paper as it was shown; ``note`` is the reason where it is a statement."""

    number: int
    paper: str
    note: str
    file_name: str
    sha256: str
    actor: str
    at: str


@dataclass(frozen=True)
class Standing:
    """How a proposal stands: its route, what was shown and by what, what is lacking.

    ``decision`` is that of the last closed minutes ("" for none), ``unsigned`` tells that they
    are there and nobody signed. ``is_needed`` is false for a record that proposes nothing.
    """

    route: Route
    is_chosen: bool
    papers: tuple[Paper, ...]
    from_visits: frozenset[str]
    decision: str
    unsigned: bool
    is_needed: bool

    @property
    def shown(self) -> frozenset[str]:
        """The codes of all papers that count."""
        of_meeting = {MINUTES} if self.decision in FINAL and not self.unsigned else set()
        return self.from_visits | of_meeting | {one.paper for one in self.papers}

    @property
    def lacking(self) -> tuple[str, ...]:
        """What must be there before the proposal may be sent, in sentences."""
        if not self.is_needed:
            return ()
        reason = next((one.note for one in self.papers if one.paper == STATEMENT), "")
        found = self.route.missing(self.shown, reason)
        asked = {paper for demand in self.route.demands for paper in demand}
        if found and MINUTES in asked and self.decision in FINAL and self.unsigned:
            return (*found, "Berita acaranya ada, tetapi belum ditandatangani.")
        return found


def put_route(store: Store, actor_id: str, record: Record, code: str) -> None:
    """Choose the way a family's proposal goes; raises ``WrongUse`` for one that is none."""
    with store.writing() as connection:
        queue(connection)
        add_route(connection, actor_id, record, code)


def add_route(connection: Connection, actor_id: str, record: Record, code: str) -> None:
    """The same inside a ``writing()`` block that has queued already."""
    route(code)
    row = _row(connection, routes, record)
    connection.execute(routes.insert().values(**row, route=code, actor=actor_id))
    ledger.record(connection, actor_id, "usulan", record.subject, "jalur", code)


def put_paper(
    store: Store,
    actor_id: str,
    record: Record,
    paper: str,
    note: str = "",
    file_name: str = "",
    sha256: str = "",
) -> None:
    """Say that a paper was shown, with the name and hash of its scan where there is one.

    Raises ``WrongUse`` for minutes, which come from a musyawarah, and a statement without reason.
    """
    check_paper(paper, note)
    with store.writing() as connection:
        queue(connection)
        row = _row(connection, papers, record)
        said = {"paper": paper, "note": note.strip(), "file_name": file_name, "sha256": sha256}
        salt, digest = seal([said["note"], file_name])
        connection.execute(papers.insert().values(**row, **said, salt=salt, actor=actor_id))
        value = {"nomor": row["number"], "berkas": paper, "sha256": sha256, "catatan": digest}
        ledger.record(connection, actor_id, "usulan", record.subject, "berkas", value)


def check_paper(paper: str, note: str) -> None:
    """Raise ``WrongUse`` for what cannot be shown by hand, or not without a reason."""
    if paper == MINUTES:
        raise WrongUse(
            "Berita acara dihitung dari musyawarah yang ditutup dan ditandatangani. "
            "Catat di tab Musyawarah."
        )
    if paper not in paper_words():
        raise WrongUse("Berkas itu tidak dikenal. Pilih dari daftarnya.")
    if paper == STATEMENT and not note.strip():
        raise WrongUse("Tulis alasan memakai SPTJM, misalnya mengapa musyawarah tidak diadakan.")


def withdraw_paper(store: Store, actor_id: str, record: Record, number: int) -> None:
    """Take a paper back; it stays on record. Raises ``NotFound`` when it does not stand."""
    with store.writing() as connection:
        queue(connection)
        blinds.require_sighted(connection, actor_id, *record.place)
        ended = connection.execute(
            papers.update()
            .where(
                *_is_of(papers, record),
                papers.c.number == number,
                papers.c.withdrawn_at.is_(None),
            )
            .values(withdrawn_at=clock.now())
        )
        if not ended.rowcount:
            raise NotFound("Berkas itu sudah dicabut. Muat ulang halaman.")
        value = {"nomor": number, "apa": "dicabut"}
        ledger.record(connection, actor_id, "usulan", record.subject, "berkas", value)


def standing(connection: Connection, record: Record, counting: Sequence[Outcome]) -> Standing:
    """How a record's proposal stands, given the outcomes that count."""
    chosen = connection.execute(
        select(routes.c.route)
        .where(*_is_of(routes, record))
        .order_by(routes.c.number.desc())
        .limit(1)
    ).scalar()
    shown = connection.execute(
        select(*(papers.c[name] for name in Paper.__dataclass_fields__))
        .where(*_is_of(papers, record), papers.c.withdrawn_at.is_(None))
        .order_by(papers.c.number)
    )
    decision, is_signed = last_decision(connection, record)
    proposes = any(one.family.get("proposal", "") in proposing() for one in counting)
    return Standing(
        route(chosen or USUAL),
        chosen is not None,
        tuple(Paper(*row) for row in shown),
        shown_by_visit(counting),
        decision,
        bool(decision) and not is_signed,
        proposes or chosen is not None or decision == INELIGIBLE,
    )


def last_decision(connection: Connection, record: Record) -> tuple[str, bool]:
    """What the last closed musyawarah decided of a record ("" for none), and whether signed."""
    newest = (
        select(
            minutes.c.meeting_id,
            func.max(minutes.c.version).label("version"),
            func.min(minutes.c.at).label("closed_at"),
        )
        .where(minutes.c.list_id == record.list_id)
        .group_by(minutes.c.meeting_id)
        .subquery()
    )
    row = connection.execute(
        select(decisions.c.decision, newest.c.meeting_id, newest.c.version)
        .select_from(
            decisions.join(
                items,
                and_(
                    *(
                        decisions.c[name] == items.c[name]
                        for name in ("list_id", "meeting_id", "family_id")
                    )
                ),
            ).join(newest, newest.c.meeting_id == decisions.c.meeting_id)
        )
        .where(*_is_of(decisions, record), items.c.is_on)
        .order_by(newest.c.closed_at.desc(), decisions.c.revision.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return "", False
    signed = connection.execute(
        select(func.count())
        .select_from(scans)
        .where(
            scans.c.list_id == record.list_id,
            scans.c.meeting_id == row.meeting_id,
            scans.c.version == row.version,
            scans.c.is_signed,
        )
    ).scalar_one()
    return row.decision, bool(signed)


def _row(connection: Connection, table: Any, record: Record) -> dict[str, Any]:
    newest = connection.execute(select(func.max(table.c.number)).where(*_is_of(table, record)))
    number = (newest.scalar() or 0) + 1
    return {**vars(record), "number": number, "at": clock.now()}


def _is_of(table: Any, record: Record) -> tuple[Any, Any]:
    return table.c.list_id == record.list_id, table.c.family_id == record.family_id

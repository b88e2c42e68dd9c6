"""State of the room Lapangan, without widgets: the working list, and the family that is open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from workbench.access import Actor
from workbench.services import assignments, field_papers, fieldwork, shelves
from workbench.services.office import Office
from workbench.services.shelves import ListSummary
from workbench.store.finding_lives import Round


@dataclass
class Narrowed:
    """Which part of the queue is looked at: "" and None for all; ``start`` is the first row.

    ``rt`` is ``RW/RT``. An officer looks at their own part first (``is_fresh``).
    """

    officer: str = ""
    kelurahan: str = ""
    rt: str = ""
    deadline: date | None = None
    start: int = 0
    is_fresh: bool = True


def _nothing() -> None:
    """What the room does about a change while no page shows it."""


@dataclass
class FieldRoom:
    """What all tabs share.

    ``list_id`` is the working list and ``summary`` what the shelf says of it ("" and None while
    there is none, or while it was taken out). ``family_id`` is the family that is open ("" for
    none). A tab that changed what others show calls ``tell_changed``; one that leads to a family
    calls ``open_family``.
    """

    office: Office
    actor: Actor
    list_id: str = ""
    summary: ListSummary | None = None
    shelf: tuple[ListSummary, ...] = ()
    rounds: tuple[Round, ...] = ()
    family_id: str = ""
    narrowed: Narrowed = field(default_factory=Narrowed)
    #: Whether records are looked at in Antrean, not whom to visit.
    shows_records: bool = False
    #: The stage whose records are looked at, "" for all; None before one was chosen.
    record_stage: str | None = None
    #: Set by the page: draw the whole room again; forget the other tabs; show the open family.
    redraw: Callable[[], None] = _nothing
    tell_changed: Callable[[], None] = _nothing
    show_family: Callable[[], None] = _nothing

    def refresh(self) -> None:
        """Read again which list is worked on."""
        self.shelf = shelves.shelf(self.office, self.actor)
        self.rounds = fieldwork.rounds(self.office, self.actor)
        newest = self.rounds[-1].list_id if self.rounds else ""
        self.summary = next((one for one in self.shelf if one.id == newest), None)
        former, self.list_id = self.list_id, newest if self.summary else ""
        if self.list_id != former:
            self.family_id = ""

    def names(self) -> dict[str, str]:
        """By id, the names of the accounts of the workspace: who did something, in words."""
        found = assignments.people(self.office, self.actor)
        return {code: account.officer.name for code, account in found.items()}

    def open_record(self, key: str) -> None:
        """Look at the family a printed key stands for. Raises ``NotFound`` in a sentence."""
        self.open_family(field_papers.family_of_key(self.office, self.actor, key)[1])

    def open_family(self, family_id: str) -> None:
        """Look at one family of the working list, in the tab Antrean."""
        self.family_id = family_id
        self.show_family()

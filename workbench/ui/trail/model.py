"""State of the room Jejak, without widgets: which page of the log, what was verified and packed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from workbench.access import Actor
from workbench.domain.words import number_id
from workbench.errors import Cancelled, WorkbenchError
from workbench.services import audits, evidence, evidence_checks
from workbench.services.audits import LogEntry, LogFilter, LogPage
from workbench.services.office import Office
from workbench.store import ChainReport
from workbench.store.anchors import Anchor

#: Told how much of a piece of work is done (0 to 1), in words; and asked whether to stop.
Tells = Callable[[float, str], None]
Asks = Callable[[], bool]

#: Events shown on either side of a place where the chain is broken.
_AROUND = 3
_STOPPED = "Dihentikan. Tidak ada yang diubah."


@dataclass
class TrailRoom:
    """What the tabs share.

    ``page`` is the page of the log in view and ``turned`` what asked for each page before it;
    ``report`` is what the last verification found, ``around`` the events about a broken place.
    """

    office: Office
    actor: Actor
    narrowed: LogFilter = field(default_factory=LogFilter)
    page: LogPage = field(default_factory=lambda: LogPage((), None, 0))
    turned: tuple[int | None, ...] = (None,)
    report: ChainReport | None = None
    around: tuple[LogEntry, ...] = ()
    packed: evidence.ZippedPack | None = None
    rechecked: evidence_checks.Recheck | None = None

    @property
    def is_whole_office(self) -> bool:
        """Whether the actor looks after the whole office; others read their own acts only."""
        return self.actor.covers("")

    # -- the log -------------------------------------------------------------------------------

    def narrow(self, **changed: Any) -> None:
        """Narrow the log by kind, person, day or subject; its newest page is shown."""
        self.narrowed = replace(self.narrowed, **changed)
        self.turned = (None,)
        self._read()

    def older(self) -> None:
        """Turn to the page after this one."""
        if self.page.before_seq is not None:
            self.turned = (*self.turned, self.page.before_seq)
            self._read()

    def newer(self) -> None:
        """Turn back one page."""
        self.turned = self.turned[:-1] or (None,)
        self._read()

    def _read(self) -> None:
        self.page = audits.log_page(self.office, self.actor, self.turned[-1], self.narrowed)

    # -- the chain -----------------------------------------------------------------------------

    def verify(self, code: str, tell: Tells, asks: Asks) -> None:
        """Walk the whole chain; ``code`` is an anchor typed in from paper, "" for none."""

        def progress(done: int, of: int) -> None:
            if asks():
                raise Cancelled(_STOPPED)
            words = f"{number_id(done)} dari {number_id(of)} catatan diperiksa"
            tell(done / of if of else 1, words)

        self.report, self.around = None, ()
        codes = [code] if code.strip() else []
        self.report = audits.verify(self.office, self.actor, codes, progress)
        if self.report.fault_at is not None:
            self.around = self._entries_about(self.report.fault_at)

    def _entries_about(self, seq: int) -> tuple[LogEntry, ...]:
        """The events about a broken place; none where they cannot even be read."""
        try:
            page = audits.log_page(self.office, self.actor, seq + _AROUND + 1, size=2 * _AROUND + 1)
        except (ValueError, WorkbenchError):
            return ()
        return tuple(entry for entry in page.entries if abs(entry.seq - seq) <= _AROUND)

    def anchors(self) -> tuple[Anchor, ...]:
        """Newest first."""
        return tuple(reversed(audits.anchors(self.office, self.actor)))

    # -- evidence ------------------------------------------------------------------------------

    def pack(self, list_id: str, tell: Tells, asks: Asks) -> None:
        """Make a pack of a list to be downloaded."""
        self.packed = None
        self.packed = evidence.pack_zipped(self.office, self.actor, list_id, tell, asks)

    def recheck(self, content: bytes, tell: Tells, asks: Asks) -> None:
        """Judge the list of an uploaded pack again."""
        self.rechecked = None
        self.rechecked = evidence_checks.recheck_zipped(
            self.office, self.actor, content, tell, asks
        )

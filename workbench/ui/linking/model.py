"""State of the room Padanan, without widgets: which lists, which pair, what is still open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from workbench.access import Actor
from workbench.linkage import CONFLICT, DESK, SAME, Asks, Progress, Thresholds
from workbench.linkage.merging import RIGHT
from workbench.services import linking, merging, shelves
from workbench.services.linking import OPEN, DeskPair, LinkingSummary, OpenLinking
from workbench.services.merging import Differences
from workbench.services.office import Office
from workbench.store.pairs import ASIDE, DIFFERENT

#: What the desk shows, in words.
FILTERS: Final[Mapping[str, str]] = {
    OPEN: "Belum diputuskan",
    CONFLICT: "Belum diputuskan: NIK sama, isi jauh berbeda",
    DESK: "Belum diputuskan: mirip",
    ASIDE: "Ditunda",
    SAME: "Orang yang sama",
    DIFFERENT: "Bukan orang yang sama",
    "mesin": "Dipadankan mesin (contoh yang paling ragu)",
}
#: How sure the machine must be; the words say what that means for the desk.
CARE: Final[Mapping[str, tuple[str, Thresholds]]] = {
    "biasa": ("Biasa", Thresholds()),
    "hati": ("Lebih hati-hati: lebih banyak yang Anda lihat sendiri", Thresholds(0.99, 0.2, 20)),
    "longgar": ("Lebih longgar: lebih sedikit yang Anda lihat", Thresholds(0.9, 0.5, 4)),
}
#: The least certain links of the machine that are shown as a sample.
_SAMPLE: Final = 50


@dataclass
class LinkingRoom:
    """Everything the room knows. ``queue`` are the pairs of the chosen filter, ``place`` in it."""

    office: Office
    actor: Actor
    shelf: tuple[shelves.ListSummary, ...] = ()
    known: tuple[LinkingSummary, ...] = ()
    opened: OpenLinking | None = None
    filter: str = OPEN
    queue: tuple[tuple[str, str], ...] = ()
    place: int = 0
    reason: str = ""
    note: str = ""
    kind: str = "orang"
    left_id: str = ""
    right_id: str = ""
    care: str = "biasa"
    name: str = ""
    preferred: str = RIGHT
    merged: tuple[shelves.ListSummary, ...] = ()
    differences: Differences | None = None
    _by_ids: dict[tuple[str, str], DeskPair] = field(default_factory=dict)

    def refresh(self) -> None:
        """Read the shelf and the linkings again; open the newest linking if none is open."""
        self.shelf = shelves.shelf(self.office, self.actor)
        self.known = linking.linkings(self.office, self.actor)
        standing = {one.id for one in self.known}
        if self.opened is not None and self.opened.summary.id not in standing:
            self.opened = None
        if self.opened is None and self.known:
            self.choose(self.known[0].id)

    def choose(self, linking_id: str) -> None:
        """Open a linking at its first open pair."""
        opened = linking.open_linking(self.office, self.actor, linking_id)
        self._lay(opened)
        both = f"{opened.summary.left_name} dan {opened.summary.right_name}"
        self.name, self.preferred = f"Terpadu: {both}"[:120], RIGHT
        self.merged = merging.merged_lists(self.office, self.actor, linking_id)
        self.differences = None
        self.show(OPEN)

    def run_blocker(self) -> str:
        """Why two lists cannot be linked yet; "" when they can."""
        if len(self.shelf) < (2 if self.kind == "orang" else 1):
            return "Masukkan dulu kedua daftar di ruang Daftar."
        if not self.left_id or not self.right_id:
            return "Pilih kedua daftar."
        if self.left_id == self.right_id and self.kind == "orang":
            return "Pilih dua daftar yang berbeda."
        return ""

    def run(self, progress: Progress, cancelled: Asks) -> None:
        """Link the two chosen lists and open the outcome."""
        made = linking.run(
            self.office,
            self.actor,
            self.kind,
            self.left_id,
            self.right_id,
            CARE[self.care][1],
            progress,
            cancelled,
        )
        self.known = linking.linkings(self.office, self.actor)
        self.choose(made.id)

    # -- the desk -------------------------------------------------------------------------

    def show(self, chosen: str) -> None:
        """Line up the pairs of one filter, from its first on."""
        self.filter = chosen
        self.queue = tuple((pair.left_id, pair.right_id) for pair in self._of(chosen))
        self._stand_at(0)

    def count(self, chosen: str) -> int:
        """How many pairs a filter holds."""
        return len(self._of(chosen))

    def pair(self) -> DeskPair | None:
        """The pair in view; None when the filter holds none."""
        return self._by_ids[self.queue[self.place]] if self.queue else None

    def step(self, by: int) -> None:
        """Go on or back, round and round."""
        if self.queue:
            self._stand_at((self.place + by) % len(self.queue))

    def progress(self) -> tuple[int, int, int]:
        """Pairs of the desk that are decided, those set aside, and all of them."""
        open_, aside = self.count(OPEN), self.count(ASIDE)
        decided = sum(
            pair.band != SAME or pair.step == "putusan"
            for pair in (*self._of(SAME), *self._of(DIFFERENT))
        )
        return decided, aside, open_ + aside + decided

    def decide_blocker(self) -> str:
        """Why the pair in view cannot be decided yet; "" when it can."""
        if not self.reason:
            return (
                "Pilih alasannya dulu; alasan itu diingat untuk pasangan berikutnya. Untuk "
                "menunda, alasan tidak perlu."
            )
        if self.reason == "lain" and not self.note.strip():
            return "Tulis alasannya di catatan."
        return ""

    def decide(self, decision: str) -> None:
        """Keep what the person says of the pair in view, then show the next one."""
        self._lay(
            linking.decide(
                self.office, self.actor, *self._in_view(), decision, self.reason, self.note
            )
        )
        self._line_up_after()

    def set_aside(self) -> None:
        """Keep that the pair in view waits, with the note, then show the next one."""
        self._lay(linking.set_aside(self.office, self.actor, *self._in_view(), self.note))
        self._line_up_after()

    def withdraw(self) -> None:
        """Take back what was said of the pair in view."""
        self._lay(linking.withdraw(self.office, self.actor, *self._in_view()))
        self._line_up_after()

    def _in_view(self) -> tuple[OpenLinking, DeskPair]:
        pair = self.pair()
        assert self.opened is not None
        assert pair is not None
        return self.opened, pair

    def _stand_at(self, place: int) -> None:
        """Go to a pair; its note can be read and written on."""
        self.place = place
        pair = self.pair()
        self.note = pair.decision.note if pair and pair.decision else ""

    def _line_up_after(self) -> None:
        """The queue without what left it; the place stays, so that the next pair stands there."""
        ahead = self.queue[self.place + 1 :] + self.queue[: self.place + 1]
        self.queue = tuple((pair.left_id, pair.right_id) for pair in self._of(self.filter))
        here = {ids: place for place, ids in enumerate(self.queue)}
        self._stand_at(next((here[ids] for ids in ahead if ids in here), 0))

    def _of(self, chosen: str) -> list[DeskPair]:
        pairs = self.opened.pairs if self.opened is not None else ()
        if chosen == OPEN:
            return [pair for pair in pairs if pair.state == OPEN]
        if chosen in (ASIDE, SAME, DIFFERENT):
            return [p for p in pairs if p.decision is not None and p.decision.decision == chosen]
        if chosen == "mesin":
            by_machine = [p for p in pairs if p.state == SAME and p.decision is None]
            return sorted(by_machine, key=lambda p: (p.probability, p.left_id))[:_SAMPLE]
        return [pair for pair in pairs if pair.state == OPEN and pair.band == chosen]

    # -- one list of both -------------------------------------------------------------------

    def join_blocker(self) -> str:
        """Why the two cannot become one list yet; "" when they can."""
        return "" if self.name.strip() else "Beri nama untuk basis data terpadu ini."

    def join(self, progress: Progress, cancelled: Asks) -> None:
        """Make one list of both, keep it on the shelf and open its differences."""
        assert self.opened is not None
        linking_id = self.opened.summary.id
        self.differences = merging.join(
            self.office, self.actor, linking_id, self.name, self.preferred, progress, cancelled
        )
        self.merged = merging.merged_lists(self.office, self.actor, linking_id)

    def open_differences(self, list_id: str) -> None:
        """Open the differences of a list that was made of this linking; "" closes them."""
        self.differences = (
            merging.differences(self.office, self.actor, list_id) if list_id else None
        )

    def differences_file(self, column: str) -> tuple[str, bytes]:
        """The differences in view as a workbook: its file name and content."""
        assert self.differences is not None
        return merging.differences_file(
            self.office, self.actor, self.differences.summary.id, column
        )

    def _lay(self, opened: OpenLinking) -> None:
        self.opened = opened
        self._by_ids = {(pair.left_id, pair.right_id): pair for pair in opened.pairs}

    def rows(self, pair: DeskPair) -> tuple[dict[str, Any], dict[str, Any]]:
        """The two rows of a pair, without what is never shown."""
        assert self.opened is not None
        left = self.opened.left.rows[pair.left_id]
        right = self.opened.right.rows[pair.right_id]
        hidden = {"mother_name": ""}
        return {**left, **hidden}, {**right, **hidden}

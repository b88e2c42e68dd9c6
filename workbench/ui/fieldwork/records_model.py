"""State of Berkas, without widgets: the records of a stage, or those of a name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from workbench.domain.words import number_id
from workbench.services import assignments, fieldwork, records
from workbench.services.records import RecordLine
from workbench.ui.fieldwork.model import FieldRoom
from workbench.ui.fieldwork.queue_model import PAGE_SIZE
from workbench.ui.staff.drawing import place_name
from workbench.verification.fieldwork.outcomes import Level, fields
from workbench.verification.fieldwork.stages import DONE

#: What a choice is when records of every stage are looked at.
ALL: Final = ""
_PROPOSAL: Final = next(one for one in fields(Level.FAMILY) if one.key == "proposal")


@dataclass
class RecordsDesk:
    """Everything the tab shows; ``words`` search heads of all families, visited or not."""

    room: FieldRoom
    words: str = ""
    start: int = 0
    lines: tuple[RecordLine, ...] = ()

    def refresh(self) -> None:
        """Read again where the records stand; at first the stage that was given to the actor."""
        office, actor, list_id = self.room.office, self.room.actor, self.room.list_id
        self.plan = fieldwork.stage_plan(office, actor)
        self.lines = records.records(office, actor, list_id)
        if self.room.record_stage is None:
            given = [
                one.stage
                for one in assignments.assignments(office, actor)
                if one.officer == actor.id and one.stage != self.plan.first
            ]
            self.room.record_stage = given[0] if given else ALL

    def stages(self) -> list[tuple[str, str]]:
        """The stages with how many records stand there."""
        counted = Counter(one.stage for one in self.lines if one.stage)
        titles = {one.code: one.title for one in self.plan.stages} | {DONE: "Selesai"}
        known = [(f"{title} ({number_id(counted[code])})", code) for code, title in titles.items()]
        return [(f"Semua tahap ({number_id(counted.total())})", ALL), *known]

    @property
    def stage(self) -> str:
        """The code of the stage that is looked at."""
        return self.room.record_stage or ALL

    def found(self) -> list[RecordLine]:
        """The records of the stage, or the families whose head's name holds all the words."""
        wanted = self.words.casefold().split()
        if wanted:
            return [
                one
                for one in self.lines
                if all(word in one.head_name.casefold() for word in wanted)
            ]
        return [one for one in self.lines if one.stage and self.stage in (ALL, one.stage)]

    def page(self) -> dict[str, Any]:
        """One page of records in words, for the list."""
        found = self.found()
        self.start = min(self.start, max(len(found) - 1, 0) // PAGE_SIZE * PAGE_SIZE)
        return {
            "rows": [self._row(one) for one in found[self.start : self.start + PAGE_SIZE]],
            "start": self.start,
            "total": len(found),
            "size": PAGE_SIZE,
            "order": "menurut RW dan RT",
        }

    def _row(self, one: RecordLine) -> dict[str, Any]:
        stage = "selesai" if one.stage == DONE else self.plan.title(one.stage)
        labels = [_PROPOSAL.label_of(code) for code in one.proposals if code]
        return {
            "id": one.family_id,
            "title": one.head_name or "(tanpa nama)",
            "place": f"RT {one.rt or '-'} RW {one.rw or '-'}, {place_name(one.kelurahan_kode)}",
            "told": [f"Usulan petugas: {' atau '.join(labels)}"] if labels else [],
            "score": "",
            "parts": [f"Tahap: {stage}" if one.stage else "Belum dikunjungi"],
            "drafted": False,
        }

"""State of the tab Data pribadi, without widgets: the record, what is over, a breach being told."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time

from workbench.access import Permission, may
from workbench.errors import WrongUse
from workbench.services import processing, retention
from workbench.services.processing import Breach, Record
from workbench.services.retention import Due, Run
from workbench.store import clock, snapshots
from workbench.ui.trail.model import TrailRoom


@dataclass
class PrivacyTab:
    """What the tab shows; ``due`` is empty for whoever may not delete."""

    room: TrailRoom
    record: Record = field(init=False)
    due: tuple[Due, ...] = ()
    runs: tuple[Run, ...] = ()
    day: date | None = None
    hour: str = ""
    list_id: str = ""
    happened: str = ""
    done: str = ""
    contact: str = ""

    def __post_init__(self) -> None:
        self.day = clock.today()
        self.refresh()

    @property
    def may_delete(self) -> bool:
        """Whether the actor may delete what is over."""
        return may(self.room.actor, Permission.MANAGE_ACCOUNTS)

    @property
    def over(self) -> int:
        """How many rows and lists are over."""
        return sum(one.count for one in self.due)

    def refresh(self) -> None:
        """Read the office again."""
        office, actor = self.room.office, self.room.actor
        self.record = processing.record(office, actor)
        if self.may_delete:
            self.due = retention.due(office, actor)
            self.runs = retention.runs(office, actor)

    def erase(self) -> str:
        """Delete what ``due`` shows; gives a sentence."""
        done = retention.erase(self.room.office, self.room.actor, self.due)
        self.refresh()
        if done.is_swept:
            return "Terhapus dan tercatat di jejak."
        return (
            "Terhapus dan tercatat di jejak. Sisa di berkas data dibersihkan saat tidak ada yang "
            "membaca: ulangi Bersihkan sisa ketika sepi."
        )

    def sweep(self) -> str:
        """Clear the files of what was deleted; gives a sentence."""
        if retention.sweep(self.room.office, self.room.actor):
            return "Berkas data bersih dari yang sudah dihapus."
        return "Masih ada yang membaca. Ulangi ketika sepi."

    def lists(self) -> list[tuple[str, str]]:
        """Lists a breach may be about: name and id."""
        found = snapshots.list_snapshots(self.room.office.store_for(self.room.actor))
        return [("Semua daftar", ""), *((one.name, one.id) for one in found)]

    def breach(self) -> Breach:
        """What was typed; raises ``WrongUse`` for a day or an hour that is none."""
        hour = re.fullmatch(r"([01]?\d|2[0-3])[.:]([0-5]\d)", self.hour.strip())
        if self.day is None or hour is None:
            raise WrongUse("Isi hari dan jam diketahui, misalnya 14.30.")
        noticed = datetime.combine(self.day, time(int(hour[1]), int(hour[2])), clock.zone())
        if noticed > clock.local(clock.now()):
            raise WrongUse("Waktu diketahui tidak boleh di depan.")
        return Breach(noticed, self.list_id, self.happened, self.done, self.contact)

    def breach_paper(self) -> tuple[str, bytes]:
        """The notice as PDF."""
        return processing.breach_paper(self.room.office, self.room.actor, self.breach())

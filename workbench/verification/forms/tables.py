"""The three tables of a packet, alike in the workbook that goes out and in whatever comes back.

One row a family, a member, a finding. A row begins with its key, its list and a seal over what it
shows, then says what it is about, then takes the answers. A question that takes several codes has
several columns.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from workbench.verification.fieldwork.outcomes import Field, Kind, Level, fields
from workbench.verification.forms.packets import Packet

#: Name of the table, header of its key, headers of what a row shows.
NAMES: Final = {Level.FAMILY: "Keluarga", Level.PERSON: "Anggota", Level.FINDING: "Temuan"}
KEYS: Final = {
    Level.FAMILY: "Kunci keluarga",
    Level.PERSON: "Kunci anggota",
    Level.FINDING: "Kunci temuan",
}
LIST: Final = "Daftar"
SEAL: Final = "Segel"
NUMBER: Final = "No"
SHOWN: Final = {
    Level.FAMILY: ("Kepala keluarga", "Nomor KK", "Alamat", "RT", "RW"),
    Level.PERSON: ("Nama anggota", "NIK", "Kepala keluarga"),
    Level.FINDING: ("Temuan", "Tentang", "Pertanyaan", "Dokumen", "Kepala keluarga"),
}
#: Columns of a question that takes several codes; more may be typed in one cell, with ";".
_PLACES: Final = {"evidence": 3}
_FEW: Final = 2


@dataclass(frozen=True)
class Row:
    """One row: its key, the number of its family, and what it shows under ``SHOWN``."""

    level: Level
    key: str
    family: str
    number: int
    shown: tuple[str, ...]

    def seal(self, list_id: str) -> str:
        """What tells whether key and the first thing shown still belong together."""
        return seal(list_id, self.key, self.shown[0])


def seal(*parts: str) -> str:
    """A short hash over texts; blanks at their ends do not count."""
    text = "\x1f".join(part.strip() for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def rows_of(packet: Packet, level: Level) -> Iterator[Row]:
    """The rows of one table of a packet."""
    for visit in packet.visits:
        head = visit.head or "(tanpa nama)"
        if level is Level.FAMILY:
            shown = (head, visit.no_kk, visit.address, visit.rt, visit.rw)
            yield Row(level, visit.key, visit.key, visit.number, shown)
        elif level is Level.PERSON:
            for member in visit.members:
                yield Row(
                    level,
                    member.key,
                    visit.key,
                    visit.number,
                    (member.name or "(tanpa nama)", member.number, head),
                )
        else:
            for ask in visit.asks:
                yield Row(
                    level,
                    ask.key,
                    visit.key,
                    visit.number,
                    (ask.sentence, ask.member, ask.question, ask.documents, head),
                )


@cache
def answers(level: Level) -> tuple[tuple[str, Field], ...]:
    """Header and question of every answer column of a table, in order."""
    columns: list[tuple[str, Field]] = []
    for field in fields(level):
        if field.kind is Kind.CHOICES:
            places = range(1, _PLACES.get(field.key, _FEW) + 1)
            columns += [(f"{field.label} ({place})", field) for place in places]
        else:
            columns.append((field.label, field))
    return tuple(columns)


def headers(level: Level) -> tuple[str, ...]:
    """All headers of a table, as the workbook has them."""
    return (
        *(KEYS[level], LIST, SEAL, NUMBER),
        *SHOWN[level],
        *(header for header, _field in answers(level)),
    )

"""What officers bring back, taken into a list: nothing is overwritten, nothing is lost.

Each file is a source of its own, so two returns that disagree stand side by side
(``fieldwork.conflicts``). What cannot be taken goes back in a workbook that says why.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from workbench.access import Actor, Permission, require
from workbench.domain.words import number_id
from workbench.errors import Forbidden, NotFound, WrongUse
from workbench.services import fieldwork
from workbench.services.field_papers import Order, Paper, packets_and_names
from workbench.services.office import Office
from workbench.verification import archives
from workbench.verification.fieldwork.lives import finding_key
from workbench.verification.fieldwork.outcomes import Level, Outcome
from workbench.verification.forms.packets import Numbers, Packet
from workbench.verification.forms.returned import (
    Entry,
    Fault,
    Returned,
    Table,
    open_tables,
    read_tables,
)
from workbench.verification.forms.sheet import write_marked
from workbench.verification.forms.tables import KEYS

_ZIP: Final = b"PK\x03\x04"
_PAPER: Final = "kertas"

Names = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class TakenIn:
    """What became of a return, in families; ``workbook`` is what goes back to the officer."""

    new: int
    same: int
    disputed: int
    faults: tuple[Fault, ...]
    reminders: tuple[Fault, ...]
    strays: int
    workbook: Paper | None

    def sentences(self) -> tuple[str, ...]:
        """The same in words."""
        said = [f"{number_id(self.new)} hasil kunjungan baru disimpan."]
        if self.same:
            said.append(
                f"{number_id(self.same)} sudah tersimpan sebelumnya, tidak ada yang berubah."
            )
        if self.disputed:
            said.append(
                f"{number_id(self.disputed)} berbeda dengan hasil lain. Keduanya disimpan; orang "
                "lain perlu memutuskan."
            )
        if self.faults:
            families = len({fault.key for fault in self.faults})
            said.append(
                f"{number_id(families)} baris perlu diperbaiki. Unduh berkasnya, perbaiki sel "
                "berwarna, lalu kembalikan."
            )
        if self.strays:
            said.append(
                f"{number_id(self.strays)} baris tidak dikenali dan tidak disimpan. Isinya ada "
                'pada lembar "Tidak dikenali" berkas itu.'
            )
        return tuple(said)


def take_in(
    office: Office,
    actor: Actor,
    list_id: str,
    files: Sequence[tuple[str, bytes]],
    way: str,
    numbers: Numbers = Numbers.MASKED,
    today: date | None = None,
) -> TakenIn:
    """Take files in by name and content: our workbook, or an export of KoboToolbox or ODK.

    ``way`` is xlsx or xlsform. Raises ``UnusableInput`` for files that cannot be read or hold no
    key; all else that is wrong is said in the answer.
    """
    require(actor, Permission.RECORD_OUTCOME)
    tables = [table for name, content in _members_of(files) for table in open_tables(name, content)]
    digest = hashlib.sha256(b"".join(sorted(content for _, content in files))).hexdigest()
    return _take(office, actor, list_id, tables, way, f"{way}:{digest[:12]}", numbers, today)


def take_typed(
    office: Office,
    actor: Actor,
    list_id: str,
    tables: Sequence[Table],
    today: date | None = None,
) -> TakenIn:
    """Take in rows somebody typed from paper; each person who types is a source."""
    require(actor, Permission.RECORD_OUTCOME)
    return _take(office, actor, list_id, tables, _PAPER, "", Numbers.MASKED, today)


def _members_of(files: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """The files themselves, and what lies in a ZIP of them (ODK Central exports one)."""
    for name, content in files:
        if content.startswith(_ZIP) and not archives.is_workbook(name, content):
            yield from archives.open_members(name, content)
        else:
            yield name, content


def _take(
    office: Office,
    actor: Actor,
    list_id: str,
    tables: Sequence[Table],
    way: str,
    source: str,
    numbers: Numbers,
    today: date | None,
) -> TakenIn:
    order = Order(everyone=True, numbers=numbers)
    packets, names = packets_and_names(office, actor, list_id, order)
    returned = read_tables(tables, packets, today or date.today())
    new = same = disputed = 0
    refused: list[Fault] = []
    for entry in returned.entries:
        family_id = names[entry.family][0]
        outcome = _named(entry.outcome, names)
        try:
            if _stands(office, actor, list_id, family_id, outcome):
                same += 1
                continue
            visit = f"{source}:{entry.visit}" if source and entry.visit else source
            kept = fieldwork.record_outcome(
                office, actor, list_id, family_id, outcome, way=way, source=visit
            )
        except (Forbidden, WrongUse, NotFound) as error:
            refused.append(_refusal(entry, str(error)))
            continue
        new += kept.is_new
        same += not kept.is_new
        disputed += bool(kept.differences)
    returned = replace(returned, faults=(*returned.faults, *refused))
    return TakenIn(
        new,
        same,
        disputed,
        returned.faults,
        returned.reminders,
        len(returned.strays),
        None if returned.is_clean else _workbook(packets, returned),
    )


def _named(outcome: Outcome, names: Names) -> Outcome:
    """The outcome under the ids of the list instead of the keys on paper."""
    return Outcome(
        outcome.family,
        {names[key][0]: said for key, said in outcome.persons.items()},
        {finding_key(*names[key]): said for key, said in outcome.findings.items()},
    )


def _stands(office: Office, actor: Actor, list_id: str, family_id: str, outcome: Outcome) -> bool:
    """Whether somebody brought exactly this back already."""
    said = (outcome.codes(), outcome.words())
    standing = fieldwork.outcomes(office, actor, list_id, family_id)
    newest = {one.source: one.outcome for one in sorted(standing, key=lambda one: one.revision)}
    return any((one.codes(), one.words()) == said for one in newest.values())


def _refusal(entry: Entry, sentence: str) -> Fault:
    return Fault(entry.where, entry.family, KEYS[Level.FAMILY], sentence)


def _workbook(packets: Sequence[Packet], returned: Returned) -> Paper:
    """The families something was said of, whole, with what is to be mended."""
    spoken = set(returned.typed) | {fault.key for fault in returned.faults}
    parts = [
        (packet, visit)
        for packet in packets
        for visit in packet.visits
        if spoken & {visit.key, *(m.key for m in visit.members), *(a.key for a in visit.asks)}
    ]
    first = parts[0][0] if parts else packets[0]
    if len({packet.kelurahan_kode_kemendagri for packet, _ in parts}) > 1:
        several = "beberapa kelurahan"
        first = replace(first, kelurahan_kode_kemendagri="", kelurahan=several, kecamatan="")
    packet = replace(first, visits=tuple(visit for _, visit in parts))
    name = packet.file_stem.replace("lembar-lapangan", "diperbaiki", 1)
    return f"{name}.xlsx", write_marked(packet, returned.marked())

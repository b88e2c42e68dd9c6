"""A pack of evidence played again: what differs from the office as it stands now."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy import select

from workbench.access import Actor, Workspace
from workbench.domain.wilayah import PLACES
from workbench.domain.words import number_id
from workbench.errors import UnusableInput, WrongUse
from workbench.services import audits, shelves
from workbench.services.evidence import about_files
from workbench.services.evidence_files import (
    FINDINGS,
    JUDGED,
    KIND,
    LEDGER,
    LIST,
    NO_PACK,
    PLACE,
    SNAPSHOT,
    SUMS,
    Asks,
    Steps,
    Tells,
    aside,
    digest_of,
    digests,
    outside,
    print_of,
    read_json,
    rows_of,
    unzip,
)
from workbench.services.office import Office
from workbench.store import ledger
from workbench.store import tables as stored
from workbench.verification.comparison import rule_marks

_MOST_TOLD = 20
#: What a database's whole number holds.
_MOST_SEQ = 2**63 - 1


@dataclass(frozen=True)
class Recheck:
    """Whether a pack agrees with the list judged again; ``differences`` are sentences."""

    list_id: str
    findings: int
    differences: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def is_equal(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def room_of(folder: Path) -> Workspace:
    """The workspace a pack is of; raises ``UnusableInput`` for what is no pack."""
    try:
        return Workspace(read_json(folder / LIST)["ruang"])
    except (KeyError, TypeError, ValueError) as error:
        raise UnusableInput(NO_PACK) from error


def recheck_zipped(
    office: Office,
    actor: Actor,
    content: bytes,
    tell: Tells | None = None,
    asks: Asks | None = None,
) -> Recheck:
    """``recheck`` of an uploaded ZIP. Raises ``WrongUse`` for a pack of the other workspace."""
    audits.require_auditor(actor)
    with aside(office.folder(actor.workspace)) as home:
        unzip(content, home)
        room = room_of(home)
        if room is not actor.workspace:
            raise WrongUse(
                f"Paket ini dari ruang {room.value}. Masuklah ke ruang itu, lalu ulangi."
            )
        return recheck(office, actor, home, tell, asks)


def recheck(
    office: Office,
    actor: Actor,
    folder: Path,
    tell: Tells | None = None,
    asks: Asks | None = None,
) -> Recheck:
    """Judge the list of a pack again and compare: the pack, the list's files, the findings.

    Raises ``UnusableInput`` for what is no pack, ``NotFound`` when the list is gone.
    """
    from workbench.rules import check

    audits.require_auditor(actor)
    step = Steps(tell, asks)
    step(0.05, "Memeriksa berkas paket")
    differences = list(_changed_files(folder))
    sums, told = digest_of(folder / SUMS), _told(folder)
    step(0.15, "Memeriksa berkas daftar dan jejak")
    snapshot, whole = shelves.standing(office, actor, told.list_id)
    if not _is_on_record(office, actor, told.list_id, sums):
        differences.append("Jejak kantor tidak mengenal paket ini: sidiknya tidak tercatat.")
    differences += _changed_events(folder / LEDGER, office, actor)
    now = about_files(office, actor, snapshot)["berkas"]
    differences += [
        f"Berkas daftar {name} tidak lagi sama."
        for name in sorted(told.files)
        if told.files[name] != now.get(name)
    ]
    step(0.4, "Menilai ulang daftar")
    found = check(whole.register, parameters=told.parameters)
    step(0.9, "Membandingkan temuan")
    differences += _changed_rules(told.marks, rule_marks(found))
    table = outside(found.table, told.local)
    if print_of(table) != told.print_then:
        differences += _changed_findings(folder / FINDINGS, table, told.local)
    notes = []
    if told.local:
        notes.append(
            f"{number_id(len(told.local))} {PLACES} diperiksa kemudian dengan aturan lain dan "
            "tidak ikut dibandingkan."
        )
    return Recheck(told.list_id, told.findings, tuple(differences), tuple(notes))


@dataclass(frozen=True)
class _Told:
    """What a pack says of its list, in the shapes it must have."""

    list_id: str
    findings: int
    parameters: dict[str, Any]
    marks: dict[str, Any] | None
    local: dict[str, Any]
    print_then: Any
    files: dict[str, Any]


def _told(folder: Path) -> _Told:
    about, judged = read_json(folder / LIST), read_json(folder / JUDGED)
    try:
        return _Told(
            str(about["id"]),
            sum(map(int, _names(judged["temuan_per_aturan"]).values())),
            _names(judged["parameter"]),
            None if judged["tanda"] is None else _names(judged["tanda"]),
            _names(judged["kelurahan_lain"]),
            judged["sidik_temuan"],
            _names(read_json(folder / SNAPSHOT)["berkas"]),
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise UnusableInput(NO_PACK) from error


def _names(said: Any) -> dict[str, Any]:
    if not isinstance(said, dict):
        raise TypeError
    return said


def _changed_files(folder: Path) -> Iterator[str]:
    """A sentence for each file of a pack that is not as it was packed."""
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
        then = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
        now = dict(digests(folder))
    except (OSError, ValueError) as error:
        raise UnusableInput(NO_PACK) from error
    for name in sorted({*then, *now}):
        if name not in now:
            yield f"Berkas paket {name} hilang."
        elif name not in then:
            yield f"Berkas {name} bukan bagian paket ini."
        elif then[name] != now[name]:
            yield f"Berkas paket {name} berubah sejak dikemas."


def _is_on_record(office: Office, actor: Actor, list_id: str, sums: str) -> bool:
    """Whether the ledger says that a pack of these files was made."""
    events = stored.event
    made = select(events.c.seq).where(
        events.c.kind == KIND,
        events.c.subject == f"paket:{list_id}",
        events.c.value == ledger.canonical({"sha256": sums}),
    )
    with office.store_for(actor).reading() as connection:
        return connection.execute(made).first() is not None


def _changed_events(path: Path, office: Office, actor: Actor) -> list[str]:
    """A sentence when events of the pack no longer stand in the ledger as they did."""
    try:
        with path.open(encoding="utf-8") as file:
            then = {int(event["seq"]): event["hash"] for event in map(json.loads, file)}
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise UnusableInput(NO_PACK) from error
    if any(not 0 < seq <= _MOST_SEQ for seq in then):
        raise UnusableInput(NO_PACK)
    events = stored.event
    changed = []
    with office.store_for(actor).reading() as connection:
        for seq, digest in then.items():
            found = connection.execute(select(events.c.hash).where(events.c.seq == seq)).scalar()
            if found != digest:
                changed.append(str(seq))
    return [f"Catatan jejak tidak lagi sama: nomor {_some(changed)}."] if changed else []


def _changed_rules(then: Mapping[str, str] | None, now: Mapping[str, str]) -> list[str]:
    if then is None:
        return []
    changed = sorted(code for code in {*then, *now} if then.get(code) != now.get(code))
    if not changed:
        return []
    return [f"Aturan berubah, bertambah atau berkurang sejak dikemas: {_some(changed)}."]


def _changed_findings(path: Path, table: pa.Table, local: Mapping[str, Any]) -> Iterator[str]:
    """How the findings of now differ from those of the pack, rule by rule."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            lines = csv.reader(file)
            place = next(lines).index(PLACE)
            then = Counter(tuple(line) for line in lines if line[place] not in local)
    except (OSError, ValueError, csv.Error, StopIteration, IndexError) as error:
        raise UnusableInput(NO_PACK) from error
    now = Counter(rows_of(table))
    gone, came = then - now, now - then
    rules = sorted({row[0] for row in (*gone, *came)})
    if not rules:
        yield "Temuan tentang baris yang sama, tetapi dasarnya (nilai buktinya) berbeda."
    for rule in rules[:_MOST_TOLD]:
        lost = sum(count for row, count in gone.items() if row[0] == rule)
        new = sum(count for row, count in came.items() if row[0] == rule)
        yield f"{rule}: {number_id(lost)} temuan tidak muncul lagi, {number_id(new)} baru."
    if len(rules) > _MOST_TOLD:
        yield f"Dan {len(rules) - _MOST_TOLD} aturan lain."


def _some(codes: list[str]) -> str:
    rest = f" dan {len(codes) - _MOST_TOLD} lain" if len(codes) > _MOST_TOLD else ""
    return f"{', '.join(codes[:_MOST_TOLD])}{rest}"

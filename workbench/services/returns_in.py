"""What officers bring back, taken into a list: nothing is overwritten, nothing is lost.

Each file is a source of its own, so two returns that disagree stand side by side
(``fieldwork.conflicts``). What cannot be taken goes back in a workbook that says why.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Final

from workbench.access import Actor, Permission, require
from workbench.domain.wilayah import say_locally
from workbench.domain.words import date_id, number_id
from workbench.errors import Forbidden, NotFound, WrongUse
from workbench.services import fieldwork, shelves
from workbench.services.field_papers import (
    Order,
    Paper,
    family_of_key,
    packets_and_names,
    same_family,
)
from workbench.services.office import Office
from workbench.services.shelves import ListSummary
from workbench.store import clock, finding_lives
from workbench.store.fieldwork import Kept, KeptOutcome
from workbench.verification import archives
from workbench.verification.comparison import Judged
from workbench.verification.fieldwork.lives import (
    REASONS,
    Life,
    LifeKey,
    State,
    finding_key,
    identify,
)
from workbench.verification.fieldwork.outcomes import Level, Outcome
from workbench.verification.forms.packets import KEY_LENGTH, Numbers, Packet, record_key
from workbench.verification.forms.returned import (
    Entry,
    Fault,
    Returned,
    Table,
    open_tables,
    read_tables,
)
from workbench.verification.forms.sheet import Stray, write_marked
from workbench.verification.forms.tables import KEYS

_ZIP: Final = b"PK\x03\x04"
_PAPER, _WORKBOOK, _PHONE = "kertas", "xlsx", "xlsform"
#: Digits a key never has, by the letters they are mistaken for.
_MISREAD: Final = str.maketrans("018", "OIB")
_STANDS: Final = {
    State.OPEN: "masih terbuka pada daftar kerja",
    State.REOPENED: "dibuka lagi pada daftar kerja",
    State.CONFIRMED: "sudah dikonfirmasi dari kunjungan",
    State.RESOLVED: "sudah selesai",
}

Names = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class TakenIn:
    """What became of a return, in families; ``workbook`` is what goes back to the officer.

    ``strays`` are rows of nobody here, ``gone`` rows of findings the list no longer has.
    """

    new: int
    same: int
    disputed: int
    faults: tuple[Fault, ...]
    reminders: tuple[Fault, ...]
    strays: tuple[Stray, ...]
    gone: tuple[Stray, ...]
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
                f"{number_id(len(self.strays))} baris tidak dikenali dan tidak disimpan. Isinya "
                'ada pada lembar "Tidak dikenali" berkas itu.'
            )
        if self.gone:
            said.append(
                f"{number_id(len(self.gone))} jawaban adalah tentang temuan yang sudah tidak ada. "
                "Di bawah tertulis sebabnya; tidak perlu diperbaiki."
            )
        return tuple(said)


@dataclass(frozen=True)
class PaperSheet:
    """Whom a paper sheet is about, in the working list.

    ``is_former``: it was printed from another list, so its questions may be others.
    """

    list_id: str
    family_id: str
    is_former: bool


def take_in(
    office: Office,
    actor: Actor,
    list_id: str,
    files: Sequence[tuple[str, bytes]],
    today: date | None = None,
) -> TakenIn:
    """Take files in by name and content: our workbook, or an export of KoboToolbox or ODK.

    Raises ``UnusableInput`` for files that cannot be read or hold no key; all else that is wrong
    is said in the answer.
    """
    require(actor, Permission.RECORD_OUTCOME)
    tables = [table for name, content in _members_of(files) for table in open_tables(name, content)]
    digest = hashlib.sha256(b"".join(sorted(content for _, content in files))).hexdigest()
    headers = {header for table in tables for header in table.headers}
    way = _WORKBOOK if headers & set(KEYS.values()) else _PHONE
    return _take(
        office, actor, list_id, tables, way, f"{way}:{digest[:12]}", today or clock.today()
    )


def sheet_of(office: Office, actor: Actor, text: str) -> PaperSheet:
    """The family a paper sheet is about: ``text`` is its printed key or what its QR code says.

    Raises ``WrongUse`` for what cannot be a key, ``NotFound`` as ``family_of_key`` does.
    """
    require(actor, Permission.RECORD_OUTCOME)
    written = "".join(text.strip().rstrip("/").rpartition("/")[2].split())
    key = written.upper().translate(_MISREAD)
    if len(key) != KEY_LENGTH:
        raise WrongUse(
            f"Kode lembar terdiri atas {KEY_LENGTH} huruf dan angka, yang ini "
            f"{number_id(len(key))}. Periksa lagi kode di belakang alamat keluarga."
        )
    list_id, family_id = family_of_key(office, actor, key)
    secret = shelves.key_of(office.folder(actor.workspace))
    is_former = record_key(secret, "keluarga", list_id, family_id) != key
    return PaperSheet(list_id, family_id, is_former)


def typed(office: Office, actor: Actor, list_id: str, family_id: str) -> tuple[KeptOutcome, ...]:
    """The paper sheets of a family the actor typed in, as they stand, in the order they came."""
    found = fieldwork.outcomes(office, actor, list_id, family_id)
    mine = [one for one in found if (one.way, one.recorder) == (_PAPER, actor.id)]
    return tuple({one.source: one for one in sorted(mine, key=lambda one: one.revision)}.values())


def type_in(
    office: Office,
    actor: Actor,
    list_id: str,
    family_id: str,
    outcome: Outcome,
    source: str = "",
) -> Kept:
    """Keep what somebody typed from a paper sheet. Each sheet is a source of its own.

    ``source`` is that of a sheet typed before, to correct it; "" is another sheet.
    """
    known = [one.source for one in typed(office, actor, list_id, family_id)]
    if source and source not in known:
        raise NotFound("Lembar itu belum pernah Anda ketik. Buka lagi dari kodenya.")
    sheet = source or f"{_PAPER}:{actor.id}:{len(known) + 1}"
    return fieldwork.record_outcome(
        office, actor, list_id, family_id, outcome, way=_PAPER, source=sheet
    )


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
    today: date,
) -> TakenIn:
    order = Order(everyone=True, numbers=Numbers.MASKED)
    packets, names = packets_and_names(office, actor, list_id, order)
    fates = _Fates(office, actor, list_id)
    returned = read_tables(tables, packets, today, fates.tell)
    new = same = disputed = 0
    refused: list[Fault] = []
    for entry in returned.entries:
        family_id = names[entry.family][0]
        outcome = _named(entry.outcome, names)
        try:
            if _stands(office, actor, list_id, family_id, outcome):
                same += 1
                continue
            visit = f"{source}:{entry.visit}" if entry.visit else source
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
        returned.strays,
        returned.gone,
        None if returned.is_clean and not returned.gone else _workbook(packets, returned),
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
        several = say_locally("beberapa kelurahan")
        first = replace(first, kelurahan_kode_kemendagri="", kelurahan=several, kecamatan="")
    packet = replace(first, visits=tuple(visit for _, visit in parts))
    name = packet.file_stem.replace("lembar-lapangan", "diperbaiki", 1)
    return f"{name}.xlsx", write_marked(packet, returned.marked())


class _Fates:
    """What became of rows that were printed and are not there now, read when one is met."""

    def __init__(self, office: Office, actor: Actor, list_id: str) -> None:
        self.office, self.actor, self.list_id = office, actor, list_id
        self._known: dict[str, dict[str, tuple[str, str, LifeKey | None]]] = {}

    def tell(self, level: Level, list_id: str, key: str) -> tuple[str, bool]:
        """A sentence about a row of a list ("" where the file does not say which), "" for none.

        With it, whether this is a finding that the list no longer has.
        """
        if list_id in ("", self.list_id) and key in self._vanished:
            rule, life = self._vanished[key]
            told = (
                f"Temuan {rule} ini sudah tidak ada: daftar diperiksa ulang sesudah lembar "
                f"dicetak. {self._life_words(life)}"
            )
            return told.strip(), True
        for other in [list_id] if list_id else self._shelf:
            if other != self.list_id and other in self._shelf and key in self._keys(other):
                return self._elsewhere(level, other, key), False
        return "", False

    def _elsewhere(self, level: Level, list_id: str, key: str) -> str:
        one = self._shelf[list_id]
        _, family_id, life = self._keys(list_id)[key]
        words = self._life_words(life)
        if level is Level.FAMILY:
            stays = family_id in same_family(self.office, self.actor, list_id, self.list_id)
            words = f"Keluarganya {'masih' if stays else 'tidak'} ada pada daftar kerja."
        day = date_id(date.fromisoformat(one.as_of))
        return (
            f"Baris ini dari daftar lain ({list_id}): {one.name}, keadaan {day}. {words} Untuk "
            "menyimpan jawabannya, pilih daftar itu sebelum mengunggah."
        ).replace("  ", " ")

    @cached_property
    def _shelf(self) -> dict[str, ListSummary]:
        return {one.id: one for one in shelves.shelf(self.office, self.actor)}

    @cached_property
    def _secret(self) -> bytes:
        return shelves.key_of(self.office.folder(self.actor.workspace))

    @cached_property
    def _vanished(self) -> dict[str, tuple[str, LifeKey | None]]:
        """By key on paper, findings of earlier judgements of the list: rule and life."""
        newest = shelves.judgements(self.office, self.actor, self.list_id)
        found: dict[str, tuple[str, LifeKey | None]] = {}
        for number in range(1, newest):
            whole = shelves.standing(self.office, self.actor, self.list_id, number)[1]
            for one in identify(Judged(whole.register, whole.findings)):
                if self.actor.covers(one.kelurahan):
                    parts = one.rule, one.subject_kind, one.subject
                    key = record_key(self._secret, "temuan", self.list_id, *parts)
                    found[key] = one.rule, one.key
        return found

    def _keys(self, list_id: str) -> dict[str, tuple[str, str, LifeKey | None]]:
        """By key on paper of another list: kind, family_id and, of a finding, its life."""
        if list_id not in self._known:
            opened = shelves.open_list(self.office, self.actor, list_id)
            people = opened.register["person"].select(["person_id", "family_id"]).to_pylist()
            found: dict[str, tuple[str, str, LifeKey | None]] = {}

            def enter(kind: str, family_id: str, life: LifeKey | None, *parts: str) -> None:
                found[record_key(self._secret, kind, list_id, *parts)] = kind, family_id, life

            for family_id in opened.register["family"]["family_id"].to_pylist():
                enter("keluarga", family_id, None, family_id)
            for row in people:
                enter("orang", row["family_id"], None, row["person_id"])
            for one in identify(Judged(opened.register, opened.findings)):
                parts = one.rule, one.subject_kind, one.subject
                enter("temuan", one.family_id, one.key, *parts)
            self._known[list_id] = found
        return self._known[list_id]

    def _life_words(self, key: LifeKey | None) -> str:
        """How a finding stands now, and why it ended where it did."""
        if key is None:
            return ""
        store = self.office.store_for(self.actor)
        life: Life | None = finding_lives.standing_lives(store, {key.subject_key}).get(key)
        if life is None:
            return ""
        words = f"Temuan ini {_STANDS[life.state]}."
        history = finding_lives.life_history(store, key)
        if life.state is State.RESOLVED and history:
            words += f" {REASONS.get(history[-1].reason, '')}"
        return words

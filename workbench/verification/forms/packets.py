"""What is handed to an officer: the families to visit, each under a key that tells nothing.

A key is made by the caller from the workspace's own secret, so whoever finds a sheet, a photo of
its QR code or a file name learns no NIK, no name and no number of the list from it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b32encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from workbench.domain.wilayah import PLACES, say_locally
from workbench.verification.checklists import Checklist, FamilyBlock, Question

#: Letters of a key: 60 bits, so that among millions of families no two share one by chance.
KEY_LENGTH = 12


class Sharing(StrEnum):
    """How the families of a kelurahan are divided: not at all, by RT, or by officer."""

    KELURAHAN = "kelurahan"
    RT = "rt"
    OFFICER = "petugas"


class Numbers(StrEnum):
    """What is printed of NIK and KK numbers: first four and last two digits, nothing, or all."""

    MASKED = "disamarkan"
    LEFT_OUT = "tidak dicetak"
    WHOLE = "ditulis lengkap"

    @property
    def words(self) -> str:
        """What the foot of a sheet says."""
        return f"NIK dan nomor KK {self.value}"


@dataclass(frozen=True)
class Officer:
    """Somebody who goes to the doors; the id is the account's."""

    id: str
    name: str


@dataclass(frozen=True)
class Member:
    """Somebody of a family; ``number`` is the NIK as it may be shown."""

    key: str
    name: str
    number: str


@dataclass(frozen=True)
class Ask:
    """One finding as a question."""

    key: str
    rule: str
    member: str
    sentence: str
    question: str
    documents: str


@dataclass(frozen=True)
class Visit:
    """One family to be visited; ``number`` counts it within its packet."""

    key: str
    number: int
    head: str
    no_kk: str
    address: str
    rt: str
    rw: str
    members: tuple[Member, ...]
    asks: tuple[Ask, ...]
    sights: tuple[str, ...]

    @property
    def place(self) -> str:
        """Where the family lives."""
        rt = f"RT {self.rt or '-'}/RW {self.rw or '-'}"
        return f"{self.address}, {rt}" if self.address else rt


@dataclass(frozen=True)
class Packet:
    """What one person carries: some families of one kelurahan of one list."""

    list_id: str
    period: str
    as_of: date
    ruleset: str
    practice: bool
    numbers: Numbers
    kelurahan_kode_kemendagri: str
    kelurahan: str
    kecamatan: str
    rt: str
    officer: str
    visits: tuple[Visit, ...]

    @property
    def id(self) -> str:
        """A short name of what it holds; other families, list or officer make another one."""
        held = "\x1f".join([self.list_id, self.officer, *(visit.key for visit in self.visits)])
        return hashlib.sha256(held.encode()).hexdigest()[:8]

    @property
    def mark(self) -> str:
        """What stands across everything of this workspace."""
        return "LATIHAN" if self.practice else "DATA NYATA - TERBATAS"

    @property
    def title(self) -> str:
        """Which kelurahan, and which part of it."""
        place = self.kelurahan or say_locally("kelurahan belum dikenali")
        return f"{place}, {self.rt}" if self.rt else place

    @property
    def file_stem(self) -> str:
        """The beginning of a file name: place and packet, nobody's name."""
        place = f"{self.kelurahan_kode_kemendagri}-{self.kelurahan}".strip("-") or f"tanpa-{PLACES}"
        words = f"lembar-lapangan-{place}-{self.rt}-{self.id}".lower()
        return re.sub(r"[^a-z0-9.]+", "-", words)


def record_key(secret: bytes, kind: str, *parts: str) -> str:
    """The key of a family, member or finding of a list: capital letters and digits 2 to 7."""
    text = "\x1f".join((kind, *parts)).encode()
    return b32encode(hmac.new(secret, text, hashlib.sha256).digest()).decode()[:KEY_LENGTH]


def make_packets(
    sheets: Iterable[Checklist],
    members: Mapping[str, Sequence[tuple[str, str, str]]],
    key: Callable[..., str],
    list_id: str,
    period: str,
    sharing: Sharing = Sharing.KELURAHAN,
    officers: Mapping[str, Sequence[Officer]] | None = None,
    numbers: Numbers = Numbers.MASKED,
    cards: Mapping[str, str] | None = None,
) -> list[Packet]:
    """The packets of a list, in the order of its sheets.

    ``members`` are (person_id, name, NIK as it may be printed) by family_id, ``cards`` KK numbers
    by family_id where they are not the masked ones of the sheets, ``officers`` who goes to which
    family_id (nobody: a sheet without a name; several: each has it in a packet of their own),
    ``key`` makes a key from a kind ("keluarga", "orang", "temuan") and the ids of the list. What
    belongs to no known family is left out: there is no door to knock at.
    """
    going = officers or {}
    whole = cards or {}
    packets = []
    for sheet in sheets:
        for part, name, blocks in _parts(sheet, sharing, going):
            packets.append(
                Packet(
                    list_id,
                    period,
                    sheet.as_of,
                    sheet.ruleset,
                    sheet.practice,
                    numbers,
                    sheet.kelurahan_kode_kemendagri,
                    sheet.kelurahan,
                    sheet.kecamatan,
                    part,
                    name,
                    tuple(
                        _visit(
                            block,
                            number,
                            whole.get(block.family_id, block.no_kk),
                            members.get(block.family_id, ()),
                            key,
                            numbers,
                        )
                        for number, block in enumerate(blocks, start=1)
                    ),
                )
            )
    return packets


def _parts(
    sheet: Checklist, sharing: Sharing, going: Mapping[str, Sequence[Officer]]
) -> Iterator[tuple[str, str, list[FamilyBlock]]]:
    """RT in words, name of the officer and families of each packet of a sheet."""
    parts: dict[object, list[FamilyBlock]] = {}
    for block in sheet.families:
        if not block.family_id:
            continue
        if sharing is Sharing.OFFICER:
            for officer in going.get(block.family_id) or [Officer("", "")]:
                parts.setdefault(officer, []).append(block)
        else:
            rt = f"RT {block.rt or '-'} RW {block.rw or '-'}" if sharing is Sharing.RT else ""
            parts.setdefault(rt, []).append(block)
    for part, blocks in parts.items():
        if isinstance(part, Officer):
            yield "", part.name, blocks
        else:
            teams = {tuple(going.get(block.family_id, ())) for block in blocks}
            team = teams.pop() if len(teams) == 1 else ()
            yield str(part), ", ".join(officer.name for officer in team), blocks


def _visit(
    block: FamilyBlock,
    number: int,
    card: str,
    members: Sequence[tuple[str, str, str]],
    key: Callable[..., str],
    numbers: Numbers,
) -> Visit:
    def shown(text: str) -> str:
        return "" if numbers is Numbers.LEFT_OUT else text

    return Visit(
        key("keluarga", block.family_id),
        number,
        block.head,
        shown(card),
        block.address,
        block.rt,
        block.rw,
        tuple(Member(key("orang", id_), name, shown(nik)) for id_, name, nik in members),
        tuple(_ask(question, key) for question in block.questions),
        tuple(f"{sight.what} ({sight.how})" for sight in block.sights),
    )


def _ask(question: Question, key: Callable[..., str]) -> Ask:
    return Ask(
        key("temuan", question.rule, question.subject_kind, question.subject),
        question.rule,
        question.member,
        question.sentence,
        question.question,
        question.documents,
    )

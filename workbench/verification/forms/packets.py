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

from workbench.verification.checklists import Checklist, FamilyBlock, Question

#: Letters of a key: 60 bits, so that among millions of families no two share one by chance.
KEY_LENGTH = 12


class Sharing(StrEnum):
    """How the families of a kelurahan are divided: not at all, by RT, or by officer."""

    KELURAHAN = "kelurahan"
    RT = "rt"
    OFFICER = "petugas"


class Numbers(StrEnum):
    """What is printed of NIK and KK numbers: first four and last two digits, or nothing."""

    MASKED = "disamarkan"
    LEFT_OUT = "tidak dicetak"

    @property
    def words(self) -> str:
        """What the foot of a sheet says."""
        return f"NIK dan nomor KK {self.value}"


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
        """A short name of what it holds; other families or another list make another one."""
        held = "\x1f".join([self.list_id, *(visit.key for visit in self.visits)])
        return hashlib.sha256(held.encode()).hexdigest()[:8]

    @property
    def mark(self) -> str:
        """What stands across everything of this workspace."""
        return "LATIHAN" if self.practice else "DATA NYATA - TERBATAS"

    @property
    def title(self) -> str:
        """Which kelurahan, and which part of it."""
        place = self.kelurahan or "kelurahan belum dikenali"
        return f"{place}, {self.rt}" if self.rt else place

    @property
    def file_stem(self) -> str:
        """The beginning of a file name: place and packet, nobody's name."""
        place = f"{self.kelurahan_kode_kemendagri}-{self.kelurahan}".strip("-") or "tanpa-kelurahan"
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
    officers: Mapping[str, str] | None = None,
    numbers: Numbers = Numbers.MASKED,
) -> list[Packet]:
    """The packets of a list, in the order of its sheets.

    ``members`` are (person_id, name, masked NIK) by family_id, ``officers`` who goes to which
    family_id (nobody: a sheet without a name), ``key`` makes a key from a kind ("keluarga",
    "orang", "temuan") and the ids of the list. What belongs to no known family is left out: there
    is no door to knock at.
    """
    going = officers or {}
    packets = []
    for sheet in sheets:
        for part, blocks in _parts(sheet, sharing, going):
            named = {going.get(block.family_id, "") for block in blocks}
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
                    part if sharing is Sharing.RT else "",
                    named.pop() if len(named) == 1 else "",
                    tuple(
                        _visit(block, number, members.get(block.family_id, ()), key, numbers)
                        for number, block in enumerate(blocks, start=1)
                    ),
                )
            )
    return packets


def _parts(
    sheet: Checklist, sharing: Sharing, going: Mapping[str, str]
) -> Iterator[tuple[str, list[FamilyBlock]]]:
    parts: dict[str, list[FamilyBlock]] = {}
    for block in sheet.families:
        if not block.family_id:
            continue
        part = {
            Sharing.KELURAHAN: "",
            Sharing.RT: f"RT {block.rt or '-'} RW {block.rw or '-'}",
            Sharing.OFFICER: going.get(block.family_id, ""),
        }[sharing]
        parts.setdefault(part, []).append(block)
    yield from parts.items()


def _visit(
    block: FamilyBlock,
    number: int,
    members: Sequence[tuple[str, str, str]],
    key: Callable[..., str],
    numbers: Numbers,
) -> Visit:
    def shown(masked: str) -> str:
        return masked if numbers is Numbers.MASKED else ""

    return Visit(
        key("keluarga", block.family_id),
        number,
        block.head,
        shown(block.no_kk),
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

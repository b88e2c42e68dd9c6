"""The officer's sheet: what to ask at which door, which document to see.

One sheet per kelurahan; ``checklist_workbook`` draws it. A finding stands on it as a question;
below stand a few things that only somebody at the door can see (``sights``). Notes, the findings
of the lowest severity, send nobody out: a fault of a whole column would otherwise print every
family of the list. NIK and KK numbers are masked; findings on sensitive categories are never
printed with a name, only counted.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from workbench.domain import days, displays
from workbench.domain.reference import reference
from workbench.domain.register import Register
from workbench.domain.wilayah import PLACES, kelurahan_by_code
from workbench.domain.words import date_id, mask_nik
from workbench.rules import Severity, catalogue
from workbench.rules.parameters import parameters_on
from workbench.verification.sights import COLUMNS, NOT_MET, Home, Sight, choose_sights

if TYPE_CHECKING:
    from workbench.rules import Findings

_ORDER = {str(severity): place for place, severity in enumerate(Severity)}
_UNPLACED = f"tanpa-{PLACES.replace('/', '-')}"
#: Families a notebook shows.
_SHOWN = 10
_FAMILY_COLUMNS = (
    *("family_id", "head_name", "no_kk", "address", "rt", "rw", "kelurahan_kode_kemendagri"),
    *COLUMNS["family"],
)
_PERSON_COLUMNS = ("family_id", "person_id", "name", *COLUMNS["person"])
_AID_COLUMNS = ("family_id", *COLUMNS["aid"])
_PPKS_COLUMNS = ("family_id", "ppks_id", *COLUMNS["ppks"])


@dataclass(frozen=True)
class Question:
    """One finding as a question at the door; rule, kind and subject name it in the list."""

    rule: str
    severity: str
    member: str
    number: str
    sentence: str
    question: str
    documents: str
    subject_kind: str = ""
    subject: str = ""


@dataclass
class FamilyBlock:
    """One family on the sheet: its questions, gravest first, and what to see at the house."""

    family_id: str
    head: str
    no_kk: str
    address: str
    rt: str
    rw: str
    questions: list[Question] = field(default_factory=list)
    sights: list[Sight] = field(default_factory=list)


@dataclass
class Checklist:
    """Everything on the sheet of one kelurahan: ``families`` in the order they are walked.

    ``withheld`` counts unprinted findings on sensitive categories, ``noted`` unprinted notes.
    """

    kelurahan_kode_kemendagri: str
    kelurahan: str
    kecamatan: str
    practice: bool
    as_of: date
    ruleset: str
    source: str
    families: list[FamilyBlock] = field(default_factory=list)
    withheld: int = 0
    noted: int = 0

    def __repr__(self) -> str:
        place = self.kelurahan_kode_kemendagri or "-"
        return f"Checklist({place}, {len(self.families)} families, {self.count} questions)"

    def _repr_html_(self) -> str:
        """Questions by family as on the sheet, without names: notebooks are kept and passed on."""
        rows = [
            (
                place,
                f"RT {family.rt} RW {family.rw}" if family.rt or family.rw else "",
                "; ".join(dict.fromkeys(f"{q.rule}: {q.sentence}" for q in family.questions)),
            )
            for place, family in enumerate(self.families[:_SHOWN], start=1)
        ]
        rest = len(self.families) - len(rows)
        where = f"{self.kelurahan}, {self.kecamatan}".strip(", ") or "wilayah belum diketahui"
        return displays.card(
            f"Daftar periksa {where}",
            displays.facts(
                (
                    ("Tanggal rujukan", date_id(self.as_of, long=True)),
                    ("Keluarga", len(self.families)),
                    ("Pertanyaan", self.count),
                    ("Sumber", self.source),
                )
            ),
            displays.table(
                ("No", "Alamat", "Yang ditanyakan"),
                rows,
                f"dan {rest} keluarga lain" if rest else "",
            ),
            mark="LATIHAN" if self.practice else "DATA NYATA",
        )

    @property
    def count(self) -> int:
        """Number of questions on the sheet."""
        return sum(len(family.questions) for family in self.families)

    @property
    def file_name(self) -> str:
        """A file name without any personal value."""
        place = f"{self.kelurahan_kode_kemendagri}-{self.kelurahan}".strip("-") or _UNPLACED
        return f"daftar-periksa-{re.sub(r'[^a-z0-9.]+', '-', place.lower())}.xlsx"


def checklist(
    register: Register,
    findings: Findings,
    kelurahan: str = "",
    everyone: bool = False,
    notes: bool = False,
) -> list[Checklist]:
    """The checklists of a list, one per kelurahan where somebody is to be visited, in code order.

    ``kelurahan`` (a dotted Kemendagri code) narrows to one. Families without a question are left
    out unless ``everyone`` is asked for, save those the list says were not met: a second visit is
    due there. Notes (``Severity.INFO``) are printed where ``notes`` are asked for; otherwise only
    those a visit can settle, and only for families that are on the sheet anyway. Families are
    ordered by RW and RT; those without a known kelurahan come last, on a sheet of their own.
    """
    families = {row["family_id"]: row for row in _columns(register["family"], _FAMILY_COLUMNS)}
    found = [
        {**row, "kelurahan_kode_kemendagri": _known(row["kelurahan_kode_kemendagri"])}
        for row in findings.with_titles().to_pylist()
    ]
    found = [r for r in found if kelurahan in ("", r["kelurahan_kode_kemendagri"])]
    due = [
        row
        for row in families.values()
        if (everyone or row["existence"] in NOT_MET)
        and kelurahan in ("", _known(row["kelurahan_kode_kemendagri"]))
    ]
    listed = {row["family_id"] for row in (*found, *due)}
    people = _by_family(register["person"], _PERSON_COLUMNS, listed)
    sheets = _Sheets(register, findings.ruleset, families, people)
    waiting = [row for row in found if not notes and row["severity"] == Severity.INFO]
    for row in found:
        if notes or row["severity"] != Severity.INFO:
            sheets.ask(row)
    for family in due:
        sheets.add(family)
    for row in waiting:
        sheets.note(row)
    sheets.choose_sights(listed)
    return sheets.in_order()


class _Sheets:
    """The checklists as they fill up, a family's block at a time."""

    def __init__(
        self,
        register: Register,
        ruleset: str,
        families: Mapping[str, Mapping[str, Any]],
        people: Mapping[str, list[dict[str, Any]]],
    ) -> None:
        self._register, self._ruleset = register, ruleset
        self._families, self._people = families, people
        self._members = {row["person_id"]: row for rows in people.values() for row in rows}
        self._sensitive = _sensitive_rows(register)
        self._as_of = date.fromisoformat(str(register.manifest.get("as_of", days.today())))
        self._source = _source(register)
        self._sheets: dict[str, Checklist] = {}
        self._blocks: dict[tuple[str, str], FamilyBlock] = {}

    def ask(self, row: Mapping[str, Any]) -> None:
        """Put the question of a finding; of a sensitive row only that one is withheld."""
        code = row["kelurahan_kode_kemendagri"]
        if row["subject"] in self._sensitive:
            self._sheet(code).withheld += 1
            return
        place = self._place(row)
        if place not in self._blocks:
            self._begin(place, _block(row, self._families.get(row["family_id"])))
        member = self._members.get(row["subject"])
        self._blocks[place].questions.append(_question(row, member))

    def add(self, family: Mapping[str, Any]) -> None:
        """A family that is to be visited, with or without a question."""
        place = _known(family["kelurahan_kode_kemendagri"]), family["family_id"]
        if place not in self._blocks:
            self._begin(place, _block({"name": "", "no_kk": ""}, family))

    def note(self, row: Mapping[str, Any]) -> None:
        """A note: asked where a visit settles it and takes place anyway, else only counted."""
        code = row["kelurahan_kode_kemendagri"]
        if self._place(row) in self._blocks and "kunjungan" in catalogue()[row["rule"]].follow_up:
            self.ask(row)
        elif code in self._sheets:
            self._sheets[code].noted += 1

    def choose_sights(self, listed: Collection[str]) -> None:
        """What to look at in each home."""
        register = self._register
        aid = _by_family(register["aid"], _AID_COLUMNS, listed)
        ppks = _by_family(register["ppks"], _PPKS_COLUMNS, listed)
        poor_up_to = parameters_on(self._as_of)["aid_desil_max"]
        carried = frozenset(c for c in _FAMILY_COLUMNS if register.carries("family", c))
        for block in self._blocks.values():
            if not block.family_id:
                continue
            home = Home(
                self._families[block.family_id],
                self._people.get(block.family_id, []),
                aid.get(block.family_id, []),
                frozenset(
                    row["category"]
                    for row in ppks.get(block.family_id, ())
                    if row["ppks_id"] not in self._sensitive
                ),
                frozenset(question.rule for question in block.questions),
                carried,
                self._as_of,
                poor_up_to,
            )
            block.sights += choose_sights(home)

    def in_order(self) -> list[Checklist]:
        """The sheets by code, each with its families and questions in order."""
        for sheet in self._sheets.values():
            sheet.families.sort(key=lambda block: (block.rw, block.rt, block.head, block.family_id))
            for block in sheet.families:
                block.questions.sort(
                    key=lambda question: (_ORDER[question.severity], question.rule)
                )
        return [
            self._sheets[code] for code in sorted(self._sheets, key=lambda code: (code == "", code))
        ]

    def _sheet(self, code: str) -> Checklist:
        if code not in self._sheets:
            place = kelurahan_by_code().get(code)
            self._sheets[code] = Checklist(
                code,
                place.name if place else "",
                place.kecamatan if place else "",
                self._register.workspace != "nyata",
                self._as_of,
                self._ruleset,
                self._source,
            )
        return self._sheets[code]

    def _begin(self, place: tuple[str, str], block: FamilyBlock) -> None:
        self._blocks[place] = block
        self._sheet(place[0]).families.append(block)

    @staticmethod
    def _place(row: Mapping[str, Any]) -> tuple[str, str]:
        return row["kelurahan_kode_kemendagri"], row["family_id"] or row["subject"]


def _question(finding: Mapping[str, Any], member: Mapping[str, Any] | None) -> Question:
    rule = catalogue()[finding["rule"]]
    is_family = finding["subject_kind"] == "family"
    return Question(
        rule.code,
        finding["severity"],
        "Seluruh keluarga" if is_family else (member or finding)["name"],
        mask_nik(finding["nik"]),
        finding["title"],
        rule.question,
        ", ".join(rule.documents),
        finding["subject_kind"],
        finding["subject"],
    )


def _known(code: str) -> str:
    """A kelurahan code, "" for one the city does not have."""
    return code if code in kelurahan_by_code() else ""


def _source(register: Register) -> str:
    """Where the list comes from: its kind, or the file's name where it is none of the known."""
    kind = str(register.manifest.get("source_list") or "")
    if kind not in ("", "lain"):
        return kind.upper()
    return ", ".join(str(file["name"]) for file in register.manifest.get("files") or ())


def _columns(table: pa.Table, names: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    yield from table.select(list(names)).to_pylist()


def _by_family(
    table: pa.Table, names: tuple[str, ...], family_ids: Collection[str]
) -> dict[str, list[dict[str, Any]]]:
    """The rows of these families, by family."""
    import pyarrow.compute as pc

    wanted = pa.array(sorted(family_ids), pa.string())
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in _columns(table.filter(pc.is_in(table["family_id"], wanted)), names):
        rows.setdefault(row["family_id"], []).append(row)
    return rows


def _sensitive_rows(register: Register) -> set[str]:
    kinds = {row["kode"] for row in reference("pmks_kategori") if row["sensitif"] == "ya"}
    rows = register["ppks"].select(["ppks_id", "person_id", "category"]).to_pylist()
    return {row["ppks_id"] for row in rows if row["category"] in kinds}


def _block(finding: Mapping[str, Any], family: Mapping[str, Any] | None) -> FamilyBlock:
    if family is None:
        return FamilyBlock("", finding["name"], mask_nik(finding["no_kk"]), "", "", "")
    return FamilyBlock(
        family["family_id"],
        family["head_name"] or finding["name"],
        mask_nik(family["no_kk"]),
        family["address"],
        family["rt"],
        family["rw"],
    )

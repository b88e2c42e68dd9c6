"""The officer's sheet: what to ask at which door, which document to see, room for the outcome.

One workbook per kelurahan. A finding stands on it as a question; below stand a few things that
only somebody at the door can see, chosen by what the family is and by what the list leaves open.
NIK and KK numbers are masked; findings on sensitive categories are never printed with a name,
only counted, and no such category decides what is looked at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import pyarrow as pa
import xlsxwriter

from workbench.domain.ages import age_on
from workbench.domain.reference import by_code, reference
from workbench.domain.register import Register
from workbench.domain.wilayah import kelurahan_by_code
from workbench.domain.words import date_id, mask_nik
from workbench.errors import StoreFault
from workbench.rules import Severity, catalogue
from workbench.rules.parameters import parameters_on

if TYPE_CHECKING:
    from workbench.rules import Findings

#: What an officer may answer to a question.
OUTCOMES = ("Sesuai daftar", "Perlu diperbaiki", "Tidak ditemukan", "Perlu kunjungan ulang")

_ORDER = {str(severity): place for place, severity in enumerate(Severity)}
#: Points of rows that fit on an A4 page lying down, at the scale its columns are printed in.
_PAGE_HEIGHT = 540
_UNPLACED = "tanpa-kelurahan"
_COLUMNS = (
    ("No", 4),
    ("Anggota", 20),
    ("Yang perlu dicek", 34),
    ("Pertanyaan kepada keluarga", 34),
    ("Dokumen yang dilihat", 18),
    ("Hasil", 15),
    ("Isian yang benar", 18),
    ("Catatan", 18),
)


@dataclass(frozen=True)
class Question:
    """One finding as a question at the door."""

    rule: str
    severity: str
    member: str
    number: str
    sentence: str
    question: str
    documents: str


@dataclass(frozen=True)
class Sight:
    """One thing to see at the house: a line of ``checklist_lapangan`` by its ``number``."""

    number: str
    what: str
    how: str
    proof: str


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
    """Everything on the sheet of one kelurahan; ``withheld`` counts unprinted sensitive ones."""

    kelurahan_kode_kemendagri: str
    kelurahan: str
    kecamatan: str
    practice: bool
    as_of: date
    ruleset: str
    source: str
    families: list[FamilyBlock] = field(default_factory=list)
    withheld: int = 0

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
    register: Register, findings: Findings, kelurahan: str = "", everyone: bool = False
) -> list[Checklist]:
    """The checklists of a list, one per kelurahan that has findings, in code order.

    ``kelurahan`` (a dotted Kemendagri code) narrows to one. Families without a finding are left
    out unless ``everyone`` is asked for, save those the list says were not met: a second visit is
    due there. Families are ordered by RW and RT; those without a known kelurahan come last, on a
    sheet of their own.
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
        if (everyone or row["existence"] in _NOT_MET)
        and kelurahan in ("", _known(row["kelurahan_kode_kemendagri"]))
    ]
    listed = {row["family_id"] for row in (*found, *due)}
    people = _by_family(register["person"], _PERSON_COLUMNS, listed)
    members = {row["person_id"]: row for rows in people.values() for row in rows}
    sensitive = _sensitive_rows(register)
    as_of = date.fromisoformat(str(register.manifest.get("as_of", date.today())))
    source = _source(register)
    sheets: dict[str, Checklist] = {}
    blocks: dict[tuple[str, str], FamilyBlock] = {}

    def sheet_of(code: str) -> Checklist:
        if code not in sheets:
            place = kelurahan_by_code().get(code)
            sheets[code] = Checklist(
                code,
                place.name if place else "",
                place.kecamatan if place else "",
                register.workspace != "nyata",
                as_of,
                findings.ruleset,
                source,
            )
        return sheets[code]

    for row in found:
        code = row["kelurahan_kode_kemendagri"]
        if row["subject"] in sensitive:
            sheet_of(code).withheld += 1
            continue
        family = families.get(row["family_id"])
        key = (code, row["family_id"] or row["subject"])
        if key not in blocks:
            blocks[key] = _block(row, family)
            sheet_of(code).families.append(blocks[key])
        rule = catalogue()[row["rule"]]
        member = members.get(row["subject"])
        blocks[key].questions.append(
            Question(
                rule.code,
                row["severity"],
                (member or row)["name"] if row["subject_kind"] != "family" else "Seluruh keluarga",
                mask_nik(row["nik"]),
                row["title"],
                rule.question,
                ", ".join(rule.documents),
            )
        )
    for family in due:
        code = _known(family["kelurahan_kode_kemendagri"])
        key = (code, family["family_id"])
        if key not in blocks:
            blocks[key] = _block({"name": "", "no_kk": ""}, family)
            sheet_of(code).families.append(blocks[key])
    aid = _by_family(register["aid"], _AID_COLUMNS, listed)
    ppks = _by_family(register["ppks"], _PPKS_COLUMNS, listed)
    poor_up_to = parameters_on(as_of)["aid_desil_max"]
    carried = frozenset(c for c in _FAMILY_COLUMNS if register.carries("family", c))
    for block in blocks.values():
        if block.family_id:
            home = _Home(
                families[block.family_id],
                people.get(block.family_id, []),
                aid.get(block.family_id, []),
                frozenset(
                    row["category"]
                    for row in ppks.get(block.family_id, ())
                    if row["ppks_id"] not in sensitive
                ),
                frozenset(question.rule for question in block.questions),
                carried,
                as_of,
                poor_up_to,
            )
            block.sights += choose_sights(home)
    for sheet in sheets.values():
        sheet.families.sort(key=lambda block: (block.rw, block.rt, block.head, block.family_id))
        for block in sheet.families:
            block.questions.sort(key=lambda question: (_ORDER[question.severity], question.rule))
    return [sheets[code] for code in sorted(sheets, key=lambda code: (code == "", code))]


def write_checklist(sheet: Checklist, target: Path | BinaryIO) -> None:
    """Write one checklist as a workbook (A4, landscape, grey-safe)."""
    try:
        book = xlsxwriter.Workbook(
            target if not isinstance(target, Path) else str(target),
            {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True},
        )
        _draw(book, sheet)
        book.close()
    except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
        raise StoreFault(
            "Daftar periksa tidak dapat ditulis. Periksa ruang penyimpanan dan izin menulis, "
            "tutup berkasnya bila sedang terbuka, lalu ulangi."
        ) from error


def write_checklists(
    register: Register,
    findings: Findings,
    directory: Path,
    progress: Callable[[int, int], None] | None = None,
) -> list[Path]:
    """Write every checklist of a list into ``directory``; returns the paths in code order."""
    sheets = checklist(register, findings)
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreFault(
            f"Folder {directory.name} tidak dapat dibuat. Pilih folder lain."
        ) from error
    paths = []
    for place, sheet in enumerate(sheets):
        paths.append(directory / sheet.file_name)
        write_checklist(sheet, paths[-1])
        if progress:
            progress(place + 1, len(sheets))
    return paths


#: Parts of a house a list may leave open: column, word, line of ``checklist_lapangan``.
_HOUSE = (
    ("house_tenure", "status rumah", "16"),
    ("floor_area_m2", "luas lantai", "17"),
    ("floor", "lantai", "18"),
    ("wall", "dinding", "19"),
    ("roof", "atap", "20"),
    ("water", "air minum", "22"),
    ("toilet", "jamban", "23"),
    ("lighting", "penerangan", "24"),
    ("cooking_fuel", "bahan bakar", "25"),
)
#: What SOS-49 asks about already.
_ASKED_BY_BLANK = frozenset({"floor", "wall", "roof", "water", "lighting"})
#: The list says the family was not found, or could not be spoken to.
_NOT_MET = ("KB2", "KB8")
_MOST_SIGHTS = 5

_FAMILY_COLUMNS = (
    *("family_id", "head_name", "no_kk", "address", "rt", "rw", "kelurahan_kode_kemendagri"),
    *("existence", "domicile", "assets", "latitude", "shares_dwelling", "has_food_worry"),
    *("expenditure_rp", "desil", *(column for column, _word, _number in _HOUSE)),
)
_PERSON_COLUMNS = (
    *("family_id", "person_id", "name", "birth_date", "disability", "disability_degree"),
)
_AID_COLUMNS = ("family_id", "program", "status")
_PPKS_COLUMNS = ("family_id", "ppks_id", "category")


@dataclass(frozen=True)
class _Home:
    """What is known of a family.

    ``kinds`` are PPKS categories without the sensitive ones, ``asked`` the rules whose questions
    are printed, ``carried`` the columns the list has, ``poor_up_to`` the highest desil of aid.
    """

    family: Mapping[str, Any]
    members: list[dict[str, Any]]
    aid: list[dict[str, Any]]
    kinds: frozenset[str]
    asked: frozenset[str]
    carried: frozenset[str]
    as_of: date
    poor_up_to: int

    def may_be_poor(self) -> bool:
        """Whether means matter here: something is paid, or the desil allows it or is unknown."""
        desil = self.family["desil"]
        is_paid = any(row["status"] in ("", "aktif") for row in self.aid)
        return is_paid or desil is None or desil <= self.poor_up_to

    def ages(self) -> list[int]:
        """Ages of the members whose birth date is known."""
        found = (age_on(row["birth_date"], self.as_of) for row in self.members)
        return [age for age in found if age is not None]

    def receives(self, *programs: str) -> bool:
        return any(r["program"] in programs and r["status"] in ("", "aktif") for r in self.aid)

    def lost(self, *programs: str) -> bool:
        """Whether one of these has ended, of any programme where none is named."""
        return any(
            row["status"] in ("nonaktif", "graduasi")
            and (not programs or row["program"] in programs)
            for row in self.aid
        )

    def leaves_open(self, column: str) -> bool:
        """Whether the list has this column and says nothing in it here."""
        return column in self.carried and self.family[column] in (None, "", "-", "KOSONG")

    def blank_parts(self) -> list[tuple[str, str]]:
        """Word and line number of each part of the house that is open and not asked about."""
        asked = _ASKED_BY_BLANK if "SOS-49" in self.asked else frozenset()
        return [
            (word, number)
            for column, word, number in _HOUSE
            if column not in asked and self.leaves_open(column)
        ]

    def needs_degree(self) -> bool:
        """Whether somebody has a disability and nobody wrote down how grave it is."""
        people = [row for row in self.members if row["disability"]]
        listed = bool(self.kinds & {"PMKS05", "PMKS09"})
        open_ = any(row["disability_degree"] is None for row in people) or (listed and not people)
        return open_ and "PPK-46" not in self.asked

    def nobody_of_working_age(self) -> bool:
        ages = self.ages()
        return bool(ages) and all(age < 18 or age >= 60 for age in ages)


#: When which line of ``checklist_lapangan`` is printed, the most needed first.
_SIGHTS: tuple[tuple[str, Callable[[_Home], bool]], ...] = (
    ("4", lambda home: home.family["existence"] in _NOT_MET),
    ("", lambda home: bool(home.blank_parts())),
    ("35", lambda home: home.receives("PKH") and "SOS-57" not in home.asked),
    ("33", _Home.needs_degree),
    ("42", lambda home: bool(home.kinds & {"PMKS01", "PMKS02", "PMKS08"})),
    (
        "36",
        lambda home: (
            "PMKS08" in home.kinds
            or (home.nobody_of_working_age() and max(home.ages()) >= 60 and home.may_be_poor())
        ),
    ),
    (
        "37",
        lambda home: (
            "PMKS01" in home.kinds or (min(home.ages(), default=99) <= 5 and home.may_be_poor())
        ),
    ),
    (
        "41",
        lambda home: (
            bool(home.kinds & {"PMKS01", "PMKS02", "PMKS05", "PMKS08", "PMKS09"})
            or (home.nobody_of_working_age() and home.may_be_poor())
        ),
    ),
    (
        "26",
        lambda home: (
            "SOS-51" not in home.asked
            and home.may_be_poor()
            and bool({"mobil", "ac"} & set(home.family["assets"].split(";")))
        ),
    ),
    ("20", lambda home: home.receives("RUTILAHU")),
    ("13", lambda home: home.family["shares_dwelling"] is True),
    ("5", lambda home: home.leaves_open("domicile")),
    ("34", lambda home: home.lost("PBIJK") and "BAN-65" not in home.asked),
    ("39", lambda home: home.lost("PKH", "SEMBAKO") and "BAN-56" not in home.asked),
    (
        "38",
        lambda home: (
            home.receives("PKH", "SEMBAKO") and not any(r.startswith("BAN") for r in home.asked)
        ),
    ),
    ("6", lambda home: home.leaves_open("latitude") and "ALM-38" not in home.asked),
    ("30", lambda home: home.leaves_open("expenditure_rp")),
    ("31", lambda home: home.leaves_open("has_food_worry")),
)
#: Said at the door in place of the catalogue's own words.
_WORDS = {
    "4": "Keluarga ini pernah tidak ditemukan atau tidak dapat ditemui. Datang dua kali pada jam "
    "berbeda, lalu tanya RT",
    "26": "Mobil atau AC yang tercatat: milik siapa, dipakai untuk apa?",
}


def choose_sights(home: _Home) -> list[Sight]:
    """What to see at this house, the most needed first, five lines at most."""
    chosen = [number for number, applies in _SIGHTS if applies(home)][:_MOST_SIGHTS]
    return [_sight(number) if number else _house_sight(home.blank_parts()) for number in chosen]


def _sight(number: str) -> Sight:
    line = by_code("checklist_lapangan", "no")[number]
    proof = "Surat keterangan RT" if number == "4" else line["bukti_foto"].strip("-")
    return Sight(number, _WORDS.get(number, line["butir"]), line["cara_mengamati"], proof)


def _house_sight(blanks: list[tuple[str, str]]) -> Sight:
    lines = by_code("checklist_lapangan", "no")
    photos = [lines[number]["bukti_foto"] for _word, number in blanks]
    return Sight(
        ", ".join(number for _word, number in blanks),
        f"Isian rumah yang masih kosong: {', '.join(word for word, _number in blanks)}",
        "Lihat sendiri, jangan dari kata responden",
        ", ".join(dict.fromkeys(photo for photo in photos if photo != "-")),
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


def _draw(book: Any, sheet: Checklist) -> None:
    mark = "LATIHAN" if sheet.practice else "DATA NYATA - TERBATAS"
    text = {"font_name": "Calibri", "font_size": 11, "valign": "top", "text_wrap": True}
    title = book.add_format({**text, "bold": True, "font_size": 14, "text_wrap": False})
    plain = book.add_format({**text, "text_wrap": False})
    head = book.add_format({**text, "bold": True, "border": 1, "bg_color": "#D9D9D9"})
    band = book.add_format(
        {**text, "bold": True, "border": 1, "bg_color": "#F2F2F2", "text_wrap": False}
    )
    cell = book.add_format({**text, "border": 1})
    box = book.add_format({**text, "border": 1, "font_size": 16, "align": "center"})
    seen = book.add_format({**text, "border": 1, "italic": True})
    page = book.add_worksheet("Daftar periksa")
    page.set_landscape()
    page.set_paper(9)
    page.set_margins(left=0.4, right=0.4, top=0.8, bottom=0.7)
    page.fit_to_pages(1, 0)
    place = sheet.kelurahan or "kelurahan belum dikenali"
    page.set_header(f"&L&B{mark}&C&BDaftar periksa {_header_safe(place)}&RHalaman &P dari &N")
    page.set_footer(
        f"&LData per {date_id(sheet.as_of)}, aturan {sheet.ruleset}&RNIK dan nomor KK disamarkan"
    )
    for column, (_name, width) in enumerate(_COLUMNS):
        page.set_column(column, column, width)
    page.write_string(0, 0, f"Daftar periksa: {place}", title)
    lines = [
        f"Kecamatan {sheet.kecamatan or '-'}, Kota Serang. Sumber: {sheet.source or '-'}. "
        f"{mark.capitalize() if sheet.practice else mark}.",
        "Petugas: ______________________   Tanggal: ______________   Kunjungan ke-: ____",
        "Temuan adalah pertanyaan untuk kunjungan, bukan putusan tentang keluarga.",
    ]
    if sheet.withheld:
        lines.append(
            f"{sheet.withheld} temuan pada kategori peka tidak dicetak: hubungi pekerja sosial."
        )
    for row, line in enumerate(lines, start=1):
        page.write_string(row, 0, line, plain)
    row = len(lines) + 2
    for column, (name, _width) in enumerate(_COLUMNS):
        page.write_string(row, column, name, head)
    page.set_row(row, 30)
    page.repeat_rows(row)
    page.freeze_panes(row + 1, 0)
    row += 1
    breaks, on_page = [], 0.0
    for number, family in enumerate(sheet.families, start=1):
        entries = [
            *(_question_cells(question) for question in family.questions),
            *(_sight_cells(sight) for sight in family.sights),
        ]
        heights = [_height(cells) for cells in entries]
        block = 18 + sum(heights)
        if on_page and on_page + block > _PAGE_HEIGHT:
            breaks.append(row)
            on_page = 0.0
        on_page += block
        page.set_row(row, 18)
        page.merge_range(row, 0, row, len(_COLUMNS) - 1, "", band)
        where = f"RT {family.rt or '-'} RW {family.rw or '-'}"
        line = f"{number}. {family.head} | KK {family.no_kk or '-'} | {family.address} | {where}"
        page.write_string(row, 0, line, band)
        row += 1
        for nth, (cells, height) in enumerate(zip(entries, heights, strict=True)):
            is_question = nth < len(family.questions)
            page.set_row(row, height)
            for column, value in enumerate(("☐", *cells, "", "", "")):
                style = cell if is_question else seen
                page.write_string(row, column, value, box if column == 0 else style)
            if is_question:
                page.data_validation(row, 5, row, 5, {"validate": "list", "source": list(OUTCOMES)})
            row += 1
    if not sheet.families:
        page.write_string(row, 0, "Tidak ada temuan yang dicetak untuk kelurahan ini.", plain)
        row += 1
    page.set_h_pagebreaks(breaks)
    row += 1
    for column, who in ((0, "Petugas"), (3, "Ketua RT"), (5, "Lurah atau yang mewakili")):
        page.write_string(row, column, f"{who},", plain)
        page.write_string(row + 4, column, "(______________________)", plain)
    _draw_guide(book, head, cell)
    book.set_properties({"title": f"Daftar periksa {place}", "comments": mark})
    book.set_custom_property("aturan", sheet.ruleset)
    book.set_custom_property("keterangan", json.dumps({"temuan": sheet.count}))


def _draw_guide(book: Any, head: Any, cell: Any) -> None:
    """A second sheet: what to look at in every home, whatever the list says."""
    page = book.add_worksheet("Panduan kunjungan")
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    columns = (("No", "no", 5), ("Bagian", "bagian", 22), ("Butir", "butir", 44))
    more = (
        *(("Jawaban", "pilihan_jawaban", 34), ("Cara mengamati", "cara_mengamati", 34)),
        ("Foto", "bukti_foto", 20),
    )
    for column, (name, _key, width) in enumerate((*columns, *more)):
        page.set_column(column, column, width)
        page.write_string(0, column, name, head)
    page.repeat_rows(0)
    for row, item in enumerate(reference("checklist_lapangan"), start=1):
        for column, (_name, key, _width) in enumerate((*columns, *more)):
            value = item[key].replace("lihat status_verval.csv (dimensi keberadaan)", _PRESENCE)
            value = value.replace("lihat program_bantuan.csv", "nama program")
            page.write_string(row, column, re.sub(r"^\d+ ", "", value), cell)


_PRESENCE = "ditemukan / tidak ditemukan / meninggal / pindah / tidak dapat ditemui"


def _question_cells(question: Question) -> tuple[str, str, str, str]:
    member = f"{question.member}\n{question.number}".strip()
    sentence = f"{question.sentence} [{question.rule}, {question.severity.lower()}]"
    return member, sentence, question.question, question.documents


def _sight_cells(sight: Sight) -> tuple[str, str, str, str]:
    return "Lihat di rumah", f"{sight.what} [butir {sight.number}]", sight.how, sight.proof


def _height(cells: tuple[str, str, str, str]) -> float:
    """Row height in points for the longest wrapped cell."""
    _member, what, how, proof = cells
    return 15.0 * max(len(what) // 34 + 1, len(how) // 34 + 1, len(proof) // 18 + 1, 2)


def _header_safe(text: str) -> str:
    """An ampersand commands in a page header; double it."""
    return text.replace("&", "&&")

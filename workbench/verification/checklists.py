"""The officer's sheet: what to ask at which door, which document to see, room for the outcome.

One workbook per kelurahan. A finding stands on it as a question. NIK and KK numbers are masked;
findings on sensitive categories are never printed with a name, only counted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import pyarrow as pa
import xlsxwriter

from workbench.domain.reference import reference
from workbench.domain.register import Register
from workbench.domain.wilayah import kelurahan_by_code
from workbench.domain.words import date_id, mask_nik
from workbench.errors import StoreFault
from workbench.rules import Severity, catalogue

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


@dataclass
class FamilyBlock:
    """One family on the sheet with its questions, gravest first."""

    family_id: str
    head: str
    no_kk: str
    address: str
    rt: str
    rw: str
    questions: list[Question] = field(default_factory=list)


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


def checklist(register: Register, findings: Findings, kelurahan: str = "") -> list[Checklist]:
    """The checklists of a list, one per kelurahan that has findings, in code order.

    ``kelurahan`` (a dotted Kemendagri code) narrows to one. Families are ordered by RW and RT;
    those without a known kelurahan come last, on a sheet of their own.
    """
    families = {row["family_id"]: row for row in _columns(register["family"], _FAMILY_COLUMNS)}
    members = {row["person_id"]: row for row in _columns(register["person"], _PERSON_COLUMNS)}
    sensitive = _sensitive_rows(register)
    as_of = date.fromisoformat(str(register.manifest.get("as_of", date.today())))
    source = _source(register)
    sheets: dict[str, Checklist] = {}
    blocks: dict[tuple[str, str], FamilyBlock] = {}
    for row in findings.with_titles().to_pylist():
        code = row["kelurahan_kode_kemendagri"]
        code = code if code in kelurahan_by_code() else ""
        if kelurahan and code != kelurahan:
            continue
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
        if row["subject"] in sensitive:
            sheets[code].withheld += 1
            continue
        family = families.get(row["family_id"])
        key = (code, row["family_id"] or row["subject"])
        if key not in blocks:
            blocks[key] = _block(row, family)
            sheets[code].families.append(blocks[key])
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


_FAMILY_COLUMNS = ("family_id", "head_name", "no_kk", "address", "rt", "rw")
_PERSON_COLUMNS = ("person_id", "name")


def _source(register: Register) -> str:
    """Where the list comes from: its kind, or the file's name where it is none of the known."""
    kind = str(register.manifest.get("source_list") or "")
    if kind not in ("", "lain"):
        return kind.upper()
    return ", ".join(str(file["name"]) for file in register.manifest.get("files") or ())


def _columns(table: pa.Table, names: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    yield from table.select(list(names)).to_pylist()


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
        heights = [_height(question) for question in family.questions]
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
        for question, height in zip(family.questions, heights, strict=True):
            page.set_row(row, height)
            member = f"{question.member}\n{question.number}".strip()
            sentence = f"{question.sentence} [{question.rule}, {question.severity.lower()}]"
            values = ("☐", member, sentence, question.question, question.documents, "", "", "")
            for column, value in enumerate(values):
                page.write_string(row, column, value, box if column == 0 else cell)
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
    columns = (("Bagian", "bagian", 22), ("Butir", "butir", 44), ("Jawaban", "pilihan_jawaban", 34))
    more = (("Cara mengamati", "cara_mengamati", 34), ("Foto", "bukti_foto", 20))
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


def _height(question: Question) -> float:
    """Row height in points for the longest wrapped cell."""
    lines = max(
        (len(question.sentence) + 18) // 34 + 1,
        len(question.question) // 34 + 1,
        len(question.documents) // 18 + 1,
        2,
    )
    return 15.0 * lines


def _header_safe(text: str) -> str:
    """An ampersand commands in a page header; double it."""
    return text.replace("&", "&&")

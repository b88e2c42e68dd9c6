"""Reads the office's list of participants: who is expected, from which kelurahan, as what.

Only name, kelurahan and position are taken from the sheet; any other column (a NIK, a phone
number) is left where it is.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.domain.wilayah import PLACE_KINDS, find_kelurahan
from workbench.errors import UnusableInput

#: Rows in which a header is looked for; offices put letterheads above their tables.
HEADER_WITHIN = 30
MAX_ROWS = 5_000

_WORDS: dict[str, tuple[str, ...]] = {
    "area": ("kelurahan", "nama kelurahan", "desa", "asal kelurahan", "wilayah", "wilayah tugas"),
    "kecamatan": ("kecamatan", "nama kecamatan"),
    "position": ("jabatan", "posisi", "tugas", "peran", "sebagai", "jabatan peserta"),
    "name": ("nama", "nama lengkap", "nama peserta", "peserta", "nama operator"),
}
#: A heading with one of these is never the participant's own name.
_NOT_THE_NAME = re.compile(
    r"\b(ibu|ayah|kegiatan|instansi|dinas|bank|acara|tempat|pengguna|kepala|suami|istri)\b"
)
_FOOT = re.compile(r"^(mengetahui|jumlah|total|catatan|keterangan|kepala dinas|ttd)\b")
_ALIKE = 85.0


@dataclass(frozen=True)
class Expected:
    """One person the office expects.

    ``area_kode`` is empty when ``area_text`` names no kelurahan that can be told; ``row`` is the
    row in the sheet, counted as the spreadsheet counts.
    """

    name: str
    area_kode: str
    area_text: str
    position: str
    row: int


def read_participants(path: Path | str) -> list[Expected]:
    """Read a participant list from a spreadsheet (xlsx, xls, xlsb, ods) or a CSV file.

    Every visible sheet with a heading row is read. Raises ``UnusableInput`` when the file cannot
    be opened, no row has a heading for names, or nobody stands below it.
    """
    path = Path(path)
    sheets = _csv_rows(path) if path.suffix.lower() in (".csv", ".txt", ".tsv") else _sheets(path)
    found: list[Expected] = []
    has_header = False
    for rows in sheets:
        header = _find_header(rows)
        if header is not None:
            has_header = True
            found += _people(rows, *header)
    if not has_header:
        raise UnusableInput(
            "Kolom nama peserta tidak ditemukan. "
            f"Beri baris judul kolom: Nama, {PLACE_KINDS}, Jabatan; lalu unggah lagi."
        )
    if not found:
        raise UnusableInput(
            "Di bawah judul kolom tidak ada satu nama pun. Isi daftar pesertanya, lalu unggah lagi."
        )
    return found


def _sheets(path: Path) -> list[list[list[Any]]]:
    import python_calamine as calamine

    try:
        with calamine.CalamineWorkbook.from_path(str(path)) as book:
            visible = [
                sheet.name
                for sheet in book.sheets_metadata
                if sheet.visible == calamine.SheetVisibleEnum.Visible
                and sheet.typ == calamine.SheetTypeEnum.WorkSheet
            ]
            return [
                book.get_sheet_by_name(name).to_python(skip_empty_area=False, nrows=MAX_ROWS)
                for name in visible
            ]
    except calamine.PasswordError as error:
        raise UnusableInput(
            "Berkas ini terkunci kata sandi. Simpan salinan tanpa kata sandi, lalu unggah lagi."
        ) from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise UnusableInput(
            "Berkas peserta tidak dapat dibuka. "
            "Simpan ulang sebagai .xlsx dari Excel atau LibreOffice, lalu unggah lagi."
        ) from error


def _csv_rows(path: Path) -> list[list[list[Any]]]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UnusableInput("Berkas peserta tidak dapat dibuka. Pilih berkasnya lagi.") from error
    try:
        content = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        content = raw.decode("cp1252", errors="replace")
    start = content[:4000]
    separator = max(";,\t", key=start.count)
    # Strict: a quotation mark that is never closed would make all names below it one cell.
    lines = csv.reader(content.splitlines(), delimiter=separator, strict=True)
    rows: list[list[Any]] = []
    try:
        rows += lines
    except csv.Error as error:
        raise UnusableInput(
            f"Tanda kutip pada berkas ini tidak ditutup atau tidak pada tempatnya, mulai baris "
            f"{len(rows) + 1}. Perbaiki baris itu, lalu unggah lagi."
        ) from error
    return [rows[:MAX_ROWS]]


def _find_header(rows: Sequence[Sequence[Any]]) -> tuple[int, dict[str, int]] | None:
    """The row whose cells name most of our fields, a name among them: its place and columns."""
    best: tuple[int, dict[str, int]] | None = None
    for place, row in enumerate(rows[:HEADER_WITHIN]):
        columns: dict[str, int] = {}
        for column, cell in enumerate(row):
            field = _field_of(_plain(cell))
            if field and field not in columns:
                columns[field] = column
        if "name" in columns and (best is None or len(columns) > len(best[1])):
            best = place, columns
    return best


def _field_of(heading: str) -> str | None:
    if not heading or len(heading) > 40:
        return None
    for field, words in _WORDS.items():
        if heading in words:
            return field
    if re.search(r"\b(kelurahan|kel|desa)\b", heading):
        return "area"
    if re.search(r"\b(kecamatan|kec)\b", heading):
        return "kecamatan"
    if re.search(r"\b(jabatan|posisi)\b", heading):
        return "position"
    if re.search(r"\bnama\b", heading):
        return None if _NOT_THE_NAME.search(heading) else "name"
    return _field_by_likeness(heading)


def _field_by_likeness(heading: str) -> str | None:
    """For typing errors (``Kelurhan``, ``Jabtan``); short words are too easily alike."""
    if len(heading) < 4:
        return None
    from rapidfuzz import fuzz

    likeness = {
        field: max(fuzz.ratio(heading, word) for word in words if len(word) > 4)
        for field, words in _WORDS.items()
    }
    field = max(likeness, key=likeness.__getitem__)
    return field if likeness[field] >= _ALIKE else None


def _people(rows: Sequence[Sequence[Any]], header: int, columns: dict[str, int]) -> list[Expected]:
    found = []
    for place, row in enumerate(rows[header + 1 :], start=header + 2):
        name = _text(row, columns.get("name"))
        plain = _plain(name)
        if not re.search(r"[^\W\d_]", name) or plain in _WORDS["name"]:
            continue  # an empty line, a line of column numbers, a repeated heading
        if _FOOT.match(plain):
            break
        area = _text(row, columns.get("area"))
        place_found = find_kelurahan(area, _text(row, columns.get("kecamatan"))) if area else None
        found.append(
            Expected(
                name[:100],
                place_found.kode_kemendagri if place_found else "",
                area[:100],
                _text(row, columns.get("position"))[:100],
                place,
            )
        )
    return found


def _text(row: Sequence[Any], column: int | None) -> str:
    if column is None or column >= len(row):
        return ""
    return re.sub(r"\s+", " ", str(row[column] if row[column] is not None else "")).strip()


def _plain(cell: Any) -> str:
    return re.sub(r"[\W_]+", " ", str(cell if cell is not None else "").casefold()).strip()

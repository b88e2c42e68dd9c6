"""Opens a trainer's workbook or CSV and gives its rows, as text from the first line.

A file that cannot be read at all gets one sentence (``UnusableInput``); what is wrong inside it
is collected, so that it can be mended in one go.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

from workbench.errors import DAMAGED_ZIP, UnusableInput
from workbench.training.authoring.layout import (
    CASES,
    CHOICES,
    INSTRUCTIONS,
    MOST_ROWS,
    QUESTIONS,
    SHEETS,
    letter_of,
)
from workbench.training.authoring.linter import Line, lint_lines
from workbench.training.authoring.tasks import Complaint, Task

_MOST_BYTES = 5_000_000
_MOST_INFLATED = 60_000_000
#: A sheet is held as a rectangle: one cell far out would ask for all the memory there is.
_MOST_COLUMNS = 200
_LONGEST_CELL = 100_000
_MOST_CELLS = 2_000_000
_COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ADDRESS = re.compile(
    rb"<(?:\w+:)?(?:c|row)\s(?:[^>]*?\s)?r\s*=\s*[\"']([A-Z]*)([0-9]+)[\"']", re.IGNORECASE
)

#: The reader makes room for as many texts as a part says it holds.
_COUNT = re.compile(rb"count\s*=\s*[\"']([0-9]+)[\"']", re.IGNORECASE)

_SAVE_AGAIN = "Simpan ulang sebagai .xlsx dari Excel atau LibreOffice, lalu pilih lagi."
_TOO_LONG = (
    "Lembar {sheet} memuat lebih dari {most} baris. Bagi menjadi beberapa berkas dan hapus baris "
    "kosong yang berformat di bawah."
)


@dataclass(frozen=True)
class _Grid:
    """A sheet as text; ``dates`` and ``merged`` (top, left, bottom, right) count from 0."""

    name: str
    rows: Sequence[Sequence[str]]
    dates: frozenset[tuple[int, int]] = frozenset()
    merged: Sequence[tuple[int, int, int, int]] = ()


def read_tasks(path: Path) -> tuple[list[Task], list[Complaint]]:
    """The tasks of a workbook (.xlsx) or a CSV, and what is wrong with its other rows.

    Every row that holds anything is either a task or complained of; of a sheet whose headers do
    not fit, no row is read and the headers are complained of. Raises ``UnusableInput`` for a
    file that cannot be read at all.
    """
    try:
        content = path.read_bytes() if path.stat().st_size <= _MOST_BYTES else None
    except OSError as error:
        raise UnusableInput(
            "Berkas tugas tidak dapat dibuka. Tutup berkasnya bila sedang terbuka, lalu pilih lagi."
        ) from error
    if content is None:
        raise UnusableInput(
            "Berkas tugas lebih besar dari 5 MB. Hapus gambar dan lembar lain, lalu pilih lagi."
        )
    if not content.strip():
        raise UnusableInput("Berkas tugas kosong. Unduh templat, isi barisnya, lalu pilih lagi.")
    is_table = path.suffix.lower() == ".csv" and not content.startswith((b"PK", _COMPOUND))
    return _read_grids([_csv_grid(content)] if is_table else _sheets(content))


def _read_grids(grids: Sequence[_Grid]) -> tuple[list[Task], list[Complaint]]:
    tasks: list[Task] = []
    complaints: list[Complaint] = []
    seen: set[str] = set()
    for grid in grids:
        sheet = _known_name(grid.name)
        if sheet in (INSTRUCTIONS, CHOICES):
            continue
        if sheet not in SHEETS:
            complaints.append(
                Complaint(
                    grid.name[:31],
                    0,
                    "",
                    "",
                    "Lembar ini tidak dikenal dan tidak dibaca.",
                    f"Pindahkan isinya ke lembar {CASES} atau {QUESTIONS}, lalu hapus lembar ini.",
                )
            )
            continue
        seen.add(sheet)
        more_tasks, more_complaints = _read_sheet(sheet, grid)
        tasks += more_tasks
        complaints += more_complaints
    if not seen:
        raise UnusableInput(
            f"Lembar {CASES} dan {QUESTIONS} tidak ada. Unduh templat, pindahkan tugas Anda ke "
            "sana, lalu pilih lagi."
        )
    return tasks, complaints


def _known_name(name: str) -> str:
    known = (INSTRUCTIONS, CASES, QUESTIONS, CHOICES)
    return next((word for word in known if word.casefold() == name.strip().casefold()), "")


def _read_sheet(sheet: str, grid: _Grid) -> tuple[list[Task], list[Complaint]]:
    header = grid.rows[0] if grid.rows else ()
    if any(top == 0 for top, *_ in grid.merged):
        left = next(left for top, left, *_ in grid.merged if top == 0)
        return [], [
            Complaint(
                sheet,
                1,
                letter_of(left),
                "",
                "Sel pada baris judul digabung.",
                "Batalkan penggabungan sel (Unmerge) dan tulis satu judul di tiap kolom.",
            )
        ]
    places, faults = _find_columns(sheet, header)
    if places is None:
        return [], faults
    titled = {place for place, text in enumerate(header) if text}
    lines = []
    for row, texts in enumerate(grid.rows[1:], start=1):
        if not any(texts):
            continue
        merged = next((left for top, left, low, _ in grid.merged if top <= row <= low), None)
        if merged is not None:
            faults.append(
                Complaint(
                    sheet,
                    row + 1,
                    letter_of(merged),
                    header[merged] if merged < len(header) else "",
                    "Sel pada baris ini digabung.",
                    "Batalkan penggabungan sel (Unmerge): satu baris satu tugas.",
                )
            )
            continue
        cells = {name: texts[place] if place < len(texts) else "" for name, place in places.items()}
        dates = frozenset(name for name, place in places.items() if (row, place) in grid.dates)
        strays = [place for place, text in enumerate(texts) if text and place not in titled]
        lines.append(Line(sheet, row + 1, cells, places, dates, strays))
    tasks, complaints = lint_lines(lines)
    return tasks, [*faults, *complaints]


def _find_columns(
    sheet: str, header: Sequence[str]
) -> tuple[dict[str, int] | None, list[Complaint]]:
    """Where each column stands, in the order of the template; None when one cannot be found."""
    columns = SHEETS[sheet]
    wanted = {_title(column.header) for column in columns}
    stands: dict[str, list[int]] = {}
    for place, text in enumerate(header):
        if text:
            stands.setdefault(_title(text), []).append(place)
    if not wanted & set(stands):
        names = ", ".join(column.header for column in columns)
        return None, [
            Complaint(
                sheet,
                1,
                "",
                "",
                "Baris judul kolom tidak ada.",
                f"Baris pertama harus berisi: {names}.",
            )
        ]
    faults, is_whole = [], True
    places: dict[str, int] = {}
    for number, column in enumerate(columns):
        found = stands.get(_title(column.header), [])
        if len(found) == 1:
            places[column.name] = found[0]
            continue
        is_whole = False
        stray = header[number] if number < len(header) else ""
        at, said = number, "Judul kolom ini tidak ada."
        if found:
            at, said = found[1], "Judul kolom ini ada dua kali."
        elif stray and _title(stray) not in wanted:
            said = f"Judul kolom ini diubah menjadi “{_short(stray)}”."
        mend = f"Tulis judul {column.header}, persis seperti di templat, satu kali saja."
        faults.append(Complaint(sheet, 1, letter_of(at), column.header, said, mend))
    # A renamed header is spoken of above, under the name it should have.
    spoken = {fault.column for fault in faults}
    for title, found in stands.items():
        for place in found if title not in wanted else ():
            if letter_of(place) not in spoken:
                faults.append(
                    Complaint(
                        sheet,
                        1,
                        letter_of(place),
                        _short(header[place]),
                        "Kolom ini tidak ada di templat dan tidak dibaca.",
                        "Hapus kolomnya.",
                    )
                )
    return (places if is_whole else None), faults


def _title(text: str) -> str:
    return " ".join(text.casefold().strip(" *:").split())


def _short(text: str) -> str:
    return re.sub(r"\d{4,}", "••••", text[:30])


def _sheets(content: bytes) -> list[_Grid]:
    import python_calamine as calamine

    _refuse_other_kinds(content)
    try:
        with calamine.load_workbook(io.BytesIO(content)) as book:
            return [
                _grid(about.name, book)
                for about in book.sheets_metadata
                if about.typ == calamine.SheetTypeEnum.WorkSheet
            ]
    except (calamine.CalamineError, OSError, ValueError, zipfile.BadZipFile) as error:
        raise UnusableInput(f"Berkas tugas rusak dan tidak dapat dibaca. {_SAVE_AGAIN}") from error


def _refuse_other_kinds(content: bytes) -> None:
    """Raise for what is no .xlsx, is locked, or would fill the memory."""
    if content.startswith(_COMPOUND):
        if _ENCRYPTED in content:
            raise UnusableInput(
                "Berkas tugas terkunci kata sandi. Simpan salinan tanpa sandi, lalu pilih lagi."
            )
        raise UnusableInput(f"Berkas tugas berbentuk Excel lama (.xls). {_SAVE_AGAIN}")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if not any(part.filename == "xl/workbook.xml" for part in parts):
                raise UnusableInput(f"Berkas ini bukan buku kerja .xlsx. {_SAVE_AGAIN}")
            if sum(part.file_size for part in parts) > _MOST_INFLATED:
                raise UnusableInput(
                    "Isi berkas tugas terlalu besar. Hapus gambar dan lembar lain, lalu pilih lagi."
                )
            for part in parts:
                if part.filename.endswith(".xml"):
                    _refuse_claims(archive.read(part))
    except (*DAMAGED_ZIP, OSError) as error:
        raise UnusableInput(f"Berkas ini bukan buku kerja .xlsx. {_SAVE_AGAIN}") from error


def _refuse_claims(part: bytes) -> None:
    """Raise for a part that would have the reader ask for more memory than there is."""
    if any(int(count) > _MOST_CELLS for count in _COUNT.findall(part)):
        raise UnusableInput(f"Berkas tugas rusak dan tidak dapat dibaca. {_SAVE_AGAIN}")
    right = bottom = 0
    for letters, row in _ADDRESS.findall(part):
        right, bottom = max(right, _place_of(letters.upper()) + 1), max(bottom, int(row))
    if right > _MOST_COLUMNS or right * bottom > _MOST_CELLS:
        raise UnusableInput(
            "Ada sel terisi jauh di kanan atau di bawah tugas. Hapus isi di luar templat, lalu "
            "pilih lagi."
        )


def _place_of(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place - 1


def _grid(name: str, book: Any) -> _Grid:
    if _known_name(name) not in SHEETS:
        return _Grid(name, ())
    sheet = book.get_sheet_by_name(name)
    if sheet.start is None:
        return _Grid(name, ())
    if sheet.total_height + 1 > MOST_ROWS:
        raise UnusableInput(_TOO_LONG.format(sheet=_known_name(name), most=MOST_ROWS))
    cells = sheet.to_python(skip_empty_area=False)
    eaten = frozenset(
        (row, column)
        for row, values in enumerate(cells)
        for column, value in enumerate(values)
        if isinstance(value, (date, time, timedelta))
    )
    merged = [(*start, *end) for start, end in sheet.merged_cell_ranges or ()]
    return _Grid(name, [[_text(value) for value in row] for row in cells], eaten, merged)


def _csv_grid(content: bytes) -> _Grid:
    try:
        is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        text = content.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    first = text.lstrip().partition("\n")[0]
    separator = max(";,\t", key=first.count)
    try:
        rows = list(_few(csv.reader(io.StringIO(text, newline=""), delimiter=separator)))
        if any(len(cell) > _LONGEST_CELL for row in rows for cell in row):
            raise csv.Error("a quotation mark that is never closed")
    except csv.Error as error:
        raise UnusableInput(
            "Berkas CSV rusak dan tidak dapat dibaca. Simpan ulang sebagai .xlsx, lalu pilih lagi."
        ) from error
    titles = {_title(cell) for cell in rows[0]} if rows else set()
    fits = {
        sheet: len(titles & {_title(column.header) for column in columns})
        for sheet, columns in SHEETS.items()
    }
    return _Grid(max(fits, key=lambda sheet: fits[sheet]), rows)


def _few(rows: Iterable[Sequence[str]]) -> Iterator[list[str]]:
    for number, row in enumerate(rows):
        if number >= MOST_ROWS:
            raise UnusableInput(_TOO_LONG.format(sheet="CSV", most=MOST_ROWS))
        yield [_text(cell) for cell in row[:_MOST_COLUMNS]]


def _text(value: object) -> str:
    """A cell as text: one space where there were several, nothing unseen, whole numbers whole."""
    if isinstance(value, float):
        value = f"{value:.0f}" if value.is_integer() else f"{value}".replace(".", ",")
    shown = (
        " " if char.isspace() else "" if unicodedata.category(char) in ("Cc", "Cf", "Cs") else char
        for char in unicodedata.normalize("NFC", str(value))
    )
    return " ".join("".join(shown).split())

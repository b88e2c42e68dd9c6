"""Opening what offices send: workbooks and text tables, as sheets of cells with their types.

A number is told from text here, before anything else looks at a cell: as text a rounded NIK looks
like any other. What the cells mean is left to the modules beside this one.
"""

from __future__ import annotations

import csv
import gc
import hashlib
import io
import os
import re
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import python_calamine

from workbench.errors import UnusableInput

Cell = Any  # str, int, float, bool, date, datetime, time or timedelta
Rows = list[list[Cell]]

SEPARATORS = (",", ";", "\t", "|")
#: More than this unpacked is not a list of one city; it would fill the memory first.
MOST_UNPACKED_BYTES = 3_000_000_000
#: A forgotten cell in the last corner of a sheet would make it this large.
MOST_CELLS = 150_000_000

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SAMPLE = 1 << 16


@dataclass(frozen=True)
class RawSheet:
    """One sheet: ``rows[0]`` is row 1; rows of a text file may differ in length.

    ``hidden_rows`` are 1-based and known for XLSX only. ``merged`` are ranges of 0-based
    ((row, column), (row, column)), both ends included.
    """

    name: str
    rows: Rows
    hidden_rows: frozenset[int] = frozenset()
    merged: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = ()
    is_text: bool = False


@dataclass(frozen=True)
class Source:
    """One file: its sheets, and the sheets left out with an Indonesian reason each."""

    name: str
    sha256: str
    sheets: tuple[RawSheet, ...]
    left_out: tuple[tuple[str, str], ...] = ()
    hidden_sheets: int = 0
    notes: tuple[str, ...] = field(default=())


_STDERR = threading.Lock()


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep the reader's own cry over a damaged file off the terminal; all else is passed on.

    The reader is compiled code that writes to file descriptor 2 before its error reaches us.
    """
    with _STDERR:
        try:
            shown = os.dup(2)
        except OSError:  # no standard error at all
            yield
            return
        with tempfile.TemporaryFile() as held:
            os.dup2(held.fileno(), 2)
            try:
                yield
            finally:
                os.dup2(shown, 2)
                os.close(shown)
                held.seek(0)
                text = held.read()
                if text and b"panicked at" not in text:
                    os.write(2, text)


@contextmanager
def many_objects() -> Iterator[None]:
    """Hold the garbage collector still: it would look at millions of cells over and over."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def open_source(
    path: Path, rate_header: Callable[[Sequence[str]], float], most_rows: int | None = None
) -> Source:
    """Open a workbook or a text table, by its content and not by its ending.

    ``rate_header`` says how much a row of texts looks like a header; it chooses the separator of
    a text file. ``most_rows`` stops early (for a preview). Raises ``UnusableInput``.
    """
    name = path.name
    try:
        if path.is_dir():
            raise UnusableInput(f"{name} adalah folder, bukan berkas; pilih berkas daftarnya.")
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise UnusableInput(
            f"Berkas {name} tidak ditemukan; periksa nama dan tempatnya."
        ) from error
    except OSError as error:
        raise UnusableInput(
            f"Berkas {name} tidak dapat dibuka; periksa izin membacanya, lalu ulangi."
        ) from error
    if not content.strip(b"\x00 \t\r\n"):
        raise UnusableInput(f"Berkas {name} kosong; pilih berkas yang berisi daftar.")
    digest = hashlib.sha256(content).hexdigest()
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        _refuse_unfit_archive(name, content)
        return _open_workbook(name, content, digest, most_rows)
    if content.startswith(_OLE):
        if _ENCRYPTED in content:
            raise UnusableInput(_locked(name))
        return _open_workbook(name, content, digest, most_rows)
    return _open_text(name, content, digest, rate_header, most_rows)


# --- workbooks -----------------------------------------------------------------------------


def _locked(name: str) -> str:
    return (
        f"Berkas {name} dikunci dengan kata sandi; buka di aplikasi lembar kerja, simpan tanpa "
        "kata sandi, lalu unggah lagi."
    )


def _damaged(name: str) -> str:
    return (
        f"Berkas {name} rusak dan tidak dapat dibuka; minta berkas aslinya, atau buka dan simpan "
        "ulang sebagai .xlsx."
    )


def _refuse_unfit_archive(name: str, content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            members = {entry.filename for entry in entries}
            locked = any(entry.flag_bits & 1 for entry in entries)
            if "META-INF/manifest.xml" in members:
                locked = locked or b"encryption-data" in archive.read("META-INF/manifest.xml")
    except Exception as error:  # zipfile, zlib and lzma each raise errors of their own
        raise UnusableInput(_damaged(name)) from error
    if locked:
        raise UnusableInput(_locked(name))
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED_BYTES:
        raise UnusableInput(
            f"Berkas {name} terlalu besar setelah dibuka; pecah menjadi beberapa berkas, "
            "misalnya satu berkas per kecamatan."
        )
    if any(member.startswith("word/") for member in members):
        raise UnusableInput(
            f"Berkas {name} adalah dokumen Word, bukan daftar; salin tabelnya ke lembar kerja "
            "dan simpan sebagai .xlsx."
        )
    is_workbook = any(member.startswith("xl/") for member in members) or "content.xml" in members
    if not is_workbook:
        raise UnusableInput(
            f"Berkas {name} adalah arsip ZIP, bukan daftar; buka arsipnya dan pilih berkas "
            "daftar di dalamnya."
        )


def _open_workbook(name: str, content: bytes, digest: str, most_rows: int | None) -> Source:
    hidden_rows: dict[str, frozenset[int]] = {}
    if content.startswith(b"PK") and most_rows is None:
        hidden_rows = _find_hidden_rows(name, content)
    try:
        with _quietly():
            workbook = python_calamine.load_workbook(io.BytesIO(content))
            return _read_sheets(workbook, name, digest, hidden_rows, most_rows)
    except UnusableInput:
        raise
    except python_calamine.PasswordError as error:
        raise UnusableInput(_locked(name)) from error
    except MemoryError as error:
        raise UnusableInput(
            f"Berkas {name} terlalu besar untuk mesin ini; pecah menjadi beberapa berkas."
        ) from error
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # a panic in the reader is no ordinary Exception
        raise UnusableInput(_damaged(name)) from error


def _read_sheets(
    workbook: Any,
    name: str,
    digest: str,
    hidden_rows: dict[str, frozenset[int]],
    most_rows: int | None,
) -> Source:
    sheets: list[RawSheet] = []
    left_out: list[tuple[str, str]] = []
    hidden_sheets = 0
    for place, about in enumerate(workbook.sheets_metadata):
        if about.typ != python_calamine.SheetTypeEnum.WorkSheet:
            left_out.append((about.name, "bukan lembar berisi sel"))
            continue
        if about.visible != python_calamine.SheetVisibleEnum.Visible:
            hidden_sheets += 1
            left_out.append((about.name, "lembar tersembunyi"))
            continue
        sheet = workbook.get_sheet_by_index(place)
        if sheet.total_height * sheet.total_width > MOST_CELLS:
            raise UnusableInput(_stray_cell(name, about.name))
        rows = sheet.to_python(skip_empty_area=False, nrows=most_rows)
        if not any(cell != "" for row in rows for cell in row):
            left_out.append((about.name, "lembar kosong"))
            continue
        merged = tuple(sheet.merged_cell_ranges or ())
        sheets.append(RawSheet(about.name, rows, hidden_rows.get(about.name, frozenset()), merged))
    if not sheets:
        what = "hanya memuat lembar tersembunyi" if hidden_sheets else "tidak memuat isi"
        raise UnusableInput(
            f"Berkas {name} {what}; pilih berkas dengan lembar daftar yang terlihat dan terisi."
        )
    return Source(name, digest, tuple(sheets), tuple(left_out), hidden_sheets)


_ROW_TAG = re.compile(rb"<(?:x:)?row\b[^>]*\bhidden=\"(?:1|true)\"[^>]*>")
_ROW_NUMBER = re.compile(rb"\br=\"(\d+)\"")
_DIMENSION = re.compile(rb"<(?:x:)?dimension ref=\"[A-Z]+\d+:([A-Z]+)(\d+)\"")


def _find_hidden_rows(name: str, content: bytes) -> dict[str, frozenset[int]]:
    """Row numbers a filter or a hand has hidden, by sheet; the reader itself does not say."""
    found: dict[str, frozenset[int]] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for sheet, member in _sheet_members(archive).items():
                rows: set[int] = set()
                rest = b""
                with archive.open(member) as stream:
                    first = True
                    while chunk := stream.read(1 << 20):
                        text = rest + chunk
                        if first:
                            _refuse_stray_corner(name, sheet, text)
                            first = False
                        if b"hidden=" in text:
                            for tag in _ROW_TAG.findall(text):
                                number = _ROW_NUMBER.search(tag)
                                if number:
                                    rows.add(int(number.group(1)))
                        cut = text.rfind(b"<")
                        rest = text[cut:] if 0 <= len(text) - cut < 4096 else b""
                found[sheet] = frozenset(rows)
    except UnusableInput:
        raise
    except Exception:
        # Only a courtesy: a workbook the reader can open is not turned away for this.
        return found
    return found


def _stray_cell(name: str, sheet: str) -> str:
    return (
        f"Lembar {sheet} pada berkas {name} memuat sel terpencil jauh di luar daftar; salin "
        "daftarnya saja ke berkas baru, lalu unggah lagi."
    )


def _refuse_stray_corner(name: str, sheet: str, start: bytes) -> None:
    dimension = _DIMENSION.search(start)
    if dimension is None:
        return
    width = 0
    for letter in dimension.group(1):
        width = width * 26 + letter - 64
    if width * int(dimension.group(2)) > MOST_CELLS:
        raise UnusableInput(_stray_cell(name, sheet))


def _sheet_members(archive: zipfile.ZipFile) -> dict[str, str]:
    """Archive member of every sheet of an XLSX; empty for other kinds."""
    if "xl/workbook.xml" not in archive.namelist():
        return {}
    targets: dict[str, str] = {}
    for relation in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels")):
        target = relation.get("Target", "")
        targets[relation.get("Id", "")] = (
            target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        )
    members = {}
    for node in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():
        if node.tag.rsplit("}", 1)[-1] != "sheet":
            continue
        identity = next((v for k, v in node.attrib.items() if k.endswith("}id")), "")
        member = targets.get(identity, "")
        if member.endswith(".xml") and member in archive.namelist():
            members[node.get("name", "")] = member
    return members


# --- text tables ---------------------------------------------------------------------------


def _decode(content: bytes) -> tuple[str, str]:
    """The text of a file and the name of its encoding; never fails."""
    if content.startswith(b"\xef\xbb\xbf"):
        return content[3:].decode("utf-8", "replace"), "UTF-8"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace"), "UTF-16"
    sample = content[:4096]
    half = max(1, len(sample) // 2)
    if sample[1::2].count(0) > half * 0.4 and sample[0::2].count(0) < half * 0.1:
        return content.decode("utf-16-le", "replace"), "UTF-16"
    if sample[0::2].count(0) > half * 0.4 and sample[1::2].count(0) < half * 0.1:
        return content.decode("utf-16-be", "replace"), "UTF-16"
    try:
        return content.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError:
        # Five bytes have no letter there; the rest of the list is worth reading all the same.
        return content.decode("cp1252", "replace"), "Windows-1252"


def _refuse_unfit_text(name: str, content: bytes, text: str) -> None:
    start = text[:4000].lstrip("\ufeff \t\r\n").lower()
    if content.startswith(b"%PDF"):
        raise UnusableInput(
            f"Berkas {name} adalah PDF, bukan daftar; minta berkas lembar kerjanya (.xlsx atau "
            ".csv)."
        )
    if start.startswith("<") and ("<html" in start or "<table" in start or "<!doctype" in start):
        raise UnusableInput(
            f"Berkas {name} sebenarnya halaman web, bukan lembar kerja; buka di aplikasi lembar "
            "kerja, simpan sebagai .xlsx, lalu unggah lagi."
        )
    if start.startswith("<?xml") or start.startswith("{") or start.startswith("[{"):
        raise UnusableInput(
            f"Berkas {name} bukan daftar yang dikenal; simpan sebagai .xlsx atau .csv, lalu "
            "unggah lagi."
        )
    sample = text[:_SAMPLE]
    strange = sum(1 for c in sample if (c < " " and c not in "\t\r\n\f\x1a") or c == "\x7f")
    if strange > 0.01 * max(1, len(sample)):
        raise UnusableInput(
            f"Berkas {name} bukan daftar; pilih lembar kerja (.xlsx, .xls, .xlsb, .ods) atau "
            "berkas teks (.csv)."
        )


def _open_text(
    name: str,
    content: bytes,
    digest: str,
    rate_header: Callable[[Sequence[str]], float],
    most_rows: int | None,
) -> Source:
    text, encoding = _decode(content)
    _refuse_unfit_text(name, content, text)
    text = text.replace("\x00", "").rstrip("\x1a")
    if not text.strip():
        raise UnusableInput(f"Berkas {name} kosong; pilih berkas yang berisi daftar.")
    separator = _choose_separator(text, rate_header)
    rows = _cut(text, separator, most_rows)
    words = {",": "koma", ";": "titik koma", "\t": "tab", "|": "garis tegak"}[separator]
    note = f"Berkas {name} dibaca sebagai teks {encoding} dengan pemisah {words}."
    return Source(name, digest, (RawSheet("", rows, is_text=True),), notes=(note,))


def _choose_separator(text: str, rate_header: Callable[[Sequence[str]], float]) -> str:
    """The separator whose cutting gives the best header row, then the most columns."""
    lines = text[: 4 * _SAMPLE].splitlines()[:60]
    best = (-1.0, -1, ",")
    for separator in SEPARATORS:
        rated, widest = 0.0, 0
        for row in _cut_lines(lines, separator):
            rated = max(rated, rate_header([str(cell) for cell in row]))
            widest = max(widest, len(row))
        if (rated, widest) > best[:2]:
            best = (rated, widest, separator)
    return best[2]


def _cut(text: str, separator: str, most_rows: int | None) -> Rows:
    """Cut a text into rows; a stray quote must not swallow the lines after it."""
    if most_rows is not None:
        return _cut_lines(text.splitlines()[:most_rows], separator)
    if '"' not in text:
        return [line.split(separator) if line else [] for line in _split_lines(text)]
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error:
        return _cut_lines(_split_lines(text), separator)
    widths: dict[int, int] = {}
    for row in rows[:500]:
        widths[len(row)] = widths.get(len(row), 0) + 1
    usual = max(widths, key=lambda width: widths[width]) if widths else 0
    for place, row in enumerate(rows):
        # A cell with line breaks is lawful in a title, and where the row has its usual width.
        breaks = max((cell.count("\n") for cell in row), default=0)
        is_title = place < 30 and sum(1 for cell in row if cell) <= 2 and breaks <= 5
        if breaks and not is_title and (len(row) != usual or breaks > 20):
            return _cut_lines(_split_lines(text), separator)
    return rows


def _split_lines(text: str) -> list[str]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if lines and not lines[-1]:
        lines.pop()
    return lines


def _cut_lines(lines: Sequence[str], separator: str) -> Rows:
    rows: Rows = []
    for line in lines:
        if '"' in line and line.count('"') % 2 == 0:
            try:
                rows.append(next(csv.reader([line], delimiter=separator), []))
                continue
            except csv.Error:
                pass
        rows.append(line.split(separator) if line else [])
    return rows

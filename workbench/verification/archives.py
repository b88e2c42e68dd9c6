"""ZIP files: those that hold lists, and those that a workbook is. Looked at before unpacking.

The reader of workbooks does not say which rows and columns are hidden, nor which formulas have no
result; that is read here from the sheets of an XLSX as they stream by.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from xml.etree import ElementTree

from workbench.errors import UnusableInput
from workbench.verification.sources import (
    MOST_CELLS,
    MOST_UNPACKED_BYTES,
    NotAList,
    damaged,
    locked,
    stray_cell,
    too_large,
    word_document,
)

#: Beyond these a member is made to unpack into nothing but size.
MOST_RATIO = 200
LEAST_JUDGED_BYTES = 50_000_000
MOST_MEMBERS = 1000


@contextmanager
def _opened(name: str, content: bytes) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield archive
    except UnusableInput:
        raise
    except Exception as error:  # zipfile, zlib and lzma each raise errors of their own
        raise UnusableInput(damaged(name)) from error


def is_workbook(name: str, content: bytes) -> bool:
    """Whether a ZIP is a workbook itself (else it may hold lists).

    Raises ``UnusableInput`` for one that is locked, damaged, a document, or would unpack into
    more than this machine should hold.
    """
    with _opened(name, content) as archive:
        entries = archive.infolist()
        members = {entry.filename for entry in entries}
        is_book = any(m.startswith("xl/") for m in members) or "content.xml" in members
        is_locked = any(entry.flag_bits & 1 for entry in entries)
        if sum(entry.file_size for entry in entries) > MOST_UNPACKED_BYTES or any(
            entry.file_size > max(LEAST_JUDGED_BYTES, MOST_RATIO * entry.compress_size)
            for entry in entries
        ):
            raise UnusableInput(too_large(name))
        if "META-INF/manifest.xml" in members and is_book:
            is_locked = is_locked or b"encryption-data" in archive.read("META-INF/manifest.xml")
    if is_locked and is_book:
        raise UnusableInput(locked(name))
    if is_locked:
        raise UnusableInput(
            f"Arsip {name} dikunci dengan kata sandi; buka arsipnya, lalu unggah daftarnya atau "
            "buat arsip tanpa kata sandi."
        )
    if any(member.startswith("word/") for member in members):
        raise NotAList(word_document(name))
    if any(member.startswith("ppt/") for member in members):
        raise NotAList(
            f"Berkas {name} adalah salindia, bukan daftar; minta berkas lembar kerjanya."
        )
    return is_book


def open_members(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file in a ZIP of lists, in the order of their names.

    What systems leave there by themselves is passed over. Raises ``UnusableInput``.
    """
    with _opened(name, content) as archive:
        entries = [
            (_true_name(entry), entry)
            for entry in archive.infolist()
            if not entry.is_dir() and entry.file_size
        ]
        entries = [(member, entry) for member, entry in entries if not _is_leftover(member)]
        if not entries:
            raise UnusableInput(
                f"Arsip {name} tidak memuat berkas apa pun; isi dengan daftarnya, lalu ulangi."
            )
        if len(entries) > MOST_MEMBERS:
            raise UnusableInput(
                f"Arsip {name} memuat lebih dari {MOST_MEMBERS} berkas; bagi menjadi beberapa "
                "arsip."
            )
        for member, entry in sorted(entries, key=lambda pair: pair[0]):
            yield member, archive.read(entry)


def _true_name(entry: zipfile.ZipInfo) -> str:
    """The name as it was meant: without a mark it is CP437 by the book and often UTF-8 in fact."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return entry.filename


def _is_leftover(member: str) -> bool:
    parts = member.split("/")
    last = parts[-1].lower()
    return (
        "__MACOSX" in parts or last.startswith((".", "~$")) or last in ("thumbs.db", "desktop.ini")
    )


# --- what an XLSX says beside its cells ----------------------------------------------------------


@dataclass
class SheetFacts:
    """Hidden rows and columns (1-based) and the number of formulas without a result."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    unsaved: int = 0


_ROW_TAG = re.compile(rb"<(?:x:)?row\b[^>]*\bhidden=\"(?:1|true)\"[^>]*>")
_ROW_NUMBER = re.compile(rb"\br=\"(\d+)\"")
_COLUMN_TAG = re.compile(rb"<(?:x:)?col\b[^>]*\bhidden=\"(?:1|true)\"[^>]*>")
_COLUMN_ENDS = re.compile(rb"\b(?:min|max)=\"(\d+)\"")
_ROW_NUMBER_OF = re.compile(rb"row [^>]*?r=\"(\d{1,8})\"")
#: Cells of columns beyond the twenty-sixth; nearer ones are counted as these without looking.
_FAR_COLUMN = re.compile(rb" r=\"([A-Z]{2,3})\d")
_NEAR_COLUMNS = 26
_SHEET_PART = re.compile(r"xl/worksheets/[^/]+\.xml")
_UNSAVED = re.compile(
    rb"(?:</(?:x:)?f>|<(?:x:)?f\b[^>]*/>)(?:<(?:x:)?v\s*/>|<(?:x:)?v></(?:x:)?v>)?</(?:x:)?c>"
)
_CHUNK = 1 << 20
#: What unpacking a damaged member may raise.
_UNREADABLE = (
    OSError,
    EOFError,
    ValueError,
    LookupError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
)
_OVERLAP = 4096


def read_facts(name: str, content: bytes, beat: Callable[[], None]) -> dict[str, SheetFacts]:
    """Facts by sheet name of an XLSX, none where it is of another kind or cannot be unpacked.

    A sheet that would not fit the memory is ``UnusableInput``.
    """
    found: dict[str, SheetFacts] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        try:
            members = _sheet_members(archive)
        except (ElementTree.ParseError, *_UNREADABLE):
            return found
        for sheet, member in members.items():
            found[sheet] = _read_sheet_facts(name, sheet, archive, member, beat)
        is_all = set(members.values()) >= {
            part for part in archive.namelist() if _SHEET_PART.fullmatch(part)
        }
    return found if is_all else {}


def _chunks(archive: zipfile.ZipFile, member: str) -> Iterator[bytes]:
    """A member piece by piece, as far as it can be unpacked."""
    try:
        with archive.open(member) as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk
    except _UNREADABLE:
        return


def _read_sheet_facts(
    name: str, sheet: str, archive: zipfile.ZipFile, member: str, beat: Callable[[], None]
) -> SheetFacts:
    facts = SheetFacts()
    rest = b""
    rows = width = 0
    for chunk in _chunks(archive, member):
        text = rest + chunk
        rows = max(rows, *map(int, _ROW_NUMBER_OF.findall(text)), 0)
        width = max(width, *map(_column_number, _FAR_COLUMN.findall(text)), _NEAR_COLUMNS)
        if rows * width > MOST_CELLS:
            raise UnusableInput(stray_cell(name, sheet))
        if b"hidden=" in text:
            for tag in _ROW_TAG.findall(text):
                number = _ROW_NUMBER.search(tag)
                if number:
                    facts.hidden_rows.add(int(number.group(1)))
            for tag in _COLUMN_TAG.findall(text):
                ends = [int(end) for end in _COLUMN_ENDS.findall(tag)]
                if ends:
                    facts.hidden_columns.update(range(min(ends), min(max(ends), 16384) + 1))
        # A cell cut in two by the chunk is looked at with the next one.
        cut = max(text.rfind(b"<c "), text.rfind(b"<row"))
        rest = text[cut:] if 0 <= len(text) - cut < _OVERLAP and cut >= 0 else b""
        if b"<f" in text:
            facts.unsaved += len(_UNSAVED.findall(text, 0, len(text) - len(rest)))
        beat()
    facts.unsaved += len(_UNSAVED.findall(rest))
    return facts


def _column_number(letters: bytes) -> int:
    width = 0
    for letter in letters:
        width = width * 26 + letter - 64
    return width


def has_outside_links(content: bytes) -> bool:
    """Whether a workbook refers to other files; they are never opened."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return any(member.startswith("xl/externalLinks/") for member in archive.namelist())


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

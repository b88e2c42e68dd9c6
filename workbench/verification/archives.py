"""ZIP files: those that hold lists, and those that a workbook is. Looked at before unpacking.

The reader of workbooks does not say which rows and columns are hidden, nor which formulas have no
result; that is read here from the sheets of an XLSX as they stream by, where they could not be
made small.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from xml.parsers import expat

from workbench.errors import DAMAGED_ZIP, UnusableInput
from workbench.verification.opening import MOST_CELLS, SheetFacts
from workbench.verification.shrinking import HIDDEN, UNSAVED, find_hidden_columns
from workbench.verification.sources import (
    MOST_UNPACKED_BYTES,
    NotAList,
    damaged,
    locked,
    too_large,
    word_document,
)

#: Beyond these a member is made to unpack into nothing but size.
MOST_RATIO = 200
LEAST_JUDGED_BYTES = 50_000_000
MOST_MEMBERS = 1000
#: What a small list unpacks to, and the most that is read of a part that only describes it.
MOST_PLAIN_BYTES = 2_000_000


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
            is_locked = is_locked or _is_encrypted(archive)
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


def _is_encrypted(archive: zipfile.ZipFile) -> bool:
    with archive.open("META-INF/manifest.xml") as manifest:
        return b"encryption-data" in manifest.read(MOST_PLAIN_BYTES)


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


_ROW_TAG = re.compile(rf"<(?:x:)?row\b[^<>]*{HIDDEN}[^<>]*>".encode())
_ROW_NUMBER = re.compile(rb"\br=\"(\d{1,7})\"")
_UNSAVED = re.compile(UNSAVED.encode())
#: Cells of rows far down and columns beyond the twenty-sixth, nearer ones count as these.
_FAR_ROW = re.compile(rb"\br\s*=\s*[\"'][A-Za-z]*(\d{1,8})[\"']")
_FAR_COLUMN = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]{2,7})\d")
_NEAR_COLUMNS = 26
_CHUNK = 1 << 20
_OVERLAP = 4096


def find_sheets(content: bytes) -> dict[str, str]:
    """Archive member of every sheet of an XLSX by its name; empty for other kinds."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return _sheet_members(archive)


def find_endless_sheet(content: bytes, beat: Callable[[], None]) -> str | None:
    """The first sheet of an XLSX with a cell so far out that no memory would hold the sheet."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for sheet, member in _sheet_members(archive).items():
            rows, width = 0, _NEAR_COLUMNS
            for text in _overlapping(archive, member):
                rows = max(rows, *map(int, _FAR_ROW.findall(text)), 0)
                width = max(width, *map(_column_number, _FAR_COLUMN.findall(text)), 0)
                beat()
            if rows * width > MOST_CELLS:
                return sheet
    return None


def _overlapping(archive: zipfile.ZipFile, member: str) -> Iterator[bytes]:
    """A member piece by piece, as far as it can be unpacked; no tag of a cell is cut in two."""
    rest = b""
    try:
        with archive.open(member) as stream:
            while chunk := stream.read(_CHUNK):
                text = rest + chunk
                cut = max(text.rfind(b"<c "), text.rfind(b"<row"))
                rest = text[cut:] if 0 <= len(text) - cut < _OVERLAP and cut >= 0 else b""
                yield text[: len(text) - len(rest)]
    except (*DAMAGED_ZIP, OSError):
        pass
    yield rest


def read_facts(content: bytes, member: str, beat: Callable[[], None]) -> SheetFacts:
    """Facts of a sheet of an XLSX, as far as it can be unpacked."""
    hidden_rows: set[int] = set()
    hidden_columns: set[int] = set()
    unsaved = 0
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for text in _overlapping(archive, member):
            if b"hidden=" in text:
                for tag in _ROW_TAG.findall(text):
                    number = _ROW_NUMBER.search(tag)
                    if number:
                        hidden_rows.add(int(number.group(1)))
                hidden_columns |= find_hidden_columns(text)
            if b"<f" in text or b"<x:f" in text:
                unsaved += len(_UNSAVED.findall(text))
            beat()
    return SheetFacts(frozenset(hidden_rows), frozenset(hidden_columns), unsaved)


def _column_number(letters: bytes) -> int:
    width = 0
    for letter in letters.upper():
        width = width * 26 + letter - 64
    return width


def has_outside_links(content: bytes) -> bool:
    """Whether a workbook refers to other files; they are never opened."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return any(member.startswith("xl/externalLinks/") for member in archive.namelist())


def _sheet_members(archive: zipfile.ZipFile) -> dict[str, str]:
    """Archive member of every sheet of an XLSX; empty for other kinds."""
    parts = archive.namelist()
    if "xl/workbook.xml" not in parts:
        return {}
    try:
        targets: dict[str, str] = {}
        for _, relation in _elements(archive, "xl/_rels/workbook.xml.rels"):
            target = relation.get("Target", "")
            targets[relation.get("Id", "")] = (
                target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            )
        members = {}
        for tag, node in _elements(archive, "xl/workbook.xml"):
            if tag == "sheet":
                identity = next((v for k, v in node.items() if k.endswith(":id")), "")
                member = targets.get(identity, "")
                if member.endswith(".xml") and member in parts:
                    members[node.get("name", "")] = member
    except (_Odd, expat.ExpatError, *DAMAGED_ZIP, OSError):
        return {}
    return members


# --- which workbooks hold no surprise ------------------------------------------------------------

_READ_PARTS = re.compile(r"xl/[^/]+\.xml|.*\.rels|xl/worksheets/.*")
_PLAIN_CELL = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_END_OF_ZIP = 22
#: An extra field that gives an entry another name.
_OTHER_NAME = b"up"


class _Odd(Exception):
    """A part of a workbook that no office program writes."""


Elements = list[tuple[str, dict[str, str]]]


def _elements(archive: zipfile.ZipFile, member: str) -> Elements:
    """Every element of a small part: its name without prefix, and its attributes.

    Raises ``_Odd`` for one that could unfold or be read two ways, ``ExpatError`` for a broken one.
    """
    if archive.getinfo(member).file_size > MOST_PLAIN_BYTES:
        raise _Odd
    part = archive.read(member)
    found: Elements = []

    def begin(tag: str, attributes: dict[str, str]) -> None:
        found.append((tag.rpartition(":")[2], attributes))

    def declare(_version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.upper() != "UTF-8":
            raise _Odd

    def refuse(*_: object) -> None:
        raise _Odd

    if b"\0" in part or part.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _Odd
    parser = expat.ParserCreate()
    parser.StartElementHandler = begin
    parser.XmlDeclHandler = declare
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(part, True)
    return found


def is_plain(name: str, content: bytes) -> bool:
    """Whether an XLSX is small and every cell says where it stands, in order and near the others.

    Nothing in such a file can make the reader ask for more memory than the file is worth. Raises
    ``UnusableInput`` where a part of a small one cannot be unpacked.
    """
    length, start = struct.unpack("<LL", content[-10:-2])
    if start + length + _END_OF_ZIP != len(content) or content[-2:] != b"\0\0":
        return False  # more than one directory could be found in it
    with _opened(name, content) as archive:
        entries = archive.infolist()
        names = {entry.filename.lower() for entry in entries}
        if (
            sum(entry.file_size for entry in entries) > MOST_PLAIN_BYTES
            or len(names) < len(entries)
            or "xl/workbook.xml" not in names
            or any("\\" in entry.filename or _OTHER_NAME in entry.extra for entry in entries)
        ):
            return False
        try:
            return all(
                _is_plain_part(_elements(archive, entry.filename))
                for entry in entries
                if _READ_PARTS.fullmatch(entry.filename.lower())
            )
        except (_Odd, expat.ExpatError):
            return False


def _is_plain_part(elements: Elements) -> bool:
    row = right = 0
    for tag, attributes in elements:
        if tag == "c":
            at = _PLAIN_CELL.fullmatch(attributes.get("r", ""))
            if at is None or int(at.group(2)) < row:
                return False
            row = int(at.group(2))
            right = max(right, _column_number(at.group(1).encode()))
    return row * right <= MOST_CELLS

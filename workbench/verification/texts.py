"""Text tables: whatever separates their cells and however their letters are stored."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence

from workbench.errors import UnusableInput
from workbench.verification import pages
from workbench.verification.sources import NotAList, RawSheet, Rows, empty, unknown_kind

SEPARATORS = (",", ";", "\t", "|")
_WORDS = {",": "koma", ";": "titik koma", "\t": "tab", "|": "garis tegak"}
_SAMPLE = 1 << 16


def read_text(
    name: str,
    content: bytes,
    rate_header: Callable[[Sequence[str]], float],
    most_rows: int | None,
) -> tuple[tuple[RawSheet, ...], str]:
    """The sheets of a text file (several where a web page has several tables), and how it was read.

    Raises ``UnusableInput``.
    """
    text, encoding = _decode(content)
    start = text[:4000].lstrip("\ufeff \t\r\n").lower()
    if start.startswith("<"):
        return pages.read_page(name, text, start, most_rows)
    if start.startswith(("{", "[{")):
        raise NotAList(
            f"Berkas {name} bukan daftar yang dikenal; simpan sebagai .xlsx atau .csv, lalu "
            "unggah lagi."
        )
    sample = text[:_SAMPLE]
    strange = sum(1 for c in sample if (c < " " and c not in "\t\r\n\f\x1a") or c == "\x7f")
    if strange > 0.01 * max(1, len(sample)):
        raise NotAList(unknown_kind(name))
    text = text.replace("\x00", "").rstrip("\x1a")
    if not text.strip():
        raise UnusableInput(empty(name))
    separator = _choose_separator(text, rate_header)
    rows = _cut(text, separator, most_rows)
    words = _WORDS[separator]
    note = f"Berkas {name} dibaca sebagai teks {encoding} dengan pemisah {words}."
    return (RawSheet("", rows, is_text=True),), note


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

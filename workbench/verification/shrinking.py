"""An XLSX made small before the reader sees it: each different cell of a column once.

Lists repeat themselves, and the reader takes its time over every cell. A sheet is only cut at its
cells here, and put together again; what a cell holds stays the reader's business, who finds the
different ones in place of the sheet. A sheet of an unusual shape is left as it is. Runs in the
process of ``opening`` and, like it, imports nothing of ours.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Numbers = npt.NDArray[np.signedinteger[Any]]
Mask = npt.NDArray[np.bool_]

#: Cells in a row of a small sheet, whatever column they are from.
_WIDTH = 256
_MOST_COLUMNS = 16_384
_CHUNK = 1 << 20
_MOST_HEAD = 2_000_000
_MOST_ROW = 4_000_000
#: A sheet with fewer repetitions costs more to shrink than it saves, unless it is short.
_MOST_DIFFERENT = 0.5
#: Every column of every piece costs; a list is no wider.
_WIDEST = 256
_FEW = 10_000

# No tag holds another: a pattern that stops at "<" takes no longer on a file made to delay it.
HIDDEN = r"\bhidden=\"(?:1|true)\""
UNSAVED = r"(?:</(?:x:)?f>|<(?:x:)?f\b[^<>]*/>)(?:<(?:x:)?v\s*/>|<(?:x:)?v></(?:x:)?v>)?</(?:x:)?c>"
_COLUMN_TAG = re.compile(rf"<(?:x:)?col\b[^<>]*{HIDDEN}[^<>]*>".encode())
_COLUMN_ENDS = re.compile(rb"\b(?:min|max)=\"(\d{1,5})\"")

_CELL = (
    r'^(?: (?:s|t|cm|vm|ph)="[^"<>&]*")*(?:/>|>'
    r"(?:<f(?: [^<>]*)?/>|<f(?: [^<>]*[^<>/])?>[^<]*</f>)?"
    r'(?:<v>[^<]*</v>|<v/>|<is><t(?: xml:space="preserve")?>[^<]*</t></is>)?</c>)$'
)
_ROW = r'^(?: [A-Za-z0-9:]+="[^"<>&]*")*/?>$'
_BEGIN, _END = b"<sheetData>", b"</sheetData>"
_HEAD_OF_ROW, _HEAD_OF_CELL, _END_OF_ROW = b'<row r="', b'<c r="', b"</row>"
_MARK = "lembar kecil "


class _Unusual(Exception):
    """A sheet that is not written as office programs write one."""


@dataclass(frozen=True)
class Repeats:
    """Where the different cells of one column stand: cell ``which[i]`` in row ``rows[i]``.

    Rows are 0-based; the first of its ``count`` cells is number ``start`` of the sheet's.
    """

    start: int
    count: int
    which: Numbers
    rows: Numbers


@dataclass
class Shrunk:
    """A sheet that a small one stands for: its columns from A on, and what it says beside them.

    ``mark`` fills the first and the last row of the small sheet, so that it is known again.
    """

    mark: str
    columns: list[Repeats] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    unsaved: int = 0

    def unfold(self, rows: Iterable[Sequence[Any]]) -> list[Any]:
        """The different cells from the rows of the small sheet; raises ``ValueError``."""
        cells = [cell for row in rows for cell in row]
        count = sum(column.count for column in self.columns)
        marks = [self.mark] * _WIDTH
        height = 2 + -(-count // _WIDTH)
        if len(cells) != height * _WIDTH or not cells[:_WIDTH] == cells[-_WIDTH:] == marks:
            raise ValueError
        return cells[_WIDTH:-_WIDTH]


def is_mark(text: str) -> bool:
    """Whether the first cell of a sheet is the mark of a small one."""
    return text.startswith(_MARK)


def shrink(content: bytes, members: Mapping[str, str]) -> tuple[bytes, dict[str, Shrunk]]:
    """An XLSX with its sheets made small, and by name the sheets for which that could be done.

    ``members`` are the parts of the archive by sheet name. A small sheet holds a row of marks,
    the different cells of the first column, of the second and so on, and a row of marks. Raises
    what ``zipfile`` raises.
    """
    held = io.BytesIO(content)
    shrunk: dict[str, Shrunk] = {}
    with zipfile.ZipFile(held, "a") as archive:
        names = archive.namelist()
        if len(set(names)) < len(names) or len(set(members.values())) < len(members):
            return content, {}
        for number, (sheet, member) in enumerate(members.items()):
            try:
                with archive.open(member) as stream:
                    small, shrunk[sheet] = _shrink_sheet(stream, f"{_MARK}{number}")
            except (_Unusual, pa.ArrowInvalid):
                continue
            archive.filelist.remove(archive.NameToInfo.pop(member))
            archive.writestr(member, small)
    return (held.getvalue() if shrunk else content), shrunk


def _shrink_sheet(stream: IO[bytes], mark: str) -> tuple[bytes, Shrunk]:
    shrunk = Shrunk(mark)
    parts = _Parts(stream)
    columns: list[tuple[list[pa.Array], list[Numbers]]] = []
    last = 0
    for piece in parts.rows():
        rows, found = _cut(piece, shrunk.hidden_rows)
        _expect(rows[0] > last)
        last = int(rows[-1])
        columns += [([], []) for _ in found[len(columns) :]]
        for (texts, places), (some, where) in zip(columns, found, strict=False):
            texts.append(some)
            places.append(where)
    shrunk.hidden_columns = find_hidden_columns(parts.head)
    different: list[bytes] = []
    for texts, places in columns:
        which, own = _number(texts, shrunk)
        texts.clear()
        shrunk.columns.append(Repeats(len(different), len(own), which, np.concatenate(places)))
        different += own
    total = sum(len(column.which) for column in shrunk.columns)
    _expect(len(different) <= max(_MOST_DIFFERENT * total, _FEW))
    marks = [f' t="str"><v>{mark}</v></c>'.encode()] * _WIDTH
    missing = -len(different) % _WIDTH
    cells = [*marks, *different, *[b"/>"] * missing, *marks]
    lines = (b"<c".join(cells[n : n + _WIDTH]) for n in range(0, len(cells), _WIDTH))
    body = b"</row><row><c".join(lines)
    return b"".join((parts.head, _BEGIN, b"<row><c", body, b"</row>", parts.tail)), shrunk


def find_hidden_columns(text: bytes) -> set[int]:
    """Hidden columns, 1-based, of which a piece of a sheet speaks."""
    hidden: set[int] = set()
    for tag in _COLUMN_TAG.findall(text)[:_MOST_COLUMNS]:
        ends = [int(end) for end in _COLUMN_ENDS.findall(tag)]
        if ends:
            hidden.update(range(min(ends), min(max(ends), _MOST_COLUMNS) + 1))
    return hidden


class _Parts:
    """A sheet in pieces of whole rows, what stands before them and what stands after them."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.head = self.tail = b""

    def rows(self) -> Iterator[bytes]:
        """Raises ``_Unusual``; ``head`` is known from the first piece on, ``tail`` at the end."""
        text = b""
        while (start := text.find(_BEGIN)) < 0:
            more = self._stream.read(_CHUNK)
            _expect(bool(more) and len(text) <= _MOST_HEAD)
            text += more
        self.head, text = text[:start], text[start + len(_BEGIN) :]
        _expect(b"<!" not in self.head)
        while not text.startswith(_END):
            more = self._stream.read(_CHUNK)
            text += more
            end = text.rfind(_END_OF_ROW) + len(_END_OF_ROW)
            if end >= len(_END_OF_ROW):
                yield text[:end]
                text = text[end:]
            else:
                _expect(bool(more) and len(text) <= _MOST_ROW)
        self.tail = text + self._stream.read()
        _expect(_BEGIN not in self.tail)


def _cut(piece: bytes, hidden_rows: set[int]) -> tuple[Numbers, list[tuple[pa.Array, Numbers]]]:
    """Row numbers of a piece; for each column the texts of its cells and their 0-based rows.

    The text of a cell is what follows its address. Raises ``_Unusual`` where anything stands in
    the piece but rows in order and cells in order that say where they are.
    """
    text = np.frombuffer(piece + bytes(8), np.uint8)
    words = np.ndarray(len(piece) + 1, "<u8", text, strides=(1,))
    one, two, three = text[:-2], text[1:-1], text[2:]
    is_tag = ((two == ord("c")) & (three == ord(" "))) | ((two == ord("r")) & (three == ord("o")))
    starts = np.flatnonzero((one == ord("<")) & is_tag)
    ends = np.append(starts[1:], len(piece))
    opens_row = text[starts + 1] == ord("r")
    _expect(starts.size > 0 and starts[0] == 0 and opens_row[0])
    rows, cells = np.flatnonzero(opens_row), np.flatnonzero(~opens_row)
    _expect(np.all(words[starts[rows]] == _word(_HEAD_OF_ROW)))
    _expect(np.all(words[starts[cells]] & _low(6) == _word(_HEAD_OF_CELL)))

    digits = words[starts[rows] + 8]
    row_number, length = _read_digits(digits)
    _expect(np.all(np.diff(row_number) > 0))
    row_of = (np.cumsum(opens_row) - 1)[cells]
    column, letters = _read_letters(words[starts[cells] + 6])
    _expect(np.all(np.diff(row_of * _MOST_COLUMNS + column) > 0))
    after = starts[cells] + 6 + letters
    _expect(np.all((words[after] ^ digits[row_of]) & _low(length + 1)[row_of] == 0))
    bodies = np.empty(len(starts), np.int64)
    bodies[rows] = starts[rows] + 8 + length + 1
    bodies[cells] = after + length[row_of] + 1

    is_last = np.append(opens_row[1:], True)
    closed = is_last & (words[np.maximum(ends - 6, 0)] & _low(6) == _word(_END_OF_ROW))
    ends[closed] -= len(_END_OF_ROW)
    stands_alone = text[ends[rows] - 2] == ord("/")
    is_open = is_last & ~closed
    _expect(np.all(is_open[rows] == stands_alone) and not is_open[cells].any())
    _expect(np.all(ends > bodies))

    cuts = np.stack([bodies, ends], axis=1).reshape(-1)
    about = _texts(piece, cuts, rows).dictionary_encode()
    _expect(_matching(about.dictionary, _ROW).all())
    is_hidden = _matching(about.dictionary, HIDDEN)
    if is_hidden.any():
        hidden_rows.update(row_number[is_hidden[about.indices.to_numpy()]].tolist())
    order = np.argsort(column, kind="stable")
    in_order = _texts(piece, cuts, cells[order])
    places = (row_number - 1).astype(np.int32)[row_of[order]]
    width = int(column.max()) + 1 if len(column) else 0
    _expect(width <= _WIDEST)
    bounds = np.searchsorted(column[order], np.arange(width + 1)).tolist()
    return row_number, [
        (in_order.slice(first, end - first).dictionary_encode(), places[first:end])
        for first, end in pairwise(bounds)
    ]


def _expect(holds: bool | np.bool_) -> None:
    if not holds:
        raise _Unusual


def _word(text: bytes) -> np.uint64:
    return np.uint64(int.from_bytes(text, "little"))


def _low(count: int | Numbers) -> npt.NDArray[np.uint64]:
    """A mask of the first bytes of a word, up to all eight."""
    bits = np.uint64(8) * (np.uint64(8) - np.asarray(count, np.uint64))
    return np.uint64(0xFFFF_FFFF_FFFF_FFFF) >> bits


def _byte(words: npt.NDArray[np.uint64], place: int) -> Numbers:
    return ((words >> np.uint64(8 * place)) & np.uint64(255)).astype(np.int64)


def _read_digits(words: npt.NDArray[np.uint64]) -> tuple[Numbers, Numbers]:
    """Numbers of up to seven digits before a quote, and how many digits each has."""
    number, length = np.zeros(len(words), np.int64), np.zeros(len(words), np.int64)
    is_open = np.ones(len(words), np.bool_)
    for place in range(8):
        byte = _byte(words, place)
        is_open &= byte != ord('"')
        _expect(not (is_open & ((byte < ord("0")) | (byte > ord("9")))).any())
        number = np.where(is_open, number * 10 + byte - ord("0"), number)
        length += is_open
    _expect(np.all((length > 0) & (length < 8) & (number > 0)))
    return number, length


def _read_letters(words: npt.NDArray[np.uint64]) -> tuple[Numbers, Numbers]:
    """Columns (A is 0) whose letters begin a word, and how many letters each has."""
    column, length = np.zeros(len(words), np.int64), np.zeros(len(words), np.int64)
    is_open = np.ones(len(words), np.bool_)
    for place in range(3):
        byte = _byte(words, place)
        is_open &= (byte >= ord("A")) & (byte <= ord("Z"))
        column = np.where(is_open, column * 26 + byte - ord("A") + 1, column)
        length += is_open
        if not is_open.any():
            break
    _expect(np.all((length > 0) & (column <= _MOST_COLUMNS)))
    return column - 1, length


def _texts(piece: bytes, cuts: Numbers, chosen: Numbers) -> pa.Array:
    """The texts between ``cuts[2n]`` and ``cuts[2n + 1]`` for the chosen n."""
    offsets = pa.py_buffer(cuts.astype(np.int32))
    pieces = pa.Array.from_buffers(pa.binary(), len(cuts) - 1, [None, offsets, pa.py_buffer(piece)])
    return pieces.take(pa.array(2 * chosen))


def _matching(texts: pa.Array, pattern: str) -> Mask:
    """Which texts match; raises ``ArrowInvalid`` where one is not UTF-8."""
    found = pc.match_substring_regex(texts.cast(pa.string()), pattern)
    return np.asarray(found.to_numpy(zero_copy_only=False), np.bool_)


def _number(texts: Sequence[pa.Array], shrunk: Shrunk) -> tuple[Numbers, list[bytes]]:
    """Each cell of a column as the number of a different one, and these."""
    encoded = pa.chunked_array(texts).unify_dictionaries()
    which = np.concatenate([chunk.indices.to_numpy() for chunk in encoded.chunks])
    different = encoded.chunks[-1].dictionary
    _expect(_matching(different, _CELL).all())
    is_unsaved = _matching(different, UNSAVED)
    if is_unsaved.any():
        shrunk.unsaved += int(is_unsaved[which].sum())
    return which, different.to_pylist()

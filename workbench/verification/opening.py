"""The sheets of a workbook as columns of texts, each cell with the type it had.

A number is told from text here, before anything else looks at a cell: as text a rounded NIK looks
like any other. This module stands alone, so that it can also run as a process of its own: the
reader is compiled code, and where a damaged or wicked file makes it ask for more memory than there
is, it ends the process it runs in. That process loads ``shrinking`` beside it, and nothing else.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from math import isfinite
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import python_calamine

if TYPE_CHECKING:
    from workbench.verification.shrinking import Shrunk

TEXT, NUMBER, DATE, OTHER = 0, 1, 2, 3
_KINDS: dict[type, int] = {
    str: TEXT,
    float: NUMBER,
    int: NUMBER,
    dt.date: DATE,
    dt.datetime: DATE,
}

#: A forgotten cell in the last corner of a sheet would make it this large.
MOST_CELLS = 60_000_000
MOST_COLUMNS = 16_384
#: Address space of the process, in bytes.
MOST_MEMORY = 4_000_000_000
#: How the process says why it stopped; any other end was not its own will.
LOCKED, TOO_LARGE, DAMAGED = 11, 12, 13
_ROWS_AT_ONCE = 20_000

Merged = tuple[tuple[tuple[int, int], tuple[int, int]], ...]


def text_of(cell: Any) -> str:
    """A cell as text: whole numbers without a fraction, dates as ISO, yes and no in words."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float):
        if cell.is_integer() and abs(cell) < 1e22:
            return str(int(cell))
        return repr(cell) if isfinite(cell) else ""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "YA" if cell else "TIDAK"
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(" ")
    if isinstance(cell, (dt.date, dt.time)):
        return cell.isoformat()
    return str(cell)


@dataclass(frozen=True)
class Column:
    """``texts[place[i]]`` is the text of row i; ``kinds[i]`` is the type its cell had.

    ``kinds`` is None where every cell was text.
    """

    place: npt.NDArray[np.int32]
    texts: pa.Array
    kinds: npt.NDArray[np.uint8] | None


def _texts(texts: Sequence[str]) -> pa.Array:
    try:
        return pa.array(texts, pa.string())
    except (UnicodeEncodeError, pa.ArrowInvalid):
        return pa.array([t.encode("utf-8", "replace").decode("utf-8") for t in texts], pa.string())


def encode(cells: Sequence[Any]) -> Column:
    """A column from cells as a reader gives them, each different text kept once."""
    types = set(map(type, cells))
    if not types - {str}:
        encoded = _texts(cells).dictionary_encode()
        return Column(encoded.indices.to_numpy(zero_copy_only=False), encoded.dictionary, None)
    if bool in types:  # yes is no 1: as a key of its own it stays one
        cells = [(cell,) if type(cell) is bool else cell for cell in cells]
    number = {cell: place for place, cell in enumerate(dict.fromkeys(cells))}
    place = np.fromiter(map(number.__getitem__, cells), np.int32, len(cells))
    seen = [cell[0] if type(cell) is tuple else cell for cell in number]
    encoded = _texts([text_of(cell) for cell in seen]).dictionary_encode()
    kinds = np.fromiter((_KINDS.get(type(cell), OTHER) for cell in seen), np.uint8, len(seen))
    same = encoded.indices.to_numpy(zero_copy_only=False)
    return Column(same[place], encoded.dictionary, kinds[place])


def _join(pieces: Sequence[Column]) -> Column:
    """Pieces of one column under one another."""
    if len(pieces) == 1:
        return pieces[0]
    arrays = [pa.DictionaryArray.from_arrays(piece.place, piece.texts) for piece in pieces]
    whole = pa.chunked_array(arrays).unify_dictionaries()
    place = np.concatenate([c.indices.to_numpy(zero_copy_only=False) for c in whole.chunks])
    kinds = None
    if any(piece.kinds is not None for piece in pieces):
        kinds = np.concatenate(
            [
                np.full(len(piece.place), TEXT, np.uint8) if piece.kinds is None else piece.kinds
                for piece in pieces
            ]
        )
    return Column(place, whole.chunks[-1].dictionary, kinds)


@dataclass(frozen=True)
class SheetFacts:
    """Hidden rows and columns (1-based) and the number of formulas without a result."""

    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    unsaved: int = 0


@dataclass(frozen=True)
class OpenSheet:
    """One sheet: its columns from A on, each ``height`` rows long.

    ``state`` is "" for one with cells, else "other", "hidden", "empty" or "far" (too large).
    ``facts`` are None where nobody has looked for them.
    """

    name: str
    state: str = ""
    height: int = 0
    columns: tuple[Column, ...] = ()
    merged: Merged = ()
    facts: SheetFacts | None = None


def read_sheets(content: BinaryIO, most_rows: int | None) -> Iterator[OpenSheet]:
    """The sheets of a workbook of any kind, one after another; raises what the reader raises."""
    return _read_all(python_calamine.load_workbook(content), most_rows, {})


def _read_all(
    workbook: Any, most_rows: int | None, shrunk: Mapping[str, Shrunk]
) -> Iterator[OpenSheet]:
    for place, about in enumerate(workbook.sheets_metadata):
        if about.typ != python_calamine.SheetTypeEnum.WorkSheet:
            yield OpenSheet(about.name, "other")
        elif about.visible != python_calamine.SheetVisibleEnum.Visible:
            yield OpenSheet(about.name, "hidden")
        elif about.name in shrunk:
            sheet = workbook.get_sheet_by_index(place)
            yield _spread(about.name, sheet, shrunk[about.name], most_rows)
        else:
            yield _read_sheet(about.name, workbook.get_sheet_by_index(place), most_rows)


def _read_sheet(name: str, sheet: Any, most_rows: int | None) -> OpenSheet:
    if sheet.start is None:
        return OpenSheet(name, "empty")
    width = sheet.total_width + 1
    if width > MOST_COLUMNS or (sheet.total_height + 1) * width > MOST_CELLS:
        return OpenSheet(name, "far")
    pieces: list[list[Column]] = [[] for _ in range(sheet.width)]
    height = 0
    rows = islice(sheet.iter_rows(), most_rows)
    while some := list(islice(rows, _ROWS_AT_ONCE)):
        height += len(some)
        for column, cells in zip(pieces, zip(*some, strict=True), strict=True):
            column.append(encode(cells))
    nothing = Column(np.zeros(height, np.int32), pa.array([""], pa.string()), None)
    columns = (*(nothing,) * sheet.start[1], *map(_join, pieces))
    if all(column.texts.equals(nothing.texts) for column in columns):
        return OpenSheet(name, "empty")
    return OpenSheet(name, "", height, columns, tuple(sheet.merged_cell_ranges or ()))


def read_small(
    content: bytes, most_rows: int | None, members: Mapping[str, str], shrinking: ModuleType
) -> list[OpenSheet] | None:
    """The sheets of an XLSX after ``shrinking``; None where they cannot be read that way."""
    if not members:
        return None
    try:
        small, shrunk = shrinking.shrink(content, members)
        if not shrunk:
            return None
        workbook = python_calamine.load_workbook(io.BytesIO(small))
        if list(members) != workbook.sheet_names:
            return None
        sheets = list(_read_all(workbook, most_rows, shrunk))
        whole = [sheet.columns[0] for sheet in sheets if sheet.columns and sheet.facts is None]
        is_mistaken = any(shrinking.is_mark(c.texts[c.place[0]].as_py()) for c in whole)
        return None if is_mistaken else sheets
    except BaseException:  # a panic in the reader is no ordinary Exception
        return None


def _spread(name: str, sheet: Any, shrunk: Shrunk, most_rows: int | None) -> OpenSheet:
    """The sheet that a small one stands for."""
    cells = shrunk.unfold(sheet.iter_rows())
    read = [encode(cells[c.start : c.start + c.count]) for c in shrunk.columns]
    height = width = 0
    for number, (column, repeats) in enumerate(zip(read, shrunk.columns, strict=True), 1):
        is_filled = pc.not_equal(column.texts, "").to_numpy(zero_copy_only=False)
        filled = repeats.rows[is_filled[column.place][repeats.which]]
        if filled.size:
            height, width = max(height, int(filled.max()) + 1), number
    if not width:
        return OpenSheet(name, "empty")
    if height * width > MOST_CELLS:
        return OpenSheet(name, "far")
    height = min(height, most_rows or height)
    facts = SheetFacts(
        frozenset(shrunk.hidden_rows), frozenset(shrunk.hidden_columns), shrunk.unsaved
    )
    columns = (
        _repeat(column, repeats.which, repeats.rows, height)
        for column, repeats in zip(read[:width], shrunk.columns, strict=False)
    )
    merged = tuple(sheet.merged_cell_ranges or ())
    return OpenSheet(name, "", height, tuple(columns), merged, facts)


def _repeat(column: Column, which: npt.NDArray[Any], rows: npt.NDArray[Any], height: int) -> Column:
    """Cell ``which[i]`` of a column in row ``rows[i]``, nothing in the others."""
    is_near = rows < height
    which, rows = which[is_near], rows[is_near]
    texts, missing = column.texts, pc.index(column.texts, "").as_py()
    if missing < 0 and len(rows) < height:
        texts, missing = pa.concat_arrays([texts, pa.array([""], pa.string())]), len(texts)
    place = np.full(height, missing, np.int32)
    place[rows] = column.place[which]
    if column.kinds is None:
        return Column(place, texts, None)
    kinds = np.full(height, TEXT, np.uint8)
    kinds[rows] = column.kinds[which]
    return Column(place, texts, kinds)


# --- from process to process ---------------------------------------------------------------------


def write_sheets(sheets: Iterable[OpenSheet], out: BinaryIO) -> None:
    """Write each sheet as a line of JSON and, after it, its columns as an Arrow stream."""
    for sheet in sheets:
        arrays: dict[str, pa.Array] = {}
        for number, column in enumerate(sheet.columns):
            arrays[f"t{number}"] = pa.DictionaryArray.from_arrays(column.place, column.texts)
            if column.kinds is not None:
                arrays[f"k{number}"] = pa.array(column.kinds)
        held = pa.BufferOutputStream()
        if arrays:
            batch = pa.record_batch(arrays)
            with pa.ipc.new_stream(held, batch.schema) as writer:
                writer.write_batch(batch)
        stream = held.getvalue()
        facts = sheet.facts and [
            sorted(sheet.facts.hidden_rows),
            sorted(sheet.facts.hidden_columns),
            sheet.facts.unsaved,
        ]
        about = [sheet.name, sheet.state, sheet.height, len(sheet.columns), sheet.merged, facts]
        out.write(json.dumps([stream.size, *about]).encode() + b"\n")
        out.write(stream)
    out.flush()


def take_sheets(written: bytes) -> Iterator[OpenSheet]:
    """The sheets of what ``write_sheets`` wrote."""
    start = 0
    while start < len(written):
        end = written.index(b"\n", start) + 1
        size, name, state, height, width, merged, facts = json.loads(written[start:end])
        columns = []
        if size:
            stream = pa.py_buffer(written).slice(end, size)
            batch = pa.ipc.open_stream(stream).read_next_batch()
            arrays = dict(zip(batch.schema.names, batch.columns, strict=True))
            for number in range(width):
                texts, kinds = arrays[f"t{number}"], arrays.get(f"k{number}")
                columns.append(
                    Column(
                        texts.indices.to_numpy(),
                        texts.dictionary,
                        None if kinds is None else kinds.to_numpy(),
                    )
                )
        ranges = tuple(((top, left), (bottom, right)) for (top, left), (bottom, right) in merged)
        known = SheetFacts(frozenset(facts[0]), frozenset(facts[1]), facts[2]) if facts else None
        yield OpenSheet(name, state, height, tuple(columns), ranges, known)
        start = end + size


def _limit_memory() -> None:
    """Let a file that asks for too much end this process and no other."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
        score.write("1000")


def _main() -> int:
    """Read a line of JSON (most rows, parts by sheet) and after it a workbook; write its sheets."""
    _limit_memory()
    sys.path.append(str(Path(__file__).parent))
    try:
        most_rows, members = json.loads(sys.stdin.buffer.readline())
        content = sys.stdin.buffer.read()
        small = read_small(content, most_rows, members, import_module("shrinking"))
        write_sheets(small or read_sheets(io.BytesIO(content), most_rows), sys.stdout.buffer)
    except python_calamine.PasswordError:
        return LOCKED
    except MemoryError:
        return TOO_LARGE
    except BaseException:  # a panic in the reader is no ordinary Exception
        return DAMAGED
    return 0


if __name__ == "__main__":
    sys.exit(_main())

"""The sheets of a workbook as columns of texts, each cell with the type it had.

A number is told from text here, before anything else looks at a cell: as text a rounded NIK looks
like any other. This module stands alone, so that it can also run as a process of its own: the
reader is compiled code, and where a damaged or wicked file makes it ask for more memory than there
is, it ends the process it runs in.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from math import isfinite
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import python_calamine

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
class OpenSheet:
    """One sheet: its columns from A on, each ``height`` rows long.

    ``state`` is "" for one with cells, else "other", "hidden", "empty" or "far" (too large).
    """

    name: str
    state: str = ""
    height: int = 0
    columns: tuple[Column, ...] = ()
    merged: Merged = ()


def read_sheets(content: BinaryIO, most_rows: int | None) -> Iterator[OpenSheet]:
    """The sheets of a workbook of any kind, one after another; raises what the reader raises."""
    workbook = python_calamine.load_workbook(content)
    for place, about in enumerate(workbook.sheets_metadata):
        if about.typ != python_calamine.SheetTypeEnum.WorkSheet:
            yield OpenSheet(about.name, "other")
        elif about.visible != python_calamine.SheetVisibleEnum.Visible:
            yield OpenSheet(about.name, "hidden")
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


# --- from process to process ---------------------------------------------------------------------


def write_sheets(sheets: Iterator[OpenSheet], out: BinaryIO) -> None:
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
        about = [sheet.name, sheet.state, sheet.height, len(sheet.columns), sheet.merged]
        out.write(json.dumps([stream.size, *about]).encode() + b"\n")
        out.write(stream)
    out.flush()


def take_sheets(written: bytes) -> Iterator[OpenSheet]:
    """The sheets of what ``write_sheets`` wrote."""
    start = 0
    while start < len(written):
        end = written.index(b"\n", start) + 1
        size, name, state, height, width, merged = json.loads(written[start:end])
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
        yield OpenSheet(name, state, height, tuple(columns), ranges)
        start = end + size


def _limit_memory() -> None:
    """Let a file that asks for too much end this process and no other."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
        score.write("1000")


def _main() -> int:
    _limit_memory()
    most_rows = int(sys.argv[1]) if len(sys.argv) > 1 else None
    try:
        sheets = read_sheets(io.BytesIO(sys.stdin.buffer.read()), most_rows)
        write_sheets(sheets, sys.stdout.buffer)
    except python_calamine.PasswordError:
        return LOCKED
    except MemoryError:
        return TOO_LARGE
    except BaseException:  # a panic in the reader is no ordinary Exception
        return DAMAGED
    return 0


if __name__ == "__main__":
    sys.exit(_main())

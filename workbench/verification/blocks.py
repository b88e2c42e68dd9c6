"""What one sheet holds: typed columns over the rows kept, claims of aid, and what was changed.

``Block`` is filled by ``records`` and ``claims`` through a ``Reader`` and joined by ``tables``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from workbench.verification import values
from workbench.verification.cells import Cells, Mask
from workbench.verification.columns import field_of
from workbench.verification.sieve import Sieve

Rows = npt.NDArray[np.int64]

PERSON, FAMILY, AID = "person", "family", "aid"
EVENT, PSKS, DUKCAPIL, RT_RW = "event", "psks", "dukcapil", "rt_rw"
#: Lists beside the register: their rows are no persons and no families of it.
SIDE_LISTS = (EVENT, PSKS, DUKCAPIL, RT_RW)


@dataclass
class Log:
    """Cells of one column that reading changed: indices of kept rows, what stood, what became."""

    table: str
    column: str
    rows: Rows
    before: list[str]
    after: list[str]
    codes: list[str]


@dataclass
class Claims:
    """Aid or categories named in a block, several to a row: ``rows`` are indices of kept rows.

    ``order`` counts within a row from 0; ``by_family`` marks yes/no columns.
    """

    rows: Rows
    order: Rows
    columns: dict[str, list[Any]]
    before: list[str]
    codes: list[str]
    is_flag: Mask


@dataclass
class Block:
    """What one sheet holds, over the rows kept. ``numbers`` are 1-based rows of the sheet.

    ``side`` holds the columns only a list beside the register has.
    """

    file: str
    sheet: str
    kind: str
    source_list: str
    base: int
    numbers: Rows
    person: dict[str, pa.Array] = field(default_factory=dict)
    family: dict[str, pa.Array] = field(default_factory=dict)
    aid: Claims | None = None
    aid_columns: frozenset[str] = frozenset()
    ppks: Claims | None = None
    ppks_columns: frozenset[str] = frozenset()
    side: dict[str, pa.Array] = field(default_factory=dict)
    side_columns: frozenset[str] = frozenset()
    logs: list[Log] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    has_kk: bool = False

    def __len__(self) -> int:
        return len(self.numbers)


class Reader:
    """Reads the columns of one sieved sheet into a block.

    ``year`` is the only one its titles speak of, ``beat`` is called between columns.
    """

    def __init__(
        self,
        sieve: Sieve,
        block: Block,
        as_of: date,
        beat: Callable[[], None],
        year: int | None = None,
    ) -> None:
        self.sieve = sieve
        self.block = block
        self.as_of = as_of
        self.beat = beat
        self.year = year

    def cells(self, key: str) -> Cells | None:
        self.beat()
        return self.sieve.column(key)

    def log(
        self, table: str, column: str, cells: Cells, after: Sequence[Any], codes: Sequence[str]
    ) -> None:
        if not any(codes):
            return
        flags = cells.spread(np.array([bool(code) for code in codes], np.bool_))
        rows = np.flatnonzero(flags).astype(np.int64)
        places = cells.place[rows].tolist()
        words = [words_of(value) if code else "" for value, code in zip(after, codes, strict=True)]
        self.block.logs.append(
            Log(
                table,
                column,
                rows,
                [cells.raw[p] for p in places],
                [words[p] for p in places],
                [codes[p] for p in places],
            )
        )

    def put(
        self,
        key: str,
        type_: pa.DataType,
        read: Callable[[Sequence[str]], tuple[Sequence[Any], Sequence[str]]],
    ) -> None:
        """Read one column; where none of its cells can be read it counts as not there."""
        cells = self.cells(key)
        if cells is None:
            return
        found, codes = read(cells.text)
        target = field_of(key)
        used = np.flatnonzero(np.bincount(cells.place)).tolist()
        if used and not values.any_readable(
            (codes[p] for p in used), (cells.text[p] for p in used)
        ):
            self.block.notes.append(
                f"Kolom {self.sieve.header(key)} tidak dipakai: isinya tidak terbaca sebagai "
                f"{target.words}."
            )
            self.log(target.table, target.column, cells, found, codes)
            return
        part = self.block.person if target.table == "person" else self.block.family
        part[target.column] = cells.take(found, type_)
        self.log(target.table, target.column, cells, found, codes)

    def put_text(self, key: str, read: Callable[[Sequence[str]], list[str]]) -> None:
        self.put(key, pa.string(), lambda texts: (read(texts), [""] * len(texts)))

    def put_labels(self, key: str) -> None:
        reads = field_of(key).reads
        header = self.sieve.header(key)
        # Survey files number the relations in their own way; only SIAK's order is read.
        survey = reads == "shdk" and re.search(r"krt|409|hub_?dgn", header, re.IGNORECASE)
        only_numbers = False

        def read(texts: Sequence[str]) -> tuple[list[str], list[str]]:
            nonlocal only_numbers
            found, codes, only_numbers = values.read_labels(reads, texts, not survey)
            return found, codes

        self.put(key, pa.string(), read)
        if only_numbers:
            self.block.notes.append(
                f"Kolom {header} berisi kode angka; dibaca menurut urutan yang lazim untuk "
                f"{field_of(key).words}."
            )


def words_of(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    return value.isoformat() if isinstance(value, date) else str(value)

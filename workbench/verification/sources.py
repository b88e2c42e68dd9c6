"""What an uploaded file is made of: sheets of cells, and the sentences for files of other kinds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from workbench.errors import UnusableInput
from workbench.verification.opening import DATE, NUMBER, TEXT, Column, Merged

Cell = Any  # str, int, float, bool, date, datetime, time or timedelta
Rows = list[list[Cell]]

#: Reading holds about ten times the size of a text file; more fills a small machine.
MOST_BYTES = 250_000_000
#: A workbook takes about three times what it unpacks to, whatever the file weighs.
MOST_UNPACKED_BYTES = 1_000_000_000


class NotAList(UnusableInput):
    """The file is fine and holds no list: in a ZIP it is passed over and named."""


@dataclass
class RawSheet:
    """One sheet: a workbook's as ``columns`` from A on, each ``height`` rows long, others' as rows.

    ``rows[0]`` is row 1; rows of a text file may differ in length. ``hidden_rows`` and
    ``hidden_columns`` are 1-based and known for XLSX only. ``merged`` are ranges of 0-based ((row,
    column), (row, column)), both ends included. ``unsaved`` counts formulas whose result the file
    does not hold; formulas are never worked out.
    """

    name: str
    rows: Rows = field(default_factory=list)
    columns: tuple[Column, ...] = ()
    height: int = 0
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: Merged = ()
    is_text: bool = False
    unsaved: int = 0

    def __post_init__(self) -> None:
        self.height = self.height or len(self.rows)

    def take(self, places: Sequence[int]) -> Rows:
        """The rows at 0-based places, each cell with the type it had."""
        if self.rows:
            return [self.rows[place] for place in places]
        chosen = np.array(places, np.int64)
        return [list(row) for row in zip(*(_cells(c, chosen) for c in self.columns), strict=True)]

    def first(self, count: int) -> Rows:
        """The first rows."""
        return self.take(range(min(count, self.height)))

    def let_go(self) -> None:
        """Forget the cells: once they stand in columns, a long list need not be held twice."""
        self.rows, self.columns = [], ()


def _cells(column: Column, places: npt.NDArray[np.int64]) -> list[Cell]:
    """What some cells of a column held."""
    cells: list[Cell] = column.texts.take(pa.array(column.place[places])).to_pylist()
    if column.kinds is not None:
        kinds = column.kinds[places]
        for place in np.flatnonzero(kinds != TEXT).tolist():
            cells[place] = _typed(cells[place], kinds[place])
    return cells


def _typed(text: str, kind: int) -> Cell:
    if kind == NUMBER:
        return float(text) if text else ""
    if kind == DATE:
        return datetime.fromisoformat(text)
    return {"YA": True, "TIDAK": False}.get(text, text)


@dataclass(frozen=True)
class Source:
    """One file: its sheets, and the sheets left out with an Indonesian reason each.

    The name of a file in a ZIP begins with that of the ZIP: ``kota.zip/serang.xlsx``.
    """

    name: str
    sha256: str
    sheets: tuple[RawSheet, ...]
    left_out: tuple[tuple[str, str], ...] = ()
    hidden_sheets: int = 0
    notes: tuple[str, ...] = ()


_KNOWN = (
    ((b"%PDF",), "PDF", "minta berkas lembar kerjanya (.xlsx atau .csv)"),
    (
        (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"RIFF"),
        "gambar",
        "minta berkas lembar kerjanya (.xlsx atau .csv)",
    ),
    (
        (b"{\\rtf",),
        "dokumen tulisan",
        "salin tabelnya ke lembar kerja dan simpan sebagai .xlsx",
    ),
    (
        (b"MIME-Version:",),
        "halaman web arsip (.mht)",
        "buka di aplikasi lembar kerja, simpan sebagai .xlsx, lalu unggah lagi",
    ),
)
_PACKED = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_WORD = "WordDocument".encode("utf-16-le")


def refuse_other_kind(name: str, content: bytes) -> None:
    """Raise ``UnusableInput`` where the first bytes say that this is no list."""
    for starts, kind, way_out in _KNOWN:
        if content.startswith(starts):
            raise NotAList(f"Berkas {name} adalah {kind}, bukan daftar; {way_out}.")
    if content.startswith(_PACKED):
        raise UnusableInput(
            f"Berkas {name} adalah arsip yang tidak dapat dibuka di sini; buka arsipnya, lalu "
            "unggah daftarnya atau buat arsip ZIP."
        )
    if content.startswith(b"\xd0\xcf\x11\xe0") and _WORD in content:
        raise NotAList(word_document(name))


def word_document(name: str) -> str:
    return (
        f"Berkas {name} adalah dokumen Word, bukan daftar; salin tabelnya ke lembar kerja dan "
        "simpan sebagai .xlsx."
    )


def unknown_kind(name: str) -> str:
    return (
        f"Berkas {name} bukan daftar; pilih lembar kerja (.xlsx, .xls, .xlsb, .ods) atau berkas "
        "teks (.csv)."
    )


def locked(name: str) -> str:
    return (
        f"Berkas {name} dikunci dengan kata sandi; buka di aplikasi lembar kerja, simpan tanpa "
        "kata sandi, lalu unggah lagi."
    )


def damaged(name: str) -> str:
    return (
        f"Berkas {name} rusak dan tidak dapat dibuka; minta berkas aslinya, atau buka dan simpan "
        "ulang sebagai .xlsx."
    )


def too_large(name: str) -> str:
    return (
        f"Berkas {name} terlalu besar untuk dibaca sekaligus; pecah menjadi beberapa berkas, "
        "misalnya satu berkas per kecamatan."
    )


def stray_cell(name: str, sheet: str) -> str:
    return (
        f"Lembar {sheet} pada berkas {name} memuat sel terpencil jauh di luar daftar; salin "
        "daftarnya saja ke berkas baru, lalu unggah lagi."
    )


def one_name_twice(name: str, sheet: str) -> str:
    return (
        f"Berkas {name} memuat dua lembar bernama {sheet}, sehingga salah satunya tidak terbaca; "
        "beri nama yang berbeda di program pembuatnya, lalu unggah lagi."
    )


def empty(name: str) -> str:
    return f"Berkas {name} kosong; pilih berkas yang berisi daftar."

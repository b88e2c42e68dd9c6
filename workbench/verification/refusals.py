"""Rows that cannot be taken in, and the sentence each gets.

Refused are only numbers a spreadsheet destroyed, rows on the wrong side of the practice wall,
rows of another city, and rows that do not fit the header. All else is kept and becomes a finding.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from workbench.domain.schema import arrow_schema, columns
from workbench.errors import StoreFault

NIK_BROKEN = "nik_rusak_spreadsheet"
KK_BROKEN = "kk_rusak_spreadsheet"
WRONG_SIDE = "sisi_tembok"
OTHER_CITY = "luar_wilayah"
NOT_READABLE = "baris_tidak_terbaca"

#: Codes in the order in which they are looked for: a row gets the first that fits.
CODES = (NOT_READABLE, NIK_BROKEN, KK_BROKEN, WRONG_SIDE, OTHER_CITY)

BROKEN_SCIENTIFIC = (
    "{what} tertulis sebagai notasi ilmiah atau angka pecahan sehingga digitnya hilang; minta "
    "berkas asli dengan {what} sebagai teks."
)
BROKEN_NUMBER = (
    "{what} tersimpan sebagai angka sehingga digit terakhirnya hilang; minta berkas asli dengan "
    "{what} sebagai teks."
)
BROKEN_BEFORE = (
    "Semua {what} pada kolom ini berakhiran 0, tanda digit terakhirnya hilang sebelum disimpan "
    "sebagai teks; minta berkas asli dengan {what} sebagai teks."
)
REAL_IN_PRACTICE = (
    "Nomor pada baris ini tidak berawalan 99; ruang latihan hanya menerima nomor karangan, jadi "
    "buka baris ini di ruang data nyata."
)
PRACTICE_IN_REAL = (
    "Nomor pada baris ini berawalan 99, tanda data latihan; ruang data nyata tidak menerimanya, "
    "jadi periksa asal barisnya."
)
ELSEWHERE = (
    "Kolom {column} menyebut wilayah di luar {city}; serahkan baris ini ke kota atau kabupaten itu."
)
TOO_MANY = (
    "Baris ini berisi {count} isian, padahal judul kolomnya {width}; periksa pemisah atau tanda "
    "kutip pada baris ini."
)
TOO_FEW = (
    "Baris ini terpotong: hanya {count} isian dari {width} kolom; periksa baris ini pada berkas "
    "aslinya."
)


@dataclass(frozen=True)
class Refusal:
    """One refused row. ``reason`` never holds what stood in the row."""

    file: str
    sheet: str
    row: int
    column: str
    code: str
    reason: str


def refused_table(refusals: Sequence[Refusal]) -> pa.Table:
    """The table ``refused`` of ``register.csv``, one line a row, in the order of the sheets."""
    data = {name: [getattr(refusal, name) for refusal in refusals] for name in columns("refused")}
    return pa.table(data, schema=arrow_schema("refused"))


def write_refused(refused: pa.Table, path: Path | str) -> None:
    """Write the refused rows as a CSV that a spreadsheet opens as it should.

    Raises ``StoreFault`` when the file cannot be written.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(refused.column_names)
    for row in refused.to_pylist():
        writer.writerow([_harmless(value) for value in row.values()])
    write_whole(Path(path), text.getvalue().encode())


def write_whole(path: Path, content: bytes) -> None:
    """Write a file wholly or not at all; what stood there before stays where it cannot be.

    Raises ``StoreFault``.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        aside.write_bytes(content)
        os.replace(aside, path)
    except OSError as error:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
        raise StoreFault(
            f"Berkas {path.name} tidak dapat ditulis. Periksa ruang penyimpanan dan izin "
            "menulis, lalu ulangi."
        ) from error


def begins_formula(text: str) -> bool:
    """Whether a spreadsheet would take a text for a formula."""
    return text[:1] in ("=", "+", "-", "@", "\t", "\r")


def _harmless(value: object) -> object:
    """A header or sheet name that begins like a formula must not become one."""
    if isinstance(value, str) and value and begins_formula(value):
        return "'" + value
    return value

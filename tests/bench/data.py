"""The data of the bench: one invented city, enlarged by copies of itself under other names.

Inventing millions of people takes hours; copying them takes minutes. Each copy has ids, NIK, KK
numbers, accounts and kelurahan of its own, so that nothing is doubled between copies: the serial
of a NIK or KK number moves with the copy, so 240 copies (14 million people) are the most; more
are made by ``country``, which moves the region. Every number still begins with 99. A copy shows
what its original shows, no more and no less.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from workbench.domain.schema import SNAPSHOT_TABLES, columns

AS_OF = date(2026, 11, 1)
#: Families of the invented city: about 60,000 people, a fifth of the city the bench copies.
BASE_FAMILIES = 17_000
#: Copies that share one set of kelurahan, so that these are as large as the real ones.
_COPIES_A_CITY = 5
_PERSONS_A_CITY = 300_000
_SERIAL_STEP = 40

_IDS = {"person_id": "P", "family_id": "F", "aid_id": "A", "event_id": "V", "ppks_id": "K"}
_NUMBERS = ("nik", "no_kk")
#: The last four digits of a number that moves with its copy; null for one that is no number.
_SERIAL = (
    "CASE WHEN regexp_full_match({0}, '99[0-9]{{14}}') AND {0}[13:] <> '0000' "
    "AND CAST({0} AS BIGINT) % 1111111111111111 <> 0 THEN CAST({0}[13:] AS INTEGER) END"
)
_KELURAHAN = ("kelurahan_kode_kemendagri", "found_kelurahan_kode_kemendagri")


def make_base(folder: Path, families: int = BASE_FAMILIES) -> None:
    """Invent the city that is copied, with mistakes in one family of ten."""
    from workbench.synthesis import generate

    generate(families=families, seed=1, error_rate=0.1, as_of=AS_OF).write(folder)


def enlarge(base: Path, folder: Path, persons: int) -> int:
    """Write a register of at least ``persons`` persons as copies of ``base``; how many it has."""
    one = pq.read_metadata(base / "person.parquet").num_rows
    copies = -(-persons // one)
    folder.mkdir(parents=True)
    connection = duckdb.connect()
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("SET temp_directory = ''")
    for table in SNAPSHOT_TABLES:
        numbers = [column for column in columns(table) if column in _NUMBERS]
        serials = "".join(f", {_SERIAL.format(column)} AS {column}_serial" for column in numbers)
        connection.execute(
            f"CREATE TEMP TABLE base_{table} AS SELECT *{serials} FROM '{base / table}.parquet'"
        )
        cells = ", ".join(f'{_relabelled(column)} AS "{column}"' for column in columns(table))
        connection.execute(
            f"COPY (SELECT {cells} FROM range({copies}) AS t(copy), base_{table}) "
            f"TO '{folder / table}.parquet' (FORMAT parquet, COMPRESSION zstd)"
        )
    (folder / "manifest.json").write_bytes((base / "manifest.json").read_bytes())
    return one * copies


def add_kelurahan(folder: Path, persons: int = 0) -> None:
    """Let the engine know the kelurahan of the copies as it knows those of the city.

    The number of copies is kept in ``folder`` for the processes that judge them.
    """
    from workbench.rules import typed

    note = folder / "cities.txt"
    if not note.exists():
        note.write_text(str(persons // _PERSONS_A_CITY + 2))
    cities = int(note.read_text())
    known = typed.REFERENCE["kelurahan"]
    typed.REFERENCE["kelurahan"] = (
        f"WITH known AS ({known}) FROM known UNION ALL SELECT known.* REPLACE "
        f"({_city_code('kode', 'city')} AS kode) FROM known, range(1, {cities}) AS t(city)"
    )


def _city_code(code: str, city: str) -> str:
    return (
        f"CASE WHEN {code} = '' OR {city} = 0 THEN {code} ELSE "
        f"(10 + {city} // 90) || '.' || (10 + {city} % 90) || {code}[6:] END"
    )


def _relabelled(column: str) -> str:
    if column in _IDS:
        return (
            f"CASE WHEN {column} = '' THEN '' ELSE '{_IDS[column]}' "
            f"|| lpad(CAST(copy AS VARCHAR), 4, '0') || {column}[2:] END"
        )
    if column in _NUMBERS:
        serial = f"lpad(CAST({column}_serial + copy * {_SERIAL_STEP} AS VARCHAR), 4, '0')"
        return f"CASE WHEN {column}_serial IS NULL THEN {column} ELSE {column}[:12] || {serial} END"
    if column == "account":
        return (
            "CASE WHEN length(account) = 16 THEN account[:6] || lpad(CAST(copy AS VARCHAR), 4, '0')"
            " || account[11:] ELSE account END"
        )
    if column in _KELURAHAN:
        return _city_code(column, f"(copy // {_COPIES_A_CITY})")
    if column == "mother_name":
        # Who has the name, the birth date and the mother of another is asked about.
        return "CASE WHEN mother_name = '' THEN '' ELSE mother_name || ' ' || hex(copy + 4096) END"
    if column == "id_record":
        return "CASE WHEN id_record = '' THEN '' ELSE id_record || '-' || copy END"
    return f'"{column}"'

"""The whole country: 285 million people, as copies of a typed copy of 12 million.

Only the columns that the twenty rules read are copied; they are 15 GB. Each part has persons,
families, numbers and kelurahan of its own, and all parts are judged as one list. Which numbers
are doubled is known from each part's copy, for import marks them.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from tests.bench.definitions import COLUMNS, PROVINCE, REGIONS, SHARED, VALUES

PERSONS = 285_000_000
_TYPED = {
    "person": (
        *("nik_number", "nik_region", "nik_day", "nik_month", "nik_yy", "nik_sex", "nik_serial"),
        *("nik_has_date", "nik_is_filler", "nik_is_doubled", "nik_is_kk", "kk_number", "age"),
        *("kelurahan_kode_kemendagri", "kelurahan_of_finding", "family_place", "family_usable"),
        *("registry_status", "source_list", "person_key", "id_record"),
    ),
    "family": (
        *("kk_number", "usable", "member_rows", "kelurahan_of_finding", "head_name"),
        *("family_key", "file", "sheet", "row"),
    ),
    "aid": (
        *("family_place", "nik_number", "nik_is_sound", "is_active", "listed", "year_"),
        *("program_name", "no_kk", "name", "kelurahan_of_finding", "file", "sheet", "row"),
    ),
    "event": ("event_id",),
    "ppks": ("ppks_id", "family_place"),
}
_IDS = ("person_id", "family_id", "aid_id")
_SHIFT = 6


def judge_country(
    folder: Path, persons: int, memory: str, tell: Callable[[str], None]
) -> dict[str, float | str]:
    """Make the parts beside the typed copy of ``folder``, judge them, print the figures."""
    from workbench.rules import catalogue
    from workbench.rules.copies import Limits, standing_tables
    from workbench.rules.engine import judge, write_results

    typed = folder / "typed"
    one = duckdb.execute(f"SELECT count(*) FROM '{typed / 'person.parquet'}'").fetchone()
    assert one is not None
    parts = [folder / "country" / f"{n:02d}" for n in range(-(-persons // int(one[0])))]
    for number, part in enumerate(parts):
        if not (part / "typed.json").exists():
            tell(f"part {number + 1} of {len(parts)}")
            _copy_part(typed, part, number)
    floor = _scan(parts)
    tell("judging")
    rules = {code: catalogue()[code] for code in SHARED}
    wall, cpu = time.perf_counter(), time.process_time()
    # Where one statement has two unions of more parts than threads, DuckDB stores one whole.
    limits = Limits(memory, threads=len(parts) + 1)
    with standing_tables(parts[0], VALUES, limits, parts) as connection:
        judge(connection, rules.values(), "bench")
        found = write_results(connection, folder / "country-results", rules, {}, VALUES)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    from tests.bench.peers import peak_memory

    figures: dict[str, float | str] = {
        **{"persons": int(one[0]) * len(parts), "rules": len(rules), "found": sum(found.values())},
        **{"memory": memory, "work": wall, "cpu": cpu, "mib": peak_memory(), "scan_cpu": floor},
    }
    print(
        "{persons:,} persons, {rules} rules, {found:,} findings, limit {memory}: {work:.0f} s, "
        "{cpu:.0f} CPU s, peak {mib:.0f} MiB; hash of the same columns {scan_cpu:.0f} CPU s "
        "({0:.1f} x)".format(cpu / floor, **figures)
    )
    return figures


def _copy_part(typed: Path, part: Path, number: int) -> None:
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    connection = duckdb.connect()
    connection.execute("SET preserve_insertion_order = true")
    regions = sorted(code for code in REGIONS if code // 10**4 == PROVINCE)
    moved = [
        (990000 + code % 10**4, 990000 + regions[(place + _SHIFT * number) % len(regions)] % 10**4)
        for place, code in enumerate(regions)
    ]
    values = ", ".join(f"({old}, {new})" for old, new in moved)
    connection.execute(f"CREATE TABLE moved AS SELECT * FROM (VALUES {values}) t(old, new)")
    for table in ("person", "family", "aid", "event", "ppks", "dukcapil"):
        path = typed / f"{table}.parquet"
        columns = dict.fromkeys((*COLUMNS[table], *_TYPED.get(table, ())))
        cells = ", ".join(f"{_cell(column, number)} AS {column}" for column in columns)
        nik = "n.old = TRY_CAST(t.nik[:6] AS INTEGER) AND length(t.nik) = 16"
        card = "k.old = TRY_CAST(t.no_kk[:6] AS INTEGER) AND length(t.no_kk) = 16"
        joins = f"LEFT JOIN moved n ON {nik} " if "nik" in columns else ""
        joins += f"LEFT JOIN moved k ON {card}" if "no_kk" in columns else ""
        connection.execute(
            f"COPY (SELECT {cells} FROM '{path}' t {joins}) TO '{part / path.name}' "
            "(FORMAT parquet, COMPRESSION lz4_raw, PARQUET_VERSION V2, ROW_GROUP_SIZE 61440)"
        )
    for table in ("psks", "rt_rw", "cleaned"):
        shutil.copy(typed / f"{table}.parquet", part)
    facts = json.loads((typed / "typed.json").read_text(encoding="utf-8"))
    (part / "typed.json").write_text(json.dumps(facts), encoding="utf-8")


def _cell(column: str, number: int) -> str:
    """The value of a column in part ``number``: 250 copies of the city to a part."""
    if column in _IDS:
        copy = f"CAST(t.{column}[2:5] AS INTEGER) + {250 * number}"
        moved = f"t.{column}[1] || lpad(CAST({copy} AS VARCHAR), 4, '0') || t.{column}[6:]"
        return f"CASE WHEN t.{column} = '' THEN '' ELSE {moved} END"
    if column == "nik":
        return "CASE WHEN n.new IS NULL THEN t.nik ELSE n.new || t.nik[7:] END"
    if column == "no_kk":
        return "CASE WHEN k.new IS NULL THEN t.no_kk ELSE k.new || t.no_kk[7:] END"
    if column == "nik_number":
        return "t.nik_number + coalesce(n.new - n.old, 0) * 10000000000"
    if column == "nik_region":
        return "t.nik_region + coalesce(n.new - n.old, 0)"
    if column == "kk_number":
        return "t.kk_number + coalesce(k.new - k.old, 0) * 10000000000"
    if column in ("kelurahan_kode_kemendagri", "kelurahan_of_finding"):
        city = f"(CAST(t.{column}[4:5] AS INTEGER) - 10 + {45 * number})"
        return (
            f"CASE WHEN coalesce(t.{column}, '') = '' THEN t.{column} ELSE t.{column}[1:3] || "
            f"lpad(CAST(10 + {city} AS VARCHAR), 4, '0') || t.{column}[6:] END"
        )
    return f't."{column}"' if column == "row" else f"t.{column}"


def _scan(parts: list[Path]) -> float:
    start = time.process_time()
    for table, columns in COLUMNS.items():
        files = ", ".join(f"'{part / table}.parquet'" for part in parts)
        duckdb.execute(
            f"SELECT bit_xor(hash({', '.join(columns)})) FROM read_parquet([{files}])"
        ).fetchone()
    return time.process_time() - start

"""The typed copy of a register that rules are written against (DuckDB).

Every typed table has all columns of its table in ``register.csv``, and beside them:

``person``
    ``nik_number`` (BIGINT, null unless sixteen digits), ``nik_region`` (first six digits as an
    integer, 99 read as the city's province), ``nik_day`` ``nik_month`` ``nik_yy`` ``nik_sex``
    ``nik_serial`` ``nik_has_date`` ``nik_is_filler``, ``kk_number``, ``age`` (years at
    ``as_of``), ``kelurahan_kode_kemendagri`` and ``desil`` of its family, ``family_usable``
    (its family has a KK number, no refused member, and the list is not one row a family),
    ``registry_*`` (the civil registry's answer for its NIK: status, name, sex, birth_date,
    kelurahan; null when never asked).
``family``
    ``head_name`` (the head's, else the first member's, where the list states none),
    ``kk_number``, ``usable`` (as above), ``member_rows``, ``receives`` (list of programmes with
    active aid), ``lat0`` ``lon0`` ``area_km2`` (centroid and area of its kelurahan).
``aid``
    ``nik_number``, ``is_active`` (status active or not said), ``listed`` (its NIK or its
    person stands among the persons), ``per_family`` (the programme pays families),
    ``kind`` (jenis of the programme), ``program_name`` (its short name, else the list's own
    word), ``period_start`` and ``period_end`` (dates; null when the list gives no period).
``ppks``
    of its person ``age`` ``sex`` ``disability`` ``disability_degree``; of its category
    ``category_name`` ``age_min`` ``age_max`` ``age_basis`` ``category_sex`` ``unit`` ``spm``
    ``is_sensitive``.
``event``, ``psks``, ``dukcapil``, ``rt_rw``
    as they are.

Also there: ``region_code(code)`` (every kecamatan code ever valid, as integer), ``kelurahan``,
``reason(kode, alasan)``, ``program(kode, jenis, satuan)``; ``getvariable('as_of')`` is the
reference date and every parameter is a variable of its own name.
"""

from __future__ import annotations

from datetime import date
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from workbench.domain.register import Register
from workbench.domain.schema import SNAPSHOT_TABLES
from workbench.domain.wilayah import CITY, OLD_CITY_CODES

_NUMBER = "CASE WHEN regexp_full_match({0}, '[0-9]{{16}}') THEN CAST({0} AS BIGINT) END"

_PERSON = f"""
WITH numbered AS (
    SELECT *, {_NUMBER.format("nik")} AS nik_number, {_NUMBER.format("no_kk")} AS kk_number
    FROM raw_person
),
parts AS (
    SELECT *,
        CAST(nik_number // 10000000000 AS INTEGER) AS region_as_written,
        CAST((nik_number // 100000000) % 100 AS INTEGER) AS nik_dd,
        CAST((nik_number // 1000000) % 100 AS INTEGER) AS nik_month,
        CAST((nik_number // 10000) % 100 AS INTEGER) AS nik_yy,
        CAST(nik_number % 10000 AS INTEGER) AS nik_serial
    FROM numbered
),
dated AS (
    SELECT *,
        CASE WHEN region_as_written // 10000 = 99
             THEN {CITY.province}0000 + region_as_written % 10000
             ELSE region_as_written END AS nik_region,
        CASE WHEN nik_dd > 40 THEN nik_dd - 40 ELSE nik_dd END AS nik_day,
        CASE WHEN nik_number IS NULL THEN NULL WHEN nik_dd > 40 THEN 'P' ELSE 'L' END AS nik_sex
    FROM parts
)
SELECT d.* EXCLUDE (region_as_written, nik_dd),
    nik_day BETWEEN 1 AND CASE WHEN nik_month = 2 THEN CASE WHEN nik_yy % 4 = 0 THEN 29 ELSE 28 END
                               WHEN nik_month IN (4, 6, 9, 11) THEN 30 ELSE 31 END
        AND nik_month BETWEEN 1 AND 12 AS nik_has_date,
    nik_serial = 0 OR nik_number % 1111111111111111 = 0 OR nik_number = 1234567890123456
        AS nik_is_filler,
    CAST(date_diff('year', d.birth_date, getvariable('as_of')) - CASE WHEN
        (month(d.birth_date), day(d.birth_date))
        > (month(getvariable('as_of')), day(getvariable('as_of'))) THEN 1 ELSE 0 END AS INTEGER)
        AS age,
    f.kelurahan_kode_kemendagri, f.desil, coalesce(f.usable, false) AS family_usable,
    r.status AS registry_status, r.name AS registry_name, r.sex AS registry_sex,
    r.birth_date AS registry_birth_date, r.kelurahan_kode_kemendagri AS registry_kelurahan,
    r.answered_on AS registry_answered_on
FROM dated d
LEFT JOIN family f USING (family_id)
LEFT JOIN (SELECT * FROM raw_dukcapil QUALIFY row_number() OVER (PARTITION BY nik) = 1) r
    ON d.nik = r.nik AND d.nik <> ''
"""

_FAMILY = f"""
WITH sizes AS (SELECT family_id, count(*) AS member_rows FROM raw_person GROUP BY family_id),
heads AS (
    SELECT family_id,
        coalesce(min(name) FILTER (shdk = 'kepala_keluarga'), arg_min(name, row)) AS name
    FROM raw_person WHERE name <> '' GROUP BY family_id
),
paid AS (
    SELECT family_id, list(DISTINCT program) AS receives FROM raw_aid
    WHERE family_id <> '' AND status IN ('', 'aktif') GROUP BY family_id
)
SELECT f.* REPLACE (
        CASE WHEN f.head_name = '' THEN coalesce(h.name, '') ELSE f.head_name END AS head_name),
    {_NUMBER.format("f.no_kk")} AS kk_number,
    kk_number IS NOT NULL AND incomplete.family_id IS NULL
        AND NOT getvariable('one_row_a_family') AS usable,
    coalesce(s.member_rows, 0) AS member_rows, coalesce(p.receives, []) AS receives,
    k.lat AS lat0, k.lon AS lon0, k.luas_km2 AS area_km2
FROM raw_family f
LEFT JOIN sizes s USING (family_id)
LEFT JOIN heads h USING (family_id)
LEFT JOIN paid p USING (family_id)
LEFT JOIN incomplete USING (family_id)
LEFT JOIN kelurahan k ON k.kode = f.kelurahan_kode_kemendagri
"""

_AID = f"""
SELECT a.*, {_NUMBER.format("a.nik")} AS nik_number, a.status IN ('', 'aktif') AS is_active,
    a.person_id IN (SELECT person_id FROM raw_person)
        OR (a.nik <> '' AND a.nik IN (SELECT nik FROM raw_person)) AS listed,
    coalesce(g.satuan LIKE 'keluarga%', false) AS per_family, coalesce(g.jenis, '') AS kind,
    CASE WHEN g.kode IS NOT NULL THEN split_part(g.varian_penulisan, ';', 1)
        WHEN a.program_text <> '' THEN a.program_text ELSE a.program END AS program_name,
    TRY_CAST(left(a.period, 4) AS INTEGER) AS year_,
    CASE substr(a.period, 6)
        WHEN '' THEN 1 WHEN 'S1' THEN 1 WHEN 'S2' THEN 7 WHEN 'T1' THEN 1 WHEN 'T2' THEN 4
        WHEN 'T3' THEN 7 WHEN 'T4' THEN 10 ELSE TRY_CAST(substr(a.period, 6) AS INTEGER) END
        AS first_month,
    CASE WHEN length(a.period) = 4 THEN 12 WHEN substr(a.period, 6, 1) = 'S' THEN 6
        WHEN substr(a.period, 6, 1) = 'T' THEN 3 ELSE 1 END AS months,
    CASE WHEN year_ BETWEEN 1900 AND 2999 AND first_month BETWEEN 1 AND 12
        THEN make_date(year_, first_month, 1) END AS period_start,
    CAST(period_start + to_months(months) - INTERVAL 1 DAY AS DATE) AS period_end
FROM raw_aid a LEFT JOIN program g ON g.kode = a.program
"""

_PPKS = """
SELECT k.*, p.age, p.sex, p.disability, p.disability_degree, c.nama AS category_name,
    TRY_CAST(c.usia_min AS INTEGER) AS age_min, TRY_CAST(c.usia_maks AS INTEGER) AS age_max,
    split_part(c.dasar_usia, ':', 1) AS age_basis, c.jenis_kelamin AS category_sex, c.unit,
    c.spm, c.sensitif = 'ya' AS is_sensitive
FROM raw_ppks k
LEFT JOIN person p ON p.person_id = k.person_id AND k.person_id <> ''
LEFT JOIN pmks_kategori c ON c.kode = k.category
"""

_PLAIN = ("event", "psks", "dukcapil", "rt_rw")


def open_typed(
    register: Register,
    as_of: date,
    parameters: dict[str, Any],
    directory: Path | None = None,
) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection holding the typed tables of ``register``.

    With ``directory`` the typed tables are written there as Parquet and read from it, so that
    a list larger than memory can be checked; otherwise they are held in memory.
    """
    connection = _connect(as_of, parameters)
    for name in SNAPSHOT_TABLES:
        connection.register(f"raw_{name}", register[name])
    refused = list(register.manifest.get("families_with_refused", ()))
    connection.register("incomplete", pa.table({"family_id": pa.array(refused, pa.string())}))
    largest = connection.execute(
        "SELECT count(*), max(n) FROM (SELECT count(*) AS n FROM raw_person GROUP BY family_id)"
    ).fetchone()
    assert largest is not None
    connection.execute(
        "SET VARIABLE one_row_a_family = ?", [bool(largest[0] > 1 and largest[1] == 1)]
    )
    for name, sql in (("family", _FAMILY), ("person", _PERSON), ("aid", _AID), ("ppks", _PPKS)):
        _materialise(connection, name, sql, directory)
    for name in _PLAIN:
        _materialise(connection, name, f"SELECT * FROM raw_{name}", directory)
    return connection


def open_standing(
    directory: Path, as_of: date, parameters: dict[str, Any]
) -> duckdb.DuckDBPyConnection:
    """A connection to typed tables that ``open_typed`` has written to ``directory`` before."""
    connection = _connect(as_of, parameters)
    for name in ("family", "person", "aid", "ppks", *_PLAIN):
        _view(connection, name, directory)
    return connection


def _connect(as_of: date, parameters: dict[str, Any]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET preserve_insertion_order = false")
    for name, value in {**parameters, "as_of": as_of}.items():
        connection.execute(f"SET VARIABLE {name} = ?", [value])
    _add_reference(connection)
    return connection


def _materialise(
    connection: duckdb.DuckDBPyConnection, name: str, sql: str, directory: Path | None
) -> None:
    if directory is None:
        connection.execute(f"CREATE TABLE {name} AS {sql}")
        return
    directory.mkdir(parents=True, exist_ok=True)
    path = _quoted(directory / f"{name}.parquet")
    connection.execute(f"COPY ({sql}) TO {path} (FORMAT parquet, COMPRESSION zstd)")
    _view(connection, name, directory)


def _view(connection: duckdb.DuckDBPyConnection, name: str, directory: Path) -> None:
    path = _quoted(directory / f"{name}.parquet")
    connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet({path})")


#: Code lists that rules may join, read by DuckDB itself: making Arrow tables of Python values
#: would load pandas first, which takes longer than checking a kelurahan.
_REFERENCE = {
    "pmks_kategori": "SELECT * FROM {pmks_kategori}",
    "program": "SELECT * FROM {program_bantuan}",
    "reason": "SELECT * FROM {alasan_tidak_layak}",
    "region_code": "SELECT CAST(kode6 AS INTEGER) AS code FROM {kecamatan_kode} UNION VALUES "
    + ", ".join(f"({code})" for code in sorted(OLD_CITY_CODES)),
    "kelurahan": "SELECT kode, nama AS name, kode_kecamatan AS kecamatan_kode, "
    "CAST(lat AS DOUBLE) AS lat, CAST(lon AS DOUBLE) AS lon, "
    "CAST(luas_km2 AS DOUBLE) AS luas_km2 FROM {kelurahan}",
}


def _add_reference(connection: duckdb.DuckDBPyConnection) -> None:
    with as_file(files("workbench.domain").joinpath("reference")) as folder:
        lists = {
            path.stem: f"read_csv({_quoted(path)}, header = true, all_varchar = true)"
            for path in folder.glob("*.csv")
        }
        for name, sql in _REFERENCE.items():
            connection.execute(f"CREATE TABLE {name} AS {sql.format_map(lists)}")


def _quoted(path: Path) -> str:
    text = str(path).replace("'", "''")
    return f"'{text}'"

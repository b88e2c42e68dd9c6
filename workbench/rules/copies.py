"""Where the typed tables stand: in memory, or as a copy in Parquet made once and read often.

The copy is written in bounded memory. Its tables lie in the order of kelurahan and family, so that
one kelurahan is a few row groups. Beside them lie the *neighbours*: the families, whole, that
share a NIK, a card number, an account or a birth with a family of another kelurahan, in the order
of the kelurahan that asks for them; what many kelurahan share lies there once. With these a
kelurahan is judged without the rest of the list (see ``slice_of``).
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from workbench.domain.register import MANIFEST, Register
from workbench.domain.schema import SNAPSHOT_TABLES, TABLES
from workbench.errors import StoreFault, UnusableInput
from workbench.rules.typed import DEFINITIONS, PLAIN, REFERENCE, SUBJECT_TABLES

_FACTS = "typed.json"
_SPILL = ".spill"
#: Small enough that a kelurahan is little more than itself, large enough to be read fast.
_ROW_GROUP = 61_440
#: Of neighbours a kelurahan has few.
_FEW = 8_192
#: The families of a row group still fit into a dictionary, which makes their ids cheap to read.
_FORMAT = (
    "(FORMAT parquet, COMPRESSION lz4_raw, PARQUET_VERSION V2, ROW_GROUP_SIZE {0}, "
    f"DICTIONARY_SIZE_LIMIT {_ROW_GROUP // 2})"
)
#: What more kelurahan share stands once, by its key, and not once for each of them.
_COMMON = 8
_TYPES = {
    "text": "VARCHAR",
    "json": "VARCHAR",
    "date": "DATE",
    "int": "BIGINT",
    "float": "DOUBLE",
    "bool": "BOOLEAN",
}
_BY_FAMILY = ("person", "aid", "ppks")
#: Rows that belong together: those of a family, or a row that has none by itself.
_UNIT = "CASE WHEN family_id <> '' THEN family_id ELSE {0}_id END"
#: What two families may share, and how rules find one by the other: (table, key, where).
_SHARED = (
    *(
        (table, f"('{column}', {column})", f"{column} NOT IN ('', '-', '0')")
        for table in SUBJECT_TABLES
        for column in ("nik", "no_kk")
        if table != "family" or column == "no_kk"
    ),
    ("aid", "('account', account)", "regexp_matches(account, '[1-9]')"),
    ("person", "('birth', birth_date, mother_name)", "length(mother_name) > 2"),
    *(
        (table, "('person', person_id)", "person_id <> '' AND family_id = ''")
        for table in ("aid", "event", "ppks")
    ),
    (
        "person",
        "('person', person_id)",
        "person_id IN (SELECT person_id FROM aid WHERE family_id = '' UNION ALL "
        "SELECT person_id FROM event WHERE family_id = '' UNION ALL "
        "SELECT person_id FROM ppks WHERE family_id = '')",
    ),
)
_LAYOUT = hashlib.sha256(
    json.dumps([DEFINITIONS, PLAIN, _FORMAT, _ROW_GROUP, _FEW, _COMMON, _SHARED]).encode()
).hexdigest()[:12]


@dataclass(frozen=True)
class Limits:
    """What a check may take: memory as DuckDB writes it (``1GB``), threads; None is DuckDB's."""

    memory: str | None = None
    threads: int | None = None


@dataclass(frozen=True)
class Folder:
    """A register as it lies in a folder, read by DuckDB and never held in memory.

    Raises ``UnusableInput`` when the folder has no readable manifest.
    """

    path: Path

    @cached_property
    def manifest(self) -> Mapping[str, Any]:
        try:
            manifest = dict(json.loads((self.path / MANIFEST).read_text(encoding="utf-8")))
        except (OSError, RecursionError, TypeError, ValueError) as error:
            raise UnusableInput(
                f"Folder {self.path.name} tidak memuat {MANIFEST} yang dapat dibaca. Pilih folder "
                "hasil verval generate atau verval read."
            ) from error
        return manifest

    def carries(self, table: str, column: str) -> bool:
        """As of ``Register``."""
        return Register({}, self.manifest).carries(table, column)

    def file(self, table: str) -> Path | None:
        """The file of a table, None where the folder has none."""
        path = self.path / f"{table}.parquet"
        return path if path.is_file() else None

    def rows(self, table: str) -> int:
        """Number of rows of a table."""
        path = self.file(table)
        return int(pq.read_metadata(path).num_rows) if path else 0


@contextmanager
def typed_tables(
    source: Register | Folder, as_of: date, parameters: Mapping[str, Any], limits: Limits
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that holds the typed tables of ``source`` in memory."""
    with _connected(as_of, parameters, limits, None) as connection:
        _add_raw(connection, source)
        for name, sql, _order in _statements(connection):
            connection.execute(f"CREATE TABLE stored_{name} AS {sql}")
            connection.execute(
                f"CREATE VIEW {name} AS SELECT *, rowid AS place FROM stored_{name}"
                if name in SUBJECT_TABLES
                else f"CREATE VIEW {name} AS SELECT * FROM stored_{name}"
            )
        yield connection


def write_copy(source: Register | Folder, as_of: date, directory: Path, limits: Limits) -> None:
    """Write the typed copy of ``source`` to ``directory``, whole or not at all.

    Raises ``StoreFault`` when the disk is full, ``UnusableInput`` when ``source`` is damaged.
    """
    aside = directory.with_name(f".{directory.name}.{os.getpid()}")
    try:
        aside.mkdir(parents=True)
        with _connected(as_of, {}, limits, aside) as connection:
            _add_raw(connection, source)
            for name, sql, order in _statements(connection):
                _write(connection, f"SELECT * FROM ({sql}){order}", aside / f"{name}.parquet")
                _view(connection, name, [aside])
            _write_neighbours(connection, aside)
            row = connection.execute("SELECT getvariable('one_row_a_family')").fetchone()
        facts = {"layout": _LAYOUT, "as_of": as_of.isoformat(), "one_row_a_family": row == (True,)}
        (aside / _FACTS).write_text(json.dumps(facts), encoding="utf-8")
        shutil.rmtree(directory, ignore_errors=True)
        os.replace(aside, directory)
    except OSError as error:
        raise _full(directory) from error
    except (duckdb.InvalidInputException, duckdb.ConversionException, pa.ArrowInvalid):
        raise UnusableInput(
            "Tabel daftar ini rusak atau bukan buatan aplikasi ini. Baca ulang dari berkas asalnya."
        ) from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def standing_tables(
    directory: Path,
    parameters: Mapping[str, Any],
    limits: Limits,
    parts: list[Path] | None = None,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the copy that ``write_copy`` made; ``parts`` of it, where it has several.

    Raises ``UnusableInput`` when there is none, or one of another version.
    """
    facts = _facts(directory)
    as_of = date.fromisoformat(facts["as_of"])
    with _connected(as_of, parameters, limits, directory) as connection:
        connection.execute("SET VARIABLE one_row_a_family = ?", [facts["one_row_a_family"]])
        for name in (*SUBJECT_TABLES, *PLAIN):
            _view(connection, name, parts or [directory])
        yield connection


@contextmanager
def slice_of(
    directory: Path, kelurahan: str, parameters: Mapping[str, Any], limits: Limits
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to one kelurahan of a copy: its own rows, and its neighbours' as they need."""
    with standing_tables(directory, parameters, limits) as connection:
        connection.execute("SET VARIABLE kelurahan = ?", [kelurahan])
        connection.execute(
            "CREATE TEMP TABLE shared AS SELECT key FROM "
            f"read_parquet({_quoted(directory / 'common.parquet')}) "
            f"WHERE asker = {_literal(kelurahan)}"
        )
        for name in SUBJECT_TABLES:
            near = _quoted(directory / f"neighbours_{name}.parquet")
            common = _quoted(directory / f"common_{name}.parquet")
            _narrow(
                connection,
                name,
                f"SELECT * FROM {name} WHERE kelurahan_of_finding = {_literal(kelurahan)} "
                "UNION ALL SELECT DISTINCT ON (place) * FROM ("
                f"SELECT * EXCLUDE (asker) FROM read_parquet({near}) "
                f"WHERE asker = {_literal(kelurahan)} "
                f"UNION ALL SELECT * EXCLUDE (key) FROM read_parquet({common}) "
                "WHERE key IN (SELECT key FROM shared) "
                f"AND kelurahan_of_finding <> {_literal(kelurahan)})",
            )
        ids = " UNION ALL ".join(f"SELECT {name}_id FROM {name}" for name in SUBJECT_TABLES)
        _narrow(connection, "cleaned", f"SELECT * FROM cleaned WHERE subject IN ({ids})")
        known = f"kelurahan_kode_kemendagri = {_literal(kelurahan)}"
        _narrow(connection, "rt_rw", f"SELECT * FROM rt_rw WHERE {known}")
        yield connection


def _narrow(connection: duckdb.DuckDBPyConnection, name: str, sql: str) -> None:
    """Put what ``sql`` gives in the place of the view ``name``, which it may read."""
    connection.execute(f"CREATE TEMP TABLE narrowed AS {sql}")
    connection.execute(f"DROP VIEW {name}")
    connection.execute(f"ALTER TABLE narrowed RENAME TO {name}")


def as_of_copy(directory: Path) -> date:
    """The reference date a copy was made for."""
    return date.fromisoformat(_facts(directory)["as_of"])


def _facts(directory: Path) -> dict[str, Any]:
    try:
        facts = json.loads((directory / _FACTS).read_text(encoding="utf-8"))
    except (OSError, RecursionError, ValueError):
        facts = {}
    if not isinstance(facts, dict) or facts.get("layout") != _LAYOUT:
        raise UnusableInput(
            "Salinan olahan daftar ini tidak ada atau dibuat versi lain. Periksa ulang daftarnya."
        )
    return dict(facts)


@contextmanager
def _connected(
    as_of: date, parameters: Mapping[str, Any], limits: Limits, directory: Path | None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """What does not fit into memory is spilt beside the copy, never elsewhere, and not kept."""
    connection = duckdb.connect()
    spill = directory / f"{_SPILL}-{os.getpid()}" if directory else None
    try:
        connection.execute(f"SET temp_directory = {_quoted(spill) if spill else _literal('')}")
        connection.execute("SET preserve_insertion_order = false")
        connection.execute("SET parquet_metadata_cache = true")
        if limits.memory:
            connection.execute(f"SET memory_limit = {_literal(limits.memory)}")
        if limits.threads:
            connection.execute(f"SET threads = {limits.threads}")
        for name, value in {**parameters, "as_of": as_of}.items():
            connection.execute(f"SET VARIABLE {name} = ?", [value])
        _add_reference(connection)
        yield connection
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise _full(directory) from error
    finally:
        connection.close()
        if spill:
            shutil.rmtree(spill, ignore_errors=True)


def _full(directory: Path | None) -> StoreFault:
    if directory is None:
        return StoreFault("Memori tidak cukup untuk memeriksa daftar sebesar ini.")
    return StoreFault(
        "Memori atau disk tidak cukup untuk memeriksa daftar ini. Kosongkan ruang, lalu ulangi."
    )


def _add_reference(connection: duckdb.DuckDBPyConnection) -> None:
    with as_file(files("workbench.domain").joinpath("reference")) as folder:
        lists = {path.stem: _csv(path) for path in folder.glob("*.csv")}
        for name, sql in REFERENCE.items():
            connection.execute(f"CREATE TABLE {name} AS {sql.format_map(lists)}")


def _csv(path: Path) -> str:
    """SQL that reads a code list as text; the columns are told, for guessing takes long."""
    with path.open(encoding="utf-8") as lines:
        columns = {name: "VARCHAR" for name in next(csv.reader(lines))}
    return f"read_csv({_quoted(path)}, header = true, auto_detect = false, columns = {columns})"


def _add_raw(connection: duckdb.DuckDBPyConnection, source: Register | Folder) -> None:
    for name in SNAPSHOT_TABLES:
        if isinstance(source, Register):
            connection.register(f"raw_{name}", source[name])
        else:
            connection.execute(f"CREATE VIEW raw_{name} AS {_conformed(name, source.file(name))}")
    refused = list(source.manifest.get("families_with_refused") or ())
    connection.register("incomplete", pa.table({"family_id": pa.array(refused, pa.string())}))
    connection.execute(
        "SET VARIABLE one_row_a_family = (SELECT count(*) > 1 AND max(n) = 1 FROM "
        "(SELECT count(*) AS n FROM raw_person GROUP BY family_id))"
    )
    # Who has one answer a NIK, as the registry gives them, is spared sorting them.
    connection.execute(
        "SET VARIABLE registry_repeats = "
        "(SELECT count(*) > count(DISTINCT hash(nik)) FROM raw_dukcapil)"
    )


def _conformed(table: str, path: Path | None) -> str:
    """SQL for a table of a folder with exactly its columns; absent ones become unknown."""
    known = set(pq.read_schema(path).names) if path else set()
    cells = []
    for column in TABLES[table]:
        kind, name = _TYPES[column.type], f'"{column.name}"'
        cell = f"CAST({name} AS {kind})" if column.name in known else f"CAST(NULL AS {kind})"
        cells.append(f"coalesce({cell}, '') AS {name}" if column.is_text else f"{cell} AS {name}")
    if path is None:
        return f"SELECT {', '.join(cells)} WHERE false"
    return f"SELECT {', '.join(cells)} FROM read_parquet({_quoted(path)})"


def _statements(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str, str]]:
    """Each typed table, its SQL and how it is stored, each after those it reads."""
    row = connection.execute("SELECT getvariable('registry_repeats')").fetchone()
    answers = (
        "SELECT * FROM raw_dukcapil QUALIFY row_number() OVER (PARTITION BY nik "
        "ORDER BY answered_on DESC NULLS LAST, status) = 1"
        if row == (True,)
        else "SELECT * FROM raw_dukcapil"
    )
    connection.execute(f"CREATE OR REPLACE VIEW registry AS {answers}")
    for name, sql in DEFINITIONS.items():
        # Families stand in order by then, and a number is sorted faster than two texts.
        order = "family_place NULLS FIRST" if name in _BY_FAMILY else "kelurahan_of_finding"
        yield name, sql, f" ORDER BY {order}, family_id, {name}_id"
    for name in PLAIN:
        sql = f"SELECT * FROM raw_{name}"
        if name == "dukcapil":
            # Rules ask for the answers that are not "hidup": these lie together, for they are few.
            sql = f"{sql} WHERE status <> 'hidup' UNION ALL {sql} WHERE status = 'hidup'"
        yield name, sql, ""


def _write(
    connection: duckdb.DuckDBPyConnection, sql: str, path: Path, row_group: int = _ROW_GROUP
) -> None:
    connection.execute(f"COPY ({sql}) TO {_quoted(path)} {_FORMAT.format(row_group)}")


def _view(connection: duckdb.DuckDBPyConnection, name: str, parts: list[Path]) -> None:
    """The table of one or several copies; ``place`` is the row's place in them, from 0."""
    selects = [
        f"SELECT *, file_row_number + {number << 40} AS place FROM "
        f"read_parquet({_quoted(part / f'{name}.parquet')}, file_row_number = true)"
        for number, part in enumerate(parts)
    ]
    if name in _BY_FAMILY:
        selects = [
            select.replace("*", f"* REPLACE (family_place + {number << 40} AS family_place)", 1)
            for number, select in enumerate(selects)
        ]
    elif name not in SUBJECT_TABLES:
        selects = [f"SELECT * FROM read_parquet({_quoted(p / f'{name}.parquet')})" for p in parts]
    connection.execute(f"CREATE VIEW {name} AS {' UNION ALL '.join(selects)}")


def _write_neighbours(connection: duckdb.DuckDBPyConnection, directory: Path) -> None:
    """What stands in several kelurahan, and every row of the families that have it.

    ``neighbours_<table>`` holds the rows by the kelurahan that asks for them. What many kelurahan
    share lies in ``common_<table>`` by its key, and ``common`` says who has which.
    """
    keys = " UNION ALL ".join(
        f"SELECT hash{key} AS key, kelurahan_of_finding AS home, {_UNIT.format(table)} AS unit "
        f"FROM {table} WHERE {where}"
        for table, key, where in _SHARED
    )
    connection.execute(
        f"CREATE TEMP TABLE crossing AS SELECT key FROM (SELECT key, hash(home) AS home "
        f"FROM ({keys})) GROUP BY key HAVING min(home) <> max(home)"
    )
    connection.execute(
        "CREATE TEMP TABLE sharing AS SELECT DISTINCT key, home, unit "
        f"FROM ({keys}) WHERE key IN (SELECT key FROM crossing)"
    )
    connection.execute(
        "CREATE TEMP TABLE asking AS SELECT key, home AS asker, "
        f"count(*) OVER (PARTITION BY key) > {_COMMON} AS common "
        "FROM (SELECT DISTINCT key, home FROM sharing)"
    )
    _write(
        connection,
        "SELECT asker, key FROM asking WHERE common ORDER BY ALL",
        directory / "common.parquet",
        _FEW,
    )
    connection.execute(
        "CREATE TEMP TABLE asked AS SELECT DISTINCT asker, unit FROM sharing JOIN asking "
        "USING (key) WHERE NOT common"
    )
    connection.execute(
        "CREATE TEMP TABLE held AS SELECT DISTINCT key, unit FROM sharing "
        "WHERE key IN (SELECT key FROM asking WHERE common)"
    )
    for name in SUBJECT_TABLES:
        unit = _UNIT.format(name)
        _write(
            connection,
            f"SELECT asker, t.* FROM {name} t JOIN asked ON {unit} = asked.unit "
            "WHERE kelurahan_of_finding <> asker ORDER BY asker",
            directory / f"neighbours_{name}.parquet",
            _FEW,
        )
        _write(
            connection,
            f"SELECT key, t.* FROM {name} t JOIN held ON {unit} = held.unit ORDER BY key",
            directory / f"common_{name}.parquet",
            _FEW,
        )


def _literal(text: str) -> str:
    escaped = text.replace("'", "''")
    return f"'{escaped}'"


def _quoted(path: Path) -> str:
    return _literal(str(path))

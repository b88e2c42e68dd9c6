"""A register: the people, families, aid and the rest of one list, as tables.

``Register`` is immutable and columnar (Arrow); it is what is stored, checked and mapped.
``Draft`` is the same thing opened for writing row by row; only invented worlds use it.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.domain import displays
from workbench.domain.schema import SNAPSHOT_TABLES, arrow_schema, columns, empty_row
from workbench.domain.words import date_id, number_id
from workbench.errors import StoreFault, UnusableInput, WrongUse

if TYPE_CHECKING:
    # Arrow is loaded where tables are made: whoever only knows rows (a trainee's kernel) stays
    # without it and without NumPy.
    import pyarrow as pa

Row = dict[str, Any]

MANIFEST = "manifest.json"
_OPTIONAL_TABLES = ("truth",)
_PREFIX = {"person": "P", "family": "F", "aid": "A", "event": "V", "ppks": "K", "psks": "S"}
_KEY = {
    "person": "person_id",
    "family": "family_id",
    "aid": "aid_id",
    "event": "event_id",
    "ppks": "ppks_id",
    "psks": "psks_id",
}

_TABLE_WORDS = {
    "person": "Anggota keluarga",
    "family": "Keluarga",
    "aid": "Bantuan",
    "event": "Peristiwa",
    "ppks": "PPKS (dahulu PMKS)",
    "psks": "PSKS",
    "dukcapil": "Jawaban Dukcapil",
    "rt_rw": "RT dan RW",
    "cleaned": "Sel yang dirapikan",
    "truth": "Yang ditanam (kunci)",
}


def key_column(table: str) -> str:
    """The column that identifies a row of ``table`` inside one snapshot."""
    return _KEY[table]


def conform(table: str, data: pa.Table) -> pa.Table:
    """Give ``data`` exactly the columns and types of ``table``; absent columns become unknown.

    Text is never null. Raises ``UnusableInput`` when a column cannot be read as its type.
    """
    import pyarrow as pa

    schema = arrow_schema(table)
    arrays = []
    for column in schema:
        if column.name not in data.column_names:
            fill = "" if pa.types.is_string(column.type) else None
            arrays.append(pa.array([fill] * data.num_rows, type=column.type))
            continue
        array = data.column(column.name)
        try:
            array = array.cast(column.type)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise UnusableInput(
                f"Kolom {column.name} pada tabel {table} bukan bertipe {column.type}. "
                "Buat ulang berkasnya dengan perintah verval read atau verval generate."
            ) from error
        if pa.types.is_string(column.type):
            array = array.fill_null("")
        arrays.append(array)
    return pa.table(arrays, schema=schema)


@dataclass(frozen=True)
class Register:
    """All tables of one list with their manifest.

    ``tables`` maps a table name of ``register.csv`` to an Arrow table with exactly its columns;
    ``manifest`` holds the keys listed there under ``manifest``. Indexing gives a table
    (``register["family"].to_pandas()`` a frame), an empty one where the list has none. Units are
    in the names: ``floor_area_m2``, ``income_rp`` (a month), ``power_va``.
    """

    tables: Mapping[str, pa.Table]
    manifest: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, table: str) -> pa.Table:
        found = self.tables.get(table)
        return found if found is not None else arrow_schema(table).empty_table()

    def __repr__(self) -> str:
        counts = ", ".join(f"{name}={self[name].num_rows}" for name in SNAPSHOT_TABLES)
        return f"Register({counts})"

    def _repr_html_(self) -> str:
        """Where the list comes from and how much it holds; no row of it."""
        names = [*SNAPSHOT_TABLES, *(name for name in _OPTIONAL_TABLES if name in self.tables)]
        rows = []
        for name in names:
            known = columns(name)
            carried = sum(self.carries(name, column) for column in known)
            if name in _OPTIONAL_TABLES:
                carried = len(known)
            rows.append(
                (_TABLE_WORDS[name], name, self[name].num_rows, f"{carried} dari {len(known)}")
            )
        return displays.card(
            "Daftar",
            displays.facts(self._facts()),
            displays.table(("Isi", "Tabel", "Baris", "Kolom yang dimuat"), rows),
            mark=displays.mark_of(self.workspace),
        )

    def _facts(self) -> Iterator[tuple[str, str]]:
        # Imported late: with that module a process settles its city, and this one comes before.
        from workbench.domain.wilayah import area_name

        about = self.manifest
        yield "Wilayah", area_name(str(about.get("city_kode_kemendagri") or ""))
        yield "Tanggal rujukan", _day(about.get("as_of"))
        yield "Periode", str(about.get("period") or "")
        yield "Jenis daftar", str(about.get("source_list") or "").upper()
        yield "Berkas", ", ".join(str(file.get("name", "")) for file in about.get("files") or ())
        if about.get("seed") is not None:
            share = number_id(100 * float(about.get("error_rate") or 0))
            seed = about["seed"]
            yield "Asal", f"orang karangan, benih {seed}, kesalahan pada {share} % keluarga"

    @property
    def workspace(self) -> str:
        """``latihan`` or ``nyata``."""
        return str(self.manifest.get("workspace", ""))

    def carries(self, table: str, column: str) -> bool:
        """Whether the list has this column; a missing column is not an empty cell.

        A manifest without ``carried`` (an invented world) carries everything.
        """
        carried = self.manifest.get("carried")
        return carried is None or column in carried.get(table, ())

    def write(self, directory: Path) -> None:
        """Write one Parquet file a table and ``manifest.json`` into ``directory``.

        The files are written beside it first and moved in together, the manifest last, so that
        a full disk leaves what was there as it was.
        """
        import pyarrow.parquet as pq

        aside = directory.parent / f".{directory.name}.{os.getpid()}"
        names = [*SNAPSHOT_TABLES, *(name for name in _OPTIONAL_TABLES if name in self.tables)]
        try:
            aside.mkdir(parents=True)
            for name in names:
                pq.write_table(self[name], aside / f"{name}.parquet", compression="zstd")
            text = json.dumps(self.manifest, ensure_ascii=False, indent=1, default=str)
            (aside / MANIFEST).write_text(text + "\n", encoding="utf-8")
            directory.mkdir(parents=True, exist_ok=True)
            (directory / MANIFEST).unlink(missing_ok=True)
            for name in _OPTIONAL_TABLES:
                (directory / f"{name}.parquet").unlink(missing_ok=True)
            for name in (*(f"{name}.parquet" for name in names), MANIFEST):
                os.replace(aside / name, directory / name)
        except OSError as error:
            raise StoreFault(
                f"Folder {directory.name} tidak dapat ditulis. "
                "Periksa ruang penyimpanan dan izin menulis, lalu ulangi."
            ) from error
        finally:
            shutil.rmtree(aside, ignore_errors=True)

    @classmethod
    def read(cls, directory: Path) -> Register:
        """Read a directory written by ``write``.

        Raises ``UnusableInput`` when it is no such directory or a table is damaged.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        manifest_path = directory / MANIFEST
        if not manifest_path.is_file():
            raise UnusableInput(
                f"Folder {directory.name} tidak memuat {MANIFEST}. Pilih folder hasil "
                "verval generate atau verval read, atau beri berkas daftarnya."
            )
        tables: dict[str, pa.Table] = {}
        try:
            manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
            for name in (*SNAPSHOT_TABLES, *_OPTIONAL_TABLES):
                path = directory / f"{name}.parquet"
                if path.is_file():
                    tables[name] = conform(name, pq.read_table(path))
        except (OSError, RecursionError, ValueError, pa.ArrowException) as error:
            raise UnusableInput(
                f"Folder {directory.name} rusak dan tidak dapat dibaca. "
                "Buat ulang folder itu dari berkas asalnya."
            ) from error
        if not isinstance(manifest, dict):
            raise UnusableInput(f"{MANIFEST} pada folder {directory.name} tidak berisi keterangan.")
        return cls(tables, manifest)


def _day(stated: object) -> str:
    if not stated:
        return ""
    try:
        return date_id(date.fromisoformat(str(stated)[:10]), long=True)
    except ValueError:
        return str(stated)


def _take(index: dict[Any, list[Row]], value: object, row: Row) -> None:
    index[value] = [other for other in index[value] if other is not row]


def _subject(table: str, row: Row) -> str:
    """The id of a row; the civil registry's rows are known by their NIK."""
    return str(row.get(_KEY.get(table, "nik"), ""))


def combine(registers: Sequence[Register]) -> Register:
    """Several registers as one; aid, PPKS and events find the people they name in the others.

    The first manifest leads and the first register keeps its ids; those of a later one get its
    number where they would collide (``P000001`` becomes ``P2-000001``). ``carried`` is the union.
    Raises ``WrongUse`` when the same list is given twice.
    """
    import pyarrow as pa

    if len(registers) == 1:
        return registers[0]
    own: list[Register] = []
    for place, register in enumerate(registers, start=1):
        for other in own:
            if register["person"].num_rows and register["person"].equals(other["person"]):
                raise WrongUse("Daftar yang sama diberikan dua kali. Beri tiap daftar satu kali.")
        own.append(_renumber(register, place) if _collides(register, own) else register)
    tables = {
        name: pa.concat_tables([register[name] for register in own]) for name in SNAPSHOT_TABLES
    }
    for name in ("aid", "ppks", "event"):
        tables[name] = _tie_to_people(tables[name], tables["person"])
    manifest = dict(own[0].manifest)
    carried: dict[str, list[str]] = {}
    for register in own:
        for table in SNAPSHOT_TABLES:
            known = carried.setdefault(table, [])
            known += [c for c in columns(table) if register.carries(table, c) and c not in known]
    manifest["carried"] = carried
    for listed in ("families_with_refused", "files", "mapping"):
        manifest[listed] = [
            entry for register in own for entry in register.manifest.get(listed) or ()
        ]
    return Register(tables, manifest)


def _collides(register: Register, others: Sequence[Register]) -> bool:
    import pyarrow.compute as pc

    for name, key in _KEY.items():
        mine = register[name][key]
        for other in others:
            if pc.any(pc.is_in(mine, other[name][key])).as_py():
                return True
    return False


def _renumber(register: Register, place: int) -> Register:
    """The same register with its place among several written into every id."""
    import pyarrow.compute as pc

    def renamed(column: pa.ChunkedArray) -> pa.ChunkedArray:
        return pc.replace_substring_regex(column, r"^([A-Z])(.+)$", rf"\1{place}-\2")

    tables = {}
    for name in SNAPSHOT_TABLES:
        table = register[name]
        for key in (*_KEY.values(), "subject"):
            if key in table.column_names:
                where = table.column_names.index(key)
                table = table.set_column(where, key, renamed(table[key]))
        tables[name] = table
    manifest = dict(register.manifest)
    refused = manifest.get("families_with_refused") or ()
    manifest["families_with_refused"] = [f"{family[0]}{place}-{family[1:]}" for family in refused]
    return Register(tables, manifest)


def _tie_to_people(table: pa.Table, people: pa.Table) -> pa.Table:
    """Rows that name nobody of their own list get the person and family of their NIK."""
    import pyarrow as pa
    import pyarrow.compute as pc

    loose = pc.and_(pc.equal(table["person_id"], ""), pc.not_equal(table["nik"], ""))
    if not pc.any(loose).as_py():
        return table
    known = {
        nik: (person, family)
        for nik, person, family in zip(
            people["nik"].to_pylist(),
            people["person_id"].to_pylist(),
            people["family_id"].to_pylist(),
            strict=True,
        )
    }
    found = [
        known.get(nik, ("", family)) if is_loose else (person, family)
        for nik, person, family, is_loose in zip(
            table["nik"].to_pylist(),
            table["person_id"].to_pylist(),
            table["family_id"].to_pylist(),
            loose.to_pylist(),
            strict=True,
        )
    ]
    for place, column in enumerate(("person_id", "family_id")):
        where = table.column_names.index(column)
        values = pa.array([pair[place] for pair in found], pa.string())
        table = table.set_column(where, column, values)
    return table


@dataclass
class Change:
    """One cell changed, or one row added or removed (``column`` is then empty)."""

    table: str
    subject: str
    column: str
    before: Any
    after: Any


class Draft:
    """A register opened for writing, row by row.

    ``tables`` maps each table name to a list of dict rows with every column of the table.
    ``change``, ``add`` and ``remove`` keep the look-ups right and record what was done in
    ``changes`` (cleared by ``take_changes``).
    """

    def __init__(self, manifest: Mapping[str, Any] | None = None) -> None:
        self.tables: dict[str, list[Row]] = {name: [] for name in SNAPSHOT_TABLES}
        self.manifest: dict[str, Any] = dict(manifest or {})
        self.changes: list[Change] = []
        self._by_family: dict[str, dict[str, list[Row]]] = {
            name: {} for name in ("person", "aid", "event", "ppks")
        }
        self._families: dict[str, Row] = {}
        self._registry: dict[str, Row] = {}
        self._counters: dict[str, int] = {}
        self._last_rows: dict[str, int] = {}
        self._by_value: dict[str, dict[str, dict[Any, list[Row]]]] = {}

    @classmethod
    def from_register(cls, register: Register) -> Draft:
        """Open a register for writing."""
        draft = cls(register.manifest)
        for name in SNAPSHOT_TABLES:
            for row in register[name].to_pylist():
                draft._append(name, row)
        return draft

    def to_register(self, truth: Iterable[Row] | None = None) -> Register:
        """Close the draft into an immutable register, with the ``truth`` table where given."""
        import pyarrow as pa

        tables = {
            name: pa.Table.from_pylist(rows, schema=arrow_schema(name))
            for name, rows in self.tables.items()
        }
        if truth is not None:
            tables["truth"] = pa.Table.from_pylist(list(truth), schema=arrow_schema("truth"))
        return Register(tables, dict(self.manifest))

    def new_id(self, table: str) -> str:
        """A fresh id for ``table``: P000001, F000001, ... in the order asked."""
        taken = self._counters.get(table, 0) + 1
        self._counters[table] = taken
        return f"{_PREFIX[table]}{taken:06d}"

    def families(self) -> Iterator[Row]:
        """Family rows in table order."""
        return iter(self.tables["family"])

    def family(self, family_id: str) -> Row:
        """The row of one family."""
        return self._families[family_id]

    def members(self, family_id: str) -> list[Row]:
        """Person rows of one family, in table order."""
        return list(self._by_family["person"].get(family_id, ()))

    def rows(self, table: str, family_id: str) -> list[Row]:
        """Rows of ``person``, ``aid``, ``event`` or ``ppks`` that belong to one family."""
        return list(self._by_family[table].get(family_id, ()))

    def bearing(self, table: str, column: str, value: object) -> list[Row]:
        """Rows of ``table`` with this value in ``column``, the latest last.

        As quick in a long table as in a short one: the column is sorted into an index when it
        is first asked for, and ``change``, ``add`` and ``remove`` keep it right.
        """
        indexes = self._by_value.setdefault(table, {})
        index = indexes.get(column)
        if index is None:
            index = indexes[column] = {}
            for row in self.tables[table]:
                index.setdefault(row[column], []).append(row)
        return list(index.get(value, ()))

    def next_row(self, table: str) -> int:
        """The place on the sheet below all rows that ever stood in ``table``."""
        return self._last_rows.get(table, 0) + 1

    def registry(self, nik: str) -> Row | None:
        """The civil registry's answer for a NIK, or None when it was never asked."""
        return self._registry.get(nik)

    def add(self, table: str, row: Mapping[str, Any]) -> Row:
        """Append a row; columns left out are unknown. Returns the stored row."""
        stored = self._append(table, row)
        self.changes.append(Change(table, _subject(table, stored), "", None, dict(stored)))
        return stored

    def remove(self, table: str, row: Row) -> None:
        """Take a row out of its table."""
        rows = self.tables[table]
        # What is removed has mostly been added a moment ago.
        for place in range(len(rows) - 1, -1, -1):
            if rows[place] is row:
                del rows[place]
                break
        for column, index in self._by_value.get(table, {}).items():
            _take(index, row[column], row)
        groups = self._by_family.get(table)
        if groups is not None:
            groups[row["family_id"]] = [r for r in groups[row["family_id"]] if r is not row]
        if table == "family":
            del self._families[row["family_id"]]
        if table == "dukcapil":
            del self._registry[row["nik"]]
        self.changes.append(Change(table, _subject(table, row), "", dict(row), None))

    def change(self, table: str, row: Row, **cells: Any) -> None:
        """Set cells of a row, recording before and after; an equal value is no change."""
        subject = _subject(table, row)
        for column, after in cells.items():
            before = row[column]
            if before == after:
                continue
            self.changes.append(Change(table, subject, column, before, after))
            row[column] = after
            index = self._by_value.get(table, {}).get(column)
            if index is not None:
                _take(index, before, row)
                index.setdefault(after, []).append(row)
            if column == "family_id" and table in self._by_family:
                groups = self._by_family[table]
                groups[before] = [r for r in groups[before] if r is not row]
                groups.setdefault(after, []).append(row)
            if table == "dukcapil" and column == "nik":
                del self._registry[before]
                self._registry[after] = row

    def take_changes(self) -> list[Change]:
        """What was done since the last call, in order."""
        taken, self.changes = self.changes, []
        return taken

    def _append(self, table: str, row: Mapping[str, Any]) -> Row:
        stored: Row = empty_row(table) | row
        self.tables[table].append(stored)
        if stored.get("row"):
            self._last_rows[table] = max(self._last_rows.get(table, 0), stored["row"])
        for column, index in self._by_value.get(table, {}).items():
            index.setdefault(stored[column], []).append(stored)
        groups = self._by_family.get(table)
        if groups is not None:
            groups.setdefault(stored["family_id"], []).append(stored)
        if table == "family":
            self._families[stored["family_id"]] = stored
        elif table == "dukcapil":
            self._registry[stored["nik"]] = stored
        prefix = _PREFIX.get(table)
        if prefix:
            number = str(stored[_KEY[table]])[len(prefix) :]
            if number.isdigit():
                self._counters[table] = max(self._counters.get(table, 0), int(number))
        return stored

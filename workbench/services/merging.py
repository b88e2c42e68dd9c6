"""Two linked lists made one: put on the shelf, with where its cells come from and how they differ.

Beside the merged list lie ``asal_usul.parquet`` (cells that are not simply the preferred list's)
and ``asal_baris.parquet`` (what became of the rows of both lists); they live as long as it does.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import astuple, dataclass
from datetime import date
from functools import cache, cached_property
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from workbench.access import Actor, Permission, Workspace, require
from workbench.domain.ages import unlike_words
from workbench.domain.register import Register
from workbench.domain.schema import TABLES
from workbench.domain.wilayah import CITY, PLACE_KINDS
from workbench.domain.words import mask_nik, number_id
from workbench.errors import NotFound, StoreFault, WrongUse
from workbench.linkage import Asks, Merged, Progress, attach, merge, telling
from workbench.linkage.merging import LEFT, RIGHT
from workbench.services import imports, keys, linking, shelves
from workbench.services.comparisons import MASKED
from workbench.services.exports import MOST_ROWS
from workbench.services.linking import KINDS, OpenLinking
from workbench.services.office import Office
from workbench.services.sheets import add_sheet
from workbench.services.shelves import ListSummary
from workbench.store import pairs, snapshots
from workbench.training.labels import area_words, column_label, running, show

_PLACE: Final = "kelurahan_kode_kemendagri"
_PROVENANCE = "asal_usul.parquet"
_ACCOUNTS = "asal_baris.parquet"
#: Under this name a merged list's record says which linking it came from.
_FROM = "gabungan"
_NUMBERS: Final = frozenset(("nik", "no_kk"))
#: Compared, and never shown: that the lists differ on it is all that was kept.
_HIDDEN: Final = "mother_name"

#: The tables of a merged list in words.
TABLE_WORDS: Final[Mapping[str, str]] = {
    "person": "Orang",
    "family": "Keluarga",
    "aid": "Bantuan",
    "event": "Kejadian",
    "ppks": "PPKS",
}


@dataclass(frozen=True)
class Difference:
    """A cell on which both lists say something, and not the same; numbers are masked."""

    name: str
    place: str
    column: str
    used: str
    source: str
    other: str


@dataclass(frozen=True)
class Differences:
    """The cells in which two merged lists differ.

    ``sums``: table to ``kiri``, ``kanan``, ``gabungan``, ``ganda``, with kiri + kanan = gabungan +
    ganda. ``table``: table, subject, column, source, value, other, name, place, by column.
    """

    summary: ListSummary
    sums: Mapping[str, Mapping[str, int]]
    table: pa.Table

    @cached_property
    def columns(self) -> Mapping[str, tuple[str, int]]:
        """Name (``person.name``) to words and how many cells differ; each is counted once."""
        grouped = self.table.group_by(["table", "column"], use_threads=False)
        return {
            f"{row['table']}.{row['column']}": (
                f"{TABLE_WORDS[row['table']]}: "
                f"{running(column_label(row['table'], row['column']))}",
                row["count_all"],
            )
            for row in grouped.aggregate([([], "count_all")]).to_pylist()
        }

    def count(self, column: str = "") -> int:
        """How many cells differ, of one column or of all ("")."""
        return self.columns[column][1] if column else self.table.num_rows

    def rows(self, column: str = "", start: int = 0, size: int | None = None) -> list[Difference]:
        """``size`` of the cells from ``start`` on, of one column or of all ("")."""
        table = self.table
        if column:
            name, _, own = column.partition(".")
            is_asked = pc.and_(pc.equal(table["table"], name), pc.equal(table["column"], own))
            table = table.filter(is_asked)
        return [_difference(row) for row in table.slice(start, size).to_pylist()]


def join(
    office: Office,
    actor: Actor,
    linking_id: str,
    name: str,
    preferred: str = RIGHT,
    progress: Progress | None = None,
    cancelled: Asks | None = None,
) -> Differences:
    """Make one list of both and put it on the shelf, with where every doubled cell comes from.

    ``preferred`` (kiri, kanan) is the list whose cells hold where the two differ. Only somebody
    whose areas cover both lists may do it: a merged list is nobody's part. Raises ``Cancelled``
    when ``cancelled`` says so: then nothing is kept.
    """
    require(actor, Permission.LINK_LISTS)
    require(actor, Permission.IMPORT_LIST)
    if preferred not in (LEFT, RIGHT):
        raise WrongUse("Pilih daftar mana yang dipakai bila isinya berbeda.")
    if not name.strip():
        raise WrongUse("Beri nama untuk basis data terpadu ini.")
    tell = telling(progress, cancelled)
    tell(0, "Membuka kedua daftar ...")
    opened = linking.open_linking(office, actor, linking_id)
    tell(0.2, "Menggabungkan kedua daftar ...")
    made = _merged(office, actor, opened, preferred)
    summary = imports.shelve(
        office,
        actor,
        name.strip()[:120],
        made.register,
        None,
        tell,
        facts={_FROM: {"padanan": linking_id, "jumlah": made.sums}},
    )
    folder = office.snapshots_dir(actor.workspace) / summary.id
    try:
        with keys.filling(office.root, actor.workspace, folder, summary.id) as plain:
            pq.write_table(made.provenance, plain / _PROVENANCE, compression="zstd")
            pq.write_table(made.accounts, plain / _ACCOUNTS, compression="zstd")
    except OSError as error:
        shelves.remove(office, actor, summary.id, "asal-usul tidak tersimpan")
        raise StoreFault(shelves.FULL_DISK) from error
    pairs.record_merging(office.store_for(actor), actor.id, linking_id, summary.id)
    return differences(office, actor, summary.id)


def merged_lists(office: Office, actor: Actor, linking_id: str) -> tuple[ListSummary, ...]:
    """The lists on the shelf that were made of this linking, newest first."""
    require(actor, Permission.LINK_LISTS)
    return tuple(
        shelves.summary_of(snapshot)
        for snapshot in snapshots.list_snapshots(office.store_for(actor))
        if (snapshot.manifest.get(_FROM) or {}).get("padanan") == linking_id
    )


def provenance(office: Office, actor: Actor, list_id: str) -> tuple[pa.Table, pa.Table]:
    """Of a merged list: where its cells come from, and where the rows of both lists went.

    Only for somebody whose areas cover the list; raises ``NotFound`` for a list of one source.
    """
    require(actor, Permission.READ_LIST)
    snapshot, whole = shelves.standing(office, actor, list_id)
    folder = shelves.folder_of(office, actor, snapshot)
    if not shelves.covers_all(actor, whole.register) or not (folder / _ACCOUNTS).is_file():
        raise NotFound("Daftar ini bukan basis data terpadu, atau di luar wilayah tugas Anda.")
    with keys.opened(office.root, folder, {_PROVENANCE, _ACCOUNTS}.__contains__) as plain:
        return pq.read_table(plain / _PROVENANCE), pq.read_table(plain / _ACCOUNTS)


def differences(office: Office, actor: Actor, list_id: str) -> Differences:
    """Where the two lists a merged list was made of say something else, and its sums.

    Raises ``NotFound`` as ``provenance`` does.
    """
    cells, _accounts = provenance(office, actor, list_id)
    snapshot, whole = shelves.standing(office, actor, list_id)
    told = cells.filter(cells["is_conflict"]).drop_columns(["is_conflict"])
    order = [("table", "descending"), ("column", "ascending"), ("subject", "ascending")]
    table = told.join(_named(whole.register), ["table", "subject"]).sort_by(order)
    sums = snapshot.manifest[_FROM]["jumlah"]
    return Differences(shelves.summary_of(snapshot), sums, table)


def differences_file(
    office: Office, actor: Actor, list_id: str, column: str = ""
) -> tuple[str, bytes]:
    """The differences of a merged list as a workbook, of one column or of all (""): name, content.

    Numbers are masked; nothing of a list becomes a formula where the file is opened.
    """
    require(actor, Permission.READ_LIST)
    found = differences(office, actor, list_id)
    if found.count(column) > MOST_ROWS:
        raise WrongUse(
            f"{number_id(found.count(column))} perbedaan terlalu banyak untuk satu berkas; paling "
            f"banyak {number_id(MOST_ROWS)}. Pilih satu kolom dulu."
        )
    import xlsxwriter

    content = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    book = xlsxwriter.Workbook(content, options)
    mark = "LATIHAN" if actor.workspace is Workspace.LATIHAN else "DATA NYATA - TERBATAS"
    _write_sums(book, found, mark)
    _write_cells(book, found.rows(column), mark)
    book.close()
    return f"perbedaan-{list_id}.xlsx", content.getvalue()


def sums_sentence(sums: Mapping[str, int]) -> str:
    """The sums of one table: rows of both lists = rows of the merged one + those in both."""
    return (
        f"{number_id(sums[LEFT])} + {number_id(sums[RIGHT])} baris = "
        f"{number_id(sums['gabungan'])} gabungan + {number_id(sums['ganda'])} ada di keduanya"
    )


def _merged(office: Office, actor: Actor, opened: OpenLinking, preferred: str) -> Merged:
    left, right = (
        shelves.standing(office, actor, each)[1].register
        for each in (opened.summary.left_id, opened.summary.right_id)
    )
    if not (shelves.covers_all(actor, left) and shelves.covers_all(actor, right)):
        raise WrongUse(
            "Salah satu daftar memuat wilayah di luar tugas Anda, jadi tidak dapat digabungkan. "
            f"Mintalah staf yang bertugas di seluruh {CITY.kind}."
        )
    table = KINDS[opened.summary.kind].table
    if table:
        return attach(left, right, table, opened.left.whose, opened.linked)
    return merge(left, right, opened.linked, preferred)


def _named(register: Register) -> pa.Table:
    """Whose a cell is: table, subject, and the name and kelurahan to find it by."""
    families = register["family"].select(["family_id", "head_name", _PLACE])
    persons = register["person"].select(["family_id", "person_id", "name"])
    people = persons.join(families.select(["family_id", _PLACE]), "family_id")
    both = {"person": people.drop_columns(["family_id"]), "family": families}
    return pa.concat_tables(
        table.rename_columns(["subject", "name", "place"]).append_column(
            "table", pa.array([name] * table.num_rows, pa.string())
        )
        for name, table in both.items()
    )


def _difference(row: Mapping[str, Any]) -> Difference:
    table, column = row["table"], row["column"]
    value, other = (_value_words(table, column, row[name]) for name in ("value", "other"))
    if column == "birth_date" and row["value"] and row["other"]:
        dates = (date.fromisoformat(row[name]) for name in ("other", "value"))
        value, other = MASKED, unlike_words(*dates)
    return Difference(
        row["name"] or "(tanpa nama)",
        area_words(row["place"]) if row["place"] else "belum dikenali",
        column_label(table, column),
        value,
        "daftar pertama" if row["source"] == LEFT else "daftar kedua",
        other,
    )


@cache
def _kinds() -> Mapping[tuple[str, str], str]:
    return {(table, column.name): column.type for table in TABLES for column in TABLES[table]}


def _value_words(table: str, column: str, text: str) -> str:
    if column == _HIDDEN:
        return "(tidak ditampilkan)"
    if column in _NUMBERS:
        return mask_nik(text)
    if column == "birth_date" and text:
        return MASKED
    read: Mapping[str, Callable[[str], Any]] = {
        "date": date.fromisoformat,
        "bool": "True".__eq__,
        "int": int,
        "float": float,
    }
    return show(table, column, read.get(_kinds()[table, column], str)(text))


def _write_sums(book: Any, found: Differences, mark: str) -> None:
    bold, head = book.add_format({"bold": True}), book.add_format({"bold": True, "bottom": 1})
    sheet = add_sheet(book, "Ringkasan", (44, 16, 16, 16, 16), mark)
    sheet.write_string(0, 0, f"Perbedaan isi: {found.summary.name}", bold)
    sheet.write_string(1, 0, f"{mark}. NIK dan nomor KK disamarkan.")
    line = 3
    titles = ("Tabel", "Daftar pertama", "Daftar kedua", "Gabungan", "Ada di keduanya")
    for place, title in enumerate(titles):
        sheet.write_string(line, place, title, head)
    for table, sums in found.sums.items():
        line += 1
        sheet.write_string(line, 0, TABLE_WORDS[table])
        for place, name in enumerate((LEFT, RIGHT, "gabungan", "ganda"), start=1):
            sheet.write_number(line, place, sums[name])
    line += 2
    for place, title in enumerate(("Kolom", "Isi berbeda")):
        sheet.write_string(line, place, title, head)
    for words, count in (*found.columns.values(), ("Jumlah", found.count())):
        line += 1
        sheet.write_string(line, 0, words)
        sheet.write_number(line, 1, count)


def _write_cells(book: Any, rows: Iterable[Difference], mark: str) -> None:
    head = book.add_format({"bold": True, "bottom": 1})
    sheet = add_sheet(book, "Perbedaan", (28, 28, 24, 30, 16, 30), mark)
    titles = ("Siapa", PLACE_KINDS, "Kolom", "Dipakai", "Dari", "Di daftar lain")
    for place, title in enumerate(titles):
        sheet.write_string(0, place, title, head)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    for line, row in enumerate(rows, start=1):
        for place, text in enumerate(astuple(row)):
            sheet.write_string(line, place, text[:32_000])

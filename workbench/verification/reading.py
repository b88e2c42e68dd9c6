"""Lists as offices have them, read into a register: what was taken in, refused, and changed.

``read_list`` does the whole; ``propose_mapping`` shows first what it would do with each column,
so that a person can correct it. Nothing is lost on the way: rows read = rows kept + rows refused.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from workbench.domain.register import Register
from workbench.domain.wilayah import CITY
from workbench.domain.words import mask_nik, number_id
from workbench.errors import UnusableInput, WrongUse
from workbench.verification import columns, kinds, layout, overlaps, records, tables, workbooks
from workbench.verification.blocks import AID, FAMILY, PERSON, SIDE_LISTS, Block
from workbench.verification.cells import tidy
from workbench.verification.columns import field_of
from workbench.verification.dates import find_year, read_period
from workbench.verification.opening import text_of
from workbench.verification.overlaps import find_overlaps
from workbench.verification.places import PLACE_COLUMNS, find_heading_place
from workbench.verification.pulse import Progress, Pulse
from workbench.verification.refusals import Refusal, refused_table
from workbench.verification.side_lists import choose_side_list, names_event
from workbench.verification.sieve import Sieve, sieve_rows, zeros_of_whole
from workbench.verification.sources import NotAList, RawSheet, Source

Paths = Path | str | Sequence[Path | str]


@dataclass(frozen=True)
class Reading:
    """One or several lists, read.

    ``register`` holds all tables of ``register.csv`` but ``truth``, its manifest filled;
    ``refused`` is the table of that name; ``counts`` has dibaca, disimpan and ditolak (rows of
    the source sheets; dibaca = disimpan + ditolak). ``mapping`` lists file, sheet, header, table,
    column and why; ``notes`` are Indonesian sentences. ``aid_places`` has aid_id and
    kelurahan_kode_kemendagri for rows of payee lists, which have no family row to hold it.
    """

    register: Register
    refused: pa.Table
    counts: dict[str, int]
    mapping: list[dict[str, str]]
    notes: list[str]
    aid_places: pa.Table = field(repr=False)


@dataclass(frozen=True)
class ProposedColumn:
    """One column of a list: its header, three of its values, where we would put it, and why.

    ``table`` and ``column`` are "" for a column that is not used. Numbers of people are masked.
    """

    file: str
    sheet: str
    header: str
    samples: tuple[str, ...]
    table: str
    column: str
    words: str
    why: str


@dataclass(frozen=True)
class Proposal:
    """What reading a file would do with its columns; ``notes`` are Indonesian sentences.

    ``missing`` names, in Indonesian, the columns a list is known by that were not found.
    """

    file: str
    columns: tuple[ProposedColumn, ...]
    notes: tuple[str, ...]
    missing: tuple[str, ...] = ()

    def as_mapping(self) -> list[dict[str, str]]:
        """The mapping ``read_list`` takes; columns that are not used stand there with "" ."""
        return [
            {
                "file": column.file,
                "sheet": column.sheet,
                "header": column.header,
                "table": column.table,
                "column": column.column,
            }
            for column in self.columns
        ]


@dataclass
class _Part:
    """One usable sheet on its way."""

    source: Source
    sheet: RawSheet
    grid: layout.Grid
    assigned: list[layout.Assigned]
    base: int
    titles: list[str]
    kinds: npt.NDArray[np.int8] = field(default_factory=lambda: np.zeros(0, np.int8))
    kind: str = ""
    sieve: Sieve | None = None
    source_list: str = "lain"

    def field_keys(self) -> set[str]:
        return {item.key for item in self.assigned if item.key} - {"number", "ignored"}

    def headings(self) -> list[str]:
        """What is written over the list: its titles and the name of its sheet."""
        return [*self.titles, self.sheet.name]

    def stem(self) -> str:
        """The name of its file as words."""
        return re.sub(r"[_\W]+", " ", Path(self.source.name).stem).strip()

    def place(self) -> str:
        """The kelurahan the headings name, or the file where they name none; "" for none."""
        return find_heading_place(self.headings()) or find_heading_place([self.stem()])


def read_list(
    paths: Paths,
    practice: bool,
    as_of: date | None = None,
    mapping: Sequence[Mapping[str, object]] | None = None,
    progress: Progress | None = None,
) -> Reading:
    """Read one or several lists into one register.

    ``practice`` says on which side of the wall the list is read; ``as_of`` is the reference date
    (the day of reading when None); ``mapping`` corrects columns by hand (file, sheet, header,
    table, column; an empty column leaves that header out); ``progress`` is called with a share
    from 0 to 1 and Indonesian words, and may raise to stop.

    Raises ``UnusableInput`` for a file that cannot be used, ``WrongUse`` for a wrong mapping.
    """
    with workbooks.many_objects():
        return _read(_check_paths(paths), practice, as_of, mapping, progress)


def _read(
    chosen: Sequence[Path],
    practice: bool,
    as_of: date | None,
    mapping: Sequence[Mapping[str, object]] | None,
    progress: Progress | None,
) -> Reading:
    by_hand = columns.read_mapping(mapping)
    day = as_of or date.today()
    pulse = Pulse(progress)
    parts: list[_Part] = []
    sources: list[Source] = []
    used: dict[str, list[str]] = {}
    left: dict[str, list[tuple[str, str]]] = {}
    passed: list[str] = []
    base = 0
    for number, path in enumerate(chosen):
        start, end = (0.6 * (number + n) / len(chosen) for n in (0, 1))
        pulse.enter(start, end, f"Membuka {path.name}", _seconds(path))
        for name, content in workbooks.unpack(path):
            try:
                source = workbooks.open_source(name, content, _rater(by_hand), beat=pulse)
                found, left_out, base = _open_parts(source, by_hand, base, pulse)
            except NotAList as error:
                if name == path.name:
                    raise
                passed.append(str(error))
                continue
            _refuse_twice(source, sources)
            sources.append(source)
            for part in found:
                data = part.kinds == layout.DATA
                part.sieve = sieve_rows(
                    part.grid, part.assigned, data, source.name, practice, pulse
                )
            _refuse_whole_file(source.name, found, practice)
            parts += found
            used[source.sha256] = [part.sheet.name for part in found]
            left[source.sha256] = left_out
        if not any(source.name.startswith(path.name) for source in sources):
            raise UnusableInput(
                f"Arsip {path.name} tidak memuat daftar; isi dengan lembar kerja atau berkas teks "
                "berkolom NIK, nama, atau kelurahan."
            )
    pulse.enter(0.6, 0.85, "Membaca isi kolom")
    blocks = _read_blocks(parts, day, pulse)
    pulse.enter(0.85, 0.98, "Menyusun keluarga dan orang")
    refused_kk = [
        (part.source_list, kk) for part in parts if part.sieve for kk in part.sieve.refused_kk
    ]
    joined = tables.join_blocks(blocks, refused_kk, pulse)
    refusals = [refusal for part in parts if part.sieve for refusal in part.sieve.refusals]
    counts = _count(parts, refusals)
    shown = _mapping_of(parts, blocks)
    notes = [
        *_notes(parts, blocks, sources, left, joined, by_hand),
        *(f"Di dalam arsip: {sentence}" for sentence in passed),
        *find_overlaps(
            [
                overlaps.Part(_call(part, len(sources)), _period_of(part), block)
                for part, block in zip(parts, blocks, strict=True)
            ]
        ),
    ]
    manifest = {
        **_manifest(practice, day, sources, used, left, parts, shown, joined, counts, refusals),
        "notes": notes,
    }
    pulse.finish("Selesai")
    register = Register(joined.tables, manifest)
    return Reading(register, refused_table(refusals), counts, shown, notes, joined.aid_places)


def _seconds(path: Path) -> float:
    """About how long opening a file takes; only the bar of a screen depends on it."""
    try:
        return max(1.0, path.stat().st_size / 4_000_000)
    except OSError:
        return 1.0


def propose_mapping(
    path: Path | str, mapping: Sequence[Mapping[str, object]] | None = None
) -> Proposal:
    """What ``read_list`` would do with each column of a file, for a person to confirm.

    Looks at the first rows only. Raises ``UnusableInput`` where no header can be found; a header
    without NIK, name or kelurahan is proposed all the same, so that it can be mapped by hand.
    """
    by_hand = columns.read_mapping(mapping)
    path = Path(path)
    proposed: list[ProposedColumn] = []
    notes: list[str] = []
    seen_keys: set[str] = set()
    for name, content in workbooks.unpack(path):
        try:
            source = workbooks.open_source(name, content, _rater(by_hand), most_rows=500)
        except NotAList as error:
            if name == path.name:
                raise
            notes.append(f"Di dalam arsip: {error}")
            continue
        notes += source.notes
        for sheet in source.sheets:
            found, keys, note = _propose_sheet(source, sheet, by_hand)
            proposed += found
            seen_keys |= keys
            notes += note
    if not proposed:
        raise UnusableInput(_no_header(path.name))
    wanted = (("nik", "NIK"), ("name", "nama"), ("kelurahan", "kelurahan"))
    missing = tuple(words for key, words in wanted if not _has(seen_keys, key))
    return Proposal(path.name, tuple(proposed), tuple(notes), missing)


def _propose_sheet(
    source: Source, sheet: RawSheet, by_hand: Sequence[Mapping[str, str]]
) -> tuple[list[ProposedColumn], set[str], list[str]]:
    """The columns of one sheet, the fields they were taken for, and what to say of it."""
    header = layout.find_header(sheet.first(layout.TOP_ROWS), [item["header"] for item in by_hand])
    if header is None:
        return [], set(), [f"Lembar {sheet.name} tidak dipakai: tidak ada baris judul kolom."]
    titles = _titles(sheet, header)
    grid = layout.open_grid(sheet, header)
    assigned = layout.assign_columns(grid, source.name, by_hand)
    part = _Part(source, sheet, grid, assigned, 0, titles)
    part.kinds = layout.sort_rows(grid, assigned)
    keys = part.field_keys()
    kind = _choose_kind(part) or records.choose_kind(keys, False)
    proposed = []
    for item in assigned:
        table, column = _target(item.key, kind)
        texts = grid.columns[item.place].keep(part.kinds == layout.DATA).samples(3)
        samples = tuple(_shown(item.key, text) for text in texts)
        words = field_of(item.key).words if table else ""
        proposed.append(
            ProposedColumn(
                source.name, sheet.name, item.header, samples, table, column, words, item.why
            )
        )
    notes = []
    if header.row:
        notes.append(f"{_in_sheet(sheet.name)}judul kolom ditemukan di baris {header.row + 1}.")
    return proposed, keys, notes


# --- files and sheets --------------------------------------------------------------------------


def _check_paths(paths: Paths) -> list[Path]:
    given: Iterable[Path | str] = [paths] if isinstance(paths, (str, Path)) else paths
    chosen = [Path(path) for path in given]
    if not chosen:
        raise WrongUse("Tidak ada berkas daftar yang diberikan; pilih paling sedikit satu berkas.")
    return chosen


def _rater(by_hand: Sequence[Mapping[str, str]]) -> Callable[[Sequence[str]], float]:
    wanted = [columns.squash(item["header"]) for item in by_hand]
    return lambda cells: columns.rate_header(cells, wanted)


def _refuse_twice(source: Source, others: Sequence[Source]) -> None:
    for other in others:
        if other.sha256 == source.sha256:
            raise UnusableInput(
                f"Berkas {source.name} dan {other.name} isinya sama persis; pilih salah satu saja."
            )


def _no_header(name: str) -> str:
    return (
        f"Berkas {name} tidak memuat baris judul kolom pada {layout.ROWS_SEARCHED} baris "
        "pertamanya; tambahkan baris judul seperti NIK, Nama, Kelurahan di atas datanya."
    )


def _has(keys: set[str], wanted: str) -> bool:
    if wanted == "name":
        return bool(keys & {"name", "head_name"})
    if wanted == "kelurahan":
        return bool(keys & {"kelurahan", "kelurahan_kode_kemendagri", "kelurahan_kode_bps"})
    return wanted in keys


def _open_parts(
    source: Source, by_hand: Sequence[Mapping[str, str]], base: int, beat: Callable[[], None]
) -> tuple[list[_Part], list[tuple[str, str]], int]:
    """The usable sheets of a file, the sheets left out with why, and the next free position."""
    wanted = [
        item["header"] for item in by_hand if item["file"] in ("", source.name) and item["column"]
    ]
    found: list[_Part] = []
    left_out = list(source.left_out)
    headless = nameless = 0
    for sheet in source.sheets:
        start, base = base, base + sheet.height
        header = layout.find_header(sheet.first(layout.TOP_ROWS), wanted)
        if header is None:
            headless += 1
            left_out.append((sheet.name, "tidak ada baris judul kolom"))
            continue
        titles = _titles(sheet, header)
        grid = layout.open_grid(sheet, header, beat)
        assigned = layout.assign_columns(grid, source.name, by_hand)
        part = _Part(source, sheet, grid, assigned, start, titles)
        part.kinds = layout.sort_rows(grid, assigned, beat)
        part.kind = _choose_kind(part)
        keys = {item.key for item in assigned}
        if not part.kind and not any(_has(keys, key) for key in ("nik", "name", "kelurahan")):
            nameless += 1
            left_out.append((sheet.name, "tidak ada kolom NIK, nama, atau kelurahan"))
            continue
        sheet.let_go()
        if not (part.kinds == layout.DATA).any():
            left_out.append((sheet.name, "tidak ada baris data di bawah judul kolom"))
            continue
        found.append(part)
    people = [
        part
        for part in found
        if part.kind or part.field_keys() & {"nik", "no_kk", "name", "head_name"}
    ]
    if people and len(people) < len(found):
        # A recapitulation beside the list: figures per kelurahan, nobody in it.
        for part in found:
            if part not in people:
                left_out.append((part.sheet.name, "rekapitulasi tanpa NIK, nomor KK, atau nama"))
        found = people
    if not found:
        raise NotAList(_why_unusable(source, headless, nameless))
    return found, left_out, base


def _titles(sheet: RawSheet, header: layout.Header) -> list[str]:
    return [
        text for row in sheet.first(header.row) for cell in row if (text := tidy(text_of(cell)))
    ]


def _choose_kind(part: _Part) -> str:
    """The kind of a list beside the register, or "" for one of persons, families or payees."""
    keys = part.field_keys()
    is_row = part.kinds == layout.DATA
    dated = 0.0
    for item in part.assigned:
        if item.key == "event.date" and is_row.any() and names_event(item.header):
            dated = float(part.grid.columns[item.place].filled()[is_row].mean())
    return choose_side_list(keys, [*part.headings(), part.stem()], part.place(), dated)


def _why_unusable(source: Source, headless: int, nameless: int) -> str:
    name = source.name
    if nameless:
        return (
            f"Berkas {name} punya judul kolom, tetapi tidak ada kolom NIK, nama, atau kelurahan; "
            "perbaiki judul kolomnya atau petakan kolomnya dengan tangan."
        )
    if headless == len(source.sheets):
        return _no_header(name)
    return (
        f"Berkas {name} hanya berisi judul kolom tanpa baris data; isi daftarnya atau pilih "
        "berkas lain."
    )


def _refuse_whole_file(name: str, parts: Sequence[_Part], practice: bool) -> None:
    sieves = [part.sieve for part in parts if part.sieve]
    judged = sum(sieve.judged for sieve in sieves)
    if judged and judged == sum(sieve.wrong for sieve in sieves):
        if practice:
            raise UnusableInput(
                f"Berkas {name} seluruhnya bernomor tanpa awalan 99, jadi bukan data latihan; "
                "buka di ruang data nyata, jangan di ruang latihan."
            )
        raise UnusableInput(
            f"Berkas {name} seluruhnya bernomor awalan 99, tanda data latihan; buka di ruang "
            "latihan, jangan di ruang data nyata."
        )
    rows = sum(int(sieve.data.sum()) for sieve in sieves)
    elsewhere = sum(sieve.elsewhere for sieve in sieves)
    if elsewhere and not sum(sieve.here for sieve in sieves) and elsewhere * 2 >= rows:
        raise UnusableInput(
            f"Berkas {name} seluruhnya menyebut wilayah di luar {CITY.name}; pilih daftar "
            f"{CITY.name}."
        )


# --- from sheets to blocks -----------------------------------------------------------------------

_SOURCE_WORDS = {
    "p3ke": re.compile(r"\bP3KE\b", re.IGNORECASE),
    "dtsen": re.compile(r"\bDTSEN\b|\bDESIL NASIONAL\b", re.IGNORECASE),
    "dtks": re.compile(r"\bDTKS\b|\bSIKS\b|\bBDT\b", re.IGNORECASE),
    "ppks": re.compile(r"\bPPKS\b|\bPMKS\b", re.IGNORECASE),
}


def _source_of(part: _Part) -> str:
    """Which national list a sheet comes from, by its columns, titles and names."""
    if "category_text" in part.field_keys():
        return "ppks"
    headers = " ".join(item.header for item in part.assigned).replace("_", " ")
    for text in (headers, " ".join(part.titles), part.sheet.name.replace("_", " "), part.stem()):
        for source, pattern in _SOURCE_WORDS.items():
            if pattern.search(text):
                return source
    return "lain"


def _read_blocks(parts: Sequence[_Part], as_of: date, beat: Callable[[], None]) -> list[Block]:
    for part in parts:
        part.source_list = _source_of(part)
    for part in parts:
        others = {p.source_list for p in parts if p.source is part.source} - {"lain"}
        if part.source_list == "lain" and len(others) == 1 and "ppks" not in others:
            part.source_list = others.pop()
    blocks = []
    for part in parts:
        assert part.sieve is not None
        has_members = any(
            {"name", "no_kk"} <= other.field_keys() and other is not part and not other.kind
            for other in parts
        )
        keys = part.field_keys()
        # A sheet of families beside a sheet of their members makes no second person of the head.
        families_only = (
            "name" not in keys and "no_kk" in keys and "head_name" in keys and has_members
        )
        headings = part.headings()
        programs = kinds.find_programs(" ; ".join([*headings, Path(part.source.name).stem]))
        blocks.append(
            records.read_block(
                part.sieve,
                part.source.name,
                part.source_list,
                part.base,
                as_of,
                beat,
                part.kind or (FAMILY if families_only else ""),
                [*headings, part.stem()],
                part.place(),
                programs[0] if len(programs) == 1 else "",
            )
        )
        beat()
    return blocks


# --- what is said of it --------------------------------------------------------------------------


def _target(key: str, kind: str) -> tuple[str, str]:
    if not key or key in ("number", "ignored"):
        return "", ""
    about = field_of(key)
    if key in ("nik", "no_kk", "name") and kind != PERSON:
        return (kind if kind == AID or kind in SIDE_LISTS else "family"), about.column
    if kind in SIDE_LISTS and key not in _SHARED and about.table != kind:
        return "", ""
    if kind not in SIDE_LISTS and about.table in SIDE_LISTS:
        return "", ""
    return about.table, about.column


#: Fields of persons and families that a list beside the register has too.
_SHARED = frozenset(
    {
        "sex",
        "birth_date",
        "rt",
        "rw",
        "rt+rw",
        "rw+rt",
        "year",
        "dukcapil_match",
        "dukcapil_matched_on",
        *PLACE_COLUMNS,
    }
)


def _shown(key: str, text: str) -> str:
    """A value as a screen may show it: numbers of people masked, the mother's name never."""
    if key == "mother_name":
        return "(disembunyikan)"
    return re.sub(r"\d{12,}", lambda match: mask_nik(match.group()), text)


def _mapping_of(parts: Sequence[_Part], blocks: Sequence[Block]) -> list[dict[str, str]]:
    shown = []
    for part, block in zip(parts, blocks, strict=True):
        for item in part.assigned:
            table, column = _target(item.key, block.kind)
            if not table and not item.by_hand:
                continue
            shown.append(
                {
                    "file": part.source.name,
                    "sheet": part.sheet.name,
                    "header": item.header,
                    "table": table,
                    "column": column,
                    "why": item.why,
                }
            )
    return shown


def _count(parts: Sequence[_Part], refusals: Sequence[Refusal]) -> dict[str, int]:
    read = sum(int(part.sieve.data.sum()) for part in parts if part.sieve)
    kept = sum(len(part.sieve.kept) for part in parts if part.sieve)
    return {"dibaca": read, "disimpan": kept, "ditolak": len(refusals)}


def _hidden(part: _Part) -> int:
    """Hidden rows among the rows that count."""
    if not part.sheet.hidden_rows or part.sieve is None:
        return 0
    numbers = part.grid.numbers[part.sieve.data].tolist()
    return sum(number in part.sheet.hidden_rows for number in numbers)


def _in_sheet(sheet: str) -> str:
    return f"Lembar {sheet}: " if sheet else ""


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _notes(
    parts: Sequence[_Part],
    blocks: Sequence[Block],
    sources: Sequence[Source],
    left: Mapping[str, Sequence[tuple[str, str]]],
    joined: tables.Joined,
    by_hand: Sequence[Mapping[str, str]],
) -> list[str]:
    notes: list[str] = []
    for source in sources:
        notes += source.notes
        for sheet, why in left[source.sha256]:
            notes.append(f"Lembar {sheet or source.name} tidak dibaca: {why}.")
    for part, block in zip(parts, blocks, strict=True):
        where = _in_sheet(part.sheet.name)
        if part.grid.header.row:
            count = part.grid.header.row
            notes.append(_sentence(f"{where}{count} baris di atas judul kolom dilewati."))
        for kind, words in layout.SKIPPED_WORDS.items():
            rows = part.grid.numbers[part.kinds == kind].tolist()
            if rows:
                notes.append(_sentence(f"{where}{len(rows)} {words} dilewati ({_row_list(rows)})."))
        hidden = _hidden(part)
        if hidden:
            notes.append(_sentence(f"{where}{number_id(hidden)} baris tersembunyi ikut dibaca."))
        notes += _sheet_notes(part, where)
        unknown = [i.header for i in part.assigned if not i.key and not i.by_hand]
        if unknown:
            notes.append(_sentence(f"{where}kolom yang tidak dipakai: {', '.join(unknown[:12])}."))
        notes += [_sentence(f"{where}{note[:1].lower()}{note[1:]}") for note in block.notes]
        notes += _rounded_note(part, where)
    headers = {columns.squash(i.header) for p in parts for i in p.assigned}
    for item in by_hand:
        if columns.squash(item["header"]) not in headers:
            notes.append(f"Pemetaan menyebut kolom {item['header']}, yang tidak ada di daftar ini.")
    if joined.merged_rows:
        notes.append(
            f"{number_id(joined.merged_rows)} baris PPKS milik orang yang sudah ada digabung ke "
            "orang itu."
        )
    if joined.family_ticks:
        notes.append(
            "Bantuan keluarga yang ditandai pada setiap anggota dihitung sekali per keluarga."
        )
    return notes


def _sheet_notes(part: _Part, where: str) -> list[str]:
    """What else is to be said of a sheet: hidden columns in use, formulas without a result."""
    notes = []
    hidden = [
        item.header
        for item in part.assigned
        if item.key and item.place + 1 in part.sheet.hidden_columns
    ]
    if hidden:
        notes.append(_sentence(f"{where}kolom tersembunyi ikut dibaca: {', '.join(hidden[:12])}."))
    if part.sheet.unsaved:
        notes.append(
            _sentence(
                f"{where}{number_id(part.sheet.unsaved)} sel berisi rumus tanpa hasil tersimpan "
                "dan dibaca kosong; buka di aplikasi lembar kerja, simpan, lalu unggah lagi."
            )
        )
    return notes


def _row_list(rows: Sequence[int]) -> str:
    first = ", ".join(str(row) for row in rows[:5])
    return f"baris {first}" + (" dan seterusnya" if len(rows) > 5 else "")


def _rounded_note(part: _Part, where: str) -> list[str]:
    """A list can hold numbers rounded earlier; many ending in 0 are a sign of it."""
    numbers = part.sieve.nik if part.sieve else None
    if numbers is None:
        return []
    whole, zeros = zeros_of_whole(numbers.found, np.arange(len(numbers.found)))
    if whole < 20 or zeros < 0.6 * whole:
        return []
    return [
        _sentence(
            f"{where}{number_id(100 * zeros / whole, 0)} persen NIK berakhiran 0; mungkin "
            "sudah dibulatkan sebelum disimpan sebagai teks, jadi periksa berkas aslinya."
        )
    ]


def _manifest(
    practice: bool,
    as_of: date,
    sources: Sequence[Source],
    used: Mapping[str, list[str]],
    left: Mapping[str, Sequence[tuple[str, str]]],
    parts: Sequence[_Part],
    shown: Sequence[Mapping[str, str]],
    joined: tables.Joined,
    counts: Mapping[str, int],
    refusals: Sequence[Refusal],
) -> dict[str, Any]:
    lists = sorted({part.source_list for part in parts})
    names = ("file", "sheet", "header", "table", "column")
    return {
        "workspace": "latihan" if practice else "nyata",
        "as_of": as_of.isoformat(),
        "city_kode_kemendagri": CITY.kode_kemendagri,
        "files": [
            {
                "name": source.name,
                "sha256": source.sha256,
                "sheets": used[source.sha256],
                "left_out": [{"sheet": s, "why": why} for s, why in left[source.sha256]],
            }
            for source in sources
        ],
        "source_list": lists[0] if len(lists) == 1 else "lain",
        "period": _period(parts),
        "mapping": [{name: item[name] for name in names} for item in shown],
        "carried": joined.carried,
        "counts": {
            **counts,
            "ditolak_per_kode": dict(sorted(Counter(r.code for r in refusals).items())),
            "baris_tersembunyi": sum(_hidden(part) for part in parts),
            "lembar_tersembunyi": sum(source.hidden_sheets for source in sources),
        },
        "families_with_refused": joined.families_with_refused,
    }


def _period(parts: Sequence[_Part]) -> str:
    """The one period all sheets speak of; "" when none or several."""
    found = {period for part in parts if (period := _period_of(part))}
    return found.pop() if len(found) == 1 else ""


def _period_of(part: _Part) -> str:
    """The period a sheet's titles, its name or the name of its file speak of."""
    for text in (*part.titles, part.sheet.name, Path(part.source.name).stem.replace("_", " ")):
        year = find_year(text)
        if year is not None:
            period, code = read_period(text)
            return period if period and not code else str(year)
    return ""


def _call(part: _Part, files: int) -> str:
    """How a sentence calls a sheet."""
    if part.sheet.name and files == 1:
        return f"Lembar {part.sheet.name}"
    return f"Berkas {part.source.name}"

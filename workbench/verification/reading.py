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
from workbench.verification import columns, kinds, layout, records, tables, workbooks
from workbench.verification.blocks import AID, PERSON, Block
from workbench.verification.cells import text_of, tidy
from workbench.verification.columns import fields
from workbench.verification.dates import find_year, read_period
from workbench.verification.places import find_heading_place
from workbench.verification.refusals import Refusal, refused_table
from workbench.verification.sieve import Sieve, sieve_rows

Progress = Callable[[float, str], None]
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

    source: workbooks.Source
    sheet: workbooks.RawSheet
    grid: layout.Grid
    assigned: list[layout.Assigned]
    base: int
    titles: list[str]
    kinds: npt.NDArray[np.int8] = field(default_factory=lambda: np.zeros(0, np.int8))
    sieve: Sieve | None = None
    source_list: str = "lain"

    def field_keys(self) -> set[str]:
        return {item.key for item in self.assigned if item.key} - {"number", "ignored"}


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
    tell = progress or (lambda share, words: None)
    parts: list[_Part] = []
    sources: list[workbooks.Source] = []
    used: dict[str, list[str]] = {}
    left: dict[str, list[tuple[str, str]]] = {}
    base = 0
    for number, path in enumerate(chosen):
        tell(number / len(chosen) * 0.6, f"Membuka {path.name}")
        source = workbooks.open_source(path, _rater(by_hand))
        _refuse_twice(source, sources)
        sources.append(source)
        found, left_out, base = _open_parts(source, by_hand, base)
        tell((number + 0.5) / len(chosen) * 0.6, f"Memeriksa baris {path.name}")
        for part in found:
            data = part.kinds == layout.DATA
            part.sieve = sieve_rows(part.grid, part.assigned, data, source.name, practice)
        _refuse_whole_file(source.name, found, practice)
        parts += found
        used[source.sha256] = [part.sheet.name for part in found]
        left[source.sha256] = left_out
    tell(0.65, "Membaca isi kolom")
    blocks = _read_blocks(parts, day)
    tell(0.85, "Menyusun keluarga dan orang")
    refused_kk = [
        (part.source_list, kk) for part in parts if part.sieve for kk in part.sieve.refused_kk
    ]
    joined = tables.join_blocks(blocks, refused_kk)
    refusals = [refusal for part in parts if part.sieve for refusal in part.sieve.refusals]
    counts = _count(parts, refusals)
    shown = _mapping_of(parts, blocks)
    notes = _notes(parts, blocks, sources, left, joined, by_hand)
    manifest = _manifest(practice, day, sources, used, left, parts, shown, joined, counts, refusals)
    tell(1.0, "Selesai")
    register = Register(joined.tables, manifest)
    return Reading(register, refused_table(refusals), counts, shown, notes, joined.aid_places)


def propose_mapping(
    path: Path | str, mapping: Sequence[Mapping[str, object]] | None = None
) -> Proposal:
    """What ``read_list`` would do with each column of a file, for a person to confirm.

    Looks at the first rows only. Raises ``UnusableInput`` where no header can be found; a header
    without NIK, name or kelurahan is proposed all the same, so that it can be mapped by hand.
    """
    by_hand = columns.read_mapping(mapping)
    source = workbooks.open_source(Path(path), _rater(by_hand), most_rows=500)
    proposed: list[ProposedColumn] = []
    notes = list(source.notes)
    seen_keys: set[str] = set()
    for sheet in source.sheets:
        header = layout.find_header(sheet.rows, [item["header"] for item in by_hand])
        if header is None:
            notes.append(f"Lembar {sheet.name} tidak dipakai: tidak ada baris judul kolom.")
            continue
        grid = layout.open_grid(sheet, header)
        assigned = layout.assign_columns(grid, source.name, by_hand)
        keys = {item.key for item in assigned if item.key}
        seen_keys |= keys
        is_row = layout.sort_rows(grid, assigned) == layout.DATA
        kind = records.choose_kind(keys - {"number", "ignored"}, False)
        for item in assigned:
            table, column = _target(item.key, kind)
            texts = grid.columns[item.place].keep(is_row).samples(3)
            samples = tuple(_shown(item.key, text) for text in texts)
            words = fields()[item.key].words if table else ""
            proposed.append(
                ProposedColumn(
                    source.name, sheet.name, item.header, samples, table, column, words, item.why
                )
            )
        if header.row:
            notes.append(f"{_in_sheet(sheet.name)}judul kolom ditemukan di baris {header.row + 1}.")
    if not proposed:
        raise UnusableInput(_no_header(source.name))
    wanted = (("nik", "NIK"), ("name", "nama"), ("kelurahan", "kelurahan"))
    missing = tuple(words for key, words in wanted if not _has(seen_keys, key))
    return Proposal(source.name, tuple(proposed), tuple(notes), missing)


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


def _refuse_twice(source: workbooks.Source, others: Sequence[workbooks.Source]) -> None:
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
    source: workbooks.Source, by_hand: Sequence[Mapping[str, str]], base: int
) -> tuple[list[_Part], list[tuple[str, str]], int]:
    """The usable sheets of a file, the sheets left out with why, and the next free position."""
    wanted = [
        item["header"] for item in by_hand if item["file"] in ("", source.name) and item["column"]
    ]
    found: list[_Part] = []
    left_out = list(source.left_out)
    headless = nameless = 0
    for sheet in source.sheets:
        start, base = base, base + len(sheet.rows)
        header = layout.find_header(sheet.rows, wanted)
        if header is None:
            headless += 1
            left_out.append((sheet.name, "tidak ada baris judul kolom"))
            continue
        grid = layout.open_grid(sheet, header)
        assigned = layout.assign_columns(grid, source.name, by_hand)
        keys = {item.key for item in assigned}
        if not any(_has(keys, key) for key in ("nik", "name", "kelurahan")):
            nameless += 1
            left_out.append((sheet.name, "tidak ada kolom NIK, nama, atau kelurahan"))
            continue
        titles = [
            text
            for row in sheet.rows[: header.row]
            for cell in row
            if (text := tidy(text_of(cell)))
        ]
        part = _Part(source, sheet, grid, assigned, start, titles)
        part.kinds = layout.sort_rows(grid, assigned)
        sheet.rows.clear()  # the columns hold it all; a long list need not stand in memory twice
        if not (part.kinds == layout.DATA).any():
            left_out.append((sheet.name, "tidak ada baris data di bawah judul kolom"))
            continue
        found.append(part)
    people = [part for part in found if part.field_keys() & {"nik", "no_kk", "name", "head_name"}]
    if people and len(people) < len(found):
        # A recapitulation beside the list: figures per kelurahan, nobody in it.
        for part in found:
            if part not in people:
                left_out.append((part.sheet.name, "rekapitulasi tanpa NIK, nomor KK, atau nama"))
        found = people
    if not found:
        raise UnusableInput(_why_unusable(source, headless, nameless))
    return found, left_out, base


def _why_unusable(source: workbooks.Source, headless: int, nameless: int) -> str:
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
    stem = re.sub(r"[_\W]+", " ", Path(part.source.name).stem)
    for text in (headers, " ".join(part.titles), part.sheet.name.replace("_", " "), stem):
        for source, pattern in _SOURCE_WORDS.items():
            if pattern.search(text):
                return source
    return "lain"


def _read_blocks(parts: Sequence[_Part], as_of: date) -> list[Block]:
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
            {"name", "no_kk"} <= other.field_keys() and other is not part for other in parts
        )
        keys = part.field_keys()
        # A sheet of families beside a sheet of their members makes no second person of the head.
        families_only = (
            "name" not in keys and "no_kk" in keys and "head_name" in keys and has_members
        )
        headings = [*part.titles, part.sheet.name]
        place = find_heading_place(headings)
        programs = kinds.find_programs(" ; ".join([*headings, Path(part.source.name).stem]))
        program = programs[0] if len(programs) == 1 else ""
        blocks.append(
            records.read_block(
                part.sieve,
                part.source.name,
                part.source_list,
                part.base,
                as_of,
                place,
                program,
                families_only,
            )
        )
    return blocks


# --- what is said of it --------------------------------------------------------------------------


def _target(key: str, kind: str) -> tuple[str, str]:
    if not key or key in ("number", "ignored"):
        return "", ""
    about = fields()[key]
    if key in ("nik", "no_kk", "name") and kind != PERSON:
        return ("aid" if kind == AID else "family"), about.column
    return about.table, about.column


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
    sources: Sequence[workbooks.Source],
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


def _row_list(rows: Sequence[int]) -> str:
    first = ", ".join(str(row) for row in rows[:5])
    return f"baris {first}" + (" dan seterusnya" if len(rows) > 5 else "")


def _rounded_note(part: _Part, where: str) -> list[str]:
    """A text file can hold numbers rounded earlier; many ending in 0 are a sign of it."""
    numbers = part.sieve.nik if part.sieve else None
    if not part.sheet.is_text or numbers is None:
        return []
    whole = [n for n in numbers.found if len(n) == 16 and n.isdigit()]
    zeros = sum(n.endswith("0") for n in whole)
    if len(whole) < 20 or zeros < 0.6 * len(whole):
        return []
    return [
        _sentence(
            f"{where}{number_id(100 * zeros / len(whole), 0)} persen NIK berakhiran 0; mungkin "
            "sudah dibulatkan sebelum disimpan sebagai teks, jadi periksa berkas aslinya."
        )
    ]


def _manifest(
    practice: bool,
    as_of: date,
    sources: Sequence[workbooks.Source],
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
    """The period the titles, the sheet's or the file's name speak of; "" when none or several."""
    found = set()
    for part in parts:
        for text in (*part.titles, part.sheet.name, Path(part.source.name).stem.replace("_", " ")):
            if find_year(text) is None:
                continue
            period, code = read_period(text)
            found.add(period if period and not code else str(find_year(text)))
            break
    return found.pop() if len(found) == 1 else ""

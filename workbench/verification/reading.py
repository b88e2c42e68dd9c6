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

import pyarrow as pa

from workbench.domain import days, displays
from workbench.domain.register import Register
from workbench.domain.wilayah import PLACES
from workbench.errors import UnusableInput, WrongUse
from workbench.verification import columns, kinds, layout, overlaps, records, tables, workbooks
from workbench.verification.blocks import FAMILY, Block
from workbench.verification.columns import field_of
from workbench.verification.overlaps import find_overlaps
from workbench.verification.parts import (
    Part,
    choose_kind,
    has_field,
    no_header,
    open_parts,
    rater,
    refuse_twice,
    refuse_whole_file,
    titles_of,
)
from workbench.verification.pulse import Progress, Pulse
from workbench.verification.refusals import refused_table
from workbench.verification.remarks import (
    call,
    count_rows,
    in_sheet,
    manifest_of,
    mapping_of,
    masked,
    notes_of,
    period_of,
    target_of,
)
from workbench.verification.sieve import sieve_rows
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

    def __repr__(self) -> str:
        return f"Reading({self.register!r}, {self.counts})"

    def _repr_html_(self) -> str:
        """What was read, stored and refused and why, and where each column went; no row."""
        reasons = Counter(
            zip(self.refused["column"].to_pylist(), self.refused["reason"].to_pylist(), strict=True)
        )
        refused = [(column, why, times) for (column, why), times in reasons.most_common()]
        used = [
            (one["file"], one["header"], f"{one['table']}.{one['column']}" if one["column"] else "")
            for one in self.mapping
        ]
        counts = [(word.capitalize(), self.counts[word]) for word in self.counts]
        return displays.card(
            "Hasil membaca daftar",
            displays.facts(counts),
            displays.table(("Kolom", "Sebab ditolak", "Baris"), refused),
            *map(displays.note, self.notes),
            displays.folded(
                f"Arti {len(used)} kolom", displays.table(("Berkas", "Kolom", "Menjadi"), used)
            ),
            self.register._repr_html_(),
            mark=displays.mark_of(self.register.workspace),
        )


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
    day = as_of or days.today()
    pulse = Pulse(progress)
    parts: list[Part] = []
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
                source = workbooks.open_source(name, content, rater(by_hand), beat=pulse)
                found, left_out, base = open_parts(source, by_hand, base, pulse)
            except NotAList as error:
                if name == path.name:
                    raise
                passed.append(str(error))
                continue
            refuse_twice(source, sources)
            sources.append(source)
            for part in found:
                data = part.kinds == layout.DATA
                part.sieve = sieve_rows(
                    part.grid, part.assigned, data, source.name, practice, pulse
                )
            refuse_whole_file(source.name, found, practice)
            parts += found
            used[source.sha256] = [part.sheet.name for part in found]
            left[source.sha256] = left_out
        if not any(source.name.startswith(path.name) for source in sources):
            raise UnusableInput(
                f"Arsip {path.name} tidak memuat daftar; isi dengan lembar kerja atau berkas teks "
                f"berkolom NIK, nama, atau {PLACES}."
            )
    pulse.enter(0.6, 0.85, "Membaca isi kolom")
    blocks = _read_blocks(parts, day, pulse)
    pulse.enter(0.85, 0.98, "Menyusun keluarga dan orang")
    refused_kk = [
        (part.source_list, kk) for part in parts if part.sieve for kk in part.sieve.refused_kk
    ]
    joined = tables.join_blocks(blocks, refused_kk, pulse)
    refusals = [refusal for part in parts if part.sieve for refusal in part.sieve.refusals]
    counts = count_rows(parts, refusals)
    shown = mapping_of(parts, blocks)
    notes = [
        *notes_of(parts, blocks, sources, left, joined, by_hand),
        *(f"Di dalam arsip: {sentence}" for sentence in passed),
        *find_overlaps(
            [
                overlaps.Part(call(part, len(sources)), period_of(part), block)
                for part, block in zip(parts, blocks, strict=True)
            ]
        ),
    ]
    manifest = {
        **manifest_of(practice, day, sources, used, left, parts, shown, joined, counts, refusals),
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
            source = workbooks.open_source(name, content, rater(by_hand), most_rows=500)
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
        raise UnusableInput(no_header(path.name))
    wanted = (("nik", "NIK"), ("name", "nama"), ("kelurahan", "kelurahan"))
    missing = tuple(words for key, words in wanted if not has_field(seen_keys, key))
    return Proposal(path.name, tuple(proposed), tuple(notes), missing)


def _propose_sheet(
    source: Source, sheet: RawSheet, by_hand: Sequence[Mapping[str, str]]
) -> tuple[list[ProposedColumn], set[str], list[str]]:
    """The columns of one sheet, the fields they were taken for, and what to say of it."""
    header = layout.find_header(sheet.first(layout.TOP_ROWS), [item["header"] for item in by_hand])
    if header is None:
        return [], set(), [f"Lembar {sheet.name} tidak dipakai: tidak ada baris judul kolom."]
    titles = titles_of(sheet, header)
    grid = layout.open_grid(sheet, header)
    assigned = layout.assign_columns(grid, source.name, by_hand)
    part = Part(source, sheet, grid, assigned, 0, titles)
    part.kinds = layout.sort_rows(grid, assigned)
    keys = part.field_keys()
    kind = choose_kind(part) or records.choose_kind(keys, False)
    proposed = []
    for item in assigned:
        table, column = target_of(item.key, kind)
        texts = grid.columns[item.place].keep(part.kinds == layout.DATA).samples(3)
        samples = tuple(masked(item.key, text) for text in texts)
        words = field_of(item.key).words if table else ""
        proposed.append(
            ProposedColumn(
                source.name, sheet.name, item.header, samples, table, column, words, item.why
            )
        )
    notes = []
    if header.row:
        notes.append(f"{in_sheet(sheet.name)}judul kolom ditemukan di baris {header.row + 1}.")
    return proposed, keys, notes


def _check_paths(paths: Paths) -> list[Path]:
    given: Iterable[Path | str] = [paths] if isinstance(paths, (str, Path)) else paths
    chosen = [Path(path) for path in given]
    if not chosen:
        raise WrongUse("Tidak ada berkas daftar yang diberikan; pilih paling sedikit satu berkas.")
    return chosen


_SOURCE_WORDS = {
    "p3ke": re.compile(r"\bP3KE\b", re.IGNORECASE),
    "dtsen": re.compile(r"\bDTSEN\b|\bDESIL NASIONAL\b", re.IGNORECASE),
    "dtks": re.compile(r"\bDTKS\b|\bSIKS\b|\bBDT\b", re.IGNORECASE),
    "ppks": re.compile(r"\bPPKS\b|\bPMKS\b", re.IGNORECASE),
}


def _source_of(part: Part) -> str:
    """Which national list a sheet comes from, by its columns, titles and names."""
    if "category_text" in part.field_keys():
        return "ppks"
    headers = " ".join(item.header for item in part.assigned).replace("_", " ")
    for text in (headers, " ".join(part.titles), part.sheet.name.replace("_", " "), part.stem()):
        for source, pattern in _SOURCE_WORDS.items():
            if pattern.search(text):
                return source
    return "lain"


def _read_blocks(parts: Sequence[Part], as_of: date, beat: Callable[[], None]) -> list[Block]:
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

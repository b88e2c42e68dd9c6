"""Where in a sheet the list stands: its header, its rows, and what is neither.

Titles above, totals and signatures below, column numbers, repeated headers and blank rows are
no rows of the list. Only what is surely one of these is passed over; all else is a row.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.domain.wilayah import CITY
from workbench.errors import WrongUse
from workbench.verification import kinds, values
from workbench.verification.cells import Cells, Mask, matching, tidy
from workbench.verification.columns import (
    IDENTITY,
    Field,
    Match,
    field_of,
    find_field,
    match_header,
    match_headers,
    rate_header,
    squash,
)
from workbench.verification.opening import text_of
from workbench.verification.sources import RawSheet, Rows

#: A header stands among the first rows that are not blank, near the top, and within these columns.
ROWS_SEARCHED = 40
TOP_ROWS = 200
COLUMNS_SEARCHED = 1000

DATA, BLANK, NUMBERS, REPEATED, TOTAL, SIGNATURE, REMARK = range(7)
SKIPPED_WORDS: Mapping[int, str] = {
    NUMBERS: "baris nomor kolom",
    REPEATED: "judul kolom berulang",
    TOTAL: "baris jumlah",
    SIGNATURE: "baris tanda tangan",
    REMARK: "baris keterangan atau judul bagian",
}


@dataclass(frozen=True)
class Header:
    """A header of one or two rows. ``row`` is 0-based; ``names`` are as they stood, made unique.

    ``seen`` are the texts that were matched, ``parts`` the cells of both rows, for finding the
    same header again further down.
    """

    row: int
    depth: int
    names: tuple[str, ...]
    seen: tuple[str, ...]
    parts: tuple[tuple[str, ...], ...]
    rated: float


@dataclass(frozen=True)
class Assigned:
    """What one column of a sheet was taken for; ``key`` is "" where it is not used."""

    place: int
    header: str
    key: str
    why: str
    by_hand: bool = False


@dataclass
class Grid:
    """The part of a sheet below its header.

    ``numbers`` are 1-based row numbers; ``torn`` rows have more fields than the header
    (``torn_texts`` keeps them whole); ``reach`` says how many fields each row has.
    """

    sheet: RawSheet
    header: Header
    numbers: npt.NDArray[np.int64]
    columns: list[Cells]
    torn: Mask
    reach: npt.NDArray[np.int64]
    torn_texts: dict[int, str]


def _texts(row: Sequence[Any]) -> list[str]:
    """The cells of a header row as texts, to the last one that is filled."""
    texts = [tidy(text_of(cell)) for cell in row[:COLUMNS_SEARCHED]]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def find_header(rows: Rows, wanted: Sequence[str] = ()) -> Header | None:
    """The best header among the first rows, or None. ``wanted`` are headers mapped by hand."""
    by_hand = [squash(header) for header in wanted]
    best: tuple[float, int] = (0.0, -1)
    seen = 0
    candidates: dict[int, float] = {}
    for place, row in enumerate(rows[:TOP_ROWS]):
        texts = _texts(row)
        if not any(texts):
            continue
        seen += 1
        if seen > ROWS_SEARCHED:
            break
        rated = rate_header(texts, by_hand)
        candidates[place] = rated
        if rated > best[0]:
            best = (rated, place)
    if best[1] < 0:
        return None
    chosen = _one_row(rows, best[1], best[0])
    for upper in (best[1], best[1] - 1):
        if upper >= 0 and upper + 1 < len(rows):
            double = _two_rows(rows, upper, by_hand)
            if double is not None and double.rated > chosen.rated + 0.5:
                chosen = double
    return chosen


def _one_row(rows: Rows, place: int, rated: float) -> Header:
    texts = _texts(rows[place])
    return Header(place, 1, _unique(texts), tuple(texts), tuple((t,) for t in texts), rated)


def _two_rows(rows: Rows, place: int, by_hand: Sequence[str]) -> Header | None:
    """Both rows read as one header, where the second stands under merged cells of the first."""
    upper, lower = _texts(rows[place]), _texts(rows[place + 1])
    width = max(len(upper), len(lower))
    upper += [""] * (width - len(upper))
    lower += [""] * (width - len(lower))
    if not any(lower) or all(re.fullmatch(r"\(?\d{0,3}\)?", text) for text in lower):
        return None
    if any(re.search(r"\d{5,}", text) for text in lower):
        return None
    names, seen, parts = [], [], []
    parent = ""
    for column in range(width):
        above, below = upper[column], lower[column]
        if above:
            parent = above
        next_open = column + 1 < width and not upper[column + 1] and bool(lower[column + 1])
        if above and below and not next_open and squash(above) != squash(below):
            return None  # cell under cell: the lower row is data
        if not below:
            names.append(above)
            seen.append(above)
        elif not parent or squash(parent) == squash(below):
            names.append(below)
            seen.append(below)
        else:
            names.append(f"{parent} / {below}")
            seen.append(_read_together(parent, below))
        parts.append(tuple(text for text in (above, below) if text))
    rated = rate_header(seen, by_hand)
    unique = _unique(names)
    if by_hand:
        rated = max(rated, rate_header(unique, by_hand))
    return Header(place, 2, unique, tuple(seen), tuple(parts), rated)


def _read_together(parent: str, child: str) -> str:
    """The reading of a header under a merged one that is known best."""
    last = parent.split()[-1]
    ways = (f"{child} {parent}", f"{parent} {child}", f"{child} {last}", child)
    for way in ways:
        match = match_header(way)
        if match is not None and match.score == 100.0:
            return way
    for way in ways:
        if match_header(way) is not None:
            return way
    return child


def _unique(names: Sequence[str]) -> tuple[str, ...]:
    counts: Counter[str] = Counter()
    unique = []
    for name in names:
        counts[name] += 1
        unique.append(f"{name} ({counts[name]})" if name and counts[name] > 1 else name)
    return tuple(unique)


# --- the rows below ---------------------------------------------------------------------------


def _no_beat() -> None:
    pass


def open_grid(sheet: RawSheet, header: Header, beat: Callable[[], None] = _no_beat) -> Grid:
    """The cells below the header, column by column; merged cells repeat their value downwards.

    ``beat`` is called between columns, here and in ``sort_rows``.
    """
    start = header.row + header.depth
    width = len(header.names)
    count = max(0, sheet.height - start)
    torn = np.zeros(count, np.bool_)
    reach = np.full(count, width, np.int64)
    torn_texts: dict[int, str] = {}
    # Cells beyond the last header belong to no column.
    columns: list[Cells] = []
    if sheet.rows:
        data = sheet.rows[start:]
        if sheet.is_text:
            # A field without a name is still a field: a row that has it is not torn.
            width = max(width, *map(len, sheet.rows[header.row : start]))
            reach = np.fromiter(map(len, data), np.int64, count)
            for place in np.flatnonzero(reach > width):
                torn[place] = any(tidy(cell) for cell in data[place][width:])
                torn_texts[int(place)] = " ".join(data[place])
            data = [
                row if len(row) == width else (row + [""] * (width - len(row)))[:width]
                for row in data
            ]
        for cells in islice(zip(*data, strict=True), width):
            columns.append(Cells.of(cells))
            beat()
    else:
        for column in sheet.columns[:width]:
            columns.append(Cells.below(column, start))
            beat()
        for (top, left), (bottom, _) in sheet.merged:
            if bottom > top >= start and left < len(columns) and bottom < sheet.height:
                columns[left].fill_down(top - start, bottom - start)
    while len(columns) < width:
        columns.append(Cells.of([""] * count))
    numbers = np.arange(start + 1, start + 1 + count, dtype=np.int64)
    return Grid(sheet, header, numbers, columns, torn, reach, torn_texts)


# Patterns for whole columns are RE2; they are matched in any case.
_SMALL = r"^\(?\d{1,3}\)?$"
_NUMBERED = r"^\d{1,7}\.?$"
_TOTAL = r"^(sub ?total|grand ?total|total|jumlah|jml)\b"
_SIGNATURE = (
    r"^(mengetahui|menyetujui|disetujui|diketahui|dibuat (oleh|di)|yang membuat|petugas|pendata"
    r"|operator|verifikator|lurah|camat|kepala (dinas|kelurahan|seksi|bidang|desa|sub)|kasi\b"
    r"|a\.? ?n\.? |nip\b|n\.i\.p|nrp\b|ttd\b|tanda tangan|"
    rf"((kota|kab(upaten|\.)?) )?{re.escape(CITY.short_name.lower())} ?, ?\d|hormat kami"
    r"|keterangan ?:|catatan ?:|sumber( data)? ?:|\*|dicetak|tanggal cetak|tgl\.? cetak"
    r"|pembina|penata)"
)
_SECTION = re.compile(
    r"(kel(urahan)?|desa|kec(amatan)?|rt|rw|lingkungan|link|dusun|kampung|kota|kabupaten)\b",
    re.IGNORECASE,
)


def sort_rows(
    grid: Grid, assigned: Sequence[Assigned], beat: Callable[[], None] = _no_beat
) -> npt.NDArray[np.int8]:
    """What each row below the header is: ``DATA``, or what it was passed over as."""
    rows = len(grid.numbers)
    kinds = np.zeros(rows, np.int8)
    if rows == 0:
        return kinds
    columns = grid.columns
    place_of = {item.key: item.place for item in assigned if item.key}
    mapped = {item.place for item in assigned if item.key and item.key not in ("number", "ignored")}
    filled = [column.filled() for column in columns]
    count = np.zeros(rows, np.int64)
    for flags in filled:
        count += flags
    kinds[count == 0] = BLANK

    numbered = np.zeros(rows, np.bool_)
    if "number" in place_of:
        column = columns[place_of["number"]]
        numbered = column.matches(_NUMBERED)
        # A form printed with numbers in advance: nobody stands in that row.
        kinds[(count == 1) & numbered] = BLANK

    identified = np.zeros(rows, np.bool_)
    for key in ("nik", "no_kk"):
        if key in place_of:
            identified |= _are_identified(columns[place_of[key]])
    named = filled[place_of["name"]] if "name" in place_of else np.zeros(rows, np.bool_)

    same = np.zeros(rows, np.int64)
    small = np.zeros(rows, np.int64)
    totals = np.zeros(rows, np.bool_)
    signed = np.zeros(rows, np.bool_)
    place_date = place_of.get("birth_place+birth_date", -1)
    names_kept = named.copy()
    for place, column in enumerate(columns):
        beat()
        parts = grid.header.parts[place] if place < len(grid.header.parts) else ()
        if parts:
            same += column.among({*parts, *map(str.upper, parts)})
        small += column.matches(_SMALL)
        total = column.matches(_TOTAL)
        totals |= total
        if place != place_date:
            sign = column.matches(_SIGNATURE)
            signed |= sign
            if place == place_of.get("name", -1):
                names_kept &= ~(sign | total)

    open_rows = kinds == DATA
    kinds[open_rows & (same > 0) & ((same == count) | (same >= np.maximum(2, count / 2)))] = (
        REPEATED
    )
    for row in np.flatnonzero((kinds == DATA) & (small == count) & (count >= 3) & ~identified):
        if _are_column_numbers([column.text[column.place[row]] for column in columns]):
            kinds[row] = NUMBERS
    short_text = count - small
    total_rows = (
        (kinds == DATA) & totals & ~identified & ~names_kept & ~numbered & (short_text <= 3)
    )
    kinds[total_rows] = TOTAL

    starts = (kinds == DATA) & signed & ~identified & ~names_kept & ~numbered & (count <= 4)
    _mark_signatures(kinds, starts, identified | numbered, count, max(len(mapped), 1))
    _mark_remarks(kinds, grid, filled, count, mapped, place_of)
    return kinds


def _are_identified(column: Cells) -> Mask:
    """Rows whose NIK or KK number is one, whole or nearly."""
    is_one = matching(column.arrow, r"^[0-9]{16}$")
    for place in np.flatnonzero(~is_one).tolist():
        is_one[place] = _is_long_number(column.text[place])
    return np.asarray(column.spread(is_one), np.bool_)


def _is_long_number(text: str) -> bool:
    if len(text) == 16 and text.isdigit():
        return True
    digits = sum(c.isdigit() for c in text)
    return digits >= 8 and digits != 18  # eighteen digits are an officer's NIP


def _are_column_numbers(texts: Sequence[str]) -> bool:
    found = [int(text.strip("()")) for text in texts if text]
    return found[0] in (0, 1) and all(b - a == 1 for a, b in pairwise(found))


def _mark_signatures(
    kinds: npt.NDArray[np.int8],
    starts: Mask,
    certain: Mask,
    count: npt.NDArray[np.int64],
    wide: int,
) -> None:
    """From the first line of a signature block to its end; a row of the list ends it."""
    end = -1
    most = 4 if wide >= 6 else 2
    for start in np.flatnonzero(starts):
        if start < end:
            continue
        end = int(start)
        while end < len(kinds) and end - start < 20:
            if kinds[end] == DATA:
                if not starts[end] and (certain[end] or count[end] > most):
                    break
                kinds[end] = SIGNATURE
            end += 1


def _mark_remarks(
    kinds: npt.NDArray[np.int8],
    grid: Grid,
    filled: Sequence[Mask],
    count: npt.NDArray[np.int64],
    mapped: set[int],
    place_of: Mapping[str, int],
) -> None:
    """A lone cell that is no cell of the list: a heading between parts, a remark beside it."""
    if len(grid.columns) < 2:
        return
    lone = (kinds == DATA) & (count == 1)
    identity = {place_of[key] for key in IDENTITY if key in place_of}
    for row in np.flatnonzero(lone):
        place = next(p for p, column in enumerate(filled) if column[row])
        column = grid.columns[place]
        text = column.text[column.place[row]]
        is_heading = _SECTION.match(text) is not None and place == 0
        if place not in mapped or (is_heading and place in identity):
            kinds[row] = REMARK


# --- which column is which --------------------------------------------------------------------


def assign_columns(
    grid: Grid, file: str, mapping: Sequence[Mapping[str, str]] = ()
) -> list[Assigned]:
    """One entry per column with a header: what it was taken for and why.

    No field is given twice. What a person mapped by hand comes first; a strict column none of
    whose cells can be read is not taken at its word. Raises ``WrongUse`` when two headers were
    mapped by hand to one column of ours.
    """
    header = grid.header
    by_hand = _by_hand(header, file, grid.sheet.name, mapping)
    taken = {key for key, _ in by_hand.values() if key}
    matches = match_headers(header.seen)
    bids: dict[str, list[tuple[float, int, int]]] = {}
    for place, match in enumerate(matches):
        if match is None or place in by_hand or match.key in ("number", "ignored", "status"):
            continue
        bids.setdefault(match.key, []).append((-match.score, match.rank, place))
    winners = {key: min(offers)[2] for key, offers in bids.items() if key not in taken}

    assigned: list[Assigned] = []
    for place, name in enumerate(header.names):
        match = matches[place]
        if place in by_hand:
            assigned.append(Assigned(place, name, by_hand[place][0], by_hand[place][1], True))
        elif not name:
            continue
        elif match is None:
            why = "Judul ini tidak dikenal; kolomnya tidak dipakai."
            assigned.append(Assigned(place, name, "", why))
        elif match.key in ("number", "ignored"):
            assigned.append(
                Assigned(place, name, match.key, "Kolom ini dikenal dan tidak dipakai.")
            )
        elif match.key == "status":
            assigned.append(_settle_status(grid, place, name, taken | set(winners)))
        elif winners.get(match.key) != place:
            first = winners.get(match.key)
            other = header.names[first] if first is not None else "yang dipilih dengan tangan"
            why = f"{field_of(match.key).words} sudah diambil dari kolom {other}."
            assigned.append(Assigned(place, name, "", why))
        else:
            assigned.append(_check_content(grid, place, name, match))
    return _drop_doubles(assigned)


def _by_hand(
    header: Header, file: str, sheet: str, mapping: Sequence[Mapping[str, str]]
) -> dict[int, tuple[str, str]]:
    found: dict[int, tuple[str, str]] = {}
    owner: dict[str, str] = {}
    for item in mapping:
        if item["file"] not in ("", file) or item["sheet"] not in ("", sheet):
            continue
        wanted = item["header"]
        place = next((p for p, name in enumerate(header.names) if name == tidy(wanted)), None)
        if place is None:
            near = [
                p for p, name in enumerate(header.names) if name and squash(name) == squash(wanted)
            ]
            place = near[0] if near else None
        if place is None or place in found:
            continue
        if not item["column"]:
            found[place] = ("", "Tidak dipakai, menurut pilihan Anda.")
            continue
        field = find_field(item["table"], item["column"])
        key = field.key
        if key in owner and key.startswith("program:"):
            key = f"{key}@{wanted}"  # another period of the same programme
        if key in owner:
            raise WrongUse(
                f"Kolom {owner[key]} dan kolom {wanted} sama-sama dipetakan ke "
                f"{field.words}; pilih salah satu."
            )
        owner[key] = wanted
        found[place] = (key, f"Dipetakan ke {field.words} menurut pilihan Anda.")
    return found


def _settle_status(grid: Grid, place: int, name: str, taken: set[str]) -> Assigned:
    """A bare "Status" can be many things; its cells say which."""
    samples = grid.columns[place].samples(50)
    best, rated = "", 0.0
    for key in ("aid.status", "eligibility", "proposal_status", "existence", "marital_status"):
        if key in taken or not samples:
            continue
        read = sum(values.reads_label(field_of(key).reads, text) for text in samples)
        if read / len(samples) > rated:
            best, rated = key, read / len(samples)
    if rated < 0.6:
        return Assigned(place, name, "", "Isi kolom ini tidak jelas artinya; petakan bila perlu.")
    words = field_of(best).words
    return Assigned(place, name, best, f"Judulnya umum; isinya terbaca sebagai {words}.")


def _check_content(grid: Grid, place: int, name: str, match: Match) -> Assigned:
    """Doubt a header whose cells all say otherwise."""
    field = field_of(match.key)
    fits = _sign_of(field, match, name)
    is_long = int(grid.columns[place].filled().sum()) >= 3
    if fits is not None and is_long and not any(map(fits, grid.columns[place].samples(50))):
        why = f"Judulnya seperti {field.words}, tetapi isinya bukan; kolomnya tidak dipakai."
        return Assigned(place, name, "", why)
    return Assigned(place, name, match.key, match.why)


def _sign_of(field: Field, match: Match, name: str) -> Callable[[str], bool] | None:
    """What at least one cell of such a column shows; None where nothing can be said."""
    if match.key == "category_text" and squash(name) == "kategori":
        return lambda text: bool(kinds.read_categories(text)[0][0])
    if field.reads in ("nik", "kk"):
        return lambda text: any(c.isdigit() for c in text) or text in ("-", "")
    if field.reads == "name":
        return lambda text: any(c.isalpha() for c in text) or not text.strip("-0")
    if field.reads == "flag":
        return lambda text: kinds.read_flag(text)[0] is not None
    if match.score < 100.0 and values.has_labels(field.reads):
        return lambda text: values.reads_label(field.reads, text)
    return None


#: A combined column gives way where its parts stand alone.
_COMBINED = {
    "rt+rw": ("rt", "rw"),
    "rw+rt": ("rt", "rw"),
    "birth_place+birth_date": ("birth_place", "birth_date"),
    "latitude+longitude": ("latitude", "longitude"),
}


def _drop_doubles(assigned: list[Assigned]) -> list[Assigned]:
    keys = {item.key for item in assigned}
    settled = []
    for item in assigned:
        parts = _COMBINED.get(item.key, ())
        marks = item.key in ("sex:L", "sex:P") and ("sex" in keys or not {"sex:L", "sex:P"} <= keys)
        if not item.by_hand and ((parts and set(parts) <= keys) or marks):
            why = "Isinya sudah diambil dari kolom lain."
            settled.append(Assigned(item.place, item.header, "", why))
        else:
            settled.append(item)
    return settled

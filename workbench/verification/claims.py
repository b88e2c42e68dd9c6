"""Aid and kinds of need a row speaks of: none, one or several to a row.

Lists say aid in a column of its own for each programme, in one column that names it, or in a
title over all rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from workbench.verification import kinds, values
from workbench.verification.blocks import AID, Claims, Log, Reader, Rows
from workbench.verification.columns import fields
from workbench.verification.dates import find_year, read_dates, read_period, read_years
from workbench.verification.places import place_row

AID_KEYS = frozenset(
    {
        "program",
        "source",
        "period",
        "amount_rp",
        "account",
        "account_name",
        "aid.status",
        "is_emergency",
    }
)
#: What only a list of payments has; a bare period or source of funds may stand anywhere.
PAID_KEYS = AID_KEYS - {"period", "source", "is_emergency"}

_AID_COLUMNS = (
    "program",
    "program_text",
    "source",
    "period",
    "amount_rp",
    "account",
    "account_name",
    "status",
    "is_emergency",
)


def _no_claims(columns: Sequence[str]) -> Claims:
    nothing = np.zeros(0, np.int64)
    return Claims(nothing, nothing, {c: [] for c in columns}, [], [], np.zeros(0, np.bool_))


def read_flags(reader: Reader, keys: set[str]) -> Claims:
    """One claim for every yes in a programme's own column."""
    rows: list[int] = []
    claims = _no_claims(_AID_COLUMNS)
    for key in [item.key for item in reader.sieve.assigned if item.key in keys]:
        cells = reader.cells(key) if key.startswith("program:") else None
        if cells is None:
            continue
        header = reader.sieve.header(key)
        code, _, stated = key.split(":", 1)[1].partition("@")
        over = _period_over(stated, reader.year)
        program, logged = kinds.read_program(code)
        answers = [kinds.read_flag(text) for text in cells.text]
        unread = [values.UNREADABLE if answer is None else "" for answer, _ in answers]
        reader.log("person", key, cells, [""] * len(unread), unread)
        is_local = re.search(r"pemda|apbd", header, re.IGNORECASE) is not None
        yes = cells.spread(np.array([answer is True for answer, _ in answers], np.bool_))
        hit = np.flatnonzero(yes).tolist()
        said = [answers[p][1] for p in cells.place[hit].tolist()]
        rows += hit
        claims.columns["program"] += [program] * len(hit)
        claims.columns["program_text"] += [header.upper()] * len(hit)
        claims.columns["source"] += [f.source or ("apbd_kabkota" if is_local else "") for f in said]
        claims.columns["period"] += [f.period or over for f in said]
        claims.columns["amount_rp"] += [f.amount_rp for f in said]
        claims.columns["account"] += [""] * len(hit)
        claims.columns["account_name"] += [""] * len(hit)
        claims.columns["status"] += [f.status for f in said]
        claims.columns["is_emergency"] += [None] * len(hit)
        claims.before += [header] * len(hit)
        claims.codes += ["" if program else logged] * len(hit)
    claims.rows = np.array(rows, np.int64)
    claims.is_flag = np.ones(len(rows), np.bool_)
    return claims


def _period_over(header: str, year: int | None) -> str:
    """The period a programme's own header speaks of; the titles give the year it lacks."""
    if not header:
        return ""
    words = kinds.without_programs(header)
    words = re.sub(
        r"(?i)\b(penerima|terima|bansos|bantuan|nominal|jumlah|jml|status)\b", " ", words
    )
    period, code = read_period(" ".join(words.split()), year)
    stated = find_year(header)
    return period if period and not code else str(stated or "")


def read_aid(reader: Reader, keys: set[str], flags: Claims, heading_program: str) -> None:
    block = reader.block
    has_long = bool(keys & AID_KEYS)
    if not has_long and not any(key.startswith("program:") for key in keys):
        return
    carried = {"nik", "no_kk", "name"} & keys | {"program", "program_text"}
    if any("@" in key for key in keys):
        carried.add("period")
    claims = _no_claims(_AID_COLUMNS)
    if has_long and ("program" in keys or not len(flags.rows)):
        claims = _read_programs(reader, heading_program)
        if "program" not in keys and not heading_program:
            carried -= {"program", "program_text"}
    cells = reader.cells("year")
    years = None if cells is None or "category_text" in keys else read_years(cells.text)[0]
    year_of = (
        [None] * len(block)
        if years is None or cells is None
        else [years[p] for p in cells.place.tolist()]
    )
    joined = _join_claims(claims, flags)
    _spread_aid_columns(reader, joined, keys, year_of)
    if years is not None:
        carried.add("period")
    for key in ("source", "period", "amount_rp", "account", "account_name", "is_emergency"):
        if key in keys:
            carried.add(key)
    if "aid.status" in keys:
        carried.add("status")
    block.aid = joined
    block.aid_columns = frozenset(carried)


def _read_programs(reader: Reader, heading_program: str) -> Claims:
    """Claims of a list with a programme column, or of one programme that the title names."""
    block = reader.block
    claims = _no_claims(_AID_COLUMNS)
    cells = reader.cells("program")
    rows: list[int] = []
    found: list[tuple[str, str, str, str]] = []
    if cells is not None:
        named = [kinds.read_programs(text) for text in cells.raw]
        for row, place in enumerate(cells.place.tolist()):
            if not named[place] and block.kind == AID:
                rows.append(row)
                found.append(("", "", cells.raw[place], ""))
            for program, text, code in named[place]:
                rows.append(row)
                found.append((program, text, cells.raw[place], code))
    else:
        rows = list(range(len(block)))
        if block.kind != AID:
            # In a list of people a row has aid where one of its aid cells says something.
            said = np.zeros(len(block), np.bool_)
            for key in AID_KEYS:
                column = reader.cells(key)
                if column is not None and key not in ("period", "source"):
                    said |= column.where(lambda t: not values.is_nothing(t))
            rows = np.flatnonzero(said).tolist()
        found = [(heading_program, heading_program, "", "")] * len(rows)
        if heading_program:
            block.notes.append(f"Program dibaca dari judul: {heading_program}.")
    claims.rows = np.array(rows, np.int64)
    claims.columns["program"] = [item[0] for item in found]
    claims.columns["program_text"] = [item[1] for item in found]
    claims.before = [item[2] for item in found]
    claims.codes = [item[3] for item in found]
    for name in ("source", "period", "account", "account_name", "status"):
        claims.columns[name] = [""] * len(rows)
    for name in ("amount_rp", "is_emergency"):
        claims.columns[name] = [None] * len(rows)
    claims.is_flag = np.zeros(len(rows), np.bool_)
    return claims


def _join_claims(long: Claims, flags: Claims) -> Claims:
    rows = np.concatenate([long.rows, flags.rows])
    order = np.argsort(rows, kind="stable")
    places = order.tolist()
    columns = {}
    for name in _AID_COLUMNS:
        both = long.columns[name] + flags.columns[name]
        columns[name] = [both[p] for p in places]
    before = long.before + flags.before
    codes = long.codes + flags.codes
    is_flag = np.concatenate([long.is_flag, flags.is_flag])
    sorted_rows = rows[order]
    return Claims(
        sorted_rows,
        count_within(sorted_rows),
        columns,
        [before[p] for p in places],
        [codes[p] for p in places],
        is_flag[order],
    )


def count_within(rows: Rows) -> Rows:
    """For sorted ``rows``, the how-manieth each is of its value, from 0."""
    if len(rows) == 0:
        return np.zeros(0, np.int64)
    starts = np.flatnonzero(np.concatenate([[True], rows[1:] != rows[:-1]]))
    lengths = np.diff(np.append(starts, len(rows)))
    return np.asarray(np.arange(len(rows)) - np.repeat(starts, lengths), np.int64)


def _spread_aid_columns(
    reader: Reader, claims: Claims, keys: set[str], year_of: Sequence[int | None]
) -> None:
    """Put the other aid columns of a row on each of its claims; what a claim says itself stays."""
    rows = claims.rows.tolist()

    def fill(column: str, key: str, per_row: list[Any]) -> None:
        own = claims.columns[column]
        claims.columns[column] = [
            per_row[row] if value in ("", None) else value
            for row, value in zip(rows, own, strict=True)
        ]

    for column, key, read in (
        ("amount_rp", "amount_rp", values.read_money),
        ("is_emergency", "is_emergency", values.read_bools),
    ):
        cells = reader.cells(key)
        if cells is not None:
            found, codes = read(cells.text)
            fill(column, key, [found[p] for p in cells.place.tolist()])
            reader.log("aid", column, cells, found, codes)
    for column, key in (("source", "source"), ("status", "aid.status")):
        cells = reader.cells(key)
        if cells is not None:
            labels, codes, _ = values.read_labels(fields()[key].reads, cells.text)
            fill(column, key, [labels[p] for p in cells.place.tolist()])
            reader.log("aid", column, cells, labels, codes)
    for column, normal in (("account", _read_accounts), ("account_name", values.read_names)):
        cells = reader.cells(column)
        if cells is not None:
            texts = normal(cells.text)
            fill(column, column, [texts[p] for p in cells.place.tolist()])
    _spread_periods(reader, fill, year_of)


def _spread_periods(
    reader: Reader, fill: Callable[[str, str, list[Any]], None], year_of: Sequence[int | None]
) -> None:
    cells = reader.cells("period")
    if cells is None:
        if any(year is not None for year in year_of):
            fill("period", "year", ["" if year is None else str(year) for year in year_of])
        return
    header = reader.sieve.header("period").split()[0] if reader.sieve.header("period") else ""
    heading_year = find_year(reader.sieve.header("period"))
    cache: dict[tuple[int, int | None], tuple[str, str]] = {}
    periods, codes = [], []
    for row, place in enumerate(cells.place.tolist()):
        pair = (place, year_of[row] or heading_year)
        if pair not in cache:
            text = cells.text[place]
            if re.fullmatch(r"\d{1,2}(\.0)?", text) and header.upper().startswith("BULAN"):
                month = int(float(text))
                text = f"{month:02d}/{pair[1]}" if 1 <= month <= 12 and pair[1] else text
            elif re.fullmatch(r"[1-4IV]{1,3}(\.0)?", text):
                text = f"{header} {text.removesuffix('.0')}"
            cache[pair] = read_period(text, pair[1])
        period, code = cache[pair]
        periods.append(period)
        codes.append(code)
    fill("period", "period", periods)
    rows = np.array([row for row, code in enumerate(codes) if code], np.int64)
    if len(rows):
        places = cells.place[rows].tolist()
        reader.block.logs.append(
            Log(
                "aid",
                "period",
                rows,
                [cells.raw[p] for p in places],
                [periods[r] for r in rows.tolist()],
                [codes[r] for r in rows.tolist()],
            )
        )


def _read_accounts(texts: Sequence[str]) -> list[str]:
    return ["" if values.is_nothing(t) else t.strip("'’ ").upper() for t in texts]


# --- PPKS --------------------------------------------------------------------------------------

_PPKS_COLUMNS = (
    "category",
    "category_text",
    "year",
    "assessed_on",
    "in_institution",
    "served_by",
    "is_telantar",
    "is_service_fulfilled",
    "found_kelurahan_kode_kemendagri",
)


def read_ppks(reader: Reader) -> None:
    block = reader.block
    cells = reader.cells("category_text")
    if cells is None:
        return
    named = [kinds.read_categories(text) for text in cells.raw]
    rows: list[int] = []
    claims = _no_claims(_PPKS_COLUMNS)
    for row, place in enumerate(cells.place.tolist()):
        for category, text, code in named[place]:
            if not text:
                continue
            rows.append(row)
            claims.columns["category"].append(category)
            claims.columns["category_text"].append(text)
            claims.before.append(cells.raw[place])
            claims.codes.append(code)
    claims.rows = np.array(rows, np.int64)
    claims.order = count_within(claims.rows)
    claims.is_flag = np.zeros(len(rows), np.bool_)
    carried = {"category", "category_text", "nik", "no_kk"} & (
        reader.sieve.field_keys() | {"category", "category_text"}
    )

    def spread(column: str, key: str, per_value: Sequence[Any], codes: Sequence[str]) -> None:
        column_cells = reader.cells(key)
        if column_cells is None:
            return
        places = column_cells.place.tolist()
        claims.columns[column] = [per_value[places[row]] for row in rows]
        reader.log("ppks", column, column_cells, per_value, codes)
        carried.add(column)

    for column in _PPKS_COLUMNS[2:]:
        claims.columns[column] = [""] * len(rows) if column in _PPKS_TEXT else [None] * len(rows)
    year = reader.cells("year")
    if year is not None:
        spread("year", "year", *read_years(year.text))
    assessed = reader.cells("assessed_on")
    if assessed is not None:
        dates = read_dates(assessed.text, reader.as_of)
        spread("assessed_on", "assessed_on", dates.found, dates.codes)
    for key in ("in_institution", "is_telantar", "is_service_fulfilled"):
        column_cells = reader.cells(key)
        if column_cells is not None:
            spread(key, key, *values.read_bools(column_cells.text))
    served = reader.cells("served_by")
    if served is not None:
        labels, codes, _ = values.read_labels("served_by", served.text)
        spread("served_by", "served_by", labels, codes)
    found_at = reader.cells("found_kelurahan_kode_kemendagri")
    if found_at is not None:
        found = [place_row(text, "", "", "", "") for text in found_at.text]
        spread(
            "found_kelurahan_kode_kemendagri",
            "found_kelurahan_kode_kemendagri",
            [place.kode_kemendagri for place in found],
            [place.code for place in found],
        )
    block.ppks = claims
    block.ppks_columns = frozenset(carried)


_PPKS_TEXT = frozenset({"served_by", "found_kelurahan_kode_kemendagri"})

"""What is said of a list that was read: its columns, sums, notes and manifest."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from workbench.domain.wilayah import CITY
from workbench.domain.words import mask_nik, number_id
from workbench.verification import columns, layout, tables
from workbench.verification.blocks import AID, PERSON, SIDE_LISTS, Block
from workbench.verification.columns import field_of
from workbench.verification.dates import find_year, read_period
from workbench.verification.parts import Part
from workbench.verification.places import PLACE_COLUMNS
from workbench.verification.refusals import Refusal
from workbench.verification.sieve import zeros_of_whole
from workbench.verification.sources import Source


def target_of(key: str, kind: str) -> tuple[str, str]:
    """Table and column a field of a sheet of this kind goes to; "" for none."""
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


def masked(key: str, text: str) -> str:
    """A value as a screen may show it: numbers of people masked, the mother's name never.

    Of a birth date the form is left, by which its column is known.
    """
    if key == "mother_name":
        return "(disembunyikan)"
    if "birth_date" in key:
        return re.sub(r"\d", "*", text)
    return re.sub(r"\d{12,}", lambda match: mask_nik(match.group()), text)


def mapping_of(parts: Sequence[Part], blocks: Sequence[Block]) -> list[dict[str, str]]:
    """Where each column that is used, or was mapped by hand, went to and why."""
    shown = []
    for part, block in zip(parts, blocks, strict=True):
        for item in part.assigned:
            table, column = target_of(item.key, block.kind)
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


def count_rows(parts: Sequence[Part], refusals: Sequence[Refusal]) -> dict[str, int]:
    """Rows read, kept and refused."""
    read = sum(int(part.sieve.data.sum()) for part in parts if part.sieve)
    kept = sum(len(part.sieve.kept) for part in parts if part.sieve)
    return {"dibaca": read, "disimpan": kept, "ditolak": len(refusals)}


def _hidden(part: Part) -> int:
    """Hidden rows among the rows that count."""
    if not part.sheet.hidden_rows or part.sieve is None:
        return 0
    numbers = part.grid.numbers[part.sieve.data].tolist()
    return sum(number in part.sheet.hidden_rows for number in numbers)


def in_sheet(sheet: str) -> str:
    """How a sentence about a sheet begins."""
    return f"Lembar {sheet}: " if sheet else ""


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def notes_of(
    parts: Sequence[Part],
    blocks: Sequence[Block],
    sources: Sequence[Source],
    left: Mapping[str, Sequence[tuple[str, str]]],
    joined: tables.Joined,
    by_hand: Sequence[Mapping[str, str]],
) -> list[str]:
    """What is to be said of a list beside its refused rows, in Indonesian sentences."""
    notes: list[str] = []
    for source in sources:
        notes += source.notes
        for sheet, why in left[source.sha256]:
            notes.append(f"Lembar {sheet or source.name} tidak dibaca: {why}.")
    for part, block in zip(parts, blocks, strict=True):
        where = in_sheet(part.sheet.name)
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


def _sheet_notes(part: Part, where: str) -> list[str]:
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


def _rounded_note(part: Part, where: str) -> list[str]:
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


def manifest_of(
    practice: bool,
    as_of: date,
    sources: Sequence[Source],
    used: Mapping[str, list[str]],
    left: Mapping[str, Sequence[tuple[str, str]]],
    parts: Sequence[Part],
    shown: Sequence[Mapping[str, str]],
    joined: tables.Joined,
    counts: Mapping[str, int],
    refusals: Sequence[Refusal],
) -> dict[str, Any]:
    """What a register says of itself, but for the notes."""
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


def _period(parts: Sequence[Part]) -> str:
    """The one period all sheets speak of; "" when none or several."""
    found = {period for part in parts if (period := period_of(part))}
    return found.pop() if len(found) == 1 else ""


def period_of(part: Part) -> str:
    """The period a sheet's titles, its name or the name of its file speak of."""
    for text in (*part.titles, part.sheet.name, Path(part.source.name).stem.replace("_", " ")):
        year = find_year(text)
        if year is not None:
            period, code = read_period(text)
            return period if period and not code else str(year)
    return ""


def call(part: Part, files: int) -> str:
    """How a sentence calls a sheet."""
    if part.sheet.name and files == 1:
        return f"Lembar {part.sheet.name}"
    return f"Berkas {part.source.name}"

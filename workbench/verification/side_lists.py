"""Lists beside the register: who died or moved, PSKS, the civil registry's answers, RT that exist.

They name people, but nobody of theirs becomes a person or a family of the register: a row is one
row of the table ``event``, ``psks``, ``dukcapil`` or ``rt_rw``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.domain.nik import is_filler, is_number
from workbench.domain.reference import reference
from workbench.domain.schema import arrow_schema, columns
from workbench.verification import values
from workbench.verification.blocks import DUKCAPIL, EVENT, PSKS, RT_RW, Block, Reader
from workbench.verification.claims import PAID_KEYS
from workbench.verification.dates import find_year, read_dates, read_years

#: A column of dates of death that is mostly empty stands in a list of the living.
LEAST_DATED = 0.6

_PLACES = frozenset({"kelurahan", "kelurahan_kode_kemendagri", "kelurahan_kode_bps"})
_RT_KEYS = frozenset({"rt", "rw", "rt+rw", "rw+rt"})
#: What a list of families or of aid has, whatever its title says.
_REGISTER_KEYS = frozenset({"shdk", "desil", "category_text", "mother_name"}) | PAID_KEYS

_EVENT_WORDS: Mapping[str, re.Pattern[str]] = {
    kind: re.compile(words, re.IGNORECASE)
    for kind, words in (
        ("meninggal", r"\b(MENINGGAL|KEMATIAN|WAFAT)\b"),
        ("pindah_masuk", r"\b(PINDAH|MUTASI)[ -]*(MASUK|DATANG)\b|\b(PENDATANG|KEDATANGAN)\b"),
        ("pindah_keluar", r"\bPINDAH\b(?![ -]*(MASUK|DATANG))"),
        ("lahir", r"\bKELAHIRAN\b|\bBAYI LAHIR\b"),
        ("pisah_kk", r"\b(PISAH|PECAH) KK\b"),
        ("kawin", r"\b(PERNIKAHAN|PERKAWINAN)\b"),
        ("cerai", r"\bPERCERAIAN\b"),
        ("graduasi", r"\bGRADUASI\b"),
        ("masuk_kembali", r"\bMASUK KEMBALI\b"),
    )
}
_REGISTRY_WORDS = re.compile(r"\b(DUKCAPIL|DISDUKCAPIL|SIAK|PADAN|PEMADANAN)\b", re.IGNORECASE)
_RECAPITULATION = re.compile(r"\bREKAP", re.IGNORECASE)


def choose_side_list(
    keys: Set[str], headings: Sequence[str], place: str, dated_share: float
) -> str:
    """The table a sheet of this kind fills, or "" for a list of persons, families or aid.

    ``headings`` are its titles and names, ``place`` the kelurahan they name ("" for none),
    ``dated_share`` the share of rows with a date of death or of a move.
    """
    titles = " ; ".join(headings)
    identity = {"nik", "no_kk", "name", "head_name"} & keys
    if not identity and _RT_KEYS & keys and not _RECAPITULATION.search(titles):
        known = _PLACES | _RT_KEYS | {"kecamatan", "kabupaten_kota", "sls"}
        if keys <= known and (place or keys & _PLACES):
            return RT_RW
    has_flags = any(key.startswith("program:") for key in keys)
    if keys & _REGISTER_KEYS or has_flags:
        return ""
    if {"psks.kind", "psks.name"} & keys or (
        "name" in keys and "no_kk" not in keys and _named_psks(titles)
    ):
        return PSKS
    if "nik" in keys and {"dukcapil.status", "dukcapil.name"} & keys:
        return DUKCAPIL
    if "nik" in keys and "dukcapil_match" in keys and _REGISTRY_WORDS.search(titles):
        return DUKCAPIL
    if identity and (
        "event.kind" in keys or dated_share >= LEAST_DATED or len(_named_events(titles)) == 1
    ):
        return EVENT
    return ""


def names_event(header: str) -> bool:
    """Whether dates under this header are of deaths or moves, and of nothing a family has."""
    return bool(set(_named_events(header)) & {"meninggal", "pindah_masuk", "pindah_keluar"})


def _named_events(text: str) -> list[str]:
    return [kind for kind, words in _EVENT_WORDS.items() if words.search(text)]


@cache
def _psks_names() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Names of the twelve kinds as whole words, the longest first."""
    names = [
        (name, row["kode"])
        for row in reference("psks_jenis")
        for name in (row["nama"], row["nama_singkat"], row["kode"])
        if len(name) >= 3
    ]
    names += [("Keluarga Pionir", "PSKS07"), ("LKSA", "PSKS04")]
    return tuple(
        (re.compile(rf"\b{re.escape(name)}\b", re.IGNORECASE), kode)
        for name, kode in sorted(names, key=lambda item: -len(item[0]))
    )


def _named_psks(text: str) -> str:
    """The kind of PSKS a text names, or ""; "PSKS" alone names none of them."""
    for pattern, kode in _psks_names():
        if pattern.search(text):
            return kode
    return ""


def read_psks_kinds(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    """Kinds of PSKS by their code, name or short name."""
    found = ["" if values.is_nothing(text) else _named_psks(text) for text in texts]
    codes = [
        values.UNREADABLE if not kode and not values.is_nothing(text) else ""
        for text, kode in zip(texts, found, strict=True)
    ]
    return found, codes


# --- one sheet -----------------------------------------------------------------------------------


def read_side_list(reader: Reader, headings: Sequence[str], program: str) -> None:
    """Read what is particular to the sheet's kind into ``block.side``; who and where is read."""
    block = reader.block
    if block.kind == EVENT:
        _read_events(reader, " ; ".join(headings), program)
    elif block.kind == PSKS:
        _read_psks(reader, " ; ".join(headings))
    elif block.kind == DUKCAPIL:
        _read_registry(reader)
    taken = {"nik", "no_kk", "name"} & set(block.person)
    block.side_columns = frozenset(taken | set(block.side) | ({"rt", "rw"} & set(block.family)))
    if "kelurahan_kode_kemendagri" in block.family:
        block.side_columns |= {"kelurahan_kode_kemendagri"}


def _constant(reader: Reader, text: str) -> pa.Array:
    return pa.array([text] * len(reader.block), pa.string())


def _put_labels(reader: Reader, column: str, key: str, reads: str) -> bool:
    cells = reader.cells(key)
    if cells is None:
        return False
    found, codes, _ = values.read_labels(reads, cells.text)
    reader.block.side[column] = cells.take(found, pa.string())
    reader.log(reader.block.kind, column, cells, found, codes)
    return True


def _put_date(reader: Reader, column: str, *keys: str) -> None:
    for key in keys:
        cells = reader.cells(key)
        if cells is not None:
            dates = read_dates(cells.text, reader.as_of)
            reader.block.side[column] = cells.take(dates.found, pa.date32())
            reader.log(reader.block.kind, column, cells, dates.found, dates.codes)
            return


def _read_events(reader: Reader, titles: str, program: str) -> None:
    block = reader.block
    if not _put_labels(reader, "kind", "event.kind", "event_kind"):
        # The header over the dates says it best, then the titles.
        for text in (reader.sieve.header("event.date"), titles):
            named = _named_events(text)
            if len(named) == 1:
                block.side["kind"] = _constant(reader, named[0])
                block.notes.append(f"Jenis peristiwa dibaca dari judul: {_words(named[0])}.")
                break
    if "kind" not in block.side:
        block.notes.append(
            "Jenis peristiwa (meninggal, pindah, dan seterusnya) tidak disebut; tulis pada judul "
            "atau nama lembar, lalu masukkan ulang."
        )
    is_birth = "kind" in block.side and set(block.side["kind"].to_pylist()) == {"lahir"}
    _put_date(reader, "date", "event.date", *(("birth_date",) if is_birth else ()))
    parts = []
    for key, lead in (("event.destination", ""), ("event.origin", "DARI ")):
        cells = reader.cells(key)
        if cells is not None:
            parts.append(
                cells.take(
                    [f"{lead}{text}" if text else "" for text in values.read_upper(cells.text)],
                    pa.string(),
                )
            )
    if parts:
        joined = pc.binary_join_element_wise(*parts, " ") if len(parts) > 1 else parts[0]
        block.side["destination"] = pc.utf8_trim_whitespace(joined)
    evidence = reader.cells("event.evidence")
    if evidence is not None:
        block.side["evidence"] = evidence.take(values.read_upper(evidence.text), pa.string())
    if program:
        block.side["program"] = _constant(reader, program)


def _words(kind: str) -> str:
    return kind.replace("_", " ").replace("kk", "KK")


def _read_psks(reader: Reader, titles: str) -> None:
    block = reader.block
    cells = reader.cells("psks.kind")
    if cells is not None:
        found, codes = read_psks_kinds(cells.text)
        block.side["kind"] = cells.take(found, pa.string())
        reader.log(PSKS, "kind", cells, found, codes)
    else:
        header = reader.sieve.header("psks.name")
        named = _named_psks(header) or _named_psks(titles)
        if named:
            block.side["kind"] = _constant(reader, named)
    for key in ("psks.name", "name"):
        names = reader.cells(key)
        if names is not None:
            block.side["name"] = names.take(values.read_names(names.text), pa.string())
            break
    years = reader.cells("year")
    year = find_year(titles)
    if years is not None:
        found_years, codes = read_years(years.text)
        block.side["year"] = years.take(found_years, pa.int64())
        reader.log(PSKS, "year", years, found_years, codes)
    elif year is not None:
        block.side["year"] = pa.array([year] * len(block), pa.int64())


def _read_registry(reader: Reader) -> None:
    block = reader.block
    for key in ("dukcapil.status", "dukcapil_match"):
        if _put_labels(reader, "status", key, "dukcapil_status"):
            break
    for key in ("dukcapil.name", "name"):
        names = reader.cells(key)
        if names is not None:
            block.side["name"] = names.take(values.read_names(names.text), pa.string())
            break
    sex = reader.cells("sex")
    if sex is not None:
        found, codes, _ = values.read_labels("sex", sex.text)
        block.side["sex"] = sex.take(found, pa.string())
        reader.log(DUKCAPIL, "sex", sex, found, codes)
    _put_date(reader, "birth_date", "dukcapil.birth_date", "birth_date")
    _put_date(reader, "answered_on", "dukcapil.answered_on", "dukcapil_matched_on")


# --- all sheets ----------------------------------------------------------------------------------

_LETTERS = {EVENT: "V", PSKS: "S"}


def side_subjects(block: Block) -> list[str]:
    """What identifies each kept row of a side list in its table; "" where nothing does."""
    letter = _LETTERS.get(block.kind)
    if letter:
        return [f"{letter}{place:06d}" for place in (block.numbers + block.base).tolist()]
    if block.kind == DUKCAPIL and "nik" in block.person:
        found: list[str] = block.person["nik"].to_pylist()
        return found
    return [""] * len(block)


def side_tables(blocks: Sequence[Block], person: pa.Table) -> dict[str, pa.Table]:
    """The tables ``event``, ``psks``, ``dukcapil`` and ``rt_rw`` of all sheets of their kinds.

    Events find the person of their NIK where ``person`` has one.
    """
    tables = {}
    for kind in (EVENT, PSKS, DUKCAPIL, RT_RW):
        own = [block for block in blocks if block.kind == kind]
        table = pa.concat_tables(
            [_table_of(block) for block in own] or [arrow_schema(kind).empty_table()]
        )
        if kind == EVENT and table.num_rows:
            table = _tie(table, person)
        if kind == RT_RW and table.num_rows:
            table = table.group_by(table.column_names, use_threads=False).aggregate([])
        tables[kind] = table.combine_chunks()
    return tables


def side_carried(blocks: Sequence[Block], kind: str) -> list[str]:
    """Columns of one of these tables that at least one of its sheets has."""
    own = [block for block in blocks if block.kind == kind]
    found = {column for block in own for column in block.side_columns}
    always = {"event_id", "person_id", "family_id", "psks_id", "file", "sheet", "row"}
    return [name for name in columns(kind) if name in found or name in always] if own else []


def _table_of(block: Block) -> pa.Table:
    schema = arrow_schema(block.kind)
    subjects = side_subjects(block)
    made: dict[str, Any] = {
        "event_id": subjects,
        "psks_id": subjects,
        "file": [block.file] * len(block),
        "sheet": [block.sheet] * len(block),
        "row": block.numbers,
    }
    arrays = []
    for column in schema:
        if column.name in made:
            arrays.append(pa.array(made[column.name], column.type))
            continue
        array = block.side.get(column.name)
        if array is None and column.name in ("nik", "no_kk", "name"):
            array = block.person.get(column.name)
        if array is None:
            array = block.family.get(column.name)
        if array is None:
            fill = "" if pa.types.is_string(column.type) else None
            array = pa.array([fill] * len(block), column.type)
        arrays.append(array)
    return pa.table(arrays, schema=schema)


def _tie(events: pa.Table, person: pa.Table) -> pa.Table:
    """Give events the person and family of their NIK, the first where it stands twice."""
    known: dict[str, int] = {}
    for number, nik in enumerate(person["nik"].to_pylist()):
        if is_number(nik) and not is_filler(nik):
            known.setdefault(nik, number)
    places = np.array([known.get(nik, -1) for nik in events["nik"].to_pylist()], np.int64)
    taken = pa.array(places, mask=places < 0)
    for column in ("person_id", "family_id"):
        ids = pc.fill_null(person[column].take(taken), "")
        events = events.set_column(events.column_names.index(column), column, ids)
    return events

"""Blocks of rows joined into the tables of a register: who is one person, who is one family.

A KK number groups rows into a family inside one source; a person who stands on several rows of
a PPKS list, one per category, is one person. Nobody is merged on a name alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from workbench.domain.nik import is_filler, is_number
from workbench.domain.reference import by_code, reference
from workbench.domain.schema import arrow_schema, columns
from workbench.verification.blocks import (
    AID,
    FAMILY,
    PERSON,
    SIDE_LISTS,
    Block,
    Claims,
    Log,
)
from workbench.verification.claims import count_within
from workbench.verification.side_lists import side_carried, side_subjects, side_tables

Rows = npt.NDArray[np.int64]

#: A column counts as carried when at least this share of the table's rows comes from a sheet that
#: has it: a few rows without must not silence a rule, many must.
CARRIED_SHARE = 0.95
#: Programmes ticked on every member of nearly every family are ticked for the family.
FAMILY_TICK_SHARE = 0.9


@dataclass
class Joined:
    """All tables with what the manifest says of them."""

    tables: dict[str, pa.Table]
    carried: dict[str, list[str]]
    families_with_refused: list[str]
    aid_places: pa.Table
    merged_rows: int
    family_ticks: int


@dataclass
class _People:
    """Rows of all person and family blocks under one another.

    ``start`` is where each block begins, ``owner`` the row that stands for the person, ``family``
    the number of the family of each row.
    """

    blocks: list[Block]
    start: list[int]
    position: Rows
    owner: Rows
    family: Rows
    family_first: Rows
    family_keys: list[str]

    @property
    def rows(self) -> int:
        return len(self.position)


def join_blocks(
    blocks: Sequence[Block],
    refused_kk: Sequence[tuple[str, str]],
    beat: Callable[[], None],
) -> Joined:
    """Join the blocks of one reading; ``refused_kk`` are (source list, KK) of refused rows.

    ``beat`` is called between the tables.
    """
    people = _gather(blocks)
    beat()
    person_rows = _person_rows(people)
    family_ids = [f"F{p:06d}" for p in people.position[people.family_first].tolist()]
    person_of_row, person_ids = _person_ids(people, person_rows)
    tables: dict[str, pa.Table] = {}
    person = _person_table(people, person_rows, person_of_row, person_ids, family_ids)
    beat()
    family, first = _family_table(people, family_ids)
    tables["person"], tables["family"] = person, family
    beat()
    family_ticks = _drop_family_ticks(people)
    aid, aid_subjects, aid_places = _aid_table(
        blocks, people, person_of_row, person_ids, family_ids, person
    )
    beat()
    ppks, ppks_subjects = _ppks_table(people, person_of_row, person_ids, family_ids)
    tables["aid"], tables["ppks"] = aid, ppks
    beat()
    tables |= side_tables(blocks, person)
    tables["cleaned"] = _cleaned_table(
        blocks, people, person_of_row, person_ids, family_ids, first, aid_subjects, ppks_subjects
    )
    merged = int(sum(len(b) for b in people.blocks if b.kind == PERSON)) - len(person_ids)
    return Joined(
        tables,
        _carried(blocks, people, person_rows),
        _families_with_refused(people, family_ids, refused_kk),
        aid_places,
        merged,
        family_ticks,
    )


# --- who is who --------------------------------------------------------------------------------


def _texts(block: Block, column: str) -> list[str]:
    array = block.person.get(column)
    found: list[str] = array.to_pylist() if array is not None else [""] * len(block)
    return found


def _gather(blocks: Sequence[Block]) -> _People:
    chosen = [block for block in blocks if block.kind in (PERSON, FAMILY)]
    start, total = [], 0
    for block in chosen:
        start.append(total)
        total += len(block)
    nothing = np.zeros(0, np.int64)
    position = np.concatenate([nothing, *(b.numbers + b.base for b in chosen)])
    keys: list[str] = []
    for block in chosen:
        kks = pa.array(_texts(block, "no_kk"), pa.string()).dictionary_encode()
        usable = [
            f"{block.source_list}|{kk}" if is_number(kk) and not is_filler(kk) else ""
            for kk in kks.dictionary.to_pylist()
        ]
        places = (block.numbers + block.base).tolist()
        shared = pa.array(usable, pa.string()).take(kks.indices).to_pylist()
        keys += [key or f"#{place}" for key, place in zip(shared, places, strict=True)]
    owner = _find_owners(chosen, start, total)
    for row in np.flatnonzero(owner != np.arange(total)).tolist():
        keys[row] = keys[owner[row]]
    if total:
        encoded = pa.array(keys, pa.string()).dictionary_encode()
        family = np.asarray(encoded.indices.to_numpy(zero_copy_only=False), np.int64)
        family_keys: list[str] = encoded.dictionary.to_pylist()
    else:
        family, family_keys = nothing, []
    family_first = np.zeros(len(family_keys), np.int64)
    family_first[family[::-1]] = np.arange(total)[::-1]
    return _People(chosen, start, position, owner, family, family_first, family_keys)


def _find_owners(blocks: Sequence[Block], start: Sequence[int], total: int) -> Rows:
    """For each row the row that stands for its person; only rows of PPKS lists are ever merged.

    Same NIK, name and KK but another category or year: one person. The same category twice is a
    doubled row, and stays two.
    """
    owner = np.arange(total, dtype=np.int64)
    if not any(block.ppks is not None for block in blocks):
        return owner
    full: dict[tuple[str, str, str], int] = {}
    brief: dict[tuple[str, str], int] = {}
    for block, first in zip(blocks, start, strict=True):
        if block.ppks is not None or block.kind != PERSON:
            continue
        rows = zip(_texts(block, "nik"), _texts(block, "name"), _texts(block, "no_kk"), strict=True)
        for place, (nik, name, kk) in enumerate(rows):
            if is_number(nik):
                full.setdefault((nik, name, kk), first + place)
                brief.setdefault((nik, name), first + place)
    said: dict[int, set[tuple[str, int | None]]] = {}
    for block, first in zip(blocks, start, strict=True):
        if block.ppks is None or block.kind != PERSON:
            continue
        claims: list[set[tuple[str, int | None]]] = [set() for _ in range(len(block))]
        for row, text, year in zip(
            block.ppks.rows.tolist(),
            block.ppks.columns["category_text"],
            block.ppks.columns["year"],
            strict=True,
        ):
            claims[row].add((text, year))
        rows = zip(_texts(block, "nik"), _texts(block, "name"), _texts(block, "no_kk"), strict=True)
        for place, (nik, name, kk) in enumerate(rows):
            if not is_number(nik) or is_filler(nik):
                continue
            row = first + place
            known = full.get((nik, name, kk))
            if known is None and not block.has_kk:
                known = brief.get((nik, name))
            mine = claims[place]
            if known is not None and mine and not mine & said.get(known, set()):
                owner[row] = known
                said.setdefault(known, set()).update(mine)
            else:
                full.setdefault((nik, name, kk), row)
                brief.setdefault((nik, name), row)
                said.setdefault(row, set()).update(mine)
    return owner


def _person_rows(people: _People) -> npt.NDArray[np.bool_]:
    """Rows that are rows of persons (family-only sheets are not)."""
    flags = np.zeros(people.rows, np.bool_)
    for block, first in zip(people.blocks, people.start, strict=True):
        flags[first : first + len(block)] = block.kind == PERSON
    return flags


def _person_ids(people: _People, person_rows: npt.NDArray[np.bool_]) -> tuple[Rows, list[str]]:
    """Number of the person of each row (-1 for none) and the ids in table order."""
    is_owner = person_rows & (people.owner == np.arange(people.rows))
    number = np.full(people.rows, -1, np.int64)
    number[is_owner] = np.arange(int(is_owner.sum()))
    found = np.where(person_rows, number[people.owner] if people.rows else number, -1)
    ids = [f"P{p:06d}" for p in people.position[is_owner].tolist()]
    return found.astype(np.int64), ids


# --- columns -----------------------------------------------------------------------------------


def _stack(blocks: Sequence[Block], part: str, column: str, type_: pa.DataType) -> pa.Array:
    """One column of all blocks under one another; unknown where a block lacks it."""
    pieces = []
    is_text = pa.types.is_string(type_)
    for block in blocks:
        array = getattr(block, part).get(column)
        if array is None and part == "family" and column in ("rt", "rw"):
            array = block.family.get(f"{column}?")
        if array is None:
            array = pa.repeat("", len(block)) if is_text else pa.nulls(len(block), type_)
        pieces.append(array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array)
    if len(pieces) == 1:
        return pieces[0]
    return pa.concat_arrays(pieces) if pieces else pa.array([], type_)


def _first_known(array: pa.Array, group: Rows, groups: int) -> tuple[pa.Array, Rows]:
    """For each group the first value that is known, and the row it came from (-1 for none)."""
    known = pc.not_equal(array, "") if pa.types.is_string(array.type) else pc.is_valid(array)
    rows = np.flatnonzero(np.asarray(known.to_numpy(zero_copy_only=False), np.bool_))
    first = np.full(groups, -1, np.int64)
    first[group[rows][::-1]] = rows[::-1]
    taken = array.take(pa.array(first, mask=first < 0))
    if pa.types.is_string(array.type):
        taken = pc.fill_null(taken, "")
    return taken, first


def _origin(blocks: Sequence[Block]) -> tuple[list[str], list[str], Rows]:
    files: list[str] = []
    sheets: list[str] = []
    for block in blocks:
        files += [block.file] * len(block)
        sheets += [block.sheet] * len(block)
    rows = np.concatenate([np.zeros(0, np.int64), *(block.numbers for block in blocks)])
    return files, sheets, rows


def _person_table(
    people: _People,
    person_rows: npt.NDArray[np.bool_],
    person_of_row: Rows,
    person_ids: list[str],
    family_ids: list[str],
) -> pa.Table:
    schema = arrow_schema("person")
    rows = np.flatnonzero(person_rows)
    owners = rows[people.owner[rows] == rows]
    is_merged = len(owners) < len(rows)
    files, sheets, numbers = _origin(people.blocks)
    made: dict[str, Any] = {
        "person_id": person_ids,
        "family_id": [family_ids[f] for f in people.family[owners].tolist()],
        "file": [files[r] for r in owners.tolist()],
        "sheet": [sheets[r] for r in owners.tolist()],
        "row": numbers[owners],
    }
    arrays = []
    for column in schema:
        if column.name in made:
            arrays.append(pa.array(made[column.name], column.type))
            continue
        stacked = _stack(people.blocks, "person", column.name, column.type)
        if is_merged:
            part = stacked.take(pa.array(rows))
            arrays.append(_first_known(part, person_of_row[rows], len(owners))[0])
        else:
            arrays.append(stacked.take(pa.array(owners)))
    return pa.table(arrays, schema=schema)


def _family_table(people: _People, family_ids: list[str]) -> tuple[pa.Table, dict[str, Rows]]:
    """The family table, and for each column the row its value came from."""
    schema = arrow_schema("family")
    count = len(family_ids)
    files, sheets, numbers = _origin(people.blocks)
    sources = [block.source_list for block in people.blocks for _ in range(len(block))]
    first_rows = people.family_first
    made: dict[str, Any] = {
        "family_id": family_ids,
        "source_list": [sources[r] for r in first_rows.tolist()],
        "file": [files[r] for r in first_rows.tolist()],
        "sheet": [sheets[r] for r in first_rows.tolist()],
        "row": numbers[first_rows],
    }
    arrays = []
    origin: dict[str, Rows] = {}
    for column in schema:
        if column.name in made:
            arrays.append(pa.array(made[column.name], column.type))
            continue
        stacked = _stack(people.blocks, "family", column.name, column.type)
        taken, origin[column.name] = _first_known(stacked, people.family, count)
        arrays.append(taken)
    return pa.table(arrays, schema=schema), origin


# --- aid and PPKS ------------------------------------------------------------------------------


def _drop_family_ticks(people: _People) -> int:
    """Keep one claim a family where a list ticks a family's programme on every member.

    Done only where nearly all families of the list are ticked so; two ticks in one family of a
    list that ticks single persons stay two. Returns how many claims were taken for repetitions.
    """
    dropped = 0
    programs = by_code("program_bantuan")
    for block, first in zip(people.blocks, people.start, strict=True):
        claims = block.aid
        if block.kind != PERSON or claims is None or not claims.is_flag.any():
            continue
        family = people.family[first : first + len(block)]
        members = np.bincount(family, minlength=len(people.family_keys))
        heads = np.zeros(len(block), np.bool_)
        if "shdk" in block.person:
            shdk = block.person["shdk"]
            heads = np.asarray(
                pc.equal(shdk, "kepala_keluarga").to_numpy(zero_copy_only=False), np.bool_
            )
        keep = np.ones(len(claims.rows), np.bool_)
        codes = np.array(claims.columns["program"], object)
        for program in sorted(set(codes[claims.is_flag].tolist()) - {""}):
            if not programs[program]["satuan"].startswith("keluarga"):
                continue
            mine = np.flatnonzero(claims.is_flag & (codes == program))
            ticked = np.bincount(family[claims.rows[mine]], minlength=len(members))
            several = (members >= 2) & (ticked > 0)
            whole = several & (ticked == members)
            if several.sum() < 3 or whole.sum() < FAMILY_TICK_SHARE * several.sum():
                continue
            seen: dict[int, int] = {}
            for place in mine.tolist():
                row = int(claims.rows[place])
                group = int(family[row])
                if not whole[group]:
                    continue
                if group not in seen:
                    seen[group] = place
                elif heads[row]:
                    keep[seen[group]] = False
                    seen[group] = place
                else:
                    keep[place] = False
        if not keep.all():
            dropped += int((~keep).sum())
            block.aid = _keep_claims(claims, keep)
    return dropped


def _keep_claims(claims: Claims, keep: npt.NDArray[np.bool_]) -> Claims:
    places = np.flatnonzero(keep).tolist()
    rows = claims.rows[keep]
    return Claims(
        rows,
        count_within(rows),
        {name: [column[p] for p in places] for name, column in claims.columns.items()},
        [claims.before[p] for p in places],
        [claims.codes[p] for p in places],
        claims.is_flag[keep],
    )


def _claim_ids(prefix: str, block: Block, claims: Claims) -> list[str]:
    places = (block.numbers + block.base)[claims.rows].tolist()
    return [
        f"{prefix}{place:06d}" if order == 0 else f"{prefix}{place:06d}-{order + 1}"
        for place, order in zip(places, claims.order.tolist(), strict=True)
    ]


def _collect(table: str, made: Mapping[str, list[Any]], count: int) -> pa.Table:
    schema = arrow_schema(table)
    arrays = []
    for column in schema:
        found = made.get(column.name)
        if found is None:
            found = ["" if pa.types.is_string(column.type) else None] * count
        arrays.append(pa.array(found, column.type))
    return pa.table(arrays, schema=schema)


def _aid_table(
    blocks: Sequence[Block],
    people: _People,
    person_of_row: Rows,
    person_ids: list[str],
    family_ids: list[str],
    person: pa.Table,
) -> tuple[pa.Table, dict[int, list[str]], pa.Table]:
    """The aid table, the ids by block, and the kelurahan a list of payees names for each row."""
    made: dict[str, list[Any]] = {name: [] for name in columns("aid")}
    subjects: dict[int, list[str]] = {}
    placed: list[tuple[str, str]] = []
    niks = person.column("nik").to_pylist()
    families = person.column("family_id").to_pylist()
    by_nik: dict[str, int] = {}
    if any(block.kind == AID for block in blocks):
        for number, nik in enumerate(niks):
            if is_number(nik) and not is_filler(nik):
                by_nik.setdefault(nik, number)
    for place, block in enumerate(blocks):
        claims = block.aid
        if claims is None:
            continue
        rows = claims.rows.tolist()
        ids = _claim_ids("A", block, claims)
        subjects[place] = ids
        nik, kk, name = (_texts(block, column) for column in ("nik", "no_kk", "name"))
        if block.kind == AID:
            known = [by_nik.get(nik[row], -1) for row in rows]
            made["person_id"] += [person_ids[k] if k >= 0 else "" for k in known]
            made["family_id"] += [families[k] if k >= 0 else "" for k in known]
            kode = block.family.get("kelurahan_kode_kemendagri")
            if kode is not None:
                codes = kode.to_pylist()
                placed += [(identity, codes[row]) for identity, row in zip(ids, rows, strict=True)]
        else:
            first = people.start[next(i for i, b in enumerate(people.blocks) if b is block)]
            persons = [int(person_of_row[first + row]) for row in rows]
            made["person_id"] += [person_ids[p] if p >= 0 else "" for p in persons]
            made["family_id"] += [family_ids[people.family[first + row]] for row in rows]
        made["aid_id"] += ids
        made["nik"] += [nik[row] for row in rows]
        made["no_kk"] += [kk[row] for row in rows]
        made["name"] += [name[row] for row in rows]
        for column, cells in claims.columns.items():
            made[column] += cells
        made["file"] += [block.file] * len(rows)
        made["sheet"] += [block.sheet] * len(rows)
        made["row"] += block.numbers[claims.rows].tolist()
    places = pa.table(
        {
            "aid_id": pa.array([p[0] for p in placed], pa.string()),
            "kelurahan_kode_kemendagri": pa.array([p[1] for p in placed], pa.string()),
        }
    )
    return _collect("aid", made, len(made["aid_id"])), subjects, places


def _ppks_table(
    people: _People, person_of_row: Rows, person_ids: list[str], family_ids: list[str]
) -> tuple[pa.Table, dict[int, list[str]]]:
    made: dict[str, list[Any]] = {name: [] for name in columns("ppks")}
    subjects: dict[int, list[str]] = {}
    in_groups = {
        row["kode"] for row in reference("pmks_kategori") if row["unit"] in ("keluarga", "kelompok")
    }
    for place, block in enumerate(people.blocks):
        claims = block.ppks
        if claims is None:
            continue
        rows = claims.rows.tolist()
        first = people.start[place]
        ids = _claim_ids("K", block, claims)
        subjects[id(block)] = ids
        nik, kk = _texts(block, "nik"), _texts(block, "no_kk")
        persons = [int(person_of_row[first + row]) for row in rows]
        made["ppks_id"] += ids
        made["person_id"] += [
            "" if category in in_groups or p < 0 else person_ids[p]
            for category, p in zip(claims.columns["category"], persons, strict=True)
        ]
        made["family_id"] += [family_ids[people.family[first + row]] for row in rows]
        made["nik"] += [nik[row] for row in rows]
        made["no_kk"] += [kk[row] for row in rows]
        for column, cells in claims.columns.items():
            made[column] += cells
        made["file"] += [block.file] * len(rows)
        made["sheet"] += [block.sheet] * len(rows)
        made["row"] += block.numbers[claims.rows].tolist()
    return _collect("ppks", made, len(made["ppks_id"])), subjects


# --- what was changed --------------------------------------------------------------------------


def _cleaned_table(
    blocks: Sequence[Block],
    people: _People,
    person_of_row: Rows,
    person_ids: list[str],
    family_ids: list[str],
    first: Mapping[str, Rows],
    aid_subjects: Mapping[int, list[str]],
    ppks_subjects: Mapping[int, list[str]],
) -> pa.Table:
    made: dict[str, list[Any]] = {name: [] for name in columns("cleaned")}
    starts = {id(block): start for block, start in zip(people.blocks, people.start, strict=True)}
    for place, block in enumerate(blocks):
        own_aid = _first_claims(block.aid, aid_subjects.get(place, []))
        own_ppks = _first_claims(block.ppks, ppks_subjects.get(id(block), []))
        seen: set[tuple[str, str, str]] = set()
        for log in block.logs:
            table, subjects, keep = _subjects(
                log,
                block,
                starts.get(id(block)),
                people,
                person_of_row,
                person_ids,
                family_ids,
                first,
                own_aid,
                own_ppks,
            )
            chosen = list(range(len(subjects)))
            if not all(keep) or table == "family":
                chosen = []
                for number, (subject, before) in enumerate(zip(subjects, log.before, strict=True)):
                    line = (subject, log.column, before)
                    if keep[number] and (table != "family" or line not in seen):
                        seen.add(line)
                        chosen.append(number)
            _add_lines(made, table, log, subjects, chosen, block)
        for prefix, claims, ids, column in (
            ("aid", block.aid, aid_subjects.get(place, []), "program"),
            ("ppks", block.ppks, ppks_subjects.get(id(block), []), "category"),
        ):
            if claims is None:
                continue
            changed = [number for number, code in enumerate(claims.codes) if code]
            after = claims.columns[column]
            log = Log(prefix, column, claims.rows, claims.before, after, claims.codes)
            _add_lines(made, prefix, log, ids, changed, block)
    return _collect("cleaned", made, len(made["table"]))


def _add_lines(
    made: dict[str, list[Any]],
    table: str,
    log: Log,
    subjects: Sequence[str],
    chosen: Sequence[int],
    block: Block,
) -> None:
    """Add the ``chosen`` entries of a log to the columns of ``cleaned``."""
    count = len(chosen)
    made["table"] += [table] * count
    made["subject"] += [subjects[number] for number in chosen]
    made["column"] += [log.column] * count
    made["before"] += [log.before[number] for number in chosen]
    made["after"] += [log.after[number] for number in chosen]
    made["code"] += [log.codes[number] for number in chosen]
    made["file"] += [block.file] * count
    made["sheet"] += [block.sheet] * count
    made["row"] += block.numbers[log.rows[list(chosen)]].tolist() if count else []


def _first_claims(claims: Claims | None, ids: Sequence[str]) -> dict[int, str]:
    found: dict[int, str] = {}
    if claims is not None:
        for row, identity in zip(claims.rows.tolist(), ids, strict=True):
            found.setdefault(row, identity)
    return found


def _subjects(
    log: Log,
    block: Block,
    start: int | None,
    people: _People,
    person_of_row: Rows,
    person_ids: list[str],
    family_ids: list[str],
    first: Mapping[str, Rows],
    own_aid: Mapping[int, str],
    own_ppks: Mapping[int, str],
) -> tuple[str, list[str], list[bool]]:
    """The table and row each line is about, and whether the cell had a say at all.

    A family takes its attributes from its first row that has them; cells behind that one were
    not used and are not reported.
    """
    rows = log.rows.tolist()
    if block.kind in SIDE_LISTS:
        known = side_subjects(block)
        return block.kind, [known[row] for row in rows], [True] * len(rows)
    if log.table in ("aid", "ppks") or block.kind == AID:
        own = own_ppks if log.table == "ppks" else own_aid
        subjects = [own.get(row, "") for row in rows]
        table = log.table if log.table in ("aid", "ppks") else "aid"
        return table, subjects, [bool(subject) for subject in subjects]
    if start is None:
        return log.table, [""] * len(rows), [False] * len(rows)
    if log.table == "person" and block.kind == PERSON:
        numbers = person_of_row[log.rows + start].tolist()
        return "person", [person_ids[n] for n in numbers], [True] * len(rows)
    groups = people.family[log.rows + start]
    subjects = [family_ids[g] for g in groups.tolist()]
    origin = first.get(log.column)
    if origin is None:
        return "family", subjects, [True] * len(rows)
    chosen = origin[groups]
    had_say = (chosen < 0) | (log.rows + start <= chosen)
    return "family", subjects, had_say.tolist()


# --- what the manifest says --------------------------------------------------------------------


def _carried(
    blocks: Sequence[Block], people: _People, person_rows: npt.NDArray[np.bool_]
) -> dict[str, list[str]]:
    """Columns each table has from the list; ids and origins are always there."""
    carried: dict[str, list[str]] = {}
    persons = int(person_rows.sum())
    counts: dict[str, int] = {}
    for block in people.blocks:
        if block.kind == PERSON:
            for column in block.person:
                counts[column] = counts.get(column, 0) + len(block)
    carried["person"] = _with_origin(
        "person", {c for c, n in counts.items() if persons and n >= CARRIED_SHARE * persons}
    )
    families = len(people.family_keys)
    has: dict[str, npt.NDArray[np.bool_]] = {}
    for block, start in zip(people.blocks, people.start, strict=True):
        mine = people.family[start : start + len(block)]
        for column in block.family:
            if not column.endswith("?"):
                has.setdefault(column, np.zeros(families, np.bool_))[mine] = True
    carried["family"] = _with_origin(
        "family", {c for c, flags in has.items() if families and flags.mean() >= CARRIED_SHARE}
    )
    for table, parts in (
        ("aid", [(block.aid, block.aid_columns) for block in blocks]),
        ("ppks", [(block.ppks, block.ppks_columns) for block in blocks]),
    ):
        rows, seen = 0, dict[str, int]()
        for claims, named in parts:
            if claims is None:
                continue
            rows += len(claims.rows)
            for column in named:
                seen[column] = seen.get(column, 0) + len(claims.rows)
        carried[table] = _with_origin(
            table, {c for c, n in seen.items() if rows and n >= CARRIED_SHARE * rows}
        )
    for kind in SIDE_LISTS:
        carried[kind] = side_carried(blocks, kind)
    return carried


def _with_origin(table: str, found: set[str]) -> list[str]:
    if not found:
        return []
    always = {"person_id", "family_id", "aid_id", "ppks_id", "file", "sheet", "row", "source_list"}
    return [name for name in columns(table) if name in found or name in always]


def _families_with_refused(
    people: _People, family_ids: Sequence[str], refused_kk: Sequence[tuple[str, str]]
) -> list[str]:
    """Families of whose members at least one was refused; family rules stay silent on them."""
    number = {key: place for place, key in enumerate(people.family_keys)}
    wanted: set[int] = set()
    stems: dict[str, list[int]] = {}
    for source, kk in refused_kk:
        if len(kk) == 15:
            if not stems:
                for key, place in number.items():
                    stems.setdefault(key[:-1], []).append(place)
            wanted.update(stems.get(f"{source}|{kk}", ()))
        elif f"{source}|{kk}" in number:
            wanted.add(number[f"{source}|{kk}"])
    return [family_ids[place] for place in sorted(wanted)]

"""A list's judgement renewed, and a kelurahan's rows replaced by what it sent in corrected.

The tables of a list never change: a renewed judgement lies beside the older ones, and corrected
rows make a new list while the old one stays.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from workbench.access import Actor, Permission, Workspace, require, require_area
from workbench.domain.register import Register, combine, key_column
from workbench.domain.schema import columns
from workbench.domain.wilayah import CITY, PLACES, kelurahan_by_code, say_locally, told_apart
from workbench.domain.words import number_id
from workbench.errors import Forbidden, UnusableInput, WrongUse
from workbench.rules import Findings, catalogue
from workbench.services import keys, maps, shelves
from workbench.services.comparisons import column_words
from workbench.services.imports import (
    Asks,
    Progress,
    fingerprints,
    parameters_for,
    shelve,
    telling,
)
from workbench.services.office import Office
from workbench.services.shelves import ListSummary, Standing
from workbench.store import snapshots
from workbench.verification import read_list
from workbench.verification.comparison import rule_marks

_PLACE = "kelurahan_kode_kemendagri"


@dataclass(frozen=True)
class Replaced:
    """A list with one kelurahan's rows replaced.

    ``removed`` rows of the older list's sources are out, ``read = kept + refused`` came in for
    them, ``rest`` are as they were; ``notes`` are Indonesian sentences.
    """

    summary: ListSummary
    rest: int
    removed: int
    read: int
    kept: int
    refused: int
    notes: tuple[str, ...]


def recheck_list(office: Office, actor: Actor, list_id: str) -> ListSummary:
    """Judge a whole list again by the present rules and parameters.

    Only somebody whose areas cover all of the list may do it.
    """
    from workbench.rules import check

    require(actor, Permission.IMPORT_LIST)
    snapshot, whole = shelves.standing(office, actor, list_id)
    if not shelves.covers_all(actor, whole.register):
        raise Forbidden(
            say_locally(
                "Daftar ini memuat wilayah di luar tugas Anda. Periksa kelurahan Anda saja."
            )
        )
    found = check(whole.register, parameters=parameters_for(office, actor, whole.register))
    return _renew(office, actor, snapshot, found, rule_marks(found), {}, "")


def recheck_kelurahan(
    office: Office, actor: Actor, list_id: str, kelurahan_kode: str
) -> ListSummary:
    """Judge one kelurahan of a list again by the present rules and parameters.

    The rest keeps its findings and what judged them.
    """
    require(actor, Permission.IMPORT_LIST)
    require_area(actor, kelurahan_kode)
    snapshot, whole = shelves.standing(office, actor, list_id)
    folder = shelves.folder_of(office, actor, snapshot)
    with keys.opened(office.root, folder, lambda name: name.startswith(shelves.TYPED)) as plain:
        found = _judge_kelurahan(
            whole,
            parameters_for(office, actor, whole.register),
            plain / shelves.TYPED,
            kelurahan_kode,
        )
    local = {code: marks for code, marks in whole.local.items() if code != kelurahan_kode}
    if found.ruleset != whole.findings.ruleset:
        local[kelurahan_kode] = rule_marks(found)
    kept = replace(whole.findings, table=found.table, masks=found.masks, bits=found.bits)
    return _renew(office, actor, snapshot, kept, whole.marks, local, kelurahan_kode)


def replace_kelurahan(
    office: Office,
    actor: Actor,
    list_id: str,
    kelurahan_kode: str,
    path: Path,
    name: str = "",
    mapping: list[dict[str, Any]] | None = None,
    progress: Progress | None = None,
    cancelled: Asks | None = None,
) -> Replaced:
    """A new list: ``list_id`` with the rows of one kelurahan replaced by those of a file.

    The file may hold that kelurahan only; a file without any kelurahan column is taken for it.
    Aid and other rows that another file of the older list brought stay and find their people by
    NIK. Raises ``UnusableInput`` for a file of other places, ``Forbidden`` outside the areas.
    """
    require(actor, Permission.IMPORT_LIST)
    require_area(actor, kelurahan_kode)
    snapshot, whole = shelves.standing(office, actor, list_id)
    if not actor.covers(""):
        raise Forbidden(
            f"Daftar baru memuat seluruh {CITY.kind}, jadi hanya petugas {CITY.kind} yang dapat "
            "membuatnya. Serahkan berkas perbaikan ini kepadanya."
        )
    place = kelurahan_by_code().get(kelurahan_kode)
    if place is None:
        raise WrongUse(say_locally("Kelurahan itu tidak dikenal. Pilih dari yang tampil."))
    tell = telling(progress, cancelled)
    sources = fingerprints([path])
    snapshots.refuse_held(office.store_for(actor), sources)
    older = whole.register
    reading = read_list(
        [path],
        practice=actor.workspace is Workspace.LATIHAN,
        as_of=_day_of(older),
        mapping=mapping,
        progress=lambda share, words: tell(share * 0.5, words),
    )
    corrected = _settle(reading.register, kelurahan_kode, place.name)
    rest, removed = _without(older, kelurahan_kode, corrected)
    tell(0.55, f"Mengganti baris {told_apart(place)} ...")
    joined = combine([rest, corrected])
    counts = reading.counts
    old = older.manifest.get("counts") or {"disimpan": older["person"].num_rows, "dibaca": 0}
    refused_before = max(0, old["dibaca"] - old["disimpan"])
    kept = old["disimpan"] - removed + counts["disimpan"]
    refused = refused_before + counts["dibaca"] - counts["disimpan"]
    manifest = {
        **joined.manifest,
        "counts": {"dibaca": kept + refused, "disimpan": kept},
        "replaces": {"list": list_id, "kelurahan": kelurahan_kode},
    }
    summary = shelve(
        office,
        actor,
        name.strip()[:120] or f"{snapshot.name[:80]}, {told_apart(place)} diperbaiki",
        Register(joined.tables, manifest),
        pa.concat_tables([whole.refused, reading.refused]),
        tell,
        facts={"sources": sources, "replaces": list_id, "kelurahan": kelurahan_kode},
    )
    maps.make_ready(office, actor, summary.id, tell)
    return Replaced(
        summary,
        old["disimpan"] - removed,
        removed,
        counts["dibaca"],
        counts["disimpan"],
        counts["dibaca"] - counts["disimpan"],
        (*reading.notes, *_lacking(older, reading.register)),
    )


def _judge_kelurahan(
    whole: Standing, parameters: dict[str, Any], typed: Path, kelurahan_kode: str
) -> Findings:
    """All findings, those of one kelurahan by the present rules, and what judged these.

    Where the rules' own words changed since, or no typed copy stands, the whole list is looked
    at: a rule may now want columns the list does not have.
    """
    from workbench.rules import check
    from workbench.rules.engine import masks_of, recheck, ruleset_version

    before = whole.findings
    same_words = ruleset_version(catalogue().values(), before.parameters) == before.ruleset
    if same_words and typed.is_dir():
        return recheck(typed, before, kelurahan_kode, parameters)
    now = check(whole.register, parameters=parameters)
    rest = before.table.filter(pc.not_equal(before.table[_PLACE], kelurahan_kode))
    here = now.table.filter(pc.equal(now.table[_PLACE], kelurahan_kode))
    table = pa.concat_tables([rest, here]).sort_by(
        [("rule", "ascending"), ("subject", "ascending")]
    )
    return replace(now, table=table, masks=masks_of(table, now.bits))


def _renew(
    office: Office,
    actor: Actor,
    snapshot: snapshots.Snapshot,
    findings: Findings,
    marks: Mapping[str, str] | None,
    local: Mapping[str, Mapping[str, str]],
    kelurahan_kode: str,
) -> ListSummary:
    folder = shelves.folder_of(office, actor, snapshot)
    made = shelves.add_judgement(office, actor, folder, findings, marks, local)
    facts = {"temuan": len(findings), "ruleset": findings.ruleset}
    try:
        recorded = snapshots.record_judgement(
            office.store_for(actor), actor.id, snapshot.id, facts, kelurahan_kode
        )
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    maps.make_ready(office, actor, snapshot.id, telling(None, None))
    return shelves.summary_of(recorded)


def _day_of(register: Register) -> date | None:
    stated = register.manifest.get("as_of")
    return date.fromisoformat(str(stated)) if stated else None


def _settle(register: Register, kelurahan_kode: str, place: str) -> Register:
    """A kelurahan's own list: of that place only, or without a word about the place."""
    families = register["family"]
    if not families.num_rows:
        raise UnusableInput(
            say_locally(
                "Berkas ini tidak memuat keluarga atau orang. Kirim daftar lengkap kelurahan itu."
            )
        )
    codes = families[_PLACE]
    elsewhere = pc.and_(pc.not_equal(codes, kelurahan_kode), pc.not_equal(codes, ""))
    strangers = pc.sum(elsewhere).as_py() or 0
    if strangers:
        raise UnusableInput(
            f"Berkas ini memuat {number_id(strangers)} keluarga di luar {place}. "
            f"Kirim daftar yang hanya memuat {place}."
        )
    if register.carries("family", _PLACE):
        return register
    named = pa.array([kelurahan_kode] * families.num_rows, pa.string())
    where = families.column_names.index(_PLACE)
    carried = {table: list(names) for table, names in register.manifest["carried"].items()}
    carried["family"].append(_PLACE)
    return Register(
        {**register.tables, "family": families.set_column(where, _PLACE, named)},
        {**register.manifest, "carried": carried},
    )


def _without(register: Register, kelurahan_kode: str, corrected: Register) -> tuple[Register, int]:
    """The register without one kelurahan, and how many rows of its sources that takes out.

    Out go its families and persons, and what stood on the same rows of the same sheets; aid,
    events and PPKS that another sheet brought stay, untied from whom they named. Of the civil
    registry's answers, PSKS and RT/RW only those go that the correction brings anew.
    """
    gone = register["family"].filter(pc.equal(register["family"][_PLACE], kelurahan_kode))
    families = gone["family_id"]
    tables = {
        name: register[name].filter(pc.invert(pc.is_in(register[name]["family_id"], families)))
        for name in ("family", "person")
    }
    people = register["person"].filter(pc.is_in(register["person"]["family_id"], families))
    places = {*_source_rows(gone), *_source_rows(people)}
    out = {*families.to_pylist(), *people["person_id"].to_pylist()}
    for name in ("aid", "event", "ppks"):
        table = register[name]
        theirs = pc.is_in(table["family_id"], families)
        same_row = pa.array([row in places for row in _source_rows(table)], pa.bool_())
        leaves = pc.and_(theirs, same_row)
        out |= set(table.filter(leaves)[key_column(name)].to_pylist())
        table = table.set_column(
            table.column_names.index("person_id"), "person_id", _untied(table["person_id"], theirs)
        )
        table = table.set_column(
            table.column_names.index("family_id"), "family_id", _untied(table["family_id"], theirs)
        )
        tables[name] = table.filter(pc.invert(leaves))
    cleaned = register["cleaned"]
    tables["cleaned"] = cleaned.filter(
        pc.invert(pc.is_in(cleaned["subject"], pa.array(sorted(out), pa.string())))
    )
    renewed = pc.is_in(register["dukcapil"]["nik"], corrected["dukcapil"]["nik"])
    tables["dukcapil"] = register["dukcapil"].filter(pc.invert(renewed))
    for name in ("psks", "rt_rw"):
        here = pc.equal(register[name][_PLACE], kelurahan_kode)
        stays = pc.invert(here) if corrected[name].num_rows else None
        tables[name] = register[name] if stays is None else register[name].filter(stays)
    refused = set(register.manifest.get("families_with_refused") or ()) - set(families.to_pylist())
    manifest = {**register.manifest, "families_with_refused": sorted(refused)}
    numbered = {place for place in places if place[2] is not None}
    return Register(tables, manifest), len(numbered) or people.num_rows


def _source_rows(table: pa.Table) -> list[tuple[str, str, int | None]]:
    return list(zip(*(table[name].to_pylist() for name in ("file", "sheet", "row")), strict=True))


def _untied(ids: pa.ChunkedArray, theirs: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.if_else(theirs, "", ids)


def _lacking(older: Register, corrected: Register) -> list[str]:
    """A sentence for columns of the older list that the correction does not have."""
    if older.manifest.get("carried") is None:
        return []
    missing = [
        column_words(table, column)
        for table in ("person", "family")
        for column in columns(table)
        if (table, column) != ("family", _PLACE)
        and older.carries(table, column)
        and not corrected.carries(table, column)
    ]
    if not missing:
        return []
    return [
        "Berkas perbaikan tidak memuat beberapa kolom daftar lama, jadi isinya kosong untuk "
        f"{PLACES} ini: {', '.join(missing)}."
    ]

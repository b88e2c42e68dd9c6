"""What Dinsos staff (and, on invented lists, trainers) do with a list.

Bring it in, look at what was found, print the checklists, draw the map, take it out again. A
list lies in a folder of its own under the workspace: the register's tables, ``findings.parquet``,
``refused.parquet`` and ``checks.json``. It appears there whole or not at all. Everything read
here is cut to the actor's areas first.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import os
import secrets
import shutil
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from workbench.access import Actor, Permission, Workspace, require, require_area
from workbench.domain.register import Register, Row
from workbench.domain.schema import SNAPSHOT_TABLES
from workbench.domain.wilayah import kelurahan, kelurahan_by_code
from workbench.errors import Forbidden, NotFound, StoreFault, WrongUse
from workbench.rules import Findings, Severity, catalogue
from workbench.services.office import Office
from workbench.store import snapshots
from workbench.verification import Proposal, propose_mapping, read_list
from workbench.verification.checklists import checklist, write_checklist

Progress = Callable[[str], None]

_FINDINGS = "findings.parquet"
_REFUSED = "refused.parquet"
_CHECKS = "checks.json"
_KEY_FILE = "kunci"


@dataclass(frozen=True)
class ListSummary:
    """One list as it stands on the shelf; ``read = kept + refused`` rows of the source."""

    id: str
    name: str
    at: str
    imported_by: str
    as_of: str
    period: str
    read: int
    kept: int
    refused: int
    findings: int


@dataclass(frozen=True)
class OpenList:
    """A list cut to what the actor may see."""

    summary: ListSummary
    register: Register
    findings: Findings
    refused: pa.Table


def propose(office: Office, actor: Actor, path: Path) -> Proposal:
    """Say which of our columns each header of the file seems to be, and why."""
    require(actor, Permission.IMPORT_LIST)
    return propose_mapping(path)


def bring_in(
    office: Office,
    actor: Actor,
    path: Path,
    name: str,
    mapping: list[dict[str, Any]] | None = None,
    as_of: date | None = None,
    progress: Progress | None = None,
) -> ListSummary:
    """Read a file, check it and put it on the shelf; it is there whole or not at all.

    ``name`` is what people call the list. Raises ``UnusableInput`` when it cannot be used.
    """
    require(actor, Permission.IMPORT_LIST)
    if not name.strip():
        raise WrongUse("Beri nama untuk daftar ini, misalnya DTSEN Maret 2026.")
    tell = progress or (lambda sentence: None)
    tell("Membaca berkas ...")
    reading = read_list(
        [path], practice=actor.workspace is Workspace.LATIHAN, as_of=as_of, mapping=mapping
    )
    return _shelve(office, actor, name.strip()[:120], reading.register, reading.refused, tell)


def shelve_register(
    office: Office, actor: Actor, name: str, register: Register, progress: Progress | None = None
) -> ListSummary:
    """Put an invented city on the practice shelf. Raises ``Forbidden`` for anything else."""
    require(actor, Permission.IMPORT_LIST)
    if actor.workspace is not Workspace.LATIHAN or register.workspace != "latihan":
        raise Forbidden("Kota karangan hanya boleh masuk ruang latihan.")
    tell = progress or (lambda sentence: None)
    return _shelve(office, actor, name, register, None, tell)


def shelf(office: Office, actor: Actor) -> tuple[ListSummary, ...]:
    """The lists of the actor's workspace, newest first."""
    require(actor, Permission.READ_LIST)
    found = snapshots.list_snapshots(office.store_for(actor))
    return tuple(_summary(snapshot) for snapshot in found)


def open_list(office: Office, actor: Actor, list_id: str) -> OpenList:
    """One list, cut to the actor's areas."""
    require(actor, Permission.READ_LIST)
    snapshot = _standing(office, actor, list_id)
    folder = office.snapshots_dir(actor.workspace) / snapshot.folder
    whole = _load(folder)
    return OpenList(_summary(snapshot), *_cut(whole, actor))


def checklist_file(
    office: Office, actor: Actor, list_id: str, kelurahan_kode: str
) -> tuple[str, bytes]:
    """The checklist workbook of one kelurahan: its file name and content."""
    require(actor, Permission.PRINT_CHECKLIST)
    require_area(actor, kelurahan_kode)
    opened = open_list(office, actor, list_id)
    for sheet in checklist(opened.register, opened.findings):
        if sheet.kelurahan_kode_kemendagri == kelurahan_kode:
            content = io.BytesIO()
            write_checklist(sheet, content)
            return sheet.file_name, content.getvalue()
    place = kelurahan_by_code().get(kelurahan_kode)
    raise NotFound(f"Tidak ada temuan untuk {place.name if place else 'kelurahan itu'}.")


def checklist_files(office: Office, actor: Actor, list_id: str) -> tuple[str, bytes]:
    """All checklists of the actor's areas in one zip file: its name and content."""
    require(actor, Permission.PRINT_CHECKLIST)
    opened = open_list(office, actor, list_id)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as bundle:
        for sheet in checklist(opened.register, opened.findings):
            book = io.BytesIO()
            write_checklist(sheet, book)
            bundle.writestr(sheet.file_name, book.getvalue())
    return f"daftar-periksa-{list_id}.zip", content.getvalue()


def remove(office: Office, actor: Actor, list_id: str, reason: str) -> None:
    """Take a wrongly imported list out; who, when and why stay on record.

    Only somebody whose areas cover all of the list may do it.
    """
    require(actor, Permission.DELETE_LIST)
    if not reason.strip():
        raise WrongUse("Tulis alasan menghapus, misalnya: salah berkas.")
    snapshot = _standing(office, actor, list_id)
    folder = office.snapshots_dir(actor.workspace) / snapshot.folder
    codes = set(_load(folder)[0]["family"].column("kelurahan_kode_kemendagri").to_pylist())
    if not all(actor.covers(code) for code in codes):
        raise Forbidden("Daftar ini memuat wilayah di luar tugas Anda, jadi tidak dapat dihapus.")
    snapshots.mark_deleted(office.store_for(actor), actor.id, list_id, reason.strip()[:500])
    shutil.rmtree(folder, ignore_errors=True)


def findings_page(
    opened: OpenList,
    rule: str = "",
    kelurahan_kode: str = "",
    severity: str = "",
    search: str = "",
    start: int = 0,
    size: int = 50,
) -> tuple[int, list[Row]]:
    """How many findings pass the filters, and ``size`` of them from ``start`` with sentences.

    The gravest come first, then by rule and subject.
    ``search`` looks in names only: a number typed into a search would stand on the screen.
    """
    table = opened.findings.table
    for column, value in (
        ("rule", rule),
        ("kelurahan_kode_kemendagri", kelurahan_kode),
        ("severity", severity),
    ):
        if value:
            table = table.filter(pc.equal(table[column], value))
    if search.strip():
        table = table.filter(pc.match_substring(table["name"], search.strip().upper()))
    rank = pc.index_in(table["severity"], pa.array([str(severity) for severity in Severity]))
    table = table.take(pc.sort_indices(rank))
    page = Findings(table.slice(start, size), {}, "", opened.findings.rules)
    return table.num_rows, page.with_titles().to_pylist()


def counts_by_rule(opened: OpenList) -> list[tuple[str, int]]:
    """Rules that found something with their counts, most first."""
    return sorted(opened.findings.by_rule.items(), key=lambda item: (-item[1], item[0]))


def counts_by_kelurahan(opened: OpenList) -> list[tuple[str, int, int]]:
    """Every kelurahan the actor may see: code, families listed, findings; in code order."""
    families = _counts(opened.register["family"]["kelurahan_kode_kemendagri"])
    found = _counts(opened.findings.table["kelurahan_kode_kemendagri"])
    codes = sorted({place.kode_kemendagri for place in kelurahan()} & (set(families) | set(found)))
    if "" in found or "" in families:
        codes.append("")
    return [(code, families.get(code, 0), found.get(code, 0)) for code in codes]


def _counts(column: pa.ChunkedArray) -> dict[str, int]:
    return {entry["values"]: entry["counts"] for entry in column.value_counts().to_pylist()}


def _shelve(
    office: Office,
    actor: Actor,
    name: str,
    register: Register,
    refused: pa.Table | None,
    tell: Progress,
) -> ListSummary:
    from workbench.domain.schema import arrow_schema
    from workbench.rules import check

    store = office.store_for(actor)
    home = office.snapshots_dir(actor.workspace)
    list_id = snapshots.new_snapshot_id()
    register = _with_keys(register, _key(office.folder(actor.workspace)))
    tell("Memeriksa dengan seluruh aturan ...")
    findings = check(register)
    people = register["person"].num_rows
    counts = register.manifest.get("counts") or {"dibaca": people, "disimpan": people}
    manifest = {**register.manifest, "ruleset": findings.ruleset}
    tell("Menyimpan ...")
    aside = home / f".{list_id}"
    try:
        Register(register.tables, manifest).write(aside)
        pq.write_table(findings.table, aside / _FINDINGS, compression="zstd")
        kept_out = refused if refused is not None else arrow_schema("refused").empty_table()
        pq.write_table(kept_out, aside / _REFUSED, compression="zstd")
        (aside / _CHECKS).write_text(
            json.dumps({"silent": dict(findings.silent), "ruleset": findings.ruleset}),
            encoding="utf-8",
        )
        os.replace(aside, home / list_id)
    except OSError as error:
        raise StoreFault(
            "Daftar tidak tersimpan: disk penuh atau folder tidak dapat ditulis. "
            "Kosongkan ruang, lalu ulangi."
        ) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    facts = {
        "as_of": str(manifest.get("as_of", "")),
        "period": manifest.get("period") or "",
        "dibaca": counts["dibaca"],
        "disimpan": counts["disimpan"],
        "temuan": len(findings),
    }
    return _summary(snapshots.add_snapshot(store, actor.id, list_id, name, list_id, facts))


def _summary(snapshot: snapshots.Snapshot) -> ListSummary:
    facts = snapshot.manifest
    return ListSummary(
        snapshot.id,
        snapshot.name,
        snapshot.at,
        snapshot.imported_by,
        facts["as_of"],
        facts["period"],
        facts["dibaca"],
        facts["disimpan"],
        facts["dibaca"] - facts["disimpan"],
        facts["temuan"],
    )


def _standing(office: Office, actor: Actor, list_id: str) -> snapshots.Snapshot:
    snapshot = snapshots.find_snapshot(office.store_for(actor), list_id)
    if snapshot.deleted_at is not None:
        raise NotFound("Daftar itu sudah dihapus. Pilih daftar lain.")
    return snapshot


@lru_cache(maxsize=2)
def _load(folder: Path) -> tuple[Register, Findings, pa.Table]:
    """A list never changes once it stands, so the two newest are kept in memory."""
    try:
        checks = json.loads((folder / _CHECKS).read_text(encoding="utf-8"))
        table = pq.read_table(folder / _FINDINGS)
        refused = pq.read_table(folder / _REFUSED)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise StoreFault("Berkas daftar ini rusak atau hilang. Masukkan ulang.") from error
    findings = Findings(table, checks["silent"], checks["ruleset"], catalogue())
    return Register.read(folder), findings, refused


def _cut(
    whole: tuple[Register, Findings, pa.Table], actor: Actor
) -> tuple[Register, Findings, pa.Table]:
    """The part of a list that lies in the actor's areas; refused rows only to the whole city."""
    register, findings, refused = whole
    if actor.covers(""):
        return whole
    codes = register["family"]["kelurahan_kode_kemendagri"]
    allowed = pa.array(sorted(code for code in set(codes.to_pylist()) if actor.covers(code)))
    families = register["family"].filter(pc.is_in(codes, allowed))
    ids = families["family_id"]
    tables: dict[str, pa.Table] = {"family": families}
    for name in ("person", "aid", "event", "ppks"):
        tables[name] = register[name].filter(pc.is_in(register[name]["family_id"], ids))
    for name in ("psks", "rt_rw"):
        here = register[name]["kelurahan_kode_kemendagri"]
        tables[name] = register[name].filter(pc.is_in(here, allowed))
    niks = tables["person"]["nik"]
    tables["dukcapil"] = register["dukcapil"].filter(pc.is_in(register["dukcapil"]["nik"], niks))
    kept = {name: tables[name] for name in SNAPSHOT_TABLES if name in tables}
    here = findings.table["kelurahan_kode_kemendagri"]
    table = findings.table.filter(pc.is_in(here, allowed))
    seen = Findings(table, findings.silent, findings.ruleset, findings.rules)
    return Register(kept, register.manifest), seen, refused.slice(0, 0)


def _key(folder: Path) -> bytes:
    """The workspace's own key for recognising a person in another list; made once."""
    path = folder / _KEY_FILE
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(32))
    return path.read_bytes()


def _with_keys(register: Register, key: bytes) -> Register:
    """Fill ``person_key`` and ``family_key``: keyed hashes, so that the files name nobody twice."""

    def mark(*parts: object) -> str:
        text = "\x1f".join(str(part) for part in parts)
        return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:32]

    def person_key(row: Mapping[str, Any]) -> str:
        if len(row["nik"]) == 16 and row["nik"].isdigit():
            return mark("nik", row["nik"])
        return mark("person", row["no_kk"], row["name"], row["birth_date"])

    tables = dict(register.tables)
    people = register["person"].select(["nik", "no_kk", "name", "birth_date"]).to_pylist()
    tables["person"] = _replace(
        register["person"], "person_key", [person_key(row) for row in people]
    )
    cards = register["family"]["no_kk"].to_pylist()
    tables["family"] = _replace(
        register["family"], "family_key", [mark("kk", card) if card else "" for card in cards]
    )
    return Register(tables, register.manifest)


def _replace(table: pa.Table, column: str, values: list[str]) -> pa.Table:
    place = table.schema.get_field_index(column)
    return table.set_column(place, column, pa.array(values, pa.string()))

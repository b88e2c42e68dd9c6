"""The shelf of a workspace: how a list lies there, and who may open or take it out.

A list lies in a folder of its own: the register's tables and manifest, ``refused.parquet``, the
files it was read from in ``sumber/``, the typed copy in ``typed/``, and its judgement
(``findings.parquet``, ``mask_<table>.parquet``, ``checks.json``). Tables never change once they
stand; a judgement may be renewed: the newer ones lie in ``judgement-2``, ``judgement-3`` ... and
the highest counts. Everything that leaves here is cut to the actor's areas.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from workbench.access import Actor, Permission, require
from workbench.domain.nik import is_filler, is_number
from workbench.domain.register import Register, key_column
from workbench.domain.schema import SNAPSHOT_TABLES, arrow_schema
from workbench.domain.wilayah import CITY
from workbench.errors import Forbidden, NotFound, StoreFault, WrongUse
from workbench.rules import Findings, catalogue
from workbench.services import keys
from workbench.services.office import Office
from workbench.store import ledger, snapshots
from workbench.store.sealing import private_folder
from workbench.verification.comparison import rule_marks
from workbench.verification.refused_workbook import write_refused_workbook

FULL_DISK = (
    "Daftar tidak tersimpan: disk penuh atau folder tidak dapat ditulis. "
    "Kosongkan ruang, lalu ulangi."
)
TYPED = "typed"

_FINDINGS = "findings.parquet"
_REFUSED = "refused.parquet"
_CHECKS = "checks.json"
_KEY_FILE = "kunci"
_SOURCES = "sumber"
_JUDGEMENT = "judgement-"
#: Bytes a workbook that goes back may take while it is made.
_ROOM = 1 << 28
#: Tables whose rows a line of ``cleaned`` may name.
_WITH_ID = ("family", "person", "aid", "event", "ppks")
#: Tables whose rows say for themselves where they belong, where they are of no family.
_OWN_PLACE = {
    "event": "kelurahan_kode_kemendagri",
    "ppks": "found_kelurahan_kode_kemendagri",
    "psks": "kelurahan_kode_kemendagri",
    "rt_rw": "kelurahan_kode_kemendagri",
}


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


@dataclass(frozen=True)
class Standing:
    """A list whole, for services only: nothing of it is cut.

    ``marks`` says what judged it (see ``rule_marks``; None in lists of before marks were kept),
    ``local`` what judged the kelurahan that were checked again since.
    """

    register: Register
    findings: Findings
    refused: pa.Table
    marks: Mapping[str, str] | None
    local: Mapping[str, Mapping[str, str]]


def shelf(office: Office, actor: Actor) -> tuple[ListSummary, ...]:
    """The lists of the actor's workspace, newest first."""
    require(actor, Permission.READ_LIST)
    found = snapshots.list_snapshots(office.store_for(actor))
    return tuple(summary_of(snapshot) for snapshot in found)


def open_list(office: Office, actor: Actor, list_id: str) -> OpenList:
    """One list, cut to the actor's areas."""
    require(actor, Permission.READ_LIST)
    snapshot, whole = standing(office, actor, list_id)
    return OpenList(summary_of(snapshot), *_cut(whole, actor))


def returned_file(office: Office, actor: Actor, list_id: str) -> tuple[str, bytes]:
    """The files a list was read from as one workbook, refused and unclear cells marked.

    Its name and content; numbers are whole in it, so that it was taken is on record. Raises
    ``Forbidden`` for whoever does not look after the whole city,
    ``WrongUse`` when nothing is to be marked.
    """
    require(actor, Permission.READ_LIST)
    snapshot, whole = standing(office, actor, list_id)
    if not actor.covers(""):
        raise Forbidden(
            f"Berkas asal memuat seluruh {CITY.kind}. Mintalah yang mengurus seluruh {CITY.kind}."
        )
    folder = folder_of(office, actor, snapshot)
    with (
        keys.opened(office.root, folder, lambda name: name.startswith(_SOURCES)) as plain,
        private_folder(_ROOM, folder.parent) as aside,
    ):
        sources = sorted((plain / _SOURCES).glob("*"))
        if not sources:
            raise NotFound("Berkas asal daftar ini tidak disimpan.")
        out = aside / "kembali.xlsx"
        mapping = whole.register.manifest.get("mapping")
        cleaned = whole.register["cleaned"]
        rows = write_refused_workbook(sources, whole.refused, out, cleaned, mapping)
        content = out.read_bytes()
    with office.store_for(actor).writing() as connection:
        value = {"baris": rows, "keperluan": "perbaikan"}
        ledger.record(connection, actor.id, "ekspor_nik", f"daftar:{list_id}", "berkas_asal", value)
    return f"dikembalikan-{list_id}.xlsx", content


def remove(office: Office, actor: Actor, list_id: str, reason: str) -> None:
    """Take a wrongly imported list out; who, when and why stay on record.

    Only somebody whose areas cover all of the list may do it.
    """
    require(actor, Permission.DELETE_LIST)
    if not reason.strip():
        raise WrongUse("Tulis alasan menghapus, misalnya: salah berkas.")
    snapshot, whole = standing(office, actor, list_id)
    if not covers_all(actor, whole.register):
        raise Forbidden("Daftar ini memuat wilayah di luar tugas Anda, jadi tidak dapat dihapus.")
    snapshots.mark_deleted(office.store_for(actor), actor.id, list_id, reason.strip()[:500])
    shutil.rmtree(folder_of(office, actor, snapshot), ignore_errors=True)


def covers_all(actor: Actor, register: Register) -> bool:
    """Whether all families of a list live in the actor's areas."""
    codes = register["family"]["kelurahan_kode_kemendagri"].unique().to_pylist()
    return all(actor.covers(code) for code in codes)


def summary_of(snapshot: snapshots.Snapshot) -> ListSummary:
    """What the shelf says of a list."""
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


def standing(
    office: Office, actor: Actor, list_id: str, judgement: int | None = None
) -> tuple[snapshots.Snapshot, Standing]:
    """A list that was not deleted, whole; raises ``NotFound``.

    ``judgement`` counts its judgements from 1 (None: the newest, the one that counts).
    """
    snapshot = snapshots.find_snapshot(office.store_for(actor), list_id)
    if snapshot.deleted_at is not None:
        raise NotFound("Daftar itu sudah dihapus. Pilih daftar lain.")
    folder = folder_of(office, actor, snapshot)
    if judgement is None:
        return snapshot, load(office.root, folder, newest_judgement(folder))
    place = folder if judgement == 1 else folder / f"{_JUDGEMENT}{judgement}"
    return snapshot, load(office.root, folder, place)


def judgements(office: Office, actor: Actor, list_id: str) -> int:
    """How often a list was judged so far."""
    snapshot = snapshots.find_snapshot(office.store_for(actor), list_id)
    return _number_of(newest_judgement(folder_of(office, actor, snapshot)))


def folder_of(office: Office, actor: Actor, snapshot: snapshots.Snapshot) -> Path:
    """Where a list lies."""
    return office.snapshots_dir(actor.workspace) / snapshot.folder


@contextmanager
def files_of(office: Office, actor: Actor, snapshot: snapshots.Snapshot) -> Iterator[Path]:
    """The files of a list, plain while they are looked at, without the typed copy."""
    folder = folder_of(office, actor, snapshot)
    with keys.opened(office.root, folder, lambda name: not name.startswith(f"{TYPED}/")) as plain:
        yield plain


# --- writing -------------------------------------------------------------------------------------


def write_list(
    folder: Path, register: Register, findings: Findings, refused: pa.Table | None
) -> None:
    """Write a list with its judgement into a folder nobody reads yet."""
    register.write(folder)
    pq.write_table(
        refused if refused is not None else arrow_schema("refused").empty_table(),
        folder / _REFUSED,
        compression="zstd",
    )
    _write_judgement(folder, findings, rule_marks(findings), {})


def keep_sources(folder: Path, files: Sequence[Path]) -> None:
    """Keep the files a list was read from: an auditor may ask, and refused rows go back in them."""
    for path in files:
        (folder / _SOURCES).mkdir(exist_ok=True)
        shutil.copyfile(path, folder / _SOURCES / path.name)


def add_judgement(
    office: Office,
    actor: Actor,
    folder: Path,
    findings: Findings,
    marks: Mapping[str, str] | None,
    local: Mapping[str, Mapping[str, str]],
) -> Path:
    """Lay a newer judgement beside the older ones; gives its folder, to be taken back if need be.

    Raises ``StoreFault`` when the disk refuses, ``WrongUse`` when somebody was quicker.
    """
    number = _number_of(newest_judgement(folder)) + 1
    aside = folder / f".{_JUDGEMENT}{number}-{secrets.token_hex(3)}"
    made = folder / f"{_JUDGEMENT}{number}"
    try:
        about = f"{folder.name}/{made.name}"
        with keys.filling(office.root, actor.workspace, aside, about) as plain:
            _write_judgement(plain, findings, marks, local)
        if made.exists():
            raise WrongUse("Daftar ini baru saja diperiksa ulang orang lain. Ulangi.")
        os.replace(aside, made)
    except OSError as error:
        raise StoreFault(FULL_DISK) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return made


def _write_judgement(
    folder: Path,
    findings: Findings,
    marks: Mapping[str, str] | None,
    local: Mapping[str, Mapping[str, str]],
) -> None:
    pq.write_table(findings.table, folder / _FINDINGS, compression="zstd")
    for name, mask in findings.masks.items():
        pq.write_table(mask, folder / f"mask_{name}.parquet", compression="zstd")
    checks = {
        "silent": dict(findings.silent),
        "ruleset": findings.ruleset,
        "parameters": dict(findings.parameters),
        "bits": dict(findings.bits),
        "marks": marks,
        "local": local,
    }
    text = json.dumps(checks, ensure_ascii=False, default=str)
    (folder / _CHECKS).write_text(text, encoding="utf-8")


# --- reading -------------------------------------------------------------------------------------


def newest_judgement(folder: Path) -> Path:
    """Where the judgement that counts lies: the list's folder or one inside it."""
    return max((folder, *folder.glob(f"{_JUDGEMENT}*")), key=_number_of)


def _number_of(judgement: Path) -> int:
    """The first judgement lies in the list's own folder."""
    _, mark, number = judgement.name.rpartition(_JUDGEMENT)
    return int(number) if mark and number.isdigit() else 1


@lru_cache(maxsize=3)
def load(root: Path, folder: Path, judgement: Path) -> Standing:
    """A list of the office at ``root``, whole, as it was judged in ``judgement``.

    A judged list never changes once it stands, so those last used are kept in memory.
    """
    unread = (f"{TYPED}/", f"{_SOURCES}/")
    with keys.opened(root, folder, lambda name: not name.startswith(unread)) as plain:
        return _read(plain, plain / judgement.relative_to(folder))


def _read(folder: Path, judgement: Path) -> Standing:
    try:
        checks = json.loads((judgement / _CHECKS).read_text(encoding="utf-8"))
        table = pq.read_table(judgement / _FINDINGS)
        refused = pq.read_table(folder / _REFUSED)
        masks = {
            path.stem.removeprefix("mask_"): pq.read_table(path)
            for path in sorted(judgement.glob("mask_*.parquet"))
        }
    except (OSError, ValueError, pa.ArrowException) as error:
        raise StoreFault("Berkas daftar ini rusak atau hilang. Masukkan ulang.") from error
    findings = Findings(
        table,
        checks["silent"],
        checks["ruleset"],
        catalogue(),
        checks.get("parameters", {}),
        masks,
        {code: (name, column, bit) for code, (name, column, bit) in checks.get("bits", {}).items()},
    )
    return Standing(
        Register.read(folder), findings, refused, checks.get("marks"), checks.get("local", {})
    )


def _cut(whole: Standing, actor: Actor) -> tuple[Register, Findings, pa.Table]:
    """The part of a list that lies in the actor's areas; refused rows only to the whole city."""
    register, findings, refused = whole.register, whole.findings, whole.refused
    if actor.covers(""):
        return register, findings, refused
    codes = register["family"]["kelurahan_kode_kemendagri"]
    named = [codes, findings.table["kelurahan_kode_kemendagri"]]
    named += [register[table][column] for table, column in _OWN_PLACE.items()]
    known = {code for column in named for code in column.unique().to_pylist()}
    allowed = pa.array(sorted(code for code in known if actor.covers(code)), pa.string())
    families = register["family"].filter(pc.is_in(codes, allowed))
    ids = families["family_id"]
    tables: dict[str, pa.Table] = {"family": families}
    for name in ("person", "aid", "event", "ppks"):
        inside = pc.is_in(register[name]["family_id"], ids)
        if name in _OWN_PLACE:
            # Of nobody on the register: the row itself says where it happened.
            here = pc.is_in(register[name][_OWN_PLACE[name]], allowed)
            alone = pc.equal(register[name]["family_id"], "")
            inside = pc.or_(inside, pc.and_(alone, here))
        tables[name] = register[name].filter(inside)
    for name in ("psks", "rt_rw"):
        here = register[name][_OWN_PLACE[name]]
        tables[name] = register[name].filter(pc.is_in(here, allowed))
    niks = tables["person"]["nik"]
    tables["dukcapil"] = register["dukcapil"].filter(pc.is_in(register["dukcapil"]["nik"], niks))
    subjects = [tables[name].column(key_column(name)) for name in tables if name in _WITH_ID]
    nobody = pa.array([], pa.string())
    mine = pa.concat_arrays([nobody, *(chunk for one in subjects for chunk in one.chunks)])
    cleaned = register["cleaned"]
    tables["cleaned"] = cleaned.filter(pc.is_in(cleaned["subject"], mine))
    kept = {name: tables[name] for name in SNAPSHOT_TABLES if name in tables}
    here = findings.table["kelurahan_kode_kemendagri"]
    table = findings.table.filter(pc.is_in(here, allowed))
    masks = {
        name: mask.filter(pc.is_in(mask["kelurahan_kode_kemendagri"], allowed))
        for name, mask in findings.masks.items()
    }
    seen = Findings(
        table,
        findings.silent,
        findings.ruleset,
        findings.rules,
        findings.parameters,
        masks,
        findings.bits,
    )
    return Register(kept, register.manifest), seen, refused.slice(0, 0)


# --- keys ----------------------------------------------------------------------------------------


def key_of(folder: Path) -> bytes:
    """The workspace's own key for recognising a person in another list; made once."""
    path = folder / _KEY_FILE
    aside = folder / f".{_KEY_FILE}-{secrets.token_hex(3)}"
    try:
        if not path.exists():
            descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_bytes(32))
            # Linked, not written in place: a disk that fills up must not leave half a key.
            with suppress(FileExistsError):
                os.link(aside, path)
        return path.read_bytes()
    except OSError as error:
        raise StoreFault(FULL_DISK) from error
    finally:
        aside.unlink(missing_ok=True)


def with_keys(register: Register, key: bytes) -> Register:
    """Fill ``person_key`` and ``family_key``: keyed hashes, so that the files name nobody twice.

    A number that fills the cell only is none; a row without number and name has no key.
    """

    def mark(*parts: object) -> str:
        text = "\x1f".join(str(part) for part in parts)
        return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:32]

    def person_key(row: Mapping[str, Any]) -> str:
        if is_number(row["nik"]) and not is_filler(row["nik"]):
            return mark("nik", row["nik"])
        if not row["name"]:
            return ""
        return mark("person", row["no_kk"], row["name"], row["birth_date"])

    tables = dict(register.tables)
    people = register["person"].select(["nik", "no_kk", "name", "birth_date"]).to_pylist()
    tables["person"] = _replace(
        register["person"], "person_key", [person_key(row) for row in people]
    )
    cards = register["family"]["no_kk"].to_pylist()
    tables["family"] = _replace(
        register["family"],
        "family_key",
        [mark("kk", card) if card and not is_filler(card) else "" for card in cards],
    )
    return Register(tables, register.manifest)


def _replace(table: pa.Table, column: str, values: list[str]) -> pa.Table:
    place = table.schema.get_field_index(column)
    return table.set_column(place, column, pa.array(values, pa.string()))

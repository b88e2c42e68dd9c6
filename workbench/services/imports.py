"""Lists on their way in: read, checked, and put on the shelf whole or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from workbench.access import Actor, Permission, Workspace, require
from workbench.domain.register import Register
from workbench.domain.wilayah import CITY
from workbench.errors import Cancelled, Forbidden, StoreFault, UnusableInput, WrongUse
from workbench.services import keys, maps, shelves
from workbench.services.office import Office
from workbench.services.settings import overrides_on
from workbench.services.shelves import ListSummary
from workbench.store import clock, ledger, snapshots
from workbench.verification import Proposal, propose_mapping, read_list

#: Told a share from 0 to 1 and what is being done.
Progress = Callable[[float, str], None]
#: Asked between steps: whether the person wants to stop.
Asks = Callable[[], bool]


def propose(office: Office, actor: Actor, path: Path) -> Proposal:
    """Say which of our columns each header of the file seems to be, and why."""
    require(actor, Permission.IMPORT_LIST)
    return propose_mapping(path)


def bring_in(
    office: Office,
    actor: Actor,
    path: Path | Sequence[Path],
    name: str,
    mapping: list[dict[str, Any]] | None = None,
    as_of: date | None = None,
    progress: Progress | None = None,
    cancelled: Asks | None = None,
) -> ListSummary:
    """Read the file or files of one list, check it, put it on the shelf: whole or not at all.

    ``name`` is what people call the list. Raises ``UnusableInput`` when it cannot be used or
    stands on the shelf already, ``Cancelled`` when ``cancelled`` says so.
    """
    require(actor, Permission.IMPORT_LIST)
    if not name.strip():
        raise WrongUse("Beri nama untuk daftar ini, misalnya DTSEN Maret 2026.")
    tell = telling(progress, cancelled)
    paths = [path] if isinstance(path, Path) else list(path)
    sources = fingerprints(paths)
    with office.store_for(actor).reading() as connection:
        # Said before minutes of reading, not after.
        ledger.refuse_wrong_clock(connection)
    snapshots.refuse_held(office.store_for(actor), sources)
    reading = read_list(
        paths,
        practice=actor.workspace is Workspace.LATIHAN,
        as_of=as_of or clock.today(),
        mapping=mapping,
        progress=lambda share, words: tell(share * 0.6, words),
    )
    summary = shelve(
        office,
        actor,
        name.strip()[:120],
        reading.register,
        reading.refused,
        tell,
        facts={"sources": sources},
        files=paths,
    )
    maps.make_ready(office, actor, summary.id, tell)
    return summary


def shelve_register(
    office: Office, actor: Actor, name: str, register: Register, progress: Progress | None = None
) -> ListSummary:
    """Put an invented city on the practice shelf. Raises ``Forbidden`` for anything else."""
    require(actor, Permission.IMPORT_LIST)
    if actor.workspace is not Workspace.LATIHAN or register.workspace != "latihan":
        raise Forbidden(f"{CITY.kind.title()} karangan hanya boleh masuk ruang latihan.")
    return shelve(office, actor, name, register, None, telling(progress, None))


def telling(progress: Progress | None, cancelled: Asks | None) -> Progress:
    """Passes on how far things are, and stops where the person asked to."""

    def tell(share: float, words: str) -> None:
        if cancelled is not None and cancelled():
            raise Cancelled("Impor dihentikan. Tidak ada yang disimpan.")
        if progress is not None:
            progress(share, words)

    return tell


def fingerprints(paths: Sequence[Path]) -> list[str]:
    """SHA-256 of each file, sorted; raises ``UnusableInput`` for one that cannot be read."""
    found = []
    for path in paths:
        try:
            with path.open("rb") as file:
                found.append(hashlib.file_digest(file, "sha256").hexdigest())
        except OSError as error:
            raise UnusableInput(
                "Berkas tidak dapat dibuka. Pilih berkasnya sekali lagi."
            ) from error
    return sorted(found)


def shelve(
    office: Office,
    actor: Actor,
    name: str,
    register: Register,
    refused: pa.Table | None,
    tell: Progress,
    facts: dict[str, Any] | None = None,
    files: Sequence[Path] = (),
) -> ListSummary:
    """Check a register, write it aside, move it in, record it; a fault leaves nothing of it.

    ``facts`` are kept with the record, beside the counts; ``files`` with the list, for as long as
    it stands.
    """
    import duckdb

    from workbench.rules import check

    store = office.store_for(actor)
    home = office.snapshots_dir(actor.workspace)
    list_id = snapshots.new_snapshot_id()
    aside, made = home / f".{list_id}", home / list_id
    register = shelves.with_keys(register, shelves.key_of(office.folder(actor.workspace)))
    try:
        tell(0.6, "Memeriksa dengan seluruh aturan ...")
        size = sum(table.nbytes for table in register.tables.values())
        with keys.filling(office.root, actor.workspace, aside, list_id, size) as plain:
            findings = check(
                register,
                parameters=parameters_for(office, actor, register),
                typed_directory=plain / shelves.TYPED,
            )
            tell(0.85, "Menyimpan ...")
            manifest = {
                **register.manifest,
                "ruleset": findings.ruleset,
                "parameters": dict(findings.parameters),
            }
            shelves.write_list(plain, Register(register.tables, manifest), findings, refused)
            shelves.keep_sources(plain, files)
            tell(0.95, "Menyimpan ...")
        os.replace(aside, made)
        people = register["person"].num_rows
        counts = manifest.get("counts") or {"dibaca": people, "disimpan": people}
        snapshot = snapshots.add_snapshot(
            store,
            actor.id,
            list_id,
            name,
            list_id,
            {
                "as_of": str(manifest.get("as_of", "")),
                "period": manifest.get("period") or "",
                "dibaca": counts["dibaca"],
                "disimpan": counts["disimpan"],
                "temuan": len(findings),
                "ruleset": findings.ruleset,
                **(facts or {}),
            },
        )
    except BaseException as error:
        shutil.rmtree(made, ignore_errors=True)
        if isinstance(error, (OSError, duckdb.IOException)):
            raise StoreFault(shelves.FULL_DISK) from error
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return shelves.summary_of(snapshot)


def parameters_for(office: Office, actor: Actor, register: Register) -> dict[str, Any]:
    """The office's own values of rule parameters on the list's reference date."""
    stated = register.manifest.get("as_of")
    return overrides_on(office, actor, date.fromisoformat(str(stated)) if stated else clock.today())

"""Where an open list comes from and what judged it, for its own page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from workbench.access import Actor, Permission, require
from workbench.domain.wilayah import CITY
from workbench.rules.parameters import Parameter, parameters
from workbench.services.lists import OpenList
from workbench.services.office import Office
from workbench.store.tables import account

#: Why rows were refused, in words.
REFUSED: Mapping[str, str] = {
    "nik_rusak_spreadsheet": "NIK rusak oleh Excel atau program sejenis",
    "kk_rusak_spreadsheet": "nomor KK rusak oleh Excel atau program sejenis",
    "sisi_tembok": "nomor dari sisi lain (latihan atau data nyata)",
    "luar_wilayah": f"wilayah di luar {CITY.kind}",
    "baris_tidak_terbaca": "baris tidak terbaca",
}


@dataclass(frozen=True)
class UsedValue:
    """A parameter as it judged: ``since`` and ``source`` are the catalogue's, None and "" where
    the office had set another value."""

    parameter: Parameter
    value: Any
    since: date | None
    source: str


@dataclass(frozen=True)
class Origin:
    """What stands in a list's manifest and checks; ``cleaned`` counts by (code, column)."""

    imported_by: str
    is_own: bool
    files: tuple[Mapping[str, Any], ...]
    mapping: tuple[Mapping[str, str], ...]
    notes: tuple[str, ...]
    refused: Mapping[str, int]
    hidden_rows: int
    hidden_sheets: int
    cleaned: tuple[tuple[str, int], ...]
    ruleset: str
    values: tuple[UsedValue, ...]
    silent: tuple[tuple[str, str], ...]


def origin_of(office: Office, actor: Actor, opened: OpenList) -> Origin:
    """The facts of a list that was opened."""
    require(actor, Permission.READ_LIST)
    manifest = opened.register.manifest
    counts = manifest.get("counts") or {}
    by = opened.summary.imported_by
    return Origin(
        _name_of(office, actor, by),
        by == actor.id,
        tuple(manifest.get("files") or ()),
        tuple(manifest.get("mapping") or ()),
        tuple(manifest.get("notes") or ()),
        dict(counts.get("ditolak_per_kode") or {}),
        int(counts.get("baris_tersembunyi") or 0),
        int(counts.get("lembar_tersembunyi") or 0),
        tuple(Counter(opened.register["cleaned"]["code"].to_pylist()).most_common()),
        opened.findings.ruleset,
        tuple(_used_values(opened)),
        tuple(sorted(opened.findings.silent.items())),
    )


def _name_of(office: Office, actor: Actor, account_id: str) -> str:
    with office.store_for(actor).reading() as connection:
        row = connection.execute(select(account.c.name).where(account.c.id == account_id)).first()
    return str(row.name) if row else ""


def _used_values(opened: OpenList) -> list[UsedValue]:
    day = date.fromisoformat(opened.summary.as_of[:10])
    found = []
    for name, value in opened.findings.parameters.items():
        parameter = parameters().get(name)
        if parameter is None:
            continue
        ours = parameter.on(day)
        is_ours = ours.value == value
        since, source = (ours.since, ours.source) if is_ours else (None, "")
        found.append(UsedValue(parameter, value, since, source))
    return found

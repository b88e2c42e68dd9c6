"""Meanings of columns that the office settled once and finds again with the next file.

A kind of file is known by its headers, whatever their order and the sheets they stand on.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from workbench.access import Actor, Permission, require
from workbench.services.office import Office
from workbench.store import mappings as stored
from workbench.verification.columns import squash
from workbench.verification.reading import ProposedColumn


@dataclass(frozen=True)
class KnownMeanings:
    """Meanings settled before: ``targets`` maps the place of a column to ``table.column`` or "".

    ``name`` is the list they were settled on, ``at`` when (ISO, UTC).
    """

    name: str
    at: str
    targets: dict[int, str]


def known_meanings(
    office: Office, actor: Actor, columns: Sequence[ProposedColumn]
) -> KnownMeanings | None:
    """What the office settled for a file with these headers, or None."""
    require(actor, Permission.IMPORT_LIST)
    marks = column_marks(columns)
    found = stored.find_mapping(office.store_for(actor), _signature(marks))
    if found is None:
        return None
    targets = {place: found.columns[mark] for place, mark in enumerate(marks)}
    return KnownMeanings(found.name, found.at, targets)


def settle_meanings(
    office: Office,
    actor: Actor,
    columns: Sequence[ProposedColumn],
    targets: Mapping[int, str],
    name: str,
) -> None:
    """Keep the meanings for the next file with these headers."""
    require(actor, Permission.IMPORT_LIST)
    marks = column_marks(columns)
    stored.put_mapping(
        office.store_for(actor),
        actor.id,
        _signature(marks),
        name[:120],
        {mark: targets[place] for place, mark in enumerate(marks)},
    )


def column_marks(columns: Sequence[ProposedColumn]) -> list[str]:
    """A mark per column: the headers of its sheet, its own, and which of that name it is.

    Columns of one mark mean the same: sheets of one shape (a sheet per kelurahan) share their
    meanings; a sheet of families and one of persons do not.
    """
    headers = [squash(column.header) for column in columns]
    sheets = [(column.file, column.sheet) for column in columns]
    shapes = {
        sheet: _hash(h for h, its in zip(headers, sheets, strict=True) if its == sheet)
        for sheet in sheets
    }
    seen: Counter[tuple[str, str, str]] = Counter()
    marks = []
    for header, sheet in zip(headers, sheets, strict=True):
        seen[*sheet, header] += 1
        marks.append(f"{shapes[sheet][:12]}:{header}:{seen[*sheet, header]}")
    return marks


def _signature(marks: Sequence[str]) -> str:
    return _hash(set(marks))


def _hash(texts: Iterable[str]) -> str:
    return hashlib.sha256("\x1f".join(sorted(texts)).encode()).hexdigest()

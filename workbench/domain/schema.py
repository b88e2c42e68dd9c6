"""The tables of a register: names, columns and types, as files written by us have them.

The one place of truth is ``reference/register.csv``; everything else asks here.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

#: Tables that make up one snapshot, in the order they are written.
SNAPSHOT_TABLES = (
    "person",
    "family",
    "aid",
    "event",
    "ppks",
    "psks",
    "dukcapil",
    "rt_rw",
    "cleaned",
)


@dataclass(frozen=True)
class Column:
    """One column: ``type`` is text, json, date, int, float or bool.

    ``meaning`` is for those who write programs, ``words`` for those who read the file.
    """

    name: str
    type: str
    meaning: str
    values: str
    words: str

    @property
    def is_text(self) -> bool:
        """Text columns hold "" when unknown, never null; all others are null when unknown."""
        return self.type in ("text", "json")


@cache
def tables() -> Mapping[str, tuple[Column, ...]]:
    """All tables by name, columns in the order of the files."""
    found: dict[str, list[Column]] = {}
    source = files("workbench.domain").joinpath("reference/register.csv")
    with source.open(encoding="utf-8") as lines:
        for line in csv.DictReader(lines):
            column = Column(
                line["column"], line["type"], line["meaning"], line["values"], line["arti"]
            )
            found.setdefault(line["table"], []).append(column)
    return MappingProxyType({name: tuple(columns) for name, columns in found.items()})


TABLES = tables()


def columns(table: str) -> tuple[str, ...]:
    """The column names of a table, in order."""
    return tuple(column.name for column in TABLES[table])


@cache
def arrow_schema(table: str) -> pa.Schema:
    """The Arrow schema of a table."""
    import pyarrow as pa  # only where tables are made, see ``register``

    types = {
        "text": pa.string(),
        "json": pa.string(),
        "date": pa.date32(),
        "int": pa.int64(),
        "float": pa.float64(),
        "bool": pa.bool_(),
    }
    return pa.schema([pa.field(c.name, types[c.type]) for c in TABLES[table]])


@cache
def empty_row(table: str) -> MappingProxyType[str, object]:
    """A row with every column at its "unknown" value: "" for text, None for the rest."""
    return MappingProxyType({c.name: "" if c.is_text else None for c in TABLES[table]})

"""The field's code lists, each row with its source and whether it is confirmed.

``konfirmasi`` is ya, sekunder, sebagian, tidak or usulan; what is not confirmed is a setting
or a warning, never a hard rule.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

from workbench.errors import NotFound

Entry = dict[str, str]


@cache
def reference(name: str) -> tuple[Entry, ...]:
    """All rows of ``reference/<name>.csv`` as dicts of text, in file order."""
    path = files("workbench.domain").joinpath(f"reference/{name}.csv")
    if not path.is_file():
        raise NotFound(f"Tabel rujukan {name} tidak ada.")
    with path.open(encoding="utf-8") as lines:
        return tuple(csv.DictReader(lines))


@cache
def by_code(name: str, column: str = "kode") -> dict[str, Entry]:
    """The rows of a code list by their code."""
    return {row[column]: row for row in reference(name)}


def label(name: str, code: str, column: str) -> str:
    """The words for a code, or the code itself where the list does not know it."""
    row = by_code(name).get(code)
    return row[column] if row else code

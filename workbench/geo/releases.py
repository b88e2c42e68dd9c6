"""A release as a file: what is out stays as it went out, and later releases are made beside it."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from workbench.geo.areas import AreaSet
from workbench.geo.disclosure.tables import UNKNOWN, Cell, Column, PublishedTable, Release, State

_FORMAT = 1
#: States without a number, as a negative one.
_SILENT = (State.DISEMBUNYIKAN, State.BELUM_DIDATA, State.TANPA_PENYEBUT)
#: What reading a file raises that is gone, cut off, of another shape, or nested without end.
_UNREADABLE = (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError)


def release_text(release: Release) -> str:
    """A release as JSON; cells by column, in the order of the areas' codes."""
    codes = release.areas.codes
    tables = [
        {
            "name": table.name,
            "columns": [asdict(column) for column in table.columns],
            "surveyed": sorted(table.surveyed),
            "remark": table.remark,
            "facts": table.facts,
            "whole": sorted(table.whole),
            "kept": table.kept,
            "cells": {
                column.key: [
                    _number(table.cells.get((code, column.key), UNKNOWN)) for code in codes
                ]
                for column in table.columns
            },
        }
        for table in release.tables.values()
    ]
    whole = {"format": _FORMAT, "codes": codes, "threshold": release.threshold, "tables": tables}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))


def read_release(path: Path, areas: AreaSet) -> Release | None:
    """The release in a file; None when there is none, or it is of other areas."""
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
        if whole["format"] != _FORMAT or tuple(whole["codes"]) != areas.codes:
            return None
        tables = [_table(one, areas) for one in whole["tables"]]
        return Release(areas, {table.name: table for table in tables}, int(whole["threshold"]))
    except _UNREADABLE:
        return None


def cut_release(release: Release, areas: AreaSet, totals: frozenset[str]) -> Release:
    """What of a release is of some areas only: their kelurahan, and the sums in ``totals``."""
    kept = totals | frozenset(areas.by_code)
    tables = {
        name: replace(
            table,
            cells={place: cell for place, cell in table.cells.items() if place[0] in kept},
            surveyed=table.surveyed & kept,
        )
        for name, table in release.tables.items()
    }
    return Release(areas, tables, release.threshold)


def _table(one: dict[str, Any], areas: AreaSet) -> PublishedTable:
    columns = tuple(Column(**_frozen(column)) for column in one["columns"])
    cells = {
        (code, key): _cell(number)
        for key, numbers in one["cells"].items()
        for code, number in zip(areas.codes, numbers, strict=True)
    }
    return PublishedTable(
        one["name"],
        columns,
        cells,
        frozenset(one["surveyed"]),
        one["remark"],
        tuple(tuple(tuple(keys) for keys in fact) for fact in one["facts"]),
        frozenset(one.get("whole", ())),
        bool(one.get("kept", False)),
    )


def _frozen(column: dict[str, Any]) -> dict[str, Any]:
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in column.items()
    }


def _number(cell: Cell) -> int:
    return -1 - _SILENT.index(cell.state) if cell.value is None else cell.value


def _cell(number: int) -> Cell:
    if number < 0:
        return Cell(_SILENT[-1 - number])
    return Cell(State.ANGKA if number else State.NOL, number)

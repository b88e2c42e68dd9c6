"""Opens the LIST arguments: spreadsheets are read, directories are taken as they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import typer

from workbench.cli.progress import say
from workbench.domain.register import Register, combine
from workbench.domain.schema import arrow_schema
from workbench.errors import UnusableInput, WrongUse


@dataclass(frozen=True)
class Opened:
    """A register with how it came about; the counts satisfy read = kept + refused."""

    register: Register
    refused: pa.Table
    read: int
    kept: int
    mapping: list[dict[str, Any]]

    @property
    def refused_count(self) -> int:
        return self.read - self.kept


def open_lists(
    paths: list[Path], practice: bool | None, as_of: date | None, mapping: Path | None
) -> Opened:
    """Open files and directories together as one register.

    A directory's manifest decides the side of the wall and the reference date where the call
    says nothing.
    """
    from workbench.cli.commands import load_mapping
    from workbench.verification import read_list

    for path in paths:
        if not path.exists():
            raise UnusableInput(f"{path.name} tidak ditemukan. Periksa nama dan foldernya.")
    directories = [Register.read(path) for path in paths if path.is_dir()]
    files = [path for path in paths if not path.is_dir()]
    for register in directories:
        if practice is not None and (register.workspace == "latihan") != practice:
            raise WrongUse(
                f"Folder ini berisi data {register.workspace or 'yang tidak disebut asalnya'}, "
                "sedangkan perintah meminta sisi yang lain. Hapus pilihan --practice."
            )
    if practice is None:
        practice = any(register.workspace == "latihan" for register in directories)
    if as_of is None and directories:
        stated = directories[0].manifest.get("as_of")
        as_of = date.fromisoformat(str(stated)) if stated else None
    registers = list(directories)
    read = kept = sum(register["person"].num_rows for register in directories)
    refused = arrow_schema("refused").empty_table()
    used: list[dict[str, Any]] = []
    if files:
        reading = read_list(
            files, practice=practice, as_of=as_of, mapping=load_mapping(mapping), progress=None
        )
        for note in reading.notes:
            say(note)
        registers.append(reading.register)
        read += reading.counts["dibaca"]
        kept += reading.counts["disimpan"]
        refused, used = reading.refused, list(reading.mapping)
    register = combine(registers)
    if as_of is not None:
        register = Register(register.tables, {**register.manifest, "as_of": as_of.isoformat()})
    return Opened(register, refused, read, kept, used)


def print_mapping(opened: Opened) -> None:
    """Print the column mapping that was used, one line a column."""
    for entry in opened.mapping:
        target = _target(entry)
        typer.echo(f"{entry.get('sheet') or entry.get('file')}: {entry['header']} -> {target}")


def _target(entry: Mapping[str, Any]) -> str:
    if not entry.get("table"):
        return "(tidak dipakai)"
    return f"{entry['table']}.{entry['column']}"


def totals(opened: Opened, findings: int | None = None) -> str:
    """The closing line of standard output."""
    line = f"dibaca={opened.read} disimpan={opened.kept} ditolak={opened.refused_count}"
    return line if findings is None else f"{line} temuan={findings}"

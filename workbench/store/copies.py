"""A store copied row by row from one kind of database to the other: how a backup leaves PostgreSQL.

A backup always holds SQLite files, so an office can move either way. A file that lies on the same
kind of database is copied as it is (``services.backups``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Table, func, select, text

from workbench.errors import WrongUse
from workbench.store.tables import metadata
from workbench.store.workspace import Store

_AT_ONCE = 1000


def copy_out(store: Store, target: Store, while_still: Callable[[], Any]) -> Any:
    """Copy a store into the new one ``target``, as it stands at one moment.

    ``while_still`` is called at that moment, while nobody can write; what it gives is returned.
    Then everybody writes on.
    """
    with store.reading() as source:
        # The picture of a transaction is taken by its first statement.
        with store.writing():
            source.execute(text("select 1 from ledger_head")).all()
            said = while_still()
        with target.writing() as copy:
            _copy_tables(source, copy)
    return said


def copy_in(source: Store, store: Store) -> None:
    """Fill a workspace of PostgreSQL that holds nothing yet; all of it or nothing.

    Raises ``WrongUse`` when something stands there.
    """
    with source.reading() as kept, store.writing() as target:
        for table in metadata.sorted_tables:
            if table.name != "ledger_head" and target.execute(select(table).limit(1)).first():
                raise WrongUse(
                    "Basis data itu sudah berisi. Buat basis data kosong, lalu pulihkan ke sana."
                )
        _copy_tables(kept, target)
        for table in metadata.sorted_tables:
            _continue_numbers(target, table)


def _copy_tables(source: Connection, target: Connection) -> None:
    for table in metadata.sorted_tables:
        # The first migration sets the end of an empty chain.
        target.execute(table.delete())
        rows = source.execute(select(table).execution_options(yield_per=_AT_ONCE)).mappings()
        for part in rows.partitions(_AT_ONCE):
            target.execute(table.insert(), [dict(row) for row in part])


def _continue_numbers(target: Connection, table: Table) -> None:
    """Let PostgreSQL number on after the rows that brought their own numbers."""
    column = table.autoincrement_column
    if column is None:
        return
    last = target.execute(select(func.max(column))).scalar()
    if last is not None:
        sequence = func.pg_get_serial_sequence(table.name, column.name)
        target.execute(select(func.setval(sequence, last)))

"""An office moves from its folder to PostgreSQL and back, by way of a backup."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.services.test_lists import HEADER, ROWS, STAFF
from workbench.access import Workspace
from workbench.errors import WrongUse
from workbench.services import accounts, audits, backups, lists
from workbench.services.office import DATABASE, DATABASE_VARIABLE, Office
from workbench.store import Event, append, verify_chain
from workbench.store.tables import metadata

MACHINE = accounts.machine_operator(Workspace.NYATA)


def rows_of(office, side):
    """All rows of all tables but the events that backups and restores leave behind."""
    with office.store(side).reading() as connection:
        rows = {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in metadata.sorted_tables
            if table.name not in ("event", "ledger_head")
        }
        events = metadata.tables["event"]
        rows["event"] = [
            tuple(row)
            for row in connection.execute(
                select(events).where(events.c.kind != "cadangan").order_by(events.c.seq)
            )
        ]
    return rows


@pytest.fixture
def filled(tmp_path):
    """An office in its folder: accounts, a list, an anchor."""
    made = Office(tmp_path / "kantor lama")
    accounts.ensure_first_accounts(made)
    source = tmp_path / "daftar.csv"
    source.write_text("\n".join((HEADER, *ROWS)), encoding="utf-8")
    lists.bring_in(made, STAFF, source, "DTSEN November")
    audits.take_anchor(made, MACHINE)
    return made


def test_an_office_moves_to_postgresql_and_back_and_loses_nothing(
    filled, tmp_path, new_database, monkeypatch
):
    address = new_database(True)
    backups.back_up(filled, MACHINE, tmp_path / "1.zip")
    backups.restore(tmp_path / "1.zip", tmp_path / "kantor baru", database=address)
    monkeypatch.setenv(DATABASE_VARIABLE, address)
    moved = Office(tmp_path / "kantor baru")
    assert not list(moved.root.rglob(f"{DATABASE}*"))
    for side in Workspace:
        assert rows_of(moved, side) == rows_of(filled, side)
        assert verify_chain(moved.store(side)).is_whole
    assert audits.verify(moved, MACHINE).is_whole
    assert lists.shelf(moved, STAFF) == lists.shelf(filled, STAFF)
    listed = lists.shelf(moved, STAFF)[0].id
    assert len(lists.open_list(moved, STAFF, listed).findings) > 0

    with moved.real.writing() as connection:
        append(connection, Event("a", "uji", "s", "f", 1, "sesudah pindah"))
    backups.back_up(moved, MACHINE, tmp_path / "2.zip")
    backups.restore(tmp_path / "2.zip", tmp_path / "kantor kembali")
    back = Office(tmp_path / "kantor kembali")
    assert back.database() is None
    for side in Workspace:
        assert rows_of(back, side) == rows_of(moved, side)
        assert verify_chain(back.store(side)).is_whole


def test_a_database_that_holds_something_is_refused_and_left_alone(
    filled, tmp_path, new_database, monkeypatch
):
    address = new_database(True)
    backups.back_up(filled, MACHINE, tmp_path / "1.zip")
    backups.restore(tmp_path / "1.zip", tmp_path / "kantor baru", database=address)
    monkeypatch.setenv(DATABASE_VARIABLE, address)
    moved = Office(tmp_path / "kantor baru")
    before = rows_of(moved, Workspace.NYATA)
    with pytest.raises(WrongUse, match="sudah berisi"):
        backups.restore(tmp_path / "1.zip", tmp_path / "kantor ketiga", database=address)
    assert not (tmp_path / "kantor ketiga").exists()
    with pytest.raises(WrongUse, match="--database"):
        backups.restore(tmp_path / "1.zip", moved.root)
    assert rows_of(moved, Workspace.NYATA) == before


def test_what_is_written_while_an_office_is_copied_comes_whole_or_not_at_all(
    office, database, tmp_path, monkeypatch
):
    """The picture is that of one moment, and nobody waits while it is copied."""
    from workbench.store import copies

    with office.real.writing() as connection:
        append(connection, Event("a", "uji", "s", "f", 1, "sebelum"))
    copied = copies._copy_tables

    def write_meanwhile(source, target):
        with office.real.writing() as connection:
            append(connection, Event("a", "uji", "s", "f", 2, "selagi"))
        copied(source, target)

    monkeypatch.setattr(copies, "_copy_tables", write_meanwhile)
    from workbench.store import Store

    target = Store.at(tmp_path / "salinan.sqlite", Workspace.NYATA)
    assert copies.copy_out(office.real, target, lambda: "saat itu") == "saat itu"
    assert verify_chain(target).events == 1
    assert verify_chain(office.real).events == 2
    target.close()

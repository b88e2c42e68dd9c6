"""Imported lists in the database: recorded, listed, deleted with a record."""

import pytest

from workbench.errors import NotFound
from workbench.store import verify_chain
from workbench.store.snapshots import (
    add_snapshot,
    find_snapshot,
    list_snapshots,
    mark_deleted,
    new_snapshot_id,
)


def test_a_deleted_list_keeps_its_row_and_leaves_the_listing(store):
    first = add_snapshot(store, "A1", new_snapshot_id(), "Maret.xlsx", "d1", {"dibaca": 3})
    second = add_snapshot(store, "A1", new_snapshot_id(), "April.xlsx", "d2", {})
    assert {row.id for row in list_snapshots(store)} == {first.id, second.id}
    assert find_snapshot(store, first.id).manifest == {"dibaca": 3}

    gone = mark_deleted(store, "A2", first.id, "salah berkas")
    assert (gone.deleted_by, gone.reason) == ("A2", "salah berkas")
    assert gone.deleted_at
    assert [row.id for row in list_snapshots(store)] == [second.id]
    assert len(list_snapshots(store, include_deleted=True)) == 2
    assert verify_chain(store).events == 3


def test_a_second_deletion_changes_nothing(store):
    made = add_snapshot(store, "A1", new_snapshot_id(), "Maret.xlsx", "d1", {})
    first = mark_deleted(store, "A1", made.id, "salah berkas")
    assert mark_deleted(store, "A2", made.id, "lain") == first
    assert verify_chain(store).events == 2


def test_a_list_that_is_not_there_is_a_sentence(store):
    with pytest.raises(NotFound):
        find_snapshot(store, "D-tidak-ada")
    with pytest.raises(NotFound):
        mark_deleted(store, "A1", "D-tidak-ada", "x")
    assert verify_chain(store).events == 0

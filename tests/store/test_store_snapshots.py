"""Imported lists in the database: recorded, listed, deleted with a record."""

import pytest

from workbench.errors import NotFound, UnusableInput
from workbench.store import verify_chain
from workbench.store.ledger import newest
from workbench.store.snapshots import (
    add_snapshot,
    find_snapshot,
    list_snapshots,
    mark_deleted,
    new_snapshot_id,
    record_judgement,
    refuse_held,
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


def test_a_file_is_held_by_one_standing_list_at_a_time(store):
    made = add_snapshot(store, "A1", new_snapshot_id(), "Maret", "d1", {"sources": ["aa", "bb"]})
    refuse_held(store, ["cc"])
    for held in (["bb"], ["cc", "aa"]):
        with pytest.raises(UnusableInput, match='sebagai daftar "Maret"'):
            refuse_held(store, held)
    with pytest.raises(UnusableInput):
        add_snapshot(store, "A2", new_snapshot_id(), "April", "d2", {"sources": ["bb"]})
    assert len(list_snapshots(store, include_deleted=True)) == verify_chain(store).events == 1
    mark_deleted(store, "A1", made.id, "salah berkas")
    refuse_held(store, ["bb"])
    add_snapshot(store, "A2", new_snapshot_id(), "April", "d2", {"sources": ["bb"]})


def test_a_renewed_judgement_changes_what_is_known_and_stands_on_record(store):
    made = add_snapshot(store, "A1", new_snapshot_id(), "Maret", "d1", {"temuan": 3, "dibaca": 9})
    again = record_judgement(store, "A2", made.id, {"temuan": 5}, "36.73.01.1001")
    assert again.manifest == {"temuan": 5, "dibaca": 9}
    assert find_snapshot(store, made.id) == again
    assert (again.imported_by, again.at) == (made.imported_by, made.at)
    found = newest_of(store, "A2", f"daftar:{made.id}")["periksa"]
    assert found.value == {"kelurahan": "36.73.01.1001", "temuan": 5}
    assert verify_chain(store).is_whole


def newest_of(store, actor, subject):
    with store.reading() as connection:
        return newest(connection, actor, subject)

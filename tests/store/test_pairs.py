"""What people said of a pair: kept, replaced, taken back; the ledger holds hashes only."""

import pytest
from sqlalchemy import select

from workbench.access import Workspace
from workbench.errors import NotFound
from workbench.store import Store, ledger, pairs
from workbench.store.tables import event

KEYS = ("a" * 64, "b" * 64)


@pytest.fixture
def store(tmp_path):
    made = Store.at(tmp_path / "verval.sqlite", Workspace.LATIHAN)
    yield made
    made.close()


def put(store, decision, note="catatan rahasia"):
    return pairs.put_decision(
        store, "A1", KEYS, decision, "dokumen", note, "c" * 64, {"padanan": "J1"}
    )


def test_the_newest_decision_counts_and_every_one_is_in_the_ledger(store):
    put(store, "sama")
    put(store, "beda")
    assert pairs.list_decisions(store)[KEYS].decision == "beda"
    with store.reading() as connection:
        events = connection.execute(select(event)).all()
    assert [row.kind for row in events] == ["putusan_pasangan"] * 2
    assert ledger.verify_chain(store).is_whole


def test_a_decision_taken_back_is_gone_once(store):
    put(store, "sama")
    pairs.withdraw_decision(store, "A1", KEYS, {})
    assert pairs.list_decisions(store) == {}
    with pytest.raises(NotFound, match="belum diputuskan"):
        pairs.withdraw_decision(store, "A1", KEYS, {})


def test_the_note_stays_out_of_the_ledger(store):
    put(store, "beda")
    with store.reading() as connection:
        assert "rahasia" not in str(connection.execute(select(event)).all())

"""Objections as they are kept: each with its day, answered once, by somebody else."""

import pytest
from sqlalchemy import text

from workbench.errors import Forbidden, NotFound, WrongUse
from workbench.store import objections, snapshots
from workbench.store.records import Record
from workbench.verification.fieldwork.stages import default_plan

RECORD = Record("D1", "F1")


@pytest.fixture
def lists(store):
    snapshots.add_snapshot(store, "A0", "D1", "D1", "D1", {"as_of": "2026-11-01"})
    return store


def put(store, due="2026-11-30", record=RECORD):
    return objections.put_objection(
        store, "A1", record, "36.73.01.1002", "warga", "Wasekun masih miskin", "2026-11-16", due
    )


def test_objections_come_back_the_one_due_first_on_top(lists):
    put(lists)
    put(lists, "2026-11-20", Record("D1", "F2"))
    put(lists)
    found = objections.list_objections(lists, "D1")
    assert [(one.family_id, one.number) for one in found] == [("F2", 1), ("F1", 1), ("F1", 2)]
    assert found[0].words == "Wasekun masih miskin"
    assert found[0].verdict == ""


def test_an_objection_is_answered_once_and_by_somebody_else(lists):
    number = put(lists)
    said = (number, "diterima", "Data diperbaiki", "2026-11-20")
    other = ("ditolak", "x", "2026-11-21", default_plan())
    with pytest.raises(Forbidden, match="orang lain"):
        objections.answer_objection(lists, "A1", RECORD, *said, default_plan())
    sequel = objections.answer_objection(lists, "A2", RECORD, *said, default_plan())
    assert sequel == objections.TASK
    with pytest.raises(WrongUse, match="sudah dijawab"):
        objections.answer_objection(lists, "A3", RECORD, number, *other)
    with pytest.raises(NotFound):
        objections.answer_objection(lists, "A2", RECORD, 9, *other)
    (found,) = objections.list_objections(lists, "D1")
    assert (found.verdict, found.answered_on, found.answered_by, found.answer) == (
        "diterima",
        "2026-11-20",
        "A2",
        "Data diperbaiki",
    )


def test_words_stay_out_of_the_ledger(lists):
    objections.answer_objection(
        *(lists, "A2", RECORD, put(lists), "ditolak", "Wasekun punya toko", "2026-11-20"),
        default_plan(),
    )
    with lists.reading() as connection:
        said = " ".join(connection.execute(text("select value from event")).scalars())
    assert "Wasekun" not in said

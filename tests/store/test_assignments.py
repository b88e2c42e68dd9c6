"""Assignments: many officers, many areas, and the way back."""

import pytest

from workbench.errors import NotFound
from workbench.store import assignments

PLACE = "36.73.01.1002"


def test_officers_and_areas_are_many_to_many_and_can_be_taken_back(store):
    for officer, area in (
        ("A1", (PLACE, "", "")),
        ("A2", (PLACE, "", "")),
        ("A1", ("K2", "1", "2")),
    ):
        assignments.put_assignment(store, "A0", officer, area, "lapangan")
        assignments.put_assignment(store, "A9", officer, area, "lapangan")
    found = {(one.officer, one.area_kode, one.rt) for one in assignments.list_assignments(store)}
    assert found == {("A1", PLACE, ""), ("A2", PLACE, ""), ("A1", "K2", "2")}
    assignments.withdraw_assignment(store, "A0", "A1", (PLACE, "", ""), "lapangan")
    with pytest.raises(NotFound):
        assignments.withdraw_assignment(store, "A0", "A1", (PLACE, "", ""), "lapangan")
    assert len(assignments.list_assignments(store)) == 2
    assignments.put_assignment(store, "A9", "A1", (PLACE, "", ""), "lapangan")
    assert len(assignments.list_assignments(store)) == 3

"""Where the records stand, for whoever works at a later stage than the visits."""

from __future__ import annotations

import pytest

from tests.services.recheck_world import HEAD, add_officer, draw_all, outcome, put_list, row
from workbench.access import Actor, Role, Workspace
from workbench.services import fieldwork, rechecks, records

OF_KASEMEN = Actor("A-9", "Staf Kasemen", Role.STAF, Workspace.NYATA, ("36.73.02",))


@pytest.fixture
def listed(office, tmp_path):
    """A list without a column for the head: Cipare has two families, Kasemen one."""
    rows = [row(2), row(1), row(3, "KASEMEN;KASEMEN")]
    return put_list(office, tmp_path, rows)


def visit(office, officer, list_id, name, **more):
    (found,) = [
        one for one in records.records(office, HEAD, list_id) if one.head_name == f"RUSDI {name}"
    ]
    said = outcome(office, list_id, found.family_id, **more)
    fieldwork.record_outcome(office, officer, list_id, found.family_id, said)
    return found.family_id


def standing(office, actor, list_id):
    return {one.head_name: one.stage for one in records.records(office, actor, list_id)}


def test_every_family_is_there_by_place_and_name_with_its_stage(office, listed):
    siti = add_officer(office, "siti")
    family_id = visit(office, siti, listed, 1, proposal="USUL_BARU")
    assert standing(office, HEAD, listed) == {"RUSDI 1": "lapangan", "RUSDI 2": "", "RUSDI 3": ""}
    fieldwork.move_forward(office, siti, listed, family_id)
    first, *others = records.records(office, HEAD, listed)
    assert (first.stage, first.proposals) == ("musyawarah", ("USUL_BARU",))
    assert [one.proposals for one in others] == [(), ()]


def test_only_families_of_the_own_areas_are_there(office, listed):
    assert list(standing(office, OF_KASEMEN, listed)) == ["RUSDI 3"]


def test_a_second_checker_does_not_find_the_families_they_check(office, listed):
    siti, tono = add_officer(office, "siti"), add_officer(office, "tono")
    visit(office, siti, listed, 1)
    sample = draw_all(office, listed)
    rechecks.share_out(office, HEAD, sample.id, [tono.id])
    assert "RUSDI 1" in standing(office, siti, listed)
    assert "RUSDI 1" not in standing(office, tono, listed)
    assert rechecks.my_errands(office, tono)[0].head_name == "RUSDI 1"


def test_the_queue_names_the_head_of_a_list_that_names_them_nowhere(office, listed):
    queue = fieldwork.queue(office, HEAD, listed)
    assert sorted(one.head_name for one in queue.families) == ["RUSDI 1", "RUSDI 2", "RUSDI 3"]

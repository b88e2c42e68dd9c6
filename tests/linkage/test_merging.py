"""Two lists made one: sums, provenance, and what must not be mixed."""

from collections import Counter

import pytest

from tests.linkage.two_lists import AS_OF
from workbench.linkage import attach, merge, named_in
from workbench.synthesis import clean_world, default_recipe


@pytest.fixture(scope="module")
def merged(hard):
    return merge(hard.left, hard.right, hard.truth)


def test_every_row_of_both_lists_is_accounted_for_once(hard, merged):
    accounts = merged.accounts.to_pylist()
    for table in ("person", "family"):
        for source, register in (("kiri", hard.left), ("kanan", hard.right)):
            ids = [
                row["source_id"]
                for row in accounts
                if (row["table"], row["source"]) == (table, source)
            ]
            assert sorted(ids) == sorted(register[table][f"{table}_id"].to_pylist())


def test_the_sums_reconcile(hard, merged):
    for table, sums in merged.sums.items():
        assert sums["kiri"] + sums["kanan"] == sums["gabungan"] + sums["ganda"], table
        assert merged.register[table].num_rows == sums["gabungan"]
    assert merged.sums["person"]["ganda"] == len(hard.truth)


def test_ids_stay_unique_and_persons_stay_in_families_that_stand(merged):
    for table in ("person", "family"):
        ids = merged.register[table][f"{table}_id"].to_pylist()
        assert len(set(ids)) == len(ids)
    families = set(merged.register["family"]["family_id"].to_pylist())
    assert set(merged.register["person"]["family_id"].to_pylist()) <= families


def test_the_preferred_list_holds_and_differences_are_on_record(hard, merged):
    person = {row["person_id"]: row for row in merged.register["person"].to_pylist()}
    theirs = {row["person_id"]: row for row in hard.right["person"].to_pylist()}
    ours = {row["person_id"]: row for row in hard.left["person"].to_pylist()}
    told = {
        (row["subject"], row["column"]): row
        for row in merged.provenance.to_pylist()
        if row["table"] == "person"
    }
    conflicts = 0
    for left_id, right_id in hard.truth.items():
        assert person[right_id]["name"] == theirs[right_id]["name"]
        if ours[left_id]["name"] != theirs[right_id]["name"]:
            row = told[right_id, "name"]
            assert (row["source"], row["other"], row["is_conflict"]) == (
                "kanan",
                ours[left_id]["name"],
                True,
            )
            conflicts += 1
    assert conflicts > 100


def test_the_other_list_fills_what_the_preferred_one_leaves_empty(hard):
    made = merge(hard.left, hard.right, hard.truth, preferred="kiri")
    person = {row["person_id"]: row for row in made.register["person"].to_pylist()}
    theirs = {row["person_id"]: row for row in hard.right["person"].to_pylist()}
    ours = {row["person_id"]: row for row in hard.left["person"].to_pylist()}
    filled = 0
    for left_id, right_id in hard.truth.items():
        expected = ours[left_id]["nik"] or theirs[right_id]["nik"]
        assert person[right_id]["nik"] == expected
        filled += not ours[left_id]["nik"]
    assert filled > 100


def test_a_desil_never_comes_without_its_own_source(hard):
    """The cells of a group are one list's or the other's, never some of each."""
    right = {row["family_id"]: row for row in hard.right["family"].to_pylist()}
    for row in merge(hard.left, hard.right, hard.truth).register["family"].to_pylist():
        if row["family_id"] in right:
            one = right[row["family_id"]]
            assert (row["desil"], row["desil_source"]) == (one["desil"], one["desil_source"])


def test_a_mothers_name_is_never_written_into_the_provenance(hard, merged):
    rows = [r for r in merged.provenance.to_pylist() if r["column"] == "mother_name"]
    assert all(row["value"] == row["other"] == "" for row in rows)


def test_nobody_linked_means_one_list_after_the_other(hard):
    made = merge(hard.left, hard.right, {})
    assert made.sums["person"]["ganda"] == 0
    assert made.provenance.num_rows == 0


def test_the_same_aid_in_two_lists_is_one_aid():
    city = clean_world(default_recipe(), 60, 3, AS_OF).to_register()
    same = {who: who for who in city["person"]["person_id"].to_pylist()}
    made = merge(city, city, same)
    assert made.sums["aid"] == {
        "kiri": city["aid"].num_rows,
        "kanan": city["aid"].num_rows,
        "gabungan": made.register["aid"].num_rows,
        "ganda": made.sums["aid"]["ganda"],
    }
    programs = Counter(
        (row["person_id"], row["program"], row["period"], row["source"])
        for row in made.register["aid"].to_pylist()
        if row["person_id"]
    )
    before = Counter(
        (row["person_id"], row["program"], row["period"], row["source"])
        for row in city["aid"].to_pylist()
        if row["person_id"]
    )
    assert programs == before


def test_events_of_another_list_find_their_people():
    city = clean_world(default_recipe(), 200, 3, AS_OF).to_register()
    people, whose = named_in(city, "event")
    niks = dict(
        zip(city["person"]["nik"].to_pylist(), city["person"]["person_id"].to_pylist(), strict=True)
    )
    same = {row["person_id"]: niks[row["nik"]] for row in people.to_pylist() if row["nik"] in niks}
    from workbench.domain.register import Register

    bare = Register({name: city[name] for name in ("person", "family")}, city.manifest)
    made = attach(city, bare, "event", whose, same)
    assert made.register["event"].num_rows == city["event"].num_rows
    tied = {row["nik"]: row["person_id"] for row in made.register["event"].to_pylist()}
    assert tied
    assert all(tied[nik] == niks[nik] for nik in tied if nik in niks)

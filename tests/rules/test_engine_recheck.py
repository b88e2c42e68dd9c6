"""One kelurahan judged again gives what a full check gives, for every rule.

In one entangled city always; ``PROOF=1`` in the environment takes more.
"""

import os
from dataclasses import replace
from random import Random

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from workbench.domain.register import Draft
from workbench.errors import UnusableInput
from workbench.rules import catalogue, check
from workbench.rules.copies import _COMMON
from workbench.rules.engine import mask_column, recheck
from workbench.synthesis import generate

KEY = "kelurahan_kode_kemendagri"
SEEDS = (20261122, 5, 6, 7, 8) if "PROOF" in os.environ else (20261122,)


def _rows(table):
    columns = [c for c in table.column_names if c != "ruleset"]
    return sorted(map(str, table.select(columns).to_pylist()))


def _entangle(register, rng):
    """Make kelurahan depend on each other: numbers, accounts, births and ties across them.

    Half of it also leaves rows without family, events known by a NIK only, and several NIK, KK
    numbers or births that three or more families share. One NIK, one card, one account and one
    birth stand nearly everywhere.
    """
    draft = Draft.from_register(register)
    people, families, aid = (draft.tables[name] for name in ("person", "family", "aid"))
    paid = [row for row in aid if row["account"] and row["status"] in ("", "aktif")]
    for _ in range(60):
        one, other, third = rng.sample(people, 3)
        draft.change("person", other, nik=one["nik"])
        if rng.random() < 0.5:
            draft.change("person", third, nik=one["nik"])
        if rng.random() < 0.5:
            draft.change(
                "person", other, **{c: one[c] for c in ("name", "birth_date", "mother_name")}
            )
        one, other = rng.sample(people, 2)
        twin = ("name", "birth_date", "mother_name", "sex", "id_record")
        draft.change("person", other, **{c: one[c] for c in twin})
        one, other = rng.sample(families, 2)
        draft.change("family", other, no_kk=one["no_kk"])
        if rng.random() < 0.5:
            for member in draft.members(other["family_id"]):
                draft.change("person", member, no_kk=one["no_kk"])
        one, other = rng.sample(paid, 2)
        draft.change("aid", other, account=one["account"])
        one, other = rng.sample(aid, 2)
        draft.change("aid", other, nik=one["nik"], program=one["program"], period=one["period"])
        draft.change("aid", rng.choice(aid), family_id="")
        draft.change("aid", rng.choice(aid), family_id="", person_id="")
    for row in rng.sample(people, 60):
        draft.change("person", row, nik=people[0]["nik"])
    for row in rng.sample(people, 60):
        twin = ("name", "birth_date", "mother_name")
        draft.change("person", row, **{c: people[1][c] for c in twin})
    for row in rng.sample(families, 60):
        draft.change("family", row, no_kk=families[0]["no_kk"])
    for row in rng.sample(paid, 60):
        draft.change("aid", row, account=paid[0]["account"])
    # Newcomers of one kelurahan who stand on a card of another, by name and number of the card
    # or by their id.
    movers = [e for e in draft.tables["event"] if e["kind"] == "pindah_masuk"]
    for place, event in enumerate(movers):
        one = rng.choice(people)
        known = {"no_kk": one["no_kk"], "name": one["name"], "person_id": ""}
        if place % 2:
            known = {"no_kk": "", "name": "", "person_id": one["person_id"]}
        draft.change("event", event, family_id="", nik=f"99730112{place:04d}9876", **known)
    rest = [e for e in draft.tables["event"] if e["kind"] != "pindah_masuk"]
    for event in rng.sample(rest, len(rest) // 2):
        draft.change("event", event, person_id="", family_id="", nik=rng.choice(people)["nik"])
    for row in rng.sample(draft.tables["ppks"], len(draft.tables["ppks"]) // 4):
        draft.change("ppks", row, family_id="")
    return draft.to_register()


def _told(findings):
    told = set()
    for code, (table, column, bit) in findings.bits.items():
        rows = findings.masks[table]
        masks = rows[mask_column(column)].to_pylist()
        subjects = rows["subject"].to_pylist()
        told |= {(code, s) for s, m in zip(subjects, masks, strict=True) if m >> bit & 1}
    return told


@pytest.fixture(scope="module", params=SEEDS)
def world(request, tmp_path_factory):
    rng = Random(request.param)
    register = _entangle(generate(families=600, seed=request.param, error_rate=0.4), rng)
    typed = tmp_path_factory.mktemp("list") / "typed"
    return register, typed, check(register, typed_directory=typed), rng


def test_the_copy_judges_as_the_tables_in_memory_do(world):
    register, _typed, full, _rng = world
    assert _rows(check(register).table) == _rows(full.table)


def test_each_kelurahan_alone_is_judged_as_within_the_whole(world):
    """A kelurahan's findings are taken out and found again, and those of no kelurahan too."""
    _register, typed, full, rng = world
    places = set(full.table[KEY].to_pylist())
    assert len(places) > 40
    assert "" in places
    assert {r for r in full.by_rule if catalogue()[r].form == "table"} > {"IDN-13", "BAN-15"}
    for place in ["", *rng.sample(sorted(places - {""}), 4)]:
        rest = full.table.filter(pc.not_equal(full.table[KEY], place))
        masks = {
            name: rows.filter(pc.not_equal(rows[KEY], place)) for name, rows in full.masks.items()
        }
        emptied = replace(full, table=rest, masks=masks)
        again = recheck(typed, emptied, place)
        assert again.table.to_pylist() == full.table.to_pylist(), place
        assert {n: m.to_pylist() for n, m in again.masks.items()} == {
            n: m.to_pylist() for n, m in full.masks.items()
        }
        assert again.ruleset == full.ruleset
        without_masks = recheck(typed, replace(emptied, masks={}, bits={}), place)
        assert _told(without_masks) == _told(full)


def test_what_many_kelurahan_share_is_kept_once(world):
    """Otherwise a filler that stands everywhere would bring the whole list to each kelurahan."""
    _register, typed, *_rest = world
    asking = pq.read_table(typed / "common.parquet").group_by("key").aggregate([("asker", "count")])
    assert asking.num_rows >= 4
    assert pc.min(asking["asker_count"]).as_py() > _COMMON
    shared = pq.read_table(typed / "common_person.parquet", columns=["key", "place"])
    assert shared.num_rows == shared.group_by(["key", "place"]).aggregate([]).num_rows
    near = pq.read_table(typed / "neighbours_person.parquet", columns=["asker", "place"])
    assert 0 < near.num_rows == near.group_by(["asker", "place"]).aggregate([]).num_rows


def test_a_kelurahan_is_judged_by_other_values_and_the_rest_stays(world):
    register, typed, full, _rng = world
    place = max(set(full.table[KEY].to_pylist()), key=full.table[KEY].to_pylist().count)
    values = {"age_max": 90, "adult_age": 20, "age_stated_slack": 0}
    again = recheck(typed, full, place, values)
    other = check(register, parameters=values)
    here = [p == place for p in other.table[KEY].to_pylist()]
    assert _rows(again.table.filter([p == place for p in again.table[KEY].to_pylist()])) == _rows(
        other.table.filter(here)
    )
    assert set(again.table["ruleset"].to_pylist()) == {full.ruleset, other.ruleset}
    assert _rows(again.table.filter([p != place for p in again.table[KEY].to_pylist()])) == _rows(
        full.table.filter([p != place for p in full.table[KEY].to_pylist()])
    )


def test_without_values_given_those_of_the_findings_judge(world):
    register, typed, full, _rng = world
    other = check(register, parameters={"adult_age": 20})
    place = other.table[KEY][0].as_py()
    assert recheck(typed, other, place).ruleset == other.ruleset
    assert recheck(typed, other, place, {}).ruleset == full.ruleset


def test_a_kelurahan_that_the_list_does_not_have_changes_nothing(world):
    _register, typed, full, _rng = world
    assert _rows(recheck(typed, full, "36.73.99.9999").table) == _rows(full.table)


def test_without_a_typed_copy_the_way_out_is_said(world, tmp_path):
    *_, full, _rng = world
    with pytest.raises(UnusableInput, match="Periksa ulang daftarnya"):
        recheck(tmp_path, full, "36.73.01.1001")

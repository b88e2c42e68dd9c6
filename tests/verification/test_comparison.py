"""Two lists side by side: what became of people, families and findings, to the row."""

from __future__ import annotations

import dataclasses
from collections import Counter
from random import Random

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tests.verification.families import CIPARE, KASEMEN, add_family
from workbench.domain.register import Draft, Register
from workbench.rules import check
from workbench.synthesis import generate
from workbench.verification.comparison import (
    REASONS,
    Change,
    Fate,
    Judged,
    compare,
    rule_marks,
)


def keyed(register):
    """The register with keys, as a workspace gives them, but readable."""
    people = [
        f"nik {row['nik']}"
        if len(row["nik"]) == 16
        else f"orang {row['no_kk']} {row['name']} {row['birth_date']}"
        for row in register["person"].to_pylist()
    ]
    cards = [card and f"kk {card}" for card in register["family"]["no_kk"].to_pylist()]
    tables = dict(register.tables)
    for table, column, keys in (("person", "person_key", people), ("family", "family_key", cards)):
        place = register[table].column_names.index(column)
        tables[table] = register[table].set_column(place, column, pa.array(keys, pa.string()))
    return Register(tables, register.manifest)


def judged(register):
    register = keyed(register)
    found = check(register)
    return Judged(register, found, rule_marks(found))


def family(draft, kk, place=CIPARE, **cells):
    return add_family(draft, kk, kk[-4:], place, **cells)


@pytest.fixture
def draft():
    made = Draft({"workspace": "latihan", "as_of": "2026-11-01"})
    for serial in ("0001", "0002", "0003"):
        family(made, f"997301010115{serial}")
    return made


@pytest.fixture
def copied(draft):
    """The same list once more, to be changed."""
    return Draft.from_register(draft.to_register())


def classes(table, column="change"):
    return Counter(table[column].to_pylist())


def only(table, change):
    rows = table.filter(pc.equal(table["change"], str(change))).to_pylist()
    assert len(rows) == 1
    return rows[0]


def cells(row):
    return {cell["column"]: (cell["before"], cell["after"]) for cell in row["changes"]}


def fates(comparison, rule):
    rows = comparison.findings.filter(pc.equal(comparison.findings["rule"], rule))
    return Counter(zip(rows["fate"].to_pylist(), rows["reason"].to_pylist(), strict=True))


def reconcile(comparison, before, after):
    """The law: every row and every finding of both lists stands in exactly one class."""
    for tally, table in (
        (comparison.person_tally, "person"),
        (comparison.family_tally, "family"),
    ):
        assert sum(n for n, _ in tally.values()) == before.register[table].num_rows
        assert sum(n for _, n in tally.values()) == after.register[table].num_rows
        for change in (Change.MOVED, Change.CHANGED, Change.SAME):
            assert len(set(tally.get(change, (0, 0)))) == 1
        assert tally.get(Change.ENTERED, (0, 0))[0] == tally.get(Change.LEFT, (0, 0))[1] == 0
    for side in ("before", "after"):
        ids = comparison.persons[f"id_{side}"].drop_null().to_pylist()
        assert len(ids) == len(set(ids))
    tally = comparison.finding_tally
    assert sum(n for n, _ in tally.values()) == len(before.findings)
    assert sum(n for _, n in tally.values()) == len(after.findings)
    assert len(set(tally.get(Fate.STILL, (0, 0)))) == 1
    for fate in (Fate.MENDED, Fate.GONE):
        assert tally.get(fate, (0, 0))[1] == 0
    for fate in (Fate.NEW, Fate.CAME):
        assert tally.get(fate, (0, 0))[0] == 0
    reasons = set(comparison.persons["reason"].to_pylist())
    reasons |= set(comparison.findings["reason"].to_pylist())
    assert reasons <= {"", *REASONS}


def test_a_list_beside_itself_is_the_same_to_the_row(draft):
    one = judged(draft.to_register())
    found = compare(one, one)
    assert classes(found.persons) == {"tetap": 6}
    assert classes(found.families) == {"tetap": 3}
    assert set(found.finding_tally) <= {Fate.STILL}
    assert found.not_compared == {"person": (), "family": ()}


def test_entered_left_moved_and_changed_are_told_apart(draft, copied):
    first, second, third = list(copied.families())
    copied.change("family", first, kelurahan_kode_kemendagri=KASEMEN)
    copied.change("family", second, desil=3, address="JL. BARU 2")
    for row in copied.members(third["family_id"]):
        copied.remove("person", row)
    copied.remove("family", third)
    family(copied, "9973010101150004")
    before, after = judged(draft.to_register()), judged(copied.to_register())
    found = compare(before, after)
    reconcile(found, before, after)
    assert classes(found.families) == {"masuk": 1, "keluar": 1, "pindah": 1, "berubah": 1}
    assert classes(found.persons) == {"masuk": 2, "keluar": 2, "pindah": 2, "tetap": 2}
    row = only(found.families, Change.CHANGED)
    assert cells(row) == {"desil": ("2", "3"), "address": ("JL. CONTOH 1", "JL. BARU 2")}
    row = only(found.families, Change.MOVED)
    assert (row["kelurahan_before"], row["kelurahan_after"]) == (CIPARE, KASEMEN)


def test_who_joins_another_card_has_moved(draft, copied):
    first, second, _ = list(copied.families())
    wife = copied.members(first["family_id"])[1]
    copied.change("person", wife, family_id=second["family_id"], no_kk=second["no_kk"])
    found = compare(judged(draft.to_register()), judged(copied.to_register()))
    assert cells(only(found.persons, Change.MOVED)) == {
        "no_kk": ("9973010101150001", "9973010101150002")
    }
    assert classes(found.families) == {"tetap": 3}


def test_a_new_card_number_for_the_same_people_is_a_change_and_no_move(draft, copied):
    first = next(copied.families())
    for row in copied.members(first["family_id"]):
        copied.change("person", row, no_kk="9973010202260009")
    copied.change("family", first, no_kk="9973010202260009")
    found = compare(judged(draft.to_register()), judged(copied.to_register()))
    assert classes(found.families) == {"berubah": 1, "tetap": 2}
    assert classes(found.persons) == {"berubah": 2, "tetap": 4}


def test_a_number_put_right_mends_its_finding(draft, copied):
    husband = next(row for row in draft.tables["person"] if row["shdk"] == "kepala_keluarga")
    draft.change("person", husband, nik="")
    found = compare(judged(draft.to_register()), judged(copied.to_register()))
    assert classes(found.persons) == {"berubah": 1, "tetap": 5}
    assert fates(found, "IDN-01") == {("beres", ""): 1}


def test_a_number_used_twice_and_then_put_right_is_mended_for_both(draft, copied):
    one, other = (row for row in draft.tables["person"][:4] if row["sex"] == "L")
    draft.change("person", other, nik=one["nik"])
    before, after = judged(draft.to_register()), judged(copied.to_register())
    doubled = [code for code, n in before.findings.by_rule.items() if n == 2]
    assert doubled
    found = compare(before, after)
    reconcile(found, before, after)
    assert Change.UNPAIRED not in found.person_tally
    for code in doubled:
        assert fates(found, code) == {("beres", ""): 2}


def test_rows_of_a_doubled_number_that_cannot_be_told_apart_are_counted_apart(draft, copied):
    one, other = (row for row in draft.tables["person"][:4] if row["sex"] == "L")
    draft.change("person", other, nik=one["nik"])
    for row in (row for row in copied.tables["person"][:4] if row["sex"] == "L"):
        copied.change("person", row, nik=one["nik"], name=f"{row['name']} BARU")
    before, after = judged(draft.to_register()), judged(copied.to_register())
    found = compare(before, after)
    reconcile(found, before, after)
    assert found.person_tally[Change.UNPAIRED] == (2, 2)
    assert set(
        found.persons.filter(pc.equal(found.persons["in_before"], False))["reason"].to_pylist()
    ) == {"ganda"}
    lost = found.findings.filter(pc.equal(found.findings["reason"], "ganda"))
    assert set(lost["fate"].to_pylist()) == {"tidak_dapat_dibandingkan"}


def test_a_row_that_stood_twice_and_now_once_has_left_once(draft, copied):
    twice = dict(draft.tables["person"][0], person_id=draft.new_id("person"))
    draft.add("person", twice)
    found = compare(judged(draft.to_register()), judged(copied.to_register()))
    assert classes(found.persons) == {"tetap": 6, "keluar": 1}


def test_a_family_without_a_card_number_is_found_by_its_members_or_said_to_be_unknown(
    draft, copied
):
    for one in (draft, copied):
        first, second, _ = list(one.families())
        one.change("family", first, no_kk="")
        one.change("family", second, no_kk="")
        for row in one.members(second["family_id"]):
            one.remove("person", row)
    found = compare(judged(draft.to_register()), judged(copied.to_register()))
    assert found.family_tally == {Change.SAME: (2, 2), Change.UNPAIRED: (1, 1)}
    row = found.families.filter(pc.equal(found.families["change"], "tidak_dipasangkan"))
    assert set(row["reason"].to_pylist()) == {"tanpa_nomor"}


def test_one_family_in_two_lists_is_compared_within_each(draft, copied):
    first = next(draft.families())
    for one in (draft, copied):
        second = family(one, first["no_kk"], source_list="p3ke", desil=4)
    copied.change("family", copied.family(second), desil=1)
    found = compare(judged(draft.to_register()), judged(copied.to_register()))
    assert classes(found.families) == {"tetap": 3, "berubah": 1}
    assert cells(only(found.families, Change.CHANGED)) == {"desil": ("4", "1")}
    assert classes(found.persons) == {"tetap": 8}


def test_a_column_only_one_list_has_is_not_a_change(draft, copied):
    carried = {
        table: [name for name in draft.to_register()[table].column_names if name != "desil"]
        for table in draft.tables
    }
    copied.manifest["carried"] = carried
    for row in copied.families():
        row["desil"] = None
    found = compare(judged(draft.to_register()), judged(copied.to_register()))
    assert classes(found.families) == {"tetap": 3}
    assert found.not_compared["family"] == ("desil",)


def test_a_mothers_name_is_compared_and_never_told(draft, copied):
    copied.change("person", copied.tables["person"][0], mother_name="RAHASIA")
    found = compare(judged(draft.to_register()), judged(copied.to_register()))
    assert cells(only(found.persons, Change.CHANGED)) == {"mother_name": (None, None)}
    assert "RAHASIA" not in str(found.persons.to_pylist())


def test_findings_that_come_and_go_with_people_are_neither_new_nor_mended(draft, copied):
    family(draft, "9973010101150008")
    family(copied, "9973010101150009")
    for one in (draft, copied):
        one.change("person", one.tables["person"][-1], nik="")
    found = compare(judged(draft.to_register()), judged(copied.to_register()))
    assert fates(found, "IDN-01") == {("pergi", ""): 1, ("datang", ""): 1}


def test_a_rule_that_did_not_speak_on_one_side_is_not_compared(draft, copied):
    copied.change("person", copied.tables["person"][0], nik="")
    before, after = judged(draft.to_register()), judged(copied.to_register())
    quiet = check(before.register)
    quiet = dataclasses.replace(quiet, silent={"IDN-01": "Daftar tidak memuat kolom nik."})
    before = Judged(before.register, quiet, rule_marks(quiet))
    assert fates(compare(before, after), "IDN-01") == {
        ("tidak_dapat_dibandingkan", "aturan_diam"): 1
    }


def test_a_changed_parameter_touches_only_the_rules_that_name_it(draft, copied):
    copied.change("person", copied.tables["person"][0], nik="")
    before = judged(draft.to_register())
    marks = {**before.marks, "IDN-01": "lain"}
    after = judged(copied.to_register())
    found = compare(Judged(before.register, before.findings, marks), after)
    assert fates(found, "IDN-01") == {("tidak_dapat_dibandingkan", "aturan_berubah"): 1}
    local = Judged(before.register, before.findings, marks, {CIPARE: before.marks})
    assert fates(compare(local, after), "IDN-01") == {("baru", ""): 1}


def test_lists_without_marks_are_compared_by_their_rule_set(draft, copied):
    copied.change("person", copied.tables["person"][0], nik="")
    before, after = judged(draft.to_register()), judged(copied.to_register())
    bare = Judged(before.register, before.findings)
    assert fates(compare(bare, after), "IDN-01") == {("baru", ""): 1}
    older = dataclasses.replace(before.findings, ruleset="1-lama")
    found = compare(Judged(before.register, older), after)
    assert fates(found, "IDN-01") == {("tidak_dapat_dibandingkan", "aturan_berubah"): 1}


def test_who_moves_out_of_my_area_tells_me_nothing_of_there(draft, copied):
    first = next(copied.families())
    copied.change("family", first, kelurahan_kode_kemendagri=KASEMEN, address="RAHASIA")
    for one in (draft, copied):
        one.change("person", one.tables["person"][0], nik="")
    before, after = judged(draft.to_register()), judged(copied.to_register())
    found = compare(before, after)
    here = found.within(lambda code: code.startswith("36.73.01"))
    assert here.family_tally == {Change.MOVED_OUT: (1, 0), Change.SAME: (2, 2)}
    assert here.person_tally == {Change.MOVED_OUT: (2, 0), Change.SAME: (4, 4)}
    assert fates(here, "IDN-01") == {("pergi", "pindah_wilayah"): 1}
    assert "RAHASIA" not in str(here.families.to_pylist())
    assert KASEMEN not in str([t.to_pylist() for t in (here.persons, here.families, here.findings)])
    there = found.within(lambda code: code.startswith("36.73.02"))
    assert there.family_tally == {Change.MOVED_IN: (0, 1)}
    assert fates(there, "IDN-01") == {("datang", "pindah_wilayah"): 1}
    whole = found.within(lambda code: True)
    assert whole.persons.equals(found.persons)
    assert whole.findings.equals(found.findings)


def _mutated(register, rng):
    """The world some months later, as badly kept as lists are."""
    draft = Draft.from_register(register)
    places = sorted(set(register["family"]["kelurahan_kode_kemendagri"].to_pylist()))
    for row in list(draft.families()):
        fate = rng.random()
        members = draft.members(row["family_id"])
        if fate < 0.1:
            for member in members:
                draft.remove("person", member)
            draft.remove("family", row)
        elif fate < 0.2:
            draft.change("family", row, kelurahan_kode_kemendagri=rng.choice([*places, ""]))
        elif fate < 0.3:
            draft.change("family", row, desil=rng.randint(1, 10), address="JL. LAIN")
        elif fate < 0.35:
            draft.add("family", {**row, "family_id": draft.new_id("family")})
        elif fate < 0.4:
            draft.change("family", row, no_kk="")
    people = draft.tables["person"]
    for row in list(people):
        fate = rng.random()
        if fate < 0.05:
            draft.change("person", row, nik="")
        elif fate < 0.1:
            draft.change("person", row, nik=rng.choice(people)["nik"])
        elif fate < 0.15:
            draft.add("person", {**row, "person_id": draft.new_id("person")})
        elif fate < 0.2:
            draft.change("person", row, name=rng.choice(people)["name"])
        elif fate < 0.25:
            draft.remove("person", row)
        elif fate < 0.3:
            other = rng.choice(list(draft.families()))
            draft.change("person", row, family_id=other["family_id"], no_kk=other["no_kk"])
    for row in list(draft.tables["aid"]):
        if rng.random() < 0.2:
            draft.remove("aid", row)
        elif rng.random() < 0.1:
            draft.add("aid", {**row, "aid_id": draft.new_id("aid")})
    # Nothing names a row that is gone.
    ids = {row["person_id"] for row in people} | {row["family_id"] for row in draft.families()}
    for name in ("aid", "event", "ppks"):
        for row in list(draft.tables[name]):
            if not {row["person_id"], row["family_id"]} <= {*ids, ""}:
                draft.remove(name, row)
    draft.tables["cleaned"] = [row for row in draft.tables["cleaned"] if row["subject"] in ids]
    return draft.to_register()


@pytest.mark.parametrize("seed", range(5))
def test_the_sums_of_any_two_lists_reconcile_to_the_row(seed):
    rng = Random(f"comparison:{seed}")
    world = generate(families=60, seed=seed, error_rate=0.3)
    before, after = (judged(_mutated(world, rng)) for _ in range(2))
    found = compare(before, after)
    reconcile(found, before, after)
    assert {Change.ENTERED, Change.LEFT, Change.MOVED, Change.CHANGED, Change.SAME} <= set(
        found.person_tally
    )
    whole = Counter()
    for area in ("36.73.01", "36.73.02", "36.73.03", "36.73.04", "36.73.05", "36.73.06", ""):
        mine = found.within(lambda code, area=area: code.startswith(area) if area else not code)
        for side, one in enumerate((before, after)):
            homes = {
                row["family_id"]: row["kelurahan_kode_kemendagri"]
                for row in one.register["family"].to_pylist()
            }
            here = [
                home
                for home in (
                    homes.get(f, "") for f in one.register["person"]["family_id"].to_pylist()
                )
                if (home.startswith(area) if area else not home)
            ]
            assert sum(sums[side] for sums in mine.person_tally.values()) == len(here)
            codes = one.findings.table["kelurahan_kode_kemendagri"].to_pylist()
            here = [c for c in codes if (c.startswith(area) if area else not c)]
            assert sum(sums[side] for sums in mine.finding_tally.values()) == len(here)
            whole[side] += len(here)
    assert whole == {0: len(before.findings), 1: len(after.findings)}


def test_masks_whose_bits_lie_elsewhere_and_no_masks_at_all_say_the_same():
    from workbench.rules.engine import mask_bits, masks_of

    rng = Random("comparison:masks")
    world = generate(families=60, seed=5, error_rate=0.4)
    before, after = (judged(_mutated(world, rng)) for _ in range(2))
    usual = compare(before, after).findings
    bits = mask_bits(list(before.findings.rules.values())[::-1])
    masks = masks_of(before.findings.table, bits)
    for changes in ({"bits": bits, "masks": masks}, {"bits": {}, "masks": {}}):
        other = dataclasses.replace(before.findings, **changes)
        assert compare(dataclasses.replace(before, findings=other), after).findings.equals(usual)
    # It is the masks that are read: emptied, they say something else.
    empty = {name: mask.slice(0, 0) for name, mask in before.findings.masks.items()}
    other = dataclasses.replace(before.findings, masks=empty)
    assert not compare(dataclasses.replace(before, findings=other), after).findings.equals(usual)


def test_backwards_is_the_mirror():
    rng = Random("comparison:mirror")
    world = generate(families=60, seed=9, error_rate=0.3)
    before, after = (judged(_mutated(world, rng)) for _ in range(2))
    there, back = compare(before, after), compare(after, before)
    mirrored = {Change.ENTERED: Change.LEFT, Change.LEFT: Change.ENTERED}
    assert back.person_tally == {
        mirrored.get(change, change): sums[::-1] for change, sums in there.person_tally.items()
    }
    mirrored = {
        Fate.NEW: Fate.MENDED,
        Fate.MENDED: Fate.NEW,
        Fate.GONE: Fate.CAME,
        Fate.CAME: Fate.GONE,
    }
    assert back.finding_tally == {
        mirrored.get(fate, fate): sums[::-1] for fate, sums in there.finding_tally.items()
    }

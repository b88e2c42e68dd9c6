"""Three lists in a row with planted changes: every finding's life and every sum, to the row.

What should come of it is reckoned here a second time, from what was planted and nothing else.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from random import Random

import pytest

from workbench.access import Actor, Role, Workspace
from workbench.services import comparisons, fieldwork, imports, shelves
from workbench.store import finding_lives
from workbench.verification.fieldwork.lives import finding_key
from workbench.verification.fieldwork.outcomes import Outcome

STAFF = Actor("A-0", "Kepala data", Role.STAF, Workspace.NYATA, ("36.73",))
HEADER = "NIK;NO KK;NAMA;JK;TGL LAHIR;HUB KELUARGA;ALAMAT;RT;RW;DESA/KELUARAHAN;KECAMATAN"
PLACES = ("CIPARE;SERANG", "UNYUR;SERANG", "SUKAWANA;SERANG", "KASEMEN;KASEMEN")
RULE = "KEL-01"
FAMILIES = 60


@dataclass(frozen=True)
class Planted:
    """A family as a list has it: one head is right, more are a finding with another value."""

    serial: int
    place: str
    heads: int = 1

    def rows(self):
        return [
            f"3673010504819{self.serial + 200 * one:03d};3673010607159{self.serial:03d};"
            f"RUSDI {self.serial};L;05/04/1981;KEPALA KELUARGA;JL. CONTOH {self.serial};001;002;"
            f"{self.place}"
            for one in range(self.heads)
        ]


def next_list(families, rng, fresh):
    """The same families a month later: some leave, enter, move, are mended or spoilt.

    The first of each place stay as they are, so that no place is ever missing.
    """
    made = {one.serial: one for one in families.values() if one.serial <= len(PLACES)}
    for one in families.values():
        dice = rng.random()
        if one.serial in made or dice < 0.1:
            continue
        if dice < 0.2:
            one = replace(one, place=rng.choice([p for p in PLACES if p != one.place]))
        if rng.random() < 0.4:
            one = replace(one, heads=rng.choice([1, 1, 2, 3]))
        made[one.serial] = one
    for serial in fresh:
        made[serial] = Planted(serial, rng.choice(PLACES), rng.choice([1, 1, 2]))
    return made


@pytest.fixture
def shelved(office, tmp_path):
    """Brings planted families in as a list; gives its id."""

    def put(families, month):
        lines = [row for one in families.values() for row in one.rows()]
        path = tmp_path / f"{month}.csv"
        path.write_text("\n".join((HEADER, *lines, "")), encoding="utf-8")
        return imports.bring_in(
            office, STAFF, path, f"Bulan {month}", as_of=date(2026, month, 1)
        ).id

    return put


def subjects(office, list_id):
    """Of each serial in a list: the family's id there, and the key it keeps in every list."""
    table = shelves.open_list(office, STAFF, list_id).register["family"].to_pylist()
    return {int(one["no_kk"][-3:]): (one["family_id"], one["family_key"]) for one in table}


def confirm(office, list_id, family_id):
    said = Outcome(
        {
            **{"visited_on": "2026-03-05", "visit_number": "1", "presence": "KB1"},
            **{"domicile": "DM1", "eligibility": "LY1", "proposal": "PERBAIKI"},
        },
        {},
        {finding_key(RULE, "family", family_id): {"answer": "benar"}},
    )
    fieldwork.record_outcome(office, STAFF, list_id, family_id, said, way="kertas", source="K1")


def expected(standing, before, after):
    """The lives of the rule after a list, and the change each makes, from what was planted."""
    made, changes = {}, {}
    for serial in standing.keys() | after.keys():
        state, value = standing.get(serial, (None, 0))
        now = after[serial].heads if serial in after else 0
        if now > 1:
            match state:
                case None:
                    change, state = "baru", "terbuka"
                case "selesai":
                    change, state = "dibuka_lagi", "dibuka_lagi"
                case _ if now == value:
                    change = "tetap"
                case "dikonfirmasi":
                    change, state = "dibuka_lagi", "dibuka_lagi"
                case _:
                    change = "berubah"
            made[serial], changes[serial] = (state, now), change
        elif state is not None:
            made[serial] = ("selesai", value)
            if state != "selesai":
                changes[serial] = "selesai"
    return made, changes


def check_lives(office, list_id, keys, wanted, changes):
    standing = {
        key.subject_key: life
        for key, life in finding_lives.standing_lives(office.real).items()
        if key.rule == RULE
    }
    serial_of = {key: serial for serial, key in keys.items()}
    assert {serial_of[key]: life.state.value for key, life in standing.items()} == {
        serial: state for serial, (state, _value) in wanted.items()
    }
    for key, life in standing.items():
        steps = finding_lives.life_history(office.real, life.key)
        told = [
            step.change for step in steps if step.list_id == list_id and step.change != "dijawab"
        ]
        change = changes.get(serial_of[key])
        # What stayed has a line only where its family moved.
        assert told == ([change] if change else []) or (change, told) == ("tetap", [])


def check_sums(office, list_id, told, before):
    """The equations of ``verification.fieldwork.lives``, over every rule; gives who stands now."""
    lives = finding_lives.standing_lives(office.real)
    after = {key for key, life in lives.items() if life.state.value != "selesai"}
    steps = [
        step
        for life in lives.values()
        for step in finding_lives.life_history(office.real, life.key)
        if step.list_id == list_id
    ]
    again = sum(step.reason == "muncul_lagi" for step in steps)
    sums = Counter(told.totals)
    kept = sums["tetap"] + sums["berubah"] + sums["ditahan"] + sums["dibuka_lagi"] - again
    assert len(before) == kept + sums["selesai"]
    assert len(after) == kept + again + sums["baru"]
    findings = shelves.open_list(office, STAFF, list_id).findings.table.num_rows
    assert sum(lives[key].rows for key in after) == findings
    return after


def check_tallies(office, first, second, before, after):
    """in = kept + entered + left + moved, for families and persons, as planted."""
    compared = comparisons.compare_lists(office, STAFF, first, second)
    moved = {s for s in before.keys() & after.keys() if before[s].place != after[s].place}
    kept = (before.keys() & after.keys()) - moved
    people = {
        "before": {(s, n): one.place for s, one in before.items() for n in range(one.heads)},
        "after": {(s, n): one.place for s, one in after.items() for n in range(one.heads)},
    }
    both = people["before"].keys() & people["after"].keys()
    movers = {one for one in both if one[0] in moved}
    wanted = {
        "families": (
            *(len(before), len(after), len(kept)),
            *(len(after.keys() - before.keys()), len(before.keys() - after.keys()), len(moved)),
        ),
        "persons": (
            *(len(people["before"]), len(people["after"]), len(both - movers)),
            *(len(people["after"]) - len(both), len(people["before"]) - len(both), len(movers)),
        ),
    }
    for what, (total, later, same, entered, left, away) in wanted.items():
        old, new = compared.equations(what)
        parts, parts_new = Counter(dict(old.parts)), Counter(dict(new.parts))
        assert (old.total, new.total) == (total, later)
        assert parts["tetap"] + parts["berubah"] == same
        assert parts_new["tetap"] + parts_new["berubah"] == same
        assert (parts["keluar"], parts["pindah"]) == (left, away)
        assert (parts_new["masuk"], parts_new["pindah"]) == (entered, away)
        assert total == same + left + away
        assert later == same + entered + away
    for side in compared.equations("findings"):
        assert side.total == sum(count for _word, count in side.parts)


@pytest.mark.parametrize("seed", [1, 2])
def test_three_lists_in_a_row_reconcile_to_the_row(office, shelved, seed):
    rng = Random(f"tiga daftar:{seed}")
    families = {
        serial: Planted(serial, PLACES[serial % 4], 1 if serial < 5 else rng.choice([1, 1, 2, 3]))
        for serial in range(1, FAMILIES + 1)
    }
    first, lives, unresolved, former, keys = families, {}, set(), None, {}
    seen: Counter[str] = Counter()
    for month, fresh in ((3, ()), (4, range(61, 69)), (5, range(69, 77))):
        now = next_list(families, rng, fresh) if former else families
        if month == 5:
            # Some who left come back as they were.
            now |= {s: one for s, one in first.items() if s not in families and s % 2}
        list_id = shelved(now, month)
        told = fieldwork.advance(office, STAFF, list_id)
        known = subjects(office, list_id)
        keys |= {serial: key for serial, (_family, key) in known.items()}
        lives, changes = expected(lives, families, now)
        seen.update(changes.values())
        check_lives(office, list_id, keys, lives, changes)
        unresolved = check_sums(office, list_id, told, unresolved)
        if former:
            check_tallies(office, former, list_id, families, now)
        for serial in sorted(lives):
            state, value = lives[serial]
            if state in ("terbuka", "dibuka_lagi") and rng.random() < 0.5:
                confirm(office, list_id, known[serial][0])
                lives[serial] = ("dikonfirmasi", value)
        families, former = now, list_id
    assert seen.keys() == {"baru", "tetap", "berubah", "dibuka_lagi", "selesai"}

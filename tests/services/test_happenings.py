"""Events of families as people report them, and what the next list shows of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.small_city import (
    CIPARE,
    JUNE,
    KASEMEN,
    MARCH,
    RUSDI_AID,
    City,
    card_of,
    rusdi,
)
from workbench.access import Actor, Role, Workspace
from workbench.errors import Forbidden, NotFound, WrongUse
from workbench.services import happenings, imports, shelves
from workbench.store import clock
from workbench.verification.happenings.kinds import Entry
from workbench.verification.happenings.sequels import Sequel

STAFF = Actor("A-0", "Staf", Role.STAF, Workspace.LATIHAN, ("36.73",))
OTHER = Actor("A-1", "Staf Dua", Role.STAF, Workspace.LATIHAN, ("36.73",))
OF_KASEMEN = Actor("A-9", "Staf Kasemen", Role.STAF, Workspace.LATIHAN, ("36.73.02",))
DAY = date(2026, 4, 5)


def march():
    city = City(MARCH)
    city.family(1, rusdi(), aid=RUSDI_AID)
    city.family(2, [(20, "DARMO CONTOH", "kepala_keluarga", "L", date(1970, 1, 1))], KASEMEN)
    return city


@pytest.fixture
def first(office):
    return imports.shelve_register(office, STAFF, "Maret", march().register()).id


def family_of(office, list_id, serial=1):
    table = shelves.open_list(office, STAFF, list_id).register["family"].to_pylist()
    (found,) = [one["family_id"] for one in table if one["no_kk"] == card_of(serial)]
    return found


def person_of(office, list_id, name):
    family_id = family_of(office, list_id)
    people = happenings.members(office, STAFF, list_id, family_id)
    (found,) = [one.person_id for one in people if one.name.startswith(name)]
    return found


def death(office, list_id, name="MINAH", **more):
    return replace(
        Entry(
            "meninggal",
            DAY,
            "rt_rw",
            ("AKTA_KEMATIAN",),
            (person_of(office, list_id, name),),
        ),
        **more,
    )


def test_what_follows_is_shown_before_and_kept_as_open_tasks(office, first):
    family_id = family_of(office, first)
    entry = death(office, first, "SITI")
    told = happenings.preview(office, STAFF, first, family_id, entry)
    assert told.lacking == ()
    assert happenings.listed(office, STAFF) == ()
    number = happenings.record(office, STAFF, first, family_id, entry)
    (one,) = happenings.listed(office, OTHER)
    assert (one.kept.id, one.head_name) == (number, "RUSDI CONTOH")
    shown = [(task.consequence.code, task.program) for task in told.tasks]
    assert [(task.code, task.program) for task in one.kept.tasks] == shown
    assert ("mati_pengurus", "SEMBAKO") in shown
    assert one.open_tasks == len(shown)


def test_the_list_is_not_changed_and_no_task_is_done_by_itself(office, first):
    before = shelves.open_list(office, STAFF, first).register
    happenings.record(office, STAFF, first, family_of(office, first), death(office, first))
    after = shelves.open_list(office, STAFF, first).register
    for table in ("family", "person", "aid", "ppks", "event"):
        assert after[table].equals(before[table])
    (one,) = happenings.listed(office, STAFF)
    assert all(task.tick is None for task in one.kept.tasks)


def test_a_task_is_ticked_by_somebody_with_the_day(office, first):
    number = happenings.record(office, STAFF, first, family_of(office, first), death(office, first))
    day = clock.today() - timedelta(days=1)
    made = happenings.tick(office, OTHER, number, 1, "selesai", day)
    assert (made.actor, made.day, made.state) == ("A-1", day.isoformat(), "selesai")
    (one,) = happenings.listed(office, STAFF)
    assert one.open_tasks == len(one.kept.tasks) - 1
    with pytest.raises(WrongUse, match="belum tiba"):
        happenings.tick(office, OTHER, number, 2, "selesai", day + timedelta(days=2))
    with pytest.raises(WrongUse, match="alasan"):
        happenings.tick(office, OTHER, number, 2, "tidak_perlu", day)


def test_an_event_that_lacks_something_or_is_of_others_is_refused(office, first):
    family_id = family_of(office, first)
    with pytest.raises(WrongUse, match="surat"):
        happenings.record(office, STAFF, first, family_id, death(office, first, papers=()))
    darmo = family_of(office, first, 2)
    with pytest.raises(WrongUse, match="bukan dari keluarga"):
        happenings.record(office, STAFF, first, darmo, death(office, first))
    with pytest.raises(NotFound):
        happenings.record(office, STAFF, first, "F999999", death(office, first))
    with pytest.raises(Forbidden):
        happenings.record(office, OF_KASEMEN, first, family_id, death(office, first))
    assert happenings.listed(office, STAFF) == ()


def test_outside_ones_areas_events_are_neither_seen_nor_touched(office, first):
    number = happenings.record(office, STAFF, first, family_of(office, first), death(office, first))
    assert happenings.listed(office, OF_KASEMEN) == ()
    assert happenings.sequels(office, OF_KASEMEN, first, _kept(office)) == {}
    for act in (
        lambda: happenings.tick(office, OF_KASEMEN, number, 1, "selesai", DAY),
        lambda: happenings.end(office, OF_KASEMEN, number, "keliru"),
        lambda: happenings.members(office, OF_KASEMEN, first, family_of(office, first)),
    ):
        with pytest.raises(Forbidden):
            act()
    assert happenings.find_families(office, OF_KASEMEN, first, "rusdi") == ()


def test_families_are_found_by_the_heads_name(office, first):
    (one,) = happenings.find_families(office, STAFF, first, " rusdi ")
    assert (one.head_name, one.rt, one.kelurahan_kode) == ("RUSDI CONTOH", "001", CIPARE)
    assert happenings.find_families(office, STAFF, first, "") == ()
    assert happenings.find_families(office, STAFF, first, "contoh", KASEMEN)[0].head_name == (
        "DARMO CONTOH"
    )
    # Not a pattern: what is typed is looked for as it stands.
    assert happenings.find_families(office, STAFF, first, "R.*") == ()


def test_a_mistaken_event_is_taken_back_and_stays_to_be_read(office, first):
    number = happenings.record(office, STAFF, first, family_of(office, first), death(office, first))
    happenings.end(office, OTHER, number, "salah keluarga")
    (one,) = happenings.listed(office, STAFF)
    assert (one.kept.ended, one.open_tasks) == ("salah keluarga", 0)


def _kept(office):
    return [one.kept for one in happenings.listed(office, STAFF)]


def test_the_next_list_tells_which_events_were_borne_out(office, first):
    family_id = family_of(office, first)
    entries = {
        "dead": death(office, first, "MINAH"),
        "not yet": death(office, first, "AGUS"),
        "born": Entry("lahir", DAY, "kader", ("AKTA_LAHIR",)),
        "split": Entry(
            *("pisah_kk", DAY, "keluarga", ("KK",), (person_of(office, first, "SITI"),)),
            other_card=card_of(7),
        ),
        "came": Entry(
            *("pindah_masuk", DAY, "rt_rw", ("SURAT_PINDAH",), (), ("luar_kota",)),
            other_card=card_of(8),
            kelurahan_kode=CIPARE,
        ),
    }
    made = {
        name: happenings.record(office, STAFF, first, "" if name == "came" else family_id, entry)
        for name, entry in entries.items()
    }
    june = City(JUNE)
    people = rusdi()
    baby = (5, "BAYI CONTOH", "anak", "P", DAY)
    june.family(1, [people[0], people[2], baby])
    june.family(7, [people[1]])
    june.family(8, [(30, "PENDATANG CONTOH", "kepala_keluarga", "L", date(1990, 1, 1))])
    second = imports.shelve_register(office, STAFF, "Juni", june.register()).id
    told = happenings.sequels(office, STAFF, second, _kept(office))
    assert {name: told[number] for name, number in made.items()} == {
        "dead": Sequel.SHOWN,
        "not yet": Sequel.NOT_YET,
        "born": Sequel.SHOWN,
        "split": Sequel.SHOWN,
        "came": Sequel.SHOWN,
    }
    again = happenings.sequels(office, STAFF, first, _kept(office))
    assert set(again.values()) == {Sequel.NOT_YET}


def test_the_number_of_the_other_card_is_looked_for_and_kept_nowhere(office, first):
    entry = Entry(
        *("pisah_kk", DAY, "keluarga", ("KK",), (person_of(office, first, "SITI"),)),
        other_card=card_of(7),
    )
    happenings.record(office, STAFF, first, family_of(office, first), entry)
    (one,) = _kept(office)
    assert one.report.other_key
    assert card_of(7) not in repr(one)


def test_a_family_that_came_is_recorded_only_in_ones_own_areas(office, first):
    entry = Entry(
        *("pindah_masuk", DAY, "rt_rw", ("SURAT_PINDAH",), (), ("luar_kota",)),
        other_card=card_of(8),
        kelurahan_kode=CIPARE,
    )
    with pytest.raises(Forbidden):
        happenings.record(office, OF_KASEMEN, first, "", entry)
    with pytest.raises(NotFound):
        happenings.record(office, STAFF, first, "", death(office, first))
    happenings.record(office, STAFF, first, "", entry)
    with pytest.raises(WrongUse, match="sudah dicatat"):
        happenings.record(office, STAFF, first, "", entry)


def test_events_of_a_family_are_found_from_a_later_list(office, first):
    happenings.record(office, STAFF, first, family_of(office, first), death(office, first))
    city = march()
    city.draft.manifest["as_of"] = JUNE.isoformat()
    second = imports.shelve_register(office, STAFF, "Juni", city.register()).id
    here = happenings.listed(office, STAFF, second, family_of(office, second))
    assert [one.kept.report.kind for one in here] == ["meninggal"]
    assert happenings.listed(office, STAFF, second, family_of(office, second, 2)) == ()

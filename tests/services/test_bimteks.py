"""A bimtek planned: kept, people and groups, and the class that opens from it."""

from collections import Counter
from dataclasses import replace
from datetime import date, time

import pytest

from workbench.errors import NotFound, UnusableInput, WrongUse
from workbench.services import bimteks, classes
from workbench.services.bimteks import (
    BY_KELURAHAN,
    MIXED,
    Bimtek,
    Invited,
    add_person,
    fill_number,
    group_people,
    shown_names,
)
from workbench.training.agenda import Agenda, usual_agenda

DAY = date(2026, 11, 21)
KALIGANDU, SERANG = "36.73.01.1010", "36.73.01.1001"
ODD = '<b>Siti</b> #1 $x$ @y \\ "z"'


def plan(**changes):
    return replace(Bimtek("Bimtek Verval", DAY, usual_agenda("2 hari"), "Aula"), **changes)


def people(*places, name="Orang"):
    return tuple(Invited(f"{name} {n}", area_kode=kode) for n, kode in enumerate(places))


def test_a_plan_is_kept_as_it_was_written(office, trainer):
    written = plan(
        people=(Invited(ODD, "Operator", KALIGANDU, "Kaligandu", 2),),
        head="Hj. Nama Kepala",
        course=bimteks.CourseSettings(n_test=8, groups=("identity",), seed=3),
    )
    saved = bimteks.save_bimtek(office, trainer, written)
    assert bimteks.read_bimtek(office, trainer, saved.id) == saved
    assert replace(saved, id="", changed_at="") == written


def test_the_newest_plan_stands_first(office, trainer):
    for name in ("Pertama", "Kedua"):
        bimteks.save_bimtek(office, trainer, plan(name=name))
    assert [one.name for one in bimteks.list_bimteks(office, trainer)] == ["Kedua", "Pertama"]


def test_two_trainers_never_overwrite_each_other_unseen(office, trainer):
    saved = bimteks.save_bimtek(office, trainer, plan())
    bimteks.save_bimtek(office, trainer, replace(saved, place="Kantor camat"))
    with pytest.raises(WrongUse, match="diubah di tempat lain"):
        bimteks.save_bimtek(office, trainer, replace(saved, place="Hotel"))
    assert bimteks.read_bimtek(office, trainer, saved.id).place == "Kantor camat"


def test_a_plan_that_is_not_there_is_said(office, trainer):
    with pytest.raises(NotFound):
        bimteks.read_bimtek(office, trainer, "B0")
    with pytest.raises(NotFound):
        bimteks.save_bimtek(office, trainer, plan(id="B0"))


@pytest.mark.parametrize(
    "changes",
    [
        {"name": " "},
        {"name": "x" * 101},
        {"people": (Invited("x" * 300),)},
        {"people": (Invited("  "),)},
        {"number_pattern": "tanpa nomor"},
        {"head": "x" * 200},
        {"course": bimteks.CourseSettings(n_test=1)},
    ],
)
def test_what_cannot_be_kept_is_said_and_nothing_is_kept(office, trainer, changes):
    with pytest.raises(WrongUse):
        bimteks.save_bimtek(office, trainer, plan(**changes))
    assert bimteks.list_bimteks(office, trainer) == ()


def test_dates_run_over_the_days_of_the_timetable():
    assert plan().dates == "21 November 2026 s.d. 22 November 2026"
    assert plan(agenda=usual_agenda("1 hari")).dates == "21 November 2026"


def test_a_plan_says_why_its_class_cannot_open():
    assert plan().blockers() == ()
    assert "belum punya sesi" in plan(agenda=Agenda()).blockers()[0]
    without = Agenda(tuple(replace(s, part="") for s in usual_agenda("1 hari").sessions))
    assert "bagian kelas" in plan(agenda=without).blockers()[0]
    assert "sudah dibuka" in plan(class_id="K1").blockers()[0]


def test_a_plan_with_a_fault_opens_no_class(office, trainer):
    agenda = usual_agenda("1 hari")
    broken = agenda.replaced(1, replace(agenda.sessions[1], ends=time(7)))
    saved = bimteks.save_bimtek(office, trainer, plan(agenda=broken))
    with pytest.raises(WrongUse, match="selesai sebelum mulai"):
        bimteks.open_bimtek(office, trainer, saved.id)
    assert classes.list_classes(office, trainer) == ()


def test_people_are_read_from_a_sheet_and_nothing_else_of_it(tmp_path):
    path = tmp_path / "peserta.csv"
    path.write_text(
        f'Nama;NIK;Kelurahan;Jabatan\n"{ODD.replace(chr(34), chr(34) * 2)}";99;Kaligandu;Operator\n'
    )
    (one,) = bimteks.read_people(path)
    assert (one.name, one.area_kode, one.position) == (ODD, KALIGANDU, "Operator")
    path.write_text("kosong")
    with pytest.raises(UnusableInput):
        bimteks.read_people(path)


def test_mixed_groups_are_even_and_part_those_of_one_kelurahan():
    grouped = group_people(people(*[KALIGANDU] * 4, *[SERANG] * 7), MIXED, 4)
    sizes = Counter(one.group for one in grouped)
    assert sorted(sizes.values()) == [3, 4, 4]
    assert max(Counter(o.group for o in grouped if o.area_kode == KALIGANDU).values()) == 2


def test_groups_by_kelurahan_keep_them_together_and_those_of_no_place_come_last():
    grouped = group_people(
        (*people(KALIGANDU, SERANG, KALIGANDU), Invited("Entah", area_text="Desa Jauh")),
        BY_KELURAHAN,
        5,
    )
    assert [one.group for one in grouped] == [2, 1, 2, 3]


def test_somebody_late_goes_to_the_smallest_group():
    grouped = replace(plan(), people=group_people(people(*[SERANG] * 5), MIXED, 3))
    added = add_person(grouped, Invited("Telat", area_kode=SERANG))
    assert max(Counter(one.group for one in added.people).values()) == 3
    with pytest.raises(WrongUse, match="terlalu panjang"):
        add_person(grouped, Invited("x" * 300))


def test_two_of_one_name_are_both_kept_and_told_apart():
    several = (
        Invited("Siti Aminah", area_kode=KALIGANDU),
        Invited("SITI  AMINAH", area_kode=SERANG),
        Invited("Siti Aminah", area_kode=SERANG),
        Invited("Budi"),
        Invited("Budi"),
        Invited("Tono"),
    )
    shown = shown_names(several)
    assert shown[0] == "Siti Aminah (Kaligandu)"
    assert shown[1:3] == ("SITI  AMINAH (Serang) 1", "Siti Aminah (Serang) 2")
    assert shown[3:] == ("Budi 1", "Budi 2", "Tono")
    assert len(set(shown)) == len(several)


def test_a_number_is_filled_from_its_pattern_and_reaches_nothing_else():
    assert fill_number("{n:03d}/BIMTEK/{bulan}/{tahun}", 7, DAY) == "007/BIMTEK/11/2026"
    assert fill_number("No {n}", 7, DAY) == "No 7"
    for pattern in ("tetap", "{n.__class__}", "{n}{x}", "{n:09999d}", "{n}" + "x" * 60):
        with pytest.raises(WrongUse, match="Pola nomor"):
            fill_number(pattern, 7, DAY)

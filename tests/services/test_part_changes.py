"""A plan changed after its class was opened: what follows it, what stays, and that it is said."""

import json
from dataclasses import replace
from datetime import date, time

import pytest

from workbench.errors import NotFound, WrongUse
from workbench.services import bimteks, courses
from workbench.store import ledger, verify_chain
from workbench.store.tables import bank_case, bimtek, class_, class_part, event
from workbench.training.agenda import Agenda, Session, part_plans

CLASS = "KUBAH1"
DRAWN = 6


def session(hour, title, part):
    return Session(1, time(hour), time(hour, 45), title, "", "", "", 1.0, part)


BEFORE = session(8, "Tes awal", "tes_awal")
CLIMB = session(9, "Membaca KK", "latihan")
QUIZ = session(10, "Kartu PPKS", "kuis")
AFTER = session(14, "Tes akhir", "tes_akhir")


@pytest.fixture
def plan(office, trainer):
    """A plan with its class opened, six cases in either form; nothing of it was drawn here."""
    agenda = Agenda((BEFORE, CLIMB, QUIZ, AFTER))
    course = bimteks.CourseSettings(n_test=DRAWN)
    saved = bimteks.save_bimtek(
        office, trainer, bimteks.Bimtek("Bimtek", date(2026, 11, 21), agenda, course=course)
    )
    with office.practice.writing() as connection:
        connection.execute(
            class_.insert().values(
                id=CLASS,
                name="Bimtek",
                place="",
                date="2026-11-21",
                settings="{}",
                join_code="ACDEFG",
                state="open",
                seed=1,
                seats_drawn=5,
                opened_by=trainer.id,
                created_at="2026-11-21T01:00:00.000000Z",
            )
        )
        for number, part in enumerate(part_plans(agenda, DRAWN), start=1):
            settings = ledger.canonical({"n": part.n, "drills": []})
            values = {"kind": part.kind, "title": part.title, "settings": settings}
            connection.execute(
                class_part.insert().values(class_id=CLASS, number=number, state="waiting", **values)
            )
        for item in range(1, 2 * DRAWN + 1):
            form, place = ("A", item) if item <= DRAWN else ("B", item - DRAWN)
            connection.execute(
                bank_case.insert().values(
                    class_id=CLASS, item=item, form=form, place=place, word="", public="{}"
                )
            )
        connection.execute(bimtek.update().values(class_id=CLASS))
    return bimteks.read_bimtek(office, trainer, saved.id)


@pytest.fixture
def change(office, trainer, plan):
    """Keeps another timetable; returns what it would change and what it changed."""

    def changed(*sessions, **course):
        now = bimteks.read_bimtek(office, trainer, plan.id)
        agenda = Agenda(sessions) if sessions else now.agenda
        bimteks.save_bimtek(
            office, trainer, replace(now, agenda=agenda, course=replace(now.course, **course))
        )
        told = bimteks.class_changes(office, trainer, plan.id)
        assert bimteks.renew_class(office, trainer, plan.id) == told
        return told

    return changed


def parts(office, trainer):
    return [(p.number, p.title, p.n) for p in courses.parts(office, trainer, CLASS)]


def test_a_plan_that_is_as_its_class_changes_nothing(office, trainer, plan):
    before = parts(office, trainer)
    assert bimteks.class_changes(office, trainer, plan.id) == bimteks.ClassChanges()
    assert bimteks.renew_class(office, trainer, plan.id) == bimteks.ClassChanges()
    assert parts(office, trainer) == before


def test_nothing_changes_before_the_trainer_says_so(office, trainer, plan):
    before = parts(office, trainer)
    now = replace(plan, agenda=Agenda((BEFORE, CLIMB, AFTER)))
    bimteks.save_bimtek(office, trainer, now)
    assert bimteks.class_changes(office, trainer, plan.id).done == ("“Kartu PPKS” dihapus.",)
    assert parts(office, trainer) == before


def test_waiting_parts_follow_the_plan_and_keep_their_numbers(office, trainer, change):
    more = session(11, "Membaca KK lanjutan", "latihan")
    told = change(BEFORE, replace(CLIMB, title="Membaca NIK"), more, AFTER)
    assert told.done == (
        "“Kartu PPKS” dihapus.",
        "“Membaca KK” menjadi “Membaca NIK”.",
        "“Membaca KK lanjutan” ditambahkan.",
    )
    assert told.kept == ()
    assert parts(office, trainer) == [
        (1, "Tes awal", DRAWN),
        (2, "Membaca NIK", 0),
        (5, "Membaca KK lanjutan", 0),
        (4, "Tes akhir", DRAWN),
    ]


def test_the_order_of_the_day_is_the_order_of_the_parts(office, trainer, change):
    told = change(BEFORE, replace(QUIZ, begins=time(8, 45), ends=time(9)), CLIMB, AFTER)
    assert told.done == ("Urutan bagian mengikuti jadwal.",)
    assert [number for number, _, _ in parts(office, trainer)] == [1, 3, 2, 4]


def test_a_part_that_was_opened_once_stays_and_it_is_said(office, trainer, change):
    courses.open_part(office, trainer, CLASS, 2)
    courses.open_part(office, trainer, CLASS, 3)
    courses.close_part(office, trainer, CLASS, 3)
    told = change(BEFORE, replace(CLIMB, title="Lain"), AFTER)
    assert told.done == ()
    assert told.kept == (
        "“Kartu PPKS” sudah pernah dibuka, jadi tetap ada.",
        "“Membaca KK” sudah pernah dibuka, jadi tetap seperti semula.",
    )
    assert [title for _, title, _ in parts(office, trainer)] == [
        "Tes awal",
        "Membaca KK",
        "Kartu PPKS",
        "Tes akhir",
    ]


def test_tests_get_shorter_but_no_longer_than_what_was_drawn(office, trainer, change):
    told = change(n_test=4)
    assert told.done == ("“Tes awal” memuat 4 kasus.", "“Tes akhir” memuat 4 kasus.")
    told = change(n_test=20)
    assert told.done == ("“Tes awal” memuat 6 kasus.", "“Tes akhir” memuat 6 kasus.")
    assert [one.partition(":")[0] for one in told.kept] == [
        "“Tes awal” memuat 6 kasus, bukan 20",
        "“Tes akhir” memuat 6 kasus, bukan 20",
    ]


def test_the_second_test_stays_as_long_as_the_first_that_was_sat(office, trainer, change):
    courses.open_part(office, trainer, CLASS, 1)
    told = change(n_test=4)
    assert told.done == ()
    assert [n for _, title, n in parts(office, trainer) if title.startswith("Tes")] == [6, 6]
    assert any("kedua tes sama panjang" in one for one in told.kept)


def test_a_class_without_cases_for_a_test_gets_none(office, trainer, plan, change):
    with office.practice.writing() as connection:
        connection.execute(bank_case.delete())
        connection.execute(class_part.delete().where(class_part.c.kind.in_(("tes_awal",))))
        connection.execute(class_part.delete().where(class_part.c.kind.in_(("tes_akhir",))))
    told = change(n_test=5)
    assert told.done == ()
    assert len([one for one in told.kept if "tidak dapat ditambahkan" in one]) == 2


def test_a_faulty_timetable_changes_no_class(office, trainer, plan):
    before = parts(office, trainer)
    bad = replace(plan, agenda=Agenda((AFTER,)))
    bimteks.save_bimtek(office, trainer, bad)
    with pytest.raises(WrongUse, match="perlu tes awal"):
        bimteks.renew_class(office, trainer, plan.id)
    assert parts(office, trainer) == before


def test_what_changed_is_in_the_chain(office, trainer, change):
    change(BEFORE, CLIMB, AFTER)
    with office.practice.reading() as connection:
        told = [
            (row.subject, json.loads(row.value))
            for row in connection.execute(event.select().where(event.c.field == "bagian"))
        ]
    assert told == [(f"kelas:{CLASS}", 1)]
    assert verify_chain(office.practice).is_whole


def test_a_plan_without_a_class_has_nothing_to_bring_up(office, trainer):
    saved = bimteks.save_bimtek(
        office, trainer, bimteks.Bimtek("Baru", date(2026, 11, 21), Agenda((CLIMB,)))
    )
    assert bimteks.class_changes(office, trainer, saved.id) == bimteks.ClassChanges()
    with pytest.raises(WrongUse, match="belum dibuka"):
        bimteks.renew_class(office, trainer, saved.id)


def test_a_copy_is_a_plan_of_its_own_with_other_cases_and_without_the_people(office, trainer, plan):
    full = bimteks.save_bimtek(
        office,
        trainer,
        replace(
            plan,
            people=(bimteks.Invited("Budi"),),
            course=replace(plan.course, seed=7),
            head="Hj. Kepala",
        ),
    )
    day = date(2026, 12, 1)
    copy = bimteks.copy_bimtek(office, trainer, full.id, day)
    assert (copy.name, copy.date, copy.class_id) == ("Bimtek (salinan)", day, "")
    assert (copy.agenda, copy.head, copy.people, copy.course.seed) == (
        full.agenda,
        "Hj. Kepala",
        (),
        None,
    )
    assert copy.id not in ("", full.id)
    again = bimteks.copy_bimtek(office, trainer, copy.id, day, with_people=True)
    assert again.name == "Bimtek (salinan 2)"
    peopled = bimteks.copy_bimtek(office, trainer, full.id, day, with_people=True)
    assert [one.name for one in peopled.people] == ["Budi"]
    assert bimteks.read_bimtek(office, trainer, full.id).class_id == CLASS


def test_a_long_name_leaves_room_for_saying_that_it_is_a_copy(office, trainer, plan):
    long = bimteks.save_bimtek(office, trainer, replace(plan, name="x" * 100))
    copy = bimteks.copy_bimtek(office, trainer, long.id, plan.date)
    assert copy.name.endswith(" (salinan)")
    assert len(copy.name) <= 100


def test_a_plan_is_thrown_away_only_while_it_has_no_class(office, trainer, plan):
    with pytest.raises(WrongUse, match="sudah dipakai sebuah kelas"):
        bimteks.delete_bimtek(office, trainer, plan.id)
    copy = bimteks.copy_bimtek(office, trainer, plan.id, plan.date)
    bimteks.delete_bimtek(office, trainer, copy.id)
    with pytest.raises(NotFound):
        bimteks.delete_bimtek(office, trainer, copy.id)
    assert [one.id for one in bimteks.list_bimteks(office, trainer)] == [plan.id]
    with office.practice.reading() as connection:
        fields = [
            row.field
            for row in connection.execute(
                event.select().where(event.c.subject == f"bimtek:{copy.id}").order_by(event.c.seq)
            )
        ]
    assert fields == ["simpan", "hapus"]

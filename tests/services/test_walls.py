"""What a trainer sees beside the board: what moved, who needs a hand, cases for the wall."""

import json
from datetime import timedelta

import pytest

from workbench.access import Actor
from workbench.errors import Forbidden, NotFound, WrongUse
from workbench.services import banks, classes, training, walls
from workbench.store import clock
from workbench.store.tables import bank_case, class_part, drawn_case, event
from workbench.training.answers import choices


@pytest.fixture
def siti(join):
    return join("Siti").actor


def send(office, actor, number, *flagged):
    for cell in flagged:
        training.save_mark(office, actor, number, cell, "tidak_sesuai", 1)
    for field, kind in training.CHOICES.items():
        training.save_mark(office, actor, number, field, choices()[kind][0][0], 1)
    training.submit(office, actor, number)


@pytest.fixture
def class_settings(class_settings):
    """Longer than usual: odd cases hold IDN-01 (P1.nik) and KEL-01, even ones nothing."""
    from dataclasses import replace

    return replace(class_settings, n_cases=10)


def test_the_pulse_moves_with_what_it_counts(office, trainer, opened, siti):
    def pulse():
        return walls.pulse(office, trainer, opened.id)

    first = pulse()
    assert first == pulse()
    assert (first.graded, first.joined) == (0, 1)
    training.save_mark(office, siti, 1, "P1.nik", "sesuai", 1)
    marked = pulse()
    assert marked.seq == first.seq + 1
    assert (marked.graded, marked.joined, marked.touched) == (0, 1, first.touched)
    send(office, siti, 2)
    assert pulse().graded == 1
    classes.turn_code_off(office, trainer, opened.id)
    assert pulse().touched > marked.touched


def test_the_pulse_is_one_statement(office, trainer, opened, siti, statements):
    walls.pulse(office, trainer, opened.id)
    assert sum("select" in said.lower() for said in statements) == 1


def test_the_last_action_of_each_seat_is_known(office, trainer, opened, siti):
    before = walls.last_actions(office, trainer, opened.id)
    training.save_mark(office, siti, 1, "P1.nik", "sesuai", 1)
    after = walls.last_actions(office, trainer, opened.id)
    assert list(after) == [1]
    assert after[1] > before[1]
    assert clock.moment(clock.now()) - after[1] < timedelta(minutes=1)


def test_a_rule_missed_three_times_in_a_row_is_told(office, trainer, opened, siti):
    def alike():
        told = walls.alike_errors(office, trainer, opened.id, {siti.seat})
        return [(one.seat, one.rule) for one in told]

    send(office, siti, 1, "P1.birth_date")
    send(office, siti, 3, "P1.birth_date")
    assert alike() == []
    send(office, siti, 5, "P1.birth_date")
    assert alike() == [(1, "IDN-01")]
    send(office, siti, 7, "P1.nik", "P1.birth_date")
    assert alike() == []


def test_three_cases_in_a_row_with_a_false_alarm_are_told(office, trainer, opened, siti):
    def alike():
        told = walls.alike_errors(office, trainer, opened.id, {siti.seat})
        return [one.rule for one in told]

    send(office, siti, 2, "F1.rt")
    send(office, siti, 4)
    send(office, siti, 6, "F1.rt", "F1.desil")
    send(office, siti, 8, "F1.rt")
    assert alike() == []  # a case between them was right
    send(office, siti, 10, "F1.rt")
    assert alike() == [""]
    assert walls.alike_errors(office, trainer, opened.id, {2}) == ()


def test_the_worst_cases_of_a_rule_come_first(office, trainer, opened, siti, join):
    for number, flagged in ((1, ["P1.nik"]), (3, []), (5, ["F1.rt", "F1.desil"]), (7, ["F1.rt"])):
        send(office, siti, number, *flagged)
    worst = walls.worst_cases(office, trainer, opened.id, "IDN-01")
    assert [(one.number, one.missed, one.sent, one.false_alarms) for one in worst] == [
        (5, 1, 1, 2),
        (7, 1, 1, 1),
        (3, 1, 1, 0),
    ]
    assert worst[0].title == "Kasus 5 kursi 1"
    assert walls.worst_cases(office, trainer, opened.id, "KEL-99") == ()


def test_copies_of_one_case_are_counted_together(office, trainer, opened, siti, join):
    budi = join("Budi").actor
    with office.practice.writing() as connection:
        connection.execute(
            drawn_case.update().where(drawn_case.c.number == 1).values(item=40, part=1)
        )
    send(office, siti, 1)
    send(office, budi, 1)
    send(office, siti, 3, "F1.rt")
    worst = walls.worst_cases(office, trainer, opened.id, "IDN-01")
    assert [(one.number, one.missed, one.sent) for one in worst] == [(1, 2, 2), (3, 1, 1)]


@pytest.mark.parametrize("state", ["waiting", "open"])
def test_no_case_of_a_test_that_is_not_closed_goes_on_the_wall(
    office, trainer, opened, siti, state
):
    send(office, siti, 1)
    with office.practice.writing() as connection:
        values = {"kind": "tes_awal", "title": "Tes", "settings": "{}", "state": state}
        connection.execute(class_part.insert().values(class_id=opened.id, number=1, **values))
        connection.execute(drawn_case.update().values(part=1))
    assert walls.worst_cases(office, trainer, opened.id, "IDN-01") == ()
    with pytest.raises(WrongUse, match="Tutup tesnya dulu"):
        walls.wall_case(office, trainer, opened.id, 1, 1)
    with office.practice.writing() as connection:
        connection.execute(class_part.update().values(state="closed"))
    assert len(walls.worst_cases(office, trainer, opened.id, "IDN-01")) == 1
    walls.wall_case(office, trainer, opened.id, 1, 1)


def test_no_case_of_the_first_test_goes_on_the_wall_before_the_last_is_closed(
    office, trainer, opened, siti
):
    """What this half of the class sat first, the other half sits last."""
    send(office, siti, 1)
    send(office, siti, 3)
    with office.practice.writing() as connection:
        for number, kind, state in (
            (1, "tes_awal", "closed"),
            (2, "latihan", "open"),
            (3, "tes_akhir", "waiting"),
        ):
            values = {"kind": kind, "title": "Tes", "settings": "{}", "state": state}
            connection.execute(
                class_part.insert().values(class_id=opened.id, number=number, **values)
            )
        connection.execute(drawn_case.update().where(drawn_case.c.number == 1).values(part=1))
        connection.execute(drawn_case.update().where(drawn_case.c.number == 3).values(part=2))

    def shown():
        worst = walls.worst_cases(office, trainer, opened.id, "IDN-01")
        return sorted(one.number for one in worst)

    assert shown() == [3]
    with pytest.raises(WrongUse, match="masih menjadi soal tes"):
        walls.put_on_wall(office, trainer, opened.id, 1, 1)
    with office.practice.writing() as connection:
        connection.execute(
            class_part.update().where(class_part.c.number == 3).values(state="closed")
        )
    assert shown() == [1, 3]


def test_what_was_on_the_wall_is_taken_by_nobody_and_who_has_it_keeps_it(
    office, trainer, opened, siti
):
    word = "IDN-01:tanam"
    with office.practice.writing() as connection:
        for item in (40, 41):
            connection.execute(
                bank_case.insert().values(
                    class_id=opened.id, item=item, form="", place=0, word=word, public="{}"
                )
            )
        mine = drawn_case.update().where(drawn_case.c.seat == siti.seat, drawn_case.c.number == 1)
        connection.execute(mine.values(item=40))

    def taken():
        with office.practice.reading() as connection:
            return {banks.unused_item(connection, opened.id, word, (), f"{n}") for n in range(12)}

    walls.wall_case(office, trainer, opened.id, siti.seat, 1)
    assert taken() == {40, 41}
    shown = walls.put_on_wall(office, trainer, opened.id, siti.seat, 1)
    assert shown == walls.wall_case(office, trainer, opened.id, siti.seat, 1)
    walls.put_on_wall(office, trainer, opened.id, siti.seat, 1)
    assert taken() == {41}
    assert training.my_case(office, siti, 1).public["title"] == "Kasus 1 kursi 1"
    with office.practice.reading() as connection:
        told = connection.execute(event.select().where(event.c.field == "dinding")).all()
    assert [(row.subject, row.value) for row in told] == [(f"kelas:{opened.id}", "40")]


def test_a_case_of_no_bank_is_shown_and_noted_nowhere(office, trainer, opened, siti):
    walls.put_on_wall(office, trainer, opened.id, 1, 1)
    with office.practice.reading() as connection:
        assert not connection.execute(event.select().where(event.c.field == "dinding")).all()


def test_a_case_on_the_wall_is_solved_and_names_nobody(office, trainer, opened, join):
    siti = join("Siti Unik Sekali").actor
    send(office, siti, 1, "F1.desil")
    shown = walls.wall_case(office, trainer, opened.id, 1, 1)
    assert set(shown.answer["marks"]) == {"P1.nik", "P1.birth_date"}
    assert [one.rule for one in shown.solutions] == ["IDN-01", "KEL-01"]
    assert shown.solutions[0].source == "sumber"
    assert shown.steps
    text = json.dumps([dict(shown.public), dict(shown.answer), [dict(s) for s in shown.steps]])
    assert "Siti Unik Sekali" not in text
    assert "F1.desil" not in shown.answer["marks"]
    assert "number" not in shown.public


@pytest.mark.parametrize(("seat", "number"), [(1, 99), (77, 1), (0, 0)])
def test_a_case_that_is_not_there_is_told(office, trainer, opened, siti, seat, number):
    with pytest.raises(NotFound, match="tidak ada di kelas ini"):
        walls.wall_case(office, trainer, opened.id, seat, number)


def test_a_class_without_parts_masters_no_rules(office, trainer, opened, siti):
    assert walls.rules_mastered(office, trainer, opened.id, {1}) == {}


def test_trainees_see_nothing_of_it(office, opened, siti: Actor):
    for act in (
        lambda: walls.pulse(office, siti, opened.id),
        lambda: walls.last_actions(office, siti, opened.id),
        lambda: walls.alike_errors(office, siti, opened.id, {1}),
        lambda: walls.rules_mastered(office, siti, opened.id, {1}),
        lambda: walls.worst_cases(office, siti, opened.id, "IDN-01"),
        lambda: walls.wall_case(office, siti, opened.id, 1, 1),
        lambda: walls.put_on_wall(office, siti, opened.id, 1, 1),
    ):
        with pytest.raises(Forbidden):
            act()

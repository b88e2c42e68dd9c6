"""The board of a class."""

import pytest

from tests.services.playing import answer
from tests.services.practice_rows import rows_of
from workbench.domain.wilayah import kelurahan
from workbench.errors import NotFound, WrongUse
from workbench.services import arrivals, boards, classes
from workbench.store import verify_chain
from workbench.store.participant_list import Expected
from workbench.store.tables import event, grade

CIPARE = "36.73.01.1002"


def test_the_board_shows_who_came_how_far_and_what_is_missed(office, opened, trainer, join):
    siti, udin = join("Siti", CIPARE).actor, join("Udin", "36.73.02").actor
    join("Ani", CIPARE)
    answer(office, siti, 1, ["P1.nik"])
    answer(office, siti, 3, ["P1.nik", "F1.rt"])
    answer(office, udin, 1, ["P1.nik", "P1.birth_date"])
    answer(office, udin, 2, [], "layak", "tidak_ada")
    board = boards.board(office, trainer, opened.id)

    assert [(p.seat, p.name, p.done, p.of) for p in board.people] == [
        (1, "Siti", 2, 4),
        (2, "Udin", 2, 4),
        (3, "Ani", 0, 4),
    ]
    assert board.people[1].score == pytest.approx(1)
    assert board.people[2].score is None
    assert board.people[0].last_action_at > board.people[0].joined_at

    by_kode = {place.kode: place for place in board.places}
    assert len([kode for kode in by_kode if len(kode.split(".")) == 4]) == len(kelurahan())
    assert by_kode[CIPARE].seats == (1, 3)
    assert by_kode["36.73.02"].seats == (2,)
    assert {place.kode for place in board.without_anybody} == {
        k.kode_kemendagri for k in kelurahan()
    } - {CIPARE}

    assert board.rules == ("IDN-01", "KEL-01")
    assert board.matrix["IDN-01"] == {1: boards.Outcome(2), 2: boards.Outcome(1)}
    assert board.matrix["KEL-01"] == {1: boards.Outcome(0, 2), 2: boards.Outcome(1)}
    assert board.matrix[""] == {1: boards.Outcome(0, 0, 1)}
    assert board.most_missed == (boards.MissedRule("KEL-01", 2, 1, 1),)
    totals = board.totals
    assert (totals.joined, totals.kelurahan_present, totals.kelurahan_of) == (3, 1, 67)
    assert (totals.cases_done, totals.cases_of) == (4, 12)
    assert (totals.found, totals.missed, totals.false_alarms) == (4, 2, 1)
    scores = [person.score for person in board.people[:2]]
    assert totals.score == pytest.approx(sum(scores) / 2)


def test_who_joined_twice_is_counted_once_and_nothing_is_lost(office, opened, trainer, join):
    first, second = join("Siti", CIPARE), join(" SITI ", CIPARE)
    join("Siti", "36.73.02")
    answer(office, first.actor, 1, ["P1.nik"])
    answer(office, second.actor, 1, ["F1.rt"])
    before = boards.board(office, trainer, opened.id)
    assert [[one.seat for one in those] for those in before.twice] == [[1, 2]]

    boards.set_aside(office, trainer, opened.id, 2, 1)
    board = boards.board(office, trainer, opened.id)
    assert [one.seat for one in board.people] == [1, 3]
    assert board.aside == (boards.Aside(2, "SITI", 1, 1),)
    assert board.twice == ()
    assert {seat for seats in board.matrix.values() for seat in seats} == {1}
    assert (board.totals.joined, board.totals.cases_done) == (2, 1)
    assert len(rows_of(office, grade)) == 2
    # Whoever holds the code of that seat comes to the one that counts.
    assert arrivals.come_back(office, second.return_code).actor == first.actor
    assert join("Ani").actor.seat == 4

    boards.count_again(office, trainer, opened.id, 2)
    again = boards.board(office, trainer, opened.id)
    assert [one.seat for one in again.people] == [1, 2, 3, 4]
    assert again.matrix == before.matrix
    assert arrivals.come_back(office, second.return_code).actor == second.actor


def test_who_joined_three_times_ends_on_one_seat(office, opened, trainer, join):
    for _ in range(3):
        join("Siti", CIPARE)
    boards.set_aside(office, trainer, opened.id, 1, 2)
    boards.set_aside(office, trainer, opened.id, 2, 3)
    board = boards.board(office, trainer, opened.id)
    assert [(one.seat, one.counted) for one in board.aside] == [(1, 3), (2, 3)]


@pytest.mark.parametrize(("seat", "counted"), [(1, 1), (9, 1), (1, 9), (1, 3)])
def test_a_seat_that_does_not_count_counts_for_nobody(office, opened, trainer, join, seat, counted):
    for _ in range(3):
        join("Siti")
    boards.set_aside(office, trainer, opened.id, 3, 2)
    before = boards.board(office, trainer, opened.id)
    with pytest.raises((NotFound, WrongUse)):
        boards.set_aside(office, trainer, opened.id, seat, counted)
    boards.count_again(office, trainer, opened.id, 1)
    assert boards.board(office, trainer, opened.id) == before


def test_setting_aside_is_in_the_chain_without_a_name(office, opened, trainer, join):
    join("Siti")
    join("Siti")
    boards.set_aside(office, trainer, opened.id, 2, 1)
    boards.count_again(office, trainer, opened.id, 2)
    with office.practice.reading() as connection:
        told = connection.execute(
            event.select().where(event.c.field == "kursi_2_dihitung").order_by(event.c.seq)
        ).all()
    assert [(row.subject, row.value) for row in told] == [
        (f"kelas:{opened.id}", "1"),
        (f"kelas:{opened.id}", "2"),
    ]
    assert verify_chain(office.practice).is_whole


def test_an_empty_class_has_a_board(office, opened, trainer):
    board = boards.board(office, trainer, opened.id)
    assert board.people == ()
    assert board.most_missed == ()
    assert board.totals.score is None
    assert len(board.without_anybody) == 67


def test_at_most_five_rules_are_the_most_missed(office, opened, trainer, join, monkeypatch):
    seat = join().actor.seat
    rows = [(f"R-{n:02}", n) for n in range(1, 9)]
    from workbench.store.tables import grade, grade_item

    with office.practice.writing() as connection:
        place = {"class_id": opened.id, "seat": seat, "number": 1}
        text = {"answer": "{}", "grade": "{}", "feedback": "{}", "score": 0.0, "at": "x"}
        connection.execute(grade.insert().values(**place, **text))
        items = [rule for rule, times in rows for _ in range(times)]
        for item, rule in enumerate(items):
            connection.execute(
                grade_item.insert().values(
                    **place, item=item, rule=rule, cell="", outcome="terlewat"
                )
            )
    missed = boards.board(office, trainer, opened.id).most_missed
    assert [(rule.rule, rule.missed) for rule in missed] == [
        ("R-08", 8),
        ("R-07", 7),
        ("R-06", 6),
        ("R-05", 5),
        ("R-04", 4),
    ]


def test_the_board_asks_no_more_of_a_full_hall_than_of_one_person(
    office, opened, trainer, join, statements
):
    join()
    statements.clear()
    boards.board(office, trainer, opened.id)
    for_one = len(statements)
    for number in range(4):
        answer(office, join(f"P {number}").actor, 1, ["P1.nik"])
    statements.clear()
    boards.board(office, trainer, opened.id)
    assert len(statements) == for_one < 12


def test_the_expected_who_have_not_come_are_named_two_of_a_name_apart(
    office, opened, trainer, join
):
    expected = [
        Expected("SITI", CIPARE, "Cipare", "Operator", 2),
        Expected("Siti", CIPARE, "Cipare", "PSM", 3),
        Expected("Udin", "", "Entah", "", 4),
    ]
    assert classes.set_expected(office, trainer, opened.id, expected) == 3
    join("siti ")
    absent = boards.board(office, trainer, opened.id).absent
    assert [(person.name, person.position) for person in absent] == [("Siti", "PSM"), ("Udin", "")]
    assert absent[1].area == "Entah"
    classes.set_expected(office, trainer, opened.id, expected[:1])
    board = boards.board(office, trainer, opened.id)
    assert board.absent == ()
    assert board.totals.expected == 1


def test_the_expected_may_come_with_the_opening(office, trainer, class_settings):
    expected = [Expected("Siti", CIPARE, "Cipare", "Operator", 2)]
    info = classes.open_class(office, trainer, class_settings, expected)
    assert [p.name for p in boards.board(office, trainer, info.id).absent] == ["Siti"]

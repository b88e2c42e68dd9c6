"""A class: drawn, joined, come back to, watched, closed and opened again."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from workbench import training as drawing
from workbench.domain.wilayah import kelurahan
from workbench.errors import NotFound, UnusableInput, WrongUse
from workbench.services import accounts, classes, training
from workbench.services.classes import Expected
from workbench.services.office import Office
from workbench.store import clock, verify_chain
from workbench.store.tables import case_key, class_, drawn_case, event, grade, participant
from workbench.training.plans import Plan

CIPARE = "36.73.01.1002"


def rows_of(office, table):
    with office.practice.reading() as connection:
        return connection.execute(table.select()).all()


def answer(office, actor, number, marks=(), status="perlu_verval", follow_up="perbaiki_data"):
    for cell in marks:
        training.save_mark(office, actor, number, cell, "tidak_sesuai", 1)
    training.save_mark(office, actor, number, "status", status, 1)
    training.save_mark(office, actor, number, "follow_up", follow_up, 1)
    training.save_mark(office, actor, number, "confidence", "yakin", 1)
    return training.submit(office, actor, number)


# Opening


def test_opening_draws_every_case_of_every_seat_with_its_key_apart(office, opened, secret):
    assert opened.is_open
    assert (opened.seats_drawn, opened.joined, opened.seats_left) == (5, 0, 5)
    cases, keys = rows_of(office, drawn_case), rows_of(office, case_key)
    places = {(row.class_id, row.seat, row.number) for row in cases}
    assert places == {(opened.id, seat, n) for seat in range(1, 6) for n in range(1, 5)}
    assert places == {(row.class_id, row.seat, row.number) for row in keys}
    assert not any(secret in row.public for row in cases)
    assert any(secret in row.key for row in keys)


def test_the_plan_is_what_the_trainer_chose(office, trainer, class_settings, monkeypatch):
    plans = []
    draw = drawing.draw_seats
    monkeypatch.setattr(drawing, "draw_seats", lambda p, s: plans.append(p) or draw(p, s))
    info = classes.open_class(office, trainer, replace(class_settings, error_share=0.5))
    (plan,) = plans
    assert (plan.class_id, plan.n_cases, plan.error_share) == (info.id, 4, 0.5)
    assert (plan.groups, plan.seed) == (("identity",), 7)
    assert (info.n_cases, info.error_share, info.groups) == (4, 0.5, ("identity",))


def test_progress_is_told_seat_by_seat(office, trainer, class_settings):
    told = []
    classes.open_class(office, trainer, class_settings, progress=lambda *a: told.append(a))
    assert told == [(n, 5) for n in range(6)]


def test_a_class_whose_drawing_broke_off_never_opens(office, trainer, class_settings, monkeypatch):
    draw = drawing.draw_seats

    def break_off(plan, seats):
        yield next(iter(draw(plan, seats)))
        raise RuntimeError("listrik padam")

    monkeypatch.setattr(drawing, "draw_seats", break_off)
    with pytest.raises(RuntimeError):
        classes.open_class(office, trainer, class_settings)
    assert classes.current_class(office) is None
    assert classes.list_classes(office, trainer) == ()
    (row,) = rows_of(office, class_)
    with pytest.raises(NotFound):
        classes.join(office, row.join_code, "Siti", "operator", CIPARE)


@pytest.mark.parametrize(
    "change",
    [
        {"name": " "},
        {"name": "x" * 101},
        {"n_cases": 0},
        {"n_cases": 61},
        {"error_share": 1.1},
        {"error_share": -0.1},
        {"seats": 0},
        {"seats": 501},
        {"code_hours": 0},
        {"code_hours": 73},
        {"date": "besok"},
    ],
)
def test_settings_that_make_no_class_are_a_sentence(office, trainer, class_settings, change):
    with pytest.raises(WrongUse):
        classes.open_class(office, trainer, replace(class_settings, **change))
    assert rows_of(office, class_) == []


def test_a_group_of_rules_nobody_knows_is_a_sentence(office, trainer, class_settings, monkeypatch):
    monkeypatch.setattr(drawing, "Plan", Plan)
    with pytest.raises(WrongUse, match="dongeng"):
        classes.open_class(office, trainer, replace(class_settings, groups=("dongeng",)))
    assert rows_of(office, class_) == []


def test_more_seats_are_drawn_after_the_last(office, opened, trainer):
    before = {(r.seat, r.number): r.public for r in rows_of(office, drawn_case)}
    assert classes.classes_low_on_seats(office) == (opened.id,)
    assert classes.draw_more_seats(office, opened.id, 20) == 25
    after = {(r.seat, r.number): r.public for r in rows_of(office, drawn_case)}
    assert {seat for seat, _ in after} == set(range(1, 26))
    assert before.items() <= after.items()
    assert classes.classes_low_on_seats(office) == ()


def test_two_may_draw_more_seats_at_once(office, opened):
    offices = [Office(office.root) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        drawn = list(pool.map(lambda o: classes.draw_more_seats(o, opened.id, 10), offices))
    assert max(drawn) == classes.current_class(office).seats_drawn
    seats = [row.seat for row in rows_of(office, drawn_case)]
    assert sorted(seats) == [n for n in range(1, max(drawn) + 1) for _ in range(4)]


def test_the_current_class_is_the_open_one_opened_last(office, trainer, class_settings, opened):
    second = classes.open_class(office, trainer, class_settings)
    assert second.join_code != opened.join_code
    assert classes.current_class(office).id == second.id
    assert [info.id for info in classes.list_classes(office, trainer)] == [second.id, opened.id]
    classes.close_class(office, trainer, second.id)
    assert classes.current_class(office).id == opened.id
    classes.close_class(office, trainer, opened.id)
    assert classes.current_class(office) is None


# Joining


def test_joiners_take_the_next_seat(office, opened, join):
    people = [join(name) for name in ("Siti", "Udin", "Siti")]
    assert [person.actor.seat for person in people] == [1, 2, 3]
    assert len({person.actor.id for person in people}) == 3
    assert len({person.return_code for person in people}) == 3
    for person in people:
        assert accounts.actor_of_token(office, person.token) == person.actor
        assert person.actor.class_id == opened.id


def test_a_hall_that_joins_at_once_gets_a_seat_each(office, opened):
    classes.draw_more_seats(office, opened.id, 25)

    def take(number):
        made = Office(office.root)
        return classes.join(made, opened.join_code, f"P {number}", "operator", CIPARE).actor.seat

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(take, range(30))) == list(range(1, 31))


def test_without_a_drawn_seat_joining_waits_and_takes_nothing(office, opened, join):
    for _ in range(5):
        join()
    with pytest.raises(WrongUse, match="Kursi baru sedang disiapkan"):
        join()
    classes.draw_more_seats(office, opened.id, 1)
    assert join().actor.seat == 6


@pytest.mark.parametrize("typed", ["{}", " {} ", "{:.3}-{:.0}"])
def test_a_code_may_be_typed_as_people_type(office, opened, typed):
    code = opened.join_code.lower()
    written = f"{code[:3]}-{code[3:]}" if "-" in typed else typed.format(code)
    assert classes.join(office, written, "Siti", "PSM", CIPARE).actor.seat == 1


@pytest.mark.parametrize("code", ["", "SALAH1", "%", "0' or '1'='1"])
def test_a_wrong_join_code_is_a_sentence_and_takes_no_seat(office, opened, code):
    with pytest.raises(NotFound, match="Kode kelas tidak dikenal"):
        classes.join(office, code, "Siti", "operator", CIPARE)
    assert rows_of(office, participant) == []


@pytest.mark.parametrize("code", ["36.73", "36.73.01", CIPARE])
def test_an_area_is_a_kelurahan_a_kecamatan_or_the_city(join, code):
    assert join(area=code).actor.areas == (code,)


@pytest.mark.parametrize("code", ["", "36", "36.73.01.9999", "3673011002", "Cipare"])
def test_an_unknown_area_is_a_sentence(office, join, code):
    with pytest.raises(WrongUse, match="Wilayah"):
        join(area=code)
    assert rows_of(office, participant) == []


def test_an_unknown_position_is_a_sentence(office, opened):
    with pytest.raises(WrongUse, match="peran"):
        classes.join(office, opened.join_code, "Siti", "walikota", CIPARE)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Siti\tRohmah\n", "Siti Rohmah"),
        ("Si\x00ti\x1b[31m\u202e", "Siti[31m"),
        ("<b>Siti</b>", "<b>Siti</b>"),
        ("S" * 100, "S" * 100),
    ],
)
def test_a_name_is_cleaned_and_otherwise_kept(join, typed, kept):
    assert join(typed).actor.name == kept


@pytest.mark.parametrize("typed", ["", "   ", "\x00\x1b", "S" * 101, "S" * 300])
def test_a_name_that_will_not_do_is_a_sentence(office, join, typed):
    with pytest.raises(WrongUse, match="Nama"):
        join(typed)
    assert rows_of(office, participant) == []


# Coming back


def test_a_return_code_leads_to_the_same_seat_and_the_old_session_stays(office, join):
    first = join()
    training.save_mark(office, first.actor, 1, "P1.nik", "tidak_sesuai", 1)
    again = classes.come_back(office, f" {first.return_code.lower().replace('-', ' ')} ")
    assert again.actor == first.actor
    assert again.token != first.token
    assert again.return_code == first.return_code
    for token in (first.token, again.token):
        assert accounts.actor_of_token(office, token) == first.actor
    assert training.my_case(office, again.actor).answer["marks"] == {"P1.nik": "tidak_sesuai"}


def test_a_name_alone_leads_to_no_seat(office, join):
    first, second = join("Siti"), join("Siti")
    training.save_mark(office, first.actor, 1, "P1.nik", "tidak_sesuai", 1)
    assert training.my_case(office, second.actor).answer["marks"] == {}
    with pytest.raises(NotFound):
        classes.come_back(office, "Siti")


def test_codes_have_no_letters_that_look_alike_and_are_stored_hashed(office, opened, join):
    code = join().return_code
    assert len(code) == 9
    assert code[4] == "-"
    assert set(code) - {"-"} <= set(classes.ALPHABET)
    assert not set("0O1IL2Z5S8B") & set(classes.ALPHABET)
    stored = str(rows_of(office, participant))
    assert code not in stored
    assert code.replace("-", "") not in stored


@pytest.mark.parametrize("code", ["", "AAAA-AAAA", "%"])
def test_an_unknown_return_code_is_a_sentence(office, join, code):
    join()
    with pytest.raises(NotFound, match="Kode kembali tidak dikenal"):
        classes.come_back(office, code)


def test_a_trainer_helps_back_in_and_the_old_code_dies(office, opened, trainer, join):
    person = join()
    code = classes.issue_return_code(office, trainer, opened.id, 1)
    assert classes.come_back(office, code).actor == person.actor
    with pytest.raises(NotFound):
        classes.come_back(office, person.return_code)
    with pytest.raises(NotFound):
        classes.issue_return_code(office, trainer, opened.id, 2)


# Closing


def test_a_closed_class_takes_nobody_new_and_loses_nothing(office, opened, trainer, join):
    person = join()
    assert not classes.close_class(office, trainer, opened.id).is_open
    with pytest.raises(WrongUse, match="ditutup"):
        join("Udin")
    assert training.save_mark(office, person.actor, 1, "status", "layak", 1).accepted
    assert classes.come_back(office, person.return_code).actor == person.actor

    again = classes.reopen_class(office, trainer, opened.id)
    assert again.is_open
    assert again.join_code == opened.join_code
    assert join("Udin").actor.seat == 2
    assert training.my_case(office, person.actor, 1).answer["status"] == "layak"


@pytest.mark.parametrize(
    "use",
    [
        classes.close_class,
        classes.reopen_class,
        classes.turn_code_off,
        classes.turn_code_on,
        classes.renew_code,
        classes.board,
        classes.class_info,
    ],
)
def test_a_class_that_is_not_there_is_a_sentence(office, trainer, use):
    with pytest.raises(NotFound):
        use(office, trainer, "K-tidak-ada")


# The join code

#: 15.00 in Serang on the day of the class.
OPENED = datetime(2026, 11, 21, 8, tzinfo=UTC)


@pytest.fixture
def at(monkeypatch):
    """Sets the clock, at first to ``OPENED``: ``at(hours=3)`` is three hours later."""

    def move(**later):
        stamp = clock.stamp(OPENED + timedelta(**later))
        monkeypatch.setattr(clock, "now", lambda: stamp)

    move()
    return move


def test_a_code_lets_in_for_twelve_hours_and_then_says_since_when_not(office, at, opened, join):
    assert opened.code_until == OPENED + timedelta(hours=12)
    assert opened.code_words == "Kode berlaku sampai 22 Nov 2026 03.00 WIB."
    at(hours=11, minutes=59)
    assert join().actor.seat == 1
    at(hours=12)
    with pytest.raises(WrongUse, match=r"tidak berlaku lagi sejak 22 Nov 2026 03\.00 WIB"):
        join()
    late = classes.current_class(office)
    assert not late.code_works
    assert late.code_words == "Kode tidak berlaku lagi sejak 22 Nov 2026 03.00 WIB."


def test_how_long_a_code_works_is_the_trainers_choice(office, at, trainer, class_settings):
    info = classes.open_class(office, trainer, replace(class_settings, code_hours=2))
    assert info.code_until == OPENED + timedelta(hours=2)


def test_a_class_opened_before_its_day_has_a_code_until_that_day_ends(
    office, at, trainer, class_settings
):
    at(hours=-8)  # seven in the morning in Serang is still the day before in UTC
    info = classes.open_class(office, trainer, replace(class_settings, date=date(2026, 11, 22)))
    assert info.code_words == "Kode berlaku sampai 22 Nov 2026 23.59 WIB."


def test_a_code_turned_off_lets_nobody_in_and_touches_nobody_within(
    office, at, opened, trainer, join
):
    person = join()
    off = classes.turn_code_off(office, trainer, opened.id)
    assert not off.code_works
    assert "dimatikan" in off.code_words
    with pytest.raises(WrongUse, match="sedang dimatikan"):
        join("Udin")
    assert len(rows_of(office, participant)) == 1
    assert accounts.actor_of_token(office, person.token) == person.actor
    assert training.save_mark(office, person.actor, 1, "status", "layak", 1).accepted
    assert classes.come_back(office, person.return_code).actor == person.actor

    at(hours=30)
    on = classes.turn_code_on(office, trainer, opened.id)
    assert on.join_code == opened.join_code
    assert on.code_until == OPENED + timedelta(hours=42)
    assert join("Udin").actor.seat == 2


def test_a_new_code_is_on_and_the_old_one_is_unknown(office, at, opened, trainer, join):
    person = join()
    classes.turn_code_off(office, trainer, opened.id)
    new = classes.renew_code(office, trainer, opened.id)
    assert new.join_code != opened.join_code
    assert new.code_works
    with pytest.raises(NotFound, match="tidak dikenal"):
        join()
    assert classes.join(office, new.join_code, "Udin", "operator", CIPARE).actor.seat == 2
    assert classes.come_back(office, person.return_code).actor == person.actor


def test_a_closed_class_has_no_code_and_opened_again_the_same_for_a_new_term(
    office, at, opened, trainer
):
    classes.close_class(office, trainer, opened.id)
    for use in (classes.turn_code_on, classes.turn_code_off, classes.renew_code):
        with pytest.raises(WrongUse, match="Buka lagi kelasnya"):
            use(office, trainer, opened.id)
    at(days=2)
    again = classes.reopen_class(office, trainer, opened.id)
    assert (again.join_code, again.code_works) == (opened.join_code, True)
    assert again.code_until == OPENED + timedelta(days=2, hours=12)


def test_what_is_done_to_a_code_is_in_the_chain_and_the_code_is_not(office, at, opened, trainer):
    classes.turn_code_off(office, trainer, opened.id)
    classes.turn_code_on(office, trainer, opened.id)
    new = classes.renew_code(office, trainer, opened.id)
    said = [(row.actor, json.loads(row.value)) for row in rows_of(office, event)
            if row.field == "kode"]  # fmt: skip
    assert said == [(trainer.id, done) for done in ("dimatikan", "dinyalakan", "diganti")]
    assert verify_chain(office.practice).is_whole
    everything = str(rows_of(office, event))
    assert opened.join_code not in everything
    assert new.join_code not in everything


# The board


def test_the_board_shows_who_came_how_far_and_what_is_missed(office, opened, trainer, join):
    siti, udin = join("Siti", CIPARE).actor, join("Udin", "36.73.02").actor
    join("Ani", CIPARE)
    answer(office, siti, 1, ["P1.nik"])
    answer(office, siti, 3, ["P1.nik", "F1.rt"])
    answer(office, udin, 1, ["P1.nik", "P1.birth_date"])
    answer(office, udin, 2, [], "layak", "tidak_ada")
    board = classes.board(office, trainer, opened.id)

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
    assert board.matrix["IDN-01"] == {1: classes.Outcome(2), 2: classes.Outcome(1)}
    assert board.matrix["KEL-01"] == {1: classes.Outcome(0, 2), 2: classes.Outcome(1)}
    assert board.matrix[""] == {1: classes.Outcome(0, 0, 1)}
    assert board.most_missed == (classes.MissedRule("KEL-01", 2, 1, 1),)
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
    before = classes.board(office, trainer, opened.id)
    assert [[one.seat for one in those] for those in before.twice] == [[1, 2]]

    classes.set_aside(office, trainer, opened.id, 2, 1)
    board = classes.board(office, trainer, opened.id)
    assert [one.seat for one in board.people] == [1, 3]
    assert board.aside == (classes.Aside(2, "SITI", 1, 1),)
    assert board.twice == ()
    assert {seat for seats in board.matrix.values() for seat in seats} == {1}
    assert (board.totals.joined, board.totals.cases_done) == (2, 1)
    assert len(rows_of(office, grade)) == 2
    # Whoever holds the code of that seat comes to the one that counts.
    assert classes.come_back(office, second.return_code).actor == first.actor
    assert join("Ani").actor.seat == 4

    classes.count_again(office, trainer, opened.id, 2)
    again = classes.board(office, trainer, opened.id)
    assert [one.seat for one in again.people] == [1, 2, 3, 4]
    assert again.matrix == before.matrix
    assert classes.come_back(office, second.return_code).actor == second.actor


def test_who_joined_three_times_ends_on_one_seat(office, opened, trainer, join):
    for _ in range(3):
        join("Siti", CIPARE)
    classes.set_aside(office, trainer, opened.id, 1, 2)
    classes.set_aside(office, trainer, opened.id, 2, 3)
    board = classes.board(office, trainer, opened.id)
    assert [(one.seat, one.counted) for one in board.aside] == [(1, 3), (2, 3)]


@pytest.mark.parametrize(("seat", "counted"), [(1, 1), (9, 1), (1, 9), (1, 3)])
def test_a_seat_that_does_not_count_counts_for_nobody(office, opened, trainer, join, seat, counted):
    for _ in range(3):
        join("Siti")
    classes.set_aside(office, trainer, opened.id, 3, 2)
    before = classes.board(office, trainer, opened.id)
    with pytest.raises((NotFound, WrongUse)):
        classes.set_aside(office, trainer, opened.id, seat, counted)
    classes.count_again(office, trainer, opened.id, 1)
    assert classes.board(office, trainer, opened.id) == before


def test_setting_aside_is_in_the_chain_without_a_name(office, opened, trainer, join):
    join("Siti")
    join("Siti")
    classes.set_aside(office, trainer, opened.id, 2, 1)
    classes.count_again(office, trainer, opened.id, 2)
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
    board = classes.board(office, trainer, opened.id)
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
    missed = classes.board(office, trainer, opened.id).most_missed
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
    classes.board(office, trainer, opened.id)
    for_one = len(statements)
    for number in range(4):
        answer(office, join(f"P {number}").actor, 1, ["P1.nik"])
    statements.clear()
    classes.board(office, trainer, opened.id)
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
    absent = classes.board(office, trainer, opened.id).absent
    assert [(person.name, person.position) for person in absent] == [("Siti", "PSM"), ("Udin", "")]
    assert absent[1].area == "Entah"
    classes.set_expected(office, trainer, opened.id, expected[:1])
    board = classes.board(office, trainer, opened.id)
    assert board.absent == ()
    assert board.totals.expected == 1


def test_the_expected_may_come_with_the_opening(office, trainer, class_settings):
    expected = [Expected("Siti", CIPARE, "Cipare", "Operator", 2)]
    info = classes.open_class(office, trainer, class_settings, expected)
    assert [p.name for p in classes.board(office, trainer, info.id).absent] == ["Siti"]


def test_a_participant_file_is_read_through_the_service(tmp_path):
    path = tmp_path / "peserta.csv"
    path.write_text("Nama;Kelurahan\nSiti;Cipare\n", encoding="utf-8")
    assert [p.area_kode for p in classes.read_participants(path)] == [CIPARE]
    path.write_text("Alamat\nJl. A\n", encoding="utf-8")
    with pytest.raises(UnusableInput):
        classes.read_participants(path)


def test_the_chain_stays_whole_and_carries_no_name(office, opened, trainer, join):
    person = join("Siti Rohmah")
    classes.come_back(office, person.return_code)
    answer(office, person.actor, 1, ["P1.nik"])
    classes.close_class(office, trainer, opened.id)
    assert verify_chain(office.practice).is_whole
    said = json.dumps([list(row) for row in rows_of(office, event)])
    assert "Siti" not in said
    assert person.return_code not in said

"""A class: drawn, closed and opened again, its code turned on and off."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.services.playing import answer
from tests.services.practice_rows import rows_of
from workbench import training as drawing
from workbench.errors import NotFound, WrongUse
from workbench.services import accounts, arrivals, boards, classes, training
from workbench.services.office import Office
from workbench.store import clock, verify_chain
from workbench.store.tables import case_key, class_, drawn_case, event, participant
from workbench.training.plans import Plan

CIPARE = "36.73.01.1002"


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
        arrivals.join(office, row.join_code, "Siti", "operator", CIPARE)


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


# Closing


def test_a_closed_class_takes_nobody_new_and_loses_nothing(office, opened, trainer, join):
    person = join()
    assert not classes.close_class(office, trainer, opened.id).is_open
    with pytest.raises(WrongUse, match="ditutup"):
        join("Udin")
    assert training.save_mark(office, person.actor, 1, "status", "layak", 1).accepted
    assert arrivals.come_back(office, person.return_code).actor == person.actor

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
        boards.board,
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
    assert arrivals.come_back(office, person.return_code).actor == person.actor

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
    assert arrivals.join(office, new.join_code, "Udin", "operator", CIPARE).actor.seat == 2
    assert arrivals.come_back(office, person.return_code).actor == person.actor


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


def test_the_chain_stays_whole_and_carries_no_name(office, opened, trainer, join):
    person = join("Siti Rohmah")
    arrivals.come_back(office, person.return_code)
    answer(office, person.actor, 1, ["P1.nik"])
    classes.close_class(office, trainer, opened.id)
    assert verify_chain(office.practice).is_whole
    said = json.dumps([list(row) for row in rows_of(office, event)])
    assert "Siti" not in said
    assert person.return_code not in said

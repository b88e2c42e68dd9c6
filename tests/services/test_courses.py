"""A course through the services: handed out once, never twice, told only when it may be."""

import json
import os
import secrets
import shutil
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from tests.services.playing import key_of
from tests.services.practice_rows import rows_of
from workbench.access import Actor, Role, Workspace
from workbench.errors import NotFound, WrongUse
from workbench.services import (
    arrivals,
    banks,
    boards,
    classes,
    courses,
    drills,
    own_tasks,
    training,
    walls,
)
from workbench.services.ladders import PartPlan
from workbench.services.office import Office
from workbench.store import clock, ledger, verify_chain
from workbench.store.tables import (
    bank_case,
    bank_key,
    case_key,
    class_,
    class_part,
    drawn_case,
    event,
    grade,
    grade_item,
)
from workbench.training import Key, bank, ladder, returns
from workbench.training.authoring import CaseTask

BEFORE, PRACTICE, DRILLS, OPENING, AFTER = 1, 2, 3, 4, 5
PLAN = (
    PartPlan("tes_awal", n=6),
    PartPlan("latihan", "Naik jenjang"),
    PartPlan("kuis"),
    PartPlan("pembuka", n=4),
    PartPlan("tes_akhir", n=6),
)
SETTINGS = classes.ClassSettings(
    "Bimtek", "Aula", date(2026, 11, 21), seats=30, seed=7, parts=PLAN, n_rules=4
)
ALL_TABLES = (bank_key, bank_case, case_key, grade_item, grade, drawn_case)


@pytest.fixture
def trainer():
    return Actor("A-pelatih", "Pelatih", Role.PELATIH, Workspace.LATIHAN, ("36.73",))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A class drawn once; every test works on a copy of its office."""
    root = tmp_path_factory.mktemp("kursus") / "kantor"
    office = Office(root)
    actor = Actor("A-pelatih", "Pelatih", Role.PELATIH, Workspace.LATIHAN, ("36.73",))
    with pytest.MonkeyPatch.context() as patch:
        # The rules of a class and its cases go by its code, so that is the same each time.
        patch.setattr(secrets, "choice", Random(5).choice)
        info = classes.open_class(office, actor, SETTINGS)
    office.practice.close()
    return root, info


@pytest.fixture
def office(drawn, tmp_path):
    shutil.copytree(drawn[0], tmp_path / "kantor")
    made = Office(tmp_path / "kantor")
    yield made
    made.practice.close()
    made.real.close()


@pytest.fixture
def info(drawn):
    return drawn[1]


@pytest.fixture
def take(office, info):
    """Takes the next seat: ``take("Siti")``."""
    return lambda name="Siti": (
        arrivals.join(office, info.join_code, name, "operator", "36.73.01.1001").actor
    )


@pytest.fixture
def siti(take):
    return take()


@pytest.fixture
def open_part(office, trainer, info):
    return lambda *numbers: [
        courses.open_part(office, trainer, info.id, number) for number in numbers
    ]


@pytest.fixture
def close_part(office, trainer, info):
    return lambda number: courses.close_part(office, trainer, info.id, number)


@pytest.fixture
def time(monkeypatch):
    """A clock that stands until it is moved: ``time.on(minutes)``."""
    return Time(monkeypatch)


class Time:
    def __init__(self, monkeypatch):
        # The middle of a working day, so that no midnight comes in between unasked.
        self.at = datetime(2026, 11, 21, 9, 0, tzinfo=clock.zone())
        monkeypatch.setattr(clock, "now", lambda: clock.stamp(self.at))
        # The class was opened by the real clock, which is ahead of this one.
        monkeypatch.setattr(ledger, "SLACK_S", timedelta(days=36500).total_seconds())
        monkeypatch.setattr(courses, "datetime", self)
        self.combine, self.fromisoformat = datetime.combine, datetime.fromisoformat

    def now(self, zone=UTC):
        return self.at.astimezone(zone)

    def on(self, minutes):
        self.at += timedelta(minutes=minutes)


def answer(office, actor, number, is_right=True):
    """Mark and send a case: by its key, or with nothing found and, without a mistake, accused."""
    key = key_of(office, actor, number)
    cells = [mistake.fields[0] for mistake in key.mistakes] if is_right else []
    if not is_right and not key.mistakes:
        cells = sorted(key.clean)[:1]
    for cell in cells:
        training.save_mark(office, actor, number, cell, "tidak_sesuai", 1)
    choices = {
        "status": key.status,
        "reason": key.reason,
        "follow_up": key.follow_ups[0],
        "confidence": "yakin",
    }
    for field, value in choices.items():
        training.save_mark(office, actor, number, field, value, 1)
    return training.submit(office, actor, number)


def work(office, actor, n, part=None, is_right=lambda number: True):
    """Do up to ``n`` things the course asks for; returns them."""
    done = []
    for _ in range(n):
        now = courses.next_of(office, actor, part)
        if now.number is None:
            break
        done.append(now)
        if now.kind == "contoh":
            courses.finish_example(office, actor, now.number)
        else:
            answer(office, actor, now.number, is_right(now.number))
    return done


# Opening


def test_a_class_with_parts_opens_with_one_bank_and_no_cases_of_its_own(office, info):
    cases = rows_of(office, bank_case)
    assert info.has_parts
    assert len(info.rules) == 4
    assert info.seats_left == 30
    assert rows_of(office, drawn_case) == []
    assert {row.item for row in cases} == {row.item for row in rows_of(office, bank_key)}
    for form in "AB":
        places = sorted(row.place for row in cases if row.form == form)
        assert places == list(range(1, 7))
    per_rule = Counter(row.word.split(":")[0] for row in cases if not row.form and ":" in row.word)
    assert set(per_rule) == set(info.rules)
    assert min(per_rule.values()) >= 6


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ((PartPlan("lomba"),), "Susun paling banyak"),
        ((PartPlan("tes_awal", n=2),), "Tes awal memuat 4 sampai 30"),
        ((PartPlan("tes_awal", n=6), PartPlan("tes_awal", n=6)), "hanya satu kali"),
        ((PartPlan("pembuka"),), "Pembuka hari kedua memuat 1 sampai 30"),
        ((PartPlan("latihan", "x" * 101),), "Judul bagian paling banyak 100"),
        ((PartPlan("latihan"),) * 21, "Susun paling banyak 20"),
    ],
)
def test_parts_that_make_no_class_are_refused_with_a_sentence(office, trainer, parts, words):
    with pytest.raises(WrongUse, match=words):
        classes.open_class(office, trainer, replace(SETTINGS, parts=parts))
    assert len(classes.list_classes(office, trainer)) == 1


def test_a_ladder_without_mistakes_is_refused_before_anything_is_written(office, trainer):
    with pytest.raises(WrongUse, match="lebih dari 0"):
        classes.open_class(office, trainer, replace(SETTINGS, error_share=0.0))
    assert len(rows_of(office, class_)) == 1


def test_more_seats_of_a_class_with_parts_need_no_drawing(office, info, trainer):
    assert classes.draw_more_seats(office, info.id, 20) == 50
    assert classes.class_info(office, trainer, info.id).seats_left == 50
    assert rows_of(office, drawn_case) == []


# Parts


def test_until_a_part_is_open_there_is_nothing_to_do(office, siti, open_part, close_part):
    assert courses.next_of(office, siti).kind == "tunggu"
    open_part(PRACTICE)
    assert courses.next_of(office, siti).kind == "contoh"
    close_part(PRACTICE)
    now = courses.next_of(office, siti)
    assert (now.kind, now.number) == ("tunggu", None)
    assert "Tunggu pelatih" in now.sentence
    assert "ditutup" in courses.next_of(office, siti, PRACTICE).sentence
    with pytest.raises(NotFound):
        courses.next_of(office, siti, 9)


def test_an_unfinished_case_comes_again_however_often_it_is_asked_for(
    office, siti, open_part, close_part
):
    open_part(PRACTICE)
    work(office, siti, 1)
    first = courses.next_of(office, siti)
    assert first.kind == "kasus"
    assert courses.next_of(office, siti) == first
    close_part(PRACTICE)
    open_part(PRACTICE)
    assert courses.next_of(office, siti) == first
    assert len(rows_of(office, drawn_case)) == 2


def test_a_closed_practice_part_still_takes_what_was_begun(office, siti, open_part, close_part):
    open_part(PRACTICE)
    work(office, siti, 1)
    number = courses.next_of(office, siti).number
    close_part(PRACTICE)
    assert answer(office, siti, number)["score"] == 1.0


def test_opening_and_closing_stands_in_the_trail(office, trainer, open_part, close_part):
    open_part(BEFORE)
    open_part(BEFORE)
    close_part(BEFORE)
    open_part(BEFORE)
    said = [json.loads(row.value) for row in rows_of(office, event) if row.field == "bagian_1"]
    assert said == ["open", "closed", "open"]
    assert verify_chain(office.practice).is_whole


def test_an_open_test_comes_before_practice_and_drills(office, siti, open_part):
    open_part(PRACTICE, DRILLS, AFTER)
    assert courses.next_of(office, siti).part == AFTER
    assert courses.next_of(office, siti, DRILLS).kind == "kuis"
    assert courses.next_of(office, siti, PRACTICE).kind == "contoh"


def test_the_trainer_sees_how_many_began_and_finished(
    office, trainer, info, take, open_part, close_part
):
    open_part(BEFORE)
    siti, udin, _ani = take("Siti"), take("Udin"), take("Ani")
    work(office, siti, 6)
    work(office, udin, 2)
    told = {part.number: part for part in courses.parts(office, trainer, info.id)}
    assert (told[BEFORE].given, told[BEFORE].done, told[BEFORE].n) == (2, 1, 6)
    assert (told[PRACTICE].given, told[PRACTICE].title) == (0, "Naik jenjang")
    board = boards.board(office, trainer, info.id)
    assert [(p.done, p.of) for p in board.people] == [(6, 6), (2, 2), (0, 0)]


# Tests


def test_the_two_tests_are_two_forms_and_neighbours_sit_them_in_turn(
    office, take, open_part, close_part
):
    people = [take(f"P {n}") for n in range(4)]
    words = {}
    for part in (BEFORE, AFTER):
        open_part(part)
        for actor in people:
            assert len(work(office, actor, 9, part)) == 6
            assert courses.next_of(office, actor, part).kind == "tes_selesai"
        close_part(part)
    forms = {row.item: row.form for row in rows_of(office, bank_case)}
    for row in rows_of(office, drawn_case):
        words.setdefault((row.seat, row.part), set()).add(forms[row.item])
    assert all(len(form) == 1 for form in words.values())
    for seat in range(1, 5):
        assert words[seat, BEFORE] | words[seat, AFTER] == {"A", "B"}
    for part in (BEFORE, AFTER):
        assert sum(words[seat, part] == {"A"} for seat in range(1, 5)) == 2


def test_of_an_open_test_nothing_is_told(office, siti, open_part, close_part):
    open_part(BEFORE)
    number = courses.next_of(office, siti).number
    assert training.my_case(office, siti, number).is_test
    assert answer(office, siti, number) == {"is_test": True}
    assert training.submit(office, siti, number) == {"is_test": True}
    state = training.my_case(office, siti, number)
    assert (state.submitted, state.feedback, state.kind) == (True, None, "tes_awal")
    with pytest.raises(WrongUse, match="setelah pelatih menutup"):
        training.review(office, siti, number)
    progress = training.my_progress(office, siti)
    assert (progress.done, progress.score, progress.cases[0].score) == (1, None, None)
    assert training.results_by_rule(office, siti) == ()
    assert sum(told.found + told.missed for told in courses.my_standing(office, siti)) == 0
    assert courses.my_parts(office, siti)[0].score is None

    close_part(BEFORE)
    assert training.review(office, siti, number).feedback["score"] == 1.0
    assert training.my_progress(office, siti).score == 1.0
    assert courses.my_parts(office, siti)[0].score == 1.0
    assert sum(told.found for told in courses.my_standing(office, siti)) <= 1


def test_a_closed_test_takes_no_more_answers_but_knows_what_it_has(
    office, siti, open_part, close_part
):
    open_part(BEFORE)
    work(office, siti, 1)
    number = courses.next_of(office, siti).number
    training.save_mark(office, siti, number, "status", "layak", 1)
    close_part(BEFORE)
    assert training.save_mark(office, siti, number, "status", "layak", 1).accepted
    with pytest.raises(WrongUse, match="sudah ditutup"):
        training.save_mark(office, siti, number, "status", "perlu_verval", 2)
    with pytest.raises(WrongUse, match="sudah ditutup"):
        training.submit(office, siti, number)
    assert training.submit(office, siti, 1) == {"is_test": True}
    assert training.my_progress(office, siti).next_number is None
    open_part(BEFORE)
    assert courses.next_of(office, siti).number == number
    assert answer(office, siti, number) == {"is_test": True}


def test_a_case_is_told_with_the_group_it_was_handed_out_for_until_cases_are_mixed(
    office, siti, open_part, time
):
    open_part(PRACTICE)
    words = {}
    for _ in range(60):
        now = courses.next_of(office, siti)
        if now.kind == "selesai":
            break
        if now.kind == "tunggu":
            time.at = now.until
            continue
        assert courses.next_of(office, siti) == now
        words[now.number] = now.group
        work(office, siti, 1)
        time.on(1)
    rows = {row.number: row for row in rows_of(office, drawn_case)}
    climbed = {n: group for n, group in words.items() if rows[n].step != "campuran"}
    assert len(climbed) < len(words)
    assert not any(words[n] for n in words if n not in climbed)
    assert all(climbed.values())
    quiet = [n for n in climbed if ":" not in rows[n].word]
    assert quiet
    for number in set(climbed) - set(quiet):
        assert ladder.group_of(rows[number].word.partition(":")[0]) == climbed[number]


# Drills


def name_drills(office, info, *names):
    with office.practice.writing() as connection:
        connection.execute(
            class_part.update()
            .where(class_part.c.class_id == info.id, class_part.c.number == DRILLS)
            .values(settings=json.dumps({"n": 0, "drills": names}))
        )


def play(office, actor, drill, n):
    """Open a round and answer ``n`` of its cards."""
    state = drills.open_round(office, actor, drill)
    for _ in range(n):
        codes = [code for code, _ in state.public["choices"]]
        chosen = codes if state.public["mode"] == "urut" else codes[:1]
        drills.answer(office, actor, drill, state.round, state.place, " ".join(chosen))
        state = drills.card(office, actor, drill)


def drill_part(told):
    return next(part for part in told if part.number == DRILLS)


def test_the_drills_a_part_names_stand_first_while_it_is_open(
    office, info, siti, trainer, open_part, close_part
):
    name_drills(office, info, "graduasi", "peristiwa", "tidak ada")
    usual = [one.name for one in drills.drills(office, siti)]
    open_part(DRILLS)
    now = courses.next_of(office, siti)
    assert (now.kind, now.sentence) == (
        "kuis",
        "Kerjakan di Latihan singkat: Graduasi, Peristiwa keluarga.",
    )
    listed = drills.drills(office, siti)
    assert [one.name for one in listed if one.is_asked] == ["peristiwa", "graduasi"]
    assert [one.name for one in listed[:2]] == ["peristiwa", "graduasi"]
    assert not any(one.is_asked for one in drills.drills(office, trainer))
    close_part(DRILLS)
    assert [one.name for one in drills.drills(office, siti)] == usual
    assert not any(one.is_asked for one in drills.drills(office, siti))


def test_a_part_that_names_no_drill_asks_for_all(office, siti, open_part):
    open_part(DRILLS)
    assert all(one.is_asked for one in drills.drills(office, siti))
    assert "Pilih mana saja" in courses.next_of(office, siti).sentence


def test_the_cards_of_a_part_of_drills_are_counted_and_its_opening_is_none(
    office, info, trainer, take, open_part
):
    siti, udin, ani = take("Siti"), take("Udin"), take("Ani")
    open_part(DRILLS)
    drills.open_round(office, siti, "graduasi")
    assert drill_part(courses.my_parts(office, siti)).done == 0
    assert drill_part(courses.parts(office, trainer, info.id)).given == 0
    play(office, siti, "graduasi", 6)
    play(office, siti, "jalur", 2)
    play(office, udin, "graduasi", 5)
    drills.open_round(office, ani, "jalur")
    mine = drill_part(courses.my_parts(office, siti))
    assert (mine.done, mine.of, mine.score) == (8, None, None)
    told = drill_part(courses.parts(office, trainer, info.id))
    assert (told.given, told.done) == (2, 1)

    name_drills(office, info, "graduasi", "jalur")
    told = drill_part(courses.parts(office, trainer, info.id))
    assert (told.given, told.done) == (2, 0)
    play(office, siti, "jalur", 4)
    assert drill_part(courses.parts(office, trainer, info.id)).done == 1
    name_drills(office, info, "jalur")
    assert drill_part(courses.my_parts(office, siti)).done == 6
    assert drill_part(courses.my_parts(office, udin)).done == 0


# The ladder


def test_a_seat_goes_from_the_test_to_mastery(office, siti, trainer, info, open_part, time):
    open_part(BEFORE)
    work(office, siti, 6, is_right=lambda number: number % 2)
    courses.close_part(office, trainer, info.id, BEFORE)
    open_part(PRACTICE)
    kinds = Counter()
    now = courses.next_of(office, siti)
    for _ in range(200):
        if now.kind == "selesai":
            break
        kinds[now.kind] += 1
        if now.kind == "tunggu":
            assert f"{now.until:%H.%M}" in now.sentence
            time.at = now.until
        else:
            work(office, siti, 1)
            time.on(2)
        now = courses.next_of(office, siti)
        if _ % 10 == 0:
            for class_id in banks.classes_low_on_cases(office):
                banks.top_up(office, class_id)
    assert now.kind == "selesai"
    assert kinds["kasus"] >= 12
    assert kinds["tunggu"] >= 1
    standing = courses.my_standing(office, siti)
    assert [told.rule for told in standing] == list(info.rules)
    assert all(told.mastered for told in standing)
    assert courses.parts(office, trainer, info.id)[1].done == 1
    steps = {row.step for row in rows_of(office, drawn_case)}
    assert {"tes", "campuran"} <= steps


def test_a_missed_rule_is_shown_solved_and_comes_again_in_another_family(
    office, siti, open_part, time
):
    open_part(PRACTICE)
    first = courses.next_of(office, siti)
    solved = courses.solved_case(office, siti, first.number)
    assert set(solved) == {"public", "steps", "answer"}
    assert solved["steps"][-1]["look"] == "Putusan"
    with pytest.raises(WrongUse, match="contoh"):
        training.save_mark(office, siti, first.number, "status", "layak", 1)
    with pytest.raises(WrongUse, match="contoh"):
        training.submit(office, siti, first.number)
    work(office, siti, 1)
    helped = courses.next_of(office, siti)
    assert training.my_case(office, siti, helped.number).step == "dibantu"
    with pytest.raises(NotFound):
        courses.solved_case(office, siti, helped.number)
    with pytest.raises(NotFound):
        courses.finish_example(office, siti, helped.number)
    answer(office, siti, helped.number, is_right=False)
    again = courses.next_of(office, siti)
    assert again.kind == "contoh"
    title = courses.solved_case(office, siti, again.number)["public"]["title"]
    assert title != solved["public"]["title"]


def test_help_is_given_on_its_step_only_and_is_the_same_each_time(office, siti, open_part):
    open_part(PRACTICE)
    steps = set()
    for _ in range(6):
        now = courses.next_of(office, siti)
        if now.kind == "kasus":
            state = training.my_case(office, siti, now.number)
            steps.add(state.step)
            assert bool(state.hints) == (state.step == "dibantu")
            assert training.my_case(office, siti, now.number).hints == state.hints
        work(office, siti, 1)
    assert steps == {"dibantu", "sendiri"}


def test_feedback_grows_shorter_as_a_rule_is_mastered(office, siti, open_part, time):
    open_part(PRACTICE)
    seen = []
    explain = training.training.explain

    def note(public, key, given, graded, lengths):
        seen.append(dict(lengths))
        return explain(public, key, given, graded, lengths)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training.training, "explain", note)
        for _ in range(40):
            if not work(office, siti, 1):
                time.on(31)
            time.on(1)
    said = [length for lengths in seen for length in lengths.values()]
    assert said[0] == "lengkap"
    assert {"singkat", "satu_baris"} <= set(said)


def finish(office, actor, now, is_right):
    """Grade what was handed out without a mark or a word, to get through many cases."""
    if now.kind == "contoh":
        return courses.finish_example(office, actor, now.number)
    key = key_of(office, actor, now.number)
    marks = {m.fields[0]: "tidak_sesuai" for m in key.mistakes if is_right}
    if not is_right and not key.mistakes:
        marks = dict.fromkeys(sorted(key.clean)[:1], "tidak_sesuai")
    graded = training.training.grade(key, training.training.Answer(marks, "layak"))
    place = {"class_id": actor.class_id, "seat": actor.seat, "number": now.number}
    with office.practice.writing() as connection:
        connection.execute(
            grade.insert().values(
                **place,
                answer="{}",
                grade=json.dumps(graded.to_json()),
                feedback="{}",
                score=graded.score,
                at=clock.now(),
            )
        )
        connection.execute(
            drawn_case.update()
            .where(*(drawn_case.c[name] == value for name, value in place.items()))
            .values(done_at=clock.now())
        )
    return None


def test_of_hundreds_of_cases_none_shows_a_family_twice(
    office, siti, info, open_part, close_part, time, monkeypatch
):
    """A hundred of them always; ``PROOF=1`` in the environment hands out three hundred."""
    monkeypatch.setattr(banks, "FILLED", 25)
    given, most = 0, 300 if "PROOF" in os.environ else 100
    for part, up_to in ((BEFORE, 6), (PRACTICE, most - 10), (OPENING, most - 6), (AFTER, most)):
        open_part(part)
        while given < up_to:
            now = courses.next_of(office, siti, part)
            if now.kind == "tunggu":
                # Either the bank is used up, or every rule left rests.
                banks.top_up(office, info.id)
                time.on(31)
                continue
            assert now.number == given + 1
            given += 1
            # Wrong in the mixed cases, so that nothing is ever mastered.
            step = training.my_case(office, siti, now.number).step
            finish(office, siti, now, is_right=step != "campuran")
            time.on(1)
        close_part(part)
    rows = rows_of(office, drawn_case)
    assert len(rows) == most
    families = [bank.family_of(json.loads(row.public)) for row in rows]
    assert len({name for name, _ in families}) == most
    assert len({card for _, card in families}) == most
    assert len({row.item for row in rows}) == most


def test_two_who_ask_at_once_for_one_seat_get_one_case(office, info, take, open_part):
    open_part(PRACTICE)
    people = [take(f"P {n}") for n in range(3)]
    others = [Office(office.root) for _ in range(2)]
    with ThreadPoolExecutor(12) as pool:
        asked = [
            pool.submit(courses.next_of, place, actor)
            for _ in range(3)
            for actor in people
            for place in (office, *others)
        ]
        told = {(one.result().kind, one.result().number) for one in asked}
    for other in others:
        other.practice.close()
    assert told == {("contoh", 1)}
    rows = rows_of(office, drawn_case)
    assert sorted((row.seat, row.number) for row in rows) == [(1, 1), (2, 1), (3, 1)]


def test_neighbours_do_not_get_the_same_cases_in_the_same_order(office, take, open_part):
    open_part(PRACTICE)
    orders = []
    for n in range(4):
        actor = take(f"P {n}")
        work(office, actor, 6)
        orders.append(
            tuple(row.item for row in rows_of(office, drawn_case) if row.seat == actor.seat)
        )
    assert len(set(orders)) == 4


# Pause and message


def test_in_a_pause_nothing_new_is_handed_out_and_nothing_is_lost(
    office, siti, trainer, info, open_part
):
    open_part(PRACTICE)
    work(office, siti, 1)
    number = courses.next_of(office, siti).number
    assert courses.pause(office, trainer, info.id, True).paused
    now = courses.next_of(office, siti)
    assert (now.kind, now.number) == ("jeda", number)
    assert courses.live(office, siti).paused
    with pytest.raises(WrongUse, match="menjeda"):
        answer(office, siti, number)
    # What was marked on the way is saved all the same.
    assert training.my_case(office, siti, number).answer["status"]
    courses.pause(office, trainer, info.id, False)
    assert training.submit(office, siti, number)["score"] == 1.0
    assert courses.next_of(office, siti).kind == "kasus"


def test_a_case_sent_before_a_pause_is_acknowledged_in_it(office, siti, trainer, info, open_part):
    open_part(PRACTICE)
    work(office, siti, 1)
    number = courses.next_of(office, siti).number
    told = answer(office, siti, number)
    courses.pause(office, trainer, info.id, True)
    assert training.submit(office, siti, number) == told


def test_a_case_that_was_on_the_wall_is_handed_out_to_nobody_else(
    office, take, trainer, info, open_part
):
    open_part(PRACTICE)
    first = take("Siti")
    work(office, first, 3)
    shown = [row for row in rows_of(office, drawn_case) if row.step != "contoh"]
    for row in shown:
        walls.put_on_wall(office, trainer, info.id, row.seat, row.number)
    for _ in range(4):
        work(office, take("Budi"), 8)
    handed = [row for row in rows_of(office, drawn_case) if row.seat != first.seat]
    assert handed
    assert shown
    assert not {row.item for row in handed} & {row.item for row in shown}


def test_who_has_a_case_open_keeps_it_when_it_goes_on_the_wall(
    office, siti, trainer, info, open_part
):
    open_part(PRACTICE)
    work(office, siti, 1)
    now = courses.next_of(office, siti)
    assert now.kind == "kasus"
    walls.put_on_wall(office, trainer, info.id, siti.seat, now.number)
    assert courses.next_of(office, siti) == now
    assert answer(office, siti, now.number)["score"] == 1.0


def test_a_seat_that_was_set_aside_is_not_counted_in_the_parts(
    office, take, trainer, info, open_part
):
    open_part(BEFORE)
    first, second = take("Siti"), take("Siti")
    for one in (first, second):
        work(office, one, 6)

    def counts():
        part = courses.parts(office, trainer, info.id)[0]
        return part.given, part.done

    assert counts() == (2, 2)
    boards.set_aside(office, trainer, info.id, second.seat, first.seat)
    assert counts() == (1, 1)


def test_a_message_reaches_the_class_until_it_is_taken_away(office, siti, trainer, info):
    assert courses.live(office, siti) == courses.Live()
    courses.say_to_all(office, trainer, info.id, "  Istirahat\n\x00 15 menit  ")
    told = courses.live(office, siti)
    assert told.message == "Istirahat 15 menit"
    assert told.message_at is not None
    assert courses.live(office, trainer, info.id) == told
    assert courses.say_to_all(office, trainer, info.id, "").message == ""
    assert courses.live(office, siti) == courses.Live()
    with pytest.raises(WrongUse, match="280"):
        courses.say_to_all(office, trainer, info.id, "x" * 281)
    with pytest.raises(NotFound):
        courses.pause(office, trainer, "KTIDAK", True)
    said = [row for row in rows_of(office, event) if row.field in ("jeda", "pesan")]
    assert len(said) == 2
    assert not any("Istirahat" in row.value for row in said)


# Day two, and after thirty days


def test_day_two_opens_with_what_was_missed_and_stays_as_it_began(
    office, siti, take, info, open_part, close_part, time
):
    open_part(PRACTICE)
    work(office, siti, 4, is_right=lambda number: False)
    close_part(PRACTICE)
    missed = {told.rule for told in courses.my_standing(office, siti) if told.missed}
    assert missed
    time.on(24 * 60)
    open_part(OPENING)
    first = courses.next_of(office, siti)
    mine = [row for row in rows_of(office, drawn_case) if row.part == OPENING]
    assert 1 <= len(mine) <= 4
    rules = {row.word.split(":")[0] for row in mine if ":" in row.word}
    assert rules
    assert rules <= missed
    assert courses.my_parts(office, siti)[3].of == len(mine)
    done = work(office, siti, 9)
    assert [now.number for now in done] == [row.number for row in mine]
    assert done[0] == first
    assert courses.next_of(office, siti).kind == "selesai"
    assert courses.my_parts(office, siti)[3].done == len(mine)


def test_who_missed_nothing_has_nothing_to_open_with(office, siti, open_part):
    open_part(OPENING)
    now = courses.next_of(office, siti)
    assert (now.kind, now.sentence) == ("selesai", "Tidak ada yang perlu diulang.")


def test_a_refresher_works_on_a_machine_that_knows_no_class(
    office, siti, take, open_part, time, tmp_path
):
    assert courses.make_refresher_token(office, siti) is None
    open_part(PRACTICE)
    work(office, siti, 8, is_right=lambda number: False)
    token = courses.make_refresher_token(office, siti, 4)
    assert token == courses.make_refresher_token(office, siti, 4)
    udin = take("Udin")
    assert courses.make_refresher_token(office, udin, 4) != token
    assert returns.read_token(token, time.at.date()).made_on == time.at.date()

    elsewhere = Office(tmp_path / "rumah")
    joined = courses.open_refresher(elsewhere, token, time.at.date() + timedelta(days=30))
    actor = joined.actor
    progress = training.my_progress(elsewhere, actor)
    assert 1 <= progress.of <= 4
    assert progress.class_name == "Penyegaran"
    now = courses.next_of(elsewhere, actor)
    assert (now.kind, now.number, now.part) == ("kasus", 1, 0)
    assert "items" in answer(elsewhere, actor, 1)
    again = courses.open_refresher(elsewhere, token, time.at.date() + timedelta(days=31))
    assert again.actor == actor
    assert again.token != joined.token
    assert training.my_progress(elsewhere, actor).done == 1
    trainer = Actor("A-pelatih", "Pelatih", Role.PELATIH, Workspace.LATIHAN, ("36.73",))
    assert classes.list_classes(elsewhere, trainer) == ()
    assert classes.current_class(elsewhere) is None
    elsewhere.practice.close()


@pytest.mark.parametrize("token", ["", "rusak", "A" * 5000, "../../etc", "<b>"])
def test_a_link_that_does_not_work_is_answered_with_a_sentence(office, token):
    with pytest.raises(WrongUse, match="rusak"):
        courses.open_refresher(office, token)


# The bank runs low


def test_what_one_seat_has_nearly_used_up_is_drawn_again(office, info, siti, open_part, time):
    assert banks.classes_low_on_cases(office) == ()
    assert banks.top_up(office, info.id) == 0
    open_part(PRACTICE)
    work(office, siti, 20, is_right=lambda number: False)
    assert banks.classes_low_on_cases(office) == (info.id,)
    before = len(rows_of(office, bank_case))
    drawn = banks.top_up(office, info.id)
    assert drawn >= 2
    cases = rows_of(office, bank_case)
    assert len(cases) == before + drawn
    families = [bank.family_of(json.loads(row.public)) for row in cases]
    assert len({name for name, _ in families}) == len(families)
    assert banks.classes_low_on_cases(office) == ()


def test_with_an_empty_bank_a_seat_waits_and_goes_on_when_it_is_filled(
    office, info, siti, open_part
):
    with office.practice.writing() as connection:
        for table in (bank_key, bank_case):
            connection.execute(table.delete())
    open_part(PRACTICE)
    now = courses.next_of(office, siti)
    assert now.kind == "tunggu"
    assert "disiapkan" in now.sentence
    assert banks.top_up(office, info.id)
    assert courses.next_of(office, siti).kind == "contoh"


# The office's own tasks


def test_what_the_office_wrote_is_practised_and_changes_nothing_else(
    drawn, info, trainer, tmp_path, monkeypatch
):
    rule, other = info.rules[0], info.rules[1]
    strange = "IDN-09" if "IDN-09" not in info.rules else "IDN-10"
    note = "Ibu ditemui di rumah kerabat."
    tasks = [
        CaseTask(2, rule, "", 5, "sedang", note, has_look_alike=True),
        CaseTask(3, other, "tidak ada di katalog", 1, "sedang"),
        CaseTask(4, strange, "", 2, "sedang"),
    ]
    office = Office(tmp_path / "lain")
    drafts = [
        own_tasks.Draft(own_tasks.task_id(task), task.row, task, False, False) for task in tasks
    ]
    own_tasks.save_tasks(office, trainer, drafts)
    monkeypatch.setattr(secrets, "choice", Random(5).choice)
    opened = classes.open_class(office, trainer, SETTINGS)
    assert (opened.id, opened.rules) == (info.id, info.rules)

    usual = Office(drawn[0])
    before, after = rows_of(usual, bank_case), rows_of(office, bank_case)
    usual.practice.close()
    assert after[: len(before)] == before
    own = after[len(before) :]
    assert {row.form for row in own} == {""}
    assert {row.word.partition(":")[0] for row in own if ":" in row.word} == {rule}
    assert 1 <= sum(":" in row.word for row in own) <= own_tasks.MAX_FAMILIES
    assert sum(note in row.public for row in own) == sum(":" in row.word for row in own)
    families = [bank.family_of(json.loads(row.public)) for row in after]
    assert len({name for name, _ in families}) == len(families)
    assert len(rows_of(office, bank_key)) == len(after)

    had = {row.item for row in before}
    with office.practice.reading() as connection:
        taken = banks.unused_item(connection, info.id, own[0].word, had, "dadu")
    assert taken in {row.item for row in own}
    office.practice.close()


def test_a_class_takes_no_more_than_so_many_cases_of_the_office(office, trainer, monkeypatch):
    monkeypatch.setattr(own_tasks, "MAX_PRACTICE", 2)
    task = CaseTask(2, "IDN-09", "", 3, "sedang")
    own_tasks.save_tasks(
        office, trainer, [own_tasks.Draft(own_tasks.task_id(task), 2, task, False, False)]
    )
    assert len(own_tasks.practice_cases(office, {"IDN-09"}, 1).cases) == 2
    assert own_tasks.practice_cases(office, {"KEL-01"}, 1).cases == ()


# Keys


def test_no_key_leaves_before_grading(office, info, trainer, take, open_part):
    """Whatever a trainee or trainer is told, nothing of it is in any key of the class."""
    open_part(BEFORE, PRACTICE, DRILLS, OPENING, AFTER)
    siti = take()
    told = []
    for part in (BEFORE, PRACTICE, OPENING, AFTER, None):
        now = courses.next_of(office, siti, part)
        told.append(now)
        if now.kind == "kasus":
            told.append(training.my_case(office, siti, now.number))
    courses.finish_example(office, siti, courses.next_of(office, siti, PRACTICE).number)
    helped = courses.next_of(office, siti, PRACTICE)
    told += [
        helped,
        training.my_case(office, siti, helped.number),
        training.my_progress(office, siti),
        training.results_by_rule(office, siti),
        courses.my_parts(office, siti),
        courses.my_standing(office, siti),
        courses.live(office, siti),
        courses.parts(office, trainer, info.id),
        boards.board(office, trainer, info.id).people,
    ]
    said = json.dumps([_plain(one) for one in told], default=str)
    mistakes = [
        mistake
        for row in rows_of(office, bank_key)
        for mistake in Key.from_json(json.loads(row.key)).mistakes
    ]
    assert len(mistakes) > 20
    names = {"mistakes", "touched", "companions", "follow_ups", "look_alike", "word", "item"}
    assert not names & set(_names(json.loads(said)))
    for mistake in mistakes:
        assert mistake.plant not in said
        assert mistake.why not in said
        assert mistake.question not in said
    # What its number in the bank is would tell the rule as well.
    state = training.my_case(office, siti, helped.number)
    assert (state.public["number"], state.public["of"]) == (helped.number, 0)


def _plain(one):
    if isinstance(one, tuple | list):
        return [_plain(item) for item in one]
    if isinstance(one, dict):
        return {str(name): _plain(item) for name, item in one.items()}
    return asdict(one) if hasattr(one, "__dataclass_fields__") else one


def _names(one):
    if isinstance(one, dict):
        for name, item in one.items():
            yield name
            yield from _names(item)
    elif isinstance(one, list):
        for item in one:
            yield from _names(item)


# Classes without parts


def test_a_class_of_fixed_cases_is_told_in_the_same_words(office, trainer):
    settings = replace(SETTINGS, parts=(), n_cases=2, seats=2)
    opened = classes.open_class(office, trainer, settings)
    actor = arrivals.join(office, opened.join_code, "Ani", "operator", "36.73").actor
    assert not opened.has_parts
    assert courses.next_of(office, actor) == courses.Next("kasus", 1, 0)
    state = training.my_case(office, actor, 1)
    assert (state.part, state.kind, state.step, state.hints, state.is_test) == (
        0,
        "tetap",
        "",
        (),
        False,
    )
    assert answer(office, actor, 1)["score"] == 1.0
    answer(office, actor, 2)
    assert courses.next_of(office, actor).kind == "selesai"
    assert courses.my_parts(office, actor) == ()
    assert courses.my_standing(office, actor) == ()
    assert courses.parts(office, trainer, opened.id) == ()
    assert courses.make_refresher_token(office, actor) is None
    assert ladder.Step.EXAMPLE not in {row.step for row in rows_of(office, drawn_case)}

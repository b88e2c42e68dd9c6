"""Drills as people play them: stored before acknowledged, first answer stands, nothing leaks."""

import json
import secrets
from dataclasses import asdict
from random import Random

import pytest
from sqlalchemy import func, select

from workbench.errors import Forbidden, NotFound, WrongUse
from workbench.services import classes, courses, drills, own_tasks
from workbench.services.drill_books import reading
from workbench.services.office import Office
from workbench.store.tables import drill_answer
from workbench.training.authoring import QuestionTask
from workbench.training.drills import rare, rounds
from workbench.training.drills.rounds import DRILLS, OWN

QUESTIONS = ["jalur", "peristiwa", "graduasi", "dtks_p3ke"]
SHIPPED = [name for name in DRILLS if name != OWN]


@pytest.fixture
def opened(office, trainer, class_settings):
    """The cards of a seat go by the class's code, so that is the same each time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secrets, "choice", Random(5).choice)
        return classes.open_class(office, trainer, class_settings)


@pytest.fixture
def trainee(join):
    return join("Siti").actor


@pytest.fixture
def keep(office, trainer):
    """Saves questions of the office, each named by a word of its own; returns their ids."""

    def kept(*names, key="A", options=("betul {}", "keliru {}", "salah {}"), why="Sebab {}."):
        drafts = []
        for name in names:
            words = tuple(one.format(name) for one in options)
            task = QuestionTask(
                0,
                f"Apa {name}?",
                words,
                key,
                why.format(name),
                "Catatan kantor",
                "umum",
                "mudah",
            )
            drafts.append(own_tasks.Draft(own_tasks.task_id(task), 2, task, False, False))
        own_tasks.save_tasks(office, trainer, drafts)
        return [draft.id for draft in drafts]

    return kept


def code_of(state, words):
    """The code of the choice that begins so."""
    return next(code for code, said in state.public["choices"] if said.startswith(words))


def say(words):
    return lambda _office, _actor, state: code_of(state, words)


def the_card(office, actor, state):
    """The card with its key, as the kernel never tells it."""
    with reading(office, actor) as book:
        drill = DRILLS[state.drill]
        played, questions = book.rounds(drill)[state.round], drills._questions(book, drill)
        return drills._card(drill, actor, state.round, state.place, played, questions)


def right_value(office, actor, state):
    key = the_card(office, actor, state).key
    return " ".join(key.order or sorted(key.accepted[0]))


def play(office, actor, drill, settings=None, choose=right_value):
    """Answer a whole round; returns what came of each card."""
    state = drills.open_round(office, actor, drill, settings)
    said = []
    while state:
        value = choose(office, actor, state)
        said.append(drills.answer(office, actor, drill, state.round, state.place, value))
        state = drills.card(office, actor, drill)
    return said


def test_the_list_names_every_drill_and_what_waits(office, trainee):
    assert [one.name for one in drills.drills(office, trainee)] == SHIPPED
    state = drills.open_round(office, trainee, "jalur")
    drills.answer(office, trainee, "jalur", 1, 1, right_value(office, trainee, state))
    one = next(one for one in drills.drills(office, trainee) if one.name == "jalur")
    assert (one.place, one.of, one.played, one.streak) == (2, 6, 0, 1)


@pytest.mark.parametrize("drill", [*QUESTIONS, "kategori"])
def test_a_round_of_right_answers_is_all_right(office, trainee, drill):
    said = play(office, trainee, drill)
    assert len(said) == DRILLS[drill].size
    assert all(one.feedback["is_right"] for one in said)
    assert said[-1].is_last
    assert said[-1].streak == len(said)
    report = drills.report(office, trainee, drill)
    assert (report.right, report.of, report.missed) == (len(said), len(said), ())


def test_an_answer_outlives_the_process_and_the_first_one_stands(office, trainee):
    state = drills.open_round(office, trainee, "jalur")
    codes = [code for code, _ in state.public["choices"]]
    mode = state.public["mode"]
    first, second = (" ".join(codes), " ".join(reversed(codes)))
    if mode == "satu":
        first, second = codes[:2]
    said = drills.answer(office, trainee, "jalur", 1, 1, first)
    office.practice.close()
    later = Office(office.root)
    assert drills.answer(later, trainee, "jalur", 1, 1, second) == said
    assert said.feedback["chosen"] == first.split(" ")
    assert drills.card(later, trainee, "jalur").place == 2
    later.practice.close()


def test_what_is_right_is_on_no_card_before_it_is_answered(office, trainee, keep):
    keep("A")
    for drill in DRILLS:
        settings = {"rate": 50} if drill == "langka" else {}
        state = drills.open_round(office, trainee, drill, settings)
        card = the_card(office, trainee, state)
        told = json.dumps(asdict(state))
        assert card.key.why not in told or not card.key.why
        assert card.item not in told
        assert not {"accepted", "key", "is_error", "item"} & set(state.public)


def test_two_seats_get_other_cards_and_one_seat_the_same_again(office, join):
    one, other = join("Siti").actor, join("Udin").actor
    mine = drills.open_round(office, one, "kategori")
    assert drills.open_round(office, one, "kategori") == mine
    assert drills.open_round(office, other, "kategori").public != mine.public


def test_an_open_round_goes_on_and_another_rate_begins_anew(office, trainee):
    first = drills.open_round(office, trainee, "langka", {"rate": 20})
    drills.answer(office, trainee, "langka", 1, 1, "cek")
    again = drills.open_round(office, trainee, "langka", {"rate": 20})
    assert (first.round, again.round, again.place, again.of) == (1, 1, 2, 40)
    other = drills.open_round(office, trainee, "langka", {"rate": 5})
    assert (other.round, other.place, other.of) == (2, 1, 70)
    with pytest.raises(WrongUse, match="sudah diganti"):
        drills.answer(office, trainee, "langka", 1, 2, "cek")


@pytest.mark.parametrize(
    ("drill", "number", "place", "value"),
    [
        ("jalur", 1, 2, "x"),
        ("jalur", 1, 0, "x"),
        ("jalur", 1, -1, "x"),
        ("jalur", 2, 1, "x"),
        ("jalur", True, 1, "x"),
        ("jalur", None, None, None),
        ("jalur", 1, 1, "tidak-ada"),
        ("jalur", 1, 1, ""),
        ("jalur", 1, 1, ["x"]),
        ("graduasi", 1, 1, "x"),
    ],
)
def test_what_a_card_does_not_have_is_refused_and_not_stored(
    office, trainee, drill, number, place, value
):
    drills.open_round(office, trainee, "jalur")
    with pytest.raises(WrongUse):
        drills.answer(office, trainee, drill, number, place, value)
    with office.practice.reading() as connection:
        assert connection.execute(select(func.count()).select_from(drill_answer)).scalar() == 1


def test_a_drill_that_is_none_is_refused(office, trainee):
    for name in ("lain", None, 7):
        with pytest.raises(NotFound):
            drills.open_round(office, trainee, name)


@pytest.mark.parametrize("rate", [None, 3, "5", True, 0])
def test_rare_errors_need_one_of_the_offered_rates(office, trainee, rate):
    with pytest.raises(WrongUse, match="Pilih seberapa sering"):
        drills.open_round(office, trainee, "langka", {"rate": rate})


def test_the_block_is_not_explained_until_its_end_and_gives_nothing_away(office, trainee):
    said = play(office, trainee, "langka", {"rate": 50})
    assert [one.feedback is not None for one in said] == [True] * 10 + [False] * 20
    # The row of right answers stands still while nothing is explained.
    assert {one.streak for one in said[9:]} == {10}
    assert drills.report(office, trainee, "langka").of == 30


def test_skill_is_refused_below_ten_and_ten_and_read_above(office, trainee):
    play(office, trainee, "langka", {"rate": 50})
    first = drills.report(office, trainee, "langka").rare
    assert first.burst.d_prime is None
    assert "baru 5 kasus salah" in first.burst.refusal
    assert first.block.counts.errors == first.block.counts.clean == 10
    assert first.block.d_prime is not None
    play(office, trainee, "langka", {"rate": 50}, lambda *_: "sesuai")
    second = drills.report(office, trainee, "langka").rare
    assert second.burst.counts.errors == 10
    assert second.burst.counts.misses == 5
    assert second.shift
    assert sum(one.counts.errors for _, one in second.rules) == 30


def test_who_flags_everything_is_told_so_and_who_flags_nothing_too(office, join):
    words = []
    for name, value in (("Siti", "cek"), ("Udin", "sesuai")):
        actor = join(name).actor
        for _ in range(2):
            play(office, actor, "langka", {"rate": 50}, lambda *_, chosen=value: chosen)
        words.append(drills.report(office, actor, "langka").rare.block.words)
    assert words == [
        "belum terbukti teliti, dan terlalu mudah menandai",
        "belum terbukti teliti, dan terlalu hati-hati",
    ]


def test_a_meeting_ends_in_minutes_of_what_was_decided(office, trainee):
    decided = []

    def choose(office, actor, state):
        options = dict(state.public["choices"])
        if "perlu_verval" in options:
            decided.append("perlu_verval")
            return "perlu_verval"
        return next(iter(options))

    said = play(office, trainee, "musyawarah", choose=choose)
    assert len(said) == 17
    minutes = drills.report(office, trainee, "musyawarah").minutes
    assert [row["decision"] for row in minutes["families"]] == ["Ditunda, perlu kunjungan lagi"] * 5
    assert all(row["reason"] and row["answer"] and row["objection"] for row in minutes["families"])
    # Only one was invited: a warning, and the meeting went on all the same.
    assert "Belum memenuhi ketentuan setempat?" in minutes["warning"]


def test_a_report_waits_for_the_last_card(office, trainee):
    drills.open_round(office, trainee, "jalur")
    with pytest.raises(WrongUse, match="belum selesai"):
        drills.report(office, trainee, "jalur")


def test_a_trainer_plays_for_the_wall_and_leaves_nothing_behind(office, trainer, opened):
    said = play(office, trainer, "jalur")
    assert len(said) == 6
    assert drills.report(office, trainer, "jalur").right == 6
    with office.practice.reading() as connection:
        assert connection.execute(select(func.count()).select_from(drill_answer)).scalar() == 0
    assert drills.card(Office(office.root), trainer, "jalur") is None


def test_a_seat_nobody_took_has_no_drills(office, trainee, opened):
    from dataclasses import replace

    stranger = replace(trainee, seat=5, id=f"{opened.id}.5")
    with pytest.raises(Forbidden):
        drills.open_round(office, stranger, "jalur")
    with pytest.raises(Forbidden):
        drills.drills(office, replace(trainee, seat=2))


def test_a_class_is_summed_up_with_what_was_hardest(office, trainer, opened, join):
    one, other = join("Siti").actor, join("Udin").actor
    play(office, one, "graduasi")

    def wrong(office, actor, state):
        card = the_card(office, actor, state)
        codes = [code for code, _ in card.choices]
        if card.mode == "urut":
            return " ".join(reversed(card.key.order))
        held = set().union(*card.key.accepted)
        return next(code for code in codes if code not in held | card.key.also)

    play(office, other, "graduasi", choose=wrong)
    play(office, other, "langka", {"rate": 50}, lambda *_: "cek")
    found = {one.name: one for one in drills.class_drills(office, trainer, opened.id)}
    assert list(found) == SHIPPED
    graduasi = found["graduasi"]
    assert (graduasi.players, graduasi.answered, graduasi.share.value) == (2, 12, 0.5)
    assert len(graduasi.hardest) == 3
    assert all(item.wrong <= item.answered for item in graduasi.hardest)
    assert all("ditandai" in item.words for item in found["langka"].hardest)
    assert found["jalur"].share is None
    with pytest.raises(NotFound):
        drills.class_drills(office, trainer, "TIDAK")


def test_every_stored_item_and_answer_fits_its_column(office, trainee):
    for drill in (*QUESTIONS, "kategori", "musyawarah"):
        play(office, trainee, drill, choose=lambda o, a, s: _longest(s))
    play(office, trainee, "langka", {"rate": 50})
    with office.practice.reading() as connection:
        rows = connection.execute(select(drill_answer)).all()
    assert max(len(row.item) for row in rows) <= drill_answer.c.item.type.length
    assert max(len(row.answer) for row in rows) <= drill_answer.c.answer.type.length
    assert max(len(row.drill) for row in rows) <= drill_answer.c.drill.type.length
    assert rare.BURST == 10
    assert rounds.RARE == "langka"


def _longest(state):
    codes = [code for code, _ in state.public["choices"]]
    return codes[0] if state.public["mode"] == "satu" else " ".join(codes[:6])


# The questions of the office


def test_own_questions_are_a_drill_while_there_are_any(office, trainee, trainer, keep):
    assert OWN not in {one.name for one in drills.drills(office, trainee)}
    with pytest.raises(WrongUse, match="Belum ada soal dari kantor"):
        drills.open_round(office, trainee, OWN)
    (name,) = keep("desil")
    one = drills.drills(office, trainee)[-1]
    assert (one.name, one.title) == (OWN, "Soal dari kantor Anda")
    own_tasks.withdraw(office, trainer, name)
    assert OWN not in {one.name for one in drills.drills(office, trainee)}


def test_an_own_question_is_explained_as_its_trainer_wrote_it(office, trainee, keep):
    keep("desil", key="B")
    state = drills.open_round(office, trainee, OWN)
    assert state.public["question"] == "Apa desil?"
    assert "Sebab" not in json.dumps(asdict(state))
    said = drills.answer(office, trainee, OWN, 1, 1, code_of(state, "betul"))
    assert said.feedback["right"] == [code_of(state, "keliru")]
    assert (said.feedback["is_right"], said.feedback["words"]) == (False, "Sebab desil.")
    assert said.feedback["source"] == "Catatan kantor"


def test_choices_lie_in_another_order_for_another_seat(office, join, keep):
    keep(*"ABCDEFGH")
    asked = []
    for name in ("Siti", "Udin"):
        actor, seen = join(name).actor, {}

        def look(_office, _actor, state, seen=seen):
            seen[state.public["question"]] = [words for _, words in state.public["choices"]]
            return code_of(state, "betul")

        play(office, actor, OWN, choose=look)
        asked.append(seen)
    assert list(asked[0]) != list(asked[1])
    assert any(asked[0][one] != asked[1][one] for one in asked[0])
    assert all(sorted(asked[0][one]) == sorted(asked[1][one]) for one in asked[0])


def test_questions_met_least_come_first(office, trainee, keep):
    keep(*"ABCDEFGHIJKL")
    asked = []

    def look(_office, _actor, state):
        asked.append(state.public["question"])
        return code_of(state, "betul")

    play(office, trainee, OWN, choose=look)
    assert len(set(asked)) == 8
    play(office, trainee, OWN, choose=look)
    assert len(set(asked[:12])) == 12


def test_what_was_missed_is_asked_once_more_and_counts_once(office, trainee, trainer, opened, keep):
    keep("A", "B", "C")
    seen = []

    def choose(_office, _actor, state):
        first = state.public["question"] not in seen
        seen.append(state.public["question"])
        assert state.public["heading"] == ("" if first else "Sekali lagi")
        is_wrong = first and state.public["question"] != "Apa B?"
        return code_of(state, "salah" if is_wrong else "betul")

    said = play(office, trainee, OWN, choose=choose)
    assert [one.is_last for one in said] == [False] * 4 + [True]
    assert seen[3:] == [one for one in seen[:3] if one != "Apa B?"]
    report = drills.report(office, trainee, OWN)
    assert (report.right, report.of, len(report.missed)) == (1, 3, 2)
    found = drills.class_drills(office, trainer, opened.id)[-1]
    assert (found.name, found.players, found.answered) == (OWN, 1, 3)
    assert {one.words for one in found.hardest} == {"Apa A?", "Apa C?"}
    assert drills.drills(office, trainee)[-1].played == 1


def test_a_question_withdrawn_before_its_answer_is_passed_over(
    office, trainee, trainer, opened, keep
):
    names = dict(zip(("Apa A?", "Apa B?", "Apa C?"), keep("A", "B", "C"), strict=True))
    state = drills.open_round(office, trainee, OWN)
    drills.answer(office, trainee, OWN, 1, 1, code_of(state, "betul"))
    state = drills.card(office, trainee, OWN)
    own_tasks.withdraw(office, trainer, names[state.public["question"]])
    said = drills.answer(office, trainee, OWN, 1, 2, code_of(state, "betul"))
    assert said.notice.startswith("Soal tadi sudah ditarik")
    assert said.feedback is None
    state = drills.card(office, trainee, OWN)
    assert (state.place, state.streak) == (3, 1)
    own_tasks.withdraw(office, trainer, names[state.public["question"]])
    assert drills.card(office, trainee, OWN) is None
    report = drills.report(office, trainee, OWN)
    assert (report.right, report.of, report.missed) == (1, 1, ())
    assert drills.class_drills(office, trainer, opened.id)[-1].answered == 1
    assert courses.my_parts(office, trainee) == ()


def test_a_question_rewritten_before_its_answer_is_asked_in_its_new_words(office, trainee, keep):
    keep("A")
    state = drills.open_round(office, trainee, OWN)
    keep("A", options=("kata baru", "keliru A", "salah A"))
    said = drills.answer(office, trainee, OWN, 1, 1, code_of(state, "betul"))
    assert said.notice == "Soal ini baru saja diubah pelatih. Baca lagi, lalu jawab."
    state = drills.card(office, trainee, OWN)
    said = drills.answer(office, trainee, OWN, 1, 1, code_of(state, "salah"))
    assert (said.notice, said.feedback["is_right"]) == ("", False)
    assert said.feedback["right"] == [code_of(state, "kata")]
    # What was answered has other words now: it is told no more, and still counts.
    keep("A", options=("kata baru", "keliru A", "lain lagi"))
    state = drills.card(office, trainee, OWN)
    drills.answer(office, trainee, OWN, 1, 2, code_of(state, "kata"))
    report = drills.report(office, trainee, OWN)
    assert (report.right, report.of, report.missed) == (0, 1, ())


def test_a_key_mended_meanwhile_judges_what_is_answered_from_then_on(office, trainee, keep):
    keep("A", key="C")
    state = drills.open_round(office, trainee, OWN)
    keep("A", key="A")
    assert drills.answer(office, trainee, OWN, 1, 1, code_of(state, "betul")).feedback["is_right"]


@pytest.mark.parametrize("value", ["", "tidak-ada", ["x"], None])
def test_an_own_question_stores_no_answer_it_has_not(office, trainee, keep, value):
    keep("A")
    drills.open_round(office, trainee, OWN)
    assert drills.answer(office, trainee, OWN, 1, 1, value).notice
    assert drills.card(office, trainee, OWN).place == 1


def test_a_part_that_asks_for_own_questions_is_finished_with_the_first_answers(
    office, trainee, keep
):
    from workbench.services.ladders import drilled

    keep("A", "B")
    state = drills.open_round(office, trainee, OWN)
    for place in (1, 2):
        drills.answer(office, trainee, OWN, 1, place, code_of(state, "salah"))
        state = drills.card(office, trainee, OWN)
    assert state.public["heading"] == "Sekali lagi"
    with office.practice.reading() as connection:
        (one,) = drilled(connection, trainee.class_id)
    assert (one.drill, one.cards, one.rounds) == (OWN, 2, 1)


def test_a_trainer_tries_own_questions_for_the_wall(office, trainer, opened, keep):
    keep("A", "B")
    said = play(office, trainer, OWN, choose=say("betul"))
    assert [one.feedback["is_right"] for one in said] == [True, True]
    assert drills.class_drills(office, trainer, opened.id)[-1].answered == 0


# A pause


def test_in_a_pause_nothing_is_asked_and_nothing_is_answered(office, trainee, trainer, opened):
    state = drills.open_round(office, trainee, "jalur")
    value = right_value(office, trainee, state)
    said = drills.answer(office, trainee, "jalur", 1, 1, value)
    courses.pause(office, trainer, opened.id, True)
    state = drills.card(office, trainee, "jalur")
    later = right_value(office, trainee, state)
    with pytest.raises(WrongUse, match="menjeda"):
        drills.answer(office, trainee, "jalur", 1, 2, later)
    with pytest.raises(WrongUse, match="menjeda"):
        drills.open_round(office, trainee, "graduasi")
    # What was stored before is still acknowledged.
    assert drills.answer(office, trainee, "jalur", 1, 1, value) == said
    assert drills.open_round(office, trainer, "graduasi").place == 1
    courses.pause(office, trainer, opened.id, False)
    assert drills.answer(office, trainee, "jalur", 1, 2, later).feedback["is_right"]

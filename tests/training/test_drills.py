"""What drills hold: content that keeps its own rules, cards dealt fairly, rare errors as asked."""

import subprocess
import sys
from collections import Counter
from datetime import date
from random import Random

import pytest

from workbench.domain.ages import age_on
from workbench.domain.nik import Nik, is_practice
from workbench.domain.reference import reference
from workbench.errors import WrongUse
from workbench.training.authoring import QuestionTask
from workbench.training.drills import meeting, own, questions, rare, rounds
from workbench.training.drills.cards import CATEGORY, ONE, ORDER, Card, Key, code_of, judge
from workbench.training.drills.rounds import DRILLS, card_at, deal, pool

QUESTIONS = ("jalur", "peristiwa", "graduasi", "dtks_p3ke", "sikap")
#: What no written source confirms, by the words a screen uses for it.
LOCAL = "berbeda"


def questions_of(name):
    return [questions.question_card(name, item, Random(item)) for item in questions.lines(name)]


def categories():
    return [questions.category_card(item, Random(item)) for item in questions.lines("kategori")]


def meeting_cards():
    """Every card that a meeting can ask, whatever was decided before."""
    names = tuple(meeting.families())
    for start in range(0, len(names), meeting.FAMILIES):
        order = (names[start:] + names)[: meeting.FAMILIES]
        for decision in ("layak", "tidak_layak", "perlu_verval"):
            for place in range(1, meeting.PLACES + 1):
                yield meeting.meeting_card(order, place, {place - 1: decision}, Random(place))


def all_cards():
    yield from categories()
    for name in QUESTIONS:
        yield from questions_of(name)
    yield from meeting_cards()
    for place in range(1, 121):
        yield rare.rare_card("uji", place % 30 + 1, 50)


def said(card):
    """Everything that may be said after a card."""
    return [card.key.why, *card.key.comments.values()]


def test_every_card_explains_itself_in_sixty_words_with_its_source():
    for card in all_cards():
        assert card.key.source, card.item
        for words in said(card):
            assert len(f"{words} {card.key.care}".split()) <= 60, card.item
        assert card.key.why or set(card.key.comments) == {code for code, _ in card.choices}


def test_every_card_offers_at_most_six_choices_all_different_and_a_way_to_be_right():
    for card in all_cards():
        codes = [code for code, _ in card.choices]
        assert 2 <= len(codes) <= (7 if card.item in ("hadir", "penutup") else 6), card.item
        assert len(set(codes)) == len(codes), card.item
        offered = set(codes) | {code for code, _ in card.searched}
        assert set().union(card.key.also, *card.key.accepted) <= offered, card.item
        if card.mode == ORDER:
            assert sorted(card.key.order) == sorted(codes)
            assert tuple(codes) != card.key.order
            assert judge(card, " ".join(card.key.order)).is_right
        elif not card.item.endswith(".alasan"):
            assert card.key.accepted, card.item
        for accepted in card.key.accepted:
            assert judge(card, " ".join(sorted(accepted))).is_right
            assert card.mode != ONE or len(accepted) == 1


def test_all_twenty_six_kinds_are_asked_and_eighty_stories_are_there():
    lines = questions.lines("kategori")
    held = Counter(
        code
        for line in lines.values()
        for code in set(line["kategori"].replace("/", "+").split("+"))
    )
    assert len(lines) >= 80
    assert set(held) - {questions.NONE} == set(questions.kinds())
    assert len(questions.kinds()) == len(reference("pmks_kategori")) == 26
    assert sum("+" in line["kategori"] for line in lines.values()) >= 10


def test_a_kind_with_an_age_limit_has_a_story_on_either_side_of_it():
    """The stories speak of ages within a year of the limit, inside and out."""
    for code, inside, outside in (
        ("01", "k01b", "k02b"),
        ("05", "k05b", "k09b"),
        ("23", "k08c", "k08e"),
        ("03", "k15c", "k03c"),
    ):
        cards = {card.item: card for card in categories()}
        assert all(code in one for one in cards[inside].key.accepted)
        assert not any(code in one for one in cards[outside].key.accepted)


def test_a_sensitive_kind_comes_with_its_reminder():
    sensitive = {row["kode"][-2:] for row in reference("pmks_kategori") if row["sensitif"] == "ya"}
    for card in categories():
        held = set().union(*card.key.accepted)
        if held & sensitive:
            assert "tanpa nama" in card.key.care, card.item


def test_what_is_unconfirmed_is_said_to_differ_and_is_not_the_only_right_answer():
    fire = next(card for card in categories() if card.item == "k22b")
    assert {frozenset({"22"}), frozenset({"21"})} == set(fire.key.accepted)
    assert LOCAL in fire.key.why
    child = next(card for card in categories() if card.item == "k04a")
    assert LOCAL in child.key.why
    invited = next(card for card in meeting_cards() if card.item == "hadir")
    assert LOCAL in invited.key.why
    letter = questions.lines("jalur")["j06"]
    assert LOCAL in letter["mengapa"]


def test_the_right_choice_is_not_told_by_its_length():
    """Choosing the longest words must not pay much more than guessing."""
    cards = [card for name in QUESTIONS for card in questions_of(name) if card.mode == ONE]
    longest = sum(
        judge(card, max(card.choices, key=lambda one: len(one[1]))[0]).is_right for card in cards
    )
    assert longest / len(cards) <= 0.5


def test_more_than_one_decision_can_be_right_and_a_reason_belongs_to_its_decision():
    for family in meeting.families().values():
        options = family["pilihan"]
        assert any(one["tepat"] for one in options.values())
        for one in options.values():
            fits = [words for words, right in one["alasan"] if right]
            assert bool(fits) == one["tepat"], family["id"]
    assert (
        sum(
            sum(one["tepat"] for one in family["pilihan"].values()) > 1
            for family in meeting.families().values()
        )
        >= 5
    )


@pytest.mark.parametrize("drill", [one for one in DRILLS if one not in (rounds.RARE, rounds.OWN)])
def test_nobody_sees_a_card_twice_before_all_have_come(drill):
    items = pool(DRILLS[drill])
    size = meeting.FAMILIES if drill == rounds.MEETING else DRILLS[drill].size
    dealt = []
    for number in range(1, 30):
        cards = deal(items, size, "K.1", number)
        assert len(set(cards)) == size
        dealt += cards
    for start in range(0, len(dealt) - len(items), len(items)):
        assert sorted(dealt[start : start + len(items)]) == sorted(items)
    assert deal(items, size, "K.2", 1) != deal(items, size, "K.1", 1)


def test_a_round_is_the_same_on_another_machine():
    code = (
        "from workbench.training.drills import DRILLS, card_at\n"
        "for name, settings in (('kategori', {}), ('langka', {'rate': 20})):\n"
        "    for place in range(1, 6):\n"
        "        print(card_at(DRILLS[name], 'K.1', 3, place, settings, {}).to_public())\n"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1


@pytest.mark.parametrize("rate", rare.BLOCKS)
def test_the_block_holds_the_rate_that_was_asked(rate):
    n = rare.BLOCKS[rate]
    errors = 0
    for number in range(600):
        wrong = rare.is_error_at(f"uji:{number}", rate)
        assert len(wrong) == rare.BURST + n
        assert sum(wrong[: rare.BURST]) == rare.BURST_ERRORS
        errors += sum(wrong[rare.BURST :])
    assert abs(errors / (600 * n) - rate / 100) <= 0.1 * rate / 100


def test_wrong_and_clean_cards_come_from_all_rules_alike():
    wrong = rare.is_error_at("uji", 50) * 12
    counts = Counter(zip(rare.rules_at("uji", wrong), wrong, strict=True))
    assert len(counts) == 24
    assert max(counts.values()) - min(counts.values()) <= 1


def rare_cards(rule, is_error):
    for number in range(200):
        for place in range(1, 31):
            card = rare.rare_card(f"uji:{number}", place, 50)
            if card.item.startswith(f"{rule}.{'salah' if is_error else 'benar'}."):
                yield {name: dict(rows) for name, rows in card.sheets}


@pytest.mark.parametrize("is_error", [True, False])
def test_a_wrong_card_is_wrong_and_a_clean_one_clean(is_error):
    """Read again from the papers alone, without what made them."""
    seen = Counter()
    for sheets in rare_cards("IDN-10", is_error):
        listed, paper = sheets["Di daftar"], sheets["KTP-el"]
        same = listed["Jenis kelamin"][0] == paper["Jenis kelamin"][0]
        assert same is not is_error
        assert Nik.parse(paper["NIK"]).sex == paper["Jenis kelamin"][0]
        seen["sex"] += 1
    for sheets in rare_cards("IDN-18", is_error):
        listed, paper = sheets["Di daftar"]["NIK"], sheets["KTP-el"]["NIK"].replace(" ", "")
        assert (listed == paper) is not is_error
        assert sorted(listed) == sorted(paper)
        assert is_practice(listed)
        seen["nik"] += 1
    for sheets in rare_cards("KEL-28", is_error):
        stated = int(sheets["Di daftar"]["Jumlah anggota"].split()[0])
        assert (stated == len(sheets["Kartu Keluarga"])) is not is_error
        seen["members"] += 1
    assert min(seen.values()) > 50
    assert len(seen) == 3


def test_whoever_was_born_on_a_leap_day_can_stand_on_every_card(monkeypatch):
    monkeypatch.setattr(rare, "_birth", lambda *asked: date(1980, 2, 29))
    for rule, maker in rare._MAKERS.items():
        for seed in range(20):
            right, wrong = (maker(Random(seed), is_error) for is_error in (False, True))
            assert right.rows, rule
            assert rule != "IDN-09" or right.record != wrong.record


def test_ages_and_mothers_on_the_cards_are_as_the_words_say():
    for is_error in (True, False):
        for number in range(300):
            rng = Random(f"umur:{number}")
            pair = rare._kind_age(rng, is_error)
            assert ("cocok" in pair.why) is not is_error
            pair = rare._mother(rng, is_error)
            years = int(pair.why.split(" berumur ")[1].split()[0])
            assert (years <= 9) is is_error
            assert is_error or years >= 18
    birth = rare._birth(Random("lahir"), 5, 5)
    assert age_on(birth, rare.AS_OF) == 5


def test_no_two_cards_of_a_person_are_alike():
    seen = [
        str(rare.rare_card(f"K.1:{number}", place, 10).sheets)
        for number in range(1, 5)
        for place in range(1, 51)
    ]
    assert len(set(seen)) == len(seen)


def test_also_may_stand_beside_but_never_alone():
    key = Key("karena", "sumber", (frozenset({"a"}),), frozenset({"b"}))
    card = Card("x", CATEGORY, "", "", (("a", "A"), ("b", "B"), ("c", "C")), key)
    assert judge(card, "a").is_right
    assert judge(card, "b a").is_right
    assert not judge(card, "b").is_right
    assert not judge(card, "a c").is_right
    for wrong in ("", "d", "a a", " a", None, 3):
        with pytest.raises(WrongUse):
            judge(card, wrong)


def test_a_code_of_a_choice_tells_nothing_of_what_is_right():
    codes = Counter()
    for card in questions_of("peristiwa"):
        if card.mode == ONE:
            right = next(iter(card.key.accepted[0]))
            codes[[code for code, _ in card.choices].index(right)] += 1
    assert len(codes) >= 3
    assert code_of("satu") == code_of("satu") != code_of("dua")


def test_each_drill_deals_a_card_for_every_place():
    for drill in (one for one in DRILLS.values() if one.name != rounds.OWN):
        settings = {"rate": 5} if drill.name == rounds.RARE else {}
        answers = {}
        for place in range(1, rounds.size_of(drill, settings) + 1):
            card = card_at(drill, "K.9", 2, place, settings, answers)
            answers[place] = card.choices[0][0]
            assert card.choices
            assert rounds.item_words(drill, card.item)


def test_of_the_offices_questions_those_met_least_are_dealt_in_an_order_of_ones_own():
    offered = [f"s{n}" for n in range(12)]
    first = own.deal_questions(offered, {}, "K.1")
    assert len(set(first)) == own.SIZE
    assert first == own.deal_questions(reversed(offered), {}, "K.1")
    assert first != own.deal_questions(offered, {}, "K.2")
    second = own.deal_questions(offered, Counter(first), "K.1")
    assert set(offered) - set(first) == set(second[:4])


def test_the_code_of_a_choice_does_not_tell_where_the_key_lay():
    options = ("Benar", "Salah", "Lain")
    orders = set()
    for key, right in zip("ABC", options, strict=True):
        task = QuestionTask(1, "Apa?", options, key, "Sebab.", "Kantor", "umum", "mudah")
        for seed in range(20):
            card = own.own_card("kode", task, Random(seed))
            assert judge(card, code_of(right)).is_right
            assert sum(judge(card, code).is_right for code, _ in card.choices) == 1
            orders.add(tuple(words for _, words in card.choices))
    assert len(orders) == 6

"""Speaking notes: none is missing, minutes add up, and their buttons stand on the screen."""

import re
from datetime import time
from itertools import chain
from pathlib import Path

import pytest
import yaml

from workbench.services.ladders import KINDS
from workbench.training.agenda import PARTS, VARIANTS, Session, usual_agenda
from workbench.training.drills.rounds import DRILLS
from workbench.training.facilitation import notes
from workbench.training.facilitation.notes import BLOCKS, Notes, notes_of, steps_of

ROOT = Path(notes.__file__).parents[2]
USUAL = [session for variant in VARIANTS for session in usual_agenda(variant).sessions]
BREAKS = ("Jeda", "Ishoma")


@pytest.mark.parametrize("kind", sorted({*PARTS, *KINDS}))
def test_every_kind_of_part_has_notes_that_can_be_spoken(kind):
    told = notes.part_notes()[kind]
    assert told.aim
    assert told.share
    assert told.say
    assert told.ask
    assert told.wall
    assert told.wrong


@pytest.mark.parametrize("session", USUAL, ids=lambda one: f"{one.day} {one.title}")
def test_a_session_of_the_usual_days_has_notes_of_its_own(session):
    told = notes_of(session)
    assert told != notes.part_notes()[""]
    assert session.title in notes.topic_notes() or session.part
    assert told.say
    assert told.ask or session.title in BREAKS


@pytest.mark.parametrize("session", USUAL, ids=lambda one: f"{one.day} {one.title}")
def test_the_minutes_of_the_steps_are_those_of_the_session(session):
    steps = steps_of(session)
    assert sum(step.minutes for step in steps) == session.minutes
    assert min(step.minutes for step in steps) >= 1


@pytest.mark.parametrize("length", [1, 3, 7, 20, 59, 300])
def test_a_session_of_any_length_is_divided_whole(length):
    begins = time(8)
    ends = time(8 + length // 60, length % 60)
    session = Session(1, begins, ends, "Latihan", part="latihan")
    steps = steps_of(session)
    assert sum(step.minutes for step in steps) == length
    assert all(step.minutes >= 1 for step in steps)
    assert len(steps) == min(length, len(notes.part_notes()["latihan"].share))


def test_a_session_that_ends_before_it_begins_has_no_steps():
    assert steps_of(Session(1, time(9), time(8), "Latihan", part="latihan")) == ()


def test_a_renamed_session_keeps_the_notes_of_its_part():
    renamed = Session(1, time(8), time(9), "Sesi siang", part="kuis")
    assert notes_of(renamed) == notes.part_notes()["kuis"]
    assert notes_of(Session(1, time(8), time(9), "Sambutan tamu")) == notes.part_notes()[""]


def test_a_session_gets_what_its_topic_and_its_part_say():
    session = next(one for one in USUAL if one.part == "latihan")
    told, part = notes_of(session), notes.part_notes()["latihan"]
    topic = notes.topic_notes()[session.title]
    assert told.say == topic.say + part.say
    assert told.aim == topic.aim
    assert told.share == part.share


def test_every_drill_has_something_to_talk_about():
    assert set(notes.drill_notes()) == set(DRILLS)


def test_a_page_of_the_show_is_written_or_made_from_data_and_every_kind_is_used():
    pages = list(chain.from_iterable(one.slides for one in all_notes()))
    assert {page.block for page in pages} - {""} == set(BLOCKS)
    for page in pages:
        assert bool(page.block) != bool(page.title and page.points), page


def test_the_words_between_stars_stand_on_the_screen():
    sources = [*(ROOT / "ui" / "trainer").glob("*.py"), ROOT / "ui" / "card" / "card.js"]
    screen = "\n".join(path.read_text("utf-8") for path in sources)
    told = (Path(notes.__file__).parent / "notes.yaml").read_text("utf-8")
    words = set(re.findall(r"\*\*([^*\n]+)\*\*", told.partition("\nbefore:")[2]))
    assert words
    unknown = [word for word in words if f'"{word}"' not in screen]
    assert unknown == []


def test_notes_are_plain_and_speak_to_the_trainer():
    for text in texts(yaml.safe_load((ROOT / "training/facilitation/notes.yaml").read_text())):
        assert not re.search(r"\b(slide|wall|quiz|feedback|timer|kamu|pelanggaran)\b", text), text
        assert len(text) <= 200, text


def test_the_refresher_is_led_through_thirty_days():
    told = notes.refresher_notes()
    assert any("ke-30" in when for when, _ in told.plan)
    assert told.say
    assert told.wrong


def all_notes() -> list[Notes]:
    return [*notes.part_notes().values(), *notes.topic_notes().values()]


def texts(told):
    if isinstance(told, str):
        yield told
    elif isinstance(told, dict):
        yield from chain.from_iterable(map(texts, told.values()))
    elif isinstance(told, list):
        yield from chain.from_iterable(map(texts, told))

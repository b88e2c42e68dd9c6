"""Drills as people play them: open a round, see a card, answer it, read how it went.

A trainee's answers are stored before they are acknowledged, the first one of a card stands, and
what is on a card follows from the seat and the number of the round alone. So nothing that a page
says decides what was asked, and a round goes on where it was after any accident. A round is
opened by a row at place 0 that holds its settings; it counts as no answer.

The questions of the office come and go: the opening row of their round holds which were dealt as
well. One that is withdrawn before its turn is passed over by a row without item or answer, which
counts as nothing.

A trainer, who has no seat, plays for the wall: kept in this process and nowhere else.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from sqlalchemy import select

from workbench.access import Actor
from workbench.domain.estimates import Estimate, estimate_share
from workbench.errors import WrongUse
from workbench.services.drill_books import (
    Book,
    Questions,
    Rounds,
    Row,
    questions_by_code,
    reading,
    writing,
)
from workbench.services.ladders import aside_seats
from workbench.services.office import Office
from workbench.store.tables import drill_answer
from workbench.training.drills import meeting, own, rare, rounds
from workbench.training.drills.cards import Card, Feedback, judge
from workbench.training.drills.rounds import DRILLS, Drill, drill_of
from workbench.training.measures.detection import Detection, compare_drills, read_detection

#: Mistakes shown in a report, and per drill to a trainer.
MAX_MISSED: Final = 10
MAX_HARD: Final = 3
_OPENING: Final = 0

_NOT_OPEN = "Latihan singkat ini belum dibuka. Kembali ke daftar, lalu tekan Mulai."
_OTHER_ROUND = "Putaran itu sudah diganti yang baru. Muat ulang halaman untuk melanjutkan."
_NOT_NEXT = "Kartu itu belum tiba gilirannya. Muat ulang halaman untuk melanjutkan."
_NOT_DONE = "Putaran ini belum selesai. Laporannya dapat dibaca setelah kartu terakhir."
_NO_QUESTIONS = "Belum ada soal dari kantor Anda. Kembali ke daftar, lalu pilih latihan lain."
_WITHDRAWN = "Soal tadi sudah ditarik pelatih, jadi tidak dihitung."
_REWRITTEN = "Soal ini baru saja diubah pelatih. Baca lagi, lalu jawab."


@dataclass(frozen=True)
class DrillState:
    """One drill in the list: ``played`` finished rounds, ``streak`` right answers in a row now,
    ``best`` the longest such row. ``place`` of ``of`` is the card that waits in an open round,
    None when none is open. Cards that are not explained yet count in no row. ``is_asked`` while
    an open part of the class asks for it.
    """

    name: str
    title: str
    about: str
    minutes: int
    played: int
    streak: int
    best: int
    place: int | None
    of: int | None
    is_asked: bool = False


@dataclass(frozen=True)
class CardState:
    """The card that is next, without its key: ``place`` from 1 in ``round``, from 1 too."""

    drill: str
    title: str
    round: int
    place: int
    of: int
    streak: int
    public: dict[str, Any]


@dataclass(frozen=True)
class Answered:
    """What came of an answer to the card ``public``.

    ``feedback`` is None on a card that is explained only at the end, and on one whose words have
    changed since it was answered. ``notice`` says why an answer to a question of the office was
    not stored: it was withdrawn, or its choices were rewritten.
    """

    drill: str
    round: int
    place: int
    of: int
    streak: int
    public: dict[str, Any]
    feedback: dict[str, Any] | None
    notice: str = ""

    @property
    def is_last(self) -> bool:
        return self.place == self.of


@dataclass(frozen=True)
class Missed:
    """One card that was not right, with what was answered and what would have been."""

    card: dict[str, Any]
    feedback: dict[str, Any]


@dataclass(frozen=True)
class RareReport:
    """Rare errors read as skill and caution: this person's cards of all finished rounds.

    ``burst`` holds the cards that were explained at once, ``block`` those of ``rate`` per cent
    without; ``shift`` says in words what moved between the two, or why that cannot be said.
    ``rules`` has all cards by rule.
    """

    rate: int
    burst: Detection
    block: Detection
    shift: str
    rules: tuple[tuple[str, Detection], ...]


@dataclass(frozen=True)
class Report:
    """How a finished round went; ``minutes`` of a meeting, ``rare`` of rare errors, else None.

    Neither what was asked once more counts in ``right`` and ``of``, nor what was passed over.
    """

    drill: str
    title: str
    round: int
    right: int
    of: int
    missed: tuple[Missed, ...]
    minutes: dict[str, Any] | None = None
    rare: RareReport | None = None


@dataclass(frozen=True)
class HardItem:
    """An item that was often not right: its words, times wrong, times answered."""

    words: str
    wrong: int
    answered: int


@dataclass(frozen=True)
class ClassDrill:
    """One drill over a class: seats that played, cards answered, share right, hardest items."""

    name: str
    title: str
    players: int
    answered: int
    share: Estimate | None
    hardest: tuple[HardItem, ...]


def drills(office: Office, actor: Actor) -> tuple[DrillState, ...]:
    """All drills, and how far the actor is in each; those the class is asked for now first.

    That of the office's own questions only while there are any.
    """
    with reading(office, actor) as book:
        asked = book.asked()
        has_own = any(question.is_in_use for question in book.questions().values())
        listed = [
            _drill_state(drill, book.rounds(drill), drill.name in asked)
            for drill in DRILLS.values()
            if has_own or drill.name != rounds.OWN
        ]
    return tuple(sorted(listed, key=lambda one: not one.is_asked))


def open_round(
    office: Office, actor: Actor, drill: str, settings: Mapping[str, object] | None = None
) -> CardState:
    """Begin a round and return its first card; one that is open already goes on.

    ``settings``: ``rate`` (per cent of wrong cards, one of ``rare.BLOCKS``) for rare errors;
    another rate than that of the open round begins anew. Raises ``WrongUse`` for other settings,
    while the class is paused, and for own questions where there are none; ``NotFound`` for a
    drill that is none.
    """
    known = drill_of(drill)
    wanted = rounds.check_settings(known, settings or {})
    with writing(office, actor) as book:
        book.require_going()
        questions = _questions(book, known)
        kept = _pass_over(book, known, book.rounds(known), questions)
        newest = max(kept, default=0)
        is_open = newest > 0 and _is_open(known, kept[newest])
        if not is_open or _wanted(known, kept[newest]) != wanted:
            opening = Row("", json.dumps(wanted), is_right=False)
            if known.name == rounds.OWN:
                opening = _deal(actor, kept, questions)
            book.put(known, newest + 1, _OPENING, opening)
            kept = book.rounds(known)
        return _card_state(known, actor, kept, questions)


def card(office: Office, actor: Actor, drill: str) -> CardState | None:
    """The card that waits in the actor's open round; None when no round is open."""
    known = drill_of(drill)
    with reading(office, actor) as book:
        kept, questions = book.rounds(known), _questions(book, known)
    if _is_withdrawn(known, kept, questions):
        with writing(office, actor) as book:
            kept = _pass_over(book, known, book.rounds(known), questions)
    if not kept or not _is_open(known, kept[max(kept)]):
        return None
    return _card_state(known, actor, kept, questions)


def answer(
    office: Office, actor: Actor, drill: str, round_number: int, place: int, value: str
) -> Answered:
    """Answer a card; committed when this returns, and the first answer stands.

    ``value`` is the codes that were chosen, parted by blanks, in order where order counts. An
    answer sent again is answered as before. Raises ``WrongUse`` for a value the card has not, a
    card that is not next, a round that is not the newest, and while the class is paused.
    """
    known = drill_of(drill)
    notice = ""
    with writing(office, actor) as book:
        kept, questions = book.rounds(known), _questions(book, known)
        if not kept:
            raise WrongUse(_NOT_OPEN)
        played = kept.get(round_number) if type(round_number) is int else None
        if played is None:
            raise WrongUse(_OTHER_ROUND)
        if type(place) is not int or place == _OPENING or place not in played:
            if round_number != max(kept):
                raise WrongUse(_OTHER_ROUND)
            if place != len(played) or not _is_open(known, played):
                raise WrongUse(_NOT_NEXT)
            book.require_going()
            kept = _pass_over(book, known, kept, questions)
            played = kept[round_number]
        asked = _card(known, actor, round_number, place, played, questions)
        if place not in played:
            if known.name == rounds.OWN and str(value) not in dict(asked.choices):
                notice = _REWRITTEN
            else:
                judged = judge(asked, value)
                given = Row(asked.item, " ".join(judged.chosen), judged.is_right)
                book.put(known, round_number, place, given)
                kept = book.rounds(known)
                played = kept[round_number]
        elif not played[place].item:
            notice = _WITHDRAWN
    told = None
    if not notice and rounds.is_explained(known, place):
        told = _explain(known, asked, played[place])
    return Answered(
        known.name,
        round_number,
        place,
        _size(known, played),
        _streaks(known, kept)[0],
        asked.to_public(),
        told.to_json() if told else None,
        notice,
    )


def report(office: Office, actor: Actor, drill: str) -> Report:
    """How the newest finished round went; raises ``WrongUse`` when none is finished."""
    known = drill_of(drill)
    with reading(office, actor) as book:
        kept, questions = book.rounds(known), _questions(book, known)
    finished = [number for number, played in kept.items() if not _is_open(known, played)]
    if not finished:
        raise WrongUse(_NOT_DONE)
    number = max(finished)
    played = kept[number]
    counted = _counted(known, played)
    wrong = [
        (_card(known, actor, number, place, played, questions), row)
        for place, row in counted.items()
        if not row.is_right
    ]
    minutes = None
    if known.name == rounds.MEETING:
        minutes = meeting.minutes(rounds.meeting_order(actor.id, number), _answers(played))
    return Report(
        known.name,
        known.title,
        number,
        sum(row.is_right for row in counted.values()),
        len(counted),
        tuple(
            Missed(asked.to_public(), told.to_json())
            for asked, row in wrong[:MAX_MISSED]
            if (told := _explain(known, asked, row))
        ),
        minutes,
        _rare_report(actor, [kept[one] for one in finished], played)
        if known.name == rounds.RARE
        else None,
    )


def class_drills(office: Office, actor: Actor, class_id: str) -> tuple[ClassDrill, ...]:
    """Each drill over a class, those nobody played included.

    That of the office's own questions is left out where there are none and none were answered.
    """
    from workbench.services import classes

    classes.class_info(office, actor, class_id)  # raises when it is not the actor's to see
    with office.practice.reading() as connection:
        rows = connection.execute(
            select(
                drill_answer.c.drill,
                drill_answer.c.seat,
                drill_answer.c.item,
                drill_answer.c.is_right,
            ).where(
                drill_answer.c.class_id == class_id,
                drill_answer.c.place != _OPENING,
                drill_answer.c.item != "",
                drill_answer.c.seat.not_in(aside_seats(connection, class_id)),
                ~drill_answer.c.item.endswith(own.AGAIN),
            )
        ).all()
        questions = questions_by_code(connection)
    summaries = []
    for drill in DRILLS.values():
        mine = [row for row in rows if row.drill == drill.name]
        if drill.name == rounds.OWN:
            if not mine and not any(question.is_in_use for question in questions.values()):
                continue
            words = [questions[row.item].task.question for row in mine]
        else:
            words = [rounds.item_words(drill, row.item) for row in mine]
        asked = Counter(words)
        wrong = Counter(word for word, row in zip(words, mine, strict=True) if not row.is_right)
        right = sum(row.is_right for row in mine)
        summaries.append(
            ClassDrill(
                drill.name,
                drill.title,
                len({row.seat for row in mine}),
                len(mine),
                estimate_share(right, len(mine)) if mine else None,
                tuple(
                    HardItem(word, times, asked[word])
                    for word, times in sorted(wrong.items(), key=lambda one: (-one[1], one[0]))[
                        :MAX_HARD
                    ]
                ),
            )
        )
    return tuple(summaries)


def _settings(played: Mapping[int, Row]) -> dict[str, int]:
    settings: dict[str, int] = json.loads(played[_OPENING].answer)
    return settings


def _size(drill: Drill, played: Mapping[int, Row]) -> int:
    """Cards in a round, with those asked once more as soon as it is known which they are."""
    size = rounds.size_of(drill, _settings(played))
    if drill.name == rounds.OWN and len(played) > size:
        size += len(_missed(drill, played))
    return size


def _is_open(drill: Drill, played: Mapping[int, Row]) -> bool:
    return len(played) <= _size(drill, played)


def _answers(played: Mapping[int, Row]) -> dict[int, str]:
    return {place: row.answer for place, row in played.items() if place != _OPENING}


def _wanted(drill: Drill, played: Mapping[int, Row]) -> dict[str, int]:
    """The settings a round was opened with, as far as they were asked for."""
    return {} if drill.name == rounds.OWN else _settings(played)


def _counted(drill: Drill, played: Mapping[int, Row]) -> dict[int, Row]:
    """The cards of a round that count: neither passed over nor asked once more."""
    last = rounds.size_of(drill, _settings(played))
    return {place: row for place, row in played.items() if 0 < place <= last and row.item}


def _card(
    drill: Drill,
    actor: Actor,
    number: int,
    place: int,
    played: Mapping[int, Row],
    questions: Questions,
) -> Card:
    if drill.name == rounds.OWN:
        item = _own_item(drill, played, place)
        rng = Random(f"{actor.id}:{drill.name}:{number}:{place}")
        return own.own_card(item, questions[item.removesuffix(own.AGAIN)].task, rng)
    return rounds.card_at(drill, actor.id, number, place, _settings(played), _answers(played))


def _explain(drill: Drill, asked: Card, row: Row) -> Feedback | None:
    """What is said of an answer; None where the choices have other words since."""
    if drill.name == rounds.OWN and row.answer not in dict(asked.choices):
        return None
    return judge(asked, row.answer)


def _card_state(drill: Drill, actor: Actor, kept: Rounds, questions: Questions) -> CardState:
    number = max(kept)
    played = kept[number]
    place = len(played)
    return CardState(
        drill.name,
        drill.title,
        number,
        place,
        _size(drill, played),
        _streaks(drill, kept)[0],
        _card(drill, actor, number, place, played, questions).to_public(),
    )


def _drill_state(drill: Drill, kept: Rounds, is_asked: bool) -> DrillState:
    newest = kept[max(kept)] if kept else None
    waits = newest is not None and _is_open(drill, newest)
    streak, best = _streaks(drill, kept)
    return DrillState(
        drill.name,
        drill.title,
        drill.about,
        drill.minutes,
        sum(not _is_open(drill, played) for played in kept.values()),
        streak,
        best,
        len(newest) if newest and waits else None,
        _size(drill, newest) if newest and waits else None,
        is_asked,
    )


def _streaks(drill: Drill, kept: Rounds) -> tuple[int, int]:
    """The row of right answers at the end, and the longest there was."""
    now = best = 0
    for _, played in sorted(kept.items()):
        for place, row in sorted(played.items()):
            if place != _OPENING and row.item and rounds.is_explained(drill, place):
                now = now + 1 if row.is_right else 0
                best = max(best, now)
    return now, best


# The questions of the office


def _questions(book: Book, drill: Drill) -> Questions:
    return book.questions() if drill.name == rounds.OWN else {}


def _deal(actor: Actor, kept: Rounds, questions: Questions) -> Row:
    """The row that opens a round of own questions: those in use that were met least often."""
    offered = [code for code, question in questions.items() if question.is_in_use]
    if not offered:
        raise WrongUse(_NO_QUESTIONS)
    met = Counter(row.item for played in kept.values() for row in played.values())
    dealt = own.deal_questions(offered, met, f"{actor.id}:{rounds.OWN}:{len(kept) + 1}")
    return Row(" ".join(dealt), json.dumps({"n": len(dealt)}), is_right=False)


def _missed(drill: Drill, played: Mapping[int, Row]) -> list[str]:
    return [row.item for row in _counted(drill, played).values() if not row.is_right]


def _own_item(drill: Drill, played: Mapping[int, Row], place: int) -> str:
    """What stands at a place of a round of own questions: dealt, or asked once more."""
    dealt = played[_OPENING].item.split()
    if place <= len(dealt):
        return dealt[place - 1]
    return _missed(drill, played)[place - len(dealt) - 1] + own.AGAIN


def _is_withdrawn(drill: Drill, kept: Rounds, questions: Questions) -> bool:
    """Whether the card that waits is a question out of use."""
    played = kept[max(kept)] if kept else {}
    if drill.name != rounds.OWN or not played or not _is_open(drill, played):
        return False
    code = _own_item(drill, played, len(played)).removesuffix(own.AGAIN)
    return not questions[code].is_in_use


def _pass_over(book: Book, drill: Drill, kept: Rounds, questions: Questions) -> Rounds:
    """The rounds, once questions out of use are passed over in the open one."""
    while _is_withdrawn(drill, kept, questions):
        number = max(kept)
        book.put(drill, number, len(kept[number]), Row("", "", is_right=False))
        kept = book.rounds(drill)
    return kept


def _rare_report(
    actor: Actor, finished: list[dict[int, Row]], newest: Mapping[int, Row]
) -> RareReport:
    rate = _settings(newest)["rate"]
    burst, block, everything = [], [], []
    for played in finished:
        for place, row in played.items():
            if place == _OPENING:
                continue
            said = rare.judgement(actor.id, row.item, row.answer)
            everything.append(said)
            if place <= rare.BURST:
                burst.append(said)
            elif _settings(played)["rate"] == rate:
                block.append(said)
    first, later = rare.counts_of(burst), rare.counts_of(block)
    shift = compare_drills(first, later)
    by_rule = sorted({said.rule for said in everything})
    return RareReport(
        rate,
        read_detection(first),
        read_detection(later),
        shift.refusal or shift.words,
        tuple(
            (
                rule,
                read_detection(rare.counts_of(said for said in everything if said.rule == rule)),
            )
            for rule in by_rule
        ),
    )

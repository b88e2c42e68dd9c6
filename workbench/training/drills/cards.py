"""One card of a drill: what is asked, what is right, and what is said afterwards."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from workbench.domain.wilayah import say_locally
from workbench.errors import WrongUse

#: How a card is answered: one choice, several, all in order, or several of all the categories.
ONE, MANY, ORDER, CATEGORY = "satu", "banyak", "urut", "kategori"

_NO_VALUE = "Jawaban itu tidak ada pada kartu ini. Muat ulang halaman, lalu pilih lagi."

Choices = tuple[tuple[str, str], ...]
Rows = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Key:
    """What is right on a card, kept from the page until it is answered.

    ``accepted`` are the sets of codes that are right, any of them, best first; ``also`` may stand
    beside them. ``order`` is the right order of a card that asks for one. ``comments`` speak of
    single choices where ``why`` does not cover them. ``care`` is a reminder for sensitive kinds.
    """

    why: str
    source: str
    accepted: tuple[frozenset[str], ...] = ()
    also: frozenset[str] = frozenset()
    order: tuple[str, ...] = ()
    comments: Mapping[str, str] = field(default_factory=dict)
    care: str = ""


@dataclass(frozen=True)
class Card:
    """One card. ``item`` names its content (at most 120 characters) and never leaves the store.

    ``sheets`` are papers laid side by side, each a title and its rows of label and value;
    ``searched`` is what may be chosen beyond ``choices``.
    """

    item: str
    mode: str
    story: str
    question: str
    choices: Choices
    key: Key
    heading: str = ""
    points: tuple[str, ...] = ()
    sheets: tuple[tuple[str, Rows], ...] = ()
    searched: Choices = ()

    def to_public(self) -> dict[str, Any]:
        """What a page may know before the answer: JSON without the key."""
        return {
            "mode": self.mode,
            "heading": self.heading,
            "story": self.story,
            "points": list(self.points),
            "question": self.question,
            "choices": [list(choice) for choice in self.choices],
            "searched": [list(choice) for choice in self.searched],
            "sheets": [
                {"title": title, "rows": [list(row) for row in rows]} for title, rows in self.sheets
            ],
        }


@dataclass(frozen=True)
class Feedback:
    """What is said after an answer: ``words`` with ``care`` are at most sixty words.

    ``right`` are the codes of the best answer (in order where order counts), ``also`` codes that
    may stand beside them; ``names`` has the words for codes that were no choice on the card.
    """

    is_right: bool
    chosen: tuple[str, ...]
    right: tuple[str, ...]
    also: tuple[str, ...]
    words: str
    source: str
    care: str
    names: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        return {
            "is_right": self.is_right,
            "chosen": list(self.chosen),
            "right": list(self.right),
            "also": list(self.also),
            "words": self.words,
            "source": self.source,
            "care": self.care,
            "names": dict(self.names),
        }


def code_of(words: str) -> str:
    """A code for a choice that tells nothing of its place among the right and the wrong ones."""
    return hashlib.sha256(words.encode()).hexdigest()[:6]


def shuffled(words: Iterable[str], rng: Random) -> Choices:
    """Choices in an order drawn from ``rng``."""
    listed = [(code_of(one), one) for one in words]
    rng.shuffle(listed)
    return tuple(listed)


def as_said_here(card: Card) -> Card:
    """The card in the words of this city; what its choices are known by stays."""
    key = replace(
        card.key,
        why=say_locally(card.key.why),
        comments={code: say_locally(words) for code, words in card.key.comments.items()},
    )
    return replace(
        card,
        story=say_locally(card.story),
        question=say_locally(card.question),
        points=tuple(map(say_locally, card.points)),
        choices=tuple((code, say_locally(words)) for code, words in card.choices),
        key=key,
    )


def read_value(card: Card, value: object) -> tuple[str, ...]:
    """The codes in an answer, parted by blanks; raises ``WrongUse`` when the card has no such."""
    codes = tuple(value.split(" ")) if isinstance(value, str) else ()
    offered = {code for code, _ in (*card.choices, *card.searched)}
    fits = {ONE: len(codes) == 1, ORDER: len(codes) == len(card.choices)}.get(
        card.mode, len(codes) <= 6
    )
    if not (codes and fits and len(set(codes)) == len(codes) and set(codes) <= offered):
        raise WrongUse(_NO_VALUE)
    return codes


def judge(card: Card, value: str) -> Feedback:
    """Judge an answer; raises ``WrongUse`` when it is none of this card's."""
    chosen, key = read_value(card, value), card.key
    if card.mode == ORDER:
        is_right, right = chosen == key.order, key.order
    else:
        given = frozenset(chosen)
        is_right = any(one <= given <= one | key.also for one in key.accepted)
        # Whoever chose one of several good answers is shown that one, not another.
        best = next((one for one in key.accepted if one <= given), None)
        shown = best or (key.accepted[0] if key.accepted else frozenset())
        right = tuple(code for code, _ in _all(card) if code in shown)
    said = " ".join(key.comments[code] for code in chosen if code in key.comments)
    seen = {code for code, _ in card.choices}
    spoken = {*right, *chosen, *key.also} - seen
    return Feedback(
        is_right,
        chosen,
        right,
        tuple(sorted(key.also - set(right))),
        said or key.why,
        key.source,
        key.care,
        {code: words for code, words in card.searched if code in spoken},
    )


def _all(card: Card) -> Choices:
    seen = {code for code, _ in card.choices}
    return (*card.choices, *(one for one in card.searched if one[0] not in seen))

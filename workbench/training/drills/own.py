"""The drill of questions that the office wrote itself (``training.authoring``).

They come and go while a class runs, so a round keeps which of them it was dealt. What was missed
is asked once more at the end of the round; such a card counts in no result.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from random import Random
from typing import Final

from workbench.training.authoring import QuestionTask
from workbench.training.authoring.tasks import LETTERS
from workbench.training.drills.cards import ONE, Card, Key, code_of, shuffled

#: Questions in a round, where there are that many.
SIZE: Final = 8
#: How the item of a card ends that comes a second time.
AGAIN: Final = ".lagi"


def deal_questions(offered: Iterable[str], met: Mapping[str, int], seed: str) -> tuple[str, ...]:
    """Up to ``SIZE`` of the questions ``offered``: those ``met`` least often come first."""
    order = sorted(offered)
    Random(seed).shuffle(order)
    return tuple(sorted(order, key=lambda one: met.get(one, 0))[:SIZE])


def own_card(item: str, task: QuestionTask, rng: Random) -> Card:
    """The card of a question; the order of its choices is drawn from ``rng``."""
    right = code_of(task.options[LETTERS.index(task.key)])
    return Card(
        item,
        ONE,
        "",
        task.question,
        shuffled(task.options, rng),
        Key(task.why, task.source, (frozenset({right}),)),
        heading="Sekali lagi" if item.endswith(AGAIN) else "",
    )

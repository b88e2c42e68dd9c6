"""Drills: one card at a time, big choices, the reason at once.

``rounds`` deals and knows the drills, ``cards`` judges one card, ``own`` asks what the office
wrote itself, the others hold what the cards say. Facts are those of ``domain.reference`` with
their sources; what no source confirms is said as such and is never the only right answer.
Nothing here knows a screen or a store.
"""

from workbench.training.drills.cards import Card, Feedback, judge
from workbench.training.drills.rounds import DRILLS, Drill, card_at, drill_of

__all__ = ["DRILLS", "Card", "Drill", "Feedback", "card_at", "drill_of", "judge"]

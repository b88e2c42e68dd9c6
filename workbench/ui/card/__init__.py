"""The case card, the one widget a trainee answers cases in, and what it shares with the drills."""

from workbench.ui.card.card import CaseCard
from workbench.ui.card.page_widget import PageWidget

__all__ = ["CaseCard", "PageWidget"]

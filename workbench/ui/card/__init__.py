"""The case card: the one widget a trainee answers in."""

from workbench.ui.card.card import CaseCard

__all__ = ["CaseCard"]

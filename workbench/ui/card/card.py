"""The case card as a widget."""

from __future__ import annotations

from pathlib import Path

from workbench.ui.card.page_widget import PageWidget


class CaseCard(PageWidget):
    """A family's record beside its documents, the answers, and the feedback.

    From the browser: ``save`` (number, field, value, revision), ``submit`` (number), ``go``
    (to, number), ``finish`` (number), ``pulse`` and ``again``. To the browser: ``saved`` and
    ``differs`` (number, field, revision, asked, given, value, blockers), ``refused`` (sentence,
    and the field if it was a save) and ``live`` (paused, message, at).
    """

    source = Path(__file__).with_name("card")
    thing = "Lembar kasus"

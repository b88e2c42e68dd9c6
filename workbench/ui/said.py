"""The one sentence that stands above a panel: what was done, or why it was not."""

from __future__ import annotations

from html import escape

import ipywidgets as w


class SaidLine(w.HTML):  # type: ignore[misc]
    """Shows nothing until something is said; read aloud when it is."""

    def __init__(self) -> None:
        super().__init__(layout=w.Layout(display="none", width="100%"))
        self._turn = 0

    def say(self, sentence: str, wrong: bool = False) -> None:
        """Show a sentence; "" takes it away. ``wrong`` for a refusal."""
        kind, role = ("vv-error", "alert") if wrong else ("vv-muted", "status")
        # A style that begins anew with each sentence tells them apart by their turn.
        self._turn = 1 - self._turn
        text = f'<p class="{kind}" role="{role}" data-turn="{self._turn}">{escape(sentence)}</p>'
        self.value = text if sentence else ""
        self.layout.display = None if sentence else "none"

"""The one sentence that stands above a panel: what was done, or why it was not."""

from __future__ import annotations

from html import escape

import ipywidgets as w


class SaidLine(w.HTML):  # type: ignore[misc]
    """Shows nothing until something is said; read aloud when it is."""

    def __init__(self) -> None:
        super().__init__(layout=w.Layout(display="none", width="100%"))

    def say(self, sentence: str, wrong: bool = False) -> None:
        """Show a sentence; "" takes it away. ``wrong`` for a refusal."""
        kind, role = ("vv-error", "alert") if wrong else ("vv-muted", "status")
        text = f'<p class="{kind}" role="{role}">{escape(sentence)}</p>' if sentence else ""
        self.value = text
        self.layout.display = None if sentence else "none"

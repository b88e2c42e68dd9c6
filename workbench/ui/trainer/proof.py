"""Bukti, a tab of the room Kelas: what the class learned, and the workbook of it.

The figures take a second and the numeric libraries, so they are worked out when the tab is
opened and when asked for again, never beside the board.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ipywidgets as w

from workbench.access import Actor
from workbench.errors import WorkbenchError
from workbench.ui.download import DownloadButton
from workbench.ui.said import SaidLine

STYLE = (Path(__file__).parent / "proof.css").read_text("utf-8")
#: Values, not a shared layout: one made while a rehearsed panel lives would close with it.
_FULL = {"width": "100%", "margin": "0"}
_WAITING = '<p class="vvk" role="status">Menghitung bukti kelas …</p>'


class ProofPanel:
    """The proof of one class. ``widget`` is empty until ``refresh``."""

    def __init__(self, office: Any, actor: Actor, class_id: str) -> None:
        self._office, self._actor, self._class_id = office, actor, class_id
        self.said = SaidLine()
        self.page = w.HTML(layout=_FULL)
        again = w.Button(description="Hitung lagi")
        again.on_click(lambda _button: self.refresh())
        download = DownloadButton("Unduh bukti (XLSX)", self._workbook)
        row = w.HBox([again, download], layout={"flex_flow": "row wrap", "align_items": "center"})
        style = w.HTML(f"<style>{STYLE}</style>", layout=w.Layout(display="none"))
        self.widget = w.VBox([style, self.said, row, self.page], layout=_FULL)

    def refresh(self) -> None:
        """Work the figures out as the answers stand now; a refusal is said above."""
        from workbench.services.proofs import proof
        from workbench.ui.trainer.proof_drawing import proof_page

        self.said.say("")
        if not self.page.value:
            self.page.value = _WAITING
        try:
            found = proof(self._office, self._actor, self._class_id)
        except WorkbenchError as error:
            self.page.value = ""
            self.said.say(str(error), wrong=True)
            return
        self.page.value = proof_page(found)

    def _workbook(self) -> tuple[str, bytes]:
        from workbench.services.proof_workbooks import proof_workbook

        content = proof_workbook(self._office, self._actor, self._class_id)
        return f"bukti-{self._class_id}.xlsx", content


__all__ = ["ProofPanel"]

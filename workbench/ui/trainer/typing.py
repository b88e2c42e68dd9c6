"""Answers from paper, typed in one sheet after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as w

from workbench.access import Actor
from workbench.errors import WorkbenchError
from workbench.training.answers import choices
from workbench.ui.said import SaidLine
from workbench.ui.trainer import drawing
from workbench.ui.trainer.wall import offer

_WIDE = w.Layout(width="auto", margin="0 0 8px")
_CHOSEN = {
    "status": "Status",
    "reason": "Alasan",
    "follow_up": "Tindak lanjut",
    "confidence": "Keyakinan",
}


class TypingPanel:
    """One printed answer sheet at a time; the person stays chosen for the next one.

    ``paper_answers`` is ``services.paper_answers`` or something with its functions.
    """

    def __init__(
        self,
        office: Any,
        actor: Actor,
        class_id: str,
        on_saved: Callable[[], None],
        paper_answers: Any = None,
    ) -> None:
        if paper_answers is None:
            from workbench.services import paper_answers
        self._office, self._actor, self._class_id = office, actor, class_id
        self._paper, self._on_saved = paper_answers, on_saved
        self.said = SaidLine()
        self.person = w.Dropdown(
            options=[("Pilih peserta", 0)], description="Nama di lembar", layout=_WIDE
        )
        self.code = w.Text(description="Kode lembar", placeholder="A-03", layout=_WIDE)
        self.marks = w.Text(description="Baris ditandai", placeholder="3 7k", layout=_WIDE)
        # Sent when the field is left: half a code is no sheet.
        self.code.continuous_update = self.marks.continuous_update = False
        self.shown = w.HTML(layout=_WIDE)
        offered = choices()
        self.chosen = {
            field: w.Dropdown(
                options=[("Belum dipilih", ""), *((word, code) for code, word in offered[field])],
                description=label,
                # Of its own: the reason is hidden and must not hide the others.
                layout=w.Layout(width="auto", margin="0 0 8px"),
            )
            for field, label in _CHOSEN.items()
        }
        self.save = w.Button(description="Simpan jawaban", button_style="primary")
        for widget in (self.person, self.code, self.marks):
            widget.observe(self._show, "value")
        self.chosen["status"].observe(lambda _change: self._ask_reason(), "value")
        self.save.on_click(lambda _button: self._save())
        hint = w.HTML(
            '<div class="vvk"><h3>Jawaban dari kertas</h3><p class="vvk-muted">Tulis nomor baris '
            "yang ditandai: 3 berarti tidak sesuai, 7k berarti perlu kunjungan. Kode lembar "
            "tertulis di pojok kertas.</p></div>"
        )
        fields = [self.person, self.code, self.marks, *self.chosen.values()]
        self.widget = w.VBox(
            [hint, *fields, self.shown, self.save, self.said],
            layout=w.Layout(width="100%", max_width="760px"),
        )
        self.widget.add_class("vvk-form")
        self._ask_reason()

    def draw(self, board: Any) -> None:
        """The people who can be chosen."""
        offer(self.person, [("Pilih peserta", 0), *drawing.people_options(board)], self._show)

    def _ask_reason(self) -> None:
        needs = self.chosen["status"].value == "tidak_layak"
        self.chosen["reason"].layout.display = "" if needs else "none"

    def _show(self, _change: Any) -> None:
        """What the sheet shows, so that a wrong one is seen before it is saved."""
        shown, refused = self._looked_up()
        # Once, not emptied in between: the button below would move twice under the pointer.
        self.shown.value = shown
        self.said.say(refused, wrong=True)

    def _looked_up(self) -> tuple[str, str]:
        """The sheet as it is drawn, or why it cannot be shown."""
        if not (self.person.value and self.code.value.strip()):
            return "", ""
        try:
            sheet = self._paper.sheet(
                self._office, self._actor, self._class_id, self.person.value, self.code.value
            )
            marks = self._paper.read_marks(self.marks.value, sheet.lines)
        except WorkbenchError as error:
            return "", str(error)
        return drawing.sheet(sheet, marks), ""

    def _save(self) -> None:
        if not self.person.value:
            self.said.say("Pilih peserta dulu.", wrong=True)
            return
        given = {field: choice.value for field, choice in self.chosen.items()}
        typed = self._paper.TypedAnswer(self.marks.value, **given)
        try:
            taken = self._paper.type_in(
                self._office,
                self._actor,
                self._class_id,
                self.person.value,
                self.code.value,
                typed,
            )
        except WorkbenchError as error:
            self.said.say(str(error), wrong=True)
            return
        self.code.value = self.marks.value = ""
        for choice in self.chosen.values():
            choice.value = ""
        score = int(taken.score * 100 + 0.5)
        self.said.say(f"Lembar {taken.code} milik {taken.name} disimpan. Nilai {score}.")
        self._on_saved()


__all__ = ["TypingPanel"]

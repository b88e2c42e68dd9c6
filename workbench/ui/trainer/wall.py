"""What to explain next: the rules missed most, the cases behind each, and a case on the wall."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as w

from workbench.ui.card import CaseCard
from workbench.ui.rule_words import rule_title
from workbench.ui.trainer import drawing
from workbench.ui.trainer.model import ClassRoom

_MOST = 5
_WORST = 3
_KNOWN = '<p class="vvk vvk-muted">Sesudah tampil, kasus ini tidak dibagikan lagi.</p>'
_SHOW, _HIDE = "Tunjukkan jawabannya", "Sembunyikan jawabannya"


def _wide() -> w.Layout:
    """A layout of its own: what is hidden would hide whatever shares it."""
    return w.Layout(width="auto", margin="0 0 8px")


class Wall:
    """One case as large as the screen, first as a question, then solved; nobody's name on it."""

    def __init__(self) -> None:
        self.head, self.words = w.HTML(), w.HTML()
        self.turn = w.Button(button_style="primary")
        leave = w.Button(description="Tutup")
        self.turn.on_click(lambda _button: self._draw(not self.is_solved))
        leave.on_click(lambda _button: self.leave())
        line = w.HBox([self.head, w.HBox([self.turn, leave], layout=w.Layout(flex="none"))])
        line.add_class("vvk-wall-line")
        self.card = CaseCard({"screen": "message"}, lambda _message: ())
        self.widget = w.VBox([line, self.words, self.card])
        self.widget.layout.display = "none"
        self.widget.add_class("vvk-full")
        self.widget.add_class("vvk-wall")
        self.is_solved = False
        self._case: Any = None

    def show(self, case: Any) -> None:
        """Put a case on the wall, unsolved."""
        self._case = case
        self._draw(False)
        self.widget.layout.display = ""

    def leave(self) -> None:
        """Give the screen back to the board."""
        self.widget.layout.display = "none"

    def _draw(self, is_solved: bool) -> None:
        self.is_solved, case = is_solved, self._case
        self.head.value = drawing.wall_head(case.public["title"], is_solved)
        self.turn.description = _HIDE if is_solved else _SHOW
        self.words.value = drawing.solution(case, is_large=True) if is_solved else ""
        self.words.layout.display = "" if is_solved else "none"
        (self.widget.remove_class if is_solved else self.widget.add_class)("vvk-unsolved")
        answer = case.answer if is_solved else {}
        steps = case.steps if is_solved else ()
        self.card.show(
            {
                "owner": "dinding",
                "notice": "",
                "screen": "worked",
                "is_shown_only": True,
                "case": dict(case.public),
                "answer": dict(answer),
                "steps": [
                    {"title": one["look"], "text": one["say"], "cells": list(one["cells"])}
                    for one in steps
                ],
            }
        )


class MissedPanel:
    """The five rules missed most, what each is about, and its three worst cases."""

    def __init__(self, room: ClassRoom, ask: Callable[[Callable[[], Any]], Any]) -> None:
        self._room, self._ask = room, ask
        self._cases: tuple[Any, ...] = ()
        self._chosen: Any = None
        self.bars = [self._bar() for _ in range(_MOST)]
        self.none = w.HTML('<p class="vvk vvk-muted">Belum ada aturan yang terlewat.</p>')
        self.rule = w.Dropdown(
            options=[("Pilih aturan", "")], description="Jelaskan", layout=_wide()
        )
        self.explained, self.preview = w.HTML(layout=_wide()), w.HTML(layout=_wide())
        self.cases = [w.Button() for _ in range(_WORST)]
        self.no_case = w.HTML(
            '<p class="vvk vvk-muted">Belum ada kasus latihan yang keliru di aturan '
            "ini. Soal tes baru dapat ditampilkan sesudah semua tes ditutup.</p>"
        )
        self.to_wall = w.Button(description="Tampilkan di dinding", button_style="primary")
        self.rule.observe(self._choose_rule, "value")
        for place, button in enumerate(self.cases):
            button.add_class("vvk-worst")
            button.on_click(self._chooser(place))
        self.to_wall.on_click(lambda _button: self._show_on_wall())
        self.wall = Wall()
        self.worst = w.VBox(
            [
                w.HTML('<div class="vvk"><h3>Kasus yang paling banyak keliru</h3></div>'),
                *self.cases,
                self.no_case,
                self.preview,
                self.to_wall,
            ],
            layout=w.Layout(width="auto"),
        )
        title = w.HTML('<div class="vvk"><h3>Paling sering terlewat</h3></div>')
        bars = w.VBox([title, self.none, *(row for row, *_ in self.bars)])
        bars.add_class("vvk-box")
        bars.add_class("vvk-bars")
        self.widget = w.VBox([bars, self.rule, self.explained, self.worst])
        self._explain("")

    def draw(self, board: Any) -> None:
        """The rules as they stand now; what is explained stays."""
        most = list(board.most_missed)[:_MOST]
        self.none.layout.display = "none" if most else ""
        for place, (row, line, _button, _code) in enumerate(self.bars):
            row.layout.display = "" if place < len(most) else "none"
            if place < len(most):
                content = drawing.missed_rule(most[place])
                if line.value != content:
                    line.value = content
                self.bars[place] = (row, line, _button, most[place].rule)
        first = [rule.rule for rule in most]
        codes = [*first, *(code for code in board.rules if code not in first)]
        options = [("Pilih aturan", ""), *((f"{code} {rule_title(code)}", code) for code in codes)]
        offer(self.rule, options, self._choose_rule)

    def _bar(self) -> tuple[w.HBox, w.HTML, w.Button, str]:
        line, button = w.HTML(layout=w.Layout(flex="1 1 auto", min_width="0")), w.Button()
        button.description = "Jelaskan"
        row = w.HBox([line, button], layout=w.Layout(align_items="center", width="auto"))
        row.add_class("vvk-nowrap")
        button.on_click(lambda pressed: self._choose_bar(pressed))
        return row, line, button, ""

    def _choose_bar(self, pressed: w.Button) -> None:
        self.rule.value = next(code for _, _, button, code in self.bars if button is pressed)

    def _choose_rule(self, change: Any) -> None:
        self._explain(change["new"] or "")

    def _explain(self, code: str) -> None:
        self.explained.value = drawing.explained(code)
        self._cases = (self._ask(lambda: self._room.worst_cases(code)) or ()) if code else ()
        self._preview(None)
        self.worst.layout.display = "" if code else "none"
        self.no_case.layout.display = "none" if self._cases else ""
        for place, button in enumerate(self.cases):
            is_there = place < len(self._cases)
            button.layout.display = "" if is_there else "none"
            if is_there:
                button.description = drawing.worst_case(self._cases[place])
                button.tooltip = button.description

    def _chooser(self, place: int) -> Callable[[Any], None]:
        def choose(_button: Any) -> None:
            self._chosen = self._cases[place]
            self._preview(self._ask(lambda: self._room.wall_case(self._chosen)))

        return choose

    def _show_on_wall(self) -> None:
        shown = self._ask(lambda: self._room.put_on_wall(self._chosen))
        if shown is not None:
            self.wall.show(shown)

    def _preview(self, case: Any) -> None:
        self.preview.value = f"{drawing.solution(case)}{_KNOWN}" if case else ""
        self.preview.layout.display = self.to_wall.layout.display = "" if case else "none"


def offer(
    choice: w.Dropdown, options: list[tuple[str, Any]], listener: Callable[[Any], None]
) -> None:
    """New options without losing what is chosen; ``listener`` hears of it only when it is lost."""
    if list(choice.options) == options:
        return
    chosen = choice.value
    choice.unobserve(listener, "value")
    choice.options = options
    if any(value == chosen for _, value in options):
        choice.value = chosen
    choice.observe(listener, "value")
    if choice.value != chosen:
        listener({"new": choice.value})


__all__ = ["MissedPanel", "Wall", "offer"]

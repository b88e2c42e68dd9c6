"""Part of the tab Peristiwa: what follows from an event, ticked by somebody with the day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from html import escape

import ipywidgets as w

from workbench.domain.words import date_id, number_id
from workbench.services.happenings import Happened
from workbench.store import clock
from workbench.store.happenings import DONE, NEEDLESS, OPEN, KeptTask
from workbench.ui.fieldwork.happenings_model import HappeningDesk
from workbench.ui.fieldwork.happenings_pieces import (
    block,
    consequence_html,
    day_field,
    dropdown,
    html,
    titled,
)
from workbench.ui.staff.drawing import WIDE, Say, button, did, place_name
from workbench.verification.happenings.kinds import (
    consequence,
    find_kind,
    paper_words,
    program_words,
    reporter_words,
)


class TaskPart:
    """One event at a time, those with open tasks first."""

    def __init__(self, desk: HappeningDesk, say: Say, changed: Callable[[str], None]) -> None:
        self.desk, self.say, self.changed = desk, say, changed
        self.widget = w.VBox(layout=WIDE)
        self.shown = ""
        self.draw()

    def draw(self) -> None:
        """The event that is looked at."""
        standing = self.desk.standing()
        if not standing:
            self.widget.children = (
                html('<p class="vv-empty">Belum ada peristiwa. Catat dahulu yang terjadi.</p>'),
            )
            return
        if self.shown not in {one.kept.id for one in standing}:
            self.shown = standing[0].kept.id
        chosen = dropdown([(_event_words(one), one.kept.id) for one in standing], self.shown)
        chosen.observe(lambda change: self._look(change["new"]), "value")
        (one,) = [one for one in standing if one.kept.id == self.shown]
        self.widget.children = (titled("Peristiwa", chosen), *self._event(one))

    def _look(self, happening_id: str) -> None:
        self.shown = happening_id
        self.draw()

    def _event(self, one: Happened) -> Iterator[w.Widget]:
        yield html(_about(self.desk, one))
        if one.kept.ended:
            return
        self.day = day_field(clock.today())
        self.reason = w.Text(placeholder="Untuk yang tidak perlu atau dibuka lagi", layout=WIDE)
        yield block(titled("Dikerjakan pada", self.day), titled("Alasan", self.reason))
        for task in one.kept.tasks:
            yield self._task(one, task)
        take_back = button("Batalkan peristiwa ini", lambda: self._take_back(one.kept.id))
        yield block(
            html("<p>Salah catat? Tulis alasannya di atas, lalu batalkan. Catatan tetap ada.</p>"),
            take_back,
        )

    def _task(self, one: Happened, task: KeptTask) -> w.Widget:
        declared = consequence(task.code)
        words = consequence_html(declared, task.program) if declared else escape(task.code)
        state = "" if task.is_open else " vv-lap-done"
        text = html(
            f'<p class="vv-lap-task{state}">{task.number}. {words}<br>'
            f"<b>{'○' if task.is_open else '●'} {escape(self.desk.tick_words(task))}</b></p>"
        )
        moves = (
            [("Selesai", DONE), ("Tidak perlu", NEEDLESS)]
            if task.is_open
            else [("Buka lagi", OPEN)]
        )
        buttons = [
            button(label, self._ticker(one.kept.id, task.number, state)) for label, state in moves
        ]
        return block(text, w.HBox(buttons))

    def _ticker(self, happening_id: str, number: int, state: str) -> Callable[[], None]:
        def act() -> None:
            said: list[str] = []
            given: date | None = self.day.value
            told = (happening_id, number, state, given, self.reason.value)
            if did(lambda: said.append(self.desk.tick(*told)), self.say):
                self.say(said[0])
                self.desk.room.tell_changed()
                self.draw()

        return act

    def _take_back(self, happening_id: str) -> None:
        said: list[str] = []
        if did(lambda: said.append(self.desk.take_back(happening_id, self.reason.value)), self.say):
            self.changed(said[0])


def _event_words(one: Happened) -> str:
    report = one.kept.report
    kind = find_kind(report.kind)
    day = date_id(date.fromisoformat(report.happened_on))
    left = (
        "dibatalkan"
        if one.kept.ended
        else f"{number_id(one.open_tasks)} tugas terbuka"
        if one.open_tasks
        else "beres"
    )
    who = one.head_name or place_name(one.kept.place.kelurahan_kode)
    return f"{kind.title}, {who}, {day}: {left}"


def _about(desk: HappeningDesk, one: Happened) -> str:
    report = one.kept.report
    papers = ", ".join(paper_words()[code] for code in report.papers if code in paper_words())
    kind = find_kind(report.kind)
    answers = [
        question.choices[code]
        for question in kind.questions
        for code in report.answers
        if code in question.choices
    ]
    programs = sorted({task.program for task in one.kept.tasks} - {""})
    lines = [
        f"Di {place_name(one.kept.place.kelurahan_kode)}, dicatat oleh "
        f"{desk.who(one.kept.recorder)}.",
        f"Surat: {papers or 'tidak ada'}. Dilaporkan oleh: "
        f"{reporter_words().get(report.reporter, report.reporter)}.",
        *([f"{'; '.join(answers)}."] if answers else []),
        *([f"Program: {', '.join(map(program_words, programs))}."] if programs else []),
        *([f"Catatan: {one.kept.words}"] if one.kept.words else []),
        f"Pada daftar berikutnya: {kind.expects}",
        *([f"Dibatalkan: {one.kept.ended}"] if one.kept.ended else []),
    ]
    return "".join(f"<p>{escape(line)}</p>" for line in lines)

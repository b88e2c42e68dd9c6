"""The tab Peristiwa: record what happened, see what follows, tick it; graduation and re-entry."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from html import escape

import ipywidgets as w

from workbench.domain.wilayah import PLACE_KINDS, say_locally
from workbench.domain.words import number_id
from workbench.services.happenings import Member, Preview
from workbench.ui.fieldwork.happenings_family import FamilyPicker
from workbench.ui.fieldwork.happenings_graduations import GraduationPart
from workbench.ui.fieldwork.happenings_model import HappeningDesk
from workbench.ui.fieldwork.happenings_pieces import (
    block,
    by_table,
    consequence_html,
    day_field,
    dropdown,
    html,
    ticked,
    ticks,
    titled,
)
from workbench.ui.fieldwork.happenings_tasks import TaskPart
from workbench.ui.fieldwork.model import FieldRoom
from workbench.ui.fieldwork.tabs import NO_LIST
from workbench.ui.staff.drawing import WIDE, Say, button, did
from workbench.verification.happenings.kinds import (
    Entry,
    People,
    kinds,
    paper_words,
    reporter_words,
)

_RECORD, _TASKS, _GRADUATION = "catat", "tugas", "graduasi"
_WHAT_IT_IS = (
    '<p class="vv-note">Peristiwa tidak mengubah daftar. Ia menerangkan apa yang semestinya tampak '
    "pada daftar berikutnya, dan apa yang perlu diurus sampai saat itu.</p>"
)


def panel(room: FieldRoom, say: Say) -> w.Widget:
    """Events, their tasks, graduation; or how to begin."""
    if not room.list_id:
        return html(NO_LIST)
    return HappeningTab(room, say).widget


class HappeningTab:
    """Draws ``HappeningDesk``, one of its three parts at a time."""

    def __init__(self, room: FieldRoom, say: Say) -> None:
        self.desk, self.say = HappeningDesk(room), say
        self.part = _RECORD
        self.widget = w.VBox(layout=WIDE)
        self.draw()

    def draw(self) -> None:
        """Everything, read again."""
        shown: list[w.Widget] = []
        if did(self.desk.refresh, self.say) and did(lambda: shown.append(self._part()), self.say):
            self.widget.children = (self._switch(), shown[0])

    def changed(self, words: str) -> None:
        """Say what was done, draw anew, and have the other tabs read again."""
        self.say(words)
        self.desk.room.tell_changed()
        self.draw()

    def _switch(self) -> w.Widget:
        open_tasks = sum(one.open_tasks for one in self.desk.events)
        chosen = dropdown(
            [
                ("Catat peristiwa", _RECORD),
                (f"Tugas dari peristiwa ({number_id(open_tasks)} terbuka)", _TASKS),
                (
                    f"Graduasi dan masuk kembali ({number_id(self.desk.waiting)} menunggu)",
                    _GRADUATION,
                ),
            ],
            self.part,
        )

        def look(change: dict[str, str]) -> None:
            self.part = change["new"]
            self.draw()

        chosen.observe(look, "value")
        return titled("Yang dikerjakan", chosen)

    def _part(self) -> w.Widget:
        if self.part == _TASKS:
            return TaskPart(self.desk, self.say, self.changed).widget
        if self.part == _GRADUATION:
            return GraduationPart(self.desk, self.say, self.changed).widget
        return RecordPart(self.desk, self.say, self.changed).widget


class RecordPart:
    """An event as it is filled in, what follows beside it."""

    def __init__(self, desk: HappeningDesk, say: Say, changed: Callable[[str], None]) -> None:
        self.desk, self.say, self.changed = desk, say, changed
        self.follows = html("")
        self.why_not = html("")
        self.keep = button("Simpan peristiwa", self._keep, primary=True)
        self.form = w.VBox(layout=WIDE)
        self.kind = dropdown(
            [(kind.title, code) for code, kind in kinds().items()], desk.entry.kind
        )
        self.kind.observe(lambda change: self._begin(change["new"]), "value")
        follows = block(html("<h2>Yang mengikuti</h2>"), self.follows)
        follows.add_class("vv-lap-follows")
        left = w.VBox([titled("Apa yang terjadi?", self.kind), self.form], layout=WIDE)
        both = w.VBox([left, follows], layout=WIDE)
        both.add_class("vv-lap-two")
        # What follows is read before anything is kept, on a phone too.
        self.widget = w.VBox([html(_WHAT_IT_IS), both, self.why_not, self.keep], layout=WIDE)
        self.draw()

    def draw(self) -> None:
        """The questions of this kind, for this family."""
        desk, kind = self.desk, self.desk.kind
        parts: list[w.Widget] = []
        self.place = dropdown([(say_locally("Pilih kelurahan"), ""), *desk.kelurahan()], "")
        if kind.is_newcomer:
            parts.append(titled(f"{PLACE_KINDS} tempat tinggal sekarang", self.place))
        else:
            parts.append(FamilyPicker(desk, self.say, self.draw).widget)
        self.people = ticks({one.person_id: _member_words(one) for one in desk.members})
        if kind.people in (People.MUST, People.MAY) and self.people:
            parts.append(titled(kind.people_hint, _column(self.people)))
        self.answers = {
            question.key: dropdown(
                [("Pilih", ""), *((words, code) for code, words in question.choices.items())],
                "",
            )
            for question in kind.questions
        }
        for question in kind.questions:
            parts.append(titled(question.label, self.answers[question.key]))
        self.card = w.Text(placeholder="16 angka", layout=WIDE)
        if kind.other_card:
            parts.append(titled(f"{kind.other_card} (hanya untuk mencocokkan)", self.card))
        self.day = day_field(desk.entry.day)
        self.papers = ticks({code: paper_words()[code] for code in kind.papers})
        self.reporter = dropdown(
            [("Pilih", ""), *((words, code) for code, words in reporter_words().items())],
            desk.entry.reporter,
        )
        self.words = w.Text(placeholder="Bila perlu", layout=WIDE)
        parts += [
            titled("Tanggal kejadian", self.day),
            titled("Surat yang dilihat", _column(self.papers)),
            titled("Dilaporkan oleh", self.reporter),
            titled("Catatan", self.words),
        ]
        self.form.children = (block(*parts),)
        controls = [self.place, self.card, self.day, self.reporter, self.words]
        for control in (
            *controls,
            *self.people.values(),
            *self.answers.values(),
            *self.papers.values(),
        ):
            control.observe(lambda _change: self.fill(), "value")
        self.fill()

    def fill(self) -> None:
        """See what follows from what is filled in."""
        given: date | None = self.day.value
        entry = Entry(
            self.desk.entry.kind,
            given,
            self.reporter.value,
            ticked(self.papers),
            ticked(self.people),
            tuple(one.value for one in self.answers.values() if one.value),
            self.card.value.strip(),
            self.words.value,
            self.place.value,
        )
        if not did(lambda: self.desk.fill(entry), self.say):
            return
        told = self.desk.told
        blocker = self.desk.blocker
        self.keep.disabled = bool(blocker)
        self.why_not.value = f'<p class="vv-lap-blocker">{escape(blocker)}</p>' if blocker else ""
        self.follows.value = (
            '<p class="vv-empty">Pilih keluarganya; di sini muncul apa yang perlu diurus.</p>'
            if told is None
            else by_table(
                (task.consequence.table, consequence_html(task.consequence, task.program))
                for task in told.tasks
            )
            + _notes_html(told)
        )

    def _begin(self, kind: str) -> None:
        self.desk.begin(kind)
        self.draw()

    def _keep(self) -> None:
        said: list[str] = []
        if did(lambda: said.append(self.desk.keep()), self.say):
            self.changed(said[0])


def _notes_html(told: Preview) -> str:
    """What is to be known, and what the next list should show."""
    lines = "".join(f"<li>{consequence_html(one.consequence, '')}</li>" for one in told.notes)
    return (
        f"<h3>Perlu diketahui</h3><ul>{lines}</ul>"
        f"<h3>Pada daftar berikutnya</h3><p>{escape(told.kind.expects)}</p>"
    )


def _member_words(one: Member) -> str:
    age = f", {one.age} tahun" if one.age is not None else ""
    return f"{one.name or 'Tanpa nama'} ({one.shdk.replace('_', ' ') or 'hubungan kosong'}{age})"


def _column(boxes: dict[str, w.Checkbox]) -> w.VBox:
    return w.VBox(list(boxes.values()), layout=WIDE)

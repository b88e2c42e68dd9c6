"""Who did what, a page at a time, narrowed by kind, person, day and subject."""

from __future__ import annotations

from html import escape
from typing import Any

import ipywidgets as w

from workbench.domain.wilayah import CITY
from workbench.domain.words import number_id
from workbench.services import audits
from workbench.ui.staff.drawing import WIDE, Say, button, did
from workbench.ui.trail.drawing import log_html
from workbench.ui.trail.model import TrailRoom

_ALL = "(semua)"
_LONGEST = 70


def panel(room: TrailRoom, say: Say) -> w.Widget:
    """The log, newest first."""
    return _LogPanel(room, say).widget


class _LogPanel:
    def __init__(self, room: TrailRoom, say: Say) -> None:
        self.room, self.say = room, say
        kinds = sorted((words, kind) for kind, words in audits.KINDS.items())
        self.kind = _choice("Jenis", kinds)
        self.person = _choice("Orang", _people(room))
        # A tooltip that is not given would be the word null.
        self.day = w.DatePicker(description="Hari", tooltip="")
        self.subject = _choice("Tentang", [])
        self.kind.observe(lambda change: self._narrow(kind=change["new"]), "value")
        self.person.observe(lambda change: self._narrow(actor_id=change["new"]), "value")
        self.day.observe(lambda change: self._narrow(day=change["new"]), "value")
        self.subject.observe(self._choose_subject, "value")
        controls = [self.kind, self.day, self.subject]
        if room.is_whole_office:
            controls.insert(1, self.person)
        narrow = w.Box(controls, layout=WIDE)
        narrow.add_class("vv-jejak-narrow")
        self.counted, self.lines = w.HTML(layout=WIDE), w.HTML(layout=WIDE)
        self.newer = button("Lebih baru", lambda: self._turn(room.newer))
        self.older = button("Lebih lama", lambda: self._turn(room.older))
        self.newer.disabled = self.older.disabled = True
        again = button("Muat ulang", self._narrow)
        turns = w.HBox(
            [self.newer, self.older, again], layout=w.Layout(flex_flow="row wrap", width="100%")
        )
        self.is_drawing = False
        self.widget = w.VBox([narrow, self.counted, self.lines, turns], layout=WIDE)
        self._narrow()

    def _narrow(self, **changed: Any) -> None:
        self._turn(lambda: self.room.narrow(**changed))

    def _choose_subject(self, change: Any) -> None:
        if not self.is_drawing:
            self._narrow(subject=change["new"])

    def _turn(self, act: Any) -> None:
        self.say("")
        if did(act, self.say):
            self._draw()

    def _draw(self) -> None:
        room, page = self.room, self.room.page
        self.newer.disabled = len(room.turned) == 1
        self.older.disabled = page.before_seq is None
        self.counted.value = f'<p class="vv-muted" role="status">{_counted(room)}</p>'
        nothing = (
            '<p class="vv-empty">Tidak ada catatan dengan saringan ini. Kurangi saringannya.</p>'
        )
        self.lines.value = log_html(page.entries) or nothing
        # What the page in view is about can be followed from here.
        found = {entry.subject: entry.about for entry in page.entries if entry.subject}
        chosen = room.narrowed.subject
        if chosen:
            found.setdefault(chosen, chosen)
        named = sorted((_short(about), subject) for subject, about in found.items())
        self.is_drawing = True
        self.subject.options = [(_ALL, ""), *_told_apart(named)]
        self.subject.value = chosen
        self.is_drawing = False


def _choice(name: str, options: list[tuple[str, str]]) -> w.Dropdown:
    return w.Dropdown(options=[(_ALL, ""), *options], value="", description=name, layout=WIDE)


def _people(room: TrailRoom) -> list[tuple[str, str]]:
    known = audits.people(room.office, room.actor)
    return _told_apart([(name, person) for person, name in known])


def _told_apart(named: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Choices whose words would be the same get a number."""
    seen: dict[str, int] = {}
    found = []
    for words, value in named:
        seen[words] = seen.get(words, 0) + 1
        found.append((f"{words} ({seen[words]})" if seen[words] > 1 else words, value))
    return found


def _counted(room: TrailRoom) -> str:
    page = room.page
    if not room.is_whole_office:
        return f"Anda mengurus sebagian {CITY.kind}, jadi yang tampil hanya catatan Anda sendiri."
    of = f"{number_id(page.events)} catatan di ruang {escape(room.actor.workspace.value)}"
    if not page.entries:
        return f"{of}."
    first, last = page.entries[0].seq, page.entries[-1].seq
    return f"{of}. Halaman {len(room.turned)}: nomor {number_id(first)} sampai {number_id(last)}."


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"

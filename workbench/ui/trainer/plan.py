"""Rencana, a tab of the room Kelas: timetable, people, class and office, and the opening.

Every value that a person typed is escaped where it is drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import ipywidgets as w

from workbench.access import Actor
from workbench.domain.wilayah import CITY, kecamatan, kelurahan
from workbench.domain.words import date_id, number_id
from workbench.errors import WorkbenchError
from workbench.services.bimteks import GROUPINGS, MIXED, CourseSettings
from workbench.store import clock
from workbench.training.agenda import PARTS, VARIANTS
from workbench.ui.rule_words import rule_groups
from workbench.ui.said import SaidLine
from workbench.ui.trainer.fields import number_field
from workbench.ui.trainer.plan_drawing import (
    STYLE,
    differences,
    people_table,
    sentence_lines,
    timetable,
)
from workbench.ui.trainer.plan_model import PlanRoom
from workbench.ui.upload import UploadButton

T = TypeVar("T")

_FULL = w.Layout(width="100%", margin="0")
_WIDE = w.Layout(width="auto", margin="0 0 8px")
_ROW = w.Layout(flex_flow="row wrap", width="100%", align_items="center")
_NEW = -1
_STAYS = (
    '<p class="vvk vvk-muted">Jumlah kasus tes, aturan dan kelompok aturan tetap seperti saat '
    "kelas dibuka.</p>"
)


class PlanPanel:
    """Plans of bimteks. ``opened`` is told the id of a class that was opened here; the plan of
    ``class_id`` is open from the start.

    ``bimteks`` is ``services.bimteks`` or something with its functions.
    """

    def __init__(
        self,
        office: Any,
        actor: Actor,
        opened: Callable[[str], None] = lambda _class_id: None,
        bimteks: Any = None,
        class_id: str = "",
    ) -> None:
        if bimteks is None:
            from workbench.services import bimteks
        self.room = PlanRoom(office, actor, bimteks)
        self._opened = opened
        self.said = SaidLine()
        self.which = w.Dropdown(options=[("Pilih rencana", "")], description="Rencana")
        self.which.layout = _WIDE
        self.body = w.VBox(layout=_FULL)
        # The tabs stay when a plan is drawn anew: whoever presses one meanwhile gets it.
        self.tabs = w.Tab(
            children=[w.VBox(layout=_FULL) for _ in range(3)],
            titles=["Jadwal", "Peserta dan kelompok", "Kelas dan kantor"],
            selected_index=0,
            layout=_FULL,
        )
        self.tabs.add_class("vvk-tabs")
        # What was done on one tab is told no longer on the next.
        self.tabs.observe(lambda _change: self.said.say(""), "selected_index")
        begin = []
        for variant, words in VARIANTS.items():
            button = w.Button(description=f"Rencana baru, {words.lower()}")
            button.layout.width = "auto"
            button.on_click(lambda _button, v=variant: self._begin(v))
            begin.append(button)
        self.begin = begin
        self.copy = _button("Salin rencana", self._ask_copy)
        self.delete = _button("Hapus rencana", self._ask_delete)
        self.asked = w.VBox(layout=w.Layout(width="100%", margin="0 0 16px", display="none"))
        self._is_drawing = False
        self.which.observe(lambda change: self._choose(change["new"] or ""), "value")
        self.widget = w.VBox(
            [
                w.HTML(STYLE, layout=w.Layout(display="none")),
                self.which,
                w.HBox([*begin, self.copy, self.delete], layout=_ROW),
                self.asked,
                self.said,
                self.body,
            ],
            layout=_FULL,
        )
        self.widget.add_class("vvk-form")
        if class_id:
            self.ask(lambda: self.room.choose_of_class(class_id))
        self.draw()

    # -- frame -------------------------------------------------------------------------------

    def ask(self, act: Callable[[], T]) -> T | None:
        """Do it; a refusal is said in its own sentence and changes nothing."""
        try:
            answer = act()
        except WorkbenchError as error:
            self.said.say(str(error), wrong=True)
            return None
        self.said.say("")
        return answer

    def did(self, act: Callable[[], Any], done: str = "") -> bool:
        """``ask``, then draw anew; ``done`` is said when it was done."""

        def acted() -> bool:
            act()
            return True

        if not self.ask(acted):
            return False
        self.draw()
        self.said.say(done)
        return True

    def draw(self) -> None:
        """The list of plans and the one that is open."""
        plans = self.ask(self.room.plans) or ()
        chosen = self.room.plan.id if self.room.plan else ""
        self._is_drawing = True
        self.which.options = [
            ("Pilih rencana", ""),
            *((f"{one.name}, {date_id(one.date)}", one.id) for one in plans),
        ]
        self.which.value = chosen
        self._is_drawing = False
        self._ask_for()
        self.begin[0].button_style = "" if plans else "primary"
        for button in (self.copy, self.delete):
            button.layout.display = "" if self.room.plan else "none"
        if self.room.plan is None:
            words = (
                "Pilih rencana, atau mulai yang baru."
                if plans
                else "Belum ada rencana. Mulai dari jadwal yang biasa, lalu ubah seperlunya."
            )
            self.body.children = (w.HTML(f'<p class="vvk vvk-muted">{words}</p>'),)
            return
        drawn = (self._timetable(), self._people(), self._class())
        for place, shown in zip(self.tabs.children, drawn, strict=True):
            place.children = (shown,)
        if self.tabs not in self.body.children:
            self.tabs.selected_index = 0
        self.body.children = (*self._changes(), self.tabs)

    def _choose(self, bimtek_id: str) -> None:
        if not self._is_drawing:
            self.did(lambda: self.room.choose(bimtek_id))

    def _begin(self, variant: str) -> None:
        self.did(
            lambda: self.room.begin(variant, clock.today()),
            "Rencana baru disimpan. Semua jam adalah usulan; ubah seperlunya.",
        )

    # -- copies, and what goes ----------------------------------------------------------------

    def _ask_for(self, *children: w.Widget) -> None:
        """Ask once more below the buttons; of nothing, the question goes."""
        self.asked.children = children
        self.asked.layout.display = "" if children else "none"

    def _ask_copy(self) -> None:
        self.said.say("")
        day = w.DatePicker(description="Hari pertama", tooltip="")
        people = w.Checkbox(value=False, description="Salin juga daftar peserta", indent=False)

        def copy() -> None:
            chosen, with_people = day.value, people.value
            self.did(lambda: self.room.copy(chosen, with_people), "Rencana disalin.")

        self._ask_for(
            w.HTML('<p class="vvk">Jadwal dan isian ikut disalin; kasus kelasnya nanti lain.</p>'),
            *(day, people),
            w.HBox([_button("Buat salinan", copy, primary=True), self._no()], layout=_ROW),
        )

    def _ask_delete(self) -> None:
        self.said.say("")

        def delete() -> None:
            self.did(self.room.delete, "Rencana dihapus.")

        yes = _button("Ya, hapus rencana", delete)
        yes.button_style = "danger"
        self._ask_for(
            w.HTML(
                '<p class="vvk vvk-blocker">Jadwal, daftar peserta dan kelompok rencana ini '
                "hilang.</p>"
            ),
            w.HBox([yes, self._no()], layout=_ROW),
        )

    def _no(self) -> w.Button:
        return _button("Batal", self._ask_for)

    def _changes(self) -> tuple[w.Widget, ...]:
        """What the open class does not have yet of the plan, and the button that carries it."""
        assert self.room.plan is not None
        if not self.room.plan.class_id:
            return ()
        changes = self.ask(self.room.class_changes)
        if not changes or not (changes.done or changes.kept):
            return ()
        shown: list[w.Widget] = [w.HTML(differences(changes), layout=_FULL)]
        if changes.done:
            self.renew = _button("Sesuaikan kelas", self._renew)
            faults = self.room.plan.agenda.faults()
            self.renew.disabled = bool(faults)
            shown += [w.HTML(sentence_lines(faults[:1])), self.renew]
        box = w.VBox(shown, layout=w.Layout(width="auto", margin="0 0 16px"))
        box.add_class("vvk-box")
        return (box,)

    def _renew(self) -> None:
        words = self.ask(self.room.renew_class)
        if words is not None:
            self.draw()
            self.said.say(words)

    # -- the timetable -----------------------------------------------------------------------

    def _timetable(self) -> w.Widget:
        assert self.room.plan is not None
        sessions = self.room.plan.agenda.sessions
        self.session = w.Dropdown(
            options=[
                ("Sesi baru", _NEW),
                *((f"Hari {s.day}, {s.clock}: {s.title}", n) for n, s in enumerate(sessions)),
            ],
            value=_NEW,
            description="Sesi",
            layout=_WIDE,
        )
        self.day = w.BoundedIntText(value=1, min=1, max=5, description="Hari", tooltip="")
        self.begins, self.ends = _text("Mulai (jam)"), _text("Selesai (jam)")
        self.title, self.content = _text("Judul"), _text("Isi")
        self.speaker, self.method = _text("Pengajar"), _text("Metode")
        self.jp = _text("JP (kosong: dihitung)")
        self.part = w.Dropdown(
            options=[(words, kind) for kind, words in PARTS.items()],
            value="",
            description="Bagian kelas",
            layout=_WIDE,
        )
        self.carry = w.Checkbox(
            value=True, description="Geser sesi sesudahnya pada hari itu", indent=False
        )
        self.save = _button("Simpan sesi", self._save_session, primary=True)
        self.earlier = _button("Tukar dengan sebelumnya", lambda: self._move(False))
        self.later = _button("Tukar dengan sesudahnya", lambda: self._move(True))
        self.drop = _button("Hapus sesi", self._remove_session)
        self.session.observe(lambda _change: self._choose_session(), "value")
        self._fill()
        form = w.VBox(
            [
                _heading("Ubah jadwal"),
                self.session,
                *(self.day, self.begins, self.ends, self.title, self.content),
                *(self.speaker, self.method, self.jp, self.part, self.carry),
                w.HBox([self.save, self.earlier, self.later, self.drop], layout=_ROW),
            ],
            layout=_FULL,
        )
        return _beside(timetable(self.room.plan), form)

    def _choose_session(self) -> None:
        self.said.say("")
        self._fill()

    def _fill(self) -> None:
        assert self.room.plan is not None
        place = self.session.value
        is_new = place == _NEW
        for button in (self.earlier, self.later, self.drop):
            button.disabled = is_new
        self.carry.layout.display = "none" if is_new else ""
        if is_new:
            for field in (self.begins, self.ends, self.title, self.content):
                field.value = ""
            for field in (self.speaker, self.method, self.jp):
                field.value = ""
            self.part.value = ""
            return
        session = self.room.plan.agenda.sessions[place]
        self.day.value, self.part.value = session.day, session.part
        self.begins.value, self.ends.value = session.clock.split("-")
        self.title.value, self.content.value = session.title, session.content
        self.speaker.value, self.method.value = session.speaker, session.method
        self.jp.value = number_id(session.jp)

    def _save_session(self) -> None:
        place = None if self.session.value == _NEW else self.session.value
        typed = {
            "day": self.day.value,
            "begins": self.begins.value,
            "ends": self.ends.value,
            "title": self.title.value,
            "content": self.content.value,
            "speaker": self.speaker.value,
            "method": self.method.value,
            "jp": self.jp.value,
            "part": self.part.value,
        }
        carry = self.carry.value
        found = self.ask(lambda: self.room.save_session(place, typed, carry))
        if found is not None:
            self.draw()
            self.session.value = found
            self.said.say("Jadwal disimpan.")

    def _move(self, later: bool) -> None:
        place = self.session.value
        found = self.ask(lambda: self.room.move_session(place, later))
        if found is not None:
            self.draw()
            self.session.value = found

    def _remove_session(self) -> None:
        place = self.session.value
        self.did(lambda: self.room.remove_session(place), "Sesi dihapus dari jadwal.")

    # -- people ------------------------------------------------------------------------------

    def _people(self) -> w.Widget:
        assert self.room.plan is not None
        plan = self.room.plan
        names = self.room.shown_names()
        self.upload = UploadButton(
            "Daftar peserta dari kantor",
            ".xlsx,.xls,.xlsb,.ods,.csv",
            self.take_people,
            primary=False,
        )
        self.name, self.position = _text("Nama"), _text("Jabatan")
        self.area = w.Dropdown(options=_areas(), value="", description="Asal", layout=_WIDE)
        self.add = _button("Tambah peserta", self._add_person)
        self.person = w.Dropdown(
            options=[("Pilih peserta", _NEW), *((name, n) for n, name in enumerate(names))],
            value=_NEW,
            description="Peserta",
            layout=_WIDE,
        )
        self.remove = _button("Hapus dari daftar", self._remove_person)
        self.by = w.Dropdown(
            options=[(words, key) for key, words in GROUPINGS.items()],
            value=MIXED,
            description="Cara membagi",
            layout=_WIDE,
        )
        self.size = w.BoundedIntText(
            value=6, min=2, max=50, description="Orang tiap kelompok", tooltip=""
        )
        self.group = _button("Buat kelompok", self._group)
        self.group.disabled = not plan.people
        form = w.VBox(
            [
                _heading("Tambah peserta"),
                self.upload,
                *(self.name, self.position, self.area, self.add),
                _heading("Kelompok"),
                *(self.by, self.size, self.group),
                _heading("Hapus dari daftar"),
                w.HBox([self.person, self.remove], layout=_ROW),
            ],
            layout=_FULL,
        )
        return _beside(people_table(plan, names), form)

    def take_people(self, name: str, content: bytes) -> None:
        """A spreadsheet of people came in."""
        words = self.ask(lambda: self.room.read_people(name, content))
        if words is not None:
            self.draw()
            self.said.say(words)

    def _add_person(self) -> None:
        typed = self.name.value, self.position.value, self.area.value
        self.did(lambda: self.room.add_person(*typed), "Peserta ditambahkan.")

    def _remove_person(self) -> None:
        place = self.person.value
        if place == _NEW:
            self.said.say("Pilih dulu siapa yang dihapus.", wrong=True)
            return
        self.did(lambda: self.room.remove_person(place), "Peserta dihapus dari daftar.")

    def _group(self) -> None:
        by, size = self.by.value, self.size.value
        self.did(lambda: self.room.group(by, size), "Kelompok disusun.")

    # -- the class ---------------------------------------------------------------------------

    def _class(self) -> w.Widget:
        assert self.room.plan is not None
        plan, course = self.room.plan, self.room.plan.course
        self.plan_name, self.place = _text("Nama bimtek", plan.name), _text("Tempat", plan.place)
        self.first_day = w.DatePicker(value=plan.date, description="Hari pertama", tooltip="")
        self.n_test = number_field("Kasus tiap tes", course.n_test, 4, 30)
        self.n_rules = number_field("Aturan yang dilatih", course.n_rules, 1, 30)
        self.code_hours = number_field("Kode berlaku (jam)", course.code_hours, 1, 72)
        share = round(course.error_share * 100)
        self.share = number_field("Kasus berisi salah (%)", share, 5, 100)
        self.rule_groups = [
            (
                key,
                w.Checkbox(
                    value=not course.groups or key in course.groups,
                    description=words,
                    indent=False,
                ),
            )
            for key, words in rule_groups()
        ]
        self.office_name = _text("Nama kantor", plan.office_name)
        self.head, self.head_title = (
            _text("Kepala (penanda tangan)", plan.head),
            _text("Jabatan kepala", plan.head_title),
        )
        self.pattern = _text("Pola nomor sertifikat", plan.number_pattern)
        keep = _button("Simpan", self._save_class)
        blockers = self.room.blockers()
        self.open = _button("Buka kelas dari rencana ini", self._open_class, primary=True)
        self.open.disabled = bool(blockers)
        self.bar = w.IntProgress(layout=_WIDE)
        self.counted = w.HTML()
        self.waiting = w.VBox(
            [self.counted, self.bar], layout=w.Layout(width="100%", display="none")
        )
        ticks = [w.HTML('<p class="vvk"><strong>Kelompok aturan</strong></p>')]
        return w.VBox(
            [
                *(self.plan_name, self.place, self.first_day),
                *(self.n_test, self.n_rules, self.share, self.code_hours),
                w.VBox([*ticks, *(tick for _, tick in self.rule_groups)]),
                *(self.office_name, self.head, self.head_title, self.pattern),
                w.HTML(
                    '<p class="vvk vvk-muted">Nomor: {n:03d} menjadi 001, {tahun} dan {bulan} '
                    "dari hari pertama.</p>"
                ),
                w.HTML(sentence_lines(blockers)),
                *([w.HTML(_STAYS)] if plan.class_id else []),
                self.waiting,
                w.HBox([keep, self.open], layout=_ROW),
            ],
            layout=w.Layout(width="100%", max_width="760px"),
        )

    def _typed(self) -> dict[str, Any]:
        assert self.room.plan is not None
        groups = tuple(key for key, tick in self.rule_groups if tick.value)
        return {
            "name": self.plan_name.value,
            "place": self.place.value,
            "date": self.first_day.value or self.room.plan.date,
            "course": CourseSettings(
                self.n_test.value,
                self.n_rules.value,
                self.share.value / 100,
                () if len(groups) == len(self.rule_groups) else groups,
                self.code_hours.value,
                self.room.plan.course.seed,
            ),
            "office_name": self.office_name.value,
            "head": self.head.value,
            "head_title": self.head_title.value,
            "number_pattern": self.pattern.value,
        }

    def _save_class(self) -> None:
        typed = self._typed()
        self.did(lambda: self.room.change(**typed), "Rencana disimpan.")

    def _open_class(self) -> None:
        def progress(done: int, asked: int) -> None:
            self.bar.max, self.bar.value = max(asked, 1), done
            self.counted.value = (
                f'<p class="vvk" role="status">Menyiapkan kasus: {number_id(done)} dari '
                f"{number_id(asked)}.</p>"
            )

        def act() -> str:
            self.room.change(**self._typed())
            return self.room.open_class(progress)

        self.open.disabled = True
        self.waiting.layout.display = ""
        class_id = self.ask(act)
        if class_id is None:
            self.waiting.layout.display = "none"
            self.open.disabled = False
            return
        self.draw()
        self.said.say("Kelas sudah dibuka. Buka tiap bagian saat sesinya mulai.")
        self._opened(class_id)


def _areas() -> list[tuple[str, str]]:
    return [
        ("Belum diketahui", ""),
        *(
            (f"{place.name} (Kec. {place.kecamatan})", place.kode_kemendagri)
            for place in kelurahan()
        ),
        *((f"Kecamatan {name}", kode) for kode, name in kecamatan().items()),
        (CITY.name, CITY.kode_kemendagri),
    ]


def _beside(shown: str, form: w.Widget) -> w.Widget:
    """What stands, and beside it, where there is room, what changes it."""
    box = w.Box([w.HTML(shown, layout=_FULL), form])
    box.add_class("vvr-two")
    return box


def _heading(words: str) -> w.HTML:
    return w.HTML(f'<div class="vvk"><h3>{words}</h3></div>', layout=_FULL)


def _text(label: str, value: str = "") -> w.Text:
    return w.Text(value=value, description=label, layout=_WIDE)


def _button(label: str, act: Callable[[], None], primary: bool = False) -> w.Button:
    made = w.Button(description=label, button_style="primary" if primary else "")
    made.layout.width = "auto"
    made.on_click(lambda _button: act())
    return made


__all__ = ["PlanPanel"]

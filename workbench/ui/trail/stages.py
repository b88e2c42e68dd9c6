"""The stages of a record as the office sets them: their names, who does them, what they mean."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from html import escape

import ipywidgets as w

from workbench.access import Permission, may
from workbench.services import fieldwork
from workbench.ui.staff.drawing import WIDE, Say, button, did
from workbench.ui.trail.model import TrailRoom
from workbench.verification.fieldwork.stages import MEETING, MOST_STAGES, PROPOSAL, Stage

_MEANINGS = (
    ("tahap biasa", ""),
    ("musyawarah memutuskan di sini", MEETING),
    ("mulai di sini berkas menjadi usulan", PROPOSAL),
)
_LONGEST_CODE = 20


def panel(room: TrailRoom, say: Say) -> w.Widget:
    """The stages in order, and a form for whoever sets the rules of the whole office."""
    return _StagePanel(room, say).widget


def new_code(title: str, taken: Collection[str]) -> str:
    """A code for a new stage: the letters of its title, told apart from those that are taken."""
    plain = re.sub(r"[^a-z]+", "_", title.lower()).strip("_")[: _LONGEST_CODE - 2] or "tahap"
    return next(
        code
        for code in (plain, *(f"{plain}_{letter}" for letter in "abcdefghijklmnop"))
        if len(code) > 1 and code not in taken
    )


class _StagePanel:
    def __init__(self, room: TrailRoom, say: Say) -> None:
        self.room, self.say = room, say
        self.widget = w.VBox(layout=WIDE)
        self.widget.add_class("vv-card")
        self.stages: list[Stage] = []
        did(self._read, self.say)
        self._draw()

    def _read(self) -> None:
        self.stages = list(fieldwork.stage_plan(self.room.office, self.room.actor).stages)

    def _draw(self) -> None:
        items = "".join(
            f"<li><b>{escape(one.title)}</b>{f': {escape(one.who)}' if one.who else ''}"
            f"{f' ({dict(map(reversed, _MEANINGS))[one.meaning]})' if one.meaning else ''}</li>"
            for one in self.stages
        )
        told = w.HTML(
            "<h2>Tahap berkas</h2><p class='vv-muted'>Urutan yang dilalui berkas satu keluarga. "
            "Yang mengerjakan satu tahap tidak mengerjakan tahap lain pada berkas yang sama.</p>"
            f"<ol>{items}</ol>",
            layout=WIDE,
        )
        room = self.room
        if may(room.actor, Permission.SET_RULES) and room.is_whole_office:
            self.widget.children = (told, button("Ubah tahap berkas", self._draw_form))
        else:
            self.widget.children = (told,)

    def _draw_form(self) -> None:
        self.rows = [_Row(one) for one in self.stages]
        self.ground = w.Text(
            description="Dasar", placeholder="misalnya nomor surat keputusan", layout=WIDE
        )
        self._lay_out()

    def _lay_out(self) -> None:
        content: list[w.Widget] = [
            w.HTML(
                "<h2>Ubah tahap berkas</h2><p class='vv-muted'>Tahap pertama mencatat hasil "
                "kunjungan. Berkas yang berdiri di tahap yang dihapus menunggu sampai tahap itu "
                "ada lagi.</p>",
                layout=WIDE,
            )
        ]
        for place, row in enumerate(self.rows):
            content += self._row(place, row)
        add = button("Tambah tahap", self._add)
        add.disabled = len(self.rows) >= MOST_STAGES
        keep = button("Simpan tahap", lambda: did(self._keep, self.say), primary=True)
        content += [add, self.ground, w.HBox([keep, button("Batal", self._cancel)], layout=WIDE)]
        self.widget.children = tuple(content)

    def _row(self, place: int, row: _Row) -> Sequence[w.Widget]:
        def move() -> None:
            self.rows.insert(place - 1, self.rows.pop(place))
            self._lay_out()

        def drop() -> None:
            del self.rows[place]
            self._lay_out()

        up = button(f"Naikkan tahap {place + 1}", move)
        up.disabled = place == 0
        head = w.HTML(f"<h3>Tahap {place + 1}</h3>", layout=WIDE)
        acts = w.HBox([up, button(f"Hapus tahap {place + 1}", drop)], layout=WIDE)
        acts.layout = w.Layout(flex_flow="row wrap", width="100%")
        return (head, *row.fields, acts)

    def _add(self) -> None:
        self.rows.append(_Row(Stage("", "", "", "")))
        self._lay_out()

    def _cancel(self) -> None:
        did(self._read, self.say)
        self._draw()

    def _keep(self) -> None:
        taken = {row.stage.code for row in self.rows}
        entries = []
        for row in self.rows:
            made = row.read()
            if not made.code:
                made = replace(made, code=new_code(made.title, taken))
                taken.add(made.code)
            entries.append(vars(made))
        room = self.room
        plan = fieldwork.set_stages(room.office, room.actor, entries, self.ground.value)
        self.stages = list(plan.stages)
        self._draw()
        self.say("Tahap berkas tersimpan. Berlaku untuk semua berkas mulai sekarang.")


class _Row:
    """The fields of one stage."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.title = w.Text(value=stage.title, description="Nama tahap", layout=WIDE)
        self.who = w.Text(value=stage.who, description="Dikerjakan oleh", layout=WIDE)
        self.meaning = w.Dropdown(
            options=list(_MEANINGS), value=stage.meaning, description="Arti", layout=WIDE
        )
        self.fields = (self.title, self.who, self.meaning)

    def read(self) -> Stage:
        return Stage(self.stage.code, self.title.value, self.who.value, self.meaning.value)

"""The room Padanan on a page. Everything that came from a list is escaped before it is drawn."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets as w

from workbench.access import Actor
from workbench.domain.words import number_id
from workbench.linkage import SAME
from workbench.services.linking import KINDS, OpenLinking, sums_sentence
from workbench.services.office import Office
from workbench.store import clock
from workbench.ui.linking.desk import draw_desk
from workbench.ui.linking.merged import MergedView
from workbench.ui.linking.model import CARE, LinkingRoom
from workbench.ui.linking.work import Work
from workbench.ui.said import SaidLine
from workbench.ui.staff.drawing import WIDE, button, day_words, did

_STYLE = (Path(__file__).parent / "padanan.css").read_text("utf-8")
_ROW = w.Layout(flex_flow="row wrap", width="100%")


def show(actor: Actor) -> w.Widget:
    """The room for one person."""
    return RoomView(LinkingRoom(Office.from_environment(), actor)).widget


class RoomView:
    """Draws ``LinkingRoom`` and passes on what people press."""

    def __init__(self, room: LinkingRoom) -> None:
        self.room = room
        self.said = SaidLine()
        self.say = self.said.say
        self.body = w.VBox(layout=WIDE)
        self.work: Work | None = None
        style = w.HTML(f"<style>{_STYLE}</style>", layout=w.Layout(display="none"))
        self.widget = w.VBox([style, self.said, self.body], layout=WIDE)
        self.widget.add_class("vv-padanan")
        did(room.refresh, self.say)
        self.draw()

    def draw(self, tab: int = 0) -> None:
        """Draw the open linking at one of its tabs, or how to begin."""
        room = self.room
        if room.opened is None:
            self.draw_form()
            return
        names = [(_linking_words(one), one.id) for one in room.known]
        chosen = room.opened.summary.id
        choose = w.Dropdown(options=names, value=chosen, description="Pemadanan", layout=WIDE)
        top = w.HBox([choose, button("Padankan daftar lain", self.draw_form)], layout=_ROW)
        top.add_class("vv-shelf")
        panels: dict[str, Callable[[OpenLinking], w.Widget]] = {
            "Pasangan": lambda _opened: draw_desk(room, self.say, self._draw_sums),
            "Gabungkan": lambda _opened: MergedView(room, self.say, self._join).widget,
            "Tentang": self._about,
        }
        places = [w.VBox(layout=WIDE) for _ in panels]
        tabs = w.Tab(children=places, titles=list(panels), selected_index=tab, layout=WIDE)

        def draw_chosen(_change: object = None) -> None:
            place = tabs.selected_index or 0
            assert room.opened is not None
            places[place].children = (list(panels.values())[place](room.opened),)

        # The tabs stay when another linking is opened: whoever presses one meanwhile gets it.
        def open_other(change: Any) -> None:
            if did(lambda: room.choose(change["new"]), self.say):
                self._draw_sums()
                draw_chosen()
            else:
                self.draw()

        choose.observe(open_other, "value")
        tabs.observe(draw_chosen, "selected_index")
        self.sums = w.HTML()
        self._draw_sums()
        draw_chosen()
        self.body.children = (top, self.sums, tabs)

    def _draw_sums(self) -> None:
        opened = self.room.opened
        assert opened is not None
        lines = "".join(
            f"<li><b>{escape(name)}</b>: {sums_sentence(opened.sums(side))}</li>"
            for side, name in (
                ("left", opened.summary.left_name),
                ("right", opened.summary.right_name),
            )
        )
        self.sums.value = f'<ul class="vv-sums">{lines}</ul>'

    # -- which lists ------------------------------------------------------------------------

    def draw_form(self) -> None:
        """Choose what to link."""
        room = self.room
        self.say("")
        if not room.shelf:
            self.body.children = (
                w.HTML(
                    '<p class="vv-empty">Belum ada daftar. Masukkan dua daftar di ruang Daftar, '
                    "misalnya P3KE dan DTSEN, lalu kembali ke sini.</p>"
                ),
            )
            return
        lists = [("(pilih daftar)", ""), *((_list_words(one), one.id) for one in room.shelf)]
        kinds = [(kind.words, name) for name, kind in KINDS.items()]
        kind = w.Dropdown(options=kinds, value=room.kind, description="Jenis", layout=WIDE)
        left = w.Dropdown(
            options=lists, value=room.left_id, description=KINDS[room.kind].left, layout=WIDE
        )
        right = w.Dropdown(
            options=lists, value=room.right_id, description=_right_words(room.kind), layout=WIDE
        )
        cares = [(words, name) for name, (words, _limits) in CARE.items()]
        care = w.Dropdown(options=cares, value=room.care, description="Ketelitian", layout=WIDE)
        start = button("Padankan", self._run, primary=True)
        blocker = w.HTML()

        def change(name: str, event: Any) -> None:
            setattr(room, name, event["new"])
            left.description, right.description = KINDS[room.kind].left, _right_words(room.kind)
            why = room.run_blocker()
            start.disabled = bool(why)
            blocker.value = f'<p class="vv-muted" role="status">{escape(why)}</p>'

        for name, widget in (("kind", kind), ("left_id", left), ("right_id", right)):
            widget.observe(partial(change, name), "value")
        care.observe(partial(change, "care"), "value")
        change("kind", {"new": room.kind})
        back = [button("Batal", self.draw)] if room.opened is not None else []
        self.body.children = (
            w.HTML(
                "<p>Pemadanan mencari orang yang sama di dua daftar: lewat NIK, lalu nama yang "
                "sudah dirapikan, lalu kemiripan. Yang meragukan Anda putuskan sendiri. Kedua "
                "daftar tidak berubah.</p>"
            ),
            *(kind, left, right, care),
            w.HBox([start, *back], layout=_ROW),
            blocker,
        )

    def _run(self) -> None:
        def done() -> None:
            self.draw()
            assert self.room.opened is not None
            self.say(" ".join(("Selesai.", *self.room.opened.summary.notes)))

        self._begin(Work("Memadankan", self.room.run, done, self._back_to(self.draw_form)))

    def _join(self) -> None:
        def done() -> None:
            self.draw(tab=1)
            self.say("Basis data terpadu sudah tersimpan. Bukalah di ruang Daftar.")

        again = self._back_to(lambda: self.draw(tab=1))
        self._begin(Work("Menggabungkan", self.room.join, done, again))

    def _begin(self, work: Work) -> None:
        self.say("")
        self.work = work
        self.body.children = (work.widget,)
        work.thread.start()

    def _back_to(self, draw: Callable[[], None]) -> Callable[..., None]:
        """Where one was, with what went wrong."""

        def say(sentence: str, wrong: bool) -> None:
            draw()
            self.say(sentence, wrong)

        return say

    def _about(self, opened: OpenLinking) -> w.Widget:
        summary = opened.summary
        link, shown = summary.thresholds["link"], summary.thresholds["show"]
        steps = {"nik": "NIK", "nama": "nama yang dirapikan", "kemiripan": "kemiripan"}
        steps["putusan"] = "putusan orang"
        counts = {
            words: sum(p.state == SAME and p.step == step for p in opened.pairs)
            for step, words in steps.items()
        }
        found = "".join(
            f"<tr><td>{words}</td><td class='n'>{number_id(n)}</td></tr>"
            for words, n in counts.items()
        )
        notes = "".join(f"<p>{escape(note)}</p>" for note in summary.notes)
        return w.HTML(
            f"<p>{escape(KINDS[summary.kind].words)}, {escape(day_words(summary.at))}. "
            f"{number_id(summary.scored)} pasangan ditimbang satu per satu. Mesin menyatakan sama "
            f"mulai peluang {number_id(link, 2)}; mulai {number_id(shown, 2)} pasangan "
            "ditunjukkan kepada Anda. Anak kembar, ayah dan anak senama, dan orang senama tidak "
            f"dipadankan mesin bila dapat tertukar.</p>{notes}"
            "<div class='vv-scroll' tabindex='0' role='region' aria-label='Tabel'>"
            "<table class='vv-table'><thead><tr><th>Padan lewat</th>"
            f"<th class='n'>Orang</th></tr></thead><tbody>{found}</tbody></table></div>",
            layout=WIDE,
        )


def _linking_words(one: Any) -> str:
    return f"{one.left_name} dengan {one.right_name} ({clock.moment_id(clock.moment(one.at))})"


def _list_words(one: Any) -> str:
    return f"{one.name} ({number_id(one.kept)} orang)" if one.kept else one.name


def _right_words(kind: str) -> str:
    return "Daftar kedua" if kind == "orang" else "Daftar induk"

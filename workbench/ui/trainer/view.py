"""The room Kelas on a page: a form, then its tabs, each drawn when it is first opened.

The board is asked again every 1.5 seconds while it, or the join screen, is looked at.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import ipywidgets as w

from workbench.access import Actor
from workbench.domain.words import date_id
from workbench.errors import WorkbenchError
from workbench.ui.trainer import drawing
from workbench.ui.trainer.live import LivePanel
from workbench.ui.trainer.model import MOST_IDLE_MINUTES, ClassRoom
from workbench.ui.trainer.opening import OpeningForm
from workbench.ui.trainer.wall import MissedPanel, offer

T = TypeVar("T")

log = logging.getLogger("verval.kelas")

_STYLE = (Path(__file__).parent / "kelas.css").read_text("utf-8")
#: As wide as the column: a margin beside 100 % would stick out of it.
_WIDE = w.Layout(width="auto", margin="0 0 8px")
_FULL = w.Layout(width="100%", margin="0")
#: Seconds between two looks at the board.
LOOK_EVERY = 1.5
PLAN, JOIN, BOARD, HELP = "Rencana", "Layar masuk", "Papan", "Bantu peserta"
PROOF, PAPERS, CLASS = "Bukti", "Cetak", "Kelas"
CODE_OFF, CODE_ON = "Matikan kode", "Nyalakan lagi"


def show(actor: Actor) -> w.Widget:
    """The room for one trainer; it watches the board as long as its kernel lives."""
    from workbench.services import classes
    from workbench.services.office import Office

    view = ClassView(ClassRoom(Office.from_environment(), actor, classes))
    view.watch()
    return view.widget


class ClassView:
    """Draws ``ClassRoom`` and passes on what is pressed."""

    def __init__(self, room: ClassRoom) -> None:
        self.room = room
        self.said = w.HTML(layout=w.Layout(width="auto", display="none"))
        self.body = w.VBox(layout=_FULL)
        style = w.HTML(f"<style>{_STYLE}</style>", layout=w.Layout(display="none"))
        self.widget = w.VBox([style, self.said, self.body], layout=_FULL)
        self._is_blind = False
        self._watching: asyncio.Task[None] | None = None
        self._tabs: w.Tab | None = None
        self._drawn: set[str] = set()
        if self.did(room.find_class):
            self.draw()

    # -- frame -------------------------------------------------------------------------------

    def say(self, sentence: str, is_problem: bool = False) -> None:
        """One sentence above everything; "" takes it away."""
        self.said.value = drawing.said(sentence, is_problem)
        self.said.layout.display = "" if sentence else "none"

    def ask(self, act: Callable[[], T]) -> T | None:
        """Do it; a refusal is said in its own sentence and changes nothing on the page."""
        try:
            answer = act()
        except WorkbenchError as error:
            self.say(str(error), is_problem=True)
            return None
        self.say("")
        return answer

    def did(self, act: Callable[[], None]) -> bool:
        """``ask`` for what answers nothing: whether it was done."""

        def done() -> bool:
            act()
            return True

        return bool(self.ask(done))

    def draw(self) -> None:
        """The class that is there, or the form that opens one."""
        if self.room.info is None:
            self.draw_form()
        else:
            self.draw_class(JOIN if self.room.info.joined == 0 else BOARD)

    def watch(self) -> None:
        """Look again every ``LOOK_EVERY`` seconds, where an event loop runs."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        self._watching = loop.create_task(self._watch())

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            if self.selected in (BOARD, JOIN):
                try:
                    self.refresh()
                except Exception:  # one bad look must not end the watching
                    log.exception("the board could not be drawn")

    # -- the form ----------------------------------------------------------------------------

    def draw_form(self) -> None:
        """What a class needs to be opened."""
        self._tabs, self._drawn = None, set()
        is_first = self.room.info is None
        form = OpeningForm(
            self.room,
            self.did,
            lambda: self.draw_class(JOIN),
            None if is_first else lambda: self.draw_class(CLASS),
        )
        if is_first:
            plan = _behind("Rencanakan bimtek satu atau dua hari", self._draw_plan)
            self.body.children = (plan, form.widget, self._closing())
        else:
            self.body.children = (form.widget,)

    # -- the class ---------------------------------------------------------------------------

    def draw_class(self, selected: str) -> None:
        """The tabs of a class, open on ``selected``."""
        self.address = self.room.join_address()
        self.head = w.HTML(layout=_WIDE)
        self._drawn = set()
        self._drawers: dict[str, Callable[[], w.Widget]] = {
            PLAN: self._draw_plan,
            JOIN: self._draw_join,
            BOARD: self._draw_board,
            HELP: self._help_page,
            PROOF: self._draw_proof,
            PAPERS: self._draw_papers,
            CLASS: self._class_tab,
        }
        if self._tabs is None:
            self._tabs = w.Tab(
                children=[w.VBox(layout=_FULL) for _ in self._drawers],
                titles=list(self._drawers),
                selected_index=list(self._drawers).index(selected),
                layout=_FULL,
            )
            self._tabs.add_class("vvk-tabs")
            self._tabs.observe(lambda _change: self._open(), "selected_index")
        # The tabs stay when another class is opened: whoever presses one meanwhile gets it.
        for title, place in zip(self._drawers, self._tabs.children, strict=True):
            if title != selected:
                place.children = ()
        self.select(selected)
        self.body.children = (self.head, self._tabs)
        self._open()

    def select(self, tab: str) -> None:
        """Open a tab, as a click on it does."""
        assert self._tabs is not None
        self._tabs.selected_index = list(self._drawers).index(tab)

    @property
    def selected(self) -> str | None:
        """The tab that is looked at, None while there is no class."""
        return None if self._tabs is None else list(self._drawers)[self._tabs.selected_index]

    def _open(self) -> None:
        """Draw the tab that is looked at, once, and what moved since."""
        tab = self.selected
        assert self._tabs is not None
        assert tab is not None
        # What was done on another tab is told no longer.
        self.say("")
        if PLAN in self._drawn:
            self.planning.said.say("")
        if tab not in self._drawn:
            shown = self._drawers[tab]()
            self._tabs.children[self._tabs.selected_index].children = (shown,)
            self._drawn.add(tab)
        self.refresh()

    def refresh(self, now: datetime | None = None) -> None:
        """Ask for the board and draw what changed of it."""
        now = now or datetime.now(UTC)
        try:
            self.room.look(now)
        except WorkbenchError as error:
            self._is_blind = True
            self.say(str(error), is_problem=True)
            return
        if self._is_blind:  # only its own sentence is taken away again
            self._is_blind = False
            self.say("")
        board, info, watch = self.room.board, self.room.info, self.room.watch
        drawn = {self.head: drawing.head(info)}
        if JOIN in self._drawn:
            drawn[self.joining] = drawing.join_screen(info, self.address, len(board.people))
            drawn[self.code_state] = drawing.code_state(info)
            self.code_turn.description = CODE_OFF if info.code_works else CODE_ON
            self.code_buttons.layout.display = "" if info.is_open else "none"
            if not info.is_open:
                self.code_sure.layout.display = "none"
        if BOARD in self._drawn:
            drawn[self.totals] = drawing.totals(board)
            drawn[self.people] = drawing.people(board, now, watch)
            drawn[self.helped] = drawing.needs_help(board, now, watch)
            drawn[self.twice] = drawing.twice(board)
            self.twice.layout.display = "" if drawn[self.twice] else "none"
            drawn[self.stream] = drawing.stream(self.room.stream)
            drawn[self.drills] = drawing.drills_played(self.room.drills)
            drawn[self.absent] = drawing.absent(board)
            drawn[self.matrix] = drawing.matrix(board)
            self.live.draw()
            self.missed.draw(board)
        if HELP in self._drawn:
            people = [("Pilih peserta", 0), *drawing.people_options(board)]
            offer(self.person, people, self.choose_person)
            self.double.draw(board)
            self.typing.draw(board)
        for widget, content in drawn.items():
            if widget.value != content:
                widget.value = content

    def _draw_board(self) -> w.Widget:
        self.totals, self.people, self.helped, self.stream = _pages(4)
        self.drills, self.absent, self.matrix = _pages(3)
        self.twice = w.HTML(layout=w.Layout(width="auto"))
        self.live = LivePanel(self.room, self.did, self.refresh)
        self.missed = MissedPanel(self.room, self.ask)
        idle = w.BoundedIntText(
            value=self.room.idle_minutes,
            min=1,
            max=MOST_IDLE_MINUTES,
            description="Diam setelah (menit)",
            tooltip="",
            layout=_WIDE,
        )

        def set_idle(change: Any) -> None:
            self.room.idle_minutes = change["new"]
            self.refresh()

        idle.observe(set_idle, "value")
        right = w.VBox([self.helped, self.twice, idle, self.stream])
        columns = w.Box([self.people, self.missed.widget, right])
        columns.add_class("vvk-board")
        self.board_tab = w.VBox(
            [
                self.live.widget,
                self.totals,
                columns,
                self.drills,
                self.absent,
                self.matrix,
                self.missed.wall.widget,
            ],
            layout=_FULL,
        )
        return self.board_tab

    def _draw_join(self) -> w.Widget:
        self.joining = w.HTML(layout=_WIDE)
        large = w.Button(description="Tampilkan sebesar layar", button_style="primary")
        screen = w.VBox([large, self.joining], layout=_FULL)

        def turn(_button: Any) -> None:
            is_full = "vvk-full" in screen._dom_classes
            (screen.remove_class if is_full else screen.add_class)("vvk-full")
            large.description = "Tampilkan sebesar layar" if is_full else "Kecilkan"

        large.on_click(turn)
        self.join_tab = w.VBox([self._code_panel(), screen], layout=_FULL)
        return self.join_tab

    def _code_panel(self) -> w.Widget:
        """How the code stands, and what a trainer may do with it; a new one only when sure."""
        self.code_state = w.HTML(layout=_WIDE)
        self.code_turn = w.Button()
        renew = w.Button(description="Buat kode baru")
        yes = w.Button(description="Ya, buat kode baru", button_style="danger")
        no = w.Button(description="Batal")
        warning = w.HTML(
            '<p class="vvk vvk-blocker">Kode yang sekarang tampil di dinding atau tertulis di '
            "kertas tidak akan berlaku lagi. Peserta yang sudah masuk tidak terganggu.</p>"
        )
        sure = w.VBox([warning, w.HBox([yes, no], layout=w.Layout(flex_flow="row wrap"))])
        self.code_sure = sure

        def ask_first(is_asked: bool) -> None:
            sure.layout.display = "" if is_asked else "none"

        def turn(_button: Any) -> None:
            # What the button said is what is done, also when the code has ended since.
            was_on = self.code_turn.description == CODE_OFF
            if self.did(self.room.turn_code_off if was_on else self.room.turn_code_on):
                self.refresh()

        def give_new(_button: Any) -> None:
            ask_first(False)
            if self.did(self.room.renew_code):
                self.refresh()

        self.code_turn.on_click(turn)
        renew.on_click(lambda _button: ask_first(True))
        no.on_click(lambda _button: ask_first(False))
        yes.on_click(give_new)
        ask_first(False)
        self.code_buttons = w.HBox(
            [self.code_turn, renew], layout=w.Layout(flex_flow="row wrap", display="none")
        )
        row = w.Layout(flex_flow="row wrap", align_items="center")
        return w.VBox(
            [w.HBox([self.code_state, self.code_buttons], layout=row), sure], layout=_FULL
        )

    def _help_page(self) -> w.Widget:
        """Who lost a phone, who joined twice, and who answered on paper."""
        from workbench.ui.trainer.twice import TwicePanel
        from workbench.ui.trainer.typing import TypingPanel

        self._draw_help()
        room = self.room
        self.typing = TypingPanel(room.office, room.actor, room.info.id, self.refresh)
        self.double = TwicePanel(room, self.did, self.refresh)
        return w.VBox([self.help_tab, self.double.widget, self.typing.widget], layout=_FULL)

    def _draw_help(self) -> None:
        self.person = w.Dropdown(
            options=[("Pilih peserta", 0)], description="Peserta", layout=_WIDE
        )
        about, given = w.HTML(layout=_WIDE), w.HTML(layout=_WIDE)
        issue = w.Button(description="Buat kode kembali", button_style="primary", disabled=True)

        def choose(change: Any) -> None:
            given.value = ""
            issue.disabled = not change["new"]
            about.value = drawing.person_help(self.room.board, change["new"] or 0)

        def give(_button: Any) -> None:
            code = self.ask(lambda: self.room.help_back_in(self.person.value))
            if code is not None:
                names = {person.seat: person.name for person in self.room.board.people}
                name = names.get(self.person.value, "")
                given.value = drawing.return_code(code, name, self.address)

        self.choose_person = choose
        self.person.observe(choose, "value")
        issue.on_click(give)
        hint = w.HTML(
            '<div class="vvk"><h3>Masuk lagi</h3><p class="vvk-muted">Untuk peserta yang berganti '
            "ponsel atau lupa kode kembali. Pilih peserta dulu, lalu buat kode baru.</p></div>"
        )
        self.help_tab = w.VBox(
            [hint, self.person, about, issue, given],
            layout=w.Layout(width="100%", max_width="760px", margin="0 0 24px"),
        )

    def _draw_plan(self) -> w.Widget:
        from workbench.ui.trainer.plan import PlanPanel

        def opened(class_id: str) -> None:
            if self.did(lambda: self.room.choose(class_id)):
                self.draw_class(JOIN)

        class_id = self.room.info.id if self.room.info else ""
        self.planning = PlanPanel(self.room.office, self.room.actor, opened, class_id=class_id)
        return self.planning.widget

    def _draw_papers(self) -> w.Widget:
        from workbench.ui.trainer.papers import PapersPanel

        room = self.room
        return PapersPanel(room.office, room.actor, room.join_address, room.info.id).widget

    def _draw_proof(self) -> w.Widget:
        from workbench.ui.trainer.proof import ProofPanel

        panel = ProofPanel(self.room.office, self.room.actor, self.room.info.id)
        panel.refresh()
        return panel.widget

    def _closing(self) -> w.Widget:
        from workbench.ui.trainer.closing import ClosingPanel

        def leave(sentence: str) -> None:
            self.draw()
            self.say(sentence)

        return ClosingPanel(self.room, self.ask, leave).widget

    def _own_tasks(self) -> w.Widget:
        from workbench.ui.trainer.authoring import AuthoringPanel

        return AuthoringPanel(self.room.office, self.room.actor).widget

    def _class_tab(self) -> w.Widget:
        info = self.room.info
        turn = w.Button(description="Tutup kelas" if info.is_open else "Buka lagi kelas ini")
        words = (
            "Menutup kelas menahan peserta baru. Yang sudah masuk boleh menyelesaikan kasusnya, "
            "dan kode kembali mereka tetap berlaku."
            if info.is_open
            else "Kelas ini tertutup bagi peserta baru; kursi, jawaban dan kode kembali tetap ada."
        )

        def close_or_open(_button: Any) -> None:
            if self.did(self.room.close if info.is_open else self.room.reopen):
                self.draw_class(CLASS)

        turn.on_click(close_or_open)
        another = w.Button(description="Buka kelas baru")
        another.on_click(lambda _button: self.draw_form())
        earlier = [
            (f"{one.name}, {date_id(one.date)} ({one.join_code})", one.id)
            for one in self.room.earlier_classes()
        ]
        which = w.Dropdown(options=earlier, value=info.id, description="Kelas", layout=_WIDE)

        def change_class(change: Any) -> None:
            if self.did(lambda: self.room.choose(change["new"])):
                self.draw_class(BOARD)

        which.observe(change_class, "value")
        return w.VBox(
            [
                which,
                w.HTML(f'<p class="vvk vvk-muted">{words}</p>'),
                w.HBox([turn, another], layout=w.Layout(flex_flow="row wrap")),
                self._closing(),
                w.HTML('<div class="vvk"><h3>Soal dari kantor</h3></div>'),
                _behind("Soal sendiri", self._own_tasks),
            ],
            layout=_WIDE,
        )


def _pages(n: int) -> list[w.HTML]:
    return [w.HTML(layout=_WIDE) for _ in range(n)]


def _behind(label: str, draw: Callable[[], w.Widget]) -> w.Widget:
    """A button that gives way to what it stands for."""
    place = w.VBox(layout=w.Layout(width="100%"))
    show = w.Button(description=label, layout=w.Layout(width="auto"))

    def shown(_button: Any) -> None:
        place.children = (draw(),)

    show.on_click(shown)
    place.children = (show,)
    return place

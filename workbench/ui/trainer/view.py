"""The room Kelas on a page: a form, then four tabs; the board is asked again every two seconds."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import ipywidgets as w

from workbench.access import Actor
from workbench.domain.words import date_id
from workbench.errors import WorkbenchError
from workbench.ui.rule_words import rule_groups, rule_title
from workbench.ui.trainer import drawing
from workbench.ui.trainer.model import MAX_UPLOAD_BYTES, ClassRoom

T = TypeVar("T")

log = logging.getLogger("verval.kelas")

_STYLE = (Path(__file__).parent / "kelas.css").read_text("utf-8")
#: As wide as the column: a margin beside 100 % would stick out of it.
_WIDE = w.Layout(width="auto", margin="0 0 8px")
_FULL = w.Layout(width="100%", margin="0")
#: Seconds between two looks at the board.
LOOK_EVERY = 2.0
BOARD, JOIN, HELP, CLASS = range(4)
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
            if self._tabs is not None and self._tabs.selected_index in (BOARD, JOIN):
                try:
                    self.refresh()
                except Exception:  # one bad look must not end the watching
                    log.exception("the board could not be drawn")

    # -- the form ----------------------------------------------------------------------------

    def draw_form(self) -> None:
        """What a class needs to be opened."""
        self._tabs = None
        form = self.room.form
        if not form.groups:
            form.groups = tuple(key for key, _ in rule_groups())
        form.day = form.day or date.today()
        name = w.Text(value=form.name, description="Nama kelas", layout=_WIDE)
        place = w.Text(value=form.place, description="Tempat", layout=_WIDE)
        # A tooltip that is not given would be the word null.
        day = w.DatePicker(value=form.day, description="Tanggal", tooltip="")
        n_cases = w.BoundedIntText(
            value=form.n_cases, min=1, max=60, description="Jumlah kasus", tooltip=""
        )
        share = w.IntSlider(
            value=form.error_percent,
            min=0,
            max=100,
            step=5,
            description="Kasus berisi salah (%)",
            tooltip="",
        )
        seats = w.BoundedIntText(
            value=form.seats, min=1, max=500, description="Jumlah kursi", tooltip=""
        )
        code_hours = w.BoundedIntText(
            value=form.code_hours, min=1, max=72, description="Kode berlaku (jam)", tooltip=""
        )
        ticks = [
            (key, w.Checkbox(value=key in form.groups, description=words, indent=False))
            for key, words in rule_groups()
        ]
        listed = w.HTML('<p class="vvk-muted">Boleh tanpa daftar peserta.</p>')
        upload = w.FileUpload(
            accept=".xlsx,.xls,.xlsb,.ods,.csv",
            multiple=False,
            description="Daftar peserta",
            tooltip="Unggah daftar peserta dari kantor",
        )
        reason = w.HTML()
        open_button = w.Button(description="Buka kelas", button_style="primary")
        bar = w.IntProgress(layout=_WIDE)
        counted = w.HTML()
        waiting = w.VBox([counted, bar], layout=w.Layout(width="100%", display="none"))

        def take(_change: Any = None) -> None:
            form.name, form.place, form.day = name.value, place.value, day.value
            form.n_cases, form.error_percent = n_cases.value, share.value
            form.seats, form.code_hours = seats.value, code_hours.value
            form.groups = tuple(key for key, tick in ticks if tick.value)
            reason.value = f'<div class="vvk">{drawing.blocker(form)}</div>'
            open_button.disabled = bool(form.blockers())

        def read(change: Any) -> None:
            if not change["new"]:
                return
            sent = change["new"][0]
            if sent["size"] > MAX_UPLOAD_BYTES:
                self.say("Berkas peserta terlalu besar. Unggah berkas di bawah 20 MB.", True)
                return
            content = bytes(sent["content"])
            words = self.ask(lambda: self.room.read_participants(sent["name"], content))
            if words is not None:
                listed.value = drawing.said(words)
                seats.value = form.seats

        def begin(_button: Any) -> None:
            take()
            if form.blockers():
                return
            open_button.disabled = True
            waiting.layout.display = ""

            def progress(done: int, asked: int) -> None:
                bar.max, bar.value = max(asked, 1), done
                counted.value = (
                    f'<p class="vvk" role="status">Menyiapkan kasus: kursi {done} dari {asked}.</p>'
                )

            if self.did(lambda: self.room.open_class(progress)):
                self.draw_class(JOIN)
            else:
                waiting.layout.display = "none"
                open_button.disabled = False

        asked = (name, place, day, n_cases, share, seats, code_hours)
        for widget in (*asked, *(tick for _, tick in ticks)):
            widget.observe(take, "value")
        name.continuous_update = place.continuous_update = True
        upload.observe(read, "value")
        open_button.on_click(begin)
        take()
        groups = w.VBox(
            [w.HTML('<p class="vvk"><strong>Kelompok aturan</strong></p>'), *(t for _, t in ticks)]
        )
        buttons = [open_button]
        if self.room.info is not None:
            back = w.Button(description="Kembali ke kelas")
            back.on_click(lambda _button: self.draw_class(CLASS))
            buttons.append(back)
        shown = w.VBox(
            [
                w.HTML('<div class="vvk"><h2>Buka kelas baru</h2></div>'),
                name,
                place,
                day,
                n_cases,
                share,
                seats,
                code_hours,
                groups,
                w.HBox(
                    [upload, listed],
                    layout=w.Layout(flex_flow="row wrap", width="100%", align_items="center"),
                ),
                reason,
                waiting,
                w.HBox(buttons, layout=w.Layout(flex_flow="row wrap")),
            ],
            layout=w.Layout(width="100%", max_width="760px"),
        )
        shown.add_class("vvk-form")
        self.body.children = (shown,)

    # -- the class ---------------------------------------------------------------------------

    def draw_class(self, selected: int) -> None:
        """The four tabs of a class, open on ``selected``."""
        self.head = w.HTML(layout=_WIDE)
        self._draw_board()
        self._draw_join()
        self._draw_help()
        self._tabs = w.Tab(
            children=[self.board_tab, self.join_tab, self.help_tab, self._class_tab()],
            titles=["Papan", "Layar masuk", "Bantu peserta", "Kelas"],
            selected_index=selected,
            layout=_FULL,
        )
        self._tabs.add_class("vvk-tabs")
        self._tabs.observe(lambda _change: self.refresh(), "selected_index")
        self.body.children = (self.head, self._tabs)
        self.refresh()

    def refresh(self, now: datetime | None = None) -> None:
        """Ask for the board and draw what changed of it."""
        try:
            self.room.look()
        except WorkbenchError as error:
            self._is_blind = True
            self.say(str(error), is_problem=True)
            return
        if self._is_blind:  # only its own sentence is taken away again
            self._is_blind = False
            self.say("")
        now = now or datetime.now(UTC)
        board, info = self.room.board, self.room.info
        drawn = {
            self.head: drawing.head(info),
            self.totals: drawing.totals(board),
            self.people: drawing.people(board, now),
            self.missed: drawing.most_missed(board),
            self.stream: drawing.stream(self.room.stream),
            self.absent: drawing.absent(board),
            self.matrix: drawing.matrix(board),
            self.joining: drawing.join_screen(info, self.address, len(board.people)),
            self.code_state: drawing.code_state(info),
        }
        for widget, content in drawn.items():
            if widget.value != content:
                widget.value = content
        self.code_turn.description = CODE_OFF if info.code_works else CODE_ON
        self.code_buttons.layout.display = "" if info.is_open else "none"
        if not info.is_open:
            self.code_sure.layout.display = "none"
        _offer(self.rule, _rules_to_explain(board))
        _offer(self.person, [("Pilih peserta", 0), *drawing.people_options(board)])

    def _draw_board(self) -> None:
        self.totals, self.people, self.missed, self.stream, self.absent, self.matrix = (
            w.HTML(layout=_WIDE) for _ in range(6)
        )
        self.rule = w.Dropdown(options=[("Pilih aturan", "")], description="Jelaskan", layout=_WIDE)
        explained = w.HTML(layout=_WIDE)
        self.rule.observe(
            lambda change: setattr(explained, "value", drawing.explained(change["new"] or "")),
            "value",
        )
        middle = w.VBox([self.missed, self.rule, explained])
        columns = w.Box([self.people, middle, self.stream])
        columns.add_class("vvk-board")
        self.board_tab = w.VBox([self.totals, columns, self.absent, self.matrix], layout=_FULL)

    def _draw_join(self) -> None:
        self.address = self.room.join_address()
        self.joining = w.HTML(layout=_WIDE)
        large = w.Button(description="Tampilkan sebesar layar", button_style="primary")
        screen = w.VBox([large, self.joining], layout=_FULL)

        def turn(_button: Any) -> None:
            is_full = "vvk-full" in screen._dom_classes
            (screen.remove_class if is_full else screen.add_class)("vvk-full")
            large.description = "Tampilkan sebesar layar" if is_full else "Kecilkan"

        large.on_click(turn)
        self.join_tab = w.VBox([self._code_panel(), screen], layout=_FULL)

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

        self.person.observe(choose, "value")
        issue.on_click(give)
        hint = w.HTML(
            '<p class="vvk vvk-muted">Untuk peserta yang berganti ponsel atau lupa kode kembali. '
            "Pilih peserta dulu, lalu buat kode baru.</p>"
        )
        self.help_tab = w.VBox([hint, self.person, about, issue, given], layout=_FULL)

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
            ],
            layout=_WIDE,
        )


def _rules_to_explain(board: Any) -> list[tuple[str, str]]:
    first = [rule.rule for rule in board.most_missed]
    codes = [*first, *(code for code in board.rules if code not in first)]
    return [("Pilih aturan", ""), *((f"{code} {rule_title(code)}", code) for code in codes)]


def _offer(choice: w.Dropdown, options: list[tuple[str, Any]]) -> None:
    """New options without losing what is chosen."""
    if list(choice.options) == options:
        return
    chosen = choice.value
    choice.options = options
    if any(value == chosen for _, value in options):
        choice.value = chosen

"""The tab Periksa ulang: draw, who goes the second time, lock, compare, decide, learn.

A second checker gets the screen of a first visit and nothing of what the first visit said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape

import ipywidgets as w

from workbench.domain.words import number_id
from workbench.services import samples
from workbench.services.rechecks import Dispute, Errand
from workbench.store.rechecks import ESTIMATE
from workbench.ui.download import DownloadButton
from workbench.ui.fieldwork import rechecks_drawing as drawing
from workbench.ui.fieldwork.form import OutcomeForm
from workbench.ui.fieldwork.model import FieldRoom
from workbench.ui.fieldwork.rechecks_model import KINDS, RIGHT_ONES, Choice, RecheckDesk
from workbench.ui.fieldwork.tabs import NO_LIST, Tab
from workbench.ui.staff.drawing import WIDE, Say, button, did

#: Families of the own second visits shown before the others are asked for.
_AT_ONCE = 6


def panel(room: FieldRoom, say: Say) -> w.Widget:
    """The second visits of the working list, or how to begin."""
    if not room.list_id:
        return w.HTML(NO_LIST, layout=WIDE)
    return RecheckTab(room, say).widget


class RecheckTab(Tab):
    """Draws ``RecheckDesk`` and passes on what people press."""

    def __init__(self, room: FieldRoom, say: Say) -> None:
        super().__init__(say)
        self.desk = RecheckDesk(room)
        self.is_drawing, self.is_changing, self.dispute = False, False, -1
        self.is_coordinating, self.is_whole = False, False
        self.widget.add_class("vv-lap-recheck")
        self.draw()

    def _fill(self, shown: list[w.Widget]) -> None:
        self.desk.refresh()
        if self.desk.errand is None:
            self.widget.remove_class("vv-lap-visit")
            shown += self._all()
        else:
            # A family has a phone's screen to itself, as at the first visit.
            self.widget.add_class("vv-lap-visit")
            shown += self._visit()

    def _do(self, act: Callable[[], str]) -> None:
        """Do something that changes what is shown, and say what was done."""
        said: list[str] = []
        if did(lambda: said.append(act()), self.say):
            self.draw()
            self.say(said[0])

    def _all(self) -> Iterator[w.Widget]:
        desk = self.desk
        left = [one for one in desk.errands if not one.is_closed]
        if desk.errands:
            yield self._errands(left)
        if left and not self.is_coordinating:
            yield button("Atur pemeriksaan ulang", self._coordinate)
            return
        yield _html(drawing.INTRODUCTION if not desk.samples else "")
        if self.is_drawing or not desk.samples:
            yield self._drawing()
        else:
            yield button("Undi cuplikan baru", self._begin_drawing)
        if desk.sample is not None:
            yield self._choosing()
            if desk.compared is None:
                yield from self._open_sample()
            else:
                yield from self._both()
            yield self._sheet()

    # -- the own second visit --------------------------------------------------------------------

    def _errands(self, left: list[Errand]) -> w.Widget:
        desk = self.desk
        shown = left if self.is_whole else left[:_AT_ONCE]
        rows: list[w.Widget] = [_html(drawing.errands_head(len(left), len(desk.errands)))]
        for nth, one in enumerate(shown):
            rows.append(button(desk.errand_words(one), self._opener(one), primary=nth == 0))
        if len(shown) < len(left):
            rest = number_id(len(left) - len(shown))
            rows.append(button(f"Tampilkan {rest} keluarga lagi", self._show_whole))
        box = _block(*rows)
        box.add_class("vv-lap-errands")
        return box

    def _coordinate(self) -> None:
        self.is_coordinating = True
        self.draw()

    def _show_whole(self) -> None:
        self.is_whole = True
        self.draw()

    def _opener(self, one: Errand) -> Callable[[], None]:
        def act() -> None:
            self.desk.errand, self.is_changing = one, False
            self.draw()
            self.say("")

        return act

    def _visit(self) -> Iterator[w.Widget]:
        desk = self.desk
        home = desk.home()
        yield button("Kembali ke Periksa ulang", self._leave)
        sent = desk.sent()
        if sent is None or self.is_changing:
            yield OutcomeForm(desk.form(home), self._sent)
            return
        yield _html(drawing.sent(home, desk.sent_lines(sent, home)))
        yield _row(
            button("Kunci hasil saya", lambda: self._do(desk.close_errand), primary=True),
            button("Ubah dahulu", self._change),
        )

    def _sent(self) -> None:
        self.is_changing = False
        self.draw()
        self.say("Hasil Anda tersimpan. Periksa sekali lagi, lalu kunci.")

    def _change(self) -> None:
        self.is_changing = True
        self.draw()

    def _leave(self) -> None:
        self.desk.errand = None
        self.draw()

    # -- drawing ---------------------------------------------------------------------------------

    def _begin_drawing(self) -> None:
        self.is_drawing = True
        self.draw()

    def _drawing(self) -> w.Widget:
        desk, asked = self.desk, self.desk.asked
        kind = _dropdown("Yang ingin diketahui", KINDS, asked.kind)
        area = _dropdown("Wilayah", desk.areas(), asked.area)
        good = _text("Daftar baik: keliru paling banyak (%)", asked.good)
        bad = _text("Daftar buruk: keliru mulai dari (%)", asked.bad)
        margin = _text("Galat paling banyak (poin persen)", asked.margin)
        seed = _text("Angka undian", asked.seed)
        seed.placeholder = "Kosongkan: komputer yang mengundi"
        limits = [margin] if asked.kind == ESTIMATE else [good, bad]

        def read() -> None:
            asked.area = str(area.value)
            asked.good, asked.bad, asked.margin = good.value, bad.value, margin.value
            asked.seed = seed.value

        def turn(change: dict[str, object]) -> None:
            read()
            asked.kind, desk.planned = str(change["new"]), None
            self.draw()

        def look() -> None:
            read()
            if did(desk.look_ahead, self.say):
                self.say("")
                self.draw()

        def draw() -> None:
            read()
            self._do(self._draw_sample)

        kind.observe(turn, "value")
        shown: list[w.Widget] = [_html("<h2>Undi cuplikan</h2>"), kind, area, *limits, seed]
        shown.append(_row(button("Hitung dahulu", look), button("Undi", draw, primary=True)))
        if desk.planned is not None:
            shown.append(_html(drawing.planned(desk.planned, desk.curve())))
        if desk.samples:
            shown.append(button("Batal mengundi", self._stop_drawing))
        return _block(*shown)

    def _draw_sample(self) -> str:
        said = self.desk.draw()
        self.is_drawing = False
        return said

    def _stop_drawing(self) -> None:
        self.is_drawing, self.desk.planned = False, None
        self.draw()

    # -- a sample --------------------------------------------------------------------------------

    def _choosing(self) -> w.Widget:
        chosen = _dropdown("Cuplikan", self.desk.sample_choices(), self.desk.sample_id)

        def look(change: dict[str, object]) -> None:
            self.desk.sample_id, self.dispute = str(change["new"]), -1
            self.draw()

        chosen.observe(look, "value")
        return chosen

    def _open_sample(self) -> Iterator[w.Widget]:
        desk, progress = self.desk, self.desk.progress
        assert progress is not None
        yield _html(drawing.progress(progress, desk.officer_rows()))
        if progress.nobody:
            yield self._officers(progress.nobody)
        if families := desk.waiting_choices():
            yield self._one_family(families)
        reason = _text("Alasan, bila ada yang tidak diperiksa ulang", "")
        is_done = progress.closed == progress.families
        yield _block(
            _html(drawing.locking(progress)),
            *([] if is_done else [reason]),
            button("Kunci kedua hasil", lambda: self._do(lambda: desk.lock(reason.value)), is_done),
        )

    def _officers(self, nobody: int) -> w.Widget:
        boxes = [
            (w.Checkbox(description=name, indent=False, layout=WIDE), code)
            for name, code in self.desk.officers()
        ]

        def act() -> None:
            chosen = [code for box, code in boxes if box.value]
            self._do(lambda: self.desk.share_out(chosen))

        return _block(
            _html(
                f"<h2>Pilih pemeriksa kedua</h2><p>{number_id(nobody)} keluarga belum punya. Yang "
                "pernah mencatat atau memindahkan berkas sebuah keluarga tidak diberi keluarga "
                "itu.</p>"
            ),
            *(box for box, _ in boxes),
            button("Bagikan keluarga", act, primary=True),
        )

    def _one_family(self, families: list[Choice]) -> w.Widget:
        """One family to somebody by name: who was given it is ill, or nobody shared it out."""
        desk = self.desk
        family = _dropdown("Keluarga", families, families[0][1])
        officer = _dropdown("Diberikan kepada", [("Pilih petugas", ""), *desk.officers()], "")
        act = button(
            "Berikan keluarga ini",
            lambda: self._do(lambda: desk.choose_second(family.value, officer.value)),
        )
        act.disabled = True
        officer.observe(lambda change: setattr(act, "disabled", not change["new"]), "value")
        return _block(
            _html(
                "<h2>Ganti pemeriksa satu keluarga</h2><p>Di belakang tiap keluarga tertulis "
                "pemeriksa keduanya. Yang kunjungan keduanya sudah diisi tidak dapat dialihkan "
                "lagi.</p>"
            ),
            family,
            officer,
            act,
        )

    def _sheet(self) -> w.Widget:
        desk = self.desk
        room, sample_id = desk.room, desk.sample_id
        fold = _html(drawing.facts(desk.facts(), desk.strata(), desk.curve()))
        again = w.HTML(layout=WIDE)

        def redraw() -> None:
            said: list[str] = []
            if did(lambda: said.append(desk.redraw()), self.say):
                again.value = f"<p class='vv-note'>{escape(said[0])}</p>"

        return _block(
            fold,
            _row(
                DownloadButton(
                    "Unduh catatan undian",
                    lambda: samples.sample_file(room.office, room.actor, sample_id),
                ),
                button("Undi ulang untuk memeriksa", redraw),
            ),
            again,
        )

    # -- both visits -----------------------------------------------------------------------------

    def _both(self) -> Iterator[w.Widget]:
        desk, compared = self.desk, self.desk.compared
        assert compared is not None
        yield _html(drawing.verdict(compared))
        if compared.disputes:
            yield self._disputes()
        yield _html(drawing.agreement(compared))
        yield _html(drawing.blame(compared))
        if desk.stories:
            yield _html(drawing.stories(desk.stories))

    def _disputes(self) -> w.Widget:
        desk, compared = self.desk, self.desk.compared
        assert compared is not None
        choices = desk.dispute_choices()
        if self.dispute not in {number for _, number in choices}:
            self.dispute = choices[0][1]
        chosen = _dropdown(
            f"Perbedaan ({number_id(compared.open)} belum diputus)", choices, self.dispute
        )

        def look(change: dict[str, object]) -> None:
            self.dispute = int(str(change["new"]))
            self.draw()

        chosen.observe(look, "value")
        one = compared.disputes[self.dispute]
        return _block(_html("<h2>Perbedaan</h2>"), chosen, *self._deciding(one))

    def _deciding(self, one: Dispute) -> Iterator[w.Widget]:
        desk = self.desk
        yield _html(
            drawing.dispute(
                desk.question_words(one), desk.dispute_rows(one), desk.decision_words(one)
            )
        )
        likely = one.decision.right_one if one.decision else RIGHT_ONES[0][1]
        right = _dropdown("Siapa yang benar", RIGHT_ONES, likely)
        reason = _text("Alasan (wajib)", "")

        def decide() -> None:
            said: list[str] = []
            if did(lambda: said.append(desk.decide(one, right.value, reason.value)), self.say):
                self.dispute = -1
                self.draw()
                self.say(said[0])

        yield right
        yield reason
        label = "Ubah putusan" if one.decision else "Simpan putusan"
        yield button(label, decide, primary=one.decision is None)
        if desk.may_count(one):
            yield button("Pakai hasil pemeriksa kedua", lambda: self._do(lambda: desk.count(one)))
        blocker = desk.task_blocker(one)
        task = button("Jadikan soal latihan", lambda: self._do(lambda: desk.make_task(one)))
        task.disabled = bool(blocker)
        yield task
        if blocker:
            yield _html(f"<p class='vv-muted'>{escape(blocker)}</p>")


def _html(text: str) -> w.HTML:
    return w.HTML(text, layout=WIDE)


def _text(label: str, value: str) -> w.Text:
    return w.Text(value=value, description=label, layout=WIDE)


def _dropdown(label: str, choices: object, value: object) -> w.Dropdown:
    return w.Dropdown(options=choices, value=value, description=label, layout=WIDE)


def _block(*children: w.Widget) -> w.VBox:
    box = w.VBox(children, layout=WIDE)
    box.add_class("vv-lap-block")
    return box


def _row(*children: w.Widget) -> w.HBox:
    return w.HBox(children, layout=w.Layout(flex_flow="row wrap", width="100%"))

"""One family on one screen: the visit, where its record stands, what became of its findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from html import escape

import ipywidgets as w

from workbench.services import fieldwork
from workbench.ui.fieldwork import proposals
from workbench.ui.fieldwork.form import OutcomeForm
from workbench.ui.fieldwork.model import FieldRoom
from workbench.ui.fieldwork.queue_model import next_family
from workbench.ui.fieldwork.visit_model import FamilyVisit
from workbench.ui.staff.drawing import WIDE, Say, button, did
from workbench.verification.fieldwork.outcomes import differences


def family(room: FieldRoom, say: Say, back: Callable[[], None]) -> w.Widget:
    """The open family of the room. Raises what the services raise for one of other areas."""
    return FamilyView(FamilyVisit(room), say, back).widget


class FamilyView:
    """Draws ``FamilyVisit`` and passes on what people press."""

    def __init__(self, visit: FamilyVisit, say: Say, back: Callable[[], None]) -> None:
        self.visit, self.say, self.back = visit, say, back
        self.room = visit.room
        self.widget = w.VBox(layout=WIDE)
        self.widget.add_class("vv-lap-visit")
        self.draw()

    def draw(self, form: bool = False, again: bool = False, is_sent: bool = False) -> None:
        """What came back, or the form: where nothing did yet and where ``form`` asks for it."""
        visit = self.visit
        is_open = form or visit.draft is not None or visit.is_unvisited
        upper = self._form(again) if is_open else self._came_back(is_sent)
        below = tuple(self._below())
        self.widget.children = (
            button(self._way_back(), self.back),
            *upper,
            *(_folded("Tahap, usulan dan riwayat", below) if is_open else below),
        )

    # -- the outcome -----------------------------------------------------------------------------

    def _form(self, again: bool) -> Iterable[w.Widget]:
        visit = self.visit
        if visit.home.withheld:
            yield _html(
                f"<p class='vv-note'>{visit.home.withheld} temuan tentang kategori khusus tidak "
                "ditampilkan. Hubungi pekerja sosial.</p>"
            )
        yield OutcomeForm(visit.form(again), self._sent)
        if visit.draft is not None:
            yield button("Buang isian yang belum dikirim", self._forget)

    def _sent(self) -> None:
        visit = self.visit
        visit.refresh()
        self.room.tell_changed()
        self.draw(is_sent=True)

    def _forget(self) -> None:
        if did(self.visit.forget_draft, self.say):
            self.say("Isian yang belum dikirim dibuang.")
            self.draw()

    def _came_back(self, is_sent: bool) -> Iterable[w.Widget]:
        visit = self.visit
        if is_sent:
            yield _html("<p class='vv-lap-sent' role='status'>✓ Hasil kunjungan tersimpan.</p>")
        yield _html(
            f"<h2 class='vv-family-title' tabindex='-1'>{escape(visit.home.title)}</h2>"
            f"<p class='vv-muted'>{escape(visit.home.place)}</p>"
        )
        standing = visit.standing
        if said := visit.difference_words(differences([one.outcome for one in standing])):
            yield _html(
                f"<p class='vv-note'>Hasil yang masuk berbeda pada: {escape(', '.join(said))}. "
                "Semuanya tersimpan. Bandingkan dan putuskan di tab Lembar.</p>"
            )
        for one in standing:
            heading, lines = visit.return_words(one)
            items = "".join(f"<li>{escape(line)}</li>" for line in lines)
            yield _html(
                f"<section class='vv-card'><h3>Hasil: {escape(heading)}</h3>"
                f"<ul>{items}</ul></section>"
            )
        row = []
        if visit.mine is not None:
            row.append(button("Ubah hasil saya", lambda: self.draw(form=True)))
        label = "Catat kunjungan lagi" if standing else "Catat kunjungan"
        row.append(button(label, lambda: self.draw(form=True, again=True)))
        yield w.HBox(row, layout=w.Layout(flex_flow="row wrap", width="100%"))
        on = w.HBox([self._next(primary=True)], layout=WIDE)
        on.add_class("vv-lap-thumb")
        yield on

    def _way_back(self) -> str:
        return f"Kembali ke {'berkas' if self.room.shows_records else 'antrean'}"

    def _next(self, primary: bool) -> w.Widget:
        """On to the family that is visited after this one; who looks at records goes back."""
        if self.room.shows_records:
            return button(self._way_back(), self.back, primary)
        found = next_family(self.room, self.room.family_id)
        if found is None:
            return button("Antrean selesai: kembali", self.back, primary)
        name = found.head_name or "(tanpa nama)"
        label = f"Keluarga berikutnya: {name}, RT {found.rt or '-'} RW {found.rw or '-'}"
        return button(label, lambda: self.room.open_family(found.family_id), primary)

    # -- the record ------------------------------------------------------------------------------

    def _below(self) -> Iterable[w.Widget]:
        yield self._stages()
        shown: list[w.Widget] = []
        open_panel = partial(proposals.family_panel, self.room, self.say, self.room.family_id)
        if did(lambda: shown.append(open_panel()), self.say):
            yield shown[0]
        yield _html(self._stories())
        if self.visit.draft is not None or self.visit.is_unvisited:
            yield self._next(primary=False)

    def _stages(self) -> w.Widget:
        visit = self.visit
        now = visit.stage
        items = "".join(
            f"<li{' aria-current=step' if one.code == now else ''}>{escape(one.title)}"
            f"{' <b>(sekarang di sini)</b>' if one.code == now else ''}</li>"
            for one in visit.plan.stages
        )
        told = "".join(f"<li>{escape(visit.step_words(step))}</li>" for step in visit.steps)
        history = f"<h4>Siapa melakukan apa</h4><ul>{told}</ul>" if told else ""
        shown: list[w.Widget] = [
            _html(f"<h3>Tahap berkas</h3><ol class='vv-lap-stages'>{items}</ol>{history}")
        ]
        blocker = visit.move_blocker()
        on = button(
            f"Teruskan ke: {visit.following()}" if visit.following() else "Teruskan",
            lambda: self._move(
                lambda: fieldwork.move_forward(
                    self.room.office, self.room.actor, self.room.list_id, self.room.family_id
                ),
                "Berkas diteruskan.",
            ),
        )
        on.disabled = bool(blocker)
        shown.append(on)
        if blocker:
            shown.append(_html(f"<p class='vv-muted'>{escape(blocker)}</p>"))
        if visit.earlier():
            shown.append(self._return())
        box = w.VBox(shown, layout=WIDE)
        box.add_class("vv-card")
        return box

    def _return(self) -> w.Widget:
        visit = self.visit
        where = w.Dropdown(options=visit.earlier(), description="Kembalikan ke", layout=WIDE)
        reason = w.Text(description="Alasan (wajib)", layout=WIDE)
        act = button(
            "Kembalikan",
            lambda: self._move(
                lambda: fieldwork.send_back(
                    self.room.office,
                    self.room.actor,
                    self.room.list_id,
                    self.room.family_id,
                    reason.value,
                    where.value,
                ),
                "Berkas dikembalikan dengan alasannya.",
            ),
        )
        return w.VBox([where, reason, act], layout=WIDE)

    def _move(self, act: Callable[[], object], told: str) -> None:
        if did(act, self.say):
            self.visit.refresh()
            self.room.tell_changed()
            self.draw()
            self.say(told)

    def _stories(self) -> str:
        visit = self.visit
        told = []
        for story in visit.stories:
            sentence, standing, history = visit.story_words(story)
            lines = "".join(f"<li>{escape(line)}</li>" for line in history)
            told.append(
                f"<li><b>{escape(sentence)}</b><br>{escape(standing)}"
                f"<details><summary>Riwayat</summary><ul>{lines}</ul></details></li>"
            )
        body = f"<ul>{''.join(told)}</ul>" if told else "<p>Tidak ada temuan yang diikuti.</p>"
        return f"<details class='vv-card'><summary>Riwayat temuan</summary>{body}</details>"


def _folded(title: str, content: Sequence[w.Widget]) -> tuple[w.Widget, w.Widget]:
    """A button and what it shows and hides; who fills in a visit needs the screen for it."""
    box = w.VBox(content, layout=w.Layout(width="100%", display="none"))

    def turn() -> None:
        is_open = box.layout.display != "none"
        box.layout.display = "none" if is_open else None
        fold.description = title if is_open else f"Tutup: {title.lower()}"

    fold = button(title, turn)
    return fold, box


def _html(text: str) -> w.HTML:
    return w.HTML(text, layout=WIDE)

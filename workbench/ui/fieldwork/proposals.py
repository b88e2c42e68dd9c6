"""Below one family's visit: the way its proposal goes, what was shown, what is lacking; objections.

Drawn by the family's screen; ``family_panel`` is its only door.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from html import escape

import ipywidgets as w

from workbench.domain.words import date_id
from workbench.services import objections, proposals
from workbench.services.proposals import Proposal
from workbench.services.scans import ACCEPT
from workbench.store import clock
from workbench.store.proposals import Paper
from workbench.ui.fieldwork.model import FieldRoom
from workbench.ui.staff.drawing import WIDE, Say, button, did
from workbench.ui.upload import UploadButton
from workbench.verification.fieldwork.routes import MINUTES, STATEMENT, papers, routes
from workbench.verification.meetings.content import objectors, verdicts


def family_panel(room: FieldRoom, say: Say, family_id: str) -> w.Widget:
    """How the proposal of a family of the working list stands; raises what the services raise."""
    return ProposalPanel(room, say, family_id).widget


class ProposalPanel:
    """Draws one family's proposal and its objections."""

    def __init__(self, room: FieldRoom, say: Say, family_id: str) -> None:
        self.place = (room.office, room.actor, room.list_id, family_id)
        self.room, self.say, self.family_id = room, say, family_id
        self.widget = w.VBox(layout=WIDE)
        self.draw()

    def draw(self) -> None:
        """Read again how it stands."""
        found = proposals.proposal(*self.place)
        self.widget.children = (self._proposal(found), self._objections())

    def _do(self, act: Callable[[], object], told: str) -> None:
        if did(act, self.say):
            self.draw()
            self.room.tell_changed()
            self.say(told)

    # -- papers ----------------------------------------------------------------------------------

    def _proposal(self, found: Proposal) -> w.Widget:
        standing = found.standing
        parts: list[w.Widget] = [_html(f"<h3>Berkas usulan</h3>{_stands(found)}")]
        if standing.is_needed:
            parts += [_html(_demands(found)), *self._shown(standing.papers), *self._showing()]
        parts.append(self._route(found))
        return _block(*parts)

    def _route(self, found: Proposal) -> w.Widget:
        choice = w.Dropdown(
            options=[(one.title, one.code) for one in routes()],
            value=found.standing.route.code,
            description="Jalur",
            layout=WIDE,
        )
        keep = button(
            "Pakai jalur ini",
            lambda: self._do(
                lambda: proposals.choose_route(*self.place, choice.value), "Jalur usulan tersimpan."
            ),
        )
        return w.VBox([choice, keep], layout=WIDE)

    def _shown(self, shown: tuple[Paper, ...]) -> Iterator[w.Widget]:
        for one in shown:
            note = f": {escape(one.note)}" if one.note else ""
            scan = f", pindaian {escape(one.file_name)}" if one.sha256 else ""
            line = _html(
                f"<p class='vv-lap-line'>{escape(papers()[one.paper])}{note}{scan}, "
                f"{_day_words(one.at)}</p>"
            )
            withdraw = partial(proposals.withdraw_paper, *self.place, one.number)
            take_back = button("Cabut", partial(self._do, withdraw, "Berkas dicabut."))
            row = w.HBox([line, take_back], layout=WIDE)
            row.add_class("vv-lap-meeting-row")
            yield row

    def _showing(self) -> Iterator[w.Widget]:
        """Minutes are not among them: they come from a musyawarah."""
        options = [(name, code) for code, name in papers().items() if code != MINUTES]
        which = w.Dropdown(options=options, description="Berkas", layout=WIDE)
        note = w.Text(description="Catatan", placeholder="", layout=WIDE)

        def look(_change: object = None) -> None:
            is_statement = which.value == STATEMENT
            note.placeholder = "alasan memakai SPTJM" if is_statement else "nomor surat, bila ada"

        which.observe(look, "value")
        look()

        def show(name: str = "", content: bytes = b"") -> None:
            self._do(
                lambda: proposals.show_paper(*self.place, which.value, note.value, name, content),
                "Berkas tersimpan.",
            )

        seen = button("Catat tanpa pindaian", show)
        scan = UploadButton("Catat dengan pindaian", ACCEPT, show, primary=False)
        both = w.HBox([seen, scan], layout=w.Layout(width="100%", flex_flow="row wrap"))
        yield w.VBox([which, note, both], layout=WIDE)

    # -- objections ------------------------------------------------------------------------------

    def _objections(self) -> w.Widget:
        told = objections.objections(*self.place)
        lines = "".join(
            f"<li><b>{escape(one.standing.words)}</b>: {escape(objectors()[one.objection.who])}, "
            f"{escape(one.objection.words)}"
            + (
                f"<br>{escape(verdicts()[one.objection.verdict])}: {escape(one.objection.answer)}"
                if one.objection.verdict
                else f" <span class='vv-muted'>Batas {_day_words(one.objection.due_on)}.</span>"
            )
            + "</li>"
            for one in told
        )
        who = w.Dropdown(
            options=[(name, code) for code, name in objectors().items()],
            description="Oleh",
            layout=WIDE,
        )
        said = w.Text(description="Isi", placeholder="apa yang disanggah", layout=WIDE)
        day = w.DatePicker(description="Diterima", value=clock.today(), layout=WIDE, tooltip="")

        def keep() -> None:
            last: list[date] = []
            chosen = day.value or clock.today()
            if did(
                lambda: last.append(
                    objections.object_to(*self.place, who.value, said.value, chosen)
                ),
                self.say,
            ):
                self.draw()
                self.room.tell_changed()
                self.say(f"Sanggah tersimpan. Jawab paling lambat {date_id(last[0])}.")

        head = f"<h3>Sanggah</h3>{f'<ul>{lines}</ul>' if lines else ''}"
        return _block(_html(head), who, said, day, button("Catat sanggah", keep))


# --- words ---------------------------------------------------------------------------------------


def _stands(found: Proposal) -> str:
    standing = found.standing
    if not standing.is_needed:
        return "<p>Keluarga ini tidak diusulkan lewat jalur apa pun, jadi tidak perlu berkas.</p>"
    listed = {one.code: one.title for one in routes()}.get(found.listed_route, "")
    hint = f" Daftar menyebut: {escape(listed)}." if listed and not standing.is_chosen else ""
    if not standing.lacking:
        return (
            "<p><span class='vv-badge vv-badge-good'>✓ Lengkap</span> Usulan ini dapat diteruskan."
            f"{hint}</p>"
        )
    said = "".join(f"<li>{escape(one)}</li>" for one in standing.lacking)
    return (
        "<p><span class='vv-badge vv-badge-warn'>● Belum lengkap</span> Usulan ini belum dapat "
        f"diteruskan.{hint}</p><ul>{said}</ul>"
    )


def _demands(found: Proposal) -> str:
    standing = found.standing
    rows = ""
    for demand in standing.route.demands:
        there = [one for one in demand if one in standing.shown]
        by = " (dari kunjungan)" if set(there) & standing.from_visits else ""
        names = " atau ".join(papers()[one] for one in (there or demand))
        rows += f"<li>{'✓ ada' if there else '✗ belum ada'}: {escape(names)}{by}</li>"
    return f"<p><b>{escape(standing.route.title)}</b> meminta:</p><ul>{rows}</ul>"


def _day_words(text: str) -> str:
    return date_id(clock.day_of(text))


def _html(text: str) -> w.HTML:
    return w.HTML(text, layout=WIDE)


def _block(*parts: w.Widget) -> w.Widget:
    made = w.VBox(list(parts), layout=WIDE)
    made.add_class("vv-lap-block")
    return made

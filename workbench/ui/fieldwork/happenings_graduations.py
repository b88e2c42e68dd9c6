"""Part of the tab Peristiwa: graduation and re-entry, three things apart, a second check."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from html import escape

import ipywidgets as w

from workbench.domain.words import date_id
from workbench.services.graduations import Graduated, Proposal, Threefold
from workbench.store import clock
from workbench.store.happenings import AGREED, REFUSED
from workbench.ui.fieldwork.happenings_family import FamilyPicker
from workbench.ui.fieldwork.happenings_model import HappeningDesk
from workbench.ui.fieldwork.happenings_pieces import (
    block,
    day_field,
    dropdown,
    html,
    ticked,
    ticks,
    titled,
)
from workbench.ui.staff.drawing import WIDE, Say, button, did, place_name
from workbench.verification.happenings.graduations import (
    Act,
    acts,
    find_act,
    membership_words,
    register_words,
    state_words,
)
from workbench.verification.happenings.kinds import CERTAINTY, paper_words, program_words


class GraduationPart:
    """What waits for a second check first, then a family and its three things."""

    def __init__(self, desk: HappeningDesk, say: Say, changed: Callable[[str], None]) -> None:
        self.desk, self.say, self.changed = desk, say, changed
        self.family = w.VBox(layout=WIDE)
        waiting = [one for one in desk.graduated if one.kept.check is None]
        self.widget = w.VBox(
            [
                *(self._waiting(one) for one in waiting),
                block(
                    html("<h2>Ajukan graduasi atau masuk kembali</h2>"),
                    FamilyPicker(desk, say, self.draw).widget,
                    self.family,
                ),
                *self._checked(),
            ],
            layout=WIDE,
        )
        self.draw()

    # -- to be checked ---------------------------------------------------------------------------

    def _waiting(self, one: Graduated) -> w.Widget:
        reason = w.Text(placeholder="Perlu bila ditolak", layout=WIDE)

        def act(verdict: str) -> Callable[[], None]:
            def check() -> None:
                said: list[str] = []
                told = (one.kept.id, verdict, reason.value)
                if did(lambda: said.append(self.desk.check(*told)), self.say):
                    self.changed(said[0])

            return check

        parts: list[w.Widget] = [html(_graduated_html(self.desk, one))]
        if one.is_mine:
            parts.append(
                html(
                    '<p class="vv-lap-blocker">Anda yang mengajukan. Orang lain yang memeriksa.</p>'
                )
            )
        else:
            ask = find_act(one.kept.claim.act).ask
            parts += [
                html(f"<p>Tanyakan: {escape(ask)}</p>"),
                titled("Alasan", reason),
                w.HBox(
                    [button("Setuju", act(AGREED), primary=True), button("Tolak", act(REFUSED))]
                ),
            ]
        return block(html("<h2>Menunggu pemeriksaan kedua</h2>"), *parts)

    def _checked(self) -> Iterator[w.Widget]:
        done = [one for one in self.desk.graduated if one.kept.check is not None]
        if done:
            lines = "".join(f"<li>{_checked_html(self.desk, one)}</li>" for one in done)
            yield block(html(f"<h2>Sudah diperiksa</h2><ul>{lines}</ul>"))

    # -- a new one -------------------------------------------------------------------------------

    def draw(self) -> None:
        """The chosen family's three things, and the form."""
        shown: list[Threefold | None] = []
        if not did(lambda: shown.append(self.desk.threefold()), self.say) or shown[0] is None:
            self.family.children = ()
            return
        self.act = dropdown([(act.title, code) for code, act in acts().items()])
        self.form = w.VBox(layout=WIDE)
        self.act.observe(lambda _change: self._ask(), "value")
        self.family.children = (
            html(_threefold_html(shown[0])),
            titled("Jenis", self.act),
            self.form,
        )
        self._ask()

    def _ask(self) -> None:
        act = acts()[self.act.value]
        self.program = dropdown([(program_words(one), one) for one in act.programs])
        self.state_on = day_field(clock.today())
        self.membership_on = day_field(clock.today())
        wanted = dict.fromkeys(code for demand in act.demands for code in demand)
        self.papers = ticks({code: paper_words()[code] for code in wanted})
        self.reason = w.Text(
            placeholder="Wajib diisi" if act.needs_reason else "Bila perlu", layout=WIDE
        )
        self.doubts, self.why_not = html(""), html("")
        self.send = button("Ajukan untuk diperiksa", self._send, primary=True)
        since = "Menjadi peserta sejak" if act.membership == "peserta" else "Bukan peserta sejak"
        self.form.children = (
            html(_act_html(act)),
            titled("Program", self.program),
            titled("Keadaan graduasi sejak", self.state_on),
            titled(since, self.membership_on),
            titled(
                "Surat atau bukti yang dilihat", w.VBox(list(self.papers.values()), layout=WIDE)
            ),
            titled("Alasan", self.reason),
            self.doubts,
            self.why_not,
            self.send,
        )
        for control in (
            *(self.program, self.state_on, self.membership_on, self.reason),
            *self.papers.values(),
        ):
            control.observe(lambda _change: self._look(), "value")
        self._look()

    def _proposal(self) -> Proposal | None:
        state_on: date | None = self.state_on.value
        membership_on: date | None = self.membership_on.value
        if state_on is None or membership_on is None:
            return None
        papers = ticked(self.papers)
        return Proposal(
            *(self.act.value, self.program.value, state_on, membership_on, papers),
            self.reason.value,
        )

    def _look(self) -> None:
        proposal = self._proposal()
        blocker = self.desk.graduation_blocker(proposal)
        self.send.disabled = bool(blocker)
        self.why_not.value = f'<p class="vv-lap-blocker">{escape(blocker)}</p>' if blocker else ""
        asked = self.desk.questions(proposal) if proposal else ()
        lines = "".join(f"<li>{escape(one)}</li>" for one in asked)
        self.doubts.value = f"<p><b>Perlu dicek</b></p><ul>{lines}</ul>" if lines else ""

    def _send(self) -> None:
        proposal = self._proposal()
        said: list[str] = []
        if proposal and did(lambda: said.append(self.desk.propose(proposal)), self.say):
            self.changed(said[0])


def _act_html(act: Act) -> str:
    sure = CERTAINTY[act.konfirmasi]
    mark = f' <span class="vv-badge vv-badge-warn">◆ {escape(sure)}</span>' if sure else ""
    return f"<p>{escape(act.meaning)}{mark}<br>Tanyakan: {escape(act.ask)}</p>"


def _threefold_html(told: Threefold) -> str:
    """The three things side by side."""
    programs = []
    for one in told.memberships:
        listed = "menerima" if one.on_list else "tidak menerima"
        line = f"{program_words(one.program)}: {listed} menurut daftar"
        if one.since is not None:
            since = one.since.claim
            day = date.fromisoformat(since.membership_on)
            line = f"{membership_words(one.program, since.membership, day)}; {listed} di daftar"
        mark = ' <span class="vv-badge vv-badge-warn">◆ perlu dicek</span>' if one.disagrees else ""
        programs.append(f"<li>{escape(line)}{mark}</li>")
    state = state_words(told.state)
    since = f", sejak {date_id(date.fromisoformat(told.state_on))}" if told.state_on else ""
    lines = "".join(programs) or "<li>tidak ada</li>"
    return (
        '<div class="vv-lap-three">'
        f"<div><h3>Kepesertaan program</h3><ul>{lines}</ul></div>"
        f"<div><h3>Keadaan graduasi</h3><p>{escape(state + since)}</p></div>"
        "<div><h3>Register dan desil</h3>"
        f"<p>{escape(register_words(told.desil, told.desil_version))}</p></div></div>"
    )


def _graduated_html(desk: HappeningDesk, one: Graduated) -> str:
    claim = one.kept.claim
    act = find_act(claim.act)
    papers = ", ".join(paper_words().get(code, code) for code in claim.papers)
    lines = [
        f"{act.title}: {one.head_name or 'keluarga tanpa nama kepala'}, "
        f"{place_name(one.kept.place.kelurahan_kode)}.",
        membership_words(claim.program, claim.membership, date.fromisoformat(claim.membership_on))
        + ".",
        f"Keadaan: {state_words(claim.state)}, sejak "
        f"{date_id(date.fromisoformat(claim.state_on))}.",
        register_words(claim.desil, claim.desil_version),
        f"Bukti: {papers}. Diajukan oleh {desk.who(one.kept.maker)}.",
        *([f"Alasan: {one.kept.reason}"] if one.kept.reason else []),
    ]
    return "".join(f"<p>{escape(line)}</p>" for line in lines)


def _checked_html(desk: HappeningDesk, one: Graduated) -> str:
    claim, check = one.kept.claim, one.kept.check
    assert check is not None
    said = "berlaku" if one.kept.counts else f"ditolak: {check.reason}"
    day = date_id(date.fromisoformat(claim.state_on))
    return escape(
        f"{find_act(claim.act).title}, {program_words(claim.program)}, {one.head_name}, {day}: "
        f"{said} (diperiksa {desk.who(check.checker)})"
    )

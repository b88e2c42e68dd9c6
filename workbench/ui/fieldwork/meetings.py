"""The tab Musyawarah: plan, agenda, who is there, decision per family, minutes; objections."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from html import escape

import ipywidgets as w

from workbench.domain.wilayah import PLACE_KINDS, say_locally
from workbench.domain.words import date_id, number_id
from workbench.services.candidates import Entry
from workbench.services.scans import ACCEPT
from workbench.store.meetings import State
from workbench.store.objections import Objection
from workbench.ui.download import DownloadButton
from workbench.ui.fieldwork import meetings_model as words
from workbench.ui.fieldwork.candidates import CandidateForm, proposed_words
from workbench.ui.fieldwork.meetings_model import MeetingDesk
from workbench.ui.fieldwork.model import FieldRoom
from workbench.ui.fieldwork.tabs import Tab
from workbench.ui.staff.drawing import WIDE, Say, button, did
from workbench.ui.upload import UploadButton
from workbench.verification.meetings.content import (
    INELIGIBLE,
    Decision,
    objectors,
    reasons,
    roles,
    verdicts,
)
from workbench.verification.meetings.objections import Clock
from workbench.verification.meetings.warnings import Attendee

_NO_LIST = (
    '<p class="vv-empty">Belum ada daftar kerja. Pilih dahulu daftar kerja pada Antrean; agenda '
    "musyawarah diambil dari sana.</p>"
)
_TONES = {
    Clock.LATE: "vv-badge-bad",
    Clock.SOON: "vv-badge-warn",
    Clock.RUNNING: "",
    Clock.ANSWERED: "vv-badge-good",
    Clock.ANSWERED_LATE: "vv-badge-warn",
}
_ICONS = {Clock.LATE: "▲", Clock.SOON: "●"}


def panel(room: FieldRoom, say: Say) -> w.Widget:
    """Every musyawarah of the working list, or how to begin."""
    if not room.list_id:
        return w.HTML(_NO_LIST, layout=WIDE)
    return MeetingsTab(MeetingDesk(room), say).widget


class MeetingsTab(Tab):
    """Draws ``MeetingDesk`` and passes on what people press."""

    def __init__(self, desk: MeetingDesk, say: Say) -> None:
        super().__init__(say)
        self.desk = desk
        self.widget.add_class("vv-lap-meeting")
        self.family_id = ""
        self.tab = 0
        self.tabs: w.Tab | None = None
        self.is_proposing = False
        self.draw()

    def _fill(self, shown: list[w.Widget]) -> None:
        self.desk.refresh()
        shown += self._all() if self.desk.sheet is None else self._one()

    def _do(self, act: Callable[[], str]) -> bool:
        """Do something that says a sentence, and draw anew; whether it was done."""
        said: list[str] = []
        if not did(lambda: said.append(act()), self.say):
            return False
        self.draw()
        self.say(said[0])
        return True

    # -- all of them -----------------------------------------------------------------------------

    def _all(self) -> Iterator[w.Widget]:
        desk = self.desk
        if late := desk.late_words():
            yield _html(f"<p class='vv-note'><b>{escape(late)}.</b> Lihat Sanggah di bawah.</p>")
        yield from self._proposing(list(desk.waiting))
        yield self._planning()
        yield from self._proposed()
        if desk.all:
            yield _html("<h2>Musyawarah</h2>")
        for state in desk.all:
            yield self._row(state)
        yield from self._objections()

    def _proposing(self, places: list[str]) -> Iterator[w.Widget]:
        """The way to propose a family that stands on no list, or its form."""
        if not places:
            return
        if not self.is_proposing:
            yield button("Usulkan keluarga baru", lambda: self._turn(True))
            return

        def keep(entry: Entry) -> None:
            said: list[str] = []
            if did(lambda: said.append(self.desk.propose(entry)), self.say):
                self._turn(False)
                self.say(said[0])

        yield CandidateForm(places, keep, lambda: self._turn(False)).widget

    def _turn(self, is_proposing: bool) -> None:
        self.is_proposing = is_proposing
        self.draw()

    def _proposed(self) -> Iterator[w.Widget]:
        desk = self.desk
        if not desk.proposed:
            return
        yield _html("<h2>Usulan baru</h2>")
        for one in desk.proposed:
            line = _html(proposed_words(one, desk.stages))
            family_id = one.candidate.family_id
            if one.candidate.list_id != desk.room.list_id:
                yield line
                continue
            open_it = button("Buka", partial(desk.room.open_family, family_id))
            row = w.HBox([line, open_it], layout=w.Layout(width="100%"))
            row.add_class("vv-lap-meeting-row")
            yield row
        if families := desk.numbered():
            yield self._numbers(families)

    def _numbers(self, families: list[tuple[str, str]]) -> w.Widget:
        which = _dropdown("Keluarga", families)
        purpose = _dropdown("Keperluan", words.purpose_choices())
        shown = _html("")

        def show() -> None:
            said: list[str] = []
            if did(lambda: said.append(self.desk.numbers(which.value, purpose.value)), self.say):
                shown.value = f"<p>{escape(said[0])}</p>"

        look = button("Tampilkan NIK dan KK lengkap", show)
        head = _html("<h3>NIK lengkap usulan baru</h3><p>Siapa yang melihat tercatat.</p>")
        return _block(head, which, purpose, look, shown)

    def _planning(self) -> w.Widget:
        places = self.desk.places()
        if not places:
            return _html(
                say_locally('<p class="vv-empty">Tidak ada kelurahan di wilayah tugas Anda.</p>')
            )
        where = _dropdown(PLACE_KINDS, places)
        held, announced = _day("Tanggal"), _day("Diumumkan")
        place = _text("Tempat", say_locally("misalnya aula kelurahan"))
        plan = button(
            "Rencanakan musyawarah",
            lambda: self._do(
                lambda: self.desk.plan(where.value, held.value, announced.value, place.value)
            ),
            primary=not self.desk.all,
        )
        head = _html("<h2>Rencanakan musyawarah</h2>")
        return _block(head, where, held, announced, place, plan)

    def _row(self, state: State) -> w.Widget:
        told, tone = words.standing(state)
        count = number_id(len(state.agenda))
        line = _html(
            f"<p class='vv-lap-line'><b>{escape(words.title(state))}</b> "
            f"<span class='vv-badge {tone}'>{escape(told)}</span><br>"
            f"{escape(state.meeting.place)}, {count} keluarga</p>"
        )
        open_it = button("Buka", lambda: self._open(state.meeting.id))
        row = w.HBox([line, open_it], layout=w.Layout(width="100%"))
        row.add_class("vv-lap-meeting-row")
        return row

    def _open(self, meeting_id: str) -> None:
        self.tab, self.family_id, self.is_proposing = 0, "", False
        self.tabs = None
        if did(lambda: self.desk.open(meeting_id), self.say):
            self.draw()

    def _objections(self) -> Iterator[w.Widget]:
        desk = self.desk
        yield _html("<h2>Sanggah</h2>")
        if not desk.told:
            yield _html(
                '<p class="vv-muted">Belum ada sanggah. Catat sanggah pada halaman keluarganya, di '
                "tab Antrean (Berkas menurut tahap).</p>"
            )
            return
        yield _html(
            "<ul class='vv-lap-clocks'>"
            + "".join(
                f"<li>{_clock(one.standing.clock, one.standing.words)} "
                f"<b>{escape(one.head_name)}</b>, RT {escape(one.rt or '-')}/RW "
                f"{escape(one.rw or '-')}. {escape(objectors()[one.objection.who])}: "
                f"{escape(one.objection.words)} <span class='vv-muted'>Diterima "
                f"{_day_words(one.objection.received_on)}, batas "
                f"{_day_words(one.objection.due_on)}.</span>{_answer(one.objection)}</li>"
                for one in desk.told
            )
            + "</ul>"
        )
        waiting = desk.open_objections()
        if not waiting:
            return
        which = _dropdown("Sanggah", waiting)
        verdict = _dropdown("Jawaban", words.verdict_choices())
        why = _text("Alasan", "tulis alasan jawaban")
        yield _block(
            _html("<h3>Jawab sanggah</h3>"),
            which,
            verdict,
            why,
            button(
                "Simpan jawaban",
                lambda: self._do(lambda: desk.answer(which.value, verdict.value, why.value)),
            ),
        )

    # -- one -------------------------------------------------------------------------------------

    def _one(self) -> Iterator[w.Widget]:
        desk = self.desk
        told, tone = words.standing(desk.state)
        yield button("Kembali ke semua musyawarah", self._leave)
        yield _html(
            f"<h2 class='vv-family-title'>{escape(words.title(desk.state))}</h2>"
            f"<p><span class='vv-badge {tone}'>{escape(told)}</span> "
            f"{escape(desk.state.meeting.place)}, {number_id(len(desk.talked))} keluarga di "
            "agenda</p>"
        )
        yield self._tabbed(
            {
                "Keputusan": self._decisions,
                "Agenda": self._agenda,
                "Daftar hadir": self._people,
                "Berita acara": self._minutes,
            }
        )

    def _tabbed(self, panels: dict[str, Callable[[], Iterator[w.Widget]]]) -> w.Tab:
        """The tabs of the open meeting. They stay while it is worked at: whoever presses one
        while an act is under way gets it.
        """
        if self.tabs is None:
            places = [w.VBox(layout=WIDE) for _ in panels]
            self.tabs = w.Tab(
                children=places, titles=list(panels), selected_index=self.tab, layout=WIDE
            )
            self.tabs.observe(lambda change: self._look(change["new"] or 0), "selected_index")
        self._panels = tuple(panels.values())
        for number, place in enumerate(self.tabs.children):
            if number != self.tab:
                place.children = ()
        self._fill_tab()
        self.tabs.selected_index = self.tab
        return self.tabs

    def _look(self, number: int) -> None:
        """A tab is drawn when it is first looked at."""
        self.tab = number
        if self.tabs is not None and not self.tabs.children[number].children:
            self._fill_tab()

    def _fill_tab(self) -> None:
        assert self.tabs is not None
        shown: list[w.Widget] = []
        if did(lambda: shown.extend(self._panels[self.tab]()), self.say):
            self.tabs.children[self.tab].children = tuple(shown)

    def _leave(self) -> None:
        self.desk.sheet, self.is_proposing = None, False
        self.draw()

    def _decisions(self) -> Iterator[w.Widget]:
        desk = self.desk
        if not desk.talked:
            yield _html(
                '<p class="vv-empty">Agenda masih kosong. Tambahkan keluarga pada Agenda.</p>'
            )
            return
        if desk.is_done:
            yield _html(_decided_list(desk))
            return
        self.family_id = desk.next_undecided() if not self.family_id else self.family_id
        known = [value for _, value in desk.families()]
        chosen = self.family_id if self.family_id in known else known[0]
        which = _dropdown("Keluarga", desk.families(), chosen)
        form = w.VBox(layout=WIDE)

        def look(_change: object = None) -> None:
            self.family_id = which.value
            form.children = tuple(self._form(which.value))

        which.observe(look, "value")
        look()
        yield which
        yield form

    def _form(self, family_id: str) -> Iterator[w.Widget]:
        desk = self.desk
        one = desk.one(family_id)
        said = one.decision or Decision("")
        yield _html(
            f"<section class='vv-card'><h3>{escape(one.family.head_name)}</h3>"
            f"<p>{escape(one.family.place)}. Usulan petugas: "
            f"<b>{escape(words.proposal_words(one.family.proposal))}</b>."
            f"{' Ditambahkan: ' + escape(one.note) + '.' if one.note else ''}</p></section>"
        )
        decision = _dropdown("Keputusan", words.decision_choices(), said.decision)
        reason = _dropdown("Alasan", words.reason_choices(), said.reason)
        note = _text("Catatan", "apa yang menjadi pertimbangan", said.note)
        objection = _text("Keberatan", "siapa, dan apa katanya; kosongkan bila tidak ada")
        objection.value = said.objection
        answer = _text("Jawaban", "jawaban musyawarah", said.answer)

        def look(_change: object = None) -> None:
            """The reason is asked where there is one to give."""
            reason.layout.display = None if decision.value == INELIGIBLE else "none"

        decision.observe(look, "value")
        look()

        def keep() -> str:
            made = Decision(
                decision.value,
                reason.value if decision.value == INELIGIBLE else "",
                note.value,
                objection.value,
                answer.value,
            )
            told = desk.decide(family_id, made)
            self.family_id = desk.next_undecided(family_id)
            return told

        save = button("Simpan keputusan", lambda: self._do(keep), primary=True)
        yield _block(decision, reason, note, objection, answer, save)

    def _agenda(self) -> Iterator[w.Widget]:
        desk = self.desk
        yield _html(_decided_list(desk))
        dropped = [one for one in desk.state.items if not one.is_on]
        if dropped:
            yield _html(f"<p class='vv-muted'>{len(dropped)} keluarga dikeluarkan dari agenda.</p>")
        if desk.is_done:
            return
        yield button("Ambil keluarga yang baru menunggu", lambda: self._do(desk.renew))
        yield from self._proposing([desk.state.meeting.kelurahan_kode])
        search = _text("Cari nama atau RT", "lalu pilih di bawah")
        which = _dropdown("Keluarga", [])
        why = _text("Alasan", "mengapa ditambahkan")

        def look(_change: object = None) -> None:
            found: list[tuple[str, str]] = []
            if did(lambda: found.extend(desk.found(search.value)), self.say):
                which.options = found
                # A choice that was empty stays so by itself.
                which.index = 0 if found else None

        search.observe(look, "value")
        look()
        add = button(
            "Tambahkan ke agenda", lambda: self._do(lambda: desk.add(which.value, why.value))
        )
        yield _block(_html("<h3>Tambah keluarga</h3>"), search, which, why, add)
        if not desk.talked:
            return
        off = _dropdown("Keluarga", desk.families())
        because = _text("Alasan", "mengapa tidak jadi dibahas")
        drop = button(
            "Keluarkan dari agenda", lambda: self._do(lambda: desk.drop(off.value, because.value))
        )
        yield _block(_html("<h3>Keluarkan keluarga</h3>"), off, because, drop)

    def _people(self) -> Iterator[w.Widget]:
        desk = self.desk
        people = desk.state.attendees
        yield _warnings(desk)
        if desk.is_done:
            yield _html(_people_list(people))
            return
        for number, one in enumerate(people):
            yield self._person(number, one)
        role = _dropdown("Unsur", words.role_choices())
        name = _text("Nama", "nama yang diundang")
        came = w.Checkbox(value=True, description="Hadir", indent=False, layout=WIDE)
        add = button(
            "Tambah ke daftar",
            lambda: self._do(
                lambda: desk.put_people(
                    [*people, Attendee(role.value, name.value, bool(came.value))]
                )
            ),
            primary=True,
        )
        yield _block(_html("<h3>Tambah undangan</h3>"), role, name, came, add)

    def _person(self, number: int, one: Attendee) -> w.Widget:
        desk = self.desk
        people = desk.state.attendees
        came = w.Checkbox(
            value=one.is_present,
            description=f"{one.name}, {roles()[one.role].title}",
            indent=False,
            layout=WIDE,
        )

        def change(seen: dict[str, object]) -> None:
            others = list(people)
            others[number] = replace(one, is_present=bool(seen["new"]))
            self._do(lambda: desk.put_people(others))

        came.observe(change, "value")
        rest = [other for place, other in enumerate(people) if place != number]
        off = button("Hapus", lambda: self._do(lambda: desk.put_people(rest)))
        row = w.HBox([came, off], layout=w.Layout(width="100%"))
        row.add_class("vv-lap-meeting-row")
        return row

    def _minutes(self) -> Iterator[w.Widget]:
        desk = self.desk
        if desk.state.meeting.cancelled_at is not None:
            yield _html("<p class='vv-empty'>Musyawarah ini dibatalkan.</p>")
            return
        yield _warnings(desk)
        if desk.state.is_closed:
            yield from self._closed()
        else:
            yield from self._closing()
        yield _html("<h3>Seperti tercetak</h3>")
        yield _html(
            "<div class='vv-lap-pages'>"
            + "".join(
                f"<img alt='Halaman {number} berita acara' "
                f"src='data:image/png;base64,{base64.b64encode(page).decode()}'>"
                for number, page in enumerate(desk.pages(), 1)
            )
            + "</div>"
        )

    def _closing(self) -> Iterator[w.Widget]:
        desk = self.desk
        blockers = desk.blockers()
        sure = w.Checkbox(
            value=False,
            description="Sudah diperiksa. Setelah ditutup, isinya tidak dapat diubah.",
            indent=False,
            layout=WIDE,
        )
        close = button("Tutup berita acara", lambda: self._do(desk.close), primary=True)
        close.disabled = True

        def look(_change: object = None) -> None:
            close.disabled = bool(blockers) or not sure.value

        sure.observe(look, "value")
        said = "".join(f"<li>{escape(one)}</li>" for one in blockers)
        why = _html(f"<p>Belum dapat ditutup:</p><ul>{said}</ul>" if blockers else "")
        yield _block(_html("<h3>Tutup berita acara</h3>"), why, sure, close)
        yield _downloads(desk)
        told = desk.state.meeting
        held, announced = _day("Tanggal", told.held_on), _day("Diumumkan", told.announced_on)
        place = _text("Tempat", "", told.place)
        change = button(
            "Ubah rencana",
            lambda: self._do(lambda: desk.change_plan(held.value, announced.value, place.value)),
        )
        off = button("Batalkan musyawarah", lambda: self._do(desk.cancel))
        yield _block(_html("<h3>Hari dan tempat</h3>"), held, announced, place, change, off)

    def _closed(self) -> Iterator[w.Widget]:
        desk = self.desk
        newest = desk.state.versions[-1].version
        if not desk.state.is_signed:
            yield _html(
                f"<p class='vv-note'>Versi {newest} belum ditandatangani {say_locally('lurah')}, "
                "jadi belum dihitung sebagai bukti usulan. Cetak, tanda tangani, lalu unggah "
                "pindaiannya.</p>"
            )
        yield _downloads(desk)
        signers = [
            (code, w.Checkbox(value=False, description=role.title, indent=False, layout=WIDE))
            for code, role in roles().items()
            if role.signs
        ]

        def take(name: str, content: bytes) -> None:
            signed = [code for code, box in signers if box.value]
            self._do(lambda: desk.record_scan(name, content, signed))

        scans = "".join(
            f"<li>Versi {one.version}: {escape(one.file_name)}, ditandatangani "
            f"{escape(', '.join(roles()[code].title for code in one.signers) or 'tidak ada')}"
            f" <span class='vv-muted'>sidik {one.sha256[:12]}</span></li>"
            for one in desk.state.scans
        )
        yield _block(
            _html("<h3>Pindaian bertanda tangan</h3>" + (f"<ul>{scans}</ul>" if scans else "")),
            _html("<p>Siapa yang menandatangani?</p>"),
            *(box for _, box in signers),
            UploadButton("Unggah pindaian", ACCEPT, take, primary=not desk.state.is_signed),
        )
        fix = _text("Perbaikan", "apa yang keliru, dan apa seharusnya")
        yield _block(
            _html(
                "<h3>Perbaikan</h3><p class='vv-muted'>Versi lama tetap; perbaikan menjadi versi "
                "baru di sampingnya dan ditandatangani lagi.</p>"
            ),
            fix,
            button("Simpan perbaikan", lambda: self._do(lambda: desk.correct(fix.value))),
        )


# --- pieces --------------------------------------------------------------------------------------


def _decided_list(desk: MeetingDesk) -> str:
    if not desk.talked:
        return '<p class="vv-empty">Agenda masih kosong.</p>'
    rows = "".join(
        f"<li><b>{escape(one.family.head_name)}</b>, {escape(one.family.place)}<br>"
        f"<span class='vv-muted'>Usulan petugas: "
        f"{escape(words.proposal_words(one.family.proposal))}.</span> "
        f"{escape(words.decision_words(one.decision))}{_reason(one.decision)}</li>"
        for one in desk.talked
    )
    return f"<ol class='vv-lap-talked'>{rows}</ol>"


def _reason(said: Decision | None) -> str:
    if said is None or not said.reason:
        return ""
    return f": {escape(reasons()[said.reason])}"


def _people_list(people: tuple[Attendee, ...]) -> str:
    rows = "".join(
        f"<li>{escape(one.name)}, {escape(roles()[one.role].title)}: "
        f"{'hadir' if one.is_present else 'tidak hadir'}</li>"
        for one in people
    )
    return f"<ul>{rows}</ul>" if rows else '<p class="vv-empty">Daftar hadir tidak dicatat.</p>'


def _warnings(desk: MeetingDesk) -> w.Widget:
    assert desk.sheet is not None
    said = "".join(f"<p>{escape(one)}</p>" for one in desk.sheet.warnings)
    return _html(f"<div class='vv-note'>{said}</div>" if said else "")


def _downloads(desk: MeetingDesk) -> w.Widget:
    versions = [one.version for one in desk.state.versions]

    def get(form: str, version: int | None) -> Callable[[], tuple[str, bytes]]:
        return lambda: desk.paper(form, version)

    made: list[w.Widget] = []
    for version in reversed(versions) if versions else [None]:
        name = f"versi {version}" if version else "konsep"
        made += [
            DownloadButton(f"Unduh PDF {name}", get("pdf", version)),
            DownloadButton(f"Unduh DOCX {name}", get("docx", version)),
        ]
    return w.HBox(made, layout=w.Layout(width="100%", flex_flow="row wrap"))


def _clock(clock: Clock, said: str) -> str:
    icon = _ICONS.get(clock, "○")
    return f"<span class='vv-badge {_TONES[clock]}'>{icon} {escape(said)}</span>"


def _answer(one: Objection) -> str:
    verdict, answer = one.verdict, one.answer
    sequel = f" {escape(words.SEQUELS[one.sequel])}" if one.sequel else ""
    return f" <br>{escape(verdicts()[verdict])}: {escape(answer)}.{sequel}" if verdict else ""


def _day_words(text: str) -> str:
    return date_id(date.fromisoformat(text))


def _html(text: str) -> w.HTML:
    return w.HTML(text, layout=WIDE)


def _text(label: str, hint: str, value: str = "") -> w.Text:
    return w.Text(value=value, placeholder=hint, description=label, layout=WIDE)


def _day(label: str, value: str = "") -> w.DatePicker:
    chosen = date.fromisoformat(value) if value else None
    return w.DatePicker(value=chosen, description=label, tooltip="", layout=WIDE)


def _dropdown(label: str, options: list[tuple[str, str]], value: str | None = None) -> w.Dropdown:
    made = w.Dropdown(options=options, description=label, layout=w.Layout(width="100%"))
    if value is not None and value in [one for _, one in options]:
        made.value = value
    return made


def _block(*parts: w.Widget) -> w.Widget:
    made = w.VBox(list(parts), layout=WIDE)
    made.add_class("vv-lap-block")
    return made

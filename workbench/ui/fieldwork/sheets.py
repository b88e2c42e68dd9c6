"""The tab Lembar: what officers take along, what they bring back, and where returns disagree."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from functools import partial
from html import escape

import ipywidgets as w

from workbench.domain.wilayah import PLACE_KINDS
from workbench.store.fieldwork import Conflict
from workbench.ui.download import DownloadButton
from workbench.ui.fieldwork.model import FieldRoom
from workbench.ui.fieldwork.paper import PaperView
from workbench.ui.fieldwork.sheets_model import ALL, FORMS, TARGETS, SheetsDesk, Target
from workbench.ui.staff.drawing import WIDE, Say, button, did
from workbench.ui.upload import UploadButton
from workbench.verification.forms.returned import Fault
from workbench.verification.forms.sheet import Stray

_KINDS_OF_FILE = ".xlsx,.csv,.zip"
#: Rows of a return that are written on the page; the workbook has all of them.
_MOST_ROWS = 50
_NO_LIST = (
    '<p class="vv-empty">Belum ada daftar kerja. Pilih dahulu daftar kerja pada Antrean, lalu '
    "cetak lembarnya di sini.</p>"
)


def panel(room: FieldRoom, say: Say) -> w.Widget:
    """Sheets to take along and to bring back, or how to begin."""
    if not room.list_id:
        return w.HTML(_NO_LIST, layout=WIDE)
    return SheetsTab(room, say).widget


class SheetsTab:
    """Draws ``SheetsDesk`` and passes on what people press."""

    def __init__(self, room: FieldRoom, say: Say) -> None:
        self.desk, self.say = SheetsDesk(room), say
        self.returned = w.VBox(layout=WIDE)
        self.disputed = w.VBox(layout=WIDE)
        self.widget = w.VBox(layout=WIDE)
        self._draw()

    def _draw(self) -> None:
        if did(self.desk.refresh, self.say):
            self.widget.children = (
                _block("Cetak dan bagikan", self._going_out()),
                _block("Terima hasil kunjungan", self._coming_back()),
                self.disputed,
            )
            self._draw_disputed()

    # -- what goes out ---------------------------------------------------------------------------

    def _going_out(self) -> Sequence[w.Widget]:
        desk = self.desk
        target = _dropdown("Untuk", list(TARGETS))
        where = _dropdown(PLACE_KINDS, desk.kelurahan())
        rt = _dropdown("RT", [])
        who = _dropdown("Petugas", desk.officers())
        form = _dropdown("Bentuk", list(FORMS))
        everyone = w.Checkbox(
            value=False, description="Sertakan keluarga tanpa temuan", indent=False, layout=WIDE
        )
        said = w.HTML(layout=WIDE)
        page = w.HTML(layout=WIDE)

        def look(_change: object = None) -> None:
            """Only what belongs to the target is asked; a page that is shown no longer fits."""
            _show(where, target.value != Target.OFFICER)
            _show(rt, target.value == Target.RT)
            _show(who, target.value == Target.OFFICER)
            desk.choose(target.value, where.value or ALL, rt.value or ALL, who.value or ALL)
            desk.set_everyone(everyone.value)
            said.value = f"<p class='vv-muted'>{desk.numbers_words()}</p>"
            page.value = ""

        def look_within(_change: object = None) -> None:
            rt.options = desk.rts(where.value or ALL)
            look()

        def show() -> None:
            self.say("Lembar sedang disiapkan. Tunggu sebentar.")
            made: list[tuple[str, bytes]] = []
            if did(lambda: made.append(desk.first_page()), self.say):
                self.say("")
                words, picture = made[0]
                said.value = f"<p><b>{escape(words)}</b> {desk.numbers_words()}</p>"
                page.value = _picture(picture)

        where.observe(look_within, "value")
        for choose in (target, rt, who, form, everyone):
            choose.observe(look, "value")
        look_within()
        see = button("Lihat halaman pertama", show)
        fetch = DownloadButton("Unduh", lambda: desk.paper(form.value), primary=True)
        row = w.HBox([fetch, see], layout=w.Layout(flex_flow="row wrap", width="100%"))
        return target, where, rt, who, form, everyone, said, row, page

    # -- what comes back -------------------------------------------------------------------------

    def _coming_back(self) -> Sequence[w.Widget]:
        lists = self.desk.lists()
        of_list = _dropdown("Lembar dari", lists)

        def take(file_name: str, content: bytes) -> None:
            self.say("Berkas sedang dibaca. Tunggu sebentar.")
            if did(lambda: self.desk.take(of_list.value, file_name, content), self.say):
                self.say("")
                self.desk.room.tell_changed()
                self._draw_disputed()
            self._draw_returned()

        words = _html(
            "<p>Buku kerja yang sudah diisi, atau ekspor KoboToolbox dan ODK (XLSX, CSV, atau ZIP) "
            "dengan nama kolom dan nilai XML. Lembar kertas diketik satu demi satu. Hasil lain "
            "yang sudah tersimpan tidak ditimpa.</p>"
        )
        upload = UploadButton("Unggah hasil", _KINDS_OF_FILE, take, primary=False)
        typing = button("Ketik dari kertas", self._type)
        return words, of_list, upload, typing, self.returned

    def _type(self) -> None:
        """A stack of paper sheets has the screen to itself."""
        self.say("")
        self.widget.children = (PaperView(self.desk.room, self.say, self._draw).widget,)

    def _draw_returned(self) -> None:
        taken = self.desk.taken
        if taken is None:
            self.returned.children = ()
            return
        lines = "".join(f"<li>{escape(sentence)}</li>" for sentence in taken.sentences())
        parts: list[w.Widget] = [_html(f"<h2>Berkas sudah dibaca</h2><ul>{lines}</ul>")]
        if taken.workbook is not None:
            parts.append(DownloadButton("Unduh berkas untuk diperbaiki", self.desk.marked))
        parts += [
            _html(_faults_table("Perlu diperbaiki", taken.faults)),
            _html(_strays_table("Tidak dikenali", taken.strays)),
            _html(_strays_table("Temuannya sudah tidak ada", taken.gone)),
            _html(_faults_table("Disimpan, tetapi lihat lagi", taken.reminders)),
        ]
        self.returned.children = tuple(parts)

    # -- what disagrees --------------------------------------------------------------------------

    def _draw_disputed(self) -> None:
        shown: list[w.Widget] = []
        if did(lambda: shown.extend(self._disputes()), self.say):
            self.disputed.children = tuple(shown)

    def _disputes(self) -> Iterable[w.Widget]:
        found = self.desk.conflicts()
        if not found:
            return (_html("<p class='vv-muted'>Tidak ada hasil yang berbeda.</p>"),)
        names = self.desk.names(found)
        options = [
            (names.get(one.record.family_id, "Keluarga"), str(place))
            for place, one in enumerate(found)
        ]
        choose = _dropdown("Keluarga", options)
        place = w.VBox(layout=WIDE)

        def look(_change: object = None) -> None:
            place.children = tuple(self._dispute(found[int(choose.value)], names))

        choose.observe(look, "value")
        look()
        return (_block(f"Hasil yang berbeda ({len(found)} keluarga)", (choose, place)),)

    def _dispute(self, conflict: Conflict, names: dict[str, str]) -> Iterable[w.Widget]:
        desk = self.desk
        lines = desk.lines(conflict, names)
        yield _html(_side_by_side(desk, conflict, names))
        if not desk.may_decide(conflict):
            yield _html(
                "<p class='vv-note'>Salah satu hasil ini Anda yang mencatat. Orang lain perlu "
                "memutuskan.</p>"
            )
            return
        sources = [f"Hasil {place}" for place in range(1, len(conflict.returns) + 1)]
        picks = []
        for line in lines:
            options = [("Pilih yang benar", "-1")] + [
                (f"{source}: {answer}", str(place))
                for place, (source, answer) in enumerate(zip(sources, line.answers, strict=True))
            ]
            about = _html(
                f"<p class='vv-lap-pick'>{escape(line.about)}: {escape(line.question)}</p>"
            )
            pick = w.Dropdown(options=options, layout=WIDE)
            picks.append(pick)
            yield w.VBox([about, pick], layout=WIDE)

        def take_all(place: int) -> None:
            for pick in picks:
                pick.value = str(place)

        def keep() -> None:
            chosen = [int(pick.value) for pick in picks]
            said: list[str] = []
            if did(lambda: said.append(desk.decide(conflict, chosen)), self.say):
                desk.room.tell_changed()
                self._draw_disputed()
                self.say(said[0])

        whole = [
            button(f"Semua dari {source}", partial(take_all, place))
            for place, source in enumerate(sources)
        ]
        row = w.HBox([*whole], layout=w.Layout(flex_flow="row wrap", width="100%"))
        yield row
        yield button("Simpan putusan", keep, primary=True)


def _side_by_side(desk: SheetsDesk, conflict: Conflict, names: dict[str, str]) -> str:
    heads = "".join(
        f"<th>Hasil {place}<br><small>{escape(desk.source_words(one))}</small></th>"
        for place, one in enumerate(conflict.returns, start=1)
    )
    body = "".join(
        f"<tr><td>{escape(line.about)}</td><td>{escape(line.question)}</td>"
        + "".join(f"<td><b>{escape(answer)}</b></td>" for answer in line.answers)
        + "</tr>"
        for line in desk.lines(conflict, names)
    )
    return _table("Hasil yang berbeda", f"<th>Tentang</th><th>Pertanyaan</th>{heads}", body)


def _faults_table(title: str, faults: Sequence[Fault]) -> str:
    return _rows(title, [(one.where, _fault_words(one)) for one in faults])


def _fault_words(one: Fault) -> str:
    """A fault with the column it stands in, named once."""
    return one.sentence if one.header in one.sentence else f"{one.header}: {one.sentence}"


def _strays_table(title: str, strays: Sequence[Stray]) -> str:
    return _rows(title, [(one.where, one.reason) for one in strays])


def _rows(title: str, rows: Sequence[tuple[str, str]]) -> str:
    if not rows:
        return ""
    body = "".join(
        f"<tr><td>{escape(where)}</td><td>{escape(words)}</td></tr>"
        for where, words in rows[:_MOST_ROWS]
    )
    rest = len(rows) - _MOST_ROWS
    more = f"<p class='vv-muted'>Dan {rest} baris lain; lihat berkasnya.</p>" if rest > 0 else ""
    table = _table(title, "<th>Baris</th><th>Sebab</th>", body)
    return f"<h2>{title} ({len(rows)})</h2>{table}{more}"


def _table(name: str, heads: str, body: str) -> str:
    return (
        f"<div class='vv-scroll' tabindex='0' role='region' aria-label='{name}'>"
        f"<table class='vv-table vv-lap-answers'><thead><tr>{heads}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _picture(svg: bytes) -> str:
    data = b64encode(svg).decode("ascii")
    return (
        f"<img class='vv-lap-sheet' alt='Halaman pertama lembar' "
        f"src='data:image/svg+xml;base64,{data}'>"
    )


def _block(title: str, children: Sequence[w.Widget]) -> w.Widget:
    box = w.VBox([_html(f"<h2>{escape(title)}</h2>"), *children], layout=WIDE)
    box.add_class("vv-lap-block")
    return box


def _dropdown(label: str, options: Sequence[tuple[str, str]]) -> w.Dropdown:
    return w.Dropdown(options=list(options), description=label, layout=w.Layout(width="100%"))


def _show(widget: w.Widget, is_shown: bool) -> None:
    widget.layout.display = None if is_shown else "none"


def _html(text: str) -> w.HTML:
    return w.HTML(text, layout=WIDE)

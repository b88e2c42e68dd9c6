"""The room Daftar on a page. Everything that came from a file is escaped before it is drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from html import escape
from typing import Any

import ipywidgets as w

from workbench.access import Actor, Workspace
from workbench.domain.wilayah import kelurahan_by_code
from workbench.domain.words import date_id, mask_nik, number_id
from workbench.errors import WorkbenchError
from workbench.rules import GROUPS, Severity, catalogue
from workbench.services import lists
from workbench.services.office import Office
from workbench.ui.download import DownloadButton
from workbench.ui.staff.model import PAGE_SIZE, ListsRoom, column_choices, name_columns
from workbench.ui.upload import UploadButton

_WIDE = w.Layout(width="100%")
_ICONS = {"KRITIS": "▲", "TINGGI": "●", "SEDANG": "◆", "INFO": "○"}


def show(actor: Actor) -> w.Widget:
    """The room for one person."""
    return RoomView(ListsRoom(Office.from_environment(), actor)).widget


class RoomView:
    """Draws ``ListsRoom`` and passes on what people press."""

    def __init__(self, room: ListsRoom) -> None:
        self.room = room
        self.said = w.HTML(layout=w.Layout(display="none", width="100%"))
        self.body = w.VBox(layout=_WIDE)
        self.widget = w.VBox([_styles(), self.said, self.body], layout=_WIDE)
        self.widget.add_class("vv-daftar")
        self._guard(self.room.refresh)
        self.draw()

    def draw(self) -> None:
        """Draw the shelf and the open list, or how to begin."""
        new = _button("Masukkan daftar baru", self.draw_upload, primary=not self.room.shelf)
        if not self.room.shelf:
            whose = _side(self.room.actor)
            text = f"Belum ada daftar di ruang {whose}. Masukkan daftar XLSX atau CSV dari kantor."
            self.body.children = (w.HTML(f'<p class="vv-empty">{text}</p>'), new)
            return
        if self.room.chosen is None:
            self.body.children = (new,)
            return
        names = [(_shelf_words(summary), summary.id) for summary in self.room.shelf]
        choose = w.Dropdown(
            options=names, value=self.room.chosen.summary.id, description="Daftar", layout=_WIDE
        )
        choose.observe(lambda change: self._open(change["new"]), "value")
        top = w.HBox([choose, new], layout=w.Layout(flex_flow="row wrap", width="100%"))
        self.body.children = (top, *self._opened(self.room.chosen))

    def _open(self, list_id: str) -> None:
        self._guard(lambda: self.room.choose(list_id))
        self.draw()

    # -- an open list ---------------------------------------------------------------------

    def _opened(self, opened: lists.OpenList) -> Sequence[w.Widget]:
        tabs = w.Tab(
            children=[
                self._findings(opened),
                self._by_kelurahan(opened),
                self._refused(opened),
                self._about(opened),
            ],
            titles=["Temuan", "Kelurahan dan cetak", "Baris ditolak", "Tentang daftar"],
            layout=_WIDE,
        )
        return (w.HTML(_counts_line(opened.summary)), tabs)

    def _findings(self, opened: lists.OpenList) -> w.Widget:
        filters = self.room.filters
        counts = lists.counts_by_rule(opened)
        rules = catalogue()
        by_rule = [("Semua aturan", "")] + [
            (f"{code} ({number_id(n)}) {rules[code].question}"[:90], code) for code, n in counts
        ]
        places = [("Semua kelurahan", "")] + [
            (_place(code), code)
            for code, _families, found in lists.counts_by_kelurahan(opened)
            if found and code
        ]
        grades = [("Semua tingkat", "")] + [(str(s).capitalize(), str(s)) for s in Severity]
        rule = w.Dropdown(options=by_rule, description="Aturan", layout=_WIDE)
        place = w.Dropdown(options=places, description="Kelurahan", layout=_WIDE)
        grade = w.Dropdown(options=grades, description="Tingkat", layout=_WIDE)
        search = w.Text(
            description="Nama", placeholder="cari nama", continuous_update=False, layout=_WIDE
        )
        table = w.HTML(layout=_WIDE)
        where = w.HTML()
        back = _button("Sebelumnya", lambda: turn(-PAGE_SIZE))
        on = _button("Berikutnya", lambda: turn(PAGE_SIZE))

        def fill() -> None:
            total, rows = self.room.page()
            table.value = _findings_table(rows)
            last = min(filters.start + PAGE_SIZE, total)
            first = filters.start + 1 if total else 0
            where.value = (
                f'<span class="vv-muted" role="status">{number_id(first)} sampai '
                f"{number_id(last)} dari {number_id(total)} temuan</span>"
            )
            back.disabled = filters.start == 0
            on.disabled = last >= total

        def turn(step: int) -> None:
            filters.start = max(0, filters.start + step)
            fill()

        def narrow(_change: object) -> None:
            filters.rule, filters.kelurahan = rule.value, place.value
            filters.severity, filters.search = grade.value, search.value
            filters.start = 0
            fill()

        for widget in (rule, place, grade, search):
            widget.observe(narrow, "value")
        fill()
        facets = w.VBox([rule, place, grade, search, w.HTML(_bars(counts))], layout=_WIDE)
        facets.add_class("vv-facets")
        main = w.VBox([where, table, w.HBox([back, on])], layout=_WIDE)
        main.add_class("vv-main")
        both = w.Box([facets, main], layout=_WIDE)
        both.add_class("vv-split")
        return both

    def _by_kelurahan(self, opened: lists.OpenList) -> w.Widget:
        room, list_id = self.room, opened.summary.id
        rows = lists.counts_by_kelurahan(opened)
        printable = [(f"{_place(code)}: {number_id(n)} temuan", code) for code, _f, n in rows if n]
        if not printable:
            return w.HTML('<p class="vv-empty">Tidak ada temuan, jadi tidak ada yang dicetak.</p>')
        choose = w.Dropdown(options=printable, description="Kelurahan", layout=_WIDE)
        one = DownloadButton(
            "Unduh daftar periksa",
            lambda: lists.checklist_file(room.office, room.actor, list_id, choose.value),
            primary=True,
        )
        every = DownloadButton(
            "Unduh semua kelurahan (zip)",
            lambda: lists.checklist_files(room.office, room.actor, list_id),
        )
        body = "".join(
            f"<tr><td>{escape(_place(code))}</td><td class='n'>{number_id(families)}</td>"
            f"<td class='n'>{number_id(found)}</td></tr>"
            for code, families, found in rows
        )
        table = (
            "<div class='vv-scroll'><table class='vv-table'><thead><tr><th>Kelurahan</th>"
            "<th class='n'>Keluarga</th><th class='n'>Temuan</th></tr></thead>"
            f"<tbody>{body}</tbody></table></div>"
        )
        return w.VBox([choose, one, every, w.HTML(table)], layout=_WIDE)

    def _refused(self, opened: lists.OpenList) -> w.Widget:
        rows = opened.refused.to_pylist()
        if not rows:
            return w.HTML('<p class="vv-empty">Tidak ada baris yang ditolak.</p>')
        body = "".join(
            f"<tr><td>{escape(row['sheet'])}</td><td class='n'>{row['row']}</td>"
            f"<td>{escape(row['column'])}</td><td>{escape(row['reason'])}</td></tr>"
            for row in rows[:500]
        )
        more = "" if len(rows) <= 500 else "<p class='vv-muted'>500 baris pertama ditampilkan.</p>"
        return w.HTML(
            "<div class='vv-scroll'><table class='vv-table'><thead><tr><th>Lembar</th>"
            "<th class='n'>Baris</th><th>Kolom</th><th>Sebab</th></tr></thead>"
            f"<tbody>{body}</tbody></table></div>{more}",
            layout=_WIDE,
        )

    def _about(self, opened: lists.OpenList) -> w.Widget:
        silent = "".join(
            f"<li>{escape(code)}: {escape(name_columns(why))}</li>"
            for code, why in sorted(opened.findings.silent.items())
        )
        summary = opened.summary
        whose = "Anda" if summary.imported_by == self.room.actor.id else "akun lain"
        facts = (
            f"<p>Tanggal rujukan {escape(_day(summary.as_of))}. Versi aturan "
            f"{escape(opened.findings.ruleset)}. Dimasukkan {escape(_day(summary.at))} pukul "
            f"{escape(summary.at[11:16].replace(':', '.'))} (UTC) oleh {whose}.</p>"
        )
        rules = (
            f"<details><summary>{len(opened.findings.silent)} aturan tidak dapat berbicara pada "
            f"daftar ini</summary><ul>{silent}</ul></details>"
        )
        reason = w.Text(description="Alasan", placeholder="alasan menghapus", layout=_WIDE)
        sure = w.Checkbox(value=False, description="Saya yakin menghapus daftar ini", indent=False)
        erase = _button("Hapus daftar", lambda: self._remove(reason.value, sure.value))
        erase.add_class("vv-danger")
        return w.VBox(
            [
                w.HTML(facts + (rules if silent else "<p>Semua aturan dapat berbicara.</p>")),
                w.HTML("<h3>Salah memasukkan?</h3>"),
                reason,
                sure,
                erase,
            ],
            layout=_WIDE,
        )

    def _remove(self, reason: str, sure: bool) -> None:
        if not sure:
            self._say("Centang dulu bahwa Anda yakin.", wrong=True)
            return
        if self._guard(lambda: self.room.remove(reason)):
            self.draw()
            self._say("Daftar dihapus. Siapa, kapan, dan alasannya tercatat.")

    # -- bringing a list in ----------------------------------------------------------------

    def draw_upload(self) -> None:
        """Step one: choose the file."""
        self._say("")
        pick = UploadButton("Pilih berkas", ".xlsx,.xls,.xlsb,.ods,.csv,.tsv,.txt", self._take)
        cancel = _button("Batal", self._cancel)
        self.body.children = (
            w.HTML(_steps(1)),
            w.HTML(
                "<p>Pilih daftar dari kantor: XLSX, XLS, XLSB, ODS, CSV. Judul di atas tabel, "
                "baris jumlah dan lembar banyak tidak perlu dibuang.</p>"
            ),
            w.HBox([pick, cancel], layout=w.Layout(align_items="center", flex_flow="row wrap")),
        )

    def _take(self, name: str, content: bytes) -> None:
        self._say("Membaca judul kolom ...")
        if self._guard(lambda: self.room.take_file(name, content)):
            self._say("")
            self.draw_columns()

    def draw_columns(self) -> None:
        """Step two: what each column means."""
        room = self.room
        name = w.Text(value=room.name, description="Nama daftar", layout=_WIDE)
        # A tooltip that is not given would be the word null.
        day = w.DatePicker(value=room.as_of, description="Per tanggal", tooltip="")
        start = _button("Simpan dan periksa", self._bring_in, primary=True)
        blocker = w.HTML()

        def look() -> None:
            why = room.import_blocker()
            start.disabled = bool(why)
            blocker.value = f'<p class="vv-muted" role="status">{escape(why)}</p>'

        def rename(change: Any) -> None:
            room.name = change["new"]
            look()

        name.observe(rename, "value")
        day.observe(lambda change: setattr(room, "as_of", change["new"]), "value")
        rows: list[w.Widget] = []
        choices = column_choices()
        for place, column in enumerate(room.proposal.columns):
            menu = w.Dropdown(
                options=choices,
                value=room.targets[place],
                description=f"Arti kolom {column.header}",
                layout=_WIDE,
            )
            menu.observe(self._retarget(place, look), "value")
            samples = ", ".join(escape(str(sample)) for sample in column.samples[:3]) or "(kosong)"
            text = w.HTML(
                f"<b>{escape(str(column.header))}</b><br><span class='vv-muted'>{samples}<br>"
                f"{escape(column.why)}</span>"
            )
            row = w.Box([text, menu], layout=_WIDE)
            row.add_class("vv-column-row")
            rows.append(row)
        look()
        self.body.children = (
            w.HTML(_steps(2)),
            w.HTML("<p>Periksa arti tiap kolom. Belum ada yang disimpan.</p>"),
            name,
            day,
            w.VBox(rows, layout=_WIDE),
            w.HBox([start, _button("Batal", self._cancel)]),
            blocker,
        )

    def _retarget(self, place: int, look: Callable[[], None]) -> Callable[[Any], None]:
        def change(event: Any) -> None:
            self.room.targets[place] = event["new"]
            look()

        return change

    def _bring_in(self) -> None:
        self.body.children = (w.HTML(_steps(3)),)
        if self._guard(lambda: self.room.bring_in(self._say)):
            self.draw()
            self._say("Selesai. Daftar sudah tersimpan dan diperiksa.")
        else:
            self.draw_columns()

    def _cancel(self) -> None:
        self.room.drop_file()
        self._say("")
        self.draw()

    # -- helpers ---------------------------------------------------------------------------

    def _say(self, sentence: str, wrong: bool = False) -> None:
        kind = "vv-error" if wrong else "vv-muted"
        role = "alert" if wrong else "status"
        text = f'<p class="{kind}" role="{role}">{escape(sentence)}</p>' if sentence else ""
        self.said.value = text
        self.said.layout.display = None if sentence else "none"

    def _guard(self, act: Callable[[], object]) -> bool:
        """Do something; a sentence instead of a fault. Returns whether it was done."""
        try:
            act()
        except WorkbenchError as error:
            self._say(str(error), wrong=True)
            return False
        return True


def _button(label: str, act: Callable[[], None], primary: bool = False) -> w.Button:
    button = w.Button(description=label, button_style="primary" if primary else "")
    button.on_click(lambda _button: act())
    return button


def _side(actor: Actor) -> str:
    return "latihan" if actor.workspace is Workspace.LATIHAN else "data nyata"


def _place(code: str) -> str:
    place = kelurahan_by_code().get(code)
    return f"{place.name}, Kec. {place.kecamatan}" if place else "Kelurahan belum dikenali"


def _shelf_words(summary: lists.ListSummary) -> str:
    return f"{summary.name} ({_day(summary.at)}, {number_id(summary.findings)} temuan)"


def _day(text: str) -> str:
    """The day of an ISO time in words."""
    try:
        return date_id(date.fromisoformat(text[:10]))
    except ValueError:
        return text


def _counts_words(summary: lists.ListSummary) -> str:
    return (
        f"{number_id(summary.read)} baris dibaca = {number_id(summary.kept)} disimpan + "
        f"{number_id(summary.refused)} ditolak; {number_id(summary.findings)} temuan perlu dicek."
    )


def _counts_line(summary: lists.ListSummary) -> str:
    return f'<p class="vv-counts"><b>{_counts_words(summary)}</b></p>'


def _steps(current: int) -> str:
    names = ("Berkas", "Kolom", "Baca dan periksa", "Selesai")
    marks = "".join(
        f"<li{' aria-current=step' if place == current else ''}>{place}. {name}</li>"
        for place, name in enumerate(names, start=1)
    )
    return f'<ol class="vv-steps">{marks}</ol>'


def _bars(counts: list[tuple[str, int]]) -> str:
    if not counts:
        return "<p class='vv-empty'>Tidak ada temuan.</p>"
    rules, most = catalogue(), counts[0][1]
    names = {code: GROUPS[rules[code].group] for code, _ in counts}
    rows = "".join(
        f"<tr><td title='{escape(names[code])}'>{code}</td><td><div class='vv-bar' "
        f"style='width:{max(2, round(100 * n / most))}%'></div></td>"
        f"<td class='n'>{number_id(n)}</td></tr>"
        for code, n in counts[:12]
    )
    return f"<h3>Temuan terbanyak</h3><table class='vv-bars'>{rows}</table>"


def _findings_table(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return "<p class='vv-empty'>Tidak ada temuan dengan saringan ini.</p>"
    body = []
    for row in rows:
        grade = row["severity"]
        badge = f"<span class='vv-badge'>{_ICONS[grade]} {grade.capitalize()}</span>"
        who = escape(row["name"] or "(tanpa nama)")
        number = escape(mask_nik(row["nik"] or row["no_kk"]))
        source = f"baris {row['row']}" if row["row"] else ""
        if row["sheet"]:
            source = f"{row['sheet']}, {source}"
        body.append(
            f"<tr><td>{badge}<br><span class='vv-muted'>{row['rule']}</span></td>"
            f"<td>{escape(row['title'])}</td>"
            f"<td>{who}<br><span class='vv-muted'>{number}</span></td>"
            f"<td>{escape(_place(row['kelurahan_kode_kemendagri']))}"
            f"<br><span class='vv-muted'>{escape(source)}</span></td></tr>"
        )
    return (
        "<div class='vv-scroll'><table class='vv-table'><thead><tr><th>Tingkat</th>"
        "<th>Yang perlu dicek</th><th>Siapa</th><th>Di mana</th></tr></thead>"
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


def _styles() -> w.HTML:
    return w.HTML(
        layout=w.Layout(display="none"),
        value="<style>"
        ".vv-split{display:grid;grid-template-columns:minmax(0,1fr);gap:16px}"
        "@media(min-width:1000px){.vv-split{grid-template-columns:320px minmax(0,1fr)}}"
        ".vv-column-row{display:grid;grid-template-columns:minmax(0,1fr);gap:4px;padding:8px 0;"
        "border-bottom:1px solid var(--vv-line)}"
        ".vv-column-row .widget-label{position:absolute;width:1px;height:1px;overflow:hidden;"
        "clip-path:inset(50%)}"
        "@media(min-width:700px){.vv-column-row{grid-template-columns:1fr 1fr;gap:16px}}"
        ".vv-scroll{overflow-x:auto;max-width:100%}"
        ".vv-daftar .vv-button{margin:4px 0}"
        ".vv-daftar summary{min-height:44px;display:list-item;align-content:center;cursor:pointer}"
        ".vv-bars{width:100%;border-collapse:collapse}.vv-bars td{padding:2px 4px}"
        ".vv-bars td:nth-child(2){width:60%}"
        ".vv-bar{height:0;border-top:12px solid var(--vv-edge);border-radius:2px}"
        ".vv-daftar .n{text-align:right;font-variant-numeric:tabular-nums}"
        ".vv-steps{display:flex;flex-wrap:wrap;gap:4px 16px;list-style:none;padding:0;margin:8px 0}"
        ".vv-steps [aria-current]{font-weight:700;text-decoration:underline}"
        "</style>",
    )

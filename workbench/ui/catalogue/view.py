"""The room Aturan on a page: read a rule, show an example on the wall, set what a decree sets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import ipywidgets as w

from workbench.access import Actor, Permission, may
from workbench.domain.wilayah import say_locally
from workbench.domain.words import date_id, number_id
from workbench.errors import WorkbenchError
from workbench.rules import GROUPS, Severity, catalogue
from workbench.services import settings
from workbench.services.office import Office
from workbench.store import clock
from workbench.ui.catalogue import model
from workbench.ui.rule_words import rule_title

_WIDE = w.Layout(width="100%")


def show(actor: Actor) -> w.Widget:
    """The room for one person."""
    return CatalogueRoom(Office.from_environment(), actor).widget


class CatalogueRoom:
    """Draws the catalogue and passes on what people press."""

    def __init__(self, office: Office, actor: Actor) -> None:
        self.office, self.actor = office, actor
        self.today = clock.today()
        self.said = w.HTML(layout=w.Layout(display="none", width="100%"))
        self.values = w.VBox(layout=_WIDE)
        tabs = w.Tab(
            children=[self._rules(), w.HTML(_coverage(), layout=_WIDE), self.values],
            titles=["Aturan", "Cakupan katalog", "Pengaturan"],
            layout=_WIDE,
        )
        self.widget = w.VBox([_styles(), self.said, tabs], layout=_WIDE)
        self.widget.add_class("vv-aturan")
        self._draw_settings()

    # -- the rules ---------------------------------------------------------------------------

    def _rules(self) -> w.Widget:
        group = w.Dropdown(
            options=[("Semua kelompok", ""), *((words, name) for name, words in GROUPS.items())],
            description="Kelompok",
            layout=_WIDE,
        )
        grade = w.Dropdown(
            options=[("Semua tingkat", ""), *((str(s).capitalize(), str(s)) for s in Severity)],
            description="Tingkat",
            layout=_WIDE,
        )
        search = w.Text(
            description="Cari",
            placeholder="misalnya: KK, pindah, kembar",
            continuous_update=False,
            layout=_WIDE,
        )
        choose = w.Dropdown(options=_choices(list(catalogue())), description="Aturan", layout=_WIDE)
        count = w.HTML(layout=_WIDE)
        page, example = w.HTML(layout=_WIDE), w.HTML(layout=_WIDE)
        back, on = _button("Aturan sebelumnya", None), _button("Aturan berikutnya", None)
        another = _button("Tampilkan contoh", None, primary=True)
        turn = {"example": 0}

        def narrow(_change: object = None) -> None:
            found = [r.code for r in model.find_rules(group.value, grade.value, search.value)]
            count.value = (
                f'<p class="vv-muted" role="status">{number_id(len(found))} dari '
                f"{number_id(len(catalogue()))} aturan</p>"
            )
            choose.options = _choices(found)
            # Dropdowns stay without a choice after they have been empty once.
            choose.index = 0 if found else None
            choose.disabled = not found
            draw()

        def draw(_change: object = None) -> None:
            turn["example"] = 0
            example.value = ""
            another.description = "Tampilkan contoh"
            page.value = self._page(choose.value) if choose.value else _nothing()
            another.disabled = not choose.value
            back.disabled = not choose.value or choose.index == 0
            on.disabled = not choose.value or choose.index == len(choose.options) - 1

        def step(by: int) -> Callable[[object], None]:
            def go(_button: object) -> None:
                choose.index += by

            return go

        def show_example(_button: object) -> None:
            turn["example"] += 1
            example.value = '<p class="vv-muted" role="status">Menyusun contoh ...</p>'
            example.value = _example(model.example_of(choose.value, turn["example"]))
            another.description = "Contoh lain"

        for control in (group, grade, search):
            control.observe(narrow, "value")
        choose.observe(draw, "value")
        back.on_click(step(-1))
        on.on_click(step(1))
        another.on_click(show_example)
        narrow()
        filters = w.VBox([group, grade, search, count, choose], layout=_WIDE)
        filters.add_class("vv-facets")
        main = w.VBox([page, w.HBox([another, back, on]), example], layout=_WIDE)
        both = w.Box([filters, main], layout=_WIDE)
        both.add_class("vv-split")
        return both

    def _page(self, code: str) -> str:
        page = model.rule_page(code)
        known = {s.parameter.name: s for s in self._values()}
        values = "; ".join(
            f"{known[name].parameter.words}: "
            f"{model.value_words(known[name].value, known[name].parameter.unit)}"
            for name in page.settings
        )
        rows = (
            ("Pertanyaan di depan pintu", page.question),
            ("Mengapa penting bagi keluarga", page.why),
            ("Dokumen yang diminta", ", ".join(page.documents) or "tidak ada"),
            ("Isian yang ditandai", ", ".join(page.marks)),
            ("Putusan di meja", page.status),
            ("Tindak lanjut", ", ".join(page.follow_up)),
            ("Pengaturan yang dipakai", values or "tidak ada"),
            ("Kolom yang diperlukan", ", ".join(page.needs)),
            ("Dasar", f"{page.source} ({page.confirmed})"),
            ("Baris katalog", ", ".join(page.covers)),
        )
        body = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in rows)
        return (
            f'<div class="vv-rule"><p class="vv-muted">{escape(page.code)} · '
            f"{escape(page.group)} · {escape(page.severity)}</p><h2>{escape(page.title)}</h2>"
            f"<dl>{body}</dl></div>"
        )

    # -- settings ----------------------------------------------------------------------------

    def _values(self) -> tuple[settings.OfficeSetting, ...]:
        return settings.office_settings(self.office, self.actor, self.today)

    def _draw_settings(self) -> None:
        found = self._values()
        children: list[w.Widget] = [w.HTML(_settings(found), layout=_WIDE)]
        if may(self.actor, Permission.SET_RULES) and self.actor.covers(""):
            children.insert(0, self._form(found))
        self.values.children = tuple(children)

    def _form(self, found: tuple[settings.OfficeSetting, ...]) -> w.Widget:
        which = w.Dropdown(
            options=[(s.parameter.words, s.parameter.name) for s in found],
            description="Pengaturan",
            layout=_WIDE,
        )
        value = w.Text(description="Nilai baru", placeholder="angka, misalnya 3 atau 0,6")
        since = w.DatePicker(description="Berlaku sejak", value=self.today, tooltip="")
        source = w.Text(
            description="Dasar",
            placeholder=say_locally("misalnya: SK Wali Kota nomor ... tahun ..."),
            layout=_WIDE,
        )
        save = _button("Simpan pengaturan", None, primary=True)
        withdraw = _button("Kembali ke nilai katalog", None)
        hint = w.HTML(layout=_WIDE)

        def look(_change: object = None) -> None:
            chosen = next(s for s in found if s.parameter.name == which.value)
            p = chosen.parameter
            hint.value = (
                f'<p class="vv-muted">Sekarang {escape(model.value_words(chosen.value, p.unit))}. '
                f"Boleh {escape(model.value_words(p.lowest, ''))} sampai "
                f"{escape(model.value_words(p.highest, p.unit))}.</p>"
            )
            withdraw.disabled = chosen.own is None

        def put(_button: object) -> None:
            def act() -> None:
                day = since.value or self.today
                settings.set_value(
                    self.office, self.actor, which.value, day, _number(value.value), source.value
                )

            self._do(
                act,
                "Pengaturan disimpan. Daftar yang dimasukkan atau diperiksa ulang "
                "sesudah ini memakainya.",
            )

        def end(_button: object) -> None:
            chosen = next(s for s in found if s.parameter.name == which.value)
            if chosen.own is None:
                return
            own = chosen.own
            self._do(
                lambda: settings.withdraw_value(self.office, self.actor, own.name, own.since),
                "Nilai katalog berlaku lagi.",
            )

        which.observe(look, "value")
        save.on_click(put)
        withdraw.on_click(end)
        look()
        return w.VBox(
            [
                w.HTML(
                    "<p>Ambang yang berubah karena keputusan diatur di sini. Tiap temuan "
                    "menyebut nilai yang menilainya.</p>"
                ),
                which,
                hint,
                value,
                since,
                source,
                w.HBox([save, withdraw]),
            ],
            layout=_WIDE,
        )

    def _do(self, act: Callable[[], None], done: str) -> None:
        try:
            act()
        except WorkbenchError as error:
            self._say(str(error), wrong=True)
            return
        self._draw_settings()
        self._say(done)

    def _say(self, sentence: str, wrong: bool = False) -> None:
        kind, role = ("vv-error", "alert") if wrong else ("vv-muted", "status")
        self.said.value = f'<p class="{kind}" role="{role}">{escape(sentence)}</p>'
        self.said.layout.display = None


def _button(label: str, act: Callable[[object], None] | None, primary: bool = False) -> w.Button:
    button = w.Button(description=label, button_style="primary" if primary else "")
    if act:
        button.on_click(act)
    return button


def _choices(codes: list[str]) -> list[tuple[str, str]]:
    return [(f"{code} {rule_title(code)}"[:90], code) for code in codes]


def _number(text: str) -> Any:
    """The number somebody typed, with a comma or a point before decimals."""
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None


def _nothing() -> str:
    return '<p class="vv-empty">Tidak ada aturan dengan saringan ini. Kurangi saringannya.</p>'


def _example(example: model.Example | None) -> str:
    if example is None:
        return (
            '<p class="vv-empty">Kesalahan ini baru tampak pada berkas atau daftar yang utuh, jadi '
            "tidak ada contoh satu keluarga.</p>"
        )
    rows = [
        (
            escape(cell.label),
            escape(cell.listed),
            "<br>".join(f"{escape(tab)}: {escape(text)}" for tab, text in cell.documents) or "-",
        )
        for cell in example.cells
    ]
    seen = f"<p>Catatan petugas: {escape(example.seen)}</p>" if example.seen else ""
    return (
        f"<h3>Contoh: {escape(example.family)} <span class='vv-badge'>LATIHAN</span></h3>"
        + _table(("Isian", "Daftar menulis", "Dokumen menulis"), rows)
        + seen
    )


def _coverage() -> str:
    parts = [f"<p>{escape(model.coverage_sentence())}</p>"]
    for name, words in model.CATALOGUE_WORDS.items():
        rows = [
            (escape(line.code), escape(line.name), escape(", ".join(line.rules) or line.instead))
            for line in model.coverage_of(name)
        ]
        parts.append(f"<h2>{escape(words)}</h2>{_table(('Baris', 'Isi', 'Dijaga oleh'), rows)}")
    return "".join(parts)


def _settings(found: tuple[settings.OfficeSetting, ...]) -> str:
    rows = [
        (
            escape(s.parameter.words),
            escape(model.value_words(s.value, s.parameter.unit)),
            escape(_whose(s)),
            escape(s.source or "praktik umum, belum ada dasar tertulis"),
        )
        for s in found
    ]
    return _table(("Pengaturan", "Nilai", "Berlaku", "Dasar"), rows)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table that stands as cards where there is no room for columns; cells are HTML."""
    head = "".join(f"<th>{name}</th>" for name in heads)
    body = "".join(
        "<tr>"
        + "".join(f"<td data-name='{n}'>{cell}</td>" for n, cell in zip(heads, row, strict=True))
        + "</tr>"
        for row in rows
    )
    return f"<table class='vv-table'><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _whose(setting: settings.OfficeSetting) -> str:
    since = f"sejak {date_id(setting.since)}"
    if setting.own is None:
        return f"katalog, {since}"
    newer = "; katalog punya nilai yang lebih baru" if setting.is_overtaken else ""
    return f"kantor ini, {since}{newer}"


def _styles() -> w.HTML:
    return w.HTML(
        layout=w.Layout(display="none"),
        value="<style>"
        ".vv-aturan .vv-split{display:grid;grid-template-columns:minmax(0,1fr);gap:16px}"
        "@media(min-width:1000px){.vv-aturan .vv-split{grid-template-columns:360px minmax(0,1fr)}}"
        ".vv-rule dl{display:grid;grid-template-columns:minmax(0,1fr);gap:0 16px;margin:0}"
        ".vv-rule dt{font-weight:700}.vv-rule dd{margin:0 0 8px}"
        "@media(min-width:700px){.vv-rule dl{grid-template-columns:14rem minmax(0,1fr)}}"
        "@media(max-width:699px){.vv-aturan .vv-table thead{display:none}"
        ".vv-aturan .vv-table :is(table,tbody,tr,td){display:block}"
        ".vv-aturan .vv-table{display:block;width:100%}"
        ".vv-aturan .vv-table tr{padding:8px 0;border-bottom:1px solid var(--vv-line)}"
        ".vv-aturan .vv-table td{padding:0 12px!important;border:0}"
        ".vv-aturan .vv-table td::before{content:attr(data-name)': ';color:var(--vv-muted)}}"
        "</style>",
    )

"""The tab Bagi tugas: officers and the kelurahan, RW or RT they go to, many to many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

import ipywidgets as w

from workbench.domain.wilayah import PLACE_KINDS, say_locally
from workbench.domain.words import number_id
from workbench.ui.fieldwork.model import FieldRoom
from workbench.ui.fieldwork.sharing_model import ALL, LoadRow, SharingDesk
from workbench.ui.fieldwork.tabs import Tab
from workbench.ui.staff.drawing import WIDE, Say, button, did

_NO_LIST = (
    '<p class="vv-empty">Belum ada daftar kerja. Pilih dahulu daftar kerja pada Antrean, lalu bagi '
    "tugasnya di sini.</p>"
)
_NOBODY = say_locally(
    '<p class="vv-empty">Belum ada akun petugas untuk kelurahan ini. Mintalah admin membuatnya.</p>'
)


def panel(room: FieldRoom, say: Say) -> w.Widget:
    """Who goes where, or how to begin."""
    if not room.list_id:
        return w.HTML(_NO_LIST, layout=WIDE)
    return SharingTab(room, say).widget


class SharingTab(Tab):
    """Draws ``SharingDesk`` and passes on what people press."""

    def __init__(self, room: FieldRoom, say: Say) -> None:
        super().__init__(say)
        self.desk = SharingDesk(room)
        self.draw()

    def _fill(self, shown: list[w.Widget]) -> None:
        self.desk.refresh()
        shown += self._parts()

    def _parts(self) -> Iterator[w.Widget]:
        desk = self.desk
        stage = _dropdown("Tahap", desk.stages(), desk.stage)
        stage.observe(lambda change: self._look(str(change["new"])), "value")
        yield stage
        yield _html(_open_line(desk))
        yield self._giving()
        if desk.is_first:
            yield _html(_loads_table(desk.loads()))
        yield _html(_open_table(desk.open_rows()))
        yield from self._withdrawing()

    def _look(self, stage: str) -> None:
        self.desk.stage = stage
        self.draw()

    def _giving(self) -> w.Widget:
        desk = self.desk
        places = desk.kelurahan()
        where = _dropdown(PLACE_KINDS, places, places[0][1] if places else None)
        rw = _dropdown("RW", [], None)
        rt = _dropdown("RT", [], None)
        who = _dropdown("Petugas", [], None)
        nobody = w.HTML(layout=WIDE)
        give = button("Beri tugas", lambda: act(), primary=True)

        def look(_change: object = None) -> None:
            """Only what lies in the chosen kelurahan can be chosen."""
            officers = desk.officers(where.value) if where.value else []
            _refill(who, officers)
            _refill(rw, desk.rws(where.value))
            give.disabled = not officers
            nobody.value = "" if officers else _NOBODY

        def look_within(_change: object = None) -> None:
            _refill(rt, desk.rts(where.value, rw.value or ALL))
            rt.disabled = not rw.value

        def act() -> None:
            said: list[str] = []
            chosen = (who.value, where.value, rw.value or ALL, rt.value or ALL)
            if did(lambda: said.append(desk.give(*chosen)), self.say):
                self._changed(said[0])

        where.observe(look, "value")
        rw.observe(look_within, "value")
        look()
        look_within()
        box = w.VBox([_html("<h2>Beri tugas</h2>"), where, rw, rt, who, nobody, give], layout=WIDE)
        box.add_class("vv-lap-block")
        return box

    def _withdrawing(self) -> Iterable[w.Widget]:
        standing = self.desk.standing()
        if not standing:
            return
        chosen = _dropdown("Tugas", standing, standing[0][1])

        def act() -> None:
            said: list[str] = []
            if did(lambda: said.append(self.desk.withdraw(chosen.value)), self.say):
                self._changed(said[0])

        box = w.VBox(
            [
                _html(f"<h2>Cabut tugas ({number_id(len(standing))} berjalan)</h2>"),
                chosen,
                button("Cabut tugas ini", act),
            ],
            layout=WIDE,
        )
        box.add_class("vv-lap-block")
        yield box

    def _changed(self, sentence: str) -> None:
        self.desk.room.tell_changed()
        self.draw()
        self.say(sentence)


def _open_line(desk: SharingDesk) -> str:
    waiting = sum(place.families for place in desk.open_places)
    if not waiting:
        return '<p class="vv-lap-sum"><b>Tidak ada keluarga tanpa petugas pada tahap ini.</b></p>'
    then = "" if desk.is_first else " Selama belum dibagi, setiap petugas yang berhak boleh."
    return (
        f'<p class="vv-note"><b>{number_id(waiting)} keluarga menunggu dan belum punya petugas.'
        f"</b>{then}</p>"
    )


def _loads_table(rows: list[LoadRow]) -> str:
    if not rows:
        return ""
    body = "".join(
        f"<tr><td>{escape(row.name) or '<i>Belum ada petugas</i>'}</td>"
        f"<td class='vv-number'>{number_id(row.areas) if row.name else '-'}</td>"
        f"<td class='vv-number'>{number_id(row.left)}</td>"
        f"<td class='vv-number'>{number_id(row.done)}</td></tr>"
        for row in rows
    )
    heads = "".join(f"<th class='vv-number'>{head}</th>" for head in ("Wilayah", "Sisa", "Selesai"))
    return (
        f"{_titled('Beban petugas', f'<th>Petugas</th>{heads}', body)}"
        "<p class='vv-muted'>Keluarga yang dibagi kepada beberapa petugas dihitung pada "
        "masing-masing.</p>"
    )


def _open_table(rows: Iterable[tuple[str, str, int]]) -> str:
    body = "".join(
        f"<tr><td>{escape(place)}</td><td class='vv-lap-rts'>{_unbroken(escape(words))}</td>"
        f"<td class='vv-number'>{number_id(families)}</td></tr>"
        for place, words, families in rows
    )
    if not body:
        return ""
    heads = f"<th>{PLACE_KINDS}</th><th>RT</th><th class='vv-number'>Keluarga</th>"
    return _titled("Belum ada petugasnya", heads, body)


def _unbroken(words: str) -> str:
    """RT and RW stay beside their numbers."""
    return words.replace("RT ", "RT\u00a0").replace("RW ", "RW\u00a0")


def _titled(title: str, heads: str, body: str) -> str:
    return (
        f"<h2>{title}</h2><div class='vv-scroll' tabindex='0' role='region' aria-label='{title}'>"
        f"<table class='vv-table'><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
        "</div>"
    )


def _dropdown(label: str, options: list[tuple[str, str]], value: str | None) -> w.Dropdown:
    return w.Dropdown(options=options, value=value, description=label, layout=WIDE)


def _refill(choose: w.Dropdown, options: list[tuple[str, str]]) -> None:
    """Other choices; what was chosen stays where it still can be."""
    kept = choose.value
    choose.options = options
    values = [value for _, value in options]
    if values:
        choose.value = kept if kept in values else values[0]


def _html(text: str) -> w.HTML:
    return w.HTML(text, layout=WIDE)

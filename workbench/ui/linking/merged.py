"""One list of both: what to make, what was made of it, and where the two lists differ."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import ipywidgets as w

from workbench.domain.words import number_id
from workbench.linkage.merging import LEFT, RIGHT
from workbench.services.linking import ASIDE, DESK, OpenLinking
from workbench.services.merging import TABLE_WORDS, Difference, Differences, sums_sentence
from workbench.store import clock
from workbench.ui.download import DownloadButton
from workbench.ui.linking.model import LinkingRoom
from workbench.ui.staff.drawing import WIDE, Say, button, did

#: Differences on one page.
_PAGE: int = 25


class MergedView:
    """Draws what the open linking can become and what it became; ``join`` begins the work."""

    def __init__(self, room: LinkingRoom, say: Say, join: Callable[[], None]) -> None:
        self.room, self.say = room, say
        self.below = w.VBox(layout=WIDE)
        self.widget = w.VBox([*self._form(join), *self._made(), self.below], layout=WIDE)
        self._draw_differences()

    def _form(self, join: Callable[[], None]) -> list[w.Widget]:
        room = self.room
        assert room.opened is not None
        summary = room.opened.summary
        is_people = summary.kind == "orang"
        name = w.Text(value=room.name, description="Nama daftar", layout=WIDE)
        sides = [
            (f"{summary.right_name} (yang kosong diisi dari daftar pertama)", RIGHT),
            (f"{summary.left_name} (yang kosong diisi dari daftar kedua)", LEFT),
        ]
        prefer = w.Dropdown(
            options=sides,
            value=room.preferred,
            description="Bila isinya berbeda, pakai",
            layout=WIDE,
        )
        words = "Gabungkan menjadi basis data terpadu" if is_people else "Buat daftar terpadu"
        start, blocker = button(words, join, primary=True), w.HTML()

        def change(field: str, event: Any) -> None:
            setattr(room, field, event["new"])
            why = room.join_blocker()
            start.disabled = bool(why)
            blocker.value = f'<p class="vv-muted" role="status">{escape(why)}</p>' if why else ""

        name.observe(lambda event: change("name", event), "value")
        prefer.observe(lambda event: change("preferred", event), "value")
        told = w.HTML(_told(room.opened, is_people), layout=WIDE)
        return [told, name, *([prefer] if is_people else []), start, blocker]

    def _made(self) -> list[w.Widget]:
        """The lists made of this linking so far, to look at again."""
        room = self.room
        if not room.merged:
            return []
        made = [
            (f"{one.name}, {clock.moment_id(clock.moment(one.at))}", one.id) for one in room.merged
        ]
        chosen = room.differences.summary.id if room.differences else ""
        choose = w.Dropdown(
            options=[("(pilih daftar)", ""), *made],
            value=chosen if chosen in {one.id for one in room.merged} else "",
            description="Hasil gabungan",
            layout=WIDE,
        )

        def look(event: Any) -> None:
            if did(lambda: room.open_differences(event["new"]), self.say):
                self.say("")
            self._draw_differences()

        choose.observe(look, "value")
        return [choose]

    def _draw_differences(self) -> None:
        found = self.room.differences
        self.below.children = () if found is None else _leafed(self.room, found)


def _told(opened: OpenLinking, is_people: bool) -> str:
    sums = opened.sums("left")
    waiting = sums[DESK] + sums[ASIDE]
    told = (
        "Kedua daftar menjadi satu daftar baru; daftar asalnya tetap. Keluarga yang ada di "
        "dua daftar menjadi satu; itu wajar, bukan temuan. Isi yang berbeda dicatat asalnya."
        if is_people
        else "Dibuat daftar baru: daftar induk dengan baris dari daftar pertama, masing-masing "
        "ditautkan ke orangnya. Daftar asalnya tetap."
    )
    open_ = (
        f"<p>Masih ada {number_id(waiting)} orang yang perlu dilihat atau ditunda. Mereka ditulis "
        "sebagai orang yang berbeda sampai Anda memutuskan lain.</p>"
        if waiting
        else ""
    )
    return f"<p>{told}</p>{open_}"


def _leafed(room: LinkingRoom, found: Differences) -> tuple[w.Widget, ...]:
    """The sums, and the differences of one column or of all, page by page."""
    head = w.HTML(_sums(found), layout=WIDE)
    if not found.count():
        return (head, w.HTML('<p class="vv-empty">Tidak ada isi yang berbeda.</p>'))
    every = (f"Semua kolom ({number_id(found.count())})", "")
    columns = [
        (f"{words} ({number_id(count)})", name) for name, (words, count) in found.columns.items()
    ]
    column = w.Dropdown(
        options=[every, *columns], value="", description="Isi yang berbeda", layout=WIDE
    )
    table, where = w.HTML(layout=WIDE), w.HTML()
    start = 0

    def fill() -> None:
        total = found.count(column.value)
        table.value = _table(found.rows(column.value, start, _PAGE))
        last = min(start + _PAGE, total)
        where.value = (
            f'<span class="vv-muted" role="status">{number_id(start + 1)} sampai '
            f"{number_id(last)} dari {number_id(total)} isi berbeda</span>"
        )
        back.disabled, on.disabled = start == 0, last >= total
        turns.layout.display = None if total > _PAGE else "none"

    def turn(step: int) -> None:
        nonlocal start
        start += step
        fill()

    def anew(_change: object) -> None:
        nonlocal start
        start = 0
        fill()

    back, on = button("Sebelumnya", lambda: turn(-_PAGE)), button("Berikutnya", lambda: turn(_PAGE))
    turns = w.HBox([back, on])
    column.observe(anew, "value")
    take = DownloadButton("Unduh tabel ini (XLSX)", lambda: room.differences_file(column.value))
    fill()
    return head, column, where, table, turns, take


def _sums(found: Differences) -> str:
    lines = "".join(
        f"<li><b>{TABLE_WORDS[table]}</b>: {sums_sentence(sums)}</li>"
        for table, sums in found.sums.items()
        if sums[LEFT] or sums[RIGHT]
    )
    return (
        f"<h2>{escape(found.summary.name)}</h2>"
        f"<ul class='vv-sums'>{lines}</ul>"
        f"<p>{number_id(found.count())} isi berbeda di kedua daftar. "
        f"{number_id(found.summary.findings)} temuan perlu dicek pada daftar ini.</p>"
    )


def _table(rows: list[Difference]) -> str:
    body = "".join(
        f"<tr><td>{escape(row.name)}<br><span class='vv-muted'>{escape(row.place)}</span></td>"
        f"<td>{escape(row.column)}</td>"
        f"<td data-words='Dipakai'>{escape(row.used)}"
        f"<br><span class='vv-muted'>{row.source}</span></td>"
        f"<td data-words='Di daftar lain'>{escape(row.other)}</td></tr>"
        for row in rows
    )
    titles = ("Siapa", "Kolom", "Dipakai", "Di daftar lain")
    heads = "".join(f"<th>{words}</th>" for words in titles)
    return (
        "<div class='vv-scroll' tabindex='0' role='region' aria-label='Isi yang berbeda'>"
        f"<table class='vv-table vvp-differences'><thead><tr>{heads}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )

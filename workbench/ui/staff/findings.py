"""The findings room: facets left, the table in the middle, one family on the right or over it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import ipywidgets as w

from workbench.domain.register import Row
from workbench.domain.words import mask_nik, number_id
from workbench.errors import WrongUse
from workbench.services.findings import FACETS, NOTE, Fold, Page, Query
from workbench.services.privacy import PURPOSES
from workbench.ui.download import DownloadButton
from workbench.ui.rule_words import rule_title, rule_words
from workbench.ui.staff.controls import FacetList, RowTable
from workbench.ui.staff.drawing import GRADES, WIDE, Say, button, did, grade_words, place_name
from workbench.ui.staff.facets import SORT_WORDS, facet_choices
from workbench.ui.staff.family import FamilyView
from workbench.ui.staff.model import PAGE_SIZE, ListsRoom


def panel(room: ListsRoom, say: Say) -> w.Widget:
    """The findings of the open list."""
    return FindingsView(room, say).widget


class FindingsView:
    """Draws the query of ``ListsRoom`` and passes on what people press."""

    def __init__(self, room: ListsRoom, say: Say) -> None:
        self.room, self.say = room, say
        self.opened_place = self.last_place = -1
        self.facets = FacetList(self._facets(), self.hear)
        self.rows = RowTable(self._rows(), self.hear)
        self.family = FamilyView(room, say, self.close)
        aside = w.VBox([self.facets], layout=WIDE)
        aside.add_class("vv-aside")
        main = w.VBox([self.rows, self._export()], layout=WIDE)
        main.add_class("vv-main")
        self.widget = w.Box([aside, main, self.family.widget], layout=WIDE)
        self.widget.add_class("vv-split")

    def hear(self, message: dict[str, Any]) -> None:
        """A message of the page: what was ticked, searched for, turned to or opened."""
        kind = message.get("kind")
        query = self.room.query
        if kind == "pilih":
            facet, value = message.get("facet"), message.get("value")
            if facet in FACETS and isinstance(value, str):
                self._ask(query.turned(facet, value))
        elif kind == "cari":
            self._ask(replace(query, search=str(message.get("words", ""))[:80]))
        elif kind == "kosongkan":
            self._ask(Query(sort=query.sort))
        elif kind == "urut":
            self._ask(replace(query, sort=str(message.get("value", ""))))
        elif kind == "halaman":
            self._turn(message.get("start"))
        elif kind == "buka":
            self._open(message.get("place"))

    def close(self) -> None:
        """Back from a family to the table."""
        self.room.close_family()
        self.last_place, self.opened_place = self.opened_place, -1
        self.widget.remove_class("vv-open")
        self.family.draw()
        self.rows.state = self._rows()
        self.rows.send({"kind": "tertutup"})

    def _ask(self, query: Query) -> None:
        if did(lambda: self.room.ask(query), self.say):
            self.say("")
            self.opened_place = self.last_place = -1
            self.facets.state = self._facets()
            self.rows.state = self._rows()

    def _turn(self, start: object) -> None:
        if isinstance(start, int):
            self.room.turn(start)
            self.opened_place = self.last_place = -1
            self.rows.state = self._rows()

    def _open(self, place: object) -> None:
        def opened() -> None:
            if not isinstance(place, int):
                raise WrongUse("Pilih satu baris.")
            self.room.open_row(place)
            self.opened_place = place

        if did(opened, self.say):
            self.say("")
            self.widget.add_class("vv-open")
            self.family.draw()
            self.rows.state = self._rows()
            self.rows.send({"kind": "terbuka"})

    def _facets(self) -> dict[str, Any]:
        room = self.room
        assert room.index is not None
        return {"facets": facet_choices(room.index, room.query), "search": room.query.search}

    def _rows(self) -> dict[str, Any]:
        page, query = self.room.page, self.room.query
        return {
            "total": page.total,
            "shown": page.shown,
            "folded": page.folded,
            "notes": [_note(fold) for fold in page.folds],
            "only_notes": bool(page.rows) and all(r["severity"] == NOTE for r in page.rows),
            "start": page.start,
            "size": PAGE_SIZE,
            "rows": [_row(row) for row in page.rows],
            "sort": query.sort,
            "sorts": [list(entry) for entry in SORT_WORDS.items()],
            "open": self.opened_place,
            "last": self.last_place,
            "empty": _empty_words(page, query),
        }

    def _export(self) -> w.Widget:
        room = self.room
        purposes = [("Pilih keperluan", ""), *((words, key) for key, words in PURPOSES.items())]
        purpose = w.Dropdown(options=purposes, value="", description="Keperluan", layout=WIDE)
        inside = w.VBox(
            [
                w.HTML(
                    "<p class='vv-muted'>Isi berkas: semua temuan dengan saringan dan urutan yang "
                    "dipakai sekarang, juga catatan yang dilipat. NIK dan nomor KK disamarkan.</p>"
                ),
                DownloadButton("Unduh XLSX", lambda: room.export("xlsx"), primary=True),
                DownloadButton("Unduh CSV", lambda: room.export("csv")),
                w.HTML(
                    "<p class='vv-muted'>Dengan NIK lengkap: pilih keperluannya. Siapa, kapan dan "
                    "untuk apa tercatat di jejak.</p>"
                ),
                purpose,
                DownloadButton(
                    "Unduh XLSX dengan NIK lengkap", lambda: room.export("nik", purpose.value)
                ),
            ],
            layout=w.Layout(width="100%", display="none"),
        )
        inside.add_class("vv-card")

        def turn() -> None:
            inside.layout.display = "" if inside.layout.display == "none" else "none"

        return w.VBox([button("Unduh temuan ini", turn), inside], layout=WIDE)


def _empty_words(page: Page, query: Query) -> str:
    if page.folds:
        return "Tidak ada yang perlu dicek; hanya ada catatan di bawah ini."
    if query.is_open:
        return "Tidak ada temuan pada daftar ini."
    return "Tidak ada temuan dengan saringan ini. Lepas salah satu saringan."


def _note(fold: Fold) -> dict[str, Any]:
    """The notes of one rule: what they mean, why it matters and what is to be done."""
    words = rule_words(fold.rule)
    title = fold.sentence or rule_title(fold.rule)
    if 0 < fold.alike < fold.count:
        title = f"{title} ({number_id(fold.alike)} baris; sisanya serupa)"
    return {
        "rule": fold.rule,
        "count": fold.count,
        "title": title,
        "why": words.why if words else "",
        "ask": words.question if words else "",
    }


def _row(row: Row) -> dict[str, str]:
    icon, tone = GRADES[row["severity"]]
    source = f"baris {row['row']}" if row["row"] else ""
    return {
        "icon": icon,
        "tone": tone,
        "grade": grade_words(row["severity"]),
        "rule": row["rule"],
        "title": row["title"],
        "who": row["name"] or "(tanpa nama)",
        "number": _number(row),
        "place": place_name(row["kelurahan_kode_kemendagri"]),
        "source": f"{row['sheet']}, {source}" if row["sheet"] and source else source,
    }


def _number(row: Row) -> str:
    """The NIK, or the card's number where there is none."""
    if row["nik"]:
        return f"NIK {mask_nik(row['nik'])}"
    return f"KK {mask_nik(row['no_kk'])}" if row["no_kk"] else ""

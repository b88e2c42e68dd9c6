"""The open list beside an older one: sums in words first, then who and what, class by class.

Two lists are compared when somebody asks for it, not before. Everything that came from a file is
escaped before it is drawn.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from html import escape
from typing import Any

import ipywidgets as w

from workbench.domain.wilayah import PLACE_KINDS, say_locally
from workbench.domain.words import number_id
from workbench.rules import Severity, catalogue
from workbench.services import comparisons, renewals
from workbench.services.comparisons import (
    CHANGE_WORDS,
    FATE_WORDS,
    SUBJECTS,
    ComparedLists,
    Equation,
    place_words,
)
from workbench.services.shelves import ListSummary
from workbench.ui.download import DownloadButton
from workbench.ui.staff.drawing import WIDE, Say, button, day_words, did
from workbench.ui.staff.model import ListsRoom
from workbench.verification.comparison import REASONS, Change, Fate

PAGE_SIZE = 50
#: The class nobody needs to leaf through: the sums say it.
_NOT_LISTED = Change.SAME


def panel(room: ListsRoom, say: Say) -> w.Widget:
    """Compare the open list with an older one."""
    return ComparisonView(room, say).widget


class ComparisonView:
    """Chooses the older list, holds the comparison, draws it."""

    def __init__(self, room: ListsRoom, say: Say) -> None:
        self.room, self.say = room, say
        self.result = w.VBox(layout=WIDE)
        assert room.chosen is not None
        self.chosen = room.chosen.summary
        others = sorted(
            (one for one in room.shelf if one.id != self.chosen.id),
            # What came in just before the open list is the likeliest.
            key=lambda one: (one.at > self.chosen.at, _distance(one.at, self.chosen.at)),
        )
        if not others:
            self.widget: w.Widget = w.HTML(
                '<p class="vv-empty">Baru ada satu daftar. Masukkan daftar periode lain, lalu '
                "bandingkan keduanya di sini.</p>"
            )
            return
        self.older = w.Dropdown(
            options=[(_list_words(one), one.id) for one in others],
            description="Daftar lama",
            layout=WIDE,
        )
        self.older.observe(lambda _change: self._clear(), "value")
        self.widget = w.VBox(
            [self.older, button("Bandingkan", self.compare, primary=True), self.result],
            layout=WIDE,
        )

    def compare(self) -> None:
        """Compare and draw; a sentence when that cannot be done."""
        self.say("Membandingkan kedua daftar ...")
        if did(self._compare, self.say):
            self.say("")

    def _compare(self) -> None:
        room, ids = self.room, (self.older.value, self.chosen.id)
        compared = comparisons.compare_lists(room.office, room.actor, *ids)
        self.result.children = (
            w.HTML(_sums(compared), layout=WIDE),
            *(() if compared.is_alike else (self._unlike(),)),
            DownloadButton(
                "Unduh perbandingan (XLSX)",
                lambda: comparisons.comparison_file(room.office, room.actor, *ids),
            ),
            *_leafed(compared),
            w.HTML(_by(compared), layout=WIDE),
        )

    def _clear(self) -> None:
        self.result.children = ()

    def _unlike(self) -> w.Widget:
        note = w.HTML(
            '<p class="vv-note">Kedua daftar tidak diperiksa dengan aturan dan batas nilai yang '
            "sama, jadi sebagian temuan tidak dapat dibandingkan. Periksa ulang keduanya dengan "
            "aturan sekarang; hasil pemeriksaan lama tetap disimpan.</p>",
            layout=WIDE,
        )
        return w.VBox([note, button("Periksa ulang kedua daftar", self._recheck)], layout=WIDE)

    def _recheck(self) -> None:
        self.say("Memeriksa ulang kedua daftar ...")
        room = self.room

        def both() -> None:
            for list_id in (self.older.value, self.chosen.id):
                renewals.recheck_list(room.office, room.actor, list_id)
            room.choose(self.chosen.id)
            self._compare()

        if did(both, self.say):
            self.say("Selesai. Kedua daftar diperiksa dengan aturan yang sama.")


def _leafed(compared: ComparedLists) -> tuple[w.Widget, ...]:
    """One class at a time, page by page."""
    kinds = [
        (f"{word.capitalize()} {words} ({number_id(total)})", f"{what}.{change}")
        for what, word in SUBJECTS.items()
        for change, words in CHANGE_WORDS.items()
        if change is not _NOT_LISTED and (total := compared.count(what, change))
    ] + [
        (f"Temuan {words} ({number_id(total)})", f"findings.{fate}")
        for fate, words in FATE_WORDS.items()
        if (total := compared.count("findings", fate))
    ]
    if not kinds:
        return (w.HTML('<p class="vv-empty">Tidak ada yang berubah di antara kedua daftar.</p>'),)
    kind = w.Dropdown(options=kinds, description="Lihat", layout=WIDE)
    rule = w.Dropdown(
        options=[
            ("Semua aturan", ""),
            *((_rule_words(code), code) for code, _ in compared.by_rule()),
        ],
        description="Aturan",
        layout=WIDE,
    )
    place = w.Dropdown(
        options=[
            (say_locally("Semua kelurahan"), ""),
            *((place_words(code), code) for code, _ in compared.by_kelurahan() if code),
        ],
        description=PLACE_KINDS,
        layout=WIDE,
    )
    narrow = w.VBox([rule, place], layout=w.Layout(width="100%"))
    table, where = w.HTML(layout=WIDE), w.HTML()
    start = 0

    def fill() -> None:
        what, _, change = kind.value.partition(".")
        narrow.layout.display = None if what == "findings" else "none"
        if what == "findings":
            total, rows = compared.findings(change, rule.value, place.value, start, PAGE_SIZE)
            table.value = _findings_table(rows)
        else:
            total = compared.count(what, change)
            table.value = _rows_table(compared.rows(what, change, start, PAGE_SIZE))
        last = min(start + PAGE_SIZE, total)
        where.value = (
            f'<span class="vv-muted" role="status">{number_id(start + 1 if total else 0)} sampai '
            f"{number_id(last)} dari {number_id(total)} baris</span>"
        )
        back.disabled = start == 0
        on.disabled = last >= total
        turns.layout.display = "none" if total <= PAGE_SIZE else None

    def turn(step: int) -> None:
        nonlocal start
        start = max(0, start + step)
        fill()

    def anew(_change: object) -> None:
        nonlocal start
        start = 0
        fill()

    back = button("Sebelumnya", lambda: turn(-PAGE_SIZE))
    on = button("Berikutnya", lambda: turn(PAGE_SIZE))
    turns = w.HBox([back, on])
    for widget in (kind, rule, place):
        widget.observe(anew, "value")
    fill()
    return kind, narrow, where, table, turns


def _sums(compared: ComparedLists) -> str:
    parts = []
    for what, word in (*SUBJECTS.items(), ("findings", "temuan")):
        before, after = compared.equations(what)
        counts = {**dict(before.parts), **dict(after.parts)}
        told = [
            f"{number_id(count)} {part}"
            for part, count in counts.items()
            if part != CHANGE_WORDS[Change.SAME]
        ]
        said = f"{', '.join(told)}." if told else "tidak ada perubahan."
        parts.append(
            f'<p class="vv-counts"><b>{word.capitalize()}: {said}</b><br>'
            f'<span class="vv-muted">Daftar lama {_equation(before)}<br>'
            f"Daftar baru {_equation(after)}</span></p>"
        )
    notes = _note_counts(compared)
    if notes:
        told = ", ".join(f"{number_id(count)} {FATE_WORDS[fate]}" for fate, count in notes)
        parts.append(
            f'<p class="vv-muted">Di antara temuan itu, catatan tanpa kunjungan: {told}.</p>'
        )
    unsure = CHANGE_WORDS[Change.UNPAIRED]
    if any(unsure in dict(one.parts) for what in SUBJECTS for one in compared.equations(what)):
        parts.append(
            f'<p class="vv-muted">{unsure.capitalize()}: {REASONS["ganda"]} '
            f"Atau: {REASONS['tanpa_nomor']}</p>"
        )
    columns = compared.not_compared()
    if columns:
        parts.append(
            '<p class="vv-muted">Hanya ada di salah satu daftar, jadi tidak dibandingkan: '
            f"{escape(', '.join(columns))}.</p>"
        )
    return "".join(parts)


def _note_counts(compared: ComparedLists) -> list[tuple[Fate, int]]:
    """How many findings of each class send nobody out."""
    counts: Counter[Fate] = Counter()
    for code, found in compared.by_rule():
        rule = catalogue().get(code)
        if rule and rule.severity is Severity.INFO:
            counts.update(found)
    return [(fate, counts[fate]) for fate in FATE_WORDS if counts[fate]]


def _equation(one: Equation) -> str:
    parts = " + ".join(f"{number_id(count)} {word}" for word, count in one.parts)
    return f"{number_id(one.total)} = {parts}" if parts else "0"


def _rows_table(rows: list[dict[str, Any]]) -> str:
    body = []
    heads = ["Siapa", "Di mana"]
    if any(row["changes"] or row["reason"] for row in rows):
        heads.append("Yang berubah")
    for row in rows:
        side = "after" if row["name_after"] is not None else "before"
        name = escape(row[f"name_{side}"] or "(tanpa nama)")
        places = [row[f"place_{s}"] for s in ("before", "after") if row[f"place_{s}"] is not None]
        where = " menjadi ".join(dict.fromkeys(escape(place) for place in places))
        changes = "<br>".join(
            f"{escape(column)}: {escape(before)} menjadi <b>{escape(after)}</b>"
            for column, before, after in row["changes"]
        )
        body.append(
            f"<tr><td>{name}<br><span class='vv-muted'>{escape(row[f'number_{side}'])}</span></td>"
            f"<td>{where}</td>"
            + (f"<td>{changes or escape(row['reason'])}</td>" if len(heads) > 2 else "")
            + "</tr>"
        )
    return _table(tuple(heads), body)


def _findings_table(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return "<p class='vv-empty'>Tidak ada temuan dengan saringan ini.</p>"
    body = []
    for row in rows:
        reason = row["reason"]
        body.append(
            f"<tr><td>{escape(row['rule'])}<br>"
            f"<span class='vv-muted'>{escape(row['severity'].capitalize())}</span></td>"
            f"<td>{escape(row['title'])}"
            + (f"<br><span class='vv-muted'>{escape(reason)}</span>" if reason else "")
            + f"</td><td>{escape(row['name'] or '(tanpa nama)')}<br>"
            f"<span class='vv-muted'>{escape(row['number'])}</span></td>"
            f"<td>{escape(row['place'])}</td></tr>"
        )
    return _table(("Aturan", "Yang perlu dicek", "Siapa", "Di mana"), body)


def _by(compared: ComparedLists) -> str:
    """Findings of each class by rule and by kelurahan."""
    fates = [fate for fate in FATE_WORDS if compared.count("findings", fate)]
    if not fates:
        return ""
    heads = [FATE_WORDS[fate].capitalize() for fate in fates]
    drawn = []
    for title, first, found in (
        (
            "Temuan menurut aturan",
            "Aturan",
            [(_rule_words(code), n) for code, n in compared.by_rule()],
        ),
        (
            say_locally("Temuan menurut kelurahan"),
            PLACE_KINDS,
            [(place_words(code), n) for code, n in compared.by_kelurahan()],
        ),
    ):
        body = [
            f"<tr><td>{escape(name)}</td>"
            + "".join(f"<td class='n'>{number_id(n.get(fate, 0))}</td>" for fate in fates)
            + "</tr>"
            for name, n in found
        ]
        table = _table((first, *heads), body, numbers=True)
        drawn.append(f"<details><summary>{title}</summary>{table}</details>")
    return "".join(drawn)


def _table(heads: tuple[str, ...], body: list[str], numbers: bool = False) -> str:
    mark = " class='n'" if numbers else ""
    head = f"<th>{escape(heads[0])}</th>" + "".join(
        f"<th{mark}>{escape(word)}</th>" for word in heads[1:]
    )
    return (
        "<div class='vv-scroll' tabindex='0' role='region' aria-label='Tabel'>"
        f"<table class='vv-table'><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


def _rule_words(code: str) -> str:
    rule = catalogue().get(code)
    return f"{code} {rule.question}"[:90] if rule else code


def _list_words(summary: ListSummary) -> str:
    return f"{summary.name} ({day_words(summary.at)})"


def _distance(one: str, other: str) -> float:
    return abs((datetime.fromisoformat(one) - datetime.fromisoformat(other)).total_seconds())

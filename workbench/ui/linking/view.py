"""The room Padanan on a page. Everything that came from a list is escaped before it is drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import SequenceMatcher
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets as w

from workbench.access import Actor
from workbench.domain.words import date_id, mask_nik, number_id
from workbench.linkage import SAME
from workbench.linkage.merging import LEFT, RIGHT
from workbench.services.linking import (
    CLOSED,
    KINDS,
    REASONS,
    DeskPair,
    Joined,
    OpenLinking,
    sums_sentence,
)
from workbench.services.office import Office
from workbench.store.pairs import DIFFERENT
from workbench.ui.linking.model import CARE, FILTERS, LinkingRoom
from workbench.ui.staff.drawing import WIDE, button, day_words, did, place_name
from workbench.verification.columns import fields

_STYLE = (Path(__file__).parent / "padanan.css").read_text("utf-8")
_SEX = {"L": "Laki-laki", "P": "Perempuan"}
_TABLES = {"person": "Orang", "family": "Keluarga", "aid": "Bantuan", "event": "Kejadian"}
_TABLES |= {"ppks": "PPKS"}
#: Rows of the table of differences that are shown.
_SHOWN = 200


def show(actor: Actor) -> w.Widget:
    """The room for one person."""
    return RoomView(LinkingRoom(Office.from_environment(), actor)).widget


class RoomView:
    """Draws ``LinkingRoom`` and passes on what people press."""

    def __init__(self, room: LinkingRoom) -> None:
        self.room = room
        self.said = w.HTML(layout=w.Layout(display="none", width="100%"))
        self.body = w.VBox(layout=WIDE)
        style = w.HTML(f"<style>{_STYLE}</style>", layout=w.Layout(display="none"))
        self.widget = w.VBox([style, self.said, self.body], layout=WIDE)
        self.widget.add_class("vv-padanan")
        did(room.refresh, self.say)
        self.draw()

    def say(self, sentence: str, wrong: bool = False) -> None:
        """One sentence above everything; "" takes it away."""
        kind = "vv-error" if wrong else "vv-muted"
        role = "alert" if wrong else "status"
        text = f'<p class="{kind}" role="{role}">{escape(sentence)}</p>' if sentence else ""
        self.said.value = text
        self.said.layout.display = None if sentence else "none"

    def draw(self) -> None:
        """Draw the open linking, or how to begin."""
        room = self.room
        if room.opened is None:
            self.draw_form()
            return
        names = [(_linking_words(one), one.id) for one in room.known]
        chosen = room.opened.summary.id
        choose = w.Dropdown(options=names, value=chosen, description="Pemadanan", layout=WIDE)
        choose.observe(lambda change: self._open(change["new"]), "value")
        top = w.HBox([choose, button("Padankan daftar lain", self.draw_form)], layout=_ROW)
        top.add_class("vv-shelf")
        panels: dict[str, Callable[[OpenLinking], w.Widget]] = {
            "Pasangan": self._desk,
            "Gabungkan": self._join,
            "Tentang": self._about,
        }
        places = [w.VBox(layout=WIDE) for _ in panels]
        tabs = w.Tab(children=places, titles=list(panels), selected_index=0, layout=WIDE)

        def draw_chosen(_change: object = None) -> None:
            place = tabs.selected_index or 0
            assert room.opened is not None
            places[place].children = (list(panels.values())[place](room.opened),)

        tabs.observe(draw_chosen, "selected_index")
        self.sums = w.HTML()
        self._draw_sums()
        draw_chosen()
        self.body.children = (top, self.sums, tabs)

    def _open(self, linking_id: str) -> None:
        did(lambda: self.room.choose(linking_id), self.say)
        self.draw()

    def _draw_sums(self) -> None:
        opened = self.room.opened
        assert opened is not None
        lines = "".join(
            f"<li><b>{escape(name)}</b>: {sums_sentence(opened.sums(side))}</li>"
            for side, name in (
                ("left", opened.summary.left_name),
                ("right", opened.summary.right_name),
            )
        )
        self.sums.value = f'<ul class="vv-sums">{lines}</ul>'

    # -- which lists ------------------------------------------------------------------------

    def draw_form(self) -> None:
        """Choose what to link."""
        room = self.room
        self.say("")
        if not room.shelf:
            self.body.children = (
                w.HTML(
                    '<p class="vv-empty">Belum ada daftar. Masukkan dua daftar di ruang Daftar, '
                    "misalnya P3KE dan DTSEN, lalu kembali ke sini.</p>"
                ),
            )
            return
        lists = [("(pilih daftar)", ""), *((_list_words(one), one.id) for one in room.shelf)]
        kinds = [(kind.words, name) for name, kind in KINDS.items()]
        kind = w.Dropdown(options=kinds, value=room.kind, description="Jenis", layout=WIDE)
        left = w.Dropdown(
            options=lists, value=room.left_id, description=KINDS[room.kind].left, layout=WIDE
        )
        right = w.Dropdown(
            options=lists, value=room.right_id, description=_right_words(room.kind), layout=WIDE
        )
        cares = [(words, name) for name, (words, _limits) in CARE.items()]
        care = w.Dropdown(options=cares, value=room.care, description="Ketelitian", layout=WIDE)
        start = button("Padankan", self._run, primary=True)
        blocker = w.HTML()

        def change(name: str, event: Any) -> None:
            setattr(room, name, event["new"])
            left.description, right.description = KINDS[room.kind].left, _right_words(room.kind)
            why = room.run_blocker()
            start.disabled = bool(why)
            blocker.value = f'<p class="vv-muted" role="status">{escape(why)}</p>'

        for name, widget in (("kind", kind), ("left_id", left), ("right_id", right)):
            widget.observe(partial(change, name), "value")
        care.observe(partial(change, "care"), "value")
        change("kind", {"new": room.kind})
        back = [button("Batal", self.draw)] if room.opened is not None else []
        self.body.children = (
            w.HTML(
                "<p>Pemadanan mencari orang yang sama di dua daftar: lewat NIK, lalu nama yang "
                "sudah dirapikan, lalu kemiripan. Yang meragukan Anda putuskan sendiri. Kedua "
                "daftar tidak berubah.</p>"
            ),
            *(kind, left, right, care),
            w.HBox([start, *back], layout=_ROW),
            blocker,
        )

    def _run(self) -> None:
        form = self.body.children
        self.body.children = ()
        if did(lambda: self.room.run(self.say), self.say):
            self.draw()
            opened = self.room.opened
            assert opened is not None
            self.say(" ".join(("Selesai.", *opened.summary.notes)))
        else:
            self.body.children = form

    # -- the desk ---------------------------------------------------------------------------

    def _desk(self, _opened: OpenLinking) -> w.Widget:
        room = self.room
        choose = w.Dropdown(description="Tampilkan", layout=WIDE)
        where, card, why = (w.HTML(layout=WIDE) for _ in range(3))
        reasons = [("(pilih alasan)", ""), *((words, code) for code, words in REASONS.items())]
        reason = w.Dropdown(options=reasons, value=room.reason, description="Alasan", layout=WIDE)
        note = w.Text(
            description="Catatan", placeholder="boleh kosong", continuous_update=False, layout=WIDE
        )
        same = button("Orang yang sama", lambda: act(lambda: room.decide(SAME)), primary=True)
        other = button("Bukan orang yang sama", lambda: act(lambda: room.decide(DIFFERENT)))
        unsure = button("Belum tahu, lewati", lambda: turn(1))
        undo = button("Batalkan putusan", lambda: act(room.withdraw))
        back, on = button("Sebelumnya", lambda: turn(-1)), button("Berikutnya", lambda: turn(1))
        blocker = w.HTML()
        acts = w.HBox([same, other, unsure, undo], layout=_ROW)
        acts.add_class("vvp-acts")
        decide = w.VBox([reason, note, acts, blocker], layout=WIDE)
        turns = w.HBox([back, on], layout=_ROW)
        filling = False

        def fill() -> None:
            nonlocal filling
            filling = True
            choose.options = [
                (f"{words} ({number_id(room.count(name))})", name)
                for name, words in FILTERS.items()
            ]
            choose.value = room.filter
            note.value = room.note
            filling = False
            pair = room.pair()
            where.value = _where(room)
            card.value = _card(room, pair) if pair is not None else _NOTHING
            why.value = _reasons(room, pair) if pair is not None else ""
            decide.layout.display = "none" if pair is None or pair.state == CLOSED else None
            turns.layout.display = "none" if len(room.queue) < 2 else None
            undo.layout.display = None if pair and pair.decision is not None else "none"
            block()

        def block() -> None:
            missing = room.decide_blocker()
            same.disabled = other.disabled = bool(missing)
            blocker.value = f'<p class="vv-muted" role="status">{escape(missing)}</p>'

        def act(step: Callable[[], object]) -> None:
            if did(step, self.say):
                self.say("Tersimpan.")
                self._draw_sums()
            fill()

        def turn(by: int) -> None:
            room.step(by)
            self.say("")
            fill()

        def narrow(event: Any) -> None:
            if not filling:
                room.show(event["new"])
                self.say("")
                fill()

        def explain(name: str, event: Any) -> None:
            if not filling:
                setattr(room, name, event["new"])
                block()

        choose.observe(narrow, "value")
        reason.observe(partial(explain, "reason"), "value")
        note.observe(partial(explain, "note"), "value")
        fill()
        side = w.VBox([why, decide, turns], layout=WIDE)
        both = w.Box([card, side], layout=WIDE)
        both.add_class("vvp-desk")
        return w.VBox([choose, where, both], layout=WIDE)

    # -- one list of both ---------------------------------------------------------------------

    def _join(self, opened: OpenLinking) -> w.Widget:
        room, summary = self.room, opened.summary
        is_people = summary.kind == "orang"
        name = w.Text(value=_joined_name(opened), description="Nama daftar", layout=WIDE)
        sides = [
            (f"{summary.right_name} (yang kosong diisi dari daftar pertama)", RIGHT),
            (f"{summary.left_name} (yang kosong diisi dari daftar kedua)", LEFT),
        ]
        prefer = w.Dropdown(options=sides, description="Bila isinya berbeda, pakai", layout=WIDE)
        start = button(
            "Gabungkan menjadi basis data terpadu" if is_people else "Buat daftar terpadu",
            lambda: make(),
            primary=True,
        )
        outcome = w.HTML(_outcome(room.joined) if room.joined else "", layout=WIDE)

        def make() -> None:
            start.disabled = True
            why = room.join_blocker(name.value)
            if why:
                self.say(why, wrong=True)
            elif did(lambda: room.join(name.value, prefer.value, self.say), self.say):
                assert room.joined is not None
                self.say("Basis data terpadu sudah tersimpan. Bukalah di ruang Daftar.")
                outcome.value = _outcome(room.joined)
            start.disabled = False

        left_open = opened.sums("left")["meja"]
        waiting = (
            f"<p>Masih ada {number_id(left_open)} orang yang perlu dilihat. Mereka ditulis "
            "sebagai orang yang berbeda sampai Anda memutuskan lain.</p>"
            if left_open
            else ""
        )
        told = (
            "<p>Kedua daftar menjadi satu daftar baru; daftar asalnya tetap. Keluarga yang ada di "
            "dua daftar menjadi satu; itu wajar, bukan temuan. Isi yang berbeda dicatat "
            "asalnya.</p>"
            if is_people
            else "<p>Dibuat daftar baru: daftar induk dengan baris dari daftar pertama, masing-"
            "masing ditautkan ke orangnya. Daftar asalnya tetap.</p>"
        )
        rows = [w.HTML(told + waiting), name, *([prefer] if is_people else []), start, outcome]
        return w.VBox(rows, layout=WIDE)

    def _about(self, opened: OpenLinking) -> w.Widget:
        summary = opened.summary
        link, shown = summary.thresholds["link"], summary.thresholds["show"]
        steps = {"nik": "NIK", "nama": "nama yang dirapikan", "kemiripan": "kemiripan"}
        steps["putusan"] = "putusan orang"
        counts = {
            words: sum(p.state == SAME and p.step == step for p in opened.pairs)
            for step, words in steps.items()
        }
        found = "".join(
            f"<tr><td>{words}</td><td class='n'>{number_id(n)}</td></tr>"
            for words, n in counts.items()
        )
        notes = "".join(f"<p>{escape(note)}</p>" for note in summary.notes)
        return w.HTML(
            f"<p>{escape(KINDS[summary.kind].words)}, {escape(day_words(summary.at))}. "
            f"{number_id(summary.scored)} pasangan ditimbang satu per satu. Mesin menyatakan sama "
            f"mulai peluang {number_id(link, 2)}; mulai {number_id(shown, 2)} pasangan "
            "ditunjukkan kepada Anda. Anak kembar, ayah dan anak senama, dan orang senama tidak "
            f"dipadankan mesin bila dapat tertukar.</p>{notes}"
            "<div class='vv-scroll' tabindex='0' role='region' aria-label='Tabel'>"
            "<table class='vv-table'><thead><tr><th>Padan lewat</th>"
            f"<th class='n'>Orang</th></tr></thead><tbody>{found}</tbody></table></div>",
            layout=WIDE,
        )


_ROW = w.Layout(flex_flow="row wrap", width="100%")
_NOTHING = '<p class="vv-empty">Tidak ada pasangan dengan saringan ini.</p>'


def _linking_words(one: Any) -> str:
    return f"{one.left_name} dengan {one.right_name} ({day_words(one.at)}, {one.at[11:16]} UTC)"


def _list_words(one: Any) -> str:
    return f"{one.name} ({number_id(one.kept)} orang)" if one.kept else one.name


def _right_words(kind: str) -> str:
    return "Daftar kedua" if kind == "orang" else "Daftar induk"


def _joined_name(opened: OpenLinking) -> str:
    return f"Terpadu: {opened.summary.left_name} dan {opened.summary.right_name}"[:120]


def _where(room: LinkingRoom) -> str:
    decided, total = room.progress()
    here = f"Pasangan {room.place + 1} dari {len(room.queue)}. " if room.queue else ""
    return (
        f'<p class="vv-muted" role="status">{here}{number_id(decided)} dari '
        f"{number_id(total)} pasangan meja sudah diputuskan.</p>"
    )


def _card(room: LinkingRoom, pair: DeskPair) -> str:
    assert room.opened is not None
    left, right = room.rows(pair)
    summary = room.opened.summary
    rows = "".join(
        f"<tr><th scope='row'>{words}</th>{_cells(one, other)}</tr>"
        for words, one, other in _lines(left, right)
        if one or other
    )
    earlier = f'<p class="vvp-earlier">{escape(pair.earlier)}</p>' if pair.earlier else ""
    return (
        f"{_standing(pair)}{earlier}<table class='vvp-pair'><thead><tr><td></td>"
        f"<th scope='col'>{escape(summary.left_name)}</th>"
        f"<th scope='col'>{escape(summary.right_name)}</th></tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )


def _standing(pair: DeskPair) -> str:
    if pair.decision is not None:
        said = "orang yang sama" if pair.state == SAME else "bukan orang yang sama"
        why = REASONS.get(pair.decision.reason, "")
        note = f" ({escape(pair.decision.note)})" if pair.decision.note else ""
        day = day_words(pair.decision.at)
        return f"<p><b>Diputuskan {said}</b>, {day}: {escape(why)}{note}.</p>"
    if pair.state == CLOSED:
        return "<p>Salah satu dari keduanya sudah padan dengan orang lain.</p>"
    if pair.state == SAME:
        return "<p>Dipadankan mesin. Bila keliru, tekan Bukan orang yang sama.</p>"
    return ""


def _lines(left: Mapping[str, Any], right: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    def line(words: str, read: Callable[[Mapping[str, Any]], str]) -> tuple[str, str, str]:
        return words, read(left), read(right)

    return [
        line("Nama", lambda row: row["name"]),
        line("NIK", lambda row: mask_nik(row["nik"])),
        line("Nomor KK", lambda row: mask_nik(row["no_kk"])),
        line("Tanggal lahir", lambda row: date_id(row["birth_date"], long=True)),
        line("Jenis kelamin", lambda row: _SEX.get(row["sex"], row["sex"])),
        line("Hubungan", lambda row: row["shdk"].replace("_", " ")),
        line("Kepala keluarga", lambda row: row["head_name"]),
        line("Alamat", lambda row: row["address"]),
        line("RT / RW", lambda row: f"{row['rt']} / {row['rw']}" if row["rt"] else ""),
        line("Kelurahan", _place),
    ]


def _place(row: Mapping[str, Any]) -> str:
    code = row["kelurahan_kode_kemendagri"]
    return place_name(code) if code else ""


def _cells(one: str, other: str) -> str:
    """Two cells; equal parts are grey, different ones marked letter by letter."""
    if not one or not other:
        empty = "<td class='vvp-same'>(kosong)</td>"
        return "".join(f"<td>{escape(text)}</td>" if text else empty for text in (one, other))
    texts: tuple[list[str], list[str]] = ([], [])
    for kind, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        for text, part in zip(texts, (one[a:b], other[c:d]), strict=True):
            if part:
                tag = "span class='vvp-same'" if kind == "equal" else "mark"
                text.append(f"<{tag}>{escape(part)}</{tag.split()[0]}>")
    return "".join(f"<td>{''.join(text)}</td>" for text in texts)


def _reasons(room: LinkingRoom, pair: DeskPair) -> str:
    assert room.opened is not None
    reasons = room.opened.reasons(pair)

    def part(title: str, sentences: tuple[str, ...]) -> str:
        items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
        return f"<div><h3>{title}</h3><ul>{items or '<li>tidak ada</li>'}</ul></div>"

    return (
        "<div class='vvp-reasons'>"
        f"{part('Yang mendukung', reasons.speak_for)}"
        f"{part('Yang melawan', reasons.speak_against)}</div>"
    )


def _outcome(joined: Joined) -> str:
    sums = "".join(
        f"<li><b>{_TABLES[table]}</b>: {number_id(each[LEFT])} + {number_id(each[RIGHT])} baris = "
        f"{number_id(each['gabungan'])} gabungan + {number_id(each['ganda'])} ada di keduanya</li>"
        for table, each in joined.sums.items()
        if each[LEFT] or each[RIGHT]
    )
    rows = [row for row in joined.provenance.to_pylist() if row["is_conflict"]]
    told = "".join(_difference(row) for row in rows[:_SHOWN] if row["value"] or row["other"])
    more = (
        f"<p class='vv-muted'>{_SHOWN} pertama dari {number_id(len(rows))}.</p>"
        if len(rows) > _SHOWN
        else ""
    )
    differing = (
        f"<details><summary>{number_id(len(rows))} isi berbeda di kedua daftar</summary>"
        "<div class='vv-scroll' tabindex='0' role='region' aria-label='Tabel'>"
        "<table class='vv-table'><thead><tr><th>Kolom</th>"
        f"<th>Dipakai</th><th>Di daftar lain</th></tr></thead><tbody>{told}</tbody></table></div>"
        f"{more}</details>"
        if rows
        else ""
    )
    return (
        f"<h3>{escape(joined.summary.name)}</h3>"
        f'<ul class="vv-sums">{sums}</ul>'
        f"<p>{number_id(joined.summary.findings)} temuan perlu dicek pada daftar ini.</p>"
        f"{differing}"
    )


def _difference(row: Mapping[str, Any]) -> str:
    hide = mask_nik if row["column"] in ("nik", "no_kk") else str
    return (
        f"<tr><td>{escape(_column_words().get((row['table'], row['column']), row['column']))}</td>"
        f"<td>{escape(hide(row['value']))}</td><td>{escape(hide(row['other']))}</td></tr>"
    )


def _column_words() -> dict[tuple[str, str], str]:
    return {(one.table, one.column): one.words for one in fields().values() if one.column}

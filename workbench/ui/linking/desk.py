"""The desk: one pair at a time, why the two may be one person, and what people say of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from difflib import SequenceMatcher
from functools import partial
from html import escape
from typing import Any

import ipywidgets as w

from workbench.domain.ages import beside
from workbench.domain.wilayah import PLACE_KINDS
from workbench.domain.words import mask_nik, number_id
from workbench.linkage import SAME
from workbench.services.linking import CLOSED, REASONS, SAID, DeskPair
from workbench.store import clock
from workbench.store.pairs import ASIDE, DIFFERENT
from workbench.ui.linking.model import FILTERS, LinkingRoom
from workbench.ui.staff.drawing import WIDE, Say, button, day_words, did, place_name

_ROW = w.Layout(flex_flow="row wrap", width="100%")
_NOTHING = '<p class="vv-empty">Tidak ada pasangan dengan saringan ini.</p>'
#: Less alike than this, two texts share letters by chance only.
_ALIKE = 0.6
_SEX = {"L": "Laki-laki", "P": "Perempuan"}


def draw_desk(room: LinkingRoom, say: Say, changed: Callable[[], None]) -> w.Widget:
    """The desk of the open linking; ``changed`` is called after every decision."""
    choose = w.Dropdown(description="Tampilkan", layout=WIDE)
    card, why = (w.HTML(layout=WIDE) for _ in range(2))
    where = w.HTML()
    reasons = [("(pilih alasan)", ""), *((words, code) for code, words in REASONS.items())]
    reason = w.Dropdown(options=reasons, value=room.reason, description="Alasan", layout=WIDE)
    note = w.Text(
        description="Catatan", placeholder="boleh kosong", continuous_update=False, layout=WIDE
    )
    same = button("Orang yang sama", lambda: act(lambda: room.decide(SAME)), primary=True)
    other = button("Bukan orang yang sama", lambda: act(lambda: room.decide(DIFFERENT)))
    unsure = button("Belum tahu, tunda", lambda: act(room.set_aside))
    undo = button("Batalkan putusan", lambda: act(room.withdraw))
    back, on = button("Sebelumnya", lambda: turn(-1)), button("Berikutnya", lambda: turn(1))
    blocker = w.HTML()
    acts = w.HBox([same, other, unsure, undo], layout=_ROW)
    acts.add_class("vvp-acts")
    # What is hidden at times has a layout of its own: a shared one would hide all who share it.
    decide = w.VBox([reason, note, acts, blocker], layout=w.Layout(width="100%"))
    turns = w.HBox([back, on], layout=w.Layout(width="100%"))
    filling = False

    def fill() -> None:
        nonlocal filling
        filling = True
        choose.options = [
            (f"{words} ({number_id(room.count(name))})", name) for name, words in FILTERS.items()
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
        is_aside = pair is not None and pair.state == ASIDE
        unsure.description = "Simpan catatan" if is_aside else "Belum tahu, tunda"
        undo.description = "Batalkan penundaan" if is_aside else "Batalkan putusan"
        block()

    def block() -> None:
        missing = room.decide_blocker()
        same.disabled = other.disabled = bool(missing)
        blocker.value = f'<p class="vv-muted" role="status">{escape(missing)}</p>'

    def act(step: Callable[[], object]) -> None:
        if did(step, say):
            say("Tersimpan.")
            changed()
        fill()

    def turn(by: int) -> None:
        room.step(by)
        say("")
        fill()

    def narrow(event: Any) -> None:
        if not filling:
            room.show(event["new"])
            say("")
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
    top = w.HBox([choose, where], layout=_ROW)
    top.add_class("vv-shelf")
    return w.VBox([top, both], layout=WIDE)


def _where(room: LinkingRoom) -> str:
    decided, aside, total = room.progress()
    here = f"Pasangan {room.place + 1} dari {len(room.queue)}. " if room.queue else ""
    return (
        f'<p class="vv-muted" role="status">{here}{number_id(decided)} dari '
        f"{number_id(total)} pasangan meja sudah diputuskan, {number_id(aside)} ditunda.</p>"
    )


def _card(room: LinkingRoom, pair: DeskPair) -> str:
    assert room.opened is not None
    left, right = room.rows(pair)
    summary = room.opened.summary
    rows = "".join(
        f"<tr><th scope='row'>{words}</th>{_cells(one, other)}</tr>"
        for words, one, other in _lines(left, right, clock.day_of(summary.at))
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
    told = []
    if pair.decision is not None:
        said, day = SAID[pair.decision.decision], day_words(pair.decision.at)
        why = ", ".join(filter(None, (REASONS.get(pair.decision.reason, ""), pair.decision.note)))
        told.append(f"<b>{said.capitalize()}</b>, {day}{': ' if why else ''}{escape(why)}.")
    if pair.state == ASIDE:
        told.append("Selama ditunda, keduanya dihitung sebagai dua orang.")
    elif pair.state == CLOSED:
        told.append("Salah satu dari keduanya sudah padan dengan orang lain.")
    elif pair.state == SAME and pair.decision is None:
        told.append(
            "Dipadankan mesin. Bila keliru, tekan Bukan orang yang sama; bila ragu, tunda: "
            "keduanya lalu dihitung sebagai dua orang."
        )
    return f"<p>{' '.join(told)}</p>" if told else ""


def _lines(
    left: Mapping[str, Any], right: Mapping[str, Any], as_of: date
) -> list[tuple[str, str, str]]:
    def line(words: str, read: Callable[[Mapping[str, Any]], str]) -> tuple[str, str, str]:
        return words, read(left), read(right)

    return [
        line("Nama", lambda row: row["name"]),
        line("NIK", lambda row: mask_nik(row["nik"])),
        line("Nomor KK", lambda row: mask_nik(row["no_kk"])),
        ("Umur", *_ages(left["birth_date"], right["birth_date"], as_of)),
        line("Jenis kelamin", lambda row: _SEX.get(row["sex"], row["sex"])),
        line("Hubungan", lambda row: row["shdk"].replace("_", " ")),
        line("Kepala keluarga", lambda row: row["head_name"]),
        line("Alamat", lambda row: row["address"]),
        line("RT / RW", lambda row: f"{row['rt']} / {row['rw']}" if row["rt"] else ""),
        line(PLACE_KINDS, _place),
    ]


def _ages(one: date | None, other: date | None, as_of: date) -> tuple[str, str]:
    """Ages in the place of birth dates, and in what the dates differ."""
    return (
        beside(one, other or one, as_of) if one else "",
        beside(other, one or other, as_of) if other else "",
    )


def _place(row: Mapping[str, Any]) -> str:
    code = row["kelurahan_kode_kemendagri"]
    return place_name(code) if code else ""


def _cells(one: str, other: str) -> str:
    """Two cells; equal parts are grey, different ones marked letter by letter or as a whole."""
    if not one or not other:
        empty = "<td class='vvp-same'>(kosong)</td>"
        return "".join(f"<td>{escape(text)}</td>" if text else empty for text in (one, other))
    match = SequenceMatcher(None, one, other, autojunk=False)
    if match.ratio() < _ALIKE:
        return "".join(f"<td><mark>{escape(text)}</mark></td>" for text in (one, other))
    texts: tuple[list[str], list[str]] = ([], [])
    for kind, a, b, c, d in match.get_opcodes():
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
        return f"<div><h2>{title}</h2><ul>{items or '<li>tidak ada</li>'}</ul></div>"

    return (
        "<div class='vvp-reasons'>"
        f"{part('Yang mendukung', reasons.speak_for)}"
        f"{part('Yang melawan', reasons.speak_against)}</div>"
    )

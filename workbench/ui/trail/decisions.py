"""What the office decided for itself: read, changed on a ground, and what was decided before."""

from __future__ import annotations

from html import escape
from typing import Any

import ipywidgets as w

from workbench.access import Permission, may
from workbench.domain.office_settings import CHOICE, NUMBER, Declared
from workbench.domain.wilayah import CITY
from workbench.domain.words import date_id, number_id
from workbench.errors import WrongUse
from workbench.services import office_settings
from workbench.services.office_settings import Standing
from workbench.ui.staff.drawing import WIDE, Say, button, did
from workbench.ui.trail import stages
from workbench.ui.trail.model import TrailRoom

#: What ``konfirmasi`` says of a default.
_CONFIRMED = {
    "ya": "sudah dipastikan pada sumbernya",
    "sebagian": "baru sebagian dipastikan pada sumbernya",
    "tidak": "belum ada dasar yang dipastikan; putuskan bersama kantor",
}


def panel(room: TrailRoom, say: Say) -> w.Widget:
    """Every setting of the office and a form that changes one, and the stages of a record."""
    return _DecisionPanel(room, say).widget


class _DecisionPanel:
    def __init__(self, room: TrailRoom, say: Say) -> None:
        self.room, self.say = room, say
        self.form, self.listed = w.VBox(layout=WIDE), w.HTML(layout=WIDE)
        self.widget = w.VBox([self.form, stages.panel(room, say), self.listed], layout=WIDE)
        self.standing: tuple[Standing, ...] = ()
        self._read()
        self._draw_form(self.standing[0].declared.name if self.standing else "")

    def _read(self) -> None:
        def read() -> None:
            self.standing = office_settings.listed(self.room.office, self.room.actor)

        did(read, self.say)
        self.listed.value = "<h2>Semua pengaturan</h2>" + "".join(map(_card, self.standing))

    def _draw_form(self, name: str) -> None:
        intro = w.HTML(
            "<p>Hal yang diputuskan kantor sendiri. Nilai baru berlaku mulai hari ini; nilai lama "
            "tetap tercatat pada tanggalnya.</p>",
            layout=WIDE,
        )
        room = self.room
        if not may(room.actor, Permission.SET_RULES) or not room.is_whole_office:
            sentence = (
                f"Anda dapat membacanya. Yang mengurus seluruh {CITY.kind} dapat mengubahnya."
            )
            self.form.children = (intro, w.HTML(f'<p class="vv-note">{sentence}</p>'))
            return
        named = {one.declared.name: one for one in self.standing}
        one = named.get(name)
        if one is None:
            self.form.children = (intro,)
            return
        choose = w.Dropdown(
            options=[(known.declared.title, at) for at, known in named.items()],
            value=name,
            description="Pengaturan",
            layout=WIDE,
        )
        choose.observe(lambda change: self._draw_form(change["new"]), "value")
        value = _control(one)
        ground = w.Text(
            description="Dasar", placeholder="misalnya nomor surat keputusan", layout=WIDE
        )

        def keep() -> None:
            office_settings.put(
                room.office, room.actor, name, _read_value(one.declared, value.value), ground.value
            )
            self._read()
            self._draw_form(name)
            self.say(f"Tersimpan: {one.declared.title}. Berlaku mulai hari ini.")

        save = button("Simpan", lambda: did(keep, self.say), primary=True)
        means = w.HTML(f'<p class="vv-muted">{escape(one.declared.meaning)}</p>', layout=WIDE)
        self.form.children = (intro, choose, means, value, ground, save)


def _control(one: Standing) -> w.Widget:
    known = one.declared
    if known.kind == NUMBER:
        limits = f"{number_id(known.low)} sampai {number_id(known.high)} {known.unit}".strip()
        return w.Text(
            value=known.words(one.value).removesuffix(known.unit).strip(),
            description="Nilai",
            placeholder=limits,
            layout=WIDE,
        )
    options: list[tuple[str, Any]] = [("ya", True), ("tidak", False)]
    if known.kind == CHOICE:
        options = [(words, value) for value, words in known.choices]
    return w.Dropdown(options=options, value=one.value, description="Nilai", layout=WIDE)


def _read_value(known: Declared, typed: Any) -> Any:
    """What was typed or chosen; numbers as Indonesians write them."""
    if known.kind != NUMBER:
        return typed
    text = str(typed).strip()
    if known.is_whole or "," in text:
        text = text.replace(".", "").replace(",", ".")
    try:
        return float(text) if "." in text else int(text)
    except ValueError as error:
        raise WrongUse(
            f"{known.title}: isi angka {number_id(known.low)} sampai {number_id(known.high)}."
        ) from error


def _card(one: Standing) -> str:
    known = one.declared
    whose = "diputuskan kantor ini" if one.is_own else "bawaan program"
    facts = [
        ("Bawaan", escape(known.words(known.default))),
        ("Dasar bawaan", escape(known.source) or "belum ada dasar tertulis"),
        ("Konfirmasi", _CONFIRMED.get(known.konfirmasi, escape(known.konfirmasi))),
    ]
    lines = "".join(f"<div><dt>{name}</dt><dd>{words}</dd></div>" for name, words in facts)
    return (
        '<section class="vv-card vv-jejak-setting">'
        f"<h3>{escape(known.title)}</h3><p>{escape(known.meaning)}</p>"
        f"<p><b>{escape(one.words)}</b> <span class='vv-badge'>{whose}</span></p>"
        f"<dl>{lines}</dl>{_history(one)}</section>"
    )


def _history(one: Standing) -> str:
    if not one.history:
        return ""
    lines = "".join(
        f"<li>{date_id(kept.since)}: {escape(kept.words)}. {escape(kept.source)}"
        f"{f' ({escape(kept.set_by)})' if kept.set_by else ''}</li>"
        for kept in one.history
    )
    heading = f"<summary>Riwayat ({number_id(len(one.history))})</summary>"
    return f"<details>{heading}<ul>{lines}</ul></details>"

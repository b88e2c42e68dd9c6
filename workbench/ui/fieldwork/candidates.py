"""The form for a family that stands on no list, and the families that were proposed so."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Final

import ipywidgets as w

from workbench.domain.wilayah import PLACE_KINDS
from workbench.domain.words import mask_nik
from workbench.services.candidates import MOST_PEOPLE, Entry, Proposed
from workbench.ui.staff.drawing import WIDE, button, place_name
from workbench.verification.fieldwork.routes import USUAL, routes
from workbench.verification.fieldwork.stages import DONE, StagePlan
from workbench.verification.meetings.content import proposers

_HEAD: Final = (
    "<h2>Usulkan keluarga baru</h2><p>Untuk keluarga yang tidak ada di daftar mana pun. Siapkan "
    "KTP dan KK-nya. Yang mengusulkan tidak ikut memutuskan.</p>"
)


class CandidateForm:
    """Asks for one family; ``propose`` keeps the entry, or says why not."""

    def __init__(
        self, places: list[str], propose: Callable[[Entry], None], cancel: Callable[[], None]
    ) -> None:
        self.place = w.Dropdown(
            options=[(place_name(code), code) for code in places],
            description=PLACE_KINDS,
            layout=WIDE,
        )
        self.rt, self.rw = _text("RT", "misalnya 001"), _text("RW", "misalnya 002")
        self.address = _text("Alamat", "jalan, gang, nomor rumah")
        self.head = _text("Nama kepala keluarga", "seperti di KTP")
        self.nik, self.no_nik = _text("NIK kepala keluarga", "16 angka"), _none("NIK belum punya")
        self.card, self.no_card = _text("Nomor KK", "16 angka"), _none("KK belum punya")
        self.people = w.BoundedIntText(
            value=1, min=1, max=MOST_PEOPLE, description="Jumlah anggota keluarga", layout=WIDE
        )
        self.proposer = w.Dropdown(
            options=[(words, code) for code, words in proposers().items()],
            description="Diusulkan oleh",
            layout=WIDE,
        )
        self.route = w.Dropdown(
            options=[(one.title, one.code) for one in routes()],
            value=USUAL,
            description="Jalur",
            layout=WIDE,
        )
        self.lacking = w.HTML(layout=WIDE)

        def send() -> None:
            lacking = self.unanswered()
            self.lacking.value = f"<p class='vv-lap-blocker'>{escape(lacking)}</p>"
            if not lacking:
                propose(self.entry())

        both = w.HBox(
            [button("Simpan usulan", send, primary=True), button("Batal", cancel)],
            layout=w.Layout(width="100%", flex_flow="row wrap"),
        )
        self.widget = w.VBox(
            [
                w.HTML(_HEAD, layout=WIDE),
                *(self.place, self.rt, self.rw, self.address, self.head),
                *(self.nik, self.no_nik, self.card, self.no_card),
                *(self.people, self.proposer, self.route, self.lacking, both),
            ],
            layout=WIDE,
        )
        self.widget.add_class("vv-lap-block")

    def unanswered(self) -> str:
        """Which number is neither written nor said to be missing; "" for none."""
        for label, number, is_missing in (
            ("NIK", self.nik.value, self.no_nik.value),
            ("nomor KK", self.card.value, self.no_card.value),
        ):
            if not number.strip() and not is_missing:
                return f"Isi {label}, atau centang belum punya."
            if number.strip() and is_missing:
                return f"Ada {label}, padahal belum punya dicentang. Pilih salah satu."
        return ""

    def entry(self) -> Entry:
        """What was filled in."""
        return Entry(
            self.place.value,
            self.rw.value,
            self.rt.value,
            self.address.value,
            self.head.value,
            self.nik.value,
            self.card.value,
            int(self.people.value),
            self.proposer.value,
            self.route.value,
        )


def proposed_words(one: Proposed, plan: StagePlan) -> str:
    """A proposed family on a line, as HTML; its number is masked."""
    said = one.candidate
    stage = "Selesai di semua tahap" if one.stage == DONE else plan.title(one.stage)
    told, tone = (one.listed, "vv-badge-good" if one.is_listed else "vv-badge-warn")
    badge = f"<span class='vv-badge {tone}'>{escape(told)}</span>" if told else ""
    number = f"NIK {mask_nik(said.nik)}" if said.nik else "belum punya NIK"
    return (
        f"<p class='vv-lap-line'><b>{escape(said.head_name)}</b> {badge}<br>"
        f"RT {escape(said.rt)}/RW {escape(said.rw)}, {escape(place_name(said.kelurahan_kode))}, "
        f"{said.people} orang, {number}. Tahap: {escape(stage)}.</p>"
    )


def _text(label: str, hint: str) -> w.Text:
    return w.Text(description=label, placeholder=hint, layout=WIDE)


def _none(label: str) -> w.Checkbox:
    return w.Checkbox(value=False, description=label, indent=False, layout=WIDE)

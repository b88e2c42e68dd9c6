"""Leaving a programme and coming back: the acts, their papers, what the list says against them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

import yaml

from workbench.domain.reference import by_code, label
from workbench.domain.words import date_id
from workbench.errors import WrongUse
from workbench.rules.aid.programmes import ENDED, ONE_PAYEE
from workbench.verification.happenings.facts import Household, components, is_running
from workbench.verification.happenings.kinds import paper_words, program_words

#: Membership of a programme, in words.
MEMBERSHIP: Final[Mapping[str, str]] = MappingProxyType(
    {"peserta": "peserta", "berhenti": "bukan peserta lagi"}
)


@dataclass(frozen=True)
class Act:
    """A way out of a programme, or back into it."""

    code: str
    title: str
    meaning: str
    membership: str
    state: str
    programs: tuple[str, ...]
    demands: tuple[tuple[str, ...], ...]
    needs_reason: bool
    ask: str
    konfirmasi: str


@cache
def acts() -> Mapping[str, Act]:
    """The acts by code, in the order of the file."""
    path = files("workbench.verification.happenings").joinpath("graduations.yaml")
    declared = yaml.safe_load(path.read_text(encoding="utf-8"))["acts"]
    return MappingProxyType(
        {
            one["code"]: Act(
                one["code"],
                one["title"],
                one["meaning"],
                one["membership"],
                one["state"],
                tuple(one.get("programs", ())) or _family_programs(),
                tuple(tuple(demand) for demand in one["demands"]),
                one["reason"] == "ya",
                one["ask"],
                one["konfirmasi"],
            )
            for one in declared
        }
    )


def find_act(code: str) -> Act:
    """The act of a code; raises ``WrongUse`` for another."""
    found = acts().get(code)
    if found is None:
        raise WrongUse("Pilih graduasi alamiah, mandiri, paksa, atau masuk kembali.")
    return found


def state_words(code: str) -> str:
    """A state of graduation as it is called; "" stands for none known."""
    return label("status_verval", code, "label_id") if code else "tidak tercatat"


def lacking(act: Act, program: str, papers: Collection[str], reason: str) -> tuple[str, ...]:
    """What keeps a graduation or re-entry from being sent, in sentences; empty: nothing."""
    found = []
    if program not in act.programs:
        only = ", ".join(program_words(one) for one in act.programs)
        found.append(f"{act.title} tidak berlaku untuk program itu. Pilih: {only}.")
    for demand in act.demands:
        if not set(demand) & set(papers):
            wanted = " atau ".join(paper_words()[one] for one in demand)
            found.append(f"{wanted} belum ada. Lihat dan tandai dahulu.")
    if act.needs_reason and not reason.strip():
        found.append("Tulis alasannya dengan kalimat sendiri.")
    return tuple(found)


def doubts(act: Act, program: str, house: Household, day: date, has_left: bool) -> Iterator[str]:
    """What is known that does not fit, as questions; none of them stops anybody.

    ``has_left``: a graduation from this programme is on record.
    """
    seen = components(house.people, day)
    if act.code == "alamiah" and seen:
        yield f"Di daftar masih tampak komponen: {', '.join(seen)}. Apakah benar sudah tidak ada?"
    is_paid = is_running(house, program)
    if act.membership == "berhenti" and not is_paid:
        yield f"Menurut daftar, keluarga ini tidak sedang menerima {program_words(program)}."
    if act.membership == "berhenti" and has_left:
        yield "Graduasi dari program ini sudah tercatat. Apakah keluarga pernah masuk kembali?"
    if act.membership == "peserta" and not has_left:
        yield "Belum ada graduasi dari program ini yang tercatat di sini."
    if act.membership == "peserta" and is_paid:
        yield f"Menurut daftar, keluarga ini masih menerima {program_words(program)}."


def register_words(desil: int | None, version: str) -> str:
    """What the register says, which no graduation changes."""
    if desil is None:
        return "Desil tidak tercatat di daftar. Graduasi tidak mengubah register."
    named = f" (versi {version})" if version else ""
    return f"Tetap di register, desil {desil}{named}. Graduasi tidak mengubahnya."


def membership_words(program: str, membership: str, day: date) -> str:
    """Membership of a programme with its day."""
    return f"{program_words(program)}: {MEMBERSHIP[membership]} sejak {date_id(day)}"


@cache
def _family_programs() -> tuple[str, ...]:
    """Programmes paid to families that run now."""
    return tuple(
        code
        for code, entry in by_code("program_bantuan").items()
        if code not in ENDED and (code in ONE_PAYEE or entry["satuan"].startswith("keluarga"))
    )

"""The words and codes of a musyawarah, as ``content.yaml`` declares them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

import yaml

from workbench.domain.reference import reference
from workbench.errors import WrongUse

ELIGIBLE: Final = "layak"
INELIGIBLE: Final = "tidak_layak"
VISIT_AGAIN: Final = "butuh_kunjungan"
#: The decisions a record goes on with; the others bring the family back to the table.
FINAL: Final = frozenset({ELIGIBLE, INELIGIBLE})
LONGEST: Final = 500


@dataclass(frozen=True)
class Role:
    """In what capacity somebody attends."""

    code: str
    title: str
    needed: bool
    signs: bool
    konfirmasi: str
    title_in_desa: str = ""

    def called(self, place_kind: str) -> str:
        """The title in a ``Kelurahan`` or a ``Desa``; both where some places are the one."""
        if not self.title_in_desa or place_kind == "Kelurahan":
            return self.title
        both = f"{self.title_in_desa}; {self.title[0].lower()}{self.title[1:]}"
        return self.title_in_desa if place_kind == "Desa" else both


@dataclass(frozen=True)
class Decision:
    """What is decided of one family: ``reason`` is a code of ``alasan_tidak_layak``."""

    decision: str
    reason: str = ""
    note: str = ""
    objection: str = ""
    answer: str = ""

    def words(self) -> dict[str, str]:
        """What was said and written, apart from the codes."""
        return {"note": self.note, "objection": self.objection, "answer": self.answer}


@cache
def roles() -> Mapping[str, Role]:
    """The roles by code, those without whom something is missing first."""
    return MappingProxyType(
        {code: Role(code, **told) for code, told in _declared()["roles"].items()}
    )


@cache
def decisions() -> Mapping[str, str]:
    """The four decisions in words."""
    return MappingProxyType(_declared()["decisions"])


@cache
def origins() -> Mapping[str, str]:
    """Where families on an agenda come from, in words."""
    return MappingProxyType(_declared()["origins"])


@cache
def objectors() -> Mapping[str, str]:
    """Who may object, in words."""
    return MappingProxyType(_declared()["objectors"])


@cache
def proposers() -> Mapping[str, str]:
    """Who may name a family that stands on no list, in words."""
    return MappingProxyType(_declared()["proposers"])


@cache
def verdicts() -> Mapping[str, str]:
    """The answers to an objection, in words."""
    return MappingProxyType(_declared()["verdicts"])


@cache
def reasons() -> Mapping[str, str]:
    """The reasons of ``alasan_tidak_layak`` in words."""
    return MappingProxyType({row["kode"]: row["alasan"] for row in reference("alasan_tidak_layak")})


@cache
def not_listed() -> frozenset[str]:
    """Values of ``family.proposal_status`` of those who are only proposed so far."""
    return frozenset(_declared()["not_listed"])


def is_signed(signers: Collection[str]) -> bool:
    """Whether minutes with these roles' signatures count as signed."""
    return set(_declared()["must_sign"]) <= set(signers)


def tidy(said: Decision) -> Decision:
    """A decision as it is kept; raises ``WrongUse`` with what is to be mended."""
    if said.decision not in decisions():
        raise WrongUse("Pilih keputusan: layak, tidak layak, ditunda, atau perlu kunjungan lagi.")
    if (said.decision == INELIGIBLE) != bool(said.reason):
        raise WrongUse(
            "Pilih alasan tidak layak."
            if said.decision == INELIGIBLE
            else "Alasan tidak layak hanya untuk keputusan tidak layak. Kosongkan alasannya."
        )
    if said.reason and said.reason not in reasons():
        raise WrongUse("Alasan tidak layak itu tidak dikenal. Pilih dari daftarnya.")
    words = {name: tidy_words(text) for name, text in said.words().items()}
    if words["answer"] and not words["objection"]:
        raise WrongUse("Ada jawaban tanpa keberatan. Tulis dahulu apa keberatannya.")
    if said.decision == VISIT_AGAIN and not words["note"]:
        raise WrongUse("Tulis apa yang perlu dilihat pada kunjungan berikutnya.")
    return Decision(said.decision, said.reason, **words)


def tidy_words(text: str) -> str:
    """Words without needless spaces; raises ``WrongUse`` when there are too many."""
    said = " ".join(text.split())
    if len(said) > LONGEST:
        raise WrongUse(f"Tulisan terlalu panjang. Tulis paling banyak {LONGEST} huruf.")
    return said


@cache
def _declared() -> dict[str, Any]:
    path = files("workbench.verification.meetings").joinpath("content.yaml")
    declared: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return declared

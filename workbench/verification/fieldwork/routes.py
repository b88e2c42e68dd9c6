"""The three ways into the list, and which papers each asks for before a proposal may be sent."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

import yaml

from workbench.domain.wilayah import say_locally
from workbench.errors import WrongUse
from workbench.verification.fieldwork.outcomes import Outcome

#: The usual way, where none was chosen.
USUAL: Final = "musyawarah"
#: Papers that are never ticked by hand: signed minutes of a musyawarah kept here, and a visit.
MINUTES: Final = "BERITA_ACARA"
VISIT: Final = "KUNJUNGAN"
#: A statement that stands in for minutes; it says why.
STATEMENT: Final = "SPTJM"
#: What the field says of a family nobody spoke to.
_NOBODY_MET: Final = ("", "KB8")
_CARDS: Final = frozenset({"KTP", "KK"})


@dataclass(frozen=True)
class Route:
    """One way in; each demand is met by any one of its papers (codes of ``papers()``).

    Papers of ``reason_for`` count only where a reason was written.
    """

    code: str
    title: str
    demands: tuple[tuple[str, ...], ...]
    reason_for: frozenset[str]
    konfirmasi: str

    def missing(self, shown: Collection[str], reason: str = "") -> tuple[str, ...]:
        """What a proposal by this route still lacks, in sentences; empty: it may be sent."""
        names = papers()
        counted = {one for one in shown if one not in self.reason_for or reason.strip()}
        lacking = []
        for demand in self.demands:
            if counted & set(demand):
                continue
            unreasoned = [names[one] for one in demand if one in shown]
            if unreasoned:
                lacking.append(f"Tulis alasan memakai {unreasoned[0]}.")
            else:
                wanted = " atau ".join(names[one] for one in demand)
                lacking.append(f"{wanted} belum ada. Lampirkan dahulu.")
        return tuple(lacking)


@cache
def papers() -> Mapping[str, str]:
    """The papers by code, in words."""
    return MappingProxyType(_declared()["papers"])


@cache
def routes() -> tuple[Route, ...]:
    """The three routes, in the order of the file."""
    return tuple(
        Route(
            one["code"],
            say_locally(one["title"]),
            tuple(tuple(demand) for demand in one["demands"]),
            frozenset(one["reason_for"]),
            one["konfirmasi"],
        )
        for one in _declared()["routes"]
    )


def route(code: str) -> Route:
    """The route of a code (``family.entry_route``); raises ``WrongUse`` for another."""
    for one in routes():
        if one.code == code:
            return one
    raise WrongUse("Jalur usulan tidak dikenal. Pilih musyawarah, penetapan, atau usul mandiri.")


@cache
def proposing() -> frozenset[str]:
    """The proposals of a visit (``proposals.csv``) that need one of the routes."""
    path = files("workbench.verification.fieldwork").joinpath("proposals.csv")
    with path.open(encoding="utf-8") as lines:
        return frozenset(row["kode"] for row in csv.DictReader(lines) if row["lewat_jalur"] == "ya")


def shown_by_visit(outcomes: Iterable[Outcome]) -> frozenset[str]:
    """The papers that visits stand for: what was seen at the door, and the visit itself."""
    shown: set[str] = set()
    for one in outcomes:
        if one.family.get("presence", "") not in _NOBODY_MET:
            shown.add(VISIT)
        if set(one.family.get("evidence", ())) >= _CARDS:
            shown.add("KTP_KK")
    return frozenset(shown)


@cache
def _declared() -> dict[str, Any]:
    path = files("workbench.verification.fieldwork").joinpath("routes.yaml")
    declared: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return declared

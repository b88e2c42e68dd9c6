"""The catalogue: everything that can be wrong in a list, one file per rule.

``catalogue()`` gives the rules, ``plants()`` the ways each mistake comes about, ``check()`` runs
the rules over a register, ``check_folder()`` over one that is larger than memory, ``recheck()``
over one kelurahan of it. The engine (DuckDB) is loaded only when ``check`` is called, so that a
trainee's kernel, which needs the words of a rule but never runs one, stays small.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from workbench.domain import displays
from workbench.rules.declare import Basis, Plant, Planted, Rule, Severity, registered

if TYPE_CHECKING:
    from workbench.rules.engine import Findings, check, check_folder, recheck

__all__ = [
    "GROUPS",
    "Basis",
    "Catalogue",
    "Findings",
    "Plant",
    "Planted",
    "Rule",
    "Severity",
    "catalogue",
    "check",
    "check_folder",
    "plants",
    "recheck",
]

#: Folder of each group of rules, and its name on screen.
GROUPS: Mapping[str, str] = MappingProxyType(
    {
        "identity": "Identitas",
        "family": "Susunan keluarga",
        "presence": "Keberadaan dan alamat",
        "category": "Kategori PPKS (dahulu PMKS)",
        "living": "Kondisi sosial ekonomi dan kelayakan",
        "aid": "Bantuan",
    }
)


class Catalogue(Mapping[str, Rule]):
    """Rules by code, in the order of their groups and codes; never changed once made."""

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        self._rules = dict(rules)

    def __getitem__(self, code: str) -> Rule:
        return self._rules[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rules)

    def __len__(self) -> int:
        return len(self._rules)

    def __repr__(self) -> str:
        return f"Catalogue({len(self)} rules)"

    def _repr_html_(self) -> str:
        parts = []
        for group, words in GROUPS.items():
            rules = [rule for rule in self.values() if rule.group == group]
            rows = [(rule.code, rule.severity.value, rule.question) for rule in rules]
            inside = displays.table(("Aturan", "Tingkat", "Pertanyaan"), rows)
            parts.append(displays.folded(f"{words}: {len(rules)} aturan", inside))
        return displays.card(f"Katalog: {len(self)} aturan", *parts)


@cache
def catalogue() -> Catalogue:
    """All rules by code, in the order of their groups and codes."""
    for group in GROUPS:
        package = import_module(f"workbench.rules.{group}")
        for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
            import_module(f"workbench.rules.{group}.{module.name}")
    order = list(GROUPS)
    rules = sorted(registered().values(), key=lambda rule: (order.index(rule.group), rule.code))
    return Catalogue({rule.code: rule for rule in rules})


@cache
def plants() -> tuple[Plant, ...]:
    """Every plant of every rule, in catalogue order."""
    return tuple(plant for rule in catalogue().values() for plant in rule.plants)


def __getattr__(name: str) -> Any:
    if name in ("Findings", "check", "check_folder", "recheck"):
        from workbench.rules import engine

        return getattr(engine, name)
    raise AttributeError(name)

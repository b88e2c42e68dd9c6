"""Meja Verval: practise on invented households, check real lists, with one catalogue of rules.

The names here are the ones a notebook needs; each is loaded when it is first used, so that
``import workbench.rules`` brings no map library along.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.geo.choropleth import choropleth
    from workbench.rules import Findings, check
    from workbench.synthesis import generate
    from workbench.verification import read_list
    from workbench.verification.checklists import checklist

__version__ = "0.1.0"

__all__ = ["Findings", "check", "checklist", "choropleth", "generate", "read_list"]

_HOMES = {
    "Findings": "workbench.rules",
    "check": "workbench.rules",
    "checklist": "workbench.verification.checklists",
    "choropleth": "workbench.geo.choropleth",
    "generate": "workbench.synthesis",
    "read_list": "workbench.verification",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'workbench' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])

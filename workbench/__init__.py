"""Meja Verval: practise on invented households, check real lists, with one catalogue of rules.

Everything a notebook needs is here: ``import workbench as wb``. Each name is loaded when it is
first used, so that ``import workbench.rules`` brings no map library along.

Lists: ``generate`` invents one, ``read_list`` reads an office's, both give a ``Register``;
``combine`` makes one of several.
Rules: ``check`` gives ``Findings``; ``catalogue`` the rules, ``row_rule``, ``family_rule`` and
``table_rule`` with ``plants`` declare one's own, ``try_rule`` tries it. Two lists: ``compare``.
Paper: ``checklist``. Maps: ``choropleth``, ``indicators``, ``OwnIndicator``, ``load_boundaries``,
``save_map``.
Classes: ``Plan``, ``draw_seats``, ``grade``; what an office keeps of them: ``Office``,
``current_actor``, ``list_classes``, ``proof``. Whatever is refused is a ``WorkbenchError`` with a
sentence in Indonesian.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.domain.register import Draft, Register, combine
    from workbench.errors import WorkbenchError
    from workbench.geo.boundaries import load_boundaries
    from workbench.geo.choropleth import choropleth, save_map
    from workbench.geo.indicators import Indicator, OwnIndicator
    from workbench.geo.indicators import catalogue as indicators
    from workbench.rules import Basis, Findings, Planted, Rule, Severity, catalogue, check
    from workbench.rules.declare import family_rule, plants, row_rule, table_rule
    from workbench.serve import current_actor
    from workbench.services.classes import list_classes
    from workbench.services.office import Office
    from workbench.services.proofs import Proof, proof
    from workbench.synthesis import generate
    from workbench.synthesis.trials import Trial, try_rule
    from workbench.training import Answer, Case, Grade, Plan, draw_seats, grade
    from workbench.verification import Reading, read_list
    from workbench.verification.checklists import Checklist, checklist
    from workbench.verification.comparison import Comparison, Judged, compare

__version__ = "0.1.0"

__all__ = [
    "Answer",
    "Basis",
    "Case",
    "Checklist",
    "Comparison",
    "Draft",
    "Findings",
    "Grade",
    "Indicator",
    "Judged",
    "Office",
    "OwnIndicator",
    "Plan",
    "Planted",
    "Proof",
    "Reading",
    "Register",
    "Rule",
    "Severity",
    "Trial",
    "WorkbenchError",
    "catalogue",
    "check",
    "checklist",
    "choropleth",
    "combine",
    "compare",
    "current_actor",
    "draw_seats",
    "family_rule",
    "generate",
    "grade",
    "indicators",
    "list_classes",
    "load_boundaries",
    "plants",
    "proof",
    "read_list",
    "row_rule",
    "save_map",
    "table_rule",
    "try_rule",
]

#: Where the names live.
_HOMES = {
    "domain.register": ("Draft", "Register", "combine"),
    "errors": ("WorkbenchError",),
    "geo.boundaries": ("load_boundaries",),
    "geo.choropleth": ("choropleth", "save_map"),
    "geo.indicators": ("Indicator", "OwnIndicator"),
    "rules": ("Basis", "Findings", "Planted", "Rule", "Severity", "catalogue", "check"),
    "rules.declare": ("family_rule", "plants", "row_rule", "table_rule"),
    "serve": ("current_actor",),
    "services.classes": ("list_classes",),
    "services.office": ("Office",),
    "services.proofs": ("Proof", "proof"),
    "synthesis": ("generate",),
    "synthesis.trials": ("Trial", "try_rule"),
    "training": ("Answer", "Case", "Grade", "Plan", "draw_seats", "grade"),
    "verification": ("Reading", "read_list"),
    "verification.checklists": ("Checklist", "checklist"),
    "verification.comparison": ("Comparison", "Judged", "compare"),
}
_PLACES = {name: (home, name) for home, names in _HOMES.items() for name in names}
_PLACES["indicators"] = ("geo.indicators", "catalogue")

if not TYPE_CHECKING:  # A type checker reads the imports above, and refuses any other name.

    def __getattr__(name):
        if name in _PLACES:
            home, own = _PLACES[name]
            return getattr(import_module(f"workbench.{home}"), own)
        raise AttributeError(f"module 'workbench' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_PLACES])

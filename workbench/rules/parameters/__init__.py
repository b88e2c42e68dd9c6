"""Values that change by decree: dated, with their source, never constants in a rule."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from workbench.errors import WrongUse


@cache
def _entries() -> dict[str, list[dict[str, Any]]]:
    path = files("workbench.rules.parameters").joinpath("parameters.yaml")
    entries: dict[str, list[dict[str, Any]]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return entries


def parameters_on(as_of: date, overrides: dict[str, Any] | None = None) -> dict[str, Any]:
    """The value of every parameter at ``as_of``; an office may override any of them.

    Raises ``WrongUse`` for an override of an unknown name.
    """
    values: dict[str, Any] = {}
    for name, dated in _entries().items():
        in_force = [entry for entry in dated if entry["since"] <= as_of]
        values[name] = (in_force or dated[:1])[-1]["value"]
    unknown = set(overrides or {}) - set(values)
    if unknown:
        raise WrongUse(f"Pengaturan {', '.join(sorted(unknown))} tidak dikenal.")
    return {**values, **(overrides or {})}


def parameter_source(name: str) -> str:
    """Where the newest value of a parameter comes from, as a person would cite it."""
    return str(_entries()[name][-1]["source"])

"""Values that change by decree: dated, with their source, never constants in a rule.

An office may set any of them itself, from a day on (``services.settings``); what it set comes in
as ``overrides`` and stands in the rule-set version of every finding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import yaml

from workbench.domain.wilayah import say_locally
from workbench.domain.words import number_id
from workbench.errors import WrongUse

Value = int | float


@dataclass(frozen=True)
class DatedValue:
    """A value in force from ``since`` on; ``source`` as a person would cite it, "" without one."""

    since: date
    value: Value
    source: str
    confirmed: str


@dataclass(frozen=True)
class Parameter:
    """One setting of the rules: what it is in words, its unit, its limits, its dated values.

    ``lowest`` and ``highest`` bound what an office may set; ``is_whole`` asks for an integer.
    """

    name: str
    words: str
    unit: str
    lowest: Value
    highest: Value
    values: tuple[DatedValue, ...]

    @property
    def is_whole(self) -> bool:
        return all(isinstance(dated.value, int) for dated in self.values)

    def on(self, day: date) -> DatedValue:
        """The value in force on a day; before the first one, the first."""
        in_force = [dated for dated in self.values if dated.since <= day]
        return (in_force or list(self.values[:1]))[-1]

    def read(self, value: Any) -> Value:
        """A value an office wants to set. Raises ``WrongUse`` outside the limits."""
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not number or not self.lowest <= value <= self.highest:
            raise WrongUse(
                f"{self.words}: isi angka {number_id(self.lowest)} sampai "
                f"{number_id(self.highest)}."
            )
        if not self.is_whole:
            return float(value)
        if value != int(value):
            raise WrongUse(f"{self.words}: isi angka bulat, tanpa koma.")
        return int(value)


@cache
def parameters() -> Mapping[str, Parameter]:
    """All settings by name, in the order of the file."""
    path = files("workbench.rules.parameters").joinpath("parameters.yaml")
    entries: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return MappingProxyType(
        {
            name: Parameter(
                name,
                say_locally(entry["words"]),
                entry["unit"],
                entry["limits"][0],
                entry["limits"][1],
                tuple(DatedValue(**dated) for dated in entry["values"]),
            )
            for name, entry in entries.items()
        }
    )


def parameters_on(as_of: date, overrides: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The value of every parameter at ``as_of``; an office may override any of them.

    Raises ``WrongUse`` for an override of an unknown name or outside the limits.
    """
    known = parameters()
    unknown = set(overrides or {}) - set(known)
    if unknown:
        raise WrongUse(f"Pengaturan {', '.join(sorted(unknown))} tidak dikenal.")
    values = {name: parameter.on(as_of).value for name, parameter in known.items()}
    return {**values, **{name: known[name].read(v) for name, v in (overrides or {}).items()}}

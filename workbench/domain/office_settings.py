"""What an office decides for itself: names, kinds, limits and defaults of its settings.

They are declared in ``office_settings.yaml``; what an office chose lies in the store
(``services.office_settings``). Thresholds of rules are no office settings: ``rules.parameters``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from workbench.domain.words import number_id
from workbench.errors import WrongUse

Value = int | float | str | bool

NUMBER: Final = "angka"
CHOICE: Final = "pilihan"
YES_NO: Final = "ya_tidak"
KINDS: Final = (NUMBER, CHOICE, YES_NO)


@dataclass(frozen=True)
class Declared:
    """One setting as it is declared.

    ``choices`` are (value, words) of a ``pilihan``; ``low``, ``high`` and ``unit`` belong to an
    ``angka``. ``source`` is cited to a person, "" without one; ``konfirmasi`` is ya, sebagian or
    tidak.
    """

    name: str
    title: str
    meaning: str
    kind: str
    default: Value
    source: str
    konfirmasi: str
    low: int | float = 0
    high: int | float = 0
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether only whole numbers will do."""
        return all(isinstance(one, int) for one in (self.default, self.low, self.high))

    def read(self, value: Any) -> Value:
        """A value somebody wants to set. Raises ``WrongUse`` for one this setting cannot have."""
        match self.kind:
            case "angka":
                return self._number(value)
            case "ya_tidak":
                if not isinstance(value, bool):
                    raise WrongUse(f"{self.title}: pilih ya atau tidak.")
                return value
        if value not in [one for one, _ in self.choices]:
            listed = "; ".join(words for _, words in self.choices)
            raise WrongUse(f"{self.title}: pilih salah satu dari {listed}.")
        return str(value)

    def words(self, value: Value) -> str:
        """A value as the screen says it: ``10 hari``, ``ya``, the words of a choice."""
        if isinstance(value, bool):
            return "ya" if value else "tidak"
        if self.kind == CHOICE:
            return dict(self.choices).get(str(value), str(value))
        if isinstance(value, str):
            return value
        decimals = 0 if float(value).is_integer() else len(str(value).partition(".")[2])
        return f"{number_id(value, decimals)} {self.unit}".strip()

    def _number(self, value: Any) -> int | float:
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not is_number or not self.low <= value <= self.high:
            raise WrongUse(
                f"{self.title}: isi angka {number_id(self.low)} sampai {number_id(self.high)}."
            )
        if not self.is_whole:
            return float(value)
        if value != int(value):
            raise WrongUse(f"{self.title}: isi angka bulat, tanpa koma.")
        return int(value)


@cache
def declared() -> Mapping[str, Declared]:
    """All settings by name, in the order of the file."""
    import yaml

    path = files("workbench.domain").joinpath("office_settings.yaml")
    entries: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return MappingProxyType({name: _declared(name, entry) for name, entry in entries.items()})


def check(name: str, value: Any) -> Value:
    """The value as it is kept. Raises ``WrongUse`` for an unknown name or a value out of bounds."""
    found = declared().get(name)
    if found is None:
        raise WrongUse("Pengaturan itu tidak dikenal. Muat ulang halaman.")
    return found.read(value)


def _declared(name: str, entry: Mapping[str, Any]) -> Declared:
    choices = tuple((str(one), str(words)) for one, words in entry.get("choices", {}).items())
    return Declared(name, **{**entry, "choices": choices})

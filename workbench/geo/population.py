"""Population and families per kelurahan and year, from a file of the office."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from workbench.domain.wilayah import say_locally


@dataclass(frozen=True)
class PopulationEntry:
    """One kelurahan in one year: people and families (None where the file has none)."""

    people: int | None
    families: int | None
    source: str = ""


@dataclass(frozen=True)
class Population:
    """Entries by (kelurahan code, year)."""

    entries: Mapping[tuple[str, int], PopulationEntry] = field(default_factory=dict)

    @cached_property
    def _years(self) -> Mapping[str, tuple[int, ...]]:
        found: dict[str, list[int]] = {}
        for code, year in self.entries:
            found.setdefault(code, []).append(year)
        return {code: tuple(sorted(years)) for code, years in found.items()}

    def on(self, code: str, year: int = 0) -> PopulationEntry | None:
        """The entry of the nearest year that is not after ``year`` (0: of the newest), or None."""
        years = [known for known in self._years.get(code, ()) if not year or known <= year]
        return self.entries[code, years[-1]] if years else None

    def words(self, codes: Iterable[str], year: int = 0) -> str:
        """Which years and sources ``on`` answers with for these codes, as a sentence."""
        used = {}
        for code in codes:
            known = [one for one in self._years.get(code, ()) if not year or one <= year]
            if known:
                used[code] = known[-1]
        if not used:
            return say_locally("Berkas penduduk belum memuat kelurahan atau tahun ini.")
        years = sorted(set(used.values()))
        span = str(years[0]) if len(years) == 1 else f"{years[0]} sampai {years[-1]}"
        sources = sorted({self.entries[place].source for place in used.items()} - {""})
        named = f" ({'; '.join(sources[:3])})" if sources else ""
        return f"Penyebut: penduduk dan keluarga tahun {span}{named}."

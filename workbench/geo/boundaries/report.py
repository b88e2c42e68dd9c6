"""What a boundary file and the list of kelurahan have in common, in numbers and in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from workbench.domain.wilayah import CITY, PLACES
from workbench.domain.words import number_id
from workbench.geo.boundaries.shaping import Flaws

#: Areas that differ by more than this share of the official one are named.
NAMED_DIFFERENCE = 0.10
_MOST_NAMED = 8


class Place(Protocol):
    """A kelurahan as reports name it; ``wilayah.Kelurahan`` and ``areas.Area`` are such."""

    @property
    def name(self) -> str: ...
    @property
    def kecamatan(self) -> str: ...


@dataclass(frozen=True)
class JoinReport:
    """What a boundary file and our list of kelurahan have in common."""

    joined: int
    missing: tuple[Place, ...]
    unknown: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every kelurahan has its boundary."""
        return not self.missing

    def sentence(self) -> str:
        """The report in words, for a screen or a terminal."""
        parts = [f"{self.joined} dari {self.joined + len(self.missing)} {PLACES} punya batas."]
        if self.missing:
            names = [f"{place.name} ({place.kecamatan})" for place in self.missing]
            parts.append(f"Belum ada batasnya: {_listed(names)}.")
        if self.unknown:
            parts.append(f"{len(self.unknown)} wilayah lain pada berkas itu tidak dipakai.")
        return " ".join(parts)


@dataclass(frozen=True)
class AreaDifference:
    """A kelurahan drawn larger or smaller than its official area, both in km2."""

    name: str
    kecamatan: str
    official: float
    drawn: float

    @property
    def words(self) -> str:
        """``Cipare (Serang) 3,39 km², resminya 2,25 km² (+51 %)``."""
        share = round(100 * (self.drawn / self.official - 1))
        return (
            f"{self.name} ({self.kecamatan}) {number_id(self.drawn, 2)} km², resminya "
            f"{number_id(self.official, 2)} km² ({share:+d} %)"
        )


@dataclass(frozen=True)
class BoundaryReport:
    """All that was found of a file before it replaces anything.

    ``missing`` are (name, kecamatan) without boundary; ``others`` counts the codes or names that
    are not of this city, ``examples`` are some of them. ``of_file`` says that the file itself is
    the list of kelurahan.
    """

    file: str
    kind: str
    sha256: str
    city_code: str
    city_name: str
    of_file: bool
    joined_by: str
    crs: str
    rows: int
    joined: int
    missing: tuple[tuple[str, str], ...]
    others: int
    examples: tuple[str, ...]
    differences: tuple[AreaDifference, ...]
    flaws: Flaws
    points: int
    remarks: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every kelurahan of the list has its boundary."""
        return not self.missing

    def sentences(self) -> Iterator[str]:
        """The report line by line, for a screen or a terminal."""
        yield f"{self.file}: {self.kind}, {number_id(self.rows)} baris, untuk {self.city_name}."
        yield f"Dipasangkan menurut {self.joined_by}."
        if self.of_file:
            yield (
                f"Daftar wilayahnya diambil dari berkas itu sendiri: {self.joined} kelurahan dan "
                f"desa. Daftar keluarga tetap dibaca untuk {CITY.name}; kota lain punya folder "
                "kerja sendiri."
            )
        else:
            yield f"{self.joined} dari {self.joined + len(self.missing)} {PLACES} punya batas."
        if self.missing:
            names = [f"{name} ({kecamatan})" for name, kecamatan in self.missing]
            yield f"Belum ada batasnya: {_listed(names)}."
        if self.others:
            yield (
                f"{number_id(self.others)} wilayah lain pada berkas itu tidak dipakai, misalnya "
                f"{', '.join(self.examples)}."
            )
        yield f"Sistem koordinat: {self.crs}."
        yield from self.remarks
        yield from self._fit()

    def _fit(self) -> Iterator[str]:
        gaps, overlaps = self.flaws.gaps, self.flaws.overlaps
        if not gaps and not overlaps:
            yield "Tidak ada celah atau tumpang tindih antarwilayah."
        if gaps:
            holes = "; yang belum ada batasnya ikut terhitung" if self.missing else ""
            yield (
                f"Celah antarwilayah: {gaps} tempat, {number_id(self.flaws.gaps_ha, 2)} ha{holes}."
            )
        if overlaps:
            yield (
                f"Tumpang tindih: {overlaps} pasang wilayah, "
                f"{number_id(self.flaws.overlaps_ha, 2)} ha."
            )
        if self.differences:
            yield (
                f"Luas {len(self.differences)} {PLACES} berbeda lebih dari 10 % dari luas resmi, "
                f"paling jauh {self.differences[0].words}."
            )

    def to_json(self) -> dict[str, Any]:
        """As plain values; ``from_json`` reads it back."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> BoundaryReport:
        """The report that ``to_json`` wrote."""
        read = dict(values)
        read["missing"] = tuple((name, kecamatan) for name, kecamatan in read["missing"])
        read["differences"] = tuple(AreaDifference(**one) for one in read["differences"])
        read["flaws"] = Flaws(**read["flaws"])
        for key in ("examples", "remarks"):
            read[key] = tuple(read[key])
        return cls(**read)


def _listed(names: Sequence[str], most: int = _MOST_NAMED) -> str:
    more = f" dan {len(names) - most} lainnya" if len(names) > most else ""
    return ", ".join(names[:most]) + more

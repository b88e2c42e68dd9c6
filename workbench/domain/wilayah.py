"""Kota Serang: its kelurahan, their names in the wild, and kecamatan codes old and new.

Region codes are Kemendagri's, dotted (``36.73.01.1001``) unless a name says ``_bps``; the two
systems collide as bare digits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from workbench.domain.reference import reference


@dataclass(frozen=True)
class City:
    """A city: Kemendagri code, name, code of its province."""

    kode_kemendagri: str
    name: str
    province: str


CITY = City("36.73", "Kota Serang", "36")

#: Kecamatan codes of Kabupaten Serang before the city left it in 2007, by inference from the
#: holes in the numbering; lawful in a NIK, not to be mapped to a kecamatan of today.
OLD_CITY_CODES = frozenset({"360401", "360402", "360403", "360404", "360410", "360421"})


@dataclass(frozen=True)
class Kelurahan:
    """One kelurahan with its kecamatan, centroid (degrees), area (km2) and other spellings."""

    kode_kemendagri: str
    name: str
    kecamatan_kode: str
    kecamatan: str
    lat: float
    lon: float
    luas_km2: float
    kode_bps: str
    aliases: tuple[str, ...]


@cache
def kelurahan() -> tuple[Kelurahan, ...]:
    """The kelurahan of the city in code order."""
    aliases: dict[str, set[str]] = {}
    for row in reference("kelurahan_alias"):
        for spelling in row["ejaan_lain"].split("/"):
            aliases.setdefault(row["kode"], set()).add(spelling.strip())
    return tuple(
        Kelurahan(
            row["kode"],
            row["nama"],
            row["kode_kecamatan"],
            row["kecamatan"],
            float(row["lat"]),
            float(row["lon"]),
            float(row["luas_km2"]),
            row["kode_bps"],
            tuple(sorted(aliases.get(row["kode"], ()))),
        )
        for row in sorted(reference("kelurahan"), key=lambda row: row["kode"])
    )


@cache
def kelurahan_by_code() -> dict[str, Kelurahan]:
    """Kelurahan by dotted Kemendagri code."""
    return {place.kode_kemendagri: place for place in kelurahan()}


def kecamatan() -> dict[str, str]:
    """Names of the kecamatan by dotted code, in code order."""
    return {place.kecamatan_kode: place.kecamatan for place in kelurahan()}


def plain_name(text: str) -> str:
    """A place name reduced to what is compared: upper-case letters and digits only.

    ``Kel. Sumur Pecung`` and ``SUMURPECUNG`` become the same.
    """
    text = re.sub(r"^\s*(KELURAHAN|KEL\.?|DESA|DS\.?|KECAMATAN|KEC\.?)\s+", "", text.upper())
    return re.sub(r"[^A-Z0-9]", "", text)


@cache
def _by_plain_name() -> dict[str, tuple[Kelurahan, ...]]:
    found: dict[str, list[Kelurahan]] = {}
    for place in kelurahan():
        for name in {plain_name(place.name), *(plain_name(alias) for alias in place.aliases)}:
            found.setdefault(name, []).append(place)
    return {name: tuple(places) for name, places in found.items()}


def find_kelurahan(name: str, kecamatan_name: str = "") -> Kelurahan | None:
    """The kelurahan of that name or known spelling; None when unknown or not to be told apart.

    Two kelurahan are called Sukawana: without its kecamatan that name stands for neither.
    """
    places = _by_plain_name().get(plain_name(name), ())
    if kecamatan_name.strip():
        wanted = plain_name(kecamatan_name)
        places = tuple(place for place in places if plain_name(place.kecamatan) == wanted)
    return places[0] if len(places) == 1 else None


def area_name(code: str) -> str:
    """Words for a code of a kelurahan, a kecamatan or the city; the code itself if unknown."""
    if code in kelurahan_by_code():
        place = kelurahan_by_code()[code]
        return f"Kelurahan {place.name}, Kecamatan {place.kecamatan}"
    if code in kecamatan():
        return f"Kecamatan {kecamatan()[code]}"
    return CITY.name if code == CITY.kode_kemendagri else code


@cache
def known_kecamatan_codes() -> frozenset[str]:
    """Six-digit kecamatan codes that were ever valid, old ones of the city among them."""
    return frozenset(row["kode6"] for row in reference("kecamatan_kode")) | OLD_CITY_CODES

"""The city in force: its kelurahan and desa, their names in the wild, kecamatan old and new.

A process works for one city: the one whose recipe ``VERVAL_KOTA`` names, else Kota Serang. It is
read once, as this module is imported; rules and screens are built upon it. Region codes are
Kemendagri's, dotted (``36.73.01.1001``) unless a name says ``_bps``; the two systems collide as
bare digits.
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path

from workbench.domain.cities import (
    DEFAULT_RECIPE,
    KABUPATEN,
    VARIABLE,
    Kelurahan,
    kecamatan_of,
    read_city,
)
from workbench.domain.reference import reference
from workbench.resources import resource

__all__ = [
    "CITY",
    "OLD_CITY_CODES",
    "PLACES",
    "PLACE_KINDS",
    "RECIPE",
    "Kelurahan",
    "area_name",
    "find_kelurahan",
    "kecamatan",
    "kelurahan",
    "kelurahan_by_code",
    "known_kecamatan_codes",
    "place_kind",
    "plain_name",
    "say_locally",
    "told_apart",
    "village_head",
]


def _recipe_in_force() -> Path:
    told = os.environ.get(VARIABLE, "").strip()
    return Path(told).expanduser().absolute() if told else resource(DEFAULT_RECIPE)


#: The recipe this process works by.
RECIPE = _recipe_in_force()
CITY, _PLACES = read_city(RECIPE)

#: Kecamatan codes that are lawful in a NIK, not to be mapped to a kecamatan of today.
OLD_CITY_CODES = CITY.old_kecamatan_codes

#: What the places of this city are called together: ``Kelurahan``, ``Desa`` or both.
PLACE_KINDS = "/".join(sorted({place.kind for place in _PLACES}))
#: The same within a sentence: ``kelurahan``, ``desa`` or ``desa/kelurahan``.
PLACES = PLACE_KINDS.lower()
_MEETING = {"Kelurahan": "muskel", "Desa": "musdes"}.get(PLACE_KINDS, "musdes/muskel")
_HEADS = {"Kelurahan": "lurah", "Desa": "kepala desa"}.get(PLACE_KINDS, "kepala desa/lurah")
#: Words of a kota and what this city says instead, where it is another word.
_SAID_HERE = {
    word: instead
    for word, instead in (
        ("sekretaris lurah", "sekretaris lurah" if _HEADS == "lurah" else f"sekretaris {PLACES}"),
        ("kelurahan", PLACES),
        ("lurah", _HEADS),
        ("muskel", _MEETING),
        ("kota ini", f"{CITY.kind} ini"),
        ("wali kota", "bupati" if CITY.kind == KABUPATEN else "wali kota"),
    )
    if word != instead
}
#: Those words, but not where desa and kelurahan are both named already.
_OF_A_KOTA = re.compile(
    rf"(?<!desa/)(?<!desa atau )\b({'|'.join(_SAID_HERE)})\b"
    r"(?!/(?:desa|musdes))(?! (?:atau|dan) desa)",
    re.IGNORECASE,
)


def say_locally(words: str) -> str:
    """Words written for a kota as this city says them: ``Kelurahan`` is ``Desa/kelurahan``, ...

    In a kota where every place is a kelurahan nothing changes; where every one is a desa there is
    no lurah. Give it sentences of ours: a name within them that holds such a word would change too.
    """
    return _OF_A_KOTA.sub(_said_here, words) if _SAID_HERE else words


def _said_here(found: re.Match[str]) -> str:
    word = found[0]
    instead = _SAID_HERE[word.lower()]
    return instead[0].upper() + instead[1:] if word[0].isupper() else instead


def place_kind(code: str) -> str:
    """``Desa`` or ``Kelurahan`` for the code of a place; what they are called together if unknown.

    It says who leads there (lurah, kepala desa) and what the musyawarah is (muskel, musdes).
    """
    place = kelurahan_by_code().get(code)
    return place.kind if place else say_locally("Kelurahan")


def village_head(code: str) -> str:
    """Who leads a place: ``Lurah`` or ``Kepala desa``; both where the code is unknown."""
    kinds = {"Kelurahan": "Lurah", "Desa": "Kepala desa"}
    return kinds.get(place_kind(code), say_locally("Lurah"))


def kelurahan() -> tuple[Kelurahan, ...]:
    """The kelurahan and desa of the city in code order."""
    return _PLACES


@cache
def kelurahan_by_code() -> dict[str, Kelurahan]:
    """Kelurahan by dotted Kemendagri code."""
    return {place.kode_kemendagri: place for place in kelurahan()}


def kecamatan() -> dict[str, str]:
    """Names of the kecamatan by dotted code, in code order."""
    return kecamatan_of(_PLACES)


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


def told_apart(place: Kelurahan) -> str:
    """Its name, with the kecamatan behind it where another place of the city is called the same."""
    is_alone = sum(one.name == place.name for one in _PLACES) == 1
    return place.name if is_alone else f"{place.name} (Kec. {place.kecamatan})"


def area_name(code: str) -> str:
    """Words for a code of a kelurahan or desa, a kecamatan, the city; the code if unknown."""
    if code in kelurahan_by_code():
        place = kelurahan_by_code()[code]
        return f"{place.kind} {place.name}, Kecamatan {place.kecamatan}"
    if code in kecamatan():
        return f"Kecamatan {kecamatan()[code]}"
    return CITY.name if code == CITY.kode_kemendagri else code


@cache
def known_kecamatan_codes() -> frozenset[str]:
    """Six-digit kecamatan codes that were ever valid, the city's own and old ones among them."""
    ours = {code.replace(".", "") for code in kecamatan()}
    return frozenset(row["kode6"] for row in reference("kecamatan_kode")) | ours | OLD_CITY_CODES

"""Which kelurahan a row belongs to, and whether it says it belongs to another city.

A row may say it by name, by kecamatan, by city, and by code in either system. Kemendagri and BPS
codes look alike as bare digits, so a code alone is believed only where it exists in one of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz

from workbench.domain.cities import KOTA
from workbench.domain.reference import reference
from workbench.domain.wilayah import (
    CITY,
    OLD_CITY_CODES,
    Kelurahan,
    kecamatan,
    kelurahan,
    kelurahan_by_code,
    known_kecamatan_codes,
    plain_name,
)
from workbench.verification.cells import Cells, Mask
from workbench.verification.values import UNREADABLE, is_nothing

PLACE_ALIAS = "alias_wilayah"
PLACE_CODE = "kode_wilayah"
#: E71 of the catalogue of mistakes: this close to one name and to no other.
NAME_CLOSE = 85.0

_CITY4 = CITY.kode_kemendagri.replace(".", "")
_CITY_NAME = plain_name(CITY.short_name)
#: How a cell begins that names the other kind: a regency for a kota, a kota for a regency.
_OTHER_KIND = re.compile(
    r"\s*KAB(UPATEN|\.|\b)(?!\s*/)" if CITY.kind == KOTA else r"\s*KOTA(MADYA)?\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Place:
    """What one row says: ``elsewhere`` names the column that says another city, "" for none.

    ``code`` is of the table ``cleaned``, with what stood there in ``before``.
    """

    kode_kemendagri: str = ""
    elsewhere: str = ""
    code: str = ""
    before: str = ""
    is_here: bool = False


@dataclass(frozen=True)
class Placed:
    """Places of all rows: ``places[of[i]]`` belongs to row i."""

    places: list[Place]
    of: npt.NDArray[np.int64]

    def kode(self) -> list[str]:
        """Dotted Kemendagri code of each row, "" where unknown."""
        codes = [place.kode_kemendagri for place in self.places]
        return [codes[i] for i in self.of.tolist()]

    def elsewhere(self) -> list[str]:
        """Column by which each row says another city, "" where it does not."""
        columns = [place.elsewhere for place in self.places]
        return [columns[i] for i in self.of.tolist()]

    def here(self) -> Mask:
        """Rows that say they are in this city."""
        flags = np.array([place.is_here for place in self.places] or [False], np.bool_)
        return flags[self.of]


def find_places(columns: dict[str, Cells], headers: dict[str, str], rows: int) -> Placed:
    """Place every row by its columns ``kelurahan``, ``kecamatan``, ``kabupaten_kota`` and codes.

    ``headers`` says how each column was headed; a header that names a system settles which one
    its bare codes are of.
    """
    keys = [key for key in PLACE_COLUMNS if key in columns]
    combined = np.zeros(rows, np.int64)
    for key in keys:
        column = columns[key]
        combined = combined * (len(column.text) + 1) + column.place
        _, combined = np.unique(combined, return_inverse=True)
        combined = combined.astype(np.int64).reshape(rows)
    _, first = np.unique(combined, return_index=True)
    kode_column = "kelurahan_kode_kemendagri"
    says_bps = "bps" in headers.get(kode_column, "").lower()
    places = []
    for row in first.tolist():
        said = {key: columns[key].text[columns[key].place[row]] for key in keys}
        if says_bps and kode_column in said:
            said["kelurahan_kode_bps"] = said.pop(kode_column)
        places.append(
            place_row(
                said.get("kelurahan", ""),
                said.get("kecamatan", ""),
                said.get("kabupaten_kota", ""),
                said.get(kode_column, ""),
                said.get("kelurahan_kode_bps", ""),
            )
        )
    return Placed(places, combined)


#: Columns that say where a row belongs.
PLACE_COLUMNS = (
    "kelurahan",
    "kecamatan",
    "kabupaten_kota",
    "kelurahan_kode_kemendagri",
    "kelurahan_kode_bps",
)


#: A code with its name in one cell: ``36.73.01.1002 - Cipare``.
_CODE_AND_NAME = re.compile(r"((?:\d[\d.]{5,12}))\s*[-–|/:]?\s+?([A-Za-z].*)")


@lru_cache(maxsize=100_000)
def place_row(name: str, kecamatan_name: str, city: str, kode: str, kode_bps: str) -> Place:
    """What one row says about where it belongs."""
    if kode and not any(c.isdigit() for c in kode):
        name, kode = name or kode, ""
    both = _CODE_AND_NAME.fullmatch(name)
    if both:
        name, kode = both.group(2), kode or both.group(1)
    if name and re.fullmatch(r"[\d.]+", name) and not is_nothing(name):
        name, kode = "", kode or name
    ours = _city(city)
    if ours == _ELSEWHERE:
        return Place(elsewhere="kabupaten_kota")
    district = _district(kecamatan_name)
    if re.fullmatch(r"[12]\d{3}", kode) and district not in ("", _ELSEWHERE):
        kode = f"{district}.{kode}"  # only the last part of the code, beside its kecamatan
    coded, coded_district, is_coded_here = "", "", False
    code_log = ""
    for column, text, is_bps in (
        ("kelurahan_kode_kemendagri", kode, False),
        ("kelurahan_kode_bps", kode_bps, True),
    ):
        if is_nothing(text):
            continue
        found = _read_code(text, is_bps)
        if found.kind == _ELSEWHERE:
            return Place(elsewhere=column)
        is_coded_here = is_coded_here or found.kind == "here"
        coded = coded or found.kelurahan
        coded_district = coded_district or found.kecamatan
        if found.kelurahan and found.is_translated:
            code_log = text
    if district == _ELSEWHERE:
        return Place(elsewhere="kecamatan")
    within = district or coded_district or (coded[:8] if coded else "")
    named = _find_by_name(name, within)
    is_here = bool(named.kode or coded or district or is_coded_here or ours == "here")
    if named.kode and (named.is_exact or not coded):
        if coded and coded != named.kode:
            return Place(named.kode, code=PLACE_CODE, before=kode or kode_bps, is_here=True)
        if not named.is_exact or named.is_alias:
            return Place(named.kode, code=PLACE_ALIAS, before=name, is_here=True)
        if code_log:
            return Place(named.kode, code=PLACE_CODE, before=code_log, is_here=True)
        return Place(named.kode, is_here=True)
    if coded:
        if name and not is_nothing(name):
            return Place(coded, code=PLACE_ALIAS, before=name, is_here=True)
        return Place(coded, code=PLACE_CODE if code_log else "", before=code_log, is_here=True)
    unread = next((t for t in (name, kode, kode_bps) if not is_nothing(t)), "")
    return Place(code=UNREADABLE if unread else "", before=unread, is_here=is_here)


# --- names ------------------------------------------------------------------------------------

_ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class _Named:
    kode: str = ""
    is_exact: bool = False
    is_alias: bool = False


@cache
def _names() -> dict[str, tuple[Kelurahan, ...]]:
    found: dict[str, list[Kelurahan]] = {}
    for place in kelurahan():
        for name in {plain_name(place.name), *map(plain_name, place.aliases)}:
            found.setdefault(name, []).append(place)
    return {name: tuple(places) for name, places in found.items()}


def _find_by_name(text: str, within: str) -> _Named:
    """The kelurahan of that name; ``within`` (a kecamatan code) tells namesakes apart."""
    if is_nothing(text):
        return _Named()
    remark = re.search(r"\(([^)]*)\)|\bKEC(?:AMATAN|\.|\b)\s*(.+)$", text, re.IGNORECASE)
    if remark:
        inside = _district(remark.group(1) or remark.group(2) or "")
        within = within or ("" if inside == _ELSEWHERE else inside)
        text = text[: remark.start()].strip(" ,-")
    name = plain_name(text)
    places = _names().get(name, ())
    if len(places) > 1:
        places = tuple(place for place in places if place.kecamatan_kode == within)
    if len(places) == 1:
        place = places[0]
        stripped = re.sub(r"^(KELURAHAN|KEL\.?|DESA|DS\.?)\s+", "", " ".join(text.upper().split()))
        return _Named(place.kode_kemendagri, True, stripped != place.name.upper())
    if name in _names() or len(name) < 4:
        return _Named()
    near = {
        place.kode_kemendagri
        for known, known_places in _names().items()
        if fuzz.ratio(name, known) >= NAME_CLOSE
        for place in known_places
        if not within or place.kecamatan_kode == within
    }
    return _Named(near.pop()) if len(near) == 1 else _Named()


@cache
def _other_places() -> tuple[frozenset[str], frozenset[str]]:
    """Plain names of kecamatan and of cities that are not ours."""
    ours = {plain_name(name) for name in kecamatan().values()}
    districts, cities = set(), set()
    for row in reference("kecamatan_kode"):
        if row["kode6"].startswith(_CITY4):
            continue
        districts.add(plain_name(row["nama"]))
        cities.add(_bare_city(row["kabkota"]))
    return frozenset(districts - ours), frozenset(cities - {_CITY_NAME})


@cache
def _has_namesake() -> bool:
    """Whether a city and a regency bear the name, as Serang does."""
    return any(
        _bare_city(row["kabkota"]) == _CITY_NAME and not row["kode6"].startswith(_CITY4)
        for row in reference("kecamatan_kode")
    )


@lru_cache(maxsize=20_000)
def _district(text: str) -> str:
    """Code of a kecamatan of ours, ``elsewhere``, or "" when it says nothing."""
    if is_nothing(text):
        return ""
    if re.fullmatch(r"[\d.]+", text):
        found = _read_code(text, False)
        return _ELSEWHERE if found.kind == _ELSEWHERE else found.kecamatan
    name = plain_name(text)
    ours = {plain_name(known): code for code, known in kecamatan().items()}
    if name in ours:
        return ours[name]
    if name in _other_places()[0]:
        return _ELSEWHERE
    starts = [code for known, code in ours.items() if len(name) >= 5 and known.startswith(name)]
    if len(starts) == 1:
        return starts[0]
    near = [code for known, code in ours.items() if fuzz.ratio(name, known) >= NAME_CLOSE]
    return near[0] if len(near) == 1 else ""


def _bare_city(text: str) -> str:
    """The name of a city without what kind it is."""
    upper = re.sub(r"\bADM(INISTRASI|\.)?\b", " ", text.upper())
    upper = re.sub(r"^\s*(KABUPATEN|KAB\.?|KOTAMADYA|KODYA|KOTA)(\s*/\s*KOTA)?\b[.\s]*", "", upper)
    return re.sub(r"[^A-Z0-9]", "", upper)


@lru_cache(maxsize=20_000)
def _city(text: str) -> str:
    """``here``, ``elsewhere``, or "" when the cell says nothing."""
    if is_nothing(text):
        return ""
    if re.fullmatch(r"[\d.]+", text):
        found = _read_code(text, False)
        return found.kind if found.kind in ("here", _ELSEWHERE) else ""
    is_other_kind = _has_namesake() and _OTHER_KIND.match(text) is not None
    name = _bare_city(text)
    if not name:
        return ""
    if name == _CITY_NAME or re.search(rf"\b{CITY.name}\b", text, re.IGNORECASE):
        return _ELSEWHERE if is_other_kind else "here"
    if name in _other_places()[1]:
        return _ELSEWHERE
    if fuzz.ratio(name, _CITY_NAME) >= NAME_CLOSE:
        return _ELSEWHERE if is_other_kind else "here"
    return _ELSEWHERE if any(c.isalpha() for c in name) else ""


# --- codes ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Code:
    kind: str = ""  # "here", "elsewhere", or "" when it says nothing
    kelurahan: str = ""
    kecamatan: str = ""
    is_translated: bool = False


@cache
def _by_bps() -> dict[str, str]:
    return {place.kode_bps: place.kode_kemendagri for place in kelurahan() if place.kode_bps}


@cache
def _known_cities() -> frozenset[str]:
    return frozenset(code[:4] for code in known_kecamatan_codes())


@lru_cache(maxsize=50_000)
def _read_code(text: str, is_bps: bool) -> _Code:
    """What a region code says; ``is_bps`` when its header names that system."""
    text = re.sub(r"[.,]0+$", "", text) if re.fullmatch(r"\d{4,10}[.,]0+", text) else text
    if re.fullmatch(r"\d{1,2}(\.\d{1,2}){1,2}(\.\d{1,4})?", text):
        widths = (2, 2, 2, 4)
        parts = [part.zfill(width) for part, width in zip(text.split("."), widths, strict=False)]
        is_mended = ".".join(parts) != text
        digits, is_dotted = "".join(parts), True
    else:
        digits, is_dotted, is_mended = re.sub(r"\D", "", text), False, False
        if len(digits) != len(text.replace(".", "").replace(" ", "").replace("-", "")):
            return _Code()
    if len(digits) not in (4, 6, 7, 10):
        return _Code()
    if digits[:4] != _CITY4 and digits not in _by_bps():
        is_known = digits[:4] in _known_cities() and digits[:6] not in OLD_CITY_CODES
        return _Code(_ELSEWHERE) if is_known else _Code()
    if len(digits) == 10:
        dotted = f"{digits[:2]}.{digits[2:4]}.{digits[4:6]}.{digits[6:]}"
        kemendagri = dotted if dotted in kelurahan_by_code() else ""
        bps = "" if is_dotted else _by_bps().get(digits, "")
        if bps and (is_bps or not kemendagri):
            return _Code("here", bps, bps[:8], True)
        if kemendagri:
            return _Code("here", kemendagri, kemendagri[:8], is_mended)
        return _Code("here")
    if len(digits) == 6:
        dotted = f"{digits[:2]}.{digits[2:4]}.{digits[4:6]}"
        return _Code("here", "", dotted if dotted in kecamatan() else "")
    if len(digits) == 7:
        inside = {code[:8] for bps, code in _by_bps().items() if bps.startswith(digits)}
        return _Code("here", "", inside.pop() if len(inside) == 1 else "")
    return _Code("here")


_AFTER_NAME = r"\b(?:KEC|KAB|KOTA|TAHUN|RT|PERIODE|BULAN)\b|[,;:]"


@cache
def _wider_names() -> frozenset[str]:
    """Names of kelurahan that, alone on a sheet, rather stand for a kecamatan or the province."""
    return frozenset(map(plain_name, (*kecamatan().values(), CITY.province_name)))


def find_heading_place(texts: Sequence[str]) -> str:
    """A kelurahan named by a title above a list or by the name of its sheet; "" when none or two.

    A list without a column for it often says so there.
    """
    found = set()
    for text in texts:
        match = re.search(r"\b(?:KELURAHAN|KEL\.|DESA)\s*[:=/-]?\s*(.+)", text, re.IGNORECASE)
        candidates = []
        if match:
            tail = match.group(1)
            candidates.append(re.split(_AFTER_NAME, tail)[0])
        elif len(text) <= 31 and plain_name(text) not in _wider_names():
            candidates.append(text)
        district = re.search(
            r"\bKEC(?:AMATAN|\.)\s*[:=-]?\s*(\w+)((?:\s+\w+)?)", text, re.IGNORECASE
        )
        # Names of one word and of two, as in ``Kec. Cipocok Jaya Tahun 2026``.
        within = _district("".join(district.groups())) or _district(district[1]) if district else ""
        for candidate in candidates:
            named = _find_by_name(candidate.strip(), "" if within == _ELSEWHERE else within)
            if named.kode and named.is_exact:
                found.add(named.kode)
    return found.pop() if len(found) == 1 else ""

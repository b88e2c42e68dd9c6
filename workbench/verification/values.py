"""What a cell means: labels, yes and no, numbers, NIK and KK, names, RT and RW.

Every reader works on the different texts of a column and answers with a value and a code of the
table ``cleaned`` for each ("" where nothing was changed). What cannot be read becomes unknown and
says so; a digit of a NIK is never added, dropped or guessed.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from workbench.domain.reference import reference
from workbench.verification.cells import INVISIBLE, matching, tidy

CHARACTERS_DROPPED = "karakter_dibuang"
RT_RW = "rt_rw"
DATE = "tanggal"
DATE_AMBIGUOUS = "tanggal_ambigu"
CATEGORY_ALIAS = "alias_kategori"
PROGRAM_ALIAS = "alias_program"
CODE_LABEL = "kode_label"
UNREADABLE = "tidak_terbaca"

_NOTHING = frozenset(
    {
        "",
        "-",
        "--",
        "---",
        "0",
        "00",
        "000",
        "NULL",
        "NAN",
        "NONE",
        "N/A",
        "NA",
        "<NA>",
        "(NULL)",
        "NIL",
        "_",
        ".",
    }
)
_UNKNOWN = frozenset({"TDKTH", "TIDAKTAHU", "TIDAKDIKETAHUI", "TDKTAHU", "KOSONG", "TIDAKADADATA"})

_WHOLE = re.compile(r"(-?\d+)[.,]0+")
NOT_WORD = re.compile(r"[^A-Z0-9]+")


def is_nothing(text: str) -> bool:
    """Whether a cell holds only what people write where nothing is known."""
    return text.upper() in _NOTHING


def without_mark(text: str) -> str:
    """A text without the apostrophe that kept a spreadsheet from reading it as a number."""
    return text[1:] if len(text) > 1 and text[0] in "'’‘`" else text


def is_unknown(text: str) -> bool:
    """Whether a cell says in words that nothing is known."""
    return word_key(text) in _UNKNOWN


@lru_cache(maxsize=50_000)
def word_key(text: str) -> str:
    """A label reduced to what is compared: upper-case letters and digits."""
    text = tidy(text)
    whole = _WHOLE.fullmatch(text)
    return NOT_WORD.sub("", (whole.group(1) if whole else text).upper())


# --- labels ------------------------------------------------------------------------------------


@cache
def read_spellings(name: str) -> tuple[dict[str, str], ...]:
    """The rows of ``spellings/<name>.csv``: how lists write what we call otherwise."""
    path = files("workbench.verification").joinpath(f"spellings/{name}.csv")
    return tuple(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


@cache
def _label_words(reads: str) -> dict[str, list[str]]:
    """Spellings of every code of one kind of column."""
    return {
        row["code"]: [part.strip() for part in row["spellings"].split(";")]
        for row in read_spellings("labels")
        if row["reads"] == reads
    }


@cache
def _label_numbers(reads: str) -> dict[str, str]:
    """Codes that mean the same wherever they are used; others differ from system to system."""
    return {
        row["number"]: row["code"]
        for row in read_spellings("labels")
        if row["reads"] == reads and row["number"]
    }


_DIMENSIONS = {
    "existence": "keberadaan",
    "domicile": "domisili",
    "proposal_status": "usulan",
    "p3ke_flag": "prioritas_verval_p3ke",
}


@cache
def _labels(reads: str) -> dict[str, str]:
    """Label key to code of ours for one kind of column."""
    found: dict[str, str] = {}
    dimension = _DIMENSIONS.get(reads)
    for row in reference("status_verval"):
        if dimension and row["dimensi"] == dimension:
            for word in (row["kode"], row["label_id"], row["usulan_internal"]):
                found[word_key(word)] = row["kode"]
    for code, words in _label_words(reads).items():
        for word in (code, *words):
            found.setdefault(word_key(word), code)
    if reads == "served_by":
        for row in reference("spm_layanan"):
            found[word_key(row["kode"])] = row["kode"]
    if reads == "ineligibility_reason":
        for row in reference("alasan_tidak_layak"):
            found[word_key(row["kode"])] = row["kode"]
            found[word_key(row["alasan"])] = row["kode"]
    found.pop("", None)
    return found


#: Labels that say two things at once; taking the first is a reading worth recording.
_TWO_IN_ONE = frozenset(
    word_key(word)
    for word in (
        "asbes/seng",
        "seng/asbes",
        "umum/bersama",
        "orang tua/mertua",
        "listrik pln",
        "pln",
        "keramik/granit/marmer/ubin/tegel/teraso",
        "keramik/granit/marmer/ubin/tegel",
    )
)
_CONTAINED = frozenset(
    {
        "floor",
        "wall",
        "roof",
        "water",
        "lighting",
        "house_tenure",
        "cooking_fuel",
        "event_kind",
        "dukcapil_status",
    }
)


def has_labels(reads: str) -> bool:
    """Whether a kind of column has a fixed list of labels."""
    return bool(_label_words(reads)) or reads in _DIMENSIONS


def reads_label(reads: str, text: str) -> bool:
    """Whether a cell is one of the labels (or their codes) of this kind of column."""
    key = word_key(text)
    return key in _labels(reads) or key in _label_numbers(reads)


def read_labels(
    reads: str, texts: Sequence[str], with_numbers: bool = True
) -> tuple[list[str], list[str], bool]:
    """Codes of ours for labels; the third value says that all of them were bare numbers."""
    labels = _labels(reads)
    numbers = _label_numbers(reads) if with_numbers else {}
    keys = [word_key(text) for text in texts]
    has_words = any(key and not key.isdigit() and key in labels for key in keys)
    has_numbers = any(key in numbers for key in keys)
    found, codes = [], []
    for text, key in zip(texts, keys, strict=True):
        value, code = "", ""
        if key in numbers and not (key == "0" and reads != "proposal_status"):
            value, code = numbers[key], CODE_LABEL if has_words else ""
        elif key in labels:
            value, code = labels[key], CODE_LABEL if key in _TWO_IN_ONE else ""
        elif is_nothing(text) or key in _UNKNOWN:
            pass
        elif reads in _CONTAINED and (inside := _label_inside(reads, text)):
            value, code = inside, CODE_LABEL
        else:
            code = UNREADABLE
        found.append(value)
        codes.append(code)
    return found, codes, has_numbers and not has_words


def _label_inside(reads: str, text: str) -> str:
    """The one label a longer text speaks of, or ""."""
    padded = f" {' '.join(NOT_WORD.sub(' ', text.upper()).split())} "
    hits = {
        code
        for code, words in _label_words(reads).items()
        if code != "lainnya"
        for word in words
        if len(word) >= 4 and f" {' '.join(NOT_WORD.sub(' ', word.upper()).split())} " in padded
    }
    return hits.pop() if len(hits) == 1 else ""


_TICKS = frozenset("√✓✔☑")


def is_yes(text: str) -> bool | None:
    """Yes, no, or None where a cell says neither."""
    if text.strip() in _TICKS:
        return True
    return {"ya": True, "tidak": False}.get(_labels("yes_no").get(word_key(text), ""))


def read_bools(texts: Sequence[str]) -> tuple[list[bool | None], list[str]]:
    """Yes, no or unknown; 1 is yes, 2 and 0 are no."""
    found: list[bool | None] = []
    codes = []
    for text in texts:
        value = is_yes(text)
        unknown = value is None and not is_nothing(text) and not is_unknown(text)
        found.append(False if text.strip() in ("0", "0.0") else value)
        codes.append(UNREADABLE if unknown else "")
    return found, codes


def read_asset(text: str, counted: bool) -> bool:
    """Whether an asset is there; survey files also use the pair 3 (yes) and 4 (no)."""
    key = word_key(text)
    if counted and key.isdecimal():
        return any(map(int, key))
    return is_yes(text) is True or key == "3"


# --- numbers -----------------------------------------------------------------------------------

_UNITS = re.compile(
    r"(?<=[\d.,])\s*"
    r"(th|thn|tahun|jiwa|orang|or|org|m2|m²|meter|m|va|watt|w|bulan|/ ?bulan|,-|-)\.?$",
    re.IGNORECASE,
)


def read_number(text: str) -> float | None:
    """A number as Indonesians or machines write it, without unit or currency."""
    text = re.sub(r"^(rp|idr)\.?\s*", "", without_mark(text.strip()), flags=re.IGNORECASE)
    text = _UNITS.sub("", text).replace(" ", "")
    if not re.fullmatch(r"[-+]?[\d.,]*\d[\d.,]*", text):
        return None
    comma, point = text.rfind(","), text.rfind(".")
    if comma >= 0 and point >= 0:
        decimal = "," if comma > point else "."
        text = text.replace("." if decimal == "," else ",", "").replace(decimal, ".")
    elif comma >= 0 or point >= 0:
        mark = "," if comma >= 0 else "."
        head, *groups = text.split(mark)
        is_grouped = all(len(group) == 3 for group in groups) and head.lstrip("+-") not in ("", "0")
        if is_grouped and (len(groups) > 1 or len(head.lstrip("+-")) <= 3):
            text = head + "".join(groups)
        elif len(groups) == 1:
            text = f"{head}.{groups[0]}"
        else:
            return None
    try:
        return _finite(text)
    except ValueError:
        return None


def _finite(text: str) -> float | None:
    """A number; None for one of more digits than any number has. Raises ``ValueError``."""
    value = float(text)
    return value if math.isfinite(value) else None


def read_ints(texts: Sequence[str]) -> tuple[list[int | None], list[str]]:
    """Whole numbers; one that cannot be right (desil 77) is read all the same, for a finding."""
    found: list[int | None] = []
    codes = []
    for text in texts:
        value = read_number(re.sub(r"^(desil|derajat|tingkat)\s*", "", text, flags=re.IGNORECASE))
        whole = int(value) if value is not None and value == int(value) else None
        is_read = whole is not None and abs(whole) < 10**9
        found.append(whole if is_read else None)
        unread = not is_read and not is_nothing(text) and not is_unknown(text)
        codes.append(UNREADABLE if unread else "")
    return found, codes


def read_money(texts: Sequence[str]) -> tuple[list[int | None], list[str]]:
    """Rupiah, whole; ``Rp 1.500.000,00`` and ``1500000`` are the same."""
    found: list[int | None] = []
    codes = []
    for text in texts:
        value = read_number(text)
        fits = value is not None and 0 <= value < 1e13
        found.append(round(value) if fits and value is not None else None)
        unread = not fits and text != "" and text.upper() not in _NOTHING
        codes.append(UNREADABLE if unread else "")
    return found, codes


_DECIMAL = re.compile(r"[-+−]?\d+[.,]\d+")


def read_floats(texts: Sequence[str]) -> tuple[list[float | None], list[str]]:
    """Measures and coordinates; a comma or a point may stand before the decimals."""
    found: list[float | None] = []
    codes = []
    for text in texts:
        if _DECIMAL.fullmatch(text):
            value = _finite(text.replace(",", ".").replace("−", "-"))
        else:
            value = read_number(text.replace("−", "-"))
        found.append(value)
        unread = value is None and text != "" and text.upper() not in _NOTHING
        codes.append(UNREADABLE if unread else "")
    return found, codes


def read_power(texts: Sequence[str]) -> tuple[list[int | None], list[str]]:
    """Connected power in VA; "more than" becomes the next size there is."""
    found: list[int | None] = []
    codes = []
    for text in texts:
        match = re.fullmatch(r"([<>=≤≥\s]*)([\d.]+)\s*(va|watt|w)?\.?", text, re.IGNORECASE)
        digits = match.group(2).replace(".", "") if match else ""
        if not match or not digits or is_nothing(text):
            found.append(None)
            codes.append("" if is_nothing(text) else UNREADABLE)
            continue
        size = int(digits[:9]) if not re.fullmatch(r"\d+\.0", match.group(2)) else int(digits[:-1])
        if ">" in match.group(1):
            size = {450: 900, 900: 1300, 1300: 2200, 2200: 3500}.get(size, size)
        found.append(size)
        codes.append(CODE_LABEL if match.group(1).strip() else "")
    return found, codes


def read_lat_lon(texts: Sequence[str]) -> tuple[list[float | None], list[float | None], list[str]]:
    """Two coordinates in one cell, in the order they stand."""
    latitudes: list[float | None] = []
    longitudes: list[float | None] = []
    codes = []
    for text in texts:
        parts = re.findall(r"[-+−]?\d+(?:\.\d+)?", text)
        if ";" in text or re.search(r"\d\s+[-+−\d]", text):
            parts = re.findall(r"[-+−]?\d+(?:[.,]\d+)?", text)
        both = [_finite(p.replace(",", ".").replace("−", "-")) for p in parts]
        if len(both) == 2 and None not in both:
            one, two = both
            latitudes.append(one)
            longitudes.append(two)
            codes.append("")
        else:
            latitudes.append(None)
            longitudes.append(None)
            codes.append("" if is_nothing(text) else UNREADABLE)
    return latitudes, longitudes, codes


# --- NIK and KK --------------------------------------------------------------------------------

#: What cleaning may take from around sixteen digits: marks, spaces and what nobody sees.
_AROUND_DIGITS = re.compile(rf"['’‘`´\"\s.\-–—_/,;:{INVISIBLE}\u00a0\u2000-\u200a\u202f\u3000]+")
_SCIENTIFIC = re.compile(r"'?\d{1,3}(?:[.,]\d+)?E\+?\d{1,3}", re.IGNORECASE)
_FRACTION = re.compile(r"'?\d{15,20}[.,]0+")


@dataclass(frozen=True)
class Numbers:
    """NIK or KK numbers as cleaned; ``broken`` texts are numbers a spreadsheet has rounded.

    ``sixteen`` says whether a number cell with this text has lost its last digits.
    """

    found: list[str]
    codes: list[str]
    broken: list[bool]
    sixteen: list[bool]


def read_numbers(raw: Sequence[str], texts: Sequence[str]) -> Numbers:
    """Clean NIK or KK numbers: marks around sixteen digits go, all else stays as it stood."""
    found, codes = list(texts), [""] * len(texts)
    broken, sixteen = [False] * len(texts), [True] * len(texts)
    before, plain = pa.array(raw, pa.string()), pa.array(texts, pa.string())
    is_whole = matching(plain, r"^[0-9]{16}$")
    is_same = pc.equal(before, plain).to_numpy(zero_copy_only=False)
    for place in np.flatnonzero(is_whole & ~is_same).tolist():
        codes[place] = CHARACTERS_DROPPED
    for place in np.flatnonzero(~is_whole).tolist():
        text = texts[place]
        is_empty = text.upper() in _NOTHING and text.strip("-0")
        value = "" if is_empty else text
        digits = _AROUND_DIGITS.sub("", value)
        is_sixteen = len(digits) == 16 and digits.isascii() and digits.isdigit()
        broken[place] = bool(_SCIENTIFIC.fullmatch(value) or _FRACTION.fullmatch(value))
        if is_sixteen and not broken[place]:
            found[place], codes[place] = digits, CHARACTERS_DROPPED
        else:
            found[place] = value
        sixteen[place] = sum(c.isdigit() for c in value) >= 16 or "e" in value.lower()
    return Numbers(found, codes, broken, sixteen)


def sides_of_wall(numbers: Sequence[str]) -> npt.NDArray[np.int8]:
    """0 where the wall does not look (empty, filler), 1 for practice, 2 for real."""
    texts = pa.array(numbers, pa.string())
    is_practice = pc.starts_with(texts, "99").to_numpy(zero_copy_only=False)
    sides = np.where(is_practice, 1, 2).astype(np.int8)
    sides[matching(texts, r"^([-0]*|9{16})$")] = 0
    return sides


# --- names and plain text ------------------------------------------------------------------------


def read_names(texts: Sequence[str]) -> list[str]:
    """Upper case; what stands for nothing becomes empty."""
    return ["" if is_nothing(text) else text.upper() for text in texts]


def read_upper(texts: Sequence[str]) -> list[str]:
    """Text as it stands in upper case; what stands for nothing becomes empty."""
    return read_names(texts)


def read_disability(texts: Sequence[str]) -> list[str]:
    """Kind of disability in lower case; words for "none" become empty."""
    none = {
        "TIDAK",
        "TIDAKADA",
        "TIDAKCACAT",
        "TIDAKDISABILITAS",
        "NORMAL",
        "NON",
        "BUKAN",
        "2",
        "TIDAKMENYANDANG",
        "TIDAKPUNYA",
    }
    return ["" if is_nothing(t) or word_key(t) in none else t.lower() for t in texts]


_FLAGS = ("asn", "tni_polri", "upah", "ahu", "bumn", "pensiun", "perangkat", "ppu")


def read_flags(texts: Sequence[str]) -> list[str]:
    """Indications matched from elsewhere, separated by ; in our order."""
    found = []
    for text in texts:
        words = set(re.findall(r"[a-z]+", text.lower().replace("tni_polri", "tni")))
        words |= {"asn"} if words & {"pns", "pppk"} else set()
        words |= {"tni_polri"} if words & {"tni", "polri"} else set()
        words |= {"pensiun"} if "pensiunan" in words else set()
        found.append(";".join(flag for flag in _FLAGS if flag in words))
    return found


# --- RT and RW -----------------------------------------------------------------------------------

_ONE_RT = re.compile(r"(?:R\.?[TW]\.?\s*[:.]?\s*)?0*(\d{1,3})(?:[.,]0+)?", re.IGNORECASE)
_BOTH = re.compile(r"R\.?T\.?\D{0,4}(\d{1,3})\D{0,8}?R\.?W\.?\D{0,4}(\d{1,3})", re.IGNORECASE)
_BOTH_TURNED = re.compile(
    r"R\.?W\.?\D{0,4}(\d{1,3})\D{0,8}?R\.?T\.?\D{0,4}(\d{1,3})", re.IGNORECASE
)
_PAIR = re.compile(r"(\d{1,3})\s*[/\\\-.,;|\s]\s*(\d{1,3})")


def _three(digits: str) -> str:
    """Three digits; a nought stands for nothing, three of them stay for a finding."""
    number = int(digits)
    return f"{number:03d}" if number or digits == "000" else ""


def _one_rt(text: str) -> str:
    text = without_mark(text)
    match = _ONE_RT.fullmatch(text)
    if text == "000":
        return text
    if is_nothing(text):
        return ""
    return _three(match.group(1)) if match else text


def read_rt(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    """RT or RW as three digits, or what stood there."""
    found = [_one_rt(text) for text in texts]
    codes = [
        RT_RW if value != text and (value or text not in ("", "-")) else ""
        for text, value in zip(texts, found, strict=True)
    ]
    return found, codes


def is_rt_rw(text: str) -> bool:
    """Whether RT and RW stand in one cell."""
    return bool(_PAIR.fullmatch(text) or _BOTH.search(text) or _BOTH_TURNED.search(text))


def read_rt_rw(
    texts: Sequence[str], turned: bool = False
) -> tuple[list[str], list[str], list[str]]:
    """RT and RW out of one cell: ``002/005``, ``RT 07 RW 03``; ``turned`` where RW comes first.

    What cannot be taken apart stays as RT.
    """
    rts, rws, codes = [], [], []
    for text in texts:
        rt, rw, code = "", "", RT_RW
        if match := _BOTH.search(text):
            rt, rw = _three(match.group(1)), _three(match.group(2))
        elif match := _BOTH_TURNED.search(text):
            rw, rt = _three(match.group(1)), _three(match.group(2))
        elif match := _PAIR.fullmatch(text):
            rt, rw = _three(match.group(1)), _three(match.group(2))
            if turned:
                rt, rw = rw, rt
        elif is_nothing(text):
            code = ""
        elif match := _ONE_RT.fullmatch(text):
            rt = _three(match.group(1))
        elif text.count("/") == 1:
            # One half is no number; the other may still be read.
            rt, rw = (_one_rt(part.strip()) for part in text.split("/"))
            if turned:
                rt, rw = rw, rt
        else:
            rt, code = text, UNREADABLE
        rts.append(rt)
        rws.append(rw)
        codes.append(code)
    return rts, rws, codes


def find_rt_rw(texts: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    """RT and RW spoken of inside an address; empty where there are none."""
    rts, rws, codes = [], [], []
    for text in texts:
        match = _BOTH.search(text)
        turned = None if match else _BOTH_TURNED.search(text)
        if match:
            rt, rw = match.group(1), match.group(2)
        elif turned:
            rw, rt = turned.group(1), turned.group(2)
        rts.append(_three(rt) if match or turned else "")
        rws.append(_three(rw) if match or turned else "")
        codes.append(RT_RW if match or turned else "")
    return rts, rws, codes


def any_readable(codes: Iterable[str], texts: Iterable[str]) -> bool:
    """Whether at least one cell that says something could be read."""
    says = False
    for code, text in zip(codes, texts, strict=True):
        if not is_nothing(text):
            if code != UNREADABLE:
                return True
            says = True
    return not says

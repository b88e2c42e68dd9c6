"""When two spellings are one name: words of a name as they are compared between lists.

A name becomes words in a modern spelling: titles, Muhamad and Siti dropped (as long as another
word is left), Abdul and Nur split off, oe/dj/tj/sj and doubled letters written today's way. The
*sound* of a word goes further and is only for finding candidates, never for judging a pair.

``TITLES`` and ``MUHAMMAD`` are also what the rules about names leave out.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

TITLES: Final = (
    *("HJ", "HAJI", "HAJJAH", "KH", "UST", "USTAD", "USTADZ", "DR", "DRS", "DRA", "IR", "PROF"),
    *("TB", "TUBAGUS", "RT", "RATU", "RD", "RADEN", "NY", "NYI", "TN", "SDR", "ALM", "ALMH"),
)
MUHAMMAD: Final = (
    *("MUH", "MOH", "MOCH", "MUCH", "MOHD", "MUHD", "MHD", "MUHAMAD", "MUHAMMAD", "MOHAMAD"),
    *("MOHAMMAD", "MOCHAMAD", "MOCHAMMAD", "MUCHAMAD", "MUHAMMAT", "MOCHAMAT"),
)
_SITI = ("SITI", "SITTI", "ST", "STI", "SITY")
_ADDRESSED = ("BPK", "BAPAK", "IBU", "SDRI", "USTADZAH", "USTAZAH", "ALMARHUM", "ALMARHUMAH", "HJH")
_DEGREES = ("SPD", "SPDI", "SE", "SH", "SAG", "AMD", "SKM", "SSOS", "ST", "MPD", "MSI", "SIP")
_LEFT_OUT = frozenset((*TITLES, *MUHAMMAD, *_SITI, *_ADDRESSED))

_TAIL = re.compile(r",.*| BIN(TI)? .*|[(/].*| (ALIAS|ALS) .*")
_DEGREE = re.compile(rf" ({'|'.join('[. ]*'.join(d) for d in _DEGREES)})\.?$")
_ABDUL = re.compile(r"AB+D([OU]|OE)?[LRSNZ]?")
_MODERN = (
    *(("OO", "U"), ("OE", "U"), ("TJ", "C"), ("DJ", "J"), ("SJ", "SY"), ("NJ", "NY")),
    *(("DH", "D"), ("TH", "T"), ("PH", "F"), ("KH", "H"), ("CH", "H"), ("Q", "K"), ("X", "KS")),
    *(
        ("V", "F"),
        ("SY", "S"),
        ("DZ", "Z"),
        ("AE", "AI"),
        ("IYA", "IA"),
        ("UWA", "UA"),
        ("EU", "E"),
    ),
)
# Doubled vowels stay: ARKAN and ARKAAN may be twins.
_DOUBLED = re.compile(r"([B-DF-HJ-NP-TV-Z])\1+")
_SOUNDS = str.maketrans({"F": "P", "Z": "J", "Y": "J", "G": "K", "H": None, "W": None, "B": "P"})
_VOWELS = re.compile("[AEIOU]")


@lru_cache(maxsize=200_000)
def name_words(name: str) -> tuple[str, ...]:
    """The words of a name as they are compared, in their order; () for an empty name."""
    text = unicodedata.normalize("NFKD", name.upper())
    text = re.sub("['`´‘’ʼ\u0300-\u036f]", "", text).strip()
    text = _DEGREE.sub("", _TAIL.sub("", text) or text)
    words = re.findall("[A-Z]+", text)
    kept = [word for word in words if len(word) > 1 and word not in _LEFT_OUT] or words
    return tuple(part for word in kept for part in _parts(word))


def name_sound(words: tuple[str, ...] | list[str]) -> str:
    """What the words of a name sound like, one key for the whole name."""
    return " ".join(sorted({word_sound(word) for word in words if word != "ABD"} or words))


@lru_cache(maxsize=100_000)
def word_sound(word: str) -> str:
    """The consonants of a word, those that are often mistaken for each other written alike."""
    first = "A" if word[0] in "AEIOU" or word[0] == "H" else word[0].translate(_SOUNDS) or word[0]
    rest = _VOWELS.sub("", word[1:]).translate(_SOUNDS)
    return _DOUBLED.sub(r"\1", first + rest)


@lru_cache(maxsize=100_000)
def _parts(word: str) -> tuple[str, ...]:
    """One word in today's spelling, split where two are often written as one."""
    abdul = _ABDUL.match(word)
    if abdul and not word.startswith(("ABDULLA", "ABDULAH", "ABDOELLA")):
        rest = word[abdul.end() :]
        return ("ABD", _modern(rest)) if len(rest) > 3 else ("ABD",)
    plain = _modern(word)
    if plain.startswith("NUR") and len(plain) > 6:
        return ("NUR", plain[3:])
    return (plain,)


def _modern(word: str) -> str:
    for old, new in _MODERN:
        word = word.replace(old, new)
    word = _DOUBLED.sub(r"\1", word)
    return word[:-1] + "I" if len(word) > 3 and word.endswith("Y") else word

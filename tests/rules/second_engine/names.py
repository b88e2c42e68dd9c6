"""When two spellings are one name, once more by hand."""

from __future__ import annotations

import re
from functools import cache
from itertools import product

_TITLES = {
    *("HJ", "HAJI", "HAJJAH", "KH", "UST", "USTAD", "USTADZ", "DR", "DRS", "DRA", "IR", "PROF"),
    *("TB", "TUBAGUS", "RT", "RATU", "RD", "RADEN", "NY", "NYI", "TN", "SDR", "ALM", "ALMH"),
}
_MUHAMADS = {
    *("MUH", "MOH", "MOCH", "MUCH", "MOHD", "MUHD", "MHD", "MUHAMAD", "MUHAMMAD", "MOHAMAD"),
    *("MOHAMMAD", "MOCHAMAD", "MOCHAMMAD", "MUCHAMAD", "MUHAMMAT", "MOCHAMAT"),
}


@cache
def spoken(name: str) -> tuple[tuple[str, ...], ...]:
    """The words that count, in alphabetical order: once, or once for each alias."""
    name = name.upper().replace(" ALIAS ", "/").replace(" ALS ", "/")
    found = []
    for part in name.split("/"):
        part = part.split(",")[0]  # a degree behind the name
        part = re.split(" BINTI? ", part)[0]
        words = sorted(re.findall("[A-Z]+", part))
        telling = [w for w in words if len(w) > 1 and w not in _TITLES and w not in _MUHAMADS]
        found.append(tuple(telling or words))
    return tuple(part for part in found if part) or ((),)


@cache
def alike(one: str, other: str) -> float:
    """From 0 (nothing in common) to 1, by the letters that must be changed."""
    if one == other:
        return 1.0
    pairs = ((" ".join(a), " ".join(b)) for a, b in product(spoken(one), spoken(other)))
    return max(1 - _edits(a, b) / max(len(a), len(b)) if a and b else 0 for a, b in pairs)


@cache
def holds(one: str, other: str) -> bool:
    """Whether one of the two names is the other with words left out."""
    return any(
        bool(a and b) and (set(a) <= set(b) or set(b) <= set(a))
        for a, b in product(spoken(one), spoken(other))
    )


@cache
def _edits(one: str, other: str) -> int:
    if not one or not other:
        return len(one) + len(other)
    if one[0] == other[0]:
        return _edits(one[1:], other[1:])
    return 1 + min(_edits(one[1:], other), _edits(one, other[1:]), _edits(one[1:], other[1:]))

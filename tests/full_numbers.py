"""Which whole numbers of people stand in a text."""

from __future__ import annotations

import re

#: Keys, sums and seals, whose sixteen digits in a row mean nobody.
_HASH = re.compile(r"[0-9a-f]{32,}")
_NUMBER = re.compile(r"\d{16}")


def full_numbers(text: str) -> list[str]:
    """Every NIK or KK number of ``text`` that is not masked; hexadecimal hashes are left out.

    A hash of digits alone would have at least 32 of them; such a run is searched like any text.
    """
    return _NUMBER.findall(_HASH.sub(lambda run: run[0] if run[0].isdigit() else " ", text))

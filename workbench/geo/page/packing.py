"""Numbers as short text a script can read: base 44, a letter or two for most of them.

The alphabet leaves out what JSON or HTML would have to escape, so one character stays one byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

#: The first half ends a number, the second half says that more digits follow.
ALPHABET = "".join(sign for sign in map(chr, range(35, 127)) if sign not in "&<>\\")
_BASE = len(ALPHABET) // 2


def pack(numbers: Iterable[int]) -> str:
    """Whole numbers from 0 up as text; the least digits come first."""
    signs = []
    for number in numbers:
        left = number
        while left >= _BASE:
            left, digit = divmod(left, _BASE)
            signs.append(ALPHABET[_BASE + digit])
        signs.append(ALPHABET[left])
    return "".join(signs)


def unpack(text: str) -> Iterator[int]:
    """The numbers of ``pack``, for tests and tools; pages have their own reader."""
    number, weight = 0, 1
    for sign in text:
        digit = ALPHABET.index(sign)
        number += digit % _BASE * weight
        weight *= _BASE
        if digit < _BASE:
            yield number
            number, weight = 0, 1


def signed(number: int) -> int:
    """A number of either sign as one from 0 up: 0, -1, 1, -2 become 0, 1, 2, 3."""
    return 2 * number if number >= 0 else -2 * number - 1

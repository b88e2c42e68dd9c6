"""Many QR codes at once, in one picture.

Codes of equal length, version, correction and mask differ by an exclusive or: Reed-Solomon codes
are linear and the mask is added last (ISO/IEC 18004, 7.5 and 7.8). So segno draws one code for
each bit of a text once, and every further code is a sum of these.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

Bits = npt.NDArray[np.uint8]

#: White modules around a code, as the standard asks for.
QUIET = 4
_COLUMNS = 12


@dataclass(frozen=True)
class Codes:
    """A PNG in which the codes stand row by row, ``columns`` a row."""

    png: bytes
    columns: int


def draw_codes(texts: Sequence[str]) -> Codes:
    """The codes of some ASCII texts of one length, in their order; one pixel a module."""
    modules = _modules(texts)
    side = modules.shape[1]
    rows = -(-len(texts) // _COLUMNS)
    cells = np.ones((rows * _COLUMNS, side, side), np.uint8)
    cells[: len(texts)] = 1 - modules
    sheet = cells.reshape(rows, _COLUMNS, side, side).swapaxes(1, 2)
    return Codes(_png(sheet.reshape(rows * side, _COLUMNS * side)), _COLUMNS)


def _modules(texts: Sequence[str]) -> Bits:
    """1 where a module is dark: text, row, column; with the quiet zone."""
    data = np.array([list(text.encode("ascii")) for text in texts], np.uint8)
    base, parts = _basis(data.shape[1])
    bits = np.unpackbits(data, axis=1)
    # What all texts share is added once. No matrix product: its threads would wait at full speed
    # beside the setter of pages.
    shared = bits.all(axis=0)
    drawn = np.tile(base ^ np.bitwise_xor.reduce(parts[shared], axis=0), (len(texts), 1))
    for bit in np.flatnonzero(bits.any(axis=0) & ~shared):
        drawn ^= bits[:, bit, None] * parts[bit]
    side = int(len(base) ** 0.5)
    return np.pad(drawn.reshape(-1, side, side), ((0, 0), (QUIET, QUIET), (QUIET, QUIET)))


@lru_cache(maxsize=8)
def _basis(length: int) -> tuple[Bits, Bits]:
    """The code of zero bytes, and what each bit of a text of this length changes in it."""
    base = _drawn(bytes(length))
    parts = []
    for place in range(length * 8):
        text = bytearray(length)
        text[place // 8] = 128 >> place % 8
        parts.append(_drawn(bytes(text)) ^ base)
    return base, np.array(parts)


def _drawn(content: bytes) -> Bits:
    import segno

    code: Any = segno.make(content, error="m", mode="byte", mask=2, micro=False, boost_error=False)
    return np.array([list(row) for row in code.matrix], np.uint8).reshape(-1)


def _png(white: Bits) -> bytes:
    """A picture of one bit a pixel (PNG, W3C recommendation, colour type 0)."""
    height, width = white.shape
    lines = np.packbits(white, axis=1)
    raw = np.hstack([np.zeros((height, 1), np.uint8), lines]).tobytes()

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(raw, 1))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body + chunk(b"IEND", b"")

"""One column of a sheet: what stood in its cells, kept once per different value.

Lists repeat themselves (kelurahan, dates, labels), so everything is worked out per different
value and spread over the rows afterwards; that is what makes long lists quick.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from workbench.verification.opening import NUMBER, Column, encode

Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]

#: Characters nobody sees: zero width, direction marks, soft hyphen, byte order mark, controls.
INVISIBLE = "\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\x00-\x08\x0e-\x1f\x7f"
_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_ERROR = re.compile(r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|GETTING_DATA)", re.IGNORECASE)
#: Texts that are not plain: spaces to take out, letters beyond ASCII, an error of a formula.
_NOT_PLAIN = r"^ | $|  |[^ -~]|^#|^=\""
_AS_FORMULA = re.compile(r'="([^"]*)"')


def tidy(text: str) -> str:
    """The text without invisible characters, with single spaces and nothing at its ends."""
    if not text.isascii() or not text.isprintable():
        text = _INVISIBLE.sub("", text)
    return " ".join(text.split())


def matching(texts: pa.Array, pattern: str) -> Mask:
    """Which texts match a regular expression (RE2, anywhere, any case)."""
    found = pc.match_substring_regex(texts, pattern, ignore_case=True)
    return np.asarray(found.to_numpy(zero_copy_only=False), np.bool_)


@dataclass(frozen=True)
class Cells:
    """``raw[place[i]]`` is the text of row i as it stood, ``text[place[i]]`` the same tidied.

    ``kinds[i]`` says whether the cell was text, a number, a date or another thing.
    """

    place: Places
    raw: list[str]
    text: list[str]
    kinds: npt.NDArray[np.uint8] | None

    @classmethod
    def of(cls, values: Sequence[Any]) -> Cells:
        """Cells from values as a reader gives them."""
        return cls.below(encode(values), 0)

    @classmethod
    def below(cls, column: Column, start: int) -> Cells:
        """The cells of a column from row ``start`` on, 0-based."""
        place = column.place[start:].astype(np.int64)
        texts = column.texts
        is_used = np.zeros(len(texts), np.bool_)
        is_used[place] = True
        if not is_used.all():  # what stood only above is no value of the column
            texts = texts.filter(pa.array(is_used))
            place = (np.cumsum(is_used) - 1)[place]
        raw: list[str] = texts.to_pylist()
        tidied = list(raw)
        strange = pc.match_substring_regex(texts, _NOT_PLAIN)
        for number in np.flatnonzero(strange.to_numpy(zero_copy_only=False)).tolist():
            text = tidy(raw[number])
            # Exports wrap a long number as ="..." so that a spreadsheet leaves it alone.
            wrapped = _AS_FORMULA.fullmatch(text)
            text = tidy(wrapped.group(1)) if wrapped else text
            tidied[number] = "" if _ERROR.fullmatch(text) else text
        kinds = None if column.kinds is None else column.kinds[start:].copy()
        return cls(place, raw, tidied, kinds)

    def fill_down(self, first: int, last: int) -> None:
        """Repeat the cell of row ``first`` in the rows below it, to ``last``."""
        self.place[first + 1 : last + 1] = self.place[first]
        if self.kinds is not None:
            self.kinds[first + 1 : last + 1] = self.kinds[first]

    def __len__(self) -> int:
        return len(self.place)

    def keep(self, rows: Mask | Places) -> Cells:
        """The same column with only these rows."""
        kinds = None if self.kinds is None else self.kinds[rows]
        kept = Cells(self.place[rows], self.raw, self.text, kinds)
        if "arrow" in self.__dict__:
            kept.__dict__["arrow"] = self.arrow
        return kept

    def where(self, test: Callable[[str], bool]) -> Mask:
        """Rows whose tidied text passes ``test``."""
        flags = np.fromiter((test(t) for t in self.text), np.bool_, len(self.text))
        return self.spread(flags)

    def matches(self, pattern: str) -> Mask:
        """Rows whose tidied text matches a regular expression (RE2, anywhere, any case)."""
        return self.spread(matching(self.arrow, pattern))

    @cached_property
    def arrow(self) -> pa.Array:
        """The different tidied texts, for questions asked of all of them at once."""
        return pa.array(self.text, pa.string())

    def among(self, texts: Set[str]) -> Mask:
        """Rows whose tidied text is one of ``texts``."""
        flags = np.fromiter((t in texts for t in self.text), np.bool_, len(self.text))
        return self.spread(flags)

    def spread(self, per_value: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """One entry per different value, spread over the rows."""
        if len(per_value) == 0:
            return np.zeros(len(self.place), dtype=per_value.dtype)
        return per_value[self.place]

    def take(self, per_value: Sequence[Any], type_: pa.DataType) -> pa.Array:
        """An Arrow array over the rows from one entry per different value."""
        return pa.array(per_value, type_).take(pa.array(self.place))

    def is_number(self) -> Mask:
        """Rows whose cell was a number and not text."""
        if self.kinds is None:
            return np.zeros(len(self.place), np.bool_)
        return np.equal(self.kinds, NUMBER)

    def filled(self) -> Mask:
        """Rows where something stands."""
        flags = pc.not_equal(self.arrow, "").to_numpy(zero_copy_only=False)
        return self.spread(np.asarray(flags, np.bool_))

    def samples(self, count: int) -> list[str]:
        """The first different values that are not empty."""
        order = [self.text[p] for p in dict.fromkeys(self.place[:2000].tolist())]
        return [text for text in order if text][:count]

"""Where the rules written by hand are kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from tests.rules.second_engine.frames import Frames

#: A rule by hand: one row a finding, ``subject`` and the evidence that is worth comparing.
Judge = Callable[["Frames"], pl.DataFrame]

BY_HAND: dict[str, Judge] = {}


def by_hand(code: str) -> Callable[[Judge], Judge]:
    """Enter a function as the second version of rule ``code``."""

    def enter(judge: Judge) -> Judge:
        assert code not in BY_HAND, code
        BY_HAND[code] = judge
        return judge

    return enter

"""Sheets of one reading that list the same people: a list given twice, or two of its periods."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from workbench.domain.nik import is_filler, is_number
from workbench.errors import UnusableInput
from workbench.verification.blocks import PERSON, Block

#: Fewer shared people may be a family that stands in two lists by right.
LEAST_SHARED = 5
#: Two periods of one list share at least this much; two parts of a list far less.
SAME_LIST_SHARE = 0.5
COPY_SHARE = 0.9


@dataclass(frozen=True)
class Part:
    """One sheet: how to call it, the period it speaks of ("" for none) and what it holds."""

    words: str
    period: str
    block: Block


def find_overlaps(parts: Sequence[Part]) -> list[str]:
    """Indonesian notes on sheets that list the same people.

    Raises ``UnusableInput`` where they are one list of two periods: read as one, everybody would
    stand there twice.
    """
    lists = [part for part in parts if part.block.kind == PERSON and part.block.ppks is None]
    if len(lists) < 2:
        return []
    sizes, shared = _count_shared(lists)
    notes = []
    for (one, two), count in sorted(shared.items()):
        share = count / min(sizes[one], sizes[two])
        a, b = lists[one], lists[two]
        if count < LEAST_SHARED or a.block.source_list != b.block.source_list:
            continue
        if share >= SAME_LIST_SHARE and _differ(a.period, b.period):
            raise UnusableInput(
                f"{a.words} berperiode {a.period} dan {b.words} berperiode {b.period}, padahal "
                "orangnya sama; masukkan satu per satu, lalu bandingkan keduanya."
            )
        if share >= COPY_SHARE:
            notes.append(
                f"{a.words} dan {b.words} hampir sama NIK-nya; bila salah satunya salinan, "
                "keluarkan dan masukkan ulang."
            )
    periods = sorted({part.period for part in lists if part.period})
    if any(_differ(one, two) for one, two in combinations(periods, 2)):
        notes.append(
            f"Daftar ini berasal dari periode yang berbeda ({', '.join(periods)}); periksa apakah "
            "memang perlu dibaca bersama."
        )
    return notes


def _differ(one: str, two: str) -> bool:
    """Whether two periods cannot be one: a year holds its own quarters and months."""
    return bool(one and two) and not one.startswith(two) and not two.startswith(one)


def _count_shared(lists: Sequence[Part]) -> tuple[list[int], Counter[tuple[int, int]]]:
    """Different usable NIKs of every sheet, and how many each two of them share."""
    where: dict[str, list[int]] = {}
    sizes = []
    for number, part in enumerate(lists):
        array = part.block.person.get("nik")
        niks = set(array.to_pylist()) if array is not None else set()
        usable = [nik for nik in niks if is_number(nik) and not is_filler(nik)]
        sizes.append(len(usable))
        for nik in usable:
            where.setdefault(nik, []).append(number)
    shared: Counter[tuple[int, int]] = Counter()
    for numbers in where.values():
        if len(numbers) > 1:
            shared.update(combinations(numbers, 2))
    return sizes, shared

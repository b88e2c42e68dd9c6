"""Drills of single questions, each a line of a CSV file beside this one.

``kategori.csv`` holds short stories (invented by us) over the 26 kinds of PPKS: which kind is it?
Codes are the numbers of the kinds, ``00`` for none; ``+`` joins kinds that both hold, ``/`` parts
answers that are equally good, ``juga`` may stand beside. All other files hold questions with
their right and wrong choices; ``cara`` says how they are answered.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from random import Random

from workbench.domain.reference import by_code
from workbench.training.drills.cards import (
    CATEGORY,
    MANY,
    ONE,
    ORDER,
    Card,
    Choices,
    Key,
    code_of,
    shuffled,
)

#: The answer that none of the 26 kinds holds, or that nothing yet says so.
NONE = "00"
NONE_WORDS = "Belum masuk kategori mana pun"
_CATEGORIES = "Kategori mana yang tepat? Pilih semua yang berlaku."
_CARE = "Kategori peka: tanpa nama di peta, cetakan, atau percakapan."

Line = dict[str, str]


@cache
def lines(name: str) -> dict[str, Line]:
    """The lines of ``<name>.csv`` by their id."""
    path = files("workbench.training.drills").joinpath(f"{name}.csv")
    with path.open(encoding="utf-8") as read:
        return {line["id"]: line for line in csv.DictReader(read)}


@cache
def kinds() -> dict[str, str]:
    """The 26 kinds of PPKS by their number in two digits, as they are called on screen."""
    return {code[-2:]: row["nama"] for code, row in by_code("pmks_kategori").items()}


def question_card(name: str, item: str, rng: Random) -> Card:
    """The card for a line of ``<name>.csv``; the order of its choices is drawn from ``rng``."""
    line = lines(name)[item]
    right, wrong, also = (_parts(line[part]) for part in ("benar", "salah", "juga"))
    codes = [code_of(one) for one in right]
    mode = line["cara"]
    accepted = {
        ONE: tuple(frozenset({code}) for code in codes),
        MANY: (frozenset(codes),),
        ORDER: (),
    }[mode]
    choices = shuffled((*right, *wrong, *also), rng)
    if mode == ORDER and [code for code, _ in choices] == codes:
        choices = choices[::-1]  # an order that is right as it lies asks nothing
    key = Key(
        line["mengapa"],
        line["sumber"],
        accepted,
        frozenset(map(code_of, also)),
        tuple(codes) if mode == ORDER else (),
    )
    return Card(item, mode, line["cerita"], line["tanya"], choices, key)


def category_card(item: str, rng: Random) -> Card:
    """A story with four kinds to choose from, none of them, and all 26 to search."""
    line = lines("kategori")[item]
    accepted = tuple(frozenset(one.split("+")) for one in line["kategori"].split("/"))
    also = frozenset(line["juga"].split())
    held = set().union(*accepted)
    offered = sorted({*held, *line["pengecoh"].split()} - {NONE})
    rng.shuffle(offered)
    choices = (*((code, kinds()[code]) for code in offered), (NONE, NONE_WORDS))
    reference = by_code("pmks_kategori")
    named = sorted(held - {NONE}) or line["pengecoh"].split()[:1]
    rows = [reference[f"PMKS{code}"] for code in named]
    numbers = " dan ".join(str(int(code)) for code in named)
    is_sensitive = any(row["sensitif"] == "ya" for row in rows)
    key = Key(
        line["mengapa"],
        f"Kriteria Permensos 8/2012, jenis ke-{numbers}"
        + ("; batas umur menurut praktik" if rows[0]["dasar_usia"].startswith("praktik") else ""),
        accepted,
        also,
        care=_CARE if is_sensitive else "",
    )
    return Card(item, CATEGORY, line["cerita"], _CATEGORIES, choices, key, searched=_searched())


@cache
def _searched() -> Choices:
    return tuple(kinds().items())


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in cell.split("|") if one.strip())

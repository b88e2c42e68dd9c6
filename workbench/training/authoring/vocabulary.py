"""The words a trainer may choose from: rules, ways a mistake comes about, topics, difficulty."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from workbench.domain.reference import by_code
from workbench.domain.wilayah import say_locally
from workbench.rules import GROUPS, Rule, catalogue

DIFFICULTIES = ("mudah", "sedang", "sulit")
YES, NO = "ya", "tidak"
#: What a question may be about when it belongs to no single rule.
TOPICS = (
    *GROUPS.values(),
    "26 kategori PPKS",
    "Jalur masuk data",
    say_locally("Musyawarah kelurahan"),
    "Perubahan keluarga",
    "Graduasi dan masuk kembali",
    "DTKS dan P3KE",
    "Sikap petugas dan kerahasiaan",
)
_CODE = re.compile(r"([A-Z]{3})[ .\-‐‑–]?([0-9]{2})(?![0-9])")
_GAP = re.compile(r"\{[^}]*\}")


@cache
def taught_rules() -> Mapping[str, Rule]:
    """The rules a case can be drawn of, by code, in catalogue order."""
    return {code: rule for code, rule in catalogue().items() if rule.taught and rule.plants}


@cache
def plant_words() -> Mapping[str, Mapping[str, str]]:
    """By rule: plain words for each of its plants, and the plant's name they stand for."""
    found: dict[str, dict[str, str]] = {code: {} for code in taught_rules()}
    path = Path(__file__).with_name("plant_words.csv")
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            found.setdefault(row["rule"], {})[say_locally(row["words"])] = row["plant"]
    return found


def rule_choice(rule: Rule) -> str:
    """A rule as it is offered: its code and what it is about."""
    title = rule.title
    if _GAP.search(title):
        names = by_code("kesalahan_data")
        named = [names[code]["nama_kesalahan"] for code in rule.basis.catalogue if code in names]
        title = say_locally("; ".join(named)) or _GAP.sub("…", title)
    return f"{rule.code} {title}"


def code_in(text: str) -> str:
    """The code a cell begins with, written properly; "" where it begins with none."""
    match = _CODE.match(text.upper())
    return f"{match[1]}-{match[2]}" if match else ""


def nearest_rule(text: str, codes: Collection[str]) -> str:
    """The offered rule nearest to what was written, by its code or by its words."""
    offered = {code: rule_choice(catalogue()[code]) for code in codes}
    wanted = code_in(text) or text.upper().replace(" ", "")[:6]
    near = get_close_matches(wanted, list(offered), n=1, cutoff=0.6)
    if near:
        return offered[near[0]]
    words = {choice.partition(" ")[2].casefold(): choice for choice in offered.values()}
    return words.get(nearest(text.casefold(), words), "")


def nearest(text: str, words: Collection[str]) -> str:
    """The one of ``words`` most like ``text``, "" where none is."""
    by_fold = {word.casefold(): word for word in words}
    near = get_close_matches(text.casefold(), list(by_fold), n=1, cutoff=0.5)
    return by_fold[near[0]] if near else ""


def same_word(text: str, words: Collection[str]) -> str:
    """The one of ``words`` that ``text`` is, whatever its capitals; "" where it is none."""
    return next((word for word in words if word.casefold() == text.casefold()), "")

"""When two spellings are one name: what the rules about names and doubled numbers compare.

Titles, single letters and every way of writing Muhamad are left out, words are put in order, and
of a name with an alias the likelier part counts. Likeness is one less the share of letters that
must be changed (Levenshtein). The SQL and the Python here say the same: rules ask the one,
plants the other.
"""

from __future__ import annotations

import re

from workbench.linkage.names import MUHAMMAD, TITLES

_PARTS = "/| ALIAS | ALS "
_TAIL = ",.*| BIN(TI)? .*"
_LEFT_OUT = (*TITLES, *MUHAMMAD)


def plain_names(name: str) -> list[str]:
    """The parts of a name (one, or more where an alias stands) as they are compared."""
    parts = [re.sub(_TAIL, "", part) for part in re.split(_PARTS, name.upper())]
    found = []
    for part in parts:
        words = sorted(re.findall("[A-Z]+", part))
        kept = [word for word in words if len(word) > 1 and word not in _LEFT_OUT]
        found.append(" ".join(kept or words))
    return found


def likeness(one: str, other: str) -> float:
    """How alike two names are, from 0 to 1."""
    return max(
        1 - _distance(a, b) / max(len(a), len(b)) if a else 0
        for a in plain_names(one)
        for b in plain_names(other)
    )


def likeness_sql(one: str, other: str) -> str:
    """``likeness`` of two SQL text expressions, as an SQL expression."""
    return (
        f"CASE WHEN {one} = {other} THEN 1.0 ELSE list_max(flatten(list_transform("
        f"{plain_sql(one)}, lambda a: list_transform({plain_sql(other)}, lambda b: "
        "CASE WHEN a = '' THEN 0 ELSE 1 - levenshtein(a, b) / greatest(length(a), length(b)) "
        "END)))) END"
    )


def is_part(one: str, other: str) -> bool:
    """Whether all words of one name stand in the other, as when a second name is left out."""
    return any(
        a and b and (set(a.split()) <= set(b.split()) or set(b.split()) <= set(a.split()))
        for a in plain_names(one)
        for b in plain_names(other)
    )


def is_part_sql(one: str, other: str) -> str:
    """``is_part`` of two SQL text expressions, as an SQL expression."""
    words_a, words_b = "string_split(a, ' ')", "string_split(b, ' ')"
    return (
        f"list_bool_or(flatten(list_transform({plain_sql(one)}, lambda a: list_transform("
        f"{plain_sql(other)}, lambda b: a <> '' AND (list_has_all({words_a}, "
        f"{words_b}) OR list_has_all({words_b}, {words_a}))))))"
    )


def plain_sql(name: str) -> str:
    """``plain_names`` of an SQL text expression, as an SQL expression (a list)."""
    left_out = ", ".join(f"'{word}'" for word in _LEFT_OUT)
    words = f"list_sort(regexp_extract_all(regexp_replace(part, '{_TAIL}', ''), '[A-Z]+'))"
    kept = (
        f"list_filter({words}, lambda word: length(word) > 1 "
        f"AND NOT list_contains([{left_out}], word))"
    )
    return (
        f"list_transform(regexp_split_to_array(upper({name}), '{_PARTS}'), lambda part: "
        f"array_to_string(CASE WHEN len({kept}) > 0 THEN {kept} ELSE {words} END, ' '))"
    )


def _distance(one: str, other: str) -> int:
    before = list(range(len(other) + 1))
    for row, a in enumerate(one, start=1):
        now = [row]
        for column, b in enumerate(other, start=1):
            now.append(min(before[column] + 1, now[-1] + 1, before[column - 1] + (a != b)))
        before = now
    return before[-1]

"""What findings are narrowed by, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.domain.wilayah import PLACE_KINDS, say_locally
from workbench.rules import GROUPS, Severity
from workbench.services.findings import (
    BY_FAMILY,
    BY_NAME,
    BY_PLACE,
    BY_ROW,
    FACETS,
    GRAVEST,
    FindingsIndex,
    Query,
)
from workbench.training.labels import show
from workbench.ui.rule_words import rule_title
from workbench.ui.staff.drawing import place_name

FACET_WORDS: Mapping[str, str] = {
    "severity": "Tingkat",
    "group": "Kelompok",
    "rule": "Aturan",
    "kelurahan": PLACE_KINDS,
    "program": "Bantuan yang diterima",
    "desil": "Desil",
}
SORT_WORDS: Mapping[str, str] = {
    GRAVEST: "Terberat dulu",
    BY_FAMILY: "Keluarga dengan temuan terbanyak",
    BY_PLACE: say_locally("Menurut kelurahan"),
    BY_NAME: "Menurut nama",
    BY_ROW: "Menurut baris berkas",
}
#: Facets whose values have an order of their own; the others go by their counts.
_ORDERED: Mapping[str, tuple[str, ...]] = {
    "severity": tuple(str(severity) for severity in Severity),
    "group": tuple(GROUPS),
    "desil": (*map(str, range(1, 11)), ""),
}


def value_words(facet: str, value: str) -> str:
    """A value of a facet as it stands beside its box."""
    if facet == "severity":
        return value.capitalize()
    if facet == "group":
        return GROUPS.get(value, value)
    if facet == "rule":
        return f"{value} {rule_title(value)}"
    if facet == "kelurahan":
        return place_name(value)
    if facet == "program":
        return show("aid", "program", value) if value else "Tidak menerima bantuan"
    return f"Desil {value}" if value else "Desil tidak diketahui"


def facet_choices(index: FindingsIndex, query: Query) -> list[dict[str, Any]]:
    """The facets for the screen; values nobody would find anything by are left out."""
    counts = index.facets(query)
    choices = []
    for facet in FACETS:
        chosen = query.chosen.get(facet, frozenset())
        order = {value: place for place, value in enumerate(_ORDERED.get(facet, ()))}
        kept = [(value, n) for value, n in counts[facet] if n or value in chosen]
        kept.sort(key=lambda entry: (order.get(entry[0], len(order)), -entry[1], entry[0]))
        choices.append(
            {
                "key": facet,
                "label": FACET_WORDS[facet],
                "values": [
                    {
                        "value": value,
                        "label": value_words(facet, value),
                        "count": n,
                        "chosen": value in chosen,
                    }
                    for value, n in kept
                ],
            }
        )
    return choices


def query_words(query: Query) -> str:
    """What was narrowed, in one line for the head of a file; "" where nothing was."""
    parts = [
        f"{FACET_WORDS[facet]}: {', '.join(value_words(facet, v) for v in sorted(values))}"
        for facet, values in query.chosen.items()
    ]
    if query.search.strip():
        parts.append(f"Cari: {query.search.strip()}")
    return "; ".join(parts)

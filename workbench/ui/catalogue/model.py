"""The catalogue of rules as plain data: a page a rule, an example a rule, coverage, settings.

The room draws it, ``verval``'s reference pages are written from it; nothing here knows a widget.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.domain.words import number_id
from workbench.rules import GROUPS, Rule, Severity, catalogue
from workbench.rules.coverage import CATALOGUES, Line, coverage
from workbench.rules.parameters import parameters
from workbench.training.answers import word_for
from workbench.training.labels import COLUMNS
from workbench.ui.rule_words import rule_title

#: What a level asks of people.
SEVERITY_WORDS: Mapping[str, str] = {
    Severity.KRITIS: "Kritis: usulan ditahan sampai jelas",
    Severity.TINGGI: "Tinggi: perlu kunjungan",
    Severity.SEDANG: "Sedang: perlu dokumen",
    Severity.INFO: "Info: catatan saja",
}
#: How sure the written basis of a rule is.
CONFIRMED_WORDS: Mapping[str, str] = {
    "ya": "dibaca pada sumbernya",
    "sekunder": "dibaca pada sumber kedua, bukan naskah aturannya",
    "sebagian": "sebagian dibaca pada sumbernya",
    "tidak": "belum dikonfirmasi",
    "usulan": "usulan, belum dikonfirmasi",
}
CATALOGUE_WORDS: Mapping[str, str] = {
    "kesalahan_data": "Kesalahan data",
    "aturan_kombinasi": "Kombinasi bantuan",
    "siks_kelas_galat": "Kelas galat SIKS-NG",
    "alasan_tidak_layak": "Alasan tidak layak",
    "spm_layanan": "Layanan SPM",
}
_TABLES: Mapping[str, str] = {
    "person": "orang",
    "family": "keluarga",
    "aid": "bantuan",
    "event": "kejadian",
    "ppks": "PPKS",
    "dukcapil": "jawaban Dukcapil",
    "rt_rw": "daftar RT dan RW",
    "cleaned": "catatan pembacaan berkas",
}
#: Columns rules compare and no screen shows.
_UNSHOWN = {"mother_name": "Nama ibu, hanya dibandingkan"}
_PARAMETER = re.compile(r"getvariable\('(\w+)'\)")
#: Families tried for an example before the rule is shown without one.
_TRIES = 400


@dataclass(frozen=True)
class RulePage:
    """One rule in words. ``settings`` are names of parameters the rule reads."""

    code: str
    title: str
    group: str
    severity: str
    question: str
    why: str
    documents: tuple[str, ...]
    marks: tuple[str, ...]
    status: str
    follow_up: tuple[str, ...]
    source: str
    confirmed: str
    covers: tuple[str, ...]
    needs: tuple[str, ...]
    settings: tuple[str, ...]


@dataclass(frozen=True)
class Compared:
    """One cell of an example: what the list says, and what each document says of it."""

    label: str
    listed: str
    documents: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Example:
    """An invented family that carries the mistake; ``seen`` is what the officer saw, or ""."""

    family: str
    cells: tuple[Compared, ...]
    seen: str


def rule_page(code: str) -> RulePage:
    """A rule in words."""
    rule = catalogue()[code]
    return RulePage(
        code,
        rule_title(code),
        GROUPS[rule.group],
        SEVERITY_WORDS[rule.severity],
        rule.question,
        rule.why,
        rule.documents,
        tuple(_column_words(rule.table, name) for name in rule.fields),
        _status_words(rule),
        tuple(word_for("follow_up", name) for name in rule.follow_up),
        rule.basis.words,
        CONFIRMED_WORDS[rule.basis.confirmed],
        rule.basis.catalogue,
        tuple(" atau ".join(_place_words(p) for p in need.split("|")) for need in rule.needs),
        parameters_of(rule),
    )


def parameters_of(rule: Rule) -> tuple[str, ...]:
    """Names of the settings a rule's SQL reads, in the order of the file."""
    read = set(_PARAMETER.findall(" ".join((rule.when, *rule.evidence.values()))))
    return tuple(name for name in parameters() if name in read)


def find_rules(group: str = "", severity: str = "", words: str = "") -> list[Rule]:
    """Rules of a group and level whose text has all the words, in catalogue order."""
    wanted = words.lower().split()
    return [
        rule
        for rule in catalogue().values()
        if (not group or rule.group == group)
        and (not severity or rule.severity == severity)
        and all(word in _text(rule) for word in wanted)
    ]


def example_of(code: str, number: int = 1) -> Example | None:
    """An invented family with the rule's mistake; other numbers give other families and plants.

    None where no family drawn by itself can carry it (some mistakes need a whole list), or where
    neither the record nor a document would show it.
    """
    from workbench.errors import RuleBroken
    from workbench.training.drawing import draw_case
    from workbench.training.plans import Plan, Task

    rule = catalogue()[code]
    plants = rule.plants if rule.taught else []
    plan = Plan("contoh", n_cases=1, error_share=1.0, max_desil=5)
    for turn in range(len(plants)):
        plant = plants[(number - 1 + turn) % len(plants)]
        try:
            case = draw_case(plan, Task(1, (plant,)), seat=number, tries=_TRIES)
        except RuleBroken:
            continue
        mistake = case.key.mistakes[0]
        public = case.to_public()
        return Example(public["title"], tuple(_compare(public, mistake.fields)), mistake.seen)
    return None


def coverage_of(name: str) -> tuple[Line, ...]:
    """The lines of one of the catalogues the rules come from."""
    return tuple(line for line in coverage() if line.catalogue == name)


def coverage_sentence() -> str:
    """How many lines there are, and what is done about them, in one sentence."""
    lines = coverage()
    ruled = sum(bool(line.rules) for line in lines)
    return (
        f"{number_id(len(lines))} baris katalog: {number_id(ruled)} dijaga oleh "
        f"{number_id(len(catalogue()))} aturan, {number_id(len(lines) - ruled)} ditangani dengan "
        "cara lain."
    )


def value_words(value: Any, unit: str) -> str:
    """A setting's value as it is read: the number and its unit."""
    decimals = 0 if float(value).is_integer() else 2
    return f"{number_id(value, decimals)} {unit}".strip()


def _compare(public: Mapping[str, Any], cells: Iterable[str]) -> Iterable[Compared]:
    lines = {row["cell"]: row for section in public["record"] for row in section["rows"]}
    for cell in cells:
        if cell not in lines:
            continue
        said = tuple(
            (document["tab"], value)
            for document in public["documents"]
            for value in _said_by(document, cell)
        )
        yield Compared(lines[cell]["label"], lines[cell]["value"], said)


def _said_by(document: Mapping[str, Any], cell: str) -> Iterable[str]:
    """What a document says of a cell: on a card, in a table, in the officer's sentence."""
    for field in document["fields"]:
        if cell in field["cells"]:
            yield field["value"]
    grid = document["table"] or {"rows": [], "cells": []}
    for row, places in zip(grid["rows"], grid["cells"], strict=True):
        yield from (text for text, place in zip(row, places, strict=True) if place == cell)
    for text, places in zip(document["paragraphs"], document["paragraph_cells"], strict=True):
        if cell in places:
            yield text


def _status_words(rule: Rule) -> str:
    status = word_for("status", rule.status)
    return f"{status}: {word_for('reason', rule.reason)}" if rule.reason else status


def _column_words(table: str, column: str) -> str:
    named, _, name = column.rpartition(".")
    return _UNSHOWN.get(name) or COLUMNS.get(named or table, {}).get(name, name)


def _place_words(place: str) -> str:
    table, _, column = place.partition(".")
    where = _TABLES.get(table, table)
    if table not in COLUMNS:
        return where
    return f"{_column_words(table, column)} ({where})"


def _text(rule: Rule) -> str:
    return " ".join(
        (rule.code, rule_title(rule.code), rule.question, rule.why, *rule.documents)
    ).lower()


__all__ = [
    "CATALOGUES",
    "CATALOGUE_WORDS",
    "Compared",
    "Example",
    "RulePage",
    "coverage_of",
    "coverage_sentence",
    "example_of",
    "find_rules",
    "parameters_of",
    "rule_page",
    "value_words",
]

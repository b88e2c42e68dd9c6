"""A practice case: a family as the list has it, its documents, and the key that stays behind.

A case begins as a clean family, the truth, from which the documents are drawn; then mistakes are
planted and the rows as they now stand become the register record. So a mistake shows where the
two differ, or inside the record itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from random import Random
from string import Formatter
from typing import Any

from workbench.domain.register import Draft, Row, key_column
from workbench.domain.words import date_id
from workbench.rules import Rule, catalogue
from workbench.synthesis import WHY_LAWFUL, Planting, World
from workbench.synthesis.planting import reads
from workbench.training.answers import choices
from workbench.training.documents import (
    Document,
    draw_aid_slips,
    draw_family_card,
    draw_house,
    draw_identity_cards,
    draw_neighbourhood_letter,
    draw_officer_note,
    draw_registry_reply,
)
from workbench.training.keys import Key, LookAlike, Mistake
from workbench.training.labels import show
from workbench.training.plans import LOOK_ALIKES
from workbench.training.records import Section, choose_layout, draw_record, least_lines

RECORD_TABLES = ("person", "family", "aid", "event", "ppks")

#: Columns rules read to join or group rows; a reader has the sections for that.
_MACHINERY = {
    *((table, column) for table in RECORD_TABLES for column in ("no_kk", "family_id", "person_id")),
    *((table, "nik") for table in ("aid", "event", "ppks")),
    ("family", "source_list"),
}

#: What a look-alike is called, and who says it is lawful.
_LOOK_ALIKE_TITLES: Mapping[str, tuple[str, str]] = {
    "kembar": ("Dua anak lahir pada hari yang sama", ""),
    "senama": ("Nama yang sama pada keluarga lain", ""),
    "nik_wilayah_lama": ("NIK berawalan kode kecamatan lama", "Dukcapil Klaten, arti 16 digit NIK"),
    "nik_luar_kota": ("NIK terbit di daerah lain", "Dukcapil Klaten, arti 16 digit NIK"),
    "bantuan_boleh_bersama": (
        "Beberapa bantuan dalam satu keluarga",
        "Katalog program perlindungan sosial 2025-2026 (pihak ketiga)",
    ),
    "janda_kepala_keluarga": ("Perempuan sebagai kepala keluarga", ""),
    "kartu_atas_nama_ibu": ("Kartu bantuan bukan atas nama kepala keluarga", ""),
    "orang_tua_serumah": ("Orang tua di dalam KK anaknya", ""),
    "kawin_terlambat": ("Menikah pada usia lanjut", ""),
}


@dataclass(frozen=True)
class Case:
    """One case of one trainee. ``to_public`` is what a page may have; ``key`` is not.

    ``number`` counts from 1 ``of`` all; ``record`` holds the sections of the list's row,
    ``documents`` what the family lays on the table; ages are judged at ``as_of``.
    """

    number: int
    of: int
    title: str
    as_of: date
    record: tuple[Section, ...]
    documents: tuple[Document, ...]
    key: Key
    #: The rows the case was drawn from, for checking it against the rules; not stored.
    listed: Draft

    @property
    def family(self) -> tuple[str, str]:
        """By what somebody would know the family again: its name and the number of its card."""
        return self.title, self.documents[0].subtitle

    def to_public(self) -> dict[str, Any]:
        """The case as JSON for a page: record, documents and choices, and nothing of the key."""
        return {
            "number": self.number,
            "of": self.of,
            "title": self.title,
            "practice": True,
            "as_of": date_id(self.as_of),
            "record": [section.to_json() for section in self.record],
            "documents": [document.to_json() for document in self.documents],
            "choices": choices(),
        }

    def with_titles(self, titles: Mapping[tuple[str, str], str]) -> Case:
        """The case with the sentences of its mistakes, by (rule, subject), in the key."""
        mistakes = tuple(
            replace(m, title=titles.get((m.rule, m.subject), m.title)) for m in self.key.mistakes
        )
        return replace(self, key=replace(self.key, mistakes=mistakes))


def declared_cells(planting: Planting) -> tuple[str, ...]:
    """The cells a trainee should mark, each as ``SUBJECT.column``."""
    own = planting.planted.subject
    return tuple(cell if "." in cell else f"{own}.{cell}" for cell in planting.planted.fields)


def touched_cells(planting: Planting) -> frozenset[str]:
    """Every cell that belongs to the mistake in any way: all that was changed or came with a new
    row, and what the other rules speak of that it raises too.
    """
    cells: set[str] = set()
    for change in planting.changes:
        if change.table not in RECORD_TABLES:
            continue
        if change.column:
            cells.add(f"{change.subject}.{change.column}")
        elif isinstance(change.after, dict):
            cells |= {f"{change.subject}.{column}" for column in change.after}
    for companion in planting.planted.companions:
        code, _, subject = companion.partition(":")
        rule = catalogue().get(code)
        for column in rule.fields if rule else ():
            cells.add(f"{subject}.{column.rpartition('.')[2]}")
    return frozenset(cells)


#: What makes a row look like a second copy of another: any of these columns equal in both.
_LIKENESS = {"person": ("nik", "name"), "aid": ("program",), "ppks": ("category", "person_id")}


def _twins_of(planting: Planting, listed: Draft) -> set[str]:
    """The cells of rows a new row repeats: who reads the list cannot tell which came first."""
    cells: set[str] = set()
    declared = {cell.split(".")[1] for cell in declared_cells(planting)}
    for change in planting.changes:
        if change.column or change.table not in _LIKENESS or not isinstance(change.after, dict):
            continue
        key = key_column(change.table)
        for row in listed.rows(change.table, change.after["family_id"]):
            same = [c for c in _LIKENESS[change.table] if row[c] and row[c] == change.after[c]]
            if same and row[key] != change.subject:
                cells |= {f"{row[key]}.{column}" for column in declared}
    return cells


def are_independent(one: Planting, other: Planting) -> bool:
    """Whether two mistakes can be told apart: they wrote different columns, and no rule of the
    catalogue reads columns of both.
    """
    if one.touched & other.touched:
        return False
    return not any(one.touched & read and other.touched & read for read in _read_by_rules())


@cache
def _read_by_rules() -> tuple[frozenset[str], ...]:
    return tuple(reads(rule) for rule in catalogue().values())


def build_case(
    number: int,
    of: int,
    draw_truth: Callable[[], World],
    listed: World,
    family_id: str,
    plantings: Sequence[Planting],
    rng: Random,
    max_lines: int | None = None,
) -> Case | None:
    """Make the case of a family from its truth and from its rows as the list has them.

    None when its record would be longer than ``max_lines``; the truth is then not drawn.
    """
    as_of = date.fromisoformat(str(listed.manifest["as_of"]))
    look_alike, alike_subjects = _look_alike(listed)
    declared = [cell for item in plantings for cell in declared_cells(item)]
    subjects = {cell.split(".")[0] for cell in declared} | alike_subjects
    subjects |= {item.planted.subject for item in plantings}
    # What the same mistake raises in another family has to be seen there too.
    subjects |= {c.partition(":")[2] for item in plantings for c in item.planted.companions}
    others = _other_families(listed, family_id, subjects)
    needed = {(table_of(cell), cell.split(".")[1]) for cell in declared}
    for item in plantings:
        needed |= {_split(c) for c in catalogue()[item.plant.rule].columns} - _MACHINERY
    needed -= {("person", "mother_name")}
    layout = choose_layout(needed, rng)
    if max_lines is not None and least_lines(listed, family_id, layout) > max_lines:
        return None
    record = draw_record(listed, family_id, layout, others)
    cells = tuple(line.cell for section in record for line in section.lines)
    if max_lines is not None and len(cells) > max_lines:
        return None
    truth = draw_truth()
    key = Key(tuple(_mistake(item, listed, cells) for item in plantings), cells, look_alike)
    documents = _documents(truth, listed, family_id, others, plantings, cells, as_of, rng)
    title = f"Keluarga {truth.family(family_id)['head_name']}"
    return Case(number, of, title, as_of, record, documents, key, listed)


def table_of(cell: str) -> str:
    """The table a cell lies in, by the letter its subject begins with."""
    return {"P": "person", "F": "family", "A": "aid", "V": "event", "K": "ppks"}[cell[0]]


def _split(column: str) -> tuple[str, str]:
    table, _, name = column.partition(".")
    return table, name


def find_row(draft: Draft, subject: str) -> Row | None:
    """The row of a subject in any table that has ids."""
    table = table_of(subject)
    key = key_column(table)
    return next((row for row in draft.tables[table] if row[key] == subject), None)


def _other_families(
    listed: Draft, family_id: str, subjects: Collection[str]
) -> dict[str, list[str]]:
    others: dict[str, list[str]] = {}
    for subject in sorted(subjects):
        row = find_row(listed, subject)
        if row is not None and row["family_id"] not in ("", family_id):
            others.setdefault(row["family_id"], []).append(subject)
    return others


def _documents(
    truth: Draft,
    listed: Draft,
    family_id: str,
    others: Mapping[str, Iterable[str]],
    plantings: Sequence[Planting],
    shown: Collection[str],
    as_of: date,
    rng: Random,
) -> tuple[Document, ...]:
    documents = [draw_family_card(truth, family_id)]
    asked = listed.members(family_id)
    cards = draw_identity_cards(truth, family_id, as_of)
    known = {row["family_id"] for row in truth.tables["family"]}
    for number, (other, subjects) in enumerate(others.items(), start=1):
        wanted = set(subjects)
        asked += [m for m in listed.members(other) if m["person_id"] in wanted]
        if other in known:
            tab = "KK keluarga lain" if len(others) == 1 else f"KK keluarga lain {number}"
            # A person the plant moved there stands on that card too.
            joined = {row["person_id"] for row in truth.members(other)} < {
                row["person_id"] for row in listed.members(other)
            }
            documents.append(draw_family_card(listed if joined else truth, other, tab))
            cards += draw_identity_cards(
                truth, other, as_of, only=wanted, taken=[card.tab for card in cards]
            )
    noted = [item for item in plantings if item.planted.note]
    noted_cells = {cell for item in noted for cell in declared_cells(item)}
    absent = _absent(truth, listed, family_id, noted)
    letters = []
    # By what is shown and not by what is wrong, so that a letter says nothing of the key.
    if not {f"{family_id}.domicile", f"{family_id}.existence"}.isdisjoint(shown):
        letters.append(
            draw_neighbourhood_letter(truth, listed, family_id, as_of, noted_cells, absent)
        )
    return (
        *documents,
        *cards,
        *draw_house(truth, family_id, noted_cells),
        *draw_aid_slips(truth, family_id, shown, noted_cells),
        *letters,
        draw_registry_reply(truth, listed, asked),
        draw_officer_note(
            truth,
            listed,
            family_id,
            as_of,
            rng,
            shown,
            [item.planted.note for item in noted],
            noted_cells,
            absent,
        ),
    )


def _absent(truth: Draft, listed: Draft, family_id: str, noted: Sequence[Planting]) -> set[str]:
    """Persons of whom a note says that they are not (or no longer) of this household."""
    absent: set[str] = set()
    for planting in noted:
        if catalogue()[planting.plant.rule].group not in ("family", "presence"):
            continue
        concerned = {cell.split(".")[0] for cell in declared_cells(planting)}
        remaining = {row["person_id"] for row in listed.members(family_id)}
        gone = {row["person_id"] for row in truth.members(family_id)} - remaining
        # Where rows were taken out, those who are left are the ones the officer met.
        absent |= gone or concerned
    return absent


def _look_alike(listed: World) -> tuple[LookAlike | None, set[str]]:
    rows = [row for row in listed.look_alikes if row["look_alike"] in LOOK_ALIKES]
    if not rows:
        return None, set()
    name = rows[0]["look_alike"]
    title, source = _LOOK_ALIKE_TITLES[name]
    subjects = [row["subject"] for row in rows]
    if name == "bantuan_boleh_bersama":
        subjects = [row["aid_id"] for row in listed.rows("aid", rows[0]["family_id"])]
    cells = tuple(f"{subject}.{column}" for subject in subjects for column in LOOK_ALIKES[name])
    return LookAlike(name, title, WHY_LAWFUL[name], cells, source), {r["subject"] for r in rows}


def _mistake(planting: Planting, listed: Draft, cells: Collection[str]) -> Mistake:
    rule = catalogue()[planting.plant.rule]
    subject = planting.planted.subject
    declared = declared_cells(planting)
    touched = (touched_cells(planting) | _twins_of(planting, listed)) - set(declared)
    return Mistake(
        rule=rule.code,
        plant=planting.plant.name,
        subject=subject,
        fields=declared,
        title=plain_title(rule, find_row(listed, subject)),
        status=rule.status,
        reason=rule.reason or "",
        follow_up=rule.follow_up,
        companions=planting.planted.companions,
        touched=tuple(sorted(touched & set(cells))),
        question=rule.question,
        why=rule.why,
        documents=rule.documents,
        source=rule.basis.words,
        seen=planting.planted.note,
    )


def plain_title(rule: Rule, row: Row | None) -> str:
    """The rule's title from the subject's own cells; its question where they do not suffice.

    The engine knows better (``drawing.settle_titles``); this is for where it must not run.
    """
    names = [name for _, name, _, _ in Formatter().parse(rule.title) if name]
    if row is None or not set(names) <= set(row):
        return rule.question if names else rule.title
    table = rule.table
    return rule.title.format_map({name: show(table, name, row[name]) for name in names})

"""The register record of a case: the rows of one family as a trainee sees them.

The core columns are always shown. Of the others a case shows those its mistake lies in *and* a
few that the dice chose, for all members alike, so that being shown says nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from workbench.domain.reference import label
from workbench.domain.register import Draft, Row, key_column
from workbench.rules import catalogue
from workbench.training.labels import column_label, desil_words, show

#: Shown in every case.
CORE: Mapping[str, tuple[str, ...]] = {
    "family": (
        "no_kk",
        "head_name",
        "address",
        "rt",
        "rw",
        "kelurahan_kode_kemendagri",
        "members_stated",
        "desil",
        "assets",
        "power_va",
    ),
    "person": ("nik", "name", "sex", "birth_date", "shdk", "marital_status"),
    "aid": ("program",),
    "ppks": ("category",),
    "event": ("kind", "date"),
}
#: Further rows of aid that goes to a family as a whole and not to each person.
CORE_OF_FAMILY_AID = ("name", "status")

#: Bundles from which the dice choose: a dwelling is seen whole or in part, never cell by cell.
BUNDLES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "bangunan": (
        ("family", "house_tenure"),
        ("family", "floor_area_m2"),
        ("family", "floor"),
        ("family", "wall"),
        ("family", "roof"),
    ),
    "sarana": (
        ("family", "water"),
        ("family", "lighting"),
        ("family", "toilet"),
        ("family", "toilet_kind"),
        ("family", "cooking_fuel"),
    ),
    "pekerjaan": (("person", "occupation"),),
    "padan": (("person", "dukcapil_match"),),
    "keberadaan": (("family", "existence"), ("family", "domicile")),
    "pengeluaran": (
        ("family", "income_rp"),
        ("family", "expenditure_rp"),
        ("family", "food_expenditure_rp"),
    ),
}
_DWELLING = ("bangunan", "sarana")
#: Order of the family's columns on the screen; others follow.
_ORDER = (
    *("no_kk", "kk_issued_on", "head_name", "address", "sls", "rt", "rw"),
    *("kelurahan_kode_kemendagri", "members_stated", "existence", "domicile"),
    *("source_list", "entry_route", "proposal_status"),
    *("desil", "desil_version", "desil_source", "desil_checked_on"),
    *("house_tenure", "floor_area_m2", "floor", "wall", "roof"),
    *("water", "lighting", "power_va", "toilet", "toilet_kind", "cooking_fuel", "assets"),
)


@dataclass(frozen=True)
class Line:
    """One row of the record: the cell it stands for, its label and its value in words."""

    cell: str
    label: str
    value: str

    def to_json(self) -> dict[str, str]:
        return {"cell": self.cell, "label": self.label, "value": self.value}


@dataclass(frozen=True)
class Section:
    """A titled block of the record."""

    title: str
    subject: str
    lines: tuple[Line, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "subject": self.subject,
            "rows": [line.to_json() for line in self.lines],
        }


@dataclass(frozen=True)
class Layout:
    """The columns a case shows, by table, in the order of the screen."""

    columns: Mapping[str, tuple[str, ...]]

    def of(self, table: str) -> tuple[str, ...]:
        return self.columns.get(table, ())


def choose_layout(needed: Collection[tuple[str, str]], rng: Random) -> Layout:
    """The columns to show: the core, what ``needed`` (table, column) asks for, and decoys.

    One dwelling bundle is always there, and one more bundle or single column that some rule
    speaks of, so that a needed column is not the only thing beyond the core.
    """
    decoys = [cells for name, cells in BUNDLES.items() if name not in _DWELLING]
    decoys += [(cell,) for cell in _columns_of_rules()]
    chosen = [BUNDLES[rng.choice(_DWELLING)], rng.choice(decoys)]
    chosen += [cells for cells in BUNDLES.values() if set(cells) & set(needed)]
    shown = {table: list(columns) for table, columns in CORE.items()}
    for table, column in [*(cell for cells in chosen for cell in cells), *sorted(needed)]:
        if table in shown and column not in shown[table]:
            shown[table].append(column)
    shown["family"].sort(key=lambda c: _ORDER.index(c) if c in _ORDER else len(_ORDER))
    return Layout({table: tuple(listed) for table, listed in shown.items()})


@cache
def _columns_of_rules() -> tuple[tuple[str, str], ...]:
    """Columns some rule speaks of that are neither core nor bundled."""
    known = {(table, column) for table, columns in CORE.items() for column in columns}
    known |= {cell for cells in BUNDLES.values() for cell in cells}
    known |= {("aid", column) for column in CORE_OF_FAMILY_AID}
    spoken = set()
    for rule in catalogue().values():
        for field in rule.fields:
            table, _, column = field.rpartition(".")
            spoken.add((table or rule.table, column))
    return tuple(sorted(cell for cell in spoken - known if cell[0] in CORE))


def draw_record(
    draft: Draft, family_id: str, layout: Layout, others: Mapping[str, Iterable[str]]
) -> tuple[Section, ...]:
    """The record of a family, and of the rows of ``others`` (family -> subjects) beside it.

    Sections: the family, a section a member, aid, events, PPKS; sections without rows are left
    out.
    """
    sections = [_family(draft.family(family_id), layout, "Keluarga")]
    for place, person in enumerate(draft.members(family_id), start=1):
        sections.append(_person(person, layout, f"Anggota {place}"))
    sections += _rest(draft, family_id, layout, None, "")
    for number, (other, subjects) in enumerate(others.items(), start=1):
        mark = f"Keluarga lain {number}" if len(others) > 1 else "Keluarga lain"
        wanted = set(subjects)
        sections.append(_family(draft.family(other), layout, mark, of_another=True))
        for place, person in enumerate(draft.members(other), start=1):
            if person["person_id"] in wanted:
                sections.append(_person(person, layout, f"{mark}, anggota {place}"))
        sections += _rest(draft, other, layout, wanted, f"{mark}: ")
    return tuple(section for section in sections if section.lines)


def least_lines(draft: Draft, family_id: str, layout: Layout) -> int:
    """Lines the record of a family has at least, told without writing it."""
    person = [column for column in layout.of("person") if not column.startswith("is_pregnant")]
    return (
        len(layout.of("family"))
        + len(person) * len(draft.members(family_id))
        + sum(len(layout.of(t)) * len(draft.rows(t, family_id)) for t in ("aid", "event", "ppks"))
    )


_OF_ANOTHER = ("no_kk", "head_name", "address", "rt", "rw", "kelurahan_kode_kemendagri")


def _family(row: Row, layout: Layout, title: str, of_another: bool = False) -> Section:
    columns = layout.of("family")
    if of_another:
        columns = tuple(column for column in columns if column in _OF_ANOTHER)
    return Section(title, row["family_id"], _lines("family", row, columns))


def _person(row: Row, layout: Layout, title: str) -> Section:
    columns = [
        column
        for column in layout.of("person")
        if not (column.startswith("is_pregnant") and row["sex"] == "L" and not row[column])
    ]
    name = row["name"] or "(tanpa nama)"
    return Section(f"{title}: {name}", row["person_id"], _lines("person", row, columns))


def _rest(
    draft: Draft, family_id: str, layout: Layout, wanted: Collection[str] | None, prefix: str
) -> list[Section]:
    def rows(table: str) -> list[Row]:
        key = key_column(table)
        return [r for r in draft.rows(table, family_id) if wanted is None or r[key] in wanted]

    aid: list[Line] = []
    for number, row in enumerate(rows("aid"), start=1):
        columns = list(layout.of("aid"))
        if goes_to_family(row["program"]):
            columns += [column for column in CORE_OF_FAMILY_AID if column not in columns]
        aid += _lines("aid", row, columns, suffix=f" {number}", whom=_recipient(row))
    events: list[Line] = []
    for number, row in enumerate(rows("event"), start=1):
        columns = list(layout.of("event"))
        if row["name"] and "name" not in columns:
            columns.append("name")
        events += _lines("event", row, columns, suffix=f" {number}")
    ppks: list[Line] = []
    names = {person["person_id"]: person["name"] for person in draft.members(family_id)}
    for number, row in enumerate(rows("ppks"), start=1):
        whom = names.get(row["person_id"], "") or "keluarga"
        ppks += _lines("ppks", row, layout.of("ppks"), suffix=f" {number}", whom=whom)
    return [
        Section(f"{prefix}Bantuan", family_id, tuple(aid)),
        Section(f"{prefix}Peristiwa", family_id, tuple(events)),
        Section(f"{prefix}Kategori PPKS (dahulu PMKS)", family_id, tuple(ppks)),
    ]


def goes_to_family(program: str) -> bool:
    """Whether a programme is paid to a family as a whole (``satuan``)."""
    return label("program_bantuan", program, "satuan").startswith("keluarga")


def _recipient(row: Row) -> str:
    return "" if goes_to_family(row["program"]) else str(row["name"])


def _lines(
    table: str, row: Row, columns: Iterable[str], suffix: str = "", whom: str = ""
) -> tuple[Line, ...]:
    subject = row[key_column(table)]
    lines = []
    for column in dict.fromkeys(columns):
        words = column_label(table, column) + suffix
        if whom and column in CORE[table]:
            words = f"{words} ({whom})"
        value = show(table, column, row[column])
        if column == "desil":
            value = desil_words(row)
        lines.append(Line(f"{subject}.{column}", words, value))
    return tuple(lines)

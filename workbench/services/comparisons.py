"""Two lists of one workspace compared, for one person's areas: sums, pages, a workbook."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from workbench.access import Actor, Permission, Workspace, require
from workbench.domain.ages import unlike_words
from workbench.domain.register import Row
from workbench.domain.schema import TABLES
from workbench.domain.wilayah import PLACE_KINDS, kelurahan_by_code
from workbench.domain.words import date_id, mask_nik, number_id
from workbench.errors import WrongUse
from workbench.rules import Findings, catalogue
from workbench.services import shelves
from workbench.services.findings import WITHHELD, sensitive_subjects
from workbench.services.office import Office
from workbench.services.sheets import add_sheet
from workbench.services.shelves import ListSummary, Standing
from workbench.verification.columns import fields
from workbench.verification.comparison import (
    REASONS,
    Change,
    Comparison,
    Fate,
    Judged,
    compare,
)

#: Classes of people and families in words, in the order of the sums.
CHANGE_WORDS: Mapping[Change, str] = {
    Change.ENTERED: "masuk",
    Change.LEFT: "keluar",
    Change.MOVED: "pindah",
    Change.MOVED_IN: "pindah masuk wilayah tugas",
    Change.MOVED_OUT: "pindah keluar wilayah tugas",
    Change.CHANGED: "berubah",
    Change.SAME: "tetap",
    Change.UNPAIRED: "tidak dapat dipasangkan",
}
#: Classes of findings in words, in the order of the sums.
FATE_WORDS: Mapping[Fate, str] = {
    Fate.NEW: "baru",
    Fate.MENDED: "beres",
    Fate.STILL: "masih terbuka",
    Fate.GONE: "pergi bersama barisnya",
    Fate.CAME: "datang bersama barisnya",
    Fate.INCOMPARABLE: "tidak dapat dibandingkan",
}
#: What is compared: name of the table here, and its word.
SUBJECTS: Mapping[str, str] = {"persons": "orang", "families": "keluarga"}

#: Rows a sheet of a workbook may have, with room for its head.
_MOST_ROWS = 1_000_000
_NUMBERS = frozenset({"nik", "no_kk", "id_record"})
#: Stands for a birth date.
MASKED = "(disamarkan)"


@dataclass(frozen=True)
class Equation:
    """``total`` of one list is the sum of ``parts``: (word, count), none of them zero."""

    total: int
    parts: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class ComparedLists:
    """Two lists side by side, cut to the actor's areas.

    ``is_alike`` says whether both were judged by the same rules and parameters.
    """

    before: ListSummary
    after: ListSummary
    comparison: Comparison
    is_alike: bool
    _found: tuple[Findings, Findings]
    _hidden: tuple[pa.Array, pa.Array]

    def equations(self, what: str) -> tuple[Equation, Equation]:
        """The sums of ``persons``, ``families`` or ``findings``, before and after."""
        words: Mapping[Any, str] = FATE_WORDS if what == "findings" else CHANGE_WORDS
        tally: Mapping[Any, tuple[int, int]] = {
            "persons": self.comparison.person_tally,
            "families": self.comparison.family_tally,
            "findings": self.comparison.finding_tally,
        }[what]

        def side(at: int) -> Equation:
            parts = tuple(
                (word, tally[one][at]) for one, word in words.items() if tally.get(one, (0, 0))[at]
            )
            return Equation(sum(count for _, count in parts), parts)

        return side(0), side(1)

    def count(self, what: str, change: str) -> int:
        """Lines of one class of ``persons``, ``families`` or ``findings``."""
        return _only(self._table(what), what, change).num_rows

    def rows(self, what: str, change: str, start: int = 0, size: int = 50) -> list[Row]:
        """Persons or families of one class, numbers masked, values in words.

        Each with name, number, no_kk, place (kelurahan) as ``_before`` and ``_after`` (None
        where the side has no row), ``reason`` (a sentence or "") and ``changes``:
        (column, before, after) in words.
        """
        table = "person" if what == "persons" else "family"
        page = _only(self._table(what), what, change).slice(start, size)
        return [_row_words(row, table) for row in page.to_pylist()]

    def findings(
        self, fate: str, rule: str = "", kelurahan_kode: str = "", start: int = 0, size: int = 50
    ) -> tuple[int, list[Row]]:
        """How many findings of one class pass, and a page of them with their sentences.

        Each with rule, severity, title, name, number, place and ``reason`` (a sentence or "").
        """
        table = _only(self.comparison.findings, "findings", fate)
        if rule:
            table = table.filter(pc.equal(table["rule"], rule))
        if kelurahan_kode:
            here = pc.coalesce(table["kelurahan_after"], table["kelurahan_before"])
            table = table.filter(pc.equal(here, kelurahan_kode))
        return table.num_rows, self._in_words(table.slice(start, size))

    def by_rule(self) -> list[tuple[str, dict[Fate, int]]]:
        """Findings of each class by rule, in the order of the catalogue."""
        order = {code: place for place, code in enumerate(catalogue())}
        found = _cross(self.comparison.findings, self.comparison.findings["rule"])
        return sorted(found.items(), key=lambda item: order.get(item[0], len(order)))

    def by_kelurahan(self) -> list[tuple[str, dict[Fate, int]]]:
        """Findings of each class by kelurahan (where they are now, else where they were)."""
        table = self.comparison.findings
        return sorted(
            _cross(table, pc.coalesce(table["kelurahan_after"], table["kelurahan_before"])).items()
        )

    def not_compared(self) -> list[str]:
        """Columns, in words, that only one of the lists has."""
        return [
            column_words(table, column)
            for table, names in self.comparison.not_compared.items()
            for column in names
        ]

    def _table(self, what: str) -> pa.Table:
        return getattr(self.comparison, what)

    def _in_words(self, page: pa.Table) -> list[Row]:
        rows = page.to_pylist()
        for side, at in (("after", 1), ("before", 0)):
            subjects = pa.array([row[f"subject_{side}"] for row in rows], pa.string())
            table = self._found[at].table
            near = table.filter(pc.is_in(table["subject"], subjects)).to_pylist()
            known = {(one["rule"], one["subject_kind"], one["subject"]): one for one in near}
            hidden = set(self._hidden[at].to_pylist())
            for row in rows:
                key = (row["rule"], row["subject_kind"], row[f"subject_{side}"])
                if "title" in row or not row[f"in_{side}"] or key not in known:
                    continue
                one = known[key]
                secret = one["subject_kind"] == "ppks" and one["subject"] in hidden
                rule = self._found[at].rules[one["rule"]]
                row["title"] = rule.sentence(json.loads(one["evidence"]))
                row["severity"] = one["severity"]
                row["name"] = WITHHELD if secret else one["name"]
                row["number"] = "" if secret else mask_nik(one["nik"] or one["no_kk"])
                row["place"] = place_words(one["kelurahan_kode_kemendagri"])
        for row in rows:
            row["reason"] = REASONS.get(row["reason"], "")
        return rows


def compare_lists(office: Office, actor: Actor, before_id: str, after_id: str) -> ComparedLists:
    """Compare an older list with a newer one, cut to the actor's areas.

    Raises ``WrongUse`` for a list beside itself, ``NotFound`` for one that does not stand.
    """
    require(actor, Permission.READ_LIST)
    if before_id == after_id:
        raise WrongUse("Pilih dua daftar yang berbeda untuk dibandingkan.")
    first, before = shelves.standing(office, actor, before_id)
    second, after = shelves.standing(office, actor, after_id)
    whole = compare(_judged(before), _judged(after))
    cut = whole if actor.covers("") else whole.within(actor.covers)
    return ComparedLists(
        shelves.summary_of(first),
        shelves.summary_of(second),
        cut,
        before.marks is not None
        and before.marks == after.marks
        and not before.local
        and not after.local,
        (before.findings, after.findings),
        (
            sensitive_subjects(before.register["ppks"]),
            sensitive_subjects(after.register["ppks"]),
        ),
    )


def comparison_file(
    office: Office, actor: Actor, before_id: str, after_id: str
) -> tuple[str, bytes]:
    """The comparison as a workbook: its file name and content. Numbers are masked."""
    require(actor, Permission.PRINT_CHECKLIST)
    compared = compare_lists(office, actor, before_id, after_id)
    import xlsxwriter

    content = io.BytesIO()
    book = xlsxwriter.Workbook(
        content, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    )
    writer = _Sheets(book, actor.workspace)
    writer.summary(compared)
    for what, word in SUBJECTS.items():
        for change in CHANGE_WORDS:
            if change is not Change.SAME and (total := compared.count(what, change)):
                writer.rows(f"{word} {CHANGE_WORDS[change]}", _pages(compared, what, change), total)
    for fate in FATE_WORDS:
        if total := compared.count("findings", fate):
            writer.findings(f"temuan {FATE_WORDS[fate]}", compared, fate, total)
    book.close()
    return f"perbandingan-{before_id}-{after_id}.xlsx", content.getvalue()


def column_words(table: str, column: str) -> str:
    """What a column is called on a screen."""
    return _column_words().get((table, column), column.replace("_", " "))


def place_words(code: str) -> str:
    """A kelurahan with its kecamatan."""
    place = kelurahan_by_code().get(code)
    return f"{place.name}, Kec. {place.kecamatan}" if place else f"{PLACE_KINDS} belum dikenali"


@cache
def _column_words() -> dict[tuple[str, str], str]:
    found = {
        ("family", "head_name"): "Nama kepala keluarga",
        ("family", "no_kk"): "Nomor KK",
        ("family", "kelurahan_kode_kemendagri"): PLACE_KINDS,
        ("person", "kelurahan_kode_kemendagri"): PLACE_KINDS,
        ("person", "no_kk"): "Nomor KK",
    }
    for one in fields().values():
        for column in one.column.split("+"):
            found.setdefault((one.table, column), one.words)
    return found


@cache
def _column_types() -> dict[tuple[str, str], str]:
    return {
        (table, column.name): column.type
        for table in ("person", "family")
        for column in TABLES[table]
    }


def _judged(one: Standing) -> Judged:
    return Judged(one.register, one.findings, one.marks, one.local)


def _only(table: pa.Table, what: str, change: str) -> pa.Table:
    column = "fate" if what == "findings" else "change"
    return table.filter(pc.equal(table[column], str(change)))


def _cross(table: pa.Table, key: pa.ChunkedArray) -> dict[str, dict[Fate, int]]:
    counted = (
        pa.table({"key": key, "fate": table["fate"]})
        .group_by(["key", "fate"])
        .aggregate([([], "count_all")])
    )
    found: dict[str, dict[Fate, int]] = {}
    for row in counted.to_pylist():
        found.setdefault(row["key"], {})[Fate(row["fate"])] = row["count_all"]
    return found


def _row_words(row: Row, table: str) -> Row:
    said: Row = {"reason": REASONS.get(row["reason"], "")}
    for side in ("before", "after"):
        here = row[f"in_{side}"]
        said[f"name_{side}"] = row[f"name_{side}"] if here else None
        for name in ("number", "no_kk"):
            said[f"{name}_{side}"] = mask_nik(row[f"{name}_{side}"]) if here else None
        said[f"place_{side}"] = place_words(row[f"kelurahan_{side}"]) if here else None
    said["changes"] = [
        (
            column_words(table, cell["column"]),
            *_both_words(table, cell["column"], cell["before"], cell["after"]),
        )
        if cell["before"] is not None or cell["after"] is not None
        else (column_words(table, cell["column"]), "(tidak ditampilkan)", "(tidak ditampilkan)")
        for cell in row["changes"]
    ]
    return said


def _both_words(table: str, column: str, before: str | None, after: str | None) -> tuple[str, str]:
    if column == "birth_date" and before and after:
        # Neither date is told, only in what they differ.
        unlike = unlike_words(date.fromisoformat(after), date.fromisoformat(before))
        return MASKED, unlike
    return _value_words(table, column, before), _value_words(table, column, after)


def _value_words(table: str, column: str, text: str | None) -> str:
    if not text:
        return "(kosong)"
    if column == "birth_date":
        return MASKED
    if column in _NUMBERS:
        return mask_nik(text)
    if column == "kelurahan_kode_kemendagri":
        return place_words(text)
    kind = _column_types().get((table, column), "text")
    if kind == "date":
        return date_id(date.fromisoformat(text))
    if kind == "bool":
        return "ya" if text == "true" else "tidak"
    if kind in ("int", "float"):
        return number_id(float(text))
    return text.replace("_", " ")


def _pages(compared: ComparedLists, what: str, change: Change) -> Iterator[Row]:
    for start in range(0, min(compared.count(what, change), _MOST_ROWS), 5000):
        yield from compared.rows(what, change, start, 5000)


class _Sheets:
    """Writes the sheets of a comparison; every text goes in as text, never as a formula."""

    def __init__(self, book: Any, workspace: Workspace) -> None:
        self._book = book
        self._mark = "LATIHAN" if workspace is Workspace.LATIHAN else "DATA NYATA"
        self._bold = book.add_format({"bold": True})
        self._head = book.add_format({"bold": True, "text_wrap": True, "bottom": 1})

    def _table(
        self, name: str, headers: tuple[str, ...], widths: tuple[int, ...], total: int
    ) -> Any:
        sheet = add_sheet(self._book, name, widths, self._mark)
        for place, header in enumerate(headers):
            sheet.write_string(0, place, header, self._head)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        if total > _MOST_ROWS:
            sheet.write_string(
                _MOST_ROWS + 1, 0, f"Hanya {number_id(_MOST_ROWS)} baris pertama dituliskan."
            )
        return sheet

    def summary(self, compared: ComparedLists) -> None:
        sheet = add_sheet(self._book, "Ringkasan", (44, 16, 16), self._mark)
        line = 0
        for text in (
            f"Perbandingan daftar ({self._mark})",
            f"Daftar lama: {compared.before.name}, tanggal rujukan {compared.before.as_of}",
            f"Daftar baru: {compared.after.name}, tanggal rujukan {compared.after.as_of}",
            "Aturan yang memeriksa: "
            + " dan ".join(dict.fromkeys(found.ruleset for found in compared._found)),
            *(
                f"Tidak dibandingkan, hanya ada di satu daftar: {words}"
                for words in [", ".join(compared.not_compared())]
                if words
            ),
        ):
            sheet.write_string(line, 0, text, self._bold if not line else None)
            line += 1
        for what, word in (*SUBJECTS.items(), ("findings", "temuan")):
            line += 1
            before, after = compared.equations(what)
            for place, text in enumerate((word.capitalize(), "Daftar lama", "Daftar baru")):
                sheet.write_string(line, place, text, self._head)
            counts = (dict(before.parts), dict(after.parts))
            words = FATE_WORDS if what == "findings" else CHANGE_WORDS
            first = line + 1
            for part in words.values():
                if part in counts[0] or part in counts[1]:
                    line += 1
                    sheet.write_string(line, 0, part)
                    for place, own in enumerate(counts, start=1):
                        sheet.write_number(line, place, own.get(part, 0))
            line += 1
            sheet.write_string(line, 0, "jumlah", self._bold)
            for place, (letter, side) in enumerate(zip("BC", (before, after), strict=True), 1):
                formula = f"=SUM({letter}{first + 1}:{letter}{line})" if line > first else "=0"
                sheet.write_formula(line, place, formula, self._bold, side.total)
            line += 1

    def rows(self, name: str, rows: Iterator[Row], total: int) -> None:
        sheet = self._table(
            name,
            ("Nama", "Nomor", "Nomor KK", "Di daftar lama", "Di daftar baru", "Yang berubah", ""),
            (28, 18, 18, 30, 30, 60, 40),
            total,
        )
        for line, row in enumerate(rows, start=1):
            side = "after" if row["name_after"] is not None else "before"
            changes = "; ".join(f"{c}: {b} menjadi {a}" for c, b, a in row["changes"])
            for place, text in enumerate(
                (
                    row[f"name_{side}"],
                    row[f"number_{side}"],
                    row[f"no_kk_{side}"],
                    row["place_before"] or "",
                    row["place_after"] or "",
                    changes,
                    row["reason"],
                )
            ):
                sheet.write_string(line, place, text[:32_000])

    def findings(self, name: str, compared: ComparedLists, fate: Fate, total: int) -> None:
        sheet = self._table(
            name,
            ("Aturan", "Tingkat", "Yang perlu dicek", "Nama", "Nomor", PLACE_KINDS, "Keterangan"),
            (10, 10, 60, 28, 18, 30, 40),
            total,
        )
        line = 0
        for start in range(0, min(total, _MOST_ROWS), 5000):
            for row in compared.findings(fate, start=start, size=5000)[1]:
                line += 1
                for place, key in enumerate(
                    ("rule", "severity", "title", "name", "number", "place", "reason")
                ):
                    sheet.write_string(line, place, str(row.get(key, ""))[:32_000])

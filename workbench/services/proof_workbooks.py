"""What a class learned as a workbook: the figures of ``proofs``, a sheet each."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any, Final

from workbench.access import Actor
from workbench.domain.estimates import Estimate
from workbench.domain.wilayah import PLACE_KINDS
from workbench.services.office import Office
from workbench.services.proofs import (
    AFTER,
    BEFORE,
    PlaceSummary,
    RuleDetection,
    TaskReading,
    proof,
    rule_words,
    summary_lines,
)
from workbench.services.sheets import add_sheet
from workbench.training.measures.estimates import hint
from workbench.training.measures.gains import StillMissed


def proof_workbook(office: Office, actor: Actor, class_id: str) -> bytes:
    """The proof as XLSX: summary, tasks, options, still missed, places, skill and caution.

    No name of a person stands in it, and every text goes in as text.
    """
    found = proof(office, actor, class_id)
    import xlsxwriter

    content = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(content, options) as book:
        sheets = _Sheets(book)
        sheets.text("Ringkasan", summary_lines(found))
        sheets.table("Soal tes", _ITEMS, map(_item_row, found.items))
        sheets.table("Pilihan", _OPTIONS, _option_rows(found.items))
        sheets.table("Masih terlewat", _MISSED, map(_missed_row, found.still_missed))
        sheets.table(PLACE_KINDS.replace("/", " dan "), _PLACES, map(_place_row, found.places))
        whole = [RuleDetection("Semua kasus", found.whole), *found.by_rule]
        sheets.table("Ketelitian", _DETECTION, map(_detection_row, whole))
    return content.getvalue()


Cell = str | float | None
Columns = Sequence[tuple[str, int]]

_ITEMS: Final[Columns] = (
    ("Soal", 8),
    ("Isi", 52),
    ("Dijawab", 9),
    ("Rata-rata nilai", 10),
    ("dari", 8),
    ("sampai", 8),
    ("Tes awal", 9),
    ("dari", 8),
    ("sampai", 8),
    ("Tes akhir", 9),
    ("dari", 8),
    ("sampai", 8),
    ("Daya beda", 9),
    ("dari", 8),
    ("sampai", 8),
    ("Waktu tengah (detik)", 12),
    ("dari", 8),
    ("sampai", 8),
    ("Periksa", 44),
    ("Catatan", 12),
)
_OPTIONS: Final[Columns] = (
    ("Soal", 8),
    ("Pertanyaan", 16),
    ("Pilihan", 34),
    ("Kunci", 8),
    ("Dipilih", 9),
    ("Bagian", 9),
    ("dari", 8),
    ("sampai", 8),
    ("Hubungan dengan soal lain", 14),
    ("dari", 8),
    ("sampai", 8),
)
_MISSED: Final[Columns] = (
    ("Aturan", 60),
    ("Terlewat", 10),
    ("Dari", 8),
    ("Bagian terlewat, tes akhir", 14),
    ("dari", 8),
    ("sampai", 8),
    ("Bagian terlewat, tes awal", 14),
    ("dari", 8),
    ("sampai", 8),
    ("Catatan", 12),
)
_PLACES: Final[Columns] = (
    ("Wilayah", 50),
    ("Orang", 8),
    ("Tes awal", 10),
    ("dari", 8),
    ("sampai", 8),
    ("Tes akhir", 10),
    ("dari", 8),
    ("sampai", 8),
    ("Catatan", 12),
)
_DETECTION: Final[Columns] = (
    ("Aturan", 60),
    ("Salah: ditemukan", 12),
    ("Salah: terlewat", 12),
    ("Benar: ditandai", 12),
    ("Benar: dibiarkan", 12),
    ("Ketelitian (d')", 12),
    ("dari", 8),
    ("sampai", 8),
    ("Kehati-hatian (c)", 12),
    ("dari", 8),
    ("sampai", 8),
    ("Keterangan", 60),
)


class _Sheets:
    def __init__(self, book: Any) -> None:
        self._book = book
        self._title = book.add_format({"bold": True, "font_size": 14})
        self._head = book.add_format({"bold": True, "text_wrap": True, "border": 1})
        self._cell = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
        self._number = book.add_format({"valign": "top", "border": 1, "num_format": "0.00"})
        self._count = book.add_format({"valign": "top", "border": 1, "num_format": "0"})
        self._plain = book.add_format({"text_wrap": True, "valign": "top"})

    def text(self, name: str, lines: Iterable[str]) -> None:
        sheet = add_sheet(self._book, name, (110,), "LATIHAN")
        for place, line in enumerate(lines):
            sheet.write_string(place, 0, line, self._plain if place else self._title)

    def table(self, name: str, columns: Columns, rows: Iterable[Sequence[Cell]]) -> None:
        sheet = add_sheet(self._book, name, [width for _, width in columns], "LATIHAN")
        for place, (header, _) in enumerate(columns):
            sheet.write_string(0, place, header, self._head)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        for line, row in enumerate(rows, start=1):
            for place, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(line, place, cell[:32_000], self._cell)
                elif cell is None:
                    sheet.write_string(line, place, "belum ada", self._cell)
                else:
                    plain = self._count if isinstance(cell, int) else self._number
                    sheet.write_number(line, place, cell, plain)


def _limits(estimate: Estimate | None) -> tuple[Cell, Cell, Cell]:
    return (estimate.value, estimate.low, estimate.high) if estimate else (None, None, None)


def _item_row(item: TaskReading) -> Sequence[Cell]:
    reading = item.reading
    return (
        item.name,
        item.holds,
        reading.n,
        *_limits(reading.facility),
        *_limits(item.facility(BEFORE)),
        *_limits(item.facility(AFTER)),
        *_limits(reading.discrimination),
        *_limits(reading.seconds),
        " ".join(item.flags),
        reading.note,
    )


def _option_rows(items: Iterable[TaskReading]) -> Iterable[Sequence[Cell]]:
    for item in items:
        for what, options in (
            ("Status", item.reading.options),
            ("Tindak lanjut", item.follow_ups),
        ):
            for option in options:
                yield (
                    item.name,
                    what,
                    option.option,
                    "ya" if option.is_key else "",
                    option.taken,
                    *_limits(option.share),
                    *_limits(option.rest),
                )


def _missed_row(row: StillMissed) -> Sequence[Cell]:
    limits = (*_limits(row.after), *_limits(row.before))
    return (rule_words(row.rule), row.missed, row.asked, *limits, row.note)


def _place_row(place: PlaceSummary) -> Sequence[Cell]:
    return (
        place.name,
        place.n,
        *_limits(place.before),
        *_limits(place.after),
        hint(place.n),
    )


def _detection_row(one: RuleDetection) -> Sequence[Cell]:
    found = one.detection
    return (
        rule_words(one.rule),
        found.counts.hits,
        found.counts.misses,
        found.counts.false_alarms,
        found.counts.correct_passes,
        *_limits(found.d_prime),
        *_limits(found.caution),
        found.refusal or found.words,
    )


__all__ = ["proof_workbook"]

"""State of the room Daftar, without widgets: which list, which step, which filters.

A *blocker* is a sentence that says why a step cannot be taken yet; the view shows it beside the
disabled button.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from workbench.access import Actor
from workbench.services import lists
from workbench.services.office import Office
from workbench.verification.columns import fields

#: Value of a column that is not used.
UNUSED = ""
PAGE_SIZE = 50


@dataclass
class Filters:
    """What the findings table shows."""

    rule: str = ""
    kelurahan: str = ""
    severity: str = ""
    search: str = ""
    start: int = 0


@dataclass
class ListsRoom:
    """Everything the room knows. ``upload`` is a file on its way in, in a folder of its own."""

    office: Office
    actor: Actor
    shelf: tuple[lists.ListSummary, ...] = ()
    chosen: lists.OpenList | None = None
    filters: Filters = field(default_factory=Filters)
    upload: Path | None = None
    name: str = ""
    as_of: date | None = None
    proposal: Any = None
    targets: dict[int, str] = field(default_factory=dict)

    def refresh(self) -> None:
        """Read the shelf again and open its newest list if none is open."""
        self.shelf = lists.shelf(self.office, self.actor)
        standing = {summary.id for summary in self.shelf}
        if self.chosen is not None and self.chosen.summary.id not in standing:
            self.chosen = None
        if self.chosen is None and self.shelf:
            self.choose(self.shelf[0].id)

    def choose(self, list_id: str) -> None:
        """Open a list; filters start anew."""
        self.chosen = lists.open_list(self.office, self.actor, list_id)
        self.filters = Filters()

    def take_file(self, file_name: str, content: bytes) -> None:
        """Keep an uploaded file aside and propose its columns. Raises ``UnusableInput``."""
        self.drop_file()
        folder = Path(tempfile.mkdtemp(prefix="verval-"))
        plain = re.sub(r"[^\w .()-]", "_", Path(file_name).name)[-100:].lstrip(".")
        self.upload = folder / (plain or "daftar")
        try:
            self.upload.write_bytes(content)
            self.proposal = lists.propose(self.office, self.actor, self.upload)
        except BaseException:
            self.drop_file()
            raise
        self.name = Path(file_name).stem[:120]
        self.targets = {
            place: _target(column.table, column.column)
            for place, column in enumerate(self.proposal.columns)
        }

    def drop_file(self) -> None:
        """Forget the file on its way in; nothing of it stays."""
        if self.upload is not None:
            shutil.rmtree(self.upload.parent, ignore_errors=True)
        self.upload, self.proposal, self.targets = None, None, {}

    def mapping(self) -> list[dict[str, Any]]:
        """The columns as the person left them."""
        entries = []
        for place, column in enumerate(self.proposal.columns):
            table, _, name = self.targets[place].partition(".")
            entries.append(
                {
                    "file": column.file,
                    "sheet": column.sheet,
                    "header": column.header,
                    "table": table,
                    "column": name,
                }
            )
        return entries

    def import_blocker(self) -> str:
        """Why the file cannot be brought in yet; "" when it can."""
        if self.proposal is None:
            return "Pilih berkas daftar lebih dulu."
        if not self.name.strip():
            return "Beri nama untuk daftar ini."
        used = [target for target in self.targets.values() if target]
        if not {"person.nik", "person.name", "aid.nik", "aid.name"} & set(used):
            return "Tunjukkan kolom NIK atau nama; tanpa itu daftar tidak dapat diperiksa."
        return ""

    def bring_in(self, progress: Callable[[str], None]) -> None:
        """Read, check and shelve the file with the columns as they stand; then open it."""
        assert self.upload is not None
        summary = lists.bring_in(
            self.office, self.actor, self.upload, self.name, self.mapping(), self.as_of, progress
        )
        self.drop_file()
        self.refresh()
        self.choose(summary.id)

    def remove(self, reason: str) -> None:
        """Delete the open list, on record."""
        assert self.chosen is not None
        lists.remove(self.office, self.actor, self.chosen.summary.id, reason)
        self.chosen = None
        self.refresh()

    def page(self) -> tuple[int, list[dict[str, Any]]]:
        """How many findings pass the filters, and the rows of the page in view."""
        assert self.chosen is not None
        f = self.filters
        return lists.findings_page(
            self.chosen, f.rule, f.kelurahan, f.severity, f.search, f.start, PAGE_SIZE
        )


def column_choices() -> list[tuple[str, str]]:
    """Words and ``table.column`` of everything a header may mean; "not used" first."""
    found = {
        _target(field.table, field.column): field.words
        for field in fields().values()
        if field.key != "ignored"  # the choice above says so already
    }
    named = sorted((words, target) for target, words in found.items())
    return [("(tidak dipakai)", UNUSED), *named]


#: What a column is called that no header of a list stands for.
_PLACES = {
    "ppks.category": "Jenis PPKS/PMKS",
    "aid.nik": "NIK penerima bantuan",
    "aid.name": "Nama penerima bantuan",
    "family.no_kk": "Nomor KK",
    "dukcapil": "jawaban Dukcapil",
    "event": "catatan kejadian",
    "rt_rw": "daftar RT dan RW",
}
_COLUMN = re.compile(r"\b(person|family|aid|event|ppks|psks|dukcapil|rt_rw)\.\w+")


def name_columns(sentence: str) -> str:
    """A sentence of the rules with our columns called by their Indonesian words."""
    words = {target: words for words, target in column_choices()}

    def called(found: re.Match[str]) -> str:
        column, table = found.group(0), found.group(1)
        return words.get(column) or _PLACES.get(column) or _PLACES.get(table, column)

    return _COLUMN.sub(called, sentence)


def _target(table: str, column: str) -> str:
    return f"{table}.{column}" if column else UNUSED

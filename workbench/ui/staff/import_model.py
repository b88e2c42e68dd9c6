"""State of bringing a list in, without widgets: files, what their columns mean, the reading.

Sheets of one shape (a sheet per kelurahan) are shown and corrected once for all of them.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from workbench.access import Actor
from workbench.domain.words import number_id
from workbench.services import lists, mappings
from workbench.services.office import Office
from workbench.store.sealing import make_private_folder
from workbench.verification.reading import Proposal, ProposedColumn

#: Value of a column that is not used.
UNUSED = ""
#: Bytes that uploaded files may take while they wait.
_ROOM = 1 << 28
#: What a list must tell of each row to be checked at all.
_WHO = frozenset({"person.nik", "person.name", "family.head_name", "aid.nik", "aid.name"})


@dataclass(frozen=True)
class ColumnKind:
    """Columns that mean the same: the first of them, and the sheets they stand on."""

    mark: str
    first: ProposedColumn
    sheets: tuple[str, ...]


@dataclass
class Import:
    """A list on its way in; its files lie in a folder of their own until it is shelved."""

    office: Office
    actor: Actor
    files: list[Path] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    kinds: tuple[ColumnKind, ...] = ()
    meanings: dict[str, str] = field(default_factory=dict)
    known: mappings.KnownMeanings | None = None
    name: str = ""
    as_of: date | None = None

    @property
    def columns(self) -> list[ProposedColumn]:
        """Every column of every sheet of every file."""
        return [column for proposal in self.proposals for column in proposal.columns]

    @property
    def notes(self) -> list[str]:
        """What was noticed while the headers were read."""
        return [note for proposal in self.proposals for note in proposal.notes]

    def take(self, file_name: str, content: bytes) -> None:
        """Keep an uploaded file aside and propose its columns. Raises ``UnusableInput``."""
        path = self._folder() / self._free_name(file_name)
        try:
            path.write_bytes(content)
            proposal = lists.propose(self.office, self.actor, path)
        except BaseException:
            path.unlink(missing_ok=True)
            if not self.files:
                self.drop()
            raise
        self.files.append(path)
        self.proposals.append(proposal)
        self.name = self.name or Path(file_name).stem[:120]
        self._propose()

    def drop(self) -> None:
        """Forget the files on their way in; nothing of them stays."""
        if self._aside is not None:
            shutil.rmtree(self._aside, ignore_errors=True)
        self._aside = None
        self.files, self.proposals, self.kinds = [], [], ()
        self.meanings, self.known, self.name, self.as_of = {}, None, "", None

    def use_proposal(self) -> None:
        """Leave what was settled before and take what the headers seem to say."""
        self.known = None
        self.meanings = {kind.mark: _target(kind.first) for kind in self.kinds}

    def mapping(self) -> list[dict[str, str]]:
        """The columns as the person left them, as ``read_list`` takes them."""
        entries = []
        columns = self.columns
        for column, mark in zip(columns, mappings.column_marks(columns), strict=True):
            table, _, name = self.meanings[mark].partition(".")
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

    def blocker(self) -> str:
        """Why the list cannot be brought in yet; "" when it can."""
        if not self.files:
            return "Pilih berkas daftar lebih dulu."
        if not self.name.strip():
            return "Beri nama untuk daftar ini."
        if not _WHO & set(self.meanings.values()):
            return "Tunjukkan kolom NIK atau nama; tanpa itu daftar tidak dapat diperiksa."
        return self._two_of_one_meaning()

    def bring_in(
        self, progress: Callable[[float, str], None], cancelled: Callable[[], bool]
    ) -> lists.ListSummary:
        """Read, check and shelve; the meanings are kept for the next file of the kind.

        Raises ``Cancelled`` when ``cancelled`` says so: nothing is stored, the files stay here.
        """
        summary = lists.bring_in(
            self.office,
            self.actor,
            self.files,
            self.name,
            self.mapping(),
            self.as_of,
            progress,
            cancelled,
        )
        columns = self.columns
        marks = mappings.column_marks(columns)
        targets = {place: self.meanings[mark] for place, mark in enumerate(marks)}
        mappings.settle_meanings(self.office, self.actor, columns, targets, self.name)
        self.drop()
        return summary

    def summary(self) -> str:
        """How many columns were recognised, in one sentence."""
        used = sum(bool(target) for target in self.meanings.values())
        left = len(self.meanings) - used
        return f"{number_id(used)} kolom dikenali, {number_id(left)} kolom tidak dipakai."

    _aside: Path | None = None

    def _folder(self) -> Path:
        if self._aside is None:
            self._aside = make_private_folder(_ROOM, Path(tempfile.gettempdir()))
        return self._aside

    def _free_name(self, file_name: str) -> str:
        """A name that is safe in a folder and not taken by a file before it."""
        plain = re.sub(r"[^\w .()-]", "_", Path(file_name).name)[-100:].lstrip(".") or "daftar"
        taken = {path.name for path in self.files}
        stem, suffix = Path(plain).stem, Path(plain).suffix
        number = 1
        while plain in taken:
            number += 1
            plain = f"{stem} ({number}){suffix}"
        return plain

    def _propose(self) -> None:
        columns = self.columns
        marks = mappings.column_marks(columns)
        self.kinds = _kinds(columns, marks)
        self.use_proposal()
        self.known = mappings.known_meanings(self.office, self.actor, columns)
        if self.known is not None:
            targets = self.known.targets
            self.meanings = {mark: targets[place] for place, mark in enumerate(marks)}

    def _two_of_one_meaning(self) -> str:
        """Two columns of one sheet may not mean the same."""
        from workbench.ui.staff.model import column_choices

        columns = self.columns
        used = Counter(
            (column.file, column.sheet, self.meanings[mark])
            for column, mark in zip(columns, mappings.column_marks(columns), strict=True)
            if self.meanings[mark]
        )
        twice = next((target for (_, _, target), n in used.items() if n > 1), "")
        if not twice:
            return ""
        words = {target: words for words, target in column_choices()}
        return f"Dua kolom diberi arti {words.get(twice, twice)}. Pilih satu saja."


def _kinds(columns: Sequence[ProposedColumn], marks: Sequence[str]) -> tuple[ColumnKind, ...]:
    """Columns by mark, those nobody recognised first."""
    found: dict[str, list[ProposedColumn]] = {}
    for column, mark in zip(columns, marks, strict=True):
        found.setdefault(mark, []).append(column)
    kinds = [
        ColumnKind(mark, _fullest(those), tuple(dict.fromkeys(one.sheet for one in those)))
        for mark, those in found.items()
    ]
    return tuple(sorted(kinds, key=lambda kind: bool(_target(kind.first))))


def _fullest(columns: Sequence[ProposedColumn]) -> ProposedColumn:
    """The one with the most samples: an empty sheet says little."""
    return max(columns, key=lambda column: len(column.samples))


def _target(column: Any) -> str:
    return f"{column.table}.{column.column}" if column.column else UNUSED

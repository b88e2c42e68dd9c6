"""What officers send back, read into outcomes: our workbook or a phone's export.

Columns are found by their headers and rows by their keys, so moved columns, other sheets beside
ours and groups of a form (``keluarga/presence``) do no harm. Whatever cannot be taken is said in
a sentence and kept: on its own cell where the row is known, on a list of strays otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import count
from pathlib import Path
from typing import Final

from workbench.errors import UnusableInput
from workbench.verification import workbooks
from workbench.verification.fieldwork.outcomes import (
    Answer,
    Field,
    Kind,
    Level,
    Outcome,
    check_outcome,
    fields,
)
from workbench.verification.forms.packets import Packet
from workbench.verification.forms.sheet import GONE, Marked, Stray
from workbench.verification.forms.tables import (
    KEYS,
    LIST,
    SEAL,
    SHOWN,
    Row,
    answers,
    rows_of,
)
from workbench.verification.opening import text_of
from workbench.verification.sources import RawSheet

#: A header stands among the first rows of a sheet.
_TOP_ROWS: Final = 30
#: How exports of KoboToolbox and ODK Central tell which visit a repeated row belongs to.
_OWN: Final = ("_index", "key", "_uuid")
_PARENT: Final = ("_parent_index", "parent_key", "_submission__uuid", "__kept_parent")
_YES: Final = frozenset({"1", "true", "ya", "yes"})
#: What became of a row nobody finds here, by level, list and key ("" where nothing is known), and
#: whether it stood here when it was printed.
Fate = Callable[[Level, str, str], tuple[str, bool]]
_DAY: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


@dataclass(frozen=True)
class Table:
    """Cells as text under their headers; ``first`` is the row number of the first row.

    ``merged`` are the numbers of rows that hold part of a merged cell.
    """

    name: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    first: int = 2
    merged: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Fault:
    """Something to mend: where it stands, the row's key, the header of ours, a sentence."""

    where: str
    key: str
    header: str
    sentence: str


@dataclass(frozen=True)
class Entry:
    """One visit that can be kept: the family's key, its answers under our keys, which visit."""

    family: str
    outcome: Outcome
    where: str
    visit: str


@dataclass(frozen=True)
class Returned:
    """What came back. ``faults`` hold their families back, ``reminders`` do not.

    ``strays`` belong to nothing here; ``gone`` did when they were printed, and need no mending.
    ``typed`` are the answers as they were written, by key of the row and header of ours.
    """

    entries: tuple[Entry, ...]
    faults: tuple[Fault, ...]
    reminders: tuple[Fault, ...]
    strays: tuple[Stray, ...]
    gone: tuple[Stray, ...]
    typed: Mapping[str, Mapping[str, str]]

    @property
    def is_clean(self) -> bool:
        """Whether nothing has to go back."""
        return not self.faults and not self.strays

    def marked(self) -> Marked:
        """What ``sheet.write_marked`` needs."""
        said: dict[str, dict[str, str]] = {}
        for fault in (*self.faults, *self.reminders):
            cell = said.setdefault(fault.key, {})
            cell[fault.header] = f"{cell.get(fault.header, '')} {fault.sentence}".strip()
        return Marked(self.typed, said, self.strays, self.gone)


def open_tables(name: str, content: bytes) -> Iterator[Table]:
    """The tables of a workbook or text file that have a column of keys."""
    source = workbooks.open_source(name, content, lambda cells: float(_level(cells) is not None))
    for sheet in source.sheets:
        table = _table(sheet, Path(name).name)
        if table is not None and table.name != GONE:
            yield table


def _table(sheet: RawSheet, file: str) -> Table | None:
    top = [[text_of(cell).strip() for cell in row] for row in sheet.first(_TOP_ROWS)]
    head = next((at for at, row in enumerate(top) if _level(row) is not None), None)
    if head is None:
        return None
    # A merged title above the headers is nobody's answer.
    merged = frozenset(
        row + 1
        for (begin, _), (end, _) in sheet.merged
        for row in range(max(begin, head + 1), end + 1)
    )
    cells = sheet.take(range(head + 1, sheet.height))
    rows = tuple(tuple(text_of(cell).strip() for cell in row) for row in cells)
    return Table(sheet.name or file, tuple(top[head]), rows, head + 2, merged)


def read_tables(
    tables: Sequence[Table],
    packets: Sequence[Packet],
    today: date | None = None,
    fate: Fate = lambda _level, _list_id, _key: ("", False),
) -> Returned:
    """Read tables whose headers are ours or a form's; typed rows are such a table.

    ``fate`` is asked about rows of nobody. Raises ``UnusableInput`` where no table has a column
    of keys, or one has a column twice.
    """
    reading = _Reading(packets, fate)
    known = [(level, table) for table in tables if (level := _level(table.headers)) is not None]
    if not known:
        raise UnusableInput(
            "Berkas ini bukan lembar lapangan: kolom kuncinya tidak ada. Kembalikan berkas yang "
            "dibagikan, tanpa menghapus kolom. Dari KoboToolbox atau ODK, ekspor dengan nama "
            "kolom dan nilai XML."
        )
    for level, table in sorted(known, key=lambda one: list(KEYS).index(one[0])):
        reading.take(level, table)
    return reading.finish(today)


# --- headers -------------------------------------------------------------------------------------


def _squash(header: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", header.lower()).strip("_")


def _ends(header: str) -> Iterator[str]:
    """A header without groups before it: whole first, then what follows each "/", ":" or "-"."""
    yield _squash(header)
    for mark in "/:-":
        parts = header.split(mark)
        for place in range(1, len(parts)):
            yield _squash(mark.join(parts[place:]))


def _level(headers: Iterable[str]) -> Level | None:
    """Whose rows a table holds: a finding's or member's row may name its family too."""
    ends = {end for header in headers for end in _ends(header)}
    for level in (Level.FINDING, Level.PERSON, Level.FAMILY):
        if _squash(KEYS[level]) in ends:
            return level
    return None


@dataclass
class _Columns:
    """Where a table keeps what; ``answers`` are (place, question, our header, code of a tick)."""

    places: dict[str, int] = field(default_factory=dict)
    answers: list[tuple[int, Field, str, str]] = field(default_factory=list)


def _columns(level: Level, table: Table) -> _Columns:
    ours: dict[str, tuple[Field, str]] = {}
    for header, asked in answers(level):
        ours[_squash(header)] = asked, header
        ours.setdefault(asked.key, (asked, header))
    wanted = {_squash(name) for name in (KEYS[level], LIST, SEAL, SHOWN[level][0])}
    wanted |= {*_OWN, *_PARENT, *(_squash(mark) for mark in (*_OWN, *_PARENT))}
    found = _Columns()
    met: set[str] = set()
    for place, header in enumerate(table.headers):
        raw = header.strip().lower()
        if raw in (*_OWN, *_PARENT):
            found.places.setdefault(raw, place)
            continue
        for end in _ends(header):
            if end in ours:
                asked, name = ours[end]
                if end in met:
                    raise UnusableInput(
                        f'Lembar {table.name} memuat kolom "{header[:60]}" dua kali. Hapus salah '
                        "satunya, lalu kembalikan lagi."
                    )
                met.add(end)
                found.answers.append((place, asked, name, ""))
                break
            if end in wanted:
                found.places.setdefault(end, place)
                break
        else:
            tick = _tick(header, ours)
            if tick is not None:
                found.answers.append((place, *tick))
    ticked = {name for _, _, name, code in found.answers if code}
    # An export that has both says the same twice, once in words nobody can take apart.
    found.answers = [one for one in found.answers if one[3] or one[2] not in ticked]
    return found


def _tick(header: str, ours: Mapping[str, tuple[Field, str]]) -> tuple[Field, str, str] | None:
    """The question and code of a column that is 1 where one of several codes was chosen."""
    group, mark, last = header.rpartition("/")
    for end in _ends(group) if mark else ():
        if end in ours and ours[end][0].kind is Kind.CHOICES:
            asked, name = ours[end]
            codes = [one.code for one in asked.choices if last in (one.code, one.label)]
            if codes:
                return asked, name, codes[0]
    return None


# --- rows ----------------------------------------------------------------------------------------


class _Reading:
    """Tables are taken one by one, families first, then everything is put together."""

    def __init__(self, packets: Sequence[Packet], fate: Fate) -> None:
        self.fate = fate
        self.lists = {packet.list_id for packet in packets}
        self.known: dict[Level, dict[str, Row]] = {
            level: {row.key: row for packet in packets for row in rows_of(packet, level)}
            for level in KEYS
        }
        self.inside: dict[Level, dict[str, list[str]]] = {level: {} for level in KEYS}
        for level, rows in self.known.items():
            for key, row in rows.items():
                self.inside[level].setdefault(row.family, []).append(key)
        self.seals = {
            row.key: row.seal(packet.list_id)
            for packet in packets
            for level in KEYS
            for row in rows_of(packet, level)
        }
        self.parts: dict[tuple[str, str], dict[Level, dict[str, dict[str, Answer]]]] = {}
        self.where: dict[tuple[str, str, str], str] = {}
        self.typed: dict[str, dict[str, str]] = {}
        self.faults: list[Fault] = []
        self.strays: list[Stray] = []
        self.gone: list[Stray] = []
        self.held: set[str] = set()
        self.visits: dict[str, str] = {}
        self._unnamed = count(1)

    def take(self, level: Level, table: Table) -> None:
        """Read one table."""
        columns = _columns(level, table)
        for number, cells in enumerate(table.rows, start=table.first):
            row = dict(zip(table.headers, cells, strict=False))
            written = _answers_of(columns, cells)
            if any(cell for _, _, cell, _ in written):
                where = f"{table.name}, baris {number}"
                self._row(level, table, columns, cells, row, where, number in table.merged)
            elif level is Level.FAMILY:
                self._name_visit(columns, cells)

    def _row(
        self,
        level: Level,
        table: Table,
        columns: _Columns,
        cells: Sequence[str],
        row: Mapping[str, str],
        where: str,
        is_merged: bool,
    ) -> None:
        def cell(header: str) -> str:
            place = columns.places.get(_squash(header), len(cells))
            return cells[place] if place < len(cells) else ""

        key = cell(KEYS[level])
        known = self.known[level].get(key)
        reason = self._refuse(level, known, cell)
        if known is None or reason:
            told, is_gone = self.fate(level, cell(LIST), key) if known is None else ("", False)
            (self.gone if is_gone else self.strays).append(Stray(where, told or reason, row))
            if known is not None:
                self.held.add(known.family)
            return
        visit = self._visit_of(level, columns, cells)
        part = self.parts.setdefault((known.family, visit), {one: {} for one in KEYS})
        given = _read(columns, cells)
        if key in part[level]:
            if part[level][key] != given:
                before = self.where[(key, visit, level)]
                self.strays.append(
                    Stray(
                        where,
                        f"Baris ini sudah terisi lain pada {before}. Sisakan satu.",
                        row,
                    )
                )
                self.held.add(known.family)
            return
        part[level][key] = given
        self.where[(key, visit, level)] = where
        self._keep_typed(key, columns, cells)
        if is_merged:
            self.held.add(known.family)
            header = next(name for _, _, text, name in _answers_of(columns, cells) if text)
            self.faults.append(
                Fault(
                    where,
                    key,
                    header,
                    "Baris ini memuat sel yang digabung. Pisahkan selnya, lalu isi tiap baris.",
                )
            )

    def _refuse(self, level: Level, known: Row | None, cell: object) -> str:
        """Why a row cannot be taken as it is; "" where it can."""
        assert callable(cell)
        list_id = cell(LIST)
        if list_id and list_id not in self.lists:
            return (
                f"Baris ini dari daftar lain ({list_id[:40]}). Kembalikan pada daftar itu, bukan "
                "di sini."
            )
        if known is None:
            return (
                "Kunci baris ini berubah atau bukan dari berkas yang dibagikan. Salin jawabannya "
                "ke baris yang benar."
            )
        stands = ((SEAL, self.seals[known.key]), (SHOWN[level][0], known.shown[0]))
        if any(cell(header) not in ("", text.strip()) for header, text in stands):
            return (
                "Kunci dan nama pada baris ini tidak cocok; mungkin baris tertukar. Salin "
                "jawabannya ke baris yang benar."
            )
        return ""

    def _name_visit(self, columns: _Columns, cells: Sequence[str]) -> str:
        """The name of the visit a family's row stands for, known to its repeated rows."""
        marks = [cells[columns.places[name]] for name in _OWN if name in columns.places]
        marks = [mark for mark in marks if mark]
        if not marks:
            return ""
        name = self.visits.get(marks[0]) or str(next(self._unnamed))
        for mark in marks:
            self.visits[mark] = name
        return name

    def _visit_of(self, level: Level, columns: _Columns, cells: Sequence[str]) -> str:
        if level is Level.FAMILY:
            return self._name_visit(columns, cells)
        marks = [cells[columns.places[name]] for name in _PARENT if name in columns.places]
        return next((self.visits[mark] for mark in marks if mark in self.visits), "")

    def _keep_typed(self, key: str, columns: _Columns, cells: Sequence[str]) -> None:
        """What was written, under our headers, for the workbook that may go back."""
        kept = self.typed.setdefault(key, {})
        for place, asked, name, code in columns.answers:
            text = cells[place] if place < len(cells) else ""
            if not text or (code and text.lower() not in _YES):
                continue
            words = asked.label_of(code) if code else _in_words(asked, text)
            if code:
                kept[name] = "; ".join(dict.fromkeys([*kept.get(name, "").split("; "), words]))
                kept[name] = kept[name].removeprefix("; ")
            else:
                kept[name] = words

    def finish(self, today: date | None) -> Returned:
        """Check every visit; those without a fault are entries."""
        entries: list[Entry] = []
        reminders: list[Fault] = []
        for (family, visit), part in self.parts.items():
            whole = self._whole(family, part)
            where = self.where.get((family, visit, Level.FAMILY), "")
            blocked = family in self.held
            unread = _unread(whole)
            for problem in check_outcome(whole, today):
                if _hangs_on(problem.field, unread):
                    continue  # once the cell it hangs on is mended, it may be gone
                key = problem.subject or family
                fault = Fault(
                    self.where.get((key, visit, problem.level), "") or where or "Keluarga",
                    key,
                    _header(problem.level, problem.field),
                    problem.sentence,
                )
                (self.faults if problem.blocks else reminders).append(fault)
                blocked |= problem.blocks
            if not blocked:
                entries.append(Entry(family, _given(whole), where, visit))
        return Returned(
            tuple(entries),
            tuple(self.faults),
            tuple(reminders),
            tuple(self.strays),
            tuple(self.gone),
            self.typed,
        )

    def _whole(
        self, family: str, part: Mapping[Level, Mapping[str, Mapping[str, Answer]]]
    ) -> Outcome:
        """The outcome with every member and finding there is: an empty one may be a fault."""

        def all_of(level: Level) -> dict[str, Mapping[str, Answer]]:
            return {key: part[level].get(key, {}) for key in self.inside[level].get(family, ())}

        return Outcome(
            part[Level.FAMILY].get(family, {}), all_of(Level.PERSON), all_of(Level.FINDING)
        )


def _unread(whole: Outcome) -> frozenset[str]:
    """Questions answered with something that is none of their choices."""
    asked = {one.key: one for one in fields() if one.kind is Kind.CHOICE}
    return frozenset(
        key
        for _, _, said in whole.parts()
        for key, answer in said.items()
        if key in asked and answer not in {choice.code for choice in asked[key].choices}
    )


def _hangs_on(key: str, unread: frozenset[str]) -> bool:
    """Whether a question is asked, or needed, because of one that could not be read."""
    asked = next((one for one in fields() if one.key == key), None)
    conditions = (*asked.shown, *(asked.required or ())) if asked else ()
    return any(condition.field in unread for condition in conditions)


def _given(whole: Outcome) -> Outcome:
    """Only members and findings something is said of."""
    return replace(
        whole,
        persons={key: said for key, said in whole.persons.items() if said},
        findings={key: said for key, said in whole.findings.items() if said},
    )


def _header(level: Level, key: str) -> str:
    """Our header of a question's first column."""
    return next((name for name, asked in answers(level) if asked.key == key), KEYS[level])


def _answers_of(columns: _Columns, cells: Sequence[str]) -> list[tuple[int, Field, str, str]]:
    """The answer cells of a row: place, question, text, our header."""
    return [
        (place, asked, cells[place] if place < len(cells) else "", name)
        for place, asked, name, code in columns.answers
        if not (code and (place >= len(cells) or cells[place].lower() not in _YES))
    ]


def _read(columns: _Columns, cells: Sequence[str]) -> dict[str, Answer]:
    """The answers of a row: codes where words were chosen, days as ISO, else as written."""
    several: dict[str, list[str]] = {}
    found: dict[str, Answer] = {}
    for place, asked, _name, code in columns.answers:
        text = cells[place] if place < len(cells) else ""
        if not text:
            continue
        if asked.kind is Kind.CHOICES:
            codes = several.setdefault(asked.key, [])
            codes += ([code] if text.lower() in _YES else []) if code else _codes(asked, text)
        else:
            found[asked.key] = _single(asked, text)
    for asked in fields():
        if chosen := several.get(asked.key):
            order = [choice.code for choice in asked.choices]
            # In the order of their list, so that the same answer is the same text.
            found[asked.key] = tuple(
                sorted(set(chosen), key=lambda code: order.index(code) if code in order else 99)
            )
    return {asked.key: found[asked.key] for asked in fields() if asked.key in found}


def _single(asked: Field, text: str) -> str:
    if asked.kind is Kind.CHOICE:
        return _code(asked, text) or text
    if asked.kind is Kind.DAY:
        swapped = _DAY.fullmatch(text)
        if swapped:
            day, month, year = swapped.groups()
            return f"{year}-{int(month):02}-{int(day):02}"
        return text[:10] if re.match(r"\d{4}-\d\d-\d\d[T ]", text) else text
    if asked.kind is Kind.NUMBER:
        return re.sub(r"[.,]0+$", "", text)
    return text


def _code(asked: Field, text: str) -> str:
    """The code a text stands for, be it the code or its words; "" for neither."""
    plain = text.casefold().strip()
    for one in asked.choices:
        if plain in (one.code.casefold(), one.label.casefold()):
            return one.code
    return ""


def _codes(asked: Field, text: str) -> list[str]:
    """Several codes in one cell: words between ";", or codes between blanks as a form has them."""
    whole = _code(asked, text)
    if whole:
        return [whole]
    parts = [part.strip() for part in re.split(r"[;\n]", text) if part.strip()]
    if len(parts) == 1:
        blanks = [_code(asked, word) for word in re.split(r"[\s,]+", text)]
        if all(blanks):
            return blanks
    return [_code(asked, part) or part for part in parts]


def _in_words(asked: Field, text: str) -> str:
    """An answer as a person would have chosen it; what is not understood stays as written."""
    if asked.kind is Kind.CHOICE:
        return asked.label_of(_code(asked, text)) if _code(asked, text) else text
    if asked.kind is Kind.CHOICES:
        return "; ".join(asked.label_of(code) for code in _codes(asked, text))
    return _single(asked, text)

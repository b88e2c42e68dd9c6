"""What a trainer writes, one row a task, and what is said of a row that cannot be used."""

from __future__ import annotations

from dataclasses import dataclass

LETTERS = "ABCDE"


@dataclass(frozen=True)
class CaseTask:
    """Cases to be drawn: of which rule, in what way, for how many families.

    ``plant`` is the name of the plant in the catalogue, "" where any of the rule will do. With
    ``has_look_alike`` a further case is drawn that looks like a mistake and is none. ``note``
    is added to what the officer wrote. ``row`` is the row of the sheet, from 1; an example of
    the template (``is_example``) may be looked at and is not for use.
    """

    row: int
    rule: str
    plant: str
    families: int
    difficulty: str
    note: str = ""
    has_look_alike: bool = False
    is_example: bool = False


@dataclass(frozen=True)
class QuestionTask:
    """A question with three to five options; ``key`` is the letter of the right one.

    ``topic`` is the code of a rule or one of ``vocabulary.TOPICS``.
    """

    row: int
    question: str
    options: tuple[str, ...]
    key: str
    why: str
    source: str
    topic: str
    difficulty: str
    is_example: bool = False


Task = CaseTask | QuestionTask


@dataclass(frozen=True)
class Complaint:
    """Why a row, or with ``row`` 0 a whole sheet, cannot be used, and how to mend it.

    ``column`` is its letter and ``header`` what stands above it, both "" where no one cell is
    meant. ``found`` and ``mend`` are sentences; no number of a person stands in them.
    """

    sheet: str
    row: int
    column: str
    header: str
    found: str
    mend: str

    def __str__(self) -> str:
        place = f"Lembar {self.sheet}"
        if self.row:
            place += f", baris {self.row}"
        if self.column:
            place += f", kolom {self.column}"
        if self.header:
            place += f" ({self.header})"
        return f"{place}: {self.found} {self.mend}"

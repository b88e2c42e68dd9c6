"""State of the room Daftar, without widgets: which list, what is narrowed, which family."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from workbench.access import Actor
from workbench.errors import WrongUse
from workbench.services import exports, families, lists, privacy
from workbench.services.families import FamilyPage, Pair, Question
from workbench.services.findings import FindingsIndex, Page, Query, plain_search
from workbench.services.histories import Standing, family_history
from workbench.services.office import Office
from workbench.ui.staff.facets import query_words
from workbench.verification.columns import fields

#: Value of a column that is not used.
UNUSED = ""
#: Findings on one page of the table.
PAGE_SIZE = 25


@dataclass
class ListsRoom:
    """Everything the room knows: the shelf, the open list, what of it is looked at.

    ``subject`` is kind and id of the row a family was opened by, ``asked`` rule and id.
    """

    office: Office
    actor: Actor
    shelf: tuple[lists.ListSummary, ...] = ()
    chosen: lists.OpenList | None = None
    index: FindingsIndex | None = None
    query: Query = field(default_factory=Query)
    page: Page = field(default_factory=lambda: Page(0, 0, ()))
    family: FamilyPage | None = None
    subject: tuple[str, str] = ("", "")
    asked: tuple[str, str] = ("", "")
    pair: Pair | None = None

    def refresh(self) -> None:
        """Read the shelf again and open its newest list if none is open."""
        self.shelf = lists.shelf(self.office, self.actor)
        standing = {summary.id for summary in self.shelf}
        if self.chosen is not None and self.chosen.summary.id not in standing:
            self.chosen = None
        if self.chosen is None and self.shelf:
            self.choose(self.shelf[0].id)

    def choose(self, list_id: str) -> None:
        """Open a list; what was narrowed and looked at starts anew."""
        self.chosen = lists.open_list(self.office, self.actor, list_id)
        self.index = FindingsIndex(self.chosen)
        self.family = self.pair = None
        self.ask(Query())

    def remove(self, reason: str) -> None:
        """Delete the open list, on record."""
        assert self.chosen is not None
        lists.remove(self.office, self.actor, self.chosen.summary.id, reason)
        self.chosen = None
        self.refresh()

    # -- findings ------------------------------------------------------------------------------

    def ask(self, query: Query) -> None:
        """Show another query from its first page; of a typed number only the end is kept."""
        assert self.index is not None
        wanted = replace(query, search=plain_search(query.search))
        self.page = self.index.page(wanted, 0, PAGE_SIZE)
        self.query = wanted

    def turn(self, start: int) -> None:
        """Show the page that begins at a finding."""
        assert self.index is not None
        self.page = self.index.page(self.query, start, PAGE_SIZE)

    def open_row(self, place: int) -> None:
        """Open the family of a row of the page in view, or the row itself where it has none."""
        assert self.chosen is not None
        if not 0 <= place < len(self.page.rows):
            raise WrongUse("Baris itu tidak ada lagi. Muat ulang halaman.")
        row = self.page.rows[place]
        self.pair = None
        self.subject = (row["subject_kind"], row["subject"])
        self.asked = (row["rule"], row["subject"])
        if row["family_id"]:
            self.family = families.family_page(self.chosen, row["family_id"])
        else:
            self.family = families.subject_page(self.chosen, *self.subject)

    def reveal_numbers(self, purpose: str) -> None:
        """Show whole numbers on the page that is open, on record; the next page hides them."""
        assert self.chosen is not None
        assert self.family is not None
        self.family = privacy.unmask(
            self.office,
            self.actor,
            self.chosen.summary.id,
            self.family.family_id,
            purpose,
            *self.subject,
        )

    def open_pair(self, question: Question, place: int = 0) -> None:
        """Put the row of a question beside another one."""
        assert self.chosen is not None
        assert self.family is not None
        self.pair = families.pair(
            self.chosen,
            question.rule,
            question.kind,
            question.subject,
            place,
            self.family.has_numbers,
        )

    def close_family(self) -> None:
        """Back to the table."""
        self.family = self.pair = None

    def history(self) -> tuple[Standing, ...]:
        """The open family in all lists of the shelf."""
        assert self.family is not None
        return family_history(self.office, self.actor, self.family.family_key)

    def export(self, kind: str, purpose: str = "") -> tuple[str, bytes]:
        """What the query shows as a file: ``xlsx``, ``csv``, or ``nik`` for whole numbers."""
        assert self.chosen is not None
        assert self.index is not None
        what = (self.office, self.actor, self.chosen, self.index)
        export = exports.Export(self.query, query_words(self.query))
        if kind == "nik":
            return exports.findings_workbook_with_numbers(*what, export, purpose)
        make = exports.findings_csv if kind == "csv" else exports.findings_workbook
        return make(*what, export)


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

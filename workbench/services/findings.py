"""The findings of an open list, narrowed: facets with live counts, search, sorting, pages.

An index is made once for a list that was opened (and so is cut to the actor's areas); every
question to it is array work and takes milliseconds. Findings on sensitive PPKS categories keep
their place and their count, but nobody's name, number or family.

Findings of the lowest severity are notes: they send nobody out. What is said of a whole column
would drown the questions, so the notes of a rule are folded into one line until somebody asks for
that rule or that severity.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.domain.reference import reference
from workbench.domain.register import Row
from workbench.domain.wilayah import kelurahan_by_code
from workbench.errors import WrongUse
from workbench.rules import Findings, Severity, catalogue
from workbench.services.lists import OpenList

#: What findings are narrowed by; several values of one facet widen, several facets narrow.
FACETS = ("severity", "group", "rule", "kelurahan", "program", "desil")
#: Orders of the table.
GRAVEST, BY_PLACE, BY_NAME, BY_FAMILY, BY_ROW = "berat", "wilayah", "nama", "keluarga", "baris"
SORTS = (GRAVEST, BY_FAMILY, BY_PLACE, BY_NAME, BY_ROW)
#: The severity of findings that are folded.
NOTE = str(Severity.INFO)
#: Stands for the name on a finding about a sensitive category.
WITHHELD = "(kategori khusus)"
#: Of a NIK or KK number only so many digits are searched for, and never more are kept.
DIGITS = 4

_WITHHELD_COLUMNS = ("nik", "no_kk", "family_id")
_Flags = Any  # a Boolean NumPy array, one value a finding


@dataclass(frozen=True)
class Query:
    """What to show: chosen values by facet, words of a name or last digits, and an order."""

    chosen: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    search: str = ""
    sort: str = GRAVEST

    def turned(self, facet: str, value: str) -> Query:
        """The same with one value of a facet added, or taken away where it was chosen."""
        values = self.chosen.get(facet, frozenset()) ^ {value}
        kept = {name: chosen for name, chosen in self.chosen.items() if name != facet}
        return replace(self, chosen={**kept, facet: values} if values else kept)

    @property
    def is_open(self) -> bool:
        """Whether nothing is narrowed."""
        return not self.chosen and not self.search.strip()


@dataclass(frozen=True)
class Fold:
    """The notes of one rule as one line.

    ``sentence`` is what ``alike`` of them say word for word; "" and 0 where fewer than nine in
    ten agree.
    """

    rule: str
    count: int
    sentence: str
    alike: int


@dataclass(frozen=True)
class Page:
    """Some findings of a query: ``total = shown + folded``.

    ``rows`` of the findings table with sentences, from ``start`` of ``shown``; ``folds`` stand
    for the others, most findings first.
    """

    shown: int
    start: int
    rows: tuple[Row, ...]
    folds: tuple[Fold, ...] = ()

    @property
    def folded(self) -> int:
        return sum(fold.count for fold in self.folds)

    @property
    def total(self) -> int:
        return self.shown + self.folded


def plain_search(text: str) -> str:
    """What is searched for: a longer number is cut to its last four digits at once."""
    return re.sub(r"\d{5,}", lambda found: found.group()[-DIGITS:], text)[:80]


def sensitive_subjects(ppks: pa.Table) -> pa.Array:
    """Ids of the PPKS rows whose category is not shown."""
    kinds = [row["kode"] for row in reference("pmks_kategori") if row["sensitif"] == "ya"]
    return ppks.filter(pc.is_in(ppks["category"], pa.array(kinds)))["ppks_id"].combine_chunks()


class FindingsIndex:
    """The findings of one open list, ready to be narrowed."""

    def __init__(self, opened: OpenList) -> None:
        self._opened = opened
        self._table = _withhold(opened)
        self._facets = {
            "severity": self._single(opened.findings.table["severity"]),
            "group": self._single(_groups(opened.findings.table["rule"])),
            "rule": self._single(opened.findings.table["rule"]),
            "kelurahan": self._single(opened.findings.table["kelurahan_kode_kemendagri"]),
            "program": _Many(*_programmes(opened)),
            "desil": self._single(_desil(opened)),
        }

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def facets(self, query: Query) -> dict[str, list[tuple[str, int]]]:
        """Each facet's values with the number of findings choosing it alone would show.

        A facet's own choice does not count against its values; all the others do.
        """
        flags = {name: self._flags(name, query) for name in FACETS}
        found = self._found(query.search)
        counts = {}
        for name in FACETS:
            rest = [found, *(flags[other] for other in FACETS if other != name)]
            counts[name] = self._facets[name].count(_all(rest))
        return counts

    def page(self, query: Query, start: int = 0, size: int = 25) -> Page:
        """Some findings of a query, in its order; a start past the end gives the last page."""
        places = self._places(query)
        is_folded = self._folded(query)[places]
        folds = self._folds(places[is_folded])
        places = places[~is_folded]
        last = max(0, (len(places) - 1) // size * size)
        start = min(max(0, start), last)
        rows = self._take(places[start : start + size]).with_titles().to_pylist()
        return Page(len(places), start, tuple(rows), folds)

    def narrowed(self, query: Query) -> Findings:
        """All findings of a query, in its order, the folded ones too."""
        return self._take(self._places(query))

    def _take(self, places: Any) -> Findings:
        return replace(self._opened.findings, table=self._table.take(pa.array(places)))

    def _places(self, query: Query) -> Any:
        flags = _all([self._found(query.search), *(self._flags(name, query) for name in FACETS)])
        order = self._order(query.sort)
        return order if flags is None else order[flags[order]]

    def _folded(self, query: Query) -> _Flags:
        """Notes nobody asked for, neither by their rule nor by their severity."""
        chosen: frozenset[str] = frozenset()
        asked = self._facets["rule"].flags(query.chosen.get("rule", chosen))
        is_asked = asked | (NOTE in query.chosen.get("severity", chosen))
        return self._facets["severity"].flags(frozenset({NOTE})) & ~is_asked

    def _folds(self, places: Any) -> tuple[Fold, ...]:
        told = self._table.select(["rule", "evidence"]).take(pa.array(places))
        counts = told.group_by(["rule", "evidence"]).aggregate([([], "count_all")]).to_pylist()
        by_rule: dict[str, list[tuple[int, str]]] = {}
        for row in counts:
            by_rule.setdefault(row["rule"], []).append((row["count_all"], row["evidence"]))
        folds = []
        for code, said in by_rule.items():
            count = sum(n for n, _evidence in said)
            alike, evidence = max(said)
            agree = alike * 10 >= count * 9
            sentence = self._opened.findings.rules[code].sentence(json.loads(evidence))
            folds.append(Fold(code, count, sentence if agree else "", alike if agree else 0))
        return tuple(sorted(folds, key=lambda fold: (-fold.count, fold.rule)))

    def _flags(self, facet: str, query: Query) -> _Flags | None:
        chosen = query.chosen.get(facet)
        return self._facets[facet].flags(chosen) if chosen else None

    def _found(self, search: str) -> _Flags | None:
        """Findings whose name has all the words, begun at least, or whose numbers end so."""
        words = plain_words(plain_search(search)).split()
        flags = None
        for word in words:
            flag = _to_flags(pc.match_substring(self._names, f" {word}"))
            if re.fullmatch(rf"\d{{{DIGITS}}}", word):
                for ends in self._number_ends:
                    flag = flag | _to_flags(pc.equal(ends, word))
            flags = flag if flags is None else flags & flag
        return flags

    @cached_property
    def _names(self) -> pa.Array:
        return plain_names(self._table["name"])

    @cached_property
    def _number_ends(self) -> tuple[pa.Array, ...]:
        columns = (self._table["nik"], self._table["no_kk"])
        return tuple(pc.utf8_slice_codeunits(column, -DIGITS) for column in columns)

    @cached_property
    def _orders(self) -> dict[str, Any]:
        return {}

    def _order(self, sort: str) -> Any:
        """Places of the whole table in an order; the gravest first breaks every tie."""
        if sort not in SORTS:
            raise WrongUse("Urutan itu tidak dikenal. Muat ulang halaman.")
        if sort not in self._orders:
            keys: dict[str, Callable[[], list[Any]]] = {
                GRAVEST: list,
                BY_NAME: lambda: [_ranks(self._table["name"])],
                BY_PLACE: lambda: [_ranks(_place_names(self._table)), self._family_ranks],
                BY_FAMILY: lambda: [
                    *(-counts for counts in self._family_counts),
                    self._family_ranks,
                ],
                BY_ROW: lambda: [
                    _ranks(self._table[column]) for column in ("file", "sheet", "row")
                ],
            }
            grave = pc.index_in(self._table["severity"], pa.array([str(s) for s in Severity]))
            ties = [_ranks(self._table["rule"]), grave.to_numpy()]
            # The last key of a lexsort leads.
            self._orders[sort] = np.lexsort([*ties, *reversed(keys[sort]())])
        return self._orders[sort]

    @cached_property
    def _family_ranks(self) -> Any:
        """For each finding the rank of its family's id."""
        return _ranks(self._table["family_id"])

    @cached_property
    def _family_counts(self) -> tuple[Any, Any]:
        """For each finding how many questions its family has, and how many findings."""
        ranks = self._family_ranks
        is_question = ~self._facets["severity"].flags(frozenset({NOTE}))
        alone = _to_flags(pc.equal(self._table["family_id"], ""))
        questions = np.bincount(ranks, weights=is_question)[ranks] if len(ranks) else ranks
        findings = np.bincount(ranks)[ranks] if len(ranks) else ranks
        return np.where(alone, is_question, questions), np.where(alone, 1, findings)

    def _single(self, column: Any) -> _One:
        coded = _whole(column).dictionary_encode()
        return _One(coded.dictionary.to_pylist(), coded.indices.to_numpy(zero_copy_only=False))


@dataclass(frozen=True)
class _One:
    """A facet of which every finding has one value; ``codes`` point into ``values``."""

    values: list[str]
    codes: Any

    def flags(self, chosen: frozenset[str]) -> _Flags:
        wanted = np.array([value in chosen for value in self.values] or [False])
        return wanted[self.codes]

    def count(self, flags: _Flags | None) -> list[tuple[str, int]]:
        codes = self.codes if flags is None else self.codes[flags]
        counts = np.bincount(codes, minlength=len(self.values))
        return [(value, int(n)) for value, n in zip(self.values, counts, strict=False)]


@dataclass(frozen=True)
class _Many:
    """A facet of which a finding can have several values; ``has`` is one row of flags a value."""

    values: list[str]
    has: Any

    def flags(self, chosen: frozenset[str]) -> _Flags:
        wanted = [place for place, value in enumerate(self.values) if value in chosen]
        return self.has[wanted].any(axis=0)

    def count(self, flags: _Flags | None) -> list[tuple[str, int]]:
        has = self.has if flags is None else self.has[:, flags]
        return list(zip(self.values, map(int, has.sum(axis=1)), strict=True))


def plain_words(text: str) -> str:
    """A name as it is compared: capitals and digits, one space between words."""
    return str(plain_names(pa.chunked_array([pa.array([text])]))[0].as_py()).strip()


def plain_names(names: pa.ChunkedArray) -> pa.Array:
    """``plain_words`` of a column, with a space before each word."""
    upper = pc.utf8_upper(pc.utf8_normalize(names, form="NFKD"))
    plain = pc.replace_substring_regex(upper, r"['`’\x{0300}-\x{036f}]", "")
    return _whole(
        pc.binary_join_element_wise("", pc.replace_substring_regex(plain, "[^A-Z0-9]+", " "), " ")
    )


def _withhold(opened: OpenList) -> pa.Table:
    """The findings with nobody named on those about a sensitive category."""
    table = opened.findings.table
    hidden = pc.is_in(table["subject"], sensitive_subjects(opened.register["ppks"]))
    hidden = pc.and_(hidden, pc.equal(table["subject_kind"], "ppks"))
    if not pc.any(hidden).as_py():
        return table
    for column in (*_WITHHELD_COLUMNS, "name"):
        blank = WITHHELD if column == "name" else ""
        place = table.schema.get_field_index(column)
        table = table.set_column(place, column, pc.if_else(hidden, blank, table[column]))
    return table


def _groups(rules: pa.ChunkedArray) -> pa.ChunkedArray:
    coded = _whole(rules).dictionary_encode()
    groups = [_group(code) for code in coded.dictionary.to_pylist()]
    return pa.chunked_array([pa.array(groups, pa.string()).take(coded.indices)])


def _group(code: str) -> str:
    rule = catalogue().get(code)
    return rule.group if rule else ""


def _desil(opened: OpenList) -> pa.Array:
    """The desil of each finding's family as text, "" where it has none."""
    family = opened.register["family"]
    place = pc.index_in(opened.findings.table["family_id"], _whole(family["family_id"]))
    return _whole(pc.fill_null(pc.cast(family["desil"].take(_whole(place)), pa.string()), ""))


def _programmes(opened: OpenList) -> tuple[list[str], Any]:
    """Programmes, and for each the findings whose family receives it or that are about it.

    "" stands for a family without any aid.
    """
    table, aid = opened.findings.table, opened.register["aid"]
    about_aid = _to_flags(pc.equal(table["subject_kind"], "aid"))
    families = pc.unique(table["family_id"])
    near = pc.and_(pc.is_in(aid["family_id"], families), pc.not_equal(aid["family_id"], ""))
    received = aid.filter(pc.and_(near, pc.is_in(aid["status"], pa.array(["", "aktif"]))))
    subjects = table.filter(pc.equal(table["subject_kind"], "aid"))["subject"]
    asked = aid.filter(pc.is_in(aid["aid_id"], pc.unique(subjects)))
    values = sorted(
        {*pc.unique(received["program"]).to_pylist(), *pc.unique(asked["program"]).to_pylist()}
        - {""}
    )
    rows = []
    for program in values:
        of_family = received.filter(pc.equal(received["program"], program))["family_id"]
        own = asked.filter(pc.equal(asked["program"], program))["aid_id"]
        rows.append(
            _to_flags(pc.is_in(table["family_id"], _whole(of_family)))
            | (about_aid & _to_flags(pc.is_in(table["subject"], _whole(own))))
        )
    if not rows:
        return [], np.zeros((0, table.num_rows), dtype=bool)
    has = np.vstack(rows)
    return ["", *values], np.vstack([~has.any(axis=0), has])


def _place_names(table: pa.Table) -> pa.Array:
    coded = _whole(table["kelurahan_kode_kemendagri"]).dictionary_encode()
    known = kelurahan_by_code()
    # What nobody could place comes last.
    names = [
        f"{known[code].kecamatan} {known[code].name}" if code in known else "~"
        for code in coded.dictionary.to_pylist()
    ]
    return pa.array(names, pa.string()).take(coded.indices)


def _ranks(column: Any) -> Any:
    """Each value's place among the sorted distinct ones; unknown numbers last."""
    coded = _whole(column).dictionary_encode(null_encoding="encode")
    order = pc.array_sort_indices(coded.dictionary).to_numpy()
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order))
    return ranks[coded.indices.to_numpy(zero_copy_only=False)]


def _whole(column: Any) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _to_flags(column: Any) -> _Flags:
    return _whole(column).to_numpy(zero_copy_only=False)


def _all(flags: list[_Flags | None]) -> _Flags | None:
    """Where all hold; None, meaning everywhere, when there is nothing to hold."""
    given = [flag for flag in flags if flag is not None]
    return np.logical_and.reduce(given) if given else None

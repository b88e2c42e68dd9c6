"""Two lists side by side: who entered, left, moved or changed, and what became of the findings.

Every row of both lists falls into exactly one class, so that the sums reconcile::

    before = left + moved + changed + same (+ moved out) + unpaired
    after  = entered + moved + changed + same (+ moved in) + unpaired

and for findings: open before = mended + still + gone + incomparable, open after = new + still +
came + incomparable.

A person is recognised by ``person_key``, a family by ``family_key``, each also with its source
list where one snapshot holds several. Rows of a key that stands more than once are paired only
where they are alike in everything; a person whose number was put right is recognised by card, name
and birth date, a family with another card number by its members. What is left of a doubled
key, or has none, is not guessed at: it is a class of its own, with the reason.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbench.domain import displays
from workbench.domain.register import Register, key_column
from workbench.domain.schema import columns

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from workbench.rules import Findings


class Change(StrEnum):
    """What became of a person or a family."""

    ENTERED = "masuk"
    LEFT = "keluar"
    MOVED = "pindah"
    CHANGED = "berubah"
    SAME = "tetap"
    MOVED_IN = "pindah_masuk"
    MOVED_OUT = "pindah_keluar"
    UNPAIRED = "tidak_dipasangkan"


class Fate(StrEnum):
    """What became of a finding; GONE and CAME went with a row that left, or came with one."""

    NEW = "baru"
    MENDED = "beres"
    STILL = "masih"
    GONE = "pergi"
    CAME = "datang"
    INCOMPARABLE = "tidak_dapat_dibandingkan"


#: Why something is unpaired or incomparable.
REASONS: Mapping[str, str] = {
    "ganda": "Nomornya dipakai lebih dari satu baris, jadi tidak pasti baris mana yang sama.",
    "tanpa_nomor": "Tidak ada nomor atau nama yang dapat dipakai untuk mengenali baris ini.",
    "aturan_diam": "Aturan ini tidak memeriksa salah satu daftar.",
    "aturan_berubah": "Aturan atau batas nilainya berubah di antara kedua daftar.",
    "pindah_wilayah": "Pindah ke atau dari wilayah di luar tugas Anda.",
}

_KINDS = ("person", "family", "aid", "event", "ppks")
_SIDES = ("before", "after")
#: Of a row, but not of the person or family.
_NOT_COMPARED = frozenset(
    {"person_id", "family_id", "person_key", "family_key", "file", "sheet", "row"}
)
#: Compared, but never shown.
_HIDDEN = frozenset({"mother_name"})
_BITS = 63


@dataclass(frozen=True)
class Judged:
    """One list with what was found in it.

    ``marks`` maps the code of each rule that spoke to a mark of its words and parameters (see
    ``rule_marks``), None where nobody kept it; ``local`` holds the marks of kelurahan (dotted
    Kemendagri code) that were judged again later.
    """

    register: Register
    findings: Findings
    marks: Mapping[str, str] | None = None
    local: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Comparison:
    """Two lists, row by row.

    ``persons`` and ``families`` have a line for each pair and each row without one: ``change``,
    ``reason`` ("" or a key of ``REASONS``), ``in_before``, ``in_after`` and, for both sides
    (``_before``, ``_after``), ``id``, ``number`` (NIK; the card's for a family), ``no_kk``,
    ``name`` and ``kelurahan``, null where the side has no row; ``changes`` is a list of
    ``{column, before, after}`` as text, both null for what is never shown.

    ``findings`` has a line for each finding: ``rule``, ``subject_kind``, ``fate``, ``reason``,
    ``in_before``, ``in_after`` (whether the finding stood there), and for both sides ``subject``
    and kelurahan of the row it is about (null where the side has no such row).

    ``not_compared`` names, by table, the columns that only one of the lists has.
    """

    persons: pa.Table
    families: pa.Table
    findings: pa.Table
    not_compared: Mapping[str, tuple[str, ...]]

    @cached_property
    def person_tally(self) -> dict[Change, tuple[int, int]]:
        """Rows before and after in each class of persons."""
        return {Change(name): sums for name, sums in _tally(self.persons, "change").items()}

    @cached_property
    def family_tally(self) -> dict[Change, tuple[int, int]]:
        """Rows before and after in each class of families."""
        return {Change(name): sums for name, sums in _tally(self.families, "change").items()}

    @cached_property
    def finding_tally(self) -> dict[Fate, tuple[int, int]]:
        """Findings before and after in each class."""
        return {Fate(name): sums for name, sums in _tally(self.findings, "fate").items()}

    def __repr__(self) -> str:
        return (
            f"Comparison({self.persons.num_rows} persons, {self.families.num_rows} families, "
            f"{self.findings.num_rows} findings)"
        )

    def _repr_html_(self) -> str:
        """The three tallies; their sums reconcile with the two lists. No row is shown."""
        tallies: Iterable[tuple[str, Mapping[Any, tuple[int, int]]]] = (
            ("Orang", self.person_tally),
            ("Keluarga", self.family_tally),
            ("Temuan", self.finding_tally),
        )
        rows = [
            (what, kind.replace("_", " "), before, after)
            for what, tally in tallies
            for kind, (before, after) in tally.items()
        ]
        left_out = [
            (table, ", ".join(names)) for table, names in self.not_compared.items() if names
        ]
        headings = ("", "Golongan", "Daftar lama", "Daftar baru")
        return displays.card(
            "Perbandingan dua daftar",
            displays.table(headings, rows),
            displays.folded(
                "Kolom yang tidak dibandingkan, karena hanya ada pada satu daftar",
                displays.table(("Tabel", "Kolom"), left_out),
            )
            if left_out
            else "",
        )

    def within(self, covers: Callable[[str], bool]) -> Comparison:
        """The same comparison as seen by somebody whose areas are what ``covers`` says.

        Who left those areas has moved out, who came into them has moved in; where to or from,
        and what is otherwise said of them there, is taken away.
        """
        return replace(
            self,
            persons=_rows_within(self.persons, covers),
            families=_rows_within(self.families, covers),
            findings=_findings_within(self.findings, covers),
        )


def compare(before: Judged, after: Judged) -> Comparison:
    """Compare two lists of one workspace, whose keys were made with the same secret.

    Findings of row rules are compared as the integers of their masks where both lists have them.
    """
    import duckdb

    connection = duckdb.connect()
    try:
        for side, judged in zip(_SIDES, (before, after), strict=True):
            _lay_out(connection, side, judged.register)
        common = {kind: _common_columns(before, after, kind) for kind in _KINDS}
        _pair_rows(connection, common)
        for kind in _KINDS:
            _class_rows(connection, kind, common[kind])
        _find_presence(connection, before, after)
        _lay_marks(connection, before, after)
        return Comparison(
            connection.sql(_rows_sql("person", common["person"])).to_arrow_table(),
            connection.sql(_rows_sql("family", common["family"])).to_arrow_table(),
            connection.sql(_FATES).to_arrow_table(),
            _not_compared(before, after),
        )
    finally:
        connection.close()


def rule_marks(findings: Findings) -> dict[str, str]:
    """Of each rule that spoke, a mark that changes with its SQL and the parameters it names."""
    marks = {}
    for code, rule in findings.rules.items():
        if code in findings.silent:
            continue
        words = json.dumps([rule.table, rule.when, sorted(rule.evidence.items())])
        named = {
            name: value
            for name, value in sorted(findings.parameters.items())
            if f"'{name}'" in words
        }
        text = words + json.dumps(named, default=str)
        marks[code] = hashlib.sha256(text.encode()).hexdigest()[:12]
    return marks


# --- rows ----------------------------------------------------------------------------------------


def _lay_out(connection: duckdb.DuckDBPyConnection, side: str, register: Register) -> None:
    """The rows of one list, numbered (``i``), with the place and the number of their family."""
    import pyarrow as pa

    for kind in _KINDS:
        table = register[kind]
        numbered = table.append_column("i", pa.array(range(table.num_rows), pa.int64()))
        connection.register(f"{side}_{kind}_rows", numbered)
    connection.execute(
        f"CREATE TEMP VIEW {side}_family AS SELECT *, i AS family_i, "
        f"kelurahan_kode_kemendagri AS place FROM {side}_family_rows"
    )
    connection.execute(
        f"CREATE TEMP TABLE {side}_home AS SELECT family_id, i AS family_i, source_list, "
        f"kelurahan_kode_kemendagri AS home FROM {side}_family_rows "
        "QUALIFY row_number() OVER (PARTITION BY family_id ORDER BY i) = 1"
    )
    for kind in _KINDS:
        if kind == "family":
            continue
        own = "nullif(r.kelurahan_kode_kemendagri, '')" if kind == "event" else "NULL"
        connection.execute(
            f"CREATE TEMP VIEW {side}_{kind} AS SELECT r.*, h.family_i, "
            f"coalesce(h.source_list, '') AS source_list, coalesce({own}, h.home, '') AS place "
            f"FROM {side}_{kind}_rows r LEFT JOIN {side}_home h USING (family_id)"
        )


def _common_columns(before: Judged, after: Judged, kind: str) -> tuple[str, ...]:
    skipped = _NOT_COMPARED | {key_column(kind)}
    return tuple(
        column
        for column in columns(kind)
        if column not in skipped
        and before.register.carries(kind, column)
        and after.register.carries(kind, column)
    )


def _not_compared(before: Judged, after: Judged) -> dict[str, tuple[str, ...]]:
    return {
        kind: tuple(
            column
            for column in columns(kind)
            if column not in _NOT_COMPARED
            and before.register.carries(kind, column) != after.register.carries(kind, column)
        )
        for kind in ("person", "family")
    }


def _content(names: Iterable[str]) -> str:
    cells = [f"coalesce(CAST({name} AS VARCHAR), chr(30))" for name in names]
    # A list may carry none of the columns.
    return f"concat_ws(chr(31), '', {', '.join(cells)})" if cells else "''"


def _pair_rows(
    connection: duckdb.DuckDBPyConnection, common: Mapping[str, tuple[str, ...]]
) -> None:
    for kind in _KINDS:
        connection.execute(f"CREATE TEMP TABLE {kind}_pair (b BIGINT, a BIGINT)")
    for kind in ("person", "family"):
        key = f"nullif({kind}_key, '')"
        _pair(connection, kind, key)
        _pair(connection, kind, key, "chr(31) || source_list")
        _pair(connection, kind, key, _content(common[kind]), numbered=True)
    card = "CASE WHEN no_kk <> '' AND name <> '' AND birth_date IS NOT NULL THEN no_kk END"
    _pair(connection, "person", card, _content(("name", "birth_date")))
    connection.execute(_PAIR_BY_MEMBERS)
    for kind, what in _HELD.items():
        for side, here in zip(_SIDES, "ba", strict=True):
            connection.execute(_HOLDERS.format(side=side, here=here, kind=kind))
        _pair(connection, kind, "holder", _content(what), source="_held")
        alike = f"{_content(what)} || {_content(common[kind])}"
        _pair(connection, kind, "holder", alike, numbered=True, source="_held")


#: Families that are not paired yet, all of whose paired members stand in one other such family.
_PAIR_BY_MEMBERS = """
INSERT INTO family_pair
WITH shared AS (
    SELECT DISTINCT x.family_i AS b, y.family_i AS a
    FROM person_pair p JOIN before_person x ON x.i = p.b JOIN after_person y ON y.i = p.a
    WHERE x.family_i IS NOT NULL AND y.family_i IS NOT NULL
), single AS (
    SELECT b, a FROM shared QUALIFY count(*) OVER (PARTITION BY b) = 1
        AND count(*) OVER (PARTITION BY a) = 1
)
SELECT b, a FROM single
WHERE b NOT IN (SELECT b FROM family_pair) AND a NOT IN (SELECT a FROM family_pair)
"""

#: What belongs to somebody, and by what it is told apart from the rest that person has.
_HELD: Mapping[str, tuple[str, ...]] = {
    "aid": ("program", "program_text", "period", "source"),
    "event": ("kind", "date"),
    "ppks": ("category", "category_text", "year"),
}

#: Rows with their holder: the pair of the person or family, else the numbers they carry.
_HOLDERS = """
CREATE TEMP TABLE {side}_{kind}_held AS
SELECT r.*, coalesce('P' || p.b, 'F' || f.b, nullif(r.nik, ''), nullif(r.no_kk, '')) AS holder
FROM {side}_{kind} r
LEFT JOIN (SELECT x.person_id, min(q.b) AS b FROM person_pair q
    JOIN {side}_person_rows x ON x.i = q.{here} GROUP BY ALL) p
    ON p.person_id = r.person_id AND r.person_id <> ''
LEFT JOIN family_pair f ON f.{here} = r.family_i AND r.person_id = ''
"""


def _pair(
    connection: duckdb.DuckDBPyConnection,
    kind: str,
    key: str,
    more: str = "''",
    numbered: bool = False,
    source: str = "",
) -> None:
    """Pair the rows still alone whose ``key`` and ``more`` stand once on each side.

    Rows without a key stay alone. ``numbered`` pairs alike rows one by one: the first with the
    first, the second with the second.
    """
    found = []
    for side, here in zip(_SIDES, "ba", strict=True):
        alone = (
            f"SELECT i, {key} || {more} AS k FROM {side}_{kind}{source} r WHERE {key} IS NOT NULL "
            f"AND NOT EXISTS (SELECT 1 FROM {kind}_pair p WHERE p.{here} = r.i)"
        )
        found.append(
            f"(SELECT i, k, row_number() OVER (PARTITION BY k ORDER BY i) AS n FROM ({alone}))"
            if numbered
            else f"(SELECT min(i) AS i, k, 1 AS n FROM ({alone}) GROUP BY k HAVING count(*) = 1)"
        )
    connection.execute(
        f"INSERT INTO {kind}_pair SELECT x.i, y.i FROM {found[0]} x JOIN {found[1]} y USING (k, n)"
    )


def _class_rows(connection: duckdb.DuckDBPyConnection, kind: str, common: tuple[str, ...]) -> None:
    """Table ``KIND_row``: every pair and every row alone, numbered ``r``, with its class."""
    is_held = kind in _HELD
    source = "_held" if is_held else ""
    key = f"holder || {_content(_HELD[kind])}" if is_held else f"{kind}_key"
    for side, here in zip(_SIDES, "ba", strict=True):
        connection.execute(
            f"CREATE TEMP TABLE {side}_{kind}_alone AS SELECT i, nullif({key}, '') AS k "
            f"FROM {side}_{kind}{source} r "
            f"WHERE NOT EXISTS (SELECT 1 FROM {kind}_pair p WHERE p.{here} = r.i)"
        )
    differs = " OR ".join(f"x.{c} IS DISTINCT FROM y.{c}" for c in common) or "false"
    moved = "false"
    if not is_held:
        moved = "x.place <> '' AND y.place <> '' AND x.place <> y.place"
        # A place that became known is a change, not a move.
        differs = f"{differs} OR x.place <> y.place"
    if kind == "person":
        moved = (
            f"({moved}) OR (x.no_kk <> '' AND y.no_kk <> '' AND x.no_kk <> y.no_kk AND NOT EXISTS "
            "(SELECT 1 FROM family_pair f WHERE f.b = x.family_i AND f.a = y.family_i))"
        )
    connection.execute(
        f"""
CREATE TEMP TABLE {kind}_row AS
SELECT row_number() OVER () AS r, * FROM (
    SELECT p.b, p.a, CASE WHEN {moved} THEN '{Change.MOVED}' WHEN {differs}
        THEN '{Change.CHANGED}' ELSE '{Change.SAME}' END AS change, '' AS reason
    FROM {kind}_pair p JOIN before_{kind} x ON x.i = p.b JOIN after_{kind} y ON y.i = p.a
    UNION ALL {_alone_sql(kind, "before", "after", Change.LEFT)}
    UNION ALL {_alone_sql(kind, "after", "before", Change.ENTERED)}
)"""
    )


def _alone_sql(kind: str, side: str, other: str, change: Change) -> str:
    b, a = ("i", "NULL") if side == "before" else ("NULL", "i")
    doubled = f"k IN (SELECT k FROM {other}_{kind}_alone WHERE k IS NOT NULL)"
    return f"""
    SELECT {b}, {a}, CASE WHEN k IS NULL OR {doubled} THEN '{Change.UNPAIRED}'
        ELSE '{change}' END,
        CASE WHEN k IS NULL THEN 'tanpa_nomor' WHEN {doubled} THEN 'ganda' ELSE '' END
    FROM {side}_{kind}_alone"""


def _rows_sql(kind: str, common: tuple[str, ...]) -> str:
    name, nik = ("name", "nik") if kind == "person" else ("head_name", "no_kk")
    cells = [
        f"CASE WHEN x.{c} IS DISTINCT FROM y.{c} THEN {{'column': '{c}', "
        + (
            "'before': NULL::VARCHAR, 'after': NULL::VARCHAR} END"
            if c in _HIDDEN
            else f"'before': CAST(x.{c} AS VARCHAR), 'after': CAST(y.{c} AS VARCHAR)}} END"
        )
        for c in common
    ]
    if kind == "person":
        cells.append(
            "CASE WHEN x.place <> y.place THEN {'column': 'kelurahan_kode_kemendagri', "
            "'before': x.place, 'after': y.place} END"
        )
    sides = ", ".join(
        f"{row}.{column} AS {word}_{side}"
        for side, row in zip(_SIDES, "xy", strict=True)
        for column, word in (
            (key_column(kind), "id"),
            (nik, "number"),
            ("no_kk", "no_kk"),
            (name, "name"),
            ("place", "kelurahan"),
        )
    )
    nothing = 'CAST([] AS STRUCT("column" VARCHAR, "before" VARCHAR, "after" VARCHAR)[])'
    return f"""
SELECT change, reason, c.b IS NOT NULL AS in_before, c.a IS NOT NULL AS in_after,
    {sides},
    CASE WHEN change IN ('{Change.MOVED}', '{Change.CHANGED}')
        THEN list_filter([{", ".join(cells)}], lambda cell: cell IS NOT NULL)
        ELSE {nothing} END AS changes
FROM {kind}_row c
LEFT JOIN before_{kind} x ON x.i = c.b LEFT JOIN after_{kind} y ON y.i = c.a
ORDER BY coalesce(c.b, 0), coalesce(c.a, 0), c.r
"""


# --- findings ------------------------------------------------------------------------------------


def _find_presence(connection: duckdb.DuckDBPyConnection, before: Judged, after: Judged) -> None:
    """Table ``presence``: each finding once, with the row it is about and where it stands."""
    for side in _SIDES:
        rows = " UNION ALL ".join(
            f"SELECT '{kind}' AS subject_kind, t.{key_column(kind)} AS subject, c.r "
            f"FROM {kind}_row c JOIN {side}_{kind}_rows t ON t.i = c.{side[0]}"
            for kind in _KINDS
        )
        connection.execute(f"CREATE TEMP TABLE {side}_subject AS {rows}")
    connection.execute(
        "CREATE TEMP TABLE presence (rule VARCHAR, subject_kind VARCHAR, r BIGINT, "
        "in_before BOOLEAN, in_after BOOLEAN)"
    )
    masked = _compare_masks(connection, before, after)
    for side, judged in zip(_SIDES, (before, after), strict=True):
        connection.register(
            f"{side}_found_rows",
            judged.findings.table.select(["rule", "subject_kind", "subject", "evidence"]),
        )
        connection.execute(
            f"CREATE TEMP TABLE {side}_found AS SELECT rule, subject_kind, s.r, row_number() OVER "
            "(PARTITION BY rule, subject_kind, s.r ORDER BY evidence) AS n "
            f"FROM {side}_found_rows JOIN {side}_subject s USING (subject_kind, subject) "
            "WHERE NOT list_contains(?, rule)",
            [sorted(masked)],
        )
    connection.execute(
        "INSERT INTO presence SELECT rule, subject_kind, r, coalesce(x.n > 0, false), "
        "coalesce(y.n > 0, false) FROM before_found x FULL JOIN after_found y "
        "USING (rule, subject_kind, r, n)"
    )


def _compare_masks(
    connection: duckdb.DuckDBPyConnection, before: Judged, after: Judged
) -> set[str]:
    """Row rules, which find a row once, by the integers of their masks; gives their codes.

    The two lists may have been judged by different rule sets, so the bits of both are first
    brought into one order.
    """
    bits = [judged.findings.bits for judged in (before, after)]
    masks = [judged.findings.masks for judged in (before, after)]
    if not all(bits):
        return set()
    done: set[str] = set()
    for kind in _KINDS:
        codes = sorted(
            {
                code
                for own, judged in zip(bits, (before, after), strict=True)
                for code, (table, *_) in own.items()
                if table == kind
                and code in judged.findings.rules
                and judged.findings.rules[code].form == "row"
            }
        )
        if not codes:
            continue
        for start in range(0, len(codes), _BITS):
            part = codes[start : start + _BITS]
            for side, own, tables in zip(_SIDES, bits, masks, strict=True):
                moved = _moved_bits(part, own, kind)
                table = tables.get(kind)
                if table is None:
                    connection.execute(
                        f"CREATE OR REPLACE TEMP VIEW {side}_mask AS "
                        "SELECT 0::BIGINT AS r, 0::BIGINT AS m WHERE false"
                    )
                    continue
                connection.register(f"{side}_mask_rows", table)
                connection.execute(
                    f"CREATE OR REPLACE TEMP VIEW {side}_mask AS SELECT s.r, {moved} AS m "
                    f"FROM {side}_mask_rows JOIN {side}_subject s USING (subject) "
                    f"WHERE s.subject_kind = '{kind}'"
                )
            names = ", ".join(f"('{code}', {place})" for place, code in enumerate(part))
            connection.execute(
                f"""
INSERT INTO presence
SELECT rule, '{kind}', r, (b >> place) & 1 = 1, (a >> place) & 1 = 1
FROM (SELECT r, coalesce(x.m, 0) AS b, coalesce(y.m, 0) AS a
    FROM before_mask x FULL JOIN after_mask y USING (r))
JOIN (VALUES {names}) AS bits(rule, place) ON ((b | a) >> place) & 1 = 1"""
            )
        done |= set(codes)
    return done


def _moved_bits(codes: list[str], own: Mapping[str, tuple[str, int, int]], kind: str) -> str:
    """SQL that puts the bits of one list's mask into the order of ``codes``."""
    parts = []
    for place, code in enumerate(codes):
        table, column, bit = own.get(code, ("", 0, 0))
        if table == kind:
            name = "mask" if column == 0 else f"mask_{column}"
            parts.append(f"((({name} >> {bit}) & 1) << {place})")
    return " | ".join(parts) or "0::BIGINT"


def _lay_marks(connection: duckdb.DuckDBPyConnection, before: Judged, after: Judged) -> None:
    """Tables of marks: what judged each side, in general (place null) and in single kelurahan."""
    import pyarrow as pa

    kept = before.marks is not None and after.marks is not None
    for side, judged in zip(_SIDES, (before, after), strict=True):
        general = judged.marks if kept else None
        if general is None:
            spoke = set(judged.findings.rules) - set(judged.findings.silent)
            general = dict.fromkeys(spoke, judged.findings.ruleset)
        lines: list[tuple[str | None, str, str]] = [(None, *item) for item in general.items()]
        if kept:
            for place, marks in judged.local.items():
                lines += [(place, *item) for item in marks.items()]
        table = pa.table(
            {
                name: pa.array([line[at] for line in lines], pa.string())
                for at, name in enumerate(("place", "rule", "mark"))
            }
        )
        connection.register(f"{side}_mark_rows", table)
        connection.execute(f"CREATE TEMP TABLE {side}_mark AS SELECT * FROM {side}_mark_rows")


_ALL_ROWS = " UNION ALL ".join(
    f"SELECT '{kind}' AS subject_kind, c.r, c.change, c.reason, "
    f"x.{key_column(kind)} AS subject_before, y.{key_column(kind)} AS subject_after, "
    f"x.place AS kelurahan_before, y.place AS kelurahan_after FROM {kind}_row c "
    f"LEFT JOIN before_{kind} x ON x.i = c.b LEFT JOIN after_{kind} y ON y.i = c.a"
    for kind in _KINDS
)

_FATES = f"""
WITH rows AS ({_ALL_ROWS}),
judged AS (
    SELECT p.*, w.* EXCLUDE (subject_kind, r),
        coalesce(bl.mark, bg.mark) AS mark_before, coalesce(al.mark, ag.mark) AS mark_after
    FROM presence p JOIN rows w USING (subject_kind, r)
    LEFT JOIN before_mark bg ON bg.rule = p.rule AND bg.place IS NULL
    LEFT JOIN after_mark ag ON ag.rule = p.rule AND ag.place IS NULL
    LEFT JOIN before_mark bl ON bl.rule = p.rule AND bl.place = w.kelurahan_before
    LEFT JOIN after_mark al ON al.rule = p.rule AND al.place = w.kelurahan_after
),
reasoned AS (
    SELECT *, CASE
        WHEN in_before AND in_after THEN ''
        WHEN reason <> '' THEN reason
        WHEN change IN ('{Change.LEFT}', '{Change.ENTERED}') THEN ''
        WHEN mark_before IS NULL OR mark_after IS NULL THEN 'aturan_diam'
        WHEN mark_before <> mark_after THEN 'aturan_berubah'
        ELSE '' END AS why
    FROM judged
)
SELECT rule, subject_kind, CASE
        WHEN in_before AND in_after THEN '{Fate.STILL}'
        WHEN why <> '' THEN '{Fate.INCOMPARABLE}'
        WHEN change = '{Change.LEFT}' THEN '{Fate.GONE}'
        WHEN change = '{Change.ENTERED}' THEN '{Fate.CAME}'
        WHEN in_before THEN '{Fate.MENDED}' ELSE '{Fate.NEW}' END AS fate,
    why AS reason, in_before, in_after, subject_before, subject_after,
    kelurahan_before, kelurahan_after
FROM reasoned ORDER BY rule, subject_kind, subject_before, subject_after, in_before
"""


# --- sums and areas ------------------------------------------------------------------------------


def _tally(table: pa.Table, column: str) -> dict[str, tuple[int, int]]:
    grouped = table.group_by(column).aggregate([("in_before", "sum"), ("in_after", "sum")])
    return {
        row[column]: (row["in_before_sum"] or 0, row["in_after_sum"] or 0)
        for row in grouped.to_pylist()
    }


def _seen(table: pa.Table, covers: Callable[[str], bool]) -> tuple[Any, Any, Any, Any]:
    """Of each line: whether its row stands on each side, and stands there within the areas."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = []
    for side in _SIDES:
        places = table[f"kelurahan_{side}"]
        there = [code for code in places.unique().to_pylist() if code is not None]
        mine = pa.array([code for code in there if covers(code)], pa.string())
        found += [pc.is_valid(places), pc.is_in(places, mine)]
    return found[0], found[1], found[2], found[3]


def _rows_within(table: pa.Table, covers: Callable[[str], bool]) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    stood, seen_before, stands, seen_after = _seen(table, covers)
    left = pc.and_(seen_before, pc.and_(stands, pc.invert(seen_after)))
    came = pc.and_(seen_after, pc.and_(stood, pc.invert(seen_before)))
    change = pc.if_else(left, pa.scalar(str(Change.MOVED_OUT)), table["change"])
    change = pc.if_else(came, pa.scalar(str(Change.MOVED_IN)), change)
    cut = _put(table, change=change, in_before=seen_before, in_after=seen_after)
    empty = pa.array([[]] * 1, cut.schema.field("changes").type)[0]
    cut = _put(cut, changes=pc.if_else(pc.or_(left, came), empty, cut["changes"]))
    for side, seen in zip(_SIDES, (seen_before, seen_after), strict=True):
        names = [name for name in cut.column_names if name.endswith(f"_{side}")]
        for name in names:
            if name != f"in_{side}":
                hidden = pc.if_else(seen, cut[name], pa.scalar(None, pa.string()))
                cut = _put(cut, **{name: hidden})
    return cut.filter(pc.or_(seen_before, seen_after))


def _findings_within(table: pa.Table, covers: Callable[[str], bool]) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    stood, seen_before, stands, seen_after = _seen(table, covers)
    paired = pc.and_(stood, stands)
    crosses = pc.and_(paired, pc.xor(seen_before, seen_after))
    in_before = pc.and_(table["in_before"], seen_before)
    in_after = pc.and_(table["in_after"], seen_after)
    known = pc.equal(table["fate"], str(Fate.INCOMPARABLE))
    crosses = pc.and_(crosses, pc.invert(known))
    fate = pc.if_else(
        crosses,
        pc.if_else(in_before, pa.scalar(str(Fate.GONE)), pa.scalar(str(Fate.CAME))),
        table["fate"],
    )
    reason = pc.if_else(crosses, pa.scalar("pindah_wilayah"), table["reason"])
    cut = _put(table, fate=fate, reason=reason, in_before=in_before, in_after=in_after)
    for side, seen in zip(_SIDES, (seen_before, seen_after), strict=True):
        for name in (f"subject_{side}", f"kelurahan_{side}"):
            cut = _put(cut, **{name: pc.if_else(seen, cut[name], pa.scalar(None, pa.string()))})
    return cut.filter(pc.or_(in_before, in_after))


def _put(table: pa.Table, **columns_: Any) -> pa.Table:
    for name, values in columns_.items():
        table = table.set_column(table.schema.get_field_index(name), name, values)
    return table

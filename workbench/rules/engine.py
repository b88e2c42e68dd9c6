"""Runs the catalogue over a register: rules in, findings out.

All row rules of a table are fused into one pass, family rules share one group-by, table rules run
one by one; what a finding says of its subject is read for the subjects found only. Findings are
one long table, and a mask per subject with a bit a rule; the sentence is written when it is
looked at.
"""

from __future__ import annotations

import hashlib
import json
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from workbench.domain import days, displays
from workbench.domain.register import Register
from workbench.domain.schema import arrow_schema
from workbench.domain.words import number_id
from workbench.errors import RuleBroken, UnusableInput
from workbench.rules.copies import (
    Folder,
    Limits,
    as_of_copy,
    slice_of,
    standing_tables,
    typed_tables,
    write_copy,
)
from workbench.rules.declare import Rule, Severity
from workbench.rules.parameters import parameters_on
from workbench.rules.typed import GATHERED, SUBJECT_TABLES

_MASK_BITS = 63
#: Row rules of one pass; more make a statement that takes long to plan.
_FUSED = 64
#: Families that are looked into together: neither aggregates of words nor every join is spilt.
_FAMILIES = 1 << 22
#: Rules a notebook shows at once; the others are opened by a click.
_SHOWN_RULES = 12
#: What a check takes at most where it can spill beside the typed copy.
LEAN = Limits(memory="2GB")


@dataclass(frozen=True)
class Findings:
    """What the rules found in one register.

    ``table`` has the columns of ``findings`` in ``register.csv`` (``title`` empty: see
    ``with_titles``); ``silent`` maps the code of each rule that could not speak to an Indonesian
    sentence saying why; ``ruleset`` is the version of rules and parameters that judged, and
    ``parameters`` the values themselves.

    ``masks`` holds, for each table of subjects, the rows with any finding: ``subject``,
    ``subject_key``, ``kelurahan_kode_kemendagri`` (text) and ``mask`` (int64, one bit a rule,
    ``mask_1`` and so on past 63 rules); ``bits`` gives each rule's table, number of the mask
    column and bit. Two lists are compared by them.
    """

    table: pa.Table
    silent: Mapping[str, str]
    ruleset: str
    rules: Mapping[str, Rule]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    masks: Mapping[str, pa.Table] = field(default_factory=dict)
    bits: Mapping[str, tuple[str, int, int]] = field(default_factory=dict)

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def __repr__(self) -> str:
        return f"Findings({len(self)}, ruleset={self.ruleset})"

    def _repr_html_(self) -> str:
        """How many by severity and by rule, and which rules could not speak; no subject."""
        order = list(Severity)
        found = sorted(
            ((self.rules[code], count) for code, count in self.by_rule.items()),
            key=lambda one: (order.index(one[0].severity), -one[1], one[0].code),
        )
        sums = Counter[str]()
        for rule, count in found:
            sums[rule.severity] += count
        rows = [(rule.code, rule.severity.value, count, rule.question) for rule, count in found]
        headings = ("Aturan", "Tingkat", "Jumlah", "Pertanyaan")
        few, rest = rows[:_SHOWN_RULES], rows[_SHOWN_RULES:]
        parts = [
            displays.line(", ".join(f"{one.value} {sums[one]}" for one in order if sums[one])),
            displays.table(headings, few),
        ]
        if rest:
            words = f"{len(rest)} aturan lain, {number_id(sum(row[2] for row in rest))} temuan"
            parts.append(displays.folded(words, displays.table(headings, rest)))
        if self.silent:
            words = f"{len(self.silent)} aturan tidak dapat memeriksa daftar ini"
            silent = displays.table(("Aturan", "Sebab"), sorted(self.silent.items()))
            parts.append(displays.folded(words, silent))
        parts.append(
            displays.note(
                "Temuan adalah pertanyaan untuk kunjungan, bukan putusan. "
                f"{len(self.rules) - len(self.silent)} aturan memeriksa; versi {self.ruleset}."
            )
        )
        return displays.card(f"{number_id(len(self))} temuan", *parts)

    @cached_property
    def by_rule(self) -> dict[str, int]:
        """Number of findings by rule code, only rules that found something."""
        counts = self.table.column("rule").value_counts().to_pylist()
        return {entry["values"]: entry["counts"] for entry in counts}

    def with_titles(self) -> pa.Table:
        """The table with each sentence written out from the rule's title and its evidence."""
        pairs = zip(
            self.table.column("rule").to_pylist(),
            self.table.column("evidence").to_pylist(),
            strict=True,
        )
        titles = [self.rules[code].sentence(json.loads(evidence)) for code, evidence in pairs]
        place = self.table.schema.get_field_index("title")
        return self.table.set_column(place, "title", pa.array(titles, pa.string()))

    def to_pandas(self) -> Any:
        """A pandas frame, a line a finding: the columns of ``table`` with titles written out."""
        return self.with_titles().to_pandas()


def check(
    register: Register,
    rules: Iterable[Rule] | None = None,
    parameters: dict[str, Any] | None = None,
    typed_directory: Path | None = None,
) -> Findings:
    """Run ``rules`` (all of them unless given) over ``register``.

    The reference date is the manifest's ``as_of``; ``parameters`` override dated settings by
    name. With ``typed_directory`` the typed copy is written there and stays, for ``recheck``;
    otherwise the typed tables are held in memory. Raises ``RuleBroken`` when a rule cannot run:
    it accuses nobody.
    """
    chosen = _chosen(rules)
    as_of = _reference_date(register.manifest)
    values = parameters_on(as_of, parameters)
    limits = LEAN if typed_directory else Limits()
    with _opened(register, as_of, values, typed_directory, limits) as connection:
        silent = _silent(chosen, register, connection)
        _judge(connection, chosen, silent, values)
        return _findings(connection, "described", silent, chosen, values)


def check_folder(
    directory: Path,
    typed_directory: Path,
    results: Path,
    rules: Iterable[Rule] | None = None,
    parameters: dict[str, Any] | None = None,
    limits: Limits = LEAN,
) -> dict[str, int]:
    """``check`` for a register that is larger than memory; the number of findings by rule.

    The register is read from ``directory``; the findings are written to ``results`` as
    ``findings.parquet``, the masks as ``mask_<table>.parquet``, and beside them ``checks.json``
    (``silent``, ``ruleset``, ``parameters``, ``bits``).
    """
    folder = Folder(directory)
    chosen = _chosen(rules)
    as_of = _reference_date(folder.manifest)
    values = parameters_on(as_of, parameters)
    with _opened(folder, as_of, values, typed_directory, limits) as connection:
        silent = _silent(chosen, folder, connection)
        _judge(connection, chosen, silent, values)
        return write_results(connection, results, chosen, silent, values)


def recheck(
    typed_directory: Path,
    findings: Findings,
    kelurahan_kode: str,
    parameters: dict[str, Any] | None = None,
    limits: Limits = LEAN,
) -> Findings:
    """Judge one kelurahan again and put the result in the place of what ``findings`` said of it.

    Every rule is judged on the kelurahan's own rows and on those of its neighbours: families of
    other kelurahan that share a NIK, a card number, an account or a birth with it (see
    ``workbench.rules.copies``). ``kelurahan_kode`` is that of the findings, "" for subjects that
    have none. ``parameters`` are those of ``findings`` unless given.
    """
    as_of = as_of_copy(typed_directory)
    values = parameters_on(as_of, parameters)
    if parameters is None:
        values |= findings.parameters
    rules = dict(findings.rules)
    with slice_of(typed_directory, kelurahan_kode, values, limits) as connection:
        _judge(connection, rules, findings.silent, values, few=True)
        connection.execute(
            "CREATE TEMP TABLE here AS SELECT * FROM described "
            "WHERE kelurahan_kode_kemendagri = getvariable('kelurahan')"
        )
        here = _findings(connection, "here", findings.silent, rules, values)
    table = _with_part(findings.table, kelurahan_kode, here.table, ("rule", "subject"))
    if findings.bits == here.bits and findings.masks.keys() == here.masks.keys():
        masks = {
            name: _with_part(findings.masks[name], kelurahan_kode, rows, ("subject",))
            for name, rows in here.masks.items()
        }
    else:
        masks = masks_of(table, here.bits)
    return replace(here, table=table, masks=masks)


def _with_part(
    whole: pa.Table, kelurahan_kode: str, short: pa.Table, by: tuple[str, ...]
) -> pa.Table:
    """``whole`` with the rows of one kelurahan replaced by ``short``.

    Both are in the order of ``by``, and so is what comes out: what stays is neither sorted nor
    copied.
    """
    import pyarrow.compute as pc

    whole = whole.cast(short.schema)
    here = pc.equal(whole["kelurahan_kode_kemendagri"], kelurahan_kode)
    keys = [whole[name] for name in by]
    added: list[int] = []
    for row in zip(*(short[name].to_pylist() for name in by), strict=True):
        start = added[-1] if added else 0
        added.append(
            bisect_left(
                range(whole.num_rows), row, start, key=lambda at: tuple(k[at].as_py() for k in keys)
            )
        )
    # Where a row goes, what comes in its place stands before it.
    steps = [(at, place) for place, at in enumerate(added)]
    steps += [(at, short.num_rows) for at in pc.indices_nonzero(here).to_pylist()]
    parts, start = [], 0
    for at, place in sorted(steps):
        if at > start:
            parts.append(whole.slice(start, at - start))
        parts.append(short.slice(place, 1))
        start = at + (place == short.num_rows)
    return pa.concat_tables([*parts, whole.slice(start)])


def _findings(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    silent: Mapping[str, str],
    rules: Mapping[str, Rule],
    values: Mapping[str, Any],
) -> Findings:
    found = connection.sql(f"SELECT * FROM {table} ORDER BY rule, subject").to_arrow_table()
    bits = mask_bits(rules.values())
    return Findings(
        found.cast(arrow_schema("findings")),
        silent,
        ruleset_version(rules.values(), values),
        rules,
        values,
        _masks(connection, table, bits),
        bits,
    )


def _masks(
    connection: duckdb.DuckDBPyConnection, table: str, bits: Mapping[str, tuple[str, int, int]]
) -> dict[str, pa.Table]:
    return {
        name: connection.sql(mask_select(table, name, bits)).to_arrow_table()
        for name in sorted({place[0] for place in bits.values()})
    }


def _chosen(rules: Iterable[Rule] | None) -> dict[str, Rule]:
    from workbench.rules import catalogue

    return {rule.code: rule for rule in (catalogue().values() if rules is None else rules)}


@contextmanager
def _opened(
    source: Register | Folder,
    as_of: date,
    values: Mapping[str, Any],
    directory: Path | None,
    limits: Limits,
) -> Iterator[duckdb.DuckDBPyConnection]:
    if directory is None:
        with typed_tables(source, as_of, values, limits) as connection:
            yield connection
    else:
        write_copy(source, as_of, directory, limits)
        with standing_tables(directory, values, limits) as connection:
            yield connection


def mask_bits(rules: Iterable[Rule]) -> dict[str, tuple[str, int, int]]:
    """Rule code to (table of its subjects, number of the mask column, bit in it)."""
    bits: dict[str, tuple[str, int, int]] = {}
    taken: Counter[str] = Counter()
    for rule in rules:
        column, bit = divmod(taken[rule.subject_kind], _MASK_BITS)
        bits[rule.code] = (rule.subject_kind, column, bit)
        taken[rule.subject_kind] += 1
    return bits


def mask_column(number: int) -> str:
    """The name of a mask column: ``mask``, ``mask_1``, ``mask_2`` ..."""
    return f"mask_{number}" if number else "mask"


def masks_of(findings: pa.Table, bits: Mapping[str, tuple[str, int, int]]) -> dict[str, pa.Table]:
    """The mask tables (see ``Findings``) of a table of findings, a row for each subject."""
    connection = duckdb.connect(config={"temp_directory": ""})
    connection.register("findings", findings)
    try:
        return _masks(connection, "findings", bits)
    finally:
        connection.close()


def mask_select(findings: str, table: str, bits: Mapping[str, tuple[str, int, int]]) -> str:
    """SQL for the mask table of ``table``, from the name of a table of findings."""
    by_column: dict[int, list[str]] = {}
    codes = []
    for code, (subjects, column, bit) in bits.items():
        if subjects == table:
            codes.append(f"'{code}'")
            by_column.setdefault(column, []).append(f"WHEN '{code}' THEN {1 << bit}")
    masks = ", ".join(
        f"bit_or(CAST(CASE rule {' '.join(arms)} ELSE 0 END AS BIGINT)) AS {mask_column(column)}"
        for column, arms in by_column.items()
    )
    return (
        "SELECT subject, any_value(subject_key) AS subject_key, "
        f"any_value(kelurahan_kode_kemendagri) AS kelurahan_kode_kemendagri, {masks} "
        f"FROM {findings} WHERE rule IN ({', '.join(codes)}) GROUP BY subject ORDER BY subject"
    )


def ruleset_version(rules: Iterable[Rule], parameters: Mapping[str, Any]) -> str:
    """A short mark that changes whenever a rule or a parameter does."""
    content = [
        [r.code, r.form, r.table, r.severity, r.when, r.needs, sorted(r.evidence.items())]
        for r in sorted(rules, key=lambda rule: rule.code)
    ]
    text = json.dumps([content, sorted(parameters.items())], default=str)
    return "1-" + hashlib.sha256(text.encode()).hexdigest()[:10]


def _reference_date(manifest: Mapping[str, Any]) -> date:
    stated = manifest.get("as_of")
    if isinstance(stated, date):
        return stated
    try:
        return date.fromisoformat(str(stated)) if stated else days.today()
    except ValueError as error:
        raise UnusableInput(
            "Tanggal acuan (as_of) daftar ini tidak terbaca. Baca ulang dari berkas asalnya."
        ) from error


def _silent(
    rules: Mapping[str, Rule], source: Register | Folder, connection: duckdb.DuckDBPyConnection
) -> dict[str, str]:
    """Rule code to why the list gives it nothing to judge, in the words of a screen."""
    silent = {code: why for code, rule in rules.items() if (why := _why_silent(rule, source))}
    if connection.execute("SELECT getvariable('one_row_a_family')").fetchone() == (True,):
        for code, rule in rules.items():
            if rule.form == "family":
                silent[code] = "Daftar ini hanya memuat satu baris tiap keluarga."
    return silent


def _why_silent(rule: Rule, source: Register | Folder) -> str:
    for need in rule.needs:
        places = [tuple(place.split(".", 1)) for place in need.split("|")]
        carried = [place for place in places if source.carries(*place)]
        if not carried:
            return f"Daftar tidak memuat kolom {' atau '.join(need.split('|'))}."
        if all(_rows(source, table) == 0 for table, _column in carried):
            return f"Tabel {' atau '.join(sorted({table for table, _column in carried}))} kosong."
    return ""


def _rows(source: Register | Folder, table: str) -> int:
    return source.rows(table) if isinstance(source, Folder) else int(source[table].num_rows)


def _judge(
    connection: duckdb.DuckDBPyConnection,
    rules: Mapping[str, Rule],
    silent: Iterable[str],
    parameters: Mapping[str, Any],
    few: bool = False,
) -> None:
    quiet = set(silent)
    speaking = [rule for rule in rules.values() if rule.code not in quiet]
    judge(connection, speaking, ruleset_version(rules.values(), parameters), few)


def judge(
    connection: duckdb.DuckDBPyConnection, rules: Iterable[Rule], ruleset: str, few: bool = False
) -> None:
    """Run ``rules`` over typed tables that stand; makes the temporary table ``described``.

    It has the columns of ``findings``, without sentences, in no order. Of ``few`` rows each rule
    is asked at once: to plan what sorts out rows beforehand would take longer than to ask.
    """
    speaking = list(rules)
    connection.execute("CREATE TEMP TABLE seen (rule VARCHAR, place BIGINT, evidence VARCHAR)")
    connection.execute("CREATE TEMP TABLE named (rule VARCHAR, subject VARCHAR, evidence VARCHAR)")
    for name in _gathered([rule.when for rule in speaking if rule.form == "table"]):
        connection.execute(f"CREATE TEMP TABLE {name} AS {GATHERED[name]}")
    for table in SUBJECT_TABLES:
        members = [rule for rule in speaking if rule.form == "row" and rule.table == table]
        for start in range(0, len(members), _FUSED):
            _find_rows(connection, table, members[start : start + _FUSED], few)
    families = [rule for rule in speaking if rule.form == "family"]
    if families:
        _find_families(connection, families)
    for rule in speaking:
        if rule.form == "table":
            _find_named(connection, rule)
    _describe(connection, speaking, ruleset)


def _gathered(texts: list[str]) -> list[str]:
    """The tables of ``GATHERED`` that ``texts`` name, and those that these stand on, in order."""
    named: list[str] = []
    for name in reversed(GATHERED):
        if any(
            re.search(rf"\b{name}\b", text)
            for text in [*texts, *(GATHERED[other] for other in named)]
        ):
            named.insert(0, name)
    return named


def write_results(
    connection: duckdb.DuckDBPyConnection,
    results: Path,
    rules: Mapping[str, Rule],
    silent: Mapping[str, str],
    parameters: Mapping[str, Any],
) -> dict[str, int]:
    """Write what ``judge`` left in ``described``; see ``check_folder``."""
    results.mkdir(parents=True, exist_ok=True)
    bits = mask_bits(rules.values())
    files = {"findings": "SELECT * FROM described ORDER BY rule, subject"}
    for table in {place[0] for place in bits.values()}:
        files[f"mask_{table}"] = mask_select("described", table, bits)
    for name, sql in files.items():
        path = str(results / f"{name}.parquet").replace("'", "''")
        connection.execute(f"COPY ({sql}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
    checks = {
        "silent": dict(silent),
        "ruleset": ruleset_version(rules.values(), parameters),
        "parameters": dict(parameters),
        "bits": bits,
    }
    text = json.dumps(checks, ensure_ascii=False, default=str)
    (results / "checks.json").write_text(text, encoding="utf-8")
    return dict(connection.execute("SELECT rule, count(*) FROM described GROUP BY rule").fetchall())


def _run(connection: duckdb.DuckDBPyConnection, sql: str, rule: Rule) -> None:
    try:
        connection.execute(sql)
    except (duckdb.OutOfMemoryException, duckdb.IOException):
        raise
    except (duckdb.ProgrammingError, duckdb.NotSupportedError) as error:
        raise RuleBroken(f"Aturan {rule.code} tidak dapat dijalankan: {error}") from error
    except duckdb.Error as error:
        # What went wrong with a value would name the value.
        raise RuleBroken(
            f"Aturan {rule.code} tidak dapat dijalankan pada data ini ({type(error).__name__})."
        ) from None


def _run_fused(
    connection: duckdb.DuckDBPyConnection, sql: str, rules: list[Rule], alone: Callable[[Rule], str]
) -> None:
    """Run the one statement of many rules; when it breaks, find out whose fault it is."""
    try:
        connection.execute(sql)
    except (duckdb.OutOfMemoryException, duckdb.IOException):
        raise
    except duckdb.Error:
        for rule in rules:
            _run(connection, alone(rule), rule)
        raise


def _evidence(rule: Rule) -> str:
    if not rule.evidence:
        return "'{}'"
    pairs = ", ".join(f'"{name}" := ({sql})' for name, sql in rule.evidence.items())
    return f"CAST(to_json(struct_pack({pairs})) AS VARCHAR)"


def _find_rows(
    connection: duckdb.DuckDBPyConnection, table: str, rules: list[Rule], few: bool
) -> None:
    """One pass over a table: which row any rule asks about, and only of these which rules."""

    def statement(members: list[Rule]) -> str:
        anyone = "true" if few else " OR ".join(f"({rule.when})" for rule in members)
        asked = ", ".join(
            f"CASE WHEN ({rule.when}) THEN "
            f"{{'rule': '{rule.code}', 'evidence': {_evidence(rule)}}} END"
            for rule in members
        )
        return (
            "INSERT INTO seen SELECT finding.rule, place, finding.evidence FROM ("
            f"SELECT place, unnest([{asked}]) AS finding FROM {table} WHERE {anyone}) "
            "WHERE finding IS NOT NULL"
        )

    _run_fused(connection, statement(rules), rules, lambda rule: statement([rule]))


def _find_families(connection: duckdb.DuckDBPyConnection, rules: list[Rule]) -> None:
    """One group-by for all rules; aggregates that several rules name are counted once."""
    numbers: dict[str, int] = {}
    for rule in rules:
        for sql in rule.evidence.values():
            numbers.setdefault(sql, len(numbers))

    def grouped(members: Iterable[str]) -> str:
        columns = "".join(f", {sql} AS a{numbers[sql]}" for sql in members)
        return (
            f"CREATE OR REPLACE TEMP TABLE grouped AS SELECT family_place{columns} FROM person "
            "WHERE family_usable AND family_place BETWEEN getvariable('first_family') "
            "AND getvariable('last_family') GROUP BY family_place"
        )

    for _share in _shares(connection):
        _run_fused(
            connection, grouped(numbers), rules, lambda rule: grouped(set(rule.evidence.values()))
        )
        for rule in rules:
            names = "".join(f', a{numbers[sql]} AS "{name}"' for name, sql in rule.evidence.items())
            pairs = ", ".join(f'"{name}" := g."{name}"' for name in rule.evidence)
            joined = "JOIN family ON family.place = g.place" if "family." in rule.when else ""
            _run(
                connection,
                f"INSERT INTO seen SELECT '{rule.code}', g.place, "
                f"CAST(to_json(struct_pack({pairs})) AS VARCHAR) "
                f"FROM (SELECT family_place AS place{names} FROM grouped) g {joined} "
                f"WHERE {rule.when}",
                rule,
            )


def _shares(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Go through the families, so many at once; rules see ``first_family`` and ``last_family``."""
    shares = f"SELECT DISTINCT place // {_FAMILIES} FROM family ORDER BY ALL"
    for (share,) in connection.execute(shares).fetchall():
        connection.execute("SET VARIABLE first_family = ?", [share * _FAMILIES])
        connection.execute("SET VARIABLE last_family = ?", [(share + 1) * _FAMILIES - 1])
        yield


def _find_named(connection: duckdb.DuckDBPyConnection, rule: Rule) -> None:
    sql = f"INSERT INTO named SELECT '{rule.code}', subject, {_evidence(rule)} FROM ({rule.when})"
    for _share in _shares(connection) if "first_family" in rule.when else (None,):
        _run(connection, sql, rule)


#: What a finding says of its subject, where the column has another name or is empty.
_SUBJECTS = {
    "person": {"subject_key": "person_key"},
    "family": {"nik": "''", "name": "head_name", "subject_key": "family_key"},
    "aid": {"subject_key": "''"},
    "event": {"subject_key": "''"},
    "ppks": {"name": "subject_name", "subject_key": "''"},
}


def _describe(connection: duckdb.DuckDBPyConnection, rules: list[Rule], ruleset: str) -> None:
    """Join what was found to its subjects, of which only those are read.

    Raises ``RuleBroken`` when a rule found somebody who is not in the list, or nobody.
    """
    names = arrow_schema("findings").names
    connection.register("nothing", arrow_schema("findings").empty_table())
    connection.execute("CREATE TEMP TABLE described AS SELECT * FROM nothing")
    # Kind by kind: in one statement, DuckDB stores whole tables of which only a few rows are asked.
    for kind in sorted({rule.subject_kind for rule in rules}):
        members = [rule for rule in rules if rule.subject_kind == kind]
        severities = " ".join(f"WHEN '{rule.code}' THEN '{rule.severity}'" for rule in members)
        codes = ", ".join(f"'{rule.code}'" for rule in members)
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE asked AS SELECT * FROM seen WHERE rule IN ({codes}) "
            f"UNION ALL SELECT n.rule, t.place, n.evidence FROM named n JOIN {kind} t "
            f"ON t.{kind}_id = n.subject WHERE n.rule IN ({codes})"
        )
        own = {
            "evidence": "asked.evidence",
            "title": "''",
            "ruleset": f"'{ruleset}'",
            "severity": f"CASE rule {severities} END",
            "subject_kind": f"'{kind}'",
            "subject": f"{kind}_id",
            "kelurahan_kode_kemendagri": "kelurahan_of_finding",
            **_SUBJECTS[kind],
        }
        columns = ", ".join(own.get(name, f'"{name}"') for name in names)
        connection.execute(
            f"INSERT INTO described SELECT {columns} FROM asked JOIN {kind} USING (place)"
        )
    lost = connection.execute(
        "SELECT rule, sum(n) FROM (SELECT rule, 1 AS n FROM seen UNION ALL "
        "SELECT rule, 1 FROM named UNION ALL SELECT rule, -1 FROM described) "
        "GROUP BY rule HAVING sum(n) <> 0 ORDER BY rule"
    ).fetchall()
    if lost:
        codes = ", ".join(code for code, _count in lost)
        raise RuleBroken(
            f"Aturan {codes} menunjuk baris yang tidak ada pada daftar. Temuannya tidak dipakai."
        )

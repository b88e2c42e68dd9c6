"""Runs the catalogue over a register: rules in, findings out.

Row rules become one bit each of a mask, computed for all rules of a table in one pass; family
rules share one group-by; table rules run one by one. Findings are one long table; the sentence
is written when it is looked at.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from workbench.domain.register import Register
from workbench.domain.schema import arrow_schema
from workbench.errors import RuleBroken
from workbench.rules.declare import Rule
from workbench.rules.parameters import parameters_on
from workbench.rules.typed import open_typed

_KEYS = {
    "person": "person_id",
    "family": "family_id",
    "aid": "aid_id",
    "event": "event_id",
    "ppks": "ppks_id",
}
_MASK_BITS = 63


@dataclass(frozen=True)
class Findings:
    """What the rules found in one register.

    ``table`` has the columns of ``findings`` in ``register.csv`` (``title`` empty: see
    ``with_titles``); ``silent`` maps the code of each rule that could not speak to an Indonesian
    sentence saying why; ``ruleset`` is the version of rules and parameters that judged.
    """

    table: pa.Table
    silent: Mapping[str, str]
    ruleset: str
    rules: Mapping[str, Rule]

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def __repr__(self) -> str:
        return f"Findings({len(self)}, ruleset={self.ruleset})"

    def _repr_html_(self) -> str:
        from html import escape

        rows = "".join(
            f"<tr><td>{code}</td><td style='text-align:right'>{count}</td>"
            f"<td style='text-align:left'>{escape(self.rules[code].question)}</td></tr>"
            for code, count in sorted(self.by_rule.items(), key=lambda item: -item[1])
        )
        return (
            f"<table><caption>{len(self)} temuan perlu dicek</caption>"
            f"<tr><th>Aturan</th><th>Jumlah</th><th>Pertanyaan</th></tr>{rows}</table>"
        )

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
        """A pandas frame with titles, for notebooks."""
        return self.with_titles().to_pandas()


def check(
    register: Register,
    rules: Iterable[Rule] | None = None,
    parameters: dict[str, Any] | None = None,
    typed_directory: Path | None = None,
) -> Findings:
    """Run ``rules`` (all of them unless given) over ``register``.

    The reference date is the manifest's ``as_of``; ``parameters`` override dated settings by
    name. Raises ``RuleBroken`` when a rule's SQL cannot run: it accuses nobody.
    """
    from workbench.rules import catalogue

    chosen = {r.code: r for r in (catalogue().values() if rules is None else rules)}
    as_of = _reference_date(register)
    values = parameters_on(as_of, parameters)
    ruleset = ruleset_version(chosen.values(), values)
    silent = {code: why for code, rule in chosen.items() if (why := _why_silent(rule, register))}
    connection = open_typed(register, as_of, values, typed_directory)
    try:
        if connection.execute("SELECT getvariable('one_row_a_family')").fetchone() == (True,):
            for code, rule in chosen.items():
                if rule.form == "family":
                    silent[code] = "Daftar ini hanya memuat satu baris tiap keluarga."
        speaking = [rule for rule in chosen.values() if rule.code not in silent]
        table = judge(connection, speaking, ruleset)
    finally:
        connection.close()
    return Findings(table, silent, ruleset, chosen)


def judge(connection: duckdb.DuckDBPyConnection, rules: Iterable[Rule], ruleset: str) -> pa.Table:
    """Run ``rules`` over typed tables that stand; the table ``findings``, without sentences."""
    speaking = list(rules)
    parts = [
        *_row_findings(connection, [rule for rule in speaking if rule.form == "row"]),
        *_family_findings(connection, [rule for rule in speaking if rule.form == "family"]),
        *(_table_findings(connection, rule) for rule in speaking if rule.form == "table"),
    ]
    return _assemble(connection, parts, {rule.code: rule for rule in speaking}, ruleset)


def ruleset_version(rules: Iterable[Rule], parameters: Mapping[str, Any]) -> str:
    """A short mark that changes whenever a rule or a parameter does."""
    content = [
        [r.code, r.severity, r.when, sorted(r.evidence.items())]
        for r in sorted(rules, key=lambda rule: rule.code)
    ]
    text = json.dumps([content, sorted(parameters.items())], default=str)
    return "1-" + hashlib.sha256(text.encode()).hexdigest()[:10]


def _reference_date(register: Register) -> date:
    stated = register.manifest.get("as_of")
    if isinstance(stated, date):
        return stated
    return date.fromisoformat(stated) if stated else date.today()


def _why_silent(rule: Rule, register: Register) -> str:
    """Why the list gives a rule nothing to judge; "" when it may speak."""
    for need in rule.needs:
        places = [tuple(place.split(".", 1)) for place in need.split("|")]
        carried = [place for place in places if register.carries(*place)]
        if not carried:
            return f"Daftar tidak memuat kolom {' atau '.join(need.split('|'))}."
        if all(register[table].num_rows == 0 for table, _column in carried):
            return f"Tabel {' atau '.join(sorted({table for table, _column in carried}))} kosong."
    return ""


def _run(connection: duckdb.DuckDBPyConnection, sql: str, rules: Iterable[Rule]) -> None:
    try:
        connection.execute(sql)
    except duckdb.Error as error:
        codes = ", ".join(rule.code for rule in rules)
        raise RuleBroken(f"Aturan {codes} tidak dapat dijalankan: {error}") from error


def _evidence(rule: Rule) -> str:
    if not rule.evidence:
        return "'{}'"
    pairs = ", ".join(f'"{name}" := ({sql})' for name, sql in rule.evidence.items())
    return f"CAST(to_json(struct_pack({pairs})) AS VARCHAR)"


def _row_findings(connection: duckdb.DuckDBPyConnection, rules: list[Rule]) -> list[str]:
    """One pass a table: a bit for each rule, and the evidence of the rows with any bit set."""
    selects = []
    by_table: dict[str, list[Rule]] = {}
    for rule in rules:
        by_table.setdefault(rule.table, []).append(rule)
    for table, members in by_table.items():
        for start in range(0, len(members), _MASK_BITS):
            fused = members[start : start + _MASK_BITS]
            name, key = f"flagged_{table}_{start}", _KEYS[table]
            bits = " | ".join(
                f"(CAST(coalesce(({rule.when}), false) AS BIGINT) << {bit})"
                for bit, rule in enumerate(fused)
            )
            evidence = ", ".join(
                f'CASE WHEN (mask >> {bit}) & 1 = 1 THEN {_evidence(rule)} END AS "{rule.code}"'
                for bit, rule in enumerate(fused)
            )
            _run(
                connection,
                f"CREATE TEMP TABLE {name} AS SELECT {key} AS subject, mask, {evidence} "
                f"FROM (SELECT *, {bits} AS mask FROM {table}) WHERE mask <> 0",
                fused,
            )
            selects += [
                f"SELECT '{rule.code}' AS rule, subject, \"{rule.code}\" AS evidence "
                f"FROM {name} WHERE (mask >> {bit}) & 1 = 1"
                for bit, rule in enumerate(fused)
            ]
    return selects


def _family_findings(connection: duckdb.DuckDBPyConnection, rules: list[Rule]) -> list[str]:
    if not rules:
        return []
    aggregates = ", ".join(
        f'{sql} AS "{rule.code}.{name}"' for rule in rules for name, sql in rule.evidence.items()
    )
    _run(
        connection,
        f"CREATE TEMP TABLE grouped AS SELECT family_id, {aggregates} "
        "FROM person WHERE family_usable GROUP BY family_id",
        rules,
    )
    selects = []
    for rule in rules:
        names = ", ".join(f'"{rule.code}.{name}" AS "{name}"' for name in rule.evidence)
        pairs = ", ".join(f'"{name}" := g."{name}"' for name in rule.evidence)
        selects.append(
            f"SELECT '{rule.code}' AS rule, g.family_id AS subject, "
            f"CAST(to_json(struct_pack({pairs})) AS VARCHAR) AS evidence "
            f"FROM (SELECT family_id, {names} FROM grouped) g JOIN family USING (family_id) "
            f"WHERE {rule.when}"
        )
    return selects


def _table_findings(connection: duckdb.DuckDBPyConnection, rule: Rule) -> str:
    name = "found_" + rule.code.replace("-", "_")
    _run(connection, f"CREATE TEMP TABLE {name} AS {rule.when}", [rule])
    return f"SELECT '{rule.code}' AS rule, subject, {_evidence(rule)} AS evidence FROM {name}"


#: What a finding says of its subject, by kind.
_SUBJECTS = {
    "person": """
        SELECT person_id AS subject, nik, no_kk, name,
            coalesce(kelurahan_kode_kemendagri, '') AS kelurahan_kode_kemendagri, family_id,
            person_key AS subject_key, file, sheet, row FROM person""",
    "family": """
        SELECT family_id AS subject, '' AS nik, no_kk, head_name AS name,
            kelurahan_kode_kemendagri, family_id, family_key AS subject_key, file, sheet, row
        FROM family""",
    "aid": """
        SELECT aid_id AS subject, a.nik, a.no_kk, a.name,
            coalesce(f.kelurahan_kode_kemendagri, '') AS kelurahan_kode_kemendagri, a.family_id,
            '' AS subject_key, a.file, a.sheet, a.row
        FROM aid a LEFT JOIN family f USING (family_id)""",
    "event": """
        SELECT event_id AS subject, e.nik, e.no_kk, e.name,
            CASE WHEN e.kelurahan_kode_kemendagri <> '' THEN e.kelurahan_kode_kemendagri
                 ELSE coalesce(f.kelurahan_kode_kemendagri, '') END AS kelurahan_kode_kemendagri,
            e.family_id, '' AS subject_key, e.file, e.sheet, e.row
        FROM event e LEFT JOIN family f USING (family_id)""",
    "ppks": """
        SELECT ppks_id AS subject, k.nik, k.no_kk, coalesce(p.name, f.head_name, '') AS name,
            coalesce(f.kelurahan_kode_kemendagri, '') AS kelurahan_kode_kemendagri, k.family_id,
            '' AS subject_key, k.file, k.sheet, k.row
        FROM ppks k LEFT JOIN family f USING (family_id)
        LEFT JOIN person p ON p.person_id = k.person_id AND k.person_id <> ''""",
}


def _assemble(
    connection: duckdb.DuckDBPyConnection,
    selects: list[str],
    rules: Mapping[str, Rule],
    ruleset: str,
) -> pa.Table:
    schema = arrow_schema("findings")
    if not selects:
        return schema.empty_table()
    facts = ", ".join(
        f"('{rule.code}', '{rule.severity}', '{rule.subject_kind}')" for rule in rules.values()
    )
    connection.execute(
        "CREATE TEMP TABLE rule_facts AS "
        f"SELECT * FROM (VALUES {facts}) AS t(rule, severity, subject_kind)"
    )
    found = " UNION ALL ".join(f"({select})" for select in selects)
    _run(connection, f"CREATE TEMP TABLE found AS {found}", rules.values())
    columns = ", ".join(
        {"title": "'' AS title", "ruleset": f"'{ruleset}' AS ruleset"}.get(name, name)
        for name in schema.names
    )
    described = " UNION ALL ".join(
        f"SELECT {columns} FROM found JOIN rule_facts USING (rule) "
        f"JOIN ({_SUBJECTS[kind]}) USING (subject) WHERE subject_kind = '{kind}'"
        for kind in sorted({rule.subject_kind for rule in rules.values()})
    )
    table = connection.sql(f"SELECT * FROM ({described}) ORDER BY rule, subject").to_arrow_table()
    return table.cast(schema)

"""Every engine of the bench: each finds (rule, subject) pairs and says what its work cost.

Each is written as its users would: helper columns first, then what the tool offers. Imports are
not counted, reading the files is.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench.definitions import KEYS, SHARED, VALUES, hash_everything

Pairs = set[tuple[str, str]]
Spent = dict[str, float]
Answer = tuple[Pairs, Spent]


class Meter:
    """Wall clock and CPU seconds of the work alone: made when the imports are done."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def stop(self) -> Spent:
        """What was spent since."""
        return {
            "work": time.perf_counter() - self._wall,
            "cpu": time.process_time() - self._cpu,
        }


def run_scan(folder: Path, _memory: str) -> Answer:
    """No rule at all."""
    import duckdb  # noqa: F401

    meter = Meter()
    hash_everything(folder)
    return set(), meter.stop()


def run_scan_catalogue(folder: Path, _memory: str) -> Answer:
    """No rule: hash the columns that the whole catalogue needs, and the keys."""
    import duckdb

    from workbench.domain.register import key_column
    from workbench.rules import catalogue

    needed: dict[str, set[str]] = {}
    for rule in catalogue().values():
        for place in rule.columns:
            table, column = place.split(".")
            needed.setdefault(table, set()).add(column)
    for table in set(needed) & {"person", "family", "aid", "event", "ppks"}:
        needed[table] |= {key_column(table), "family_id"}
    meter = Meter()
    for table, columns in needed.items():
        cells = ", ".join(f'"{column}"' for column in sorted(columns))
        path = folder / "register" / f"{table}.parquet"
        duckdb.execute(f"SELECT bit_xor(hash({cells})) FROM '{path}'").fetchone()
    return set(), meter.stop()


def run_ours(folder: Path, memory: str) -> Answer:
    """The shared rules over the typed copy, which import has made."""
    return _judge(folder, memory, list(SHARED))


def run_catalogue(folder: Path, memory: str) -> Answer:
    """Every rule of the catalogue."""
    from workbench.rules import catalogue

    return _judge(folder, memory, list(catalogue()))


def _judge(folder: Path, memory: str, codes: list[str]) -> Answer:
    import duckdb

    from workbench.rules import catalogue
    from workbench.rules.copies import Limits, standing_tables
    from workbench.rules.engine import judge, write_results

    rules = {code: catalogue()[code] for code in codes}
    results = folder / "results"
    meter = Meter()
    with standing_tables(folder / "typed", VALUES, Limits(memory)) as connection:
        judge(connection, rules.values(), "bench")
        write_results(connection, results, rules, {}, VALUES)
    spent = meter.stop()
    path = results / "findings.parquet"
    return set(duckdb.execute(f"SELECT rule, subject FROM '{path}'").fetchall()), spent


def run_recheck(folder: Path, memory: str) -> Answer:
    """One kelurahan judged again with the whole catalogue, joined to findings read from disk."""
    import json

    import pyarrow.parquet as pq

    from workbench.rules import Findings, catalogue
    from workbench.rules.copies import Limits
    from workbench.rules.engine import recheck

    found = pq.read_table(folder / "results" / "findings.parquet")
    checks = json.loads((folder / "results" / "checks.json").read_text())
    # A list keeps its masks beside its findings and hands both over.
    bits = {code: (table, column, bit) for code, (table, column, bit) in checks["bits"].items()}
    masks = {
        name: pq.read_table(folder / "results" / f"mask_{name}.parquet")
        for name in {table for table, _column, _bit in bits.values()}
    }
    place = found["kelurahan_kode_kemendagri"][found.num_rows // 2].as_py()
    before = Findings(found, checks["silent"], "bench", catalogue(), VALUES, masks, bits)
    meter = Meter()
    again = recheck(folder / "typed", before, place, limits=Limits(memory))
    spent = meter.stop()
    table = again.table
    return set(zip(table["rule"].to_pylist(), table["subject"].to_pylist(), strict=True)), spent


def run_pandas(folder: Path, _memory: str) -> Answer:
    """pandas alone."""
    from tests.bench import in_pandas

    meter = Meter()
    found: Pairs = set()
    for table, frame in in_pandas.with_flags(in_pandas.read(folder)).items():
        for code in _rules_in(frame):
            found |= {(code, subject) for subject in frame.loc[frame[code], KEYS[table]]}
    return found, meter.stop()


def run_pandera_pandas(folder: Path, _memory: str) -> Answer:
    """pandera on pandas: one check a rule on the column of its flag."""
    import pandera.pandas as pa

    from tests.bench import in_pandas

    meter = Meter()
    found: Pairs = set()
    for table, frame in in_pandas.with_flags(in_pandas.read(folder)).items():
        codes = _rules_in(frame)
        schema = pa.DataFrameSchema(
            {code: pa.Column(bool, pa.Check(lambda flag: ~flag, name=code)) for code in codes}
        )
        try:
            schema.validate(frame, lazy=True)
        except pa.errors.SchemaErrors as errors:
            cases = errors.failure_cases
            names = frame[KEYS[table]]
            found |= set(zip(cases["column"], names.loc[cases["index"]], strict=True))
    return found, meter.stop()


def run_polars(folder: Path, _memory: str) -> Answer:
    """Polars alone, lazy."""
    import polars as pl

    from tests.bench import in_polars

    meter = Meter()
    lazy = in_polars.frames(folder)
    asked = [
        lazy[table]
        .select(KEYS[table], *(flag.fill_null(False).alias(c) for c, flag in flags.items()))
        .filter(pl.any_horizontal(list(flags)))
        for table, flags in in_polars.rules().items()
    ]
    found: Pairs = set()
    for frame in pl.collect_all(asked):
        key, *codes = frame.columns
        for code in codes:
            found |= {(code, subject) for subject in frame.filter(pl.col(code))[key]}
    return found, meter.stop()


def run_pandera_polars(folder: Path, _memory: str) -> Answer:
    """pandera on Polars: one check a rule; rows come back by their number."""
    import pandera.polars as pa

    from tests.bench import in_polars

    def check(flag: Any) -> Callable[[Any], Any]:
        return lambda data: data.lazyframe.select(~flag.fill_null(False))

    meter = Meter()
    lazy = in_polars.frames(folder)
    found: Pairs = set()
    for table, flags in in_polars.rules().items():
        frame = lazy[table].collect()
        schema = pa.DataFrameSchema(
            checks=[pa.Check(check(flag), name=code) for code, flag in flags.items()]
        )
        try:
            schema.validate(frame, lazy=True)
        except pa.errors.SchemaErrors as errors:
            cases = errors.failure_cases
            names = frame[KEYS[table]].gather(cases["index"])
            found |= set(zip(cases["check"].to_list(), names.to_list(), strict=True))
    return found, meter.stop()


def run_pointblank(folder: Path, _memory: str) -> Answer:
    """pointblank on Polars: one step a rule; the failing rows are its extracts."""
    import pointblank as pb

    from tests.bench import in_polars

    meter = Meter()
    lazy = in_polars.frames(folder)
    found: Pairs = set()
    for table, flags in in_polars.rules().items():
        frame = lazy[table].collect()
        plan = pb.Validate(frame)
        for flag in flags.values():
            plan = plan.col_vals_expr(~flag.fill_null(False))
        done = plan.interrogate(collect_tbl_checked=False, extract_limit=len(frame))
        for step, code in enumerate(flags, start=1):
            rows = done.get_data_extracts(step, frame=True)
            found |= {(code, subject) for subject in rows[KEYS[table]]}
    return found, meter.stop()


def run_great_expectations(folder: Path, _memory: str) -> Answer:
    """Great Expectations on pandas: one expectation a rule, complete results by key."""
    import great_expectations as gx
    import great_expectations.expectations as gxe

    from tests.bench import in_pandas

    meter = Meter()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_pandas("bench")
    found: Pairs = set()
    for table, frame in in_pandas.with_flags(in_pandas.read(folder)).items():
        codes = _rules_in(frame)
        suite = gx.ExpectationSuite(
            table,
            expectations=[
                gxe.ExpectColumnValuesToBeInSet(column=code, value_set=[False]) for code in codes
            ],
        )
        batch = (
            source.add_dataframe_asset(table)
            .add_batch_definition_whole_dataframe("all")
            .get_batch({"dataframe": frame})
        )
        results = batch.validate(
            suite,
            result_format={
                "result_format": "COMPLETE",
                "unexpected_index_column_names": [KEYS[table]],
            },
        )
        for result in results.results:
            code = result.expectation_config.kwargs["column"]
            rows = result.result.get("unexpected_index_list") or ()
            found |= {(code, row[KEYS[table]]) for row in rows}
    return found, meter.stop()


def _rules_in(frame: Any) -> list[str]:
    return [code for code in SHARED if code in frame]


#: Name on the command line: words of the table, what runs it.
ENGINES: dict[str, tuple[str, Callable[[Path, str], Answer]]] = {
    "scan": ("hash of the same columns, no rule", run_scan),
    "ours": ("Meja Verval (DuckDB, typed copy)", run_ours),
    "polars": ("Polars", run_polars),
    "pointblank": ("pointblank on Polars", run_pointblank),
    "pandera-polars": ("pandera on Polars", run_pandera_polars),
    "pandas": ("pandas", run_pandas),
    "pandera-pandas": ("pandera on pandas", run_pandera_pandas),
    "great-expectations": ("Great Expectations on pandas", run_great_expectations),
    "scan-catalogue": ("hash of the columns of the whole catalogue", run_scan_catalogue),
    "catalogue": ("Meja Verval, whole catalogue", run_catalogue),
    "recheck": ("Meja Verval, one kelurahan again, whole catalogue", run_recheck),
}


def missing(engine: str) -> str:
    """Why an engine cannot run here, "" when it can."""
    from importlib.util import find_spec

    wants = {
        "polars": ("polars",),
        "pointblank": ("pointblank", "polars"),
        "pandera-polars": ("pandera", "polars"),
        "pandas": ("pandas",),
        "pandera-pandas": ("pandera", "pandas"),
        "great-expectations": ("great_expectations", "pandas"),
    }
    absent = [name for name in wants.get(engine, ()) if find_spec(name) is None]
    return f"{', '.join(absent)} not installed" if absent else ""


def peak_memory() -> float:
    """The most this process has held at once, in MiB (ru_maxrss would begin at the parent's)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

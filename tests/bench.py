"""``make bench``: our engine beside its peers, on the same rules and the same data, in one run.

Ten rules (seven over rows, two over families, one over two tables) on about 300,000 invented
persons. Every engine runs alone in a process of its own, in turn, several times; the medians of
wall clock and CPU seconds and the highest memory are printed, with ratios to our engine. Before
that, every engine's findings are compared with ours, finding by finding. Read the ratios, not
the seconds.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

RULES = (
    "IDN-01",
    "IDN-02",
    "IDN-08",
    "IDN-09",
    "IDN-10",
    "IDN-11",
    "SOS-76",
    "KEL-01",
    "KEL-29",
    "BAN-62",
)
AS_OF = date(2026, 11, 1)
Pairs = set[tuple[str, str]]
Spent = dict[str, float]


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


def run_ours(folder: Path) -> tuple[Pairs, Spent]:
    """DuckDB over the typed copy; the copy itself is made at import and timed apart."""
    from workbench.rules import catalogue
    from workbench.rules.engine import judge
    from workbench.rules.parameters import parameters_on
    from workbench.rules.typed import open_standing

    rules = [catalogue()[code] for code in RULES]
    meter = Meter()
    connection = open_standing(folder / "typed", AS_OF, parameters_on(AS_OF))
    table = judge(connection, rules, "bench")
    spent = meter.stop()
    pairs = zip(table["rule"].to_pylist(), table["subject"].to_pylist(), strict=True)
    return set(pairs), spent


def run_scan(folder: Path) -> tuple[Pairs, Spent]:
    """No rule at all: hash every value of the columns that the rules read."""
    import duckdb

    columns = {
        "person": [
            "person_id",
            "family_id",
            "nik",
            "no_kk",
            "sex",
            "shdk",
            "birth_date",
            "age_stated",
        ],
        "aid": ["aid_id", "person_id", "nik", "is_emergency"],
    }
    meter = Meter()
    for table, hashed in columns.items():
        path = folder / "register" / f"{table}.parquet"
        duckdb.execute(f"SELECT bit_xor(hash({hashed})) FROM '{path}'").fetchone()
    return set(), meter.stop()


def run_pandas(folder: Path) -> tuple[Pairs, Spent]:
    """pandas without loops."""
    import pandas as pd

    meter = Meter()
    p = pd.read_parquet(folder / "register" / "person.parquet")
    a = pd.read_parquet(folder / "register" / "aid.parquet")
    nik = p["nik"]
    valid = nik.str.fullmatch("[0-9]{16}")
    number = nik.where(valid, "0" * 16)
    dd = number.str[6:8].astype(int)
    month, year = number.str[8:10].astype(int), number.str[10:12].astype(int)
    serial = number.str[12:16].astype(int)
    day = dd.where(dd <= 40, dd - 40)
    longest = pd.Series(31, index=p.index)
    longest[month.isin([4, 6, 9, 11])] = 30
    longest[month == 2] = 28
    longest[(month == 2) & (year % 4 == 0)] = 29
    has_date = valid & month.between(1, 12) & (day >= 1) & (day <= longest)
    same_digit = number == number.str[0] * 16
    filler = valid & ((serial == 0) | same_digit | (number == "1234567890123456"))
    born = pd.to_datetime(p["birth_date"])
    known = born.notna()
    later = (born.dt.month * 100 + born.dt.day) > AS_OF.month * 100 + AS_OF.day
    age = AS_OF.year - born.dt.year - later.astype(int)
    differs = (day != born.dt.day) | (month != born.dt.month) | (year != born.dt.year % 100)
    digits = nik.str.replace("[^0-9]", "", regex=True).str.len()
    empty = nik.isin(["", "-", "0"])
    sex = (dd > 40).map({True: "P", False: "L"})
    flags = {
        "IDN-01": empty,
        "IDN-02": ~empty & ~nik.str.contains("[A-Za-z]") & (digits != 16),
        "IDN-08": valid & ~filler & ~has_date,
        "IDN-09": has_date & ~filler & known & age.between(0, 110) & differs,
        "IDN-10": p["sex"].isin(["L", "P"]) & has_date & ~filler & (p["sex"] != sex),
        "IDN-11": filler,
        "SOS-76": known
        & age.between(0, 110)
        & p["age_stated"].notna()
        & ((p["age_stated"] - age).abs() > 1),
    }
    found = {(code, s) for code, mask in flags.items() for s in p.loc[mask, "person_id"]}
    usable = p["no_kk"].str.fullmatch("[0-9]{16}")
    family = pd.DataFrame(
        {
            "family_id": p["family_id"],
            "usable": usable,
            "head": p["shdk"] == "kepala_keluarga",
            "age": age,
            "unknown": ~known | (age < 0),
        }
    ).groupby("family_id")
    g = family.agg(
        usable=("usable", "first"),
        heads=("head", "sum"),
        oldest=("age", "max"),
        unknown=("unknown", "sum"),
    )
    found |= {("KEL-01", s) for s in g.index[g["usable"] & (g["heads"] != 1)]}
    no_adult = g["usable"] & (g["unknown"] == 0) & (g["oldest"] < 17)
    found |= {("KEL-29", s) for s in g.index[no_adult]}
    listed = a["person_id"].isin(p["person_id"]) | ((a["nik"] != "") & a["nik"].isin(nik))
    stray = ~listed & ~a["nik"].isin(["", "-", "0"]) & ~a["status"].isin(["nonaktif", "graduasi"])
    stray &= ~a["is_emergency"].fillna(False).astype(bool)
    found |= {("BAN-62", s) for s in a.loc[stray, "aid_id"]}
    return found, meter.stop()


def run_pandera(folder: Path) -> tuple[Pairs, Spent]:
    """pandera on Polars: one check a rule; family and cross-table rules on hand-made frames."""
    import pandera.polars as pa
    import polars as pl

    meter = Meter()
    number = pl.when(pl.col("nik").str.contains("^[0-9]{16}$")).then(pl.col("nik")).otherwise(None)
    p = (
        pl.scan_parquet(folder / "register" / "person.parquet")
        .with_columns(number.alias("n"))
        .with_columns(
            pl.col("n").str.slice(6, 2).cast(pl.Int32).alias("dd"),
            pl.col("n").str.slice(8, 2).cast(pl.Int32).alias("mm"),
            pl.col("n").str.slice(10, 2).cast(pl.Int32).alias("yy"),
            pl.col("n").str.slice(12, 4).cast(pl.Int32).alias("serial"),
            (
                AS_OF.year
                - pl.col("birth_date").dt.year()
                - (
                    pl.col("birth_date").dt.month().cast(pl.Int32) * 100
                    + pl.col("birth_date").dt.day()
                    > AS_OF.month * 100 + AS_OF.day
                ).cast(pl.Int32)
            ).alias("age"),
        )
        .with_columns(
            pl.when(pl.col("dd") > 40).then(pl.col("dd") - 40).otherwise(pl.col("dd")).alias("day")
        )
        .with_columns(
            (
                pl.col("mm").is_between(1, 12)
                & (pl.col("day") >= 1)
                & (
                    pl.col("day")
                    <= pl.when(pl.col("mm") == 2)
                    .then(pl.when(pl.col("yy") % 4 == 0).then(29).otherwise(28))
                    .when(pl.col("mm").is_in([4, 6, 9, 11]))
                    .then(30)
                    .otherwise(31)
                )
            ).alias("has_date"),
            (
                (pl.col("serial") == 0)
                | pl.col("n").is_in([str(d) * 16 for d in range(10)])
                | (pl.col("n") == "1234567890123456")
            ).alias("filler"),
        )
        .collect()
    )
    c = pl.col
    empty = c("nik").is_in(["", "-", "0"])
    differs = (
        (c("day") != c("birth_date").dt.day())
        | (c("mm") != c("birth_date").dt.month())
        | (c("yy") != c("birth_date").dt.year() % 100)
    )
    dated = c("has_date") & ~c("filler")
    lived = c("age").is_between(0, 110)
    sex = pl.when(c("dd") > 40).then(pl.lit("P")).otherwise(pl.lit("L"))
    person_rules = {
        "IDN-01": empty,
        "IDN-02": ~empty
        & ~c("nik").str.contains("[A-Za-z]")
        & (c("nik").str.replace_all("[^0-9]", "").str.len_chars() != 16),
        "IDN-08": ~c("filler") & ~c("has_date"),
        "IDN-09": dated & lived & differs,
        "IDN-10": c("sex").is_in(["L", "P"]) & dated & (c("sex") != sex),
        "IDN-11": c("filler"),
        "SOS-76": lived & ((c("age_stated") - c("age")).abs() > 1),
    }
    families = p.group_by("family_id", maintain_order=True).agg(
        c("no_kk").first().str.contains("^[0-9]{16}$").alias("usable"),
        (c("shdk") == "kepala_keluarga").sum().alias("heads"),
        c("age").max().alias("oldest"),
        (c("age").is_null() | (c("age") < 0)).sum().alias("unknown"),
    )
    family_rules = {
        "KEL-01": c("usable") & (c("heads") != 1),
        "KEL-29": c("usable") & (c("unknown") == 0) & (c("oldest") < 17),
    }
    a = pl.read_parquet(folder / "register" / "aid.parquet")
    listed = c("person_id").is_in(p["person_id"].implode()) | (
        (c("nik") != "") & c("nik").is_in(p["nik"].implode())
    )
    paid = ~c("nik").is_in(["", "-", "0"]) & ~c("status").is_in(["nonaktif", "graduasi"])
    aid_rules = {"BAN-62": ~listed & paid & ~c("is_emergency").fill_null(False)}
    found: Pairs = set()
    for frame, key, rules in (
        (p, "person_id", person_rules),
        (families, "family_id", family_rules),
        (a, "aid_id", aid_rules),
    ):
        schema = pa.DataFrameSchema(
            checks=[pa.Check(_passes(flag), name=code) for code, flag in rules.items()]
        )
        try:
            schema.validate(frame, lazy=True)
        except pa.errors.SchemaErrors as errors:
            cases = errors.failure_cases
            names = frame[key]
            pairs = zip(cases["check"].to_list(), cases["index"].to_list(), strict=True)
            found |= {(code, names[row]) for code, row in pairs}
    return found, meter.stop()


def _passes(flag: object) -> Callable[[object], object]:
    def check(data: object) -> object:
        return data.lazyframe.select(~flag.fill_null(False))

    return check


ENGINES: dict[str, tuple[str, Callable[[Path], tuple[Pairs, Spent]]]] = {
    "scan": ("hash of the same columns, no rule", run_scan),
    "ours": ("Meja Verval (DuckDB, typed copy)", run_ours),
    "pandera": ("pandera on Polars", run_pandera),
    "pandas": ("pandas", run_pandas),
}


def make_data(folder: Path, persons: int) -> dict[str, float]:
    """Invent a city of about so many persons with mistakes, and make its typed copy."""
    from workbench.rules.parameters import parameters_on
    from workbench.rules.typed import open_typed
    from workbench.synthesis import generate

    start = time.perf_counter()
    register = generate(families=round(persons / 3.55), seed=1, error_rate=0.02, as_of=AS_OF)
    invented = time.perf_counter() - start
    register.write(folder / "register")
    start = time.perf_counter()
    open_typed(register, AS_OF, parameters_on(AS_OF), folder / "typed").close()
    return {
        "persons": register["person"].num_rows,
        "invent": invented,
        "typed copy": time.perf_counter() - start,
    }


def measure(folder: Path, engine: str) -> dict[str, float]:
    """Run one engine in a process of its own."""
    command = [sys.executable, __file__, "--engine", engine, "--folder", str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def peak_memory() -> float:
    """The most this process has held at once, in MiB (ru_maxrss would begin at the parent's)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print the table, or, as a child process, the figures of one engine."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--persons", type=int, default=300_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--engine")
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    if options.engine:
        pairs, spent = ENGINES[options.engine][1](options.folder)
        (options.folder / f"{options.engine}.json").write_text(json.dumps(sorted(pairs)))
        print(json.dumps({**spent, "mib": peak_memory()}))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print("Inventing the data ...", file=sys.stderr)
        facts = make_data(folder, options.persons)
        runs: dict[str, list[dict[str, float]]] = {engine: [] for engine in ENGINES}
        for number in range(options.runs):
            for engine in ENGINES:
                print(f"run {number + 1}: {engine}", file=sys.stderr)
                runs[engine].append(measure(folder, engine))
        found = {
            engine: {tuple(pair) for pair in json.loads((folder / f"{engine}.json").read_text())}
            for engine in ENGINES
        }
    median = {
        engine: {key: statistics.median(run[key] for run in of) for key in of[0]}
        for engine, of in runs.items()
    }
    print(
        f"\n{facts['persons']:,} persons, {len(RULES)} rules, {len(found['ours']):,} findings, "
        f"median of {options.runs}; {platform.machine()}, Python {platform.python_version()}"
    )
    print(f"data invented in {facts['invent']:.0f} s, typed copy in {facts['typed copy']:.1f} s\n")
    print("| engine | work s | x | CPU s | x | peak MiB | findings equal to ours |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    ours = median["ours"]
    for engine, (words, _run) in ENGINES.items():
        m = median[engine]
        equal = "-" if engine == "scan" else ("yes" if found[engine] == found["ours"] else "NO")
        print(
            f"| {words} | {m['work']:.2f} | {m['work'] / ours['work']:.1f} | {m['cpu']:.2f} | "
            f"{m['cpu'] / ours['cpu']:.1f} | {m['mib']:.0f} | {equal} |"
        )
    for engine in ("pandera", "pandas"):
        for pair in sorted(found[engine] ^ found["ours"])[:5]:
            print(f"differs: {engine} {pair}", file=sys.stderr)
    if any(found[engine] != found["ours"] for engine in ("pandera", "pandas")):
        sys.exit("The engines do not agree.")


if __name__ == "__main__":
    main()

"""``make bench``: our engine beside its peers, on the same rules and the same data, in one run.

Twenty rules (``definitions``): twelve over rows, two over families, six over several rows or
tables. Every engine's findings are compared with ours, one by one, before anything is timed.
Then each runs alone in a process of its own, in turn, several times; medians of wall clock and
CPU seconds and the highest memory are printed with ratios. Read the ratios, not the seconds.

``--persons`` gives the size, ``--memory`` what our engine may take, ``--only`` some engines.
``--country`` judges 285 million people, or as many as are said: it needs 60 GB of disk and an hour
or two. What is quoted is kept (``tests.figures.records``).
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench import country, data, peers
from tests.bench.definitions import SHARED, register_of
from tests.figures import records

#: Persons above which an engine is not run, and why.
_ENOUGH = 4_000_000
_WHY = "not run: would take more memory than this machine has"
_IN_MEMORY = ("pandas", "pandera-pandas", "great-expectations")
#: Persons, where the command does not say: of a city, and of a part of the country.
_CITY, _PART = 300_000, 12_000_000
#: Rows of the table for the twenty rules; the rest is told in sentences.
_SAME_RULES = (
    *("scan", "ours", "polars", "pointblank", "pandera-polars"),
    *("pandas", "pandera-pandas", "great-expectations"),
)
#: What has no peer: which engine by which other, and in words.
_RATIOS = {
    "shared": ("ours", "scan", "the twenty rules / hash of the same columns"),
    "catalogue": (
        *("catalogue", "scan-catalogue"),
        "the whole catalogue / hash of the columns it needs",
    ),
    "again": ("recheck", "catalogue", "one kelurahan judged again / the whole list"),
}


def make_data(folder: Path, persons: int) -> dict[str, float]:
    """Invent a city, enlarge it to so many persons, and make the typed copy as import does."""
    from workbench.rules.copies import Folder, write_copy
    from workbench.rules.engine import LEAN

    start = time.perf_counter()
    base = folder / "base"
    if not base.exists():
        data.make_base(base)
    if not register_of(folder).exists():
        data.enlarge(base, register_of(folder), persons)
    invented = time.perf_counter() - start
    start, cpu = time.perf_counter(), time.process_time()
    if not (folder / "typed").exists():
        write_copy(Folder(register_of(folder)), data.AS_OF, folder / "typed", LEAN)
    return {
        "persons": Folder(register_of(folder)).rows("person"),
        "invented": invented,
        "typed": time.perf_counter() - start,
        "typed_cpu": time.process_time() - cpu,
    }


def measure(folder: Path, engine: str, memory: str) -> dict[str, float]:
    """Run one engine in a process of its own; what it found lies in the folder."""
    options = ["--engine", engine, "--folder", str(folder), "--memory", memory]
    command = [sys.executable, "-m", "tests.bench", *options]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{engine}: {done.stderr[-3000:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def run_engine(engine: str, folder: Path, memory: str) -> None:
    """What a child process does."""
    data.add_kelurahan(folder)
    pairs, spent = peers.ENGINES[engine][1](folder, memory)
    lines = sorted(f"{code} {subject}" for code, subject in pairs)
    (folder / f"{engine}.txt").write_text("\n".join(lines), encoding="utf-8")
    print(json.dumps({**spent, "mib": peers.peak_memory()}))


def compare(folder: Path, engines: list[str]) -> None:
    """Stop when an engine does not find exactly what ours found."""
    ours = (folder / "ours.txt").read_text(encoding="utf-8").splitlines()
    for engine in engines:
        theirs = (folder / f"{engine}.txt").read_text(encoding="utf-8").splitlines()
        differing = sorted(set(ours) ^ set(theirs))
        if differing:
            sys.exit(f"{engine} differs in {len(differing)} findings: {differing[:5]}")


def main() -> None:
    """Print the table, or, as a child process, the figures of one engine."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--persons", type=int, help="300 thousand; 12 million for a country")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--memory", help="1GB; 4GB for a country")
    parser.add_argument("--only", nargs="*", choices=list(peers.ENGINES), default=None)
    parser.add_argument("--country", type=int, nargs="?", const=country.PERSONS, metavar="PERSONS")
    parser.add_argument("--folder", type=Path, help="where data lie, or are made and kept")
    parser.add_argument("--engine")
    options = parser.parse_args()
    options.persons = options.persons or (_PART if options.country else _CITY)
    options.memory = options.memory or ("4GB" if options.country else "1GB")
    if options.engine:
        run_engine(options.engine, options.folder, options.memory)
        return
    folder = options.folder or Path(tempfile.mkdtemp(prefix="verval-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        _tell("Inventing the data ...")
        data.add_kelurahan(folder, options.persons)
        facts = make_data(folder, options.persons)
        if options.country:
            records.keep(country.judge_country(folder, options.country, options.memory, _tell))
        else:
            _bench(folder, facts, options)
    finally:
        if options.folder is None:
            shutil.rmtree(folder, ignore_errors=True)


def _bench(folder: Path, facts: dict[str, float], options: argparse.Namespace) -> None:
    from workbench.rules import catalogue

    absent = {engine: why for engine in peers.ENGINES if (why := peers.missing(engine))}
    if facts["persons"] > _ENOUGH:
        absent |= dict.fromkeys(_IN_MEMORY, _WHY)
    wanted = [e for e in peers.ENGINES if options.only is None or e in (*options.only, "ours")]
    runnable = [engine for engine in wanted if engine not in absent]
    rivals = [e for e in runnable if e in _SAME_RULES and e not in ("scan", "ours")]
    for engine in ("ours", *rivals):
        _tell(f"comparing: {engine}")
        measure(folder, engine, options.memory)
    compare(folder, rivals)
    runs: dict[str, list[dict[str, float]]] = {engine: [] for engine in runnable}
    for number in range(options.runs):
        for engine in runnable:
            _tell(f"run {number + 1}: {engine}")
            runs[engine].append(measure(folder, engine, options.memory))
    if {"catalogue", "recheck"} <= set(runnable):
        whole, again = ((folder / f"{e}.txt").read_text() for e in ("catalogue", "recheck"))
        if whole != again:
            sys.exit("A kelurahan judged again is not what the full check said of it.")
    median = {
        engine: {key: statistics.median(run[key] for run in of) for key in of[0]}
        for engine, of in runs.items()
    }
    for of in median.values():
        of |= {f"{key}_x": of[key] / median["ours"][key] for key in ("work", "cpu")}
    _print_table(median, absent, wanted)
    found = len((folder / "ours.txt").read_text(encoding="utf-8").splitlines())
    print(
        f"\n{facts['persons']:,} persons, {len(SHARED)} rules, {found:,} findings, median of "
        f"{options.runs}; our memory limit {options.memory}; {platform.machine()}, Python "
        f"{platform.python_version()}. Typed copy, made once at import: {facts['typed']:.1f} s, "
        f"{facts['typed_cpu']:.1f} CPU s."
    )
    ratios = _ratios(median)
    for name, r in ratios.items():
        print(
            f"CPU, {_RATIOS[name][2]} = {r['cpu_x']:.3g} ({r['cpu']:.2f} s; by the clock "
            f"{r['work_x']:.3g}; peak {r['mib']:.0f} MiB)"
        )
    if any(map(peers.missing, peers.ENGINES)):
        _tell("Not kept: not every peer is installed.")
        return
    records.keep(
        {
            **{"persons": facts["persons"], "rules": len(SHARED), "found": found},
            **{"runs": options.runs, "memory": options.memory, "catalogue": len(catalogue())},
            "engines": {engine: median[engine] for engine in _SAME_RULES if engine in median},
            "ratios": ratios,
        }
    )


def _print_table(
    median: dict[str, dict[str, float]], absent: dict[str, str], wanted: list[str]
) -> None:
    print("| engine | work s | x | CPU s | x | peak MiB | findings equal to ours |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for engine in _SAME_RULES:
        words = peers.ENGINES[engine][0]
        if engine in median:
            m = median[engine]
            equal = "-" if engine == "scan" else "yes"
            print(
                f"| {words} | {m['work']:.2f} | {m['work_x']:.1f} | {m['cpu']:.2f} "
                f"| {m['cpu_x']:.1f} | {m['mib']:.0f} | {equal} |"
            )
        elif engine in wanted:
            print(f"| {words} | {absent[engine]} | | | | | |")


def _ratios(median: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    return {
        name: {
            **{key: median[a][key] for key in ("work", "cpu", "mib")},
            **{f"{key}_x": median[a][key] / median[b][key] for key in ("work", "cpu")},
        }
        for name, (a, b, _words) in _RATIOS.items()
        if a in median and b in median
    }


def _tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()

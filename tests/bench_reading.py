"""How long a list is read: ``python -m tests.bench_reading [--families 17000]``.

One invented list as a workbook of text, the way offices send it: its cells fetched by openpyxl,
which does nothing else with them; read by us into typed tables with every remark; and read and
judged by all rules. Printed are CPU seconds, those of child processes included, and the share of
openpyxl's. Each way has read a short list before, so that what is loaded once is not counted.
"""

from __future__ import annotations

import argparse
import resource
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import xlsxwriter

from tests.figures import records
from workbench.rules import check
from workbench.synthesis import generate
from workbench.synthesis.sheets import sheet_rows
from workbench.verification.reading import read_list

AS_OF = date(2026, 11, 1)


def write_list(path: Path, families: int) -> int:
    """Write the workbook; how many persons it lists."""
    rows = sheet_rows(generate(families=families, seed=1, error_rate=0.1, as_of=AS_OF))
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False})
    page = book.add_worksheet()
    for place, row in enumerate(rows):
        page.write_row(place, 0, row)
    book.close()
    return len(rows) - 1


def by_openpyxl(path: Path) -> None:
    for row in openpyxl.load_workbook(path, read_only=True).active.iter_rows(values_only=True):
        any(row)


def by_us(path: Path) -> None:
    read_list([path], practice=True, as_of=AS_OF)


def by_us_with_findings(path: Path) -> None:
    check(read_list([path], practice=True, as_of=AS_OF).register)


WAYS: dict[str, Callable[[Path], None]] = {
    "openpyxl": by_openpyxl,
    "ours": by_us,
    "ours, with findings": by_us_with_findings,
}


def measure(way: Callable[[Path], None], path: Path) -> float:
    began = _cpu()
    way(path)
    return _cpu() - began


def _cpu() -> float:
    both = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--families", type=int, default=17_000)
    families = parser.parse_args().families
    with TemporaryDirectory() as folder:
        short, path = Path(folder) / "pendek.xlsx", Path(folder) / "daftar.xlsx"
        write_list(short, 100)
        persons = write_list(path, families)
        spent = {}
        for words, way in WAYS.items():
            way(short)
            spent[words] = measure(way, path)
    ways = {words: {"cpu": cpu, "cpu_x": cpu / spent["openpyxl"]} for words, cpu in spent.items()}
    print(f"{persons:,} persons")
    for words, one in ways.items():
        print(f"{words:20} {one['cpu']:8.1f} CPU s {one['cpu_x']:6.2f}")
    records.keep({"persons": persons, "ways": ways})


if __name__ == "__main__":
    main()

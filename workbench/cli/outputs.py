"""What the commands write: findings as a file, the catalogue as a table or JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import xlsxwriter

from workbench.errors import StoreFault, WrongUse
from workbench.rules import GROUPS, catalogue
from workbench.rules.engine import Findings
from workbench.verification.refusals import write_whole

FindingsWriter = Callable[[Findings, Path], None]
_ROWS_A_SHEET = 1_000_000


def findings_writer(path: Path) -> FindingsWriter:
    """The writer for the ending of ``path``; raises ``WrongUse`` for another ending."""
    writers = {".parquet": _write_parquet, ".csv": _write_csv, ".xlsx": _write_xlsx}
    writer = writers.get(path.suffix.lower())
    if writer is None:
        raise WrongUse(f"Berkas {path.name}: pilih akhiran .parquet, .csv atau .xlsx.")

    def write(findings: Findings, target: Path) -> None:
        try:
            content = BytesIO()
            writer(findings.with_titles(), content)
            target.parent.mkdir(parents=True, exist_ok=True)
        except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
            raise StoreFault(
                f"Berkas {target.name} tidak dapat ditulis. Periksa ruang dan izin menulis."
            ) from error
        write_whole(target, content.getvalue())

    return write


def _write_parquet(table: pa.Table, file: BytesIO) -> None:
    pq.write_table(table, file, compression="zstd")


def _write_csv(table: pa.Table, file: BytesIO) -> None:
    columns = [
        pa.array([_harmless(value) for value in column.to_pylist()], pa.string())
        if pa.types.is_string(column.type)
        else column
        for column in table.columns
    ]
    pa_csv.write_csv(pa.table(columns, names=table.column_names), file)


def _harmless(value: str | None) -> str:
    """Text that a spreadsheet would take for a formula is written with an apostrophe before it."""
    if value and len(value) > 1 and value[0] in "=+-@\t\r":
        return "'" + value
    return value or ""


def _write_xlsx(table: pa.Table, file: BytesIO) -> None:
    options = {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": True}
    book = xlsxwriter.Workbook(file, options)
    head = book.add_format({"bold": True, "bottom": 1})
    names = table.column_names
    for start in range(0, max(table.num_rows, 1), _ROWS_A_SHEET):
        page = book.add_worksheet("findings" if start == 0 else f"findings {start}")
        for column, name in enumerate(names):
            page.write_string(0, column, name, head)
        page.freeze_panes(1, 0)
        part = table.slice(start, _ROWS_A_SHEET).to_pydict()
        for row in range(len(part[names[0]])):
            for column, name in enumerate(names):
                value = part[name][row]
                if isinstance(value, int):
                    page.write_number(row + 1, column, value)
                elif value:
                    page.write_string(row + 1, column, value[:32_000])
    book.close()


def rules_as_json() -> str:
    """The catalogue as a list of objects."""
    return json.dumps([_rule_facts(rule) for rule in catalogue().values()], ensure_ascii=False)


def _rule_facts(rule: Any) -> dict[str, Any]:
    return {
        "code": rule.code,
        "group": rule.group,
        "title": rule.title,
        "question": rule.question,
        "documents": list(rule.documents),
        "severity": str(rule.severity),
        "why": rule.why,
        "basis": _basis_words(rule.basis.catalogue),
        "source": rule.basis.words,
        "confirmed": rule.basis.confirmed,
        "subject_kind": rule.subject_kind,
        "fields": list(rule.fields),
        "status": rule.status,
        "reason": rule.reason,
        "follow_up": list(rule.follow_up),
        "plants": [plant.name for plant in rule.plants],
        "catalogue": list(rule.basis.catalogue),
    }


_LISTS = {"E": "kesalahan_data", "C": "aturan_kombinasi", "S": "siks_kelas_galat"}


def _basis_words(lines: tuple[str, ...]) -> str:
    """The lines of our code lists a rule covers: ``kesalahan_data E61; aturan_kombinasi C04``."""
    found: dict[str, list[str]] = {}
    for line in lines:
        found.setdefault(_LISTS[line[0]], []).append(line)
    return "; ".join(f"{name} {', '.join(codes)}" for name, codes in found.items())


def rules_as_table() -> str:
    """The catalogue as text, group by group."""
    lines = []
    for group, name in GROUPS.items():
        lines.append(name)
        for rule in catalogue().values():
            if rule.group == group:
                lines.append(f"  {rule.code:<7} {rule.severity:<7} {rule.title}")
    return "\n".join(lines)

"""The worked case says only what is true of it, and needs no engine."""

from __future__ import annotations

import json
import subprocess
import sys

from workbench.training import worked_case
from workbench.training.feedback import places_of, record_rows


def test_the_worked_case_is_answered_in_full() -> None:
    told = worked_case()
    assert told["feedback"]["score"] == 1.0
    assert told["feedback"]["verdict"] == "1 dari 1 kesalahan ditemukan, tanpa tuduhan keliru"
    assert told["feedback"]["items"][0]["title"].startswith("Tanggal lahir berbeda dari NIK")
    assert json.loads(json.dumps(told)) == told


def test_every_step_points_at_the_record() -> None:
    told = worked_case()
    rows = record_rows(told["public"])
    assert len(told["steps"]) >= 5
    for step in told["steps"]:
        assert step["look"]
        assert len(step["say"].split()) <= 60
        assert set(step["cells"]) <= set(rows)


def test_what_the_steps_say_is_so() -> None:
    told = worked_case()
    (cell,) = told["answer"]["marks"]
    rows = record_rows(told["public"])
    against = {place.value for place in places_of(told["public"], cell)}
    assert len(against) == 1
    assert rows[cell]["value"] not in against
    assert {"KK", "Dukcapil"} <= {place.tab for place in places_of(told["public"], cell)}
    (day,) = against
    said = " ".join(step["say"] for step in told["steps"])
    assert " ".join(day.split()[:2]) in said
    for other, row in rows.items():
        if other.endswith(".nik"):
            assert {place.value for place in places_of(told["public"], other)} == {row["value"]}


def test_a_trainees_kernel_loads_no_engine() -> None:
    """Grading, explaining and the worked case must not bring in DuckDB or Polars."""
    code = (
        "import sys; from workbench.training import *; told = worked_case(); "
        "heavy = {'duckdb', 'polars', 'sqlalchemy', 'ipywidgets', 'workbench.rules.engine'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

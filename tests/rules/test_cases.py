"""Cases per rule, read from ``cases/<CODE>.yaml``: two clean families, a few cells changed.

A case may ``set`` cells (``SUBJECT.column``; a dukcapil row is named by its NIK), ``add`` rows,
``remove`` rows by id, let the list ``lacks`` columns, override ``manifest`` keys or
``parameters``. It ``finds`` subjects, or the rule is ``silent``; ``evidence`` and ``title`` of the
first finding may be stated.
"""

import json
from pathlib import Path

import pytest
import yaml

from workbench.domain.register import Draft, key_column
from workbench.domain.schema import SNAPSHOT_TABLES, columns
from workbench.rules import catalogue, check

CASES = Path(__file__).parent / "cases"
BASE = yaml.safe_load((CASES / "_base.yaml").read_text(encoding="utf-8"))


def _stories():
    for path in sorted(CASES.glob("[A-Z]*.yaml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for name, story in document["cases"].items():
            yield pytest.param(document["rule"], story, id=f"{path.stem}: {name}")


def build(story):
    draft = Draft({**BASE["manifest"], **story.get("manifest", {})})
    for table in SNAPSHOT_TABLES:
        for row in BASE.get(table, ()):
            draft.add(table, row)
    by_id = {}
    for table in ("person", "family", "aid", "event", "ppks"):
        for row in draft.tables[table]:
            by_id[row[key_column(table)]] = (table, row)
    for row in draft.tables["dukcapil"]:
        by_id["dukcapil:" + row["nik"]] = ("dukcapil", row)
    for name in story.get("remove", ()):
        draft.remove(*by_id[name])
    for cell, value in story.get("set", {}).items():
        subject, column = cell.rsplit(".", 1)
        table, row = by_id[subject]
        assert column in columns(table), cell
        draft.change(table, row, **{column: value})
    for table, rows in story.get("add", {}).items():
        for row in rows:
            assert set(row) <= set(columns(table)), row
            draft.add(table, row)
    if "lacks" in story:
        draft.manifest["carried"] = {
            table: [c for c in columns(table) if f"{table}.{c}" not in story["lacks"]]
            for table in SNAPSHOT_TABLES
        }
    return draft.to_register()


@pytest.mark.parametrize(("code", "story"), _stories())
def test_case(code, story):
    findings = check(build(story), [catalogue()[code]], story.get("parameters"))
    if story.get("silent"):
        assert findings.silent.get(code)
        assert len(findings) == 0
        return
    assert code not in findings.silent, findings.silent
    rows = findings.with_titles().to_pylist()
    assert [row["subject"] for row in rows] == story["finds"]
    if "evidence" in story:
        assert json.loads(rows[0]["evidence"]) == story["evidence"]
    if "title" in story:
        assert rows[0]["title"] == story["title"]


def test_base_world_raises_nothing():
    findings = check(build({}))
    assert findings.with_titles().select(["rule", "subject", "title"]).to_pylist() == []


def test_every_rule_has_cases_that_find_and_cases_that_pass():
    for code in catalogue():
        document = yaml.safe_load((CASES / f"{code}.yaml").read_text(encoding="utf-8"))
        stories = document["cases"].values()
        assert any(story.get("finds") for story in stories), code
        assert any(story.get("finds") == [] for story in stories), code

"""Cases per rule, read from ``cases/<CODE>.yaml``: two clean families, a few cells changed.

A case may ``set`` cells (``SUBJECT.column``; a dukcapil row is named by its NIK), ``add`` rows,
``remove`` rows by id, let the list ``lacks`` columns, override ``manifest`` keys or
``parameters``. It ``finds`` subjects, or the rule is ``silent``; ``evidence`` and ``title`` of the
first finding may be stated.
"""

import json

import pytest

from tests.rules.stories import (
    BASE_DRAFT,
    CASES,
    KNOWS_PEOPLE,
    SHELVES,
    Case,
    Judgement,
    build,
    on_shelf,
    read,
)
from workbench.rules import catalogue, check
from workbench.synthesis.bundles import bundle


def _cases():
    for path in sorted(CASES.glob("[A-Z]*.yaml")):
        document = read(path)
        for name, story in document["cases"].items():
            yield pytest.param(Case(document["rule"], story), id=f"{path.stem}: {name}")


@pytest.fixture(scope="module")
def judgement(request):
    """The verdicts on the cases that are asked for in this run."""
    called = (getattr(item, "callspec", None) for item in request.session.items)
    asked = (call.params.get("case") for call in called if call)
    return Judgement([case for case in asked if isinstance(case, Case)])


@pytest.mark.parametrize("case", _cases())
def test_case(case, judgement):
    story, verdict = case.story, judgement.of(case)
    if story.get("silent"):
        assert verdict.silent
        assert verdict.findings == []
        return
    assert verdict.silent == ""
    assert [row["subject"] for row in verdict.findings] == story["finds"]
    if "evidence" in story:
        assert json.loads(verdict.findings[0]["evidence"]) == story["evidence"]
    if "title" in story:
        assert verdict.findings[0]["title"] == story["title"]


def test_base_world_raises_nothing():
    findings = check(build({}))
    assert findings.with_titles().select(["rule", "subject", "title"]).to_pylist() == []


def test_cases_judged_in_one_list_do_not_reach_one_another():
    """The same families again and again, with other numbers: only who knows people is aware."""
    findings = check(bundle([on_shelf(BASE_DRAFT, shelf) for shelf in SHELVES[:3]]))
    assert findings.by_rule.keys() == KNOWS_PEOPLE


def test_every_rule_has_cases_that_find_and_cases_that_pass():
    for code in catalogue():
        stories = read(CASES / f"{code}.yaml")["cases"].values()
        assert any(story.get("finds") for story in stories), code
        assert any(story.get("finds") == [] for story in stories), code

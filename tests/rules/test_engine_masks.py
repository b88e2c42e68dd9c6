"""The masks of a check: what a comparison of two lists reads instead of the findings."""

import dataclasses
from collections import Counter

import pytest

from workbench.rules import catalogue, check
from workbench.rules.engine import mask_bits, mask_column, ruleset_version
from workbench.synthesis import generate


@pytest.fixture(scope="module")
def register():
    return generate(families=150, seed=4, error_rate=0.5)


def _told(findings):
    """(rule, subject) of every bit that is set."""
    told = set()
    for code, (table, column, bit) in findings.bits.items():
        rows = findings.masks[table]
        name = mask_column(column)
        for subject, mask in zip(rows["subject"].to_pylist(), rows[name].to_pylist(), strict=True):
            if mask >> bit & 1:
                told.add((code, subject))
    return told


def _found(findings):
    rows = findings.table.select(["rule", "subject"]).to_pylist()
    return {(row["rule"], row["subject"]) for row in rows}


def test_the_masks_say_what_the_findings_say(register):
    findings = check(register)
    assert len(findings.by_rule) > 30
    assert _told(findings) == _found(findings)
    for table, rows in findings.masks.items():
        assert rows.column_names[:3] == ["subject", "subject_key", "kelurahan_kode_kemendagri"]
        assert len(set(rows["subject"].to_pylist())) == rows.num_rows, table


def test_a_mask_row_names_the_subject_as_its_finding_does(register):
    findings = check(register)
    columns = ["subject", "subject_key", "kelurahan_kode_kemendagri"]
    named = {tuple(row.values()) for row in findings.table.select(columns).to_pylist()}
    for rows in findings.masks.values():
        assert {tuple(row.values()) for row in rows.select(columns).to_pylist()} <= named


def test_past_63_rules_on_one_table_a_second_mask_column_begins(register):
    base = catalogue()["IDN-01"]
    serials = [f"{number:02d}" for number in range(70)]
    rules = [
        dataclasses.replace(base, code=f"UJI-{s}", when=f"right(person_id, 2) = '{s}'")
        for s in serials
    ]
    findings = check(register, rules)
    assert findings.masks["person"].column_names[3:] == ["mask", "mask_1"]
    assert findings.bits["UJI-62"] == ("person", 0, 62)
    assert findings.bits["UJI-63"] == ("person", 1, 0)
    expected = {
        (f"UJI-{subject[-2:]}", subject)
        for subject in register["person"]["person_id"].to_pylist()
        if subject[-2:] in serials
    }
    assert _found(findings) == expected
    assert _told(findings) == expected


def test_a_bit_is_given_once():
    bits = mask_bits(catalogue().values())
    assert set(bits) == set(catalogue())
    assert max(Counter(bits.values()).values()) == 1


def test_the_ruleset_changes_with_a_parameter_and_findings_carry_the_values(register):
    usual = check(register)
    other = check(register, parameters={"adult_age": 18})
    assert usual.parameters["adult_age"] == 17
    assert other.parameters["adult_age"] == 18
    assert usual.ruleset != other.ruleset
    assert set(other.table["ruleset"].to_pylist()) == {other.ruleset}


def test_the_ruleset_changes_with_any_part_that_judges():
    rule = catalogue()["KEL-01"]
    version = ruleset_version([rule], {})
    changes = {"when": "heads > 2", "evidence": {"heads": "count(*)"}, "needs": ("person.nik",)}
    for name, value in changes.items():
        assert ruleset_version([dataclasses.replace(rule, **{name: value})], {}) != version, name
    assert ruleset_version([rule], {"adult_age": 17}) != version

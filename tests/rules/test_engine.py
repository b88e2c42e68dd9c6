"""The engine itself: what it refuses to swallow, and that it judges alike wherever data lie."""

import dataclasses
import json
import os
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from workbench.domain.register import Register
from workbench.errors import RuleBroken, StoreFault, UnusableInput
from workbench.rules import catalogue, check
from workbench.rules.copies import (
    _FACTS,
    Folder,
    Limits,
    as_of_copy,
    standing_tables,
    write_copy,
)
from workbench.rules.engine import check_folder
from workbench.synthesis import generate


@pytest.fixture(scope="module")
def register():
    return generate(families=200, seed=8, error_rate=0.5)


@pytest.fixture(scope="module")
def folder(register, tmp_path_factory):
    folder = tmp_path_factory.mktemp("daftar") / "register"
    register.write(folder)
    return folder


def _rule(form, table, when, **parts):
    base = {"row": "IDN-01", "family": "KEL-01", "table": "IDN-13"}[form]
    usual = {"code": f"UJI-{form}", "table": table, "when": when, "evidence": {}, "needs": ()}
    return dataclasses.replace(catalogue()[base], **{**usual, **parts})


def _rows(table):
    return sorted(map(str, table.to_pylist()))


@pytest.mark.parametrize(
    "rule",
    [
        _rule("row", "person", "no_such_column = 1"),
        _rule("row", "aid", "true", evidence={"x": "no_such_column"}),
        _rule("family", "family", "heads > 1 AND no_such_column", evidence={"heads": "count(*)"}),
        _rule("family", "family", "heads > 1", evidence={"heads": "sum(no_such_column)"}),
        _rule("table", "person", "SELECT person_id AS subject FROM no_such_table"),
        _rule("table", "person", "SELECT person_id FROM person"),
    ],
)
def test_a_broken_rule_is_named_among_sound_ones(register, rule):
    sound = [catalogue()[code] for code in ("IDN-01", "KEL-01", "IDN-13", "BAN-62")]
    with pytest.raises(RuleBroken) as caught:
        check(register, [*sound, rule])
    assert rule.code in str(caught.value)
    assert not any(other.code in str(caught.value) for other in sound)


@pytest.mark.parametrize("form", ["row", "table"])
def test_a_rule_that_breaks_on_a_value_does_not_tell_the_value(register, form):
    when = {"row": "CAST(name AS INTEGER) = 1"}.get(
        form, "SELECT person_id AS subject FROM person WHERE CAST(name AS INTEGER) = 1"
    )
    with pytest.raises(RuleBroken, match=f"UJI-{form}") as caught:
        check(register, [catalogue()["IDN-01"], _rule(form, "person", when)])
    words = str(caught.value) + repr(caught.value.__cause__)
    assert not any(name in words for name in register["person"]["name"].to_pylist())


@pytest.mark.parametrize("subject", ["NULL", "'P999999'", "family_id", "CAST(row AS VARCHAR)"])
def test_a_rule_that_finds_nobody_of_the_list_raises(register, subject):
    stray = _rule("table", "person", f"SELECT {subject} AS subject FROM person WHERE row < 4")
    with pytest.raises(RuleBroken, match="UJI-table"):
        check(register, [catalogue()["IDN-13"], stray])


def test_a_folder_is_judged_as_the_register_in_it(register, folder, tmp_path):
    findings = check(register)
    counts = check_folder(folder, tmp_path / "typed", tmp_path / "results")
    assert counts == findings.by_rule
    written = pq.read_table(tmp_path / "results" / "findings.parquet")
    assert written.to_pylist() == findings.table.to_pylist()
    for table, rows in findings.masks.items():
        assert _rows(pq.read_table(tmp_path / "results" / f"mask_{table}.parquet")) == _rows(rows)
    checks = json.loads((tmp_path / "results" / "checks.json").read_text(encoding="utf-8"))
    assert checks["silent"] == findings.silent
    assert checks["ruleset"] == findings.ruleset
    assert checks["parameters"] == json.loads(json.dumps(findings.parameters, default=str))
    assert {code: tuple(place) for code, place in checks["bits"].items()} == findings.bits


def test_a_folder_of_an_older_version_lacks_columns_and_is_judged(folder, register, tmp_path):
    """As ``Register.read`` does, absent columns are unknown."""
    older = tmp_path / "older"
    register.write(older)
    people = register["person"].drop_columns(["education", "disability_degree"])
    pq.write_table(people, older / "person.parquet")
    (older / "psks.parquet").unlink()
    counts = check_folder(older, tmp_path / "typed", tmp_path / "results")
    assert counts == check(Register.read(older)).by_rule


def test_little_memory_gives_the_same_findings_and_leaves_nothing(register, folder, tmp_path):
    limits = Limits(memory="100MB", threads=1)
    counts = check_folder(folder, tmp_path / "typed", tmp_path / "results", limits=limits)
    assert counts == check(register).by_rule
    assert sorted(p.name for p in tmp_path.iterdir()) == ["results", "typed"]
    assert not [p.name for p in (tmp_path / "typed").iterdir() if p.name.startswith(".")]


def test_the_copy_lies_in_the_order_of_kelurahan_and_family(folder, tmp_path):
    write_copy(
        Folder(folder),
        date.fromisoformat(Folder(folder).manifest["as_of"]),
        tmp_path / "typed",
        Limits(),
    )
    for name in ("person", "family", "aid", "event", "ppks"):
        table = pq.read_table(tmp_path / "typed" / f"{name}.parquet")
        order = list(
            zip(
                table["kelurahan_of_finding"].to_pylist(),
                table["family_id"].to_pylist(),
                strict=True,
            )
        )
        assert order == sorted(order), name
    with standing_tables(tmp_path / "typed", {}, Limits()) as connection:
        apart = connection.execute(
            "SELECT count(*) FROM person p JOIN family f ON p.family_place = f.place "
            "WHERE p.family_id <> f.family_id"
        ).fetchone()
    assert apart == (0,)


def test_a_damaged_register_leaves_the_older_copy(register, tmp_path):
    typed = tmp_path / "typed"
    findings = check(register, typed_directory=typed)
    before = {path.name: path.stat().st_mtime_ns for path in typed.iterdir()}
    damaged = tmp_path / "damaged"
    register.write(damaged)
    whole = (damaged / "person.parquet").read_bytes()
    (damaged / "person.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnusableInput, match="rusak"):
        check_folder(damaged, typed, tmp_path / "results")
    assert {path.name: path.stat().st_mtime_ns for path in typed.iterdir()} == before
    assert sorted(os.listdir(tmp_path)) == ["damaged", "typed"]
    assert len(findings) > 0


def test_a_full_disk_is_said_and_nothing_is_left(folder, tmp_path, monkeypatch):
    def refuse(_connection, _sql, path):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("workbench.rules.copies._write", refuse)
    with pytest.raises(StoreFault, match="Kosongkan ruang"):
        check_folder(folder, tmp_path / "typed", tmp_path / "results")
    assert os.listdir(tmp_path) == []


def test_a_folder_without_manifest_is_no_register(tmp_path):
    with pytest.raises(UnusableInput, match="tidak memuat"):
        check_folder(tmp_path, tmp_path / "typed", tmp_path / "results")


@pytest.mark.parametrize(
    "said",
    ["null", "3", '"x"', "[1]", "NaN", "[" * 100_000, '{"as_of": 3}', '{"as_of": "kemarin"}'],
    ids=range(8),
)
def test_a_manifest_of_another_shape_is_a_sentence(register, tmp_path, said):
    register.write(tmp_path / "daftar")
    (tmp_path / "daftar" / "manifest.json").write_text(said, encoding="utf-8")
    with pytest.raises(UnusableInput, match=r"manifest\.json|as_of"):
        check_folder(tmp_path / "daftar", tmp_path / "typed", tmp_path / "results")


@pytest.mark.parametrize("said", ["null", "3", "[]", "[" * 100_000, "{"], ids=range(5))
def test_a_typed_copy_that_says_nothing_of_itself_is_a_sentence(register, tmp_path, said):
    typed = tmp_path / "typed"
    check(register, typed_directory=typed)
    (typed / _FACTS).write_text(said, encoding="utf-8")
    with pytest.raises(UnusableInput, match="Periksa ulang"):
        as_of_copy(typed)


def test_no_findings_is_an_empty_table_of_the_same_columns(register):
    empty = check(register, [_rule("row", "person", "false")])
    assert len(empty) == 0
    assert empty.table.schema == check(register).table.schema
    assert all(rows.num_rows == 0 for rows in empty.masks.values())
    assert len(check(register, [])) == 0


def test_two_answers_of_the_registry_for_one_nik_the_newer_counts(register):
    answers = register["dukcapil"].to_pylist()
    asked = next(row for row in answers if row["status"] == "hidup" and row["nik"])
    died = {**asked, "status": "meninggal", "answered_on": asked["answered_on"].replace(year=2030)}
    twice = pa.Table.from_pylist([*answers, died], schema=register["dukcapil"].schema)
    newer = Register({**register.tables, "dukcapil": twice}, register.manifest)
    holders = {r["person_id"] for r in register["person"].to_pylist() if r["nik"] == asked["nik"]}

    def dead(of):
        return {r["subject"] for r in check(of, [catalogue()["ALM-31"]]).table.to_pylist()}

    assert dead(newer) == dead(register) | holders

"""A rule written outside the package: checked like any other, known to nobody else."""

from __future__ import annotations

import pytest

import workbench as wb
from workbench.rules.declare import OWN, registered
from workbench.synthesis import clean_world, default_recipe

WORDS = {
    "code": "UJI-01",
    "severity": wb.Severity.SEDANG,
    "title": "Pendidikan {education} pada umur {age} tahun",
    "question": "Kelas berapa anak ini sekarang?",
    "documents": ["Rapor"],
    "why": "Jenjang menentukan bantuan.",
    "fields": ["education"],
    "status": "layak",
    "follow_up": "perbaiki_data",
    "basis": wb.Basis((), "", "usulan"),
    "needs": ["person.education", "person.birth_date"],
}
SEARCH = {
    "table": "person",
    "when": "age BETWEEN 0 AND 12 AND education = 'STRATA II'",
    "evidence": {"age": "age", "education": "education"},
}


def declare(search=SEARCH, **changed):
    @wb.row_rule(**search, **{**WORDS, **changed})
    class TooEarly:
        """Nobody of twelve has a master's degree."""

    return TooEarly


def test_it_finds_what_it_looks_for_and_enters_no_catalogue():
    rule = declare().rule
    assert rule.group == OWN
    recipe = default_recipe()
    world = clean_world(recipe, 60, 1, recipe.as_of)
    child = next(row for row in world.tables["person"] if row["birth_date"].year > 2016)
    world.change("person", child, education="STRATA II")
    findings = wb.check(world.to_register(), [rule])
    assert findings.table["subject"].to_pylist() == [child["person_id"]]
    assert findings.with_titles()["title"][0].as_py().startswith("Pendidikan STRATA II pada umur")
    assert "UJI-01" not in wb.catalogue()
    assert "UJI-01" not in registered()


def test_a_cell_may_be_run_twice():
    assert declare().rule.plants is not declare().rule.plants


def test_rules_of_the_package_keep_the_group_of_their_folder():
    assert {rule.group for rule in wb.catalogue().values()} == {
        *("identity", "family", "presence", "category", "living", "aid")
    }


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"code": "IDN-09"}, "IDN-09 sudah dipakai"),
        ({"status": "salah"}, "status salah satu dari layak"),
        ({"follow_up": "lapor"}, "tindak lanjut dari"),
        ({"basis": wb.Basis(("E999",), "", "ya")}, "E999 tidak ada"),
        ({"basis": wb.Basis(("X1",), "", "ya")}, "X1 tidak ada"),
        (
            {"basis": wb.Basis((), "", "tidak"), "severity": wb.Severity.KRITIS},
            "paling tinggi SEDANG",
        ),
    ],
)
def test_a_wrong_word_is_refused_in_a_sentence(changed, said):
    wb.catalogue()
    with pytest.raises(wb.WorkbenchError, match=said):
        declare(**changed)


def test_a_missing_word_is_named():
    words = {name: value for name, value in WORDS.items() if name not in ("why", "needs")}
    with pytest.raises(wb.WorkbenchError, match="belum menyebut needs, why"):
        wb.row_rule(**SEARCH, **words)


def test_sql_that_cannot_run_accuses_nobody():
    rule = declare({**SEARCH, "when": "no_such_column > 1"}).rule
    city = wb.generate(families=20, seed=1)
    with pytest.raises(wb.WorkbenchError, match="UJI-01 tidak dapat dijalankan"):
        wb.check(city, [rule])

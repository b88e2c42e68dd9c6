"""The wide sheet offices pass around, and the sample of it that ships."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

from workbench.resources import resource
from workbench.rules import catalogue
from workbench.synthesis import Recipe, clean_world
from workbench.synthesis.sheets import SAMPLE_RULES, sheet_rows, write_sample, write_sheet


def test_a_sheet_has_a_row_for_every_member(recipe: Recipe) -> None:
    register = clean_world(recipe, 30, 3, date(2026, 11, 1)).to_register()
    header, *rows = sheet_rows(register)
    assert len(rows) == register["person"].num_rows
    assert all(len(row) == len(header) for row in rows)
    niks = [row[header.index("NIK")] for row in rows]
    assert niks == register["person"].column("nik").to_pylist()
    paid = sum(row[header.index("PBI JKN")] == "YA" for row in rows)
    members = {
        row["person_id"]
        for row in register["aid"].to_pylist()
        if row["program"] == "PBIJK" and row["status"] == "aktif"
    }
    assert paid == len(members) > 0


def test_the_shipped_sample_is_practice_data_with_mistakes_in_it(tmp_path: Path) -> None:
    with resource("training_data/contoh_daftar.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert 100 <= len(rows) <= 220
    for row in rows:
        for column in ("NIK", "NOKK"):
            assert row[column].startswith("99") or not row[column][:2].isdigit()
    assert any(len(row["NIK"]) != 16 for row in rows)
    fresh = tmp_path / "contoh.csv"
    write_sample(fresh)
    assert fresh.read_text(encoding="utf-8").splitlines()[0] == ",".join(rows[0])


def test_the_sample_is_planted_from_rules_that_exist() -> None:
    assert set(SAMPLE_RULES) <= set(catalogue())


def test_a_written_sheet_keeps_its_numbers_whole(recipe: Recipe, tmp_path: Path) -> None:
    register = clean_world(recipe, 5, 3, date(2026, 11, 1)).to_register()
    write_sheet(register, tmp_path / "daftar.csv")
    text = (tmp_path / "daftar.csv").read_text(encoding="utf-8")
    assert all(nik in text for nik in register["person"].column("nik").to_pylist())

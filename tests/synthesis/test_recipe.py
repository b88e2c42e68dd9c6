"""Recipes: the one that ships is whole, a broken one is said in a sentence."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from workbench.domain.wilayah import kelurahan
from workbench.errors import UnusableInput
from workbench.resources import resource
from workbench.synthesis import Recipe, read_recipe
from workbench.synthesis.dwellings import neighbourhoods
from workbench.synthesis.periods import desil_version, month_before, quarter

SHIPPED = "training_data/kota_serang.yaml"


def test_the_shipped_recipe_covers_the_city(recipe: Recipe) -> None:
    assert recipe.as_of == date(2026, 11, 1)
    assert recipe.families == 5000
    shares = recipe.kelurahan_shares
    assert set(shares) == {place.kode_kemendagri for place in kelurahan()}
    assert sum(shares.values()) == pytest.approx(1.0)
    assert all(share > 0 for share in shares.values())


def test_rt_do_not_depend_on_the_seed_and_are_numbered(recipe: Recipe) -> None:
    for place in kelurahan():
        rows = neighbourhoods(recipe, place.kode_kemendagri)
        assert [row.rw for row in rows] == [f"{n:03d}" for n in range(1, len(rows) + 1)]
        assert all(row.rts[0] == "001" and len(row.rts) >= 2 for row in rows)
        assert len({row.place for row in rows}) == len(rows)


@pytest.mark.parametrize(
    ("what", "old", "new"),
    [
        ("a key is missing", "error_rate: 0.25\n", ""),
        ("a share above one", "error_rate: 0.25", "error_rate: 2"),
        ("nine desil", "[16, 15, 14, 12, 11, 9, 8, 6, 5, 4]", "[16, 15, 14, 12, 11, 9, 8, 6, 5]"),
        ("a city that is a number", "city:", "city: 3\nformer:"),
        ("another city", 'kode_kemendagri: "36.73"', 'kode_kemendagri: "36.72"'),
        ("a shape without ages", "  sendiri: 2.5", "  sendiri: 2.5\n  asrama: 1"),
        ("no date", "as_of: 2026-11-01", "as_of: besok"),
        ("no YAML at all", "name: kota_serang", "name: [kota"),
    ],
)
def test_a_broken_recipe_is_refused_in_a_sentence(
    tmp_path: Path, what: str, old: str, new: str
) -> None:
    text = resource(SHIPPED).read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "resep.yaml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(UnusableInput) as said:
        read_recipe(path)
    assert "resep.yaml" in str(said.value)


def test_periods_follow_the_reference_date() -> None:
    assert quarter(date(2026, 11, 1)) == "2026-T4"
    assert month_before(date(2026, 11, 1)) == "2026-10"
    assert month_before(date(2026, 1, 15)) == "2025-12"
    assert desil_version(date(2026, 11, 1)) == "2026-V4"
    assert desil_version(date(2026, 10, 23)) == "2026-V3"
    assert desil_version(date(2026, 1, 5)) == "2025-V4"

"""The primary rule, the levels, and what the gate hides so that no sum gives a cell away."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from tests.geo.disclosure.shapes import KINDS, categories, city, count, families
from workbench.geo.disclosure.gate import disclose
from workbench.geo.disclosure.lattice import Lattice
from workbench.geo.disclosure.tables import Cell, Column, Counts, Release, State

AREAS = city(3, 3, 2)
CODES = tuple(AREAS.by_code)
KECAMATAN = tuple(AREAS.kecamatan)
HIDDEN = Cell(State.DISEMBUNYIKAN)


def table(*columns: Column, surveyed: tuple[str, ...] = CODES, **numbers: list[int]) -> Counts:
    cells = {
        (code, key): number
        for key, row in numbers.items()
        for code, number in zip(surveyed, row, strict=True)
    }
    return Counts("tabel", columns, cells, frozenset(surveyed))


def column_of(release: Release, key: str, codes: tuple[str, ...] = AREAS.codes) -> list[int | None]:
    return [release.cell("tabel", key, code).value for code in codes]


def test_sums_over_kecamatan_and_city_and_over_children_are_built() -> None:
    counts = table(
        count("semua", ("a", "b")),
        count("a"),
        count("b"),
        a=[10, 20, 30, 40, 50, 60, 70, 80],
        b=[5, 5, 5, 5, 5, 5, 5, 5],
    )
    release = disclose([counts], AREAS)
    assert column_of(release, "a") == [10, 20, 30, 40, 50, 60, 70, 80, 60, 150, 150, 360]
    assert column_of(release, "semua", (*KECAMATAN, AREAS.city_code)) == [75, 165, 160, 400]


def test_zero_is_shown_and_small_is_hidden_at_every_level() -> None:
    release = disclose([table(count("a"), a=[0, 0, 0, 1, 0, 2, 0, 0])], AREAS)
    assert release.cell("tabel", "a", CODES[0]) == Cell(State.NOL, 0)
    assert release.cell("tabel", "a", KECAMATAN[0]) == Cell(State.NOL, 0)
    for code in (CODES[3], CODES[5], KECAMATAN[1], AREAS.city_code):
        assert release.cell("tabel", "a", code) == HIDDEN


def test_what_was_not_surveyed_is_never_zero() -> None:
    counts = table(count("a"), surveyed=CODES[:4], a=[10, 20, 0, 7])
    release = disclose([counts], AREAS)
    assert release.cell("tabel", "a", CODES[4]).state is State.BELUM_DIDATA
    assert release.cell("tabel", "a", KECAMATAN[2]).state is State.BELUM_DIDATA
    assert release.cell("tabel", "a", KECAMATAN[1]) == Cell(State.ANGKA, 7)
    assert release.cell("tabel", "a", AREAS.city_code) == Cell(State.ANGKA, 37)
    assert release.tables["tabel"].surveyed == frozenset(CODES[:4])


def test_a_table_without_any_survey_says_nothing() -> None:
    release = disclose([table(count("a"), surveyed=(), a=[])], AREAS)
    assert {release.cell("tabel", "a", code).state for code in AREAS.codes} == {State.BELUM_DIDATA}


def test_a_single_hidden_kelurahan_takes_a_second_with_it_and_the_totals_stay() -> None:
    release = disclose([table(count("a"), a=[3, 20, 30, 40, 50, 60, 70, 80])], AREAS)
    values = column_of(release, "a")
    assert values[0] is None
    assert sum(value is None for value in values) == 2
    assert values[-4:] == [53, 150, 150, 353]


def test_the_only_surveyed_kelurahan_of_a_kecamatan_is_not_told_by_its_total() -> None:
    counts = table(count("a"), surveyed=(*CODES[:3], CODES[6]), a=[10, 20, 30, 3])
    release = disclose([counts], AREAS)
    assert release.cell("tabel", "a", CODES[6]) == HIDDEN
    assert release.cell("tabel", "a", KECAMATAN[2]) == HIDDEN
    assert release.cell("tabel", "a", KECAMATAN[0]) == HIDDEN
    assert release.cell("tabel", "a", AREAS.city_code) == Cell(State.ANGKA, 63)


@pytest.mark.parametrize(
    ("number", "shown"),
    [(1, Cell(State.DISEMBUNYIKAN)), (2, Cell(State.ANGKA, 16)), (0, Cell(State.NOL, 0))],
)
def test_a_sensitive_column_shows_the_city_only_and_only_from_ten(number: int, shown: Cell) -> None:
    counts = table(Column("s", "s", "orang", sensitive=True), s=[number] * 8)
    release = disclose([counts], AREAS)
    assert release.cell("tabel", "s", AREAS.city_code) == shown
    assert {release.cell("tabel", "s", code) for code in AREAS.codes[:-1]} == {HIDDEN}


def test_the_city_of_one_surveyed_kelurahan_does_not_tell_a_sensitive_number() -> None:
    sensitive = Column("s", "s", "orang", sensitive=True)
    release = disclose([table(sensitive, surveyed=CODES[:1], s=[40])], AREAS)
    assert release.cell("tabel", "s", AREAS.city_code) == HIDDEN


def test_nothing_is_said_of_a_kelurahan_with_few_families_not_even_a_zero() -> None:
    counts = table(
        count("keluarga"),
        count("dibantu", within="keluarga"),
        count("temuan"),
        keluarga=[3, 20, 30, 40, 50, 60, 70, 80],
        dibantu=[0, 10, 10, 10, 10, 10, 10, 10],
        temuan=[0, 10, 10, 10, 10, 10, 10, 10],
    )
    release = disclose([counts], AREAS)
    for key in ("keluarga", "dibantu", "temuan"):
        assert release.cell("tabel", key, CODES[0]) == HIDDEN


def test_the_parts_of_a_small_sum_are_hidden_and_other_columns_are_not() -> None:
    counts = table(
        count("semua", ("a", "b")),
        count("a"),
        count("b"),
        count("lain"),
        a=[3, 20, 30, 40, 50, 60, 70, 80],
        b=[0, 10, 10, 10, 10, 10, 10, 10],
        lain=[0, 10, 10, 10, 10, 10, 10, 10],
    )
    release = disclose([counts], AREAS)
    assert release.cell("tabel", "b", CODES[0]) == HIDDEN
    assert release.cell("tabel", "lain", CODES[0]) == Cell(State.NOL, 0)


def test_a_number_that_stands_in_two_tables_is_hidden_in_both_or_in_none() -> None:
    numbers = [3, 20, 30, 40, 50, 60, 70, 80]
    first = table(count("keluarga"), keluarga=numbers)
    other = table(
        count("keluarga"),
        count("dibantu", within="keluarga"),
        keluarga=numbers,
        dibantu=[1, 19, 1, 1, 1, 1, 2, 3],
    )
    second = Counts("lain", other.columns, other.cells, other.surveyed)
    release = disclose([first, second], AREAS)
    assert all(
        release.cell("tabel", "keluarga", code) == release.cell("lain", "keluarga", code)
        for code in AREAS.codes
    )


def test_a_fact_that_binds_hides_the_sum_that_would_tell() -> None:
    """Of whom two sources aid: the payments less the aided, were each payment shown."""
    columns = (count("penerima", ("satu", "dua")), count("satu"), count("dua"), count("bayar"))
    one, two = [40, 50, 60, 40, 50, 60, 70, 80], [2, 10, 10, 10, 10, 10, 10, 10]
    paid = [a + 2 * b for a, b in zip(one, two, strict=True)]
    plain = table(*columns, satu=one, dua=two, bayar=paid)
    both = (("satu", "dua", "dua"), ("bayar",)), (("bayar",), ("satu", "dua", "dua"))
    known = Counts(plain.name, plain.columns, plain.cells, plain.surveyed, "", both)
    keys = ("penerima", "bayar")
    without, bound = disclose([plain], AREAS), disclose([known], AREAS)
    assert all(without.cell("tabel", key, CODES[0]).value is not None for key in keys)
    assert any(bound.cell("tabel", key, CODES[0]) == HIDDEN for key in keys)


def test_the_same_counts_give_the_same_release() -> None:
    counts = categories(AREAS, Random("gate:same"))
    turned = Counts(
        counts.name, counts.columns, dict(reversed(counts.cells.items())), counts.surveyed
    )
    assert disclose([counts], AREAS) == disclose([turned], AREAS)


def test_a_release_holds_no_hidden_number_and_hands_on_what_is_said() -> None:
    counts = categories(city(4, 4, 3), Random("gate:words"))
    told = Counts(counts.name, counts.columns, counts.cells, counts.surveyed, "Beberapa orang.")
    release = disclose([told], city(4, 4, 3))
    published = release.tables["ppks"]
    assert published.remark == "Beberapa orang."
    for cell in published.cells.values():
        assert (cell.value is None) == (cell.state not in (State.ANGKA, State.NOL))
        assert cell.value is None or cell.value == 0 or cell.value >= 5


@pytest.mark.parametrize("threshold", [3, 5, 10])
def test_nothing_below_the_threshold_is_shown(threshold: int) -> None:
    areas = city(5, 4, 4)
    tables = [categories(areas, Random(7)), families(areas, Random(8))]
    release = disclose(tables, areas, threshold)
    shown = [
        cell.value
        for published in release.tables.values()
        for cell in published.cells.values()
        if cell.value
    ]
    assert min(shown) >= threshold
    assert release.threshold == threshold


def test_a_large_city_keeps_most_of_its_numbers() -> None:
    areas = city(8, 8, 8, 8, 8)
    release = disclose([categories(areas, Random("gate:large"), mean=60.0)], areas)
    cells = [release.cell("ppks", kind, code) for kind in KINDS for code in areas.codes]
    hidden = sum(cell.state is State.DISEMBUNYIKAN for cell in cells)
    assert hidden < 0.35 * len(cells)


def test_a_part_that_is_larger_than_its_whole_stops_nothing() -> None:
    counts = table(
        count("w"),
        count("p", within="w"),
        w=[10, 20, 30, 40, 50, 60, 70, 3],
        p=[12, 2, 3, 4, 5, 6, 7, 9],
    )
    release = disclose([counts], AREAS)
    assert release.cell("tabel", "w", CODES[7]) == HIDDEN
    assert release.cell("tabel", "w", AREAS.city_code) == Cell(State.ANGKA, 283)


def test_a_whole_in_another_table_is_hidden_where_it_would_tell() -> None:
    """Of five served at most: between one and five is too narrow while the five are shown."""
    whole = Counts("dasar", (count("w"),), {(code, "w"): 5 for code in CODES}, frozenset(CODES))
    part = table(count("p", within="dasar:w"), p=[3, 5, 5, 5, 5, 5, 5, 5])
    alone = disclose([whole, replace(part, columns=(count("p"),))], AREAS)
    assert alone.cell("dasar", "w", CODES[0]) == Cell(State.ANGKA, 5)
    assert disclose([whole, part], AREAS).cell("dasar", "w", CODES[0]) == HIDDEN


def test_a_bound_is_laid_once_and_counts_only_where_it_binds() -> None:
    lattice = Lattice()
    part, whole, fixed = lattice.add(2, "part"), lattice.add(9, "whole"), lattice.add(5, "fixed")
    for _ in range(2):
        lattice.bind((part,), (whole,))
        lattice.bind((fixed,), (whole,))
    lattice.bind((whole,), (part,))
    assert lattice.bounds == [((part,), (whole,)), ((fixed,), (whole,))]
    lattice.hide(whole)
    lattice.least[whole] = 2
    assert [lattice.binds(n) for n in (0, 1)] == [False, True]
    lattice.hide(part)
    assert lattice.binds(0)

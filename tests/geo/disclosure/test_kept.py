"""Beside a former release, where the proof takes too long: what repeats is told again, no more.

A few lists always; ``PROOF=1`` in the environment takes more.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from tests.geo.disclosure.attack import Attack, Spot
from tests.geo.disclosure.shapes import categories, city, count, families
from workbench.geo.areas import AreaSet
from workbench.geo.disclosure import gate
from workbench.geo.disclosure.gate import Former, disclose
from workbench.geo.disclosure.intervals import Effort, Exhausted
from workbench.geo.disclosure.lattice import Lattice
from workbench.geo.disclosure.tables import Cell, Column, Counts, Release, State
from workbench.geo.releases import read_release, release_text

AREAS = city(5, 4, 3)
CODES = tuple(AREAS.by_code)
FIRST, SECOND, THIRD = AREAS.kecamatan
HIDDEN = Cell(State.DISEMBUNYIKAN)

#: Tries that end in whole numbers; what follows them is the city, then what repeats alone.
_TRIES = 2

Limit = Callable[[int], None]
SEEDS = range(40 if "PROOF" in os.environ else 4)


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> Limit:
    """Let so many tries of one release take too long."""

    protect = gate.protect

    def limit(tries: int) -> None:
        left = iter(range(tries))

        def late(lattice: Lattice, width: int, effort: Effort) -> None:
            if next(left, None) is not None:
                raise Exhausted
            protect(lattice, width, effort)

        monkeypatch.setattr(gate, "protect", late)

    return limit


def tables_of(areas: AreaSet, rng: Random) -> list[Counts]:
    """A list with sums of sums, parts and what is told of the city alone."""
    return [categories(areas, rng, mean=6.0), families(areas, rng, 40)]


def changed(tables: Sequence[Counts], codes: Sequence[str], rng: Random) -> list[Counts]:
    """The list after some kelurahan were counted again."""
    found = []
    for table in tables:
        cells = dict(table.cells)
        for code in codes:
            if table.name == "keluarga":
                again = families(AREAS, rng, 40).cells
            else:
                again = {place: rng.choice([0, 0, 1, 2, 6, 20]) for place in table.cells}
            cells |= {place: number for place, number in again.items() if place[0] == code}
        found.append(replace(table, cells=cells))
    return found


def betrayed(releases: Sequence[Release], codes: Sequence[str]) -> list[Spot]:
    """What both tell together: nothing of the first, no small number of the second.

    One that is hidden for others may follow from the former release.
    """
    narrow = Attack(releases, same=frozenset(CODES) - set(codes)).narrow(5)
    return [spot for spot, (low, _) in narrow.items() if spot[0] == 0 or low < 5]


def numbers_of(release: Release) -> dict[tuple[str, str, str], int]:
    return {
        (name, code, key): cell.value
        for name, table in release.tables.items()
        for (code, key), cell in table.cells.items()
        if cell.value is not None
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_what_repeats_is_told_again_and_betrays_nothing(seed: int, hurry: Limit) -> None:
    rng = Random(f"kept:{seed}")
    old = tables_of(AREAS, rng)
    codes = rng.sample(CODES, 1 + seed % 3)
    new = changed(old, codes, rng)
    first = disclose(old, AREAS)
    hurry(_TRIES + 1)
    second = disclose(new, AREAS, former=[Former(old, first)])
    told, before = numbers_of(second), numbers_of(first)
    assert all(table.kept for table in second.tables.values())
    assert told.items() <= before.items()
    places = [AREAS.city_code, *codes, *{AREAS.parent(code) for code in codes}]
    assert not [place for place in told if place[0] == "keluarga" and place[1] in places]
    assert len(told) > len(before) / 4
    assert Attack([first, second], same=frozenset(CODES) - set(codes)).narrow(5) == {}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_city_is_told_beside_it_where_that_can_be_proven(seed: int, hurry: Limit) -> None:
    rng = Random(f"kept:city:{seed}")
    old = tables_of(AREAS, rng)
    codes = rng.sample(CODES, 2 + seed % 5)
    new = changed(old, codes, rng)
    first = disclose(old, AREAS)
    plain = disclose(new, AREAS)
    hurry(_TRIES)
    second = disclose(new, AREAS, former=[Former(old, first)])
    told, before, true = numbers_of(second), numbers_of(first), numbers_of(plain)
    city_told = {place: n for place, n in told.items() if place[1] == AREAS.city_code}
    assert any(city_told.values())
    assert all(true.get(place, n) == n for place, n in city_told.items())
    # Below the city a number stands as it stood, or the whole city has none.
    fresh = [place for place, n in told.items() if before.get(place) != n]
    assert {told[place] for place in fresh if place[1] != AREAS.city_code} <= {0}
    assert betrayed([first, second], codes) == []


def one_changed(hurry: Limit, tries: int) -> tuple[Release, Release]:
    """Sixty in every kelurahan; then the first has sixty-three, two of them of another kind."""
    columns = (count("s", ("a", "b")), count("a"), count("b"))
    cells = {(code, key): n for code in CODES for key, n in (("a", 40), ("b", 20))}
    old = Counts("t", columns, cells, frozenset(CODES), "Catatan.")
    new = replace(old, cells=cells | {(CODES[0], "a"): 2, (CODES[0], "b"): 61})
    first = disclose([old], AREAS)
    hurry(tries)
    return first, disclose([new], AREAS, former=[Former([old], first)])


@pytest.mark.parametrize("tries", [_TRIES, _TRIES + 1])
@pytest.mark.parametrize(("place", "number"), [(FIRST, 162), (CODES[0], 2), (AREAS.city_code, 442)])
def test_one_number_more_would_be_used(place: str, number: int, tries: int, hurry: Limit) -> None:
    first, second = one_changed(hurry, tries)
    assert second.cell("t", "a", place) == HIDDEN
    assert betrayed([first, second], CODES[:1]) == []
    table = second.tables["t"]
    cells = dict(table.cells) | {(place, "a"): Cell(State.ANGKA, number)}
    more = replace(second, tables={"t": replace(table, cells=cells)})
    if place == CODES[0]:
        assert more.cell("t", "a", place).value == 2
    else:
        assert (1, "t", CODES[0], "a") in betrayed([first, more], CODES[:1])


@pytest.mark.parametrize(("tries", "also"), [(_TRIES, " dan jumlah Kota Contoh"), (_TRIES + 1, "")])
def test_the_map_says_what_is_shown(tries: int, also: str, hurry: Limit) -> None:
    _, second = one_changed(hurry, tries)
    assert second.tables["t"].remark == (
        f"Catatan. Yang tampil hanya angka yang sama dengan peta yang sudah terbit{also}. Angka "
        "lain disembunyikan, karena selisihnya dengan peta itu mungkin membuka angka kecil."
    )


def test_where_nothing_repeats_nothing_is_told(hurry: Limit) -> None:
    old = tables_of(AREAS, Random("kept:all"))
    new = changed(old, CODES, Random("kept:all:again"))
    first = disclose(old, AREAS)
    hurry(_TRIES + 1)
    second = disclose(new, AREAS, former=[Former(old, first)])
    assert not any(numbers_of(second).values())
    assert "disembunyikan semua" in second.tables["keluarga"].remark


@pytest.mark.parametrize("seed", SEEDS[::2])
@pytest.mark.parametrize("tries", [_TRIES, _TRIES + 1])
def test_a_third_release_betrays_nothing_beside_a_kept_one(
    tries: int, seed: int, hurry: Limit
) -> None:
    rng = Random(f"kept:third:{seed}")
    old = tables_of(AREAS, rng)
    codes = rng.sample(CODES, 2)
    new = changed(old, codes, rng)
    first = disclose(old, AREAS)
    hurry(tries)
    second = disclose(new, AREAS, former=[Former(old, first)])
    hurry(0)
    third = disclose(new, AREAS, former=[Former(old, first), Former(new, second)])
    assert betrayed([first, second, third], codes) == []
    assert len(numbers_of(third)) > len(numbers_of(first)) / 4


def test_a_number_hidden_under_a_higher_threshold_is_not_told_instead(hurry: Limit) -> None:
    """Seven in a place: hidden under ten, and not told by a release that tells what repeats."""
    column = Column("a", "a", "orang")
    cells = {(code, "a"): 30 for code in CODES} | {(CODES[4], "a"): 7, (CODES[3], "a"): 8}
    old = Counts("t", (column,), cells, frozenset(CODES))
    new = replace(old, cells=cells | {(CODES[11], "a"): 31})
    first = disclose([old], AREAS, 10)
    hurry(_TRIES + 1)
    second = disclose([new], AREAS, 5, former=[Former([old], first)])
    assert {second.cell("t", "a", code) for code in CODES[3:5]} == {HIDDEN}
    assert second.cell("t", "a", CODES[0]).value == 30


def test_a_stored_release_still_says_that_it_is_kept(tmp_path: Path, hurry: Limit) -> None:
    _, second = one_changed(hurry, _TRIES + 1)
    (tmp_path / "peta.json").write_text(release_text(second), encoding="utf-8")
    assert read_release(tmp_path / "peta.json", AREAS) == second

"""A regency of 280 places: whole kecamatan are published, and the attack tells nothing."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from tests.geo.disclosure.attack import Attack
from tests.geo.disclosure.shapes import categories, city, count, families
from workbench.geo.areas import Area, AreaSet
from workbench.geo.disclosure import gate
from workbench.geo.disclosure.gate import Former, disclose
from workbench.geo.disclosure.intervals import Effort
from workbench.geo.disclosure.tables import Counts, State
from workbench.geo.disclosure.wholes import gather
from workbench.geo.releases import read_release, release_text

_LIST = Path(__file__).parents[2] / "cities" / "grobogan.csv"


@pytest.fixture(scope="module")
def regency() -> AreaSet:
    """Kabupaten Grobogan by its codes."""
    with _LIST.open(encoding="utf-8") as lines:
        names = {row["kode"]: row["nama"] for row in csv.DictReader(lines)}
    places = tuple(
        Area(code, name, code[:8], names[code[:8]], 0.0, 0.0, 1.0)
        for code, name in names.items()
        if len(code) == 13
    )
    return AreaSet("33.15", names["33.15"], places)


def tables_of(areas: AreaSet, rng: Random, most: int) -> list[Counts]:
    """Families and who of them is aided; every second kecamatan has ten times as many."""
    sparse, dense = families(areas, rng, most), families(areas, rng, most * 10)
    fuller = set(list(areas.kecamatan)[::2])
    cells = {
        place: (dense if areas.parent(place[0]) in fuller else sparse).cells[place]
        for place in sparse.cells
    }
    return [replace(sparse, cells=cells), categories(areas, rng, mean=1.0)]


def test_a_regency_is_not_told(regency: AreaSet) -> None:
    release = disclose(tables_of(regency, Random("wholes:regency"), most=14), regency)
    assert len(release.tables["keluarga"].whole) == 9
    assert len(release.tables["ppks"].whole) == 19
    attack = Attack([release])
    assert len(attack.unknown) > 5000
    assert attack.narrow(5) == {}


AREAS = city(5, 4, 3)
CODES = tuple(AREAS.by_code)
FIRST, SECOND, THIRD = AREAS.kecamatan
PAIR = (count("s", ("a", "b")), count("a"), count("b"))


@pytest.fixture
def _large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let twelve places be many."""
    monkeypatch.setattr(gate, "MANY_PLACES", 11)


def pair(a: Sequence[int], b: Sequence[int]) -> Counts:
    cells = {(code, "a"): number for code, number in zip(CODES, a, strict=True)}
    cells |= {(code, "b"): number for code, number in zip(CODES, b, strict=True)}
    return Counts("t", PAIR, cells, frozenset(CODES), "Catatan.")


SPARSE = pair([9, 8, 7, 6, 5, 30, 30, 30, 30, 1, 2, 9], [0] * 9 + [4, 4, 4])


@pytest.mark.usefixtures("_large")
def test_a_kecamatan_with_little_to_count_is_published_whole() -> None:
    table = disclose([SPARSE], AREAS).tables["t"]
    assert table.whole == {FIRST, THIRD}
    assert [table.cells[code, "a"].value for code in CODES[:9]] == [None] * 5 + [30] * 4
    assert [table.cells[code, "a"].value for code in AREAS.kecamatan] == [35, 120, 12]
    assert [table.cells[code, "b"].state for code in CODES[:9]] == [State.NOL] * 9
    assert [table.cells[code, "b"].state for code in CODES[9:]] == [State.DISEMBUNYIKAN] * 3
    assert table.remark == (
        "Catatan. Datanya masih sedikit, jadi di 2 dari 3 kecamatan hanya jumlah kecamatan "
        "yang tampil."
    )


def test_in_a_city_of_fewer_places_none_is_whole() -> None:
    table = disclose([SPARSE], AREAS).tables["t"]
    assert table.whole == frozenset()
    assert table.cells[CODES[0], "a"].value == 9
    assert table.remark == "Catatan."


@pytest.mark.usefixtures("_large")
def test_which_are_whole_follows_from_the_numbers_of_the_kecamatan_alone() -> None:
    turned = pair([1, 30, 2, 1, 1, 117, 1, 1, 1, 12, 0, 0], [0] * 9 + [12, 0, 0])
    assert disclose([turned], AREAS).tables["t"].whole == {FIRST, THIRD}


def test_whole_kecamatan_come_in_the_order_of_the_areas(regency: AreaSet) -> None:
    """Sets of text have another order in every process; the release has not."""
    tables = tables_of(regency, Random("wholes:order"), most=14)
    wholes = {"ppks": frozenset(reversed(regency.kecamatan))}
    (gathered,) = gather([tables], [wholes], regency)
    assert list(gathered["ppks"]) == list(regency.kecamatan)


def test_a_table_that_is_whole_in_one_release_alone_takes_its_kindred_with_it() -> None:
    """Its places stand each for itself then; those of tables it does not touch stay alike."""
    kin = [replace(SPARSE, name=name, columns=PAIR[1:]) for name in ("t", "u")]
    alone = replace(SPARSE, name="v", columns=(count("c"),), cells={})
    releases = [[*kin, alone], [*kin, alone]]
    both = {name: frozenset({FIRST}) for name in "tuv"}
    _, even = gather(releases, [both, both], AREAS)
    _, uneven = gather(releases, [both | {"u": frozenset()}, both], AREAS)
    assert even["t"][FIRST] == even["v"][FIRST] == uneven["v"][FIRST] == (CODES[:5],)
    assert uneven["t"][FIRST] == tuple((code,) for code in CODES[:5])


@pytest.mark.usefixtures("_large")
def test_the_numbers_of_whole_kecamatan_are_not_told() -> None:
    rng = Random("wholes:many")
    for _ in range(30):
        numbers = [rng.choice([0, 0, 1, 2, 3, 5, 9, 40]) for _ in range(24)]
        release = disclose([pair(numbers[:12], numbers[12:]), families(AREAS, rng, 30)], AREAS)
        assert Attack([release]).narrow(5) == {}


@pytest.mark.usefixtures("_large")
@pytest.mark.parametrize("seed", range(8))
def test_a_place_counted_again_in_a_whole_kecamatan_is_not_told(seed: int) -> None:
    rng = Random(f"wholes:again:{seed}")
    old = pair(*([rng.choice([2, 6, 9, 14, 20]) for _ in CODES] for _ in "ab"))
    code = rng.choice(CODES)
    again = {(code, key): rng.choice([0, 1, 3, 6, 20]) for key in "ab"}
    new = replace(old, cells=dict(old.cells) | again)
    first = disclose([old], AREAS)
    second = disclose([new], AREAS, former=[Former([old], first)])
    narrow = Attack([first, second], same=frozenset(CODES) - {code}).narrow(5)
    assert not [spot for spot, (low, _) in narrow.items() if spot[0] == 0 or low < 5]


@pytest.mark.usefixtures("_large")
@pytest.mark.parametrize("left", [{0: 8}, {3: 8}, {0: 4, 3: 4}, {1: 5, 2: 5}])
def test_that_all_left_a_whole_kecamatan_does_not_tell_where_they_lived(
    left: dict[int, int],
) -> None:
    """None is left, and all other places are as before: they had none."""
    gone = {(CODES[n], "b"): 0 for n in left}
    old = pair([9, 9, 9, 9, 9, *[30] * 7], [*(left.get(n, 0) for n in range(5)), *[30] * 7])
    new = replace(old, cells=dict(old.cells) | gone)
    first = disclose([old], AREAS)
    second = disclose([new], AREAS, former=[Former([old], first)])
    assert {FIRST} == first.tables["t"].whole == second.tables["t"].whole
    same = frozenset(CODES) - {code for code, _ in gone}
    assert Attack([first, second], same=same).narrow(5) == {}
    hidden = {second.cell("t", "b", code).state for code in (*same.intersection(CODES[:5]), FIRST)}
    assert hidden == {State.DISEMBUNYIKAN}


@pytest.mark.usefixtures("_large")
def test_a_zero_of_a_whole_kecamatan_that_would_clear_few_families_is_hidden() -> None:
    columns = (count("keluarga"), count("dibantu", within="keluarga"))
    homes = dict(zip(CODES, [3, 9, 9, 9, 9, 8, 8, 8, 8, 50, 50, 50], strict=True))
    cells = {(code, "keluarga"): number for code, number in homes.items()}
    cells |= {(code, "dibantu"): 20 for code in CODES[9:]}
    release = disclose([Counts("t", columns, cells, frozenset(CODES))], AREAS)
    assert release.tables["t"].whole == {FIRST, SECOND}
    states = [release.cell("t", "dibantu", code).state for code in (*CODES[:5], FIRST)]
    assert set(states) == {State.DISEMBUNYIKAN}
    assert release.cell("t", "dibantu", CODES[5]).state is State.NOL
    assert Attack([release]).narrow(5) == {}


def test_a_proof_that_takes_too_long_leaves_only_kecamatan(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = [categories(AREAS, Random(1), 4.0), families(AREAS, Random(1))]
    spent: list[float] = []
    monkeypatch.setattr(gate, "Effort", lambda _most: spent.append(0) or Effort(spends[len(spent)]))
    spends = {1: 10, 2: math.inf}
    release = disclose(tables, AREAS)
    assert {len(table.whole) for table in release.tables.values()} == {3}
    shown = [c for (code, _), c in release.tables["keluarga"].cells.items() if code in CODES]
    assert not [cell for cell in shown if cell.value]
    assert release.cell("keluarga", "keluarga", FIRST).value
    assert Attack([release]).narrow(5) == {}


def test_what_cannot_be_proven_in_time_is_hidden_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "EFFORT", 10)
    tables = [categories(AREAS, Random(1), 4.0)]
    table = disclose(tables, AREAS).tables["ppks"]
    surveyed = tables[0].surveyed
    assert table.surveyed == surveyed
    for (code, _), cell in table.cells.items():
        is_place = code in CODES and code not in surveyed
        assert cell.state is (State.BELUM_DIDATA if is_place else State.DISEMBUNYIKAN)
    assert "disembunyikan semua" in table.remark


@pytest.mark.usefixtures("_large")
def test_a_stored_release_still_says_what_is_whole(tmp_path: Path) -> None:
    release = disclose([SPARSE], AREAS)
    (tmp_path / "peta.json").write_text(release_text(release), encoding="utf-8")
    assert read_release(tmp_path / "peta.json", AREAS) == release

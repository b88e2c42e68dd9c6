"""Rates, intervals, smoothing and clusters: from published numbers only, against known figures."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import WrongUse
from workbench.geo.areas import city_areas
from workbench.geo.disclosure.tables import UNKNOWN, Cell, Column, PublishedTable, Release, State
from workbench.geo.indicators import find_indicator
from workbench.geo.measures import (
    Figure,
    Measured,
    Population,
    PopulationEntry,
    change,
    garwood,
    marshall,
    measure,
    wilson,
)
from workbench.geo.measures import _stand_after_correction as stand_after_correction
from workbench.geo.schematic import true_neighbours

AREAS = city_areas()
CODES = tuple(AREAS.by_code)
A, B, C, D, E = CODES[:5]
CITY = AREAS.city_code
HIDDEN = Cell(State.DISEMBUNYIKAN)
PEOPLE = find_indicator("ppks:PMKS08")
SHARE = find_indicator("bertemuan")
RATE = find_indicator("findings")


def cell(value):
    if isinstance(value, Cell):
        return value
    return Cell(State.ANGKA if value else State.NOL, value)


def release(table="ppks", surveyed=CODES, **columns):
    """A release of one table; each column by code, a number or a cell."""
    keys = {key.replace("_", ":"): cells for key, cells in columns.items()}
    cells = {(code, key): cell(v) for key, values in keys.items() for code, v in values.items()}
    made = tuple(Column(key, key, "orang") for key in keys)
    return Release(AREAS, {table: PublishedTable(table, made, cells, frozenset(surveyed))}, 5)


def people(numbers, year=2025, source="Dukcapil"):
    return Population(
        {
            (code, year): PopulationEntry(number, number and number // 4, source)
            for code, number in numbers.items()
        }
    )


# --- numbers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "low", "high"),
    # Table of exact Poisson limits, Garwood 1936 (as in Ulm 1990, Am J Epidemiol 131:373).
    [
        (0, 0, 3.689),
        (1, 0.0253, 5.572),
        (5, 1.623, 11.668),
        (10, 4.795, 18.390),
        (100, 81.364, 121.627),
    ],
)
def test_the_interval_of_a_count(events, low, high):
    assert garwood(events) == (pytest.approx(low, abs=1e-3), pytest.approx(high, abs=1e-3))


@given(st.integers(0, 5000))
@settings(deadline=None)
def test_the_interval_of_a_count_leaves_a_fortieth_at_each_end(events):
    from scipy.stats import poisson

    low, high = garwood(events)
    assert poisson.cdf(events, high) == pytest.approx(0.025)
    if events:
        assert poisson.sf(events - 1, low) == pytest.approx(0.025)


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    # Newcombe 1998 (Statistics in Medicine 17:857), table I, method 3.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_of_a_share(part, whole, low, high):
    assert wilson(part, whole) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


@given(st.integers(1, 100_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_of_a_share_stays_between_none_and_all(pair):
    part, whole = pair
    low, high = wilson(part, whole)
    assert 0 <= low <= part / whole + 1e-12
    assert part / whole - 1e-12 <= high <= 1


def test_smoothing_agrees_with_another_hand():
    import numpy as np
    from esda.smoothing import Empirical_Bayes

    rng = Random("halus")
    exposures = [rng.randint(500, 20_000) for _ in range(60)]
    events = [round(n * rng.uniform(0.002, 0.02)) for n in exposures]
    expected = Empirical_Bayes(np.array(events), np.array(exposures)).r.flatten()
    smooth = marshall(events, exposures)
    got = [smooth(x, n) for x, n in zip(events, exposures, strict=True)]
    assert got == pytest.approx(expected.tolist())


def test_where_only_chance_makes_rates_differ_all_become_the_mean():
    smooth = marshall([10, 11, 9, 10], [1000] * 4)
    assert smooth(11, 1000) == smooth(9, 1000) == pytest.approx(0.01)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(50, 9000)), min_size=2, max_size=40))
@settings(max_examples=60)
def test_a_smoothed_rate_lies_between_its_own_and_the_mean(pairs):
    events, exposures = zip(*pairs, strict=True)
    smooth, mean = marshall(events, exposures), sum(events) / sum(exposures)
    for x, n in pairs:
        low, high = sorted((x / n, mean))
        assert low - 1e-12 <= smooth(x, n) <= high + 1e-12


@given(st.lists(st.floats(0.0001, 1), min_size=1, max_size=60))
@settings(deadline=None)
def test_the_correction_for_many_tests_agrees_with_another_hand(chances):
    from scipy.stats import false_discovery_control

    expected = {str(n) for n, p in enumerate(false_discovery_control(chances)) if p <= 0.05}
    named = {str(n): chance for n, chance in enumerate(chances)}
    assert stand_after_correction(named) == expected


# --- rates ---------------------------------------------------------------------------------------


def test_a_count_keeps_every_state_apart():
    one = release(PMKS08={A: 12, B: HIDDEN, C: 0, CITY: 40})
    counted = measure(one, PEOPLE, "jumlah")
    assert counted.figures[A] == Figure(State.ANGKA, 12)
    assert [counted.say(code) for code in (A, B, C, D, CITY)] == [
        "12 orang",
        "disembunyikan",
        "0 orang",
        "belum didata",
        "40 orang",
    ]


def test_a_rate_has_its_parts_and_its_interval():
    one = release(PMKS08={A: 10, B: 0})
    rate = measure(one, PEOPLE, "per1000", people({A: 5000, B: 2000}))
    figure = rate.figures[A]
    assert (figure.value, figure.numerator, figure.denominator) == (2.0, 10, 5000)
    assert (figure.low, figure.high) == (
        pytest.approx(0.959, abs=1e-3),
        pytest.approx(3.678, abs=1e-3),
    )
    assert rate.say(A) == "2,0 orang per 1.000 penduduk (95 %: 1,0 sampai 3,7), 10 dari 5.000"
    assert rate.figures[B].state is State.NOL
    assert rate.figures[B].high == pytest.approx(1.844, abs=1e-3)
    assert "tahun 2025 (Dukcapil)" in " ".join(rate.words)


def test_without_a_population_there_is_no_rate_and_never_a_count():
    one = release(PMKS08={A: 10, B: 0, C: HIDDEN, D: UNKNOWN})
    known = people({B: 900, C: 800, D: 700})
    for population, missing in ((None, (A, B, C)), (Population(), (A, B, C)), (known, (A,))):
        rate = measure(one, PEOPLE, "per1000", population)
        assert {code for code, f in rate.figures.items() if f.state is State.TANPA_PENYEBUT} >= {
            *missing
        }
        for code in missing:
            assert rate.figures[code] == Figure(State.TANPA_PENYEBUT)
        assert rate.figures[D].state is State.BELUM_DIDATA
    assert measure(one, PEOPLE, "per1000", known).figures[C] == Figure(State.DISEMBUNYIKAN)
    empty = Population({(A, 2025): PopulationEntry(None, 300)})
    assert measure(one, PEOPLE, "per1000", empty).figures[A] == Figure(State.TANPA_PENYEBUT)


def test_the_population_of_the_year_counts():
    both = Population({(A, 2020): PopulationEntry(4000, 1), (A, 2025): PopulationEntry(5000, 1)})
    one = release(PMKS08={A: 10})
    found = [measure(one, PEOPLE, "per1000", both, year=y).figures[A] for y in (0, 2024, 2026)]
    assert [figure.denominator for figure in found] == [5000, 4000, 5000]
    assert measure(one, PEOPLE, "per1000", both, year=2019).figures[A].state is State.TANPA_PENYEBUT


def test_a_kecamatan_is_divided_by_its_surveyed_kelurahan_only():
    inside = [code for code in CODES if AREAS.parent(code) == AREAS.parent(A)]
    one = release(surveyed=inside[:2], PMKS08={AREAS.parent(A): 30, CITY: 30})
    known = people(dict.fromkeys(CODES, 1000))
    rate = measure(one, PEOPLE, "per1000", known)
    assert rate.figures[AREAS.parent(A)].denominator == 2000
    assert rate.figures[CITY].denominator == 2000
    holed = people({inside[0]: 1000})
    assert measure(one, PEOPLE, "per1000", holed).figures[CITY].state is State.TANPA_PENYEBUT


def test_family_kinds_are_divided_by_families():
    poor = find_indicator("ppks:PMKS24")
    rate = measure(release(PMKS24={A: 10}), poor, "per1000", people({A: 4000}))
    assert rate.figures[A].denominator == 1000
    assert rate.unit == "keluarga per 1.000 keluarga"


def test_a_share_of_hidden_families_is_hidden():
    one = release(
        "temuan",
        keluarga={A: 40, B: HIDDEN, C: 40, D: 0, E: HIDDEN},
        bertemuan={A: 10, B: 5, C: HIDDEN, D: 0, E: 0},
    )
    share = measure(one, SHARE, "persen")
    assert share.figures[A].value == 25
    assert share.figures[A].low == pytest.approx(100 * wilson(10, 40)[0])
    assert share.figures[B] == share.figures[C] == share.figures[E] == Figure(State.DISEMBUNYIKAN)
    assert share.figures[D] == Figure(State.TANPA_PENYEBUT)


def test_more_findings_than_families_is_a_rate_and_no_share():
    one = release("temuan", keluarga={A: 40}, temuan={A: 60})
    figure = measure(one, RATE, "per100").figures[A]
    assert (figure.value, figure.high) == (150, pytest.approx(100 * garwood(60)[1] / 40))


def test_a_share_above_all_is_not_shown_and_said():
    everybody = find_indicator("people")
    one = release("orang", orang={A: 1200, B: 400})
    share = measure(one, everybody, "persen", people({A: 1000, B: 1000}))
    assert share.figures[A] == Figure(State.TANPA_PENYEBUT)
    assert share.figures[B].value == 40
    assert "Periksa berkas penduduk" in " ".join(share.words)


def test_a_rare_thing_does_not_read_as_zero():
    one = release(PMKS08={A: 5, CITY: 0})
    rate = measure(one, PEOPLE, "per1000", people(dict.fromkeys(CODES, 90_000)))
    assert rate.say(A).startswith("0,056 orang")


def test_a_measure_the_indicator_does_not_have_is_refused():
    with pytest.raises(WrongUse, match="Pilih ukuran lain"):
        measure(release(PMKS08={A: 10}), PEOPLE, "persen")


# --- smoothing -----------------------------------------------------------------------------------


def many(rng, hidden=()):
    counts = {code: rng.randint(5, 90) for code in CODES} | dict.fromkeys(hidden, HIDDEN)
    return counts, people({code: rng.randint(900, 20_000) for code in CODES})


def test_smoothing_keeps_the_hidden_hidden_and_uses_them_for_nothing():
    counts, known = many(Random("satu"), hidden=(A, B))
    smoothed = measure(release(PMKS08=counts), PEOPLE, "halus", known)
    assert smoothed.figures[A] == smoothed.figures[B] == Figure(State.DISEMBUNYIKAN)
    shown = CODES[2:]
    smooth = marshall([counts[code] for code in shown], [known.on(code).people for code in shown])
    for code in shown:
        expected = 1000 * smooth(counts[code], known.on(code).people)
        assert smoothed.figures[code].value == pytest.approx(expected)
    assert "65 kelurahan yang angkanya tampil" in " ".join(smoothed.words)


def test_rates_are_drawn_to_the_citys_own_where_it_is_published():
    counts, known = many(Random("dua"), hidden=CODES[:30])
    counts |= dict.fromkeys(CODES[30:], 0) | {CITY: 100}
    smoothed = measure(release(PMKS08=counts), PEOPLE, "halus", known)
    everybody = sum(known.on(code).people for code in CODES)
    assert smoothed.figures[CODES[40]].state is State.ANGKA
    assert 0 < smoothed.figures[CODES[40]].value <= 100_000 / everybody
    assert smoothed.figures[CITY].value == pytest.approx(100_000 / everybody)
    assert smoothed.figures[CITY].low is not None


def test_nothing_to_smooth_is_no_fault():
    smoothed = measure(
        release(PMKS08=dict.fromkeys(CODES, HIDDEN)), PEOPLE, "halus", people({A: 9})
    )
    assert {figure.value for figure in smoothed.figures.values()} == {None}


# --- clusters ------------------------------------------------------------------------------------


def around(code):
    return {code} | {other for pair in true_neighbours() if code in pair for other in pair}


def a_cluster(noise="gugus"):
    """Many around one kelurahan, few elsewhere."""
    rng = Random(noise)
    middle = max(CODES, key=lambda code: len(around(code)))
    inside = {other for code in around(middle) for other in around(code)}
    counts = {
        code: rng.randint(200, 230) if code in inside else rng.randint(20, 50) for code in CODES
    }
    return middle, counts, people(dict.fromkeys(CODES, 10_000))


def test_a_planted_cluster_is_found_and_stands_after_the_correction():
    middle, counts, known = a_cluster()
    found = measure(release(PMKS08=counts), PEOPLE, "kelompok", known, true_neighbours())
    assert found.figures[middle].group == "tinggi-tinggi"
    assert found.figures[middle].is_firm
    assert found.figures[middle].value == counts[middle] / 10
    groups = Counter(found.figures[code].group for code in CODES)
    assert groups["tinggi-tinggi"] > 3
    assert groups["tidak nyata"] > 10
    assert found.say(middle).endswith("; tinggi-tinggi")
    said = " ".join(found.words)
    assert "Diuji 67 kelurahan" in said
    assert "sekitar 3 akan tampak nyata hanya karena kebetulan" in said


def test_the_lone_one_among_others_is_told_apart():
    middle, counts, known = a_cluster()
    counts[middle] = 5
    found = measure(release(PMKS08=counts), PEOPLE, "kelompok", known, true_neighbours())
    assert found.figures[middle].group == "rendah-tinggi"


def test_the_same_release_gives_the_same_groups():
    _, counts, known = a_cluster()
    one = release(PMKS08=counts)
    first, second = (
        measure(one, PEOPLE, "kelompok", known, pairs)
        for pairs in (true_neighbours(), sorted(true_neighbours(), reverse=True))
    )
    assert first.figures == second.figures


def test_chance_alone_leaves_little_standing():
    rng = Random("kebetulan")
    firm = 0
    for _ in range(5):
        counts = {code: rng.randint(20, 200) for code in CODES}
        known = people(dict.fromkeys(CODES, 10_000))
        found = measure(release(PMKS08=counts), PEOPLE, "kelompok", known, true_neighbours())
        firm += sum(figure.is_firm for figure in found.figures.values())
    assert firm <= 1


def test_the_hidden_are_left_out_of_clusters_and_have_no_group():
    middle, counts, known = a_cluster()
    other = next(code for code in CODES if code not in around(middle))
    counts[other] = HIDDEN
    found = measure(release(PMKS08=counts), PEOPLE, "kelompok", known, true_neighbours())
    assert found.figures[other] == Figure(State.DISEMBUNYIKAN)
    assert "Diuji 66 kelurahan" in " ".join(found.words)


def test_neighbours_are_read_from_boundaries():
    from workbench.geo.boundaries import load_boundaries

    middle, counts, known = a_cluster()
    found = measure(release(PMKS08=counts), PEOPLE, "kelompok", known, load_boundaries())
    assert found.figures[middle].group == "tinggi-tinggi"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (dict.fromkeys(CODES[:19], 10), "sedikitnya 20 kelurahan; baru 19"),
        (dict.fromkeys(CODES[:40], HIDDEN) | dict.fromkeys(CODES[40:], 9), "menyesatkan"),
        (dict.fromkeys(CODES, 9), "berangka sama"),
    ],
)
def test_too_little_to_judge_clusters_is_refused(cells, said):
    known = people(dict.fromkeys(CODES, 10_000))
    with pytest.raises(WrongUse, match=said):
        measure(release(PMKS08=cells), PEOPLE, "kelompok", known, true_neighbours())


def test_without_neighbours_there_are_no_clusters():
    _, counts, known = a_cluster()
    with pytest.raises(WrongUse, match="Pasang batas"):
        measure(release(PMKS08=counts), PEOPLE, "kelompok", known)
    with pytest.raises(WrongUse, match="bertetangga"):
        measure(release(PMKS08=counts), PEOPLE, "kelompok", known, [(A, B)])


# --- change --------------------------------------------------------------------------------------


def test_a_change_is_hidden_where_either_number_is():
    old = release(PMKS08={A: 10, B: HIDDEN, C: 10, D: 10, E: 7})
    new = release(PMKS08={A: 13, B: 10, C: HIDDEN, E: 7})
    moved = change(old, new, PEOPLE)
    assert moved.figures[A] == Figure(State.ANGKA, 3)
    assert moved.figures[B] == moved.figures[C] == Figure(State.DISEMBUNYIKAN)
    assert moved.figures[D] == Figure(State.BELUM_DIDATA)
    assert moved.figures[E] == Figure(State.NOL, 0)
    assert change(new, old, PEOPLE).say(A) == "-3 orang"


def test_no_figure_is_read_as_not_surveyed():
    assert Measured("jumlah", "", "orang", {}).say(A) == "belum didata"

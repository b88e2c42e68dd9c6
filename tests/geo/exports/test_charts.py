"""Charts: text stays text, the hidden are named and nowhere drawn, equal input gives equal SVG."""

import re
from xml.etree import ElementTree as xml

import pytest

from tests.geo.exports.worlds import AREAS, CODES, SMALL, UNSURVEYED
from workbench.errors import WrongUse
from workbench.geo.exports import charts
from workbench.geo.exports.selections import Selection, extract, told_apart


def texts(svg):
    """Every text of an SVG, in order."""
    root = xml.fromstring(svg)
    return ["".join(e.itertext()) for e in root.iter("{http://www.w3.org/2000/svg}text")]


@pytest.fixture
def rates(world, selection):
    return extract(world.atlas, selection)


@pytest.fixture
def periods(world):
    return [extract(world.atlas, Selection("ppks:PMKS04", p, "per1000")) for p in ("L2", "L1")]


def test_the_bars_are_the_25_highest_in_order_and_the_rest_is_said(rates):
    said = texts(charts.bar(rates).svg)
    ranked = sorted(
        (row for row in rates.kelurahan if row.figure.value is not None),
        key=lambda row: -row.figure.value,
    )
    apart = told_apart(rates.kelurahan)
    names = [apart[row.code] for row in ranked[:25]]
    assert [text for text in said if text in names] == names
    assert f"{len(ranked) - 25} kelurahan lainnya" in " ".join(said)
    assert rates.number(ranked[0].figure.value) in said


def test_whiskers_stand_where_there_is_an_interval_only(world, rates):
    counts = extract(world.atlas, Selection("ppks:PMKS04", "L2", "jumlah"))
    assert "selang 95 %" in " ".join(texts(charts.bar(rates).svg))
    assert "selang 95 %" not in " ".join(texts(charts.bar(counts).svg))


def test_hidden_and_unsurveyed_kelurahan_are_named_by_state(rates):
    for chart in (charts.bar(rates), charts.distribution(rates)):
        for said in (" ".join(texts(chart.svg)), chart.words):
            hidden = said[said.index("Disembunyikan:") :]
            assert AREAS.name(sorted(SMALL)[0]) in hidden
            assert all(AREAS.name(code) in said.split("Belum didata:")[1] for code in UNSURVEYED)
            assert "Tanpa penyebut:" in said


def test_a_dot_for_each_kelurahan_with_a_figure_and_none_for_others(rates):
    svg = charts.distribution(rates).svg
    shown = sum(row.figure.value is not None for row in rates.kelurahan)
    dots = re.findall(r"<use [^>]*fill: #[0-9a-f]{6}; stroke: #475569", svg)
    assert len(dots) == shown


def test_a_trend_breaks_where_a_period_is_hidden_and_says_so(periods):
    code = next(iter(SMALL))
    chart = charts.trend(periods, [code, CODES[0]])
    assert f"{AREAS.name(code)} (" in " ".join(texts(chart.svg))
    assert "disembunyikan" in chart.words
    labels = texts(chart.svg)
    assert labels.index("Mei 2026") < labels.index("Nov 2026")
    assert AREAS.city_name in labels


def test_a_trend_of_one_period_says_so(periods):
    chart = charts.trend(periods[:1], [CODES[0]])
    assert "Baru ada satu periode." in " ".join(texts(chart.svg))
    assert "selang 95 %" in " ".join(texts(chart.svg))


def test_the_city_stays_out_of_a_trend_of_amounts(world):
    counts = [extract(world.atlas, Selection("ppks:PMKS04", p)) for p in ("L1", "L2")]
    assert AREAS.city_name not in texts(charts.trend(counts, [CODES[0]]).svg)
    assert AREAS.city_name in texts(charts.trend(counts).svg)


def test_practice_is_written_across_and_real_data_is_not(make_world, selection):
    practice, real = (extract(make_world(side).atlas, selection) for side in (True, False))
    assert "LATIHAN" in texts(charts.bar(practice).svg)
    assert "LATIHAN" not in texts(charts.bar(real).svg)


def test_equal_figures_give_an_equal_svg_that_asks_nobody_for_anything(rates):
    for draw in (charts.bar, charts.distribution):
        svg = draw(rates).svg
        assert svg == draw(rates).svg
        assert "<style" not in svg
        assert "<metadata" not in svg
        assert set(re.findall(r"https?://[^\"']+", svg)) == {
            "http://www.w3.org/2000/svg",
            "http://www.w3.org/1999/xlink",
        }
        assert 'role="img" aria-label="' in svg


def test_markup_and_formulas_in_a_name_are_drawn_as_they_are_written(make_world, selection):
    nasty = "<img>$x^2$"
    names = {code: nasty for code in CODES}
    chart = charts.bar(extract(make_world(names=names).atlas, selection))
    assert "<img" not in chart.svg
    assert any(text.startswith("<img>$x^2$") for text in texts(chart.svg))


def test_a_chart_of_nothing_or_of_groups_is_refused_in_a_sentence(world):
    empty = extract(world.atlas, Selection("ppks:PMKS05", "L2", "jumlah"))
    groups = extract(world.atlas, Selection("ppks:PMKS04", "L2", "kelompok"))
    for extracted in (empty, groups):
        with pytest.raises(WrongUse):
            charts.bar(extracted)
        with pytest.raises(WrongUse):
            charts.trend([extracted])


def test_a_change_shows_who_changed_most_with_its_sign(world):
    changed = extract(world.atlas, Selection("ppks:PMKS04", "L2", "perubahan"))
    said = texts(charts.bar(changed).svg)
    known = [row for row in changed.kelurahan if row.figure.value is not None]
    largest = sorted(known, key=lambda row: -abs(row.figure.value))[:25]
    for row in largest:
        assert changed.words(row.figure) in said
    assert any(text.startswith("+") for text in said)
    assert any(text.startswith(("-", "\u2212")) for text in said)
    assert "berubah lebih sedikit" in " ".join(said)
    assert charts.distribution(changed).words.startswith("Perubahan")

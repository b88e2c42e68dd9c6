"""What is chosen, and that nothing but published figures answers to it."""

from dataclasses import replace

import pytest

from tests.geo.exports.worlds import SMALL, UNSURVEYED, WITHOUT_PEOPLE, ZERO
from workbench.errors import WrongUse
from workbench.geo.classes import DIVERGING
from workbench.geo.disclosure.tables import State
from workbench.geo.exports import selections
from workbench.geo.exports.selections import Selection, extract, range_words, told_apart
from workbench.geo.measures import Figure


def test_the_four_states_and_figures_stand_where_they_should(world, selection):
    rows = extract(world.atlas, selection).by_code
    assert {rows[code].figure.state for code in SMALL} == {State.DISEMBUNYIKAN}
    assert {rows[code].figure.state for code in UNSURVEYED} == {State.BELUM_DIDATA}
    assert rows[WITHOUT_PEOPLE].figure.state is State.TANPA_PENYEBUT
    assert {rows[code].figure.state for code in ZERO} <= {State.NOL, State.DISEMBUNYIKAN}
    shown = [row for row in rows.values() if row.figure.state is State.ANGKA]
    assert shown
    assert all(row.figure.value for row in shown)


def test_a_hidden_figure_that_came_with_numbers_loses_them(world, selection, monkeypatch):
    true = selections.measure

    def leaky(*args, **named):
        measured = true(*args, **named)
        told = {
            code: Figure(figure.state, 1.5, 0.5, 2.5, 3, 3000)
            for code, figure in measured.figures.items()
            if figure.state is State.DISEMBUNYIKAN
        }
        return replace(measured, figures={**measured.figures, **told})

    monkeypatch.setattr(selections, "measure", leaky)
    figures = [extract(world.atlas, selection).by_code[code].figure for code in SMALL]
    assert figures == [Figure(State.DISEMBUNYIKAN)] * len(SMALL)


def test_places_that_are_not_covered_are_left_out_with_their_totals(world, selection):
    cut = extract(world.atlas, selection, lambda code: code.startswith("36.73.05"))
    assert {row.code[:8] for row in cut.rows} == {"36.73.05"}
    assert sum(cut.classes.counts) == len([row for row in cut.kelurahan if row.figure.value])


def test_what_the_atlas_does_not_have_is_refused_in_a_sentence(world):
    for wrong in (
        Selection("ppks:PMKS04", "L9"),
        Selection("ppks:PMKS04", "L2", "persen"),
        Selection("tidak-ada", "L2"),
    ):
        with pytest.raises(WrongUse):
            extract(world.atlas, wrong)


def test_names_that_occur_twice_are_told_apart_by_their_kecamatan(world, selection):
    names = told_apart(extract(world.atlas, selection).kelurahan)
    assert len(set(names.values())) == len(names)
    assert "Sukawana (Curug)" in names.values()
    assert "Cipare" in names.values()


CHANGED = Selection("ppks:PMKS04", "L2", "perubahan")


def test_a_change_is_the_newer_count_less_the_older_one(world):
    new, old = (extract(world.atlas, Selection("ppks:PMKS04", one)) for one in ("L2", "L1"))
    changed = extract(world.atlas, CHANGED)
    for row in changed.kelurahan:
        a, b = (one.by_code[row.code].figure for one in (new, old))
        if a.value is None or b.value is None:
            assert row.figure.value is None
            assert row.figure.state is not State.ANGKA
        else:
            assert (row.figure.value, row.figure.state) == (a.value - b.value, State.ANGKA)
    assert {changed.by_code[code].figure.state for code in SMALL} == {State.DISEMBUNYIKAN}
    assert "Daftar L1" in changed.day
    assert changed.title == f"Perubahan: {new.indicator.title}"


def test_classes_of_a_change_lie_around_what_stayed_the_same(world):
    changed = extract(world.atlas, CHANGED)
    assert changed.fills == DIVERGING
    assert changed.classes.limits[2] == 0
    for row in changed.kelurahan:
        if row.figure.value is not None:
            words = range_words(
                changed, changed.classes.ranges[changed.classes.class_of(row.figure.value)]
            )
            sign = {True: "naik", False: "turun"}.get(row.figure.value > 0)
            assert words.startswith("tetap" if row.figure.value == 0 else sign)
    shown = [row for row in changed.kelurahan if row.figure.value is not None]
    assert sum(changed.classes.counts) == len(shown)


def test_the_oldest_period_has_no_change(world):
    with pytest.raises(WrongUse, match="lebih lama"):
        extract(world.atlas, replace(CHANGED, period="L1"))

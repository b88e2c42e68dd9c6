"""Houses drawn from their cells: well-formed, small, told in words, and nothing guessed."""

from __future__ import annotations

import re
from itertools import pairwise
from random import Random
from typing import Any
from xml.etree import ElementTree

import pytest

from workbench.domain.schema import tables
from workbench.synthesis import default_recipe, draw_family
from workbench.training import houses
from workbench.training.houses import FRONT, INSIDE, UNSEEN, Drawing, draw_front, draw_inside
from workbench.training.labels import running, show

SVG = "{http://www.w3.org/2000/svg}"
VIEWS = {"depan": draw_front, "dalam": draw_inside}
PLAIN: dict[str, Any] = {
    **{"wall": "tembok", "roof": "genteng", "floor": "keramik", "floor_area_m2": 50.0},
    **{"lighting": "pln_meteran", "power_va": 900, "water": "sumur_bor"},
    **{"cooking_fuel": "gas_3kg", "toilet": "sendiri", "toilet_kind": "leher_angsa"},
    "assets": "motor;kulkas",
}
CODED = ("wall", "roof", "floor", "lighting", "water", "cooking_fuel", "toilet", "toilet_kind")
both_views = pytest.mark.parametrize("view", VIEWS)


def codes(column: str) -> list[str]:
    """The values the schema allows a column of the family."""
    (found,) = [one for one in tables()["family"] if one.name == column]
    return found.values.split(", ")


def every_dwelling() -> list[dict[str, Any]]:
    drawn = [{**PLAIN, column: code} for column in CODED for code in codes(column)]
    drawn += [{**PLAIN, column: ""} for column in CODED]
    drawn += [{**PLAIN, "assets": code} for code in ["", None, *codes("assets")]]
    drawn += [{**PLAIN, "floor_area_m2": area} for area in (None, 0.0, 20.0, 60.0, 200.0)]
    return [*drawn, {**PLAIN, "power_va": None}, {}]


def marks(drawing: Drawing) -> str:
    """The drawing without its words."""
    svg = re.sub(r' aria-label="[^"]*"', "", drawing.svg)
    return re.sub(r"<text.*?</text>", "", svg)


@both_views
def test_every_value_makes_a_small_sound_drawing_marked_as_an_example(view: str) -> None:
    for dwelling in every_dwelling():
        drawing = VIEWS[view](dwelling, "7")
        root = ElementTree.fromstring(drawing.svg)
        assert root.tag == f"{SVG}svg"
        assert len(drawing.svg.encode()) < 12_000
        assert {node.tag.removeprefix(SVG) for node in root.iter()} <= {
            *("svg", "style", "rect", "path", "circle", "g", "pattern", "text", "tspan")
        }
        assert not re.search(r"https?:|href|\bon\w+=|url\((?!#)", drawing.svg[40:])
        texts = ["".join(node.itertext()) for node in root.iter(f"{SVG}text")]
        assert "CONTOH" in texts
        assert drawing.text.startswith("Gambar contoh. ")
        assert root.get("aria-label") == drawing.text


@both_views
def test_what_is_drawn_in_words_is_the_whole_text_alternative(view: str) -> None:
    """Every line of the caption is a sentence of the alternative; a phone shows each in full."""
    for dwelling in every_dwelling():
        drawing = VIEWS[view](dwelling, "7")
        root = ElementTree.fromstring(drawing.svg)
        caption = [n for n in root.iter(f"{SVG}text") if n.find(f"{SVG}tspan") is not None]
        lines = ["".join(node.itertext()) for node in caption]
        assert len(lines) == 6
        assert f"{'. '.join(lines)}." in drawing.text
        assert max(map(len, lines)) <= 42
        ends = [float(node.get("y", "0")) for node in caption]
        assert all(later - sooner >= 18 for sooner, later in pairwise(ends))


@pytest.mark.parametrize("column", CODED)
def test_two_materials_never_look_alike_in_grey(column: str) -> None:
    """By their strokes alone, without a word and without a colour."""
    draw = draw_front if column in ("wall", "roof", "water") else draw_inside
    values = [code for code in codes(column) if (column, code) != ("toilet_kind", "tidak_ada")]
    if column == "lighting":
        draw = draw_front
    if column == "toilet":
        # What tells shared toilets apart is the sign on them.
        values = ["sendiri", "bersama", "tidak_ada"]
    seen = {marks(draw({**PLAIN, column: value}, "7")): value for value in ["", *values]}
    assert len(seen) == len(values) + 1


def test_no_colour_carries_a_meaning() -> None:
    for dwelling in every_dwelling():
        for draw in VIEWS.values():
            body = draw(dwelling, "7").svg.split("</style>")[1]
            assert set(re.findall(r'(?:fill|stroke)="([^"]*)"', body)) <= {
                *("var(--p)", "url(#a)", "url(#b)", "url(#c)", "url(#d)")
            }


def test_the_unknown_is_called_unseen_and_never_guessed() -> None:
    for draw, columns in ((draw_front, FRONT), (draw_inside, INSIDE)):
        assert draw({}, "7").text.count(f": {UNSEEN}.") == 6
        for column in columns:
            if column in ("power_va", "toilet_kind"):
                continue
            hidden = draw({**PLAIN, column: None}, "7")
            assert UNSEEN in hidden.text
            value = PLAIN[column]
            assert running(show("family", column, value)) not in hidden.text
    assert "daya tidak terbaca" in draw_front({**PLAIN, "power_va": None}, "7").text
    assert f"kloset {UNSEEN}" in draw_inside({**PLAIN, "toilet_kind": ""}, "7").text


def test_what_nobody_sees_at_a_house_is_not_told() -> None:
    """Income, tenure, gold and land stand on no wall; nor can their change alter a stroke."""
    unseen = {"income_rp": 9_000_000, "house_tenure": "milik_sendiri", "has_savings": True}
    unseen |= {"assets": "motor;kulkas;emas;lahan", "desil": 9}
    for draw in VIEWS.values():
        assert draw({**PLAIN, **unseen}, "7") == draw(PLAIN, "7")


def test_the_same_house_and_seed_give_the_same_drawing_and_other_seeds_another() -> None:
    for draw in VIEWS.values():
        drawn = [draw(PLAIN, str(seed)) for seed in range(12)]
        assert drawn == [draw(dict(reversed(PLAIN.items())), str(seed)) for seed in range(12)]
        assert len({one.svg for one in drawn}) > 1


def test_a_code_nobody_knows_is_shown_as_it_stands_and_escaped() -> None:
    wrong = {column: '<b onload="x">&' for column in CODED}
    for draw in VIEWS.values():
        drawing = draw({**PLAIN, **wrong}, "7")
        ElementTree.fromstring(drawing.svg)
        assert "<b" not in drawing.svg


def test_every_code_of_the_schema_has_a_drawing_of_its_own() -> None:
    for column in ("wall", "roof", "floor"):
        assert set(codes(column)) <= set(houses._TILES)
    assert set(codes("water")) <= set(houses._SOURCES)
    assert set(codes("cooking_fuel")) <= set(houses._HEARTHS)


def test_invented_families_are_drawn_without_a_gap() -> None:
    for number in range(40):
        world = draw_family(default_recipe(), Random(f"rumah:{number}"))
        (family,) = world.tables["family"]
        for draw in VIEWS.values():
            assert UNSEEN not in draw(family, family["no_kk"]).text

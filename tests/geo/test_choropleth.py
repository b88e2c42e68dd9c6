"""The map page as a file: asks nobody, betrays no small count, runs no foreign text."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import folium
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.wilayah import kelurahan
from workbench.errors import StoreFault, UnusableInput, WrongUse
from workbench.geo import indicators
from workbench.geo.choropleth import PALETTE, choropleth, class_ranges, draw, save_map

EVIL = (
    "<img src=x onerror=document.title='ran'></script>"
    "<script>document.title='ran'</script>{{ 7*7 }}"
)
A, B, C, D = (place.kode_kemendagri for place in kelurahan()[:4])


class Tags(HTMLParser):
    """Elements of a page with their attributes, and the text outside scripts and styles."""

    def __init__(self, html):
        super().__init__()
        self.found, self.words, self._inside = [], [], ""
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))
        self._inside = tag

    def handle_endtag(self, tag):
        self._inside = ""

    def handle_data(self, text):
        if self._inside not in ("script", "style"):
            self.words.append(text.strip())


@pytest.fixture
def saved(tmp_path):
    def save(drawn):
        return save_map(drawn, tmp_path / "peta.html").read_text(encoding="utf-8")

    return save


def test_page_asks_nobody_for_anything(register_of, varied_families, saved):
    html = saved(choropleth(register_of(varied_families), "families"))
    asking = [
        (tag, about)
        for tag, about in Tags(html).found
        for key in ("src", "href", "srcset", "data", "action")
        if about.get(key) and not about[key].startswith("#")
    ]
    assert asking == []
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", html)
    assert not re.search(r"url\((?!#)", html)
    assert "sourceMappingURL" not in html
    for absent in ("jquery", "bootstrap", "d3.min", "font-awesome", "fontawesome", "cdn."):
        assert absent not in html.lower()


def test_page_is_light(register_of, varied_families, saved):
    assert len(saved(choropleth(register_of(varied_families), "families")).encode()) < 400_000


def test_page_of_an_office_file_is_light(register_of, varied_families, saved, drawn_lines):
    drawn = choropleth(register_of(varied_families), "families", boundaries=drawn_lines)
    html = saved(drawn)
    assert len(html.encode()) < 400_000
    assert "skematik" not in html
    assert f"Batas: berkas {drawn_lines.name}" in html


@pytest.mark.parametrize("indicator", ["families", "findings", "ppks:PMKS08"])
def test_counts_of_one_to_four_draw_the_same_page(register_of, table_of, saved, indicator):
    def page(small):
        base = register_of({A: 60, B: 60, C: small})
        family = dict(zip([A, B], ["", ""], strict=True))
        for one in base["family"].to_pylist():
            family[one["kelurahan_kode_kemendagri"]] = one["family_id"]
        elderly = [
            {"ppks_id": f"K{code}{n}", "person_id": f"P{code}{n}", "family_id": family[code]}
            | {"category": "PMKS08"}
            for code, count in ((A, 20), (B, small))
            for n in range(count)
        ]
        findings = table_of(
            "findings",
            [
                {"kelurahan_kode_kemendagri": code}
                for code, n in ((A, 20), (B, small))
                for _ in range(n)
            ],
        )
        register = register_of({A: 60, B: 60, C: small}, ppks=elderly)
        return saved(choropleth(register, indicator, findings))

    assert len({page(small) for small in (1, 2, 3, 4)}) == 1
    assert page(5) != page(4)


def test_no_total_is_shown(register_of, saved):
    words = " ".join(
        Tags(saved(choropleth(register_of({A: 7001, B: 5003, C: 3}), "families"))).words
    )
    assert "7.001" in words
    assert "12.00" not in words


def test_states_differ_in_legend_table_and_pattern(register_of, saved):
    base = register_of({A: 60, B: 60, C: 60})
    first, other = (
        next(
            r["family_id"]
            for r in base["family"].to_pylist()
            if r["kelurahan_kode_kemendagri"] == code
        )
        for code in (A, B)
    )
    ppks = [
        {"ppks_id": f"K{n}", "person_id": f"P{n}", "family_id": first, "category": "PMKS08"}
        for n in range(9)
    ] + [{"ppks_id": "Kz", "person_id": "Pz", "family_id": other, "category": "PMKS08"}]
    html = saved(choropleth(register_of({A: 60, B: 60, C: 60}, ppks=ppks), "ppks:PMKS08"))
    words = Tags(html).words
    for key, count in (("disembunyikan (1 sampai 4)", 1), ("nol", 1), ("belum didata", 64)):
        assert words[words.index(key) + 1] == f"{count} kel."
    rows = re.findall(r"<tr><td>([^<]*)</td><td>[^<]*</td><td>([^<]*)</td></tr>", html)
    assert len(rows) == 67
    assert [value for _, value in rows[:4]] == ["9", "disembunyikan", "nol", "belum didata"]
    for pattern in ("pola-disembunyikan", "pola-nol", "pola-belum"):
        assert html.count(f'id="{pattern}"') == 1
        assert html.count(f"url(#{pattern})") >= 2


@pytest.mark.parametrize(
    ("practice", "workspace", "mark", "absent"),
    [
        (None, "latihan", "LATIHAN", "DATA NYATA"),
        (None, "nyata", "DATA NYATA", "LATIHAN"),
        (None, "", "DATA NYATA", "LATIHAN"),
        (True, "nyata", "LATIHAN", "DATA NYATA"),
    ],
)
def test_the_mark_of_the_workspace(register_of, saved, practice, workspace, mark, absent):
    register = register_of({A: 60}, manifest={"workspace": workspace})
    html = saved(choropleth(register, "families", practice=practice))
    assert mark in Tags(html).words
    assert absent not in html


def test_head_says_date_period_source_and_kind_of_boundary(register_of, saved):
    manifest = {"period": "2026-T1", "files": [{"name": "maret.xlsx"}, {"name": "b.csv"}, "c.csv"]}
    words = Tags(saved(choropleth(register_of({A: 60}, manifest=manifest), "families"))).words
    assert "Peta skematik, bukan batas resmi" in words
    assert (
        "Keadaan 1 Nov 2026 · Periode 2026-T1 · Sumber: maret.xlsx, b.csv dan 1 berkas lain · "
        "Batas: peta skematik bawaan"
    ) in words


def test_text_from_outside_stays_text(register_of, saved):
    register = register_of(
        {A: 60, B: 60}, manifest={"period": EVIL, "files": [{"name": EVIL}], "as_of": EVIL}
    )
    table = indicators.indicator(register, None, "families")
    rows = tuple(replace(row, name=EVIL, kecamatan=EVIL) for row in table.rows)
    evil = replace(table, rows=rows, remark=EVIL, indicator=replace(table.indicator, title=EVIL))
    html = saved(draw(evil, register.manifest, None, practice=True))
    page = Tags(html)
    tags = [tag for tag, _ in page.found]
    assert "img" not in tags
    assert tags.count("script") == 2
    assert "{{ 7*7 }}" in html
    assert any("<img src=x" in words for words in page.words)


def test_a_missing_boundary_is_said_and_its_number_kept(register_of, saved, tmp_path):
    path = tmp_path / "satu.geojson"
    ring = [[106.1, -6.1], [106.2, -6.1], [106.2, -6.0], [106.1, -6.1]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    one = {"type": "Feature", "properties": {"kode": A}, "geometry": geometry}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [one]}))
    html = saved(choropleth(register_of({A: 60, B: 77}), "families", boundaries=path))
    assert "1 dari 67 kelurahan punya batas" in html
    assert "<td>77</td>" in html


def test_a_list_with_nothing_to_show_still_draws(register_of, saved):
    words = Tags(saved(choropleth(register_of({}), "families"))).words
    assert "Belum ada angka yang dapat ditampilkan." in words


def test_equal_data_gives_an_equal_page(register_of, varied_families, saved):
    register = register_of(varied_families)
    assert saved(choropleth(register, "families")) == saved(choropleth(register, "families"))


def test_it_is_a_folium_map_that_takes_layers(register_of, saved):
    drawn = choropleth(register_of({A: 60}), "families")
    assert isinstance(drawn, folium.Map)
    folium.CircleMarker([-6.12, 106.16], radius=4).add_to(drawn)
    assert "L.circleMarker" in saved(drawn)
    assert "<iframe" in drawn._repr_html_()


def test_a_layer_that_fetches_from_elsewhere_is_refused(register_of, tmp_path):
    from folium.plugins import MarkerCluster

    drawn = choropleth(register_of({A: 60}), "families")
    MarkerCluster().add_to(drawn)
    with pytest.raises(WrongUse, match="internet"):
        save_map(drawn, tmp_path / "peta.html")
    assert list(tmp_path.iterdir()) == []


def test_wrong_boundaries_and_an_unwritable_place(register_of, tmp_path):
    register = register_of({A: 60})
    with pytest.raises(UnusableInput):
        choropleth(register, "families", boundaries=tmp_path / "tiada.geojson")
    blocked = tmp_path / "berkas"
    blocked.write_text("")
    with pytest.raises(StoreFault, match=r"peta\.html"):
        save_map(choropleth(register, "families"), blocked / "peta.html")


@given(st.lists(st.integers(5, 400).map(float), max_size=67), st.integers(1, 5))
def test_classes_hold_every_value_once(values, most):
    classes = class_ranges(values, most)
    assert len(classes) <= most or not values
    assert all(low <= high for low, high in classes)
    assert all(before[1] < after[0] for before, after in pairwise(classes))
    assert all(sum(low <= value <= high for low, high in classes) == 1 for value in values)
    assert all(any(low <= value <= high for value in values) for low, high in classes)


def test_classes_of_a_spread_list_are_of_equal_size():
    classes = class_ranges([float(n) for n in range(100)], 5)
    assert classes == ((0, 19), (20, 39), (40, 59), (60, 79), (80, 99))


def test_palette_darkens_in_plain_steps():
    def lightness(colour):
        parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        luminance = sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
        return 116 * luminance ** (1 / 3) - 16

    steps = [lightness(colour) for colour in PALETTE]
    assert all(light - dark > 7 for light, dark in pairwise(steps))

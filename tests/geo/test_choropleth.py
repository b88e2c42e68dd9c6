"""The map page as a file: asks nobody, is light, runs no foreign text."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import folium
import pytest

from tests.geo import made_atlas
from workbench.domain.wilayah import kelurahan
from workbench.errors import StoreFault, UnusableInput, WrongUse
from workbench.geo.boundaries import load_boundaries
from workbench.geo.choropleth import choropleth, draw, save_map
from workbench.geo.page.contents import Choice

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


def held(html):
    """The data of a page."""
    return json.loads(re.search(r"^var PETA = (.*);$", html, re.MULTILINE)[1])


@pytest.fixture
def saved(tmp_path):
    def save(drawn):
        return save_map(drawn, tmp_path / "peta.html").read_text(encoding="utf-8")

    return save


def test_page_asks_nobody_for_anything(saved):
    html = saved(draw(made_atlas.atlas(2)))
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


def test_fourteen_categories_at_four_dates_are_one_light_file(saved, drawn_lines):
    atlas = made_atlas.atlas(4, frame=load_boundaries(drawn_lines))
    html = saved(draw(atlas, Choice("ppks:PMKS08", "", "per1000")))
    page = held(html)
    categories = [one for one in page["indikator"] if one["n"].startswith("ppks:PMKS")]
    assert len(categories) == 14
    for one in categories:
        assert [len(one["m"][kind]) for kind in ("jumlah", "per1000", "halus")] == [4, 4, 4]
    assert page["batas"]["skematik"] is False
    assert f"berkas {drawn_lines.name}" in page["batas"]["sumber"]
    assert len(html.encode()) <= 300_000
    assert len(gzip.compress(html.encode())) <= 90_000


def test_a_list_in_one_call_holds_all_its_indicators(register_of, varied_families, saved):
    page = held(saved(choropleth(register_of(varied_families), "families")))
    assert page["pilih"]["indicator"] == [one["n"] for one in page["indikator"]].index("families")
    assert len(page["periode"]) == 1
    assert len(page["indikator"]) > 20


def test_a_small_count_is_nowhere_in_the_page(register_of, saved):
    pages = [
        held(saved(choropleth(register_of({A: 60, B: 61, C: 62, D: small}), "families")))
        for small in (3, 50)
    ]
    column = [page["kolom"][page["indikator"][0]["m"]["jumlah"][0]["v"]] for page in pages]
    assert column[0] != column[1]
    hidden = pages[0]["baris"].index(next(row for row in pages[0]["baris"] if row[0] == D))
    from workbench.geo.page.packing import unpack

    assert list(unpack(column[0]))[hidden] == 0
    assert list(unpack(column[1]))[hidden] == 50 + 3


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


def test_date_period_and_source_are_said(register_of, saved):
    manifest = {"period": "2026-T1", "files": [{"name": "maret.xlsx"}, {"name": "b.csv"}, "c.csv"]}
    page = held(saved(choropleth(register_of({A: 60}, manifest=manifest), "families")))
    (period,) = page["periode"]
    assert (period["l"], period["t"]) == ("2026-T1", "1 Nov 2026")
    assert period["s"] == "maret.xlsx, b.csv dan 1 berkas lain"
    assert page["batas"]["skematik"] is True


def test_text_from_outside_stays_text(saved):
    html = saved(draw(evil_atlas()))
    tags = [tag for tag, _ in Tags(html).found]
    assert "img" not in tags
    assert tags.count("script") == 2
    assert "{{ 7*7 }}" in html


def evil_atlas():
    """Markup in every text an office can bring: names, labels, sources, rules."""
    atlas = made_atlas.atlas(2, remarks=(EVIL,))
    areas = replace(
        atlas.areas,
        city_name=EVIL,
        areas=tuple(replace(area, name=EVIL, kecamatan=EVIL) for area in atlas.areas.areas),
    )
    frame = atlas.frame.copy()
    frame.attrs = {"schematic": True, "source": EVIL}
    periods = tuple(
        replace(
            period,
            label=EVIL,
            source=EVIL,
            ruleset=EVIL,
            top_rules={code: (EVIL, EVIL) for code in areas.by_code},
            release=replace(
                period.release,
                tables={
                    name: replace(table, remark=EVIL)
                    for name, table in period.release.tables.items()
                },
            ),
        )
        for period in atlas.periods
    )
    return replace(atlas, areas=areas, frame=frame, periods=periods)


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


def test_wrong_boundaries_names_and_an_unwritable_place(register_of, tmp_path):
    register = register_of({A: 60})
    with pytest.raises(UnusableInput):
        choropleth(register, "families", boundaries=tmp_path / "tiada.geojson")
    with pytest.raises(WrongUse, match="tidak dikenal"):
        choropleth(register, "tiada")
    with pytest.raises(WrongUse, match="temuan"):
        choropleth(register, "findings")
    blocked = tmp_path / "berkas"
    blocked.write_text("")
    with pytest.raises(StoreFault, match=r"peta\.html"):
        save_map(choropleth(register, "families"), blocked / "peta.html")

"""An indicator of one's own: counted at home, behind the gate, harmless on the page."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

import workbench as wb
from workbench.domain.register import Draft
from workbench.geo.areas import city_areas
from workbench.geo.counting import count
from workbench.geo.disclosure.tables import State

EVIL = "</script><script>document.title='ran'</script>{{ 7*7 }}"


@pytest.fixture(scope="module")
def city():
    return wb.generate(families=700, seed=2, error_rate=0.0)


@pytest.fixture(scope="module")
def rented(city):
    rows = city["family"].to_pylist()
    return [row["family_id"] for row in rows if row["house_tenure"] == "kontrak_sewa"]


@pytest.fixture(scope="module")
def drawn(city, rented):
    return wb.choropleth(city, wb.OwnIndicator(EVIL, iter(rented), note=EVIL))


def release_of(drawn):
    return drawn.contents.atlas.periods[0].release


def page_of(drawn):
    html = drawn.get_root().render()
    return html, json.loads(re.search(r"^var PETA = (.*);$", html, re.MULTILINE)[1])


def counted(city, own):
    tables = count(city, None, city_areas(), date(2026, 11, 1), own)
    return next(table for table in tables if table.name == "sendiri")


def test_each_family_is_counted_once_where_it_lives(city, rented):
    # A second row of the same card is the same family.
    draft = Draft.from_register(city)
    draft.add("family", dict(draft.family(rented[0])) | {"family_id": "F999999"})
    both = [*rented, rented[0], "F999999"]
    table = counted(draft.to_register(), wb.OwnIndicator("Sewa", both))
    own = {code: n for (code, key), n in table.cells.items() if key == "sendiri"}
    assert own == Counter(draft.family(one)["kelurahan_kode_kemendagri"] for one in rented)
    assert table.remark == ""


def test_who_has_no_home_on_the_list_is_told_of_and_placed_nowhere(city, rented):
    draft = Draft.from_register(city)
    draft.change("family", draft.family(rented[0]), kelurahan_kode_kemendagri="")
    table = counted(draft.to_register(), wb.OwnIndicator("Sewa", rented[:1]))
    assert not [place for place in table.cells if place[1] == "sendiri"]
    assert "tidak dapat ditempatkan" in table.remark


def test_nobody_is_an_indicator_too(city):
    assert not [p for p in counted(city, wb.OwnIndicator("Nihil", [])).cells if p[1] == "sendiri"]


def test_small_numbers_are_hidden_and_the_others_are_true(city, rented, drawn):
    home = {
        row["family_id"]: row["kelurahan_kode_kemendagri"] for row in city["family"].to_pylist()
    }
    release = release_of(drawn)
    states = set()
    for code in city_areas().by_code:
        true = sum(home[family] == code for family in rented)
        cell = release.cell("sendiri", "sendiri", code)
        states.add(cell.state)
        if cell.value is not None:
            assert cell.value == true
        assert not (0 < true < 5 and cell.value is not None)
    assert State.DISEMBUNYIKAN in states


def test_the_page_opens_with_it_and_runs_no_foreign_text(drawn):
    html, page = page_of(drawn)
    first = page["indikator"][page["pilih"]["indicator"]]
    assert (first["n"], first["t"], first["c"]) == ("sendiri", EVIL, EVIL)
    assert len(page["indikator"]) > 10
    assert "<script>document.title" not in html
    assert "{{ 7*7 }}" in html  # as text: nothing reckoned it


def test_it_shows_itself_in_a_frame_of_a_notebook(drawn):
    shown = drawn._repr_html_()
    assert shown.startswith("<div")
    assert "<script" not in shown
    assert re.search(r'<iframe title="Peta" [^>]*srcdoc="&lt;!DOCTYPE html', shown)
    assert "Notebook Trusted" not in shown
    assert repr(drawn) == "OfflineMap(sendiri, Kota Serang, 1 periods)"


def test_families_of_another_list_are_refused(city, rented):
    with pytest.raises(wb.WorkbenchError, match=r"2 dari \d+ family_id .* tidak ada dalam daftar"):
        counted(city, wb.OwnIndicator("Sewa", [*rented, "X1", "X2"]))


@pytest.mark.parametrize("title", ["", "  ", "x" * 81])
def test_a_title_has_words_and_an_end(title):
    with pytest.raises(wb.WorkbenchError, match="1 sampai 80 huruf"):
        wb.OwnIndicator(title, [])


def test_two_with_the_same_families_are_equal(rented):
    one = wb.OwnIndicator("Sewa", rented)
    assert one == wb.OwnIndicator("Sewa", reversed(rented))
    assert one != replace(one, note="lain")

"""The saved page in a real browser without any network, on a phone and on a laptop."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace

import pytest

from workbench.domain.wilayah import kelurahan
from workbench.geo import indicators
from workbench.geo.choropleth import choropleth, draw, save_map

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
LAPTOP = {"viewport": {"width": 1366, "height": 768}}
AREAS = "path.leaflet-interactive"
EVIL = "<img src=x onerror=document.title='ran'></script><script>document.title='ran'</script>"


@pytest.fixture(scope="module")
def map_browser(playwright, chromium_path, chromium_flags):
    # The plugin's driver: a second one in the same process would refuse to start.
    running = playwright.chromium.launch(executable_path=chromium_path, args=chromium_flags)
    yield running
    running.close()


@pytest.fixture
def opened(map_browser):
    """Opens a saved page offline; on leaving, nothing may have been asked and nothing failed."""

    @contextmanager
    def open_page(path, device):
        context = map_browser.new_context(offline=True, **device)
        page = context.new_page()
        asked, failed = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on(
            "console",
            lambda message: failed.append(message.text) if message.type == "error" else None,
        )
        page.on("pageerror", lambda error: failed.append(str(error)))
        page.goto(path.as_uri())
        page.wait_for_selector(AREAS)
        yield page
        assert asked == [path.as_uri()]
        assert failed == []
        context.close()

    return open_page


@pytest.fixture
def plain_map(register_of, varied_families, tmp_path):
    return save_map(choropleth(register_of(varied_families), "families"), tmp_path / "peta.html")


@pytest.mark.parametrize("device", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_all_areas_are_drawn_on_the_screen(opened, plain_map, device):
    with opened(plain_map, device) as page:
        assert page.locator(AREAS).count() == 67
        frame = page.locator(".folium-map").bounding_box()
        for box in page.locator(AREAS).evaluate_all(
            "all => all.map(one => one.getBoundingClientRect().toJSON())"
        ):
            assert min(box["width"], box["height"]) > 4
            assert frame["x"] <= box["left"] < box["right"] <= frame["x"] + frame["width"]
            assert frame["y"] <= box["top"] < box["bottom"] <= frame["y"] + frame["height"]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.get_by_text("Peta skematik, bukan batas resmi").is_visible()
        assert page.get_by_text("LATIHAN", exact=True).is_visible()
        assert page.locator(".nama.kecamatan").count() == 6


def test_fills_tell_figures_from_hidden_and_unsurveyed(opened, plain_map):
    with opened(plain_map, LAPTOP) as page:
        fills = page.locator(AREAS).evaluate_all("all => all.map(one => one.getAttribute('fill'))")
        assert fills[0] == "url(#pola-belum)"
        assert fills[1] == "url(#pola-disembunyikan)"
        assert len({fill for fill in fills[2:]}) == 5
        assert all(fill.startswith("#") for fill in fills[2:])


def test_tap_opens_a_card_in_words_and_close_takes_it_away(opened, plain_map):
    with opened(plain_map, PHONE) as page:
        page.get_by_role("button", name="Kasemen, Kecamatan Kasemen", exact=False).tap()
        card = page.locator("#kartu")
        assert card.get_by_role("heading").inner_text() == "Kasemen"
        assert "Kecamatan Kasemen" in card.inner_text()
        assert "Keluarga terdaftar: 22 keluarga" in card.inner_text()
        box = card.bounding_box()
        assert (box["x"], box["width"]) == (0, 390)
        card.get_by_role("button", name="Tutup").tap()
        assert card.is_hidden()


def test_a_hidden_count_stays_hidden_in_card_and_table(opened, plain_map):
    with opened(plain_map, LAPTOP) as page:
        page.locator(AREAS).nth(1).dispatch_event("click")
        assert "disembunyikan" in page.locator("#kartu .nilai").inner_text()
        page.get_by_text("Tabel", exact=True).click()
        row = page.locator("tbody tr").nth(1)
        assert row.locator("td").all_inner_texts() == ["Cipare", "Serang", "disembunyikan"]


def test_keyboard_reaches_a_kelurahan(opened, plain_map):
    with opened(plain_map, LAPTOP) as page:
        page.locator(AREAS).nth(5).focus()
        page.keyboard.press("Enter")
        assert page.locator("#kartu h2").inner_text() == "Cimuncang"
        page.keyboard.press("Escape")
        assert page.locator("#kartu").is_hidden()


def test_legend_is_folded_on_a_phone_and_open_on_a_laptop(opened, plain_map):
    with opened(plain_map, PHONE) as page:
        key = page.get_by_text("disembunyikan (1 sampai 4)", exact=True)
        assert key.is_hidden()
        page.get_by_text("Keterangan warna").tap()
        assert key.is_visible()
    with opened(plain_map, LAPTOP) as page:
        assert page.get_by_text("disembunyikan (1 sampai 4)", exact=True).is_visible()


def test_names_of_kelurahan_appear_when_near(opened, plain_map):
    with opened(plain_map, LAPTOP) as page:
        name = page.locator(".nama.kelurahan div", has_text="Unyur")
        assert name.is_hidden()
        page.get_by_role("button", name="Perbesar").click()
        name.wait_for(state="visible")
        page.get_by_role("button", name="Lihat seluruh kota").click()
        name.wait_for(state="hidden")


def test_planted_markup_is_shown_as_text(opened, register_of, varied_families, tmp_path):
    register = register_of(varied_families, manifest={"period": EVIL, "files": [{"name": EVIL}]})
    table = indicators.indicator(register, None, "families")
    rows = tuple(replace(row, name=EVIL, kecamatan=EVIL) for row in table.rows)
    path = save_map(
        draw(replace(table, rows=rows), register.manifest, None, True), tmp_path / "p.html"
    )
    with opened(path, LAPTOP) as page:
        page.locator(AREAS).nth(9).hover()
        page.locator(AREAS).nth(9).dispatch_event("click")
        page.get_by_text("Tabel", exact=True).click()
        assert page.locator("#kartu h2").inner_text() == EVIL
        assert page.locator("tbody td").first.inner_text() == EVIL
        assert page.locator("img").count() == 0
        assert page.title() != "ran"


def test_an_office_file_draws_as_well(opened, register_of, varied_families, drawn_lines, tmp_path):
    drawn = choropleth(
        register_of(varied_families), "families", boundaries=drawn_lines, practice=False
    )
    path = save_map(drawn, tmp_path / "peta.html")
    with opened(path, PHONE) as page:
        assert page.locator(AREAS).count() == len(kelurahan())
        assert page.get_by_text("DATA NYATA", exact=True).is_visible()
        assert page.get_by_text("skematik").count() == 0


def test_a_notebook_shows_the_map_in_its_frame(map_browser, register_of, varied_families, tmp_path):
    path = tmp_path / "buku.html"
    path.write_text(
        choropleth(register_of(varied_families), "families")._repr_html_(), encoding="utf-8"
    )
    context = map_browser.new_context(offline=True, **LAPTOP)
    page = context.new_page()
    page.goto(path.as_uri())
    frame = page.frame_locator("iframe")
    frame.locator(AREAS).first.wait_for()
    assert frame.locator(AREAS).count() == 67
    context.close()

"""The saved page in a real browser without any network, on a phone and on a laptop."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from importlib.resources import files
from random import Random

import pytest
from playwright.sync_api import expect

from tests.geo import made_atlas
from tests.geo.test_choropleth import EVIL, evil_atlas
from tests.screens import faults
from workbench.domain.wilayah import kelurahan
from workbench.geo.atlas import Atlas
from workbench.geo.boundaries import load_boundaries
from workbench.geo.choropleth import OfflineMap, choropleth, draw, save_map, shown_indicators
from workbench.geo.classes import classify
from workbench.geo.disclosure.tables import State
from workbench.geo.page.contents import Choice, Contents, kinds_of, measured
from workbench.geo.page.figures import STATES
from workbench.geo.population import Population

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
LAPTOP = {"viewport": {"width": 1366, "height": 768}}
AREAS = "path.leaflet-interactive"
ELDERLY = Choice("ppks:PMKS08", "", "per1000")


@pytest.fixture(scope="module")
def map_browser(new_browser):
    return new_browser()


@pytest.fixture
def opened(map_browser, tmp_path):
    """Opens a drawn map offline; on leaving, nothing may have been asked and nothing failed."""

    @contextmanager
    def open_page(drawn, device=LAPTOP, **more):
        path = save_map(drawn, tmp_path / "peta.html")
        context = map_browser.new_context(offline=True, **device, **more)
        page = context.new_page()
        asked, failed = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on(
            "console",
            lambda message: failed.append(message.text) if message.type == "error" else None,
        )
        page.on("pageerror", lambda error: failed.append(str(error)))
        page.goto(path.as_uri())
        page.wait_for_selector("body[data-siap]")
        yield page
        assert asked == [path.as_uri()]
        assert failed == []
        context.close()

    return open_page


def choose(page, label, value):
    page.get_by_label(label, exact=True).first.select_option(value)


def legend(page):
    """Counts of the legend by their words."""
    lines = page.locator(".legenda li").all()
    return dict(line.locator("span").all_inner_texts() for line in lines)


def fills(page):
    return page.locator(AREAS).evaluate_all("all => all.map(one => one.getAttribute('fill'))")


def row_of(page, name):
    return page.locator("tbody tr").filter(has=page.get_by_text(name, exact=True)).first


# --- one truth: what the page computes is what Python computed -----------------------------------


@pytest.mark.parametrize("name", ["families", "ppks:PMKS08", "ppks:PMKS04"])
def test_every_figure_of_the_page_is_the_one_computed(opened, name):
    atlas = made_atlas.atlas(2)
    indicators = [one for one in shown_indicators(atlas) if one.name == name]
    contents = Contents(atlas, indicators, Choice(name), frozenset({name}))
    with opened(OfflineMap(contents)) as page:
        names = page.evaluate("PETA.kata")
        read = page.evaluate(
            "() => { const r = ANGKA.reader(PETA); return PETA.indikator.map(one => "
            "Object.fromEntries(Object.entries(one.m).map(([k, all]) => "
            "[k, all.map(entry => entry && entry.w === undefined ? "
            "r.read(entry).map(f => ({...f, names: entry.g || null})) : null)]))); }"
        )[0]
        checked = 0
        for kind in kinds_of(atlas, indicators[0]):
            for period in range(2):
                if read[kind][period] is None:
                    continue
                truth = measured(atlas, indicators[0], kind, period)
                for code, drawn in zip(atlas.codes, read[kind][period], strict=True):
                    same(truth.figures.get(code), drawn, kind, names)
                    checked += 1
    assert checked > 500


def same(figure, drawn, kind, names):
    if figure is None:
        assert drawn["state"] == STATES.index(State.BELUM_DIDATA)
        return
    if figure.state in STATES:
        assert drawn["state"] == STATES.index(figure.state)
        assert drawn.get("value") is None
        return
    if kind == "kelompok":
        known = [names[n] for n in drawn["names"]]
        assert [*known, ""][drawn["group"]] == figure.group
        assert bool(drawn["firm"]) == figure.is_firm
        return
    assert drawn["state"] == (4 if figure.value else 3), kind
    for part in ("value", "low", "high"):
        wanted, got = getattr(figure, part), drawn.get(part)
        assert (wanted is None) == (got is None), (kind, part)
        assert wanted is None or got == pytest.approx(wanted, rel=1e-4, abs=1e-3)


def test_classes_of_the_page_are_the_ones_computed(map_browser):
    rng = Random("kelas")
    cases = []
    for n in range(200):
        size = rng.choice([1, 2, 3, 6, 20, 67, 120])
        values = [
            rng.randrange(5, 60) if n % 2 else round(rng.lognormvariate(2, 1), 4)
            for _ in range(size)
        ]
        for scheme in ("alami", "kuantil", "sama", "sendiri"):
            cases.append((values, scheme, rng.randrange(3, 7), [10, 20, 50]))
    script = files("workbench.geo").joinpath("page/kelas.js").read_text(encoding="utf-8")
    page = map_browser.new_context().new_page()
    drawn = page.evaluate(
        f"cases => {{ {script}; return cases.map(one => KELAS.classify(...one)); }}", cases
    )
    page.context.close()
    for (values, scheme, k, own), found in zip(cases, drawn, strict=True):
        truth = classify(values, scheme, k, own if scheme == "sendiri" else ())
        assert [one["count"] for one in found] == list(truth.counts), (scheme, k, values)
        assert [one["range"] and tuple(one["range"]) for one in found] == list(truth.ranges)


# --- what is drawn -------------------------------------------------------------------------------


@pytest.mark.parametrize("device", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_all_areas_are_drawn_on_the_screen(opened, device):
    with opened(draw(made_atlas.atlas(2)), device) as page:
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
        assert page.locator(".nama.kecamatan").count() >= 5


@pytest.mark.parametrize("device", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_no_name_lies_on_another(opened, drawn_lines, device):
    atlas = made_atlas.atlas(1, frame=load_boundaries(drawn_lines))
    with opened(draw(atlas), device) as page:
        for _ in range(3):
            boxes = page.locator(".nama div").evaluate_all(
                "all => all.map(one => one.getBoundingClientRect().toJSON())"
            )
            for n, a in enumerate(boxes):
                for b in boxes[:n]:
                    beside = a["right"] <= b["left"] + 2 or b["right"] <= a["left"] + 2
                    assert beside or a["bottom"] <= b["top"] + 2 or b["bottom"] <= a["top"] + 2
            page.get_by_role("button", name="Perbesar").click()


def test_states_differ_in_fill_legend_and_word(opened):
    with opened(draw(made_atlas.atlas(), ELDERLY)) as page:
        shown = fills(page)
        counts = legend(page)
        for fill, words in (
            ("url(#pola-belum)", "belum didata"),
            ("url(#pola-disembunyikan)", "disembunyikan (angka kecil)"),
            ("url(#pola-nol)", "nol"),
            ("url(#pola-tanpa)", "tanpa penduduk atau penyebut"),
        ):
            assert shown.count(fill) > 0
            assert counts[words] == f"{shown.count(fill)} kel."
        assert sum(fill.startswith("#") for fill in shown) == sum(
            int(count.split()[0]) for words, count in counts.items() if words[0].isdigit()
        )


def test_an_unsurveyed_kelurahan_is_never_zero(opened):
    with opened(draw(made_atlas.atlas(2))) as page:
        first = page.locator(AREAS).first
        for kind in ("jumlah", "persen", "perubahan"):
            choose(page, "Ukuran", kind)
            assert first.get_attribute("fill") == "url(#pola-belum)"
            assert first.get_attribute("aria-label").endswith(": belum didata")


def test_without_people_the_colour_goes_and_no_count_takes_its_place(opened):
    whole = made_atlas.atlas()
    gone = [code for code in whole.areas.by_code if code.startswith("36.73.02")]
    kept = {key: entry for key, entry in whole.population.entries.items() if key[0] not in gone}
    with opened(draw(replace(whole, population=Population(kept)), ELDERLY)) as page:
        for code, path in zip(whole.areas.by_code, page.locator(AREAS).all(), strict=True):
            if code in gone:
                assert not path.get_attribute("fill").startswith("#")
                assert not any(sign.isdigit() for sign in path.get_attribute("aria-label"))
    with opened(draw(replace(whole, population=None), ELDERLY)) as page:
        assert not any(fill.startswith("#") for fill in fills(page))
        assert page.get_by_label("Ukuran").input_value() == "per1000"
        assert "Belum ada penyebut" in page.locator(".kosong").inner_text()


def test_a_period_without_data_is_said(opened):
    atlas = made_atlas.atlas(2)
    newest, older = atlas.periods
    tables = {
        name: replace(table, cells={}, surveyed=frozenset())
        for name, table in older.release.tables.items()
    }
    silent = replace(older, release=replace(older.release, tables=tables))
    with opened(draw(replace(atlas, periods=(newest, silent)))) as page:
        assert page.locator(".kosong").is_hidden()
        choose(page, "Periode", "1")
        assert "Tidak ada data untuk indikator ini" in page.locator(".kosong").inner_text()


def test_a_kelurahan_that_is_not_on_the_map_stays_in_the_table(opened):
    atlas = made_atlas.atlas()
    frame = atlas.frame.iloc[:-1]
    frame.attrs = dict(atlas.frame.attrs)
    name = kelurahan()[-1].name
    with opened(draw(replace(atlas, frame=frame))) as page:
        assert page.locator(AREAS).count() == 66
        assert (
            f"1 kelurahan tidak ada di peta ini: {name}." in page.locator(".legenda").inner_text()
        )
        page.get_by_role("button", name="Tabel").click()
        assert row_of(page, name).locator("td").nth(1).inner_text()[0].isdigit()


# --- what people do ------------------------------------------------------------------------------


def test_an_indicator_is_found_by_typing_and_chosen_by_key(opened):
    with opened(draw(made_atlas.atlas())) as page:
        field = page.get_by_role("combobox", name="Indikator")
        field.click()
        found = page.locator(".kendali .pilihan").first.get_by_role("option")
        assert found.count() == 15
        field.fill("anjut usia")
        assert found.count() == 1
        page.keyboard.press("Enter")
        assert "Lanjut Usia" in page.locator("#judul").inner_text()
        assert page.get_by_role("listbox").count() == 0


def test_classes_change_with_scheme_number_and_own_limits(opened):
    with opened(draw(made_atlas.atlas(), ELDERLY)) as page:

        def classes():
            return [words for words in legend(page) if words[0].isdigit()]

        natural = classes()
        assert len(natural) == 5
        choose(page, "Kelas", "kuantil")
        assert classes() != natural
        choose(page, "Banyak", "3")
        assert len(classes()) == 3
        choose(page, "Kelas", "sendiri")
        page.get_by_label("Batas atas kelas").fill("2; 5,5; 9")
        page.get_by_label("Batas atas kelas").press("Enter")
        assert len(classes()) == 4
        page.get_by_label("Batas atas kelas").fill("banyak")
        page.get_by_label("Batas atas kelas").press("Enter")
        assert page.get_by_label("Batas atas kelas").get_attribute("aria-invalid") == "true"
        assert len(classes()) == 4


def test_tap_opens_a_card_in_words_and_close_takes_it_away(opened):
    with opened(draw(made_atlas.atlas(3), ELDERLY), PHONE) as page:
        page.get_by_role("button", name="Kasemen, Kecamatan Kasemen", exact=False).first.tap()
        card = page.locator("#kartu")
        assert card.get_by_role("heading").first.inner_text() == "Kasemen"
        said = card.inner_text()
        assert "orang per 1.000 penduduk" in said
        assert "(selang 95 %)" in said
        assert card.get_by_role("img", name="Alur antarperiode", exact=False).is_visible()
        box = card.bounding_box()
        assert (box["x"], box["width"]) == (0, 390)
        card.get_by_role("button", name="Tutup").tap()
        expect(card).to_be_hidden()


def test_a_kelurahan_is_found_by_an_alias(opened):
    place = next(place for place in kelurahan() if place.aliases)
    with opened(draw(made_atlas.atlas())) as page:
        page.get_by_role("combobox", name="Cari kelurahan").fill(place.aliases[0])
        page.keyboard.press("Enter")
        assert page.locator("#kartu h2").inner_text() == place.name


def test_keyboard_goes_from_kelurahan_to_kelurahan(opened):
    with opened(draw(made_atlas.atlas())) as page:
        page.locator(AREAS).nth(5).focus()
        first = page.evaluate("document.activeElement.getAttribute('aria-label')")
        page.keyboard.press("ArrowUp")
        second = page.evaluate("document.activeElement.getAttribute('aria-label')")
        assert first != second
        page.keyboard.press("Enter")
        assert page.locator("#kartu h2").inner_text() == second.split(",")[0]
        page.keyboard.press("Escape")
        assert page.locator("#kartu").is_hidden()
        assert page.locator(f"{AREAS}[tabindex='0']").count() == 1


def test_two_maps_move_together_and_show_their_own(opened):
    with opened(draw(made_atlas.atlas(2), ELDERLY)) as page:
        page.get_by_role("button", name="Bandingkan").click()
        assert page.locator(".lembar").count() == 2
        assert page.locator(AREAS).count() == 134
        left, right = (page.locator(".lembar").nth(n) for n in (0, 1))
        assert right.get_by_label("Periode").input_value() == "1"
        right.get_by_label("Ukuran").select_option("jumlah")
        assert left.get_by_label("Ukuran").input_value() == "per1000"
        left.get_by_role("button", name="Perbesar").click()
        left.get_by_role("button", name="Perbesar").click()
        assert same_view(page)
        left.locator(AREAS).nth(8).dispatch_event("click")
        assert page.locator("#kartu .angka").count() == 2
        page.get_by_role("button", name="Bandingkan").click()
        assert page.locator(AREAS).count() == 67


def same_view(page):
    views = page.locator(".lembar").evaluate_all(
        "all => all.map(one => { const b = one.querySelectorAll('path.leaflet-interactive')[30]"
        ".getBoundingClientRect(), f = one.querySelector('.folium-map').getBoundingClientRect();"
        " return [b.width, b.height, b.left - f.left, b.top - f.top].map(Math.round); })"
    )
    return views[0] == views[1]


def test_the_table_holds_the_same_numbers_and_sorts(opened):
    atlas = made_atlas.atlas()
    with opened(draw(atlas)) as page:
        page.get_by_role("button", name="Tabel").click()
        page.locator("tbody tr").first.wait_for()
        assert page.locator("tbody tr").count() == 67 + 6 + 1
        assert row_of(page, "Cipare").locator("td").all_inner_texts()[0] == "Serang"
        truth = atlas.periods[0].release.cell("keluarga", "keluarga", "36.73.01.1002").value
        assert row_of(page, "Cipare").locator("td").nth(1).inner_text().replace(".", "") == str(
            truth
        )
        head = page.get_by_role("columnheader", name="keluarga")
        head.get_by_role("button").click()
        numbers = page.locator("tbody").first.locator("td:nth-child(3)").all_inner_texts()
        values = [int(n.replace(".", "")) for n in numbers if n[0].isdigit()]
        assert values == sorted(values, reverse=True)
        assert head.get_attribute("aria-sort") == "descending"


def test_on_paper_the_legend_and_the_table_are_there(opened):
    with opened(draw(made_atlas.atlas(), ELDERLY)) as page:
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print")
        assert page.locator(".legenda li").first.is_visible()
        assert page.locator("tbody tr").first.is_visible()
        assert page.locator(".kendali").first.is_hidden()
        assert page.get_by_text("LATIHAN", exact=True).is_visible()


def test_planted_markup_is_shown_as_text(opened):
    with opened(draw(evil_atlas(), ELDERLY)) as page:
        page.locator(AREAS).nth(9).hover()
        page.locator(AREAS).nth(9).dispatch_event("click")
        page.get_by_role("button", name="Tabel").click()
        page.get_by_role("button", name="Bandingkan").click()
        page.get_by_role("combobox", name="Cari kelurahan").fill("img")
        assert page.locator("#kartu h2").inner_text() == EVIL
        assert page.locator("tbody th").first.inner_text() == EVIL
        assert EVIL in page.locator(".keterangan").first.inner_text()
        assert EVIL in page.locator("#kartu ol").inner_text()
        found = page.locator("#alat .pilihan").get_by_role("option")
        assert found.first.inner_text().startswith("<img")
        assert page.locator("img").count() == 0
        assert page.title() != "ran"


def test_an_office_file_draws_as_well(opened, register_of, varied_families, drawn_lines):
    drawn = choropleth(
        register_of(varied_families), "families", boundaries=drawn_lines, practice=False
    )
    with opened(drawn, PHONE) as page:
        assert page.locator(AREAS).count() == len(kelurahan())
        assert page.get_by_text("DATA NYATA", exact=True).is_visible()
        assert page.get_by_text("skematik").count() == 0


def test_five_hundred_desa_are_drawn(opened):
    areas, frame = made_atlas.province(500)
    atlas: Atlas = made_atlas.atlas(1, areas=areas, frame=frame)
    with opened(draw(atlas)) as page:
        assert page.locator(AREAS).count() == 500


@pytest.mark.parametrize("device", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_what_is_touched_is_large_enough(opened, device):
    with opened(draw(made_atlas.atlas(2), ELDERLY), device) as page:
        small = page.locator(
            "button:visible, select:visible, input:visible, summary:visible, .leaflet-bar a:visible"
        ).evaluate_all(
            "all => all.map(n => [n.outerHTML.slice(0, 80), n.closest('.ruas') || n])"
            ".map(([t, n]) => [t, n.getBoundingClientRect()]).filter(([, b]) => b.height < 44)"
            ".map(([t]) => t)"
        )
        assert small == []


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


def test_the_page_is_fit_for_everybody(opened):
    atlas = made_atlas.atlas(2)
    with opened(draw(atlas, ELDERLY)) as page:
        for step in ("nothing", "card", "two maps"):
            if step == "card":
                page.locator(AREAS).nth(20).dispatch_event("click")
                page.get_by_role("button", name="Tabel").click()
            if step == "two maps":
                page.get_by_role("button", name="Bandingkan").click()
                page.get_by_role("combobox", name="Indikator").first.click()
            # A kelurahan is as large as it is; the finder and the table reach it too.
            wrong = [one for one in faults(page, keys=4) if "leaflet-interactive" not in one]
            assert wrong == [], step


def test_beside_one_another_no_legend_lies_on_a_map(opened):
    boxes = """() => [...document.querySelectorAll('.lembar')].map(one =>
        ['.bingkai', '.legenda'].map(part => one.querySelector(part).getBoundingClientRect()))"""
    with opened(draw(made_atlas.atlas(2))) as page:
        page.get_by_role("button", name="Bandingkan").click()
        for width in (1366, 1000):
            page.set_viewport_size({"width": width, "height": 768})
            found = page.evaluate(boxes)
            assert len(found) == 2
            for shown, said in found:
                is_beside = said["left"] >= shown["right"] - 1
                assert is_beside or said["top"] >= shown["bottom"] - 1, width
                assert shown["height"] >= 256
                if width == 1366:
                    assert shown["bottom"] <= 768
                    assert said["bottom"] <= shown["bottom"] + 1

"""A drawing on the card: an image with words, lit like any other place, and never markup."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.ui import conftest
from workbench.training.documents import Document, Picture
from workbench.training.houses import draw_front

pytestmark = pytest.mark.browser

HOUSE = draw_front({"wall": "bambu", "lighting": "pln_meteran", "power_va": 900}, "7")
CELLS = ("F1.wall", "F1.power_va")


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch, open_card: Any) -> Callable[..., Page]:
    """Opens the first case with a drawing beside its other documents."""

    def open_house(svg: str = HOUSE.svg, **options: Any) -> Page:
        picture = Picture(svg, HOUSE.text, "Digambar saat kunjungan.", CELLS)
        paper = Document("rumah", "Rumah", "Rumah dari depan", "", picture=picture).to_json()
        plain = conftest.make_case

        def with_house(number: int, of: int) -> dict[str, Any]:
            case = plain(number, of)
            case["documents"].insert(1, paper)
            return case

        monkeypatch.setattr(conftest, "make_case", with_house)
        page = open_card(**options).page
        page.get_by_role("button", name="Mulai berlatih").click()
        page.get_by_role("tab", name="Rumah").click()
        return page

    return open_house


def test_the_house_is_an_image_with_its_words_and_its_caption(house: Callable[..., Page]) -> None:
    page = house()
    image = page.get_by_role("img", name=HOUSE.text)
    expect(image).to_be_visible()
    # Read by the browser as a picture, and no wider than its paper.
    expect(image).to_have_js_property("complete", True)
    assert image.evaluate("node => node.naturalWidth > 0")
    box, paper = image.bounding_box(), page.locator(".vvc-doc-rumah").bounding_box()
    assert box["x"] >= paper["x"]
    assert box["x"] + box["width"] <= paper["x"] + paper["width"]
    expect(page.get_by_text("Digambar saat kunjungan.")).to_be_visible()
    # Only a picture's words are read out, never its strokes.
    assert page.locator(".vvc-doc-rumah svg:not(.vvc-icon)").count() == 0


def test_the_drawing_is_lit_with_the_cells_it_speaks_of(house: Callable[..., Page]) -> None:
    page = house()
    row = page.locator("[data-cell='F1.power_va']")
    row.locator("input").first.focus()
    expect(page.locator(".vvc-figure")).to_have_attribute("data-lit", "")
    page.locator("[data-cell='F1.rt'] input").first.focus()
    expect(page.locator(".vvc-figure")).not_to_have_attribute("data-lit", "")


def test_an_enlarged_house_grows(house: Callable[..., Page]) -> None:
    page = house()
    page.get_by_role("button", name="Perbesar Rumah dari depan").click()
    dialog = page.get_by_role("dialog", name="Rumah dari depan")
    image = dialog.get_by_role("img", name=HOUSE.text)
    expect(image).to_have_js_property("complete", True)
    before = image.bounding_box()["width"]
    dialog.get_by_role("button", name="Perbesar").click()
    assert image.bounding_box()["width"] > before


def test_what_stands_in_a_drawing_is_never_run(house: Callable[..., Page]) -> None:
    page = house(
        HOUSE.svg.replace("</svg>", "<script>parent.ran = 1; window.ran = 1</script></svg>")
    )
    expect(page.get_by_role("img", name=HOUSE.text)).to_be_visible()
    assert page.evaluate("window.ran") is None
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.ran") is None

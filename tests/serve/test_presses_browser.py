"""A press of the mouse counts for what was pressed, also where the page moves meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser import LastingBrowser

pytestmark = pytest.mark.browser

TEMPLATES = Path(__file__).parents[2] / "workbench/serve/share/jupyter/voila/templates/verval"
BODY = """
<style>button, label { display: block; height: 44px }</style>
<p id="kata"></p>
<div id="isian">
  <button>Buka</button><button>Tutup</button><label><input type="checkbox"> Hadir</label>
</div>
<script>
  window.pressed = [];
  document.addEventListener("click", ({ target }) => {
    if (target.matches("button, input")) pressed.push(target.textContent || "kotak");
  });
</script>"""
GROW = "document.getElementById('kata').style.height = '60px'"
#: The same again, as a panel that is drawn anew: what was pressed is gone.
ANEW = "document.getElementById('isian').innerHTML += ''"


@pytest.fixture(scope="module")
def browser(new_browser: Callable[..., LastingBrowser]) -> LastingBrowser:
    return new_browser()


@pytest.fixture
def page(browser: LastingBrowser) -> Iterator[Page]:
    context = browser.new_context()
    shown = context.new_page()
    shown.set_content(BODY)
    shown.add_script_tag(path=TEMPLATES / "static/page.js")
    yield shown
    context.close()


def press(page: Page, words: str, *meanwhile: str, away: int = 0) -> list[str]:
    """Press what says ``words``, let ``meanwhile`` happen while the mouse is down."""
    box = page.get_by_text(words, exact=True).bounding_box()
    assert box is not None
    x, y = box["x"] + 12, box["y"] + 12
    page.mouse.move(x, y)
    page.mouse.down()
    for script in meanwhile:
        page.evaluate(script)
    if away:
        page.mouse.move(x, y + away)
    page.mouse.up()
    return list(page.evaluate("pressed"))


@pytest.mark.parametrize("meanwhile", [(), (GROW,), (ANEW,)], ids=["still", "moved", "anew"])
@pytest.mark.parametrize(("words", "heard"), [("Buka", "Buka"), ("Hadir", "kotak")])
def test_a_press_counts_once(page, words, heard, meanwhile):
    assert press(page, words, *meanwhile) == [heard]
    assert page.get_by_role("checkbox").is_checked() == (heard == "kotak")


def test_a_press_that_is_carried_away_counts_for_nothing(page):
    assert press(page, "Buka", away=50) == []
    assert press(page, "Buka", GROW, away=120) == []


def test_what_comes_under_the_pointer_is_not_what_was_pressed(page):
    swapped = "document.querySelector('#isian button').remove()"
    assert press(page, "Buka", swapped) == []


def test_a_button_that_may_no_longer_be_pressed_is_not(page):
    blocked = "document.querySelector('#isian button').disabled = true"
    assert press(page, "Buka", blocked, GROW) == []

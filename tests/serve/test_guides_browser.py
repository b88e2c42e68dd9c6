"""The guides on a server: read by anybody, and opened by a room's help at the right part."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import nbformat
import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser import LastingBrowser
from tests.screens import LAPTOP, PHONE, faults

pytestmark = pytest.mark.browser

#: As a phone reaches the hall's laptop: plain http, no localhost, so no secure context.
NAME = "balai.contoh"
#: A room with tabs, and tabs inside its first one, as Musyawarah has them.
TABS_CELL = """\
import ipywidgets as w
from IPython.display import display
inner = w.Tab(children=[w.HTML("dalam")], titles=["Berita acara"], selected_index=0)
outer = [inner, w.HTML("lembar")]
display(w.Tab(children=outer, titles=["Bagi tugas", "Lembar"], selected_index=0))
"""


@pytest.fixture(scope="module")
def browser(new_browser: Callable[..., LastingBrowser]) -> LastingBrowser:
    return new_browser(f"--host-resolver-rules=MAP {NAME} 127.0.0.1")


@pytest.fixture
def come(server: Any, browser: LastingBrowser) -> Iterator[Callable[..., BrowserContext]]:
    """``come("siti")`` is a browser of somebody who is signed in; nobody without a name."""
    contexts = []
    port = urlsplit(server.url).port
    outside: list[str] = []

    def begin(who: str = "", **options: Any) -> BrowserContext:
        url = f"http://{NAME}:{port}"
        context = browser.new_context(base_url=url, **{"viewport": LAPTOP, **options})
        contexts.append(context)
        if who:
            cookie = f"verval-{NAME.replace('.', '-')}-{port}"
            context.add_cookies([{"name": cookie, "value": server.session_of(who), "url": url}])
        ours = (f"{url}/", "data:", "blob:")
        context.on("request", lambda one: one.url.startswith(ours) or outside.append(one.url))
        return context

    yield begin
    for context in contexts:
        context.close()
    assert outside == []


@pytest.mark.parametrize("path", ["", "ruang/lapangan", "reference/pengaturan-kantor"])
def test_guides_are_fit_for_everybody_and_need_no_name(come, path):
    page = come().new_page()
    page.goto(f"/panduan/{path}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert faults(page) == []


@pytest.mark.parametrize("viewport", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_a_rooms_help_opens_beside_it_at_the_tab_that_is_open(come, rooms, viewport):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(TABS_CELL)])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "", "language": "python"}
    nbformat.write(notebook, rooms / "lapangan.ipynb")
    context = come("staf", viewport=viewport)
    page = context.new_page()
    page.goto("/lapangan")
    help_link = page.get_by_role("link", name="Bantuan")
    for tab, heading in (("Bagi tugas", "bagi-tugas"), ("Lembar", "lembar")):
        page.get_by_role("tab", name=tab).click()
        with context.expect_page() as opened:
            help_link.click()
        guide = opened.value
        expect(guide.locator(f"h2#{heading}")).to_be_in_viewport()
        assert urlsplit(guide.url).path == "/panduan/ruang/lapangan"
        expect(page.get_by_role("tab", name=tab)).to_be_visible()
    page.bring_to_front()
    expect(page.locator("#vv-sambungan")).to_have_attribute("data-state", "tersambung")


def test_help_is_there_before_one_is_in_and_leads_back_to_the_door(come):
    context = come()
    page = context.new_page()
    page.goto("/masuk")
    with context.expect_page() as opened:
        page.get_by_role("link", name="Bantuan").click()
    guide = opened.value
    expect(guide.get_by_role("heading", level=1)).to_have_text("Masuk")
    guide.get_by_role("banner").get_by_role("link", name="Masuk").click()
    expect(guide.get_by_label("Kode kelas")).to_be_visible()


def test_a_word_leads_to_the_part_of_the_page_it_stands_in(come):
    page = come("siti").new_page()
    page.goto("/panduan/")
    page.get_by_label("Cari di panduan").fill("berita acara")
    expect(page.get_by_role("status")).to_contain_text("bagian ditemukan")
    page.get_by_role("link", name="Musyawarah").first.click()
    expect(page.locator("h2#musyawarah")).to_be_in_viewport()


def test_contents_are_read_without_scripts_and_on_paper(come):
    page = come(java_script_enabled=False).new_page()
    page.goto("/panduan/")
    expect(page.get_by_label("Cari di panduan")).to_be_hidden()
    page.get_by_role("link", name="Ruang Daftar").click()
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("navigation")).to_have_count(0)

"""A room in a real browser, at phone and laptop size, reached by a name that is not localhost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import LastingBrowser
from tests.ports import free_port

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
LAPTOP = {"viewport": {"width": 1366, "height": 768}}
SIZES = pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
#: As a phone reaches the hall's laptop: plain http, no localhost, so no secure context.
NAME = "balai.contoh"

KERNEL_ID = "JSON.parse(document.getElementById('jupyter-config-data').text).kernelId"
SMALL_TARGETS = """() => [...document.querySelectorAll('a, button, input, select, summary')]
    .filter(n => n.offsetParent && !n.closest('.vv-skip') && n.type !== 'hidden'
            && n.type !== 'checkbox' && n.type !== 'radio' && !n.closest('p > a'))
    .filter(n => n.getBoundingClientRect().height < 44
            || parseFloat(getComputedStyle(n).fontSize) < 16)
    .map(n => n.outerHTML.slice(0, 120))"""


@dataclass
class Visit:
    """One browser session and what it asked the network for."""

    context: BrowserContext
    page: Page
    url: str
    outside: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser(new_browser: Callable[..., LastingBrowser]) -> LastingBrowser:
    return new_browser(f"--host-resolver-rules=MAP {NAME} 127.0.0.1")


@pytest.fixture
def visit(server: Any, browser: LastingBrowser) -> Iterator[Any]:
    visits: list[Visit] = []

    def begin(who: str = "", at: Any = server, **options: Any) -> Visit:
        port = urlsplit(at.url).port
        url = f"http://{NAME}:{port}"
        context = browser.new_context(**options)
        if who:
            token = at.session_of(who)
            cookie = f"verval-{NAME.replace('.', '-')}-{port}"
            context.add_cookies([{"name": cookie, "value": token, "url": url}])
        page = context.new_page()
        one = Visit(context, page, url)
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((url, "data:", "blob:"))
                else one.outside.append(request.url)
            ),
        )
        page.on("websocket", lambda socket: _note_socket(one, socket.url, port))
        page.on("pageerror", lambda error: one.problems.append(str(error)))
        page.on(
            "console",
            lambda said: one.problems.append(said.text) if said.type == "error" else None,
        )
        visits.append(one)
        return one

    yield begin
    for one in visits:
        one.context.close()
        assert one.outside == []


def _note_socket(one: Visit, url: str, port: int | None) -> None:
    if not url.startswith(f"ws://{NAME}:{port}/"):
        one.outside.append(url)


def _open_room(one: Visit, room: str = "latihan") -> Page:
    one.page.goto(f"{one.url}/{room}")
    expect(one.page.locator("#hitung")).to_have_text("0", timeout=60_000)
    expect(one.page.locator("#vv-sambungan")).to_have_text("Tersambung", timeout=30_000)
    return one.page


@SIZES
def test_a_room_works_with_nothing_from_outside(visit, size):
    one = visit("siti", **size)
    page = _open_room(one)
    assert page.evaluate("window.isSecureContext") is False
    page.get_by_role("button", name="Tambah").click()
    expect(page.locator("#hitung")).to_have_text("1")
    expect(page.locator("#loading")).to_have_count(0)
    assert one.problems == []
    assert page.evaluate("document.documentElement.lang") == "id"
    assert page.title() == "Latihan · Meja Verval"
    # What the room shows lies inside the one main landmark.
    expect(page.locator("main")).to_have_count(1)
    expect(page.locator("main #hitung")).to_have_count(1)
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    assert page.evaluate(SMALL_TARGETS) == []
    page.wait_for_function("document.fonts.check('16px \"Plus Jakarta Sans\"')", timeout=60_000)


@SIZES
def test_the_sign_in_page_fits_and_joins(visit, server, size):
    one = visit(**size)
    page = one.page
    page.goto(f"{one.url}/latihan")
    expect(page.get_by_role("heading", name="Masuk")).to_be_visible()
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    assert page.evaluate(SMALL_TARGETS) == []
    page.get_by_label("Nama Anda").fill("Eka Contoh")
    page.get_by_label("Peran").select_option("operator")
    page.get_by_label("Wilayah tugas").select_option("36.73.05")
    page.get_by_label("Kode kelas").fill("salah1")
    page.get_by_role("button", name="Gabung").click()
    expect(page.get_by_role("alert")).to_contain_text("Kode kelas tidak dikenal")
    expect(page.get_by_label("Nama Anda")).to_have_value("Eka Contoh")
    page.get_by_label("Kode kelas").fill("kuda77")
    page.get_by_role("button", name="Gabung").click()
    expect(page.get_by_role("heading", name="Catat kode ini")).to_be_visible()
    code = page.locator(".vv-poster").inner_text()
    assert server.classes.seats[code].name == "Eka Contoh"
    assert [problem for problem in one.problems if "status of 400" not in problem] == []
    page.get_by_role("link", name="Mulai").click()
    expect(page.get_by_text("Halo Eka Contoh")).to_be_visible(timeout=60_000)


def test_the_menu_of_a_phone_opens_and_closes_by_key(visit):
    page = _open_room(visit("siti", **PHONE))
    menu = page.get_by_role("button", name="Menu")
    expect(page.get_by_role("link", name="Beranda")).to_be_hidden()
    menu.click()
    expect(page.get_by_role("link", name="Beranda")).to_be_visible()
    expect(page.get_by_role("button", name="Keluar")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Beranda")).to_be_hidden()
    expect(menu).to_be_focused()


def test_the_first_key_leads_past_the_frame(visit):
    page = _open_room(visit("siti", **LAPTOP))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Langsung ke isi")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_a_lost_line_is_announced_and_comes_back_by_itself(visit):
    one = visit("siti", **PHONE)
    page = _open_room(one)
    page.get_by_role("button", name="Tambah").click()
    expect(page.locator("#hitung")).to_have_text("1")
    one.context.set_offline(True)
    expect(page.locator("#vv-putus")).to_contain_text(
        "Sambungan terputus; jawaban Anda tersimpan di perangkat ini", timeout=30_000
    )
    expect(page.locator("#vv-sambungan")).to_have_text("Terputus")
    one.context.set_offline(False)
    expect(page.locator("#vv-putus")).to_be_hidden(timeout=60_000)
    expect(page.locator("#vv-sambungan")).to_have_text("Tersambung", timeout=30_000)
    page.get_by_role("button", name="Tambah").click()
    expect(page.locator("#hitung")).not_to_have_text("0")


def test_a_page_whose_kernel_died_is_loaded_anew(visit, server):
    one = visit("budi", **LAPTOP)
    page = _open_room(one)
    first = page.evaluate(KERNEL_ID)
    page.get_by_role("button", name="Tambah").click()
    expect(page.locator("#hitung")).to_have_text("1")
    manager = server.app.kernels.get_kernel(first)
    process = psutil.Process(manager.provisioner.process.pid)
    process.kill()
    psutil.wait_procs([process], timeout=30)
    server.on_loop(manager._restarter.poll)
    expect(page.locator("#hitung")).to_have_text("0", timeout=60_000)
    assert page.evaluate(KERNEL_ID) != first


def test_a_page_opened_elsewhere_stands_still_and_says_so(visit):
    first = visit("siti", **LAPTOP)
    _open_room(first)
    _open_room(visit("siti", **LAPTOP))
    expect(first.page.locator("#vv-putus")).to_contain_text(
        "sudah dibuka di tempat lain", timeout=30_000
    )
    expect(first.page.get_by_role("button", name="Muat ulang")).to_be_visible()


def test_a_broken_room_shows_one_sentence(visit):
    one = visit("pelatih", **PHONE)
    one.page.goto(f"{one.url}/peta")
    expect(one.page.get_by_role("alert").filter(has_text="kesalahan program")).to_be_visible(
        timeout=60_000
    )
    assert "ValueError" not in one.page.content()


def test_a_session_that_ended_leads_to_the_sign_in_page(visit, server):
    one = visit("budi", **PHONE)
    page = _open_room(one)
    server.accounts.tokens.clear()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_url("**/masuk?next=%2Flatihan", timeout=30_000)


def test_a_server_that_starts_again_finds_its_people_signed_in(visit, start_server):
    # Not the system's choice: while nobody listens it may give that one to any line that goes out.
    port = free_port()
    with start_server(port) as first:
        one = visit("siti", at=first, **PHONE)
        page = _open_room(one)
        page.get_by_role("button", name="Tambah").click()
        expect(page.locator("#hitung")).to_have_text("1")
    expect(page.locator("#vv-putus")).to_be_visible(timeout=30_000)
    with start_server(port):
        expect(page.locator("#hitung")).to_have_text("0", timeout=60_000)
        expect(page.locator("#vv-sambungan")).to_have_text("Tersambung", timeout=30_000)
        expect(page.get_by_text("Halo Siti Contoh")).to_be_visible()

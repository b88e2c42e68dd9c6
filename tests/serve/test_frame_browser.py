"""The frame in a browser: how a page watches its line, waits and comes back, and how it looks.

What a page does about its line is played without a server, and fifty times as fast.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from tests.browser import LastingBrowser
from tests.screens import LAPTOP, PHONE, faults

pytestmark = pytest.mark.browser

TEMPLATES = Path(__file__).parents[2] / "workbench/serve/share/jupyter/voila/templates/verval"
#: As a phone reaches the hall's laptop: plain http, no localhost, so no secure context.
NAME = "balai.contoh"
KEPT = "Sambungan terputus; jawaban Anda tersimpan di perangkat ini dan dikirim begitu tersambung."

#: Waits are fifty times as short and told, and chance is always nearly one. An answer is given the
#: time it is given (8 s), as the machine is no faster.
FAST = """() => {
    const wait = window.setTimeout, now = Date.now;
    window.setTimeout = (act, ms, ...rest) => {
        console.debug(`wait ${Math.round(ms)}`);
        return wait(act, ms === 8000 ? ms : ms / 50, ...rest);
    };
    window.slept = 0;
    Date.now = () => now() + window.slept;
    Math.random = () => 0.999;
}"""
REST = """
<script id="jupyter-config-data" type="application/json">{"kernelId": "a-b-c-d-e"}</script>
<p style="height: 4000px">Isi ruang</p>
<script>document.getElementById("loading").remove()</script>
</main></body></html>"""
CONNECT = f"window.line = new WebSocket('ws://{NAME}/api/kernels/a-b-c-d-e/channels')"


@pytest.fixture(scope="module")
def browser(new_browser: Callable[..., LastingBrowser]) -> LastingBrowser:
    return new_browser(f"--host-resolver-rules=MAP {NAME} 127.0.0.1")


@dataclass
class Line:
    """A room's page whose server is this test.

    ``pulses`` are the statuses /detak answers with, one after the other, the last one for ever;
    0 is no answer.
    """

    page: Page
    room: str = "latihan"
    pulses: list[int] = field(default_factory=lambda: [200])
    rest: str = REST
    loads: int = 0
    asked: int = 0
    sockets: list[WebSocketRoute] = field(default_factory=list)
    waits: list[int] = field(default_factory=list)

    def serve(self, route: Route) -> None:
        """Answer one request of the page."""
        path = urlsplit(route.request.url).path
        if path.startswith("/detak/"):
            self.asked += 1
            status = self.pulses.pop(0) if len(self.pulses) > 1 else self.pulses[0]
            route.fulfill(status=status) if status else route.abort()
        elif path.startswith("/aset/"):
            file = TEMPLATES / "static" / path.rpartition("/")[2]
            route.fulfill(path=file) if file.exists() else route.fulfill(status=204)
        elif path == f"/{self.room}":
            self.loads += 1
            route.fulfill(body=self._page(), content_type="text/html")
        else:
            route.fulfill(body=path, content_type="text/html")

    def _page(self) -> str:
        asset = {name: f"/aset/{name}" for name in ("frame.css", "page.js", "watch.js")}
        frame = {"title": "Latihan", "room": self.room, "theme": "vv-latihan", "person": "Siti"}
        templates = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True)
        start = templates.get_template("ruang.html")
        return start.render(frame={**frame, "asset": asset}, base_url="/") + self.rest

    def open(self) -> None:
        """Open the room; its page is connected."""
        self.page.goto(f"http://{NAME}/{self.room}")
        self.page.evaluate(CONNECT)
        expect(self.page.locator("#vv-sambungan")).to_have_text("Tersambung")
        self.page.evaluate("window.before = true")

    def cut(self) -> None:
        """Close the newest socket from the server's side."""
        self.sockets[-1].close()

    def comes_back(self) -> None:
        """Wait until the page has been loaded anew."""
        self.page.wait_for_function("!window.before && document.readyState === 'complete'")

    def until(self, come: Callable[[], bool]) -> None:
        """Let the page go on until something has come about."""
        for _ in range(2000):
            if come():
                return
            self.page.wait_for_timeout(30)
        raise AssertionError("it did not come about")


@pytest.fixture
def line(browser: LastingBrowser) -> Iterator[Line]:
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    one = Line(page)
    page.add_init_script(f"({FAST})()")
    page.route("**/*", one.serve)
    page.route_web_socket("**/channels", lambda socket: one.sockets.append(socket))
    page.on(
        "console",
        lambda said: (
            one.waits.append(int(said.text.split()[1])) if said.text.startswith("wait ") else None
        ),
    )
    yield one
    # Without its server the page ends; it would go on coming back while it is closed.
    page.unroute_all(behavior="ignoreErrors")
    context.close()


def banner(line: Line) -> Any:
    return line.page.locator("#vv-putus")


def test_a_waiting_page_tells_the_place(line):
    line.rest = "<script>vv_antre(12)</script>" + REST.partition("<p")[0]
    line.page.goto(f"http://{NAME}/latihan")
    said = line.page.get_by_role("status").filter(has_text="antrean")
    expect(said).to_have_text("Anda nomor 12 dalam antrean. Halaman terbuka sendiri.")
    line.page.evaluate("vv_antre(1)")
    expect(line.page.locator("#loading")).to_have_text("Anda berikutnya. Halaman terbuka sendiri.")
    line.page.evaluate("vv_antre(0)")
    expect(line.page.locator("#loading")).to_have_text("Menyiapkan halaman…")


@pytest.mark.parametrize(
    ("room", "words"),
    [("latihan", KEPT), ("kelas", "Sambungan terputus. Yang sudah tersimpan tetap aman.")],
)
def test_a_lost_line_is_told_as_true_as_the_room_can(line, room, words):
    line.room = room
    line.open()
    line.pulses = [0]
    line.cut()
    expect(banner(line).locator("p")).to_have_text(words)
    expect(line.page.locator("#vv-sambungan")).to_have_text("Terputus")
    line.pulses = [200]
    line.page.evaluate(CONNECT)
    expect(banner(line)).to_be_hidden()
    expect(line.page.locator("#vv-sambungan")).to_have_text("Tersambung")
    assert line.loads == 1


def test_a_page_whose_kernel_is_gone_comes_back_to_where_it_was(line):
    line.open()
    line.page.evaluate("window.scrollTo(0, 1234)")
    line.pulses = [404, 0]
    line.cut()
    expect(banner(line).locator("p")).to_have_text(f"{KEPT} Halaman kembali sendiri.")
    expect(line.page.locator("#vv-sambungan")).to_have_text("Menyambung lagi…")
    line.pulses = [404, 200]
    line.comes_back()
    # A hall comes back one by one: up to five seconds apart.
    assert 4995 in line.waits
    line.page.evaluate(
        "window.themeLoaded = true;"
        "document.getElementById('isi').insertAdjacentHTML('beforeend',"
        "  '<div id=loading></div><div id=rendered_cells></div>');"
        "window.voila_finish()"
    )
    line.until(lambda: line.page.evaluate("scrollY") == 1234)


def test_a_page_is_not_loaded_from_a_server_that_is_away(line):
    line.open()
    line.pulses = [0]
    line.cut()
    line.until(lambda: line.asked >= 15)
    assert line.loads == 1
    expect(banner(line)).to_be_visible()
    line.pulses = [404]
    line.comes_back()


def test_a_page_whose_own_attempts_fail_is_loaded_anew(line):
    line.open()
    line.cut()
    line.until(lambda: line.asked >= 3)
    assert line.loads == 1
    line.page.evaluate("slept = 9000")
    line.comes_back()


def test_a_page_never_gives_up_and_grows_patient(line):
    line.pulses = [404]
    line.page.goto(f"http://{NAME}/latihan")
    line.until(lambda: line.loads >= 7)
    pauses = [wait for wait in line.waits if wait % 1000 == 995 and wait >= 4995]
    assert pauses[:6] == [4995, 6995, 8995, 12995, 20995, 34995]
    expect(line.page.get_by_role("button", name="Muat ulang")).to_be_visible()
    line.page.get_by_role("button", name="Muat ulang").click()
    line.until(lambda: line.loads >= 8)


def test_a_page_in_a_pocket_takes_no_seat(line):
    line.page.add_init_script(
        "Object.defineProperty(document, 'hidden', {get: () => !window.shown, configurable: true})"
    )
    line.open()
    line.pulses = [404]
    line.cut()
    expect(line.page.locator("#vv-sambungan")).to_have_text("Terputus")
    line.page.wait_for_function("document.getElementById('vv-putus').hidden === false")
    assert line.loads == 1
    line.page.evaluate("shown = true; document.dispatchEvent(new Event('visibilitychange'))")
    line.comes_back()


def test_a_device_that_slept_asks_for_a_fresh_line(line):
    line.open()
    line.page.evaluate("slept = 600000; document.dispatchEvent(new Event('visibilitychange'))")
    line.page.wait_for_function("line.readyState >= 2")


def test_a_page_opened_elsewhere_stands_still(line):
    line.open()
    line.pulses = [409]
    line.cut()
    expect(banner(line)).to_contain_text("sudah dibuka di tempat lain")
    expect(line.page.get_by_role("button", name="Muat ulang")).to_be_visible()
    asked = line.asked
    line.page.evaluate("dispatchEvent(new Event('online'))")
    line.page.wait_for_timeout(300)
    assert (line.asked, line.loads) == (asked, 1)


def test_who_is_no_longer_signed_in_goes_to_the_door(line):
    line.open()
    line.pulses = [401]
    line.cut()
    line.page.wait_for_url("**/masuk?next=%2Flatihan")


def test_a_page_cut_off_while_it_waited_begins_anew(line):
    line.rest = "<script>vv_antre(3)</script>"
    line.pulses = [0]
    line.page.goto(f"http://{NAME}/latihan")
    line.until(lambda: line.asked >= 2)
    assert line.loads == 1
    line.rest, line.pulses = REST, [404]
    line.until(lambda: line.loads >= 2)


# --- on a server ------------------------------------------------------------------------------


@pytest.fixture
def come(server: Any, browser: LastingBrowser) -> Iterator[Callable[..., Page]]:
    """``come("siti")`` is a page of somebody who is signed in; nobody without a name."""
    contexts = []
    port = urlsplit(server.url).port
    outside: list[str] = []

    def begin(who: str = "", **options: Any) -> Page:
        url = f"http://{NAME}:{port}"
        context = browser.new_context(base_url=url, viewport=LAPTOP, **options)
        contexts.append(context)
        if who:
            cookie = f"verval-{NAME.replace('.', '-')}-{port}"
            context.add_cookies([{"name": cookie, "value": server.session_of(who), "url": url}])
        context.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((f"{url}/", "data:", "blob:"))
                else outside.append(request.url)
            ),
        )
        return context.new_page()

    yield begin
    for context in contexts:
        context.close()
    assert outside == []


def test_the_doors_pages_are_fit_for_everybody(come):
    page = come()
    page.goto("/masuk")
    assert faults(page) == []
    page.get_by_label("Nama Anda").fill("Eka Contoh")
    page.get_by_label("Peran").select_option("operator")
    page.get_by_label("Wilayah tugas").select_option("36.73.05")
    page.get_by_label("Kode kelas").fill("salah1")
    page.get_by_role("button", name="Gabung").click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert faults(page) == []
    page.get_by_label("Kode kelas").fill("kuda77")
    page.get_by_role("button", name="Gabung").click()
    expect(page.get_by_role("heading", name="Catat kode ini")).to_be_visible()
    assert faults(page) == []
    page.goto("/keluar")
    assert faults(page) == []


@pytest.mark.parametrize(
    ("who", "path"), [("", "/tidak-ada"), ("siti", "/kelas"), ("staf", "/sandi")]
)
def test_pages_of_one_sentence_are_fit_for_everybody(come, who, path):
    page = come(who)
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert faults(page) == []


def test_the_two_sides_look_different_without_colour(come):
    looks = {}
    for who in ("siti", "staf"):
        page = come(who, forced_colors="active")
        page.goto("/keluar")
        mark = page.locator(".vv-mark")
        looks[who] = (mark.text_content(), mark.evaluate("n => getComputedStyle(n).borderStyle"))
        page.emulate_media(media="print")
        expect(mark).to_be_visible()
        expect(page.locator("nav")).to_be_hidden()
    assert looks == {
        "siti": ("Ruang data: LATIHAN", "dashed"),
        "staf": ("Ruang data: DATA NYATA", "solid"),
    }


def test_who_finds_all_seats_taken_waits_and_gets_in_alone(come, server, monkeypatch):
    monkeypatch.setattr(server.app, "seats", 0)
    page = come("siti")
    answer = page.goto("/latihan")
    assert answer is not None
    assert (answer.status, answer.header_value("retry-after")) == (503, "10")
    expect(page.get_by_role("heading", name="Semua kursi terpakai")).to_be_visible()
    expect(page.get_by_text("Nomor antrean Anda 1")).to_be_visible()
    expect(page.get_by_role("timer")).to_contain_text("mencoba lagi sendiri dalam")
    assert faults(page) == []
    monkeypatch.setattr(server.app, "seats", 20)
    expect(page.get_by_text("Halo Siti Contoh")).to_be_visible(timeout=60_000)


def test_waiting_for_a_seat_works_without_scripts(come, server, monkeypatch):
    monkeypatch.setattr(server.app, "seats", 0)
    page = come("jahil", java_script_enabled=False)
    page.goto("/latihan")
    assert page.locator("meta[http-equiv=refresh]").get_attribute("content") == "12"
    expect(page.get_by_text("mencoba lagi sendiri setiap 12 detik")).to_be_visible()


def test_a_page_that_waits_its_turn_says_so(come, server):
    admission = server.app.admission
    taken = []
    while admission._free:
        taken.append(server.on_loop(lambda: admission.enter(print)))
    page = come("budi")
    page.goto("/latihan", wait_until="commit")
    try:
        expect(page.locator("#loading")).to_contain_text("Anda berikutnya", timeout=30_000)
        assert faults(page) == []
    finally:
        for leave in taken:
            server.on_loop(leave)
    expect(page.get_by_text("Halo Budi Contoh")).to_be_visible(timeout=60_000)
    expect(page.locator("#loading")).to_have_count(0, timeout=60_000)
    assert faults(page) == []

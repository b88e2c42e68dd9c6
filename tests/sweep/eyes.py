"""Somebody who goes to a page, opens every tab of it, and measures what stands there at both sizes.

Nothing is waited for by the clock: a page is measured when it is still. It is still when the
kernel has answered everything it was asked, nothing says that it is being made ready, and the
page has stopped changing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Error, Locator, Page

from tests.screens import LAPTOP, PHONE, Measured, measure
from tests.stories.conftest import READY_MS, STEP_MS, Visit

#: Is given a page, its name and its size.
Picture = Callable[[Page, str, str], None]
SIZES = {"390x844": PHONE, "1366x768": LAPTOP}

#: Counts what a page asks its kernel and was not answered yet, and when it last changed. A message
#: is a number of places, each 8 bytes, then channel, header and parent header between them.
WATCH = """
(() => {
    const asked = new Set(), words = new TextDecoder();
    const part = (data, n) => {
        const at = k => Number(new DataView(data).getBigUint64(8 * (k + 1), true));
        return words.decode(data.slice(at(n), at(n + 1)));
    };
    const told = ({ data }) => {
        if (!(data instanceof ArrayBuffer) || part(data, 0) !== 'iopub') return;
        if (JSON.parse(part(data, 1)).msg_type !== 'status') return;
        if (JSON.parse(part(data, 4)).execution_state !== 'idle') return;
        asked.delete(JSON.parse(part(data, 2)).msg_id);
    };
    const heard = new WeakSet(), send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (data) {
        if (!heard.has(this)) this.addEventListener('message', told);
        heard.add(this);
        const raw = ArrayBuffer.isView(data) ? data.buffer : data;
        if (raw instanceof ArrayBuffer && part(raw, 0) === 'shell')
            asked.add(JSON.parse(part(raw, 1)).msg_id);
        return send.call(this, data);
    };
    let changed = performance.now();
    new MutationObserver(() => { changed = performance.now(); }).observe(document,
        {subtree: true, childList: true, attributes: true, characterData: true});
    window.unrest = () => {
        if (document.readyState !== 'complete') return 'is loading';
        if (self !== top && !document.body.dataset.siap) return 'is no map yet';
        if (asked.size) return `${asked.size} questions to the kernel`;
        // A widget that is fetched from the server says so: nothing else moves meanwhile.
        const busy = /^Menyiapkan|sedang dibuka …$|Sambungan dicoba lagi[.]$/;
        const waits = [...document.querySelectorAll('[role=status]')]
            .find(n => n.checkVisibility() && busy.test(n.textContent.trim()));
        if (waits) return waits.textContent;
        return performance.now() - changed < 250 ? 'is changing' : '';
    };
})()
"""
#: Waits until a page is still; says what it was busy with when it never is.
STILL = """async patience => {
    const end = performance.now() + patience;
    while (window.unrest()) {
        if (performance.now() > end) return window.unrest();
        await new Promise(requestAnimationFrame);
    }
    return '';
}"""


@dataclass(frozen=True)
class Seen:
    """A page at one size and all that is wrong with it."""

    name: str
    size: str
    measured: Measured
    outside: list[str]

    @property
    def faults(self) -> list[str]:
        """Every fault as a line."""
        found = self.measured
        return [
            *(f"axe {one}" for one in found.axe),
            *(f"English: {word}" for word in found.english),
            *([f"{found.overflow} px too wide"] if found.overflow else []),
            *(f"{side} px: {what}" for side, what in found.tiny),
            *(f"outside: {address}" for address in self.outside),
        ]


@dataclass
class Eyes:
    """A browser of one person; ``picture`` is given each page before it is measured."""

    visit: Visit
    picture: Picture
    #: Addresses outside that have been told already.
    told: int = 0

    @classmethod
    def of(cls, context: BrowserContext, url: str, token: str, picture: Picture) -> Eyes:
        """Of somebody who is signed in with this token; nobody with an empty one."""
        context.set_default_timeout(STEP_MS)
        context.set_default_navigation_timeout(READY_MS)
        context.add_init_script(WATCH)
        if token:
            host = urlsplit(url)
            name = f"verval-{(host.hostname or '').replace('.', '-')}-{host.port}"
            context.add_cookies([{"name": name, "value": token, "url": url}])
        visit = Visit(context, context.new_page(), url, "laptop")
        visit.watch()
        return cls(visit, picture)

    def go(self, address: str) -> None:
        """Open an address; a room is waited for until it is drawn."""
        page = self.visit.page
        page.set_viewport_size(LAPTOP)
        page.goto(self.visit.url + address if address.startswith("/") else address)
        if page.locator("#vv-sambungan").count():
            self.visit.connected()
        self.rest()

    def rest(self) -> None:
        """Wait until the page in view and the pages within it are still."""
        while not self._is_still():
            pass

    def _is_still(self) -> bool:
        page = self.visit.page
        frames = page.frames
        try:
            busy = [words for one in frames if (words := one.evaluate(STILL, STEP_MS))]
        except Error:
            # A page within the page gave way to another one.
            return not frames
        assert not busy, f"{page.url} never rests: {busy}"
        return frames == page.frames

    def seen(self, selector: str, words: str = "") -> Locator:
        """The first of these in view that holds the words."""
        found = self.visit.page.locator(selector, has_text=words or None)
        return found.locator("visible=true").first

    def labelled(self, label: str) -> Locator:
        """The control in view with this label."""
        return self.visit.page.get_by_label(label, exact=True).locator("visible=true").first

    def look(self, name: str, level: int = 0) -> Iterator[Seen]:
        """The page in view at both sizes; where it has tabs, what is behind each of them."""
        page = self.visit.page
        strips = page.get_by_role("tablist").locator("visible=true")
        if strips.count() <= level:
            yield from self.measure(name)
            return
        tabs = strips.nth(level).get_by_role("tab").locator("visible=true")
        for nth in range(tabs.count()):
            words = " ".join(tabs.nth(nth).inner_text().split())
            tabs.nth(nth).click()
            self.rest()
            yield from self.look(f"{name} > {words}", level + 1)

    def measure(self, name: str) -> Iterator[Seen]:
        """The page in view at both sizes, and what was asked elsewhere since the last one."""
        page = self.visit.page
        for size, viewport in SIZES.items():
            page.set_viewport_size(viewport)
            self.rest()
            self.picture(page, name, size)
            outside = self.visit.outside[self.told :]
            self.told += len(outside)
            # What lies beside a file is no address outside.
            outside = [one for one in outside if not one.startswith("file:")]
            yield Seen(name, size, measure(page), outside)
        page.set_viewport_size(LAPTOP)
        self.rest()

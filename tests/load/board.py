"""The trainer's board in a real browser: what it shows of each person, and from when on.

A look is taken once the browser has painted what moved, so a moment is one at which a trainer
could have read it. Moments are seconds since 1970, for browser and visitors share one clock.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from playwright.async_api import Page, async_playwright

from tests.browser import FLAGS, ensure_browser

#: Milliseconds until a room is there, and until the board says what it should.
READY_MS = 120_000
#: A trainer's laptop.
SCREEN = {"width": 1366, "height": 768}

#: Notes [moment in ms, name or "", cases, has begun] whenever any of it changes for a person, or
#: the total, which goes by no name.
WATCH = """() => {
    const noted = window.boardNoted = [], known = new Map();
    const note = (name, cases, begun) => {
        if (known.get(name) === `${cases} ${begun}`) return;
        known.set(name, `${cases} ${begun}`);
        noted.push([Date.now(), name, cases, begun]);
    };
    const look = () => {
        for (const one of document.querySelectorAll('.vvk-person')) {
            const count = one.querySelector('strong').textContent;
            const begun = !one.classList.contains('vvk-belum');
            note(one.querySelector('span').textContent, parseInt(count), begun);
        }
        for (const one of document.querySelectorAll('.vvk-totals li')) {
            const count = one.querySelector('strong').textContent;
            if (one.textContent.endsWith('kasus dikirim'))
                note('', parseInt(count.split(' ')[0].replaceAll('.', '')), false);
        }
    };
    const moved = () => requestAnimationFrame(() => setTimeout(look));
    const what = {childList: true, subtree: true, characterData: true};
    new MutationObserver(moved).observe(document.body, what);
    look();
}"""
#: Whether all of [name or "", cases] have stood there.
SHOWN = """told => told.every(([who, least]) =>
    window.boardNoted.some(([_at, name, cases]) => name === who && cases >= least))"""

BEGUN = "who => window.boardNoted.some(([_at, name, _cases, begun]) => name === who && begun)"


@dataclass
class Noted:
    """What a board showed: moments and cases, in order, of the people by name and of all.

    ``begun`` is when somebody first stood there as one who has begun.
    """

    people: dict[str, list[tuple[float, int]]] = field(default_factory=dict)
    total: list[tuple[float, int]] = field(default_factory=list)
    begun: dict[str, float] = field(default_factory=dict)

    def person_at(self, name: str, cases: int) -> float | None:
        """When somebody stood there with so many cases or more, None if never."""
        return _first(self.people.get(name, []), cases)

    def total_at(self, cases: int) -> float | None:
        """When all together stood there with so many cases or more, None if never."""
        return _first(self.total, cases)

    @property
    def falls(self) -> int:
        """How often a count went down, which none ever may."""
        runs = [*self.people.values(), self.total]
        return sum(later < before for run in runs for (_, before), (_, later) in pairwise(run))


def _first(run: list[tuple[float, int]], cases: int) -> float | None:
    return next((at for at, shown in run if shown >= cases), None)


@dataclass
class Board:
    """The room Kelas on its board, watched."""

    page: Page

    async def shows(self, cases: Mapping[str, int]) -> None:
        """Wait until everybody named stands there with so many cases, and the total is right.

        Raises when that never comes.
        """
        told = [*cases.items(), ("", sum(cases.values()))]
        await self.page.wait_for_function(SHOWN, arg=told)

    async def shows_begun(self, name: str) -> None:
        """Wait until somebody stands there as one who has begun; raises when that never comes."""
        await self.page.wait_for_function(BEGUN, arg=name)

    async def noted(self) -> Noted:
        """What was seen so far."""
        told = Noted()
        for at, name, cases, begun in await self.page.evaluate("window.boardNoted"):
            run = told.people.setdefault(name, []) if name else told.total
            run.append((at / 1000, cases))
            if begun:
                told.begun.setdefault(name, at / 1000)
        return told


@contextlib.asynccontextmanager
async def board_of(url: str, name: str, password: str) -> AsyncIterator[Board]:
    """Sign in with an account and look at the board; somebody must have joined the class."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=ensure_browser(), args=list(FLAGS)
        )
        try:
            page = await browser.new_page(viewport=SCREEN)
            page.set_default_timeout(READY_MS)
            await page.goto(f"{url}/masuk")
            await page.get_by_text("Dengan nama akun dan kata sandi").click()
            await page.get_by_label("Nama akun").fill(name)
            await page.get_by_label("Kata sandi").fill(password)
            await page.get_by_role("button", name="Masuk", exact=True).click()
            await page.wait_for_url(f"{url}/beranda")
            await page.goto(f"{url}/kelas")
            await page.locator(".vvk-person").first.wait_for()
            await page.evaluate(WATCH)
            yield Board(page)
        finally:
            await browser.close()

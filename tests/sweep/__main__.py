"""Goes to every page the project serves or exports, at both sizes, and says what is wrong there.

    python -m tests.sweep
    python -m tests.sweep lapangan jejak        only places whose names hold one of these words
    python -m tests.sweep --city tests/cities/grobogan.yaml /daftar /lapangan
    python -m tests.sweep --pictures FOLDER     keeps a picture of each page

A line for each page and size with what axe finds (of any weight), English words, addresses outside
that were asked, pixels the page is too wide, and targets under 24 px; below it each of them.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Error, Page, sync_playwright

from tests.browser import FLAGS, LastingBrowser, ensure_browser
from tests.stories.conftest import NAME, serving
from tests.sweep.eyes import Seen
from tests.sweep.places import (
    Place,
    crowded,
    doorway,
    export,
    files,
    guide_pages,
    rooms,
    states,
)
from tests.sweep.stage import set_up
from tests.sweep.walking import Walk
from workbench.domain.cities import VARIABLE


@dataclass
class Totals:
    """What was counted so far."""

    seen: int = 0
    axe: int = 0
    english: int = 0
    outside: int = 0
    overflow: int = 0
    tiny: int = 0
    unreached: int = 0

    def add(self, one: Seen) -> None:
        """Count a page at a size, and print its line."""
        found = one.measured
        counts = {
            "axe": len(found.axe),
            "english": len(found.english),
            "outside": len(one.outside),
            "overflow": found.overflow,
            "tiny": len(found.tiny),
        }
        self.seen += 1
        for name, count in counts.items():
            setattr(self, name, getattr(self, name) + count)
        print(*counts.values(), f"{one.size:>8}", one.name, sep="  ", flush=True)
        for fault in one.faults:
            print(f"      {fault}", flush=True)

    def walk(self, walk: Walk, places: Iterable[Place]) -> None:
        """Go to these places and leave; what cannot be reached is said, and the rest still seen."""
        for place in places:
            try:
                for one in walk.visit(place):
                    self.add(one)
            except (AssertionError, Error) as error:
                self.unreached += 1
                print(f"NOT REACHED  {place.name}: {error}", flush=True)
        walk.leave()

    @property
    def is_clean(self) -> bool:
        """Whether something was seen and nothing is wrong."""
        wrong = self.axe + self.english + self.outside + self.overflow + self.tiny + self.unreached
        return self.seen > 0 and not wrong


def _asked(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.sweep")
    parser.add_argument("words", nargs="*")
    parser.add_argument("--city", type=Path)
    parser.add_argument("--pictures", type=Path)
    return parser.parse_args(argv)


def _chosen(found: Iterable[Place], words: list[str]) -> list[Place]:
    return [one for one in found if not words or any(word in one.name for word in words)]


def main(argv: list[str]) -> int:
    """Go to all places; 0 when nothing is wrong anywhere."""
    asked = _asked(argv)
    if asked.city and os.environ.get(VARIABLE) != str(asked.city.resolve()):
        # A process works for one city from its first import on.
        os.environ[VARIABLE] = str(asked.city.resolve())
        os.execv(sys.executable, [sys.executable, "-m", "tests.sweep", *argv])

    def keep(page: Page, name: str, size: str) -> None:
        if asked.pictures:
            file = f"{re.sub(r'[^a-z0-9]+', '-', name.lower())}-{size}.png"
            page.screenshot(path=asked.pictures / file, full_page=True)

    totals = Totals()
    with ExitStack() as open_now:
        folder = Path(open_now.enter_context(tempfile.TemporaryDirectory()))
        player = open_now.enter_context(sync_playwright())
        flags = [*FLAGS, f"--host-resolver-rules=MAP {NAME} 127.0.0.1"]
        browser = LastingBrowser(player, ensure_browser(), flags)
        open_now.callback(browser.close)
        with serving(folder / "kantor") as server:
            stage = set_up(server.office)
            export(stage, folder / "berkas")
            found = [
                *doorway(),
                *states(stage),
                *rooms(stage),
                *guide_pages(),
                *files(folder / "berkas"),
            ]
            totals.walk(Walk(browser, server.url, stage, keep), _chosen(found, asked.words))
        with serving(folder / "kantor", seats=1) as server:
            totals.walk(Walk(browser, server.url, stage, keep), _chosen(crowded(), asked.words))
    print(totals)
    return 0 if totals.is_clean else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

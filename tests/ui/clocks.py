"""The clock of a page under test: it stands still until a test moves it."""

from __future__ import annotations

from typing import Any

from tests import screens

DAY_S = 86_400


def stop_clock(page: Any) -> None:
    """Let timers of ``page`` fire in ``page.clock.run_for`` only, also after a reload.

    Called before the page is opened. A page asks again after some seconds without an answer and
    listens to the trainer every ten; on a machine that stands still for so long it would do so in
    the middle of a test.
    """
    page.clock.install(time=0)
    page.clock.pause_at(DAY_S)


def faults(page: Any) -> list[str]:
    """``screens.faults`` of a page whose clock stands still: what looks at it waits for timers."""
    page.clock.resume()
    found = screens.faults(page)
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + DAY_S)
    return found

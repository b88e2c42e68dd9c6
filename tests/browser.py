"""Finds a browser for the tests: an installed one, else Debian's, else Playwright's own.

Run as a script it makes sure that there is one.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Browser, BrowserContext, Error, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

#: Flags for a headless browser that asks nobody on the network for anything by itself.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
#: What a busy machine may need for a browser to start, and for one step in it.
LAUNCH_MS, STEP_MS = 120_000, 60_000


def installed_browser() -> str | None:
    """Path of a Chrome or Chromium on this machine, or None."""
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    bundled = sorted(Path.home().glob(".cache/ms-playwright/chromium-*/chrome-linux*/chrome"))
    return str(bundled[-1]) if bundled else None


def ensure_browser() -> str:
    """Install a browser where none is; returns its path or ends the run with a sentence."""
    found = installed_browser()
    if found:
        return found
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        quiet = {"stdout": subprocess.DEVNULL}
        subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=False, **quiet)
    if not installed_browser():
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    found = installed_browser()
    if not found:
        sys.exit("No browser: install Chrome or Chromium, then run the tests again.")
    return found


@dataclass
class LastingBrowser:
    """A browser that starts when it is first needed, and anew when it had to be ended."""

    playwright: Playwright
    path: str
    flags: list[str]
    running: Browser | None = None

    def new_context(self, **options: Any) -> BrowserContext:
        """A person's own browser, with nothing of anybody else's."""
        if self.running is None or not self.running.is_connected():
            self.running = self.playwright.chromium.launch(
                executable_path=self.path, args=self.flags, timeout=LAUNCH_MS
            )
        context = self.running.new_context(**options)
        context.set_default_timeout(STEP_MS)
        return context

    def close(self) -> None:
        """End it in good order."""
        if self.running is not None:
            self.running.close()


def bounded(
    close: Callable[..., None], patience_s: float, is_ended: threading.Event
) -> Callable[..., None]:
    """``close`` of a context or a browser, with an end.

    Chromium now and then never answers that it has let a context go (a page that was about to
    load anew while its server went away), and Playwright waits for ever. After ``patience_s`` the
    browser is ended as a process, and ``is_ended`` set; all its contexts are closed by that, so
    none of them has more to say when its own turn comes.
    """

    def close_in_time(*args: Any, **options: Any) -> None:
        def end() -> None:
            is_ended.set()
            _end_browsers()

        impatience = threading.Timer(patience_s, end)
        impatience.start()
        try:
            close(*args, **options)
        except Error:
            if not is_ended.is_set():
                raise
        finally:
            impatience.cancel()

    return close_in_time


@contextlib.contextmanager
def closing_in_time(patience_s: float) -> Iterator[None]:
    """Within the block no closing of Playwright's takes longer."""
    kinds: tuple[Any, ...] = (BrowserContext, Browser)
    before = [kind.close for kind in kinds]
    is_ended = threading.Event()
    for kind in kinds:
        kind.close = bounded(kind.close, patience_s, is_ended)
    try:
        yield
    finally:
        for kind, close in zip(kinds, before, strict=True):
            kind.close = close


def _end_browsers() -> None:
    for one in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if "--remote-debugging-pipe" in one.cmdline():
                one.kill()


if __name__ == "__main__":
    print(ensure_browser())

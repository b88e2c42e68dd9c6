"""What all tests share: a browser, and a world small enough to look at."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from playwright.sync_api import sync_playwright

# A busy machine is no fault: no test is timed.
hypothesis.settings.register_profile("tanpa-tenggat", deadline=None)
hypothesis.settings.load_profile("tanpa-tenggat")

_spec = importlib.util.spec_from_file_location("browser", Path(__file__).parent / "browser.py")
browser_finder = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(browser_finder)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Path of a Chrome or Chromium; its absence is an error, never a skip."""
    found = browser_finder.installed_browser()
    assert found, "no browser: run `make test`, which installs one"
    return found


@pytest.fixture(scope="session")
def chromium_flags() -> list[str]:
    """Flags under which the browser runs headless and keeps to itself."""
    return list(browser_finder.FLAGS)


@pytest.fixture(scope="module")
def playwright() -> Iterator[Any]:
    """Playwright for one module of tests.

    The plugin's own lasts the whole session and leaves an event loop behind that no other test
    could then run one beside.
    """
    with sync_playwright() as running:
        yield running

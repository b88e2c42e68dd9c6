"""What all tests share: a browser, and a world small enough to look at."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

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

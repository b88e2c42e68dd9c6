"""Finds a browser for the tests: an installed one, else Debian's, else Playwright's own.

Run as a script it makes sure that there is one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

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


if __name__ == "__main__":
    print(ensure_browser())

"""A hidden folder for the time of one piece of work, and the end of those a kill left behind.

Whoever works in one holds a lock on it, which the system lets go of when the process ends, however
it ends: a folder that nobody holds is nobody's. Folders are made and swept under a lock of the
place they lie in, so that a new one is never taken for a leftover.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from workbench.services.locks import hold


@contextmanager
def aside(place: Path, prefix: str) -> Iterator[Path]:
    """A new folder in ``place`` (mode 0700), gone afterwards; raises ``OSError``.

    ``prefix`` begins with a dot, so that no backup takes the folder along, and tells one kind of
    work from another: leftovers of the same kind are swept first.
    """
    with _held(place):
        _sweep(place, prefix)
        folder = place / f"{prefix}{secrets.token_hex(4)}"
        folder.mkdir(mode=0o700)
        lock = hold(folder)
    try:
        yield folder
    finally:
        _remove(folder, lock)


def _sweep(place: Path, prefix: str) -> None:
    for left in place.glob(f"{prefix}*"):
        # Somebody works in it, or the disk knows no locks: then nothing can be told.
        with suppress(OSError):
            lock = hold(left, waits=False)
            _remove(left, lock)


@contextmanager
def _held(place: Path) -> Iterator[None]:
    lock = hold(place)
    try:
        yield
    finally:
        os.close(lock)


def _remove(folder: Path, lock: int) -> None:
    """Remove a folder that is held; Windows lets go of the lock's file only afterwards."""
    shutil.rmtree(folder, ignore_errors=True)
    os.close(lock)
    shutil.rmtree(folder, ignore_errors=True)

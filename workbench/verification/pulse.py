"""Telling somebody who waits how far a long reading is, several times a second."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

Progress = Callable[[float, str], None]

#: Seconds between two calls; a bar that moves more often only costs.
PAUSE = 0.3


class Pulse:
    """Calls ``progress(share, words)`` while work goes on; what that raises ends the work.

    ``enter`` begins a step from one share to another; calling the pulse itself is cheap and lets
    the share creep towards the end of the step, quicker where it was expected to be short.
    """

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._start = self._end = self._shown = 0.0
        self._words = ""
        self._seconds = 1.0
        self._entered = self._told = 0.0

    def enter(self, start: float, end: float, words: str, seconds: float = 2.0) -> None:
        """Begin a step that takes about ``seconds``."""
        self._start, self._end, self._words, self._seconds = start, end, words, seconds
        self._entered = time.monotonic()
        self._tell(start)

    def __call__(self) -> None:
        now = time.monotonic()
        if now - self._told < PAUSE:
            return
        gone = 1 - math.exp(-(now - self._entered) / self._seconds)
        self._tell(self._start + (self._end - self._start) * gone)

    def finish(self, words: str) -> None:
        """Say that all is done."""
        self._words = words
        self._tell(1.0)

    def _tell(self, share: float) -> None:
        self._told = time.monotonic()
        self._shown = max(self._shown, share)
        if self._progress is not None:
            self._progress(self._shown, self._words)

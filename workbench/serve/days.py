"""What a server that runs for weeks does once a day, by the calendar of its office."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import date

log = logging.getLogger("verval.serve")


class DayKeeper:
    """Calls ``act`` in a thread once each day; the day it begins on is already done."""

    def __init__(
        self, act: Callable[[], object], threads: Executor, today: Callable[[], date]
    ) -> None:
        self._act, self._threads, self._today = act, threads, today
        self._done = today()

    def look(self) -> None:
        """Look whether a new day has come; returns at once."""
        day = self._today()
        if day != self._done:
            self._done = day
            self._threads.submit(self._keep)

    def _keep(self) -> None:
        try:
            self._act()
        except Exception as error:
            # The server goes on, and nothing of a list may reach the log.
            log.error("The work of a day failed: %s", type(error).__name__)

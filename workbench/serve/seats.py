"""More seats for a class that fills up, and more cases for its bank, drawn beside the server.

Drawing costs a core for a while and loads what no page needs, so it happens in a process of its
own, which ends when it is done. One at a time: two would draw the same cases.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

log = logging.getLogger("verval.serve")

#: How often it is asked whether anything is to be drawn.
LOOK_EVERY_S = 15


class SeatKeeper:
    """Starts the drawing when ``is_low`` says that an open class needs seats or cases."""

    def __init__(self, office_root: Path, is_low: Callable[[], Awaitable[bool]]) -> None:
        self._office_root = office_root
        self._is_low = is_low
        self._watch: asyncio.Task[None] | None = None
        self._again = False

    def look(self) -> None:
        """Look soon whether seats or cases are wanted; returns at once."""
        self._again = True
        if self._watch is None or self._watch.done():
            self._watch = asyncio.ensure_future(self._keep())

    async def close(self) -> None:
        """Stop looking; a drawing under way is ended, what it stored stays."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)

    async def _keep(self) -> None:
        while self._again:
            self._again = False
            try:
                if await self._is_low():
                    await self._draw()
            except asyncio.CancelledError:
                raise
            except Exception as error:
                log.error("Seats could not be drawn: %s", type(error).__name__)

    async def _draw(self) -> None:
        # Here, because the process this starts runs this very module and needs no kernels.
        from workbench.serve.kernels import kept_environment

        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "workbench.serve.seats",
            str(self._office_root),
            env=kept_environment(),
            stdin=asyncio.subprocess.DEVNULL,
        )
        try:
            code = await process.wait()
        except asyncio.CancelledError:
            process.terminate()
            await process.wait()
            raise
        if code:
            log.error("Drawing seats ended with code %s", code)


def draw_wanted_seats(office_root: Path) -> int:
    """Draw for each open class that is low on seats or cases; returns how often it drew."""
    from workbench.services import banks, classes
    from workbench.services.office import Office

    office = Office(office_root)
    low_on_seats = classes.classes_low_on_seats(office)
    for class_id in low_on_seats:
        classes.draw_more_seats(office, class_id)
    low_on_cases = banks.classes_low_on_cases(office)
    for class_id in low_on_cases:
        banks.top_up(office, class_id)
    return len(low_on_seats) + len(low_on_cases)


if __name__ == "__main__":
    if hasattr(os, "nice"):
        os.nice(10)  # those who are working come first
    draw_wanted_seats(Path(sys.argv[1]))

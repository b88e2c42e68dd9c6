"""Long work beside the page: how far it is, in words, and a button that stops it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from html import escape
from threading import Event, Thread

import ipywidgets as w

from workbench.errors import Cancelled, WorkbenchError
from workbench.linkage import Asks, Progress
from workbench.ui.staff.drawing import WIDE, Say, button

_log = logging.getLogger(__name__)
_BROKEN = (
    "Ada gangguan di dalam program. Tidak ada yang disimpan. Coba sekali lagi; bila tetap "
    "begitu, hubungi pengelola."
)


class Work:
    """Does ``task`` in a thread of its own; then ``done`` is called, or ``failed`` with why."""

    def __init__(
        self,
        title: str,
        task: Callable[[Progress, Asks], None],
        done: Callable[[], None],
        failed: Say,
    ) -> None:
        self._task, self._done, self._failed = task, done, failed
        self._stop = Event()
        self._bar = w.IntProgress(value=0, max=100, layout=WIDE)
        self._words = w.HTML(layout=WIDE)
        self._halt = button("Hentikan", self.stop)
        heading = w.HTML(f"<h2>{escape(title)}</h2>")
        self.widget = w.VBox([heading, self._bar, self._words, self._halt], layout=WIDE)
        self.thread = Thread(target=self._run, daemon=True)

    def stop(self) -> None:
        """Ask it to stop; what is under way is broken off soon."""
        self._stop.set()
        self._halt.disabled = True
        self._say("Menghentikan ...")

    def _say(self, words: str) -> None:
        self._words.value = f'<p class="vv-muted" role="status">{escape(words)}</p>'

    def _tell(self, share: float, words: str) -> None:
        self._bar.value = round(100 * share)
        self._say(words)

    def _run(self) -> None:
        try:
            self._task(self._tell, self._stop.is_set)
        except WorkbenchError as error:
            self._failed(str(error), wrong=not isinstance(error, Cancelled))
        except Exception as error:
            # Nothing of a list may reach the log: the kind of fault has to do.
            _log.error("linking: %s", type(error).__name__)
            self._failed(_BROKEN, wrong=True)
        else:
            self._done()

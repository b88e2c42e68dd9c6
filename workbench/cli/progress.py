"""Progress and remarks on standard error, so that standard output holds results alone."""

from __future__ import annotations

import sys
from collections.abc import Callable


def say(sentence: str) -> None:
    """One line of progress."""
    print(sentence, file=sys.stderr, flush=True)


def show_progress(what: str) -> Callable[[int, int], None]:
    """A callback ``(done, of)`` that rewrites one line on a terminal and keeps quiet elsewhere."""

    def show(done: int, of: int) -> None:
        if sys.stderr.isatty():
            end = "\n" if done == of else ""
            print(f"\r{what}: {done} dari {of}", end=end, file=sys.stderr, flush=True)

    return show

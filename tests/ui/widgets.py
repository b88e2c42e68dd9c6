"""Going over the widgets of a panel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def walk(widget: Any) -> Iterator[Any]:
    """A widget and everything below it, in the order of the page."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from walk(child)

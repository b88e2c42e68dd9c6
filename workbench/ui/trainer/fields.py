"""Fields that several forms of the room Kelas are made of."""

from __future__ import annotations

import ipywidgets as w


def number_field(label: str, value: int, least: int, most: int) -> w.BoundedIntText:
    """A whole number from ``least`` to ``most``."""
    # A tooltip that is not given would be the word null.
    return w.BoundedIntText(value=value, min=least, max=most, description=label, tooltip="")


__all__ = ["number_field"]

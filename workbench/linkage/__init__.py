"""The same person or family in two lists: found, explained, never decided."""

from __future__ import annotations

from workbench.linkage.links import (
    CONFLICT,
    DESK,
    NO_SPLINK,
    SAME,
    Asks,
    Links,
    Progress,
    Thresholds,
    link,
    telling,
)
from workbench.linkage.merging import Merged, attach, merge
from workbench.linkage.people import named_in, people
from workbench.linkage.reasons import Reasons, explain

__all__ = [
    "CONFLICT",
    "DESK",
    "NO_SPLINK",
    "SAME",
    "Asks",
    "Links",
    "Merged",
    "Progress",
    "Reasons",
    "Thresholds",
    "attach",
    "explain",
    "link",
    "merge",
    "named_in",
    "people",
    "telling",
]

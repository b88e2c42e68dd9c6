"""Which panel stands behind a door, for tests that go over all rooms."""

from __future__ import annotations

import inspect
import re

from workbench.ui import rooms


def panel_of(room: str) -> str:
    """The module of a room's view, ``workbench.ui.staff.view`` of ``daftar``."""
    source = inspect.getsource(getattr(rooms, room))
    (panel,) = re.findall(r"from (workbench\.ui\.\w+) import view", source)
    return f"{panel}.view"

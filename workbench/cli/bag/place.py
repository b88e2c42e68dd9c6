"""Where this program lies: in an installation from a bag, or anywhere else."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Final

from workbench.cli.bag.installing import ACTIVE, OFFICE

#: In the installation's folder: the last update, and the exchange that is going on.
UPDATE_NOTE: Final = "pembaruan.json"


def installation() -> Path | None:
    """The folder of the installation that this program is part of, or None."""
    home = Path(sys.prefix).parent
    return home if (home / ACTIVE).is_file() else None


def office_folder() -> Path:
    """The office that commands work on when none is named."""
    home = installation()
    return Path("~/verval") if home is None else home / OFFICE


def cut_off() -> Path | None:
    """The installation this program is part of, where an update was cut off in its exchange."""
    home = installation()
    try:
        note = json.loads((home / UPDATE_NOTE).read_text(encoding="utf-8")) if home else {}
        return home if note.get("doing") else None
    except (OSError, ValueError, AttributeError, RecursionError):
        return None

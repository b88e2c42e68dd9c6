"""Where this program lies: in an installation from a bag, or anywhere else."""

from __future__ import annotations

import sys
from pathlib import Path

from workbench.cli.bag.installing import ACTIVE, OFFICE


def installation() -> Path | None:
    """The folder of the installation that this program is part of, or None."""
    home = Path(sys.prefix).parent
    return home if (home / ACTIVE).is_file() else None


def office_folder() -> Path:
    """The office that commands work on when none is named."""
    home = installation()
    return Path("~/verval") if home is None else home / OFFICE

"""Programs of an installation that nobody needs any more: each update would leave 1 GB behind.

A folder is set aside under another name before anything in it is deleted, so that a removal that
is cut off, or that the disk refuses, never leaves half of a program under a program's name.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Final

from workbench.cli.bag import installing

_PROGRAM: Final = "program-"
#: What a program's folder is called while it is deleted; a leftover goes with the next update.
_ASIDE: Final = ".buang-"


def remove_former(home: Path, kept: Collection[str]) -> list[str]:
    """Delete all complete programs of an installation but those in ``kept``; what became of them.

    The program in force and the one that runs stay too. What cannot be deleted stays and is said:
    it is in nobody's way.
    """
    active = installing.active(home)
    stay = {*kept, Path(sys.prefix).name, active.name if active else ""}
    for left in home.glob(f"{_ASIDE}{_PROGRAM}*"):
        shutil.rmtree(left, ignore_errors=True)
    said = []
    for program in sorted(home.glob(f"{_PROGRAM}*")):
        is_program = not program.is_symlink() and (program / installing.COMPLETE).is_file()
        if is_program and program.name not in stay:
            said.append(_remove(program))
    return said


def _remove(program: Path) -> str:
    aside = program.with_name(f"{_ASIDE}{program.name}")
    try:
        os.rename(program, aside)
        shutil.rmtree(aside)
    except OSError as error:
        return (
            f"Program lama ({program.name}) belum dapat dihapus seluruhnya: "
            f"{installing.reason(error)}. Meja Verval tetap berjalan; pembaruan berikutnya "
            "mencobanya lagi."
        )
    return f"Program lama ({program.name}) dihapus, karena tidak dipakai lagi."

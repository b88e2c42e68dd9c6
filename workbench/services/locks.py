"""A lock on a folder that the system lets go of when its holder ends, however that ends.

Where the system locks folders themselves, nothing is written; on Windows a hidden file in the
folder stands for it.
"""

from __future__ import annotations

import os
from pathlib import Path

try:
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment]

#: The hidden file, where one is needed.
_FILE = ".kunci"


def hold(folder: Path, waits: bool = True) -> int:
    """Lock a folder until the handle returned is closed; ``OSError`` where another holds it.

    With ``waits`` a disk that knows no locks gives the handle all the same.
    """
    handle = _open(folder)
    try:
        _lock(handle, waits)
    except OSError:
        if not waits:
            os.close(handle)
            raise
    return handle


def _open(folder: Path) -> int:
    if fcntl is None:
        return os.open(folder / _FILE, os.O_RDWR | os.O_CREAT, 0o600)
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY)


def _lock(handle: int, waits: bool) -> None:
    if fcntl is not None:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
        return
    import msvcrt

    # LK_LOCK itself gives up after ten seconds.
    mode = msvcrt.LK_LOCK if waits else msvcrt.LK_NBLCK  # type: ignore[attr-defined]
    msvcrt.locking(handle, mode, 1)  # type: ignore[attr-defined]

"""Opening a binary workbook first in a process of its own.

The reader is compiled code: where a damaged or wicked file makes it ask for more memory than there
is, it ends the whole process it runs in. That must not be the one people work in.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable

from workbench.verification.sources import MOST_CELLS

#: Address space of the process, in bytes, and the seconds it may take.
MOST_MEMORY = 4_000_000_000
MOST_SECONDS = 600
_TOO_WIDE = 3
_BEAT_SECONDS = 0.25

_WORK = f"""
import sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, ({MOST_MEMORY}, {MOST_MEMORY}))
except ImportError:
    pass
import python_calamine
book = python_calamine.load_workbook(sys.stdin.buffer)
for place in range(len(book.sheets_metadata)):
    sheet = book.get_sheet_by_index(place)
    if sheet.total_height * sheet.total_width > {MOST_CELLS}:
        sys.exit({_TOO_WIDE})
"""


def can_be_opened(content: bytes, beat: Callable[[], None]) -> bool:
    """Whether the reader survives a workbook; an error it only reports is left to the reader.

    ``beat`` is called while it works and may raise to stop. Raises ``OSError`` on a full disk.
    """
    with tempfile.TemporaryFile() as held:
        held.write(content)
        held.seek(0)
        process = subprocess.Popen(
            [sys.executable, "-I", "-c", _WORK],
            stdin=held,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            for _ in range(int(MOST_SECONDS / _BEAT_SECONDS)):
                try:
                    return process.wait(_BEAT_SECONDS) in (0, 1)
                except subprocess.TimeoutExpired:
                    beat()
            return False
        finally:
            process.kill()
            process.wait()

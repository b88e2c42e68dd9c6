"""Everything the workbench raises on purpose.

The message of each error is one Indonesian sentence that a user may read as it stands:
what was found, what was expected, what to do. It never carries a NIK, a name or an address.
"""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from typing import Final

#: What opening, unpacking or reading a member of a damaged, cut off, locked or unknown ZIP raises:
#: besides ``zipfile``'s own, whatever its decompressors, its fields and the text in it raise.
DAMAGED_ZIP: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    LookupError,
    OverflowError,
    RuntimeError,
    TypeError,
    ValueError,
)


class WorkbenchError(Exception):
    """Base of all errors raised on purpose; ``str(error)`` is fit for a screen."""


class UnusableInput(WorkbenchError):
    """A file or folder cannot be used at all; nothing was stored."""


class WrongUse(WorkbenchError):
    """The call itself is wrong: an unknown name, an option that does not fit."""


class Forbidden(WorkbenchError):
    """The actor may not do this, or not here."""


class NotFound(WorkbenchError):
    """What was asked for does not exist, or not for this actor."""


class RuleBroken(WorkbenchError):
    """A rule could not run. It accuses nobody: its findings are absent, and that is said."""


class StoreFault(WorkbenchError):
    """The disk or the database refused: full, read-only, damaged, from a newer version."""


class Cancelled(WorkbenchError):
    """Somebody stopped a long piece of work; nothing was stored."""

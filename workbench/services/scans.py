"""Scans of papers people signed or showed: kept in the workspace's folder, under their hash.

The store knows the hash and what the file was called; the file itself never leaves the office's
folder and is no part of any pack.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from typing import Final

from workbench.access import Actor, Permission, require
from workbench.domain.words import number_id
from workbench.errors import UnusableInput
from workbench.services.keys import SCANS, filling
from workbench.services.office import Office
from workbench.store import store_fault

MOST_BYTES: Final = 20_000_000
ACCEPT: Final = ".pdf,.jpg,.jpeg,.png"
#: How a scan begins, and what it is then called.
_KINDS: Final = ((b"%PDF-", "pdf"), (b"\xff\xd8\xff", "jpg"), (b"\x89PNG\r\n\x1a\n", "png"))


def keep_scan(office: Office, actor: Actor, content: bytes) -> str:
    """Keep a scan; returns its SHA-256. The same scan is kept once.

    Raises ``UnusableInput`` for what is no PDF, JPG or PNG, and for more than 20 MB.
    """
    require(actor, Permission.RECORD_OUTCOME)
    kind = next((name for head, name in _KINDS if content.startswith(head)), "")
    if not kind:
        raise UnusableInput("Berkas ini bukan PDF, JPG atau PNG. Pindai ulang sebagai PDF.")
    if len(content) > MOST_BYTES:
        most = number_id(MOST_BYTES / 1e6)
        raise UnusableInput(f"Berkas ini lebih dari {most} MB. Pindai dengan ukuran lebih kecil.")
    digest = hashlib.sha256(content).hexdigest()
    folder = office.folder(actor.workspace) / SCANS
    aside = f".{digest}.{secrets.token_hex(4)}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        with filling(office.root, actor.workspace, folder, SCANS) as plain:
            (plain / aside).write_bytes(content)
            (plain / aside).chmod(0o600)
            os.replace(plain / aside, plain / f"{digest}.{kind}")
    except OSError as error:
        (folder / aside).unlink(missing_ok=True)
        raise store_fault(error) from error
    return digest

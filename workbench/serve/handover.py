"""The signed note that tells a kernel on whose behalf it runs.

A kernel may stand ready before anybody comes, so the note is no part of its environment: the
server lays it, when a visitor takes the kernel, into a folder that only its own account can read.
Nothing a visitor sends ever becomes part of it, and it is bound to one kernel: copied to another
it is worth nothing. Only the standard library is needed to read it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import re
import secrets
import sys
from pathlib import Path
from typing import Any

from workbench.access import Actor, Role, Workspace
from workbench.errors import Forbidden, StoreFault

OFFICE_VARIABLE = "VERVAL_OFFICE"
#: Names the folder of the notes; a file there has its kernel's id as its name.
NOTES_VARIABLE = "VERVAL_NOTES"
KEY_FILE = ".kunci-server"

_KEY_BYTES = 32
_CONNECTION_FILE = re.compile(r"kernel-(?P<kernel_id>[0-9a-f-]{36})\.json")
_REFUSED = "Identitas halaman ini tidak sah. Muat ulang halaman, lalu masuk kembali."


def server_key(office_root: Path) -> bytes:
    """The 32-byte secret of an office; made at first use, readable by its owner only.

    Raises ``StoreFault`` when the file cannot be read or written, or is cut short.
    """
    path = office_root / KEY_FILE
    try:
        office_root.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            # Written aside and linked into place: two servers starting at once agree on one key.
            fresh = office_root / f"{KEY_FILE}.{secrets.token_hex(8)}"
            handle = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            try:
                os.write(handle, secrets.token_bytes(_KEY_BYTES))
                os.fsync(handle)
            finally:
                os.close(handle)
            try:
                os.link(fresh, path)
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        key = path.read_bytes()
    except OSError as error:
        raise StoreFault(
            "Berkas kunci ruang kerja tidak dapat dibaca atau ditulis. Periksa izin foldernya."
        ) from error
    if len(key) != _KEY_BYTES:
        raise StoreFault("Berkas kunci ruang kerja rusak. Hapus berkas itu, lalu jalankan ulang.")
    return key


def derive_key(key: bytes, purpose: str) -> bytes:
    """A key for one purpose, so that a signature made for one use fits no other."""
    return hmac.new(key, f"verval:{purpose}".encode(), hashlib.sha256).digest()


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _signature(key: bytes, body: bytes) -> bytes:
    return hmac.new(derive_key(key, "handover"), body, hashlib.sha256).digest()


def sign_handover(key: bytes, actor: Actor, kernel_id: str, room: str, record: str = "") -> str:
    """The note for one kernel: ``<base64 JSON>.<base64 HMAC-SHA256>``.

    ``record`` is the key of a printed sheet whose record the visitor wants to see first.
    """
    body = json.dumps(
        {
            "actor": actor.id,
            "name": actor.name,
            "role": str(actor.role),
            "workspace": str(actor.workspace),
            "areas": list(actor.areas),
            "class": actor.class_id,
            "seat": actor.seat,
            "kernel": kernel_id,
            "room": room,
            "record": record,
        },
        ensure_ascii=False,
    ).encode()
    return f"{_encode(body)}.{_encode(_signature(key, body))}"


def read_handover(key: bytes, note: str, kernel_id: str) -> Actor:
    """The actor a note speaks of; raises as ``_read`` does."""
    said = _read(key, note, kernel_id)
    return Actor(
        id=said["actor"],
        name=said["name"],
        role=Role(said["role"]),
        workspace=Workspace(said["workspace"]),
        areas=tuple(said["areas"]),
        class_id=said["class"],
        seat=said["seat"],
    )


def read_record(key: bytes, note: str, kernel_id: str) -> str:
    """The key of the sheet a note speaks of ("" for none); raises as ``_read`` does."""
    return str(_read(key, note, kernel_id)["record"])


def _read(key: bytes, note: str, kernel_id: str) -> dict[str, Any]:
    """What a note says.

    Raises ``Forbidden`` when the note was not written by this office's server or was written
    for another kernel.
    """
    try:
        encoded, _, signed = note.partition(".")
        body = _decode(encoded)
        genuine = hmac.compare_digest(_decode(signed), _signature(key, body))
    except (ValueError, binascii.Error):
        raise Forbidden(_REFUSED) from None
    if not genuine:
        raise Forbidden(_REFUSED)
    said: dict[str, Any] = json.loads(body)
    if not kernel_id or said["kernel"] != kernel_id:
        raise Forbidden(_REFUSED)
    return said


def lay_note(folder: Path, kernel_id: str, note: str) -> None:
    """Put a note where its kernel finds it; mode 0600."""
    handle = os.open(folder / kernel_id, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(note)


def find_note(folder: Path, kernel_id: str) -> str:
    """The note laid for a kernel; raises ``Forbidden`` when there is none."""
    try:
        return (folder / kernel_id).read_text(encoding="ascii")
    except (OSError, ValueError):
        raise Forbidden(_REFUSED) from None


def drop_note(folder: Path, kernel_id: str) -> None:
    """Remove the note of a kernel that has ended, if there is one."""
    (folder / kernel_id).unlink(missing_ok=True)


def own_kernel_id() -> str:
    """Id of the kernel this process is, from its connection file; "" outside a kernel."""
    # Asked of a module that is already there: looking must not load Jupyter into a plain script.
    module = sys.modules.get("ipykernel.kernelapp")
    if module is None or not module.IPKernelApp.initialized():
        return ""
    found = _CONNECTION_FILE.fullmatch(Path(module.IPKernelApp.instance().connection_file).name)
    return found["kernel_id"] if found else ""

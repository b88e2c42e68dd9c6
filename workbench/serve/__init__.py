"""The server: one Voila process, its pages and its frame, and who is who.

A notebook needs one name from here, ``current_actor``, and the visits' room ``current_record``. The
server itself (``run_server``,
``VervalApp``) is loaded only when asked for, so that a kernel does not carry it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.access import Actor, Role, Workspace
from workbench.domain.wilayah import CITY
from workbench.errors import Forbidden
from workbench.serve import handover

if TYPE_CHECKING:
    from workbench.serve.server import VervalApp, run_server

__all__ = ["LAB_BANNER", "VervalApp", "current_actor", "current_record", "in_lab", "run_server"]

#: Shown to whoever works outside the served rooms.
LAB_BANNER = (
    "Mode laboratorium: Anda bekerja sebagai pelatih di ruang LATIHAN pada komputer ini. "
    "Data nyata hanya dibuka lewat halaman masuk."
)

_banner_shown = False


def __getattr__(name: str) -> Any:
    if name in {"VervalApp", "run_server"}:
        from workbench.serve import server

        return getattr(server, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def in_lab() -> bool:
    """True outside the served rooms (JupyterLab, a script); False in a kernel of a server."""
    return not (
        os.environ.get(handover.NOTES_VARIABLE)
        or os.environ.get("SERVER_SOFTWARE", "").startswith("voila")
    )


def current_actor() -> Actor:
    """On whose behalf this process works: the one way to ask.

    In a served room: the person whom the server signed in, from the signed note it left for
    this kernel alone. Elsewhere: a local trainer of the practice workspace, and a banner says so.
    Raises ``Forbidden`` when the note is missing, forged or another kernel's.
    """
    if in_lab():
        _show_banner()
        return Actor(
            id="lab",
            name="Pelatih di komputer ini",
            role=Role.PELATIH,
            workspace=Workspace.LATIHAN,
            areas=(CITY.kode_kemendagri,),
        )
    return handover.read_handover(*_own_note())


def current_record() -> str:
    """The key of the printed sheet the visitor of this room came from, "" for none."""
    return "" if in_lab() else handover.read_record(*_own_note())


def _own_note() -> tuple[bytes, str, str]:
    """The office's key, this kernel's note and its id."""
    notes = os.environ.get(handover.NOTES_VARIABLE, "")
    office = os.environ.get(handover.OFFICE_VARIABLE, "")
    kernel_id = handover.own_kernel_id()
    if not (notes and office and kernel_id):
        # Voila without our server in front of it: there is nobody to trust.
        raise Forbidden("Halaman ini hanya dapat dibuka lewat server Meja Verval.")
    note = handover.find_note(Path(notes), kernel_id)
    return handover.server_key(Path(office)), note, kernel_id


def _show_banner() -> None:
    global _banner_shown
    if _banner_shown:
        return
    _banner_shown = True
    print(LAB_BANNER)

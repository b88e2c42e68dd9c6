"""Options that several commands take, with the same words in each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from workbench.access import Workspace

_ROOM: Final = "--ruang"

#: One room, usually that of real data; or both, unless one is named.
Room = Annotated[
    Workspace, typer.Option(_ROOM, metavar="RUANG", help="latihan atau nyata; bawaan: nyata.")
]
BothRooms = Annotated[
    Workspace | None,
    typer.Option(_ROOM, metavar="RUANG", help="latihan atau nyata; bawaan: keduanya."),
]
ListId = Annotated[
    str, typer.Option("--list", metavar="ID", help="Nomor daftar, misalnya D20261122...")
]
Port = Annotated[int, typer.Option("--port", min=1, max=65535, help="Nomor port.")]
CertFile = Annotated[
    Path | None, typer.Option("--certfile", help="Sertifikat TLS (PEM); tanpa itu HTTP.")
]
KeyFile = Annotated[Path | None, typer.Option("--keyfile", help="Kunci sertifikat itu (PEM).")]

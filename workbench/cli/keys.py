"""``verval key``: the key under which the office's real lists lie on the disk.

On the machine that holds the data; whoever may type commands there is its administrator. A key is
never shown and never a word of the command line, only the file it is in.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.help import Command, Group
from workbench.cli.progress import say
from workbench.cli.users import HERE, Folder, office_at
from workbench.domain.words import number_id

if TYPE_CHECKING:
    from workbench.services.keys import KeyStatus

app = typer.Typer(
    cls=Group,
    help="Kunci data nyata di disk (di komputer server ini).",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command(cls=Command)
def make(
    file: Annotated[
        Path, typer.Option("--berkas", help="Berkas kunci, di luar folder kerja (mis. di USB).")
    ],
    workspace: Folder = HERE,
) -> None:
    """Buat kunci kantor, atau sambungkan berkas kunci yang sudah ada; lalu kunci semua daftar."""
    from workbench.access import Workspace
    from workbench.services import keys
    from workbench.services.accounts import machine_operator

    _tell(keys.make(office_at(workspace), machine_operator(Workspace.NYATA), file, say))
    typer.echo("Salin berkas kunci itu ke tempat lain yang aman. Tanpa kunci, data tidak terbuka.")


@app.command(cls=Command)
def rotate(workspace: Folder = HERE) -> None:
    """Ganti kunci dan kunci ulang semua daftar; yang terhenti di tengah dilanjutkan."""
    from workbench.access import Workspace
    from workbench.services import keys
    from workbench.services.accounts import machine_operator

    _tell(keys.rotate(office_at(workspace), machine_operator(Workspace.NYATA), say))
    typer.echo("Berkas kunci berubah. Perbarui salinannya; kunci lama tetap ada untuk cadangan.")


@app.command(cls=Command)
def status(workspace: Folder = HERE) -> None:
    """Tampilkan kunci yang dipakai dan berkas mana yang terkunci; 1 bila ada yang kurang."""
    from workbench.access import Workspace
    from workbench.services import keys
    from workbench.services.accounts import machine_operator

    found = keys.status(office_at(workspace), machine_operator(Workspace.NYATA))
    _tell(found)
    if found.fault or found.unfinished:
        raise typer.Exit(1)


def _tell(found: KeyStatus) -> None:
    if found.file is None and not found.sealed:
        typer.echo("Kantor ini belum punya kunci: daftar nyata tersimpan tanpa enkripsi.")
        return
    typer.echo(f"Berkas kunci: {found.file or 'tidak diketahui'}")
    if found.fault:
        typer.echo(found.fault)
    elif found.newest:
        from workbench.store import clock

        typer.echo(f"Kunci {found.newest}, dibuat {clock.day_of(found.made_at)}")
    for key_id, count in sorted(found.sealed.items()):
        typer.echo(f"{number_id(count)} berkas terkunci dengan {key_id}")
    if found.unfinished and not found.fault:
        typer.echo(
            f"{number_id(found.unfinished)} berkas belum dikunci dengan kunci terbaru. "
            "Lanjutkan: verval key rotate"
        )
    if not found.has_memory:
        typer.echo("Daftar yang sedang dibuka memakai folder sementara di disk, lalu dihapus.")

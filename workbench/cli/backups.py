"""``verval backup`` and ``verval restore``: the whole office in one file, and back.

On the machine that holds the data; whoever may type commands there is its administrator. A
passphrase is never a word of the command line, where others on the machine could read it.
"""

from __future__ import annotations

import os
import sys
from getpass import getpass
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.progress import say
from workbench.cli.users import HERE, Folder, office_at
from workbench.domain.words import number_id
from workbench.errors import WrongUse

#: Environment variable with the passphrase, for a backup that a clock starts.
VARIABLE = "VERVAL_SANDI_CADANGAN"


def backup(
    out: Annotated[Path, typer.Option("--out", help="Berkas cadangan yang dibuat, .zip.")],
    workspace: Folder = HERE,
    is_locked: Annotated[
        bool, typer.Option("--sandi", help="Kunci berkasnya dengan sandi yang Anda ketik.")
    ] = False,
) -> None:
    """Simpan seluruh data kantor ke satu berkas; server boleh tetap berjalan.

    Kantor yang punya kunci (verval key) menguncinya dengan kunci itu. Tanpa kunci dan tanpa
    --sandi, siapa pun yang memegang berkas itu dapat membaca data nyata.
    """
    from workbench.access import Workspace
    from workbench.services import backups
    from workbench.services.accounts import machine_operator

    office, passphrase = office_at(workspace), _new_passphrase() if is_locked else ""
    made = backups.back_up(office, machine_operator(Workspace.NYATA), out, say, passphrase)
    for side, report in made.chains.items():
        typer.echo(f"Ruang {side.value}: {report.sentence}")
    for sentence in made.warnings:
        say(f"Perhatian: {sentence}")
    typer.echo(f"{number_id(len(made.files))} berkas disimpan ke {out}")
    if key_id := backups.needed_key(out):
        typer.echo(f"Untuk mengembalikannya perlu kunci {key_id}. Simpan salinannya terpisah.")
    elif made.keys:
        typer.echo(f"Daftar di dalamnya perlu kunci {', '.join(made.keys)}.")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Berkas cadangan.")],
    workspace: Folder,
    key_file: Annotated[
        Path | None,
        typer.Option("--kunci", metavar="BERKAS", help="Berkas kunci kantor, bila ada."),
    ] = None,
    database: Annotated[
        str,
        typer.Option("--database", metavar="URL", help="PostgreSQL kosong, bila data ke sana."),
    ] = "",
) -> None:
    """Kembalikan data kantor dari berkas cadangan; hentikan server dulu.

    Folder kerja yang lama dipindahkan ke samping, tidak dihapus.
    """
    from workbench.services import backups

    passphrase = _passphrase("Sandi: ") if backups.is_locked(file) else ""
    done = backups.restore(file, workspace, say, passphrase, key_file, database)
    for sentence in done.backup.warnings:
        say(f"Perhatian: {sentence}")
    if done.former is not None:
        typer.echo(f"Folder yang lama dipindahkan ke {done.former}")
    typer.echo(f"{number_id(len(done.backup.files))} berkas dikembalikan ke {workspace}")
    if done.backup.keys:
        typer.echo(
            f"Daftar di dalamnya perlu kunci {', '.join(done.backup.keys)}. Periksa: verval key "
            "status"
        )


def _new_passphrase() -> str:
    first = _passphrase("Sandi cadangan (catat; tanpa sandi cadangan tidak dapat dibuka): ")
    if not os.environ.get(VARIABLE) and _passphrase("Sekali lagi: ") != first:
        raise WrongUse("Kedua sandi berbeda. Ulangi.")
    if not first:
        raise WrongUse("Sandi masih kosong. Ulangi.")
    return first


def _passphrase(question: str) -> str:
    """The passphrase from the environment, or typed unseen."""
    known = os.environ.get(VARIABLE, "")
    if not known and not sys.stdin.isatty():
        raise WrongUse(f"Sandi tidak dapat ditanyakan di sini. Isi variabel {VARIABLE}.")
    return known or getpass(question)

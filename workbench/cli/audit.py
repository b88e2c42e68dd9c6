"""``verval audit``: whether the ledger is whole, its anchors on paper, and evidence to hand over.

On the machine that holds the data. What is found wanting ends with exit code 1.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.access import Actor, Workspace
from workbench.cli.files import write_file
from workbench.cli.help import Command, Group
from workbench.cli.options import BothRooms, ListId, Room
from workbench.cli.progress import say, show_progress
from workbench.cli.users import HERE, Folder, office_at
from workbench.domain.words import number_id

app = typer.Typer(
    cls=Group,
    help="Periksa jejak, cetak jangkar, kemas bukti (di komputer server ini).",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command(cls=Command)
def verify(
    workspace: Folder = HERE,
    side: BothRooms = None,
    codes: Annotated[
        list[str] | None,
        typer.Option("--jangkar", metavar="KODE", help="Kode dari lembar jangkar; boleh diulang."),
    ] = None,
) -> None:
    """Periksa seluruh jejak: diubah, dihapus, disisipkan, ditukar atau dipotong."""
    from workbench.services import audits
    from workbench.store.anchors import anchor_of_code

    office = office_at(workspace)
    typed = [(code, anchor_of_code(code).workspace) for code in codes or ()]
    named = {of for _, of in typed}
    rooms = [one for one in Workspace if one in named or _has_ledger(office.root, one)]
    rooms = [side] if side else rooms
    is_whole = True
    for room in rooms:
        # A code says itself which room it is of; with --ruang it must be that one.
        own = [code for code, of in typed if side or of is room]
        report = audits.verify(office, _operator(room), own, show_progress("Memeriksa jejak"))
        typer.echo(f"Ruang {room.value}: {report.sentence}")
        is_whole &= report.is_whole
    if not is_whole:
        raise typer.Exit(1)


@app.command(cls=Command)
def anchor(
    workspace: Folder = HERE,
    side: BothRooms = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FOLDER", help="Tulis lembar PDF ke sini.")
    ] = None,
) -> None:
    """Catat ujung jejak hari ini sebagai jangkar; dengan --out juga lembar untuk dicetak."""
    from workbench.services import audits

    office = office_at(workspace)
    for room in [side] if side else Workspace:
        if not _has_ledger(office.root, room):
            continue
        made = audits.take_anchor(office, _operator(room))
        if made is None:
            typer.echo(f"Ruang {room.value}: jejak masih kosong, belum ada yang dijangkar.")
            continue
        typer.echo(f"Ruang {room.value}: {made.code}")
        if out is not None:
            name, content = audits.anchor_sheet(office, _operator(room), made)
            write_file(out / name, content)
            typer.echo(f"Lembar ditulis ke {out / name}")


@app.command(cls=Command)
def clock(workspace: Folder = HERE) -> None:
    """Nyatakan jam komputer ini benar, bila tanggal catatan sebelumnya yang keliru.

    Selama jam tertinggal dari catatan terakhir, tidak ada yang dapat disimpan. Setel dulu jamnya;
    perintah ini hanya untuk jam yang dulu terlalu maju. Langkah mundurnya tertulis di jejak.
    """
    from workbench.services import audits
    from workbench.store.clock import moment_id

    office = office_at(workspace)
    for room in Workspace:
        if not _has_ledger(office.root, room):
            continue
        step = audits.accept_clock(office, _operator(room))
        typer.echo(
            f"Ruang {room.value}: jejak dilanjutkan pada {moment_id(step[1])}, sesudah "
            f"{moment_id(step[0])}. Langkah mundur ini tercatat."
            if step
            else f"Ruang {room.value}: jam tidak tertinggal dari catatan terakhir."
        )


@app.command(cls=Command)
def pack(
    list_id: ListId,
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Folder bukti, baru.")],
    workspace: Folder = HERE,
    side: Room = Workspace.NYATA,
) -> None:
    """Kemas bukti satu daftar: penilaian, temuan, jejak dan sidiknya, tanpa nama dan NIK."""
    from workbench.services import evidence

    made = evidence.pack(office_at(workspace), _operator(side), list_id, out)
    typer.echo(
        f"{made.files} berkas ditulis ke {out}: {number_id(made.findings)} temuan, "
        f"{number_id(made.events)} catatan jejak"
    )


@app.command(cls=Command)
def recheck(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Paket bukti.")],
    workspace: Folder = HERE,
) -> None:
    """Nilai ulang daftar dalam paket bukti dan bandingkan."""
    from workbench.services import evidence_checks

    office, operator = office_at(workspace), _operator(evidence_checks.room_of(folder))
    say("Menilai ulang ...")
    done = evidence_checks.recheck(office, operator, folder)
    for note in done.notes:
        say(note)
    for sentence in done.differences:
        typer.echo(f"- {sentence}")
    if not done.is_equal:
        typer.echo(f"Daftar {done.list_id}: berbeda.")
        raise typer.Exit(1)
    typer.echo(f"Daftar {done.list_id}: sama, {number_id(done.findings)} temuan.")


def _has_ledger(root: Path, side: Workspace) -> bool:
    from workbench.services.office import Office

    return Office(root).has_data(side)


def _operator(side: Workspace) -> Actor:
    from workbench.services.accounts import machine_operator

    return machine_operator(side)

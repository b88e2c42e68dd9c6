"""``verval sample``: draw the families that are visited again, and draw them once more.

On the machine that holds the data. What is printed tells of nobody: row ids, codes and hashes. A
draw that does not come out the same ends with exit code 1.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.access import Workspace
from workbench.cli.files import write_file
from workbench.cli.help import Command, Group
from workbench.cli.options import ListId, Room
from workbench.cli.users import HERE, Folder, office_at

app = typer.Typer(
    cls=Group,
    help="Undi keluarga untuk diperiksa ulang, dan undi lagi (di komputer server ini).",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command(cls=Command)
def draw(
    list_id: ListId,
    kind: Annotated[
        str, typer.Option("--rencana", help="lot (diterima atau tidak) atau taksiran (berapa).")
    ] = "lot",
    areas: Annotated[
        list[str] | None,
        typer.Option("--wilayah", metavar="KODE", help="Kode kecamatan atau kelurahan; berulang."),
    ] = None,
    good: Annotated[float, typer.Option("--baik", help="Daftar baik: persen keliru.")] = 2,
    bad: Annotated[float, typer.Option("--buruk", help="Daftar buruk: persen keliru.")] = 10,
    margin: Annotated[float, typer.Option("--galat", help="Galat taksiran, poin persen.")] = 5,
    seed: Annotated[
        int | None, typer.Option("--angka", help="Angka undian; tanpa itu komputer mengundi.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FOLDER", help="Tulis catatan undian ke sini.")
    ] = None,
    workspace: Folder = HERE,
    side: Room = Workspace.NYATA,
) -> None:
    """Undi keluarga yang sudah dikunjungi untuk dikunjungi sekali lagi."""
    from workbench.services import samples
    from workbench.services.accounts import machine_operator

    office, operator = office_at(workspace), machine_operator(side)
    order = samples.Order(kind, tuple(areas or ()), good / 100, bad / 100, margin=margin / 100)
    made = samples.draw_sample(office, operator, list_id, order, seed)
    name, content = samples.sample_file(office, operator, made.id)
    typer.echo(content.decode().rstrip())
    if out is not None:
        write_file(out / name, content)
        typer.echo(f"Catatan undian ditulis ke {out / name}")


@app.command(cls=Command)
def redraw(
    sample_id: Annotated[
        str, typer.Argument(metavar="CUPLIKAN", help="Nomor cuplikan, misalnya U20261122...")
    ],
    workspace: Folder = HERE,
    side: Room = Workspace.NYATA,
) -> None:
    """Undi lagi satu cuplikan: sama, atau baris mana yang berubah."""
    from workbench.services import samples
    from workbench.services.accounts import machine_operator

    office, operator = office_at(workspace), machine_operator(side)
    found = samples.redraw_sample(office, operator, sample_id)
    typer.echo(f"Ruang {side.value}, cuplikan {sample_id}: {found.words}")
    for title, rows in (
        ("berubah", found.changed),
        ("keluar", found.left),
        ("masuk", found.entered),
    ):
        for one in rows:
            typer.echo(f"- {title}: keluarga {one.key}, {one.why}")
    if not found.is_same:
        raise typer.Exit(1)

"""``verval maps``: the boundaries an office draws on, and the people who live within them.

What stands in a file is shown first and put in place only when the person says so. Practice and
real data draw on the same ground, so both rooms get the map unless one is named.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.access import Actor, Workspace
from workbench.cli.help import Command, Group
from workbench.cli.options import BothRooms
from workbench.cli.progress import say
from workbench.cli.users import HERE, Folder, office_at
from workbench.errors import StoreFault, WrongUse

if TYPE_CHECKING:
    from workbench.services.office import Office

app = typer.Typer(
    cls=Group,
    help="Pasang peta batas dan angka penduduk (di komputer server ini).",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Yes = Annotated[bool, typer.Option("--ya", help="Pasang tanpa bertanya lagi.")]


@app.command(cls=Command)
def install(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="GeoJSON, GeoPackage, Shapefile (.zip) atau KML/KMZ."),
    ],
    workspace: Folder = HERE,
    name_field: Annotated[
        str, typer.Option("--name-field", metavar="KOLOM", help="Kolom nama kelurahan.")
    ] = "",
    kecamatan_field: Annotated[
        str, typer.Option("--kecamatan-field", metavar="KOLOM", help="Kolom nama kecamatan.")
    ] = "",
    code_field: Annotated[
        str, typer.Option("--code-field", metavar="KOLOM", help="Kolom kode kelurahan.")
    ] = "",
    codes: Annotated[
        str, typer.Option("--codes", metavar="KODE", help="Milik siapa: kemendagri atau bps.")
    ] = "",
    city: Annotated[
        str,
        typer.Option("--kota", metavar="KODE", help="Kabupaten atau kota lain, misalnya 36.04."),
    ] = "",
    side: BothRooms = None,
    yes: Yes = False,
) -> None:
    """Periksa berkas batas kelurahan, lalu pasang.

    Laporannya tampil lebih dulu; peta baru dipasang bila Anda setuju.
    """
    from workbench.geo.boundaries import Codes
    from workbench.services import boundaries

    if codes not in ("", *Codes):
        raise WrongUse("Pilihan --codes hanya kemendagri atau bps.")
    office, operators = office_at(workspace), _operators(side)
    say(f"Membaca {file.name} ...")
    proposal = boundaries.propose(
        office,
        operators[0],
        file,
        name_field=name_field,
        kecamatan_field=kecamatan_field,
        code_field=code_field,
        codes=Codes(codes) if codes else None,
        city_code=city,
    )
    typer.echo("Laporan berkas")
    for line in proposal.report.sentences():
        typer.echo(f"- {line}")
    for one in proposal.report.differences:
        typer.echo(f"  - {one.words}")
    for operator in operators:
        typer.echo(f"Sekarang di ruang {operator.workspace.value}: {_standing(office, operator)}.")
    if not (yes or _is_agreed()):
        typer.echo("Tidak ada yang diubah.")
        return
    for operator in operators:
        boundaries.confirm(office, operator, proposal)
        typer.echo(f"Peta dipasang di ruang {operator.workspace.value}.")
    typer.echo("Kembalikan peta sebelumnya dengan verval maps undo.")


@app.command(cls=Command)
def undo(workspace: Folder = HERE, side: BothRooms = None) -> None:
    """Kembalikan peta sebelumnya.

    Terakhir kembali ke peta skematik bawaan.
    """
    from workbench.services import boundaries

    office, operators = office_at(workspace), _operators(side)
    if all(boundaries.installed(office, operator) is None for operator in operators):
        raise WrongUse("Belum ada peta yang dipasang; yang dipakai peta skematik bawaan.")
    for operator in operators:
        if boundaries.installed(office, operator) is not None:
            boundaries.undo(office, operator)
        typer.echo(f"Sekarang di ruang {operator.workspace.value}: {_standing(office, operator)}.")


@app.command(cls=Command)
def status(workspace: Folder = HERE) -> None:
    """Tampilkan peta yang dipakai dan laporannya."""
    from workbench.services import boundaries

    office = office_at(workspace)
    for operator in _operators(None):
        typer.echo(f"Ruang {operator.workspace.value}: {_standing(office, operator)}.")
        here = boundaries.installed(office, operator)
        for line in here.report.sentences() if here else ():
            typer.echo(f"- {line}")


@app.command(cls=Command)
def population(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE", help="CSV atau XLSX: kode atau nama kelurahan, tahun, penduduk, KK."
        ),
    ] = None,
    workspace: Folder = HERE,
    year: Annotated[
        int,
        typer.Option(
            "--tahun",
            metavar="TAHUN",
            help="Bila berkas tanpa kolom tahun.",
            show_default=False,
        ),
    ] = 0,
    source: Annotated[
        str, typer.Option("--sumber", metavar="TEKS", help="Bila berkas tanpa kolom sumber.")
    ] = "",
    back: Annotated[
        bool, typer.Option("--undo", help="Kembalikan angka yang dipakai sebelumnya.")
    ] = False,
    side: BothRooms = None,
) -> None:
    """Pasang jumlah penduduk dan keluarga tiap kelurahan."""
    from workbench.services import populations

    if (file is None) is not back:
        raise WrongUse("Sebut berkas penduduk, atau --undo untuk angka sebelumnya.")
    office, operators = office_at(workspace), _operators(side)
    if file is None:
        # A side that never had figures has none to take back; all without any is a mistake.
        had = [one for one in operators if populations.was_installed(office, one)]
        operators = had or operators
    for operator in operators:
        if file is None:
            report = populations.undo(office, operator)
        else:
            report = populations.install(office, operator, file, year, source)
        typer.echo(f"Angka penduduk di ruang {operator.workspace.value}:")
        for line in report.sentences():
            typer.echo(f"- {line}")


@app.command(cls=Command)
def schematic(
    areas: Annotated[
        Path,
        typer.Argument(
            metavar="AREAS.csv", help="Kolom kode, nama, kecamatan, lat, lon, luas_km2."
        ),
    ],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Berkas hasil, .geojson.")],
) -> None:
    """Gambar peta skematik dari titik tengah dan luas wilayah mana pun."""
    from workbench.domain import days
    from workbench.geo.boundaries.lists import read_areas
    from workbench.geo.schematic import schematic_of, write_schematic

    listed = read_areas(areas)
    say(f"Menghitung {len(listed.areas)} wilayah ...")
    try:
        write_schematic(out, schematic_of(listed, days.today()))
    except OSError as error:
        raise StoreFault(f"Berkas {out.name} tidak dapat ditulis. Periksa foldernya.") from error
    typer.echo(f"{len(listed.areas)} wilayah digambar ke {out} (skematik, bukan batas resmi)")


def _operators(side: Workspace | None) -> list[Actor]:
    from workbench.services.accounts import machine_operator

    return [machine_operator(one) for one in ([side] if side else Workspace)]


def _standing(office: Office, operator: Actor) -> str:
    """The map that is drawn now, in words."""
    from workbench.domain.words import date_id
    from workbench.services import boundaries
    from workbench.store import clock

    here = boundaries.installed(office, operator)
    if here is None:
        return "peta skematik bawaan"
    day = date_id(clock.day_of(here.at))
    return f"{here.report.file} ({here.report.city_name}), dipasang {day}"


def _is_agreed() -> bool:
    if not sys.stdin.isatty():
        raise WrongUse("Belum dipasang. Bila laporannya benar, ulangi dengan --ya.")
    return input("Pasang peta ini? Ketik ya, lalu Enter: ").strip().lower() in ("ya", "y")

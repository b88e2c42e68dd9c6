"""``verval city``: which city or regency an office works in.

An office keeps its recipe, the list of its places and their schematic map in ``latihan/kota``, so
that backups carry them. Without them it is an office of Kota Serang. A process works for one city,
so the city is settled from the folder before anything that knows it is imported.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from workbench.access import Workspace
from workbench.cli.bag import place
from workbench.cli.progress import say
from workbench.domain import cities
from workbench.domain.words import number_id
from workbench.errors import StoreFault, UnusableInput, WrongUse
from workbench.resources import resource

HERE = place.office_folder()
_KEPT = Path(Workspace.LATIHAN.value) / "kota"
_DATABASE, _ELSEWHERE = "verval.sqlite", "basis-data"


def settle(workspace: Path) -> Path:
    """Settle the city of this process: that of the office, else what the environment says.

    Raises ``WrongUse`` when another city is in force already.
    """
    if (home := place.cut_off()) is not None:
        from workbench.cli.updates import end_cut_off

        end_cut_off(home)
    root = workspace.expanduser().absolute()
    kept = root / _KEPT / cities.RECIPE_FILE
    if kept.is_file():
        os.environ[cities.VARIABLE] = str(kept)
    elif _has_data(root):
        os.environ.pop(cities.VARIABLE, None)
    wilayah = sys.modules.get("workbench.domain.wilayah")
    told = os.environ.get(cities.VARIABLE, "").strip()
    if wilayah is not None and told and Path(told) != wilayah.RECIPE:
        raise WrongUse(
            f"Proses ini sudah bekerja untuk {wilayah.CITY.name}. Jalankan perintahnya lagi."
        )
    return workspace


Settled = Annotated[
    Path, typer.Option("--workspace", help="Folder kerja.", callback=settle, is_eager=True)
]


def city(
    recipe: Annotated[
        Path | None, typer.Argument(metavar="RESEP", help="Resep kota, berkas YAML.")
    ] = None,
    workspace: Settled = HERE,
) -> None:
    """Tampilkan kota folder kerja ini, atau siapkan untuk kota lain dengan resepnya.

    Satu folder kerja untuk satu kota. Resep menyebut kode dan nama kota serta berkas daftar
    kelurahan atau desanya; kota latihan, peta, kelas dan aturan mengikutinya.
    """
    if recipe is not None:
        install(workspace, recipe)
    from workbench.domain.wilayah import CITY, PLACE_KINDS, kecamatan, kelurahan

    typer.echo(
        f"{CITY.name} (kode {CITY.kode_kemendagri}): {number_id(len(kelurahan()))} "
        f"{PLACE_KINDS.lower()} di {len(kecamatan())} kecamatan."
    )
    if not CITY.is_placed:
        typer.echo(
            "Titik tengah dan luasnya belum lengkap, jadi peta memakai kotak sama besar per "
            f"kecamatan ({cities.CELLS_NOT_PLACES})."
        )
    if recipe is not None:
        sample = workspace / _KEPT / cities.SAMPLE_FILE
        typer.echo(f"Contoh daftar untuk berlatih: {sample}")
        typer.echo("Jalankan verval serve (atau hidupkan ulang server) untuk memakainya.")


def install(workspace: Path, recipe: Path) -> None:
    """Make the office one of the recipe's city; raises, and changes nothing, when it cannot be.

    The list of places is kept as it was read, and the schematic map is drawn, where there are
    centroids to draw it from.
    """
    root, recipe = workspace.expanduser().absolute(), recipe.expanduser().absolute()
    told, places = cities.read_city(recipe)
    _refuse_other(root, told)
    say(f"Menyiapkan {told.name}: {number_id(len(places))} wilayah ...")
    kept = root / _KEPT
    try:
        for folder in (root, kept.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".kota-", dir=kept.parent) as aside:
            made = Path(aside) / kept.name
            made.mkdir(mode=0o700)
            cities.write_recipe(made, recipe, told, places)
            _prepare(made)
            _put_in_place(made, kept, Path(aside) / "lama")
    except OSError as error:
        raise StoreFault(
            "Resep tidak dapat disimpan di folder kerja ini. Periksa ruang disk dan izin foldernya."
        ) from error
    settle(workspace)


def _put_in_place(made: Path, kept: Path, former: Path) -> None:
    """Put a folder where another may stand; the other is back when that fails."""
    if kept.exists():
        kept.rename(former)
    try:
        made.rename(kept)
    except OSError:
        if former.exists():
            former.rename(kept)
        raise


def install_told(workspace: Path) -> None:
    """Make a new office one of the city that the environment tells, if it tells one."""
    told = os.environ.get(cities.VARIABLE, "").strip()
    if told and Path(told).absolute() != workspace.expanduser().absolute() / (
        _KEPT / cities.RECIPE_FILE
    ):
        install(workspace, Path(told))


def _has_data(root: Path) -> bool:
    return any((root / side.value / _DATABASE).is_file() for side in Workspace)


def _refuse_other(root: Path, told: cities.City) -> None:
    """Raise ``WrongUse`` for an office that holds another city's data."""
    kept = root / _KEPT / cities.RECIPE_FILE
    if not (_has_data(root) or (kept.is_file() and (root / _ELSEWHERE).exists())):
        return
    standing, _ = cities.read_city(kept if kept.is_file() else resource(cities.DEFAULT_RECIPE))
    if standing.kode_kemendagri != told.kode_kemendagri:
        raise WrongUse(
            f"Folder kerja ini sudah berisi data {standing.name}. Satu folder kerja untuk satu "
            f"kota: pakai folder lain untuk {told.name}, dengan --workspace."
        )


def _prepare(folder: Path) -> None:
    """Draw what follows from a recipe, in a process that works for its city."""
    done = subprocess.run(
        [sys.executable, "-m", "workbench.services.city_files"],
        env={**os.environ, cities.VARIABLE: str(folder / cities.RECIPE_FILE)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["Resep ini tidak dapat dipakai."]
        raise UnusableInput(said[-1])

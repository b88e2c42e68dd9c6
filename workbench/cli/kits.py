"""``verval kit``: the trainer's pack of no particular bimtek, in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.errors import WrongUse


def kit(
    out: Annotated[Path, typer.Option("--out", help="Folder hasil.")],
) -> None:
    """Tulis bahan pelatih: pedoman, tayangan, lembar peserta, dan selebaran hari ke-30."""
    from workbench.services.papers.kit import write_kit

    try:
        written = write_kit(out)
    except OSError as error:
        raise WrongUse(
            f"Folder {out} tidak dapat ditulisi. Pilih folder lain atau kosongkan tempatnya."
        ) from error
    for path in written:
        typer.echo(path.relative_to(out))
    typer.echo(f"{len(written)} berkas ditulis ke {out}")

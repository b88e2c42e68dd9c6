"""What commands write beside results on the screen."""

from __future__ import annotations

from pathlib import Path

from workbench.errors import StoreFault


def write_file(path: Path, content: bytes) -> None:
    """Write a file, with the folders above it. Raises ``StoreFault``."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise StoreFault(
            f"Berkas {path.name} tidak dapat ditulis. Periksa ruang dan izin menulis."
        ) from error
